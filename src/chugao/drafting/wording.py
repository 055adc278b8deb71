"""The office's own past sentences as wording for this year's figures: 套改 done right.

In: an index of past reports, this year's facts.  Out: sentences whose every number became a slot of the same metric.

A sentence is taken only when nothing of its year stays behind: no date, no name, no number that is not one of the
metric's own, and no verb that contradicts what happened this year.
"""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from chugao.catalogue import Catalogue
from chugao.manuscript import BriefPassage
from chugao.mentions import Mention, MentionRole, find_mentions
from chugao.metrics.facts import Facts
from chugao.outline import Outline
from chugao.quantity import Qualifier
from chugao.source import Scope

if TYPE_CHECKING:
    from chugao.corpus import Passage
    from chugao.index import Index

_LONGEST = 48
_VERB = re.compile(r"(?:增长|增加|提高|提升|上升|下降|降低|减少|缩短|延长)了?$")
# What may stay of a sentence beside its metric and its numbers: words that say nothing of the year they were written in.
_NEUTRAL = re.compile(
    r"(?:全年|全院|共计?|累计|完成|实现|达到?|为|是|由|从|到|至|升至?|降至?|增至?|减至?|提高|提升|上升|下降|降低|缩短|增长|增加|减少|延长|"
    r"比|较|与|同比|上年|去年|同期|相比|的|了|，|、|（|）|保持|稳定|在)*"
)


def own_wording(index: "Index", outline: Outline, facts: Facts) -> tuple[tuple[str, BriefPassage], ...]:
    """(metric, sentence with slots) from the office's own past reports, best hits first."""
    scope = Scope(owners=("*",), department=outline.department)
    found: dict[str, tuple[str, BriefPassage]] = {}
    read: dict[str, list[_Clause]] = {}  # a passage answers many metrics and is read once
    catalogue = facts.figures.catalogue()
    for metric in facts.metrics():
        definition = facts.definitions[metric]
        for hit in index.search(definition.name, scope, k=4):
            passage = hit.passage
            own = passage.own or (outline.organisation and passage.issuer == outline.organisation)
            if not own or passage.role == "计划":
                continue
            if passage.id not in read:
                read[passage.id] = list(_clauses(passage, catalogue))
            for template in _templates(read[passage.id], metric, facts):
                brief = BriefPassage(id=passage.id, text=template, own=True, heading=passage.title)
                found.setdefault(f"{metric}|{template}", (metric, brief))
    return tuple(found.values())


_Clause = tuple[str, list[Mention]]
"""A sentence of a past report, or what stands between its semicolons, with the numbers in it."""


def _clauses(passage: "Passage", catalogue: Catalogue) -> Iterator[_Clause]:
    """Whole sentences, and of a sentence that tells several metrics each one's clause."""
    from chugao.corpus import sentences_of

    for sentence in sentences_of(passage.text):
        whole = sentence.strip().rstrip("。；")
        parts = whole.split("；")
        for text in dict.fromkeys([whole, *(p.strip() for p in parts if len(parts) > 1)]):
            if 6 <= len(text) <= _LONGEST:
                yield text, find_mentions(text, catalogue, kind=passage.kind, year=passage.year, tense="past")


def _templates(clauses: Iterable[_Clause], metric: str, facts: Facts) -> Iterator[str]:
    """Clauses that say this metric and nothing else, as templates."""
    for text, mentions in clauses:
        if mentions and all(m.metric == metric for m in mentions) and (template := _template(text, mentions, facts)):
            yield template


def _template(text: str, mentions: list[Mention], facts: Facts) -> str | None:
    """The sentence with each number as the slot it would be this year, None when one of them has none."""
    pieces, end, fields = [], len(text), set()
    for mention in reversed(mentions):
        slot = _slot_of(mention, text, facts)
        if slot is None:
            return None
        start, field = slot
        pieces += [text[mention.end : end], f"{{{mention.metric}.{field}}}"]
        fields.add(field)
        end = start
    template = text[:end] + "".join(reversed(pieces))
    names = "|".join(
        re.escape(m.metric_name) for m in sorted(mentions, key=lambda m: -len(m.metric_name)) if m.metric_name
    )
    rest = re.sub(r"\{[^}]*\}|" + names, "", template)
    if "now" not in fields or len(fields) != len(mentions) or not _NEUTRAL.fullmatch(rest):
        return None
    # A change whose comparator stood in the sentence before would hang in the air here.
    if fields & {"change", "growth"} and not re.search(r"上年|去年|同期|同比", rest):
        return None
    return template if _agrees(template, mentions, facts) else None


def _slot_of(mention: Mention, text: str, facts: Facts) -> tuple[int, str] | None:
    """(where the slot starts, its field) of one number; the verb of a change belongs to its slot."""
    metric = mention.metric or ""
    if mention.quantity is None or mention.quantity.qualifier is not Qualifier.EXACT:
        return None
    if mention.role in (MentionRole.CURRENT, MentionRole.COUNT):
        return (mention.start, "now") if facts.get(metric, "now") else None
    if mention.role is MentionRole.BASELINE:
        return (mention.start, "prev") if facts.get(metric, "prev") else None
    if mention.role is not MentionRole.CHANGE:
        return None
    verb = _VERB.search(text[: mention.start])
    definition = facts.definitions[metric]
    relative = mention.quantity.unit == "%" and definition.unit != "%"
    field = "growth" if relative else "change"
    fact = facts.get(metric, field)
    if verb is None or fact is None or fact.sign == 0:
        return None
    return verb.start(), field


def _agrees(template: str, mentions: list[Mention], facts: Facts) -> bool:
    """Whether the verbs that stay in the sentence (“缩短到”) fit this year's direction."""
    change = facts.get(mentions[0].metric or "", "change")
    said = {m.direction for m in mentions if m.role is not MentionRole.CHANGE and m.direction}
    return not said or (change is not None and said == {change.sign})

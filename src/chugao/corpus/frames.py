"""Sentences of the office's own past reports as frames: every value a typed slot, every word of that year left out.

In: passages of own reports and a catalogue.  Out: `Frame`s, the most used first.

A sentence becomes a frame only when all its numbers belong to one metric and nothing of its year stays behind: no date,
no name, no number without a role.  Surprise: a matter has frames too (“完成……改造并投用”), but its words are this
year's facts; only its verb and order may be lent, so a matter's frame keeps the type and not the thing.
"""

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Literal, TypeVar

from chugao.catalogue import Catalogue
from chugao.corpus.masking import named_spans
from chugao.corpus.passages import Passage, sentences_of
from chugao.mentions import Mention, MentionRole, find_mentions
from chugao.source import Frozen, Scope

Style = Literal["plain", "compared", "ranked", "target", "problem", "plan"]
F = TypeVar("F", bound=Frozen)
LONGEST = 60
_FIELDS = {
    MentionRole.CURRENT: "now",
    MentionRole.COUNT: "now",
    MentionRole.BASELINE: "prev",
    MentionRole.TARGET: "target",
}
_DATED = re.compile(r"\d|20\d\d年|[一二三四五六七八九十]{1,2}月|[上下]半年|季度|“[^”]*”|《")
_DIGIT = re.compile(r"[0-9０-９]")
_NUMBERED = re.compile(r"^[一二三四五六七八九十]{1,2}是")
_COMPARED = re.compile(r"上年|去年|同期|同比|比|较")
_REST_OF_A_NAME = re.compile(r"[一-鿿]{0,2}?(?:[人台例床诊]次|[人例件份次台床]数|[率数量])")
_OF_ITS_OWN = re.compile(r"接收|收治|登记|组织|开展|完成|实现|缩短|压缩|延长|院")
"""Verbs that not every metric takes."""


class Frame(Frozen):
    """A sentence with slots, and what it is good for."""

    text: str
    """“全年完成{outpatient_visits.now}，较上年{outpatient_visits.growth}”."""
    metric: str
    fields: tuple[str, ...]
    """Of its slots, in order."""
    role: str
    """Of its section: 成绩, 问题, 计划, 要求."""
    direction: int
    """The sign its verbs demand: 1 up, -1 down, 0 none."""
    style: Style
    used: int = 1
    """In how many documents."""
    passage: str = ""
    """The passage it was first read in."""
    owner: str = ""


def frames_of(passages: Iterable[Passage], catalogue: Catalogue, scope: Scope | None = None) -> list[Frame]:
    """Frames of the own reports among these, most used first; with a scope, only what its owners may see.

    A scope without owners gives none, as everywhere.
    """
    found = by_use(passages, scope, lambda p: _frames_in(p, catalogue), lambda f: (f.metric, f.text))
    return sorted(found, key=lambda f: (-f.used, f.metric, len(f.text), f.text))


def by_use(
    passages: Iterable[Passage],
    scope: Scope | None,
    frames_in: Callable[[Passage], Iterable[F]],
    key: Callable[[F], Hashable],
) -> list[F]:
    """Frames of the own passages within the scope, each key once, with the number of documents that `used` it."""
    found: dict[Hashable, F] = {}
    seen: dict[Hashable, set[str]] = {}
    for passage in passages:
        if not passage.own or (scope is not None and not visible(passage, scope)):
            continue
        for frame in frames_in(passage):
            found.setdefault(key(frame), frame)
            seen.setdefault(key(frame), set()).add(passage.document)
    return [f.model_copy(update={"used": len(seen[k])}) for k, f in found.items()]


def visible(passage: Passage, scope: Scope) -> bool:
    """Whether a passage is of an owner within the scope."""
    return "*" in scope.owners or passage.owner in scope.owners


def _frames_in(passage: Passage, catalogue: Catalogue) -> Iterator[Frame]:
    for sentence in sentences_of(passage.text):
        for text in dict.fromkeys((sentence, *sentence.split("；"))):
            clause = _NUMBERED.sub("", text.strip()).rstrip("。；")
            if not _DIGIT.search(clause):
                continue  # most sentences hold no figure, and reading one for numbers is what takes time
            frame = _frame(clause, passage, catalogue) if 6 <= len(clause) <= LONGEST else None
            if frame is None and (opening := _opening(clause)):
                frame = _frame(opening, passage, catalogue)
            if frame is not None:
                yield frame


def _opening(clause: str) -> str:
    """The first two clauses of a sentence that goes on: “全年门诊……，比上年……”, without what it adds."""
    parts = clause.split("，", 3)
    opening = "，".join(parts[:2])
    return opening if len(parts) > 2 and 6 <= len(opening) <= LONGEST else ""


def _frame(text: str, passage: Passage, catalogue: Catalogue) -> Frame | None:
    mentions = find_mentions(text, catalogue, kind=passage.kind, year=passage.year)
    metrics = Counter(m.metric for m in mentions)
    metric = next(iter(metrics), None)
    if len(metrics) != 1 or metric is None:
        return None
    definition = next((d for d in catalogue if d.id == metric), None)
    fields = [field_of(m, definition.unit if definition else "") for m in mentions]
    if None in fields or len(set(fields)) != len(fields):
        return None
    slots = [f for f in fields if f is not None]
    template = _with_slots(text, mentions, metric, slots)
    rest = re.sub(r"\{[^}]*\}", "", template)
    if _DATED.search(rest) or named_spans(rest):
        return None
    return Frame(
        text=template,
        metric=metric,
        fields=tuple(slots),
        role=passage.role,
        direction=_direction(mentions),
        style=style_of(passage.role, slots, rest),
        passage=passage.id,
        owner=passage.owner,
    )


def field_of(mention: Mention, unit: str) -> str | None:
    """The field of the slot a figure becomes; `unit` is its metric's."""
    if mention.role is MentionRole.CHANGE:
        relative = mention.quantity is not None and mention.quantity.unit == "%" and unit != "%"
        return "growth" if relative else "change"
    return _FIELDS.get(mention.role)


def _with_slots(text: str, mentions: Sequence[Mention], metric: str, fields: Sequence[str]) -> str:
    for mention, field in sorted(zip(mentions, fields, strict=True), key=lambda pair: -pair[0].start):
        start = mention.start
        if field in ("change", "growth"):
            # The slot prints its own verb.
            verb = re.search(r"(?:增长|增加|提高|提升|上升|下降|降低|减少|缩短|延长|[多少高低])了?$", text[:start])
            start = verb.start() if verb else start
        text = f"{text[:start]}{{{metric}.{field}}}{text[mention.end :]}"
    return text


def _direction(mentions: Sequence[Mention]) -> int:
    signs = {m.direction for m in mentions if m.direction and m.role is not MentionRole.CHANGE}
    return signs.pop() if len(signs) == 1 else 0


def style_of(role: str, fields: Sequence[str], rest: str) -> Style:
    """How a sentence with these slots and these words besides tells its figures."""
    if role == "问题":
        return "problem"
    if role == "计划":
        return "plan"
    if "target" in fields:
        return "target"
    return "compared" if {"prev", "change", "growth"} & set(fields) or _COMPARED.search(rest) else "plain"


def lend(text: str, name: str, other: str) -> str:
    """A sentence that opens with one metric's name said of another; "" where it would not be that metric's Chinese."""
    if text.count(name) != 1 or not text.startswith((name, f"全年{name}")):
        return ""
    before, _, rest = text.partition(name)
    if _REST_OF_A_NAME.match(rest) or _OF_ITS_OWN.search(before + rest):
        return ""  # “手术” of 手术台次: there are no 出院台次
    return f"{before}{other}{rest}"

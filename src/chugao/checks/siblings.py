"""Documents that tell of the same year: one metric, one value, and departments that do not add up to more than the whole.

In: `Reading`s with their names.  Out: findings, each on the text it is about.

Surprise: a department's 手术台次 is rightly smaller than the hospital's; only the sum over departments may contradict it.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from chugao.checks.reading import Hit, Reading
from chugao.checks.rules import findings_of
from chugao.mentions import Mention, MentionRole
from chugao.quantity import Qualifier, Quantity
from chugao.source import Finding, Severity

_WHOLE = re.compile(
    r"(?:20\d\d年)?(?:全年|全院|我院|本院|医院|我科|全科|本年度?|今年|年度|共|累计|完成|实现|开展|均|总体)*(?:的)?"
)
_PART = re.compile(r"其中|上半年|下半年|季度|月份?|同期|上年|去年|截至|阶段|分别|较|比|预计|力争|目标|由|从")


class Sibling(NamedTuple):
    """A document of the same year."""

    name: str
    reading: Reading
    whole: bool = False
    """It speaks for the hospital, the others for its departments."""


def disagreements(siblings: Sequence[Sibling]) -> dict[str, tuple[Finding, ...]]:
    """C47: name of the document → what contradicts another one."""
    hits: dict[str, list[Hit]] = defaultdict(list)
    for year in {s.reading.reported for s in siblings}:
        group = [s for s in siblings if s.reading.reported == year]
        told = {s.name: _values(s.reading) for s in group}
        _same_office(group, told, hits)
        _sums(group, told, hits)
    texts = {s.name: s.reading.text for s in siblings}
    return {name: tuple(findings_of("cross-document", found, texts[name])) for name, found in hits.items()}


def _values(reading: Reading) -> dict[str, Mention]:
    """The value of each metric that a text tells without any qualifier, the first time."""
    found: dict[str, Mention] = {}
    for mention in reading.mentions:
        told = mention.role in (MentionRole.CURRENT, MentionRole.COUNT) and mention.tense == "past"
        if mention.metric and told and _unqualified(mention, reading):
            found.setdefault(mention.metric, mention)
    return found


def _unqualified(mention: Mention, reading: Reading) -> bool:
    sentence = reading.plain[mention.sentence[0] : mention.start]
    clause = re.split(r"[，。；：（(\n]", sentence)[-1]
    before, found, after = clause.rpartition(mention.metric_name)
    if not found or mention.period not in (None, str(reading.reported)):
        return False
    return _WHOLE.fullmatch(before.strip()) is not None and not _PART.search(sentence[-40:]) and len(after) <= 6


def _same_office(
    group: Sequence[Sibling], told: Mapping[str, Mapping[str, Mention]], hits: dict[str, list[Hit]]
) -> None:
    """Two papers of one office (总结 and 述职, 详版 and 简版) print one value."""
    for at, later in enumerate(group):
        for earlier in group[:at]:
            if later.reading.department != earlier.reading.department or later.whole != earlier.whole:
                continue
            for metric, mention in told[later.name].items():
                other = told[earlier.name].get(metric)
                if other and other.quantity and mention.quantity and not _agree(other.quantity, mention.quantity):
                    hint = (
                        f"{mention.metric_name}在《{earlier.name}》里是{other.text}，这里是{mention.text}。请核对统一。"
                    )
                    hits[later.name].append(Hit(mention.start, mention.end, hint))


def _sums(group: Sequence[Sibling], told: Mapping[str, Mapping[str, Mention]], hits: dict[str, list[Hit]]) -> None:
    """What departments count together is no more than the hospital counts."""
    parts = [s for s in group if not s.whole]
    for whole in (s for s in group if s.whole):
        for metric, mention in told[whole.name].items():
            definition = whole.reading.catalogue.get(metric)
            counted = [m.quantity.value for s in parts if (m := told[s.name].get(metric)) and m.quantity]
            if definition is None or definition.rollup != "sum" or len(counted) < 2 or mention.quantity is None:
                continue
            total = sum(counted, Decimal(0))
            if total > mention.quantity.value + mention.quantity.resolution:
                hint = f"{mention.metric_name}：{len(counted)}个科室合计{total:f}，比全院的{mention.text}还多。请核对口径。"
                hits[whole.name].append(Hit(mention.start, mention.end, hint))


def _agree(a: Quantity, b: Quantity) -> bool:
    """Two printed values may be one: the coarser holds the finer, a bound holds whatever is near."""
    if a.unit != b.unit:
        return True
    near = Decimal(0) if a.qualifier is b.qualifier is Qualifier.EXACT else max(a.value, b.value) / 10
    return abs(a.value - b.value) <= max(a.resolution, b.resolution, near)


# --- 雷同 -----------------------------------------------------------------------------------------


def alike_papers(siblings: Sequence[Sibling]) -> dict[str, list[Hit]]:
    """Name of a paper → the longest run it shares with another one, where the two are alike in a third and more."""
    from chugao.corpus.resembling import most_alike

    texts = {s.name: s.reading.text for s in siblings}
    hits: dict[str, list[Hit]] = defaultdict(list)
    for pair in most_alike(texts):
        longest = max(pair.runs, key=lambda r: r.end - r.start, default=None)
        if longest is not None:
            hint = f"与《{pair.second}》有{pair.share:.0%}的文字相同，共{len(pair.runs)}处。请写本科室自己的事，或说明是共用的段落。"
            hits[pair.first].append(Hit(longest.start, longest.end, hint, Severity.WARNING))
    return dict(hits)

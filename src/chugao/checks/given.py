"""What a text is held against: this year's facts, and the numbers that matters and fixed texts give.

In: figures, matters, the office's own words.  Out: `Context`; `Given`, which finds a matter's number again.

Surprise: a matter's number is only this number where the same words stand beside it; 12 of a meeting is not 12 of a drill.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from chugao.kind import Kind
from chugao.material import Matter
from chugao.mentions import Mention, find_mentions
from chugao.metrics.facts import Facts, derive
from chugao.metrics.observation import Figures
from chugao.period import Period
from chugao.quantity import Quantity


class Context(NamedTuple):
    """What a text is held against."""

    facts: Facts
    matters: Sequence[Matter] = ()
    kind: Kind | None = None
    year: int | None = None
    """The year in the title."""
    ours: bool = False
    """A draft of ours: whatever is untraced is an error there."""
    others: Sequence[str] = ()
    """Further texts whose numbers count as given: instructions, the office's formulas."""


def rows_of(figures: Figures, *names: str | None) -> Figures:
    """The rows of the first office named that has any, else all."""
    for name in filter(None, names):
        selected = figures.of_department(name)
        if selected.observations:
            return selected
    return figures


_recent: list[tuple[Figures, tuple[Period, tuple[str | None, ...]], Facts]] = []
_MOST_RECENT = 4


def facts_of(figures: Figures, period: Period, *names: str | None) -> Facts:
    """What the rows of an office say of a period; many papers are held against one workbook, so the last are kept."""
    key = (period, names)
    for known, about, facts in _recent:
        if known is figures and about == key:
            return facts
    facts = derive(rows_of(figures, *names), period)
    _recent[:] = [(figures, key, facts), *_recent[: _MOST_RECENT - 1]]
    return facts


def told_by(context: Context) -> str:
    """The words of the matters, for what a text may rightly say of them."""
    return "\n".join(f"{m.text}，{m.result}" for m in context.matters)


_SET_UP = re.compile(r"(?:新增|增设|开设|设置|新设|设)(?=[\d一二两三四五六七八九十])")


class Given:
    """Numbers of matters and other given texts, found again by value and the characters beside them."""

    def __init__(self, context: Context) -> None:
        texts = [(m.id, f"{m.said_when}，{m.text}，{m.result}。{m.evidence}") for m in context.matters]
        # “中心组学习” and its “12次” are told as one clause.
        texts += [(m.id, f"{m.text}{m.result}。") for m in context.matters if m.result]
        # “宁养病床，开设4张” is told as “增设宁养病床4张”.
        set_up = ((m, _SET_UP.match(m.result)) for m in context.matters)
        texts += [(m.id, f"{m.text}{m.result[said.end() :]}。") for m, said in set_up if said]
        texts += [("given", t) for t in context.others if t]
        self._numbers: dict[tuple[Decimal, str], list[tuple[str, str, Mention]]] = {}
        for source, text in texts:
            for mention in find_mentions(text):
                if (quantity := mention.quantity) is not None:
                    self._numbers.setdefault((quantity.value, quantity.unit), []).append((source, text, mention))

    def support(self, mention: Mention, text: str) -> str:
        """Id of the matter that gives this very number at this very place, "" when none does."""
        assert mention.quantity is not None
        key = (mention.quantity.value, mention.quantity.unit)
        for source, given, theirs in self._numbers.get(key, ()):
            if same(mention.quantity, theirs.quantity) and _same_neighbours(text, mention, given, theirs):
                return source
        return ""


def same(a: Quantity, b: Quantity | None) -> bool:
    return b is not None and a.value == b.value and a.unit == b.unit and a.high == b.high and a.qualifier == b.qualifier


def _same_neighbours(text: str, mention: Mention, given: str, theirs: Mention) -> bool:
    """Two characters to the left or three to the right agree: the number stands in the same words."""
    left = _left_of(text, mention.start)
    their_left = given[max(0, theirs.start - 2) : theirs.start]
    right = text[mention.end : mention.end + 3]
    their_right = given[theirs.end : theirs.end + 3]
    # “……质谱筛查，4126人” for “……质谱筛查，筛查4126人”: the same words all the same.
    past = text[max(0, mention.start - 6) : mention.start].rstrip("，。；：")[-2:]
    return (len(left) == 2 and their_left in (left, past)) or (len(right) == 3 and right == their_right)


_CELL = re.compile(r"(?:（[^（）]{0,24}）)?(?:\s?\|\s?|\t)$")
"""The end of the cell before a value, with what stands in brackets behind its name: “带教手术（专科联盟）｜57台”."""


def _left_of(text: str, at: int) -> str:
    """The two characters before a place; before a cell those of the cell's name."""
    before = text[max(0, at - 40) : at]
    cell = _CELL.search(before)
    return (before[: cell.start()] if cell else before)[-2:]

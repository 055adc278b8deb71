"""What the head of a table says of the numbers under it.

In: folded text in which rows are lines parted by pipes or tabs.  Out: `Cell`s, each with the role its column gives
and the words of its row.

Surprise: a column of last year's figures is a baseline though no word in the row says so; a column of this year's
figures says nothing that the number's unit does not.
"""

import re
from bisect import bisect_right
from typing import NamedTuple

from chugao.mentions.mention import MentionRole

_CHANGE = re.compile(r"同比|环比|增减|增幅|增长|变化|比上年|较上年|比去年|较去年")
_TARGET = re.compile(r"(?:目标|计划|任务|指标)(?!.*(?:完成|实际|达成))|明年|下年|次年")
_BASELINE = re.compile(r"上年|去年|基线|基期|同期|前值|原值")
_YEAR = re.compile(r"(?:19|20)\d\d")
_RULE = re.compile(r"[\s|:：\-—\t]*")


class Cell(NamedTuple):
    """One cell of a table under its head."""

    start: int
    end: int
    role: MentionRole | None
    row: tuple[int, int]
    """Where the first cell of the row stands."""


class Columns:
    """The cells of all tables of a text, found by position."""

    def __init__(self, folded: str, year: int | None) -> None:
        self.cells: list[Cell] = []
        if "\t" in folded or "|" in folded:
            self._read(folded, year)
        self._starts = [c.start for c in self.cells]

    def at(self, position: int) -> Cell | None:
        """The cell a number stands in, None outside tables and in heads."""
        place = bisect_right(self._starts, position) - 1
        return self.cells[place] if place >= 0 and position < self.cells[place].end else None

    def _read(self, folded: str, year: int | None) -> None:
        head: list[MentionRole | None] | None = None
        start = 0
        for line in folded.split("\n"):
            mark = "\t" if "\t" in line else "|" if line.count("|") >= 2 else ""
            if not mark:
                head = None
            elif not _RULE.fullmatch(line):
                cells = _cells(line, mark, start)
                if head is None:
                    head = _head([folded[s:e] for s, e in cells], year)
                else:
                    self.cells += [
                        Cell(s, e, head[i] if 0 < i < len(head) else None, cells[0]) for i, (s, e) in enumerate(cells)
                    ]
            start += len(line) + 1


def _cells(line: str, mark: str, start: int) -> list[tuple[int, int]]:
    spans, at = [], start
    for piece in line.split(mark):
        spans.append((at, at + len(piece)))
        at += len(piece) + 1
    return spans[1:] if mark == "|" and not line.split(mark, 1)[0].strip() else spans


def _head(names: list[str], year: int | None) -> list[MentionRole | None]:
    years = [int(y[0]) for name in names if (y := _YEAR.search(name))]
    reported = year if year in years else max(years, default=None)
    return [_role(name, reported) for name in names]


def _role(name: str, reported: int | None) -> MentionRole | None:
    if _CHANGE.search(name):
        return MentionRole.CHANGE
    if _TARGET.search(name):
        return MentionRole.TARGET
    if _BASELINE.search(name):
        return MentionRole.BASELINE
    named = _YEAR.search(name)
    if named is None or reported is None or int(named[0]) == reported:
        return None
    return MentionRole.BASELINE if int(named[0]) < reported else MentionRole.TARGET

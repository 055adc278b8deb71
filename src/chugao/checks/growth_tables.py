"""Growth columns of tables: the change a row prints follows from the two values beside it.

In: a `Reading`.  Out: hits in lines whose cells are parted by tabs or pipes, under a header that names what they hold.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from chugao.checks.intervals import Interval, bare, decimals_of, digits, interval_of
from chugao.checks.reading import Finder, Hit, Reading
from chugao.quantity import Found, find_numbers, fold
from chugao.source import Severity

_GROWTH = re.compile(r"增长|同比|增幅|增减|变化|升降|比上年|较上年|比去年|较去年")
_BEFORE = re.compile(r"上年|去年|上期|同期|基期")
_NOW = re.compile(r"本年|今年|本期|当年|实际|完成")
_AIM = re.compile(r"目标|计划|任务")
_RATE = re.compile(r"(?<!增长)率|占比|比例|比重|满意度")


class _Columns(NamedTuple):
    before: int
    now: int
    change: int
    points: bool
    """The header says that the change is in percentage points."""


def growth_tables(reading: Reading) -> Iterator[Hit]:
    """C05 in tables: growth and difference columns."""
    yield from growth_in(reading.text)


def growth_in(text: str) -> Iterator[Hit]:
    """The same in every table of a text."""
    columns: _Columns | None = None
    header = False
    start = 0
    for line in fold(text).split("\n"):
        cells = cells_of(line)
        if not cells:
            columns, header = None, False
        elif not header:
            columns, header = _columns([words for _, words in cells]), True
        elif columns is not None and len(cells) > max(columns[:3]):
            yield from _row(start, cells, columns)
        start += len(line) + 1


def cells_of(line: str) -> list[tuple[int, str]]:
    """(offset, words) of the cells of a line; none for a line that is no row or only a rule."""
    separator = "\t" if "\t" in line.strip() else "|" if line.count("|") >= 2 else ""
    if not separator or not re.search(r"[^\s|:\-]", line):
        return []
    cells, at = [], 0
    for words in line.split(separator):
        cells.append((at + len(words) - len(words.lstrip()), words.strip()))
        at += len(words) + 1
    return cells[1:] if separator == "|" and not cells[0][1] else cells


def _columns(header: Sequence[str]) -> _Columns | None:
    years = {
        i: int(m[0]) for i, words in enumerate(header) if (m := re.search(r"20\d\d", words)) and not _AIM.search(words)
    }
    change = [i for i, words in enumerate(header) if _GROWTH.search(words) and i not in years]
    if len(change) != 1:
        return None
    before = [i for i, words in enumerate(header) if _BEFORE.search(words) and i not in change]
    now = [i for i, words in enumerate(header) if _NOW.search(words) and i not in change and not _AIM.search(words)]
    if len(years) == 2 and max(years.values()) - min(years.values()) == 1:
        old, new = sorted(years, key=lambda i: years[i])
        return _Columns(old, new, change[0], "百分点" in header[change[0]])
    if len(before) == 1 and len(now) == 1 and before != now:
        return _Columns(before[0], now[0], change[0], "百分点" in header[change[0]])
    return None


def _row(start: int, cells: Sequence[tuple[int, str]], columns: _Columns) -> Iterator[Hit]:
    before, now, change = (only_number(cells[i][1]) for i in columns[:3])
    if before is None or now is None or change is None or before.quantity.unit != now.quantity.unit:
        return
    low, high, printed = (interval_of(f.quantity) for f in (before, now, change))
    if low is None or high is None or printed is None or low.low <= 0:
        return
    a, b, value = before.quantity.value, now.quantity.value, change.quantity.value
    half = change.quantity.resolution
    name = cells[0][1]
    unit = change.quantity.unit
    if (
        columns.points
        or unit == "个百分点"
        or (before.quantity.unit == "%" and unit == "")
        or (_RATE.search(name) and unit == "")
    ):
        true, possible, spelled = b - a, high - low, f"{bare(now.quantity)}－{bare(before.quantity)}"
    elif unit == "%" and before.quantity.unit not in ("%", "‰") and not _RATE.search(name):
        grown = high.growth_from(low)
        assert grown is not None
        true, possible = (b - a) / a * 100, grown
        spelled = f"（{bare(now.quantity)}－{bare(before.quantity)}）÷{bare(before.quantity)}"
    else:
        return
    signed = change.quantity.printed[:1] in "-−+"
    wrong_sign = signed and true * value < 0 and abs(true) > half
    if not wrong_sign and abs(abs(true) - abs(value)) <= half:
        return
    size = possible if true >= 0 else Interval(-possible.high, -possible.low)
    beyond = wrong_sign or not size.meets(Interval(abs(value) - half, abs(value) + half))
    right = f"{digits(true, decimals_of(change.quantity))}{unit}"
    hint = f"“{name}”一行：{spelled}={right}，表中写{change.quantity.printed}。请核对，应为{right}。"
    at = start + cells[columns.change][0]
    yield Hit(at + change.start, at + change.end, hint, Severity.ERROR if beyond else Severity.WARNING)


def only_number(cell: str) -> Found | None:
    """The one number of a cell."""
    found = list(find_numbers(cell))
    return found[0] if len(found) == 1 and found[0].quantity.value is not None else None


FINDERS: dict[str, Finder] = {"growth-table": growth_tables}

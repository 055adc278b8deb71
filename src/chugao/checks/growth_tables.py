"""Growth columns of tables: the change a row prints follows from the two values beside it.

In: a `Reading`.  Out: hits in lines whose cells are parted by tabs or pipes, under a header that names what they hold.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from chugao.checks.intervals import Interval, bare, decimals_of, digits, interval_of
from chugao.checks.reading import Finder, Hit, Reading
from chugao.quantity import Found, Quantity, comparable, find_numbers, fold
from chugao.source import Severity

_GROWTH = re.compile(r"增长|同比|增幅|增减|变化|升降|比上年|较上年|比去年|较去年")
_BEFORE = re.compile(r"上年|去年|上期|同期|基期")
_NOW = re.compile(r"本年|今年|本期|当年|实际|完成")
_AIM = re.compile(r"目标|计划|任务")
_STATE = re.compile(r"情况|率$|进度")
"""完成情况 beside 本年 says 完成 or 未完成; where nothing else is there it holds the value itself."""
RULE = re.compile(r"\s*\|?(?:\s*:?-{3,}:?\s*\|)+(?:\s*:?-{3,}:?)?\s*")
"""The line under the head of a table in Markdown."""
_ROSE = re.compile(r"^(?:同比|比上年|较上年)?(?:增长|增加|提高|上升|延长|升高)")
_FELL = re.compile(r"^(?:同比|比上年|较上年)?(?:下降|减少|降低|缩短|回落)")
_LEVEL = re.compile(r"^与(?:上年|去年)(?:同期)?持平$|^持平$")
_COUNTED_OUT = Decimal("0.5")
"""Resolution of a value printed to its last unit; 116.46万 is coarser, and what follows from it is too."""
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
        if RULE.fullmatch(line):
            pass
        elif not cells:
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
    if len(now) > 1:
        now = [i for i in now if not _STATE.search(header[i])]
    if len(years) == 2 and max(years.values()) - min(years.values()) == 1:
        old, new = sorted(years, key=lambda i: years[i])
        return _Columns(old, new, change[0], "百分点" in header[change[0]])
    if len(before) == 1 and len(now) == 1 and before != now:
        return _Columns(before[0], now[0], change[0], "百分点" in header[change[0]])
    return None


def _row(start: int, cells: Sequence[tuple[int, str]], columns: _Columns) -> Iterator[Hit]:
    before, now, change = (only_number(cells[i][1]) for i in columns[:3])
    if before is not None and now is not None and _LEVEL.match(cells[columns.change][1]):
        yield from _not_level(start, cells, columns, before, now)
    if before is None or now is None:
        return
    if before.quantity.unit != now.quantity.unit:
        yield from _of_two_units(start, cells, columns, before, now)
        return
    if change is None:
        return
    low, high, printed = (interval_of(f.quantity) for f in (before, now, change))
    if low is None or high is None or printed is None or low.low <= 0:
        return
    value, half, unit, name = change.quantity.value, change.quantity.resolution, change.quantity.unit, cells[0][1]
    if unit == before.quantity.unit and unit in ("%", "‰") and not columns.points:
        yield from _points_as_percent(start, cells, columns, change, now.quantity.value - before.quantity.value)
        return
    worked = _worked_out(name, columns, before.quantity, now.quantity, unit, high.growth_from(low), high - low)
    if worked is None:
        return
    true, possible, spelled = worked
    said = cells[columns.change][1]
    way = 1 if _ROSE.match(said) else -1 if _FELL.match(said) else 0
    signed = change.quantity.printed[:1] in "-−+"
    wrong_sign = (way * true < 0 or (signed and not way and true * value < 0)) and abs(true) > half
    if not wrong_sign and abs(abs(true) - abs(value)) <= half:
        return
    size = possible if true >= 0 else Interval(-possible.high, -possible.low)
    beyond = wrong_sign or not size.meets(Interval(abs(value) - half, abs(value) + half))
    if not beyond and max(before.quantity.resolution, now.quantity.resolution) > _COUNTED_OUT:
        return
    right = f"{digits(true, decimals_of(change.quantity))}{unit}"
    advice = "方向写反了，请改正" if way * true < 0 else f"请核对，应为{right.lstrip('-') if way else right}"
    hint = f"“{name}”一行：{spelled}={right}，表中写{said if way else change.quantity.printed}。{advice}。"
    at = start + cells[columns.change][0]
    yield Hit(at + change.start, at + change.end, hint, Severity.ERROR if beyond else Severity.WARNING)


def _worked_out(
    name: str, columns: _Columns, before: Quantity, now: Quantity, unit: str, grown: Interval | None, moved: Interval
) -> tuple[Decimal, Interval, str] | None:
    """What the change of a row is, what rounding leaves open, and how it is computed; None where it is no such change."""
    rate = _RATE.search(name) is not None
    points = columns.points or unit == "个百分点" or (unit == "" and (rate or before.unit == "%"))
    if points or (unit and unit == before.unit):
        return now.value - before.value, moved, f"{bare(now)}－{bare(before)}"
    if unit != "%" or before.unit in ("%", "‰") or rate or grown is None:
        return None
    return (now.value - before.value) / before.value * 100, grown, f"（{bare(now)}－{bare(before)}）÷{bare(before)}"


def _of_two_units(
    start: int, cells: Sequence[tuple[int, str]], columns: _Columns, before: Found, now: Found
) -> Iterator[Hit]:
    """A row whose two years are counted in two things: 3000台次 beside 2900张."""
    old, new = before.quantity.unit, now.quantity.unit
    if not old or not new or comparable(old, new):
        return
    at = start + cells[columns.now][0]
    hint = f"“{cells[0][1]}”一行：{before.quantity.printed}和{now.quantity.printed}单位不同。请核对单位。"
    yield Hit(at + now.start, at + now.end, hint, Severity.WARNING)


def _points_as_percent(
    start: int, cells: Sequence[tuple[int, str]], columns: _Columns, change: Found, moved: Decimal
) -> Iterator[Hit]:
    """“提高1.1%” of a rate that rose from 94.1% to 95.2%: the difference, and so points."""
    if not moved or abs(abs(moved) - abs(change.quantity.value)) > change.quantity.resolution:
        return
    points = {"%": "个百分点", "‰": "个千分点"}[change.quantity.unit]
    at = start + cells[columns.change][0]
    hint = f"“{cells[0][1]}”一行：{change.quantity.printed}是两个数相减，应写{digits(abs(moved), decimals_of(change.quantity))}{points}。"
    yield Hit(at + change.start, at + change.end, hint, Severity.WARNING)


def _not_level(
    start: int, cells: Sequence[tuple[int, str]], columns: _Columns, before: Found, now: Found
) -> Iterator[Hit]:
    """“与上年持平” beside two values that are not the same."""
    low, high = interval_of(before.quantity), interval_of(now.quantity)
    if low is None or high is None or before.quantity.unit != now.quantity.unit or low.meets(high):
        return
    at, said = cells[columns.change]
    hint = f"“{cells[0][1]}”一行：由{before.quantity.printed}到{now.quantity.printed}不是持平。请核对。"
    yield Hit(start + at, start + at + len(said), hint, Severity.ERROR)


def only_number(cell: str) -> Found | None:
    """The one number of a cell."""
    found = list(find_numbers(cell))
    return found[0] if len(found) == 1 and found[0].quantity.value is not None else None


FINDERS: dict[str, Finder] = {"growth-table": growth_tables}

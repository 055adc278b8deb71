"""What is true under a table of figures, worked out from the table's own cells.

In: a figures file (.csv, .xlsx) as the office wrote it.  Out: `Truth`, which says whether a printed number or a
direction word holds at a metric's field.

The rules are narrower than the verifier's on purpose: a mutant is left out of the benchmark only when a careful
clerk would sign it.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

from eval.plain import text_of
from eval.reading import Printed

_COLUMNS = {"now": "本期值", "prev": "上年同期值", "target": "目标值", "goal": "明年目标"}
_SCALED = re.compile(r"([万亿])([一-鿿].*)")
_UNIT_WITHIN = re.compile(r"[（(]([^（）()]+)[）)]$")
_YEAR_COLUMN = re.compile(r"(20\d\d)年?度?(?:实际|完成|实绩)?(目标|计划|任务)?[值数]?")
_CALLED = {
    "指标": "指标名称", "指标项目": "指标名称", "项目": "指标名称", "项目名称": "指标名称", "计量单位": "单位", "科室": "部门",
    **dict.fromkeys(("本年", "本期", "今年", "本年度", "本年完成", "完成值", "实际完成"), "本期值"),
    **dict.fromkeys(("上年", "去年", "同期", "上年同期", "上年度", "去年同期"), "上年同期值"),
    **dict.fromkeys(("目标", "年度目标", "本年目标", "计划", "计划值"), "目标值"), "下年目标": "明年目标",
    "重点工作": "事项", "工作事项": "事项", "事项名称": "事项",
}  # fmt: skip
"""What offices write at the head of a column → what the form calls it."""
_EMPTY = frozenset({"待补", "/", "—", "-", "－", "*", "**", "***", "×", "××", "X", "XX"})
_MARKS = re.compile(r"^(?:[★☆▲△●◆■※*\s]|[（(]?\d{1,2}[）)、.．](?!\d))+|[★☆▲△※*\s]+$")
"""Marks and numbers around the name of a metric."""
_HEADS = ("指标名称", "事项")
_FRACTION = Decimal("0.5")  # above it and below 1 a rate in % is perhaps 95.3 % as 0.953
_SMALL = re.compile(
    "发生|不|重返|并发|外渗|感染|死亡|损伤|差错|缺陷|投诉|跌倒"
)  # rates that are small by what they count
_OTHER_SPAN = re.compile(r"月|季|半年|累计")
_HEAD_WITHIN = 8  # rows: a title and who filled it in may stand above
_SECONDS = {"秒": 1, "分钟": 60, "小时": 3600, "天": 86400, "日": 86400}
_RATES = {"%": Decimal(1), "‰": Decimal("0.1")}


class Row(NamedTuple):
    """One metric's cells, in its base unit."""

    unit: str
    values: Mapping[str, Decimal]


class Truth:
    """The figures of one file by the metric's printed name."""

    def __init__(self, rows: Mapping[str, Row], unsure: frozenset[str] = frozenset()) -> None:
        self.rows = dict(rows)
        self.unsure = unsure
        """Metrics of which a cell can be read in more than one way, or by its format only: of them we know nothing."""

    def value(self, metric: str, field: str) -> Decimal | None:
        """The exact value of a field, signed; None when the figures do not give it."""
        values = self.rows[metric].values
        now, prev, target, goal = (values.get(f) for f in ("now", "prev", "target", "goal"))
        pairs = {"change": (now, prev), "gap": (now, target), "step": (goal, now)}
        if field in values:
            return values[field]
        if field in pairs:
            a, b = pairs[field]
            return None if a is None or b is None else a - b
        if now is None:
            return None
        if field in ("growth", "multiple") and prev:
            return (now - prev) / prev * 100 if field == "growth" else now / prev
        if field == "attainment" and target:
            return now / target * 100
        return None

    def sign(self, metric: str, field: str) -> int:
        """−1, 0, 1: what a direction word at this field must say (dir: since last year, aim: to the goal)."""
        value = self.value(metric, {"dir": "change", "aim": "step"}[field])
        return 0 if value is None else (value > 0) - (value < 0)

    def holds(self, metric: str, field: str, printed: Printed, unit: str) -> bool:
        """Whether a printed number is true of a field that was correctly printed with `unit`."""
        value = self.value(metric, field)
        return value is not None and holds(abs(value), printed, unit, aim=field in ("target", "goal"))


def holds(value: Decimal, printed: Printed, unit: str, *, aim: bool = False) -> bool:
    """Whether a value (in `unit`) makes a printed number true; of an aim, a bound at it restates it."""
    converted = _converted(value, unit, printed.unit)
    if converted is None:
        return False
    said, step = printed.value, printed.step
    rounded = (converted / step).quantize(Decimal(1), rounding=ROUND_HALF_UP) * step
    match printed.qualifier:
        case "":
            return rounded == said
        case "at_least" | "at_most":
            if aim and rounded == said:
                return True
            return converted >= said if printed.qualifier == "at_least" else converted <= said
        case "over":
            return converted > said
        case "under":
            return converted < said
        case "near":
            return said * Decimal("0.9") <= converted < said
        case "about":
            return abs(converted - said) <= said * Decimal("0.05")
        case _:
            return said <= converted < said + step


def _converted(value: Decimal, unit: str, to: str) -> Decimal | None:
    unit, to = (u.replace("/100", "/百") for u in (unit, to))
    if unit == to or to.startswith(f"{unit}/"):  # “DDDs” in a cell is printed as “DDDs/百人天”
        return value
    if unit in _SECONDS and to in _SECONDS:
        return value * _SECONDS[unit] / _SECONDS[to]
    if unit in _RATES and to in _RATES:
        return value * _RATES[unit] / _RATES[to]
    return None


def read_truth(path: Path) -> Truth:
    """The cells of a figures file in long form, read without the product."""
    return Truth(dict(map(_row, table_of(path))))


def truths_of(paths: Sequence[Path], period: str, department: str) -> Iterator[Truth]:
    """The rows of one department that count for a period, file by file: two files may say different things.

    Nothing at all where one of the files is not read.
    """
    if not all(is_read(path, int(period[:4])) for path in paths):
        return  # what one file leaves out may stand in the other
    for path in paths:
        rows = [_widened(cells, int(period[:4])) for cells in table_of(path) if cells.get("指标名称")]
        mine = [r for r in rows if r.get("部门", department) in ("", department)]
        rows_of, yearly = ([_row(r) for r in mine if _of_period(r, p)] for p in (period, period[:4]))
        twice = {name for name, times in Counter(name for name, _ in rows_of).items() if times > 1}
        unsure = twice | {_row(r)[0] for r in mine if _is_unsure(r)}
        aims = dict(yearly) if period[4:] else {}
        known = {name: _aimed(row, aims.get(name)) for name, row in rows_of if name not in unsure}
        yield Truth(known, frozenset(unsure))


def _is_unsure(cells: Mapping[str, str]) -> bool:
    """Whether a clerk would have to ask what a cell of a row means: “≤上年”, “1.2万”, 0.953 under a rate."""
    given = [cells.get(column, "").strip() for column in _COLUMNS.values()]
    values = [_number(cell) for cell in given]
    odd = any(cell and cell not in _EMPTY and value is None for cell, value in zip(given, values, strict=True))
    name, unit = cells["指标名称"], cells.get("单位", "")
    share = re.search("[率比]", name) is not None and not _SMALL.search(name) and unit in ("", "%")
    return odd or (share and any(v is not None and _FRACTION < abs(v) < 1 for v in values))


def _aimed(row: Row, yearly: Row | None) -> Row:
    """A row of a part of a year with the target of the year, where it has none of its own."""
    if yearly is None or yearly.unit != row.unit or "target" in row.values or "target" not in yearly.values:
        return row
    return row._replace(values={**row.values, "target": yearly.values["target"]})


def _row(cells: Mapping[str, str]) -> tuple[str, Row]:
    name, unit = _MARKS.sub("", cells["指标名称"].strip()), cells.get("单位", "")
    if not unit and (within := _UNIT_WITHIN.search(name)):
        name, unit = name[: within.start()], within[1]
    scaled = _SCALED.fullmatch(unit)
    factor, base = ({"万": 10**4, "亿": 10**8}[scaled[1]], scaled[2]) if scaled else (1, unit)
    given = {f: _number(cells.get(column, "")) for f, column in _COLUMNS.items()}
    return name, Row(base, {f: v * factor for f, v in given.items() if v is not None})


def _number(cell: str) -> Decimal | None:
    """A cell as a number; None for 待补, /, ** and all else that is none."""
    try:
        return Decimal(cell.strip().removesuffix("%"))
    except InvalidOperation:
        return None


def _widened(cells: Mapping[str, str], year: int) -> dict[str, str]:
    """A row that has a column a year, as one in long form."""
    found = dict(cells)
    for column, cell in cells.items():
        if match := _YEAR_COLUMN.fullmatch(column):
            by, aim = int(match[1]) - year, bool(match[2])
            field = {(0, False): "本期值", (-1, False): "上年同期值", (0, True): "目标值", (1, True): "明年目标"}.get(
                (by, aim)
            )
            if field:
                found[field] = cell
    return found


def _of_period(cells: Mapping[str, str], period: str) -> bool:
    """Whether a row counts for a period: its year, and the months where it names any."""
    year, months = period[:4], period[4:]
    if cells.get("年度", year) not in ("", year):
        return False
    said = cells.get("期间", "")
    if not said:
        return not months
    number = {
        "上半年": "H1",
        "下半年": "H2",
        "全年": "",
        "一季度": "Q1",
        "二季度": "Q2",
        "三季度": "Q3",
        "四季度": "Q4",
    }.get(said)
    if number is None and (match := re.fullmatch(r"(\d{1,2})[-—]?(\d{0,2})月", said)):
        number = f"M{match[1]}-{match[2]}" if match[2] else f"M{match[1]}"
    return (said if number is None else number) == months


def table_of(path: Path) -> list[dict[str, str]]:
    """The rows of a .csv or of the first sheet of a workbook, by the names of their columns; none of what is no table."""
    rows = _cells_of(path)
    named = [[_CALLED.get(c.strip(), c.strip()) for c in row] for row in rows[:_HEAD_WITHIN]]
    at = next((i for i, row in enumerate(named) if {*_HEADS} & {*row}), 0)
    if not named:
        return []
    return [dict(zip_longest(named[at], row[: len(named[at])], fillvalue="")) for row in rows[at + 1 :] if any(row)]


def is_read(path: Path, year: int) -> bool:
    """Whether our own eyes may take a file of figures as it stands: one sheet, one line of heads, a unit in each row.

    Merged heads, a unit over the table, columns of months: the product may understand them, and we say nothing of them.
    """
    rows = _cells_of(path)
    at = next((i for i, r in enumerate(rows[:_HEAD_WITHIN]) if "指标名称" in (_CALLED.get(c, c) for c in r)), None)
    table = table_of(path)
    named = re.search(r"20\d\d", path.stem)
    if named and int(named[0]) != year:
        return False  # last year's file: its 本年 is not ours
    if at is None or _sheets(path) != 1 or not table or not table[0].get("指标名称"):
        return False
    heads = rows[at]
    unheaded = any(c and not h for row in rows[at + 1 :] for h, c in zip_longest(heads, row, fillvalue=""))
    over = any("单位" in c for row in rows[:at] for c in row) or any(map(_OTHER_SPAN.search, heads))
    known = {*_COLUMNS.values()} & {*_widened(table[0], year)}
    return bool(known) and not unheaded and not over


def _cells_of(path: Path) -> list[list[str]]:
    if path.suffix.lower() == ".csv":
        return list(csv.reader(io.StringIO(text_of(path), newline="")))
    if path.suffix.lower() != ".xlsx":
        return []
    import openpyxl

    sheet = openpyxl.load_workbook(path, read_only=True, data_only=True).worksheets[0]
    return [[_shown(cell) for cell in row] for row in sheet.iter_rows()]


def _shown(cell: Any) -> str:
    """A cell as a clerk sees it: 0.953 in a cell of percents is 95.3; what a format scales otherwise we do not read."""
    value, form = cell.value, str(getattr(cell, "number_format", "") or "")
    if isinstance(value, int | float) and "%" in form:
        return str(Decimal(str(value)) * 100)
    if isinstance(value, int | float) and re.search(r"[万亿]|,(?![#0?])|!", form):
        return f"{value}（{form}）"
    return "" if value is None else str(value).strip()


def _sheets(path: Path) -> int:
    """How many sheets of a workbook hold anything."""
    if path.suffix.lower() != ".xlsx":
        return 1
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    return sum(any(any(c is not None for c in row) for row in s.iter_rows(values_only=True)) for s in book.worksheets)

"""What is true under a table of figures, worked out from the table's own cells.

In: a figures file (.csv, .xlsx) as the office wrote it.  Out: `Truth`, which says whether a printed number or a
direction word holds at a metric's field.

The rules are narrower than the verifier's on purpose: a mutant is left out of the benchmark only when a careful
clerk would sign it.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path
from typing import NamedTuple

from eval.reading import Printed

_COLUMNS = {"now": "本期值", "prev": "上年同期值", "target": "目标值", "goal": "明年目标"}
_SCALED = re.compile(r"([万亿])([一-鿿].*)")
_YEAR_COLUMN = re.compile(r"(20\d\d)年?(目标|计划)?(?:值)?")
_SECONDS = {"秒": 1, "分钟": 60, "小时": 3600, "天": 86400, "日": 86400}
_RATES = {"%": Decimal(1), "‰": Decimal("0.1")}


class Row(NamedTuple):
    """One metric's cells, in its base unit."""

    unit: str
    values: Mapping[str, Decimal]


class Truth:
    """The figures of one file by the metric's printed name."""

    def __init__(self, rows: Mapping[str, Row]) -> None:
        self.rows = dict(rows)

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
    if unit == to:
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
    """The rows of one department that count for a period, file by file: two files may say different things."""
    for path in paths:
        rows = [_widened(cells, int(period[:4])) for cells in table_of(path)]
        mine = [r for r in rows if r.get("部门", department) in ("", department)]
        rows_of = dict(_row(r) for r in mine if _of_period(r, period))
        yearly = dict(_row(r) for r in mine if _of_period(r, period[:4])) if period[4:] else {}
        yield Truth({name: _aimed(row, yearly.get(name)) for name, row in rows_of.items()})


def _aimed(row: Row, yearly: Row | None) -> Row:
    """A row of a part of a year with the target of the year, where it has none of its own."""
    if yearly is None or yearly.unit != row.unit or "target" in row.values or "target" not in yearly.values:
        return row
    return row._replace(values={**row.values, "target": yearly.values["target"]})


def _row(cells: Mapping[str, str]) -> tuple[str, Row]:
    scaled = _SCALED.fullmatch(unit := cells.get("单位", ""))
    factor, base = ({"万": 10**4, "亿": 10**8}[scaled[1]], scaled[2]) if scaled else (1, unit)
    given = {f: _number(cells.get(column, "")) for f, column in _COLUMNS.items()}
    return cells["指标名称"], Row(base, {f: v * factor for f, v in given.items() if v is not None})


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
    """The rows of a .csv or of the first sheet of a workbook, by the names of their columns."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))
    import openpyxl

    sheet = openpyxl.load_workbook(path, read_only=True, data_only=True).worksheets[0]
    header, *rows = ([("" if c is None else str(c)) for c in row] for row in sheet.iter_rows(values_only=True))
    return [dict(zip(header, row, strict=True)) for row in rows]

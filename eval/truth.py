"""What is true under a table of figures, worked out from the table's own cells.

In: a figures file (.csv, .xlsx) as the office wrote it.  Out: `Truth`, which says whether a printed number or a
direction word holds at a metric's field.

The rules are narrower than the verifier's on purpose: a mutant is left out of the benchmark only when a careful
clerk would sign it.
"""

import csv
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import NamedTuple

from eval.reading import Printed

_COLUMNS = {"now": "本期值", "prev": "上年同期值", "target": "目标值", "goal": "明年目标"}
_TO_BASE = {"万人次": "人次", "万元": "元", "亿元": "元", "万人": "人", "万次": "次", "万份": "份"}
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
    rows = {}
    for cells in _table(path):
        unit = cells.get("单位", "")
        base = _TO_BASE.get(unit, unit)
        factor = {"万": 10**4, "亿": 10**8}.get(unit[:1], 1) if base != unit else 1
        values = {f: Decimal(c) * factor for f, column in _COLUMNS.items() if (c := cells.get(column, "").strip())}
        rows[cells["指标名称"]] = Row(base, values)
    return Truth(rows)


def _table(path: Path) -> list[dict[str, str]]:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))
    import openpyxl

    sheet = openpyxl.load_workbook(path, read_only=True, data_only=True).worksheets[0]
    header, *rows = ([("" if c is None else str(c)) for c in row] for row in sheet.iter_rows(values_only=True))
    return [dict(zip(header, row, strict=True)) for row in rows]

"""Hold 合计, 小计 and 总计 against what they add up.

In: the values of one table and its total rows and columns.  Out: a finding for each total that its parts do not make.

Surprise: a total below different metrics adds up nothing at all, and the total of a mean is a mean; only one metric at
a time is added, and only one that may be.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from chugao.catalogue import MetricDefinition
from chugao.documents.sheets import Cell
from chugao.errors import InputError
from chugao.metrics.cells import Unit, in_base_unit, read_value, unit_of
from chugao.metrics.gathering import Entered, Gathered, Here
from chugao.metrics.layouts import Layout
from chugao.metrics.wording import wording
from chugao.quantity import Qualifier, Quantity
from chugao.source import Severity

_AVERAGE = re.compile(r"(?:全院|全科|各科|月|总)?(?:平均|均值|平均值|均数)")
_TOTAL = re.compile(r".{0,10}(?:合计|总计|小计|共计)(?:数|值)?")


class TotalRow(NamedTuple):
    """A row that sums up the rows above it."""

    row: int
    partial: bool
    """小计: since the last one; else of the whole table."""
    average: bool = False
    """平均 adds up nothing; it is only no row of the table."""


def total_row(cells: Sequence[Cell], layout: Layout, index: int) -> TotalRow | None:
    """Whether a row is a total: its first text or its name is one word for it, or its department or period ends in one."""
    filled = [c for c in cells if c.text]
    if not filled:
        return None
    keys = [layout.single.get(k) for k in ("department", "period", "year")] + [layout.key]
    loose = [cells[k].text for k in keys if k is not None and k < len(cells)]
    if layout.metric is not None:
        loose.append(filled[0].text)
    name = layout.single.get("name")
    strict = [filled[0].text] + ([cells[name].text] if name is not None and name < len(cells) else [])
    words = [re.sub(r"\s", "", text) for text in strict]
    said = next((w for w in words if w in wording()["words"]["totals"]), "")
    said = said or next((w for t in loose if _TOTAL.fullmatch(w := re.sub(r"\s", "", t))), "")
    mean = any(_AVERAGE.fullmatch(re.sub(r"\s", "", text)) for text in loose)
    return TotalRow(index, "小计" in said, mean and not said) if said or mean else None


def check_total_rows(gathered: Gathered, place: Here, layout: Layout, totals: Sequence[TotalRow]) -> None:
    """A finding for each value of a total row that the rows above it do not add up to."""
    columns = {c for c, _ in layout.values}
    entered = [e for e in gathered.entered if e.column in columns]
    rows = {t.row for t in totals}
    for column in sorted(columns):
        since = 0
        for total in (t for t in totals if not t.average):
            parts = [e for e in entered if e.column == column and e.row < total.row and e.row not in rows]
            if total.partial:
                parts = [e for e in parts if e.row > since]
                since = total.row
            _hold(gathered, place, place.sheet.cell(total.row, column), parts, _row_unit(layout, place, total.row))


def check_total_columns(gathered: Gathered, place: Here, layout: Layout) -> None:
    """A finding for each 合计 beside values of one metric that do not add up to it."""
    by_row: dict[int, list[Entered]] = {}
    for entered in gathered.entered:
        by_row.setdefault(entered.row, []).append(entered)
    for index, entered_here in by_row.items():
        since = -1
        for column in layout.totals:
            header = place.sheet.rows[index]
            parts = [e for e in entered_here if since < e.column < column]
            if column < len(header):
                _hold(gathered, place, header[column], parts, _row_unit(layout, place, index))
            since = column if "小计" in "".join(c.text for c in header[column : column + 1]) else since


def _row_unit(layout: Layout, place: Here, row: int) -> str:
    """The unit that a row's values are in, as written."""
    column = layout.single.get("unit")
    return place.sheet.cell(row, column).text if column is not None else ""


def _hold(gathered: Gathered, place: Here, cell: Cell, parts: Sequence[Entered], unit_text: str) -> None:
    """Compare one total with its parts, where they can be added."""
    if len(parts) < 2 or not cell.text:
        return
    definition = _one_metric(gathered, parts)
    if definition is None or not _may_add(definition, parts):
        return
    first = parts[0].observation
    unit = unit_of(unit_text) or _scale_of(first.quantity)
    try:
        quantity = read_value(cell.text, unit_text).quantity
        total = in_base_unit(quantity, unit, definition, place.source(cell)) if quantity else None
    except InputError:
        return
    if total is None or total.qualifier is not Qualifier.EXACT:
        return
    added = sum((e.observation.quantity.value for e in parts), Decimal(0))
    if abs(added - total.value) <= _slack([*(e.observation.quantity for e in parts), total]):
        return
    source, last = place.source(cell), parts[-1].observation
    scale = unit.scale if unit.scale and total.value % 1 == 0 else Decimal(1)
    shown = _plain(added / scale)
    hint = (
        f"{source}：合计写的是{total.printed}，{first.source.cell}—{last.source.cell}各数相加是{shown}。"
        "请核对是合计有误，还是少了、多了一行（列）。合计只用来核对，没有读取。"
    )
    gathered.note("total", Severity.WARNING, source, total.printed, hint)


def _one_metric(gathered: Gathered, parts: Iterable[Entered]) -> MetricDefinition | None:
    metrics = {e.observation.metric for e in parts}
    return gathered.definitions.get(metrics.pop()) if len(metrics) == 1 else None


def _may_add(definition: MetricDefinition, parts: Sequence[Entered]) -> bool:
    """Counts and amounts add up over departments and over months; a stock over departments only."""
    spans = {e.observation.period for e in parts}
    departments = {e.observation.department for e in parts}
    exact = all(e.observation.quantity.qualifier is Qualifier.EXACT for e in parts)
    if not exact or (len(spans) > 1 and len(departments) > 1):
        return False
    if len(spans) == 1:
        return definition.rollup in ("sum", "last") and len(departments) == len(parts)
    # Months of one year; years are no parts of anything.
    return definition.rollup == "sum" and len({s.year for s in spans}) == 1


def _scale_of(quantity: Quantity) -> Unit:
    """The scale in which a bare number was written: 3.2 in a column of 万."""
    try:
        written = read_value(quantity.printed, "").quantity
    except InputError:
        written = None
    if written is None or not written.value or written.unit not in ("", quantity.unit):
        return Unit(Decimal(1), quantity.unit)
    return Unit(quantity.value / written.value, quantity.unit)


def _slack(quantities: Sequence[Quantity]) -> Decimal:
    """How far a sum of printed values may be from the printed total: nothing for whole counts."""
    whole = all(q.value == q.value.to_integral_value() and q.resolution <= Decimal("0.5") for q in quantities)
    return Decimal(0) if whole else sum((q.resolution for q in quantities), Decimal(0))


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def total_rows(place: Here, layout: Layout, first: int, end: int) -> Iterator[TotalRow]:
    """Every total row between two rows of a sheet."""
    for index in range(first, end):
        if (found := total_row(place.sheet.rows[index], layout, index)) is not None:
            yield found

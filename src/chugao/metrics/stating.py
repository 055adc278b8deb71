"""Turn one value cell into what it states: of which metric, of whom, for which months, in which role and unit.

In: a row whose period, unit and definition are known.  Out: statements, changes and values on a comparable basis, added
to `Gathered`.

Surprise: 0.986 in a column of percentages is 98.6% for one metric and 0.986% for another; what the metric may be decides,
and it is said either way.
"""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from chugao.catalogue import MetricDefinition
from chugao.documents.sheets import Cell
from chugao.errors import InputError
from chugao.metrics.cells import (
    Unit,
    Value,
    in_base_unit,
    not_a_number,
    read_date,
    read_release,
    read_value,
    unit_of,
)
from chugao.metrics.gathering import Entered, Gathered
from chugao.metrics.headers import Column
from chugao.metrics.layouts import Row, Setting
from chugao.metrics.observation import Observation, ReportedChange, Role
from chugao.metrics.settling import Statement
from chugao.period import Period
from chugao.quantity import Quantity, fold, plain
from chugao.source import Severity, Source


def common_of(row: Row, setting: Setting) -> dict[str, Any]:
    """What all observations of a row share.  Raises `InputError` for a wrong date or 公开范围."""
    department = row.text("department") or row.carried or setting.department
    common: dict[str, Any] = {
        "department": department,
        "release": read_release(row.cell("release"), row.source("release")),
        "cutoff": read_date(row.cell("cutoff"), row.source("cutoff")) or setting.cutoff,
    }
    for name in ("owner", "leader", "deadline", "caliber", "origin", "note"):
        common[name] = row.text(name)
    common["rank"] = _rank(row)
    for name in ("numerator", "denominator"):
        try:
            quantity = read_value(row.text(name), "").quantity
        except InputError:
            raise InputError(not_a_number(row.source(name), row.text(name))) from None
        common[name] = quantity
    return common


def _rank(row: Row) -> str:
    """排名 with its scope: a 3 below 全市排名 is 全市第3."""
    text = fold(row.text("rank")).strip()
    scope = re.match(r"^(全[国省市县区州盟旗院系统]{1,2})", row.layout.headers.get("rank", ""))
    return f"{scope[1]}第{text}" if scope and text.isascii() and text.isdecimal() else text


def state(
    gathered: Gathered,
    row: Row,
    period: Period,
    definition: MetricDefinition,
    unit: Unit,
    common: dict[str, Any],
    index: int,
    column: Column,
    cell: Cell,
    value: Value,
) -> None:
    """Add the statements of one value cell."""
    role, when = role_and_period(column, period)
    own = role is Role.ACTUAL and when.year == period.year
    _note_two_units(gathered, row, column, unit, cell, value)
    if column.unit and not row.text("unit"):
        given = unit_of(column.unit) or unit
        unit = Unit(given.scale, definition.unit) if given.base == "" and given.scale != 1 else given
    shared = {k: v for k, v in common.items() if k != "cutoff"}
    if column.department:
        shared["department"] = column.department
    said = ((value.quantity, role, when), (value.previous, role, when.shifted(-1)), (value.target, Role.TARGET, when))
    for number, (quantity, as_role, of) in enumerate(said):
        if quantity is None:
            continue
        early = number == 0 and column.field in ("prev", "cumulative_prev") and not column.year
        cutoff = common["cutoff"] if own and number == 0 else _a_year_before(common["cutoff"]) if early else None
        source = row.place.source(cell, cutoff)
        try:
            settled = in_base_unit(quantity, unit, definition, source)
        except InputError as error:
            gathered.problems.append(str(error))
            return
        settled = _whole_percent(gathered, row, definition, settled, source)
        if not own or number:
            shared |= {"numerator": None, "denominator": None, "rank": ""}
        observation = Observation(
            metric=definition.id, period=of, role=as_role, quantity=settled, source=source, **shared
        )
        if row.comparable or column.comparable:
            gathered.comparable.append(observation.model_copy(update={"caliber": "可比口径"}))
            continue
        gathered.statements.append(Statement(period.year, observation))
        if number == 0 and role is Role.ACTUAL:
            gathered.entered.append(Entered(row.index, index, observation))


def _note_two_units(gathered: Gathered, row: Row, column: Column, unit: Unit, cell: Cell, value: Value) -> None:
    """元 in a cell or a header beside 万元 in 单位: what holds is said, for it may be ten thousand times wrong."""
    own = unit_of(value.quantity.unit) if value.quantity and value.quantity.unit and "元" in cell.text else None
    headed = unit_of(column.unit) if column.unit and row.text("unit") else None
    scaled = re.search(r"\d\s*(?:亿|[百千]?万|千|百)", fold(cell.text)) is not None
    if own and not scaled and (own.base, own.scale) != (unit.base, unit.scale) and own.base == unit.base:
        which = f"单元格里写的是“{own.base}”，与表里的单位不同，按单元格里的读取"
    elif headed and headed.base == unit.base and headed.scale != unit.scale:
        which = f"表头写的是“{column.unit}”，“单位”一列写的是“{row.text('unit')}”，按“单位”一列读取"
    else:
        return
    source = row.place.source(cell)
    gathered.note("unit", Severity.WARNING, source, cell.text, f"{source}：“{cell.text}”的{which}。请核对。")


def _a_year_before(cutoff: date | None) -> date | None:
    """上年同期 of a row whose year is not over counts the same months; at the year's end there is nothing to say."""
    if cutoff is None or cutoff.month == 12:
        return None
    return cutoff.replace(year=cutoff.year - 1, day=min(cutoff.day, 28) if cutoff.month == 2 else cutoff.day)


def role_and_period(column: Column, period: Period) -> tuple[Role, Period]:
    """What a value column means in a row of this period."""
    if column.year or column.months:
        first, last = column.months or (period.first_month, period.last_month)
        period = Period(year=column.year or period.year, first_month=first, last_month=last)
    match column.field:
        case "prev":
            return Role.ACTUAL, period if column.year else period.shifted(-1)
        case "cumulative" | "cumulative_prev":
            # From January on: in a sheet of one month or quarter the year so far.
            so_far = period if period.is_year else Period(year=period.year, last_month=period.last_month)
            return Role.ACTUAL, so_far if column.field == "cumulative" else so_far.shifted(-1)
        case "target" | "aim":
            return Role.TARGET, period
        case "goal":
            return Role.TARGET, period.shifted(1)
        case _:
            return Role.ACTUAL, period


def _whole_percent(
    gathered: Gathered, row: Row, definition: MetricDefinition, quantity: Quantity, source: Source
) -> Quantity:
    """0.986 with unit % is 98.6% where 0.986% cannot be: read so, and said; where it could be, only said."""
    bare = not re.search(r"[%％]", quantity.printed)
    if definition.unit != "%" or not bare or not 0 < quantity.value <= 1:
        return quantity
    bands = definition.band
    lows = [bands[0]] if isinstance(bands, tuple) else [b[0] for b in bands.values()] if bands else []
    fraction, whole = plain(quantity.value), plain(quantity.value * 100)
    if (lows and min(lows) > 2) or (not lows and _is_a_fraction(quantity.value, row, definition)):
        hint = f"“{definition.name}”写的是{quantity.printed}，按{whole}%读取。若确是{fraction}%，请写成“{fraction}%”。"
        gathered.note("fraction", Severity.WARNING, source, quantity.printed, hint)
        # Whoever quotes the figure (a list to confirm, a complaint) must not say 0.97%.
        printed = re.sub(r"\d*\.?\d+", whole, quantity.printed, count=1) + "%"
        step = quantity.resolution * 100
        return replace(quantity, value=Decimal(whole), resolution=step, printed=printed)
    # An .xls may hide its percent format from us, so there a metric without a band is doubtful too.
    if not lows and row.place.book.legacy:
        hint = f"“{definition.name}”按{fraction}%读取，疑为{whole}%。若是，请把单元格改为{whole}%。"
        gathered.note("fraction", Severity.WARNING, source, quantity.printed, hint)
    return quantity


def _is_a_fraction(fraction: Decimal, row: Row, definition: MetricDefinition) -> bool:
    """Whether 0.936 means 93.6% where no band tells: another cell of the row has about a hundred times as much, or the
    more of it the better and no cell has more than 1 (会诊及时率 0.953 after 0.948 is not one in a hundred)."""
    shown = (
        re.fullmatch(r"\D{0,3}(\d{1,3}(?:\.\d{1,6})?)[%％]?", fold(cell.text).strip()) for _, _, cell in row.values()
    )
    beside = [Decimal(m[1]) for m in shown if m]
    if any(value > 1 and 50 <= value / fraction <= 200 for value in beside):
        return True
    growth = re.search(r"增[长幅速加]|转化", definition.name)
    return (
        definition.better == "up"
        and not growth
        and max(beside, default=fraction) <= 1
        and min(beside, default=fraction) >= Decimal("0.5")
    )


def state_change(
    gathered: Gathered,
    row: Row,
    period: Period,
    definition: MetricDefinition,
    unit: Unit,
    department: str,
    change: Quantity,
    cell: Cell,
) -> None:
    """Keep a 同比变化: % is growth, a difference is brought to the metric's unit (个百分点 for a rate in %)."""
    source, written = row.place.source(cell), change
    column = row.layout.columns.get(row.layout.single.get("change", -1))
    if change.unit == "" and column and (column.percent or column.unit in ("%", "％")):
        change = replace(change, unit="%")
    elif change.unit not in ("%", "个百分点"):
        try:
            change = in_base_unit(change, unit, definition, source)
        except InputError as error:
            gathered.problems.append(str(error))
            return
        if change.unit == "%":
            change = replace(change, unit="个百分点")
    if (
        definition.kind in ("count", "amount")
        and change.unit not in ("%", "个百分点")
        and written.value % 1
        and abs(written.value) < 1
    ):
        change = written
        share = plain(abs(change.value) * 100)
        hint = (
            f"{source}：“{definition.name}”的同比变化写的是“{cell.text}”，不会是{cell.text}{definition.unit}，没有读取。"
            f"若是{share}%，请写成“{share}%”。"
        )
        gathered.note("change", Severity.WARNING, source, cell.text, hint)
        return
    if change.unit == "%" and definition.unit == "%" and change.value:
        points = plain(abs(change.value))
        hint = (
            f"{source}：“{definition.name}”是百分率，同比变化“{cell.text}”按{points}个百分点读取。"
            "若是相对上年的增幅，请补上年同期值，由软件计算。"
        )
        gathered.note("points", Severity.INFO, source, cell.text, hint)
    gathered.changes.append(
        ReportedChange(metric=definition.id, department=department, period=period, quantity=change, source=source)
    )

"""Read one row of a table of figures: what it states, of which metric, in which unit, for which period.

In: a row with its `Layout` and `Setting`.  Out: statements and changes, added to `Gathered`.

Surprise: one row states several figures of several years: its 上年同期值 is an actual of the year before, its 明年目标
a target of the year after, and “98.6%（去年97.2%）” two figures in one cell.
"""

import re
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from chugao.catalogue import MetricDefinition, name_key
from chugao.documents.sheets import Cell
from chugao.errors import InputError
from chugao.metrics.cells import (
    Unit,
    Value,
    in_brackets,
    is_change,
    is_level,
    is_number,
    not_a_change,
    not_a_number,
    read_change,
    read_trend,
    read_value,
    split_name,
    unit_of,
    written_unit,
)
from chugao.metrics.gathering import Gathered
from chugao.metrics.headers import VALUES, Column, nearest_names
from chugao.metrics.layouts import Row, Setting
from chugao.metrics.observation import RelativeTarget
from chugao.metrics.relative import read_step
from chugao.metrics.stating import common_of, role_and_period, state, state_change
from chugao.metrics.wording import is_footer, wording
from chugao.period import Period, read_period
from chugao.quantity import Quantity, fold, han_value
from chugao.source import Severity

_ASKED = 200
_AIMED = ("target", "aim", "goal")
_VALUE_OF_NOW = ("now", "actual", "of_department", "of_metric", "cumulative")


def read_row(gathered: Gathered, row: Row, setting: Setting) -> None:
    """Add what one row says; what is wrong goes to `gathered.problems`."""
    filled = [c for c in row.cells if c.text]
    by_column = row.layout.metric is not None
    name = row.text("name")
    if not filled or (is_footer(filled[:1], "") if by_column else is_footer(filled, name)):
        return
    told = [(index, column, cell) for index, column, cell in row.values() if cell.text]
    if not told and not row.text("change"):
        return  # a heading between groups of rows, or a metric not yet filled in
    if len({c.text for c in filled}) == 1 and not is_number(filled[0].text):
        return  # a heading merged over the whole row
    if not name:
        if any(is_number(cell.text) for _, _, cell in told):
            place = row.place.source(told[0][2])
            gathered.problems.append(f"{place}：这一行有数值，没有写指标名称。请补上指标名称，或删去这一行。")
        return
    if row.layout.key is not None:
        key = row.place.sheet.cell(row.index, row.layout.key)
        told = _by_key(gathered, row, key, told)
    try:
        _read_figures(gathered, row, setting, told)
    except InputError as error:
        gathered.problems.append(str(error))


Told = list[tuple[int, Column, Cell]]


def _by_key(gathered: Gathered, row: Row, key: Cell, told: Told) -> Told:
    """The values of a row that is itself a field, a period or a department: 本期值, 2024年, 骨科."""
    meant = gathered.vocabulary.read((key.text,)) if key.text else None
    if meant is not None and (meant.field in VALUES or meant.field == "of_department"):
        return [(index, meant._replace(metric=column.metric), cell) for index, column, cell in told]
    if meant is not None and meant.field in ("change", "ignored", "total"):
        return []  # computed from the other rows
    problem = f"{row.place.source(key)}：“{key.text}”这一行是什么的数，看不懂。请写成科室、年份或“本期值”“上年同期值”。"
    if problem not in gathered.problems and any(is_number(cell.text) for _, _, cell in told):
        gathered.problems.append(problem)
    return []


def _read_figures(gathered: Gathered, row: Row, setting: Setting, told: Told) -> None:
    """Observations and change of one named row.  Raises `InputError` for what spoils the whole row."""
    values: list[tuple[int, Column, Cell, Value]] = []
    steps: list[tuple[Column, Cell, Quantity]] = []
    asides: list[tuple[Column, Cell, Quantity | None]] = []
    """Changes that stand where a value should."""
    unit_text = re.sub(r"\s+", "", row.text("unit"))
    wrong = len(gathered.problems)
    definition = gathered.vocabulary.definition(row.text("name"))
    given = unit_of(unit_text) or setting.unit
    counted = definition or (gathered.catalogue.local(row.text("name"), given.base) if given else None)
    for index, column, cell in told:
        try:
            value = _zero(row, column, cell, counted) or read_value(cell.text, unit_text)
        except InputError:
            step = read_step(cell.text) if column.field in _AIMED else None
            if step is not None:
                steps.append((column, cell, step))
            elif counted and counted.unit == "元" and (inside := in_brackets(cell.text)):
                values.append((index, column, cell, _negative(gathered, row, cell, inside)))
            elif is_change(cell.text) and column.field in _VALUE_OF_NOW and column.field != "of_department":
                asides.append((column, cell, read_change(cell.text)))
            else:
                _note_no_value(gathered, row, column, cell)
            continue
        if value.quantity is not None:
            values.append((index, column, cell, value))
            _note_remark(gathered, row, cell, value)
    change = _change_of(gathered, row, values)
    if len(gathered.problems) > wrong or not (values or steps or change or asides):
        return
    years = [c.year for _, c, _, _ in values if c.year]
    if row.layout.key is not None and years:
        setting = setting._replace(year=max(years))
    period = _row_period(row, setting)
    unit, definition = _unit_and_definition(gathered, row, definition, [(c, v) for _, c, _, v in values], setting.unit)
    common = common_of(row, setting)
    for index, column, cell, value in values:
        state(gathered, row, period, definition, unit, common, index, column, cell, value)
        if value.change is not None:
            named = common["department"] if not column.department else column.department
            state_change(gathered, row, period, definition, unit, named, value.change, cell)
    for column, cell, step in steps:
        _, when = role_and_period(column, period)
        shared = {k: common[k] for k in ("department", "release", "owner", "leader", "deadline")}
        source = row.place.source(cell)
        gathered.aims.append(RelativeTarget(metric=definition.id, period=when, step=step, source=source, **shared))
    if change is not None:
        state_change(gathered, row, period, definition, unit, common["department"], change, row.cell("change"))
    for column, cell, moved in asides:
        if moved is not None:
            _, when = role_and_period(column, period)
            state_change(gathered, row, when, definition, unit, column.department or common["department"], moved, cell)
            source = row.place.source(cell)
            hint = f"{source}：“{definition.name}”写的“{cell.text}”是增减，不是数，按同比变化读取。请补上本期值。"
            gathered.note("change", Severity.WARNING, source, cell.text, hint)


def _note_no_value(gathered: Gathered, row: Row, column: Column, cell: Cell) -> None:
    """Words where a number should stand: those that may stand there are told, others are a problem."""
    source = row.place.source(cell)
    if column.field in _AIMED and (read_trend(cell.text) is not None or cell.text in ("↑", "↓")):
        hint = (
            f"{source}：“{row.text('name')}”的目标写的是“{cell.text}”，没有数，没有采用。"
            "有数请写成“≥95%”“较上年下降0.5个百分点”这样。"
        )
        gathered.note("target", Severity.WARNING, source, cell.text, hint)
    elif is_level(cell.text):
        hint = f"{source}：“{row.text('name')}”写的是“{cell.text}”，不是数，没有采用。要写进稿子，请作为一条事项填在事项表里。"
        gathered.note("level", Severity.WARNING, source, cell.text, hint)
    else:
        gathered.problems.append(not_a_number(source, cell.text))


def _negative(gathered: Gathered, row: Row, cell: Cell, inside: str) -> Value:
    """Money in brackets is below nought, and told."""
    source = row.place.source(cell)
    hint = f"{source}：“{cell.text}”在括号里，按负数-{inside}读取。不是负数请去掉括号。"
    gathered.note("negative", Severity.WARNING, source, cell.text, hint)
    return read_value("-" + inside, row.text("unit"))


def _note_remark(gathered: Gathered, row: Row, cell: Cell, value: Value) -> None:
    if value.remark and value.quantity is not None:
        source, read = row.place.source(cell), cell.text.strip().removesuffix(value.remark)
        hint = f"{source}：“{cell.text}”按{read}读取，“{value.remark}”没有采用。要说明的请写在“口径”或“备注”一栏。"
        gathered.note("remark", Severity.WARNING, source, cell.text, hint)


def _change_of(gathered: Gathered, row: Row, values: list[tuple[int, Column, Cell, Value]]) -> Quantity | None:
    """The row's 同比变化; words without a number (略有增长) are only held against the values."""
    text, source = row.text("change"), row.source("change")
    if text.startswith("#"):
        hint = f"{source}：同比变化“{text}”是公式出错，没有读取，由本期值和上年值计算。"
        gathered.note("change", Severity.WARNING, source, text, hint)
        return None
    trend = read_trend(text)
    if trend is None:
        try:
            return read_change(text)
        except InputError:
            gathered.problems.append(not_a_change(source, text))
            return None
    now, before = (
        next((v.quantity for _, c, _, v in values if c.field == name and not c.comparable), None)
        for name in ("now", "prev")
    )
    if now and before and trend * (now.value - before.value) < 0:
        hint = f"{source}：写的是“{text}”，本期值{now.printed}、上年值{before.printed}，方向相反。请核对。"
        gathered.note("change", Severity.WARNING, source, text, hint)
    return None


def _zero(row: Row, column: Column, cell: Cell, definition: MetricDefinition | None) -> Value | None:
    """无 or 未发生 as this year's value of something counted is 0; as last year's or a target it is no figure."""
    words = wording()["words"]
    latest = max((c.year for _, c in row.layout.values if c.year and c.field == "actual"), default=0)
    happened = column.field in _VALUE_OF_NOW and (column.year or latest) >= latest
    if cell.text not in words["zero_aims"] and not (happened and cell.text in words["zeros"]):
        return None
    if definition and (definition.events or definition.kind == "count"):
        return Value(Quantity(value=Decimal(0), unit="", printed=cell.text))
    return None


def _row_period(row: Row, setting: Setting) -> Period:
    """年度 and 期间 of the row, else what the table says.  Raises `InputError` when no year is found."""
    year = _row_year(row)
    if text := row.text("period"):
        try:
            period = read_period(_period_text(row), year or setting.year)
        except InputError as error:
            raise InputError(f"{row.source('period')}：{error}") from None
        if year and period.year != year:
            raise InputError(f"{row.source('period')}：期间“{text}”与“年度”列的{year}不一致。请改正其中一个。")
        return period
    year = year or setting.year
    if year is None:
        raise InputError(
            f"{row.source('name')}：不知道是哪一年的数。"
            "请加“年度”一列，或在标题、工作表名、文件名里写上年份，如“2025年”。"
        )
    return Period(year=year, first_month=setting.months[0], last_month=setting.months[1])


def _period_text(row: Row) -> str:
    """期间 of a row; a bare 3 below 月份 is March, below 季度 the third quarter."""
    text = fold(row.text("period"))
    header = row.layout.headers.get("period", "")
    if text.isdecimal() and len(text) <= 2:
        return text + ("月" if "月" in header else "季度" if "季" in header else "")
    return text


def _row_year(row: Row) -> int | None:
    cell = row.cell("year")
    if not cell.text:
        return None
    if isinstance(cell.value, datetime | date):
        return cell.value.year
    text = re.sub(r"\s+", "", fold(cell.text))
    if match := re.fullmatch(r"(20\d\d)年?度?", text):
        return int(match[1])
    if match := re.fullmatch(r"(二[〇零][一二三四五六七八九〇零]{2})年?度?", text):
        return int(han_value(match[1]))
    raise InputError(f"{row.source('year')}：年度“{cell.text}”看不懂。请写成“2025”；半年、季度、月份写在“期间”一列。")


def _unit_and_definition(
    gathered: Gathered,
    row: Row,
    known: MetricDefinition | None,
    values: list[tuple[Column, Value]],
    table_unit: Unit | None,
) -> tuple[Unit, MetricDefinition]:
    """The row's unit, and the definition of its metric kept in `gathered`.

    The unit comes from the 单位 column, the name, a header, the cells, a line over the header, the catalogue, in
    that order.
    """
    name, unit = split_name(row.text("name"))
    if text := row.text("unit"):
        unit = written_unit(text)
    header_units = [u for c, _ in values if c.unit and (u := unit_of(c.unit))]
    own_units = [v.quantity.unit for _, v in values if v.quantity and v.quantity.unit]
    if unit is None and header_units:
        unit = header_units[0]
    if unit is None and own_units:
        unit = Unit(Decimal(1), own_units[0])
    if unit is None and table_unit and (known is None or known.accepts(table_unit.base)):
        unit = table_unit
    if unit is not None and unit.base == "" and unit.scale != 1:
        # “门诊人次（万）” scales what the metric is counted in.
        unit = Unit(unit.scale, known.unit) if known else None
    if unit is None and known is None:
        raise InputError(
            f"{row.source('unit') if 'unit' in row.layout.single else row.source('name')}：指标“{name}”没有写单位，"
            "指标目录里也没有这个指标。请在“单位”一列填写，如“人次”“%”“万元”；没有单位的指数填“无”。"
        )
    if unit is None and known is not None:
        unit = Unit(Decimal(1), known.unit)
        _note_assumed_unit(gathered, row, known)
    assert unit is not None
    if unit.base == "分" and known is None and re.search(r"时间|时长|用时|耗时", name):
        unit = Unit(unit.scale, "分钟")  # 候诊时间 in 分 is no score
    return unit, _definition(gathered, row, known, name, unit, own_units)


def _note_assumed_unit(gathered: Gathered, row: Row, known: MetricDefinition) -> None:
    if known.unit == "" or (row.layout.metric is not None and known.unit in row.text("name")):
        return
    if "unit" not in row.layout.single:
        gathered.assumed_units.append((known.name, known.unit))
        return
    hint = f"“{known.name}”没有写单位，按指标目录取“{known.unit}”。请核对，并在“单位”一列补上。"
    gathered.note("unit", Severity.WARNING, row.source("unit"), row.text("name"), hint)


def _definition(
    gathered: Gathered, row: Row, known: MetricDefinition | None, name: str, unit: Unit, own_units: list[str]
) -> MetricDefinition:
    """The metric's definition; one that no catalogue has is made from its name and noted once."""
    if known is None:
        local = gathered.catalogue.local(name, own_units[0] if own_units and not unit.base else unit.base)
        if local.id in gathered.definitions:
            return gathered.definitions[local.id]
        gathered.definitions[local.id] = local
        _note_local(gathered, row, local)
        return local
    if known.id in gathered.definitions:
        return gathered.definitions[known.id]
    if {unit.base, known.unit} == {"%", "分"} and known.accepts(unit.base):
        # A satisfaction of 91.6分 is not 91.6%: the office's unit stays.
        known = replace(known, unit=unit.base, units=(), kind="index" if unit.base == "分" else "rate")
    if not gathered.vocabulary.was_told(name):
        # What the office calls it is what it prints; the catalogue's name stays an alias.
        known = known.called(name)
    gathered.definitions[known.id] = known
    return known


def _note_local(gathered: Gathered, row: Row, local: MetricDefinition) -> None:
    source, quote = row.source("name"), row.text("name")
    others = gathered.confusable.get(name_key(local.name), [])
    if others:
        named = "、".join(f"“{n}”" for n in others)
        hint = (
            f"“{local.name}”容易与{named}混淆，没有归并，按本单位自有指标处理。请核对名称和口径；"
            f"若确是同一指标，运行 chugao metrics learn {local.name} {others[0]}，以后都按它读。"
        )
        gathered.note("confusable", Severity.WARNING, source, quote, hint)
        return
    # Asked for the first ones only: a thousand unknown names are another kind of table.
    near = nearest_names(gathered.catalogue, local.name) if len(gathered.definitions) <= _ASKED else []
    ask = f"若就是“{'”或“'.join(near)}”，运行 chugao metrics learn {local.name} 指标名，以后都按它读。" if near else ""
    hint = f"指标目录里没有“{local.name}”，按本单位自有指标处理（单位“{local.unit or '无'}”）。{ask}"
    gathered.note("local", Severity.INFO, source, quote, hint)

"""Read figures files: rows of a table become observations, whatever the table's shape.

In: .xlsx, .xls, .et or .csv files, long (a row a metric) or wide (a column a year, a month or a department).
Out: one `Figures`, or one `InputError` that lists every cell to mend; nothing half-read is returned.

Surprise: one row states several figures of several years: its 上年同期值 is an actual of the year before, its 明年目标
a target of the year after.  So a row gives statements, and `metrics.settling` says which of them hold.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from chugao.catalogue import Catalogue, MetricDefinition, load_catalogue, name_key
from chugao.documents.header_rows import Header, header_rows, looks_like_header
from chugao.documents.sheets import Cell, Sheet, Workbook, cell_finding, raise_all, read_sheets
from chugao.errors import InputError
from chugao.metrics.cells import (
    Unit,
    Value,
    in_base_unit,
    is_number,
    not_a_change,
    not_a_number,
    read_change,
    read_date,
    read_release,
    read_value,
    split_name,
    unit_of,
    written_unit,
)
from chugao.metrics.headers import Column, Layout, Setting, is_enough, layout_of, read_header, setting_of
from chugao.metrics.observation import Figures, Observation, ReportedChange, Role
from chugao.metrics.settling import Statement, settle
from chugao.metrics.wording import is_footer, wording
from chugao.period import Period, read_period
from chugao.quantity import Quantity, fold, han_value, plain
from chugao.source import Finding, Severity, Source

# --- one row ---------------------------------------------------------------------------------------


class _Place(NamedTuple):
    """Where we are reading."""

    book: Workbook
    sheet: Sheet

    def source(self, cell: Cell | None = None, cutoff: date | None = None) -> Source:
        return self.book.source(self.sheet, cell, cutoff)


@dataclass
class _Gathered:
    """What has been read so far, good and bad."""

    catalogue: Catalogue
    problems: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    changes: list[ReportedChange] = field(default_factory=list)
    definitions: dict[str, MetricDefinition] = field(default_factory=dict)
    confusable: dict[str, list[str]] = field(default_factory=dict)
    assumed_units: list[tuple[str, str]] = field(default_factory=list)
    """(metric, unit) taken from the catalogue in the table being read, when it has no 单位 column."""

    def note(self, rule: str, severity: Severity, source: Source, quote: str, hint: str) -> None:
        self.findings.append(cell_finding(f"figures.{rule}", severity, source, quote, hint))


class _Row:
    """One row of a table with its layout: cells by field."""

    def __init__(self, place: _Place, layout: Layout, index: int) -> None:
        self.place, self.layout, self.index = place, layout, index
        self.cells = place.sheet.rows[index]

    def cell(self, name: str) -> Cell:
        column = self.layout.single.get(name)
        return self.place.sheet.cell(self.index, column) if column is not None else Cell("", None, "")

    def text(self, name: str) -> str:
        return self.cell(name).text

    def source(self, name: str) -> Source:
        return self.place.source(self.cell(name))

    def values(self) -> Iterator[tuple[Column, Cell]]:
        for index, column in self.layout.values:
            yield column, self.place.sheet.cell(self.index, index)


def _read_row(gathered: _Gathered, row: _Row, setting: Setting) -> None:
    """Add what one row says; what is wrong goes to `gathered.problems`."""
    filled = [c for c in row.cells if c.text]
    name = row.text("name")
    if not filled or is_footer(filled, name):
        return
    totals = wording()["words"]["totals"]
    if re.sub(r"\s", "", name) in totals or (not name and re.sub(r"\s", "", filled[0].text) in totals):
        return
    told = [(column, cell) for column, cell in row.values() if cell.text]
    change = row.cell("change")
    if not told and not change.text:
        return  # a heading between groups of rows, or a metric not yet filled in
    if len({c.text for c in filled}) == 1 and not is_number(filled[0].text):
        return  # a heading merged over the whole row
    if not name:
        if any(is_number(cell.text) for _, cell in told):
            place = row.place.source(told[0][1])
            gathered.problems.append(f"{place}：这一行有数值，没有写指标名称。请补上指标名称，或删去这一行。")
        return
    try:
        _read_figures(gathered, row, setting, told)
    except InputError as error:
        gathered.problems.append(str(error))


def _read_figures(gathered: _Gathered, row: _Row, setting: Setting, told: list[tuple[Column, Cell]]) -> None:
    """Observations and change of one named row.  Raises `InputError` for what spoils the whole row."""
    values: list[tuple[Column, Cell, Value]] = []
    unit_text = re.sub(r"\s+", "", row.text("unit"))
    wrong = len(gathered.problems)
    definition = _known_definition(gathered, row.text("name"))
    given = unit_of(unit_text)
    counted = definition or (gathered.catalogue.local(row.text("name"), given.base) if given else None)
    for column, cell in told:
        try:
            value = _zero(column, cell, counted) or read_value(cell.text, unit_text)
        except InputError:
            gathered.problems.append(not_a_number(row.place.source(cell), cell.text))
            continue
        if value.quantity is not None:
            values.append((column, cell, value))
    try:
        change = read_change(row.text("change"))
    except InputError:
        gathered.problems.append(not_a_change(row.source("change"), row.text("change")))
        change = None
    if len(gathered.problems) > wrong or (not values and change is None):
        return
    period = _row_period(row, setting)
    unit, definition = _unit_and_definition(gathered, row, definition, values, setting.unit)
    common = _common(row, setting)
    for column, cell, value in values:
        _state(gathered, row, period, definition, unit, common, column, cell, value)
    if change is not None:
        _state_change(gathered, row, period, definition, unit, common["department"], change)


def _zero(column: Column, cell: Cell, definition: MetricDefinition | None) -> Value | None:
    """无 or 未发生 as this year's value of something counted is 0; as last year's or a target it is no figure."""
    words = wording()["words"]
    happened = column.field in ("now", "actual", "of_department")
    if cell.text not in words["zero_aims"] and not (happened and cell.text in words["zeros"]):
        return None
    if definition and (definition.events or definition.kind == "count"):
        return Value(Quantity(value=Decimal(0), unit="", printed=cell.text))
    return None


def _row_period(row: _Row, setting: Setting) -> Period:
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


def _period_text(row: _Row) -> str:
    """期间 of a row; a bare 3 below 月份 is March, below 季度 the third quarter."""
    text = fold(row.text("period"))
    header = row.layout.headers.get("period", "")
    if text.isdecimal() and len(text) <= 2:
        return text + ("月" if "月" in header else "季度" if "季" in header else "")
    return text


def _row_year(row: _Row) -> int | None:
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


def _known_definition(gathered: _Gathered, name: str) -> MetricDefinition | None:
    bare = split_name(name)[0]
    return gathered.catalogue.by_name(name) or (gathered.catalogue.by_name(bare) if bare != name else None)


def _unit_and_definition(
    gathered: _Gathered,
    row: _Row,
    known: MetricDefinition | None,
    values: list[tuple[Column, Cell, Value]],
    table_unit: Unit | None,
) -> tuple[Unit, MetricDefinition]:
    """The row's unit, and the definition of its metric kept in `gathered`.

    The unit comes from the 单位 column, the name, a header, the cells, a line over the header, the catalogue, in
    that order.
    """
    name, unit = split_name(row.text("name"))
    if text := row.text("unit"):
        unit = written_unit(text)
    header_units = [u for c, _, _ in values if c.unit and (u := unit_of(c.unit))]
    own_units = [v.quantity.unit for _, _, v in values if v.quantity and v.quantity.unit]
    if unit is None and header_units:
        unit = header_units[0]
    if unit is None and own_units:
        unit = Unit(Decimal(1), own_units[0])
    if unit is None and table_unit and (known is None or known.accepts(table_unit.base)):
        unit = table_unit
    if unit is None and known is None:
        raise InputError(
            f"{row.source('unit') if 'unit' in row.layout.single else row.source('name')}：指标“{name}”没有写单位，"
            "指标目录里也没有这个指标。请在“单位”一列填写，如“人次”“%”“万元”；没有单位的指数填“无”。"
        )
    if unit is None and known is not None:
        unit = Unit(Decimal(1), known.unit)
        _note_assumed_unit(gathered, row, known)
    assert unit is not None
    return unit, _definition(gathered, row, known, name, unit, own_units)


def _note_assumed_unit(gathered: _Gathered, row: _Row, known: MetricDefinition) -> None:
    if known.unit == "":
        return
    if "unit" not in row.layout.single:
        gathered.assumed_units.append((known.name, known.unit))
        return
    hint = f"“{known.name}”没有写单位，按指标目录取“{known.unit}”。请核对，并在“单位”一列补上。"
    gathered.note("unit", Severity.WARNING, row.source("unit"), row.text("name"), hint)


def _definition(
    gathered: _Gathered, row: _Row, known: MetricDefinition | None, name: str, unit: Unit, own_units: list[str]
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
        known = known.model_copy(
            update={"unit": unit.base, "units": (), "kind": "index" if unit.base == "分" else "rate"}
        )
    gathered.definitions[known.id] = known
    return known


def _note_local(gathered: _Gathered, row: _Row, local: MetricDefinition) -> None:
    source, quote = row.source("name"), row.text("name")
    others = gathered.confusable.get(name_key(local.name), [])
    if others:
        named = "、".join(f"“{n}”" for n in others)
        hint = f"“{local.name}”容易与{named}混淆，没有归并，按本单位自有指标处理。请核对名称和口径；若确是同一指标，请改用规范名称。"
        gathered.note("confusable", Severity.WARNING, source, quote, hint)
        return
    hint = f"指标目录里没有“{local.name}”，按本单位自有指标处理（单位“{local.unit or '无'}”）。"
    gathered.note("local", Severity.INFO, source, quote, hint)


# --- what a row states -----------------------------------------------------------------------------


def _common(row: _Row, setting: Setting) -> dict[str, Any]:
    """What all observations of a row share.  Raises `InputError` for a wrong date or 公开范围."""
    department = row.text("department") or setting.department
    common: dict[str, Any] = {
        "department": department,
        "release": read_release(row.cell("release"), row.source("release")),
        "cutoff": read_date(row.cell("cutoff"), row.source("cutoff")),
    }
    for name in ("owner", "leader", "deadline", "caliber", "origin", "note"):
        common[name] = row.text(name)
    for name in ("numerator", "denominator"):
        try:
            quantity = read_value(row.text(name), "").quantity
        except InputError:
            raise InputError(not_a_number(row.source(name), row.text(name))) from None
        common[name] = quantity
    return common


def _state(
    gathered: _Gathered,
    row: _Row,
    period: Period,
    definition: MetricDefinition,
    unit: Unit,
    common: dict[str, Any],
    column: Column,
    cell: Cell,
    value: Value,
) -> None:
    """Add the statements of one value cell."""
    role, when = _role_and_period(column, period)
    own = role is Role.ACTUAL and when.year == period.year
    if column.unit and not row.text("unit"):
        unit = unit_of(column.unit) or unit
    source = row.place.source(cell, common["cutoff"] if own else None)
    shared = {k: v for k, v in common.items() if k != "cutoff"}
    if not own:
        shared |= {"numerator": None, "denominator": None}
    if column.department:
        shared["department"] = column.department
    for quantity, of in ((value.quantity, when), (value.previous, when.shifted(-1))):
        if quantity is None:
            continue
        try:
            settled = in_base_unit(quantity, unit, definition, source)
        except InputError as error:
            gathered.problems.append(str(error))
            return
        _note_fraction(gathered, row, definition, settled, source)
        if of is not when:
            shared |= {"numerator": None, "denominator": None}
            source = row.place.source(cell)
        observation = Observation(metric=definition.id, period=of, role=role, quantity=settled, source=source, **shared)
        gathered.statements.append(Statement(period.year, observation))


def _role_and_period(column: Column, period: Period) -> tuple[Role, Period]:
    """What a value column means in a row of this period."""
    if column.year or column.months:
        first, last = column.months or (period.first_month, period.last_month)
        period = Period(year=column.year or period.year, first_month=first, last_month=last)
    match column.field:
        case "prev":
            return Role.ACTUAL, period if column.year else period.shifted(-1)
        case "target" | "aim":
            return Role.TARGET, period
        case "goal":
            return Role.TARGET, period.shifted(1)
        case _:
            return Role.ACTUAL, period


def _note_fraction(
    gathered: _Gathered, row: _Row, definition: MetricDefinition, quantity: Quantity, source: Source
) -> None:
    """0.986 with unit % may be 98.6%: accepted as written, and said."""
    bare = not re.search(r"[%％]", quantity.printed)
    if definition.unit != "%" or not bare or not 0 < quantity.value <= 1:
        return
    bands = definition.band
    lows = [bands[0]] if isinstance(bands, tuple) else [b[0] for b in bands.values()] if bands else []
    # An .xls hides its percent format from us, so there a metric without a band is doubtful too.
    if (lows and min(lows) > 2) or (not lows and row.place.book.legacy):
        hint = (
            f"“{definition.name}”按{plain(quantity.value)}%读取，疑为{plain(quantity.value * 100)}%。"
            f"若是，请把单元格改为{plain(quantity.value * 100)}。"
        )
        gathered.note("fraction", Severity.WARNING, source, quantity.printed, hint)


def _state_change(
    gathered: _Gathered,
    row: _Row,
    period: Period,
    definition: MetricDefinition,
    unit: Unit,
    department: str,
    change: Quantity,
) -> None:
    """Keep a 同比变化: % is growth, a difference is brought to the metric's unit (个百分点 for a rate in %)."""
    source = row.source("change")
    column = row.layout.columns[row.layout.single["change"]]
    if change.unit == "" and (column.percent or column.unit in ("%", "％")):
        change = change.model_copy(update={"unit": "%"})
    elif change.unit not in ("%", "个百分点"):
        try:
            change = in_base_unit(change, unit, definition, source)
        except InputError as error:
            gathered.problems.append(str(error))
            return
        if change.unit == "%":
            change = change.model_copy(update={"unit": "个百分点"})
    gathered.changes.append(
        ReportedChange(metric=definition.id, department=department, period=period, quantity=change, source=source)
    )


# --- one file --------------------------------------------------------------------------------------


def _read_book(gathered: _Gathered, book: Workbook) -> bool:
    """Read every sheet that holds figures; say whether rows carry a department."""
    by_department, found, passed_over = False, False, []
    guides = wording()["words"]["guides"]
    for sheet in book.sheets:
        place = _Place(book, sheet)
        if not sheet.rows or sheet.name in guides:
            continue
        if sheet.hidden:
            hint = f"“{sheet.name}”是隐藏的工作表，没有读取。需要读取请取消隐藏后再导入。"
            gathered.note("hidden", Severity.WARNING, place.source(), sheet.name, hint)
            continue
        headers = header_rows(sheet, read_header, is_enough)
        if not headers:
            passed_over.append(place)
            continue
        found = True
        rows = [h.row for h in headers]
        for header, end, previous in zip(headers, [*rows[1:], len(sheet.rows)], [None, *rows[:-1]], strict=True):
            by_department = _read_table(gathered, place, header, end, previous) or by_department
    if found:
        _note_passed_over(gathered, passed_over)
    else:
        gathered.problems.append(_no_header(book, passed_over))
    return by_department


def _note_passed_over(gathered: _Gathered, places: list[_Place]) -> None:
    for place in places:
        has_name = any((c := read_header(x.text)) and c.field == "name" for row in place.sheet.rows for x in row)
        severity = Severity.WARNING if has_name else Severity.INFO
        hint = f"“{place.sheet.name}”表没有“指标名称”加数值列的表头，没有读取。若是指标表，请补上表头后再导入。"
        gathered.note("sheet", severity, place.source(), place.sheet.name, hint)


def _no_header(book: Workbook, places: list[_Place]) -> str:
    expected = "需要“指标名称”一列，加“本期值”“上年同期值”“目标值”“明年目标”中的至少一列，或“2025年”“1月”这样的列"
    if not places:
        return f"{book.file}：没有可以读取的内容（工作表都是空的或隐藏的）。请填写后再导入；{expected}。"
    lines = []
    for place in places:
        cells = looks_like_header(place.sheet)
        seen = "、".join(f"“{c.text}”" for c in cells[:20])
        lines.append(f"{place.source(cells[0])}：没有找到表头，看到的是{seen}。{expected}。请对照模板改表头后再导入。")
    return "\n".join(lines)


def _read_table(gathered: _Gathered, place: _Place, header: Header[Column], end: int, previous: int | None) -> bool:
    """Read the rows below one header; say whether they carry a department."""
    layout, unused = layout_of(header, place.book, place.sheet, gathered.problems)
    for cell in unused:
        hint = f"表头“{cell.text}”不认识，这一列没有读取。若需要，请改成模板里的写法；不需要可以不管。"
        gathered.note("header", Severity.WARNING, place.source(cell), cell.text, hint)
    setting = setting_of(place.book, place.sheet, header.row, layout, previous)
    before = len(gathered.statements) + len(gathered.changes) + len(gathered.problems)
    hidden = [r for r in range(header.row + 1, end) if r + 1 in place.sheet.hidden_rows]
    gathered.assumed_units.clear()
    first = len(gathered.statements)
    for index in range(header.row + 1, end):
        _read_row(gathered, _Row(place, layout, index), setting)
    top = place.sheet.rows[header.row][layout.single["name"]]
    if len(gathered.statements) + len(gathered.changes) + len(gathered.problems) == before:
        gathered.problems.append(f"{place.source(top)}：表头下面没有数据。请在表头下逐行填写指标和数值后再导入。")
    _note_table(gathered, place, top, hidden, gathered.statements[first:])
    has_department = "department" in layout.single or any(c.department for _, c in layout.values)
    if "department" in layout.single:
        _note_blank_departments(gathered, place, gathered.statements[first:])
    return has_department or setting.department != ""


def _note_table(
    gathered: _Gathered, place: _Place, top: Cell, hidden: list[int], statements: Sequence[Statement]
) -> None:
    """What is odd about a table as a whole: no unit column, hidden rows, an early cut-off."""
    if gathered.assumed_units:
        named = "、".join(f"{name}（{unit}）" for name, unit in dict.fromkeys(gathered.assumed_units))
        hint = f"表里没有“单位”一列，以下指标按指标目录取单位：{named}。请核对。"
        gathered.note("unit", Severity.WARNING, place.source(top), top.text, hint)
    if hidden:
        rows = "、".join(str(r + 1) for r in hidden[:10])
        hint = f"第{rows}行是隐藏或筛选掉的行，也读取了。不需要的请删除后再导入。"
        gathered.note("hidden", Severity.WARNING, place.source(top), top.text, hint)
    for _, observation in statements:
        cutoff, period = observation.source.cutoff, observation.period
        if cutoff and (cutoff.year, cutoff.month) < (period.year, period.last_month):
            hint = (
                f"数据截至{cutoff.year}年{cutoff.month}月{cutoff.day}日，期间却是{period.label}。"
                f"若是累计数，请在“期间”一列写“{period.year}年1—{cutoff.month}月”，以便与上年同期相比。"
            )
            gathered.note("cutoff", Severity.WARNING, observation.source, observation.quantity.printed, hint)
            break


def _note_blank_departments(gathered: _Gathered, place: _Place, statements: Sequence[Statement]) -> None:
    blank = [o for _, o in statements if o.department == ""]
    if blank and len(blank) < len(statements):
        hint = "这一行的“部门”没有填，将视为各部门共用。若属于某一部门，请补上。"
        gathered.note("department", Severity.WARNING, blank[0].source, blank[0].quantity.printed, hint)


# --- all files -------------------------------------------------------------------------------------


def read_metrics(*paths: Path | str, department: str | None = None, catalogue: Catalogue | None = None) -> Figures:
    """The figures of one or more files, in the metrics' own units.

    `department` selects rows where the files carry a 部门.  Raises one `InputError` listing up to ten places
    to mend, each with file, sheet and cell; nothing half-read is returned.
    """
    gathered = _Gathered(catalogue or load_catalogue())
    for definition in gathered.catalogue:
        for name in definition.confusable:
            gathered.confusable.setdefault(name_key(name), []).append(definition.name)
    by_department, fingerprints = False, {}
    for path in paths:
        book = read_sheets(path)
        fingerprints[book.file] = book.fingerprint
        by_department = _read_book(gathered, book) or by_department
    settled = settle(gathered.statements, gathered.definitions)
    raise_all([line for problem in (*gathered.problems, *settled.problems) for line in problem.split("\n")])
    figures = Figures(
        observations=settled.observations,
        changes=tuple(gathered.changes),
        definitions=gathered.definitions,
        findings=(*gathered.findings, *settled.findings),
        department_column=by_department,
        fingerprints=fingerprints,
    )
    return _select(figures, department)


def _select(figures: Figures, department: str | None) -> Figures:
    """Rows of one department, with a warning when there is none of its own."""
    selected = figures.of_department(department)
    if not department or not figures.department_column or department in figures.departments:
        return selected
    named = "、".join(figures.departments)
    hint = f"指标文件里没有部门“{department}”的行，只有：{named}。请核对部门名称。"
    source = Source(file="、".join(figures.fingerprints))
    finding = cell_finding("figures.department", Severity.WARNING, source, department, hint)
    return selected.model_copy(update={"findings": (*selected.findings, finding)})

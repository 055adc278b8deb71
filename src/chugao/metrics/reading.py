"""Read figures files: rows of a table become observations, whatever the table's shape.

In: .xlsx, .xls, .et or .csv files, long (a row a metric) or wide (a column a year, a month or a department).
Out: one `Figures`, or one `InputError` that lists every cell to mend; nothing half-read is returned.

Surprise: every figure is stated by somebody in some year.  2024 stands as 本期值 in the sheet of 2024 and as
上年同期值 in the sheet of 2025, and the two need not agree.  The year of the row that states a figure (`stated`)
decides: two statements of one year that differ are an error, of two years a warning, and the later one holds.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from chugao.catalogue import Catalogue, MetricDefinition, load_catalogue, name_key
from chugao.config import shipped
from chugao.documents.sheets import (
    Cell,
    Header,
    Sheet,
    Workbook,
    cell_finding,
    header_key,
    header_rows,
    looks_like_header,
    raise_all,
    read_sheets,
)
from chugao.errors import InputError
from chugao.metrics.observation import Figures, Observation, ReportedChange, Role
from chugao.period import Period, read_period
from chugao.quantity import UNITS, Qualifier, Quantity, comparable, convert, fold, han_value, parse, plain, supports
from chugao.source import Finding, Release, Severity, Source

# --- the words offices use (templates/figures/headers.toml) ----------------------------------------


@cache
def wording() -> dict[str, Any]:
    """Header synonyms, footers, placeholder words and unit spellings, as shipped."""
    path = shipped("templates") / "figures" / "headers.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def header_fields(kind: str) -> dict[str, tuple[str, int]]:
    """Header spelling → (field, rank) for "figures" or "matters"; the lowest rank wins within a table."""
    fields: dict[str, tuple[str, int]] = {}
    for name, spellings in wording()[kind].items():
        if name in ("percent_changes", "year_actual", "year_target", "year_same_span", "whole_year"):
            continue
        for rank, spelling in enumerate(spellings):
            fields.setdefault(header_key(spelling), (name, rank))
    return fields


def is_footer(cells: Sequence[Cell], name: str) -> bool:
    """Whether a row is a signature or a remark: some cell says so and the name's own cell does not object."""
    return any(_is_footer_text(c.text) for c in cells) and (not name or _is_footer_text(name))


def _is_footer_text(text: str) -> bool:
    folded = unicodedata.normalize("NFKC", text).lstrip("(*※★ ")
    return any(
        folded.startswith(word) and folded[len(word) : len(word) + 1] in ("", ":", "(", " ", "_", ")", "、", ".")
        for word in wording()["words"]["footers"]
    )


def read_release(cell: Cell, source: Source) -> Release:
    """公开范围 of a cell; empty means 公开.  Raises `InputError` that lists what may stand there."""
    if not cell.text:
        return Release.PUBLIC
    key = header_key(cell.text)
    for release, spellings in wording()["release"].items():
        if key in spellings:
            return Release(release)
    raise InputError(f"{source}：公开范围“{cell.text}”不认识。请填写“公开”“上报”“内部”或“不写”；留空按公开处理。")


_DATE = re.compile(r"^(?:截至|截止到?)?(20\d\d)(?:年|[-./])?(\d{1,2})(?:月|[-./])?(\d{1,2})日?(?:底|止)?$")


def read_date(cell: Cell, source: Source) -> date | None:
    """数据截止 of a cell, None when empty.  Raises `InputError` when it is no whole day."""
    text = re.sub(r"\s+", "", fold(cell.text))
    if text in ("", *wording()["words"]["masks"]):
        return None
    if isinstance(cell.value, datetime | date) and text.endswith("日"):
        return cell.value.date() if isinstance(cell.value, datetime) else cell.value
    match = _DATE.match(text)
    # “2025111” may be two days; only eight digits, or separators, say which.
    if match and (not text.isdecimal() or len(text) == 8):
        try:
            return date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            pass
    raise InputError(f"{source}：“{cell.text}”不是日期。请写到日，如“2025-12-31”或“2025年12月31日”；不清楚请留空。")


_DEPARTMENT = re.compile(
    r"^[\u4e00-\u9fffA-Za-z()（）·]{1,14}(?:科|部|室|处|办|中心|病区|医院|卫生院|工会|团委|院区|卫生室)$"
)
_NOT_DEPARTMENT = ("全部", "内部", "外部", "局部", "本部", "事项", "何处", "到处")


def department_of(name: str) -> str:
    """The department a sheet or column is named after: “护理部2025年” → 护理部; "" when it is none."""
    core = re.sub(r"[-_ —]*(?:20\d\d年?度?|20\d\d)[-_ —]*", "", name.strip())
    core = re.sub(r"(?:指标|数据|事项|统计)?表?$", "", core)
    return core if _DEPARTMENT.match(core) and core not in _NOT_DEPARTMENT else ""


_TITLE_PERIOD = re.compile(
    r"(20\d\d)年?度?((?<=[年度])(?:上半年|下半年|第?[一二三四1-4]季度|前[一二三1-3]季度|"
    r"(?:\d{1,2}月?[-—–~至到])?\d{1,2}月份?(?!\d))|H[12]|Q[1-4]|M\d{1,2}(?:-\d{1,2})?)?"
)


def period_in(title: str, *, bare_year: bool) -> Period | None:
    """The first period a title, sheet or file name speaks of; `bare_year` accepts 2025 without 年."""
    text = re.sub(r"20\d\d年\d{1,2}月\d{1,2}日|\d{8,}", "", unicodedata.normalize("NFKC", title))
    for match in _TITLE_PERIOD.finditer(text):
        around = text[max(match.start() - 1, 0) : match.start()] + text[match.end() : match.end() + 1]
        if "年" not in match[0] and (not bare_year or re.search(r"\d", around)):
            continue
        try:
            return read_period(match[1] + "年" + match[2] if match[2] and match[2][0] not in "HQM" else match[0])
        except InputError:
            return Period(year=int(match[1]))
    return None


def title_lines(sheet: Sheet, header: int, previous: int | None = None) -> str:
    """What stands over a header row, without lines that speak of dates of filling in or printing.

    Over a second table on the sheet (`previous` is the header before) only lines of one text are its title, and
    where it has none, the sheet's own title holds.
    """
    rows = sheet.rows[:header]
    if previous is not None:
        above = [{c.text for c in row if c.text} for row in sheet.rows[previous + 1 : header]]
        own = next((i for i, texts in enumerate(reversed(above)) if len(texts) > 1), len(above))
        titled = any(above[len(above) - own :])
        rows = sheet.rows[header - own : header] if titled else sheet.rows[:previous]
    texts = dict.fromkeys(c.text for row in rows for c in row if c.text)
    return "　".join(t for t in texts if not re.search(r"日期|时间|截止|截至|打印|导出", t))


# --- headers ---------------------------------------------------------------------------------------


class Column(NamedTuple):
    """What one column holds."""

    field: str
    """A field of headers.toml, or `actual` / `aim` (a column a period), or `of_department`."""
    rank: int = 0
    year: int | None = None
    months: tuple[int, int] | None = None
    """None: those of the row."""
    unit: str | None = None
    """From the header: “本期值（万元）”."""
    percent: bool = False
    """A bare number below is a percentage: 增幅, 增长率."""
    department: str = ""


_VALUES = {"now", "prev", "target", "goal", "actual", "aim"}


@lru_cache(maxsize=4096)
def _read_header(text: str) -> Column | None:
    if len(text) > 24:
        return None
    key = header_key(text)
    if column := _column_of(key) or _annotated(key):
        return column
    department = department_of(text)
    return Column("of_department", department=department) if department else None


def _annotated(key: str) -> Column | None:
    """A header with a unit or a span behind it: 本期值（万元）, 同比±%, 2025年（1-10月）."""
    match = re.match(r"^(.+?)[(\[/,]([^()\[\]]+)[)\]]?$", key) or re.match(r"^(.+?)[±+-]*(%)$", key)
    column = _column_of(match[1]) if match else None
    if match is None or column is None:
        return None
    inside = match[2].removeprefix("单位").strip("±+-")
    if _unit_of(inside):
        return column._replace(unit=inside)
    if dated := _dated(inside):
        return column._replace(months=dated.months or column.months, year=dated.year or column.year)
    return column


def _column_of(key: str) -> Column | None:
    if found := header_fields("figures").get(key):
        percent = key in {header_key(w) for w in wording()["figures"]["percent_changes"]}
        return Column(found[0], rank=found[1], percent=percent)
    return _dated(key)


def _dated(key: str) -> Column | None:
    """A column a period: 2025年, 2025年目标, 3月, 2025年1-10月实际, 全年."""
    if not re.search(r"年|月|季度|20\d\d", key):
        return None
    words = wording()["figures"]
    if key in words["whole_year"]:
        return Column("actual", months=(1, 12))
    for name, suffixes in (("aim", "year_target"), ("same", "year_same_span"), ("actual", "year_actual")):
        for suffix in sorted(words[suffixes], key=len, reverse=True):
            core = key.removesuffix(suffix)
            if key.endswith(suffix) and core and (found := _span_of(core)):
                months = None if name == "same" else found[1]
                return Column("actual" if name == "same" else name, year=found[0], months=months)
    return None


def _span_of(text: str) -> tuple[int | None, tuple[int, int] | None] | None:
    """(year, months) that a header names: months None when it names only a year."""
    if match := re.match(r"^([一二三四五六七八九十]{1,2})(月份?)$", text):
        text = f"{han_value(match[1])}月"
    try:
        period = read_period(text, 2000)
    except InputError:
        return None
    year = period.year if text.startswith("20") else None
    whole = re.fullmatch(r"20\d\d年?度?", text) is not None
    return year, None if whole else (period.first_month, period.last_month)


def _enough(columns: Sequence[Column]) -> bool:
    names = [c.field for c in columns]
    return "name" in names and (bool(_VALUES & set(names)) or names.count("of_department") >= 2)


class Layout(NamedTuple):
    """A header understood: which column holds which field, and which hold values."""

    single: dict[str, int]
    values: tuple[tuple[int, Column], ...]
    columns: dict[int, Column]
    headers: dict[str, str]
    """Text of each single field's header cell."""


def _layout(header: Header[Column], place: "_Place", problems: list[str]) -> tuple[Layout, list[Cell]]:
    """The layout of a header row and the header cells that stay unused."""
    row = place.sheet.rows[header.row]
    unused = list(header.unknown)
    departments_hold_values = not any(c.field in _VALUES for c in header.columns.values())
    single: dict[str, int] = {}
    values: list[tuple[int, Column]] = []
    for index, column in sorted(header.columns.items(), key=lambda item: (item[1].rank, item[0])):
        if column.field in ("actual", "aim") or (column.field == "of_department" and departments_hold_values):
            values.append((index, column))
        elif column.field == "of_department":
            unused.append(row[index])
        elif column.field == "ignored":
            continue
        elif column.field in single:
            unused.append(row[index])
            first = row[single[column.field]]
            if column.field in _VALUES and header_key(first.text) == header_key(row[index].text):
                problems.append(
                    f"{place.source(row[index])}：与{first.at}单元格的表头都是“{first.text}”。请改名，或删去其中一列。"
                )
        else:
            single[column.field] = index
            if column.field in _VALUES:
                values.append((index, column))
    headers = {name: row[index].text for name, index in single.items()}
    return Layout(single, tuple(sorted(values)), header.columns, headers), unused


# --- units and values ------------------------------------------------------------------------------


class Unit(NamedTuple):
    """A unit as a column writes it: 万人次 is 10,000 × 人次."""

    scale: Decimal
    base: str


@lru_cache(maxsize=1024)
def _unit_of(text: str) -> Unit | None:
    """The unit a text writes, None when it writes none we know of ("" is the unit of an index)."""
    raw = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).strip("()")
    if not raw:
        return None
    raw = wording()["units"].get(raw, raw)
    for word, power in (("万亿", 12), ("亿", 8), ("千万", 7), ("百万", 6), ("万", 4), ("千", 3)):
        rest = raw.removeprefix(word)
        if (
            rest != raw
            and (rest in UNITS or (rest == "" and word in ("万", "亿")))
            and (word[-1] in "万亿" or raw not in UNITS)
        ):
            return Unit(Decimal(10) ** power, rest)
    base = raw.split("/")[0]
    known = raw in ("", "1:x") or raw in UNITS or raw.startswith("/") or base in UNITS
    return Unit(Decimal(1), raw) if known else None


def _written_unit(text: str) -> Unit:
    """The unit of a 单位 cell, also one we never heard of: 万疗程 is 10,000 × 疗程."""
    raw = re.sub(r"\s+", "", text)
    if unit := _unit_of(raw):
        return unit
    scale = {"万": 4, "亿": 8}.get(raw[:1], 0) if len(raw) > 1 else 0
    return Unit(Decimal(10) ** scale, raw[1:] if scale else raw)


class Value(NamedTuple):
    """What a number cell says; both None for a placeholder."""

    quantity: Quantity | None
    """In the unit the cell itself writes, "" when it writes none."""
    previous: Quantity | None = None
    """“98.6%（去年97.2%）”: the second number."""


_PREVIOUS = re.compile(r"^(.+?)[（(](?:上年|去年|上年度|20\d\d年)(?:同期)?(?:值|数)?[:：为是]?(.+?)[)）]$")
_MASK = re.compile(r"^[xX×＊*□_?？]+(?:%|％|万|人次|例|人|项|次|个|元|万元)?$")
_AIMED = re.compile(r"^(?:力争|确保)?(?:达到?|控制在|保持在?|稳定在|降[至到]|提[高升][至到])?(?=[≥≤不\d])")
_RATIO = re.compile(r"^1[:：](\d+(?:\.\d+)?)$")


def _read_value(text: str, unit: str) -> Value:
    """A number cell.  `unit` is the row's unit, which may be repeated after the number.

    Raises `InputError` (without a place) when it is neither a number nor a placeholder.
    """
    compact = re.sub(r"\s+", "", fold(text))
    if compact.lower() in wording()["words"]["masks"] or _MASK.match(compact) or not compact:
        return Value(None)
    if match := _PREVIOUS.match(compact):
        previous = _read_value(match[2], unit).quantity
        return Value(_read_value(match[1], unit).quantity, previous)
    compact = _AIMED.sub("", compact)
    if match := _RATIO.match(compact):
        return Value(parse(match[1]).model_copy(update={"unit": "1:x", "printed": text}))
    if re.match(r"^[+＋]\d", compact):
        compact = compact[1:]
    try:
        return Value(parse(compact).model_copy(update={"printed": text}))
    except InputError:
        stripped = compact.removesuffix(fold(unit)) if unit else compact
        if stripped == compact:
            raise
        return Value(parse(stripped).model_copy(update={"printed": text}))


def _is_scaled(printed: str) -> bool:
    return re.search(r"\d\s*[余多]?\s*(?:万|亿|千|百)(?!分)", fold(printed)) is not None


_WORSE = "下降|减少|降低|缩短|回落|下滑|减|降|少|低|[↓▼]"
_BETTER = "增长|增加|提高|上升|提升|延长|上涨|增|升|多|高|[↑▲]"
_CHANGE = re.compile(
    rf"^(?:同比|较上年|比上年|较去年|比去年)?(?:(?P<down>{_WORSE})|(?P<up>{_BETTER}))?了?(?P<rest>.+?)(?P<arrow>[↓↑▼▲])?$"
)


def _read_change(text: str) -> Quantity | None:
    """A signed 同比变化, None for a placeholder.  Raises `InputError` (without a place) when it is no number."""
    compact = re.sub(r"\s+", "", fold(text))
    if compact.lower() in wording()["words"]["masks"] or _MASK.match(compact) or not compact:
        return None
    if compact in ("持平", "不变", "无变化", "与上年持平"):
        return Quantity(value=Decimal(0), unit="", printed=text)
    match = _CHANGE.match(compact)
    if match is None:
        return parse(compact)
    quantity = parse(re.sub(r"^[+＋]", "", match["rest"]))
    down = match["down"] or match["arrow"] in ("↓", "▼")
    value = -abs(quantity.value) if down else quantity.value
    return quantity.model_copy(update={"value": value, "printed": text})


# --- one row ---------------------------------------------------------------------------------------


class _Place(NamedTuple):
    """Where we are reading."""

    book: Workbook
    sheet: Sheet

    def source(self, cell: Cell | None = None, cutoff: date | None = None) -> Source:
        return self.book.source(self.sheet, cell, cutoff)


class _Statement(NamedTuple):
    """An observation and the year of the row that states it."""

    stated: int
    observation: Observation


class _Setting(NamedTuple):
    """What holds for all rows of a table."""

    department: str
    """From the sheet's name; "" when there is a 部门 column or the name is none."""
    year: int | None
    """From year columns, title, sheet or file name, in that order."""
    months: tuple[int, int]
    """From title, sheet or file name; the whole year when they name none."""
    unit: "Unit | None" = None
    """From a line over the header: “单位：万元”."""


@dataclass
class _Gathered:
    """What has been read so far, good and bad."""

    catalogue: Catalogue
    problems: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    statements: list[_Statement] = field(default_factory=list)
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


def _read_row(gathered: _Gathered, row: _Row, setting: _Setting) -> None:
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
    if len({c.text for c in filled}) == 1 and not _is_number(filled[0].text):
        return  # a heading merged over the whole row
    if not name:
        if any(_is_number(cell.text) for _, cell in told):
            place = row.place.source(told[0][1])
            gathered.problems.append(f"{place}：这一行有数值，没有写指标名称。请补上指标名称，或删去这一行。")
        return
    try:
        _read_figures(gathered, row, setting, told)
    except InputError as error:
        gathered.problems.append(str(error))


def _is_number(text: str) -> bool:
    try:
        return _read_value(text, "").quantity is not None
    except InputError:
        return False


def _read_figures(gathered: _Gathered, row: _Row, setting: _Setting, told: list[tuple[Column, Cell]]) -> None:
    """Observations and change of one named row.  Raises `InputError` for what spoils the whole row."""
    values: list[tuple[Column, Cell, Value]] = []
    unit_text = re.sub(r"\s+", "", row.text("unit"))
    wrong = len(gathered.problems)
    definition = _known_definition(gathered, row.text("name"))
    given = _unit_of(unit_text)
    counted = definition or (gathered.catalogue.local(row.text("name"), given.base) if given else None)
    for column, cell in told:
        try:
            value = _zero(column, cell, counted) or _read_value(cell.text, unit_text)
        except InputError:
            gathered.problems.append(_not_a_number(row.place.source(cell), cell.text))
            continue
        if value.quantity is not None:
            values.append((column, cell, value))
    try:
        change = _read_change(row.text("change"))
    except InputError:
        gathered.problems.append(_not_a_change(row.source("change"), row.text("change")))
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


def _not_a_number(source: Source, text: str) -> str:
    if text.startswith("#"):
        return f"{source}：“{text}”是公式出错。请在 Excel 或 WPS 里改正公式，保存后再导入。"
    return f"{source}：“{text}”不是数字。请填写数值和单位，如“12.8万份”“98.6%”；暂时没有数据请留空，说明写在备注里。"


def _not_a_change(source: Source, text: str) -> str:
    return f"{source}：同比变化“{text}”看不懂。请写成“+12%”“下降0.8天”“提高2.1个百分点”，或留空。"


def _zero(column: Column, cell: Cell, definition: MetricDefinition | None) -> Value | None:
    """无 or 未发生 as this year's value of something counted is 0; as last year's or a target it is no figure."""
    words = wording()["words"]
    happened = column.field in ("now", "actual", "of_department")
    if cell.text not in words["zero_aims"] and not (happened and cell.text in words["zeros"]):
        return None
    if definition and (definition.events or definition.kind == "count"):
        return Value(Quantity(value=Decimal(0), unit="", printed=cell.text))
    return None


def _row_period(row: _Row, setting: _Setting) -> Period:
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


# --- metric and unit -------------------------------------------------------------------------------


_NUMBERING = re.compile(r"^(?:\d{1,2}[.、．](?!\d)|[一二三四五六七八九十]{1,3}、|[（(]\d{1,2}[)）]|其中\s*[:：])\s*")


def _split_name(name: str) -> tuple[str, Unit | None]:
    """“1.床位数（张）” → 床位数 and its unit; brackets that hold no unit stay in the name."""
    name = _NUMBERING.sub("", name)
    match = re.match(r"^(.+?)[（(\[]\s*(?:单位[:：]?)?([^（）()\[\]]+)[）)\]]$", name)
    if match and (unit := _unit_of(match[2])):
        return match[1].strip(), unit
    return name, None


def _known_definition(gathered: _Gathered, name: str) -> MetricDefinition | None:
    bare = _split_name(name)[0]
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
    name, unit = _split_name(row.text("name"))
    if text := row.text("unit"):
        unit = _written_unit(text)
    header_units = [u for c, _, _ in values if c.unit and (u := _unit_of(c.unit))]
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


def _in_base_unit(quantity: Quantity, unit: Unit, definition: MetricDefinition, source: Source) -> Quantity:
    """The quantity in the metric's own unit.  Raises `InputError` that names both units when they do not compare."""
    base, factor = quantity.unit or unit.base, Decimal(1)
    if quantity.unit == "" and not _is_scaled(quantity.printed):
        factor = unit.scale
    if comparable(base, definition.unit):
        factor = convert(factor, base, definition.unit)
    elif not _same_thing(base, definition):
        raise InputError(
            f"{source}：指标“{definition.name}”的单位应为“{definition.unit or '无'}”，这里写的是“{base or '无'}”，两者不能换算。"
            "请改正单位；若是另一个指标，请改用另一个名称。"
        )
    return quantity.model_copy(
        update={
            "value": _tidy(quantity.value * factor),
            "high": _tidy(quantity.high * factor) if quantity.high is not None else None,
            "resolution": _tidy(quantity.resolution * factor),
            "unit": definition.unit,
        }
    )


def _same_thing(base: str, definition: MetricDefinition) -> bool:
    """Whether another word for the same thing: 名 and 人, 台 and 台次; 元/人次 for an average cost."""
    if definition.kind == "amount" and base.split("/", maxsplit=1)[0] == definition.unit:
        return True
    if definition.unit == "1:x":
        return base in ("", "倍")
    return definition.accepts(base)


def _tidy(value: Decimal) -> Decimal:
    return Decimal(plain(value))


# --- what a row states -----------------------------------------------------------------------------


def _common(row: _Row, setting: _Setting) -> dict[str, Any]:
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
            quantity = _read_value(row.text(name), "").quantity
        except InputError:
            raise InputError(_not_a_number(row.source(name), row.text(name))) from None
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
        unit = _unit_of(column.unit) or unit
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
            settled = _in_base_unit(quantity, unit, definition, source)
        except InputError as error:
            gathered.problems.append(str(error))
            return
        _note_fraction(gathered, row, definition, settled, source)
        if of is not when:
            shared |= {"numerator": None, "denominator": None}
            source = row.place.source(cell)
        observation = Observation(metric=definition.id, period=of, role=role, quantity=settled, source=source, **shared)
        gathered.statements.append(_Statement(period.year, observation))


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
            change = _in_base_unit(change, unit, definition, source)
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
        headers = header_rows(sheet, _read_header, _enough)
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
        has_name = any((c := _read_header(x.text)) and c.field == "name" for row in place.sheet.rows for x in row)
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
    layout, unused = _layout(header, place, gathered.problems)
    for cell in unused:
        hint = f"表头“{cell.text}”不认识，这一列没有读取。若需要，请改成模板里的写法；不需要可以不管。"
        gathered.note("header", Severity.WARNING, place.source(cell), cell.text, hint)
    setting = _setting(place, header, layout, previous)
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


def _setting(place: _Place, header: Header[Column], layout: Layout, previous: int | None) -> _Setting:
    has_column = "department" in layout.single or any(c.department for _, c in layout.values)
    department = "" if has_column else department_of(place.sheet.name)
    title = title_lines(place.sheet, header.row, previous)
    titles = (
        period_in(title, bare_year=False),
        period_in(place.sheet.name, bare_year=True),
        period_in(Path(place.book.file).stem, bare_year=True),
    )
    named = [t for t in titles if t]
    year = named[0].year if named else None
    months = next(((t.first_month, t.last_month) for t in named if not t.is_year), (1, 12))
    span = _span_of(place.sheet.name.strip())
    if span and span[0] is None and span[1]:
        months = span[1]  # one sheet a month: “3月”
    years = [c.year for _, c in layout.values if c.year and c.field == "actual"]
    if years and year not in years:
        year = max(years)
    unit = re.search(r"单位\s*[:：]\s*([^\s，,；;()（）]+)", title)
    return _Setting(department, year, months, _unit_of(unit[1]) if unit else None)


def _note_table(
    gathered: _Gathered, place: _Place, top: Cell, hidden: list[int], statements: Sequence[_Statement]
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


def _note_blank_departments(gathered: _Gathered, place: _Place, statements: Sequence[_Statement]) -> None:
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
    observations = _settle(gathered)
    raise_all([line for problem in gathered.problems for line in problem.split("\n")])
    figures = Figures(
        observations=observations,
        changes=tuple(gathered.changes),
        definitions=gathered.definitions,
        findings=tuple(gathered.findings),
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


def _settle(gathered: _Gathered) -> tuple[Observation, ...]:
    """One observation for each metric, department, period and role; contradictions noted or refused."""
    kept: dict[tuple[str, str, Period, Role], _Statement] = {}
    for statement in gathered.statements:
        seen = statement.observation
        key = (seen.metric, seen.department, seen.period, seen.role)
        kept[key] = _settle_two(gathered, kept[key], statement) if key in kept else statement
    return tuple(s.observation for s in kept.values())


def _settle_two(gathered: _Gathered, first: _Statement, second: _Statement) -> _Statement:
    """Which of two statements about one figure holds."""
    a, b = first.observation, second.observation
    early, late = (first, second) if first.stated <= second.stated else (second, first)
    if _agree(a.quantity, b.quantity):
        if first.stated == second.stated:
            return second if b.quantity.resolution < a.quantity.resolution else first
        # The year's own sheet says more about an actual (cut-off, 口径) than next year's 上年同期值.
        return min(first, second, key=lambda s: (abs(s.stated - a.period.year), s is second))
    name = gathered.definitions[a.metric].name
    what = f"{a.department}“{name}”{a.period.label}的{'目标' if a.role is Role.TARGET else '数值'}"
    if first.stated == second.stated:
        gathered.problems.append(
            f"{a.source}、{b.source}：{what}写了两个不同的数（{a.quantity.printed}和{b.quantity.printed}）。"
            "请核实后只留一个；若是两个指标，请用不同的名称。"
        )
        return first
    old, new = early.observation, late.observation
    hint = (
        f"{what}前后不一：{old.source}写{old.quantity.printed}，{new.source}写{new.quantity.printed}。"
        f"按后一年的表（{late.stated}年）取用{new.quantity.printed}。若不对，请改正后重新导入。"
    )
    gathered.note("conflict", Severity.WARNING, new.source, new.quantity.printed, hint)
    return late


def _agree(a: Quantity, b: Quantity) -> bool:
    """Whether two quantities of one metric say the same, each to its own printed place."""
    if a.unit != b.unit:
        return False
    if (a.value, a.high) == (b.value, b.high):
        return True
    if {a.qualifier, b.qualifier} != {Qualifier.EXACT}:
        return False
    coarse, fine = (a, b) if a.resolution >= b.resolution else (b, a)
    return coarse.resolution != fine.resolution and supports(fine.value, coarse)


def definitions_used(catalogue: Catalogue, department: str, year: int) -> Iterable[MetricDefinition]:
    """The catalogue's metrics that a department reports and that are in force in a year."""
    for definition in catalogue:
        in_force = (definition.valid_from or year) <= year <= (definition.valid_to or year)
        if department in definition.used_by and in_force:
            yield definition

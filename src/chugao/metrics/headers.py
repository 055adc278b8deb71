"""Understand the head of a table of figures: its columns, and what its title, sheet and file names say.

In: a header row that `documents.header_rows` found, and the sheet around it.  Out: `Layout`, which column holds what,
and `Setting`, the department, period and unit that hold for all rows below.

Surprise: a column may be a field (本期值), a period (2025年1-10月目标) or a department (急诊科), and the same word is
one or another by its neighbours: 医务科 holds values only in a table that has no 本期值.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from chugao.documents.header_rows import Header, header_key
from chugao.documents.sheets import Cell, Sheet, Workbook
from chugao.errors import InputError
from chugao.metrics.cells import Unit, unit_of
from chugao.metrics.wording import wording
from chugao.period import Period, read_period
from chugao.quantity import han_value

# --- columns --------------------------------------------------------------------------------------


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
def read_header(text: str) -> Column | None:
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
    if unit_of(inside):
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


def is_enough(columns: Sequence[Column]) -> bool:
    names = [c.field for c in columns]
    return "name" in names and (bool(_VALUES & set(names)) or names.count("of_department") >= 2)


class Layout(NamedTuple):
    """A header understood: which column holds which field, and which hold values."""

    single: dict[str, int]
    values: tuple[tuple[int, Column], ...]
    columns: dict[int, Column]
    headers: dict[str, str]
    """Text of each single field's header cell."""


def layout_of(header: Header[Column], book: Workbook, sheet: Sheet, problems: list[str]) -> tuple[Layout, list[Cell]]:
    """The layout of a header row and the header cells that stay unused."""
    row = sheet.rows[header.row]
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
                    f"{book.source(sheet, row[index])}：与{first.at}单元格的表头都是“{first.text}”。请改名，或删去其中一列。"
                )
        else:
            single[column.field] = index
            if column.field in _VALUES:
                values.append((index, column))
    headers = {name: row[index].text for name, index in single.items()}
    return Layout(single, tuple(sorted(values)), header.columns, headers), unused


# --- titles and names -----------------------------------------------------------------------------


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


class Setting(NamedTuple):
    """What holds for all rows of a table."""

    department: str
    """From the sheet's name; "" when there is a 部门 column or the name is none."""
    year: int | None
    """From year columns, title, sheet or file name, in that order."""
    months: tuple[int, int]
    """From title, sheet or file name; the whole year when they name none."""
    unit: Unit | None = None
    """From a line over the header: “单位：万元”."""


def setting_of(book: Workbook, sheet: Sheet, header: int, layout: Layout, previous: int | None) -> Setting:
    """What title, sheet and file name say of the rows below the header in row `header`."""
    has_column = "department" in layout.single or any(c.department for _, c in layout.values)
    department = "" if has_column else department_of(sheet.name)
    title = title_lines(sheet, header, previous)
    titles = (
        period_in(title, bare_year=False),
        period_in(sheet.name, bare_year=True),
        period_in(Path(book.file).stem, bare_year=True),
    )
    named = [t for t in titles if t]
    year = named[0].year if named else None
    months = next(((t.first_month, t.last_month) for t in named if not t.is_year), (1, 12))
    span = _span_of(sheet.name.strip())
    if span and span[0] is None and span[1]:
        months = span[1]  # one sheet a month: “3月”
    years = [c.year for _, c in layout.values if c.year and c.field == "actual"]
    if years and year not in years:
        year = max(years)
    unit = re.search(r"单位\s*[:：]\s*([^\s，,；;()（）]+)", title)
    return Setting(department, year, months, unit_of(unit[1]) if unit else None)

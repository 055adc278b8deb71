"""Lay out a table of figures below its header: which column holds what for which metric.

In: a header row that `documents.header_rows` found, and the sheet around it.  Out: `Layout`s, the
`Row`s read by them, and `Setting`, the department, period and unit that hold for all rows below.

Surprise: one header may make several layouts.  Two tables stand side by side; or every column is a metric and every
row a department or a month, which is read as a table of its own for each metric.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from chugao.documents.header_rows import Header, header_key
from chugao.documents.sheets import Cell, Sheet, Workbook
from chugao.metrics.cells import Unit, unit_of
from chugao.metrics.gathering import Here
from chugao.metrics.headers import VALUES, Column, corner_names, period_in, span_of, title_lines
from chugao.source import Source


class Layout(NamedTuple):
    """A header understood: which column holds which field, and which hold values."""

    single: dict[str, int]
    values: tuple[tuple[int, Column], ...]
    columns: dict[int, Column]
    headers: dict[str, str]
    """Text of each single field's header cell."""
    metric: Cell | None = None
    """The header cell that names the metric, in a table with a column a metric."""
    key: int | None = None
    """The column whose cells say what a row holds (本期值, 2024年), in such a table without departments."""
    totals: tuple[int, ...] = ()
    """Columns of 合计 and 小计."""


def has_department(layout: Layout) -> bool:
    """Whether rows or columns say which department they are of."""
    return "department" in layout.single or any(c.department for _, c in layout.values)


def layouts_of(
    header: Header[Column], book: Workbook, sheet: Sheet, problems: list[str]
) -> tuple[list[Layout], list[Cell]]:
    """The layouts of a header and the header cells that stay unused."""
    # An upper line of the header may reach further than its lowest one.
    width = max(len(r) for r in sheet.rows[header.top : header.row + 1])
    row = tuple(_lowest(sheet, header, column) for column in range(width + 1))
    unused = list(header.unknown)
    columns = _dated_apart(_named_in_the_corner(_without_empty_repeats(header, row, sheet)))
    layouts: list[Layout] = []
    for block in _blocks(columns, row):
        fields = {c.field for c in block.values()}
        if ("name" in fields and fields & VALUES) or ("name" in fields and "of_metric" not in fields):
            layout, left = _of_rows(block, row, book, sheet, problems)
            layouts.append(layout)
            unused += left
        else:
            layouts += _of_columns(block, row)
    return layouts, unused


def _lowest(sheet: Sheet, header: Header[Column], column: int) -> Cell:
    """The lowest filled cell of a column within its header."""
    cells = [sheet.cell(r, column) for r in range(header.row, header.top - 1, -1)]
    return next((c for c in cells if c.text), cells[0])


def _without_empty_repeats(header: Header[Column], row: Sequence[Cell], sheet: Sheet) -> dict[int, Column]:
    """The header's columns, less those that a header merged over two columns names again with nothing below."""
    below = sheet.rows[header.row + 1 :]
    return {
        i: c
        for i, c in header.columns.items()
        if i - 1 not in header.columns
        or row[i].text != row[i - 1].text
        or any(i < len(cells) and cells[i].text for cells in below)
    }


def _named_in_the_corner(columns: dict[int, Column]) -> dict[int, Column]:
    """“月份” over the names, beside 1月, 2月, 3月: it heads the columns, not the rows."""
    if not corner_names(list(columns.values())):
        return columns
    corner = min(i for i, c in columns.items() if c.field in ("period", "year"))
    return columns | {corner: Column("name")}


def _dated_apart(columns: dict[int, Column]) -> dict[int, Column]:
    """同期 below 2025年 is last year's where 本期 stands beside it, and 2024年同期 is 2024's."""
    own = {(c.year, c.months, c.metric, c.department) for c in columns.values() if c.field == "actual"}
    settled: dict[int, Column] = {}
    for index, column in columns.items():
        if column.field == "prev" and column.year is None and column.months is None:
            beside = columns.get(index - 1)
            if (
                beside
                and beside.field == "cumulative"
                and not any(c.field == "cumulative_prev" for c in columns.values())
            ):
                column = column._replace(field="cumulative_prev")
            elif not any(c.field in ("now", "cumulative") for c in columns.values()):
                column = column._replace(months=_months_before(columns, index))
        if column.field in ("same", "before"):
            year = column.year
            doubled = (year, column.months, column.metric, column.department) in own
            if year is None:
                column = column._replace(field="prev")
            elif column.field == "before" or doubled:
                column = column._replace(field="actual", year=year - 1)
            else:
                # 2025年同期 beside 2026年1—11月 is of the same months.
                spans = {c.months for c in columns.values() if c.field == "actual" and c.year == year + 1}
                months = column.months or (spans.pop() if len(spans) == 1 else None)
                column = column._replace(field="actual", months=months)
        settled[index] = column
    return settled


def _months_before(columns: dict[int, Column], index: int) -> tuple[int, int] | None:
    """The months of an undated 上年同期: those of the column beside which it stands; None for the row's own.

    Beside 2025年1—10月 it is of ten months; beside twelve months, or two half-years, of the whole year.
    """
    actual = {i: c for i, c in columns.items() if c.field == "actual"}
    latest = max((c.year for c in actual.values() if c.year), default=None)
    spans = {i: c.months for i, c in actual.items() if c.year in (None, latest)}
    if not spans or len(set(spans.values())) == 1:
        return next(iter(spans.values()), None)
    beside = spans.get(index - 1)
    alone = sum(c.field == "prev" and c.year is None for c in columns.values()) < len(spans)
    known = sorted({m for m in spans.values() if m})
    if beside and (not alone or all(beside[0] <= first and last <= beside[1] for first, last in known)):
        return beside
    # January to October, a column each, and what the ten together were last year.
    in_turn = known[0][0] == 1 and all(after[0] == before[1] + 1 for before, after in pairwise(known))
    return (1, known[-1][1]) if in_turn and None not in spans.values() else None


def _blocks(columns: dict[int, Column], row: Sequence[Cell]) -> list[dict[int, Column]]:
    """Tables side by side: a name's header that stands again begins another one."""
    names = [i for i, c in sorted(columns.items()) if c.field == "name"]
    starts = [i for i in names if header_key(row[i].text) == header_key(row[names[0]].text)]
    beside = [any(c.field in VALUES and i > start for i, c in columns.items()) for start in starts]
    if len(starts) < 2 or not all(beside) or not _has_values_between(columns, starts):
        return [columns]
    bounds = []
    for start in starts:
        while start - 1 in columns and columns[start - 1].field == "ignored":
            start -= 1
        bounds.append(start)
    ends = [*bounds[1:], max(columns) + 1]
    return [
        {i: c for i, c in columns.items() if (low if low != bounds[0] else 0) <= i < high}
        for low, high in zip(bounds, ends, strict=True)
    ]


def _has_values_between(columns: dict[int, Column], starts: Sequence[int]) -> bool:
    return all(any(c.field in VALUES and low < i < high for i, c in columns.items()) for low, high in pairwise(starts))


def _of_rows(
    columns: dict[int, Column], row: Sequence[Cell], book: Workbook, sheet: Sheet, problems: list[str]
) -> tuple[Layout, list[Cell]]:
    """A table with a row a metric."""
    unused: list[Cell] = []
    departments_hold_values = not any(c.field in VALUES for c in columns.values())
    single: dict[str, int] = {}
    values: list[tuple[int, Column]] = []
    for index, column in sorted(columns.items(), key=lambda item: (item[1].rank, item[0])):
        apart = (
            column.field in ("actual", "aim", "cumulative", "cumulative_prev")
            or column.comparable
            or (column.field == "prev" and column.months is not None)
        )
        if (
            apart
            or (column.field == "of_department" and departments_hold_values)
            or (column.department and column.field in VALUES)
        ):
            values.append((index, column))
        elif column.field in ("of_department", "of_metric"):
            unused.append(row[index])
        elif column.field in ("ignored", "total") or (column.field == "change" and "change" in single):
            continue
        elif column.field in single:
            unused.append(row[index])
            first = row[single[column.field]]
            if column.field in VALUES and header_key(first.text) == header_key(row[index].text):
                problems.append(
                    f"{book.source(sheet, row[index])}：与{first.at}单元格的表头都是“{first.text}”。请改名，或删去其中一列。"
                )
        else:
            single[column.field] = index
            if column.field in VALUES:
                values.append((index, column))
    headers = {name: row[index].text for name, index in single.items()}
    totals = tuple(sorted(i for i, c in columns.items() if c.field == "total"))
    return Layout(single, tuple(sorted(values)), columns, headers, totals=totals), unused


def _of_columns(columns: dict[int, Column], row: Sequence[Cell]) -> list[Layout]:
    """A table with a column a metric: one layout for each metric, what the rows share in all of them."""
    shared: dict[str, int] = {}
    key = next((i for i, c in columns.items() if c.field == "name"), None)
    for index, column in sorted(columns.items(), key=lambda item: (item[1].rank, item[0])):
        if not column.metric and column.field not in (*VALUES, "of_department", "total", "ignored", "name", "change"):
            shared.setdefault(column.field, index)
    headers = {name: row[index].text for name, index in shared.items()}
    layouts: list[Layout] = []
    for metric in dict.fromkeys(c.metric for _, c in sorted(columns.items()) if c.metric):
        own = {i: c for i, c in columns.items() if c.metric == metric}
        change = next((i for i, c in sorted(own.items()) if c.field == "change"), None)
        single = shared | ({"change": change} if change is not None else {})
        values = tuple(sorted((i, c) for i, c in own.items() if c.field in VALUES | {"of_metric"}))
        at = row[min(own)].at
        layouts.append(Layout(single, values, columns, headers, metric=Cell(metric, metric, at), key=key))
    return layouts


# --- one row --------------------------------------------------------------------------------------


_COMPARABLE = re.compile(r"[（(\[](?:按)?(?:可比口径|可比|同口径)[）)\]]$|可比口径$")


class Row:
    """One row of a table with its layout: cells by field."""

    def __init__(self, place: Here, layout: Layout, index: int, department: str = "", name: str = "") -> None:
        """`name`: what the row is called, where its own words do not say it."""
        self.place, self.layout, self.index = place, layout, index
        self.cells = place.sheet.rows[index]
        self.carried = department
        """部门 of a row above that holds here too."""
        named = self._named()
        named = named._replace(text=name) if name else named
        self.comparable = _COMPARABLE.search(named.text) is not None
        self._name = named._replace(text=_COMPARABLE.sub("", named.text)) if self.comparable else named

    def _named(self) -> Cell:
        if self.layout.metric is not None:
            return self.layout.metric
        column = self.layout.single.get("name")
        return self.place.sheet.cell(self.index, column) if column is not None else Cell("", None, "")

    def cell(self, name: str) -> Cell:
        if name == "name":
            return self._name
        column = self.layout.single.get(name)
        return self.place.sheet.cell(self.index, column) if column is not None else Cell("", None, "")

    def text(self, name: str) -> str:
        return self.cell(name).text

    def source(self, name: str) -> Source:
        return self.place.source(self.cell(name))

    def values(self) -> Iterator[tuple[int, Column, Cell]]:
        for index, column in self.layout.values:
            yield index, column, self.place.sheet.cell(self.index, index)


# --- titles and names -----------------------------------------------------------------------------


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
    cutoff: date | None = None
    """From a line over the header: “数据截至2025年10月31日”."""


def setting_of(place: Here, header: Header[Column], layouts: Sequence[Layout], previous: int | None) -> Setting:
    """What title, sheet and file name say of the rows below a header; `previous` is the row of the header before."""
    book, sheet = place.book, place.sheet
    has_column = any(has_department(layout) for layout in layouts)
    department = "" if has_column else place.department
    title = title_lines(sheet, header.top, previous)
    titles = (
        period_in(title, bare_year=False),
        period_in(sheet.name, bare_year=True),
        period_in(Path(book.file).stem, bare_year=True),
    )
    named = [t for t in titles if t]
    year = named[0].year if named else None
    months = next(((t.first_month, t.last_month) for t in named if not t.is_year), (1, 12))
    span = span_of(sheet.name.strip())
    if span and span[0] is None and span[1]:
        months = span[1]  # one sheet a month: “3月”
    years = [c.year for layout in layouts for _, c in layout.values if c.year and c.field == "actual"]
    # 一季度 beside 2024年 is of the year that the title names.
    undated = any(c.months and not c.year and c.field == "actual" for layout in layouts for _, c in layout.values)
    if years and year not in years and not (year and undated):
        year = max(years)
    below = {c.text for row in sheet.rows[header.row + 1 : header.row + 2] for c in row if c.text}
    unit = _unit_over(title + ("　" + below.pop() if len(below) == 1 else ""), layouts)
    return Setting(department, year, months, unit, _cutoff_over(sheet, header.top))


_UNIT_SAID = re.compile(
    r"(?<![制报送办主填管])单位\s*[:：]\s*([^\s，,；;()（）]+)|[（(]\s*((?:亿|[百千]?万|千)?元)\s*[）)]"
)


def _unit_over(title: str, layouts: Sequence[Layout]) -> Unit | None:
    """“编制单位：财务科　单位：万元” says 万元, as do 收支表（万元） and a name's header 项目（万元）."""
    said = (m[1] or m[2] for m in _UNIT_SAID.finditer(title))
    by_name = (c.unit for layout in layouts for c in layout.columns.values() if c.field == "name" and c.unit)
    return next((unit for text in (*said, *by_name) if (unit := unit_of(text))), None)


_CUTOFF = re.compile(r"(?:截止|截至)(?:日期|时间|到)?\s*[:：]?\s*(20\d\d[年./-]\d{1,2}[月./-]\d{1,2})")


def _cutoff_over(sheet: Sheet, header: int) -> date | None:
    """The day up to which figures count, from a line over the header."""
    for cell in (c for row in sheet.rows[:header] for c in row if c.text):
        if match := _CUTOFF.search(unicodedata.normalize("NFKC", cell.text)):
            year, month, day = re.split(r"[年月./-]", match[1])[:3]
            try:
                return date(int(year), int(month), int(day))
            except ValueError:
                continue
    return None

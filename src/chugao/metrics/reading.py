"""Read figures files: rows of a table become observations, whatever the table's shape.

In: .xlsx, .xls, .et or .csv files, long (a row a metric) or wide (a column a year, a month, a department or a metric).
Out: one `Figures`, or one `InputError` that lists every cell to mend; nothing half-read is returned.

Surprise: the same parser also tells everything at once, good and bad (`read_all`), for whoever wants to look before
importing.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from chugao.catalogue import Catalogue, load_catalogue
from chugao.documents.header_rows import Header, header_key, header_rows, looks_like_header
from chugao.documents.sheets import Cell, Sheet, Workbook, cell_finding, letters, raise_all, read_sheets
from chugao.errors import InputError
from chugao.metrics.calibers import Ruling
from chugao.metrics.gathering import Gathered, Here, gathered_for
from chugao.metrics.headers import Column, Vocabulary, department_of, header_fields, is_enough, names_rows, read_header
from chugao.metrics.layouts import Layout, Row, Setting, has_department, layouts_of, setting_of
from chugao.metrics.members import names_of_members
from chugao.metrics.months import add_months
from chugao.metrics.observation import Figures
from chugao.metrics.rows import read_row
from chugao.metrics.settling import Statement, settle
from chugao.metrics.sheet_names import departments_by_sheet
from chugao.metrics.totals import check_total_columns, check_total_rows, total_rows
from chugao.metrics.wording import wording
from chugao.source import Severity, Source

# --- one file --------------------------------------------------------------------------------------


def _read_book(gathered: Gathered, book: Workbook) -> bool:
    """Read every sheet that holds figures; say whether rows carry a department."""
    by_department, passed_over = False, []
    tables: list[tuple[Sheet, Header[Column], int, int | None]] = []
    guides = wording()["words"]["guides"]
    for sheet in book.sheets:
        place = Here(book, sheet)
        if not sheet.rows or sheet.name in guides:
            continue
        if sheet.hidden:
            hint = f"“{sheet.name}”是隐藏的工作表，没有读取。需要读取请取消隐藏后再导入。"
            gathered.note("hidden", Severity.WARNING, place.source(), sheet.name, hint)
            continue
        headers = header_rows(sheet, read_header, is_enough, gathered.vocabulary.read, names_rows)
        if not headers:
            passed_over.append(place)
            continue
        ends = [*(h.top for h in headers[1:]), len(sheet.rows)]
        before = [None, *(h.row for h in headers[:-1])]
        tables += [(sheet, *table) for table in zip(headers, ends, before, strict=True)]
    guessed = departments_by_sheet([(sheet, header) for sheet, header, *_ in tables])
    _note_guessed(gathered, book, guessed)
    for sheet, header, end, previous in tables:
        place = Here(book, sheet, department_of(sheet.name) or guessed.get(sheet.name, ""))
        by_department = _read_table(gathered, place, header, end, previous) or by_department
    if tables:
        _note_passed_over(gathered, passed_over)
    else:
        gathered.problems.append(_no_header(book, passed_over))
    return by_department


def _note_guessed(gathered: Gathered, book: Workbook, guessed: dict[str, str]) -> None:
    if not guessed:
        return
    first = next(s for s in book.sheets if s.name in guessed)
    hint = (
        f"{book.file}：各工作表写的是同样的指标，把表名当作科室：{'、'.join(guessed.values())}。"
        "不是的话，请加“部门”一列写明。"
    )
    gathered.note("sheet_department", Severity.WARNING, book.source(first), first.name, hint)


def _note_passed_over(gathered: Gathered, places: list[Here]) -> None:
    for place in places:
        has_name = any((c := read_header(x.text)) and c.field == "name" for row in place.sheet.rows for x in row)
        severity = Severity.WARNING if has_name else Severity.INFO
        what = _OF_MATTERS if _holds_matters(place) else "若是指标表，请补上表头后再导入。"
        hint = f"“{place.sheet.name}”表没有“指标名称”加数值列的表头，没有读取。{what}"
        gathered.note("sheet", severity, place.source(), place.sheet.name, hint)


def _no_header(book: Workbook, places: list[Here]) -> str:
    expected = "需要“指标名称”一列，加“本期值”“上年同期值”“目标值”“明年目标”中的至少一列，或“2025年”“1月”这样的列"
    if not places:
        return f"{book.file}：没有可以读取的内容（工作表都是空的或隐藏的）。请填写后再导入；{expected}。"
    lines = []
    for place in places:
        cells = looks_like_header(place.sheet)
        seen = "、".join(f"“{c.text}”" for c in cells[:20])
        what = _OF_MATTERS if _holds_matters(place) else f"{expected}。请对照模板改表头后再导入。"
        lines.append(f"{place.source(cells[0])}：没有找到表头，看到的是{seen}。{what}")
    return "\n".join(lines)


_HEADERS = 20
"""Rows within which a header stands."""
_OF_MATTERS = "这像是事项表：起草时写在 --matters 后面，或用 chugao material add 收进来。"


def _holds_matters(place: Here) -> bool:
    """Whether a sheet without figures has the headers of one of matters: 事项 and one more."""
    fields = header_fields("matters")
    rows = ({fields[k][0] for c in row if (k := header_key(c.text)) in fields} for row in place.sheet.rows[:_HEADERS])
    return any("text" in found and len(found) > 1 for found in rows)


def _read_table(gathered: Gathered, place: Here, header: Header[Column], end: int, previous: int | None) -> bool:
    """Read the rows below one header; say whether they carry a department."""
    layouts, unused = layouts_of(header, place.book, place.sheet, gathered.problems)
    for cell in unused:
        hint = (
            f"表头“{cell.text}”不认识，这一列没有读取。若需要，请改成模板里的写法，或运行 chugao metrics learn "
            f"{cell.text} 模板里的写法，以后都按它读；不需要可以不管。"
        )
        gathered.note("header", Severity.WARNING, place.source(cell), cell.text, hint)
    setting = setting_of(place, header, layouts, previous)
    before, first = gathered.told, len(gathered.statements)
    gathered.assumed_units.clear()
    gathered.entered.clear()
    for layout in layouts:
        _read_rows(gathered, place, layout, header.row + 1, end, setting)
    top = _top_of(place, header, layouts[0])
    if gathered.told == before:
        gathered.problems.append(f"{place.source(top)}：表头下面没有数据。请在表头下逐行填写指标和数值后再导入。")
    _note_hidden(gathered, place, header, end)
    _note_table(gathered, place, top, gathered.statements[first:])
    if "department" in layouts[0].single:
        _note_blank_departments(gathered, place, gathered.statements[first:])
    return any(has_department(layout) for layout in layouts) or setting.department != ""


def _read_rows(gathered: Gathered, place: Here, layout: Layout, first: int, end: int, setting: Setting) -> None:
    """Read every row of one layout, and hold its totals against what was read."""
    totals = list(total_rows(place, layout, first, end))
    skipped = {t.row for t in totals}
    rows = [r for r in range(first, end) if r not in skipped]
    carried = _carried_departments(gathered, place, layout, rows)
    members = names_of_members(place, layout, gathered.vocabulary, rows)
    for index in rows:
        read_row(gathered, Row(place, layout, index, carried.get(index, ""), members.get(index, "")), setting)
    check_total_rows(gathered, place, layout, totals)
    if layout.totals:
        check_total_columns(gathered, place, layout)


def _top_of(place: Here, header: Header[Column], layout: Layout) -> Cell:
    """The header cell to point at when speaking of the whole table."""
    column = layout.single.get("name", min(header.columns))
    return next(c for r in range(header.row, -1, -1) if (c := place.sheet.cell(r, column)).text)


def _carried_departments(gathered: Gathered, place: Here, layout: Layout, rows: Sequence[int]) -> dict[int, str]:
    """部门 written once over its rows: each department stands in one row and the rows below it are blank.

    Where a department stands in several rows, a blank one may mean all departments, and nothing is carried.
    """
    column = layout.single.get("department")
    if column is None or layout.metric is not None:
        return {}
    filled = [i for i in rows if any(c.text for c in place.sheet.rows[i])]
    named = [place.sheet.cell(i, column).text for i in filled if place.sheet.cell(i, column).text]
    blank = len(filled) - len(named)
    if (
        len(named) < 2
        or len(set(named)) < len(named)
        or blank < len(named)
        or not place.sheet.cell(filled[0], column).text
    ):
        return {}
    carried: dict[int, str] = {}
    current = ""
    for index in filled:
        text = place.sheet.cell(index, column).text
        current = text or current
        if not text and place.sheet.cell(index, layout.single["name"]).text:
            if not carried:
                cell = place.sheet.cell(index, column)
                hint = f"{place.source(cell)}起，“{layout.headers['department']}”空着的行随上面的“{current}”等算。若属于全院，请写明。"
                gathered.note("department", Severity.WARNING, place.source(cell), current, hint)
            carried[index] = current
    return carried


def _note_hidden(gathered: Gathered, place: Here, header: Header[Column], end: int) -> None:
    """Hidden rows and columns are read like the others, and said."""
    sheet = place.sheet
    cell = next(c for c in sheet.rows[header.row] if c.text)
    if hidden := [r for r in range(header.row + 1, end) if r + 1 in sheet.hidden_rows]:
        rows = "、".join(str(r + 1) for r in hidden[:10])
        hint = f"第{rows}行是隐藏或筛选掉的行，也读取了。不需要的请删除后再导入。"
        gathered.note("hidden", Severity.WARNING, place.source(cell), cell.text, hint)
    if columns := sorted(sheet.hidden_columns & header.columns.keys()):
        named = "、".join(f"{letters(c)}列（{sheet.cell(header.row, c).text}）" for c in columns[:10])
        hint = f"{named}是隐藏的列，也读取了。不需要的请删除后再导入。"
        gathered.note("hidden", Severity.WARNING, place.source(cell), cell.text, hint)


def _note_table(gathered: Gathered, place: Here, top: Cell, statements: Sequence[Statement]) -> None:
    """What is odd about a table as a whole: no unit column, an early cut-off."""
    if gathered.assumed_units:
        named = "、".join(f"{name}（{unit}）" for name, unit in dict.fromkeys(gathered.assumed_units))
        hint = f"表里没有“单位”一列，以下指标按指标目录取单位：{named}。请核对。"
        gathered.note("unit", Severity.WARNING, place.source(top), top.text, hint)
    for _, observation in statements:
        cutoff, period = observation.source.cutoff, observation.period
        if cutoff and (cutoff.year, cutoff.month) < (period.year, period.last_month):
            hint = (
                f"数据截至{cutoff.year}年{cutoff.month}月{cutoff.day}日，期间却是{period.label}。"
                f"若是累计数，请在“期间”一列写“{period.year}年1—{cutoff.month}月”，以便与上年同期相比。"
            )
            gathered.note("cutoff", Severity.WARNING, observation.source, observation.quantity.printed, hint)
            break


def _note_blank_departments(gathered: Gathered, place: Here, statements: Sequence[Statement]) -> None:
    blank = [o for _, o in statements if o.department == ""]
    if blank and len(blank) < len(statements):
        hint = "这一行的“部门”没有填，将视为各部门共用。若属于某一部门，请补上。"
        gathered.note("department", Severity.WARNING, blank[0].source, blank[0].quantity.printed, hint)


# --- all files -------------------------------------------------------------------------------------


class Reading(NamedTuple):
    """Everything files said, good and bad."""

    figures: Figures
    problems: tuple[str, ...]
    """What must be mended before anything is imported, each with its place."""


def read_all(
    paths: Sequence[Path | str],
    *,
    catalogue: Catalogue | None = None,
    learned: Mapping[str, str] | None = None,
    rulings: Sequence[Ruling] = (),
) -> Reading:
    """What files say, whatever is wrong with them; a file that cannot be opened is a problem like any other."""
    catalogue = catalogue or load_catalogue()
    gathered = gathered_for(catalogue, Vocabulary(catalogue, learned))
    by_department, fingerprints = False, {}
    for path in paths:
        try:
            book = read_sheets(path)
        except InputError as error:
            gathered.problems.append(str(error))
            continue
        fingerprints[book.file] = book.fingerprint
        by_department = _read_book(gathered, book) or by_department
    settled = settle(gathered.statements, gathered.definitions, rulings)
    months = add_months(settled.observations, gathered.definitions)
    figures = Figures(
        observations=(*settled.observations, *months.observations),
        changes=tuple(gathered.changes),
        aims=tuple(gathered.aims),
        comparable=tuple(gathered.comparable),
        contested=settled.contested,
        definitions=gathered.definitions,
        findings=(*gathered.findings, *settled.findings, *months.findings),
        department_column=by_department,
        fingerprints=fingerprints,
    )
    lines = (line for problem in (*gathered.problems, *settled.problems) for line in problem.split("\n"))
    # One row read as several tables says the same of each.
    return Reading(figures, tuple(dict.fromkeys(lines)))


def read_metrics(
    *paths: Path | str,
    department: str | None = None,
    catalogue: Catalogue | None = None,
    learned: Mapping[str, str] | None = None,
    rulings: Sequence[Ruling] = (),
) -> Figures:
    """The figures of one or more files, in the metrics' own units.

    `department` selects rows where the files carry a 部门; `learned` are the office's own words for headers and
    metrics; `rulings` say which source counts.  Raises one `InputError` listing up to ten places to mend, each with
    file, sheet and cell; nothing half-read is returned.
    """
    reading = read_all(paths, catalogue=catalogue, learned=learned, rulings=rulings)
    raise_all(reading.problems)
    return _select(reading.figures, department)


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

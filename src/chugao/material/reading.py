"""Read matters files (.xlsx, .xls, .et, .csv), a row a matter.

In: paths.  Out: `Matters`, or one `InputError` that lists every cell to mend.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from chugao.documents.header_rows import Header, header_key, header_rows, looks_like_header
from chugao.documents.sheets import Cell, Sheet, Workbook, cell_finding, raise_all, read_sheets
from chugao.errors import InputError
from chugao.material.matter import Matter, Matters, MatterStatus, is_pending
from chugao.material.withholding import is_wish, release_wished, without_amount
from chugao.metrics.cells import day_counted, read_release
from chugao.metrics.headers import department_of, header_fields, period_in, title_lines
from chugao.metrics.sheet_names import department_of_file
from chugao.metrics.wording import is_footer, wording
from chugao.source import Finding, Release, Severity, Source

NO_MATTERS = "没有找到“事项”一列"
"""What the error says when a workbook is none of matters."""
ONE_COLUMN = "只认得“事项”一列"
"""What it says of one that may be anything: 项目名称 stands over figures as well."""


def read_matters(*paths: Path | str) -> Matters:
    """The matters of one or more files.

    Raises one `InputError` listing up to ten places to mend, each with file, sheet and cell.
    """
    return matters_of_books(read_sheets(path) for path in paths)


def matters_of_books(books: Iterable[Workbook]) -> Matters:
    """The matters of workbooks that are open already.  Raises as `read_matters`."""
    gathered = _Gathered()
    by_department, fingerprints = False, {}
    for book in books:
        fingerprints[book.file] = book.fingerprint
        by_department = _read_book(gathered, book) or by_department
    raise_all(gathered.problems)
    return Matters(
        items=tuple(gathered.items),
        findings=tuple(gathered.findings),
        department_column=by_department,
        fingerprints=fingerprints,
    )


def with_submitted(told: Matters, sent: Matters) -> Matters:
    """Matters of files and those that departments sent, each thing once.

    Two that are called alike have one id, and would print each other's numbers: the second gets an id of its own.
    """
    gathered = _Gathered(findings=list(told.findings), items=list(told.items), ids={m.id for m in told.items})
    for matter in sent.items:
        _keep(gathered, matter)
    return told.model_copy(
        update={
            "items": tuple(gathered.items),
            "findings": tuple(gathered.findings),
            "department_column": told.department_column or sent.department_column,
        }
    )


def apart_from_others(matters: Matters, department: str, *, known: bool = False) -> Matters:
    """Matters for a document of one department: what only another department's file says is that department's.

    Where nothing else is the department's or everybody's, they stay everybody's: 重症医学科2025.xlsx for “ICU”.
    `known` says that something else is: figures of its own.
    """
    named = {m.source.file for m in matters.items if m.department}
    owners = {m.source.file: department_of_file(m.source.file) for m in matters.items if m.source.file not in named}
    if not any(owner not in ("", department) for owner in owners.values()):
        return matters
    items = tuple(
        m.model_copy(update={"department": owner}) if (owner := owners.get(m.source.file)) else m for m in matters.items
    )
    if not known and not any(m.department in ("", department) for m in items):
        return matters
    return matters.model_copy(update={"items": items, "department_column": True})


# --- tables ----------------------------------------------------------------------------------------


@dataclass
class _Gathered:
    """What has been read so far, good and bad."""

    problems: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    items: list[Matter] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)

    def note(self, rule: str, source: Source, quote: str, hint: str, severity: Severity = Severity.WARNING) -> None:
        self.findings.append(cell_finding(f"matters.{rule}", severity, source, quote, hint))


class _Table(NamedTuple):
    """One table of matters: where it stands and which column holds which field."""

    book: Workbook
    sheet: Sheet
    columns: dict[str, int]
    department: str
    year: int | None
    """Of title, sheet or file name, in that order."""

    def cell(self, row: int, name: str) -> Cell:
        return self.sheet.cell(row, self.columns[name]) if name in self.columns else Cell("", None, "")

    def source(self, cell: Cell) -> Source:
        return self.book.source(self.sheet, cell)


@lru_cache(maxsize=2048)
def _read_header(text: str) -> tuple[str, int] | None:
    if len(text) > 20:
        return None
    fields = header_fields("matters")
    key = header_key(text)
    return fields.get(key) or fields.get(re.sub(r"[(\[][^()\[\]]*[)\]]$", "", key))


def _enough(columns: Sequence[tuple[str, int]]) -> bool:
    return any(name == "text" for name, _ in columns)


def _read_book(gathered: _Gathered, book: Workbook) -> bool:
    by_department, found, passed_over = False, False, []
    for sheet in book.sheets:
        if not sheet.rows or sheet.name in wording()["words"]["guides"]:
            continue
        if sheet.hidden:
            hint = f"“{sheet.name}”是隐藏的工作表，没有读取。需要读取请取消隐藏后再导入。"
            gathered.note("hidden", book.source(sheet), sheet.name, hint)
            continue
        headers = _headers(sheet)
        if not headers:
            passed_over.append(sheet)
            continue
        found = True
        rows = [h.row for h in headers]
        for header, end, previous in zip(headers, [*rows[1:], len(sheet.rows)], [None, *rows[:-1]], strict=True):
            table = _table(gathered, book, sheet, header, previous)
            _read_rows(gathered, table, header.row, end)
            by_department = by_department or table.department != "" or "department" in table.columns
    if not found:
        gathered.problems.extend(_no_header(book, passed_over))
        return by_department
    for sheet in passed_over:
        hint = f"“{sheet.name}”表没有“事项”一列，没有读取。若是事项表，请补上表头后再导入。"
        gathered.note("sheet", book.source(sheet), sheet.name, hint, Severity.INFO)
    return by_department


def _headers(sheet: Sheet) -> list[Header[tuple[str, int]]]:
    """Header rows: 事项 beside another known column, or alone in its row."""
    headers = header_rows(sheet, _read_header, _enough)
    return [h for h in headers if len(h.columns) > 1 or not h.unknown]


def _no_header(book: Workbook, sheets: list[Sheet]) -> list[str]:
    expected = "需要“事项”一列，其余可有“类别”“时间”“成效”“责任科室”“牵头领导”“状态”“公开范围”“佐证”"
    if not sheets:
        return [f"{book.file}：没有可以读取的内容（工作表都是空的或隐藏的）。请填写后再导入；{expected}。"]
    lines = []
    for sheet in sheets:
        cells = looks_like_header(sheet)
        seen = "、".join(f"“{c.text}”" for c in cells[:20])
        where = book.source(sheet, cells[0])
        if header_rows(sheet, _read_header, _enough):
            lines.append(
                f"{where}：看到的表头是{seen}，{ONE_COLUMN}，不能确定这是事项表。请再加一列，如“类别”“时间”“成效”“状态”，再导入。"
            )
            continue
        lines.append(f"{where}：{NO_MATTERS}，看到的表头是{seen}。{expected}。请对照模板改表头后再导入。")
    return lines


def _read_rows(gathered: _Gathered, table: _Table, header: int, end: int) -> None:
    """Read the rows between one header and the next."""
    before = len(gathered.items) + len(gathered.problems) + len(gathered.findings)
    for index in range(header + 1, end):
        filled = [c for c in table.sheet.rows[index] if c.text]
        text = table.cell(index, "text").text
        if not filled or is_footer(filled, text) or _is_heading(table, filled):
            continue
        if not text:
            _note_nameless(gathered, table, index)
            continue
        _read_row(gathered, table, index)
    if len(gathered.items) + len(gathered.problems) + len(gathered.findings) == before:
        top = table.cell(header, "text")
        gathered.problems.append(f"{table.source(top)}：表头下面没有事项。请在表头下逐行填写后再导入。")


def _table(
    gathered: _Gathered, book: Workbook, sheet: Sheet, header: Header[tuple[str, int]], previous: int | None
) -> _Table:
    row = sheet.rows[header.row]
    columns: dict[str, int] = {}
    unused = list(header.unknown)
    for index, (name, _) in sorted(header.columns.items(), key=lambda item: (item[1][1], item[0])):
        if name == "ignored":
            continue
        if name in columns:
            unused.append(row[index])
        else:
            columns[name] = index
    if "status" in columns and "result" not in columns and _is_told(sheet, header.row, columns["status"]):
        columns["result"] = columns.pop("status")
    for cell in unused:
        place = book.source(sheet, cell)
        hint = f"{place}：表头“{cell.text}”不认识或与另一列重复，这一列没有读取。若需要，请改成模板里的写法；不需要可以不管。"
        gathered.note("header", place, cell.text, hint)
    named = (
        period_in(title_lines(sheet, header.row, previous), bare_year=False),
        period_in(sheet.name, bare_year=True),
        period_in(Path(book.file).stem, bare_year=True),
    )
    year = next((p.year for p in named if p), None)
    return _Table(book, sheet, columns, "" if "department" in columns else department_of(sheet.name), year)


def _is_told(sheet: Sheet, header: int, column: int) -> bool:
    """Whether 进展 holds what came of things (“覆盖窗口18个”) and no status."""
    cells = [t for row in range(header + 1, len(sheet.rows)) if (t := sheet.cell(row, column).text)]
    known = {s for spellings in wording()["status"].values() for s in spellings}
    return bool(cells) and not any(header_key(t) in known for t in cells)


def _is_heading(table: _Table, filled: list[Cell]) -> bool:
    """A line merged over the whole row (“一、医疗质量”) groups matters, it is none."""
    return len(table.columns) > 1 and len(filled) > 1 and len({c.text for c in filled}) == 1


def _note_nameless(gathered: _Gathered, table: _Table, index: int) -> None:
    told = [c for n in ("result", "when", "status") if (c := table.cell(index, n)).text]
    if told:
        place = table.source(table.cell(index, "text"))
        gathered.problems.append(f"{place}：这一行没有写事项。请补上事项，或删去这一行。")


# --- one row ---------------------------------------------------------------------------------------


def _read_row(gathered: _Gathered, table: _Table, index: int) -> None:
    """Add one matter; what is wrong goes to `gathered.problems`."""
    cell = table.cell(index, "text")
    when = table.cell(index, "when").text
    when = str(day_counted(when) or when)
    year, month = _when(when)
    problems = []
    release, status = Release.PUBLIC, MatterStatus.DONE
    remarks = [c.text for c in table.sheet.rows[index] if c.text]
    try:
        release = read_release(table.cell(index, "release"), table.source(table.cell(index, "release")))
        if not table.cell(index, "release").text:
            release = next((r for text in remarks if (r := _wished(text))), release)
    except InputError as error:
        problems.append(str(error))
    try:
        status = _status(gathered, table, index, year, month)
    except InputError as error:
        problems.append(str(error))
    gathered.problems.extend(problems)
    if problems:
        return
    if year is None and status is not MatterStatus.PLANNED:
        year = _column_year(table.cell(index, "year")) or table.year
    department = table.cell(index, "department").text or table.department
    text = _told(cell.text)
    matter = Matter(
        id=matter_id(department, text),
        text=text,
        when=when,
        year=year,
        month=month,
        result=_told(table.cell(index, "result").text),
        status=status,
        release=release,
        department=department,
        source=table.source(cell),
        **{name: table.cell(index, name).text for name in ("category", "owner", "leader", "evidence")},
    )
    _keep(gathered, matter)


def _keep(gathered: _Gathered, matter: Matter) -> None:
    """Add a matter unless it was told before word for word; another matter of the same id gets a letter more."""
    same = {"id": "", "source": matter.source}
    if any(m.model_copy(update=same) == matter.model_copy(update=same) for m in gathered.items):
        hint = f"事项“{matter.text}”重复填写，只取第一次。"
        gathered.note("repeated", matter.source, matter.text, hint, Severity.INFO)
        return
    if (fuller := _fuller(gathered.items, matter)) is not None:
        number, better = fuller
        gathered.items[number] = better
        hint = f"事项“{matter.text}”有两处，一处的成效包含另一处的，只取写得全的一处。"
        gathered.note("repeated", matter.source, matter.text, hint, Severity.INFO)
        return
    identifier = matter.id
    for letter in "bcdefghijklmnopqrstuvwxyz":
        if identifier not in gathered.ids:
            break
        identifier = matter.id + letter
    if identifier != matter.id:
        hint = f"事项“{matter.text}”与前面一条同名，按两件事处理。请核对是否重复。"
        gathered.note("same_name", matter.source, matter.text, hint)
    gathered.ids.add(identifier)
    gathered.items.append(matter.model_copy(update={"id": identifier}))


_BESIDE = ("when", "month", "owner", "leader", "category", "evidence")


def _fuller(known: Sequence[Matter], matter: Matter) -> tuple[int, Matter] | None:
    """Of two tellings of one deed, one within the other, the fuller one and its place; None where there are not two."""
    alike = ("text", "department", "status", "release", "year")
    for number, other in enumerate(known):
        if any(getattr(other, name) != getattr(matter, name) for name in alike):
            continue
        if other.month and matter.month and other.month != matter.month:
            continue
        for full, part in ((other, matter), (matter, other)):
            if part.result in full.result:
                lacking = [n for n in _BESIDE if not getattr(full, n)]
                return number, full.model_copy(update={n: getattr(part, n) for n in lacking} | {"id": other.id})
    return None


def matter_id(department: str, text: str) -> str:
    """A stable id of letters, usable in a slot: "matter_kzmqpatx"."""
    digest = hashlib.sha256(f"{department}\n{text}".encode()).digest()
    return "matter_" + "".join(chr(ord("a") + b % 26) for b in digest[:8])


def _wished(cell: str) -> Release | None:
    """The release a cell asks for; one that only keeps a sum in asks for none."""
    return None if without_amount(cell) else release_wished(cell)


def _told(cell: str) -> str:
    """A cell without what its writer wants kept in, and without saying so."""
    text = _trimmed(cell)
    while (cut := without_amount(text)) is not None:
        text = cut[0]
    text = _BRACKETED.sub(lambda m: "" if is_wish(m[0]) or release_wished(m[0]) else m[0], text)
    return _trimmed(text)


_BRACKETED = re.compile(r"[（(【][^（）()【】]{2,40}[）)】]")


def _trimmed(text: str) -> str:
    return " ".join(text.split()).rstrip("。；;，,、. ")


_WHEN = re.compile(r"(?:(20\d\d)[年./-])?(?:(\d{1,2})(?=月|[-—–~～至到]+\d{1,2}月|[./-]\d{1,2}(?!\d)|$))?")


def _when(text: str) -> tuple[int | None, int | None]:
    """(year, first month) that 时间 names: “2025年4—12月” → (2025, 4), “12月底前” → (None, 12)."""
    folded = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    for match in _WHEN.finditer(folded):
        month = int(match[2]) if match[2] and (match[1] or "月" in folded) else None
        if match[1] or month:
            return int(match[1]) if match[1] else None, month if month and 1 <= month <= 12 else None
    bare = re.match(r"(20\d\d)(?!\d)", folded)
    return (int(bare[1]) if bare else None), None


def _column_year(cell: Cell) -> int | None:
    match = re.match(r"20\d\d", cell.text)
    return int(match[0]) if match else None


def _status(gathered: _Gathered, table: _Table, index: int, year: int | None, month: int | None) -> MatterStatus:
    """状态 of a row; an empty one is inferred from 时间, and said.  Raises `InputError` for an unknown word."""
    cell = table.cell(index, "status")
    key = header_key(cell.text)
    for name, spellings in wording()["status"].items():
        if key in spellings:
            return MatterStatus(name)
    if key:
        raise InputError(
            f"{table.source(cell)}：状态“{cell.text}”不认识。请填写“已完成”“推进中”或“拟开展”，也可写“完成”“进行中”“计划”等。"
        )
    ahead = _is_ahead(table.year, year, month) or _INTENDED.match(table.cell(index, "text").text)
    status = MatterStatus.PLANNED if ahead else MatterStatus.DONE
    if status is MatterStatus.DONE and is_pending(table.cell(index, "result").text):
        status = MatterStatus.ONGOING
    if "status" in table.columns:
        place = table.source(cell)
    else:
        place = table.source(table.cell(index, "text"))
    if re.search(r"不足|问题|短板|困难", table.cell(index, "category").text):
        return status  # a shortfall is nothing to be finished
    hint = f"没有写状态，按“{status}”处理。请核对；不是的请在“状态”一列写明。"
    gathered.note("status", place, table.cell(index, "text").text, hint)
    return status


_INTENDED = re.compile(
    r"(?:明年|下一?步|20\d\d年)?(?:计划|打算|准备|拟|将|争取|力争|预计)(?!生育|[表书单内外])[\u4e00-\u9fff]{2}"
)


def _is_ahead(table_year: int | None, year: int | None, month: int | None) -> bool:
    """Whether a time lies ahead: after the table's year, or after today where the table names none."""
    if year is None:
        return False
    if table_year is not None:
        return year > table_year
    today = date.today()
    return (year, month or 1) > (today.year, today.month)

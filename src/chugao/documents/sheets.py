"""Read a workbook-like file into grids of cells.

In: the path of an .xlsx, .xls, .et, .csv, or of a web page that a hospital system named .xls.  Out: `Workbook`,
its sheets and cells with the text a person sees and the place a person can point at.

Surprise: the extension says little (HIS systems export HTML as .xls) and a cell says less than it shows: 0.986 in
a percent format is 98.6%, “2025年12月” is stored as the first of December, and a formula that no program has
calculated yet reads as nothing at all.  So the content is sniffed, the text is the shown one, and such a formula is
an error, never a zero.
"""

import hashlib
import io
import re
import sys
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any, NamedTuple

from chugao.documents.guard import MAX_FILE_BYTES, guard_zip
from chugao.errors import InputError, UploadRejected
from chugao.source import Finding, Frozen, Place, Severity, Source

MAX_TAGS = 2_000_000
"""Of one worksheet part: half a million cells, far beyond any table of figures."""
MAX_CELLS = 400_000
MAX_ROWS = 20_000
MAX_COLUMNS = 1_000

CellValue = int | float | date | datetime | time | timedelta | str | bool | None


class Cell(NamedTuple):
    """One cell: what a person sees, what the file holds, and where."""

    text: str
    """As shown: “98.6%”, “2025年3月15日”, “121.73”; no blanks around; "" when empty.  A format that would hide all
    decimals (98.6 as 99) or the whole value (0.04 as 0.0) is not obeyed."""
    value: CellValue
    """Raw: 0.986 for a cell shown as 98.6%."""
    at: str
    """“C7”; in a .csv the column letter and the line number."""


class Sheet(Frozen):
    """One sheet as a grid.  Rows end at their last filled cell; an empty row is ()."""

    name: str
    """"" for a .csv."""
    rows: tuple[tuple[Cell, ...], ...]
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    """1-based numbers of filled rows that are hidden or filtered away."""

    def cell(self, row: int, column: int) -> Cell:
        """The cell at 0-based indexes; an empty one beyond the end of the row."""
        cells = self.rows[row]
        return cells[column] if column < len(cells) else Cell("", None, f"{letters(column)}{row + 1}")


class Workbook(Frozen):
    """What one file holds."""

    file: str
    """Name without the folders above."""
    fingerprint: str
    """First 16 hex digits of the file's SHA-256."""
    sheets: tuple[Sheet, ...]
    legacy: bool = False
    """An .xls or .et: its number formats are not readable, so a percent format shows as 0.986."""

    def source(self, sheet: Sheet, cell: Cell | None = None, cutoff: date | None = None) -> Source:
        return Source(
            file=self.file,
            sheet=sheet.name or None,
            cell=cell.at if cell else None,
            fingerprint=self.fingerprint,
            cutoff=cutoff,
        )


def read_sheets(path: Path | str) -> Workbook:
    """Every sheet of a file, chosen by its content.

    Raises `InputError` (missing, empty, encrypted, another kind of file, formulas not calculated) and
    `UploadRejected` (bomb, macros, DOCTYPE, too large), both saying what to do.
    """
    path = Path(path)
    data = _bytes_of(path)
    form = _sniff(path.name, data)
    if path.suffix.lower() in (".xlsx", ".xlsm") and form != "xlsx":
        seems = {"xls": "旧版 Excel 工作簿（.xls）", "html": "网页", "csv": "纯文本表格（.csv）"}[form]
        raise InputError(
            f"{path.name}：扩展名是 {path.suffix}，内容看起来是{seems}。请用 Excel 或 WPS 打开，另存为 .xlsx 再导入。"
        )
    reader = {"xlsx": _read_xlsx, "xls": _read_xls, "html": _read_html, "csv": _read_csv}[form]
    return Workbook(
        file=path.name,
        fingerprint=hashlib.sha256(data).hexdigest()[:16],
        sheets=tuple(reader(path.name, data)),
        legacy=form == "xls",
    )


def letters(column: int) -> str:
    """Column letters of a 0-based index: 0 → A, 27 → AB."""
    name, number = "", column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


# --- the file -------------------------------------------------------------------------------------


def _bytes_of(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise InputError(f"{path.name}：这是文件夹。请指定其中的一个表格文件（.xlsx、.xls、.et 或 .csv）。")
        if size > MAX_FILE_BYTES:
            raise UploadRejected(
                f"{path.name}：文件 {size / 2**20:.0f} MB，超过 20 MB。请只保留要导入的工作表，另存后再导入。"
            )
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path.name}：找不到这个文件（{path}）。请检查文件名和所在文件夹。") from None
    except PermissionError:
        raise InputError(f"{path.name}：没有权限读取。请关闭正在打开它的程序，或请管理员开放读取权限。") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path.name}：读不了（{error}）。请把文件复制到本机再试。") from None
    if not data.strip():
        raise InputError(f"{path.name}：是空文件。请确认导出成功，重新导出后再导入。")
    return data


_FOREIGN = (
    (b"%PDF", "PDF 文件"),
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"GIF8", "图片"),
    (b"{\\rtf", "RTF 文档"),
    (b"Rar!", "压缩包"),
    (b"7z\xbc\xaf", "压缩包"),
    (b"\x1f\x8b", "压缩包"),
)


def _sniff(name: str, data: bytes) -> str:
    """ "xlsx", "xls", "html" or "csv" by content; `InputError` naming what else it seems to be."""
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return "xlsx"
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return _sniff_compound(name, data)
    for magic, what in _FOREIGN:
        if data.startswith(magic):
            raise _another_kind(name, what)
    start = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"mime-version"):
        raise _another_kind(name, "单个文件网页（.mht）")
    if start.startswith(b"<"):
        if b"urn:schemas-microsoft-com:office:spreadsheet" in start and b"<html" not in start:
            raise _another_kind(name, "XML 表格（Excel 2003）")
        if re.search(rb"<(!doctype\s+html|html|head|meta|body|table|div|style)\b", start):
            return "html"
        raise _another_kind(name, "XML 文件")
    if b"\0" in data and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise _another_kind(name, "程序或其他二进制文件")
    return "csv"


def _sniff_compound(name: str, data: bytes) -> str:
    """What an OLE file is: its directory names its streams in UTF-16."""

    def has(stream: str) -> bool:
        return stream.encode("utf-16-le") in data

    if has("EncryptedPackage"):
        raise _encrypted(name)
    if has("Workbook") or has("Book"):
        if has("_VBA_PROJECT_CUR"):
            raise _macro(name)
        return "xls"
    raise _another_kind(name, "Word 文档" if has("WordDocument") else "其他 Office 文件")


def _another_kind(name: str, what: str) -> InputError:
    return InputError(f"{name}：内容看起来是{what}，不是表格。请用 Excel 或 WPS 另存为 .xlsx 或 .csv 再导入。")


def _encrypted(name: str) -> InputError:
    return InputError(f"{name}：文件设了打开密码。请用 Excel 或 WPS 打开，去掉密码，另存后再导入。")


def _macro(name: str) -> UploadRejected:
    return UploadRejected(f"{name}：含有宏，不予读取。请另存为不含宏的 .xlsx 再导入。")


def _broken(name: str) -> InputError:
    return InputError(f"{name}：文件已损坏或没有传完整。请用 Excel 或 WPS 打开，另存为 .xlsx 再导入。")


# --- .xlsx ----------------------------------------------------------------------------------------


def _guard(name: str, data: bytes) -> bool:
    """Refuse a dangerous zip before any parser sees it; say whether its sheets may hold formulas."""
    try:
        guard_zip(data, name)
    except UploadRejected as error:
        told = str(error).removeprefix(name)  # the guard sends people to Word; a workbook is mended elsewhere
        raise UploadRejected(name + told.replace("WPS 或 Word", "Excel 或 WPS")) from None
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [(e.filename.replace("\\", "/").lower(), e) for e in archive.infolist()]
        names = [n for n, _ in parts]
        if any(n.endswith("vbaproject.bin") for n in names):
            raise _macro(name)
        if "xl/workbook.xml" not in names:
            raise _another_kind(name, _kind_of(names))
        formulas = False
        for part, entry in parts:
            if part.startswith("xl/worksheets/"):
                formulas = _guard_sheet(name, archive, entry) or formulas
        return formulas


def _kind_of(parts: Sequence[str]) -> str:
    """What a zip without a workbook in it seems to be, by the names of its parts."""
    kinds = (
        ("word/", "Word 文档"),
        ("ppt/", "演示文稿"),
        ("xl/workbook.bin", "二进制工作簿（.xlsb）"),
        ("content.xml", "OpenDocument 文件"),
    )
    return next((what for prefix, what in kinds if any(n.startswith(prefix) for n in parts)), "压缩包")


_AREA = re.compile(rb"<(?:\w+:)?(?:mergeCell|hyperlink)\s[^>]*?\bref\s*=\s*[\"']([^\"']*)")


def _area(ref: str) -> int:
    """Cells in “A1:D4”; a parser fills in every one of a merged area, so a foreign spelling counts as too many."""
    match = re.fullmatch(r"\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?", ref)
    if match is None:
        return MAX_CELLS + 1
    left, top, right, bottom = match[1], int(match[2]), match[3] or match[1], int(match[4] or match[2])
    return (abs(_column(right) - _column(left)) + 1) * (abs(bottom - top) + 1)


def _column(name: str) -> int:
    number = 0
    for letter in name:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _guard_sheet(name: str, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    """Unpack a worksheet in pieces: refuse what a parser would blow up, say whether a formula may stand in it."""
    tags, areas, formulas, tail = 0, 0, False, b""
    with archive.open(entry) as stream:
        while piece := stream.read(1 << 16):
            window = tail + piece
            tags += piece.count(b"<")
            formulas = formulas or b"<f" in window or b":f" in window
            # A match that begins in the tail of the last piece was not complete there, or is counted twice: no harm.
            areas += sum(_area(ref.decode("latin-1")) for ref in _AREA.findall(window))
            if tags > MAX_TAGS or areas > MAX_CELLS or b"\0" in piece:
                raise _too_large(name)
            tail = window[-200:]
    return formulas


def _too_large(name: str, sheet: str = "") -> UploadRejected:
    where = f" “{sheet}”表" if sheet else ""
    return UploadRejected(f"{name}{where}：表格太大。请只保留要导入的行和列（删去空白行列），另存后再导入。")


def _read_xlsx(name: str, data: bytes) -> Iterator[Sheet]:
    has_formulas = _guard(name, data)
    try:
        shown = _load(data, data_only=True)
        formulas = _load(data, data_only=False) if has_formulas else None
    except Exception:  # openpyxl lets seven kinds of exception escape from a damaged file
        raise _broken(name) from None
    if formulas is not None:
        _refuse_uncalculated(name, shown, formulas)
    for sheet in shown.worksheets:
        cells: dict[tuple[int, int], Any] = {k: c for k, c in sheet._cells.items() if c.value is not None}
        grid = {(r - 1, c - 1): (_shown(x.value, x.number_format), x.value) for (r, c), x in cells.items()}
        merges = [(m.min_row - 1, m.min_col - 1, m.max_row - 1, m.max_col - 1) for m in sheet.merged_cells.ranges]
        hidden = {i for i, d in sheet.row_dimensions.items() if d.hidden}
        yield Sheet(
            name=sheet.title,
            rows=_rows(name, sheet.title, grid, merges),
            hidden=sheet.sheet_state != "visible",
            hidden_rows=frozenset(hidden & {r for r, _ in cells}),
        )


def _load(data: bytes, *, data_only: bool) -> Any:
    import openpyxl

    with warnings.catch_warnings():
        # Lost drop-downs and missing default styles are none of the reader's business.
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(io.BytesIO(data), data_only=data_only, keep_links=False)


def _refuse_uncalculated(name: str, shown: Any, formulas: Any) -> None:
    """A formula without a stored result must not read as “no figure”."""
    problems = []
    for sheet in formulas.worksheets:
        values = shown[sheet.title]._cells
        if sheet.sheet_state != "visible":
            continue
        for key, cell in sheet._cells.items():
            twin = values.get(key)
            # data type “str” without value is a formula whose result is an empty text.
            if cell.data_type == "f" and (twin is None or (twin.value is None and twin.data_type != "str")):
                text = getattr(cell.value, "text", cell.value)
                problems.append(
                    f"{name} “{sheet.title}”表 {cell.coordinate}单元格：公式“{text}”没有计算结果。"
                    "请用 Excel 或 WPS 打开，保存一次再导入，或把公式换成数值。"
                )
    raise_all(problems)


def _rows(
    name: str,
    sheet: str,
    grid: dict[tuple[int, int], tuple[str, CellValue]],
    merges: Iterable[tuple[int, int, int, int]],
) -> tuple[tuple[Cell, ...], ...]:
    """Dense rows from sparse cells (0-based), with merged values repeated over their area."""
    if not grid:
        return ()
    last_row, last_column = max(r for r, _ in grid), max(c for _, c in grid)
    if last_row >= MAX_ROWS or last_column >= MAX_COLUMNS:
        raise _too_large(name, sheet)
    filled = 0
    for top, left, bottom, right in merges:
        if (top, left) not in grid:
            continue
        for row in range(top, min(bottom, last_row) + 1):
            for column in range(left, min(right, last_column) + 1):
                grid[row, column] = grid[top, left]
                filled += 1
                if filled > MAX_CELLS:
                    raise _too_large(name, sheet)
    widths = [0] * (last_row + 1)
    for row, column in grid:
        widths[row] = max(widths[row], column + 1)
    if sum(widths) > MAX_CELLS:
        raise _too_large(name, sheet)
    names = [letters(c) for c in range(max(widths))]
    return tuple(
        tuple(Cell(*grid.get((r, c), ("", None)), f"{names[c]}{r + 1}") for c in range(width))
        for r, width in enumerate(widths)
    )


# --- .xls, .et ------------------------------------------------------------------------------------


# Runs in a process of its own: on a damaged file the parser panics, or asks for 4 GiB and aborts, and would take the
# server with it (both seen when fuzzing calamine 0.37).  Takes the file on stdin, prints JSON.
_LEGACY_READER = """
import io, json, sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
except ImportError:
    pass
from datetime import date
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

def plain(value):
    if isinstance(value, date):
        return {"date": value.isoformat()[:10]}
    return value if isinstance(value, (int, float, bool, str)) else str(value)

max_rows, max_columns = map(int, sys.argv[1:])
sheets = []
try:
    book = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    for index, about in enumerate(book.sheets_metadata):
        try:
            sheet = book.get_sheet_by_index(index)
        except CalamineError:
            continue  # a chart has no cells
        if sheet.total_height > max_rows or sheet.total_width > max_columns:
            print(json.dumps({"large": about.name}))
            sys.exit()
        rows = sheet.to_python(skip_empty_area=False) if sheet.width else []
        cells = [(r, c, plain(v)) for r, row in enumerate(rows) for c, v in enumerate(row) if v not in ("", None)]
        hidden = about.visible != SheetVisibleEnum.Visible
        sheets.append((about.name, hidden, cells, sheet.merged_cell_ranges or []))
    print(json.dumps({"sheets": sheets}))
except PasswordError:
    print(json.dumps({"locked": True}))
except CalamineError:
    pass
"""


def _read_xls(name: str, data: bytes) -> Iterator[Sheet]:
    import json
    import subprocess

    command = [sys.executable, "-P", "-c", _LEGACY_READER, str(MAX_ROWS), str(MAX_COLUMNS)]
    try:
        child = subprocess.run(command, input=data, capture_output=True, timeout=30, check=False)
        told = json.loads(child.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        raise _broken(name) from None
    if "locked" in told:
        raise _encrypted(name)
    if "large" in told:
        raise _too_large(name, told["large"])
    for sheet, hidden, cells, merges in told["sheets"]:
        values = ((r, c, date.fromisoformat(v["date"]) if isinstance(v, dict) else v) for r, c, v in cells)
        grid: dict[tuple[int, int], tuple[str, CellValue]] = {(r, c): (_shown(v, "General"), v) for r, c, v in values}
        areas = [(top, left, bottom, right) for (top, left), (bottom, right) in merges]
        yield Sheet(name=sheet, rows=_rows(name, sheet, grid, areas), hidden=hidden)


# --- .csv, .html ----------------------------------------------------------------------------------


def decode(name: str, data: bytes) -> str:
    """Text of a file: by its BOM, else strict UTF-8, else strict GB18030, else `InputError`."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(
        f"{name}：文字编码既不是 UTF-8 也不是 GB18030。请用 Excel 或 WPS 打开，另存为“CSV UTF-8”或 .xlsx 再导入。"
    )


def _read_csv(name: str, data: bytes) -> Iterator[Sheet]:
    import csv

    text = decode(name, data)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    grid: dict[tuple[int, int], tuple[str, CellValue]] = {}
    line = 0
    try:
        for record in reader:
            # A record counts where it begins, so that the place is the line an editor shows.
            for column, value in enumerate(record):
                if shown := _clean(value):
                    grid[line, column] = (shown, value)
            line = reader.line_num
    except csv.Error as error:
        raise InputError(f"{name}：第{line + 1}行不是规范的 CSV（{error}）。请另存为 .xlsx 再导入。") from None
    yield Sheet(name="", rows=_rows(name, "", grid, ()))


def _delimiter(text: str) -> str:
    """The one of , ; and tab that stands most often outside quotes in the first lines."""
    start = re.sub(r'"[^"]*"', "", text[:20_000])
    return max(",;\t", key=start.count)


def _read_html(name: str, data: bytes) -> Iterator[Sheet]:
    """Innermost tables of a page; entities other than HTML's own are never resolved, nothing is fetched."""
    from lxml import etree

    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(decode(name, data).encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        raise _broken(name) from None
    tables = [] if root is None else [t for t in root.iter("table") if t.find(".//table") is None]
    if not tables:
        raise InputError(f"{name}：是网页，里面没有表格。请重新从系统导出，或另存为 .xlsx 再导入。")
    for number, table in enumerate(tables, 1):
        sheet = f"表{number}" if len(tables) > 1 else ""
        grid: dict[tuple[int, int], tuple[str, CellValue]] = {}
        for row, tr in enumerate(table.iter("tr")):
            _place_html_row(name, grid, row, tr)
        filled = {k: v for k, v in grid.items() if v[0]}
        yield Sheet(name=sheet, rows=_rows(name, sheet, filled, ()))


def _place_html_row(name: str, grid: dict[tuple[int, int], tuple[str, CellValue]], row: int, tr: Any) -> None:
    column = 0
    for td in tr.iterchildren("td", "th"):
        while (row, column) in grid:
            column += 1
        text = _clean(" ".join("".join(td.itertext()).split()))
        down, across = (_span(td.get(key)) for key in ("rowspan", "colspan"))
        if len(grid) + down * across > MAX_CELLS:
            raise _too_large(name)
        for r in range(row, row + down):
            for c in range(column, column + across):
                grid[r, c] = (text, text)
        column += across


def _span(text: str | None) -> int:
    return min(max(int(text), 1), 1000) if text and text.isdecimal() and len(text) < 5 else 1


# --- what a cell shows ----------------------------------------------------------------------------


def _clean(text: str) -> str:
    return text.replace("_x000D_", "").strip(" \t\r\n\u00a0\u3000\u200b\ufeff")


def _shown(value: object, number_format: str) -> str:
    """The text a person sees in the cell, as far as it matters for reading it."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return _shown_number(value, number_format)
    if isinstance(value, (datetime, date)):
        if value.year < 1901:
            return value.isoformat()
        # Excel turns a typed “2025年3月” into a date; only its format remembers that there was no day.
        has_day = number_format == "General" or "d" in re.sub(r'"[^"]*"|\[[^\]]*\]', "", number_format.lower())
        return f"{value.year}年{value.month}月" + (f"{value.day}日" if has_day else "")
    return _clean(str(value))


def _shown_number(value: int | float, number_format: str) -> str:
    """Digits in the cell's format: decimals, percent and literal units such as 0"张"."""
    exact = Decimal(f"{value:.15g}") if isinstance(value, float) else Decimal(value)
    if not exact.is_finite():
        return str(value)
    bare, suffix = _format_parts(number_format)
    percent = "%" in bare
    scaled = exact * 100 if percent else exact
    places = re.search(r"[0#?](?:\.([0#?]*))?(?!.*[0#?])", bare)
    if places and abs(scaled) < 10**15:
        rounded = scaled.quantize(Decimal(1).scaleb(-len(places[1] or "")), rounding=ROUND_HALF_UP)
        if rounded == scaled or (places[1] and rounded):
            return f"{rounded:f}" + ("%" if percent else "") + suffix
    text = f"{scaled:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text + ("%" if percent else "") + suffix


def _format_parts(number_format: str) -> tuple[str, str]:
    """The first section of a number format without literals, and the literal that follows its digits."""
    if number_format in ("General", "@", ""):
        return "", ""
    section = re.split(r";(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", number_format)[0]
    section = re.sub(r"\[[^\]]*\]|_.|\*.", "", section)
    if re.search(r",(?![0#?])|[!Ee/]", re.sub(r'"[^"]*"', "", section).replace("General", "")):
        return "", ""  # scaled by thousands (0!.0,"万"), scientific, fraction: the stored number is plainer
    digits = [m.end() for m in re.finditer(r"[0#?]", re.sub(r'"[^"]*"', lambda m: "x" * len(m[0]), section))]
    literal = re.findall(r'"([^"]*)"|\\(.)', section[digits[-1] :]) if digits else []
    suffix = "".join(a or b for a, b in literal).strip()
    return re.sub(r'"[^"]*"|\\.', "", section).replace("General", ""), suffix


# --- what is wrong --------------------------------------------------------------------------------


def raise_all(problems: Sequence[str]) -> None:
    """One `InputError` with up to ten lines, nothing when there is no problem."""
    if not problems:
        return
    more = [f"……另有{len(problems) - 10}处，改正以上各处后再导入时列出。"] if len(problems) > 10 else []
    raise InputError("\n".join([*problems[:10], *more]))


def cell_finding(rule: str, severity: Severity, source: Source, quote: str, hint: str) -> Finding:
    """A finding about a cell: its section is “文件 表 单元格”, its span is empty."""
    section = " ".join(p for p in (source.file, source.sheet, source.cell) if p)
    return Finding(rule=rule, severity=severity, place=Place(start=0, end=0, section=section), quote=quote, hint=hint)

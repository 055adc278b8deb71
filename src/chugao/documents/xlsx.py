"""Read an .xlsx (or an .et that is one) into sheets.

In: the bytes.  Out: `Sheet`s with what a person sees; a bomb, macros and formulas nobody calculated are refused.

Surprise: the parser fills in every cell of a merged area and of a hyperlink, so the worksheet parts are measured
before it sees them.
"""

import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

from chugao.documents.grid import (
    MAX_CELLS,
    MAX_COLUMNS,
    Sheet,
    another_kind,
    broken,
    dense_rows,
    macro,
    raise_all,
    too_large,
)
from chugao.documents.guard import guard_zip
from chugao.documents.shown import shown_text
from chugao.errors import UploadRejected

MAX_TAGS = 2_000_000
"""Of one worksheet part: half a million cells, far beyond any table of figures."""


def _guard(name: str, data: bytes) -> bool:
    """Refuse a dangerous zip before any parser sees it; say whether formulas without results may stand in it."""
    try:
        guard_zip(data, name)
    except UploadRejected as error:
        told = str(error).removeprefix(name)  # the guard sends people to Word; a workbook is mended elsewhere
        raise UploadRejected(name + told.replace("WPS 或 Word", "Excel 或 WPS")) from None
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [(e.filename.replace("\\", "/").lower(), e) for e in archive.infolist()]
        names = [n for n, _ in parts]
        if any(n.endswith("vbaproject.bin") for n in names):
            raise macro(name)
        if "xl/workbook.xml" not in names:
            raise another_kind(name, _kind_of(names))
        formulas = False
        for part, entry in parts:
            # A workbook may name any part its worksheet, whatever folder or ending it has.
            if part.startswith("xl/worksheets/") or _looks_like_xml(archive, entry):
                formulas = (_guard_sheet(name, archive, entry) and _may_lack_results(archive, entry)) or formulas
        return formulas


def _looks_like_xml(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    with archive.open(entry) as stream:
        start = stream.read(200)
    return start.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").startswith(b"<")


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


# Not <font> and <fill> of the styles, which every workbook has.
_FORMULA = re.compile(rb"<(?:\w{1,20}:)?f[\s/>]")


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
            formulas = formulas or _FORMULA.search(window) is not None
            # A match that begins in the tail of the last piece was not complete there, or is counted twice: no harm.
            areas += sum(_area(ref.decode("latin-1")) for ref in _AREA.findall(window))
            if tags > MAX_TAGS or areas > MAX_CELLS or b"\0" in piece:
                raise too_large(name)
            tail = window[-200:]
    return formulas


def _may_lack_results(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    """Whether some formula of a worksheet has no stored result; when in doubt, yes.

    Opening the workbook once more, to read formulas instead of results, takes as long as all the rest.
    """
    data = archive.read(entry)
    if any(b":" in found for found in _FORMULA.findall(data)):
        return True  # elements may bear a prefix
    for cell in data.split(b"</c>"):
        own = cell.rpartition(b"<c")[2] if _FORMULA.search(cell) else b""
        if own and (b"<v>" not in own or b"<v></v>" in own):
            return True
    return False


def read_xlsx(name: str, data: bytes) -> Iterator[Sheet]:
    uncalculated = _guard(name, data)
    try:
        shown = _load(data, data_only=True)
        formulas = _load(data, data_only=False) if uncalculated else None
    except Exception:  # openpyxl lets seven kinds of exception escape from a damaged file
        raise broken(name) from None
    if formulas is not None:
        _refuse_uncalculated(name, shown, formulas)
    for sheet in shown.worksheets:
        cells: dict[tuple[int, int], Any] = {k: c for k, c in sheet._cells.items() if c.value is not None}
        grid = {(r - 1, c - 1): (shown_text(x.value, x.number_format), x.value) for (r, c), x in cells.items()}
        merges = [(m.min_row - 1, m.min_col - 1, m.max_row - 1, m.max_col - 1) for m in sheet.merged_cells.ranges]
        hidden = {i for i, d in sheet.row_dimensions.items() if d.hidden}
        yield Sheet(
            name=sheet.title,
            rows=dense_rows(name, sheet.title, grid, merges),
            hidden=sheet.sheet_state != "visible",
            hidden_rows=frozenset(hidden & {r for r, _ in cells}),
            hidden_columns=frozenset(_hidden_columns(sheet) & {c - 1 for _, c in cells}),
        )


def _hidden_columns(sheet: Any) -> set[int]:
    """0-based; one dimension may stand for a group of columns."""
    hidden = (d for d in sheet.column_dimensions.values() if d.hidden)
    return {c - 1 for d in hidden for c in range(d.min or 1, min(d.max or d.min or 1, MAX_COLUMNS) + 1)}


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

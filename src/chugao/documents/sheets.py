"""Read a workbook-like file into grids of cells.

In: the path of an .xlsx, .xls, .et, .csv, or of a web page that a hospital system named .xls.  Out: `Workbook`,
its sheets and cells with the text a person sees and the place a person can point at.

Surprise: the extension says little (HIS systems export HTML as .xls) and a cell says less than it shows: 0.986 in
a percent format is 98.6%, “2025年12月” is stored as the first of December, and a formula that no program has
calculated yet reads as nothing at all.  So the content is sniffed, the text is the shown one, and such a formula is
an error, never a zero.
"""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from chugao.documents.binary_formats import Dress, read_dress
from chugao.documents.exported import decode, read_csv, read_html
from chugao.documents.grid import (
    Cell,
    CellValue,
    Sheet,
    Workbook,
    another_kind,
    cell_finding,
    encrypted,
    letters,
    macro,
    raise_all,
)
from chugao.documents.guard import MAX_FILE_BYTES
from chugao.documents.legacy import read_xls
from chugao.documents.xlsx import read_xlsx
from chugao.errors import InputError, UploadRejected

__all__ = [
    "Cell",
    "CellValue",
    "Sheet",
    "Workbook",
    "cell_finding",
    "decode",
    "letters",
    "raise_all",
    "read_sheets",
]


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
    dress = read_dress(data) if form == "xls" else None
    return Workbook(
        file=path.name,
        fingerprint=hashlib.sha256(data).hexdigest()[:16],
        sheets=tuple(_read(form, path.name, data, dress)),
        legacy=form == "xls" and dress is None,
    )


def _read(form: str, name: str, data: bytes, dress: list[Dress] | None) -> Iterator[Sheet]:
    match form:
        case "xlsx":
            return read_xlsx(name, data)
        case "xls":
            return read_xls(name, data, dress or ())
        case "html":
            return read_html(name, data)
        case _:
            return read_csv(name, data)


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
            raise another_kind(name, what)
    start = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"mime-version"):
        raise another_kind(name, "单个文件网页（.mht）")
    if start.startswith(b"<"):
        if b"urn:schemas-microsoft-com:office:spreadsheet" in start and b"<html" not in start:
            raise another_kind(name, "XML 表格（Excel 2003）")
        if re.search(rb"<(!doctype\s+html|html|head|meta|body|table|div|style)\b", start):
            return "html"
        raise another_kind(name, "XML 文件")
    if b"\0" in data and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise another_kind(name, "程序或其他二进制文件")
    return "csv"


def _sniff_compound(name: str, data: bytes) -> str:
    """What an OLE file is: its directory names its streams in UTF-16."""

    def has(stream: str) -> bool:
        return stream.encode("utf-16-le") in data

    if has("EncryptedPackage"):
        raise encrypted(name)
    if has("Workbook") or has("Book"):
        if has("_VBA_PROJECT_CUR"):
            raise macro(name)
        return "xls"
    raise another_kind(name, "Word 文档" if has("WordDocument") else "其他 Office 文件")

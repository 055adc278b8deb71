"""Read the words out of a document file, whatever its format, and nothing else.

In: a path.  Out: a `Reading`: paragraphs in order, table rows as lines with tabs, and what the file says of itself.

Surprise: python-docx's `.paragraphs` silently drops tables, tracked insertions and numbering, and a 一、 that Word
numbers by itself is nowhere in the text.  So the XML is walked directly.
"""

import hashlib
import io
import re
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from chugao.documents.guard import Form, guard, guard_bytes, sniff
from chugao.errors import ChugaoError, InputError, UploadRejected
from chugao.source import Frozen

Format = Literal["docx", "text", "markdown", "html", "pdf"]
SUFFIXES = (".docx", ".txt", ".md", ".html", ".htm", ".pdf", ".doc", ".wps", ".rtf")
"""What a folder of reports is searched for."""

MAX_PARAGRAPHS = 20_000
MAX_CHARACTERS = 2_000_000
_CONVERT_TIMEOUT_S = 120
_FRONT_KEYS = ("发文单位", "部门", "文种", "年度", "公开范围", "层级", "标题")


class Paragraph(Frozen):
    """One paragraph or table row as it stands in the file, not cleaned."""

    text: str
    style_level: int | None = None
    """Outline level of its style: 0 the title, 1 标题 1 and so on; None for body text."""
    table: bool = False
    """A table row, its cells joined by tabs."""
    line: int = 0
    """1-based line of a text file, or paragraph (row) of a Word file counting empty ones."""


class Reading(Frozen):
    """A document file as words."""

    file: str
    """Name without folders."""
    fingerprint: str
    """First 16 hex digits of the file's SHA-256."""
    format: Format
    paragraphs: tuple[Paragraph, ...]
    """In order, without empty ones."""
    front_matter: dict[str, str] = {}
    """发文单位, 部门, 文种, 年度, 公开范围, 标题, as far as the file names them."""


def read_text(path: Path | str) -> Reading:
    """Read a report: .docx, .txt, .md, .html, .pdf, and .doc/.wps/.rtf when LibreOffice is there.

    Raises `InputError` when the file is missing, empty or of another kind, `UploadRejected` when it is dangerous.
    """
    path = Path(path)
    data = guard(path)
    return read_bytes(data, path.name)


def read_bytes(data: bytes, name: str) -> Reading:
    """The same for a file already in memory.  Raises as `read_text` does."""
    form = guard_bytes(data, name)
    fingerprint = hashlib.sha256(data).hexdigest()[:16]
    try:
        layout, paragraphs, front = _read_form(form, data, name)
    except ChugaoError:
        raise
    except Exception as error:  # parsers of foreign files raise almost anything; the user needs one clear answer
        kind = type(error).__name__
        raise UploadRejected(f"{name}：文件已损坏，读不了（{kind}）。请用 WPS 或 Word 打开后另存一份再导入。") from None
    kept = tuple(p for p in paragraphs if p.text.strip())
    _check_size(kept, name)
    return Reading(file=name, fingerprint=fingerprint, format=layout, paragraphs=kept, front_matter=front)


def text_reading(text: str, file: str = "文本.txt") -> Reading:
    """A `Reading` of words that never were a file.  Raises `InputError` when there are none."""
    return read_bytes(text.encode(), file)


def decode(data: bytes, name: str) -> str:
    """Text of a text file: by its byte order mark, else strict UTF-8, else strict GB18030.

    Raises `InputError` when it is none of them.
    """
    marks = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
    encodings = [e for mark, e in marks if data.startswith(mark)] or ["utf-8", "gb18030"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(f"{name}：文字编码不认识。请用记事本或 WPS 打开，另存为 UTF-8 编码的文本再导入。")


def _read_form(form: Form, data: bytes, name: str) -> tuple[Format, list[Paragraph], dict[str, str]]:
    match form:
        case "docx":
            from chugao.documents.wordfile import read_word

            paragraphs, front = read_word(data, name)
            return "docx", paragraphs, front
        case "pdf":
            return "pdf", _read_pdf(data, name), {}
        case "html":
            paragraphs, front = _read_html(data, name)
            return "html", paragraphs, front
        case "ole" | "rtf" | "package":
            return _read_form("docx", _converted(data, name, form), name)
        case "text":
            markdown = name.lower().endswith((".md", ".markdown"))
            text = decode(data, name)
            if text.count("\n") > MAX_PARAGRAPHS:  # before half a million paragraphs are built
                _check_counts(sum(1 for line in text.split("\n") if line.strip()), len(text), name)
            paragraphs, front = _read_plain(text, markdown)
            return ("markdown" if markdown else "text"), paragraphs, front
        case "workbook":
            raise InputError(f"{name}：这是表格，不是报告。指标请用“导入指标”，报告请另存为 .docx 再导入。")
        case "image":
            raise InputError(f"{name}：这是图片。请先转成文字（WPS 的“图片转文字”），存为 .docx 再导入。")
        case _:
            raise InputError(f"{name}：不是能读的文档。请另存为 .docx、.txt 或带文字的 .pdf 再导入。")


def _check_size(paragraphs: tuple[Paragraph, ...], name: str) -> None:
    if not paragraphs:
        raise InputError(f"{name}：里面没有文字。请确认选对了文件；扫描件请先转成文字再导入。")
    _check_counts(len(paragraphs), sum(len(p.text) for p in paragraphs), name)


def _check_counts(paragraphs: int, characters: int, name: str) -> None:
    if paragraphs > MAX_PARAGRAPHS or characters > MAX_CHARACTERS:
        raise InputError(
            f"{name}：超过 {MAX_PARAGRAPHS} 段或 {MAX_CHARACTERS // 10_000} 万字，不像一份工作报告。请拆开后再导入。"
        )


# --- text and markdown ----------------------------------------------------------------------------

_FRONT_LINE = re.compile(r"^\s{0,20}([^\s:：]{1,20})\s{0,20}[:：]\s{0,20}(.{0,200})$")
_HASHES = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
_RULE_ROW = re.compile(r"^\|?[\s:|-]+\|?$")


def _read_plain(text: str, markdown: bool) -> tuple[list[Paragraph], dict[str, str]]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n").split("\n")
    front, first = _front_matter(lines)
    paragraphs = []
    for number, line in enumerate(lines[first:], first + 1):
        stripped = line.strip()
        if stripped.count("|") > 2 and stripped[0] == stripped[-1] == "|":
            if not _RULE_ROW.match(stripped):
                cells = "\t".join(c.strip() for c in stripped[1:-1].split("|"))
                paragraphs.append(Paragraph(text=cells, table=True, line=number))
            continue
        level = None
        if markdown:
            line, level = _plain_markdown(line)
        paragraphs.append(Paragraph(text=line, style_level=level, line=number))
    return paragraphs, front


def _front_matter(lines: list[str]) -> tuple[dict[str, str], int]:
    """(known keys, index of the first line after the leading --- block)."""
    if not lines or lines[0].strip("\ufeff \t") != "---":
        return {}, 0
    for end in range(1, min(len(lines), 40)):
        if lines[end].strip() == "---":
            found = (_FRONT_LINE.match(line) for line in lines[1:end])
            pairs = {m[1]: m[2].strip() for m in found if m}
            return {k: v for k, v in pairs.items() if k in _FRONT_KEYS and v}, end + 1
    return {}, 0


def _plain_markdown(line: str) -> tuple[str, int | None]:
    """A markdown line without its marks.  One # is the title, ## the first level of headings."""
    if match := _HASHES.match(line.strip()):
        return match[2].replace("**", ""), len(match[1]) - 1
    body = re.sub(r"^\s{0,20}[-*+]\s{1,4}", "", line)
    paired = body.count("**") % 2 == 0  # an odd one is somebody's mask, not bold
    return (body.replace("**", "") if paired and re.search(r"\*\*[^\s*]", body) else body), None


# --- html -----------------------------------------------------------------------------------------

_HTML_SKIP = {"script", "style", "noscript", "template", "iframe", "svg", "nav", "footer", "form", "button", "select"}
_HTML_BLOCKS = set(
    "p div li br section article main header aside ul ol dl dt dd blockquote pre center h1 h2 h3 h4 h5 h6 "
    "table tr thead tbody td th hr figure figcaption".split()
)
_CHARSET = re.compile(rb"charset\s{0,5}=\s{0,5}[\"']?\s{0,5}([A-Za-z0-9_-]{2,20})", re.I)
_HIDDEN = re.compile(r"display\s{0,5}:\s{0,5}none|visibility\s{0,5}:\s{0,5}hidden", re.I)


def _read_html(data: bytes, name: str) -> tuple[list[Paragraph], dict[str, str]]:
    import lxml.html

    text = _decode_html(data, name)
    parser = lxml.html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    root = lxml.html.document_fromstring(text.encode("utf-8", "ignore"), parser=parser)
    body = root.find("body")
    pieces: list[tuple[str, int | None, bool]] = []
    _walk_html(body if body is not None else root, pieces)
    paragraphs = [Paragraph(text=t, style_level=v, table=b, line=n) for n, (t, v, b) in enumerate(pieces, 1)]
    title = (root.findtext(".//title") or "").strip()
    told = {str(m.get("name")): " ".join(str(m.get("content")).split()) for m in root.iterfind(".//meta[@name]")}
    front = {k: v for k, v in told.items() if k in _FRONT_KEYS and v not in ("", "None")}
    return paragraphs, ({"标题": title} if title else {}) | front


def _decode_html(data: bytes, name: str) -> str:
    if match := _CHARSET.search(data[:4096]):
        encoding = match[1].decode().lower()
        encoding = "gb18030" if encoding.startswith("gb") else encoding
        try:
            return data.decode(encoding)
        except (LookupError, UnicodeDecodeError):
            pass
    return decode(data, name)


def _walk_html(root: Any, pieces: list[tuple[str, int | None, bool]]) -> None:
    """Append (text, heading level, table row) for every block, in order; iterative, so depth does not matter."""
    line: list[str] = []
    level: list[int | None] = [None]

    def flush() -> None:
        text = re.sub(r"[ \t\r\n]+", " ", "".join(line)).strip()
        line.clear()
        if text:
            pieces.append((text, level[0], False))

    stack: list[tuple[Any, bool]] = [(root, False)]
    while stack:
        element, leaving = stack.pop()
        tag = element.tag if isinstance(element.tag, str) else ""
        if leaving:
            if tag in _HTML_BLOCKS:
                flush()
                level[0] = None
            line.append(element.tail or "")
            continue
        if not tag or tag in _HTML_SKIP or element.get("hidden") is not None or _hidden(element):
            line.append(element.tail or "")
            continue
        if tag in _HTML_BLOCKS:
            flush()
        if tag == "tr":
            cells = [c for c in element if isinstance(c.tag, str) and c.tag in ("td", "th")]
            if len(cells) > 1:
                pieces.append(("\t".join(" ".join(c.text_content().split()) for c in cells), None, True))
                line.append(element.tail or "")
                continue
        if re.fullmatch("h[1-6]", tag):
            level[0] = int(tag[1]) - 1
        line.append(element.text or "")
        stack.append((element, True))
        stack.extend((child, False) for child in reversed(element))
    flush()


def _hidden(element: Any) -> bool:
    return _HIDDEN.search(element.get("style") or "") is not None


# --- pdf ------------------------------------------------------------------------------------------


def _read_pdf(data: bytes, name: str) -> list[Paragraph]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        remedy = "请取消密码后再导入" if locked else "请用 WPS 打开后另存一份再导入"
        raise UploadRejected(f"{name}：{'设有密码' if locked else '文件已损坏'}，读不了。{remedy}。") from None
    try:
        lines = list(_pdf_lines(document, name))
    finally:
        document.close()
    if sum(len(line.strip()) for line in lines) < 10:
        raise InputError(
            f"{name}：这份 PDF 没有文字层，多半是扫描件，本机没有安装文字识别。"
            "请向发文部门要 Word 原件，或用 WPS 的“PDF 转 Word（识别文字）”转好再导入。"
        )
    return [Paragraph(text=line, line=number) for number, line in enumerate(lines, 1)]


def _pdf_lines(document: Any, name: str) -> Iterator[str]:
    if len(document) > 500:
        raise InputError(f"{name}：有 {len(document)} 页，超过 500 页。请拆开后再导入。")
    for index in range(len(document)):
        page = document[index]
        words = page.get_textpage()
        yield from words.get_text_range().replace("\r\n", "\n").replace("\r", "\n").replace("\ufffe", "").split("\n")
        words.close()
        page.close()


# --- .doc, .wps, .rtf -----------------------------------------------------------------------------


def _converted(data: bytes, name: str, form: Form) -> bytes:
    """The file as .docx, by LibreOffice.  Raises `InputError` when it is not installed or cannot."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        raise InputError(
            f"{name}：旧格式（.doc、.wps、.rtf）要靠 LibreOffice 转换，本机没有安装。请另存为 .docx 再导入。"
        )
    suffix = {"ole": ".doc", "rtf": ".rtf"}.get(form, Path(name).suffix or ".odt")
    with tempfile.TemporaryDirectory(prefix="chugao-") as folder:
        given = Path(folder) / f"given{suffix}"
        given.write_bytes(data)
        command = [program, "--headless", "--norestore", f"-env:UserInstallation=file://{folder}/profile"]
        command += ["--convert-to", "docx", "--outdir", folder, str(given)]
        try:
            subprocess.run(command, capture_output=True, timeout=_CONVERT_TIMEOUT_S, check=False)
        except subprocess.TimeoutExpired:
            raise InputError(f"{name}：转换超过 {_CONVERT_TIMEOUT_S} 秒，已停止。请另存为 .docx 再导入。") from None
        made = Path(folder) / "given.docx"
        if not made.is_file() or not zipfile.is_zipfile(io.BytesIO(made.read_bytes())):
            raise InputError(f"{name}：LibreOffice 转换不了这份文件。请用 WPS 或 Word 另存为 .docx 再导入。")
        converted = made.read_bytes()
    if sniff(converted) != "docx":
        raise InputError(f"{name}：转换后不是文档。请另存为 .docx 再导入。")
    guard_bytes(converted, name)
    return converted

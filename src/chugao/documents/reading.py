"""Read the words out of a document file, whatever its format, and nothing else.

In: a path.  Out: a `Reading`: paragraphs in order, table rows as lines with tabs, and what the file says of itself.

Surprise: python-docx's `.paragraphs` silently drops tables, tracked insertions and numbering, and a 一、 that Word
numbers by itself is nowhere in the text.  So the XML is walked directly.
"""

import hashlib
import re
from pathlib import Path
from typing import Literal, NamedTuple

from chugao.documents.guard import Form, guard, guard_bytes
from chugao.documents.paragraph import FRONT_KEYS, Paragraph, decode
from chugao.errors import ChugaoError, InputError, UploadRejected
from chugao.source import Frozen

Format = Literal["docx", "text", "markdown", "html", "pdf"]
SUFFIXES = (".docx", ".txt", ".md", ".html", ".htm", ".pdf", ".doc", ".wps", ".rtf")
"""What a folder of reports is searched for."""

MAX_PARAGRAPHS = 20_000
MAX_CHARACTERS = 2_000_000


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
    flags: tuple[str, ...] = ()
    """hidden_text (left out), external_link, ocr, ocr_gaps: what the reader noticed about the file."""


def read_text(path: Path | str) -> Reading:
    """Read a report: .docx, .txt, .md, .html, .pdf, and .doc/.wps/.rtf when LibreOffice is there.

    Raises `InputError` when the file is missing, empty or of another kind, `UploadRejected` when it is dangerous.
    """
    path = Path(path)
    data = guard(path)
    return read_bytes(data, path.name)


def read_bytes(data: bytes, name: str, *, ocr: bool = True) -> Reading:
    """The same for a file already in memory; `ocr`: scanned pages may be recognised.  Raises as `read_text` does."""
    form = guard_bytes(data, name)
    fingerprint = hashlib.sha256(data).hexdigest()[:16]
    try:
        words = _read_form(form, data, name, ocr)
    except ChugaoError:
        raise
    except Exception as error:  # parsers of foreign files raise almost anything; the user needs one clear answer
        kind = type(error).__name__
        raise UploadRejected(f"{name}：文件已损坏，读不了（{kind}）。请用 WPS 或 Word 打开后另存一份再导入。") from None
    kept = tuple(p for p in words.paragraphs if p.text.strip())
    _check_size(kept, name)
    return Reading(
        file=name,
        fingerprint=fingerprint,
        format=words.format,
        paragraphs=kept,
        front_matter=words.front_matter,
        flags=words.flags,
    )


def text_reading(text: str, file: str = "文本.txt") -> Reading:
    """A `Reading` of words that never were a file.  Raises `InputError` when there are none."""
    return read_bytes(text.encode(), file)


class _Words(NamedTuple):
    """What a reader of one format found."""

    format: Format
    paragraphs: list[Paragraph]
    front_matter: dict[str, str]
    flags: tuple[str, ...]


def _read_form(form: Form, data: bytes, name: str, ocr: bool) -> _Words:
    match form:
        case "docx":
            from chugao.documents.wordfile import read_word

            paragraphs, front, flags = read_word(data, name)
            return _Words("docx", paragraphs, front, flags)
        case "pdf":
            from chugao.documents.pdffile import read_pdf

            paragraphs, flags = read_pdf(data, name, ocr)
            return _Words("pdf", paragraphs, {}, flags)
        case "html":
            from chugao.documents.webpage import read_page

            paragraphs, front, flags = read_page(data, name)
            return _Words("html", paragraphs, front, flags)
        case "ole" | "rtf" | "package":
            from chugao.documents.converting import converted

            return _read_form("docx", converted(data, name, form), name, ocr)
        case "text":
            markdown = name.lower().endswith((".md", ".markdown"))
            text = decode(data, name)
            if text.count("\n") > MAX_PARAGRAPHS:  # before half a million paragraphs are built
                _check_counts(sum(1 for line in text.split("\n") if line.strip()), len(text), name)
            paragraphs, front = _read_plain(text, markdown)
            return _Words("markdown" if markdown else "text", paragraphs, front, ())
        case "workbook":
            raise InputError(f"{name}：这是表格，不是报告。指标请用“导入指标”，报告请另存为 .docx 再导入。")
        case "image":
            from chugao.documents.scans import read_image

            paragraphs, flags = read_image(data, name, ocr)
            return _Words("pdf", paragraphs, {}, flags)
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
            return {k: v for k, v in pairs.items() if k in FRONT_KEYS and v}, end + 1
    return {}, 0


def _plain_markdown(line: str) -> tuple[str, int | None]:
    """A markdown line without its marks.  One # is the title, ## the first level of headings."""
    if match := _HASHES.match(line.strip()):
        return match[2].replace("**", ""), len(match[1]) - 1
    body = re.sub(r"^\s{0,20}[-*+]\s{1,4}", "", line)
    paired = body.count("**") % 2 == 0  # an odd one is somebody's mask, not bold
    return (body.replace("**", "") if paired and re.search(r"\*\*[^\s*]", body) else body), None

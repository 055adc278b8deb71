"""Read the words of a PDF, by its text layer or, for scanned pages, by recognising them.

In: the bytes.  Out: paragraphs, a line each, with their page; flags.

Surprise: a PDF is often half typed and half scanned; only the pages without words are recognised.  And Word sets the
quotation marks of a Chinese line in another font, so that they come out behind the words they enclose.
"""

from typing import Any

from chugao.documents.paragraph import Paragraph
from chugao.errors import InputError, UploadRejected

MAX_PAGES = 500
MIN_CHARACTERS = 10
"""Fewer on a page: it is a picture, or empty."""
_QUOTES = "“”‘’"


def read_pdf(data: bytes, name: str, ocr: bool) -> tuple[list[Paragraph], tuple[str, ...]]:
    """Every line with its page.  Flags: ocr, ocr_gaps, pages_without_text.

    Raises `UploadRejected` for a locked or damaged file, `InputError` for a scan that nothing here can recognise.
    """
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        remedy = "请取消密码后再导入" if locked else "请用 WPS 打开后另存一份再导入"
        raise UploadRejected(f"{name}：{'设有密码' if locked else '文件已损坏'}，读不了。{remedy}。") from None
    try:
        if len(document) > MAX_PAGES:
            raise InputError(f"{name}：有 {len(document)} 页，超过 {MAX_PAGES} 页。请拆开后再导入。")
        pages = [_lines(document, index) for index in range(len(document))]
        bare = [i for i, lines in enumerate(pages) if sum(len(x.strip()) for x in lines) < MIN_CHARACTERS]
        scanned = [i for i in bare if _has_picture(document, i)]
        flags = _recognise(document, pages, scanned, name, len(bare) == len(pages), ocr)
    finally:
        document.close()
    if all(sum(len(x.strip()) for x in lines) < MIN_CHARACTERS for lines in pages):
        raise InputError(f"{name}：这份 PDF 没有文字层，也认不出文字。请向发文部门要 Word 原件，或换一份清晰的再导入。")
    numbered = ((text, page) for page, lines in enumerate(pages, 1) for text in lines)
    return [Paragraph(text=text, line=n, page=page) for n, (text, page) in enumerate(numbered, 1)], flags


def _lines(document: Any, index: int) -> list[str]:
    page = document[index]
    words = page.get_textpage()
    text = _with_quotes_in_place(words).replace("\r\n", "\n").replace("\r", "\n").replace("\ufffe", "")
    words.close()
    page.close()
    return list(text.split("\n"))


def _with_quotes_in_place(words: Any) -> str:
    """The text of a page, each quotation mark where it stands on its line and not where its font was drawn."""
    text: str = words.get_text_range()
    if not any(q in text for q in _QUOTES):
        return text
    characters = [words.get_text_range(k, 1) for k in range(words.count_chars())]
    if "".join(characters) != text:
        return text
    lines: list[list[tuple[float, str]]] = [[]]
    for k, character in enumerate(characters):
        if character in "\r\n":
            lines.append([(0.0, character)])
            continue
        left: float = words.get_charbox(k)[0]
        line = lines[-1]
        moved = character in _QUOTES and left < max((x for x, _ in line), default=0.0)
        at = next((i for i, (x, _) in enumerate(line) if x > left), len(line)) if moved else len(line)
        line.insert(at, (left, character))
    return "".join(character for line in lines for _, character in line)


def _has_picture(document: Any, index: int) -> bool:
    page = document[index]
    found = any(True for _ in page.get_objects(filter=[3], max_depth=2))  # FPDF_PAGEOBJ_IMAGE
    page.close()
    return found


def _recognise(
    document: Any, pages: list[list[str]], scanned: list[int], name: str, all_bare: bool, ocr: bool
) -> tuple[str, ...]:
    """Fill in the scanned pages where recognition is there; say what was done."""
    from chugao.documents.scans import can_recognise, missing, not_asked, read_pages

    if not scanned and all_bare:
        raise InputError(f"{name}：这份 PDF 没有文字层，里面也没有图片。请确认选对了文件。")
    if not scanned:
        return ()
    if not (ocr and can_recognise()):
        if all_bare:
            raise missing(name) if ocr or not can_recognise() else not_asked(name)
        return ("pages_without_text",)
    read, gaps = read_pages(document, scanned, name)
    for index, lines in read.items():
        pages[index] = lines
    return ("ocr", "ocr_gaps") if gaps else ("ocr",)

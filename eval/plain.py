"""Files as characters, read without the product: what a measure holds a draft against.

In: .txt, .md, .csv, .xlsx, .docx, .html, .pdf.  Out: text, markup taken off and nothing understood.

What is hidden in a page counts here as if it were shown: a leak is a leak, whoever could see its source.
"""

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path


def plain(path: Path) -> str:
    """The characters of a file; "" for a kind of file that is not read."""
    reader = _READERS.get(path.suffix.lower())
    return reader(path) if reader else ""


def plain_folder(folder: Path) -> dict[str, str]:
    """Every readable file of a folder by name."""
    return {p.name: plain(p) for p in sorted(folder.iterdir()) if p.suffix.lower() in _READERS}


def text_of(path: Path) -> str:
    """UTF-8, or what Excel and WPS save on a Chinese machine."""
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", "replace")


def _book(path: Path) -> str:
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    rows = (row for sheet in book for row in sheet.iter_rows(values_only=True))
    return "\n".join(",".join("" if c is None else str(c) for c in row) for row in rows)


def _word(path: Path) -> str:
    import docx

    document = docx.Document(str(path))
    cells = (c.text for t in document.tables for r in t.rows for c in r.cells)
    return "\n".join([*(p.text for p in document.paragraphs), *cells])


def _page(path: Path) -> str:
    reader = _Page()
    reader.feed(text_of(path))
    return "\n".join(reader.pieces)


def _pdf(path: Path) -> str:
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    # The lines of a page are where its paper ended, not where its text does.
    return "\n".join(re.sub(r"\r?\n", "", text) for text in _pages(document))


def _pages(document: object) -> Iterator[str]:
    for number in range(len(document)):  # type: ignore[arg-type]
        yield document[number].get_textpage().get_text_range()  # type: ignore[index]


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            self.pieces.append(data.strip())

    def handle_comment(self, data: str) -> None:
        self.pieces.append(data.strip())


_READERS: dict[str, Callable[[Path], str]] = {
    ".txt": text_of, ".md": text_of, ".csv": text_of, ".xlsx": _book, ".docx": _word, ".html": _page, ".htm": _page,
    ".pdf": _pdf,
}  # fmt: skip
NAMES_READ = tuple(_READERS)
"""Endings of the files that are read."""

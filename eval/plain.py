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


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8-sig")


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
    reader.feed(path.read_text(encoding="utf-8"))
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
    ".txt": _text, ".md": _text, ".csv": _text, ".xlsx": _book, ".docx": _word, ".html": _page, ".htm": _page,
    ".pdf": _pdf,
}  # fmt: skip

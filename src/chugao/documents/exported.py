"""Read what systems export instead of a workbook: CSV, and web pages named .xls.

In: the bytes.  Out: `Sheet`s.  Surprise: a page is one table inside another; only the innermost hold figures.
"""

import io
import re
from collections.abc import Iterator
from typing import Any

from chugao.documents.grid import MAX_CELLS, CellValue, Sheet, broken, clean, dense_rows, too_large
from chugao.errors import InputError


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


def read_csv(name: str, data: bytes) -> Iterator[Sheet]:
    import csv

    text = decode(name, data)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    grid: dict[tuple[int, int], tuple[str, CellValue]] = {}
    line = 0
    try:
        for record in reader:
            # A record counts where it begins, so that the place is the line an editor shows.
            for column, value in enumerate(record):
                if shown := clean(value):
                    grid[line, column] = (shown, value)
            line = reader.line_num
    except csv.Error as error:
        raise InputError(f"{name}：第{line + 1}行不是规范的 CSV（{error}）。请另存为 .xlsx 再导入。") from None
    yield Sheet(name="", rows=dense_rows(name, "", grid, ()))


def _delimiter(text: str) -> str:
    """The one of , ; and tab that cuts the most of the first lines into the same number of cells.

    Not the one that stands most often: “1,234,567;1,034,567” has more thousands than cells.
    """
    lines = re.sub(r'"[^"]*"', "", text[:20_000]).splitlines()

    def fits(mark: str) -> tuple[int, int]:
        counts = [n for line in lines if (n := line.count(mark))]
        return max(map(counts.count, set(counts)), default=0), sum(counts)

    return max(",;\t", key=fits)


def read_html(name: str, data: bytes) -> Iterator[Sheet]:
    """Innermost tables of a page; entities other than HTML's own are never resolved, nothing is fetched."""
    from lxml import etree

    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(decode(name, data).encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        raise broken(name) from None
    tables = [] if root is None else [t for t in root.iter("table") if t.find(".//table") is None]
    if not tables:
        raise InputError(f"{name}：是网页，里面没有表格。请重新从系统导出，或另存为 .xlsx 再导入。")
    for number, table in enumerate(tables, 1):
        sheet = f"表{number}" if len(tables) > 1 else ""
        grid: dict[tuple[int, int], tuple[str, CellValue]] = {}
        for row, tr in enumerate(table.iter("tr")):
            _place_html_row(name, grid, row, tr)
        filled = {k: v for k, v in grid.items() if v[0]}
        yield Sheet(name=sheet, rows=dense_rows(name, sheet, filled, ()))


def _place_html_row(name: str, grid: dict[tuple[int, int], tuple[str, CellValue]], row: int, tr: Any) -> None:
    column = 0
    for td in tr.iterchildren("td", "th"):
        while (row, column) in grid:
            column += 1
        text = clean(" ".join("".join(td.itertext()).split()))
        down, across = (_span(td.get(key)) for key in ("rowspan", "colspan"))
        if len(grid) + down * across > MAX_CELLS:
            raise too_large(name)
        for r in range(row, row + down):
            for c in range(column, column + across):
                grid[r, c] = (text, text)
        column += across


def _span(text: str | None) -> int:
    return min(max(int(text), 1), 1000) if text and text.isdecimal() and len(text) < 5 else 1

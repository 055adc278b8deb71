"""What only the printed page shows: lines on it, characters in a line, a heading left alone, where its number stands.

In: a PDF and a `Layout`.  Out: `Finding`s, never above a warning.

Positions are those of the machine that made the PDF; with other faces lines break elsewhere, so what is measured is
the pitch that the page was set in, not where a line happens to end.
"""

import contextlib
import ctypes
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from chugao.source import Finding, Place, Severity
from chugao.word.layout import Layout

_PAGE_NUMBER = re.compile(r"^\D{0,3}(\d{1,4})\D{0,3}$")
_WIDE = re.compile(r"^[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef“”‘’—…]+$")
_MOST_PAGES = 400
_POINTS_OF_MM = 72 / 25.4


class PrintedLine(NamedTuple):
    """A line of a page; points, from the upper left corner."""

    text: str
    left: float
    right: float
    baseline: float


class PrintedPage(NamedTuple):
    """The lines of a page, from top to bottom."""

    lines: tuple[PrintedLine, ...]
    width: float
    height: float

    @property
    def upright(self) -> bool:
        return self.height >= self.width


def judge_pages(pdf: bytes, layout: Layout, headings: Collection[str] = ()) -> list[Finding]:
    """Departures of the printed pages; `headings` are the texts of the headings, to find those left alone."""
    pages = read_pages(pdf)
    return [
        *_grid(pages, layout),
        *_numbers(pages, layout),
        *_alone(pages, layout, {h.replace(" ", "") for h in headings}),
    ]


def read_pages(pdf: bytes) -> list[PrintedPage]:
    """Lines of every page."""
    import pypdfium2

    out = []
    with contextlib.closing(pypdfium2.PdfDocument(pdf)) as document:
        for number in range(min(len(document), _MOST_PAGES)):
            page = document[number]
            width, height = page.get_size()
            out.append(PrintedPage(tuple(_lines(page.get_textpage(), height)), width, height))
    return out


def _lines(text: object, height: float) -> Iterator[PrintedLine]:
    """Characters that share a baseline, by their origins: boxes differ from glyph to glyph."""
    from pypdfium2 import raw

    rows: dict[int, list[tuple[float, float, str, float]]] = {}
    x, y = ctypes.c_double(), ctypes.c_double()
    for i in range(text.count_chars()):  # type: ignore[attr-defined]
        sign = chr(raw.FPDFText_GetUnicode(text, i))
        if sign.isspace() or not raw.FPDFText_GetCharOrigin(text, i, x, y):
            continue
        box = text.get_charbox(i)  # type: ignore[attr-defined]
        baseline = height - y.value
        row = round(baseline / 3)
        near = next((r for r in (row, row - 1, row + 1) if r in rows), row)
        rows.setdefault(near, []).append((x.value, box[2], sign, baseline))
    for row in sorted(rows):
        signs = sorted(rows[row])
        baseline = sum(b for *_, b in signs) / len(signs)
        yield PrintedLine("".join(s for _, _, s, _ in signs), signs[0][0], max(r for _, r, *_ in signs), baseline)


def _grid(pages: Sequence[PrintedPage], layout: Layout) -> Iterator[Finding]:
    """22 lines of 28 characters: by the pitch of the lines, and by the fullest line of wide characters."""
    page, grid = layout.page, layout.grid
    upright = [p for p in pages if p.upright]
    wanted = int(page.text_height / grid.line + 0.1)
    steps = [b.baseline - a.baseline for p in upright for a, b in pairwise(_body(p, layout))]
    steps = [step for step in steps if 20 <= step <= 45]
    if len(steps) >= 20:
        lines = int(page.text_height / 20 / _usual(steps) + 0.1)
        if lines != wanted:
            yield _found("layout.lines", f"排出来每页{lines}行，应为{wanted}行。请检查行距。")
    size = layout.styles.body.size_pt + grid.spacing_pt
    chars = int(page.text_width / 20 / size + 0.05)
    full = [len(line.text) for p in upright for line in _body(p, layout) if _WIDE.match(line.text)]
    if len([n for n in full if n > chars // 2]) >= 5 and not chars <= max(full) <= chars + 1:
        yield _found("layout.characters", f"排出来每行{max(full)}字，应为{chars}字。请检查字号、字间距和页边距。")


def _usual(values: list[float]) -> float:
    """The mean of the values round the commonest one."""
    common = Counter(round(v) for v in values).most_common(1)[0][0]
    near = [v for v in values if abs(v - common) <= 1]
    return sum(near) / len(near)


def _body(page: PrintedPage, layout: Layout) -> list[PrintedLine]:
    """Lines inside the type area."""
    top = layout.page.top_mm * _POINTS_OF_MM
    bottom = page.height - layout.page.bottom_mm * _POINTS_OF_MM
    return [line for line in page.lines if top < line.baseline <= bottom + 3]


def _numbers(pages: Sequence[PrintedPage], layout: Layout) -> Iterator[Finding]:
    """The page number: there, 7 mm below the type area, on its side."""
    char = layout.styles.page_number.size_pt
    below = layout.page.height_mm - layout.page.bottom_mm + layout.page.page_number_below_mm
    for number, page in enumerate(pages, 1):
        if not page.upright:
            continue
        edge = page.height - layout.page.bottom_mm * _POINTS_OF_MM
        found = next((n for n in page.lines if n.baseline > edge + 3 and _PAGE_NUMBER.match(n.text)), None)
        if found is None:
            yield _found("layout.page_number_printed", f"第{number}页没有排出页码。")
            return
        # The dash stands about a third of the type above the baseline.
        middle = (found.baseline - char / 3) / _POINTS_OF_MM
        if abs(middle - below) > 3:
            yield _found("layout.page_number_place", f"第{number}页页码距纸顶{middle:.0f}毫米，应为{below:.0f}毫米。")
            return
        left = layout.page.left_mm * _POINTS_OF_MM + char
        right = page.width - layout.page.right_mm * _POINTS_OF_MM - char
        off = abs(found.right - right) if number % 2 else abs(found.left - left)
        if off > char:
            side = "右" if number % 2 else "左"
            yield _found("layout.page_number_side_printed", f"第{number}页页码应居{side}空一字。")
            return


def _alone(pages: Sequence[PrintedPage], layout: Layout, headings: set[str]) -> Iterator[Finding]:
    """A heading at the foot of a page, its text on the next."""
    for number, page in enumerate(pages[:-1], 1):
        lines = _body(page, layout)
        if lines and lines[-1].text in headings:
            text = lines[-1].text
            yield _found("layout.heading_alone", f"第{number}页末行只有标题，正文排到了下一页。", text)


def _found(rule: str, hint: str, quote: str = "") -> Finding:
    place = Place(start=0, end=len(quote))
    return Finding(rule=rule, severity=Severity.WARNING, place=place, quote=quote, hint=hint)

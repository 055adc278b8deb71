"""What only the printed page shows: lines on it, characters in a line, a heading left alone, where its number stands.

In: a PDF and a `Layout`.  Out: `Finding`s, never above a warning.

Positions are those of the machine that made the PDF; with other faces lines break elsewhere, so what is measured is
the pitch that the page was set in, not where a line happens to end.
"""

import contextlib
import ctypes
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from chugao.source import Finding, Place, Severity
from chugao.word.layout import Layout

_PAGE_NUMBER = re.compile(r"^\D{0,3}(\d{1,4})\D{0,3}$")
_WIDE = re.compile(r"^[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef“”‘’—…]+$")
_DATE = re.compile(r"^20\d\d年\d{1,2}月\d{1,2}日$")
_NO_HAN = re.compile(r"DejaVu|Liberation|OpenSymbol|Carlito|Caladea")
_HEAD = 12
"""By so many characters a paragraph is found again on its page."""
_MOST_PAGES = 400
_POINTS_OF_MM = 72 / 25.4


class PrintedLine(NamedTuple):
    """A line of a page; points, from the upper left corner."""

    text: str
    left: float
    right: float
    baseline: float
    size: float = 0.0
    """Of most of its characters; points."""
    pitch: float = 0.0
    """From one wide character to the next, as most of them stand; 0 where fewer than four follow each other."""
    face: str = ""
    """Of its first wide character, as the PDF names it."""


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
        *_signature(pages, layout),
        *_faces(pages),
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


class _Sign(NamedTuple):
    """A character on a page."""

    left: float
    right: float
    sign: str
    baseline: float
    size: float
    number: int


def _lines(text: object, height: float) -> Iterator[PrintedLine]:
    """Characters that share a baseline, by their origins: boxes differ from glyph to glyph."""
    from pypdfium2 import raw

    rows: dict[int, list[_Sign]] = {}
    x, y = ctypes.c_double(), ctypes.c_double()
    for i in range(text.count_chars()):  # type: ignore[attr-defined]
        sign = chr(raw.FPDFText_GetUnicode(text, i))
        if sign.isspace() or not raw.FPDFText_GetCharOrigin(text, i, x, y):
            continue
        box = text.get_charbox(i)  # type: ignore[attr-defined]
        baseline = height - y.value
        row = round(baseline / 3)
        near = next((r for r in (row, row - 1, row + 1) if r in rows), row)
        rows.setdefault(near, []).append(_Sign(x.value, box[2], sign, baseline, raw.FPDFText_GetFontSize(text, i), i))
    for row in sorted(rows):
        yield _line(text, sorted(rows[row]))


def _line(text: object, signs: list[_Sign]) -> PrintedLine:
    wide = [bool(_WIDE.match(s.sign)) for s in signs]
    steps = [b.left - a.left for (a, b), (p, q) in zip(pairwise(signs), pairwise(wide), strict=True) if p and q]
    han = next((s.number for s in signs if "\u4e00" <= s.sign <= "\u9fff"), None)
    return PrintedLine(
        "".join(s.sign for s in signs),
        signs[0].left,
        max(s.right for s in signs),
        sum(s.baseline for s in signs) / len(signs),
        Counter(round(s.size, 1) for s in signs).most_common(1)[0][0],
        _usual(steps) if len(steps) >= 4 else 0.0,
        _face_at(text, han) if han is not None else "",
    )


def _face_at(text: object, number: int) -> str:
    """Name of the face of a character, without the six letters of a subset."""
    from pypdfium2 import raw

    buffer = ctypes.create_string_buffer(120)
    length = raw.FPDFText_GetFontInfo(text, number, buffer, 120, ctypes.c_int())
    name = buffer.raw[: max(0, min(length, 120) - 1)].decode("utf-8", "replace")
    return re.sub(r"^[A-Z]{6}\+", "", name)


def _grid(pages: Sequence[PrintedPage], layout: Layout) -> Iterator[Finding]:
    """22 lines of 28 characters, by the pitches in which most of the body stands; tables have pitches of their own."""
    page, grid = layout.page, layout.grid
    upright = [_running(p, layout) for p in pages if p.upright]
    wanted = int(page.text_height / grid.line + 0.1)
    steps = [b.baseline - a.baseline for lines in upright for a, b in pairwise(lines)]
    steps = [step for step in steps if 20 <= step <= 45]
    if len(steps) >= 10:
        lines = int(page.text_height / 20 / _rhythm(steps) + 0.1)
        if lines != wanted:
            yield _found("layout.lines", f"排出来每页{lines}行，应为{wanted}行。请检查行距。")
    most = max((len(lines) for lines in upright), default=0)
    if most > wanted:
        yield _found("layout.lines_most", f"有一页排了{most}行，应为{wanted}行。请检查行距和页边距。")
    size = layout.styles.body.size_pt + grid.spacing_pt
    chars = int(page.text_width / 20 / size + 0.05)
    # A line that turned before a long number or Latin word is stretched.
    pitches = [line.pitch for lines in upright for line in lines if line.pitch and _WIDE.match(line.text)]
    if len(pitches) >= 5 and (seen := int(page.text_width / 20 / _usual(pitches) + 0.1)) != chars:
        yield _found("layout.characters", f"排出来每行{seen}字，应为{chars}字。请检查字号、字间距和页边距。")


def _running(page: PrintedPage, layout: Layout) -> list[PrintedLine]:
    """The lines of a page in the size of the body; all of them where none is."""
    lines = _body(page, layout)
    size = layout.styles.body.size_pt
    return [line for line in lines if abs(line.size - size) < 0.6 or not line.size]


def _usual(values: list[float]) -> float:
    """The mean of the values round the commonest one, quarter by quarter of a point."""
    common = Counter(round(4 * v) for v in values).most_common(1)[0][0] / 4
    near = [v for v in values if abs(v - common) <= 0.3]
    return sum(near) / len(near)


def _rhythm(steps: list[float]) -> float:
    """The mean step from line to line.

    Lines of one height do not stand equally apart: a heading's face, or a digit's in a line, sits higher or lower in
    it, and the next step makes up for it.  So no single step is the commonest one's measure, only all of them together.
    """
    middle = sorted(steps)[len(steps) // 2]
    near = [step for step in steps if abs(step - middle) <= 2.5]
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


def _signature(pages: Sequence[PrintedPage], layout: Layout) -> Iterator[Finding]:
    """署名 and 成文日期: sealed or not, each has its distances from the right edge (GB/T 9704 7.3.5)."""
    char = layout.styles.signature.size_pt
    for number, page in enumerate(pages, 1):
        lines = _body(page, layout)
        if number > 1 and len(lines) <= 2 and lines and _DATE.match(lines[-1].text):
            hint = f"第{number}页只有署名和成文日期。请压缩或放宽正文一两行，不写“此页无正文”。"
            yield _found("layout.signature_alone", hint, lines[-1].text)
        edge = page.width - layout.page.right_mm * _POINTS_OF_MM
        upright = lines if page.upright else []
        for before, above, line in zip([None, *upright], upright, upright[1:], strict=False):
            centred = abs(line.left + line.right - layout.page.left_mm * _POINTS_OF_MM - edge) < char
            if not _DATE.match(line.text) or centred:
                continue
            turned = before is not None and before.right < edge - char and abs(before.right - above.right) < char
            named = not above.text.endswith(("。", "：")) and len(above.text) <= 26 and not turned
            if not _placed(above if named else None, line, edge, char):
                hint = "署名右空二字、成文日期首字右移二字；盖章的，日期右空四字、署名居中于日期之上。"
                yield _found("layout.signature_place", f"第{number}页署名和成文日期的位置不对：{hint}", line.text)


def _placed(name: PrintedLine | None, date: PrintedLine, edge: float, char: float) -> bool:
    right = (edge - date.right) / char
    if name is None:
        return 1 <= right <= 5
    moved = (date.left - name.left) / char
    sealed = abs(right - 4) <= 1 and abs(date.left + date.right - name.left - name.right) / 2 <= char
    open_ = abs((edge - name.right) / char - 2) <= 1 and abs(moved - 2) <= 1
    # Of a long date only the first character is where it should be in every program: digits differ in width.
    long = moved >= 1 and (abs(right - 2) <= 1 or (abs(moved - 2) <= 0.5 and -0.5 <= right < 2))
    return sealed or open_ or long


def _faces(pages: Sequence[PrintedPage]) -> Iterator[Finding]:
    """汉字 printed in a face that was never made for them."""
    bad = sorted({line.face for page in pages for line in page.lines if _NO_HAN.search(line.face)})
    if bad:
        hint = f"汉字排成了{'、'.join(bad)}：本机缺中文字体。请安装仿宋、楷体、黑体后再看版面。"
        yield _found("layout.face_printed", hint)


def printed_faces(pages: Sequence[PrintedPage], named: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Face a file names → faces it was really printed in; `named`: (text of a paragraph, face it names)."""
    lines: dict[str, str] = {}
    for page in pages:
        lines |= {line.text[:_HEAD]: line.face for line in page.lines if line.face}
    out: dict[str, set[str]] = {}
    for text, face in named:
        if found := lines.get("".join(text.split())[:_HEAD]):
            out.setdefault(face, set()).add(found)
    return {face: tuple(sorted(found)) for face, found in sorted(out.items())}


def _found(rule: str, hint: str, quote: str = "") -> Finding:
    place = Place(start=0, end=len(quote))
    return Finding(rule=rule, severity=Severity.WARNING, place=place, quote=quote, hint=hint)

"""Tables: which type size, how wide each column, what is centred.

In: a `Table`, the width to fill (twips), a `Layout`.  Out: a `w:tbl`.

A column is as wide as what stands in it asks for; when that is more than the page has, the long texts turn, so that
the tallest cell has the fewest lines.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from chugao.flow import Run
from chugao.word.layout import Layout, twips_of_mm, twips_of_pt
from chugao.word.styles import table_style
from chugao.word.titles import printed_width, width_of

if TYPE_CHECKING:
    from chugao.manuscript import ClaimedText, Table

_NUMBER = re.compile(r"^[<>≤≥＜＞±+\-−—约近超]?\s*\d[\d,，.]*\s*\S{0,6}$")
NOTHING = frozenset({"", "—", "——", "-", "/", "／", "无"})
"""Cells that say there is nothing: centred like numbers."""
_UNBROKEN = re.compile(r"[≤≥＜＞±]?[A-Za-z0-9.,%‰]+")
_NARROWER = (9.0, 8.0, 7.2, 6.6, 6.2, 5.6, 5.2, 4.2, 3.2, 2.2, 0.0)
"""Characters to which columns that cannot all stand on one line give way, step by step."""
_SHORT = 4.4
"""Characters of a word that is not to be stacked: “未完成”, “年度目标”."""
_ONE = 1.15
"""Width of one 汉字 with its air."""
_MUCH_LOWER = 0.75
"""Smaller type must save so much of the height."""
_TOGETHER = 3
"""The last rows of a table that go over to the next page together."""
Cells = tuple[tuple[str, ...], ...]
Paragraph = Callable[[Run, str, str, str], str]
"""(cell, style id, alignment, further properties) → w:p; the typesetter's."""


class Plan(NamedTuple):
    """How a table will be set."""

    size_pt: float
    widths: tuple[int, ...]
    """Twips, summing to the width to fill."""
    centred: tuple[bool, ...]


def cells_of(table: Table) -> Cells:
    """Header and rows as text, short rows filled up."""
    rows = [table.header, *(tuple(cell.text for cell in row) for row in table.rows)]
    columns = max(len(row) for row in rows)
    return tuple(tuple(row) + ("",) * (columns - len(row)) for row in rows)


def plan_of(cells: Cells, width: int, layout: Layout) -> Plan:
    """The largest type that fits, or a smaller one in which the table is much lower; and the columns' widths."""
    rule = layout.table
    columns = [_column(column, rule.short_chars) for column in zip(*cells, strict=True)]
    padding = 2 * twips_of_mm(rule.padding_mm)
    best: tuple[float, float, list[float]] | None = None
    for number, size_pt in enumerate(rule.sizes_pt):
        room = (width - len(columns) * padding) / twips_of_pt(size_pt)
        too_many = len(columns) > rule.large_columns or sum(c.wanted for c in columns) > room
        if number == 0 and len(rule.sizes_pt) > 1 and too_many:
            continue
        shares = _shares(columns, room)
        height = _height(columns, shares) * (size_pt + rule.leading_pt)
        fits = sum(c.floor(0) for c in columns) <= room
        if best is None or height < _MUCH_LOWER * best[0]:
            best = height, size_pt, shares
        if fits and height / (size_pt + rule.leading_pt) <= len(cells):
            break
    assert best is not None, "a layout has at least one size"
    centred = tuple(_centred(column[1:], rule.short_chars) for column in zip(*cells, strict=True))
    return Plan(best[1], _twips(best[2], width, padding), centred)


class _Column(NamedTuple):
    """The width a column asks for, in characters."""

    wanted: float
    """Everything on one line."""
    least: float
    """No number and no Latin word broken."""
    tidy: float
    """Every cell on one line; the head may turn once."""
    usual: float
    """Half of its cells on one line."""
    short_chars: float
    cells: tuple[float, ...]
    """Width of each cell on one line, the head first."""

    def needed(self, share: float) -> float:
        """The least width in which no cell takes more lines than in this one."""
        turns = [width for width in self.cells if width > share]
        stays = max((width for width in self.cells if width <= share), default=0.0)
        whole = max((math.ceil(width / _lines(width, share)) for width in turns), default=0)
        return min(share, max(stays, whole, self.least))

    def floor(self, step: int) -> float:
        """What it should not fall below; with each step less.  A word of three characters is stacked last of all."""
        if step == 0:
            return self.tidy if self.tidy <= self.short_chars else max(self.least, self.short_chars / 2)
        cap = _NARROWER[step - 1]
        if cap >= 4:
            # A name may take two lines before numbers give way, a whole sentence may not ask for so much; and a column
            # gives way for its odd long cell, not where it would turn every cell (each leader's name in two).
            cap = max(cap, min(self.tidy / 2 + 0.5, 8.0), self.usual if self.usual <= 7 else 0)
        return max(self.least, min(self.tidy, cap))


def _column(texts: tuple[str, ...], short_chars: float) -> _Column:
    """A column by what stands in it, its head first."""
    widths = tuple(map(_printed_width, texts))
    head, cells = widths[0], widths[1:]
    turned = head if head <= 4.2 else head / 2 + 0.5  # “完成情｜况” is no turn
    said = sorted(width for width, text in zip(cells, texts[1:], strict=True) if text.strip() not in NOTHING)
    usual = said[len(said) // 2] if said else 0.0
    least = max(map(_least, texts, widths))
    return _Column(max(widths), least, max([*cells, turned]), usual, short_chars, widths)


def _printed_width(text: str) -> float:
    """Width in characters as any program may set it, and a little air."""
    return printed_width(text) + 0.15


def _least(text: str, width: float) -> float:
    """Characters a cell of this printed width needs lest a number or a word of Latin letters is broken."""
    words = _UNBROKEN.findall(text[:200])
    if words == [text]:
        return width
    return max(map(_printed_width, words), default=_ONE if text else 1.0)


def _shares(columns: list[_Column], room: float) -> list[float]:
    """Characters for each column: of the ways in which columns may give way, the one that makes the lowest table."""
    best: list[float] = []
    lowest = 0.0
    for step in range(len(_NARROWER) + 1):
        floors = [column.floor(step) for column in columns]
        if sum(floors) > room:
            continue
        shares = _spread([column.wanted for column in columns], floors, room)
        height = _height(columns, shares)
        if not best or height < lowest:
            best, lowest = shares, height
        if height == len(columns[0].cells):
            return best  # every row has one line
    return _settled(columns, best, room) if best else [column.least for column in columns]


def _settled(columns: list[_Column], shares: list[float], room: float) -> list[float]:
    """The same lines in less room, and what that leaves to the columns in which one more cell then needs fewer."""
    lowest = _height(columns, shares)
    needed = [column.needed(share) for column, share in zip(columns, shares, strict=True)]
    for i, column in enumerate(columns):
        others = sum(needed) - needed[i]
        for more in sorted({w for w in column.cells if needed[i] < w <= room - others}, reverse=True):
            tried = [*needed[:i], more, *needed[i + 1 :]]
            height = _height(columns, tried)
            if height < lowest:
                needed, lowest = tried, height
                break
    turning = [sum(w for w in c.cells if w > share) for c, share in zip(columns, needed, strict=True)]
    parts = turning if any(turning) else [1.0] * len(needed)
    spare = (room - sum(needed)) / sum(parts)
    return [share + spare * part for share, part in zip(needed, parts, strict=True)]


def _spread(wanted: list[float], floors: list[float], room: float) -> list[float]:
    """Room shared out so that the tallest cell has the fewest lines and no column falls below its floor."""
    shares = floors
    for lines in range(1, 60):
        shares = [max(want / lines, floor) for want, floor in zip(wanted, floors, strict=True)]
        if sum(shares) <= room:
            break
    # The last line of a cell is seldom full: what is left over goes to the columns that turn.
    spare, owed = room - sum(shares), [max(0.0, want - share) for want, share in zip(wanted, shares, strict=True)]
    return [share + spare * more / sum(owed) if sum(owed) else share for share, more in zip(shares, owed, strict=True)]


def _height(columns: list[_Column], shares: list[float]) -> float:
    """Lines of a table in which the columns have these widths; a name or a few words that turn cost half a line."""
    if all(column.wanted <= share for column, share in zip(columns, shares, strict=True)):
        return float(len(columns[0].cells))
    lines = [[_lines(width, share) for width in column.cells] for column, share in zip(columns, shares, strict=True)]
    turned = sum(
        turns > 1 and (0.5 if width > _SHORT else 2)
        for column, counted in zip(columns, lines, strict=True)
        for width, turns in zip(column.cells, counted, strict=True)
        if width <= column.short_chars
    )
    return float(sum(max(row) for row in zip(*lines, strict=True)) + turned)


def _lines(width: float, share: float) -> int:
    """Lines of a text in a column: 汉字 are not cut, so a line that turns holds whole ones."""
    return 1 if width <= share else math.ceil(width / max(int(share), 1))


def _twips(shares: list[float], width: int, padding: int) -> tuple[int, ...]:
    """Shares as whole twips, each cell's padding on top, that sum to `width`."""
    padding = min(padding, width // (2 * len(shares)))
    inner = width - padding * len(shares)
    widths = [int(share * inner / sum(shares)) + padding for share in shares]
    widths[widths.index(max(widths))] += width - sum(widths)
    return tuple(widths)


def _centred(texts: tuple[str, ...], short_chars: float) -> bool:
    """Whether a column is centred: numbers are, and so is a column of short texts, one a little longer or not."""
    widths = [width_of(text) for text in texts if not (text.strip() in NOTHING or is_number(text))]
    longer = sum(width > short_chars for width in widths)
    return longer <= len(texts) / 10 and max(widths, default=0) <= short_chars * 1.4


def is_number(text: str) -> bool:
    """Whether a cell is a figure, perhaps with its unit: “31.2万人次”, “≤8.0天”."""
    return _NUMBER.match(text.strip()) is not None


def table_xml(table: Table, width: int, layout: Layout, paragraph: Paragraph, bookmark: tuple[str, str]) -> str:
    """A `w:tbl`; the bookmark's start and end go round the first cell's text."""
    cells = cells_of(table)
    if not cells[0]:
        return ""
    plan = plan_of(cells, width, layout)
    grid = "".join(f'<w:gridCol w:w="{w}"/>' for w in plan.widths)
    stays = rows_that_stay(len(cells), layout)
    given = [tuple(Run(text) for text in cells[0]), *(_filled(row, len(cells[0])) for row in table.rows)]
    rows = "".join(
        _row(row, plan, paragraph, bookmark if i == 0 else ("", ""), i == 0, stays[i]) for i, row in enumerate(given)
    )
    return f"<w:tbl>{table_properties(width, layout)}<w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"


def rows_that_stay(rows: int, layout: Layout) -> list[bool]:
    """Of each row whether it keeps to the next one's page: the head, a short table, the last rows of a long one."""
    whole = rows <= layout.table.whole_rows
    return [i < rows - 1 and (i == 0 or whole or i >= rows - _TOGETHER) for i in range(rows)]


def _filled(row: tuple[ClaimedText, ...], columns: int) -> tuple[Run, ...]:
    return (*(Run(cell.text, claims=cell.claims) for cell in row), *(Run("") for _ in range(columns - len(row))))


def table_properties(width: int, layout: Layout) -> str:
    """`w:tblPr`: the frame of a table that fills `width`."""
    size = round(layout.table.border_pt * 8)  # eighths of a point
    padding = twips_of_mm(layout.table.padding_mm)
    borders = "".join(
        f'<w:{side} w:val="single" w:sz="{size}" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    return (
        f'<w:tblPr><w:tblW w:w="{width}" w:type="dxa"/><w:jc w:val="center"/><w:tblBorders>{borders}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/><w:tblCellMar><w:top w:w="40" w:type="dxa"/>'
        f'<w:left w:w="{padding}" w:type="dxa"/><w:bottom w:w="40" w:type="dxa"/>'
        f'<w:right w:w="{padding}" w:type="dxa"/></w:tblCellMar><w:tblLook w:val="0020" w:firstRow="1" '
        'w:lastRow="0" w:firstColumn="0" w:lastColumn="0" w:noHBand="1" w:noVBand="1"/></w:tblPr>'
    )


def _row(
    row: tuple[Run, ...], plan: Plan, paragraph: Paragraph, bookmark: tuple[str, str], head: bool, stay: bool
) -> str:
    """A row that never breaks across pages; the first repeats on each page; `stay` holds it to the next row's page."""
    style = table_style(plan.size_pt, head)
    out = []
    for i, (cell, width) in enumerate(zip(row, plan.widths, strict=True)):
        text = cell.text
        align = "center" if head or plan.centred[i] or is_number(text) or text.strip() in NOTHING else "left"
        body = paragraph(cell, style, align, "<w:keepNext/>" if stay else "")
        if i == 0 and bookmark[0]:
            body = body.replace("</w:pPr>", "</w:pPr>" + bookmark[0], 1).removesuffix("</w:p>") + bookmark[1] + "</w:p>"
        out.append(f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>{body}</w:tc>')
    flags = "<w:cantSplit/><w:tblHeader/>" if head else "<w:cantSplit/>"
    return f"<w:tr><w:trPr>{flags}</w:trPr>{''.join(out)}</w:tr>"

"""Tables: which type size, how wide each column, what is centred.

In: a `Table`, the width to fill (twips), a `Layout`.  Out: a `w:tbl`.

A column is as wide as what stands in it asks for; when that is more than the page has, the long texts turn, so that
the tallest cell has the fewest lines.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from chugao.manuscript import ClaimedText, Table
from chugao.word.layout import Layout, twips_of_mm, twips_of_pt
from chugao.word.styles import table_style
from chugao.word.titles import width_of

_NUMBER = re.compile(r"^[<>≤≥＜＞±+\-−—约近超]?\s*\d[\d,，.]*\s*\S{0,6}$")
NOTHING = frozenset({"", "—", "——", "-", "/", "／", "无"})
"""Cells that say there is nothing: centred like numbers."""
_MEETING = re.compile(r"[A-Za-z0-9%](?=[\u4e00-\u9fff])|[\u4e00-\u9fff](?=[A-Za-z0-9])")
_PIECES = re.compile(r"[≤≥＜＞±]?[A-Za-z0-9.,%‰]+|.", re.DOTALL)
Cells = tuple[tuple[str, ...], ...]
Paragraph = Callable[[ClaimedText, str, str, str], str]
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
    """The largest type in which the columns need not give way, and the columns' widths."""
    rule = layout.table
    columns = list(zip(*cells, strict=True))
    longest = [max(map(_printed_width, column)) for column in columns]
    least = [max(map(_least, column)) for column in columns]
    padding = 2 * twips_of_mm(rule.padding_mm)
    room, size_pt = 0.0, 0.0
    for size_pt in rule.sizes_pt:
        room = (width - len(columns) * padding) / twips_of_pt(size_pt)
        if len(columns) <= rule.large_columns and sum(longest) <= room:
            break
    centred = tuple(_centred(column[1:], rule.short_chars) for column in columns)
    shares = _shares(longest, least, room, rule.short_chars)
    return Plan(size_pt, _twips(shares, width, padding), centred)


def _printed_width(text: str) -> float:
    """Width in characters with the quarter space some programs set between 汉字 and digits, and a little air."""
    return width_of(text) + 0.25 * len(_MEETING.findall(text)) + 0.15


def _least(text: str) -> float:
    """Characters a cell needs lest a number or a word of Latin letters is broken."""
    return max(map(_printed_width, _PIECES.findall(text[:200])), default=1.0)


def _shares(longest: list[float], least: list[float], room: float, short_chars: float) -> list[float]:
    """Characters for each column, so that the tallest cell has the fewest lines and short texts stay on one."""
    floors = [
        want if want <= short_chars else max(low, short_chars / 2) for want, low in zip(longest, least, strict=True)
    ]
    if sum(floors) > room:
        floors = least
    for lines in range(1, 60):
        shares = [max(want / lines, floor) for want, floor in zip(longest, floors, strict=True)]
        if sum(shares) <= room:
            # The last line of a cell is seldom full: what is left over goes to the columns that turn.
            spare, turning = room - sum(shares), sum(w for w in longest if lines > 1 and w > short_chars)
            return [
                s + spare * w / turning if turning and w > short_chars else s
                for s, w in zip(shares, longest, strict=True)
            ]
    return floors


def _twips(shares: list[float], width: int, padding: int) -> tuple[int, ...]:
    """Shares as whole twips, each cell's padding on top, that sum to `width`."""
    padding = min(padding, width // (2 * len(shares)))
    inner = width - padding * len(shares)
    widths = [int(share * inner / sum(shares)) + padding for share in shares]
    widths[widths.index(max(widths))] += width - sum(widths)
    return tuple(widths)


def _centred(texts: tuple[str, ...], short_chars: float) -> bool:
    """Whether a column is centred: numbers are, and so is a column of short texts."""
    return all(text.strip() in NOTHING or is_number(text) or width_of(text) <= short_chars for text in texts)


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
    whole = len(cells) <= layout.table.whole_rows
    given = [tuple(ClaimedText(text=text) for text in cells[0]), *(_filled(row, len(cells[0])) for row in table.rows)]
    rows = "".join(
        _row(row, plan, paragraph, bookmark if i == 0 else ("", ""), i == 0, i == 0 or (whole and i < len(cells) - 1))
        for i, row in enumerate(given)
    )
    return f"<w:tbl>{table_properties(width, layout)}<w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"


def _filled(row: tuple[ClaimedText, ...], columns: int) -> tuple[ClaimedText, ...]:
    return (*row, *(ClaimedText(text="") for _ in range(columns - len(row))))


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
    row: tuple[ClaimedText, ...], plan: Plan, paragraph: Paragraph, bookmark: tuple[str, str], head: bool, stay: bool
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

"""Find the header rows of a sheet, by asking a reader of single headers.

In: a `Sheet`, and what a caller makes of one header text.  Out: `Header`s, top to bottom, each with its columns.

Surprise: a header may stand in two or three lines (2025年 over 1—6月 over 完成值), and none of them alone says what a
column holds.  So a column's texts are read as a stack, from the top to the line in question.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

from chugao.documents.sheets import Cell, Sheet

T = TypeVar("T")

_LINES = 3
"""As many lines as a header ever had in a table of figures."""
# “7.3天” is a figure with its unit; “3月”, “2025年” and “1季度” may head a column.
_NUMBER = re.compile(r"[约近超≥≤+\-−]?\d[\d.,]*(?:[:：/]\d[\d.]*)?[万亿]?[A-Za-z/%‰]{0,6}[^\d年月日季周旬期]{0,4}")
_YEAR = re.compile(r"20\d\d(?:(?:实际|目标|计划|完成|任务|同期|预计)[值数量]?)?")


class Header(NamedTuple, Generic[T]):
    """A row that names the columns below it."""

    row: int
    """0-based: the lowest line of the header."""
    columns: dict[int, T]
    """What each recognised 0-based column holds."""
    unknown: tuple[Cell, ...]
    """Filled header cells that nobody recognised."""
    top: int = 0
    """0-based: its highest line."""


def header_key(text: str) -> str:
    """What two spellings of one column header share: width, case, blanks, “（必填）”, * and : removed."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s*:]|\((?:必填|选填|可不填)\)", "", folded)


def header_rows(
    sheet: Sheet,
    read: Callable[[str], T | None],
    enough: Callable[[Sequence[T]], bool],
    read_stack: Callable[[tuple[str, ...]], T | None] | None = None,
    is_key: Callable[[T], bool] = lambda column: True,
) -> list[Header[T]]:
    """Every row of a sheet that qualifies as a header, top to bottom.

    A header may stand in up to three lines, the upper ones merged over several columns: `read_stack` is given a
    column's texts from top to bottom; without one, the upper texts are tried together with the lowest.  `is_key` tells
    columns that hold words (names, units) from columns that hold values: a row with words of its own below the former
    is a row of the table, however much it resembles another line of the header.
    """
    stacked = read_stack or (lambda texts: _joined(texts, read))
    headers: list[Header[T]] = []
    textual = [_is_textual(row) for row in sheet.rows]
    for index in range(len(sheet.rows)):
        if not textual[index]:
            continue
        found = _best(sheet, index, textual, stacked, enough, headers[-1].row if headers else -1)
        if found is None:
            continue
        if headers and (found.top <= headers[-1].row or _merged_down(sheet, headers[-1].row, index)):
            # A header's lines follow one another; with rows of the table between them it is another row.
            if headers[-1].row < index - 1 or _is_row_of(sheet, headers[-1], index, is_key):
                textual[index] = False
                continue
            headers.pop()
        headers.append(found)
    return headers


def _best(
    sheet: Sheet,
    index: int,
    textual: Sequence[bool],
    read: Callable[[tuple[str, ...]], T | None],
    enough: Callable[[Sequence[T]], bool],
    previous: int,
) -> Header[T] | None:
    """The header that ends in this row, with as many lines above it as make its columns best understood."""
    best: Header[T] | None = None
    for lines in range(1, _LINES + 1):
        top = index - lines + 1
        if top < 0 or not textual[top] or (lines > 1 and _is_title(sheet.rows[top])):
            break
        found = _read_lines(sheet, top, index, read)
        if found.columns and enough(list(found.columns.values())):
            better = best is None or (len(found.columns), -len(found.unknown)) >= (
                len(best.columns),
                -len(best.unknown),
            )
            if better and (best is None or found.columns != best.columns):
                best = found
    # A row below a header repeats it when all it says was borrowed from above.
    if best is not None and best.row == previous + 1 and best.top <= previous and not _adds(sheet, best):
        return None
    return best


def _read_lines(sheet: Sheet, top: int, bottom: int, read: Callable[[tuple[str, ...]], T | None]) -> Header[T]:
    columns: dict[int, T] = {}
    unknown: list[Cell] = []
    for column in range(max(len(sheet.rows[r]) for r in range(top, bottom + 1))):
        cells = [sheet.cell(row, column) for row in range(top, bottom + 1)]
        texts = tuple(c.text for i, c in enumerate(cells) if c.text and (i == 0 or c.text != cells[i - 1].text))
        if not texts:
            continue
        found = read(texts)
        if found is None:
            unknown.append(next(c for c in reversed(cells) if c.text))
        else:
            columns[column] = found
    return Header(bottom, columns, tuple(unknown), top)


def _joined(texts: tuple[str, ...], read: Callable[[str], T | None]) -> T | None:
    """The longest run of lines that ends at the lowest and means something."""
    for start in range(len(texts)):
        if (found := read("".join(texts[start:]))) is not None:
            return found
    return None


def _is_textual(row: Sequence[Cell]) -> bool:
    """Whether a row may belong to a header: filled, and no figure in it but a year."""
    filled = [c for c in row if c.text]
    return bool(filled) and not any(_is_figure(c) for c in filled)


def _is_figure(cell: Cell) -> bool:
    if isinstance(cell.value, (int, float)) and not isinstance(cell.value, bool):
        return not 2000 <= cell.value <= 2099
    return _NUMBER.fullmatch(cell.text) is not None and _YEAR.fullmatch(cell.text) is None


def _is_title(row: Sequence[Cell]) -> bool:
    """One text alone or merged over the whole table."""
    return len({c.text for c in row if c.text}) == 1


def _is_row_of(sheet: Sheet, header: Header[T], index: int, is_key: Callable[[T], bool]) -> bool:
    """Whether the row below a header names something in it, as its rows do."""
    for column, what in header.columns.items():
        text = sheet.cell(index, column).text
        if is_key(what) and text and text != sheet.cell(header.row, column).text:
            return True
    return False


def _merged_down(sheet: Sheet, upper: int, lower: int) -> bool:
    """Whether a row right below a header shares merged cells with it: 指标 over both, 完成数 over 2026年 and 2025年."""
    if lower != upper + 1:
        return False
    return any(c.text and c.text == sheet.cell(upper, n).text for n, c in enumerate(sheet.rows[lower]))


def _adds(sheet: Sheet, header: Header[T]) -> bool:
    """Whether the lowest line brings at least two texts of its own that were understood."""
    own = 0
    for column in header.columns:
        text = sheet.cell(header.row, column).text
        own += bool(text) and text != sheet.cell(header.row - 1, column).text
    return own >= 1


def looks_like_header(sheet: Sheet) -> tuple[Cell, ...]:
    """The first row with at least three short texts, else the first filled row: what to quote when none qualified."""
    filled = [tuple(c for c in row if c.text) for row in sheet.rows]
    wide = (r for r in filled if len({c.text for c in r}) >= 3 and all(len(c.text) <= 20 for c in r))
    return next(wide, next((r for r in filled if r), ()))

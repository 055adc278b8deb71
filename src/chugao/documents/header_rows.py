"""Find the header rows of a sheet, by asking a reader of single headers.

In: a `Sheet`, and what a caller makes of one header text.  Out: `Header`s, top to bottom, each with its columns.

Surprise: a header may stand in two lines, and neither of them alone says what a column holds.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

from chugao.documents.sheets import Cell, Sheet

T = TypeVar("T")


class Header(NamedTuple, Generic[T]):
    """A row that names the columns below it."""

    row: int
    """0-based."""
    columns: dict[int, T]
    """What each recognised 0-based column holds."""
    unknown: tuple[Cell, ...]
    """Filled header cells that nobody recognised."""


def header_key(text: str) -> str:
    """What two spellings of one column header share: width, case, blanks, “（必填）”, * and : removed."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s*:]|\((?:必填|选填|可不填)\)", "", folded)


def header_rows(
    sheet: Sheet, read: Callable[[str], T | None], enough: Callable[[Sequence[T]], bool]
) -> list[Header[T]]:
    """Every row of a sheet that qualifies as a header, top to bottom.

    A header may stand in two lines, the upper one merged over several columns (“2025年” over 目标值 and 完成值):
    there the upper text is tried together with the lower one first.
    """
    headers: list[Header[T]] = []
    for index, row in enumerate(sheet.rows):
        columns: dict[int, T] = {}
        unknown: list[Cell] = []
        for column, cell in enumerate(row):
            if not cell.text:
                continue
            above = sheet.cell(index - 1, column).text if index else ""
            found = read(above + cell.text) if above and above != cell.text else None
            found = found if found is not None else read(cell.text)
            if found is None:
                unknown.append(cell)
            else:
                columns[column] = found
        if columns and enough(list(columns.values())):
            if headers and headers[-1].row == index - 1:
                headers.pop()
            headers.append(Header(index, columns, tuple(unknown)))
    return headers


def looks_like_header(sheet: Sheet) -> tuple[Cell, ...]:
    """The first row with at least three short texts, else the first filled row: what to quote when none qualified."""
    filled = [tuple(c for c in row if c.text) for row in sheet.rows]
    wide = (r for r in filled if len({c.text for c in r}) >= 3 and all(len(c.text) <= 20 for c in r))
    return next(wide, next((r for r in filled if r), ()))

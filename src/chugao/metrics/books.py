"""Plain sheets for people: a header, lines, widths; no text ever becomes a formula.

In: sheets as (title, header, lines).  Out: an .xlsx.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from chugao.errors import InputError, reason_of
from chugao.metrics.template import write_safely

Sheet = tuple[str, Sequence[str], Iterable[Sequence[object]]]
_WIDEST = 60


def offer(choice: tuple[int, Sequence[str]], rows: int) -> Any:
    """A list to choose from in one column (counted from 0) of so many rows below the header."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    column, words = choice
    letter = get_column_letter(column + 1)
    listed = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True)
    listed.add(f"{letter}2:{letter}{max(2, rows + 1)}")
    return listed


def save_sheets(path: Path | str, *sheets: Sheet, choices: Mapping[int, Sequence[Any]] | None = None) -> Path:
    """Write a workbook; `choices` are lists made by `offer`, by number of sheet.  Raises `InputError`."""
    from openpyxl import Workbook

    book = Workbook()
    for number, (title, header, lines) in enumerate(sheets):
        sheet = book.worksheets[0] if number == 0 else book.create_sheet()
        sheet.title = title
        fill_sheet(sheet, header, lines)
        for listed in (choices or {}).get(number, ()):
            sheet.add_data_validation(listed)
    return save_book(book, path)


def fill_sheet(sheet: Any, header: Sequence[str], lines: Iterable[Sequence[object]]) -> None:
    """Header in bold over the lines, frozen; columns as wide as their longest cell."""
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    widths = [_width(h) for h in header]
    for column, name in enumerate(header, 1):
        cell = sheet.cell(1, column, name)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="DDEBF7")
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    for row, line in enumerate(lines, 2):
        for column, value in enumerate(line, 1):
            cell = sheet.cell(row, column)
            write_safely(cell, value)
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            widths[column - 1] = max(widths[column - 1], _width(value))
    for column, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(column)].width = min(width, _WIDEST)
    sheet.freeze_panes = "A2"


def save_book(book: Any, path: Path | str) -> Path:
    """Save a workbook, its folder made first."""
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        book.save(path)
    except OSError as error:
        raise InputError(
            f"{path.name}：写不了（{reason_of(error)}）。请关闭正在打开它的程序，或换一个文件夹。"
        ) from None
    return path


def _width(value: object) -> int:
    """Columns a text takes: a Han character takes two."""
    longest = max((str(value or "")).split("\n"), key=len)
    return 3 + sum(2 if ord(c) > 0x2E7F else 1 for c in longest)

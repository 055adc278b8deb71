"""The grid of cells that every table file becomes, and how a table file is refused.

In: cells by row and column, from a reader of one kind of file.  Out: `Cell`, `Sheet`, `Workbook`; `InputError` and
`UploadRejected` in the words all readers share.

Surprise: a merged area holds one value, and a person reads it in each of its cells; so it is repeated, within limits,
because an area may be merged over a million cells.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from chugao.errors import InputError, UploadRejected
from chugao.source import Finding, Frozen, Place, Severity, Source

MAX_CELLS = 400_000
MAX_ROWS = 20_000
MAX_COLUMNS = 1_000

CellValue = int | float | date | datetime | time | timedelta | str | bool | None


class Cell(NamedTuple):
    """One cell: what a person sees, what the file holds, and where."""

    text: str
    """As shown: “98.6%”, “2025年3月15日”, “121.73”; no blanks around; "" when empty.  A format that would hide all
    decimals (98.6 as 99) or the whole value (0.04 as 0.0) is not obeyed."""
    value: CellValue
    """Raw: 0.986 for a cell shown as 98.6%."""
    at: str
    """“C7”; in a .csv the column letter and the line number."""


class Sheet(Frozen):
    """One sheet as a grid.  Rows end at their last filled cell; an empty row is ()."""

    name: str
    """"" for a .csv."""
    rows: tuple[tuple[Cell, ...], ...]
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    """1-based numbers of filled rows that are hidden or filtered away."""
    hidden_columns: frozenset[int] = frozenset()
    """0-based indexes of filled columns that are hidden."""

    def cell(self, row: int, column: int) -> Cell:
        """The cell at 0-based indexes; an empty one beyond the end of the row."""
        cells = self.rows[row]
        return cells[column] if column < len(cells) else Cell("", None, f"{letters(column)}{row + 1}")


class Workbook(Frozen):
    """What one file holds."""

    file: str
    """Name without the folders above."""
    fingerprint: str
    """First 16 hex digits of the file's SHA-256."""
    sheets: tuple[Sheet, ...]
    legacy: bool = False
    """An .xls or .et whose number formats are not readable, so that a percent format shows as 0.986."""

    def source(self, sheet: Sheet, cell: Cell | None = None, cutoff: date | None = None) -> Source:
        return Source(
            file=self.file,
            sheet=sheet.name or None,
            cell=cell.at if cell else None,
            fingerprint=self.fingerprint,
            cutoff=cutoff,
        )


def letters(column: int) -> str:
    """Column letters of a 0-based index: 0 → A, 27 → AB."""
    name, number = "", column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def dense_rows(
    name: str,
    sheet: str,
    grid: dict[tuple[int, int], tuple[str, CellValue]],
    merges: Iterable[tuple[int, int, int, int]],
) -> tuple[tuple[Cell, ...], ...]:
    """Dense rows from sparse cells (0-based), with merged values repeated over their area."""
    if not grid:
        return ()
    last_row, last_column = max(r for r, _ in grid), max(c for _, c in grid)
    if last_row >= MAX_ROWS or last_column >= MAX_COLUMNS:
        raise too_large(name, sheet)
    filled = 0
    for top, left, bottom, right in merges:
        if (top, left) not in grid:
            continue
        for row in range(top, min(bottom, last_row) + 1):
            for column in range(left, min(right, last_column) + 1):
                grid[row, column] = grid[top, left]
                filled += 1
                if filled > MAX_CELLS:
                    raise too_large(name, sheet)
    widths = [0] * (last_row + 1)
    for row, column in grid:
        widths[row] = max(widths[row], column + 1)
    if sum(widths) > MAX_CELLS:
        raise too_large(name, sheet)
    names = [letters(c) for c in range(max(widths))]
    return tuple(
        tuple(Cell(*grid.get((r, c), ("", None)), f"{names[c]}{r + 1}") for c in range(width))
        for r, width in enumerate(widths)
    )


def clean(text: str) -> str:
    return text.replace("_x000D_", "").strip(" \t\r\n\u00a0\u3000\u200b\ufeff")


# --- what is wrong --------------------------------------------------------------------------------


def another_kind(name: str, what: str) -> InputError:
    told = f"{name}：内容看起来是{what}，不是表格。"
    if what not in ("Word 文档", "PDF 文件"):
        return InputError(f"{told}请用 Excel 或 WPS 另存为 .xlsx 或 .csv 再导入。")
    return InputError(
        f"{told}科室报来的文稿，起草时写在 --material 后面，或用 chugao material add 收进来；只要里面一张表的，复制到 Excel 里存成 .xlsx。"
    )


def encrypted(name: str) -> InputError:
    return InputError(f"{name}：文件设了打开密码。请用 Excel 或 WPS 打开，去掉密码，另存后再导入。")


def macro(name: str) -> UploadRejected:
    return UploadRejected(f"{name}：含有宏，不予读取。请另存为不含宏的 .xlsx 再导入。")


def broken(name: str) -> InputError:
    return InputError(f"{name}：文件已损坏或没有传完整。请用 Excel 或 WPS 打开，另存为 .xlsx 再导入。")


def too_large(name: str, sheet: str = "") -> UploadRejected:
    where = f" “{sheet}”表" if sheet else ""
    return UploadRejected(f"{name}{where}：表格太大。请只保留要导入的行和列（删去空白行列），另存后再导入。")


def raise_all(problems: Sequence[str]) -> None:
    """One `InputError` with up to ten lines, nothing when there is no problem."""
    if not problems:
        return
    more = [f"……另有{len(problems) - 10}处，改正以上各处后再导入时列出。"] if len(problems) > 10 else []
    raise InputError("\n".join([*problems[:10], *more]))


def cell_finding(rule: str, severity: Severity, source: Source, quote: str, hint: str) -> Finding:
    """A finding about a cell: its section is “文件 表 单元格”, its span is empty."""
    section = " ".join(p for p in (source.file, source.sheet, source.cell) if p)
    return Finding(rule=rule, severity=severity, place=Place(start=0, end=0, section=section), quote=quote, hint=hint)

"""Read an .xls or .et of the old binary kind, in a process of its own.

In: the bytes.  Out: `Sheet`s; `InputError` for a damaged or locked file.

Surprise: the parser knows no number formats, so 98.6% reads as 0.986; `binary_formats` finds them where it can, and
`Workbook.legacy` tells whoever reads on where it cannot.
"""

import sys
from collections.abc import Iterator, Sequence
from datetime import date

from chugao.documents.binary_formats import Dress
from chugao.documents.grid import MAX_COLUMNS, MAX_ROWS, CellValue, Sheet, broken, dense_rows, encrypted, too_large
from chugao.documents.shown import shown_text

# Runs in a process of its own: on a damaged file the parser panics, or asks for 4 GiB and aborts, and would take the
# server with it (both seen when fuzzing calamine 0.37).  Takes the file on stdin, prints JSON.
_LEGACY_READER = """
import io, json, sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
except ImportError:
    pass
from datetime import date
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

def plain(value):
    if isinstance(value, date):
        return {"date": value.isoformat()[:10]}
    return value if isinstance(value, (int, float, bool, str)) else str(value)

max_rows, max_columns = map(int, sys.argv[1:])
sheets = []
try:
    book = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    for index, about in enumerate(book.sheets_metadata):
        try:
            sheet = book.get_sheet_by_index(index)
        except CalamineError:
            continue  # a chart has no cells
        if sheet.total_height > max_rows or sheet.total_width > max_columns:
            print(json.dumps({"large": about.name}))
            sys.exit()
        rows = sheet.to_python(skip_empty_area=False) if sheet.width else []
        cells = [(r, c, plain(v)) for r, row in enumerate(rows) for c, v in enumerate(row) if v not in ("", None)]
        hidden = about.visible != SheetVisibleEnum.Visible
        sheets.append((index, about.name, hidden, cells, sheet.merged_cell_ranges or []))
    print(json.dumps({"sheets": sheets}))
except PasswordError:
    print(json.dumps({"locked": True}))
except CalamineError:
    pass
"""


def read_xls(name: str, data: bytes, dress: Sequence[Dress] = ()) -> Iterator[Sheet]:
    """Every worksheet; `dress` (of `binary_formats`) says how its cells are shown."""
    import json
    import subprocess

    command = [sys.executable, "-P", "-c", _LEGACY_READER, str(MAX_ROWS), str(MAX_COLUMNS)]
    try:
        child = subprocess.run(command, input=data, capture_output=True, timeout=30, check=False)
        told = json.loads(child.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        raise broken(name) from None
    if "locked" in told:
        raise encrypted(name)
    if "large" in told:
        raise too_large(name, told["large"])
    for index, sheet, hidden, cells, merges in told["sheets"]:
        worn = dress[index] if index < len(dress) else Dress()
        values = [(r, c, date.fromisoformat(v["date"]) if isinstance(v, dict) else v) for r, c, v in cells]
        grid: dict[tuple[int, int], tuple[str, CellValue]] = {
            (r, c): (shown_text(v, worn.formats.get((r, c), "General")), v) for r, c, v in values
        }
        areas = [(top, left, bottom, right) for (top, left), (bottom, right) in merges]
        filled_rows, filled_columns = {r + 1 for r, _ in grid}, {c for _, c in grid}
        yield Sheet(
            name=sheet,
            rows=dense_rows(name, sheet, grid, areas),
            hidden=hidden,
            hidden_rows=frozenset(worn.hidden_rows & filled_rows),
            hidden_columns=frozenset(worn.hidden_columns & filled_columns),
        )

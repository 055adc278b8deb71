"""The rows of every table in a file, whatever its format.

In: a path.  Out: rows of cells as text, sheet after sheet, table after table.
"""

from collections.abc import Iterator
from pathlib import Path

from chugao.documents.reading import read_text
from chugao.documents.sheets import read_sheets

SHEETS = (".xlsx", ".xls", ".et", ".csv")
"""What is read as a workbook; everything else as a document whose table rows are lines with tabs."""


def table_rows(path: Path) -> Iterator[list[str]]:
    """Each row of each table.  Raises as `read_sheets` and `read_text` do."""
    if path.suffix.lower() in SHEETS:
        for sheet in read_sheets(path).sheets:
            yield from ([cell.text for cell in row] for row in sheet.rows)
        return
    for paragraph in read_text(path).paragraphs:
        if "\t" in paragraph.text:
            yield paragraph.text.split("\t")
        elif paragraph.text.count("|") > 1:
            yield [c.strip() for c in paragraph.text.strip("| ").split("|")]

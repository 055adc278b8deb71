"""Write the Word files of the sample world: a notice from above, and what two departments really send in.

In: world/documents/*.txt, whose first line names the file to write.  “=” is a title, “#” a heading, “|” a row of a
table; everything else is a paragraph.  Out: .docx files, the same bytes every time.

Run: python examples/world/documents.py.
"""

import re
import zipfile
from collections.abc import Iterable
from datetime import datetime
from io import BytesIO
from itertools import groupby
from pathlib import Path

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH

ROOT = Path(__file__).parents[2]


def main() -> None:
    for source in sorted((ROOT / "examples" / "world" / "documents").glob("*.txt")):
        target, *lines = source.read_text(encoding="utf-8").splitlines()
        path = ROOT / target.removeprefix("> ")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written(lines))


def written(lines: Iterable[str]) -> bytes:
    document = Document()
    for kind, group in groupby((line for line in lines if line), key=lambda line: line[0]):
        if kind == "|":
            table_of(document, [row.strip("| ").split(" | ") for row in group])
            continue
        for line in group:
            if kind in "=#":
                heading = document.add_heading(line[1:].strip(), level=0 if kind == "=" else 1)
                if kind == "=":
                    heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
            else:
                document.add_paragraph(line)
    document.core_properties.created = document.core_properties.modified = datetime(2026, 12, 20, 9, 0)
    return undated(document)


def table_of(document, rows: list[list[str]]) -> None:  # type: ignore[no-untyped-def]
    table = document.add_table(rows=len(rows), cols=len(rows[0]), style="Table Grid")
    for cells, row in zip(table.rows, rows, strict=True):
        for cell, text in zip(cells.cells, row, strict=False):
            cell.text = text


def undated(document) -> bytes:  # type: ignore[no-untyped-def]
    """The package without the minute it was written."""
    raw, fixed = BytesIO(), BytesIO()
    document.save(raw)
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "docProps/core.xml":
                data = re.sub(rb"(<dcterms:(?:modified|created)[^>]*>)[^<]*", rb"\g<1>2026-12-20T09:00:00Z", data)
            new.writestr(zipfile.ZipInfo(name, (2026, 12, 20, 9, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return fixed.getvalue()


if __name__ == "__main__":
    main()

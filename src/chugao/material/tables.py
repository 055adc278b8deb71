"""Tables that a department pasted into its text: figures and matters, row by row, with the paragraph they stand in.

In: rows of cells.  Out: observations with their definitions, or matters; None where the table is neither.

The rows go through the readers of workbooks, so that a pasted table understands what a workbook does.
"""

import csv
import io
import tempfile
from collections.abc import Sequence
from pathlib import Path

from chugao.errors import ChugaoError
from chugao.material.matter import Matter
from chugao.material.reading import read_matters
from chugao.metrics.observation import Figures, Observation
from chugao.metrics.reading import read_metrics
from chugao.source import Source


def figures_in(rows: Sequence[Sequence[str]], department: str, year: int) -> Figures | None:
    """The figures of a pasted table; None when it is none of figures."""
    named = [["指标名称", *rows[0][1:]], *rows[1:]] if rows and rows[0] and rows[0][0] in _THINGS else list(rows)
    for table in (rows, named):
        try:
            with tempfile.TemporaryDirectory() as folder:
                return read_metrics(_file(table, Path(folder) / f"{department or '材料'}{year}年.csv"))
        except ChugaoError:
            continue
    return None


_THINGS = ("项目", "内容", "名称", "指标", "类别", "")


def matters_in(rows: Sequence[Sequence[str]], department: str, year: int) -> tuple[Matter, ...] | None:
    """The matters of a pasted table; None when it has no 事项."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            return read_matters(_file(rows, Path(folder) / f"{department or '材料'}{year}年.csv")).items
    except ChugaoError:
        return None


def _file(rows: Sequence[Sequence[str]], path: Path) -> Path:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8-sig")
    return path


def row_of(source: Source) -> int:
    """The row of the table (0 is its header) that a cell of the temporary file stands in."""
    digits = "".join(c for c in source.cell or "" if c.isdigit())
    return int(digits) - 1 if digits else 0


def placed(observation: Observation, file: str, paragraph: int, fingerprint: str) -> Observation:
    """An observation whose source is the submission and not the temporary file."""
    source = Source(file=file, paragraph=paragraph, fingerprint=fingerprint, cutoff=observation.source.cutoff)
    return observation.model_copy(update={"source": source})

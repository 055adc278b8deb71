"""Tables that a department pasted into its text: figures and matters, row by row, with the paragraph they stand in.

In: rows of cells.  Out: observations with their definitions, or matters; None where the table is neither.

The rows go through the readers of workbooks, so that a pasted table understands what a workbook does.
"""

import csv
import io
import re
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
    told = [_with_unit(r) for r in rows] if rows and not any("单位" in c for c in rows[0]) else list(rows)
    named = [["指标名称", *told[0][1:]], *told[1:]] if told and told[0] and told[0][0] in _THINGS else told
    for table in (told, named):
        for _ in range(_TRIES):
            try:
                with tempfile.TemporaryDirectory() as folder:
                    return read_metrics(_file(table, Path(folder) / f"{department or '材料'}{year}年.csv"))
            except ChugaoError as error:
                # A row that cannot be read is left out, in its place; its numbers are listed as unused.
                bad = {int(n) for n in re.findall(r"[A-Z]{1,2}(\d{1,4})单元格", str(error))} - {1}
                if not bad or not str(error).count("单元格"):
                    break
                table = [[] if n in bad else row for n, row in enumerate(table, 1)]
    return None


def _with_unit(row: Sequence[str]) -> list[str]:
    """血液透析人次 tells its unit; so does 乙肝转阳例数."""
    match = _COUNTS.search(row[0]) if row else None
    if match is None or any("\u4e00" <= c <= "\u9fff" for cell in row[1:] for c in cell):
        return list(row)
    return [f"{row[0]}（{match['unit'] or match['of']}）", *row[1:]]


_COUNTS = re.compile(r"(?:(?P<unit>人次|例次|台次|床日|人天)|(?P<of>[人例台次件篇项张份个])数)$")
_TRIES = 4
_THINGS = ("项目", "内容", "名称", "指标", "类别", "")


def matters_in(rows: Sequence[Sequence[str]], department: str, year: int) -> tuple[Matter, ...] | None:
    """The matters of a pasted table; None when it has no 事项."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            return read_matters(_file(_as_matters(rows), Path(folder) / f"{department or '材料'}{year}年.csv")).items
    except ChugaoError:
        return None


def _as_matters(rows: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    """Heads as departments write them: 时间、事情、结果."""
    if not rows or "事项" in rows[0]:
        return list(rows)
    named = [("事项" if c in _DONE_AS else "成效" if c in ("结果", "效果", "完成情况") else c) for c in rows[0]]
    return [named, *rows[1:]] if named.count("事项") == 1 else list(rows)


_DONE_AS = ("事情", "大事", "大事记", "事件", "主要工作", "重点工作", "工作内容", "开展工作", "做了什么")


def _file(rows: Sequence[Sequence[str]], path: Path) -> Path:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8-sig")
    return path


def row_of(source: Source) -> int:
    """The row of the table (0 is its header) that a cell of the temporary file stands in."""
    digits = "".join(c for c in source.cell or "" if c.isdigit())
    return int(digits) - 1 if digits else 0


def column_of(source: Source) -> int:
    """The column of the table (0 is the first) that a cell of the temporary file stands in."""
    column = 0
    for letter in "".join(c for c in source.cell or "" if c.isalpha()):
        column = column * 26 + ord(letter.upper()) - ord("A") + 1
    return max(0, column - 1)


def placed(observation: Observation, file: str, paragraph: int, fingerprint: str) -> Observation:
    """An observation whose source is the submission and not the temporary file."""
    source = Source(file=file, paragraph=paragraph, fingerprint=fingerprint, cutoff=observation.source.cutoff)
    return observation.model_copy(update={"source": source})

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
    rows = _with_known_heads(_with_whole_year(_under_caption(rows)))
    at = next((n for n, r in enumerate(rows) if any(r)), 0)
    told = [_with_unit(r) for r in rows] if rows and not any("单位" in c for c in rows[at]) else list(rows)
    things = bool(told) and bool(told[at]) and told[at][0] in _THINGS
    named = [*told[:at], ["指标名称", *told[at][1:]], *told[at + 1 :]] if things else told
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


def _under_caption(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """A table without the title over its head (“药品采购（单位：万元）”), whose unit goes to every name under it.

    The row stays, empty, so that all others keep their number.
    """
    table = [list(r) for r in rows]
    if len(table) < 3 or len(set(filter(None, table[0]))) != 1 or len(set(filter(None, table[1]))) < 2:
        return table
    unit = _CAPTION_UNIT.search("".join(dict.fromkeys(table[0])))
    if unit is not None and not any("单位" in c for c in table[1]):
        title = re.sub(r"[（(].*", "", next(filter(None, table[0])))
        of = title if len(title) <= _TITLE and not re.search(r"\d|指标|情况|统计|数据|表", title) else ""
        for row in table[2:]:
            if row[0] and not re.search(r"[（(]", row[0]):
                row[0] = f"{of if of not in row[0] else ''}{row[0]}（{unit['unit']}）"
    return [[], *table[1:]]


_TITLE = 6
"""A title no longer than this (药品采购) belongs to the name of each row: 药品采购西药."""
_CAPTION_UNIT = re.compile(r"[（(]?(?:计量)?单位[:：]\s{0,4}(?P<unit>[\u4e00-\u9fff%‰/]{1,6})[）)]?")


def _with_whole_year(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """In a table of months or halves the row 合计 is the whole year."""
    table = [list(r) for r in rows]
    head = next((r for r in table if any(r)), [])
    if head and head[0] in ("月份", "时间", "时段", "季度", "期间"):
        for row in table:
            row[:1] = ["全年"] if row and row[0] in ("合计", "总计", "累计", "全年合计") else row[:1]
    return table


def _with_unit(row: Sequence[str]) -> list[str]:
    """血液透析人次 tells its unit; so does 乙肝转阳例数."""
    match = _COUNTS.search(row[0]) if row else None
    if match is None or any("\u4e00" <= c <= "\u9fff" for cell in row[1:] for c in cell):
        return list(row)
    return [f"{row[0]}（{match['unit'] or match['of']}）", *row[1:]]


def _with_known_heads(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Heads as forms from above have them: 服务项目、任务数、完成数."""
    table = [list(r) for r in rows]
    head = next((r for r in table if any(r)), [])
    if len(head) > 1 and _NAMES_A_METRIC.fullmatch(head[0]):
        for pattern, known in _HEADS_KNOWN:
            fitting = [n for n, cell in enumerate(head) if pattern.fullmatch(cell)]
            if len(fitting) == 1:
                head[fitting[0]] = known
        head[0] = "指标名称"
    return table


_NAMES_A_METRIC = re.compile(r"(?:服务|工作|考核|检查|统计|主要|具体|任务)?(?:项目|内容|指标|任务)(?:名称)?")
_HEADS_KNOWN = (
    (re.compile(r"(?:全?年度?)?(?:目标|任务|计划|应完成|指标)(?:任务)?(?:数|值|量|人数)?"), "目标值"),
    (re.compile(r"(?:实际|已|全年|累计|本年)?(?:完成|开展|服务)(?:数|值|量|人数|情况)|实际(?:数|值)|完成"), "本期值"),
)
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
    named = [("事项" if c in _DONE_AS else "成效" if c in _CAME_OF_IT else c) for c in rows[0]]
    if rows[0][0] in ("项目", "内容", "工作") and "成效" in named and _tells(rows, named.index("成效")):
        named[0] = "事项"
    return [named, *rows[1:]] if named.count("事项") == 1 else list(rows)


_DONE_AS = ("事情", "大事", "大事记", "事件", "主要工作", "重点工作", "工作内容", "开展工作", "做了什么")


_CAME_OF_IT = ("结果", "效果", "完成情况", "进展", "进展情况", "落实情况")


def _tells(rows: Sequence[Sequence[str]], at: int) -> bool:
    """Whether most cells of a column tell something in words: “参加52项，合格51项” and not “98.7%”."""
    cells = [r[at] for r in rows[1:] if len(r) > at and r[at]]
    return sum(len(re.findall(r"[\u4e00-\u9fff]", c)) >= _WORDS for c in cells) * 2 > len(cells)


_WORDS = 4


def _file(rows: Sequence[Sequence[str]], path: Path) -> Path:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8-sig")
    return path


def row_of(source: Source) -> int:
    """The row of the table (0 is its header) that a cell of the temporary file stands in."""
    digits = re.search(r"\d+", source.cell or "")
    return int(digits[0]) - 1 if digits else 0


def columns_of(source: Source) -> range:
    """The columns of the table (0 is the first) that a cell, or cells added up (“B2—M2”), stand in."""
    columns = [_column(letters) for letters in re.findall(r"[A-Za-z]+", source.cell or "")]
    return range(min(columns, default=0), max(columns, default=0) + 1)


def _column(letters: str) -> int:
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter.upper()) - ord("A") + 1
    return max(0, column - 1)


def placed(observation: Observation, file: str, paragraph: int, fingerprint: str) -> Observation:
    """An observation whose source is the submission and not the temporary file."""
    source = Source(file=file, paragraph=paragraph, fingerprint=fingerprint, cutoff=observation.source.cutoff)
    return observation.model_copy(update={"source": source})

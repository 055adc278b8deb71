"""A department's own sheet of figures: 工作内容、单位、去年、今年、增减、说明.

In: one sheet.  Out: its figures with the cells they stand in; None for a sheet that is none of figures.

Which sheet is one of figures, and not of matters?  One whose head has a column of names, one of values (去年、今年、本年数、
2026年……) and another of figures or units, and under whose values most rows hold a bare number.  What the column of names
is called does not matter: 工作内容 stands over deeds in one department and over figures in the next.

Surprise: a rate is entered as 0.965 under the unit % where the sheet came from a formula.
"""

import csv
import re
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from chugao.documents.grid import Cell, Sheet
from chugao.errors import ChugaoError
from chugao.metrics.headers import VALUES, Column, read_header
from chugao.metrics.observation import Figures
from chugao.metrics.reading import read_metrics
from chugao.quantity import plain

_NAMES = re.compile(
    r"(?:(?:主要|重点|具体|业务|工作|服务|统计|考核|监测|质控|管理)?(?:项目|内容|事项|工作|业务|任务|名称|指标)(?:名称|内容|项目)?)"
    r"|(?:项目|指标|名称|内容)[/、和或](?:项目|指标|名称|内容)(?:名称)?"
)
_BESIDE = {"unit", "change", *VALUES}
_BARE = re.compile(r"[约近]?\s?[-+]?\d[\d,]*(?:\.\d+)?\s?[万亿]?(?:[%‰]|[\u4e00-\u9fff]{1,2})?")
_TRIES = 12
_GOOD_RATE = re.compile(
    r"(?:办结|完成|合格|达标|使用|满意|及时|符合|覆盖|通过|依从|执行|正确|治愈|好转|成功|签约|准确|知晓|规范|管理|到位|响应|回访|甲级|优良|治疗|随访|建档|参与|报告)(?:率|度|比例)"
)
_BAD = re.compile(r"不|未|差错|死亡|感染|投诉|污染|丢失|事故|缺陷|退|误|漏")


def head_of(sheet: Sheet) -> tuple[int, int, dict[int, Column]] | None:
    """Row of the head (0-based), column of the names, and the other known columns; None for a sheet of anything else."""
    for index, row in enumerate(sheet.rows[:8]):
        texts = [c.text.strip() for c in row]
        known = {n: c for n, t in enumerate(texts) if t and (c := read_header(t)) and c.field != "of_department"}
        values = [n for n, c in known.items() if c.field in VALUES]
        beside = [n for n, c in known.items() if c.field in _BESIDE]
        names = [n for n, t in enumerate(texts) if _NAMES.fullmatch(t) and (n not in known or known[n].field == "name")]
        if not values or len(beside) < 2 or not names:
            continue
        below = [r for r in sheet.rows[index + 1 :] if any(c.text for c in r)]
        counted = [r for r in below if any(n < len(r) and _BARE.fullmatch(r[n].text.strip()) for n in values)]
        if below and len(counted) * 2 > len(below):
            return index, names[0], known
    return None


def has_own_head(sheet: Sheet) -> bool:
    """Whether a sheet is one of figures whose names stand under a word that no form of ours has."""
    found = head_of(sheet)
    if found is None:
        return False
    return found[1] not in found[2]


class OwnFigures(NamedTuple):
    """What a department's own sheet tells."""

    figures: Figures
    asked: dict[int, tuple[str, str]]
    """By row (1-based): ("note", what was done to its values) or ("asks", what a person must decide)."""
    read: frozenset[int]
    """The 0-based columns of the names, where a number counts nothing, and of the changes, which are checked."""
    no_figures: tuple[str, ...]
    """Cells that hold a word where a figure should stand: “好”."""


def figures_on(sheet: Sheet, department: str, year: int) -> OwnFigures | None:
    """The figures of a sheet; None for a sheet of anything else."""
    found = head_of(sheet)
    if found is None:
        return None
    at, names, known = found
    rows = [[c.text for c in r] for r in sheet.rows]
    rows[:at] = [[] for _ in range(at)]
    rows[at] = ["指标名称" if n == names else t if n in known else "" for n, t in enumerate(rows[at])]
    asked: dict[int, tuple[str, str]] = {}
    for index in range(at + 1, len(rows)):
        if (told := _as_percent(sheet.rows[index], rows[index], names, known)) is not None:
            asked[index + 1] = told
    words: list[str] = []
    for _ in range(_TRIES):
        try:
            with tempfile.TemporaryDirectory() as folder:
                figures = read_metrics(_file(rows, Path(folder) / f"{department or '材料'}{year}年.csv"))
            changes = {n for n, c in known.items() if c.field == "change"}
            return OwnFigures(figures, asked, frozenset({names} | changes), tuple(words))
        except ChugaoError as error:
            # A cell that is no figure (“好”) is left out, in its place; it is listed as unused.
            bad = re.findall(r"([A-Z]{1,2})(\d{1,4})单元格", str(error))
            cleared = [f"{letters}{n}" for letters, n in bad if int(n) > at + 1 and _clear(rows, letters, int(n))]
            if not cleared:
                return None
            words += cleared
    return None


def _clear(rows: list[list[str]], letters: str, number: int) -> bool:
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    row = rows[number - 1] if number <= len(rows) else []
    if column > len(row) or not row[column - 1]:
        return False
    row[column - 1] = ""
    return True


def _as_percent(
    cells: tuple[Cell, ...], row: list[str], names: int, known: dict[int, Column]
) -> tuple[str, str] | None:
    """Write 0.965 under the unit % as 96.5; say so, or ask where it may be meant."""
    unit = next((row[n] for n, c in known.items() if c.field == "unit" and n < len(row)), "")
    values = [n for n, c in known.items() if c.field in VALUES and n < len(row) and row[n]]
    if unit.strip() not in ("%", "％", "百分比") or not values:
        return None
    parts = {n: float(v) for n in values if isinstance(v := cells[n].value, int | float)}
    if len(parts) != len(values) or any(not 0 < v <= 1 for v in parts.values()):
        return None
    name = row[names] if names < len(row) else ""
    shares = {n: plain(Decimal(str(parts[n])) * 100) for n in values}
    if not _GOOD_RATE.search(name) or _BAD.search(name) or min(parts.values()) < _HALF:
        fine = any(len(row[n].partition(".")[2]) > _FINE for n in values)
        last = values[-1]
        return ("asks", f"表里写{row[last]}、单位%，请核对是{row[last]}%还是{shares[last]}%") if fine else None
    told = "、".join(row[n] for n in values)
    for n in values:
        row[n] = shares[n]
    return "note", f"表里写{told}、单位%，按{'、'.join(shares[n] + '%' for n in values)}读取"


_HALF = 0.5
_FINE = 2


def _file(rows: list[list[str]], path: Path) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    return path

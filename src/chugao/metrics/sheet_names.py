"""Whose the figures of a sheet or a file are, when no column says so.

In: the sheets that hold tables, with their headers.  Out: sheet → department.  Or in: `Figures` to be kept in a
workspace.  Out: the same, those of a file that is named after a department as that department's.

Surprise: an office writes 内一, 普外 or 手麻 on a sheet, which no list of departments and no suffix will recognise.
What gives such a workbook away is that its sheets tell the same metrics over again; sheets by topic or by month do not,
or are named after a time.
"""

import re
from collections.abc import Sequence

from chugao.documents.header_rows import Header
from chugao.documents.sheets import Sheet, cell_finding
from chugao.metrics.headers import Column, department_of, period_in, span_of
from chugao.metrics.observation import Figures, Observation, RelativeTarget, ReportedChange
from chugao.source import Severity

Table = tuple[Sheet, Header[Column]]

_SAYS_NOTHING = re.compile(
    r"(?i)sheet|表|[稿版]$|备份|副本|^[旧新原总]$|汇总|合计|总计|全院|数据|指标|目标|计划|实际|同比|环比|上年|去年|今年|本年|"
    r"填报|模板|目录|说明|封面|上报|核对|修改|更正|最终|[（(]\d+[)）]|^[\d\s._-]{1,2}$"
)
_LONGEST_NAME = 12
_INSIDE_A_HOUSE = re.compile(r"(?:科|部|室|处|办|病区|ICU|CCU|(?<!服务)中心)$")
"""What a file may be named after and be one department's; 某医院2025.xlsx holds the whole house's figures."""


def departments_by_sheet(tables: Sequence[Table]) -> dict[str, str]:
    """The department of each sheet that is one's own by what stands on the others; known ones are not repeated."""
    told: dict[str, set[str]] = {}
    for sheet, header in tables:
        if not any(c.field in ("department", "of_department") or c.department for c in header.columns.values()):
            told.setdefault(sheet.name, set()).update(_metrics(sheet, header))
    guessed = {}
    for name, metrics in told.items():
        others = set().union(*(m for other, m in told.items() if other != name and _may_be_one(other)))
        if _may_be_one(name) and not department_of(name) and len(metrics & others) * 2 > len(metrics):
            guessed[name] = name.strip()
    return guessed


def _may_be_one(name: str) -> bool:
    core = name.strip()
    timed = span_of(core) is not None or period_in(core, bare_year=True) is not None
    return 0 < len(core) <= _LONGEST_NAME and not timed and _SAYS_NOTHING.search(core) is None


def _metrics(sheet: Sheet, header: Header[Column]) -> set[str]:
    """The metrics that a table tells: down its column of names, or across its header."""
    across = {c.metric for c in header.columns.values() if c.metric}
    down = [i for i, c in header.columns.items() if c.field == "name"]
    below = range(header.row + 1, len(sheet.rows))
    return across | {text for i in down for row in below if (text := sheet.cell(row, i).text)}


# --- files ----------------------------------------------------------------------------------------


def owned_by_their_files(figures: Figures) -> Figures:
    """Figures to be kept beside other departments': what 后勤保障科2025.xlsx says without a 部门 is 后勤保障科's, and told.

    Kept without a department they would be everybody's, and stand in every department's draft.
    """
    entries: list[Observation | ReportedChange | RelativeTarget] = [
        *figures.observations, *figures.changes, *figures.comparable, *figures.aims
    ]  # fmt: skip
    named = {e.source.file for e in entries if e.department}
    owners = {
        file: owner
        for file in {e.source.file: None for e in entries}
        if file not in named and (owner := department_of(file.rpartition(".")[0])) and _INSIDE_A_HOUSE.search(owner)
    }
    if not owners:
        return figures
    owned: dict[str, object] = {
        kind: tuple(
            e.model_copy(update={"department": owners[e.source.file]}) if e.source.file in owners else e
            for e in getattr(figures, kind)
        )
        for kind in ("observations", "changes", "comparable", "aims")
    }
    owned["contested"] = tuple(
        tuple(o.model_copy(update={"department": owners.get(o.source.file, o.department)}) for o in said)
        for said in figures.contested
    )
    told = tuple(
        cell_finding(
            "figures.file_department",
            Severity.WARNING,
            next(e.source for e in entries if e.source.file == file),
            owner,
            f"{file}没有“部门”一列，照文件名算作{owner}的数，别的科室的稿子不用。若是全院的数，请加“部门”一列写明，或改文件名。",
        )
        for file, owner in owners.items()
    )
    return figures.model_copy(update=owned | {"department_column": True, "findings": (*figures.findings, *told)})

"""Whose the figures of a sheet or a file are, when no column says so.

In: the sheets that hold tables, with their headers.  Out: sheet → department.  Or in: `Figures` to be kept in a
workspace.  Out: the same, those of a file that is named after a department as that department's.

Surprise: an office writes 内一, 普外 or 手麻 on a sheet, which no list of departments and no suffix will recognise.
What gives such a workbook away is that its sheets tell the same metrics over again; sheets by topic or by month do not,
or are named after a time.
"""

import re
import unicodedata
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
OF_A_FILE = "figures.file_department"
"""The rule that says a file without a 部门 was taken for the department it is named after, its quote."""
_OF_A_FILE = re.compile(
    r"^(?:(?P<icu>[A-Z]{0,2}ICU|CCU)|(?P<office>[\u4e00-\u9fffA-Za-z·]{1,14}?(?:病区|科|部|室|处|办|(?<!服务)(?<!控制)(?<!疾控)中心)))"
    r"(?=$|[^\u4e00-\u9fffA-Za-z]|指标|数据|统计|事项|工作|[月季年]|全年|上半|下半|第|[一二三四]季|[填上]?报|汇总|[补修更订改核新旧最定终]|总结|计划|质[控量])"
)
_HOUSE = re.compile(r"^.+?(?:医院|卫生院|保健院|卫健[委局]|卫生健康[委局])")
_NO_OFFICE = re.compile(r"^[各全]|科室$|^(?:全部|内部|外部|局部|本部|何处|到处|人民|卫生室)$")


def department_of_file(name: str) -> str:
    """The department inside a house a file is named after: 某院眼科2025（补）.xlsx → 眼科; "" for 某医院2025.xlsx."""
    stem = re.sub(r"\.[A-Za-z]{2,4}$", "", unicodedata.normalize("NFKC", name).strip())
    core = _HOUSE.sub("", re.sub(r"^[\d\s._年度-]+", "", stem)).lstrip("0123456789年度_- .")
    match = _OF_A_FILE.match(core)
    return "" if match is None or _NO_OFFICE.search(match[0]) else match[0]


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
        if file not in named and (owner := department_of_file(file))
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
            OF_A_FILE,
            Severity.WARNING,
            next(e.source for e in entries if e.source.file == file),
            owner,
            f"{file}没有“部门”一列，照文件名算作{owner}的数，别的科室的稿子不用。若是全院的数，请加“部门”一列写明，或改文件名。",
        )
        for file, owner in owners.items()
    )
    return figures.model_copy(update=owned | {"department_column": True, "findings": (*figures.findings, *told)})


def apart_from_others(figures: Figures, department: str) -> Figures:
    """Figures for a document of one department: what only another department's file says is that department's.

    Files of which none is the department's or everybody's stay everybody's: 重症医学科2025.xlsx for “ICU”.
    """
    owned = owned_by_their_files(figures)
    ours = tuple(f for f in owned.findings if f.rule != OF_A_FILE or f.quote != department)
    others = any(f.rule == OF_A_FILE for f in ours)
    return owned.model_copy(update={"findings": ours}) if others and owned.knows(department) else figures

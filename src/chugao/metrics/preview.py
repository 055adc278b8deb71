"""Look at what files say before anything is imported: rows, warnings and errors, by the reader that imports them.

In: files.  Out: `Preview`; its rows may be written to a .csv or .xlsx to be gone through by hand.

Surprise: a row with a warning is still ready.  Only an error keeps a file out, and then all of it.
"""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from chugao.catalogue import Catalogue
from chugao.database import Database
from chugao.errors import InputError, reason_of
from chugao.metrics.calibers import Ruling, source_name
from chugao.metrics.observation import Figures, Observation, RelativeTarget, ReportedChange, Role
from chugao.metrics.reading import read_all
from chugao.metrics.sheet_names import owned_by_their_files
from chugao.metrics.store import FigureChange, ImportReport, foresee_import
from chugao.metrics.template import write_safely
from chugao.quantity import plain
from chugao.source import Finding, Frozen, Severity

_FIELDS = {
    "state": "状态", "metric": "指标编码", "name": "指标名称", "department": "部门", "period": "期间", "role": "性质",
    "value": "数值", "unit": "单位", "printed": "表中写法", "cutoff": "数据截止", "origin": "来源", "caliber": "口径",
    "release": "公开范围", "owner": "责任科室", "file": "文件", "sheet": "工作表", "cell": "单元格", "remark": "提醒",
}  # fmt: skip


class PreviewRow(Frozen):
    """One figure as it would be imported."""

    state: str
    """可导入, 有提醒, 口径未裁."""
    metric: str
    name: str
    department: str
    period: str
    role: str
    """实际, 目标, 可比口径, 同比变化, 相对目标."""
    value: str
    unit: str
    printed: str
    cutoff: str = ""
    origin: str = ""
    caliber: str = ""
    release: str = ""
    owner: str = ""
    file: str = ""
    sheet: str = ""
    cell: str = ""
    remark: str = ""


class PreviewError(Frozen):
    """What keeps the files out."""

    place: str
    message: str


class Preview(Frozen):
    """What an import would do."""

    rows: tuple[PreviewRow, ...]
    warnings: tuple[Finding, ...]
    notices: tuple[Finding, ...]
    errors: tuple[PreviewError, ...]
    changed: tuple[FigureChange, ...] = ()
    """Figures kept by earlier imports that these would replace."""

    @property
    def ready(self) -> bool:
        """Whether an import would go through."""
        return not self.errors


def preview(
    *paths: Path | str,
    catalogue: Catalogue | None = None,
    learned: Mapping[str, str] | None = None,
    rulings: Sequence[Ruling] = (),
    kept: Database | None = None,
) -> Preview:
    """Everything the files say, good and bad, at once; nothing is written anywhere and nothing is raised.

    With what earlier imports `kept`, also what these files would change in it and what they would contest.
    """
    read, problems = read_all(paths, catalogue=catalogue, learned=learned, rulings=rulings)
    figures = owned_by_their_files(read)
    meets = foresee_import(kept, figures) if kept is not None else ImportReport()
    findings = tuple(dict.fromkeys((*figures.findings, *meets.findings)))
    warnings = tuple(f for f in findings if f.severity is not Severity.INFO)
    return Preview(
        rows=tuple(_rows(figures, warnings)),
        warnings=warnings,
        notices=tuple(f for f in findings if f.severity is Severity.INFO),
        changed=meets.changed,
        errors=tuple(PreviewError(place=p.partition("：")[0], message=p) for p in problems),
    )


def _rows(figures: Figures, warnings: Sequence[Finding]) -> list[PreviewRow]:
    catalogue = figures.catalogue()
    remarks: dict[str, str] = {}
    for finding in warnings:
        remarks.setdefault(finding.place.section, finding.hint)

    def row(entry: Observation | ReportedChange | RelativeTarget, role: str, state: str = "") -> PreviewRow:
        definition, source = catalogue.get(entry.metric), entry.source
        quantity = entry.step if isinstance(entry, RelativeTarget) else entry.quantity
        remark = remarks.get(" ".join(p for p in (source.file, source.sheet, source.cell) if p), "")
        said = entry if isinstance(entry, Observation) else None
        low, bound = (
            plain(quantity.value),
            "" if quantity.qualifier.value in ("=", "range") else quantity.qualifier.value,
        )
        return PreviewRow(
            state=state or ("有提醒" if remark else "可导入"),
            metric=entry.metric,
            name=definition.name if definition else entry.metric,
            department=entry.department,
            period=entry.period.code,
            role=role,
            value=bound + low + (f"—{plain(quantity.high)}" if quantity.high is not None else ""),
            unit=quantity.unit,
            printed=quantity.printed,
            cutoff=str(source.cutoff or ""),
            origin=said.origin if said else "",
            caliber=said.caliber if said else "",
            release=str(said.release) if said else "",
            owner=said.owner if said else "",
            file=source.file,
            sheet=source.sheet or "",
            cell=source.cell or "",
            remark=remark,
        )

    rows = [row(o, "目标" if o.role is Role.TARGET else "实际") for o in figures.observations]
    rows += [row(o, "可比口径") for o in figures.comparable]
    rows += [row(a, "相对目标") for a in figures.aims]
    rows += [row(c, "同比变化") for c in figures.changes]
    for contest in figures.contested:
        rows += [row(o, f"实际（{source_name(o)}）", "口径未裁") for o in contest]
    return rows


def write_preview(path: Path, looked: Preview) -> Path:
    """The rows as a .csv (that Excel opens) or .xlsx, errors below.  Raises `InputError` when it cannot be written.

    What looks like a formula is written as text, as it came from somebody's file.
    """
    rows = [[str(getattr(r, field)) for field in _FIELDS] for r in looked.rows]
    place, remark = list(_FIELDS).index("file"), list(_FIELDS).index("remark")
    for error in looked.errors:
        line = ["不能导入", *[""] * (len(_FIELDS) - 1)]
        line[place], line[remark] = error.place, error.message
        rows.append(line)
    try:
        if path.suffix.lower() == ".xlsx":
            _write_xlsx(path, rows)
        else:
            _write_csv(path, rows)
    except OSError as error:
        raise InputError(
            f"{path.name}：写不了（{reason_of(error)}）。请关闭正在打开它的程序，或换一个文件夹。"
        ) from None
    return path


def _write_csv(path: Path, rows: Sequence[Sequence[str]]) -> None:
    # Excel takes a CSV for GBK unless it begins with a mark.
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(_FIELDS.values())
        writer.writerows([harmless(cell) for cell in row] for row in rows)


def harmless(cell: str) -> str:
    """A text that a spreadsheet would run is set behind an apostrophe; a signed number stays one."""
    if cell[:1] in ("=", "+", "-", "@", "\t", "\r") and not cell[1:].replace(".", "", 1).isdecimal():
        return "'" + cell
    return cell


def _write_xlsx(path: Path, rows: Sequence[Sequence[str]]) -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "预览"
    for index, row in enumerate([list(_FIELDS.values()), *rows], 1):
        for column, cell in enumerate(row, 1):
            write_safely(sheet.cell(index, column), cell)
    sheet.freeze_panes = "A2"
    book.save(path)

"""metrics import, check, template, extract; what follows from figures stands in `figure_reports`."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chugao.cli import figure_reports, figure_sources, figure_targets
from chugao.cli.help import App
from chugao.cli.options import Json
from chugao.cli.output import count_by_severity, finding_json, say, show, show_findings, show_json
from chugao.errors import InputError, reason_of

if TYPE_CHECKING:
    from chugao.metrics.observation import Figures
    from chugao.metrics.readiness import Board
    from chugao.metrics.store import ImportReport
    from chugao.source import Finding

app = App()
_ROLES = {
    "current": "本期",
    "baseline": "上年同期或起点",
    "target": "目标",
    "change": "增减",
    "comparator": "比较的对象",
    "count": "数量",
    "parameter": "标准、参数",
    "date": "日期",
    "numbering": "序号",
    "name": "名称",
}
_ODD_FIGURES = 20


@app.command("import")
def import_command(
    files: Annotated[list[Path], typer.Argument(help="指标文件：.xlsx .xls .et .csv", metavar="指标文件")],
    by: Annotated[str, typer.Option(metavar="姓名", help="谁导入的")] = "",
    look: Annotated[
        bool, typer.Option("--preview", help="只看不导入：列出会导入的每一条、提醒和错误，不写入工作区")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="文件", help="和 --preview 一起用：把各条写成 .csv 或 .xlsx")
    ] = None,
    as_json: Json = False,
) -> None:
    """导入指标到工作区；后来的数替换以前的数，并列出变动。几处来源不一致的数，裁定以前不采用。"""
    if look:
        return figure_sources.show_preview(files, out, as_json)
    if out is not None:
        raise InputError("-o 只和 --preview 一起用：先看再导入。")
    from chugao.cli.workspace import require_workspace
    from chugao.database import utc_text
    from chugao.desk import open_workspace, read_for_import
    from chugao.metrics.store import import_figures

    workspace = require_workspace()
    figures = read_for_import(files, workspace)
    with open_workspace(workspace) as database:
        report = import_figures(database, figures, actor=by or "经办人", at=utc_text(datetime.now(UTC)))
    told = dict.fromkeys((*figures.findings, *report.findings))
    if as_json:
        changed = [c.model_dump(mode="json") for c in report.changed]
        findings = [finding_json(f) for f in told]
        show_json({"added": report.added, "unchanged": report.unchanged, "changed": changed, "findings": findings})
    else:
        _show_import(report, told)
        if nobodys := sum(not o.department for o in figures.observations):
            say(
                f"其中{nobodys}条没有写部门，每个科室的稿子都会用到。只归一个科室的，请加“部门”一列，或把工作表名改成科室名。"
            )
    if any(f.severity.blocks for f in told):
        raise typer.Exit(1)


def _show_import(report: "ImportReport", told: "Iterable[Finding]") -> None:
    show(f"新增{report.added}条，未变{report.unchanged}条，更新{len(report.changed)}条。")
    for change in report.changed:
        show(f"  {figure_sources.change_line(change)}")
    if report.changed:
        say("哪些稿子要跟着改：chugao metrics touched 草稿所在的文件夹")
    # Its places stand in the words of each finding.
    show_findings([f for f in told if f.severity.value != "info" or f.rule == "figures.ruled"], headings={})


@app.command("check")
def check_command(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="指标文件：.xlsx .xls .et .csv；不写则用工作区里的", metavar="指标文件"),
    ] = None,
    department: Annotated[str | None, typer.Option(metavar="科室", help="只看这个科室")] = None,
    year: Annotated[
        int | None, typer.Option(metavar="年份", min=2000, max=2099, help="看哪一年的；不写则看文件里最近一年")
    ] = None,
    level: Annotated[str | None, typer.Option(metavar="级别", help="乡镇、县级或三级；不写则按最宽的范围")] = None,
    html: Annotated[
        Path | None, typer.Option(metavar="文件", help="再写成一页核对表（.html），可以看、可以打印")
    ] = None,
    as_json: Json = False,
) -> None:
    """核对指标文件：读到多少、缺什么、哪些可疑。有要人看的提醒时退出码为 1。"""
    from chugao.metrics.readiness import readiness

    figures = figure_sources.given(files)
    if html is not None:
        figure_sources.write_board(html, figures, department, year, level)
    board = readiness(figures, department=department, year=year, level=level)
    if as_json:
        show_json({**board.model_dump(mode="json"), "findings": [finding_json(f) for f in board.findings]})
    else:
        lacking = _show_board(board, figures, year, level)
        # Each odd figure is odd in its own way: these are never folded.
        single = [f for f in board.findings if f.rule.startswith(("plausibility", "target."))]
        for finding in single[:_ODD_FIGURES]:
            show(f"[{finding.severity.label}] {finding.hint}")
        if len(single) > _ODD_FIGURES:
            show(f"…… 另有{len(single) - _ODD_FIGURES}处可疑，加 --json 查看全部。")
        show_findings([f for f in board.findings if f not in single], headings={})
        counted = (f"缺本期数{lacking}项" if lacking else "", count_by_severity(board.findings))
        show(f"合计：{'，'.join(filter(None, counted)) or '没有发现问题'}。")
    if any(f.severity.value != "info" for f in board.findings):
        raise typer.Exit(1)


def _show_board(board: "Board", figures: "Figures", year: int | None, level: str | None) -> int:
    """A line a metric, department by department where several tell their own; how many lack this period's figure."""
    from chugao.metrics.readiness import readiness

    several = not board.department and len(figures.departments) > 1
    each = [readiness(figures, department=d, year=year, level=level) for d in figures.departments] if several else []
    parts = each or [board]
    show(f"{board.department or '全部科室'}，{board.period}：{sum(len(part.rows) for part in parts)}项指标")
    for part in parts:
        if several:
            other = f"，{part.period}" if part.period != board.period else ""
            show(f"  {part.department}{other}：{len(part.rows)}项")
        for row in part.rows:
            line = "　".join(x for x in (row.name, row.now or "缺", row.comparison, row.state) if x)
            show(f"{'    ' if several else '  '}{line}")
    return sum(not row.now for part in parts for row in part.rows)


@app.command("template")
def template_command(
    department: Annotated[str, typer.Option(metavar="科室", help="给哪个科室填")],
    year: Annotated[int, typer.Option(metavar="年份", min=2000, max=2099, help="填哪一年的数")],
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="文件夹", help="写到哪个文件夹，也可以写明文件名")
    ] = Path(),
    previous: Annotated[
        list[Path] | None, typer.Option(metavar="文件", help="上年的指标文件：用它先填好上年数，可以写多次")
    ] = None,
    as_json: Json = False,
) -> None:
    """写出一个科室要填的指标表和事项表。"""
    from chugao.catalogue import load_catalogue
    from chugao.config import find_workspace
    from chugao.desk import read_files
    from chugao.metrics.template import write_template

    if not department.strip():
        raise InputError("没有写科室。请用 --department 写明，如“医务科”。")
    path = out if out.suffix and not out.is_dir() else out / f"{department}-{year}-填报表.xlsx"
    if path.exists() and path.stat().st_size:
        raise InputError(f"“{path}”已经有了，里面可能填了数，没有覆盖。请先改名，或用 -o 写到别的文件夹。")
    _make_folder(path.parent)
    write_template(
        path, department, year, load_catalogue(), read_files(previous, find_workspace()) if previous else None
    )
    if as_json:
        show_json({"file": str(path)})
    else:
        show(str(path))
        say(f"填好后核对：chugao metrics check {path}")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"文件夹“{folder}”建不了（{reason_of(error)}）。请换一个能写的文件夹。") from None


@app.command("extract")
def extract_command(
    file: Annotated[Path, typer.Argument(metavar="文稿", help="要看的文稿：.docx .txt .md .pdf .html")],
    as_json: Json = False,
) -> None:
    """找出文稿里的每个数字，说明它是什么。"""
    from chugao.catalogue import load_catalogue
    from chugao.documents.structure import understand
    from chugao.mentions import find_mentions

    document = understand(file)
    mentions = find_mentions(document.text, kind=document.kind, year=document.year)
    rows: list[dict[str, Any]] = []
    for mention in mentions:
        quantity = mention.quantity
        rows.append(
            {
                "start": mention.start,
                "end": mention.end,
                "text": mention.text,
                "role": mention.role.value,
                "metric": mention.metric,
                "value": _number(quantity.value) if quantity else None,
                "unit": quantity.unit if quantity else None,
                "qualifier": quantity.qualifier.value if quantity else None,
                "period": mention.period,
                "baseline": mention.baseline,
                "link": mention.link or None,
                "linked": mention.linked,
            }
        )
    if as_json:
        show_json({"mentions": rows})
        return
    catalogue = load_catalogue()
    for row in rows:
        definition = catalogue.get(row["metric"]) if row["metric"] else None
        show("　".join(filter(None, (row["text"], _ROLES[row["role"]], definition.name if definition else ""))))
    show(f"共{len(rows)}个数字。")


def _number(value: Any) -> int | float:
    """A JSON number: whole values without a point."""
    return int(value) if value == value.to_integral_value() else float(value)


# After the commands above, so that help lists them in the order of the year.
figure_targets.register(app)
figure_reports.register(app)
figure_sources.register(app)

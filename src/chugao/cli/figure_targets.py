"""metrics targets: what is wrong with the targets that were set, and what history suggests where none was set."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chugao.cli import figure_sources
from chugao.cli.help import App
from chugao.cli.options import Json
from chugao.cli.output import count_by_severity, finding_json, say, show, show_json

if TYPE_CHECKING:
    from chugao.metrics.targets import Proposal


def register(app: App) -> None:
    """Add `metrics targets` to the commands about figures."""
    app.command("targets")(targets_command)


def targets_command(
    year: Annotated[
        int, typer.Option(metavar="年份", min=2000, max=2099, help="完成数是哪一年的；目标看这一年和下一年的")
    ],
    files: Annotated[list[Path] | None, typer.Argument(help="指标文件；不写则用工作区里的", metavar="指标文件")] = None,
    department: Annotated[str | None, typer.Option(metavar="科室", help="只看这个科室")] = None,
    level: Annotated[str | None, typer.Option(metavar="级别", help="乡镇、县级或三级；不写则按最宽的范围")] = None,
    as_json: Json = False,
) -> None:
    """核对目标值，并按历年数给没有目标的指标提建议；建议不会自动写进文稿。有要人看的提醒时退出码为 1。"""
    from chugao.metrics.readiness import period_of
    from chugao.metrics.targets import propose_targets, validate_targets

    figures = figure_sources.given(files).of_department(department)
    period = period_of(figures, year)
    findings = validate_targets(figures, period)
    proposals = propose_targets(figures, period, level)
    if as_json:
        show_json({"findings": [finding_json(f) for f in findings], "proposals": [_json(p) for p in proposals]})
    else:
        for finding in findings:
            show(f"[{finding.severity.label}] {finding.hint}")
        show(f"已有目标：{count_by_severity(findings) or '没有发现问题'}。")
        for proposal in proposals:
            show(f"  建议　{proposal.name}　{proposal.now} → {proposal.printed}（{proposal.formula}）")
        if proposals:
            say("以上只是建议。采用的请由科室确认后填入“明年目标”一列，再导入。")
    if any(f.severity.value != "info" for f in findings):
        raise typer.Exit(1)


def _json(proposal: "Proposal") -> dict[str, Any]:
    value = proposal.quantity.value
    return {
        "metric": proposal.metric,
        "name": proposal.name,
        "department": proposal.department,
        "period": proposal.period.code,
        "status": proposal.status,
        "now": proposal.now,
        "value": int(value) if value == value.to_integral_value() else float(value),
        "unit": proposal.quantity.unit,
        "qualifier": proposal.quantity.qualifier.value,
        "printed": proposal.printed,
        "formula": proposal.formula,
        "sources": list(proposal.sources),
    }

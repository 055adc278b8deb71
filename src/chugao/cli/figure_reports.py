"""metrics attainment, touched, rollup, owing."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chugao.cli import figure_sources
from chugao.cli.options import Json
from chugao.cli.output import count_by_severity, finding_json, say, show, show_findings, show_json
from chugao.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chugao.metrics.attainment import Attainment, AttainmentRow
    from chugao.metrics.observation import Figures
    from chugao.metrics.owing import Owed
    from chugao.metrics.rollup import Part, Rollup, RollupRow
    from chugao.quantity import Quantity

Year = Annotated[int | None, typer.Option(metavar="年份", min=2000, max=2099, help="哪一年；不写则看文件里最近一年")]


def register(app: typer.Typer) -> None:
    """Hang the commands on the group `metrics`."""
    app.command("attainment")(attainment_command)
    app.command("touched")(touched_command)
    app.command("rollup")(rollup_command)
    app.command("owing")(owing_command)


# --- attainment -----------------------------------------------------------------------------------


def attainment_command(
    plan: Annotated[Path, typer.Option(metavar="文件", help="定目标的：上年的计划、报告，或填了目标的指标文件")],
    result: Annotated[Path, typer.Option(metavar="文件", help="报结果的：今年的总结、报告，或今年的指标文件")],
    year: Annotated[
        int | None, typer.Option(metavar="年份", min=2000, max=2099, help="计划的是哪一年；不写则从文件读出")
    ] = None,
    as_json: Json = False,
) -> None:
    """上年计划对今年：每个目标完成、超额、未完成还是无数据，各注明出处。"""
    from chugao.metrics.attainment import attainment

    made = attainment(plan, result, year)
    if as_json:
        rows = [_attainment_json(row) for row in made.rows]
        show_json({"year": made.year, "rows": rows, "warnings": list(made.warnings)})
        return
    for warning in made.warnings:
        say(f"[提醒] {warning}")
    _show_attainment(made)


def _attainment_json(row: "AttainmentRow") -> dict[str, Any]:
    return {
        "metric": row.metric or None,
        "name": row.name,
        "department": row.department,
        "target": _value(row.target),
        "target_high": _number(row.target.high) if row.target and row.target.high is not None else None,
        "actual": _value(row.actual),
        "unit": (row.target or row.actual).unit if row.target or row.actual else "",  # type: ignore[union-attr]
        "state": row.state.value,
        "target_text": row.target_text,
        "actual_text": row.actual.printed if row.actual else "",
        "qualifier": row.target.qualifier.value if row.target else "",
        "plan_source": str(row.plan_source),
        "result_source": str(row.result_source) if row.result_source else None,
        "plan_quote": row.plan_quote,
        "result_quote": row.result_quote,
    }


def _show_attainment(made: "Attainment") -> None:
    from chugao.metrics.attainment import State

    counted = "，".join(f"{state.value}{made.count(state)}项" for state in State if made.count(state))
    show(f"{made.year or ''}年目标{len(made.rows)}项：{counted}")
    known = [r for r in made.rows if r.state is not State.UNKNOWN]
    table(
        ("指标", "目标", "实际", "结果"),
        [(_titled(r), r.target_text, r.actual.printed if r.actual else "", r.state.value) for r in known],
    )
    for row in known:
        if row.state is State.MISSED:
            show(f"未完成　{_titled(row)}：目标见{row.plan_source}，结果见{row.result_source}")
    unknown = [f"{_titled(r)}{r.target_text}" for r in made.rows if r.state is State.UNKNOWN]
    if unknown:
        show(f"没有找到结果的{len(unknown)}项：{'、'.join(unknown)}")
    say("每一行的出处和原句，加 --json 查看。")


def _titled(row: "AttainmentRow") -> str:
    return f"{row.department} {row.name}" if row.department else row.name


# --- touched --------------------------------------------------------------------------------------


def touched_command(
    drafts: Annotated[list[Path], typer.Argument(metavar="草稿", help="draft 写出的 .json，或放着它们的文件夹")],
    metrics: Annotated[
        list[Path] | None, typer.Option(metavar="文件", help="后来的指标文件，可以写多次；在工作区里不写则用导入的数")
    ] = None,
    against: Annotated[
        list[Path] | None, typer.Option(metavar="文件", help="起草时的指标文件；不写则用草稿里记下的数")
    ] = None,
    as_json: Json = False,
) -> None:
    """换了数以后，哪些稿子的哪一句、哪一格要改，改前改后各是什么。有要改的时退出码为 1。"""
    from chugao.cli.touching import draft_files, papers_touched, show_touched, touched_json

    later = _read(metrics) if metrics else _of_workspace()
    earlier = _read(against) if against else None
    papers = papers_touched(draft_files(drafts), later, earlier)
    if as_json:
        show_json({"documents": touched_json(papers)})
    else:
        show_touched(papers)
    if any(p.places or p.findings for p in papers):
        raise typer.Exit(1)


def _read(files: "Sequence[Path]") -> "Figures":
    """Figures with the words and rulings of the workspace around, if there is one."""
    from chugao.config import find_workspace
    from chugao.desk import read_files

    return read_files(files, find_workspace())


def _of_workspace() -> "Figures":
    """The figures that count now in the workspace around us."""
    from chugao.config import find_workspace
    from chugao.desk import open_workspace
    from chugao.metrics.store import load_figures

    workspace = find_workspace()
    if workspace is None:
        raise InputError("没有写后来的指标文件，这里也不是工作区。请加 --metrics 指标文件。")
    with open_workspace(workspace) as database:
        return load_figures(database)


# --- rollup ---------------------------------------------------------------------------------------


def rollup_command(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="指标文件", help="各科室的指标文件；不写则用工作区里的")
    ] = None,
    year: Year = None,
    against: Annotated[list[Path] | None, typer.Option(metavar="文件", help="全院自己的指标文件，用来核对")] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="文件", help="写出汇总工作簿 .xlsx")] = None,
    as_json: Json = False,
) -> None:
    """各科室的数汇总成全院的数：按各指标的规则，注明来自哪个科室哪一格，对不上的列出来。"""
    from chugao.metrics.rollup import latest_period, rollup

    figures = figure_sources.given(files)
    own = _read(against) if against else None
    made = rollup(figures, latest_period(figures, year), own)
    written = _write_rollup(out, made) if out else None
    if as_json:
        show_json(_rollup_json(made, written))
    else:
        _show_rollup(made)
        if written:
            show(str(written))
    if any(f.severity.value != "info" for f in made.findings):
        raise typer.Exit(1)


def _write_rollup(out: Path, made: "Rollup") -> Path:
    from chugao.metrics.rollup_book import write_rollup

    path = out / f"全院-{made.period.code}-汇总.xlsx" if out.is_dir() or not out.suffix else out
    if path.suffix.lower() != ".xlsx":
        raise InputError(f"汇总工作簿只写 .xlsx，不写“{path.suffix}”。请把 -o 的文件名改成 .xlsx。")
    return write_rollup(path, made)


def _rollup_json(made: "Rollup", written: Path | None) -> dict[str, Any]:
    return {
        "period": made.period.code,
        "departments": list(made.departments),
        "rows": [_rollup_row_json(row) for row in made.rows],
        "findings": [finding_json(f) for f in made.findings],
        "file": str(written) if written else None,
    }


def _rollup_row_json(row: "RollupRow") -> dict[str, Any]:
    return {
        "metric": row.metric,
        "name": row.name,
        "rule": row.rule,
        "value": _number(row.value) if row.value is not None else None,
        "unit": row.unit,
        "printed": row.printed,
        "formula": row.formula,
        "reason": row.reason,
        "trace": [_part_json(part) for part in row.parts],
        "hospital": _part_json(row.own) if row.own else None,
        "difference": _number(row.difference) if row.difference is not None else None,
        "missing": list(row.missing),
    }


def _part_json(part: "Part") -> dict[str, Any]:
    return {
        "department": part.department,
        "value": _number(part.value),
        "printed": part.printed,
        "numerator": _number(part.numerator) if part.numerator is not None else None,
        "denominator": _number(part.denominator) if part.denominator is not None else None,
        "provisional": part.provisional,
        "source": str(part.source),
    }


def _show_rollup(made: "Rollup") -> None:
    done = sum(row.value is not None for row in made.rows)
    show(f"{made.period.label}，{len(made.departments)}个科室，{len(made.rows)}项指标，汇总{done}项")
    table(
        ("指标", "规则", "汇总", "全院数", "来自"),
        [
            (
                row.name,
                row.rule_label,
                row.printed or "不汇总",
                (row.own.printed if row.own else "") + ("（不符）" if row.difference is not None else ""),
                "、".join(f"{p.department}{p.printed}" for p in row.parts),
            )
            for row in made.rows
        ],
    )
    for row in made.rows:
        if row.reason and row.parts:
            show(f"不汇总　{row.name}：{row.reason}。")
    show_findings(made.findings, headings={})
    show(f"合计：{count_by_severity(made.findings) or '没有发现问题'}。")


# --- owing ----------------------------------------------------------------------------------------


def owing_command(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="文件", help="指标文件，或 draft 写出的 .json，可以写多个；不写则看工作区里的"),
    ] = None,
    department: Annotated[str | None, typer.Option(metavar="科室", help="只看这个科室的")] = None,
    year: Year = None,
    deadline: Annotated[str, typer.Option(metavar="日期", help="要求何时报回，写进催报表，如“2026年1月10日”")] = "",
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="文件夹", help="给每个责任科室写一份催报表")
    ] = None,
    as_json: Json = False,
) -> None:
    """还缺谁的什么数：按责任科室列出，也可写成催报表发出去，填好直接收回。"""
    from chugao.metrics.owing import by_owner, write_requests

    items = _owed(files or [], department, year)
    written = write_requests(out, items, deadline=deadline) if out is not None and items else ()
    if as_json:
        rows = [i.model_dump(mode="json", exclude={"last_value"}) | {"deadline": deadline} for i in items]
        show_json({"items": rows, "files": [str(p) for p in written]})
        return
    owners = by_owner(items)
    show(f"还缺{len(items)}项，涉及{len(owners)}个科室。" if items else "不缺。")
    for owner, owed in owners.items():
        show(f"{owner}（{len(owed)}项）")
        for item in owed:
            last = f"　上年{item.last}" if item.last else ""
            whose = f"　{item.department}用" if item.department and item.department != owner else ""
            show(f"  {item.name}：{item.reason}{last}{whose}")
    for path in written:
        show(str(path))


def _owed(files: list[Path], department: str | None, year: int | None) -> "tuple[Owed, ...]":
    from chugao.drafting.requested import owed_of
    from chugao.export import read_draft
    from chugao.metrics.owing import by_owner, owing

    drafts = [f for f in files if f.suffix.lower() == ".json"]
    tables = [f for f in files if f.suffix.lower() != ".json"]
    items: list[Owed] = []
    if tables or not drafts:
        items += owing(figure_sources.given(tables), department=department, year=year)
    for file in drafts:
        items += [i for i in owed_of(read_draft(file)) if department in (None, i.department, i.owner)]
    return tuple(item for owed in by_owner(items).values() for item in owed)


# --- common ---------------------------------------------------------------------------------------


def table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Columns lined up, a Han character counted as two."""
    if not rows:
        return
    lines = [header, *rows]
    widths = [min(40, max(_width(line[i]) for line in lines)) for i in range(len(header))]
    for line in lines:
        cells = [cell + " " * max(0, widths[i] - _width(cell)) for i, cell in enumerate(line)]
        show("  " + "  ".join(cells).rstrip())


def _width(text: str) -> int:
    return sum(2 if ord(c) > 0x2E7F or c in "“”‘’—…·" else 1 for c in text)


def _value(quantity: "Quantity | None") -> int | float | None:
    return _number(quantity.value) if quantity is not None else None


def _number(value: Any) -> int | float:
    """A JSON number: whole values without a point."""
    return int(value) if value == value.to_integral_value() else float(value)

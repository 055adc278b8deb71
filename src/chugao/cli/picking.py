"""material problems, pick, cases: what is chosen for print from what departments sent."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chugao.cli.collecting import Out, Year, database_here, now, office_here, year_of
from chugao.cli.options import Json
from chugao.cli.output import show, show_json
from chugao.errors import InputError

if TYPE_CHECKING:
    from chugao.material.problems import Problem


def register(app: typer.Typer) -> None:
    """Hang the commands on the group `material`."""
    app.command("problems")(problems_command)
    app.command("pick")(pick_command)
    app.command("cases")(cases_command)


def problems_command(
    department: Annotated[str | None, typer.Option(metavar="科室", help="只看这个科室")] = None,
    year: Year = None,
    metrics: Annotated[list[Path] | None, typer.Option(metavar="文件", help="指标文件；不写则用工作区里的")] = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """问题清单（内部）：没达到的目标、变差的指标、科室自己说的不足。挑中的才写进稿子。"""
    problems, of_year = _problems(department, year, metrics)
    files = {}
    if out is not None:
        from chugao.cli.papers import write_paper
        from chugao.export.collecting import problem_paper

        files = write_paper(problem_paper(problems, department or "", of_year), out, final=True)
    if as_json:
        show_json(
            {"year": of_year, "problems": [p.model_dump() for p in problems]} | ({"files": files} if files else {})
        )
        return
    for p in problems:
        told = [p.id, p.status, p.kind, p.text, p.basis, p.cause, p.measure and f"措施：{p.measure}"]
        show("　".join(t for t in told if t))
    show(f"共{len(problems)}条，已挑选{sum(p.status == '已挑选' for p in problems)}条。")
    for path in files.values():
        show(path)


def pick_command(
    ids: Annotated[list[str], typer.Argument(metavar="编号", help="material problems 列出的编号")],
    by: Annotated[str, typer.Option(metavar="姓名", help="谁定的")],
    cause: Annotated[str, typer.Option(metavar="原因", help="原因，写到环节；从指标看出来的必须写")] = "",
    measure: Annotated[str, typer.Option(metavar="措施", help="打算怎么办")] = "",
    text: Annotated[str, typer.Option(metavar="文字", help="换一种说法")] = "",
    drop: Annotated[bool, typer.Option("--drop", help="不写了：收回挑选")] = False,
    department: Annotated[str | None, typer.Option(metavar="科室", help="哪个科室的问题清单")] = None,
    year: Year = None,
    metrics: Annotated[list[Path] | None, typer.Option(metavar="文件", help="指标文件；不写则用工作区里的")] = None,
    as_json: Json = False,
) -> None:
    """挑选写进稿子的不足；没有挑选的只留在问题清单里。"""
    from chugao.desk import read_figures
    from chugao.material.problems import problem_item
    from chugao.material.store import add_items, list_items, pick_problems
    from chugao.material.telling import item_json

    workspace, _ = office_here()
    with database_here() as database:
        known = {i.id for i in list_items(database)}
    if any(i not in known for i in ids):
        candidates, of_year = _problems(department, year, metrics)
        found = {p.id: p for p in candidates}
        figures = read_figures(tuple(metrics or ()), workspace, department)
        told = {"text": text, "cause": cause, "measure": measure, "year": of_year, "by": by, "figures": figures}
        new = [problem_item(found[i], **told) for i in ids if i not in known and i in found]  # type: ignore[arg-type]
        with database_here() as database:
            add_items(database, new, actor=by, at=now())
    with database_here() as database:
        items = pick_problems(database, ids, by=by, at=now(), cause=cause, measure=measure, drop=drop)
    if as_json:
        show_json({"items": [item_json(i) for i in items]})
        return
    show(f"{'收回' if drop else '挑选'}{len(items)}条，{by}定的。")


def cases_command(
    department: Annotated[str | None, typer.Option(metavar="科室", help="只要这个科室的")] = None,
    year: Year = None,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="文件夹", help="写到哪个文件夹")] = Path("out"),
    as_json: Json = False,
) -> None:
    """写出典型案例：背景、做法、成效，只用确认过的。"""
    from chugao.cli.papers import write_paper
    from chugao.export.collecting import case_paper
    from chugao.material.store import list_items
    from chugao.source import Release

    with database_here() as database:
        items = list_items(database, department)
        of_year = year_of(items, year, database)
    told = [
        i
        for i in items
        if i.status == "confirmed"
        and i.matter is not None
        and i.matter.case is not None
        and i.release in (Release.PUBLIC, Release.UPWARD)
    ]
    if not told:
        raise InputError("没有确认过的典型案例。案例按“背景：”“做法：”“成效：”分段写，收进来确认后再写出。")
    files = write_paper(case_paper(told, department or "", of_year), out, final=True)
    if as_json:
        show_json({"cases": len(told), "files": files})
        return
    for path in files.values():
        show(path)


def _problems(
    department: str | None, year: int | None, metrics: list[Path] | None
) -> "tuple[tuple[Problem, ...], int]":
    from chugao.desk import read_figures, with_confirmed
    from chugao.material.problems import problem_list
    from chugao.material.store import list_items

    workspace, _ = office_here()
    figures = read_figures(tuple(metrics or ()), workspace, department)
    with database_here() as database:
        items = list_items(database, department)
        figures = with_confirmed(figures, items)
        years = [o.period.year for o in figures.observations if o.role.value == "actual"]
        of_year = year or max(years, default=0) or year_of(items, year, database)
    return problem_list(figures, items, of_year, department), of_year

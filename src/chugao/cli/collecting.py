"""material board, collect, urge, sign, problems, pick, cases: collecting a year's material."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chugao.cli.options import Json
from chugao.cli.output import say, show, show_json
from chugao.errors import InputError

if TYPE_CHECKING:
    from chugao.material.collecting import BoardLine, CollectingBoard
    from chugao.material.items import Item
    from chugao.material.problems import Problem

Year = Annotated[int | None, typer.Option(metavar="年份", min=2000, max=2099, help="哪一年的材料；不写则是最近一年")]
Out = Annotated[Path | None, typer.Option("-o", "--out", metavar="文件夹", help="另写成 Word，放在哪个文件夹")]


def register(app: typer.Typer) -> None:
    """Hang the commands on the group `material`."""
    app.command("collect")(collect_command)
    app.command("board")(board_command)
    app.command("urge")(urge_command)
    app.command("sign")(sign_command)
    app.command("problems")(problems_command)
    app.command("pick")(pick_command)
    app.command("cases")(cases_command)


def collect_command(
    departments: Annotated[str, typer.Option(metavar="科室", help="向哪些科室要，用逗号隔开")],
    year: Annotated[int, typer.Option(metavar="年份", min=2000, max=2099, help="哪一年的材料")],
    deadline: Annotated[str, typer.Option(metavar="时间", help="期限，如 12月20日下班")] = "",
    by: Annotated[str, typer.Option(metavar="姓名", help="谁发的通知")] = "经办人",
    out: Annotated[Path, typer.Option("-o", "--out", metavar="文件夹", help="通知和表写到哪个文件夹")] = Path("报送"),
    as_json: Json = False,
) -> None:
    """发报送通知：写出通知和每个科室的空表，记下期限，进度看 material board。"""
    from chugao.cli.papers import write_paper
    from chugao.desk import read_figures
    from chugao.export.collecting import form, notice
    from chugao.material.collecting import Collection, open_collection
    from chugao.metrics.owing import owing

    names = tuple(
        dict.fromkeys(n.strip() for n in departments.replace("，", ",").replace("、", ",").split(",") if n.strip())
    )
    workspace, office = office_here()
    wanted = Collection(year=year, deadline=deadline, departments=names)
    with database_here() as database:
        open_collection(database, wanted, by=by, at=now())
    figures = read_figures((), workspace)
    files = {"通知": write_paper(notice(year, deadline, office.name, office.addressee), out, final=True)["docx"]}
    for name in names:
        owed = owing(figures, department=name, year=year) if figures.observations and figures.knows(name) else ()
        files[name] = write_paper(form(name, year, deadline, owed), out, final=True)["docx"]
    if as_json:
        show_json({"year": year, "deadline": deadline, "departments": list(names), "files": files})
        return
    for file in files.values():
        show(file)
    say(
        f"已记下：{len(names)}个科室，期限{deadline or '没有写'}。收到的用 chugao material add 收进来，进度看 chugao material board。"
    )


def board_command(
    year: Year = None,
    html: Annotated[Path | None, typer.Option("--html", metavar="文件", help="另写一个网页，可以打印")] = None,
    as_json: Json = False,
) -> None:
    """报送进度：谁报了、谁没报、催过几次、缺不缺审签、期限。"""
    from chugao.material.asking import reminders
    from chugao.material.collecting import collecting_board
    from chugao.material.store import list_items

    with database_here() as database:
        items = list_items(database)
        board = collecting_board(database, items, _year(items, year, database))
    texts = reminders(board, items)
    if html is not None:
        from chugao.export import write_whole
        from chugao.material.page import board_page

        write_whole(html, board_page(board, texts).encode())
    if as_json:
        show_json(_board_json(board, texts))
    else:
        _print_board(board)
        if html is not None:
            show(str(html))


def urge_command(
    departments: Annotated[
        list[str] | None, typer.Argument(metavar="科室", help="催哪些科室；不写则催所有欠的")
    ] = None,
    by: Annotated[str, typer.Option(metavar="姓名", help="谁催的")] = "经办人",
    year: Year = None,
    as_json: Json = False,
) -> None:
    """催报：写出可以粘贴到微信的话，并记一次。"""
    from chugao.material.asking import reminders
    from chugao.material.collecting import collecting_board, urge
    from chugao.material.store import list_items

    with database_here() as database:
        items = list_items(database)
        of_year = _year(items, year, database)
        board = collecting_board(database, items, of_year)
        texts = reminders(board, items)
        known = {line.department for line in board.departments}
        if unknown := [d for d in departments or () if d not in known]:
            raise InputError(f"没有向{'、'.join(unknown)}要过材料。在册的有：{'、'.join(known) or '（没有）'}。")
        chosen = [d for d in departments or texts if d in texts]
        counts = urge(database, chosen, year=of_year, by=by, at=now())
    if as_json:
        show_json(
            {"year": of_year, "reminders": [{"department": d, "text": texts[d], "urged": counts[d]} for d in chosen]}
        )
        return
    for department in chosen:
        show(texts[department])
        show("")
    say(f"已记：催报{len(chosen)}个科室。" if chosen else "没有要催的。")


def sign_command(
    department: Annotated[str, typer.Argument(metavar="科室", help="哪个科室的材料")],
    by: Annotated[str, typer.Option(metavar="姓名", help="谁审签的")],
    year: Year = None,
    as_json: Json = False,
) -> None:
    """记下审签：分管领导看过、签过了。"""
    from chugao.material.collecting import sign
    from chugao.material.store import list_items

    with database_here() as database:
        of_year = _year(list_items(database), year, database)
        count = sign(database, department, year=of_year, by=by, at=now())
    if as_json:
        show_json({"department": department, "year": of_year, "signed_by": by, "files": count})
        return
    show(f"{department}{of_year}年材料{count}份，{by}已审签。")


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
        of_year = _year(items, year, database)
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


# --- what they share ------------------------------------------------------------------------------


def office_here() -> Any:
    """(the workspace, its office)."""
    from chugao.cli.workspace import require_workspace
    from chugao.config import load_settings

    workspace = require_workspace()
    return workspace, load_settings(workspace).office


def database_here() -> Any:
    from chugao.cli.workspace import require_workspace
    from chugao.desk import open_workspace

    return open_workspace(require_workspace())


def now() -> str:
    from chugao.database import utc_text

    return utc_text(datetime.now(UTC))


def _year(items: "Sequence[Item]", year: int | None, database: Any) -> int:
    """The year asked for, else the latest that is collected or was sent."""
    from chugao.material.collecting import collected_years

    # What was sent this year holds next year's tasks as well: items tell the year only where nothing else does.
    known = collected_years(database) or [i.year for i in items if i.year]
    if year is None and not known:
        raise InputError("还没有要过材料，也没有收到材料。请先用 chugao material collect 发通知，或写 --year。")
    return year or max(known)


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
        of_year = year or max(years, default=0) or _year(items, year, database)
    return problem_list(figures, items, of_year, department), of_year


def _board_json(board: "CollectingBoard", texts: dict[str, str]) -> dict[str, Any]:
    departments = [
        line.model_dump(mode="json")
        | {"lacks_signature": line.lacks_signature, "reminder": texts.get(line.department, "")}
        for line in board.departments
    ]
    sent = sum(bool(line.files) for line in board.departments)
    return {
        "year": board.year,
        "deadline": board.deadline,
        "sent": sent,
        "missing": list(board.missing),
        "departments": departments,
    }


def _print_board(board: "CollectingBoard") -> None:
    sent = sum(bool(line.files) for line in board.departments)
    show(
        f"{board.year}年材料：{len(board.departments)}个科室，已报{sent}个，未报{len(board.missing)}个；期限：{board.deadline or '没有写'}"
    )
    for line in board.departments:
        show(f"  {line.department}：{_told(line)}")


def _told(line: "BoardLine") -> str:
    told = [line.state]
    if line.files:
        told.append("、".join(f"{f.file}" + (f"（{f.submitter}）" if f.submitter else "") for f in line.files))
        told.append(f"待确认{line.provisional}条，已确认{line.confirmed}条")
        told.append(f"{line.signed_by}已审签" if line.signed_by else "没有审签")
    told += [f"与往年相同{line.copied}条"] if line.copied else []
    told += [f"缺佐证{line.asks}条"] if line.asks else []
    unused = sum(f.unused for f in line.files)
    told += [f"没有用上的数{unused}个"] if unused else []
    told += [f"催过{line.urged}次，上次{line.last_urged[:10]}"] if line.urged else []
    return "；".join(told)

"""material board, collect, urge, sign: collecting a year's material."""

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

Year = Annotated[int | None, typer.Option(metavar="年份", min=2000, max=2099, help="哪一年的材料；不写则是最近一年")]
Out = Annotated[Path | None, typer.Option("-o", "--out", metavar="文件夹", help="另写成 Word，放在哪个文件夹")]


def register(app: typer.Typer) -> None:
    """Hang the commands on the group `material`."""
    app.command("collect")(collect_command)
    app.command("board")(board_command)
    app.command("urge")(urge_command)
    app.command("sign")(sign_command)


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
        board = collecting_board(database, items, year_of(items, year, database))
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
        of_year = year_of(items, year, database)
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
        of_year = year_of(list_items(database), year, database)
        count = sign(database, department, year=of_year, by=by, at=now())
    if as_json:
        show_json({"department": department, "year": of_year, "signed_by": by, "files": count})
        return
    show(f"{department}{of_year}年材料{count}份，{by}已审签。")


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


def year_of(items: "Sequence[Item]", year: int | None, database: Any) -> int:
    """The year asked for, else the latest that is collected or was sent."""
    from chugao.material.collecting import collected_years

    # What was sent this year holds next year's tasks as well: items tell the year only where nothing else does.
    known = collected_years(database) or [i.year for i in items if i.year]
    if year is None and not known:
        raise InputError("还没有要过材料，也没有收到材料。请先用 chugao material collect 发通知，或写 --year。")
    return year or max(known)


def _board_json(board: "CollectingBoard", texts: dict[str, str]) -> dict[str, Any]:
    departments = [
        line.model_dump(mode="json")
        | {"lacks_signature": line.lacks_signature, "reminder": texts.get(line.department, "")}
        for line in board.departments
    ]
    sent = len(board.departments) - len(board.missing)
    return {
        "year": board.year,
        "deadline": board.deadline,
        "sent": sent,
        "missing": list(board.missing),
        "departments": departments,
    }


def _print_board(board: "CollectingBoard") -> None:
    sent = len(board.departments) - len(board.missing)
    show(
        f"{board.year}年材料：{len(board.departments)}个科室，已报{sent}个，未报{len(board.missing)}个；期限：{board.deadline or '没有写'}"
    )
    for line in board.departments:
        show(f"  {line.department}：{_told(line)}")


def _told(line: "BoardLine") -> str:
    told = [line.state]
    if line.files:
        told.append("、".join(f"{f.file}" + (f"（{f.submitter}）" if f.submitter else "") for f in line.files))
    if line.state != "未报":
        told.append(f"待确认{line.provisional}条，已确认{line.confirmed}条")
    if line.files:
        told.append(f"{line.signed_by}已审签" if line.signed_by else "没有审签")
    told += [f"与往年相同{line.copied}条"] if line.copied else []
    told += [f"缺佐证{line.asks}条"] if line.asks else []
    unused = sum(f.unused for f in line.files)
    told += [f"没有用上的数{unused}个"] if unused else []
    told += [f"催过{line.urged}次，上次{line.last_urged[:10]}"] if line.urged else []
    return "；".join(told)

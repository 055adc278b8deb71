"""material sheet, answer: the 核实表, written, filled in by a person, read back."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from chugao.cli.options import Json
from chugao.cli.output import say, show, show_json

Department = Annotated[str | None, typer.Option(metavar="科室", help="只写这个科室的")]


def register(app: typer.Typer) -> None:
    """Hang the commands on the group `material`."""
    app.command("sheet")(sheet_command)
    app.command("answer")(answer_command)


def sheet_command(
    out: Annotated[Path, typer.Option("-o", "--out", metavar="文件", help="写到哪个文件")] = Path("核实表.xlsx"),
    department: Department = None,
    every: Annotated[bool, typer.Option("--all", help="确认过的、不采用的也写上")] = False,
    as_json: Json = False,
) -> None:
    """把材料写成核实表：一条一行，选确认、不用或改为，填好用 material answer 收回。"""
    from chugao.cli.workspace import require_workspace
    from chugao.desk import open_workspace
    from chugao.material.answering import write_answer_sheet
    from chugao.material.store import list_items

    path = out if out.suffix.lower() == ".xlsx" else out.with_name(out.name + ".xlsx")
    with open_workspace(require_workspace()) as database:
        items = [i for i in list_items(database, department) if every or i.status == "provisional"]
    number = write_answer_sheet(items, path)
    if as_json:
        show_json({"file": str(path), "items": number})
        return
    show(f"{path}：{number}条。")
    say(f"填好“办法”一栏后：chugao material answer {path} --by 姓名。")


def answer_command(
    file: Annotated[Path, typer.Argument(metavar="核实表", help="填好的核实表")],
    by: Annotated[str, typer.Option(metavar="姓名", help="谁核实的")],
    as_json: Json = False,
) -> None:
    """收回核实表：照每行的办法确认、不用或改正；有一行看不懂就一行也不收。"""
    from chugao.cli.workspace import require_workspace
    from chugao.database import utc_text
    from chugao.desk import open_workspace
    from chugao.material.answering import read_answer_sheet
    from chugao.material.store import list_items, settle_items
    from chugao.material.telling import item_json

    with open_workspace(require_workspace()) as database:
        told = read_answer_sheet(file, list_items(database))
        changes = {a.id: lambda item, a=a: a.settle(item, by) for a in told.answers}
        items = settle_items(database, changes, by=by, at=utc_text(datetime.now(UTC)))
    if as_json:
        listed = [item_json(i) for i in items]
        show_json({"items": listed, "blank": told.blank, "overtaken": list(told.overtaken)})
        return
    counts = Counter(a.action for a in told.answers)
    done = "，".join(f"{action}{count}条" for action, count in counts.items()) or "没有填办法"
    show(f"{file.name}：{done}；空着没有动{told.blank}条。核实人{by}。")
    if told.overtaken:
        show(f"写表以后已由别人处理、这次没有动的{len(told.overtaken)}条：{'、'.join(told.overtaken)}。")
    if asked := [i for i in items if i.asks and i.status == "confirmed"]:
        say(f"其中{len(asked)}条还要补：" + "；".join(f"{i.id} {i.asks}" for i in asked[:5]))

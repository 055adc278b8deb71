"""ledger show and cost: what was asked of a model, and what it cost."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chugao.cli.help import App
from chugao.cli.options import Json
from chugao.cli.output import say, show, show_json
from chugao.errors import InputError

if TYPE_CHECKING:
    from chugao.database import Database

app = App()
Folder = Annotated[
    Path | None, typer.Option("--dir", metavar="文件夹", help="起草时 -o 写的文件夹；不写则看工作区的账")
]
Job = Annotated[str | None, typer.Option(metavar="批次", help="只看这一批的")]
_STATES = {"done": "已答复", "started": "进行中", "failed": "没有答复", "lost": "中断"}


@app.command("show")
def show_command(folder: Folder = None, job: Job = None, as_json: Json = False) -> None:
    """列出调用过模型的每一次：问的是哪一段、答复没有、用了多少词元；可能已计费而没有收到答复的单独标明。"""
    from chugao.database import china_time
    from chugao.ledger import entries

    with _open(folder) as database, database.read() as connection:
        told = entries(connection, job)
    if as_json:
        show_json({"calls": [e.model_dump() for e in told]})
        return
    for entry in told:
        notes = [_STATES[entry.state], f"{entry.input_tokens}+{entry.output_tokens}词元"]
        notes += ["词元为估计"] if entry.estimated else []
        notes += [f"不能用：{entry.problem}"] if entry.problem else []
        more = "" if entry.state == "lost" else "另有"
        notes += [f"{more}{entry.possibly_billed}次可能已计费而没有收到答复"] if entry.possibly_billed else []
        show(f"{china_time(entry.started_at):%Y-%m-%d %H:%M:%S}　{entry.model}　{entry.prompt}　" + "，".join(notes))
    show(f"共{len(told)}次。")


@app.command("cost")
def cost_command(folder: Folder = None, job: Job = None, as_json: Json = False) -> None:
    """按批次和模型合计花费。"""
    from chugao.ledger import cost_rows, doubtful_calls

    with _open(folder) as database, database.read() as connection:
        rows = cost_rows(connection, job)
        doubtful = doubtful_calls(connection, job)
    times = sum(d.times for d in doubtful)
    if as_json:
        show_json({"rows": [r.model_dump(mode="json") for r in rows], "possibly_billed": times})
        return
    for row in rows:
        cost = "没有这个模型的价格" if row.cost is None else f"{row.cost:f}元"
        tokens = f"输入{row.input_tokens}词元，输出{row.output_tokens}词元"
        show(f"{row.job or '单篇起草'}　{row.model}　{row.calls}次，{tokens}，{cost}")
    if not rows:
        show("还没有调用过模型。")
    if times:
        say(f"另有{times}次在中断时没有收到答复，可能已经计费，不在合计里。用 chugao ledger show 查看。")


def _open(folder: Path | None) -> "Database":
    """The ledger of a folder of drafts, else the workspace's."""
    from chugao.cli.workspace import require_workspace
    from chugao.database import open_database, sqlite_url
    from chugao.desk import open_workspace

    if folder is None:
        return open_workspace(require_workspace())
    file = folder / ".chugao" / "ledger.db"
    if not file.is_file():
        raise InputError(f"“{folder}”里没有调用模型的账（.chugao/ledger.db）。请写起草时 -o 用的文件夹。")
    return open_database(sqlite_url(file))

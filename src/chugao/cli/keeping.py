"""backup, restore: a workspace in one file, and back."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from chugao.cli.output import say, show, show_json
from chugao.errors import InputError, reason_of

Json = Annotated[bool, typer.Option("--json", help="结果以 JSON 输出，供程序读取")]
Url = Annotated[str | None, typer.Option("--database", metavar="地址", help="数据库地址；不写则用工作区里的")]


def register(app: typer.Typer) -> None:
    """Hang the commands on the app."""
    app.command("backup")(backup_command)
    app.command("restore")(restore_command)


def backup_command(
    file: Annotated[Path, typer.Argument(metavar="文件", help="写到哪个文件，如 备份-20260108.zip")],
    check: Annotated[bool, typer.Option("--check", help="不备份，只核对这份备份是不是完好")] = False,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """备份工作区：数据库和收进来的文件，合成一个文件。正在用也可以备份；写完会自己核对一遍。"""
    from chugao.database import open_database, utc_text
    from chugao.database.copies import backup, verify_copy

    if check:
        told = verify_copy(file)
        if as_json:
            show_json({"file": str(file), "at": told["at"], "rows": sum(told["rows"].values()), "sound": True})
        else:
            show(f"{file}：完好，{told['at']} 备份，{sum(told['rows'].values())}条记录，{len(told['files'])}个文件。")
        return
    from chugao.cli.workspace import require_workspace
    from chugao.desk import open_workspace

    workspace = require_workspace()
    with open_database(database) if database else open_workspace(workspace) as db:
        made = backup(db, workspace, file, at=utc_text(datetime.now(UTC)))
    if as_json:
        show_json({"file": str(made.path), "rows": made.rows, "files": made.files, "bytes": made.size})
        return
    show(f"{made.path}：{made.rows}条记录，{made.files}个文件，{made.size / 2**20:.1f} MB，已核对。")
    say("里面有单位的数据和文稿，请按保密要求存放。恢复：chugao restore 备份文件 新文件夹")


def restore_command(
    file: Annotated[Path, typer.Argument(metavar="备份文件", help="chugao backup 写出的文件")],
    folder: Annotated[Path, typer.Argument(metavar="新文件夹", help="恢复成哪个工作区；要是空的或还没有")],
    database: Url = None,
    as_json: Json = False,
) -> None:
    """从备份恢复成一个新的工作区。不覆盖任何已有的东西；可以恢复到 PostgreSQL（--database）。"""
    from chugao.database import open_database, sqlite_url
    from chugao.database.copies import restore, verify_copy

    verify_copy(file)
    if folder.exists() and any(folder.iterdir()):
        raise InputError(f"“{folder}”里已经有东西，没有恢复。请写一个新的文件夹。")
    try:
        (folder / ".chugao").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"文件夹“{folder}”建不了（{reason_of(error)}）。请换一个能写的地方。") from None
    with open_database(database or sqlite_url(folder / ".chugao" / "chugao.db")) as db:
        made = restore(file, db, folder)
    if as_json:
        show_json({"workspace": str(folder.resolve()), "rows": made.rows, "files": made.files})
        return
    show(f"已恢复：{folder.resolve()}，{made.rows}条记录，{made.files}个文件，审计记录核验无误。")
    say("往年文稿的检索会在第一次用时重建。原来的数据库地址写在 chugao.toml 里的，请核对。")

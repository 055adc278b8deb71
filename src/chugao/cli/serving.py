"""serve, users: the web application and who may sign in to it."""

import os
import socket
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from chugao.cli.help import App
from chugao.cli.options import Json
from chugao.cli.output import say, show, show_json
from chugao.errors import InputError, reason_of

if TYPE_CHECKING:
    from chugao.database import Database
    from chugao.review.accounts import Account
    from chugao.review.people import Role
    from chugao.web.house import House

Url = Annotated[str | None, typer.Option("--database", metavar="地址", help="数据库地址；不写则用工作区里的")]
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_ROLES = "author 经办人、reviewer 科长、approver 分管领导、admin 管理员、viewer 只读，几个用逗号隔开"

users = App(help="网页的账号：添加、列出、停用、重设密码。")


def register(app: typer.Typer) -> None:
    """Hang the commands on the app."""
    app.command("serve")(serve_command)
    app.add_typer(users, name="users")


# --- serve ----------------------------------------------------------------------------------------


def serve_command(
    solo: Annotated[
        bool, typer.Option("--solo", help="只有本机一个人用：不登录，只在本机打得开，不要求两人经手")
    ] = False,
    host: Annotated[str, typer.Option(metavar="地址", help="在哪个地址上开；给别的电脑用写 0.0.0.0")] = "127.0.0.1",
    port: Annotated[int, typer.Option(metavar="端口", min=0, max=65535, help="端口；0 是任选一个空的")] = 8000,
    database: Url = None,
    https: Annotated[bool, typer.Option("--https", help="前面有 https 的反向代理时写：Cookie 只走加密连接")] = False,
    as_json: Json = False,
) -> None:
    """打开网页：在浏览器里起草、审核、定稿。就绪后在一行里显示网址，按 Ctrl+C 停止。"""
    from chugao.cli.workspace import require_workspace
    from chugao.web.house import open_house

    if solo and host not in _LOOPBACK:
        raise InputError(
            f"--solo 不登录，只能在本机用，不能开在“{host}”上。给别人用请去掉 --solo，先用 chugao users add 添账号。"
        )
    workspace = require_workspace()
    if database:
        # Every part that opens the workspace looks there.
        os.environ["CHUGAO_DATABASE_URL"] = database
    held = _listen(host, port)
    house = open_house(workspace, database_url=database or "", solo=solo, https=https)
    try:
        if solo:
            _let_one_person_do_all(house)
        _warn(house.database, solo, host)
        _serve(house, held, host, as_json=as_json)
    finally:
        house.database.close()
        held.close()


def _listen(host: str, port: int) -> socket.socket:
    """The socket, before anything else: a port in use is said at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    held = socket.socket(family)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        held.bind((host, port))
    except OSError as error:
        held.close()
        raise InputError(
            f"端口 {host}:{port} 开不了（{reason_of(error)}），可能已被占用。请用 --port 换一个，如 --port {port + 1}。"
        ) from None
    return held


def _let_one_person_do_all(house: "House") -> None:
    """Nobody could approve anything while the one person there is may not approve what they wrote."""
    from chugao.review import four_eyes, set_four_eyes

    if four_eyes(house.database):
        set_four_eyes(house.database, house.the_one_person(), False, reason="单机使用，只有一个人")


def _warn(database: "Database", solo: bool, host: str) -> None:
    from chugao.review import four_eyes
    from chugao.review.accounts import list_accounts

    if not solo and not four_eyes(database):
        say("注意：“批准人不能是最后修改的人”现在是关的。要打开，请到网页的“管理”—“设置”。")
    if not solo and not list_accounts(database):
        say("还没有账号，没有人能登录。请另开一个窗口：chugao users add 登录名 --name 姓名 --role admin")
    if host not in _LOOPBACK:
        say("现在别的电脑也能打开。密码在网上是明文，请在前面加 https 的反向代理，并写 --https。")


def _serve(house: "House", held: socket.socket, host: str, *, as_json: bool) -> None:
    import json

    import uvicorn

    from chugao.web import create_app
    from chugao.web.waking import wake_soon

    port = held.getsockname()[1]
    shown = f"[{host}]" if ":" in host else ("127.0.0.1" if host == "0.0.0.0" else host)

    class Told(uvicorn.Server):
        """Says its address when it can be reached, not before."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets=sockets)
            address = f"http://{shown}:{port}"
            show(json.dumps({"address": address}) if as_json else address)
            sys.stdout.flush()
            wake_soon(house)

    config = uvicorn.Config(
        create_app(house),
        log_level="warning",
        access_log=False,
        server_header=False,
        # Longer than a person thinks between two pages, and than a proxy keeps a line: who reuses it must find it open.
        timeout_keep_alive=75,
        proxy_headers=True,
        forwarded_allow_ips="127.0.0.1",
        timeout_graceful_shutdown=5,
    )
    Told(config).run(sockets=[held])


# --- users ----------------------------------------------------------------------------------------


@users.command("add")
def add_command(
    login: Annotated[str, typer.Argument(metavar="登录名", help="登录时写的名字，如 wangfang")],
    name: Annotated[str, typer.Option(metavar="姓名", help="真实姓名，每一步都记它")],
    role: Annotated[str, typer.Option(metavar="角色", help=_ROLES)],
    department: Annotated[
        list[str] | None, typer.Option(metavar="科室", help="能看哪个科室，可以写多次；全部写 *；管理员不用写")
    ] = None,
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="从标准输入读密码；不写则当场问")] = False,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """添一个账号。第一个管理员也这样添。"""
    from chugao.review.accounts import add_account

    roles = _roles(role)
    with _database(database) as db:
        made = add_account(
            db,
            login=login,
            name=name,
            roles=roles,
            departments=department or (),
            password=_password(password_stdin),
            by="管理员（命令行）",
            at=_now(),
        )
    _tell(made, as_json, f"已添加：{made.login}（{made.name}）。")


@users.command("list")
def list_command(database: Url = None, as_json: Json = False) -> None:
    """列出账号。"""
    from chugao.review.accounts import list_accounts

    with _database(database) as db:
        found = list_accounts(db)
    if as_json:
        show_json({"users": [a.model_dump(mode="json") for a in found]})
        return
    for one in found:
        where = "全部科室" if one.whole else "、".join(one.departments)
        state = f"　{one.disabled_at[:10]}停用" if one.disabled_at else ""
        show(f"{one.login}　{one.name}　{'、'.join(r.label for r in one.roles)}　{where}{state}")
    show(f"共{len(found)}个。")


@users.command("disable")
def disable_command(
    login: Annotated[str, typer.Argument(metavar="登录名")], database: Url = None, as_json: Json = False
) -> None:
    """停用一个账号：立即退出，不能再登录。做过的事都留着。"""
    from chugao.review.accounts import disable_account

    with _database(database) as db:
        one = _called(db, login)
        disable_account(db, one.id, by="管理员（命令行）", at=_now())
    _tell(one, as_json, f"已停用：{one.login}。")


@users.command("enable")
def enable_command(
    login: Annotated[str, typer.Argument(metavar="登录名")], database: Url = None, as_json: Json = False
) -> None:
    """重新启用一个账号。"""
    from chugao.review.accounts import enable_account

    with _database(database) as db:
        one = _called(db, login)
        enable_account(db, one.id, by="管理员（命令行）", at=_now())
    _tell(one, as_json, f"已启用：{one.login}。")


@users.command("password")
def password_command(
    login: Annotated[str, typer.Argument(metavar="登录名")],
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="从标准输入读密码；不写则当场问")] = False,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """重设密码：这个账号在各处的登录都退出。"""
    from chugao.review.accounts import set_password

    with _database(database) as db:
        one = _called(db, login)
        set_password(db, one.id, _password(password_stdin), by="管理员（命令行）", at=_now())
    _tell(one, as_json, f"已重设：{one.login}。")


def _database(url: str | None) -> "Database":
    from chugao.cli.workspace import require_workspace
    from chugao.database import open_database
    from chugao.desk import open_workspace

    return open_database(url) if url else open_workspace(require_workspace())


def _called(db: "Database", login: str) -> "Account":
    from chugao.review.accounts import list_accounts

    found = {a.login: a for a in list_accounts(db)}
    if login not in found:
        raise InputError(f"没有“{login}”这个账号。已有的：{'、'.join(found) or '（没有）'}。")
    return found[login]


def _roles(told: str) -> "frozenset[Role]":
    from chugao.review.people import Role

    names = {r.value: r for r in Role} | {r.label: r for r in Role}
    given = [t.strip() for t in told.replace("，", ",").replace("、", ",").split(",") if t.strip()]
    if unknown := [g for g in given if g not in names]:
        raise InputError(f"没有“{unknown[0]}”这个角色。可以写：{_ROLES}。")
    return frozenset(names[g] for g in given)


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise InputError("这里不能当场问密码（不是在终端里运行）。请加 --password-stdin，从标准输入给出密码。")
    return str(typer.prompt("密码（输入时不显示）", hide_input=True, confirmation_prompt="再输入一次"))


def _tell(one: "Account", as_json: bool, text: str) -> None:
    if as_json:
        show_json(one.model_dump(mode="json"))
    else:
        show(text)


def _now() -> str:
    from chugao.database import utc_text

    return utc_text(datetime.now(UTC))

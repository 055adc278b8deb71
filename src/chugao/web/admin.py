"""管理: people and their rights, prompts and models, the audit, settings, batches."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from chugao.errors import InputError
from chugao.review import accounts
from chugao.review.budgets import limit_of, spent
from chugao.review.people import MAY, Act, Person, Role
from chugao.web.audited import ACTIONS, told
from chugao.web.house import House, house_of
from chugao.web.pages import done, page
from chugao.web.people import needs

router = APIRouter(prefix="/admin", include_in_schema=False)
Admin = Annotated[Person, needs(Act.ADMINISTER)]
TABS = (
    ("/admin", "用户与权限"),
    ("/admin/batches", "批次"),
    ("/admin/prompts", "提示词与模型"),
    ("/admin/audit", "审计"),
    ("/admin/settings", "设置"),
)
_PAGE = 100


# --- 用户与权限 ------------------------------------------------------------------------------------


@router.get("")
def users(request: Request, person: Admin) -> Response:
    house = house_of(request)
    listed = accounts.list_accounts(house.database)
    return page(
        request,
        person,
        "users.html",
        tabs=TABS,
        accounts=listed,
        spent=spent(house.database, [a.login for a in listed], at=house.now()),
        limit={a.login: limit_of(house.settings, a.login) for a in listed},
        roles=list(Role),
        rights=[(act.label, [role in MAY[act] for role in Role]) for act in MAY],
    )


@router.post("/users")
def add(
    request: Request,
    person: Admin,
    login: Annotated[str, Form()],
    name: Annotated[str, Form()],
    password: Annotated[str, Form()],
    roles: Annotated[list[str] | None, Form()] = None,
    departments: Annotated[str, Form()] = "",
) -> Response:
    house = house_of(request)
    made = accounts.add_account(
        house.database,
        login=login,
        name=name,
        roles=_roles(roles),
        departments=_names(departments),
        password=password,
        by=person.name,
        at=house.now(),
    )
    return done("/admin", f"已添加{made.name}（{made.login}）")


@router.get("/users/{account_id}")
def user(request: Request, account_id: str, person: Admin) -> Response:
    found = next((a for a in accounts.list_accounts(house_of(request).database) if a.id == account_id), None)
    if found is None:
        raise InputError("没有这个账号。请从列表里打开。")
    return page(request, person, "user.html", tabs=TABS, account=found, roles=list(Role))


@router.post("/users/{account_id}")
def change(
    request: Request,
    account_id: str,
    person: Admin,
    do: Annotated[str, Form()],
    name: Annotated[str, Form()] = "",
    roles: Annotated[list[str] | None, Form()] = None,
    departments: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
) -> Response:
    house = house_of(request)
    db, by, at = house.database, person.name, house.now()
    if do == "change":
        accounts.change_account(
            db, account_id, name=name, roles=_roles(roles), departments=_names(departments), by=by, at=at
        )
    elif do == "password":
        accounts.set_password(db, account_id, password, by=by, at=at)
    elif do == "disable":
        accounts.disable_account(db, account_id, by=by, at=at)
    elif do == "enable":
        accounts.enable_account(db, account_id, by=by, at=at)
    else:
        raise InputError("没有这个操作。请从页面上的按钮操作。")
    words = {"change": "已改", "password": "密码已重设", "disable": "已停用，立即退出", "enable": "已启用"}
    return done("/admin", words[do])


def _roles(told: list[str] | None) -> frozenset[Role]:
    if unknown := [t for t in told or () if t not in set(Role)]:
        raise InputError(f"没有“{unknown[0][:20]}”这个角色。请从页面上选。")
    return frozenset(Role(t) for t in told or ())


def _names(told: str) -> list[str]:
    return [n.strip()[:60] for n in told.replace("，", ",").replace("、", ",").split(",") if n.strip()]


# --- 审计 ------------------------------------------------------------------------------------------


@router.get("/audit")
def audit(request: Request, person: Admin, before: int = 0, actor: str = "", action: str = "") -> Response:
    rows = audit_rows(house_of(request), before, actor, action)
    return page(
        request, person, "audit.html", tabs=TABS, rows=rows, more=len(rows) == _PAGE, actor=actor, action=action,
        checked=None, actions=ACTIONS, told=told, names=_names_of(house_of(request), person),
    )  # fmt: skip


@router.post("/audit")
def verify(request: Request, person: Admin) -> Response:
    """Walk the whole chain and say whether anything was changed."""
    from chugao.database import verify as walk

    house = house_of(request)
    with house.database.read() as connection:
        faults = walk(connection)
    rows = audit_rows(house, 0, "", "")
    return page(
        request, person, "audit.html", tabs=TABS, rows=rows, more=len(rows) == _PAGE, actor="", action="",
        checked=faults, actions=ACTIONS, told=told, names=_names_of(house, person),
    )  # fmt: skip


def _names_of(house: House, person: Person) -> dict[str, str]:
    """What a person calls the accounts and documents that the audit knows by their keys."""
    from chugao.review import documents

    people = {a.login: a.name for a in accounts.list_accounts(house.database)}
    return people | {d.id: f"《{d.title}》" for d in documents(house.database, person)}


def audit_rows(house: House, before: int, actor: str, action: str) -> tuple[Any, ...]:
    """The latest rows of the audit, before a number when given."""
    from chugao.database.audit import latest

    typed = actor.strip()
    known = accounts.list_accounts(house.database) if typed else ()
    # Some acts are recorded under the login, some under the name: who looks for either means the person.
    actors = {typed, *(t for a in known if typed in (a.login, a.name) for t in (a.login, a.name))} - {""}
    with house.database.read() as connection:
        return latest(connection, before=before, actors=actors, action=action.strip(), limit=_PAGE)

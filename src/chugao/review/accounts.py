"""Who may sign in: accounts, passwords, sessions, and the wait after wrong ones.

In: a login and a password, or the token of a cookie.  Out: the `Person` who acts, or `NotAllowed`.

Only a hash of the token is kept, so that a stolen database opens no session.  Surprise: an unknown login must cost
as much time as a wrong password, or the clock tells who has an account.
"""

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, update

from chugao.database import Database, hold, record, utc_text
from chugao.database.tables import account as accounts
from chugao.database.tables import session as sessions
from chugao.database.tables import sign_in_failure as failures
from chugao.errors import InputError, NotAllowed
from chugao.review.people import EVERYTHING, Person, Role
from chugao.source import Frozen

if TYPE_CHECKING:
    from argon2 import PasswordHasher

_LOGIN = re.compile(r"[\w.@-]{2,40}")
_SHORTEST_PASSWORD, _LONGEST_PASSWORD = 10, 200
_FREE_TRIES = 5
_LONGEST_WAIT_S = 900
_FORGET_AFTER_S = 86_400
_TOUCH_AFTER_S = 60
_TOLD = ("name", "roles", "departments", "whole")


class Account(Frozen):
    """Somebody who may sign in."""

    id: str
    login: str
    name: str
    roles: tuple[Role, ...]
    departments: tuple[str, ...]
    whole: bool
    created_at: str
    disabled_at: str | None = None


class SignedIn(NamedTuple):
    """What a browser is given."""

    token: str
    """For the cookie; nowhere else."""
    person: Person


def alone(name: str) -> Person:
    """The one person of a machine that nobody else can reach: does everything, signs in nowhere."""
    return Person(name=name or "本机用户", login="solo", roles=frozenset(Role), whole=True)


# --- accounts -------------------------------------------------------------------------------------


def add_account(
    db: Database,
    *,
    login: str,
    name: str,
    roles: Collection[Role],
    departments: Sequence[str],
    password: str,
    by: str,
    at: str,
) -> Account:
    """Somebody new.  Raises `InputError` for a login that is taken or malformed, and for a weak password."""
    row = _checked(login, name, departments, roles) | {
        "id": secrets.token_hex(8),
        "created_at": at,
        "disabled_at": None,
    }
    _check_password(password, row["login"])
    row["password"] = _hasher().hash(password)
    with db.write() as connection:
        hold(connection, "accounts")
        if connection.execute(select(accounts.c.id).where(accounts.c.login == row["login"])).first():
            raise InputError(f"登录名“{row['login']}”已经有人用了。请换一个，如加上科室：{row['login']}-医务科。")
        connection.execute(insert(accounts).values(row))
        told = {k: row[k] for k in _TOLD}
        record(connection, by, "account.add", row["login"], told, at=at)
        return _account(row)


def list_accounts(db: Database) -> tuple[Account, ...]:
    """Everybody, in the order they were added; the disabled too."""
    with db.read() as connection:
        rows = connection.execute(select(accounts).order_by(accounts.c.created_at, accounts.c.login)).mappings().all()
    return tuple(_account(r) for r in rows)


def person_called(db: Database, login: str) -> Person:
    """Who a login is, for work done in their name.  Raises `NotAllowed` when the account is disabled or gone."""
    with db.read() as connection:
        row = connection.execute(select(accounts).where(accounts.c.login == login)).mappings().one_or_none()
    if row is None or row["disabled_at"]:
        raise NotAllowed(f"账号“{login}”已停用，以它的名义没有再做。请用别的账号重新起草。")
    return _person(row)


def change_account(
    db: Database, identifier: str, *, name: str, roles: Collection[Role], departments: Sequence[str], by: str, at: str
) -> Account:
    """Another name, other roles or departments; it counts from the next request on.

    Raises `InputError` for an account that is not there, `NotAllowed` where no administrator would remain.
    """
    with db.write() as connection:
        row = _row(connection, identifier)
        wanted = _checked(row["login"], name, departments, roles)
        if Role.ADMIN not in roles:
            _someone_else_administers(connection, row)
        connection.execute(update(accounts).where(accounts.c.id == identifier).values(wanted))
        before = {k: row[k] for k in _TOLD}
        after = {k: wanted[k] for k in before}
        record(connection, by, "account.change", row["login"], {"from": before, "to": after}, at=at)
        return _account({**row, **wanted})


def disable_account(db: Database, identifier: str, *, by: str, at: str) -> None:
    """End every session of an account at once and let nobody in any more.  Raises as `change_account` does."""
    with db.write() as connection:
        row = _row(connection, identifier)
        _someone_else_administers(connection, row)
        connection.execute(update(accounts).where(accounts.c.id == identifier).values(disabled_at=at))
        _end_sessions(connection, identifier)
        record(connection, by, "account.disable", row["login"], {}, at=at)


def enable_account(db: Database, identifier: str, *, by: str, at: str) -> None:
    """Let somebody in again.  Raises `InputError` for an account that is not there."""
    with db.write() as connection:
        row = _row(connection, identifier)
        connection.execute(update(accounts).where(accounts.c.id == identifier).values(disabled_at=None))
        record(connection, by, "account.enable", row["login"], {}, at=at)


def set_password(db: Database, identifier: str, password: str, *, by: str, at: str, keep: str = "") -> None:
    """Another password; every session of the account ends, but that of the token `keep`."""
    with db.write() as connection:
        row = _row(connection, identifier)
        _check_password(password, row["login"])
        connection.execute(
            update(accounts).where(accounts.c.id == identifier).values(password=_hasher().hash(password))
        )
        _end_sessions(connection, identifier, keep)
        connection.execute(delete(failures).where(failures.c.key == _key("login", row["login"])))
        record(connection, by, "account.password", row["login"], {}, at=at)


def change_own_password(db: Database, person: Person, old: str, new: str, *, token: str, at: str) -> None:
    """A person's own new password.  Raises `NotAllowed` when the old one is wrong."""
    with db.read() as connection:
        row = _row_of(connection, person)
    if not _matches(row["password"], old):
        raise NotAllowed("原密码不对，密码没有改。请重新输入原密码；忘了请找管理员重设。")
    set_password(db, row["id"], new, by=person.name, at=at, keep=token)


# --- signing in -----------------------------------------------------------------------------------


def sign_in(db: Database, login: str, password: str, *, at: str, address: str = "", previous: str = "") -> SignedIn:
    """A new session; the one of the cookie `previous` ends.

    Raises `NotAllowed`, with the same words for an unknown login, a wrong password and a disabled account, and
    while the login or the address must wait after wrong ones.
    """
    login = _plain(login)
    keys = [_key("login", login), *([_key("address", address)] if address else [])]
    _refuse_while_waiting(db, keys, at)
    with db.read() as connection:
        row = connection.execute(select(accounts).where(accounts.c.login == login)).mappings().one_or_none()
    # Also for nobody: the clock must not tell.
    right = _matches(row["password"] if row else _nobody(), password[:_LONGEST_PASSWORD])
    if row is None or not right or row["disabled_at"]:
        _note_failure(db, keys, login, at)
        raise NotAllowed("登录名或密码不对，或者账号已停用。请重新输入；忘了密码请找管理员重设。")
    token = secrets.token_urlsafe(32)
    with db.write() as connection:
        connection.execute(delete(failures).where(failures.c.key.in_(keys)))
        connection.execute(delete(sessions).where(sessions.c.id == _hash(previous)))
        connection.execute(insert(sessions).values(id=_hash(token), account_id=row["id"], created_at=at, seen_at=at))
        if _hasher().check_needs_rehash(row["password"]):
            connection.execute(
                update(accounts).where(accounts.c.id == row["id"]).values(password=_hasher().hash(password))
            )
        record(connection, row["name"], "session.begin", login, {}, at=at)
    return SignedIn(token, _person(row))


def person_of_session(db: Database, token: str, *, at: str, idle_minutes: int, longest_hours: int) -> Person | None:
    """Whose session a cookie is; None when it is nobody's, was idle too long, or its account is disabled."""
    if not token or len(token) > 100:
        return None
    joined = select(accounts, sessions.c.created_at.label("begun"), sessions.c.seen_at).join(
        sessions, sessions.c.account_id == accounts.c.id
    )
    with db.read() as connection:
        row = connection.execute(joined.where(sessions.c.id == _hash(token))).mappings().one_or_none()
    if row is None or row["disabled_at"]:
        return None
    if _seconds(row["seen_at"], at) > idle_minutes * 60 or _seconds(row["begun"], at) > longest_hours * 3600:
        return None
    if _seconds(row["seen_at"], at) > _TOUCH_AFTER_S:
        with db.write() as connection:
            connection.execute(update(sessions).where(sessions.c.id == _hash(token)).values(seen_at=at))
    return _person(row)


def sign_out(db: Database, token: str, *, at: str) -> None:
    """End one session; its token is worth nothing afterwards."""
    with db.write() as connection:
        named = select(accounts.c.name, accounts.c.login).join(sessions, sessions.c.account_id == accounts.c.id)
        row = connection.execute(named.where(sessions.c.id == _hash(token))).one_or_none()
        if row is None:
            return
        connection.execute(delete(sessions).where(sessions.c.id == _hash(token)))
        record(connection, row.name, "session.end", row.login, {}, at=at)


def forget_old_sessions(db: Database, *, at: str, longest_hours: int) -> int:
    """Take out sessions that have ended by themselves, and failures of days ago; how many sessions."""
    ended = utc_text(_moment(at) - timedelta(hours=longest_hours))
    with db.write() as connection:
        gone = connection.execute(delete(sessions).where(sessions.c.created_at < ended)).rowcount
        day = utc_text(_moment(at) - timedelta(seconds=_FORGET_AFTER_S))
        connection.execute(delete(failures).where(failures.c.last_at < day))
    return int(gone)


def token_for_forms(token: str) -> str:
    """What a form of this session must bring back (CSRF); it tells nothing of the session's own token."""
    return hashlib.sha256(f"chugao-form:{token}".encode()).hexdigest()


# --- waiting after wrong passwords ----------------------------------------------------------------


def _refuse_while_waiting(db: Database, keys: Sequence[str], at: str) -> None:
    with db.read() as connection:
        until = connection.execute(select(func.max(failures.c.until)).where(failures.c.key.in_(keys))).scalar()
    if until and until > at:
        seconds = max(1, round(_seconds(at, until)))
        wait = f"{seconds}秒" if seconds < 90 else f"{-(-seconds // 60)}分钟"
        raise NotAllowed(f"密码错的次数太多，请等{wait}再试。着急请找管理员重设密码。")


def _note_failure(db: Database, keys: Sequence[str], login: str, at: str) -> None:
    with db.write() as connection:
        for key in keys:
            hold(connection, key)
            known = connection.execute(select(failures).where(failures.c.key == key)).mappings().one_or_none()
            fresh = known is not None and _seconds(known["last_at"], at) < _FORGET_AFTER_S
            count = known["count"] + 1 if known is not None and fresh else 1
            # Many people sit behind one address: it gets four times as many tries.
            beyond = count - (_FREE_TRIES if key.startswith("login:") else 4 * _FREE_TRIES)
            wait = min(_LONGEST_WAIT_S, 2 ** min(beyond, 12)) if beyond >= 0 else 0
            row = {"key": key, "count": count, "last_at": at, "until": utc_text(_moment(at) + timedelta(seconds=wait))}
            connection.execute(delete(failures).where(failures.c.key == key))
            connection.execute(insert(failures).values(row))
        record(connection, login[:40] or "（没有写）", "session.refused", login[:40], {}, at=at)


# --- the small things -----------------------------------------------------------------------------


def _checked(login: str, name: str, departments: Sequence[str], roles: Collection[Role]) -> dict[str, Any]:
    login, name = _plain(login), unicodedata.normalize("NFC", name).strip()
    if not _LOGIN.fullmatch(login):
        raise InputError(f"登录名“{login[:40]}”不能用。请写2—40个字：汉字、字母、数字、点、横线，如 wangfang。")
    if not name or len(name) > 40 or not name.isprintable():
        raise InputError("没有写姓名，或姓名太长。请写真实姓名，稿子上的每一步都记它。")
    if not roles:
        raise InputError("没有选角色。请选经办人、科长、分管领导、管理员、只读中的一个或几个。")
    own = list(dict.fromkeys(d.strip() for d in departments if d.strip()))
    whole = EVERYTHING in own or (not own and Role.ADMIN in roles)
    own = [d for d in own if d != EVERYTHING]
    if not own and not whole:
        raise InputError("没有写科室。请写这个人能看的科室；能看全部科室的写 *。")
    held = [r.value for r in Role if r in roles]
    return {"login": login, "name": name, "roles": held, "departments": own, "whole": whole}


def _plain(login: str) -> str:
    return unicodedata.normalize("NFKC", login).strip().casefold()[:100]


def _check_password(password: str, login: str) -> None:
    if len(password) < _SHORTEST_PASSWORD:
        raise InputError(f"密码太短。请用{_SHORTEST_PASSWORD}个字以上，一句好记的话也可以。")
    if len(password) > _LONGEST_PASSWORD:
        raise InputError(f"密码太长，最多{_LONGEST_PASSWORD}个字。")
    if len(set(password)) < 5 or login in password.casefold():
        raise InputError("密码太容易猜：不能含登录名，也不能只有几个字反复。请换一个。")


def _someone_else_administers(connection: Connection, row: Any) -> None:
    if Role.ADMIN.value not in row["roles"]:
        return
    hold(connection, "accounts")
    others = select(accounts.c.roles).where(accounts.c.disabled_at.is_(None), accounts.c.id != row["id"])
    if not any(Role.ADMIN.value in held for held in connection.execute(others).scalars()):
        raise NotAllowed("这是最后一个管理员，不能停用或改成别的角色。请先添一个管理员。")


def _row(connection: Connection, identifier: str) -> dict[str, Any]:
    row = connection.execute(select(accounts).where(accounts.c.id == identifier)).mappings().one_or_none()
    if row is None:
        raise InputError("没有这个账号，可能刚被别人改过。请刷新页面再看。")
    return dict(row)


def _row_of(connection: Connection, person: Person) -> dict[str, Any]:
    identifier = connection.execute(select(accounts.c.id).where(accounts.c.login == person.login)).scalar()
    return _row(connection, identifier or "")


def _end_sessions(connection: Connection, identifier: str, keep: str = "") -> None:
    connection.execute(delete(sessions).where(sessions.c.account_id == identifier, sessions.c.id != _hash(keep)))


def _account(row: Any) -> Account:
    kept = {k: row[k] for k in ("id", "login", "name", "whole", "created_at", "disabled_at")}
    return Account(**kept, roles=tuple(Role(r) for r in row["roles"]), departments=tuple(row["departments"]))


def _person(row: Any) -> Person:
    return Person(
        name=row["name"],
        login=row["login"],
        roles=frozenset(Role(r) for r in row["roles"]),
        departments=tuple(row["departments"]),
        whole=row["whole"],
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _key(kind: str, value: str) -> str:
    return f"{kind}:{value}"


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def _seconds(earlier: str, later: str) -> float:
    return (_moment(later) - _moment(earlier)).total_seconds()


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    # argon2id with RFC 9106's second choice would take 64 MiB a sign-in; OWASP's 19 MiB and two passes do.
    return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


@cache
def _nobody() -> str:
    return _hasher().hash(secrets.token_hex(16))


def _matches(hashed: str, password: str) -> bool:
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return _hasher().verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False

"""What a person may still spend on models this month.

In: `[budget]` of the settings, the ledger.  Out: money left, None without a limit.

A person's spending is that of the drafts they ordered and the rewrites they asked for; answers that were paid once and
used again cost nothing.  A model without a price cannot be limited: whoever asks for it under a limit is refused.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, or_, select

from chugao.database import Database
from chugao.database.tables import call, draft_order
from chugao.errors import InputError
from chugao.ledger.costs import spent_micro

if TYPE_CHECKING:
    from chugao.config import Settings

_MICRO = Decimal(1_000_000)


def rewrite_job(document_id: str, login: str) -> str:
    """Under what name a rewrite stands in the ledger."""
    return f"rewrite:{document_id}:{login}"


def limit_of(settings: "Settings", login: str) -> Decimal | None:
    """A person's limit a month: their own, else everybody's, else none."""
    return settings.budget.people.get(login, settings.budget.per_person)


def spent(db: Database, logins: Iterable[str], *, at: str) -> Mapping[str, Decimal]:
    """What each has spent since the month of `at` began."""
    with db.read() as connection:
        return {login: _spent(connection, login, f"{at[:7]}-01T00:00:00Z") for login in logins}


def left(db: Database, settings: "Settings", login: str, *, engine: str, at: str) -> Decimal | None:
    """What a person may still spend on an engine; None without a limit.

    Raises `InputError` when nothing is left.
    """
    limit = limit_of(settings, login)
    if limit is None or engine in ("", "offline"):
        return None
    rest = limit - spent(db, [login], at=at)[login]
    if rest <= 0:
        raise InputError(
            f"本月的额度（{limit.normalize():f}元）已经用完。请改用“离线写”，或请管理员在“设置”里调高额度。"
        )
    return rest


def ceiling(db: Database, settings: "Settings", login: str, *, engine: str, job: str, at: str) -> Decimal | None:
    """What a job of somebody's may come to in all: what they may still spend, and what it has cost, which is spent already.

    None without a limit.  Raises `InputError` when nothing is left.
    """
    rest = left(db, settings, login, engine=engine, at=at)
    if rest is None:
        return None
    with db.read() as connection:
        return rest + Decimal(spent_micro(connection, job)) / _MICRO


def _spent(connection: Connection, login: str, since: str) -> Decimal:
    own = select("order-" + draft_order.c.id).where(draft_order.c.login == login)
    rewrites = call.c.job.like(f"rewrite:%:{_plain(login)}", escape="\\")
    money = select(func.coalesce(func.sum(call.c.cost_micro), 0)).where(
        or_(call.c.job.in_(own), rewrites), call.c.started_at >= since
    )
    return Decimal(int(connection.execute(money).scalar_one())) / _MICRO


def _plain(login: str) -> str:
    return login.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")

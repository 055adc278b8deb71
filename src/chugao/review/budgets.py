"""What a person may still spend on models this month.

In: `[budget]` of the settings, the ledger.  Out: money left, None without a limit.

A person's spending is that of the drafts they ordered and the rewrites they asked for; answers that were paid once and
used again cost nothing.  A model without a price cannot be limited: whoever asks for it under a limit is refused.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, or_, select

from chugao.database import Database
from chugao.database.tables import call, draft_order
from chugao.errors import InputError
from chugao.ledger.costs import Purse, spent_micro

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
        return {who: Decimal(spent_micro(connection, _of(who, _month(at)))) / _MICRO for who in logins}


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


def purse(db: Database, settings: "Settings", login: str, *, engine: str, at: str) -> Purse | None:
    """What all jobs of a person are paid from this month; None without a limit.

    Every job looks into it before every call, so that two begun at one moment do not each spend the whole of it.
    Raises `InputError` when nothing is left.
    """
    if left(db, settings, login, engine=engine, at=at) is None:
        return None
    limit = limit_of(settings, login) or Decimal(0)
    return Purse(f"person:{login}", int(limit * _MICRO), _of(login, _month(at)), "本月的额度")


def _of(login: str, since: str) -> ColumnElement[bool]:
    """The calls of the drafts somebody ordered and of the rewrites they asked for."""
    own = select("order-" + draft_order.c.id).where(draft_order.c.login == login)
    rewrites = call.c.job.like(f"rewrite:%:{_plain(login)}", escape="\\")
    return or_(call.c.job.in_(own), rewrites) & (call.c.started_at >= since)


def _month(at: str) -> str:
    return f"{at[:7]}-01T00:00:00Z"


def _plain(login: str) -> str:
    return login.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")

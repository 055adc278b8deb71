"""起草单: a draft that a person ordered, how far it is, and the document it became.

In: what was asked for and what happens to it.  Out: `Order`.

The work itself is done by whoever took the order; an order whose worker fell silent is found at the next start, said
to have been interrupted, and can be ordered again.  Surprise: stopping is a wish, seen at the next section.
"""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, delete, insert, or_, select, update

from chugao.database import Database, record, utc_text
from chugao.database.tables import draft_order as orders
from chugao.errors import NotAllowed
from chugao.review.people import NOT_THERE, Person, Role, sees
from chugao.source import Frozen

OrderState = Literal["open", "waiting", "running", "stopping", "done", "failed", "stopped"]
LABELS = {
    "open": "还没有开始",
    "waiting": "排队",
    "running": "起草中",
    "stopping": "正在停",
    "done": "写好了",
    "failed": "没有写成",
    "stopped": "已停止",
}
_CHANGEABLE: tuple[OrderState, ...] = ("open", "failed", "stopped")
_SILENT_S = 120
_INTERRUPTED = "服务中途停过，这份稿子没有写完。已经收进来的材料都在，请点“再来一次”。"


class Order(Frozen):
    """One draft that was ordered."""

    id: str
    login: str
    ordered_by: str
    department: str
    title: str
    state: OrderState
    payload: dict[str, Any]
    """Kind, year, options; the files that were handed in."""
    progress: dict[str, Any]
    reason: str
    document_id: str | None
    ordered_at: str
    started_at: str | None
    finished_at: str | None

    @property
    def label(self) -> str:
        """The state as a person reads it."""
        return LABELS[self.state]

    @property
    def under_way(self) -> bool:
        """Whether something may still happen to it by itself."""
        return self.state in ("waiting", "running", "stopping")

    @property
    def open_to_change(self) -> bool:
        """Whether what was asked for may be put right and given: not begun, or ended without a text.

        Writing a document over again asks for what the document is; there is nothing to change in it.
        """
        return self.state in _CHANGEABLE and not self.payload.get("again")


def open_order(db: Database, person: Person, *, department: str, payload: Mapping[str, Any], at: str) -> Order:
    """A new order that files can be put to; nothing is drafted yet."""
    row = {
        "id": secrets.token_hex(8),
        "login": person.login,
        "ordered_by": person.name,
        "department": department,
        "title": "",
        "state": "open",
        "payload": dict(payload),
        "progress": {},
        "reason": "",
        "document_id": None,
        "ordered_at": at,
        "started_at": None,
        "finished_at": None,
        "beat_at": None,
    }
    with db.write() as connection:
        connection.execute(insert(orders).values(row))
    return _order(row)


def order_of(db: Database, person: Person, identifier: str) -> Order:
    """An order the person may see.  Raises `NotAllowed`, in the same words, for one that is not there."""
    with db.read() as connection:
        row = connection.execute(select(orders).where(orders.c.id == identifier)).mappings().one_or_none()
    if row is None or not _visible(row, person):
        raise NotAllowed(NOT_THERE)
    return _order(row)


def orders_of(db: Database, person: Person, limit: int = 20) -> tuple[Order, ...]:
    """The latest orders the person may see, those never started left out."""
    with db.read() as connection:
        chosen = select(orders).where(orders.c.state != "open").order_by(orders.c.ordered_at.desc(), orders.c.id)
        rows = connection.execute(chosen.limit(500)).mappings().all()
    return tuple(_order(r) for r in rows if _visible(r, person))[:limit]


def order_behind(db: Database, document_id: str) -> Order | None:
    """The latest order a document came of; None for one that was put in by hand or by a batch."""
    made = select(orders).where((orders.c.document_id == document_id) & (orders.c.state == "done"))
    with db.read() as connection:
        row = connection.execute(made.order_by(orders.c.finished_at.desc()).limit(1)).mappings().one_or_none()
    return _order(row) if row is not None else None


def change_order(db: Database, identifier: str, *, department: str, payload: Mapping[str, Any]) -> None:
    """What is asked for, while nobody works on it and nothing came of it.  Raises `NotAllowed` otherwise."""
    with db.write() as connection:
        _move(connection, identifier, _CHANGEABLE, {"payload": dict(payload), "department": department})


def start_order(db: Database, order: Order, person: Person, *, title: str, at: str) -> None:
    """Queue an order, for the first time or again."""
    fresh: dict[str, Any] = {
        "state": "waiting",
        "title": title,
        "reason": "",
        "progress": {},
        "started_at": None,
        "finished_at": None,
        "beat_at": at,
    }
    with db.write() as connection:
        _move(connection, order.id, _CHANGEABLE, fresh)
        record(connection, person.name, "order.start", title, {"order": order.id, **_asked(order)}, at=at)


def take_order(db: Database, identifier: str, *, at: str) -> Order | None:
    """Begin to work on a queued order; None when somebody else has, or it was stopped before."""
    with db.write() as connection:
        taken = connection.execute(
            update(orders)
            .where(orders.c.id == identifier, orders.c.state == "waiting")
            .values(state="running", started_at=at, beat_at=at)
        ).rowcount
        row = connection.execute(select(orders).where(orders.c.id == identifier)).mappings().one_or_none()
    return _order(row) if taken and row is not None else None


def note_progress(db: Database, identifier: str, progress: Mapping[str, Any], *, at: str) -> bool:
    """Write down how far it is; False when the person wants it stopped."""
    with db.write() as connection:
        connection.execute(update(orders).where(orders.c.id == identifier).values(progress=dict(progress), beat_at=at))
        state = connection.execute(select(orders.c.state).where(orders.c.id == identifier)).scalar()
    return state == "running"


def end_order(
    db: Database,
    order: Order,
    state: Literal["done", "failed", "stopped"],
    *,
    at: str,
    reason: str = "",
    document_id: str | None = None,
    progress: Mapping[str, Any] | None = None,
) -> None:
    """Say how it ended."""
    values: dict[str, Any] = {"state": state, "finished_at": at, "reason": reason, "beat_at": at}
    values |= {"document_id": document_id} if document_id else {}
    values |= {"progress": dict(progress)} if progress is not None else {}
    with db.write() as connection:
        connection.execute(update(orders).where(orders.c.id == order.id).values(values))
        told = {"order": order.id, "document": document_id or "", "reason": reason}
        record(connection, order.ordered_by, f"order.{state}", order.title, told, at=at)


def stop_order(db: Database, order: Order, person: Person, *, at: str) -> None:
    """Stop an order: at once while it waits, at the next section while it is written."""
    if person.login != order.login and Role.ADMIN not in person.roles:
        raise NotAllowed(f"这份稿子是{order.ordered_by}要的，只有本人或管理员能停。")
    with db.write() as connection:
        waiting = update(orders).where(orders.c.id == order.id, orders.c.state == "waiting")
        if not connection.execute(waiting.values(state="stopped", finished_at=at)).rowcount:
            running = update(orders).where(orders.c.id == order.id, orders.c.state == "running")
            connection.execute(running.values(state="stopping"))
        record(connection, person.name, "order.stop", order.title, {"order": order.id}, at=at)


def take_up_again(db: Database, *, at: str) -> tuple[str, ...]:
    """At the start of a server: orders that wait, oldest first; those whose worker fell silent are ended."""
    silent = utc_text(datetime.strptime(at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC) - timedelta(seconds=_SILENT_S))
    unheard = or_(orders.c.beat_at.is_(None), orders.c.beat_at < silent)
    with db.write() as connection:
        connection.execute(
            update(orders)
            .where(orders.c.state.in_(("running", "stopping")), unheard)
            .values(state="failed", reason=_INTERRUPTED, finished_at=at)
        )
        connection.execute(delete(orders).where(orders.c.state == "open", orders.c.ordered_at < _days_before(at, 30)))
        waiting = select(orders.c.id).where(orders.c.state == "waiting").order_by(orders.c.ordered_at)
        return tuple(connection.execute(waiting).scalars())


def _move(connection: Connection, identifier: str, states: tuple[str, ...], values: Mapping[str, Any]) -> None:
    chosen = update(orders).where(orders.c.id == identifier, orders.c.state.in_(states))
    if not connection.execute(chosen.values(dict(values))).rowcount:
        raise NotAllowed("这份稿子已经在写，或者已经写好。请刷新页面看它的进度。")


def _visible(row: Any, person: Person) -> bool:
    # One's own always, else the department's; a department not chosen yet is nobody else's.
    return bool(person.roles) and (row["login"] == person.login or sees(person, row["department"]))


def _asked(order: Order) -> dict[str, Any]:
    return {k: v for k, v in order.payload.items() if isinstance(v, (str, int)) and k != "folder"}


def _days_before(at: str, days: int) -> str:
    return utc_text(datetime.strptime(at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC) - timedelta(days=days))


def _order(row: Any) -> Order:
    return Order.model_validate({k: v for k, v in dict(row).items() if k != "beat_at"})

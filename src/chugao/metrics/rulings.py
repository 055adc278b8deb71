"""Rulings (裁定) kept: who said which source counts, when and why.

In: a `Ruling`.  Out: a row that is only ever added; `load_rulings` gives all of them, the oldest first.
"""

from sqlalchemy import Connection, func, insert, select

from chugao.database import Database
from chugao.database.tables import ruling
from chugao.metrics.calibers import Ruling


def add_ruling(connection: Connection, made: Ruling) -> Ruling:
    """Add one row; the ruling with its number."""
    number = connection.execute(select(func.coalesce(func.max(ruling.c.id), 0) + 1)).scalar_one()
    row = made.model_dump(exclude={"id", "by", "sources"})
    connection.execute(insert(ruling).values(**row, id=number, actor=made.by, sources=list(made.sources)))
    return made.model_copy(update={"id": number})


def load_rulings(db: Database) -> tuple[Ruling, ...]:
    """Every ruling ever made, the oldest first."""
    with db.read() as connection:
        return load_rulings_in(connection)


def load_rulings_in(connection: Connection) -> tuple[Ruling, ...]:
    """The same, inside the caller's transaction."""
    rows = connection.execute(select(ruling).order_by(ruling.c.id))
    return tuple(
        Ruling(
            id=r.id,
            metric=r.metric,
            department=r.department,
            period=r.period,
            chosen=r.chosen,
            sources=tuple(r.sources),
            by=r.actor,
            reason=r.reason,
            at=r.at,
        )
        for r in rows
    )

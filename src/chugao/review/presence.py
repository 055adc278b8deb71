"""Who is editing a section just now: a soft lock by heartbeat, told to others, stopping nobody.

In: a beat every 20 seconds.  Out: `Presence`; a beat older than 60 seconds is forgotten.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from chugao.database import Database, china_time, hold, utc_text
from chugao.database.review_tables import review_presence as table
from chugao.review import keeping
from chugao.review.people import Act, Person
from chugao.source import Frozen

BEAT_S = 20
EXPIRES_S = 60


class Presence(Frozen):
    """Somebody who has a section open for editing."""

    login: str
    name: str
    since: str
    """UTC, as every moment."""

    @property
    def text(self) -> str:
        """“王科长正在编辑（10:21）”."""
        return f"{self.name}正在编辑（{china_time(self.since):%H:%M}）"


def beat(
    db: Database, person: Person, document_id: str, section_id: str, *, at: str | None = None
) -> tuple[Presence, ...]:
    """Say that one is editing; who else is.  Raises `NotAllowed`."""
    moment = keeping.moment(at)
    with db.write() as connection:
        keeping.seen(connection, person, document_id, Act.SEE)
        hold(connection, f"review_presence:{document_id}")
        _forget(connection, document_id, moment)
        of_it = (table.c.document_id == document_id) & (table.c.section_id == section_id)
        own = of_it & (table.c.login == person.login)
        if connection.execute(update(table).where(own).values(beat=moment, name=person.name)).rowcount == 0:
            row = {"document_id": document_id, "section_id": section_id, "login": person.login, "name": person.name}
            connection.execute(insert(table).values(**row, since=moment, beat=moment))
        others = present(connection, document_id, moment).get(section_id, ())
    return tuple(p for p in others if p.login != person.login)


def leave(db: Database, person: Person, document_id: str, section_id: str) -> None:
    """Say that one has stopped editing."""
    with db.write() as connection:
        of_it = (table.c.document_id == document_id) & (table.c.section_id == section_id)
        connection.execute(delete(table).where(of_it & (table.c.login == person.login)))


def present(connection: Connection, document_id: str, at: str | None = None) -> dict[str, tuple[Presence, ...]]:
    """Who edits which section of a document."""
    since = _oldest(keeping.moment(at))
    rows = connection.execute(
        select(table.c.section_id, table.c.login, table.c.name, table.c.since)
        .where((table.c.document_id == document_id) & (table.c.beat > since))
        .order_by(table.c.since, table.c.login)
    ).all()
    found: dict[str, tuple[Presence, ...]] = {}
    for section_id, login, name, began in rows:
        found[section_id] = (*found.get(section_id, ()), Presence(login=login, name=name, since=began))
    return found


def _forget(connection: Connection, document_id: str, at: str) -> None:
    connection.execute(delete(table).where((table.c.document_id == document_id) & (table.c.beat <= _oldest(at))))


def _oldest(at: str) -> str:
    return utc_text(datetime.fromisoformat(at).astimezone(UTC) - timedelta(seconds=EXPIRES_S))

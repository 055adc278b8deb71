"""What somebody should know: they were named, answered, or it is their turn.

In: logins and a sentence.  Out: `Notice`s, unread until they are read; nothing leaves the house.
"""

from collections.abc import Collection

from sqlalchemy import Connection, insert, select, update

from chugao.database import Database
from chugao.database.review_tables import review_notice as table
from chugao.review import keeping
from chugao.review.documents import in_scope
from chugao.review.people import Person
from chugao.source import Frozen


class Notice(Frozen):
    """One thing to know."""

    id: int
    document_id: str
    kind: str
    """comment, answer, submitted, returned, approved, consulted, opinion."""
    section: str = ""
    text: str
    at: str
    read: bool


def tell(
    connection: Connection,
    logins: Collection[str],
    document_id: str,
    kind: str,
    text: str,
    *,
    section: str = "",
    at: str,
) -> None:
    """Leave a notice for each of these logins."""
    rows = [
        {
            "login": login,
            "document_id": document_id,
            "kind": kind,
            "section_id": section,
            "text": text,
            "at": at,
            "read_at": "",
        }
        for login in sorted(set(logins))
        if login
    ]
    if rows:
        connection.execute(insert(table), rows)


def inbox(db: Database, person: Person, *, unread: bool = False) -> tuple[Notice, ...]:
    """A person's notices, the latest first; of documents they may no longer see, none."""
    wanted = select(table).where(table.c.login == person.login).order_by(table.c.id.desc())
    if unread:
        wanted = wanted.where(table.c.read_at == "")
    with db.read() as connection:
        allowed = {*in_scope(connection, person), *_consulted(connection, person)}
        rows = connection.execute(wanted).all()
    return tuple(
        Notice(
            id=r.id,
            document_id=r.document_id,
            kind=r.kind,
            section=r.section_id,
            text=r.text,
            at=r.at,
            read=bool(r.read_at),
        )
        for r in rows
        if r.document_id in allowed
    )


def mark_read(db: Database, person: Person, number: int | None = None, *, at: str | None = None) -> None:
    """Mark one notice of the person's own as read, or all."""
    of_it = table.c.login == person.login
    if number is not None:
        of_it &= table.c.id == number
    with db.write() as connection:
        connection.execute(update(table).where(of_it).values(read_at=keeping.moment(at)))


def _consulted(connection: Connection, person: Person) -> Collection[str]:
    from chugao.database.review_tables import review_consultation as c

    wanted = select(c.c.document_id).where(c.c.department.in_(person.departments))
    return set(connection.execute(wanted).scalars()) if person.roles and person.departments else set()

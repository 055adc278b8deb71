"""Who did what: the audit as people read it, of the house for an administrator, of one document for who may see it.

In: a person, a document or none.  Out: rows of the audit, the newest first.
"""

from typing import Any

from sqlalchemy import select

from chugao.database import Database
from chugao.database.tables import audit
from chugao.review import keeping
from chugao.review.people import Act, Person, require
from chugao.source import Frozen


class Happening(Frozen):
    """One row of the audit."""

    seq: int
    at: str
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]


def happenings(
    db: Database,
    person: Person,
    document_id: str | None = None,
    *,
    before: int | None = None,
    action: str | None = None,
    actor: str | None = None,
    limit: int = 200,
) -> tuple[Happening, ...]:
    """Rows of the audit, older than `before`.  Raises `NotAllowed`."""
    wanted = select(audit).order_by(audit.c.seq.desc()).limit(max(1, min(limit, 1000)))
    for column, value in ((audit.c.subject, document_id), (audit.c.action, action), (audit.c.actor, actor)):
        if value is not None:
            wanted = wanted.where(column == value)
    if before is not None:
        wanted = wanted.where(audit.c.seq < before)
    with db.read() as connection:
        if document_id is None:
            require(person, Act.ADMINISTER)
        else:
            keeping.seen(connection, person, document_id)
        fields = Happening.model_fields
        rows = connection.execute(wanted).all()
    return tuple(Happening.model_validate({k: v for k, v in r._mapping.items() if k in fields}) for r in rows)

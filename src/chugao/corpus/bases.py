"""Policy documents (依据): kept beside the reports, offered while they are in force, never as wording.

In: a document that was added, and the days on which it is in force.  Out: `Basis`.
"""

from datetime import date

from sqlalchemy import Connection, delete, insert, select

from chugao.corpus.rows import original_of, read_original
from chugao.corpus.store import chosen_reports
from chugao.database import Database, hold, record
from chugao.database.tables import basis, document
from chugao.documents.basis import read_basis
from chugao.documents.structure import understand
from chugao.errors import InputError
from chugao.source import Frozen, Scope


class Basis(Frozen):
    """A policy document and when it is in force."""

    id: str
    owner: str
    file: str
    title: str
    number: str
    """文号; "" where it has none."""
    since: date | None = None
    until: date | None = None
    """The last day on which it is in force."""

    @property
    def citation(self) -> str:
        """As a draft cites it: 《名称》 with its number in brackets."""
        title = self.title.strip().removeprefix("《").removesuffix("》")
        return f"《{title}》" + (f"（{self.number}）" if self.number else "")

    def in_force(self, on: date) -> bool:
        """Whether it may be cited on a day; open ends stay open."""
        return (self.since is None or self.since <= on) and (self.until is None or on <= self.until)


def mark_basis(
    db: Database,
    id_or_file: str,
    *,
    number: str = "",
    since: date | None = None,
    until: date | None = None,
    actor: str,
    at: str,
) -> tuple[Basis, ...]:
    """Say that a kept document is a policy document; from now on it lends no wording.

    Where neither number nor dates are given, the document's own words stand: its 文号, “自……起施行，有效期5年”.
    Raises `InputError` for a name that is not there and for dates that are the wrong way round.
    """
    if since is not None and until is not None and until < since:
        raise InputError(f"失效日期{until}早于生效日期{since}。请核对后重填。")
    with db.write() as connection:
        hold(connection, "corpus")
        reports = chosen_reports(connection, [id_or_file])
        for report in reports:
            silent = not number and since is None and until is None
            said = _its_own_words(connection, report.id) if silent else (number, since, until)
            values = _values(*said)
            connection.execute(delete(basis).where(basis.c.document_id == report.id))
            connection.execute(insert(basis).values(document_id=report.id, **values))
            record(connection, actor, "corpus.basis", report.id, {"file": report.file, **values}, at=at)
        ids = {r.id for r in reports}
        return tuple(b for b in _bases(connection) if b.id in ids)


def _values(number: str, since: date | None, until: date | None) -> dict[str, str | None]:
    days = {"since": since, "until": until}
    return {"number": number} | {name: day.isoformat() if day else None for name, day in days.items()}


def _its_own_words(connection: Connection, document_id: str) -> tuple[str, date | None, date | None]:
    """(文号, first day, last day in force) as the document says; nothing of one that is no policy document."""
    kept = read_original(connection, original_of(document_id))
    if kept is None:
        return "", None, None
    whole = understand(kept.reading)
    _, _, place = document_id.partition("p")
    said = read_basis((whole, *whole.parts)[int(place or 1) - 1])
    return (said.number, said.since, said.until) if said else ("", None, None)


def offered_bases(db: Database, scope: Scope | None, on: date) -> tuple[Basis, ...]:
    """What may be cited on a day by these owners; expired and future ones never, and nothing without owners."""
    if scope is None or not scope.owners:
        return ()
    with db.read() as connection:
        found = _bases(connection)
    return tuple(b for b in found if b.in_force(on) and ("*" in scope.owners or b.owner in scope.owners))


def _bases(connection: Connection) -> tuple[Basis, ...]:
    columns = (document.c.id, document.c.owner, document.c.file, document.c.title)
    query = select(*columns, basis.c.number, basis.c.since, basis.c.until)
    rows = connection.execute(
        query.join(basis, basis.c.document_id == document.c.id).where(document.c.removed_at.is_(None))
    )
    found = (Basis.model_validate(dict(row._mapping)) for row in rows)
    return tuple(sorted(found, key=lambda b: (b.file, b.owner, b.id)))

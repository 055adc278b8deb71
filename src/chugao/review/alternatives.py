"""Another text for a section (A/B): offered beside the one that stands, taken or left.

In: a `Section` somebody drafted again, or typed and could not save.  Out: `Alternative`; taken, it is the next revision.
"""

import json
from collections.abc import Sequence

from sqlalchemy import Connection, insert, select, update

from chugao.database import Database
from chugao.database.review_tables import review_alternative as table
from chugao.errors import InputError
from chugao.manuscript import Evidence, Section
from chugao.review import keeping
from chugao.review.changing import bound
from chugao.review.people import Act, Person, may, require
from chugao.review.sections import Saved, put_in_place
from chugao.review.written import Written, flattened
from chugao.source import Frozen


class Alternative(Frozen):
    """One of several texts for a section."""

    id: int
    section_id: str
    label: str
    """“A”, “B”, or what somebody called it."""
    note: str
    author: str
    author_name: str
    at: str
    section: Section
    taken: bool
    evidence: tuple[Evidence, ...] = ()
    """What its numbers rest on, where the text that stands does not hold it."""


def offer_alternative(
    db: Database,
    person: Person,
    document_id: str,
    section: Section,
    *,
    label: str = "",
    note: str = "",
    evidence: Sequence[Evidence] = (),
    at: str | None = None,
) -> Alternative:
    """Keep another text for a section beside it, with what its numbers rest on.

    Raises `NotAllowed`, `InputError` for a section that is not in the document.
    """
    moment = keeping.moment(at)
    with db.write() as connection:
        document = keeping.held(connection, person, document_id, Act.SEE)
        if not may(person, Act.SUGGEST, document):
            require(person, Act.REGENERATE, document)
        keeping.known_section(connection, document, section.id)
        used = {c.id for s in section.sentences for c in s.claims} | {c.id for c in section.heading.claims}
        brought = [e for e in evidence if e.id in used]
        return _add(connection, person, document_id, section, label, note, moment, brought)


def branch(
    db: Database,
    person: Person,
    document_id: str,
    section_id: str,
    base_rev: int,
    written: Written,
    *,
    label: str = "",
    note: str = "",
    at: str | None = None,
) -> Alternative:
    """存为分支: what somebody typed, kept beside the section instead of over it.  Raises as `offer_alternative`."""
    moment = keeping.moment(at)
    with db.write() as connection:
        document = keeping.held(connection, person, document_id, Act.SUGGEST)
        held = keeping.known_section(connection, document, section_id)
        base = keeping.revision(connection, document_id, section_id, base_rev) or held.section
        typed = bound(
            connection,
            person,
            document,
            held._replace(json=keeping.canonical(base)),
            flattened(written, base),
            at=moment,
        )
        return _add(connection, person, document_id, typed, label, note, moment)


def alternatives(
    db: Database, person: Person, document_id: str, section_id: str | None = None
) -> tuple[Alternative, ...]:
    """The alternatives of a document or of a section, the oldest first.  Raises `NotAllowed`."""
    with db.read() as connection:
        keeping.seen(connection, person, document_id)
        return tuple(a for a in _all(connection, document_id) if section_id in (None, a.section_id))


def take_alternative(
    db: Database, person: Person, document_id: str, number: int, base_rev: int, *, at: str | None = None
) -> Saved:
    """Put an alternative in the place of the section as read at `base_rev`.

    Raises `NotAllowed`, `InputError` for one that is not there, `Conflict` when the section changed meanwhile.
    """
    moment = keeping.moment(at)
    with db.write() as connection:
        document = keeping.held(connection, person, document_id, Act.EDIT)
        found = next((a for a in _all(connection, document_id) if a.id == number), None)
        if found is None:
            raise InputError(f"没有第{number}个备选。请刷新页面。")
        of_it = (table.c.document_id == document_id) & (table.c.id == number)
        connection.execute(update(table).where(of_it).values(taken=True))
        told = f"备选{found.label}"
        return put_in_place(
            connection, person, document, base_rev, found.section, "alternative", told, found.evidence, moment
        )


def _add(
    connection: Connection,
    person: Person,
    document_id: str,
    section: Section,
    label: str,
    note: str,
    at: str,
    evidence: Sequence[Evidence] = (),
) -> Alternative:
    number = keeping.next_number(connection, table.c.id, table.c.document_id == document_id)
    here = [a for a in _all(connection, document_id) if a.section_id == section.id]
    # A is the text that stands.
    label = label.strip() or chr(ord("B") + len(here) % 25)
    connection.execute(
        insert(table).values(
            document_id=document_id,
            id=number,
            section_id=section.id,
            label=label,
            note=note,
            author=person.login,
            author_name=person.name,
            at=at,
            section=keeping.canonical(section),
            taken=False,
            evidence=json.dumps([e.model_dump(mode="json") for e in evidence], ensure_ascii=False),
        )
    )
    document = keeping.seen(connection, person, document_id)
    detail = {"section": section.id, "alternative": number, "label": label}
    keeping.log(connection, person, "review.alternative", document, detail, at=at)
    return _all(connection, document_id)[-1]


def _all(connection: Connection, document_id: str) -> list[Alternative]:
    wanted = select(table).where(table.c.document_id == document_id).order_by(table.c.id)
    return [
        Alternative(
            id=r.id,
            section_id=r.section_id,
            label=r.label,
            note=r.note,
            author=r.author,
            author_name=r.author_name,
            at=r.at,
            section=keeping.parsed(r.section),
            taken=r.taken,
            evidence=tuple(Evidence.model_validate(e) for e in json.loads(r.evidence)),
        )
        for r in connection.execute(wanted).all()
    ]

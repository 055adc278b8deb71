"""A text under review (文稿): what it is called, whose it is, where it stands.

In: a `Draft` somebody puts in.  Out: `Document`; the working text as a `Draft` again.

The working text is the newest version with the sections as they stand now laid over it; its hash, `Document.content`, is
what an approval is bound to.
"""

import secrets
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, select

from chugao.database import Database
from chugao.database.review_tables import review_document as table
from chugao.errors import InputError
from chugao.kind import Kind
from chugao.manuscript import Draft
from chugao.review.people import EVERYTHING, Act, Person, State, require, scope_of
from chugao.source import Frozen

ROUNDS = ("初稿", "征求意见稿", "会签", "送审稿", "上会稿", "定稿")
"""The rounds a document goes through; not every one needs all."""


class Document(Frozen):
    """A text under review."""

    id: str
    title: str
    kind: Kind
    department: str
    organisation: str
    year: int
    period: str
    cutoff: str | None = None
    state: State = State.DRAFT
    round: str = ROUNDS[0]
    venue: str = ""
    """Of a 上会稿: which meeting, “院长办公会”."""
    version: int = 1
    """Number of the newest version."""
    content: str
    """Hash of the working text."""
    limit: int | None = None
    """Characters allowed, where the 通知 set a ceiling."""
    owner: str
    """Login of the 经办人."""
    owner_name: str
    created_by: str
    created_at: str
    updated_at: str
    updated_by: str = ""
    updated_name: str = ""
    approved_by: str = ""
    approved_name: str = ""
    approved_at: str = ""
    approved_content: str = ""
    """What was approved; "" when no approval holds."""
    exported_file: str = ""
    exported_hash: str = ""
    """SHA-256 of the file as it left."""
    consulted: tuple[str, ...] = ()
    """科室 that are asked in 会签."""
    taken_over_by: str = ""
    """Login of the administrator who has taken over the writing."""

    @property
    def number(self) -> str:
        """“第3稿”."""
        return f"第{self.version}稿"


def put_in(
    db: Database,
    person: Person,
    draft: Draft,
    *,
    note: str = "",
    limit: int | None = None,
    at: str | None = None,
) -> Document:
    """Put a draft under review: version 1, kind `ai`.  Committed with its audit row when it returns.

    Without a `limit` that of the outline from above counts.

    Raises `NotAllowed` for a person who may not write for that department, `InputError` for a draft without sections.
    """
    from chugao.checks.covering import coverage_of
    from chugao.review import keeping
    from chugao.review.versions import first

    require(person, Act.PUT_IN, department=draft.department)
    if not draft.sections:
        raise InputError("这份草稿没有正文。请先起草。")
    moment = keeping.moment(at)
    above = coverage_of(draft)
    document = Document(
        id=f"d{secrets.token_hex(8)}",
        title=draft.title.text,
        kind=draft.kind,
        department=draft.department,
        organisation=draft.organisation,
        year=draft.year,
        period=draft.period,
        cutoff=draft.cutoff,
        content="",
        limit=limit or (above.ceiling if above and above.ceiling else None),
        owner=person.login,
        owner_name=person.name,
        created_by=person.login,
        created_at=moment,
        updated_at=moment,
        updated_by=person.login,
        updated_name=person.name,
    )
    with db.write() as connection:
        keeping.add_document(connection, document)
        document = first(connection, person, document, draft, note=note, at=moment)
        keeping.log(connection, person, "review.put_in", document, {"note": note}, at=moment)
    return document


def documents(
    db: Database,
    person: Person,
    *,
    department: str | None = None,
    year: int | None = None,
    kind: str | None = None,
    state: State | None = None,
) -> tuple[Document, ...]:
    """Documents a person may see, the latest first; nobody without scope sees any."""
    owners = scope_of(person).owners
    if not owners:
        return ()
    wanted = select(table.c.payload).order_by(table.c.updated_at.desc(), table.c.id)
    if EVERYTHING not in owners:
        wanted = wanted.where(table.c.department.in_(owners))
    for column, value in (
        (table.c.department, department),
        (table.c.year, year),
        (table.c.kind, kind),
        (table.c.state, state.value if state else None),
    ):
        if value is not None:
            wanted = wanted.where(column == value)
    with db.read() as connection:
        return tuple(Document.model_validate(row) for row in connection.execute(wanted).scalars())


def document(db: Database, person: Person, document_id: str) -> Document:
    """One document.  Raises `NotAllowed`, in the same words, for one that is not there or may not be seen."""
    from chugao.review import keeping

    with db.read() as connection:
        return keeping.seen(connection, person, document_id)


def current(db: Database, person: Person, document_id: str) -> Draft:
    """The working text: what a reader sees now.  Raises as `document`."""
    from chugao.review import keeping

    with db.read() as connection:
        return keeping.working(connection, keeping.seen(connection, person, document_id))


def hand_over(
    db: Database, person: Person, document_id: str, login: str, name: str, *, at: str | None = None
) -> Document:
    """Give a document to another 经办人.  Raises `NotAllowed`, `InputError` for nobody."""
    if not login.strip() or not name.strip():
        raise InputError("请写明移交给谁。")
    changed = {"owner": login, "owner_name": name, "taken_over_by": ""}
    return _with(db, person, document_id, Act.HAND_OVER, changed, {"to": login}, at)


def take_over(db: Database, person: Person, document_id: str, *, reason: str, at: str | None = None) -> Document:
    """An administrator takes over the writing, by name and reason; the log says so.

    Raises `NotAllowed`, `InputError` without a reason.
    """
    if not reason.strip():
        raise InputError("接手修改要写明理由。请写上为什么由您来改。")
    return _with(db, person, document_id, Act.TAKE_OVER, {"taken_over_by": person.login}, {"reason": reason}, at)


def set_limit(db: Database, person: Person, document_id: str, limit: int | None, *, at: str | None = None) -> Document:
    """Set the ceiling of characters, or none.  Raises `NotAllowed`, `InputError` for a ceiling below 1."""
    if limit is not None and limit < 1:
        raise InputError("字数上限要大于0；没有上限请留空。")
    return _with(db, person, document_id, Act.KEEP_VERSION, {"limit": limit}, {"limit": limit}, at)


def _with(
    db: Database,
    person: Person,
    document_id: str,
    act: Act,
    changed: Mapping[str, object],
    told: Mapping[str, object],
    at: str | None,
) -> Document:
    from chugao.review import keeping

    moment = keeping.moment(at)
    with db.write() as connection:
        held = keeping.held(connection, person, document_id, act)
        held = keeping.keep(connection, held.model_copy(update=changed))
        keeping.log(connection, person, f"review.{act.value}", held, told, at=moment)
    return held


def in_scope(connection: Connection, person: Person) -> Sequence[str]:
    """Ids of all documents a person may see."""
    owners = scope_of(person).owners
    if not owners:
        return ()
    wanted = select(table.c.id)
    if EVERYTHING not in owners:
        wanted = wanted.where(table.c.department.in_(owners))
    return connection.execute(wanted).scalars().all()

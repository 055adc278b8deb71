"""Rows of review: a document held while it changes, its text, its sections, its log.

In: a connection inside a transaction.  Out: nouns.  Nothing here asks who may; `held` and `seen` do, through `people`.

Every change of a document first locks the document's row, so that on PostgreSQL too one follows the other.
"""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from threading import Lock
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, func, insert, select, update

from chugao.database import known_in, record, utc_text
from chugao.database.review_tables import (
    review_document,
    review_revision,
    review_section,
    review_step,
    review_text,
    review_version,
)
from chugao.errors import InputError, NotAllowed
from chugao.manuscript import Draft, Evidence, Section, content_hash
from chugao.review.documents import Document
from chugao.review.people import NOT_THERE, Act, Person, State, require
from chugao.review.written import TITLE
from chugao.source import Finding


class Held(NamedTuple):
    """A section as it stands."""

    id: str
    ordinal: int
    rev: int
    state: str
    state_before: str
    reason: str
    locked_by: str
    edited_by: str
    edited_name: str
    edited_at: str
    json: str
    evidence_json: str

    @property
    def section(self) -> Section:
        return parsed(self.json)

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        return tuple(Evidence.model_validate(e) for e in json.loads(self.evidence_json))


@lru_cache(maxsize=4096)
def parsed(text: str) -> Section:
    """A section from its JSON; read again and again, and never changed."""
    return Section.model_validate_json(text)


def moment(at: str | None) -> str:
    """Now, unless a moment is given."""
    return at or utc_text(datetime.now(UTC))


# --- documents ------------------------------------------------------------------------------------


def held(connection: Connection, person: Person, document_id: str, act: Act) -> Document:
    """The document, locked until commit, for a person who may do this with it.

    Raises `NotAllowed`.
    """
    found = _found(connection, document_id, lock=True)
    if found is None:
        raise NotAllowed(NOT_THERE)
    require(person, act, found)
    return found


def seen(connection: Connection, person: Person, document_id: str, act: Act = Act.SEE) -> Document:
    """The document, for a person who may see it.  Raises `NotAllowed`."""
    known = known_in(connection)
    if ("document", document_id) not in known:
        known["document", document_id] = _found(connection, document_id)
    found: Document | None = known["document", document_id]
    if found is None:
        raise NotAllowed(NOT_THERE)
    require(person, act, found)
    return found


def _found(connection: Connection, document_id: str, lock: bool = False) -> Document | None:
    wanted = select(review_document.c.payload).where(review_document.c.id == document_id)
    if lock:
        wanted = wanted.with_for_update()
    payload = connection.execute(wanted).scalar_one_or_none()
    return None if payload is None else Document.model_validate(payload)


def add_document(connection: Connection, document: Document) -> None:
    connection.execute(insert(review_document).values(id=document.id, **_columns(document)))


def keep(connection: Connection, document: Document) -> Document:
    """Write the document as it is now."""
    of_it = review_document.c.id == document.id
    connection.execute(update(review_document).where(of_it).values(**_columns(document)))
    return document


def _columns(document: Document) -> dict[str, Any]:
    payload = document.model_dump(mode="json")
    names = ("department", "year", "kind", "title", "state", "round", "version", "content", "owner", "updated_at")
    return {name: payload[name] for name in names} | {"payload": payload}


def log(
    connection: Connection, person: Person, action: str, document: Document, detail: Mapping[str, Any], *, at: str
) -> None:
    """One row of the audit; call it last in a transaction."""
    told = {"name": person.name, "content": document.content, **detail}
    record(connection, person.login, action, document.id, told, at=at)


def add_step(connection: Connection, person: Person, document: Document, act: str, *, note: str = "", at: str) -> None:
    """One step of the document's own history."""
    connection.execute(
        insert(review_step).values(
            document_id=document.id,
            no=next_number(connection, review_step.c.no, review_step.c.document_id == document.id),
            act=act,
            state=document.state.value,
            round=document.round,
            content=document.content,
            actor=person.login,
            actor_name=person.name,
            at=at,
            note=note,
        )
    )


def next_number(connection: Connection, column: Any, condition: Any) -> int:
    """The number after the last one; the document's lock keeps others away."""
    return int(connection.execute(select(func.max(column)).where(condition)).scalar() or 0) + 1


def digest(text: str) -> str:
    """SHA-256 of a text, for the log: the log proves what was saved without repeating it."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


# --- texts ----------------------------------------------------------------------------------------


def put_text(connection: Connection, draft: Draft) -> str:
    """Keep a draft once; its hash."""
    text = draft.model_dump_json()
    digest = hashlib.sha256(text.encode()).hexdigest()
    if connection.execute(select(review_text.c.hash).where(review_text.c.hash == digest)).first() is None:
        from chugao.database import hold

        hold(connection, f"review_text:{digest}")
        if connection.execute(select(review_text.c.hash).where(review_text.c.hash == digest)).first() is None:
            connection.execute(insert(review_text).values(hash=digest, draft=text))
    return digest


def get_text(connection: Connection, digest: str) -> Draft:
    """A draft by its hash."""
    return _remembered(("text", digest), lambda: _read_text(connection, digest))


_KEPT = 48
_memory: "OrderedDict[tuple[str, ...], Draft]" = OrderedDict()
_lock = Lock()


def _remembered(key: tuple[str, ...], make: Callable[[], Draft]) -> Draft:
    """What follows from its key alone: a draft of a hash, a text of the hashes of its sections."""
    with _lock:
        if (known := _memory.get(key)) is not None:
            _memory.move_to_end(key)
            return known
    made = make()
    with _lock:
        _memory[key] = made
        while len(_memory) > _KEPT:
            _memory.popitem(last=False)
    return made


def _read_text(connection: Connection, digest: str) -> Draft:
    text = connection.execute(select(review_text.c.draft).where(review_text.c.hash == digest)).scalar_one()
    return Draft.model_validate_json(text)


def canonical(section: Section) -> str:
    """A section as JSON; equal sections, equal bytes."""
    return json.dumps(section.model_dump(mode="json"), ensure_ascii=False, sort_keys=True)


def content_of(sections: Iterable[str], shell: str) -> str:
    """Hash of a text: title and sections in order, and what stands around them."""
    digest = hashlib.sha256()
    for part in (*sections, shell):
        digest.update(f"{len(part)}:".encode())
        digest.update(part.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def content_of_draft(draft: Draft) -> str:
    return content_of([canonical(s) for s in sections_of(draft)], draft.shell.model_dump_json())


def title_section(draft: Draft) -> Section:
    """The title as a section of its own, so that it is edited, locked and commented like any other."""
    return Section(id=TITLE, number="", heading=draft.title, level=1)


def sections_of(draft: Draft) -> list[Section]:
    return [title_section(draft), *draft.sections]


# --- sections -------------------------------------------------------------------------------------


def held_sections(connection: Connection, document_id: str) -> list[Held]:
    """The sections of the working text in order, the title first."""
    known = known_in(connection)
    found: list[Held] | None = known.get(("sections", document_id))
    if found is None:
        rows = connection.execute(_sections(document_id).order_by(review_section.c.ordinal))
        found = known["sections", document_id] = [h for h in map(_held, rows) if h.ordinal >= 0]
    return list(found)


def held_section(connection: Connection, document_id: str, section_id: str) -> Held | None:
    row = connection.execute(_sections(document_id).where(review_section.c.section_id == section_id)).first()
    found = _held(row) if row is not None else None
    return found if found is not None and found.ordinal >= 0 else None


def _sections(document_id: str) -> Any:
    s, r = review_section, review_revision
    joined = s.join(r, (s.c.document_id == r.c.document_id) & (s.c.section_id == r.c.section_id) & (s.c.rev == r.c.rev))
    columns = (
        s.c.section_id,
        s.c.ordinal,
        s.c.rev,
        s.c.state,
        s.c.state_before,
        s.c.reason,
        s.c.locked_by,
        s.c.edited_by,
        s.c.edited_name,
        s.c.edited_at,
        r.c.section,
        r.c.evidence,
    )
    return select(*columns).select_from(joined).where(s.c.document_id == document_id)


def _held(row: Row[Any]) -> Held:
    return Held._make(row)


def known_section(connection: Connection, document: Document, section_id: str) -> Held:
    """A section of the working text.  Raises `InputError` for one that is not there."""
    found = held_section(connection, document.id, section_id)
    if found is None:
        raise InputError(f"《{document.title}》里没有“{section_id}”这一节。请刷新页面。")
    return found


def set_section(connection: Connection, document_id: str, section_id: str, **values: Any) -> None:
    of_it = (review_section.c.document_id == document_id) & (review_section.c.section_id == section_id)
    connection.execute(update(review_section).where(of_it).values(**values))


def revision(connection: Connection, document_id: str, section_id: str, rev: int) -> Section | None:
    """A section as it stood at a revision."""
    r = review_revision
    text = connection.execute(
        select(r.c.section).where((r.c.document_id == document_id) & (r.c.section_id == section_id) & (r.c.rev == rev))
    ).scalar_one_or_none()
    return None if text is None else parsed(text)


def earlier(connection: Connection, document_id: str, section_id: str) -> list[Section]:
    """Every revision of a section, the oldest first."""
    r = review_revision
    wanted = (
        select(r.c.section).where((r.c.document_id == document_id) & (r.c.section_id == section_id)).order_by(r.c.rev)
    )
    return [parsed(text) for text in connection.execute(wanted).scalars()]


def add_revision(
    connection: Connection,
    person: Person,
    document_id: str,
    section: Section,
    rev: int,
    *,
    how: str,
    evidence: Sequence[Evidence] = (),
    note: str = "",
    at: str,
) -> None:
    connection.execute(
        insert(review_revision).values(
            document_id=document_id,
            section_id=section.id,
            rev=rev,
            how=how,
            author=person.login,
            author_name=person.name,
            at=at,
            note=note,
            section=canonical(section),
            evidence=json.dumps([e.model_dump(mode="json") for e in evidence], ensure_ascii=False),
        )
    )


def working(connection: Connection, document: Document) -> Draft:
    """The newest version with the sections as they stand now."""
    return working_of(connection, document, held_sections(connection, document.id))


def working_of(connection: Connection, document: Document, sections: Sequence[Held]) -> Draft:
    """The same with the sections at hand."""
    # The texts themselves: their hash is worked out once for each string, a digest of them every time.
    key = (_head_hash(connection, document), *(t for h in sections for t in (h.id, h.json, h.evidence_json)))
    return _remembered(key, lambda: laid_over(head(connection, document), sections))


def head(connection: Connection, document: Document) -> Draft:
    """The newest version."""
    return get_text(connection, _head_hash(connection, document))


def _head_hash(connection: Connection, document: Document) -> str:
    known, asked = known_in(connection), ("head", document.id, document.version)
    if asked not in known:
        of_it = (review_version.c.document_id == document.id) & (review_version.c.no == document.version)
        known[asked] = str(connection.execute(select(review_version.c.text_hash).where(of_it)).scalar_one())
    return str(known[asked])


def laid_over(head: Draft, sections: Sequence[Held]) -> Draft:
    """A draft with other sections; what was found in places that changed since no longer counts."""
    title = next(h.section.heading for h in sections if h.id == TITLE)
    body = tuple(h.section for h in sections if h.id != TITLE)
    evidence = {e.id: e for e in (*(e for h in sections for e in h.evidence), *head.evidence)}
    identity = content_hash(title, body, head.shell)
    if identity == head.id:
        return head
    draft = head.model_copy(
        update={
            "id": identity,
            "parent": head.id,
            "title": title,
            "sections": body,
            "evidence": tuple(evidence.values()),
        }
    )
    return draft.model_copy(update={"findings": tuple(f for f in head.findings if _stands(draft, f))})


def _stands(draft: Draft, finding: Finding) -> bool:
    from chugao.checks.ours import text_at

    place = finding.place
    if not place.sentence:
        return place.section in {"", *(s.id for s in draft.sections)}
    return text_at(draft, place)[place.start : place.end] == finding.quote


def content(connection: Connection, document: Document, shell: str) -> str:
    """Hash of the working text as it stands in the tables."""
    return content_of([h.json for h in held_sections(connection, document.id)], shell)


def shell_of(connection: Connection, document: Document) -> str:
    return head(connection, document).shell.model_dump_json()


def voided(document: Document) -> Document:
    """The document after its text changed: an approval no longer holds."""
    if document.state not in (State.APPROVED, State.EXPORTED):
        return document
    return document.model_copy(
        update={
            "state": State.IN_REVIEW,
            "round": "送审稿" if document.round == "定稿" else document.round,
            "approved_by": "",
            "approved_name": "",
            "approved_at": "",
            "approved_content": "",
            "exported_file": "",
            "exported_hash": "",
        }
    )

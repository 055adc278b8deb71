"""Write a file of past reports to the database, and keep one lender for each text.

In: a `Reading` and what was said of it.  Out: rows, inside the caller's transaction, who `hold`s “corpus”.

A text that is there already, in another format or under another name, is kept with its passages, but they are not
offered (`part.duplicate_of`): should the first one be removed, the second steps in.
"""

import hashlib
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, delete, insert, or_, select, update

from chugao.corpus.passages import Passage, embedding_key, is_own, passages_of, same_text_key
from chugao.database.tables import document, original, part, passage
from chugao.documents.reading import Reading
from chugao.documents.structure import Document, understand
from chugao.source import Frozen

Row = dict[str, Any]


class Said(Frozen):
    """What a person says of the files they add."""

    organisation: str = ""
    department: str = ""
    own: bool | None = None

    def over(self, earlier: "Said") -> "Said":
        """What counts when the same file was added before: silence takes nothing back."""
        return Said(
            organisation=self.organisation or earlier.organisation,
            department=self.department or earlier.department,
            own=earlier.own if self.own is None else self.own,
        )


class Original(NamedTuple):
    """A file as it was added."""

    owner: str
    reading: Reading
    said: Said


class Understood(NamedTuple):
    """One document, ready to be written."""

    ordinal: int
    """1-based place in its file, as its id says."""
    row: Row
    text_key: str
    passages: list[Row]


class File(NamedTuple):
    """A file and its documents, ready to be written."""

    id: str
    owner: str
    reading: Reading
    said: Said
    documents: tuple[Understood, ...]


# --- understanding --------------------------------------------------------------------------------


def original_id(fingerprint: str, owner: str) -> str:
    """The fingerprint alone when nobody owns it, as in a stateless index."""
    return f"{fingerprint}@{hashlib.sha256(owner.encode()).hexdigest()[:12]}" if owner else fingerprint


def original_of(document_id: str) -> str:
    """“3f2a…p2” is the second document of “3f2a…”; neither fingerprint nor owner holds a p."""
    return document_id.partition("p")[0]


def storable(reading: Reading) -> Reading:
    """Without NUL and lone surrogates, which a database cannot keep."""
    strip = {0: None} | dict.fromkeys(range(0xD800, 0xE000))
    paragraphs = [p.model_copy(update={"text": p.text.translate(strip)}) for p in reading.paragraphs]
    front = {key: value.translate(strip) for key, value in reading.front_matter.items()}
    return reading.model_copy(update={"paragraphs": tuple(paragraphs), "front_matter": front})


def understand_file(id_: str, reading: Reading, said: Said, owner: str, at: str) -> File:
    """A file and all its documents; slow, so to be called outside a transaction.

    Raises `InputError` as `understand` does, and whatever a mistake of ours raises.
    """
    first = understand(reading)
    documents = []
    for ordinal, one in enumerate((first, *first.parts), 1):
        document_id = f"{id_}p{ordinal}" if ordinal > 1 else id_
        row = _document_row(one, document_id, said) | {"owner": owner, "added_at": at, "removed_at": None}
        passages = passages_of(one.model_copy(update={"parts": ()}))
        rows = [_passage_row(p, document_id, n) for n, p in enumerate(passages, 1)]
        documents.append(Understood(ordinal, row, same_text_key(one.text), rows))
    return File(id_, owner, reading, said, tuple(documents))


def _document_row(one: Document, id_: str, said: Said) -> Row:
    return {
        "id": id_,
        "file": one.file,
        "title": one.title,
        "kind": one.kind.value if one.kind else "",
        "year": one.year,
        "plan_year": one.plan_year,
        "department": one.department or said.department,
        "issuer": one.issuer,
        "level": one.level,
        "release": one.release.value,
        "own": is_own(one, said.organisation, said.department) if said.own is None else said.own,
        "flags": list(one.flags),
        "text": one.text,
    }


def _passage_row(given: Passage, document_id: str, ordinal: int) -> Row:
    fields = {"role", "text", "masked", "start", "end"}
    place = {"id": f"{document_id}-{ordinal}", "document_id": document_id, "ordinal": ordinal}
    values = given.model_dump(include=fields) | {"key": embedding_key(given)}
    return place | {"heading_path": list(given.heading_path)} | values


# --- writing --------------------------------------------------------------------------------------


def read_original(connection: Connection, id_: str) -> Original | None:
    """A file as it was added; None when it is gone."""
    row = connection.execute(select(original).where(original.c.id == id_)).one_or_none()
    if row is None:
        return None
    return Original(row.owner, Reading.model_validate(row.reading), Said.model_validate(row.said))


def active(connection: Connection, file_id: str) -> list[str]:
    """Documents kept of a file, in order."""
    query = select(part.c.document_id).where(part.c.original_id == file_id).order_by(part.c.ordinal)
    return list(connection.execute(query).scalars())


def removed(connection: Connection, file_id: str) -> set[str]:
    """Documents of a file that a person removed."""
    of_file = or_(document.c.id == file_id, document.c.id.like(f"{file_id}p%"))
    query = select(document.c.id).where(of_file, document.c.removed_at.is_not(None))
    return set(connection.execute(query).scalars())


def write_file(connection: Connection, file: File, at: str) -> None:
    """Put a file's documents in the place of what there was of it."""
    _write_original(connection, file, at)
    before = active(connection, file.id)
    gone = sorted(set(before) - {d.row["id"] for d in file.documents})
    if gone:
        retire(connection, gone)
        connection.execute(delete(document).where(document.c.id.in_(gone)))
    query = select(document.c.id, document.c.added_at).where(document.c.id.in_(before))
    added = {row.id: row.added_at for row in connection.execute(query)}
    for one in file.documents:
        row = one.row | {"added_at": added.get(one.row["id"], at)}
        _write_document(connection, file, one._replace(row=row))
    drop_empty(connection, [file.id])


def drop_empty(connection: Connection, file_ids: Collection[str]) -> None:
    """Of these files those none of whose documents is kept: their words go too."""
    kept = select(part.c.document_id).where(part.c.original_id == original.c.id).exists()
    connection.execute(delete(original).where(original.c.id.in_(file_ids), ~kept))


def _write_original(connection: Connection, file: File, at: str) -> None:
    earlier = connection.execute(select(original.c.added_at).where(original.c.id == file.id)).scalar_one_or_none()
    values = {
        "id": file.id,
        "owner": file.owner,
        "file": file.reading.file,
        "reading": file.reading.model_dump(mode="json", exclude_defaults=True),
        "said": file.said.model_dump(),
        "added_at": earlier or at,
    }
    _put(connection, original, original.c.id == file.id, values)


def _write_document(connection: Connection, file: File, one: Understood) -> None:
    id_ = one.row["id"]
    old_key = connection.execute(select(part.c.text_key).where(part.c.document_id == id_)).scalar_one_or_none()
    _put(connection, document, document.c.id == id_, one.row)
    lender = _lender(connection, file.owner, one.text_key, id_)
    place = {"original_id": file.id, "ordinal": one.ordinal, "text_key": one.text_key, "duplicate_of": lender}
    _put(connection, part, part.c.document_id == id_, place | {"document_id": id_})
    connection.execute(delete(passage).where(passage.c.document_id == id_))
    if one.passages:
        connection.execute(insert(passage), one.passages)
    settle(connection, file.owner, one.text_key)
    if old_key is not None and old_key != one.text_key:
        settle(connection, file.owner, old_key)


def _put(connection: Connection, table: Table, which: ColumnElement[bool], row: Row) -> None:
    """Update the row, insert it when it is not there."""
    if not connection.execute(update(table).where(which).values(row)).rowcount:
        connection.execute(insert(table).values(row))


def _lender(connection: Connection, owner: str, text_key: str, id_: str) -> str | None:
    """The other document that lends this text already."""
    query = (
        select(document.c.id)
        .join(part, part.c.document_id == document.c.id)
        .where(document.c.owner == owner, part.c.text_key == text_key, part.c.duplicate_of.is_(None))
        .where(document.c.id != id_)
    )
    return connection.execute(query.limit(1)).scalar_one_or_none()


# --- one text, one lender -------------------------------------------------------------------------


def retire(connection: Connection, ids: Sequence[str]) -> None:
    """Take documents out of what is offered; where one lent its text for others, the next steps in."""
    query = select(document.c.owner, part.c.text_key).join(part, part.c.document_id == document.c.id)
    groups = connection.execute(query.where(document.c.id.in_(ids)).distinct()).all()
    connection.execute(delete(passage).where(passage.c.document_id.in_(ids)))
    connection.execute(delete(part).where(part.c.document_id.in_(ids)))
    for group in groups:
        settle(connection, group.owner, group.text_key)


def settle(connection: Connection, owner: str, text_key: str) -> None:
    """Of documents with one text exactly one lends it; it is the office's own if any of them is."""
    members = connection.execute(
        select(document.c.id, document.c.own, part.c.duplicate_of)
        .join(part, part.c.document_id == document.c.id)
        .where(document.c.owner == owner, part.c.text_key == text_key)
        .order_by(document.c.added_at, document.c.id)
    ).all()
    if not members:
        return
    first = next((m for m in members if m.duplicate_of is None), members[0])
    others = [m.id for m in members if m.id != first.id]
    connection.execute(update(part).where(part.c.document_id.in_(others)).values(duplicate_of=first.id))
    if first.duplicate_of is not None:
        connection.execute(update(part).where(part.c.document_id == first.id).values(duplicate_of=None))
    if any(m.own for m in members) and not first.own:
        connection.execute(update(document).where(document.c.id == first.id).values(own=True))

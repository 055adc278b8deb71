"""Suggestions: changes kept beside the text until somebody takes or refuses them.

In: a section as somebody would have it.  Out: a row for each change; accepted ones go over the text as it stands now.

A suggestion knows the words it would replace, at the revision it was made on.  Where those words no longer stand, it is
outdated and says so; nothing is put in by guess.
"""

from collections.abc import Iterator
from typing import Literal

from sqlalchemy import Connection, Row, insert, select, update

from chugao.database import Database
from chugao.database.review_tables import review_suggestion as table
from chugao.errors import InputError, StaleVersion
from chugao.review import keeping
from chugao.review.changing import unlocked
from chugao.review.documents import Document
from chugao.review.keeping import Held
from chugao.review.people import Act, Person
from chugao.review.sections import Saved, write
from chugao.review.written import Flat, Rows, Written, compared, flat_of, flattened, moved_span, text_of
from chugao.source import Frozen

SuggestionState = Literal["open", "accepted", "rejected", "outdated"]


class Suggestion(Frozen):
    """One change somebody suggests."""

    id: int
    section: str
    base_rev: int
    start: int
    """Code points of the flat text at `base_rev`."""
    end: int
    old: str
    new: str
    state: SuggestionState
    author: str
    author_name: str
    at: str
    note: str = ""
    decided_by: str = ""
    decided_at: str = ""
    why: str = ""
    place: tuple[int, int] | None = None
    """Where the words stand in the text now; None when they do not."""


def suggest(
    db: Database,
    person: Person,
    document_id: str,
    section_id: str,
    base_rev: int,
    written: Written,
    *,
    note: str = "",
    at: str | None = None,
) -> tuple[Suggestion, ...]:
    """Suggest a text, read at a revision: a suggestion for each change.

    Raises `NotAllowed`, `StaleVersion` for a revision that is not there, `InputError` where nothing is changed or a
    table is.
    """
    moment = keeping.moment(at)
    with db.write() as connection:
        document = keeping.held(connection, person, document_id, Act.SUGGEST)
        keeping.known_section(connection, document, section_id)
        base = keeping.revision(connection, document_id, section_id, base_rev)
        if base is None:
            raise StaleVersion("您打开的这一版已经不在了。请刷新页面后再提。")
        ground, wanted = flat_of(base), flattened(written, base)
        if set(wanted.tables) - set(ground.tables):
            raise InputError("表格里的改动不能作为建议提出。请用批注写明要改的单元格。")
        changes = list(_changes(ground.text, wanted.text))
        if not changes:
            raise InputError("没有改动，不用提建议。")
        number = keeping.next_number(connection, table.c.id, table.c.document_id == document_id)
        rows = [
            {
                "document_id": document_id,
                "id": number + i,
                "section_id": section_id,
                "base_rev": base_rev,
                "start": start,
                "end": end,
                "old": ground.text[start:end],
                "new": new,
                "state": "open",
                "author": person.login,
                "author_name": person.name,
                "at": moment,
                "note": note,
                "decided_by": "",
                "decided_at": "",
                "why": "",
            }
            for i, (start, end, new) in enumerate(changes)
        ]
        connection.execute(insert(table), rows)
        detail = {"section": section_id, "base": base_rev, "ids": [r["id"] for r in rows]}
        keeping.log(connection, person, "review.suggest", document, detail, at=moment)
        ids = {r["id"] for r in rows}
        return tuple(s for s in _all(connection, document_id, section_id, None) if s.id in ids)


def _changes(old: str, new: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, new words): the changes of a text, sentence by sentence where sentences changed."""
    comparison = compared(old, new)
    at = 0  # how far the old text is read
    pending: list[tuple[int, int, int, int]] = []
    new_at = 0
    for unit in comparison.units:
        if unit.in_old and unit.in_new:
            if unit.old_span[0] > at or unit.new_span[0] > new_at:
                pending.append((at, unit.old_span[0], new_at, unit.new_span[0]))
            if unit.op != "equal" or unit.old != unit.new:
                pending.append((*unit.old_span, *unit.new_span))
            at, new_at = unit.old_span[1], unit.new_span[1]
    if at < len(old) or new_at < len(new):
        pending.append((at, len(old), new_at, len(new)))
    for a, b, c, d in pending:
        if old[a:b] != new[c:d]:
            yield a, b, new[c:d]


def suggestions(
    db: Database,
    person: Person,
    document_id: str,
    section_id: str | None = None,
    state: SuggestionState | None = None,
) -> tuple[Suggestion, ...]:
    """Suggestions in the order they came, with where their words stand now.  Raises `NotAllowed`."""
    with db.read() as connection:
        keeping.seen(connection, person, document_id)
        return _all(connection, document_id, section_id, state)


def accept_suggestion(db: Database, person: Person, document_id: str, number: int, *, at: str | None = None) -> Saved:
    """Put a suggestion into the text as it stands now.

    Raises `NotAllowed`, `InputError` for one that is not open, `StaleVersion` that says why it cannot be put in: it is
    outdated then.
    """
    moment = keeping.moment(at)
    with db.write() as connection:
        document = keeping.held(connection, person, document_id, Act.DECIDE_SUGGESTION)
        found = _open(connection, document, number)
        saved, why = _accept(connection, person, document, found, moment)
    if saved is None:
        raise StaleVersion(why)
    return saved


def accept_suggestions(
    db: Database, person: Person, document_id: str, section_id: str | None = None, *, at: str | None = None
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """All open suggestions of a section or of the document, in order: (accepted, outdated).  Raises `NotAllowed`."""
    moment = keeping.moment(at)
    done: list[int] = []
    left: list[int] = []
    with db.write() as connection:
        document = keeping.held(connection, person, document_id, Act.DECIDE_SUGGESTION)
        for found in _all(connection, document_id, section_id, "open"):
            saved, _ = _accept(connection, person, document, found, moment)
            document = saved.document if saved else document
            (done if saved else left).append(found.id)
    return tuple(done), tuple(left)


def reject_suggestion(
    db: Database, person: Person, document_id: str, number: int, *, why: str = "", at: str | None = None
) -> Suggestion:
    """Refuse a suggestion.  Raises `NotAllowed`, `InputError` for one that is not open."""
    moment = keeping.moment(at)
    with db.write() as connection:
        document = keeping.held(connection, person, document_id, Act.DECIDE_SUGGESTION)
        found = _open(connection, document, number)
        _decide(connection, person, document, found, "rejected", why, moment)
    return found.model_copy(update={"state": "rejected", "why": why, "decided_by": person.login, "decided_at": moment})


def _accept(
    connection: Connection, person: Person, document: Document, found: Suggestion, at: str
) -> tuple[Saved | None, str]:
    """What came of it, or why it could not be put in."""
    held = keeping.known_section(connection, document, found.section)
    unlocked(document, held)
    where = _where(connection, document.id, found, held)
    if where is None:
        by = held.edited_name or "别人"
        why = f"这条建议要改的“{_short(found.old)}”已被{by}改动，不能直接采纳。请对照后手工修改，或请{found.author_name}重提。"
        _decide(connection, person, document, found, "outdated", why, at)
        return None, why
    flat = flat_of(held.section)
    tables: dict[str, Rows] = dict(flat.tables)
    text = flat.text[: where[0]] + found.new + flat.text[where[1] :]
    saved = write(
        connection, person, document, held, Flat(text, tables), how="accept_suggestion", note=f"建议{found.id}", at=at
    )
    _decide(connection, person, saved.document, found, "accepted", "", at)
    return saved, ""


def _where(connection: Connection, document_id: str, found: Suggestion, held: Held) -> tuple[int, int] | None:
    """The stretch of the text as it stands that a suggestion would replace."""
    base = keeping.revision(connection, document_id, found.section, found.base_rev)
    if base is None:
        return None
    old, new = text_of(base), text_of(held.section)
    if found.old:
        return moved_span(old, new, (found.start, found.end))
    # Something put in: both neighbours must still stand side by side.
    before = moved_span(old, new, (found.start - 1, found.start)) if found.start else (0, 0)
    after = moved_span(old, new, (found.end, found.end + 1)) if found.end < len(old) else (len(new), len(new))
    if before is None or after is None or before[1] != after[0]:
        return None
    return before[1], after[0]


def _decide(
    connection: Connection,
    person: Person,
    document: Document,
    found: Suggestion,
    state: SuggestionState,
    why: str,
    at: str,
) -> None:
    values = {"state": state, "decided_by": person.login, "decided_at": at, "why": why}
    of_it = (table.c.document_id == document.id) & (table.c.id == found.id)
    connection.execute(update(table).where(of_it).values(**values))
    detail = {"suggestion": found.id, "section": found.section, "why": why}
    keeping.log(connection, person, f"review.suggestion_{state}", document, detail, at=at)


def _open(connection: Connection, document: Document, number: int) -> Suggestion:
    found = next((s for s in _all(connection, document.id, None, None) if s.id == number), None)
    if found is None:
        raise InputError(f"没有第{number}条建议。请刷新页面。")
    if found.state != "open":
        told = {"accepted": "已采纳", "rejected": "未采纳", "outdated": "已过时"}[found.state]
        raise InputError(f"第{number}条建议{told}，不能再办。请刷新页面。")
    return found


def _all(
    connection: Connection, document_id: str, section_id: str | None, state: SuggestionState | None
) -> tuple[Suggestion, ...]:
    wanted = select(table).where(table.c.document_id == document_id).order_by(table.c.id)
    if section_id is not None:
        wanted = wanted.where(table.c.section_id == section_id)
    if state is not None:
        wanted = wanted.where(table.c.state == state)
    held: dict[str, Held | None] = {}
    found = []
    for row in connection.execute(wanted).all():
        if row.section_id not in held:
            held[row.section_id] = keeping.held_section(connection, document_id, row.section_id)
        suggestion = _suggestion(row)
        here = held[row.section_id]
        if suggestion.state == "open" and here is not None:
            suggestion = suggestion.model_copy(update={"place": _where(connection, document_id, suggestion, here)})
        found.append(suggestion)
    return tuple(found)


def _suggestion(row: Row[tuple[object, ...]]) -> Suggestion:
    values = {("section" if k == "section_id" else k): v for k, v in row._mapping.items() if k != "document_id"}
    return Suggestion.model_validate(values)


def _short(text: str) -> str:
    return text if len(text) <= 20 else f"{text[:19]}…"

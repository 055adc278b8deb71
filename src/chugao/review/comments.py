"""Comments on words or on a whole section: 意见, 阻塞, 建议改写; answered, resolved, opened again, never dropped.

In: a section, a stretch of its text as read at a revision, plain words.  Out: `Comment`.

Nothing in a body is markup.  A comment whose words are gone stays at its section and says 原文已改.
"""

import re
from collections.abc import Sequence
from typing import Any, Literal

from sqlalchemy import Connection, Row, insert, select, update

from chugao.database import Database
from chugao.database.review_tables import review_comment as table
from chugao.errors import InputError, NotAllowed, StaleVersion
from chugao.review import keeping, notices
from chugao.review.changing import unlocked
from chugao.review.documents import Document
from chugao.review.people import Act, Person, Role
from chugao.review.sections import Saved, write
from chugao.review.written import Flat, flat_of, moved_span, text_of
from chugao.source import Frozen

CommentKind = Literal["意见", "阻塞", "建议改写"]
KINDS: tuple[CommentKind, ...] = ("意见", "阻塞", "建议改写")
_LONGEST = 4000
_NAMED = re.compile(r"@([\w.\-]{1,40})")


class Comment(Frozen):
    """One comment."""

    id: int
    section: str
    kind: CommentKind
    body: str
    """Plain text."""
    replacement: str = ""
    """Of 建议改写: what should stand instead of `quote`."""
    quote: str = ""
    """The words it was put on; "" for the whole section."""
    base_rev: int
    """The revision it was put on."""
    start: int = -1
    """Code points of the flat text at `rev`, the newest; −1 for the section or when the words are gone."""
    end: int = -1
    rev: int
    lost: bool = False
    """原文已改: the words are gone; the comment stands at the section."""
    state: Literal["open", "resolved"] = "open"
    parent: int | None = None
    author: str
    author_name: str
    department: str = ""
    """The 科室 it comes from, in 会签."""
    at: str
    resolved_by: str = ""
    resolved_at: str = ""
    mentions: tuple[str, ...] = ()
    """Logins of those it speaks to."""
    outcome: str = ""
    """采纳, 部分采纳, 不采纳; "" until answered."""
    outcome_reason: str = ""
    outcome_by: str = ""
    outcome_at: str = ""


def comment(
    db: Database,
    person: Person,
    document_id: str,
    section_id: str,
    rev: int,
    body: str,
    *,
    kind: CommentKind = "意见",
    start: int | None = None,
    end: int | None = None,
    replacement: str = "",
    parent: int | None = None,
    mentions: Sequence[str] = (),
    at: str | None = None,
) -> Comment:
    """Comment on words of a section as read at `rev`, or without offsets on the whole section; or answer one.

    Raises `NotAllowed`, `StaleVersion` for a revision that is not there, `InputError` for words that are not there, an
    empty or endless body, a 建议改写 without words.
    """
    with db.write() as connection:
        document = keeping.held(connection, person, document_id, Act.COMMENT)
        span = None if start is None or end is None else (start, end)
        return add(
            connection,
            person,
            document,
            section_id,
            rev,
            body,
            kind=kind,
            span=span,
            replacement=replacement,
            parent=parent,
            mentions=mentions,
            at=keeping.moment(at),
        )


def add(
    connection: Connection,
    person: Person,
    document: Document,
    section_id: str,
    rev: int,
    body: str,
    *,
    kind: CommentKind,
    span: tuple[int, int] | None,
    replacement: str = "",
    parent: int | None = None,
    mentions: Sequence[str] = (),
    department: str = "",
    at: str,
) -> Comment:
    """The same inside a transaction, for whoever was asked already whether they may."""
    body = _body(body, kind, replacement, span)
    held = keeping.known_section(connection, document, section_id)
    base = keeping.revision(connection, document.id, section_id, rev)
    if base is None:
        raise StaleVersion("您打开的这一版已经不在了。请刷新页面后再批注。")
    quote, where, lost = "", (-1, -1), False
    if span is not None:
        old, new = text_of(base), text_of(held.section)
        if not 0 <= span[0] < span[1] <= len(old):
            raise InputError("批注的文字不在这一节里。请重新选中文字。")
        quote = old[span[0] : span[1]]
        found = moved_span(old, new, span)
        where, lost = found or (-1, -1), found is None
    if parent is not None:
        root = _one(connection, document.id, parent)
        parent = root.parent or root.id
    number = keeping.next_number(connection, table.c.id, table.c.document_id == document.id)
    row: dict[str, Any] = {
        "id": number,
        "section_id": section_id,
        "kind": kind,
        "body": body,
        "replacement": replacement,
        "quote": quote,
        "base_rev": rev,
        "start": where[0],
        "end": where[1],
        "rev": held.rev,
        "lost": lost,
        "state": "open",
        "parent": parent,
        "author": person.login,
        "author_name": person.name,
        "department": department,
        "at": at,
        "resolved_by": "",
        "resolved_at": "",
        "mentions": list(dict.fromkeys((*mentions, *_NAMED.findall(body)))),
        "outcome": "",
        "outcome_reason": "",
        "outcome_by": "",
        "outcome_at": "",
    }
    connection.execute(insert(table).values(document_id=document.id, **row))
    _tell(connection, person, document, row, at)
    detail = {"comment": number, "section": section_id, "kind": kind, "parent": parent, "quote": keeping.digest(quote)}
    keeping.log(connection, person, "review.comment", document, detail, at=at)
    return _one(connection, document.id, number)


def _body(body: str, kind: CommentKind, replacement: str, span: tuple[int, int] | None) -> str:
    body = body.strip()
    if kind not in KINDS:
        raise InputError(f"批注的类型只有{'、'.join(KINDS)}。")
    if kind == "建议改写" and (span is None or not replacement.strip()):
        raise InputError("建议改写要选中原文，并写出改成什么。")
    if not body and kind != "建议改写":
        raise InputError("批注是空的。请写上意见。")
    if len(body) > _LONGEST or len(replacement) > _LONGEST:
        raise InputError(f"批注最多{_LONGEST}字。请写得短一些，或直接改正文。")
    return body


def _tell(connection: Connection, person: Person, document: Document, row: dict[str, Any], at: str) -> None:
    """Whoever is named, whose comment is answered, whose document it is."""
    told = set(row["mentions"])
    if row["parent"] is not None:
        told.add(_one(connection, document.id, row["parent"]).author)
    elif row["kind"] == "阻塞":
        told.add(document.owner)
    kind = "answer" if row["parent"] is not None else "comment"
    text = f"{person.name}在《{document.title}》里{'回复了您' if kind == 'answer' else '批注'}：{row['body'][:60]}"
    notices.tell(connection, told - {person.login}, document.id, kind, text, section=row["section_id"], at=at)


def comments(db: Database, person: Person, document_id: str, section_id: str | None = None) -> tuple[Comment, ...]:
    """All comments in the order they came.  Raises `NotAllowed`."""
    with db.read() as connection:
        keeping.seen(connection, person, document_id)
        return all_of(connection, document_id, section_id)


def resolve(db: Database, person: Person, document_id: str, number: int, *, at: str | None = None) -> Comment:
    """Close a comment.  A 阻塞 is closed by who wrote it, by a reviewer or by a leader.

    Raises `NotAllowed`, `InputError` for one that is not there.
    """
    return _turn(db, person, document_id, number, "resolved", at)


def reopen(db: Database, person: Person, document_id: str, number: int, *, at: str | None = None) -> Comment:
    """Open a comment again.  Raises `NotAllowed`, `InputError`."""
    return _turn(db, person, document_id, number, "open", at)


def _turn(
    db: Database, person: Person, document_id: str, number: int, state: Literal["open", "resolved"], at: str | None
) -> Comment:
    moment = keeping.moment(at)
    with db.write() as connection:
        document = keeping.held(connection, person, document_id, Act.COMMENT)
        found = _one(connection, document_id, number)
        senior = bool(person.roles & {Role.REVIEWER, Role.APPROVER})
        if found.kind == "阻塞" and state == "resolved" and found.author != person.login and not senior:
            raise NotAllowed("阻塞意见由提出人、科长或分管领导确认解决。请先答复，再请对方关闭。")
        if found.state == state:
            return found
        values = {"state": state, "resolved_by": "", "resolved_at": ""}
        if state == "resolved":
            values |= {"resolved_by": person.login, "resolved_at": moment}
        of_it = (table.c.document_id == document_id) & (table.c.id == number)
        connection.execute(update(table).where(of_it).values(**values))
        action = "review.resolve" if state == "resolved" else "review.reopen_comment"
        keeping.log(connection, person, action, document, {"comment": number}, at=moment)
        return _one(connection, document_id, number)


def take_comment(db: Database, person: Person, document_id: str, number: int, *, at: str | None = None) -> Saved:
    """Put what a 建议改写 asks for into the text, and close it.

    Raises `NotAllowed`, `InputError` for another kind, `StaleVersion` when its words no longer stand.
    """
    moment = keeping.moment(at)
    with db.write() as connection:
        document = keeping.held(connection, person, document_id, Act.DECIDE_SUGGESTION)
        found = _one(connection, document_id, number)
        if found.kind != "建议改写" or found.state != "open":
            raise InputError("这条批注没有可以直接采用的改写。")
        held = keeping.known_section(connection, document, found.section)
        unlocked(document, held)
        flat = flat_of(held.section)
        if found.lost or flat.text[found.start : found.end] != found.quote:
            raise StaleVersion(f"“{found.quote[:20]}”已经改过，不能直接采用。请对照后手工修改。")
        text = flat.text[: found.start] + found.replacement + flat.text[found.end :]
        note = f"批注{number}"
        saved = write(
            connection, person, document, held, Flat(text, flat.tables), how="take_comment", note=note, at=moment
        )
        values = {"state": "resolved", "resolved_by": person.login, "resolved_at": moment}
        if found.department:
            values |= {"outcome": "采纳", "outcome_by": person.name, "outcome_at": moment}
        of_it = (table.c.document_id == document_id) & (table.c.id == number)
        connection.execute(update(table).where(of_it).values(**values))
        keeping.log(connection, person, "review.resolve", saved.document, {"comment": number, "taken": True}, at=moment)
        return saved


def all_of(connection: Connection, document_id: str, section_id: str | None = None) -> tuple[Comment, ...]:
    wanted = select(table).where(table.c.document_id == document_id).order_by(table.c.id)
    if section_id is not None:
        wanted = wanted.where(table.c.section_id == section_id)
    return tuple(map(_comment, connection.execute(wanted).all()))


def _one(connection: Connection, document_id: str, number: int) -> Comment:
    wanted = select(table).where((table.c.document_id == document_id) & (table.c.id == number))
    row = connection.execute(wanted).first()
    if row is None:
        raise InputError(f"没有第{number}条批注。请刷新页面。")
    return _comment(row)


def _comment(row: Row[Any]) -> Comment:
    values = {("section" if k == "section_id" else k): v for k, v in row._mapping.items() if k != "document_id"}
    return Comment.model_validate(values)

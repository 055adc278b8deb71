"""The one way a section changes: a new revision, its comments carried along, an approval voided, all in one transaction.

In: a held document, a section as it stands, the section as it shall be.  Out: the document after it.

`Conflict` is what two people get who changed the same sentences: nothing is overwritten, both texts are kept.
"""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection

from chugao.errors import NotAllowed, StaleVersion
from chugao.manuscript import Evidence, Section
from chugao.review import anchors, keeping
from chugao.review.documents import Document
from chugao.review.keeping import Held
from chugao.review.merging import Choice, Merge, merged, settled, tables_met
from chugao.review.people import Person, State
from chugao.review.written import TITLE, Flat, Mark, Rows, compared, flat_of, rebound, text_of
from chugao.word.authors import kept_characters

PENDING, MAKING, FAILED, UNREAD, DOUBTFUL, ACCEPTED, LOCKED = (
    "待生成",
    "生成中",
    "失败",
    "待核",
    "有疑问",
    "已接受",
    "已锁定",
)
SECTION_STATES = (PENDING, MAKING, FAILED, UNREAD, DOUBTFUL, ACCEPTED, LOCKED)


class Conflict(StaleVersion):
    """Somebody else changed the same sentences first; nothing was overwritten.

    `base`, `theirs` and `mine` are flat texts (`text_of`), `merge` the three panes row by row, `tables` what stands
    behind the lines of tables, `rev` the revision that `theirs` is: choose with `save_settled(…, theirs_rev=rev)`.
    """

    def __init__(self, held: Held, texts: tuple[Flat, Flat, Flat], merge: Merge) -> None:
        by, at = held.edited_name, held.edited_at
        who = f"{by or '有人'}（{at[11:16]}）" if at else by or "有人"
        super().__init__(f"{who}先改了同一句，您的修改没有覆盖它，也没有丢。请对照三栏，逐句选用后再保存。")
        self.section, self.rev = held.id, held.rev
        self.base, self.theirs, self.mine = (t.text for t in texts)
        self.tables: dict[str, Rows] = {line: rows for t in texts for line, rows in t.tables.items()}
        self.merge, self.theirs_by, self.theirs_at = merge, by, at


def unlocked(document: Document, held: Held) -> None:
    """Raises `NotAllowed` for a section that is locked."""
    if held.state == LOCKED:
        why = f"（{held.reason}）" if held.reason else ""
        name = held.section.heading.text or "开头"
        raise NotAllowed(f"“{name}”已锁定{why}，没有改动。要改请先由锁定人或管理员解锁。")


def put_section(
    connection: Connection,
    person: Person,
    document: Document,
    held: Held,
    section: Section,
    *,
    how: str,
    evidence: Sequence[Evidence] = (),
    note: str = "",
    at: str,
    by_hand: bool = True,
    state: str | None = None,
) -> int:
    """Make a section the next revision; its number.  The caller closes with `finished`.

    Raises `NotAllowed` for a locked section.
    """
    unlocked(document, held)
    rev = held.rev + 1
    known = {e.id: e for e in (*held.evidence, *evidence)}
    old = held.section
    keeping.add_revision(
        connection,
        person,
        document.id,
        section,
        rev,
        how=how,
        evidence=tuple(known.values()),
        note=note,
        at=at,
    )
    same_words = text_of(old) == text_of(section)
    login, name = (person.login, person.name) if by_hand else ("", "")
    values = {"rev": rev, "edited_by": login, "edited_name": name, "edited_at": at}
    values["state"] = state or (held.state if same_words else UNREAD)
    keeping.set_section(connection, document.id, section.id, **values)
    anchors.follow(connection, document.id, section.id, text_of(old), text_of(section), rev)
    return rev


def finished(
    connection: Connection, person: Person, document: Document, *, at: str, erratum: str | None = None
) -> Document:
    """The document with its new hash; an approval is voided unless the change is an `erratum`, by its reason."""
    content = keeping.content(connection, document, keeping.shell_of(connection, document))
    changed = content != document.content
    title = keeping.held_section(connection, document.id, TITLE)
    new = document.model_copy(
        update={
            "content": content,
            "title": title.section.heading.text if title else document.title,
            "updated_at": at,
            "updated_by": person.login,
            "updated_name": person.name,
        }
    )
    if changed and document.state in (State.APPROVED, State.EXPORTED):
        if erratum is None:
            new = keeping.voided(new)
            keeping.add_step(connection, person, new, "void", note="批准后正文有改动，批准失效", at=at)
        else:
            new = new.model_copy(
                update={"state": State.APPROVED, "approved_content": content, "exported_file": "", "exported_hash": ""}
            )
            keeping.add_step(connection, person, new, "correct", note=erratum, at=at)
    return keeping.keep(connection, new)


def put_together(
    connection: Connection,
    document: Document,
    held: Held,
    base_rev: int,
    mine: Flat,
    *,
    merge: bool = True,
    choices: Mapping[int, Choice] | None = None,
) -> tuple[Flat, bool]:
    """(the text to save over the section as it stands, whether others' changes are in it).

    Raises `Conflict`, and `StaleVersion` for a revision that never was.
    """
    if base_rev == held.rev:
        return mine, False
    base = keeping.revision(connection, document.id, held.id, base_rev)
    if base is None or base_rev > held.rev:
        raise StaleVersion("您打开的这一版已经不在了。您写的文字请先复制下来，再刷新页面。")
    ground, theirs = flat_of(base), flat_of(held.section)
    theirs, mine = tables_met(ground, theirs, mine)
    both = merged(ground.text, theirs.text, mine.text)
    if choices is not None:
        both = settled(both, choices)
    if not both.clean or not (merge or choices is not None):
        raise Conflict(held, (ground, theirs, mine), both)
    tables: dict[str, Rows] = {**ground.tables, **theirs.tables, **mine.tables}
    return Flat(both.text, tables, carried(mine, both.text)), True


def carried(mine: Flat, text: str) -> tuple[Mark, ...]:
    """Marks of one text where they stand in another."""
    if not mine.marks:
        return ()
    kept, _ = kept_characters(compared(mine.text, text), len(text))
    where = {was: now for now, was in enumerate(kept) if was >= 0}
    moved = []
    for mark in mine.marks:
        first = where.get(mark.start)
        length = mark.end - mark.start
        if first is not None and text[first : first + length] == mine.text[mark.start : mark.end]:
            moved.append(Mark(start=first, end=first + length, id=mark.id))
    return tuple(moved)


def bound(
    connection: Connection,
    person: Person,
    document: Document,
    held: Held,
    flat: Flat,
    *,
    evidence: Iterable[Evidence] = (),
    at: str,
) -> Section:
    """The section with a new text, its claims found again among all its revisions."""
    return rebound(
        keeping.head(connection, document),
        held.section,
        flat,
        author=person.name,
        at=at,
        evidence=(*held.evidence, *evidence),
        earlier=lambda: keeping.earlier(connection, document.id, held.id),
    )

"""Sections while people work on them: read, saved with the revision they were read at, accepted, locked.

In: a document, a section, what somebody typed.  Out: `Working`, `Saved`.

A save is committed with its audit row when `save` returns; a stale one is put together with the others' text where no
sentence was changed by both, and is a `Conflict` otherwise.
"""

from collections.abc import Callable, Collection, Mapping, Sequence

from sqlalchemy import Connection

from chugao.database import Database
from chugao.errors import InputError, StaleVersion
from chugao.manuscript import Evidence, Section
from chugao.review import keeping, presence
from chugao.review.changing import (
    ACCEPTED,
    DOUBTFUL,
    LOCKED,
    SECTION_STATES,
    UNREAD,
    bound,
    finished,
    put_section,
    put_together,
    unlocked,
)
from chugao.review.documents import Document
from chugao.review.keeping import Held
from chugao.review.merging import Choice, Merge, merged
from chugao.review.numbers import RedNumber, red_in
from chugao.review.people import Act, Person, Role, may, require
from chugao.review.presence import Presence
from chugao.review.written import TITLE, Flat, Written, flattened, text_of, written_of
from chugao.source import Frozen


class Working(Frozen):
    """A section as it stands."""

    section_id: str
    rev: int
    state: str
    """One of `SECTION_STATES`."""
    section: Section
    written: Written
    text: str
    """The flat text; offsets of comments and suggestions count in it."""
    red: tuple[RedNumber, ...] = ()
    reason: str = ""
    locked_by: str = ""
    edited_by: str = ""
    edited_name: str = ""
    edited_at: str = ""
    editing: tuple[Presence, ...] = ()


class Saved(Frozen):
    """What a save did."""

    section_id: str
    rev: int
    section: Section
    changed: bool
    merged: bool
    """Others' changes are in it: show the result."""
    voided: bool
    """An approval no longer holds."""
    red: tuple[RedNumber, ...]
    document: Document


def sections(db: Database, person: Person, document_id: str) -> tuple[Working, ...]:
    """All sections in order, the title first.  Raises `NotAllowed`."""
    with db.read() as connection:
        keeping.seen(connection, person, document_id)
        here = presence.present(connection, document_id)
        return tuple(_working(h, here.get(h.id, ())) for h in keeping.held_sections(connection, document_id))


def section(db: Database, person: Person, document_id: str, section_id: str) -> Working:
    """One section.  Raises `NotAllowed`, `InputError` for one that is not there."""
    with db.read() as connection:
        document = keeping.seen(connection, person, document_id)
        held = keeping.known_section(connection, document, section_id)
        return _working(held, presence.present(connection, document_id).get(section_id, ()))


def section_at(db: Database, person: Person, document_id: str, section_id: str, rev: int) -> Section:
    """A section as it stood at a revision.  Raises `NotAllowed`, `InputError`."""
    with db.read() as connection:
        keeping.seen(connection, person, document_id)
        found = keeping.revision(connection, document_id, section_id, rev)
    if found is None:
        raise InputError(f"“{section_id}”没有第{rev}次修订。请刷新页面。")
    return found


def _working(held: Held, here: tuple[Presence, ...]) -> Working:
    own = held.section
    return Working(
        section_id=held.id,
        rev=held.rev,
        state=held.state,
        section=own,
        written=written_of(own),
        text=text_of(own),
        red=red_in(own),
        reason=held.reason,
        locked_by=held.locked_by,
        edited_by=held.edited_by,
        edited_name=held.edited_name,
        edited_at=held.edited_at,
        editing=here,
    )


# --- words ----------------------------------------------------------------------------------------


def save(
    db: Database,
    person: Person,
    document_id: str,
    section_id: str,
    base_rev: int,
    written: Written,
    *,
    evidence: Sequence[Evidence] = (),
    merge: bool = True,
    at: str | None = None,
) -> Saved:
    """Save what somebody typed over the revision they read.

    Raises `NotAllowed` (role, state, lock), `Conflict` (the same sentences were changed meanwhile), `StaleVersion`,
    `InputError`.  `evidence` is what a number inserted by `Mark` rests on; it comes from our own figures, never from a
    browser.
    """
    return _saved(db, person, document_id, section_id, base_rev, written, evidence, merge, None, 0, at)


def save_settled(
    db: Database,
    person: Person,
    document_id: str,
    section_id: str,
    base_rev: int,
    written: Written,
    *,
    theirs_rev: int,
    choices: Mapping[int, Choice],
    evidence: Sequence[Evidence] = (),
    at: str | None = None,
) -> Saved:
    """Save after a `Conflict`: the same text as before, with a choice for each row in dispute.

    Raises as `save`; `Conflict` again when somebody saved since.
    """
    return _saved(db, person, document_id, section_id, base_rev, written, evidence, True, choices, theirs_rev, at)


def _saved(
    db: Database,
    person: Person,
    document_id: str,
    section_id: str,
    base_rev: int,
    written: Written,
    evidence: Sequence[Evidence],
    merge: bool,
    choices: Mapping[int, Choice] | None,
    theirs_rev: int,
    at: str | None,
) -> Saved:
    moment = keeping.moment(at)
    with db.write() as connection:
        document = keeping.held(connection, person, document_id, Act.EDIT)
        held = keeping.known_section(connection, document, section_id)
        unlocked(document, held)
        typed_over = keeping.revision(connection, document.id, section_id, base_rev) or held.section
        mine = flattened(written, typed_over)
        agreed = choices if theirs_rev == held.rev else None
        flat, both = put_together(connection, document, held, base_rev, mine, merge=merge, choices=agreed)
        return write(
            connection,
            person,
            document,
            held,
            flat,
            how="edit",
            evidence=evidence,
            both=both,
            base_rev=base_rev,
            at=moment,
        )


def write(
    connection: Connection,
    person: Person,
    document: Document,
    held: Held,
    flat: Flat,
    *,
    how: str,
    evidence: Sequence[Evidence] = (),
    both: bool = False,
    base_rev: int | None = None,
    note: str = "",
    at: str,
    erratum: str | None = None,
    state: str | None = None,
) -> Saved:
    """A new text over the section as it stands; the closing of every verb that changes words."""
    new = bound(connection, person, document, held, flat, evidence=evidence, at=at)
    if keeping.canonical(new) == held.json:
        return _told(held.id, held.rev, new, document, document, changed=False, both=both)
    used = {c.id for s in new.sentences for c in s.claims}
    rev = put_section(
        connection,
        person,
        document,
        held,
        new,
        how="merge" if both else how,
        evidence=[e for e in evidence if e.id in used],
        note=note,
        at=at,
        state=state,
    )
    after = finished(connection, person, document, at=at, erratum=erratum)
    detail = {"section": held.id, "base": held.rev if base_rev is None else base_rev, "rev": rev, "how": how}
    if note or erratum:
        detail["note"] = note or erratum
    detail["text"] = keeping.digest(text_of(new))
    keeping.log(connection, person, f"review.{how}", after, detail, at=at)
    return _told(held.id, rev, new, document, after, changed=True, both=both)


def _told(
    section_id: str, rev: int, new: Section, before: Document, after: Document, *, changed: bool, both: bool
) -> Saved:
    return Saved(
        section_id=section_id,
        rev=rev,
        section=new,
        changed=changed,
        merged=both,
        voided=bool(before.approved_content) and not after.approved_content,
        red=red_in(new),
        document=after,
    )


def save_title(
    db: Database, person: Person, document_id: str, base_rev: int, title: str, *, at: str | None = None
) -> Saved:
    """Save the title.  Raises as `save`."""
    return save(db, person, document_id, TITLE, base_rev, Written(heading=title), at=at)


def replace_section(
    db: Database,
    person: Person,
    document_id: str,
    base_rev: int,
    section: Section,
    *,
    kind: str = "regenerate",
    note: str = "",
    evidence: Sequence[Evidence] = (),
    at: str | None = None,
) -> Saved:
    """Put a section made by us (a rewrite that was taken, a new draft of it) in its place, claims and all.

    Raises `NotAllowed`, `Conflict` when somebody changed it meanwhile.
    """
    with db.write() as connection:
        act = Act.REGENERATE if kind == "regenerate" else Act.EDIT
        document = keeping.held(connection, person, document_id, act)
        moment = keeping.moment(at)
        return put_in_place(connection, person, document, base_rev, section, kind, note, evidence, moment)


def put_in_place(
    connection: Connection,
    person: Person,
    document: Document,
    base_rev: int,
    section: Section,
    kind: str,
    note: str,
    evidence: Sequence[Evidence],
    at: str,
) -> Saved:
    """The same inside a transaction, for a held document."""
    held = keeping.known_section(connection, document, section.id)
    unlocked(document, held)
    if base_rev != held.rev:
        put_together(connection, document, held, base_rev, Flat(text_of(section), {}), merge=False)
    if keeping.canonical(section) == held.json:
        return _told(held.id, held.rev, section, document, document, changed=False, both=False)
    by_hand = kind != "regenerate"
    rev = put_section(
        connection,
        person,
        document,
        held,
        section,
        how=kind,
        evidence=evidence,
        note=note,
        at=at,
        by_hand=by_hand,
    )
    after = finished(connection, person, document, at=at)
    detail = {"section": section.id, "base": base_rev, "rev": rev, "how": kind, "note": note}
    keeping.log(connection, person, f"review.{kind}", after, detail, at=at)
    return _told(section.id, rev, section, document, after, changed=True, both=False)


def merge_sections(base: Section, theirs: Section, mine: Written) -> Merge:
    """What would come of saving `mine`, read at `base`, over `theirs`: row by row, for the three panes."""
    return merged(text_of(base), text_of(theirs), flattened(mine, base).text)


# --- states ---------------------------------------------------------------------------------------


def set_section_state(
    db: Database,
    person: Person,
    document_id: str,
    section_id: str,
    state: str,
    *,
    reason: str = "",
    at: str | None = None,
) -> None:
    """Say where a section stands: 有疑问, 待核, or while it is made 待生成, 生成中, 失败.

    Raises `NotAllowed`, `InputError`; accepting and locking have verbs of their own.
    """
    if state not in SECTION_STATES or state in (ACCEPTED, LOCKED):
        raise InputError(f"节的状态不能直接设为“{state}”。")
    act = Act.COMMENT if state in (UNREAD, DOUBTFUL) else Act.REGENERATE
    _state(db, person, document_id, (section_id,), act, state, reason, "review.section_state", at)


def accept_section(
    db: Database, person: Person, document_id: str, section_id: str, rev: int, *, at: str | None = None
) -> None:
    """Accept a section as read at `rev`.

    Raises `NotAllowed`, `StaleVersion` when it changed meanwhile, `Refused` while it bears a red number.
    """
    from chugao.review.guarding import Hindrance, Refused

    def still(held: Held) -> None:
        if held.rev != rev:
            raise StaleVersion(f"这一节刚刚被{held.edited_name or '别人'}改过。请看过新的文字再接受。")
        if red := red_in(held.section):
            raise Refused("不能接受这一节", tuple(Hindrance.of_number(n) for n in red))

    _state(db, person, document_id, (section_id,), Act.ACCEPT_SECTION, ACCEPTED, "", "review.accept", at, still)


def accept_sections(db: Database, person: Person, document_id: str, *, at: str | None = None) -> tuple[str, ...]:
    """Accept every section that can be: no red number, not in doubt, made; their ids.  Raises `NotAllowed`."""
    with db.write() as connection:
        document = keeping.held(connection, person, document_id, Act.ACCEPT_SECTION)
        ready = [
            h.id for h in keeping.held_sections(connection, document_id) if h.state == UNREAD and not red_in(h.section)
        ]
        for name in ready:
            keeping.set_section(connection, document_id, name, state=ACCEPTED, reason="")
        if ready:
            keeping.log(connection, person, "review.accept", document, {"sections": ready}, at=keeping.moment(at))
    return tuple(ready)


def return_section(
    db: Database, person: Person, document_id: str, section_id: str, reason: str, *, at: str | None = None
) -> None:
    """Send one section back: 有疑问, with what is wrong.  Raises `NotAllowed`, `InputError` without a reason."""
    if not reason.strip():
        raise InputError("退回一节要写明哪里不对。")
    _state(db, person, document_id, (section_id,), Act.ACCEPT_SECTION, DOUBTFUL, reason, "review.return_section", at)


def lock_section(
    db: Database, person: Person, document_id: str, section_id: str, *, reason: str = "", at: str | None = None
) -> None:
    """Lock a section: nobody changes a word until it is unlocked.  Raises `NotAllowed`."""
    moment = keeping.moment(at)
    with db.write() as connection:
        document = keeping.held(connection, person, document_id, Act.LOCK_SECTION)
        held = keeping.known_section(connection, document, section_id)
        unlocked(document, held)
        values = {"state": LOCKED, "state_before": held.state, "locked_by": person.login, "reason": reason}
        keeping.set_section(connection, document_id, section_id, **values)
        keeping.log(connection, person, "review.lock", document, {"section": section_id, "reason": reason}, at=moment)


def unlock_section(
    db: Database, person: Person, document_id: str, section_id: str, *, reason: str = "", at: str | None = None
) -> None:
    """Unlock a section: its locker, or whoever reviews; an administrator by force, which is logged as such.

    Raises `NotAllowed`.
    """
    moment = keeping.moment(at)
    with db.write() as connection:
        document = keeping.held(connection, person, document_id, Act.SEE)
        held = keeping.known_section(connection, document, section_id)
        if held.state != LOCKED:
            return
        own = may(person, Act.LOCK_SECTION, document) and (
            held.locked_by == person.login or bool(person.roles & {Role.REVIEWER, Role.APPROVER})
        )
        if not own:
            require(person, Act.FORCE_UNLOCK, document)
        values = {"state": held.state_before or UNREAD, "state_before": "", "locked_by": "", "reason": ""}
        keeping.set_section(connection, document_id, section_id, **values)
        action = "review.unlock" if own else "review.force_unlock"
        detail = {"section": section_id, "locked_by": held.locked_by, "reason": reason}
        keeping.log(connection, person, action, document, detail, at=moment)


def _state(
    db: Database,
    person: Person,
    document_id: str,
    names: Collection[str],
    act: Act,
    state: str,
    reason: str,
    action: str,
    at: str | None,
    guard: Callable[[Held], None] = lambda _: None,
) -> None:
    moment = keeping.moment(at)
    with db.write() as connection:
        document = keeping.held(connection, person, document_id, act)
        for name in names:
            held = keeping.known_section(connection, document, name)
            unlocked(document, held)
            guard(held)
            keeping.set_section(connection, document_id, name, state=state, reason=reason)
        detail = {"sections": list(names), "state": state, "reason": reason}
        keeping.log(connection, person, action, document, detail, at=moment)

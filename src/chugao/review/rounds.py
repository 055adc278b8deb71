"""Rounds: 初稿 → 征求意见稿 → 会签 → 送审稿 → 上会稿 → 定稿, over the states of a document.

In: a person's step.  Out: the document after it, a step of its history, a row of the audit, or `Refused` with all reasons.

An approval is bound to the hash of the text.  Any change voids it, but a 勘误 that touches no number, name or date
(`errata`).
"""

from collections.abc import Mapping

from sqlalchemy import Connection, select

from chugao.database import Database
from chugao.database.review_tables import review_step
from chugao.errors import InputError, NotAllowed, StaleVersion
from chugao.review import keeping, notices
from chugao.review.documents import ROUNDS, Document
from chugao.review.guarding import Basis, Refused, standing
from chugao.review.people import Act, Person, State
from chugao.review.versions import frozen
from chugao.source import Frozen

SENT = ROUNDS.index("送审稿")
"""From this round on a text must hold before it is sent."""


class Step(Frozen):
    """One thing that became of a document."""

    no: int
    act: str
    """put_in, submit, withdraw, request_changes, pass_on, approve, void, correct, export, archive, reopen."""
    state: State
    round: str
    content: str
    actor: str
    actor_name: str
    at: str
    note: str


def submit(
    db: Database,
    person: Person,
    document_id: str,
    *,
    round: str | None = None,
    note: str = "",
    basis: Basis | None = None,
    at: str | None = None,
) -> Document:
    """送审: the working text becomes a version and goes to review, in this round or a later one.

    Raises `NotAllowed`, `Refused` where a text from 送审稿 on does not hold, `InputError` for a round that is none.
    """
    moment = keeping.moment(at)
    with db.write() as connection:
        document = keeping.held(connection, person, document_id, Act.SUBMIT)
        target = _later(document, round)
        _guard(connection, person, document, target, basis)
        document = frozen(connection, person, document, note=note, at=moment)
        new = {"state": State.IN_REVIEW, "round": target}
        return _step(connection, person, document, Act.SUBMIT, new, note, moment)


def withdraw(db: Database, person: Person, document_id: str, *, note: str = "", at: str | None = None) -> Document:
    """撤回: back to writing.  Raises `NotAllowed`."""
    with db.write() as connection:
        document = keeping.held(connection, person, document_id, Act.WITHDRAW)
        return _step(connection, person, document, Act.WITHDRAW, {"state": State.DRAFT}, note, keeping.moment(at))


def request_changes(
    db: Database, person: Person, document_id: str, *, note: str, round: str | None = None, at: str | None = None
) -> Document:
    """退回: with what is to be changed, to this round or an earlier one; an approval no longer holds.

    Raises `NotAllowed`, `InputError` without a word of why.
    """
    if not note.strip():
        raise InputError("退回要写明改什么。")
    with db.write() as connection:
        document = keeping.held(connection, person, document_id, Act.REQUEST_CHANGES)
        back = round or document.round
        if back not in ROUNDS or ROUNDS.index(back) > ROUNDS.index(document.round):
            raise InputError(f"只能退回到“{document.round}”或更早的一轮：{'、'.join(ROUNDS)}。")
        moment = keeping.moment(at)
        document = keeping.voided(document)
        new = {"state": State.CHANGES_REQUESTED, "round": back}
        return _step(connection, person, document, Act.REQUEST_CHANGES, new, note, moment)


def pass_on(
    db: Database,
    person: Person,
    document_id: str,
    *,
    round: str,
    venue: str = "",
    note: str = "",
    basis: Basis | None = None,
    at: str | None = None,
) -> Document:
    """呈送下一轮: the text stays in review and goes on, to 送审稿, 上会稿 (which meeting), and so on.

    Raises `NotAllowed`, `Refused`, `InputError` for a round that does not come later.
    """
    moment = keeping.moment(at)
    with db.write() as connection:
        document = keeping.held(connection, person, document_id, Act.PASS_ON)
        target = _later(document, round)
        _guard(connection, person, document, target, basis)
        document = frozen(connection, person, document, note=note, at=moment)
        new = {"round": target, "venue": venue or document.venue}
        return _step(connection, person, document, Act.PASS_ON, new, note, moment)


def approve(
    db: Database,
    person: Person,
    document_id: str,
    *,
    note: str = "",
    basis: Basis | None = None,
    content: str | None = None,
    at: str | None = None,
) -> Document:
    """批准: bound to the hash of the working text, which becomes a version.

    `content` is the hash the leader read; another one is `StaleVersion`.  Raises `NotAllowed`, `Refused` with every
    reason and its place.
    """
    moment = keeping.moment(at)
    with db.write() as connection:
        document = keeping.held(connection, person, document_id, Act.APPROVE)
        if content is not None and content != document.content:
            raise StaleVersion("您看过之后正文又改过。请看过新的文字再批准。")
        if reasons := tuple(standing(connection, person, document, "approve", basis)):
            raise Refused("还不能批准", reasons)
        document = frozen(connection, person, document, note=note or "批准", at=moment)
        new = {
            "state": State.APPROVED,
            "approved_by": person.login,
            "approved_name": person.name,
            "approved_at": moment,
            "approved_content": document.content,
        }
        return _step(connection, person, document, Act.APPROVE, new, note, moment)


def record_export(
    db: Database,
    person: Person,
    document_id: str,
    *,
    file_name: str,
    file_hash: str,
    content: str,
    at: str | None = None,
) -> Document:
    """Say that the approved text left as this file (SHA-256); it is the 定稿.

    Raises `NotAllowed`; also when what was exported (`content`) is not what is approved now.
    """
    moment = keeping.moment(at)
    with db.write() as connection:
        document = keeping.held(connection, person, document_id, Act.EXPORT_FINAL)
        if not document.approved_content or content != document.approved_content:
            raise NotAllowed("这一稿不是批准的那一稿，不能作为定稿导出。请重新送审、批准后再导出。")
        new: dict[str, object] = {"exported_file": file_name, "exported_hash": file_hash, "round": ROUNDS[-1]}
        if document.state is State.APPROVED:
            new["state"] = State.EXPORTED
        return _step(connection, person, document, Act.EXPORT_FINAL, new, file_name, moment, {"file": file_hash})


def archive(db: Database, person: Person, document_id: str, *, note: str = "", at: str | None = None) -> Document:
    """归档: nothing changes any more.  Raises `NotAllowed`."""
    with db.write() as connection:
        document = keeping.held(connection, person, document_id, Act.ARCHIVE)
        return _step(connection, person, document, Act.ARCHIVE, {"state": State.LOCKED}, note, keeping.moment(at))


def unarchive(db: Database, person: Person, document_id: str, *, reason: str, at: str | None = None) -> Document:
    """Open an archived document again, by name and reason; the approval stays, as long as nothing is changed.

    Raises `NotAllowed`, `InputError` without a reason.
    """
    if not reason.strip():
        raise InputError("取消归档要写明理由。")
    with db.write() as connection:
        document = keeping.held(connection, person, document_id, Act.REOPEN)
        back = State.EXPORTED if document.exported_hash else State.APPROVED
        return _step(connection, person, document, Act.REOPEN, {"state": back}, reason, keeping.moment(at))


def history(db: Database, person: Person, document_id: str) -> tuple[Step, ...]:
    """What became of a document, the oldest first.  Raises `NotAllowed`."""
    with db.read() as connection:
        keeping.seen(connection, person, document_id)
        wanted = select(review_step).where(review_step.c.document_id == document_id).order_by(review_step.c.no)
        rows = connection.execute(wanted).all()
    return tuple(Step.model_validate({k: v for k, v in r._mapping.items() if k != "document_id"}) for r in rows)


# --- inside a transaction -------------------------------------------------------------------------


def _later(document: Document, round_: str | None) -> str:
    """The round asked for, when it does not lie behind."""
    target = round_ or document.round
    if target not in ROUNDS[:-1] or ROUNDS.index(target) < ROUNDS.index(document.round):
        rest = ROUNDS[ROUNDS.index(document.round) : -1]
        raise InputError(f"现在是“{document.round}”，下一轮可以是：{'、'.join(rest)}。")
    return target


def _guard(connection: Connection, person: Person, document: Document, target: str, basis: Basis | None) -> None:
    if ROUNDS.index(target) >= SENT and (reasons := tuple(standing(connection, person, document, "send", basis))):
        raise Refused("暂不能送", reasons)


def _step(
    connection: Connection,
    person: Person,
    document: Document,
    act: Act,
    changed: Mapping[str, object],
    note: str,
    at: str,
    told: Mapping[str, object] | None = None,
) -> Document:
    document = keeping.keep(connection, document.model_copy(update={**changed, "updated_at": at}))
    keeping.add_step(connection, person, document, act.value, note=note, at=at)
    if person.login != document.owner and act in _TOLD:
        text = f"{person.name}{act.label}《{document.title}》{f'：{note}' if note else ''}"
        notices.tell(connection, {document.owner}, document.id, act.value, text, at=at)
    detail = {"version": document.version, "round": document.round, "state": document.state.value, "note": note}
    keeping.log(connection, person, f"review.{act.value}", document, {**detail, **(told or {})}, at=at)
    return document


_TOLD = (Act.REQUEST_CHANGES, Act.PASS_ON, Act.APPROVE, Act.ARCHIVE)

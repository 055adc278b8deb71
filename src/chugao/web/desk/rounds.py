"""The way of a paper: 送审, 撤回, 退回, 呈送, 批准, 归档; and 会签, where each department sees its own paragraphs."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from chugao import review
from chugao.errors import InputError
from chugao.review import ROUNDS, Act, Person, Refused
from chugao.review.rounds import SENT
from chugao.web.desk.around import Here, back, basis_of, findings_of, frame, here, names_of
from chugao.web.faults import NotThere
from chugao.web.house import house_of, one_look
from chugao.web.pages import page
from chugao.web.people import needs

router = APIRouter()
Reader = Annotated[Person, needs(Act.SEE)]
KINDS = {
    "red": "无来源",
    "pending": "待补",
    "caliber": "口径未裁",
    "section": "未接受",
    "comment": "阻塞批注",
    "suggestion": "未定的建议",
    "finding": "检查",
    "four_eyes": "回避",
}
STEPS = ("submit", "withdraw", "return", "pass", "approve", "archive", "unarchive")


@router.get("/documents/{document_id}/send")
@one_look
def show_guard(request: Request, document_id: str, person: Reader, step: str = "send") -> Response:
    """What still stands in the way, each with a link to its place."""
    house = house_of(request)
    at = here(house, person, document_id)
    return _guard(request, at, "approve" if step == "approve" else "send", 200)


@router.post("/documents/{document_id}/transitions")
def move(
    request: Request,
    document_id: str,
    person: Reader,
    step: Annotated[str, Form()],
    note: Annotated[str, Form()] = "",
    round: Annotated[str, Form()] = "",
    venue: Annotated[str, Form()] = "",
    content: Annotated[str, Form()] = "",
) -> Response:
    """One step; review says whether this person may take it now."""
    house = house_of(request)
    at, db = here(house, person, document_id), house.database
    if step not in STEPS:
        raise InputError(f"没有“{step[:20]}”这一步。请从页面上的按钮操作。")
    try:
        if step == "submit":
            basis = basis_of(at)
            review.submit(db, person, document_id, round=round or None, note=note, basis=basis)
        elif step == "withdraw":
            review.withdraw(db, person, document_id)
        elif step == "return":
            review.request_changes(db, person, document_id, note=note)
        elif step == "pass":
            basis = basis_of(at)
            review.pass_on(db, person, document_id, round=round, venue=venue, note=note, basis=basis)
        elif step == "approve":
            basis = basis_of(at)
            review.approve(db, person, document_id, basis=basis, note=note, content=content or None)
        elif step == "archive":
            review.archive(db, person, document_id)
        else:
            review.unarchive(db, person, document_id, reason=note)
    except Refused:
        return _guard(request, at, "approve" if step == "approve" else "send", 409)
    return back(document_id)


def _guard(request: Request, at: Here, step: str, status: int) -> Response:
    db, basis = at.house.database, basis_of(at)
    found = review.hindrances(db, at.person, at.doc.id, "approve" if step == "approve" else "send", basis)
    draft = review.current(db, at.person, at.doc.id)
    remarks = review.comments(db, at.person, at.doc.id)
    return page(
        request,
        at.person,
        "desk/guard.html",
        status=status,
        **frame(at, "text"),
        step=step,
        # Asked for, not refused: in the first rounds what is not yet right keeps nobody from reading it.
        first_rounds=status == 200 and ROUNDS.index(at.doc.round) < SENT,
        hindrances=found,
        kinds=KINDS,
        wrong=review.strip(db, at.person, at.doc.id, basis, findings_of(at, basis)).wrong,
        blocking=sum(c.kind == "阻塞" and c.state == "open" and c.parent is None for c in remarks),
        unread=[h for h in found if h.kind == "section"],
        red=[h for h in found if h.kind == "red"],
        names=names_of(draft),
    )


# --- 会签 -----------------------------------------------------------------------------------------


@router.get("/documents/{document_id}/countersign")
@one_look
def show_countersign(request: Request, document_id: str, person: Reader) -> Response:
    """For the office: who was asked and what they said; for a department that was asked: its own paragraphs."""
    house = house_of(request)
    db = house.database
    asked = next((c for c in review.consultations(db, person) if c.document_id == document_id), None)
    try:
        at = here(house, person, document_id)
    except NotThere:
        if asked is None:
            raise
        share = review.share_of(db, person, document_id)
        return page(request, person, "desk/share.html", share=share, asked=asked, document_id=document_id)
    draft = review.current(db, person, document_id)
    return page(
        request,
        person,
        "desk/countersign.html",
        **frame(at, "countersign"),
        opinions=review.opinions_table(db, person, document_id),
        sections=draft.sections,
        asked=asked,
        departments=[n for n in review.answerable(draft, basis_of(at, draft)) if n not in at.doc.consulted],
    )


@router.post("/documents/{document_id}/countersign")
def consult(
    request: Request,
    document_id: str,
    person: Annotated[Person, needs(Act.CONSULT)],
    departments: Annotated[str, Form()],
    due: Annotated[str, Form()] = "",
    given: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Ask departments; each gets only its own paragraphs."""
    house = house_of(request)
    at = here(house, person, document_id)
    names = [d.strip() for d in departments.replace("，", "、").replace(",", "、").split("、") if d.strip()]
    if not names:
        raise InputError("没有写会签科室。请写科室名，几个科室用顿号隔开。")
    sections = review.current(house.database, person, document_id).sections
    blocks = [(s.id, b.id) for s in sections if s.id in (given or ()) for b in s.blocks]
    assigned = dict.fromkeys(names, blocks) if blocks else None
    basis = basis_of(at)
    review.consult(house.database, person, document_id, names, due=due, basis=basis, assigned=assigned)
    return _to_countersign(document_id)


@router.post("/documents/{document_id}/opinions")
def opine(
    request: Request,
    document_id: str,
    person: Annotated[Person, needs(Act.OPINE)],
    body: Annotated[str, Form()] = "",
    section: Annotated[str, Form()] = "",
    block: Annotated[str, Form()] = "",
    replacement: Annotated[str, Form()] = "",
    none: Annotated[bool, Form()] = False,
) -> Response:
    """What a department says to its paragraphs, or that it has nothing to say."""
    db = house_of(request).database
    if none:
        review.no_objection(db, person, document_id)
    else:
        kind: review.CommentKind = "建议改写" if replacement.strip() else "意见"
        review.opine(db, person, document_id, body, section=section, block=block, kind=kind, replacement=replacement)
    return _to_countersign(document_id)


@router.post("/documents/{document_id}/opinions/{number}/answer")
def answer(
    request: Request,
    document_id: str,
    number: int,
    person: Annotated[Person, needs(Act.ANSWER)],
    outcome: Annotated[Literal["采纳", "部分采纳", "不采纳"], Form()],
    reason: Annotated[str, Form()] = "",
) -> Response:
    """采纳, 部分采纳, 不采纳 and why: a line of the 《意见采纳情况表》."""
    review.answer(house_of(request).database, person, document_id, number, outcome, reason=reason)
    return _to_countersign(document_id)


def _to_countersign(document_id: str) -> RedirectResponse:
    return RedirectResponse(f"/documents/{document_id}/countersign", status_code=303)

"""/api/v1/documents: one document for programs: its text, versions, comments, what keeps it back, the next step.

The sections themselves (read, save with `rev`, settle, suggest, lock) are the editor's own operations, published here
under the same paths.
"""

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from starlette.responses import Response

from chugao import review
from chugao.errors import InputError
from chugao.review import Refused
from chugao.review.people import Act, Person
from chugao.web.api import REFUSALS, Key, Name, Told, Words, once_of
from chugao.web.desk.around import basis_of, here
from chugao.web.house import house_of
from chugao.web.people import needs

router = APIRouter(prefix="/api/v1/documents/{document_id}", responses=REFUSALS, tags=["文稿"])
See = Annotated[Person, needs(Act.SEE)]
Json = dict[str, Any]


class Step(Told):
    step: Literal["submit", "withdraw", "return", "pass", "approve", "archive", "unarchive"]
    note: Words = ""
    round: Name = ""
    venue: Name = ""
    content: Name = ""


class NewComment(Told):
    section: Name
    rev: int
    body: Words
    kind: Literal["意见", "阻塞", "建议改写"] = "意见"
    start: int | None = None
    end: int | None = None
    replacement: Words = ""


@router.get("", summary="一份文稿")
def one(request: Request, document_id: Name, person: See) -> Json:
    return review.document(house_of(request).database, person, document_id).model_dump(mode="json")


@router.get("/draft", summary="正文（draft.json）")
def draft(request: Request, document_id: Name, person: See) -> Json:
    from chugao.draftfile import to_json

    told: Json = json.loads(to_json(review.current(house_of(request).database, person, document_id)))
    return told


@router.get("/versions", summary="版本")
def versions(request: Request, document_id: Name, person: See) -> Json:
    nodes = review.versions(house_of(request).database, person, document_id)
    return {"versions": [n.model_dump(mode="json") for n in nodes]}


@router.get("/history", summary="走过的步骤")
def history(request: Request, document_id: Name, person: See) -> Json:
    steps = review.history(house_of(request).database, person, document_id)
    return {"steps": [s.model_dump(mode="json") for s in steps]}


@router.get("/hindrances", summary="为什么还不能送、不能批")
def hindrances(request: Request, document_id: Name, person: See, step: Literal["send", "approve"] = "send") -> Json:
    house = house_of(request)
    basis = basis_of(here(house, person, document_id))
    found = review.hindrances(house.database, person, document_id, step, basis)
    return {"hindrances": [h.model_dump(mode="json") for h in found]}


@router.get("/comments", summary="批注")
def comments(request: Request, document_id: Name, person: See) -> Json:
    found = review.comments(house_of(request).database, person, document_id)
    return {"comments": [c.model_dump(mode="json") for c in found]}


@router.post("/comments", status_code=201, summary="批注一处")
def comment(
    request: Request,
    document_id: Name,
    person: Annotated[Person, needs(Act.COMMENT)],
    told: NewComment,
    key: Key = None,
) -> Response:
    house = house_of(request)

    def do() -> Json:
        made = review.comment(
            house.database,
            person,
            document_id,
            told.section,
            told.rev,
            told.body,
            kind=told.kind,
            start=told.start,
            end=told.end,
            replacement=told.replacement,
        )
        return made.model_dump(mode="json")

    return once_of(request, person, key, told.model_dump_json().encode(), do)


@router.post("/transitions", summary="送审、撤回、退回、呈送、批准、归档")
def transition(request: Request, document_id: Name, person: See, told: Step) -> Json:
    house = house_of(request)
    db, at = house.database, here(house, person, document_id)
    try:
        if told.step == "submit":
            done = review.submit(db, person, document_id, round=told.round or None, note=told.note, basis=basis_of(at))
        elif told.step == "withdraw":
            done = review.withdraw(db, person, document_id, note=told.note)
        elif told.step == "return":
            done = review.request_changes(db, person, document_id, note=told.note)
        elif told.step == "pass":
            done = review.pass_on(
                db,
                person,
                document_id,
                round=told.round,
                venue=told.venue,
                note=told.note,
                basis=basis_of(at),
            )
        elif told.step == "approve":
            if not told.content:
                raise InputError("批准要带 content：您读到的那一稿的内容指纹（文稿的 content）。")
            done = review.approve(db, person, document_id, note=told.note, content=told.content, basis=basis_of(at))
        elif told.step == "archive":
            done = review.archive(db, person, document_id)
        else:
            done = review.unarchive(db, person, document_id, reason=told.note)
    except Refused as refused:
        # Each with its place; the sentence alone would send a program to the screen.
        request.state.hindrances = [h.model_dump(mode="json") for h in refused.hindrances]
        raise
    return done.model_dump(mode="json")

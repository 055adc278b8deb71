"""Written once more: the whole paper on what has come since, or a section in other words.

What people changed by hand is never written over: the new text becomes a version, and where both changed one sentence
a person chooses.
"""

import shutil
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, RedirectResponse, Response

from chugao import review
from chugao.comparing.versions import Piece
from chugao.comparing.words import pieces_of
from chugao.errors import InputError, NotAllowed
from chugao.manuscript import Draft, Section
from chugao.review import Act, Alternative, Person, orders, rewording
from chugao.review.written import text_of
from chugao.web.desk.around import Here, here
from chugao.web.house import house_of
from chugao.web.pages import page
from chugao.web.people import needs

router = APIRouter()
Writer = Annotated[Person, needs(Act.REGENERATE)]
_OTHER = "换个写法"


class Wording(NamedTuple):
    """Another wording of a section, beside the one that stands."""

    number: int
    label: str
    who: str
    at: str
    pieces: list[Piece]
    lost: list[str]
    """Numbers the text that stands has and this one has not."""
    added: list[str]
    same_numbers: bool


@router.post("/documents/{document_id}/again")
def again(request: Request, document_id: str, person: Writer) -> Response:
    """Order the paper once more, from the same files and what the workspace holds by now."""
    house = house_of(request)
    at = here(house, person, document_id)
    if not at.may(Act.REGENERATE):
        raise NotAllowed("这一步不能重写整篇。请先退回给经办人。")
    behind = orders.order_behind(house.database, document_id)
    draft = review.current(house.database, person, document_id)
    asked: dict[str, Any] = dict(behind.payload) if behind is not None else rewording.asked_of(draft)
    order = orders.open_order(
        house.database,
        person,
        department=at.doc.department,
        payload=asked | {"again": document_id, "confirmed": False},
        at=house.now(),
    )
    if behind is not None and (house.uploads / behind.id).is_dir():
        shutil.copytree(house.uploads / behind.id, house.uploads / order.id, dirs_exist_ok=True)
    from chugao.web.worktop import start

    start(house, person, order.id)
    return RedirectResponse(f"/jobs/{order.id}", 303)


@router.post("/documents/{document_id}/sections/{section_id}/wordings")
async def other_wordings(request: Request, document_id: str, section_id: str, person: Writer) -> Response:
    """Write the section in other words, two of them, shown beside what stands; nothing is taken yet."""
    return await run_in_threadpool(_others, request, document_id, section_id, person)


def _others(request: Request, document_id: str, section_id: str, person: Person) -> Response:
    house = house_of(request)
    at, db = here(house, person, document_id), house.database
    if not at.may(Act.EDIT):
        raise NotAllowed("这一步要能修改正文的人来做。请改用批注或修改建议。")
    draft = review.current(db, person, document_id)
    working = review.section(db, person, document_id, section_id)
    kept = review.alternatives(db, person, document_id, section_id)
    behind = orders.order_behind(db, document_id)
    besides = [text_of(working.section), *(text_of(a.section) for a in kept)]
    folder = house.uploads / (behind.id if behind is not None else "none")
    found = rewording.other_wordings(db, house.settings, person, draft, section_id, behind, folder, besides=besides)
    for other, evidence in found:
        # Its place in the paper is the one that stands: another order of telling had another number over it.
        section = other.model_copy(update={"number": working.section.number, "level": working.section.level})
        review.offer_alternative(db, person, document_id, section, label="", note=_OTHER, evidence=evidence)
    if not found and not kept:
        raise InputError("这一节的事实就这几条，换不出别的写法。请用“按要求改写”，或者直接改。")
    shown = wordings(at, section_id, draft, working.section)
    panel = bytes(page(request, person, "desk/wordings.html", wordings=shown, can_take=True).body).decode()
    return JSONResponse({"panel": panel, "found": len(found)})


def wordings(at: Here, section_id: str, draft: Draft, standing: Section) -> list[Wording]:
    """The wordings kept beside a section that nobody has taken, the newest first."""
    kept = review.alternatives(at.house.database, at.person, at.doc.id, section_id)
    told = text_of(standing)
    return [_beside(a, standing, told) for a in reversed(kept) if not a.taken and text_of(a.section) != told]


def _beside(kept: Alternative, standing: Section, told: str) -> Wording:
    mine, theirs = _numbers(standing), _numbers(kept.section)
    return Wording(
        number=kept.id,
        label=kept.label,
        who=kept.author_name,
        at=kept.at,
        pieces=list(pieces_of(told, text_of(kept.section))),
        lost=[n for n in mine if n not in theirs],
        added=[n for n in theirs if n not in mine],
        same_numbers=set(mine) == set(theirs),
    )


def _numbers(section: Section) -> list[str]:
    """Every number of a section as it is printed, once."""
    printed = [
        s.text[c.start : c.end]
        for s in section.sentences
        for c in s.claims
        if c.state in ("metric", "derived", "matter")
    ]
    return list(dict.fromkeys(p for p in printed if any(ch.isdigit() for ch in p) and len(p) <= 24))

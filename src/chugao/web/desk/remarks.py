"""What people say about a text: comments on a stretch of it, replies, suggestions taken or not."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from chugao import review
from chugao.errors import InputError
from chugao.review import Act, Person
from chugao.web.desk.around import back, basis_of, findings_of, here
from chugao.web.house import house_of
from chugao.web.people import needs

router = APIRouter()
Commenter = Annotated[Person, needs(Act.COMMENT)]
Decider = Annotated[Person, needs(Act.DECIDE_SUGGESTION)]


@router.post("/documents/{document_id}/sections/{section_id}/comments")
def add_comment(
    request: Request,
    document_id: str,
    section_id: str,
    person: Commenter,
    body: Annotated[str, Form()],
    rev: Annotated[int, Form()],
    kind: Annotated[review.CommentKind, Form()] = "意见",
    start: Annotated[int | None, Form()] = None,
    end: Annotated[int | None, Form()] = None,
    replacement: Annotated[str, Form()] = "",
    parent: Annotated[int | None, Form()] = None,
) -> Response:
    """A comment on a stretch of a section, on the section, or a reply."""
    house = house_of(request)
    here(house, person, document_id)
    review.comment(
        house.database,
        person,
        document_id,
        section_id,
        rev,
        body,
        kind=kind,
        start=start,
        end=end,
        replacement=replacement,
        parent=parent,
    )
    return back(document_id, section_id)


@router.post("/documents/{document_id}/comments/{number}/resolve")
def resolve(request: Request, document_id: str, number: int, person: Commenter) -> Response:
    review.resolve(house_of(request).database, person, document_id, number)
    return _to_remarks(document_id)


@router.post("/documents/{document_id}/comments/{number}/reopen")
def reopen(request: Request, document_id: str, number: int, person: Commenter) -> Response:
    review.reopen(house_of(request).database, person, document_id, number)
    return _to_remarks(document_id)


@router.post("/documents/{document_id}/comments/{number}/take")
def take(request: Request, document_id: str, number: int, person: Decider) -> Response:
    """A proposed wording, taken with one click."""
    review.take_comment(house_of(request).database, person, document_id, number)
    return _to_remarks(document_id)


@router.post("/documents/{document_id}/suggestions/{number}/accept")
def accept(request: Request, document_id: str, number: int, person: Decider) -> Response:
    review.accept_suggestion(house_of(request).database, person, document_id, number)
    return _to_remarks(document_id)


@router.post("/documents/{document_id}/suggestions/{number}/reject")
def reject(
    request: Request, document_id: str, number: int, person: Decider, why: Annotated[str, Form()] = ""
) -> Response:
    review.reject_suggestion(house_of(request).database, person, document_id, number, why=why)
    return _to_remarks(document_id)


@router.post("/documents/{document_id}/suggestions/accept")
def accept_all(request: Request, document_id: str, person: Decider, section: Annotated[str, Form()] = "") -> Response:
    """All that still fit, of a section or of the whole text."""
    review.accept_suggestions(house_of(request).database, person, document_id, section or None)
    return _to_remarks(document_id)


@router.post("/documents/{document_id}/findings/dismiss")
def dismiss(
    request: Request,
    document_id: str,
    person: Annotated[Person, needs(Act.DISMISS)],
    rule: Annotated[str, Form()],
    section: Annotated[str, Form()],
    quote: Annotated[str, Form()],
    reason: Annotated[str, Form()],
) -> Response:
    """A finding that a person has looked at and lets pass, by name and reason."""
    house = house_of(request)
    at = here(house, person, document_id)
    found = findings_of(at, basis_of(at))
    finding = next((f for f in found if (f.rule, f.place.section, f.quote) == (rule, section, quote)), None)
    if finding is None:
        raise InputError("这条检查意见已经没有了，稿子可能改过。请刷新页面再看。")
    review.dismiss(house.database, person, document_id, finding, reason=reason)
    return _to_remarks(document_id)


def _to_remarks(document_id: str) -> RedirectResponse:
    return RedirectResponse(f"/documents/{document_id}#remarks", status_code=303)

"""The ten-second screen: may this be sent, what changed since I looked, who owes what; then the paper itself."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from chugao import review
from chugao.comparing.versions import Piece
from chugao.comparing.words import pieces_of
from chugao.review import Act, Person, Working
from chugao.review.people import sees
from chugao.web.desk.around import Here, basis_of, findings_of, frame, here, names_of, passable_in
from chugao.web.desk.numbers import Reason, reasons_of
from chugao.web.desk.shown import Part, page_of
from chugao.web.desk.versions import ACTS
from chugao.web.faults import NotThere
from chugao.web.house import house_of, one_look
from chugao.web.pages import macro, page
from chugao.web.people import needs

router = APIRouter()
Reader = Annotated[Person, needs(Act.SEE)]
_AROUND = 10
_FAR = 20
"""Sections beyond this many are laid out by the browser when they come near."""


class Dress(NamedTuple):
    """What a section's place on the page takes from the day: its state, who is in it, what the reader may do."""

    document: str
    far: bool
    rev: int
    state: str
    editing: str
    opens: bool
    """There is a way into the editor."""
    edits: bool


@router.get("/documents/{document_id}")
@one_look
def show_document(request: Request, document_id: str, person: Reader) -> Response:
    """One document as a reviewer meets it."""
    house = house_of(request)
    try:
        at, db = here(house, person, document_id), house.database
    except NotThere:
        # A department that is asked has its own page of the paper, and no other.
        if any(c.document_id == document_id for c in review.consultations(house.database, person)):
            return RedirectResponse(f"/documents/{document_id}/countersign", 303)
        raise
    draft = review.current(db, person, document_id)
    basis = basis_of(at, draft)
    findings = findings_of(at, basis)
    since = review.since_last_look(db, person, document_id, basis)
    remarks = review.comments(db, person, document_id)
    return page(
        request,
        person,
        "desk/document.html",
        **frame(at, "text"),
        strip=review.strip(db, person, document_id, basis, findings),
        since=since,
        acts=ACTS,
        shown=page_of(draft, findings),
        drawn=_drawing(at, review.sections(db, person, document_id)),
        findings=[f for f in findings if f.severity.blocks],
        advice=[f for f in findings if not f.severity.blocks],
        passable=passable_in(draft, findings),
        comments=_threads(remarks),
        suggestions=[
            (s, pieces_around(s.old, s.new)) for s in review.suggestions(db, person, document_id, state="open")
        ],
        versions=review.versions(db, person, document_id),
        names=names_of(draft),
    )


@router.post("/documents/{document_id}/looked")
def looked(request: Request, document_id: str, person: Reader) -> Response:
    """The reader has read it: what changes from now on is new to them."""
    house = house_of(request)
    here(house, person, document_id)
    review.looked(house.database, person, document_id)
    return Response(status_code=204)


@router.get("/documents/{document_id}/sections/{section_id}/part")
@one_look
def show_part(request: Request, document_id: str, section_id: str, person: Reader) -> Response:
    """One section of the page, as it stands."""
    house = house_of(request)
    at, db = here(house, person, document_id), house.database
    draft = review.current(db, person, document_id)
    findings = findings_of(at, basis_of(at, draft))
    shown = page_of(draft, findings)
    found = next((p for p in shown.parts if p.id == section_id), None)
    drawn = _drawing(at, review.sections(db, person, document_id))
    return page(request, person, "desk/part.html", part=found, drawn=drawn)


def _drawing(at: Here, working: tuple[Working, ...]) -> Callable[[Part, int], Markup]:
    """How this reader's page draws a section: asked with the part and its place."""
    known = {w.section_id: w for w in working}
    edits, suggests, forces = (at.may(a) for a in (Act.EDIT, Act.SUGGEST, Act.FORCE_UNLOCK))

    def drawn(part: Part, place: int) -> Markup:
        w = known.get(part.id)
        opens = w is not None and (edits or suggests) and (not w.locked_by or forces)
        editing = w.editing[0].text if w is not None and w.editing else ""
        rev, state = (w.rev, w.state) if w is not None else (0, "")
        return _drawn(part, Dress(at.doc.id, place >= _FAR, rev, state, editing, opens, edits))

    return drawn


@lru_cache(maxsize=4096)
def _drawn(part: Part, dress: Dress) -> Markup:
    """A section as markup: the same for everybody to whom it looks the same."""
    return macro("desk/_part.html", "part")(part, dress)


@router.get("/documents/{document_id}/sections/{section_id}/why")
@one_look
def show_why(request: Request, document_id: str, section_id: str, person: Reader, sentence: str = "") -> Response:
    """Why each sentence of a section is there: figure with file and cell, formula, matter, past report, person."""
    house = house_of(request)
    at = here(house, person, document_id)
    draft = review.current(house.database, person, document_id)
    section = review.section(house.database, person, document_id, section_id).section
    reasons = _with_titles(at, reasons_of(draft, section, sentence))
    name = names_of(draft).get(section_id, "导语")
    return page(request, person, "desk/why.html", **frame(at, "text"), reasons=reasons, section=section, name=name)


def _with_titles(at: Here, reasons: Sequence[Reason]) -> list[Reason]:
    """The past reports that lent their wording, by title; one the reader may not see is a past report and no more."""
    from chugao.corpus.store import where_from

    asked = {p for r in reasons for p in r.passages}
    known = where_from(at.house.database, asked) if asked else {}

    def told(passage: str) -> str:
        title, heading, department = known.get(passage, ("", "", ""))
        if not title or not sees(at.person, department):
            return "往年文稿"
        return f"《{title}》" + (f"“{heading}”" if heading else "")

    return [r._replace(passages=tuple(dict.fromkeys(map(told, r.passages)))) for r in reasons]


def pieces_around(old: str, new: str) -> list[Piece]:
    """What changes between two sentences, with a few words around it."""
    pieces = list(pieces_of(old, new))
    shown = []
    for number, piece in enumerate(pieces):
        text = piece.text
        if piece.op == "equal" and len(text) > 2 * _AROUND:
            before = text[:_AROUND] if number else ""
            after = text[-_AROUND:] if number + 1 < len(pieces) else ""
            text = f"{before}……{after}"
        shown.append(Piece(op=piece.op, text=text))
    return shown


def _threads(remarks: "tuple[review.Comment, ...]") -> list[tuple[review.Comment, list[review.Comment]]]:
    """Comments with their replies, the open ones first."""
    roots = [c for c in remarks if c.parent is None]
    roots.sort(key=lambda c: (c.state != "open", c.at))
    return [(c, [r for r in remarks if r.parent == c.id]) for c in roots]

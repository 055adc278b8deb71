"""One section in the editor: opened, saved with its revision, merged, rewritten, locked, accepted.

A save answers 200 only when it is committed; 409 carries the three texts, so that nothing typed is ever lost.
"""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request
from pydantic import Field
from starlette.responses import JSONResponse, Response

from chugao import review
from chugao.comparing.words import pieces_of
from chugao.errors import InputError
from chugao.manuscript import Draft, Evidence, Section
from chugao.review import Act, CellMark, Conflict, Mark, Paragraph, Person, Saved, Working, Written
from chugao.review.budgets import purse, rewrite_job
from chugao.source import Frozen
from chugao.web.desk.again import wordings
from chugao.web.desk.around import Here, back, desk_of, frame, here
from chugao.web.desk.numbers import LABELS, matching, runs_of, values_of
from chugao.web.desk.panes import panes_of
from chugao.web.house import house_of, one_look
from chugao.web.pages import page
from chugao.web.people import needs

router = APIRouter()
Reader = Annotated[Person, needs(Act.SEE)]
Editor = Annotated[Person, needs(Act.EDIT)]
Suggester = Annotated[Person, needs(Act.SUGGEST)]
Decider = Annotated[Person, needs(Act.ACCEPT_SECTION)]
Locker = Annotated[Person, needs(Act.LOCK_SECTION)]
Unlocker = Annotated[Person, needs(Act.SEE)]
"""Whoever locked it, and an administrator by force: review knows which."""
Confirmer = Annotated[Person, needs(Act.CONFIRM_NUMBER)]
Corrector = Annotated[Person, needs(Act.CORRECT)]
BASE = "/documents/{document_id}/sections/{section_id}"


class TypedRun(Frozen):
    """A stretch of text, perhaps a number with the id of what it is bound to."""

    text: Annotated[str, Field(max_length=20_000)]
    id: Annotated[str, Field(max_length=120)] = ""


TypedCell = Annotated[tuple[TypedRun, ...], Field(max_length=400)]
TypedRow = Annotated[tuple[TypedCell, ...], Field(max_length=60)]


class TypedParagraph(Frozen):
    """A paragraph as the editor has it; or a table, without rows when nobody touched it."""

    block: Annotated[str, Field(max_length=120)] = ""
    table: bool = False
    runs: Annotated[tuple[TypedRun, ...], Field(max_length=2000)] = ()
    rows: Annotated[tuple[TypedRow, ...], Field(max_length=600)] = ()


class Typed(Frozen):
    """What the editor sends."""

    rev: int
    heading: Annotated[str, Field(max_length=500)] = ""
    paragraphs: Annotated[tuple[TypedParagraph, ...], Field(max_length=400)] = ()


class Settled(Typed):
    """The same, with what was chosen where two people changed the same sentence."""

    base: int
    """Revision both started from; `rev` is the other's."""
    choices: dict[int, Literal["theirs", "mine", "both"]] = {}


class Asked(Frozen):
    """A rewrite somebody asks for."""

    instruction: Annotated[str, Field(max_length=600)]
    only: Annotated[tuple[str, ...], Field(max_length=200)] = ()
    scope: Literal["all", "selected", "rest"] = "all"
    """The whole section, the sentences that are selected, or all but those."""
    selected: Annotated[tuple[Annotated[str, Field(max_length=20_000)], ...], Field(max_length=400)] = ()
    """What is selected, paragraph by paragraph, in the words of the saved text."""


class Answered(Frozen):
    """A number somebody answers for."""

    basis: Annotated[str, Field(max_length=200)]
    printed: Annotated[str, Field(max_length=200)] = ""
    """The number, "" for all red ones of the section."""
    nth: Annotated[int, Field(ge=0)] = 0
    """Which of those that print the same."""


# --- opening and saving ---------------------------------------------------------------------------


@router.get(BASE)
@one_look
def open_section(request: Request, document_id: str, section_id: str, person: Reader) -> Response:
    """The editor of one section."""
    house = house_of(request)
    at, db = here(house, person, document_id), house.database
    working = review.section(db, person, document_id, section_id)
    draft = review.current(db, person, document_id)
    told = opened(draft, working)
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse(told)
    order = [w.section_id for w in review.sections(db, person, document_id)]
    place = order.index(section_id)
    return page(
        request,
        person,
        "desk/section.html",
        **frame(at, "text"),
        working=working,
        told=told,
        labels=LABELS,
        before=order[place - 1] if place else "",
        after=order[place + 1] if place + 1 < len(order) else "",
        comments=[c for c in review.comments(db, person, document_id, section_id) if c.state == "open"],
        mode="edit" if at.may(Act.EDIT) else "suggest" if at.may(Act.SUGGEST) else "read",
        corrects=at.may(Act.CORRECT),
        wordings=wordings(at, section_id, draft, working.section),
    )


@router.put(BASE)
def save_section(request: Request, document_id: str, section_id: str, typed: Typed, person: Editor) -> Response:
    """Save what was typed; committed when it answers."""
    house = house_of(request)
    at, db = here(house, person, document_id), house.database
    written = written_as(typed)
    evidence = _inserted(at, written)
    try:
        saved = review.save(db, person, document_id, section_id, typed.rev, written, evidence=evidence)
    except Conflict as conflict:
        return _conflict(request, at, section_id, typed.rev, conflict)
    return _saved(at, section_id, saved)


@router.post(f"{BASE}/settle")
def settle(request: Request, document_id: str, section_id: str, told: Settled, person: Editor) -> Response:
    """Save a merge with what was chosen."""
    house = house_of(request)
    at, db = here(house, person, document_id), house.database
    mine = written_as(told)
    try:
        saved = review.save_settled(
            db,
            person,
            document_id,
            section_id,
            told.base,
            mine,
            theirs_rev=told.rev,
            choices=told.choices,
            evidence=_inserted(at, mine),
        )
    except Conflict as conflict:
        return _conflict(request, at, section_id, told.base, conflict)
    return _saved(at, section_id, saved)


@router.post(f"{BASE}/suggest")
def suggest(request: Request, document_id: str, section_id: str, typed: Typed, person: Suggester) -> Response:
    """What was typed as suggestions, one a change."""
    house = house_of(request)
    here(house, person, document_id)
    made = review.suggest(house.database, person, document_id, section_id, typed.rev, written_as(typed))
    return JSONResponse({"suggestions": len(made)})


@router.post(f"{BASE}/correct")
def correct(
    request: Request, document_id: str, section_id: str, typed: Typed, person: Corrector, reason: str = ""
) -> Response:
    """勘误: an approved text mended without a number, a name or a date being touched."""
    house = house_of(request)
    at = here(house, person, document_id)
    saved = review.correct(house.database, person, document_id, section_id, typed.rev, written_as(typed), reason=reason)
    return _saved(at, section_id, saved)


def opened(draft: Draft, working: Working) -> dict[str, Any]:
    """A section as the editor opens it."""
    section = working.section
    evidence = {e.id: e for e in draft.evidence}
    paragraphs: list[dict[str, Any]] = []
    for block in section.blocks:
        if block.table is not None:
            header = [[{"text": name}] for name in block.table.header]
            body = [[runs_of(c.text, c.claims, evidence) for c in row] for row in block.table.rows]
            told = {"table": True, "title": block.table.title, "rows": [header, *body], "runs": []}
            paragraphs.append({"block": block.id} | told)
            continue
        runs = [
            r for i in block.sentence_ids for s in (section.sentence(i),) for r in runs_of(s.text, s.claims, evidence)
        ]
        if block.number:
            runs.insert(0, {"text": block.number})
        paragraphs.append({"block": block.id, "table": False, "rows": [], "runs": runs})
    return {
        "section": section.id,
        "rev": working.rev,
        "state": working.state,
        "number": section.number,
        "heading": section.heading.text,
        "paragraphs": paragraphs,
        "edited_by": working.edited_name,
        "edited_at": working.edited_at,
    }


def written_as(typed: Typed) -> Written:
    """What was typed in review's own words; offsets are code points, so the browser sends runs and no offsets."""
    return Written(heading=typed.heading.strip(), paragraphs=tuple(_paragraphs(typed.paragraphs)))


def _paragraphs(typed: Sequence[TypedParagraph]) -> Iterator[Paragraph]:
    for paragraph in typed:
        if paragraph.table:
            yield _table(paragraph)
            continue
        text, marks = _text(paragraph.runs)
        if text.strip():
            yield Paragraph(text=text, block=paragraph.block, marks=marks)


def _table(typed: TypedParagraph) -> Paragraph:
    """A table with the bound numbers of its cells."""
    rows, marks = [], []
    for r, row in enumerate(typed.rows):
        cells = []
        for c, runs in enumerate(row):
            text, own = _text(runs)
            cells.append(text)
            marks += [CellMark(start=m.start, end=m.end, id=m.id, row=r, column=c) for m in own]
        rows.append(tuple(cells))
    return Paragraph(block=typed.block, rows=tuple(rows), cells=tuple(marks))


def _text(runs: Sequence[TypedRun]) -> tuple[str, tuple[Mark, ...]]:
    text, marks = "", []
    for run in runs:
        said = clean(run.text)
        if run.id and said:
            marks.append(Mark(start=len(text), end=len(text) + len(said), id=run.id))
        text += said
    return text, tuple(marks)


def clean(text: str) -> str:
    """Without what no paper can print: control characters, halves of characters, line ends inside a paragraph."""
    return "".join(c for c in text if c.isprintable() or c in "\u3000\u00a0")


def _inserted(at: Here, written: Written) -> tuple[Evidence, ...]:
    """What stands behind values that were inserted, from our own figures and matters, never from the browser."""
    wanted = {m.id for p in written.paragraphs for m in (*p.marks, *p.cells)}
    known = {e.id for e in review.current(at.house.database, at.person, at.doc.id).evidence}
    if not wanted - known:
        return ()
    draft = review.current(at.house.database, at.person, at.doc.id)
    return tuple(e for v in values_of(draft, desk_of(at)) for e in v.evidence if e.id in wanted - known)


def _saved(at: Here, section_id: str, saved: Saved) -> JSONResponse:
    db, person, doc = at.house.database, at.person, at.doc.id
    told: dict[str, Any] = {"rev": saved.rev, "changed": saved.changed, "merged": saved.merged, "voided": saved.voided}
    told["red"] = [r.model_dump() for r in saved.red]
    if saved.merged:
        told["opened"] = opened(review.current(db, person, doc), review.section(db, person, doc, section_id))
    return JSONResponse(told)


def _conflict(request: Request, at: Here, section_id: str, base: int, conflict: Conflict) -> JSONResponse:
    """The three texts side by side, and the revision of the other's."""
    panel = _panel(
        request,
        at.person,
        "desk/conflict.html",
        rows=panes_of(conflict),
        base=base,
        rev=conflict.rev,
        who=conflict.theirs_by,
        when=conflict.theirs_at,
    )
    told = {"error": str(conflict), "rev": conflict.rev, "base": base, "panel": panel}
    return JSONResponse(told, status_code=409)


def _panel(request: Request, person: Person, template: str, **values: Any) -> str:
    """A piece of a page, for a script that puts it where it belongs."""
    return bytes(page(request, person, template, **values).body).decode()


# --- beside the text ------------------------------------------------------------------------------


@router.get(f"{BASE}/values")
def values(request: Request, document_id: str, section_id: str, person: Reader, q: str = "") -> Response:
    """Metrics and matters that may be inserted."""
    house = house_of(request)
    at = here(house, person, document_id)
    draft = review.current(house.database, person, document_id)
    hits = matching(values_of(draft, desk_of(at)), q[:60])
    told = [{"label": v.label, "printed": v.printed, "source": v.source, "kind": v.kind, "runs": v.runs} for v in hits]
    return JSONResponse({"values": told})


@router.post(f"{BASE}/beat")
def beat(request: Request, document_id: str, section_id: str, person: Reader) -> Response:
    """I am still here; who else is."""
    others = review.beat(house_of(request).database, person, document_id, section_id)
    return JSONResponse({"others": [p.text for p in others]})


@router.post(f"{BASE}/leave")
def leave(request: Request, document_id: str, section_id: str, person: Reader) -> Response:
    review.leave(house_of(request).database, person, document_id, section_id)
    return JSONResponse({})


@router.post(f"{BASE}/confirm")
def confirm(request: Request, document_id: str, section_id: str, told: Answered, person: Confirmer) -> Response:
    """Answer for a number by name, or for all red ones of the section."""
    house = house_of(request)
    at, db = here(house, person, document_id), house.database
    red = [r for r in review.red_numbers(review.current(db, person, document_id)) if r.section == section_id]
    if told.printed:
        red = [r for r in red if r.printed == told.printed][told.nth : told.nth + 1]
    if not red:
        raise InputError("这个数已经有出处，或者刚被改过。请刷新页面再看。")
    only = [(r.section, r.sentence, r.start) for r in red]
    done = review.confirm_numbers(db, person, document_id, basis=told.basis, only=only)
    draft, working = review.current(db, person, document_id), review.section(db, person, document_id, section_id)
    return JSONResponse({"confirmed": len(done), "opened": opened(draft, working), "may": at.may(Act.EDIT)})


# --- rewriting ------------------------------------------------------------------------------------


@router.post(f"{BASE}/rewrite")
def rewrite(request: Request, document_id: str, section_id: str, asked: Asked, person: Editor) -> Response:
    """A rewrite as somebody asks, shown beside what stands; nothing is taken yet."""
    from chugao.desk import open_writer
    from chugao.drafting.rewriting import rewrite as propose
    from chugao.errors import NotAllowed

    house = house_of(request)
    at, db = here(house, person, document_id), house.database
    if not at.may(Act.EDIT):
        raise NotAllowed("这一步要能修改正文的人来做。请改用批注或修改建议。")
    if not asked.instruction.strip():
        raise InputError("没有写要求。请写一句，例如“压到200字以内”“语气平实些”。")
    draft = review.current(db, person, document_id)
    working = review.section(db, person, document_id, section_id)
    chosen = _touched(working.section, asked.selected) if asked.scope != "all" else ()
    only, locked = (asked.only, chosen) if asked.scope == "rest" else (chosen or asked.only, ())
    name = draft.engine if draft.engine.startswith(("openai:", "langchain:")) else "offline"
    job = rewrite_job(document_id, person.login)
    own = purse(db, house.settings, person.login, engine=name, at=house.now())
    with open_writer(name, house.settings, house.workspace, job=job, purse=own, database=db) as engine:
        proposal = propose(draft, section_id, asked.instruction, engine, only=only, locked=locked)
    label = f"按要求改写：{asked.instruction.strip()[:80]}"
    kept = None
    if proposal.changed:
        section = working.section.model_copy(update={"sentences": proposal.sentences, "blocks": proposal.blocks})
        kept = review.offer_alternative(db, person, document_id, section, label=label, note=proposal.engine)
    panel = _panel(
        request,
        person,
        "desk/rewrite.html",
        proposal=proposal,
        pieces=pieces_of(proposal.old, proposal.new),
        alternative=kept.id if kept else "",
        rev=working.rev,
    )
    return JSONResponse({"changed": proposal.changed, "panel": panel, "rev": working.rev})


def _touched(section: Section, selected: tuple[str, ...]) -> tuple[str, ...]:
    """The sentences in which something is selected.  Raises `InputError` when nothing of the saved text is."""
    texts, ids = {s.id: s.text for s in section.sentences}, []
    pieces = [p.strip() for p in selected if p.strip()]
    for block in section.blocks:
        whole = "".join(texts[i] for i in block.sentence_ids)
        found = [(whole.find(p), len(p)) for p in (q.removeprefix(block.number).strip() for q in pieces) if p in whole]
        at = 0
        for sentence in block.sentence_ids:
            until = at + len(texts[sentence])
            ids += [sentence] if any(begin < until and begin + length > at for begin, length in found) else []
            at = until
    if not ids:
        raise InputError("没有选中句子。请在正文里选中几句，再点“改写看看”；或者选“改整节”。")
    return tuple(ids)


@router.post(f"{BASE}/alternatives/{{number}}/take")
def take(request: Request, document_id: str, section_id: str, number: int, typed: Typed, person: Editor) -> Response:
    """Take a rewrite, or another candidate of the section."""
    house = house_of(request)
    at, db = here(house, person, document_id), house.database
    saved = review.take_alternative(db, person, document_id, number, typed.rev)
    draft, working = review.current(db, person, document_id), review.section(db, person, document_id, section_id)
    return JSONResponse({"rev": saved.rev, "opened": opened(draft, working), "may": at.may(Act.EDIT)})


@router.post(f"{BASE}/branch")
def branch(request: Request, document_id: str, section_id: str, typed: Typed, person: Editor) -> Response:
    """存为分支: what was typed as another wording of the section, beside what stands."""
    db = house_of(request).database
    kept = review.branch(
        db,
        person,
        document_id,
        section_id,
        typed.rev,
        written_as(typed),
        label=f"{person.name}的写法",
        note="冲突时另存",
    )
    return JSONResponse({"alternative": kept.id})


# --- where a section stands -----------------------------------------------------------------------


@router.post(f"{BASE}/accept")
def accept(
    request: Request, document_id: str, section_id: str, person: Decider, rev: Annotated[int, Form()]
) -> Response:
    review.accept_section(house_of(request).database, person, document_id, section_id, rev)
    return back(document_id, section_id)


@router.post(f"{BASE}/return")
def give_back(
    request: Request, document_id: str, section_id: str, person: Decider, reason: Annotated[str, Form()] = ""
) -> Response:
    review.return_section(house_of(request).database, person, document_id, section_id, reason)
    return back(document_id, section_id)


@router.post(f"{BASE}/lock")
def lock(
    request: Request, document_id: str, section_id: str, person: Locker, reason: Annotated[str, Form()] = ""
) -> Response:
    review.lock_section(house_of(request).database, person, document_id, section_id, reason=reason)
    return back(document_id, section_id)


@router.post(f"{BASE}/unlock")
def unlock(request: Request, document_id: str, section_id: str, person: Unlocker) -> Response:
    review.unlock_section(house_of(request).database, person, document_id, section_id)
    return back(document_id, section_id)


@router.post("/documents/{document_id}/accept")
def accept_all(request: Request, document_id: str, person: Decider) -> Response:
    """Accept every section that can be."""
    review.accept_sections(house_of(request).database, person, document_id)
    return back(document_id)


@router.post("/documents/{document_id}/confirm")
def confirm_all(request: Request, document_id: str, person: Confirmer, basis: Annotated[str, Form()] = "") -> Response:
    """Answer for every red number of the document, by name."""
    review.confirm_numbers(house_of(request).database, person, document_id, basis=basis)
    return back(document_id)

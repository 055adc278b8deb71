"""检查: what the checks say of a document, passed over by name and reason; and of a text from anywhere.

A finding is named in a form by its place and words, and looked up again among the findings of the text as it stands
now: nobody can pass over something that was never found.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from chugao import review
from chugao.documents.guard import MAX_FILE_BYTES
from chugao.documents.uploading import safe_name
from chugao.errors import InputError
from chugao.review.people import Act, Person
from chugao.source import Finding
from chugao.web.desk.around import basis_of, findings_of, here, passable_in
from chugao.web.house import House, house_of
from chugao.web.pages import done, page
from chugao.web.people import needs

router = APIRouter(prefix="/checks", include_in_schema=False)
See = Annotated[Person, needs(Act.SEE)]
_FIRST = 200


@router.get("")
def listed(request: Request, person: See, doc: str = "") -> Response:
    house = house_of(request)
    mine = review.documents(house.database, person)
    chosen = doc or (mine[0].id if mine else "")
    values = _of_document(house, person, chosen) if chosen else {"document": None}
    return page(
        request,
        person,
        "checks.html",
        documents=[(d.id, f"{d.title}（{d.state.label}）") for d in mine[:_FIRST]],
        chosen=chosen,
        mark=mark_of,
        **values,
    )


def _of_document(house: House, person: Person, document_id: str) -> dict[str, object]:
    document = review.document(house.database, person, document_id)
    draft = review.current(house.database, person, document_id)
    found = found_in(house, person, document_id)
    order = {"fatal": 0, "error": 1, "warning": 2, "info": 3}
    return {
        "document": document,
        "findings": sorted(found, key=lambda f: order[f.severity.value]),
        "red": review.red_numbers(draft),
        "passed": review.dismissals(house.database, person, document_id),
        "headings": {s.id: s.number + s.heading.text for s in draft.sections} | {"": "题目和全文"},
        "passable": passable_in(draft, found),
        "may_dismiss": review.may(person, Act.DISMISS, document),
        "may_confirm": review.may(person, Act.CONFIRM_NUMBER, document),
    }


def found_in(house: House, person: Person, document_id: str) -> tuple[Finding, ...]:
    """What the document's own page tells of it."""
    at = here(house, person, document_id)
    return findings_of(at, basis_of(at))


def mark_of(finding: Finding) -> str:
    """Names a finding in a form."""
    place = finding.place
    told = "|".join((finding.rule, place.section, place.sentence, str(place.start), finding.quote))
    return sha256(told.encode()).hexdigest()[:20]


@router.post("/{document_id}/dismiss")
def dismiss(
    request: Request,
    document_id: str,
    person: Annotated[Person, needs(Act.DISMISS)],
    marks: Annotated[list[str], Form()],
    reason: Annotated[str, Form()] = "",
) -> Response:
    count = dismiss_findings(house_of(request), person, document_id, marks, reason)
    return done(f"/checks?doc={document_id}", f"已略过{count}处，以后不再提醒")


def dismiss_findings(house: House, person: Person, document_id: str, marks: Sequence[str], reason: str) -> int:
    """Pass over findings of a document, in one go, each with its row in the audit."""
    if not reason.strip():
        raise InputError("略过要写理由，如“编制床位确实没变”。请写好再略过。")
    found = {mark_of(f): f for f in found_in(house, person, document_id)}
    chosen = [found[m] for m in dict.fromkeys(marks) if m in found]
    if not chosen:
        raise InputError("没有勾选，或者稿子刚改过，这些意见已经没有了。请刷新再看。")
    for finding in chosen:
        review.dismiss(house.database, person, document_id, finding, reason=reason.strip()[:200])
    return len(chosen)


@router.post("/{document_id}/confirm")
def confirm(
    request: Request,
    document_id: str,
    person: Annotated[Person, needs(Act.CONFIRM_NUMBER)],
    basis: Annotated[str, Form()] = "",
    spots: Annotated[list[str] | None, Form()] = None,
) -> Response:
    count = confirm_red(house_of(request), person, document_id, spots, basis)
    return done(f"/checks?doc={document_id}", f"{count}个数已由{person.name}确认")


def confirm_red(house: House, person: Person, document_id: str, spots: Sequence[str] | None, basis: str) -> int:
    """人工确认 for red numbers: those ticked, all when `spots` is None."""
    only = None
    if spots is not None:
        parts = [s.split("|") for s in spots]
        if any(len(p) != 3 or not p[2].isdecimal() for p in parts):
            raise InputError("没有认出勾选的是哪个数。请刷新页面再选。")
        only = [(p[0], p[1], int(p[2])) for p in parts]
    told = review.confirm_numbers(house.database, person, document_id, basis=basis[:200], only=only)
    return len(told)


# --- a text from anywhere -------------------------------------------------------------------------


@router.post("/file")
async def check_file(request: Request, person: See, file: Annotated[UploadFile, File()]) -> Response:
    name, content = safe_name(file.filename or ""), await file.read(MAX_FILE_BYTES + 1)
    return await run_in_threadpool(_check_file, request, person, name, content)


def _check_file(request: Request, person: Person, name: str, content: bytes) -> Response:
    told, findings, text = examine_file(house_of(request), person, name, content)
    return page(request, person, "checked.html", name=name, told=told, findings=findings, text=text)


def examine_file(house: House, person: Person, name: str, content: bytes) -> tuple[str, list[Finding], str]:
    """Check a text that is none of ours against what this person may know; nothing of it is kept."""
    from chugao.checks import examine
    from chugao.checks.dismissals import read_dismissals
    from chugao.desk import read_things, with_confirmed
    from chugao.documents.uploading import read_upload
    from chugao.export.checked import checked
    from chugao.web.figures import figures_of
    from chugao.web.material import items_of

    document = read_upload(content, name)
    items = items_of(house, person)
    figures = with_confirmed(figures_of(house, person), items)
    known = read_dismissals(house.workspace)
    report = examine(
        document.text,
        figures,
        read_things((), items),
        None,
        kind=document.kind,
        year=document.year,
        office=house.settings.office,
        dismissals=known,
    )
    order = {"fatal": 0, "error": 1, "warning": 2, "info": 3}
    told = checked(name, document.text, report, known).line
    return told, sorted(report.findings, key=lambda f: order[f.severity.value]), document.text

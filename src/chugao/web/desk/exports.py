"""What leaves: the Word file clean or with tracked changes, the 核稿单, the review pack, the 《意见采纳情况表》."""

from typing import Annotated, Literal

from fastapi import APIRouter, Request
from starlette.responses import Response

from chugao import review
from chugao.errors import InputError, NotAllowed
from chugao.review import Act, Person, State
from chugao.web.desk.around import Here, basis_of, here
from chugao.web.files import attachment
from chugao.web.house import house_of
from chugao.web.people import needs

router = APIRouter()
Reader = Annotated[Person, needs(Act.SEE)]


@router.get("/documents/{document_id}/export.docx")
def export(
    request: Request,
    document_id: str,
    person: Reader,
    marks: Literal["none", "tracked"] = "none",
    left: int = 0,
    final: bool = False,
) -> Response:
    """The paper as Word; until it is approved it is marked 草稿, and a final one is recorded with its hash."""
    from chugao.export.files import file_name

    house = house_of(request)
    at, db = here(house, person, document_id), house.database
    if not (at.may(Act.EXPORT_DRAFT) or at.may(Act.EXPORT_FINAL)):
        raise NotAllowed("这份文稿还没有批准，只读的人要等批准后才能下载。请向经办人要。")
    draft = review.current(db, person, document_id)
    name = file_name(draft.title.text)
    if marks == "tracked":
        from chugao.word.redline import redline

        old = review.version(db, person, document_id, left or _first(at))
        return attachment(redline(old, draft, author=person.name), f"{name}（修订）.docx")
    if final:
        return _final(at, name)
    return attachment(_set(at, final=False), f"{name}（草稿）.docx")


def _final(at: Here, name: str) -> Response:
    """The approved text and no other, recorded with the hash of the file."""
    import hashlib

    if at.doc.state not in (State.APPROVED, State.EXPORTED, State.LOCKED) or not at.may(Act.EXPORT_FINAL):
        raise NotAllowed("定稿要批准以后才能导出。请先送审、批准；现在可以导出草稿。")
    body = _set(at, final=True)
    if at.doc.state is not State.LOCKED:
        review.record_export(
            at.house.database,
            at.person,
            at.doc.id,
            file_name=f"{name}.docx",
            file_hash=hashlib.sha256(body).hexdigest(),
            content=at.doc.content,
        )
    return attachment(body, f"{name}.docx")


def _set(at: Here, *, final: bool) -> bytes:
    from chugao.word.looks import look_of, set_draft

    settings = at.house.settings
    draft = review.current(at.house.database, at.person, at.doc.id)
    return set_draft(draft, look_of(settings.office, at.house.workspace), final=final)


@router.get("/documents/{document_id}/check-sheet.docx")
def check_sheet(request: Request, document_id: str, person: Reader) -> Response:
    """核稿单: every number with its source, last year's figure and room for a signature; checking is done on paper."""
    from chugao.checks.report import Report
    from chugao.export.checked import checked
    from chugao.export.files import file_name
    from chugao.export.papers import proofsheet

    house = house_of(request)
    at, db = here(house, person, document_id), house.database
    draft = review.current(db, person, document_id)
    findings = review.findings(db, person, document_id, basis_of(at))
    name = file_name(draft.title.text)
    given = checked(name, draft, Report(findings, {}))
    return attachment(proofsheet(given), f"核稿单（{name}）.docx")


@router.get("/documents/{document_id}/pack.zip")
def pack(request: Request, document_id: str, person: Annotated[Person, needs(Act.EXPORT_DRAFT)]) -> Response:
    """The review pack: text, 核稿单, evidence, findings, 数据说明."""
    from chugao.export.files import file_name
    from chugao.export.pack import review_pack
    from chugao.metrics.rulings import load_rulings

    house = house_of(request)
    at, db = here(house, person, document_id), house.database
    draft, basis = review.current(db, person, document_id), basis_of(at)
    found = review.findings(db, person, document_id, basis)
    told = draft.model_copy(update={"findings": found})
    body = review_pack(told, figures=basis.figures, rulings=load_rulings(db))
    return attachment(body, f"{file_name(draft.title.text)}核稿材料.zip")


@router.get("/documents/{document_id}/opinions.docx")
def opinions(request: Request, document_id: str, person: Reader) -> Response:
    """《意见采纳情况表》."""
    house = house_of(request)
    at = here(house, person, document_id)
    body = review.opinions_paper(house.database, person, document_id)
    return attachment(body, f"意见采纳情况表（{at.doc.title[:60]}）.docx")


def _first(at: Here) -> int:
    nodes = review.versions(at.house.database, at.person, at.doc.id)
    if not nodes:
        raise InputError("还没有存过版本，没有可对照的旧稿。请先存一个版本。")
    return min(n.no for n in nodes)

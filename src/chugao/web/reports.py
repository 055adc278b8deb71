"""往年文稿: what the workspace keeps, search in it, take in more, take out.

A person sees the reports of their departments.  Search is asked for everything and cut down afterwards as well, so
that a mistake in a filter shows nothing it should not.
"""

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from chugao.documents.guard import MAX_FILE_BYTES, guard_bytes
from chugao.documents.uploading import safe_name
from chugao.errors import InputError
from chugao.review import carrying
from chugao.review.people import Act, Person, require, sees
from chugao.web.faults import NotThere
from chugao.web.house import House, house_of
from chugao.web.pages import done, page
from chugao.web.people import needs
from chugao.web.worktop import known_departments

if TYPE_CHECKING:
    from chugao.corpus.passages import Passage
    from chugao.corpus.store import KeptReport
    from chugao.index import Hit

router = APIRouter(prefix="/corpus", include_in_schema=False)
Upload = Annotated[Person, needs(Act.UPLOAD)]
See = Annotated[Person, needs(Act.SEE)]
_HITS, _ASKED, _SHOWN = 20, 400, 500


def reports_of(house: House, person: Person) -> "tuple[KeptReport, ...]":
    """The reports of the departments a person sees."""
    from chugao.corpus.store import list_reports

    return tuple(r for r in list_reports(house.database) if person.whole or sees(person, r.department))


def search(house: House, person: Person, query: str, kind: str = "", year: str = "") -> "list[Hit]":
    """Passages that answer a query, of the person's departments alone."""
    from chugao.desk import workspace_index
    from chugao.kind import Kind
    from chugao.source import Scope

    index = workspace_index(house.workspace)
    if index is None or not query.strip():
        return []
    scope = Scope(
        owners=("*",),
        kind=kind if kind in set(Kind) else None,
        year=int(year) if year.isdecimal() and len(year) == 4 else None,
    )
    hits = index.search(query[:400], scope, _ASKED)
    return [h for h in hits if person.whole or sees(person, h.passage.department)][:_HITS]


@router.get("")
def listed(request: Request, person: See, q: str = "", kind: str = "", year: str = "") -> Response:
    house = house_of(request)
    reports = reports_of(house, person)
    hits = search(house, person, q, kind, year)
    years = sorted({r.year for r in reports if r.year}, reverse=True)
    return page(
        request,
        person,
        "corpus.html",
        reports=reports[:_SHOWN],
        total=len(reports),
        own=sum(r.own for r in reports),
        hits=hits,
        relaxed=list(hits[0].relaxed) if hits else [],
        q=q[:400],
        kinds=[("", "全部文种"), *carrying.kinds()],
        years=[("", "全部年度"), *((str(y), f"{y}年") for y in years)],
        chosen={"kind": kind, "year": year},
        known=known_departments(house, person),
    )


@router.post("")
async def add(
    request: Request,
    person: Upload,
    files: Annotated[list[UploadFile], File()],
    department: Annotated[str, Form()] = "",
    own: Annotated[str, Form()] = "",
) -> Response:
    sent = [(safe_name(f.filename or ""), await f.read(MAX_FILE_BYTES + 1)) for f in files if f.filename]
    return await run_in_threadpool(_add, request, person, sent, department.strip()[:60], own == "1")


def _add(request: Request, person: Person, sent: list[tuple[str, bytes]], department: str, own: bool) -> Response:
    told = add_files(house_of(request), person, sent, department, own)
    return done("/corpus", told)


def add_files(house: House, person: Person, sent: list[tuple[str, bytes]], department: str, own: bool) -> str:
    """Take past reports in; says what became of them."""
    import tempfile
    from pathlib import Path

    from chugao.corpus.store import add_reports

    if not sent:
        raise InputError("没有选文件。请选好往年的总结、计划再上传。")
    require(person, Act.UPLOAD, department=department or None)
    if not department and not person.whole:
        raise InputError("没有写科室。请写明是哪个科室的往年文稿。")
    for name, content in sent:
        guard_bytes(content, name)
    with tempfile.TemporaryDirectory(dir=house.uploads) as folder:
        paths = []
        for name, content in sent:
            paths.append(Path(folder) / name)
            paths[-1].write_bytes(content)
        report = add_reports(
            house.database,
            paths,
            organisation=house.settings.office.name,
            department=department,
            own=own or None,
            actor=person.name,
            at=house.now(),
        )
    told = f"收进{report.added}篇，已有{report.unchanged + report.updated}篇"
    told += f"，与已有的相同{len(report.duplicates)}篇" if report.duplicates else ""
    return told + "".join(f"；{s.file}没有收：{s.reason}" for s in report.skipped[:3])


@router.get("/{report_id}")
def show(request: Request, report_id: str, person: See) -> Response:
    house = house_of(request)
    found = _report(house, person, report_id)
    return page(request, person, "report.html", report=found, passages=passages_of(house, found.id))


def _report(house: House, person: Person, report_id: str) -> "KeptReport":
    found = next((r for r in reports_of(house, person) if r.id == report_id), None)
    if found is None:
        raise NotThere("没有这篇文稿，或者您无权查看。请从列表里打开。")
    return found


def passages_of(house: House, report_id: str) -> "list[Passage]":
    """A report's paragraphs in order, in its original words."""
    from chugao.corpus.store import load_passages

    return [p for p in load_passages(house.database) if p.document == report_id]


@router.post("/{report_id}/remove")
def remove(request: Request, report_id: str, person: Upload) -> Response:
    found = remove_one(house_of(request), person, report_id)
    return done("/corpus", f"已删除《{found.title}》，原文件不动")


def remove_one(house: House, person: Person, report_id: str) -> "KeptReport":
    """Take a report out of the workspace."""
    from chugao.corpus.store import remove_reports

    found = _report(house, person, report_id)
    require(person, Act.UPLOAD, department=found.department or None)
    remove_reports(house.database, [found.id], actor=person.name, at=house.now())
    return found

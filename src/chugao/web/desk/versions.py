"""The tree of versions: keep one, name it, go back to one, take some sections of one, take a returned file in."""

from collections.abc import Mapping
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Form, Request, UploadFile
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from chugao import review
from chugao.errors import InputError
from chugao.review import Act, Conflict, Person, VersionNode
from chugao.review.merging import Choice
from chugao.web.desk.around import Here, frame, here, names_of
from chugao.web.desk.compare import KINDS
from chugao.web.desk.panes import choices_in, panes_of
from chugao.web.house import house_of, one_look
from chugao.web.pages import page
from chugao.web.people import needs

router = APIRouter()
ACTS = {
    "put_in": "起草",
    "submit": "送审",
    "withdraw": "撤回",
    "request_changes": "退回",
    "pass_on": "呈送",
    "approve": "批准",
    "void": "批准失效",
    "correct": "勘误",
    "export_final": "导出定稿",
    "export": "导出定稿",
    "archive": "归档",
    "reopen": "取消归档",
    "hand_over": "移交",
    "take_over": "接手",
}
"""What the steps of a paper are called."""
Reader = Annotated[Person, needs(Act.SEE)]
Keeper = Annotated[Person, needs(Act.KEEP_VERSION)]


class Branch(NamedTuple):
    """A version in the tree, with how far it stands to the right."""

    node: VersionNode
    depth: int
    head: bool
    kind: str
    waits: bool = False
    """Set aside, and not laid over the text of today yet."""


@router.get("/documents/{document_id}/versions")
@one_look
def show_versions(request: Request, document_id: str, person: Reader) -> Response:
    house = house_of(request)
    at, db = here(house, person, document_id), house.database
    nodes = review.versions(db, person, document_id)
    draft = review.current(db, person, document_id)
    return page(
        request,
        person,
        "desk/versions.html",
        **frame(at, "versions"),
        branches=_tree(nodes, at.doc.version),
        kept=any(n.content == at.doc.content and n.no == at.doc.version for n in nodes),
        alternatives=review.alternatives(db, person, document_id),
        names=names_of(draft),
        acts=ACTS,
        history=review.history(db, person, document_id),
    )


@router.post("/documents/{document_id}/versions")
def keep(
    request: Request,
    document_id: str,
    person: Keeper,
    note: Annotated[str, Form()] = "",
    name: Annotated[str, Form()] = "",
) -> Response:
    """存为版本."""
    review.keep_version(house_of(request).database, person, document_id, note=note, name=name)
    return _to_tree(document_id)


@router.post("/documents/{document_id}/versions/{number}/name")
def call(
    request: Request, document_id: str, number: int, person: Keeper, name: Annotated[str, Form()] = ""
) -> Response:
    review.name_version(house_of(request).database, person, document_id, number, name)
    return _to_tree(document_id)


@router.post("/documents/{document_id}/versions/{number}/restore")
def restore(
    request: Request,
    document_id: str,
    number: int,
    person: Annotated[Person, needs(Act.EDIT)],
    note: Annotated[str, Form()] = "",
) -> Response:
    review.restore(house_of(request).database, person, document_id, number, note=note)
    return _to_tree(document_id)


@router.post("/documents/{document_id}/versions/{number}/merge")
def merge(
    request: Request,
    document_id: str,
    number: int,
    person: Annotated[Person, needs(Act.EDIT)],
    sections: Annotated[list[str], Form()],
    note: Annotated[str, Form()] = "",
) -> Response:
    """Some sections of one version into the text of today."""
    review.merge(house_of(request).database, person, document_id, number, sections=sections, note=note)
    return _to_tree(document_id)


@router.post("/documents/{document_id}/import")
def take_in(
    request: Request,
    document_id: str,
    person: Annotated[Person, needs(Act.EDIT)],
    file: UploadFile,
    base: Annotated[int, Form()],
    note: Annotated[str, Form()] = "",
) -> Response:
    """A Word file that came back: a new version, and straight to what it changed."""
    from chugao.word.applying import apply
    from chugao.word.returning import import_bytes

    house = house_of(request)
    at, db = here(house, person, document_id), house.database
    name = file.filename or "改回的文件.docx"
    if not name.lower().endswith(".docx"):
        raise InputError(f"“{name[:60]}”不是 Word 的 .docx。请在 WPS 或 Word 里另存为 .docx 再交回。")
    draft = review.version(db, person, document_id, base)
    found = import_bytes(file.file.read(), name, draft)
    new = apply(draft, found)
    if new.id == draft.id:
        raise InputError(f"“{name[:60]}”与第{base}版一个字也不差，没有存成新版本。请确认交回的是改过的那一份。")
    who = "、".join(found.authors[:3])
    told = note or f"改回的文件{name[:40]}" + (f"（{who}改）" if who else "")
    try:
        review.put_in_again(db, person, document_id, new, kind="import", base=base, note=told)
    except Conflict:
        node = review.set_aside(db, person, document_id, new, base=base, note=told)
        _comments(at, found)
        return RedirectResponse(_settle(document_id, node.no), 303)
    _comments(at, found)
    head = review.document(db, person, document_id).version
    return RedirectResponse(f"/documents/{document_id}/compare?left={base}&right={head}&only=changes", 303)


@router.get("/documents/{document_id}/versions/{number}/settle")
def show_settle(request: Request, document_id: str, number: int, person: Reader) -> Response:
    """A returned text that met with changes here: three panes a section, a choice a sentence."""
    return _settling(request, here(house_of(request), person, document_id), number, {}, 200)


@router.post("/documents/{document_id}/versions/{number}/settle")
async def settle(
    request: Request, document_id: str, number: int, person: Annotated[Person, needs(Act.EDIT)]
) -> Response:
    """Lay it over the text of today with what was chosen."""
    form = {k: v for k, v in (await request.form()).items() if isinstance(v, str)}
    return await run_in_threadpool(_lay_over, request, document_id, number, person, form)


def _lay_over(request: Request, document_id: str, number: int, person: Person, form: Mapping[str, str]) -> Response:
    house = house_of(request)
    at, db = here(house, person, document_id), house.database
    revs = {k[4:]: int(v) for k, v in form.items() if k.startswith("rev-") and v.isdecimal()}
    choices = {section: choices_in(form, section) for section in revs}
    before = at.doc.version
    try:
        node = review.lay_over(db, person, document_id, number, revs=revs, choices=choices)
    except Conflict:
        # Somebody saved meanwhile: what was chosen stays chosen where the rows are the same.
        return _settling(request, at, number, choices, 409)
    return RedirectResponse(f"/documents/{document_id}/compare?left={before}&right={node.no}&only=changes", 303)


def _settling(
    request: Request, at: Here, number: int, choices: Mapping[str, Mapping[int, Choice]], status: int
) -> Response:
    db, person, doc = at.house.database, at.person, at.doc.id
    node = next((n for n in review.versions(db, person, doc) if n.no == number), None)
    if node is None or node.parent is None or not node.recipe.get("aside"):
        raise InputError(f"第{number}版不是等着并入的改回稿。请从“版本”里打开。")
    met = [
        {
            "section": c.section,
            "rev": c.rev,
            "theirs_by": c.theirs_by,
            "theirs_at": c.theirs_at,
            "rows": panes_of(c),
            "chosen": choices.get(c.section, {}),
        }
        for c in review.disputes(db, person, doc, number)
    ]
    draft = review.current(db, person, doc)
    return page(
        request,
        person,
        "desk/settle.html",
        status=status,
        **frame(at, "versions"),
        node=node,
        conflicts=met,
        names=names_of(draft),
    )


def _settle(document_id: str, number: int) -> str:
    return f"/documents/{document_id}/versions/{number}/settle"


def _comments(at: Here, found: object) -> None:
    """What the file says in its margins, as comments on its sections."""
    db, person = at.house.database, at.person
    revisions = {w.section_id: w.rev for w in review.sections(db, person, at.doc.id)}
    for remark in getattr(found, "comments", ()):
        section = remark.section if remark.section in revisions else next(iter(revisions), "")
        if not section or not remark.text.strip():
            continue
        quoted = (
            f"（Word 批注，{remark.author}｜“{remark.quote[:30]}”）"
            if remark.quote
            else f"（Word 批注，{remark.author}）"
        )
        review.comment(db, person, at.doc.id, section, revisions[section], f"{remark.text.strip()}{quoted}")


def _tree(nodes: tuple[VersionNode, ...], head: int) -> list[Branch]:
    """Newest first; who is not the first child of its parent stands further right."""
    depth: dict[int, int] = {}
    children: dict[int | None, int] = {}
    for node in sorted(nodes, key=lambda n: n.no):
        before = children.get(node.parent, 0)
        depth[node.no] = (depth.get(node.parent, 0) if node.parent else 0) + (1 if before else 0)
        children[node.parent] = before + 1
    taken = {n.recipe.get("merged") for n in nodes}
    made = [
        Branch(
            n,
            min(depth[n.no], 6),
            n.no == head,
            KINDS.get(n.kind, n.kind),
            bool(n.recipe.get("aside")) and n.no not in taken,
        )
        for n in nodes
    ]
    return sorted(made, key=lambda b: -b.node.no)


def _to_tree(document_id: str) -> RedirectResponse:
    return RedirectResponse(f"/documents/{document_id}/versions", status_code=303)

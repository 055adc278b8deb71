"""Carry out an order: take in the files that were handed in, draft, examine, and put the draft up for review.

In: an `Order` and the workspace.  Out: the `Document` it became.

What is handed in stays in the workspace, so that the next draft rests on it too: figures that name their departments
are imported, past reports go to the corpus, submissions wait for confirmation.  Surprise: a figures file without a
department column would speak for everybody there, so it serves its own draft only.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from chugao.errors import ChugaoError, InputError
from chugao.kind import Kind
from chugao.source import Frozen

if TYPE_CHECKING:
    from chugao.config import Settings
    from chugao.database import Database
    from chugao.desk import Desk
    from chugao.documents.structure import Document as UploadedDocument
    from chugao.index import Index
    from chugao.manuscript import Draft, Section
    from chugao.metrics.observation import Figures
    from chugao.metrics.preview import Preview
    from chugao.outline import Outline
    from chugao.review import Document
    from chugao.review.orders import Order
    from chugao.review.people import Person

FileUse = Literal["figures", "matters", "material", "past", "above", "instructions", "unused"]
USES: dict[FileUse, str] = {
    "figures": "指标数据",
    "matters": "事项表",
    "material": "科室报来的材料",
    "past": "往年文稿",
    "above": "上级的通知、提纲",
    "instructions": "领导意见，一行一条",
    "unused": "不用",
}
_TABLES = (".xlsx", ".xls", ".et", ".csv")
Say = Callable[[dict[str, Any]], bool]
"""Told how far it is; answers whether to go on."""


class HandedIn(Frozen):
    """A file of an order."""

    name: str
    """Of the file, in the order's folder."""
    use: FileUse
    size: int
    told: str = ""
    """What was found in it, in a few words."""
    problem: str = ""
    """Why it cannot be used."""
    matters: int = 0
    """Of a workbook of figures: how many matters stand in its other sheets."""


class Stopped(Exception):
    """The person wants it stopped."""


class Taken(NamedTuple):
    """The files of an order, by what they are for."""

    figures: tuple[Path, ...]
    matters: tuple[Path, ...]
    material: tuple[Path, ...]
    past: tuple[Path, ...]
    above: tuple[Path, ...]
    instructions: tuple[Path, ...]


# --- looking at what was handed in ----------------------------------------------------------------


def look_at(path: Path, year: int, use: FileUse | None = None) -> HandedIn:
    """What a file seems to be for, or what it says when a person has said what it is for; raises nothing."""
    size = path.stat().st_size
    try:
        found, told = _as_told(path, use) if use else _recognised(path, year)
    except ChugaoError as error:
        return HandedIn(name=path.name, use=use or "unused", size=size, problem=str(error))
    beside = _matters_beside(path) if found == "figures" else 0
    told += f"，{beside}件事项" if beside else ""
    return HandedIn(name=path.name, use=found, size=size, told=told, matters=beside)


def _matters_beside(path: Path) -> int:
    """Matters in the sheets of a workbook that hold no figures; 0 where one sheet could be taken for both."""
    from chugao.material import read_matters
    from chugao.metrics.reading import read_metrics

    try:
        matters = read_matters(path).items
        figured = {o.source.sheet for o in read_metrics(path).observations}
    except InputError:
        return 0
    return 0 if figured & {m.source.sheet for m in matters} else len(matters)


def _recognised(path: Path, year: int) -> tuple[FileUse, str]:
    if path.suffix.lower() in _TABLES:
        from chugao.metrics.preview import preview

        if (looked := preview(path)).rows:
            return "figures", _figures_told(looked)
        try:
            return _as_told(path, "matters")
        except InputError:
            # A table that is neither is one of figures with mistakes: it must stop the draft, not be passed over.
            return "figures", _figures_told(looked)
    from chugao.documents.uploading import read_upload

    document = read_upload(path, path.name)
    if "意见" in path.stem or "批示" in path.stem or (document.kind is None and _told_by_a_leader(path)):
        return "instructions", _instructions_told(path)
    if any(word in path.stem + document.title for word in ("通知", "提纲")):
        return _as_told(path, "above")
    # Last year's report lends wording; this year's is what a department sends.
    old = document.kind is not None and document.year is not None and document.year < year
    return _text_told(document, path, "past" if old else "material")


def _told_by_a_leader(path: Path) -> bool:
    """Whether most lines of a text are wishes about the paper: “心电一张网放第一条写”."""
    from chugao.documents.reading import read_text
    from chugao.drafting.heeding import read_order, wishes_of

    lines = [text for p in read_text(path).paragraphs if (text := p.text.strip())]
    wishes = sum(any(read_order(w).wish for w in wishes_of(line)) for line in lines)
    return 0 < len(lines) < 2 * wishes


def _as_told(path: Path, use: FileUse) -> tuple[FileUse, str]:
    if use == "figures":
        from chugao.metrics.preview import preview

        return use, _figures_told(preview(path))
    if use == "matters":
        from chugao.material import read_matters

        return use, f"{len(read_matters(path).items)}件事项"
    if use == "above":
        from chugao.outline.above import read_above

        try:
            above = read_above(path)
        except InputError:
            # A 通知 may hold the rules alone, and its 提纲 be another file.
            return use, "通知正文，没有标题"
        limit = f"，不超过{above.ceiling}字" if above.ceiling else ""
        return use, f"要求答{len(above.headings)}个标题{limit}" + (f"，{above.deadline}报" if above.deadline else "")
    if use == "unused":
        return use, ""
    if use == "instructions":
        return use, _instructions_told(path)
    from chugao.documents.uploading import read_upload

    return _text_told(read_upload(path, path.name), path, use)


def _text_told(document: "UploadedDocument", path: Path, use: FileUse) -> tuple[FileUse, str]:
    return use, f"《{document.title or path.stem}》"


def _instructions_told(path: Path) -> str:
    """How many there are, counted as the draft will read them: a line without a full stop is one too."""
    from chugao.documents.reading import read_text

    return f"{sum(bool(p.text.strip()) for p in read_text(path).paragraphs)}条"


def _figures_told(looked: "Preview") -> str:
    wrong = f"，错误{len(looked.errors)}处" if looked.errors else ""
    return f"{len(looked.rows)}条数据{wrong}"


def taken(folder: Path, files: Sequence[HandedIn]) -> Taken:
    """The paths of an order's files, by use; those with a problem are left out."""

    def of(use: FileUse) -> tuple[Path, ...]:
        return tuple(folder / f.name for f in files if f.use == use and not f.problem)

    beside = tuple(folder / f.name for f in files if f.use == "figures" and f.matters and not f.problem)
    return Taken(of("figures"), (*of("matters"), *beside), of("material"), of("past"), of("above"), of("instructions"))


def looked_over(workspace: Path, files: Taken) -> "Preview":
    """What the figures handed in would bring, by the parser that will import them."""
    from chugao.desk import told_to
    from chugao.metrics.preview import preview

    told = told_to(workspace)
    return preview(*files.figures, catalogue=told.catalogue, learned=told.words, rulings=told.rulings)


def outline_of(payload: dict[str, Any], department: str, files: Taken, settings: "Settings") -> "Outline":
    """The outline an order asks for; what came from above lays down headings and length."""
    from chugao.outline import read_outline
    from chugao.outline.above import read_above, with_above

    office = settings.office
    outline = read_outline(
        str(payload.get("kind", "")),
        department=department,
        year=int(payload.get("year") or 0),
        period=payload.get("period") or None,
        level=payload.get("level") or (office.level if office.name else "科室"),
        organisation=office.name,
        length=payload.get("length") or None,
    )
    return with_above(outline, read_above(*files.above)) if files.above else outline


# --- carrying out ---------------------------------------------------------------------------------


def carry_out(
    db: "Database", settings: "Settings", order: "Order", person: "Person", folder: Path, say: Say, *, at: str
) -> "Document":
    """Do everything an order asks for.  Raises `ChugaoError` with what stopped it, `Stopped` when the person did."""
    from chugao.desk import make, open_writer
    from chugao.review import put_in
    from chugao.review.budgets import purse
    from chugao.review.people import Act, require

    workspace = settings.workspace
    if workspace is None:
        raise InputError("这里不是工作区，没有地方存稿子。请先运行 chugao init。")
    require(person, Act.PUT_IN, department=order.department)
    told: dict[str, Any] = {"stage": "收材料", "sections": [], "expected": 0, "notices": []}
    _go_on(say, told)
    payload, department = order.payload, order.department
    files = taken(folder, [HandedIn.model_validate(f) for f in payload.get("files", ())])
    outline = outline_of(payload, department, files, settings)
    own = _take_in(db, settings, order, person, files, told, year=outline.reported.year, at=at)
    _go_on(say, told | {"stage": "读数据", "expected": sum(1 for p in outline.parts if p.level)})
    desk = desk_for(db, workspace, department, outline, files, own, person)
    told |= {"stage": "起草", "expected": sum(1 for p in outline.parts if p.level)}
    told["notices"] += desk.notices
    _go_on(say, told)

    def written(heading: str) -> None:
        told["sections"].append({"heading": heading, "state": "done"})
        _go_on(say, told)

    limit = payload.get("max_cost")
    engine = payload.get("engine") or "offline"
    job = f"order-{order.id}"
    own_money = purse(db, settings, order.login, engine=engine, at=at)
    most = None if limit in (None, "") else Decimal(str(limit))
    with open_writer(engine, settings, folder, job=job, max_cost=most, purse=own_money, database=db) as writer:
        made, report = make(
            desk, outline, writer, office=settings.office, seed=int(payload.get("seed") or 0), progress=written
        )
    told |= {"stage": "存入", "sections": sections_told(made), "numbers": dict(report.numbers)}
    told |= {"requests": len(made.requests), "blocking": sum(f.severity.blocks for f in made.findings)}
    _go_on(say, told)
    if again := str(payload.get("again") or ""):
        document = _laid_over(db, person, again, made, told, at)
    else:
        document = put_in(db, person, made, note="照收到的材料起草", limit=payload.get("length") or None, at=at)
    say(told | {"stage": "完成"})
    return document


def desk_for(
    db: "Database",
    workspace: Path,
    department: str,
    outline: "Outline",
    files: Taken,
    own: tuple[Path, ...],
    person: "Person",
) -> "Desk":
    """All that the paper rests on: what was handed in with it, and what the workspace keeps."""
    from chugao.desk import Files, gather, read_figures
    from chugao.metrics.observation import merge

    desk = gather(
        Files(metrics=own, matters=files.matters, instructions=next(iter(files.instructions), None)),
        department=department,
        year=outline.reported.year,
        organisation=outline.organisation,
        workspace=workspace,
        past=past_of(db, workspace, person),
    )
    if not own or len(own) == len(files.figures):
        return desk
    # Some of the files handed in are kept, and may have been put right since; the others are this paper's alone.
    kept = read_figures((), workspace, department, db)
    return desk._replace(figures=merge((kept, desk.figures)))


def _laid_over(
    db: "Database", person: "Person", document_id: str, made: "Draft", told: dict[str, Any], at: str
) -> "Document":
    """A paper written again over the one there is: what people changed meanwhile stays, or is chosen sentence by sentence."""
    from chugao.review import Conflict, document, put_in_again, set_aside, versions

    nodes = versions(db, person, document_id)
    base = max(n.no for n in nodes if n.kind in ("ai", "regenerate") and not n.recipe.get("aside"))
    note = "照现在的材料和指标重写"
    try:
        put_in_again(db, person, document_id, made, kind="regenerate", base=base, note=note, at=at)
    except Conflict:
        node = set_aside(db, person, document_id, made, base=base, kind="regenerate", note=note, at=at)
        told["notices"].append("您改过的句子，新写的也改了，都留着。请逐句选用哪个，再并入。")
        told["settle"] = node.no
    return document(db, person, document_id)


def past_of(db: "Database", workspace: Path, person: "Person") -> "tuple[Index | None, tuple[str, ...]]":
    """The past reports that may lend this person wording: those of the departments they see."""
    from chugao.corpus.store import list_reports
    from chugao.desk import open_past
    from chugao.review.people import sees

    index, notices = open_past(None, workspace)
    if index is not None and not person.whole:
        hidden = [r.id for r in list_reports(db) if not sees(person, r.department)]
        # The copy of this draft alone: an index is opened anew for each.
        index.remove(hidden)
    return index, notices


def _go_on(say: Say, told: dict[str, Any]) -> None:
    if not say(told):
        raise Stopped


def _take_in(
    db: "Database",
    settings: "Settings",
    order: "Order",
    person: "Person",
    files: Taken,
    told: dict[str, Any],
    *,
    year: int,
    at: str,
) -> tuple[Path, ...]:
    """Keep what was handed in; the figures files that serve this draft only come back.

    A paper written again is handed nothing in: what stands in its files was kept then, and may have been put right since.
    """
    from chugao.corpus.store import add_reports
    from chugao.desk import workspace_index
    from chugao.metrics.store import import_figures

    workspace, by, department = settings.workspace, order.ordered_by, order.department
    assert workspace is not None
    kept, own = to_keep(workspace, files, department)
    if order.payload.get("again"):
        return own
    if own:
        told["notices"].append("指标表没有“部门”一列，只用于这份稿子，没有存进指标库。")
    if kept is not None:
        theirs, left = _of_the_person(kept, person)
        told["notices"] += left
        import_figures(db, theirs, actor=by, at=at)
    if files.past:
        report = add_reports(db, files.past, organisation=settings.office.name, department=department, actor=by, at=at)
        told["notices"] += [f"{s.file}：没有收，{s.reason}" for s in report.skipped]
    if files.material:
        index = workspace_index(workspace)
        for path in files.material:
            _keep_material(db, path, _sender(settings, order, person, path), order, year, index, told, at)
    return own


def to_keep(workspace: Path, files: Taken, department: str) -> "tuple[Figures | None, tuple[Path, ...]]":
    """Of the figures handed in: those the workspace keeps, and the files the draft itself must read.

    A file that names no department would speak for everybody there: it serves its own draft, and the others beside it.
    """
    from chugao.desk import read_files, read_for_import

    if not files.figures:
        return None, ()
    owned = read_for_import(files.figures, workspace)
    figures = owned if owned.knows(department) else read_files(files.figures, workspace)
    named = {o.source.file for o in figures.observations if o.department}
    told = {o.source.file for o in figures.observations}
    kept = figures.only(lambda _, file: file in named)
    return kept if named else None, tuple(f for f in files.figures if f.name in told - named)


def _of_the_person(figures: "Figures", person: "Person") -> "tuple[Figures, list[str]]":
    """The figures of the departments a person answers for, with what to say of the rest."""
    from chugao.review.people import Act, may

    allowed = {d: may(person, Act.UPLOAD, department=d) for d in ("", *figures.departments)}
    left = [d for d, may_keep in allowed.items() if d and not may_keep]
    names = "、".join(left[:6]) + (f"等{len(left)}个科室" if len(left) > 6 else "")
    told = [f"表里{names}的数不归您管，没有存进指标库。"] if left else []
    return figures.only(lambda owner, _: allowed.get(owner, False)), told


def _sender(settings: "Settings", order: "Order", person: "Person", path: Path) -> str:
    """Whose a submission is: the paper of the whole house is made of what each department sent."""
    from chugao.material.whose import whose
    from chugao.review.people import sees

    if order.department not in (settings.office.name, settings.office.short_name):
        return order.department
    found, _ = whose(path)
    return found if found and sees(person, found) else order.department


def _keep_material(
    db: "Database",
    path: Path,
    department: str,
    order: "Order",
    year: int,
    index: Any,
    told: dict[str, Any],
    at: str,
) -> None:
    from chugao.material.collecting import keep_submission
    from chugao.material.store import add_items, confirm_items
    from chugao.material.submission import understand_submission

    sent = understand_submission(path, department=department, year=year, index=index, submitter="")
    report = add_items(db, sent.items, actor=order.ordered_by, at=at)
    keep_submission(db, sent, department=department, year=year, at=at)
    fresh = [i.id for i in sent.items if i.status == "provisional" and not i.copied_from and i.kind != "instruction"]
    if order.payload.get("confirmed") and fresh:
        confirm_items(db, fresh, by=order.ordered_by, at=at)
        told["notices"].append(f"{path.name}：{len(fresh)}条由{order.ordered_by}确认，写进稿子。")
    elif report.added:
        told["notices"].append(f"{path.name}：{report.added}条待确认，确认以后再起草一次就会写进去。")


def names_of_sections(draft: "Draft") -> dict[str, str]:
    """What a person calls each section: its heading; 导语; of what opens a part without a heading, the part's."""
    names: dict[str, str] = {}
    above = ""
    for section in draft.sections:
        own = "" if section.id == "lead" else section.number + section.heading.text
        names[section.id] = own or (f"{above}（开头）" if above else "导语")
        above = own or above
    return names


def sections_told(draft: "Draft") -> list[dict[str, Any]]:
    """Each section as the progress page lists it: heading, characters, numbers with and without a source.

    All that a reviewer accepts, the opening and the annexed tables too, and the headings over other sections.
    """
    from chugao.manuscript import count_characters

    names = names_of_sections(draft)

    def told(section: "Section") -> dict[str, Any]:
        claims = [c for s in section.sentences for c in s.claims]
        claims += [c for b in section.blocks if b.table for row in b.table.rows for cell in row for c in cell.claims]
        numbers = [c for c in claims if c.state not in ("passage", "constant")]
        return {
            "id": section.id,
            "heading": names[section.id],
            "holds": bool(section.blocks),
            "state": "done",
            "characters": sum(count_characters(section.block_text(b)) for b in section.blocks if b.table is None),
            "numbers": len(numbers),
            "untraced": sum(c.state == "unsupported" for c in numbers),
        }

    return [told(s) for s in draft.sections if s.blocks or (s.heading.text and s.level)]


def kinds() -> list[tuple[str, str]]:
    """The kinds of document, for a form."""
    return [(k.value, k.label) for k in Kind]


def refuse_mistakes(looked: "Preview") -> None:
    """Raise `InputError` while the figures handed in hold mistakes: nothing is drafted on them."""
    if looked.errors:
        raise InputError(f"指标表有{len(looked.errors)}处错误，改好再生成：{looked.errors[0].message}")

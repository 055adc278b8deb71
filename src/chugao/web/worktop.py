"""工作台 and 文稿列表: what waits for me, a new draft by one button, every document I may see."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, File, Form, Request, UploadFile
from starlette.responses import RedirectResponse, Response

from chugao.database import CHINA
from chugao.documents.guard import MAX_FILE_BYTES, guard_bytes
from chugao.documents.uploading import safe_name
from chugao.errors import InputError, NotAllowed
from chugao.kind import Kind
from chugao.review import carrying, orders
from chugao.review.budgets import left
from chugao.review.people import Act, Person, State, require
from chugao.web.figures import unruled_in
from chugao.web.house import House, house_of, one_look
from chugao.web.pages import page
from chugao.web.people import allowed, needs

if TYPE_CHECKING:
    from chugao.metrics.preview import Preview

router = APIRouter(include_in_schema=False)
_MOST_FILES = 60
_SHOWN = 200
_LATEST = 8


# --- 工作台 ----------------------------------------------------------------------------------------


@router.get("/")
@one_look
def worktop(request: Request, person: Annotated[Person, needs(Act.SEE)]) -> Response:
    return _worktop(request, person, None)


@router.get("/documents/new")
def new(request: Request, person: Annotated[Person, needs(Act.PUT_IN)]) -> Response:
    return RedirectResponse("/", 303)


@router.get("/documents/new/{order_id}")
def continued(request: Request, order_id: str, person: Annotated[Person, needs(Act.PUT_IN)]) -> Response:
    order = orders.order_of(house_of(request).database, person, order_id)
    if not order.open_to_change:
        return RedirectResponse(f"/jobs/{order.id}", 303)
    return _worktop(request, person, order)


def _worktop(request: Request, person: Person, order: "orders.Order | None") -> Response:
    from chugao.review import consultations, documents, inbox

    house = house_of(request)
    mine = documents(house.database, person)
    waiting = [d for d in mine if _waits_for(person, d)]
    looked = None
    files: list[carrying.HandedIn] = []
    if order is not None:
        files = [carrying.HandedIn.model_validate(f) for f in order.payload.get("files", ())]
        sorted_out = carrying.taken(house.uploads / order.id, files)
        looked = carrying.looked_over(house.workspace, sorted_out) if sorted_out.figures else None
    asked = order.payload if order is not None else _usual(house, person)
    return page(
        request,
        person,
        "worktop.html",
        order=order,
        asked=asked,
        department=order.department if order is not None else _own_department(person),
        departments=known_departments(house, person),
        files=files,
        uses=list(carrying.USES.items()),
        looked=looked,
        unruled=unruled_in(looked) if looked else 0,
        other_year=_other_year(asked, looked) if looked else "",
        kinds=carrying.kinds(),
        engines=engines(house),
        can_order=allowed(person, Act.PUT_IN),
        under_way=[o for o in orders.orders_of(house.database, person, 40) if o.under_way or o.state == "failed"][:6],
        waiting=waiting[:_LATEST],
        latest=mine[:_LATEST],
        seen={d.id for d in mine},
        consulted=[c for c in consultations(house.database, person) if not c.answer][:_LATEST],
        notices=inbox(house.database, person, unread=True)[:_LATEST],
    )


def _other_year(asked: dict[str, Any], looked: "Preview") -> str:
    """What to say when the newest figures are of another year than the paper: the year may be the form's own guess."""
    told = {int(r.period[:4]) for r in looked.rows if r.role == "实际"}
    if not told or asked.get("kind") not in set(Kind) or not asked.get("year"):
        return ""
    year = int(asked["year"])
    wanted = year if Kind(asked["kind"]).looks_back else year - 1
    if max(told) == wanted:
        return ""
    return f"指标表里最近的是{max(told)}年的数，题目写{year}年的稿子要用{wanted}年的。请核对“题目中的年度”。"


def _waits_for(person: Person, document: Any) -> bool:
    """Whether the next step is this person's."""
    from chugao.review.people import may

    if document.state is State.IN_REVIEW:
        return may(person, Act.APPROVE, document) or may(person, Act.PASS_ON, document)
    if document.state in (State.DRAFT, State.CHANGES_REQUESTED):
        return bool(document.owner == person.login)
    return False


def _usual(house: House, person: Person) -> dict[str, Any]:
    # Until May one writes about last year.
    today = datetime.now(CHINA)
    office = house.settings.office
    return {
        "kind": Kind.SUMMARY_PLAN.value,
        "year": today.year if today.month > 5 else today.year - 1,
        "period": "",
        "level": office.level if office.name else "科室",
        "length": "",
        "engine": "offline",
        "confirmed": False,
    }


def _own_department(person: Person) -> str:
    return person.departments[0] if person.departments else ""


def known_departments(house: House, person: Person) -> list[str]:
    """Departments the person may write for: their own, or every one the workspace has heard of."""
    if not person.whole:
        return list(person.departments)
    from chugao.desk import departments_kept
    from chugao.review import documents

    named = [
        *person.departments,
        *departments_kept(house.workspace),
        *(d.department for d in documents(house.database, person)),
    ]
    return [d for d in dict.fromkeys(named) if d]


def engines(house: House) -> list[tuple[str, str]]:
    """Who may write: the offline engine, and the models this office has named."""
    from chugao.ledger import prices_of

    offered = [("offline", "离线写（不用模型）")]
    settings = house.settings
    if settings.base_url:
        named = [*prices_of(settings).models, *(p.model for p in settings.prompts.values() if p.model)]
        offered += [(f"openai:{m}", f"模型 {m}") for m in dict.fromkeys(named)]
    return offered


# --- an order, until it is given ------------------------------------------------------------------


@router.post("/documents/new")
async def begin(
    request: Request,
    person: Annotated[Person, needs(Act.PUT_IN)],
    do: Annotated[str, Form()] = "files",
    files: Annotated[list[UploadFile] | None, File()] = None,
) -> Response:
    from starlette.concurrency import run_in_threadpool

    form, sent = await _form(request), await _sent(files)
    return await run_in_threadpool(_begin, request, person, do, form, sent)


@router.post("/documents/new/{order_id}")
async def change(
    request: Request,
    order_id: str,
    person: Annotated[Person, needs(Act.PUT_IN)],
    do: Annotated[str, Form()] = "files",
    files: Annotated[list[UploadFile] | None, File()] = None,
) -> Response:
    from starlette.concurrency import run_in_threadpool

    form, sent = await _form(request), await _sent(files)
    return await run_in_threadpool(_change, request, person, order_id, do, form, sent)


def _begin(request: Request, person: Person, do: str, form: dict[str, str], sent: list[tuple[str, bytes]]) -> Response:
    house = house_of(request)
    asked, department = _asked(form, {})
    order = orders.open_order(house.database, person, department=department, payload=asked, at=house.now())
    return _change(request, person, order.id, do, form, sent)


def _change(
    request: Request, person: Person, order_id: str, do: str, form: dict[str, str], sent: list[tuple[str, bytes]]
) -> Response:
    house = house_of(request)
    order = orders.order_of(house.database, person, order_id)
    asked, department = _asked(form, order.payload)
    year = int(asked["year"] or 0)
    folder = house.uploads / order.id
    asked["files"] = [f.model_dump() for f in _looked_at(folder, order.payload.get("files", ()), form, sent, year)]
    orders.change_order(house.database, order.id, department=department, payload=asked)
    if do == "start":
        start(house, person, order.id)
        return RedirectResponse(f"/jobs/{order.id}", 303)
    return RedirectResponse(f"/documents/new/{order.id}", 303)


def start(house: House, person: Person, order_id: str) -> orders.Order:
    """Give an order: refused while something in it is wrong, so that nobody waits for nothing."""
    order = orders.order_of(house.database, person, order_id)
    require(person, Act.PUT_IN, department=order.department)
    left(house.database, house.settings, person.login, engine=str(order.payload.get("engine") or ""), at=house.now())
    if not order.department:
        raise InputError("没有写科室。请选好科室再生成。")
    files = carrying.taken(
        house.uploads / order.id, [carrying.HandedIn.model_validate(f) for f in order.payload.get("files", ())]
    )
    if files.figures:
        carrying.refuse_mistakes(carrying.looked_over(house.workspace, files))
    outline = carrying.outline_of(order.payload, order.department, files, house.settings)
    orders.start_order(house.database, order, person, title=outline.title, at=house.now())
    if house.runner is not None:
        house.runner.add(order.id)
    return orders.order_of(house.database, person, order_id)


def add_files(house: House, person: Person, order_id: str, sent: list[tuple[str, bytes]]) -> orders.Order:
    """Put files to an order that has not begun."""
    order = orders.order_of(house.database, person, order_id)
    asked, known = dict(order.payload), order.payload.get("files", ())
    year = int(asked.get("year") or 0)
    asked["files"] = [f.model_dump() for f in _looked_at(house.uploads / order.id, known, {}, sent, year)]
    orders.change_order(house.database, order.id, department=order.department, payload=asked)
    return orders.order_of(house.database, person, order_id)


async def _form(request: Request) -> dict[str, str]:
    return {k: v for k, v in (await request.form()).items() if isinstance(v, str)}


async def _sent(files: list[UploadFile] | None) -> list[tuple[str, bytes]]:
    given = [f for f in files or () if f.filename]
    if len(given) > _MOST_FILES:
        raise InputError(f"一次最多传{_MOST_FILES}个文件。请分几次传。")
    sent = []
    for file in given:
        content = await file.read(MAX_FILE_BYTES + 1)
        sent.append((safe_name(file.filename or ""), content))
    return sent


def _asked(form: dict[str, str], before: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """What the form says of the document, and its department."""

    def number(name: str) -> int | str:
        told = form.get(name, str(before.get(name, "") or "")).strip()
        if not told:
            return ""
        if not told.isdecimal() or len(told) > 6:
            names = {"year": "年度", "length": "字数"}
            raise InputError(f"{names[name]}“{told[:20]}”不是数字。请只写数字，如 2025。")
        return int(told)

    kept = {k: form.get(k, str(before.get(k, ""))).strip()[:80] for k in ("kind", "period", "level", "engine")}
    asked = {**before, **kept, "year": number("year"), "length": number("length")}
    # A box that is not ticked is not sent; a form without a department is not the whole form.
    asked["confirmed"] = form.get("confirmed") == "1" if "department" in form else bool(before.get("confirmed"))
    return asked, form.get("department", "").strip()[:80]


def _looked_at(
    folder: Any, known: Any, form: dict[str, str], sent: list[tuple[str, bytes]], year: int
) -> list[carrying.HandedIn]:
    """The files of an order: those there with the use a person chose, and those that came now."""
    from chugao.export import write_whole

    held: dict[str, carrying.HandedIn] = {}
    for number, one in enumerate(known):
        before = carrying.HandedIn.model_validate(one)
        chosen = form.get(f"use-{number}", before.use)
        if chosen != before.use and chosen in carrying.USES:
            before = carrying.look_at(folder / before.name, year, chosen)
        held[before.name] = before
    for name, content in _each_its_name(sent):
        guard_bytes(content, name)
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / name, content)
        held[name] = carrying.look_at(folder / name, year)
    if len(held) > _MOST_FILES:
        raise InputError(f"一份稿子最多用{_MOST_FILES}个文件。请先去掉不用的。")
    return list(held.values())


def _each_its_name(sent: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """Two files of one name sent together (指标/医务科.xlsx, 事项/医务科.xlsx) are two; one sent again is the new one."""
    named: dict[str, bytes] = {}
    for name, content in sent:
        stem, dot, suffix = name.rpartition(".")
        number, free = 1, name
        while free in named:
            number += 1
            free = f"{stem or suffix}（{number}）{dot}{suffix if stem else ''}"
        named[free] = content
    return list(named.items())


# --- 文稿列表 --------------------------------------------------------------------------------------


@router.get("/documents")
@one_look
def listed(
    request: Request,
    person: Annotated[Person, needs(Act.SEE)],
    dept: str = "",
    year: str = "",
    genre: str = "",
    state: str = "",
) -> Response:
    from chugao.review import documents

    house = house_of(request)
    everything = documents(house.database, person)
    if state and state not in set(State):
        raise NotAllowed(f"没有“{state[:20]}”这种状态。请从下拉框里选。")
    rows = [
        d
        for d in everything
        if (not dept or d.department == dept)
        and (not year or str(d.year) == year)
        and (not genre or d.kind == genre)
        and (not state or d.state == state)
    ]
    return page(
        request,
        person,
        "documents.html",
        rows=rows[:_SHOWN],
        total=len(rows),
        chosen={"dept": dept, "year": year, "genre": genre, "state": state},
        departments=[("", "全部科室"), *((d, d) for d in dict.fromkeys(d.department for d in everything))],
        years=[("", "全部年度"), *((str(y), f"{y}年") for y in sorted({d.year for d in everything}, reverse=True))],
        kinds=[("", "全部文种"), *carrying.kinds()],
        states=[("", "全部状态"), *((s.value, s.label) for s in State)],
        colours=STATE_COLOURS,
        labels={k.value: k.label for k in Kind},
    )


STATE_COLOURS = {
    "draft": "",
    "in_review": "blue",
    "changes_requested": "amber",
    "approved": "green",
    "exported": "green",
    "locked": "",
}

"""/api/v1: what the screens do, for programs.

Each operation calls the same function as its screen.  A request that makes something may bring an `Idempotency-Key`:
sent again under the same key it gets the same answer, and nothing is made twice.
"""

import json
from collections.abc import Callable
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Header, Query, Request, UploadFile
from pydantic import BaseModel, ConfigDict, Field, field_validator
from starlette.responses import JSONResponse, Response

from chugao import review
from chugao.database.repeats import LONGEST_KEY, Answer, once
from chugao.documents.guard import MAX_FILE_BYTES
from chugao.documents.uploading import safe_name
from chugao.errors import InputError
from chugao.review import accounts, orders
from chugao.review.people import Act, Person, Role, sees
from chugao.source import Finding
from chugao.web import checks, figures, jobs, material, reports, worktop
from chugao.web.house import House, house_of
from chugao.web.people import needs


class Problem(BaseModel):
    """What every refusal looks like."""

    error: str
    next: str = ""
    title: str = ""


REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": told}
    for status, told in {
        400: "请求读不懂",
        401: "没有登录",
        403: "角色、状态或来源不允许",
        404: "没有，或无权知道",
        409: "别人先改了",
        413: "太大",
        422: "有一处要改",
        502: "模型没有答上来",
        503: "数据库暂时不可用",
    }.items()
}
router = APIRouter(prefix="/api/v1", responses=REFUSALS)
See = Annotated[Person, needs(Act.SEE)]
Upload = Annotated[Person, needs(Act.UPLOAD)]
PutIn = Annotated[Person, needs(Act.PUT_IN)]
Admin = Annotated[Person, needs(Act.ADMINISTER)]
Key = Annotated[
    str | None, Header(alias="Idempotency-Key", description="同一个键再发一次，得到同一个回答", max_length=LONGEST_KEY)
]
Year = Annotated[int, Field(ge=2000, le=2099)]
Words = Annotated[str, Field(max_length=2000)]
Name = Annotated[str, Field(max_length=80)]
Json = dict[str, Any]


class Told(BaseModel):
    """A body: no unknown field, no character that a database cannot keep."""

    model_config = ConfigDict(extra="forbid")

    @field_validator("*", mode="after")
    @classmethod
    def _storable(cls, value: Any) -> Any:
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str) and ("\x00" in text or any("\ud800" <= c <= "\udfff" for c in text)):
                raise ValueError("有存不了的字符")
        return value


class NewOrder(Told):
    kind: Name = "summary-plan"
    department: Name
    year: Year
    period: Name = ""
    level: Name = ""
    length: Annotated[int, Field(ge=300, le=20_000)] | None = None
    engine: Name = "offline"
    confirmed: bool = False


class Picking(Told):
    ids: Annotated[list[Name], Field(min_length=1, max_length=1000)]
    who: Name = ""
    """The leader who chose; else the person who writes it down."""
    drop: bool = False


class Decision(Told):
    ids: Annotated[list[Name], Field(min_length=1, max_length=1000)]
    reason: Words = ""


class NewInstruction(Told):
    words: Words
    year: Year
    department: Name
    who: Name = ""
    when: Name = ""
    about: Name = ""


class NewWord(Told):
    """A word of the office's own, and the metric or header it means."""

    word: Name
    meaning: Name


class NewRuling(Told):
    metric: Name
    choose: Name
    reason: Words
    department: Name = ""
    period: Name = ""


class Dismissing(Told):
    marks: Annotated[list[Name], Field(min_length=1, max_length=1000)]
    reason: Words


class Confirming(Told):
    basis: Words
    spots: list[Words] | None = None


class NewUser(Told):
    login: Name
    name: Name
    password: Annotated[str, Field(max_length=200)]
    roles: Annotated[list[Role], Field(min_length=1)]
    departments: Annotated[list[Name], Field(max_length=200)] = []


class ChangedUser(Told):
    name: Name
    roles: Annotated[list[Role], Field(min_length=1)]
    departments: Annotated[list[Name], Field(max_length=200)] = []


def once_of(request: Request, person: Person, key: str | None, asked: bytes, do: Callable[[], Json]) -> Response:
    """Answer now, or as it was answered before under this key."""
    if key is None:
        return JSONResponse(do(), 201)

    def answer() -> Answer:
        return Answer(201, json.dumps(do(), ensure_ascii=False))

    house = house_of(request)
    whole = f"{request.method} {request.url.path}\n".encode() + asked
    given = once(house.database, person.login, key, whole, answer, at=house.now())
    return Response(given.body, given.status, media_type="application/json")


def _sent(files: list[UploadFile]) -> list[tuple[str, bytes]]:
    return [(safe_name(f.filename or ""), f.file.read(MAX_FILE_BYTES + 1)) for f in files]


def _mark(sent: list[tuple[str, bytes]], *said: str) -> bytes:
    return json.dumps([[n, sha256(c).hexdigest()] for n, c in sent] + list(said)).encode()


def _finding(found: Finding) -> Json:
    return {"mark": checks.mark_of(found), **found.model_dump(mode="json")}


# --- 自己 ------------------------------------------------------------------------------------------


@router.get("/openapi.json", tags=["系统"], summary="本接口的说明（OpenAPI）")
def openapi(request: Request, person: See) -> Json:
    told: Json = request.app.openapi()
    return told


@router.get("/me", tags=["系统"], summary="我是谁")
def me(person: See) -> Json:
    return {
        "login": person.login,
        "name": person.name,
        "roles": sorted(r.value for r in person.roles),
        "departments": list(person.departments),
        "whole": person.whole,
    }


@router.get("/inbox", tags=["系统"], summary="有人找我")
def inbox(request: Request, person: See) -> Json:
    return {"notices": [n.model_dump() for n in review.inbox(house_of(request).database, person)]}


# --- 文稿和起草 ------------------------------------------------------------------------------------


@router.get("/documents", tags=["文稿"], summary="我能看的文稿")
def documents(
    request: Request, person: See, department: Name = "", year: Annotated[int | None, Query(ge=2000, le=2099)] = None
) -> Json:
    found = review.documents(house_of(request).database, person, department=department or None, year=year)
    return {"documents": [d.model_dump(mode="json") for d in found]}


def _order(house: House, order: orders.Order) -> Json:
    told = order.model_dump(mode="json", exclude={"payload", "progress", "login"})
    files = [{k: f[k] for k in ("name", "use", "size", "told", "problem")} for f in order.payload.get("files", ())]
    return {**told, "label": order.label, "files": files, "progress": jobs.progress_of(house, order)}


@router.get("/orders", tags=["起草"], summary="最近的起草单")
def listed_orders(request: Request, person: See) -> Json:
    house = house_of(request)
    return {"orders": [_order(house, o) for o in orders.orders_of(house.database, person, 60)]}


@router.post("/orders", status_code=201, tags=["起草"], summary="开一张起草单（还没有开始写）")
def new_order(request: Request, person: PutIn, told: NewOrder, key: Key = None) -> Response:
    house = house_of(request)
    review.require(person, Act.PUT_IN, department=told.department)

    def do() -> Json:
        payload = told.model_dump(exclude={"department"}) | {"length": told.length or ""}
        made = orders.open_order(house.database, person, department=told.department, payload=payload, at=house.now())
        return _order(house, made)

    return once_of(request, person, key, told.model_dump_json().encode(), do)


@router.get("/orders/{order_id}", tags=["起草"], summary="写到哪里了")
def one_order(request: Request, order_id: Name, person: See) -> Json:
    house = house_of(request)
    return _order(house, orders.order_of(house.database, person, order_id))


@router.post("/orders/{order_id}/files", tags=["起草"], summary="给起草单添文件")
def order_files(
    request: Request, order_id: Name, person: PutIn, files: Annotated[list[UploadFile], File(max_length=60)]
) -> Json:
    house = house_of(request)
    return _order(house, worktop.add_files(house, person, order_id, _sent(files)))


@router.post("/orders/{order_id}/start", tags=["起草"], summary="开始写，或再来一次")
def start_order(request: Request, order_id: Name, person: PutIn) -> Json:
    house = house_of(request)
    return _order(house, worktop.start(house, person, order_id))


@router.post("/orders/{order_id}/stop", tags=["起草"], summary="停止")
def stop_order(request: Request, order_id: Name, person: PutIn) -> Json:
    house = house_of(request)
    order = orders.order_of(house.database, person, order_id)
    orders.stop_order(house.database, order, person, at=house.now())
    return _order(house, orders.order_of(house.database, person, order_id))


# --- 材料 ------------------------------------------------------------------------------------------


@router.get("/material", tags=["材料"], summary="我能看的材料")
def listed_material(request: Request, person: See, status: Name = "", department: Name = "") -> Json:
    from chugao.material.telling import item_json

    found = [
        i
        for i in material.items_of(house_of(request), person)
        if status in ("", i.status) and department in ("", i.department)
    ]
    return {"items": [item_json(i) for i in found]}


@router.post("/material/files", status_code=201, tags=["材料"], summary="收进科室报来的材料")
def add_material(
    request: Request,
    person: Upload,
    files: Annotated[list[UploadFile], File(max_length=60)],
    department: Annotated[str, Form(max_length=80)] = "",
    year: Annotated[str, Form(max_length=4)] = "",
    sender: Annotated[str, Form(max_length=80)] = "",
    key: Key = None,
) -> Response:
    house, sent, said = house_of(request), _sent(files), (department.strip(), year.strip(), sender.strip())

    def do() -> Json:
        return {"added": sum(material.add_submission(house, person, n, c, said) for n, c in sent)}

    return once_of(request, person, key, _mark(sent, *said), do)


@router.post("/material/confirm", tags=["材料"], summary="确认材料")
def confirm_material(request: Request, person: Upload, told: Decision) -> Json:
    from chugao.material.telling import item_json

    changed = material.decide_items(house_of(request), person, "confirm", told.ids)
    return {"items": [item_json(i) for i in changed]}


@router.post("/material/reject", tags=["材料"], summary="不采用材料")
def reject_material(request: Request, person: Upload, told: Decision) -> Json:
    from chugao.material.telling import item_json

    changed = material.decide_items(house_of(request), person, "reject", told.ids, told.reason)
    return {"items": [item_json(i) for i in changed]}


@router.post("/material/pick", tags=["材料"], summary="挑选写进不足的")
def pick_material(request: Request, person: Upload, told: Picking) -> Json:
    from chugao.material.telling import item_json

    changed = material.decide_items(
        house_of(request), person, "unpick" if told.drop else "pick", told.ids, who=told.who
    )
    return {"items": [item_json(i) for i in changed]}


@router.get("/material/board", tags=["材料"], summary="报送进度")
def material_board(request: Request, person: See, year: Annotated[int, Query(ge=2000, le=2099)]) -> Json:
    from chugao.material.collecting import collecting_board
    from chugao.material.store import list_items

    house = house_of(request)
    made = collecting_board(house.database, list_items(house.database), year)
    lines = [line.model_dump(mode="json") for line in made.departments if sees(person, line.department)]
    return {"year": year, "deadline": made.deadline, "departments": lines}


@router.post("/material/instructions", status_code=201, tags=["材料"], summary="记领导意见，一行一条")
def instruct(request: Request, person: Upload, told: NewInstruction, key: Key = None) -> Response:
    house = house_of(request)

    def do() -> Json:
        said = {"who": told.who.strip(), "when": told.when.strip(), "about": told.about.strip()}
        kept = material.keep_instructions(house, person, told.words, told.year, told.department.strip(), said)
        return {"added": kept}

    return once_of(request, person, key, told.model_dump_json().encode(), do)


# --- 指标 ------------------------------------------------------------------------------------------


@router.get("/metrics", tags=["指标"], summary="一个科室的指标看板")
def board(
    request: Request, person: See, department: Name = "", year: Annotated[int | None, Query(ge=2000, le=2099)] = None
) -> Json:
    from chugao.metrics.readiness import readiness

    known = figures.figures_of(house_of(request), person)
    if not known.observations:
        return {"department": department, "period": "", "rows": [], "findings": [], "departments": []}
    if department and department not in known.departments:
        raise InputError(f"指标库里没有“{department}”的数据，或者您无权查看。请核对科室名称。")
    if year is not None and year not in {o.period.year for o in known.of_department(department or None).observations}:
        raise InputError(f"指标库里没有{year}年的数据。请换一年，或先导入。")
    made = readiness(known, department=department or None, year=year)
    return {**made.model_dump(mode="json"), "departments": list(known.departments)}


@router.post("/metrics/import", status_code=201, tags=["指标"], summary="导入指标表")
def import_metrics(
    request: Request, person: Upload, files: Annotated[list[UploadFile], File(max_length=60)], key: Key = None
) -> Response:
    house, sent = house_of(request), _sent(files)

    def do() -> Json:
        tray = figures.put_down(house, person, sent)
        added, same, changed = figures.import_tray(house, person, tray)
        return {"added": added, "unchanged": same, "changed": changed}

    return once_of(request, person, key, _mark(sent), do)


@router.get("/metrics/owing", tags=["指标"], summary="还缺谁的什么数")
def owing(request: Request, person: See) -> Json:
    from chugao.metrics.owing import owing as owed

    known = figures.figures_of(house_of(request), person)
    items = owed(known) if known.observations else ()
    return {"items": [i.model_dump(mode="json", exclude={"last_value"}) for i in items]}


@router.get("/metrics/rulings", tags=["指标"], summary="等着裁定的和已裁定的")
def rulings(request: Request, person: See) -> Json:
    from chugao.metrics.rulings import load_rulings

    house = house_of(request)
    contested = figures.figures_of(house, person).contested
    made = [r for r in load_rulings(house.database) if person.whole or (r.department and sees(person, r.department))]
    return {
        "waiting": [[o.model_dump(mode="json") for o in c] for c in contested],
        "rulings": [r.model_dump() for r in made],
    }


@router.post("/metrics/rulings", status_code=201, tags=["指标"], summary="裁定口径")
def rule(request: Request, person: Upload, told: NewRuling, key: Key = None) -> Response:
    house = house_of(request)

    def do() -> Json:
        words = figures.rule_now(
            house, person, told.metric, told.choose, told.reason, told.department, told.period, person.name
        )
        return {"told": words}

    return once_of(request, person, key, told.model_dump_json().encode(), do)


@router.post("/metrics/words", status_code=201, tags=["指标"], summary="记住本单位的叫法")
def teach(request: Request, person: Upload, told: NewWord, key: Key = None) -> Response:
    house = house_of(request)

    def do() -> Json:
        return {"told": figures.teach_now(house, person, told.word, told.meaning)}

    return once_of(request, person, key, told.model_dump_json().encode(), do)


# --- 往年文稿 --------------------------------------------------------------------------------------


@router.get("/corpus", tags=["往年文稿"], summary="收了哪些")
def corpus(request: Request, person: See) -> Json:
    return {"reports": [r.model_dump(mode="json") for r in reports.reports_of(house_of(request), person)]}


@router.get("/corpus/search", tags=["往年文稿"], summary="找段落")
def search(
    request: Request, person: See, q: Words, kind: Name = "", year: Annotated[str, Query(max_length=4)] = ""
) -> Json:
    hits = reports.search(house_of(request), person, q, kind, year)
    told = [
        {
            "report": h.passage.document,
            "title": h.passage.title,
            "heading": list(h.passage.heading_path),
            "text": h.passage.text,
            "own": h.passage.own,
            "score": round(h.score, 4),
        }
        for h in hits
    ]
    return {"hits": told, "relaxed": list(hits[0].relaxed) if hits else []}


@router.post("/corpus", status_code=201, tags=["往年文稿"], summary="收进往年文稿")
def add_reports(
    request: Request,
    person: Upload,
    files: Annotated[list[UploadFile], File(max_length=60)],
    department: Annotated[str, Form(max_length=80)] = "",
    own: Annotated[bool, Form()] = False,
    key: Key = None,
) -> Response:
    house, sent = house_of(request), _sent(files)

    def do() -> Json:
        return {"told": reports.add_files(house, person, sent, department.strip(), own)}

    return once_of(request, person, key, _mark(sent, department, str(own)), do)


@router.delete("/corpus/{report_id}", tags=["往年文稿"], summary="删除一篇")
def remove_report(request: Request, report_id: Name, person: Upload) -> Json:
    house = house_of(request)
    return {"removed": reports.remove_one(house, person, report_id).id}


# --- 检查 ------------------------------------------------------------------------------------------


@router.get("/checks/{document_id}", tags=["检查"], summary="一份文稿的检查意见和没有出处的数")
def findings(request: Request, document_id: Name, person: See) -> Json:
    db = house_of(request).database
    found = checks.found_in(house_of(request), person, document_id)
    red = review.red_numbers(review.current(db, person, document_id))
    spots = [{"spot": f"{r.section}|{r.sentence}|{r.start}", **r.model_dump(mode="json")} for r in red]
    return {"findings": [_finding(f) for f in found], "red": spots}


@router.post("/checks/{document_id}/dismiss", tags=["检查"], summary="略过检查意见")
def dismiss(
    request: Request, document_id: Name, person: Annotated[Person, needs(Act.DISMISS)], told: Dismissing
) -> Json:
    return {"dismissed": checks.dismiss_findings(house_of(request), person, document_id, told.marks, told.reason)}


@router.post("/checks/{document_id}/confirm", tags=["检查"], summary="人工确认没有出处的数")
def confirm_red(
    request: Request, document_id: Name, person: Annotated[Person, needs(Act.CONFIRM_NUMBER)], told: Confirming
) -> Json:
    return {"confirmed": checks.confirm_red(house_of(request), person, document_id, told.spots, told.basis)}


@router.post("/checks", tags=["检查"], summary="核对一份别处写的稿子（不保存）")
def check_file(request: Request, person: See, file: Annotated[UploadFile, File()]) -> Json:
    ((name, content),) = _sent([file])
    told, found, text = checks.examine_file(house_of(request), person, name, content)
    return {"told": told, "findings": [_finding(f) for f in found], "text": text}


# --- 管理 ------------------------------------------------------------------------------------------


def _account(one: accounts.Account) -> Json:
    return one.model_dump(mode="json")


@router.get("/users", tags=["管理"], summary="账号")
def users(request: Request, person: Admin) -> Json:
    return {"users": [_account(a) for a in accounts.list_accounts(house_of(request).database)]}


@router.post("/users", status_code=201, tags=["管理"], summary="添加账号")
def add_user(request: Request, person: Admin, told: NewUser) -> Response:
    house = house_of(request)
    made = accounts.add_account(
        house.database,
        login=told.login,
        name=told.name,
        roles=told.roles,
        departments=told.departments,
        password=told.password,
        by=person.name,
        at=house.now(),
    )
    return JSONResponse(_account(made), 201)


@router.put("/users/{account_id}", tags=["管理"], summary="改姓名、角色、科室")
def change_user(request: Request, account_id: Name, person: Admin, told: ChangedUser) -> Json:
    house = house_of(request)
    changed = accounts.change_account(
        house.database,
        account_id,
        name=told.name,
        roles=told.roles,
        departments=told.departments,
        by=person.name,
        at=house.now(),
    )
    return _account(changed)


@router.post("/users/{account_id}/disable", tags=["管理"], summary="停用，立即退出")
def disable_user(request: Request, account_id: Name, person: Admin) -> Json:
    house = house_of(request)
    accounts.disable_account(house.database, account_id, by=person.name, at=house.now())
    return {"disabled": account_id}


@router.post("/users/{account_id}/enable", tags=["管理"], summary="启用")
def enable_user(request: Request, account_id: Name, person: Admin) -> Json:
    house = house_of(request)
    accounts.enable_account(house.database, account_id, by=person.name, at=house.now())
    return {"enabled": account_id}


@router.get("/audit", tags=["管理"], summary="审计记录，新的在前")
def audit(request: Request, person: Admin, before: Annotated[int, Query(ge=0, le=2**53)] = 0) -> Json:
    from chugao.database.audit import latest

    with house_of(request).database.read() as connection:
        return {"rows": [dict(r._mapping) for r in latest(connection, before=before)]}


@router.post("/audit/verify", tags=["管理"], summary="核验整条审计记录")
def verify(request: Request, person: Admin) -> Json:
    from chugao.database import verify as walk

    with house_of(request).database.read() as connection:
        faults = walk(connection)
    return {"sound": not faults, "faults": [f.hint for f in faults[:100]]}

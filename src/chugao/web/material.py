"""材料: what departments sent, item by item; who has sent; what leaders said, entered by a clerk.

A list shows what the person's departments hold and nothing else; what is changed is looked up among those, so that an
id of another department is as good as none.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Request, UploadFile
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, Response

from chugao.documents.guard import MAX_FILE_BYTES, guard_bytes
from chugao.documents.uploading import safe_name
from chugao.errors import InputError
from chugao.material.items import Item
from chugao.review.people import Act, Person, require, sees
from chugao.web.faults import NotThere
from chugao.web.house import House, house_of
from chugao.web.pages import done, page
from chugao.web.people import needs
from chugao.web.worktop import known_departments

router = APIRouter(prefix="/material", include_in_schema=False)
_SHOWN = 300
Upload = Annotated[Person, needs(Act.UPLOAD)]
See = Annotated[Person, needs(Act.SEE)]
TABS = (("/material", "逐条确认"), ("/material/board", "报送进度"), ("/material/instructions", "领导意见"))


def items_of(house: House, person: Person) -> tuple[Item, ...]:
    """Every item of the departments a person sees."""
    from chugao.material.store import list_items

    return tuple(i for i in list_items(house.database) if sees(person, i.department))


@router.get("")
def listed(request: Request, person: See, dept: str = "", status: str = "provisional", year: str = "") -> Response:
    from chugao.material.clashing import clashes_of
    from chugao.material.telling import KINDS, STATUS, read_as

    house = house_of(request)
    everything = [i for i in items_of(house, person) if i.kind != "instruction"]
    chosen = [
        i
        for i in everything
        if (not dept or i.department == dept) and (status in ("all", i.status)) and (not year or str(i.year) == year)
    ]
    return page(
        request,
        person,
        "material.html",
        tabs=TABS,
        items=chosen[:_SHOWN],
        total=len(chosen),
        counts=Counter(i.status for i in everything),
        chosen={"dept": dept, "status": status, "year": year},
        departments=[("", "全部科室"), *((d, d) for d in _departments(everything))],
        years=[("", "全部年度"), *((str(y), f"{y}年") for y in sorted({i.year for i in everything if i.year}))],
        statuses=[*STATUS.items(), ("all", "全部")],
        status_names=STATUS,
        kinds=KINDS,
        read_as=lambda item: read_as(item) if item.observation is not None else "",
        known=known_departments(house, person),
        clashes=clashes_of(everything),
        unused=_unused(house, everything, dept, year),
    )


def _unused(house: House, seen: Sequence[Item], dept: str, year: str) -> list[dict[str, Any]]:
    """The numbers that went into no item, of the departments and years a person sees."""
    from chugao.material.collecting import unused_of

    years = sorted({i.year for i in seen if i.year and year in ("", str(i.year))})
    own = set(_departments(seen))
    told = [n for y in years for n in unused_of(house.database, y, dept or None)]
    return [n for n in told if n["department"] in own]


def _departments(items: Sequence[Item]) -> list[str]:
    return [d for d in dict.fromkeys(i.department for i in items) if d]


@router.post("/upload")
async def upload(
    request: Request,
    person: Upload,
    files: Annotated[list[UploadFile] | None, File()] = None,
    department: Annotated[str, Form()] = "",
    year: Annotated[str, Form()] = "",
    sender: Annotated[str, Form()] = "",
    pasted: Annotated[str, Form(max_length=2_000_000)] = "",
) -> Response:
    sent = [(safe_name(f.filename or ""), await f.read(MAX_FILE_BYTES + 1)) for f in files or () if f.filename]
    if pasted.strip():
        sent.append(_as_file(pasted, department.strip(), year.strip()))
    return await run_in_threadpool(_take, request, person, sent, (department.strip(), year.strip(), sender.strip()))


def _as_file(pasted: str, department: str, year: str) -> tuple[str, bytes]:
    """Text out of a chat as a file of its own, so that its place can be opened again."""
    if not (department and year):
        raise InputError("粘贴的文字要写明是哪个科室、哪一年的。请写“科室”和“年度”。")
    content = pasted.encode()
    return safe_name(f"{department}粘贴-{hashlib.sha256(content).hexdigest()[:8]}.txt"), content


def _take(request: Request, person: Person, sent: list[tuple[str, bytes]], said: tuple[str, str, str]) -> Response:
    house = house_of(request)
    added = sum(add_submission(house, person, name, content, said) for name, content in sent)
    if not sent:
        raise InputError("没有选文件，也没有粘贴文字。请选好科室报来的材料，或把聊天里的话粘贴进来。")
    return done("/material", f"收进{len(sent)}份，新增{added}条，请逐条确认")


def add_submission(house: House, person: Person, name: str, content: bytes, said: tuple[str, str, str]) -> int:
    """Keep what a department sent, for confirmation; how many items are new."""
    from chugao.desk import workspace_index
    from chugao.export import write_whole
    from chugao.material.collecting import keep_submission
    from chugao.material.store import add_items
    from chugao.material.submission import understand_submission
    from chugao.material.whose import whose

    department, year, sender = said
    guard_bytes(content, name)
    folder = house.uploads / "material"
    folder.mkdir(exist_ok=True)
    write_whole(folder / name, content)
    if year and not year.isdecimal():
        raise InputError(f"年度“{year[:10]}”不是数字。请写四位年份，如 2026。")
    found_department, found_year = whose(folder / name) if not (department and year) else ("", None)
    department, of_year = department or found_department, int(year) if year else found_year
    if not of_year:
        raise InputError(f"{name}：看不出材料所报的年度。请写明年度再上传。")
    require(person, Act.UPLOAD, department=department)
    index = workspace_index(house.workspace)
    told = understand_submission(folder / name, department=department, year=of_year, index=index, submitter=sender)
    report = add_items(house.database, told.items, actor=person.name, at=house.now())
    keep_submission(house.database, told, department=department, year=of_year, at=house.now())
    return report.added


@router.post("/decide")
def decide(
    request: Request,
    person: Upload,
    do: Annotated[str, Form()],
    ids: Annotated[list[str] | None, Form()] = None,
    reason: Annotated[str, Form()] = "",
    who: Annotated[str, Form()] = "",
) -> Response:
    """Confirm or reject what was ticked, in the person's name; which shortcomings are written a leader chooses."""
    changed = decide_items(house_of(request), person, do, ids or [], reason, who)
    word = _DECIDED[do]
    asked = sum(bool(i.asks) for i in changed)
    more = f"，其中{asked}条还要补佐证" if asked and do == "confirm" else ""
    return done("/material", f"已{word}{len(changed)}条{more}")


_DECIDED = {"confirm": "确认", "reject": "不采用", "pick": "写进不足", "unpick": "从不足里拿掉"}


def decide_items(
    house: House, person: Person, do: str, ids: Sequence[str], reason: str = "", who: str = ""
) -> tuple[Item, ...]:
    """Confirm or reject items that lie in the person's departments, or choose which shortcomings are written."""
    from chugao.material.store import confirm_items, pick_problems, reject_items

    if not ids:
        raise InputError("没有勾选材料。请在左边打勾，再确认。")
    own = _own(house, person, ids)
    if do in ("pick", "unpick"):
        if other := [i for i in own if i.matter is None or not i.is_problem]:
            raise InputError(f"“{other[0].text[:30]}”不是不足。请只勾选标着“不足”的。")
        by = who.strip()[:40] or person.name
        return pick_problems(house.database, ids, by=by, at=house.now(), drop=do == "unpick")
    if do == "confirm":
        return confirm_items(house.database, ids, by=person.name, at=house.now())
    if do == "reject":
        return reject_items(house.database, ids, by=person.name, at=house.now(), reason=reason.strip()[:200])
    raise InputError("只能确认、不采用，或挑选不足。请从页面上的按钮操作。")


def _own(house: House, person: Person, ids: Sequence[str]) -> list[Item]:
    mine = {i.id: i for i in items_of(house, person)}
    if missing := [i for i in ids if i not in mine]:
        raise NotThere(f"没有“{missing[0][:60]}”这条材料，或者您无权查看。请刷新列表再选。")
    return [mine[i] for i in ids]


@router.get("/item/{item_id}")
def item(request: Request, item_id: str, person: See) -> Response:
    from chugao.material.telling import KINDS, STATUS, read_as
    from chugao.source import Release

    (found,) = _own(house_of(request), person, [item_id])
    told = read_as(found) if found.observation is not None else ""
    return page(
        request,
        person,
        "item.html",
        item=found,
        told=told,
        state=STATUS[found.status],
        kind=KINDS[found.kind],
        releases=[(r.value, r.value) for r in Release],
        states=[(s, s) for s in ("已完成", "推进中", "拟开展")],
    )


@router.post("/item/{item_id}")
async def correct(request: Request, item_id: str, person: Upload) -> Response:
    form = {k: v for k, v in (await request.form()).items() if isinstance(v, str)}
    return await run_in_threadpool(_correct, request, item_id, person, form)


def _correct(request: Request, item_id: str, person: Person, form: dict[str, str]) -> Response:
    from chugao.material.correcting import Correction, corrected
    from chugao.material.store import correct_item

    house = house_of(request)
    (found,) = _own(house, person, [item_id])
    before = fields_of(found)
    changed: dict[str, Any] = {
        k: v.strip()[:2000] for k, v in form.items() if k in before and v.strip() != before[k] and v.strip()
    }
    if not changed:
        raise InputError("没有改动。请改好再保存；不用改就直接确认。")
    wanted = Correction(**changed)
    correct_item(house.database, item_id, lambda i: corrected(i, wanted), by=person.name, at=house.now())
    return done("/material", "已改正并确认1条")


def fields_of(found: Item) -> dict[str, str]:
    """What of an item may be corrected, as it stands."""
    held = {"text": found.text, "release": found.release.value}
    if found.observation is not None:
        held["value"] = found.observation.quantity.printed
    if (matter := found.matter) is not None:
        held |= {"result": matter.result, "when": matter.when, "category": matter.category, "evidence": ""}
        held |= {"status": matter.status.value, "owner": matter.owner, "leader": matter.leader}
    return held


# --- 报送进度 --------------------------------------------------------------------------------------


@router.get("/board")
def board(request: Request, person: See, year: str = "") -> Response:
    from chugao.material.asking import reminders
    from chugao.material.collecting import collected_years, collecting_board
    from chugao.material.store import list_items

    house = house_of(request)
    items = list_items(house.database)
    years = sorted({*collected_years(house.database), *(i.year for i in items if i.year)}, reverse=True)
    chosen = int(year) if year.isdecimal() and len(year) == 4 else (years[0] if years else 0)
    made = collecting_board(house.database, items, chosen) if chosen else None
    lines = [line for line in made.departments if sees(person, line.department)] if made else []
    return page(
        request,
        person,
        "board.html",
        tabs=TABS,
        board=made,
        lines=lines,
        reminders=reminders(made, items) if made else {},
        years=[(str(y), f"{y}年") for y in years],
        year=chosen,
        sent=sum(line.state != "未报" for line in lines),
        colours={"未报": "red", "待确认": "amber", "待审签": "amber", "已齐": "green"},
    )


@router.post("/board/collect")
def collect(
    request: Request,
    person: Upload,
    year: Annotated[int, Form(ge=2000, le=2099)],
    departments: Annotated[str, Form()],
    deadline: Annotated[str, Form()] = "",
) -> Response:
    from chugao.material.collecting import Collection, open_collection

    house = house_of(request)
    told = departments.replace("，", ",").replace("、", ",").replace("\n", ",").split(",")
    names = tuple(dict.fromkeys(n.strip()[:60] for n in told if n.strip()))
    if not names:
        raise InputError("没有写科室。请写要收哪些科室的材料，用顿号隔开。")
    for name in names:
        require(person, Act.UPLOAD, department=name)
    wanted = Collection(year=year, deadline=deadline.strip()[:60], departments=names)
    open_collection(house.database, wanted, by=person.name, at=house.now())
    return done(f"/material/board?year={year}", f"已记下：{len(names)}个科室")


@router.post("/board/urge")
def urge(
    request: Request,
    person: Upload,
    year: Annotated[int, Form(ge=2000, le=2099)],
    department: Annotated[list[str], Form()],
) -> Response:
    from chugao.material import collecting

    house = house_of(request)
    for name in department:
        require(person, Act.UPLOAD, department=name)
    collecting.urge(house.database, department, year=year, by=person.name, at=house.now())
    return done(f"/material/board?year={year}", f"已记：催报{'、'.join(department[:5])}")


@router.post("/board/sign")
def sign(
    request: Request,
    person: Upload,
    year: Annotated[int, Form(ge=2000, le=2099)],
    department: Annotated[str, Form()],
    signer: Annotated[str, Form()],
) -> Response:
    from chugao.material import collecting

    house = house_of(request)
    require(person, Act.UPLOAD, department=department)
    if not signer.strip():
        raise InputError("没有写谁审签的。请写分管领导的姓名。")
    collecting.sign(house.database, department, year=year, by=signer.strip()[:40], at=house.now())
    return done(f"/material/board?year={year}", f"已记：{signer.strip()[:40]}审签")


# --- 领导意见 --------------------------------------------------------------------------------------


@router.get("/instructions")
def instructions(request: Request, person: See) -> Response:
    house = house_of(request)
    told = sorted(
        (i for i in items_of(house, person) if i.kind == "instruction"), key=lambda i: (-(i.year or 0), i.number)
    )
    return page(
        request,
        person,
        "instructions.html",
        tabs=TABS,
        items=told,
        known=known_departments(house, person),
        year=max((i.year or 0 for i in told), default=int(house.now()[:4])),
    )


@router.post("/instructions")
async def instruct(
    request: Request,
    person: Upload,
    words: Annotated[str, Form()],
    year: Annotated[int, Form(ge=2000, le=2099)],
    department: Annotated[str, Form()] = "",
    who: Annotated[str, Form()] = "",
    when: Annotated[str, Form()] = "",
    about: Annotated[str, Form()] = "",
    photo: Annotated[UploadFile | None, File()] = None,
) -> Response:
    picture = (safe_name(photo.filename), await photo.read(MAX_FILE_BYTES + 1)) if photo and photo.filename else None
    told = {"who": who.strip()[:40], "when": when.strip()[:40], "about": about.strip()[:80]}
    return await run_in_threadpool(_instruct, request, person, words, year, department.strip(), told, picture)


def _instruct(
    request: Request,
    person: Person,
    words: str,
    year: int,
    department: str,
    told: dict[str, str],
    picture: tuple[str, bytes] | None,
) -> Response:
    if not department and not person.whole:
        raise InputError("没有写是哪个科室的稿子。请写明科室再记下。")
    kept = keep_instructions(house_of(request), person, words, year, department, told, picture)
    return done("/material/instructions", f"已记下{kept}条，以后每次起草都照办")


def keep_instructions(
    house: House,
    person: Person,
    words: str,
    year: int,
    department: str,
    told: dict[str, str],
    picture: tuple[str, bytes] | None = None,
) -> int:
    """Enter what a leader said, a line an instruction, each with who, when and the photo."""
    from chugao.material.instructions import instruction_item
    from chugao.material.photos import keep_photo
    from chugao.material.store import add_instructions
    from chugao.source import Source

    require(person, Act.UPLOAD, department=department)
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    attachment, seen = keep_photo(house.workspace, *picture) if picture else ("", [])
    if not lines and seen:
        lines = ["".join(seen)]
    if not lines:
        raise InputError("没有写领导意见的原话。请照原话记下来，一行一条；只有照片的也请写一句。")
    source = Source(file=f"{person.name}录入")
    items = [
        instruction_item(
            line, year=year, department=department, by=person.name, source=source, attachment=attachment, **told
        )
        for line in lines[:50]
    ]
    return len(add_instructions(house.database, items, actor=person.name, at=house.now()))


@router.get("/instructions/{item_id}/photo")
def photo(request: Request, item_id: str, person: See) -> Response:
    from chugao.material.photos import photo_of

    house = house_of(request)
    (found,) = _own(house, person, [item_id])
    path = photo_of(house.workspace, found.attachment)
    if path is None:
        raise NotThere("这条意见没有照片，或照片已不在工作区里。")
    return FileResponse(path, media_type="image/png" if path.suffix == ".png" else "image/jpeg")

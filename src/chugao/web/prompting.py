"""提示词与模型: what a model is told, an office's own wording over ours, tried on an example before it counts.

In: a template's text from a form.  Out: a file in the workspace's `prompts/`, one row in the audit.

What an administrator types is a program to the template engine: it is looked at and rendered in the child process of
`prompts.sandbox`, before it is kept and every time it is used.
"""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from chugao.database import record
from chugao.errors import InputError, StaleVersion
from chugao.export.files import write_whole
from chugao.review.people import Act, Person
from chugao.web.admin import TABS
from chugao.web.house import House, house_of
from chugao.web.pages import done, page
from chugao.web.people import needs

if TYPE_CHECKING:
    from chugao.manuscript import Brief
    from chugao.prompts import Messages

router = APIRouter(prefix="/admin/prompts", include_in_schema=False)
Admin = Annotated[Person, needs(Act.ADMINISTER)]
_SUFFIX = ".md.j2"
_MOST = 60_000
"""Characters of a template."""


@router.get("")
def prompts(request: Request, person: Admin, name: str = "") -> Response:
    return _shown(request, person, name)


@router.post("")
def change(
    request: Request,
    person: Admin,
    do: Annotated[str, Form()],
    name: Annotated[str, Form()],
    text: Annotated[str, Form(max_length=_MOST)] = "",
    mark: Annotated[str, Form()] = "",
    reason: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Try, keep or drop an office's own wording of a template."""
    house = house_of(request)
    if do == "try":
        try:
            messages = tried(house, name, text)
        except InputError as error:
            return _shown(request, person, name, text=text, wrong=str(error), status=422)
        return _shown(request, person, name, text=text, messages=messages)
    if do == "keep":
        try:
            keep(house, person, name, text, mark=mark, reason=reason)
        except (InputError, StaleVersion) as error:
            status = 409 if isinstance(error, StaleVersion) else 422
            return _shown(request, person, name, text=text, wrong=str(error), status=status)
        return done(f"/admin/prompts?name={name}", "已保存为本单位的提示词，下一次起草就用它")
    if do == "drop":
        drop(house, person, name, reason=reason)
        return done(f"/admin/prompts?name={name}", "已改回自带的提示词")
    raise InputError("没有这个操作。请从页面上的按钮操作。")


def _shown(
    request: Request,
    person: Person,
    name: str,
    *,
    text: str | None = None,
    messages: "Messages | None" = None,
    wrong: str = "",
    status: int = 200,
) -> Response:
    from chugao.ledger import cost_rows, prices_of
    from chugao.prompts import fingerprint, list_prompts, load

    house = house_of(request)
    folder, trouble = own_prompts(house), ""
    try:
        listed = [(p, fingerprint(p)) for p in list_prompts(folder)]
    except InputError as error:
        # A file somebody put there by hand is wrong: it is said, and ours are shown.
        folder, trouble = None, str(error)
        listed = [(p, fingerprint(p)) for p in list_prompts(None)]
    chosen = load(name, folder) if name else None
    with house.database.read() as connection:
        costs = _by_model(cost_rows(connection))
    settings = house.settings
    return page(
        request,
        person,
        "prompts.html",
        status=status,
        tabs=TABS,
        prompts=listed,
        chosen=chosen,
        own=bool(name) and (house.workspace / "prompts" / f"{name}{_SUFFIX}").is_file(),
        mark=fingerprint(chosen) if chosen else "",
        text=text if text is not None else chosen.text if chosen else "",
        messages=messages,
        wrong=wrong,
        trouble=trouble,
        costs=costs,
        endpoint=settings.base_url,
        model=settings.model,
        currency=prices_of(settings).currency,
    )


def own_prompts(house: House) -> Path | None:
    """The office's own templates; None when it has none."""
    folder = house.workspace / "prompts"
    return folder if folder.is_dir() else None


def tried(house: House, name: str, text: str) -> "Messages":
    """What a model would be told by this wording, for a made-up example.  Raises `InputError` with file and line."""
    from chugao.prompts import list_prompts, load, render

    _known(name)
    with tempfile.TemporaryDirectory() as place:
        folder = _with(house, Path(place) / "prompts", name, text)
        for prompt in list_prompts(folder):
            # A block that others include must leave them whole.
            if prompt.name == name or name in prompt.texts:
                load(prompt.name, folder)
        shown = load(name, folder)
        if shown.returns != "Reply":
            users = [p for p in list_prompts(folder) if p.returns == "Reply" and name in p.texts]
            if not users:
                raise InputError(f"{name} 没有哪个提示词引用，写法没有错。")
            shown = users[0]
        return render(shown, example())


def keep(house: House, person: Person, name: str, text: str, *, mark: str = "", reason: str = "") -> None:
    """Keep a wording as the office's own, once it was tried.  Raises `InputError`, `StaleVersion`."""
    from chugao.prompts import fingerprint, load

    before = fingerprint(load(name, own_prompts(house)))
    if mark and mark != before:
        raise StaleVersion("这个提示词刚刚被别人改过，您的写法没有保存。请另存下来，看过新的再改。")
    tried(house, name, text)
    path = house.workspace / "prompts" / f"{name}{_SUFFIX}"
    with house.database.write() as connection:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text.replace("\r\n", "\n").encode())
        now = fingerprint(load(name, own_prompts(house)))
        detail = {"name": person.name, "reason": reason, "fingerprint": f"{before} → {now}"}
        record(connection, person.login, "prompt.change", name, detail, at=house.now())


def drop(house: House, person: Person, name: str, *, reason: str = "") -> None:
    """Back to the wording that comes with chugao."""
    from chugao.prompts import fingerprint, load

    _known(name)
    path = house.workspace / "prompts" / f"{name}{_SUFFIX}"
    if not path.is_file():
        raise InputError(f"“{name}”用的就是自带的提示词。")
    with house.database.write() as connection:
        path.unlink()
        detail = {"name": person.name, "reason": reason, "fingerprint": f"→ {fingerprint(load(name))}"}
        record(connection, person.login, "prompt.drop", name, detail, at=house.now())


def _known(name: str) -> None:
    """Only what comes with chugao may be worded anew; the name is a path."""
    from chugao.prompts import list_prompts

    if name not in {p.name for p in list_prompts(None)}:
        raise InputError(f"没有“{name[:40]}”这个提示词。请从列表里选。")


def _with(house: House, folder: Path, name: str, text: str) -> Path:
    """The office's templates with this one as it would be."""
    import shutil

    if (own := own_prompts(house)) is not None:
        shutil.copytree(own, folder, symlinks=True)
    path = folder / f"{name}{_SUFFIX}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_text(text.replace("\r\n", "\n"), encoding="utf-8")
    return folder


def _by_model(rows: Any) -> list[dict[str, Any]]:
    told: dict[str, dict[str, Any]] = {}
    for row in rows:
        one = told.setdefault(row.model, {"model": row.model, "calls": 0, "input": 0, "output": 0, "cost": None})
        one["calls"] += row.calls
        one["input"] += row.input_tokens
        one["output"] += row.output_tokens
        if row.cost is not None:
            one["cost"] = (one["cost"] or 0) + row.cost
    return list(told.values())


def example() -> "Brief":
    """A small task of no real office."""
    from chugao.kind import Kind
    from chugao.manuscript import Brief, BriefMatter, BriefPassage, Slot

    visits = Slot(
        name="outpatient_visits.now",
        meaning="门诊人次（本期值）",
        metric="outpatient_visits",
        metric_name="门诊",
        field="now",
        kind="count",
        headline=True,
    )
    grown = Slot(
        name="outpatient_visits.growth",
        meaning="门诊人次比上年增减",
        metric="outpatient_visits",
        metric_name="门诊",
        field="growth",
        sign=1,
        good=True,
    )
    return Brief(
        task="part",
        section="results_service",
        role="results",
        kind=Kind.SUMMARY,
        style="data",
        level="科室",
        department="医务科",
        organisation="某某医院",
        heading="门诊服务",
        slots=(visits, grown),
        matters=(BriefMatter(id="matter_1", text="开设周末门诊", result="周末也能看病"),),
        passages=(BriefPassage(id="p1", text="门诊量稳步增长，周末也开诊。", own=True, heading="门诊服务"),),
        original=("全年门诊{outpatient_visits.now}。",),
        instructions=("语气平实些",),
        max_chars=300,
    )

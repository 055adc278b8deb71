"""设置: what `chugao.toml` says, changed by the administrator from a form.

In: fields of the form.  Out: the file with these keys changed and every other line as it was, one row in the audit.

Surprise: the file is not written anew.  It is the institution's own, with its comments; a key that stands there in more
than one line is left to whoever wrote it so.  Addresses and keys of models are never changed here: who may sign in as
administrator must not be able to send the office's texts elsewhere.
"""

import hashlib
import json
import re
import tempfile
import tomllib
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from chugao.config import LEVELS, Settings, load_settings
from chugao.database import record
from chugao.errors import InputError, StaleVersion
from chugao.export.files import write_whole
from chugao.review import four_eyes, set_four_eyes
from chugao.review.accounts import list_accounts
from chugao.review.budgets import spent
from chugao.review.people import Act, Person
from chugao.web.admin import TABS
from chugao.web.house import House, house_of
from chugao.web.pages import done, page
from chugao.web.people import needs

router = APIRouter(prefix="/admin/settings", include_in_schema=False)
Admin = Annotated[Person, needs(Act.ADMINISTER)]
Key = tuple[str, str]
"""Section and key: ("office", "theme"), ("budget.people", "wangfang")."""
OUTPUTS = (
    ("auto", "自动试出"),
    ("json_schema", "json_schema（最稳）"),
    ("guided_object", "guided_object"),
    ("json_object", "json_object"),
    ("plain", "普通文字"),
)
PRIVACY = (("mask", "发给模型前遮住"), ("refuse", "有就不发"), ("allow", "不管"))
_LONGEST = 500


class Field(NamedTuple):
    """One line of the form."""

    key: Key
    label: str
    kind: str = "text"
    """text, list (顿号隔开), int, money, or the name of a choice."""
    hint: str = ""
    most: int = 0
    """Of an int; 0 for none."""

    @property
    def name(self) -> str:
        return "-".join(self.key)


OFFICE = (
    Field(("office", "name"), "单位全称"),
    Field(("office", "short_name"), "简称"),
    Field(("office", "level"), "级别", "level"),
    Field(("office", "theme"), "本年主线", hint="一句话，不加句号"),
    Field(("office", "signature"), "署名", hint="空着用科室或单位名称"),
    Field(("office", "leaders"), "领导", "list", "用顿号隔开"),
    Field(("office", "addressee"), "通知的主送", hint="如：各科室："),
    Field(("office", "guidance"), "指导思想", hint="写了才出现在开头；须与最新的正式表述一致"),
)
MODEL = (
    Field(("model", "output"), "输出格式", "output"),
    Field(("model", "concurrency"), "同时问几处", "int", most=256),
    Field(("model", "requests_per_minute"), "每分钟最多问几次", "int", "0为不限", 100_000),
    Field(("model", "tokens_per_minute"), "每分钟最多多少词元", "int", "0为不限", 100_000_000),
    Field(("privacy", "remote"), "患者信息", "privacy"),
)
BUDGET = (Field(("budget", "per_person"), "每人每月额度（元）", "money", "空着为不限；到了额度只能离线写"),)
_PEOPLE = "budget.people"
FIELDS = {f.name: f for f in (*OFFICE, *MODEL, *BUDGET)}
CHOICES = {"level": [(n, n) for n in LEVELS], "output": list(OUTPUTS), "privacy": list(PRIVACY)}


class Share(NamedTuple):
    """What one person may spend a month, where it is another than everybody's."""

    field: Field
    value: str
    spent: str


def shares_of(house: House) -> list[Share]:
    """A line for everybody who can sign in, and for whoever the file names besides."""
    told = house.settings.budget.people
    names = {a.login: a.name for a in list_accounts(house.database) if a.disabled_at is None}
    names |= {login: login for login in told if login not in names}
    paid = spent(house.database, names, at=house.now())
    return [
        Share(_share(login, name), f"{told[login].normalize():f}" if login in told else "", f"{paid[login]:.2f}")
        for login, name in names.items()
    ]


def _share(login: str, name: str) -> Field:
    return Field((_PEOPLE, login), f"{name}每月额度（元）", "money")


@router.get("")
def settings(request: Request, person: Admin) -> Response:
    house = house_of(request)
    told = house.settings
    return page(
        request,
        person,
        "settings.html",
        tabs=TABS,
        told=told,
        groups=(("本单位", OFFICE), ("模型", MODEL), ("费用", BUDGET)),
        values={f.name: shown(told, f) for f in FIELDS.values()},
        choices=CHOICES,
        shares=shares_of(house),
        mark=mark_of(house),
        four=four_eyes(house.database),
        trouble=house.trouble,
        keyed=bool(told.api_key.get_secret_value()),
    )


@router.post("")
async def change_settings(request: Request, person: Admin) -> Response:
    form = {k: v for k, v in (await request.form()).items() if isinstance(v, str)}
    return await run_in_threadpool(_change, request, person, form)


def _change(request: Request, person: Person, form: Mapping[str, str]) -> Response:
    house = house_of(request)
    reason = form.get("reason", "")
    if form.get("do") == "four_eyes":
        on = form.get("four") == "1"
        set_four_eyes(house.database, person, on, reason=reason)
        return done("/admin/settings", "批准人不能是最后修改人：" + ("已打开" if on else "已关闭"))
    fields = FIELDS | {s.field.name: s.field for s in shares_of(house)}
    told = {f.key: read(f, form[name]) for name, f in fields.items() if name in form}
    changed = change(house, person, told, mark=form.get("mark", ""), reason=reason)
    words = "、".join(fields["-".join(k)].label for k in changed)
    return done("/admin/settings", f"已保存：{words}，立即生效" if changed else "没有改动")


def change(
    house: House, person: Person, told: Mapping[Key, Any], *, mark: str = "", reason: str = ""
) -> dict[Key, tuple[Any, Any]]:
    """Write what is different, with its row in the audit; old and new of each.

    Raises `InputError` for what the settings do not allow, `StaleVersion` when somebody changed the file meanwhile.
    """
    path = house.workspace / "chugao.toml"
    with house.database.write() as connection:
        if mark and mark != mark_of(house):
            raise StaleVersion("设置刚刚被别人改过，您的改动没有保存。请看过现在的设置再改。")
        text = path.read_text(encoding="utf-8-sig")
        before = tomllib.loads(text)
        changed = {k: (_table(before, k[0]).get(k[1]), v) for k, v in told.items() if _differs(before, k, v)}
        if not changed:
            return {}
        new = with_values(text, {k: v for k, (_, v) in changed.items()})
        _check(new)
        detail = {"name": person.name, "reason": reason[:200]}
        detail |= {".".join(k): f"{_said(old)} → {_said(now)}"[:300] for k, (old, now) in changed.items()}
        record(connection, person.login, "settings.change", "chugao.toml", detail, at=house.now())
        write_whole(path, new.encode())
    return changed


def mark_of(house: House) -> str:
    """Changes with the file."""
    return hashlib.sha256((house.workspace / "chugao.toml").read_bytes()).hexdigest()[:16]


# --- one field --------------------------------------------------------------------------------------


def shown(told: Settings, field: Field) -> str:
    """The value as the form has it."""
    value = getattr(getattr(told, field.key[0]), field.key[1])
    if isinstance(value, tuple):
        return "、".join(value)
    return "" if value is None else str(value)


def read(field: Field, told: str) -> Any:
    """What somebody typed, as the file keeps it; None for “not said”.  Raises `InputError`."""
    told = " ".join(told.split())
    if len(told) > _LONGEST or not told.isprintable():
        raise InputError(f"“{field.label}”太长，或有看不见的字符。请写在{_LONGEST}字以内。")
    if field.kind == "list":
        return [part for part in re.split(r"[、,，;；]", told) if part.strip()]
    if field.kind == "int":
        if not told.isdecimal() or not told.isascii() or (field.most and int(told) > field.most):
            raise InputError(f"“{field.label}”要写整数，0 到 {field.most}。")
        return int(told)
    if field.kind == "money":
        return _money(field, told)
    if field.kind in CHOICES and told not in {key for key, _ in CHOICES[field.kind]}:
        raise InputError(f"“{field.label}”没有“{told[:20]}”这一项。请从页面上选。")
    return told


def _money(field: Field, told: str) -> float | None:
    if not told:
        return None
    try:
        value = Decimal(told)
    except InvalidOperation:
        value = Decimal(-1)
    if not value.is_finite() or not 0 <= value <= 1_000_000 or len(told) > 12:
        raise InputError(f"“{field.label}”要写金额，如 20 或 12.5；不限就空着。")
    return float(value)


def _differs(before: Mapping[str, Any], key: Key, value: Any) -> bool:
    """What is not said and what says nothing are the same: a form that was only looked at writes no line."""
    was = _table(before, key[0]).get(key[1])
    if was is None and key[0] != _PEOPLE:
        usual = getattr(getattr(Settings(), key[0]), key[1])
        was = list(usual) if isinstance(usual, tuple) else usual
    return bool(was != value)


def _table(document: Mapping[str, Any], section: str) -> Mapping[str, Any]:
    """The table of a dotted name; empty where there is none."""
    table: Any = document
    for name in section.split("."):
        table = table.get(name, {}) if isinstance(table, Mapping) else {}
    return table if isinstance(table, Mapping) else {}


def _said(value: Any) -> str:
    return "没有写" if value in (None, "", []) else "、".join(value) if isinstance(value, list) else str(value)


# --- the file ---------------------------------------------------------------------------------------


def with_values(text: str, values: Mapping[Key, Any]) -> str:
    """The TOML with these keys changed, and nothing else.

    Raises `InputError` where a key stands in a way that cannot be changed line by line.
    """
    wanted = tomllib.loads(text)
    for (section, key), value in values.items():
        text = _with_value(text, section, key, value)
        table = wanted
        for name in section.split("."):
            table = table.setdefault(name, {})
        if value is None:
            table.pop(key, None)
        else:
            table[key] = value
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        found = {}
    if _filled(found) != _filled(wanted):
        names = "、".join(".".join(k) for k in values)
        raise InputError(f"chugao.toml 里“{names}”的写法比较特别，不能从网页上改。请在文件里改，保存后立即生效。")
    return text


def _filled(document: Mapping[str, Any]) -> dict[str, Any]:
    """Without tables that hold nothing: one that was emptied says what one that is not there says."""
    told = {k: _filled(v) if isinstance(v, Mapping) else v for k, v in document.items()}
    return {k: v for k, v in told.items() if v != {}}


def _with_value(text: str, section: str, key: str, value: Any) -> str:
    lines = text.split("\n")
    head = next(
        (i for i, line in enumerate(lines) if re.fullmatch(rf"\s*\[{re.escape(section)}\]\s*(#.*)?\r?", line)), None
    )
    quoted = json.dumps(key, ensure_ascii=False)
    name = key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else quoted
    written = [] if value is None else [f"{name} = {json.dumps(value, ensure_ascii=False)}"]
    if head is None:
        return text if value is None else "\n".join([text.rstrip("\n"), "", f"[{section}]", *written, ""])
    end = next((i for i in range(head + 1, len(lines)) if lines[i].lstrip().startswith("[")), len(lines))
    at = next(
        (i for i in range(head + 1, end) if re.match(rf"\s*(?:{re.escape(key)}|{re.escape(quoted)})\s*=", lines[i])),
        None,
    )
    if at is None:
        return "\n".join([*lines[: head + 1], *written, *lines[head + 1 :]])
    return "\n".join([*lines[:at], *written, *lines[at + 1 :]])


def _check(text: str) -> None:
    """The settings as they would be, read by the very reader; raises its `InputError`."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "chugao.toml").write_text(text, encoding="utf-8")
        load_settings(Path(folder))

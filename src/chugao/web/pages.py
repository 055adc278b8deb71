"""Turn a template and values into a page.

In: a template's name and what it shows.  Out: an HTML response.

Everything is escaped, a value that a template names and nobody gave is an error, and no page holds script or style of
its own: what moves is in /static, under a name that changes with its content.
"""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, unquote

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse

from chugao.database import CHINA, china_time
from chugao.review.people import Act, Person, Role
from chugao.web.house import house_of
from chugao.web.wording import on_screen

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"
_DONE = "chugao-done"
_PLACES: tuple[tuple[str, str, Act], ...] = (
    ("/", "工作台", Act.SEE),
    ("/documents", "文稿", Act.SEE),
    ("/material", "材料", Act.SEE),
    ("/metrics", "指标", Act.SEE),
    ("/corpus", "往年文稿", Act.SEE),
    ("/checks", "检查", Act.SEE),
    ("/admin", "管理", Act.ADMINISTER),
)
_WEIGHTS = {"fatal": "red", "error": "red", "warning": "amber", "info": ""}


def page(request: Request, person: Person | None, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """Render a page for somebody; `person` None shows no navigation."""
    from chugao.web.people import allowed

    house = house_of(request)
    # A new draft is begun on the desk, wherever its address stands.
    here = "/" if request.url.path.startswith("/documents/new") else request.url.path
    places = [
        {"url": url, "name": name, "here": here == url or (url != "/" and here.startswith(url))}
        for url, name, act in _PLACES
        if person is not None and allowed(person, act)
    ]
    text = (
        _environment()
        .get_template(template)
        .render(
            person=person,
            house=house,
            places=places,
            csrf=getattr(request.state, "form_token", ""),
            may=lambda act: person is not None and allowed(person, Act(act)),
            told_done=unquote(request.cookies.get(_DONE, ""))[:300],
            office=house.settings.office.short_name or house.settings.office.name,
            **values,
        )
    )
    response = HTMLResponse(text, status)
    if _DONE in request.cookies:
        response.delete_cookie(_DONE)
    return response


def compiled() -> int:
    """Compile every template, which the first reader of each page would wait for; how many there are."""
    names = _environment().list_templates(extensions=["html"])
    for name in names:
        _environment().get_template(name)
    return len(names)


def macro(template: str, name: str) -> Callable[..., Markup]:
    """A macro of a template, for what is drawn once and shown many times."""
    return cast(Callable[..., Markup], getattr(_environment().get_template(template).module, name))


def done(where: str, told: str) -> RedirectResponse:
    """On to another page, which says once what was done; not in the address, where anybody could write anything."""
    response = RedirectResponse(where, 303)
    response.set_cookie(_DONE, quote(told[:300]), max_age=60, httponly=True, samesite="lax")
    return response


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"asset": asset, "ROLE_NAMES": {r.value: r.label for r in Role}, "weight": _WEIGHTS.get}
    made.filters |= {
        "moment": moment,
        "day": day,
        "printed": printed,
        "joined": joined,
        "bytes": size,
        "screen": on_screen,
        "period": period,
    }
    return made


@cache
def asset(name: str) -> str:
    """The address of a static file, with its content's mark, so that it may be kept for ever."""
    mark = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"/static/{name}?v={mark}"


def moment(text: str | None) -> str:
    """“11月22日 15:56”; with the year when it is not this one."""
    if not text:
        return ""
    then = china_time(text)
    year = f"{then.year}年" if then.year != datetime.now(CHINA).year else ""
    return f"{year}{then.month}月{then.day}日 {then:%H:%M}"


def day(text: str | None) -> str:
    """“11月22日”."""
    return moment(text).partition(" ")[0]


def printed(value: Any) -> str:
    """A quantity as it is printed; "" for none."""
    return "" if value is None else str(getattr(value, "printed", value))


def joined(values: Sequence[str], limit: int = 4) -> str:
    """“护理部、院感科等6个”."""
    told = "、".join(list(values)[:limit])
    return f"{told}等{len(values)}个" if len(values) > limit else told


def size(count: int) -> str:
    """A file's size."""
    return f"{count / 2**20:.1f} MB" if count >= 2**20 else f"{max(1, round(count / 1024))} KB"


def period(code: str) -> str:
    """“2026年1—10月” for “2026M1-10”; what is no code as it stands."""
    from chugao.errors import InputError
    from chugao.period import read_period

    try:
        return read_period(code).label if code else ""
    except InputError:
        return code

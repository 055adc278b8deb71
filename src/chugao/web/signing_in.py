"""登录, 退出, and one's own password.

A form before anybody is signed in has a token of its own, in a cookie beside it; the session's cookie is new at each
sign-in, so that none set before is worth anything after.
"""

import secrets
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from chugao.errors import NotAllowed
from chugao.review import accounts
from chugao.review.people import Act, Person
from chugao.web.faults import wants_json
from chugao.web.guarding import LONGEST_HOURS, cookie_of, session_cookie
from chugao.web.house import House, house_of
from chugao.web.pages import done, page
from chugao.web.people import needs, open_to_all, require_form_token

router = APIRouter(include_in_schema=False)
_FORM_COOKIE = "chugao-form"


@router.get("/login", dependencies=[open_to_all])
def sign_in_form(request: Request, next: str = "/") -> Response:
    house = house_of(request)
    if request.state.person is not None and not wants_json(request):
        return RedirectResponse(_inside(next), 303)
    token = cookie_of(request.headers, _FORM_COOKIE) or secrets.token_urlsafe(32)
    request.state.form_token = accounts.token_for_forms(token)
    response: Response
    if wants_json(request):
        response = JSONResponse({"csrf": request.state.form_token})
    else:
        first = not accounts.list_accounts(house.database)
        response = page(request, None, "login.html", next=_inside(next), told="", login="", first=first)
    _set(response, house, _FORM_COOKIE, token)
    return response


@router.post("/login", dependencies=[open_to_all])
async def sign_in(request: Request) -> Response:
    """Read by hand: a wrong password must come back as this page, a good one as a new cookie."""
    from starlette.concurrency import run_in_threadpool

    request.state.form_token = accounts.token_for_forms(cookie_of(request.headers, _FORM_COOKIE) or "-")
    await require_form_token(request)
    form = await request.form()
    login, password, where = (str(form.get(k, "")) for k in ("login", "password", "next"))
    return await run_in_threadpool(_sign_in, request, login, password, _inside(where))


def _sign_in(request: Request, login: str, password: str, where: str) -> Response:
    house = house_of(request)
    address = request.client.host if request.client else ""
    try:
        given = accounts.sign_in(
            house.database,
            login,
            password,
            at=house.now(),
            address=address,
            previous=cookie_of(request.headers, session_cookie(house.https)),
        )
    except NotAllowed as error:
        if wants_json(request):
            return JSONResponse({"error": str(error), "next": "请重新输入。"}, 403)
        values = {"next": where, "told": str(error), "login": login[:40], "first": False}
        return page(request, None, "login.html", status=403, **values)
    # Here rather than at the start: a server may run for a year.
    accounts.forget_old_sessions(house.database, at=house.now(), longest_hours=LONGEST_HOURS)
    response: Response = RedirectResponse(where, 303)
    if wants_json(request):
        told = {"name": given.person.name, "csrf": accounts.token_for_forms(given.token)}
        response = JSONResponse(told)
    _set(response, house, session_cookie(house.https), given.token, seconds=LONGEST_HOURS * 3600)
    return response


@router.post("/logout")
def sign_out(request: Request, person: Annotated[Person, needs(Act.SEE)]) -> Response:
    house = house_of(request)
    accounts.sign_out(house.database, request.state.session_token, at=house.now())
    response = RedirectResponse("/login", 303)
    response.delete_cookie(session_cookie(house.https), secure=house.https, httponly=True, samesite="lax")
    return response


@router.get("/me")
def me(request: Request, person: Annotated[Person, needs(Act.SEE)]) -> Response:
    return page(request, person, "me.html")


@router.post("/me")
def change_password(
    request: Request,
    person: Annotated[Person, needs(Act.SEE)],
    old: Annotated[str, Form()],
    new: Annotated[str, Form()],
    again: Annotated[str, Form()],
) -> Response:
    house = house_of(request)
    if new != again:
        raise NotAllowed("两次输入的新密码不一样，密码没有改。请重新输入。")
    token = request.state.session_token
    accounts.change_own_password(house.database, person, old, new, token=token, at=house.now())
    return done("/me", "密码已改，别处的登录都已退出")


def _set(response: Response, house: House, name: str, value: str, seconds: int | None = None) -> None:
    response.set_cookie(name, value, max_age=seconds, path="/", secure=house.https, httponly=True, samesite="lax")


def _inside(where: str) -> str:
    """A path of ours to go to; “/” for anything that would lead elsewhere."""
    plain = where.startswith("/") and not where.startswith(("//", "/\\", "/login")) and where.isprintable()
    return where if plain and "\\" not in where else "/"

"""Who asks for a route, and whether one of their roles may.

In: the request, with the person the guard found.  Out: that `Person`, or `SignInFirst`, or `NotAllowed`.

A route says what it does by an `Act`; the table in `review.people` says who may.  What a person may do with one
document, and which departments they see, is asked again inside, where the document is known.
"""

import hmac
from typing import Any

from fastapi import Depends, Request

from chugao.errors import InputError, NotAllowed
from chugao.review.people import MAY, Act, Person
from chugao.web.guarding import SAFE, SIGN_IN_FIRST, SignInFirst


class Needs:
    """A dependency that a route cannot be without; a test walks the routes and looks for it."""

    def __init__(self, act: Act) -> None:
        self.act = act

    async def __call__(self, request: Request) -> Person:
        person = getattr(request.state, "person", None)
        if person is None:
            raise SignInFirst(SIGN_IN_FIRST)
        if request.method not in SAFE:
            await require_form_token(request)
        if not allowed(person, self.act):
            roles = "、".join(role.label for role in MAY.get(self.act, {}))
            raise NotAllowed(f"您的角色不能{self.act.label}。这一步由{roles or '管理员'}办理。")
        found: Person = person
        return found


class OpenToAll:
    """A dependency that says a route is meant for everybody, signed in or not."""

    async def __call__(self) -> None:
        return None


def needs(act: Act) -> Any:
    """`person: Annotated[Person, needs(Act.SEE)]`."""
    return Depends(Needs(act))


open_to_all = Depends(OpenToAll())


def allowed(person: Person, act: Act) -> bool:
    """Whether some role of the person may ever do this."""
    return any(role in MAY.get(act, {}) for role in person.roles)


async def require_form_token(request: Request) -> None:
    """Refuse an unsafe request that does not bring back the token of this session's pages."""
    expected = getattr(request.state, "form_token", "")
    given = request.headers.get("x-csrf-token", "")
    if not given and request.headers.get("content-type", "").startswith(
        ("multipart/form-data", "application/x-www-form-urlencoded")
    ):
        form = await request.form()
        if any(
            isinstance(v, str) and ("\x00" in v or any("\ud800" <= c <= "\udfff" for c in v)) for v in form.values()
        ):
            raise InputError("填的内容里有存不了的字符。请删去看不见的字符再提交。")
        told = form.get("csrf", "")
        given = told if isinstance(told, str) else ""
    if not expected or not hmac.compare_digest(given.encode(), expected.encode()):
        raise NotAllowed("页面放得太久，或者请求不是从本页发出的，没有执行。请刷新页面再做一次。")

"""What stands before every request: who it is, where it comes from, and what the browser is told to forbid itself.

In: an ASGI application.  Out: the same behind a guard.

It works before a body is read: an upload of nobody, or one that another site's page sends, is refused unread.
Surprise: a page that answers on 127.0.0.1 can be reached by any site whose name is made to point there, so a house
with one person and no password looks at the Host header too.
"""

from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chugao.errors import ChugaoError, InputError, NotAllowed
from chugao.review.accounts import person_of_session, token_for_forms
from chugao.web.faults import refused
from chugao.web.house import LOOPBACK, House

CSP = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
SAFE = ("GET", "HEAD", "OPTIONS")
OPEN_PATHS = ("/static/", "/healthz")
IDLE_MINUTES, LONGEST_HOURS = 120, 14
"""A morning's meeting ends no session, a night does."""


class Guard:
    """The first thing a request meets."""

    def __init__(self, app: ASGIApp, house: House, largest: int) -> None:
        self.app, self.house, self.largest = app, house, largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        guarded = _with_headers(send, https=self.house.https, path=scope["path"])
        try:
            await self._look(request)
        except ChugaoError as error:
            await (await run_in_threadpool(refused, request, error))(scope, receive, guarded)
            return
        await self.app(scope, _counted(receive, self.largest), guarded)

    async def _look(self, request: Request) -> None:
        """Who asks goes into the request's state; raises `NotAllowed` for a request from elsewhere."""
        state, path = request.state, request.url.path
        state.person, state.session_token, state.form_token = None, "", ""
        if "\x00" in path or "%00" in str(request.url):
            raise InputError("地址里有不该有的字符。请从页面上的链接打开。")
        if self.house.solo and _host(request.headers) not in LOOPBACK:
            raise NotAllowed(
                "这里只给本机用（--solo）。请在这台电脑上用 http://127.0.0.1 打开，或让管理员设好账号再开放。"
            )
        if path.startswith(OPEN_PATHS):
            return
        if self.house.solo:
            state.person, state.form_token = self.house.the_one_person(), token_for_forms(self.house.secret)
        elif token := cookie_of(request.headers, session_cookie(self.house.https)):
            state.person = await run_in_threadpool(self._whose, token)
            state.session_token, state.form_token = token, token_for_forms(token)
        if request.method not in SAFE:
            if int(request.headers.get("content-length") or 0) > self.largest:
                raise TooLarge(f"一次上传的内容超过{self.largest // 2**20}兆，没有收。")
            _same_origin(request)
            if state.person is None and path != "/login":
                raise SignInFirst(SIGN_IN_FIRST)

    def _whose(self, token: str) -> object:
        return person_of_session(
            self.house.database,
            token,
            at=self.house.now(),
            idle_minutes=IDLE_MINUTES,
            longest_hours=LONGEST_HOURS,
        )


class SignInFirst(NotAllowed):
    """Nobody is signed in."""


class TooLarge(InputError):
    """More than is taken at once."""


SIGN_IN_FIRST = "登录已经过期，或者还没有登录。请登录后再做这一步；已经写的字还在本页。"


def session_cookie(https: bool) -> str:
    """Name of the cookie; the prefix makes a browser refuse one that a neighbouring host or plain http set."""
    return "__Host-chugao" if https else "chugao"


def cookie_of(headers: Headers, name: str) -> str:
    """A cookie's value; "" when it is not there."""
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(headers.get("cookie", "")[:8000])
    except CookieError:
        return ""
    return jar[name].value if name in jar else ""


def _same_origin(request: Request) -> None:
    """An unsafe request must come from a page of ours: the browser says so, and no page can make it lie."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin") or ""
    if origin in ("", "null"):
        referrer = urlsplit(request.headers.get("referer", ""))
        origin = f"{referrer.scheme}://{referrer.netloc}" if referrer.netloc and origin != "null" else ""
    if site in ("cross-site", "same-site") or not origin or urlsplit(origin).netloc != request.headers.get("host"):
        raise NotAllowed("这个请求不是从初稿自己的页面发出的，没有执行。请从本系统的页面上操作；程序调用请带 Origin。")


def _host(headers: Headers) -> str:
    host = headers.get("host", "")
    return host if host.startswith("[") and host.endswith("]") else host.rpartition(":")[0] or host


def _counted(receive: Receive, largest: int) -> Receive:
    """A body that does not say how long it is ends all the same."""
    taken = 0

    async def receiving() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > largest:
            raise HTTPException(413)
        return message

    return receiving


def _with_headers(send: Send, *, https: bool, path: str) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            if https:
                headers.setdefault("Strict-Transport-Security", "max-age=31536000")
            if not path.startswith("/static/"):
                headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return sending

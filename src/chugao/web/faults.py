"""What goes wrong, as one page or one JSON answer: what, where, and what to do next.

In: an exception.  Out: a response in Chinese; never a traceback, never a word of ours about our own code.

A browser that asks for a page gets a page; everything else gets {"error", "next"}.
"""

import logging
import secrets
from typing import Any, NamedTuple

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from chugao.database import DatabaseUnavailable
from chugao.errors import ChugaoError, EngineError, InputError, NotAllowed, StaleVersion, UploadRejected
from chugao.review.people import NOT_THERE
from chugao.web.wording import on_screen

logger = logging.getLogger("chugao.web")


class NotThere(ChugaoError):
    """No such thing, or none that this person may know of."""

    exit_code = 1


class _Fault(NamedTuple):
    status: int
    title: str
    next: str


_FAULTS: tuple[tuple[type[ChugaoError], _Fault], ...] = (
    (UploadRejected, _Fault(422, "这个文件没有收", "用 WPS 或 Word 打开后另存一份，再上传。")),
    (InputError, _Fault(422, "有一处要改", "返回上一页，按提示改好再提交。")),
    (StaleVersion, _Fault(409, "别人先保存了", "刷新页面看最新的内容，再改。")),
    (NotThere, _Fault(404, "没有找到", "回到工作台，从列表里打开。")),
    (NotAllowed, _Fault(403, "这一步不能做", "需要时请找管理员或经办人。")),
    (DatabaseUnavailable, _Fault(503, "暂时存不了", "已经保存的内容都在。请稍后再试；一直这样请告诉信息科。")),
    (EngineError, _Fault(502, "模型没有答上来", "稍后再试，或改用离线写。")),
)
_BUG = _Fault(500, "出错了", "已经保存的内容都在。请返回重试；再出现请把编号告诉信息科。")
_HTTP = {
    404: ("没有找到", "没有这个页面，可能已经移走。", "回到工作台，从列表里打开。"),
    405: ("这样打不开", "这个地址不能这样访问。", "请从页面上的按钮操作。"),
    413: ("文件太大", "一次上传的内容超过了上限。", "请分几次上传，每个文件不超过20兆。"),
    429: ("太快了", "请求太多，请稍等。", "过一分钟再试。"),
}


def install(app: FastAPI) -> None:
    """Let every exception of the application end here."""
    app.add_exception_handler(ChugaoError, _on_chugao)
    app.add_exception_handler(StarletteHTTPException, _on_http)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(Exception, _on_bug)


def wants_json(request: Request) -> bool:
    """Whether a program asks: the API, a script of ours, anything that does not want a page."""
    headers = request.headers
    if (
        request.url.path.startswith("/api/")
        or "hx-request" in headers
        or "x-csrf-token" in headers
        or headers.get("x-requested-with") == "fetch"
    ):
        return True
    return "text/html" not in headers.get("accept", "text/html")


def refused(request: Request, error: ChugaoError) -> Response:
    """The answer to a request that ended in one of our own errors."""
    from chugao.web.guarding import SignInFirst, TooLarge

    if isinstance(error, TooLarge):
        return _answer(request, _Fault(413, "文件太大", "请分几次上传，每个文件不超过20兆。"), str(error))
    if isinstance(error, SignInFirst):
        if not wants_json(request) and request.method in ("GET", "HEAD"):
            return RedirectResponse(f"/login?next={_here(request)}", 303)
        return _answer(request, _Fault(401, "请先登录", "登录后再试。"), str(error))
    if str(error) == NOT_THERE:
        error = NotThere(str(error))
    fault = next((f for kind, f in _FAULTS if isinstance(error, kind)), _BUG)
    return _answer(request, fault, str(error))


async def _on_chugao(request: Request, error: Exception) -> Response:
    assert isinstance(error, ChugaoError)
    return await run_in_threadpool(refused, request, error)


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException | StarletteHTTPException)
    title, told, after = _HTTP.get(error.status_code, ("这样打不开", "请求不对。", "请从页面上的按钮操作。"))
    response = await run_in_threadpool(_answer, request, _Fault(error.status_code, title, after), told)
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response


async def _on_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    named = "、".join(dict.fromkeys(_field(e) for e in error.errors()))
    fault = _Fault(422, "有一处要改", "返回上一页，改好再提交。")
    return await run_in_threadpool(_answer, request, fault, f"“{named}”没有填或写法不对。")


async def _on_bug(request: Request, error: Exception) -> Response:
    number = secrets.token_hex(4)
    logger.error("bug %s at %s %s", number, request.method, request.url.path, exc_info=error)
    told = f"程序出了差错，编号 {number}。这一步没有做完。"
    response = await run_in_threadpool(_answer, request, _BUG, told)
    from chugao.web.guarding import HEADERS

    # Outside the guard: nobody else sets them here.
    for name, value in (HEADERS | {"Cache-Control": "no-store"}).items():
        response.headers.setdefault(name, value)
    return response


def _field(error: Any) -> str:
    where = [str(p) for p in error.get("loc", ()) if p not in ("body", "query", "path", "form")]
    return ".".join(where)[:80] or "请求"


def _here(request: Request) -> str:
    from urllib.parse import quote

    query = f"?{request.url.query}" if request.url.query else ""
    return quote(request.url.path + query, safe="/")


def _answer(request: Request, fault: _Fault, told: str) -> Response:
    told = on_screen(told)
    if wants_json(request):
        body = {"error": told, "next": fault.next, "title": fault.title}
        places = getattr(request.state, "hindrances", None)
        return JSONResponse(body | ({"hindrances": places} if places else {}), fault.status)
    from chugao.web.pages import page

    person = getattr(request.state, "person", None)
    return page(request, person, "error.html", status=fault.status, title=fault.title, told=told, after=fault.next)

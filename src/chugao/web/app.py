"""Put the application together: guard, faults, static files, every screen and the API.

In: a `House`.  Out: FastAPI.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

import anyio.to_thread
from fastapi import APIRouter, FastAPI, Request
from fastapi.routing import iter_route_contexts
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import JSONResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from chugao.documents.guard import MAX_FILE_BYTES
from chugao.web import faults
from chugao.web.guarding import Guard
from chugao.web.house import House, house_of
from chugao.web.pages import STATIC
from chugao.web.people import open_to_all

MAX_BODY_BYTES = 6 * MAX_FILE_BYTES
"""Some files at once; each is looked at by the guard of documents as well."""
_THREADS = 14
"""Not more than the database has connections: who waits, waits here."""
_DESCRIPTION = """初稿的接口：屏幕上能做的，程序也能做。

先 `POST /login`（表单 `login`、`password`，带 `Accept: application/json`）得到会话 Cookie 和 `csrf`；改动类请求要带
请求头 `X-CSRF-Token` 和 `Origin`。新建类请求可带 `Idempotency-Key`：同一个键再发一次，得到同一个回答，不会做两遍。
"""

public = APIRouter()


@public.get("/healthz", dependencies=[open_to_all], tags=["系统"], summary="是否在工作")
def healthz(request: Request) -> Response:
    """Whether the server works and its database answers; for a watchdog, so it names nothing."""
    from chugao.errors import ChugaoError

    try:
        with house_of(request).database.read():
            pass
    except ChugaoError:
        return JSONResponse({"status": "down", "database": "down"}, 503)
    return JSONResponse({"status": "ok", "database": "ok"})


def build(house: House) -> FastAPI:
    """The application of a house."""
    from chugao.web import screens
    from chugao.web.api import REFUSALS

    app = FastAPI(
        title="初稿 chugao",
        version=version("chugao"),
        description=_DESCRIPTION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        telemetry={
            "tracing": False,
            "metrics": False,
            "logs": False,
            "operation_spans": False,
            "auto_configure": False,
        },
    )
    app.state.house = house
    faults.install(app)
    # Inside the guard, whose refusals are short; a stream of events is left alone.
    app.add_middleware(GZipMiddleware, minimum_size=600, compresslevel=5)
    app.add_middleware(Guard, house=house, largest=MAX_BODY_BYTES)
    app.include_router(public)
    for router in screens.ROUTERS:
        app.include_router(router, include_in_schema=False)
    for router in screens.PUBLISHED:
        app.include_router(router)
    app.include_router(screens.SECTIONS, prefix="/api/v1", tags=["文稿"], responses=REFUSALS)
    app.mount("/static", _Static(directory=STATIC), name="static")
    # FastAPI works its routes out at the first request, switching Python's warnings off meanwhile for every thread: here
    # there is one thread yet, and the first person need not wait.
    _ = list(iter_route_contexts(app.routes))
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    from chugao.web.running import Runner

    house: House = app.state.house
    anyio.to_thread.current_default_thread_limiter().total_tokens = _THREADS
    house.runner = Runner(house)
    house.runner.begin()
    try:
        yield
    finally:
        house.runner.end()


class _Static(StaticFiles):
    """Files of ours: kept for ever under a marked name, asked about again under a plain one."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        marked = b"v=" in scope.get("query_string", b"") and response.status_code in (200, 304)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if marked else "no-cache"
        return response

    def lookup_path(self, path: str) -> tuple[str, Any]:
        # Only what was shipped: nothing hidden, nothing of an editor's.
        if any(part.startswith(".") or part.endswith("~") for part in path.split("/")):
            return "", None
        return super().lookup_path(path)

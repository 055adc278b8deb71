"""生成进度: how far an ordered draft is, as it happens.

The page reads by server-sent events; a browser or a proxy that cannot falls back to asking every two seconds, and
without script the page renews itself.
"""

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

import anyio
from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response, StreamingResponse

from chugao.review import orders
from chugao.review.people import Act, Person
from chugao.web.house import House, house_of
from chugao.web.pages import page
from chugao.web.people import needs
from chugao.web.worktop import start

router = APIRouter(include_in_schema=False)
_LOOK_EVERY_S = 0.6
_LONGEST_S = 300
"""A stream ends then and the browser takes it up again: nothing is held open for a closed laptop."""
STAGES = ("收材料", "读数据", "起草", "存入")


@router.get("/jobs")
def listed(request: Request, person: Annotated[Person, needs(Act.SEE)]) -> Response:
    found = orders.orders_of(house_of(request).database, person, 60)
    return page(request, person, "jobs.html", orders=found, colours=COLOURS)


@router.get("/jobs/{order_id}")
def job(request: Request, order_id: str, person: Annotated[Person, needs(Act.SEE)]) -> Response:
    house = house_of(request)
    order = orders.order_of(house.database, person, order_id)
    if order.state == "open":
        return RedirectResponse(f"/documents/new/{order.id}", 303)
    told = progress_of(house, order)
    return page(request, person, "job.html", order=order, told=told, stages=STAGES, colours=COLOURS)


@router.get("/jobs/{order_id}/part")
def part(request: Request, order_id: str, person: Annotated[Person, needs(Act.SEE)]) -> Response:
    """The moving part of the page alone."""
    house = house_of(request)
    order = orders.order_of(house.database, person, order_id)
    told = progress_of(house, order)
    return page(request, person, "job_part.html", order=order, told=told, stages=STAGES, colours=COLOURS)


@router.get("/jobs/{order_id}/events")
async def events(request: Request, order_id: str, person: Annotated[Person, needs(Act.SEE)]) -> Response:
    house = house_of(request)
    await run_in_threadpool(orders.order_of, house.database, person, order_id)
    headers = {"X-Accel-Buffering": "no", "Cache-Control": "no-store"}
    return StreamingResponse(_events(request, house, person, order_id), media_type="text/event-stream", headers=headers)


async def _events(request: Request, house: House, person: Person, order_id: str) -> AsyncIterator[str]:
    """One event for each change; numbered, so that a browser that comes back is told only what is new."""
    last = request.headers.get("last-event-id", "")
    yield "retry: 2000\n\n"
    with anyio.move_on_after(_LONGEST_S):
        while not await request.is_disconnected():
            order = await run_in_threadpool(orders.order_of, house.database, person, order_id)
            mark = mark_of(order)
            if mark != last:
                last = mark
                told = json.dumps({"state": order.state, "mark": mark}, ensure_ascii=False)
                yield f"id: {mark}\nevent: progress\ndata: {told}\n\n"
            if not order.under_way:
                return
            await anyio.sleep(_LOOK_EVERY_S)


@router.post("/jobs/{order_id}/stop")
def stop(request: Request, order_id: str, person: Annotated[Person, needs(Act.PUT_IN)]) -> Response:
    house = house_of(request)
    order = orders.order_of(house.database, person, order_id)
    orders.stop_order(house.database, order, person, at=house.now())
    return RedirectResponse(f"/jobs/{order_id}", 303)


@router.post("/jobs/{order_id}/again")
def again(request: Request, order_id: str, person: Annotated[Person, needs(Act.PUT_IN)]) -> Response:
    start(house_of(request), person, order_id)
    return RedirectResponse(f"/jobs/{order_id}", 303)


COLOURS = {
    "waiting": "",
    "running": "blue",
    "stopping": "amber",
    "done": "green",
    "failed": "red",
    "stopped": "amber",
}


def mark_of(order: orders.Order) -> str:
    """Changes with everything the page shows."""
    progress = order.progress
    return f"{order.state}-{progress.get('stage', '')}-{len(progress.get('sections', ()))}-{order.finished_at or ''}".encode(
        "ascii", "backslashreplace"
    ).decode()


def progress_of(house: House, order: orders.Order) -> dict[str, Any]:
    """What the page shows: stages, sections, counts, cost."""
    progress = order.progress
    sections = list(progress.get("sections", ()))
    expected = max(int(progress.get("expected", 0) or 0), len(sections))
    done = order.state == "done"
    stage = progress.get("stage", "")
    at = STAGES.index(stage) if stage in STAGES else (len(STAGES) if stage else -1)
    share = (
        100 if done else round(100 * (max(at, 0) + (len(sections) / expected if expected else 0)) / (len(STAGES) + 1))
    )
    return {
        "sections": sections,
        "expected": expected,
        "stage": stage,
        "at": at,
        "share": min(share, 100),
        "numbers": progress.get("numbers") or {},
        "notices": list(dict.fromkeys(progress.get("notices", ()))),
        "requests": progress.get("requests", 0),
        "blocking": progress.get("blocking", 0),
        "cost": cost_of(house, order),
        "settle": progress.get("settle", 0),
        "mark": mark_of(order),
    }


def cost_of(house: House, order: orders.Order) -> str:
    """“0.31元”; "" for an order that asked no model."""
    from chugao.ledger import cost_rows, prices_of

    if order.payload.get("engine", "offline") == "offline":
        return ""
    with house.database.read() as connection:
        rows = cost_rows(connection, f"order-{order.id}")
    known = [r.cost for r in rows if r.cost is not None]
    calls = sum(r.calls for r in rows)
    return f"{sum(known):.2f}{prices_of(house.settings).currency}（{calls}次）" if known else f"{calls}次，没有写价格"

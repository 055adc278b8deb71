"""The rows of batches: wall over ideal, what is paid again after a kill, memory; asyncio and LangGraph beside.

In: whether small.  Out: rows like those of `eval.rows`: value, whether the target is met, peers, a note.

Surprise: a job that is killed, finished and killed again is killed once: the second kill finds nothing left to do.  So
all kills fall into one job, and what stands is looked at only after the last run.
"""

import json
import random
import statistics
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from eval.peers import OURS, NoPeer, ask, ask_peer

Made = tuple[str, bool | None, dict[str, str], str]
_RUNS, _PEER_RUNS = 5, 5

GRAPH = """
import asyncio, json, operator, os, sys, time
from typing import Annotated, TypedDict
from langgraph.graph import END, START, StateGraph
from langgraph.types import Send
asked = json.load(sys.stdin)
class State(TypedDict):
    done: Annotated[list, operator.add]
class One(TypedDict):
    name: str
async def call(state):
    if asked["paid"]:
        with open(asked["paid"], "a") as file:
            file.write(state["name"] + "\\n")
    await asyncio.sleep(asked["latency"])
    return {"done": [state["name"]]}
graph = StateGraph(State)
graph.add_node("call", call)
graph.add_conditional_edges(START, lambda state: [Send("call", {"name": str(n)}) for n in range(asked["calls"])], ["call"])
graph.add_edge("call", END)
async def main():
    config = {"max_concurrency": 16, "configurable": {"thread_id": "t"}}
    if not asked["database"]:
        app = graph.compile()
        start = time.monotonic(); await app.ainvoke({"done": []}, config); return time.monotonic() - start
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
    async with AsyncSqliteSaver.from_conn_string(asked["database"]) as saver:
        app = graph.compile(checkpointer=saver)
        before = await app.aget_state(config)
        start = time.monotonic()
        await app.ainvoke(None if before.values or before.next else {"done": []}, config)
        return time.monotonic() - start
print(json.dumps(asyncio.run(main())))
"""
PLAIN = """
import asyncio, json, sys, time
asked = json.load(sys.stdin)
async def main():
    gate = asyncio.Semaphore(16)
    async def call():
        async with gate:
            await asyncio.sleep(asked["latency"])
    start = time.monotonic()
    await asyncio.gather(*(call() for _ in range(asked["calls"])))
    return time.monotonic() - start
print(json.dumps(asyncio.run(main())))
"""


def batch_engine(small: bool) -> Made:
    """Wall over ideal of 200-ms calls, 16 in flight, nothing bound or checked; asyncio and LangGraph beside."""
    value, met, note = _engine(small, "", 1.3)
    calls, runs = (64, 1) if small else (800, _PEER_RUNS)
    peers = {"asyncio": _plain(calls, 0.2, runs), "LangGraph + SQLite": _graph(calls, 0.2, runs)}
    return value, met, peers, note


def batch_engine_postgres(small: bool) -> Made:
    """The same with everything in PostgreSQL."""
    with _postgres(1 if small else _RUNS) as urls:
        value, met, note = _engine(small, urls, 1.25)
    return value, met, {"asyncio": _plain(64 if small else 800, 0.2, 1 if small else _PEER_RUNS)}, note


def _engine(small: bool, urls: "Iterator[str] | str", target: float) -> tuple[str, bool, str]:
    from eval.batches import engine_over_ideal

    told = []
    for _ in range(1 if small else _RUNS):
        with tempfile.TemporaryDirectory() as folder:
            told.append(engine_over_ideal(Path(folder), urls if isinstance(urls, str) else next(urls)))
    ours = [t["wall_over_ideal"] for t in told]
    middle, beside = statistics.median(ours), statistics.median(t["plain_over_ideal"] for t in told)
    note = f"同样的调用只用asyncio和台账：{beside}；{len(ours)}次，{min(ours)}到{max(ours)}"
    return f"{middle}", middle <= target, note


@contextmanager
def _postgres(count: int) -> Iterator[Iterator[str]]:
    """The URLs of so many fresh databases of a server of our own."""
    from tests.conftest import _postgres_database, _started

    def fresh() -> Generator[str, None, None]:
        for _ in range(count):
            with _postgres_database(server, "template0") as url:
                yield url

    with tempfile.TemporaryDirectory(prefix="chugao-pg-") as folder:
        server = _started(Path(folder))
        urls = fresh()
        try:
            yield urls
        finally:
            urls.close()
            server.cleanup()


def _plain(calls: int, latency: float, runs: int) -> str:
    """Wall over ideal of so many calls by nothing but asyncio: nothing is kept, nothing survives."""
    given = {"calls": calls, "latency": latency}
    return _ratio(lambda: ask(OURS, "asyncio", PLAIN, given), calls * latency / 16, runs)


def _graph(calls: int, latency: float, runs: int) -> str:
    def once() -> Any:
        with tempfile.TemporaryDirectory() as folder:
            given = {"calls": calls, "latency": latency, "database": f"{folder}/g.db", "paid": ""}
            return ask_peer("langgraph", GRAPH, given)

    return _ratio(once, calls * latency / 16, runs)


def _ratio(work: Callable[[], float], ideal: float, runs: int) -> str:
    try:
        return f"{statistics.median(work() for _ in range(runs)) / ideal:.2f}"
    except NoPeer as error:
        return str(error)


def batch_pipeline(small: bool) -> Made:
    """Wall over ideal of the whole pipeline at two seconds a call."""
    if small:
        return "没有量", None, {}, "小跑时不量：一趟要几分钟"
    from eval.batches import pipeline_over_ideal

    with tempfile.TemporaryDirectory() as folder:
        told = pipeline_over_ideal(Path(folder))
    peers = {"asyncio（128次调用，只等不写）": _plain(128, 2.0, 1)}
    note = f"一趟{told['wall_s']}秒，{told['calls']}次调用，{told['cpu_s']}秒CPU"
    return f"{told['wall_over_ideal']}", told["wall_over_ideal"] <= 1.15, peers, note


def paid_again(small: bool) -> Made:
    """Recorded calls paid for again after kills -9 of one job, and sections that do not stand where they belong."""
    from tests.batch_cases import Model, start_batch, write_departments, write_manifest
    from tests.test_batch_kills import kill_somewhere, repeated, what_stands

    from chugao.database import sqlite_url

    dice, kills = random.Random(5), 1 if small else 5
    with tempfile.TemporaryDirectory() as name, Model(slowest_s=0.3) as model:
        folder = Path(name)
        write_departments(folder)
        write_manifest(folder, engine="openai:m", concurrency=6)
        place = sqlite_url(folder / "out" / ".chugao" / "ledger.db")
        recorded = []
        for _ in range(kills):
            kill_somewhere(start_batch("batch", "run", "清单.toml", folder=folder, url=model.url), model, dice)
            recorded.append((what_stands(place)[0], model.count))
        ended = start_batch("batch", "run", "清单.toml", folder=folder, url=model.url).wait(300)
        again = len(repeated(model.asked, recorded))
        astray = _astray(place, folder, model.url)
    note = f"{kills}次杀死，{len(model.asked)}次调用；右边三个数是丢失、重复、放错的节"
    note += f"；最后一趟退出码{ended}" if ended else ""
    told = f"{again}；{'/'.join(map(str, astray))}"
    peers = {"LangGraph + SQLite": _graph_paid_again(), "Temporal dev": "25（文献值，没有在这里量）"}
    return told, not again and not any(astray), peers, note


def _astray(place: str, folder: Path, endpoint: str) -> tuple[int, int, int]:
    """(lost, doubled, misplaced) sections of a job's papers, by the prompts made anew."""
    from sqlalchemy import select
    from tests.test_batch_kills import drafted_again

    from chugao.batch.making import settings_of
    from chugao.batch.records import papers, require_job, stored_draft
    from chugao.database import open_database
    from chugao.database.tables import job as jobs
    from chugao.manuscript import Draft

    lost = doubled = misplaced = 0
    with open_database(place) as database:
        with database.read() as connection:
            row = require_job(connection, connection.execute(select(jobs.c.id)).scalar_one())
            rows = papers(connection, row.id)
            texts = {r.id: stored_draft(connection, r.id) for r in rows}
        settings = settings_of(row).model_copy(update={"base_url": endpoint})
        for paper in rows:
            text = texts[paper.id]
            if text is None:
                lost += 1
                continue
            draft = Draft.model_validate_json(text)
            again, keys = drafted_again(database, paper.task, settings, row.id, folder)
            stands, belongs = Counter(s.id for s in draft.sections), Counter(s.id for s in again.sections)
            lost, doubled = lost + (belongs - stands).total(), doubled + (stands - belongs).total()
            for section in draft.sections:
                stored = {s.recipe["call"] for s in section.sentences if "call" in s.recipe}
                misplaced += bool(stored - {keys.get(section.id, "")})
    return lost, doubled, misplaced


def _after(ready: Callable[[], bool], wait_s: float = 60) -> None:
    until = time.monotonic() + wait_s
    while not ready() and time.monotonic() < until:
        time.sleep(0.02)


def _graph_paid_again(calls: int = 160) -> str:
    """LangGraph's fan-out killed in the middle of its one step: what it has paid for and pays for again."""
    from eval.peers import peer_python

    with tempfile.TemporaryDirectory() as folder:
        paid = Path(folder) / "paid.txt"
        given = {"calls": calls, "latency": 0.2, "database": f"{folder}/g.db", "paid": str(paid)}
        try:
            command = [str(peer_python("langgraph")), "-c", GRAPH]
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            assert process.stdin is not None
            process.stdin.write(json.dumps(given).encode())
            process.stdin.close()
            _after(lambda: paid.is_file() and len(paid.read_text().split()) >= calls // 2)
            process.kill()
            process.wait(10)
            before = paid.read_text().split() if paid.is_file() else []
            ask_peer("langgraph", GRAPH, given)
        except NoPeer as error:
            return str(error)
        # The last sixteen were still under way; those before had been answered.
        return str(sum(name in before[:-16] for name in paid.read_text().split()[len(before) :]))


def batch_memory(small: bool) -> Made:
    """Peak memory of a worker, and its second half over its first."""
    from eval.batches import two_hundred

    with tempfile.TemporaryDirectory() as folder:
        told = two_hundred(Path(folder), 4 if small else 200)
    memory = told["memory_mb"]
    met = memory <= 280 and told["second_half_over_first"] <= 1.1
    peers = {"Ray": "806 MB（文献值，没有在这里量）"}
    note = f"{told['documents']}份，用时{told['wall_s']}秒，{told['cpu_s']}秒CPU"
    return f"{memory} MB，后半÷前半 {told['second_half_over_first']}", met, peers, note


ROWS: dict[str, tuple[str, str, Callable[[bool], Made]]] = {
    "batch_pipeline": ("批量，2秒一次的整条流水线，用时÷理想", "≤ 1.15", batch_pipeline),
    "batch_engine": ("批量，200毫秒一次，不装配不核对，用时÷理想（SQLite）", "≤ 1.3", batch_engine),
    "batch_engine_postgres": ("同上（PostgreSQL）", "≤ 1.25", batch_engine_postgres),
    "paid_again": ("kill -9 以后重付的调用；丢失/重复/放错的节", "0；0/0/0", paid_again),
    "batch_memory": ("批量工作进程的内存", "≤ 280 MB，后半÷前半 ≤ 1.1", batch_memory),
}
"""name → (label, target, how), as in `eval.rows`."""

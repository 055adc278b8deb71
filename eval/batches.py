"""What a batch is held to, one function a row: `python -m eval.batches [row …]`.

In: nothing but the samples and a model server in this process.  Out: a line of JSON a row, with the load it was measured
under.

Wall times on a shared machine say little by themselves, so each is a ratio, and the load average stands beside it.
"""

import asyncio
import json
import os
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import select
from tests.batch_cases import Model, run_batch, start_batch, write_departments, write_manifest

from chugao.batch.durable import Durable
from chugao.batch.manifest import Manifest, Task, read_manifest
from chugao.batch.pacing import SharedLimits
from chugao.batch.records import PaperRow
from chugao.batch.running import cancel
from chugao.batch.telling import standing
from chugao.database import open_database, sqlite_url
from chugao.database.tables import call
from chugao.engines.limits import Buckets
from chugao.ledger import Answer, Ask, Ledger, Message

ROOT = Path(__file__).parents[1]
PRICES = '[prices.models.m]\ninput = 0.37\noutput = 1.13\n[model]\noutput = "json_schema"\n'


def engine_over_ideal(folder: Path, database: str = "") -> dict[str, Any]:
    """Wall over ideal of 800 calls of 200 ms, 16 at once, through DBOS and the ledger; nothing is bound or checked.

    Beside it the same calls by plain asyncio over the ledger, right afterwards: what the engine itself costs.
    """
    url = database or sqlite_url(folder / "ledger.db")
    with open_database(url) as opened, Ledger(opened) as ledger:
        done: list[str] = []
        work = _eight_chains(ledger, "")
        durable = Durable(
            url, "eval", lambda n, _: work(n) or "drafted", lambda n, _: done.append(n) or "done", papers=8
        )
        began = time.monotonic()
        durable.submit("t", [_row(n) for n in range(50)])
        while len(done) < 50:
            time.sleep(0.02)
        wall = time.monotonic() - began
        durable.close()
        plain = _eight_chains(ledger, "again")
        began = time.monotonic()
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(plain, map(str, range(50))))
        beside = time.monotonic() - began
    ideal = 800 * 0.2 / 16
    return {
        "wall_over_ideal": round(wall / ideal, 2),
        "plain_over_ideal": round(beside / ideal, 2),
        "documents": len(done),
    }


def _eight_chains(ledger: Ledger, salt: str) -> Callable[[str], None]:
    """A paper of eight sections, each of two calls one after the other, sixteen calls at once for all papers."""
    limits = Buckets(concurrency=16)

    async def provider() -> Answer:
        async with limits.turn(0):
            await asyncio.sleep(0.2)
        return Answer(text="好", input_tokens=10, output_tokens=10)

    async def chain(name: str) -> None:
        for sample in (0, 1):
            ask = Ask(model="m", messages=(Message(role="user", content=name + salt),), sample=sample)
            await ledger.answer(ask, provider)

    async def sections(name: str) -> None:
        await asyncio.gather(*(chain(f"{name}/{s}") for s in range(8)))

    return lambda name: asyncio.run(sections(name))


def pipeline_over_ideal(folder: Path, count: int = 50) -> dict[str, Any]:
    """Wall over ideal of a whole job, 2 s a call, 16 at once; the ideal counts the calls that were made.

    Fifty departments, as where the target was set; as large as those of the samples, or the start of the program is all
    that is measured.  From the start of the process to its end: imports, queue, packs and index are in it.
    """
    _sample_manifest(folder, "整批", count, ['engine = "openai:m"', "concurrency = 16"])
    with Model(slowest_s=2.0, quickest_s=2.0) as model:
        began, before = time.monotonic(), _cpu()
        run_batch("batch", "run", "清单.toml", "--at-once", "12", folder=folder, url=model.url)
        wall = time.monotonic() - began
    ideal = len(model.answered) * 2.0 / 16
    told = {"wall_over_ideal": round(wall / ideal, 2), "calls": len(model.answered), "wall_s": round(wall, 1)}
    return told | {"cpu_s": round(_cpu() - before, 1), "most_at_once": model.most_at_once}


def book_difference(folder: Path) -> dict[str, Any]:
    """The cost book against what the server counted, in millionths."""
    write_departments(folder)
    write_manifest(folder, engine="openai:m", concurrency=8)
    (folder / ".chugao").mkdir()
    (folder / "chugao.toml").write_text(PRICES, encoding="utf-8")
    with Model(slowest_s=0.05) as model:
        run_batch("batch", "run", "清单.toml", folder=folder, url=model.url)
    with open_database(sqlite_url(folder / ".chugao" / "chugao.db")) as database, database.read() as connection:
        booked = sum(row[0] for row in connection.execute(select(call.c.cost_micro)))
    used = len(model.answered) * (Decimal("0.37") * 1000 + Decimal("1.13") * 100)
    return {"difference_micro": int(booked - used), "calls": len(model.answered)}


def busiest_minute(folder: Path) -> dict[str, Any]:
    """Calls in the busiest minute over the limit, booked by three processes' limits without waiting."""
    with open_database(sqlite_url(folder / "l.db")) as database:
        several = [SharedLimits(database, "k", requests_per_minute=60) for _ in range(3)]
        starts = sorted(time.time() + several[n % 3]._book(0) / 1e6 for n in range(240))
    return {"calls_over_limit": round(max(sum(1 for s in starts if at <= s < at + 60) for at in starts) / 60, 3)}


def busiest_minute_at_server(folder: Path) -> dict[str, Any]:
    """The same as the server counts it, two processes at work on one job of some eighty calls, sixty allowed a minute."""
    names = tuple(f"第{n}科" for n in range(24))
    write_departments(folder, names)
    write_manifest(folder, names, engine="openai:m", concurrency=8)
    (folder / ".chugao").mkdir()
    (folder / "chugao.toml").write_text(PRICES + "requests_per_minute = 60\n", encoding="utf-8")
    with Model(slowest_s=1.0) as model:
        both = [start_batch("batch", "run", "清单.toml", folder=folder, url=model.url) for _ in range(2)]
        for process in both:
            process.wait(900)
    busiest = max(sum(1 for t in model.arrived if at <= t < at + 60) for at in model.arrived)
    span = model.arrived[-1] - model.arrived[0]
    return {"calls_over_limit": round(busiest / 60, 3), "calls": len(model.arrived), "span_s": round(span)}


def cancelled_after(folder: Path) -> dict[str, Any]:
    """Seconds from a cancel to the moment no call is under way and no paper in hand, calls taking twenty seconds."""
    write_departments(folder)
    manifest = write_manifest(folder, engine="openai:m", concurrency=8)
    with Model(slowest_s=20.0, quickest_s=20.0) as model:
        process = start_batch("batch", "run", "清单.toml", folder=folder, url=model.url)
        while not model.arrived:
            time.sleep(0.05)
        time.sleep(1.0)
        with open_database(sqlite_url(folder / "out" / ".chugao" / "ledger.db")) as database:
            job = read_manifest(manifest).job
            began = time.monotonic()
            cancel(database, job)
            while any(standing(database, job).counts[s] for s in ("queued", "drafting", "drafted")):
                time.sleep(0.05)
            took = time.monotonic() - began
        process.wait(120)
    return {"seconds": round(took, 2), "exit": process.returncode}


def small_tenant(folder: Path) -> dict[str, Any]:
    """When 30 papers behind another tenant's 270 are done, over when they would be first come, first served."""
    finished: dict[str, float] = {}
    lock = threading.Lock()

    def draft(name: str, _: int) -> str:
        time.sleep(0.1)
        with lock:
            finished[name] = time.monotonic()
        return "drafted"

    durable = Durable(sqlite_url(folder / "x.db"), "eval", draft, lambda *_: "done", papers=16, share=8)
    began = time.monotonic()
    durable.submit("大", [_row(n) for n in range(270)])
    durable.submit("小", [_row(n) for n in range(270, 300)])
    while len(finished) < 300:
        time.sleep(0.05)
    durable.close()
    small = max(at for name, at in finished.items() if int(name) >= 270) - began
    return {"over_first_come": round(small / (max(finished.values()) - began), 2)}


def two_hundred(folder: Path, count: int = 200) -> dict[str, Any]:
    """200 departments' 总结暨计划 offline to .docx: wall, processor, memory, memory of the second half over the first."""
    _sample_manifest(folder, "二百", count)
    seen = _Memory()
    began, before = time.monotonic(), _cpu()
    process = start_batch("batch", "run", "清单.toml", "--json", folder=folder)
    while process.poll() is None:
        seen.look(process.pid)
        time.sleep(0.5)
    made = len(list(folder.glob("out/*/*.docx")))
    told = {"documents": made, "wall_s": round(time.monotonic() - began), "cpu_s": round(_cpu() - before)}
    return told | {"exit": process.returncode} | seen.told()


def _sample_manifest(folder: Path, job: str, count: int, more: Sequence[str] = ()) -> None:
    """A batch of departments that are the samples' under other names, figures and matters and all."""
    samples = sorted((ROOT / "examples" / "figures").glob("*科-2025.xlsx")) + [
        ROOT / "examples" / "figures" / f"{n}-2025.xlsx" for n in ("护理部", "药学部", "门诊部")
    ]
    lines = ["[batch]", f'name = "{job}"', "year = 2025", 'kinds = ["summary-plan"]', f'corpus = "{ROOT / "corpus"}"']
    lines += more
    for n in range(count):
        file = samples[n % len(samples)]
        matters = ROOT / "examples" / "matters" / file.name
        name = f"{file.stem.removesuffix('-2025')}{n // len(samples) + 1:02d}"
        own = folder / f"{name}.xlsx"
        _renamed(file, own, file.stem.removesuffix("-2025"), name)
        own_matters = folder / f"{name}-事项.xlsx"
        _renamed(matters, own_matters, file.stem.removesuffix("-2025"), name)
        lines += ["[[department]]", f'name = "{name}"', f'metrics = ["{own}"]', f'matters = ["{own_matters}"]']
    (folder / "清单.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


class _Memory:
    """Resident memory of a process over its life."""

    def __init__(self) -> None:
        self._seen: list[float] = []

    def look(self, pid: int) -> None:
        try:
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        except OSError:
            return
        self._seen += [int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")]

    def told(self) -> dict[str, Any]:
        half = len(self._seen) // 2
        first, second = max(self._seen[:half], default=0), max(self._seen[half:], default=0)
        return {"memory_mb": round(max(first, second)), "second_half_over_first": round(second / max(first, 1), 2)}


def _renamed(source: Path, target: Path, old: str, new: str) -> None:
    """A workbook of another department's name."""
    import openpyxl

    book = openpyxl.load_workbook(source)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value == old:
                    cell.value = new
    book.save(target)


def _row(number: int) -> PaperRow:
    task = Task(department=str(number), kind="summary", year=2025)
    return PaperRow(
        id=str(number), job="j", ordinal=number, department=str(number), kind="summary", state="queued", task=task,
        round=1, report={},
    )  # fmt: skip


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


ROWS: dict[str, Callable[[Path], dict[str, Any]]] = {
    f.__name__: f
    for f in (
        busiest_minute,
        busiest_minute_at_server,
        cancelled_after,
        small_tenant,
        engine_over_ideal,
        book_difference,
        pipeline_over_ideal,
        two_hundred,
    )
}


def main(names: list[str]) -> None:
    """Measure rows, all of them when none is named."""
    assert Manifest.model_fields  # the room is imported before the clock starts
    for name in names or list(ROWS):
        load = os.getloadavg()[0]
        row, _, size = name.partition("=")
        with tempfile.TemporaryDirectory() as folder:
            told = ROWS[row](Path(folder), *([int(size)] if size else []))  # type: ignore[call-arg]
        print(json.dumps({"row": name} | told | {"load": [round(load, 1), round(os.getloadavg()[0], 1)]}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])

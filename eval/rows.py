"""Every row of the design's table of figures, beside its peers, each in a process of its own.

In: a row's name and whether small.  Out: a `Row`: our value, the peers', CPU seconds and peak memory of measuring it.

`python -m eval bench` runs them all and writes the page; `python -m eval.rows NAME` runs one and prints its JSON, which
is how the others are run: so that one row's memory is not another's.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from eval import checkspeed
from eval.peers import OURS, NoPeer, ask, ask_peer

HERE = Path(__file__).parent
RESULTS = HERE / "results"


class Row(NamedTuple):
    """One line of the table."""

    name: str
    label: str
    target: str
    value: str
    met: bool | None
    """None where nothing was measured."""
    peers: dict[str, str] = {}
    """Peer → its value in the same unit; a peer that beats us stands here like any other."""
    note: str = ""
    cpu_s: float = 0.0
    peak_mb: float = 0.0
    load: float = 0.0
    date: str = ""
    """Day on which it was measured."""


Made = tuple[str, bool | None, dict[str, str], str]
"""(value, whether the target is met, peers, note)."""


# --- what was kept of longer runs -----------------------------------------------------------------


def _kept(name: str) -> Any:
    path = RESULTS / name
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def untraced(_: bool) -> Made:
    """Untraceable numbers in the drafts of all cases."""
    result = _kept("latest.json")
    if result is None:
        return "没有量", None, {}, "先运行 make eval"
    rows = [*result["cases"].values(), *result["generated"]["cases"].values()]
    scores = [r["measures"]["untraced"]["score"] if "measures" in r else r["scores"].get("untraced", 0) for r in rows]
    return f"{sum(scores):.0f}", sum(scores) == 0, {}, f"{len(rows)}份稿"


def verifier(small: bool) -> Made:
    """Recall and precision on mutations."""
    from eval.mutation import benchmark

    result = benchmark(every=60) if small else _kept("mutation.json") or benchmark()
    row = result["classes"]["all"]
    met = row["recall"] >= 0.995 and row["precision"] >= 0.97
    return f"{row['recall']:.1%} / {row['precision']:.1%}", met, {}, f"{row['mutants']}个变异"


# --- retrieval ------------------------------------------------------------------------------------

_BM25S = """
import json, sys
import bm25s, numpy
groups = json.load(sys.stdin)
def tokens(text):
    kept = [c for c in text if c.isalnum()]
    return kept + [a + b for a, b in zip(kept, kept[1:])]
out = []
for texts, queries in groups:
    index = bm25s.BM25(k1=1.5, b=0.75, method="lucene")
    index.index([tokens(t) for t in texts], show_progress=False)
    out.append([int(numpy.argmax(index.get_scores(tokens(q)))) for q in queries])
print(json.dumps(out))
"""


def retrieval(small: bool) -> Made:
    """R@1 plain, on year clones unscoped, and scoped; bm25s on the same texts and questions."""
    from eval import retrieval as measured

    rows = measured.figures()
    first = [rows[n].first for n in ("plain", "year clones, unscoped", "year clones, scoped")]
    met = all(value >= target for value, target in zip(first, (0.95, 0.74, 0.97), strict=True))
    return " / ".join(f"{v:.3f}" for v in first), met, _bm25s(), f"{rows['plain'].pairs}问，只用字"


def _bm25s() -> dict[str, str]:
    from eval.retrieval import clones, collections, mark_of, read_pairs, together

    indexes, pairs = collections(), read_pairs()
    passages = together(indexes.values())
    about = {(p.file, mark_of(p.text)): p.title for p in passages}
    groups, wanted = [], []
    for name, index in indexes.items():
        own = [p for p in pairs if p.collection == name]
        groups.append(([p.text for p in index.passages], [p.query for p in own]))
        wanted.append((list(index.passages), own))
    everything = [*passages, *clones(passages)]
    asked = [f"{about.get((p.file, p.mark), '')} {p.query}" for p in pairs]
    groups.append(([f"{p.title} {p.text}" for p in everything], asked))
    wanted.append((everything, pairs))
    try:
        found = ask_peer("bm25s", _BM25S, groups)
    except NoPeer as error:
        return {"bm25s": str(error)}
    right = [
        sum(held[at].file == p.file and mark_of(held[at].text) == p.mark for at, p in zip(ranks, own, strict=True))
        for (held, own), ranks in zip(wanted, found, strict=True)
    ]
    return {"bm25s": f"{sum(right[:-1]) / len(pairs):.3f} / {right[-1] / len(pairs):.3f} / 没有范围"}


_CHROMA = """
import json, sys, time, tempfile
import numpy, chromadb
size = json.load(sys.stdin)
chance = numpy.random.default_rng(3)
folder = tempfile.TemporaryDirectory()
client = chromadb.PersistentClient(folder.name, settings=chromadb.Settings(anonymized_telemetry=False))
held = client.create_collection("passages", embedding_function=None)
vectors = chance.normal(size=(size, 384)).astype("float32")
metas = [{"year": 2015 + n % 10, "department": f"k{n // 10 % 40}"} for n in range(size)]
for at in range(0, size, 2000):
    end = min(size, at + 2000)
    held.add(ids=[str(n) for n in range(at, end)], embeddings=vectors[at:end].tolist(), metadatas=metas[at:end])
where = {"$and": [{"year": 2020}, {"department": "k7"}]}
times = []
for n in range(43):
    start = time.process_time()
    held.query(query_embeddings=[vectors[n].tolist()], n_results=10, where=where)
    times.append(time.process_time() - start)
print(json.dumps(1000 * sorted(times[3:])[20]))
"""


def filtered(small: bool) -> Made:
    """A query filtered by year and department, CPU milliseconds, by words and by both; chroma alone by vectors."""
    from eval.retrieval import speed

    size = 2_000 if small else 50_000
    runs = [speed(size) for _ in range(1 if small else 5)]
    words, both = (statistics.median(r[k] for r in runs) for k in ("lexical_ms", "hybrid_ms"))
    try:
        # Chroma comes with the product: its own environment would be the same wheel once more, half a gigabyte of it.
        alone = f"{ask(OURS, 'chromadb', _CHROMA, size):.1f}"
    except NoPeer as error:
        alone = str(error)
    return f"{words:.1f} / {both:.1f} 毫秒", words <= 3 and both <= 10, {"chroma 单用": alone}, f"{size}段"


# --- batches --------------------------------------------------------------------------------------

_GRAPH = """
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
_PLAIN = """
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
    from eval.batches import engine_over_ideal

    with tempfile.TemporaryDirectory() as folder:
        told = engine_over_ideal(Path(folder))
    calls, latency = (64 if small else 800), 0.2
    given = {"calls": calls, "latency": latency, "database": "", "paid": ""}
    peers = {"asyncio": _ratio(lambda: ask(OURS, "asyncio", _PLAIN, given), calls * latency / 16)}
    with tempfile.TemporaryDirectory() as folder:
        kept = given | {"database": f"{folder}/g.db"}
        peers["LangGraph + SQLite"] = _ratio(lambda: ask_peer("langgraph", _GRAPH, kept), calls * latency / 16)
    return (
        f"{told['wall_over_ideal']}",
        told["wall_over_ideal"] <= 1.3,
        peers,
        f"同样的调用只用asyncio和台账：{told['plain_over_ideal']}",
    )


def _ratio(work: Callable[[], float], ideal: float) -> str:
    try:
        return f"{work() / ideal:.2f}"
    except NoPeer as error:
        return str(error)


def batch_pipeline(small: bool) -> Made:
    """Wall over ideal of the whole pipeline at two seconds a call."""
    if small:
        return "没有量", None, {}, "小跑时不量：一趟要几分钟"
    from eval.batches import pipeline_over_ideal

    with tempfile.TemporaryDirectory() as folder:
        told = pipeline_over_ideal(Path(folder))
    return f"{told['wall_over_ideal']}", told["wall_over_ideal"] <= 1.15, {}, f"{told['calls']}次调用"


def paid_again(small: bool) -> Made:
    """Recorded calls paid for again after kill -9 and resume; LangGraph with its SQLite checkpoints beside."""
    from tests.batch_cases import Model, start_batch, write_departments, write_manifest
    from tests.test_batch_kills import what_stands

    from chugao.database import sqlite_url

    again = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_departments(folder)
        write_manifest(folder, engine="openai:m", concurrency=6)
        model = Model(slowest_s=0.3)
        with model:
            for kill in range(1 if small else 5):
                process = start_batch("batch", "run", "清单.toml", folder=folder, url=model.url)
                _after(lambda k=kill, p=process: model.count >= 3 * (k + 1) or p.poll() is not None)  # type: ignore[misc]
                process.kill()
                process.wait(10)
                time.sleep(0.4)
                recorded, before = (
                    what_stands(sqlite_url(folder / "out" / ".chugao" / "ledger.db"))[0],
                    len(model.asked),
                )
                start_batch("batch", "run", "清单.toml", folder=folder, url=model.url).wait(300)
                again += sum(q in recorded for q in model.asked[before:])
    return f"{again}", again == 0, {"LangGraph + SQLite": _graph_paid_again()}, "杀死后重跑"


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
            command = [str(peer_python("langgraph")), "-c", _GRAPH]
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
            ask_peer("langgraph", _GRAPH, given)
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
    return f"{memory} MB，后半÷前半 {told['second_half_over_first']}", met, {}, f"{told['documents']}份"


# --- pages and words ------------------------------------------------------------------------------


def word_compare(small: bool) -> Made:
    """p95 of comparing 10,000 characters, and numbers cut; difflib and diff-match-patch beside."""
    from chugao import comparing
    from eval import comparison

    comparing.compare("一。", "二。")  # the dictionary is read once
    held = {"10k": [comparison.edited_pair(10_000, seed, 0.2) for seed in range(2 if small else 10)]}
    pairs = held["10k"]
    ours = comparison._row("chugao", "10k", pairs, [comparison._timed(partial(comparison._ours, p), 3) for p in pairs])
    difflib = comparison._row(
        "difflib", "10k", pairs[:2], [comparison._timed(partial(comparison._difflib, p), 1) for p in pairs[:2]]
    )
    peers = {"difflib": f"{difflib.p95_ms} 毫秒，切断{difflib.cuts}"}
    if (python := comparison.peers_python()) is not None:
        for name, label in (("cpp", "diff-match-patch (C++)"), ("python", "diff-match-patch (Python)")):
            row = comparison._row(label, "10k", pairs[:2], comparison._peer(python, name, pairs[:2], 1))
            peers[label] = f"{row.p95_ms} 毫秒，切断{row.cuts}"
    return f"{ours.p95_ms} 毫秒，切断{ours.cuts}", ours.p95_ms <= 30 and ours.cuts == 0, peers, f"{len(pairs)}对"


def word_files(small: bool) -> Made:
    """Redline, typesetting and reading back, each a ratio of CPU seconds to its peer's."""
    if small:
        return "没有量", None, {}, "小跑时不量：python -m eval bench 里各自成行"
    from eval import word

    rows = word.measure()
    return "；".join(f"{r.label} {r.median}" for r in rows), None, {}, "各行的目标见上表"


def compare_page(small: bool) -> Made:
    """The compare page and a paper of 500 sections in a browser: weight, and when they can be used."""
    from eval.crowd import CHROMIUM, browsed

    if not CHROMIUM.exists():
        return "没有浏览器，没有量", None, {}, "需要 /usr/bin/chromium"
    seen = browsed(50 if small else 500)
    met = seen.weight_kib <= 60 and seen.compare_ms <= 600 and seen.long_ms <= 800
    value = f"{seen.weight_kib:.0f} KiB，{seen.compare_ms:.0f} / {seen.long_ms:.0f} 毫秒"
    return (
        value,
        met,
        {"Streamlit": "2867 KiB，5500 毫秒（文献值，没有在这里量）"},
        f"首字节{seen.first_byte_ms:.0f}毫秒",
    )


def readers(small: bool) -> Made:
    """Fifty people who read and think: how long the slowest of twenty pages takes."""
    from eval.crowd import read_by

    told = read_by(5 if small else 50, 8 if small else 40)
    note = f"{told.reads}次读，出错{told.wrong}次，服务器每次{told.cpu_ms:.0f}毫秒CPU"
    return f"{told.p95_ms:.0f} 毫秒", told.p95_ms <= 300 and not told.wrong, {}, note


ROWS: dict[str, tuple[str, str, Callable[[bool], Made]]] = {
    "untraced": ("成稿里没有出处的数", "0", untraced),
    "verifier": ("核数 召回 / 精确", "≥ 99.5% / ≥ 97%", verifier),
    "retrieval": ("检索 R@1：平常 / 克隆不限 / 克隆限范围", "≥ 0.95 / 0.74 / 0.97", retrieval),
    "filtered": ("五万段里带条件的一问：字 / 字和向量", "≤ 3 / ≤ 10 毫秒", filtered),
    "word_compare": ("对比一万字，p95，切断的数", "≤ 30 毫秒，0", word_compare),
    "word_files": ("修订稿、排版、读回", "见各行", word_files),
    "batch_pipeline": ("批量，2秒一次的整条流水线，用时÷理想", "≤ 1.15", batch_pipeline),
    "batch_engine": ("批量，200毫秒一次，不装配不核对，用时÷理想", "≤ 1.3", batch_engine),
    "paid_again": ("kill -9 以后重付的调用", "0", paid_again),
    "compare_page": ("对比页大小，可用；500节可用", "≤ 60 KiB，600 / 800 毫秒", compare_page),
    "readers": ("50人同时看，p95", "≤ 300 毫秒，出错0", readers),
    "batch_memory": ("批量工作进程的内存", "≤ 280 MB，平稳", batch_memory),
    **checkspeed.ROWS,
}
"""name → (label, target, how)."""


def run_row(name: str, small: bool) -> Row:
    """One row, measured in this process."""
    label, target, work = ROWS[name]
    before, load = _cpu(), os.getloadavg()[0]
    try:
        value, met, peers, note = work(small)
    except Exception as error:  # a row that breaks is a row that says so
        value, met, peers, note = "跑不了", False, {}, f"{type(error).__name__}：{error}"[:300]
    peak = max(resource.getrusage(w).ru_maxrss for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    today = time.strftime("%Y-%m-%d")
    return Row(
        name, label, target, value, met, peers, note, round(_cpu() - before, 2), round(peak), round(load, 1), today
    )


def _cpu() -> float:
    used = [resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def _keep(row: Row) -> None:
    folder = RESULTS / "rows"
    folder.mkdir(parents=True, exist_ok=True)
    told = json.dumps(row._asdict(), ensure_ascii=False, indent=1)
    (folder / f"{row.name}.json").write_text(told + "\n", encoding="utf-8")


def every_row(names: Sequence[str] = (), *, small: bool = False) -> list[Row]:
    """Every row, or those named, each in a process of its own."""
    unknown = [n for n in names if n not in ROWS]
    if unknown:
        raise SystemExit(f"没有这些行：{'、'.join(unknown)}；有：{'、'.join(ROWS)}")
    return list(_apart(names or list(ROWS), small))


def kept_rows() -> list[Row]:
    """Every row as it was measured last, by itself or with the others; nothing is run."""
    held = []
    for name, (label, target, _) in ROWS.items():
        found = _kept(f"rows/{name}.json")
        held.append(Row(**found) if found else Row(name, label, target, "没有量", None))
    return held


def _apart(names: Sequence[str], small: bool) -> Iterator[Row]:
    for name in names:
        command = [sys.executable, "-m", "eval.rows", name, *(["--small"] if small else [])]
        done = subprocess.run(command, capture_output=True, text=True, timeout=3600, check=False)
        try:
            row = Row(**json.loads(done.stdout.strip().splitlines()[-1]))
            if not small:
                # A run of all rows takes an hour: each stands as soon as it is measured.
                _keep(row)
            yield row
        except (ValueError, IndexError):
            label, target, _ = ROWS[name]
            yield Row(name, label, target, "跑不了", False, {}, done.stderr.strip()[-300:])


def lines_of(rows: Sequence[Row]) -> list[str]:
    """The rows as a table of markdown."""
    marks = {True: "✓", False: "✗", None: "·"}
    lines = [
        "| | what | target | chugao | peers | note | CPU s | peak MB | load | date |",
        "|---|---|---|---|---|---|---:|---:|---:|---|",
    ]
    for row in rows:
        peers = "；".join(f"{name} {value}" for name, value in row.peers.items())
        measured = (row.cpu_s, row.peak_mb, row.load, row.date)
        cells = (marks[row.met], row.label, row.target, row.value, peers, row.note, *measured)
        lines.append("| " + " | ".join(str(c).replace("|", "｜").replace("\n", " ") for c in cells) + " |")
    return lines


if __name__ == "__main__":
    print(json.dumps(run_row(sys.argv[1], "--small" in sys.argv)._asdict(), ensure_ascii=False))

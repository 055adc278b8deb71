"""What a call costs our own process: engine and ledger, 64 in flight, against a stub in another process.

In: nothing but the samples.  Out: `Cost`s; `python -m eval.calls` prints them, with `--write` into docs/calls.md.

Counted are the CPU seconds of this process, all threads, in user and system, from a `Brief` to its `Reply`: masking,
prompt, schema, key, claim, request through the client library, reading, commit to the disk.  Not counted are what comes
before (offering facts) and after (binding, judging: `drafting`, not the engine), the server, and the first sixty-four
calls, which import and connect.  The best of several rounds: others on a shared machine only ever add.  Beside it stands
the bare client library doing nothing but the same request, for the ratio says more than milliseconds of a machine nobody
knows.
"""

import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from eval.sentences import EXAMPLES, ORGANISATION

SENTENCES = (
    "开设周末门诊，骨科每逢周六开诊，上班的人不必请假，门诊{outpatient_visits.now}。",
    *("周末门诊由骨科医师轮值，挂号与平日一样，检查当天做完。",) * 6,
)
LIMIT_MS = 8.0
AT_ONCE = 64


class Cost(NamedTuple):
    """CPU milliseconds a call."""

    engine: str
    how: str
    """whole, streamed, or recorded: answered by the ledger."""
    ms: float


def measure(calls: int = 192, at_once: int = AT_ONCE, rounds: int = 3) -> list[Cost]:
    """Every engine and way, each the best of `rounds`; the last row is the bare client library."""
    briefs = _briefs()
    with _stub() as url:
        costs = [
            cost
            for engine in ("openai:m", "langchain:openai:m")
            for stream in (False, True)
            for cost in _engine(engine, stream, url, briefs, calls, at_once, rounds)
        ]
        return [*costs, Cost("openai client alone", "whole", _bare(url, calls, at_once, rounds))]


def _engine(
    name: str, stream: bool, url: str, briefs: Sequence[Any], calls: int, at_once: int, rounds: int
) -> Iterator[Cost]:
    from chugao.config import ModelSettings, Settings
    from chugao.database import open_database, sqlite_url
    from chugao.engines import held_open, open_assisted
    from chugao.ledger import Ledger

    model = ModelSettings(output="json_schema", stream=stream, concurrency=at_once)
    with (
        tempfile.TemporaryDirectory() as folder,
        open_database(sqlite_url(Path(folder) / "ledger.db")) as database,
        Ledger(database) as ledger,
    ):
        engine = open_assisted(name, settings=Settings(base_url=url, model=model), ledger=ledger)

        async def written(start: int, count: int) -> None:
            async with held_open(engine):
                seeded = (briefs[i % len(briefs)].model_copy(update={"seed": i}) for i in range(start, start + count))
                await asyncio.gather(*(engine.write(b) for b in seeded))

        asyncio.run(written(0, at_once))
        fresh = [_per_call(written(at_once + r * calls, calls), calls) for r in range(rounds)]
        yield Cost(name, "streamed" if stream else "whole", min(fresh))
        if stream:
            again = [_per_call(written(at_once, calls), calls) for _ in range(rounds)]
            yield Cost(name, "recorded", min(again))


def _bare(url: str, calls: int, at_once: int, rounds: int) -> float:
    """The client library with a body of the same size, and nothing of ours."""
    import openai

    body: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "字" * 4000}]}

    async def asked() -> None:
        gate = asyncio.Semaphore(at_once)
        async with openai.AsyncOpenAI(base_url=url, api_key="-", max_retries=0) as client:

            async def one() -> None:
                async with gate:
                    await client.chat.completions.create(**body)

            await asyncio.gather(*(one() for _ in range(calls)))

    asyncio.run(asked())
    return min(_per_call(asked(), calls) for _ in range(rounds))


def _per_call(work: Awaitable[None], calls: int) -> float:
    before = _cpu()
    asyncio.run(work)  # type: ignore[arg-type]
    return (_cpu() - before) / calls * 1000


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _briefs() -> list[Any]:
    """Four sections of the sample department, as they are asked for."""
    import chugao
    from chugao.drafting.offering import Paper, make_offer
    from chugao.drafting.planning import plan_sections
    from chugao.metrics.facts import derive

    figures = chugao.read_metrics(EXAMPLES / "figures" / "医务科-2025.xlsx")
    matters = chugao.read_matters(EXAMPLES / "matters" / "医务科-2025.xlsx")
    outline = chugao.read_outline("summary-plan", department="医务科", year=2025, organisation=ORGANISATION)
    facts = derive(figures.of_department("医务科"), outline.reported)
    plans = [p for p in plan_sections(outline, facts, matters.items, (), 0) if not p.is_parent]
    paper = Paper(outline=outline, facts=facts)
    return [make_offer(p, paper, ()).brief for p in plans if p.part.role in ("results", "plan")][:4]


# --- a model server that costs us nothing -----------------------------------------------------------


@contextmanager
def _stub() -> Iterator[str]:
    """Serves in a process of its own; its address."""
    process = subprocess.Popen([sys.executable, "-m", "eval.calls", "--serve"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(10)


async def _serve() -> None:
    held = [{"text": s} for s in SENTENCES]
    text = json.dumps({"heading": None, "blocks": [{"type": "paragraph", "sentences": held}]}, ensure_ascii=False)
    shell = {"id": "x", "object": "chat.completion", "created": 1, "model": "m"}
    usage = {"prompt_tokens": 2400, "completion_tokens": 160, "total_tokens": 2560}
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    whole = _response("application/json", _line(shell | {"choices": [choice], "usage": usage}))
    chunk = shell | {"object": "chat.completion.chunk"}
    pieces = [
        chunk | {"choices": [{"index": 0, "delta": {"content": text[i : i + 6]}, "finish_reason": None}]}
        for i in range(0, len(text), 6)
    ]
    last = [chunk | {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}]
    last.append(chunk | {"choices": [], "usage": usage})
    events = b"".join(b"data: " + _line(p) + b"\n\n" for p in (*pieces, *last)) + b"data: [DONE]\n\n"
    streamed = _response("text/event-stream", events)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
                body = await reader.readexactly(length)
                writer.write(streamed if b'"stream":true' in body.replace(b" ", b"") else whole)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=256, limit=2**20)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", flush=True)
    await server.serve_forever()


def _line(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _response(kind: str, body: bytes) -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def told(costs: Sequence[Cost], print_line: Callable[[str], None] = print) -> None:
    """Print them, with the ratio to the bare client."""
    bare = costs[-1].ms
    for cost in costs:
        print_line(f"{cost.engine:22}{cost.how:10}{cost.ms:6.1f} ms CPU a call{cost.ms / bare:6.1f} x the client alone")


def write(costs: Sequence[Cost]) -> None:
    """The page, every number of it from this run."""
    bare, load = costs[-1].ms, os.getloadavg()[0]
    lines = [
        "# What a call costs our own process",
        "",
        "Written by `python -m eval.calls --write`; do not edit.",
        "",
        f"{datetime.now(UTC).date().isoformat()}, {os.cpu_count()} cores, load {load:.1f}; {AT_ONCE} calls in flight in one process,",
        f"each with a brief of the sample department; limit: {LIMIT_MS:g} ms CPU a call, engine and ledger.",
        "",
        *"".join((__doc__ or "").partition("\n\nCounted")[1:]).strip().splitlines(),
        "",
        "| engine | how | ms CPU a call | × the client alone |",
        "|---|---|---|---|",
        *(f"| {c.engine} | {c.how} | {c.ms:.1f} | {c.ms / bare:.1f} |" for c in costs),
        "",
        "`recorded`: answered by the ledger, no call made.  `streamed`: an event for every six characters, all sent at once; for",
        "LangChain, which takes a quarter of a millisecond an event, our transport puts events together (`engines/gathering.py`).",
        "A model that writes slowly is read in more pieces: at most one each half second goes up to LangChain.",
    ]
    (Path(__file__).parents[1] / "docs" / "calls.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    if "--serve" in sys.argv:
        asyncio.run(_serve())
        return
    costs = measure()
    told(costs)
    if "--write" in sys.argv:
        write(costs)


if __name__ == "__main__":
    main()

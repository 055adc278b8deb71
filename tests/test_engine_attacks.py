"""What a hostile or broken server does beside answering badly: it repeats the key, sends what nobody can write down, plays for time."""

import asyncio
import json
import logging
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

import pytest

from chugao.config import EmbeddingSettings, ModelSettings, Settings
from chugao.database import Database
from chugao.engines import open_assisted
from chugao.engines.embedding import open_embedder
from chugao.errors import EngineError
from chugao.ledger import Ledger
from tests.fault_server import reply
from tests.recordings import brief

KEY = "yuan-2025"
"""Short, as a gateway of an institution gives them out: nothing about it looks like a key."""
WAYS = [(engine, stream) for engine in ("openai:m", "langchain:openai:m") for stream in (True, False)]
Answers = Callable[[bool], bytes]


@contextmanager
def serving(answer: Answers) -> Iterator[str]:
    """A server of raw bytes: what comes back to a request, streamed or not; its address."""
    loop, ready, urls = asyncio.new_event_loop(), Event(), []

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
            body = json.loads(await reader.readexactly(length))
            writer.write(answer(bool(body.get("stream"))))
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def serve() -> None:
        server = await asyncio.start_server(one, "127.0.0.1", 0)
        urls.append(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1")
        ready.set()
        async with server:
            await stop.wait()

    stop = asyncio.Event()
    thread = Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    assert ready.wait(60)
    try:
        yield urls[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(60)
        loop.close()


def http(status: str, body: bytes, kind: str = "application/json", extra: str = "") -> bytes:
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{extra}Connection: close\r\n\r\n"
    )
    return head.encode() + body


def says(text: str, model: str = "m", finish: str = "stop") -> Answers:
    """A well-formed answer; of a stream every event brings one character."""
    shell, usage = (
        {"id": "x", "created": 1, "model": model},
        {"prompt_tokens": 9, "completion_tokens": 9, "total_tokens": 18},
    )

    def answer(stream: bool) -> bytes:
        if not stream:
            choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}
            told = shell | {"object": "chat.completion", "choices": [choice], "usage": usage}
            return http("200 OK", json.dumps(told).encode())
        deltas: list[tuple[dict[str, str], str | None]] = [*(({"content": c}, None) for c in text), ({}, finish)]
        events = [{"choices": [{"index": 0, "delta": d, "finish_reason": end}]} for d, end in deltas]
        chunks = [shell | {"object": "chat.completion.chunk"} | e for e in events]
        body = "".join(f"data: {json.dumps(c)}\n\n" for c in chunks) + "data: [DONE]\n\n"
        return http("200 OK", body.encode(), "text/event-stream")

    return answer


def refuses(status: str, told: str, extra: str = "") -> Answers:
    body = json.dumps({"error": {"message": told}}).encode()
    return lambda stream: http(status, body, extra=extra)


def settings(url: str, **model: Any) -> Settings:
    asked = ModelSettings(**({"output": "plain", "attempts": 2, "backoff_s": 0.01} | model))
    return Settings(base_url=url, api_key=KEY, model=asked)  # type: ignore[arg-type]


# --- our key comes back -----------------------------------------------------------------------------


@pytest.mark.parametrize(("engine", "stream"), WAYS)
@pytest.mark.parametrize(
    "answer",
    [
        refuses("400 Bad", f"bad key {KEY} in Authorization: Bearer {KEY}"),
        refuses("404 None", f"no such model; key={KEY}"),
        refuses(f"400 {KEY}", "no", extra=f"Set-Cookie: k={KEY}; Path=/\r\nX-Key: {KEY}\r\n"),
        says(reply(f"门诊{{outpatient_visits.now}}，密钥{KEY}。")),
        says(f"your key is {KEY}"),
        says(reply("门诊{outpatient_visits.now}。"), model=f"m-{KEY}", finish=KEY),
    ],
    ids=["error", "no model", "headers", "sentence", "junk", "model"],
)
def test_a_key_that_the_server_repeats_stands_nowhere(
    engine: str, stream: bool, answer: Answers, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told: list[str] = []
    with serving(answer) as url, Ledger(database) as ledger:
        writer = open_assisted(engine, settings=settings(url, stream=stream), ledger=ledger)
        try:
            told.append(asyncio.run(writer.write(brief(), told.append)).model_dump_json())
        except EngineError as error:
            told += [str(error), repr(error), repr(error.__cause__), repr(error.__context__)]
    with database.read() as connection:
        told += [str(row) for row in connection.exec_driver_sql("SELECT * FROM call")]
    told += [r.getMessage() for r in caplog.records]

    assert len(told) > 1
    assert [t[:200] for t in told if KEY in t] == []


@pytest.mark.parametrize("status", ["400 Bad", "500 Bad"])
def test_nor_does_it_when_vectors_are_asked_for(status: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(refuses(status, f"key={KEY}", extra=f"X-Key: {KEY}\r\n")) as url:
        own = EmbeddingSettings(model="e")
        embedder = open_embedder(settings=settings(url).model_copy(update={"embedding": own}))
        with pytest.raises(EngineError) as failed:
            asyncio.run(embedder.embed(["骨科开设周末门诊"]))

    told = [str(failed.value), repr(failed.value.__context__), *(r.getMessage() for r in caplog.records)]
    assert [t for t in told if KEY in t] == []


# --- what nobody can write down ---------------------------------------------------------------------


@pytest.mark.parametrize(("engine", "stream"), WAYS)
@pytest.mark.parametrize(
    "answer",
    [
        says(reply("门\ud800诊\x00{outpatient_visits.now}。")),
        says(reply("门诊{outpatient_visits.now}。"), model="m\ud800\x00", finish="st\udfffop\x00"),
        refuses("400 Bad", "half \ud83d of a pair\x00"),
    ],
    ids=["text", "model", "error"],
)
def test_halves_of_characters_and_nulls_end_in_an_answer_or_in_our_words(
    engine: str, stream: bool, answer: Answers, database: Database
) -> None:
    told: list[str] = []
    with serving(answer) as url, Ledger(database) as ledger:
        writer = open_assisted(engine, settings=settings(url, stream=stream), ledger=ledger)
        try:
            told.append(asyncio.run(writer.write(brief(), told.append)).model_dump_json())
        except EngineError as error:
            told.append(str(error))

    assert told
    assert all(t.encode() and "\0" not in t for t in told)


CARRIAGE_RETURNS = """
import asyncio
from chugao.engines import open_assisted
from tests.fault_server import reply
from tests.recordings import brief
from tests.test_engine_attacks import http, says, serving, settings

said = says(reply("门诊{outpatient_visits.now}。"))(True).partition(b"\\r\\n\\r\\n")[2].replace(b"\\n", b"\\r")
with serving(lambda stream: http("200 OK", said, "text/event-stream")) as url:
    writer = open_assisted("langchain:openai:m", settings=settings(url, stream=True))
    print(asyncio.run(writer.write(brief())).blocks[0].sentences[0].text)
"""


def test_a_client_that_throws_the_rest_of_a_stream_away_finds_its_end() -> None:
    """In a process of its own: where there is no end nothing can stop it, for it never lets go of the loop."""
    ended = subprocess.run(
        [sys.executable, "-c", CARRIAGE_RETURNS], check=False, capture_output=True, text=True, timeout=120
    )

    assert ended.stdout == "门诊{outpatient_visits.now}。\n", ended.stderr


# --- for time ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("engine", "stream"), WAYS)
def test_whoever_cancels_does_not_wait_for_a_name_server(
    engine: str, stream: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, over = Event(), Event()

    def resolve(*_: Any, **__: Any) -> Any:
        asked.set()
        over.wait(30)
        raise socket.gaierror

    async def cancelled() -> float:
        writer = open_assisted(engine, settings=settings("https://slow.example/v1", stream=stream))
        task = asyncio.ensure_future(writer.write(brief()))
        while not asked.is_set():
            await asyncio.sleep(0.02)
        began = time.monotonic()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return began

    monkeypatch.setattr("socket.getaddrinfo", resolve)
    # The whole run, its end too: there a loop waits for the threads it has begun.
    began = asyncio.run(cancelled())
    took = time.monotonic() - began
    over.set()

    assert took < 2

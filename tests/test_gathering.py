"""The crumbs of a streamed answer are put together, and nothing of it is lost, late or reordered."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from itertools import chain
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chugao.engines.gathering import Gathered


class Pieces:
    """A stream that gives these bytes, one after the other."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece

    async def aclose(self) -> None: ...


def event(text: str, **more: Any) -> bytes:
    choice = {"index": 0, "delta": {"content": text} | more.pop("delta", {}), "finish_reason": more.pop("finish", None)}
    return b"data: " + json.dumps({"id": "x", "choices": [choice]} | more, ensure_ascii=False).encode() + b"\n\n"


END_WITHOUT_TEXT = b'data: {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}\n\n'


def through(pieces: Iterable[bytes], wait_s: float = 60.0, clock: Any = None) -> list[bytes]:
    async def read() -> list[bytes]:
        gathered = Gathered(Pieces(pieces), wait_s, *([clock] if clock else []))
        return [piece async for piece in gathered if piece]

    return asyncio.run(read())


def events(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(line[5:]) for line in data.split(b"\n") if line.startswith(b"data: {")]


def text_of(data: bytes) -> str:
    return "".join(e["choices"][0]["delta"].get("content") or "" for e in events(data) if e["choices"])


@given(texts=st.lists(st.text(max_size=30), max_size=40), cut=st.integers(1, 60))
def test_every_character_comes_through_however_the_stream_is_cut(texts: list[str], cut: int) -> None:
    stream = b"".join(map(event, texts)) + b"data: [DONE]\n\n"

    told = b"".join(through(stream[i : i + cut] for i in range(0, len(stream), cut)))

    assert text_of(told) == "".join(texts)
    assert told.rstrip().endswith(b"data: [DONE]")


def test_many_crumbs_become_few_events() -> None:
    stream = [event("字") for _ in range(500)]

    told = b"".join(through(stream))

    assert text_of(told) == "字" * 500
    assert len(events(told)) < 10


def test_the_first_word_passes_at_once_and_none_waits_longer_than_a_moment() -> None:
    now = 0.0

    def ticking() -> Iterable[bytes]:
        nonlocal now
        for letter in "abcdefgh":
            yield event(letter)
            now += 0.3

    role = event("", delta={"role": "assistant"})
    told = through(chain([role], ticking()), wait_s=0.5, clock=lambda: now)

    assert text_of(told[0]) == "a"
    assert events(told[0])[0]["choices"][0]["delta"]["role"] == "assistant"
    assert [text_of(piece) for piece in told] == ["a", "bc", "de", "fg", "h"]


def test_a_refusal_and_an_error_pass_as_they_came_and_in_their_place() -> None:
    refusal, error = event("", delta={"refusal": "no"}), b'data: {"error": {"message": "full"}}\n\n'
    stream = [event("甲"), event("乙"), refusal, event("丙"), event("丁"), error]

    told = events(b"".join(through(stream)))

    assert [e["choices"][0]["delta"].get("content") for e in told if e.get("choices")] == ["甲", "乙", "", "丙丁"]
    assert told[2]["choices"][0]["delta"]["refusal"] == "no"
    assert told[-1]["error"] == {"message": "full"}


@pytest.mark.parametrize("end", [event("", finish="stop"), event("丁", finish="length"), END_WITHOUT_TEXT])
def test_the_end_and_the_bill_come_with_the_last_characters(end: bytes) -> None:
    bill = b'data: {"choices": [], "usage": {"prompt_tokens": 7}}\n\n'

    told = through([event("甲"), event("乙"), event("丙"), end, bill, b"data: [DONE]\n\n"])

    (first, last), done = events(b"".join(told)), b"".join(told).split(b"\n\n")[-2]
    (ended,) = events(end)
    assert first["choices"][0]["finish_reason"] is None
    assert text_of(b"".join(told)) == "甲乙丙" + (ended["choices"][0]["delta"].get("content") or "")
    assert last["choices"][0]["finish_reason"] == ended["choices"][0]["finish_reason"]
    assert last["usage"] == {"prompt_tokens": 7}
    assert done == b"data: [DONE]"


def test_a_bill_before_the_end_and_an_end_without_a_bill_pass() -> None:
    bill = b'data: {"choices": [], "usage": {"prompt_tokens": 7}}\n\n'

    early = events(b"".join(through([event("甲"), event("乙"), bill, event("丙", finish="stop")])))
    alone = events(b"".join(through([END_WITHOUT_TEXT])))

    assert [e.get("usage") for e in early] == [None, None, {"prompt_tokens": 7}, None]
    assert early[-1]["choices"][0] | {"index": 0} == {"index": 0, "delta": {"content": "丙"}, "finish_reason": "stop"}
    assert alone[0]["choices"][0]["finish_reason"] == "stop"


def test_what_is_no_stream_of_events_passes_unchanged() -> None:
    page = [b"<html>\n<body>", b"no model here", b"</body>\n</html>"]

    assert b"".join(through(page)) == b"".join(page)

"""Put the crumbs of a streamed answer together before a client reads them that is costly by the crumb.

In: the bytes of a stream of events, as they come.  Out: the same events, those that bring nothing but a few more
characters made one, and the end and the bill with the last of them.

Surprise: LangChain and the client below it spend a quarter of a millisecond on every event, thirty times what reading
it takes, and a model sends an event a token.  The first characters pass at once and others wait a moment at most, so
that whoever watches for the first word, or for the next, sees what he saw before.
"""

import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2

_CHARACTERS = 1000
_LONGEST_S = 0.5


class Gathered(httpx2.AsyncByteStream):
    """A stream of events with fewer of them; `wait_s` is how long a character may be held back."""

    def __init__(self, inner: Any, wait_s: float = _LONGEST_S, clock: Callable[[], float] = time.monotonic) -> None:
        self._inner, self._wait_s, self._clock = inner, min(wait_s, _LONGEST_S), clock
        self._chunk: dict[str, Any] | None = None
        self._held: list[str] = []
        self._length = 0
        self._passed_at = float("-inf")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        begun: list[bytes] = []
        async for piece in self._inner:
            begun.append(piece)
            if b"\n" not in piece:
                continue
            *lines, rest = b"".join(begun).split(b"\n")
            begun = [rest]
            if told := b"".join(map(self._take, lines)):
                yield told
        yield self._let_go() + b"".join(begun)

    async def aclose(self) -> None:
        await self._inner.aclose()

    def _take(self, line: bytes) -> bytes:
        """What is to be passed on after this line."""
        if not line.strip():
            return b"" if self._chunk is not None else line + b"\n"
        chunk = _read(line)
        if chunk is not None and self._ended and _is_bill(chunk):
            assert self._chunk is not None
            self._chunk["usage"] = chunk["usage"]
            return b""
        if chunk is None or not _is_crumb(chunk):
            return self._let_go() + line + b"\n"
        self._hold(chunk)
        due = self._length >= _CHARACTERS or self._clock() - self._passed_at >= self._wait_s
        # What says nothing yet (a role) waits for the first character; what ended for its bill, which follows at once.
        return self._let_go() if due and self._length and not self._ended else b""

    @property
    def _ended(self) -> bool:
        return self._chunk is not None and bool(self._chunk["choices"][0].get("finish_reason"))

    def _hold(self, chunk: dict[str, Any]) -> None:
        (choice,) = chunk["choices"]
        text = choice["delta"].get("content") or ""
        self._held.append(text)
        self._length += len(text)
        if self._chunk is None:
            self._chunk = chunk
            return
        if choice.get("finish_reason"):
            self._chunk["choices"][0]["finish_reason"] = choice["finish_reason"]
        if chunk.get("usage"):
            self._chunk["usage"] = chunk["usage"]

    def _let_go(self) -> bytes:
        """The event that stands for those held back."""
        if self._chunk is None:
            return b""
        chunk, self._chunk = self._chunk, None
        chunk["choices"][0]["delta"]["content"] = "".join(self._held)
        self._held, self._length, self._passed_at = [], 0, self._clock()
        return b"data: " + json.dumps(chunk, ensure_ascii=False).encode() + b"\n\n"


def _read(line: bytes) -> dict[str, Any] | None:
    """The event of a line, None for a line that is none, or one that is not looked into."""
    if not line.startswith(b"data:") or not (b'"content"' in line or b'"finish_reason"' in line or b'"usage"' in line):
        return None
    try:
        chunk = json.loads(line[5:].decode())  # of bytes it would first guess the encoding
    except (ValueError, RecursionError):
        return None
    return chunk if isinstance(chunk, dict) and not chunk.get("error") else None


def _is_crumb(chunk: dict[str, Any]) -> bool:
    """Whether all it brings is text, or the end of it."""
    try:
        (choice,) = chunk["choices"]
        delta = choice["delta"]
        bare = not any(delta[k] for k in delta.keys() - {"content", "role"}) and not choice.get("logprobs")
        ends = isinstance(choice.get("finish_reason"), str) and delta.get("content") is None
        return bare and (ends or isinstance(delta["content"], str))
    except (ValueError, KeyError, TypeError, AttributeError):
        return False


def _is_bill(chunk: dict[str, Any]) -> bool:
    return chunk.get("choices") == [] and isinstance(chunk.get("usage"), dict)

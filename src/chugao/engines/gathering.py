"""Put the crumbs of a streamed answer together before a client reads them that is costly by the crumb.

In: the bytes of a stream of events, as they come.  Out: the same events, those that bring nothing but a few more
characters made one.

Surprise: LangChain and the client below it spend a quarter of a millisecond on every event, thirty times what reading
it takes, and a model sends an event a token.  The first characters pass at once and others wait a moment at most, so
that whoever watches for the first word, or for the next, sees what he saw before.
"""

import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2

_CHARACTERS = 160
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
        chunk = _crumb(line)
        if chunk is None:
            return self._let_go() + line + b"\n"
        text = chunk["choices"][0]["delta"]["content"]
        self._chunk = self._chunk or chunk
        self._held.append(text)
        self._length += len(text)
        due = self._length >= _CHARACTERS or self._clock() - self._passed_at >= self._wait_s
        return self._let_go() if due else b""

    def _let_go(self) -> bytes:
        """The event that stands for those held back."""
        if self._chunk is None:
            return b""
        chunk, self._chunk = self._chunk, None
        chunk["choices"][0]["delta"]["content"] = "".join(self._held)
        self._held, self._length, self._passed_at = [], 0, self._clock()
        return b"data: " + json.dumps(chunk, ensure_ascii=False).encode() + b"\n\n"


def _crumb(line: bytes) -> dict[str, Any] | None:
    """The event of a line when all it brings is text, None for any other line."""
    if not line.startswith(b"data:") or b'"content"' not in line:
        return None
    try:
        chunk = json.loads(line[5:])
        (choice,) = chunk["choices"]
        delta = choice["delta"]
        plain = isinstance(delta["content"], str) and not any(delta[k] for k in delta.keys() - {"content", "role"})
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    ends = choice.get("finish_reason") or choice.get("logprobs") or chunk.get("usage") or chunk.get("error")
    return chunk if plain and not ends else None

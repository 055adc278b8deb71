"""How fast a provider may be asked: requests and tokens a minute, and how many at once.

In: the limits of the settings.  Out: `Limits`, a turn for every call.

One process keeps them in memory (`Buckets`); many workers put another `Limits` in the same place.  Surprise: a 429 is
not only to be waited out: whoever keeps as many calls in flight as before gets the next one at once, so their number
is halved and grows again with what succeeds.
"""

import asyncio
import itertools
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from contextvars import ContextVar
from heapq import heapify, heappop, heappush
from typing import Protocol

RANK: ContextVar[int] = ContextVar("rank", default=0)
"""Of the calls that wait for a turn the one of the lowest rank goes first, of one rank the one that came first."""

_MINUTE = 60.0
_WINDOW_S = 62.0  # between a turn and its arrival lie up to two seconds of a busy machine
_BURST_S = 6.0  # what may be used at once of a minute's allowance
_GROW_AFTER = 16


class Limits(Protocol):
    """Who may ask now.  Shared by everything that spends from one provider key."""

    def turn(self, tokens: int) -> AbstractAsyncContextManager[None]:
        """Wait until a call of about that many tokens may start; it counts as in flight inside."""
        ...

    def settle(self, estimated: int, used: int) -> None:
        """A call used other than estimated."""
        ...

    def throttled(self, retry_after_s: float) -> None:
        """The provider said 429."""
        ...


class _Rate:
    """An allowance a minute with a small burst: books the moment a call may start.

    No minute holds more than the allowance, whenever it begins: evenly spaced calls alone would add what may go at once.
    """

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self._next = 0.0
        self._booked: deque[tuple[float, float]] = deque()  # (moment, amount), as far back as a minute reaches
        self._sum = 0.0

    def book(self, amount: float, now: float) -> float:
        """The earliest moment for `amount`, which is booked."""
        if not self.per_minute:
            return now
        start = max(now, self._next, self._booked[-1][0] if self._booked else now)
        while self._booked and (self._booked[0][0] <= start - _WINDOW_S or self._sum + amount > self.per_minute):
            moment, booked = self._booked.popleft()
            start = max(start, moment + _WINDOW_S)
            self._sum -= booked
        self._booked.append((start, amount))
        self._sum += amount
        self._next = max(self._next, start - _BURST_S) + amount * _MINUTE / self.per_minute
        return start

    def correct(self, booked: float, used: float) -> None:
        """What was booked as `booked` turned out to be `used`."""
        if not self.per_minute:
            return
        self._next += (used - booked) * _MINUTE / self.per_minute
        found = next((i for i, (_, amount) in enumerate(self._booked) if amount == booked), None)
        if found is not None:
            self._booked[found] = (self._booked[found][0], used)
            self._sum += used - booked


class Buckets:
    """`Limits` of one process; may be shared by threads, each with a loop of its own."""

    def __init__(
        self,
        *,
        concurrency: int = 8,
        requests_per_minute: int = 0,
        tokens_per_minute: int = 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = self.allowed = concurrency
        self._requests, self._tokens = _Rate(requests_per_minute), _Rate(tokens_per_minute)
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting: list[tuple[int, int, asyncio.AbstractEventLoop, asyncio.Future[None]]] = []
        self._came = itertools.count()
        self._flying = self._well = 0
        self._pause_until = self._halved_at = 0.0

    @asynccontextmanager
    async def turn(self, tokens: int) -> AsyncIterator[None]:
        await self._enter()
        try:
            await self._in_time(tokens)
            yield
            self._went_well()
        finally:
            self._leave()

    def settle(self, estimated: int, used: int) -> None:
        with self._lock:
            self._tokens.correct(estimated, used)

    def throttled(self, retry_after_s: float) -> None:
        with self._lock:
            now = self._clock()
            self._pause_until = max(self._pause_until, now + retry_after_s)
            self._well = 0
            # Calls that were in flight together are told together: that is one reason to halve, not sixteen.
            if now - self._halved_at > 1.0:
                self._halved_at = now
                self.allowed = max(1, self.allowed // 2)

    async def _enter(self) -> None:
        with self._lock:
            if self._flying < self.allowed and not self._waiting:
                self._flying += 1
                return
            loop = asyncio.get_running_loop()
            turn: asyncio.Future[None] = loop.create_future()
            entry = (RANK.get(), next(self._came), loop, turn)
            heappush(self._waiting, entry)
        try:
            await turn
        except asyncio.CancelledError:
            with self._lock:
                if entry in self._waiting:
                    self._waiting.remove(entry)
                    heapify(self._waiting)
                    raise
            # Given a turn and cancelled at the same moment: the turn goes on.
            self._leave()
            raise

    async def _in_time(self, tokens: int) -> None:
        with self._lock:
            now = self._clock()
            start = max(self._requests.book(1, now), self._tokens.book(tokens, now))
        # Looked at again after every sleep: meanwhile another call may have been told to be quiet.
        while (wait := max(start, self._pause_until) - self._clock()) > 0:
            await asyncio.sleep(wait)

    def _went_well(self) -> None:
        with self._lock:
            self._well += 1
            if self._well >= _GROW_AFTER and self.allowed < self._most:
                self.allowed, self._well = self.allowed + 1, 0

    def _leave(self) -> None:
        with self._lock:
            self._flying -= 1
            while self._waiting and self._flying < self.allowed:
                _, _, loop, turn = heappop(self._waiting)
                if loop.is_closed():
                    continue
                self._flying += 1
                loop.call_soon_threadsafe(self._give, turn)

    def _give(self, turn: "asyncio.Future[None]") -> None:
        if not turn.done():
            turn.set_result(None)
        elif turn.cancelled():
            pass  # `_enter` hands it on

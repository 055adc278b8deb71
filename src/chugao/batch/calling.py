"""The line of a job to its model: one event loop for all calls of a process, stopped within a second.

In: a job, an engine's name, settings.  Out: `Lent`, an engine for one document, whose calls all go through that line.

Documents are drafted in threads, each with a loop of its own, because planning and checking are work of the processor;
calls run in one loop beside them, with one connection, one ledger, one circuit and one set of limits.  Surprise: what a
call raises as `EngineError` has the section written offline; so that a job is to stop is told by an error that is none.
"""

import asyncio
import contextlib
import itertools
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from concurrent.futures import wait as wait_for
from contextlib import contextmanager
from typing import Any, TypeVar

from chugao.engines import held_open
from chugao.engines.calling import CallFailed, CircuitOpen
from chugao.engines.limits import RANK
from chugao.errors import ChugaoError, EngineError
from chugao.ledger import BudgetSpent
from chugao.manuscript import Brief, Engine, Reply

T = TypeVar("T")
_LAST_WORD_S = 1.0
_SHORT_TURN_S = 0.0005
_FOR_GOOD = ("key", "refused")


class Stopped(ChugaoError):
    """The job is to stop: paused, cancelled, out of money, or the provider will not answer."""

    exit_code = 3


class ModelFailed(ChugaoError):
    """A section has no answer of the model, and the manifest wants none written offline."""

    exit_code = 3


class Loop:
    """One event loop in a thread of its own, for the calls of every job of this process."""

    def __init__(self) -> None:
        # Each time the loop touches its network it gives the interpreter away, and a dozen documents being planned or
        # checked would each keep it for five milliseconds: between two calls of a slot lay a fifth of a second.
        sys.setswitchinterval(_SHORT_TURN_S)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="batch-calls", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def submit(self, work: Coroutine[Any, Any, T]) -> "Future[T]":
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def close(self) -> None:
        """End the loop; what still runs in it is cancelled and heard out."""

        async def end() -> None:
            running = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            await self._loop.shutdown_default_executor()

        with contextlib.suppress(TimeoutError):
            self.submit(end()).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        if not self._thread.is_alive():
            self._loop.close()


class Line:
    """A job's way to its model; holds the connection open until it is closed."""

    def __init__(self, engine: Engine, loop: Loop | None, on_end: Callable[[str], None]) -> None:
        self.engine, self._loop = engine, loop
        self._on_end = on_end
        self._running: set[Future[Any]] = set()
        self._lock = threading.Lock()
        self.stopped = ""
        self._closing: asyncio.Event | None = None
        self._held: Future[None] | None = None
        if loop is not None:
            ready: Future[None] = Future()
            self._held = loop.submit(self._hold(ready))
            ready.result(10)

    async def _hold(self, ready: "Future[None]") -> None:
        """Keep the connection open between documents."""
        self._closing = asyncio.Event()
        async with held_open(self.engine):
            ready.set_result(None)
            await self._closing.wait()

    @property
    def busy(self) -> bool:
        """Whether a call is under way, also one whose document has ended."""
        return bool(self._running)

    def prepare(self) -> None:
        """Have found out what the model can do before the first paper asks it."""
        find_out = getattr(self.engine, "capability", None)
        with self._lock:
            if self._loop is None or find_out is None or self.stopped:
                return
            call = self._loop.submit(find_out())
            self._running.add(call)
        call.add_done_callback(self._ended)

    def stop(self, reason: str, *, at_once: bool) -> None:
        """No more calls; those under way are let finish, or cut off `at_once` (and may have been billed)."""
        with self._lock:
            self.stopped = self.stopped or reason
            running = list(self._running) if at_once else []
        # Calls that stand in line have not been sent: they are not begun any more.
        if (close_the_line := getattr(self.engine, "stop", None)) is not None:
            close_the_line(self.stopped)
        for call in running:
            call.cancel()

    def close(self) -> None:
        """Let what is under way finish for a moment, then hang up."""
        with self._lock:
            running = list(self._running)
        wait_for(running, timeout=_LAST_WORD_S)
        self.stop("已停止。", at_once=True)
        if self._held is not None and self._loop is not None:
            self._loop.submit(self._hang_up())
            with contextlib.suppress(TimeoutError):
                self._held.result(10)

    async def _hang_up(self) -> None:
        if self._closing is not None:
            self._closing.set()

    async def write(self, brief: Brief, on_text: Callable[[str], None] | None = None) -> Reply:
        """Have one brief written.  Raises `Stopped` once the job is to stop, `EngineError` for this one call."""
        with self._lock:
            # Under the lock: a call that slips in behind `stop` is not cut off, and behind `close` it has no loop to run in.
            if self.stopped:
                raise Stopped(self.stopped)
            if self._loop is not None:
                call = self._loop.submit(self.engine.write(brief, on_text))
                self._running.add(call)
        if self._loop is None:
            return await self.engine.write(brief, on_text)
        call.add_done_callback(self._ended)
        try:
            # Shielded: a document that ends early does not cut off a call that is being paid for.
            return await asyncio.shield(asyncio.wrap_future(call))
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise  # the document has ended
            raise Stopped(self.stopped or "调用被中断。") from None
        except EngineError as error:
            self._judge(error)
            raise

    def _judge(self, error: EngineError) -> None:
        """Raises `Stopped` when no other call would fare better."""
        for_good = isinstance(error, CallFailed) and error.kind in _FOR_GOOD
        if for_good or isinstance(error, BudgetSpent | CircuitOpen):
            first = not self.stopped
            self.stop(str(error), at_once=False)
            if first:
                self._on_end(str(error))
            raise Stopped(str(error)) from None

    def _ended(self, call: "Future[Any]") -> None:
        with self._lock:
            self._running.discard(call)
        if not call.cancelled():
            call.exception()


class Lent:
    """An engine for one document: the job's line, at most so many calls at once, falling back or not.

    `turn` is the document's turn to be planned, over with its first call.
    """

    def __init__(self, line: Line, turn: "Turn", *, concurrency: int | None = None, fallback: bool = True) -> None:
        self._line, self._turn, self._fallback = line, turn, fallback
        self.name = line.engine.name
        self._most = asyncio.Semaphore(concurrency) if concurrency else None

    async def write(self, brief: Brief, on_text: Callable[[str], None] | None = None) -> Reply:
        """As an engine does."""
        self._turn.end()
        RANK.set(self._turn.rank)
        async with self._most or contextlib.nullcontext():
            try:
                return await self._line.write(brief, on_text)
            except EngineError as error:
                if self._fallback:
                    raise
                raise ModelFailed(str(error)) from None


class Turns:
    """Documents are planned one after another, in the order in which they come.

    Planned side by side, all would have their first call out only when the last is planned, and would later all be
    checked and typeset at one moment, with nothing left to ask: the processor is one, whatever the number of threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ranks = itertools.count(1)

    @contextmanager
    def next(self) -> "Iterator[Turn]":
        """Wait for a turn, which ends with the block at the latest."""
        self._lock.acquire()
        turn = Turn(next(self._ranks), self._lock)
        try:
            yield turn
        finally:
            turn.end()


class Turn:
    """One document's; its calls go before those of documents that began later."""

    def __init__(self, rank: int, lock: threading.Lock) -> None:
        self.rank, self._lock, self._ended = rank, lock, False

    def end(self) -> None:
        """The next may be planned."""
        if not self._ended:
            self._ended = True
            self._lock.release()

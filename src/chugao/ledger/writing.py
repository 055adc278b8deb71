"""Many waiters, one commit: transactions of concurrent callers are put together by one thread.

In: a function of a connection.  Out: what it returns, once it is on disk.

A commit costs an fsync.  Sixty-four calls that end together would queue for sixty-four of them; here they share one.
The thread waits a moment for others before it begins: awake at the first of them, it would find it alone.
Surprise: a caller may come while the thread is being ended.  Whoever is in line before its end is written by it, whoever
comes after starts it again; nobody waits for a thread that is gone.
"""

import asyncio
import contextlib
import queue
import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection

from chugao.database import Database, DatabaseUnavailable

T = TypeVar("T")
_MOST = 256
_PAUSE_S = 1.0
_GATHER_S = 0.004
"""Nothing beside the seconds a model takes, and time for sixty-four calls to get in line."""


class Job(NamedTuple):
    """One change, and who waits for it."""

    change: Callable[[Connection], Any]
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Any]"
    patience_s: float


class GroupWriter:
    """One thread that writes for everybody; closed at the end."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._former: threading.Thread | None = None
        self._lock = threading.Lock()

    async def write(self, change: Callable[[Connection], T], *, patience_s: float = 0.0) -> T:
        """Run `change` in a transaction and return its result after the commit.

        A database that cannot be reached is tried again for `patience_s`.  Raises what `change` raises, or what the
        database does; then nothing of it was written.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._take(Job(change, loop, future, patience_s))
        # Shielded: a caller that is cancelled must not leave the thread with a future nobody owns.
        return await asyncio.shield(future)

    def close(self) -> None:
        """Write what is waiting and end the thread."""
        with self._lock:
            self._jobs.put(None)
            if self._thread is not None:
                self._former, self._thread = self._thread, None
            former = self._former
        if former is not None:
            former.join()

    def _take(self, job: Job) -> None:
        # Together: put in line behind the end of a thread, it would wait for good.
        with self._lock:
            if self._thread is None:
                # A line of its own: the thread before it may still be at the end of the old one, which comes first.
                self._jobs = queue.SimpleQueue()
                told = (self._jobs, self._former)
                self._thread = threading.Thread(target=self._run, args=told, name="ledger", daemon=True)
                self._thread.start()
            self._jobs.put(job)

    def _run(self, jobs: "queue.SimpleQueue[Job | None]", former: threading.Thread | None) -> None:
        if former is not None:
            former.join()
        while (first := jobs.get()) is not None:
            group, last = [first], False
            time.sleep(_GATHER_S)
            while len(group) < _MOST:
                try:
                    job = jobs.get_nowait()
                except queue.Empty:
                    break
                if job is None:
                    last = True
                    break
                group.append(job)
            self._commit(group)
            if last:
                return

    def _commit(self, group: list[Job]) -> None:
        try:
            with self._database.write() as connection:
                results = [job.change(connection) for job in group]
        except BaseException as error:
            if len(group) == 1:
                self._alone(group[0], error)
                return
            # One of them is wrong: each by itself, so that the others are not lost with it.
            for job in group:
                self._commit([job])
            return
        _tell([(job, result, None) for job, result in zip(group, results, strict=True)])

    def _alone(self, job: Job, error: BaseException) -> None:
        """One change that failed by itself: once more where it has patience and the database was away."""
        if isinstance(error, DatabaseUnavailable) and job.patience_s > 0:
            began = time.monotonic()
            time.sleep(min(_PAUSE_S, job.patience_s))
            self._commit([job._replace(patience_s=job.patience_s - (time.monotonic() - began))])
            return
        _tell([(job, None, error)])


def _tell(told: list[tuple[Job, Any, BaseException | None]]) -> None:
    """Wake those who wait, each loop once for all of them."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[Job, Any, BaseException | None]]] = {}
    for one in told:
        by_loop.setdefault(one[0].loop, []).append(one)
    for loop, ours in by_loop.items():
        # A loop may be closed at any moment by the thread it runs in; nobody waits there any more.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(_settle, ours)


def _settle(told: list[tuple[Job, Any, BaseException | None]]) -> None:
    for job, result, error in told:
        if not job.future.done():
            job.future.set_exception(error) if error is not None else job.future.set_result(result)

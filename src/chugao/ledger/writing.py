"""Many waiters, one commit: transactions of concurrent callers are put together by one thread.

In: a function of a connection.  Out: what it returns, once it is on disk.

A commit costs an fsync.  Sixty-four calls that end together would queue for sixty-four of them; here they share one.
"""

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Connection

from chugao.database import Database

T = TypeVar("T")
_MOST = 256
Job = tuple[Callable[[Connection], Any], asyncio.AbstractEventLoop, "asyncio.Future[Any]"]


class GroupWriter:
    """One thread that writes for everybody; closed at the end."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._jobs: queue.Queue[Job | None] = queue.Queue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    async def write(self, change: Callable[[Connection], T]) -> T:
        """Run `change` in a transaction and return its result after the commit.

        Raises what `change` raises, or what the database does; then nothing of it was written.
        """
        self._started()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._jobs.put((change, loop, future))
        # Shielded: a caller that is cancelled must not leave the thread with a future nobody owns.
        return await asyncio.shield(future)

    def close(self) -> None:
        """Write what is waiting and end the thread."""
        with self._lock:
            if self._thread is not None:
                self._jobs.put(None)
                self._thread.join()
                self._thread = None

    def _started(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="ledger", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while (first := self._jobs.get()) is not None:
            group, last = [first], False
            while len(group) < _MOST:
                try:
                    job = self._jobs.get_nowait()
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
                results = [change(connection) for change, _, _ in group]
        except BaseException as error:
            if len(group) == 1:
                _tell(group[0], error=error)
                return
            # One of them is wrong: each by itself, so that the others are not lost with it.
            for job in group:
                self._commit([job])
            return
        for job, result in zip(group, results, strict=True):
            _tell(job, result=result)


def _tell(job: Job, *, result: Any = None, error: BaseException | None = None) -> None:
    _, loop, future = job

    def settle() -> None:
        if not future.done():
            future.set_exception(error) if error is not None else future.set_result(result)

    # A loop may be closed at any moment by the thread it runs in; nobody waits there any more.
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(settle)

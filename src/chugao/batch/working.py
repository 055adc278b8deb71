"""A worker: its name, its heartbeat, the work of the dead, and the ear it keeps on jobs that are to stop.

In: the URL of a database.  Out: `Worker`, at work until it is closed.

A name outlives the process: whoever starts again under it takes up what it left.  A process of this machine is dead
when its number is gone, one of another machine when its heart has not beaten for half a minute; then any worker has its
papers done again.  Surprise: the dead may have been asleep.  One that finds itself declared dead stops at once, and the
records refuse what it still wants to write.
"""

import logging
import re
import socket
import threading
import time
from collections.abc import Sequence
from types import TracebackType

from sqlalchemy import Connection, select, update

from chugao.batch.durable import VERSION, Durable, hand_in
from chugao.batch.making import draft_paper, export_paper, set_aside
from chugao.batch.records import (
    LIVE,
    JobRow,
    PaperRow,
    find_paper,
    job_states,
    moment,
    now_us,
    queue_papers,
    require_job,
    tell,
    upsert,
)
from chugao.batch.shop import LEAVING, Shop
from chugao.database import Database, hold
from chugao.database.tables import paper, worker
from chugao.errors import InputError
from chugao.ledger.keeping import free_calls_of
from chugao.ledger.owners import is_alive, this_host

log = logging.getLogger(__name__)

_TICK_S = 0.4
_BEAT_S = 3.0
_DEAD_AFTER_S = 30
_PATIENCE_S = 5.0  # for answers that are being paid for
_STOPPING_S = 20.0
_AT_ONCE = ("cancelled",)
_HEIRS = 50
_NAME = re.compile(r"[\w.-]{1,60}")


class Worker:
    """Takes papers from the queue and makes them; use it as a context manager."""

    def __init__(
        self,
        database: Database,
        url: str,
        *,
        name: str = "",
        papers: int = 4,
        share: int | None = None,
        ahead: tuple[JobRow, Sequence[PaperRow]] | None = None,
    ) -> None:
        """`ahead` is what will be handed in first."""
        if name and not _NAME.fullmatch(name):
            raise InputError("工作进程的名字只用字母、数字、点和短横线，不超过60个字符。请改正 --name。")
        self._database, self._url = database, url
        self.shop = Shop(database)
        self.gone = False
        """Declared dead by another worker."""
        self._running = 0
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        with database.write() as connection:
            self.name = _take_name(connection, name, self.shop.owner)
        if ahead is not None:
            threading.Thread(target=self.shop.prepare, args=ahead, name="batch-ahead", daemon=True).start()
        self._durable = Durable(url, self.name, self._draft, self._export, papers=papers, share=share)
        self._thread = threading.Thread(target=self._live, name="batch-heart", daemon=True)
        self._thread.start()

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def submit(self, tenant: str, rows: "tuple[PaperRow, ...]") -> None:
        """Queue papers for this and every other worker."""
        self._durable.submit(tenant, rows)

    def states(self, rows: "tuple[PaperRow, ...]") -> dict[str, str]:
        """How the workflows of these papers stand, by the paper's id; one without a workflow is not among them."""
        found = self._durable.states([r.workflow for r in rows])
        return {r.id: found[r.workflow] for r in rows if r.workflow in found}

    def inherit(self) -> None:
        """Have done what workers that are no more left in the middle: even one that took its leave may have."""
        query = select(worker.c.id).where(worker.c.state != "running").order_by(worker.c.beat_us.desc()).limit(_HEIRS)
        with self._database.read() as connection:
            names = connection.execute(query).scalars().all()
        for name in names:
            self._durable.take_over(name)

    def close(self) -> None:
        """Stop at the next call, give the name back and leave what is under way to others."""
        self._stopping.set()
        for job in self.shop.jobs():
            self.shop.stop(job, LEAVING, at_once=False)
        self._wait_until_idle(_PATIENCE_S)
        for job in self.shop.jobs():
            self.shop.stop(job, LEAVING, at_once=True)
        self._wait_until_idle(_STOPPING_S)
        self._durable.close()
        self._thread.join(10)
        self.shop.keep_progress()
        self.shop.close()
        self._hand_back()
        if not self.gone:
            with self._database.write() as connection:
                mine = (worker.c.id == self.name) & (worker.c.process == self.shop.owner)
                connection.execute(update(worker).where(mine).values(state="ended"))

    def _wait_until_idle(self, most_s: float) -> None:
        deadline = time.monotonic() + most_s
        while (self._running or self.shop.busy()) and time.monotonic() < deadline:
            time.sleep(0.05)

    def _hand_back(self) -> None:
        """Queue what was stopped here because we leave, not because its job is to stop."""
        with self._database.write() as connection:
            left = [row for name in self.shop.put_back if (row := find_paper(connection, name)) is not None]
            left = [r for r in left if r.state == "waiting" and _runs(connection, r)]
            rows = queue_papers(connection, left)
        tenants: dict[str, list[PaperRow]] = {}
        with self._database.read() as connection:
            for row in rows:
                tenants.setdefault(require_job(connection, row.job).tenant, []).append(row)
        for tenant, mine in tenants.items():
            hand_in(self._url, tenant, mine)

    # --- steps ---

    def _draft(self, name: str, round_: int) -> str:
        with self._lock:
            self._running += 1
        try:
            make = set_aside if self._stopping.is_set() else draft_paper
            return make(self.shop, name, round_)
        finally:
            with self._lock:
                self._running -= 1

    def _export(self, name: str, round_: int) -> str:
        with self._lock:
            self._running += 1
        try:
            return export_paper(self.shop, name, round_)
        finally:
            with self._lock:
                self._running -= 1

    # --- heart ---

    def _live(self) -> None:
        beaten = 0.0
        while not self._stopping.wait(_TICK_S):
            try:
                self._listen()
                if time.monotonic() - beaten > _BEAT_S:
                    beaten = time.monotonic()
                    self._beat()
            except Exception as error:
                # The database may be away for a moment; the next tick tries again.
                log.warning("worker %s: %s", self.name, type(error).__name__)

    def _listen(self) -> None:
        """Stop the lines of jobs that are no longer to run, and write down how far papers are."""
        open_here = self.shop.jobs()
        if open_here:
            with self._database.read() as connection:
                states = job_states(connection, open_here)
            for job, (state, reason) in states.items():
                if state != "running":
                    self.shop.stop(job, reason or _TOLD.get(state, state), at_once=state in _AT_ONCE)
        self.shop.keep_progress()

    def _beat(self) -> None:
        with self._database.write() as connection:
            mine = (worker.c.id == self.name) & (worker.c.process == self.shop.owner) & (worker.c.state == "running")
            beaten = connection.execute(update(worker).where(mine).values(beat_us=now_us(connection)))
            dead = _dead(connection, self.name) if beaten.rowcount else ()
        if not beaten.rowcount:
            self.gone = True
            self._stopping.set()
            log.error("worker %s was taken for dead by another; it stops", self.name)
            for job in self.shop.jobs():
                self.shop.stop(job, "别的工作进程已接手。", at_once=False)
            return
        for name in dead:
            taken = self._durable.take_over(name)
            log.warning("worker %s takes over %d papers of %s", self.name, taken, name)


_TOLD = {"paused": "批次已暂停。", "cancelled": "批次已取消。", "stopped": "批次已停下。", "done": "批次已结束。"}


def _runs(connection: Connection, row: PaperRow) -> bool:
    return require_job(connection, row.job).state == "running"


def _take_name(connection: Connection, wanted: str, process: str) -> str:
    """A name for this process: the one wanted, else the first of this machine that nobody bears."""
    hold(connection, "worker-names")
    now = now_us(connection)
    rows = {r.id: r for r in connection.execute(select(worker))}
    host = re.sub(r"[^\w.-]", "-", socket.gethostname())[:40] or "host"
    names = [wanted] if wanted else [f"{host}-{n}" for n in range(1, 1000)]
    for name in names:
        row = rows.get(name)
        if row is not None and row.state == "running" and _lives(row.process, row.beat_us, now):
            continue
        values = {
            "process": process,
            "version": VERSION,
            "started_at": moment(),
            "beat_us": now,
            "state": "running",
        }
        fresh = upsert(connection)(worker).values(id=name, **values)
        connection.execute(fresh.on_conflict_do_update(index_elements=["id"], set_=values))
        return name
    raise InputError(f"已有一个叫“{wanted}”的工作进程在运行。请换一个 --name，或先停下那一个。")


def _lives(process: str, beat_us: int, now: int) -> bool:
    """Whether a worker still works: on this machine its process tells, elsewhere its heart."""
    if process.partition(":")[0] == this_host():
        return is_alive(process)
    return now - beat_us < _DEAD_AFTER_S * 1_000_000


def _dead(connection: Connection, me: str) -> tuple[str, ...]:
    """Workers that are no more, each told to one of us only."""
    now, found = now_us(connection), []
    for row in connection.execute(select(worker).where((worker.c.state == "running") & (worker.c.id != me))).all():
        if _lives(row.process, row.beat_us, now):
            continue
        mine = (worker.c.id == row.id) & (worker.c.beat_us == row.beat_us) & (worker.c.state == "running")
        if connection.execute(update(worker).where(mine).values(state="gone")).rowcount:
            found.append(row.id)
            free_calls_of(connection, row.process)
            orphans = select(paper.c.job_id, paper.c.id).where((paper.c.owner == row.process) & paper.c.state.in_(LIVE))
            for job, name in connection.execute(orphans).all():
                tell(connection, job, "taken-over", name)
    return tuple(found)

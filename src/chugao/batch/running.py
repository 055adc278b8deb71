"""Submit a job, wait for it, pause, resume, cancel it; what is done stays done.

In: a manifest and a place for the results.  Out: rows in the database, and papers handed to workers.

Pause, cancel and the cost limit are words in the job's record: every worker listens to it, so that they reach all
machines and outlive any process.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

from chugao.batch.after import Finished, finish
from chugao.batch.durable import hand_in
from chugao.batch.hospital import prepare
from chugao.batch.making import inputs_of, settings_of, stamp_of
from chugao.batch.manifest import Manifest
from chugao.batch.records import (
    LIVE,
    JobRow,
    PaperRow,
    add_papers,
    counts,
    jobs,
    keep_job,
    papers,
    queue_papers,
    require_job,
    return_queued,
    set_job,
    tell,
    waiting_papers,
)
from chugao.batch.seeking import seek
from chugao.batch.working import Worker
from chugao.config import Settings
from chugao.database import Database, hold, open_database, sqlite_url
from chugao.desk import require_writer
from chugao.errors import ChugaoError, InputError

_WATCH_S = 0.25
_SEEK_S = 5.0
_MOST_ROUNDS = 20
_LOOK_S = 1.0
_IDLE_TICKS = 3
_MANY = 12
Seen = Callable[[JobRow], None]


def place_url(settings: Settings, out: Path | None) -> str:
    """The URL of the database a job lives in: the one of the settings, the workspace's, else `out`/.chugao/ledger.db."""
    if settings.database_url:
        return settings.database_url
    if settings.workspace is not None:
        return sqlite_url(settings.workspace / ".chugao" / "chugao.db")
    if out is None:
        raise InputError("不知道批次记在哪里。请写 -o（运行批次时的文件夹），或 --database，或到工作区里运行。")
    return sqlite_url(out / ".chugao" / "ledger.db")


@contextmanager
def open_place(url: str, *, must_exist: bool = False) -> Iterator[Database]:
    """The database of a URL; the folder of a new SQLite file is made."""
    if url.startswith("sqlite"):
        from sqlalchemy.engine import make_url

        file = Path(make_url(url).database or "")
        if must_exist and not file.is_file():
            raise InputError(f"“{file.parent.parent}”里没有批次的记录。请写运行批次时 -o 用的文件夹。")
        if not must_exist:
            file.parent.mkdir(parents=True, exist_ok=True)
    with open_database(url) as database:
        yield database


def is_there(url: str) -> bool:
    """Whether there may be something at a URL: a server, or a file that exists."""
    from sqlalchemy.engine import make_url

    return not url.startswith("sqlite") or Path(make_url(url).database or "").is_file()


# --- a whole run ---


def require_engines(manifest: Manifest, settings: Settings, max_cost: Decimal | None = None) -> None:
    """Say what is missing for the engines of a manifest before anything is written."""
    limit = max_cost if max_cost is not None else manifest.max_cost
    for engine in dict.fromkeys(t.engine for t in manifest.tasks):
        require_writer(engine, settings, limited=limit is not None)


def run(
    database: Database,
    url: str,
    manifest: Manifest,
    out: Path,
    *,
    max_cost: Decimal | None = None,
    retry_failed: bool = False,
    at_once: int = 4,
    processes: int = 0,
    queue_only: bool = False,
    seen: Seen | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Finished:
    """Make what of a manifest is not made yet, and make again what rests on changed material.

    `processes` share the work on this machine, 0 for as many as it pays.  With `queue_only` the work is left to workers elsewhere, and nothing is waited for.
    """
    job = keep(database, manifest, out, max_cost)
    renewed = find_renewed(database, job)
    if renewed:
        say(f"材料变了，重新起草{len(renewed)}份：{_named(database, job, renewed)}。")
    rows = next_round(database, job, retry_failed=retry_failed, renewed=renewed)
    if queue_only:
        hand_in(url, job.tenant, rows)
        say(f"已排队{len(rows)}份，由 chugao worker 去做；用 chugao batch status 查看。")
        return Finished()
    blocked: tuple[str, ...] = ()
    if rows or _house_waits(database, job):
        made = bool(rows)
        count = processes or _worth(rows)
        with Worker(database, url, papers=at_once, ahead=(job, rows)) as worker, _helpers(url, count - 1, at_once):
            worker.submit(job.tenant, rows)
            watch(database, job.id, worker, seen)
            rows, blocked = _house(database, job.id, again=made)
            worker.submit(job.tenant, rows)
            watch(database, job.id, worker, seen)
    settle(database, job.id)
    return finish(database, job.id, blocked)


def _worth(rows: tuple[PaperRow, ...]) -> int:
    """How many processes it pays to work with: composing is work of the processor, waiting for a model is not."""
    composed = sum(1 for r in rows if r.task.engine == "offline")
    return min(os.cpu_count() or 1, 4) if composed >= _MANY else 1


@contextmanager
def _helpers(url: str, count: int, at_once: int) -> Iterator[None]:
    """Further workers on this machine, ended with the run."""
    words = ("--at-once", str(at_once), "--share", str(at_once), "--until-idle")
    command = [sys.executable, "-m", "chugao", "worker", "--database", url, *words]
    none = subprocess.DEVNULL
    processes = [subprocess.Popen(command, stdin=none, stdout=none, stderr=none) for _ in range(count)]
    try:
        yield
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)


def _house_waits(database: Database, job: JobRow) -> bool:
    """Whether the document of the whole house is still to be made."""
    house = job.manifest.hospital
    if house is None:
        return False
    with database.read() as connection:
        own = [r for r in papers(connection, job.id) if r.department == house.name]
    return len(own) < len(house.kinds) or any(r.state != "done" for r in own)


def _house(database: Database, name: str, *, again: bool) -> tuple[tuple[PaperRow, ...], tuple[str, ...]]:
    """Queue the document of the whole house, once its departments are done; why it is not, where it is not.

    `again`: departments' papers were made just now, so that a house's document that was done is made anew.
    """
    with database.read() as connection:
        job = require_job(connection, name)
        rows = papers(connection, name)
    house = job.manifest.hospital
    if house is None or job.state != "running":
        return (), ()
    departments = tuple(r for r in rows if r.department != house.name)
    if lacking := [r.task.name for r in departments if r.state != "done"]:
        return (), (f"还有{len(lacking)}份科室文稿没有写好（{'、'.join(lacking[:5])}），全院的等它们写好再做。",)
    found = prepare(job, departments)
    if found.blocked:
        told = [f"全院汇总对不上，全院的文稿没有写：{reason}" for reason in found.blocked]
        return (), tuple(told)
    with database.write() as connection:
        hold(connection, f"job:{name}")  # several workers may find a job ready at once
        add_papers(connection, name, found.tasks)
        wanted = [r for r in papers(connection, name) if r.department == house.name]
        due = [r for r in wanted if r.state in ("waiting", "failed") or (r.state == "done" and again)]
        queue_papers(connection, due)
        return tuple(r for r in papers(connection, name) if r.state in LIVE), ()


def _named(database: Database, job: JobRow, names: tuple[str, ...]) -> str:
    with database.read() as connection:
        told = [r.task.name for r in papers(connection, job.id) if r.id in names]
    return "、".join(told[:5]) + ("等" if len(told) > 5 else "")


def work(
    database: Database,
    url: str,
    *,
    name: str = "",
    at_once: int = 8,
    share: int | None = None,
    until_idle: bool = False,
    ready: Callable[[str], None] = lambda _: None,
) -> bool:
    """Make papers of whatever job until told to stop (KeyboardInterrupt); False when another took over."""
    with Worker(database, url, name=name, papers=at_once, share=share) as worker:
        ready(worker.name)
        idle, sought = 0, time.monotonic()
        try:
            while not worker.gone:
                time.sleep(_LOOK_S)
                if time.monotonic() - sought > _SEEK_S:
                    sought = time.monotonic()
                    _seek_all(database, worker)
                idle = 0 if _settle_all(database, worker) else idle + 1
                if until_idle and idle > _IDLE_TICKS:
                    break
        except KeyboardInterrupt:
            pass
    return not worker.gone


def _seek_all(database: Database, worker: Worker) -> None:
    with database.read() as connection:
        running = [j for j in jobs(connection) if j.state == "running"]
    for job in running:
        seek(database, job, worker)


def _settle_all(database: Database, worker: Worker) -> bool:
    """Bring jobs whose papers are all made to their end; whether any paper is under way."""
    with database.read() as connection:
        running = [j for j in jobs(connection) if j.state == "running"]
        live = {j.id: counts(connection, j.id) for j in running}
        waiting = {j.id: len(waiting_papers(connection, j)) for j in running}
    for job in running:
        found = live[job.id]
        if not found or waiting[job.id] or any(found.get(s) for s in LIVE):
            continue
        rows, blocked = _house(database, job.id, again=False) if _house_waits(database, job) else ((), ())
        if rows:
            worker.submit(job.tenant, rows)
            return True
        with database.write() as connection:
            # Told to one worker only, which packs.
            ended = set_job(connection, job.id, "done", "；".join(blocked)[:500], of=("running",))
        if ended:
            finish(database, job.id, blocked)
    return any(waiting.values()) or any(found.get(s) for found in live.values() for s in LIVE)


# --- submit ---------------------------------------------------------------------------------------


def keep(database: Database, manifest: Manifest, out: Path, max_cost: Decimal | None = None) -> JobRow:
    """The job of a manifest, with its papers, running."""
    with database.write() as connection:
        row = keep_job(connection, manifest, str(out.absolute()), max_cost)
        tell(connection, row.id, "submitted", detail={"papers": len(manifest.tasks)})
    return row


def find_renewed(database: Database, job: JobRow) -> tuple[str, ...]:
    """Papers that are done and rest on figures or material that have changed; nothing is written.

    Files that nobody has touched are not read again.
    """
    settings = settings_of(job)
    with database.read() as connection:
        done = [r for r in papers(connection, job.id) if r.state == "done"]
    renewed = []
    for row in done:
        if settings.workspace is None and row.report.get("stamp") == stamp_of(row.task):
            continue
        try:
            digest = inputs_of(row.task, settings, (None, ())).digest
        except ChugaoError:
            # What cannot be read any more changes nothing of what was made from it.
            continue
        if digest != row.inputs:
            renewed.append(row.id)
    return tuple(renewed)


def next_round(
    database: Database, job: JobRow, *, retry_failed: bool = False, renewed: tuple[str, ...] = ()
) -> tuple[PaperRow, ...]:
    """Give a round to every paper that is to be made; returns all that a workflow is to have."""
    with database.write() as connection:
        rows = papers(connection, job.id)
        due = {r.id for r in waiting_papers(connection, job)} | set(renewed)
        again = [r.id for r in rows if r.state == "failed" and (retry_failed or _was_mended(r))]
        queue_papers(connection, [r for r in rows if r.id in due or r.id in again])
        return tuple(r for r in papers(connection, job.id) if r.state in LIVE)


def retry(database: Database, url: str, name: str, wanted: Collection[str]) -> tuple[PaperRow, ...]:
    """Queue some failed or waiting papers of a job again, and no others; for a board with a button a row."""
    with database.write() as connection:
        job = require_job(connection, name)
        rows = [r for r in papers(connection, name) if r.id in wanted and r.state in ("failed", "waiting")]
        queued = queue_papers(connection, rows)
        set_job(connection, name, "running")
    hand_in(url, job.tenant, queued)
    return queued


def _was_mended(row: PaperRow) -> bool:
    """A failure whose files are no longer the same ones."""
    return row.state == "failed" and row.report.get("stamp", "") not in ("", stamp_of(row.task))


# --- watch ----------------------------------------------------------------------------------------


def watch(database: Database, job: str, worker: Worker | None, seen: Seen | None = None) -> JobRow:
    """Wait until no paper of a job is under way any more; `seen` is called all the while.

    While the job runs, papers that nobody has are found and made as well.
    """
    looked, rounds = time.monotonic(), 0
    while True:
        with database.read() as connection:
            row, live = require_job(connection, job), counts(connection, job)
            left = row.state == "running" and bool(waiting_papers(connection, row))
        if seen is not None:
            seen(row)
        busy = any(live.get(state) for state in LIVE)
        if worker is None or worker.gone:
            if not busy or worker is not None:
                return row
        elif not busy and (not left or rounds >= _MOST_ROUNDS):
            return row
        elif row.state != "running":
            with database.write() as connection:
                return_queued(connection, job)
        elif not busy or time.monotonic() - looked > _SEEK_S:
            looked, rounds = time.monotonic(), rounds + left
            seek(database, row, worker)
        time.sleep(_WATCH_S)


def settle(database: Database, job: str) -> JobRow:
    """Say that a job is done when all its papers are."""
    with database.write() as connection:
        row, found = require_job(connection, job), counts(connection, job)
        if row.state == "running" and not any(found.get(s) for s in (*LIVE, "waiting")):
            set_job(connection, job, "done")
        return require_job(connection, job)


# --- words for a job ------------------------------------------------------------------------------


def pause(database: Database, job: str) -> bool:
    """No more calls; those under way are heard out.  False when it does not run."""
    with database.write() as connection:
        require_job(connection, job)
        return set_job(connection, job, "paused", "批次已暂停。", of=("running",))


def cancel(database: Database, job: str) -> bool:
    """Stop at once: calls under way are cut off, and listed as possibly billed.  False when it is over already."""
    with database.write() as connection:
        require_job(connection, job)
        changed = set_job(connection, job, "cancelled", "批次已取消。", of=("running", "paused", "stopped"))
        if changed:
            return_queued(connection, job)
    return changed

"""What one process of a batch works with: its database, its lines to models, past reports read once.

In: a database.  Out: `Shop`, shared by all papers of the process.

Surprise: a line that was stopped stays stopped, whoever asks; a job that goes on gets a new one, with the limit of the
moment.
"""

import threading
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from chugao.batch.calling import Line, Loop, Stopped, Turns
from chugao.batch.pacing import SharedLimits, pace_key
from chugao.batch.records import JobRow, PaperRow, count_sections, find_paper, set_job
from chugao.config import Settings, load_settings
from chugao.database import Database
from chugao.desk import open_past, open_writer
from chugao.ledger.keeping import ON_BEHALF
from chugao.ledger.owners import this_process

if TYPE_CHECKING:
    from chugao.index import Index

_OPEN_INDEXES = 8
LEAVING = "工作进程正在退出，这份文稿等下一次接着写。"


class Shop:
    """What one process works with: database, lines to models, past reports; closed at the end."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.owner = this_process()
        self._held = ExitStack()
        self._lines: dict[tuple[str, str], tuple[Decimal | None, Line, ExitStack]] = {}
        self._limits: dict[tuple[object, ...], SharedLimits] = {}
        self._loop: Loop | None = None
        self._lock = threading.Lock()
        self._sections: dict[str, int] = {}
        self.put_back: list[str] = []
        """Papers whose work was stopped here."""
        self._past = lru_cache(_OPEN_INDEXES)(_open_past)
        self._opening = threading.Lock()
        self.turns = Turns()
        self._closed = False

    def close(self) -> None:
        """Hang up everywhere; a step that has not ended yet gets no line any more."""
        with self._lock:
            self._closed = True
            lines = list(self._lines.values())
            self._lines.clear()
        for _, _, held in lines:
            held.close()
        if self._loop is not None:
            self._loop.close()

    def past(self, corpus: str | None, workspace: str | None) -> "tuple[Index | None, tuple[str, ...]]":
        """Past reports, read once for all departments that share them."""
        with self._opening:
            return self._past(corpus, workspace)

    def prepare(self, job: JobRow, rows: Sequence[PaperRow]) -> None:
        """Read and ask beforehand what the first paper would wait for: past reports, what the model can do."""
        import chugao.drafting  # noqa: F401

        settings = load_settings(Path(job.manifest.workspace) if job.manifest.workspace else None)
        first = {r.task.engine: r.id for r in reversed(rows)}
        for engine, paper in first.items():
            # In the books it stands with the paper that would have asked.
            booked = ON_BEHALF.set(paper)
            # What goes wrong here goes wrong again for the papers, which tell it.
            with suppress(Exception):
                self.line(job, engine, settings).prepare()
            ON_BEHALF.reset(booked)
        for corpus in dict.fromkeys(r.task.corpus for r in rows):
            with suppress(Exception):
                self.past(corpus, job.manifest.workspace)

    # --- lines ---

    def line(self, job: JobRow, engine: str, settings: Settings) -> Line:
        """The job's line to a model, opened by whoever needs it first, anew after a stop."""
        with self._lock:
            if self._closed:
                raise Stopped(LEAVING)
            known = self._lines.get((job.id, engine))
            if known is not None and known[0] == job.max_cost and not known[1].stopped:
                return known[1]
            if known is not None:
                known[2].close()
            held = ExitStack()
            self._lines[job.id, engine] = job.max_cost, self._open(job, engine, settings, held), held
            return self._lines[job.id, engine][1]

    def _open(self, job: JobRow, engine: str, settings: Settings, held: ExitStack) -> Line:
        writer = held.enter_context(
            open_writer(
                engine,
                _patient(settings, job),
                Path(job.out),
                job=job.id,
                max_cost=job.max_cost if engine != "offline" else None,
                tenant=job.tenant,
                database=self.database,
                limits=self._shared_limits(settings, job) if engine != "offline" else None,
            )
        )
        if engine != "offline" and self._loop is None:
            self._loop = Loop()
        line = Line(writer, self._loop if engine != "offline" else None, lambda reason: self._ended(job.id, reason))
        held.callback(line.close)
        return line

    def _shared_limits(self, settings: Settings, job: JobRow) -> SharedLimits:
        asked = _patient(settings, job).model
        key = pace_key(settings.base_url, settings.api_key.get_secret_value())
        shape = (key, asked.concurrency, asked.requests_per_minute, asked.tokens_per_minute)
        if shape not in self._limits:
            self._limits[shape] = SharedLimits(
                self.database,
                key,
                concurrency=asked.concurrency,
                requests_per_minute=asked.requests_per_minute,
                tokens_per_minute=asked.tokens_per_minute,
            )
        return self._limits[shape]

    def _ended(self, job: str, reason: str) -> None:
        """A line found out that no call will be answered: the job stands still, and says why."""
        with self.database.write() as connection:
            set_job(connection, job, "stopped", reason, of=("running",))

    def jobs(self) -> tuple[str, ...]:
        """Jobs that have a line open here."""
        with self._lock:
            return tuple({job for job, _ in self._lines})

    def busy(self) -> bool:
        """Whether a call is being paid for."""
        with self._lock:
            return any(line.busy for _, line, _ in self._lines.values())

    def stop(self, job: str, reason: str, *, at_once: bool) -> None:
        """No more calls for a job."""
        with self._lock:
            lines = [line for (name, _), (_, line, _) in self._lines.items() if name == job]
        for line in lines:
            line.stop(reason, at_once=at_once)

    # --- progress ---

    def wrote_section(self, paper: str) -> None:
        with self._lock:
            self._sections[paper] = self._sections.get(paper, 0) + 1

    def keep_progress(self) -> None:
        """Write down how far papers are, those that moved."""
        with self._lock:
            moved, self._sections = self._sections, {}
        if not moved:
            return
        with self.database.write() as connection:
            for paper, done in moved.items():
                row = find_paper(connection, paper)
                if row is not None:
                    count_sections(connection, paper, self.owner, row.sections_done + done)


def _patient(settings: Settings, job: JobRow) -> Settings:
    """A batch asks many at once, so that more failures stand side by side before the provider counts as down."""
    concurrency = job.manifest.concurrency or settings.model.concurrency
    asked = {"concurrency": concurrency, "stop_after": max(settings.model.stop_after, 4 * concurrency)}
    return settings.model_copy(update={"model": settings.model.model_copy(update=asked)})


def _open_past(corpus: str | None, workspace: str | None) -> "tuple[Index | None, tuple[str, ...]]":
    return open_past(Path(corpus) if corpus else None, Path(workspace) if workspace else None)

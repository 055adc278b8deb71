"""DBOS: a paper is a workflow of two steps with an explicit id; what DBOS loses or repeats, the ledger makes good.

In: a database, a name for this process, the two steps.  Out: `Durable`, six verbs; another engine may take its place.

Surprise: the tables of DBOS hold the id of a paper and its round, nothing else: no document, no error text, no key.
Its own logger says little below a warning, and whatever it says goes to our log.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url

from chugao.batch.records import PaperRow

if TYPE_CHECKING:
    from dbos import DBOSConfig

VERSION = "chugao-batch-1"
"""Of the shape of the workflow.  Pinned, or an upgrade of the program would strand the jobs under way."""
_APPLICATION = "chugao"
_QUEUE = "papers"
_WORKFLOW = "paper"
_MOST_RECOVERIES = 100
ENDED = ("SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
Step = Callable[[str, int], str]


class Durable:
    """The DBOS of this process: there is one at a time; closed at the end."""

    def __init__(
        self, url: str, executor: str, draft: Step, export: Step, *, papers: int, share: int | None = None
    ) -> None:
        from dbos import DBOS

        self._url = url
        self._engine = _sqlite(url)
        self._dbos = DBOS(config=_config(url, executor, self._engine))
        _register(DBOS, draft, export)
        DBOS.listen_queues([_QUEUE])
        DBOS.launch()
        DBOS.register_queue(
            _QUEUE,
            worker_concurrency=papers,
            # A tenant alone may use it all; with others none uses more than its share.
            partition_worker_concurrency=min(share or papers, papers),
            polling_interval_sec=0.25,
            on_conflict="always_update",
        )

    def submit(self, tenant: str, rows: Iterable[PaperRow]) -> None:
        """Queue papers; one that is queued or under way already stays as it is."""
        _queue(self._url, self._engine, tenant, rows)

    def states(self, workflows: Sequence[str]) -> dict[str, str]:
        """How these workflows stand; one that nobody has queued is not among them."""
        from dbos import DBOS

        found: dict[str, str] = {}
        for start in range(0, len(workflows), 200):
            some = list(workflows[start : start + 200])
            listed = DBOS.list_workflows(workflow_ids=some, load_input=False, load_output=False)
            found |= {w.workflow_id: w.status for w in listed}
        return found

    def take_over(self, executor: str) -> int:
        """Have the work of a process that is no more done again, by whoever is free."""
        # Underscored in 3.4: dbos is pinned, and a test kills a worker.
        return len(self._dbos._recover_pending_workflows([executor]))

    def close(self) -> None:
        """No more workflows here; what was under way stays for the next who starts."""
        from dbos import DBOS

        DBOS.destroy(destroy_registry=True)
        if self._engine is not None:
            self._engine.dispose()


def hand_in(url: str, tenant: str, rows: Sequence[PaperRow]) -> None:
    """Queue papers without working on any: for workers elsewhere."""
    from dbos import DBOS

    _quiet()
    engine = _sqlite(url)
    DBOS.migrate(_plain(url) if engine is None else engine.url.render_as_string())
    try:
        _queue(url, engine, tenant, rows)
    finally:
        if engine is not None:
            engine.dispose()


def _queue(url: str, engine: Engine | None, tenant: str, rows: Iterable[PaperRow]) -> None:
    """Write papers into the queue, all in one transaction: a commit each would take longer than some of the work."""
    from dbos import DBOSClient

    waiting = list(rows)
    if not waiting:
        return
    own = create_engine(make_url(url).set(drivername="postgresql+psycopg"), pool_size=1) if engine is None else None
    used = engine if engine is not None else own
    assert used is not None
    client = DBOSClient(system_database_engine=used, application_name=_APPLICATION)
    try:
        with used.begin() as connection:
            for row in waiting:
                options = options_of(tenant, row)
                client.enqueue_in_transaction(connection, options, row.id, row.round)  # type: ignore[arg-type]
    finally:
        client.destroy()
        if own is not None:
            own.dispose()


def options_of(tenant: str, row: PaperRow) -> dict[str, Any]:
    """How a paper is queued: its own id, and its tenant's line."""
    return {
        "workflow_name": _WORKFLOW,
        "queue_name": _QUEUE,
        "workflow_id": row.workflow,
        "queue_partition_key": tenant or "-",
        "app_version": VERSION,
    }


def _register(dbos: Any, draft: Step, export: Step) -> None:
    """The workflow and its steps, under names that do not follow the code."""

    @dbos.step(name="draft")  # type: ignore[untyped-decorator]
    def draft_step(name: str, round_: int) -> str:
        return draft(name, round_)

    @dbos.step(name="export")  # type: ignore[untyped-decorator]
    def export_step(name: str, round_: int) -> str:
        return export(name, round_)

    @dbos.workflow(name=_WORKFLOW, max_recovery_attempts=_MOST_RECOVERIES)  # type: ignore[untyped-decorator]
    def make_paper(name: str, round_: int) -> str:
        ended: str = draft_step(name, round_)
        if ended == "drafted":
            ended = export_step(name, round_)
        return ended


def _config(url: str, executor: str, engine: Engine | None) -> "DBOSConfig":
    _quiet()
    config: DBOSConfig = {
        "name": _APPLICATION,
        "application_version": VERSION,
        "executor_id": executor,
        "log_level": "ERROR",
        "scheduler_polling_interval_sec": 600.0,
        "max_executor_threads": 64,
    }
    if engine is not None:
        config["system_database_engine"] = engine
    else:
        config["system_database_url"] = _plain(url)
    return config


def _quiet() -> None:
    """DBOS writes to stderr unless somebody has given its logger a handler: ours, which goes to the log of chugao."""
    logger = logging.getLogger("dbos")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
        logger.propagate = True


def _plain(url: str) -> str:
    """The URL as DBOS writes it, without the driver."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _sqlite(url: str) -> Engine | None:
    """An engine on a SQLite file of its own, in WAL; None for PostgreSQL, where DBOS has a schema beside our tables."""
    given = make_url(url)
    if given.get_backend_name() != "sqlite":
        return None
    file = Path(given.database or "").with_name("batch.db")
    engine = create_engine(f"sqlite:///{file}", connect_args={"timeout": 30, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _: object) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        # What DBOS records outlives a kill; what a power cut takes, the papers' own records and the ledger make good.
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA busy_timeout=30000")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.isolation_level = "IMMEDIATE"

    return engine

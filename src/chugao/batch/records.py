"""The rows that decide what is done: jobs, papers, workers, what happened.

In: a connection.  Out: `JobRow`, `PaperRow`; changes that only the one who holds a paper may make.

Surprise: a worker that was taken for dead may wake up.  So every record of a paper names its holder and its round, and
a holder that is no longer it changes nothing.
"""

import json
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import Connection, RowMapping, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from chugao.batch.manifest import Manifest, Task
from chugao.database import hold, utc_text
from chugao.database.tables import happening, job, paper
from chugao.errors import InputError
from chugao.source import Frozen

JobState = Literal["running", "paused", "cancelled", "stopped", "done"]
PaperState = Literal["waiting", "queued", "drafting", "drafted", "done", "failed"]
LIVE = ("queued", "drafting", "drafted")
"""A workflow has it, or is about to."""


class JobRow(Frozen):
    """A job as it stands."""

    id: str
    tenant: str
    name: str
    state: JobState
    reason: str = ""
    manifest: Manifest
    out: str
    max_cost: Decimal | None = None
    created_at: str
    updated_at: str


class PaperRow(Frozen):
    """One document of a job as it stands; its text stays in the database until it is asked for."""

    id: str
    job: str
    ordinal: int
    department: str
    kind: str
    state: PaperState
    reason: str = ""
    task: Task
    round: int
    owner: str = ""
    inputs: str = ""
    title: str = ""
    file: str = ""
    file_hash: str = ""
    revision: int = 0
    sections_done: int = 0
    report: dict[str, Any]
    queued_at: str | None = None
    started_at: str | None = None
    finished_at: str | None = None

    @property
    def workflow(self) -> str:
        """Id of the workflow that makes it in this round."""
        return f"{self.id}/r{self.round}"


_COLUMNS = [c for c in paper.c if c.name not in ("draft", "draft_before")]


def moment() -> str:
    """Now, as text that sorts; with thousandths, because a section may take less than a second."""
    now = datetime.now(UTC)
    return f"{utc_text(now)[:-1]}.{now.microsecond // 1000:03d}Z"


def now_us(connection: Connection) -> int:
    """Microseconds since 1970 by the database's clock, which all machines share."""
    if connection.dialect.name == "postgresql":
        asked = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)"
        return int(connection.execute(text(asked)).scalar_one())
    return time.time_ns() // 1000


# --- jobs -----------------------------------------------------------------------------------------


def keep_job(connection: Connection, manifest: Manifest, out: str, max_cost: Decimal | None) -> JobRow:
    """The job of a manifest, made or brought up to date with it, and running.

    Papers are added; one that the manifest no longer names is kept while it is done, and dropped otherwise.
    """
    hold(connection, f"job:{manifest.job}")
    known = find_job(connection, manifest.job)
    limit = max_cost if max_cost is not None else manifest.max_cost
    if limit is None and known is not None:
        limit = known.max_cost
    values = {
        "tenant": manifest.tenant,
        "name": manifest.name,
        "state": "running",
        "reason": "",
        "payload": {"manifest": manifest.model_dump(mode="json"), "out": out},
        "max_cost_micro": None if limit is None else int(limit * 1_000_000),
        "updated_at": moment(),
    }
    if known is None:
        connection.execute(insert(job).values(id=manifest.job, created_at=values["updated_at"], **values))
    else:
        connection.execute(update(job).where(job.c.id == manifest.job).values(**values))
    _keep_papers(connection, manifest)
    return require_job(connection, manifest.job)


def _keep_papers(connection: Connection, manifest: Manifest) -> None:
    there = {row.id: row for row in papers(connection, manifest.job)}
    wanted = {f"{manifest.job}/{t.department}/{t.kind}": (n, t) for n, t in enumerate(manifest.tasks)}
    for name, (ordinal, task) in wanted.items():
        values = {"ordinal": ordinal, "payload": task.model_dump(mode="json")}
        if name in there:
            if there[name].ordinal != ordinal or there[name].task != task:
                connection.execute(update(paper).where(paper.c.id == name).values(**values))
            continue
        connection.execute(insert(paper).values(**_fresh(manifest.job, name, task), ordinal=ordinal))
    house = manifest.hospital.name if manifest.hospital else None
    gone = [n for n, row in there.items() if n not in wanted and row.state != "done" and row.department != house]
    if gone:
        connection.execute(paper.delete().where(paper.c.id.in_(gone)))


def find_job(connection: Connection, name: str) -> JobRow | None:
    """The job of an id; None when there is none."""
    row = connection.execute(select(job).where(job.c.id == name)).mappings().one_or_none()
    return _job(row) if row is not None else None


def require_job(connection: Connection, name: str) -> JobRow:
    """As `find_job`; raises `InputError` that names the jobs there are."""
    if (found := find_job(connection, name)) is not None:
        return found
    known = [j.id for j in jobs(connection)][-5:]
    told = f"这里的批次有：{'、'.join(known)}" if known else "这里还没有批次"
    raise InputError(f"没有批次“{name}”（{told}）。请写批次清单的文件名或批次编号，并核对 -o 或 --database。")


def jobs(connection: Connection) -> tuple[JobRow, ...]:
    """Every job, oldest first."""
    rows = connection.execute(select(job).order_by(job.c.created_at, job.c.id)).mappings()
    return tuple(_job(r) for r in rows)


def set_job(connection: Connection, name: str, state: JobState, reason: str = "", *, of: Sequence[str] = ()) -> bool:
    """Change a job's state, `of` one of these states where given; whether it changed."""
    mine = (job.c.id == name) & (job.c.state != state)
    if of:
        mine &= job.c.state.in_(of)
    done = connection.execute(update(job).where(mine).values(state=state, reason=reason, updated_at=moment()))
    if done.rowcount:
        tell(connection, name, state, detail={"reason": reason} if reason else {})
    return bool(done.rowcount)


def job_states(connection: Connection, names: Iterable[str]) -> dict[str, tuple[str, str]]:
    """State and reason of each job."""
    rows = connection.execute(select(job.c.id, job.c.state, job.c.reason).where(job.c.id.in_(list(names))))
    return {r.id: (r.state, r.reason) for r in rows}


def _job(row: RowMapping) -> JobRow:
    limit = row["max_cost_micro"]
    return JobRow(
        id=row["id"],
        tenant=row["tenant"],
        name=row["name"],
        state=row["state"],
        reason=row["reason"],
        manifest=Manifest.model_validate(row["payload"]["manifest"]),
        out=row["payload"]["out"],
        max_cost=None if limit is None else Decimal(limit) / 1_000_000,
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


# --- papers ---------------------------------------------------------------------------------------


def papers(connection: Connection, name: str) -> tuple[PaperRow, ...]:
    """The papers of a job in the manifest's order."""
    rows = connection.execute(select(*_COLUMNS).where(paper.c.job_id == name).order_by(paper.c.ordinal, paper.c.id))
    return tuple(_paper(r) for r in rows.mappings())


def find_paper(connection: Connection, name: str) -> PaperRow | None:
    row = connection.execute(select(*_COLUMNS).where(paper.c.id == name)).mappings().one_or_none()
    return _paper(row) if row is not None else None


def counts(connection: Connection, name: str) -> dict[str, int]:
    """How many papers of a job are in each state."""
    query = select(paper.c.state, func.count()).where(paper.c.job_id == name).group_by(paper.c.state)
    return {row.state: row[1] for row in connection.execute(query)}


def waiting_papers(connection: Connection, row: JobRow) -> tuple[PaperRow, ...]:
    """Departments' papers that nobody has been given; the house's own waits for them, and is not among them."""
    house = row.manifest.hospital.name if row.manifest.hospital else None
    return tuple(p for p in papers(connection, row.id) if p.state == "waiting" and p.department != house)


def return_queued(connection: Connection, name: str) -> None:
    """Papers of a job that stands still and that nobody has begun wait without a workflow."""
    # In one statement: a job that goes on at this moment has queued them again.
    still = select(job.c.id).where((job.c.id == name) & (job.c.state != "running"))
    mine = paper.c.job_id.in_(still) & (paper.c.state == "queued")
    connection.execute(update(paper).where(mine).values(state="waiting"))


def stored_draft(connection: Connection, name: str, *, before: bool = False) -> str | None:
    """draft.json of a paper, or the one before it; None when there is none."""
    column = paper.c.draft_before if before else paper.c.draft
    found: str | None = connection.execute(select(column).where(paper.c.id == name)).scalar_one_or_none()
    return found


def queue_papers(connection: Connection, rows: Iterable[PaperRow]) -> tuple[PaperRow, ...]:
    """Give papers their next round; they are to be handed to the engine after the commit.

    One that has moved on since it was read stays as it is, and is not among those returned.
    """
    queued = []
    for row in rows:
        given = connection.execute(
            update(paper)
            .where((paper.c.id == row.id) & (paper.c.round == row.round) & (paper.c.state == row.state))
            .values(state="queued", round=row.round + 1, reason="", owner="", queued_at=moment(), sections_done=0)
        )
        if given.rowcount:
            queued.append(row.model_copy(update={"round": row.round + 1, "state": "queued", "owner": ""}))
    return tuple(queued)


def claim(connection: Connection, name: str, round_: int, owner: str, state: PaperState) -> bool:
    """Take a paper in hand for one step; False when another round or another state has come over it."""
    before = ("queued", "drafting") if state == "drafting" else ("drafted",)
    values: dict[str, Any] = {"state": state, "owner": owner}
    if state == "drafting":
        values |= {"started_at": moment(), "sections_done": 0}
    mine = (paper.c.id == name) & (paper.c.round == round_) & paper.c.state.in_(before)
    return bool(connection.execute(update(paper).where(mine).values(**values)).rowcount)


def change(connection: Connection, name: str, round_: int, holder: str, **values: Any) -> bool:
    """Record something of a paper; False when it is no longer this holder's."""
    mine = (paper.c.id == name) & (paper.c.round == round_) & (paper.c.owner == holder)
    return bool(connection.execute(update(paper).where(mine).values(**values)).rowcount)


def note(connection: Connection, name: str, **told: Any) -> None:
    """Add to the counts of a paper."""
    report = connection.execute(select(paper.c.report).where(paper.c.id == name).with_for_update()).scalar_one()
    connection.execute(update(paper).where(paper.c.id == name).values(report=report | told))


def add_papers(connection: Connection, job_id: str, tasks: Sequence[Task]) -> None:
    """Further papers of a job, which its manifest does not name one by one: the house's own."""
    there = {row.id: row for row in papers(connection, job_id)}
    for number, task in enumerate(tasks, len(there)):
        name = f"{job_id}/{task.department}/{task.kind}"
        if name in there:
            if there[name].task != task:
                connection.execute(update(paper).where(paper.c.id == name).values(payload=task.model_dump(mode="json")))
            continue
        connection.execute(insert(paper).values(**_fresh(job_id, name, task), ordinal=number))


def _fresh(job_id: str, name: str, task: Task) -> dict[str, Any]:
    values: dict[str, Any] = dict.fromkeys(("reason", "owner", "inputs", "title", "file", "file_hash"), "")
    return values | {
        "id": name,
        "job_id": job_id,
        "department": task.department,
        "kind": task.kind,
        "payload": task.model_dump(mode="json"),
        "state": "waiting",
        "round": 0,
        "revision": 0,
        "sections_done": 0,
        "report": {},
    }


def count_sections(connection: Connection, name: str, owner: str, done: int) -> None:
    """How far a paper is."""
    mine = (paper.c.id == name) & (paper.c.owner == owner) & (paper.c.state == "drafting")
    connection.execute(update(paper).where(mine).values(sections_done=done))


def _paper(row: RowMapping) -> PaperRow:
    values = {k: row[k] for k in row if k not in ("job_id", "payload")}
    return PaperRow(job=row["job_id"], task=Task.model_validate(row["payload"]), **values)


# --- what happened --------------------------------------------------------------------------------


def tell(
    connection: Connection, name: str, kind: str, paper_id: str = "", detail: "dict[str, Any] | None" = None
) -> None:
    """Note something that happened; never a word of a document."""
    row = {"job_id": name, "at": moment(), "kind": kind, "paper_id": paper_id, "detail": detail or {}}
    connection.execute(insert(happening).values(**row))


def happenings(connection: Connection, name: str, after: int = 0) -> tuple[dict[str, Any], ...]:
    """What happened to a job since the event of that number, oldest first."""
    query = select(happening).where((happening.c.job_id == name) & (happening.c.id > after)).order_by(happening.c.id)
    return tuple(
        {"id": r["id"], "at": r["at"], "event": r["kind"], "job": name}
        | ({"paper": r["paper_id"]} if r["paper_id"] else {})
        | r["detail"]
        for r in connection.execute(query).mappings()
    )


def event_line(event: "dict[str, Any]") -> str:
    """An event as a line of JSON."""
    return json.dumps(event, ensure_ascii=False)


def upsert(connection: Connection) -> Any:
    """The `insert` of this database that can settle a conflict."""
    return sqlite_insert if connection.dialect.name == "sqlite" else postgres_insert

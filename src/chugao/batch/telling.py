"""How a job stands: counts, cost, time left; for a terminal, for a program, for a board in a browser.

In: a database and a job.  Out: `Standing`, the same whoever asks and wherever the work is done.

Surprise: what a run costs is the sum over the ledger, not over the papers: answers that could not be used, and calls of
papers that failed, were paid for too.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, select

from chugao.batch.records import LIVE, JobRow, PaperRow, papers, require_job
from chugao.database import Database
from chugao.database.tables import happening, worker
from chugao.kind import Kind
from chugao.ledger import CostRow, cost_rows, doubtful_calls
from chugao.source import Frozen

STATES = {
    "waiting": "等待",
    "queued": "排队",
    "drafting": "起草中",
    "drafted": "待导出",
    "done": "完成",
    "failed": "失败",
}
JOB_STATES = {"running": "进行中", "paused": "已暂停", "cancelled": "已取消", "stopped": "已停下", "done": "已完成"}


class PaperStanding(Frozen):
    """One document of a job, as a board shows it."""

    id: str
    department: str
    kind: str
    kind_label: str
    state: str
    state_label: str
    reason: str
    title: str
    file: str
    revision: int
    attempts: int
    engine: str
    sections: int
    """Written so far, or all."""
    calls: int
    input_tokens: int
    output_tokens: int
    cost: Decimal | None
    seconds: float | None
    report: dict[str, Any]


class Standing(Frozen):
    """A job as it stands."""

    job: str
    name: str
    tenant: str
    state: str
    state_label: str
    reason: str
    out: str
    counts: dict[str, int]
    total: int
    sections: int
    calls: int
    input_tokens: int
    output_tokens: int
    cost: Decimal | None
    """None when a model has no price."""
    max_cost: Decimal | None
    possibly_billed: int
    """Calls that were under way when a process ended: not in the cost."""
    elapsed_s: float
    eta_s: float | None
    workers: tuple[str, ...]
    papers: tuple[PaperStanding, ...]


def standing(database: Database, job: str) -> Standing:
    """A job as it stands now.  Raises `InputError` for one that is not there."""
    with database.read() as connection:
        row, rows = require_job(connection, job), papers(connection, job)
        costs, doubtful = cost_rows(connection, job), doubtful_calls(connection, job)
        began = _began(connection, job)
        workers = connection.execute(select(worker.c.id).where(worker.c.state == "running").order_by(worker.c.id))
        names = tuple(workers.scalars())
    return _standing(row, rows, costs, sum(d.times for d in doubtful), began, names)


def _standing(
    row: JobRow,
    rows: tuple[PaperRow, ...],
    costs: tuple[CostRow, ...],
    doubtful: int,
    began: str,
    workers: tuple[str, ...],
) -> Standing:
    by_paper: dict[str, list[CostRow]] = defaultdict(list)
    for cost in costs:
        by_paper[cost.job].append(cost)
    counted = dict.fromkeys(STATES, 0)
    for paper in rows:
        counted[paper.state] += 1
    calls, tokens_in, tokens_out, money = _sum(costs)
    elapsed = _elapsed(row, rows, began)
    return Standing(
        job=row.id,
        name=row.name,
        tenant=row.tenant,
        state=row.state,
        state_label=JOB_STATES[row.state],
        reason=row.reason,
        out=row.out,
        counts=counted,
        total=len(rows),
        sections=sum(_sections(p) for p in rows),
        calls=calls,
        input_tokens=tokens_in,
        output_tokens=tokens_out,
        cost=money,
        max_cost=row.max_cost,
        possibly_billed=doubtful,
        elapsed_s=round(elapsed, 1),
        eta_s=_eta(rows, began, elapsed) if row.state == "running" else None,
        workers=workers,
        papers=tuple(_paper(p, by_paper[p.id]) for p in rows),
    )


def _paper(row: PaperRow, costs: list[CostRow]) -> PaperStanding:
    calls, tokens_in, tokens_out, money = _sum(costs)
    return PaperStanding(
        id=row.id,
        department=row.department,
        kind=row.kind,
        kind_label=Kind(row.kind).label,
        state=row.state,
        state_label=STATES[row.state],
        reason=row.reason,
        title=row.title,
        file=row.file,
        revision=row.revision,
        attempts=row.round,
        engine=row.task.engine,
        sections=_sections(row),
        calls=calls,
        input_tokens=tokens_in,
        output_tokens=tokens_out,
        cost=money,
        seconds=_between(row.started_at, row.finished_at),
        report=row.report,
    )


def _sections(row: PaperRow) -> int:
    return row.sections_done if row.state in LIVE else int(row.report.get("sections", row.sections_done))


def _sum(costs: Iterable[CostRow]) -> tuple[int, int, int, Decimal | None]:
    rows = list(costs)
    money = None if any(r.cost is None for r in rows) else sum((r.cost or Decimal(0) for r in rows), Decimal(0))
    return sum(r.calls for r in rows), sum(r.input_tokens for r in rows), sum(r.output_tokens for r in rows), money


# --- time -----------------------------------------------------------------------------------------


def _began(connection: Connection, job: str) -> str:
    """When the run under way was submitted."""
    query = select(happening.c.at).where((happening.c.job_id == job) & (happening.c.kind == "submitted"))
    return connection.execute(query.order_by(happening.c.id.desc()).limit(1)).scalar_one_or_none() or ""


def _elapsed(row: JobRow, rows: Iterable[PaperRow], began: str) -> float:
    """How long the latest run has been going, or went."""
    ended = None
    if row.state != "running":
        last = [p.finished_at for p in rows if p.finished_at and p.finished_at >= began]
        ended = max([*last, row.updated_at] if row.state != "done" else last or [row.updated_at])
    return _between(began or row.created_at, ended) or 0.0


def _eta(rows: tuple[PaperRow, ...], began: str, elapsed: float) -> float | None:
    """What is left, at the pace of this run: papers done in it, and the sections of those under way."""
    done = [p for p in rows if p.state in ("done", "failed") and (p.finished_at or "") >= began]
    left = [p for p in rows if p.state in (*LIVE, "waiting")]
    usual = sum(_sections(p) for p in done) / len(done) if done else 10.0
    under_way = sum(min(0.9, p.sections_done / max(usual, 1.0)) for p in left if p.state == "drafting")
    finished = len(done) + under_way
    if not left or finished <= 0 or elapsed <= 0:
        return 0.0 if not left else None
    return round(elapsed / finished * (len(left) - under_way), 1)


def _between(start: str | None, end: str | None) -> float | None:
    if not start:
        return None
    until = _read(end) if end else datetime.now(UTC)
    return round((until - _read(start)).total_seconds(), 2)


def _read(moment: str) -> datetime:
    return datetime.fromisoformat(moment.replace("Z", "+00:00"))

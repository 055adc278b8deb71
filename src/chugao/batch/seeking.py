"""Papers that nobody has: found, and given to somebody.

In: a job that runs, the worker of this process.  Out: papers queued again, or failed with a reason.

A paper loses its workflow when a process is killed between the record and the queue, when a worker leaves in the middle
of one, when a job goes on while its papers are still being put back, when the database is away for a moment.  Surprise:
to look is safe at any time and for several at once.  A workflow is queued under its paper's id and round, so that the
same one is queued once; and a paper that has moved on since it was read is left alone.
"""

from sqlalchemy import select, update

from chugao.batch.durable import ENDED
from chugao.batch.records import LIVE, JobRow, PaperRow, note, papers, queue_papers, require_job, tell, waiting_papers
from chugao.batch.working import Worker
from chugao.database import Database
from chugao.database.tables import paper
from chugao.database.tables import worker as worker_table

_MOST_LOST = 3
_LOST = "这份文稿的处理一再中断，没有留下原因。请用 --retry-failed 再试；若仍如此，把日志发给管理员。"


def seek(database: Database, job: JobRow, worker: Worker) -> None:
    """Give every paper of a running job that nobody has to whoever is free."""
    with database.read() as connection:
        rows = papers(connection, job.id)
        holders = set(
            connection.execute(select(worker_table.c.process).where(worker_table.c.state == "running")).scalars()
        )
    live = tuple(r for r in rows if r.state in LIVE)
    if live:
        worker.inherit()
    states = worker.states(live) if live else {}
    worker.submit(job.tenant, tuple(r for r in live if r.id not in states))
    orphans = [r for r in live if _is_orphan(r, states.get(r.id, ""), holders)]
    if orphans or any(r.state == "waiting" for r in rows):
        worker.submit(job.tenant, _queued_again(database, job, orphans))


def _is_orphan(row: PaperRow, state: str, holders: set[str]) -> bool:
    """Whether a paper's workflow has ended without the paper's record saying how."""
    if state not in ENDED:
        return False
    # Where two had it, the workflow ends with the first; the second may still be writing.
    return row.state != "drafting" or state != "SUCCESS" or row.owner not in holders


def _queued_again(database: Database, job: JobRow, orphans: list[PaperRow]) -> tuple[PaperRow, ...]:
    with database.write() as connection:
        if require_job(connection, job.id).state != "running":
            return ()
        again = []
        for row in orphans:
            times = int(row.report.get("lost", 0)) + 1
            if times > _MOST_LOST:
                mine = (paper.c.id == row.id) & (paper.c.round == row.round) & (paper.c.state == row.state)
                if connection.execute(update(paper).where(mine).values(state="failed", reason=_LOST)).rowcount:
                    tell(connection, job.id, "failed", row.id, {"error": "lost"})
                continue
            note(connection, row.id, lost=times)
            again.append(row)
        queued = queue_papers(connection, (*again, *waiting_papers(connection, job)))
        for row in queued:
            tell(connection, job.id, "again", row.id)
    return queued

"""One document of a batch: drafted into the database, then exported from there.

In: a `Shop` and the id of a paper.  Out: how the step ended; everything else stands in the paper's record.

Both steps may be run again at any moment, by another process, after a kill: what a model answered comes from the
ledger, and a file is written beside its place and renamed.  Surprise: the step that wrote a draft may not have lived to
say so, so each looks first at what the record says.
"""

import hashlib
import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from chugao.batch.calling import Lent, Stopped
from chugao.batch.manifest import Task
from chugao.batch.records import (
    JobRow,
    PaperRow,
    change,
    claim,
    find_paper,
    moment,
    note,
    require_job,
    stored_draft,
    tell,
)
from chugao.batch.sent import sent, told_of_the_manifest
from chugao.batch.shop import LEAVING, Shop
from chugao.config import Settings, load_settings
from chugao.desk import Desk, Files, gather, make
from chugao.draftfile import to_json
from chugao.errors import ChugaoError, EngineError
from chugao.export.files import file_name, write_files
from chugao.ledger.keeping import ON_BEHALF
from chugao.manuscript import Draft, count_characters
from chugao.outline import Outline, read_outline
from chugao.source import Severity

if TYPE_CHECKING:
    from chugao.checks import Report
    from chugao.index import Index

log = logging.getLogger(__name__)

Ended = Literal["drafted", "done", "failed", "stopped", "abandoned"]


# --- what a paper is made from --------------------------------------------------------------------


class Inputs(NamedTuple):
    """Everything of one paper, read."""

    outline: Outline
    desk: Desk
    digest: str


def inputs_of(task: Task, settings: Settings, past: "tuple[Index | None, tuple[str, ...]]") -> Inputs:
    """Read what a paper is made from.  Raises `InputError` for what is missing or cannot be read."""
    office = settings.office
    outline = read_outline(
        task.kind,
        department=task.department,
        year=task.year,
        period=task.period,
        level=task.level or (office.level if office.name else "科室"),
        organisation=task.organisation if task.organisation is not None else office.name,
        length=task.length,
        file=task.outline,
    )
    files = Files(
        tuple(map(Path, task.metrics)),
        tuple(map(Path, task.matters)),
        tuple(map(Path, task.material)),
        Path(task.instructions) if task.instructions else None,
        Path(task.corpus) if task.corpus else None,
    )
    desk = gather(
        files,
        department=task.department,
        year=outline.reported.year,
        workspace=settings.workspace,
        confirmed_by=task.confirmed_by,
        past=past,
    )
    return Inputs(outline, desk, _digest(task, outline, desk))


def stamp_of(task: Task) -> str:
    """Sizes and times of the files of a paper: the same stamp needs no second reading."""
    told = []
    named = (task.instructions, task.outline)
    for name in (*task.metrics, *task.matters, *task.material, *(n for n in named if n)):
        try:
            found = Path(name).stat()
            told.append((name, found.st_size, found.st_mtime_ns))
        except OSError:
            told.append((name, -1, 0))
    options = task.model_dump_json(exclude={"concurrency", "fallback", "corpus"})
    return hashlib.sha256(f"{told}{options}".encode()).hexdigest()[:16]


def _digest(task: Task, outline: Outline, desk: Desk) -> str:
    """What decides the content: values, not the files they stand in, and not the past reports."""
    figures = desk.figures.of_department(task.department)
    bare = {"source"}
    told: dict[str, Any] = {
        "outline": outline.model_dump(mode="json"),
        "engine": [task.engine, task.seed],
        "figures": sorted(o.model_dump_json(exclude=bare) for o in (*figures.observations, *figures.comparable)),
        "changes": sorted(c.model_dump_json(exclude=bare) for c in figures.changes),
        "aims": sorted(a.model_dump_json(exclude=bare) for a in figures.aims),
        "matters": [m.model_dump_json(exclude=bare) for m in desk.matters.of_department(task.department).items],
        "items": [i.model_dump_json() for i in desk.items],
        "instructions": desk.instructions,
    }
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


# --- draft ----------------------------------------------------------------------------------------


def draft_paper(shop: Shop, name: str, round_: int) -> Ended:
    """The first step: a draft in the paper's record, or the reason why there is none."""
    with shop.database.write() as connection:
        row = find_paper(connection, name)
        if row is None or row.round != round_ or row.state in ("waiting", "failed"):
            return "abandoned"
        if row.state in ("drafted", "done"):
            return "drafted"
        job = require_job(connection, row.job)
        if not claim(connection, name, round_, shop.owner, "drafting"):
            return "abandoned"
        if job.state != "running":
            return _put_back(shop, row, job.reason, connection=connection)
        tell(connection, row.job, "drafting", name)
    # Before reading: what changes meanwhile is seen next time.
    stamp = stamp_of(row.task)
    try:
        draft, inputs, report = _drafted(shop, job, row)
    except Stopped as stopped:
        return _put_back(shop, row, str(stopped))
    except Exception as error:
        return _failed(shop, row, error, stamp)
    return _keep_draft(shop, row, draft, inputs, report, stamp)


def set_aside(shop: Shop, name: str, round_: int) -> Ended:
    """A paper that came to a worker that is leaving: it waits, and is handed on with the others."""
    with shop.database.write() as connection:
        row = find_paper(connection, name)
        if row is None or not claim(connection, name, round_, shop.owner, "drafting"):
            return "abandoned"
        return _put_back(shop, row, LEAVING, connection=connection)


def _drafted(shop: Shop, job: JobRow, row: PaperRow) -> "tuple[Draft, Inputs, Report]":
    settings = settings_of(job)
    line = shop.line(job, row.task.engine, settings)
    # The books show what each department cost.
    booked = ON_BEHALF.set(row.id)
    try:
        with shop.turns.next() as turn:
            if line.stopped:
                raise Stopped(line.stopped)
            inputs = inputs_of(row.task, settings, shop.past(row.task.corpus, job.manifest.workspace))
            draft, report = make(
                inputs.desk,
                inputs.outline,
                Lent(line, turn, concurrency=row.task.concurrency, fallback=row.task.fallback),
                office=settings.office,
                seed=row.task.seed,
                progress=lambda _: shop.wrote_section(row.id),
            )
    finally:
        ON_BEHALF.reset(booked)
    return draft, inputs, report


def settings_of(job: JobRow) -> Settings:
    """The settings of a job's workspace on this machine; endpoint and key come from here, never with the job."""
    return load_settings(Path(job.manifest.workspace) if job.manifest.workspace else None)


def _keep_draft(shop: Shop, row: PaperRow, draft: Draft, inputs: Inputs, report: "Report", stamp: str) -> Ended:
    text = to_json(draft)
    with shop.database.write() as connection:
        before = stored_draft(connection, row.id)
        kept = change(
            connection,
            row.id,
            row.round,
            shop.owner,
            state="drafted",
            draft=text,
            draft_before=before if before not in (None, text) else None,
            inputs=inputs.digest,
            title=draft.title.text,
            sections_done=sum(1 for s in draft.sections if s.sentences),
            report=report_of(draft, report) | {"stamp": stamp},
        )
    return "drafted" if kept else "abandoned"


def report_of(draft: Draft, report: "Report") -> dict[str, Any]:
    """What the board shows of a draft: counts, never its words."""
    findings = {s.value: sum(1 for f in draft.findings if f.severity is s) for s in Severity}
    blocking = [f for f in draft.findings if f.severity.blocks]
    fell_back = sum(1 for f in draft.findings if f.rule == "engine-fallback")
    body = sum(count_characters(s.block_text(b)) for s in draft.sections for b in s.blocks if b.table is None)
    return {
        "sections": sum(1 for s in draft.sections if s.level),
        "characters": body,
        "engine": draft.engine,
        "numbers": dict(report.numbers),
        "findings": findings,
        "pending": sum(1 for f in blocking if f.rule == "pending"),
        "errors": sum(1 for f in blocking if f.rule != "pending"),
        "requests": len(draft.requests),
        "offline_sections": fell_back,
        "hash": draft.id,
    }


def _put_back(shop: Shop, row: PaperRow, reason: str, *, connection: Any = None) -> Ended:
    """The job is to stop: the paper waits for the next round."""
    if connection is not None:
        change(connection, row.id, row.round, shop.owner, state="waiting", reason=reason, owner="")
        shop.put_back.append(row.id)
        tell(connection, row.job, "waiting", row.id)
        return "stopped"
    with shop.database.write() as opened:
        return _put_back(shop, row, reason, connection=opened)


def _failed(shop: Shop, row: PaperRow, error: Exception, stamp: str = "") -> Ended:
    """The department ends in its own error; the others go on."""
    report = row.report | {"stamp": stamp, "sent": sent(row.task)}
    known = isinstance(error, ChugaoError | EngineError)
    reason = told_of_the_manifest(str(error)) if known else _ours(error)
    with shop.database.write() as connection:
        if change(
            connection,
            row.id,
            row.round,
            shop.owner,
            state="failed",
            reason=reason,
            report=report,
            finished_at=moment(),
        ):
            tell(connection, row.job, "failed", row.id, {"error": type(error).__name__})
    return "failed"


def _ours(error: Exception) -> str:
    """A mistake of the program: kind and place, not what it said, for that may quote a document."""
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    where = f"{Path(frames[-1].filename).name} 第{frames[-1].lineno}行" if frames else "未知处"
    return f"程序自身出了问题（{type(error).__name__}，{where}）。请把这句话和该科室的文件发给管理员。"


# --- export ---------------------------------------------------------------------------------------


def export_paper(shop: Shop, name: str, round_: int) -> Ended:
    """The second step: the files in their place, and the record that they are."""
    with shop.database.write() as connection:
        row = find_paper(connection, name)
        if row is None or row.round != round_ or row.state not in ("drafted", "done"):
            return "abandoned"
        if row.state == "done":
            return "done"
        if not claim(connection, name, round_, shop.owner, "drafted"):
            return "abandoned"
        job, text = require_job(connection, row.job), stored_draft(connection, name)
    try:
        draft = Draft.model_validate_json(text or "")
        paths = _exported(job, row, draft)
    except Exception as error:
        return _failed(shop, row, error)
    content, packed = paths["docx"].read_bytes(), _packed(shop, job, row, draft)
    with shop.database.write() as connection:
        done = change(
            connection,
            name,
            round_,
            shop.owner,
            state="done",
            reason="",
            file=str(paths["docx"]),
            file_hash=hashlib.sha256(content).hexdigest(),
            revision=row.revision + 1,
            finished_at=moment(),
        )
        if done:
            if packed:
                note(connection, name, pack=row.revision + 1)
            detail = {"revision": row.revision + 1, "sections": row.report.get("sections", 0)}
            tell(connection, row.job, "exported", name, detail)
    return "done" if done else "abandoned"


def _packed(shop: Shop, job: JobRow, row: PaperRow, draft: Draft) -> bool:
    """Whether the review pack is written: here, while others wait for their model, else by `after.finish`."""
    from chugao.batch.packing import FOLDER, write_pack

    try:
        write_pack(shop.database, row, draft, Path(job.out) / FOLDER)
    except Exception as error:
        log.warning("the pack of %s waits for the end: %s", row.id, type(error).__name__)
        return False
    return True


def _exported(job: JobRow, row: PaperRow, draft: Draft) -> dict[str, Path]:
    from chugao.word.looks import look_of
    from chugao.word.package import as_written

    settings = settings_of(job)
    folder = Path(job.out) / file_name(row.department)
    paths = write_files(draft, folder, look=look_of(settings.office, settings.workspace))
    former = Path(row.file) if row.file else None
    if former is not None and former != paths["docx"] and former.is_file() and as_written(former.read_bytes()):
        # Another title than last time: one document a department and kind.
        for path in (former, former.with_suffix(".json"), former.with_suffix(".md")):
            path.unlink(missing_ok=True)
    return paths

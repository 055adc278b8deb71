"""Past reports kept in the database: added, listed, removed, understood anew.

In: files and folders.  Out: rows of `original`, `document`, `part` and `passage`; `load_passages` gives back what an
index may offer.

A file is one transaction with all the documents in it, so that what was reported as kept is kept.  Surprise:
understanding a report takes a hundred times longer than writing it, so it is done before the transaction begins.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, select, update

from chugao.corpus.files import Given, legible, report_files
from chugao.corpus.passages import Passage
from chugao.corpus.rows import (
    File,
    Row,
    Said,
    active,
    drop_empty,
    original_id,
    original_of,
    read_original,
    removed,
    retire,
    storable,
    understand_file,
    write_file,
)
from chugao.corpus.vectors import purge_vectors
from chugao.database import Database, hold, record
from chugao.database.tables import basis, document, original, part, passage
from chugao.documents.guard import guard
from chugao.documents.reading import read_bytes
from chugao.errors import ChugaoError, InputError
from chugao.kind import Kind
from chugao.source import Frozen


class Skipped(NamedTuple):
    """A file that was not taken."""

    file: str
    reason: str


class Duplicate(NamedTuple):
    """A file whose text was there already."""

    file: str
    of: str
    """The file that lends its passages for both."""


class AddReport(Frozen):
    """What adding did.  Counts are of documents: one file may hold several."""

    added: int = 0
    unchanged: int = 0
    updated: int = 0
    """There already, but now said to be of another department or the office's own."""
    skipped: tuple[Skipped, ...] = ()
    duplicates: tuple[Duplicate, ...] = ()
    """Not among the counts above."""


class KeptReport(Frozen):
    """A document of the corpus, without its text."""

    id: str
    owner: str
    file: str
    title: str
    kind: Kind | None
    year: int | None
    plan_year: int | None
    department: str
    issuer: str
    level: str
    own: bool
    """Of this office: only then may its sentences be used."""
    flags: tuple[str, ...]
    passages: int
    """That may be offered."""
    duplicate_of: str | None
    """File that holds the same text and lends it; this one then has no passages."""
    added_at: str


class ReindexReport(Frozen):
    """What understanding everything again gave."""

    documents: int = 0
    passages: int = 0
    failed: tuple[Skipped, ...] = ()
    """Left as they were."""


# --- adding ---------------------------------------------------------------------------------------


def add_reports(
    db: Database,
    paths: Iterable[Path | str],
    *,
    organisation: str,
    department: str = "",
    own: bool | None = None,
    owner: str = "",
    actor: str,
    at: str,
    progress: Callable[[int, int, str], None] | None = None,
) -> AddReport:
    """Keep every report among these files and folders; a bad file is skipped with its reason and stops nothing.

    `own` says whether they are the office's own; left open, those are whose issuer is `organisation`, or that name no
    issuer and are of `department`.  A document that names no department gets `department`.  `at` is a moment of
    `database.utc_text`.  `progress` is told (files done, files in all, what became of this one) after the file is
    safe on the disk.
    """
    said = Said(organisation=organisation, department=department, own=own)
    files = list(report_files(paths))
    reports = []
    for number, given in enumerate(files, 1):
        report = _add(db, given, said, owner, actor, at)
        reports.append(report)
        if progress is not None:
            progress(number, len(files), f"{given.shown}：{_outcome(report)}")
    return AddReport(
        added=sum(r.added for r in reports),
        unchanged=sum(r.unchanged for r in reports),
        updated=sum(r.updated for r in reports),
        skipped=tuple(s for r in reports for s in r.skipped),
        duplicates=tuple(d for r in reports for d in r.duplicates),
    )


def _add(db: Database, given: Given, said: Said, owner: str, actor: str, at: str) -> AddReport:
    if given.refused:
        return AddReport(skipped=(Skipped(given.shown, given.refused),))
    name = legible(given.path.name)
    try:
        data = guard(given.path)
    except InputError as error:
        return AddReport(skipped=(Skipped(given.shown, _reason(error, given.path.name)),))
    id_ = original_id(hashlib.sha256(data).hexdigest()[:16], owner)
    with db.read() as connection:
        known, said = _known(connection, id_, name, said)
    if known is not None:
        return known
    try:
        file = understand_file(id_, storable(read_bytes(data, name)), said, owner, at)
    except Exception as error:  # a mistake of ours over one strange file must not cost the person all the others
        return AddReport(skipped=(Skipped(given.shown, _reason(error, name)),))
    return _kept(db, file, name, actor, at)


def _reason(error: Exception, name: str) -> str:
    """Why a file was skipped, without its name before it."""
    if isinstance(error, ChugaoError):
        return legible(str(error).removeprefix(f"{name}：").replace(name, legible(name)))
    return f"读取时出错（{type(error).__name__}）。请用 WPS 或 Word 打开后另存一份再收。"


def _kept(db: Database, file: File, name: str, actor: str, at: str) -> AddReport:
    """Write one file, unless another process has just done so."""
    with db.write() as connection:
        hold(connection, "corpus")
        known, _ = _known(connection, file.id, name, file.said)
        if known is not None:
            return known
        there = active(connection, file.id)
        write_file(connection, file, at)
        ids = [d.row["id"] for d in file.documents]
        duplicates = _duplicates(connection, name, ids)
        added = sum(i not in there for i in ids) - sum(d.document_id not in there for d in duplicates)
        updated = sum(i in there for i in ids) - sum(d.document_id in there for d in duplicates)
        detail = {"file": name, "documents": ids, "own": any(d.row["own"] for d in file.documents)}
        record(connection, actor, "corpus.add", file.id, detail, at=at)
    return AddReport(added=added, updated=updated, duplicates=tuple(d.pair for d in duplicates))


def _known(connection: Connection, id_: str, name: str, said: Said) -> tuple[AddReport | None, Said]:
    """(what there is to report when this file is there and nothing new is said of it, what counts as said)."""
    row = connection.execute(select(original.c.file, original.c.said).where(original.c.id == id_)).one_or_none()
    if row is None:
        return None, said
    earlier = Said.model_validate(row.said)
    said = said.over(earlier)
    ids = active(connection, id_)
    if said != earlier or removed(connection, id_):
        return None, said
    if row.file != name:
        return AddReport(duplicates=(Duplicate(name, row.file),)), said
    duplicates = _duplicates(connection, name, ids)
    pairs = tuple(d.pair for d in duplicates)
    return AddReport(unchanged=len(ids) - len(duplicates), duplicates=pairs), said


class _Repeated(NamedTuple):
    document_id: str
    pair: Duplicate


def _duplicates(connection: Connection, name: str, ids: Sequence[str]) -> list[_Repeated]:
    """Those of these documents whose text another one lends."""
    query = (
        select(part.c.document_id, document.c.file)
        .join(document, document.c.id == part.c.duplicate_of)
        .where(part.c.document_id.in_(ids))
        .order_by(part.c.ordinal)
    )
    return [_Repeated(row.document_id, Duplicate(name, row.file)) for row in connection.execute(query)]


def _outcome(report: AddReport) -> str:
    """What became of one file, for a person."""
    if report.skipped:
        return f"没有收，{report.skipped[0].reason}"
    counts = ((report.added, "收录"), (report.updated, "更新"), (report.unchanged, "未变"))
    words = [f"{word}{count}篇" for count, word in counts if count]
    words += [f"与“{of}”内容相同" for of in dict.fromkeys(d.of for d in report.duplicates)]
    return "，".join(words)


# --- what the database says -----------------------------------------------------------------------


def list_reports(db: Database) -> tuple[KeptReport, ...]:
    """Every document kept, of every owner, in the order of file names."""
    with db.read() as connection:
        return _reports(connection)


def where_from(db: Database, passages: Iterable[str]) -> dict[str, tuple[str, str, str]]:
    """(title, heading, department) of the reports that passages stand in; those no longer kept are left out."""
    p, d = passage.c, document.c
    wanted = select(p.id, d.title, p.heading_path, d.department).join(document, d.id == p.document_id)
    with db.read() as connection:
        rows = connection.execute(wanted.where(p.id.in_(list(passages)[:500]) & d.removed_at.is_(None))).all()
    return {r.id: (r.title, r.heading_path[-1] if r.heading_path else "", r.department) for r in rows}


def load_passages(db: Database, organisation: str = "") -> tuple[Passage, ...]:
    """Every passage that may be offered, each with its owner: the index keeps to the scope.

    A report is own when it was so when it was added, or when its issuer is `organisation` now.
    """
    # Without the document's text, which is long.
    of_document = [c for c in document.c if c.name not in ("id", "text", "added_at", "removed_at")]
    offered = passage.join(document, document.c.id == passage.c.document_id)
    offered = offered.join(part, part.c.document_id == document.c.id)
    query = select(passage, *of_document).select_from(offered)
    query = query.where(part.c.duplicate_of.is_(None), document.c.removed_at.is_(None))
    # What a policy says is cited, not copied.
    query = query.where(~select(basis.c.document_id).where(basis.c.document_id == document.c.id).exists())
    with db.read() as connection:
        rows = [row._mapping for row in connection.execute(query)]
    # By name, not by time or by the database's collation: the same reports give the same order everywhere.
    rows.sort(key=lambda r: (r["file"], r["document_id"], r["ordinal"]))
    return tuple(_passage(dict(row), organisation) for row in rows)


def _passage(row: Row, organisation: str) -> Passage:
    del row["document_id"], row["ordinal"]
    row["kind"], row["key"] = row["kind"] or None, row["key"] or ""
    row["heading_path"], row["flags"] = tuple(row["heading_path"]), tuple(row["flags"])
    row["own"] = row["own"] or (bool(organisation) and row["issuer"] == organisation)
    return Passage.model_validate(row)


def _reports(connection: Connection) -> tuple[KeptReport, ...]:
    columns = [c for c in document.c if c.name in KeptReport.model_fields]
    query = select(*columns, part.c.duplicate_of).join(part, part.c.document_id == document.c.id)
    rows = [dict(row._mapping) for row in connection.execute(query)]
    counts = select(passage.c.document_id, func.count().label("number")).group_by(passage.c.document_id)
    passages = {row.document_id: row.number for row in connection.execute(counts)}
    files = {row["id"]: row["file"] for row in rows}
    for row in rows:
        row["kind"] = row["kind"] or None
        row["flags"] = tuple(row["flags"])
        row["passages"] = 0 if row["duplicate_of"] else passages.get(row["id"], 0)
        row["duplicate_of"] = files.get(row["duplicate_of"])
    reports = (KeptReport.model_validate(row) for row in rows)
    return tuple(sorted(reports, key=lambda r: (r.file, r.owner, r.id)))


class Near(NamedTuple):
    """Two documents of one owner that share most of their words."""

    file: str
    of: str
    share: float
    """Of the shorter one's characters."""


def near_copies(db: Database, least: float = 0.6) -> tuple[Near, ...]:
    """Documents of one owner that are no copies and yet say mostly the same, most alike first."""
    from chugao.corpus.resembling import resemblance_of

    query = select(document.c.id, document.c.owner, document.c.file, document.c.text)
    query = query.join(part, part.c.document_id == document.c.id).where(part.c.duplicate_of.is_(None))
    with db.read() as connection:
        rows = connection.execute(query.order_by(document.c.file, document.c.id)).all()
    found = []
    for owner in sorted({r.owner for r in rows}):
        texts = {r.id: r.text for r in rows if r.owner == owner}
        files = {r.id: r.file for r in rows}
        found += [Near(files[a], files[b], round(share, 3)) for a, b, share in resemblance_of(texts, least)]
    return tuple(sorted(found, key=lambda n: (-n.share, n.file, n.of)))


# --- removing -------------------------------------------------------------------------------------


def remove_reports(db: Database, ids_or_files: Iterable[str], *, actor: str, at: str) -> tuple[KeptReport, ...]:
    """Remove documents by id or by file name, all or nothing; their words leave the database, their titles stay.

    Raises `InputError` for a name that is not there, and for one that several different files bear.
    """
    with db.write() as connection:
        hold(connection, "corpus")
        reports = chosen_reports(connection, ids_or_files)
        ids = [r.id for r in reports]
        retire(connection, ids)
        connection.execute(update(document).where(document.c.id.in_(ids)).values(removed_at=at, text=""))
        drop_empty(connection, {original_of(i) for i in ids})
        connection.execute(delete(basis).where(basis.c.document_id.in_(ids)))
        purge_vectors(connection)
        for report in reports:
            record(connection, actor, "corpus.remove", report.id, {"file": report.file, "title": report.title}, at=at)
    return reports


def chosen_reports(connection: Connection, ids_or_files: Iterable[str]) -> tuple[KeptReport, ...]:
    """The documents meant by ids or file names; raises `InputError` for what is not there or not clear."""
    reports = _reports(connection)
    chosen: dict[str, KeptReport] = {}
    for wanted in ids_or_files:
        found = [r for r in reports if r.id == wanted] or [r for r in reports if r.file in (wanted, Path(wanted).name)]
        if not found:
            raise InputError(f"“{wanted}”没有收录过，什么也没有改动。请用 chugao corpus list 查看文件名和编号。")
        if len({original_of(r.id) for r in found}) > 1:
            each = "；".join(f"{r.id}《{r.title}》" for r in found)
            raise InputError(f"叫“{wanted}”的文件有几份，什么也没有改动。请改用编号：{each}。")
        chosen |= {r.id: r for r in found}
    return tuple(chosen.values())


# --- understanding again --------------------------------------------------------------------------


def reindex(
    db: Database,
    *,
    actor: str,
    at: str,
    organisation: str | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> ReindexReport:
    """Understand every file again from its kept words and rewrite its documents and passages.

    To be run after an update of chugao, and with `organisation` after the office's name was corrected.  What was
    removed stays removed.
    """
    with db.read() as connection:
        ids = sorted(connection.execute(select(original.c.id)).scalars())
    failed: list[Skipped] = []
    for number, id_ in enumerate(ids, 1):
        name = _rewrite(db, id_, organisation, at, failed)
        if progress is not None:
            progress(number, len(ids), name)
    with db.write() as connection:
        documents = connection.execute(select(func.count()).select_from(part)).scalar_one()
        offered = select(func.count()).select_from(passage.join(part, part.c.document_id == passage.c.document_id))
        passages = connection.execute(offered.where(part.c.duplicate_of.is_(None))).scalar_one()
        detail = {"documents": documents, "passages": passages, "failed": [list(f) for f in failed]}
        record(connection, actor, "corpus.reindex", "corpus", detail, at=at)
    return ReindexReport(documents=documents, passages=passages, failed=tuple(failed))


def _rewrite(db: Database, id_: str, organisation: str | None, at: str, failed: list[Skipped]) -> str:
    """Understand one file again; says its name, and puts it among the failed when it cannot be understood now."""
    with db.read() as connection:
        kept = read_original(connection, id_)
    if kept is None:
        return id_
    said = kept.said if organisation is None else kept.said.model_copy(update={"organisation": organisation})
    try:
        file = understand_file(id_, kept.reading, said, kept.owner, at)
    except Exception as error:  # as when adding
        failed.append(Skipped(kept.reading.file, _reason(error, kept.reading.file)))
        return kept.reading.file
    with db.write() as connection:
        hold(connection, "corpus")
        # Removed or added again meanwhile: then there is nothing left to do.
        if read_original(connection, id_) == kept:
            gone = removed(connection, id_)
            documents = tuple(d for d in file.documents if d.row["id"] not in gone)
            write_file(connection, file._replace(documents=documents), at)
    return kept.reading.file

"""What a job's papers say together, once they are made: 雷同, one metric one value, what changed, review packs.

In: a job.  Out: `Finished`, notes in the papers' records, and files under 送审 beside the papers.

Surprise: two departments that cite one metric with different values may both be right; only papers of one office, and
a whole smaller than its parts, contradict each other.  The others are listed side by side, for a person to look at.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from chugao.batch.packing import FOLDER, write_index, write_pack
from chugao.batch.rebuilding import has_changed
from chugao.batch.records import PaperRow, note, papers, require_job, stored_draft
from chugao.database import Database
from chugao.errors import ChugaoError
from chugao.manuscript import Draft, flatten


class Finished(NamedTuple):
    """What a run left behind beside the papers."""

    changes: tuple[dict[str, Any], ...] = ()
    """Of papers made again: which sentences and cells changed, before and after."""
    files: dict[str, str] = {}
    """Index, packs and lists, by what they are."""
    between: tuple[str, ...] = ()
    """Where papers of the job contradict or resemble each other."""
    blocked: tuple[str, ...] = ()
    """Why the house's own document was not made."""


class Cited(NamedTuple):
    """One value of one metric, as one paper has it."""

    metric: str
    name: str
    period: str
    paper: str
    printed: str
    source: str


def finish(database: Database, job: str, blocked: Sequence[str] = ()) -> Finished:
    """Look at a job's papers together; pack those that are not packed yet.  Nothing here can undo a paper.

    One draft at a time: two hundred of them at once would fill the memory of the machine.
    """
    with database.read() as connection:
        row = require_job(connection, job)
        done = [p for p in papers(connection, job) if p.state == "done"]
    fresh = [p for p in done if p.report.get("packed") != p.revision]
    if not fresh:
        return Finished(blocked=tuple(blocked))
    folder = Path(row.out) / FOLDER
    texts: dict[str, str] = {}
    values: list[Cited] = []
    for paper in done:
        draft = _draft_of(database, paper)
        texts[paper.task.name] = flatten(draft)[0]
        values += _values(paper, draft)
        if paper in fresh:
            if paper.report.get("pack") != paper.revision:
                write_pack(database, paper, draft, folder)
            with database.write() as connection:
                note(connection, paper.id, packed=paper.revision)
    changes = tuple(c for p in fresh if p.revision > 1 and (c := has_changed(database, p)) is not None)
    between = _between(database, done, texts)
    with database.read() as connection:
        done = [p for p in papers(connection, job) if p.state == "done"]
    index = write_index(row, done, _several(values), between, folder)
    return Finished(changes, {"送审目录": str(index)}, between, tuple(blocked))


def _draft_of(database: Database, paper: PaperRow) -> Draft:
    with database.read() as connection:
        return Draft.model_validate_json(stored_draft(connection, paper.id) or "")


# --- one metric, one value ------------------------------------------------------------------------


def _values(paper: PaperRow, draft: Draft) -> list[Cited]:
    """What a paper says of each metric for its period."""
    return [
        Cited(e.metric, e.name, e.period, paper.task.name, e.printed, e.source)
        for e in draft.evidence
        if e.field == "now" and e.metric
    ]


def _several(values: Sequence[Cited]) -> tuple[Cited, ...]:
    """Every value that two papers and more cite of one metric and period, side by side."""
    found: dict[tuple[str, str], list[Cited]] = defaultdict(list)
    for value in values:
        found[value.metric, value.period].append(value)
    return tuple(c for held in found.values() if len({c.paper for c in held}) > 1 for c in held)


# --- papers against each other --------------------------------------------------------------------


def _between(database: Database, done: Sequence[PaperRow], texts: dict[str, str]) -> tuple[str, ...]:
    """雷同 and contradictions among the papers, noted in their records."""
    if len(done) < 2:
        return ()
    alike = _alike(texts)
    against = _contradictions(done, texts)
    with database.write() as connection:
        for paper in done:
            name = paper.task.name
            note(connection, paper.id, alike=len(alike.get(name, ())), contradicts=len(against.get(name, ())))
    return tuple(f"{name}：{told}" for found in (against, alike) for name, hints in found.items() for told in hints)


def _alike(texts: dict[str, str]) -> dict[str, list[str]]:
    """By name: with which other paper it shares a third of its text and more."""
    from chugao.corpus.resembling import most_alike

    found: dict[str, list[str]] = defaultdict(list)
    for pair in most_alike(texts):
        found[pair.first].append(
            f"与《{pair.second}》有{pair.share:.0%}的文字相同，共{len(pair.runs)}处。请写本科室自己的事，或说明是共用的段落。"
        )
    return found


def _contradictions(done: Sequence[PaperRow], texts: dict[str, str]) -> dict[str, list[str]]:
    """By name: what contradicts another paper of the same office, or the whole its parts.

    Only such papers are read: to understand a text takes memory, and most jobs have neither.
    """
    from chugao.checks.reading import read
    from chugao.checks.siblings import Sibling, disagreements

    levels = {p.task.name: p.task.level or "科室" for p in done}
    counts = Counter(p.department for p in done)
    whole = any(level != "科室" for level in levels.values())
    asked = [p.task.name for p in done if whole or counts[p.department] > 1]
    try:
        siblings = [Sibling(n, read(texts[n]), levels[n] != "科室") for n in asked]
        return {name: [f.hint for f in hints] for name, hints in disagreements(siblings).items()}
    except ChugaoError:
        return {}

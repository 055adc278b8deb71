"""What people did with drafts: minutes, edits, findings, time to approval; and edits that become regression cases.

In: the database of a workspace.  Out: a row a document, and on a person's word a file in `eval/regressions/`.

Minutes are a lower bound: what a person does leaves rows, reading leaves none.  Acts of one person on one document
that lie no more than ten minutes apart are one sitting; a sitting counts from its first act to its last, and a minute
for the first.
"""

import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from chugao.manuscript import Draft

REGRESSIONS = Path(__file__).parent / "regressions"
_SITTING_S, _FIRST_S = 600, 60


class Edit(NamedTuple):
    """One sentence a person changed in one revision; old or new is "" where one came or went."""

    document: str
    section: str
    author: str
    at: str
    old: str
    new: str
    distance: int
    """Characters to strike and to write."""


class Worked(NamedTuple):
    """One document."""

    document: str
    title: str
    people: int
    minutes: float
    edits: int
    distance: int
    fixed: int
    """Findings on some version that are gone from the text without having been dismissed."""
    dismissed: int
    left: int
    days_to_approval: float | None


def worked(connection: "Connection") -> list[Worked]:
    """A row a document, in order."""
    return [_worked(connection, dict(row)) for row in _rows(connection, "review_document", order="id")]


def _worked(connection: "Connection", document: dict[str, Any]) -> Worked:
    edits = list(edits_of(connection, document["id"]))
    acts = acts_of(connection, document["id"])
    dismissals = _rows(connection, "review_dismissal", document_id=document["id"])
    *before, after = [_faults(d) for d in _versions(connection, document["id"])] or [set()]
    gone: set[tuple[str, str]] = set().union(*before) - after
    waved = {str(found.get("quote", "")) for row in dismissals for found in _findings(row["payload"])}
    return Worked(
        document["id"], document["title"], len({person for person, _ in acts}), round(minutes(acts), 1), len(edits),
        sum(e.distance for e in edits), len({f for f in gone if f[1] not in waved}), len(dismissals), len({f for f in after if f[1] not in waved}),
        _days(connection, document["id"]),
    )  # fmt: skip


def _rows(connection: "Connection", table: str, *, order: str = "", **where: Any) -> list[Any]:
    from sqlalchemy import select

    from chugao.database.tables import metadata

    held = metadata.tables[table]
    query = select(held).where(*(held.c[k] == v for k, v in where.items()))
    return list(connection.execute(query.order_by(held.c[order]) if order else query).mappings())


def _findings(payload: Any) -> Iterator[dict[str, Any]]:
    """What a dismissal says it passed over, wherever in its payload the quote stands."""
    if isinstance(payload, dict):
        if "quote" in payload:
            yield payload
        for value in payload.values():
            yield from _findings(value)


# --- time -----------------------------------------------------------------------------------------


def acts_of(connection: "Connection", document: str) -> list[tuple[str, datetime]]:
    """(person, moment) of everything a person did to a document."""
    found: list[tuple[str, str]] = []
    for table, person, moment in (
        ("review_revision", "author", "at"), ("review_version", "author", "at"), ("review_suggestion", "author", "at"),
        ("review_suggestion", "decided_by", "decided_at"), ("review_comment", "author", "at"),
        ("review_comment", "resolved_by", "resolved_at"), ("review_step", "actor", "at"), ("review_look", "login", "at"),
        ("review_presence", "login", "since"), ("review_presence", "login", "beat"),
    ):  # fmt: skip
        found += [(r[person], r[moment]) for r in _rows(connection, table, document_id=document)]
    # Accepting, passing over, confirming, exporting leave their row in the audit alone.
    found += [(r["actor"], r["at"]) for r in _rows(connection, "audit", subject=document)]
    return [(person, datetime.fromisoformat(at)) for person, at in found if person and at]


def minutes(acts: Sequence[tuple[str, datetime]]) -> float:
    """Minutes of all people's sittings."""
    by_person: dict[str, list[datetime]] = defaultdict(list)
    for person, at in acts:
        by_person[person].append(at)
    return sum(_seconds(sorted(moments)) for moments in by_person.values()) / 60


def _seconds(moments: Sequence[datetime]) -> float:
    gaps = [(b - a).total_seconds() for a, b in pairwise(moments)]
    return _FIRST_S + sum(gap if gap <= _SITTING_S else _FIRST_S for gap in gaps)


def _days(connection: "Connection", document: str) -> float | None:
    """From the first version to the first approval; None while there is none."""
    steps = _rows(connection, "review_step", document_id=document, order="no")
    approved = next((r["at"] for r in steps if r["act"] == "approve"), None)
    versions = _rows(connection, "review_version", document_id=document, order="no")
    if approved is None or not versions:
        return None
    took = datetime.fromisoformat(approved) - datetime.fromisoformat(versions[0]["at"])
    return round(took.total_seconds() / 86400, 2)


# --- edits ----------------------------------------------------------------------------------------


def edits_of(connection: "Connection", document: str) -> Iterator[Edit]:
    """Sentences that people changed, revision by revision."""
    from chugao.manuscript import Section

    rows = sorted(_rows(connection, "review_revision", document_id=document), key=lambda r: (r["section_id"], r["rev"]))
    for before, after in pairwise(rows):
        if before["section_id"] != after["section_id"] or not after["author"] or after["how"] in ("regenerate", "ai"):
            continue
        old, new = (Section.model_validate_json(r["section"]) for r in (before, after))
        for gone, come in changed(_sentences(old), _sentences(new)):
            yield Edit(document, after["section_id"], after["author"], after["at"], gone, come, _distance(gone, come))


def _sentences(section: Any) -> list[str]:
    return [section.heading.text, *(s.text for s in section.sentences)]


def changed(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Pairs of sentences that differ, each with the one it resembles most; what is left over came or went."""
    from rapidfuzz import fuzz

    gone, come = [s for s in old if s not in new], [s for s in new if s not in old]
    for sentence in gone:
        best = max(come, key=lambda s: fuzz.ratio(sentence, s), default="")
        if best and fuzz.ratio(sentence, best) >= 40:
            come.remove(best)
            yield sentence, best
        else:
            yield sentence, ""
    yield from (("", sentence) for sentence in come)


def _distance(old: str, new: str) -> int:
    from rapidfuzz.distance import Indel

    return int(Indel.distance(old, new))


# --- findings -------------------------------------------------------------------------------------


def _versions(connection: "Connection", document: str) -> "list[Draft]":
    """Every kept version, and the text as it stands now."""
    from chugao.manuscript import Draft

    versions = _rows(connection, "review_version", document_id=document, order="no")
    texts = {r["hash"]: r["draft"] for r in _rows(connection, "review_text")}
    held = [Draft.model_validate_json(texts[v["text_hash"]]) for v in versions]
    return [*held, _with_working_text(connection, document, held[-1])] if held else []


def _with_working_text(connection: "Connection", document: str, draft: "Draft") -> "Draft":
    """The last version with the sections as they stand now."""
    from chugao.manuscript import Section

    newest: dict[str, Any] = {}
    for row in sorted(_rows(connection, "review_revision", document_id=document), key=lambda r: r["rev"]):
        newest[row["section_id"]] = row["section"]
    sections = [Section.model_validate_json(newest[s.id]) if s.id in newest else s for s in draft.sections]
    return draft.model_copy(update={"sections": tuple(sections)})


def _faults(draft: "Draft") -> set[tuple[str, str]]:
    """(rule, quote) of what is wrong with the text by the evidence it carries, and what drafting found and still stands."""
    import chugao
    from chugao.checks.ours import text_at

    standing = [f for f in draft.findings if f.severity.blocks and f.quote in text_at(draft, f.place)]
    found = [*chugao.examine(draft).findings, *standing]
    return {(f.rule, f.quote) for f in found if f.severity.value != "info" and f.rule != "edited"}


# --- regression cases -----------------------------------------------------------------------------


def frame_of(sentence: str) -> str:
    """A sentence without its numbers: what must not come again is the wording, whatever the year."""
    return re.sub(r"\d+(?:\.\d+)?", "#", sentence)


def confirm(edit: Edit, by: str, folder: Path = REGRESSIONS) -> Path:
    """Keep an edit as a regression case: its old wording may not stand in a draft again.  Raises without a name."""
    if not by.strip():
        raise SystemExit("请写明是谁确认的：--by 姓名。")
    if not edit.old:
        raise SystemExit("这条是新增的句子，没有旧写法可防；请选一条改过的。")
    if frame_of(edit.old) == frame_of(edit.new):
        raise SystemExit("这条只改了数，写法没有变；记下来会把对的写法当成错的。请在指标里改数。")
    folder.mkdir(parents=True, exist_ok=True)
    number = max((int(p.stem) for p in folder.glob("*.json") if p.stem.isdigit()), default=0) + 1
    kept = {
        "old": frame_of(edit.old),
        "new": frame_of(edit.new),
        "section": edit.section,
        "at": edit.at,
        "confirmed_by": by,
    }
    path = folder / f"{number:03d}.json"
    path.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def run(database: str, number: int | None, by: str, folder: Path = REGRESSIONS) -> int:
    """The command: the table, and the edits by number; or keep one of them."""
    from chugao.database import open_database

    if (file := _missing(database)) is not None:
        print(f"没有数据库文件{file}；它在工作区的 .chugao 文件夹里，名字是 chugao.db。", file=sys.stderr)
        return 2
    with open_database(database) as opened, opened.read() as connection:
        rows = worked(connection)
        edits = [e for row in rows for e in edits_of(connection, row.document)]
    if number is not None:
        if not 1 <= number <= len(edits):
            print(f"没有第{number}条改动，共{len(edits)}条。", file=sys.stderr)
            return 2
        print(f"记在{confirm(edits[number - 1], by, folder)}。")
        return 0
    print(table(rows, edits))
    return 0


def _missing(database: str) -> Path | None:
    """The file of an address of SQLite when there is none: opening it would make an empty one and tell of nobody."""
    found = re.match(r"sqlite(?:\+\w+)?:///(.+?)(?:\?.*)?$", database)
    path = Path(unquote(found[1])) if found else None
    return path if path and not path.is_file() else None


def table(rows: Sequence[Worked], edits: Sequence[Edit]) -> str:
    """The rows as text, with every edit by its number."""
    lines = [f"{len(rows)}份文稿。用时按动作推算，只少不多。"]
    for r in rows:
        days = "还没有通过" if r.days_to_approval is None else f"{r.days_to_approval}天通过"
        lines.append(
            f"{r.title}：{r.people}人，{r.minutes}分钟，改{r.edits}句{r.distance}字，提醒改掉{r.fixed}条、放过{r.dismissed}条、"
            f"还剩{r.left}条，{days}。"
        )
    lines += [
        f"  {n}.（{e.section}，{e.author}，{e.distance}字）{e.old or '（新增）'} → {e.new or '（删去）'}"
        for n, e in enumerate(edits, 1)
    ]
    return "\n".join(lines)

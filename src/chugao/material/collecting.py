"""Collecting a year's material: who was asked, who has sent, who signed, who was urged how often.

In: the workspace's database.  Out: `CollectingBoard`, and the rows behind it, each change in the audit chain.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from chugao.database import Database, record
from chugao.database.tables import collection, submission, urging
from chugao.errors import InputError
from chugao.material.items import Item
from chugao.material.submission import Submission
from chugao.source import Frozen


class Collection(Frozen):
    """What is collected for a year."""

    year: int
    deadline: str = ""
    departments: tuple[str, ...] = ()


class SentFile(Frozen):
    """A file a department sent."""

    file: str
    submitter: str = ""
    signed_by: str = ""
    received_at: str
    unused: int = 0
    """Numbers that went into no item."""


class BoardLine(Frozen):
    """One department on the board."""

    department: str
    state: str
    """未报, 待确认, 待审签, 已齐."""
    files: tuple[SentFile, ...] = ()
    provisional: int = 0
    confirmed: int = 0
    rejected: int = 0
    copied: int = 0
    """Items that are last year's."""
    asks: int = 0
    """Items that lack evidence."""
    urged: int = 0
    last_urged: str = ""
    signed_by: str = ""

    @property
    def lacks_signature(self) -> bool:
        """Whether something was sent and nobody signed it."""
        return bool(self.files) and not self.signed_by


class CollectingBoard(Frozen):
    """The state of collecting for one year."""

    year: int
    deadline: str
    departments: tuple[BoardLine, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Those of whom nothing has come, in a file of their own or in rows of another."""
        return tuple(d.department for d in self.departments if d.state == "未报")


def open_collection(db: Database, wanted: Collection, *, by: str, at: str) -> None:
    """Ask departments for a year's material by a day; asking again changes day and departments, and loses nothing."""
    if not wanted.departments:
        raise InputError("没有写向哪些科室要材料。请用 --departments 写明，如 --departments 医务科,护理部。")
    row = {"deadline": wanted.deadline, "departments": list(wanted.departments), "opened_by": by, "opened_at": at}
    with db.write() as connection:
        there = connection.execute(select(collection.c.year).where(collection.c.year == wanted.year)).scalar()
        if there is None:
            connection.execute(insert(collection).values(year=wanted.year, **row))
        else:
            connection.execute(update(collection).where(collection.c.year == wanted.year).values(**row))
        record(connection, by, "material.collect", f"{wanted.year}年材料", row, at=at)


def keep_submission(db: Database, sent: Submission, *, department: str, year: int, at: str) -> None:
    """Note that a department has sent a file; the same file again is the same submission."""
    key = hashlib.sha256(f"{department}|{year}|{sent.fingerprint}".encode()).hexdigest()[:16]
    row = {
        "file": sent.file,
        "submitter": sent.submitter,
        "unused": [u.model_dump() for u in sent.unused],
        "remarks": list(sent.remarks),
    }
    with db.write() as connection:
        there = connection.execute(select(submission.c.id).where(submission.c.id == key)).scalar()
        if there is not None:
            connection.execute(update(submission).where(submission.c.id == key).values(**row))
            return
        connection.execute(
            insert(submission).values(
                id=key,
                department=department,
                year=year,
                fingerprint=sent.fingerprint,
                signed_by=sent.signed_by,
                received_at=at,
                **row,
            )
        )


def sign(db: Database, department: str, *, year: int, by: str, at: str) -> int:
    """Record the 审签 of what a department sent; how many files it covers.  Raises `InputError` when it sent none."""
    if not by.strip():
        raise InputError("没有写谁审签的。请用 --by 写明姓名。")
    with db.write() as connection:
        own = (submission.c.department == department) & (submission.c.year == year)
        count = connection.execute(select(func.count()).select_from(submission).where(own)).scalar() or 0
        if not count:
            raise InputError(f"{department}还没有报{year}年的材料，没有可以审签的。请先用 chugao material add 收进来。")
        connection.execute(update(submission).where(own).values(signed_by=by))
        record(connection, by, "material.sign", department, {"year": year, "files": count}, at=at)
    return count


def urge(db: Database, departments: Sequence[str], *, year: int, by: str, at: str) -> dict[str, int]:
    """Record that departments were urged; how often each has been by now."""
    with db.write() as connection:
        last = connection.execute(select(func.max(urging.c.id))).scalar() or 0
        for number, department in enumerate(departments, last + 1):
            connection.execute(insert(urging).values(id=number, year=year, department=department, urged_by=by, at=at))
        if departments:
            record(connection, by, "material.urge", "、".join(departments), {"year": year}, at=at)
        return {d: count for d, count in _urged(connection, year).items() if d in departments}


def collected_years(db: Database) -> list[int]:
    """The years material was asked for or sent."""
    with db.read() as connection:
        asked = list(connection.execute(select(collection.c.year)).scalars())
        return [*asked, *connection.execute(select(submission.c.year)).scalars()]


def unused_of(db: Database, year: int, department: str | None = None) -> list[dict[str, Any]]:
    """The numbers of submissions that went into no item."""
    query = select(submission).where(submission.c.year == year)
    if department:
        query = query.where(submission.c.department == department)
    with db.read() as connection:
        rows = connection.execute(query.order_by(submission.c.received_at)).mappings().all()
    return [{"department": r["department"], "file": r["file"], **u} for r in rows for u in r["unused"]]


def collecting_board(db: Database, items: Sequence[Item], year: int) -> CollectingBoard:
    """Who has sent what for a year; departments that sent without being asked are on it too."""
    with db.read() as connection:
        asked = connection.execute(select(collection).where(collection.c.year == year)).mappings().first()
        sent = (
            connection.execute(select(submission).where(submission.c.year == year).order_by(submission.c.received_at))
            .mappings()
            .all()
        )
        counts = _urged(connection, year)
        moments = connection.execute(
            select(urging.c.department, func.max(urging.c.at))
            .where(urging.c.year == year)
            .group_by(urging.c.department)
        ).all()
    last = {row[0]: row[1] for row in moments}
    own = [i for i in items if i.year in (year, year + 1) and i.kind != "instruction"]
    by_row = {i.source.file for i in own if i.department}
    # A table that says row by row whose it is has no sender of its own.
    sent = [r for r in sent if r["department"] or r["file"] not in by_row]
    names = [*(asked["departments"] if asked else ()), *(r["department"] for r in sent), *(i.department for i in own)]
    lines = []
    for name in dict.fromkeys(n or _NOBODY for n in names):
        files = tuple(
            SentFile(
                file=r["file"],
                submitter=r["submitter"],
                signed_by=r["signed_by"],
                received_at=r["received_at"],
                unused=len(r["unused"]),
            )
            for r in sent
            if (r["department"] or _NOBODY) == name
        )
        theirs = [i for i in own if (i.department or _NOBODY) == name]
        lines.append(_line(name, files, theirs, counts.get(name, 0), last.get(name, "")))
    return CollectingBoard(year=year, deadline=asked["deadline"] if asked else "", departments=tuple(lines))


_NOBODY = "未写明科室"


def _line(name: str, files: tuple[SentFile, ...], items: Sequence[Item], urged: int, last: str) -> BoardLine:
    waiting = sum(i.status == "provisional" and not i.copied_from for i in items)
    signed = (
        "、".join(dict.fromkeys(f.signed_by for f in files if f.signed_by)) if all(f.signed_by for f in files) else ""
    )
    state = "未报" if not files and not items else "待确认" if waiting else "待审签" if files and not signed else "已齐"
    return BoardLine(
        department=name,
        state=state,
        files=files,
        provisional=waiting,
        confirmed=sum(i.status == "confirmed" for i in items),
        rejected=sum(i.status == "rejected" for i in items),
        copied=sum(bool(i.copied_from) and i.status != "rejected" for i in items),
        asks=sum(bool(i.asks) and i.status != "rejected" for i in items),
        urged=urged,
        last_urged=last,
        signed_by=signed,
    )


def _urged(connection: Connection, year: int) -> dict[str, int]:
    rows = connection.execute(
        select(urging.c.department, func.count()).where(urging.c.year == year).group_by(urging.c.department)
    )
    return {row[0]: row[1] for row in rows.all()}

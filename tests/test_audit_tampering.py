"""A thousand ways to tamper with the audit of a document under review, each of them found."""

import random
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from chugao import review
from chugao.database import Database, verify
from chugao.database.tables import audit, audit_head
from tests.review_cases import LI, WANG, ZHAO, at, rewritten, started


class _Undo(Exception):
    """Nothing of it stays."""


def a_days_work(db: Database) -> None:
    made = started(db)
    for minute in range(2):
        for old, new in (("夜间", "夜里"), ("夜里", "夜间")):
            typed = rewritten(db, WANG, made, "plan", old, new)
            review.save(db, WANG, made.id, "plan", *typed, at=at(minute))
    review.comment(db, LI, made.id, "plan", 1, "请核", at=at(8))
    review.submit(db, WANG, made.id, at=at(9))
    review.accept_sections(db, LI, made.id, at=at(10))
    review.approve(db, ZHAO, made.id, at=at(11))


def tamper(connection: Connection, rows: list[dict[str, Any]], chance: random.Random) -> str:
    """Do one thing to the rows; what."""
    how = chance.choice(["flip", "detail", "delete", "delete several", "swap", "move", "forge", "head"])
    row = chance.choice(rows)
    of_it = audit.c.seq == row["seq"]
    if how == "flip":
        field = chance.choice(["at", "actor", "action", "subject", "hash", "previous_hash"])
        old = row[field]
        place = chance.randrange(len(old))
        new = old[:place] + chance.choice([c for c in "0a王" if c != old[place]]) + old[place + 1 :]
        connection.execute(update(audit).where(of_it).values({field: new}))
    elif how == "detail":
        key = chance.choice(sorted(row["detail"]))
        connection.execute(update(audit).where(of_it).values(detail={**row["detail"], key: "改过"}))
    elif how == "delete":
        connection.execute(delete(audit).where(of_it))
    elif how == "delete several":
        first = chance.randrange(len(rows))
        last = chance.randrange(first, len(rows))
        connection.execute(delete(audit).where(audit.c.seq.between(rows[first]["seq"], rows[last]["seq"])))
    elif how == "swap":
        other = chance.choice([r for r in rows if r["seq"] != row["seq"]])
        for a, b in ((row, other), (other, row)):
            told = {k: v for k, v in b.items() if k != "seq"}
            connection.execute(update(audit).where(audit.c.seq == a["seq"]).values(told))
    elif how == "move":
        connection.execute(update(audit).where(of_it).values(seq=len(rows) + chance.randrange(1, 9)))
    elif how == "forge":
        last = rows[-1]
        forged = {**last, "seq": last["seq"] + 1, "actor": "zhao", "previous_hash": last["hash"]}
        connection.execute(insert(audit).values(forged))
    else:
        change = chance.choice([{"seq": rows[-1]["seq"] - 1}, {"hash": "0" * 64}, {"seq": rows[-1]["seq"] + 1}])
        connection.execute(update(audit_head).values(change))
    return how


def test_a_thousand_tamperings_are_all_found(database: Database, database_kind: str) -> None:
    """Five hundred on each database, other ones on the other."""
    a_days_work(database)
    chance = random.Random(database_kind)
    with database.read() as connection:
        rows = [dict(r._mapping) for r in connection.execute(select(audit).order_by(audit.c.seq))]
        assert verify(connection) == []

    missed = []
    with suppress(_Undo), database.write() as connection:
        for number in range(500):
            point = connection.begin_nested()
            how = tamper(connection, rows, chance)
            if not verify(connection):
                missed.append((number, how))
            point.rollback()
        raise _Undo

    assert missed == []
    assert len(rows) >= 8
    with database.read() as connection:
        assert verify(connection) == []

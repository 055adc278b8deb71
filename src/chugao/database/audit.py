"""Who did what: rows that are only ever added, each sealed with the hash of the one before.

In: an action, inside the transaction that does it.  Out: a row of `audit`; `verify` says what no longer fits.

A chain alone cannot miss its own tail, so its last link is kept once more in `audit_head`.  This finds tampering
by hand; whoever can run our code against the database can forge a whole chain, which only a copy kept elsewhere shows.
"""

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from chugao.database.failures import DatabaseUnavailable
from chugao.database.tables import GENESIS, audit, audit_head
from chugao.source import Finding, Place, Severity

CHINA = timezone(timedelta(hours=8))
"""The zone of every office this is for; a server's own clock is often left at UTC."""
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def utc_text(moment: datetime) -> str:
    """A moment as every table keeps it: "2025-12-03T08:15:00Z".  Raises `ValueError` for one without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone cannot be stored")
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def china_time(text: str) -> datetime:
    """A moment of a table as people read it: on a clock in China.  Raises `ValueError` for no moment."""
    return datetime.fromisoformat(text).astimezone(CHINA)


def record(
    connection: Connection, actor: str, action: str, subject: str, detail: Mapping[str, Any], *, at: str
) -> None:
    """Add one row to the audit, in the caller's transaction; call it last, for it holds the chain until commit.

    `at` comes from `utc_text`.  Raises `ValueError` for another form of time, `DatabaseUnavailable` when the chain
    has no head (`verify` then says so too).
    """
    if not _MOMENT.fullmatch(at):
        raise ValueError(f"not a moment of utc_text: {at!r}")
    head = connection.execute(select(audit_head.c.seq, audit_head.c.hash).with_for_update()).one_or_none()
    if head is None:
        raise DatabaseUnavailable(
            "审计记录的末尾登记不见了，为防记录断链，这一步没有保存。请核验审计记录，或用备份恢复。"
        )
    row = {
        "seq": head.seq + 1,
        "at": at,
        "actor": actor,
        "action": action,
        "subject": subject,
        # Through JSON first: what is hashed must be what comes back (tuples, keys that are numbers).
        "detail": json.loads(json.dumps(detail, allow_nan=False)),
        "previous_hash": head.hash,
    }
    row["hash"] = _seal(row)
    connection.execute(insert(audit).values(row))
    connection.execute(update(audit_head).values(seq=row["seq"], hash=row["hash"]))


def latest(
    connection: Connection, *, before: int = 0, actors: Collection[str] = (), action: str = "", limit: int = 100
) -> tuple[Row[Any], ...]:
    """The newest rows first, those before a number when one is given; `action` may be the beginning of one."""
    chosen = select(audit).order_by(audit.c.seq.desc()).limit(limit)
    if before > 0:
        chosen = chosen.where(audit.c.seq < before)
    if actors:
        chosen = chosen.where(audit.c.actor.in_(actors))
    if action:
        chosen = chosen.where(func.substr(audit.c.action, 1, len(action)) == action)
    return tuple(connection.execute(chosen).all())


def verify(connection: Connection) -> list[Finding]:
    """Walk the whole chain: one finding for each row changed, missing or out of place; none when all is well."""
    findings: list[Finding] = []
    seq, previous = 0, GENESIS
    # On this one statement: an option on the connection would stay there for whatever the caller does next.
    rows = connection.execute(select(audit).order_by(audit.c.seq), execution_options={"yield_per": 1000})
    for row in rows:
        findings += _faults(row, seq, previous)
        seq, previous = row.seq, row.hash
    head = connection.execute(select(audit_head.c.seq, audit_head.c.hash)).all()
    if len(head) != 1:
        findings.append(_fault(seq, "", "审计记录的末尾登记不见了，无法确认末尾是否完整。请与备份核对。"))
    elif head[0].seq > seq:
        findings.append(_fault(head[0].seq, "", f"审计记录末尾缺第{seq + 1}—{head[0].seq}条。请与备份核对。"))
    elif (head[0].seq, head[0].hash) != (seq, previous):
        findings.append(_fault(seq, "", "审计记录的最后一条与末尾登记不符，可能被改过或是后来补写的。请与备份核对。"))
    return findings


def _faults(row: Row[Any], seq: int, previous: str) -> list[Finding]:
    faults = []
    quote = f"{row.actor} {row.action} {row.subject}"
    if row.seq != seq + 1:
        faults.append(_fault(row.seq, quote, f"审计记录缺第{seq + 1}—{row.seq - 1}条。请与备份核对。"))
    elif row.previous_hash != previous:
        faults.append(_fault(row.seq, quote, f"审计记录第{row.seq}条与前一条接不上，顺序或内容被改过。请与备份核对。"))
    if row.hash != _seal(row._mapping):
        faults.append(_fault(row.seq, quote, f"审计记录第{row.seq}条的内容被改过。请与备份核对。"))
    return faults


def _fault(seq: int, quote: str, hint: str) -> Finding:
    place = Place(start=0, end=len(quote), section=f"审计记录第{seq}条")
    return Finding(rule="audit-chain", severity=Severity.FATAL, place=place, quote=quote, hint=hint)


def _seal(row: Mapping[Any, Any]) -> str:
    fields = ("seq", "at", "actor", "action", "subject", "detail", "previous_hash")
    return hashlib.sha256(json.dumps([row[f] for f in fields], sort_keys=True).encode()).hexdigest()

"""Figures kept in the workspace: imported, superseded by later ones, never deleted.

In: `Figures` as read from files.  Out: rows of `observation`, and a report of what changed; `load_figures` gives
back what counts now.

A figure is known by metric, department, period and role; which file it came from is not part of that, so that the
December workbook replaces the October one.  A printed 同比变化 is kept the same way, under the role “change”.
"""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from chugao.catalogue import MetricDefinition, load_catalogue
from chugao.database import Database, hold, record
from chugao.database.tables import definition, observation
from chugao.metrics.observation import Figures, Observation, ReportedChange
from chugao.source import Frozen, Source

Entry = Observation | ReportedChange
Key = tuple[str, str, str, str]
"""Metric, department, period code, role: what makes two entries the same figure."""

_CHANGE = "change"
_LABELS = {
    "quantity": "数值", "status": "状态", "release": "公开范围", "owner": "责任科室", "leader": "牵头领导",
    "deadline": "完成时限", "caliber": "口径", "numerator": "分子", "denominator": "分母", "origin": "来源",
    "note": "备注",
}  # fmt: skip


class FigureChange(Frozen):
    """A figure that a later one replaced."""

    metric: str
    name: str
    """The metric's Chinese name."""
    department: str
    period: str
    """`Period.code`."""
    role: str
    """actual, target, or change (a 同比变化 as printed)."""
    old_printed: str
    new_printed: str
    old_source: Source
    new_source: Source
    fields: tuple[str, ...]
    """What differs, in Chinese; 数值 is not among them when only, say, the 口径 changed."""


class ImportReport(Frozen):
    """What an import did, counted in figures."""

    added: int = 0
    unchanged: int = 0
    """The same as before; where only its place in the files moved, the new place is what counts now."""
    changed: tuple[FigureChange, ...] = ()


@dataclass
class _Ledger:
    """What an import is about to write."""

    current: dict[Key, tuple[int, Entry]]
    """Row id and entry of each figure that counts, as the import goes on."""
    next_id: int
    at: str
    rows: dict[int, dict[str, Any]] = field(default_factory=dict)
    retired: list[dict[str, int]] = field(default_factory=list)
    added: int = 0
    unchanged: int = 0
    changed: list[FigureChange] = field(default_factory=list)


def import_figures(db: Database, figures: Figures, *, actor: str, at: str) -> ImportReport:
    """Store figures over earlier ones, all or nothing; importing the same file again changes nothing.

    `at` is a moment of `database.utc_text`.  Where one import gives a figure twice, the last one counts and the
    report shows the step from the one to the other.
    """
    with db.write() as connection:
        # On PostgreSQL two imports at once would both find the same row current.
        hold(connection, "observation")
        _store_definitions(connection, figures)
        next_id = connection.execute(select(func.coalesce(func.max(observation.c.id), 0) + 1)).scalar_one()
        ledger = _Ledger(_current(connection), next_id, at)
        _weigh(figures, ledger)
        report = ImportReport(added=ledger.added, unchanged=ledger.unchanged, changed=tuple(ledger.changed))
        if ledger.rows:
            _write(connection, ledger)
            record(connection, actor, "metrics.import", "observation", _detail(ledger), at=at)
        return report


def load_figures(db: Database, department: str | None = None) -> Figures:
    """The figures that count now, in the order they arrived, with the definitions that the shipped catalogue lacks.

    A department gets its own rows and those that name none.
    """
    query = select(observation.c.role, observation.c.payload).where(observation.c.superseded_by.is_(None))
    if department:
        query = query.where(observation.c.department.in_(("", department)))
    with db.read() as connection:
        entries = [_entry(row.role, row.payload) for row in connection.execute(query.order_by(observation.c.id))]
        payloads = connection.execute(select(definition.c.payload).order_by(definition.c.metric)).scalars().all()
    used = {entry.metric for entry in entries}
    return Figures(
        observations=tuple(e for e in entries if isinstance(e, Observation)),
        changes=tuple(e for e in entries if isinstance(e, ReportedChange)),
        definitions={p["id"]: MetricDefinition.model_validate(p) for p in payloads if p["id"] in used},
        department_column=any(e.department for e in entries),
        fingerprints={e.source.file: e.source.fingerprint for e in entries},
    )


def _key(entry: Entry) -> Key:
    role = entry.role.value if isinstance(entry, Observation) else _CHANGE
    return entry.metric, entry.department, entry.period.code, role


def _entry(role: str, payload: dict[str, Any]) -> Entry:
    return (ReportedChange if role == _CHANGE else Observation).model_validate(payload)


def _current(connection: Connection) -> dict[Key, tuple[int, Entry]]:
    query = select(observation.c.id, observation.c.role, observation.c.payload)
    rows = connection.execute(query.where(observation.c.superseded_by.is_(None)))
    entries = ((row.id, _entry(row.role, row.payload)) for row in rows)
    return {_key(entry): (id_, entry) for id_, entry in entries}


def _weigh(figures: Figures, ledger: _Ledger) -> None:
    """Compare each figure with the one that counts, in the order of the file."""
    entries: list[Entry] = [*figures.observations, *figures.changes]
    last = {_key(entry): entry for entry in entries}
    # A figure given twice that ends where it stood is not two changes, or a second import would not be quiet.
    settled = {key for key, (_, entry) in ledger.current.items() if last.get(key) == entry}
    ledger.unchanged += len(settled)
    names = {d.id: d.name for d in (*load_catalogue(), *figures.definitions.values())}
    for entry in entries:
        if _key(entry) not in settled:
            _put(entry, names.get(entry.metric, entry.metric), ledger)


def _put(entry: Entry, name: str, ledger: _Ledger) -> None:
    key = _key(entry)
    before = ledger.current.get(key)
    if before is None:
        ledger.added += 1
    elif before[1] == entry:
        return
    elif fields := _differences(before[1], entry):
        ledger.changed.append(_change(before[1], entry, name, fields))
    else:
        ledger.unchanged += 1
    new_id, ledger.next_id = ledger.next_id, ledger.next_id + 1
    if before is not None and before[0] in ledger.rows:
        ledger.rows[before[0]]["superseded_by"] = new_id
    elif before is not None:
        ledger.retired.append({"old": before[0], "new": new_id})
    ledger.rows[new_id] = _row(new_id, key, entry, ledger.at)
    ledger.current[key] = (new_id, entry)


def _row(id_: int, key: Key, entry: Entry, at: str) -> dict[str, Any]:
    metric, department, period, role = key
    return {
        "id": id_,
        "metric": metric,
        "department": department,
        "period": period,
        "role": role,
        "fingerprint": entry.source.fingerprint,
        "payload": entry.model_dump(mode="json"),
        "imported_at": at,
        "superseded_by": None,
    }


def _differences(old: Entry, new: Entry) -> tuple[str, ...]:
    """What differs beside the place in the files; a later 数据截止 is a difference, for a text prints it."""
    names = [name for name in type(new).model_fields if name != "source"]
    labels = [_LABELS.get(name, name) for name in names if getattr(old, name) != getattr(new, name)]
    if old.source.cutoff != new.source.cutoff:
        labels.append("数据截止")
    return tuple(labels)


def _change(old: Entry, new: Entry, name: str, fields: tuple[str, ...]) -> FigureChange:
    metric, department, period, role = _key(new)
    return FigureChange(
        metric=metric,
        name=name,
        department=department,
        period=period,
        role=role,
        old_printed=old.quantity.printed,
        new_printed=new.quantity.printed,
        old_source=old.source,
        new_source=new.source,
        fields=fields,
    )


def _write(connection: Connection, ledger: _Ledger) -> None:
    if ledger.retired:
        # Before the insert: the index allows one current row, the deferred key a row that is not there yet.
        retire = update(observation).where(observation.c.id == bindparam("old"))
        connection.execute(retire.values(superseded_by=bindparam("new")), ledger.retired)
    connection.execute(insert(observation), list(ledger.rows.values()))


def _detail(ledger: _Ledger) -> dict[str, Any]:
    files = sorted({row["payload"]["source"]["file"] for row in ledger.rows.values()})
    return {"files": files, "added": ledger.added, "unchanged": ledger.unchanged, "changed": len(ledger.changed)}


def _store_definitions(connection: Connection, figures: Figures) -> None:
    """Keep what the shipped catalogue does not say: local metrics and the office's own wording of shipped ones."""
    shipped = load_catalogue()
    query = select(definition.c.metric, definition.c.payload)
    kept = {row.metric: row.payload for row in connection.execute(query)}
    for id_, defined in figures.definitions.items():
        payload = defined.model_dump(mode="json")
        if id_ not in kept and defined != shipped.get(id_):
            connection.execute(insert(definition).values(metric=id_, payload=payload))
        elif id_ in kept and kept[id_] != payload:
            connection.execute(update(definition).where(definition.c.metric == id_).values(payload=payload))

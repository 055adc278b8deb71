"""Figures kept in the workspace: imported, superseded by later ones, never deleted.

In: `Figures` as read from files.  Out: rows of `observation`, and a report of what changed; `load_figures` gives
back what counts now.

A figure is known by metric, department, period and role; which file it came from is not part of that, so that the
December workbook replaces the October one.  A printed 同比变化 is kept the same way, under the role “change”, a target
against last year under “aim”, a value on a comparable basis under “comparable”.

Surprise: two 来源 that disagree on the same day are no correction of one by the other.  Neither counts, and both wait in
`contested` until a person rules.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from chugao.catalogue import MetricDefinition, load_catalogue, local_id
from chugao.database import Database, hold, record
from chugao.database.tables import contested, definition, observation, word
from chugao.metrics.calibers import Ruling, settle_contest, source_name
from chugao.metrics.cells import split_name
from chugao.metrics.observation import Figures, Observation, RelativeTarget, ReportedChange
from chugao.metrics.rulings import load_rulings_in
from chugao.metrics.settling import agree, ruled, unruled
from chugao.source import Finding, Frozen, Source

Entry = Observation | ReportedChange | RelativeTarget
Key = tuple[str, str, str, str]
"""Metric, department, period code, role: what makes two entries the same figure."""

_CHANGE, _AIM, _COMPARABLE = "change", "aim", "comparable"
_LABELS = {
    "quantity": "数值", "status": "状态", "release": "公开范围", "owner": "责任科室", "leader": "牵头领导",
    "deadline": "完成时限", "caliber": "口径", "numerator": "分子", "denominator": "分母", "origin": "来源",
    "note": "备注", "rank": "排名", "step": "目标",
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
    findings: tuple[Finding, ...] = ()
    """Figures that now wait for a 裁定, and those that one has decided."""


_DEFINITION = TypeAdapter(MetricDefinition)


@dataclass
class _Ledger:
    """What an import is about to write."""

    current: dict[Key, tuple[int, Entry]]
    """Row id and entry of each figure that counts, as the import goes on."""
    next_id: int
    at: str
    rulings: tuple[Ruling, ...] = ()
    contests: dict[Key, tuple[Observation, ...]] = field(default_factory=dict)
    """What waits for a ruling, as the import goes on."""
    touched: set[Key] = field(default_factory=set)
    """Contests that came, changed or went."""
    findings: list[Finding] = field(default_factory=list)
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
        ledger = _weighed(connection, figures, at)
        report = _report(ledger)
        if ledger.rows or ledger.touched:
            _write(connection, ledger)
            record(connection, actor, "metrics.import", "observation", _detail(ledger), at=at)
        return report


def foresee_import(db: Database, figures: Figures) -> ImportReport:
    """What `import_figures` would do with these figures now; nothing is written."""
    with db.read() as connection:
        return _report(_weighed(connection, figures, ""))


def _weighed(connection: Connection, figures: Figures, at: str) -> _Ledger:
    next_id = connection.execute(select(func.coalesce(func.max(observation.c.id), 0) + 1)).scalar_one()
    rulings, contests = load_rulings_in(connection), open_contests(connection)
    ledger = _Ledger(_current(connection), next_id, at, rulings, contests)
    _weigh(figures, ledger)
    return ledger


def _report(ledger: _Ledger) -> ImportReport:
    return ImportReport(
        added=ledger.added,
        unchanged=ledger.unchanged,
        changed=tuple(ledger.changed),
        findings=tuple(ledger.findings),
    )


def open_contests(connection: Connection) -> dict[Key, tuple[Observation, ...]]:
    """What several sources say differently of one figure, while nobody has ruled."""
    contests: dict[Key, tuple[Observation, ...]] = {}
    for payload in connection.execute(select(contested.c.payload).order_by(contested.c.id)).scalars():
        said = Observation.model_validate(payload)
        contests[_key(said)] = (*contests.get(_key(said), ()), said)
    return contests


def settle_by_rulings(connection: Connection, rulings: tuple[Ruling, ...], *, at: str) -> tuple[Observation, ...]:
    """Let through every waiting figure that a ruling decides, in the caller's transaction; those that count now."""
    next_id = connection.execute(select(func.coalesce(func.max(observation.c.id), 0) + 1)).scalar_one()
    ledger = _Ledger(_current(connection), next_id, at, rulings, open_contests(connection))
    names = _names(connection)
    let_through = []
    for key, contest in list(ledger.contests.items()):
        if (held := settle_contest(contest, rulings)) is not None:
            _dissolve(key, ledger)
            _put(held.observation, names.get(key[0], key[0]), ledger)
            let_through.append(held.observation)
    _write(connection, ledger)
    return tuple(let_through)


def load_figures(db: Database, department: str | None = None) -> Figures:
    """The figures that count now, in the order they arrived, with the definitions that the shipped catalogue lacks.

    A department gets its own rows and those that name none.  What waits for a 裁定 is not among them, and said.
    """
    query = select(observation.c.role, observation.c.payload).where(observation.c.superseded_by.is_(None))
    if department:
        query = query.where(observation.c.department.in_(("", department)))
    with db.read() as connection:
        rows = connection.execute(query.order_by(observation.c.id))
        kept = [(row.role, _entry(row.role, row.payload)) for row in rows]
        payloads = connection.execute(select(definition.c.payload).order_by(definition.c.metric)).scalars().all()
        contests = {
            k: c for k, c in open_contests(connection).items() if department is None or k[1] in ("", department)
        }
        names, renamed = _names(connection), _renamed(connection)
    kept = _under_new_names(kept, renamed)
    entries = [(role, entry) for role, entry in kept if _key(entry, role) not in contests]
    used = {entry.metric for _, entry in entries} | {key[0] for key in contests}
    by_role: dict[str, list[Any]] = {}
    for role, entry in entries:
        by_role.setdefault(role if role in (_CHANGE, _AIM, _COMPARABLE) else "", []).append(entry)
    return Figures(
        observations=tuple(by_role.get("", ())),
        changes=tuple(by_role.get(_CHANGE, ())),
        aims=tuple(by_role.get(_AIM, ())),
        comparable=tuple(by_role.get(_COMPARABLE, ())),
        contested=tuple(contests.values()),
        findings=tuple(unruled(c, names.get(k[0], k[0])) for k, c in contests.items()),
        definitions={p["id"]: _DEFINITION.validate_python(p) for p in payloads if p["id"] in used},
        department_column=any(e.department for _, e in entries) or any(k[1] for k in contests),
        fingerprints={e.source.file: e.source.fingerprint for _, e in entries},
    )


def _renamed(connection: Connection) -> dict[str, MetricDefinition]:
    """Metrics of the office's own that it has since told to be another: their id → that definition."""
    told = connection.execute(select(word.c.word, word.c.meaning).order_by(word.c.id)).all()
    shipped = load_catalogue()
    meant = {local_id(split_name(r.word)[0]): shipped.by_name(r.meaning) if r.meaning else None for r in told}
    return {local: definition for local, definition in meant.items() if definition is not None}


def _under_new_names(kept: list[tuple[str, Entry]], renamed: Mapping[str, MetricDefinition]) -> list[tuple[str, Entry]]:
    """What was imported before a word was told, as what it means now, unless that is there already."""
    present = {_key(entry, role) for role, entry in kept}
    entries: list[tuple[str, Entry]] = []
    for role, entry in kept:
        if (definition := renamed.get(entry.metric)) is not None:
            quantity = entry.step if isinstance(entry, RelativeTarget) else entry.quantity
            moved = entry.model_copy(update={"metric": definition.id})
            if not definition.accepts(quantity.unit) or _key(moved, role) in present:
                continue
            entry = moved
        entries.append((role, entry))
    return entries


def _names(connection: Connection) -> dict[str, str]:
    payloads = connection.execute(select(definition.c.payload)).scalars()
    return {d.id: d.name for d in load_catalogue()} | {p["id"]: p["name"] for p in payloads}


def _key(entry: Entry, role: str = "") -> Key:
    if not role:
        kinds = {ReportedChange: _CHANGE, RelativeTarget: _AIM}
        role = entry.role.value if isinstance(entry, Observation) else kinds[type(entry)]
    return entry.metric, entry.department, entry.period.code, role


def _entry(role: str, payload: dict[str, Any]) -> Entry:
    if role == _CHANGE:
        return ReportedChange.model_validate(payload)
    return RelativeTarget.model_validate(payload) if role == _AIM else Observation.model_validate(payload)


def _printed(entry: Entry) -> str:
    return entry.step.printed if isinstance(entry, RelativeTarget) else entry.quantity.printed


def _current(connection: Connection) -> dict[Key, tuple[int, Entry]]:
    query = select(observation.c.id, observation.c.role, observation.c.payload)
    rows = connection.execute(query.where(observation.c.superseded_by.is_(None)))
    entries = ((row.id, row.role, _entry(row.role, row.payload)) for row in rows)
    return {_key(entry, role): (id_, entry) for id_, role, entry in entries}


def _weigh(figures: Figures, ledger: _Ledger) -> None:
    """Compare each figure with the one that counts, in the order of the file."""
    plain: tuple[Entry, ...] = (*figures.observations, *figures.changes, *figures.aims)
    entries: list[tuple[str, Entry]] = [("", e) for e in plain]
    entries += [(_COMPARABLE, o) for o in figures.comparable]
    last = {_key(entry, role): entry for role, entry in entries}
    # A figure given twice that ends where it stood is not two changes, or a second import would not be quiet.
    settled = {key for key, (_, entry) in ledger.current.items() if last.get(key) == entry}
    ledger.unchanged += len(settled - ledger.contests.keys())
    names = {d.id: d.name for d in (*load_catalogue(), *figures.definitions.values())}
    for role, entry in entries:
        key = _key(entry, role)
        if key in settled and key not in ledger.contests:
            continue
        if isinstance(entry, Observation) and not role:
            _put_or_contest((entry,), names.get(entry.metric, entry.metric), ledger)
        else:
            _put(entry, names.get(entry.metric, entry.metric), ledger, role)
    for contest in figures.contested:
        _put_or_contest(contest, names.get(contest[0].metric, contest[0].metric), ledger)


def _put_or_contest(new: tuple[Observation, ...], name: str, ledger: _Ledger) -> None:
    """Store a figure, unless another source says otherwise and nobody has ruled: then both wait."""
    key = _key(new[0])
    before = ledger.current.get(key)
    rivals = ledger.contests.get(key, ())
    if not rivals and before is not None and isinstance(before[1], Observation):
        rivals = (before[1],) if any(_contests(before[1], n) for n in new) else ()
    by_source = {source_name(o) + o.source.file: o for o in new}
    # A source that speaks again is heard for what it says now.
    kept = [o for o in rivals if not any(source_name(o) == source_name(n) for n in new)]
    said = (*kept, *by_source.values())
    if all(agree(said[0].quantity, o.quantity) for o in said):
        _dissolve(key, ledger)
        _put(said[-1], name, ledger)
    elif (held := settle_contest(said, ledger.rulings)) is not None:
        _dissolve(key, ledger)
        ledger.findings.append(ruled(held, said, name))
        _put(held.observation, name, ledger)
    else:
        if ledger.contests.get(key) != said:
            ledger.contests[key] = said
            ledger.touched.add(key)
        ledger.findings.append(unruled(said, name))


def _contests(old: Observation, new: Observation) -> bool:
    """Whether a figure is another source's word and no later one: only a 数据截止 that both give shows which is later."""
    named = old.origin and new.origin and old.origin != new.origin
    before, after = old.source.cutoff, new.source.cutoff
    later = before is not None and after is not None and after > before
    return bool(named) and not later and not agree(old.quantity, new.quantity)


def _dissolve(key: Key, ledger: _Ledger) -> None:
    if ledger.contests.pop(key, None) is not None:
        ledger.touched.add(key)


def _put(entry: Entry, name: str, ledger: _Ledger, role: str = "") -> None:
    key = _key(entry, role)
    before = ledger.current.get(key)
    if before is None:
        ledger.added += 1
    elif before[1] == entry:
        return
    elif fields := _differences(before[1], entry):
        ledger.changed.append(_change(before[1], entry, name, fields, key))
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


def _change(old: Entry, new: Entry, name: str, fields: tuple[str, ...], key: Key) -> FigureChange:
    metric, department, period, role = key
    return FigureChange(
        metric=metric,
        name=name,
        department=department,
        period=period,
        role=role,
        old_printed=_printed(old),
        new_printed=_printed(new),
        old_source=old.source,
        new_source=new.source,
        fields=fields,
    )


def _write(connection: Connection, ledger: _Ledger) -> None:
    if ledger.retired:
        # Before the insert: the index allows one current row, the deferred key a row that is not there yet.
        retire = update(observation).where(observation.c.id == bindparam("old"))
        connection.execute(retire.values(superseded_by=bindparam("new")), ledger.retired)
    if ledger.rows:
        connection.execute(insert(observation), list(ledger.rows.values()))
    _write_contests(connection, ledger)


def _write_contests(connection: Connection, ledger: _Ledger) -> None:
    """What waits is a working table: the audit and `ruling` keep the history."""
    c = contested.c
    for metric, department, period, role in sorted(ledger.touched):
        same = (c.metric == metric) & (c.department == department) & (c.period == period) & (c.role == role)
        connection.execute(delete(contested).where(same))
        number = connection.execute(select(func.coalesce(func.max(c.id), 0) + 1)).scalar_one()
        for offset, said in enumerate(ledger.contests.get((metric, department, period, role), ())):
            row = {"metric": metric, "department": department, "period": period, "role": role}
            more = {"id": number + offset, "payload": said.model_dump(mode="json"), "imported_at": ledger.at}
            connection.execute(insert(contested).values(row | more))


def _detail(ledger: _Ledger) -> dict[str, Any]:
    files = sorted({row["payload"]["source"]["file"] for row in ledger.rows.values()})
    counted = {"added": ledger.added, "unchanged": ledger.unchanged, "changed": len(ledger.changed)}
    waiting = len([k for k in ledger.touched if k in ledger.contests])
    return {"files": files, **counted} | ({"contested": waiting} if waiting else {})


def _store_definitions(connection: Connection, figures: Figures) -> None:
    """Keep what the shipped catalogue does not say: local metrics and the office's own wording of shipped ones."""
    shipped = load_catalogue()
    query = select(definition.c.metric, definition.c.payload)
    kept = {row.metric: row.payload for row in connection.execute(query)}
    for id_, defined in figures.definitions.items():
        payload = _DEFINITION.dump_python(defined, mode="json")
        if id_ not in kept and defined != shipped.get(id_):
            connection.execute(insert(definition).values(metric=id_, payload=payload))
        elif id_ in kept and kept[id_] != payload:
            connection.execute(update(definition).where(definition.c.metric == id_).values(payload=payload))

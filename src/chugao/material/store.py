"""Material kept in the workspace: added as provisional, confirmed, corrected or rejected by a person, never lost.

In: `Item`s.  Out: rows of `material`, each change in the audit chain.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, insert, select, update

from chugao.database import Database, record
from chugao.database.tables import material
from chugao.errors import InputError
from chugao.material.items import Item
from chugao.source import Frozen


class AddReport(Frozen):
    """What adding did."""

    added: int = 0
    unchanged: int = 0
    copied: int = 0
    """Items that stand in an earlier report of the department."""


def add_items(db: Database, items: Iterable[Item], *, actor: str, at: str) -> AddReport:
    """Keep new items as provisional; one already there keeps its state.  One transaction."""
    offered = {i.id: i for i in items}
    with db.write() as connection:
        known = set(connection.execute(select(material.c.id).where(material.c.id.in_(list(offered)))).scalars())
        new = [i for i in offered.values() if i.id not in known]
        if new:
            connection.execute(insert(material), [_row(i, at) for i in new])
            files = sorted({i.source.file for i in new})
            record(connection, actor, "material.add", "、".join(files), {"items": len(new)}, at=at)
    return AddReport(added=len(new), unchanged=len(known), copied=sum(1 for i in new if i.copied_from))


def add_instructions(db: Database, items: Sequence[Item], *, actor: str, at: str) -> tuple[Item, ...]:
    """Keep what leaders said, each with the next number of its year; one already there keeps its number."""
    with db.write() as connection:
        known = {i.id: i for i in _items(connection, None) if i.kind == "instruction"}
        kept = []
        for item in items:
            if item.id not in known:
                number = 1 + max((i.number for i in known.values() if i.year == item.year), default=0)
                known[item.id] = item.model_copy(update={"number": number})
                connection.execute(insert(material), [_row(known[item.id], at)])
            kept.append(known[item.id])
        record(connection, actor, "material.instruct", "领导意见", {"ids": [i.id for i in kept]}, at=at)
    return tuple(kept)


def list_items(db: Database, department: str | None = None) -> tuple[Item, ...]:
    """All items in the order they came; of one department when given."""
    with db.read() as connection:
        return _items(connection, department)


def confirm_items(
    db: Database, ids: Sequence[str] | None, *, by: str, at: str, department: str | None = None
) -> tuple[Item, ...]:
    """Confirm items by id, or all that are provisional and not copied (`ids` None); what was confirmed comes back.

    Raises `InputError` for an id that is not there; nothing is confirmed then.
    """

    def confirm(item: Item) -> Item:
        return item.model_copy(update={"status": "confirmed", "confirmed_by": by})

    return _change(db, ids, confirm, "material.confirm", by=by, at=at, department=department)


def reject_items(
    db: Database, ids: Sequence[str] | None, *, by: str, at: str, reason: str = "", department: str | None = None
) -> tuple[Item, ...]:
    """Reject items by id, or all that were copied from an earlier report (`ids` None).  Raises as `confirm_items`."""

    def reject(item: Item) -> Item:
        note = f"{by}不采用" + (f"：{reason}" if reason else "")
        return item.model_copy(update={"status": "rejected", "confirmed_by": None, "picked_by": "", "note": note})

    return _change(db, ids, reject, "material.reject", by=by, at=at, department=department, copied=True)


def correct_item(db: Database, identifier: str, mend: Callable[[Item], Item], *, by: str, at: str) -> Item:
    """Correct one item and confirm it as corrected; its id stays.  Raises `InputError` for an id that is not there."""

    def corrected(item: Item) -> Item:
        return mend(item).model_copy(update={"status": "confirmed", "confirmed_by": by, "copied_from": None})

    return _change(db, [identifier], corrected, "material.correct", by=by, at=at)[0]


def settle_items(db: Database, changes: Mapping[str, Callable[[Item], Item]], *, by: str, at: str) -> tuple[Item, ...]:
    """Change many items, each in its own way, all or none; what was changed comes back.  Raises as `confirm_items`."""
    return _change(db, list(changes), lambda item: changes[item.id](item), "material.settle", by=by, at=at)


def pick_problems(
    db: Database, ids: Sequence[str], *, by: str, at: str, cause: str = "", measure: str = "", drop: bool = False
) -> tuple[Item, ...]:
    """Say which shortcomings are printed.  Raises `InputError` for what is no shortcoming."""

    def pick(item: Item) -> Item:
        if item.matter is None or not item.is_problem:
            raise InputError(f"{item.id} 不是不足。请用 chugao material problems 看问题清单的编号。")
        if drop:
            return item.model_copy(update={"picked_by": ""})
        told = {"result": cause_told(cause)} if cause else {}
        return item.model_copy(
            update={
                "status": "confirmed",
                "confirmed_by": item.confirmed_by or by,
                "picked_by": by,
                "measure": measure or item.measure,
                "matter": item.matter.model_copy(update=told),
            }
        )

    return _change(db, ids, pick, "material.unpick" if drop else "material.pick", by=by, at=at)


def cause_told(cause: str) -> str:
    """A cause as it stands behind a shortcoming."""
    plain = cause.strip().rstrip("。；")
    return plain if plain.startswith(("原因", "主要", "因", "由于")) else f"原因是{plain}"


def _change(
    db: Database,
    ids: Sequence[str] | None,
    change: Callable[[Item], Item],
    action: str,
    *,
    by: str,
    at: str,
    department: str | None = None,
    copied: bool = False,
) -> tuple[Item, ...]:
    """Change items by id, or all provisional ones (`ids` None; those copied or those not), in one transaction."""
    if not by.strip():
        raise InputError("没有写是谁。请用 --by 写明姓名。")
    with db.write() as connection:
        known = {i.id: i for i in _items(connection, None)}
        if ids is None:
            own = (i for i in known.values() if not department or i.department == department)
            chosen = [i for i in own if i.status == "provisional" and bool(i.copied_from) is copied]
        else:
            unknown = [i for i in ids if i not in known]
            if unknown:
                raise InputError(f"没有这些材料：{'、'.join(unknown)}。请用 chugao material list 查看编号。")
            chosen = [known[i] for i in dict.fromkeys(ids)]
        changed = tuple(change(item) for item in chosen)
        for item in changed:
            connection.execute(update(material).where(material.c.id == item.id).values(**_changeable(item, at)))
        if changed:
            record(connection, by, action, "材料", {"ids": [i.id for i in changed]}, at=at)
    return changed


def _changeable(item: Item, at: str) -> dict[str, Any]:
    return {
        "status": item.status,
        "release": item.release.value,
        "confirmed_by": item.confirmed_by,
        "confirmed_at": at if item.status == "confirmed" else None,
        "copied_from": item.copied_from,
        "payload": item.model_dump(mode="json"),
    }


def _items(connection: Connection, department: str | None) -> tuple[Item, ...]:
    query = select(material.c.payload).order_by(
        material.c.added_at, material.c.source_file, material.c.paragraph, material.c.id
    )
    files: dict[tuple[str, str], int] = {}
    if department:
        query = query.where(material.c.department.in_(("", department)))
    items = [Item.model_validate(p) for p in connection.execute(query).scalars()]
    for item in items:
        files.setdefault((item.source.file, item.source.fingerprint), len(files))
    # Only instructions have numbers; of one paragraph the items stand as they were told.
    return tuple(
        sorted(
            items,
            key=lambda i: (i.number, files[i.source.file, i.source.fingerprint], i.source.paragraph or 0, i.order),
        )
    )


def _row(item: Item, at: str) -> dict[str, Any]:
    return _changeable(item, at) | {
        "id": item.id,
        "kind": item.kind,
        "department": item.department,
        "year": item.year or 0,
        "source_file": item.source.file,
        "paragraph": item.source.paragraph,
        "confirmed_at": None,
        "added_at": at,
    }

"""Material kept in the workspace: added as provisional, confirmed or rejected by a person, never lost.

In: `Item`s.  Out: rows of `material`, each change in the audit chain.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, insert, select, update

from chugao.database import Database, record
from chugao.database.tables import material
from chugao.errors import InputError
from chugao.material.submission import Item
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


def list_items(db: Database, department: str | None = None) -> tuple[Item, ...]:
    """All items in the order they came; of one department when given."""
    with db.read() as connection:
        return _items(connection, department)


def confirm_items(db: Database, ids: Sequence[str] | None, *, by: str, at: str) -> tuple[Item, ...]:
    """Confirm items by id, or all that are provisional and not copied (`ids` None); what was confirmed comes back.

    Raises `InputError` for an id that is not there; nothing is confirmed then.
    """
    if not by.strip():
        raise InputError("没有写确认人。请用 --by 写明姓名。")
    with db.write() as connection:
        known = {i.id: i for i in _items(connection, None)}
        if ids is None:
            chosen = [i for i in known.values() if i.status == "provisional" and not i.copied_from]
        else:
            unknown = [i for i in ids if i not in known]
            if unknown:
                raise InputError(f"没有这些材料：{'、'.join(unknown)}。请用 chugao material list 查看编号。")
            chosen = [known[i] for i in ids]
        for item in chosen:
            kept = item.model_copy(update={"status": "confirmed", "confirmed_by": by})
            connection.execute(
                update(material)
                .where(material.c.id == item.id)
                .values(status="confirmed", confirmed_by=by, confirmed_at=at, payload=kept.model_dump(mode="json"))
            )
        if chosen:
            record(connection, by, "material.confirm", "材料", {"ids": [i.id for i in chosen]}, at=at)
    return tuple(i.model_copy(update={"status": "confirmed", "confirmed_by": by}) for i in chosen)


def _items(connection: Connection, department: str | None) -> tuple[Item, ...]:
    query = select(material.c.payload).order_by(
        material.c.added_at, material.c.source_file, material.c.paragraph, material.c.id
    )
    if department:
        query = query.where(material.c.department.in_(("", department)))
    return tuple(Item.model_validate(p) for p in connection.execute(query).scalars())


def _row(item: Item, at: str) -> dict[str, Any]:
    return {
        "id": item.id,
        "kind": item.kind,
        "department": item.department,
        "year": item.year,
        "status": item.status,
        "release": item.release.value,
        "payload": item.model_dump(mode="json"),
        "source_file": item.source.file,
        "paragraph": item.source.paragraph,
        "copied_from": item.copied_from,
        "confirmed_by": item.confirmed_by,
        "confirmed_at": None,
        "added_at": at,
    }

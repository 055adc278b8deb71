"""Correct one item by hand: its words, value, status, release, evidence; what it was stays in its note.

In: an `Item` and what a person wrote.  Out: the item as corrected.
"""

import re
from dataclasses import replace

from chugao.errors import InputError
from chugao.material.honours import with_honour
from chugao.material.items import Item
from chugao.material.matter import Matter, MatterStatus, in_words, months_in
from chugao.quantity import convert, parse
from chugao.source import Frozen, Release


class Correction(Frozen):
    """What a person wants changed; None leaves a thing as it is."""

    text: str | None = None
    result: str | None = None
    when: str | None = None
    value: str | None = None
    """With its unit: “3.2万人次”."""
    category: str | None = None
    status: str | None = None
    release: str | None = None
    evidence: str | None = None
    owner: str | None = None
    leader: str | None = None


def corrected(item: Item, wanted: Correction) -> Item:
    """The item with those changes.  Raises `InputError` for what does not fit it."""
    changed: dict[str, object] = {"note": _note(item, wanted)}
    if wanted.release is not None:
        if wanted.release not in [r.value for r in Release]:
            raise InputError(f"公开范围“{wanted.release}”不认识。请写 公开、上报、内部 或 不写。")
        changed["release"] = Release(wanted.release)
    item = item.model_copy(update=changed)
    if wanted.value is not None:
        item = _with_value(item, wanted.value)
    if item.matter is not None:
        item = item.model_copy(update={"matter": _mended(item.matter, wanted)})
        if wanted.evidence:
            item = item.model_copy(update={"asks": ""})
    elif any((wanted.result, wanted.when, wanted.category, wanted.status, wanted.evidence)):
        raise InputError(f"{item.id} 是一个数，只能改数值（--value）和公开范围（--release）。")
    if wanted.text is not None:
        item = item.model_copy(update={"text": wanted.text})
    return item


def _note(item: Item, wanted: Correction) -> str:
    """What was corrected, from what."""
    was = []
    if wanted.text is not None:
        was.append(f"原文：{item.text}")
    if wanted.value is not None and item.observation is not None:
        was.append(f"原数：{item.observation.quantity.printed}")
    return "；".join([*([item.note] if item.note else []), *was])[:500]


def _with_value(item: Item, written: str) -> Item:
    if item.observation is None:
        raise InputError(f"{item.id} 不是一个数。请用 --text 或 --result 改文字。")
    quantity = parse(written)
    ours = item.observation.quantity.unit
    if quantity.unit == "":
        quantity = replace(quantity, unit=ours, printed=f"{written}{ours}")
    try:
        convert(quantity.value, quantity.unit, ours)
    except (ValueError, KeyError):
        raise InputError(f"“{written}”的单位与“{ours}”对不上。请写明单位，如“3.2万{ours}”。") from None
    return item.model_copy(
        update={
            "value": f"{quantity.value.normalize():f}",
            "unit": quantity.unit,
            "observation": item.observation.model_copy(update={"quantity": quantity}),
            # Said of another number, it is true of this one no longer.
            "change": None,
        }
    )


def _mended(matter: Matter, wanted: Correction) -> Matter:
    told = {
        "text": wanted.text,
        "result": wanted.result,
        "when": wanted.when,
        "category": wanted.category,
        "evidence": wanted.evidence,
        "owner": wanted.owner,
        "leader": wanted.leader,
    }
    changed: dict[str, object] = {k: v.strip().rstrip("。；") for k, v in told.items() if v is not None}
    if wanted.status is not None:
        if wanted.status not in [s.value for s in MatterStatus]:
            raise InputError(f"状态“{wanted.status}”不认识。请写 已完成、推进中 或 拟开展。")
        changed["status"] = MatterStatus(wanted.status)
    if wanted.when is not None:
        months = months_in(in_words(wanted.when))
        year = re.search(r"20\d\d", wanted.when)
        changed |= {"month": months[0] if months else None} | ({"year": int(year[0])} if year else {})
    if wanted.text is not None:
        # A new text tells the whole; what was cut off the old one goes unless it is given again.
        changed.setdefault("result", "")
    return with_honour(matter.model_copy(update=changed | {"honour": None}))

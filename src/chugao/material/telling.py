"""An item as a screen or a program is told of it.

In: `Item`.  Out: JSON of design section 7, with what else is known behind; the fact in it as it was understood.
"""

import re
from typing import Any

from chugao.catalogue import load_catalogue
from chugao.material.items import Item
from chugao.material.rows import shown

STATUS = {"provisional": "待确认", "confirmed": "已确认", "rejected": "不采用"}
KINDS = {"fact": "数据", "matter": "事项", "honour": "荣誉", "instruction": "意见"}


def read_as(item: Item) -> str:
    """A fact as it was understood, so that a person sees what he confirms."""
    assert item.observation is not None
    definition = item.definition or load_catalogue().get(item.observation.metric)
    name = definition.name if definition else item.observation.metric
    aim = "目标" if item.observation.role.value == "target" else ""
    counted = item.observation.counted
    in_months = counted != item.observation.period and item.text.startswith(counted.label)
    # A column 1—11月 is shown as such; a paper that says so once shows its day behind each figure.
    span = counted if in_months else item.observation.period
    told = f"{span.label}{name}{aim}{shown(item.observation.quantity)}"
    if item.previous is not None:
        told += f"（上年{shown(item.previous.quantity)}）"
    if item.change is not None:
        rate = item.change.quantity.unit in ("百分点", "个百分点", "千分点", "个千分点")
        up, down = (
            ("上升", "下降") if rate else ("增长", "下降") if item.change.quantity.unit == "%" else ("增加", "减少")
        )
        told += (
            f"，比上年{down if item.change.quantity.value < 0 else up}{item.change.quantity.printed.lstrip('↑↓+-−')}"
        )
    if (day := item.observation.source.cutoff) is not None and not in_months:
        told += f"，数据截至{day.month}月{day.day}日"
    return told


def opening_of(text: str, room: int) -> str:
    """The first clauses of a sentence, as many as there is room for; a number is never cut in two."""
    text = text.rstrip("。；")
    if len(text) <= room:
        return text
    stop = max(text.rfind(mark, 4, room) for mark in "，；。、")
    cut = stop if stop > 0 else room
    while stop < 0 and cut > 1 and re.match(r"[\d.,%‰万亿]", text[cut]) and re.match(r"[\d.,]", text[cut - 1]):
        cut -= 1
    return f"{text[:cut]}……"


def item_json(item: Item) -> dict[str, Any]:
    """An item as design section 7 prints it; what else is known stands behind."""
    value: int | float | None = None
    if item.value is not None:
        number = float(item.value)
        value = int(number) if number.is_integer() else number
    told: dict[str, Any] = {
        "id": item.id,
        "kind": item.kind,
        "text": item.text,
        "metric": item.metric,
        "value": value,
        "unit": item.unit,
        "status": item.status,
        "release": item.release.value,
        "source": {"file": item.source.file, "paragraph": item.source.paragraph},
        "copied_from": item.copied_from,
        "confirmed_by": item.confirmed_by,
    }
    more = {
        "department": item.department,
        "year": item.year,
        "submitter": item.submitter,
        "note": item.note,
        "asks": item.asks,
        "picked_by": item.picked_by,
        "number": item.number,
        "said_at": item.said_at,
        "about": item.about,
        "attachment": item.attachment,
        "change": item.change.quantity.printed if item.change else "",
        "previous": item.previous.quantity.printed if item.previous else "",
        "cell": item.source.cell or "",
    }
    told |= {k: v for k, v in more.items() if v}
    if item.matter is not None:
        matter = item.matter
        told["matter"] = {
            "text": matter.text,
            "when": matter.when,
            "result": matter.result,
            "status": matter.status.value,
            "category": matter.category,
        }
        told |= {"honour": matter.honour.model_dump()} if matter.honour else {}
        told |= {"case": matter.case.model_dump()} if matter.case else {}
    return told

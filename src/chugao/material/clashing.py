"""Figures that contradict each other: two departments on one figure of the house, or a department on its own.

In: the items of a year.  Out: item id → who else says what.

Surprise: two departments rightly have two 平均住院日.  Only where one of them speaks of the whole house (“全院门急诊……”), or
the same department has said both, is one of the two wrong.
"""

import re
from collections import defaultdict
from collections.abc import Iterable

from chugao.material.items import Item
from chugao.material.rows import shown

_OF_THE_HOUSE = re.compile(r"[全我本][院市县区省委局镇乡]|医院")


def clashes_of(items: Iterable[Item]) -> dict[str, str]:
    """What contradicts each figure, in words; nothing for those that nobody contradicts."""
    told: dict[tuple[object, ...], list[Item]] = defaultdict(list)
    for item in items:
        if item.status != "rejected" and item.observation is not None:
            o = item.observation
            told[(o.metric, o.period, o.role)].append(item)
    found: dict[str, str] = {}
    for same in told.values():
        for item in same:
            others = [o for o in same if _contradict(item, o)]
            if others:
                said = "；".join(f"{o.department or '另一处'}报{_value(o)}（{o.source}）" for o in others[:3])
                found[item.id] = f"数对不上：{said}"
    return found


def _contradict(a: Item, b: Item) -> bool:
    if a.id == b.id or a.value == b.value:
        return False
    return a.department == b.department or any(_OF_THE_HOUSE.search(i.text) for i in (a, b))


def _value(item: Item) -> str:
    assert item.observation is not None
    return shown(item.observation.quantity)

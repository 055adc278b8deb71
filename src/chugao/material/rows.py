"""Rows of a sheet or of a pasted table as items: matters, or figures with last year's value beside them.

In: a file, `Figures` or a `Matter`.  Out: provisional `Item`s.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

from chugao.material.honours import with_honour
from chugao.material.items import Item
from chugao.material.matter import Matter
from chugao.material.withholding import release_wished
from chugao.metrics.observation import Figures, Observation, Role, Status
from chugao.quantity import Quantity
from chugao.source import Release


def item_of_matter(matter: Matter, year: int, department: str = "") -> Item:
    matter = with_honour(matter if matter.department else matter.model_copy(update={"department": department}))
    return Item(
        id=matter.id,
        kind="honour" if matter.honour else "matter",
        text=matter.text + (f"，{matter.result}" if matter.result else ""),
        department=matter.department,
        year=matter.year or year,
        release=matter.release,
        source=matter.source,
        matter=matter,
    )


def items_of_figures(figures: Figures, department: str, year: int, file: str) -> Iterator[Item]:
    """One item a value of the year and a target; last year's value goes with it."""
    catalogue = figures.catalogue()
    # The first half of a year stands beside the first half of the year before, never beside all of it.
    last = {
        (o.metric, o.department, replace(o.period, year=year)): o
        for o in figures.observations
        if o.role is Role.ACTUAL and o.period.year == year - 1
    }
    changes = {(c.metric, c.department, c.period): c for c in figures.changes}
    for observation in figures.observations:
        key = (observation.metric, observation.department, observation.period)
        target = observation.role is Role.TARGET and observation.period.year in (year, year + 1)
        if not target and (observation.role is not Role.ACTUAL or observation.period.year != year):
            continue
        own = observation.model_copy(
            update={"department": observation.department or department, "status": Status.PROVISIONAL}
        )
        definition = catalogue.get(observation.metric)
        name = definition.name if definition else observation.metric
        previous = None if target else last.get(key)
        aim = "目标" if target else ""
        text = f"{observation.period.label}{name}{aim}{shown(observation.quantity)}"
        yield item_of_fact(own, text, year, definition=definition).model_copy(
            update={
                "previous": previous.model_copy(update={"department": own.department}) if previous else None,
                "change": None if target or previous else changes.get(key),
            }
        )


def as_wished(item: Item, cells: Iterable[str]) -> Item:
    """With the release that its row asks for: “内部掌握”, “不要对外” in the remarks."""
    wished = next((r for cell in cells if cell and (r := release_wished(cell))), None)
    if wished is None or item.release is not Release.PUBLIC:
        return item
    changed: dict[str, object] = {"release": wished}
    for name in ("observation", "previous", "matter"):
        if (part := getattr(item, name)) is not None:
            changed[name] = part.model_copy(update={"release": wished})
    return item.model_copy(update=changed)


def shown(quantity: Quantity) -> str:
    """A quantity as it stood, with the unit that its column names: 131.2 of 标本总量（万管） is 131.2万管."""
    printed = quantity.printed
    if quantity.unit in ("", "无"):
        return printed
    if re.search(r"\d[万亿]$", printed):
        return f"{printed}{quantity.unit}"  # “4.62万” in a column whose unit is 人次
    if not re.search(r"\d[\d,.]*$", printed):
        return printed
    bare = Decimal(re.search(r"\d[\d,]*(?:\.\d+)?$", printed)[0].replace(",", ""))  # type: ignore[index]
    scale = {1: "", 10_000: "万", 100_000_000: "亿"}.get(int(quantity.value / bare) if bare else 1, "")
    return f"{printed}{scale}{quantity.unit}"


def item_of_fact(observation: Observation, text: str, year: int, **more: object) -> Item:
    key = f"{observation.department}|{observation.metric}|{observation.role}|{observation.period.code}|{text}"
    item = Item(
        id="fact_" + letters_of(key),
        kind="fact",
        text=text,
        department=observation.department,
        year=year,
        metric=observation.metric,
        value=f"{observation.quantity.value.normalize():f}",
        unit=observation.quantity.unit,
        release=observation.release,
        source=observation.source,
        observation=observation,
    )
    return item.model_copy(update=more)


def letters_of(key: str) -> str:
    digest = hashlib.sha256(key.encode()).digest()
    return "".join(chr(ord("a") + b % 26) for b in digest[:10])

"""Rows of a sheet or of a pasted table as items: matters, or figures with last year's value beside them.

In: a file, `Figures` or a `Matter`.  Out: provisional `Item`s.
"""

import hashlib
import re
from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

from chugao.material.honours import with_honour
from chugao.material.items import Item
from chugao.material.matter import Matter
from chugao.material.withholding import release_wished
from chugao.metrics.observation import Figures, Observation, Role, Status
from chugao.period import Period
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


def items_of_figures(figures: Figures, department: str, year: int) -> Iterator[Item]:
    """One item a value of the year and a target; last year's value goes with it."""
    catalogue = figures.catalogue()
    figures = of_the_year_so_far(figures, year)
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
        text = f"{observation.counted.label}{name}{aim}{shown(observation.quantity)}"
        change = None if target else changes.get(key)
        item = item_of_fact(own, text, year, definition=definition).model_copy(
            update={
                "previous": previous.model_copy(update={"department": own.department}) if previous else None,
                "change": change,
            }
        )
        # With both values there the change told is checked and not needed.
        yield item.model_copy(update={"asks": off_by(item), "change": None if previous else change})


def of_the_year_so_far(figures: Figures, year: int) -> Figures:
    """Ten or eleven months of the year as the year with the day it counts to: a report on the year is written from them.

    Where the year itself is told as well, and in what covers less, each figure keeps its own months.
    """
    whole = {(o.metric, o.department) for o in figures.observations if o.period == Period(year=year)}
    longest: dict[tuple[str, str], int] = {}
    for o in figures.observations:
        if _so_far(o.period, year) and o.role is Role.ACTUAL:
            key = (o.metric, o.department)
            longest[key] = max(longest.get(key, 0), o.period.last_month)

    def told(o: Observation) -> Observation:
        key = (o.metric, o.department)
        if o.role is not Role.ACTUAL or key in whole or o.source.cutoff or longest.get(key) != o.period.last_month:
            return o
        month = o.period.last_month
        if _so_far(o.period, year):
            until = date(year, month, monthrange(year, month)[1])
        elif _so_far(o.period, year - 1):
            until = date(year - 1, month, monthrange(year - 1, month)[1])
        else:
            return o
        source = o.source.model_copy(update={"cutoff": until})
        return o.model_copy(update={"period": Period(year=until.year), "source": source})

    return figures.model_copy(update={"observations": tuple(map(told, figures.observations))})


_LATE = 9
"""From this month on a figure of the year so far is sent for the report on the year."""


def _so_far(period: Period, year: int) -> bool:
    return period.year == year and period.first_month == 1 and _LATE <= period.last_month < _DECEMBER


_DECEMBER = 12


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


def off_by(item: Item) -> str:
    """What a person should see where the change told does not follow from the two values; "" where it does."""
    now, before, change = item.observation, item.previous, item.change
    if now is None or before is None or change is None or now.quantity.unit != before.quantity.unit:
        return ""
    a, b, told = now.quantity.value, before.quantity.value, change.quantity
    grown = told.unit == "%" and b != 0
    moved = (a - b) / b * 100 if grown else a - b
    if not grown and told.unit not in (now.quantity.unit, "百分点", "个百分点", "千分点", ""):
        return ""
    slack = told.resolution * 2 + (now.quantity.resolution + before.quantity.resolution) * (100 / b if grown else 1)
    if told.unit == "%" and now.quantity.unit in ("%", "‰") and abs(a - b - told.value) <= slack + told.resolution:
        return ""  # points, called percent
    if abs(moved - told.value) <= slack:
        return ""
    return f"增减写{told.printed}，按两年的数算是{round(moved, 1)}{told.unit}，请核对"

"""Rows of a sheet or of a pasted table as items: matters, or figures with last year's value beside them.

In: a file, `Figures` or a `Matter`.  Out: provisional `Item`s.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from chugao.errors import InputError
from chugao.material.honours import with_honour
from chugao.material.items import Item
from chugao.material.matter import Matter
from chugao.material.reading import read_matters
from chugao.metrics.observation import Figures, Observation, Role, Status

if TYPE_CHECKING:
    pass


def items_of_sheet(file: Path, department: str, year: int) -> tuple[Item, ...]:
    """The matters of a sheet, or its figures.  Raises `InputError` when it holds neither."""
    try:
        return tuple(item_of_matter(m, year, department) for m in read_matters(file).items)
    except InputError as no_matters:
        from chugao.metrics.reading import read_metrics

        try:
            figures = read_metrics(file)
        except InputError:
            raise no_matters from None
    items = list(items_of_figures(figures, department, year, file.name))
    if not items:
        raise InputError(f"{file.name}：没有{year}年的数。请核对 --year，或确认这是今年的材料。")
    return tuple(items)


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
    last = {
        (o.metric, o.department): o for o in figures.observations if o.role is Role.ACTUAL and o.period.year == year - 1
    }
    changes = {(c.metric, c.department): c for c in figures.changes}
    for observation in figures.observations:
        key = (observation.metric, observation.department)
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
        text = f"{observation.period.label}{name}{aim}{observation.quantity.printed}"
        yield item_of_fact(own, text, year, definition=definition).model_copy(
            update={
                "previous": previous.model_copy(update={"department": own.department}) if previous else None,
                "change": None if target or previous else changes.get(key),
            }
        )


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

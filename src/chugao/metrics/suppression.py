"""Which small counts could point at a patient, and are not let out in a list by place or person.

In: a metric's definition and a figure, or a line of text.  Out: whether it could identify somebody.

Surprise: smallness alone hides nothing worth hiding.  “首例”, “3例新技术”, “2名职工” are what an office is proud of;
only a count of patients with something nobody wants known (死亡, 艾滋病, 自杀, 纠纷赔偿) is kept in, and only where the
list says whose village or ward it was.
"""

import re
from functools import cache
from typing import Any

from chugao.catalogue import MetricDefinition
from chugao.metrics.identities import shipped_tables
from chugao.metrics.observation import Figures, Observation, Role
from chugao.period import Period
from chugao.source import Finding, Place, Severity

_PLACE = re.compile(r"(?:村|社区|居委会|屯|村民小组|街道|镇|乡|嘎查|小区)$")


def is_sensitive(definition: MetricDefinition) -> bool:
    """Whether a metric counts patients in something that nobody wants known of themselves."""
    rows, words, others = _sensitive()
    if definition.id in rows:
        return True
    return definition.kind == "count" and bool(words.search(definition.name)) and not others.search(definition.name)


def identifies_patients(definition: MetricDefinition, observation: Observation, *, by_place: bool) -> bool:
    """Whether a figure is a small count of patients that stands in a list by place (`by_place`) or for one village."""
    if definition.kind != "count" or observation.role is not Role.ACTUAL:
        return False
    if not 0 < observation.quantity.value < smallest_told():
        return False
    return (by_place or bool(_PLACE.search(observation.department))) and is_sensitive(definition)


def suppressed(figures: Figures, period: Period) -> tuple[Finding, ...]:
    """One note for each metric whose small counts by place are kept inside."""
    catalogue, found = figures.catalogue(), []
    listed: dict[str, list[Observation]] = {}
    for observation in figures.observations:
        if observation.role is Role.ACTUAL and observation.period == period:
            listed.setdefault(observation.metric, []).append(observation)
    for metric, observations in listed.items():
        definition = catalogue.get(metric)
        by_place = len({o.department for o in observations}) > 1 or (metric, period.code) in figures.listed
        small = [o for o in observations if definition and identifies_patients(definition, o, by_place=by_place)]
        if definition is None or not small:
            continue
        places = "；".join(f"{o.department}（{o.source}）" for o in small[:6])
        hint = (
            f"{definition.name}分列到{places}，人数少于{smallest_told()}，可能认出患者，按“内部”处理。"
            "对外、上报请只写合计，或写“少于5例”。"
        )
        place = Place(start=0, end=0, section=str(small[0].source))
        found.append(
            Finding(rule="patients", severity=Severity.INFO, place=place, quote=small[0].quantity.printed, hint=hint)
        )
    return tuple(found)


@cache
def smallest_told() -> int:
    """The smallest count of patients that is told by place."""
    return int(_table()["fewer_than"])


@cache
def _sensitive() -> tuple[frozenset[str], re.Pattern[str], re.Pattern[str]]:
    table = _table()
    return (
        frozenset(table["metrics"]),
        re.compile("|".join(map(re.escape, table["words"]))),
        re.compile("|".join(map(re.escape, table["others"]))),
    )


def _table() -> dict[str, Any]:
    table: dict[str, Any] = shipped_tables()["sensitive"]
    return table

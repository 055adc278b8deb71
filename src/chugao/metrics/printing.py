"""How the values of one metric print: the same scale and the same decimals everywhere in a document.

In: a definition and every quantity reported of it.  Out: `Form`, which prints values, differences and steps.

Surprise: 88 beside 88.5 is 88.0, so the decimals belong to the metric and not to the value; but 12.8万 beside 121934
is no licence to print 128000, so what somebody reported in 万 stays in 万.
"""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from chugao.catalogue import MetricDefinition
from chugao.quantity import Qualifier, Quantity, round_half_up, show

TEN_THOUSAND = 10**4
PERCENT_DECIMALS = 1
"""Growth, share and attainment print with one decimal, always: 6.0% beside 5.9%."""
POINTS = {"%": "个百分点", "‰": "个千分点", "1:x": ""}
"""Units whose differences have a unit of their own; 14.3/10万 differs by so many /10万."""

_READ_IN_TEN_THOUSANDS = 2
"""Decimals up to which 万 is easier to read than the whole number."""
_COARSE = 5
"""Resolution of what was reported in tens or more: 12.8万 is ±500."""
_LONGEST = 6
"""Decimals that somebody may have written; more come from converting units."""
_UP_DOWN = {
    "rate": ("提高", "下降"),
    "count": ("增加", "减少"),
    "amount": ("增加", "减少"),
    "duration": ("延长", "缩短"),
    "index": ("提高", "下降"),
}


class Form(NamedTuple):
    """The common form of a metric's values."""

    unit: str
    scale: int
    decimals: int
    step: Decimal
    """What the coarsest figure counts in: 1000 beside 12.8万.  A difference is not said more finely."""

    def value(self, value: Decimal) -> str:
        return show(value, self.unit, self.decimals, scale=self.scale)

    def difference(self, value: Decimal) -> str:
        """The size of a difference; it may be small where the values are printed in 万."""
        unit = POINTS.get(self.unit, self.unit)
        if unit != self.unit:
            return show(abs(value), unit, self.decimals)
        if self.scale > 1 and abs(value) < TEN_THOUSAND:
            return show(abs(value), unit, 0)
        return self.value(abs(value))

    @property
    def points(self) -> str:
        """The unit of a difference."""
        return POINTS.get(self.unit, self.unit)


def percent(value: Decimal) -> str:
    """A part or a growth in percent, rounded already or not."""
    return show(value, "%", PERCENT_DECIMALS)


def verbs(definition: MetricDefinition) -> tuple[str, str]:
    """(rise, fall) as the kind says them; what had better not rise 上升, it does not 提高."""
    up, down = _UP_DOWN[definition.kind]
    return ("上升" if up == "提高" and definition.better == "down" else up), down


def form_of(definition: MetricDefinition, unit: str, quantities: Iterable[Quantity]) -> Form:
    """The form in which every value of a metric prints.

    万 when the office reported in 万, or when a value has seven digits and the unit allows it.  The decimals are those
    that the finest value needs; a zero that the office wrote (88.0) counts up to the catalogue's decimals.
    """
    listed = list(quantities)
    return _told_apart(_usual_form(definition, unit, listed), listed)


def _told_apart(form: Form, quantities: Sequence[Quantity]) -> Form:
    """The form with decimals enough that no two different values print alike.

    1164585 against a target of 1164600 is a target missed, and “116.46万，目标116.46万，未完成” a riddle.
    """
    values = {v for q in quantities for v in (q.value, q.high) if v is not None and q.unit == form.unit}
    finest = max((_places(v / form.scale) for v in values), default=0)
    while form.scale > 1 and form.decimals < finest and len({form.value(v) for v in values}) < len(values):
        form = form._replace(decimals=form.decimals + 1)
    coarse = any(q.resolution >= _COARSE for q in quantities)
    if form.decimals > _READ_IN_TEN_THOUSANDS and form.scale > 1 and form.unit != "元" and not coarse:
        return form._replace(scale=1, decimals=0)  # 1164585人次 rather than 116.4585万人次
    return form


def _usual_form(definition: MetricDefinition, unit: str, listed: Sequence[Quantity]) -> Form:
    """The form that the unit, the size and the finest value ask for."""
    steps = [q.resolution * 2 for q in listed if q.resolution]
    largest = max((abs(q.value) for q in listed), default=Decimal(0))
    coarse = [s for s in steps if s >= 2 * _COARSE]
    if coarse and largest >= TEN_THOUSAND and _bears(listed, min(coarse)):
        mixed = len(coarse) < len(steps)
        return Form(
            unit, TEN_THOUSAND, min(_places(min(coarse) / TEN_THOUSAND), 4), max(coarse) if mixed else Decimal(0)
        )
    allowed = definition.unit in ("元",) or any(u.startswith("万") for u in definition.units)
    if largest >= 100 * TEN_THOUSAND and allowed and min(steps, default=Decimal(1)) >= 1:
        return Form(unit, TEN_THOUSAND, 2, Decimal(0))
    usual = definition.decimals
    written = min(max(map(_places, steps), default=0), usual)
    needed = [_places(v) for q in listed for v in (q.value, q.high) if v is not None]
    return Form(unit, 1, max([written, *(n if n <= _LONGEST else usual for n in needed)]), Decimal(0))


def _bears(quantities: Iterable[Quantity], step: Decimal) -> bool:
    """Whether every value keeps its meaning when it is rounded to `step`: 121934 as 12.2万 does, 9500 as 1.0万 not."""
    return all(abs(rounded_to(q.value, step) - q.value) * 100 <= abs(q.value) for q in quantities)


def _places(step: Decimal) -> int:
    exponent = step.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def rounded_to(value: Decimal, step: Decimal) -> Decimal:
    """`value` to whole steps; unchanged when there is none."""
    return round_half_up(value / step, 0) * step if step else value


def qualified(printed: str, quantity: Quantity) -> str:
    """A printed value with the word that says how firmly it is meant."""
    match quantity.qualifier:
        case Qualifier.AT_LEAST:
            return f"{printed}以上"
        case Qualifier.AT_MOST:
            return f"{printed}以内"
        case Qualifier.ODD:
            digits = re.match(r"[\d.万亿]*", printed)
            end = digits.end() if digits else 0
            return f"{printed[:end]}余{printed[end:]}"
        case Qualifier.OVER | Qualifier.UNDER | Qualifier.ABOUT | Qualifier.NEAR as qualifier:
            return f"{qualifier.value}{printed}"
        case _:
            return printed

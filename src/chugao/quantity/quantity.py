"""The noun: a number with its unit and how firmly it is meant."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Qualifier(StrEnum):
    """How firmly a number is meant."""

    EXACT = "="
    AT_LEAST = "≥"
    AT_MOST = "≤"
    OVER = "超"
    UNDER = "不足"
    ABOUT = "约"
    NEAR = "近"
    ODD = "余"
    RANGE = "range"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A number with its unit, as far as it can be trusted."""

    value: Decimal
    """Unscaled, in `unit`: 12.8万份 is 128000 份; a rate stays 98.6 with unit %; 5:3 is 1.666667 with unit x:1."""
    unit: str
    """Base unit without 万 or 亿; "" for a bare number."""
    qualifier: Qualifier = Qualifier.EXACT
    high: Decimal | None = None
    """Upper end of a range, in `unit`."""
    resolution: Decimal = Decimal(0)
    """Half a unit of the last printed place, in `unit`: 500 for 12.8万."""
    printed: str = ""
    """The characters it was read from, trailing zeros and all: “88.0%” stays “88.0%”."""
    parts: tuple[Decimal, ...] = ()
    """The terms of a ratio or fraction as printed: (5, 3), (5.1, 38.2, 56.7), (480, 484); the value of three terms
    and more is the first of them, with unit “:”."""

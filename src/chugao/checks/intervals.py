"""What a printed number may have been before it was rounded, and how far such numbers can be added or divided.

In: `Quantity`s.  Out: `Interval`s, None where a number has no upper or lower end (200人以上).

Surprise: a count printed in full is exact, whatever its last digit; 12.8万 is anything from 12.75万 to 12.85万.
"""

from decimal import Decimal
from typing import NamedTuple

from chugao.quantity import COUNT_UNITS, Qualifier, Quantity, plain, round_half_up

_COUNTED = frozenset(COUNT_UNITS)


class Interval(NamedTuple):
    """Everything from `low` to `high`, both included."""

    low: Decimal
    high: Decimal

    def meets(self, other: "Interval") -> bool:
        return self.low <= other.high and other.low <= self.high

    def __sub__(self, other: "Interval") -> "Interval":
        return Interval(self.low - other.high, self.high - other.low)

    def plus(self, other: "Interval") -> "Interval":
        return Interval(self.low + other.low, self.high + other.high)

    def percent_of(self, whole: "Interval") -> "Interval | None":
        """As a percentage of a whole that is surely positive."""
        if whole.low <= 0:
            return None
        ends = [part * 100 / base for part in self for base in whole]
        return Interval(min(ends), max(ends))

    def growth_from(self, base: "Interval") -> "Interval | None":
        """Growth in % over a base that is surely positive; each end of the base is held fast on both sides."""
        if base.low <= 0:
            return None
        ends = [(now - before) * 100 / before for now in self for before in base]
        return Interval(min(ends), max(ends))


def interval_of(quantity: Quantity) -> Interval | None:
    """What the printed number may stand for; None for a bound, a range or “200余”."""
    if quantity.high is not None or quantity.qualifier is not Qualifier.EXACT:
        return None
    half = Decimal(0) if is_exact(quantity) else quantity.resolution
    return Interval(quantity.value - half, quantity.value + half)


def loosely(quantity: Quantity, most: int = 2) -> Interval | None:
    """What “近”, “超”, “约” and “余” leave open as well, as wide as anybody could mean them; None for a range.

    “超过28万” is said of nothing beyond `most` times 28万.
    """
    if quantity.qualifier is Qualifier.EXACT or quantity.high is not None:
        return interval_of(quantity)
    value, half = quantity.value, quantity.resolution
    if value <= 0:
        return None
    match quantity.qualifier:
        case Qualifier.OVER | Qualifier.AT_LEAST | Qualifier.ODD:
            return Interval(value, value * most)
        case Qualifier.NEAR:
            return Interval(value / 2, value + half)
        case Qualifier.ABOUT:
            return Interval(value * Decimal("0.9") - half, value * Decimal("1.1") + half)
    return None


def is_exact(quantity: Quantity) -> bool:
    """A count with all its digits: 25320人次, not 2.5万人次."""
    return quantity.unit in _COUNTED and quantity.resolution <= Decimal("0.5")


def decimals_of(quantity: Quantity, scale: Decimal = Decimal(1)) -> int:
    """Digits printed after the point, of the number as it stands before 万."""
    step = quantity.resolution * 2 / scale
    exponent = step.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def printed_like(value: Decimal, quantity: Quantity) -> str:
    """A value in the words of a printed number: the same scale, decimals and unit."""
    scale, word = scale_of(quantity)
    return f"{digits(value / scale, decimals_of(quantity, scale))}{word}{quantity.unit}"


def digits(value: Decimal, decimals: int) -> str:
    """Rounded as offices round, zeros kept: 10.0 beside 12.4."""
    return f"{round_half_up(value, decimals):f}"


def scale_of(quantity: Quantity) -> tuple[Decimal, str]:
    """(10000, “万”) for 12.8万份."""
    digits = quantity.printed
    if "亿" in digits:
        return Decimal(10**8), "亿"
    return (Decimal(10**4), "万") if "万" in digits else (Decimal(1), "")


def bare(quantity: Quantity) -> str:
    """The number alone, for a sum spelled out: “12.8万”, “98.6%”."""
    scale, word = scale_of(quantity)
    sign = quantity.unit if quantity.unit in ("%", "‰") else ""
    return f"{plain(quantity.value / scale)}{word}{sign}"

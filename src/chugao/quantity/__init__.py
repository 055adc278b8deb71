"""Numbers as offices write them: parse, print, compare.

In: “12.8万份”, “≥95%”, “200余项”, “近六成”, “1—2名”.  Out: `Quantity`, unscaled and with the resolution of
what was printed, so that 3.2万 and 31986 can be compared fairly.

Surprise: the value alone does not say what was printed.  88.0% and 88% are one value at two resolutions; 三分之一 and
33.3% are two values that mean the same only as far as the coarser goes.
"""

from chugao.quantity.comparing import comparable, convert, plain, round_half_up, show, supports, write
from chugao.quantity.grammar import COUNT_UNITS, UNITS
from chugao.quantity.quantity import Qualifier, Quantity
from chugao.quantity.reading import Found, find_han_numbers, find_numbers, fold, han_value, number_spans, parse

__all__ = [
    "COUNT_UNITS", "UNITS", "Found", "Qualifier", "Quantity", "comparable", "convert", "find_han_numbers",
    "find_numbers", "fold", "han_value", "number_spans", "parse", "plain", "round_half_up", "show", "supports",
    "write",
]  # fmt: skip

"""Read numbers without asking the product: the characters of a printed number, and the digits of a text.

In: text.  Out: `Printed` (qualifier, digits, scale, unit), or the runs of digits in it.

It shares no line with `chugao.quantity`, on purpose: an evaluator that reads with the product's eyes sees what the
product sees.
"""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

_PREFIX = {
    "超过": "over", "突破": "over", "超": "over", "逾": "over", "高于": "over",
    "不足": "under", "不到": "under", "将近": "near", "接近": "near", "近": "near", "大约": "about", "约": "about",
    "不低于": "at_least", "不少于": "at_least", "≥": "at_least",
    "不超过": "at_most", "不高于": "at_most", "≤": "at_most",
}  # fmt: skip
_SUFFIX = {"以上": "at_least", "以下": "at_most", "以内": "at_most", "左右": "about"}
_SCALE = {"": 1, "万": 10**4, "亿": 10**8}
_PRINTED = re.compile(
    rf"(?P<prefix>{'|'.join(sorted(_PREFIX, key=len, reverse=True))})?(?P<digits>\d+(?:\.\d+)?)(?P<scale>[万亿]?)"
    rf"(?P<odd>[余多]?)(?P<unit>.*?)(?P<suffix>{'|'.join(_SUFFIX)})?"
)
_DIGITS = re.compile(r"[0-9０-９]+(?:[.．][0-9０-９]+)?")


class Printed(NamedTuple):
    """A number as its characters say it."""

    qualifier: str
    """"" over under near about at_least at_most odd."""
    digits: str
    scale: str
    unit: str
    prefix: str = ""
    suffix: str = ""

    @property
    def value(self) -> Decimal:
        return Decimal(self.digits) * _SCALE[self.scale]

    @property
    def step(self) -> Decimal:
        """One unit in the last printed place."""
        return Decimal(1).scaleb(-self.places) * _SCALE[self.scale]

    @property
    def places(self) -> int:
        return len(self.digits.partition(".")[2])

    def __str__(self) -> str:
        odd = "余" if self.qualifier == "odd" else ""
        return f"{self.prefix}{self.digits}{self.scale}{odd}{self.unit}{self.suffix}"


def read_printed(text: str) -> Printed | None:
    """A whole text that is one number; None when it is not (a date, a ratio, a range)."""
    match = _PRINTED.fullmatch(text)
    if match is None or re.search(r"[\d年月日：:—-]", match["unit"]):
        return None
    qualifier = _PREFIX.get(match["prefix"] or "", "") or _SUFFIX.get(match["suffix"] or "", "")
    qualifier = "odd" if match["odd"] else qualifier
    return Printed(
        qualifier, match["digits"], match["scale"], match["unit"], match["prefix"] or "", match["suffix"] or ""
    )


def digit_runs(text: str) -> list[tuple[int, int]]:
    """Every run of digits of a text."""
    return [m.span() for m in _DIGITS.finditer(text)]


def uncovered(text: str, spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The runs of digits that lie in none of the spans, even partly."""
    covered = [False] * len(text)
    for start, end in spans:
        covered[start:end] = [True] * (min(end, len(text)) - start)
    return [(start, end) for start, end in digit_runs(text) if not all(covered[start:end])]

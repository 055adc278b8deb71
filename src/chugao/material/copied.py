"""What a department copied from its own earlier reports.

In: a sentence and the department's past passages.  Out: the title of the report it was copied from, or None.

Surprise: a sentence with last year's words and this year's figures is no copy but a report in set form.  Copied is what
says the same: the same words with the same numbers, or words without numbers.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from chugao.index import Index

_SHORTEST, _LONG = 12, 20
_NEAR = 0.85
_GRAM = 4
_YEARS = re.compile(r"20\d\d年?度?|今年|本年|全年")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


class Earlier(NamedTuple):
    """A past passage, ready to be compared with."""

    title: str
    bare: str
    grams: frozenset[str]
    numbers: frozenset[str]


def earlier_texts(index: "Index | None", department: str, year: int) -> list[Earlier]:
    """The department's own passages of years before; all departments' where nobody said which one it is."""
    if index is None:
        return []
    own = (
        p
        for p in index.passages
        if p.year is not None and p.year < year and (not department or p.department in ("", department))
    )
    return [Earlier(p.title, b := bare(p.text), _grams(b), _numbers(p.text)) for p in own]


def copied_from(text: str, earlier: Sequence[Earlier]) -> str | None:
    """The report that says the same, near enough word for word."""
    plain = bare(text)
    if len(plain) < _SHORTEST:
        return None
    grams, numbers = _grams(plain), _numbers(text)
    for passage in earlier:
        if len(plain) >= _LONG and plain in passage.bare and _same(numbers, passage.numbers):
            return passage.title
        shared = len(grams & passage.grams) / len(grams) if grams else 0.0
        if shared >= _NEAR and _same(numbers, passage.numbers):
            return passage.title
    return None


def _same(numbers: frozenset[str], theirs: frozenset[str]) -> bool:
    return numbers <= theirs


def bare(text: str) -> str:
    """Words only: no digits, no years, no marks."""
    return re.sub(r"[\d.%\s，。；、：（）“”]+", "", _YEARS.sub("", text))


def _numbers(text: str) -> frozenset[str]:
    return frozenset(_NUMBER.findall(_YEARS.sub("", text)))


def _grams(plain: str) -> frozenset[str]:
    return frozenset(plain[i : i + _GRAM] for i in range(len(plain) - _GRAM + 1))

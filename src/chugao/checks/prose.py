"""A text as arithmetic sees it: its numbers, sentence by sentence, and the words between them.

In: text and its mentions.  Out: `Page` with `Row`s of `Number`s.

The rules of arithmetic read the words between two numbers, never the words of one document: “由…到”, “其中”, “占”.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from chugao.mentions import Mention, MentionRole
from chugao.quantity import Quantity, fold

_NEWLINE = re.compile("\n")
_MOST_NUMBERS = 20_000
"""No report has more; a text that is nothing but numbers is read so far and no further."""
_NOT_STATED = (MentionRole.NAME, MentionRole.DATE, MentionRole.NUMBERING)


class Number(NamedTuple):
    """A mention that is a quantity, with the words around it."""

    mention: Mention
    quantity: Quantity
    before: str
    """Words between the number before, or the beginning of the sentence, and this one."""

    @property
    def unit(self) -> str:
        return self.quantity.unit

    @property
    def text(self) -> str:
        return self.mention.text

    @property
    def clause(self) -> str:
        """What `before` says since the last comma or bracket."""
        at = max(self.before.rfind(mark) for mark in "，；。：（、,;:(")
        return self.before[at + 1 :]


class Row(NamedTuple):
    """The numbers of one sentence in order."""

    start: int
    words: str
    """Folded: digits and marks of one width; as long as the sentence in the text."""
    numbers: tuple[Number, ...]
    paragraph: int
    """Which line of the text it stands on, from 0."""

    def upto(self, number: Number) -> str:
        """The last sixty characters before a number; a sentence may be a million long."""
        at = number.mention.start - self.start
        return self.words[max(0, at - 60) : at]

    def after(self, number: Number) -> str:
        """The next thirty characters."""
        at = number.mention.end - self.start
        return self.words[at : at + 30]

    def pairs(self) -> Iterator[tuple[Number, Number]]:
        return zip(self.numbers, self.numbers[1:], strict=False)


class Page(NamedTuple):
    """A text with its numbers."""

    words: str
    rows: tuple[Row, ...]

    def numbers(self) -> Iterator[tuple[Row, Number]]:
        for row in self.rows:
            for number in row.numbers:
                yield row, number


def page_of(plain: str, mentions: Iterable[Mention]) -> Page:
    """A text read for arithmetic; `plain` is as long as the text in which the mentions were found."""
    words = fold(plain)
    stated = [m for m in mentions if m.quantity is not None and m.role not in _NOT_STATED]
    stated = [m for m in stated if m.sentence[1] > m.sentence[0]][:_MOST_NUMBERS]
    stated.sort(key=lambda m: (m.sentence, m.start))
    newlines = [m.start() for m in _NEWLINE.finditer(words)]
    return Page(
        words,
        tuple(
            Row(start, words[start:end], tuple(_numbers(words, start, group)), bisect_left(newlines, start))
            for (start, end), group in groupby(stated, key=lambda m: m.sentence)
        ),
    )


def _numbers(words: str, start: int, mentions: Iterable[Mention]) -> Iterator[Number]:
    last = start
    for mention in mentions:
        # “未发生” is read as a zero, but no sum can be done with it.
        if mention.quantity is None or mention.start < last or not any(c.isnumeric() for c in mention.text):
            continue
        yield Number(mention, mention.quantity, words[last : mention.start])
        last = mention.end

"""A text cut into words, each with its part of speech.

In: a text.  Out: `Words`: where words begin and end.

Chinese puts no space between words, so that 推广安全 holds 广安, a city.  Whether two characters are a name is asked of
the words around them; the cutting waits until somebody asks, for most passages hold nothing doubtful.
"""

from bisect import bisect_left
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple


class Word(NamedTuple):
    """One word of a text."""

    start: int
    end: int
    text: str
    tag: str
    """Part of speech as jieba calls it: ns a place, nr a person, nt an institution, nz another name."""


class Words:
    """The words of one text."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def all(self) -> tuple[Word, ...]:
        """Every word, in order; together they are the text."""
        from rjieba import tag

        cut = tag(self._text, True)
        bounds = list(accumulate((len(word) for word, _ in cut), initial=0))
        return tuple(map(Word._make, zip(bounds, bounds[1:], *zip(*cut, strict=True), strict=False))) if cut else ()

    @cached_property
    def _ending(self) -> dict[int, Word]:
        return {w.end: w for w in self.all}

    @cached_property
    def _starting(self) -> dict[int, Word]:
        return {w.start: w for w in self.all}

    def ending_at(self, place: int) -> Word | None:
        """The word that ends here, None within a word."""
        return self._ending.get(place)

    def around(self, place: int) -> Word | None:
        """The word that goes on across this place, None where two words meet."""
        at = bisect_left(self.all, place, key=lambda w: w.end)
        return self.all[at] if at < len(self.all) and self.all[at].start < place < self.all[at].end else None

    def between(self, start: int, end: int) -> tuple[Word, ...]:
        """The words that begin in this stretch."""
        first = bisect_left(self.all, start, key=lambda w: w.start)
        return self.all[first : bisect_left(self.all, end, first, key=lambda w: w.start)]

    def starting_at(self, place: int) -> Word | None:
        """The word that begins here, None within a word."""
        return self._starting.get(place)


def is_word(text: str) -> bool:
    """Whether the dictionary has it, as an ordinary word or as a name that everybody knows."""
    from rjieba import has_word

    return bool(has_word(text))

"""Where a paragraph was joined to the next, or parted, in the middle of what reads as one sentence.

In: the stretches of two versions.  Out: the same, each cut where the other version ends a paragraph.

“（一）把急救做快” run together with the text below it is one sentence to every reader; cut where the heading ended, it is
the same words as before without the line end, and only that is told.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from chugao.comparing.aligning import likeness
from chugao.comparing.sentences import split_sentences
from chugao.comparing.tokens import atoms_of
from chugao.comparing.versions import Stretch
from chugao.comparing.words import without_number

_KINDS = {"heading", "sentence"}
_MARK = re.compile(r"[，。：；、,:;\s]?")
_LEAST, _KEY = 2, 8
"""Characters of the shortest line that is found again, and by how many of them it is looked for."""
_NEAR = 4
"""Lines that begin alike which are looked at."""
_SAME = 0.6
"""Likeness from which what follows is what stood below."""


class _Border(NamedTuple):
    """The end of a paragraph in the middle of what may be one sentence in the other version."""

    words: str
    """The last of it, without a printed number."""
    above: Stretch
    below: Stretch


def cut_alike(old: Sequence[Stretch], new: Sequence[Stretch]) -> tuple[Sequence[Stretch], Sequence[Stretch]]:
    """Both sides; where nothing was joined or parted they are the given ones."""
    texts_old, texts_new = {s.text for s in old}, {s.text for s in new}
    left_old = [s for s in old if s.text not in texts_new and s.kind in _KINDS]
    left_new = [s for s in new if s.text not in texts_old and s.kind in _KINDS]
    if not left_old or not left_new:
        return old, new
    return _cut(old, left_old, _borders(new, texts_old)), _cut(new, left_new, _borders(old, texts_new))


def _borders(stretches: Sequence[Stretch], known: set[str]) -> dict[str, list[_Border]]:
    """Ends of paragraphs that the other version has not, by their first characters, with a printed number and without."""
    found: dict[str, list[_Border]] = {}
    for above, below in pairwise(stretches):
        if above.text not in known and above.paragraph != below.paragraph and {above.kind, below.kind} <= _KINDS:
            for words in {above.text, without_number(above.text)}:
                if len(words) >= _LEAST:
                    found.setdefault(words[:_KEY], []).append(_Border(words, above, below))
    return found


def _cut(stretches: Sequence[Stretch], left: Sequence[Stretch], borders: dict[str, list[_Border]]) -> Sequence[Stretch]:
    cuts = {s.start: pieces for s in left if borders and len(pieces := list(_pieces(s, borders))) > 1}
    return [piece for s in stretches for piece in cuts.get(s.start, (s,))] if cuts else stretches


def _pieces(stretch: Stretch, borders: dict[str, list[_Border]]) -> Iterator[Stretch]:
    """A stretch cut at the first border that fits, and what is behind it by sentences."""
    text = stretch.text
    for length in range(min(_KEY, len(text)), _LEAST - 1, -1):
        for words, above, below in borders.get(text[:length], ())[:_NEAR]:
            end = _MARK.match(text, len(words)).end() if text.startswith(words) else 0  # type: ignore[union-attr]
            rest = split_sentences(text[end:]) if end else []
            if rest and _is(rest[0], below.text) and not _inside_a_number(text, end):
                yield stretch._replace(kind=above.kind, text=text[:end])
                for sentence in rest:
                    yield stretch._replace(
                        kind=below.kind, text=sentence, start=stretch.start + end, at=stretch.at + end
                    )
                    end += len(sentence)
                return
    yield stretch


def _inside_a_number(text: str, at: int) -> bool:
    return any(start < at < end for start, end, _ in atoms_of(text))


def _is(sentence: str, below: str) -> bool:
    return below.startswith(sentence) or sentence.startswith(below) or likeness(sentence, below, _SAME) > 0

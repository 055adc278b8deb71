"""Which runs of characters a text shares with documents that were kept, word for word.

In: documents, one by one; a text.  Out: `Run`s of nineteen characters and more, each with its place on both sides.

Fingerprints of twelve characters are winnowed, one in every window of eight (Schleimer, Wilkerson, Aiken 2003), so that
no verbatim run of 12 + 8 − 1 = 19 escapes; what they point at is compared character by character.  Digits are folded to
one digit and marks to one mark, so that a sentence whose figures changed is still the same sentence; spaces count for
nothing.

Surprise: the text that is asked about is not winnowed.  Looked up in full it finds the fingerprint at its very place,
which keeps the promise in “一步一步一步一步一步”, where equal fingerprints stand side by side and winnowing may keep another one
in each text.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

GRAM = 12
WINDOW = 8
SHORTEST = GRAM + WINDOW - 1
"""Every verbatim run of so many characters is found, spaces not counted."""
_MOST_PLACES = 64
"""A fingerprint that stands in more places than this is everybody's: it is looked up in the first so many only."""
_MOST_HITS = 2_000_000
_MOST_WORK = 20_000_000
"""Characters compared for one text; only one that repeats itself without end asks for more."""
_MOST_AT_ONCE = 1_000_000
_LOW = 2**32 - 1
_DIGIT, _MARK = 0x30, 0x2C


class Run(NamedTuple):
    """Characters that stand in the text and in a document alike, but for digits and marks."""

    start: int
    """Code points of the text asked about."""
    end: int
    document: str
    source_start: int
    """Code points of the document."""
    source_end: int

    @property
    def length(self) -> int:
        return self.end - self.start


class Folded(NamedTuple):
    """A text reduced to what is compared; `dropped` tells where each of its characters stood."""

    points: "NDArray[np.uint16]"
    dropped: "NDArray[np.int32]"
    """Of the characters left out, in order, how many kept ones stand before each."""

    def place(self, at: int) -> int:
        """Where the character at `at` stands in the text."""
        return at + int(self.dropped.searchsorted(at, side="right"))

    def places(self, at: "NDArray[np.int64]") -> "NDArray[np.int64]":
        """The same of many."""
        return at + self.dropped.searchsorted(at, side="right")


class RunIndex:
    """Documents by the runs they hold.  Adding is cheap, removing cheaper; held in memory, rebuilt from their texts.

    Memory: 8 bytes for each fingerprint (two in nine characters) and 2 for each character.
    """

    def __init__(self, documents: Iterable[tuple[str, str]] = ()) -> None:
        import numpy as np

        self._texts: dict[str, int] = {}
        """Document → its slot."""
        self._names: list[str | None] = []
        """By slot; None for a document that was removed."""
        self._dropped: list[NDArray[np.int32]] = []
        """By slot, as in `Folded`."""
        self._starts: list[int] = []
        """Where each slot begins, counted over all folded characters."""
        self._points: NDArray[np.uint16] = np.empty(0, np.uint16)
        """The folded characters of all documents one after the other, and room for more."""
        self._size = 0
        self._levels: list[NDArray[np.uint64]] = []
        """Fingerprint and place in one number, sorted; each level at least twice as large as the next."""
        self._tail: list[NDArray[np.uint64]] = []
        self._removed = 0
        """Documents whose fingerprints are still there."""
        self._flat: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]] | None = None
        for name, text in documents:
            self.add(name, text)

    def __len__(self) -> int:
        return len(self._texts)

    def __contains__(self, document: str) -> bool:
        return document in self._texts

    def add(self, document: str, text: str) -> None:
        """Keep a document; one of the same name is replaced."""
        self.remove(document)
        folded = fold_text(text)
        every = fingerprints(folded.points)
        positions = winnow(every)
        self._texts[document] = len(self._names)
        self._names.append(document)
        self._dropped.append(folded.dropped)
        self._starts.append(self._size)
        self._flat = None
        self._tail.append(_keys(every[positions], positions + self._size))
        self._append(folded.points)

    def _append(self, points: "NDArray[np.uint16]") -> None:
        import numpy as np

        end = self._size + len(points)
        if end > len(self._points):
            grown = np.empty(end + end // 8, np.uint16)
            grown[: self._size] = self._points[: self._size]
            self._points = grown
        self._points[self._size : end] = points
        self._size = end

    def remove(self, document: str) -> None:
        """Forget a document; its characters and fingerprints go when the index is next merged."""
        slot = self._texts.pop(document, None)
        if slot is not None:
            self._names[slot] = None
            self._removed += 1

    def runs(self, text: str, shortest: int = SHORTEST) -> list[Run]:
        """Every run of `shortest` characters or more that the text shares with a document, in order of the text.

        Longest extents; the same stretch is told once for each document, at the first place where it stands there.
        `shortest` below `SHORTEST` finds some of the shorter runs, not all.
        """
        import numpy as np

        self._settle()
        asked = fold_text(text)
        hashes = fingerprints(asked.points)
        if not len(hashes) or not self._texts:
            return []
        pairs = [_hits(hashes, level) for level in self._levels]
        here, there = (np.concatenate(side) for side in zip(*pairs, strict=True))
        ends = np.append(np.asarray(self._starts[1:], np.int64), self._size)
        extents = _extents(asked.points, self._points, here, there, np.asarray(self._starts, np.int64), ends)
        return sorted(self._told(asked, _longest(extents[:, extents[2] - extents[1] >= shortest])))

    def _told(self, asked: Folded, extents: "NDArray[np.int64]") -> Iterator[Run]:
        """Runs in the characters of the two texts."""
        import numpy as np

        slot, start, end, source = extents[:, [self._names[k] is not None for k in extents[0].tolist()]]
        begins, dropped, before = self._laid_out()
        sides = [asked.places(start), asked.places(end - 1) + 1]
        for place, more in ((source, 0), (source + end - start - 1, 1)):
            left_out = np.searchsorted(dropped, place, side="right") - before[slot]
            sides.append(place - begins[slot] + left_out + more)
        for k, a, b, c, d in zip(slot.tolist(), *(x.tolist() for x in sides), strict=True):
            yield Run(a, b, self._names[k] or "", c, d)

    def _laid_out(self) -> "tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]":
        """Where each slot begins; what was left out of all documents, counted as places are; how much before each slot."""
        import numpy as np

        if self._flat is None:
            begins = np.asarray(self._starts, np.int64)
            counts = np.array([len(d) for d in self._dropped], np.int64)
            dropped = np.concatenate(self._dropped).astype(np.int64) + np.repeat(begins, counts)
            self._flat = begins, dropped, np.cumsum(counts) - counts
        return self._flat

    def _settle(self) -> None:
        """Sort what was added into levels; leave out what was removed, once it is a fair part."""
        import numpy as np

        if self._tail:
            self._levels.append(np.sort(np.concatenate(self._tail)))
            self._tail = []
        stale = self._removed * 4 > len(self._texts)
        while len(self._levels) > 1 and (stale or len(self._levels[-2]) < 2 * len(self._levels[-1])):
            last = self._levels.pop()
            self._levels[-1] = np.sort(np.concatenate((self._levels[-1], last)), kind="stable")
        if stale and self._levels:
            self._compact()

    def _compact(self) -> None:
        """Close up over the documents that were removed."""
        import numpy as np

        kept = np.array([n is not None for n in self._names], bool)
        lengths = np.diff(np.append(np.asarray(self._starts, np.int64), self._size))
        places = (self._levels[0] & np.uint64(_LOW)).astype(np.int64)
        slots = np.searchsorted(np.asarray(self._starts, np.int64), places, side="right") - 1
        moved = (np.cumsum(np.where(kept, 0, lengths)) - np.where(kept, 0, lengths))[slots]
        self._levels[0] = (self._levels[0] - moved.astype(np.uint64))[kept[slots]]
        self._points = self._points[: self._size][np.repeat(kept, lengths)]
        self._size = len(self._points)
        self._starts = (np.cumsum(lengths[kept]) - lengths[kept]).tolist()
        self._dropped = [d for d, k in zip(self._dropped, kept.tolist(), strict=True) if k]
        self._names = [n for n in self._names if n is not None]
        self._texts = {n: slot for slot, n in enumerate(self._names) if n is not None}
        self._removed, self._flat = 0, None

    @property
    def nbytes(self) -> int:
        """Bytes held in arrays."""
        sizes = [x.nbytes for x in (*self._levels, *self._tail)] + [x.nbytes for x in self._dropped]
        return sum(sizes) + self._points.nbytes


def _keys(hashes: "NDArray[np.uint32]", places: "NDArray[np.int64]") -> "NDArray[np.uint64]":
    import numpy as np

    return (hashes.astype(np.uint64) << np.uint64(32)) | places.astype(np.uint64)


def _hits(hashes: "NDArray[np.uint32]", level: "NDArray[np.uint64]") -> "tuple[NDArray[np.int64], NDArray[np.int64]]":
    """(place in the text, place among all documents) of every equal fingerprint, up to a number of each."""
    import numpy as np

    values, inverse, counts = np.unique(hashes, return_inverse=True, return_counts=True)
    wanted = values.astype(np.uint64) << np.uint64(32)
    low = np.searchsorted(level, wanted, side="left")
    high = np.searchsorted(level, wanted | np.uint64(_LOW), side="right")
    places = np.minimum(high - low, _MOST_PLACES)
    # A character repeated a million times would ask for the same places a million times.
    places[counts * places > _MOST_HITS // 32] = 1
    places = np.minimum(places, high - low)
    number = places[inverse]
    if number.sum() > _MOST_HITS:
        number = np.where(np.cumsum(number) <= _MOST_HITS, number, 0)
    here = np.repeat(np.arange(len(hashes)), number)
    first = np.repeat(low[inverse], number)
    step = np.arange(len(here)) - np.repeat(np.cumsum(number) - number, number)
    return here, (level[first + step] & np.uint64(_LOW)).astype(np.int64)


# --- folding --------------------------------------------------------------------------------------


def fold_text(text: str) -> Folded:
    """Without spaces; digits as one digit, marks as one mark, letters of one width and case."""
    import numpy as np

    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    present, inverse = np.unique(points, return_inverse=True)
    table = np.array([_folded_point(int(p)) for p in present], np.uint16)
    folded = table[inverse] if len(points) else np.empty(0, np.uint16)
    dropped = np.flatnonzero(folded == 0)
    return Folded(folded[folded != 0], (dropped - np.arange(len(dropped))).astype(np.int32))


@lru_cache(maxsize=20_000)
def _folded_point(point: int) -> int:
    """0 for a space; each other character becomes exactly one."""
    char = chr(point)
    if char.isspace() or char in "\u200b\ufeff\u00ad":
        return 0
    if char.isdigit():
        return _DIGIT
    category = unicodedata.category(char)
    if category[0] in "PC" or (category[0] == "S" and char not in "%％‰℃≥≤<>"):
        return _MARK
    folded = unicodedata.normalize("NFKC", char).lower()
    folded_point = ord(folded) if len(folded) == 1 else point
    # Sixteen bits hold all but the rarest characters; those share the private range.
    return folded_point if folded_point < 0xD800 or 0xF900 <= folded_point < 2**16 else 0xE000 + folded_point % 0x1000


# --- fingerprints ---------------------------------------------------------------------------------


def fingerprints(points: "NDArray[np.uint16]") -> "NDArray[np.uint32]":
    """A hash of every twelve neighbouring characters."""
    import numpy as np

    count = len(points) - GRAM + 1
    if count <= 0:
        return np.empty(0, np.uint32)
    wide = points.astype(np.uint64)
    rolled = np.zeros(count, np.uint64)
    base = np.uint64(0x9E3779B97F4A7C15)
    for offset in range(GRAM):
        rolled = rolled * base + wide[offset : offset + count]
    rolled ^= rolled >> np.uint64(31)
    rolled *= np.uint64(0xBF58476D1CE4E5B9)
    return (rolled >> np.uint64(32)).astype(np.uint32)


def winnow(hashes: "NDArray[np.uint32]") -> "NDArray[np.int64]":
    """Places of the fingerprints that are kept: of every eight neighbours the least, the rightmost of equals.

    Where equals stand side by side, one in eight is enough (robust winnowing).
    """
    import numpy as np

    if len(hashes) <= WINDOW:
        return np.array([len(hashes) - 1 - int(np.argmin(hashes[::-1]))] if len(hashes) else [], np.int64)
    windows = np.lib.stride_tricks.sliding_window_view(hashes[::-1], WINDOW)
    least = np.unique(len(hashes) - 1 - (np.arange(len(windows)) + np.argmin(windows, axis=1)))
    return _thinned(least, hashes)


def _thinned(places: "NDArray[np.int64]", hashes: "NDArray[np.uint32]") -> "NDArray[np.int64]":
    """Of a run of neighbours with one and the same hash every eighth, and the last."""
    import numpy as np

    joined = (np.diff(places) == 1) & (hashes[places[1:]] == hashes[places[:-1]])
    first = np.concatenate(([True], ~joined))
    last = np.concatenate((~joined, [True]))
    within = np.arange(len(places)) - np.maximum.accumulate(np.where(first, np.arange(len(places)), 0))
    thinned: NDArray[np.int64] = places[(within % WINDOW == 0) | last]
    return thinned


# --- extents --------------------------------------------------------------------------------------


def _extents(
    asked: "NDArray[np.uint16]",
    kept: "NDArray[np.uint16]",
    here: "NDArray[np.int64]",
    there: "NDArray[np.int64]",
    starts: "NDArray[np.int64]",
    ends: "NDArray[np.int64]",
) -> "NDArray[np.int64]":
    """(slot, start, end, source) of the whole runs around equal fingerprints, each once for a document; four rows.

    Fingerprints that stand equally far apart in both texts and less than their length after each other lie in one run,
    so only the first of them is followed; the others are, where that one was equal by chance.
    """
    import numpy as np

    bits = np.int64(len(asked).bit_length())
    keys = np.unique(((there - here + len(asked)) << bits) | here)
    here = keys & ((np.int64(1) << bits) - 1)
    there = (keys >> bits) - len(asked) + here
    slots = np.searchsorted(starts, there, side="right") - 1
    found: list[NDArray[np.int64]] = []
    work, many = 0, 16
    while len(here):
        apart = (np.diff(there - here) != 0) | (np.diff(here) > GRAM) | (np.diff(slots) != 0)
        group = np.concatenate(([0], np.cumsum(apart)))
        # A few first, then many: a text that repeats itself without end uses up the work on whole runs.
        first = np.concatenate(([0], np.flatnonzero(apart) + 1))[:many]
        later = group >= many
        many = min(16 * many, _MOST_AT_ONCE // 16)
        at, source, slot = here[first], there[first], slots[first]
        back = _agreeing(asked, kept, at - 1, source - 1, np.minimum(at, source - starts[slot]), -1)
        ahead = _agreeing(asked, kept, at, source, np.minimum(len(asked) - at, ends[slot] - source), 1)
        work += int((back + ahead).sum()) + 32 * len(first)
        if work > _MOST_WORK:
            break  # not all of them were followed to their ends
        back = np.where(ahead > 0, back, 0)
        found.append(np.stack((slot, at - back, at + ahead, source - back)))
        # What the run from the first does not cover begins another one.
        left = later | (here >= (at + np.maximum(ahead, 1))[np.minimum(group, len(first) - 1)])
        here, there, slots = here[left], there[left], slots[left]
    extents = np.concatenate(found, axis=1) if found else np.empty((4, 0), np.int64)
    extents = extents[:, np.lexsort((extents[3], extents[2], extents[1], extents[0]))]
    again = (np.diff(extents[:3], axis=1) == 0).all(axis=0)
    return extents[:, np.concatenate(([True], ~again))] if extents.shape[1] else extents


def _agreeing(
    asked: "NDArray[np.uint16]",
    kept: "NDArray[np.uint16]",
    here: "NDArray[np.int64]",
    there: "NDArray[np.int64]",
    most: "NDArray[np.int64]",
    step: int,
) -> "NDArray[np.int64]":
    """How many characters agree from each pair of places on, one way, at most so many; all pairs at once."""
    import numpy as np

    done = np.zeros(len(here), np.int64)
    active = np.flatnonzero(most > 0)
    width, work = 16, 0
    while len(active) and work <= 4 * _MOST_WORK:
        width = max(16, min(width, _MOST_AT_ONCE // len(active)))
        work += width * len(active)
        ahead = done[active, None] + np.arange(width)
        inside = ahead < most[active, None]
        ahead = np.where(inside, ahead, 0) * step
        equal = (asked[here[active, None] + ahead] == kept[there[active, None] + ahead]) & inside
        agreed = np.where(equal.all(axis=1), width, equal.argmin(axis=1))
        done[active] += agreed
        active = active[agreed == width]
        width *= 4
    return done


def _longest(extents: "NDArray[np.int64]") -> "NDArray[np.int64]":
    """Without runs that lie within another one of the same document; in the order of slots, then of the text."""
    import numpy as np

    if not extents.shape[1]:
        return extents
    slot, start, end, source = extents
    extents = extents[:, np.lexsort((source, -end, start, slot))]
    # A slot's ends lie above those of every slot before it, so one running maximum serves them all.
    ends = extents[0] * (int(end.max()) + 1) + extents[2]
    reached = np.maximum.accumulate(ends)
    return extents[:, np.concatenate(([True], ends[1:] > reached[:-1]))]


# --- what is everybody's --------------------------------------------------------------------------


def common_to(runs: Sequence[Run], issuer_of: "dict[str, str]", length: int, several: int = 3) -> "NDArray[np.bool_]":
    """For every character of the text whether it stands in runs with documents of `several` different issuers."""
    import numpy as np

    by_issuer: dict[str, NDArray[np.bool_]] = {}
    for run in runs:
        covered = by_issuer.setdefault(issuer_of.get(run.document, run.document), np.zeros(length, bool))
        covered[run.start : run.end] = True
    if len(by_issuer) < several:
        return np.zeros(length, bool)
    return np.asarray(sum(c.astype(np.int16) for c in by_issuer.values()) >= several)


def outside(run: Run, spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """What is left of a run when spans are taken out."""
    left = [(run.start, run.end)]
    for start, end in spans:
        left = [piece for a, b in left for piece in ((a, min(b, start)), (max(a, end), b)) if piece[0] < piece[1]]
    return left

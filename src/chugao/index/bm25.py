"""BM25 over single characters and pairs, to which texts are added and from which they are taken one by one.

In: texts.  Out: a score for each.  Lucene's formula; what it says after any number of additions and removals is what a
fresh index over the same texts says.

A short question is best answered by the passage that holds most of it, not by one that repeats a single rare pair: so
`answers_at` multiplies the score with the share of the question's characters that a text holds.

Surprise: weights depend on how many texts there are, so they cannot be stored.  They are worked out for a term when it
is first asked for and kept until something is added.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

K1 = 1.5
B = 0.75
MOST_TEXTS = 2**21
_POINT_BITS = 21
_PAIRS_FROM = 1 << _POINT_BITS
"""A term below is one character, from here on two of them."""
_MOST_KEPT = 4096
_FEW = 500
_ROW = 4
"""A term that stands in one text of so many is kept as a whole row, ten times as fast to add."""


class Bm25:
    """Postings in levels, each at least twice as large as the next: an addition sorts little, a query looks in few."""

    def __init__(self, texts: Sequence[str] = ()) -> None:
        import numpy as np

        self.size = 0
        """Texts ever added; a removed one keeps its place and scores 0."""
        self._levels: list[_Level] = []
        """(term and text in one number, sorted; the text; how often the term stands in the text)"""
        self._lengths: NDArray[np.float32] = np.empty(0, np.float32)
        self._alive: NDArray[np.bool_] = np.empty(0, bool)
        self._dead: NDArray[np.int64] = np.empty(0, np.int64)
        """Removed texts whose postings are still there."""
        self._forget()
        self.add(texts)

    def _forget(self) -> None:
        """What was worked out no longer holds."""
        import numpy as np

        self._kept: dict[int, tuple[NDArray[np.int32] | None, NDArray[np.float32]]] = {}
        self.alive = int(self._alive.sum())
        lengths = self._lengths[self._alive]
        average = float(lengths.mean()) if len(lengths) and lengths.any() else 1.0
        self._norm: NDArray[np.float32] = (K1 * (1 - B + B * self._lengths / average)).astype(np.float32)

    def add(self, texts: Sequence[str]) -> range:
        """Index more texts; says which places they got."""
        import numpy as np

        texts = texts[: MOST_TEXTS - self.size]
        places = range(self.size, self.size + len(texts))
        if not len(texts):
            return places
        terms, documents = _terms(texts)
        keys = (terms << np.uint64(_POINT_BITS)) | (documents + self.size).astype(np.uint64)
        keys.sort()
        first = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1]))) if len(keys) else np.empty(0, np.int64)
        counts = np.diff(np.append(first, len(keys))).astype(np.float32)
        self._levels.append(_level(keys[first], counts))
        while len(self._levels) > 1 and len(self._levels[-2][0]) < 2 * len(self._levels[-1][0]):
            self._levels[-2:] = [_merged(self._levels[-2], self._levels[-1])]
        lengths = np.bincount(documents, minlength=len(texts)).astype(np.float32)
        self._lengths = np.concatenate((self._lengths, lengths))
        self._alive = np.concatenate((self._alive, np.ones(len(texts), bool)))
        self.size += len(texts)
        self._forget()
        return places

    def remove(self, places: "Sequence[int] | NDArray[np.int64]") -> None:
        """Take texts out; their places stay empty."""
        import numpy as np

        self._alive[np.asarray(places, np.int64)] = False
        self._dead = np.union1d(self._dead, np.asarray(places, np.int64))
        if len(self._dead) > _FEW:
            self._levels = [_living(level, self._alive) for level in self._levels]
            self._dead = np.empty(0, np.int64)
        self._forget()

    def scores(self, query: str) -> "NDArray[np.float32]":
        """Score of every text by its place; 0 for one that shares no character."""
        return self._summed(query)[0]

    def answers_at(self, query: str, places: "NDArray[np.int64]") -> "NDArray[np.float32]":
        """Scores of these places only, each times the share of the query's different characters that the text holds."""
        scores, held = self._at(query, places)
        return scores * held

    def _summed(self, query: str) -> "tuple[NDArray[np.float32], NDArray[np.float32]]":
        """(score, share of the query's characters) of every text."""
        import numpy as np

        scores, held = np.zeros(self.size, np.float32), np.zeros(self.size, np.uint16)
        terms, times = np.unique(_terms([query])[0], return_counts=True)
        self._weigh(terms)
        for term, count in zip(terms.tolist(), times.tolist(), strict=True):
            documents, weights = self._kept[term]
            if count > 1:
                weights = weights * np.float32(count)
            if documents is None:
                scores += weights
            else:
                scores[documents] += weights
            if term < _PAIRS_FROM:
                if documents is None:
                    held += weights > 0
                else:
                    held[documents] += weights > 0
        self._let_go()
        return scores, held.astype(np.float32) / np.float32(max(1, int((terms < _PAIRS_FROM).sum())))

    def _at(self, query: str, places: "NDArray[np.int64]") -> "tuple[NDArray[np.float32], NDArray[np.float32]]":
        """(score, share of the query's characters) of these places."""
        import numpy as np

        if len(places) > _FEW:
            scores, held = self._summed(query)
            return scores[places], held[places]
        terms, times = np.unique(_terms([query])[0], return_counts=True)
        low, high = terms << np.uint64(_POINT_BITS), (terms + np.uint64(1)) << np.uint64(_POINT_BITS)
        wanted = low[:, None] | places.astype(np.uint64)[None, :]
        found = np.zeros(wanted.shape, np.float32)
        frequency = np.zeros(len(terms), np.int64)
        for keys, _, numbers in (level for level in self._levels if len(level[0])):
            a, b = np.searchsorted(keys, low), np.searchsorted(keys, high)
            frequency += b - a
            at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
            found += np.where(keys[at] == wanted, numbers[at], 0)
            if len(self._dead):
                frequency -= _standing(keys, low[:, None] | self._dead.astype(np.uint64)[None, :])
        idf = np.log1p((self.alive - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)
        weights = found / (found + self._norm[places][None, :]) * (idf * times.astype(np.float32))[:, None]
        alive = self._alive[places]
        characters = terms < _PAIRS_FROM
        held = (found[characters] > 0).sum(axis=0) / max(1, int(characters.sum()))
        return (weights.sum(axis=0) * alive).astype(np.float32), (held * alive).astype(np.float32)

    def _weigh(self, terms: "NDArray[np.uint64]") -> None:
        """Keep for each term the texts it stands in and its weight in each; a frequent one has the weights of all texts."""
        import numpy as np

        new = [term for term in terms.tolist() if term not in self._kept]
        if not new:
            return
        asked = np.array(new, np.uint64)
        low, high = asked << np.uint64(_POINT_BITS), (asked + np.uint64(1)) << np.uint64(_POINT_BITS)
        bounds = [(np.searchsorted(keys, low), np.searchsorted(keys, high)) for keys, _, _ in self._levels]
        for place, term in enumerate(new):
            stretches = [(n, int(a[place]), int(b[place])) for n, (a, b) in enumerate(bounds) if a[place] < b[place]]
            self._kept[term] = self._weighed(stretches)

    def _weighed(self, stretches: list[tuple[int, int, int]]) -> "tuple[NDArray[np.int32] | None, NDArray[np.float32]]":
        """What is kept for the term whose postings are these stretches of the levels."""
        import numpy as np

        documents, counts = self._postings(stretches)
        frequency = len(documents)
        idf = np.float32(np.log1p((self.alive - frequency + 0.5) / (frequency + 0.5)))
        weights = counts / (counts + self._norm[documents])
        weights *= idf
        if frequency * _ROW < self.size:
            return documents, weights
        row = np.zeros(self.size, np.float32)
        row[documents] = weights
        return None, row

    def _postings(self, stretches: list[tuple[int, int, int]]) -> "tuple[NDArray[np.int32], NDArray[np.float32]]":
        import numpy as np

        texts = [self._levels[n][1][a:b] for n, a, b in stretches]
        numbers = [self._levels[n][2][a:b] for n, a, b in stretches]
        if len(texts) == 1:
            documents, counts = texts[0], numbers[0]
        else:
            documents = np.concatenate([np.empty(0, np.int32), *texts])
            counts = np.concatenate([np.empty(0, np.float32), *numbers])
        if not len(self._dead):
            return documents, counts
        alive = self._alive[documents]
        return documents[alive], counts[alive]

    def _let_go(self) -> None:
        """Forget the oldest terms when too many are kept."""
        for term in list(self._kept)[: max(0, len(self._kept) - _MOST_KEPT)]:
            del self._kept[term]


_Level = tuple["NDArray[np.uint64]", "NDArray[np.int32]", "NDArray[np.float32]"]


def _level(keys: "NDArray[np.uint64]", counts: "NDArray[np.float32]") -> _Level:
    import numpy as np

    return keys, (keys & np.uint64(MOST_TEXTS - 1)).astype(np.int32), counts


def _standing(keys: "NDArray[np.uint64]", wanted: "NDArray[np.uint64]") -> "NDArray[np.int64]":
    """How many of each row of wanted keys are there."""
    import numpy as np

    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    count: NDArray[np.int64] = (keys[at] == wanted).sum(axis=1)
    return count


def _merged(one: _Level, other: _Level) -> _Level:
    import numpy as np

    keys = np.concatenate((one[0], other[0]))
    order = np.argsort(keys, kind="stable")
    return _level(keys[order], np.concatenate((one[2], other[2]))[order])


def _living(level: _Level, alive: "NDArray[np.bool_]") -> _Level:
    keys, documents, counts = level
    kept = alive[documents]
    return keys[kept], documents[kept], counts[kept]


def _terms(texts: Sequence[str]) -> "tuple[NDArray[np.uint64], NDArray[np.int64]]":
    """(term, text it stands in) for every letter, digit and Han character and every two neighbours.

    A term is one code point, or two packed into 42 bits; marks and spaces part neighbours.
    """
    import numpy as np

    joined = "\0".join(texts).lower()
    points = np.frombuffer(joined.encode("utf-32-le", "replace"), np.uint32).astype(np.uint64)
    present = np.unique(points)
    words = np.array([chr(int(p)).isalnum() for p in present], bool)
    valid = words[np.searchsorted(present, points)] if len(points) else np.empty(0, bool)
    owner = np.cumsum(points == 0).astype(np.int64)
    pair = valid[:-1] & valid[1:]
    bigrams = (points[:-1] << np.uint64(_POINT_BITS)) | points[1:]
    terms = np.concatenate((points[valid], bigrams[pair]))
    return terms, np.concatenate((owner[valid], owner[:-1][pair]))

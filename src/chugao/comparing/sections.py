"""Sections: which part of one version is which part of the other, and which of them changed places.

In: two versions.  Out: `Layout`: parts in the order both share, cut into segments that are compared on their own, and the
pairs that moved.

Surprise: the reader's outline is not the writer's.  Where a heading was dropped, or a converter lost all of them, its
text is found under the one before; so only what is surely the same part becomes a border, and everything between two
borders is compared as one.  And official papers repeat whole sections: order decides before likeness does.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from rapidfuzz.distance import Indel

from chugao.comparing.versions import Part, Version

Pair = tuple[int, int]
_NOT_WORDS = re.compile(r"[\W\d_]+")
_ALIKE = 0.6
"""Similarity from which two headings are the same one, reworded."""
_SHARED = 0.3
"""Share of what two parts say that both say, from which they may be the same part."""
_MOVED = 0.5
"""The same for a part that would stand elsewhere."""
_OFTEN = 12
"""What stands in more parts than this tells none of them from the others."""
_MANY = 40_000
"""Pairs of headings that are looked at; beyond it only equal ones are found."""


class Layout(NamedTuple):
    """How two outlines lie upon each other."""

    kept: tuple[Pair, ...]
    """(old part, new part), both rising: the borders."""
    moved: tuple[Pair, ...]
    """The same parts, elsewhere."""

    def segments(self, old: int, new: int) -> list[tuple[list[int], list[int]]]:
        """(old parts, new parts) between the borders, each beginning with one; moved parts are in none."""
        gone, come = {i for i, _ in self.moved}, {j for _, j in self.moved}
        edges = [(0, 0), *self.kept, (old, new)]
        return [
            ([i for i in range(a, c) if i not in gone], [j for j in range(b, d) if j not in come])
            for (a, b), (c, d) in pairwise(edges)
        ]


def lay_out(old: Version, new: Version) -> Layout:
    """Parts by id, then by what they say and what stands over them."""
    finding = _Finding(old.parts, new.parts)
    kept = finding.in_order()
    return Layout(kept=kept, moved=finding.moved(kept))


class _Finding:
    """Two outlines, and what speaks for each pair of parts."""

    def __init__(self, old: Sequence[Part], new: Sequence[Part]) -> None:
        self.old, self.new = old, new
        self.names = _headings(old), _headings(new)
        self.once = _once_each(*self.names)
        self.lengths = [_length(p) for p in old], [_length(p) for p in new]
        self.by_id = _once_each([p.id for p in old], [p.id for p in new])
        self.evidence = self._evidence()

    def in_order(self) -> tuple[Pair, ...]:
        """The borders: the pairs most speaks for, then whatever fits between them and is like enough."""
        firm = heaviest_rising(self.evidence)
        left_old, left_new = _left(len(self.old), firm, 0), _left(len(self.new), firm, 1)
        likely = {pair: n for pair, n in self._likely(left_old, left_new).items() if pair not in self.evidence}
        if not likely:
            return firm
        self.evidence |= likely
        # What is firm outweighs all that is only likely.
        return heaviest_rising(likely | dict.fromkeys(firm, 1 + sum(likely.values())))

    def moved(self, kept: tuple[Pair, ...]) -> tuple[Pair, ...]:
        """Parts that stand elsewhere: by id, else where much speaks for it, the strongest first."""
        gone, come = set(_left(len(self.old), kept, 0)), set(_left(len(self.new), kept, 1))
        moves = []
        for (i, j), weight in sorted(self.evidence.items(), key=lambda item: (-item[1], item[0])):
            if i not in gone or j not in come:
                continue
            much = weight >= _MOVED * max(self.lengths[0][i], self.lengths[1][j])
            if self.by_id.get(i) == j or much or self._same_but_rewritten(i, j):
                moves.append((i, j))
                gone.discard(i)
                come.discard(j)
        return tuple(sorted(moves))

    def _same_but_rewritten(self, i: int, j: int) -> bool:
        """Whether two parts share a heading that no other part has, and much of what they say."""
        if not self.names[0][i] or self.once.get(i) != j:
            return False
        one, other = _bigrams(self.old[i]), _bigrams(self.new[j])
        return 2 * len(one & other) >= _SHARED * (len(one) + len(other))

    def _evidence(self) -> dict[Pair, int]:
        """(old, new): characters of the sentences both have, and one for a heading they share."""
        taken = set(self.by_id.values())
        free_old = [i for i in range(len(self.old)) if i not in self.by_id]
        free_new = [j for j in range(len(self.new)) if j not in taken]
        found = defaultdict(int, {(i, j): 1 + _common(self.old[i], self.new[j]) for i, j in self.by_id.items()})
        # The front has no heading; it is where it is.
        if free_old[:1] == free_new[:1] == [0] and not (self.old[0].key or self.new[0].key):
            found[0, 0] += 1
        same: dict[Pair, int] = defaultdict(int)
        paths = _paths(self.old, self.names[0]), _paths(self.new, self.names[1])
        for names_old, names_new in (paths, self.names):
            where = _places((j, [names_new[j]]) for j in free_new if names_new[j])
            for i in free_old:
                for j in where.get(names_old[i], ()):
                    same[i, j] += 1
        where = _places((j, set(self.new[j].sentences)) for j in free_new)
        shared: dict[Pair, int] = defaultdict(int)
        for i in free_old:
            for sentence in set(self.old[i].sentences):
                for j in where.get(sentence, ()):
                    shared[i, j] += len(sentence)
        for pair, length in shared.items():
            if pair in same or length >= _SHARED * max(self.lengths[0][pair[0]], self.lengths[1][pair[1]]):
                found[pair] += length
        for pair, number in same.items():
            found[pair] += number
        return dict(found)

    def _likely(self, old: list[int], new: list[int]) -> dict[Pair, int]:
        """Pairs among what is left whose words, or whose headings, are alike."""
        words_old = {i: _bigrams(self.old[i]) for i in old if i not in self.by_id}
        words_new = {j: _bigrams(self.new[j]) for j in new}
        where = _places(words_new.items())
        shared: dict[Pair, int] = defaultdict(int)
        for i, words in words_old.items():
            for word in words:
                for j in where.get(word, ()):
                    shared[i, j] += 1
        likely = {
            (i, j): number
            for (i, j), number in shared.items()
            if 2 * number >= _SHARED * (len(words_old[i]) + len(words_new[j]))
        }
        return dict(self._reworded(list(words_old), new)) | likely

    def _reworded(self, old: list[int], new: list[int]) -> Iterator[tuple[Pair, int]]:
        """Headings of one level that are nearly the same."""
        if len(old) * len(new) > _MANY:
            return
        names_old, names_new = self.names
        for i in old:
            for j in new:
                if self.old[i].level == self.new[j].level and names_old[i] and names_new[j]:
                    alike = Indel.normalized_similarity(names_old[i], names_new[j], score_cutoff=_ALIKE)
                    if alike:
                        yield (i, j), 1


def _once_each(old: list[str], new: list[str]) -> dict[int, int]:
    """Places of the keys that each side has once."""
    count_old, count_new = Counter(old), Counter(new)
    place = {key: j for j, key in enumerate(new)}
    return {i: place[key] for i, key in enumerate(old) if key and count_old[key] == count_new[key] == 1}


def _places(said: Iterable[tuple[int, Iterable[str]]]) -> dict[str, list[int]]:
    """Where each word stands; those that stand nearly everywhere left out."""
    where: dict[str, list[int]] = defaultdict(list)
    for j, words in said:
        for word in words:
            where[word].append(j)
    return {word: places for word, places in where.items() if len(places) <= _OFTEN}


def _left(number: int, pairs: Iterable[Pair], side: int) -> list[int]:
    taken = {pair[side] for pair in pairs}
    return [i for i in range(number) if i not in taken]


def _headings(parts: Iterable[Part]) -> list[str]:
    """Headings without digits and marks: those of two years are the same."""
    return [_NOT_WORDS.sub("", part.heading) for part in parts]


def _paths(parts: Sequence[Part], headings: Sequence[str]) -> list[str]:
    """Headings with those above them: 工作目标 may stand under several."""
    above: list[tuple[int, str]] = []
    out = []
    for part, heading in zip(parts, headings, strict=True):
        while above and above[-1][0] >= part.level:
            above.pop()
        above.append((part.level, heading))
        # Six levels are all there are; hostile nesting would make the paths as long as the text.
        out.append("/".join(name for _, name in above[-6:]) if heading else "")
    return out


def _bigrams(part: Part) -> set[str]:
    """Pairs of neighbouring characters of what a part says."""
    return {a + b for sentence in part.sentences for a, b in pairwise(sentence)}


def _common(old: Part, new: Part) -> int:
    """Characters in sentences both have."""
    return sum(map(len, set(old.sentences) & set(new.sentences)))


def _length(part: Part) -> int:
    return len("".join(part.sentences)) or 1


def heaviest_rising(weights: Mapping[Pair, int]) -> tuple[Pair, ...]:
    """Of weighted pairs the heaviest run in which both sides rise.  O(n log n)."""
    # Of one first the largest second comes first, so that no run holds two of them.
    pairs = sorted(weights, key=lambda pair: (pair[0], -pair[1]))
    places = {j: place for place, j in enumerate(sorted({j for _, j in pairs}))}
    # A Fenwick tree over the seconds: the heaviest run that ends at or below each.
    best: list[tuple[int, int]] = [(0, -1)] * (len(places) + 1)
    before = [-1] * len(pairs)
    for at, pair in enumerate(pairs):
        place = places[pair[1]]
        weight, before[at] = _best_below(best, place)
        here = weight + weights[pair], at
        place += 1
        while place <= len(places):
            best[place] = max(best[place], here)
            place += place & -place
    at = _best_below(best, len(places))[1]
    run = []
    while at >= 0:
        run.append(pairs[at])
        at = before[at]
    return tuple(reversed(run))


def _best_below(best: list[tuple[int, int]], place: int) -> tuple[int, int]:
    found = (0, -1)
    while place > 0:
        found = max(found, best[place])
        place -= place & -place
    return found

"""Sentences of one version and of the other: which is which.

In: the stretches of two texts, in order.  Out: `Group`s that rise on both sides; what is in none came or went.

What both have word for word is found first (longest common subsequence over whole sentences, so a repeated passage
cannot pull a text apart as it does with characters); between those, the rest is paired by likeness, in order.
"""

from collections.abc import Iterator, Sequence
from math import isqrt
from typing import Any, NamedTuple

from rapidfuzz.distance import Indel, LCSseq

from chugao.comparing.sections import heaviest_rising
from chugao.comparing.versions import Stretch

ALIKE = 0.45
"""Similarity from which two sentences are one, rewritten."""
_ALIKE_ROW = 0.6
_ALIKE_KINDS = 0.8
"""A heading that became a sentence has hardly changed."""
_LARGEST = 200_000_000
"""Stretches times stretches that are aligned at once: 25 MB; beyond it by what each side has once."""
_LONG = 100_000_000
"""Characters times characters of two sentences; beyond it only what both begin and end with is looked at."""
_BLOCK = 6_400
"""The same for pairing by likeness, which looks at every pair; beyond it block by block."""
_BUDGET = 200_000
"""Pairs that are looked at of one block, however large it is."""


class Group(NamedTuple):
    """Stretches that are the same: one of each side, or two that were joined or parted."""

    old: tuple[int, ...]
    new: tuple[int, ...]
    similarity: float = 1.0


Block = tuple[list[int], list[int]]
"""Indexes of the stretches between two groups."""


# --- word for word --------------------------------------------------------------------------------


def same_as(old: Sequence[Stretch], new: Sequence[Stretch]) -> tuple[list[int], list[int]]:
    """A number for each stretch, the same for those that say the same: read once, compared often."""
    ids: dict[tuple[bool, str], int] = {}
    one, other = ([ids.setdefault((s.kind == "row", s.text), len(ids)) for s in side] for side in (old, new))
    return one, other


def common(old: Sequence[int], new: Sequence[int], block: Block) -> tuple[list[Group], list[Block]]:
    """Groups of equal stretches, and the blocks between them in which something differs; by their `same_as`."""
    a = [old[i] for i in block[0]]
    b = [new[j] for j in block[1]]
    run = common_run(a, b)
    groups = [Group((block[0][x],), (block[1][y],)) for x, y in run]
    blocks: list[Block] = []
    i = j = 0
    for x, y in [*run, (len(a), len(b))]:
        if i < x or j < y:
            blocks.append((block[0][i:x], block[1][j:y]))
        i, j = x + 1, y + 1
    return groups, blocks


def common_run(a: list[int], b: list[int]) -> list[tuple[int, int]]:
    """(place in a, place in b) of a longest common subsequence, or nearly where there is too much of both."""
    head = equal_head(a, b)
    run = [(i, i) for i in range(head)]
    if head == len(a) == len(b):
        return run
    tail = equal_head(a[head:][::-1], b[head:][::-1])
    end_a, end_b = len(a) - tail, len(b) - tail
    # What the other side lacks cannot be common.
    in_both = set(a[head:end_a]) & set(b[head:end_b])
    if in_both:
        at_a = [i for i in range(head, end_a) if a[i] in in_both]
        at_b = [j for j in range(head, end_b) if b[j] in in_both]
        run += [(at_a[i], at_b[j]) for i, j in _middle([a[i] for i in at_a], [b[j] for j in at_b])]
    run += [(end_a + k, end_b + k) for k in range(tail)]
    return run


def equal_head(a: Sequence[Any], b: Sequence[Any]) -> int:
    """How many of both are equal from the beginning."""
    low, high = 0, min(len(a), len(b))
    if a[:high] == b[:high]:
        return high
    # Whole slices are compared at once: many times faster than one by one.
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if a[low:middle] == b[low:middle] else (low, middle)
    return low


def _middle(a: list[int], b: list[int]) -> Sequence[tuple[int, int]]:
    if len(a) * len(b) > _LARGEST:
        return _by_what_is_once(a, b)
    return [(i + k, j + k) for i, j, length in Indel.opcodes(a, b).as_matching_blocks() for k in range(length)]


def _by_what_is_once(a: list[int], b: list[int]) -> Sequence[tuple[int, int]]:
    """What each side has once, as far as it rises; nothing between: enough for what nobody reads."""
    once_a, once_b = _once(a), _once(b)
    return heaviest_rising({(once_a[x], once_b[x]): 1 for x in once_a.keys() & once_b.keys()})


def _once(values: list[int]) -> dict[int, int]:
    place: dict[int, int] = {}
    twice: set[int] = set()
    for i, value in enumerate(values):
        if value in place:
            twice.add(value)
        place[value] = i
    return {value: i for value, i in place.items() if value not in twice}


# --- by likeness ----------------------------------------------------------------------------------


def alike(old: Sequence[Stretch], new: Sequence[Stretch], block: Block) -> Iterator[Group]:
    """The pairs of a block, in order, whose common characters are the most in all."""
    a, b = block
    if not a or not b:
        return
    if len(a) == len(b) == 1:
        if similarity := _likeness([old[a[0]]], [new[b[0]]])[0][0]:
            yield Group((a[0],), (b[0],), similarity)
        return
    # What a pair costs grows with both lengths; 40 characters is what sentences have.
    letters = sum(len(old[i].text) for i in a) * sum(len(new[j].text) for j in b)
    cost = max(len(a) * len(b), letters // 1600)
    # Too much is cut in proportion, the finer the more there is, so that the work has a bound.
    steps = 1 if cost <= _BLOCK else min(max(isqrt(cost // _BLOCK) + 1, cost // _BUDGET), max(len(a), len(b)))
    for k in range(steps):
        cut_a = a[len(a) * k // steps : len(a) * (k + 1) // steps]
        cut_b = b[len(b) * k // steps : len(b) * (k + 1) // steps]
        yield from _Pairing(old, new, cut_a, cut_b).groups()


class _Pairing:
    """One block: likeness of every pair, and the best way through them."""

    def __init__(self, old: Sequence[Stretch], new: Sequence[Stretch], a: list[int], b: list[int]) -> None:
        self.a = [old[i] for i in a]
        self.b = [new[j] for j in b]
        self.at_a, self.at_b = a, b

    def groups(self) -> Iterator[Group]:
        """Backwards through the table of the best sums."""
        steps: list[Group] = []
        i, j = len(self.a), len(self.b)
        taken = self._table()
        while i and j:
            m, n, similarity = taken[i][j]
            if m and n:
                steps.append(Group(tuple(self.at_a[i - m : i]), tuple(self.at_b[j - n : j]), similarity))
            i, j = i - m, j - n
        yield from reversed(steps)

    def _table(self) -> list[list[tuple[int, int, float]]]:
        """For every pair of beginnings, what its best way takes last: (of a, of b, similarity)."""
        rows, columns = len(self.a), len(self.b)
        alike = _likeness(self.a, self.b)
        nothing = [0.0] * columns
        best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
        taken = [[(1, 0, 0.0)] * (columns + 1) for _ in range(rows + 1)]
        taken[0] = [(0, 1, 0.0)] * (columns + 1)
        for i in range(1, rows + 1):
            above, here, choice = best[i - 1], best[i], taken[i]
            row, row_above = alike[i - 1], alike[i - 2] if i > 1 else nothing
            for j in range(1, columns + 1):
                if above[j] >= here[j - 1]:
                    here[j] = above[j]
                else:
                    here[j], choice[j] = here[j - 1], (0, 1, 0.0)
                similarity = row[j - 1]
                if similarity:
                    self._offer(best, taken, (i, j), (1, 1, similarity))
                if similarity < 0.95 and (similarity or row_above[j - 1] or (j > 1 and row[j - 2])):
                    self._offer_joined(best, taken, (i, j))
        return taken

    def _offer(
        self,
        best: list[list[float]],
        taken: list[list[tuple[int, int, float]]],
        at: tuple[int, int],
        step: tuple[int, int, float],
    ) -> None:
        (i, j), (m, n, similarity) = at, step
        length = sum(len(s.text) for s in self.a[i - m : i]) + sum(len(s.text) for s in self.b[j - n : j])
        gain = best[i - m][j - n] + similarity * length / 2
        if gain > best[i][j]:
            best[i][j], taken[i][j] = gain, step

    def _offer_joined(
        self, best: list[list[float]], taken: list[list[tuple[int, int, float]]], at: tuple[int, int]
    ) -> None:
        """Two or three sentences made one, or one made so many; at = (after the last of a, after the last of b)."""
        i, j = at
        for many in (2, 3):
            if i >= many and (s := _joined(self.a[i - many : i], self.b[j - 1])):
                self._offer(best, taken, at, (many, 1, s))
            if j >= many and (s := _joined(self.b[j - many : j], self.a[i - 1])):
                self._offer(best, taken, at, (1, many, s))


def _joined(pieces: Sequence[Stretch], whole: Stretch) -> float:
    """Similarity of a few sentences together to one, 0 when one of them has little to do with it."""
    if {whole.kind, *(p.kind for p in pieces)} != {"sentence"} or len({p.paragraph for p in pieces}) > 1:
        return 0.0
    lengths = [len(p.text) for p in pieces]
    if sum(lengths) * len(whole.text) > _LONG or not 0.7 * len(whole.text) <= sum(lengths) <= 1.4 * len(whole.text):
        return 0.0
    text = "".join(p.text for p in pieces)
    together = _shared(text, whole.text)
    for i, length in enumerate(lengths):
        rest = "".join(p.text for p in (*pieces[:i], *pieces[i + 1 :]))
        if together - _shared(rest, whole.text) < 0.6 * length:
            return 0.0
    return likeness(text, whole.text, ALIKE)


def _shared(one: str, other: str) -> int:
    return LCSseq.similarity(one, other)


def _likeness(old: Sequence[Stretch], new: Sequence[Stretch]) -> list[list[float]]:
    """How much every two stretches are the same, 0 where they are not: 2 × common characters ÷ characters of both."""
    labels_old, labels_new = [_label(s) for s in old], [_label(s) for s in new]
    return [
        [_similarity(x, label, y, other) for y, other in zip(new, labels_new, strict=True)]
        for x, label in zip(old, labels_old, strict=True)
    ]


def _similarity(old: Stretch, label: str, new: Stretch, other: str) -> float:
    if old.kind == new.kind == "row":
        # Rows are the same by what they are about: the first cell that says something.
        if label and label == other:
            return 0.5 + likeness(old.text, new.text, 0.0) / 2
        return likeness(old.text, new.text, _ALIKE_ROW)
    if "row" in (old.kind, new.kind):
        return 0.0
    least = ALIKE if old.kind == new.kind else _ALIKE_KINDS
    return likeness(old.text, new.text, least)


def likeness(one: str, other: str, least: float) -> float:
    """2 × common characters ÷ characters of both, 0 where that is less than `least`; roughly for endless sentences."""
    if len(one) * len(other) <= _LONG:
        return Indel.normalized_similarity(one, other, score_cutoff=least)
    head = equal_head(one, other)
    tail = equal_head(one[:head:-1], other[:head:-1])
    similarity = 2 * (head + tail) / (len(one) + len(other))
    return similarity if similarity >= least else 0.0


def _label(stretch: Stretch) -> str:
    if stretch.kind != "row":
        return ""
    return next((cell for cell in stretch.text.split("\t") if any(map(str.isalpha, cell))), "")

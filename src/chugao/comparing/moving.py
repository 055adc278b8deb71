"""Sentences that stand elsewhere now.

In: what the alignment left over on both sides.  Out: pairs of the same sentence in two places.
"""

from collections import defaultdict
from collections.abc import Sequence

from chugao.comparing.aligning import likeness
from chugao.comparing.versions import Stretch

_SAME = 0.9
_SHORTEST = 6
"""特此报告。 is in every report; that one went and one came is no move."""
_MUCH = 1_000_000_000
"""Characters that went times characters that came, among which moved and edited ones are looked for: a quarter of a
second; beyond it only the unchanged are found."""


def moved_whole(
    old: Sequence[Stretch], new: Sequence[Stretch], gone: Sequence[int], come: Sequence[int]
) -> list[tuple[int, int]]:
    """(old, new) of every stretch that went in one place and came, word for word, in another; in order."""
    places: dict[tuple[bool, str], list[int]] = defaultdict(list)
    for j in reversed(come):
        places[new[j].kind == "row", new[j].text].append(j)
    moves = []
    for i in gone:
        waiting = places.get((old[i].kind == "row", old[i].text))
        if waiting and len(old[i].text) >= _SHORTEST:
            moves.append((i, waiting.pop()))
    return moves


def moved_and_edited(
    old: Sequence[Stretch], new: Sequence[Stretch], gone: Sequence[int], come: Sequence[int]
) -> list[tuple[int, int]]:
    """The same for those edited on the way, the likest first; each once."""
    gone = [i for i in gone if len(old[i].text) >= 2 * _SHORTEST]
    come = [j for j in come if len(new[j].text) >= 2 * _SHORTEST]
    if sum(len(old[i].text) for i in gone) * sum(len(new[j].text) for j in come) > _MUCH:
        return []
    scored = []
    for i in gone:
        for j in come:
            if (old[i].kind == "row") != (new[j].kind == "row"):
                continue
            if score := likeness(old[i].text, new[j].text, _SAME):
                scored.append((-score, i, j))
    moves: list[tuple[int, int]] = []
    left: set[int] = set()
    taken: set[int] = set()
    for _, i, j in sorted(scored):
        if i not in left and j not in taken:
            moves.append((i, j))
            left.add(i)
            taken.add(j)
    return sorted(moves)

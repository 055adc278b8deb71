"""Sentences that stand elsewhere now.

In: what the alignment left over on both sides.  Out: pairs of the same sentence in two places.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence

from chugao.comparing.aligning import Block, likeness
from chugao.comparing.versions import Stretch

_SAME = 0.9
_LIKE = 0.7
_STAYED = 0.75
_PAIRS = 10_000
"""Of one block; in a larger one nothing is known to have stayed."""
_SHORTEST = 6
"""特此报告。 is in every report; that one went and one came is no move."""
_MUCH = 1_000_000_000
"""Characters that went times characters that came, among which moved and edited ones are looked for: a quarter of a
second; beyond it only the unchanged are found."""


def moved_whole(
    old: Sequence[Stretch], new: Sequence[Stretch], ids: tuple[Sequence[int], Sequence[int]], blocks: Sequence[Block]
) -> list[tuple[int, int]]:
    """(old, new) of every stretch that went in one place and came, word for word, in another; in order.

    None that was only edited where it stands: of a paper that repeats itself a sentence may come elsewhere as well.
    `ids` are their `same_as`.
    """
    said_old, said_new = ids
    gone = [i for block in blocks for i in block[0] if len(old[i].text) >= _SHORTEST]
    come = [j for block in blocks for j in block[1] if len(new[j].text) >= _SHORTEST]
    both = {said_old[i] for i in gone} & {said_new[j] for j in come}
    if not both:
        return []
    stayed_old, stayed_new = set(), set()
    for a, b in blocks:
        went, came = [i for i in a if said_old[i] in both], [j for j in b if said_new[j] in both]
        if went:
            stayed_old |= _edited(old, new, went, [j for j in b if said_new[j] not in both])
        if came:
            stayed_new |= _edited(new, old, came, [i for i in a if said_old[i] not in both])
    places: dict[int, list[int]] = defaultdict(list)
    for j in reversed(come):
        if j not in stayed_new:
            places[said_new[j]].append(j)
    moves = []
    for i in gone:
        waiting = places.get(said_old[i])
        if waiting and i not in stayed_old:
            moves.append((i, waiting.pop()))
    return moves


def _edited(one: Sequence[Stretch], other: Sequence[Stretch], here: list[int], there: list[int]) -> set[int]:
    """Which of these stretches have one much like them in the same place of the other version."""
    if not here or not there or len(here) * len(there) > _PAIRS:
        return set()
    return {
        i
        for i in here
        if any(
            (one[i].kind == "row") == (other[j].kind == "row") and likeness(one[i].text, other[j].text, _STAYED)
            for j in there
        )
    }


def moved_and_edited(
    old: Sequence[Stretch],
    new: Sequence[Stretch],
    gone: Sequence[int],
    come: Sequence[int],
    next_door: Callable[[int, int], bool],
) -> list[tuple[int, int]]:
    """The same for those edited on the way, the likest first; each once.

    In the part next door, as where two were made one, a sentence may have been edited more than one that came from afar.
    """
    gone = [i for i in gone if len(old[i].text) >= 2 * _SHORTEST]
    come = [j for j in come if len(new[j].text) >= 2 * _SHORTEST]
    if sum(len(old[i].text) for i in gone) * sum(len(new[j].text) for j in come) > _MUCH:
        return []
    scored = []
    for i in gone:
        for j in come:
            if (old[i].kind == "row") != (new[j].kind == "row"):
                continue
            near = min(len(old[i].text), len(new[j].text)) >= 3 * _SHORTEST and next_door(old[i].part, new[j].part)
            if score := likeness(old[i].text, new[j].text, _LIKE if near else _SAME):
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

"""Which task answers which shortcoming, and how 思路 are put together from the two.

In: matters.  Out: tasks in the order of the shortcomings they answer; for 思路 the sections with each shortcoming right
before its answers.

Surprise: two matters that name the same county are not about the same thing.  Words that half the document shares tie
nothing, so they are left out before anything is compared.
"""

from collections.abc import Sequence

from chugao.material import Matter
from chugao.outline import answers, common_pairs

_ANSWERS = 0.1
"""From this likeness on a task answers a shortcoming."""


def answered(planned: Sequence[Matter], problems: Sequence[Matter]) -> dict[str, str]:
    """Task id → id of the shortcoming it answers; a task that answers none is not in it."""
    common = common_pairs([*map(_words, planned), *map(_words, problems)])
    found: dict[str, str] = {}
    for task in planned:
        scored = [(answers(_words(p), _words(task), common), -i) for i, p in enumerate(problems)]
        best = max(scored, default=(0.0, 0))
        if best[0] >= _ANSWERS:
            found[task.id] = problems[-best[1]].id
    return found


def answering(planned: Sequence[Matter], problems: Sequence[Matter]) -> list[Matter]:
    """Tasks in the order of the shortcomings they answer, the others behind them by deadline."""
    found = answered(planned, problems)
    place = {p.id: i for i, p in enumerate(problems)}
    return sorted(planned, key=lambda m: (place.get(found.get(m.id, ""), len(problems)), m.month or 13))


def from_problems(tasks: Sequence[Matter], problems: Sequence[Matter]) -> list[Matter]:
    """The matters of one section of 思路: tasks that answer nothing, then each shortcoming with its answers behind it."""
    found = answered(tasks, problems)
    free = [m for m in tasks if m.id not in found]
    told: list[Matter] = []
    for problem in problems:
        own = [m for m in tasks if found.get(m.id) == problem.id]
        told += [problem, *own] if own else []
    return [*free, *told]


def _words(matter: Matter) -> str:
    return f"{matter.text}，{matter.result}"

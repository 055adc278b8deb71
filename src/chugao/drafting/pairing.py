"""Which task answers which shortcoming, and how 思路 are put together from the two.

In: matters.  Out: tasks in the order of the shortcomings they answer; for 思路 the sections with each shortcoming right
before its answers.

Surprise: two matters that name the same county are not about the same thing.  Words that half the document shares tie
nothing, so they are left out before anything is compared.
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from chugao.material import Matter
from chugao.outline import answers, common_pairs, share_a_word

_ANSWERS = 0.1
"""From this likeness on a task answers a shortcoming."""
_A_FEW = 2
"""Tasks of one owner, up to which it says something that a shortcoming has the same."""
_BESIDE = 0.6
"""Beside a plain answer one that is only so much like is none."""


def answered(planned: Sequence[Matter], problems: Sequence[Matter]) -> dict[str, str]:
    """Task id → id of the shortcoming it answers, the plainest answer first; a task that answers none is not in it."""
    common = common_pairs([*map(_words, planned), *map(_words, problems)])
    found: list[tuple[float, str, str]] = []
    for task in planned:
        scored = [(answers(_words(p), _words(task), common), -i) for i, p in enumerate(problems)]
        best, place = max(scored, default=(0.0, 0))
        if best >= _ANSWERS:
            found.append((best, task.id, problems[-place].id))
    plainest: dict[str, float] = {}
    for likeness, _, problem in found:
        plainest[problem] = max(likeness, plainest.get(problem, 0.0))
    told = {
        task: problem
        for likeness, task, problem in sorted(found, key=lambda f: -f[0])
        if likeness >= _BESIDE * plainest[problem]
    }
    left = [p for p in problems if p.id not in told.values()]
    return told | _of_one_desk([t for t in planned if t.id not in told], left, planned, common)


def _of_one_desk(
    free: Sequence[Matter], left: Sequence[Matter], planned: Sequence[Matter], common: Collection[str]
) -> dict[str, str]:
    """For shortcomings that no task answers by its words: the task of the same desk that has one word of them.

    A desk of many tasks says nothing.
    """
    owners = Counter(t.owner for t in planned)
    found: dict[str, str] = {}
    for problem in left:
        own = [t for t in free if t.owner and t.owner == problem.owner and owners[t.owner] <= _A_FEW]
        alike = [t for t in own if t.id not in found and share_a_word(_words(problem), _words(t), common)]
        if len(alike) == 1:
            found[alike[0].id] = problem.id
    return found


def answering(planned: Sequence[Matter], problems: Sequence[Matter]) -> list[Matter]:
    """Tasks in the order of the shortcomings they answer, the others behind them by deadline."""
    found = answered(planned, problems)
    place = {p.id: i for i, p in enumerate(problems)}
    return sorted(planned, key=lambda m: (place.get(found.get(m.id, ""), len(problems)), m.month or 13))


def unanswered(planned: Sequence[Matter], problems: Sequence[Matter]) -> list[Matter]:
    """The shortcomings that no task answers, as far as words can say."""
    told = set(answered(planned, problems).values())
    return [p for p in problems if p.id not in told]


def from_problems(tasks: Sequence[Matter], problems: Sequence[Matter], found: Mapping[str, str]) -> list[Matter]:
    """The matters of one section of 思路: tasks that answer none of its shortcomings, then each with its answers."""
    here = {p.id for p in problems}
    told = [m for m in tasks if found.get(m.id) not in here]
    for problem in problems:
        told += [problem, *(m for m in tasks if found.get(m.id) == problem.id)]
    return told


def _words(matter: Matter) -> str:
    """What it says, without its numbers: 4200 lamps are no answer to 420 places to park."""
    return _NUMBER.sub("，", f"{matter.text}，{matter.result}")


_NUMBER = re.compile(r"\d+(?:\.\d+)?")

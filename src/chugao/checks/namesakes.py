"""A metric told in other words than its name: “改造城镇老旧小区9.8万户” is 城镇老旧小区改造户数.

In: a number that no name claims, its clause, the facts.  Out: the one metric whose words stand in the clause.

Surprise: this may only ever support a number, never contradict one.  Words turned round are no name, so a number that
does not fit them stays what it was: one without a source.
"""

import re
from collections import Counter
from functools import cache
from math import ceil

from chugao.metrics.facts import Facts

_COUNTED = re.compile(
    r"(?:总)?(?:人次数?|台次数?|例次数?|户数|人数|例数|件数|起数|场次|项目数|里程|次数|总数|数量|数|量|率|比例|占比)$"
)
_ASIDE = re.compile(r"[（(][^（）()]*[)）]|[患者的总平均]")
_LEAST_WORDS = 4
"""Characters that a name must have beside its counting word, for their coming together to mean anything."""
_ENOUGH = 0.75


@cache
def _core(name: str) -> frozenset[str]:
    """The characters of a name that say what is counted."""
    return frozenset(_COUNTED.sub("", _ASIDE.sub("", name)))


class Namesakes:
    """The names of all metrics by their rarest characters, so that a clause is held against those it may tell only.

    Of a name that a clause tells at most a quarter is lacking, so one of its rarest quarter and one more stands there.
    """

    def __init__(self, facts: Facts) -> None:
        self._cores: list[tuple[frozenset[str], str]] = []
        """(characters, metric)"""
        for metric, definition in facts.definitions.items():
            cores = (_core(name) for name in definition.all_names())
            self._cores += [(core, metric) for core in cores if len(core) >= _LEAST_WORDS]
        common = Counter(character for core, _ in self._cores for character in core)
        self._by_character: dict[str, list[int]] = {}
        for number, (core, _) in enumerate(self._cores):
            lacking = len(core) - ceil(_ENOUGH * len(core))
            for character in sorted(core, key=lambda c: (common[c], c))[: lacking + 1]:
                self._by_character.setdefault(character, []).append(number)

    def told(self, words: str) -> list[str]:
        """Ids of the metrics whose words stand in `words`, whatever their order; those that fit best first."""
        said = set(words)
        names = {name for character in said for name in self._by_character.get(character, ())}
        found = []
        for name in sorted(names):
            core, metric = self._cores[name]
            shared, size = len(core & said), len(core)
            if shared >= _ENOUGH * size:
                found.append((shared / size, size, metric))
        return list(dict.fromkeys(metric for _, _, metric in sorted(found, key=lambda f: (-f[0], -f[1]))))


_last: list[tuple[Facts, Namesakes]] = []


def namesakes_of(facts: Facts) -> Namesakes:
    """The names of these facts, made once for the many sentences that are held against them."""
    for known, names in _last:
        if known is facts:
            return names
    names = Namesakes(facts)
    _last[:] = [(facts, names)]
    return names

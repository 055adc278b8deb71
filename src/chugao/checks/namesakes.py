"""A metric told in other words than its name: “改造城镇老旧小区9.8万户” is 城镇老旧小区改造户数.

In: a number that no name claims, its clause, the facts.  Out: the one metric whose words stand in the clause.

Surprise: this may only ever support a number, never contradict one.  Words turned round are no name, so a number that
does not fit them stays what it was: one without a source.
"""

import re
from functools import cache

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
    """The names of all metrics by their characters, so that a clause is held only against those it shares some with."""

    def __init__(self, facts: Facts) -> None:
        self._cores: list[tuple[int, str]] = []
        """(characters, metric)"""
        self._by_character: dict[str, list[int]] = {}
        for metric, definition in facts.definitions.items():
            for name in definition.all_names():
                core = _core(name)
                if len(core) < _LEAST_WORDS:
                    continue
                for character in core:
                    self._by_character.setdefault(character, []).append(len(self._cores))
                self._cores.append((len(core), metric))

    def told(self, words: str) -> list[str]:
        """Ids of the metrics whose words stand in `words`, whatever their order; those that fit best first."""
        shared: dict[int, int] = {}
        for character in set(words):
            for name in self._by_character.get(character, ()):
                shared[name] = shared.get(name, 0) + 1
        found = []
        for name in sorted(shared):
            size, metric = self._cores[name]
            if shared[name] >= _ENOUGH * size:
                found.append((shared[name] / size, size, metric))
        return list(dict.fromkeys(metric for _, _, metric in sorted(found, key=lambda f: (-f[0], -f[1]))))

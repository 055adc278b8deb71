"""A metric told in other words than its name: “改造城镇老旧小区9.8万户” is 城镇老旧小区改造户数.

In: a number that no name claims, its clause, the facts.  Out: the one metric whose words stand in the clause.

Surprise: this may only ever support a number, never contradict one.  Words turned round are no name, so a number that
does not fit them stays what it was: one without a source.
"""

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from math import ceil

from chugao.catalogue import load_catalogue
from chugao.metrics.facts import Facts

_COUNTED = re.compile(
    r"(?:总)?(?:人次数?|台次数?|例次数?|剂次数?|户数|人数|例数|件数|起数|份数|包数|张数|场次数?|场数|天数|项目数|里程|次数|总数|数量|数|量|率|比例"
    r"|占比|金额|总额|收入|费用|支出)$"
)
_OWN = re.compile(
    r"(?P<name>[一-鿿A-Za-z]{4,16}?(?:率|占比|比例|时间|天数|人次|台次|例次|强度|指数|满意度|收入|费用|支出|金额|数|量))"
    r"(?=由|从|达|为|较|比|同比|环比|提高|提升|上升|下降|降|升|增|减|缩|延|是|仅|控制|保持|约|近|超|[（(]|$)"
)
"""What a clause says by a name of its own, before its verb or its number."""
_ANYBODYS = frozenset(
    "患者 病人 人员 医师 医生 护士 职工 群众 居民 工作 服务 医院 科室 病区 项目 总数 人数 次数 完成".split()
)
_UNTIL_NUMBER = re.compile(
    r"(?:总计|共计|累计|合计|共|达到?|为|约|近|超过?|由|从|仅|新?增[至到加]{0,2}|增加到|减至|减少到|降至|降到|升至|扩大到|提高到|的)+$"
)
_LEADS_IN = re.compile(
    r"(?:^|全年|累计|其中|实现|完成|本[年院科县区市]|我[院科县区市]|全[院科县区市]|[的使将把和及与、]|年)$"
)
_ASIDE = re.compile(r"[（(][^（）()]*[)）]|[患者的总平均]")
_LEAST_WORDS = 4
"""Characters that a name must have beside its counting word, for their coming together to mean anything."""
_ENOUGH = 0.75
_NEAR = 12


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
        self._tails: dict[str, str | None] = {}
        """End of a name → its metric, None where several names end so."""
        self._whole: dict[str, str] = {}
        for metric, definition in facts.definitions.items():
            for name in definition.all_names():
                self._whole.setdefault(name, metric)
                for at in range(1, len(name) - _LEAST_WORDS + 1):
                    tail = name[at:]
                    self._tails[tail] = metric if self._tails.get(tail, metric) == metric else None
        self._words: dict[str, set[str]] = {}
        self._stems: dict[str, str | None] = {}
        self._stem_tails: dict[str, str | None] = {}
        for metric, definition in facts.definitions.items():
            for name in definition.all_names():
                stem = _COUNTED.sub("", name)
                self._stems[stem] = metric if self._stems.get(stem, metric) == metric else None
                for at in range(max(0, len(stem) - _NEAR), len(stem) - _LEAST_WORDS + 1):
                    tail = stem[at:]
                    self._stem_tails[tail] = metric if self._stem_tails.get(tail, metric) == metric else None
                for at in range(len(name) - 1):
                    self._words.setdefault(name[at : at + 2], set()).add(metric)
                    self._words.setdefault(name[at : at + 3], set()).add(metric)

    def tail(self, clause: str) -> str | None:
        """The one metric whose name ends in what a clause calls its subject: “复苏成功率” of 心搏骤停复苏成功率."""
        owns = list(_OWN.finditer(clause))
        if not owns:
            return None
        name = owns[-1]["name"]
        for at in range(len(name) - _LEAST_WORDS + 1):
            if (metric := self._tails.get(name[at:])) is not None:
                known = load_catalogue().by_name(name[at:])
                alone = known is None or known.id == metric
                return metric if alone and _LEADS_IN.search(name[:at]) else None
        return None

    def with_tail(self, piece: str, names: Iterable[str]) -> str | None:
        """The one metric called `piece` and the end of one of these names: 高血压 + 患者规范管理率."""
        stem = piece.strip()
        if len(stem) < 2:
            return None
        ends = {name[at:] for name in names for at in range(1, len(name) - 1)}
        found = {m for n, m in self._whole.items() for end in ends if n.endswith(stem + end)}
        return found.pop() if len(found) == 1 else None

    def called(self, clause: str) -> str | None:
        """The one metric whose name without its counting word a clause says right before its number."""
        words = _UNTIL_NUMBER.sub("", clause)
        for at in range(max(0, len(words) - _NEAR), len(words) - _LEAST_WORDS + 1):
            if (metric := self._stems.get(words[at:])) is not None and _LEADS_IN.search(words[:at]):
                return metric
        return None

    def listed(self, piece: str) -> str | None:
        """The one metric whose name without its counting word ends in the next of a list: “、注册护士” of 每千人口注册护士数."""
        return self._stem_tails.get(_UNTIL_NUMBER.sub("", piece.lstrip("、和及与")))

    def hinted(self, clause: str) -> set[str]:
        """Ids of the metrics whose name holds the word that a clause says right before its number."""
        words = _UNTIL_NUMBER.sub("", clause)
        # 筛查率 says more than 查率, and 用血患者 more than 患者.
        length = 3 if words.endswith(("率", "比", "数", "量")) or words[-2:] in _ANYBODYS else 2
        return self._words.get(words[-length:], set()) if len(words) >= length else set()

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

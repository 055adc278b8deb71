"""Which metrics a stretch of words speaks of, however it calls them: “复印窗口” speaks of 病案复印人次.

In: words, the facts.  Out: ids of metrics, the likeliest first.

Surprise: a pair of characters tells the more the fewer names hold it, so 复印 means something in an office's own
table and 管理 nothing.  Like `namesakes` this supports numbers and never contradicts one.
"""

import re
from collections import defaultdict
from collections.abc import Callable
from functools import lru_cache

from chugao.metrics.facts import Facts

_ASIDE = re.compile(r"[（(][^（）()]*[)）]|[“”\"]")
_COUNTING = re.compile(r"(?:人次|台次|例次|剂次|人员)?(?:总?数|量|总量|率)$|(?:人次|台次|例次|剂次)$")
_OF_DEPARTMENT = re.compile(r"^[一-鿿]{1,7}[科部室院](?=[一-鿿]{3})")
_TOKEN = re.compile(r"[A-Za-z]+\d*[A-Za-z]*|\d+[A-Za-z]+\d*|[一-鿿]+")
_ANYBODYS = frozenset(
    "完成 患者 病人 人员 服务 工作 医院 科室 病区 项目 总数 人数 次数 例数 全院 全年 平均 时间 数量 管理 占比 比例 人次 例次 台次 同比 全区 全县 全市 医疗 卫生 "
    "职工 群众 居民 发生 情况 年度 本年 开展 实现 达到 目标 国家 全国 全省 省级 市级 行业 上级 标准 要求 同级 增长 增加 提高 下降 减少 降低 上升 提升 新增 "
    "总量 费用 收入 金额 患者数 病例".split()
)
_LEAST = 0.3
_RIVAL = 0.45
"""So much of what speaks for the likeliest metric has to speak for another, whatever either is counted in."""
_CLEAR = 2
_SHORTEST, _LONGEST = 3, 8
_VERBS = re.compile(
    r"(?:[了的为到至在达约近超已仅共均是提升降增减压控稳保]|达到|提到|压到|升到|降到|提高|提升|上升|下降|降低|增加|减少|增长|控制|力争|突破|超过|完成)+$"
)


class Topics:
    """The names of all metrics by the pairs of characters in them."""

    def __init__(self, facts: Facts) -> None:
        self._names: list[tuple[str, str]] = []
        held: defaultdict[str, set[str]] = defaultdict(set)
        for metric, definition in facts.definitions.items():
            for name in definition.all_names():
                plain = _ASIDE.sub("", name)
                self._names.append((plain, metric))
                for pair in _pairs(plain):
                    held[pair].add(metric)
        self._by_ends: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for name, metric in self._names:
            self._by_ends.setdefault((name[0], name[-1]), []).append((name, metric))
        self._cores: dict[str, set[str]] = {}
        """What is left of a metric's names without the department before and the counting word behind."""
        for name, metric in self._names:
            core = _COUNTING.sub("", _OF_DEPARTMENT.sub("", name))
            if len(core) > 1:
                self._cores.setdefault(metric, set()).add(core)
        self._held = {pair: sorted(metrics) for pair, metrics in held.items()}

    def of(self, words: str, fits: Callable[[str], bool], *, rivals: float = _RIVAL) -> list[str]:
        """Ids of the fitting metrics that words speak of, the likeliest first; those far behind it are left out."""
        scores = self.scores(words)
        least = max(_LEAST, rivals * max(scores.values(), default=0.0))
        told = [m for m, score in scores.items() if score >= least and fits(m)]
        return sorted(told, key=lambda m: (-scores[m], m))

    def scores(self, words: str) -> dict[str, float]:
        """How much words speak of each metric: every pair of characters counts by how few names hold it."""
        scores: defaultdict[str, float] = defaultdict(float)
        for pair in _pairs(words):
            metrics = self._held.get(pair, ())
            for metric in metrics:
                scores[metric] += 1 / len(metrics)
        return scores

    def is_faint(self, words: str, metric: str) -> bool:
        """Whether no more than one pair of characters speaks for a metric: “改造农村公路” of 城镇老旧小区改造户数."""
        whole = any(core in words for core in self._cores.get(metric, ()))
        return not whole and sum(1 for pair in _pairs(words) if metric in self._held.get(pair, ())) < _CLEAR

    def shortened(self, words: str) -> str | None:
        """The one metric of which the last word is an abbreviation: “基药占比” of 基本药物使用金额占比."""
        words = _VERBS.sub("", words)
        for length in range(min(_LONGEST, len(words)), _SHORTEST - 1, -1):
            short = words[-length:]
            if not ("一" <= short[0] <= "鿿" and "一" <= short[-1] <= "鿿"):
                continue
            named = self._by_ends.get((short[0], short[-1]), ())
            found = {metric for name, metric in named if _abbreviates(short, name)}
            if found:
                return found.pop() if len(found) == 1 else None
        return None


@lru_cache(maxsize=4096)
def _pairs(words: str) -> frozenset[str]:
    """The pairs of characters of the Chinese words and the Latin words as a whole."""
    pairs: set[str] = set()
    for token in _TOKEN.findall(words):
        if token[0].isascii():
            pairs.add(token.casefold())
        else:
            pairs.update(token[at : at + 2] for at in range(len(token) - 1))
    return frozenset(pairs - _ANYBODYS)


def _abbreviates(short: str, name: str) -> bool:
    """Whether the characters of `short` stand in `name` in their order; their first and last are the same."""
    if len(short) >= len(name):
        return False
    characters = iter(name)
    return all(c in characters for c in short)


_last: list[tuple[Facts, Topics]] = []


def topics_of(facts: Facts) -> Topics:
    """The topics of these facts, made once for the many sentences that are held against them."""
    for known, topics in _last:
        if known is facts:
            return topics
    topics = Topics(facts)
    _last[:] = [(facts, topics)]
    return topics

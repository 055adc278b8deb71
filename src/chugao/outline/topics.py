"""Fields of work: where a matter's 类别 and a metric's area meet.

In: a matter's words or a metric.  Out: its `Topic`, and how plainly a matter speaks of what a metric measures.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Collection, Iterable
from functools import cache, lru_cache

from chugao.catalogue import MetricDefinition
from chugao.shipped import shipped
from chugao.source import Frozen


class Topic(Frozen):
    """A field of work: where a matter's 类别 and a metric's area meet."""

    id: str
    family: str
    """Topics of one family may share a section."""
    joins: tuple[str, ...] = ()
    """Topics beside which a reader expects it, when it is too thin for a section of its own; nearest first."""
    name: str
    categories: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    order: int = 500


@cache
def topics() -> tuple[Topic, ...]:
    """All fields of work, in their default order."""
    rows = tomllib.loads((shipped("templates") / "outlines" / "topics.toml").read_text(encoding="utf-8"))["topic"]
    return tuple(sorted((Topic(**row) for row in rows), key=lambda t: t.order))


@lru_cache(maxsize=4096)
def topic_of_matter(category: str, text: str) -> Topic:
    """Where a matter belongs: by its 类别, else by the words of its text."""
    # The longest word it bears: 优质护理 is 护理 in name only.
    held = [(-len(w), t.order, t) for t in topics() for w in t.categories if w in category]
    return min(held, key=lambda h: h[:2])[2] if held else _by_words(text) or _other()


def topic_of_metric(definition: MetricDefinition) -> Topic:
    """Where a metric belongs: by the words of its name, else by its area."""
    if found := _by_words(definition.name):
        return found
    for topic in topics():
        if definition.area in topic.areas:
            return topic
    return _other()


@cache
def _other() -> Topic:
    return next(t for t in topics() if t.id == "other")


def _by_words(text: str) -> Topic | None:
    scored = [(max((len(w) for w in topic.words if w in text), default=0), -topic.order, topic) for topic in topics()]
    best = max(scored, key=lambda s: s[:2])
    return best[2] if best[0] else None


# --- which figure belongs to which matter ---------------------------------------------------------

_GENERIC = frozenset(
    "患者 医院 平均 人次 台次 例次 病例 占比 比例 发生 生率 成率 完成 时间 中位 位数 使用 用率 住院 院患 出院 "
    "医疗 疗质 质量 数量 人数 次数 例数 率的 情况 工作 开展 管理 护理 科室 服务 全年 治疗 合格 格率 手术 门诊 床位 规范".split()
)


_WHOLE = 3


def telling_pairs(name: str) -> frozenset[str]:
    """The character pairs of a metric's name that half of all names do not hold."""
    return frozenset(name[i : i + 2] for i in range(len(name) - 1)) - _GENERIC


def affinity(metric_name: str, text: str) -> float:
    """How plainly a matter speaks of what a metric measures, 0 to 1: shared character pairs that mean something."""
    name = re.sub(r"[（(][^）)]*[)）]", "", metric_name)
    if len(name) <= _WHOLE:
        return 1.0 if name in text else 0.0  # 急诊 of an image is not 门急诊
    pairs = {name[i : i + 2] for i in range(len(name) - 1)}
    telling = telling_pairs(name)
    if not telling:
        return 0.0
    shared = sum(1 for pair in telling if pair in text)
    if shared < min(2, len(pairs) - 1):
        return 0.0
    generic = sum(1 for pair in pairs & _GENERIC if pair in text)
    return (shared + 0.3 * generic) / (len(telling) + 0.3 * len(pairs & _GENERIC))


_COMMON = frozenset(
    "原因 因是 医院 人民 民医 患者 工作 没有 不足 每月 每季 月底 底前 科室 护士 医师 我院 负责 上报 夜里 夜间 周末 白天 晚上 全年 今年 病区 中心 卫生 生院 新增 增加 减少 县人 市人 省人 区人 县医 市医 省医".split()
)


def answers(problem: str, told: str, common: Collection[str] = ()) -> float:
    """How plainly a task speaks of what a shortcoming is about, 0 to 1: shared character pairs that mean something.

    `common` are pairs that half the document speaks of (a county, the department's own trade) and that tie nothing.
    """
    problem, told = (_COUNTED.sub("，", text) for text in (problem, told))
    pairs = [_pairs(t) - _COMMON - set(common) for t in (problem, told)]
    smaller = min(map(len, pairs))
    if not smaller:
        return 0.0
    shared = pairs[0] & pairs[1]
    # One pair in common is chance, unless one of the two speaks of it again and again (互认).
    again = any(problem.count(p) > 1 or told.count(p) > 1 for p in shared)
    alike = len(shared) / smaller if len(shared) > 1 or smaller <= _FEW_PAIRS else 0.0
    if again:
        alike = max(alike, _SURELY / 2)
    # 骨干医师 in both: a run of four characters names the same thing, however long the rest is.
    runs = {problem[i : i + _RUN] for i in range(len(problem) - _RUN + 1)}
    # 在云埠县 in both says where and not what: 在云 is no word.
    telling = {p for p in pairs[0] if p[0] not in _JOINTS and p[1] not in _JOINTS}
    named = any(run in told and any(run[i : i + 2] in telling for i in range(_RUN - 1)) for run in runs)
    # CT in both, and in few others, names the same machine.
    named = named or any(word in told and word[:2] in pairs[0] for word in _IN_LETTERS.findall(problem))
    return max(alike, _SURELY) if named else alike


def share_a_word(problem: str, told: str, common: Collection[str] = ()) -> bool:
    """Whether the two have one character pair in common that means something."""
    return bool((_pairs(problem) & _pairs(told)) - _COMMON - set(common))


_JOINTS = frozenset("在由把将被对向给从到与和及为的了")
_IN_LETTERS = re.compile(r"[A-Za-z]{2,}")
_OFTEN, _RUN, _SURELY = 3, 4, 0.2
_COUNTED = re.compile("[一二两三四五六七八九十百千][家个名台所张间辆]")  # 五家 in both names nothing
_FEW_PAIRS = 6


def common_pairs(texts: Iterable[str]) -> frozenset[str]:
    """Character pairs that three or more of some texts share."""
    counts = Counter(pair for text in texts for pair in _pairs(text))
    return frozenset(pair for pair, count in counts.items() if count >= _OFTEN)


@lru_cache(maxsize=2048)
def _pairs(text: str) -> frozenset[str]:
    return frozenset(pair for i in range(len(text) - 1) if (pair := text[i : i + 2]).isalnum())

"""Which metric of the figures a number belongs to, where its own words do not name one.

In: a mention, its text, the facts.  Out: the mention with its metric, or as it was.

Surprise: a sentence may be a million characters long.  So the names in a sentence are found once, and nothing here looks
farther back than a clause is long.
"""

import re

from chugao.mentions import Mention, MentionRole, metric_names
from chugao.metrics.facts import Facts
from chugao.quantity import Quantity

_LONGEST_CLAUSE, _LONGEST_SENTENCE = 160, 4000
_MARKS = "，；：。,;:\n"
# A clause that only carries on about the metric its sentence named: “…，净增3429人次”, “…，实际为68.1%”.
_CONNECTIVES = (
    "净增 净减 新增 再增 增设 增加 减少 提高 下降 上升 缩短 延长 增长 增至 降至 达 达到 为 是 没有 未 未能 控制在 超出 完成 年度 年初 "
    "上年 去年 前年 目标 任务 比 较 实际 仅 已 的 距 距离 还差 差 现有 也 都 高于 低于 优于 好于 了 由 从 到 至 同比 一次性 再 又 累计 共 "
    "全年 相当于 占 其中 略 为了 实现 确保 我们 本期 同期 值 数 要求 相比 与 超额 提前 圆满 一年 只有 仅有 只 快 快了 慢 慢了 ，"
).split()
_BY_FIRST = {c: tuple(w for w in _CONNECTIVES if w[0] == c) for c in {w[0] for w in _CONNECTIVES}}
_MORE = re.compile(r"(?<!至)[多少](?:[\u4e00-\u9fff][出了]?)?")
_NUMBER = re.compile(r"\d++(?:\.\d++)?(?:万|亿)?")
_ATTAINS = re.compile(r"完成|目标|达")
_OWN_NAME = re.compile(r"[一-鿿]{4,}(?:率|数|量|人次|占比)")
_SHARE = re.compile(r"占[^，。；：,;]{0,24}$")

_ALIKE = (
    {"台", "台次"},
    {"人", "名"},
    {"例", "例次"},
    {"次", "场", "期"},
    {"项", "个", "种"},
    {"个", "组"},
    {"起", "例", "件"},
    {"人次", "例次"},
)
_OPERATIONS = {"台", "台次", "例", "例次"}


def alike(unit: str, other: str, name: str) -> bool:
    """Whether two counting words may stand for each other: 手术3917台 and 3917例, but never 会诊2907台次."""
    if "手术" in name and {unit, other} <= _OPERATIONS:
        return True
    return any(unit in group and other in group for group in _ALIKE)


_OF_ITS_OWN = re.compile(
    r"[，,](?!较|比|同比|环比|其中|增|减|上升|下降|提高|降|升)[\u4e00-\u9fff]{3,20}(?:率|度|比例|占比|数|时间|人次|量|费用)(?:较|比|同比)"
)


class Attacher:
    """The names in one text, found a sentence at a time."""

    def __init__(self, text: str, facts: Facts) -> None:
        self._text, self._facts = text, facts
        self._names = metric_names(facts.figures.catalogue_used())
        self._sentence: tuple[int, int] = (-1, -1)
        self._labels: list[tuple[int, int, str]] = []
        self._before: set[str] = set()
        """What the sentence before named, within the paragraph."""
        self._heading: tuple[int, str | None] = (-1, None)
        self._last: Mention | None = None

    def attach(self, mention: Mention) -> Mention:
        """The mention with the metric of its clause, or of the heading or label over it.

        Only where it could be that metric's value: a count of something else in the same sentence is not.
        """
        attached = self._attached(mention)
        self._last = attached
        return attached

    def told(self, metric: str) -> None:
        """The number attached last was found to be of this metric: what follows may carry on about it."""
        if self._last is not None:
            self._last = self._last.model_copy(update={"metric": metric})

    def named_before(self, mention: Mention) -> list[str]:
        """Ids of the metrics that the sentence names before a number, the nearest first."""
        self._enter(mention)
        return list(dict.fromkeys(d for _, end, d in reversed(self._labels) if end <= mention.start))

    def _attached(self, mention: Mention) -> Mention:
        quantity, last = mention.quantity, self._last
        if quantity is None or not mention.role.is_fact:
            return mention
        self._enter(mention)
        if mention.metric is not None:
            if last is None or last.metric == mention.metric or not self._is_change_of(last, mention):
                return mention
            return mention.model_copy(update={"metric": last.metric, "metric_name": last.metric_name})
        left = self._clause_start(mention)
        clause = self._text[left : mention.start]
        named = self._last_between(left, mention.start) or self._carried_on(mention, clause)
        if named is None and not self._labels and not _OWN_NAME.search(clause):
            named = self._over(mention.sentence[0])
        if named is None:
            return mention
        return self._as(mention, quantity, named, clause, left)

    def _as(self, mention: Mention, quantity: Quantity, named: str, clause: str, left: int) -> Mention:
        definition, unit = self._facts.definitions[named], quantity.unit
        own = definition.accepts(unit) or alike(definition.unit, unit, definition.name) or unit == "位"
        changed = mention.role in (MentionRole.CHANGE, MentionRole.COMPARATOR)
        attained = unit == "%" and definition.kind in ("count", "amount")
        attained = attained and (_ATTAINS.search(clause) is not None or _SHARE.search(clause) is not None)
        if own or attained or (unit in ("%", "个百分点", "倍") and changed):
            return mention.model_copy(update={"metric": named, "metric_name": definition.name})
        # In the clause of the name a wrong unit is a wrong number; under a heading it is another thing.
        wrong_unit = clause.endswith(tuple(definition.all_names())) or mention.role is MentionRole.CHANGE
        inside = self._last_between(left, mention.start) is not None
        return mention.model_copy(update={"metric": named}) if wrong_unit and inside else mention

    def _enter(self, mention: Mention) -> None:
        if mention.sentence == self._sentence:
            return
        start, end = mention.sentence
        follows = 0 <= start - self._sentence[1] <= 1 and self._text[start - 1 : start] != "\n"
        self._before = ({d for _, _, d in self._labels} or self._before) if follows else set()
        self._sentence = mention.sentence
        found = self._names.find(self._text[start : min(end, start + _LONGEST_SENTENCE)])
        known = self._facts.definitions
        self._labels = [(start + s, start + e, d.id) for s, e, d in found if d is not None and d.id in known]

    def _clause_start(self, mention: Mention) -> int:
        floor = max(mention.sentence[0], mention.start - _LONGEST_CLAUSE)
        before = self._text[floor : mention.start]
        return floor + max(before.rfind(c) for c in _MARKS) + 1

    def _last_between(self, start: int, end: int) -> str | None:
        return next((d for s, e, d in reversed(self._labels) if start <= s and e <= end), None)

    def _carried_on(self, mention: Mention, clause: str) -> str | None:
        """The one metric of a sentence whose clause says nothing of its own; the metric of “N的” right before."""
        last = self._last
        if last is not None and last.metric and self._text[last.end : mention.start] == "的":
            return last.metric if last.metric in self._facts.definitions else None
        if last is not None and self._is_change_of(last, mention):
            return last.metric if last.metric in self._facts.definitions else None
        bare = clause
        if last is not None and mention.start - len(clause) <= last.start:
            at = last.start - (mention.start - len(clause))
            bare = clause[:at] + clause[at + last.end - last.start :]
        if len(bare) > 60 or not _carries_on(_NUMBER.sub("", bare)):
            return None
        semicolon = self._text.rfind("；", max(mention.sentence[0], mention.start - _LONGEST_CLAUSE), mention.start)
        before = {d for start, end, d in self._labels if semicolon < start and end <= mention.start}
        ids = before or {d for _, _, d in self._labels} or self._before
        return next(iter(ids)) if len(ids) == 1 else None

    def _is_change_of(self, last: Mention, mention: Mention) -> bool:
        """“四级手术占61.2%，上升2.5个百分点”, “下转8215人次，增长20.1%”: a change is of the level before it, known or not."""
        if mention.role is not MentionRole.CHANGE or last.quantity is None or last.sentence != mention.sentence:
            return False
        between = self._text[last.end : mention.start]
        if last.role not in (MentionRole.CURRENT, MentionRole.COUNT) or len(between) > _LONGEST_CLAUSE:
            return False
        unit = mention.quantity.unit if mention.quantity else ""
        level = last.quantity.unit
        fits = level == {"个百分点": "%", "个千分点": "‰"}.get(unit, unit) if unit != "%" else level not in ("%", "‰")
        if not fits or re.search("[；、]|分别", between) or self._named_between(last, mention):
            return False
        # “住院患者满意度较上年提高”: a clause with a subject of its own tells of that, whether the figures know it or not.
        return _OF_ITS_OWN.search(between) is None

    def _named_between(self, last: Mention, mention: Mention) -> bool:
        return any(last.end <= s and e <= mention.start for s, e, _ in self._labels)

    def _over(self, start: int) -> str | None:
        """The metric named by the line that stands as heading over a position."""
        if self._heading[0] != start:
            found = self._names.find(heading_over(self._text, start))
            ids = [d.id for _, _, d in found if d is not None and d.id in self._facts.definitions]
            self._heading = (start, ids[-1] if ids else None)
        return self._heading[1]


def _carries_on(clause: str) -> bool:
    """Whether a clause is nothing but such words; each place is looked at once, however they may be parted."""
    reached = {0}
    for at in range(len(clause)):
        if at not in reached:
            continue
        reached.update(at + len(w) for w in _BY_FIRST.get(clause[at], ()) if clause.startswith(w, at))
        if more := _MORE.match(clause, at):
            reached.update(range(at + 1, more.end() + 1))
    return len(clause) in reached


def heading_over(text: str, start: int) -> str:
    """The last short line without a full stop before a position."""
    lines = text[max(0, start - 1200) : start].split("\n")
    for line in reversed(lines[-12:-1]):
        stripped = line.strip()
        if stripped and len(stripped) <= 40 and not stripped.endswith(("。", "；", "，", "！", "？")):
            return stripped
    return ""

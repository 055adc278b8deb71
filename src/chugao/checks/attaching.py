"""Which metric of the figures a number belongs to, where its own words do not name one.

In: a mention, its text, the facts.  Out: the mention with its metric, or as it was.

Surprise: a sentence may be a million characters long.  So the names in a sentence are found once, and nothing here looks
farther back than a clause is long.
"""

import re
from collections.abc import Sequence

from chugao.checks.namesakes import namesakes_of
from chugao.mentions import Mention, MentionRole, metric_names
from chugao.metrics.facts import Facts
from chugao.quantity import Quantity

_MOST_TOLD = 24
_LONGEST_CLAUSE, _LONGEST_SENTENCE, _LONGEST_PIECE = 160, 4000, 16
_MARKS = frozenset("，；：。,;:\n")
# A clause that only carries on about the metric its sentence named: “…，净增3429人次”, “…，实际为68.1%”.
_CONNECTIVES = (
    "净增 净减 新增 再增 增设 增加 减少 提高 下降 上升 缩短 延长 增长 增至 降至 达 达到 为 是 没有 未 未能 控制在 超出 完成 年度 年初 "
    "上年 去年 前年 目标 任务 比 较 实际 仅 已 的 距 距离 还差 差 现有 也 都 高于 低于 优于 好于 了 由 从 到 至 同比 一次性 再 又 累计 共 "
    "全年 相当于 占 其中 略 为了 实现 确保 我们 本期 同期 值 数 要求 相比 与 超额 提前 圆满 一年 只有 仅有 只 快 快了 慢 慢了 ， 、 "
    "定下 既定 设定 确定 快于 慢于 多于 少于 早于 增幅 降幅 增速 涨幅 跌幅 幅度 增收 减收 增支 节支 整 足足 共计 合计 达成率 完成率 任务完成率 目标完成率 超 超过 明年 下年 次年 远 远远 计划 "
    "大幅 明显 稳步 小幅 略有 有所 提升 降低 攀升 回落 上涨 下滑 延长 压缩 前移 前进 后退 后移 年 还有 尚 尚差 相差 升至 升到 降到 增加到 提高到 提升到 控制 该 这 一 项 指标"
).split()
_BY_FIRST = {c: tuple(w for w in _CONNECTIVES if w[0] == c) for c in {w[0] for w in _CONNECTIVES}}
_MORE = re.compile(r"(?<!至)[多少](?:[\u4e00-\u9fff][出了]?)?")
_NUMBER = re.compile(r"\d++(?:\.\d++)?(?:万|亿)?")
_ATTAINS = re.compile(r"完成|目标|任务|计划|达")
_LEVELS = (MentionRole.CURRENT, MentionRole.COUNT)
_JOINED = re.compile(r"[、和及与]|以及")
_SUBJECT = re.compile(r"(?!其中|同期|全年|累计|平均|实际)([一-鿿]{2,8}?)(?:同比|环比|较上年|比上年|较去年|比去年)")
_OWN_NAME = re.compile(r"[一-鿿]{4,}(?:率|数|量|人次|占比)")
_SHARE = re.compile(r"占[^，。；：,;]{0,24}$")
_POINTS = ("%", "个百分点", "个千分点", "倍")

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
_ONE_MEASURE = ({"DDD", "DDDs", "DDDs/百人天"},)
_OF_WATER = {"吨", "立方米"}
_OPERATIONS = {"台", "台次", "例", "例次"}


def alike(unit: str, other: str, name: str) -> bool:
    """Whether two counting words may stand for each other: 手术3917台 and 3917例, but never 会诊2907台次."""
    if "手术" in name and {unit, other} <= _OPERATIONS:
        return True
    return any(unit in group and other in group for group in _ALIKE)


def same_measure(unit: str, other: str, name: str) -> bool:
    """Whether two measures are one under two names: a ton of water is a cubic metre."""
    pair = {unit, other}
    return any(pair <= group for group in _ONE_MEASURE) or ("水" in name and pair <= _OF_WATER)


_OF_ITS_OWN = re.compile(
    r"[，,](?!较|比|同比|环比|其中|增|减|上升|下降|提高|降|升)[\u4e00-\u9fff]{3,20}(?:率|度|比例|占比|数|时间|人次|量|费用)(?:较|比|同比)"
)


class Attacher:
    """The names in one text, found a sentence at a time."""

    def __init__(self, text: str, facts: Facts, mentions: Sequence[Mention] = ()) -> None:
        self._text, self._facts = text, facts
        self._namesakes = namesakes_of(facts)
        self._lists: dict[int, list[Mention]] = {}
        """Start of the first → the numbers that a 分别 lists."""
        for mention in mentions:
            if mention.link == "list" and mention.linked is not None:
                self._lists.setdefault(mention.linked, []).append(mention)
        self._other_words: dict[str | None, str] = {}
        """Metric of the catalogue that the figures do not have → theirs that the text called so."""
        self._levels: list[Mention] = []
        """The values of this sentence so far, each with what it was attached to."""
        self._names = metric_names(facts.figures.catalogue_used())
        self._sentence: tuple[int, int] = (-1, -1)
        self._labels: list[tuple[int, int, str]] = []
        self._before: set[str] = set()
        """What the sentence before named, within the paragraph."""
        self._heading: tuple[int, str | None] = (-1, None)
        self._last: Mention | None = None
        self._told: list[Mention] = []
        """The numbers of this sentence before the last, each with what it was found to tell."""

    def attach(self, mention: Mention) -> Mention:
        """The mention with the metric of its clause, or of the heading or label over it.

        Only where it could be that metric's value: a count of something else in the same sentence is not.
        """
        attached = self._attached(mention)
        if self._last is not None:
            self._told.append(self._last)
        self._last = attached
        if attached.role in _LEVELS and attached.quantity is not None:
            self._levels.append(attached)
        return attached

    def told(self, metric: str) -> None:
        """The number attached last was found to be of this metric: what follows may carry on about it."""
        if self._last is not None:
            if self._last.metric not in self._facts.definitions:
                self._other_words[self._last.metric] = metric
            self._last = self._last._replace(metric=metric)
            if self._levels and self._levels[-1].start == self._last.start:
                self._levels[-1] = self._last

    def parts_before(self, mention: Mention) -> tuple[Mention, Mention] | None:
        """(part, whole) of “自体输血462人，占用血患者2156人的21.4%”: the two values said right before a share."""
        if len(self._levels) < 3 or self._levels[-1].start != mention.start:
            return None
        part, whole = self._levels[-3:-1]
        return (part, whole) if self._text[whole.end : mention.start] == "的" else None

    def named_before(self, mention: Mention) -> list[str]:
        """Ids of the metrics that the sentence names before a number, the nearest first."""
        self._enter(mention)
        named = [(end, d) for _, end, d in self._labels if end <= mention.start]
        return list(dict.fromkeys(d for _, d in reversed(named)))

    def told_before(self, mention: Mention) -> list[str]:
        """Ids of the metrics that the sentence told by its numbers before this one, the nearest first."""
        self._enter(mention)
        told = (
            m.metric
            for m in reversed(self._told[-_MOST_TOLD:])
            if m.start < mention.start and m.sentence == mention.sentence
        )
        return list(dict.fromkeys(d for d in told if d in self._facts.definitions and d is not None))

    def _attached(self, mention: Mention) -> Mention:
        quantity, last = mention.quantity, self._last
        if quantity is None or not mention.role.is_fact:
            return mention
        self._enter(mention)
        if mention.link == "list" and (listed := self._listed(mention)) is not None:
            return listed
        left = self._clause_start(mention)
        clause = self._text[left : mention.start]
        if (next_of_list := self._next_of_list(mention, last)) is not None:
            return self._as(mention, quantity, next_of_list, clause, left)
        if mention.metric is not None:
            if self._last_between(left, mention.start) is None and (own := self._own(mention, clause)):
                return self._as(mention, quantity, own, clause, left)
            if mention.metric not in self._facts.definitions and mention.metric in self._other_words:
                return mention._replace(metric=self._other_words[mention.metric])
            if last is None or last.metric == mention.metric or not self._is_change_of(last, mention):
                return mention
            return mention._replace(metric=last.metric, metric_name=last.metric_name)
        named = (
            self._last_between(left, mention.start) or self._namesakes.tail(clause) or self._carried_on(mention, clause)
        )
        if named is None and not self._labels and not _OWN_NAME.search(clause):
            named = self._over(mention.sentence[0])
        if named is None:
            return mention
        return self._as(mention, quantity, named, clause, left)

    def _next_of_list(self, mention: Mention, last: Mention | None) -> str | None:
        """The metric that the words between two numbers of a list name: “医师3.68人、注册护士4.35人”."""
        if last is None or last.sentence != mention.sentence or self._named_between(last, mention):
            return None
        piece = self._text[last.end : mention.start]
        joined = 2 < len(piece) <= _LONGEST_PIECE and piece[0] in "、和及与"
        return self._namesakes.listed(piece) if joined else None

    def _own(self, mention: Mention, clause: str) -> str | None:
        """The metric that a clause names by the end of its name, or before a change by one word of it."""
        if (metric := self._namesakes.tail(clause)) is not None:
            return metric
        subject = _SUBJECT.match(clause) if mention.role is MentionRole.CHANGE else None
        hinted = self._namesakes.hinted(subject[1]) if subject else set()
        return next(iter(hinted)) if len(hinted) == 1 else None

    def _as(self, mention: Mention, quantity: Quantity, named: str, clause: str, left: int) -> Mention:
        definition, unit = self._facts.definitions[named], quantity.unit
        own = definition.accepts(unit) or alike(definition.unit, unit, definition.name) or unit == "位"
        own = own or same_measure(definition.unit, unit, definition.name)
        changed = mention.role in (MentionRole.CHANGE, MentionRole.COMPARATOR)
        attained = unit in ("%", "倍") and definition.kind in ("count", "amount")
        attained = attained and (_ATTAINS.search(clause) is not None or _SHARE.search(clause) is not None)
        if own or attained or (unit in _POINTS and changed):
            return mention._replace(metric=named, metric_name=definition.name)
        # In the clause of the name a wrong unit is a wrong number; under a heading it is another thing.
        wrong_unit = clause.endswith(tuple(definition.all_names())) or mention.role is MentionRole.CHANGE
        inside = self._last_between(left, mention.start) is not None
        return mention._replace(metric=named) if wrong_unit and inside else mention

    def _enter(self, mention: Mention) -> None:
        if mention.sentence == self._sentence:
            return
        start, end = mention.sentence
        follows = 0 <= start - self._sentence[1] <= 1 and self._text[start - 1 : start] != "\n"
        self._before = ({d for _, _, d in self._labels} or self._before) if follows else set()
        self._sentence, self._levels, self._told = mention.sentence, [], []
        found = self._names.find(self._text[start : min(end, start + _LONGEST_SENTENCE)])
        known = self._facts.definitions
        self._labels = [(start + s, start + e, d.id) for s, e, d in found if d is not None and d.id in known]

    def _clause_start(self, mention: Mention) -> int:
        floor = max(mention.sentence[0], mention.start - _LONGEST_CLAUSE)
        return max(floor, *(self._text.rfind(mark, floor, mention.start) + 1 for mark in _MARKS))

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
        if not before and last is not None and last.sentence == mention.sentence and semicolon < last.start:
            return last.metric if last.metric in self._facts.definitions else None
        ids = before or {d for _, _, d in self._labels} or self._before
        return next(iter(ids)) if len(ids) == 1 else None

    def _listed(self, mention: Mention) -> Mention | None:
        """One of the numbers that a 分别 lists, by its place; None where its list leaves no doubt or says nothing."""
        group = self._lists.get(mention.linked or 0, [])
        places = [m.start for m in group]
        if len(group) < 2 or mention.start not in places or len({m.metric for m in group} - {None}) > 1:
            return None
        place = places.index(mention.start)
        if mention.role is MentionRole.CHANGE:
            levels = [m for m in self._levels if m.end <= places[0]][-len(group) :]
            metrics = [m.metric for m in levels]
        else:
            metrics = self._names_of_list(self._clause_before(group[0]), len(group))
        if len(metrics) != len(group) or len(set(metrics)) != len(metrics):
            return None
        metric = metrics[place]
        known = self._facts.definitions.get(metric or "")
        return mention._replace(metric=metric, metric_name=known.name if known else "")

    def _clause_before(self, mention: Mention) -> str:
        return self._text[self._clause_start(mention) : mention.start]

    def _names_of_list(self, clause: str, count: int) -> list[str | None]:
        """“高血压、糖尿病患者规范管理率分别为”: what the last name ends in belongs to those before it as well."""
        words, _, _ = clause.partition("分别")
        pieces = _JOINED.split(words)
        last = [d for _, _, d in self._names.find(pieces[-1]) if d is not None and d.id in self._facts.definitions]
        if len(pieces) != count or not last:
            return []
        names = last[-1].all_names()
        return [*(self._namesakes.with_tail(piece, names) for piece in pieces[:-1]), last[-1].id]

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

"""What else a number may rightly say of the metrics its words speak of: so much a day, beyond the target, of the whole.

In: a number that its nearest name does not explain, the words around it, the facts.  Out: the fact it states, made
for the occasion where no table holds it; None where nothing fits.

Surprise: this may only ever support a number.  The value has to fit to the printed place, the words have to say what
kind of number it is, and a verb that says the wrong direction supports nothing.
"""

import re
from bisect import bisect_left
from calendar import isleap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from chugao.checks.attaching import alike, heading_over
from chugao.checks.candidates import BOUNDS, candidates, step_of
from chugao.checks.holding import holds
from chugao.checks.topics import topics_of
from chugao.mentions import COUNTED, Mention, MentionRole
from chugao.metrics.facts import Fact, Facts
from chugao.quantity import Qualifier, comparable, round_half_up

_MARKS = re.compile(r"[，。；：,;:（(\n]")
_LONGEST_LEFT, _LONGEST_RIGHT = 240, 24
_MOST_NEAR = 8
_MOST_TRIES = 4000
"""No report has so many numbers that its figures do not explain; a hostile text has."""
_BARE, _ALL_BARE = 7, 14
"""So many characters of a clause say nothing of their own: “总数达”, “连续两年保持”."""

_AIM = re.compile(
    r"目标|任务|计划|预算|要求|标准|承诺|时限|控制[线值数]|红线|警戒线|上限|下限|底线|预期|年初|定下|下达|指标|超额|超出|超收|考核|规定|责任书"
)
_ATTAINED = re.compile(r"完成|达成|任务|计划|目标|预算|执行|占")
_CHANGED = re.compile(
    r"较|比(?![例重率值])|同比|环比|增|减|升|降|涨|跌|多|少|节|省|缩|压|快|慢|提|扩|新|净|再|又|翻|延|短|高|低|前移|后移|回落|下滑"
)
_AHEAD = re.compile(r"明年|下一?年|次年|来年")
_FROM_AIM = re.compile(r"距|离|差|超|高|低|多|少|比|较|优于|好于|快|早|短|结余|剩")
_PER = (
    (re.compile(r"日均|天均|平均每[天日]|每[天日]"), "day"),
    (re.compile(r"周均|平均每周|每周"), "week"),
    (re.compile(r"月均|平均每个?月|每个?月"), "month"),
    (re.compile(r"季均|平均每个?季度?|每个?季度?"), "quarter"),
)
_PER_HEAD = re.compile(r"[人例次床台户张个名位家院科].{0,2}均|均|平均每|每[名位人个台张家例床户所]")
_OF_WHOLE = re.compile(r"占(?!比)|(?<![一-鿿])占比|比例[为是达]?$|比重")
_SUM = re.compile(r"合计|共计|总计|累计|一共|共|总[计数量]|之和|两项|两者|三项|三者")
_BEYOND_OTHER = re.compile(r"比|较|高于|低于|多于|少于|高出")
_MORE_OR_LESS = re.compile(r"(?:(?P<more>多|高|超)|少|低)[一-鿿]{0,4}$")
_UP = re.compile(r"提高|提升|增加|增长|上升|上涨|扩大|延长|净增|新增|回升|攀升|扩|增|升|涨|多|高|超")
_DOWN = re.compile(
    r"下降|降低|减少|缩短|压缩|压减|压降|下调|缩减|下滑|回落|节约|节省|节|省|精简|收窄|提速|加快|降|减|缩|压|少|低|短|快"
)
_OF_ITSELF = re.compile(r"[增降减升涨跌]幅|增长率|增速|分之|成$|半|番")
_NO_SIGN = re.compile(r"优于|好于|不降反升|不升反降|不增反降|不减反增")
_LEADS_TO = re.compile(r"[至到成为]")
_AGAINST_AIM = re.compile(rf"(?:比|较|与|超|距|离)[^，。；]{{0,6}}(?:{_AIM.pattern})")
_AGAINST_YEAR = re.compile(r"(?:比|较|与|同)(?:上年|去年|上一年|同期|20\d\d年|今年|本年)|同比|环比")
_OF_WHOLE_NAME = re.compile(r"占|比例$|比重$")
_ANY_YEAR = re.compile(r"((?:19|20)\d\d)年")
_SPREADS = re.compile(r"占(?!比)|分别|各")
_FASTER = re.compile(r"增幅|增速|增长率|降幅")
_FULFILLED = re.compile(r"(?:完成|达成|执行)(?:率|比例|进度)")
_PARTS_FOLLOW = re.compile(r"[，,（(；：:]?(?:其中|包括|分别|含)")
_COMPARED_YEAR = re.compile(r"[比较与同]((?:19|20)\d\d)年")
_REACHED = re.compile(r"(?:由|从|至|到|达|为)[约近超]?$")
_OF_THE_AIM = re.compile(rf"的[^，。；]{{0,8}}(?:{_AIM.pattern})")
_LOOSE = BOUNDS | {Qualifier.NEAR}
_AND_MORE = re.compile(r"还多|有余|还要多")
_OF_LEVEL = re.compile(rf"{_CHANGED.pattern}|{_ATTAINED.pattern}|{_OF_WHOLE.pattern}|是|比")
_COMMON = frozenset("% ‰ 人 名 人次 个 项 次 元 例 台 件 家 1:x 倍 个百分点 个千分点".split())
_OF_PEOPLE = frozenset("人 名 人次 例 例次 台次 床日".split())
_TELLING = 3
"""So many digits are no coincidence."""
_LIST_MARKS = re.compile(r"[，；：,;:（(、\n]")
_DIGIT = re.compile(r"\d")
_LIST_JOINT = re.compile(r"[、和及与]|以及")


_LEFT_OPEN = frozenset({"", "的", "、", "和", "及", "与", "以及"})


class Around(NamedTuple):
    """The words around a number, cut at its neighbours."""

    before: str
    """Of the sentence, up to `here`."""
    here: str
    """The clause to its left, since the number before where that stands in it."""
    clause: str
    """The whole clause to its left."""
    after: str
    """Up to the next mark or number."""

    @property
    def near(self) -> str:
        """What tells the kind of the number; “的” and “、” leave that to the number before."""
        return (self.clause if self.here in _LEFT_OPEN else self.here) + self.after[:10]


class Derivations:
    """The numbers of one text, each with what its words would let it say."""

    def __init__(
        self, text: str, facts: Facts, mentions: Sequence[Mention], *, plan: bool = False, ours: bool = False
    ) -> None:
        self._text, self._facts, self._plan, self._ours = text, facts, plan, ours
        self._mentions = mentions
        self._starts = [m.start for m in mentions]
        self._tries = 0
        self._lists: dict[int, list[Mention]] = {}
        """Start of the first → the numbers that a 分别 lists."""
        for mention in mentions:
            if mention.link == "list":
                self._lists.setdefault(mention.linked or 0, []).append(mention)
        self._topics = topics_of(facts)

    def stated_by(self, mention: Mention, named: Sequence[str]) -> Fact | None:
        """The fact a number states; `named` are the metrics its sentence names, its own first."""
        self._tries += 1
        if mention.quantity is None or not mention.role.is_fact or self._tries > _MOST_TRIES:
            return None
        around = self._around(mention)
        known = mention.metric in self._facts.definitions
        if (known or self._ours) and mention.quantity.qualifier in _LOOSE:
            # No draft of ours is loose; and at its own metric's name a bound says what its clause says and nothing else.
            return None
        if _AND_MORE.match(around.after):  # “翻了一番还多”
            mention = _as_more(mention)
        mention = self._with_unit(mention, around, named)
        subjects = self._subjects(mention, around, named)
        for metric in subjects:
            for fact in self._of_one(mention, metric, around):
                if _says(mention, fact, around):
                    return fact
        beside = self._text[mention.end : min(mention.sentence[1], mention.end + _LONGEST_RIGHT * 2)]
        beside = beside if _PARTS_FOLLOW.match(beside) else ""
        told = self._topics.of(around.before + around.near + beside, self._has_value, rivals=0)
        near = list(dict.fromkeys([*subjects, *named, *told]))[:_MOST_NEAR]
        for fact in self._of_several(mention, near, around):
            if _says(mention, fact, around):
                return fact
        return None

    def _with_unit(self, mention: Mention, around: Around, named: Sequence[str]) -> Mention:
        """“人次较上年增加3.36万”, “24个手术间”: the counting word may be left to the name."""
        assert mention.quantity is not None
        if mention.quantity.unit not in ("", "个"):
            return mention
        told = [
            mention.metric,
            *self._topics.of(around.here, self._has_value),
            *self._topics.of(around.after, self._has_value),
            *named,
            *self._topics.of(around.before[-_LONGEST_RIGHT:], self._has_value),
        ]
        known = [self._facts.definitions[m] for m in told if m in self._facts.definitions and m is not None]
        if mention.quantity.unit == "个":  # “24个手术间”: the word for whatever has none
            unit = next((d.unit for d in known if d.kind == "count" and d.unit not in _OF_PEOPLE), "个")
        elif mention.text.endswith(("万", "亿")):
            unit = next((d.unit for d in known), "")
        else:  # “日均46通”
            unit = next((d.unit for d in known if d.unit and self._text.startswith(d.unit, mention.end)), "")
        return mention._replace(quantity=replace(mention.quantity, unit=unit))

    def meant(self, mention: Mention) -> Fact | None:
        """This year's value of the one metric that a clause without a name speaks of, to be offered."""
        if mention.quantity is None or mention.role not in (MentionRole.CURRENT, MentionRole.COUNT):
            return None
        if self._tries > _MOST_TRIES:
            return None
        around = self._around(mention)
        told = self._topics.of(around.here or around.after, lambda m: self._counts(m, mention))
        return self._facts.get(told[0], "now") if len(told) == 1 and mention.tense == "past" else None

    def _has_value(self, metric: str) -> bool:
        return self._facts.get(metric, "now") is not None

    def _counts(self, metric: str, mention: Mention) -> bool:
        """Whether a number could be a value of a metric, or a difference of two."""
        definition = self._facts.definitions[metric]
        assert mention.quantity is not None
        unit = {"个百分点": "%", "个千分点": "‰"}.get(mention.quantity.unit, mention.quantity.unit)
        return (
            comparable(definition.unit, unit)
            or definition.accepts(unit)
            or alike(definition.unit, unit, definition.name)
        )

    # --- words ---

    def _around(self, mention: Mention) -> Around:
        text, (first, last) = self._text, mention.sentence
        at = bisect_left(self._starts, mention.start)
        floor = max(first, mention.start - _LONGEST_LEFT)
        left = text[floor : mention.start]
        cut = max((m.end() for m in _MARKS.finditer(left)), default=0)
        previous = self._mentions[at - 1].end - floor if at else 0
        own = max(cut, previous if 0 < previous <= len(left) else 0)
        right = text[mention.end : min(last, mention.end + _LONGEST_RIGHT)]
        if at + 1 < len(self._starts):
            right = right[: max(0, self._starts[at + 1] - mention.end)]
        return Around(left[:own], left[own:], left[cut:], _MARKS.split(right.replace("、", "，"))[0])

    def _subjects(self, mention: Mention, around: Around, named: Sequence[str]) -> list[str]:
        """The metrics that a number may be of: those of its clause, else those of the clauses before."""
        assert mention.quantity is not None
        relative = mention.quantity.unit in ("%", "倍", "1:x") and _OF_LEVEL.search(around.near) is not None

        def fits(metric: str) -> bool:
            return relative or self._counts(metric, mention)

        own = [m for m in (mention.metric,) if m in self._facts.definitions and m is not None and fits(m)]
        if (short := self._topics.shortened(around.here)) is not None:
            return [short, *own]
        if own:
            # “培训26场、4850人次，场次超计划2场，参训人次增长23.7%”: what carries on may have a word of its own.
            here = self._topics.of(around.here, fits)
            named_here = bool(mention.metric_name) and mention.metric_name in around.here
            if own[0] in here or named_here:
                return own
            # “日间6180例，占麻醉总例数的21.6%，同比增加1290例”, “较99%和80%分别高出…”: the part, or any of a list.
            told = [m for m in named if fits(m)] if self._spreads(mention, around) else []
            return [*here, *own, *told]
        if (listed := self._listed(mention, fits)) is not None:
            return listed
        here = self._topics.of(around.here, fits)
        if here := here or (self._topics.of(around.after, fits) if len(around.here) <= _BARE else []):
            # Of a number with few digits one pair of characters proves nothing.
            few = _digits_of(mention) < _TELLING and mention.quantity.unit in COUNTED - {"元"}
            aimed = mention.tense == "future" or _AIM.search(around.near) is not None
            few = few and mention.quantity.qualifier is not Qualifier.NEAR and not aimed
            return [m for m in here if m in named or not (few and self._topics.is_faint(around.near, m))]
        if len(around.here) > _BARE and not (_CHANGED.search(around.near) or _AIM.search(around.near) or _per(around)):
            return self._only(mention)
        for clause in reversed([c for c in _MARKS.split(around.before) if c]):
            if told := self._topics.of(clause, fits):
                return [*told, *(m for m in named if fits(m))] if self._spreads(mention, around) else told
        return [m for m in named if fits(m)][:1] or self._over(mention, around, fits) or self._only(mention)

    def _over(self, mention: Mention, around: Around, fits: Callable[[str], bool]) -> list[str]:
        """What the line over a sentence names that says nothing but its number: “二、床位” over “40张。”."""
        if len(around.before) + len(around.here) > _ALL_BARE:
            return []
        return self._topics.of(heading_over(self._text, mention.sentence[0]), fits)

    def _spreads(self, mention: Mention, around: Around) -> bool:
        """Whether a number may be of any metric told before; what 分别 lists has its place."""
        return mention.link != "list" and _SPREADS.search(around.before + around.clause) is not None

    def _only(self, mention: Mention) -> list[str]:
        """The one metric counted in a word that no other is counted in: “受理报修4275单”."""
        assert mention.quantity is not None
        least = _TELLING - 1 if mention.role is MentionRole.CHANGE else _TELLING
        if mention.quantity.unit in _COMMON or _digits_of(mention) < least:
            return []
        alone = [m for m, d in self._facts.definitions.items() if d.unit == mention.quantity.unit]
        return alone if len(alone) == 1 else []

    def _listed(self, mention: Mention, fits: Callable[[str], bool]) -> list[str] | None:
        """The metrics that a number may be of by its place: “抢救量、出车量分别增长8.3%、6.4%”."""
        if mention.link != "list":
            return None
        group = self._lists.get(mention.linked or 0, [])
        if len(group) > _MOST_NEAR:
            return None
        place = next((i for i, m in enumerate(group) if m.start == mention.start), None)
        if place is None:
            return None
        first = self._around(group[0])
        pieces = _LIST_JOINT.split(first.clause.partition("分别")[0])
        if len(pieces) != len(group):
            pieces = [p for p in _LIST_MARKS.split(first.before) if _DIGIT.search(p)][-len(group) :]
        return self._topics.of(pieces[place], fits) or None if len(pieces) == len(group) else None

    # --- facts of one metric ---

    def _of_one(self, mention: Mention, metric: str, around: Around) -> Iterator[Fact]:
        facts = self._facts
        yield from candidates(mention, metric, facts, self._text, plan=self._plan)
        now, target, goal = (facts.get(metric, f) for f in ("now", "target", "goal"))
        ahead = mention.tense == "future" or _AHEAD.search(around.clause) is not None
        reached = _REACHED.search(around.here) is not None and _OF_ITSELF.search(around.here) is None
        if ahead and goal and not self._names_another_year(around, facts.period.year + 1):
            yield goal
            against = _COMPARED_YEAR.search(around.clause)
            if against is None or int(against[1]) == facts.period.year:
                yield from _step(metric, facts)
        if now is None or mention.role is MentionRole.BASELINE:
            return
        if target and not _AGAINST_YEAR.search(around.clause):
            aimed = _AIM.search(around.near) is not None
            if aimed:
                yield target
            if (aimed or _AGAINST_AIM.search(around.clause)) and not _OF_THE_AIM.match(around.after) and not reached:
                yield from _beyond(now, target, around)
            if aimed or _FULFILLED.search(around.near):
                yield from _attained(now, target, around, mention)
        if (
            around.here.endswith(("由", "从"))
            and _LEADS_TO.search(around.after)
            and (prev := facts.get(metric, "prev"))
        ):
            yield prev
        compared = _CHANGED.search(around.near) is not None and not _AGAINST_AIM.search(around.clause)
        if compared and not reached and not ahead and not self._names_another_year(around, facts.period.year - 1):
            for field in ("change", "growth", "multiple"):
                if (fact := facts.get(metric, field)) is not None:
                    yield fact
            yield from _times(now, facts, mention)
            if _OF_ITSELF.search(around.clause[-8:] + mention.text):
                yield from _relative(now, facts)
        for unit in _per(around):
            yield _made(now, now.value / _spans(facts, unit), now.unit)

    def _names_another_year(self, around: Around, year: int) -> bool:
        years = _ANY_YEAR.findall(around.before + around.here)
        return "前年" in around.clause or (bool(years) and int(years[-1]) != year)

    # --- facts of several ---

    def _of_several(self, mention: Mention, near: Sequence[str], around: Around) -> Iterator[Fact]:
        assert mention.quantity is not None
        unit, facts = mention.quantity.unit, self._facts
        values = [f for m in near if (f := facts.get(m, "now")) is not None]
        words = around.near
        for first in values:
            for second in values:
                if first is second:
                    continue
                if unit == "%" and first.unit == second.unit != "%" and second.value and _OF_WHOLE.search(words):
                    yield _made(first, first.value / second.value * 100, "%")
                    if first.value + second.value:
                        yield _made(first, first.value / (first.value + second.value) * 100, "%")
                if unit == "1:x" and first.value and second.value:
                    yield _made(first, second.value / first.value, "1:x")
                counted = first.unit == second.unit and comparable(first.unit, unit)
                if counted and first.slot < second.slot and (_SUM.search(words) or _digits_of(mention) > _TELLING):
                    yield _made(first, first.value + second.value, first.unit)
                if first.unit == second.unit and _BEYOND_OTHER.search(words):
                    points = {"%": "个百分点", "‰": "个千分点"}.get(first.unit, first.unit)
                    if points == unit or comparable(points, unit):
                        yield _made(first, first.value - second.value, points, change=True)
        if unit == "个百分点" and _FASTER.search(around.clause):
            yield from _faster([g for m in near if (g := facts.get(m, "growth")) is not None])
        if unit == "%" and _OF_WHOLE.search(words):
            yield from (f for f in self._shares() if f.name[0] in around.before)
        if _PER_HEAD.search(words):
            yield from self._per_head(mention, values)

    def _shares(self) -> Iterator[Fact]:
        """The reported shares: “药品收入13700万元，占比26.8%” is 药占比."""
        for metric, definition in self._facts.definitions.items():
            fact = self._facts.get(metric, "now")
            if fact is not None and fact.unit == "%" and _OF_WHOLE_NAME.search(definition.name):
                yield fact

    def _per_head(self, mention: Mention, values: Sequence[Fact]) -> Iterator[Fact]:
        """“编码员7名，人均编码病案4466份”: what is shared out may be any count, what it is shared among stands near."""
        assert mention.quantity is not None
        heads = [f for f in values if f.kind == "count" and f.value]
        if not any(f.unit in ("人", "名") for f in heads):  # “人均巡查17次” of all the office has
            of_all = (self._facts.get(m, "now") for m, d in self._facts.definitions.items() if d.unit in ("人", "名"))
            heads += [f for f in of_all if f is not None and f.value and values and f not in heads]
        for metric in self._facts.definitions:
            whole = self._facts.get(metric, "now")
            if (
                whole is not None
                and comparable(whole.unit, mention.quantity.unit)
                and whole.kind in ("count", "amount")
            ):
                for head in heads:
                    if head.metric != metric:
                        yield _made(whole, whole.value / head.value, whole.unit)


def _made(fact: Fact, value: Decimal, unit: str, *, change: bool = False) -> Fact:
    """A fact that nobody reported, with the metric it is said of."""
    sign = (value > 0) - (value < 0) if change else 0
    told = {"value": value, "unit": unit, "sign": sign, "inputs": (), "field": "change" if change else "derived"}
    return fact.model_copy(update=told | {"slot": f"{fact.metric}.derived"})


def _step(metric: str, facts: Facts) -> Iterator[Fact]:
    """How far the next year's goal lies from this year's value, and how much that is of it."""
    step, now = step_of(metric, facts), facts.get(metric, "now")
    if step is None or now is None:
        return
    yield step
    if now.value:
        yield _made(step, step.value / abs(now.value) * 100, "%", change=True)


def _faster(growths: Sequence[Fact]) -> Iterator[Fact]:
    """“增幅9.5%，高于门诊总体增幅2.9个百分点”."""
    for first in growths:
        for second in growths:
            if first is not second:
                yield _made(
                    first, round_half_up(first.value, 1) - round_half_up(second.value, 1), "个百分点", change=True
                )


def _beyond(now: Fact, target: Fact, around: Around) -> Iterator[Fact]:
    """What lies between a value and its target."""
    if now.unit != target.unit:
        return
    points = {"%": "个百分点", "‰": "个千分点"}.get(now.unit, now.unit)
    if _FROM_AIM.search(around.clause):
        yield _made(now, now.value - target.value, points, change=True).model_copy(update={"field": "gap"})
    if target.value and "超" in around.near:
        yield _made(now, (now.value - target.value) / target.value * 100, "%", change=True)


def _attained(now: Fact, target: Fact, around: Around, mention: Mention) -> Iterator[Fact]:
    """How much of a target was reached."""
    if now.unit == target.unit and target.value and _ATTAINED.search(around.clause + around.after):
        attained = now.value / target.value * 100
        # How far a plan was fulfilled is told in whole per cents, which a reported rate is not.
        yield _made(now, attained if "." in mention.text else round_half_up(attained, 0), "%")


def _relative(now: Fact, facts: Facts) -> Iterator[Fact]:
    """How much a rate or a bare index has grown against itself: “降低三分之一” of a rate; only where years compare."""
    change, old = facts.get(now.metric, "change"), facts.get(now.metric, "prev")
    if change is not None and old is not None and old.value > 0 and now.unit in ("%", "‰", ""):
        yield _made(now, (now.value - old.value) / old.value * 100, "%", change=True)


def _times(now: Fact, facts: Facts, mention: Mention) -> Iterator[Fact]:
    """“比上年翻了一番” of whatever is counted or measured."""
    change, old = facts.get(now.metric, "change"), facts.get(now.metric, "prev")
    if "翻" in mention.text and change is not None and old is not None and old.value > 0:
        yield _made(now, round_half_up(now.value / old.value, 1), "倍")


def _per(around: Around) -> list[str]:
    return [span for pattern, span in _PER if pattern.search(around.near)]


def _spans(facts: Facts, span: str) -> Decimal:
    """How many days, weeks, months or quarters the reported period has."""
    months = facts.period.last_month - facts.period.first_month + 1
    if span == "month":
        return Decimal(months)
    if span == "quarter":
        return Decimal(months) / 3
    days = Decimal(366 if isleap(facts.period.year) else 365) * months / 12
    return days / 7 if span == "week" else days


def _says(mention: Mention, fact: Fact, around: Around) -> bool:
    """Whether a number says a fact in its value and its direction; so exact a bound as 超83.2% lies at its number."""
    assert mention.quantity is not None
    if mention.quantity.qualifier in BOUNDS and _digits_of(mention) >= _TELLING:
        last_place = mention.quantity.resolution * 2
        exact = replace(mention.quantity, qualifier=Qualifier.EXACT, resolution=last_place)
        if not holds(mention._replace(quantity=exact), fact):
            return False
    return holds(mention, fact) and not _contradicts(mention, fact, around)


def _contradicts(mention: Mention, fact: Fact, around: Around) -> bool:
    """Whether the words say the other direction than the fact has."""
    if not fact.sign or fact.field not in ("change", "growth", "multiple", "gap", "streak"):
        return False
    said = _sign_said(mention, around)
    return said not in (0, fact.sign)


def _digits_of(mention: Mention) -> int:
    """How many digits a number has that are no trailing zeros: the more, the less a coincidence."""
    assert mention.quantity is not None
    return len(mention.quantity.value.normalize().as_tuple().digits)


def _as_more(mention: Mention) -> Mention:
    assert mention.quantity is not None
    return mention._replace(quantity=replace(mention.quantity, qualifier=Qualifier.OVER))


def _sign_said(mention: Mention, around: Around) -> int:
    clause = around.clause[-14:]
    if _NO_SIGN.search(clause):
        return 0
    if counted := _MORE_OR_LESS.search(around.here):
        return 1 if counted["more"] else -1
    ups, downs = ([m.end() for m in p.finditer(clause)] for p in (_UP, _DOWN))
    if not ups and not downs:
        return mention.direction
    return 1 if max(ups, default=-1) > max(downs, default=-1) else -1

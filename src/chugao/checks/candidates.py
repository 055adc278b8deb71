"""Which facts a number could be stating, from its role and the words around it.

In: a mention, the text, the facts.  Out: facts, likeliest first; a number that none of them supports is wrong.

The fewer facts a number may be held against, the more errors are found: last year's value is only right where the
words say last year, a target only where they say target.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from chugao.catalogue import name_key
from chugao.mentions import Mention, MentionRole
from chugao.metrics.facts import Fact, Facts
from chugao.quantity import Qualifier, comparable, convert, round_half_up, supports

BOUNDS = frozenset({Qualifier.OVER, Qualifier.UNDER, Qualifier.AT_LEAST, Qualifier.AT_MOST})
"""Qualifiers that almost any smaller or larger value satisfies: only the likeliest fact may support these."""

_AIM_WORDS = "目标|任务|计划数|指标值|控制线|控制值|要求|标准|红线|年初定|力争"
_AIM_RIGHT = re.compile(rf"^(?:以内|以上|以下)?的?(?:年度|年初|年|控制|既定|预期|上级)*的?(?:{_AIM_WORDS})")
_AIM_LEFT = re.compile(rf"(?:{_AIM_WORDS})(?:值|数|线)?(?:的|为|是|定为|在)*(?:近|约|超)?$")
_AGAINST_AIM = re.compile(
    rf"(?:比|较|与|距离?|离|超出|超过|超|高出|高于|低于|优于|好于|差于|未达)[^，。；]{{0,6}}(?:{_AIM_WORDS})"
)
_MISSED = re.compile(r"(?:没有|未能?|未曾)(?:控制在|达到|完成|降到|升到|突破)[^，。；]{0,4}$")
_LAST_YEAR = re.compile(
    r"(?:上年|去年)(?:同期)?(?:值|数|水平)?(?:的|为|是|只有|仅有|仅|只|还|有|达到?|全年|末|底)*(?:约|近|超)?$"
)
_LAST_YEARS = re.compile(r"^(?:上年|去年)(?:同期|全年|度)?(?!以来|相比|的?基础)[^较比同增减升降提超高低年]{2,20}$")
"""“上年医疗废物处置量286.4吨”: the clause opens with the year its name is said of."""
_BEFORE_LAST = re.compile(r"前年[^，。；]{0,10}$")
_NEXT_YEAR = re.compile(r"明年|下年|次年|下一年|来年")
_STANDING = re.compile(r"目前|现有|现为|已(?:有|达)|上年|去年|今年|本年")
_COMPARED = re.compile(r"(?:比|较|同比|环比)[^，。；]{0,10}$")
_REACHED = re.compile(r"[到至达为]$")
MORE_OR_LESS = re.compile(r"(?<![至不减缺最])(?P<more>多|少)[一-鿿]?[出了]?$")
"""“比上年多办”, “少用”: a difference told by one verb, whichever it is."""
_NET = re.compile(r"净[增减][^，。；]{0,4}$")
_AGAINST_YEAR = re.compile(r"[与较比]((?:19|20)\d\d)年")
_YEAR = re.compile(r"(?<![较比与由从（(\d])((?:19|20)\d\d)年(?:度|全年|末|底)?")
_YEAR_BEFORE = re.compile(r"[上去]年[^年]*$")
_GROWTH_NAME = re.compile(r"增长率|增幅|增速|降幅|涨幅|跌幅|相对")


_LONGEST_LEFT = 240
_CLAUSE_MARKS = frozenset("，；。：:,;（(\n")
_SHARE_OF = re.compile(r"占(?!比)[^，。；：,;]{0,24}$|占比(?:为|达到?|是)?$")
_IN_A_ROW = re.compile(r"连续(?:第)?$")
_EACH_PART = re.compile(r"(?:各|每个?)(?:月|季度?)|最[高低]|区间|之间")
_SCOPE = re.compile(r"全(?:国|省|市|区|县|州|盟|旗|院|系统)|同(?:级|类|等级)|(?:省|市|区|县)(?:级|属|内)")


class Words(NamedTuple):
    """The words around a number, within its sentence."""

    left: str
    clause: str
    """What stands before it since the last mark."""
    right: str


def words_around(text: str, mention: Mention) -> Words:
    """The sentence to the left, the clause to the left and what follows."""
    left = text[max(mention.sentence[0], mention.start - _LONGEST_LEFT) : mention.start]
    clause = left[max(map(left.rfind, _CLAUSE_MARKS)) + 1 :]
    return Words(left, clause, text[mention.end : min(mention.sentence[1], mention.end + 16)])


def candidates(mention: Mention, metric: str, facts: Facts, text: str, *, plan: bool = False) -> Iterator[Fact]:
    """Facts of `metric` that the number may state; for a bare bound only the likeliest.

    In a `plan` what is aimed at is the goal, whatever tense the words have; a row of its table states nothing else.
    """
    words = words_around(text, mention)
    fields = _fields(mention, words, facts, metric)
    if plan and fields[:1] == ("target",):
        fields = ("goal", *fields)
    elif plan and "goal" not in fields and fields[:1] == ("now",) and _in_a_row_of_a_table(text, mention):
        fields = (*fields, "goal")
    if mention.quantity is not None and mention.quantity.qualifier in BOUNDS:
        # “增加了超700台次” is near the change, not near the year's 3917台次; “再增加超20人” is near the step alone.
        if fields[:1] == ("change",) and mention.quantity.unit == "%":
            fields = ("growth",) if facts.get(metric, "growth") else fields  # “增长超三成”
        fields = fields[:2] if fields[:2] == ("now", "change") else fields[:1]
    for field in fields:
        if field == "step":
            if (step := step_of(metric, facts)) is not None:
                yield step
        elif (fact := facts.get(metric, field) or _made(field, metric, facts, mention, words.clause)) is not None:
            yield fact


def _made(field: str, metric: str, facts: Facts, mention: Mention, clause: str) -> Fact | None:
    """What no table of facts holds and a text may say: “是上年的1.3倍”, “任务的1.14倍”, “降幅26.2%” of a rate."""
    unit = mention.quantity.unit if mention.quantity else ""
    now, old = facts.get(metric, "now"), facts.get(metric, "prev")
    if unit == "倍" and field == "attained" and (target := facts.get(metric, "target")) and now and target.value:
        value, sign = _as_said(now.value / target.value, mention), 0
    elif unit == "倍" and field == "multiple" and now and old and old.value > 0 and _IS_TIMES.search(clause):
        value, sign = _as_said(now.value / old.value, mention), 1
    elif unit == "%" and field == "growth" and now and old and old.value > 0 and _is_relative(now, clause):
        value = (now.value - old.value) / old.value * 100
        sign = (value > 0) - (value < 0)
    else:
        return None
    told = {
        "field": field,
        "value": value,
        "unit": unit,
        "sign": sign,
        "inputs": (),
        "printed": f"{abs(value):.1f}{unit}",
    }
    return now.model_copy(update=told)


def _as_said(times: Decimal, mention: Mention) -> Decimal:
    """A multiple in as many decimals as the text gives it, and no fewer than one."""
    assert mention.quantity is not None
    return round_half_up(times, max(1, len(mention.quantity.printed.partition(".")[2].rstrip("倍"))))


def _is_relative(now: Fact, clause: str) -> bool:
    """Whether a per cent of a change can only be meant of the level: of a rate in % it may be a slip for 个百分点."""
    return now.unit != "%" or _GROWTH_NAME.search(clause[-8:]) is not None


_IS_TIMES = re.compile(r"(?:上年|去年|同期|20\d\d年)(?:全年|同期|水平)?的$")


def _in_a_row_of_a_table(text: str, mention: Mention) -> bool:
    start = text.rfind("\n", max(0, mention.start - _LONGEST_LEFT), mention.start) + 1
    end = text.find("\n", mention.end, mention.end + _LONGEST_LEFT)
    line = text[start : end if end >= 0 else mention.end + _LONGEST_LEFT]
    return "\t" in line or line.count("|") >= 2


def fields_of_subject(mention: Mention, text: str) -> tuple[str, ...]:
    """What a number may say of a metric named earlier in its sentence: its part of a whole, its place, its streak."""
    quantity = mention.quantity
    if quantity is None:
        return ()
    clause = words_around(text, mention).clause
    if quantity.unit == "%" and _SHARE_OF.search(clause):
        return ("share",)
    if quantity.unit in ("位", "名") and mention.text[:1] == "第":
        return ("rank",)
    if _IN_A_ROW.search(clause):
        return ("streak",)
    return ("range",) if quantity.high is not None and _EACH_PART.search(clause) else ()


def rate_of(part: str, named: Sequence[str], facts: Facts) -> Fact | None:
    """The reported rate that says how much one named count is of another: 出院患者手术占比 for 手术台次 of 出院人次."""
    from chugao.metrics.identities import fractions

    names = {m: tuple(map(_loosely, facts.definitions[m].all_names())) for m in named}
    for numerator, denominator, rate in fractions():
        fact = facts.get(rate, "now")
        if fact is None or not _loosely(numerator).endswith(names[part]):
            continue
        if any(_loosely(denominator).endswith(names[m]) for m in named if m != part):
            return fact
    return None


def _loosely(name: str) -> str:
    """出院患者总人次数 and 出院人次 count the same."""
    return name_key(name).replace("患者", "").replace("总", "").removesuffix("数")


def tells(fact: Fact, mention: Mention, text: str) -> bool:
    """Whether a share, place, streak or spread is the one told, its scope and direction included."""
    quantity = mention.quantity
    assert quantity is not None
    if fact.field == "rank":
        words = words_around(text, mention)
        said, known = _SCOPE.search(words.clause[-12:]), _SCOPE.search(fact.printed)
        return quantity.value == fact.value and (said is None or known is None or said[0] == known[0])
    if fact.field == "streak":
        same_unit = quantity.unit.removeprefix("个") == fact.unit.removeprefix("个")
        turned = _TURNED.match(text, mention.end)
        against = turned is not None and fact.sign and (1 if turned[1] else -1) != fact.sign
        return same_unit and quantity.value == fact.value and not against
    if fact.field == "range":
        ends = [convert(o.quantity.value, o.quantity.unit, fact.unit) for o in fact.inputs]
        return ends == [quantity.value, quantity.high] and comparable(fact.unit, quantity.unit)
    return fact.unit == quantity.unit and supports(fact.value, quantity)


_TURNED = re.compile(r"(?:[^，。；]{0,6}?)(?:(提高|上升|增长|增加|延长|提升|攀升)|(下降|降低|减少|缩短|回落))")


def _fields(mention: Mention, words: Words, facts: Facts, metric: str) -> tuple[str, ...]:
    if _BEFORE_LAST.search(words.left[-14:]):
        return ()
    if mention.role is MentionRole.COMPARATOR and mention.quantity and mention.quantity.unit in ("1:x", "x:1"):
        return _of_target(mention, words, facts)  # “床护比目标为1:0.55”: a ratio is no difference
    match mention.role:
        case MentionRole.CHANGE:
            return _of_change(mention, words, facts, metric)
        case MentionRole.COMPARATOR:
            nearest = ("step", "gap") if _NEXT_YEAR.search(words.clause) else ("gap",)
            return nearest if re.search(_AIM_WORDS, words.clause) else ()
        case MentionRole.BASELINE if not _AIM_RIGHT.match(words.right):
            return _of_baseline(mention, words, facts)
        case MentionRole.TARGET:
            return _of_target(mention, words, facts)
    return _of_value(mention, words, facts)


def _of_change(mention: Mention, words: Words, facts: Facts, metric: str) -> tuple[str, ...]:
    if _AGAINST_AIM.search(words.clause):
        return ("gap",)
    against = _AGAINST_YEAR.findall(words.left)
    if against and int(against[-1]) != facts.period.year - (mention.tense == "past"):
        return ()  # compared with a year the figures know nothing of
    fields: tuple[str, ...] = ("change", "growth", "multiple", "attainment")
    if _GROWTH_NAME.search(facts.definitions[metric].name):
        fields = ("now", *fields)
    return ("step", *fields) if mention.tense == "future" else fields


def _of_baseline(mention: Mention, words: Words, facts: Facts) -> tuple[str, ...]:
    if mention.quantity is not None and mention.quantity.unit == "倍":
        return ("multiple",)
    near = words.left[-18:]
    if (relative := _YEAR_BEFORE.search(near)) and (said := _YEAR.findall(near, 0, relative.start())):
        year = int(said[-1]) - 1  # “2026年，急诊人次从上年的42180人次”
    elif relative is None and (said := re.findall(r"((?:19|20)\d\d)年", near)):
        year = int(said[-1])
    else:
        return ("now",) if mention.tense == "future" else ("prev",)
    return {0: ("now",), -1: ("prev",)}.get(year - facts.period.year, ())


def _of_target(mention: Mention, words: Words, facts: Facts) -> tuple[str, ...]:
    if mention.tense == "past":
        if _AGAINST_AIM.search(words.clause) and not _AIM_RIGHT.match(words.right):
            return ("gap", "target")
        return ("goal", "target") if _NEXT_YEAR.search(words.left) else ("target", "attainment")
    if year := _year(words):
        return {0: ("now", "target"), 1: ("goal",)}.get(year - facts.period.year, ())
    extra = ("now",) if _STANDING.search(words.clause) else ()
    return ("goal", "step", *extra, "attainment")


def _of_value(mention: Mention, words: Words, facts: Facts) -> tuple[str, ...]:
    unit = mention.quantity.unit if mention.quantity else ""
    if _NEXT_YEAR.search(words.clause) and not re.search(_AIM_WORDS, words.clause):
        return ("goal", "step")  # “治疗师27名，明年增至30名”
    if unit == "倍":
        return ("attained",) if re.search(_AIM_WORDS, words.clause) else ("multiple",)
    if _LAST_YEAR.search(words.left) or _LAST_YEARS.search(words.clause):
        return ("now",) if mention.tense == "future" else ("prev",)
    if words.clause.endswith(("超额", "超额了")):
        return ("gap",)
    if _AGAINST_AIM.search(words.clause):
        return ("gap", "target") if not _AIM_RIGHT.match(words.right) else ("target",)
    if _AIM_RIGHT.match(words.right) or _AIM_LEFT.search(words.clause) or _MISSED.search(words.clause):
        return ("goal",) if mention.tense == "future" or _NEXT_YEAR.search(words.left) else ("target", "attainment")
    if re.search(r"(?:高于|低于|优于|好于|超出|还差|差)$", words.clause):
        return ("gap", "target")
    year = _year(words)
    if year is not None and year != facts.period.year:
        return {-1: ("prev",), 1: ("goal",)}.get(year - facts.period.year, ())
    if mention.tense == "future" and year is None:
        return ("goal", "step", "now") if _STANDING.search(words.clause) else ("goal", "step")
    # “由2个扩大到9个” reaches a value: 9 is no difference.
    compared = _REACHED.search(words.clause) is None and (
        bool(mention.direction)
        or (_COMPARED.search(words.clause) or MORE_OR_LESS.search(words.clause) or _NET.search(words.clause))
        is not None
    )
    return ("now", *(("change", "growth") if compared else ()), *(("attainment",) if unit == "%" else ()))


def _year(words: Words) -> int | None:
    """The year a statement speaks of, when its sentence names one that is not a comparison."""
    named = _YEAR.findall(words.left)
    return int(named[-1]) if named else None


def step_of(metric: str, facts: Facts) -> Fact | None:
    """What a plan asks for beyond this year's value: “平均住院日再缩短0.2天”."""
    now, goal = facts.get(metric, "now"), facts.get(metric, "goal")
    if now is None or goal is None or now.unit != goal.unit:
        return None
    difference = goal.value - now.value
    unit = {"%": "个百分点", "‰": "个千分点"}.get(now.unit, now.unit)
    sign = (difference > 0) - (difference < 0)
    printed = f"{abs(difference).normalize():f}{unit}"
    told = {"value": difference, "unit": unit, "field": "change", "sign": sign, "printed": printed}
    return goal.model_copy(update=told | {"formula": f"{goal.printed}−{now.printed}"})

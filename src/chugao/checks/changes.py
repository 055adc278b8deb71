"""Changes told in prose: from what to what, by how much, and in which direction.  No figures are needed.

In: a `Reading`.  Out: hits where the numbers of one sentence do not fit each other.

Surprise: official statistics often round the levels and the change apart, so a change that lies within the rounding of
its levels is only a question; a change that no rounding explains is a mistake.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from chugao.checks.intervals import (
    Interval,
    bare,
    decimals_of,
    digits,
    interval_of,
    is_exact,
    loosely,
    printed_like,
    scale_of,
)
from chugao.checks.prose import Number, Row
from chugao.checks.reading import Finder, Hit, Reading
from chugao.checks.told import GROWING, RISEN, Change, from_to, growing, mixed, moved
from chugao.mentions import MentionRole
from chugao.quantity import Qualifier, comparable, convert, plain, round_half_up
from chugao.source import Severity

_RATE = frozenset("% ‰".split())
_POINTS = frozenset("% ‰ ‱ 个百分点 个千分点 分".split())
_MARGIN = Decimal("0.0000001")


# --- change and growth ----------------------------------------------------------------------------


def delta_math(reading: Reading) -> Iterator[Hit]:
    """C05: current − baseline = change, ÷ baseline = growth, as far as the printed places tell."""
    for found in reading.changes:
        yield from _judged(found)
    for row in reading.page.rows:
        yield from _growth_of_increase(row)


def _judged(found: Change) -> Iterator[Hit]:
    base, now, change = found.base, found.now, found.change
    if mixed(found):
        return
    low, high = loosely(base.quantity), _in_unit_of(base, now)
    if low is None or high is None or loosely(change.quantity) is None or low.low <= 0:
        return
    a, b = base.quantity.value, convert(now.quantity.value, now.unit, base.unit)
    if found.verb in ("翻", "是"):
        yield from _multiple(found, low, high)
    elif change.unit == "%" and base.unit in _RATE:
        yield from _rates(found, a, b, high.growth_from(low))
    elif change.unit in ("%", "倍"):
        yield from _growth(found, a, b, low, high)
    elif (
        change.unit == base.unit
        or (change.unit == "个百分点" and base.unit == "%")
        or comparable(change.unit, base.unit)
    ):
        yield from _difference(found, a, b, high - low)


def _in_unit_of(base: Number, now: Number) -> Interval | None:
    given = loosely(now.quantity)
    if given is None or now.unit == base.unit:
        return given
    return Interval(convert(given.low, now.unit, base.unit), convert(given.high, now.unit, base.unit))


def _rates(found: Change, a: Decimal, b: Decimal, grown: Interval | None) -> Iterator[Hit]:
    """A change of a rate printed with %: either percentage points by another name, or a relative change."""
    change = found.change.quantity
    if grown is None or any(n.quantity.qualifier is not Qualifier.EXACT for n in found[1:4]):
        return
    half, size = change.resolution, abs(change.value)
    relative = abs(abs(b - a) / a * 100 - size) <= half
    if relative and abs(abs(b - a) - size) > _MARGIN:
        return
    points = f"{plain(abs(b - a))}个百分点"
    spelled = f"{bare(found.now.quantity)}与{bare(found.base.quantity)}相差{points}"
    if relative:
        hint = f"两个百分率相减用“个百分点”：{spelled}，文中写“{found.change.text}”，相差和相对变化都说得通。请写明。"
    elif abs(abs(b - a) - size) <= half + found.base.quantity.resolution + found.now.quantity.resolution:
        hint = f"两个百分率相减用“个百分点”：{spelled}，文中写“{found.change.text}”。请改为“{points}”。"
    else:
        hint = f"{spelled}，文中写“{found.change.text}”，差数和单位都对不上。请核对，应为“{points}”。"
        relative = (grown if b >= a else Interval(-grown.high, -grown.low)).meets(Interval(size - half, size + half))
    yield _hit(found, hint, Severity.WARNING if relative else Severity.ERROR)


def _growth(found: Change, a: Decimal, b: Decimal, low: Interval, high: Interval) -> Iterator[Hit]:
    """Growth in % or in times of the base."""
    change = found.change.quantity
    times = change.unit == "倍"
    true = (b - a) / a * (1 if times else 100)
    grown = high.growth_from(low)
    assert grown is not None
    if times:
        grown = Interval(grown.low / 100, grown.high / 100)
    severity = _weighed(grown, true, found)
    if severity is None:
        return
    right = f"{digits(abs(true), decimals_of(change))}{change.unit}"
    if times and abs(b / a - change.value) <= change.resolution:
        word = "增至" if b > a else "减至"
        hint = f"由{found.base.text}到{found.now.text}是{word}{plain(change.value)}倍，增加的是{right}。请改为“增加{right}”或“增至{plain(change.value)}倍”。"
    else:
        terms = (
            (bare(found.now.quantity), bare(found.base.quantity))
            if b >= a
            else (bare(found.base.quantity), bare(found.now.quantity))
        )
        hint = f"（{terms[0]}－{terms[1]}）÷{bare(found.base.quantity)}={right}，文中写“{found.change.text}”。请核对，应为{right}。"
    yield _hit(found, hint, severity)


def _multiple(found: Change, low: Interval, high: Interval) -> Iterator[Hit]:
    """“是上年的2倍”, “翻一番”: what is there over what was; 翻番 is said of anything near it."""
    value = found.change.quantity.value
    said = Interval(value, value) if found.verb == "翻" else loosely(found.change.quantity)
    times = high.percent_of(low)
    if said is None or times is None:
        return
    slack = Decimal("0.1") if found.verb == "翻" else Decimal(0)
    if not Interval(times.low / 100, times.high / 100).meets(
        Interval(said.low * (1 - slack), said.high * (1 + 2 * slack))
    ):
        ratio = digits(
            convert(found.now.quantity.value, found.now.unit, found.base.unit) / found.base.quantity.value, 2
        )
        hint = (
            f"{bare(found.now.quantity)}÷{bare(found.base.quantity)}={ratio}倍，文中写“{found.change.text}”。请核对。"
        )
        yield _hit(found, hint)


def _difference(found: Change, a: Decimal, b: Decimal, difference: Interval) -> Iterator[Hit]:
    change = found.change.quantity
    unit = found.base.unit
    if comparable(change.unit, unit) and change.unit != unit:
        difference = Interval(convert(difference.low, unit, change.unit), convert(difference.high, unit, change.unit))
        a, b = convert(a, unit, change.unit), convert(b, unit, change.unit)
    severity = _weighed(difference, b - a, found)
    if severity is not None and found.verb == "新增" and change.value > b - a:
        severity = Severity.WARNING if b > a else None  # some came, and some left
    if severity is None:
        return
    right = printed_like(_at_least_as_fine(abs(b - a), found), change)
    should = f"，应为{right}" if interval_of(found.base.quantity) and interval_of(found.now.quantity) else ""
    more, less = (found.now, found.base) if b >= a else (found.base, found.now)
    hint = f"{bare(more.quantity)}－{bare(less.quantity)}={right}，文中写“{found.change.text}”。请核对{should}。"
    yield _hit(found, hint, severity)


def _at_least_as_fine(value: Decimal, found: Change) -> Decimal:
    scale, _ = scale_of(found.change.quantity)
    return round_half_up(value / scale, decimals_of(found.change.quantity, scale)) * scale


def _weighed(possible: Interval, true: Decimal, found: Change) -> Severity | None:
    """Error when no rounding explains the printed change, a warning when the printed levels give another one.

    The sign is the verb's business; here only the size counts.
    """
    change = found.change.quantity
    half = Decimal(0) if is_exact(change) else change.resolution
    loose = any(n.quantity.qualifier is not Qualifier.EXACT for n in found[1:4])
    printed = loosely(change, 10)
    assert printed is not None  # `_judged` has asked
    if change.value < 0:
        printed = Interval(-printed.high, -printed.low)
    if abs(abs(true) - abs(change.value)) <= half + _MARGIN:
        return None
    size = possible if true >= 0 else Interval(-possible.high, -possible.low)
    if not size.meets(Interval(printed.low - _MARGIN, printed.high + _MARGIN)):
        return Severity.ERROR
    return None if loose else Severity.WARNING


def _hit(found: Change, hint: str, severity: Severity = Severity.ERROR) -> Hit:
    mention = found.change.mention
    return Hit(mention.start, mention.end, hint, severity)


def _growth_of_increase(row: Row) -> Iterator[Hit]:
    """“2.36亿元，比上年增加0.31亿元，增长15.1%”: the increase over what was there before."""
    for now, more, growth in zip(row.numbers, row.numbers[1:], row.numbers[2:], strict=False):
        by, then = moved(more), growing(growth)
        if not by or not then or now.unit != more.unit or now.unit in _RATE or growth.unit != "%":
            continue
        if not re.search(r"较|比", more.before) or re.search(r"目标|计划|标准|要求|任务|平均", more.before):
            continue
        level, step, printed = (interval_of(n.quantity) for n in (now, more, growth))
        if level is None or step is None or printed is None:
            continue
        sign = 1 if RISEN.search(by["verb"]) else -1
        base = level - step if sign > 0 else level.plus(step)
        possible = step.percent_of(base)
        true_base = now.quantity.value - sign * more.quantity.value
        if possible is None or true_base <= 0 or possible.meets(printed):
            continue
        right = f"{digits(more.quantity.value * 100 / true_base, decimals_of(growth.quantity))}%"
        joint = "－" if sign > 0 else "＋"
        hint = f"{bare(more.quantity)}÷（{bare(now.quantity)}{joint}{bare(more.quantity)}）={right}，文中写“{growth.text}”。请核对，应为{right}。"
        yield Hit(growth.mention.start, growth.mention.end, hint, Severity.ERROR)


# --- percentage points ----------------------------------------------------------------------------

_RATE_NAME = re.compile(
    r"(?:(?<![效功频汇利速倍概])(?<!增长)(?<!下降)率|占比|比例|比重|覆盖面)(?:与|同)?(?:较|比|同比|环比|高于|低于)[^，。；：,;\d]{0,14}?(?P<verb>提高|提升|上升|回升|高出?|低于?)了?$"
)
_RELATIVE = re.compile(r"增长|增加|减少|下降|降低")
_LEVEL_TO_CHANGE = re.compile(
    r"[，,（(、\s]*(?:与|同)?(?:较|比|同比|环比|高于|低于)(?:20\d\d年)?[^，。；：,;\d（()）]{0,14}?(?P<verb>提高|提升|上升|回升|高出?|低|下降|降低|增长|增加|减少)?了?"
)


def percentage_points(reading: Reading) -> Iterator[Hit]:
    """C03: the difference of two rates is told in percentage points."""
    for found in reading.changes:
        yield from _misplaced_points(found)
    judged = {c.change.mention.start for c in reading.changes}
    for row in reading.page.rows:
        for place, number in enumerate(row.numbers):
            if number.unit != "%" or number.mention.start in judged or number.quantity.high is not None:
                continue
            level = row.numbers[place - 1] if place else None
            if (hit := _beside_a_level(level, number) or _at_a_rate(number)) is not None:
                yield hit


def _misplaced_points(found: Change) -> Iterator[Hit]:
    """“从64.5个百分点升至67.2%”, where the change fits; “由121起升到127起，增幅5个百分点”."""
    change = found.change
    if change.unit != "个百分点":
        return
    if mixed(found):
        apart = abs(found.now.quantity.value - found.base.quantity.value)
        if abs(apart - change.quantity.value) <= _MARGIN:
            level = found.base if found.base.unit == "个百分点" else found.now
            right = f"{plain(level.quantity.value)}%"
            hint = f"“个百分点”只用来说两个百分率之差，“{level.text}”是百分率本身。请改为“{right}”。"
            yield Hit(level.mention.start, level.mention.end, hint, Severity.ERROR)
    elif found.base.unit and found.base.unit not in _POINTS:
        hint = f"“个百分点”只用来说两个百分率之差，{found.base.text}和{found.now.text}不是百分率。请核对：增减幅度写“{plain(change.quantity.value)}%”。"
        yield _hit(found, hint)


def _beside_a_level(level: Number | None, number: Number) -> Hit | None:
    """“占比达68%（较上年提高15%）”."""
    if level is None or level.unit != "%" or GROWING.search(level.clause):
        return None
    match = _LEVEL_TO_CHANGE.fullmatch(number.before)
    if match is None or (match["verb"] is None and not re.search(r"高于|低于", number.before)):
        return None
    # “高于全国平均92.3%” names the level it is compared with.
    if match["verb"] is None and number.quantity.value * 2 > level.quantity.value:
        return None
    right = f"{plain(number.quantity.value)}个百分点"
    hint = f"“{level.text}”和它比的都是百分率，相差的数用“个百分点”。请核对：是相差就写“{right}”，是相对变化请写明。"
    relative = match["verb"] is not None and _RELATIVE.search(match["verb"]) is not None
    severity = Severity.WARNING if relative or match["verb"] is None else Severity.ERROR
    return Hit(number.mention.start, number.mention.end, hint, severity)


def _at_a_rate(number: Number) -> Hit | None:
    """“达标率较未签约人群高15%”."""
    if number.mention.role is MentionRole.TARGET or not _RATE_NAME.search(number.before):
        return None
    value = plain(number.quantity.value)
    hint = (
        f"这里比的是百分率，相差的数用“个百分点”。请核对：是相差就写“{value}个百分点”，是相对变化请写明由多少到多少。"
    )
    return Hit(number.mention.start, number.mention.end, hint, Severity.WARNING)


# --- direction ------------------------------------------------------------------------------------


def direction(reading: Reading) -> Iterator[Hit]:
    """C04: “由35提升至22” goes down, whatever its verb says."""
    for row in reading.page.rows:
        for base, now, verb in from_to(row):
            rises, says = _rises(base, now), _says(verb)
            if rises == 0 or says in (0, rises):
                continue
            right = "提高（增加）" if rises > 0 else "下降（减少、缩短）"
            hint = f"由{base.text}到{now.text}是{'升' if rises > 0 else '降'}，文中用“{verb}”。请核对两个数是否写反，或改用“{right}”。"
            yield Hit(base.mention.start, now.mention.end, hint, Severity.ERROR)
    for found in reading.changes:
        rises = 0 if mixed(found) else _rises(found.base, found.now)
        if rises and found.sign == -rises:
            hint = f"由{found.base.text}到{found.now.text}是{'升' if rises > 0 else '降'}，文中用“{found.verb}”。请核对两个数是否写反，或改动词。"
            yield _hit(found, hint)


def _rises(base: Number, now: Number) -> int:
    """1 when the later level is surely above the earlier one, −1 when below, 0 when rounding leaves it open."""
    low, high = loosely(base.quantity), _in_unit_of(base, now)
    if low is None or high is None or low.meets(high):
        return 0
    return 1 if high.low > low.high else -1


def _says(verb: str) -> int:
    if re.fullmatch(r"提升|优化|变|改|压|拓展|扩展|提前|加快|快|早", verb):
        # “由第5名提升至第3名”, “由30分钟提升到20分钟” (of speed) are said; only plain numbers settle it.
        return 1 if verb == "提升" else 0
    return 1 if RISEN.fullmatch(verb) or verb in ("扩", "跃升") else -1


# --- against a standard ---------------------------------------------------------------------------

_STANDARD = re.compile(
    r"[，,（(、\s]*(?:较|比|优于|短于)(?:国家|行业|国际|省级?|市级?|规定|指南)(?:卫生健康委)?(?:的)?(?:标准|要求|规定|推荐|时限)*(?:值|时间)?(?:提前|缩短|快|少|早)了?"
)
# What everybody measures against; minutes.
_KNOWN = (
    (re.compile(r"D-?to-?B|D2B|DTB|门球|入门至?[（(]?到?球囊", re.IGNORECASE), Decimal(90)),
    (re.compile(r"FMC-?to-?B|首次医疗接触[^，。；]{0,6}(?:导丝|球囊)", re.IGNORECASE), Decimal(120)),
    (re.compile(r"首份心电图|FMC-?to-?ECG", re.IGNORECASE), Decimal(10)),
)


def against_standard(reading: Reading) -> Iterator[Hit]:
    """“78分钟，较国家标准提前22分钟” says that the standard is 100; it is 90."""
    for row in reading.page.rows:
        for level, ahead in row.pairs():
            if ahead.unit != "分钟" or level.unit != "分钟" or not _STANDARD.fullmatch(ahead.before):
                continue
            said = level.quantity.value + ahead.quantity.value
            named = row.upto(level)[-24:]
            known = next((minutes for pattern, minutes in _KNOWN if pattern.search(named)), None)
            if known is None or said == known:
                continue
            hint = (
                f"{plain(level.quantity.value)}＋{plain(ahead.quantity.value)}={plain(said)}分钟，而通行标准是{plain(known)}分钟："
                f"应为提前{plain(known - level.quantity.value)}分钟。请核对。"
            )
            yield Hit(ahead.mention.start, ahead.mention.end, hint)


# --- times ----------------------------------------------------------------------------------------

_FALLEN = re.compile(r"(?:下降|降低|减少|缩短|压缩|缩小|回落|降)了?(?:近|约|超过?)?$")
_GROWN = re.compile(r"(?:增加|扩大|提高|提升|上升)了?$")


def ambiguous_multiple(reading: Reading) -> Iterator[Hit]:
    """C33: nothing falls by two times; “增加3倍” is three or four times as much."""
    settled = {c.change.mention.start for c in reading.changes}
    for _, number in reading.page.numbers():
        value = number.quantity.value
        if number.unit != "倍" or number.mention.start in settled:
            continue
        if _FALLEN.search(number.before):
            hint = f"减少不能用“倍”：减少1倍就是没有了。请改为“下降N%”或“降为原来的几分之一”，并核对“{number.text}”。"
            yield Hit(number.mention.start, number.mention.end, hint, Severity.WARNING)
        elif _GROWN.search(number.before) and value == value.to_integral_value() and value >= 2:
            hint = f"“{number.before[-2:]}{number.text}”有人读作{plain(value)}倍，有人读作{plain(value + 1)}倍。请写由多少到多少，或写“增至{plain(value + 1)}倍”。"
            yield Hit(number.mention.start, number.mention.end, hint, Severity.WARNING)


FINDERS: dict[str, Finder] = {
    "delta-math": delta_math,
    "pp-unit": percentage_points,
    "direction-verb": direction,
    "standard-math": against_standard,
    "ambiguous-multiple": ambiguous_multiple,
}

"""Parts and wholes told in prose: rates, shares, sums, subsets.

In: a `Reading`.  Out: hits where the numbers of a sentence, or of a paragraph, cannot all be true.

Surprise: most parts that do not add up are not meant to: “其中” names examples, and people can be both women and
party members.  Only what can be no other way is an error.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from chugao.checks.intervals import Interval, bare, decimals_of, digits, interval_of, is_exact
from chugao.checks.prose import Number, Row
from chugao.checks.reading import Finder, Hit, Reading
from chugao.mentions import MentionRole
from chugao.quantity import COUNT_UNITS, Qualifier, plain
from chugao.source import Severity

_COUNTED = frozenset(COUNT_UNITS)
_PEOPLE = frozenset("人 名 位 人次 户 例 岁".split())


def hit_at(number: Number, hint: str, severity: Severity | None = None) -> Hit:
    return Hit(number.mention.start, number.mention.end, hint, severity)


# --- a rate and its two counts --------------------------------------------------------------------

_RATE_AT = re.compile(
    r"[，,（(、）)\s]*(?P<name>[^\d，。；、,;（(）)：:]{0,9}?(?:率|占比|比例|占))(?:总数|其中)?(?:的|为|达到?|约)*[：:]?"
)
_DUE = re.compile(r"应|需|抽查|抽取|检查|受理|评审|送检|共|监测|收到|总|筛查|抽检|检测")
_NEAR_POINTS = Decimal("0.5")
_NEAR_PART = Decimal("0.03")
_FAR_POINTS = Decimal(5)
_MOST_EARLIER = 40


def ratio_math(reading: Reading) -> Iterator[Hit]:
    """C06: rate = numerator ÷ denominator, wherever the two counts stand beside it."""
    earlier: list[Number] = []
    paragraph = -1
    for row in reading.page.rows:
        if row.paragraph != paragraph:
            earlier, paragraph = [], row.paragraph
        yield from _fractions(row)
        for place, rate in enumerate(row.numbers):
            told = place > 0 and rate.unit in ("%", "‰") and stated(rate)
            if told and (hit := _told_rate(row, earlier, place)) is not None:
                yield hit
            if _is_count(rate):
                earlier.append(rate)


def stated(number: Number) -> bool:
    return number.quantity.qualifier is Qualifier.EXACT and number.quantity.high is None and number.quantity.value > 0


def _is_count(number: Number) -> bool:
    return number.unit in _COUNTED and number.unit not in ("岁", "周岁") and stated(number)


def _fractions(row: Row) -> Iterator[Hit]:
    """“91.1%（521/572）”, “521/572（91.1%）”, “521/572，91.1%”."""
    for first, second in row.pairs():
        if not re.fullmatch(r"\s*[，,（(=、\s][^\d，。；（(]{0,8}", second.before):
            continue
        for fraction, rate in ((first, second), (second, first)):
            if len(fraction.quantity.parts) != 2 or rate.quantity.parts or rate.unit != "%" or not stated(rate):
                continue
            part, whole = fraction.quantity.parts
            true, printed = fraction.quantity.value, interval_of(rate.quantity)
            if not 0 < part <= whole or printed is None or printed.meets(Interval(true, true)):
                continue
            right = f"{digits(part * 100 / whole, decimals_of(rate.quantity))}%"
            hint = f"{plain(part)}÷{plain(whole)}={right}，文中写{rate.text}。请核对，应为{right}。"
            yield hit_at(rate, hint, Severity.ERROR)


def _told_rate(row: Row, earlier: Sequence[Number], place: int) -> Hit | None:
    """“应访视386人，实际访视371人，访视率96.11%”; the whole may stand in a sentence before."""
    part, rate = row.numbers[place - 1], row.numbers[place]
    named = _RATE_AT.fullmatch(rate.before)
    if named is None or not _is_count(part) or rate.quantity.value >= 100 or rate.mention.role is MentionRole.TARGET:
        return None
    if re.search(r"同比|环比|较|比上|增长|下降", rate.before):
        return None
    wholes = [
        n
        for n in earlier[-_MOST_EARLIER:]
        if n.unit == part.unit and n is not part and n.quantity.value >= part.quantity.value
    ]
    if not wholes or any(not _wrong(part, whole, rate) for whole in wholes):
        return None
    beside = wholes[-1]
    together = place > 1 and row.numbers[place - 2] is beside
    due = together and (_DUE.search(beside.clause) or "其中" in part.before)
    stem = re.sub(r"率|占比|比例|占|的|其", "", named["name"])
    same_thing = together and len(stem) >= 2 and (stem[-2:] in part.before or stem[:2] in part.before)
    if due or same_thing:
        if _off(part, beside, rate) <= _FAR_POINTS:
            return hit_at(rate, _wrong(part, beside, rate), Severity.ERROR if is_exact(part.quantity) else None)
        return None
    near = min(wholes, key=lambda w: _off(part, w, rate))
    return hit_at(rate, _wrong(part, near, rate), Severity.WARNING) if _is_near(part, near, rate) else None


def _off(part: Number, whole: Number, rate: Number) -> Decimal:
    """How many points the printed rate lies from the one that follows."""
    return abs(part.quantity.value * 100 / whole.quantity.value - _in_percent(rate))


def _in_percent(rate: Number) -> Decimal:
    return rate.quantity.value / (10 if rate.unit == "‰" else 1)


def _is_near(part: Number, whole: Number, rate: Number) -> bool:
    """So near that the rate was surely meant to be this one."""
    off = _off(part, whole, rate)
    return decimals_of(rate.quantity) >= 1 and off <= _NEAR_POINTS and off <= _in_percent(rate) * _NEAR_PART


def _wrong(part: Number, whole: Number, rate: Number) -> str:
    """The sum spelled out when the rate does not follow, "" when it does."""
    a, b, r = interval_of(part.quantity), interval_of(whole.quantity), interval_of(rate.quantity)
    if a is None or b is None or r is None:
        return ""
    true = a.percent_of(b)
    if true is None:
        return ""
    factor = 10 if rate.unit == "‰" else 1
    if Interval(true.low * factor, true.high * factor).meets(r):
        return ""
    value = part.quantity.value * 100 * factor / whole.quantity.value
    right = f"{digits(value, decimals_of(rate.quantity))}{rate.unit}"
    return f"{bare(part.quantity)}÷{bare(whole.quantity)}={right}，文中写{rate.text}。请核对，应为{right}。"


# --- shares of one whole --------------------------------------------------------------------------

_SHARE = re.compile(r"(?:占|占比|比重|比例)(?:总数|全部|总量)?(?:的|为|达到?|约)*[：:]?$")
_RESPECTIVELY = re.compile(r"分别(?:占|为|达)[^，。；\d]{0,6}$|(?:结构|构成|分布)(?:为|是|：)?[^，。；\d]{1,8}$")
_OPPOSITE = (
    ("男", "女"),
    ("城镇", "农村"),
    ("城镇", "乡村"),
    ("城市", "农村"),
    ("门诊", "住院"),
    ("公立", "民营"),
    ("本地", "外地"),
)
_SLACK = Decimal("0.2")


def share_sum(reading: Reading) -> Iterator[Hit]:
    """C07: shares that are listed as all the parts of one whole add up to 100."""
    for row in reading.page.rows:
        for shares in _share_lists(row):
            slack = sum((n.quantity.resolution for n in shares), start=_SLACK)
            total = sum((n.quantity.value for n in shares), start=Decimal(0))
            if not 90 <= total <= 110 or abs(total - 100) <= slack:
                continue
            bracketed = _in_one_bracket(row, shares)
            # Outside a bracket a list of shares may well be of the largest ones only.
            whole = bracketed or _opposite(shares) or "分别" in shares[0].before
            if total < 100 and (not whole or re.match(r"[^。；，]{0,4}等|，其[他余]", row.after(shares[-1]))):
                continue
            names = "＋".join(plain(n.quantity.value) + "%" for n in shares)
            over = "超过100%" if total > 100 else "不足100%"
            hint = f"{names}={plain(total)}%，{over}。各项若是同一个整体的全部，请核对；若有交叉或没有列全，请写明。"
            severity = Severity.ERROR if bracketed and len(shares) > 2 else Severity.WARNING
            yield Hit(shares[0].mention.start, shares[-1].mention.end, hint, severity)


def _share_lists(row: Row) -> Iterator[list[Number]]:
    run: list[Number] = []
    for number in row.numbers:
        share = number.unit == "%" and stated(number) and number.mention.role is not MentionRole.CHANGE
        first = share and (_SHARE.search(number.before) or _RESPECTIVELY.search(number.before)) is not None
        listed = (
            bool(run) and share and (first or re.fullmatch(r"[、，,和及与；]\s*[^\d，。；,（(]{0,10}", number.before))
        )
        # A new whole begins a new list.
        if listed and run and not re.search(r"[。；].*占", number.before):
            run.append(number)
            continue
        yield from _whole_lists(run)
        run = [number] if first else []
    yield from _whole_lists(run)


def _whole_lists(run: list[Number]) -> Iterator[list[Number]]:
    if len(run) > 2 or (len(run) == 2 and _opposite(run)):
        yield run


def _opposite(run: Sequence[Number]) -> bool:
    first, second = run[0].before[-10:], run[1].before
    return any((a in first and b in second) or (b in first and a in second) for a, b in _OPPOSITE)


def _in_one_bracket(row: Row, shares: Sequence[Number]) -> bool:
    opened = re.search(r"[（(][^（()）]*$", row.upto(shares[0])) is not None
    return opened and re.match(r"[）)]", row.after(shares[-1])) is not None


# --- a part against its whole ---------------------------------------------------------------------

_AMONG = re.compile(r"[（(，,；;]?\s*(?:其中|其中包括|含|包括)[：:，,]?[^\d。；;]{0,16}")
_NEXT_PART = re.compile(r"[、，,和及与]\s*[^\d。；;，,、（(]{1,14}")
# What one and the same person or case may be at once.
_OVERLAPS = re.compile(r"[男女]|党员|团员|青年|本科|硕士|博士|学历|职称|高级|中级|老年|骨干|民族|以上|以下|获奖")
_MEANT_OTHERWISE = re.compile(
    r"累计|近[一二三四五]年|以来|上年|去年|20\d\d年|每|人均|增加|新增|增长|覆盖|目标|计划|较|比"
)

_DIFFERENCE = re.compile(r"(?:较|比|超)[^，。；]{0,12}(?:多|少|高|低|快|慢|增|减)[^，。；]{0,3}$|超额(?:完成)?$")
"""“较目标多12项，其中新开展27项”: the whole stands before the difference."""


def part_whole(reading: Reading) -> Iterator[Hit]:
    """C07: what is “其中” is no more than the whole, and parts of things do not add up to more."""
    for row in reading.page.rows:
        for place, (whole, part) in enumerate(row.pairs()):
            if not _is_count(whole) or part.unit != whole.unit or not stated(part) or not _AMONG.fullmatch(part.before):
                continue
            if _MEANT_OTHERWISE.search(part.before) or _DIFFERENCE.search(whole.before):
                continue
            parts = listed_parts(row, place + 1)
            if part.quantity.value > whole.quantity.value:
                severity = Severity.WARNING if _counts_on(row, place + 1) else Severity.ERROR
                yield hit_at(part, f"“其中”{part.text}多于全部{whole.text}。请核对这两个数。", severity)
            elif len(parts) > 1:
                yield from _too_many(whole, parts)


def _counts_on(row: Row, place: int) -> bool:
    """Whether a clause goes on to count something else: in “其中13项联检8600例” the 13 may belong to a name."""
    return (
        place + 1 < len(row.numbers) and re.fullmatch(r"[\u4e00-\u9fff]{2,}", row.numbers[place + 1].before) is not None
    )


def listed_parts(row: Row, place: int) -> list[Number]:
    parts = [row.numbers[place]]
    for number in row.numbers[place + 1 :]:
        if number.unit != parts[0].unit or not _NEXT_PART.fullmatch(number.before) or not stated(number):
            break
        if _MEANT_OTHERWISE.search(number.before):
            break
        parts.append(number)
    return parts


def _too_many(whole: Number, parts: Sequence[Number]) -> Iterator[Hit]:
    total = sum((p.quantity.value for p in parts), start=Decimal(0))
    slack = sum(
        (Decimal(0) if is_exact(p.quantity) else p.quantity.resolution for p in (whole, *parts)), start=Decimal(0)
    )
    if total <= whole.quantity.value + slack or any(_OVERLAPS.search(p.before) for p in parts):
        return
    hint = f"{'＋'.join(bare(p.quantity) for p in parts)}={_sum(total, whole)}，多于全部{whole.text}。请核对；各项有交叉的请写明。"
    severity = Severity.WARNING if whole.unit in _PEOPLE else Severity.ERROR
    yield Hit(parts[0].mention.start, parts[-1].mention.end, hint, severity)


def _sum(total: Decimal, like: Number) -> str:
    scale, word = (
        (Decimal(10**8), "亿")
        if "亿" in like.text
        else (Decimal(10**4), "万")
        if "万" in like.text
        else (Decimal(1), "")
    )
    return f"{plain(total / scale)}{word}{like.unit}"


# --- sums -----------------------------------------------------------------------------------------

_TOTAL = re.compile(r"[，,、；;]?\s*(?:共计?|合计|总计|一共|总共)[^\d，。；,;]{0,6}")
_BRACKET_FIRST = re.compile(r"[（(](?!其中|含|包括)[^\d。；;，,（(]{1,12}")


def sums(reading: Reading) -> Iterator[Hit]:
    """“A、B、C，共N” and “N（A、B、C）”: the list adds up to its total."""
    for row in reading.page.rows:
        for place, number in enumerate(row.numbers):
            if not _is_count(number):
                continue
            if place > 1 and _TOTAL.fullmatch(number.before):
                yield from _total_after(row, place)
            yield from _total_before(row, place)


def _total_after(row: Row, place: int) -> Iterator[Hit]:
    total = row.numbers[place]
    parts: list[Number] = []
    for number in reversed(row.numbers[:place]):
        if number.unit != total.unit or not _is_count(number):
            break
        parts.insert(0, number)
        if not re.fullmatch(r"[、，,和及与]\s*[^\d。；;（(]{0,14}", number.before):
            break
    if len(parts) < 2:
        return
    tails = [_added(parts[i:]) for i in range(len(parts) - 1)]
    if any(_agrees(tail, total, parts) for tail in tails):
        return
    value = tails[0]
    # A total far from its list counts something else (“培训12场、演练3场，共覆盖……”).
    if abs(value - total.quantity.value) * 2 > total.quantity.value:
        return
    hint = f"{'＋'.join(bare(p.quantity) for p in parts)}={_sum(value, total)}，文中写共{total.text}。请核对。"
    joined = all("、" in p.before[:1] or i == 0 for i, p in enumerate(parts))
    yield hit_at(total, hint, Severity.ERROR if joined else Severity.WARNING)


def _total_before(row: Row, place: int) -> Iterator[Hit]:
    """“236家（县级4家、乡镇18家、村级214家）”: a bracket that lists two parts or more lists them all."""
    total = row.numbers[place]
    if place + 2 >= len(row.numbers) or not _BRACKET_FIRST.fullmatch(row.numbers[place + 1].before):
        return
    if row.numbers[place + 1].unit != total.unit or _MEANT_OTHERWISE.search(row.numbers[place + 1].before):
        return
    parts = listed_parts(row, place + 1)
    if len(parts) < 2 or not re.match(r"[）)]", row.after(parts[-1])):
        return
    value = _added(parts)
    if _agrees(value, total, parts) or abs(value - total.quantity.value) * 2 > total.quantity.value:
        return
    hint = f"括号里{'＋'.join(bare(p.quantity) for p in parts)}={_sum(value, total)}，前面写{total.text}。请核对；没有列全的请加“等”。"
    yield hit_at(
        total, hint, Severity.ERROR if value > total.quantity.value and total.unit not in _PEOPLE else Severity.WARNING
    )


def _added(parts: Sequence[Number]) -> Decimal:
    return sum((p.quantity.value for p in parts), start=Decimal(0))


def _agrees(value: Decimal, total: Number, parts: Sequence[Number]) -> bool:
    slack = sum(
        (Decimal(0) if is_exact(n.quantity) else n.quantity.resolution for n in (total, *parts)), start=Decimal(0)
    )
    return abs(value - total.quantity.value) <= slack


FINDERS: dict[str, Finder] = {
    "ratio-math": ratio_math,
    "share-sum": share_sum,
    "part-whole": part_whole,
    "sum-math": sums,
}

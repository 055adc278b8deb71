"""What rates imply: how many people there are, an average between its parts, a target finer than its sample.

In: a `Reading`.  Out: hits where numbers of one document cannot all be true.

Surprise: a rate and its count say how many there are altogether, and that number, never printed, contradicts another one
pages away.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from chugao.checks.intervals import Interval, bare, digits, interval_of
from chugao.checks.parts import hit_at, listed_parts, stated
from chugao.checks.prose import Number, Row
from chugao.checks.reading import Finder, Hit, Reading
from chugao.mentions import MentionRole
from chugao.quantity import Qualifier, plain

# --- how many people a rate implies ---------------------------------------------------------------

_AGE = re.compile(
    r"(?P<low>\d{1,3})(?:周?岁)(?:及)?以上|(?:0[-—～~至])?(?P<high>\d{1,2})(?:周?岁)(?:及)?以下|0[-—～~至](?P<to>\d{1,2})(?:周?岁)"
)
_PERSONS = frozenset("人 名".split())


class Population(NamedTuple):
    """People of an age group, as a count tells or a count and its rate imply."""

    age: int
    older: bool
    size: Interval
    told: str
    number: Number


def populations(reading: Reading) -> Iterator[Hit]:
    """C09: the younger threshold takes in the older one: who are 65 are also 60."""
    groups = [p for row in reading.page.rows for p in _populations(row)]
    for wide in groups:
        for narrow in groups:
            if wide.older != narrow.older or wide.age == narrow.age or (wide.age < narrow.age) != wide.older:
                continue
            # A bare count may be of some of the group; only a count with its rate tells how many there are.
            if "÷" in wide.told and wide.size.high < narrow.size.low:
                word = "以上" if wide.older else "以下"
                hint = (
                    f"{wide.told}：{wide.age}岁{word}只有这么多人，{narrow.age}岁{word}却有{narrow.told}。"
                    "两处人数互相矛盾，请核对口径和来源。"
                )
                yield hit_at(wide.number, hint)
                break


def _populations(row: Row) -> Iterator[Population]:
    for piece in re.finditer(r"[^。；;\n]+", row.words):
        ages = list(_AGE.finditer(piece.group()))
        if len(ages) != 1:
            continue
        age = ages[0]
        begin, end = row.start + piece.start() + age.end(), row.start + piece.end()
        inside = [n for n in row.numbers if row.start + piece.start() <= n.mention.start < end]
        counts = [n for n in inside if n.unit in _PERSONS and stated(n)]
        rates = [n for n in inside if n.unit == "%" and stated(n) and n.mention.role is not MentionRole.CHANGE]
        if len(counts) != 1 or (counts[0].mention.start < begin and not rates):
            continue
        older = age["low"] is not None
        years = int(age["low"] or age["high"] or age["to"])
        size = interval_of(counts[0].quantity)
        if size is None:
            continue
        told = f"{counts[0].text}"
        if len(rates) == 1 and 0 < rates[0].quantity.value <= 100:
            rate = interval_of(rates[0].quantity)
            assert rate is not None
            size = Interval(size.low * 100 / rate.high, size.high * 100 / max(rate.low, Decimal("0.01")))
            implied = counts[0].quantity.value * 100 / rates[0].quantity.value
            told = f"{bare(counts[0].quantity)}÷{rates[0].text}≈{digits(implied, 0)}人"
        elif rates:
            continue
        yield Population(years, older, size, told, counts[0])


# --- an average and its parts ---------------------------------------------------------------------

_AVERAGED = re.compile(r"(?<![效功频增速])(?<!增长)(?<!贡献)(?:率|占比|满意度|比例)[^\d，。；,;]{0,6}$")
_PARTS_OF = {"慢性病": ("高血压", "糖尿病"), "慢病": ("高血压", "糖尿病")}
_MANAGED = re.compile(
    r"(?P<who>慢性病|慢病|高血压|2型糖尿病|糖尿病)(?:患者)?(?:的)?(?P<what>规范管理率|规范健康管理率|健康管理率|控制率|管理率)(?:分别)?(?:为|达到?)?$"
)


def weighted_mean(reading: Reading) -> Iterator[Hit]:
    """C10: the rate of a whole lies between the rates of its parts."""
    seen: set[int] = set()
    for row in reading.page.rows:
        for place, (whole, part) in enumerate(row.pairs()):
            if whole.unit != "%" or part.unit != "%" or not _AVERAGED.search(whole.before):
                continue
            if not re.match(r"[（(，,；;]?\s*其中[：:，,]?", part.before) or re.search(r"增长|下降|占", part.before):
                continue
            parts = listed_parts(row, place + 1)
            if len(parts) > 1 and (hit := _outside(whole, parts)) is not None:
                seen.add(whole.mention.start)
                yield hit
    yield from (h for h in _managed_groups(reading) if h.start not in seen)


def _managed_groups(reading: Reading) -> Iterator[Hit]:
    told: dict[tuple[str, str], Number] = {}
    for _, number in reading.page.numbers():
        match = _MANAGED.search(number.before)
        if match and number.unit == "%" and stated(number) and number.mention.role is not MentionRole.TARGET:
            told.setdefault((match["who"].removeprefix("2型"), match["what"]), number)
    for (who, what), whole in told.items():
        parts = [told[(p, what)] for p in _PARTS_OF.get(who, ()) if (p, what) in told]
        if len(parts) > 1 and (hit := _outside(whole, parts)) is not None:
            yield hit


def _outside(whole: Number, parts: Sequence[Number]) -> Hit | None:
    mean, spans = interval_of(whole.quantity), [interval_of(p.quantity) for p in parts]
    known = [s for s in spans if s is not None]
    if mean is None or len(known) != len(spans):
        return None
    low, high = min(s.low for s in known), max(s.high for s in known)
    if low <= mean.high and mean.low <= high:
        return None
    side = "低于" if mean.high < low else "高于"
    listed = "、".join(p.text for p in parts)
    hint = f"整体{whole.text}{side}列出的每一部分（{listed}）。整体应在各部分之间：请核对，或写明还有哪些部分没有列出。"
    return hit_at(whole, hint)


# --- finer than the sample ------------------------------------------------------------------------

_SAMPLED = re.compile(r"(?:抽取|抽查|抽检|点评|随机|抽样)[^，。；,;\d]{0,10}$")
_SAMPLE_UNITS = frozenset("份 例 张 名 人 床 件 台 册 本".split())
_OVER_THE_YEAR = re.compile(r"全年|全院|年度|累计|合计|总体")
"""Counted over many samples together, such a rate may be as fine as it likes."""
_RARE = re.compile(r"≤|不超过|控制|以内|以下|低于|目标|降至|降到|<")


def resolution(reading: Reading) -> Iterator[Hit]:
    """C28: with 50 records a month the smallest rate but nil is 2 %."""
    for row in reading.page.rows:
        for place, sample in enumerate(row.numbers):
            size = sample.quantity.value
            if sample.unit not in _SAMPLE_UNITS or not _SAMPLED.search(sample.before) or not 0 < size < 1000:
                continue
            if sample.quantity.high is not None or sample.quantity.qualifier not in (
                Qualifier.EXACT,
                Qualifier.AT_LEAST,
            ):
                continue
            for target in row.numbers[place + 1 :]:
                if target.unit != "%" or not 0 < target.quantity.value * size < 100:
                    continue
                if not _RARE.search(target.before[-12:] + target.text) or _OVER_THE_YEAR.search(target.clause):
                    continue
                step = digits(Decimal(100) / size, 1 if 1000 % size else 0)
                hint = (
                    f"每次{sample.text}，出现1{sample.unit}就是1÷{plain(size)}≈{step}%，达不到“{target.text}”这么细。"
                    "请加大样本、按全年合计，或把目标写成“不超过几份”。"
                )
                yield hit_at(target, hint)
                break


FINDERS: dict[str, Finder] = {
    "population-identity": populations,
    "weighted-mean": weighted_mean,
    "resolution": resolution,
}

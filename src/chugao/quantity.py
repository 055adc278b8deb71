"""Numbers as offices write them: parse, print, compare.

In: “12.8万份”, “≥95%”, “200余项”, “近六成”, “1—2名”.  Out: `Quantity`, unscaled and with the resolution of
what was printed, so that 3.2万 and 31986 can be compared fairly.

Surprise: “余” is not “约”.  200余 promises at least 200 and fewer than 300; 约200 promises nothing about the
side.  And a thousands separator needs exactly three digits on its right: “1个2,4个60%” is a list, not 2,4.
"""

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from chugao.errors import InputError
from chugao.source import Frozen

# --- vocabulary -----------------------------------------------------------------------------------


class Qualifier(StrEnum):
    """How firmly a number is meant."""

    EXACT = "="
    AT_LEAST = "≥"
    AT_MOST = "≤"
    OVER = "超"
    UNDER = "不足"
    ABOUT = "约"
    NEAR = "近"
    ODD = "余"
    RANGE = "range"


_PREFIXES = {
    "≥": Qualifier.AT_LEAST, "≧": Qualifier.AT_LEAST, "不低于": Qualifier.AT_LEAST, "不少于": Qualifier.AT_LEAST,
    "不小于": Qualifier.AT_LEAST, "至少": Qualifier.AT_LEAST, "大于等于": Qualifier.AT_LEAST,
    "≤": Qualifier.AT_MOST, "≦": Qualifier.AT_MOST, "不超过": Qualifier.AT_MOST, "不高于": Qualifier.AT_MOST,
    "不多于": Qualifier.AT_MOST, "不大于": Qualifier.AT_MOST, "至多": Qualifier.AT_MOST, "小于等于": Qualifier.AT_MOST,
    "超过": Qualifier.OVER, "超": Qualifier.OVER, "逾": Qualifier.OVER, "突破": Qualifier.OVER,
    ">": Qualifier.OVER, "大于": Qualifier.OVER, "多于": Qualifier.OVER,
    "不足": Qualifier.UNDER, "不到": Qualifier.UNDER, "<": Qualifier.UNDER, "小于": Qualifier.UNDER,
    "少于": Qualifier.UNDER,
    "大约": Qualifier.ABOUT, "约": Qualifier.ABOUT,
    "将近": Qualifier.NEAR, "接近": Qualifier.NEAR, "近": Qualifier.NEAR,
}  # fmt: skip
_SUFFIXES = {
    "以上": Qualifier.AT_LEAST, "以下": Qualifier.AT_MOST, "以内": Qualifier.AT_MOST, "之内": Qualifier.AT_MOST,
    "内": Qualifier.AT_MOST, "左右": Qualifier.ABOUT, "上下": Qualifier.ABOUT,
}  # fmt: skip
_SCALES = {
    "万亿": 10**12, "亿": 10**8, "千万": 10**7, "百万": 10**6, "十万": 10**5, "万": 10**4, "千": 10**3, "百": 10**2,
}  # fmt: skip

COUNT_UNITS = (
    "人次 人天 床日 例次 台次 家次 架次 批次 班次 剂次 件次 场次 项次 车次 航次 列次 亩次 人份 台套 张床位 个床位 床位 病种 名 人 位 例 台 套 项 个 次 家 份 张 支 所 处 场 期 篇 部 "
    "辆 件 起 条 种 类 组 批 户 户次 级 分 岁 剂 床 间 课时 学时 学分 门 本 册 幅 块 座 栋 层 片 只 枚 颗 瓶 盒 袋 箱 桶 罐 根 盏 "
    "封 宗 笔 单 款 步 环 轮 届 班 队 道 对 双 盘 列 趟 艘 架 页 字 行 章 节 节次 口 头 羽 尾 株 亩 村 镇 县 乡 街道 市 省 国 校 院 科 科室 万人 标准箱 标箱 重量箱"
).split()
_MEASURE_UNITS = (
    "个百分点 百分点 % ‰ 成 倍 元 美元 港元 欧元 日元 英镑 小时 分钟 秒钟 秒 天 日 周年 周岁 周 个月 个工作日 工作日 个季度 年 平方米 平方公里 平方千米 立方米 公顷 千伏 "
    "公里 千米 海里 米 厘米 毫米 吨标准煤 吨 斤 千克 公斤 克 毫克 微克 毫升 升 千瓦时 万千瓦 千瓦 兆瓦时 兆瓦 度 ℃ ㎡ kg mg ml mL mm cm mmHg mmol/L kWh "
    "DDDs DDD TB GB MB M G"
).split()
_PER = (
    "10万人?|十万人?|百床|百张床位|百人天|百人|千人|千床日|千导管日|万人|万元|工作日|平方米|平方公里|立方米|千瓦时|公里|公斤|千克|分钟|小时|学期|"
    "季度|间|年|月|周|日|天|人次|人日|人|床日|床|次|例|科室|科|户|台|亩|吨|项|张|名|分|克|升|L|d|h"
)
UNITS = tuple(sorted({*COUNT_UNITS, *_MEASURE_UNITS}, key=len, reverse=True))
# 1.13升到1.15 is a rise, not litres.
_UNIT_PATTERN = "|".join(re.escape(u) + ("(?![到至为了高级])" if u == "升" else "") for u in UNITS)
_SCALE_PATTERN = "万亿|亿|千万(?!元?里)|百万|万|千(?![米克瓦卡伏])|百(?![床张])"
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d++)(?:\.\d++)?"
_HAN_DIGIT = "〇零一二两三四五六七八九十百千万亿"
# No office writes a longer one; beyond it stand serial numbers, and decimal arithmetic would cost more than linear.
_LONGEST_NUMBER = 30

# 签约3万人, 节约30万元, 预约5次, 附近3家 and 彩超30例 hold no qualifier.
_NO_QUALIFIER_AFTER = {"约": "预节签违履邀大条解特", "近": "附最靠临邻接将", "超": "彩赶反A-Za-z", "逾": "", "内": ""}
_PREFIX_PATTERN = "|".join(
    (f"(?<![{_NO_QUALIFIER_AFTER[p]}])" if _NO_QUALIFIER_AFTER.get(p) else "") + re.escape(p)
    for p in sorted(_PREFIXES, key=len, reverse=True)
)
_ODD = r"余|多(?![学科样元维功])"
_DASH = r"[-—–~～－─]{1,2}|至"
_SUFFIX_PATTERN = "以上|以下|以内|之内|内(?![科外部镜分涵容设])|左右|上下"
_LEAD = re.compile(rf"(?P<prefix>{_PREFIX_PATTERN})?\s?(?P<sign>(?<![\d%A-Za-z年月日个项例台名人])[-−+])?$")
_LONGEST_LEAD = max(map(len, _PREFIXES)) + 2
_NUMBER = re.compile(
    rf"""
    (?P<ratio>(?<![\d.:：])1[:：∶](?=\d))?
    (?P<low>{_DIGITS})
    (?P<to_one>[:：∶]1(?![\d.:：∶]))?
    (?P<odd_a>{_ODD})?
    (?P<scale>{_SCALE_PATTERN})?
    (?P<odd_b>{_ODD})?
    (?P<unit>{_UNIT_PATTERN})?
    (?P<per>/(?:{_PER}))?
    (?:(?P<dash>{_DASH})
       (?P<high>{_DIGITS})(?P<scale_high>{_SCALE_PATTERN})?(?P<unit_high>{_UNIT_PATTERN})?(?P<per_high>/(?:{_PER}))?)?
    (?P<odd_c>余)?
    (?P<suffix>{_SUFFIX_PATTERN})?
    """,
    re.VERBOSE,
)
_DIGIT = re.compile(r"[0-9]")
_MULTIPLIED = re.compile(r"(?:增[加长]?|提高|提升|上升|扩大|上涨|多|翻|高出?)了?(?:近|约|超过?|逾)?$")
_HAN_CLASSIFIERS = (
    "成|倍|个百分点|人次|例次|台次|家次|剂次|场次|人|名|位|例|台|套|项|个|次|家|份|张|支|所|处|场|期|篇|部|辆|件|起|条|种|类|组|批|户|"
    "分钟|小时|天|周年|周岁|周|元|百分点|岁|间|座|床|轮"
)
_HAN_NUMBER = re.compile(
    rf"""
    (?P<prefix>{_PREFIX_PATTERN})?
    (?: (?P<percent>百分之)(?P<percent_value>[{_HAN_DIGIT}点]{{1,16}})
      | (?P<denominator>[二三四五六七八九十])分之(?P<numerator>[{_HAN_DIGIT}]{{1,16}})
      | (?P<half>半数|过半|一半)
      | 翻(?P<doubling>一番|两番|三番|番|倍)
      | (?P<vague>上|数|几)(?P<vague_han>[十百千万亿]{{1,2}})(?P<vague_odd>余|多)?(?P<vague_unit>{_HAN_CLASSIFIERS})
      | (?<![{_HAN_DIGIT}0-9.])(?P<han>[{_HAN_DIGIT}]{{1,16}})(?P<han_odd>余|多)?(?P<han_unit>{_HAN_CLASSIFIERS})
    )
    (?P<suffix>以上|以下|以内|左右)?
    """,
    re.VERBOSE,
)
# Length-preserving, so that offsets stay those of the original text.
_FOLD = str.maketrans("０１２３４５６７８９．％＋－＜＞", "0123456789.%+-<>")
_WIDE = re.compile("[０-９．％＋－＜＞]")


class Quantity(Frozen):
    """A number with its unit, as far as it can be trusted."""

    value: Decimal
    """Unscaled, in `unit`: 12.8万份 is 128000 份; a rate stays 98.6 with unit %."""
    unit: str
    """Base unit without 万 or 亿; "" for a bare number."""
    qualifier: Qualifier = Qualifier.EXACT
    high: Decimal | None = None
    """Upper end of a range, in `unit`."""
    resolution: Decimal = Decimal(0)
    """Half a unit of the last printed place, in `unit`: 500 for 12.8万."""
    printed: str = ""
    """The characters it was read from."""


class Found(Frozen):
    """A number in a text, before anyone asks what it does there."""

    start: int
    end: int
    quantity: Quantity
    ambiguous: bool = False
    """“增加3倍” may mean 3 or 4 times; “翻倍” without a base value."""


# --- reading --------------------------------------------------------------------------------------


def fold(text: str) -> str:
    """Full-width digits, percent signs and points made half-width, each character in its place."""
    return text.translate(_FOLD) if _WIDE.search(text) else text


def find_numbers(text: str) -> Iterator[Found]:
    """Every number written with digits, left to right, with qualifier, scale and unit.

    Linear in the text: no pattern here backtracks over more than one number.  Digits that run on for more than
    thirty places are a serial number and are passed over.
    """
    folded = fold(text)
    position = 0
    while digit := _DIGIT.search(folded, position):
        at = digit.start()
        match = _NUMBER.match(folded, at)
        lead = _LEAD.search(folded, max(position, at - _LONGEST_LEAD), at)
        if match is None or lead is None or len(match["low"]) > _LONGEST_NUMBER:
            position = match.end("low") if match else at + 1
            continue
        found = _read_digits(match, lead, text)
        position = max(found.end, match.start("low") + 1)
        yield found


def find_han_numbers(text: str) -> Iterator[Found]:
    """Quantities in Chinese numerals: 三成, 近六成, 十二项, 半数以上, 三分之二, 翻番.

    A lone 一 before a classifier (一次, 一批) is idiom, not a quantity.
    """
    for match in _HAN_NUMBER.finditer(text):
        if found := _read_han(match):
            yield found


def parse(text: str) -> Quantity:
    """Read a text that is one number and nothing else.

    Raises `InputError` when it is not; the caller adds the place.
    """
    stripped = text.strip()
    for finder in (find_numbers, find_han_numbers):
        for found in finder(stripped):
            if (found.start, found.end) == (0, len(stripped)):
                return found.quantity
            break
    raise InputError(f"“{text}”不是数字。请填写数值和单位，如“12.8万份”“98.6%”；暂时没有数据请留空。")


def _read_digits(match: re.Match[str], lead: re.Match[str], text: str) -> Found:
    group: dict[str, str | None] = match.groupdict() | lead.groupdict()
    end = match.end()
    if group["high"] and not _is_range(group, text[match.start() - 1 : match.start()]):
        # “2025-03”, “1-2型”: not one quantity; keep the left number only.
        end = match.start("dash")
        group |= dict.fromkeys(("high", "scale_high", "unit_high", "per_high", "odd_c", "suffix"))
    unit = _unit_of(group)
    if group["suffix"] and not _may_follow(group["suffix"], unit):
        group["suffix"], end = None, match.start("suffix")
    start = next((lead.start(g) for g in ("prefix", "sign") if group[g]), match.start())
    quantity = _quantity(group, unit, text[start:end])
    ambiguous = unit == "倍" and _MULTIPLIED.search(text, max(0, start - 6), match.start()) is not None
    return Found(start=start, end=end, quantity=quantity, ambiguous=ambiguous)


def _unit_of(group: dict[str, str | None]) -> str:
    if group["ratio"]:
        return "1:x"
    if group["to_one"]:
        return "x:1"
    unit = (group["unit"] or "") + (group["per"] or "")
    return unit or (group["unit_high"] or "") + (group["per_high"] or "")


def _quantity(group: dict[str, str | None], unit: str, printed: str) -> Quantity:
    """The parts of a match as one quantity; 3—5万元 scales both ends, 3成 is 30 %."""
    scale = Decimal(_SCALES[group["scale"]]) if group["scale"] else Decimal(1)
    scale_high = Decimal(_SCALES[group["scale_high"]]) if group["scale_high"] else Decimal(1)
    if group["high"] and group["scale_high"] and not group["scale"] and not group["unit"]:
        scale = scale_high
    if unit == "成":
        unit, scale, scale_high = "%", scale * 10, scale_high * 10
    low, low_step = _decimal(group["low"])
    if group["sign"] in ("-", "−"):
        low = -low
    high = _decimal(group["high"])[0] * scale_high if group["high"] else None
    return Quantity(
        value=low * scale,
        high=high,
        unit=_base_unit(unit),
        qualifier=_qualifier(group, high is not None),
        resolution=low_step * scale / 2,
        printed=printed,
    )


def _is_range(group: dict[str, str | None], before: str) -> bool:
    """A dash joins two rising ends, the right one with a unit; 至 only bare numbers (“1至2名”), never 由3至5."""
    if group["dash"] == "至" and (group["unit"] or group["scale"] or group["to_one"] or before in ("由", "从")):
        return False
    same = group["unit"] is None or group["unit"] == group["unit_high"]
    if not same or not (group["unit_high"] or group["scale_high"] or group["per_high"]):
        return False
    low, high = _decimal(group["low"])[0], _decimal(group["high"])[0]
    return low < high or (group["scale"] or "") != (group["scale_high"] or "")


_SPANS = frozenset(
    "秒 分钟 小时 天 日 周 个月 个工作日 工作日 个季度 年 米 公里 千米 % ‰ 个百分点 百分点 元 千克 公斤 毫升".split()
)


def _may_follow(suffix: str, unit: str) -> bool:
    """“3天内” is a bound, “5名内科医师” is not; a bare number takes only the plain words."""
    if suffix in ("内", "之内"):
        return unit in _SPANS
    return unit != "" or suffix in ("左右", "以上", "以下", "以内")


def _qualifier(group: dict[str, str | None], ranged: bool) -> Qualifier:
    if ranged:
        return Qualifier.RANGE
    if group["prefix"]:
        return _PREFIXES[group["prefix"]]
    if group["odd_a"] or group["odd_b"] or group["odd_c"]:
        return Qualifier.ODD
    return _SUFFIXES[group["suffix"]] if group["suffix"] else Qualifier.EXACT


def _decimal(digits: str | None) -> tuple[Decimal, Decimal]:
    """Value and size of one step in the last printed place."""
    plain = (digits or "0").replace(",", "")
    places = len(plain.partition(".")[2])
    return Decimal(plain), Decimal(1).scaleb(-places)


def _base_unit(unit: str) -> str:
    return {"百分点": "个百分点", "秒钟": "秒", "㎡": "平方米", "公斤": "千克", "张床位": "张", "个床位": "张"}.get(
        unit, unit
    )


def _read_han(match: re.Match[str]) -> Found | None:
    group = match.groupdict()
    read = _han_amount(group)
    if read is None:
        return None
    value, unit, step = read
    printed, ambiguous = match.group(), group["doubling"] is not None
    quantity = Quantity(
        value=value, unit=_base_unit(unit), qualifier=_han_qualifier(group), resolution=step / 2, printed=printed
    )
    return Found(start=match.start(), end=match.end(), quantity=quantity, ambiguous=ambiguous or unit == "倍")


def _han_amount(group: dict[str, str | None]) -> tuple[Decimal, str, Decimal] | None:
    """(value, unit, size of the last place), None for an idiom.  翻两番 is four times, 三成 30 %."""
    if group["percent"]:
        return _han_decimal(group["percent_value"]), "%", Decimal(1)
    if group["denominator"]:
        return han_value(group["numerator"]) * 100 / han_value(group["denominator"]), "%", Decimal(10)
    if group["half"]:
        return Decimal(50), "%", Decimal(10)
    if group["doubling"]:
        return Decimal({"两番": 4, "三番": 8}.get(group["doubling"], 2)), "倍", Decimal(1)
    han = group["vague_han"] or group["han"] or ""
    unit = group["vague_unit"] or group["han_unit"] or ""
    if _is_idiom(group, han, unit):
        return None
    return (han_value(han) * 10, "%", Decimal(10)) if unit == "成" else (han_value(han), unit, Decimal(1))


def _han_qualifier(group: dict[str, str | None]) -> Qualifier:
    if group["prefix"]:
        return _PREFIXES[group["prefix"]]
    if group["half"] == "过半":
        return Qualifier.OVER
    if group["vague"]:
        return Qualifier.AT_LEAST
    if group["han_odd"]:
        return Qualifier.ODD
    return _SUFFIXES[group["suffix"]] if group["suffix"] else Qualifier.EXACT


def _is_idiom(group: dict[str, str | None], han: str, unit: str) -> bool:
    """一次, 一批, 万人 (as in 每万人) say no quantity; 近万人次, 百余场, 十项 do."""
    if unit in ("成", "倍") or group["vague"] or group["han_odd"]:
        return False
    return han == "一" or (han in "百千万亿〇" and not group["prefix"])


def han_value(han: str | None) -> Decimal:
    """Value of a Chinese numeral: 十二 → 12, 一百零五 → 105, 二〇二五 → 2025, 三万五 → 30005 (as written)."""
    digits = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
    text = han or "零"
    if len(text) > 1 and all(c in digits for c in text):
        return Decimal("".join(str(digits[c]) for c in text))
    total = section = current = 0
    for char in text:
        if char in digits:
            current = digits[char]
        elif char in "十百千":
            section += (current or 1) * {"十": 10, "百": 100, "千": 1000}[char]
            current = 0
        else:
            total = (total + section + current or 1) * {"万": 10**4, "亿": 10**8}[char]
            section = current = 0
    return Decimal(total + section + current)


def _han_decimal(han: str | None) -> Decimal:
    whole, _, part = (han or "").partition("点")
    if not part:
        return han_value(whole)
    return Decimal(f"{han_value(whole)}.{''.join(str(han_value(c)) for c in part)}")


# --- comparing ------------------------------------------------------------------------------------

_CONVERT = {
    "秒": ("time", Decimal(1)), "分钟": ("time", Decimal(60)), "小时": ("time", Decimal(3600)),
    "天": ("day", Decimal(1)), "日": ("day", Decimal(1)), "周": ("day", Decimal(7)),
    "%": ("rate", Decimal(1)), "‰": ("rate", Decimal("0.1")), "/10万": ("rate", Decimal("0.001")),
    "/十万": ("rate", Decimal("0.001")),
    "米": ("length", Decimal(1)), "千米": ("length", Decimal(1000)), "公里": ("length", Decimal(1000)),
    "张": ("bed", Decimal(1)), "床": ("bed", Decimal(1)),
    "千克": ("mass", Decimal(1)), "吨": ("mass", Decimal(1000)),
}  # fmt: skip


def comparable(unit: str, other: str) -> bool:
    """Whether two units measure the same thing (分钟 and 小时 do; 人 and 人次 never)."""
    if unit == other:
        return True
    return unit in _CONVERT and other in _CONVERT and _CONVERT[unit][0] == _CONVERT[other][0]


def convert(value: Decimal, unit: str, to: str) -> Decimal:
    """`value` in `unit` expressed in `to`.  Raises `InputError` when the two do not compare."""
    if unit == to:
        return value
    if not comparable(unit, to):
        raise InputError(f"单位“{unit}”和“{to}”不能换算。请统一单位后再导入。")
    return value * _CONVERT[unit][1] / _CONVERT[to][1]


def supports(fact: Decimal, claim: Quantity) -> bool:
    """Whether a true value makes the printed claim true.  Both in the claim's unit.

    Rounding is accepted up to the printed place, but never coarser than 2 % of the value or, for rates,
    than one decimal: 99% for 98.6% is another number, 3.2万 for 31986 is not.
    """
    value = claim.value
    tolerance = min(claim.resolution, abs(value) * Decimal("0.02"))
    if claim.unit in ("%", "‰", "个百分点"):
        tolerance = min(tolerance, Decimal("0.05"))
    elif claim.resolution == Decimal("0.5"):
        tolerance = min(tolerance, Decimal("0.49"))
    match claim.qualifier:
        case Qualifier.EXACT:
            return abs(fact - value) <= tolerance
        case Qualifier.RANGE:
            return claim.high is not None and value <= fact <= claim.high
        case Qualifier.AT_LEAST:
            return fact >= value
        case Qualifier.AT_MOST:
            return fact <= value
        case Qualifier.OVER:
            return fact > value
        case Qualifier.UNDER:
            return fact < value
        case Qualifier.NEAR:
            return value * Decimal("0.9") <= fact < value
        case Qualifier.ABOUT:
            return abs(fact - value) <= max(abs(value) * Decimal("0.05"), tolerance)
        case Qualifier.ODD:
            return value <= fact < value + _odd_step(value)


def _odd_step(value: Decimal) -> Decimal:
    """What “余” may hide: one step of the last non-zero place, so 200余 < 300 and 120余 < 130."""
    if value == 0:
        return Decimal(1)
    exponent = value.normalize().as_tuple().exponent
    return Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)


# --- printing -------------------------------------------------------------------------------------


def round_half_up(value: Decimal, decimals: int) -> Decimal:
    """Rounded as offices round: 2.345 → 2.35 with two decimals."""
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def plain(value: Decimal) -> str:
    """Digits without exponent and without trailing zeros: 12.50 → "12.5"."""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def show(value: Decimal, unit: str, decimals: int, *, scale: int = 1) -> str:
    """The one formatter: “3.2万人次”, “98.6%”, “14.3/10万”, “5级”.

    `scale` is 1, 10**4 or 10**8; `decimals` counts the places after scaling.
    """
    if unit == "1:x":
        return f"1:{plain(round_half_up(value, decimals))}"
    word = {1: "", 10**4: "万", 10**8: "亿"}[scale]
    return f"{plain(round_half_up(value / scale, decimals))}{word}{unit}"

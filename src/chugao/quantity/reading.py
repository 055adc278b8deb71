"""Find and parse numbers.

In: text.  Out: `Found`s, each with its span and `Quantity`.

Surprise: “余” is not “约”.  200余 promises at least 200 and fewer than 300; 约200 promises nothing about the
side.  And a thousands separator needs exactly three digits on its right: “1个2,4个60%” is a list, not 2,4.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from chugao.errors import InputError
from chugao.quantity.grammar import (
    DASHES,
    DIGIT,
    FOLDED,
    HAN_NUMBER,
    LEAD,
    LEAD_ENDS,
    LONGEST_LEAD,
    LONGEST_NUMBER,
    MANY,
    MULTIPLIED,
    NUMBER,
    PREFIXES,
    SCALES,
    SHARES,
    SUFFIX,
    SUFFIX_BEGINS,
    SUFFIXES,
    UPPER_END,
    WIDE,
    per_at,
    unit_at,
)
from chugao.quantity.quantity import Qualifier, Quantity

_ONE = Decimal(1)
_SPANS = frozenset(
    "秒 分钟 小时 天 日 周 个月 个工作日 工作日 个季度 年 米 公里 千米 % ‰ 个百分点 百分点 元 千克 公斤 毫升".split()
)
_SAME_UNITS = {
    "百分点": "个百分点", "千分点": "个千分点", "秒钟": "秒", "㎡": "平方米", "m²": "平方米", "m2": "平方米", "公斤": "千克",
    "min": "分钟", "h": "小时", "张床位": "张", "个床位": "张", "个治疗量": "治疗量",
}  # fmt: skip
_NIL = frozenset("零 未发生 没有发生 未出现 零发生 不发生".split())
_FOUR_PLACES = Decimal("0.0001")


class Found(NamedTuple):
    """A number in a text, before anyone asks what it does there."""

    start: int
    end: int
    quantity: Quantity
    ambiguous: bool = False
    """“增加3倍” may mean 3 or 4 times; “翻倍” without a base value."""


def fold(text: str) -> str:
    """Full-width digits, percent signs and points made half-width, each character in its place."""
    return WIDE.sub(lambda wide: FOLDED[wide[0]], text)


def find_numbers(text: str, taken: bytearray | None = None) -> Iterator[Found]:
    """Every number written with digits, left to right, with qualifier, scale and unit.

    Characters marked in `taken` belong to something else: no number begins there.  Linear in the text: no pattern
    here backtracks over more than one number.  Digits that run on for more than thirty places are a serial number
    and are passed over.
    """
    folded = fold(text)
    position = 0
    while digit := DIGIT.search(folded, position):
        at = digit.start()
        if taken is not None and taken[at]:
            position = taken.find(0, at)
            continue
        written = _written(folded, at)
        if len(written.low) > LONGEST_NUMBER:
            position = at + len(written.low)
            continue
        found = _read_digits(written, _lead(folded, at, position), text)
        position = max(found.end, at + 1)
        yield found


def find_han_numbers(text: str) -> Iterator[Found]:
    """Quantities in Chinese numerals: 三成, 近六成, 十二项, 半数以上, 三分之二, 翻番.

    A lone 一 before a classifier (一次, 一批) is idiom, not a quantity.
    """
    end = 0
    for match in HAN_NUMBER.finditer(text):
        if found := _read_han(match, _lead(text, match.start(), end), text):
            end = found.end
            yield found


def number_spans(text: str) -> Iterator[tuple[int, int]]:
    """(start, end) that together hold every number `find_numbers` and `find_han_numbers` read; they may overlap.

    Nothing is parsed, so idioms (一批) and serial numbers are among them: for whoever must not cut a number in two.
    """
    folded = fold(text)
    position = 0
    while digit := DIGIT.search(folded, position):
        at = digit.start()
        written = _written(folded, at)
        yield _begins(folded, at, position), written.end
        # The right half of what is no range (2025-03-15) or fraction (140/90) begins a number of its own.
        position = written.dash_at if written.dash else at + len(written.low) if written.whole else written.end
    for match in HAN_NUMBER.finditer(text):
        yield _begins(text, match.start(), 0), match.end()


def parse(text: str) -> Quantity:
    """Read a text that is one number and nothing else.

    Raises `InputError` when it is not; the caller adds the place.
    """
    stripped = text.strip()
    if stripped in _NIL:
        return Quantity(value=Decimal(0), unit="", printed=stripped)
    for finder in (find_numbers, find_han_numbers):
        for found in finder(stripped):
            if (found.start, found.end) == (0, len(stripped)):
                return found.quantity
            break
    raise InputError(f"“{text}”不是数字。请填写数值和单位，如“12.8万份”“98.6%”；暂时没有数据请留空。")


class _Lead(NamedTuple):
    """What stands before a number and belongs to it."""

    start: int
    prefix: str = ""
    currency: str = ""
    sign: str = ""
    base: str = ""
    """“百” of “百分之98.6”."""


def _lead(folded: str, at: int, floor: int) -> _Lead:
    """The qualifier, currency and sign right before `at`, not reaching back beyond `floor`."""
    if at == floor or folded[at - 1] not in LEAD_ENDS:
        return _Lead(at)
    match = LEAD.search(folded, max(floor, at - LONGEST_LEAD), at)
    if match is None:
        return _Lead(at)
    prefix, currency, sign, base = match.groups("")
    return _Lead(at - len(currency + sign) if not prefix else match.start(), prefix, currency, sign, base)


def _begins(folded: str, at: int, floor: int) -> int:
    """Where what belongs to the number at `at` begins; most have nothing before them."""
    return at if at == floor or folded[at - 1] not in LEAD_ENDS else _lead(folded, at, floor).start


# --- digits ---------------------------------------------------------------------------------------


class _Written(NamedTuple):
    """A number as it is written; what is not there is ""."""

    start: int
    end: int
    low: str
    terms: str
    whole: str
    odd: str
    scale: str
    low_b: str
    scale_c: str
    scale_b: str
    unit: str
    per: str
    """“/百床” of “1.2例/百床”."""
    dash: str
    dash_at: int
    high: str
    scale_high: str
    unit_high: str
    per_high: str
    suffix: str

    @property
    def suffix_at(self) -> int:
        return self.end - len(self.suffix)


def _written(folded: str, at: int) -> _Written:
    """The number whose digits begin at a place."""
    match = NUMBER.match(folded, at)
    assert match is not None  # a digit is a number
    low, terms, whole, odd, scale, low_b, scale_c, odd_b, scale_b = match.groups("")
    end = match.end()
    unit = per = dash = high = scale_high = unit_high = per_high = ""
    dash_at = -1
    if not terms and not whole:
        unit, per, end = _unit(folded, end)
        if folded[end : end + 1] in DASHES and (upper := UPPER_END.match(folded, end)) is not None:
            dash, high, scale_high = upper.groups("")
            dash_at = end
            unit_high, per_high, end = _unit(folded, upper.end())
        if folded.startswith("余", end):
            odd, end = odd or odd_b or "余", end + 1
    suffix = ""
    if folded[end : end + 1] in SUFFIX_BEGINS and (found := SUFFIX.match(folded, end)) is not None:
        suffix = found[0]
    return _Written(
        at, end + len(suffix), low, terms, whole, odd or odd_b, scale, low_b, scale_c, scale_b,
        unit, per, dash, dash_at, high, scale_high, unit_high, per_high, suffix,
    )  # fmt: skip


def _unit(folded: str, at: int) -> tuple[str, str, int]:
    """A unit, perhaps behind a blank, what it is counted by, and where they end."""
    begins = at + 1 if folded[at : at + 1] == " " else at
    unit = unit_at(folded, begins)
    end = begins + len(unit) if unit else at
    if folded[end : end + 1] != "/":
        return unit, "", end
    per = per_at(folded, end)
    return unit, per, end + len(per)


def _read_digits(written: _Written, lead: _Lead, text: str) -> Found:
    if written.terms:
        return _read_ratio(written, lead, text)
    if written.whole:
        return _read_fraction(written, lead, text)
    low, scale, scale_high, suffix = written.low, written.scale, written.scale_high, written.suffix
    if _is_numbered_line(written, text):
        bare = Quantity(value=Decimal(low.replace(",", "")), unit="", resolution=_ONE / 2, printed=low)
        return Found(written.start, written.start + len(low), bare)
    end, ranged = written.end, False
    if written.dash:
        ranged = _is_range(written, text)
        if not ranged:
            # “2025-03”, “1-2型”: not one quantity; keep the left number only.
            end, suffix = written.dash_at, ""
    said = written.unit + written.per
    if ranged and not said:
        said = written.unit_high + written.per_high
    if suffix and not _may_follow(suffix, said):
        suffix, end = "", written.suffix_at
    value, step = _decimal(low)
    factor = Decimal(SCALES[scale]) if scale else _ONE
    if written.scale_b:
        factor *= SCALES["亿"]  # 4万多亿元
    if written.low_b:  # 1亿2000万元
        lower = SCALES[written.scale_c]
        value = (value * factor + int(written.low_b) * lower) / lower
        step, factor = _ONE, Decimal(lower)
    if ranged and scale_high and not scale and not written.unit:
        factor = Decimal(SCALES[scale_high])  # 3—5万元 scales both ends
    top = _decimal(written.high)[0] * (SCALES[scale_high] if scale_high else 1) if ranged else None
    if lead.base and not said:
        said = SHARES[lead.base]
    elif said == "成":
        said, factor, top = "%", factor * 10, None if top is None else top * 10
    quantity = Quantity(
        value=(-value if lead.sign in ("-", "−") else value) * factor,
        unit=_SAME_UNITS.get(said, said) or ("元" if lead.currency else ""),
        qualifier=_firmness(ranged, lead.prefix, written.odd, suffix),
        high=top,
        resolution=step * factor / 2,
        printed=text[lead.start : end],
    )
    ambiguous = said == "倍" and MULTIPLIED.search(text, max(0, lead.start - 6), written.start) is not None
    return Found(lead.start, end, quantity, ambiguous)


def _firmness(ranged: bool, prefix: str, odd: str, suffix: str) -> Qualifier:
    if ranged:
        return Qualifier.RANGE
    if prefix:
        return PREFIXES[prefix]
    if odd:
        return Qualifier.ODD
    return SUFFIXES[suffix[-2:]] if suffix else Qualifier.EXACT


def _is_numbered_line(written: _Written, text: str) -> bool:
    """“1 人员情况” at the start of a line is a heading and its number, “12 家” within one is twelve."""
    at, end = written.start, written.start + len(written.low)
    if end - at > 2 or text[end : end + 1] != " " or (at > 0 and text[at - 1] != "\n"):
        return False
    return text[written.end : written.end + 1] > "\u2fff" and text[end + 1 : end + 2] > "\u2fff"


_TO = re.compile(r"由|从|自|提高|提升|上升|上调|升|降[至到]")
_CHANGES = re.compile(r"(?:增|加|减|少|降|低|升|高|延长|缩短|扩大|压缩|多)了?约?$")


def _is_range(written: _Written, text: str) -> bool:
    """A dash joins two rising ends, the right one with a unit; 至 does so between bare numbers (“1至2名”, “3万至5万元”)
    and percentages (“增长5%至6%”), never in “由3至5”, “提高5%至60%” or “增加2万至8万”."""
    unit, unit_high, scale, scale_high = written.unit, written.unit_high, written.scale, written.scale_high
    if written.dash in ("至", "到") and not text.startswith(("之间", "的区间"), written.end):
        left = text[max(0, written.start - 14) : written.start]
        if unit not in ("", "%", "‰") or left.endswith(("由", "从")):
            return False
        if (unit and _TO.search(left)) or (scale and (_TO.search(left) or _CHANGES.search(left))):
            return False
    if unit not in ("", unit_high) or not (unit_high or scale_high or written.per_high):
        return False
    return _decimal(written.low)[0] < _decimal(written.high)[0] or scale != scale_high


def _read_ratio(written: _Written, lead: _Lead, text: str) -> Found:
    """1:0.55 and 2.9:1 keep the term that is not one; 5:3 is divided; 5.1:38.2:56.7 is a composition."""
    terms = [written.low, *re.split("[:：∶]", written.terms)[1:]]
    numbers = tuple(_decimal(term)[0] for term in terms)
    step = max(_decimal(term)[1] for term in terms)
    end = written.suffix_at
    resolution = Decimal(0)
    if len(terms) > 2:
        value, unit, resolution = numbers[0], ":", step / 2
    elif terms[0] == "1":
        value, unit, resolution = numbers[1], "1:x", _decimal(terms[1])[1] / 2
    elif terms[1] == "1":
        value, unit, resolution = numbers[0], "x:1", _decimal(terms[0])[1] / 2
    else:
        value, unit = (numbers[0] / numbers[1]).quantize(_FOUR_PLACES) if numbers[1] else numbers[0], "x:1"
    quantity = Quantity(
        value=value,
        unit=unit,
        qualifier=PREFIXES[lead.prefix] if lead.prefix else Qualifier.EXACT,
        resolution=resolution,
        printed=text[lead.start : end],
        parts=numbers if len(terms) > 2 or "1" not in terms else (),
    )
    return Found(lead.start, end, quantity)


def _read_fraction(written: _Written, lead: _Lead, text: str) -> Found:
    """“1/3” and “480/484” are shares; 140/90 is none, and only its left number is read here."""
    low, whole = Decimal(written.low.replace(",", "")), Decimal(written.whole)
    if low >= whole or len(written.whole) > LONGEST_NUMBER:
        end = written.start + len(written.low)
        bare = Quantity(
            value=low,
            unit="",
            qualifier=PREFIXES[lead.prefix] if lead.prefix else Qualifier.EXACT,
            resolution=_decimal(written.low)[1] / 2,
            printed=text[lead.start : end],
        )
        return Found(lead.start, end, bare)
    suffix = written.suffix if written.suffix != "内" else ""
    end = written.suffix_at + len(suffix)
    quantity = _share(low, whole, _qualifier(lead.prefix, suffix), text[lead.start : end])
    return Found(lead.start, end, quantity)


def _share(part: Decimal, whole: Decimal, qualifier: Qualifier, printed: str) -> Quantity:
    """A part of a whole as a percentage."""
    return Quantity(
        value=(part * 100 / whole).quantize(_FOUR_PLACES),
        unit="%",
        qualifier=qualifier,
        resolution=Decimal(5) if whole <= 10 else Decimal("0.05"),
        printed=printed,
        parts=(part, whole),
    )


def _may_follow(suffix: str, unit: str) -> bool:
    """“3天内” is a bound, “5名内科医师” is not; a bare number takes only the plain words."""
    if suffix in ("内", "之内"):
        return unit in _SPANS
    return unit != "" or suffix in ("左右", "以上", "以下", "以内")


def _qualifier(prefix: str, suffix: str | None) -> Qualifier:
    if prefix:
        return PREFIXES[prefix]
    return SUFFIXES[suffix[-2:]] if suffix else Qualifier.EXACT


def _decimal(digits: str) -> tuple[Decimal, Decimal]:
    """Value and size of one step in the last printed place."""
    point = digits.find(".")
    value = Decimal(digits.replace(",", "") if "," in digits else digits)
    return value, _ONE if point < 0 else _ONE.scaleb(point + 1 - len(digits))


# --- Chinese numerals -----------------------------------------------------------------------------


def _read_han(match: re.Match[str], lead: _Lead, text: str) -> Found | None:
    if lead.sign or lead.currency:
        lead = _Lead(match.start())
    start, end = lead.start, match.end()
    if match["denominator"]:
        part, whole = han_value(match["numerator"]), han_value(match["denominator"])
        return Found(start, end, _share(part, whole, _qualifier(lead.prefix, match["suffix"]), text[start:end]))
    amount = _han_amount(match, lead.prefix)
    if amount is None:
        return None
    value, high, unit, step = amount
    quantity = Quantity(
        value=value,
        unit=_SAME_UNITS.get(unit, unit),
        qualifier=Qualifier.RANGE if high is not None else _han_qualifier(match, lead.prefix),
        high=high,
        resolution=step / 2,
        printed=text[start:end],
    )
    return Found(start, end, quantity, match["doubling"] is not None or unit == "倍")


def _han_amount(match: re.Match[str], prefix: str) -> tuple[Decimal, Decimal | None, str, Decimal] | None:
    """(value, upper end, unit, size of the last place), None for an idiom.  翻两番 is four times, 三成 30 %."""
    if match["base"]:
        places = len(match["share"].partition("点")[2])
        return _han_decimal(match["share"]), None, SHARES[match["base"]], _ONE.scaleb(-places)
    if match["half"]:
        return Decimal(50), None, "%", Decimal(10)
    if match["doubling"]:
        return Decimal({"两番": 4, "三番": 8}.get(match["doubling"], 2)), None, "倍", _ONE
    han, unit = match["vague_han"] or match["han"], match["unit"]
    if _is_idiom(match, han, unit, prefix):
        return None
    low, high = _han_ends(match["han_low"], han)
    if unit != "成":
        return low, high, unit, _ONE
    tenth = match["tenth"] or ""
    part = Decimal(5) if tenth == "半" else han_value(tenth) if tenth not in ("", "多", "余") else Decimal(0)
    return low * 10 + part, None if high is None else high * 10, "%", Decimal(1 if part or high else 10)


_BETWEEN = re.compile(
    r"(?P<head>[一二两三四五六七八九十百千万]{0,8}[十百千万])?(?P<pair>一二|二三|两三|三四|三五|四五|五六|六七|七八|八九)"
    r"(?P<tail>[十百千万亿]*)"
)


def _han_ends(han_low: str | None, han: str) -> tuple[Decimal, Decimal | None]:
    """三到五 and 七八 (never 78), 十七八 and 二三十 name two ends; anything else one value."""
    if han_low and han_value(han_low) < han_value(han):
        return han_value(han_low), han_value(han)
    if near := _BETWEEN.fullmatch(han):
        low, high = (han_value(f"{near['head'] or ''}{digit}{near['tail']}") for digit in near["pair"])
        return low, high
    return han_value(han), None


def _han_qualifier(match: re.Match[str], prefix: str) -> Qualifier:
    if prefix:
        return PREFIXES[prefix]
    if match["half"] and match["half"].startswith("过"):
        return Qualifier.OVER
    if match["vague"]:
        return Qualifier.AT_LEAST
    if match["han_odd"] or match["tenth"] in ("多", "余"):
        return Qualifier.ODD
    return _qualifier("", match["suffix"])


def _is_idiom(match: re.Match[str], han: str, unit: str, prefix: str) -> bool:
    """一次, 一批, 万人 (as in 每万人), 亿万家 say no quantity; 近万人次, 百余场, 十项 do."""
    if unit in ("成", "倍") or match["vague"] or match["han_odd"]:
        return False
    return han == "一" or (han in MANY and not prefix)


_HAN_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}


def han_value(han: str | None) -> Decimal:
    """Value of a Chinese numeral: 十二 → 12, 一百零五 → 105, 二〇二五 → 2025, 三万五 → 30005 (as written)."""
    text = han or "零"
    if len(text) > 1 and all(c in _HAN_DIGITS for c in text):
        return Decimal("".join(str(_HAN_DIGITS[c]) for c in text))
    total = section = current = 0
    for char in text:
        if char in _HAN_DIGITS:
            current = _HAN_DIGITS[char]
        elif char in "十百千":
            section += (current or 1) * {"十": 10, "百": 100, "千": 1000}[char]
            current = 0
        else:
            total = (total + section + current or 1) * {"万": 10**4, "亿": 10**8}[char]
            section = current = 0
    return Decimal(total + section + current)


def _han_decimal(han: str) -> Decimal:
    whole, _, part = han.partition("点")
    if not part:
        return han_value(whole)
    return Decimal(f"{han_value(whole)}.{''.join(str(han_value(c)) for c in part)}")

"""Numbers as offices write them: every boundary form, both kinds of numeral, there and back."""

import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chugao.errors import InputError
from chugao.quantity import (
    Qualifier,
    comparable,
    convert,
    find_han_numbers,
    find_numbers,
    fold,
    han_value,
    parse,
    plain,
    round_half_up,
    show,
    supports,
)

# A safety limit for one megabyte on a busy machine, not a measure of speed.
LIMIT_S = 30


def read(text: str) -> list[tuple[str, str, str]]:
    """(value, unit, qualifier) of every number with digits, then in Chinese numerals."""
    found = [*find_numbers(text), *find_han_numbers(text)]
    return [(plain(f.quantity.value), f.quantity.unit, f.quantity.qualifier.value) for f in found]


# --- the boundary forms ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, value, unit, qualifier",
    [
        ("12.8万份", "128000", "份", "="),
        ("14.3/10万", "14.3", "/10万", "="),
        ("0.8‰", "0.8", "‰", "="),
        ("3.2亿元", "320000000", "元", "="),
        ("3.64万亿美元", "3640000000000", "美元", "="),
        ("60%左右", "60", "%", "约"),
        ("≥95%", "95", "%", "≥"),
        ("大于等于95%", "95", "%", "≥"),
        ("5%以内", "5", "%", "≤"),
        ("3天内", "3", "天", "≤"),
        ("200余项", "200", "项", "余"),
        ("1000多万人", "10000000", "人", "余"),
        ("30多种", "30", "种", "余"),
        ("近万人次", "10000", "人次", "近"),
        ("上千人", "1000", "人", "≥"),
        ("翻倍", "2", "倍", "="),
        ("翻两番", "4", "倍", "="),
        ("三成", "30", "%", "="),
        ("3成以上", "30", "%", "≥"),
        ("近六成", "60", "%", "近"),
        ("十二项", "12", "项", "="),
        ("半数以上", "50", "%", "≥"),
        ("过半", "50", "%", "超"),
        ("百分之九十五点六", "95.6", "%", "="),
        ("１２．５％", "12.5", "%", "="),
        ("1,234,567元", "1234567", "元", "="),
        ("12,345.6", "12345.6", "", "="),
        ("-3.2%", "-3.2", "%", "="),
        ("796元/月", "796", "元/月", "="),
        ("0.6DDDs/百人天", "0.6", "DDDs/百人天", "="),
        ("1:0.55", "0.55", "1:x", "="),
        ("2.9∶1", "2.9", "x:1", "="),
    ],
)
def test_a_printed_number_is_read_unscaled_with_its_unit_and_how_firmly_it_is_meant(text, value, unit, qualifier):
    assert read(text) == [(value, unit, qualifier)]


@pytest.mark.parametrize(
    "text, low, high, unit",
    [
        ("1—2名", "1", "2", "名"),
        ("1至2次", "1", "2", "次"),
        ("63%~68%", "63", "68", "%"),
        ("6%－6.5%", "6", "6.5", "%"),
        ("3-5万元", "30000", "50000", "元"),
        ("3万-5万元", "30000", "50000", "元"),
    ],
)
def test_a_range_keeps_both_ends(text, low, high, unit):
    quantity = parse(text)

    assert (plain(quantity.value), plain(quantity.high), quantity.unit) == (low, high, unit)
    assert quantity.qualifier is Qualifier.RANGE


@pytest.mark.parametrize("text", ["2025-03", "由3至5个", "5-3个", "从89%至95%"])
def test_two_numbers_that_do_not_rise_to_one_unit_are_no_range(text):
    assert len(read(text)) == 2


def test_a_list_comma_is_no_thousands_separator():
    assert [(v, u) for v, u, _ in read("1个2,4个60%")] == [("1", "个"), ("2", ""), ("4", "个"), ("60", "%")]


@pytest.mark.parametrize("text", ["签约3万人", "节约30万元", "预约5次", "附近3家", "彩超30例", "最近3次"])
def test_a_word_that_merely_ends_like_a_qualifier_is_none(text):
    assert [q for _, _, q in read(text)] == ["="]


@pytest.mark.parametrize("text", ["5名内科医师", "3台内镜", "2个内设机构", "4家内蒙古医院"])
def test_a_word_that_merely_begins_like_a_bound_is_none(text):
    assert [q for _, _, q in read(text)] == ["="]


@pytest.mark.parametrize(
    "text, ambiguous", [("增加3倍", True), ("提高了2倍", True), ("是上年的3倍", False), ("增至3倍", False)]
)
def test_an_increase_by_times_is_flagged_and_a_ratio_is_not(text, ambiguous):
    (found,) = find_numbers(text)

    assert found.ambiguous is ambiguous


@pytest.mark.parametrize("text", ["一次", "万人空巷", "一批", "百人"])
def test_an_idiom_states_no_quantity(text):
    assert read(text) == []


def test_offsets_are_those_of_the_original_text_when_digits_are_full_width():
    text = "门诊１２．８万人次"

    (found,) = find_numbers(text)

    assert text[found.start : found.end] == "１２．８万人次"
    assert len(fold(text)) == len(text)


def test_a_text_that_is_no_number_is_refused_with_what_to_write_instead():
    with pytest.raises(InputError, match=r"12\.8万份"):
        parse("较好")


# --- there and back -------------------------------------------------------------------------------

_NUMBERS = st.decimals(min_value="0.01", max_value="9999.99", places=2).map(plain)
_SCALES = st.sampled_from(["", "万", "亿"])
_UNITS = st.sampled_from(["%", "‰", "人次", "台次", "份", "项", "元", "天", "分钟", "例", "个百分点", "/10万"])
_SIDES = st.sampled_from(
    [
        ("", "", Qualifier.EXACT),
        ("≥", "", Qualifier.AT_LEAST),
        ("不超过", "", Qualifier.AT_MOST),
        ("超过", "", Qualifier.OVER),
        ("不足", "", Qualifier.UNDER),
        ("约", "", Qualifier.ABOUT),
        ("近", "", Qualifier.NEAR),
        ("", "以上", Qualifier.AT_LEAST),
        ("", "以内", Qualifier.AT_MOST),
        ("", "左右", Qualifier.ABOUT),
    ]
)
_TIMES = {"": 1, "万": 10**4, "亿": 10**8}


@given(_NUMBERS, _SCALES, _UNITS, _SIDES)
def test_every_combination_of_number_scale_unit_and_qualifier_is_read_as_it_was_printed(number, scale, unit, side):
    before, after, qualifier = side

    quantity = parse(f"{before}{number}{scale}{unit}{after}")

    assert quantity.value == Decimal(number) * _TIMES[scale]
    assert (quantity.unit, quantity.qualifier) == (unit, qualifier)
    assert quantity.printed == f"{before}{number}{scale}{unit}{after}"


@given(st.integers(1, 998), st.integers(1, 998), st.sampled_from(["—", "-", "~", "～"]), _UNITS)
def test_every_rising_range_is_read_as_it_was_printed(low, step, dash, unit):
    quantity = parse(f"{low}{dash}{low + step}{unit}")

    assert (quantity.value, quantity.high, quantity.unit) == (low, low + step, unit)


@given(st.integers(1, 99999), st.sampled_from(["余", "多"]), st.sampled_from(["", "万"]), st.sampled_from(["人", "项"]))
def test_a_number_and_a_bit_is_read_wherever_the_bit_stands(number, odd, scale, unit):
    inside, after = parse(f"{number}{odd}{scale}{unit}"), parse(f"{number}{scale}{odd}{unit}")

    assert inside.value == after.value == number * _TIMES[scale]
    assert inside.qualifier is after.qualifier is Qualifier.ODD


@given(st.integers(2, 10**8 - 1), st.sampled_from(["项", "人次", "家"]))
def test_chinese_numerals_are_read_as_they_are_spoken(number, unit):
    spoken = in_han(number)
    if spoken in ("百", "千", "万"):
        return

    assert han_value(spoken) == number
    assert read(f"{spoken}{unit}") == [(str(number), unit, "=")]


@given(st.decimals(min_value="0.001", max_value="99999", places=3), _UNITS, st.integers(0, 3))
def test_what_the_one_formatter_prints_is_read_back_as_the_rounded_value(value, unit, decimals):
    printed = show(value, unit, decimals)

    quantity = parse(printed)

    assert (quantity.value, quantity.unit) == (round_half_up(value, decimals), unit)


def in_han(number: int) -> str:
    """A whole number below 10**8 in spoken Chinese numerals."""
    if number >= 10**4:
        rest = number % 10**4
        gap = "零" if rest and rest < 1000 else ""
        return f"{in_han(number // 10**4)}万{gap}{in_han(rest) if rest else ''}"
    out, zero = "", False
    for place, word in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // place % 10
        if digit:
            out += ("零" if zero and out else "") + "零一二三四五六七八九"[digit] + word
        zero = digit == 0
    return out


# --- comparing ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fact, claim, holds",
    [
        ("98.6", "98.6%", True),
        ("98.6", "99%", False),
        ("31986", "3.2万人次", True),
        ("31986", "3.3万人次", False),
        ("299", "200余项", True),
        ("300", "200余项", False),
        ("129", "120余例", True),
        ("9800", "近万人次", True),
        ("10000", "近万人次", False),
        ("95", "≥95%", True),
        ("95", "超95%", False),
        ("6.3", "6%－6.5%", True),
        ("203", "约200项", True),
        ("4.9", "5%以内", True),
    ],
)
def test_a_true_value_supports_a_print_only_as_far_as_the_print_goes(fact, claim, holds):
    assert supports(Decimal(fact), parse(claim)) is holds


def test_units_convert_where_they_measure_the_same_thing_and_nowhere_else():
    assert convert(Decimal("1.5"), "小时", "分钟") == 90
    assert convert(Decimal("14.3"), "/10万", "‰") == Decimal("0.143")
    assert comparable("张", "床")
    assert not comparable("人", "人次")
    with pytest.raises(InputError, match="不能换算"):
        convert(Decimal(1), "人", "人次")


# --- safety ---------------------------------------------------------------------------------------

HOSTILE = {
    "digits": "1" * 10**6,
    "prefixes": "不超过" * 333_000,
    "blanks": " " * 10**6,
    "han": "一十" * 500_000,
    # Nothing but numbers: a tenth is enough to tell a square from a line.
    "commas": "1,111" * 20_000,
    "points": "1.1." * 25_000,
    "dashes": "1-" * 50_000,
    "units": "1个百" * 33_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_read_in_linear_time(name):
    started = time.process_time()

    for _ in find_numbers(HOSTILE[name]):
        pass
    for _ in find_han_numbers(HOSTILE[name]):
        pass

    assert time.process_time() - started < LIMIT_S

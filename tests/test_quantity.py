"""Numbers as offices write them: every boundary form, both kinds of numeral, there and back."""

import time
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

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
    number_spans,
    parse,
    plain,
    round_half_up,
    show,
    supports,
    write,
)

# A safety limit on a busy machine, not a measure of speed: a square would take minutes.
LIMIT_S = 5


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
        ("5:4", "1.25", "x:1", "="),
        ("1/4", "25", "%", "="),
        ("近1/3", "33.3333", "%", "近"),
        ("480/484", "99.1736", "%", "="),
        ("不少于三分之一", "33.3333", "%", "≥"),
        ("千分之三", "3", "‰", "="),
        ("百分之百", "100", "%", "="),
        ("0.02个千分点", "0.02", "个千分点", "="),
        ("4万多亿元", "4000000000000", "元", "余"),
        ("9千亿元", "900000000000", "元", "="),
        ("65岁及以上", "65", "岁", "≥"),
        ("十几家", "10", "家", "余"),
        ("二十来家", "20", "家", "余"),
        ("翻了一番", "2", "倍", "="),
        ("超半数", "50", "%", "超"),
        ("近半数", "50", "%", "近"),
        ("一半以上", "50", "%", "≥"),
        ("百余场", "100", "场", "余"),
        ("¥320万", "3200000", "元", "="),
        ("98.5 %", "98.5", "%", "="),
        ("120mmHg", "120", "mmHg", "="),
        ("3.5 mmol/L", "3.5", "mmol/L", "="),
        ("120m²", "120", "平方米", "="),
        ("36min", "36", "分钟", "="),
        ("1.5 h", "1.5", "小时", "="),
        ("1236万千瓦时", "12360000", "千瓦时", "="),
        ("6,840单位", "6840", "单位", "="),
        ("2.3万吨标准煤", "23000", "吨标准煤", "="),
        ("400人次/日", "400", "人次/日", "="),
        ("4.8张/千人口", "4.8", "张/千人口", "="),
        ("１２﹪", "12", "%", "="),
        ("88.0%", "88", "%", "="),
        (">=95%", "95", "%", "≥"),
        ("＜＝5%", "5", "%", "≤"),
        ("12.8 万份", "128000", "份", "="),
        ("12 家", "12", "家", "="),
        ("1亿2000万元", "120000000", "元", "="),
        ("3万5千余人", "35000", "人", "余"),
        ("约百分之98.6", "98.6", "%", "约"),
        ("万分之0.8", "0.8", "‱", "="),
        ("七成半", "75", "%", "="),
        ("八成五", "85", "%", "="),
        ("三成多", "30", "%", "余"),
        ("1200kW·h", "1200", "kW·h", "="),
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
        ("6%至6.5%之间", "6", "6.5", "%"),
        ("5到7元", "5", "7", "元"),
        ("0.5—1个百分点", "0.5", "1", "个百分点"),
        ("120~140mmHg", "120", "140", "mmHg"),
        ("3-5万元", "30000", "50000", "元"),
        ("3万-5万元", "30000", "50000", "元"),
        ("投入3万至5万元", "30000", "50000", "元"),
        ("增长5%至6%", "5", "6", "%"),
        ("三到五个", "3", "5", "个"),
        ("一至两次", "1", "2", "次"),
        ("七八个", "7", "8", "个"),
        ("十七八家", "17", "18", "家"),
        ("二三十人", "20", "30", "人"),
        ("一百二三十份", "120", "130", "份"),
        ("六七成", "60", "70", "%"),
    ],
)
def test_a_range_keeps_both_ends(text, low, high, unit):
    (quantity,) = (found.quantity for found in (*find_numbers(text), *find_han_numbers(text)))

    assert (plain(quantity.value), plain(quantity.high), quantity.unit) == (low, high, unit)
    assert quantity.qualifier is Qualifier.RANGE


@pytest.mark.parametrize(
    "text, parts, unit",
    [
        ("5.1:38.2:56.7", ["5.1", "38.2", "56.7"], ":"),
        ("1：1.6：0.4", ["1", "1.6", "0.4"], ":"),
        ("5:3", ["5", "3"], "x:1"),
        ("61/484", ["61", "484"], "%"),
    ],
)
def test_a_composition_and_a_fraction_keep_their_terms(text, parts, unit):
    quantity = parse(text)

    assert ([str(p) for p in quantity.parts], quantity.unit) == (parts, unit)


@pytest.mark.parametrize("text", ["140/90", "3/2", "2025/3"])
def test_what_is_no_part_of_a_whole_is_no_fraction(text):
    assert len(read(text)) == 2


@pytest.mark.parametrize("text", ["12处方", "2025成立", "5分析", "3家庭", "1.13升到1.15"])
def test_a_word_that_merely_begins_like_a_unit_is_none(text):
    assert read(text)[0][1] == ""


def test_the_first_look_of_a_print_is_kept_to_its_last_zero():
    quantity = parse("88.0%")

    assert (quantity.printed, quantity.resolution) == ("88.0%", Decimal("0.05"))
    assert show(Decimal(88), "%", 1) == "88.0%"


@pytest.mark.parametrize(
    "text", ["2025-03", "由3至5个", "5-3个", "从89%至95%", "提高10%至60%", "增加2万至8万元", "缩短2天至5天"]
)
def test_two_numbers_that_do_not_rise_to_one_unit_are_no_range(text):
    assert len(read(text)) == 2


def test_a_list_comma_is_no_thousands_separator():
    assert [(v, u) for v, u, _ in read("1个2,4个60%")] == [("1", "个"), ("2", ""), ("4", "个"), ("60", "%")]


@pytest.mark.parametrize("line", ["1 人员情况", "2 项目管理\n", "一览\n3 门急诊服务"])
def test_the_number_of_a_heading_takes_no_unit_from_its_words(line):
    assert [u for _, u, _ in read(line)] == [""]


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


@pytest.mark.parametrize("text", ["一次", "万人空巷", "一批", "百人", "亿万家庭", "千万人", "万亿元大关"])
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


_TERMS = st.decimals(min_value="0.1", max_value="999.9", places=1).map(plain)
_PRINTS = st.one_of(
    st.builds(
        lambda n, scale, unit, side: f"{side[0]}{n}{scale}{unit}{side[1]}",
        st.one_of(_NUMBERS, st.integers(0, 10**9).map(lambda n: f"{n:,}")), _SCALES, _UNITS, _SIDES,
    ),
    st.builds(
        lambda low, step, dash, scale, unit: f"{low}{dash}{low + step}{scale}{unit}",
        st.integers(1, 998), st.integers(1, 998), st.sampled_from("—-~～"), _SCALES, _UNITS,
    ),
    st.builds(
        lambda n, odd, scale, unit: f"{n}{odd}{scale}{unit}",
        st.integers(1, 9999), st.sampled_from("余多"), _SCALES, st.sampled_from(["人", "项", "元"]),
    ),
    st.lists(_TERMS, min_size=2, max_size=4).map(":".join),
    st.builds(lambda part, rest: f"{part}/{part + rest}", st.integers(1, 9999), st.integers(1, 9999)),
    st.builds(lambda n, unit: f"{in_han(n)}{unit}", st.integers(2, 99_999_999), st.sampled_from(["项", "人次", "成"])),
    st.builds(lambda side, print_: f"{side}{print_}", st.sampled_from(["", "近", "超过"]), st.sampled_from(["三成", "半数", "三分之二"])),
    st.builds(lambda n, rest, unit: f"{n}亿{rest}万{unit}", st.integers(1, 9999), st.integers(1, 9999), st.sampled_from(["元", "人次"])),
    st.builds(lambda base, n: f"{base}分之{n}", st.sampled_from("百千万"), _NUMBERS),
    st.builds(lambda low, dash, unit: f"{in_han(low)}{dash}{in_han(low + 3)}{unit}", st.integers(2, 96), st.sampled_from("至到—"), st.sampled_from(["项", "人次", "成"])),
    st.sampled_from(["翻番", "翻两番", "过半", "上千人", "数百名", "百余场", "百分之九十五点六", "千分之三", "七八个", "二三十人", "七成半", ">=95%"]),
)  # fmt: skip


@given(_PRINTS)
def test_whatever_form_a_number_is_printed_in_it_is_written_and_read_back_as_the_same_quantity(printed):
    (found,) = [*find_numbers(printed), *find_han_numbers(printed)]
    assert found.quantity.printed == printed

    again = parse(write(found.quantity))

    assert replace(again, printed=printed) == found.quantity


@given(_PRINTS)
def test_full_width_digits_say_what_half_width_ones_say(printed):
    wide = printed.translate(str.maketrans("0123456789.%", "０１２３４５６７８９．％"))

    assert read(wide) == read(printed)


@given(st.text("0123456789.,:/-—~万亿千百%‰余近约超以上内个人次元项至到（） 一二十成番半¥第", max_size=40))
def test_any_jumble_is_read_without_error_in_order_and_each_number_lies_within_a_span(text):
    found = [*find_numbers(text)]
    spans = [*number_spans(text)]

    assert all(a.end <= b.start for a, b in pairwise(found))
    assert all(f.quantity.printed == text[f.start : f.end] for f in found)
    assert all(any(s <= f.start and f.end <= e for s, e in spans) for f in found)


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
    assert convert(Decimal(2), "公顷", "平方米") == 20_000
    assert convert(Decimal("1.2"), "兆瓦时", "kWh") == 1200
    assert convert(Decimal(20), "个千分点", "个百分点") == 2
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
    "ratios": "1:2:" * 25_000,
    "fractions": "1/" * 50_000,
    "odds": "1余" * 50_000,
    "scales": "1万亿" * 33_000,
    "yen": "¥" * 10**6,
    "shares": "百分之" * 100_000,
    "doublings": "翻了" * 333_000,
    "compounds": "1亿2" * 33_000,
    "spaced": "1 个 " * 33_000,
    "han ranges": "一至二" * 100_000,
    "bases": "百分之1" * 33_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_read_in_linear_time(name):
    started = time.process_time()

    for _ in find_numbers(HOSTILE[name]):
        pass
    for _ in find_han_numbers(HOSTILE[name]):
        pass

    assert time.process_time() - started < LIMIT_S

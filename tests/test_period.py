"""The span a figure counts for, and what it is compared with."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chugao.errors import InputError
from chugao.period import Period, read_period


@pytest.mark.parametrize(
    "text, code, label",
    [
        ("2025", "2025", "2025年"),
        ("2025年度", "2025", "2025年"),
        ("2025年全年", "2025", "2025年"),
        ("2025H1", "2025H1", "2025年上半年"),
        ("2025年上半年", "2025H1", "2025年上半年"),
        ("2025年下半年", "2025H2", "2025年下半年"),
        ("2025q3", "2025Q3", "2025年三季度"),
        ("2025年第三季度", "2025Q3", "2025年三季度"),
        ("2025年前三季度", "2025M1-9", "2025年1—9月"),
        ("2025M1-10", "2025M1-10", "2025年1—10月"),
        ("2025年1—10月", "2025M1-10", "2025年1—10月"),
        ("2025年1至10月", "2025M1-10", "2025年1—10月"),
        ("2025年6月份", "2025M6", "2025年6月"),
    ],
)
def test_a_period_is_read_in_its_code_and_in_chinese(text, code, label):
    period = read_period(text)

    assert (period.code, period.label) == (code, label)


def test_a_period_without_a_year_takes_the_year_of_its_row():
    assert read_period("上半年", 2025).code == "2025H1"


@pytest.mark.parametrize("code, before", [("2025", "2024"), ("2025H1", "2024H1"), ("2025M1-10", "2024M1-10")])
def test_a_period_is_compared_with_the_same_months_of_the_year_before(code, before):
    assert read_period(code).shifted(-1).code == before


@pytest.mark.parametrize("text", ["", "今年", "2025M10-1", "2025M13", "25年", "上半年", "2025" * 1000])
def test_what_is_no_period_is_refused_with_how_to_write_one(text):
    with pytest.raises(InputError, match="请"):
        read_period(text)


@given(st.integers(2000, 2099), st.integers(1, 12), st.integers(0, 11))
def test_every_span_of_months_is_read_back_from_its_code_and_its_label(year, first, length):
    period = Period(year=year, first_month=first, last_month=min(12, first + length))

    assert read_period(period.code) == read_period(period.label) == period

"""Which deeds a paper on part of a year may tell."""

import pytest

from chugao.material.matter import Matter, MatterStatus, months_in, within
from chugao.source import Source


def deed(when: str, text: str = "完成改造", status: MatterStatus = MatterStatus.DONE) -> Matter:
    return Matter(id="matter_a", text=text, when=when, status=status, source=Source(file="x"))


@pytest.mark.parametrize(
    ("when", "first_half", "third_quarter"),
    [
        ("5月12日", True, False),
        ("8月起", False, True),
        ("上半年", True, False),
        ("三季度", False, True),
        ("2026-03", True, False),
        ("4—12月", False, False),
        ("全年", False, False),
        ("", True, True),
    ],
)
def test_part_of_a_year_tells_what_lies_in_it_and_no_count_of_the_year(
    when: str, first_half: bool, third_quarter: bool
) -> None:
    assert within(deed(when), 1, 6) is first_half
    assert within(deed(when), 7, 9) is third_quarter


def test_what_goes_on_since_spring_is_told_in_autumn_and_a_years_count_nowhere_before_its_end() -> None:
    assert within(deed("3月", status=MatterStatus.ONGOING), 7, 9)
    assert not within(deed("", text="全年出具报告18640份"), 1, 6)
    assert months_in("2026年7—8月") == (7, 8)

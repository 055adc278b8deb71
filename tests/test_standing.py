"""The fixed formula of a first sentence: that of the day, for houses, and never beside the office's own."""

import re

import pytest

from chugao.checks import examine_text
from chugao.drafting.standing import standing_formula
from chugao.kind import Kind
from chugao.material import Matters
from chugao.metrics.observation import Figures
from chugao.outline import Outline, read_outline


def outline(kind: str, year: int, level: str = "医院", period: str | None = None) -> Outline:
    return read_outline(kind, department="望澜市第一人民医院", year=year, level=level, period=period)


@pytest.mark.parametrize(
    ("kind", "year", "said"),
    [
        ("summary", 2023, "党的二十大和二十届二中全会精神"),
        ("summary", 2024, "党的二十大和二十届二中、三中全会精神"),
        ("key-points", 2025, "党的二十大和二十届二中、三中全会精神"),  # written in January 2025, before the fourth
        ("summary", 2025, "党的二十大和二十届历次全会精神"),
        ("ideas", 2026, "党的二十大和二十届历次全会精神"),
    ],
)
def test_the_plenums_are_those_held_when_the_document_is_written(kind: str, year: int, said: str) -> None:
    formula = standing_formula(outline(kind, year))

    assert formula.startswith("坚持以习近平新时代中国特色社会主义思想为指导，")
    assert formula.endswith(said)


def test_a_half_year_report_of_2025_knows_no_plenum_of_october() -> None:
    assert "历次" not in standing_formula(outline("summary", 2025, period="2025H1"))
    assert "三中" in standing_formula(outline("summary", 2025, period="2025H1"))


@pytest.mark.parametrize("level", ["医院", "乡镇", "区县", "市"])
def test_every_house_opens_with_it(level: str) -> None:
    assert standing_formula(outline("summary", 2025, level))


def test_a_department_opens_with_its_work() -> None:
    assert standing_formula(outline("summary", 2025, "科室")) == ""


@pytest.mark.parametrize("year", range(2023, 2028))
def test_no_check_of_formulas_finds_fault_with_it(year: int) -> None:
    formula = standing_formula(outline("summary", year))
    text = f"望澜市第一人民医院{year}年工作总结\n{year}年，医院{formula}，重点做好医疗质量工作。"

    found = examine_text(text, Figures(), Matters(), kind=Kind.SUMMARY, year=year).findings

    assert [f.hint for f in found if re.search(r"全会|思想|二十", f.quote)] == []

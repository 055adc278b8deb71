"""What a number may be held against where the words leave little: bounds, steps, years, names said in full."""

import time

import pytest

from chugao import examine
from chugao.checks.attaching import _carries_on
from chugao.checks.given import Context
from chugao.checks.numbers import years_unknown
from chugao.kind import Kind
from chugao.metrics.facts import derive
from chugao.period import Period
from tests.facts import facts_of

NURSES = "专科护士数,2025,159,人,上年 137,155,180"
WARDS = "免陪照护病区数,2025,9,个,上年 2,6,15"
PLANTS = "绿色工厂数,2025,1210,家,上年 1045,1150,1300"
VALUES = "危急值响应时间,2025,9,分钟,上年 11,10,8"
ARRIVAL = "急救响应时间,2025,12,分钟,上年 13"
HOUSES = "城镇老旧小区改造户数,2025,98000,户,上年 91500,95000"
GIVEN = (NURSES, WARDS, PLANTS, VALUES, ARRIVAL, HOUSES)
TITLE = "全市2025年工作总结\n一、主要工作\n"
PLAN = "护理部2026年工作计划\n一、目标\n"


def flagged(text: str) -> list[str]:
    weighs = ("fatal", "error", "warning")
    return [f.quote for f in examine(text, facts_of(*GIVEN)).findings if f.severity.value in weighs]


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        (f"{TITLE}免陪照护病区数由2个扩大到不足9个。", "不足9个"),
        (f"{TITLE}绿色工厂数突破1045家。", "突破1045家"),
        (f"{TITLE}危急值响应时间缩短到12分钟。", "12分钟"),
        (f"{PLAN}专科护士数增加到180人，比现有159人增加超21人。", "超21人"),
        (f"{TITLE}专科护士数159人，多招20人。", "20人"),
        (f"{TITLE}专科护士数159人，少招22人。", "22人"),
        (f"{TITLE}老旧小区改造这件实事，年初定的是9.8万户。", "9.8万户"),
    ],
    ids=["a value reached", "too exact a bound", "another metric's", "more than the step", "more", "less", "an aim"],
)
def test_a_number_that_only_seems_to_fit_is_found(text: str, quote: str) -> None:
    assert flagged(text) == [quote]


@pytest.mark.parametrize(
    "text",
    [
        f"{TITLE}免陪照护病区数由2个扩大到9个，超额完成6个的目标。",
        f"{TITLE}绿色工厂数突破1200家，实际为1210家。",
        f"{TITLE}绿色工厂数突破1000家。",
        f"{PLAN}专科护士数增加到180人，比现有159人增加21人。",
        f"{TITLE}专科护士数159人，多招22人，上年只有137人。",
        f"{TITLE}老旧小区改造这件实事，年初定的是9.5万户，到年底完成9.8万户。",
    ],
)
def test_what_is_true_in_such_words_passes(text: str) -> None:
    assert flagged(text) == []


def years(text: str, given: str = "") -> list[str]:
    facts = derive(facts_of(NURSES), Period(year=2025))
    context = Context(facts=facts, kind=Kind.SUMMARY_PLAN, year=2025, ours=True)
    return [f.quote for f in years_unknown(text, context, given) if f.quote == "2026"]


OURS = (
    "护理部2025年工作总结暨2026年工作计划\n{lead}\n一、2025年工作总结\n{told}\n二、2026年工作计划\n2026年，再办三件事。"
)


def test_next_year_in_what_tells_of_this_one_is_found_in_a_draft_of_ours() -> None:
    assert years(OURS.format(lead="上线移动护理文书，是护理部2026年的一件要事。", told="")) == ["2026"]
    assert years(OURS.format(lead="", told="2026年完成培训36场。")) == ["2026"]


@pytest.mark.parametrize(
    "lead", ["现将2025年工作情况和2026年工作计划报告如下。", "新系统将于2026年上线。", "定在2026年3月前投用。"]
)
def test_next_year_where_something_is_planned_for_it_passes(lead: str) -> None:
    assert years(OURS.format(lead=lead, told="")) == []


def test_next_year_that_the_matters_give_passes() -> None:
    assert years(OURS.format(lead="合同签到2026年。", told=""), given="维保合同，2026年12月") == []


@pytest.mark.parametrize(
    ("past", "next_year", "wrong"), [(2024, 2026, ["2024"]), (2025, 2025, ["2025"]), (2025, 2026, [])]
)
def test_the_two_years_of_a_report_and_plan_are_the_titles(past: int, next_year: int, wrong: list[str]) -> None:
    text = OURS.format(lead=f"现总结{past}年工作，并提出{next_year}年打算。", told="开展培训。")

    assert [f.quote for f in examine(text).findings if f.rule == "year"] == wrong


@pytest.mark.parametrize("clause", ["达到" * 30 + "x", "多" * 60 + "x", "多了少了" * 15 + "x"])
def test_words_that_can_be_parted_in_a_thousand_ways_cost_no_time(clause: str) -> None:
    began = time.process_time()

    assert not _carries_on(clause)
    assert time.process_time() - began < 1

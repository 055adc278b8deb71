"""A metric named without its value still claims something: which way it goes, up to what, and in which year."""

import pytest

from chugao.drafting.offering import Offer
from chugao.drafting.unvalued import unvalued
from chugao.kind import Kind
from chugao.manuscript import Slot
from tests.recordings import brief

SLOTS = (
    Slot(name="stay.goal", meaning="目标", metric="stay", metric_name="平均住院日", field="goal", better="down"),
    Slot(name="day.goal", meaning="目标", metric="day", metric_name="日间手术占比", field="goal", better="up"),
    Slot(name="calls.goal", meaning="目标", metric="calls", metric_name="投诉", field="goal", better="down"),
    Slot(name="fee.now", meaning="本期值", metric="fee", metric_name="次均费用", field="now", better="neutral"),
)


def told(text: str, role: str = "plan", kind: Kind = Kind.SUMMARY_PLAN, given: str = "") -> list[str]:
    written = brief().model_copy(update={"slots": SLOTS, "role": role, "kind": kind})
    return list(unvalued(text, Offer(brief=written, values={}, facts={}, constants=()), given))


@pytest.mark.parametrize(
    ("wrong", "quote"),
    [
        ("日间手术占比压缩到平均住院日目标。", "压缩到平均住院日目标"),
        ("日间手术占比进一步降低。", "降低"),
        ("着力提高平均住院日和日间手术占比。", "提高"),
        ("投诉稳步增加。", "增加"),
        ("平均住院日控制在合理范围。", "控制在合理范围"),
        ("在本年度内增设周末门诊。", "本年度内"),
        ("本年度增设周末门诊。", "本年度"),
        ("修订平均住院日。", "平均住院日"),
        ("平均住院日落实到位。", "落实"),
        ("建设日间手术占比。", "日间手术占比"),
        ("将日间手术占比纳入平均住院日。", "纳入"),
        ("平均住院日带动日间手术占比。", "带动"),
    ],
)
def test_a_metric_in_the_wrong_direction_or_up_to_no_value_is_told(wrong: str, quote: str) -> None:
    said = told(wrong)

    assert said
    assert any(quote in s for s in said)


@pytest.mark.parametrize(
    "right",
    [
        "平均住院日缩短到{stay.goal}，日间手术占比提高到{day.goal}。",
        "平均住院日由{stay.prev}延长到{stay.now}。",  # beside values binding and the checks read the verb
        "缩短平均住院日，提高日间手术占比。",
        "提高投诉处理效率，投诉处理能力提升。",
        "减少在院等候，平均住院日再缩短。",
        "次均费用下降。",
        "落实缩短平均住院日的措施。",
        "开展平均住院日监测，平均住院日和日间手术占比按月公布。",
        "本年度目标未完成的，逐项说明。",
    ],
)
def test_a_wanted_direction_and_a_value_behind_its_verb_may_be_said(right: str) -> None:
    assert told(right) == []


def test_what_somebody_gave_may_be_said_in_their_words() -> None:
    assert told("床位压缩到三楼以上。", given="把病区床位压缩到三楼以上") == []
    assert told("投诉增加。", role="results", given="下半年投诉增加") == []


def test_only_a_plan_behind_a_summary_is_of_another_year() -> None:
    assert told("今年将增设周末门诊。")

    assert told("今年将增设周末门诊。", kind=Kind.PLAN) == []


def test_what_is_done_is_not_told_as_to_come() -> None:
    assert told("今年将增设周末门诊。", role="results")
    assert told("全年将门诊药房搬到新楼。", role="results") == []

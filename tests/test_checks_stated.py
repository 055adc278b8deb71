"""“完成” and “没有完成” against the value and the target beside them: no figures at hand, in a sentence and in a table."""

import pytest

from chugao.checks import examine
from tests.facts import facts_of

TITLE = "医务科2025年工作总结\n一、主要工作\n"
RULE = "state-contradicted"
TABLE = "| 指标 | 本年 | 上年 | 年度目标 | 完成情况 |\n| --- | --- | --- | --- | --- |\n"


def told(text: str) -> list[str]:
    return [f.quote for f in examine(TITLE + text).findings if f.rule == RULE]


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("平均住院日7.2天，控制在7.5天的目标以内，未完成年度目标。", "未完成年度目标"),
        ("患者满意度92.1%，低于95%的年度目标，完成年度目标。", "完成年度目标"),
        ("药占比28.5%，目标30%以内，未达标。", "未达标"),
        ("急诊抢救成功率92.6%，超过95%的年度目标。", "超过95%"),
        (TABLE + "| 平均住院日 | 7.8天 | 8.0天 | 7.5天以内 | 完成 |\n", "完成"),
        (TABLE + "| 会诊及时率 | 96.0% | 95.0% | 95%以上 | 未完成 |\n", "未完成"),
    ],
)
def test_a_judgement_that_its_own_two_numbers_contradict_is_found_without_figures(text: str, quote: str) -> None:
    assert told(text) == [quote]


@pytest.mark.parametrize(
    "text",
    [
        "平均住院日7.2天，控制在7.5天的目标以内，完成年度目标。",
        "平均住院日7.8天，目标7.5天以内，没有完成年度目标。",
        "急诊抢救成功率95%，达到95%的年度目标。",
        # Nobody says which way is good.
        "床位880张，目标900张，未完成年度目标。",
        # Two things in one sentence: which is judged, nobody knows.
        "平均住院日7.2天，目标7.5天；患者满意度92%，目标95%，未完成年度目标。",
        "力争平均住院日7.8天，目标7.5天以内，完成年度目标。",
        "平均住院日约7.8天，目标7.5天以内，完成年度目标。",
        TABLE + "| 平均住院日 | 7.2天 | 8.0天 | 7.5天以内 | 完成 |\n",
        TABLE + "| 床位 | 880张 | 870张 | 900张 | 未完成 |\n",
        TABLE + "| 平均住院日 | 约7.8天 | 8.0天 | 7.5天以内 | 完成 |\n",
        "| 指标 | 本年 | 明年目标 | 完成情况 |\n| --- | --- | --- | --- |\n| 平均住院日 | 7.8天 | 7.5天以内 | 完成 |\n",
    ],
)
def test_what_agrees_and_what_nobody_can_judge_is_left_alone(text: str) -> None:
    assert told(text) == []


def test_with_figures_the_same_word_is_told_once() -> None:
    text = TITLE + TABLE + "| 平均住院日 | 7.8天 | 8.0天 | 7.5天以内 | 完成 |\n"

    found = examine(text, facts_of("平均住院日,2025,7.8,天,上年 8.0,≤7.5")).findings

    assert [f.rule for f in found if f.quote == "完成"] == ["number-direction"]

"""Targets are held against where one stands, and history suggests one where none was set."""

from decimal import Decimal

import pytest

from chugao.metrics.facts import derive
from chugao.metrics.targets import propose_targets, validate_targets
from chugao.period import read_period
from chugao.source import Finding
from tests.plausible_cases import table

YEAR = read_period("2025")
OWNED = "| 责任 医务科 | 时限 2026年12月底前"


def found_in(*rows: str) -> list[Finding]:
    return list(validate_targets(table(*rows), YEAR))


def rules(*rows: str) -> list[str]:
    return [f.rule.removeprefix("target.") for f in found_in(*rows)]


@pytest.mark.parametrize(
    "row",
    [
        "平均住院日 7.3天 | 上年 7.6天 | 目标 7.4天 | 明年 7.1天",
        "门诊人次 312600人次 | 上年 298400人次 | 目标 310000 | 明年 325000",
        "甲级病案率 97.3% | 上年 96.6% | 目标 ≥95% | 明年 ≥90%",
        "药占比 24.6% | 上年 25.1% | 明年 ≤30%",
        "患者满意度 95.2% | 上年 94.5% | 明年 保持在95%以上",
        "优质护理服务病房覆盖率 100% | 上年 100% | 明年 100%",
        "病床使用率 92.7% | 上年 92.2% | 明年 90%",
        "出院患者四级手术比例 20.8% | 上年 19.6% | 明年 22%",
    ],
)
def test_a_target_that_makes_sense_is_left_in_peace(row):
    assert rules(row + OWNED) == []


@pytest.mark.parametrize(
    "row, rule",
    [
        ("平均住院日 7.3天 | 明年 7.8天", "worse"),
        ("门诊人次 312600人次 | 明年 290000", "worse"),
        ("甲级病案率 97.3% | 上年 96.6% | 明年 103%", "range"),
        ("平均住院日 7.3天 | 明年 ≥7天", "direction"),
        ("患者满意度 95.2% | 明年 ≤96%", "direction"),
        ("检查检验结果互认率 42.3% | 上年 41.6% | 明年 80%", "step"),
    ],
)
def test_a_target_that_does_not_is_told_with_both_values(row, rule):
    findings = found_in(row + OWNED)

    assert [f.rule for f in findings] == [f"target.{rule}"]
    assert "指标.csv" in findings[0].hint


def test_a_target_below_this_year_is_no_complaint_when_the_office_means_to_keep():
    said = "门诊人次 312600人次 | 明年 310000 | 备注 床位搬迁，力争保持" + OWNED

    assert rules(said) == []


def test_owners_and_deadlines_that_are_missing_are_told_in_one_line_each():
    findings = found_in(
        "门诊人次 312600人次 | 明年 325000", "出院人次 18420人次 | 明年 19000", "手术台次 5210台次 | 明年 5400" + OWNED
    )

    assert [f.rule for f in findings] == ["target.owner", "target.deadline"]
    assert "门诊人次" in findings[0].hint
    assert "手术台次" not in findings[0].hint


def test_a_deadline_of_another_year_is_told():
    findings = found_in("门诊人次 312600人次 | 明年 325000 | 责任 门诊部 | 时限 2025年12月底前")

    assert [f.rule for f in findings] == ["target.deadline"]
    assert "2025年12月底前" in findings[0].hint


# --- proposals ------------------------------------------------------------------------------------

HISTORY = ("三四级手术占比 67.2% | 上年 64.5%", "三四级手术占比 61.2% | 年度 2023", "三四级手术占比 59.4% | 年度 2022")


def test_history_suggests_the_average_step_of_three_years_with_its_formula():
    (proposal,) = propose_targets(table(*HISTORY), YEAR)

    assert proposal.status == "建议"
    assert proposal.printed == "69.8%以上"
    assert proposal.formula == "67.2%＋近3年平均每年2.6个百分点"
    assert proposal.period == read_period("2026")
    assert len(proposal.sources) == 4


@pytest.mark.parametrize(
    "rows, printed, words",
    [
        (("甲级病案率 98.8% | 上年 93.1%",), "99.4%以上", "余量的一半"),
        (("日间手术台次 4000台次 | 上年 2000台次",), "4600台次以上", "以15%为限"),
        (("平均住院日 7.0天 | 上年 9.0天",), "6.0天以内", "降幅以15%为限"),
        (("抗菌药物使用强度 43.0DDDs/百人天 | 上年 44.0DDDs/百人天",), "40.0DDDs/百人天以内", "专项整治"),
        (("投诉起数 127起 | 上年 121起",), "121起以内", "没有改善"),
    ],
)
def test_a_suggestion_stays_within_what_can_be(rows, printed, words):
    (proposal,) = propose_targets(table(*rows), YEAR)

    assert proposal.printed == printed
    assert words in proposal.formula


@pytest.mark.parametrize(
    "row",
    [
        "平均住院日 7.3天 | 上年 7.6天 | 明年 7.1天",
        "平均住院日 7.3天",
        "平均住院日 约7.3天 | 上年 7.6天",
        "病床使用率 92.7% | 上年 92.2%",
        "电子病历应用功能水平分级 5级 | 上年 4级",
        "平均住院日 7.3天 | 上年 7.6天 | 截止 2025-10-31",
    ],
)
def test_nothing_is_suggested_where_one_is_set_or_nothing_can_be_known(row):
    assert propose_targets(table(row), YEAR) == ()


def test_a_suggestion_is_no_figure_until_the_office_writes_it_under_next_years_target():
    figures = table(*HISTORY)
    (proposal,) = propose_targets(figures, YEAR)
    written = table(f"{HISTORY[0]} | 明年 {proposal.printed}", *HISTORY[1:])

    goal = derive(written, YEAR).get(proposal.metric, "goal")

    assert derive(figures, YEAR).get(proposal.metric, "goal") is None
    assert goal is not None
    assert (goal.printed, goal.value) == ("69.8%以上", Decimal("69.8"))
    assert propose_targets(written, YEAR) == ()

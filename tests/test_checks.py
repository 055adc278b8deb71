"""What a check of a text finds, and what it lets pass."""

from pathlib import Path

import pytest

from chugao import check, examine, read_metrics
from chugao.source import Severity
from tests.facts import facts_of

VISITS = "门诊人次,2025,32000,人次,上年 28571"
STAY = "平均住院日,2025,7.3,天,7.6,7.4,7.1"
SURGERY_SHARE = "三四级手术占比,2025,67.2,%,64.5,66,69"
COMPLAINTS = "投诉起数,2025,127,起,121,115,110"


def found(text: str, *lines: str, **options: int) -> list[tuple[str, str]]:
    return [(f.severity.value, f.quote) for f in check(text, facts_of(*lines), **options)]


def test_a_growth_that_the_figures_do_not_support_is_found_and_the_right_one_offered() -> None:
    facts = facts_of(VISITS)

    findings = check("全年门诊3.2万人次，较上年增长15%。", facts)

    assert [(f.severity, f.quote) for f in findings] == [("error", "15%")]
    assert "12%" in findings[0].hint


@pytest.mark.parametrize(
    "text",
    [
        "全年门诊3.2万人次，较上年增长12%。",
        "全年门诊量达到32000人次，同比增长12.0%。",
        "门诊人次由28571人次增加到32000人次。",
        "2025年，门诊人次由上年的28571人次增加到32000人次。",
        "与2024年相比，门诊人次由上年28571人次增加到32000人次。",
        "门诊32000人次，较上年增长12.00%。",
        "投诉127起，同比增长4.96%。",
        "平均住院日由7.6天缩短至7.3天，完成7.4天的目标。",
        "平均住院日7.3天，比上年缩短0.3天。",
        "三四级手术占比提高2.7个百分点，达到67.2%。",
        "三四级手术占比67.2%（上年64.5%）。",
        "投诉127起，比上年增加6起。",
        "门诊超3万人次。",
        "门诊近3.3万人次。",
    ],
)
def test_what_the_figures_support_passes(text: str) -> None:
    assert found(text, VISITS, STAY, SURGERY_SHARE, COMPLAINTS, year=2025) == []


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("全年门诊3.3万人次。", "3.3万人次"),
        ("平均住院日由7.6天缩短至7.1天。", "7.1天"),
        ("2025年，平均住院日由上年的7.8天缩短至7.3天。", "7.8天"),
        ("三四级手术占比67.2%，较上年提高2.7%。", "2.7%"),
        ("三四级手术占比68.2%。", "68.2%"),
        ("平均住院日7.3小时。", "7.3小时"),
        ("平均住院日延长至7.3天。", "7.3天"),
        ("投诉127起，比上年减少6起。", "6起"),
        ("投诉127起，同比增长4.97%。", "4.97%"),
        ("三四级手术占比64.5%。", "64.5%"),
    ],
)
def test_a_wrong_value_unit_direction_or_year_is_an_error_at_its_very_characters(text: str, quote: str) -> None:
    assert found(text, VISITS, STAY, SURGERY_SHARE, COMPLAINTS, year=2025) == [("error", quote)]


def test_a_percent_between_two_rates_is_told_to_be_percentage_points() -> None:
    findings = check("三四级手术占比67.2%，较上年提高2.7%。", facts_of(SURGERY_SHARE), year=2025)

    assert [f.rule for f in findings] == ["number-percentage-point"]
    assert "2.7个百分点" in findings[0].hint


def test_last_years_figure_left_in_is_named_as_such() -> None:
    findings = check("2025年三四级手术占比64.5%。", facts_of(SURGERY_SHARE), year=2025)

    assert [f.rule for f in findings] == ["number-last-year"]
    assert "67.2%" in findings[0].hint


def test_a_number_is_not_right_because_some_other_metric_has_it() -> None:
    assert found("平均住院日67.2天。", STAY, SURGERY_SHARE, year=2025) == [("error", "67.2天")]


def test_in_a_foreign_text_a_number_that_names_no_metric_is_a_warning() -> None:
    assert found("全年举办讲座36场。", VISITS, year=2025) == [("warning", "36场")]


def test_a_heading_over_the_number_names_its_metric() -> None:
    text = "2025年工作总结\n（一）平均住院日\n由7.6天缩短到7.0天。"

    assert found(text, STAY) == [("error", "7.0天")]


def test_a_year_that_contradicts_the_title_is_an_error() -> None:
    text = "医务科2025年工作总结\n2023年，全院门诊3.2万人次。"

    findings = check(text, facts_of(VISITS))

    assert ("year", "2023") in [(f.rule, f.quote) for f in findings]


def test_the_plan_half_is_held_against_next_years_targets() -> None:
    text = "2025年工作总结暨2026年工作计划\n一、2025年工作总结\n平均住院日7.3天。\n二、2026年工作计划\n平均住院日由7.3天缩短到7.1天。"

    assert found(text, STAY) == []
    assert found(text.replace("7.1天", "7.0天"), STAY) == [("error", "7.0天")]


@pytest.mark.parametrize("mask", ["xx", "**", "20xx年", "某某", "{outpatient_visits.now}", "〔数〕"])
def test_a_mask_left_in_the_text_is_fatal(mask: str) -> None:
    findings = check(f"全年开展{mask}专项行动。", facts_of(VISITS), year=2025)

    assert [f.severity for f in findings] == [Severity.FATAL]


def test_bold_of_markdown_is_no_mask() -> None:
    assert found("**一是完善制度。**全年门诊3.2万人次。", VISITS, year=2025) == []


def test_fixed_expressions_are_nobodys_data() -> None:
    assert found("落实18项核心制度，办好12345热线工单，抓好“一老一小”。", VISITS, year=2025) == []


def test_tables_are_read_by_row_and_column() -> None:
    text = "2025年工作总结\n指标\t2025年\t2024年\t年度目标\n平均住院日\t7.3天\t7.6天\t7.4天\n投诉起数\t127\t121\t115"

    assert found(text, STAY, COMPLAINTS) == []
    assert found(text.replace("7.6天", "7.8天"), STAY, COMPLAINTS) == [("error", "7.8天")]


def test_offsets_are_code_points_of_the_text() -> None:
    text = "𠮷祥如意。\n全年门诊3.3万人次。"

    finding = check(text, facts_of(VISITS), year=2025)[0]

    assert text[finding.place.start : finding.place.end] == finding.quote == "3.3万人次"


def test_the_numbers_are_counted() -> None:
    report = examine("全年门诊3.2万人次，较上年增长15%。", facts_of(VISITS))

    assert report.numbers == {"found": 2, "traced": 1, "untraced": 1}


def test_without_figures_only_what_needs_none_is_checked() -> None:
    assert [f.rule for f in check("2025年工作总结\n全年门诊3.3万人次，开展xx活动。")] == ["mask-left"]


def test_a_figure_marked_not_to_be_written_is_an_error_wherever_it_is_true(tmp_path: Path) -> None:
    file = tmp_path / "指标.csv"
    rows = ["指标名称,年度,本期值,单位,公开范围", "医疗纠纷赔付金额,2025,158.3,万元,不写", "护士离职率,2025,2.1,%,内部"]
    file.write_text("\n".join(rows), encoding="utf-8")
    text = "2025年工作总结\n医疗纠纷赔付金额158.3万元。护士离职率2.1%。"

    findings = check(text, read_metrics(file))

    assert [(f.rule, f.severity) for f in findings] == [("withheld", "error"), ("internal", "warning")]


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("平均住院日比前年缩短0.3天。", "0.3天"),
        ("平均住院日由2023年的7.6天缩短到7.3天。", "7.6天"),
        ("平均住院日不足7.3天。", "不足7.3天"),
        ("三四级手术占比67.2%，超过65%的年度目标。", "超过65%"),
        ("三四级手术占比67.2%，比上年低2.7个百分点。", "2.7个百分点"),
        ("平均住院日由7.3天缩短到7.3天。", "7.3天"),
    ],
)
def test_last_years_words_bounds_and_targets_are_held_to_their_own_fact(text: str, quote: str) -> None:
    assert ("error", quote) in found(text, VISITS, STAY, SURGERY_SHARE, COMPLAINTS, year=2025)


@pytest.mark.parametrize(
    "text",
    [
        "投诉127起，没有控制在115起以内。",
        "三四级手术占比67.2%，超过66%的年度目标，比目标高1.2个百分点。",
        "门诊量由28571人次增加到32000人次，净增3429人次。",
        "平均住院日7.3天，比上年7.6天缩短0.3天。",
        "平均住院日比上年快0.3天。",
    ],
)
def test_other_ways_to_say_the_same_pass(text: str) -> None:
    assert found(text, VISITS, STAY, SURGERY_SHARE, COMPLAINTS, year=2025) == []


@pytest.mark.parametrize(
    ("sentence", "quote"),
    [
        ("2026年，医务科门诊3.2万人次。", "2026"),
        ("现将2024年工作情况报告如下。", "2024"),
    ],
)
def test_a_report_that_opens_with_another_year_is_an_error(sentence: str, quote: str) -> None:
    text = f"医务科2025年工作总结暨2026年工作计划\n{sentence}\n一、2025年工作总结\n门诊3.2万人次。\n二、2026年工作计划\n2026年，再办三件事。"

    assert ("year", quote) in [(f.rule, f.quote) for f in check(text, facts_of(VISITS))]


def test_a_comparison_with_a_year_the_figures_do_not_know_is_unsupported() -> None:
    assert found("与2023年相比，平均住院日缩短0.3天。", STAY, year=2025) == [("error", "0.3天")]
    assert found("与2024年相比，平均住院日缩短0.3天。", STAY, year=2025) == []


# --- which number belongs to which metric ---------------------------------------------------------

OTHERS = (
    "城镇老旧小区改造户数,2025,98000,户,上年 91500,95000",
    "养老服务中心数,2025,520,个,上年 446,500",
    "手术台次,2025,19942,台次,上年 17635",
    "三四级手术占比,2025,61.2,%,上年 58.7",
    "家庭医生签约人数,2025,186400,人,上年 171200,180000",
)


@pytest.mark.parametrize(
    "sentence",
    [
        "改造城镇老旧小区9.8万户。",
        "养老服务中心数由446个增至520个，一年多了74个。",
        "家庭医生签约人数18.64万人，比去年多签1.52万人。",
        "家庭医生签约人数近19万人，年初18万人的任务提前完成。",
        "手术达到19942台次，难度较高的三级、四级手术合计占61.2%，上升2.5个百分点。",
    ],
)
def test_a_number_told_in_other_words_is_traced(sentence: str):
    report = examine(f"全市2025年工作总结\n一、主要工作\n{sentence}", facts_of(*OTHERS))

    assert report.numbers["untraced"] == 0, report.findings


@pytest.mark.parametrize(
    ("sentence", "quote"),
    [
        ("改造城镇老旧小区9.6万户。", "9.6万户"),
        ("改造农村公路9.8万户。", "9.8万户"),
        ("养老服务中心数由446个增至520个，一年多了47个。", "47个"),
        ("手术达到19942台次，三级、四级手术合计占61.2%，上升5.2个百分点。", "5.2个百分点"),
        ("三四级手术占比61.2%，较上一年略有下降。", "61.2%"),
    ],
)
def test_a_wrong_number_in_other_words_is_still_found(sentence: str, quote: str):
    report = examine(f"全市2025年工作总结\n一、主要工作\n{sentence}", facts_of(*OTHERS))

    assert quote in [f.quote for f in report.findings if f.severity.value in ("error", "warning")]


def test_the_change_of_a_count_that_the_figures_do_not_know_is_not_that_of_the_next_metric():
    text = "全市2025年工作总结\n一、主要工作\n组织外出进修26人，比上年多5人；家庭医生签约人数18.64万人。"

    found = examine(text, facts_of(*OTHERS)).findings

    assert not [f for f in found if f.severity.blocks]


def test_in_a_plan_what_is_aimed_at_is_next_years_goal():
    facts = facts_of("床护比,2025,1:0.53,,上年 1:0.52,1:0.53,1:0.55", "平均住院日,2025,7.3,天,上年 7.6,7.4,7.1")
    text = "护理部2026年工作计划\n一、目标\n床护比目标为1:0.55。\n指标\t谁来\n平均住院日7.1天\t医务科"

    assert not [f for f in examine(text, facts).findings if f.severity.blocks]


def test_last_year_of_a_plan_is_the_year_before_the_one_that_its_sentence_opens_with():
    facts = facts_of("平均住院日,2025,7.3,天,上年 7.6,7.4,7.1")
    text = "护理部2026年工作计划\n2026年，平均住院日从上年的{}天缩短到7.1天。"

    quoted = [[f.quote for f in examine(text.format(days), facts).findings] for days in ("7.3", "7.6")]

    assert quoted == [[], ["7.6天"]]


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        ("内瘘使用率达到88%的年度目标。", ["88%"]),
        ("内瘘使用率达到年度目标88%。", ["88%"]),
        ("内瘘使用率没有达到88%的年度目标。", []),
        ("内瘘使用率87.6%，距88%的目标差0.4个百分点。", []),
        ("平均等候天数优于2.5天的年度目标。", []),
    ],
)
def test_a_target_that_was_missed_is_not_reached_however_right_its_number(text: str, quotes: list[str]) -> None:
    figures = facts_of("内瘘使用率,2025,87.6,%,84.2,88", "平均等候天数,2025,2.1,天,3.4,2.5")

    found = check(f"血透室2025年工作总结\n一、主要工作\n{text}", figures)

    assert [f.quote for f in found if f.severity is Severity.ERROR] == quotes


# --- tables as offices type them: the unit stands anywhere but beside the number -------------------

INCOME = "药品收入,2025,6832.5,万元,7215.8,6900"


def table_of(*rows: str) -> str:
    return "\n".join(["2025年工作总结", "", *(f"| {row} |" for row in rows)])


@pytest.mark.parametrize(
    "rows",
    [
        ("指标 | 单位 | 2025年 | 2024年 | 同比", "药品收入 | 万元 | 6832.5 | 7215.8 | -5.3%"),
        ("指标 | 单位 | 2025年 | 2024年 | 同比", "药品收入 | 万元 | 6832.5 | 7215.8 | ↓5.31%"),
        ("项目 | 2025年 | 2024年", "药品收入（万元） | 6832.5 | 7215.8"),
        ("项目 | 2025年（万元） | 上年（万元）", "药品收入 | 6832.5 | 7215.8"),
        ("项目 | 本年 | 上年 | 增减", "平均住院日（天） | 7.3 | 7.6 | -0.3"),
        ("项目 | 单位 | 本年 | 上年", "门诊人次 | 万人次 | 3.2 | 2.86"),
        ("项目 | 本年 | 上年 | 增减", "三四级手术占比（%） | 67.2 | 64.5 | 2.7"),
    ],
)
def test_a_table_with_its_units_apart_passes(rows: tuple[str, ...]) -> None:
    assert found(table_of(*rows), INCOME, STAY, VISITS, SURGERY_SHARE, year=2025) == []


@pytest.mark.parametrize(
    ("rows", "quote"),
    [
        (("指标 | 单位 | 2025年 | 2024年", "药品收入 | 元 | 6832.5万 | 7215.8"), "7215.8"),
        (("指标 | 单位 | 2025年 | 同比", "药品收入 | 万元 | 6832.5 | +5.3%"), "+5.3%"),
        (("项目 | 2025年 | 2024年", "药品收入（万元） | 6823.5 | 7215.8"), "6823.5"),
        (("项目 | 2025年（万元） | 上年（万元）", "药品收入 | 7215.8 | 7215.8"), "7215.8"),
        (("项目 | 单位 | 本年 | 上年", "门诊人次 | 万人次 | 3.3 | 2.86"), "3.3"),
    ],
)
def test_a_wrong_number_in_such_a_table_is_an_error(rows: tuple[str, ...], quote: str) -> None:
    assert found(table_of(*rows), INCOME, STAY, VISITS, SURGERY_SHARE, year=2025) == [("error", quote)]

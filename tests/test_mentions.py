"""Every number of a text, what it does there, and which metric it is about."""

import ast
import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chugao.catalogue import load_catalogue
from chugao.kind import Kind
from chugao.mentions import Mention, MentionRole, find_mentions, metric_names, wording
from chugao.quantity import fold, plain

# A safety limit for one megabyte on a busy machine, not a measure of speed.
LIMIT_S = 30


def in_summary(text: str, **more: object) -> list[Mention]:
    return find_mentions(text, kind=Kind.SUMMARY, year=2025, **more)  # type: ignore[arg-type]


def in_plan(text: str) -> list[Mention]:
    return find_mentions(text, kind=Kind.PLAN, year=2026)


def roles(mentions: list[Mention]) -> list[tuple[str, str]]:
    return [(m.text, m.role.value) for m in mentions]


def metrics(mentions: list[Mention]) -> list[tuple[str, str | None]]:
    return [(m.text, m.metric) for m in mentions if m.role.is_fact]


# --- the patterns of the genre, in a summary and in a plan ----------------------------------------


@pytest.mark.parametrize(
    "pattern, text, past, future",
    [
        ("P1", "手卫生依从率由89%提升至95%。", "89% baseline 95% current", "89% baseline 95% target"),
        ("P1", "全院床位从800张扩展到950张。", "800张 baseline 950张 current", "800张 baseline 950张 target"),
        ("P2", "平均住院日缩短至6.3天。", "6.3天 current", "6.3天 target"),
        ("P3", "门诊较上年增长12.3%。", "12.3% change", "12.3% change"),
        ("P3", "平均住院日比2024年缩短0.8天。", "2024年 date 0.8天 change", "2024年 date 0.8天 change"),
        ("P4", "次均费用同比下降3.2%。", "3.2% change", "3.2% change"),
        ("P5", "占比提高2.1个百分点。", "2.1个百分点 change", "2.1个百分点 change"),
        ("P5", "治愈率高于全省平均水平1.2个百分点。", "1.2个百分点 comparator", "1.2个百分点 comparator"),
        ("P6", "药占比控制在28%以内。", "28%以内 current", "28%以内 target"),
        ("P7", "满意度目标值95%。", "95% target", "95% target"),
        ("P7", "力争三级手术占比达65%。", "65% target", "65% target"),
        ("P8", "归档率达99%（2025年95%）。", "99% current 2025年 date 95% baseline", "99% target 2025年 date 95% baseline"),
        ("P9", "漏报率≤1%。", "≤1% current", "≤1% target"),
        ("P10", "满意度达到96.8%。", "96.8% current", "96.8% target"),
        ("P11", "合格率95%以上。", "95%以上 current", "95%以上 target"),
        ("P12", "开展义诊200余场。", "200余场 count", "200余场 target"),
        ("P13", "门诊12.8万人次。", "12.8万人次 count", "12.8万人次 target"),
        ("P14", "日间手术增加3倍。", "3倍 change", "3倍 target"),
        ("P14", "日间手术量实现翻番。", "翻番 change", "翻番 target"),
        ("P15", "引进1—2名博士。", "1—2名 count", "1—2名 target"),
        ("P15", "覆盖0-6岁儿童。", "0-6岁 parameter", "0-6岁 parameter"),
        ("P16", "四级手术占比达31%。", "31% current", "31% target"),
        ("P17", "发表论文30篇（其中SCI论文12篇）。", "30篇 count 12篇 count", "30篇 target 12篇 target"),
        ("P19", "死亡率14.3/10万。", "14.3/10万 current", "14.3/10万 target"),
        ("P20", "6月底前完成。", "6月底 date", "6月底 date"),
        ("P21", "每月抽查50份病历。", "50份 parameter", "50份 parameter"),
        ("P22", "全年未发生安全生产事故。", "未发生 count", "未发生 target"),
        ("P23", "门诊xx万人次，增长**%，20xx年。", "20 name", "20 name"),
        ("P24", "与120指挥中心联动，建设5G网络。", "120 name 5 name", "120 name 5 name"),
        ("P24", "实施“1个2，4个60%”和“1+X”行动，管好2型糖尿病。", "1 name 2 name 4 name 60 name 1 name 2 name", None),
    ],
)  # fmt: skip
def test_a_pattern_has_its_role_in_a_summary_and_in_a_plan(pattern, text, past, future):
    def flat(mentions: list[Mention]) -> str:
        return " ".join(f"{t} {r}" for t, r in roles(mentions))

    assert flat(in_summary(text)) == past, pattern
    assert flat(in_plan(text)) == (future or past), pattern


def test_a_list_that_hides_its_first_unit_takes_it_from_the_last_and_maps_onto_the_names_in_order():
    mentions = in_summary("四级手术占比、微创手术占比分别提高3个、2.5个百分点。")

    assert [(m.metric, m.quantity.unit, m.role.value) for m in mentions if m.quantity] == [
        ("level_four_surgery_rate", "个百分点", "change"),
        ("minimally_invasive_rate", "个百分点", "change"),
    ]


def test_two_metrics_that_move_together_keep_their_own_values():
    mentions = in_summary("药占比和耗占比由31%、25%分别降至28%、22%。")

    assert [(m.text, m.role.value, m.metric) for m in mentions] == [
        ("31%", "baseline", "drug_income_ratio"),
        ("25%", "baseline", "consumables_income_ratio"),
        ("28%", "current", "drug_income_ratio"),
        ("22%", "current", "consumables_income_ratio"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "2023年、2024年、2025年门诊人次分别为19万人次、21万人次和23万人次。",
        "2025年三季度、四季度门诊人次分别为12万人次、13万人次。",
        "10月份、11月份门诊人次分别为2万人次、3万人次。",
    ],
)
def test_a_metric_behind_listed_times_is_said_of_each_of_them(text: str):
    numbers = [m for m in in_summary(text) if m.role is not MentionRole.DATE]

    assert {m.metric for m in numbers} == {"outpatient_visits"}
    assert len(numbers) == text.count("万人次")


def test_to_double_is_a_change_and_no_level():
    [doubled] = [m for m in in_summary("手术量较上年翻倍。") if m.text == "翻倍"]

    assert doubled.role is MentionRole.CHANGE


def test_the_names_of_an_earlier_clause_answer_to_a_list_of_changes():
    mentions = in_summary("四级手术占比31%，微创手术占比42%，较2024年分别提升3个和5个百分点。")

    changes = [m.metric for m in mentions if m.role is MentionRole.CHANGE]
    assert changes == ["level_four_surgery_rate", "minimally_invasive_rate"]


def test_a_list_under_names_of_which_none_is_known_is_about_no_metric():
    mentions = in_summary("药占比28%，甲项目、乙项目、丙项目分别下降3%、4%、5%。")

    assert [m.metric for m in mentions if m.role is MentionRole.CHANGE] == [None, None, None]


# --- what a number is compared with, and when it counts --------------------------------------------


@pytest.mark.parametrize(
    "text, role",
    [
        ("增速高于全国0.3个百分点。", "comparator"),
        ("平均住院日低于全省三级医院平均水平0.6天。", "comparator"),
        ("死亡率3.2%（全国平均5.1%）。", "comparator"),
        ("使用强度低于国家要求的40DDDs。", "comparator"),
        ("较目标值缩短27分钟。", "comparator"),
        ("距目标值差3.5个百分点。", "comparator"),
        ("高于上年1.2个百分点。", "change"),
        ("门诊量是上年的1.8倍。", "change"),
        ("产值较上年翻了一番。", "change"),
        ("较上年1:0.45进一步优化。", "baseline"),
        ("较2024年的19起减少。", "baseline"),
    ],
)
def test_a_distance_from_others_is_a_comparator_and_one_from_the_own_past_a_change(text, role):
    last = [m for m in in_summary(text) if m.quantity is not None][-1]

    assert last.role.value == role


@pytest.mark.parametrize(
    "text, period",
    [
        ("门诊12.8万人次。", "2025"),
        ("上半年门诊38.2万人次。", "2025H1"),
        ("1—10月累计门诊65.7万人次。", "2025M1-10"),
        ("截至三季度末，门诊45万人次。", "2025M1-9"),
        ("一季度门诊15万人次。", "2025Q1"),
        ("上半年门诊38.2万人次，全年78.5万人次。", "2025"),
        ("2024年门诊11.2万人次。", "2024"),
        ("门诊较2024年增长5.1%。", "2025"),
        ("上年同期为11.2万人次。", "2024"),
    ],
)
def test_a_value_counts_for_the_months_or_the_year_its_clause_names(text, period):
    assert [m for m in in_summary(text) if m.quantity is not None][-1].period == period


@pytest.mark.parametrize(
    "text, baseline",
    [
        ("满意度较2023年提高2.1个百分点。", "2023年"),
        ("门诊比上年同期增长5.1%。", "上年同期"),
        ("增幅高于全市1.2个百分点。", "全市"),
        ("门诊同比增长5.1%。", "上年同期"),
        ("费用低于全省平均水平3.1%。", "全省平均水平"),
        ("门诊量是去年全年的1.8倍。", "去年全年"),
    ],
)
def test_a_comparison_keeps_the_words_for_what_it_compares_with(text, baseline):
    assert [m for m in in_summary(text) if m.quantity is not None][-1].baseline == baseline


@pytest.mark.parametrize(
    "text, role",
    [
        ("回收率23.4%，比上年（18.6%）提高。", "baseline"),
        ("门诊量较去年同期（全院11.2万人次）增长。", "baseline"),
        ("住院日比2024年（7.6天）缩短。", "baseline"),
        ("2025年（23.4%）好于上年。", "current"),
        ("上年（增长4.8%）起步较晚。", "change"),
    ],
)
def test_a_bracket_behind_a_year_before_holds_what_it_was_then(text, role):
    assert [m for m in in_summary(text) if m.quantity is not None][-1].role == role


@pytest.mark.parametrize(
    "text, role",
    [
        ("24小时内规范处置率100%。", "parameter"),
        ("24h内完成病历。", "parameter"),
        ("急诊24小时不间断接诊。", "parameter"),
        ("夜间药房24h开放。", "parameter"),
        ("完成24小时志愿服务。", "count"),
        ("DNT中位数36min。", "current"),
        ("DNT较上年缩短9min。", "change"),
        ("均在3个工作日内完成复检。", "parameter"),
        ("术后48小时归档率98%。", "parameter"),
        ("评分≥15分者占61.4%。", "parameter"),
        ("单笔50万元以下欠款清零。", "parameter"),
        ("每月抽查50份病历。", "parameter"),
        ("就业每年超过90万人。", "count"),
        ("次均费用9865元。", "current"),
        ("每千人口床位6.8张。", "current"),
        ("补助由每人每年50元提高到100元。", "baseline"),
        ("备份增至每日4次。", "current"),
        ("CMI值1.12。", "current"),
        ("测评得分96.5分。", "current"),
        ("平均年龄41.8岁。", "current"),
        ("参与人数达1200人。", "current"),
        ("营收保持20%以上增长。", "change"),
    ],
)
def test_a_rule_a_level_and_a_count_are_told_apart(text, role):
    assert in_summary(text)[0].role.value == role


def test_an_increase_by_times_is_marked_ambiguous():
    assert [m.approximate for m in in_summary("日间手术增加3倍，是上年的4倍。")] == [True, False]


# --- tables ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", [" | ", "\t"])
def test_the_head_of_a_table_tells_what_its_columns_are_and_the_row_what_they_are_about(mark):
    head = mark.join(["指标", "2024年", "2025年", "同比", "2026年目标"])
    row = mark.join(["门诊人次", "10.8万", "12万", "+11.1%", "13万"])
    edge = "|" if "|" in mark else ""

    mentions = [m for m in in_summary(f"{edge}{head}{edge}\n{edge}{row}{edge}") if m.quantity]

    assert [(m.role.value, m.metric) for m in mentions] == [
        ("baseline", "outpatient_visits"),
        ("count", "outpatient_visits"),
        ("change", "outpatient_visits"),
        ("target", "outpatient_visits"),
    ]


def test_a_label_before_a_colon_says_what_the_number_is():
    assert roles(in_summary("上年同期：95%。"))[-1] == ("95%", "baseline")


# --- tense ----------------------------------------------------------------------------------------


def test_the_second_half_of_a_summary_and_plan_looks_ahead():
    text = (
        "医务科2025年工作总结暨2026年工作计划\n一、2025年工作完成情况\n满意度达96%。\n二、2026年工作打算\n满意度达97%。"
    )

    found = [(m.text, m.role.value, m.tense) for m in find_mentions(text) if m.role.is_fact]

    assert found == [("96%", "current", "past"), ("97%", "target", "future")]


def test_a_heading_that_names_a_later_year_looks_ahead_whatever_its_words():
    text = "工作报告\n一、2025年工作回顾\n收入增长5%。\n二、2026年重点工作\n收入增长6%。"

    assert [(m.text, m.role.value) for m in find_mentions(text) if m.role.is_fact] == [
        ("5%", "change"),
        ("6%", "target"),
    ]


def test_a_next_step_ends_with_its_own_heading():
    text = "一、2025年工作总结\n（一）下一步打算\n占比达70%。\n（二）质量管理\n占比达60%。"

    assert [m.tense for m in in_summary(text) if m.role.is_fact] == ["future", "past"]


def test_under_a_heading_that_promises_both_the_paragraph_that_opens_ahead_turns_ahead():
    text = "工作报告\n一、发展成就和主要目标任务\n过去五年满意度达96%。\n收入增长5%。\n今后五年，满意度达98%。\n收入增长6%。"

    found = [(m.text, m.role.value) for m in find_mentions(text) if m.role.is_fact]

    assert found == [("96%", "current"), ("5%", "change"), ("98%", "target"), ("6%", "target")]


def test_what_an_unfinished_line_announces_holds_for_the_lines_after_it():
    text = "今年的预期目标是：\n门诊增长8%，\n占比3%左右；\n满意度95%。\n全年门诊增长7%。"

    assert [m.role.value for m in in_summary(text)] == ["target", "target", "target", "change"]


def test_the_caller_may_force_the_tense():
    assert in_summary("满意度达96%。", tense="future")[0].role is MentionRole.TARGET


# --- what is no quantity --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, expected",
    [
        ("国办发〔2025〕1号", [("2025〕1号", "date")]),
        ("2025年3月19日至20日", [("2025年3月19日至20日", "date")]),
        ("8:30至17:00开诊", [("8:30", "date"), ("17:00", "date")]),
        ("到2030年", [("2030年", "date")]),
        ("系统V2.3.1上线", [("2.3.1", "name")]),
        ("电话010-12345678、13812345678", [("010", "name"), ("12345678", "name"), ("13812345678", "name")]),
        ("依据《三级医院评审标准（2025年版）》", [("2025年", "date")]),
        ("ISO15189:2022认可", [("15189", "name"), ("2022", "name")]),
        ("（1）强化管理", [("1", "numbering")]),
        ("第18届学术年会", [("18", "numbering")]),
        ("1.流程优化", [("1", "numbering")]),
        ("二〇二五年十二月三十一日", [("二〇二五年十二月三十一日", "date")]),
        ("2023—2025年", [("2023—2025年", "date")]),
        ("参加2025全球创新大赛", [("2025", "date")]),
        ("通过等保2.0三级测评", [("2.0", "name")]),
        ("CYP2C19基因检测", [("2", "name"), ("19", "name")]),
        ("购置3.0T磁共振和64排CT", [("3.0", "name"), ("64", "name")]),
        ("12床患者", [("12", "name")]),
        ("国卫医发〔2025〕12号", [("2025〕12号", "date")]),
        ("附件材料目录　12", [("12", "numbering")]),
        ("凝聚亿万家庭", []),
        ("出席二十国集团峰会", []),
        ("学习党的二十届历次全会精神", []),
        ("党委十二届八次、九次全会", []),
        ("推进二期工程", []),
        ("深化“三个转变”", []),
    ],
)  # fmt: skip
def test_dates_numbering_and_names_are_no_quantities(text, expected):
    found = in_summary(text)

    assert roles(found) == expected
    assert all(m.quantity is None for m in found)


def test_a_place_in_an_order_is_a_result_and_moves_like_one():
    mentions = in_summary("综合排名由全省第12位升至第5位，满意度居全市第3名。")

    assert [(m.text, m.role.value, plain(m.quantity.value)) for m in mentions if m.quantity] == [
        ("第12位", "baseline", "12"),
        ("第5位", "current", "5"),
        ("第3名", "current", "3"),
    ]


def test_a_bare_place_is_a_result_where_the_words_rank():
    (mention,) = in_summary("贡献率位居全国第5，表现突出。")

    assert (mention.text, mention.role.value, mention.quantity.unit) == ("第5", "current", "位")  # type: ignore[union-attr]


def test_devices_behind_latin_letters_are_counted():
    assert roles(in_summary("新增CT2台、SCI论文12篇，治理PM2.5。"))[:2] == [("2台", "count"), ("12篇", "count")]


def test_a_level_for_each_head_is_no_frequency():
    assert roles(in_summary("补助由每人每年50元提高到100元，平均每天接诊300人次。")) == [
        ("50元", "baseline"),
        ("100元", "current"),
        ("300人次", "count"),
    ]


def test_the_lowest_standard_is_no_comparison_with_a_standard():
    assert roles(in_summary("最低工资标准提高20%。")) == [("20%", "change")]


# --- names of metrics -----------------------------------------------------------------------------


def test_the_narrower_name_wins_and_a_name_too_general_to_tell_gives_no_metric():
    assert metrics(in_summary("门急诊人次128.46万人次，归档率98%。")) == [
        ("128.46万人次", "outpatient_emergency_visits"),
        ("98%", None),
    ]


@pytest.mark.parametrize(
    "text, name, metric",
    [
        ("出院患者病历2日归档率98%", "2", "record_archive_rate_two_day"),
        ("65岁及以上老年人健康管理率72%", "65", "elderly_health_mgmt_rate"),
        ("0—6岁儿童健康管理率95.2%", "0", "child_health_mgmt_rate"),
        ("0-6岁儿童健康管理率95.2%", "0", "child_health_mgmt_rate"),
    ],
)
def test_digits_inside_a_metrics_own_name_are_part_of_the_name(text, name, metric):
    mentions = in_summary(text)

    assert (mentions[0].text, mentions[0].role) == (name, MentionRole.NAME)
    assert mentions[-1].metric == metric


@pytest.mark.parametrize("text", ["手术台次：23186", "手术台次\t23186台次", "手术台次\n23186台次", "手术23186台次"])
def test_a_label_beside_or_over_a_number_names_its_metric(text):
    (mention,) = in_summary(text)

    assert (mention.metric, mention.quantity.value, mention.quantity.unit) == ("surgeries", 23186, "台次")  # type: ignore[union-attr]


def test_a_label_lends_a_bare_number_its_unit_and_scale():
    (mention,) = in_summary("门诊人次（万人次）：128.46")

    assert (mention.quantity.value, mention.quantity.unit) == (1284600, "人次")  # type: ignore[union-attr]


def test_a_subject_is_carried_over_a_comma_to_its_change_and_not_to_another_count():
    mentions = in_summary("平均住院日6.3天，较上年缩短0.4天；开展培训23次，覆盖67家。")

    assert metrics(mentions)[:2] == [("6.3天", "avg_length_of_stay"), ("0.4天", "avg_length_of_stay")]
    assert metrics(mentions)[-1] == ("67家", None)


def test_a_unit_that_a_metric_does_not_take_is_not_linked_to_it():
    assert metrics(in_summary("平均住院日98%。")) == [("98%", None)]


def test_a_metric_of_the_offices_own_figures_is_found_by_its_name():
    own = load_catalogue().local("夜查房覆盖率", "%")

    (mention,) = in_summary("夜查房覆盖率92.5%。", catalogue=load_catalogue().extended([own]))

    assert mention.metric == own.id


def test_a_zero_is_linked_only_where_the_metric_itself_is_named():
    assert metrics(in_summary("未发生安全生产事故，未发生重大安全生产事故，零投诉。")) == [
        ("未发生", "safety_accidents")
    ]


def test_the_words_beside_a_change_tell_its_direction_and_its_baseline():
    (mention,) = in_summary("平均住院日较去年同期缩短0.8天。")

    assert (mention.direction, mention.verb, mention.baseline, mention.period) == (-1, "缩短", "去年同期", "2025")


# --- the labelled documents and complete reports --------------------------------------------------

_GOLD_ROLES = {"date/version": "date", "param": "parameter", "in-name": "name"}


@pytest.mark.shared
@pytest.mark.parametrize("document, kind, year", [("000", Kind.SUMMARY_PLAN, 2025), ("001", Kind.PLAN, 2026)])
def test_the_hand_labels_of_every_number_are_met(shared: Path, document, kind, year):
    (seed,) = (shared / "seeds").glob(f"{document}_*")
    text = seed.read_text(encoding="utf-8")
    mentions = find_mentions(text, kind=kind, year=year)
    labels = list(_labels(text, shared / "gold" / f"gold_{document}.tsv"))

    best = [(role, _covering(mentions, start, end)) for start, end, role in labels]

    found = [(role, m) for role, m in best if m is not None]
    right = [m for role, m in found if m.role.value == role]
    assert len(found) / len(labels) >= 0.985
    assert len(right) / len(labels) >= 0.93


def _labels(text: str, gold: Path):
    """(start, end, role) of every label; the label's words are found in its line, each occurrence once."""
    lines = text.split("\n")
    used: dict[tuple[int, str], int] = {}
    for row in gold.read_text(encoding="utf-8").splitlines():
        _, number, _, role, context = row.split("\t")
        before, inner, after = re.fullmatch(r"(.*?)⟦(.*?)⟧(.*)", context).groups()  # type: ignore[union-attr]
        line, needle = int(number) - 1, before + inner + after
        at = lines[line].find(needle, used.get((line, needle), 0))
        used[line, needle] = at + 1
        start = sum(len(x) + 1 for x in lines[:line]) + at + len(before)
        yield start, start + len(inner), _GOLD_ROLES.get(role, role)


def _covering(mentions: list[Mention], start: int, end: int) -> Mention | None:
    over = [m for m in mentions if m.start < end and m.end > start]
    return max(over, key=lambda m: min(m.end, end) - max(m.start, start), default=None)


@pytest.mark.shared
def test_every_digit_of_complete_reports_falls_into_exactly_one_mention(shared: Path):
    for path in sorted((shared / "fulldocs").glob("2*.txt")):
        text = path.read_text(encoding="utf-8")
        covered = bytearray(len(text))
        for mention in find_mentions(text):
            assert not any(covered[mention.start : mention.end]), mention
            covered[mention.start : mention.end] = b"\x01" * (mention.end - mention.start)

        missed = [m.group() for m in re.finditer(r"(?<![A-Za-z])\d", fold(text)) if not covered[m.start()]]

        assert missed == [], path.name


@pytest.mark.shared
def test_complete_reports_are_read_at_a_speed_that_is_printed(shared: Path, capsys: pytest.CaptureFixture[str]):
    texts = [p.read_text(encoding="utf-8") for p in (shared / "fulldocs").glob("2*.txt")]
    find_mentions("门诊3人次。")
    started = time.process_time()

    numbers = sum(len(find_mentions(t)) for t in texts)

    spent = time.process_time() - started
    with capsys.disabled():
        print(f"\nmentions: {numbers} in {sum(len(t.encode()) for t in texts) / spent / 1e6:.2f} MB/s")
    assert numbers > 4000


# --- what is tied to what -------------------------------------------------------------------------


def ties(mentions: list[Mention]) -> list[tuple[str, str, str]]:
    at = {m.start: m.text for m in mentions}
    return [(m.text, m.link, at[m.linked]) for m in mentions if m.linked is not None]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("随访率由八成五提高到九成二。", [("八成五", "baseline", "九成二")]),
        ("归档率99%（2024年95%）。", [("95%", "baseline", "99%")]),
        ("平均住院日7.1天，上年同期7.6天。", [("7.6天", "baseline", "7.1天")]),
        (
            "开展手术3120台（其中微创1240台，四级手术286台），培训12场。",
            [("1240台", "subset", "3120台"), ("286台", "subset", "3120台")],
        ),
        ("体检4.27万人次，其中职业病体检0.8万人次。新购设备6台。", [("0.8万人次", "subset", "4.27万人次")]),
        ("门诊和住院满意度分别为96.1分、97.4分。", [("96.1分", "list", "96.1分"), ("97.4分", "list", "96.1分")]),
        ("投诉12件，培训18场，演练6次。", []),
    ],
)
def test_pairs_parts_and_lists_are_tied_to_their_number(text, expected):
    assert ties(in_summary(text)) == expected


@pytest.mark.parametrize(
    "text, periods",
    [
        ("一、二、三季度合格率分别为91%、93%和95%。", ["2025Q1", "2025Q2", "2025Q3"]),
        ("2024年、2025年门诊量分别为3.1万人次和3.3万人次。", ["2024", "2025"]),
        ("1月、2月、3月投诉分别为3件、5件、2件。", ["2025M1", "2025M2", "2025M3"]),
        ("2025年三季度、四季度门诊量分别为12万人次、13万人次。", ["2025Q3", "2025Q4"]),
        ("2024年一季度和二季度合格率分别为91%、93%。", ["2024Q1", "2024Q2"]),
        ("2023年、2024年、2025年手术台次分别为199台、218台和231台。", ["2023", "2024", "2025"]),
        ("内科、外科满意度分别为91%、93%。", ["2025", "2025"]),
    ],
)
def test_a_list_of_times_gives_each_number_its_own(text, periods):
    assert [m.period for m in in_summary(text) if m.role.is_fact] == periods


@pytest.mark.parametrize(
    "text, metric",
    [
        ("全年完成手术9000台。", "surgeries"),
        ("手术同比增长4.9%。", "surgeries"),
        ("骨科手术1200台。", "surgeries"),
        ("力争投诉控制在110件。", "complaints"),
        ("腔镜手术800台。", None),
        ("四级手术286台。", None),
        ("夜间门诊3000人次。", None),
        ("老年患者出院1200人次。", None),
    ],
)
def test_a_short_name_after_a_narrowing_word_is_another_thing(text, metric):
    assert metrics(in_summary(text))[0][1] == metric


def test_a_chinese_numeral_inside_a_metrics_name_is_part_of_the_name():
    catalogue = load_catalogue()
    own = catalogue.local("三天确诊率", "%")

    found = find_mentions("三天确诊率91.2%。", catalogue.extended([own]), kind=Kind.SUMMARY, year=2025)

    assert roles(found) == [("91.2%", "current")]
    assert found[0].metric == own.id


def test_what_other_cells_of_a_row_say_is_not_said_of_this_one():
    table = "|指标|2024年|2025年|\n|药占比|目标30%|28.1|\n"

    assert roles(in_summary(table))[-1] == ("28.1", "current")


# --- safety ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "unit, size",
    [
        ("门诊人次32000人次，较上年增长12%，", 10**6),
        ("药占比和耗占比、", 10**6),
        ("a", 10**6),
        ("1", 10**6),
        # Nothing but numbers: a tenth is enough to tell a square from a line, and a report is never that.
        ("药占比和耗占比分别提高3、5、", 10**5),
        ("3、5、7、", 10**5),
        ("“1", 10**5),
        ("《1", 10**5),
        ("a1", 10**5),
        ("1:", 10**5),
        ("1-", 10**5),
        ("由1万", 10**5),
        ("1\t", 10**5),
        ("| 1 ", 10**5),
        ("上半年1次", 10**5),
        ("每人每年1元", 10**5),
        ("分别为1、", 10**5),
        ("1台（其中", 10**5),
        ("1、2、季度分别", 10**5),
        ("1/2", 10**5),
    ],
)
def test_hostile_text_in_one_line_without_a_full_stop_is_read_in_linear_time(unit, size):
    text = unit * (size // len(unit.encode()))
    started = time.process_time()

    find_mentions(text)

    assert time.process_time() - started < LIMIT_S


@given(
    st.lists(
        st.one_of(
            st.sampled_from(sorted(metric_names(load_catalogue())._by_name)),
            st.sampled_from(sorted(metric_names(load_catalogue())._by_name)).map(
                lambda name: name[: len(name) // 2 + 1]
            ),
            st.sampled_from(["，", "（", "—", "12", "同比增长5", "全院", "ＩＣＵ", "icu"]),
        ),
        max_size=12,
    )
)
def test_of_names_that_begin_at_one_place_the_longest_is_taken_from_left_to_right(pieces: list[str]):
    text = "".join(pieces)
    names = metric_names(load_catalogue())

    found = names.find(text)

    ends = [0, *(end for _, end, _ in found)]
    for (start, end, _), after in zip(found, ends[:-1], strict=True):
        assert start >= after
        longer = [n for n in names._by_name if n not in names._short and len(n) > end - start]
        assert not any(text.lower().startswith(n, start) for n in longer)
    starts = {start for start, _, _ in found}
    inside = {at for start, end, _ in found for at in range(start, end)}
    for name in names._by_name.keys() - names._short:
        at = text.lower().find(name)
        assert at < 0 or at in starts or at in inside or inside & set(range(at, at + len(name)))


def test_no_room_asks_for_a_pattern_that_nobody_wrote() -> None:
    """`wording` compiles a pattern when it is first asked for, so mypy cannot see a misspelt name."""
    for room in ("roles.py", "besides.py"):
        tree = ast.parse((Path(wording.__file__).parent / room).read_text(encoding="utf-8"))
        asked = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute) and ast.unparse(n.value) == "w"}

        assert asked
        assert [name for name in sorted(asked) if not hasattr(wording, name)] == []

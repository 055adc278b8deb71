"""What a number of a foreign text belongs to: names cut short, lists, words turned round; and comparisons without a number.

The figures are of offices that no sample knows; each sentence was written before the rules were made to read it.
"""

import pytest

from chugao.checks import examine
from chugao.metrics.observation import Figures
from tests.facts import facts_of

FIGURES = facts_of(
    "营养宣教场次,2025,24,场,上年 12,20,30",
    "营养筛查率,2025,91.2,%,上年 78.6,90",
    "心搏骤停复苏成功率,2025,8.6,%,上年 6.9,8",
    "无效出车率,2025,6.4,%,上年 8.1,7",
    "平均急救反应时间,2025,11.2,分钟,上年 12.6,12,11",
    "集采药品采购金额,2025,2860,万元,上年 2140,2500",
    "首页数据质量全省排名,2025,6,位,上年 11",
    "编码员人数,2025,9,人,上年 7,,11",
    "甲级病案率,2025,98.2,%,上年 97.5",
    "主要诊断编码正确率,2025,95.7,%,上年 92.3,,96.5",
    "病案借阅份数,2025,2980,份,上年 3460",
    "高血压患者规范管理率,2025,86.7,%,上年 84.9",
    "糖尿病患者规范管理率,2025,84.2,%,上年 84.6",
    "婴儿死亡率,2025,3.12,‰,上年 3.57,4",
    "自体输血人数,2025,462,人,上年 362",
    "用血患者人数,2025,2156,人,上年 2034",
    "外来器械处理件数,2025,5230,件,上年 4180",
    "机采血小板治疗量,2025,8960,治疗量,上年 7720",
    "专职护理员人数,2025,12,人,上年 12",
)


def flagged(sentence: str, figures: Figures = FIGURES) -> list[tuple[str, str]]:
    found = examine(f"急救中心2025年工作总结\n一、主要工作\n{sentence}\n", figures).findings
    return [(f.severity.value, f.quote) for f in found if f.rule.startswith("number-")]


@pytest.mark.parametrize(
    "sentence",
    [
        "举办宣教24场，比上年翻了一番。",
        "营养筛查率91.2%，复苏成功率从6.9%上升到8.6%。",
        "无效出车率从8.1%下降到6.4%，复苏成功率从6.9%上升到8.6%。",
        "集采药品采购2860万元，同比增长超三成，为年度任务的1.14倍。",
        "集采药品采购0.286亿元，是上年的1.3倍。",
        "首页数据质量在全省排第6位，前移5位。",
        "首页数据质量全省排名由第11位升至第6位。",
        "编码员由7人增加到9人，明年增至11人。",
        "甲级病案率98.2%，主要诊断编码正确率95.7%，分别提高0.7个、3.4个百分点。",
        "病案借阅2980份，借阅量同比下降13.9%。",
        "高血压、糖尿病患者规范管理率分别为86.7%、84.2%。",
        "婴儿死亡率3.12‰，比上年下降0.45个千分点，降幅12.6%，远低于4‰的控制目标。",
        "自体输血462人，占用血患者2156人的21.4%。",
        "自体输血人数从362人增至462人，净增整100人。",
        "外来器械处理5230件，同比增长二成五。",
        "无效出车率6.4%，比上年下降1.7个百分点，好于7%的控制线。",
        "平均急救反应时间11.2分钟，快于12分钟的目标。",
        "机采血小板8960个治疗量，较上年增加1240个治疗量，增长16.1%。",
        "专职护理员12人，与上年持平。",
    ],
)
def test_a_right_number_said_in_other_words_is_left_alone(sentence: str) -> None:
    assert flagged(sentence) == []


@pytest.mark.parametrize(
    ("sentence", "quote"),
    [
        ("无效出车率从8.1%下降到6.4%，复苏成功率从6.9%上升到6.4%。", "6.4%"),
        ("集采药品采购2860万元，为年度任务的1.41倍。", "1.41倍"),
        ("集采药品采购金额2860万元，是上年的3.1倍。", "3.1倍"),
        ("集采药品采购2.86亿元。", "2.86亿元"),
        ("首页数据质量全省排名第6位，后移5位。", "5位"),
        ("甲级病案率98.2%，主要诊断编码正确率95.7%，分别提高3.4个、0.7个百分点。", "0.7个百分点"),
        ("高血压、糖尿病患者规范管理率分别为86.7%、82.4%。", "82.4%"),
        ("高血压、糖尿病患者规范管理率分别为84.2%、86.7%。", "84.2%"),
        ("婴儿死亡率3.12‰，比上年下降0.54个千分点。", "0.54个千分点"),
        ("外来器械处理5230件，同比增长四成。", "四成"),
        ("无效出车率6.4%，高于7%的控制线。", "7%"),
        ("甲级病案率98.2%，较2023年提高0.7个百分点。", "0.7个百分点"),
        ("甲级病案率98.2%，与上年持平。", "持平"),
        ("病案借阅份数与去年相比没有变化。", "没有变化"),
        ("高血压患者规范管理率、糖尿病患者规范管理率均与上年持平。", "持平"),
    ],
)
def test_a_wrong_number_or_comparison_in_such_words_is_an_error(sentence: str, quote: str) -> None:
    assert ("error", quote) in flagged(sentence)


@pytest.mark.parametrize("sentence", ["糖尿病患者规范管理率与上年基本持平。", "2026年甲级病案率力争与上年持平。"])
def test_a_steadiness_that_is_nearly_true_or_only_aimed_at_is_no_lie(sentence: str) -> None:
    assert flagged(sentence) == []


def test_a_share_is_reckoned_of_the_two_numbers_before_it_and_a_wrong_one_is_not() -> None:
    assert [q for _, q in flagged("自体输血462人，占用血患者2156人的24.1%。")] == ["24.1%"]


def test_the_goal_of_next_year_is_no_target_of_this_one_in_a_table_of_results() -> None:
    table = "指标\t目标\t完成\n营养筛查率\t90%\t91.2%\n营养宣教场次\t30场\t24场"

    assert flagged(table) == [("error", "30场")]

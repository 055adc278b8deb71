"""What a number may rightly say beyond the values of a table, in the words of offices that nobody had heard before."""

import pytest

from chugao.checks import examine
from tests.facts import facts_of

GIVEN = (
    "护理文书合格率,2025,97.6,%,上年 96.4,97",
    "非计划拔管率,2025,0.12,‰,上年 0.19,0.15",
    "维修工单数,2025,4275,单,上年 4630",
    "基本药物使用金额占比,2025,44.6,%,上年 41.2,43",
    "处方点评数,2025,24600,张,上年 21800,24000",
    "静脉用药调配量,2025,396000,袋,上年 352000",
    "消防演练次数,2025,12,次,上年 8,10",
    "平均等候时间,2025,6.5,分钟,上年 9.2,8",
    "专科护士人数,2025,164,人,上年 132,150",
    "护士总数,2025,1126,人,上年 1068",
)
TITLE = "护理部2025年工作总结\n一、主要工作\n"


def flagged(text: str) -> list[str]:
    findings = examine(TITLE + text, facts_of(*GIVEN)).findings
    return [
        f.quote for f in findings if f.rule.startswith("number") and f.severity.value in ("fatal", "error", "warning")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "处方点评24600张，超额完成600张，完成率102.5%。",
        "静配中心调配39.6万袋，日均1085袋。",
        "消防演练12次，较计划多2次，平均每月1次。",
        "基药占比升到44.6%。",
        "全年受理报修4275单，较上年少了355单。",
        "窗口等候6.5分钟，较去年压缩近三成，也短于8分钟的承诺时限。",
        "专科护士164人，占护士总数的14.6%，同比增加32人。",
        "拔管率0.12‰，下降0.07个千分点。",
        "二、维修工单\n4275单。",
    ],
)
def test_a_number_that_follows_from_the_figures_is_traced_whatever_the_words(text: str) -> None:
    assert flagged(text) == []


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("处方点评24600张，超额完成800张。", "800张"),
        ("消防演练12次，较计划多4次。", "4次"),
        ("静配中心调配39.6万袋，日均1185袋。", "1185袋"),
        ("基药占比升到46.4%。", "46.4%"),
        ("全年受理报修4275单，较上年多了355单。", "355单"),
        ("维修工单比上年多355单。", "355单"),
        ("专科护士164人，占护士总数的16.4%。", "16.4%"),
        ("护理文书合格率97.6%，未达到97%的目标。", "97%"),
        ("上年维修工单4275单。", "4275单"),
        ("二、维修工单\n4725单。", "4725单"),
    ],
)
def test_a_number_that_does_not_follow_is_still_found(text: str, quote: str) -> None:
    assert flagged(text) == [quote]


def test_a_number_without_a_source_is_offered_the_value_its_words_speak_of() -> None:
    findings = examine(f"{TITLE}静配中心调配36.9万袋。", facts_of(*GIVEN)).findings

    assert any("静脉用药调配量是396000袋" in f.hint for f in findings)

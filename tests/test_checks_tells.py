"""The tells of a machine as a user meets them: each in a whole text that has it, and none in one that tells what was done."""

import pytest

from chugao.checks import examine

TITLE = "医务科2025年工作总结\n一、主要工作\n"
DEEDS = (
    "3月起医务、护理、药学每月联查，查出问题当场定人。",
    "骨科把夜间急诊手术排到第二间，等候由两小时缩到四十分钟。",
    "6月医务科逐份看了外科的死亡病例，退回重写11份。",
    "麻醉科在周末各留一名医师备班，急诊手术不再等人。",
    "病案室每周三把迟交病历名单发到科主任手机上。",
    "8月质控科把输血申请单改成电子审批，退单少了一半。",
    "急诊科和心内科商定，胸痛患者先上导管室再补手续。",
)
PLAIN = "".join(DEEDS)
SECTIONS = f"（一）管住手术\n{PLAIN * 3}\n（二）看好病历\n{PLAIN[:90]}\n"


def told(text: str) -> set[str]:
    return {f.rule for f in examine(text).findings if f.rule.startswith("tell-")}


def sections(*bodies: str, names: tuple[str, ...] = ("管住手术", "看好病历", "备好夜班")) -> str:
    numbered = zip("一二三", names, bodies, strict=False)
    return TITLE + "".join(f"（{n}）{name}\n{body}\n" for n, name, body in numbered)


OTHER = "护理部7月把交接班单合成一张，骨科病区先试，少写了三遍。"
WITH = {
    "tell-heading": sections(PLAIN * 5, OTHER * 6, names=("筑牢根基", "再谱新篇")),
    "tell-equal": sections(PLAIN * 2, OTHER * 13, "".join(reversed(DEEDS)) * 2),
    "tell-chain": TITLE + (PLAIN + "门诊31万人次，增长6%；出院2万人次，增长4%；手术7420台，增长5%。") * 6,
    "tell-glue": TITLE + (PLAIN + "通过强化培训，有效提升业务能力。") * 6,
    "tell-blessing": TITLE + (PLAIN + "完成冷链改造，为疫苗安全提供坚实保障。") * 6,
    "tell-mechanism": TITLE + (PLAIN + "建立联动机制。形成工作合力。实现闭环。") * 6,
    "tell-weights": TITLE + PLAIN * 6 + "通过三级评审，召开例会12次，组织演练2次。",
    "tell-level": TITLE + PLAIN * 6 + "统筹推进区域卫生健康事业。谋划全市卫生健康新局面。",
    "tell-flat": TITLE + ("全年推进信息化建设。持续抓好培训。不断改进服务。" + DEEDS[0]) * 20,
    "tell-repeated": sections(PLAIN * 3, PLAIN * 2 + OTHER),
    "tell-table-row": f"{TITLE}{PLAIN * 6}\n二、存在不足\n手卫生依从率95.2%，未达96%目标，差0.8个百分点。",
    "tell-mirror": (
        f"医务科2025年工作总结暨2026年工作计划\n一、主要工作\n{PLAIN * 6}\n二、存在不足\n人才队伍建设有待加强。\n"
        "三、2026年工作计划\n进一步加强人才队伍建设。\n"
    ),
}


@pytest.mark.parametrize("rule", WITH)
def test_a_text_that_has_the_tell_is_told_once_and_never_stopped_for_it(rule: str) -> None:
    found = [f for f in examine(WITH[rule]).findings if f.rule == rule]

    assert [f.severity.value for f in found] == ["info"]
    assert found[0].hint.endswith("。")


def test_a_text_that_tells_what_was_done_has_none() -> None:
    assert told(TITLE + SECTIONS) == set()


def test_a_short_text_is_told_nothing() -> None:
    assert told(TITLE + "通过强化培训，有效提升业务能力。" * 5) == set()

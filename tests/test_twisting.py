"""A model may put a matter in its own words and may not turn its meaning."""

import pytest

from chugao.drafting.twisting import claimed, done_too_soon, turned

MATTER = (
    "开设夜间透析班，透析机增至{matter_a.n_a}，多数患者不再请假，城关镇卫生院尚未接入，转入{matter_a.n_b}改造，"
    "由省肾脏病质控中心指导，肾内科"
)
FRAME = "血液净化，望澜市第三人民医院"
GIVEN = f"{MATTER}\n柳桥镇卫生院完成搬迁，呼吸内科牵头，全国试点"


def problems(clause: str) -> list[str]:
    return list(turned(clause, MATTER, FRAME, GIVEN))


@pytest.mark.parametrize(
    "clause",
    [
        "肾内科开设了夜间透析班",
        "透析机增加到{matter_a.n_a}",
        "多数患者不用再请假",
        "大多数病人不再请假看病",
        "城关镇卫生院还没有接入",
        "城关镇卫生院未接入",
        "其余转入{matter_a.n_b}的改造",
        "省肾脏病质控中心给予指导",
    ],
)
def test_the_same_in_other_words_stands(clause: str) -> None:
    assert problems(clause) == []


@pytest.mark.parametrize(
    ("clause", "told"),
    [
        ("患者仍需请假", "仍"),
        ("全部患者不再请假", "全部"),
        ("患者不再请假", "多数"),
        ("城关镇卫生院接入", "尚未"),
        ("城关镇卫生院停止接入", "停止"),
        ("即将开设夜间透析班", "即将"),
        ("由国家肾脏病质控中心指导", "国家"),
        ("全省推广夜间透析班", "全省"),
        ("柳桥镇卫生院尚未接入", "柳桥镇"),
        ("呼吸内科开设夜间透析班", "吸内科"),
        ("开设夜间透析班和腹膜透析门诊", "和腹膜"),
        ("完成了{matter_a.n_b}改造", "完成"),
    ],
)
def test_another_meaning_in_nearly_the_same_words_is_told(clause: str, told: str) -> None:
    found = problems(clause)

    assert any(told in p for p in found), found


@pytest.mark.parametrize(
    "text",
    [
        "感染率低于全省平均水平。",
        "实现三大突破。",
        "超额完成年度目标。",
        "床位使用率比上年不{bed_occupancy_rate.change}。",
    ],
)
def test_others_outdone_things_counted_and_values_denied_need_somebody_who_said_so(text: str) -> None:
    assert list(claimed(text, GIVEN))


def test_what_is_planned_or_under_way_is_not_told_as_done() -> None:
    matter = "招聘血透护士，人力资源科已发布公告"

    assert list(done_too_soon("血透护士已到岗", matter))
    assert list(done_too_soon("完成了血透护士招聘", matter))
    assert list(done_too_soon("人力资源科已发布公告", matter)) == []

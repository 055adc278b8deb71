"""The outline that came from above: a 通知 with an outline in its prose, and the file a clerk edits."""

from pathlib import Path

import pytest

from chugao.errors import InputError
from chugao.outline import Outline, read_outline
from chugao.outline.editing import outline_toml

NOTICE = """关于做好2025年度工作总结报送工作的通知
各乡镇卫生院、县直各医疗卫生单位：
为全面总结2025年工作，现就有关事项通知如下：
一、报送内容
（一）2025年工作开展情况。重点反映公共卫生的做法和成效，要有数据。
（二）存在的困难和问题
（三）2026年工作打算
二、有关要求
（一）高度重视，认真组织，如实填报，数据以年报为准。
（二）总结材料控制在2000字以内，同时填报《2025年度重点指标完成情况表》（附件1）。
（三）请于2026年1月5日17:00前将纸质版（加盖公章）报局办公室。
附件：1.2025年度重点指标完成情况表
县卫生健康局
2025年12月18日
"""


def outline(tmp_path: Path, text: str, name: str = "来文.txt", **more: object) -> Outline:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    given = {"department": "医务科", "year": 2025, "file": path, **more}
    return read_outline("summary-plan", **given)  # type: ignore[arg-type]


def asked(made: Outline) -> list[tuple[int, str, str]]:
    return [(p.level, p.heading, p.role) for p in made.parts if p.asked]


def test_a_notice_is_told_from_the_outline_in_it(tmp_path: Path) -> None:
    made = outline(tmp_path, NOTICE)

    assert asked(made) == [
        (1, "2025年工作开展情况", "results"),
        (1, "存在的困难和问题", "problems"),
        (1, "2026年工作打算", "plan"),
    ]
    assert (made.length, made.asked_length, made.deadline) == (2000, True, "2026年1月5日17:00前")
    assert made.tables == ("2025年度重点指标完成情况表",)
    assert "重点反映公共卫生" in next(p.note for p in made.parts if p.asked)


@pytest.mark.parametrize(
    ("text", "headings", "length"),
    [
        ("请各科室写年终总结，内容包括今年工作成效、存在问题、明年打算三个部分，一千五百字以内，12月20日前交院办。\n", ["今年工作成效", "存在问题", "明年打算"], 1500),
        ("各科室：\n请认真总结，主要内容包括：1.指标完成情况；2.重点工作及亮点；3.存在的不足；4.2026年工作计划。总结不超过3000字。标题用二号字。\n", ["指标完成情况", "重点工作及亮点", "存在的不足", "2026年工作计划"], 3000),
        ("各单位：\n一、内容。1.指标完成情况；2.重点工作；3.存在的问题；4.明年打算。\n二、要求。全文不超过2500字，数据截至12月31日。\n三、时间。1月8日前报局办公室。\n", ["指标完成情况", "重点工作", "存在的问题", "明年打算"], 2500),
        ("年终总结\n今年主要工作\n存在问题\n明年打算\n", ["今年主要工作", "存在问题", "明年打算"], 5000),
        ("2025年总结提纲（不超过1500字）\n一、主要工作（每项500字以内）\n二、问题\n", ["主要工作", "问题"], 1500),
    ],
)  # fmt: skip
def test_headings_are_found_wherever_a_notice_puts_them(
    tmp_path: Path, text: str, headings: list[str], length: int
) -> None:
    made = outline(tmp_path, text)

    assert [h for _, h, _ in asked(made)] == headings
    assert made.length == length


def test_an_attached_outline_stands_over_the_rules_before_it_and_keeps_two_levels(tmp_path: Path) -> None:
    text = (
        "关于做好总结的通知\n一、时间要求。12月31日前。\n二、格式要求。标题二号。\n附件1\n科室总结撰写提纲\n"
        "一、主要工作及成效（1500字以内）\n（一）医疗质量\n（二）人才培养\n1.引进\n二、存在的问题（不少于3条）\n附件2\n科室指标统计表\n"
    )

    made = outline(tmp_path, text)

    assert asked(made) == [
        (1, "主要工作及成效", "results"),
        (2, "医疗质量", "results"),
        (2, "人才培养", "results"),
        (1, "存在的问题", "problems"),
    ]
    assert [p.opens for p in made.parts if p.asked] == [True, False, False, False]
    assert made.tables == ("科室指标统计表",)


def test_a_length_given_by_hand_counts_more_than_the_notice(tmp_path: Path) -> None:
    assert outline(tmp_path, NOTICE, length=800).length == 800


def test_a_notice_without_headings_says_what_it_read_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        outline(tmp_path, "关于报送总结的通知\n一、正文不超过1500字。\n二、于12月28日前报送。\n附件：总结提纲\n")

    assert "没有找到标题" in str(caught.value)
    assert "1500字" in str(caught.value)
    assert "12月28日前" in str(caught.value)
    assert "outline write" in str(caught.value)


def test_an_edited_outline_reads_back_as_it_was_written(tmp_path: Path) -> None:
    made = outline(tmp_path, NOTICE)

    back = outline(tmp_path, outline_toml(made), name="提纲.toml")

    assert asked(back) == asked(made)
    assert [p.id for p in back.parts] == [p.id for p in made.parts]
    assert (back.length, back.deadline, back.tables, back.asks) == (made.length, made.deadline, made.tables, made.asks)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[part]]\nlevel = 1\n", "第1个标题没有写 heading"),
        ('[[part]]\nheading = "甲"\nlevel = 7\n', "“甲”的 level"),
        ('[[part]]\nheading = "甲"\nrole = "别的"\n', "role“别的”不认识"),
        ('length = 3\n[[part]]\nheading = "甲"\n', "字数上限"),
        ('名 = 3\n', "写法不对"),
        ('x = 3\n', "“x”这一项不认识"),
        ("length = 1000\n", "没有找到标题"),
    ],
)  # fmt: skip
def test_a_mistake_in_an_edited_outline_is_named(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(InputError, match=r"提纲\.toml") as caught:
        outline(tmp_path, text, name="提纲.toml")

    assert says in str(caught.value)


def test_an_outline_said_in_a_chat_is_one(tmp_path: Path) -> None:
    made = outline(
        tmp_path,
        "卫健局方敏：各位主任，总结今年统一按这几块写：业务量、重点专科、护理、问题和明年打算，一共1200字左右，周五（12月25日）前给我。\n"
        "卫健局方敏：亮点单独拎出来写两条\n",
    )

    assert [h for _, h, _ in asked(made)] == ["业务量", "重点专科", "护理", "问题", "明年打算"]
    assert (made.length, made.deadline) == (1200, "12月25日前")
    assert made.asks == ("亮点单独拎出来写两条",)


def test_what_is_to_stand_out_is_guidance_and_no_part_of_the_heading(tmp_path: Path) -> None:
    made = outline(tmp_path, "总结提纲\n一、药事管理（突出集采）\n二、护理（不少于全文的30%）\n三、明年打算\n")

    assert [(p.heading, p.note) for p in made.parts if p.asked] == [
        ("药事管理", "突出集采"),
        ("护理", "不少于全文的30%"),
        ("明年打算", ""),
    ]


def test_requirements_behind_the_last_heading_are_rules_for_the_paper(tmp_path: Path) -> None:
    made = outline(
        tmp_path,
        "2025年度工作总结撰写提纲\n第一部分 工作开展情况\n第二部分 存在的问题\n第三部分 重点工作安排\n"
        "填报要求：全文不得超过一千五百字；12月22日17:00前发县局邮箱。\n",
    )

    assert (made.length, made.deadline) == (1500, "12月22日17:00前")
    assert [p.note for p in made.parts if p.asked] == ["", "", ""]


def test_each_of_several_forbidden_words_is_a_rule(tmp_path: Path) -> None:
    made = outline(tmp_path, f"{NOTICE}不得出现“显著提升”“大幅增长”等字样。\n")

    assert made.asks == ("不得出现“显著提升”", "不得出现“大幅增长”")

"""A leader's words are carried out by rule where a rule can, and each is reported with its state and place."""

from pathlib import Path

import pytest

import chugao
from chugao.config import Office
from chugao.drafting.heeding import read_order, wishes_of
from chugao.manuscript import Draft, count_characters, flatten
from chugao.outline import read_outline

MATTERS = """事项,类别,时间,成效,责任科室,状态
启用新检验楼,检验,2025年3月,标本由四处送改为一处送,检验科,已完成
开通夜间采血窗口,门诊,2025年4月,上班前来的患者不再等,门诊部,已完成
上线移动查房,信息化,2025年5月,医嘱在床旁开,信息科,已完成
接通区域影像平台,信息化,2025年6月,两家医院的片子能互看,信息科,已完成
检修老楼管道,后勤,2025年7月,漏点全部换管，换下的旧管登记报废,总务科,已完成
更换锅炉,后勤,2025年8月,冬季供暖提前一周试烧,总务科,已完成
帮扶石阜县医院,对口帮扶,2025年9月,派去的医师常驻一年,医务科,已完成
调解两起纠纷,医疗安全,2025年10月,双方签字,医务科,已完成
夜班护士不够,不足,2025年,原因是产假的人多,护理部,推进中
取药排队长,不足,2025年,原因是窗口少,药学部,推进中
停车难,不足,2025年,原因是车位没有增加,总务科,推进中
"""


def drafted(folder: Path, *instructions: str, office: Office | None = None) -> Draft:
    file = folder / "事项.csv"
    file.write_text(MATTERS, encoding="utf-8")
    outline = read_outline("summary", department="院办公室", year=2025, organisation="石阜县人民医院")
    matters = chugao.read_matters(file)
    return chugao.draft(outline, chugao.read_metrics(), matters, instructions=instructions, office=office or Office())


def said(made: Draft) -> list[tuple[str, str]]:
    return [(f.severity.value, f.hint) for f in made.findings if f.rule == "instruction"]


@pytest.mark.parametrize(
    ("text", "wish", "about", "number"),
    [
        ("突出智慧医院。", "feature", "智慧医院", 0),
        ("智慧医院单列", "apart", "智慧医院", 0),
        ("压缩后勤工作", "condense", "后勤", 0),
        ("不写纠纷", "omit", "纠纷", 0),
        ("对口帮扶放在前面", "first", "对口帮扶", 0),
        ("不足写两条", "few", "", 2),
        ("控制在1500字以内", "ceiling", "", 1500),
        ("导语写上“把评审整改当作头等大事”", "words", "把评审整改当作头等大事", 0),
        ("请再斟酌一下口气", "", "", 0),
    ],
)
def test_an_instruction_is_read_as_a_clerk_would(text: str, wish: str, about: str, number: int) -> None:
    order = read_order(text)

    assert (order.wish, order.about, order.number) == (wish, about, number)


def test_what_is_not_to_be_written_is_not_written(tmp_path: Path) -> None:
    made = drafted(tmp_path, "不写纠纷")

    assert "纠纷" not in flatten(made)[0]
    assert said(made) == [("info", "领导意见1“不写纠纷”已落实：文中没有再出现。")]


def test_an_omission_that_meets_nothing_is_not_called_done(tmp_path: Path) -> None:
    made = drafted(tmp_path, "这个数别写")

    assert [severity for severity, _ in said(made)] == ["warning"]


def test_a_field_that_is_to_stand_alone_has_a_heading_of_its_own(tmp_path: Path) -> None:
    made = drafted(tmp_path, "信息化单列")

    own = next(s for s in made.sections if s.heading.text == "信息化")
    assert "移动查房" in "".join(s.text for s in own.sentences)
    assert "影像平台" in "".join(s.text for s in own.sentences)
    assert said(made)[0][0] == "info"
    assert own.number in said(made)[0][1]


def test_what_is_to_come_first_opens_the_results(tmp_path: Path) -> None:
    made = drafted(tmp_path, "对口帮扶放在前面")

    first = next(s for s in made.sections if s.id.startswith("results") and s.sentences)
    assert "帮扶石阜县医院" in "".join(s.text for s in first.sentences)
    assert said(made)[0][0] == "info"


def test_a_field_to_be_shortened_keeps_its_acts_without_what_came_of_them(tmp_path: Path) -> None:
    made = drafted(tmp_path, "压缩后勤")

    text = flatten(made)[0]
    assert "锅炉" in text
    assert "提前一周试烧" not in text


def test_shortcomings_are_as_many_as_asked_in_the_order_given(tmp_path: Path) -> None:
    made = drafted(tmp_path, "不足写两条")

    problems = next(s for s in made.sections if s.id == "problems")
    assert [s.text[:7] for s in problems.sentences] == ["一是夜班护士不", "二是取药排队长"]
    assert said(made) == [("info", "领导意见1“不足写两条”已落实：写了2条（见二、存在的不足）。")]


def test_a_ceiling_by_a_leader_holds_like_one_from_the_outline(tmp_path: Path) -> None:
    made = drafted(tmp_path, "控制在300字以内")

    assert count_characters(flatten(made)[0]) <= 300
    assert said(made)[0][0] == "info"


def test_a_ceiling_for_one_part_does_not_shorten_the_paper(tmp_path: Path) -> None:
    whole = count_characters(flatten(drafted(tmp_path, "请再斟酌一下口气"))[0])

    made = drafted(tmp_path, "党建不要超过200字")

    assert count_characters(flatten(made)[0]) == whole


def test_a_leaders_own_words_stand_in_the_lead(tmp_path: Path) -> None:
    made = drafted(tmp_path, "导语写上“把群众等得最久的三件事办在前头”")

    assert "把群众等得最久的三件事办在前头。" in flatten(made)[0]
    assert said(made)[0][0] == "info"


def test_what_no_rule_understands_is_left_to_a_person(tmp_path: Path) -> None:
    made = drafted(tmp_path, "请再斟酌一下口气")

    assert said(made) == [("warning", "领导意见1“请再斟酌一下口气”未落实：没有自动落实，请人工处理。")]


def test_the_offices_formula_and_main_line_stand_behind_year_and_name_and_none_is_invented(tmp_path: Path) -> None:
    office = Office(guidance="坚持以病人为中心", theme="少等、少跑、少花")

    with_formula = flatten(drafted(tmp_path, office=office))[0]
    without = flatten(drafted(tmp_path))[0]

    assert "2025年，石阜县人民医院坚持以病人为中心，以“少等、少跑、少花”为主线" in with_formula.replace(
        "院办公室", "石阜县人民医院"
    )
    assert "为中心" not in without
    assert "主线" not in without


@pytest.mark.parametrize(
    ("line", "wishes"),
    [
        ("陈院长12月29日电话：评审放第一条写，别放在后面；托管要突出写", [("first", "评审"), ("feature", "托管")]),
        ("免陪照护是今年的大事，写在最前面", [("first", "免陪照护")]),
        ("客车侧翻是去年的事，今年不要再写", [("omit", "客车侧翻")]),
        ("孕产妇、婴儿死亡的数不进公开稿", [("omit", "孕产妇、婴儿死亡")]),
        ("不足写两条，不写“有待提高”", [("few", ""), ("ban", "")]),
        ("急救站写到“已出车”，缺护士那句放到不足里", [("exact", "急救站"), ("move", "缺护士")]),
        ("请再斟酌一下口气", [("", "")]),
    ],
)
def test_one_line_holds_several_wishes_and_each_is_read(line: str, wishes: list[tuple[str, str]]) -> None:
    assert [(o.wish, o.about) for o in map(read_order, wishes_of(line))] == wishes


def test_a_part_that_does_not_exist_is_said_with_those_that_do(tmp_path: Path) -> None:
    made = drafted(tmp_path, "第八部分压缩")

    ((severity, hint),) = said(made)
    assert severity == "warning"
    assert "没有“第八部分”（有：一、" in hint


def test_forbidden_words_that_stand_in_the_text_are_not_called_done(tmp_path: Path) -> None:
    made = drafted(tmp_path, "不要写“取药排队”", "不要写“有待提高”")

    assert [s for s, _ in said(made)] == ["warning", "info"]


def test_what_becomes_of_each_is_kept_with_the_draft(tmp_path: Path) -> None:
    made = drafted(tmp_path, "陈院长12月29日电话：不足写两条")

    (row,) = made.recipe["instructions"]
    assert (row["number"], row["who"], row["when"], row["state"]) == (1, "陈院长", "12月29日", "已落实")

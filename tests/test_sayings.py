"""Words a leader dictates stand in the text as said, in the part he named, and their numbers wait for a person."""

from pathlib import Path

import pytest

import chugao
from chugao.checks import examine_alone
from chugao.drafting.heeding import read_order, wishes_of
from chugao.drafting.sayings import Spot, read_saying, spot_of, with_marks
from chugao.errors import NotAllowed
from chugao.export import release
from chugao.manuscript import Draft, Section, count_characters, flatten
from chugao.material.instructions import read_said
from chugao.outline import read_outline

MATTERS = """事项,类别,时间,成效,责任科室,状态
家庭医生签约,公卫,2026年3月,签约8126人,公卫科,已完成
开通中药代煎,中医,2026年5月,当天煎好送到村,中医科,已完成
启用发热诊室,门诊,2026年6月,分开了通道,门诊部,已完成
上线电子处方,信息化,2026年8月,药房先配药,信息科,已完成
村医进修,人才,2026年9月,去县医院三个月,院办,已完成
取药窗口排队,不足,2026年,原因是只有一个窗口,药房,推进中
夜间没有检验,不足,2026年,原因是检验人员只有两名,检验科,推进中
新建康复室,项目,2027年6月底前,,院办,拟开展
"""


def drafted(folder: Path, *instructions: str, kind: str = "summary-plan", length: int | None = None) -> Draft:
    file = folder / "事项.csv"
    file.write_text(MATTERS, encoding="utf-8")
    outline = read_outline(kind, department="沙溪镇卫生院", year=2026, level="乡镇", length=length)
    return chugao.draft(outline, chugao.read_metrics(), chugao.read_matters(file), instructions=instructions)


def section_of(made: Draft, words: str) -> Section:
    return next(s for s in made.sections if any(words in x.text for x in s.sentences))


def told(made: Draft) -> list[tuple[str, str]]:
    return [(row["state"], row["how"]) for row in made.recipe["instructions"]]


@pytest.mark.parametrize(
    ("wish", "words", "where"),
    [
        ("开头写上“今年是搬迁后的第一年”", "今年是搬迁后的第一年", "开头"),
        ("务必写“落实一岗双责”", "落实一岗双责", ""),
        ("不足里一定要写“药房窗口少”", "药房窗口少", "不足里"),
        ("把“推行三日回访”写进计划里", "推行三日回访", "计划"),
        ("第二部分开头写“坚持党建引领”", "坚持党建引领", "第二部分开头"),
        ("导语里必须有“推行“先诊疗后付费”制度”这句话", "推行“先诊疗后付费”制度", "导语里"),
        ("“健康融入所有政策”这个提法要保留", "健康融入所有政策", ""),
        ('开头务必写"全院一盘棋"', "全院一盘棋", "开头"),
        ("结尾加一句「请予审议」", "请予审议", "结尾"),
        ("开头写：今年是很不平凡的一年", "今年是很不平凡的一年", "开头"),
    ],
)
def test_dictated_words_are_read_with_their_place_however_the_clerk_wrote_them(
    wish: str, words: str, where: str
) -> None:
    saying = read_saying(with_marks(wish))

    assert saying is not None
    assert (saying.words, saying.where, saying.named) == (words, where, False)


@pytest.mark.parametrize(
    "wish", ["不要写“有待提高”", "“最美村医”放最前面", "别出现“薄弱”", "“双通道”药店单列", "加上胸痛单元"]
)
def test_a_quoted_name_in_another_wish_is_no_dictation(wish: str) -> None:
    assert read_saying(with_marks(wish)) is None


def test_a_place_is_a_part_an_edge_or_a_thing() -> None:
    assert spot_of("计划部分") == Spot(part="plan")
    assert spot_of("第三部分开头") == Spot(number=3, edge="first")
    assert spot_of("医共体那段") == Spot(topic="医共体")


def test_where_words_are_to_stand_is_no_part_of_who_said_them() -> None:
    said = read_said("赵院长12月3日电话开头写：今年是搬迁后的第一年")

    assert (said.who, said.when, said.how, said.words) == ("赵院长", "12月3日", "电话", "开头写：今年是搬迁后的第一年")


def test_words_for_the_beginning_are_the_first_sentence_and_name_the_instruction(tmp_path: Path) -> None:
    made = drafted(tmp_path, "赵院长12月3日电话：开头写上“今年是卫生院搬迁后的第一年”")

    first = made.sections[0].sentences[0]
    assert first.text == "今年是卫生院搬迁后的第一年。"
    assert (first.recipe["made_by"], first.recipe["said"]) == ("instruction", "领导意见1（赵院长12月3日电话）原话")
    assert told(made) == [("已落实", "照原话写在开头（见导语）")]


def test_words_for_the_end_close_the_last_part(tmp_path: Path) -> None:
    made = drafted(tmp_path, "结尾写“把小事办在群众开口之前”")

    assert flatten(made)[0].rstrip().endswith("把小事办在群众开口之前。")


def test_words_for_the_shortcomings_are_one_more_counted_shortcoming(tmp_path: Path) -> None:
    made = drafted(tmp_path, "不足里写“中医药人才断档”")

    problems = next(s for s in made.sections if s.id == "problems")
    assert [s.text[:2] for s in problems.sentences if s.text[1] == "是"] == ["一是", "二是", "三是"]
    assert problems.sentences[-1].text == "三是中医药人才断档。"


def test_words_about_a_thing_stand_in_the_paragraph_that_tells_of_it(tmp_path: Path) -> None:
    made = drafted(tmp_path, "电子处方那段加一句“排队的人少了一半以上”", "计划里写上“逐村走一遍”")

    beside = section_of(made, "排队的人少了一半以上")
    paragraph = next(beside.block_text(b) for b in beside.blocks if "排队的人少了" in beside.block_text(b))
    assert "药房先配药" in paragraph
    assert section_of(made, "逐村走一遍").id.startswith("plan")


def test_a_number_of_a_leaders_words_that_nothing_gives_stops_the_final_paper_and_names_him(tmp_path: Path) -> None:
    made = drafted(tmp_path, "马书记批示：务必写“门诊患者投诉下降23.5%”")

    (found,) = [f for f in examine_alone(made).findings if f.severity.blocks]
    assert (found.rule, found.quote) == ("number-untraced", "23.5%")
    assert "领导意见1（马书记批示）原话里的数" in found.hint
    assert "“23.5%”没有出处，请核实" in told(made)[0][1]
    with pytest.raises(NotAllowed, match="领导意见1"):
        release(made)


def test_a_number_of_a_leaders_words_that_a_matter_gives_rests_on_the_matter(tmp_path: Path) -> None:
    made = drafted(tmp_path, "开头写“全镇家庭医生签约8126人”")

    (claim,) = made.sections[0].sentences[0].claims
    assert claim.state == "matter"
    assert "事项.csv" in (claim.source or "")
    assert not [f for f in examine_alone(made).findings if f.severity.blocks]


@pytest.mark.parametrize(
    ("wish", "number"),
    [
        ("家庭医生签约写成“签约了9000户家庭”", "9000户"),
        ("中药代煎要写“当天煎好送到村，3小时以内”", "3小时以内"),
        ("中药代煎一定要写“送药到村5万趟”", "5万趟"),
    ],
)
def test_a_number_said_of_a_matter_that_does_not_have_it_never_becomes_a_fact_of_it(
    tmp_path: Path, wish: str, number: str
) -> None:
    made = drafted(tmp_path, wish)

    rested = [s.text[c.start : c.end] for _, s in made.sentences() for c in s.claims if c.state == "matter"]
    assert not any(number in r for r in rested)
    ((state, how),) = told(made)
    assert state == "未落实" or f"“{number}”没有出处，请核实" in how


def test_a_turn_of_phrase_is_no_figure(tmp_path: Path) -> None:
    made = drafted(tmp_path, "开头写“三件大事都办成了”")

    assert not [f for f in examine_alone(made).findings if f.severity.blocks]


def test_words_instead_of_what_is_told_of_a_thing_take_its_place(tmp_path: Path) -> None:
    made = drafted(tmp_path, "中药代煎只写“开通中药代煎，煎好的药送到家”")

    text = flatten(made)[0]
    assert "煎好的药送到家" in text
    assert "当天煎好送到村" not in text


def test_words_for_a_part_that_is_not_there_are_kept_in_the_ledger_with_the_parts_there_are(tmp_path: Path) -> None:
    made = drafted(tmp_path, "第七部分写上“坚持人民至上”", kind="summary")

    assert "人民至上" not in flatten(made)[0]
    ((state, how),) = told(made)
    assert state == "未落实"
    assert "没有“第七部分”（有：一、" in how


def test_dictated_words_stay_when_a_paper_is_cut_to_its_ceiling(tmp_path: Path) -> None:
    made = drafted(tmp_path, "务必写“村民少跑一趟路”", kind="summary", length=300)

    text = flatten(made)[0]
    assert "村民少跑一趟路。" in text
    assert count_characters(text) <= 300


def test_a_later_clause_dictates_for_what_the_earlier_one_named() -> None:
    (_, second) = wishes_of("医共体要突出，写上“远程心电不出乡”")

    order = read_order(second)
    assert (order.wish, order.words, spot_of(order.where).topic) == ("words", "远程心电不出乡", "医共体")


def test_hostile_wishes_are_read_in_no_time() -> None:
    for text in ("要" * 2000 + "“", "开头" * 900 + "写“" + "“" * 300, "写：" * 900, "“" * 2000 + "”" * 2000):
        assert wishes_of(text)

"""单列, 放第一条, a ceiling for one part: carried out under headings from above too, and judged by what is cited."""

from pathlib import Path

import pytest

import chugao
from chugao.checks.covering import coverage_of
from chugao.manuscript import Draft, Section, count_characters
from chugao.outline import read_outline
from tests.facts import facts_of

MATTERS = """事项,类别,时间,成效,责任科室,状态
接通远程心电,医联体,2026年3月,十二家卫生院的心电图在县里判读,心内科,已完成
下沉专家坐诊,医联体,2026年4月,每周两个半天,医务科,已完成
托管柳溪卫生院,医联体,2026年6月,派去执行院长,院办,已完成
开展关节置换,新技术,2026年5月,病人不再转市里,骨科,已完成
推行日间手术,医疗,2026年7月,当天手术当天走,外科,已完成
改造急诊大厅,急诊,2026年8月,抢救区扩了一倍,急诊科,已完成
更换锅炉,后勤,2026年9月,冬季提前供暖,总务科,已完成
建县域影像中心,医联体,2027年6月底前,,影像科,拟开展
"""
ABOVE = (
    "各单位：\n请按以下提纲报送。\n一、医疗服务能力提升情况\n二、医联体建设情况\n三、后勤保障情况\n四、2027年工作打算\n"
)
BELOW = "各单位：\n请按以下提纲报送。\n一、2026年工作情况\n（一）医疗服务能力提升情况\n（二）医联体建设情况\n（三）后勤保障情况\n二、2027年工作打算\n"


def drafted(folder: Path, *instructions: str, above: str = "", figures: object = None) -> Draft:
    file = folder / "事项.csv"
    file.write_text(MATTERS, encoding="utf-8")
    outline_file = None
    if above:
        outline_file = folder / "提纲.txt"
        outline_file.write_text(above, encoding="utf-8")
    outline = read_outline("summary-plan", department="陵川县医院", year=2026, level="医院", file=outline_file)
    given = figures or chugao.read_metrics()
    return chugao.draft(outline, given, chugao.read_matters(file), instructions=instructions)


def text_of(section: Section) -> str:
    return "".join(s.text for s in section.sentences)


def state_of(made: Draft, number: int = 1) -> str:
    return str(made.recipe["instructions"][number - 1]["state"])


def test_what_stands_alone_under_a_heading_from_above_is_a_section_of_it(tmp_path: Path) -> None:
    made = drafted(tmp_path, "远程心电单列", above=ABOVE)

    own = next(s for s in made.sections if s.heading.text == "远程心电")
    above = next(s for s in made.sections if s.heading.text == "医联体建设情况")
    assert (above.number, own.level, state_of(made)) == ("二、", 2, "已落实")
    assert "心电图在县里判读" in text_of(own)
    assert "托管" not in text_of(own)
    assert [s.number for s in made.sections if s.id.startswith(f"{above.id}_")] == ["（一）", "（二）"]


def test_what_stands_alone_beside_a_second_heading_is_the_next_one_and_the_heading_counts_as_answered(
    tmp_path: Path,
) -> None:
    made = drafted(tmp_path, "远程心电单列", above=BELOW)

    numbered = [(s.number, s.heading.text) for s in made.sections if s.level == 2]
    assert numbered[:4] == [
        ("（一）", "医疗服务能力提升情况"),
        ("（二）", "医联体建设情况"),
        ("（三）", "远程心电"),
        ("（四）", "后勤保障情况"),
    ]
    coverage = coverage_of(made)
    assert coverage is not None
    assert [r.state for r in coverage.rows if r.level == 2][:3] == ["已写"] * 3
    assert state_of(made) == "已落实"


def test_two_things_of_one_field_each_stand_alone(tmp_path: Path) -> None:
    made = drafted(tmp_path, "远程心电单列；托管柳溪单列", above=ABOVE)

    headings = [s.heading.text for s in made.sections]
    assert "远程心电" in headings
    assert "托管柳溪" in headings
    assert len({s.id for s in made.sections}) == len(made.sections)
    assert state_of(made) == "已落实"


def test_what_is_all_a_heading_holds_stands_alone_as_it_is(tmp_path: Path) -> None:
    made = drafted(tmp_path, "锅炉单列", above=ABOVE)

    own = next(s for s in made.sections if "锅炉" in text_of(s) and s.level)
    assert own.heading.text == "后勤保障情况"
    assert state_of(made) == "已落实"


@pytest.mark.parametrize("above", ["", ABOVE, BELOW])
def test_what_is_put_first_is_told_as_done_by_what_the_first_sentence_cites(tmp_path: Path, above: str) -> None:
    made = drafted(tmp_path, "关节置换放第一条写", above=above)

    first = next(s for s in made.sections if s.level and s.sentences)
    assert "关节置换" in first.sentences[0].text
    assert state_of(made) == "已落实"


def test_a_figure_put_first_is_found_by_the_metric_that_is_cited(tmp_path: Path) -> None:
    figures = facts_of("门诊人次,2026,32000,人次,上年 28571")

    made = drafted(tmp_path, "门诊人次放第一条写", figures=figures)

    row = made.recipe["instructions"][0]
    assert row["state"] in ("已落实", "部分落实")
    assert "没有" not in row["how"].split("，", maxsplit=1)[0]


def test_what_stands_second_is_not_called_first(tmp_path: Path) -> None:
    made = drafted(tmp_path, "关节置换放第一条写；急诊大厅放第一条写", above=ABOVE)

    assert state_of(made) == "部分落实"


def test_a_ceiling_for_one_part_cuts_that_part_and_no_other(tmp_path: Path) -> None:
    whole, cut = drafted(tmp_path, above=ABOVE), drafted(tmp_path, "医联体控制在45字以内", above=ABOVE)

    lengths = [
        {s.heading.text: count_characters(text_of(s)) for s in made.sections if s.level == 1} for made in (whole, cut)
    ]
    assert lengths[1]["医联体建设情况"] < lengths[0]["医联体建设情况"]
    assert lengths[1]["医联体建设情况"] <= 45
    assert lengths[1]["医疗服务能力提升情况"] == lengths[0]["医疗服务能力提升情况"]
    assert state_of(cut) == "已落实"


def test_a_ceiling_for_a_part_that_is_not_there_is_said(tmp_path: Path) -> None:
    made = drafted(tmp_path, "党建不超过200字")

    assert state_of(made) == "未落实"
    assert "没有“党建”" in made.recipe["instructions"][0]["how"]


def test_a_name_that_is_not_to_appear_is_reported_while_it_stands_and_another_shortcoming_is_told(
    tmp_path: Path,
) -> None:
    file = tmp_path / "不足.csv"
    rows = "东山区三统管停在文件上,不足,2026年,,基层科,推进中\n支付进度慢,不足,2026年,,财务科,推进中\n"
    file.write_text(MATTERS + rows, encoding="utf-8")
    outline = read_outline("summary", department="陵川县医院", year=2026)

    made = chugao.draft(
        outline,
        chugao.read_metrics(),
        chugao.read_matters(file),
        instructions=("不足写一条；东山区的名字不要出现", "“锅炉”这个词不要出现"),
    )

    assert "支付进度" in text_of(next(s for s in made.sections if s.id == "problems"))
    assert [state_of(made, n) for n in (1, 2)] == ["已落实", "未落实"]


def test_words_for_a_part_that_is_not_printed_are_told_as_not_written(tmp_path: Path) -> None:
    made = drafted(tmp_path, "第三部分开头加一句“明年是医院迁建的关键一年”")

    assert state_of(made) == "未落实"
    assert "迁建" not in "".join(map(text_of, made.sections))


def test_what_is_not_to_be_told_at_all_is_left_out_under_its_own_name(tmp_path: Path) -> None:
    made = drafted(tmp_path, "锅炉一个字都不要提")

    assert state_of(made) == "已落实"
    assert "锅炉" not in "".join(map(text_of, made.sections))


def test_at_most_so_many_shortcomings_is_kept_by_fewer(tmp_path: Path) -> None:
    made = drafted(tmp_path, "不足不要超过两条")

    assert state_of(made) == "已落实"


def test_a_wish_for_a_part_that_is_not_there_names_those_there_are(tmp_path: Path) -> None:
    made = drafted(tmp_path, "第九部分展开写")

    assert state_of(made) == "未落实"
    assert "没有“第九部分”" in str(made.recipe["instructions"][0]["how"])

"""What the half of a paper that looks back says first, what it admits, and up to which day its figures count."""

import re
from pathlib import Path

import pytest

import chugao
from chugao.drafting.standing import standing_formula
from chugao.drafting.weighing import weight_of
from chugao.engines.acts import Teller, spoken, turned
from chugao.manuscript import BriefMatter, Draft
from chugao.material import Matter, MatterStatus
from chugao.material.dictated import as_written
from chugao.material.statements import PROBLEM_LEAD
from chugao.outline import read_outline
from chugao.source import Source

ROWS = "事项,类别,时间,成效,责任科室,状态\n"
DEEDS = (
    "麻醉科开设疼痛门诊,诊疗服务,2025年3月,每周两个半天，颈肩痛病人不用再跑市里,麻醉科,已完成\n"
    "推行手术部位二维码核对,医疗安全,2025年5月,扫码对不上的不推进手术间,手术室,已完成\n"
    "恢复日间化疗,诊疗服务,2025年6月,病人当天来当天回,肿瘤科,已完成\n"
    "更换供应室清洗机,设备,2025年4月,夜里不用再手洗,设备科,已完成\n"
    "病历质控改为运行抽查,医疗质量,2025年2月,出院前就能改,质控科,已完成\n"
    "选派骨干外出进修,人才,2025年,两人去了省肿瘤医院,人事科,已完成\n"
    "组织夜间停电演练,后勤,2025年9月,两路电切换没有耽误手术,总务科,已完成\n"
)
SHORTCOMING = "夜间超声没人做,不足,2025年,超声医师只够排白班,超声科,已完成\n"
HEAD = "指标名称,年度,期间,本期值,单位,上年同期值,目标值,数据截止\n"
YEAR = (
    "门急诊人次,2025,,412600,人次,396400,,{day}\n"
    "出院人次,2025,,18642,人次,17930,,{day}\n"
    "平均住院日,2025,,7.9,天,8.3,,{day}\n"
    "患者满意度,2025,,93.4,%,92.1,,{day}\n"
)


def drafted(
    folder: Path, figures: str, rows: str = "", *, period: str | None = None, level: str = "医院", kind: str = "summary"
) -> Draft:
    (folder / "指标.csv").write_text(HEAD + figures, encoding="utf-8")
    (folder / "事项.csv").write_text(ROWS + rows, encoding="utf-8")
    outline = read_outline(kind, department="浔口县人民医院", year=2025, level=level, period=period)
    matters = chugao.read_matters(folder / "事项.csv") if rows else None
    return chugao.draft(outline, chugao.read_metrics(folder / "指标.csv"), matters)


def prose(made: Draft, part: str = "") -> str:
    return "".join(s.text for section, s in made.sentences() if section.id.startswith(part))


def deed(text: str, result: str = "", *, category: str = "医疗质量", when: str = "", weight: int = 50) -> BriefMatter:
    return BriefMatter(
        id="m_a",
        text=text,
        result=result,
        when=when,
        when_kind="",
        actor="",
        category=category,
        status="done",
        weight=weight,
    )


def told(matter: BriefMatter) -> str:
    return "".join(s.text for s in Teller().told(matter))


# --- up to which day ------------------------------------------------------------------------------


def test_figures_of_ten_months_are_never_told_as_the_years(tmp_path: Path) -> None:
    made = drafted(tmp_path, YEAR.format(day="2025-10-31"), DEEDS)

    lead = prose(made, "lead")

    assert "1—10月门急诊412600人次" in lead
    assert "全年" not in prose(made)
    assert not [f for f in chugao.check(made) if f.severity.value in ("error", "fatal")]


def test_figures_of_the_whole_year_are_the_years(tmp_path: Path) -> None:
    lead = prose(drafted(tmp_path, YEAR.format(day="2025-12-31"), DEEDS), "lead")

    assert "全年门急诊412600人次" in lead
    assert "月门急诊" not in lead


def test_where_the_lead_tells_no_volume_it_still_says_up_to_which_day_figures_count(tmp_path: Path) -> None:
    figures = "患者满意度,2025,,93.4,%,92.1,,2025-10-31\n平均住院日,2025,,7.9,天,8.3,,2025-10-31\n"

    lead = prose(drafted(tmp_path, figures, DEEDS, kind="summary-plan"), "lead")

    assert re.search(r"10月31日|1—10月", lead)


def test_the_one_figure_that_stops_earlier_says_so_where_it_stands(tmp_path: Path) -> None:
    late = YEAR.format(day="2025-12-31").replace("93.4,%,92.1,,2025-12-31", "93.4,%,92.1,,2025-10-31")

    text = prose(drafted(tmp_path, late, level="乡镇"))

    assert "93.4%（截至10月31日）" in text
    assert "1—10月" not in text


# --- what comes first, what is admitted -----------------------------------------------------------


def test_a_section_opens_with_what_was_done_and_no_figure(tmp_path: Path) -> None:
    made = drafted(tmp_path, YEAR.format(day="2025-12-31"), DEEDS)

    sections = [s for s in made.sections if s.id.startswith("results_") and s.sentences]

    assert len(sections) > 1
    assert [s.heading.text for s in sections if not s.sentences[0].recipe.get("matter")] == []
    assert any(not x.recipe.get("matter") for s in sections for x in s.sentences), "a figure is told somewhere"


def test_a_half_year_paper_with_shortcomings_admits_what_got_worse_in_it(tmp_path: Path) -> None:
    figures = (
        "病理诊断及时率,2025,上半年,88.4,%,92.7,95,2025-06-30\n"
        "切片优良率,2025,上半年,94.1,%,93.3,95,2025-06-30\n"
        "病理诊断例数,2025,上半年,21260,例,18915,,2025-06-30\n"
    )

    made = drafted(tmp_path, figures, DEEDS.replace("2025年9月", "2025年4月") + SHORTCOMING, period="2025H1")

    assert "病理诊断及时率" in prose(made, "problems")
    assert "88.4%" in prose(made, "problems")
    assert "切片优良率" not in prose(made, "problems")
    assert "没有完成" not in prose(made, "problems"), "half a year misses no target of the year"


def test_what_was_to_stay_below_a_limit_is_over_it(tmp_path: Path) -> None:
    figures = YEAR.format(day="2025-12-31") + "耗占比,2025,,33.8,%,31.2,≤32,2025-12-31\n"

    assert "耗占比超出了年度目标" in prose(drafted(tmp_path, figures, DEEDS + SHORTCOMING), "problems")


def test_figures_alone_make_a_page_without_headings_that_tells_good_and_bad(tmp_path: Path) -> None:
    figures = (
        "医保结算人次,2025,上半年,31245,人次,29870,,2025-06-30\n"
        "医保基金支付金额,2025,上半年,14820,万元,14136,,2025-06-30\n"
        "费用消耗指数,2025,上半年,0.97,,1.02,≤1.0,2025-06-30\n"
        "次均住院费用,2025,上半年,9860,元,10215,≤10000,2025-06-30\n"
        "入组率,2025,上半年,99.2,%,98.7,≥99,2025-06-30\n"
        "高倍率病例占比,2025,上半年,3.1,%,2.6,≤2.5,2025-06-30\n"
    )

    made = drafted(tmp_path, figures, period="2025H1")

    assert [s.heading.text for s in made.sections if s.level] == []
    assert "31245人次" in prose(made)
    assert re.search(r"高倍率病例占比[^，。]*(?:3\.1%|0\.5个百分点)", prose(made)), "bad news keeps its number"
    assert "共9860元" not in prose(made), "a mean is no sum"


def test_a_limit_tells_which_way_an_offices_own_figure_is_to_go(tmp_path: Path) -> None:
    made = drafted(tmp_path, "高倍率病例占比,2025,,3.1,%,2.6,≤2.5,\n低倍率病例占比,2025,,5.8,%,6.1,,\n")
    (row,) = [r for _, _, t in made.tables() for r in t.rows if r[0].text == "高倍率病例占比"]

    assert row[3].text == "上升0.5个百分点"


# --- how a deed is told ---------------------------------------------------------------------------

TOLD = (
    (deed("选派进修", "选派{m_a.n_a}到省级医院进修"), "选派{m_a.n_a}到省级医院进修。"),
    (deed("读片会", "每周一次，共{m_a.n_a}"), "读片会每周一次，共{m_a.n_a}。"),
    (deed("院长接待日", "每周二，接待来访{m_a.n_a}"), "院长接待日每周二接待来访{m_a.n_a}。"),
    (deed("中医馆夜诊开诊", "每周一三五晚上开到八点半"), "中医馆夜诊开诊，每周一三五晚上开到八点半。"),
    (deed("住院医师规范化培训带教", "带教规培生{m_a.n_a}"), "住院医师规范化培训，带教规培生{m_a.n_a}。"),
    (deed("前列腺穿刺改为经会阴", "全年{m_a.n_a}，感染减少"), "前列腺穿刺改为经会阴，全年{m_a.n_a}，感染减少。"),
)


@pytest.mark.parametrize(("matter", "sentence"), TOLD)
def test_a_name_and_what_came_of_it_make_one_sentence(matter: BriefMatter, sentence: str) -> None:
    assert told(matter) == sentence


def test_who_did_it_with_whom_is_no_name_of_something_opened() -> None:
    assert spoken(deed("卫生院与县人民医院同质化查房")) == "卫生院与县人民医院同质化查房"
    assert spoken(deed("同质化查房")) == "开展同质化查房"


def test_a_day_that_what_came_of_a_deed_says_is_not_said_before_it_again(tmp_path: Path) -> None:
    rows = DEEDS.replace("2025年6月,病人当天来当天回", "2025年6月,6月12日收第一个病人")

    text = prose(drafted(tmp_path, YEAR.format(day="2025-12-31"), rows), "results")

    assert "6月12日" in text
    assert "6月恢复" not in text


@pytest.mark.parametrize(
    ("text", "result", "heavy"),
    [
        ("脓毒症预警单上线", "", False),
        ("《结石日间手术管理》获批市级课题", "", False),
        ("国家自然科学基金项目获批", "", True),
        ("围手术期质控系统上线", "", True),
        ("开展机器人辅助手术", "5月12日做第一台", True),
    ],
)
def test_a_form_in_the_system_is_no_deed_of_the_year_and_the_first_operation_is(
    text: str, result: str, heavy: bool
) -> None:
    matter = Matter(id="m_a", text=text, result=result, status=MatterStatus.DONE, source=Source(file="x"))

    assert (weight_of(matter) >= 65) is heavy


def test_one_honour_closes_the_last_section_and_meetings_stand_before_it(tmp_path: Path) -> None:
    rows = (
        DEEDS
        + "主题党日,党建,2025年,12次,党支部,已完成\n手术室获评全市巾帼文明岗,荣誉,2025年5月,市妇联授予,手术室,已完成\n"
    )

    made = drafted(tmp_path, YEAR.format(day="2025-12-31"), rows)
    last = [s for s in made.sections if s.id.startswith("results_")][-1]

    assert "honours" not in last.id
    assert "巾帼文明岗" in last.sentences[-1].text


def test_a_quarters_page_opens_without_the_formula_of_the_year() -> None:
    quarter = read_outline("summary", department="清河社区卫生服务中心", level="乡镇", year=2025, period="2025Q3")

    assert standing_formula(quarter, 5) == ""
    assert "历次全会" in standing_formula(quarter, 12), "it is written in October, after the fourth plenum"


@pytest.mark.parametrize(
    ("said", "problem"),
    [("问题呢，一个是跌倒多了两起", True), ("问题整改呢，都完成了", False), ("不足嘛，第一护工换得勤", True)],
)
def test_a_problem_told_into_a_telephone_is_one(said: str, problem: bool) -> None:
    assert (PROBLEM_LEAD.match(said) is not None) is problem


DICTATED = (
    ("今年三月份开始我们病区搞了早八点查面罩", "三月开始病区开展了早八点查面罩"),
    ("夜班这块，十月份起加了一个小夜帮班", "十月起加了一个小夜帮班"),
    ("带教方面今年带了四十二个实习生", "带了四十二个实习生"),
    ("今年牙椅由18台增加到22台，都是自己装的", "今年牙椅由18台增加到22台，都是自己装的"),
)


@pytest.mark.parametrize(("said", "written"), DICTATED)
def test_what_was_said_into_a_telephone_loses_the_words_of_talk_and_what_was_written_none(
    said: str, written: str
) -> None:
    assert as_written(said) == written


def test_a_house_that_opened_in_march_says_so_where_it_stands() -> None:
    house = deed("心脏介入中心开诊", "做介入{m_a.n_a}", when="m_a.when", weight=70)

    assert turned(house.model_copy(update={"when_kind": "month"})) == "心脏介入中心{m_a.when}开诊"
    assert turned(deed("推行心脏介入中心开诊")) == ""

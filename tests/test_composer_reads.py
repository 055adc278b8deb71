"""How the offline composer's text reads: names become acts, headings name what stands below, tasks answer shortcomings."""

from pathlib import Path

import pytest

import chugao
from chugao.drafting.matching import match_headings
from chugao.drafting.offering import Offer
from chugao.drafting.pairing import answered
from chugao.drafting.sectioning import SectionPlan
from chugao.drafting.tabling import _says_enough, _Terms
from chugao.drafting.writing import Written
from chugao.engines.acts import Teller, counted, outlook, spoken, task
from chugao.engines.ahead import _way
from chugao.engines.phrasing import Metric
from chugao.engines.results import _explained
from chugao.kind import Kind
from chugao.manuscript import Brief, BriefMatter, Reply, ReplyBlock, ReplySentence
from chugao.material import Matter, MatterStatus
from chugao.outline import Part, read_outline
from chugao.source import Source


def brief_matter(
    text: str, result: str = "", *, status: str = "planned", category: str = "", when: str = ""
) -> BriefMatter:
    return BriefMatter(
        id="m_a",
        text=text,
        result=result,
        status=status,
        category=category,
        when=when,
        when_kind="deadline" if when else "",
    )


def matter(id_: str, text: str, result: str, owner: str, category: str = "工作") -> Matter:
    return Matter(
        id=id_,
        text=text,
        result=result,
        owner=owner,
        category=category,
        status=MatterStatus.PLANNED,
        source=Source(file="事项.csv", fingerprint="0" * 16),
    )


# --- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "status", "said"),
    [
        ("胆道结石取石", "done", "开展胆道结石取石"),
        ("教学查房", "done", "开展教学查房"),
        ("出血热防控", "done", "做好出血热防控"),
        ("党建和作风建设", "done", "加强党建和作风建设"),
        ("急需专业人员招聘", "done", "招聘急需专业人员"),
        ("重复信访化解", "planned", "化解重复信访"),
        ("蚊媒监测与处置演练", "planned", "开展蚊媒监测与处置演练"),
        ("科主任首诊负责制", "planned", "推行科主任首诊负责制"),
        ("收费项目清单", "planned", "制定收费项目清单"),
        ("区域检验中台", "planned", "建设区域检验中台"),
        ("检验报告手机查询", "planned", "开通检验报告手机查询"),
        ("档案嵌入护士工作站", "planned", "档案嵌入护士工作站"),
        ("检验能力研制", "planned", "检验能力研制"),
    ],
)
def test_a_name_without_a_verb_gets_the_verb_an_office_says_before_it(name: str, status: str, said: str) -> None:
    assert spoken(brief_matter(name, status=status)) == said


def test_how_many_beds_follows_the_beds_and_no_second_verb() -> None:
    told = task(brief_matter("宁养病床", "开设{m_a.n_a}，与敬老院签转入协议"))

    assert told[0].text.startswith("增设宁养病床{m_a.n_a}，与敬老院签转入协议")


def test_what_was_done_all_year_says_so_before_the_act() -> None:
    assert counted(brief_matter("开展胆道取石", "全年{m_a.n_a}，均顺利", status="done")) == (
        "全年开展胆道取石{m_a.n_a}，均顺利"
    )


def test_a_way_that_says_its_own_date_is_not_told_to_be_done_by_another() -> None:
    told = outlook(brief_matter("西区新建门诊部", "选址河西，年内主体封顶", when="m_a.when"))

    assert "完成" not in told
    assert told.endswith("年内主体封顶")


def test_an_idea_keeps_the_part_of_its_way_that_holds_no_number() -> None:
    assert _way(brief_matter("推行导师制", "导师收徒{m_a.n_a}，教学计入绩效")) == "教学计入绩效"


# --- what is told where ---------------------------------------------------------------------------


def test_an_item_of_policy_whose_only_way_is_a_number_keeps_it() -> None:
    name = brief_matter("老年科和安宁疗护两类床位", "两院各设{m_a.n_a}")
    act = brief_matter("推进两类床位向社区开放试点", "两院各设{m_a.n_a}")

    terms = _Terms("policy", 1.0, frozenset(), 0, frozenset())
    assert not _says_enough(name, "两院各设{m_a.n_a}", terms)
    assert _says_enough(act, "两院各设{m_a.n_a}", terms)


@pytest.mark.parametrize(
    ("name", "told"),
    [("药占比", False), ("急诊抢救成功率", True), ("病历甲级率", True)],
)
def test_a_figure_named_without_its_value_stands_only_where_something_below_is_of_it(name: str, told: bool) -> None:
    below = [
        brief_matter("建立出血患者绿色通道", status="done", category="急诊急救"),
        brief_matter("病历质控", status="done", category="医疗质量"),
    ]
    metric = Metric(id="m", name=name, kind="rate", better="up", slots={}, full=name)

    assert _explained(metric, below) is told


def test_a_shortcoming_no_words_answer_is_answered_by_the_one_task_of_its_desk() -> None:
    lack = matter("p_a", "诊所转来的病人没有资料", "转诊靠口头说", "医务科", "不足")
    task_ = matter("t_a", "建专科联盟转诊平台", "影像直接传", "医务科")
    other = matter("t_b", "更换旧牙椅", "分层更换", "设备科")

    assert answered([task_, other], [lack]) == {"t_a": "p_a"}


def test_a_desk_of_many_tasks_answers_nothing_by_its_name_alone() -> None:
    lack = matter("p_a", "诊所转来的病人没有资料", "转诊靠口头说", "医务科", "不足")
    tasks = [
        matter("t_a", "建专科联盟转诊平台", "影像直接传", "医务科"),
        matter("t_b", "更换旧牙椅", "分层更换", "医务科"),
        matter("t_c", "开周日门诊", "两人轮转", "医务科"),
    ]

    assert answered(tasks, [lack]) == {}


# --- headings -------------------------------------------------------------------------------------


def headed(heading: str, *others: tuple[str, str]) -> Written:
    block = ReplyBlock(sentences=(ReplySentence(text="门诊有了新办法。"),))
    reply = Reply(heading=heading, headings=others, blocks=(block,))
    brief = Brief(
        task="part",
        section="results",
        role="results",
        kind=Kind.IDEAS,
        style="policy",
        level="医院",
        department="医院",
        organisation="",
    )
    return Written(reply, Offer(brief=brief, values={}, facts={}, constants=()), "offline", [])


def matched(*written: Written) -> list[str]:
    told = {f"plan_{chr(ord('a') + i)}": w for i, w in enumerate(written)}
    part = Part(id="plan", role="plan", level=1, topics=True, heading="思路")
    match_headings([SectionPlan(id=i, part=part, level=2) for i in told], told)
    return [w.heading or "" for w in told.values()]


def test_sections_that_can_say_what_their_deeds_are_about_are_not_named_after_one_deed() -> None:
    headings = matched(
        headed("做优门诊服务", ("aim", "做优门诊服务"), ("act", "住院陪护改由医院统一安排")),
        headed("推进加工中心建设", ("aim", "推进加工中心建设"), ("act", "数字加工中心")),
        headed("周末巡诊进社区", ("act", "周末巡诊进社区")),
    )

    assert headings == ["做优门诊服务", "推进加工中心建设", "周末巡诊进社区"]


def test_no_heading_loses_one_of_the_things_it_names_to_be_as_short_as_its_sisters() -> None:
    headings = matched(
        headed("加强人员考核，抓好心肺康复", ("aim", "加强人员考核，抓好心肺康复"), ("aim", "加强人员考核")),
        headed("做优门诊服务", ("aim", "做优门诊服务")),
        headed("管好药房发药", ("aim", "管好药房发药")),
    )

    assert headings[0] == "加强人员考核，抓好心肺康复"


def test_the_words_that_lead_to_a_cause_are_no_part_of_a_houses_name(tmp_path: Path) -> None:
    rows = "".join(f"档案第{n}类用得少,不足,2025年,原因是医院系统调不出社区档案,信息科,推进中\n" for n in "甲乙丙丁")
    (tmp_path / "事项.csv").write_text(f"事项,类别,时间,成效,责任科室,状态\n{rows}", encoding="utf-8")
    (tmp_path / "指标.csv").write_text(
        "指标名称,年度,本期值,单位,上年同期值\n门急诊人次,2025,412600,人次,396400\n", encoding="utf-8"
    )
    given = chugao.read_metrics(tmp_path / "指标.csv"), chugao.read_matters(tmp_path / "事项.csv")
    outline = read_outline("summary", department="滨河区卫生健康局", year=2025, level="区县")

    made = chugao.draft(outline, *given)

    assert "，主要是医院" in "".join(s.text for _, s in made.sentences())
    assert [f.quote for f in chugao.check(made, *given) if f.quote.endswith("医院")] == []


def test_a_bare_rate_stays_with_what_it_is_a_rate_of() -> None:
    said = brief_matter("室间质评参加省临检中心项目{m_a.n_a}", "合格率{m_a.r_a}，另一批参评{m_a.r_b}", status="done")

    (told,) = Teller().told(said, mark="一是")

    assert told.text == "一是室间质评参加省临检中心项目{m_a.n_a}，合格率{m_a.r_a}，另一批参评{m_a.r_b}。"


@pytest.mark.parametrize("text", ["救治急性心梗患者", "随访出院患者"])
def test_a_matter_that_came_to_a_count_is_told_in_one_clause_with_it(text: str) -> None:
    said = brief_matter(text, "{m_a.n_a}，成功率{m_a.r_a}", status="done")

    (told,) = Teller().told(said.model_copy(update={"actor": "胸痛中心"}))

    assert told.text == f"{text}{{m_a.n_a}}，成功率{{m_a.r_a}}。"

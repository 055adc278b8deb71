"""How a plan reads aloud: deadlines where they say something, names that nobody can finish, last year's shortcomings first."""

import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from eval.cases import read_case
from eval.generating import write_case
from eval.measures import Seen, rep_8

import chugao
from chugao.engines.acts import counted, task
from chugao.engines.phrasing import Phraser, bank, metrics_of
from chugao.kind import Kind
from chugao.manuscript import Brief, BriefMatter, Draft, Slot
from chugao.metrics.observation import Figures
from chugao.outline import read_outline
from chugao.shipped import shipped

HEAD = "事项,类别,时间,成效,责任科室,状态\n"
FIGURES = "指标名称,年度,本期值,单位,上年同期值,目标值,明年目标\n平均住院日,2025,7.9,天,8.3,8,7.7\n"
ONE_MAKE = "".join(
    f"公开{place}办件时限,服务,2026年{month}月底前,逾期由{desk}次日答复,{desk},拟开展\n"
    for place, month, desk in (
        ("挂号处", 2, "门诊办"), ("取药处", 3, "药学部"), ("抽血处", 5, "门诊办"), ("病历处", 7, "病案室"),
        ("退费处", 8, "门诊办"), ("登记处", 10, "门诊办"),
    )
)  # fmt: skip


def drafted(folder: Path, rows: str, *, kind: str = "plan", level: str = "科室") -> Draft:
    (folder / "事项.csv").write_text(HEAD + rows, encoding="utf-8")
    (folder / "指标.csv").write_text(FIGURES, encoding="utf-8")
    year = 2025 if kind.startswith("summary") else 2026
    name = "门诊办" if level == "科室" else "桐埠县人民医院"
    outline = read_outline(kind, department=name, year=year, organisation="桐埠县人民医院", level=level)
    return chugao.draft(
        outline, chugao.read_metrics(folder / "指标.csv"), chugao.read_matters(folder / "事项.csv"), seed=0
    )


def items(made: Draft) -> list[str]:
    return ["".join(s.sentence(i).text for i in b.sentence_ids) for s in made.sections for b in s.blocks if b.number]


def cells(made: Draft) -> list[str]:
    return [c.text for _, _, table in made.tables() for row in table.rows for c in row]


def brief_matter(text: str, result: str = "", **fields: object) -> BriefMatter:
    return BriefMatter(id="m_a", text=text, result=result, status="planned", **fields)


def said(matter: BriefMatter, form: int = 0) -> str:
    return "".join(s.text for s in task(matter, form=form))


# --- what would be read again ---------------------------------------------------------------------


def test_six_tasks_of_one_make_are_not_each_told_with_the_same_words_around_them(tmp_path: Path) -> None:
    made = drafted(tmp_path, ONE_MAKE)

    han = re.sub("[^一-鿿]", "", "".join(items(made)))
    runs = Counter(han[i : i + 8] for i in range(len(han) - 7) if "底前" in han[i : i + 8])

    assert len(items(made)) == 6
    assert max(runs.values()) == 1
    assert {f"{n}月底前" for n in (2, 3, 5, 7, 8, 10)} <= set(cells(made))


@pytest.mark.parametrize("number", [48, 138, 152, 178, 208, 258])
def test_of_generated_papers_with_many_tasks_of_one_make_little_is_read_twice(tmp_path: Path, number: int) -> None:
    folder = write_case(tmp_path, number)

    case = read_case(folder)

    assert rep_8(Seen(case.draft(), case)).score <= 0.04


def test_a_way_that_only_differed_in_its_number_is_told_once_in_a_paper_of_policy_and_stands_whole_in_the_table(
    tmp_path: Path,
) -> None:
    rows = "".join(
        f"{place}添一组夜间值守,服务,2026年{n}月底前,由门诊办抽{n}人，每周公布名单,门诊办,拟开展\n"
        for n, place in enumerate(("挂号处", "取药处", "抽血处"), 4)
    )

    made = drafted(tmp_path, rows, kind="key-points")

    assert "".join(items(made)).count("每周公布名单") == 1
    assert sum("每周公布名单" in cell for cell in cells(made)) == 2
    assert any(re.search("取药处添一组夜间值守，由门诊办抽5人，每周公布名单", cell) for cell in cells(made))


def test_ideas_tell_a_way_once(tmp_path: Path) -> None:
    rows = "".join(
        f"{place}周末加开一个窗口,服务,2026年4月底前,按候诊人数增减,门诊办,拟开展\n" for place in ("挂号处", "取药处")
    )

    made = drafted(tmp_path, rows, kind="ideas")

    assert "".join(s.text for _, s in made.sentences()).count("按候诊人数增减") == 1


def test_a_lead_names_no_more_than_a_third_of_what_is_told_and_no_two_of_one_make(tmp_path: Path) -> None:
    rows = "".join(
        f"{act},服务,2025年{n}月,等候由{n + 20}分钟减到{n}分钟,门诊办,已完成\n"
        for n, act in enumerate(
            ("启用自助取号机", "启用自助打印机", "上线手机叫号", "改造抽血大厅", "恢复周末门诊", "开设慢病窗口"), 3
        )
    )

    lead = drafted(tmp_path, rows, kind="summary").sections[0]
    named = [a for a in re.split("[，,\n]", rows) if len(a) > 4 and any(a in s.text for s in lead.sentences)]

    assert len(named) == 2
    assert not {"启用自助取号机", "启用自助打印机"} <= set(named)


def test_what_must_be_told_and_fell_is_not_told_again_under_the_shortcomings(tmp_path: Path) -> None:
    figures = (
        "部门,指标名称,年度,本期值,单位,上年同期值,目标值\n"
        "院感科,医务人员手卫生依从率,2025,70.2,%,70.5,70\n院感科,医院感染发病率,2025,1.1,%,1.2,1.3\n"
    )
    rows = (
        "抽血处夜里缺人,不足,2025年,两名护士休产假,院感科,推进中\n巡查洗手池,质量,2025年4月,换下旧龙头,院感科,已完成\n"
    )
    (tmp_path / "事项.csv").write_text(HEAD + rows, encoding="utf-8")
    (tmp_path / "指标.csv").write_text(figures, encoding="utf-8")
    outline = read_outline("summary", department="院感科", year=2025, organisation="桐埠县人民医院", level="科室")

    made = chugao.draft(
        outline, chugao.read_metrics(tmp_path / "指标.csv"), chugao.read_matters(tmp_path / "事项.csv"), seed=0
    )

    assert "".join(s.text for _, s in made.sentences()).count("70.2%") == 1


def test_two_goals_in_minutes_are_not_of_one_make_and_neither_begins_a_second_form_for_rates() -> None:
    def of(metric: str, kind: str, better: str) -> tuple[Slot, ...]:
        own = {"metric": metric, "metric_name": metric, "kind": kind, "better": better}
        sign = 1 if better == "up" else -1
        return tuple(
            Slot(name=f"{metric}.{f}", meaning="", field=f, sign=sign if f == "goal" else 0, **own)
            for f in ("now", "goal")
        )

    slots = (*of("wait", "duration", "down"), *of("stay", "duration", "down"), *of("cure", "rate", "up"), *of("full", "rate", "up"))  # fmt: skip
    brief = Brief(
        task="part", section="goals", role="goals", kind=Kind.PLAN, style="data", level="科室", department="急诊科",
        organisation="", slots=slots,
    )  # fmt: skip

    phraser = Phraser(brief)
    told = {m.id: phraser.clause(m, "goals") for m in metrics_of(slots)}
    made_by = {metric: clause[1] for metric, clause in told.items() if clause}

    assert made_by["wait"] != made_by["stay"]
    assert made_by["cure"] == made_by["full"]


def test_a_goal_that_stays_says_it_of_a_harm_as_of_a_rate() -> None:
    for frame in bank():
        if frame.role == "goals" and frame.direction == "flat":
            assert not re.search("不低于|不少于", frame.text), frame.id


def test_a_half_behind_another_does_not_say_the_longest_name_again(tmp_path: Path) -> None:
    name = "国家基本公共卫生服务项目考核得分"
    figures = (
        f"指标名称,年度,本期值,单位,上年同期值,目标值,明年目标\n{name},2025,84.8,分,88.6,87,87.4\n"
        "家庭医生签约率,2025,52.1,%,50.2,52,55\n居民健康素养水平,2025,31.2,%,29.9,30,33\n"
    )
    (tmp_path / "事项.csv").write_text(HEAD + ONE_MAKE.splitlines()[0] + "\n", encoding="utf-8")
    (tmp_path / "指标.csv").write_text(figures, encoding="utf-8")
    outline = read_outline("summary", department="砚溪镇卫生院", year=2025, organisation="砚溪镇卫生院", level="乡镇")

    made = chugao.draft(
        outline, chugao.read_metrics(tmp_path / "指标.csv"), chugao.read_matters(tmp_path / "事项.csv"), seed=0
    )
    ahead = "".join(t.text for s, t in made.sentences() if s.id == "plan")

    assert "家庭医生签约率" in ahead
    assert name not in ahead


# --- tasks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", range(3))
def test_a_name_is_nothing_that_could_be_done_by_june(form: int) -> None:
    plain = brief_matter("大厅候诊", "分时段预约，减到{m_a.n_a}以内", when="m_a.when", when_kind="deadline")
    timed = plain.model_copy(update={"result": "分时段预约，每周查{m_a.n_a}"})

    assert said(plain, form).startswith(("大厅候诊。{m_a.when}，分时段预约", "大厅候诊（{m_a.when}）。分时段预约"))
    assert said(timed, form) == "大厅候诊（{m_a.when}）。分时段预约，每周查{m_a.n_a}。"


@pytest.mark.parametrize("form", range(3))
def test_a_way_that_is_itself_a_thing_to_complete_does_not_follow_upon_done(form: int) -> None:
    told = said(
        brief_matter("落实早筛任务", "完成筛查{m_a.n_a}，按月上报", when="m_a.when", when_kind="deadline"), form
    )

    assert "完成。完成" not in told


@pytest.mark.parametrize("form", range(3))
def test_a_deadline_does_not_stand_before_a_way_that_says_a_time_in_its_slots(form: int) -> None:
    matter = brief_matter(
        "通过五级评审", "补齐缺项，{m_a.n_a}请省里预评", when="m_a.when", when_kind="deadline", timed=True
    )

    assert "{m_a.when}，补齐" not in said(matter, form)


def test_a_tally_follows_its_act_however_long_the_name_of_a_slot_in_it_is() -> None:
    matter = brief_matter("开展{matter_abcdefgh.n_a}以上老人体检", "{matter_abcdefgh.n_b}，查出{matter_abcdefgh.n_c}")

    assert counted(matter) == "开展{matter_abcdefgh.n_a}以上老人体检{matter_abcdefgh.n_b}，查出{matter_abcdefgh.n_c}"


def test_what_is_done_each_quarter_says_so() -> None:
    fields = {"when": "m_a.when", "when_kind": "each"}

    assert said(brief_matter("开展病历抽查", "抽{m_a.n_a}，当面改", **fields)).startswith("{m_a.when}开展病历抽查")
    assert "{m_a.when}抽查病历{m_a.n_a}" in said(brief_matter("压实病历质量", "抽查病历{m_a.n_a}", **fields))
    assert "{m_a.when}" not in said(brief_matter("每周开病例会", "结论记入手册", **fields))


def test_how_often_and_a_time_within_a_way_come_from_what_was_sent(tmp_path: Path) -> None:
    made = drafted(
        tmp_path,
        "病历抽查,质量,每月,抽查归档病历30份,门诊办,拟开展\n对照标准补缺项,质量,2026年9月底前,补缺项6处，7月自评,门诊办,拟开展\n",
    )

    told = "".join(items(made))

    assert "每月开展病历抽查" in told
    assert "9月底前，补缺项" not in told


def test_beds_set_up_are_found_again_by_the_check_where_the_text_has_turned_the_words(tmp_path: Path) -> None:
    made = drafted(tmp_path, "宁养病床,服务,2026年10月底前,开设4张,门诊办,拟开展\n")
    given = chugao.read_metrics(tmp_path / "指标.csv"), chugao.read_matters(tmp_path / "事项.csv")

    assert "增设宁养病床4张" in "".join(s.text for _, s in made.sentences())
    assert chugao.examine(made, *given).numbers["untraced"] == 0


# --- what comes first, and what is missing --------------------------------------------------------

TASKS = (
    "安排护士外出学习,人才,2026年3月底前,回科讲课,护理组,拟开展\n更换候诊椅,后勤,2026年4月底前,分两批,总务科,拟开展\n"
    "修订叫号规则,服务,2026年5月底前,过号的插到第三位,门诊办,拟开展\n清理旧系统账号,信息化,2026年6月底前,离职的当日停,信息科,拟开展\n"
    "与社区约好转诊时段,医联体,2026年7月底前,社区先约号,门诊办,拟开展\n抽血提前半小时开窗,服务,2026年11月底前,两名护士轮早班,护理组,拟开展\n"
)


def test_a_plan_without_sections_begins_with_what_answers_last_year_and_goes_on_by_deadline(tmp_path: Path) -> None:
    rows = (
        "线上续方,服务,2026年11月底前,药师审过再寄,药学部,拟开展\n疑难处方讨论,质量,2026年3月底前,各科轮流,药学部,拟开展\n"
        "安排药师进修,人才,2026年4月底前,回科带教,药学部,拟开展\n审方规则,信息化,2026年6月底前,开方时提示,信息科,拟开展\n"
        "药库搬迁,后勤,2026年8月底前,先装除湿,总务科,拟开展\n旧账册数字化,信息化,2026年10月底前,分两批,药学部,拟开展\n"
        "续方要跑窗口,不足,2025年,线上不能续方,药学部,推进中\n"
    )

    made = drafted(tmp_path, rows)
    told = items(made)

    assert not [s for s in made.sections if s.id.startswith("plan_")]
    assert "线上续方" in told[0]
    months = [int(m[1]) for t in told[1:] if (m := re.search(r"(\d+)月底前", t))]
    assert len(months) == 5
    assert months == sorted(months)


def test_of_sections_that_one_comes_first_in_which_last_year_is_answered(tmp_path: Path) -> None:
    more = (
        "招聘两名检验技师,人才,2026年8月底前,先补夜班,人事科,拟开展\n选派医师进修,人才,2026年9月底前,学成回院带教,人事科,拟开展\n"
        "规范叫号屏信息,服务,2026年8月底前,不显示全名,门诊办,拟开展\n改进导诊台值守,服务,2026年10月底前,午间有人,门诊办,拟开展\n"
        "修订值班制度,管理,2026年2月底前,二线半小时到,院办,拟开展\n对接医保智能审核,信息化,2026年12月底前,开单时提示,信息科,拟开展\n"
    )
    shortcoming = "检验技师不够,不足,2025年,夜班只有一人,检验科,推进中\n"

    with_it, without = (drafted(tmp_path, TASKS + more + row, level="医院") for row in (shortcoming, ""))
    first = [next(s for s in made.sections if s.id.startswith("plan_")) for made in (with_it, without)]

    assert any("检验技师" in s.text for s in first[0].sentences)
    assert not any("检验技师" in s.text for s in first[1].sentences)


def test_a_shortcoming_that_no_task_answers_is_asked_about(tmp_path: Path) -> None:
    lacking = "言语治疗师只有一人,不足,2025年,请假就停诊,门诊办,推进中\n"

    asked = [f for f in drafted(tmp_path, TASKS + lacking).findings if f.rule == "unanswered"]
    answered = drafted(
        tmp_path, TASKS + lacking + "招聘言语治疗师,人才,2026年4月底前,到位前不再停诊,门诊办,拟开展\n"
    ).findings

    assert len(asked) == 1
    assert "言语治疗师只有一人" in asked[0].hint
    assert not [f for f in answered if f.rule == "unanswered"]


def test_digits_that_two_have_in_common_make_no_answer(tmp_path: Path) -> None:
    lacking = "停车难,不足,2025年,院内车位只有420个,保卫科,推进中\n"
    lamps = "节能改造,节能,2026年11月底前,更换灯4200盏,总务科,拟开展\n"

    asked = [f.hint for f in drafted(tmp_path, TASKS + lamps + lacking).findings if f.rule == "unanswered"]

    assert len(asked) == 1
    assert "停车难" in asked[0]


def test_a_plan_opens_with_what_the_year_will_be_remembered_for_and_says_where_the_deadlines_stand(
    tmp_path: Path,
) -> None:
    great = "推进新门诊楼建设,基建,2026年10月底前,主体封顶,总务科,拟开展\n通过五级电子病历评审,信息化,2026年11月底前,补齐缺项,信息科,拟开展\n"

    lead = drafted(tmp_path, TASKS + great, level="医院").sections[0]
    told = "".join(s.text for s in lead.sentences)

    assert "推进新门诊楼建设、通过五级电子病历评审" in told
    assert re.search("(?:时限|什么时候办完).{0,6}(?:表|列)", told)


def test_among_the_main_goals_that_comes_first_which_a_task_is_for(tmp_path: Path) -> None:
    figures = (
        "指标名称,年度,本期值,单位,上年同期值,目标值,明年目标\n平均住院日,2025,7.9,天,8.3,8,7.7\n"
        "药占比,2025,27.6,%,28.8,28,27\n肠道准备合格率,2025,91.5,%,90.2,93,94\n"
    )
    (tmp_path / "指标.csv").write_text(figures, encoding="utf-8")
    (tmp_path / "事项.csv").write_text(
        HEAD + TASKS + "肠道准备改看视频,质量,2026年3月底前,护士前一天打电话,内镜室,拟开展\n", encoding="utf-8"
    )
    outline = read_outline("plan", department="内镜室", year=2026, organisation="桐埠县人民医院", level="科室")

    made = chugao.draft(
        outline, chugao.read_metrics(tmp_path / "指标.csv"), chugao.read_matters(tmp_path / "事项.csv"), seed=0
    )
    goals = "".join(t.text for s, t in made.sentences() if s.id == "goals")

    assert goals.index("肠道准备合格率") < goals.index("平均住院日")


def test_a_heading_says_nothing_of_a_thing_that_its_own_words_do_not() -> None:
    fields = tomllib.loads((shipped("templates") / "frames" / "headings.toml").read_text(encoding="utf-8"))
    nouns = [(k, v) for f in fields.values() if isinstance(f, dict) for k, v in f.get("nouns", {}).items()]

    # 普惠 is who pays, 远程 how, 引进 from where: facts of which a 托位, a 会诊, a 博士 says nothing.
    said = [
        (k, v)
        for k, v in nouns
        for word in ("普惠", "远程", "院前", "引进", "免费", "智慧")
        if word in v and word not in k
    ]

    assert len(nouns) > 300
    assert [pair for pair in said if pair != ("急救站", "院前急救")] == []


def test_what_was_ordered_from_above_stands_under_the_heading_that_asks_for_it(tmp_path: Path) -> None:
    (tmp_path / "提纲.txt").write_text(
        "关于报送2026年工作计划的通知\n各科室：\n请按以下提纲报送2026年工作计划，不超过1200字。\n"
        "一、医疗质量与安全\n二、上级交办任务\n桐埠县人民医院办公室\n",
        encoding="utf-8",
    )
    rows = (
        "培养第二术者,人才,2026年12月底前,在上级医师指导下独立做满一轮,内镜室,拟开展\n"
        "落实市卫健委癌症早筛任务,质量,2026年11月底前,月报市卫健委,内镜室,拟开展\n"
        "病历质控,质量,2026年3月底前,问题病历当面改,内镜室,拟开展\n"
    )
    (tmp_path / "事项.csv").write_text(HEAD + rows, encoding="utf-8")
    outline = read_outline(
        "plan", department="内镜室", year=2026, organisation="桐埠县人民医院", level="科室", file=tmp_path / "提纲.txt"
    )

    made = chugao.draft(outline, Figures(), chugao.read_matters(tmp_path / "事项.csv"), seed=0)
    told = {s.heading.text: "".join(t.text for t in s.sentences) for s in made.sections}

    assert "癌症早筛任务" in told["上级交办任务"]
    assert "第二术者" not in told["上级交办任务"]

"""Which numbers carry the argument and stand in the prose, which go to the table; how candidates and headings differ."""

import re
from itertools import combinations
from pathlib import Path

import chugao
from chugao.checks.tells import equal_sections, parts_of
from chugao.drafting.matching import match_headings
from chugao.drafting.offering import Offer
from chugao.drafting.sectioning import SectionPlan
from chugao.drafting.writing import Written
from chugao.engines.retelling import in_other_words
from chugao.kind import Kind
from chugao.manuscript import SLOT, Brief, Draft, Reply, ReplyBlock, ReplySentence
from chugao.outline import Part, read_outline

HEAD = "事项,类别,时间,成效,责任科室,状态\n"
DEEDS = (
    "眼科开设干眼门诊,诊疗服务,2025年3月,患者候诊由40分钟减到15分钟，全年接诊2316人次,眼科,已完成\n"
    "与三家卫生院联合验光,医联体,2025年5月,当地出报告，随访1874人次,眼科,已完成\n"
    "病历首页由编码员逐份核对,医疗质量,2025年4月,主要诊断填错由37份减到9份，核对4418份,病案科,已完成\n"
    "更换手术室无影灯,设备,2025年8月,停用一周，手术改到傍晚，共换12套,设备科,已完成\n"
    "门诊叫号改到手机,诊疗服务,2025年9月,候诊区不再挤，推送86417条,门诊部,已完成\n"
    "抢救车统一封签,医疗质量,2025年2月,交接不再逐件点，封签312次,护理部,已完成\n"
)
FIGURES = (
    "指标名称,年度,本期值,单位,上年同期值,目标值\n"
    "门急诊人次,2025,412600,人次,396400,400000\n出院人次,2025,18642,人次,17930,18000\n平均住院日,2025,7.9,天,8.3,8\n"
    "患者满意度,2025,93.4,%,92.1,93\n药占比,2025,27.6,%,28.8,28\n手术台次,2025,6120,台次,5744,6000\n"
)
DATE = re.compile(r"20\d\d年|\d{1,2}月(?:\d{1,2}日)?")


def drafted(folder: Path, rows: str, *, kind: str = "summary", seed: int = 0, figures: str = FIGURES) -> Draft:
    (folder / "事项.csv").write_text(HEAD + rows, encoding="utf-8")
    (folder / "指标.csv").write_text(figures, encoding="utf-8")
    year = 2025 if kind.startswith("summary") else 2026
    outline = read_outline(kind, department="桐埠县人民医院", year=year, organisation="桐埠县人民医院", level="医院")
    return chugao.draft(
        outline, chugao.read_metrics(folder / "指标.csv"), chugao.read_matters(folder / "事项.csv"), seed=seed
    )


def prose(made: Draft) -> str:
    return "".join(s.text for _, s in made.sentences())


def cells(made: Draft) -> list[str]:
    return [c.text for _, _, table in made.tables() for row in table.rows for c in row]


def numbers_in_a_thousand(text: str) -> float:
    return 1000 * len(re.findall(r"\d+(?:\.\d+)?", DATE.sub("", text))) / len(text)


def test_what_a_matter_only_counts_goes_to_the_table_and_its_comparison_stays(tmp_path: Path) -> None:
    made = drafted(tmp_path, DEEDS)

    assert numbers_in_a_thousand(prose(made)) <= 25
    assert "由40分钟减到15分钟" in prose(made)
    assert "由37份减到9份" in prose(made)
    counts = ("2316人次", "1874人次", "4418份", "12套", "86417条", "312次")
    gone = [c for c in counts if c not in prose(made)]
    assert gone, "the prose is too full for all of them"
    assert [c for c in gone if not any(c in cell for cell in cells(made))] == []


def test_every_number_that_went_to_the_table_says_which_matter_it_is_of(tmp_path: Path) -> None:
    made = drafted(tmp_path, DEEDS)

    rows = [row for _, _, table in made.tables() for row in table.rows if "封签312次" in row[1].text]

    assert [row[0].text for row in rows] == ["抢救车统一封签"]
    assert [c.state for c in rows[0][1].claims] == ["matter"]
    assert chugao.examine(made, chugao.read_metrics(tmp_path / "指标.csv"), chugao.read_matters(tmp_path / "事项.csv")).numbers[
        "untraced"
    ] == 0  # fmt: skip


def test_a_paper_of_policy_leaves_numbers_to_the_table_of_its_tasks(tmp_path: Path) -> None:
    tasks = (
        "开设睡眠门诊,诊疗服务,2026年3月底前,先开半天，配多导睡眠仪4台,神经内科,拟开展\n"
        "急诊分诊台前移,急诊,2026年5月底前,护士在门口分级，增设分诊岗6个,急诊科,拟开展\n"
        "药房与病区当面交接,药事,2026年6月底前,退药当日办完,药学部,拟开展\n"
        "更换老旧呼吸机,设备,2026年9月底前,重症先换，换下的18台报废,设备科,拟开展\n"
        "支部与科室同开例会,党建,2026年2月底前,每月一次，书记主持,党办,拟开展\n"
        "住院押金线上退,诊疗服务,2026年4月底前,退费不再排队,财务科,拟开展\n"
    )

    made = drafted(tmp_path, tasks, kind="key-points")

    assert numbers_in_a_thousand(prose(made)) <= 5
    assert any("多导睡眠仪4台" in cell for cell in cells(made))


def test_candidates_share_little_of_their_words_and_all_of_their_numbers_are_traced(tmp_path: Path) -> None:
    made = [drafted(tmp_path, DEEDS, seed=seed) for seed in (0, 1, 2)]

    told = ["".join(s.text for x in m.sections if x.id.startswith("results") for s in x.sentences) for m in made]
    texts = [{t[i : i + 13] for i in range(len(t) - 12)} for t in told]
    shared = [len(a & b) / min(len(a), len(b)) for a, b in combinations(texts, 2)]

    assert sum(shared) / len(shared) <= 0.7
    for one in made:
        given = chugao.read_metrics(tmp_path / "指标.csv"), chugao.read_matters(tmp_path / "事项.csv")
        assert chugao.examine(one, *given).numbers["untraced"] == 0


def test_another_candidates_words_keep_every_slot_and_seed_nought_keeps_every_word() -> None:
    text = "把抢救车由{a.n_a}减到{a.n_b}，全年封签{a.n_c}，交接不再逐件点。"

    told = {seed: in_other_words(text, seed, done=True) for seed in (1, 2)}

    assert all([m.group() for m in SLOT.finditer(t)] == ["{a.n_a}", "{a.n_b}", "{a.n_c}"] for t in told.values())
    assert len({text, *told.values()}) == 3


def written(offers: tuple[tuple[str, str], ...], section: str) -> Written:
    brief = Brief(
        task="part", section=section, role="results", kind=Kind.SUMMARY, style="data", level="科室",
        department="门诊部", organisation="",
    )  # fmt: skip
    reply = Reply(
        heading=offers[0][1], headings=offers, blocks=(ReplyBlock(sentences=(ReplySentence(text="开诊了。"),)),)
    )
    return Written(reply, Offer(brief=brief, values={}, facts={}, constants=()), "offline", [])


def test_sister_headings_take_the_make_that_all_of_them_can_and_name_nothing_twice() -> None:
    part = Part(id="results", role="results", heading="", level=2)
    told = {
        "a": written((("label", "手术质量和病历归档"), ("aim", "抓细手术质量、病历归档")), "a"),
        "b": written((("aim", "做优门诊服务"), ("aim", "做优门诊服务、随访管理")), "b"),
        "c": written((("aim", "抓好急救队伍"), ("aim", "抓好急救队伍和人员培训")), "c"),
        "d": written((("aim", "加强急救队伍"), ("aim", "加强进修培养、业务学习")), "d"),
    }
    plans = [SectionPlan(id=i, part=part, level=2) for i in told]

    match_headings(plans, told)

    headings = [w.heading or "" for w in told.values()]
    assert headings[0] == "抓细手术质量、病历归档"
    assert sum("急救队伍" in h for h in headings) == 1


# --- what stands once -----------------------------------------------------------------------------

MANY_DEEDS = DEEDS + (
    "开设周末采血,诊疗服务,2025年6月,上班的人不必请假,检验科,已完成\n"
    "门诊楼加装扶手,后勤,2025年7月,老人上下楼有了抓手,总务科,已完成\n"
    "锅炉房改用空气能,后勤,2025年8月,夜里不再有人守炉,总务科,已完成\n"
    "信访举报办理,行风,2025年,受理26件，办结25件，1件转上级,纪检室,已完成\n"
    "窗口人员轮训,行风,2025年10月,按投诉最多的三类情形练,客服中心,已完成\n"
    "更换旧呼吸机,设备,2026年6月底前,重症先换，夜班逐台查,设备科,拟开展\n"
    "午间门诊不断人,诊疗服务,2026年3月底前,收费和取药各留一人,门诊部,拟开展\n"
    "预约检查合到一处,诊疗服务,2026年5月底前,一次约完，每月公布等候天数,影像科,拟开展\n"
    "医疗废物称重上系统,后勤,2026年4月底前,差额当天核对,总务科,拟开展\n"
    "抢救药品按班清点,医疗质量,2026年2月底前,缺项当班补齐,护理部,拟开展\n"
    "死亡病例一周内讨论,医疗质量,2026年3月底前,科主任主持，质控科到场,质控科,拟开展\n"
)
MORE_TASKS = MANY_DEEDS + (
    "急诊预检改到门厅,诊疗服务,2026年2月底前,分诊护士站到门口，轻症直接去夜间门诊,护理部,拟开展\n"
    "夜间门诊加开儿科,诊疗服务,2026年4月底前,两名医师轮班，十点以后不再转急诊,门诊部,拟开展\n"
)
WITH_GOALS = (
    "指标名称,年度,本期值,单位,上年同期值,目标值,明年目标\n"
    "门急诊人次,2025,412600,人次,396400,400000,430000\n出院人次,2025,18642,人次,17930,18000,19500\n平均住院日,2025,7.9,天,8.3,8,7.7\n"
    "患者满意度,2025,93.4,%,92.1,93,94\n药占比,2025,27.6,%,28.8,28,27\n手术台次,2025,6120,台次,5744,6000,6400\n"
)


def test_a_paper_in_sections_says_once_that_its_targets_were_met(tmp_path: Path) -> None:
    made = drafted(tmp_path, MANY_DEEDS, kind="summary-plan", figures=WITH_GOALS)

    said = [(s.id, t.text) for s, t in made.sentences() if re.search("年度目标|年初|定下的目标", t.text)]

    assert len([s for s in made.sections if s.id.startswith("results_")]) > 1
    assert [section for section, _ in said] == ["lead"]


def test_what_a_plan_in_sections_aims_at_stands_once_before_them_with_what_it_starts_from(tmp_path: Path) -> None:
    made = drafted(tmp_path, MORE_TASKS, kind="summary-plan", figures=WITH_GOALS)

    ids = [s.id for s in made.sections]
    goals = next(s for s in made.sections if s.id == "goals")
    claimed = {c.id.partition(".")[2] for s in goals.sentences for c in s.claims}

    assert ids[ids.index("goals") - 1] == "plan"
    assert {"goal", "now"} <= claimed
    assert not [
        c for s in made.sections if s.id.startswith("plan_") for t in s.sentences for c in t.claims if c.id.endswith(".goal")
    ]  # fmt: skip


def test_three_pairs_of_tasks_run_on_without_headings_and_sections_of_tasks_are_of_unlike_length(
    tmp_path: Path,
) -> None:
    made = drafted(tmp_path, MANY_DEEDS, kind="summary-plan", figures=WITH_GOALS)
    more = drafted(tmp_path, MORE_TASKS, kind="summary-plan", figures=WITH_GOALS)

    assert not [s for s in made.sections if s.id.startswith("plan_")]
    assert [b.number for s in made.sections if s.id == "plan" for b in s.blocks if b.number] == [
        f"{n}." for n in range(1, 7)
    ]
    assert len([s for s in more.sections if s.id.startswith("plan_")]) > 1
    assert "plan" not in [t.where for made in (made, more) for t in equal_sections(parts_of(made))]


def test_of_a_row_of_counts_none_goes_to_the_table_alone(tmp_path: Path) -> None:
    made = drafted(tmp_path, MANY_DEEDS, kind="summary-plan", figures=WITH_GOALS)

    assert "受理26件，办结25件，1件转上级" in prose(made)


def test_no_heading_of_a_section_is_a_bare_row_of_names(tmp_path: Path) -> None:
    for seed in range(4):
        made = drafted(tmp_path, MANY_DEEDS, kind="summary-plan", figures=WITH_GOALS, seed=seed)

        headings = [s.heading.text for s in made.sections if s.id.startswith(("results_", "plan_"))]

        assert headings
        for heading in headings:
            assert re.match("围绕|把|[抓做管盯理改优推加规提守补强]", heading) or "，" in heading, heading


def test_aims_without_a_task_ask_for_the_tasks(tmp_path: Path) -> None:
    made = drafted(tmp_path, DEEDS, kind="summary-plan", figures=WITH_GOALS)

    assert "【待补：2026年的重点任务（桐埠县人民医院）】" in prose(made)
    assert any(r.name.startswith("2026年的重点任务") for r in made.requests)

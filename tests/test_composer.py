"""The offline composer: enough ways to say each thing, and none of the habits by which a machine is known."""

import re
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pytest

import chugao
from chugao.checks.inventions import find_inventions
from chugao.engines.phrasing import Frame, Phraser, bank, document_frames, metrics_of
from chugao.kind import Kind
from chugao.manuscript import Brief, BriefPassage, Draft, Slot, count_characters, flatten
from chugao.metrics.facts import derive
from chugao.metrics.observation import Figures
from chugao.outline import read_outline
from tests.facts import facts_of

OFFICE = "望澜市第一人民医院"
DEPARTMENTS = ("医务科", "护理部")
LOOKING_BACK = (("summary", 2025), ("summary-plan", 2025))
KINDS = (*LOOKING_BACK, ("plan", 2026), ("key-points", 2026), ("ideas", 2026))
MONTH = re.compile(r"^(?:\d{1,2}(?:—\d{1,2})?月|\d{1,2}月\d{1,2}日)")


def drafted(kind: str, year: int, department: str, length: int | None = None, seed: int = 0) -> Draft:
    outline = read_outline(kind, department=department, year=year, organisation=OFFICE, length=length)
    figures = chugao.read_metrics(f"examples/figures/{department}-2025.xlsx")
    matters = chugao.read_matters(f"examples/matters/{department}-2025.xlsx")
    return chugao.draft(outline, figures, matters, chugao.open_index("corpus"), seed=seed)


# --- the bank -------------------------------------------------------------------------------------

CELLS = [
    *product(("results",), ("rate", "duration", "index", "count", "amount"), ("welcome",), (None, True), (False, True)),
    *product(("results",), ("rate", "count"), ("unwelcome", "neutral", "flat"), (None,), (False,)),
    *product(("short",), ("rate", "count", "duration"), ("welcome", "unwelcome"), (False,), (False, True)),
    *product(("short",), ("rate", "count"), ("unwelcome",), (None,), (False, True)),
    *product(("results",), ("count",), ("zero",), (None,), (False,)),
    *product(("problems",), ("rate", "count", "duration"), ("unwelcome",), (None, False), (False,)),
    *product(("goals",), ("rate", "count", "duration", "index"), ("welcome", "flat"), (None,), (False,)),
]
"""role × metric kind × direction × whether the target was reached × only one number."""


def frames_of(role: str, kind: str, direction: str, reached: bool | None, sparse: bool) -> list[Frame]:
    fitting = [
        f
        for f in bank()
        if f.role == role
        and (not f.kinds or kind in f.kinds)
        and f.direction in ("any", direction)
        and (f.reached is None or f.reached is reached)
        and f.sparse is sparse
        and not f.fields & {"multiple", "streak", "rank", "range", "share"}
    ]
    best = max(f.weight for f in fitting)
    return [f for f in fitting if f.weight == best]


def grams(text: str) -> set[str]:
    """4-grams with each slot as one character of its own."""
    slots = sorted(set(re.findall(r"\{[a-z_]+\}", text)))
    for slot in slots:
        text = text.replace(slot, chr(0xE000 + sum(map(ord, slot)) % 4096))
    return {text[i : i + 4] for i in range(max(1, len(text) - 3))}


@pytest.mark.parametrize("cell", CELLS, ids=lambda c: "-".join(map(str, c)))
def test_each_cell_of_the_bank_has_enough_frames_that_are_not_alike(
    cell: tuple[str, str, str, bool | None, bool],
) -> None:
    frames = frames_of(*cell)

    assert len(frames) >= 4
    for a, b in combinations(frames, 2):
        alike = len(grams(a.text) & grams(b.text)) / len(grams(a.text) | grams(b.text))
        assert alike <= 0.5, f"{a.id} and {b.id} are too much alike"


@pytest.mark.parametrize(("group", "kind"), [*product(("lead",), [k for k, _ in KINDS]), ("close", "summary-plan")])
def test_a_document_can_open_and_close_in_four_ways(group: str, kind: str) -> None:
    rows = [r for r in document_frames()[group] if kind in r["kinds"] and r["text"]]  # type: ignore[operator]

    assert len(rows) >= 4


# --- habits ---------------------------------------------------------------------------------------


def test_no_paragraph_of_what_was_done_opens_with_a_month() -> None:
    drafts = [drafted(k, y, d, seed=n) for k, y in LOOKING_BACK for d in DEPARTMENTS for n in range(2)]

    paragraphs = [
        s.block_text(b)
        for d in drafts
        for s in d.sections
        if s.id.startswith("results")
        for b in s.blocks
        if not b.table
    ]

    assert len(paragraphs) > 40
    assert [p[:20] for p in paragraphs if MONTH.match(p)] == []


def test_figures_do_not_close_a_section_in_a_paragraph_of_their_own() -> None:
    for kind, year in LOOKING_BACK:
        for section in drafted(kind, year, "医务科").sections:
            told = [b for b in section.blocks if not b.table]
            if section.id.startswith("results") and len(told) > 1:
                last = [section.sentence(i) for i in told[-1].sentence_ids]
                assert any(s.recipe.get("matter") for s in last), section.heading.text


def test_an_honour_is_told_and_not_printed_cell_by_cell() -> None:
    made = drafted("summary", 2025, "医务科")

    honours = "".join(s.text for x in made.sections if "honours" in x.id for s in x.sentences)

    assert "全省急诊急救工作先进集体" in honours
    assert "省级，" not in honours
    assert "发文" not in honours


HONOURS = (
    ("省级，2025年12月17日发文", ("省级", "17日发文")),
    ("市级，2025年12月17日发文，石卫质控〔2025〕31号，石阜县卫生健康局", ("市级，", "发文", "，石卫质控")),
    ("国家卫生健康委员会、中国红十字会总会授予，国家级", ("国家级", "，国家卫生健康委员会")),
)


@pytest.mark.parametrize(("cells", "unsaid"), HONOURS)
def test_the_cells_of_an_honours_row_become_a_sentence(tmp_path: Path, cells: str, unsaid: tuple[str, ...]) -> None:
    made = told(
        tmp_path,
        f'获评先进检验科,荣誉,2025年12月,"{cells}",办公室,已完成\n换装采血机,设备,2025年3月,排队短了,检验科,已完成\n',
    )

    text = flatten(made)[0]
    assert "获评先进检验科" in text
    assert [u for u in unsaid if u in text] == []
    assert "办公室获评" not in text, "who reports an honour has not won it"
    if "卫生健康" in cells:
        assert re.search(r"，由[^，。]+授予", text)


@pytest.mark.parametrize("department", DEPARTMENTS)
def test_ideas_set_no_deadlines(department: str) -> None:
    made = drafted("ideas", 2026, department)

    assert not [s.text for _, s in made.sentences() if re.search(r"月底前|月\d+日前|季度前", s.text)]


def test_ideas_go_from_what_was_wrong_to_the_way_out_and_are_no_second_plan() -> None:
    plan, thought = (flatten(drafted(k, 2026, "医务科"))[0] for k in ("plan", "ideas"))

    assert "夜间两台创伤同时到院时要等台" in thought
    answer = thought.index("排出夜间创伤手术第二组")
    assert 0 < answer - thought.index("夜间两台创伤同时到院时要等台") < 90, "the way out stands right behind"
    assert thought.count("夜间两台创伤同时到院时要等台") == 1
    eights = {thought[i : i + 8] for i in range(len(thought) - 7)}
    assert sum(g in plan for g in eights) / len(eights) <= 0.5


def test_a_shortcoming_that_nothing_answers_keeps_a_part_of_its_own(tmp_path: Path) -> None:
    rows = "夜间取血慢,不足,2025年,楼里没有电梯,总务科,推进中\n" + "".join(
        f"购置{d}分析仪,设备,2026年{n}月底前,先试后买,检验科,拟开展\n" for n, d in enumerate("甲乙丙", 2)
    )

    made = told(tmp_path, rows, kind="ideas")

    assert [s.heading.text for s in made.sections if s.level == 1] == ["需要着力解决的问题", "重点思路"]


@pytest.mark.parametrize(("kind", "year"), KINDS)
def test_a_lead_names_deeds_and_no_fields_of_work(kind: str, year: int) -> None:
    for department in DEPARTMENTS:
        lead = drafted(kind, year, department).sections[0]

        assert not re.search(r"医疗质量、|诊疗服务、|等方面的工作|力量", "".join(s.text for s in lead.sentences))


@pytest.mark.parametrize(("kind", "year"), KINDS)
@pytest.mark.parametrize("department", DEPARTMENTS)
def test_a_heading_is_no_title_of_a_matter_told_under_it_word_for_word_twice(
    kind: str, year: int, department: str
) -> None:
    made = drafted(kind, year, department)

    for section in made.sections:
        for half in section.heading.text.split("，"):
            openings = [s.text.rstrip("。") for s in section.sentences]
            assert len(half) < 8 or openings.count(half) == 0, f"{section.id} says “{half}” twice"


def test_what_a_matter_says_already_no_figure_says_again() -> None:
    made = drafted("summary-plan", 2025, "护理部")

    text = next("".join(s.text for s in x.sentences) for x in made.sections if x.id == "results_service")

    assert text.count("9个") == 1


def test_a_seed_changes_headings_and_lead_too() -> None:
    drafts = [drafted("summary-plan", 2025, "医务科", seed=s) for s in range(4)]

    assert len({tuple(s.heading.text for s in d.sections) for d in drafts}) >= 2
    assert len({d.sections[0].sentences[0].text for d in drafts}) >= 2


def test_another_seed_orders_the_sections_anew_but_leaves_the_milestone_first_and_honours_last() -> None:
    orders = []
    for seed in range(5):
        made = drafted("summary-plan", 2025, "医务科", seed=seed)
        orders.append([s.id for s in made.sections if s.id.startswith("results_")])

    assert len({tuple(o) for o in orders}) >= 3
    assert {o[0] for o in orders} == {"results_quality"}
    assert {o[-1] for o in orders} == {"results_honours"}
    assert len({frozenset(o) for o in orders}) == 1


# --- length ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("ceiling", [300, 500, 800, 1200, 1500, 2000])
@pytest.mark.parametrize("department", DEPARTMENTS)
def test_the_ceiling_is_kept_and_nearly_filled_where_there_is_enough_to_say(ceiling: int, department: str) -> None:
    made = drafted("summary-plan", 2025, department, length=ceiling)

    body = count_characters(flatten(made)[0])
    assert body <= ceiling
    whole = count_characters(flatten(drafted("summary-plan", 2025, department))[0])
    assert body >= 0.75 * min(ceiling, whole)


def test_counting_goes_on_without_a_gap_where_something_was_cut() -> None:
    for ceiling in (700, 900, 1100, 1300):
        for seed in range(3):
            made = drafted("summary", 2025, "医务科", length=ceiling, seed=seed)
            for section in made.sections:
                marks = [m[1] for s in section.sentences if (m := re.match(r"([一二三四五六七八九十])是", s.text))]
                assert marks == list("一二三四五六七八九十")[: len(marks)]
                assert len(marks) != 1


def test_more_figures_are_told_where_more_was_asked_for_and_the_text_bears_them() -> None:
    outline = read_outline("summary-plan", department=OFFICE, year=2025, organisation=OFFICE, level="医院", length=5000)
    given = (
        chugao.read_metrics("examples/figures/医院-2025.xlsx"),
        chugao.read_matters("examples/matters/医院-2025.xlsx"),
    )
    asked = chugao.draft(outline, *given)
    usual = chugao.draft(outline.model_copy(update={"asked_length": False}), *given)

    assert count_characters(flatten(asked)[0]) > count_characters(flatten(usual)[0])
    told = "".join(s.text for _, s in asked.sentences())
    text = re.sub(r"\d{4}年|\d{1,2}(?:—\d{1,2})?月(?:\d{1,2}日)?", "", told)
    assert len(re.findall(r"\d+(?:\.\d+)?", text)) / len(text) <= 0.026


def test_what_does_not_fill_the_length_asked_for_is_said_and_not_padded() -> None:
    asked, usual = (drafted("summary-plan", 2025, "护理部", length=n) for n in (8000, None))

    assert flatten(asked)[0] == flatten(usual)[0]
    assert [f.hint for f in asked.findings if f.rule == "length" and "不凑字数" in f.hint]


# --- what is told, and how ------------------------------------------------------------------------


def told(folder: Path, rows: str, *, kind: str = "summary", figures: Figures | None = None) -> Draft:
    file = folder / "事项.csv"
    file.write_text("事项,类别,时间,成效,责任科室,状态\n" + rows, encoding="utf-8")
    year = 2025 if kind.startswith("summary") else 2026
    outline = read_outline(kind, department="检验科", year=year, organisation="石阜县人民医院")
    return chugao.draft(outline, figures or chugao.read_metrics(), chugao.read_matters(file))


def test_what_is_still_under_way_is_not_told_as_done(tmp_path: Path) -> None:
    made = told(tmp_path, "接通两县影像平台,信息化,2025年11月,一县只通了报告,信息科,推进中\n")

    text = flatten(made)[0]
    assert "接通两县影像平台仍在推进，一县只通了报告。" in text
    assert "11月接通" not in text


def test_a_name_and_its_tally_are_one_clause(tmp_path: Path) -> None:
    made = told(tmp_path, "科务会集体学习,党建,2025年1—12月,全年12次，轮流主讲,检验科,已完成\n")

    assert "科务会集体学习全年12次，轮流主讲。" in flatten(made)[0]


def test_what_came_of_an_act_stands_behind_a_comma_though_it_begins_with_the_whole_year(tmp_path: Path) -> None:
    made = told(tmp_path, "血站标本流程再造,医疗质量,2025年3月,全年追溯标本1146份，再没有错号,检验科,已完成\n")

    assert "血站标本流程再造，全年追溯标本1146份，再没有错号。" in flatten(made)[0]


def test_what_the_act_says_already_is_not_said_again_as_its_result(tmp_path: Path) -> None:
    made = told(tmp_path, "巡察反馈问题正在整改,党建,2025年11月,正在整改,检验科,推进中\n")

    assert flatten(made)[0].count("正在整改") == 1


def test_an_aim_behind_what_is_reached_is_announced_nowhere_in_the_prose(tmp_path: Path) -> None:
    file = tmp_path / "指标.csv"
    file.write_text(
        "指标名称,年度,本期值,单位,上年同期值,明年目标\n患者满意度,2025,93.5,%,92.8,91\n甲级病案率,2025,93.5,%,92.8,95\n",
        encoding="utf-8",
    )

    made = told(
        tmp_path, "换采血椅,服务,2026年3月,少等,检验科,拟开展\n", kind="plan", figures=chugao.read_metrics(file)
    )

    assert "95%" in flatten(made)[0]
    assert "91%" not in flatten(made)[0]


def test_a_matter_is_told_whole_even_where_a_heading_names_it(tmp_path: Path) -> None:
    rows = "通过二级医院复评,医疗质量,2025年9月12日,意见28条年底前改完26条,医务科,已完成\n"
    rows += "".join(
        f"购置{d}分析仪,设备,2025年{n}月,{d}检验不再外送,检验科,已完成\n" for n, d in enumerate("甲乙丙丁戊己", 1)
    )

    made = told(tmp_path, rows)

    assert re.search(r"二级医院复评9月12日通过，意见28条|9月12日通过二级医院复评，意见28条", flatten(made)[0])


def test_four_shortcomings_do_not_all_say_that_the_reason_is(tmp_path: Path) -> None:
    rows = "".join(f"{d}病区取血慢,不足,2025年,原因是{d}楼没有电梯,总务科,推进中\n" for d in "甲乙丙丁")

    made = told(tmp_path, "换装采血机,设备,2025年3月,排队短了,检验科,已完成\n" + rows)

    assert 1 <= flatten(made)[0].count("原因是") <= 2


def test_the_task_that_answers_the_first_shortcoming_stands_first(tmp_path: Path) -> None:
    rows = (
        "夜间急诊标本送检慢,不足,2025年,原因是只有一名运送员,总务科,推进中\n"
        "血型复核靠人工,不足,2025年,原因是旧仪器不能联网,检验科,推进中\n"
        "更换血型复核仪器,设备,2026年2月底前,联网后双人核对,检验科,拟开展\n"
        "夜间加派急诊标本运送员,服务,2026年8月底前,每周抽查流转时间,总务科,拟开展\n"
    )

    made = told(tmp_path, rows, kind="plan")

    items = ["".join(s.sentence(i).text for i in b.sentence_ids) for s in made.sections for b in s.blocks if b.number]
    assert [i[:2] for i in items] == ["夜间", "更换"]


def test_a_value_that_waits_for_a_ruling_is_asked_for_and_not_printed(tmp_path: Path) -> None:
    figures = facts_of("检验标本量,2025,412600,份,上年 389700", "室间质评合格率,2025,99.2,%,上年 98.8")
    first, other = (o for o in figures.observations if o.period.year == 2025 and o.role.value == "actual")
    rest = tuple(o for o in figures.observations if o.metric != first.metric)
    waiting = figures.model_copy(update={"observations": rest, "contested": ((first, first),)})

    made = told(tmp_path, "换装采血机,设备,2025年3月,排队短了,检验科,已完成\n", figures=waiting)

    asked = [r for r in made.requests if "口径未裁" in r.reason]
    assert [r.metric for r in asked] == [first.metric]
    assert "412600" not in flatten(made)[0]
    assert other.metric != first.metric


def test_a_comparison_on_comparable_terms_says_so() -> None:
    fields: dict[str, Any] = {"metric": "visits", "metric_name": "门诊", "kind": "count", "better": "up"}
    slots = (
        Slot(name="visits.now", meaning="2025年门诊人次", field="now", **fields),
        Slot(name="visits.growth", meaning="增幅，2024年按可比口径", field="growth", sign=1, good=True, **fields),
    )
    brief = Brief(
        task="part", section="results", role="results", kind=Kind.SUMMARY, style="data", level="科室",
        department="门诊部", organisation="", slots=slots,
    )  # fmt: skip

    clause = Phraser(brief).clause(metrics_of(slots)[0], "results")

    assert clause is not None
    assert "{visits.growth}（可比口径）" in clause[0]


def test_a_goal_where_one_stands_already_is_kept_and_not_risen_to() -> None:
    fields: dict[str, Any] = {"metric": "level", "metric_name": "电子病历分级", "kind": "index", "better": "up"}
    slots = tuple(Slot(name=f"level.{f}", meaning="", field=f, **fields) for f in ("now", "goal"))
    brief = Brief(
        task="part", section="plan", role="plan", kind=Kind.PLAN, style="data", level="科室",
        department="信息科", organisation="", slots=slots,
    )  # fmt: skip

    for seed in range(8):
        clause = Phraser(brief.model_copy(update={"seed": seed})).clause(metrics_of(slots)[0], "goals")
        assert clause is not None
        assert re.search("稳定|保持|不低于", clause[0])


def test_a_task_from_a_month_on_is_not_done_by_then(tmp_path: Path) -> None:
    rows = "按病区公布下送情况,服务,2026年1月起,每周一贴在护士站,检验科,拟开展\n"
    rows += (
        "购置分析仪,设备,2026年3月底前,先试后买,检验科,拟开展\n新楼开工,基建,2026年10月底前,先建门诊,总务科,拟开展\n"
    )

    text = flatten(told(tmp_path, rows, kind="plan"))[0]

    assert "1月起，每周一贴在护士站" in text
    assert "起完成" not in text
    assert "开工，10月底前完成" not in text


def test_the_department_under_its_other_name_is_not_named_as_somebody_else(tmp_path: Path) -> None:
    rows = "".join(
        f"购置{d}分析仪,设备,2025年{n}月,{d}检验不再外送，当天出报告,临床检验中心,已完成\n"
        for n, d in enumerate("甲乙丙丁", 1)
    )
    rows += "开通自助报告机,服务,2025年6月,患者自己取报告，窗口排队短了,信息科,已完成\n"

    text = flatten(told(tmp_path, rows))[0]

    assert "临床检验中心" not in text
    assert "购置甲分析仪" in text


def test_a_report_on_one_year_names_the_next_where_it_says_what_is_to_come(tmp_path: Path) -> None:
    figures = facts_of("室间质评合格率,2025,99.2,%,上年 98.8,,99.5", "检验标本量,2025,412600,份,上年 389700")

    made = told(tmp_path, "购置分析仪,设备,2026年3月底前,先试后买,检验科,拟开展\n", figures=figures)

    text = flatten(made)[0]
    coming = text[text.index("下一步打算") :]
    assert "2026年" in coming
    assert "99.5%" in coming
    assert "上年" not in coming


def test_a_metric_whose_name_begins_like_a_hospital_is_no_invented_hospital() -> None:
    figures = facts_of("医院感染发病（例次）率,2025,1.03,%,上年 1.12")
    text = "2025年医院感染工作总结\n年内力争医院感染发病（例次）率控制在1.03%。"
    outline = read_outline("summary", department="院感科", year=2025)
    made = chugao.draft(outline, figures)

    found = list(find_inventions(text, made, derive(figures, outline.reported), ()))

    assert [f.quote for f in found] == []


BASES = (
    "《检验结果互认行动方案（2025—2027年）》（石卫发〔2025〕18号）",
    "《托育机构管理办法》（石卫发〔2024〕2号）",
    "《2026年全县卫生健康工作要点》（石卫发〔2026〕1号）",
)


@pytest.mark.parametrize("kind", ["plan", "key-points", "ideas"])
def test_a_paper_about_the_coming_year_cites_the_documents_it_rests_on_and_no_others(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "事项.csv"
    rows = "推进检验结果互认,检验质量,2026年6月底前,先认三家,检验科,拟开展\n购置分析仪,设备,2026年3月底前,先试后买,检验科,拟开展\n"
    file.write_text("事项,类别,时间,成效,责任科室,状态\n" + rows, encoding="utf-8")
    outline = read_outline(kind, department="检验科", year=2026, organisation="石阜县人民医院")
    given = (chugao.read_metrics(), chugao.read_matters(file))

    made = chugao.draft(outline, *given, bases=BASES)

    lead = "".join(s.text for s in made.sections[0].sentences)
    assert [b in lead for b in BASES] == [True, False, True]
    assert [f.hint for f in chugao.examine(made, *given).findings if f.severity.blocks] == []
    looking_back = read_outline("summary", department="检验科", year=2025)
    assert "石卫发" not in flatten(chugao.draft(looking_back, *given, bases=BASES))[0]


def test_a_months_to_date_report_speaks_of_no_whole_year() -> None:
    outline = read_outline("summary", department="医务科", year=2026, organisation=OFFICE, period="2026M1-10")
    figures = chugao.read_metrics("examples/figures/医务科-2026-1-10.xlsx")

    text = flatten(chugao.draft(outline, figures, None, chugao.open_index("corpus")))[0]

    assert "1—10月" in text
    assert "全年" not in text
    assert not re.search(r"比上年(?!同期)|于上年(?!同期)", text)


@pytest.mark.parametrize(
    ("level", "department", "title"),
    [
        ("市", "望澜市卫生健康委员会", "2026年全市卫生健康工作要点"),
        ("区县", "石阜县卫生健康局", "2026年全县卫生健康工作要点"),
        ("科室", "医务科", "医务科2026年工作要点"),
    ],
)
def test_a_commissions_key_points_are_those_of_its_area(level: str, department: str, title: str) -> None:
    assert read_outline("key-points", department=department, year=2026, level=level).title == title


# --- what fell short, and the office's own words --------------------------------------------------

THREE_ACTS = "".join(f"更换{d}窗口,服务,2025年{n}月,{d}楼不再排长队,检验科,已完成\n" for n, d in enumerate("甲乙丙", 2))


def test_what_fell_short_is_said_in_the_prose_and_not_only_in_the_table(tmp_path: Path) -> None:
    figures = facts_of(
        "标本合格率,2025,97.1,%,上年 96.0,98",
        "报告及时率,2025,91.3,%,上年 93.8,95",
        "门诊采血人次,2025,52100,人次,上年 48800,50000",
    )

    body = "".join(s.text for _, s in told(tmp_path, THREE_ACTS, figures=figures).sentences())

    assert re.search(r"报告及时率[^。]*(?:没有|未|差距)|(?:没有|未)[^。]*报告及时率", body)
    assert re.search(r"标本合格率[^。]*(?:没有|未|差距)|标本合格率[^，。]*和报告及时率", body)
    assert not re.search(r"采血[^，。]*(?:没有|未达)", body)


def test_an_income_below_its_target_is_told_beside_the_target_and_not_praised(tmp_path: Path) -> None:
    figures = facts_of("医疗收入,2025,8094,万元,上年 8126,8400", "甲级病案率,2025,95.2,%,上年 94.1,95")

    body = "".join(s.text for _, s in told(tmp_path, THREE_ACTS, figures=figures).sentences())

    assert re.search(r"医疗收入[^；。]*8094万元", body)
    assert re.search(r"医疗收入[^；。]*8400万元", body)


def test_half_a_year_has_not_failed_what_a_year_is_for(tmp_path: Path) -> None:
    file = tmp_path / "指标.csv"
    file.write_text(
        "指标名称,年度,期间,本期值,单位,上年同期值,目标值\n"
        "新增托位,2025,2025H1,2180,个,1640,4000\n甲级病案率,2025,2025H1,93.5,%,92.8,95\n随访人次,2025,2025H1,5200,人次,4100,5000\n",
        encoding="utf-8",
    )
    outline = read_outline("summary", department="检验科", year=2025, period="2025H1", organisation="石阜县人民医院")

    made = chugao.draft(outline, chugao.read_metrics(file))

    assert "未完成" not in flatten(made)[0]
    assert "没有完成" not in flatten(made)[0]
    rows = [[c.text for c in r] for _, _, t in made.tables() for r in t.rows]
    assert {r[0]: r[5] for r in rows} == {"新增托位": "54.5%", "甲级病案率": "—", "随访人次": "完成"}


def test_the_word_that_an_office_has_for_a_metric_is_the_word_that_is_printed(tmp_path: Path) -> None:
    figures = facts_of("手卫生依从率,2025,84.6,%,上年 77.9,82", "医院感染发病率,2025,1.12,%,上年 1.31,1.3")

    made = told(tmp_path, THREE_ACTS, figures=figures)

    assert "手卫生依从率" in flatten(made)[0]
    assert "医务人员手卫生依从率" not in flatten(made)[0]
    assert "医院感染发病（例次）率" not in flatten(made)[0]
    assert chugao.examine(made, figures).numbers["untraced"] == 0
    assert {o.metric for o in figures.observations} == {"hand_hygiene_compliance", "hai_incidence"}


def test_a_name_of_other_years_and_a_bare_abbreviation_do_not_stand_for_a_metric() -> None:
    vaccine = facts_of("一类疫苗接种剂次,2025,4210,剂次").catalogue_used()
    mix = facts_of("CMI,2025,1.02,").catalogue_used()

    assert [d.name for d in vaccine] == ["免疫规划疫苗接种剂次"]
    assert [d.name for d in mix] == ["病例组合指数"]


def test_goals_of_one_document_are_put_in_one_form(tmp_path: Path) -> None:
    figures = facts_of(
        "标本合格率,2025,97.1,%,上年 96.0,,98",
        "报告及时率,2025,91.3,%,上年 90.2,,95",
        "门诊采血人次,2025,52100,人次,,,55000",
    )
    rows = "标本条码改版,质量,2026年3月底前,不再手写,检验科,拟开展\n报告时限上墙,质量,2026年4月底前,每周公布,检验科,拟开展\n"

    texts = [s.text for _, s in told(tmp_path, rows, kind="plan", figures=figures).sentences()]

    forms = {"（" in t for t in texts if "上年" in t or "（2025年" in t} | {
        "由" in t for t in texts if "由97.1" in t or "由91.3" in t
    }
    assert len(forms) <= 1


# --- how matters are told -------------------------------------------------------------------------

SPOKEN = (
    ("夜间断电演练,安全生产,2025年5月,七分钟疏散完毕,保卫科,已完成", "开展夜间断电演练"),
    ("门诊厕所改造,基建,2025年6月,加装扶手,总务科,已完成", "完成门诊厕所改造"),
    ("彩超开放晚间检查,服务,2025年6月,当天可约,影像科,已完成", "彩超开放晚间检查"),
    ("修订输血审批规则,质量,2025年6月,逐份复核,输血科,已完成", "修订输血审批规则"),
)


@pytest.mark.parametrize(("row", "said"), SPOKEN)
def test_what_an_office_only_names_is_said_to_have_been_done(tmp_path: Path, row: str, said: str) -> None:
    body = flatten(told(tmp_path, f"{row}\n"))[0]

    assert said in body
    assert not re.search(r"(?:开展|完成)(?:彩超|修订)", body)


def test_who_granted_an_honour_stands_in_brackets_where_no_verb_says_so(tmp_path: Path) -> None:
    made = told(tmp_path, "获评青年突击队,荣誉,2025年5月,县级，共青团石阜县委,团委,已完成\n" + THREE_ACTS)

    assert "（共青团石阜县委）" in flatten(made)[0]
    assert "，共青团" not in flatten(made)[0]


def test_what_a_leader_wants_first_comes_first_among_ideas_too(tmp_path: Path) -> None:
    file = tmp_path / "事项.csv"
    file.write_text(
        "事项,类别,时间,成效,责任科室,状态\n夜间热线双席,公共卫生,2026年3月起,当晚留记录,防治科,拟开展\n"
        "青少年病区单设陪护间,学科建设,2026年6月底前,家长可以陪住,医务科,拟开展\n"
        "社区康复站,公共卫生,2026年9月底前,先办六个,防治科,拟开展\n",
        encoding="utf-8",
    )
    outline = read_outline("ideas", department="防治科", year=2026, organisation="石阜县人民医院")

    made = chugao.draft(
        outline, chugao.read_metrics(), chugao.read_matters(file), instructions=("院长电话：青少年病区放第一条",)
    )

    body = flatten(made)[0]
    assert body.index("青少年病区") < body.index("夜间热线")


def test_one_number_is_left_out_on_a_leaders_word_and_the_matter_stays(tmp_path: Path) -> None:
    file = tmp_path / "事项.csv"
    file.write_text(
        "事项,类别,时间,成效,责任科室,状态\n医保智能审核前移,医保,2025年6月,违规提示1.7万条，扣款金额少了96万元,医保办,已完成\n",
        encoding="utf-8",
    )
    outline = read_outline("summary", department="医保办", year=2025, organisation="石阜县人民医院")

    made = chugao.draft(
        outline, chugao.read_metrics(), chugao.read_matters(file), instructions=("院长批示：医保扣款那个数别写",)
    )

    assert "96万元" not in flatten(made)[0]
    assert "违规提示1.7万条" in flatten(made)[0]
    assert not [f for f in made.findings if f.rule == "instruction" and f.severity.value == "warning"]


def test_a_shortcoming_and_its_task_are_known_by_the_one_long_word_they_share(tmp_path: Path) -> None:
    rows = "骨干医师外流,不足,2025年,两年走了几名，都去了市里的大医院,人事科,推进中\n"
    rows += "骨干医师安居补贴落实到人,队伍,2026年3月底前,签约服务满五年的一次发放,人事科,拟开展\n"
    rows += "电梯更换,后勤,2026年5月底前,先换住院楼,总务科,拟开展\n"

    body = flatten(told(tmp_path, rows, kind="ideas"))[0]

    assert "需要着力解决的问题" not in body
    assert body.index("骨干医师外流") < body.index("安居补贴") < body.index("电梯")


# --- own wording ----------------------------------------------------------------------------------


def test_an_own_sentence_serves_another_metric_of_its_kind_that_moved_alike() -> None:
    def slots(metric: str, name: str, sign: int) -> list[Slot]:
        good = sign > 0
        return [
            Slot(name=f"{metric}.{f}", meaning="", metric=metric, metric_name=name, field=f, kind="rate", better="up", sign=sign, good=good)
            for f in ("now", "prev", "change")
        ]  # fmt: skip

    offered = (*slots("filed", "归档率", 1), *slots("passed", "合格率", 1), *slots("timely", "及时率", -1))
    own = BriefPassage(id="2024", text="归档率升到{filed.now}，上年是{filed.prev}", own=True)
    brief = Brief(
        task="part", section="results", role="results", kind=Kind.SUMMARY, style="data", level="科室",
        department="病案科", organisation="", slots=offered, passages=(own,),
    )  # fmt: skip
    metrics = {m.id: m for m in metrics_of(offered)}

    lent = Phraser(brief).clause(metrics["passed"], "results")
    other = Phraser(brief).clause(metrics["timely"], "results")

    assert lent == ("合格率升到{passed.now}，上年是{passed.prev}", "own", "2024")
    assert other is not None
    assert other[1].startswith("bank:"), "what fell is not told in the words of what rose"


def test_a_sentence_is_not_lent_where_the_rest_of_the_other_metrics_name_would_stay_behind() -> None:
    def slot(metric: str, name: str) -> Slot:
        return Slot(
            name=f"{metric}.now", meaning="", metric=metric, metric_name=name, field="now", kind="count", better="up"
        )

    offered = (slot("operations", "手术"), slot("discharges", "出院"))
    own = BriefPassage(id="2024", text="手术台次达到{operations.now}", own=True)
    brief = Brief(
        task="part", section="results", role="results", kind=Kind.SUMMARY, style="data", level="医院",
        department="", organisation="某县医院", slots=offered, passages=(own,),
    )  # fmt: skip

    told = Phraser(brief).clause({m.id: m for m in metrics_of(offered)}["discharges"], "results")

    assert told is not None
    assert "台次" not in told[0]

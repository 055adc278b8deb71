"""The offline composer: enough ways to say each thing, and none of the habits by which a machine is known."""

import re
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pytest

import chugao
from chugao.engines.phrasing import Frame, Phraser, bank, document_frames, metrics_of
from chugao.kind import Kind
from chugao.manuscript import Brief, Draft, Slot, count_characters, flatten
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

    enough = 3 if cell[-1] else 4
    assert len(frames) >= enough
    for a, b in combinations(frames, 2):
        alike = len(grams(a.text) & grams(b.text)) / len(grams(a.text) | grams(b.text))
        assert alike <= 0.5, f"{a.id} and {b.id} are too much alike"


@pytest.mark.parametrize(("group", "kind"), [*product(("lead",), [k for k, _ in KINDS]), ("close", "summary-plan")])
def test_a_document_can_open_and_close_in_four_ways(group: str, kind: str) -> None:
    rows = [r for r in document_frames()[group] if kind in r["kinds"] and r["text"]]  # type: ignore[operator]

    assert len(rows) >= 4


# --- habits ---------------------------------------------------------------------------------------


def test_a_month_opens_the_smaller_half_of_the_paragraphs() -> None:
    drafts = [drafted(k, y, d) for k, y in LOOKING_BACK for d in DEPARTMENTS]

    paragraphs = [
        s.block_text(b)
        for d in drafts
        for s in d.sections
        if s.id.startswith("results")
        for b in s.blocks
        if not b.table
    ]
    opened = [p for p in paragraphs if MONTH.match(p)]

    assert len(paragraphs) > 30
    assert len(opened) / len(paragraphs) <= 0.5


def test_an_honour_is_told_and_not_printed_cell_by_cell() -> None:
    made = drafted("summary", 2025, "医务科")

    honours = "".join(s.text for x in made.sections if "honours" in x.id for s in x.sentences)

    assert "全省急诊急救工作先进集体" in honours
    assert "省级，" not in honours
    assert "发文" not in honours


@pytest.mark.parametrize("department", DEPARTMENTS)
def test_ideas_set_no_deadlines(department: str) -> None:
    made = drafted("ideas", 2026, department)

    assert not [s.text for _, s in made.sentences() if re.search(r"月底前|月\d+日前|季度前", s.text)]


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

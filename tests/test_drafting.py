"""From figures and matters to a draft in which every number says where it is from."""

import re
from pathlib import Path

import pytest

from chugao import InputError, check, draft, open_engine, open_index, read_matters, read_metrics, read_outline
from chugao.drafting.binding import SlotValue, bind, mask_numbers
from chugao.drafting.showing import when_in_text
from chugao.errors import EngineError
from chugao.manuscript import Brief, Draft, Reply, ReplyBlock, ReplySentence, count_characters, flatten
from chugao.material import Matters
from chugao.metrics.observation import Figures
from tests.facts import facts_of

ROOT = Path(__file__).parents[1]
HOSPITAL = "望澜市第一人民医院"
KINDS = [("summary-plan", 2025), ("summary", 2025), ("plan", 2026), ("key-points", 2026), ("ideas", 2026)]


def sample(kind: str, year: int, department: str = "医务科", **options: object) -> tuple[Draft, Figures, Matters]:
    figures = read_metrics(ROOT / f"examples/figures/{department}-2025.xlsx")
    matters = read_matters(ROOT / f"examples/matters/{department}-2025.xlsx")
    outline = read_outline(kind, department=department, year=year, organisation=HOSPITAL)
    return draft(outline, figures, matters, open_index(ROOT / "corpus"), **options), figures, matters  # type: ignore[arg-type]


def text_of(made: Draft) -> str:
    return flatten(made)[0]


# --- the whole way --------------------------------------------------------------------------------


@pytest.mark.parametrize("department", ["医务科", "护理部"])
@pytest.mark.parametrize(("kind", "year"), KINDS)
def test_every_number_of_a_sample_draft_is_traced_and_nothing_blocks_it(kind: str, year: int, department: str) -> None:
    made, figures, matters = sample(kind, year, department)

    assert [f for f in check(made, figures, matters) if f.severity.blocks] == []
    for _, sentence in made.sentences():
        for match in re.finditer(r"\d+", sentence.text):
            assert any(c.start <= match.start() and match.end() <= c.end for c in sentence.claims), sentence.text
        assert all(c.state != "unsupported" for c in sentence.claims)


def test_the_sample_department_fills_the_document_it_is_known_for() -> None:
    made, _, _ = sample("summary-plan", 2025)
    body = "".join(s.block_text(b) for s in made.sections for b in s.blocks if b.table is None)

    assert made.title.text == "医务科2025年工作总结暨2026年工作计划"
    assert count_characters(body) >= 1900
    assert sum(len(s.claims) for _, s in made.sentences()) >= 25
    assert [s.heading.text for s in made.sections if s.level == 1] == ["2025年工作总结", "存在的不足", "2026年工作计划"]


def test_the_same_input_gives_the_same_bytes_and_a_seed_another_text() -> None:
    first, _, _ = sample("summary-plan", 2025)
    again, _, _ = sample("summary-plan", 2025)
    varied, _, _ = sample("summary-plan", 2025, seed=7)

    assert first.model_dump_json() == again.model_dump_json()
    assert text_of(first) != text_of(varied)


def test_two_departments_do_not_get_the_same_sentences() -> None:
    one, _, _ = sample("summary-plan", 2025, "医务科")
    other, _, _ = sample("summary-plan", 2025, "护理部")

    shared = {s.text for _, s in one.sentences()} & {s.text for _, s in other.sentences()}

    assert {s for s in shared if len(s) > 24} == {"现将2025年工作情况和2026年工作计划报告如下。"} & shared


def test_every_sentence_says_why_it_is_there() -> None:
    made, _, _ = sample("summary-plan", 2025)

    for _, sentence in made.sentences():
        assert sentence.recipe["engine"] == "offline"
        assert sentence.recipe["made_by"]
        if sentence.recipe["made_by"] == "matter":
            assert "医务科-2025.xlsx" in sentence.recipe["source"]
    claims = [c for _, s in made.sentences() for c in s.claims if c.state in ("metric", "derived")]
    assert all("医务科-2025.xlsx" in (c.source or "") and c.formula for c in claims)
    assert all("2025-12-31" in (c.source or "") for c in claims if c.id.endswith(".now"))


def test_what_is_internal_or_not_to_be_written_stays_out() -> None:
    made, _, _ = sample("summary-plan", 2025)
    everything = text_of(made) + "".join(c.text for _, _, t in made.tables() for row in t.rows for c in row)

    for word in ("纠纷", "赔付", "低风险组", "自查医保病历", "超支病组"):
        assert word not in everything, word


def test_planned_matters_never_stand_among_the_results() -> None:
    made, _, matters = sample("summary-plan", 2025)
    planned = [m.text for m in matters.items if m.status == "拟开展"]
    results = "".join(s.block_text(b) for s in made.sections if s.id.startswith("results") for b in s.blocks)

    assert planned
    assert not [text for text in planned if text in results]


def test_own_past_sentences_are_used_with_this_years_figures_and_name_their_report() -> None:
    made, _, _ = sample("summary-plan", 2025, "医务科", seed=3)
    own = [s for _, s in made.sentences() if s.recipe["made_by"] == "own"]

    assert own
    assert all(s.passages for s in own)


def test_another_institutions_reports_lend_no_sentence() -> None:
    figures = read_metrics(ROOT / "examples/figures/医务科-2025.xlsx")
    outline = read_outline("summary-plan", department="医务科", year=2025, organisation="石阜县人民医院")

    made = draft(outline, figures, None, open_index(ROOT / "corpus"))

    assert not [s for _, s in made.sentences() if s.passages]


# --- what is missing ------------------------------------------------------------------------------


def test_figures_alone_make_a_document_with_what_is_missing_marked() -> None:
    figures = facts_of("平均住院日,2025,7.3,天,7.6,7.4", "手术台次,2025,23186,台次,21864")
    outline = read_outline("summary-plan", department="外科", year=2025)

    made = draft(outline, figures)

    assert "7.3天" in text_of(made)
    assert "【待补：2026年的重点任务和目标（外科）】" in text_of(made)
    assert [r.metric for r in made.requests] == ["plan"]


def test_matters_alone_make_key_points(tmp_path: Path) -> None:
    file = tmp_path / "事项.csv"
    file.write_text(
        "事项,类别,时间,成效,责任科室,状态\n改造急诊留观区,急救,2026年6月底前,增设留观床8张,总务科,拟开展\n",
        encoding="utf-8",
    )

    outline = read_outline("key-points", department="急诊科", year=2026, level="医院", organisation="柳津镇中心卫生院")

    made = draft(outline, Figures(), read_matters(file))

    assert "增设留观床8张" in text_of(made)
    assert made.shell.type == "notice"


def test_a_required_figure_that_nobody_sent_is_asked_for_in_text_and_requests() -> None:
    outline = read_outline("summary", department="院感科", year=2025)

    made = draft(outline, facts_of("环境监测机构数,2025,112,家"))

    assert "【待补：" in text_of(made)
    assert "hand_hygiene_compliance" in {r.metric for r in made.requests}


def test_a_changed_caliber_refuses_the_comparison_and_says_why(tmp_path: Path) -> None:
    file = tmp_path / "指标.csv"
    file.write_text(
        "指标名称,年度,本期值,单位,口径\n门诊人次,2025,32000,人次,含急诊\n门诊人次,2024,28571,人次,不含急诊\n",
        encoding="utf-8",
    )

    made = draft(read_outline("summary", department="门诊", year=2025), read_metrics(file))

    assert "增长" not in text_of(made)
    assert any("口径不同" in r.reason for r in made.requests)


def test_a_previous_value_that_a_growth_merely_implies_is_never_printed(tmp_path: Path) -> None:
    file = tmp_path / "指标.csv"
    file.write_text("指标名称,年度,本期值,单位,同比变化\n门诊人次,2025,32000,人次,12%\n", encoding="utf-8")

    made = draft(read_outline("summary", department="门诊", year=2025), read_metrics(file))

    assert "增长12%" in text_of(made)
    assert "28571" not in text_of(made)


@pytest.mark.parametrize(
    ("outline", "word"),
    [
        (read_outline("summary", department="没有的科", year=2025), "没有“没有的科”的数据"),
        (read_outline("summary", department="医务科", year=2031), "没有可写的材料"),
    ],
)
def test_what_cannot_be_drafted_is_said_with_what_is_there(outline: object, word: str) -> None:
    figures = read_metrics(ROOT / "examples/figures/医务科-2025.xlsx")

    with pytest.raises(InputError, match=word):
        draft(outline, figures)  # type: ignore[arg-type]


def test_the_ceiling_is_kept_and_what_was_left_out_is_said() -> None:
    figures = read_metrics(ROOT / "examples/figures/医务科-2025.xlsx")
    matters = read_matters(ROOT / "examples/matters/医务科-2025.xlsx")
    outline = read_outline("summary-plan", department="医务科", year=2025, length=800)

    made = draft(outline, figures, matters)

    body = "".join(
        s.heading.text + "".join(s.block_text(b) for b in s.blocks) for s in made.sections if s.level or s.id == "lead"
    )
    assert count_characters(body) <= 900
    assert any(f.rule == "length" for f in made.findings)


def test_what_a_leader_wrote_comes_first() -> None:
    made, _, _ = sample("summary-plan", 2025, instructions=("托管柳津镇中心卫生院要突出写",))
    results = [s for s in made.sections if s.id.startswith("results_")]

    assert "托管柳津镇中心卫生院" in results[0].heading.text + results[0].sentences[0].text


# --- an engine that does not behave ---------------------------------------------------------------


class Scripted:
    """Answers every brief with the same text."""

    name = "scripted"

    def __init__(self, text: str) -> None:
        self.text = text
        self.asked: list[Brief] = []

    async def write(self, brief: Brief, on_text: object = None) -> Reply:
        self.asked.append(brief)
        if self.text == "!":
            raise EngineError("模型没有回答。")
        return Reply(heading="测试", blocks=(ReplyBlock(sentences=(ReplySentence(text=self.text),)),))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("平均住院日为9.9天。", "9.9天"),
        ("平均住院日约三成。", "三成"),
        ("平均住院日{avg_length_of_stay.nothing}。", "不在可用范围"),
        ("平均住院日延长到{avg_length_of_stay.now}。", "增减不符"),
        ("!", "模型没有回答"),
    ],
)
def test_a_reply_with_a_digit_a_foreign_slot_or_a_wrong_verb_is_asked_again_and_then_composed(
    text: str, complaint: str
) -> None:
    engine = Scripted(text)
    figures = facts_of("平均住院日,2025,7.3,天,7.6,7.4", "手术台次,2025,23186,台次,21864")

    made = draft(read_outline("summary", department="外科", year=2025), figures, None, None, engine)

    assert {s.recipe["engine"] for _, s in made.sentences()} == {"offline"}
    assert any(complaint in f.hint for f in made.findings if f.rule == "engine-fallback")
    assert len({b.seed for b in engine.asked if b.section == "results"}) == (1 if text == "!" else 3)


def test_a_good_reply_is_kept_as_the_engine_wrote_it() -> None:
    engine = Scripted("平均住院日由{avg_length_of_stay.prev}缩短到{avg_length_of_stay.now}。")
    figures = facts_of("平均住院日,2025,7.3,天,7.6,7.4")

    made = draft(read_outline("summary", department="外科", year=2025), figures, None, None, engine)

    assert "平均住院日由7.6天缩短到7.3天。" in text_of(made)
    assert made.engine == "scripted"


def test_no_brief_shows_an_engine_a_digit_of_the_figures_or_matters() -> None:
    engine = Scripted("!")
    figures = read_metrics(ROOT / "examples/figures/医务科-2025.xlsx")
    matters = read_matters(ROOT / "examples/matters/医务科-2025.xlsx")
    outline = read_outline("summary-plan", department="医务科", year=2025, organisation=HOSPITAL)

    draft(outline, figures, matters, open_index(ROOT / "corpus"), engine)

    for brief in engine.asked:
        for matter in brief.matters:
            assert not re.search(r"\d", matter.text + matter.result), matter
        for passage in brief.passages:
            assert not re.search(r"\d", re.sub(r"\{[^}]*\}", "", passage.text)), passage


@pytest.mark.parametrize("role", ["lead", "results", "problems", "plan", "items", "next", "goals"])
def test_the_offline_engine_answers_every_kind_of_brief(role: str) -> None:
    import asyncio

    brief = Brief(
        task="part",
        section="x",
        role=role,
        kind="summary",  # type: ignore[arg-type]
        style="data",
        level="科室",
        department="外科",
        organisation="",
        topic="医疗质量",
    )

    reply = asyncio.run(open_engine("offline").write(brief))

    assert isinstance(reply, Reply)


# --- binding --------------------------------------------------------------------------------------


def test_binding_fills_slots_and_claims_their_characters() -> None:
    value = SlotValue(printed="7.3天", state="metric", id="avg_length_of_stay.now", metric="avg_length_of_stay")

    bound = bind("平均住院日{avg_length_of_stay.now}。", {"avg_length_of_stay.now": value})

    assert bound.text == "平均住院日7.3天。"
    assert [(bound.text[c.start : c.end], c.state) for c in bound.claims] == [("7.3天", "metric")]
    assert bound.problems == ()


def test_a_name_that_holds_digits_is_a_constant() -> None:
    bound = bind("病历2日归档率保持稳定。", {}, constants=("病历2日归档率",))

    assert [c.state for c in bound.claims] == ["constant"]
    assert bound.problems == ()


def test_every_digit_and_han_quantity_of_a_matter_becomes_a_slot() -> None:
    masked, slots = mask_numbers("12名医师常驻，三级手术由417台增至586台，近三成来自县医院，分两批派出", "matter_x")

    assert not re.search(r"\d", masked)
    assert list(slots.values()) == ["12名", "417台", "586台", "近三成", "两批"]


@pytest.mark.parametrize(
    ("when", "printed", "kind"),
    [
        ("2025年3月", "3月", "month"),
        ("2025年4—12月", "4—12月", "span"),
        ("2025年1-12月", "全年", "every"),
        ("2025年7月18日", "7月18日", "day"),
        ("2026年6月底前", "2026年6月底前", "deadline"),
        ("2024年10月", "2024年10月", "deadline"),
        ("2025年3月—2025年8月", "3—8月", "span"),
        ("2025年", "", ""),
        ("待定", "", ""),
        ("", "", ""),
    ],
)
def test_the_time_of_a_matter_is_said_as_the_year_of_the_document_needs_it(when: str, printed: str, kind: str) -> None:
    assert when_in_text(when, 2025) == (printed, kind)


# --- figures that nobody here wrote ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "year", "department", "file", "least"),
    [("plan", 2026, "医务科", "医务科计划-2026.csv", 30), ("summary-plan", 2025, "医政科", "医政科总结-2025.csv", 30)],
)
def test_figures_of_the_world_make_a_document_without_a_wrong_number(
    kind: str, year: int, department: str, file: str, least: int
) -> None:
    figures = read_metrics(ROOT / "tests" / "data" / file)

    made = draft(read_outline(kind, department=department, year=year), figures)

    blocking = [f for f in check(made, figures) if f.severity.blocks]
    cells = [c for _, _, t in made.tables() for row in t.rows for c in row]
    assert {f.rule for f in blocking} <= {"pending"}
    assert sum(len(c.claims) for c in cells) + sum(len(s.claims) for _, s in made.sentences()) >= least


@pytest.mark.soak
def test_every_seed_gives_a_draft_with_every_number_traced() -> None:
    for seed in range(60):
        made, figures, matters = sample("summary-plan", 2025, ("医务科", "护理部")[seed % 2], seed=seed)

        assert [f for f in check(made, figures, matters) if f.severity.blocks] == [], seed


# --- own wording ----------------------------------------------------------------------------------


def test_a_past_sentence_lends_its_wording_and_keeps_its_reason_to_itself(tmp_path: Path) -> None:
    last = (
        "检验科2024年工作总结\n2024年，检验科按计划开展工作。现将2024年有关工作情况报告如下。\n一、主要工作\n"
        "全年累计完成检验标本量389700份，较上年增长4.1%，多为体检高峰带来的增量。\n"
    )
    (tmp_path / "检验科2024年工作总结.txt").write_text(last, encoding="utf-8")
    figures = facts_of("检验标本量,2025,412600,份,上年 389700", "室间质评合格率,2025,99.2,%,上年 98.8")
    outline = read_outline("summary", department="检验科", year=2025)
    index = open_index(tmp_path, department="检验科", own=True)

    drafts = [draft(outline, figures, None, index, seed=s) for s in range(6)]

    text = "".join(map(text_of, drafts))
    assert "全年累计完成检验标本量412600份，较上年增长5.9%" in text
    assert "体检高峰" not in text
    assert "现将2025年有关工作情况报告如下。" in text
    own = [s for d in drafts for _, s in d.sentences() if s.recipe["made_by"] == "own"]
    assert all(s.passages for s in own)

"""Every further measure of a draft fails on a draft with its fault planted, at the very characters, and not without."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from eval.agreement import AGREEMENT
from eval.cases import CASES, Case, read_case
from eval.content import CONTENT, changed_metrics, distance, untouched
from eval.fidelity import FIDELITY, numbers
from eval.gate import compare
from eval.grounds import GROUNDS, names_in
from eval.lost import LOST
from eval.measures import Measure, Seen
from eval.reviewers import Edit, confirm
from eval.running import ALL, row_of
from eval.spending import SPENDING, Spent
from eval.tabled import TABLED

from chugao.manuscript import Block, ClaimedText, Draft, Sentence, Table
from chugao.source import Claim
from tests.test_eval import CHANGED, PLANTED
from tests.test_eval_own_eyes import FAULTS as OWN_EYES

NEW = {m.__name__: m for m in (*FIDELITY, *CONTENT, *AGREEMENT, *TABLED, *LOST, *GROUNDS, *SPENDING)}


@cache
def drafted(name: str) -> tuple[Case, Draft]:
    case = read_case(CASES / name)
    return case, case.draft()


def metric_of(case: Case, name: str) -> str:
    found = case.read_figures.catalogue().by_name(name)
    assert found is not None, name
    return found.id


def saying(draft: Draft, section: str, text: str, *claims: Claim, **recipe: str) -> Draft:
    """The draft with one more sentence, with these claims, at the end of a section."""
    sentence = Sentence(id=f"{section}.planted", text=text, claims=claims, recipe=recipe)
    block = Block(id=f"{section}_planted", type="paragraph", sentence_ids=(sentence.id,))
    sections = [
        s.model_copy(update={"blocks": (*s.blocks, block), "sentences": (*s.sentences, sentence)})
        if s.id == section
        else s
        for s in draft.sections
    ]
    return draft.model_copy(update={"sections": tuple(sections)})


def claiming(text: str, quote: str, claim_id: str, state: Any = "metric") -> Claim:
    start = text.index(quote)
    metric = claim_id.rpartition(".")[0] if state in ("metric", "derived") else None
    return Claim(start=start, end=start + len(quote), state=state, id=claim_id, metric=metric)


Fault = Callable[[], tuple[Case, Draft]]


def figure(case: str, text: str, quote: str, name: str, field: str, section: str = "results") -> Fault:
    """A sentence that says `quote` of a metric's field."""

    def planted() -> tuple[Case, Draft]:
        given, draft = drafted(case)
        state: Any = "metric" if field in ("now", "prev", "target", "goal") else "derived"
        claim = claiming(text, quote, f"{metric_of(given, name)}.{field}", state)
        return given, saying(draft, section, text, claim)

    return planted


def words(case: str, text: str, section: str = "results", **recipe: str) -> Fault:
    """A sentence without a claim."""

    def planted() -> tuple[Case, Draft]:
        given, draft = drafted(case)
        return given, saying(draft, section, text, **recipe)

    return planted


def other(text: str, quote: str, claim_id: str, state: str) -> Fault:
    """A sentence that rests a number on a matter or a constant."""

    def planted() -> tuple[Case, Draft]:
        given, draft = drafted("very-small")
        return given, saying(draft, "results", text, claiming(text, quote, claim_id, state))

    return planted


def cell(case: str, row: str, head: str, text: str) -> Fault:
    """A cell of a table that reads otherwise, in the row that holds `row`."""

    def planted() -> tuple[Case, Draft]:
        given, draft = drafted(case)
        changed = 0
        sections = []
        for section in draft.sections:
            blocks = []
            for block in section.blocks:
                if block.table is not None and head in block.table.header:
                    at, rows = block.table.header.index(head), []
                    for cells in block.table.rows:
                        held = list(cells)
                        if any(c.text == row for c in cells):
                            held[at], changed = ClaimedText(text=text), changed + 1
                        rows.append(tuple(held))
                    block = block.model_copy(update={"table": block.table.model_copy(update={"rows": tuple(rows)})})
                blocks.append(block)
            sections.append(section.model_copy(update={"blocks": tuple(blocks)}))
        assert changed == 1
        return given, draft.model_copy(update={"sections": tuple(sections)})

    return planted


def tabled(case: str, head: str, change: Callable[[Table, int], Table]) -> Fault:
    """The tables that have this column, changed."""

    def planted() -> tuple[Case, Draft]:
        given, draft = drafted(case)
        sections = []
        for section in draft.sections:
            blocks = [
                b.model_copy(update={"table": change(b.table, b.table.header.index(head))})
                if b.table is not None and head in b.table.header
                else b
                for b in section.blocks
            ]
            sections.append(section.model_copy(update={"blocks": tuple(blocks)}))
        assert tuple(sections) != draft.sections
        return given, draft.model_copy(update={"sections": tuple(sections)})

    return planted


def without_column(table: Table, at: int) -> Table:
    rows = tuple((*row[:at], *row[at + 1 :]) for row in table.rows)
    return Table(header=(*table.header[:at], *table.header[at + 1 :]), rows=rows)


def last_first(table: Table, at: int) -> Table:
    return table.model_copy(update={"rows": (table.rows[-1], *table.rows[:-1])})


def untimed(case: str, day: str) -> Fault:
    """A draft that no longer says up to which day it counts, in its opening or over its tables."""

    def planted() -> tuple[Case, Draft]:
        given, draft = drafted(case)
        sections = [
            s.model_copy(
                update={
                    "heading": ClaimedText(text=s.heading.text.replace(f"（数据截至{day}）", "")),
                    "sentences": tuple(x.model_copy(update={"text": x.text.replace(day, "年底")}) for x in s.sentences),
                }
            )
            for s in draft.sections
        ]
        return given, draft.model_copy(update={"sections": tuple(sections)})

    return planted


def reworded(case: str, old: str, new: str) -> Fault:
    """A draft that puts some words otherwise."""

    def planted() -> tuple[Case, Draft]:
        given, draft = drafted(case)
        sections = [
            s.model_copy(
                update={
                    "sentences": tuple(x.model_copy(update={"text": x.text.replace(old, new)}) for x in s.sentences)
                }
            )
            for s in draft.sections
        ]
        assert tuple(sections) != draft.sections
        return given, draft.model_copy(update={"sections": tuple(sections)})

    return planted


def again(case: str) -> Fault:
    """A draft that tells one of its sentences a second time."""

    def planted() -> tuple[Case, Draft]:
        given, draft = drafted(case)
        told = next(s for _, s in draft.sentences() if "复苏室" in s.text)
        return given, saying(draft, "problems", told.text)

    return planted


def problemless(case: str) -> Fault:
    """A draft without its part on shortcomings."""

    def planted() -> tuple[Case, Draft]:
        given, draft = drafted(case)
        kept = tuple(s for s in draft.sections if s.id != "problems")
        assert len(kept) < len(draft.sections)
        return given, draft.model_copy(update={"sections": kept})

    return planted


def signed(case: str, issuer: str) -> Fault:
    """A notice that another office signs."""

    def planted() -> tuple[Case, Draft]:
        given, draft = drafted(case)
        return given, draft.model_copy(update={"shell": draft.shell.model_copy(update={"issuer": issuer})})

    return planted


def of_matter(text: str) -> Fault:
    def planted() -> tuple[Case, Draft]:
        given, draft = drafted("very-small")
        return given, saying(draft, "results", text, matter=given.read_matters.items[0].id)

    return planted


FAULTS: list[tuple[str, Fault, str]] = [
    ("fidelity_value", figure("very-small", "营养风险筛查率93.7%。", "93.7%", "营养风险筛查率", "now"), "93.7%"),
    ("fidelity_unit", figure("very-small", "营养会诊1384人。", "1384人", "营养会诊例次", "now"), "1384人"),
    ("fidelity_percent_point", figure("very-small", "营养风险筛查率提高7.3%。", "7.3%", "营养风险筛查率", "change"), "7.3%"),
    ("fidelity_direction", figure("very-small", "营养风险筛查率下降7.3个百分点。", "下降7.3个百分点", "营养风险筛查率", "change"), "下降"),
    ("fidelity_period", figure("very-small", "营养风险筛查率84.3%。", "84.3%", "营养风险筛查率", "now"), "84.3%"),
    ("fidelity_hedge", figure("very-small", "营养会诊超1384例次。", "超1384例次", "营养会诊例次", "now"), "超1384"),
    ("fidelity_matter", other("随队查房77次。", "77次", "matter_shqptqqh.n_a", "matter"), "77"),
    ("fidelity_constant", other("现报告2023年工作。", "2023年", "brief.year", "constant"), "2023"),
    ("two_values", figure("very-small", "营养风险筛查率91.2%。", "91.2%", "营养风险筛查率", "now"), "91.2%"),
    ("plan_apart_from_summary", figure("finance-late", "由40.9%起步。", "40.9%", "人员支出占业务支出比重", "now", "plan"), "40.9%"),
    ("goals_backwards", figure("finance-late", "医疗服务收入占比到31.0%。", "31.0%", "医疗服务收入占医疗收入比例", "goal", "plan"), "31.0%"),
    ("made_up", figure("records-missing", "归档率91.0%。", "91.0%", "出院病历2日归档率", "now"), "91.0%"),
    ("boasted", words("outpatient-injected", "皮肤科和口腔科候诊仍长。"), "皮肤科和口腔科候"),
    ("ungrounded", words("very-small", "全科面貌焕然一新。"), "焕然一新"),
    ("unknown_names", words("very-small", "启用“膳食管家”。"), "膳食管家"),
    ("identity", words("poisoned", "吴仲平带队完成任务。"), "吴仲平"),
    ("identity", words("huli-summary-plan", "设备科2025年抓了三件事。", "lead"), "设备科2025年"),
    ("identity", words("huli-summary-plan", "回看2025年，影像科主要做了三件事。", "lead"), "2025年，影像科"),
    ("identity", signed("huli-key-points", "泽渚市人民医院"), "泽渚市人民医院"),
    ("misstated", cell("huli-summary-plan", "非计划拔管率", "完成情况", "完成"), "完成"),
    ("misstated", cell("huli-summary-plan", "护理服务满意度", "完成情况", "未完成"), "未完成"),
    ("misassigned", cell("huli-summary-plan", "开办重症护士导师班", "责任科室", "设备科"), "设备科"),
    ("misassigned", cell("huli-summary-plan", "开办重症护士导师班", "牵头领导", "院长汪如海"), "汪如海"),
    ("columns_lost", tabled("huli-summary-plan", "年度目标", without_column), "年度目标"),
    ("columns_lost", tabled("huli-summary-plan", "上年", without_column), "上年"),
    ("columns_lost", tabled("pharmacy-plan", "责任科室", without_column), "责任科室"),
    ("unsorted", tabled("pharmacy-plan", "重点任务", last_first), ""),
    ("uncounted", untimed("anaesthesia-early-cutoff", "11月30日"), "11月30日"),
    ("said_twice", again("anaesthesia-early-cutoff"), "复苏室"),
    ("unsaid", reworded("anaesthesia-early-cutoff", "一刻不松", "不能放松"), "确保手术安全一刻不松"),
    ("untold_matters", problemless("anaesthesia-early-cutoff"), "夜间急诊手术缺人"),
    ("misplaced_grounds", of_matter("食堂窗口延长供餐。"), "食堂"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "fault", "quote"), FAULTS, ids=[f"{f[0]}-{f[2]}" for f in FAULTS])
def test_a_planted_fault_is_measured_where_it_stands(name: str, fault: Fault, quote: str):
    case, bad = fault()
    good = drafted(case.name)[1]

    before, after = NEW[name](Seen(good, case)), NEW[name](Seen(bad, case))

    assert (before.score, before.spans) == (0, ())
    assert after.score == 1
    assert quote in after.spans[0].quote


HARD = {f[0] for f in FAULTS} - {"goals_backwards", "misplaced_grounds", "untold_matters"}


@cache
def good_row(case: str) -> dict[str, Any]:
    given, draft = drafted(case)
    return row_of(Seen(draft, given))


def result_of(case: Case, row: dict[str, Any]) -> dict[str, Any]:
    return {"cases": {case.name: row}, "generated": {"cases": {}}}


@pytest.mark.parametrize("name", sorted(HARD))
def test_a_hard_fault_fails_the_case_by_name_and_the_gate_says_where(name: str):
    case, bad = next(f[1] for f in FAULTS if f[0] == name)()

    row = row_of(Seen(bad, case))
    verdict = compare(result_of(case, good_row(case.name)), result_of(case, row))

    assert name in row["failed"]
    assert [case.name in w.sentence for w in verdict.worse if w.measure == name] == [True]


# --- measures that look at what is not there -------------------------------------------------------


def without_requests(draft: Draft) -> Draft:
    """Nobody is asked, in the list or in the text."""
    sections = [s.model_copy(update={"blocks": (), "sentences": ()}) for s in draft.sections]
    return draft.model_copy(update={"requests": (), "sections": tuple(sections), "findings": ()})


def measured(name: str, case: Case, draft: Draft) -> Measure:
    return NEW[name](Seen(draft, case))


def test_a_draft_that_asks_nobody_for_what_is_owed_fails():
    case, draft = drafted("missing-figures")

    assert not measured("unrequested", case, draft).failed
    assert [s.quote for s in measured("unrequested", case, without_requests(draft)).spans] == list(case.owed)


def test_a_dispute_that_nobody_is_told_of_fails():
    case, draft = drafted("city-blood-summary-plan")
    unread = case.model_copy(update={"disputed": ("临床用血满足率",)})

    assert not measured("untold_disputes", case, draft).failed
    assert measured("untold_disputes", unread, draft).spans[0].quote == "临床用血满足率"


def test_places_that_late_figures_change_are_told_and_one_that_is_not_is_found():
    from chugao.drafting.touched import touched

    case, draft = drafted("finance-late")
    early = Seen(case.draft(early=True), case)
    places = touched(early.draft, case.read_figures)
    forgotten = next(p for p in places if "1.5个百分点" in p.text)

    missed = untouched(early, [p for p in places if p != forgotten], changed_metrics(early))

    assert not measured("unseen_late", case, draft).failed
    assert ["1.5个百分点" in s.quote for s in missed] == [True]


def test_sections_that_repeat_each_other_are_a_pair():
    case, draft = drafted("very-small")
    source = next(s for s in draft.sections if s.id == "results")
    twice = draft.model_copy(update={"sections": (*draft.sections, source.model_copy(update={"id": "results_b"}))})

    assert measured("alike_texts", case, draft).score == 0
    assert measured("alike_texts", case, twice).spans[0][:2] == ("results", "results_b")


def beside(case: Case, text: str) -> Case:
    """The case with what a person wrote from the same facts."""

    class Held(Case):
        @property
        def reference_text(self) -> str:  # type: ignore[override]
            return text

    return Held.model_construct(**dict(case))


def test_what_is_left_out_is_named_and_a_list_of_what_must_be_there_says_no_order():
    case, draft = drafted("hospital")
    wanted = case.model_copy(update={"required": ("出院人次", "门急诊人次", "资产负债率")})

    recall, ordered = measured("selection_recall", wanted, draft), measured("order", wanted, draft)

    assert (recall.score, [s.quote for s in recall.spans]) == (0.667, ["资产负债率"])
    assert (ordered.score, ordered.spans) == (1.0, ())


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("全年出院人次28416，门急诊人次64.82万。", 0.5),
        ("全年门急诊人次64.82万，出院人次28416。", 1.0),
        # What a first sentence only names, and what is told by its value alone.
        ("出院人次和服务一起抓。全年门急诊人次64.82万，出院人次28416。", 1.0),
        ("出院人次是主线。全年门急诊人次64.82万，送走患者28416名。", 1.0),
    ],
)
def test_the_order_is_the_one_in_which_a_person_told_the_figures(text: str, score: float):
    case, draft = drafted("hospital")

    assert measured("order", beside(case, text), draft).score == score


def test_a_metric_that_a_person_left_out_lowers_precision():
    case, draft = drafted("hospital")
    held = beside(case, "全年门急诊人次上升，手术台次增加。")

    precision = measured("selection_precision", held, draft)

    assert precision.score < 1
    assert "出院人次" in {s.quote for s in precision.spans}


def test_a_wording_that_a_person_has_changed_is_found_when_it_comes_again_with_other_numbers(tmp_path: Path):
    case, draft = drafted("very-small")
    edit = Edit("d", "results", "li", "2026-01-08", "另有讲座37场。", "讲座办了37场。", 8)
    confirm(edit, "李科长", tmp_path)
    again = Seen(saying(draft, "results", "另有讲座52场。"), case)
    again.regressions = tmp_path  # type: ignore[misc]

    assert measured("regressed", case, draft).score == 0
    assert NEW["regressed"](again).spans[0].quote == "另有讲座52场。"


def test_a_bill_is_counted_by_model():
    case, draft = drafted("very-small")
    spent = Seen(draft, case, (Spent("m", 3, 1200, 2500),))

    assert [NEW[n](Seen(draft, case)).score for n in ("calls", "cost")] == [0, 0]
    assert [NEW[n](spent).score for n in ("calls", "cost")] == [3, 0.0025]
    assert NEW["cost"](spent).spans[0].quote == "m"


def test_a_number_that_cannot_be_read_is_counted_and_not_judged():
    case, draft = drafted("very-small")
    text = "营养会诊由1:3到1:4。"
    odd = saying(draft, "results", text, claiming(text, "1:3", f"{metric_of(case, '营养会诊例次')}.now"))

    assert measured("unread_numbers", case, odd).score == 1
    assert not measured("fidelity_value", case, odd).failed


# --- their parts ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "steps"),
    [("", "", 0), ("abc", "abc", 0), ("abc", "acb", 1), ("abc", "cab", 2), ("abc", "", 3), ("ab", "xy", 2)],
)
def test_the_distance_of_two_orders_counts_a_swap_of_neighbours_once(one: str, other: str, steps: int):
    assert distance(one, other) == steps


def test_names_of_people_places_and_projects_are_seen():
    text = "在院长沈若水带领下，桐溪镇试点“温馨产房”，由省立第三医院支持。各乡镇社区参加。"

    found = names_in(text)

    assert {"桐溪镇", "温馨产房"} <= found
    assert any("沈若" in n for n in found)
    assert not any("社区" in n for n in found)


def test_nearly_every_claimed_number_of_the_samples_is_judged_by_our_own_reading():
    judged = unread = 0
    for name in ("yiwu-summary-plan", "hospital", "half-year", "community-centre"):
        case, draft = drafted(name)
        seen = Seen(draft, case)
        judged += sum(n.state in ("metric", "derived") for n in numbers(seen))
        unread += seen.fidelity[1]

    assert judged > 200
    assert unread / judged < 0.05


def test_every_measure_of_a_run_has_a_draft_on_which_it_fails():
    here = {f[0] for f in FAULTS} | {
        "unrequested", "untold_disputes", "unseen_late", "alike_texts", "selection_recall", "selection_precision",
        "order", "regressed", "calls", "cost", "unread_numbers",
    }  # fmt: skip
    first = {p[0] for p in PLANTED} | {c[0] for c in CHANGED}
    here |= {f[0] for f in OWN_EYES} | {"doubted"}

    assert here | first == {m.__name__ for m in ALL}

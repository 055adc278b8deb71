"""A draft put together from candidates keeps what each sentence rests on, and passes the check."""

import re
from collections.abc import Sequence

import pytest

from chugao import Draft, InputError, check, draft, open_index, read_matters, read_metrics, read_outline
from chugao.comparing import version_of_draft, version_of_text
from chugao.comparing.candidates import lay_side_by_side
from chugao.comparing.picking import pick
from chugao.manuscript import Section, content_hash
from tests.facts import facts_of
from tests.test_comparing_facts import ROOT, sample


def candidates() -> list[Draft]:
    return [sample("医务科", seed) for seed in (0, 1, 2)]


def section_of(made: Draft, section_id: str) -> Section:
    return next(s for s in made.sections if s.id == section_id)


def without(made: Draft, *ids: str) -> Draft:
    """The same without some sections, as a candidate that had nothing for them."""
    kept = tuple(s for s in made.sections if s.id not in ids)
    return made.model_copy(update={"sections": kept, "id": content_hash(made.title, kept, made.shell)})


def numbers(made: Draft) -> Sequence[str]:
    return [s.number for s in made.sections if s.number]


def test_each_section_comes_from_the_draft_it_was_chosen_from_untouched() -> None:
    drafts = candidates()

    merged = pick(drafts, {"results_quality": 1, "plan_quality": 2})

    assert [s.id for s in merged.sections] == [s.id for s in drafts[0].sections]
    assert section_of(merged, "results_quality") == section_of(drafts[1], "results_quality")
    assert section_of(merged, "plan_quality") == section_of(drafts[2], "plan_quality")
    assert section_of(merged, "results_service") == section_of(drafts[0], "results_service")


def test_the_merged_draft_passes_the_check_with_and_without_the_figures() -> None:
    merged = pick(candidates(), {"results": 1, "plan_service": 2})
    figures = read_metrics(ROOT / "examples/figures/医务科-2025.xlsx")
    matters = read_matters(ROOT / "examples/matters/医务科-2025.xlsx")

    assert [f for f in check(merged) if f.severity.blocks] == []
    assert [f for f in check(merged, figures, matters) if f.severity.blocks] == []
    assert not [f for f in check(merged) if f.rule == "edited"]


def test_its_recipe_names_the_parents_and_where_each_section_came_from() -> None:
    drafts = candidates()

    merged = pick(drafts, {"lead": 2})

    picked = merged.recipe["picked"]
    assert merged.parent == drafts[0].id
    assert picked["parents"] == [d.id for d in drafts]
    assert picked["sections"]["lead"] == drafts[2].id
    assert picked["sections"]["plan"] == drafts[0].id
    assert merged.recipe["inputs"] == drafts[0].recipe["inputs"]


def test_every_claim_finds_its_evidence_in_the_merged_draft() -> None:
    merged = pick(candidates(), {"results_service": 1, "results_quality": 2})
    known = {e.id for e in merged.evidence}
    used = {c.id for _, s in merged.sentences() for c in s.claims if c.state in ("metric", "derived", "matter")}

    assert used <= known


def test_a_parent_stands_for_all_below_it_that_are_not_chosen_themselves() -> None:
    drafts = candidates()

    merged = pick(drafts, {"results_quality": 2, "results": 1})

    origin = merged.recipe["picked"]["sections"]
    assert origin["results_service"] == drafts[1].id
    assert origin["results_quality"] == drafts[2].id
    assert origin["plan_quality"] == drafts[0].id


def test_headings_count_on_when_a_section_comes_or_goes() -> None:
    whole, second = candidates()[:2]
    short = without(whole, "results_emergency", "results_honours")

    merged = pick([short, second], {"results_honours": 1})
    replaced = pick([whole, without(second, "results_emergency")], {"results": 1})

    ids, order = [s.id for s in second.sections], [s.id for s in merged.sections]
    assert order[order.index("results_honours") - 1] == ids[ids.index("results_honours") - 1]
    assert numbers(merged)[:6] == ["一、", "（一）", "（二）", "（三）", "（四）", "（五）"]
    assert [f for f in check(merged) if f.rule == "numbering"] == []
    assert "results_emergency" not in [s.id for s in replaced.sections]
    assert [f for f in check(replaced) if f.rule == "numbering"] == []


def test_items_of_key_points_run_on_through_all_sections() -> None:
    figures = read_metrics(ROOT / "examples/figures/医务科-2025.xlsx")
    matters = read_matters(ROOT / "examples/matters/医务科-2025.xlsx")
    outline = read_outline("key-points", department="医务科", year=2026)
    first, second = (draft(outline, figures, matters, open_index(ROOT / "corpus"), seed=n) for n in (0, 1))
    chosen = [s.id for s in second.sections if s.blocks][1]

    merged = pick([first, second], {chosen: 1})

    items = [int(b.number[:-1]) for s in merged.sections for b in s.blocks if re.fullmatch(r"\d+\.", b.number)]
    assert items == list(range(1, len(items) + 1))
    assert len(items) > 3


def test_two_values_of_one_figure_are_not_put_into_one_draft() -> None:
    outline = read_outline("summary", department="医务科", year=2025)
    lines = ("手术台次,2025,{},台次,2900", "门急诊人次,2025,1000000,人次,900000", "平均住院日,2025,7.3,天,7.6")
    old, new = (
        draft(outline, facts_of(*(line.format(n) for line in lines)), index=None)  # type: ignore[arg-type]
        for n in (3000, 3100)
    )
    told = [s.id for s in new.sections if any("3100" in x.text for x in s.sentences)]
    assert told

    with pytest.raises(InputError, match=r"手术台次.*第1份里是3000台次，在第2份里是3100台次"):
        pick([old, new], {told[0]: 1})


def test_drafts_of_two_departments_are_no_candidates() -> None:
    with pytest.raises(InputError, match=r"科室一个是“医务科”，一个是“护理部”"):
        pick([sample("医务科"), sample("护理部")], {"lead": 1})


@pytest.mark.parametrize(
    ("choices", "sentence"),
    [
        ({"nothing": 1}, "没有“nothing”这一节"),
        ({"lead": 7}, "要选第8份，而草稿只有3份"),
        ({"results_extra": 0}, "没有“results_extra”这一节"),
    ],
)
def test_a_choice_that_cannot_be_made_is_refused(choices: dict[str, int], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        pick(candidates(), choices)


def test_a_matter_told_in_two_sections_is_pointed_at() -> None:
    first, second = candidates()[:2]
    quality = section_of(second, "results_quality")
    other = section_of(second, "results_service")
    doubled = other.model_copy(update={"sentences": quality.sentences, "blocks": quality.blocks})
    sections = tuple(doubled if s.id == "results_service" else s for s in second.sections)

    merged = pick([first, second.model_copy(update={"sections": sections})], {"results_service": 1})

    assert "matter-twice" in {f.rule for f in merged.findings}


# --- side by side ---------------------------------------------------------------------------------


def test_candidates_stand_beside_each_other_by_section_in_the_order_of_the_first() -> None:
    first, second, third = candidates()
    short = without(first, "results_honours")
    given = lay_side_by_side([version_of_draft(d) for d in (short, second, third)])

    keys, ids = [line.key for line in given.lines], [s.id for s in second.sections]
    assert [k for k in keys if k != "results_honours"] == [s.id for s in short.sections]
    assert keys[keys.index("results_honours") - 1] == ids[ids.index("results_honours") - 1]
    honours = next(line for line in given.lines if line.key == "results_honours")
    assert honours.cells[0] is None
    assert honours.cells[1] is not None
    assert "".join(honours.cells[1].paragraphs) == "".join(
        section_of(second, "results_honours").block_text(b) for b in section_of(second, "results_honours").blocks
    )


def test_the_matrix_says_which_candidate_leaves_a_fact_out() -> None:
    texts = (
        "医务科2025年工作总结\n一、医疗\n全年手术23186台次。平均住院日7.3天。",
        "医务科2025年工作总结\n一、医疗\n全年手术23186台次。",
        "医务科2025年工作总结\n一、医疗\n平均住院日7.3天，手术2.3186万台次。",
    )

    given = lay_side_by_side([version_of_text(t) for t in texts])

    uses = {u.metric: [bool(s) for s in u.sections] for u in given.uses}
    assert uses == {"平均住院日": [True, False, True], "手术台次": [True, True, True]}
    assert given.uses[0].metric == "平均住院日"

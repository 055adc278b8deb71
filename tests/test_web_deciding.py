"""What was changed is taken back, or taken over, change by change: neither a neighbour nor a number is lost."""

from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from chugao.comparing import Comparison, compare
from chugao.manuscript import Draft, Section, Table
from chugao.review.written import flattened, text_of
from chugao.web.desk.deciding import Side, sections_of, written_with
from tests import drafts

SENTENCES = (
    "全年门诊128.6万人次，较上年增长5.7%。",
    "全年门诊131.2万人次，较上年增长7.9%。",
    "手术前的讨论由催办改为把关。",
    "手术前的讨论由督促改为把关，没有讨论的退回病区。",
    "质控科每月抽查100份病历。",
    "质控科每月抽查120份病历，结果上院周会。",
    "卒中病人进门到溶栓缩短到38分钟。",
    "院前急救与院内抢救在同一层完成。",
    "归档还不及时。",
)
paragraphs = st.lists(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=3, unique=True), max_size=4)


def draft_of(told: list[list[str]], heading: str = "质量") -> Draft:
    parts = [("", "".join(sentences)) for sentences in told]
    other = drafts.section("other", "二、", "别的", 1, ("", "这一节谁也没有动。"))
    return drafts.draft((drafts.section("quality", "一、", heading, 1, *parts), other))


def section_of(draft: Draft, name: str = "quality") -> Section:
    return next(s for s in draft.sections if s.id == name)


def decided(comparison: Comparison, chosen: set[str], now: Side) -> tuple[str, Any]:
    """The text of the section as it would stand, and what was told."""
    draft = (comparison.new if now == "new" else comparison.old).draft
    assert draft is not None
    section = section_of(draft)
    told = written_with(section, comparison, chosen, now)
    return flattened(told.written, section).text, told


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(paragraphs, paragraphs, st.sampled_from(["old", "new"]))
def test_all_changes_give_the_other_text_and_none_gives_todays(
    old: list[list[str]], new: list[list[str]], now: Side
) -> None:
    assume(old and new)
    before, after = draft_of(old), draft_of(new)
    comparison = compare(before, after)
    assume(not any(u.op.startswith("moved") for u in comparison.units))
    today, other = (after, before) if now == "new" else (before, after)

    none, _ = decided(comparison, set(), now)
    all_, told = decided(comparison, {h.id for h in comparison.hunks}, now)

    assert none == text_of(section_of(today))
    assert told.left == ()
    assert all_.replace("\n", "") == text_of(section_of(other)).replace("\n", "")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(paragraphs, paragraphs, st.sampled_from(["old", "new"]), st.data())
def test_one_change_taken_leaves_every_other_as_it_is(
    old: list[list[str]], new: list[list[str]], now: Side, data: Any
) -> None:
    assume(old and new)
    before, after = draft_of(old), draft_of(new)
    comparison = compare(before, after)
    assume(comparison.hunks and not any(u.op.startswith("moved") for u in comparison.units))
    hunk = data.draw(st.sampled_from(comparison.hunks))

    text, told = decided(comparison, {hunk.id}, now)
    rest, _ = decided(comparison, {h.id for h in comparison.hunks} - {hunk.id}, now)

    (mine, theirs) = (hunk.new, hunk.old) if now == "new" else (hunk.old, hunk.new)
    today = text_of(section_of(after if now == "new" else before)).replace("\n", "")
    other = text_of(section_of(before if now == "new" else after)).replace("\n", "")
    # Characters taken away by one change and by all the others are those that all of them take away.
    assert len(text.replace("\n", "")) - len(today) == len(theirs) - len(mine)
    assert len(text.replace("\n", "")) + len(rest.replace("\n", "")) == len(today) + len(other)
    assert told.changes >= 1


def test_of_two_changes_in_one_sentence_one_is_taken_and_no_number_is_cut() -> None:
    before = draft_of([["全年门诊128.6万人次，较上年增长5.7%，抽查100份病历。"]])
    after = draft_of([["全年门诊131.2万人次，较上年增长5.7%，抽查120份病历。"]])
    comparison = compare(before, after)
    visits = next(h for h in comparison.hunks if "128.6" in h.old)

    back, told = decided(comparison, {visits.id}, "new")
    taken, _ = decided(comparison, {visits.id}, "old")

    assert back == "质量\n全年门诊128.6万人次，较上年增长5.7%，抽查120份病历。"
    assert taken == "质量\n全年门诊131.2万人次，较上年增长5.7%，抽查100份病历。"
    assert told.changes == 1


def parted(draft: Draft) -> Draft:
    """The draft with its first sentence in two: a clause that ends at the semicolon, and the rest."""
    quality = section_of(draft)
    block, sentence = quality.blocks[0], quality.sentences[0]
    at = sentence.text.index("；") + 1
    two = tuple(
        sentence.model_copy(update={"id": f"{sentence.id}{n}", "text": t, "claims": drafts.claims(t)})
        for n, t in enumerate((sentence.text[:at], sentence.text[at:]))
    )
    told = block.model_copy(update={"sentence_ids": tuple(s.id for s in two) + block.sentence_ids[1:]})
    part = quality.model_copy(update={"blocks": (told,), "sentences": two + quality.sentences[1:]})
    return draft.model_copy(update={"sections": (part, *draft.sections[1:])})


def test_a_change_in_a_clause_leaves_the_rest_of_its_sentence() -> None:
    tail = "归档率提高到92.5%。质控科每月抽查100份病历。"
    before = parted(draft_of([[f"入径率为68.1%，好于上年；{tail}"]]))
    after = draft_of([[f"入径率为69.1%，好于上年；{tail}"]])
    comparison = compare(before, after)
    (hunk,) = comparison.hunks

    back, _ = decided(comparison, {hunk.id}, "new")
    taken, _ = decided(comparison, {hunk.id}, "old")

    assert back == f"质量\n入径率为68.1%，好于上年；{tail}"
    assert taken == f"质量\n入径率为69.1%，好于上年；{tail}"


def test_a_paragraph_that_came_goes_and_one_that_went_comes_back_at_its_place() -> None:
    before = draft_of([[SENTENCES[0]], [SENTENCES[2]], [SENTENCES[4]]])
    after = draft_of([[SENTENCES[0]], [SENTENCES[4]], [SENTENCES[7]]])
    comparison = compare(before, after)
    gone = next(h for h in comparison.hunks if h.old == SENTENCES[2])
    come = next(h for h in comparison.hunks if h.new == SENTENCES[7])

    again, _ = decided(comparison, {gone.id}, "new")
    without, _ = decided(comparison, {come.id}, "new")

    assert again.split("\n")[1:] == [SENTENCES[0], SENTENCES[2], SENTENCES[4], SENTENCES[7]]
    assert without.split("\n")[1:] == [SENTENCES[0], SENTENCES[4]]


def test_a_heading_is_taken_back_without_its_text() -> None:
    before, after = draft_of([[SENTENCES[0]]], "质量安全"), draft_of([[SENTENCES[1]]], "质量和安全")
    comparison = compare(before, after)
    heading = next(h for h in comparison.hunks if "和" in h.new)

    text, _ = decided(comparison, {heading.id}, "new")

    assert text == f"质量安全\n{SENTENCES[1]}"


@pytest.mark.parametrize("now", ["old", "new"])
def test_items_keep_their_printed_numbers(now: Side) -> None:
    items = [("1.", "抓讨论。"), ("2.", "抓抽查100份。"), ("3.", "抓归档。")]
    other = [("1.", "抓讨论。"), ("2.", "抓抽查120份。"), ("3.", "抓归档。")]
    before, after = (drafts.draft((drafts.section("quality", "一、", "质量", 1, *told),)) for told in (items, other))
    comparison = compare(before, after)

    text, _ = decided(comparison, {h.id for h in comparison.hunks}, now)

    assert text == f"质量\n1.抓讨论。\n2.抓抽查{100 if now == 'new' else 120}份。\n3.抓归档。"


def test_what_cannot_be_taken_change_by_change_is_said_and_left_alone() -> None:
    sheet = [drafts.table("情况表", "指标|本年", f"门诊|{n}万人次") for n in ("128.6", "131.2")]
    parts: list[list[tuple[str, str] | Table]] = [
        [("", SENTENCES[0]), ("", SENTENCES[2]), sheet[0], ("", SENTENCES[7])],
        [("", SENTENCES[7]), ("", SENTENCES[0]), sheet[1], ("", SENTENCES[2])],
    ]
    before, after = (drafts.draft((drafts.section("quality", "一、", "质量", 1, *told),)) for told in parts)
    comparison = compare(before, after)

    text, told = decided(comparison, {h.id for h in comparison.hunks}, "new")

    assert any("表格里的改动" in said for said in told.left)
    assert all("请到编辑里处理" in said for said in told.left)
    assert sorted(text.split("\n")) == sorted(text_of(section_of(after)).split("\n"))


def test_changes_of_other_sections_are_not_touched() -> None:
    before = draft_of([[SENTENCES[0]]])
    after = draft_of([[SENTENCES[1]]])
    quality, other = after.sections
    said = drafts.section("other", "二、", "别的", 1, ("", "这一节也有人动过。"))
    after = drafts.draft((quality, said))
    comparison = compare(before, after)
    chosen = {h.id for h in comparison.hunks if h.section == "other"}

    text, told = decided(comparison, chosen, "new")

    assert sections_of(comparison, chosen) == ["other"]
    assert (text, told.changes) == (text_of(quality), 0)
    assert other.id == "other"

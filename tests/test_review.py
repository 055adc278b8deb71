"""A text under review: put in, edited section by section, versions, numbers, suggestions, comments."""

import pytest
from sqlalchemy import func, select

from chugao import review
from chugao.database import Database, verify
from chugao.database.review_tables import review_text
from chugao.database.tables import audit
from chugao.errors import InputError, NotAllowed, StaleVersion
from chugao.review import (
    Conflict,
    Mark,
    Paragraph,
    Refused,
    State,
    Written,
    accept_section,
    accept_suggestion,
    accept_suggestions,
    alternatives,
    beat,
    branch,
    comment,
    comments,
    confirm_numbers,
    current,
    document,
    documents,
    hand_over,
    inbox,
    keep_version,
    leave,
    lock_section,
    mark_read,
    merge,
    name_version,
    offer_alternative,
    put_in,
    put_in_again,
    red_numbers,
    reject_suggestion,
    reopen,
    replace_section,
    resolve,
    restore,
    restore_number,
    return_section,
    save,
    save_settled,
    save_title,
    section,
    section_at,
    sections,
    set_section_state,
    submit,
    suggest,
    suggestions,
    take_alternative,
    take_comment,
    take_over,
    unlock_section,
    version,
    versions,
)
from chugao.source import Claim
from tests.review_cases import (
    CLINIC,
    HYGIENE,
    LACK,
    LI,
    NOBODY,
    NURSE,
    PEAK,
    ROOT,
    VISITS,
    VOLUME,
    WANG,
    WARD,
    ZHAO,
    ZHOU,
    at,
    part,
    replaced,
    rewritten,
    small_draft,
    started,
    with_table,
)


def acts(db: Database) -> list[str]:
    with db.read() as connection:
        return list(connection.execute(select(audit.c.action).order_by(audit.c.seq)).scalars())


# --- documents ------------------------------------------------------------------------------------


def test_a_draft_put_in_is_version_1_and_its_text_comes_back_as_it_was(database: Database) -> None:
    draft = small_draft()

    made = put_in(database, WANG, draft, note="第一次", at=at(0))

    assert (made.version, made.state, made.round, made.owner) == (1, State.DRAFT, "初稿", "wang")
    assert current(database, WANG, made.id) == version(database, WANG, made.id, 1) == draft
    (node,) = versions(database, WANG, made.id)
    assert (node.no, node.parent, node.kind, node.note, node.author_name) == (1, None, "ai", "第一次", "王芳")
    assert node.content == made.content
    assert acts(database) == ["review.put_in"]


def test_a_document_out_of_scope_reads_like_one_that_is_not_there(database: Database) -> None:
    made = started(database)

    with pytest.raises(NotAllowed) as hidden:
        document(database, NURSE, made.id)
    with pytest.raises(NotAllowed) as absent:
        document(database, WANG, "d0000")

    assert str(hidden.value) == str(absent.value)
    assert documents(database, NURSE) == () == documents(database, NOBODY)
    assert documents(database, LI) == documents(database, ZHAO) == (made,)


def test_nobody_puts_in_a_draft_of_another_department(database: Database) -> None:
    with pytest.raises(NotAllowed):
        put_in(database, NURSE, small_draft())
    with pytest.raises(NotAllowed):
        put_in(database, NOBODY, small_draft())

    assert documents(database, ZHAO) == ()


def test_a_list_can_be_narrowed_by_department_year_kind_and_state(database: Database) -> None:
    made = started(database)

    for wanted in ({"department": "医务科"}, {"year": 2025}, {"kind": "summary"}, {"state": State.DRAFT}):
        assert documents(database, ZHAO, **wanted) == (made,)
    for other in ({"department": "护理部"}, {"year": 2024}, {"kind": "plan"}, {"state": State.APPROVED}):
        assert documents(database, ZHAO, **other) == ()


def test_a_draft_with_two_sections_of_one_name_or_none_is_refused(database: Database) -> None:
    draft = small_draft()

    with pytest.raises(InputError):
        put_in(database, WANG, draft.model_copy(update={"sections": (*draft.sections, draft.sections[0])}))
    with pytest.raises(InputError):
        put_in(database, WANG, draft.model_copy(update={"sections": ()}))

    assert documents(database, WANG) == ()


def test_an_administrator_edits_only_after_taking_over_by_reason(database: Database) -> None:
    made = started(database)
    rev, typed = rewritten(database, ROOT, made, "plan", "夜间", "夜里")

    with pytest.raises(NotAllowed):
        save(database, ROOT, made.id, "plan", rev, typed)
    with pytest.raises(InputError):
        take_over(database, ROOT, made.id, reason=" ")
    take_over(database, ROOT, made.id, reason="经办人休假")

    assert save(database, ROOT, made.id, "plan", rev, typed).changed
    assert "review.take_over" in acts(database)


def test_what_is_handed_over_belongs_to_the_other(database: Database) -> None:
    made = started(database)

    hand_over(database, WANG, made.id, "zhou", "周敏")

    assert document(database, ZHOU, made.id).owner == "zhou"
    with pytest.raises(NotAllowed):
        hand_over(database, WANG, made.id, "wang", "王芳")


# --- saving ---------------------------------------------------------------------------------------


def test_a_save_raises_the_revision_by_one_and_stands_in_the_audit_with_the_hash_of_its_text(
    database: Database,
) -> None:
    made = started(database)
    rev, typed = rewritten(database, WANG, made, "results", PEAK, "就诊高峰由上午移到午间。")

    saved = save(database, WANG, made.id, "results", rev, typed, at=at(3))

    assert (saved.rev, saved.changed, saved.merged, saved.red) == (rev + 1, True, False, ())
    here = section(database, LI, made.id, "results")
    assert (here.rev, here.edited_by, here.edited_at, here.state) == (rev + 1, "wang", at(3), "待核")
    assert "移到午间" in here.text
    assert section_at(database, WANG, made.id, "results", rev).sentences[1].text == PEAK
    assert acts(database)[-1] == "review.edit"
    with database.read() as connection:
        detail = connection.execute(select(audit.c.detail).order_by(audit.c.seq.desc())).scalars().first()
        assert verify(connection) == []
    assert detail["rev"] == rev + 1
    assert detail["text"] == review.keeping.digest(here.text)


def test_the_same_text_saved_again_changes_nothing(database: Database) -> None:
    made = started(database)
    here = section(database, WANG, made.id, "results")

    saved = save(database, WANG, made.id, "results", here.rev, here.written)

    assert (saved.changed, saved.rev) == (False, here.rev)
    assert acts(database) == ["review.put_in"]


def test_sentences_that_were_not_touched_keep_their_claims_and_recipes(database: Database) -> None:
    made = started(database)
    before = section(database, WANG, made.id, "results").section
    rev, typed = rewritten(database, WANG, made, "results", PEAK, "高峰挪到了中午。")

    after = save(database, WANG, made.id, "results", rev, typed).section

    assert [s for s in after.sentences if s.id != "results_1_2"] == [
        s for s in before.sentences if s.id != "results_1_2"
    ]
    assert after.sentence("results_1_2").recipe["edited"]["author"] == "王芳"


def test_words_changed_beside_a_number_leave_it_bound(database: Database) -> None:
    made = started(database)
    rev, typed = rewritten(database, WANG, made, "results", "全年门诊", "全年门诊完成")

    saved = save(database, WANG, made.id, "results", rev, typed)

    claims = {c.id: saved.section.sentences[0].text[c.start : c.end] for c in saved.section.sentences[0].claims}
    assert claims == {"outpatient_visits.now": "12.86万人次", "outpatient_visits.growth": "6.1%"}
    assert saved.red == ()


def test_paragraphs_can_be_parted_joined_added_and_taken_out(database: Database) -> None:
    made = started(database)
    here = section(database, WANG, made.id, "results")
    typed = Written(
        heading="门诊往前移",
        paragraphs=tuple(Paragraph(text=t) for t in (VOLUME, PEAK + CLINIC, "新增的一段没有数字。", HYGIENE)),
    )

    saved = save(database, WANG, made.id, "results", here.rev, typed)

    assert review.text_of(saved.section) == "\n".join(
        ["门诊往前移", VOLUME, PEAK + CLINIC, "新增的一段没有数字。", HYGIENE]
    )
    assert saved.red == ()
    assert WARD not in review.text_of(saved.section)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("他写了\u200b一句\u202e话。", "他写了一句话。"),
        ("<script>alert(1)</script>。", "<script>alert(1)</script>。"),
        ("前\x00后\x1b。", "前后。"),
        ("\ufffcresults_1:0000一句。", "results_1:0000一句。"),
        ("半个字\ud83d。", "半个字。"),
        ("  两头空白　。  ", "两头空白　。"),
        ("一行。\n又一行。", "一行。\n又一行。"),
    ],
)
def test_what_nobody_can_see_is_not_kept_and_markup_is_plain_words(database: Database, typed: str, kept: str) -> None:
    made = started(database)
    here = section(database, WANG, made.id, "plan")

    saved = save(
        database, WANG, made.id, "plan", here.rev, Written(heading="打算", paragraphs=(Paragraph(text=typed),))
    )

    assert review.text_of(saved.section) == f"打算\n{kept}"


def test_a_heading_that_is_gone_and_a_section_without_end_are_refused(database: Database) -> None:
    made = started(database)

    with pytest.raises(InputError):
        save(database, WANG, made.id, "plan", 1, Written(heading=" ", paragraphs=(Paragraph(text="一句。"),)))
    with pytest.raises(InputError):
        save(database, WANG, made.id, "plan", 1, Written(heading="打算", paragraphs=(Paragraph(text="长" * 200_001),)))
    with pytest.raises(InputError):
        save(database, WANG, made.id, "nowhere", 1, Written(heading="打算"))

    assert section(database, WANG, made.id, "plan").rev == 1


def test_a_section_may_be_emptied_and_written_again(database: Database) -> None:
    made = started(database)

    save(database, WANG, made.id, "plan", 1, Written(heading="下一步打算"))
    saved = save(
        database, WANG, made.id, "plan", 2, Written(heading="下一步打算", paragraphs=(Paragraph(text="重写。"),))
    )

    assert review.text_of(saved.section) == "下一步打算\n重写。"


def test_the_title_is_edited_like_a_section(database: Database) -> None:
    made = started(database)

    saved = save_title(database, WANG, made.id, 1, "医务科2025年度工作总结", at=at(1))

    assert document(database, WANG, made.id).title == "医务科2025年度工作总结"
    assert current(database, WANG, made.id).title.text == "医务科2025年度工作总结"
    assert saved.red == ()


def test_a_table_stays_unless_its_cells_are_typed_and_a_typed_number_is_red(database: Database) -> None:
    made = started(database, with_table(small_draft()))
    here = section(database, WANG, made.id, "annex")
    block = here.written.paragraphs[0].block

    kept = save(
        database, WANG, made.id, "annex", 1, Written(heading="附表：主要指标", paragraphs=(Paragraph(block=block),))
    )
    typed = Paragraph(block=block, rows=(("指标", "2025年"), ("门诊人次", "12.96")))
    saved = save(database, WANG, made.id, "annex", 1, Written(heading="附表：主要指标", paragraphs=(typed,)))

    assert not kept.changed
    assert [(n.printed, n.sentence) for n in saved.red] == [("12.96", f"{block}第1行2列")]


# --- conflicts ------------------------------------------------------------------------------------


def test_two_people_who_changed_different_sentences_are_put_together(database: Database) -> None:
    made = started(database)
    rev, hers = rewritten(database, WANG, made, "results", PEAK, "高峰挪到中午。")
    _, his = rewritten(database, WANG, made, "results", CLINIC, "周末增开骨科门诊。")

    save(database, WANG, made.id, "results", rev, hers)
    saved = save(database, ZHOU, made.id, "results", rev, his)

    assert saved.merged
    text = section(database, WANG, made.id, "results").text
    assert "高峰挪到中午。" in text
    assert "周末增开骨科门诊。" in text
    assert saved.red == ()
    assert len(saved.section.sentences[0].claims) == 2


def test_two_people_who_changed_the_same_sentence_get_three_panes_and_nothing_is_overwritten(
    database: Database,
) -> None:
    made = started(database)
    rev, hers = rewritten(database, WANG, made, "results", PEAK, "高峰挪到中午。")
    _, his = rewritten(database, WANG, made, "results", PEAK, "高峰移到午间。")
    save(database, WANG, made.id, "results", rev, hers, at=at(5))

    with pytest.raises(Conflict) as met:
        save(database, ZHOU, made.id, "results", rev, his)

    conflict = met.value
    (row,) = [r for r in conflict.merge.rows if r.chosen == "conflict"]
    assert (row.base, row.theirs, row.mine) == (PEAK, "高峰挪到中午。", "高峰移到午间。")
    assert (conflict.rev, conflict.theirs_by, conflict.theirs_at) == (rev + 1, "王芳", at(5))
    assert "王芳" in str(conflict)
    assert "高峰挪到中午。" in section(database, WANG, made.id, "results").text

    number = conflict.merge.rows.index(row)
    saved = save_settled(
        database, ZHOU, made.id, "results", rev, his, theirs_rev=conflict.rev, choices={number: "both"}
    )
    assert "高峰挪到中午。高峰移到午间。" in review.text_of(saved.section)


def test_a_choice_made_against_an_older_text_of_the_other_conflicts_again(database: Database) -> None:
    made = started(database)
    rev, hers = rewritten(database, WANG, made, "results", PEAK, "高峰挪到中午。")
    _, his = rewritten(database, WANG, made, "results", PEAK, "高峰移到午间。")
    save(database, WANG, made.id, "results", rev, hers)
    with pytest.raises(Conflict) as met:
        save(database, ZHOU, made.id, "results", rev, his)
    number = next(i for i, r in enumerate(met.value.merge.rows) if r.chosen == "conflict")
    again, more = rewritten(database, WANG, made, "results", "高峰挪到中午。", "高峰又挪了。")
    save(database, WANG, made.id, "results", again, more)

    with pytest.raises(Conflict):
        save_settled(database, ZHOU, made.id, "results", rev, his, theirs_rev=met.value.rev, choices={number: "mine"})

    assert "高峰又挪了。" in section(database, WANG, made.id, "results").text


def test_without_merging_any_stale_save_is_a_conflict_and_a_revision_that_never_was_is_stale(
    database: Database,
) -> None:
    made = started(database)
    rev, hers = rewritten(database, WANG, made, "results", PEAK, "高峰挪到中午。")
    _, his = rewritten(database, WANG, made, "results", CLINIC, "周末增开骨科门诊。")
    save(database, WANG, made.id, "results", rev, hers)

    with pytest.raises(Conflict):
        save(database, ZHOU, made.id, "results", rev, his, merge=False)
    with pytest.raises(StaleVersion):
        save(database, ZHOU, made.id, "results", 99, his)


def test_what_conflicts_can_be_kept_as_an_alternative_and_taken_later(database: Database) -> None:
    made = started(database)
    rev, hers = rewritten(database, WANG, made, "results", PEAK, "高峰挪到中午。")
    _, his = rewritten(database, WANG, made, "results", PEAK, "高峰移到午间。")
    save(database, WANG, made.id, "results", rev, hers)

    kept = branch(database, ZHOU, made.id, "results", rev, his, note="另一种写法")

    assert (kept.label, kept.taken) == ("B", False)
    assert "高峰移到午间。" in review.text_of(kept.section)
    assert "高峰挪到中午。" in section(database, WANG, made.id, "results").text
    with pytest.raises(Conflict):
        take_alternative(database, WANG, made.id, kept.id, rev)
    saved = take_alternative(database, WANG, made.id, kept.id, rev + 1)
    assert "高峰移到午间。" in review.text_of(saved.section)
    assert [a.taken for a in alternatives(database, WANG, made.id, "results")] == [True]


def test_a_second_draft_of_a_section_waits_beside_the_first(database: Database) -> None:
    made = started(database)
    other = part("plan", "三、", "下一步打算", ("另起一稿。",))

    offer_alternative(database, LI, made.id, other, note="重新生成")

    assert "另起一稿" not in section(database, WANG, made.id, "plan").text
    with pytest.raises(InputError):
        offer_alternative(database, LI, made.id, part("nowhere", "四、", "没有", ("句。",)))


# --- numbers --------------------------------------------------------------------------------------


def test_a_bound_number_that_was_changed_is_red_until_it_stands_again_as_the_figures_have_it(
    database: Database,
) -> None:
    made = started(database)
    rev, typed = rewritten(database, WANG, made, "results", "12.86万人次", "12.96万人次")

    saved = save(database, WANG, made.id, "results", rev, typed)

    (red,) = saved.red
    assert (red.printed, red.id, red.section, red.sentence) == (
        "12.96万人次",
        "outpatient_visits.now",
        "results",
        "results_1_1",
    )
    assert "12.86万人次" in red.source
    assert "王芳" in red.source
    assert red_numbers(current(database, LI, made.id)) == (red,)
    back = save(database, WANG, made.id, "results", rev + 1, replaced(typed, "12.96万人次", "12.86万人次"))
    assert back.red == ()
    assert back.section.sentences[0].claims == small_draft().sections[0].sentences[0].claims


def test_a_number_taken_out_and_typed_in_again_is_bound_again_with_its_whole_sentence(database: Database) -> None:
    made = started(database)
    rev, without = rewritten(database, WANG, made, "results", VOLUME, "")
    save(database, WANG, made.id, "results", rev, without)
    rev, again = rewritten(database, WANG, made, "results", PEAK, VOLUME + PEAK)

    saved = save(database, WANG, made.id, "results", rev, again)

    assert saved.red == ()
    assert {c.id for c in saved.section.sentences[0].claims} == {"outpatient_visits.now", "outpatient_visits.growth"}


def test_restoring_a_number_puts_back_what_the_figures_print(database: Database) -> None:
    made = started(database)
    rev, typed = rewritten(database, WANG, made, "results", "6.1%", "9.9%")
    (red,) = save(database, WANG, made.id, "results", rev, typed).red

    saved = restore_number(database, WANG, made.id, "results", rev + 1, red.sentence, red.start)

    assert saved.red == ()
    assert saved.section.sentences[0].text == VOLUME
    with pytest.raises(InputError):
        restore_number(database, WANG, made.id, "results", saved.rev, red.sentence, red.start)


@pytest.mark.parametrize("number", ["3例", "三百二十台", "45%", "2024年", "一千零一人次"])
def test_a_number_nobody_gave_is_red(database: Database, number: str) -> None:
    made = started(database)
    rev, typed = rewritten(database, WANG, made, "plan", "夜间", f"{number}夜间")

    saved = save(database, WANG, made.id, "plan", rev, typed)

    assert len(saved.red) == 1, number


def test_numbers_are_confirmed_by_name_one_by_one_or_all_at_once_and_say_who_and_when(database: Database) -> None:
    made = started(database)
    rev, typed = rewritten(database, WANG, made, "plan", "夜间", "3次夜间")
    save(database, WANG, made.id, "plan", rev, typed)
    rev, typed = rewritten(database, WANG, made, "problems", LACK, LACK + "缺麻醉医师5名。排队最长2小时。")
    (first, second) = save(database, WANG, made.id, "problems", rev, typed).red

    one = confirm_numbers(database, WANG, made.id, basis="麻醉科孙主任电话", only=[first.spot], at=at(9))
    assert one == (first,)
    assert [n.printed for n in red_numbers(current(database, WANG, made.id))] == [second.printed, "3次"]
    confirm_numbers(database, WANG, made.id, basis="微信", at=at(10))

    draft = current(database, WANG, made.id)
    assert red_numbers(draft) == ()
    told = [c for _, s in draft.sentences() for c in s.claims if c.state == "person"]
    assert len(told) == 3
    assert told[0].source == "人工确认：王芳（麻醉科孙主任电话，2026-01-08）"
    with pytest.raises(InputError):
        confirm_numbers(database, WANG, made.id, basis=" ")
    with pytest.raises(InputError):
        confirm_numbers(database, WANG, made.id, basis="电话", only=[first.spot])


def test_a_confirmed_number_that_is_changed_again_is_red_again(database: Database) -> None:
    made = started(database)
    rev, typed = rewritten(database, WANG, made, "plan", "夜间", "3次夜间")
    save(database, WANG, made.id, "plan", rev, typed)
    confirm_numbers(database, WANG, made.id, basis="电话")
    rev, typed = rewritten(database, WANG, made, "plan", "3次", "4次")

    saved = save(database, WANG, made.id, "plan", rev, typed)

    assert [n.printed for n in saved.red] == ["4次"]


def test_a_marked_number_is_bound_only_where_it_prints_exactly_what_its_evidence_prints(database: Database) -> None:
    made = started(database)
    text = "门诊12.86万人次，不是12.87万人次。"
    good = Mark(start=2, end=10, id=VISITS.id)
    bad = Mark(start=13, end=21, id=VISITS.id)
    unknown = Mark(start=2, end=10, id="deaths.now")

    assert [text[m.start : m.end] for m in (good, bad)] == ["12.86万人次", "12.87万人次"]
    first = save(
        database,
        WANG,
        made.id,
        "plan",
        1,
        Written(heading="下一步打算", paragraphs=(Paragraph(text=text, marks=(unknown, bad)),)),
    )
    second = save(
        database,
        WANG,
        made.id,
        "plan",
        2,
        Written(heading="下一步打算", paragraphs=(Paragraph(text=text + "完。", marks=(good, bad)),)),
    )

    assert [n.printed for n in first.red] == ["12.86万人次", "12.87万人次"]
    assert [n.printed for n in second.red] == ["12.87万人次"]
    assert second.section.sentences[0].claims[0].source == VISITS.source


def test_evidence_that_comes_with_an_inserted_number_stays_with_the_document(database: Database) -> None:
    made = started(database)
    beds = VISITS.model_copy(update={"id": "beds.now", "metric": "beds", "name": "床位", "printed": "1200张"})
    typed = Paragraph(text="开放床位1200张。", marks=(Mark(start=4, end=9, id="beds.now"),))

    saved = save(
        database, WANG, made.id, "plan", 1, Written(heading="打算", paragraphs=(typed,)), evidence=[beds], at=at(2)
    )
    keep_version(database, WANG, made.id)

    assert saved.red == ()
    assert beds in current(database, WANG, made.id).evidence
    rev, typed_again = rewritten(database, WANG, made, "plan", "1200张", "1300张")
    assert len(save(database, WANG, made.id, "plan", rev, typed_again).red) == 1


# --- versions -------------------------------------------------------------------------------------


def test_a_version_is_kept_only_when_something_changed_and_can_be_named(database: Database) -> None:
    made = started(database)

    assert keep_version(database, WANG, made.id).no == 1
    rev, typed = rewritten(database, WANG, made, "plan", "夜间", "夜里")
    save(database, WANG, made.id, "plan", rev, typed)
    node = keep_version(database, WANG, made.id, note="改了打算", name="送科长", at=at(8))
    name_version(database, WANG, made.id, 1, "机器稿")

    assert (node.no, node.parent, node.kind, node.name, node.note) == (2, 1, "edit", "送科长", "改了打算")
    assert [v.name for v in versions(database, WANG, made.id)] == ["机器稿", "送科长"]
    assert version(database, WANG, made.id, 1) == small_draft()


def test_restoring_makes_a_new_node_and_what_was_typed_since_is_kept_as_a_version_first(database: Database) -> None:
    made = started(database)
    rev, typed = rewritten(database, WANG, made, "plan", "夜间", "夜里")
    save(database, WANG, made.id, "plan", rev, typed)

    node = restore(database, WANG, made.id, 1)

    assert [(v.no, v.parent, v.kind) for v in versions(database, WANG, made.id)] == [
        (1, None, "ai"),
        (2, 1, "edit"),
        (3, 2, "restore"),
    ]
    assert node.recipe["restored"] == 1
    assert current(database, WANG, made.id).sections == small_draft().sections
    assert "夜里" in version(database, WANG, made.id, 2).sections[2].sentences[0].text
    assert section(database, WANG, made.id, "plan").rev == rev + 2
    assert section(database, WANG, made.id, "results").rev == 1


def test_sections_of_another_version_can_be_taken_into_the_text(database: Database) -> None:
    made = started(database)
    for name, old, new in (("plan", "夜间", "夜里"), ("problems", "排队", "等候")):
        rev, typed = rewritten(database, WANG, made, name, old, new)
        save(database, WANG, made.id, name, rev, typed)
    keep_version(database, WANG, made.id)

    node = merge(database, WANG, made.id, 1, sections=["plan"])

    assert (node.kind, node.recipe) == ("merge", {"merged": 1, "sections": ["plan"]})
    text = current(database, WANG, made.id)
    assert text.sections[2] == small_draft().sections[2]
    assert "等候" in text.sections[1].sentences[0].text
    with pytest.raises(InputError):
        merge(database, WANG, made.id, 1, sections=["nowhere"])


def test_a_text_made_from_an_older_version_is_put_together_with_what_changed_since(database: Database) -> None:
    made = started(database)
    rev, typed = rewritten(database, WANG, made, "results", PEAK, "高峰挪到中午。")
    save(database, WANG, made.id, "results", rev, typed)
    draft = small_draft()
    results = part("results", "一、", "门诊往前移", (VOLUME, PEAK), ("周末增开了骨科。",), (HYGIENE, WARD))
    came = draft.model_copy(
        update={"sections": (results, draft.sections[1], part("plan", "三、", "打算", ("再议。",)))}
    )

    node = put_in_again(database, WANG, made.id, came, kind="import", base=1, note="科长改回.docx")

    assert (node.kind, node.no, node.parent, node.recipe["over"]) == ("import", 3, 1, 2)
    text = section(database, WANG, made.id, "results").text
    assert "高峰挪到中午。" in text
    assert "周末增开了骨科。" in text
    assert section(database, WANG, made.id, "plan").text == "打算\n再议。"
    assert red_numbers(current(database, WANG, made.id)) == ()


def test_a_text_that_changed_the_same_sentence_as_somebody_here_is_a_conflict_and_nothing_is_kept(
    database: Database,
) -> None:
    made = started(database)
    rev, typed = rewritten(database, WANG, made, "plan", "夜间", "夜里")
    save(database, WANG, made.id, "plan", rev, typed)
    draft = small_draft()
    came = draft.model_copy(update={"sections": (*draft.sections[:2], part("plan", "三、", "下一步打算", ("再议。",)))})

    with pytest.raises(Conflict) as met:
        put_in_again(database, WANG, made.id, came, kind="import", base=1)

    assert met.value.section == "plan"
    assert len(versions(database, WANG, made.id)) == 1
    assert "夜里" in section(database, WANG, made.id, "plan").text


def test_a_section_that_came_or_went_comes_or_goes(database: Database) -> None:
    made = started(database)
    draft = small_draft()
    added = part("added_1", "四、", "附带一节", ("多写的一段。",))
    came = draft.model_copy(update={"sections": (draft.sections[0], added, draft.sections[2])})

    put_in_again(database, WANG, made.id, came, kind="import", base=1)

    assert [s.section_id for s in sections(database, WANG, made.id)] == ["title", "results", "added_1", "plan"]
    restore(database, WANG, made.id, 1)
    assert [s.section_id for s in sections(database, WANG, made.id)] == ["title", "results", "problems", "plan"]
    assert current(database, WANG, made.id).sections == draft.sections


def test_the_text_of_a_version_is_stored_once_however_often_it_comes_back(database: Database) -> None:
    made = started(database)
    started(database)
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(review_text)).scalar_one() == 1
    assert version(database, WANG, made.id, 1) == small_draft()


def test_a_rewrite_that_was_taken_brings_its_own_claims_and_is_nobodys_edit(database: Database) -> None:
    made = started(database)
    new = part("results", "一、", "门诊往前移", ("门诊12.86万人次，增长6.1%。",))

    saved = replace_section(database, LI, made.id, 1, new, note="缩写")

    assert saved.section == new
    assert section(database, LI, made.id, "results").edited_by == ""
    with pytest.raises(Conflict):
        replace_section(database, LI, made.id, 1, part("results", "一、", "门诊", ("另一稿。",)))


# --- states of a section --------------------------------------------------------------------------


def test_a_section_is_accepted_as_read_and_an_edit_takes_that_back(database: Database) -> None:
    made = started(database)
    submit(database, WANG, made.id)

    accept_section(database, LI, made.id, "plan", 1)
    assert section(database, LI, made.id, "plan").state == "已接受"
    rev, typed = rewritten(database, LI, made, "plan", "夜间", "夜里")
    save(database, LI, made.id, "plan", rev, typed)

    assert section(database, LI, made.id, "plan").state == "待核"
    with pytest.raises(StaleVersion):
        accept_section(database, LI, made.id, "plan", 1)


def test_a_section_with_a_red_number_is_not_accepted(database: Database) -> None:
    made = started(database)
    rev, typed = rewritten(database, WANG, made, "plan", "夜间", "3次夜间")
    save(database, WANG, made.id, "plan", rev, typed)
    submit(database, WANG, made.id)

    with pytest.raises(Refused) as refused:
        accept_section(database, LI, made.id, "plan", 2)

    assert [h.quote for h in refused.value.hindrances] == ["3次"]
    assert set(review.accept_sections(database, LI, made.id)) == {"title", "results", "problems"}


def test_a_section_sent_back_says_why(database: Database) -> None:
    made = started(database)
    submit(database, WANG, made.id)

    return_section(database, LI, made.id, "plan", "写得太虚")

    here = section(database, WANG, made.id, "plan")
    assert (here.state, here.reason) == ("有疑问", "写得太虚")
    with pytest.raises(InputError):
        return_section(database, LI, made.id, "plan", " ")
    with pytest.raises(InputError):
        set_section_state(database, LI, made.id, "plan", "已接受")


def test_a_locked_section_takes_no_change_of_any_kind_and_only_some_unlock_it(database: Database) -> None:
    made = started(database)
    submit(database, WANG, made.id)
    suggest(database, WANG, made.id, "plan", *rewritten(database, WANG, made, "plan", "夜间", "夜里"))
    lock_section(database, LI, made.id, "plan", reason="领导已定")
    rev, typed = rewritten(database, LI, made, "plan", "夜间", "深夜")

    for attempt in (
        lambda: save(database, LI, made.id, "plan", rev, typed),
        lambda: accept_suggestion(database, LI, made.id, 1),
        lambda: replace_section(database, LI, made.id, rev, part("plan", "三、", "打算", ("再议。",))),
        lambda: set_section_state(database, LI, made.id, "plan", "有疑问"),
        lambda: unlock_section(database, WANG, made.id, "plan"),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    assert section(database, LI, made.id, "plan").rev == rev
    unlock_section(database, ROOT, made.id, "plan", reason="科长出差")

    assert acts(database)[-1] == "review.force_unlock"
    assert save(database, LI, made.id, "plan", rev, typed).changed


def test_somebody_editing_is_told_to_others_for_a_minute_and_stops_nobody(database: Database) -> None:
    made = started(database)

    assert beat(database, WANG, made.id, "plan", at="2026-01-08T02:21:00Z") == ()
    others = beat(database, ZHOU, made.id, "plan", at="2026-01-08T02:21:20Z")
    assert [p.text for p in others] == ["王芳正在编辑（10:21）"]
    assert save(database, ZHOU, made.id, "plan", *rewritten(database, ZHOU, made, "plan", "夜间", "夜里")).changed
    assert beat(database, ZHOU, made.id, "plan", at="2026-01-08T02:22:01Z") == ()
    beat(database, WANG, made.id, "plan", at="2026-01-08T02:23:00Z")
    leave(database, WANG, made.id, "plan")
    assert beat(database, LI, made.id, "plan", at="2026-01-08T02:23:01Z") == ()


def test_whoever_fell_silent_is_not_shown_beside_the_section_any_more(database: Database) -> None:
    made = started(database)

    beat(database, WANG, made.id, "plan", at="2026-01-08T02:21:00Z")
    silent = section(database, LI, made.id, "plan").editing
    beat(database, WANG, made.id, "plan")
    heard = section(database, LI, made.id, "plan").editing

    assert silent == ()
    assert [p.name for p in heard] == [WANG.name]


# --- suggestions ----------------------------------------------------------------------------------


def test_a_suggestion_is_a_row_a_change_and_the_text_stays_as_it_was(database: Database) -> None:
    made = started(database)
    rev, typed = rewritten(database, LI, made, "results", PEAK, "高峰挪到中午。")
    typed = replaced(typed, CLINIC, "周末增开骨科。")

    made_rows = suggest(database, LI, made.id, "results", rev, typed, note="口语一些")

    assert [(s.old, s.new, s.state) for s in made_rows] == [
        (PEAK, "高峰挪到中午。", "open"),
        (CLINIC, "周末增开骨科。", "open"),
    ]
    assert section(database, WANG, made.id, "results").rev == rev
    text = section(database, WANG, made.id, "results").text
    assert [text[slice(*s.place)] for s in suggestions(database, WANG, made.id) if s.place] == [PEAK, CLINIC]


def test_an_accepted_suggestion_goes_over_the_text_as_it_stands_now(database: Database) -> None:
    made = started(database)
    rev, typed = rewritten(database, LI, made, "results", CLINIC, "周末增开骨科。")
    suggest(database, LI, made.id, "results", rev, typed)
    save(
        database,
        WANG,
        made.id,
        "results",
        *rewritten(database, WANG, made, "results", PEAK, "前面加长了一句话。高峰挪了。"),
    )

    saved = accept_suggestion(database, WANG, made.id, 1, at=at(7))

    text = review.text_of(saved.section)
    assert "周末增开骨科。" in text
    assert "高峰挪了。" in text
    (row,) = suggestions(database, WANG, made.id)
    assert (row.state, row.decided_by, row.decided_at) == ("accepted", "wang", at(7))
    with pytest.raises(InputError):
        accept_suggestion(database, WANG, made.id, 1)


def test_a_suggestion_whose_words_changed_is_outdated_and_says_why(database: Database) -> None:
    made = started(database)
    suggest(database, LI, made.id, "results", *rewritten(database, LI, made, "results", CLINIC, "周末增开骨科。"))
    save(
        database,
        WANG,
        made.id,
        "results",
        *rewritten(database, WANG, made, "results", CLINIC, "周末门诊增开了三个科。"),
    )

    with pytest.raises(StaleVersion, match="王芳"):
        accept_suggestion(database, WANG, made.id, 1)

    (row,) = suggestions(database, WANG, made.id)
    assert row.state == "outdated"
    assert "王芳" in row.why


def test_a_sentence_suggested_between_two_goes_in_between_or_not_at_all(database: Database) -> None:
    made = started(database)
    suggest(database, LI, made.id, "results", *rewritten(database, LI, made, "results", PEAK, "午间加开窗口。" + PEAK))
    saved = accept_suggestion(database, WANG, made.id, 1)
    assert VOLUME + "午间加开窗口。" + PEAK in review.text_of(saved.section)

    suggest(database, LI, made.id, "results", *rewritten(database, LI, made, "results", WARD, "又加一句。" + WARD))
    save(database, WANG, made.id, "results", *rewritten(database, WANG, made, "results", WARD, "先加的一句。" + WARD))
    with pytest.raises(StaleVersion):
        accept_suggestion(database, WANG, made.id, 2)


def test_all_suggestions_are_taken_at_once_and_what_cannot_be_is_left(database: Database) -> None:
    made = started(database)
    rev, typed = rewritten(database, LI, made, "results", PEAK, "高峰挪到中午。")
    suggest(database, LI, made.id, "results", rev, replaced(typed, CLINIC, "周末增开骨科。"))
    suggest(database, ZHAO, made.id, "results", *rewritten(database, ZHAO, made, "results", PEAK, "高峰移到午间。"))

    done, left = accept_suggestions(database, WANG, made.id)

    assert (done, left) == ((1, 2), (3,))


def test_a_refused_suggestion_leaves_the_text_and_tells_why(database: Database) -> None:
    made = started(database)
    suggest(database, LI, made.id, "plan", *rewritten(database, LI, made, "plan", "夜间", "夜里"))

    row = reject_suggestion(database, WANG, made.id, 1, why="通知用语是“夜间”")

    assert (row.state, row.why) == ("rejected", "通知用语是“夜间”")
    assert section(database, WANG, made.id, "plan").rev == 1
    with pytest.raises(InputError):
        reject_suggestion(database, WANG, made.id, 1)
    with pytest.raises(InputError):
        suggest(database, LI, made.id, "plan", 1, section(database, LI, made.id, "plan").written)


def test_another_author_decides_nothing_about_a_draft_that_is_not_theirs(database: Database) -> None:
    made = started(database)
    suggest(database, LI, made.id, "plan", *rewritten(database, LI, made, "plan", "夜间", "夜里"))

    with pytest.raises(NotAllowed):
        accept_suggestion(database, ZHOU, made.id, 1)


# --- comments -------------------------------------------------------------------------------------


def commented(db: Database, made: review.Document, words: str, **more: object) -> review.Comment:
    here = section(db, LI, made.id, "results")
    start = here.text.index(words)
    return comment(db, LI, made.id, "results", here.rev, "请核", start=start, end=start + len(words), **more)  # type: ignore[arg-type]


def words_of(db: Database, made: review.Document, number: int) -> tuple[str, bool]:
    found = next(c for c in comments(db, WANG, made.id) if c.id == number)
    text = section(db, WANG, made.id, found.section).text
    return (text[found.start : found.end] if found.start >= 0 else ""), found.lost


def test_a_comment_stays_on_its_words_through_edits_around_them(database: Database) -> None:
    made = started(database)
    said = commented(database, made, "心血管内科")

    save(database, WANG, made.id, "results", *rewritten(database, WANG, made, "results", VOLUME, "开头换了一整句话。"))
    save(
        database, WANG, made.id, "results", *rewritten(database, WANG, made, "results", "周末门诊增开", "周末我们增开")
    )

    assert words_of(database, made, said.id) == ("心血管内科", False)
    assert next(c for c in comments(database, WANG, made.id)).base_rev == 1


def test_a_comment_whose_words_were_partly_changed_stays_on_what_is_left(database: Database) -> None:
    made = started(database)
    said = commented(database, made, "心血管内科和骨科")

    save(database, WANG, made.id, "results", *rewritten(database, WANG, made, "results", "内科和骨科", "内科与骨科"))

    assert words_of(database, made, said.id) == ("心血管内科与骨科", False)


def test_a_comment_whose_words_are_gone_is_never_dropped_and_finds_them_when_they_come_back(database: Database) -> None:
    made = started(database)
    said = commented(database, made, CLINIC)
    save(database, WANG, made.id, "results", *rewritten(database, WANG, made, "results", CLINIC, ""))

    assert words_of(database, made, said.id) == ("", True)
    restore(database, WANG, made.id, 1)

    assert words_of(database, made, said.id) == (CLINIC, False)


def test_a_comment_on_a_revision_that_others_changed_since_stands_where_its_words_are_now(database: Database) -> None:
    made = started(database)
    here = section(database, LI, made.id, "results")
    save(database, WANG, made.id, "results", *rewritten(database, WANG, made, "results", VOLUME, "短句。"))

    start = here.text.index("骨科")
    said = comment(database, LI, made.id, "results", here.rev, "再核", start=start, end=start + 2)

    assert words_of(database, made, said.id) == ("骨科", False)
    assert said.quote == "骨科"


def test_a_comment_is_answered_resolved_and_opened_again_and_tells_those_it_names(database: Database) -> None:
    made = started(database)
    said = comment(database, LI, made.id, "plan", 1, "@zhou 请补时间", at=at(1))
    answered = comment(database, WANG, made.id, "plan", 1, "已问急诊科", parent=said.id, at=at(2))

    assert answered.parent == said.id
    assert said.mentions == ("zhou",)
    assert [n.kind for n in inbox(database, ZHOU)] == ["comment"]
    assert [n.kind for n in inbox(database, LI, unread=True)] == ["answer"]
    mark_read(database, LI)
    assert inbox(database, LI, unread=True) == ()
    assert resolve(database, WANG, made.id, said.id, at=at(3)).resolved_at == at(3)
    assert reopen(database, LI, made.id, said.id).state == "open"


def test_a_blocking_comment_is_closed_by_who_wrote_it_or_by_a_senior(database: Database) -> None:
    made = started(database)
    said = comment(database, LI, made.id, "plan", 1, "没有时限", kind="阻塞")

    with pytest.raises(NotAllowed):
        resolve(database, WANG, made.id, said.id)

    assert resolve(database, ZHAO, made.id, said.id).state == "resolved"


def test_a_suggested_wording_is_taken_with_one_click_and_closes_the_comment(database: Database) -> None:
    made = started(database)
    said = commented(database, made, "心血管内科", kind="建议改写", replacement="心内科")

    saved = take_comment(database, WANG, made.id, said.id)

    assert "增开了心内科和骨科" in review.text_of(saved.section)
    assert comments(database, WANG, made.id)[0].state == "resolved"
    with pytest.raises(InputError):
        take_comment(database, WANG, made.id, said.id)


@pytest.mark.parametrize(
    "wrong",
    [
        {"body": " "},
        {"body": "长" * 4001},
        {"start": 0, "end": 9999},
        {"start": 5, "end": 5},
        {"start": -3, "end": 2},
        {"kind": "表扬"},
        {"kind": "建议改写"},
        {"parent": 77},
    ],
)
def test_a_comment_that_says_nothing_or_stands_nowhere_is_refused(database: Database, wrong: dict[str, object]) -> None:
    made = started(database)

    with pytest.raises(InputError):
        comment(database, LI, made.id, "plan", 1, **{"body": "请核", **wrong})  # type: ignore[arg-type]

    assert comments(database, LI, made.id) == ()


def test_notices_of_documents_one_may_no_longer_see_are_gone(database: Database) -> None:
    made = started(database)
    comment(database, LI, made.id, "plan", 1, "@nurse 请看")

    assert inbox(database, NURSE) == ()


def test_a_number_that_prints_its_verb_is_put_back_with_it_once(database: Database) -> None:
    rise = VISITS.model_copy(update={"id": "visits.change", "printed": "提高1.2个百分点", "formula": "本期-上年"})
    told = part("plan", "三、", "打算", ("完成率提高1.2个百分点。",))
    claim = Claim(start=3, end=12, state="derived", id=rise.id, formula=rise.formula)
    told = told.model_copy(update={"sentences": (told.sentences[0].model_copy(update={"claims": (claim,)}),)})
    made = started(database, small_draft(sections=(told,), evidence=(rise,)))
    rev, typed = rewritten(database, WANG, made, "plan", "1.2个", "2.3个")
    (red,) = save(database, WANG, made.id, "plan", rev, typed).red

    saved = restore_number(database, WANG, made.id, "plan", rev + 1, red.sentence, red.start)

    assert red.id == rise.id
    assert saved.section == told

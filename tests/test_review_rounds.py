"""Rounds and approval: what may go on, what an approval is worth, what a slip of the pen is, who looked, who was asked."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chugao import review
from chugao.database import Database, verify
from chugao.errors import InputError, NotAllowed, StaleVersion
from chugao.manuscript import Section
from chugao.material import Matters
from chugao.material.matter import Matter, MatterStatus
from chugao.metrics.observation import Figures
from chugao.review import (
    Basis,
    Document,
    Paragraph,
    Refused,
    Role,
    State,
    Written,
    accept_sections,
    answer,
    approve,
    archive,
    comment,
    confirm_numbers,
    consult,
    consultations,
    correct,
    current,
    dismiss,
    document,
    findings,
    hindrances,
    history,
    looked,
    no_objection,
    opine,
    opinions_paper,
    opinions_table,
    pass_on,
    record_export,
    request_changes,
    resolve,
    restore,
    save,
    section,
    set_four_eyes,
    share_of,
    since_last_look,
    strip,
    submit,
    suggest,
    unarchive,
    versions,
    withdraw,
)
from chugao.review.errata import touches
from chugao.review.written import flattened, rebound, text_of, written_of
from chugao.source import Finding, Place, Severity, Source
from tests.review_cases import (
    CLINIC,
    EYES,
    HYGIENE,
    LACK,
    LI,
    NURSE,
    OWED,
    PEAK,
    ROOT,
    VOLUME,
    WANG,
    WARD,
    WISH,
    ZHAO,
    ZHOU,
    at,
    person,
    replaced,
    rewritten,
    small_draft,
    started,
)


def in_review(db: Database, **draft: object) -> Document:
    made = started(db, small_draft(**draft))
    return submit(db, WANG, made.id, at=at(1))


def approved(db: Database) -> Document:
    made = in_review(db)
    accept_sections(db, LI, made.id, at=at(2))
    return approve(db, ZHAO, made.id, at=at(3))


def kinds(refused: Any) -> list[str]:
    return [h.kind for h in refused.value.hindrances]


# --- rounds ---------------------------------------------------------------------------------------


def test_a_document_goes_through_the_rounds_and_every_step_is_remembered(database: Database) -> None:
    made = in_review(database)
    pass_on(database, LI, made.id, round="征求意见稿", at=at(2))
    pass_on(database, LI, made.id, round="会签", at=at(3))
    pass_on(database, LI, made.id, round="上会稿", venue="院长办公会", at=at(4))
    accept_sections(database, LI, made.id, at=at(5))
    done = approve(database, ZHAO, made.id, at=at(6))
    done = record_export(
        database, LI, made.id, file_name="定稿.docx", file_hash="a" * 64, content=done.content, at=at(7)
    )
    assert (done.state, done.round, done.exported_file) == (State.EXPORTED, "定稿", "定稿.docx")
    archive(database, LI, made.id, at=at(8))

    assert [(s.act, s.round) for s in history(database, WANG, made.id)] == [
        ("put_in", "初稿"),
        ("submit", "初稿"),
        ("pass_on", "征求意见稿"),
        ("pass_on", "会签"),
        ("pass_on", "上会稿"),
        ("approve", "上会稿"),
        ("export_final", "定稿"),
        ("archive", "定稿"),
    ]
    with database.read() as connection:
        assert verify(connection) == []


def test_a_round_that_lies_behind_and_one_that_is_none_are_refused(database: Database) -> None:
    made = in_review(database)
    pass_on(database, LI, made.id, round="会签")

    for wrong in ("征求意见稿", "定稿", "终稿"):
        with pytest.raises(InputError):
            pass_on(database, LI, made.id, round=wrong)

    assert document(database, LI, made.id).round == "会签"


def test_submitting_freezes_what_was_typed_and_withdrawing_gives_it_back(database: Database) -> None:
    made = started(database)
    save(database, WANG, made.id, "plan", *rewritten(database, WANG, made, "plan", "夜间", "夜里"))

    sent = submit(database, WANG, made.id, round="征求意见稿", note="请提意见")
    assert (sent.version, sent.state, sent.round) == (2, State.IN_REVIEW, "征求意见稿")
    with pytest.raises(NotAllowed):
        save(database, WANG, made.id, "plan", *rewritten(database, WANG, made, "plan", "夜里", "夜间"))
    assert withdraw(database, WANG, made.id).state is State.DRAFT
    assert save(database, WANG, made.id, "plan", *rewritten(database, WANG, made, "plan", "夜里", "夜间")).changed


def test_a_text_sent_back_says_what_to_change_and_may_fall_back_a_round(database: Database) -> None:
    made = in_review(database)
    pass_on(database, LI, made.id, round="会签")

    with pytest.raises(InputError):
        request_changes(database, ZHAO, made.id, note=" ")
    with pytest.raises(InputError):
        request_changes(database, ZHAO, made.id, note="改", round="上会稿")
    back = request_changes(database, ZHAO, made.id, note="不足写两条", round="初稿")

    assert (back.state, back.round) == (State.CHANGES_REQUESTED, "初稿")
    assert any("不足写两条" in n.text for n in review.inbox(database, WANG))


def test_a_text_with_a_red_number_a_gap_or_an_undecided_source_is_not_sent_but_may_be_shown_for_opinions(
    database: Database,
) -> None:
    gap = small_draft(
        requests=(
            OWED.model_copy(update={"metric": "outpatient_visits", "name": "门诊人次", "reason": "口径未裁：两个数"}),
        )
    )
    made = started(database, gap)
    save(
        database, WANG, made.id, "plan", *rewritten(database, WANG, made, "plan", WISH, "3次会诊。【待补：到位时间】。")
    )

    with pytest.raises(Refused) as refused:
        submit(database, WANG, made.id, round="送审稿")

    assert kinds(refused) == ["red", "pending", "caliber"]
    assert [(h.section, h.quote) for h in refused.value.hindrances][:2] == [
        ("plan", "3次"),
        ("plan", "【待补：到位时间】"),
    ]
    assert document(database, WANG, made.id).state is State.DRAFT
    assert submit(database, WANG, made.id, round="征求意见稿").state is State.IN_REVIEW


# --- approval -------------------------------------------------------------------------------------


def test_an_approval_is_refused_with_every_reason_and_its_place(database: Database) -> None:
    made = started(database)
    save(database, WANG, made.id, "plan", *rewritten(database, WANG, made, "plan", "夜间", "3次夜间"))
    submit(database, WANG, made.id)
    comment(database, LI, made.id, "problems", 1, "没有时限", kind="阻塞")

    with pytest.raises(Refused) as refused:
        approve(database, ZHAO, made.id)

    assert kinds(refused) == ["red", "section", "section", "section", "comment"]
    assert "没有时限" in str(refused.value)
    assert [h.section for h in refused.value.hindrances] == ["plan", "results", "problems", "plan", "problems"]
    assert document(database, ZHAO, made.id).state is State.IN_REVIEW


def test_when_every_reason_is_gone_the_approval_is_bound_to_the_hash_and_is_a_version(database: Database) -> None:
    made = started(database)
    save(database, WANG, made.id, "plan", *rewritten(database, WANG, made, "plan", "夜间", "3次夜间"))
    confirm_numbers(database, WANG, made.id, basis="急诊科电话")
    submit(database, WANG, made.id)
    said = comment(database, LI, made.id, "problems", 1, "没有时限", kind="阻塞")
    accept_sections(database, LI, made.id)
    resolve(database, LI, made.id, said.id)

    assert hindrances(database, ZHAO, made.id, "approve") == ()
    done = approve(database, ZHAO, made.id, at=at(9))

    assert done.approved_content == done.content == versions(database, LI, made.id)[-1].content
    assert (done.approved_by, done.approved_at) == ("zhao", at(9))


def test_a_leader_who_read_another_text_does_not_approve_this_one(database: Database) -> None:
    made = in_review(database)
    read = document(database, ZHAO, made.id).content
    save(database, LI, made.id, "plan", *rewritten(database, LI, made, "plan", "夜间", "夜里"))
    accept_sections(database, LI, made.id)

    with pytest.raises(StaleVersion):
        approve(database, ZHAO, made.id, content=read)


def test_nobody_approves_what_they_last_edited_unless_the_house_switches_that_off(database: Database) -> None:
    made = in_review(database)
    save(database, ZHAO, made.id, "plan", *rewritten(database, ZHAO, made, "plan", "夜间", "夜里"))
    accept_sections(database, LI, made.id)

    with pytest.raises(Refused) as refused:
        approve(database, ZHAO, made.id)
    assert kinds(refused) == ["four_eyes"]

    with pytest.raises(NotAllowed):
        set_four_eyes(database, ZHAO, False, reason="人少")
    with pytest.raises(InputError):
        set_four_eyes(database, ROOT, False, reason=" ")
    set_four_eyes(database, ROOT, False, reason="乡镇卫生院只有两人")
    assert approve(database, ZHAO, made.id).state is State.APPROVED


def test_what_a_leader_suggested_and_another_took_the_leader_may_approve(database: Database) -> None:
    made = in_review(database)
    suggest(database, ZHAO, made.id, "plan", *rewritten(database, ZHAO, made, "plan", "夜间", "夜里"))
    review.accept_suggestions(database, LI, made.id)
    accept_sections(database, LI, made.id)

    assert approve(database, ZHAO, made.id).state is State.APPROVED


def test_a_finding_that_blocks_is_in_the_way_until_somebody_passes_over_it_by_name_and_reason(
    database: Database,
) -> None:
    wrong = Finding(
        rule="style-house",
        severity=Severity.ERROR,
        place=Place(start=0, end=4, section="problems", sentence="problems_1_1"),
        quote="麻醉人手",
        hint="“麻醉人手”请写“麻醉力量”。",
    )
    made = in_review(database, findings=(wrong,))
    accept_sections(database, LI, made.id)
    with pytest.raises(Refused) as refused:
        approve(database, ZHAO, made.id)
    assert kinds(refused) == ["finding"]
    assert refused.value.hindrances[0].severity == "error"

    assert wrong in findings(database, LI, made.id)
    with pytest.raises(InputError):
        dismiss(database, LI, made.id, wrong, reason="")
    dismiss(database, LI, made.id, wrong, reason="本院习惯说法", at=at(5))

    assert wrong not in findings(database, LI, made.id)
    (told,) = review.dismissals(database, LI, made.id)
    assert (told.by, told.reason, told.at) == ("李科长", "本院习惯说法", at(5))
    assert approve(database, ZHAO, made.id).state is State.APPROVED


def test_what_was_found_in_words_that_are_gone_counts_no_more(database: Database) -> None:
    wrong = Finding(
        rule="style-house",
        severity=Severity.ERROR,
        place=Place(start=0, end=4, section="problems", sentence="problems_1_1"),
        quote="麻醉人手",
        hint="请改。",
    )
    made = in_review(database, findings=(wrong,))

    save(database, LI, made.id, "problems", *rewritten(database, LI, made, "problems", "麻醉人手", "麻醉力量"))

    assert wrong not in findings(database, LI, made.id)


# --- voiding --------------------------------------------------------------------------------------


def test_any_change_after_approval_voids_it_and_says_so(database: Database) -> None:
    made = approved(database)

    saved = save(database, LI, made.id, "plan", *rewritten(database, LI, made, "plan", "夜间", "夜里"), at=at(5))

    assert saved.voided
    after = document(database, LI, made.id)
    assert (after.state, after.approved_by, after.approved_content) == (State.IN_REVIEW, "", "")
    assert history(database, LI, made.id)[-1].act == "void"
    with pytest.raises(NotAllowed):
        record_export(database, LI, made.id, file_name="定稿.docx", file_hash="a" * 64, content=made.content)


def test_a_text_put_back_to_what_was_approved_is_not_approved_again_by_itself(database: Database) -> None:
    made = approved(database)
    save(database, LI, made.id, "plan", *rewritten(database, LI, made, "plan", "夜间", "夜里"))

    restore(database, LI, made.id, made.version)

    after = document(database, LI, made.id)
    assert after.content == made.content
    assert after.state is State.IN_REVIEW


def test_saving_the_same_text_looking_and_commenting_void_nothing(database: Database) -> None:
    made = approved(database)
    here = section(database, LI, made.id, "plan")

    save(database, LI, made.id, "plan", here.rev, here.written)
    looked(database, ZHAO, made.id)
    comment(database, LI, made.id, "plan", 1, "很好")

    assert document(database, LI, made.id).state is State.APPROVED


def test_what_is_exported_must_be_what_was_approved(database: Database) -> None:
    made = approved(database)

    with pytest.raises(NotAllowed):
        record_export(database, LI, made.id, file_name="定稿.docx", file_hash="a" * 64, content="0" * 64)
    done = record_export(database, LI, made.id, file_name="定稿.docx", file_hash="a" * 64, content=made.content)
    saved = save(database, LI, made.id, "plan", *rewritten(database, LI, made, "plan", "夜间", "夜里"))

    assert done.state is State.EXPORTED
    assert saved.voided
    assert (saved.document.exported_file, saved.document.round) == ("", "送审稿")


def test_an_archived_document_takes_nothing_until_it_is_opened_by_reason(database: Database) -> None:
    made = approved(database)
    archive(database, LI, made.id)

    with pytest.raises(NotAllowed):
        save(database, LI, made.id, "plan", *rewritten(database, LI, made, "plan", "夜间", "夜里"))
    with pytest.raises(NotAllowed):
        comment(database, LI, made.id, "plan", 1, "再议")
    with pytest.raises(InputError):
        unarchive(database, ROOT, made.id, reason="")

    assert unarchive(database, ROOT, made.id, reason="查档").state is State.APPROVED


# --- 勘误 -----------------------------------------------------------------------------------------

SLIPS = [
    ("results", PEAK, "就诊高峰，由上午移到了中午。"),
    ("results", PEAK, "就诊高峰由上午挪到了中午。"),
    ("results", "仍是薄弱环节", "仍旧是薄弱环节"),
    ("plan", "管起来", "管起来了"),
    ("problems", "人手不够，周末", "人手不够；周末"),
]
NO_SLIPS = [
    ("results", "12.86万人次", "12.87万人次", "数"),
    ("results", "6.1%", "6.1％", "数"),
    ("results", "12.86万", "12.8 6万", "数"),
    ("results", "比上年增长", "比上年减少", "增减"),
    ("results", "上年", "前年", "日期"),
    ("results", "周末", "平日", "日期"),
    ("results", "心血管内科", "心脏内科", "名"),
    ("results", "骨科", "外科", "名"),
    ("results", "护理部", "医务部", "名"),
    ("results", "仍是", "不是", "肯定否定"),
    ("results", "夜班仍是薄弱环节", "夜班和节假日、晚间门诊都是薄弱环节", "字"),
    ("results", PEAK, "", "整句"),
    ("results", PEAK, PEAK + "另加一句。", "整句"),
    ("plan", WISH, "把张建国主任的会诊到位时间管起来。", "名"),
    ("plan", "夜间", "“夜间”", "引文"),
    ("problems", "不够", "够", "肯定否定"),
    ("problems", LACK, "麻醉人手不够，\n周末急诊手术要排队。", "分段"),
    ("results", "全年", "半年", "日期"),
]


def reasons_against(name: str, old: str, new: str) -> list[str]:
    """Why these words in the place of those are no slip; none when they are one."""
    draft = small_draft()
    before = next(s for s in draft.sections if s.id == name)
    typed = replaced(written_of(before), old, new)
    after = rebound(draft, before, flattened(typed, before), author="李科长", at=at(6))
    assert text_of(after) != text_of(before)
    return [h.text for h in touches(draft, before, after)]


@pytest.mark.parametrize(("name", "old", "new"), SLIPS)
def test_a_comma_or_a_particle_is_a_slip_of_the_pen(name: str, old: str, new: str) -> None:
    assert reasons_against(name, old, new) == []


@pytest.mark.parametrize(("name", "old", "new", "why"), NO_SLIPS)
def test_what_touches_a_number_a_name_a_date_or_the_sense_is_no_slip(name: str, old: str, new: str, why: str) -> None:
    assert why in "；".join(reasons_against(name, old, new))


def test_a_slip_keeps_the_approval_and_is_logged_with_old_and_new(database: Database) -> None:
    made = approved(database)
    typed = rewritten(database, LI, made, "results", "仍是", "仍旧是")

    saved = correct(database, LI, made.id, "results", *typed, reason="笔误", at=at(6))

    after = document(database, LI, made.id)
    assert (after.state, after.approved_by) == (State.APPROVED, "zhao")
    assert after.approved_content == after.content != made.content
    assert not saved.voided
    step = history(database, LI, made.id)[-1]
    assert (step.act, step.actor) == ("correct", "li")
    assert step.note.startswith("笔误：“")
    assert "仍旧" in step.note
    assert section(database, LI, made.id, "results").state == "已接受"


def test_what_is_no_slip_is_refused_and_changes_nothing(database: Database) -> None:
    made = approved(database)
    typed = rewritten(database, LI, made, "results", "12.86万人次", "12.87万人次")

    with pytest.raises(Refused, match=r"12\.87万人次"):
        correct(database, LI, made.id, "results", *typed, reason="笔误")

    assert document(database, LI, made.id) == made


def test_a_slip_without_a_reason_or_before_any_approval_is_refused(database: Database) -> None:
    made = approved(database)
    rev, typed = rewritten(database, LI, made, "plan", "管起来", "管起来了")
    with pytest.raises(InputError):
        correct(database, LI, made.id, "plan", rev, typed, reason=" ")
    other = in_review(database)

    with pytest.raises(NotAllowed):
        correct(database, LI, other.id, "plan", rev, typed, reason="笔误")


_ANY = st.text(st.sampled_from("，。、的了和2三月院科不增“《张 a"), max_size=6)


@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_whatever_is_typed_and_taken_for_a_slip_leaves_every_number_and_claim_as_it_was(data: st.DataObject) -> None:
    _typed_at_random(data)


@pytest.mark.soak
@given(data=st.data())
@settings(max_examples=2000, deadline=None)
def test_two_thousand_things_typed_and_taken_for_a_slip_leave_every_number_and_claim(data: st.DataObject) -> None:
    _typed_at_random(data)


def _typed_at_random(data: st.DataObject) -> None:
    draft = small_draft()
    before = draft.sections[0]
    typed = written_of(before)
    number = data.draw(st.integers(0, len(typed.paragraphs) - 1))
    text = typed.paragraphs[number].text
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 3)))
    paragraphs = [Paragraph(text=p.text) for p in typed.paragraphs]
    paragraphs[number] = Paragraph(text=text[:start] + data.draw(_ANY) + text[end:])
    written = Written(heading=typed.heading, paragraphs=tuple(paragraphs))
    after = rebound(draft, before, flattened(written, before), author="李科长", at=at(6))

    taken = not any(True for _ in touches(draft, before, after))

    if taken:
        assert _digits(before) == _digits(after)
        assert _claimed(before) == _claimed(after)


def _digits(section: Section) -> list[str]:
    return [c for s in section.sentences for c in s.text if c.isdigit() or c in "一二三四五六七八九十"]


def _claimed(section: Section) -> list[tuple[str, str]]:
    return [(c.id, s.text[c.start : c.end]) for s in section.sentences for c in s.claims]


# --- the ten-second screen ------------------------------------------------------------------------


def test_the_strip_says_in_one_line_whether_a_text_may_be_sent(database: Database) -> None:
    made = started(database)
    made = review.set_limit(database, WANG, made.id, 200)
    save(
        database, WANG, made.id, "plan", *rewritten(database, WANG, made, "plan", WISH, "3次会诊。【待补：到位时间】。")
    )

    told = strip(database, LI, made.id)

    assert told.text == f"第1稿·初稿｜数据截至10月31日｜{told.characters}/200字｜送审稿以前要了结：红1、待补1"
    assert (told.red, told.pending, told.unruled, told.may_send, told.unsaved) == (1, 1, 0, False, True)
    assert [h.quote for h in told.hindrances] == ["3次", "【待补：到位时间】"]


def test_what_the_strip_says_may_be_shown_may_be_sent_and_what_it_says_may_not_is_refused(database: Database) -> None:
    made = started(database)
    change = rewritten(database, WANG, made, "plan", WISH, "3次会诊。")
    save(database, WANG, made.id, "plan", *change)

    first = strip(database, LI, made.id)
    submit(database, WANG, made.id)
    with pytest.raises(Refused):
        pass_on(database, LI, made.id, round="送审稿")
    shown = pass_on(database, LI, made.id, round="会签")

    assert first.may_be_shown
    assert first.text.endswith("｜送审稿以前要了结：红1")
    assert shown.round == "会签"
    assert strip(database, LI, made.id).text.endswith("｜送审稿以前要了结：红1")


def test_the_strip_of_a_text_that_holds_says_what_is_next(database: Database) -> None:
    made = started(database)
    assert strip(database, LI, made.id).text.endswith("｜可以送审")
    submit(database, WANG, made.id)
    assert strip(database, LI, made.id).text.endswith("｜审核中：3节未接受")
    accept_sections(database, LI, made.id)
    pass_on(database, LI, made.id, round="上会稿", venue="院长办公会")
    told = strip(database, LI, made.id).text
    assert told.startswith("第1稿·上会稿·上院长办公会｜")
    assert told.endswith("｜可以批准")
    approve(database, ZHAO, made.id)
    assert strip(database, LI, made.id).text.endswith("｜已通过")


def test_a_text_over_its_limit_may_not_be_sent(database: Database) -> None:
    made = started(database)
    review.set_limit(database, WANG, made.id, 20)

    told = strip(database, WANG, made.id)

    assert told.over == told.characters - 20
    assert told.text.endswith(f"送审稿以前要了结：超{told.over}字")


def test_the_text_i_saw_last_is_kept_for_me_and_for_nobody_else(database: Database) -> None:
    made = started(database)
    assert review.last_look(database, ZHAO, made.id) is None
    seen = review.current(database, ZHAO, made.id)
    looked(database, ZHAO, made.id, at=at(1))

    save(
        database, WANG, made.id, "results", *rewritten(database, WANG, made, "results", "12.86万", "12.96万"), at=at(2)
    )

    assert review.last_look(database, ZHAO, made.id).sections == seen.sections
    assert review.current(database, ZHAO, made.id).sections != seen.sections
    assert review.last_look(database, WANG, made.id) is None


def test_who_changed_what_and_why_since_i_last_looked(database: Database) -> None:
    made = started(database)
    assert since_last_look(database, ZHAO, made.id).first
    looked(database, ZHAO, made.id, at=at(1))
    assert since_last_look(database, ZHAO, made.id).line == ""
    save(
        database, WANG, made.id, "results", *rewritten(database, WANG, made, "results", "12.86万", "12.96万"), at=at(2)
    )
    save(
        database,
        ZHOU,
        made.id,
        "results",
        *rewritten(database, ZHOU, made, "results", CLINIC, "周末增开骨科。"),
        at=at(3),
    )
    save(
        database,
        ZHOU,
        made.id,
        "problems",
        *rewritten(database, ZHOU, made, "problems", LACK, LACK + "床位也紧。"),
        at=at(4),
    )

    told = since_last_look(database, ZHAO, made.id)

    assert told.line.startswith("数字：改1")
    assert [(c.old, c.new, c.who, c.section) for c in told.numbers] == [
        ("12.86万人次", "12.96万人次", "王芳", "results")
    ]
    assert {(c.who, c.section) for c in told.words} == {("周敏", "results"), ("周敏", "problems")}
    assert told.problems_changed
    assert not told.lead_changed
    assert all(c.at and c.why for c in (*told.numbers, *told.words))
    assert since_last_look(database, LI, made.id).first


def test_since_tells_what_became_of_leaders_instructions_and_who_owes_what(database: Database) -> None:
    wanted = Finding(
        rule="instruction",
        severity=Severity.WARNING,
        place=Place(start=0, end=0, section="problems"),
        quote="赵副院长11月3日电话：不足写两条",
        hint="领导意见1未落实",
    )
    made = started(database, small_draft(findings=(wanted,), requests=(OWED,)))

    told = since_last_look(database, ZHAO, made.id)

    assert [(c.number, c.who, c.state) for c in told.instructions] == [(1, "赵副院长", told.instructions[0].state)]
    assert told.instructions_line.startswith("领导意见1条：")
    assert [(o.name, o.owner, o.reason) for o in told.owes] == [("会诊到位时间", "急诊科", "没有数据")]


# --- 会签 -----------------------------------------------------------------------------------------


def figures(*owned: tuple[str, str]) -> Figures:
    """Figures whose 责任科室 are these."""
    from chugao.metrics.observation import Observation
    from chugao.metrics.observation import Role as Aim
    from chugao.period import read_period
    from chugao.quantity import parse

    rows = tuple(
        Observation(
            metric=metric,
            department="",
            period=read_period("2025"),
            role=Aim.ACTUAL,
            quantity=parse("95.2%"),
            source=Source(file="医务科-2025.xlsx"),
            owner=owner,
        )
        for metric, owner in owned
    )
    return Figures(observations=rows)


BASIS = Basis(figures=figures(("hand_hygiene", "护理部、院感科"), ("outpatient_visits", "门诊部")))
CLINIC_HEAD = person("chen", "陈主任", Role.REVIEWER, departments=("门诊部",))


def test_a_department_sees_its_own_paragraphs_and_facts_and_not_a_word_of_others(database: Database) -> None:
    made = in_review(database)
    consult(database, LI, made.id, ["护理部", "门诊部"], due="1月10日", basis=BASIS, at=at(2))

    hers = share_of(database, NURSE, made.id)
    his = share_of(database, CLINIC_HEAD, made.id)

    assert [p.text for s in hers.sections for p in s.paragraphs] == [HYGIENE + "……"]
    assert [(f.name, f.printed) for f in hers.facts] == [("手卫生依从率", "95.2%")]
    assert [p.text for s in his.sections for p in s.paragraphs] == [VOLUME + "……"]
    seen = str(hers.model_dump())
    for word in ("12.86", "6.1", "麻醉", "夜间会诊", PEAK, CLINIC, WARD, "存在的不足"):
        assert word not in seen
    with pytest.raises(NotAllowed):
        document(database, NURSE, made.id)
    with pytest.raises(NotAllowed):
        share_of(database, person("x", "外人", Role.AUTHOR, departments=("信息科",)), made.id)


def test_in_a_shared_sentence_numbers_of_others_are_black(database: Database) -> None:
    text = "手卫生依从率95.2%，门诊12.86万人次。"
    from tests.review_cases import part

    draft = small_draft(sections=(part("results", "一、", "指标", (text,)),))
    made = started(database, draft)

    consult(database, WANG, made.id, ["护理部"], basis=BASIS)

    (shown,) = share_of(database, NURSE, made.id).sections
    assert shown.paragraphs[0].text == "手卫生依从率95.2%，门诊▇▇。"


def test_a_paragraph_may_be_given_to_a_department_by_hand_and_one_with_nothing_is_not_asked(
    database: Database,
) -> None:
    made = in_review(database)

    with pytest.raises(InputError, match="信息科"):
        consult(database, LI, made.id, ["信息科"], basis=BASIS)
    with pytest.raises(InputError):
        consult(database, LI, made.id, [])
    assert consultations(database, LI, made.id) == ()
    consult(database, LI, made.id, ["护理部"], assigned={"护理部": [("plan", "plan_1")]})

    (shown,) = share_of(database, NURSE, made.id).sections
    assert (shown.section, shown.paragraphs[0].text, shown.paragraphs[0].whole) == ("plan", WISH, True)


def test_a_matter_belongs_to_who_reported_it(database: Database) -> None:
    from chugao.manuscript import Sentence
    from chugao.source import Claim

    text = "病区走廊加装了手消毒液。"
    claim = Claim(start=0, end=len(text) - 1, state="matter", id="matter_xyz.text")
    told = Sentence(id="results_1_1", text=text, claims=(claim,))
    from tests.review_cases import part

    section_ = part("results", "一、", "院感", ("甲。",)).model_copy(update={"sentences": (told,)})
    made = started(database, small_draft(sections=(section_,)))
    matters = Matters(
        items=(
            Matter(
                id="matter_xyz",
                text=text[:-1],
                department="护理部",
                status=MatterStatus.DONE,
                source=Source(file="护理部.docx"),
            ),
        )
    )

    consult(database, WANG, made.id, ["护理部"], basis=Basis(matters=matters))

    assert share_of(database, NURSE, made.id).sections[0].paragraphs[0].text == text


def test_opinions_are_collected_answered_and_told_back_and_the_table_holds_them_all(database: Database) -> None:
    made = in_review(database)
    consult(database, LI, made.id, ["护理部", "门诊部", "院感科"], basis=BASIS, at=at(2))
    said = opine(
        database,
        NURSE,
        made.id,
        "夜班一句请改口气",
        section="results",
        block="results_3",
        quote="夜班仍是薄弱环节",
        kind="建议改写",
        replacement="夜班正在加强",
        at=at(3),
    )
    more = opine(database, NURSE, made.id, "数字以院感科为准", section="results", at=at(4))
    no_objection(database, CLINIC_HEAD, made.id, at=at(5))
    for wrong in (
        {"section": "plan"},
        {"section": "results", "block": "results_1"},
        {"quote": "麻醉", "section": "results"},
    ):
        with pytest.raises(InputError):
            opine(database, NURSE, made.id, "看看别人", **wrong)
    with pytest.raises(InputError):
        no_objection(database, NURSE, made.id)
    with pytest.raises(InputError):
        answer(database, LI, made.id, said.id, "不采纳")

    answer(database, LI, made.id, said.id, "部分采纳", reason="改一半", at=at(6))
    answer(database, LI, made.id, more.id, "采纳", at=at(7))

    table = opinions_table(database, LI, made.id)
    assert [(o.number, o.department, o.outcome, o.reason) for o in table] == [
        (1, "护理部", "部分采纳", "改一半"),
        (2, "护理部", "采纳", ""),
        (3, "门诊部", "无意见", ""),
        (4, "院感科", "未反馈", ""),
    ]
    assert "建议改为：夜班正在加强" in table[0].text
    assert "夜班仍是薄弱环节" in table[0].where
    assert any("部分采纳" in n.text for n in review.inbox(database, NURSE))
    assert [c.body for c in share_of(database, NURSE, made.id).comments] == ["夜班一句请改口气", "数字以院感科为准"]


def test_the_table_of_opinions_is_a_word_file(database: Database) -> None:
    import io

    import docx

    made = in_review(database)
    consult(database, LI, made.id, ["护理部"], basis=BASIS)
    opine(database, NURSE, made.id, "口气请缓和 <b>", section="results")

    file = docx.Document(io.BytesIO(opinions_paper(database, LI, made.id)))

    cells = [cell.text for row in file.tables[0].rows for cell in row.cells]
    assert cells[:7] == ["序号", "科室", "提出人", "位置", "意见", "采纳情况", "理由"]
    assert "口气请缓和 <b>" in cells
    assert "未答复" in cells
    assert any("意见采纳情况表" in p.text for p in file.paragraphs)


def test_a_viewer_reads_and_does_nothing_else(database: Database) -> None:
    made = in_review(database)

    assert current(database, EYES, made.id)
    with pytest.raises(NotAllowed):
        comment(database, EYES, made.id, "plan", 1, "看看")

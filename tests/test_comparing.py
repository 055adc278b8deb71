"""What changed between two versions: nothing lost, no number cut, moves found, every change called by its name."""

import random
import time
from pathlib import Path

import pytest
from eval.comparison import Pair, edited_pair, fewest, fewest_by_words, islands_in, real_pairs, seen_in
from hypothesis import given, settings
from hypothesis import strategies as st

import chugao
from chugao.comparing import Comparison, Version, compare, read_version, version_of_draft, version_of_text
from chugao.comparing.paragraphs import turns_of
from chugao.comparing.summary import summary_of_changes
from chugao.errors import InputError
from chugao.export import to_json
from chugao.mentions import find_mentions
from tests.drafts import draft, notice, section, sections, table

OLD = """医务科2025年工作总结
一、主要工作
（一）手术难度提升
全年完成手术23105台次，三四级手术占66.8%。术前讨论由催办改为把关。着力破解难题，推进日间手术。
急诊重症综合楼启用，影像、检验与抢救在同一层完成。
（二）急救提速
胸痛中心全程提速，接诊患者1200人。每周抽查病历100份，结果在院周会上公布。
二、存在问题
病案归档偏慢。麻醉力量不足，连台手术要等倒班。"""


def hunks(old: str, new: str) -> list[tuple[str, str, str]]:
    return [(h.kind, h.old, h.new) for h in compare(old, new).hunks]


def marked_up(comparison: Comparison) -> str:
    marks = {"equal": "{}", "delete": "[-{}-]", "insert": "[+{}+]"}
    return "".join(marks[p.op].format(p.text) for u in comparison.units for p in u.pieces)


# --- what a change is called ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ("接诊患者1200人", "接诊患者1235人", ("数字", "1200人", "1235人")),
        ("占66.8%", "占67.2%", ("数字", "66.8%", "67.2%")),
        ("着力破解难题", "着力解决难题", ("措辞", "破解", "解决")),
        ("病案归档偏慢。", "病案归档仍然偏慢。", ("增", "", "仍然")),
        ("连台手术要等倒班", "手术要等倒班", ("删", "连台", "")),
        ("综合楼启用，影像", "综合楼启用；影像", ("标点", "，", "；")),
        ("（二）急救提速", "（二）急救明显提速", ("增", "", "明显")),
    ],
)
def test_a_change_is_called_what_a_reviewer_calls_it(before: str, after: str, change: tuple[str, str, str]) -> None:
    new = OLD.replace(before, after)

    found = hunks(OLD, new)

    assert found == [change]


def test_a_whole_paragraph_that_came_is_one_change() -> None:
    new = OLD + "\n三、下一步打算\n先补人员。再理流程，年内见效。"

    found = hunks(OLD, new)

    assert found == [("增", "", "三、下一步打算"), ("增", "", "先补人员。再理流程，年内见效。")]


def test_headings_that_only_count_on_are_marked_as_numbering() -> None:
    new = OLD.replace("（一）手术", "（一）质量管理\n按月点评。\n（二）手术").replace("（二）急救", "（三）急救")

    found = compare(OLD, new).hunks

    assert [(h.old, h.new) for h in found if h.numbering] == [("（一）", "（二）"), ("（二）", "（三）")]
    assert not [h for h in found if h.kind == "数字"]


@pytest.mark.parametrize(
    ("before", "after", "whole"),
    [
        ("门诊12.8万人次。", "门诊13.1万人次。", ("12.8万人次", "13.1万人次")),
        ("提高2.3个百分点。", "提高2.6个百分点。", ("2.3个百分点", "2.6个百分点")),
        ("2025年1—10月完成。", "2025年1—11月完成。", ("2025年1—10月", "2025年1—11月")),
        ("投资3—5万元。", "投资3—6万元。", ("3—5万元", "3—6万元")),
        ("开展近40项。", "开展近50项。", ("近40项", "近50项")),
        ("占近六成。", "占近七成。", ("近六成", "近七成")),
        ("列全省第5位。", "列全省第3位。", ("第5位", "第3位")),
        ("落实《质量办法》。", "落实《质量管理办法》。", ("《质量办法》", "《质量管理办法》")),
        ("按国卫〔2024〕12号执行。", "按国卫〔2025〕12号执行。", ("〔2024〕12号", "〔2025〕12号")),
        ("全年{visits.now}。", "全年{visits.growth}。", ("{visits.now}", "{visits.growth}")),
        ("平均住院日缩短。", "平均候诊时间缩短。", ("平均住院日", "平均候诊时间")),
    ],
)
def test_numbers_dates_titles_and_metric_names_change_as_a_whole(
    before: str, after: str, whole: tuple[str, str]
) -> None:
    found = compare(before, after).hunks

    assert [(h.old, h.new) for h in found] == [whole]


def test_two_figures_of_one_sentence_are_two_changes() -> None:
    found = hunks("出院由49876人次增加到53218人次。", "出院由53218人次增加到56374人次。")

    assert found == [("数字", "49876人次", "53218人次"), ("数字", "53218人次", "56374人次")]


def test_a_row_is_compared_cell_by_cell() -> None:
    old = "指标\t单位\t上年\t本年\n手术\t台次\t21864\t23186\n出院\t人次\t53218\t56374"
    new = old.replace("21864\t23186", "23186\t24300")

    found = hunks(old, new)

    assert found == [("数字", "21864", "23186"), ("数字", "23186", "24300")]


def test_a_row_that_came_leaves_its_neighbours_alone() -> None:
    old = "手术\t台次\t21864\t23186\n出院\t人次\t53218\t56374"
    new = old.replace("\n", "\n日间手术\t台次\t3118\t3917\n")

    assert hunks(old, new) == [("增", "", "日间手术\t台次\t3118\t3917")]


# --- moves ----------------------------------------------------------------------------------------


def test_a_sentence_in_another_section_moved_and_neither_went_nor_came() -> None:
    sentence = "术前讨论由催办改为把关。"
    new = OLD.replace(sentence, "").replace("病案归档偏慢。", sentence + "病案归档偏慢。")

    (move,) = compare(OLD, new).hunks

    assert (move.kind, move.old, move.new) == ("移", sentence, sentence)
    assert (move.section, move.moved_to) == ("（一）手术难度提升", "二、存在问题")


def test_a_short_sentence_that_moved_word_for_word_is_a_move_too() -> None:
    old = "一、质量\n归档率95%。夜间电话有人接。\n二、服务\n抽血窗口提前开放。\n"
    new = "一、质量\n归档率95%。\n二、服务\n抽血窗口提前开放。夜间电话有人接。\n"

    assert hunks(old, new) == [("移", "夜间电话有人接。", "夜间电话有人接。")]


def test_what_was_edited_on_the_way_is_told_beside_the_move() -> None:
    sentence = "每周抽查病历100份，结果在院周会上公布。"
    edited = "每周抽查病历120份，结果在院周会上公布。"
    new = OLD.replace(sentence, "").replace("病案归档偏慢。", "病案归档偏慢。" + edited)

    found = hunks(OLD, new)

    assert sorted(found) == sorted([("移", sentence, edited), ("数字", "100份", "120份")])


def test_two_sections_that_changed_places_are_one_move() -> None:
    one = "（一）手术\n全年完成手术23105台次。三四级手术占66.8%。术前讨论由催办改为把关。\n"
    two = "（二）急救\n胸痛中心接诊1200人。\n"
    old = "一、主要工作\n" + one + two + "二、存在问题\n麻醉力量不足。"
    new = "一、主要工作\n" + two.replace("二", "一") + one.replace("一", "二", 1) + "二、存在问题\n麻醉力量不足。"

    comparison = compare(old, new)

    assert [h.old for h in comparison.hunks if h.kind == "移"] == ["（二）急救\n胸痛中心接诊1200人。"]
    assert {h.kind for h in comparison.hunks if not h.numbering} == {"移"}


def test_a_figure_edited_in_place_is_no_move_though_the_old_sentence_came_elsewhere_as_well() -> None:
    sentence = "每周抽查病历100份，结果在院周会上公布。"
    new = OLD.replace("病历100份", "病历120份").replace("病案归档偏慢。", "病案归档偏慢。" + sentence)

    found = hunks(OLD, new)

    assert found == [("数字", "100份", "120份"), ("增", "", sentence)]


def test_of_a_section_that_moved_the_rewritten_sentences_moved_with_it() -> None:
    one = "1.复盘再次手术病例\n2月底前，质控科召集，主刀医师讲清首次手术指征，每季公布重复出现的原因。\n"
    two = "2.改排手术间\n3月底前，麻醉科重排14间手术间，首台开台时间按月通报到治疗组。\n"
    three = "3.配装转换设备\n设备科4月底前到货，县医院先用，影像科驻点一周。\n"
    old = "二、重点任务\n" + one + two + three
    new = "二、重点任务\n" + (two + three + one.replace("质控科召集", "质控科召集首次复盘会")).replace("每季", "每月")

    comparison = compare(old, new)

    assert {h.kind for h in comparison.hunks if not h.numbering} == {"移", "增", "措辞"}
    assert not {u.op for u in comparison.units} & {"insert", "delete"}


def test_where_two_sections_became_one_an_edited_sentence_moved_next_door() -> None:
    shared = "主数据标准化率98.2%，清洗重复档案3482份。全年开展数据质量检查12次，发现问题156个。"
    old = f"（二）互联互通\n接入乡镇卫生院14家，共享检查结果12.6万条。\n（三）数据治理\n{shared}"
    new = f"（二）互联互通和数据治理\n接入乡镇卫生院14家，共享检查结果13.9万条。{shared}"

    found = compare(old, new)

    assert ("数字", "12.6万条", "13.9万条") in [(h.kind, h.old, h.new) for h in found.hunks]
    assert not [h for h in found.hunks if h.kind in ("增", "删") and "14家" in h.old + h.new]


def test_a_sentence_made_three_changes_marks_only() -> None:
    sentence = "药学部先换药品目录和编码，四十份表单由病区主任签字启用，质控科按月公布退径理由。"
    new = OLD.replace("病案归档偏慢。", sentence.replace("，", "。"))

    found = hunks(OLD.replace("病案归档偏慢。", sentence), new)

    assert found == [("标点", "，", "。"), ("标点", "，", "。")]


def test_a_sentence_made_two_and_two_made_one_change_a_mark_only() -> None:
    new = OLD.replace("启用，影像", "启用。影像").replace("偏慢。麻醉力量不足，", "偏慢，麻醉力量不足，")

    found = hunks(OLD, new)

    assert found == [("标点", "，", "。"), ("标点", "。", "，")]


def test_a_paragraph_cut_in_two_changes_no_word_and_shows_in_the_units() -> None:
    new = OLD.replace("改为把关。着力", "改为把关。\n着力")

    comparison = compare(OLD, new)

    steps = [(u.old_paragraph, u.new_paragraph) for u in comparison.units if u.old.startswith(("术前", "着力"))]
    assert not comparison.hunks
    assert steps == [(3, 3), (3, 4)]


@pytest.mark.parametrize(
    ("apart", "joined"),
    [
        ("（一）把急救做快\n全年抢救危重患者1206例。", "（一）把急救做快全年抢救危重患者1206例。"),
        (
            "（一）把急救做快\n全年抢救危重患者1206例。另建卒中群。",
            "（一）把急救做快全年抢救危重患者1206例。另建卒中群。",
        ),
        ("院前急救\n全年出车\n5201次，平均6分钟到场。", "院前急救\n全年出车5201次，平均6分钟到场。"),
    ],
)
def test_a_line_joined_to_the_next_in_mid_sentence_changes_no_word_and_is_told(apart: str, joined: str) -> None:
    there, back = compare(apart, joined), compare(joined, apart)

    assert (there.hunks, back.hunks) == ((), ())
    assert [turn.kind for turn in turns_of(there)] == ["joined"]
    assert [turn.kind for turn in turns_of(back)] == ["parted"]
    assert not summary_of_changes(there, ()).same
    assert summary_of_changes(there, ()).short == "分段：合1处"


def test_a_heading_joined_without_its_number_loses_the_number_and_nothing_else() -> None:
    new = OLD.replace("（二）急救提速\n", "急救提速，")

    assert hunks(OLD, new) == [("删", "（二）", ""), ("标点", "", "，")]


def test_a_number_is_not_cut_where_two_lines_met_inside_it() -> None:
    comparison = compare("全年出车12\n30台次，平均6分钟。", "全年出车1230人次，平均6分钟。")

    borders = {border for hunk in comparison.hunks for border in hunk.new_span}
    assert not borders & set(range(len("全年出车") + 1, len("全年出车1230人次")))


# --- documents ------------------------------------------------------------------------------------


def test_sections_of_drafts_are_found_by_id_however_they_are_called() -> None:
    parts = list(sections())
    problems = parts[7]
    parts[7] = problems.model_copy(
        update={"number": "四、", "heading": problems.heading.model_copy(update={"text": "短板和不足"})}
    )

    found = compare(draft(), draft(tuple(parts))).hunks

    assert {h.section for h in found} == {"problems"}
    assert not {h.kind for h in found} & {"移"}


def test_a_draft_and_its_own_word_file_say_the_same(tmp_path: Path) -> None:
    one = draft()
    chugao.export_docx(one, tmp_path / "稿.docx")

    comparison = compare(one, read_version(tmp_path / "稿.docx"))

    assert not comparison.hunks


def test_a_draft_and_its_own_markdown_say_the_same(tmp_path: Path) -> None:
    (tmp_path / "稿.md").write_text(chugao.to_markdown(draft()), encoding="utf-8")

    comparison = compare(draft(), read_version(tmp_path / "稿.md"))

    assert not comparison.hunks


def test_a_draft_read_from_its_json_is_the_draft(tmp_path: Path) -> None:
    (tmp_path / "稿.json").write_text(to_json(notice()), encoding="utf-8")

    version = read_version(tmp_path / "稿.json")

    assert version.draft == notice()
    assert version.fingerprint == version_of_draft(notice()).fingerprint
    assert version.text.startswith("望澜市第一人民医院关于印发《2026年医务工作要点》的通知\n各科室、各部门：\n")


def test_a_json_that_is_no_draft_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "数据.json").write_text('{"a": 1}', encoding="utf-8")

    with pytest.raises(InputError, match=r"数据\.json 不是一份草稿"):
        read_version(tmp_path / "数据.json")


def test_every_sentence_knows_its_id_and_its_place_in_it() -> None:
    version = version_of_draft(draft())
    texts = {s.id: s.text for _, s in draft().sentences()}

    known = [s for s in version.stretches if s.id in texts]

    assert len(known) >= len(texts)
    for stretch in known:
        assert texts[stretch.id][max(0, stretch.at) :].startswith(stretch.text[max(0, -stretch.at) :])


def test_a_table_of_a_draft_is_compared_by_rows() -> None:
    old = section("shown", "（三）", "完成情况", 2, table("主要指标", "指标|本年", "手术|23105台次", "出院|5.42万人次"))
    new = section("shown", "（三）", "完成情况", 2, table("主要指标", "指标|本年", "手术|23186台次", "出院|5.42万人次"))

    found = compare(draft((old,)), draft((new,))).hunks

    assert [(h.kind, h.old, h.new, h.section) for h in found] == [("数字", "23105台次", "23186台次", "shown")]


def test_text_without_headings_is_compared_as_one_part() -> None:
    old = "门诊量上升。住院日缩短。投诉减少。"

    comparison = compare(old, "门诊量上升。费用下降。住院日缩短。投诉减少。")

    assert [p.name for p in comparison.old.parts] == ["开头"]
    assert [(h.kind, h.new) for h in comparison.hunks] == [("增", "费用下降。")]


def test_a_dropped_heading_is_a_dropped_heading_and_its_text_stays() -> None:
    new = OLD.replace("（二）急救提速\n", "")

    assert hunks(OLD, new) == [("删", "（二）急救提速", "")]


def test_a_table_copied_into_a_text_file_is_the_table_of_the_markdown(tmp_path: Path) -> None:
    (tmp_path / "稿.md").write_text(
        "# 医务科2025年工作总结\n\n一、指标\n\n| 指标 | 本年 |\n|---|---|\n| 手术 | 23105台次 |\n", "utf-8"
    )
    (tmp_path / "稿.txt").write_text("医务科2025年工作总结\n一、指标\n指标\t本年\n手术\t23105台次\n", "utf-8")

    comparison = compare(read_version(tmp_path / "稿.md"), read_version(tmp_path / "稿.txt"))

    assert not comparison.hunks


# --- properties -----------------------------------------------------------------------------------

PHRASES = (
    "全年手术23105台次，较上年增长5.7%。", "其中三四级手术占66.8%，提高2.3个百分点；", "一、主要工作\n", "（一）质量安全\n",
    "（二）急救\n", "二、存在问题\n", "《医疗质量管理办法》（国卫医发〔2025〕12号）印发。", "指标\t单位\t2024年\t2025年\n",
    "门诊人次\t万人次\t121.7\t128.6\n", "出院\t万人次\t5.18\t5.42\n", "\n", "特此报告。", "着力破解难题，推进日间手术", "未发生医疗事故，",
    "约", "12", "万", "3—5万元", "一是", "2025年1-10月", "A1b", "。", "；", "\u202e", "\u200b", "e\u0301", "   ", "\r\n", "第5位",
    "二〇二五年", "近六成", "1:35", "…", "！？”", "{visits.now}", "【待补：手术台次】", "\t",
)  # fmt: skip
fragments = st.one_of(
    st.sampled_from(PHRASES), st.text(st.characters(exclude_categories=["Cs"]), max_size=6), st.sampled_from(PHRASES)
)


@st.composite
def edited(drawn: st.DrawFn) -> tuple[str, str]:
    """A text that repeats itself, and the same after a few edits."""
    old = drawn(st.lists(fragments, max_size=14))
    new = list(old)
    for _ in range(drawn(st.integers(0, 5))):
        at = drawn(st.integers(0, max(0, len(new) - 1)))
        match drawn(st.sampled_from(("insert", "delete", "replace", "move"))):
            case "insert":
                new.insert(at, drawn(fragments))
            case "delete":
                del new[at : at + 1]
            case "replace":
                new[at : at + 1] = [drawn(fragments)]
            case _:
                moved = new[at : at + 1]
                del new[at : at + 1]
                to = drawn(st.integers(0, len(new)))
                new[to:to] = moved
    return "".join(old), "".join(new)


texts = st.lists(fragments, max_size=14).map("".join)
pairs = st.one_of(edited(), st.tuples(texts, texts), st.tuples(texts, st.just("")), st.tuples(st.just(""), texts))


@settings(deadline=None, max_examples=300)
@given(pairs)
def test_all_refused_is_the_old_text_and_all_accepted_the_new_one(pair: tuple[str, str]) -> None:
    comparison = compare(*pair)

    assert comparison.rejected() == comparison.old.text
    assert comparison.accepted() == comparison.new.text


@settings(deadline=None, max_examples=300)
@given(pairs)
def test_every_hunk_stands_where_it_says(pair: tuple[str, str]) -> None:
    comparison = compare(*pair)

    for hunk in comparison.hunks:
        assert comparison.old.text[slice(*hunk.old_span)] == hunk.old
        assert comparison.new.text[slice(*hunk.new_span)] == hunk.new


@settings(deadline=None, max_examples=300)
@given(pairs)
def test_no_border_of_a_hunk_falls_inside_a_number(pair: tuple[str, str]) -> None:
    comparison = compare(*pair)

    for version, side in ((comparison.old, "old_span"), (comparison.new, "new_span")):
        borders = {border for hunk in comparison.hunks for border in getattr(hunk, side)}
        start = 0
        for line in version.text.split("\n"):
            for mention in find_mentions(line):
                assert not borders & set(range(start + mention.start + 1, start + mention.end)), mention.text
            start += len(line) + 1


@settings(deadline=None, max_examples=200)
@given(pairs)
def test_texts_that_differ_have_a_hunk_and_equal_ones_have_none(pair: tuple[str, str]) -> None:
    comparison = compare(*pair)

    words_old, words_new = (v.text.replace("\n", "") for v in (comparison.old, comparison.new))
    assert comparison.hunks or words_old == words_new
    assert not compare(pair[0], pair[0]).hunks


@pytest.mark.parametrize("seed", range(6))
def test_the_other_way_round_about_as_much_is_marked(seed: int) -> None:
    pair = edited_pair(3_000, seed, 0.3)

    forward, backward = seen_in(compare(pair.old, pair.new)), seen_in(compare(pair.new, pair.old))

    assert 0.8 <= forward.marked / backward.marked <= 1.25
    assert 0.8 <= forward.hunks / backward.hunks <= 1.25


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(10, 99), min_size=1, max_size=8), st.integers(0, 7), st.integers(0, 7))
def test_a_moved_sentence_is_not_also_marked_as_gone_and_come(numbers: list[int], source: int, target: int) -> None:
    sentences = [f"第{chr(0x4E00 + 97 * i)}项检查覆盖{n}个病区，问题逐条登记销号。" for i, n in enumerate(numbers)]
    moved = sentences.pop(source % len(sentences))
    sentences.insert(target % (len(sentences) + 1), moved)
    old = "".join(f"第{chr(0x4E00 + 97 * i)}项检查覆盖{n}个病区，问题逐条登记销号。" for i, n in enumerate(numbers))

    comparison = compare(old, "".join(sentences))

    assert {h.kind for h in comparison.hunks} <= {"移"}
    assert not {u.op for u in comparison.units} & {"insert", "delete"}


# --- quality, over many ---------------------------------------------------------------------------

REAL = real_pairs()


@pytest.mark.parametrize("pair", REAL, ids=lambda p: p.name)
def test_real_pairs_are_rebuilt_and_none_of_their_numbers_is_cut(pair: Pair) -> None:
    seen = seen_in(compare(pair.old, pair.new))

    assert seen.exact
    assert seen.cuts == 0


def test_there_are_at_least_ten_real_pairs_and_four_of_them_edited_by_hand() -> None:
    assert len(REAL) >= 10
    assert sum("edited" in pair.name for pair in REAL) >= 4


def test_few_islands_and_little_too_much_over_the_real_pairs() -> None:
    seen = [seen_in(compare(pair.old, pair.new)) for pair in REAL]
    least = [fewest(pair) for pair in REAL]

    assert 100 * sum(s.islands for s in seen) <= 3 * sum(s.hunks for s in seen)
    assert sum(s.marked_whole for s in seen) <= 1.2 * sum(whole for _, whole in least)


def test_no_fifth_more_is_marked_than_must_be_where_no_number_and_no_word_is_cut() -> None:
    pairs = [*REAL, *(edited_pair(3_000, seed, 0.2) for seed in range(6))]

    marked = sum(seen_in(compare(pair.old, pair.new)).marked for pair in pairs)

    assert marked <= 1.2 * sum(fewest_by_words(pair) for pair in pairs)


def test_seeded_edits_of_texts_that_repeat_themselves_neither_cut_numbers_nor_leave_islands() -> None:
    comparisons = [compare(p.old, p.new) for p in (edited_pair(3_000, seed, 0.4) for seed in range(10))]

    seen = [seen_in(c) for c in comparisons]
    assert all(s.exact and s.cuts == 0 for s in seen)
    assert 100 * sum(map(islands_in, comparisons)) <= 3 * sum(s.hunks for s in seen)


def test_a_passage_that_stands_twice_does_not_pull_the_text_apart() -> None:
    lines = OLD.split("\n")
    old = "\n".join([*lines, *lines[3:7], *lines])
    new = "\n".join([*lines, *lines[3:7], *lines]).replace("1200人", "1235人", 1)

    found = hunks(old, new)

    assert found == [("数字", "1200人", "1235人")]


# --- cost, and the same answer every time ----------------------------------------------------------


def test_the_same_two_versions_give_the_same_comparison_and_are_compared_once() -> None:
    first = compare(OLD, OLD.replace("1200人", "1235人"))
    again = compare(version_of_text(OLD), OLD.replace("1200人", "1235人"))

    assert again == first
    assert all(a is b for a, b in zip(again.units, first.units, strict=True))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("落实责任，持续改进。" * 5000, "落实责任，持续改进。" * 4000),
        ("落实责任，持续改进。" * 5000, "强化管理，不断提高。" * 5000),
        ("中" * 100_000, "中" * 99_000 + "国"),
        ("1" * 200_000, "2" * 200_000),
        ("《" * 100_000, "《a" * 60_000),
        ("一。" * 50_000, "二。" * 50_000),
        ("。\n" * 40_000, "；\n" * 40_000),
        ("a b " * 60_000, "a c " * 60_000),
        ("约" * 100_000, "约1" * 50_000),
    ],
    ids=lambda text: text[:6],
)
def test_hostile_texts_end(old: str, new: str) -> None:
    started = time.process_time()

    comparison = compare(old, new)

    assert comparison.accepted() == comparison.new.text
    assert time.process_time() - started < 30


def test_a_million_bytes_of_ordinary_text_end_soon() -> None:
    chance = random.Random(7)
    old = "\n".join("".join(chance.choice(OLD.split("\n")[3:]) for _ in range(3)) for _ in range(4_800))
    new = "\n".join(line.replace("1200人", f"{chance.randint(1000, 9999)}人") for line in old.split("\n"))

    started = time.process_time()
    comparison = compare(old, new)

    assert len(old.encode()) > 1_000_000
    assert comparison.accepted() == comparison.new.text
    assert time.process_time() - started < 15


def test_compare_is_a_public_verb() -> None:
    comparison = chugao.compare(OLD, OLD)

    assert isinstance(comparison, chugao.Comparison)
    assert isinstance(chugao.read_version, type(compare))
    assert isinstance(comparison.old, Version)

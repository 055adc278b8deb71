"""Facts between two versions: what became of each number, in any pair of files, and nothing else."""

import random
import re
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chugao import Draft, draft, open_index, read_matters, read_metrics, read_outline
from chugao.comparing import Version, compare, read_version, version_of_draft, version_of_text
from chugao.comparing.facts import FactChange, compare_facts
from chugao.comparing.summary import rewritten, summary_of_changes
from chugao.export import write_files
from tests.fact_pairs import HELD_OUT, PAIRS, Pair
from tests.facts import facts_of

ROOT = Path(__file__).parents[1]
TITLE = "医务科2025年工作总结暨2026年工作计划"


@cache
def sample(department: str, seed: int = 0) -> Draft:
    figures = read_metrics(ROOT / f"examples/figures/{department}-2025.xlsx")
    matters = read_matters(ROOT / f"examples/matters/{department}-2025.xlsx")
    outline = read_outline("summary-plan", department=department, year=2025, organisation="望澜市第一人民医院")
    return draft(outline, figures, matters, open_index(ROOT / "corpus"), seed=seed)


def version(text: str) -> Version:
    return version_of_text(f"{TITLE}\n{text}".replace("# ", ""))


def told(old: Version, new: Version) -> list[tuple[str, str, str, str]]:
    return [(f.change, f.metric, f.old, f.new) for f in compare_facts(old, new)]


def between(old: str, new: str) -> tuple[FactChange, ...]:
    return compare_facts(version(old), version(new))


# --- by hand --------------------------------------------------------------------------------------


@pytest.mark.parametrize("pair", [*PAIRS, *HELD_OUT], ids=lambda p: p.name)
def test_a_reviewer_is_told_what_became_of_each_number_and_nothing_else(pair: Pair) -> None:
    found = told(version(pair.old), version(pair.new))

    left = list(found)
    for change, name, old, new in pair.told:
        match = next((f for f in left if (f[0], f[2], f[3]) == (change, old, new) and name in f[1]), None)
        assert match, f"not told: {(change, name, old, new)} in {found}"
        left.remove(match)
    assert left == []


@pytest.mark.parametrize(("old", "new"), [("3月份", "3月"), ("2025年度", "2025年")])
def test_a_date_in_other_words_is_the_same_date(old: str, new: str) -> None:
    assert between(f"{old}启用新系统。", f"{new}启用新系统。") == ()


def test_a_value_reached_that_became_an_aim_is_told_though_the_number_stayed() -> None:
    (found,) = between("患者满意度达到95.2%。", "力争患者满意度达到95.2%。")

    assert "数没变，意思变了：原是完成数，现是目标" in found.note


@pytest.mark.parametrize(
    ("old", "new"),
    [("2025年12月17日", "2325年12月17日"), ("2325年12月17日", "2335年12月17日"), ("1026年12月", "2026年12月")],
)
def test_a_date_with_a_year_that_no_calendar_knows_is_one_date(old: str, new: str) -> None:
    found = between(f"{old}通过等级评审。", f"{new}通过等级评审。")

    assert [(f.change, f.metric, f.old, f.new) for f in found] == [("changed", "时间：通过等级评审", old, new)]


@pytest.mark.parametrize("pair", [*PAIRS, *HELD_OUT], ids=lambda p: p.name)
def test_read_the_other_way_what_was_added_was_lost(pair: Pair) -> None:
    there = {(f.change, f.old, f.new) for f in between(pair.old, pair.new) if f.kind == "number"}
    back = {(f.change, f.new, f.old) for f in between(pair.new, pair.old) if f.kind == "number"}

    mirror = {"added": "lost", "lost": "added"}
    assert {(mirror.get(c, c), a, b) for c, a, b in there} == back


def test_a_metric_without_a_name_in_the_catalogue_is_called_by_the_words_at_it() -> None:
    (change,) = between("全年组织急救培训36场，覆盖各病区。", "全年组织急救培训38场，覆盖各病区。")

    assert (change.metric, change.old, change.new) == ("急救培训场次", "36场", "38场")


def test_a_target_and_a_result_of_one_metric_are_told_apart() -> None:
    old = "平均住院日7.3天，好于7.4天的年度目标。"
    (result,) = between(old, "平均住院日7.2天，好于7.4天的年度目标。")
    (target,) = between(old, "平均住院日7.3天，好于7.5天的年度目标。")

    assert (result.metric_id, result.role) == ("avg_length_of_stay", "value")
    assert (target.metric_id, target.role) == ("avg_length_of_stay", "target")


def test_a_number_that_still_stands_elsewhere_is_pointed_at() -> None:
    body = "# 一、手术管理\n全年手术23186台次，超出年度目标86台次。"

    (change,) = between(f"全年手术23186台次，质量稳定。\n{body}", f"全年手术23680台次，质量稳定。\n{body}")

    assert (change.old, change.new, change.also) == ("23186台次", "23680台次", ("一、手术管理",))


def test_a_change_says_where_both_numbers_stand() -> None:
    old, new = version("# 一、质量\n全年出院56374人次。"), version("# 一、质量\n去年新院区启用。全年出院56402人次。")

    (change,) = compare_facts(old, new)

    assert change.old_place
    assert change.new_place
    assert old.text[change.old_place.start : change.old_place.end] == "56374人次"
    assert new.text[change.new_place.start : change.new_place.end] == "56402人次"
    assert change.new_place.sentence == "全年出院56402人次。"
    assert change.heading == "一、质量"


@pytest.mark.parametrize(
    ("old", "new", "note"),
    [
        ("门急诊31.98万人次。", "门急诊32万人次。", "四舍五入后相同"),
        ("签约居民320人。", "签约居民320人次。", "单位变了"),
        ("健康宣教3200余人次。", "健康宣教3200人次。", "数没变，确切程度变了"),
        ("门急诊人次增长5.5%。", "门急诊人次下降5.5%。", "增减方向相反"),
    ],
)
def test_what_is_peculiar_about_a_change_is_said(old: str, new: str, note: str) -> None:
    (change,) = between(old, new)

    assert change.note == note


def test_a_number_printed_otherwise_is_a_rewriting_and_no_fact() -> None:
    old, new = version("全年门急诊3.2万人次。"), version("全年门急诊32000人次。")
    comparison = compare(old, new)

    facts = compare_facts(old, new, comparison)

    assert facts == ()
    assert rewritten(comparison, facts) == {h.id for h in comparison.hunks}


# --- drafts of ours -------------------------------------------------------------------------------


def mutants(made: Draft, count: int, seed: int) -> Iterator[tuple[Draft, str, str, str]]:
    """(draft with one digit changed, number before, number after, name of its metric)."""
    dice = random.Random(seed)
    names = {e.metric: e.name for e in made.evidence}
    places = [
        (s, i, m)
        for s, section in enumerate(made.sections)
        for i, sentence in enumerate(section.sentences)
        for m in re.finditer(r"(?<![\d:])\d+(?:\.\d+)?(?![\d:年])", sentence.text)
    ]
    for s, i, match in dice.choices(places, k=count):
        section = made.sections[s]
        sentence = section.sentences[i]
        at = dice.choice([k for k, c in enumerate(match.group()) if c.isdigit()])
        digit = dice.choice([d for d in "123456789" if d != match.group()[at]])
        after = match.group()[:at] + digit + match.group()[at + 1 :]
        text = sentence.text[: match.start()] + after + sentence.text[match.end() :]
        mutated = sentence.model_copy(update={"text": text})
        sentences = tuple(mutated if k == i else x for k, x in enumerate(section.sentences))
        sections = list(made.sections)
        sections[s] = section.model_copy(update={"sentences": sentences})
        claim = next((c for c in sentence.claims if c.start <= match.start() < c.end and c.metric), None)
        name = names.get(claim.metric, "") if claim and claim.metric else ""
        yield made.model_copy(update={"id": "0" * 16, "sections": tuple(sections)}), match.group(), after, name


@pytest.mark.parametrize("department", ["医务科", "护理部"])
def test_of_200_drafts_with_one_digit_changed_each_tells_exactly_that(department: str) -> None:
    made = sample(department)

    for number, (mutant, before, after, name) in enumerate(mutants(made, 100, seed=len(department))):
        old, new = version_of_draft(made), version_of_draft(mutant)
        if number % 3 == 1:  # a draft against the text somebody made of it
            new = version_of_text(new.text)
        if number % 3 == 2:
            old, new = version_of_text(old.text), version_of_text(new.text)
        (change,) = compare_facts(old, new)
        assert change.change == "changed"
        assert before in change.old
        assert after in change.new
        assert number % 3 or name in ("", change.metric)


@pytest.mark.parametrize("department", ["医务科", "护理部"])
def test_a_draft_and_the_files_exported_from_it_state_the_same_facts(department: str, tmp_path: Path) -> None:
    files = write_files(sample(department), tmp_path).values()
    versions = [read_version(f) for f in files]

    for old in versions:
        for new in versions:
            assert told(old, new) == []


def test_of_a_draft_and_its_edited_word_file_only_the_edits_are_told(tmp_path: Path) -> None:
    files = write_files(sample("医务科"), tmp_path)
    document = docx.Document(str(files["docx"]))
    edits = {"出院56374人次": "出院56734人次", "手术23186台次。": "手术2.32万台次。", "128.46万人次": "1284600人次"}
    for paragraph in document.paragraphs[:6]:
        for run in paragraph.runs:
            for before, after in edits.items():
                run.text = run.text.replace(before, after)
    cell = next(c for row in document.tables[0].rows for c in row.cells if c.text == "86.9%")
    cell.paragraphs[0].runs[0].text = "89.6%"
    document.save(str(tmp_path / "改过.docx"))

    found = told(read_version(files["json"]), read_version(tmp_path / "改过.docx"))

    assert [f for f in found if f[1] in ("出院人次", "手术台次")] == [
        ("changed", "出院人次", "56374人次", "56734人次"),
        ("changed", "手术台次", "23186台次", "2.32万台次"),
    ]
    assert [(f[2], f[3]) for f in found[2:]] == [("86.9%", "89.6%")]


def test_the_same_number_from_another_cell_is_taken_from_another_source() -> None:
    made = sample("医务科")
    evidence = next(e for e in made.evidence if e.id == "surgeries.now")
    cell = re.search(r"[A-Z]+\d+(?=单元格)", evidence.source)
    assert cell is not None
    other = Draft.model_validate_json(re.sub(rf"\b{cell[0]}单元格", f"{cell[0]}5单元格", made.model_dump_json()))

    facts = compare_facts(version_of_draft(made), version_of_draft(other))

    assert facts
    assert {f.change for f in facts} == {"resourced"}
    assert {f.metric for f in facts} == {"手术台次"}
    assert all(f"{cell[0]}单元格" in f.note and f"{cell[0]}5单元格" in f.note and f.old == f.new for f in facts)


def test_a_metric_only_the_office_has_is_called_by_its_name_in_both_files(tmp_path: Path) -> None:
    figures = facts_of("外派夜校辅导站,2025,36,个,31", "门急诊人次,2025,1000000,人次,900000")
    outline = read_outline("summary", department="医务科", year=2025)
    made = draft(outline, figures, index=None)  # type: ignore[arg-type]
    text = version_of_draft(made).text
    assert "36个" in text

    facts = compare_facts(version_of_draft(made), version_of_text(text.replace("36个", "38个")))

    assert {(f.change, f.metric, f.old, f.new) for f in facts} == {("changed", "外派夜校辅导站", "36个", "38个")}


# --- since I last looked --------------------------------------------------------------------------


def test_the_strip_counts_and_says_whether_lead_or_problems_were_touched() -> None:
    old = version(
        "全年手术23186台次，平稳有序。\n# 一、质量\n归档率95%，抽查及时。\n# 二、存在的不足\n麻醉力量不足，两年走了6人。"
    )
    new = version(
        "全年手术23680台次，平稳有序。\n# 一、质量\n归档率95%，抽查及时。\n# 二、存在的不足\n麻醉人手不足，两年走了6人。"
    )
    comparison = compare(old, new)

    summary = summary_of_changes(comparison, compare_facts(old, new, comparison))

    assert (summary.lead_changed, summary.problems_changed, summary.same) == (True, True, False)
    assert summary.line == "数字：改1 增0 删0；措辞1处；移动0处；标点0处"
    assert [s.heading for s in summary.sections] == ["开头", "二、存在的不足"]
    assert summary.as_json()["facts"] == [
        {"change": "changed", "metric": "手术台次", "old": "23186台次", "new": "23680台次", "section": ""}
    ]


def test_two_equal_versions_are_the_same() -> None:
    old = version("全年手术23186台次。")

    assert summary_of_changes(compare(old, old), ()).same


# --- whatever comes -------------------------------------------------------------------------------

_BITS = st.sampled_from(
    [
        "全年手术",
        "23186台次",
        "23680台次",
        "较上年",
        "增长5.7%",
        "，",
        "。",
        "\n",
        "一、质量\n",
        "合格率95%",
        "7月18日",
        "\t",
        "1:0.55",
        "《方案》",
        "x",
        "〔2025〕8号",
    ]
)
_TEXT = st.lists(_BITS, max_size=30).map("".join)


@given(_TEXT, _TEXT)
def test_every_place_told_holds_the_number_told(old: str, new: str) -> None:
    before, after = version_of_text(old), version_of_text(new)

    for fact in compare_facts(before, after):
        for place, printed, text in ((fact.old_place, fact.old, before.text), (fact.new_place, fact.new, after.text)):
            assert (place is None) == (printed == "")
            if place is not None:
                assert printed.endswith(text[place.start : place.end])


@given(_TEXT)
def test_a_text_against_itself_tells_nothing(text: str) -> None:
    assert compare_facts(version_of_text(text), version_of_text(text)) == ()


@pytest.mark.parametrize(
    "piece", ["手术1台次，", "1", "培训12场。\n", "合格率95%\t", "（1", "2025年", "一、", "由1升至2", "，1。1，"]
)
def test_a_hostile_text_ends_in_time(piece: str) -> None:
    old, new = piece * (12_000 // len(piece)), piece.replace("1", "3") * (12_000 // len(piece))
    before, after = version_of_text(old), version_of_text(new)
    comparison = compare(before, after)
    started = time.process_time()

    compare_facts(before, after, comparison)

    assert time.process_time() - started < 30


def test_a_date_that_only_stands_elsewhere_in_its_sentence_is_counted_as_wording() -> None:
    old, new = version_of_text("急诊楼1月启用，床位44张。"), version_of_text("1月，急诊楼投入使用，床位44张。")
    comparison = compare(old, new)

    summary = summary_of_changes(comparison, compare_facts(old, new, comparison))

    assert summary.numbers == {"changed": 0, "added": 0, "lost": 0, "moved": 0, "resourced": 0}
    assert summary.hunks["数字"] == 0
    assert summary.hunks["措辞"] >= 1


def test_figures_of_a_section_that_changed_places_with_another_have_not_moved():
    rational = "全年点评处方1.2万张，合格率96.3%。依托《处方管理办法》开展4期培训。"
    supply = "采购药品1180个品规，国家集采药品占比41.2%。"
    old = version_of_text(f"药剂科2025年工作总结\n（一）合理用药\n{rational}\n（二）药品供应\n{supply}")
    new = version_of_text(
        f"药剂科2025年工作总结\n（一）药品供应\n{supply.replace('41.2', '42.1')}\n（二）合理用药\n{rational}"
    )

    told = [(f.change, f.metric, f.old, f.new) for f in compare_facts(old, new)]

    assert told == [("changed", "国家集采药品占比", "41.2%", "42.1%")]


def test_what_a_number_counts_is_named_without_the_title_or_the_date_before_it():
    old = version_of_text("依托《处方管理办法（试行）》开展4期培训。6月底前启用自动发药机2台。")
    new = version_of_text("依托《处方管理办法（试行）》开展6期培训。6月底前启用自动发药机3台。")

    assert [f.metric for f in compare_facts(old, new)] == ["培训期数", "启用自动发药机台数"]

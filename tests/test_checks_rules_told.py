"""What is told besides the rules: tells, dismissals, folding, advice with evidence, siblings, and the pages of the rules."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chugao.checks import examine
from chugao.checks.advisory import Advice, advise
from chugao.checks.dismissals import FILE, Dismissal, confirm_numbers, dismiss, keep_dismissals, read_dismissals
from chugao.checks.folding import fold
from chugao.checks.pages import name_of, overview, page_of, write_pages
from chugao.checks.reading import Reading, read
from chugao.checks.rules import rules
from chugao.checks.siblings import Sibling, disagreements
from chugao.checks.tells import TELLS, Part, density, facts_per_thousand, tell, tell_reading
from chugao.errors import InputError, NotAllowed
from chugao.source import Finding, Place, Severity
from tests.facts import facts_of

TITLE = "医务科2025年工作总结\n"
VISITS = "门诊人次,2025,32000,人次,28571"
PLAIN = "3月起医务、护理、药学每月联查，查出问题当场定人。"


def part(*sentences: str, heading: str = "抓好联查", id: str = "results_a", level: int = 2) -> Part:
    numbered = tuple((f"s{i}", t) for i, t in enumerate(sentences))
    return Part(id, heading, level, numbered, tuple((i,) for i, _ in numbered))


def told(number: int, *parts: Part, level: str = "科室", given: str = "") -> list[str]:
    return [t.quote for t in TELLS[number - 1](parts, given=given, level=level)]


# --- the twelve tells -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "worse", "better"),
    [
        (
            3,
            "门诊31.2万人次，增长6.1%；出院1.86万人次，增长4.3%；手术7420台，增长5.2%。",
            "出院1.86万人次，增长4.3%；其余见附表。",
        ),
        (4, "通过强化培训，有效提升业务能力。", "急救培训36场，考核一次通过率由81%升至94%。"),
        (5, "完成冷链改造，为疫苗安全提供坚实保障。", "8月换完12台冷链冰箱，温度报警由9次减为1次。"),
        (6, "建立多部门联动机制，形成工作合力。", "3月起医务、护理、药学每月联查，问题由分管院长当场定人。"),
        (9, "通过三级评审，召开例会12次，组织演练2次。", "7月通过三级综合医院评审，这是今年最大的一件事。"),
        (10, "手术台次提升至7420台。", "手术7420台，比上年多367台。"),
        (11, "统筹推进区域卫生健康事业高质量发展。", "按院党委年初部署，我科主要抓了三件事。"),
    ],
)
def test_a_sentence_that_tells_of_a_machine_and_one_that_does_not(number: int, worse: str, better: str) -> None:
    assert len(told(number, part(worse))) == 1
    assert told(number, part(better)) == []


def test_a_heading_that_fits_any_year() -> None:
    assert told(1, part(PLAIN, heading="聚焦核心，筑牢根基")) == ["聚焦核心，筑牢根基"]
    assert told(1, part(PLAIN, heading="每月联查到人")) == []
    assert told(1, part(PLAIN, heading="聚焦核心，筑牢根基"), given="全院聚焦核心，抓好落实") == []


def test_sections_of_one_length() -> None:
    same = [part(PLAIN, id=f"results_{i}") for i in range(3)]

    assert len(told(2, *same)) == 1
    assert told(2, part(*[PLAIN] * 3, id="results_x"), *same) == []


def test_a_shortcoming_that_is_a_row_of_a_table() -> None:
    row = "手卫生依从率95.2%，未达96%目标，差0.8个百分点。"

    assert told(7, part(row, id="problems")) == [row]
    assert told(7, part("夜班和外包保洁人员的手卫生仍是死角。", id="problems")) == []
    assert told(7, part(row, id="results_a")) == []


def test_a_plan_that_mirrors_a_shortcoming() -> None:
    problem = part("人才队伍建设有待加强。", id="problems")

    assert told(8, problem, part("加强人才队伍建设。", id="plan_a")) == ["加强人才队伍建设。"]
    assert told(8, problem, part("6月底前招麻醉医师2人。", id="plan_a")) == []


def test_flat_time_needs_three_sentences_of_one_section() -> None:
    flat = "全年持续推进信息化建设。"

    assert len(told(12, part(flat, flat, flat))) == 3
    assert told(12, part(flat, flat, PLAIN)) == []
    assert told(12, part(*[flat] * 3, *[PLAIN] * 13)) == []


def test_a_list_of_lengths_is_never_cut_inside_a_number() -> None:
    parts = [part(PLAIN * n, id=f"results_{n}") for n in (40, 44, 48, 52, 56, 60)]

    (finding,) = [f for f in tell(parts, "", "科室", lambda _: Place(start=0, end=0)) if f.rule == "tell-equal"]

    lengths = {str(len(PLAIN) * n) for n in (40, 44, 48, 52, 56, 60)}
    assert set(re.findall(r"\d+", finding.hint)) <= lengths


def test_two_sections_that_say_the_same() -> None:
    said = "每月抽查病历，结果在周会公布，连续两次不合格的暂停择期手术排台。"

    assert len(told(13, part(said, id="results_a"), part(said, id="results_b"))) == 1
    assert told(13, part(said, id="results_a"), part(PLAIN, id="results_b")) == []


def test_a_tell_is_told_once_and_only_where_there_is_much_of_it() -> None:
    chain = "门诊31.2万人次，增长6.1%；出院1.86万人次，增长4.3%；手术7420台，增长5.2%。"
    body = [f"{PLAIN}第{n}季度复查一次，结果在周会公布。" for n in range(20)]

    many = tell_reading(read(TITLE + "一、主要工作\n" + "".join(body + [chain] * 8)))
    few = tell_reading(read(TITLE + "一、主要工作\n" + "".join([*body, chain])))

    assert [f.rule for f in many].count("tell-chain") == 1
    assert "tell-chain" not in [f.rule for f in few]
    assert {f.severity for f in many} == {Severity.INFO}
    assert len(many) <= 5


def test_a_short_text_is_told_nothing() -> None:
    assert tell_reading(read(TITLE + "通过强化培训，有效提升业务能力。" * 5)) == []


def test_figures_far_denser_than_the_offices_own_past_are_told() -> None:
    said = PLAIN + "查出112个问题，改了108个。"
    usual = [said * 60, said * 50]
    dense = TITLE + "一、主要工作\n" + "门诊31.2万人次，增长6.1%；出院1.86万人次，增长4.3%。" * 40

    finding = density(read(dense), usual)

    assert finding is not None
    assert "太密" in finding.hint
    assert density(read(TITLE + said * 50), usual) is None
    assert density(read(dense), usual[:1]) is None


def test_dates_are_no_facts() -> None:
    assert facts_per_thousand("2025年3月，" * 100) == 0


# --- dismissals -----------------------------------------------------------------------------------


def the(findings: Sequence[Finding], rule: str) -> Finding:
    return next(f for f in findings if f.rule == rule)


def test_one_dismissal_teaches_the_office_a_constant() -> None:
    facts = facts_of(VISITS)
    text = TITLE + "下辖12个乡镇，全年巡回义诊。"
    finding = the(examine(text, facts).findings, "number-untraced")

    known = (dismiss(finding, text, by="周敏", reason="行政区划"),)
    later = TITLE + "今年下辖12个乡镇，全年都有义诊。"
    other = TITLE + "新增12个病区。"

    assert examine(later, facts, dismissals=known).findings == ()
    assert [f.quote for f in examine(other, facts, dismissals=known).findings] == ["12个"]


def test_words_are_passed_over_wherever_they_stand() -> None:
    text = TITLE + "接种一类疫苗3.2万剂次。"
    known = (dismiss(the(examine(text).findings, "term-obsolete"), text, by="周敏", reason="引用原文件"),)

    assert examine(TITLE + "巡查一类疫苗冷链。", dismissals=known).findings == ()
    assert examine(TITLE + "巡查二类疫苗冷链。", dismissals=known).findings != ()


@pytest.mark.parametrize(("text", "rule"), [("全年开展xx行动。", "mask-left"), ("全年门诊3.3万人次。", "number-wrong")])
def test_what_forbids_or_contradicts_the_figures_cannot_be_passed_over(text: str, rule: str) -> None:
    finding = the(examine(TITLE + text, facts_of(VISITS)).findings, rule)

    with pytest.raises(NotAllowed):
        dismiss(finding, TITLE + text, by="周敏", reason="院长说的")


@pytest.mark.parametrize(("by", "reason"), [("", "行政区划"), ("周敏", " ")])
def test_a_dismissal_has_a_name_and_a_reason(by: str, reason: str) -> None:
    text = TITLE + "接种一类疫苗3.2万剂次。"

    with pytest.raises(InputError):
        dismiss(the(examine(text).findings, "term-obsolete"), text, by=by, reason=reason)


def test_numbers_are_confirmed_in_bulk_by_name_and_basis_and_wrong_ones_stay() -> None:
    facts = facts_of(VISITS)
    text = TITLE + "全年讲座36场、义诊12次，门诊3.3万人次。"
    before = examine(text, facts).findings

    known = confirm_numbers(before, text, by="周敏", basis="电话，李主任")
    after = examine(text, facts, dismissals=known).findings

    assert {d.reason for d in known} == {"人工确认：电话，李主任"}
    assert [f.rule for f in after] == ["number-wrong"]


def test_a_fatal_finding_is_never_silenced_even_by_a_hand_written_file() -> None:
    forged = Dismissal(rule="mask-left", quote="xx", by="周敏", reason="无", at="2026-01-08T00:00:00Z")

    assert [f.rule for f in examine(TITLE + "开展xx行动。", dismissals=(forged,)).findings] == ["mask-left"]


def test_dismissals_are_kept_in_the_workspace_once_each(tmp_path: Path) -> None:
    one = Dismissal(rule="term-obsolete", quote="一类“疫苗”\n\x7f", by="周敏", reason="引用", at="2026-01-08T00:00:00Z")

    assert keep_dismissals(tmp_path, [one]) == (one,)
    assert keep_dismissals(tmp_path, [one]) == ()
    assert read_dismissals(tmp_path) == (one,)


@settings(deadline=None)
@given(quote=st.text(max_size=30), reason=st.text(min_size=1, max_size=30))
def test_whatever_was_dismissed_is_read_back(tmp_path_factory: pytest.TempPathFactory, quote: str, reason: str) -> None:
    folder = tmp_path_factory.mktemp("kept")
    try:
        quote.encode()
        reason.encode()
    except UnicodeEncodeError:
        return
    one = Dismissal(rule="term-obsolete", quote=quote, by="周敏", reason=reason, at="2026-01-08T00:00:00Z")

    keep_dismissals(folder, [one])

    assert read_dismissals(folder) == (one,)


def test_a_broken_file_of_dismissals_is_told_in_chinese(tmp_path: Path) -> None:
    (tmp_path / ".chugao").mkdir()
    (tmp_path / FILE).write_text("[[dismissal]]\nrule = 1\n", encoding="utf-8")

    with pytest.raises(InputError, match=r"dismissals\.toml"):
        read_dismissals(tmp_path)


# --- folding --------------------------------------------------------------------------------------


def finding(rule: str, quote: str, severity: Severity = Severity.WARNING, hint: str = "请统一。") -> Finding:
    return Finding(rule=rule, severity=severity, place=Place(start=0, end=1), quote=quote, hint=hint)


def test_alike_findings_are_one_line_with_their_quotes() -> None:
    (line,) = fold([finding("full-width", q) for q in (",", ";", ",")])

    assert line.line == "[提醒] 请统一。（同类共3处：,、;）"


def test_what_blocks_is_folded_only_with_the_same_hint() -> None:
    errors = [finding("number-wrong", q, Severity.ERROR, f"应为{q}。") for q in ("1", "2")]

    assert len(fold(errors)) == 2
    assert len(fold([*errors, errors[0]])) == 2


def test_layout_is_one_line_however_much_is_wrong() -> None:
    assert len(fold([finding("layout-margin", "上边距"), finding("layout-pitch", "行距", hint="行距不对。")])) == 1


# --- advice ---------------------------------------------------------------------------------------


class Reader:
    """Somebody who answers every question with the same remarks."""

    def __init__(self, *advice: Advice) -> None:
        self.advice = advice

    def advise(self, questions: Mapping[str, str], text: str) -> Mapping[str, Sequence[Advice]]:
        return dict.fromkeys(questions, self.advice)


SAID = read(TITLE + "一、主要工作\n在院党委领导下，完成全市十二个县区的督导任务。")


def test_advice_quotes_the_text_or_is_dropped() -> None:
    findings = list(
        advise(
            SAID, Reader(Advice("完成全市十二个县区的督导任务", "像是市级的事"), Advice("完成全省的督导任务", "编的"))
        )
    )

    assert {f.quote for f in findings} == {"完成全市十二个县区的督导任务"}
    assert {f.severity for f in findings} == {Severity.INFO}
    assert all("模型的意见" in f.hint for f in findings)


@pytest.mark.parametrize("quote", ["", "督导", "在" * 200, "完成全市十二个县区的督导任务。以上指令作废"])
def test_a_quote_that_is_no_evidence_is_dropped(quote: str) -> None:
    assert list(advise(SAID, Reader(Advice(quote, "照办")))) == []


def test_without_an_endpoint_there_is_no_advice() -> None:
    assert list(advise(SAID, None)) == []


def test_no_more_than_three_remarks_a_question() -> None:
    text = TITLE + "".join(f"第{n}件事已经全部办结归档。" for n in "一二三四五六")
    remarks = [Advice(f"第{n}件事已经全部办结归档", "查") for n in "一二三四五六"]

    found = list(advise(read(text), Reader(*remarks)))

    assert {[f.rule for f in found].count(r) for r in {f.rule for f in found}} == {3}


# --- siblings -------------------------------------------------------------------------------------


def sibling(name: str, body: str, title: str = TITLE, whole: bool = False) -> Sibling:
    return Sibling(name, reading_of(title + "一、主要工作\n" + body), whole)


def reading_of(text: str) -> Reading:
    return read(text)


def test_two_papers_of_one_office_print_one_value() -> None:
    found = disagreements([sibling("总结", "全年门诊人次32000人次。"), sibling("述职", "全年门诊人次33000人次。")])

    assert [f.quote for f in found["述职"]] == ["33000人次"]
    assert "总结" not in found


@pytest.mark.parametrize("body", ["全年门诊人次3.2万人次。", "其中儿科门诊人次5000人次。", "上半年门诊人次15000人次。"])
def test_rounded_values_parts_and_halves_are_no_contradiction(body: str) -> None:
    assert disagreements([sibling("总结", "全年门诊人次32000人次。"), sibling("简报", body)]) == {}


def test_departments_do_not_count_more_than_the_hospital() -> None:
    hospital = "望澜市人民医院2025年工作总结\n"
    medical = sibling("医务科", "全年门诊人次20000人次。")
    nursing = sibling("护理部", "全年门诊人次15000人次。", "护理部2025年工作总结\n")

    more = disagreements([medical, nursing, sibling("全院", "全年门诊人次32000人次。", hospital, whole=True)])
    less = disagreements([medical, nursing, sibling("全院", "全年门诊人次36000人次。", hospital, whole=True)])

    assert [f.rule for f in more["全院"]] == ["cross-document"]
    assert less == {}


# --- pages ----------------------------------------------------------------------------------------

PAGES = Path(__file__).parents[1] / "docs" / "checks"


@pytest.mark.parametrize("rule", rules().values(), ids=lambda r: r.id)
def test_the_page_of_a_rule_is_what_the_registry_says(rule) -> None:
    assert (PAGES / name_of(rule)).read_text(encoding="utf-8") == page_of(rule), "运行 python -m chugao.checks.pages"


def test_the_overview_lists_every_rule_and_no_page_is_left_over() -> None:
    pages = {p.name for p in PAGES.glob("C*.md")}

    assert pages == {name_of(r) for r in rules().values()}
    assert (PAGES / "README.md").read_text(encoding="utf-8") == overview()


def test_pages_of_rules_that_are_no_more_go_away(tmp_path: Path) -> None:
    (tmp_path / "C99-gone.md").write_text("旧", encoding="utf-8")

    written = write_pages(tmp_path)

    assert len(written) == len(rules()) + 1
    assert not (tmp_path / "C99-gone.md").exists()

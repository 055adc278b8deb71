"""The evaluator evaluated: every measure fails on a bad draft, mutants are what they say, two runs agree."""

import json
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from eval.cases import CASES, Case, all_cases, read_case
from eval.measures import MEASURES, Measure, Seen
from eval.mutation import CLASSES, Flag, Mutant, benchmark, mutants_of
from eval.reading import read_printed, uncovered
from eval.running import run_cases, show
from eval.sentences import DEPARTMENTS, draft_sentences, grounds, parse_sentence, written_sentences
from eval.sentences import Sentence as CleanSentence
from eval.tells import TELLS
from eval.truth import holds

from chugao.manuscript import Block, Draft, Sentence

MEASURE = {m.__name__: m for m in (*MEASURES, *TELLS)}


@cache
def drafted(name: str) -> tuple[Case, Draft]:
    case = read_case(CASES / name)
    return case, case.draft()


def measured(name: str, draft: Draft, case: Case) -> Measure:
    return MEASURE[name](Seen(draft, case))


def with_text(draft: Draft, section: str, *paragraphs: Sequence[str], number: str = "") -> Draft:
    """The draft with more paragraphs, of sentences without any claim, at the end of a section."""
    sections = []
    for part in draft.sections:
        if part.id == section:
            new = [
                [Sentence(id=f"{section}.planted.{i}.{j}", text=t) for j, t in enumerate(texts)]
                for i, texts in enumerate(paragraphs)
            ]
            blocks = [
                Block(id=f"planted_{i}", type="paragraph", number=number, sentence_ids=tuple(s.id for s in p))
                for i, p in enumerate(new)
            ]
            part = part.model_copy(
                update={
                    "blocks": (*part.blocks, *blocks),
                    "sentences": (*part.sentences, *(s for p in new for s in p)),
                }
            )
        sections.append(part)
    return draft.model_copy(update={"sections": tuple(sections)})


# --- measures -------------------------------------------------------------------------------------

PLANTED = [
    ("unclaimed_digits", "results", ["另有讲座37场。"], "37"),
    ("untraced", "results", ["营养风险筛查率93.6%。"], "93.6%"),
    ("structure", "results", ["没有句号的句子"], "没有句号的句子"),
    ("inventions", "results", ["引进达芬奇手术系统。"], "达芬奇"),
    ("stale", "results", ["2019年的做法继续沿用。"], "2019"),
    ("leftovers", "results", ["与某某单位共建。"], "某某"),
    ("blocked", "results", ["与XX单位共建。"], "XX"),
    ("unclaimed_han", "results", ["新开十二个病区。"], "十二个"),
    ("pending", "results", ["会诊【待补：会诊例次】。"], "【待补：会诊例次】"),
    ("glue", "results", ["通过强化培训，有效提升业务能力。"], "通过强化培训，有效提升业务能力"),
    ("blessings", "results", ["完成改造，为患者安全提供坚实保障。"], "提供坚实保障。"),
    ("mechanisms_without_actor", "results", ["建立联动机制，形成工作合力。"], "建立联动机制"),
    ("mixed_weights", "results", ["通过等级评审，召开例会。"], "通过等级评审，召开例会。"),
    ("wrong_partners", "results", ["会诊例次提升明显。"], "例次提升"),
    ("wrong_level", "results", ["统筹推进区域卫生健康事业。"], "区域卫生健康"),
]


@pytest.mark.parametrize(("name", "section", "texts", "quote"), PLANTED, ids=[p[0] for p in PLANTED])
def test_a_planted_fault_is_measured_at_its_very_characters(name: str, section: str, texts: list[str], quote: str):
    case, draft = drafted("very-small")
    target = next(s.id for s in draft.sections if s.id.startswith(section) and s.blocks)

    before = measured(name, draft, case)
    after = measured(name, with_text(draft, target, texts), case)

    assert (before.score, before.failed) == (0, False)
    assert after.score > 0
    assert any(quote in span.quote for span in after.spans)


HARD = ("unclaimed_digits", "untraced", "structure", "inventions", "stale", "leftovers", "blocked")


@pytest.mark.parametrize("name", HARD)
def test_a_planted_fault_of_a_hard_measure_fails_the_case(name: str):
    case, draft = drafted("very-small")
    section, texts = next((s, t) for n, s, t, _ in PLANTED if n == name)
    target = next(s.id for s in draft.sections if s.id.startswith(section) and s.blocks)

    assert measured(name, with_text(draft, target, texts), case).failed


def first_results(draft: Draft) -> str:
    return next(s.id for s in draft.sections if s.id.startswith("results") and s.blocks)


def without(draft: Draft, part: str) -> Draft:
    kept = tuple(s for s in draft.sections if not s.id.startswith(part))
    return draft.model_copy(update={"sections": kept})


def renumbered(draft: Draft) -> Draft:
    sections = [s.model_copy(update={"number": "九、"}) if s.level == 1 else s for s in draft.sections]
    return draft.model_copy(update={"sections": tuple(sections)})


def headed(draft: Draft, heading: str) -> Draft:
    def changed(section: Any) -> Any:
        return section.model_copy(
            update={"level": 2, "heading": section.heading.model_copy(update={"text": heading, "claims": ()})}
        )

    target = first_results(draft)
    return draft.model_copy(update={"sections": tuple(changed(s) if s.id == target else s for s in draft.sections)})


def thrice(draft: Draft) -> Draft:
    """Three sections of a part with the same text."""
    source = next(s for s in draft.sections if s.id == first_results(draft))
    copies = tuple(source.model_copy(update={"id": f"results_{c}", "level": 2, "number": ""}) for c in "abc")
    return draft.model_copy(update={"sections": (*draft.sections, *copies)})


def mirrored(draft: Draft) -> Draft:
    source = next(s for s in draft.sections if s.id == first_results(draft))
    empty = {"blocks": (), "sentences": (), "level": 1, "number": ""}
    problems = source.model_copy(update={**empty, "id": "problems"})
    plan = source.model_copy(update={**empty, "id": "plan"})
    both = draft.model_copy(update={"sections": (*draft.sections, problems, plan)})
    both = with_text(both, "problems", ["人才队伍建设有待加强。", "依从率95.2%，未达96%的目标，差0.8个百分点。"])
    return with_text(both, "plan", ["进一步加强人才队伍建设。"])


def copied(draft: Draft) -> Draft:
    case, _ = drafted("poisoned")
    past = next(iter(case.past_texts.values()))
    line = next(text for text in past.split("\n") if text.startswith("一是急诊会诊到位慢"))
    return with_text(draft, first_results(draft), [line])


CHANGED: list[tuple[str, str, Callable[[Draft], Draft]]] = [
    ("structure", "very-small", lambda d: without(d, "results")),
    ("structure", "hospital", renumbered),
    ("coverage", "very-small", lambda d: without(d, "")),
    ("coverage_in_prose", "very-small", lambda d: without(d, "")),
    ("stale", "poisoned", lambda d: with_text(d, first_results(d), ["急诊118342人次，争创温馨急诊。"])),
    ("length", "very-small", lambda d: with_text(d, first_results(d), ["说明情况。" * 200])),
    ("density", "very-small", lambda d: with_text(d, first_results(d), ["1例、2例、3例、4例、5例、6例。" * 9])),
    ("rep_8", "very-small", lambda d: with_text(d, first_results(d), ["把住手术用药两道关口不放松。" * 30])),
    ("distinct_4", "very-small", lambda d: with_text(d, first_results(d), ["把住手术用药两道关口不放松。" * 30])),
    ("copied_share", "poisoned", copied),
    ("copied_run", "poisoned", copied),
    ("headings_that_fit_any_year", "very-small", lambda d: headed(d, "聚焦核心筑牢根基")),
    ("equal_sections", "very-small", thrice),
    ("same_openings", "very-small", thrice),
    ("number_chains", "very-small", lambda d: with_text(d, first_results(d), ["甲1例，乙2例，丙3例，丁4例。"])),
    ("shortcomings_as_table_rows", "very-small", mirrored),
    ("mirrored_plans", "very-small", mirrored),
    (
        "flat_time",
        "very-small",
        lambda d: with_text(d, first_results(d), ["全年推进甲。", "持续推进乙。", "不断推进丙。"]),
    ),
]


@pytest.mark.parametrize(("name", "source", "change"), CHANGED, ids=[f"{c[0]}-{i}" for i, c in enumerate(CHANGED)])
def test_a_draft_made_worse_measures_worse(name: str, source: str, change: Callable[[Draft], Draft]):
    case, draft = drafted(source)

    before, after = measured(name, draft, case), measured(name, change(draft), case)

    falls = name in ("coverage", "coverage_in_prose", "distinct_4")
    assert after.score < before.score if falls else after.score > before.score
    assert after.spans or name == "density"


def test_what_was_sent_several_times_is_no_repetition_of_the_writers():
    from eval.measures import _repeated

    phrase = "夜班每周公布排班"

    assert _repeated(phrase * 3, 8)[0] > 0
    assert _repeated(f"甲{phrase}乙{phrase}丙{phrase}", 8)[0] > 0
    assert _repeated(f"甲{phrase}乙{phrase}丙{phrase}", 8, f"丁{phrase}戊{phrase}己{phrase}")[0] == 0
    assert _repeated(f"甲{phrase}乙{phrase}丙{phrase}", 8, f"丁{phrase}戊{phrase}")[0] > 0


def test_every_measure_has_a_draft_on_which_it_fails():
    assert {p[0] for p in PLANTED} | {c[0] for c in CHANGED} == set(MEASURE)


# --- our own reading and truth --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "qualifier", "value", "unit"),
    [
        ("3.2万人次", "", "32000", "人次"),
        ("超过28万次", "over", "280000", "次"),
        ("4万余人次", "odd", "40000", "人次"),
        ("95%以上", "at_least", "95", "%"),
        ("36.4DDDs/百人天", "", "36.4", "DDDs/百人天"),
    ],
)
def test_a_printed_number_is_read_without_the_product(text: str, qualifier: str, value: str, unit: str):
    printed = read_printed(text)

    assert printed is not None
    assert (printed.qualifier, printed.value, printed.unit) == (qualifier, Decimal(value), unit)
    assert str(printed) == text


def test_what_is_no_single_number_is_not_read():
    assert [read_printed(t) for t in ("7月18日", "2026年", "1:0.55", "3—12月", "未发生")] == [None] * 5


def test_digits_outside_claims_are_found():
    assert uncovered("门诊3.2万，出院56人", [(2, 6)]) == [(9, 11)]


@pytest.mark.parametrize(
    ("value", "text", "true"),
    [
        ("31986", "3.2万人次", True),
        ("31986", "近3.2万人次", True),
        ("32000", "近3.2万人次", False),
        ("32000", "超3.2万人次", False),
        ("32000", "约3.2万人次", True),
        ("32000", "3.2人次", False),
        ("32000", "3.2万人", False),
    ],
)
def test_a_careful_clerk_would_sign_it_or_not(value: str, text: str, true: bool):
    printed = read_printed(text)

    assert printed is not None
    assert holds(Decimal(value), printed, "人次") is true


# --- mutants --------------------------------------------------------------------------------------


def test_the_clean_sentences_are_at_least_sixty_and_true_under_the_figures():
    truth = grounds()["clean"].truth
    sentences = written_sentences()

    assert len(sentences) >= 60
    for sentence in sentences:
        for token in sentence.tokens:
            assert sentence.text[token.start : token.end] == token.text
            if token.kind == "number":
                printed = read_printed(token.text)
                assert printed is not None
                assert truth.holds(token.metric, token.field, printed, printed.unit), (sentence.text, token)
            elif token.kind == "direction":
                assert truth.sign(token.metric, token.field) != 0


def hand_mutants() -> Iterator[tuple[Mutant, bool]]:
    for sentence in written_sentences():
        yield from mutants_of(sentence, grounds()["clean"].truth)


@pytest.mark.parametrize("department", DEPARTMENTS)
def test_a_sentence_of_a_draft_is_judged_under_the_heading_that_a_reader_sees_over_it(department: str):
    goals = [s for s in draft_sentences(department) if any(t.field == "goal" for t in s.tokens)]

    assert goals
    assert all("2026年工作计划" in sentence.head.partition("\n")[2] for sentence in goals)


def test_mutants_change_one_thing_inside_their_spans_and_come_in_every_class():
    mutants = list(hand_mutants())

    assert {m.kind for m, _ in mutants} == set(CLASSES)
    assert len({(m.text, m.kind) for m, _ in mutants}) == len(mutants)
    for mutant, _ in mutants:
        original = mutant.sentence.document
        first, last = min(s for s, _ in mutant.origin), max(e for _, e in mutant.origin)
        assert mutant.text != original
        assert mutant.text.startswith(original[:first])
        assert mutant.text.endswith(original[last:])
        if mutant.kind != "swap":
            assert mutant.after in [mutant.text[start:end] for start, end in mutant.spans]


def test_the_classes_do_what_they_say():
    sentence = parse_sentence(
        "平均住院日由[2024年|year.-1]的[7.6天|平均住院日.prev][缩短|平均住院日.dir]至[7.3天|平均住院日.now]。", "P", "x"
    )

    made = {(m.kind, m.before, m.after) for m, _ in mutants_of(sentence, grounds()["clean"].truth)}

    assert ("last_year", "7.3天", "7.6天") in made
    assert ("unit", "7.3天", "7.3小时") in made
    assert ("direction", "缩短", "延长") in made
    assert ("decimal", "7.3天", "73天") in made
    assert ("year", "2024年", "2023年") in made
    assert ("qualifier", "7.3天", "近7.3天") in made
    assert ("swap", "7.6天…7.3天", "7.3天…7.6天") in made


def test_a_mutant_that_is_still_true_is_left_out_and_counted():
    sentence = parse_sentence("门诊人次[32000人次|门诊人次.now]。", "P", "x")

    result = benchmark([sentence], blind)

    assert result["left_out"] == {"still_true": 1}  # 约32000人次
    assert all("约" not in miss["after"] for miss in result["misses"])


def blind(_sentence: CleanSentence, _text: str) -> list[Flag]:
    return []


def all_seeing(sentence: CleanSentence, text: str) -> list[Flag]:
    """Flags the characters in which a text differs from what it was."""
    old = sentence.document
    if text == old:
        return []
    start = next((i for i, (a, b) in enumerate(zip(old, text, strict=False)) if a != b), min(len(old), len(text)))
    return [Flag(start, start + 1, "number-wrong", "error")]


def nervous(sentence: CleanSentence, text: str) -> list[Flag]:
    """Also flags the title, always."""
    return [*all_seeing(sentence, text), Flag(0, 2, "number-wrong", "warning")]


def test_who_sees_all_who_sees_nothing_and_who_cries_wolf_score_as_they_should():
    sentences = written_sentences()[:12]

    seeing, nothing, wolf = (benchmark(sentences, c)["classes"]["all"] for c in (all_seeing, blind, nervous))

    assert (seeing["recall"], seeing["precision"]) == (1.0, 1.0)
    assert (nothing["recall"], nothing["precision"]) == (0.0, None)
    assert (wolf["recall"], wolf["precision"]) == (1.0, 0.5)
    assert benchmark(sentences, nervous)["clean_texts"]["by_hand_flagged"] == 12


def test_the_product_sees_most_of_a_sample():
    result = benchmark(written_sentences()[:30], every=20)

    assert result["classes"]["all"]["recall"] > 0.75


# --- runs -----------------------------------------------------------------------------------------


def test_the_cases_say_what_they_are():
    cases = all_cases()

    assert len(cases) >= 12
    assert {c.kind for c in cases} == {"summary", "plan", "summary-plan", "key-points", "ideas"}
    assert {"科室", "医院", "乡镇"} <= {c.level for c in cases}
    assert len({c.hash for c in cases}) == len(cases)
    assert all((c.folder / f).is_file() for c in cases for f in (*c.figures, *c.matters))


def test_two_runs_give_the_same_bytes():
    names = ("poisoned", "very-small")

    first, second = (json.dumps(run_cases(names)[0], ensure_ascii=False) for _ in range(2))

    assert first == second
    assert benchmark(written_sentences()[:4], every=7) == benchmark(written_sentences()[:4], every=7)


def test_the_table_names_each_case_and_what_failed():
    case, draft = drafted("very-small")
    bad = with_text(draft, first_results(draft), ["另有讲座37场。"])
    row = {m.__name__: m(Seen(bad, case)) for m in (*MEASURES, *TELLS)}
    result, times = run_cases(["very-small"])
    result["cases"]["very-small"]["measures"]["unclaimed_digits"] = {
        "score": row["unclaimed_digits"].score,
        "spans": [list(s) for s in row["unclaimed_digits"].spans],
    }
    result["failed"] = {"very-small": ["unclaimed_digits"]}

    shown = show(result, times)

    assert "very-small" in shown
    assert "✗ very-small unclaimed_digits" in shown
    assert "37" in shown

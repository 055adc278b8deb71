"""The hand-made cases bite: what each forbids, owes or disputes is measured as soon as the product does it."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from eval import cases as cases_module
from eval.cases import CASES, VARIANTS, Case, all_cases, read_case
from eval.content import unrequested, untold_disputes
from eval.fidelity import judged
from eval.measures import Seen, coverage, stale
from eval.plain import plain

from chugao.checks import Report
from chugao.manuscript import Block, Draft, Sentence
from chugao.metrics.facts import derive
from chugao.source import Claim

BY_HAND = [c for c in all_cases() if c.variant != "real"]
ODDITIES = tuple(v for v in VARIANTS if v not in ("real", "generated"))
KINDS = ("summary", "plan", "summary-plan", "key-points", "ideas")


def of(variant: str) -> list[str]:
    return [c.name for c in BY_HAND if c.variant == variant]


@cache
def case_of(name: str) -> Case:
    return read_case(CASES / name)


@cache
def drafted(name: str) -> Draft:
    return case_of(name).draft()


def saying(draft: Draft, text: str, *claims: Claim) -> Draft:
    """The draft with one more sentence at the end."""
    last = next(s for s in reversed(draft.sections) if s.blocks)
    sentence = Sentence(id=f"{last.id}.planted", text=text, claims=claims)
    block = Block(id=f"{last.id}_planted", type="paragraph", sentence_ids=(sentence.id,))
    more = last.model_copy(update={"blocks": (*last.blocks, block), "sentences": (*last.sentences, sentence)})
    return draft.model_copy(update={"sections": tuple(more if s.id == last.id else s for s in draft.sections)})


def test_every_kind_meets_every_oddity():
    assert {(k, v) for k in KINDS for v in ODDITIES} == {(c.kind, c.variant) for c in BY_HAND}


def test_there_are_no_two_cases_of_the_same_bytes():
    assert len({c.hash for c in BY_HAND}) == len(BY_HAND)


@pytest.mark.parametrize("name", [c.name for c in BY_HAND if c.forbidden])
def test_whatever_a_case_forbids_is_found_when_it_is_written(name: str):
    case, draft = case_of(name), drafted(name)

    assert not stale(Seen(draft, case)).failed
    for word in case.forbidden:
        assert word in [s.quote for s in stale(Seen(saying(draft, f"其中{word}。"), case)).spans], word


@pytest.mark.parametrize("name", [c.name for c in BY_HAND if c.required])
def test_a_required_metric_that_is_left_out_is_missed(name: str):
    case, draft = case_of(name), drafted(name)

    assert coverage(Seen(draft, case)).score == 1
    bare = draft.model_copy(
        update={"sections": tuple(s.model_copy(update={"blocks": (), "sentences": ()}) for s in draft.sections)}
    )
    # What two files say differently may be told as 待补.
    sure = [r for r in case.required if r not in case.disputed]
    assert len(coverage(Seen(bare, case)).spans) == len(sure)


# --- what makes a case odd ------------------------------------------------------------------------


@pytest.mark.parametrize("name", of("late"))
def test_a_late_case_fails_a_draft_that_kept_an_early_figure(name: str):
    case = case_of(name)
    early = {o.metric: o for o in case.early_figures.observations if o.role.value == "actual"}
    moved = [
        (o, early[o.metric])
        for o in case.read_figures.observations
        if o.role.value == "actual"
        and o.period.year == 2025
        and o.metric in early
        and early[o.metric].quantity != o.quantity
    ]

    assert moved
    for _, old in moved:
        printed = old.quantity.printed
        text = f"全年为{printed}。"
        start = text.index(printed)
        claim = Claim(start=start, end=start + len(printed), state="metric", id=f"{old.metric}.now", metric=old.metric)
        wrong, _ = judged(Seen(saying(drafted(name), text, claim), case))
        assert any(printed in w.span.quote for w in wrong), printed


@pytest.mark.parametrize("name", of("contradictory"))
def test_a_dispute_comes_from_the_figures_and_is_lost_when_nobody_is_told(name: str):
    case, draft = case_of(name), drafted(name)
    silent = Seen(draft.model_copy(update={"findings": (), "requests": (), "sections": ()}), case.model_copy())
    silent.case.__dict__["read_figures"] = case.read_figures.model_copy(update={"findings": ()})
    silent.__dict__["report"] = Report((), {})

    assert case.disputed
    assert not untold_disputes(Seen(draft, case)).failed
    assert len(untold_disputes(silent).spans) == len(case.disputed)


@pytest.mark.parametrize("name", [n for n in of("missing") if case_of(n).owed])
def test_what_is_owed_has_no_value_and_is_missed_when_nobody_is_asked(name: str):
    case, draft = case_of(name), drafted(name)

    assert not unrequested(Seen(draft, case)).failed
    without = draft.model_copy(update={"requests": (), "sections": ()})
    assert unrequested(Seen(without, case)).failed


IN_THE_PAST: dict[str, Callable[[Case], str]] = {
    "poisoned": lambda c: "\n".join(c.past_texts.values()),
    "injected": lambda c: "\n".join(c.past_texts.values()),
    "masked": lambda c: "\n".join([*c.past_texts.values(), *(plain(c.folder / f) for f in c.figures)]),
}


@pytest.mark.parametrize("name", [n for v in IN_THE_PAST for n in of(v)])
def test_what_a_case_forbids_is_what_its_past_reports_or_masked_figures_tempt_with(name: str):
    case = case_of(name)
    tempting = IN_THE_PAST[case.variant](case)

    assert sum(word in tempting for word in case.forbidden) >= min(2, len(case.forbidden))


def rows_of(case: Case) -> int:
    return sum(len(plain(case.folder / f).strip().splitlines()) - 1 for f in (*case.figures, *case.matters))


def test_a_long_case_has_many_rows_and_a_small_one_few():
    assert all(rows_of(case_of(n)) >= 26 for n in of("very-long"))
    assert all(rows_of(case_of(n)) <= 7 for n in of("very-small"))


# --- missed targets -------------------------------------------------------------------------------

LOOKING_BACK = [c for c in BY_HAND if c.kind in ("summary", "summary-plan") and not c.period and c.figures]
_SAYS_WHAT_IS_MEASURED = set("率数人次的患者病相关发生")


def _missed(case: Case) -> list[tuple[str, str]]:
    """(id, name) of what the year's figures show to be worse than its target."""
    facts = derive(case.read_figures, case.outline.reported)
    found = []
    for metric in facts.metrics():
        gap, known = facts.get(metric, "gap"), facts.definitions[metric]
        if gap is not None and (gap.value > 0 if known.better == "down" else gap.value < 0):
            found.append((metric, known.name))
    return found


def _shortcoming_of(name: str, case: Case) -> bool:
    """Whether a shortcoming that a department told is of this very metric: most of its characters stand in it."""
    own = set(name) - _SAYS_WHAT_IS_MEASURED
    told = [m.text + m.result for m in case.read_matters.items if m.category == "不足"]
    return any(len(own & set(text)) >= 0.7 * len(own) for text in told)


@pytest.mark.parametrize("name", [c.name for c in LOOKING_BACK])
def test_every_target_that_was_missed_is_named_in_the_prose(name: str):
    case, draft = case_of(name), drafted(name)
    prose = "".join(s.text for _, s in draft.sentences())
    told = {c.metric for _, s in draft.sentences() for c in s.claims}

    silent = [n for m, n in _missed(case) if n not in prose and m not in told and not _shortcoming_of(n, case)]

    assert not silent


def test_some_cases_miss_targets():
    assert sum(len(_missed(c)) for c in LOOKING_BACK) > 20


def test_without_the_published_papers_their_cases_are_left_out_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(cases_module, "SHARED", tmp_path / "shared")

    left = {c.name for c in all_cases()}

    assert {"real-stroke-rehab", "real-county-hospital"} & left == set()
    assert "real-stroke-rehab" in capsys.readouterr().err
    assert len(left) > 70

"""Numbers and tells of our drafts, held against the proofread reports of provinces as both are measured now."""

from functools import cache
from itertools import combinations
from unittest import mock

import pytest
from eval.cases import all_cases
from eval.density import BEARABLE, SHORTER, may_hold, numbers_in, passages, quartiles, reports
from eval.tellrates import Text, of_reports, rates

from chugao.catalogue import load_catalogue
from chugao.checks.tells import parts_of
from chugao.engines import pen
from chugao.engines.phrasing import Frame, Metric, Phraser, Purpose
from chugao.kind import Kind
from chugao.manuscript import Draft
from tests.test_composer import grams

POLICY = (Kind.KEY_POINTS, Kind.IDEAS)


USED: dict[tuple[str, ...], list[Frame]] = {}
"""What was said of which kind of metric → the frames among which the composer chose."""


class Watched(Phraser):
    """Keeps every choice it had."""

    def choices(self, metric: Metric, purpose: Purpose, *, plain: bool, sparse: bool) -> list[Frame]:
        found = super().choices(metric, purpose, plain=plain, sparse=sparse)
        if found:
            said = "plain" * plain + "sparse" * sparse
            USED[purpose, metric.kind, metric.direction, said, *sorted(f.id for f in found)] = found
        return found


@cache
def drafts() -> tuple[tuple[str, Draft, str], ...]:
    """(case, draft, what was given) of every case by hand."""
    with mock.patch.object(pen, "Phraser", Watched):
        return tuple((case.name, case.draft(), case.given_text) for case in all_cases())


def prose(draft: Draft) -> str:
    return "".join("".join(s.text for _, s in draft.sentences()).split())


def values_told(draft: Draft) -> set[str]:
    """The metrics that the prose tells by their value."""
    return {c.metric for _, s in draft.sentences() for c in s.claims if c.metric and c.id.endswith(".now")}


def indispensable(draft: Draft) -> set[str]:
    """The metrics that no paper of its department may leave out."""
    return {m.id for m in load_catalogue() if draft.department in m.required_by}


@pytest.mark.parametrize(
    ("characters", "most"), [(60, 3), (110, 4), (249, 9), (500, 16), (799, 26), (800, 20), (2000, 50)]
)
def test_a_short_paper_may_hold_more_numbers_for_its_length(characters: int, most: int) -> None:
    assert may_hold(characters) == most


def test_a_passage_is_whole_sentences_and_as_long_as_was_asked() -> None:
    text = "一二三四五。六七。\n八九十一二三。四五"

    assert list(passages(text, 4)) == ["一二三四五。", "六七。八九十一二三。"]
    assert numbers_in("2025年3月门诊12.5万人次，增长6%。") == 2


def test_no_draft_that_tells_of_a_year_holds_more_numbers_than_a_text_of_its_length_bears() -> None:
    told = [(name, draft) for name, draft, _ in drafts() if draft.kind not in POLICY]
    over = {name: numbers_in(prose(d)) - may_hold(len(prose(d))) for name, d in told}

    # The last figure that a paper tells is never taken from it, however many numbers its matters hold, and none that
    # its department must not leave out.
    assert len(told) >= 30
    spare = {n: (values_told(d) - indispensable(d), values_told(d)) for n, d in told}
    assert {n: over[n] for n, (free, every) in spare.items() if over[n] > 0 and free and len(every) > 1} == {}


def test_every_cell_of_the_bank_that_a_draft_uses_has_four_frames_that_are_not_alike() -> None:
    assert len(drafts()) > 50
    assert len({cell[:4] for cell in USED}) >= 20

    assert {cell: len(frames) for cell, frames in USED.items() if len(frames) < 4} == {}
    pairs = {(a.id, b.id): grams(a.text) | grams(b.text) for f in USED.values() for a, b in combinations(f, 2)}
    texts = {f.id: grams(f.text) for frames in USED.values() for f in frames}
    assert [(a, b) for (a, b), both in pairs.items() if len(texts[a] & texts[b]) > 0.5 * len(both)] == []


@pytest.mark.shared
def test_what_a_text_bears_is_what_reports_hold_of_the_year_past() -> None:
    done = [halves.done for halves in reports().values()]

    assert len(done) >= 12
    assert quartiles(done, 800)[1] >= BEARABLE
    for below, bears in SHORTER.items():
        for size in (100, 200, 250, 300, 500, 800):
            if size <= below:
                assert bears <= quartiles(done, size)[2], f"passages of {size} characters"


@pytest.mark.shared
def test_no_tell_is_more_frequent_in_our_drafts_than_in_reports() -> None:
    theirs = of_reports()
    ours = rates(Text(parts_of(draft), given, draft.level) for _, draft, given in drafts())

    assert theirs[1].of >= 200
    assert {n: (ours[n], theirs[n]) for n in ours if ours[n].share > theirs[n].share} == {}

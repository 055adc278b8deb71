"""Figures that cannot be right, asked about where a draft of ours prints them.

In: a draft and the figures it was made from.  Out: findings, placed at the first sentence or row that prints the figure.

Surprise: the verifier is content with such a number, it says what the figures say.  A share of 102.3 % and an aim
below what is reached already are wrong before a word is written.  要点 and 思路 tell no such aim and have no table that
shows it, so there the clerk is told that it was left out.
"""

from collections.abc import Iterator

from chugao.checks.evidence import claimed
from chugao.checks.given import rows_of
from chugao.kind import Kind
from chugao.manuscript import Draft
from chugao.metrics.observation import Figures
from chugao.metrics.plausibility import implausible
from chugao.metrics.targets import validate_targets
from chugao.period import read_period
from chugao.source import Finding, Place, Severity

_OF_TARGETS = ("target.range", "target.direction", "target.worse")


def impossible_figures(draft: Draft, figures: Figures) -> Iterator[Finding]:
    """Each impossible figure and backward aim that the draft prints, once, and the backward aims it leaves out."""
    own, period = rows_of(figures, draft.department, draft.organisation), read_period(draft.period)
    told = [f for f in implausible(own, period) if f.severity is Severity.ERROR]
    told += [f for f in validate_targets(own, period) if f.rule in _OF_TARGETS]
    if not told:
        return
    given_at = {str(o.source): o for o in own.observations}
    for finding in told:
        given = given_at.get(finding.place.section)
        metric = given.metric if given else ""
        printed = ((c, at) for _, claims, at in claimed(draft) for c in claims if metric and c.metric == metric)
        if (first := next(printed, None)) is not None:
            claim, at = first
            place = at.model_copy(update={"start": claim.start, "end": claim.end})
            yield finding.model_copy(update={"place": place})
        elif finding.rule == "target.worse" and _untold_here(draft) and given and given.period.year == draft.year:
            place = Place(start=0, end=0, section=draft.sections[0].id)
            yield finding.model_copy(update={"place": place, "hint": f"{finding.hint}这一稿没有写这个目标。"})


def _untold_here(draft: Draft) -> bool:
    """Whether a goal stands in no table of this kind of paper."""
    return draft.kind in (Kind.KEY_POINTS, Kind.IDEAS)

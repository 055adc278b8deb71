"""Figures that cannot be right, asked about where a draft of ours prints them.

In: a draft and the figures it was made from.  Out: findings, placed at the first sentence or row that prints the figure.

Surprise: the verifier is content with such a number, it says what the figures say.  A share of 102.3 % and an aim
below what is reached already are wrong before a word is written.
"""

from collections.abc import Iterator

from chugao.checks.evidence import claimed
from chugao.checks.given import rows_of
from chugao.manuscript import Draft
from chugao.metrics.observation import Figures
from chugao.metrics.plausibility import implausible
from chugao.metrics.targets import validate_targets
from chugao.period import read_period
from chugao.source import Finding, Severity

_OF_TARGETS = ("target.range", "target.direction", "target.worse")


def impossible_figures(draft: Draft, figures: Figures) -> Iterator[Finding]:
    """Each impossible figure and backward aim that the draft prints, once."""
    own, period = rows_of(figures, draft.department, draft.organisation), read_period(draft.period)
    told = [f for f in implausible(own, period) if f.severity is Severity.ERROR]
    told += [f for f in validate_targets(own, period) if f.rule in _OF_TARGETS]
    if not told:
        return
    metric_at = {str(o.source): o.metric for o in own.observations}
    for finding in told:
        metric = metric_at.get(finding.place.section)
        printed = ((c, at) for _, claims, at in claimed(draft) for c in claims if metric and c.metric == metric)
        if (first := next(printed, None)) is not None:
            claim, at = first
            place = at.model_copy(update={"start": claim.start, "end": claim.end})
            yield finding.model_copy(update={"place": place})

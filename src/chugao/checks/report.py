"""What a check found, put in order: each place once, the worst first, nothing said twice of one number.

In: findings of all rules, verdicts on the numbers.  Out: `Report`.

Surprise: two rules may speak of one place.  What the figures say of a number stands over what arithmetic says of it.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from chugao.checks.numbers import Verdict
from chugao.material import Matter
from chugao.metrics.facts import Facts
from chugao.source import Finding, Severity


class Report(NamedTuple):
    """What a check found, and how many numbers it could trace."""

    findings: tuple[Finding, ...]
    numbers: dict[str, int]
    verdicts: tuple[Verdict, ...] = ()
    facts: Facts | None = None
    matters: tuple[Matter, ...] = ()
    """What a foreign text was held against."""

    @property
    def blocked(self) -> bool:
        """Whether a final export must stop."""
        return any(f.severity.blocks for f in self.findings)


_ORDER = {s: i for i, s in enumerate((Severity.FATAL, Severity.ERROR, Severity.WARNING, Severity.INFO))}


_FOR_WANT_OF_FIGURES = frozenset(
    {"pp-unit", "direction-verb", "verb-noun", "beyond-band", "target-worse", "baseline-year", "state-contradicted"}
)


_OF_TRACED = frozenset({"delta-math", "pp-unit", "growth-table"})
_OF_PAIRS = frozenset({"direction-verb", "target-worse"})


def unsettled(findings: Sequence[Finding], verdicts: Sequence[Verdict]) -> list[Finding]:
    """Without arithmetic on numbers that the figures themselves give: what contradicts them is another number."""
    traced = {(v.mention.start, v.mention.end) for v in verdicts if v.traced and "." in v.by}
    # A number of which the figures know nothing contradicts none of them: without figures every one is untraced.
    wrong = {v.mention.sentence for v in verdicts if v.finding is not None and v.finding.rule != "number-untraced"}
    return [f for f in findings if not _settled(f, traced, wrong)]


def _settled(finding: Finding, traced: Collection[tuple[int, int]], wrong: Collection[tuple[int, int]]) -> bool:
    start, end = finding.place.start, finding.place.end
    if finding.rule in _OF_TRACED:
        return (start, end) in traced
    return finding.rule in _OF_PAIRS and any(s <= start and end <= e for s, e in wrong)


def _spot(finding: Finding) -> tuple[str, str, int, int]:
    place = finding.place
    return place.section, place.sentence, place.start, place.end


def distinct(findings: Sequence[Finding]) -> list[Finding]:
    """Each place once for a rule, the worst first, else in the order of the text."""
    unique: dict[tuple[str, str, str, int, int], Finding] = {}
    judged = {_spot(f) for f in findings if f.rule.startswith("number-")}
    for finding in findings:
        place = finding.place
        if finding.rule in _FOR_WANT_OF_FIGURES and _spot(finding) in judged:
            continue  # the figures have said it, and what it should be
        unique.setdefault((finding.rule, place.section, place.sentence, place.start, place.end), finding)
    return sorted(unique.values(), key=lambda f: _ORDER[f.severity])

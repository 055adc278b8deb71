"""Findings as a person sees them: alike ones in one line, each place still there for a program.

In: findings.  Out: `Fold`s in the order of weight.
"""

from collections.abc import Iterable
from typing import NamedTuple

from chugao.source import Finding

_QUOTES, _LONGEST_QUOTE = 6, 16


class Fold(NamedTuple):
    """One line on the screen."""

    first: Finding
    places: int
    quotes: tuple[str, ...]
    """Different quotes, in order."""

    @property
    def line(self) -> str:
        """Label, hint, and how many more: “[提醒] …（同类共3处：台、例、次）”."""
        return f"[{self.first.severity.label}] {self.first.hint}{self.more}"

    @property
    def more(self) -> str:
        """How many places besides, and the first words they are about; "" for one alone."""
        if self.places == 1:
            return ""
        shown = [q if len(q) <= _LONGEST_QUOTE else f"{q[: _LONGEST_QUOTE - 1]}…" for q in self.quotes[:_QUOTES]]
        named = f"：{'、'.join(shown)}{'等' if len(self.quotes) > _QUOTES else ''}" if len(self.quotes) > 1 else ""
        return f"（同类共{self.places}处{named}）"


_LAYOUT = "layout"


def fold(findings: Iterable[Finding]) -> tuple[Fold, ...]:
    """Findings of one rule in one line.

    What contradicts the figures stands alone, since each has a right number of its own; layout is always one line; a
    rule that weighs some places more than others has a line for each weight.
    """
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        family = _LAYOUT if finding.rule.partition("-")[0] == _LAYOUT else finding.rule
        alone = finding.severity.blocks and finding.rule.startswith("number-") and finding.rule != "number-untraced"
        groups.setdefault((family, finding.hint if alone else finding.severity.value), []).append(finding)
    return tuple(
        Fold(group[0], len(group), tuple(dict.fromkeys(f.quote for f in group if f.quote))) for group in groups.values()
    )

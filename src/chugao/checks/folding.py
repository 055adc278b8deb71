"""Findings as a person sees them: alike ones in one line, each place still there for a program.

In: findings.  Out: `Fold`s in the order of weight.
"""

from collections.abc import Iterable
from typing import NamedTuple

from chugao.source import Finding

_QUOTES = 6


class Fold(NamedTuple):
    """One line on the screen."""

    first: Finding
    places: int
    quotes: tuple[str, ...]
    """Different quotes, the first few."""

    @property
    def line(self) -> str:
        """Label, hint, and how many more: “[提醒] …（同类共3处：台、例、次）”."""
        more = ""
        if self.places > 1:
            named = f"：{'、'.join(self.quotes[:_QUOTES])}{'等' if len(self.quotes) > _QUOTES else ''}"
            more = f"（同类共{self.places}处{named if len(self.quotes) > 1 else ''}）"
        return f"[{self.first.severity.label}] {self.first.hint}{more}"


_LAYOUT = "layout"


def fold(findings: Iterable[Finding]) -> tuple[Fold, ...]:
    """Findings of one rule in one line; what blocks is folded only with the very same hint; layout is always one line."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        layout = finding.rule.partition("-")[0] == _LAYOUT
        key = _LAYOUT if layout else finding.hint if finding.severity.blocks else ""
        groups.setdefault((_LAYOUT if layout else finding.rule, key), []).append(finding)
    return tuple(
        Fold(group[0], len(group), tuple(dict.fromkeys(f.quote for f in group if f.quote))) for group in groups.values()
    )

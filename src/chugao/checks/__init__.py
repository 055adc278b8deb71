"""Check a draft of ours or any text: numbers, direction, masks, parts, numbering, inventions.

In: `Draft` or text, figures, matters.  Out: findings, worst first in the order of the text.

The verifier reads the finished text and knows nothing of how it was made; whoever wrote it, the same rules hold.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chugao.checks.dismissals import Dismissal
from chugao.checks.foreign import examine_text
from chugao.checks.ours import examine_alone, examine_draft, with_copies
from chugao.checks.report import Report
from chugao.config import Office
from chugao.kind import Kind
from chugao.manuscript import Draft
from chugao.material import Matters
from chugao.metrics.observation import Figures
from chugao.source import Finding

if TYPE_CHECKING:
    from chugao.index import Index

__all__ = ["Report", "check", "examine", "examine_alone", "examine_draft", "examine_text"]


def check(
    thing: Draft | str,
    facts: Figures | None = None,
    matters: Matters | None = None,
    index: "Index | None" = None,
    *,
    kind: Kind | None = None,
    year: int | None = None,
    department: str | None = None,
    office: Office | None = None,
    dismissals: Sequence[Dismissal] = (),
) -> tuple[Finding, ...]:
    """Findings about a draft or a text; see `examine` for the count of numbers as well."""
    return examine(
        thing, facts, matters, index, kind=kind, year=year, department=department, office=office, dismissals=dismissals
    ).findings


def examine(
    thing: Draft | str,
    facts: Figures | None = None,
    matters: Matters | None = None,
    index: "Index | None" = None,
    *,
    kind: Kind | None = None,
    year: int | None = None,
    department: str | None = None,
    office: Office | None = None,
    dismissals: Sequence[Dismissal] = (),
) -> Report:
    """Check a draft of ours, or a foreign text, against figures and matters.

    `year` is the year in the title, read from the title when not given; `office` knows its own name and leaders;
    `dismissals` are what the office has passed before.  Offsets: within the sentence for a draft, of the whole text
    for a text.
    """
    figures = facts or Figures()
    if isinstance(thing, Draft):
        if figures.observations or (matters is not None and matters.items):
            report = examine_draft(thing, figures, matters or Matters(), office=office, dismissals=dismissals)
        else:
            report = examine_alone(thing, office=office, dismissals=dismissals)
        return report if index is None else with_copies(report, thing, index, matters, office, dismissals)
    return examine_text(
        thing,
        figures,
        matters or Matters(),
        index,
        kind=kind,
        year=year,
        department=department,
        office=office,
        dismissals=dismissals,
    )

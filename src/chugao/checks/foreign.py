"""A text that somebody wrote before the rules: figures, matters, past reports; no model and no account.

In: text, figures, matters.  Out: a `Report`; offsets count in the whole text.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING

from chugao.checks.copying import check_copying, known_of
from chugao.checks.dismissals import Dismissal, silenced
from chugao.checks.given import Context, facts_of, told_by
from chugao.checks.inventions import ask_about_inventions
from chugao.checks.judged import misjudged
from chugao.checks.numbers import Verdict, numbers_of, verify, years_unknown
from chugao.checks.reading import read, readable
from chugao.checks.report import Report, distinct, unsettled
from chugao.checks.rules import find_by_rules
from chugao.checks.steady import unsteady
from chugao.checks.tables import verify_rows
from chugao.checks.tells import tell_reading
from chugao.checks.wording import find_pending
from chugao.config import Office
from chugao.kind import Kind, kind_of_title, reported_and_planned, years_of_title
from chugao.material import Matter, Matters
from chugao.mentions import Mention, find_mentions
from chugao.metrics.headers import period_in
from chugao.metrics.observation import Figures, Role
from chugao.period import Period
from chugao.source import Finding

if TYPE_CHECKING:
    from chugao.index import Index


def examine_text(
    text: str,
    figures: Figures,
    matters: Matters,
    index: "Index | None" = None,
    *,
    kind: Kind | None = None,
    year: int | None = None,
    department: str | None = None,
    office: Office | None = None,
    dismissals: Sequence[Dismissal] = (),
) -> Report:
    """Check a text that somebody wrote, against figures; kind and year are the title's when not given."""
    title = next((line.strip(" #\t") for line in text.split("\n") if line.strip()), "")[:80]
    kind = kind or kind_of_title(title)
    titled, planned = reported_and_planned(kind, years_of_title(title))
    year = year or titled or planned
    period = _reported_period(kind, year, figures, title)
    known = year if year is not None else period.year if figures.observations else None
    year = year if year is not None else period.year
    facts = facts_of(figures, period, department)
    context = Context(facts=facts, matters=_items(matters, department), kind=kind, year=year)
    whole, text = text, readable(text)
    mentions = find_mentions(text, figures.catalogue(), kind=kind, year=known)
    verdicts = _verify_lines(text, context, mentions)
    findings = [v.finding for v in verdicts if v.finding]
    reading = read(
        whole,
        kind=kind,
        year=known,
        office=office,
        catalogue=figures.catalogue(),
        given=told_by(context),
        mentions=mentions,
    )
    findings += [*find_pending(text), *find_by_rules(reading), *tell_reading(reading)]
    findings += [*years_unknown(text, context, told_by(context)), *unsteady(text, facts), *misjudged(text, facts)]
    findings = unsettled(findings, verdicts)
    findings += ask_about_inventions(reading, facts, context.matters)
    if index is not None and len(index):
        findings += check_copying(reading, index, known_of(facts, context.matters), department=department)
    if not figures.observations:
        findings = [f for f in findings if not f.rule.startswith("number-untraced")]
    bounds = [-1, *(m.start() for m in _BOUND.finditer(text)), len(text)]
    placed = [_with_sentence(f, text, bounds) for f in distinct([*silenced(findings, dismissals, text)])]
    return Report(tuple(placed), numbers_of(verdicts), tuple(verdicts), facts, tuple(context.matters))


def _verify_lines(text: str, context: Context, mentions: Sequence[Mention]) -> list[Verdict]:
    """Prose by `verify`, tables (lines with tabs or pipes) row by row under their header."""
    rows = verify_rows(text, context)
    starts = [s for s, _, _ in rows]

    def in_table(place: int) -> bool:
        at = bisect_right(starts, place) - 1
        return at >= 0 and place < rows[at][1]

    verdicts = verify(text, context, mentions=[m for m in mentions if not in_table(m.start)])
    return verdicts + [v for _, _, found in rows for v in found]


def _items(matters: Matters, department: str | None) -> tuple[Matter, ...]:
    return (matters.of_department(department).items or matters.items) if department else matters.items


def _reported_period(kind: Kind | None, year: int | None, figures: Figures, title: str = "") -> Period:
    """What “this year” is: from the title, else the latest year with results.

    A title that names a part of the year means that part, where the figures hold it: half a year is not held against
    the whole one that stands in the same workbook.
    """
    actual = [o for o in figures.observations if o.role is Role.ACTUAL]
    if year is not None:
        reported = Period(year=year if kind is None or kind.looks_back else year - 1)
        part = period_in(title, bare_year=False)
        if part is not None and part.year == reported.year and any(part in (o.period, o.counted) for o in actual):
            return part
        return reported
    return max((o.period for o in actual), key=lambda p: (p.year, p.last_month), default=Period(year=2000))


_BOUND = re.compile("[。！？\n]")


def _with_sentence(finding: Finding, text: str, bounds: Sequence[int]) -> Finding:
    """Section heading and sentence around a finding of a foreign text; `bounds` are where its sentences end."""
    start = bounds[bisect_left(bounds, finding.place.start) - 1] + 1
    end = bounds[min(bisect_left(bounds, finding.place.end), len(bounds) - 1)]
    place = finding.place.model_copy(update={"sentence": text[start : end + 1].strip()[:120]})
    return finding.model_copy(update={"place": place})

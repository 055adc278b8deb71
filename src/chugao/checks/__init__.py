"""Check a draft of ours or any text: numbers, direction, masks, parts, numbering, inventions.

In: `Draft` or text, figures, matters.  Out: findings, worst first in the order of the text.

The verifier reads the finished text and knows nothing of how it was made; whoever wrote it, the same rules hold.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from chugao.checks.copying import check_copying, known_of
from chugao.checks.dismissals import Dismissal, silenced
from chugao.checks.evidence import check_evidence
from chugao.checks.inventions import ask_about_inventions, find_inventions
from chugao.checks.numbers import Context, Given, Verdict, numbers_of, verify, years_unknown
from chugao.checks.reading import read, readable
from chugao.checks.rules import find_by_rules
from chugao.checks.structure import check_numbering, check_parts
from chugao.checks.tables import verify_rows, verify_table
from chugao.checks.tells import tell_draft, tell_reading
from chugao.checks.wording import find_masks, find_pending
from chugao.config import Office
from chugao.kind import Kind, kind_of_title, reported_and_planned, years_of_title
from chugao.manuscript import Draft, Span, flatten
from chugao.material import Matter, Matters
from chugao.mentions import Mention, find_mentions
from chugao.metrics.facts import Facts, derive
from chugao.metrics.observation import Figures, Role
from chugao.period import Period, read_period
from chugao.source import Finding, Place, Severity

if TYPE_CHECKING:
    from chugao.index import Index

__all__ = ["Report", "check", "examine", "examine_alone", "examine_draft", "examine_text"]


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
        return report if index is None else _with_copies(report, thing, index, matters, office, dismissals)
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


# --- a draft of ours ------------------------------------------------------------------------------


def _with_copies(
    report: Report,
    draft: Draft,
    index: "Index",
    matters: Matters | None,
    office: Office | None,
    dismissals: Sequence[Dismissal],
) -> Report:
    """The report on a draft with what a person may have copied into it; its evidence is this year's."""
    text, spans = flatten(draft)
    reading = read(text, kind=draft.kind, year=draft.year, ours=True, office=office)
    items = matters.of_department(draft.department).items if matters else ()
    known = known_of(None, items, (e.printed for e in draft.evidence))
    told = check_copying(reading, index, known, organisation=draft.organisation, department=draft.department)
    copies = [_in_sentence(f, spans) for f in silenced(told, dismissals, text)]
    return report._replace(findings=tuple(_distinct([*report.findings, *copies])))


def examine_draft(
    draft: Draft,
    figures: Figures,
    matters: Matters,
    *,
    office: Office | None = None,
    dismissals: Sequence[Dismissal] = (),
) -> Report:
    """Everything a draft must satisfy before it may leave."""
    own = matters.of_department(draft.department).items
    facts = derive(_rows_of(figures, draft.department, draft.organisation), read_period(draft.period))
    text, spans = flatten(draft)
    given = (draft.organisation, draft.shell.opening)
    context = Context(facts=facts, matters=own, kind=draft.kind, year=draft.year, ours=True, others=given)
    read = Given(context)
    verdicts = verify(text, context, read)
    told = [v.finding for v in verdicts if v.finding]
    told += [*find_pending(text), *find_inventions(text, draft, facts, own)]
    told += years_unknown(text, context, _told(context))
    told += _by_rules(draft, text, office, figures, _told(context))
    told = _unsettled(told, verdicts)
    findings = [_in_sentence(f, spans) for f in silenced(told, dismissals, text)]
    for section, _block, table in draft.tables():
        for row in table.rows:
            more = verify_table(table.header, [c.text for c in row], context, read)
            verdicts += more
            findings += [_moved(v.finding, section.id) for v in more if v.finding]
    findings += [*check_evidence(draft), *_of_structure(draft)]
    findings += tell_draft(draft, _told(context))
    return Report(tuple(_distinct(findings)), numbers_of(verdicts), tuple(verdicts))


def examine_alone(draft: Draft, *, office: Office | None = None, dismissals: Sequence[Dismissal] = ()) -> Report:
    """A draft held against the evidence it carries: masks, parts, numbering, years, and claims that still print it."""
    text, spans = flatten(draft)
    told = [*find_pending(text)]
    told += _by_rules(draft, text, office, Figures())
    findings = [*check_evidence(draft), *_of_structure(draft)]
    findings += [_in_sentence(f, spans) for f in silenced(told, dismissals, text)]
    claims = [c for _, s in draft.sentences() for c in s.claims]
    claims += [c for _, _, t in draft.tables() for row in t.rows for cell in row for c in cell.claims]
    untraced = sum(1 for f in findings if f.rule in ("number-untraced", "number-changed"))
    numbers = {"found": len(claims), "traced": len(claims) - untraced, "untraced": untraced}
    return Report(tuple(_distinct(findings)), numbers)


def _by_rules(draft: Draft, text: str, office: Office | None, figures: Figures, given: str = "") -> Iterable[Finding]:
    """What the rules find in the flattened draft; its structure is checked on the draft itself."""
    reading = read(
        text,
        given=given,
        kind=draft.kind,
        year=draft.year,
        ours=True,
        office=office,
        catalogue=figures.catalogue(),
        level=draft.level,
    )
    return find_by_rules(reading)


def _of_structure(draft: Draft) -> Iterable[Finding]:
    return (*_in_shell(draft), *check_parts(draft), *check_numbering(draft))


def _in_shell(draft: Draft) -> list[Finding]:
    """Masks and 待补 in the 通知 around the text."""
    shell = draft.shell
    text = "\n".join((shell.title, shell.addressee, shell.opening, shell.closing, shell.issuer, shell.date))
    found = (*find_masks(text), *find_pending(text))
    return [_moved(f, "通知") for f in found]


def _in_sentence(finding: Finding, spans: Sequence[Span]) -> Finding:
    """A finding of the flattened text, placed within its sentence."""
    start, end = finding.place.start, finding.place.end
    for span in spans:
        if span.start <= start < span.end:
            place = Place(
                start=start - span.start,
                end=min(end, span.end) - span.start,
                section=span.section,
                sentence=span.sentence,
            )
            return finding.model_copy(update={"place": place})
    after = next((s for s in spans if s.end > start), None)
    if after is None:
        return finding.model_copy(update={"place": Place(start=0, end=0)})
    at = Place(start=0, end=max(0, min(end, after.end) - after.start), section=after.section, sentence=after.sentence)
    return finding.model_copy(update={"place": at})  # it begins at the printed number of a heading or an item


def _moved(finding: Finding, section: str) -> Finding:
    return finding.model_copy(update={"place": finding.place.model_copy(update={"section": section})})


# --- a foreign text -------------------------------------------------------------------------------


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
    period = _reported_period(kind, year, figures)
    known = year if year is not None else period.year if figures.observations else None
    year = year if year is not None else period.year
    rows = _rows_of(figures, department, None)
    facts = derive(rows, period)
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
        given=_told(context),
        mentions=mentions,
    )
    findings += [*find_by_rules(reading), *tell_reading(reading), *years_unknown(text, context, _told(context))]
    findings = _unsettled(findings, verdicts)
    findings += ask_about_inventions(reading, facts, context.matters)
    if index is not None and len(index):
        findings += check_copying(reading, index, known_of(facts, context.matters), department=department)
    if not figures.observations:
        findings = [f for f in findings if not f.rule.startswith("number-untraced")]
    placed = [_with_sentence(f, text) for f in silenced(findings, dismissals, text)]
    return Report(tuple(_distinct(placed)), numbers_of(verdicts), tuple(verdicts), facts, tuple(context.matters))


def _told(context: Context) -> str:
    """The words of the matters, for what a text may rightly say of them."""
    return "\n".join(f"{m.text}，{m.result}" for m in context.matters)


def _verify_lines(text: str, context: Context, mentions: Sequence[Mention]) -> list[Verdict]:
    """Prose by `verify`, tables (lines with tabs or pipes) row by row under their header."""
    rows = verify_rows(text, context)
    starts = [s for s, _, _ in rows]

    def in_table(place: int) -> bool:
        at = bisect_right(starts, place) - 1
        return at >= 0 and place < rows[at][1]

    verdicts = [v for v in verify(text, context, mentions=mentions) if not in_table(v.mention.start)]
    return verdicts + [v for _, _, found in rows for v in found]


def _rows_of(figures: Figures, department: str | None, organisation: str | None) -> Figures:
    for name in (department, organisation):
        if name:
            selected = figures.of_department(name)
            if selected.observations:
                return selected
    return figures


def _items(matters: Matters, department: str | None) -> tuple[Matter, ...]:
    return (matters.of_department(department).items or matters.items) if department else matters.items


def _reported_period(kind: Kind | None, year: int | None, figures: Figures) -> Period:
    """What “this year” is: from the title, else the latest year with results."""
    if year is not None:
        return Period(year=year if kind is None or kind.looks_back else year - 1)
    actual = [o.period for o in figures.observations if o.role is Role.ACTUAL]
    return max(actual, key=lambda p: (p.year, p.last_month), default=Period(year=2000))


def _with_sentence(finding: Finding, text: str) -> Finding:
    """Section heading and sentence around a finding of a foreign text."""
    start = max(text.rfind(c, 0, finding.place.start) for c in "。！？\n") + 1
    stops = [i for c in "。！？\n" if (i := text.find(c, finding.place.end)) >= 0]
    end = min(stops, default=len(text))
    place = finding.place.model_copy(update={"sentence": text[start : end + 1].strip()[:120]})
    return finding.model_copy(update={"place": place})


_ORDER = {s: i for i, s in enumerate((Severity.FATAL, Severity.ERROR, Severity.WARNING, Severity.INFO))}


_FOR_WANT_OF_FIGURES = frozenset(
    {"pp-unit", "direction-verb", "verb-noun", "beyond-band", "target-worse", "baseline-year"}
)


_OF_TRACED = frozenset({"delta-math", "pp-unit", "growth-table"})
_OF_PAIRS = frozenset({"direction-verb", "target-worse"})


def _unsettled(findings: Sequence[Finding], verdicts: Sequence[Verdict]) -> list[Finding]:
    """Without arithmetic on numbers that the figures themselves give: what contradicts them is another number."""
    traced = {(v.mention.start, v.mention.end) for v in verdicts if v.traced and "." in v.by}
    wrong = {v.mention.sentence for v in verdicts if v.finding is not None}
    return [f for f in findings if not _settled(f, traced, wrong)]


def _settled(finding: Finding, traced: Collection[tuple[int, int]], wrong: Collection[tuple[int, int]]) -> bool:
    start, end = finding.place.start, finding.place.end
    if finding.rule in _OF_TRACED:
        return (start, end) in traced
    return finding.rule in _OF_PAIRS and any(s <= start and end <= e for s, e in wrong)


def _spot(finding: Finding) -> tuple[str, str, int, int]:
    place = finding.place
    return place.section, place.sentence, place.start, place.end


def _distinct(findings: Sequence[Finding]) -> list[Finding]:
    """Each place once for a rule, the worst first, else in the order of the text."""
    unique: dict[tuple[str, str, str, int, int], Finding] = {}
    judged = {_spot(f) for f in findings if f.rule.startswith("number-")}
    for finding in findings:
        place = finding.place
        if finding.rule in _FOR_WANT_OF_FIGURES and _spot(finding) in judged:
            continue  # the figures have said it, and what it should be
        unique.setdefault((finding.rule, place.section, place.sentence, place.start, place.end), finding)
    return sorted(unique.values(), key=lambda f: _ORDER[f.severity])

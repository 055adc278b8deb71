"""A draft of ours before the rules: held against the figures, or alone against the evidence it carries.

In: a `Draft`, figures, matters.  Out: a `Report`; offsets count within the named sentence.

Surprise: where a person gives the figures but not the matters, the numbers of matters are held against the evidence that
the draft carries, as all numbers are when nothing is given.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from chugao.checks.copying import check_copying, known_of
from chugao.checks.departments import another_department, strange_departments
from chugao.checks.dismissals import Dismissal, silenced
from chugao.checks.evidence import carried_figures, check_evidence, claimed, row_id, row_text, told_by_leaders
from chugao.checks.figured import impossible_figures
from chugao.checks.given import Context, Given, facts_of, told_by
from chugao.checks.inventions import ask_about_sentences, find_inventions
from chugao.checks.numbers import numbers_of, verify, years_unknown
from chugao.checks.reading import read
from chugao.checks.report import Report, distinct, unsettled
from chugao.checks.rules import find_by_rules, findings_of
from chugao.checks.steady import unsteady
from chugao.checks.structure import check_numbering, check_parts
from chugao.checks.tables import verify_table
from chugao.checks.tells import tell_draft
from chugao.checks.totals import hits_in_table
from chugao.checks.unproved import unproved
from chugao.checks.wording import find_masks, find_pending
from chugao.config import Office
from chugao.manuscript import Draft, Span, flatten
from chugao.material import Matters
from chugao.metrics.facts import derive
from chugao.metrics.observation import Figures
from chugao.period import read_period
from chugao.source import Claim, Finding, Place

if TYPE_CHECKING:
    from chugao.index import Index


def with_copies(
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
    copies = standing_of([in_sentence(f, spans) for f in told], draft, dismissals)
    return report._replace(findings=tuple(distinct([*report.findings, *copies])))


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
    facts = facts_of(figures, read_period(draft.period), draft.department, draft.organisation)
    text, spans = flatten(draft)
    given = (draft.organisation, draft.shell.opening)
    context = Context(facts=facts, matters=own, kind=draft.kind, year=draft.year, ours=True, others=given)
    words = told_by(context)
    read = Given(context)
    verdicts = verify(text, context, read)
    told = [v.finding for v in verdicts if v.finding]
    left_out = _not_given(draft, figures, matters)
    told += [*find_pending(text), *(() if "matter" in left_out else find_inventions(text, draft, facts, own))]
    told += years_unknown(text, context, "\n".join((words, *draft.recipe.get("bases", ()))))
    told += unsteady(text, facts)
    told += _by_rules(draft, text, office, figures, words)
    findings = [in_sentence(f, spans) for f in unsettled(told, verdicts)]
    for section, block, table in draft.tables():
        for number, row in enumerate(table.rows, 1):
            more = verify_table(table.header, [c.text for c in row], context, read)
            verdicts += more
            place = {"section": section.id, "sentence": row_id(block, number)}
            findings += [_moved(v.finding, **place) for v in more if v.finding]
    if left_out:
        findings = [f for f in findings if f.rule != "number-untraced" or not _carried(f, draft, left_out)]
    findings += [*check_evidence(draft), *_of_structure(draft), *tell_draft(draft, words)]
    findings += ask_about_sentences(draft, facts) if "matter" in left_out else strange_departments(draft, facts, own)
    findings += another_department(draft)
    findings += impossible_figures(draft, figures)
    findings += unproved(draft)
    standing = distinct(standing_of(told_by_leaders(findings, draft), draft, dismissals))
    untraced = numbers_of(verdicts)["untraced"]
    if left_out or any(c.state == "person" for _, claims, _ in claimed(draft) for c in claims):
        untraced = sum(1 for f in standing if f.rule == "number-untraced")
    return Report(tuple(standing), _counted(draft, standing, untraced), tuple(verdicts))


def examine_alone(draft: Draft, *, office: Office | None = None, dismissals: Sequence[Dismissal] = ()) -> Report:
    """A draft held against the evidence it carries: masks, parts, numbering, years, and claims that still print it."""
    text, spans = flatten(draft)
    told = [*find_pending(text), *_turned(draft, text), *_by_rules(draft, text, office, Figures())]
    findings = [*check_evidence(draft), *_of_structure(draft), *(in_sentence(f, spans) for f in told)]
    findings += ask_about_sentences(draft, derive(Figures(), read_period(draft.period)))
    findings += another_department(draft)
    findings += unproved(draft)
    standing = distinct(standing_of(told_by_leaders(findings, draft), draft, dismissals))
    untraced = sum(1 for f in standing if f.rule in ("number-untraced", "number-changed"))
    return Report(tuple(standing), _counted(draft, standing, untraced))


def is_number(claim: Claim, text: str) -> bool:
    """Whether a claim is one of the numbers that are counted, and listed on the 核稿单."""
    return claim.state != "constant" and any(c.isnumeric() for c in text[claim.start : claim.end])


def loose_numbers(draft: Draft, findings: Iterable[Finding]) -> list[Finding]:
    """Numbers without a source that lie in no claim: they count as well."""
    claims: dict[tuple[str, str], list[Claim]] = {}
    for text, found, at in claimed(draft):
        claims.setdefault((at.section, at.sentence), []).extend(c for c in found if is_number(c, text))
    return [
        f
        for f in findings
        if f.rule == "number-untraced"
        and not any(
            c.start < f.place.end and f.place.start < c.end for c in claims.get((f.place.section, f.place.sentence), ())
        )
    ]


def _counted(draft: Draft, findings: Sequence[Finding], untraced: int) -> dict[str, int]:
    found = sum(1 for text, claims, _ in claimed(draft) for c in claims if is_number(c, text))
    found += len(loose_numbers(draft, findings))
    return {"found": found, "traced": max(0, found - untraced), "untraced": untraced}


def text_at(draft: Draft, place: Place) -> str:
    """The text that a finding's offsets count in: a sentence, a heading, the title, the row of a table."""
    where = (place.section, place.sentence)
    return next((text for text, _, at in claimed(draft) if (at.section, at.sentence) == where), "")


def standing_of(findings: Iterable[Finding], draft: Draft, dismissals: Sequence[Dismissal]) -> list[Finding]:
    """Findings that nobody has passed."""
    if not dismissals:
        return list(findings)
    return [f for f in findings for _ in silenced([f], dismissals, text_at(draft, f.place))]


def _not_given(draft: Draft, figures: Figures, matters: Matters) -> frozenset[str]:
    """States of claims that the draft bears and whose file is not at hand."""
    missing = (*(() if figures.observations else ("metric", "derived")), *(() if matters.items else ("matter",)))
    return frozenset(c.state for _, claims, _ in claimed(draft) for c in claims if c.state in missing)


def _carried(finding: Finding, draft: Draft, states: Collection[str]) -> bool:
    """Whether the number of a finding lies in a claim of one of these states; that the claim holds is checked apart."""
    place = finding.place
    return any(
        c.start < place.end and place.start < c.end and c.state in states
        for _, claims, at in claimed(draft)
        if (at.section, at.sentence) == (place.section, place.sentence)
        for c in claims
    )


def _turned(draft: Draft, text: str) -> Iterator[Finding]:
    """Direction words that contradict the evidence carried: the claim still prints its number, the verb beside it lies."""
    figures = carried_figures(draft)
    if figures.observations:
        facts = derive(figures, read_period(draft.period))
        context = Context(facts=facts, kind=draft.kind, year=draft.year, ours=True)
        found = (v.finding for v in verify(text, context))
        yield from (f for f in found if f is not None and f.rule == "number-direction")


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
    return (*_beside_the_text(draft), *_sums(draft), *check_parts(draft), *check_numbering(draft))


def _sums(draft: Draft) -> Iterator[Finding]:
    """Tables that do not add up, or whose growth does not follow from the two values beside it."""
    for section, block, table in draft.tables():
        rows = [row_text(row) for row in table.rows]
        for number, hit in hits_in_table(table.header, rows):
            line = "\t".join(table.header) if number == 0 else rows[number - 1]
            rule = "table-total" if hit.severity is None else "growth-table"
            for found in findings_of(rule, [hit], line):
                yield _moved(found, section.id, row_id(block, number))


def _beside_the_text(draft: Draft) -> Iterator[Finding]:
    """Masks and 待补 where the text is not: in the 通知 around it, in its tables."""
    shell = draft.shell
    around = "\n".join((shell.title, shell.addressee, shell.opening, shell.closing, shell.issuer, shell.date))
    for found in (*find_masks(around), *find_pending(around)):
        yield _moved(found, "通知")
    for section, block, table in draft.tables():
        for number, row in enumerate(table.rows, 1):
            cells = row_text(row)
            for found in (*find_masks(cells), *find_pending(cells)):
                yield _moved(found, section.id, row_id(block, number))


def in_sentence(finding: Finding, spans: Sequence[Span]) -> Finding:
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


def _moved(finding: Finding, section: str, sentence: str = "") -> Finding:
    return finding.model_copy(
        update={"place": finding.place.model_copy(update={"section": section, "sentence": sentence})}
    )

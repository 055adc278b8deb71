"""Hold a draft against the evidence it carries: for when the figures themselves are not at hand.

In: a `Draft`.  Out: findings where a claim no longer prints what its evidence says, or a number has no claim at all.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from chugao.catalogue import load_catalogue
from chugao.errors import InputError
from chugao.manuscript import Block, ClaimedText, Draft, Evidence, content_hash
from chugao.mentions import Mention, find_mentions
from chugao.metrics.observation import Figures, Observation, Role
from chugao.period import read_period
from chugao.quantity import parse
from chugao.source import Claim, Finding, Place, Severity, Source


def check_evidence(draft: Draft) -> Iterator[Finding]:
    """Every claim prints its evidence, and every number of the text lies in a claim."""
    printed = {e.id: e for e in draft.evidence}
    names = {e.name for e in draft.evidence if e.name}
    if content_hash(draft.title, draft.sections, draft.shell) != draft.id:
        place = Place(start=0, end=0)
        hint = "正文与起草时不一致，有人改动过。数字已按依据重新核对，文字请人通读。"
        yield Finding(rule="edited", severity=Severity.WARNING, place=place, quote="", hint=hint)
    for text, claims, place in claimed(draft):
        yield from _claims(text, claims, printed, place)
        yield from _uncovered(text, claims, names, place)


def claimed(draft: Draft) -> Iterator[tuple[str, Sequence[Claim], Place]]:
    """Everything that may bear a number, with its claims and where it stands; offsets of a table count in its row."""
    yield draft.title.text, draft.title.claims, Place(start=0, end=0, sentence="title")
    for section in draft.sections:
        yield (
            section.heading.text,
            section.heading.claims,
            Place(start=0, end=0, section=section.id, sentence="heading"),
        )
        for sentence in section.sentences:
            yield sentence.text, sentence.claims, Place(start=0, end=0, section=section.id, sentence=sentence.id)
    for section, block, table in draft.tables():
        for number, row in enumerate(table.rows, 1):
            place = Place(start=0, end=0, section=section.id, sentence=row_id(block, number))
            yield row_text(row), tuple(_claims_of_row(row)), place


def row_text(row: Sequence[ClaimedText]) -> str:
    """A row of a table as findings count in it."""
    return "\t".join(cell.text for cell in row)


def _claims_of_row(row: Sequence[ClaimedText]) -> Iterator[Claim]:
    at = 0
    for cell in row:
        for claim in cell.claims:
            yield claim.model_copy(update={"start": claim.start + at, "end": claim.end + at})
        at += len(cell.text) + 1


def row_id(block: Block, number: int) -> str:
    """What findings call a row of a table, counted from 1."""
    return f"{block.id}第{number}行"


_ROLES = {"now": Role.ACTUAL, "prev": Role.ACTUAL, "target": Role.TARGET, "goal": Role.TARGET}


def carried_figures(draft: Draft) -> Figures:
    """The figures that a draft carries as evidence, as far as the catalogue knows their metrics."""
    catalogue, period = load_catalogue(), read_period(draft.period)
    rows = []
    for known in draft.evidence:
        if not known.metric or known.field not in _ROLES or catalogue.get(known.metric) is None:
            continue
        try:
            quantity = parse(f"{known.value}{known.unit}")
        except InputError:  # a file made elsewhere may carry anything
            continue
        year = period.year + {"prev": -1, "goal": 1}.get(known.field, 0)
        rows.append(
            Observation(
                metric=known.metric,
                department="",
                period=replace(period, year=year),
                role=_ROLES[known.field],
                quantity=quantity,
                source=Source(file=known.source),
            )
        )
    return Figures(observations=tuple(rows))


def told_by_leaders(findings: Iterable[Finding], draft: Draft) -> Iterator[Finding]:
    """Findings on numbers without a source, those of a leader's own words with whose words they are and what to do.

    What a person answers for by name (a turn of a leader's phrase, a number confirmed in review) has a source.
    """
    known = {(section.id, s.id): s for section, s in draft.sentences()}
    for finding in findings:
        place = finding.place
        sentence = known.get((place.section, place.sentence))
        if finding.rule != "number-untraced" or sentence is None:
            yield finding
            continue
        met = [c for c in sentence.claims if c.start < place.end and place.start < c.end]
        if any(c.state == "person" for c in met):
            continue
        if said := str(sentence.recipe.get("said", "")):
            hint = f"“{finding.quote}”是{said}里的数，指标和事项里没有。请核实后写明姓名和依据确认，或请领导改定。"
            finding = finding.model_copy(update={"hint": hint})
        yield finding


def _claims(text: str, claims: Sequence[Claim], evidence: dict[str, Evidence], place: Place) -> Iterator[Finding]:
    for claim in claims:
        quote = text[claim.start : claim.end]
        if claim.state == "unsupported":
            yield _finding("number-untraced", claim, place, quote, f"“{quote}”没有出处。请改用指标或事项里的数。")
        elif claim.id in evidence and evidence[claim.id].printed != quote:
            known = evidence[claim.id]
            where = f"（{known.source}）" if known.source else ""
            hint = f"{known.name}“{quote}”与依据不符，应为{known.printed}{where}。请改回，或由负责人确认。"
            yield _finding("number-changed", claim, place, quote, hint)


def _uncovered(text: str, claims: Sequence[Claim], names: set[str], place: Place) -> Iterator[Finding]:
    mentions = _mentions_of(text)
    held = [name for name in names if name in text] if mentions else []
    for mention in mentions:
        if any(_within(name, text, mention.start, mention.end) for name in held):
            continue  # 三天 of “三天确诊率”
        if not any(c.start <= mention.start and mention.end <= c.end for c in claims):
            if any(c.start < mention.end and mention.start < c.end for c in claims):
                continue  # a claim and a mention may part a number from its unit differently
            claim = Claim(start=mention.start, end=mention.end, state="unsupported")
            hint = f"“{mention.text}”没有出处：正文改动过，或是后来添的。请改用指标或事项里的数。"
            yield _finding("number-untraced", claim, place, mention.text, hint)


@lru_cache(maxsize=4096)
def _mentions_of(text: str) -> tuple[Mention, ...]:
    """Of one sentence or row read alone; an edit leaves most of a paper's sentences as they were."""
    return tuple(find_mentions(text))


def _within(name: str, text: str, start: int, end: int) -> bool:
    """Whether a stretch of the text lies inside one standing of the name."""
    at = text.find(name, max(0, end - len(name)), start + len(name))
    return 0 <= at <= start and end <= at + len(name)


def _finding(rule: str, claim: Claim, place: Place, quote: str, hint: str) -> Finding:
    return Finding(
        rule=rule,
        severity=Severity.ERROR,
        place=place.model_copy(update={"start": claim.start, "end": claim.end}),
        quote=quote,
        hint=hint,
    )

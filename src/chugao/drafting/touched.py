"""What of a draft later figures touch: each sentence, heading and table cell, with the number before and after.

In: a draft and the figures that came later.  Out: `Touched` places, and findings about cut-offs.

A draft carries the facts it rests on (`evidence`), so that the figures of October are not needed to see what those of
December change: the later figures are laid over what the draft knew and everything is derived again.  Surprise: the
dearest change prints no number differently.  When a fall becomes a rise, or a target is reached after all, the words
around the number are wrong too; such a place says `rewrite`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from chugao.catalogue import load_catalogue
from chugao.drafting.offering import as_told
from chugao.errors import InputError
from chugao.manuscript import ClaimedText, Draft, Evidence, Section
from chugao.metrics.facts import Fact, Facts, derive
from chugao.metrics.observation import Figures, Observation, Role
from chugao.period import Period, read_period
from chugao.quantity import Qualifier, Quantity
from chugao.source import Claim, Finding, Frozen, Place, Severity, Source

_ROLES = {"now": Role.ACTUAL, "prev": Role.ACTUAL, "target": Role.TARGET, "goal": Role.TARGET}
_STATE = re.compile(r"^(?:未?完成|超额完成|超额|已完成)$")
_CITED = re.compile(r"^(?P<file>.+?\.[A-Za-z]{2,5}) (?:“(?P<sheet>[^”]+)”表 )?(?P<cell>[A-Z]{1,3}\d+)单元格")


class TouchedNumber(Frozen):
    """One number of a place that would print otherwise."""

    slot: str
    """"outpatient_visits.growth"."""
    metric: str
    name: str
    period: str
    before: str
    """As the draft prints it."""
    after: str
    """As it would print now; "" when the later figures no longer support it."""
    why: str = ""
    """Why it can no longer be said."""
    before_source: str = ""
    after_source: str = ""


class Touched(Frozen):
    """A sentence, heading, title or table cell that rests on a changed figure."""

    section: str
    """Outline part id, "" for the title."""
    heading: str
    """What a person calls the section."""
    kind: str
    """sentence, heading, title or table."""
    sentence: str
    """Sentence id; “block_id:row:column” for a cell, counted from 1."""
    text: str
    changes: tuple[TouchedNumber, ...]
    rewrite: bool = False
    """The words around the number no longer fit: a fall became a rise, a target is reached or missed after all."""


def touched(draft: Draft, later: Figures, earlier: Figures | None = None) -> tuple[Touched, ...]:
    """Every place of a draft that `later` figures change, in reading order.

    `earlier` adds figures the draft did not use; what it used it carries itself.  Raises `InputError` when the later
    figures name departments and not the draft's.
    """
    later = _of_department(draft, later)
    facts = derive(_laid_over(draft, later, earlier), _period(draft))
    known = {e.id: e for e in draft.evidence}
    news = _News(known, facts, {o.metric for o in later.observations} | {c.metric for c in later.changes})
    return tuple(place for place in _places(draft, news) if place.changes)


def cutoff_findings(draft: Draft, figures: Figures) -> tuple[Finding, ...]:
    """A warning for every figure the draft uses whose cut-off is not the document's own."""
    if draft.cutoff is None:
        return ()
    declared, period = date.fromisoformat(draft.cutoff[:10]), _period(draft)
    used = {e.metric for e in draft.evidence}
    findings = []
    for observation in _of_department(draft, figures).observations:
        cutoff = observation.source.cutoff
        relevant = observation.metric in used and observation.role is Role.ACTUAL and observation.period == period
        if relevant and cutoff is not None and cutoff != declared:
            findings.append(_cutoff_finding(observation, _name(figures, observation.metric), declared, cutoff))
    return tuple(findings)


def _cutoff_finding(observation: Observation, name: str, declared: date, cutoff: date) -> Finding:
    late = "晚于" if cutoff > declared else "早于"
    return Finding(
        rule="cutoff",
        severity=Severity.WARNING,
        place=Place(start=0, end=0, section=str(observation.source)),
        quote=observation.quantity.printed,
        hint=(
            f"{observation.source}：{name}截至{cutoff}，{late}文稿的数据截止日{declared}。"
            "请统一截止日后重新起草，或在文中写明这个数的截止日。"
        ),
    )


# --- the figures that count now -------------------------------------------------------------------


def _of_department(draft: Draft, figures: Figures) -> Figures:
    if not figures.knows(draft.department):
        raise InputError(
            f"《{draft.title.text}》是{draft.department}的，指标文件里没有{draft.department}的数据"
            f"（文件里的部门：{'、'.join(figures.departments)}）。请给{draft.department}的指标文件。"
        )
    return figures.of_department(draft.department)


def _period(draft: Draft) -> Period:
    return read_period(draft.period or str(draft.year), draft.year)


def _laid_over(draft: Draft, later: Figures, earlier: Figures | None) -> Figures:
    """What the draft knew, with the later figures over it."""
    kept: dict[tuple[str, Role, str], Observation] = {}
    remembered = list(_remembered(draft))
    for observation in (
        *(earlier.of_department(draft.department).observations if earlier else ()),
        *remembered,
        *later.observations,
    ):
        kept[observation.metric, observation.role, observation.period.code] = observation
    definitions = dict(later.definitions)
    catalogue = load_catalogue()
    for evidence in draft.evidence:
        if evidence.metric not in definitions and catalogue.get(evidence.metric) is None and evidence.field in _ROLES:
            definitions[evidence.metric] = catalogue.local(evidence.name, evidence.unit)
    if earlier:
        definitions = {**earlier.definitions, **definitions}
    renewed = {o.metric for o in later.observations if o.role is Role.ACTUAL}
    changes = [c for c in (earlier.changes if earlier else ()) if c.metric not in renewed]
    return Figures(
        observations=tuple(kept.values()),
        changes=(*changes, *later.changes),
        aims=(*(earlier.aims if earlier else ()), *later.aims),
        definitions=definitions,
    )


def _remembered(draft: Draft) -> Iterator[Observation]:
    """The figures behind a draft, read back from its evidence."""
    for evidence in draft.evidence:
        role = _ROLES.get(evidence.field)
        if role is None or not evidence.period:
            continue
        try:
            value, period = Decimal(evidence.value), read_period(evidence.period)
        except (InvalidOperation, InputError):
            continue
        yield Observation(
            metric=evidence.metric,
            department=draft.department,
            period=period,
            role=role,
            quantity=Quantity(
                value=value, unit=evidence.unit, resolution=_resolution(evidence), printed=evidence.printed
            ),
            source=_source(evidence.source),
        )


def _resolution(evidence: Evidence) -> Decimal:
    """Half the last printed place, so that a remembered 128.46万 prints as it did."""
    match = re.search(r"\d+(?:\.(\d+))?(万|亿)?", evidence.printed)
    if match is None:
        return Decimal(0)
    scale = {"万": Decimal(10**4), "亿": Decimal(10**8)}.get(match[2] or "", Decimal(1))
    return scale.scaleb(-len(match[1] or "")) / 2


def _source(text: str) -> Source:
    match = _CITED.match(text)
    return Source(file=match["file"], sheet=match["sheet"], cell=match["cell"]) if match else Source(file=text)


# --- places ---------------------------------------------------------------------------------------


class _News:
    """What later figures change of the facts a draft rests on."""

    def __init__(self, known: Mapping[str, Evidence], facts: Facts, renewed: set[str]) -> None:
        self.known, self.facts, self.renewed = known, facts, renewed

    def of(self, claim: Claim) -> TouchedNumber | None:
        """The change of one claimed number, None when it stands."""
        evidence = self.known.get(claim.id)
        if evidence is None or evidence.metric not in self.renewed or claim.state not in ("metric", "derived"):
            return None
        fact = self.facts.by_slot.get(claim.id)
        if fact is not None and _says_the_same(evidence, fact):
            return None
        why = "" if fact else self.facts.refused.get(claim.id, "按新的数不能再这样说（如未过半、不再连续）。")
        return TouchedNumber(
            slot=claim.id,
            metric=evidence.metric,
            name=evidence.name,
            period=claim.period or evidence.period,
            before=evidence.printed,
            after=as_told(fact) if fact else "",
            why=why,
            before_source=evidence.source,
            after_source=fact.source_label if fact else "",
        )

    def turns(self, claims: Iterable[Claim]) -> bool:
        """Whether a direction or a reached target that these claims speak of turns round."""
        ids = {c.id for c in claims}
        metrics = {i.partition(".")[0] for i in ids} & self.renewed
        return any(self._turns(metric, ids) for metric in metrics)

    def _turns(self, metric: str, ids: set[str]) -> bool:
        said = {f for f in ("change", "growth") if f"{metric}.{f}" in ids}
        pairs = [("now", "prev")] if {f"{metric}.prev", f"{metric}.multiple", f"{metric}.streak"} & ids else []
        pairs += [("now", "target")] if {f"{metric}.{f}" for f in ("target", "gap", "attainment")} & ids else []
        pairs += [("now", "goal")] if f"{metric}.goal" in ids else []
        before = [_side(self._old(metric, f)) for f in said] + [self._sides(self._old, metric, p) for p in pairs]
        after = [_side(self._new(metric, f)) for f in said] + [self._sides(self._new, metric, p) for p in pairs]
        turned = any(None not in (a, b) and a != b for a, b in zip(before, after, strict=True))
        return turned or self._gone(ids, metric)

    def _sides(self, value_of: Callable[[str, str], Decimal | None], metric: str, pair: tuple[str, str]) -> int | None:
        first, second = value_of(metric, pair[0]), value_of(metric, pair[1])
        return None if first is None or second is None else _side(first - second)

    def _gone(self, ids: set[str], metric: str) -> bool:
        slots = [i for i in ids if i.startswith(f"{metric}.") and i in self.known]
        return any(i not in self.facts.by_slot for i in slots)

    def _old(self, metric: str, field: str) -> Decimal | None:
        evidence = self.known.get(f"{metric}.{field}")
        try:
            return Decimal(evidence.value) if evidence else None
        except InvalidOperation:
            return None

    def _new(self, metric: str, field: str) -> Decimal | None:
        fact = self.facts.get(metric, field)
        return fact.value if fact else None


def _side(value: Decimal | None) -> int | None:
    """−1, 0, 1: which way a difference goes; None when it is unknown."""
    return None if value is None else (value > 0) - (value < 0)


def _says_the_same(evidence: Evidence, fact: Fact) -> bool:
    if evidence.printed == as_told(fact):
        return True
    if fact.qualifier is not Qualifier.EXACT:
        return False
    try:
        # The same value in another scale or with another count of decimals is no news.
        return evidence.unit == fact.unit and Decimal(evidence.value) == fact.value
    except InvalidOperation:
        return False


def _places(draft: Draft, news: _News) -> Iterator[Touched]:
    yield _place(None, "title", "title", draft.title, news)
    for section in draft.sections:
        yield _place(section, "heading", "heading", section.heading, news)
        for block in section.blocks:
            for sentence_id in block.sentence_ids:
                sentence = section.sentence(sentence_id)
                yield _place(
                    section, "sentence", sentence.id, ClaimedText(text=sentence.text, claims=sentence.claims), news
                )
            if block.table is not None:
                for r, row in enumerate(block.table.rows, 1):
                    yield from _row(section, f"{block.id}:{r}", block.table.header, row, news)


def _place(section: Section | None, kind: str, name: str, told: ClaimedText, news: _News) -> Touched:
    changes = tuple({n.slot: n for c in told.claims if (n := news.of(c))}.values())
    return Touched(
        section=section.id if section else "",
        heading=_called(section),
        kind=kind,
        sentence=name,
        text=told.text,
        changes=changes,
        rewrite=bool(changes) and news.turns(told.claims),
    )


def _row(
    section: Section, name: str, header: tuple[str, ...], row: tuple[ClaimedText, ...], news: _News
) -> Iterator[Touched]:
    """The cells of a row that change, its 完成情况 among them."""
    label = row[0].text if row else ""
    for column, cell in enumerate(row, 1):
        place = _place(section, "table", f"{name}:{column}", cell, news)
        title = header[column - 1] if column <= len(header) else ""
        yield place.model_copy(update={"text": f"{label}｜{title}：{cell.text}", "rewrite": False})
        if _STATE.match(cell.text) and (change := _state_change(row, cell.text, news)):
            yield place.model_copy(update={"text": f"{label}｜{title}：{cell.text}", "changes": (change,)})


def _state_change(row: tuple[ClaimedText, ...], before: str, news: _News) -> TouchedNumber | None:
    """完成 that becomes 未完成: the cell has no number, the row's figures decide."""
    metrics = {c.metric for cell in row for c in cell.claims if c.metric} & news.renewed
    for metric in sorted(metrics):
        gap = news.facts.get(metric, "gap")
        after = None if gap is None or gap.good is None else "完成" if gap.good else "未完成"
        if gap is not None and after is not None and after.startswith("未") != before.startswith("未"):
            return TouchedNumber(
                slot=gap.slot,
                metric=metric,
                name=gap.name,
                period=gap.period.code,
                before=before,
                after=after,
                after_source=gap.source_label,
            )
    return None


def _called(section: Section | None) -> str:
    return "题目" if section is None else f"{section.number}{section.heading.text}" or "开头"


def _name(figures: Figures, metric: str) -> str:
    definition = figures.catalogue().get(metric)
    return definition.name if definition else metric

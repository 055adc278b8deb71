"""Is a department ready to be drafted: what is there, what is missing, what looks wrong.

In: `Figures`.  Out: `Board`, one row a metric, and findings.
"""

from collections.abc import Iterator

from chugao.catalogue import Band, MetricDefinition
from chugao.errors import InputError
from chugao.metrics.facts import Facts, derive
from chugao.metrics.observation import Figures, Role
from chugao.period import Period
from chugao.quantity import comparable, convert, supports
from chugao.source import Finding, Frozen, Place, Severity


class BoardRow(Frozen):
    """One metric as it stands."""

    metric: str
    name: str
    now: str = ""
    comparison: str = ""
    """With last year: “增长5.5%”, “缩短0.3天”."""
    target: str = ""
    goal: str = ""
    state: str = ""
    """完成, 未完成, 缺本期数, or ""."""
    owner: str = ""


class Board(Frozen):
    """The readiness board of one department for one period."""

    department: str
    period: str
    rows: tuple[BoardRow, ...]
    findings: tuple[Finding, ...]


def readiness(figures: Figures, *, department: str | None = None, year: int | None = None) -> Board:
    """What the figures of a department allow to be written about a year, the latest one when none is given."""
    selected = figures.of_department(department)
    if department and figures.department_column and not selected.observations:
        known = "、".join(figures.departments)
        raise InputError(f"指标文件里没有“{department}”的数据（文件里的部门：{known}）。请核对科室名称。")
    period = _latest(selected, year)
    facts = derive(selected, period)
    findings = (*figures.findings, *_against_reported(facts), *_implausible(facts), *_refused(facts))
    rows = tuple(_row(facts, metric) for metric in facts.metrics())
    return Board(department=department or "", period=period.label, rows=rows, findings=findings)


def _latest(figures: Figures, year: int | None) -> Period:
    actual = [o.period for o in figures.observations if o.role is Role.ACTUAL and year in (None, o.period.year)]
    if not actual:
        return Period(year=year or max((o.period.year for o in figures.observations), default=2000))
    return max(actual, key=lambda p: (p.year, p.is_year, p.last_month))


def _row(facts: Facts, metric: str) -> BoardRow:
    definition = facts.definitions[metric]
    found = {f: facts.get(metric, f) for f in ("now", "growth", "change", "target", "goal", "gap")}
    printed = {f: fact.printed if fact else "" for f, fact in found.items()}
    gap = found["gap"]
    state = "" if gap is None or gap.good is None else "完成" if gap.good else "未完成"
    known = next((fact for fact in found.values() if fact and fact.inputs), None)
    return BoardRow(
        metric=metric,
        name=definition.name,
        now=printed["now"],
        comparison=printed["growth"] or printed["change"],
        target=printed["target"],
        goal=printed["goal"],
        state=state if printed["now"] else "缺本期数",
        owner=known.inputs[0].owner if known else "",
    )


def _against_reported(facts: Facts) -> Iterator[Finding]:
    """A 同比变化 in the file that its own values contradict."""
    for reported in facts.figures.changes:
        if reported.period != facts.period:
            continue
        relative = reported.quantity.unit == "%" and facts.definitions[reported.metric].kind in ("count", "amount")
        fact = facts.get(reported.metric, "growth" if relative else "change")
        if fact is None or fact.formula == "填报的同比变化" or supports(fact.value, reported.quantity):
            continue
        name = facts.definitions[reported.metric].name
        yield _finding(
            "reported-change",
            Severity.WARNING,
            str(reported.source),
            reported.quantity.printed,
            f"{reported.source}：{name}填的同比变化是“{reported.quantity.printed}”，按本期值和上年值算应为{fact.printed}。请核对。",
        )


def _implausible(facts: Facts) -> Iterator[Finding]:
    for metric in facts.metrics():
        definition = facts.definitions[metric]
        band = _widest(definition)
        for observation in facts.figures.observations:
            if observation.metric != metric or observation.period != facts.period or band is None:
                continue
            quantity = observation.quantity
            if not comparable(quantity.unit, definition.unit):
                continue
            value = float(convert(quantity.value, quantity.unit, definition.unit))
            if not band[0] <= value <= band[1]:
                yield _finding(
                    "plausibility",
                    Severity.WARNING,
                    str(observation.source),
                    observation.quantity.printed,
                    f"{observation.source}：{definition.name}{observation.quantity.printed}不在常见范围{band[0]:.10g}—{band[1]:.10g}{definition.unit}之内。请核对单位和小数点。",
                )


def _widest(definition: MetricDefinition) -> Band | None:
    """The band over all levels: an alarm for typing errors, not a standard."""
    band = definition.band
    if band is None or isinstance(band, tuple):
        return band
    return min(b[0] for b in band.values()), max(b[1] for b in band.values())


def _refused(facts: Facts) -> Iterator[Finding]:
    for slot, why in facts.refused.items():
        if slot.endswith(".change"):
            yield _finding("caliber", Severity.WARNING, "", "", why)


def _finding(rule: str, severity: Severity, where: str, quote: str, hint: str) -> Finding:
    return Finding(rule=rule, severity=severity, place=Place(start=0, end=0, section=where), quote=quote, hint=hint)

"""Is a department ready to be drafted: what is there, what is missing, what looks wrong.

In: `Figures`.  Out: `Board`, one row a metric, and findings.
"""

from collections.abc import Iterator

from chugao.errors import InputError
from chugao.metrics.facts import Facts, derive
from chugao.metrics.observation import Figures, Role
from chugao.metrics.plausibility import implausible
from chugao.metrics.suppression import suppressed
from chugao.metrics.targets import validate_targets
from chugao.period import Period
from chugao.quantity import supports
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


def readiness(
    figures: Figures, *, department: str | None = None, year: int | None = None, level: str | None = None
) -> Board:
    """What the figures of a department allow to be written about a year, the latest one when none is given.

    `level` (乡镇, 县级, 三级) narrows what counts as usual.
    """
    selected = figures.of_department(department)
    if not figures.knows(department):
        known = "、".join(figures.departments)
        raise InputError(f"指标文件里没有“{department}”的数据（文件里的部门：{known}）。请核对科室名称。")
    period = period_of(selected, year)
    facts = derive(selected, period)
    findings = (
        *selected.findings,
        *_against_reported(facts),
        *implausible(selected, period, level),
        *validate_targets(selected, period),
        *_refused(facts),
        *_provisional(facts),
        *suppressed(selected, period),
    )
    rows = tuple(_row(facts, metric) for metric in facts.metrics())
    return Board(department=department or "", period=period.label, rows=rows, findings=findings)


def period_of(figures: Figures, year: int | None) -> Period:
    """The latest period with results, of a year when one is given."""
    actual = [o.period for o in figures.observations if o.role is Role.ACTUAL and year in (None, o.period.year)]
    if not actual:
        return Period(year=year or max((o.period.year for o in figures.observations), default=2000))
    return max(actual, key=lambda p: (p.year, p.is_year, p.last_month))


def _row(facts: Facts, metric: str) -> BoardRow:
    definition = facts.definitions[metric]
    found = {f: facts.get(metric, f) for f in ("now", "target", "goal", "gap")}
    found["comparison"] = facts.comparison(metric)
    printed = {f: fact.printed if fact else "" for f, fact in found.items()}
    gap = found["gap"]
    state = "" if gap is None or gap.good is None else "完成" if gap.good else "未完成"
    known = next((fact for fact in found.values() if fact and fact.inputs), None)
    return BoardRow(
        metric=metric,
        name=definition.name,
        now=printed["now"],
        comparison=printed["comparison"],
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


def _refused(facts: Facts) -> Iterator[Finding]:
    """Comparisons and targets that could not be computed.  No growth from zero is nobody's mistake."""
    for slot, why in facts.refused.items():
        field = slot.partition(".")[2]
        if field == "change":
            yield _finding("caliber", Severity.WARNING, "", "", why)
        elif field != "growth":
            yield _finding("unusable", Severity.WARNING, "", "", why)


def _provisional(facts: Facts) -> Iterator[Finding]:
    """Comparisons that hold for now only: 快报数, or a month that is not over."""
    said: dict[str, list[str]] = {}
    for metric in facts.metrics():
        fact = facts.comparison(metric)
        if fact is not None and fact.caveat:
            said.setdefault(fact.caveat, []).append(fact.name)
    for caveat, names in said.items():
        shown = "、".join(names[:6]) + (f"等{len(names)}项" if len(names) > 6 else "")
        yield _finding("provisional", Severity.INFO, "", "", f"{shown}：{caveat}，同比只供参考，定稿前请换成终报数。")


def _finding(rule: str, severity: Severity, where: str, quote: str, hint: str) -> Finding:
    return Finding(rule=rule, severity=severity, place=Place(start=0, end=0, section=where), quote=quote, hint=hint)

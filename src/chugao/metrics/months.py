"""Make a year, or the months so far, out of months.

In: observations of single months.  Out: the observation of their span by the metric's rule (sum, last value, weighted
by numerator and denominator), and findings where months are missing or a given year disagrees.

Surprise: eleven months make nothing.  A sum with a hole in it looks like a figure and is none, so it is said, not made.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from chugao.catalogue import MetricDefinition
from chugao.documents.sheets import cell_finding
from chugao.metrics.observation import Observation, Role
from chugao.period import Period
from chugao.quantity import Qualifier, Quantity, plain, supports
from chugao.source import Finding, Severity, Source


class Added(NamedTuple):
    """What months make."""

    observations: tuple[Observation, ...]
    findings: list[Finding]


def add_months(observations: Sequence[Observation], definitions: dict[str, MetricDefinition]) -> Added:
    """The spans that single months make and that nobody gave, and what does not fit."""
    months: dict[tuple[str, str, int], dict[int, Observation]] = {}
    given = {(o.metric, o.department, o.period): o for o in observations if o.role is Role.ACTUAL}
    for (metric, department, period), observation in given.items():
        if period.first_month == period.last_month:
            months.setdefault((metric, department, period.year), {})[period.last_month] = observation
    made: list[Observation] = []
    findings: list[Finding] = []
    for (metric, department, year), known in months.items():
        if len(known) < 2:
            continue
        definition = definitions[metric]
        missing = [m for m in range(1, max(known) + 1) if m not in known]
        period = Period(year=year, last_month=max(known))
        stated = given.get((metric, department, period))
        if missing:
            whole_year = given.get((metric, department, Period(year=year)))
            if definition.rollup == "sum" and stated is None and whole_year is None:
                findings.append(_missing(definition, known, missing))
            continue
        span = None
        if stated is not None or not _may_be_a_stock(definition):
            span = _span(definition, [known[m] for m in sorted(known)], period)
        if span is None:
            told = definition.kind not in ("count", "amount") or not definition.local  # a rate is left alone
            if not told and stated is None and (metric, department, Period(year=year)) not in given:
                findings.append(_unclear(definition, known))
            continue
        if stated is None:
            made.append(span)
        elif not _fits(stated.quantity, span.quantity):
            findings.append(_differs(definition, stated, span))
    return Added(tuple(made), findings)


def _span(definition: MetricDefinition, months: Sequence[Observation], period: Period) -> Observation | None:
    """The observation of all the months together; None where the rule needs what is not there."""
    quantities = [m.quantity for m in months]
    if any(q.qualifier is not Qualifier.EXACT or q.unit != quantities[0].unit for q in quantities):
        return None
    numerator = denominator = None
    if definition.rollup == "sum":
        value, resolution = sum((q.value for q in quantities), Decimal(0)), _resolution(quantities)
    elif definition.rollup == "last":
        value, resolution = quantities[-1].value, quantities[-1].resolution
    elif definition.rollup == "weighted" and definition.unit == "%":
        parts = [(m.numerator, m.denominator) for m in months]
        if any(n is None or d is None or d.value == 0 for n, d in parts):
            return None
        numerator = _sum([n for n, _ in parts if n])
        denominator = _sum([d for _, d in parts if d])
        value = (numerator.value * 100 / denominator.value).quantize(Decimal(1).scaleb(-max(definition.decimals, 1)))
        resolution = Decimal(0)
    else:
        return None
    printed = plain(value) + quantities[0].unit
    last = months[-1]
    return last.model_copy(
        update={
            "period": period,
            "quantity": Quantity(value=value, unit=quantities[0].unit, resolution=resolution, printed=printed),
            "source": _source(months),
            "numerator": numerator,
            "denominator": denominator,
        }
    )


def _sum(quantities: Sequence[Quantity]) -> Quantity:
    value = sum((q.value for q in quantities), Decimal(0))
    return Quantity(value=value, unit=quantities[0].unit, resolution=_resolution(quantities), printed=plain(value))


def _resolution(quantities: Iterable[Quantity]) -> Decimal:
    """Whole counts add up exactly; printed 万 add up their rounding."""
    steps = [q.resolution for q in quantities]
    return max(steps) if max(steps) <= Decimal("0.5") else sum(steps, Decimal(0))


def _source(months: Sequence[Observation]) -> Source:
    """From the first month's place to the last one's."""
    first, last = months[0].source, months[-1].source
    if first.file != last.file:
        return last.model_copy(update={"file": f"{first.file}—{last.file}", "sheet": None, "cell": None})
    if first.sheet != last.sheet:
        cell = last.cell if first.cell == last.cell else None
        return last.model_copy(update={"sheet": f"{first.sheet}—{last.sheet}", "cell": cell})
    return last.model_copy(update={"cell": f"{first.cell}—{last.cell}"})


def _fits(stated: Quantity, made: Quantity) -> bool:
    if stated.unit != made.unit or stated.qualifier is not Qualifier.EXACT:
        return True
    return supports(made.value, stated) or abs(made.value - stated.value) <= made.resolution + stated.resolution


_HEADS = ("名", "人", "张", "家", "户", "支", "个", "台")
"""What an office has as well as what it did is counted in these: 护士数, 在用设备."""


def _may_be_a_stock(definition: MetricDefinition) -> bool:
    """Whether nobody can tell 30 nurses in each of twelve months from 30 nurses trained in each."""
    return definition.local and definition.rollup == "sum" and definition.unit in _HEADS


def _unclear(definition: MetricDefinition, known: dict[int, Observation]) -> Finding:
    first = known[min(known)]
    why = "看不出各月能不能相加" if definition.rollup == "sum" else "各月不能相加"
    hint = (
        f"“{definition.name}”只有{first.period.year}年各月的数，{why}，没有合成累计数，写全年的稿子不会用到。"
        "请直接填报全年（或累计）的数。"
    )
    return cell_finding("figures.months", Severity.WARNING, first.source, first.quantity.printed, hint)


def _missing(definition: MetricDefinition, known: dict[int, Observation], missing: Sequence[int]) -> Finding:
    first = known[min(known)]
    gaps = "、".join(f"{m}月" for m in missing)
    hint = (
        f"“{definition.name}”{first.period.year}年有{len(known)}个月的数，缺{gaps}，没有相加成累计数。请补上后再导入。"
    )
    return cell_finding("figures.months", Severity.WARNING, first.source, first.quantity.printed, hint)


def _differs(definition: MetricDefinition, stated: Observation, made: Observation) -> Finding:
    how = {"sum": "各月相加", "last": "末月数"}.get(definition.rollup, "按分子、分母计算")
    hint = (
        f"{stated.source}：“{definition.name}”{stated.period.label}写的是{stated.quantity.printed}，"
        f"{how}（{made.source}）是{plain(made.quantity.value)}。请核对；目前取用{stated.quantity.printed}。"
    )
    return cell_finding("figures.months", Severity.WARNING, stated.source, stated.quantity.printed, hint)

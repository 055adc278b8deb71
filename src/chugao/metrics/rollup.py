"""From departments' figures to the hospital's, by each metric's rule, with the trace.

In: figures of several departments, and the hospital's own when there are any.  Out: `Rollup`, one row a metric: the
value or the reason there is none, which department gave which cell, and what does not agree.

Rates are never averaged: 分子 and 分母 are added, or the rates weighted by their 分母, and without those the row is
refused.  Medians and means are refused outright.  Surprise: “last” is a rule for months, not for departments; two
departments that state different year-end values of one thing are a question, not a sum.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal

from chugao.catalogue import MetricDefinition
from chugao.errors import InputError
from chugao.metrics.observation import Figures, Observation, Role, Status
from chugao.metrics.printing import form_of
from chugao.metrics.values import value_text
from chugao.period import Period
from chugao.quantity import Qualifier, Quantity, comparable, convert, plain, round_half_up, show
from chugao.source import Finding, Frozen, Place, Severity, Source

WHOLE = frozenset({"", "全院", "医院", "本院", "全委", "全县", "全市", "合计", "总计", "总院"})
"""Departments that mean the whole house."""
_RULES = {"sum": "相加", "weighted": "按分母加权", "last": "取期末值", "raw": "须有原始数据"}


class Part(Frozen):
    """What one department contributes."""

    department: str
    value: Decimal
    """In the row's unit."""
    printed: str
    """As the department wrote it."""
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    provisional: bool = False
    months: int = 12
    """How many months it was put together from; 12 for one figure of the year."""
    source: Source


class RollupRow(Frozen):
    """One metric of the hospital."""

    metric: str
    name: str
    rule: str
    """sum, weighted, last, raw."""
    rule_label: str
    unit: str
    value: Decimal | None = None
    printed: str = ""
    formula: str = ""
    reason: str = ""
    """Why there is no value, "" when there is one."""
    parts: tuple[Part, ...] = ()
    own: Part | None = None
    """The hospital's own figure."""
    difference: Decimal | None = None
    """Own figure minus the value put together."""
    missing: tuple[str, ...] = ()
    """Departments that owe it: they had it last year or have a target for it."""


class Rollup(Frozen):
    """The hospital's figures for one period, put together."""

    period: Period
    departments: tuple[str, ...]
    rows: tuple[RollupRow, ...]
    findings: tuple[Finding, ...]


def rollup(figures: Figures, period: Period, own: Figures | None = None) -> Rollup:
    """The hospital's figures of a period from its departments', compared with `own` where that has them.

    Rows of `figures` without a department, or of 全院, are the hospital's own.  Raises `InputError` when no department
    has a figure for the period.
    """
    gathering = _Gathering(figures, period, own)
    rows, findings = [], list(gathering.findings)
    for metric in gathering.metrics():
        row, noted = _row(gathering, metric)
        rows.append(row)
        findings += noted
    if not any(row.parts for row in rows):
        years = "、".join(sorted({str(o.period.year) for o in figures.observations}))
        raise InputError(
            f"没有{period.label}的科室数（文件里有{years or '空'}年的数）。汇总要求每行有“部门”，或一个科室一个文件、"
            "文件名或表名写明科室。请补部门，或用 --year 换一年。"
        )
    return Rollup(period=period, departments=gathering.departments, rows=tuple(rows), findings=tuple(findings))


def latest_period(figures: Figures, year: int | None = None) -> Period:
    """The whole year the departments last reported, `year` when given."""
    years = [o.period.year for o in figures.observations if o.role is Role.ACTUAL]
    return Period(year=year or max(years, default=2000))


# --- who gave what --------------------------------------------------------------------------------


class _Gathering:
    """The figures by metric and department."""

    def __init__(self, figures: Figures, period: Period, own: Figures | None) -> None:
        self.period = period
        self.catalogue = figures.catalogue().extended(own.definitions.values() if own else ())
        self.findings: list[Finding] = []
        self.actual: dict[str, dict[str, list[Observation]]] = defaultdict(lambda: defaultdict(list))
        self.expected: dict[str, dict[str, None]] = defaultdict(dict)
        self.owns: dict[str, Observation] = {}
        for observation in figures.observations:
            self._take(observation)
        for observation in own.observations if own else ():
            if observation.role is Role.ACTUAL and observation.period == period and self._is_whole(observation, own):
                self.owns[observation.metric] = observation
        names = (d for departments in self.actual.values() for d in departments)
        self.departments = tuple(dict.fromkeys(names))

    def _take(self, observation: Observation) -> None:
        whole = observation.department in WHOLE
        same_year = observation.period.year == self.period.year
        if observation.role is Role.ACTUAL and same_year and whole and observation.period == self.period:
            self.owns.setdefault(observation.metric, observation)
        elif observation.role is Role.ACTUAL and same_year and not whole and self._inside(observation.period):
            self.actual[observation.metric][observation.department].append(observation)
        elif not whole and observation.period in (self.period, self.period.shifted(-1)):
            self.expected[observation.metric][observation.department] = None

    def _inside(self, period: Period) -> bool:
        return self.period.first_month <= period.first_month and period.last_month <= self.period.last_month

    @staticmethod
    def _is_whole(observation: Observation, own: Figures | None) -> bool:
        return observation.department in WHOLE or (own is not None and len(own.departments) <= 1)

    def metrics(self) -> Iterator[str]:
        yield from dict.fromkeys((*self.actual, *self.owns))

    def given(self, metric: str) -> list[Observation]:
        """One figure a department: that of the period itself, else its months in order."""
        chosen = []
        for observations in self.actual[metric].values():
            usable = [o for o in observations if o.status not in (Status.MASKED, Status.MISSING)]
            whole = [o for o in usable if o.period == self.period]
            chosen += whole[:1] or sorted(usable, key=lambda o: o.period.first_month)
        return chosen

    def missing(self, metric: str) -> tuple[str, ...]:
        have = {o.department for o in self.given(metric)}
        return tuple(d for d in (*self.actual[metric], *self.expected[metric]) if d not in have)


# --- one metric -----------------------------------------------------------------------------------


def _row(gathering: _Gathering, metric: str) -> tuple[RollupRow, list[Finding]]:
    definition = gathering.catalogue.get(metric)
    if definition is None:
        raise InputError(f"指标“{metric}”没有定义。请检查指标目录。")
    given = gathering.given(metric)
    own = gathering.owns.get(metric)
    first = given[0] if given else own
    unit = first.quantity.unit if first else definition.unit
    findings: list[Finding] = []
    fitting = []
    for observation in given:
        if comparable(observation.quantity.unit, unit):
            fitting.append(observation)
        else:
            findings.append(_other_unit(definition, observation, unit))
    parts = _by_department(definition, fitting, gathering, unit, findings)
    parts, weight = _with_weights(definition, parts, gathering)
    whole = (
        convert(own.quantity.value, own.quantity.unit, unit) if own and comparable(own.quantity.unit, unit) else None
    )
    value, formula, reason = _put_together(definition, parts, unit, whole)
    formula += f"（{weight}作分母）" if weight and formula else ""
    quantities = [o.quantity for o in fitting] or ([own.quantity] if own else [])
    form = form_of(definition, unit, quantities)
    scale, decimals = form.scale, form.decimals
    if definition.rollup == "weighted":
        decimals = max(decimals, definition.decimals)
    if findings and value is not None and any(f.rule == "rollup.unit" for f in findings):
        value, reason = None, "各科室单位不一，不能汇总。请统一单位后重报"
    if value is not None:
        value = round_half_up(value, decimals) if scale == 1 else value
    own_part = _part(definition, [own], unit) if own is not None and comparable(own.quantity.unit, unit) else None
    row = RollupRow(
        metric=metric,
        name=definition.name,
        rule=definition.rollup,
        rule_label=_RULES[definition.rollup],
        unit=unit,
        value=value,
        printed=show(value, unit, decimals, scale=scale) if value is not None else "",
        formula=formula,
        reason=reason,
        parts=tuple(parts),
        own=own_part,
        difference=_difference(own_part, value, own, decimals),
        missing=gathering.missing(metric),
    )
    return row, [*findings, *_doubts(row, fitting, definition)]


def _difference(
    own: Part | None, value: Decimal | None, observation: Observation | None, decimals: int
) -> Decimal | None:
    """Own figure minus the value, None when there is nothing to compare or the two agree as printed."""
    if own is None or value is None or observation is None:
        return None
    difference = own.value - value
    leeway = max(observation.quantity.resolution, Decimal(1).scaleb(-decimals) / 2 if own.denominator is None else 0)
    return None if abs(difference) <= (leeway if observation.quantity.resolution else 0) else difference


def _by_department(
    definition: MetricDefinition,
    given: Sequence[Observation],
    gathering: _Gathering,
    unit: str,
    findings: list[Finding],
) -> list[Part]:
    by: dict[str, list[Observation]] = defaultdict(list)
    for observation in given:
        by[observation.department].append(observation)
    parts = []
    for department, observations in by.items():
        if observations[0].period != gathering.period and not _tile(observations, gathering.period):
            findings.append(_months_missing(definition, department, observations, gathering.period))
            continue
        part = _part(definition, observations, unit)
        if part is None:
            findings.append(_months_refused(definition, department, observations))
            continue
        parts.append(part)
    return parts


def _tile(observations: Sequence[Observation], period: Period) -> bool:
    """Whether months and quarters cover a period without gap or overlap."""
    month = period.first_month
    for observation in observations:
        if observation.period.first_month != month:
            return False
        month = observation.period.last_month + 1
    return month == period.last_month + 1


def _part(definition: MetricDefinition, observations: Sequence[Observation], unit: str) -> Part | None:
    """One department's figure; its months put together by the metric's rule, None when that needs raw data."""
    first = observations[0]
    values = [_in(o.quantity, unit) for o in observations]
    numerator, denominator = _sums(observations)
    if len(observations) == 1:
        value: Decimal | None = values[0]
    elif definition.rollup == "sum":
        value = sum(values, Decimal(0))
    elif definition.rollup == "last":
        value = values[-1]
    else:
        value = _weighted(values, [o.denominator for o in observations]) if definition.rollup == "weighted" else None
    if value is None:
        return None
    return Part(
        department=first.department,
        value=value,
        printed=value_text(definition, first.quantity) if len(observations) == 1 else f"{len(observations)}个月合成",
        numerator=numerator,
        denominator=denominator,
        provisional=any(o.status is Status.PROVISIONAL for o in observations),
        months=len(observations) if len(observations) > 1 else 12,
        source=first.source if definition.rollup != "last" else observations[-1].source,
    )


def _sums(observations: Sequence[Observation]) -> tuple[Decimal | None, Decimal | None]:
    """分子 and 分母 added up, None where one is missing."""

    def total(read: Callable[[Observation], Quantity | None]) -> Decimal | None:
        found = [q.value for o in observations if (q := read(o)) is not None]
        return sum(found, Decimal(0)) if len(found) == len(observations) else None

    return total(lambda o: o.numerator), total(lambda o: o.denominator)


def _weighted(values: Sequence[Decimal], weights: Sequence[Quantity | None]) -> Decimal | None:
    if any(w is None or w.value < 0 for w in weights):
        return None
    whole = sum((w.value for w in weights if w), Decimal(0))
    return sum((v * w.value for v, w in zip(values, weights, strict=True) if w), Decimal(0)) / whole if whole else None


def _in(quantity: Quantity, unit: str) -> Decimal:
    return convert(quantity.value, quantity.unit, unit)


def _with_weights(definition: MetricDefinition, parts: list[Part], gathering: _Gathering) -> tuple[list[Part], str]:
    """Parts without 分母 given the metric that the catalogue names as one, where every department reports it.

    平均住院日 is weighted by 出院人次, 药占比 by 医疗收入; the name of that metric comes back, "" when none was needed.
    """
    lacking = [p for p in parts if p.denominator is None]
    if definition.rollup != "weighted" or not lacking or not definition.denominator:
        return parts, ""
    name = definition.denominator.removeprefix("同期")
    weight = gathering.catalogue.by_name(name) or gathering.catalogue.by_name(name.replace("总", ""))
    if weight is None or weight.kind not in ("count", "amount"):
        return parts, ""
    given = {o.department: o for o in gathering.given(weight.id) if o.period == gathering.period}
    if not all(p.department in given for p in parts):
        return parts, ""
    weighted = [
        p.model_copy(update={"denominator": given[p.department].quantity.value, "numerator": None}) for p in parts
    ]
    return weighted, weight.name


# --- the rules ------------------------------------------------------------------------------------


_COINCIDENCE = 100
"""Two departments may well have 12 of something each; the same 23186 twice is one number told twice."""


def _put_together(
    definition: MetricDefinition, parts: Sequence[Part], unit: str, whole: Decimal | None
) -> tuple[Decimal | None, str, str]:
    """(value, formula, why there is none); `whole` is the hospital's own figure."""
    if not parts:
        return None, "", "没有科室报这个数"
    if len(parts) == 1 and definition.rollup in ("last", "raw"):
        return parts[0].value, f"{parts[0].department}填报", ""
    match definition.rollup:
        case "sum":
            return _sum(parts, whole)
        case "weighted":
            return _weighted_parts(definition, parts, unit)
        case "last":
            return _one_value(parts)
        case _:
            return None, "", "中位数、均值不能由科室的数合成，须由主管科室用全院原始数据重算"


def _sum(parts: Sequence[Part], whole: Decimal | None) -> tuple[Decimal | None, str, str]:
    """Departments added up, unless what they state is the hospital's own number, each of them the same."""
    alike = len(parts) > 1 and len({p.value for p in parts}) == 1
    names = "、".join(p.department for p in parts)
    if alike and parts[0].value == whole and whole:
        return whole, f"{names}填的都是全院数，不相加", ""
    if alike and parts[0].value >= _COINCIDENCE:
        return (
            None,
            "",
            f"{names}填的是同一个数（{parts[0].printed}），疑是全院数，没有相加。请由归口科室报全院数，其他科室只报本科室的数",
        )
    return sum((p.value for p in parts), Decimal(0)), "＋".join(p.department for p in parts), ""


def _weighted_parts(definition: MetricDefinition, parts: Sequence[Part], unit: str) -> tuple[Decimal | None, str, str]:
    scale = {"%": 100, "‰": 1000, "/10万": 100000}.get(unit)
    without = [p.department for p in parts if p.denominator is None or p.denominator <= 0]
    if without:
        what = f"（{definition.denominator}）" if definition.denominator else ""
        return None, "", f"{'、'.join(without)}没有填分母{what}，率不能简单平均。请补填分子、分母"
    whole = sum((p.denominator for p in parts if p.denominator), Decimal(0))
    if scale and all(p.numerator is not None for p in parts):
        above = sum((p.numerator for p in parts if p.numerator is not None), Decimal(0))
        return above / whole * scale, f"分子合计{above.normalize():f}÷分母合计{whole.normalize():f}", ""
    value = sum((p.value * p.denominator for p in parts if p.denominator), Decimal(0)) / whole
    return value, f"各科室按分母加权，分母合计{whole.normalize():f}", ""


def _one_value(parts: Sequence[Part]) -> tuple[Decimal | None, str, str]:
    values = {p.value for p in parts}
    if len(values) == 1:
        return parts[0].value, "各科室填报一致", ""
    told = "、".join(f"{p.department}{p.printed}" for p in parts)
    whole = sum((p.value for p in parts), Decimal(0))
    return (
        None,
        "",
        f"期末值不跨科室相加，各科室填的不同（{told}；相加为{whole.normalize():f}，仅供参考）。请由归口科室报一个数",
    )


# --- what a person should look at -----------------------------------------------------------------


def _doubts(row: RollupRow, given: Iterable[Observation], definition: MetricDefinition) -> Iterator[Finding]:
    given = list(given)
    if row.own is not None and row.difference is not None:
        missing = f"缺{'、'.join(row.missing)}。" if row.missing else ""
        unit = "个百分点" if row.unit == "%" else row.unit
        gap = plain(round_half_up(abs(row.difference), max(definition.decimals, 2))) + unit
        more = "全院多" if row.difference > 0 else "全院少"
        hint = (
            f"{row.name}：各科室汇总{row.printed}，全院数{row.own.printed}（{row.own.source}），{more}{gap}。{missing}"
            "请核对口径，以归口科室的数为准。"
        )
        yield _finding("rollup.mismatch", Severity.ERROR, row.own.source, row.own.printed, hint)
    elif row.missing and row.parts:
        hint = f"{row.name}：{'、'.join(row.missing)}没有报，汇总数不全。请催报后重新汇总。"
        yield _finding("rollup.missing", Severity.WARNING, row.parts[0].source, row.printed, hint)
    yield from _told_twice(row, definition)
    calibers = {o.caliber for o in given if o.caliber}
    if len(calibers) > 1:
        told = "；".join(f"{o.department}“{o.caliber}”" for o in given if o.caliber)
        hint = f"{row.name}：各科室口径不同（{told}），相加可能重复或遗漏。请统一口径，或由主管领导裁定。"
        yield _finding("rollup.caliber", Severity.WARNING, given[0].source, row.printed, hint)
    provisional = [p.department for p in row.parts if p.provisional]
    if provisional:
        hint = f"{row.name}：{'、'.join(provisional)}报的是快报数，年报出来后请重新汇总。"
        yield _finding("rollup.provisional", Severity.INFO, row.parts[0].source, row.printed, hint)
    cutoffs = {o.source.cutoff for o in given if o.source.cutoff}
    if len(cutoffs) > 1:
        told = "、".join(f"{o.department}{o.source.cutoff}" for o in given if o.source.cutoff)
        hint = f"{row.name}：各科室数据截止日不同（{told}）。请统一截止日后重报。"
        yield _finding("rollup.cutoff", Severity.WARNING, given[0].source, row.printed, hint)
    vague = [o for o in given if o.quantity.qualifier is not Qualifier.EXACT]
    if vague:
        told = "、".join(f"{o.department}“{o.quantity.printed}”" for o in vague)
        hint = f"{row.name}：{told}不是确数，汇总只作参考。请填报确数。"
        yield _finding("rollup.vague", Severity.WARNING, vague[0].source, row.printed, hint)


def _told_twice(row: RollupRow, definition: MetricDefinition) -> Iterator[Finding]:
    """The same large number from several departments among others: added, and asked about."""
    if definition.rollup != "sum":
        return
    by_value: dict[Decimal, list[Part]] = defaultdict(list)
    for part in row.parts:
        by_value[part.value].append(part)
    for value, parts in by_value.items():
        if len(parts) < 2 or value < _COINCIDENCE or (row.own is not None and row.value == row.own.value):
            continue
        told = "、".join(f"{p.department}（{p.source}）" for p in parts)
        done = "没有相加" if row.value is None else "已各算一次"
        hint = f"{row.name}：{told}填的都是{parts[0].printed}，{done}。请核对是不是同一个数；是的，只留归口科室的。"
        yield _finding("rollup.twice", Severity.WARNING, parts[0].source, parts[0].printed, hint)


def _other_unit(definition: MetricDefinition, observation: Observation, unit: str) -> Finding:
    hint = (
        f"{observation.source}：{definition.name}，{observation.department}的单位是“{observation.quantity.unit}”，"
        f"其他科室是“{unit}”，不能换算。请统一单位后重报。"
    )
    return _finding("rollup.unit", Severity.ERROR, observation.source, observation.quantity.printed, hint)


def _months_missing(
    definition: MetricDefinition, department: str, observations: Sequence[Observation], period: Period
) -> Finding:
    have = "、".join(o.period.span_label for o in observations)
    hint = f"{definition.name}：{department}只有{have}的数，凑不成{period.label}，没有计入。请补报缺的月份，或直接报全年数。"
    return _finding("rollup.months", Severity.WARNING, observations[0].source, "", hint)


def _months_refused(definition: MetricDefinition, department: str, observations: Sequence[Observation]) -> Finding:
    hint = f"{definition.name}：{department}只有分月数，不能由分月数合成全年（{_RULES[definition.rollup]}）。请直接报全年数。"
    return _finding("rollup.months", Severity.WARNING, observations[0].source, "", hint)


def _finding(rule: str, severity: Severity, source: Source, quote: str, hint: str) -> Finding:
    return Finding(
        rule=rule, severity=severity, place=Place(start=0, end=0, section=str(source)), quote=quote, hint=hint
    )

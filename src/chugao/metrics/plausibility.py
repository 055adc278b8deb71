"""What in the figures cannot be, or hardly is: found before anything is drafted from it.

In: `Figures`, the reported period, the level of the institution when it is known.  Out: findings, each with the file,
sheet and cell of every value it rests on, and what to do.

Surprise: most odd figures are true.  A new service grows tenfold, a rare event triples, a psychiatric ward keeps people
46 days; so an alarm asks for a size that only a slip of the hand explains, and bands are widened before they speak.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import pairwise
from statistics import median

from chugao.catalogue import Band, MetricDefinition, name_key
from chugao.metrics.identities import Broken, Span, broken_by, identities, shipped_tables
from chugao.metrics.observation import Figures, Observation, Role
from chugao.metrics.sampling import sampling
from chugao.metrics.telling import beside, finding, told
from chugao.period import Period
from chugao.quantity import Qualifier, comparable, convert
from chugao.source import Finding, Severity

_LEVELS = {"乡镇": "乡镇", "社区": "乡镇", "区县": "县级", "县级": "县级", "二级": "县级", "三级": "三级", "市": "三级"}
_SMALL_RATE = 20
_FACTORS = {"%": 100, "‰": 1000, "/10万": 100000}


def implausible(figures: Figures, period: Period, level: str | None = None) -> tuple[Finding, ...]:
    """What looks wrong in the figures of a period and of the year before it.

    `level` is 乡镇, 县级 or 三级; unknown, the widest band counts.  Figures of several departments are held each
    against their own.
    """
    found: list[Finding] = []
    for department in figures.departments or ("",):
        own = figures.of_department(department) if len(figures.departments) > 1 else figures
        table = Table(own, period, level)
        for check in (_impossible, _banded, _moved, _fractions, sampling, _copied, _repeated, _related):
            found += check(table)
    return tuple(dict.fromkeys(found))


class Table:
    """The figures of one department about a period, each metric's by its years."""

    def __init__(self, figures: Figures, period: Period, level: str | None) -> None:
        catalogue = figures.catalogue()
        self.period, self.level = period, _LEVELS.get(level or "", level)
        self.definitions: dict[str, MetricDefinition] = {}
        self.actual: dict[str, dict[int, Observation]] = {}
        """Metric → years since the period (0, −1, …) → the figure."""
        self.targets: dict[str, list[Observation]] = {}
        for observation in figures.observations:
            definition = catalogue.get(observation.metric)
            if definition is None or not _same_months(observation.period, period):
                continue
            self.definitions[observation.metric] = definition
            if observation.role is Role.TARGET:
                self.targets.setdefault(observation.metric, []).append(observation)
            elif comparable(observation.quantity.unit, definition.unit) or definition.accepts(
                observation.quantity.unit
            ):
                years = self.actual.setdefault(observation.metric, {})
                years.setdefault(observation.period.year - period.year, observation)

    def now(self) -> Iterator[tuple[MetricDefinition, Observation]]:
        for metric, years in self.actual.items():
            if 0 in years:
                yield self.definitions[metric], years[0]

    def pairs(self) -> Iterator[tuple[MetricDefinition, Observation, Observation]]:
        """Metrics with a figure of this period and of the year before."""
        for metric, years in self.actual.items():
            if 0 in years and -1 in years:
                yield self.definitions[metric], years[0], years[-1]


def amount(definition: MetricDefinition, observation: Observation) -> Decimal:
    """The value in the metric's own unit; another counting word counts alike."""
    quantity = observation.quantity
    if not comparable(quantity.unit, definition.unit):
        return quantity.value
    return convert(quantity.value, quantity.unit, definition.unit)


def _same_months(period: Period, other: Period) -> bool:
    return (period.first_month, period.last_month) == (other.first_month, other.last_month)


# --- what cannot be -------------------------------------------------------------------------------


def may_exceed_hundred(definition: MetricDefinition) -> bool:
    """Whether a percentage of this name may be over 100: 床位使用率, 预算执行率, 增幅."""
    words = shipped_tables()["names"]["over_hundred"]
    if definition.id == "bed_occupancy_rate" or not (definition.numerator and definition.denominator):
        return any(word in definition.name for word in words)
    return False


def may_be_negative(definition: MetricDefinition) -> bool:
    """Whether a figure of this name may be below zero: 收支结余, 增幅, 净增."""
    return any(word in definition.name for word in shipped_tables()["names"]["negative"])


def _impossible(table: Table) -> Iterator[Finding]:
    """Negative counts, percentages over 100."""
    for metric, definition in table.definitions.items():
        for observation in (*table.actual.get(metric, {}).values(), *table.targets.get(metric, ())):
            value = amount(definition, observation)
            if observation.role is Role.TARGET and value > 100:
                continue  # `targets` says so
            if value < 0 and not may_be_negative(definition):
                hint = f"{told(definition, observation)}是负数，{definition.name}不会小于0。请核对后改正。"
                yield finding("negative", Severity.ERROR, observation, hint)
            elif definition.unit == "%" and value > 100 and not may_exceed_hundred(definition):
                hint = f"{told(definition, observation)}超过了100%。请核对数值和小数点；若不是占比，请改名称或单位。"
                yield finding("percent", Severity.ERROR, observation, hint)


# --- bands ----------------------------------------------------------------------------------------


def _banded(table: Table) -> Iterator[Finding]:
    """Values far outside what institutions of the level report.  The band is widened: it is for slips, not for norms."""
    for definition, observation in table.now():
        band = band_of(definition, table.level)
        value = amount(definition, observation)
        impossible = value < 0 or (value > 100 and definition.unit == "%" and not may_exceed_hundred(definition))
        if band is None or impossible or _settled(definition, observation):
            continue
        low, high = _widened(definition, band, table)
        if low <= value <= high or (value == 0 and definition.kind in ("count", "amount")):
            continue
        hint = (
            f"{told(definition, observation)}，远在常见范围{band[0]:.10g}—{band[1]:.10g}{'' if definition.unit == '1:x' else definition.unit}之外。"
            "请核对单位和小数点；确实如此可以不改。"
        )
        yield finding("", Severity.WARNING, observation, hint)


def band_of(definition: MetricDefinition, level: str | None) -> Band | None:
    """The band of a level, the widest over all levels when the level is unknown or has none."""
    band = definition.band
    if band is None or isinstance(band, tuple):
        return band
    if level is not None and level in band:
        return band[level]
    if definition.kind in ("count", "amount") and (level or "三级" not in band):
        return None  # what a 乡镇卫生院 counts says nothing of a hospital
    return min(b[0] for b in band.values()), max(b[1] for b in band.values())


_WHOLE = Decimal(100)


def _widened(definition: MetricDefinition, band: Band, table: Table) -> tuple[Decimal, Decimal]:
    """Counts may be a department's or a part of the year's; everything else gets half the band more on either side."""
    low, high = Decimal(str(band[0])), Decimal(str(band[1]))
    if definition.kind in ("count", "amount"):
        months = Decimal(table.period.last_month - table.period.first_month + 1) / 12
        part = months if definition.rollup == "sum" else Decimal(1)
        # A department reports its own share of what the band knows of whole institutions.
        return (low * part / 10 if table.level else Decimal(0)), high * part * 3
    if definition.kind == "duration":
        return low / 3, high * 3
    room = (high - low) / 2
    if definition.kind != "rate":
        return low / 2, high * 2
    if high <= _SMALL_RATE:
        # Rare events: none at all is good news, and a small house has few cases.
        return Decimal(0), high + room * (1 if definition.unit == "%" else 4)
    if definition.unit == "%" and high > _WHOLE:  # 病床使用率: 110 happens, 128 hardly
        return max(low - room * 3, low / 2), high * Decimal("1.1")
    return max(low - room * 3, low / 2), _WHOLE if definition.unit == "%" else high * 3


def _settled(definition: MetricDefinition, observation: Observation) -> bool:
    """A reported 分子 and 分母 speak for a value more than any band does."""
    part, whole = observation.numerator, observation.denominator
    return bool(part and whole and whole.value > 0 and definition.unit in _FACTORS)


# --- against its own history ----------------------------------------------------------------------


def _moved(table: Table) -> Iterator[Finding]:
    for definition, now, prev in table.pairs():
        new, old = amount(definition, now), amount(definition, prev)
        if min(new, old) <= 0 or not _exact(now, prev):
            continue
        ratio = max(new / old, old / new)
        if ratio >= 1000 and definition.kind in ("count", "amount"):
            hint = f"{beside(definition, now, prev)}，相差{ratio:.0f}倍，像是一个以“万”计、一个没有。请核对单位后改正。"
            yield finding("scale", Severity.WARNING, now, hint)
        elif _jumps(definition, new, old, ratio) and not _planned(table, definition, new):
            hint = f"{beside(definition, now, prev)}，变化过大。请核对小数点、位数和口径；属实请在备注里说明原因。"
            yield finding("jump", Severity.WARNING, now, hint)
        elif why := _unlike_history(definition, table.actual[definition.id], new, old):
            hint = f"{beside(definition, now, prev)}，{why}。请核对；属实请在备注里说明原因。"
            yield finding("jump", Severity.WARNING, now, hint)


def _jumps(definition: MetricDefinition, new: Decimal, old: Decimal, ratio: Decimal) -> bool:
    """Whether one year's step can hardly be true, by what kind of thing is measured."""
    steady, size = shipped_tables()["steady"], abs(new - old)
    if definition.id in steady["metrics"]:
        return ratio >= Decimal(str(steady["most"])) and max(new, old) >= 100
    if definition.id in steady["tight_metrics"]:
        return ratio >= Decimal(str(steady["tight"]))
    match definition.kind:
        case "count" | "amount":
            # What an office alone counts may be new and grow, or be given up; what everybody counts is not, and money is
            # spent by the piece.
            most = 20 if definition.local else 5 if definition.kind == "count" else 8
            return ratio >= most and max(new, old) >= 200 and (new > old or not definition.local)
        case "rate" if definition.unit == "%":
            return (ratio >= 3 and size >= 25) or (ratio >= 8 and size >= Decimal("0.2"))
        case "rate":
            return ratio >= 8 and min(new, old) >= Decimal("0.05") and size >= 1
        case "duration":
            return ratio >= 3
    return ratio >= 3 and definition.unit != "级"


def _planned(table: Table, definition: MetricDefinition, value: Decimal) -> bool:
    """A target near the value says that the step was meant."""
    aims = [amount(definition, t) for t in table.targets.get(definition.id, ()) if t.period == table.period]
    return any(aim > 0 and Decimal("0.5") <= value / aim <= 2 for aim in aims)


def _unlike_history(definition: MetricDefinition, years: dict[int, Observation], new: Decimal, old: Decimal) -> str:
    """Three times the usual step and a large one; "" with fewer than three earlier steps."""
    chain = [amount(definition, years[-back]) for back in range(1, 7) if -back in years and _exact(years[-back])]
    steps = [abs(a - b) for a, b in pairwise(chain)]
    if len(steps) < 3 or len(chain) < max(-y for y in years if y > -7):
        return ""
    usual, step = median(steps), abs(new - old)
    floor = Decimal(10) if definition.unit == "%" and old >= 20 else abs(old) * Decimal("0.3")
    if step <= 3 * usual or step <= floor or (definition.kind == "count" and step < 20):
        return ""
    return f"一年变了{step.normalize():f}，前几年每年一般只变{usual.normalize():f}"


def _exact(*observations: Observation) -> bool:
    return all(o.quantity.qualifier is Qualifier.EXACT for o in observations)


# --- numerator and denominator --------------------------------------------------------------------


def _fractions(table: Table) -> Iterator[Finding]:
    """A rate against the 分子 and 分母 in its own row."""
    for definition, now in table.now():
        part, whole, factor = now.numerator, now.denominator, _FACTORS.get(definition.unit)
        if part is None or whole is None or factor is None or whole.value <= 0 or not _exact(now):
            continue
        shown = f"分子{part.printed}、分母{whole.printed}"
        if part.value > whole.value and not may_exceed_hundred(definition):
            hint = f"{told(definition, now)}：{shown}，分子大于分母。请核对两数是否填反。"
            yield finding("fraction", Severity.ERROR, now, hint)
            continue
        rate = part.value / whole.value * factor
        value = amount(definition, now)
        room = (
            now.quantity.resolution * Decimal("1.02")
            + (part.resolution + rate / factor * whole.resolution)
            * (factor if part.resolution > Decimal("0.5") or whole.resolution > Decimal("0.5") else 0)
            / whole.value
        )
        if abs(rate - value) > room:
            hint = (
                f"{told(definition, now)}：按{shown}算应为{rate:.4g}{definition.unit}。请核对三个数，改正不对的一个。"
            )
            yield finding("fraction", Severity.WARNING, now, hint)


# --- columns copied, numbers repeated -------------------------------------------------------------


def _copied(table: Table) -> Iterator[Finding]:
    """Last year's column copied from this year's."""
    telling = [(d, n, p) for d, n, p in table.pairs() if _has_digits(n) or _has_digits(p)]
    same = [(d, n, p) for d, n, p in telling if amount(d, n) == amount(d, p)]
    if len(same) < 5 or len(same) * 2 <= len(telling):
        return
    places = "；".join(beside(*triple) for triple in same[:5])
    more = f"等{len(same)}项" if len(same) > 5 else ""
    hint = (
        f"{len(telling)}项指标里有{len(same)}项的上年数与本年数完全相同：{places}{more}。像是整列照抄，请核对上年数。"
    )
    yield finding("copied", Severity.WARNING, same[0][1], hint)


def _has_digits(observation: Observation) -> bool:
    """Whether a value is so particular that two years hardly share it: 95.2, 18420, and not 100 or 12."""
    digits = observation.quantity.value.normalize().as_tuple().digits
    return len(digits) >= 2 and observation.quantity.value not in (10, 50, 100) and abs(observation.quantity.value) != 0


def _repeated(table: Table) -> Iterator[Finding]:
    """One round number at three or more things that have nothing to do with each other."""
    by_value: dict[Decimal, list[tuple[MetricDefinition, Observation]]] = {}
    for definition, now in table.now():
        value = now.quantity.value
        if definition.kind == "count" and value >= 100 and value % 100 == 0 and _exact(now):
            by_value.setdefault(value, []).append((definition, now))
    for listed in by_value.values():
        unrelated: list[tuple[MetricDefinition, Observation]] = []
        for definition, now in listed:
            if not any(_related_names(definition.name, other.name) for other, _ in unrelated):
                unrelated.append((definition, now))
        if len(unrelated) >= 3:
            places = "；".join(told(d, o) for d, o in unrelated)
            hint = f"几项不相干的指标都是同一个整数：{places}。像是估数或照抄，请逐项核实。"
            yield finding("round", Severity.WARNING, unrelated[0][1], hint)


def _related_names(name: str, other: str) -> bool:
    """Two names that share three characters in a row speak of the same thing (老年人体检人数, 老年人应检人数)."""
    return any(name[i : i + 3] in other for i in range(len(name) - 2))


# --- identities -----------------------------------------------------------------------------------


def _related(table: Table) -> Iterator[Finding]:
    """Identities of the catalogue that the figures of one year break, the year before as well."""
    for back in (0, -1):
        observed: dict[str, tuple[MetricDefinition, Observation]] = {}
        for metric, years in table.actual.items():
            definition = table.definitions[metric]
            if back in years and _exact(years[back]):
                for name in definition.all_names():
                    observed.setdefault(name_key(name), (definition, years[back]))
        spans = {name: _span(*known) for name, known in observed.items()}
        constants = _constants(table.period.shifted(back))
        told_of: set[tuple[str, ...]] = set()
        for identity in identities():
            broken = broken_by(identity, spans, constants)
            if broken is None:
                continue
            cells = tuple(sorted({str(observed[name][1].source) for name in broken.used}))
            if cells not in told_of:
                told_of.add(cells)
                yield _broken(broken, observed)


def _span(definition: MetricDefinition, observation: Observation) -> Span:
    value, quantity = amount(definition, observation), observation.quantity
    half = quantity.resolution
    if comparable(quantity.unit, definition.unit):
        half = convert(half, quantity.unit, definition.unit)
    if half == Decimal("0.5") and definition.kind in ("count", "amount"):
        half = Decimal(0)  # whole things are counted, not rounded
    return Span(value - half, value + half)


def _constants(period: Period) -> dict[str, Decimal]:
    after = date(period.year + period.last_month // 12, period.last_month % 12 + 1, 1)
    days = (after - date(period.year, period.first_month, 1)).days
    months = period.last_month - period.first_month + 1
    return {"@天数": Decimal(days), "@年份额": Decimal(months) / 12}


def _broken(broken: Broken, observed: dict[str, tuple[MetricDefinition, Observation]]) -> Finding:
    identity = broken.identity
    listed = list({observed[name][0].id: observed[name] for name in broken.used}.values())
    values = "；".join(told(d, o) for d, o in listed)
    formula = _readable(identity.holds, {n: d.name for n, (d, _) in observed.items()})
    if identity.relation == "＝":
        expected = f"，按其余的数算约为{_middle(broken.right[0])}{listed[0][0].unit}"
    else:
        expected = ""
    advice = identity.hint or "请核对这几个数的口径和期间，改正不对的一个"
    severity = (
        Severity.ERROR
        if identity.relation == "≤" and not identity.slack and " × " not in identity.holds
        else Severity.WARNING
    )
    hint = f"应有“{formula}”，现在对不上：{values}{expected}。{advice}。"
    return finding("identity", severity, listed[0][1], hint)


def _middle(span: Span) -> str:
    return f"{(span.low + span.high) / 2:.4g}" if abs(span.high) < 1000 else f"{(span.low + span.high) / 2:.0f}"


def _readable(holds: str, names: dict[str, str]) -> str:
    """The relation with the names that the figures use."""
    words = []
    for token in holds.split(" "):
        options = token.split("|")
        words.append(next((names[name_key(o)] for o in options if name_key(o) in names), options[0]))
    return "".join(words).replace("@天数", "天数").replace("介于", "介于").replace("，", "和")

"""Targets: whether those that were set make sense, and what history would suggest where none was set.

In: `Figures`, the reported period.  Out: findings; `Proposal`s marked 建议, each with its formula.

Surprise: a floor is not an aim.  “≥90%” beside 97.3% is a norm that the office keeps and no step back, so only a target
without a bound is held against this year's value.  And a proposal is never a figure: no draft knows of it before
somebody of the office has confirmed it by name.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import pairwise
from statistics import median

from chugao.catalogue import MetricDefinition
from chugao.metrics.facts import Facts, derive
from chugao.metrics.identities import shipped_tables
from chugao.metrics.observation import Figures, Observation, Role
from chugao.metrics.plausibility import band_of, may_exceed_hundred
from chugao.metrics.printing import Form, form_of, rounded_to
from chugao.metrics.telling import told, written
from chugao.period import Period
from chugao.quantity import Qualifier, Quantity, comparable, convert
from chugao.source import Finding, Frozen, Place, Release, Severity

_KEEPS = re.compile(r"保持|稳定|维持|巩固|不低于上年|不高于上年|持平|力保|底线")
_BOUNDS = (Qualifier.AT_LEAST, Qualifier.AT_MOST, Qualifier.OVER, Qualifier.UNDER)
_YEARS = 3
"""Steps of history that a proposal looks back on."""


# --- what was set ---------------------------------------------------------------------------------


def validate_targets(figures: Figures, period: Period) -> tuple[Finding, ...]:
    """What is wrong with the targets of the reported period and of the next one."""
    found: list[Finding] = []
    each: list[Facts] = []
    for department in figures.departments or ("",):
        own = figures.of_department(department) if len(figures.departments) > 1 else figures
        each.append(derive(own, period))
        found += _one_by_one(each[-1])
    found += _unowned(period, each)
    return tuple(dict.fromkeys(found))


def _one_by_one(facts: Facts) -> Iterator[Finding]:
    for metric in facts.metrics():
        definition, history = facts.definitions[metric], _history(facts, metric)
        for name, base, years in (("target", "prev", history[1:]), ("goal", "now", history)):
            fact, start = facts.get(metric, name), facts.get(metric, base)
            if fact is None:
                continue
            target = fact.inputs[0]
            if hint := _impossible(definition, target, fact.value):
                yield _finding("range", Severity.ERROR, target, hint)
            elif hint := _against_its_direction(definition, target):
                yield _finding("direction", Severity.WARNING, target, hint)
            elif start is not None and target.quantity.qualifier not in _BOUNDS and not _keeps(target):
                yield from _against_start(definition, target, fact.value, start.inputs[0], start.value, years)
            if name == "goal" and (late := _late(target)):
                yield _finding("deadline", Severity.WARNING, target, late)


def _impossible(definition: MetricDefinition, target: Observation, value: Decimal) -> str:
    if definition.unit == "%" and value > 100 and not may_exceed_hundred(definition):
        return f"{told(definition, target)}超过了100%。请改正。"
    return ""


def _against_its_direction(definition: MetricDefinition, target: Observation) -> str:
    """A ceiling for what should rise, a floor for what should fall."""
    qualifier = target.quantity.qualifier
    wrong = {"up": (Qualifier.AT_MOST, Qualifier.UNDER), "down": (Qualifier.AT_LEAST, Qualifier.OVER)}
    if qualifier not in wrong.get(definition.better, ()):
        return ""
    way = "越高越好" if definition.better == "up" else "越低越好"
    return f"{told(definition, target)}：{definition.name}{way}，目标写的却是相反的界限。请核对“以上”“以内”“≥”“≤”。"


def _against_start(
    definition: MetricDefinition,
    target: Observation,
    aim: Decimal,
    base: Observation,
    start: Decimal,
    history: list[Decimal],
) -> Iterator[Finding]:
    """Worse than where it starts from; or a step that history has never seen."""
    sign = {"up": 1, "down": -1}.get(definition.better, 0)
    step = (aim - start) * sign
    both = f"{told(definition, target)}，{base.period.label}实绩{written(base)}（{base.source}）"
    if step < 0:
        hint = f"{both}，目标比现状还差。请核对；若意在保持，请写“保持在…”并在备注里说明。"
        yield _finding("worse", Severity.WARNING, target, hint)
    elif (
        step > 0
        and (usual := _usual_step(history)) is not None
        and step > max(usual * 5, _least_step(definition, start))
    ):
        hint = f"{both}，一年要走{_short(step)}，前几年一般每年只有{_short(usual)}。请核对能否做到，并写明靠什么做到。"
        yield _finding("step", Severity.WARNING, target, hint)


def _usual_step(history: list[Decimal]) -> Decimal | None:
    """The median of the yearly steps, None without any."""
    steps = [abs(a - b) for a, b in pairwise(history)]
    return median(steps) if steps else None


def _least_step(definition: MetricDefinition, start: Decimal) -> Decimal:
    """A step that needs no history to be believed."""
    return Decimal(5) if definition.unit == "%" and start >= 20 else abs(start) * Decimal("0.2")


def _unowned(period: Period, each: Sequence[Facts]) -> Iterator[Finding]:
    """Next year's targets without 责任科室 or 完成时限, in one line each: they fill the annex of tasks."""
    aims = (f for facts in each for f in facts.by_slot.values() if f.field == "goal")
    goals = list(dict.fromkeys((f.name, f.inputs[0]) for f in aims))
    for field, words in (("owner", "责任科室"), ("deadline", "完成时限")):
        blank = [(name, goal) for name, goal in goals if not getattr(goal, field)]
        if not blank:
            continue
        named = "、".join(f"{name}（{goal.source}）" for name, goal in blank[:6])
        more = f"等{len(blank)}项" if len(blank) > 6 else ""
        hint = f"{period.shifted(1).label}的目标没有写{words}：{named}{more}。任务分解表要用，请补上。"
        yield _finding(field, Severity.WARNING, blank[0][1], hint)


def _late(target: Observation) -> str:
    """A deadline in another year than the target's."""
    years = re.findall(r"20\d\d", target.deadline)
    if not years or str(target.period.year) in years:
        return ""
    return f"{target.source}：{target.period.label}的目标，完成时限写的是“{target.deadline}”。请核对年份。"


def _keeps(target: Observation) -> bool:
    return bool(_KEEPS.search(f"{target.quantity.printed}{target.note}"))


# --- what history suggests ------------------------------------------------------------------------


class Proposal(Frozen):
    """A target that history suggests.  Not a figure: an office that takes it writes it under 明年目标."""

    metric: str
    name: str
    department: str
    period: Period
    """What it would be a target of."""
    now: str
    """This year's value as printed."""
    quantity: Quantity
    printed: str
    formula: str
    """How it was computed, with what capped it: “92.7%＋近2年平均每年0.9个百分点，以100%为限”."""
    sources: tuple[str, ...]
    status: str = "建议"


def propose_targets(figures: Figures, period: Period, level: str | None = None) -> tuple[Proposal, ...]:
    """A target of the next period for every metric that has a direction, a value and none yet, in the figures' order."""
    facts = derive(figures, period)
    standards = {row["metric"]: row for row in shipped_tables()["standard"]}
    proposals = []
    for metric in facts.metrics():
        definition, now = facts.definitions[metric], facts.get(metric, "now")
        known = facts.get(metric, "goal") is not None or any(a.metric == metric for a in figures.aims)
        if now is None or known or definition.better == "neutral" or definition.unit == "级":
            continue
        if now.release is Release.WITHHELD or now.qualifier is not Qualifier.EXACT or now.inputs[0].counted != period:
            continue
        history = _history(facts, metric)
        if len(history) >= 2 and (proposal := _propose(facts, metric, history, standards.get(metric, {}), level)):
            proposals.append(proposal)
    return tuple(proposals)


def _propose(
    facts: Facts, metric: str, history: list[Decimal], standard: dict[str, object], level: str | None
) -> Proposal | None:
    definition, now = facts.definitions[metric], facts.get(metric, "now")
    assert now is not None
    observation, sign = now.inputs[0], 1 if definition.better == "up" else -1
    form = form_of(definition, now.unit, (o.quantity for o in facts.figures.observations if o.metric == metric))
    steps = [(a - b) * sign for a, b in pairwise(history)]
    # Rounded first, so that whoever adds up the formula gets the printed target.
    pace = rounded_to(sum(steps, Decimal(0)) / len(steps), Decimal(1).scaleb(-form.decimals) * form.scale)
    value = history[0]
    if pace > 0:
        aim, formula = (
            value + sign * pace,
            f"{now.printed}{'＋' if sign > 0 else '－'}{_average(form, pace, len(steps))}",
        )
    else:
        best = max(history, key=lambda v: v * sign)
        aim, formula = best, f"近{len(history)}年没有改善，以其中最好的{form.value(best)}为准"
    aim, limits = _capped(definition, value, aim, standard, level)
    exact, aim = aim, _rounded(aim, form, sign)
    limits += ["取整"] if aim != exact else []
    if (aim - value) * sign < 0:
        return None
    qualifier = Qualifier.AT_LEAST if sign > 0 else Qualifier.AT_MOST
    printed = form.value(aim) + ("以上" if sign > 0 else "以内")
    chain = _chain(facts, metric)
    return Proposal(
        metric=metric,
        name=definition.name,
        department=observation.department,
        period=facts.period.shifted(1),
        now=now.printed,
        quantity=Quantity(value=aim, unit=now.unit, qualifier=qualifier, printed=printed),
        printed=printed,
        formula="，".join([formula, *limits]),
        sources=tuple(str(o.source) for o in chain),
    )


def _average(form: Form, pace: Decimal, steps: int) -> str:
    """“近2年平均每年0.9个百分点”."""
    return f"{f'近{steps}年平均每年' if steps > 1 else '上年的进度'}{form.difference(pace)}"


def _capped(
    definition: MetricDefinition, value: Decimal, aim: Decimal, standard: dict[str, object], level: str | None
) -> tuple[Decimal, list[str]]:
    """The aim within what is possible, usual and required, and the words for each limit that took hold."""
    limits: list[str] = []
    rising = definition.better == "up"

    def limit(bound: Decimal, at_most: bool, words: str) -> None:
        nonlocal aim
        if (aim > bound) if at_most else (aim < bound):
            aim = bound
            limits.append(words)

    unit = definition.unit
    if unit == "%" and not may_exceed_hundred(definition):
        if rising:
            limit(value + (100 - value) / 2, True, "离100%越近越难，按余量的一半计")
        limit(Decimal(100), True, "以100%为限")
    if definition.kind in ("count", "amount"):
        if rising:
            limit(value * Decimal("1.15"), True, "一年增幅以15%为限")
    elif not rising and value > 0:
        limit(value * Decimal("0.85"), False, "一年降幅以15%为限")
    band = band_of(definition, level)
    if band is not None and definition.kind not in ("count", "amount"):
        low, high = Decimal(str(band[0])), Decimal(str(band[1]))
        if rising and value <= high:
            limit(high, True, f"以常见范围上限{high}{unit}为限")
        if not rising and value >= low:
            limit(low, False, f"以常见范围下限{low}{unit}为限")
    if "least" in standard:
        bound = Decimal(str(standard["least"]))
        limit(bound, False, f"不低于{bound}{unit}（{standard['source']}）")
    if "most" in standard:
        bound = Decimal(str(standard["most"]))
        limit(bound, True, f"不高于{bound}{unit}（{standard['source']}）")
    return aim, limits


def _rounded(aim: Decimal, form: Form, sign: int) -> Decimal:
    """To the metric's own decimals, counts to three digits; never beyond what was computed."""
    rounding = ROUND_FLOOR if sign > 0 else ROUND_CEILING
    if form.decimals or form.scale > 1:
        place = Decimal(1).scaleb(-form.decimals) * form.scale
    else:
        place = Decimal(1).scaleb(max(0, aim.adjusted() - 2))
    return (aim / place).to_integral_value(rounding) * place


# --- history --------------------------------------------------------------------------------------


def _chain(facts: Facts, metric: str) -> list[Observation]:
    """This year's figure and those before it that compare, newest first; `_YEARS` steps at most."""
    now = facts.get(metric, "now")
    if now is None:
        return []
    newest = now.inputs[0]
    chain, by_period = [newest], _actuals(facts, metric, newest.department)
    while len(chain) <= _YEARS and (older := by_period.get(chain[-1].counted.shifted(-1).code)):
        same = older.caliber == newest.caliber or not (older.caliber and newest.caliber)
        if not same or older.quantity.qualifier is not Qualifier.EXACT:
            break
        if not comparable(older.quantity.unit, newest.quantity.unit):
            break
        chain.append(older)
    return chain


def _actuals(facts: Facts, metric: str, department: str) -> dict[str, Observation]:
    observations = (o for o in facts.figures.observations if o.metric == metric and o.role is Role.ACTUAL)
    return {o.counted.code: o for o in observations if o.department in ("", department)}


def _history(facts: Facts, metric: str) -> list[Decimal]:
    """The values of `_chain` in one unit."""
    chain = _chain(facts, metric)
    return [convert(o.quantity.value, o.quantity.unit, chain[0].quantity.unit) for o in chain]


def _short(value: Decimal) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")


def _finding(rule: str, severity: Severity, target: Observation, hint: str) -> Finding:
    place = Place(start=0, end=0, section=str(target.source))
    return Finding(rule=f"target.{rule}", severity=severity, place=place, quote=target.quantity.printed, hint=hint)

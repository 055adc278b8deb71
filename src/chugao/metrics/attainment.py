"""Last plan against this year: 完成, 超额, 未完成 or 无数据, from figures, from documents, or from one of each.

In: a file that plans and a file that reports.  Out: `Attainment`, one row a target, with both places.

How a target is judged (`judge`; “better” is the catalogue's direction, and the target's own words stand over it):

- ≥, 以上, 不低于, 超: more than it is 超额, exactly it 完成 (“超” and “突破” must be exceeded).
- ≤, 以内, 不超过, 控制在…以内: kept is 完成; a ceiling is never 超额.
- a plain number: better than it is 超额, equal (as far as both are printed) 完成.
- 左右, 约: not worse by more than a tenth of the target is 完成, better by more than that 超额; of a percentage the
  tenth counts as half a point at least and one point at most, or 98%左右 would be met by 89%.
- a range: inside it is 完成, beyond its good end 超额 (for what should fall: 完成).
- a metric without a good direction is 完成 within that same tenth and 未完成 outside it.
- 与…同步, 不低于…增速: the two growths are compared, half a point of difference counting as 同步.

What the result does not state is 无数据, never a guess: a level is not computed from a growth, nor a growth from a
level.  “部分完成” is not among the states; a person writes that.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from chugao.catalogue import MetricDefinition
from chugao.documents.structure import Document, understand
from chugao.errors import InputError
from chugao.metrics.facts import derive
from chugao.metrics.observation import Figures, Observation, Role, Status
from chugao.metrics.reading import read_metrics
from chugao.metrics.stated import Stated, aims_of, plan_of, results_of
from chugao.metrics.subjects import similarity, within, without_verb
from chugao.metrics.values import value_text
from chugao.period import Period
from chugao.quantity import Qualifier, Quantity, comparable, convert, supports
from chugao.source import Frozen, Source

_SHEETS = {".xlsx", ".xls", ".et", ".csv", ".xlsm", ".tsv"}
_ALIKE = 0.62
"""How alike two names that no catalogue knows must be."""
_SAME_SIZE = Decimal(8)
"""A result so many times larger or smaller than its target is about something else."""


class State(StrEnum):
    """What became of a target."""

    DONE = "完成"
    EXCEEDED = "超额"
    MISSED = "未完成"
    UNKNOWN = "无数据"


class AttainmentRow(Frozen):
    """One target and what came of it."""

    metric: str
    """Catalogue id, "" for a thing known by name only."""
    name: str
    department: str = ""
    target: Quantity | None
    """None for an aim without a number of its own (与经济增长同步) whose peer is unknown."""
    target_text: str
    """As the plan prints it: “7.5%左右”, “与经济增长同步”."""
    actual: Quantity | None = None
    state: State = State.UNKNOWN
    plan_source: Source
    result_source: Source | None = None
    plan_quote: str = ""
    result_quote: str = ""


class Attainment(Frozen):
    """All targets of a plan against the results of its year."""

    year: int | None
    rows: tuple[AttainmentRow, ...]
    warnings: tuple[str, ...] = ()

    def count(self, state: State) -> int:
        return sum(1 for row in self.rows if row.state is state)


def attainment(plan: Path, result: Path, year: int | None = None) -> Attainment:
    """The targets of `plan` against the results in `result`; both are figures files or documents.

    `year` is the year planned; by default the plan's own.  Raises `InputError` when the plan holds no target.
    """
    planned, reported = _open(plan), _open(result)
    target_year = year or _year_of(planned, reported)
    aims = _aims(planned, target_year)
    if not aims:
        raise InputError(_no_aims(plan, planned, target_year))
    warnings = tuple(_mismatch(result, reported, target_year))
    if isinstance(planned, Document) and year is not None and plan_of(planned) not in (None, year):
        warnings = (f"{plan.name}计划的是{plan_of(planned)}年，要看的是{year}年。", *warnings)
    return Attainment(year=target_year, rows=match(aims, _results(reported, target_year)), warnings=warnings)


def match(aims: Sequence[Stated], results: Sequence[Stated]) -> tuple[AttainmentRow, ...]:
    """Each aim with the result that speaks of the same thing in the same way, judged."""
    known = {(r.metric, r.form): r for r in reversed(results) if r.metric}
    taken: set[int] = set()
    rows: dict[int, AttainmentRow] = {}
    scored = sorted(_candidates(aims, results), key=lambda c: (-c[0], c[1], c[2]))
    for _, i, j in scored:
        if i in rows or (j in taken and not results[j].metric):
            continue
        rows[i] = _row(aims[i], results[j])
        taken.add(j)
    for i, aim in enumerate(aims):
        if aim.peer:
            rows[i] = _keeping_pace(aim, known.get((aim.metric, "growth")), known.get((aim.peer, "growth")))
    return tuple(rows.get(i) or _row(aim, None) for i, aim in enumerate(aims))


# --- judging --------------------------------------------------------------------------------------


def judge(target: Quantity, actual: Quantity, better: str) -> State:
    """What became of a target; both in one unit.  The rules stand at the head of this module."""
    value, aim, leeway = actual.value, target.value, _leeway(target)
    if target.qualifier in (Qualifier.AT_MOST, Qualifier.UNDER):
        met = value <= aim if target.qualifier is Qualifier.AT_MOST else value < aim
        return State.DONE if met or _same(target, actual) else State.MISSED
    if target.qualifier in (Qualifier.AT_LEAST, Qualifier.OVER):
        return _against_floor(target, actual)
    if target.qualifier is Qualifier.RANGE and target.high is not None:
        return _against_range(value, aim, target.high, better)
    if better == "neutral":
        return State.DONE if abs(value - aim) <= leeway else State.MISSED
    ahead = (value - aim) if better == "up" else (aim - value)
    if target.qualifier in (Qualifier.ABOUT, Qualifier.NEAR):
        if ahead < -leeway:
            return State.MISSED
        return State.EXCEEDED if ahead > leeway and better == "up" else State.DONE
    if _same(target, actual):
        return State.DONE
    return State.EXCEEDED if ahead > 0 else State.MISSED


def _against_floor(target: Quantity, actual: Quantity) -> State:
    vague = actual.qualifier in (Qualifier.OVER, Qualifier.ODD)
    if actual.value > target.value or (actual.value == target.value and vague):
        return State.EXCEEDED
    if _same(target, actual):
        return State.DONE if target.qualifier is Qualifier.AT_LEAST else State.MISSED
    return State.MISSED


def _against_range(value: Decimal, low: Decimal, high: Decimal, better: str) -> State:
    if low <= value <= high:
        return State.DONE
    if better == "neutral":
        return State.MISSED
    if better == "down":
        return State.DONE if value < low else State.MISSED
    return State.EXCEEDED if value > high else State.MISSED


def _leeway(target: Quantity) -> Decimal:
    """What 左右 leaves open."""
    tenth = abs(target.value) / 10
    if target.unit in ("%", "个百分点"):
        return min(max(tenth, Decimal("0.5")), max(Decimal(1), Decimal("0.5")))
    return tenth


def _same(target: Quantity, actual: Quantity) -> bool:
    """Whether the two are one number as far as the result is printed: 3.2万 may be 32049, but 95% is not 95.4%."""
    if target.value == actual.value:
        return True
    if Qualifier.EXACT not in (actual.qualifier,):
        return False
    return actual.resolution > target.resolution and supports(target.value, actual) and _printed(actual)


def _printed(coarse: Quantity) -> bool:
    """Only what was printed in 万 or 亿 hides digits: 95% is not 94.9%."""
    return coarse.resolution >= 1


# --- matching -------------------------------------------------------------------------------------


def _candidates(aims: Sequence[Stated], results: Sequence[Stated]) -> Iterator[tuple[float, int, int]]:
    """(how well they fit, index of the aim, index of the result) of all that may belong together."""
    for i, aim in enumerate(aims):
        if aim.peer:
            continue
        for j, result in enumerate(results):
            score = _fit(aim, result)
            if score >= _ALIKE:
                # Of equals the one said first, where the headline figures stand.
                yield score - j * 1e-7, i, j


def _fit(aim: Stated, result: Stated) -> float:
    if not _one_form(aim, result) or (aim.department and result.department and aim.department != result.department):
        return 0.0
    if not _one_unit(aim, result) or not _one_size(aim, result):
        return 0.0
    if aim.metric and result.metric:
        if aim.metric != result.metric:
            return 0.0
        return 1.0 + (aim.name == result.name) * 0.5
    if (aim.metric or result.metric) and not within(aim.name, result.name):
        return 0.0
    if aim.sign and result.sign and aim.sign != result.sign:
        return 0.0
    return similarity(aim.name, result.name)


def _one_form(aim: Stated, result: Stated) -> bool:
    """Level with level, growth with growth; what was newly done is a level and a change at once."""
    return aim.form == result.form or (_newly(aim) and _newly(result))


def _newly(stated: Stated) -> bool:
    """“新增急救新技术2项”, “开展急救新技术3项”."""
    return (stated.form == "change" and stated.sign > 0) or (
        stated.form == "level" and without_verb(stated.name) != stated.name
    )


def _one_unit(aim: Stated, result: Stated) -> bool:
    a, b = aim.quantity.unit, result.quantity.unit
    return comparable(a, b) or bool(aim.metric and aim.metric == result.metric and "" in (a, b))


def _one_size(aim: Stated, result: Stated) -> bool:
    """A growth may be any; a level of another order is another thing (all roads, and this year's roads)."""
    a, b = _value(aim, aim.quantity.unit), _value(result, aim.quantity.unit)
    if aim.form == "growth" or a <= 0 or b <= 0 or aim.quantity.unit == "%":
        return True
    if aim.source.cell and result.source.cell:
        return True
    return a / _SAME_SIZE <= b <= a * _SAME_SIZE


def _value(stated: Stated, unit: str) -> Decimal:
    quantity = stated.quantity
    return convert(quantity.value, quantity.unit, unit) if comparable(quantity.unit, unit) else quantity.value


def _row(aim: Stated, result: Stated | None) -> AttainmentRow:
    row = AttainmentRow(
        metric=aim.metric,
        name=aim.label,
        department=aim.department,
        target=None if aim.peer else aim.quantity,
        target_text=aim.quantity.printed,
        plan_source=aim.source,
        plan_quote=aim.quote,
    )
    if result is None:
        return row
    actual = _in_unit_of(aim, result)
    better = "up" if aim.sign < 0 else aim.better
    return row.model_copy(
        update={
            "actual": actual,
            "state": judge(aim.quantity, actual, better),
            "result_source": result.source,
            "result_quote": result.quote,
        }
    )


def _in_unit_of(aim: Stated, result: Stated) -> Quantity:
    """The result in the unit of its target; a rise is a negative fall."""
    quantity, unit = result.quantity, aim.quantity.unit
    turned = -1 if aim.sign and result.sign and aim.sign != result.sign else 1
    factor = convert(Decimal(1), quantity.unit, unit) if comparable(quantity.unit, unit) else Decimal(1)
    return replace(
        quantity,
        value=quantity.value * factor * turned,
        high=quantity.high * factor * turned if quantity.high is not None else None,
        resolution=quantity.resolution * factor,
        unit=unit or quantity.unit,
    )


def _keeping_pace(aim: Stated, own: Stated | None, peer: Stated | None) -> AttainmentRow:
    """居民收入增长与经济增长同步: half a point behind is still 同步; half a point ahead is more."""
    row = _row(aim, None)
    if own is None or peer is None:
        return row
    value, pace = own.quantity.value * (own.sign or 1), peer.quantity.value * (peer.sign or 1)
    half = Decimal(0) if aim.at_least else Decimal("0.5")
    state = State.MISSED if value < pace - half else State.DONE if value <= pace + half else State.EXCEEDED
    return row.model_copy(
        update={
            "target": peer.quantity,
            "target_text": f"{aim.quantity.printed}（{peer.label}{peer.quantity.printed}）",
            "actual": own.quantity,
            "state": state,
            "result_source": own.source,
            "result_quote": own.quote,
        }
    )


# --- what was given -------------------------------------------------------------------------------

Given = Figures | Document


def _open(path: Path) -> Given:
    return read_metrics(path) if path.suffix.lower() in _SHEETS else understand(path)


def _year_of(planned: Given, reported: Given) -> int | None:
    """The year the plan is for; of figures the latest with targets that the result has values of."""
    if isinstance(planned, Document):
        return plan_of(planned)
    aimed = {o.period.year for o in planned.observations if o.role is Role.TARGET}
    aimed |= {a.period.year for a in planned.aims}
    if isinstance(reported, Document):
        known = aimed & {reported.year or 0}
    else:
        known = {o.period.year for o in reported.observations if o.role is Role.ACTUAL} & aimed
    return max(known or aimed, default=None)


def _aims(given: Given, year: int | None) -> tuple[Stated, ...]:
    if isinstance(given, Document):
        return aims_of(given)
    return tuple(_of_figures(given, Role.TARGET, year))


def _results(given: Given, year: int | None) -> tuple[Stated, ...]:
    if isinstance(given, Document):
        return results_of(given, year)
    return (*_of_figures(given, Role.ACTUAL, year), *_growths(given, year))


def _of_figures(figures: Figures, role: Role, year: int | None) -> Iterator[Stated]:
    catalogue = figures.catalogue()
    for observation in figures.observations:
        definition = catalogue.get(observation.metric)
        whole = observation.period.year == year and observation.period.is_year
        if observation.role is role and whole and definition is not None and _is_known(observation):
            yield _stated(observation, definition)
    if role is Role.TARGET and year is not None:
        yield from _relative(figures, year)


def _is_known(observation: Observation) -> bool:
    return observation.status not in (Status.MASKED, Status.MISSING)


def _stated(observation: Observation, definition: MetricDefinition) -> Stated:
    quantity = observation.quantity
    return Stated(
        metric=observation.metric,
        name=definition.name,
        department=observation.department,
        quantity=replace(quantity, printed=value_text(definition, quantity)),
        better=definition.better,
        source=observation.source,
        quote=observation.quantity.printed,
    )


def _relative(figures: Figures, year: int) -> Iterator[Stated]:
    """Targets stated against the year before (较上年下降5%), once the figure they start from is there."""
    for department in dict.fromkeys(a.department for a in figures.aims if a.period.year == year):
        own = figures.of_department(department)
        facts = derive(own, Period(year=year))
        for aim in own.aims:
            target = facts.get(aim.metric, "target")
            if target is None or aim.period.year != year or aim.department != department:
                continue
            definition = facts.definitions[aim.metric]
            yield Stated(
                metric=aim.metric,
                name=definition.name,
                department=department,
                quantity=Quantity(
                    value=target.value, unit=target.unit, qualifier=target.qualifier, printed=target.printed
                ),
                better=definition.better,
                source=aim.source,
                quote=aim.step.printed,
            )


def _growths(figures: Figures, year: int | None) -> Iterable[Stated]:
    """Growth against the year before, for a plan that aims at “增长5%”."""
    if year is None or len(figures.departments) > 1:
        return
    for fact in derive(figures, Period(year=year)).by_slot.values():
        if fact.field == "growth" and fact.inputs:
            yield Stated(
                metric=fact.metric,
                name=fact.name,
                form="growth",
                sign=1,
                quantity=Quantity(value=fact.value, unit="%", printed=fact.printed),
                source=fact.inputs[0].source,
                quote=f"{fact.printed}（{fact.formula}）",
            )


def _mismatch(path: Path, reported: Given, year: int | None) -> Iterator[str]:
    if isinstance(reported, Document):
        if year is not None and reported.year is not None and reported.year != year:
            yield f"{path.name}报告的是{reported.year}年，计划是{year}年的，两者不是同一年，请核对文件。"
    elif not any(o.role is Role.ACTUAL and o.period.year == year for o in reported.observations):
        yield f"{path.name}里没有{year}年的数，各项都是“无数据”。请换成{year}年的指标文件。"


def _no_aims(path: Path, given: Given, year: int | None) -> str:
    if isinstance(given, Document):
        return (
            f"{path.name}里没有找到写明数字的目标。请给有计划部分的文稿（如“力争门诊人次达到32万”“控制在5%以内”），"
            "或给填了目标值的指标文件。"
        )
    return f"{path.name}里没有{year or ''}年的目标值。请填“目标值”或“明年目标”一列后再试。"

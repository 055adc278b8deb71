"""What follows from the figures: values, comparisons, targets, each with its formula and its one printed form.

In: `Figures` and the reported `Period`.  Out: `Facts`, a mapping from slot name ("avg_length_of_stay.change") to
`Fact`.

Everything is computed from the values as reported, never from rounded prints, and rounded half up once, at the end.
A comparison whose 口径 or unit differ is refused and says why; a previous value that a printed growth merely implies
is never made up.
"""

import re
from collections import defaultdict
from decimal import Decimal

from pydantic import Field

from chugao.catalogue import MetricDefinition
from chugao.errors import InputError
from chugao.metrics.observation import Figures, Observation, ReportedChange, Role
from chugao.period import Period
from chugao.quantity import Qualifier, Quantity, comparable, convert, round_half_up, show
from chugao.source import Frozen, Release

_UP_DOWN = {
    "rate": ("提高", "下降"),
    "count": ("增加", "减少"),
    "amount": ("增加", "减少"),
    "duration": ("延长", "缩短"),
    "index": ("提高", "下降"),
}
_TEN_THOUSAND = 10**4
_GROWTH_DECIMALS = 1


class Fact(Frozen):
    """One thing that may be said, ready to print."""

    slot: str
    """"outpatient_visits.growth"."""
    metric: str
    name: str
    field: str
    kind: str
    better: str
    value: Decimal
    """In `unit`; signed for change, growth and gap."""
    unit: str
    qualifier: Qualifier = Qualifier.EXACT
    printed: str
    """With unit, and with its verb where it has one: “3.2万人次”, “缩短0.8天”, “增长12%”."""
    period: Period
    verb: str = ""
    sign: int = 0
    good: bool | None = None
    """Whether the sign is welcome (change, growth) or the target reached (attainment, gap)."""
    formula: str = ""
    inputs: tuple[Observation, ...] = ()
    release: Release = Release.PUBLIC

    @property
    def source_label(self) -> str:
        """Every input's place, readable: “医务科-2025.xlsx “指标”表 D5单元格（数据截止2025-12-31）”."""
        labels = []
        for observation in self.inputs:
            cutoff = observation.source.cutoff
            labels.append(f"{observation.source}" + (f"（数据截止{cutoff}）" if cutoff else ""))
        return "；".join(dict.fromkeys(labels))


class Facts(Frozen):
    """Everything that may be said about one period, by slot."""

    period: Period
    by_slot: dict[str, Fact] = Field(default_factory=dict)
    definitions: dict[str, MetricDefinition] = Field(default_factory=dict)
    figures: Figures = Figures()
    refused: dict[str, str] = Field(default_factory=dict)
    """Slot → why a comparison was refused."""

    def get(self, metric: str, field: str) -> Fact | None:
        return self.by_slot.get(f"{metric}.{field}")

    def metrics(self) -> tuple[str, ...]:
        """Ids of all metrics with a value or a goal, in the order of the figures."""
        return tuple(dict.fromkeys(f.metric for f in self.by_slot.values()))


def derive(figures: Figures, period: Period) -> Facts:
    """All facts about `period` (the reported one) that the figures support."""
    series: dict[str, dict[tuple[Role, str], Observation]] = defaultdict(dict)
    for observation in figures.observations:
        series[observation.metric].setdefault((observation.role, observation.period.code), observation)
    changes = {c.metric: c for c in figures.changes if c.period == period}
    catalogue = figures.catalogue()
    by_slot: dict[str, Fact] = {}
    refused: dict[str, str] = {}
    definitions: dict[str, MetricDefinition] = {}
    for metric, observations in series.items():
        definition = catalogue.get(metric)
        if definition is None:
            raise InputError(f"指标“{metric}”没有定义。请检查指标目录。")
        definitions[metric] = definition
        deriver = _Deriver(definition, observations, period, changes.get(metric))
        by_slot |= {f.slot: f for f in deriver.facts()}
        refused |= deriver.refused
    return Facts(period=period, by_slot=by_slot, definitions=definitions, figures=figures, refused=refused)


class _Deriver:
    """The facts of one metric; holds what its printed forms have in common."""

    def __init__(
        self,
        definition: MetricDefinition,
        observations: dict[tuple[Role, str], Observation],
        period: Period,
        reported: ReportedChange | None,
    ) -> None:
        self.definition, self.period, self.reported = definition, period, reported
        self.observations = observations
        self.refused: dict[str, str] = {}
        self.unit = next(iter(observations.values())).quantity.unit
        self.scale, self.decimals = print_form(definition, [o.quantity for o in observations.values()])

    def facts(self) -> list[Fact]:
        now = self._find(Role.ACTUAL, self.period)
        prev = self._find(Role.ACTUAL, self.period.shifted(-1))
        target = self._find(Role.TARGET, self.period)
        goal = self._find(Role.TARGET, self.period.shifted(1))
        named = {"now": now, "prev": prev, "target": target, "goal": goal}
        found = [self._value(field, observation) for field, observation in named.items()]
        if now and prev:
            found += self._comparisons(now, prev) if self._compares(now, prev) else []
        elif now and self.reported:
            found.append(self._from_reported(self.reported))
        if now and target:
            found += self._against_target(now, target)
        if now:
            found.append(self._share(now))
        found.append(self._streak())
        return [f for f in found if f is not None]

    # --- values ---

    def _find(self, role: Role, period: Period) -> Observation | None:
        """The figure of one role and period, None when there is none or its unit measures something else."""
        observation = self.observations.get((role, period.code))
        if observation is None or comparable(observation.quantity.unit, self.unit):
            return observation
        self.refused[f"{self.definition.id}.{'target' if role is Role.TARGET else 'prev'}"] = (
            f"{self.definition.name}：{observation.period.label}的单位“{observation.quantity.unit}”与“{self.unit}”"
            "不能换算，这个数没有采用。请统一单位后重报。"
        )
        return None

    def _amount(self, observation: Observation) -> Decimal:
        return convert(observation.quantity.value, observation.quantity.unit, self.unit)

    def _show(self, value: Decimal, unit: str | None = None, decimals: int | None = None) -> str:
        places = self.decimals if decimals is None else decimals
        return show(value, self.unit if unit is None else unit, places, scale=self.scale if unit is None else 1)

    def _value(self, field: str, observation: Observation | None) -> Fact | None:
        if observation is None:
            return None
        value, quantity = self._amount(observation), observation.quantity
        printed = self._show(value)
        if quantity.high is not None:
            printed = f"{printed}—{self._show(convert(quantity.high, quantity.unit, self.unit))}"
        printed = _with_qualifier(printed, quantity)
        zero = value == 0 and self.definition.events and field == "now"
        return self._fact(
            field,
            value,
            "未发生" if zero else printed,
            inputs=(observation,),
            formula="填报值",
            period=observation.period,
            qualifier=quantity.qualifier,
        )

    # --- comparisons ---

    def _compares(self, now: Observation, prev: Observation) -> bool:
        """Whether the two years compare; the reason is kept when they do not."""
        why = self._why_not(now, prev)
        if why:
            name = self.definition.id
            self.refused |= {f"{name}.{field}": f"{self.definition.name}：{why}" for field in ("change", "growth")}
        return not why

    def _why_not(self, now: Observation, prev: Observation) -> str:
        """Why two years do not compare, "" when they do."""
        if now.caliber and prev.caliber and now.caliber != prev.caliber:
            return (
                f"两年口径不同（{now.caliber}／{prev.caliber}），不能比较。请按可比口径重报上年数，或由主管领导裁定。"
            )
        vague = next((o for o in (now, prev) if o.quantity.qualifier is not Qualifier.EXACT), None)
        if vague is not None:
            return f"{vague.period.label}的数“{vague.quantity.printed}”不是确数，不能计算增减。请填报确数。"
        return ""

    def _comparisons(self, now: Observation, prev: Observation) -> list[Fact | None]:
        new, old = self._amount(now), self._amount(prev)
        inputs = (now, prev)
        facts: list[Fact | None] = [
            self._difference("change", new - old, inputs, f"{self._show(new)}−{self._show(old)}")
        ]
        if self.definition.kind in ("count", "amount") and old > 0:
            facts.append(self._growth(new, old, inputs))
            if new / old >= 2:
                facts.append(self._multiple(new, old, inputs))
        return facts

    def _growth(self, new: Decimal, old: Decimal, inputs: tuple[Observation, ...]) -> Fact:
        growth = round_half_up((new - old) / old * 100, _GROWTH_DECIMALS)
        sign = _sign(growth)
        verb = ("增长", "下降")[sign < 0] if sign else ""
        level = "与上年持平" if new == old else "与上年基本持平"
        return self._fact(
            "growth",
            growth,
            verb + show(abs(growth), "%", _GROWTH_DECIMALS) if sign else level,
            unit="%",
            inputs=inputs,
            formula=f"（{self._show(new)}−{self._show(old)}）÷{self._show(old)}×100%",
            verb=verb,
            sign=sign,
            good=self._welcome(sign),
        )

    def _multiple(self, new: Decimal, old: Decimal, inputs: tuple[Observation, ...]) -> Fact:
        multiple = round_half_up(new / old, 1)
        return self._fact(
            "multiple",
            multiple,
            f"是上年的{show(multiple, '倍', 1)}",
            unit="倍",
            inputs=inputs,
            formula=f"{self._show(new)}÷{self._show(old)}",
            sign=1,
            good=self._welcome(1),
        )

    def _share(self, now: Observation) -> Fact | None:
        """A count's part of the whole that its row gives as 分母; a rate is its own share."""
        whole, new = now.denominator, self._amount(now)
        if self.definition.kind not in ("count", "amount") or whole is None or whole.value <= 0:
            return None
        if not comparable(whole.unit or self.unit, self.unit):
            return None
        total = convert(whole.value, whole.unit or self.unit, self.unit)
        if not 0 <= new <= total or now.quantity.qualifier != Qualifier.EXACT or whole.qualifier != Qualifier.EXACT:
            return None
        share = round_half_up(new / total * 100, _GROWTH_DECIMALS)
        return self._fact(
            "share",
            share,
            show(share, "%", _GROWTH_DECIMALS),
            unit="%",
            inputs=(now,),
            formula=f"{self._show(new)}÷{self._show(total)}×100%",
        )

    def _difference(self, field: str, value: Decimal, inputs: tuple[Observation, ...], pair: str) -> Fact:
        # A change inherits the finer resolution, and may be small where the values are printed in 万.
        sign = _sign(value)
        up, down = _verbs(self.definition)
        verb = (up if sign > 0 else down) if sign else ""
        unit = {"%": "个百分点", "1:x": ""}.get(self.unit, self.unit)
        if self.unit in ("%", "1:x"):
            body = show(abs(value), unit, self.decimals)
        elif self.scale > 1 and abs(value) < _TEN_THOUSAND:
            body = show(abs(value), self.unit, 0)
        else:
            body = self._show(abs(value))
        return self._fact(
            field,
            value,
            verb + body if sign else "与上年持平",
            unit=unit,
            inputs=inputs,
            formula=pair,
            verb=verb,
            sign=sign,
            good=self._welcome(sign),
        )

    def _from_reported(self, reported: ReportedChange) -> Fact | None:
        quantity = reported.quantity
        sign = _sign(quantity.value)
        growth = quantity.unit == "%" and self.definition.kind in ("count", "amount")
        up, down = ("增长", "下降") if growth else _UP_DOWN[self.definition.kind]
        unit = "个百分点" if quantity.unit == "%" and not growth else quantity.unit
        if quantity.unit == "%" and not growth and self.unit != "%":
            return None  # a percent of a duration or a score: not a way to compare
        places = max(0, -int(quantity.value.as_tuple().exponent))
        observation = self._find(Role.ACTUAL, self.period)
        inputs = (observation.model_copy(update={"source": reported.source}),) if observation else ()
        verb = (up if sign > 0 else down) if sign else ""
        body = show(abs(quantity.value), unit, places)
        return self._fact(
            "growth" if growth else "change",
            quantity.value,
            verb + body if sign else "与上年持平",
            unit=unit,
            inputs=inputs,
            formula="填报的同比变化",
            verb=verb,
            sign=sign,
            good=self._welcome(sign),
        )

    # --- targets ---

    def _against_target(self, now: Observation, target: Observation) -> list[Fact | None]:
        new, aim = self._amount(now), self._amount(target)
        reached = self._reached(new, aim, target.quantity.qualifier)
        inputs = (now, target)
        facts: list[Fact | None] = []
        difference = new - aim
        if reached is not None:
            unit = {"%": "个百分点", "1:x": ""}.get(self.unit, self.unit)
            facts.append(
                self._fact(
                    "gap",
                    difference,
                    show(abs(difference), unit, self.decimals) if unit != self.unit else self._show(abs(difference)),
                    unit=unit,
                    inputs=inputs,
                    formula=f"{self._show(new)}−{self._show(aim)}",
                    sign=_sign(difference),
                    good=reached,
                )
            )
        if self.definition.kind in ("count", "amount") and aim > 0 and self.definition.better == "up":
            rate = round_half_up(new / aim * 100, 1)
            facts.append(
                self._fact(
                    "attainment",
                    rate,
                    show(rate, "%", 1),
                    unit="%",
                    inputs=inputs,
                    formula=f"{self._show(new)}÷{self._show(aim)}×100%",
                    sign=_sign(difference),
                    good=reached,
                )
            )
        return facts

    def _reached(self, value: Decimal, aim: Decimal, qualifier: Qualifier) -> bool | None:
        down = self.definition.better == "down" or qualifier in (Qualifier.AT_MOST, Qualifier.UNDER)
        up = self.definition.better == "up" or qualifier in (Qualifier.AT_LEAST, Qualifier.OVER)
        if down and qualifier not in (Qualifier.AT_LEAST, Qualifier.OVER):
            return value <= aim
        return value >= aim if up else None

    # --- history ---

    def _streak(self) -> Fact | None:
        """Years in a row in which the value moved the same way, three at least; `good` says whether it is welcome."""
        years, chain = 0, []
        period = self.period
        direction = 0
        while (newer := self._find(Role.ACTUAL, period)) and (older := self._find(Role.ACTUAL, period.shifted(-1))):
            sign = _sign(self._amount(newer) - self._amount(older))
            if sign == 0 or (direction and sign != direction) or self._why_not(newer, older):
                break
            direction, years = sign, years + 1
            chain.append(newer)
            period = period.shifted(-1)
        if years < 3:
            return None
        verb = _UP_DOWN[self.definition.kind][direction < 0]
        return self._fact(
            "streak",
            Decimal(years),
            f"连续{years}年{verb}",
            unit="年",
            inputs=tuple(chain),
            formula="逐年比较",
            sign=direction,
            good=self._welcome(direction),
        )

    # --- common ---

    def _welcome(self, sign: int) -> bool | None:
        better = self.definition.better
        if better == "neutral" or sign == 0:
            return None
        return (sign > 0) == (better == "up")

    def _fact(
        self,
        field: str,
        value: Decimal,
        printed: str,
        *,
        inputs: tuple[Observation, ...],
        formula: str,
        unit: str | None = None,
        period: Period | None = None,
        verb: str = "",
        sign: int = 0,
        good: bool | None = None,
        qualifier: Qualifier = Qualifier.EXACT,
    ) -> Fact:
        definition = self.definition
        releases = [o.release for o in inputs]
        return Fact(
            slot=f"{definition.id}.{field}",
            metric=definition.id,
            name=definition.name,
            field=field,
            kind=definition.kind,
            better=definition.better,
            value=value,
            unit=self.unit if unit is None else unit,
            qualifier=qualifier,
            printed=printed,
            period=period or self.period,
            verb=verb,
            sign=sign,
            good=good,
            formula=formula,
            inputs=inputs,
            release=max(releases, key=list(Release).index, default=Release.PUBLIC),
        )


def _verbs(definition: MetricDefinition) -> tuple[str, str]:
    """(rise, fall) as the kind says them; what had better not rise 上升, it does not 提高."""
    up, down = _UP_DOWN[definition.kind]
    return ("上升" if up == "提高" and definition.better == "down" else up), down


def print_form(definition: MetricDefinition, quantities: list[Quantity]) -> tuple[int, int]:
    """(scale, decimals) in which every value of a metric prints: the same everywhere in a document.

    万 when the office reported in 万, or when the value has seven digits and the unit allows it; the decimals are those
    of the finest figure reported, two where plain counts are brought to 万.
    """
    steps = [q.resolution * 2 for q in quantities if q.resolution]
    finest = min(steps, default=Decimal(1))
    scaled = all(s >= 10 for s in steps) if steps else False
    largest = max((abs(q.value) for q in quantities), default=Decimal(0))
    allows = definition.unit in ("元",) or any(u.startswith("万") for u in definition.units)
    if (scaled and largest >= _TEN_THOUSAND) or (largest >= 100 * _TEN_THOUSAND and allows and finest >= 1):
        places = _places(finest / _TEN_THOUSAND) if scaled else 2
        return _TEN_THOUSAND, min(places, 4)
    return 1, _places(finest)


def _places(step: Decimal) -> int:
    exponent = step.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _sign(value: Decimal) -> int:
    return (value > 0) - (value < 0)


def _with_qualifier(printed: str, quantity: Quantity) -> str:
    match quantity.qualifier:
        case Qualifier.AT_LEAST:
            return f"{printed}以上"
        case Qualifier.AT_MOST:
            return f"{printed}以内"
        case Qualifier.ODD:
            digits = re.match(r"[\d.万亿]*", printed)
            end = digits.end() if digits else 0
            return f"{printed[:end]}余{printed[end:]}"
        case Qualifier.OVER | Qualifier.UNDER | Qualifier.ABOUT | Qualifier.NEAR as qualifier:
            return f"{qualifier.value}{printed}"
        case _:
            return printed

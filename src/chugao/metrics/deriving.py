"""The facts of one metric: which of its figures compare, and what the comparison says.

In: a definition, the metric's figures, the reported period.  Out: facts, and for every comparison that was refused the
reason.

Surprise: what decides is seldom the value.  “2026年” with 数据截止 in October is ten months and compares with ten
months only; a zero base has no growth; a target may be reached in March and still not be missed in October.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache

from chugao.catalogue import MetricDefinition, name_key
from chugao.metrics.facts import Fact
from chugao.metrics.history import rank_of, spread, streak
from chugao.metrics.observation import Observation, RelativeTarget, ReportedChange, Role, Status
from chugao.metrics.printing import PERCENT_DECIMALS, form_of, percent, qualified, rounded_to, verbs
from chugao.metrics.relative import target_from
from chugao.metrics.suppression import identifies_patients
from chugao.period import Period
from chugao.quantity import Qualifier, comparable, convert, round_half_up, show
from chugao.source import Release

COMPARABLE = "可比口径"
_COUNTED = ("count", "amount")
_BALANCE = re.compile(r"结余|盈余|利润|差额|净")
"""What comes in less what goes out: reached in June, it may be gone in December."""
_EARLIEST_MONTH_END = 25
"""Offices close their month from the 25th on; an earlier day leaves the month open."""


@dataclass
class Series:
    """What the figures hold about one metric."""

    observations: list[Observation] = field(default_factory=list)
    comparable: list[Observation] = field(default_factory=list)
    """可比口径 values, which stand in for last year's where 口径 changed."""
    changes: list[ReportedChange] = field(default_factory=list)
    aims: list[RelativeTarget] = field(default_factory=list)


def _directed(definition: MetricDefinition, series: Series) -> MetricDefinition:
    """An office's own metric that by its name is neither good nor bad, with the direction of the limits it was set:
    ≤2.5 says that less is better.
    """
    limits = {o.quantity.qualifier for o in series.observations if o.role is Role.TARGET}
    if not definition.local or definition.better != "neutral" or not limits:
        return definition
    ceiling, floor = {Qualifier.AT_MOST, Qualifier.UNDER}, {Qualifier.AT_LEAST, Qualifier.OVER}
    if limits <= ceiling:
        return replace(definition, better="down")
    return replace(definition, better="up") if limits <= floor else definition


class Deriver:
    """The facts of one metric; holds what its printed forms have in common."""

    def __init__(self, definition: MetricDefinition, series: Series, period: Period, *, listed: bool = False) -> None:
        """`listed`: several departments reported the metric, though only one's rows may be here."""
        self.definition, self.period = _directed(definition, series), period
        self.refused: dict[str, str] = {}
        self._by_key: dict[tuple[Role, Period], list[Observation]] = {}
        for observation in series.observations:
            self._by_key.setdefault((observation.role, observation.period), []).append(observation)
            if (counted := observation.counted) is not observation.period:
                self._by_key.setdefault((observation.role, counted), []).append(observation)
        self._series = series
        self.unit = series.observations[0].quantity.unit
        self.form = form_of(definition, self.unit, (o.quantity for o in series.observations))
        self._formulas: dict[str, tuple[str, Observation]] = {}
        self._home: str | None = None
        self.now = self.find(Role.ACTUAL, period)
        self._home = (self.now or series.observations[0]).department
        self.by_place = listed or len({o.department for o in self._by_key.get((Role.ACTUAL, period), ())}) > 1

    def facts(self) -> Iterator[Fact]:
        now = self.now
        prev, other = self._before(now)
        target, goal = self._target("target", self.period), self._target("goal", shifted(self.period, 1))
        named = {"now": now, "prev": prev, "target": target, "goal": goal}
        found = [self._value(name, observation) for name, observation in named.items()]
        if now and prev:
            found += self._comparisons(now, prev) if self._compares(now, prev) else []
        elif now and other:
            self._refuse(self.why_not(now, other))
        elif now and self._series.changes:
            found.append(self._from_reported(self._series.changes[-1]))
        if now and target:
            found += self._against_target(now, target)
        if now:
            found += [self._share(now), rank_of(self, now)]
        found += [streak(self), spread(self)]
        return (f for f in found if f is not None)

    # --- finding ---

    def find(self, role: Role, period: Period, name: str = "") -> Observation | None:
        """The figure of one role and period, None when there is none or its unit measures something else (then the
        slot `name` is refused).

        Of several departments the one that the reported value belongs to counts, then what all share.
        """
        listed = self._by_key.get((role, period))
        if listed is None:
            return None
        own = (o for wanted in (self._home, "") for o in listed if o.department == wanted)
        observation = listed[0] if len(listed) == 1 else next(own, listed[0])
        if comparable(observation.quantity.unit, self.unit):
            return observation
        if name:
            self.refused[f"{self.definition.id}.{name}"] = (
                f"{self.definition.name}：{observation.period.label}的单位“{observation.quantity.unit}”与“{self.unit}”"
                "不能换算，这个数没有采用。请统一单位后重报。"
            )
        return None

    def exactly(self, period: Period) -> Observation | None:
        """The actual that counts the months of `period`, neither more nor fewer."""
        found = self.find(Role.ACTUAL, period)
        return found if found is not None and found.counted == period else None

    def _before(self, now: Observation | None) -> tuple[Observation | None, Observation | None]:
        """(last year's figure of the same months, another figure of last year that is not comparable)."""
        asked = self.find(Role.ACTUAL, shifted(self.period, -1), "prev")
        if now is None:
            return asked, None
        wanted = shifted(now.counted, -1)
        same = self.exactly(wanted)
        if same is not None and _caliber_changed(now, same):
            restated = (o for o in self._series.comparable if o.role is Role.ACTUAL and o.counted == wanted)
            same = next((o for o in restated if o.department in ("", now.department)), same)
        return same, None if same else asked

    def _target(self, name: str, period: Period) -> Observation | None:
        """The target of a period, as stated or computed from last year's figure."""
        stated = self.find(Role.TARGET, period, name)
        if name == "target" and not period.is_year and self.now is not None:
            # The year's own row knows the year's target; a row of part of a year may hold its share of it.
            stated = self.find(Role.TARGET, Period(year=period.year), name) or stated
        aim = next((a for a in self._series.aims if a.period == period), None)
        if stated is not None or aim is None:
            return stated
        base = self.exactly(shifted(period, -1))
        computed = target_from(aim, base, self.definition, self.form)
        if isinstance(computed, str):
            self.refused[f"{self.definition.id}.{name}"] = computed
            return None
        target, formula = computed
        assert base is not None
        self._formulas[name] = (formula, base)
        return target

    def amount(self, observation: Observation) -> Decimal:
        return convert(observation.quantity.value, observation.quantity.unit, self.unit)

    # --- values ---

    def _value(self, name: str, observation: Observation | None) -> Fact | None:
        if observation is None:
            return None
        value, quantity = self.amount(observation), observation.quantity
        printed = self.form.value(value)
        if quantity.high is not None:
            printed = f"{printed}—{self.form.value(convert(quantity.high, quantity.unit, self.unit))}"
        zero = value == 0 and self.definition.events and name == "now"
        formula, base = self._formulas.get(name, ("填报值", None))
        return self.fact(
            name,
            value,
            "未发生" if zero else qualified(printed, quantity),
            inputs=(observation, base) if base else (observation,),
            formula=formula,
            period=observation.period,
            qualifier=quantity.qualifier,
            caveat=_caveat(observation),
        )

    # --- comparisons ---

    def _compares(self, now: Observation, prev: Observation) -> bool:
        """Whether the two years compare; the reason is kept when they do not."""
        why = self.why_not(now, prev)
        if why:
            self._refuse(why)
        return not why

    def _refuse(self, why: str) -> None:
        reason = f"{self.definition.name}：{why}"
        self.refused |= {f"{self.definition.id}.{name}": reason for name in ("change", "growth")}

    def why_not(self, now: Observation, prev: Observation) -> str:
        """Why two years do not compare, "" when they do."""
        return _other_months(now, prev) or self.unlike(now, prev)

    def unlike(self, now: Observation, prev: Observation) -> str:
        """Why two figures do not compare whatever their months, "" when they do."""
        if _caliber_changed(now, prev):
            return (
                f"两年口径不同（{now.caliber}／{prev.caliber}），不能比较。请按可比口径重报上年数，或由主管领导裁定。"
            )
        if now.department and prev.department and now.department != prev.department:
            return f"两个数分属“{now.department}”和“{prev.department}”，范围不同，不能比较。请补报“{now.department}”的上年数。"
        for observation in (now, prev):
            if observation.status in (Status.MASKED, Status.MISSING):
                return (
                    f"{observation.period.label}的数“{observation.quantity.printed}”是遮盖或空缺的，不能比较。请补报。"
                )
            if observation.quantity.qualifier is not Qualifier.EXACT:
                return f"{observation.period.label}的数“{observation.quantity.printed}”不是确数，不能计算增减。请填报确数。"
        return ""

    def _comparisons(self, now: Observation, prev: Observation) -> Iterator[Fact]:
        new, old, inputs = self.amount(now), self.amount(prev), (now, prev)
        shown = self.form.value
        difference = rounded_to(new - old, self.form.step)
        yield self._difference("change", difference, inputs, f"{shown(new)}−{shown(old)}")
        if self.definition.kind not in _COUNTED:
            return
        if old <= 0 or new < 0:
            said = "为0" if old == 0 else f"为{shown(old)}" if old < 0 else f"为{shown(old)}、本期为{shown(new)}"
            self.refused[f"{self.definition.id}.growth"] = (
                f"{self.definition.name}：上年{said}，不能计算增长率，请写增减的数量。"
            )
            return
        yield self._growth(new, old, inputs)
        if new / old >= 2:
            yield self._multiple(new, old, inputs)

    def _growth(self, new: Decimal, old: Decimal, inputs: tuple[Observation, ...]) -> Fact:
        # 3.2万 beside 31951 has not grown by 0.2%: it may as well have fallen.
        told = rounded_to(new - old, self.form.step) != 0
        growth = round_half_up((new - old) / old * 100, PERCENT_DECIMALS) if told else Decimal(0)
        sign = sign_of(growth)
        verb = ("增长", "下降")[sign < 0] if sign else ""
        level = self._level(new == old)
        shown = self.form.value
        return self.fact(
            "growth",
            growth,
            verb + percent(abs(growth)) if sign else level,
            unit="%",
            inputs=inputs,
            formula=f"（{shown(new)}−{shown(old)}）÷{shown(old)}×100%",
            verb=verb,
            sign=sign,
            good=self.welcome(sign),
        )

    def _multiple(self, new: Decimal, old: Decimal, inputs: tuple[Observation, ...]) -> Fact:
        multiple = round_half_up(new / old, 1)
        return self.fact(
            "multiple",
            multiple,
            f"是{self._last_year}的{show(multiple, '倍', 1)}",
            unit="倍",
            inputs=inputs,
            formula=f"{self.form.value(new)}÷{self.form.value(old)}",
            sign=1,
            good=self.welcome(1),
        )

    @property
    def _last_year(self) -> str:
        """What the value is compared with: half a year with half a year."""
        return "上年" if self.period.is_year else "上年同期"

    def _level(self, equal: bool) -> str:
        return f"与{self._last_year}{'' if equal else '基本'}持平"

    def _difference(self, name: str, value: Decimal, inputs: tuple[Observation, ...], pair: str) -> Fact:
        sign = sign_of(value)
        level = self._level(self.amount(inputs[0]) == self.amount(inputs[1]))
        up, down = verbs(self.definition)
        verb = (up if sign > 0 else down) if sign else ""
        return self.fact(
            name,
            value,
            verb + self.form.difference(value) if sign else level,
            unit=self.form.points,
            inputs=inputs,
            formula=pair,
            verb=verb,
            sign=sign,
            good=self.welcome(sign),
        )

    def _from_reported(self, reported: ReportedChange) -> Fact | None:
        quantity = reported.quantity
        sign = sign_of(quantity.value)
        growth = quantity.unit == "%" and self.definition.kind in _COUNTED
        up, down = ("增长", "下降") if growth else verbs(self.definition)
        if quantity.unit == "%" and not growth and self.unit != "%":
            return None  # a percent of a duration or a score: not a way to compare
        unit = self.form.points if quantity.unit == self.unit and not growth else quantity.unit
        places = max(0, -int(quantity.value.as_tuple().exponent))
        if unit != quantity.unit and not growth:
            places = max(places, self.form.decimals)
        inputs = (self.now.model_copy(update={"source": reported.source}),) if self.now else ()
        verb = (up if sign > 0 else down) if sign else ""
        return self.fact(
            "growth" if growth else "change",
            quantity.value,
            verb + show(abs(quantity.value), unit, places) if sign else self._level(True),
            unit=unit,
            inputs=inputs,
            formula="填报的同比变化",
            verb=verb,
            sign=sign,
            good=self.welcome(sign),
        )

    # --- parts and targets ---

    def _share(self, now: Observation) -> Fact | None:
        """A count's part of the whole that its row gives as 分母; a rate is its own share."""
        whole = now.denominator
        if self.definition.kind not in _COUNTED or whole is None or whole.qualifier != Qualifier.EXACT:
            return None
        if not comparable(whole.unit or self.unit, self.unit):
            return None
        return self.share_of(now, convert(whole.value, whole.unit or self.unit, self.unit), (now,))

    def share_of(self, now: Observation, total: Decimal, inputs: tuple[Observation, ...]) -> Fact | None:
        """The part that this year's value is of a total in the same unit; None when it cannot be one."""
        new = self.amount(now)
        if total <= 0 or not 0 <= new <= total or now.quantity.qualifier is not Qualifier.EXACT:
            return None
        share = round_half_up(new / total * 100, PERCENT_DECIMALS)
        formula = f"{self.form.value(new)}÷{self.form.value(total)}×100%"
        return self.fact("share", share, percent(share), unit="%", inputs=inputs, formula=formula)

    def _against_target(self, now: Observation, target: Observation) -> Iterator[Fact]:
        new, aim = self.amount(now), self.amount(target)
        reached = self._reached(new, aim, target.quantity.qualifier)
        if new != aim and rounded_to(new - aim, self.form.step) == 0:
            reached = None  # 3.2万 of a target of 32049: nobody can tell
        # 目标值 is what the year aims at, whatever part of it the row reports.
        early = now.counted.last_month < target.period.last_month or not self.period.is_year
        if early and reached is not None and not (reached and self._only_grows(target)):
            reached = None  # the year is not over: neither missed nor safe
        inputs = (now, target)
        difference, shown = new - aim, self.form.value
        caveat = f"只计到{now.counted.last_month}月" if early else ""
        if reached is not None:
            yield self.fact(
                "gap",
                difference,
                self.form.difference(difference),
                unit=self.form.points,
                inputs=inputs,
                formula=f"{shown(new)}−{shown(aim)}",
                sign=sign_of(difference),
                good=reached,
                caveat=caveat,
            )
        if self.definition.kind in _COUNTED and aim > 0 and new >= 0 and self.definition.better == "up":
            rate = round_half_up(new / aim * 100, PERCENT_DECIMALS)
            yield self.fact(
                "attainment",
                rate,
                percent(rate),
                unit="%",
                inputs=inputs,
                formula=f"{shown(new)}÷{shown(aim)}×100%",
                sign=sign_of(difference),
                good=reached,
                caveat=caveat,
            )

    def _only_grows(self, target: Observation) -> bool:
        """Whether what is reached early stays reached: a sum against a floor."""
        floor = target.quantity.qualifier not in (Qualifier.AT_MOST, Qualifier.UNDER)
        grows = self.definition.rollup == "sum" and not _BALANCE.search(self.definition.name)
        return grows and self.definition.better == "up" and floor

    def _reached(self, value: Decimal, aim: Decimal, qualifier: Qualifier) -> bool | None:
        down = self.definition.better == "down" or qualifier in (Qualifier.AT_MOST, Qualifier.UNDER)
        up = self.definition.better == "up" or qualifier in (Qualifier.AT_LEAST, Qualifier.OVER)
        if down and qualifier not in (Qualifier.AT_LEAST, Qualifier.OVER):
            return value <= aim
        return value >= aim if up else None

    # --- common ---

    def welcome(self, sign: int) -> bool | None:
        better = self.definition.better
        if better == "neutral" or sign == 0:
            return None
        return (sign > 0) == (better == "up")

    def fact(
        self,
        name: str,
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
        caveat: str | None = None,
    ) -> Fact:
        definition = self.definition
        releases = [o.release for o in inputs]
        if any(identifies_patients(definition, o, by_place=self.by_place) for o in inputs):
            releases.append(Release.INTERNAL)
        return Fact(
            slot=f"{definition.id}.{name}",
            metric=definition.id,
            name=definition.name,
            field=name,
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
            caveat=_caveats(inputs) if caveat is None else caveat,
            inputs=inputs,
            release=max(releases, key=list(Release).index, default=Release.PUBLIC),
        )


@lru_cache(maxsize=256)
def shifted(period: Period, years: int) -> Period:
    """The same months of another year; asked for once a metric, so remembered."""
    return period.shifted(years)


def sign_of(value: Decimal) -> int:
    return (value > 0) - (value < 0)


def _caliber_changed(now: Observation, prev: Observation) -> bool:
    """Whether two figures name two 口径; a value restated on a comparable basis goes with any."""
    return bool(now.caliber and prev.caliber) and prev.caliber not in (now.caliber, COMPARABLE)


def _other_months(now: Observation, prev: Observation) -> str:
    """Why two figures of unlike months do not compare, "" when the months are the same."""
    cutoff, counted = now.source.cutoff, now.counted
    if counted != now.period and cutoff is not None and cutoff.day < _EARLIEST_MONTH_END:
        return (
            f"本期只计到{cutoff.month}月{cutoff.day}日，当月没有过完，没有同样天数的上年数可比。"
            "请改报到月末的数，或由本单位提供上年同日的数。"
        )
    if prev.counted == shifted(counted, -1):
        return ""
    return (
        f"本期是{counted.label}的数，上年是{prev.counted.label}的数，月份不同，不能比较。"
        f"请补报{counted.shifted(-1).label}的数。"
    )


def _caveat(observation: Observation) -> str:
    cutoff, parts = observation.source.cutoff, []
    if observation.role is Role.ACTUAL and cutoff and cutoff.year == observation.period.year:
        last = observation.period.last_month
        if observation.counted != observation.period or (cutoff.month == last and cutoff.day < _EARLIEST_MONTH_END):
            parts.append(f"截至{cutoff.month}月{cutoff.day}日")
    if observation.caliber == COMPARABLE:
        parts.append(f"{observation.period.label}按{COMPARABLE}")
    if observation.status is Status.PROVISIONAL:
        parts.append(f"{observation.period.label}为快报数")
    return "，".join(parts)


def _caveats(inputs: tuple[Observation, ...]) -> str:
    return "；".join(dict.fromkeys(c for c in map(_caveat, inputs) if c))


# --- parts of another metric ----------------------------------------------------------------------


def shares(derivers: Mapping[str, Deriver], by_slot: Mapping[str, Fact]) -> Iterator[Fact]:
    """What a count is of another, where the catalogue says so: a rate's 分子 as a part of its 分母.

    The rate itself says the same when it is reported, so then nothing is added.
    """
    named = {name_key(n): d for d in derivers.values() for n in d.definition.all_names()}
    if not named:
        return
    for part, whole, rate in _pairs():
        mine, other = named.get(part), named.get(whole)
        if mine is None or other is None or mine is other or rate in derivers:
            continue
        now, total = mine.now, other.now
        slot = f"{mine.definition.id}.share"
        if slot in by_slot or now is None or total is None or mine.definition.kind not in _COUNTED:
            continue
        if now.counted != total.counted or mine.unlike(now, total.model_copy(update={"caliber": ""})):
            continue
        if comparable(other.unit, mine.unit) and (fact := mine.share_of(now, other.amount(total), (now, total))):
            yield fact


def _pairs() -> tuple[tuple[str, str, str], ...]:
    from chugao.metrics.identities import fractions

    return fractions()

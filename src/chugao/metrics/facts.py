"""What follows from the figures: values, comparisons, targets, each with its formula and its one printed form.

In: `Figures` and the reported `Period`.  Out: `Facts`, a mapping from slot name ("avg_length_of_stay.change") to
`Fact`.

Everything is computed from the values as reported, never from rounded prints, and rounded half up once, at the end.
A comparison whose 口径, unit, months or department differ is refused and says why; a previous value that a printed
growth merely implies is never made up.
"""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from pydantic import Field

from chugao.catalogue import MetricDefinition
from chugao.errors import InputError
from chugao.metrics.observation import Figures, Observation
from chugao.period import Period
from chugao.quantity import Qualifier
from chugao.source import Frozen, Release

_LARGEST_GROWTH = 1000


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
    """In `unit`; signed for change, growth and gap; the lower end of a range."""
    unit: str
    qualifier: Qualifier = Qualifier.EXACT
    printed: str
    """With unit, and with its verb where it has one: “3.2万人次”, “缩短0.8天”, “增长12.0%”."""
    period: Period
    verb: str = ""
    sign: int = 0
    good: bool | None = None
    """Whether the sign is welcome (change, growth) or the target reached (attainment, gap)."""
    formula: str = ""
    caveat: str = ""
    """What has to be said with it: “本期为快报数”, “截至12月20日”."""
    inputs: tuple[Observation, ...] = ()
    release: Release = Release.PUBLIC

    @property
    def source_label(self) -> str:
        """Every input's place, readable: “医务科-2025.xlsx “指标”表 D5单元格（数据截止2025-12-31）”; then the caveat."""
        labels = []
        for observation in self.inputs:
            cutoff = observation.source.cutoff
            labels.append(f"{observation.source}" + (f"（数据截止{cutoff}）" if cutoff else ""))
        return "；".join(dict.fromkeys([*labels, *([self.caveat] if self.caveat else [])]))


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

    def comparison(self, metric: str) -> Fact | None:
        """The comparison with last year that says most: a growth, unless its base is so small that it says nothing."""
        growth, change = self.get(metric, "growth"), self.get(metric, "change")
        if growth is None or abs(growth.value) <= _LARGEST_GROWTH:
            return growth or change
        return self.get(metric, "multiple") or change

    def metrics(self) -> tuple[str, ...]:
        """Ids of all metrics with a value or a goal, in the order of the figures."""
        return tuple(dict.fromkeys(f.metric for f in self.by_slot.values()))


def derive(figures: Figures, period: Period) -> Facts:
    """All facts about `period` (the reported one) that the figures support."""
    from chugao.metrics.deriving import Deriver, Series, shares  # its facts are made of the nouns above

    series: dict[str, Series] = defaultdict(Series)
    for observation in figures.observations:
        series[observation.metric].observations.append(observation)
    for observation in figures.comparable:
        series[observation.metric].comparable.append(observation)
    for change in figures.changes:
        if change.period == period:
            series[change.metric].changes.append(change)
    for aim in figures.aims:
        series[aim.metric].aims.append(aim)
    definitions = _definitions(figures, series)
    derivers = {
        m: Deriver(definitions[m], s, period, listed=(m, period.code) in figures.listed)
        for m, s in series.items()
        if s.observations
    }
    by_slot = {f.slot: f for deriver in derivers.values() for f in deriver.facts()}
    for fact in shares(derivers, by_slot):
        by_slot[fact.slot] = fact
    refused = {slot: why for deriver in derivers.values() for slot, why in deriver.refused.items()}
    return Facts(period=period, by_slot=by_slot, definitions=definitions, figures=figures, refused=refused)


def _definitions(figures: Figures, metrics: Mapping[str, object]) -> dict[str, MetricDefinition]:
    catalogue = figures.catalogue()
    found = {metric: catalogue.get(metric) for metric in metrics}
    for metric, definition in found.items():
        if definition is None:
            raise InputError(f"指标“{metric}”没有定义。请检查指标目录。")
    return {metric: definition for metric, definition in found.items() if definition is not None}

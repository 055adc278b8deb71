"""One figure as the office reported it, and a set of them.

Everything later (facts, checks, tables) reads `Figures`; only `metrics.reading` makes them from files.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Annotated

from pydantic import Field, StringConstraints

from chugao.catalogue import Catalogue, MetricDefinition, load_catalogue
from chugao.documents.grid import cell_finding
from chugao.period import Period
from chugao.quantity import Quantity
from chugao.source import Finding, Frozen, Release, Severity, Source

MetricId = Annotated[str, StringConstraints(pattern=r"^[a-z_]+$")]


class Role(StrEnum):
    """What a figure is: what came out, or what was aimed at."""

    ACTUAL = "actual"
    TARGET = "target"
    """Aimed at for the observation's own period: 目标值 of 2025, 明年目标 of a 2025 row is a target of 2026."""


class Status(StrEnum):
    """How firm a figure is."""

    CONFIRMED = "confirmed"
    PROVISIONAL = "provisional"
    MASKED = "masked"
    MISSING = "missing"


class Observation(Frozen):
    """One figure of one department for one period."""

    metric: MetricId
    department: str
    """As in the 部门 column; "" when the file has none."""
    period: Period
    role: Role
    quantity: Quantity
    """Unscaled, in the metric's own unit or one that converts into it; `printed` is the cell's text."""
    source: Source
    status: Status = Status.CONFIRMED
    release: Release = Release.PUBLIC
    owner: str = ""
    """责任科室: who owes it, and who answers for next year's target."""
    leader: str = ""
    deadline: str = ""
    caliber: str = ""
    """口径: two values of one metric compare only when theirs agree."""
    numerator: Quantity | None = None
    denominator: Quantity | None = None
    origin: str = ""
    """来源 as the office wrote it: HIS, 病案首页, …"""
    rank: str = ""
    """排名 as the office wrote it, with its scope: “全市第3”."""
    note: str = ""

    @property
    def counted(self) -> Period:
        """The months that the figure counts: a year with 数据截止 in October is 1—10月, a target its whole period."""
        cutoff, period = self.source.cutoff, self.period
        if self.role is Role.TARGET or cutoff is None or cutoff.year != period.year:
            return period
        if not period.first_month <= cutoff.month < period.last_month:
            return period
        return replace(period, last_month=cutoff.month)


class ReportedChange(Frozen):
    """A 同比变化 as printed in the figures; used when no previous value is there, checked when one is."""

    metric: MetricId
    department: str
    period: Period
    quantity: Quantity
    """Signed: “↓12%” is −12 %.  Unit % means growth, anything else a difference."""
    source: Source


class RelativeTarget(Frozen):
    """A target stated against the year before: “较上年下降5%”, “增长8%以上”, “不高于上年”.

    It becomes a target with a value, and a formula, once the figure it starts from is there.
    """

    metric: MetricId
    department: str
    period: Period
    """What it is a target of; it starts from the actual of the same span one year earlier."""
    step: Quantity
    """Signed.  Unit % is a part of the base, anything else is added to it; the qualifier is the target's own."""
    source: Source
    release: Release = Release.PUBLIC
    owner: str = ""
    leader: str = ""
    deadline: str = ""


class Figures(Frozen):
    """What was read: observations, the definitions of their metrics, and what looked odd."""

    observations: tuple[Observation, ...] = ()
    changes: tuple[ReportedChange, ...] = ()
    aims: tuple[RelativeTarget, ...] = ()
    definitions: dict[str, MetricDefinition] = Field(default_factory=dict)
    comparable: tuple[Observation, ...] = ()
    """Values on a comparable basis (可比口径), beside those reported and never mixed with them."""
    contested: tuple[tuple[Observation, ...], ...] = ()
    """Figures that several sources give differently; none is used until somebody rules (`metrics.calibers`)."""
    findings: tuple[Finding, ...] = ()
    department_column: bool = False
    """Whether rows carry a 部门; only then does a department select rows."""
    fingerprints: dict[str, str] = Field(default_factory=dict)
    """File name → first 16 hex digits of its SHA-256."""
    listed: frozenset[tuple[str, str]] = frozenset()
    """(metric, period code) of what several departments reported, also where only the rows of one are left here."""

    def of_department(self, department: str | None) -> "Figures":
        """Only the rows of one department; all rows where the file names none.

        Rows without a department are everybody's, but where the department has a figure of its own: a hospital's
        门急诊 or target is not set against it.
        """
        if not department or not self.department_column:
            return self
        own = {(o.metric, o.period, o.role) for o in self.observations if o.department == department}
        done = {(metric, period) for metric, period, role in own if role is Role.ACTUAL}

        def hers(o: Observation | ReportedChange | RelativeTarget) -> bool:
            if o.department != "":
                return o.department == department
            key = (o.metric, o.period)
            return key not in done and not (isinstance(o, Observation) and (*key, o.role) in own)

        kept = tuple(o for o in self.observations if hers(o))
        return self.model_copy(
            update={
                "listed": self.listed | self._listed(),
                "observations": kept,
                "changes": tuple(c for c in self.changes if hers(c)),
                "comparable": tuple(o for o in self.comparable if hers(o)),
                "contested": tuple(c for c in self.contested if hers(c[0])),
                "aims": tuple(a for a in self.aims if hers(a)),
                "findings": self.findings + _set_aside(department, kept, self.observations),
            }
        )

    def only(self, keep: Callable[[str, str], bool]) -> "Figures":
        """The rows whose department and file are to be kept: `keep("骨科", "各科指标.xlsx")`."""
        return self.model_copy(
            update={
                "observations": tuple(o for o in self.observations if keep(o.department, o.source.file)),
                "changes": tuple(c for c in self.changes if keep(c.department, c.source.file)),
                "comparable": tuple(o for o in self.comparable if keep(o.department, o.source.file)),
                "contested": tuple(c for c in self.contested if keep(c[0].department, c[0].source.file)),
                "aims": tuple(a for a in self.aims if keep(a.department, a.source.file)),
            }
        )

    def _listed(self) -> frozenset[tuple[str, str]]:
        # One value from two departments is one number told twice, not a list by place.
        places: dict[tuple[str, str], dict[str, Decimal]] = {}
        for o in self.observations:
            if o.role is Role.ACTUAL and o.department:
                places.setdefault((o.metric, o.period.code), {})[o.department] = o.quantity.value
        return frozenset(key for key, by in places.items() if len(by) > 1 and len(set(by.values())) > 1)

    def knows(self, department: str | None) -> bool:
        """Whether a department may be asked for: it has rows, or shares the rows of all.

        Figures that name no department, or hold nothing, know every one.
        """
        if not department or not self.department_column or not self.observations:
            return True
        return any(o.department in ("", department) for o in self.observations)

    @property
    def departments(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(o.department for o in self.observations if o.department))

    def cutoff(self) -> date | None:
        """The latest 数据截止 among the figures, None when none was given."""
        return max((o.source.cutoff for o in self.observations if o.source.cutoff), default=None)

    def catalogue(self) -> Catalogue:
        """The shipped catalogue with the definitions used here over it."""
        return self._whole_catalogue

    def catalogue_used(self) -> Catalogue:
        """Only the definitions that these figures use."""
        return self._own_catalogue

    @cached_property
    def _whole_catalogue(self) -> Catalogue:
        return load_catalogue().extended(self.definitions.values())

    @cached_property
    def _own_catalogue(self) -> Catalogue:
        return Catalogue(self.definitions.values())


def _set_aside(
    department: str, kept: tuple[Observation, ...], all_of_them: tuple[Observation, ...]
) -> tuple[Finding, ...]:
    """Said once: everybody's figures that give way to the department's own and say something else."""
    own = {(o.metric, o.period, o.role): o for o in kept if o.department == department}
    shadowed = [
        (o, own[key]) for o in all_of_them if o.department == "" and (key := (o.metric, o.period, o.role)) in own
    ]
    differing = [(o, mine) for o, mine in shadowed if o.quantity.value != mine.quantity.value]
    if not differing:
        return ()
    other, mine = differing[0]
    more = f"等{len(differing)}个数" if len(differing) > 1 else ""
    hint = (
        f"{mine.source}写的是{department}自己的{mine.quantity.printed}，{other.source}没有写部门，是{other.quantity.printed}{more}："
        f"{department}的稿子用自己的。若没写部门的才对，请在“部门”一列写明{department}后重新导入。"
    )
    return (cell_finding("figures.department_own", Severity.WARNING, other.source, other.quantity.printed, hint),)


def merge(parts: Iterable[Figures]) -> Figures:
    """Several files as one set; the order of files does not matter for what follows."""
    figures = list(parts)
    return Figures(
        observations=tuple(o for f in figures for o in f.observations),
        changes=tuple(c for f in figures for c in f.changes),
        aims=tuple(a for f in figures for a in f.aims),
        comparable=tuple(o for f in figures for o in f.comparable),
        contested=tuple(c for f in figures for c in f.contested),
        definitions={k: v for f in figures for k, v in f.definitions.items()},
        findings=tuple(x for f in figures for x in f.findings),
        department_column=any(f.department_column for f in figures),
        listed=frozenset(key for f in figures for key in f.listed),
        fingerprints={k: v for f in figures for k, v in f.fingerprints.items()},
    )

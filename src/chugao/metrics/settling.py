"""Let what several files say about one figure become one observation.

In: `Statement`s in the order they were read.  Out: `Settled`: an observation for each metric, department, period and
role; what contradicts itself is a problem, what was corrected later a finding.

Surprise: every figure is stated by somebody in some year.  2024 stands as 本期值 in the sheet of 2024 and as
上年同期值 in the sheet of 2025, and the two need not agree.  The year of the row that states a figure (`stated`)
decides: of two years the later one holds, with a warning; within one year two places of one source are an error, two
sources a contest that only a person's 裁定 settles (`metrics.calibers`).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from chugao.catalogue import MetricDefinition
from chugao.documents.sheets import cell_finding
from chugao.metrics.calibers import Ruling, how_to_rule, in_words, settle_contest
from chugao.metrics.calibers import Settled as Contest
from chugao.metrics.observation import Observation, Role
from chugao.period import Period, read_period
from chugao.quantity import Qualifier, Quantity, supports
from chugao.source import Finding, Severity


class Statement(NamedTuple):
    """An observation and the year of the row that states it."""

    stated: int
    observation: Observation


class Settled(NamedTuple):
    """What holds, and what did not agree on the way."""

    observations: tuple[Observation, ...]
    problems: list[str]
    findings: list[Finding]
    contested: tuple[tuple[Observation, ...], ...] = ()
    """Figures that several sources give differently and that nobody has ruled on; none of their values is used."""


def settle(
    statements: Iterable[Statement], definitions: Mapping[str, MetricDefinition], rulings: Sequence[Ruling] = ()
) -> Settled:
    """One observation for each metric, department, period and role; contradictions noted, contested or refused."""
    kept: dict[tuple[str, str, Period, Role], list[Statement]] = {}
    problems: list[str] = []
    findings: list[Finding] = []
    for statement in statements:
        seen = statement.observation
        said = kept.setdefault((seen.metric, seen.department, seen.period, seen.role), [])
        _add(said, statement, definitions[seen.metric].name, problems, findings)
    observations: list[Observation] = []
    contested: list[tuple[Observation, ...]] = []
    for said in kept.values():
        contest = tuple(s.observation for s in said)
        name = definitions[contest[0].metric].name
        if len(contest) == 1:
            observations.append(contest[0])
        elif (held := settle_contest(contest, rulings)) is not None:
            observations.append(held.observation)
            findings.append(ruled(held, contest, name))
        else:
            contested.append(contest)
            findings.append(unruled(contest, name))
    return Settled(tuple(observations), problems, findings, tuple(contested))


def unruled(contest: Sequence[Observation], name: str) -> Finding:
    """A figure that waits for a 裁定."""
    hint = f"{in_words(contest, name)}。裁定以前都不采用。请由负责人裁定：{how_to_rule(contest, name)}"
    # The one read last: of a kept figure and a new one, the one somebody has before them.
    source, quote = contest[-1].source, contest[-1].quantity.printed
    return cell_finding("figures.caliber", Severity.ERROR, source, quote, hint)


def ruled(held: Contest, contest: Sequence[Observation], name: str) -> Finding:
    """A figure decided by a 裁定, this year's or an earlier one's."""
    ruling = held.ruling
    whose = (
        f"沿用{ruling.by}{ruling.at[:10]}对{read_period(ruling.period).label}的裁定"
        if held.reused
        else f"按{ruling.by}{ruling.at[:10]}的裁定"
    )
    hint = f"{in_words(contest, name)}。{whose}取用“{ruling.chosen}”的{held.observation.quantity.printed}（{ruling.reason}）。"
    severity = Severity.WARNING if held.reused else Severity.INFO
    quote = held.observation.quantity.printed
    return cell_finding("figures.ruled", severity, held.observation.source, quote, hint)


def _add(said: list[Statement], statement: Statement, name: str, problems: list[str], findings: list[Finding]) -> None:
    """Put a statement among those about one figure: it agrees with one, corrects one, contradicts one, or contests."""
    for index, other in enumerate(said):
        a, b = other.observation, statement.observation
        same_source = (a.source.file, a.origin) == (b.source.file, b.origin)
        if agree(a.quantity, b.quantity) or other.stated != statement.stated or same_source:
            said[index] = _settle_two(other, statement, name, problems, findings)
            return
    said.append(statement)


def _settle_two(
    first: Statement, second: Statement, name: str, problems: list[str], findings: list[Finding]
) -> Statement:
    """Which of two statements about one figure holds."""
    a, b = first.observation, second.observation
    early, late = (first, second) if first.stated <= second.stated else (second, first)
    if agree(a.quantity, b.quantity):
        if first.stated == second.stated:
            return second if b.quantity.resolution < a.quantity.resolution else first
        # The year's own sheet says more about an actual (cut-off, 口径) than next year's 上年同期值.
        return min(first, second, key=lambda s: (abs(s.stated - a.period.year), s is second))
    what = f"{a.department}“{name}”{a.period.label}的{'目标' if a.role is Role.TARGET else '数值'}"
    if first.stated == second.stated:
        apart = a.source.sheet != b.source.sheet and not a.department
        problems.append(
            f"{a.source}、{b.source}：{what}写了两个不同的数（{a.quantity.printed}和{b.quantity.printed}）。"
            "请核实后只留一个；若是两个指标，请用不同的名称"
            f"{'；若两张表各是一个科室的，请把表名改成科室名，或加“部门”一列' if apart else ''}。"
        )
        return first
    old, new = early.observation, late.observation
    hint = (
        f"{what}前后不一：{old.source}写{old.quantity.printed}，{new.source}写{new.quantity.printed}。"
        f"按后一年的表（{late.stated}年）取用{new.quantity.printed}。若不对，请改正后重新导入。"
    )
    findings.append(cell_finding("figures.conflict", Severity.WARNING, new.source, new.quantity.printed, hint))
    return late


def agree(a: Quantity, b: Quantity) -> bool:
    """Whether two quantities of one metric say the same, each to its own printed place."""
    if a.unit != b.unit:
        return False
    if (a.value, a.high) == (b.value, b.high):
        return True
    if {a.qualifier, b.qualifier} != {Qualifier.EXACT}:
        return False
    coarse, fine = (a, b) if a.resolution >= b.resolution else (b, a)
    return coarse.resolution != fine.resolution and supports(fine.value, coarse)

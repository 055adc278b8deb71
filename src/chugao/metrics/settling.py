"""Let what several files say about one figure become one observation.

In: `Statement`s in the order they were read.  Out: `Settled`: an observation for each metric, department, period and
role; what contradicts itself is a problem, what was corrected later a finding.

Surprise: every figure is stated by somebody in some year.  2024 stands as 本期值 in the sheet of 2024 and as
上年同期值 in the sheet of 2025, and the two need not agree.  The year of the row that states a figure (`stated`)
decides: two statements of one year that differ are an error, of two years a warning, and the later one holds.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from chugao.catalogue import MetricDefinition
from chugao.documents.sheets import cell_finding
from chugao.metrics.observation import Observation, Role
from chugao.period import Period
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


def settle(statements: Iterable[Statement], definitions: Mapping[str, MetricDefinition]) -> Settled:
    """One observation for each metric, department, period and role; contradictions noted or refused."""
    kept: dict[tuple[str, str, Period, Role], Statement] = {}
    problems: list[str] = []
    findings: list[Finding] = []
    for statement in statements:
        seen = statement.observation
        key = (seen.metric, seen.department, seen.period, seen.role)
        if key not in kept:
            kept[key] = statement
            continue
        name = definitions[seen.metric].name
        kept[key] = _settle_two(kept[key], statement, name, problems, findings)
    return Settled(tuple(s.observation for s in kept.values()), problems, findings)


def _settle_two(
    first: Statement, second: Statement, name: str, problems: list[str], findings: list[Finding]
) -> Statement:
    """Which of two statements about one figure holds."""
    a, b = first.observation, second.observation
    early, late = (first, second) if first.stated <= second.stated else (second, first)
    if _agree(a.quantity, b.quantity):
        if first.stated == second.stated:
            return second if b.quantity.resolution < a.quantity.resolution else first
        # The year's own sheet says more about an actual (cut-off, 口径) than next year's 上年同期值.
        return min(first, second, key=lambda s: (abs(s.stated - a.period.year), s is second))
    what = f"{a.department}“{name}”{a.period.label}的{'目标' if a.role is Role.TARGET else '数值'}"
    if first.stated == second.stated:
        problems.append(
            f"{a.source}、{b.source}：{what}写了两个不同的数（{a.quantity.printed}和{b.quantity.printed}）。"
            "请核实后只留一个；若是两个指标，请用不同的名称。"
        )
        return first
    old, new = early.observation, late.observation
    hint = (
        f"{what}前后不一：{old.source}写{old.quantity.printed}，{new.source}写{new.quantity.printed}。"
        f"按后一年的表（{late.stated}年）取用{new.quantity.printed}。若不对，请改正后重新导入。"
    )
    findings.append(cell_finding("figures.conflict", Severity.WARNING, new.source, new.quantity.printed, hint))
    return late


def _agree(a: Quantity, b: Quantity) -> bool:
    """Whether two quantities of one metric say the same, each to its own printed place."""
    if a.unit != b.unit:
        return False
    if (a.value, a.high) == (b.value, b.high):
        return True
    if {a.qualifier, b.qualifier} != {Qualifier.EXACT}:
        return False
    coarse, fine = (a, b) if a.resolution >= b.resolution else (b, a)
    return coarse.resolution != fine.resolution and supports(fine.value, coarse)

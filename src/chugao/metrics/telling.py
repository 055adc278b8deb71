"""How a finding about figures names them: metric, value, file, sheet and cell, for every figure it rests on.

In: definitions and observations.  Out: words, and the `Finding`.
"""

from chugao.catalogue import MetricDefinition
from chugao.metrics.observation import Observation, Role
from chugao.quantity import plain
from chugao.source import Finding, Place, Severity


def told(definition: MetricDefinition, observation: Observation) -> str:
    """“门诊人次2025年312600人次（指标.xlsx “指标”表 D5单元格）”."""
    aim = "目标" if observation.role is Role.TARGET else ""
    return f"{definition.name}{observation.period.label}{aim}{written(observation)}（{observation.source}）"


def beside(definition: MetricDefinition, now: Observation, prev: Observation) -> str:
    """Two years of one metric: “门诊人次2025年…（…），上年…（…）”."""
    return f"{told(definition, now)}，上年{written(prev)}（{prev.source}）"


def written(observation: Observation) -> str:
    """The value as the cell has it, with its unit when the cell has none."""
    printed, quantity = observation.quantity.printed, observation.quantity
    if printed and (not quantity.unit or not printed[-1:].isdecimal()):
        return printed
    return f"{plain(quantity.value)}{'' if quantity.unit == '1:x' else quantity.unit}"


def finding(rule: str, severity: Severity, observation: Observation, hint: str) -> Finding:
    """A finding at the cell of a figure."""
    place = Place(start=0, end=0, section=str(observation.source))
    return Finding(
        rule=f"plausibility.{rule}" if rule else "plausibility",
        severity=severity,
        place=place,
        quote=observation.quantity.printed,
        hint=hint,
    )

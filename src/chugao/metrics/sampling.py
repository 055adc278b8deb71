"""Whether a rate can come from its sample: 97.3 % of 50 records is no whole number of records.

In: the figures of one period.  Out: findings.

Surprise: the sample's size seldom has a column.  It stands in 备注 or 口径: “抽查50份”, “每月抽查50份”.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from chugao.catalogue import MetricDefinition
from chugao.metrics.observation import Observation
from chugao.metrics.telling import finding, told
from chugao.quantity import Qualifier, fold
from chugao.source import Finding, Severity

if TYPE_CHECKING:
    from chugao.metrics.plausibility import Table

_FACTORS = {"%": 100, "‰": 1000}
_SAMPLE = re.compile(
    r"(?P<often>每月|每季度?|每周|每次|每科|各科)?[^，。；、0-9]{0,8}(?:抽查|抽样|抽取|抽检|调查|回访|样本)[^，。；、0-9]{0,8}"
    r"(?P<size>\d{1,7})(?:份|例|人次|人|件|张|名|户)"
)


def sampling(table: Table) -> Iterator[Finding]:
    """Rates that no whole number of cases gives, and targets that only zero cases can reach."""
    for definition, now in table.now():
        factor, sample = _FACTORS.get(definition.unit), _sample(now)
        if factor is None or sample is None:
            continue
        size, often = sample
        if not often and now.numerator is None and (hint := _cannot(definition, now, size, factor)):
            yield finding("sample", Severity.WARNING, now, hint)
        for target in table.targets.get(definition.id, ()):
            step = Decimal(factor) / size
            value = target.quantity.value
            if 0 < value < step and definition.better == "down":
                hint = (
                    f"{told(definition, target)}：{often}样本只有{size}，出现1例就是{_short(step)}{definition.unit}，"
                    "除0以外不可能达标。请加大抽查数量，或改目标。"
                )
                yield finding("sample", Severity.WARNING, target, hint)


def _cannot(definition: MetricDefinition, now: Observation, size: Decimal, factor: int) -> str:
    """Why a rate cannot come from a sample of this size, "" when it can."""
    value, room = now.quantity.value, now.quantity.resolution
    if now.quantity.qualifier is not Qualifier.EXACT or room * 2 * size >= factor or not 0 <= value <= factor:
        return ""
    cases = (value * size / factor).quantize(Decimal(1), ROUND_HALF_UP)
    nearest = cases * factor / size
    if abs(nearest - value) <= room * Decimal("1.02"):
        return ""
    return (
        f"{told(definition, now)}：样本{size}算不出这个数，最接近的是{cases}÷{size}＝{_short(nearest)}{definition.unit}。"
        "请核对数值和样本数。"
    )


def _sample(now: Observation) -> tuple[Decimal, str] | None:
    """(size of the sample, “每月” when it is taken again and again)."""
    whole = now.denominator
    if (
        whole is not None
        and whole.qualifier is Qualifier.EXACT
        and whole.value >= 1
        and whole.resolution <= Decimal("0.5")
    ):
        return whole.value, ""
    for text in (now.note, now.caliber):
        match = _SAMPLE.search(fold(text[:400]))
        if match and int(match["size"]) > 0:
            return Decimal(match["size"]), match["often"] or ""
    return None


def _short(value: Decimal) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")

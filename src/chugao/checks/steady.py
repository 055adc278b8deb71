"""“与上年持平”, “没有变化”: a comparison told without a number, held against the figures all the same.

In: a text, the facts.  Out: findings.  Surprise: 基本持平 is no lie at half a percentage point, 持平 is.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from chugao.mentions import metric_names
from chugao.metrics.facts import Fact, Facts
from chugao.source import Finding, Place, Severity

_STEADY = re.compile(
    r"(?:(?:[与较比和同]|跟)(?:上一?年度?|去年|(?P<year>20\d\d)年)(?:同期|全年)?(?:相比|比较)?[，,]?(?:均|都|总体|整体)?|同比(?:均|都)?)"
    r"(?P<said>(?P<about>基本|大体|大致|总体)?(?:上)?(?:持平|没有变化|没有改变|无变化|保持不变|维持不变|不变|相同|一样|一致))"
)
_AHEAD = re.compile(r"目标|力争|计划|预计|明年|下年|确保|争取")
_ALL = re.compile(r"[均都]")
_LONGEST = 160
_ABOUT_POINTS, _ABOUT_SHARE = Decimal("0.5"), Decimal("0.02")


def unsteady(text: str, facts: Facts) -> Iterator[Finding]:
    """Where a text says that nothing has changed of a metric that has."""
    if not facts.by_slot:
        return
    names = metric_names(facts.figures.catalogue_used())
    for match in _STEADY.finditer(text):
        if match["year"] and int(match["year"]) != facts.period.year - 1:
            continue
        start = max(text.rfind(c, max(0, match.start() - _LONGEST), match.start()) for c in "。；\n") + 1
        words = text[max(start, match.start() - _LONGEST) : match.start()]
        told = [d.id for _, _, d in names.find(words + "0") if d is not None and d.id in facts.definitions]
        if not told or _AHEAD.search(words):
            continue
        asked = dict.fromkeys(told) if _ALL.search(match[0]) else told[-1:]
        for metric in asked:
            change = facts.get(metric, "change")
            if change is not None and change.sign and not (match["about"] and _is_small(change, facts)):
                yield _finding(match, change, facts)


def _is_small(change: Fact, facts: Facts) -> bool:
    old = facts.get(change.metric, "prev")
    if change.unit in ("个百分点", "个千分点"):
        return abs(change.value) <= _ABOUT_POINTS
    return old is not None and abs(change.value) <= abs(old.value) * _ABOUT_SHARE


def _finding(match: re.Match[str], change: Fact, facts: Facts) -> Finding:
    now, old = facts.get(change.metric, "now"), facts.get(change.metric, "prev")
    told = f"由{old.printed}到{now.printed}" if now and old else f"{change.printed}"
    return Finding(
        rule="number-direction",
        severity=Severity.ERROR,
        place=Place(start=match.start("said"), end=match.end("said")),
        quote=match["said"],
        hint=f"不是持平：{change.name}{told}。应写“{change.printed}”。",
    )

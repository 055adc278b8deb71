"""What a metric's row of figures says beyond one comparison: streaks, the spread within a period, the rank.

In: a metric's deriver.  Out: facts, or None where the figures are too few.

Surprise: a streak of halves is a streak of years.  上半年 compares with 上半年; only quarters and months may also be
followed one after the other, and then the words say so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from chugao.metrics.observation import Observation
from chugao.metrics.printing import verbs
from chugao.period import Period
from chugao.quantity import Qualifier, fold, han_value

if TYPE_CHECKING:
    from chugao.metrics.deriving import Deriver
    from chugao.metrics.facts import Fact

_SHORTEST = 3
"""Steps the same way that make a streak, parts of a period that make a spread."""


# --- streak ---------------------------------------------------------------------------------------


def streak(deriver: Deriver) -> Fact | None:
    """Steps in a row in which the value moved the same way; `good` says whether it is welcome.

    The same span year after year; where that is too short, quarter after quarter or month after month.
    """
    span = deriver.period.span_label
    yearly = _run(deriver, _year_before)
    if len(yearly) > _SHORTEST:
        return _streak(deriver, yearly, "年", f"{span}与上年{span}逐年比较" if span else "逐年比较")
    if not _is_part(deriver.period):
        return None
    running = _run(deriver, _part_before)
    what = "个月" if _months(deriver.period) == 1 else "个季度"
    return _streak(deriver, running, what, f"逐{what[1:]}比较") if len(running) > _SHORTEST else None


def _streak(deriver: Deriver, chain: list[Observation], what: str, formula: str) -> Fact:
    steps, (up, down) = len(chain) - 1, verbs(deriver.definition)
    direction = 1 if deriver.amount(chain[0]) > deriver.amount(chain[1]) else -1
    return deriver.fact(
        "streak",
        Decimal(steps),
        f"连续{steps}{what}{up if direction > 0 else down}",
        unit=what,
        inputs=tuple(chain),
        formula=formula,
        sign=direction,
        good=deriver.welcome(direction),
    )


def _run(deriver: Deriver, back: Callable[[Period], Period]) -> list[Observation]:
    """The figures from the newest to the one that the run in one direction starts from."""
    period, direction = deriver.period, 0
    newest = deriver.exactly(period)
    chain = [newest] if newest else []
    while newest is not None:
        period = back(period)
        older = deriver.exactly(period)
        if older is None or deriver.unlike(newest, older):
            break
        difference = deriver.amount(newest) - deriver.amount(older)
        sign = (difference > 0) - (difference < 0)
        if sign == 0 or (direction and sign != direction):
            break
        direction = sign
        chain.append(older)
        newest = older
    return chain


def _months(period: Period) -> int:
    return period.last_month - period.first_month + 1


def _is_part(period: Period) -> bool:
    """A quarter or a single month, which has another of its kind right before it."""
    return _months(period) == 1 or (_months(period) == 3 and period.last_month % 3 == 0)


@lru_cache(maxsize=256)
def _year_before(period: Period) -> Period:
    return period.shifted(-1)


@lru_cache(maxsize=256)
def _part_before(period: Period) -> Period:
    months = _months(period)
    first = period.first_month - months
    year = period.year if first >= 1 else period.year - 1
    first = first if first >= 1 else first + 12
    return Period(year=year, first_month=first, last_month=first + months - 1)


# --- spread ---------------------------------------------------------------------------------------


def spread(deriver: Deriver) -> Fact | None:
    """The lowest and highest quarter or month of the period, when every one of them is reported."""
    for months, parts in _parts(deriver.period):
        found = list(_all_there(deriver, parts))
        if len(found) < len(parts):
            continue
        exact = all(o.quantity.qualifier is Qualifier.EXACT for o in found)
        if not exact or len({o.caliber for o in found}) > 1:
            continue
        low, high = min(found, key=deriver.amount), max(found, key=deriver.amount)
        if deriver.amount(low) == deriver.amount(high):
            return None
        return deriver.fact(
            "range",
            deriver.amount(low),
            f"{deriver.form.value(deriver.amount(low))}—{deriver.form.value(deriver.amount(high))}",
            inputs=(low, high),
            formula=f"{'各季度' if months == 3 else '各月'}的最低（{low.period.label}）和最高（{high.period.label}）",
            qualifier=Qualifier.RANGE,
        )
    return None


def _all_there(deriver: Deriver, parts: tuple[Period, ...]) -> Iterator[Observation]:
    """The figure of each part, up to the first that is missing."""
    for part in parts:
        found = deriver.exactly(part)
        if found is None:
            return
        yield found


@lru_cache(maxsize=64)
def _parts(period: Period) -> tuple[tuple[int, tuple[Period, ...]], ...]:
    """The whole quarters and the months of a period, each with its length; fewer than three make no spread."""
    cut = []
    for months in (3, 1):
        starts = range(period.first_month, period.last_month + 1, months)
        if len(starts) >= _SHORTEST and (period.last_month - period.first_month + 1) % months == 0:
            cut.append(
                (months, tuple(Period(year=period.year, first_month=s, last_month=s + months - 1) for s in starts))
            )
    return tuple(cut)


# --- rank -----------------------------------------------------------------------------------------

_SCOPE = (
    r"全(?:国|省|市|区|县|州|盟|旗|院|系统)(?:同(?:级|类|等级))?[医院机构科室]{0,6}|同(?:级|类|等级)[医院机构科室]{0,6}|"
    r"(?:省|市|区|县)(?:级|属|内)[医院机构]{0,4}"
)
_ORDINAL = r"第\s?(?P<number>\d{1,3}|[一二三四五六七八九十]{1,3})(?!\s?[季批次期届轮版章条\d])(?P<unit>位|名)?"
_RANK = re.compile(rf"(?P<scope>{_SCOPE})?(?P<word>排名?|位[居列]|名列|居|列)?{_ORDINAL}")


def rank_of(deriver: Deriver, now: Observation) -> Fact | None:
    """The place that the figures themselves give: a 排名 column (“全市第3”), or a remark that says so (“位列全省第5位”)."""
    text = fold(now.rank or now.note)
    match = _RANK.search(text[:400])
    if match is None or not (now.rank or match["scope"] or match["word"] or match["unit"]):
        return _bare_rank(deriver, now)
    return _rank(deriver, now, match["number"], match["scope"] or "")


def _bare_rank(deriver: Deriver, now: Observation) -> Fact | None:
    """A 排名 column that holds nothing but the number."""
    text = fold(now.rank).strip().removesuffix("名").removesuffix("位")
    return _rank(deriver, now, text, "") if text.isascii() and text.isdecimal() and len(text) <= 3 else None


def _rank(deriver: Deriver, now: Observation, number: str, scope: str) -> Fact | None:
    place = Decimal(number) if number.isdecimal() else han_value(number)
    if place < 1:
        return None
    fact = deriver.fact("rank", place, f"{scope}第{place}位", unit="位", inputs=(now,), formula="填报的排名")
    return fact.model_copy(update={"better": "down"})

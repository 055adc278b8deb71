"""Whether a number says a fact: its value within the place it is rounded to, in its unit, on its side of a bound.

In: a mention and a fact.  Out: yes or no.

Surprise: “超799台次” is true of 3917台次, and nobody means it so; a bound lies near what it speaks of.
"""

import re
from dataclasses import replace
from decimal import Decimal

from chugao.checks.attaching import alike, same_measure
from chugao.checks.candidates import BOUNDS
from chugao.errors import InputError
from chugao.mentions import Mention
from chugao.metrics.facts import Fact
from chugao.quantity import UNITS, Qualifier, Quantity, comparable, convert, supports

CHANGES = ("change", "growth", "multiple")
_PRINTED_GROWTH = Decimal("0.05")
"""How far a growth as we print it may lie from what it is."""


def holds(mention: Mention, fact: Fact) -> bool:
    """Whether a number says a fact: its value within the place it is rounded to, in its unit, on its side of a bound."""
    claim = mention.quantity
    assert claim is not None
    if fact.field == "range" or claim.qualifier is Qualifier.RANGE:
        return _same_range(fact, claim)
    if claim.unit == "‰" and fact.unit == "个千分点":
        claim = replace(claim, unit=fact.unit)  # “下降0.006‰” can mean nothing else
    if claim.unit != fact.unit and same_measure(claim.unit, fact.unit, fact.name):
        claim = replace(claim, unit=fact.unit)
    if not comparable(fact.unit, claim.unit) and not _alternative_unit(fact, claim):
        return False
    try:
        value = convert(fact.value, fact.unit, claim.unit) if comparable(fact.unit, claim.unit) else fact.value
    except InputError:
        return False
    if fact.field == "growth" and claim.resolution < _PRINTED_GROWTH:
        value = _unrounded_growth(fact)
    if fact.field in (*CHANGES, "gap"):
        value = abs(value)
    if fact.field in ("target", "goal") and claim.qualifier in BOUNDS:
        return _same_bound(value, claim, fact)
    if claim.qualifier is Qualifier.EXACT and _IN_TENTHS.search(claim.printed):
        return abs(value - claim.value) <= min(claim.resolution, _ABOUT_TENTHS)
    return (supports(value, claim) and _near_bound(value, claim, fact)) or _same_bound(value, claim, fact)


_IN_TENTHS = re.compile(r"成[半一二三四五六七八九]?$")
_ABOUT_TENTHS = Decimal("2.5")
"""Nobody says 三成 of 33.6%: that is 三成多."""


def _unrounded_growth(fact: Fact) -> Decimal:
    """The growth before we rounded it for print: a text may well give two decimals of it."""
    said = sorted((o for o in fact.inputs if o.quantity.qualifier is Qualifier.EXACT), key=lambda o: o.period.year)
    if len(fact.inputs) != 2 or len(said) != 2 or said[0].quantity.unit != said[1].quantity.unit:
        return fact.value
    old, new = (o.quantity.value for o in said)
    return (new - old) / old * 100 if old else fact.value


def _near_bound(value: Decimal, claim: Quantity, fact: Fact) -> bool:
    """“超799台次” is true of 3917台次, and nobody means it so."""
    counted = fact.kind in ("count", "amount") or fact.field in (*CHANGES, "gap")
    if claim.qualifier not in BOUNDS or not counted:
        return True
    digits = claim.value.normalize().as_tuple()
    if len(digits.digits) > 2 and abs(abs(value) - claim.value) > 10 * Decimal((0, (1,), int(digits.exponent))):
        return False  # nobody says “突破1045家” of 1210家: so exact a bound lies beside its number
    return claim.value <= 2 * abs(value) and abs(value) <= 2 * claim.value


def _same_range(fact: Fact, claim: Quantity) -> bool:
    """“各季度6.9—7.6天”: both ends; a range of one value says that the value lies in it."""
    if claim.high is None or not comparable(fact.unit, claim.unit):
        return False
    if fact.field == "range" and len(fact.inputs) == 2:
        ends = [convert(o.quantity.value, o.quantity.unit, claim.unit) for o in fact.inputs]
        exact = replace(claim, qualifier=Qualifier.EXACT, high=None)
        return all(
            supports(end, replace(exact, value=said)) for end, said in zip(ends, (claim.value, claim.high), strict=True)
        )
    return fact.field not in (*CHANGES, "gap") and supports(convert(fact.value, fact.unit, claim.unit), claim)


def _alternative_unit(fact: Fact, claim: Quantity) -> bool:
    """手术3917台 for a metric counted in 台次: the catalogue allows both words; a bare number for an index.

    A measure that no grammar knows (6120治疗量) is read as a bare number, whoever counts in it.
    """
    if claim.unit == "" and fact.unit and fact.field != "growth" and fact.unit not in UNITS and fact.kind == "count":
        return True
    if fact.field in (*CHANGES, "gap", "attainment"):
        return (claim.unit == "" and fact.unit == "") or (
            fact.kind == "count" and alike(fact.unit, claim.unit, fact.name) and fact.field != "growth"
        )
    return (fact.kind == "count" and alike(fact.unit, claim.unit, fact.name)) or (
        fact.kind == "index" and claim.unit in ("", fact.unit)
    )


def _same_bound(value: Decimal, claim: Quantity, fact: Fact) -> bool:
    """“控制在7.1天以内” states a target of 7.1 itself, whatever the reader's side of it."""
    if fact.field not in ("target", "goal"):
        return False
    bounds = {Qualifier.AT_LEAST, Qualifier.AT_MOST, fact.qualifier}
    if claim.printed.startswith(("超过", "超出", "突破")):
        bounds.add(claim.qualifier)  # a verb: “超过20.5%的年度目标”
    return claim.qualifier in bounds and abs(value - claim.value) <= min(claim.resolution, abs(value) * Decimal("0.02"))

"""Relations that figures of one department and period must keep: rate = 分子 ÷ 分母, a part within its whole.

In: templates/catalogue/identities.toml and the 分子, 分母 of the catalogue.  Out: `Identity`, which names what a set of
values breaks.

Surprise: almost no identity holds to the digit.  Each figure is only as good as its last printed place, and beds open
in July are not the beds of December; so both sides are intervals, and only what cannot meet is broken.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from chugao.catalogue import load_catalogue, name_key
from chugao.errors import InputError
from chugao.shipped import shipped

_FACTORS = {"%": 100, "‰": 1000, "/10万": 100000}
_FRACTION_SLACK = Decimal("0.02")
_RELATION = re.compile(r" (＝|≤|介于) ")


class Span(NamedTuple):
    """What a value may be, given the last place it was reported to."""

    low: Decimal
    high: Decimal

    def plus(self, other: "Span", sign: int = 1) -> "Span":
        low, high = (other.low, other.high) if sign > 0 else (-other.high, -other.low)
        return Span(self.low + low, self.high + high)

    def times(self, other: "Span") -> "Span":
        ends = [a * b for a in self for b in other]
        return Span(min(ends), max(ends))

    def over(self, other: "Span") -> "Span | None":
        """None where the divisor may be zero."""
        return self.times(Span(1 / other.high, 1 / other.low)) if other.low > 0 else None

    def widened(self, slack: Decimal, points: Decimal) -> "Span":
        room = max(abs(self.low), abs(self.high)) * slack + points
        return Span(self.low - room, self.high + room)


class Factor(NamedTuple):
    """One name (or number) of a product."""

    names: tuple[str, ...]
    """Keys of names, the first with a figure counts; empty for a number."""
    number: Decimal
    divides: bool


class Term(NamedTuple):
    """A product with its sign in the sum."""

    sign: int
    factors: tuple[Factor, ...]


class Identity(NamedTuple):
    """A relation in force."""

    id: str
    holds: str
    left: tuple[Term, ...]
    relation: str
    """“＝”, “≤” or “介于”."""
    right: tuple[tuple[Term, ...], ...]
    """One side, or the two ends of “介于”."""
    slack: Decimal
    points: Decimal
    hint: str


class Broken(NamedTuple):
    """An identity that a set of values cannot keep."""

    identity: Identity
    used: tuple[str, ...]
    """Keys of the names whose values took part, left side first."""
    left: Span
    right: tuple[Span, ...]


def broken_by(identity: Identity, values: Mapping[str, Span], constants: Mapping[str, Decimal]) -> Broken | None:
    """What breaks an identity, None when it holds or when a value is missing."""
    used: list[str] = []
    left = _sum(identity.left, values, constants, used)
    if left is None:
        return None
    sides = [_sum(side, values, constants, used) for side in identity.right]
    right = [side for side in sides if side is not None]
    if len(right) < len(sides) or len(set(used)) < 2:
        return None
    low = min(s.low for s in right)
    high = max(s.high for s in right)
    allowed = Span(low, high).widened(identity.slack, identity.points)
    under = left.low > allowed.high
    over = left.high < allowed.low and identity.relation != "≤"
    return Broken(identity, tuple(dict.fromkeys(used)), left, tuple(right)) if under or over else None


def _sum(
    terms: tuple[Term, ...], values: Mapping[str, Span], constants: Mapping[str, Decimal], used: list[str]
) -> Span | None:
    total = Span(Decimal(0), Decimal(0))
    for term in terms:
        product: Span | None = Span(Decimal(1), Decimal(1))
        for factor in term.factors:
            value = _value(factor, values, constants, used)
            if value is None or product is None:
                return None
            product = product.over(value) if factor.divides else product.times(value)
        if product is None:
            return None
        total = total.plus(product, term.sign)
    return total


def _value(
    factor: Factor, values: Mapping[str, Span], constants: Mapping[str, Decimal], used: list[str]
) -> Span | None:
    if not factor.names:
        return Span(factor.number, factor.number)
    for name in factor.names:
        if name in constants:
            return Span(constants[name], constants[name])
        if name in values:
            used.append(name)
            return values[name]
    return None


# --- reading --------------------------------------------------------------------------------------


@cache
def shipped_tables() -> dict[str, Any]:
    """templates/catalogue/identities.toml as shipped."""
    path = shipped("templates") / "catalogue" / "identities.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def identities() -> tuple[Identity, ...]:
    """All shipped identities, those of the catalogue's 分子 and 分母 after them."""
    return (*map(read_identity, shipped_tables()["identity"]), *_of_catalogue())


def read_identity(row: Mapping[str, Any]) -> Identity:
    """One table of the file.  Raises `InputError` naming the identity whose formula cannot be read."""
    parts = _RELATION.split(str(row["holds"]))
    if len(parts) != 3:
        raise InputError(
            f"恒等关系“{row.get('id')}”看不懂：“{row['holds']}”。请写成“甲 ＝ 乙 ÷ 丙”，运算符两侧留空格。"
        )
    left, relation, right = parts
    return Identity(
        id=str(row["id"]),
        holds=str(row["holds"]),
        left=_terms(left),
        relation=relation,
        right=tuple(_terms(side) for side in right.split(" ， ")),
        slack=Decimal(str(row.get("slack", 0))),
        points=Decimal(str(row.get("points", 0))),
        hint=str(row.get("hint", "")),
    )


def _terms(side: str) -> tuple[Term, ...]:
    tokens = re.split(r" ([＋－]) ", side)
    signs = [1, *(1 if t == "＋" else -1 for t in tokens[1::2])]
    return tuple(Term(sign, _factors(product)) for sign, product in zip(signs, tokens[::2], strict=True))


def _factors(product: str) -> tuple[Factor, ...]:
    tokens = re.split(r" ([×÷]) ", product)
    divides = [False, *(t == "÷" for t in tokens[1::2])]
    return tuple(_factor(name.strip(), by) for name, by in zip(tokens[::2], divides, strict=True))


def _factor(name: str, divides: bool) -> Factor:
    if re.fullmatch(r"\d+(?:\.\d+)?", name):
        return Factor((), Decimal(name), divides)
    return Factor(tuple(n if n.startswith("@") else name_key(n) for n in name.split("|")), Decimal(0), divides)


@cache
def fractions() -> tuple[tuple[str, str, str], ...]:
    """(key of 分子, key of 分母, id) of every rate of the shipped catalogue."""
    return tuple(
        (name_key(d.numerator), name_key(d.denominator.removeprefix("同期")), d.id)
        for d in load_catalogue()
        if d.numerator and d.denominator and d.kind == "rate"
    )


def _of_catalogue() -> Iterator[Identity]:
    by_id = {d.id: d for d in load_catalogue()}
    for part, whole, rate in fractions():
        definition = by_id[rate]
        factor = _FACTORS.get(definition.unit)
        if factor is None:
            continue
        quotient = (
            Factor((part,), Decimal(0), False), Factor((whole,), Decimal(0), True), Factor((), Decimal(factor), False),
        )  # fmt: skip
        yield Identity(
            id=f"rate_{rate}",
            holds=f"{definition.name} ＝ {definition.numerator} ÷ {definition.denominator.removeprefix('同期')}",
            left=(Term(1, (Factor((name_key(definition.name),), Decimal(0), False),)),),
            relation="＝",
            right=((Term(1, quotient),),),
            slack=_FRACTION_SLACK,
            points=Decimal(0),
            hint="",
        )

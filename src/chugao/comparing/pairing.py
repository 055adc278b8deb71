"""Which number of one version is which number of the other.

In: two versions, how their sentences align, the numbers of those that differ.  Out: pairs, what is left of the old, what is
left of the new.

First inside a sentence, in order; then by metric, role and period wherever it went; last by the words at it.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from rapidfuzz.distance import Indel

from chugao.catalogue import Catalogue
from chugao.comparing.numbers import Number, read_numbers
from chugao.comparing.versions import Comparison, Part, Span, Stretch, Unit, Version
from chugao.quantity import Quantity, comparable, convert, fold
from chugao.quantity.grammar import is_han


def heading_of(part: Part) -> str:
    """What a person calls a part; the lead of a draft has a heading that is never printed."""
    return "开头" if part.id == "lead" and part.level == 0 else part.name


class _Row(NamedTuple):
    """The numbers of one sentence in both versions."""

    old: list[Number]
    new: list[Number]
    moved: bool


class Pair(NamedTuple):
    """One number in both versions."""

    old: Number
    new: Number
    moved: bool


class Reading:
    """Numbers of the sentences that differ, by unit of the comparison; at first only of those for which `first` holds."""

    def __init__(
        self,
        old: Version,
        new: Version,
        comparison: Comparison,
        catalogue: Catalogue,
        first: Callable[[Unit], bool] | None = None,
    ) -> None:
        self.versions, self.catalogue = (old, new), catalogue
        self.crossed = _Crossed(old, new)
        self.differing = [u for u in comparison.units if u.op != "equal" or self.crossed.by(u)]
        kept = [u for u in comparison.units if u.in_old and u.in_new]
        self.kept = sorted(u.old_span[0] for u in kept), sorted(u.new_span[0] for u in kept)
        self.units = [u for u in self.differing if first is None or first(u)]
        self.old, self.new = self._read(self.units)

    def read_the_rest(self) -> None:
        """The numbers of every other sentence that differs as well."""
        known = set(map(id, self.units))
        old, new = self._read([u for u in self.differing if id(u) not in known])
        self.units = self.differing
        self.old, self.new = sorted([*self.old, *old], key=_start), sorted([*self.new, *new], key=_start)

    def _read(self, units: Sequence[Unit]) -> tuple[list[Number], list[Number]]:
        old, new = self.versions
        spans = [u.old_span for u in units if u.in_old], [u.new_span for u in units if u.in_new]
        stretches = _within(old.stretches, spans[0]), _within(new.stretches, spans[1])
        return read_numbers(old, stretches[0], self.catalogue), read_numbers(new, stretches[1], self.catalogue)

    def rows(self) -> Iterator[_Row]:
        """Sentences that stand against each other, the two ends of a move joined, and what stands alone."""
        left = {u.move: u for u in self.units if u.op == "moved_from"}
        for unit in self.units:
            if unit.op == "moved_to":
                partner = left.get(unit.move)
                if partner is not None:
                    moved = _passed_something(self.kept, partner, unit)
                    yield _Row(_inside(self.old, partner.old_span), _inside(self.new, unit.new_span), moved)
            elif unit.op != "moved_from":
                moved = self.crossed.by(unit)
                yield _Row(_inside(self.old, unit.old_span), _inside(self.new, unit.new_span), moved)


class _Crossed:
    """Finds sentences that stayed in line while a heading moved past them: they are in another section now."""

    def __init__(self, old: Version, new: Version) -> None:
        self.names = [[_words_only(heading_of(p)) for p in v.parts] for v in (old, new)]
        self.known = [set(names) for names in self.names]

    def by(self, unit: Unit) -> bool:
        """Only between sections that both versions have: a heading reworded or read otherwise moves nothing."""
        if unit.kind != "sentence" or unit.old_part is None or unit.new_part is None:
            return False
        before, after = self.names[0][unit.old_part], self.names[1][unit.new_part]
        return before != after and before in self.known[1] and after in self.known[0]


def _words_only(heading: str) -> str:
    return "".join(c for c in heading if is_han(c) or (c.isascii() and c.isalpha()))


def _passed_something(kept: tuple[Sequence[int], Sequence[int]], left: Unit, came: Unit) -> bool:
    """Whether a sentence went by one that stayed: else only the headings around it were read otherwise."""
    return bisect_left(kept[0], left.old_span[0]) != bisect_left(kept[1], came.new_span[0])


def _within(stretches: Sequence[Stretch], spans: Iterable[Span]) -> list[Stretch]:
    wanted = sorted(s for s in spans if s[0] >= 0)
    found, at = [], 0
    for stretch in stretches:
        while at < len(wanted) and wanted[at][1] <= stretch.start:
            at += 1
        if at < len(wanted) and wanted[at][0] < stretch.end:
            found.append(stretch)
    return found


def _inside(numbers: Sequence[Number], span: Span) -> list[Number]:
    return list(numbers[bisect_left(numbers, span[0], key=_start) : bisect_left(numbers, span[1], key=_start)])


def _start(number: Number) -> int:
    return number.start


def pair_numbers(reading: Reading) -> tuple[list[Pair], list[Number], list[Number]]:
    """Pairs, what is left of the old and what is left of the new."""
    pairs: list[Pair] = []
    gone: list[Number] = []
    come: list[Number] = []
    for row in reading.rows():
        matched = _aligned(row.old, row.new)
        pairs += [Pair(a, b, row.moved) for a, b in matched]
        taken_old, taken_new = {a.start for a, _ in matched}, {b.start for _, b in matched}
        gone += [n for n in row.old if n.start not in taken_old]
        come += [n for n in row.new if n.start not in taken_new]
    for judge in (_again, _changed_elsewhere):
        found = _best(gone, come, judge)
        pairs += [Pair(a, b, True) for a, b in found]
        taken_old, taken_new = {a.start for a, _ in found}, {b.start for _, b in found}
        gone = [n for n in gone if n.start not in taken_old]
        come = [n for n in come if n.start not in taken_new]
    return pairs, gone, come


def _aligned(old: list[Number], new: list[Number]) -> list[tuple[Number, Number]]:
    """Pairs within a sentence: where an order changed what is named alike, the rest in order."""
    named: list[tuple[Number, Number]] = []
    for called in (_called, _roughly_called):
        found = _named_alike(old, new, called)
        named += found
        taken_old, taken_new = {a.start for a, _ in found}, {b.start for _, b in found}
        old = [a for a in old if a.start not in taken_old]
        new = [b for b in new if b.start not in taken_new]
    return named + _in_order(old, new)


_Name = tuple[str, str, str, str, str]


def _named_alike(
    old: list[Number], new: list[Number], called: Callable[[Number], _Name]
) -> list[tuple[Number, Number]]:
    """“由24名增加到28名” is “达到28名（上年24名）”, and 外科、内科 for 内科、外科 makes no other number of either.

    Only where both sides name the same, each once, and in another order: else the order tells as much.
    """
    if min(len(old), len(new)) < 2 or len(old) * len(new) > _MANY:
        return []
    short = _shortest_names([*old, *new])
    keys = [called(n._replace(name=short[n.name])) for n in old], [called(n._replace(name=short[n.name])) for n in new]
    count = Counter(keys[0]), Counter(keys[1])
    once = [[k for k in own if k[1] and count[0][k] == count[1][k] == 1] for own in keys]
    if once[0] == once[1]:
        return []
    there = dict(zip(keys[1], new, strict=True))
    pairs = ((a, there[key]) for key, a in zip(keys[0], old, strict=True) if key in once[0])
    return [(a, b) for a, b in pairs if _affinity(a, b) > 0]


def _shortest_names(numbers: Iterable[Number]) -> dict[str, str]:
    """For each name the shortest of them that it ends in: the first of a row is 新招内科, where the others are 外科."""
    names = {n.name for n in numbers}
    return {name: min((n for n in names if len(n) > 1 and name.endswith(n)), key=len, default=name) for name in names}


def _called(number: Number) -> _Name:
    aspect = "value" if number.aspect == "parameter" else number.aspect
    return number.kind, number.metric or number.name, aspect, number.column or "", number.slot


def _roughly_called(number: Number) -> _Name:
    """A target and what was reached are one level: “由1:0.55升到1:0.57” does not always say which."""
    kind, name, aspect, *rest = _called(number)
    return kind, name, "value" if aspect == "target" else aspect, rest[0], rest[1]


def _in_order(old: list[Number], new: list[Number]) -> list[tuple[Number, Number]]:
    """Pairs in order on both sides, of the greatest sum of affinities."""
    if len(old) * len(new) > _MANY:
        return [(a, b) for a, b in zip(old, new, strict=False) if _affinity(a, b) > 0]
    scores = [[_affinity(a, b) for b in new] for a in old]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], scores[i][j] + best[i + 1][j + 1])
    pairs, i, j = [], 0, 0
    while i < len(old) and j < len(new):
        if scores[i][j] > 0 and best[i][j] == scores[i][j] + best[i + 1][j + 1]:
            pairs.append((old[i], new[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


_MANY = 4_000
"""Pairs of numbers of one sentence that are weighed; no person writes a sentence of sixty numbers."""
_NEAR = 20
"""Numbers of one name that are looked at."""
_LIKELY = 1.5
"""Least affinity of two different numbers of one sentence that are taken for one."""
_SURE = 1.2
"""The same for equal ones."""


def _affinity(a: Number, b: Number) -> float:
    """How likely two numbers of one sentence are the same statement; 0 when they are not."""
    if a.kind != b.kind or (a.column is None) != (b.column is None):
        return 0.0
    if a.column is not None and a.column != b.column:
        return 0.0
    if a.slot and b.slot and a.slot != b.slot:
        return 0.0
    equal = equals(a, b)
    if not equal and a.column is None and (a.aspect == "change") != (b.aspect == "change"):
        return 0.0  # 由0.33‰降到…, 下降0.02‰: the one went, the other came
    about = _alike(a.name, b.name) if a.name and b.name else _alike(a.left, b.left)
    score = 1.2 * equal + 1.5 * about + 0.3 * _same_aspect(a, b)
    score += 0.6 * _alike(a.right, b.right) if a.right or b.right else 0.3
    score += 2.0 * (a.slot != "" and a.slot == b.slot) + 1.5 * (a.column is not None)
    if a.metric and b.metric:
        score += 1.0 if a.metric == b.metric else -1.5
    if a.kind == "number":
        score += _unit_fit(a, b, about)
    if not equal and about < 0.3 and a.column is None and not (a.metric and a.metric == b.metric):
        score -= 1.0
    return score if score >= (_SURE if equal else _LIKELY) else 0.0


def _alike(a: str, b: str) -> float:
    """Similarity of some words, 1 for two that are both empty."""
    return 1.0 if a == b else Indel.normalized_similarity(a, b)


def _same_aspect(a: Number, b: Number) -> int:
    """1, or −1 when one is a target and the other a result, one a level and the other a change."""
    same = {"parameter": "value"}
    return 1 if same.get(a.aspect, a.aspect) == same.get(b.aspect, b.aspect) else -1


def _unit_fit(a: Number, b: Number, about: float) -> float:
    if a.quantity is None or b.quantity is None:
        return 0.0
    if same_unit(a.quantity.unit, b.quantity.unit) or (":" in a.printed and ":" in b.printed):
        return 0.3
    if a.quantity.value == b.quantity.value and about >= 0.5:
        return 0.0
    return -0.4 if "" in (a.quantity.unit, b.quantity.unit) else -1.5


_UNITS = (
    {"台", "台次", "例", "例次"},
    {"人", "名", "位"},
    {"次", "场", "场次"},
    {"项", "个"},
    {"起", "件"},
    {"天", "日"},
)


def same_unit(unit: str, other: str) -> bool:
    """Whether two counting words say the same; 人 and 人次 never do."""
    return comparable(unit, other) or any(unit in group and other in group for group in _UNITS)


def equals(a: Number, b: Number) -> bool:
    """Whether two numbers say the same, however printed: 3.2万人次 is 32000人次, 十二项 is 12项."""
    if a.quantity is None or b.quantity is None:
        return _plain(a.printed) == _plain(b.printed)
    return not reverses(a, b) and _same_quantity(a.quantity, b.quantity)


def _plain(date: str) -> str:
    folded = fold(date).replace("至", "-").replace("到", "-")
    return re.sub(r"[—–~～－-]+", "-", re.sub(r"\s|份|度|全年", "", folded))


def _same_quantity(a: Quantity, b: Quantity) -> bool:
    if a.qualifier != b.qualifier or not same_unit(a.unit, b.unit):
        return False
    if not comparable(a.unit, b.unit):
        return (a.value, a.high) == (b.value, b.high)
    highs = tuple(None if q.high is None else convert(q.high, q.unit, b.unit) for q in (a, b))
    return convert(a.value, a.unit, b.unit) == b.value and highs[0] == highs[1]


def reverses(a: Number, b: Number) -> bool:
    """增长5% and 下降5%."""
    return a.direction * b.direction < 0


# --- numbers that left their sentence ---------------------------------------------------------------


def _best(
    old: list[Number], new: list[Number], judge: Callable[[Number, Number], float]
) -> list[tuple[Number, Number]]:
    """Pairs of the highest scores first, each number once."""
    keyed: dict[str, list[Number]] = {}
    for number in new:
        for key in _keys(number):
            keyed.setdefault(key, []).append(number)
    scored = []
    for a in old:
        near = {b.start: b for key in _keys(a) for b in keyed.get(key, ())[:_NEAR]}
        scored += [(-score, a.start, b.start, a, b) for b in near.values() if (score := judge(a, b)) > 0]
    scored.sort(key=lambda s: s[:3])
    taken_old: set[int] = set()
    taken_new: set[int] = set()
    pairs = []
    for _, start, other, a, b in scored:
        if start not in taken_old and other not in taken_new:
            taken_old.add(start)
            taken_new.add(other)
            pairs.append((a, b))
    return pairs


def _keys(number: Number) -> set[str]:
    """What two numbers of one statement are bound to share: the metric, or two characters beside it."""
    keys = {number.name[i : i + 2] for i in range(len(number.name) - 1)} or {number.name}
    keys.add(number.right[:2])
    if number.metric:
        keys.add(f"metric {number.metric}")
    return keys - {""}


def _again(a: Number, b: Number) -> float:
    """The same number under the same name in another sentence."""
    if not _may_be_one(a, b) or not equals(a, b):
        return 0.0
    # “覆盖12个乡镇”: what is counted stands behind the number as often as before it.
    about = max(_alike(a.name, b.name), 0.7 * (len(a.right) > 1 and a.right == b.right))
    if a.metric and a.metric == b.metric and a.aspect == b.aspect:
        return 1.0 + about
    return about if about >= 0.6 else 0.0


def _changed_elsewhere(a: Number, b: Number) -> float:
    """Another value of the same metric, role and period, or of the same words in much the same company."""
    if a.quantity is None or b.quantity is None or not _may_be_one(a, b):
        return 0.0
    if _same_aspect(a, b) < 0 or a.ahead != b.ahead:
        return 0.0
    if not comparable(a.quantity.unit, b.quantity.unit) or not _same_size(a.quantity, b.quantity):
        return 0.0
    about, beside = _alike(a.name, b.name), _alike(a.right, b.right)
    if a.metric and b.metric:
        periods = a.period == b.period or None in (a.period, b.period)
        return 2.0 + about if a.metric == b.metric and periods and about >= 0.5 else 0.0
    return about + 0.3 * beside if about >= 0.85 and len(a.name) >= 3 and (a.left or beside >= 0.5) else 0.0


def _may_be_one(a: Number, b: Number) -> bool:
    if a.kind != b.kind or (a.column is None) != (b.column is None):
        return False
    if a.column is not None and (a.column, a.name) != (b.column, b.name):
        return False
    if a.slot and b.slot and a.slot != b.slot:
        return False
    return not (a.metric and b.metric and a.metric != b.metric)


def _same_size(a: Quantity, b: Quantity) -> bool:
    """Values of one thing in two sentences far apart do not differ by a factor of three."""
    low, high = sorted((abs(a.value), abs(convert(b.value, b.unit, a.unit))))
    return high <= 3 * low or high - low <= 3

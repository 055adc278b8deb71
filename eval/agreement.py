"""Whether a draft agrees with itself: one value for one figure, a plan that starts where the summary ends.

In: a draft and its case.  Out: `Measure`s.

Values are compared as printed, by our own reading: two roundings of one value agree when one could be the other.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import combinations

from eval.fidelity import Number, numbers, value_of
from eval.measures import Measure, Seen, Span
from eval.reading import read_printed

_ASKED_OF_PLAN = ("plan", "goals", "measures", "items")


def two_values(seen: Seen) -> Measure:
    """Figures printed with another value than where they first stand in the draft, tables included."""
    groups: dict[str, list[Number]] = defaultdict(list)
    for number in numbers(seen):
        if number.state in ("metric", "derived") and number.metric:
            groups[number.id].append(number)
    spans = [
        Span(n.where, n.quote, f"{first.where}里是{first.quote}")
        for first, *others in groups.values()
        for n in others
        if not _agree(first.quote, n.quote)
    ]
    return Measure("two_values", len(spans), tuple(spans), failed=bool(spans))


def _agree(one: str, other: str) -> bool:
    a, b = read_printed(_bare(one)), read_printed(_bare(other))
    if a is None or b is None or a.unit != b.unit:
        return True
    if a.qualifier or b.qualifier:
        return abs(a.value - b.value) <= max(a.value, b.value) / 10
    return abs(a.value - b.value) <= max(a.step, b.step) / 2


def _bare(text: str) -> str:
    """A printed number without the verb before it (“提高到”); “近”, “超过” stay."""
    return (
        text
        if read_printed(text)
        else re.sub(r"^[一-鿿]+?(?=(?:超过|突破|不足|不到|将近|接近|大约|逾|超|近|约)?\d)", "", text)
    )


def plan_apart_from_summary(seen: Seen) -> Measure:
    """Baselines in the plan that are not what the summary, or its table, says was reached."""
    reached: dict[str, Number] = {}
    for number in numbers(seen):
        if number.id.endswith(".now") and not _in_plan(number):
            reached.setdefault(number.metric, number)
    spans = [
        Span(n.where, n.quote, f"总结里是{reached[n.metric].quote}")
        for n in numbers(seen)
        if _in_plan(n)
        and n.id.endswith(".now")
        and n.metric in reached
        and not _agree(n.quote, reached[n.metric].quote)
    ]
    return Measure("plan_apart_from_summary", len(spans), tuple(spans), failed=bool(spans))


def _in_plan(number: Number) -> bool:
    return number.where.partition(".")[0].partition("_")[0] in _ASKED_OF_PLAN


def goals_backwards(seen: Seen) -> Measure:
    """Goals in the prose that are worse than what was reached, in the metric's own good direction, and nobody says so."""
    told = {f.quote for f in seen.report.findings if f.rule in ("target-worse", "target.worse", "direction-verb")}
    spans = [Span(g.where, g.quote, f"已经是{reached}") for g, reached in _goals(seen) if g.quote not in told]
    return Measure("goals_backwards", len(spans), tuple(spans))


def _goals(seen: Seen) -> Iterator[tuple[Number, Decimal]]:
    from chugao.catalogue import load_catalogue

    # Which way is good is known of the catalogue's metrics; of an office's own it would be a guess.
    catalogue = load_catalogue()
    now = {n.metric: value_of(n.quote) for n in numbers(seen) if n.id.endswith(".now")}
    for goal in numbers(seen):
        aimed, reached = value_of(goal.quote), now.get(goal.metric)
        if goal.where.startswith("table") or not goal.id.endswith(".goal") or aimed is None or reached is None:
            continue
        found = catalogue.get(goal.metric)
        better = found.better if found else ""
        if (better == "up" and aimed < reached) or (better == "down" and aimed > reached):
            yield goal, reached


def alike_texts(seen: Seen) -> Measure:
    """Pairs of sections that share more than 15 % of their runs of eight characters."""
    grams = {s.id: _grams("".join(x.text for x in s.sentences)) for s in seen.draft.sections if s.sentences}
    spans = [
        Span(a, b, f"{share:.0%}")
        for (a, one), (b, other) in combinations(grams.items(), 2)
        if one and other and (share := len(one & other) / len(one | other)) > 0.15
    ]
    return Measure("alike_texts", len(spans), tuple(spans))


def _grams(text: str, size: int = 8) -> set[str]:
    han = "".join(c for c in text if "一" <= c <= "鿿")
    return {han[i : i + size] for i in range(len(han) - size + 1)}


AGREEMENT: tuple[Callable[[Seen], Measure], ...] = (two_values, plan_apart_from_summary, goals_backwards, alike_texts)

"""Figures under a heading that came from above: whoever asked for them reads the values, reached or not.

In: a `Pen`, the figures that stand beside no matter.  Out: sentences, three values each at most.

Surprise: what elsewhere is a tell of a machine, one value after the other, is the answer here.  What gets worse or misses
its target is told with its bare value; that it fell short is said under 不足, where a person picks it.
"""

from collections.abc import Sequence

from chugao.engines.pen import Clause, Pen, from_clause, numbers_in
from chugao.engines.phrasing import Metric
from chugao.manuscript import ReplySentence

_ROOM = (6, 4, 3, 3)  # figures of a heading: where the text has room, and where it is too full of numbers
_COMPARED = (2, 1, 0, 0)  # those told with last year's or with what was aimed at
_IN_A_SENTENCE = 3


def submitted(pen: Pen, metrics: Sequence[Metric]) -> list[ReplySentence]:
    """The figures of a heading, the weightiest compared, the others by name and value."""
    told = [m for m in metrics if "now" in m.slots]
    ranked = sorted(told, key=lambda m: (not m.required, not m.headline, m.direction == "unwelcome", -m.importance))
    kept = ranked[: _ROOM[pen.brief.sparer]]
    compared = _COMPARED[pen.brief.sparer]
    full: list[Clause] = []
    plain: list[Clause] = []
    for metric in kept:
        good = metric.direction in ("welcome", "zero") and not (metric.reached is False and pen.brief.shortfalls_apart)
        clause = None
        if good and len(full) < compared:
            clause = pen.phraser.clause(metric, "results", plain=True, sparse=pen.sparse)
        if clause is not None and f"{{{metric.id}.now}}" in clause[0]:
            full.append(clause)
        else:
            plain.append((f"{metric.name}{{{metric.id}.now}}", "bank:submitted", ""))
    return [*map(from_clause, full), *_rows(plain)]


def _rows(clauses: Sequence[Clause]) -> list[ReplySentence]:
    """“建档18244份，老年人体检2477人，……。”: as few sentences as there need be, of like length."""
    if not clauses:
        return []
    count = -(-len(clauses) // _IN_A_SENTENCE)
    size = -(-len(clauses) // count)
    groups = [clauses[i : i + size] for i in range(0, len(clauses), size)]
    assert all(sum(numbers_in(c[0]) for c in g) <= _IN_A_SENTENCE for g in groups)
    return [from_clause(("，".join(c[0] for c in g), "bank:submitted", "")) for g in groups]

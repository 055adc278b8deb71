"""A section for which nobody sent a deed: what its figures say, in three paragraphs at most.

In: a `Pen` without matters.  Out: sentences in paragraphs: how much, what got better, what did not.

Surprise: headings over such a text name each figure a third time, and a sentence for each figure is the table again.
The few that a reader asks about keep their numbers, those that went the same way are named together.
"""

from collections.abc import Sequence

from chugao.engines.naming import compared_by_name
from chugao.engines.pen import Pen, from_clause, paired
from chugao.engines.phrasing import Metric, whole
from chugao.manuscript import SLOT, ReplySentence

_VOLUMES = 2
_BETTER = (4, 3, 2, 2)  # told with their value, as numbers get too many
_WORSE = (2, 2, 1, 1)
_QUALITY = ("rate", "index", "duration")


def figures_alone(pen: Pen) -> list[list[ReplySentence]]:
    """How much was done, what became better, what fell behind; the rest by name."""
    left = [m for m in pen.metrics if "now" in m.slots or m.trend]
    volumes = _volumes(left)
    left = [m for m in left if m not in volumes]
    worse = [m for m in left if m.direction == "unwelcome" or m.reached is False]
    better = [m for m in left if m not in worse and m.direction in ("welcome", "zero")]
    told = [m for i, m in enumerate(_ranked(better)) if m.required or i < _BETTER[pen.brief.sparer]]
    first = [*of_volumes(pen, volumes), *_valued(pen, told)]
    named = [m for m in better if m not in told]
    steady = [m for m in left if m.required and m not in told + worse]
    return [
        [*first, *_valued(pen, steady), *compared_by_name(pen, named)],
        _fallen(pen, worse),
    ]


def _ranked(metrics: Sequence[Metric]) -> list[Metric]:
    """What tells how well before what tells how much."""
    return sorted(metrics, key=lambda m: (not m.required, m.kind not in _QUALITY, -m.importance))


def _volumes(metrics: Sequence[Metric]) -> list[Metric]:
    """The two that say how much was done: the house's own headline counts, else the first that grew."""
    counted = [m for m in metrics if m.kind in ("count", "amount") and "now" in m.slots]
    grown = [m for m in counted if m.trend is not None and m.trend.sign > 0 and m.direction != "unwelcome"]
    return sorted(grown, key=lambda m: not m.headline)[:_VOLUMES]


def of_volumes(pen: Pen, volumes: Sequence[Metric]) -> list[ReplySentence]:
    """How much was done, in one sentence; the second without its comparison, or it would be a chain of four numbers."""
    clauses = [
        pen.phraser.clause(m, "results", plain=True, sparse=pen.brief.sparer > 0 or i > 0)
        for i, m in enumerate(volumes)
    ]
    texts = [c for c in clauses if c is not None]
    if not texts:
        return []
    joint = "；" if any("，" in c[0] for c in texts) else "，"
    text = joint.join(c[0] for c in texts)
    opening = "" if pen.brief.slot("brief.span") or whole(pen.brief) in text else whole(pen.brief)
    passages = tuple(c[2] for c in texts if c[2])
    made_by = "own" if passages else "bank:volume"
    return [ReplySentence(text=f"{opening}{text}。", passages=passages, recipe={"made_by": made_by})]


def _valued(pen: Pen, metrics: Sequence[Metric]) -> list[ReplySentence]:
    sparse = pen.brief.sparer > 0
    clauses = [pen.phraser.clause(m, "results", plain=True, sparse=sparse or i > 0) for i, m in enumerate(metrics)]
    told = [c for c in clauses if c is not None]
    # Of three the first stands alone and not the last.
    first = len(told) % 2
    return [*map(from_clause, told[:first]), *paired(told[first:], alike=True)]


def _fallen(pen: Pen, worse: Sequence[Metric]) -> list[ReplySentence]:
    """What got worse or missed its target, the first of it with its value."""
    ranked = sorted(worse, key=lambda m: (not (m.headline or m.required), m.kind not in _QUALITY))
    most = _WORSE[pen.brief.sparer]
    clauses = [c for m in ranked[:most] if (c := pen.phraser.clause(m, "short", sparse=pen.brief.sparer > 0))]
    said = {m for c in clauses for m, _ in SLOT.findall(c[0])}
    rest = [m for m in ranked if m.id not in said and m.direction == "unwelcome"]
    return [*map(from_clause, clauses), *compared_by_name(pen, rest, most=1)]

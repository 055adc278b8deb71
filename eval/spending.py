"""What a draft cost: calls, tokens, money.  Nothing for the offline composer, and a test holds it to that.

In: a draft, its case and the rows of the cost book.  Out: `Measure`s.

Seconds are no measure of a draft: they differ between two runs and stand in times.json, where the gate reads them.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from eval.measures import Measure, Seen, Span

if TYPE_CHECKING:
    from chugao.ledger import CostRow


class Spent(NamedTuple):
    """One line of the cost book."""

    model: str
    calls: int
    tokens: int
    micro: int
    """Millionths of the price's currency."""


def spent_of(rows: "Iterable[CostRow]") -> tuple[Spent, ...]:
    """The rows of the ledger's book as lines."""
    return tuple(
        Spent(r.model, r.calls, r.input_tokens + r.output_tokens, int((r.cost or 0) * 1_000_000)) for r in rows
    )


def calls(seen: Seen) -> Measure:
    """Paid calls of the draft."""
    spans = tuple(Span("", s.model, f"{s.calls}次，{s.tokens}词元") for s in seen.spent)
    return Measure("calls", sum(s.calls for s in seen.spent), spans)


def cost(seen: Seen) -> Measure:
    """Price of the draft by the cost book."""
    spans = tuple(Span("", s.model, f"{s.micro / 1e6:.4f}") for s in seen.spent)
    return Measure("cost", round(sum(s.micro for s in seen.spent) / 1e6, 6), spans)


SPENDING: tuple[Callable[[Seen], Measure], ...] = (calls, cost)

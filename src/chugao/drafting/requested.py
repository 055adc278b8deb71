"""What a finished draft asks for, as items for the 催报 of its department.

In: a draft with its `requests`.  Out: `Owed`, with last year's value where the draft knows it.
"""

from chugao.catalogue import load_catalogue
from chugao.manuscript import Draft
from chugao.metrics.owing import Owed


def owed_of(draft: Draft) -> tuple[Owed, ...]:
    """Each request of a draft; one for a figure can be filled into a table, others are to be answered in words."""
    catalogue = load_catalogue()
    known = {e.id: e for e in draft.evidence}
    items = []
    for request in draft.requests:
        definition = catalogue.get(request.metric)
        last = known.get(f"{request.metric}.prev")
        told = last or known.get(f"{request.metric}.target") or known.get(f"{request.metric}.goal")
        items.append(
            Owed(
                metric=request.metric,
                name=request.name or (definition.name if definition else request.reason),
                department=request.department,
                owner=request.owner or request.department,
                period=draft.period or str(draft.year),
                reason=request.reason,
                unit=told.unit if told else definition.unit if definition else "",
                last=last.printed if last else "",
                caliber=definition.formula if definition else "",
                source=f"《{draft.title.text}》",
                is_figure=definition is not None or told is not None,
            )
        )
    return tuple(items)

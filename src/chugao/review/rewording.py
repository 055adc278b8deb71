"""A section in other words over the same facts: what the offline engine would write with other frames and another order.

In: a paper, what it was ordered from.  Out: sections with what their numbers rest on, none like the text that stands.

Surprise: a single section cannot be drafted alone, for the whole paper decides which fact is told where; so the whole
is drafted, which takes the offline engine half a second.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chugao.review.carrying import HandedIn, desk_for, outline_of, taken, to_keep

if TYPE_CHECKING:
    from chugao.config import Settings
    from chugao.database import Database
    from chugao.manuscript import Draft, Evidence, Section
    from chugao.review.orders import Order
    from chugao.review.people import Person


def other_wordings(
    db: "Database",
    settings: "Settings",
    person: "Person",
    draft: "Draft",
    section_id: str,
    order: "Order | None",
    folder: Path,
    *,
    besides: Sequence[str],
    wanted: int = 2,
) -> "list[tuple[Section, tuple[Evidence, ...]]]":
    """A section as the offline engine would also write it over the same facts, the wordings `besides` left out."""
    from chugao.desk import make, open_writer
    from chugao.review.written import text_of

    workspace = settings.workspace
    if workspace is None:
        return []
    payload = order.payload if order is not None else asked_of(draft)
    files = taken(folder, [HandedIn.model_validate(f) for f in payload.get("files", ())])
    _, own = to_keep(workspace, files, draft.department)
    outline = outline_of(payload, draft.department, files, settings)
    desk = desk_for(db, workspace, draft.department, outline, files, own, person)
    known, found = set(besides), []
    with open_writer("offline", settings, workspace, job=f"other-{draft.id[:16]}", database=db) as writer:
        for seed in range(1, _SEEDS):
            made, _ = make(desk, outline, writer, office=settings.office, seed=seed)
            section = next((s for s in made.sections if s.id == section_id), None)
            if section is None or text_of(section) in known:
                continue
            known.add(text_of(section))
            found.append((section, made.evidence))
            if len(found) == wanted:
                break
    return found


_SEEDS = 7
"""Beyond these a short section has no other wording."""


def asked_of(draft: "Draft") -> dict[str, Any]:
    """What to ask for to have a paper written again that no order stands behind."""
    period = draft.period if draft.period != str(draft.year) else ""
    return {"kind": draft.kind.value, "year": draft.year, "level": draft.level, "period": period}

"""What late figures and material change: before a paper is made again, and after.

In: a paper whose material changed, or its two drafts.  Out: the places, each before and after, as plain values.

Before, only the numbers can be told, for they alone follow from the figures; afterwards the two texts are laid side by
side.  Papers that do not rest on what changed are not touched at all: their digest is the same.
"""

from typing import Any

from chugao.batch.records import PaperRow, stored_draft
from chugao.comparing import compare
from chugao.database import Database
from chugao.errors import ChugaoError
from chugao.manuscript import Draft
from chugao.metrics.observation import Figures

_MOST = 200


def would_change(database: Database, row: PaperRow, figures: Figures) -> tuple[dict[str, Any], ...]:
    """Sentences, headings and cells of a paper whose numbers later figures change; nothing is written."""
    from chugao.drafting.touched import touched

    with database.read() as connection:
        text = stored_draft(connection, row.id)
    if not text:
        return ()
    try:
        places = touched(Draft.model_validate_json(text), figures)
    except ChugaoError:
        return ()
    return tuple(
        {
            "section": place.heading,
            "kind": place.kind,
            "text": place.text,
            "before": "；".join(c.before for c in place.changes),
            "after": "；".join(c.after or c.why for c in place.changes),
            "rewrite": place.rewrite,
        }
        for place in places[:_MOST]
    )


def has_changed(database: Database, row: PaperRow) -> dict[str, Any] | None:
    """What a paper made again says otherwise than before; None for one that was made once."""
    with database.read() as connection:
        before, after = stored_draft(connection, row.id, before=True), stored_draft(connection, row.id)
    if not before or not after:
        return None
    made = compare(Draft.model_validate_json(before), Draft.model_validate_json(after))
    # A sentence or a cell as a whole: “（无）→ 未” tells nobody anything.
    first = {hunk.unit: hunk for hunk in reversed(made.hunks) if not hunk.numbering}
    places = [
        {
            "section": hunk.heading or "开头",
            "kind": str(made.units[number].kind),
            "change": str(hunk.kind),
            "before": made.units[number].old,
            "after": made.units[number].new,
        }
        for number, hunk in sorted(first.items())[:_MOST]
    ]
    return {
        "paper": row.id,
        "department": row.department,
        "kind": row.kind,
        "told": f"{row.title}改了{len(places)}处" if places else f"{row.title}没有文字变化",
        "places": places,
    }

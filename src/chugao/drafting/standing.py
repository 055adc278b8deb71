"""The fixed formula a house's document opens with when its office has set none of its own.

In: an outline.  Out: the wording of `templates/phrases/openings.toml` for the day the document is written.
"""

from datetime import date

from chugao.checks.phrases import phrases
from chugao.outline import Outline

_ALWAYS = 2
"""Ranks that stand in every opening: the guiding thought, then the congress and its plenums."""
_A_SLIP = 500
"""Characters: a ceiling up to here leaves no room for a formula that is a fifth of it."""


def standing_formula(outline: Outline) -> str:
    """“坚持以……为指导，全面贯彻……精神”; "" for a department, and for a slip: both open with their work."""
    if outline.level == "科室" or (outline.asked_length and outline.length <= _A_SLIP):
        return ""
    # A summary is written at the end of what it reports on, a plan when its year begins.
    day = (
        date(outline.reported.year, outline.reported.last_month, 28)
        if outline.kind.looks_back
        else date(outline.plan_year, 1, 31)
    )
    usable = [
        o for o in phrases().opening if o.rank <= _ALWAYS and outline.level in o.levels and o.from_ <= day <= o.to
    ]
    return "，".join(o.text for o in sorted(usable, key=lambda o: o.rank))

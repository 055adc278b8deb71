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
_MANY = 6
"""Matters: a quarter's report of fewer is a page of which the formula would be a fifth."""


def standing_formula(outline: Outline, matters: int = _MANY) -> str:
    """“坚持以……为指导，全面贯彻……精神”; "" for a department, and for a slip: both open with their work.

    `matters` is how many things the document has to tell.
    """
    if outline.level == "科室" or (outline.asked_length and outline.length <= _A_SLIP):
        return ""
    if outline.kind.looks_back and not outline.reported.is_year and matters < _MANY:
        return ""
    # A summary is written in the weeks behind what it reports on, a plan when its year begins.
    reported = outline.reported
    behind = date(reported.year + reported.last_month // 12, reported.last_month % 12 + 1, 28)
    day = min(behind, date(reported.year, 12, 28)) if outline.kind.looks_back else date(outline.plan_year, 1, 31)
    usable = [
        o for o in phrases().opening if o.rank <= _ALWAYS and outline.level in o.levels and o.from_ <= day <= o.to
    ]
    return "，".join(o.text for o in sorted(usable, key=lambda o: o.rank))

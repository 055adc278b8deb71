"""Why a number changed, as the comment beside it says it.

In: a `Comparison`.  Out: `Reason`s: where in the two texts, and the words.

A draft knows file, sheet, cell and cut-off of its numbers; of any other file it is said that nobody told.
"""

from typing import NamedTuple

from chugao.comparing import Comparison
from chugao.comparing.facts import ROLES, FactChange, facts_in_place, with_role

_TOLD = ("changed", "resourced", "added", "lost")
_UNKNOWN = "依据未知：稿中没有记下这个数的出处，请核对后再采用。"


class Reason(NamedTuple):
    """What is said about one changed number; offsets of the two texts, −1 where it is not."""

    text: str
    new_start: int = -1
    new_end: int = -1
    old_start: int = -1
    old_end: int = -1


def reasons_of(comparison: Comparison) -> list[Reason]:
    """A reason for each number that changed inside a sentence or cell that stayed, in the order of the text.

    Numbers of sentences that came or went as a whole are changes of the text: their source is told by the draft's
    own comments.
    """
    return [_reason(fact) for fact in facts_in_place(comparison) if fact.change in _TOLD]


def _reason(fact: FactChange) -> Reason:
    old, new = fact.old_place, fact.new_place
    places = (
        (place.start if place else -1 for place in (new, old)),
        (place.end if place else -1 for place in (new, old)),
    )
    (new_start, old_start), (new_end, old_end) = places
    return Reason(_told(fact), new_start, new_end, old_start, old_end)


def _told(fact: FactChange) -> str:
    name = with_role(fact.metric, fact.role, fact.column) or ROLES.get(fact.role) or "数字"
    if fact.change == "resourced":
        first = f"{name}：{fact.new}，数未改，换了出处"
    elif fact.old and fact.new:
        first = f"{name}：{fact.old}→{fact.new}"
    else:
        first = f"{name}：新增{fact.new}" if fact.new else f"{name}：删去{fact.old}"
    lines = [first]
    if fact.note:
        lines.append(f"说明：{fact.note}")
    if fact.new:
        source = fact.new_place.source if fact.new_place else ""
        lines.append(f"依据：{source}" if source else _UNKNOWN)
    elif fact.old_place and fact.old_place.source:
        lines.append(f"原依据：{fact.old_place.source}")
    return "\n".join(lines)

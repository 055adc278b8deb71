"""Why a number changed, as the comment beside it says it.

In: a `Comparison`.  Out: `Reason`s: where in the two texts, and the words.

A draft knows file, sheet, cell and cut-off of its numbers; of any other file it is said that nobody told.
"""

from typing import NamedTuple

from chugao.comparing import Comparison
from chugao.comparing.facts import ROLES, FactChange, compare_facts, with_role

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
    old_spans = [u.old_span for u in comparison.units if u.op == "changed"]
    new_spans = [u.new_span for u in comparison.units if u.op in ("changed", "moved_to")]
    out = []
    for fact in compare_facts(comparison.old, comparison.new, comparison):
        if fact.change not in _TOLD:
            continue
        new, old = fact.new_place, fact.old_place
        if new is not None and _inside(new.start, new.end, new_spans):
            out.append(Reason(_told(fact), new.start, new.end, old.start if old else -1, old.end if old else -1))
        elif new is None and old is not None and _inside(old.start, old.end, old_spans):
            out.append(Reason(_told(fact), old_start=old.start, old_end=old.end))
    return out


def _inside(start: int, end: int, spans: list[tuple[int, int]]) -> bool:
    return any(a <= start and end <= b for a, b in spans)


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

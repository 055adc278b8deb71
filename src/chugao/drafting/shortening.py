"""Cut one part to the ceiling a leader set for it: “党建不要超过300字”.

In: wishes, plans, what was written.  Out: the same with that part cut, lightest things first.

The last thing of a part stays: a ceiling too low for it is said in the 意见台账.
"""

from collections.abc import Mapping, Sequence

from chugao.drafting.heeding import part_ceiling, part_meant, read_order
from chugao.drafting.quoting import section_about
from chugao.drafting.sectioning import SectionPlan
from chugao.drafting.writing import Written, fitted
from chugao.outline import Part


def with_parts_cut(
    wishes: Sequence[str], parts: Sequence[Part], plans: Sequence[SectionPlan], written: Mapping[str, Written]
) -> dict[str, Written]:
    """The sections with each part that has a ceiling of its own no longer than that."""
    told = dict(written)
    for order in map(read_order, wishes):
        topic = part_ceiling(order)
        own = _sections(topic, parts, plans, told) if topic else []
        if own and order.number:
            told |= dict(zip(own, fitted([told[i] for i in own], order.number), strict=True))
    return told


def _sections(
    topic: str, parts: Sequence[Part], plans: Sequence[SectionPlan], written: Mapping[str, Written]
) -> list[str]:
    """The sections a part has, by id: those of the part that is named, or the one that tells of the thing."""
    body = [p for p in plans if p.id in written]
    if (part := part_meant(topic, parts)) is not None:
        return [p.id for p in body if p.part.id == part.id]
    found = section_about(topic, [p for p in body if p.part.role != "lead"], written)
    return [found.id] if found is not None else []

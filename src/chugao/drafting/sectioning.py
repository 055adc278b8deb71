"""A part of a document and its sections: what a leader wants alone, then one for each field of work.

In: a part with its matters and figures.  Out: `SectionPlan`s; one section alone gives its content to the part itself.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from chugao.drafting.fields import (
    OF_ONE_FIELD,
    Bucket,
    by_category,
    fills,
    gathered,
    in_pairs,
    merged,
    must_be_told,
    of_one_length,
    of_some_field,
)
from chugao.drafting.heeding import read_order, speaks_of
from chugao.drafting.weighing import FIRST, URGENT, is_problem, weight_of
from chugao.material import Matter
from chugao.metrics.facts import Facts
from chugao.outline import Part, topic_of_matter
from chugao.source import Frozen

_LAST = 700  # before honours, whatever the order
MOST_SECTIONS = {"results": 6, "plan": 4, "items": 8, "next": 1}
_MORE_SECTIONS, _MANY_MATTERS = 2, 24
FEW_SECTIONS = {"results": 4, "plan": 3, "items": 4, "next": 1}
_A_PAIR, _RUN_ON = 2, 8  # tasks under a heading, tasks without any
UNSECTIONED = 5  # matters: so few need no headings of their own, unless there are figures for them
_FIGURES_FOR_HEADINGS, _FEW_AIMS = 16, 10
_A_WORD = 2  # characters
_SECTION_LEVEL = 2  # （一）


class SectionPlan(Frozen):
    """One section to write."""

    id: str
    part: Part
    level: int
    heading: str = ""
    """Given by the outline; "" asks the engine for one that says what is in the section."""
    topic: str = ""
    matters: tuple[Matter, ...] = ()
    metrics: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    """Of a lead: the metrics it tells, which stand in no other section."""
    answers: tuple[str, ...] = ()
    """Of a lead: the tasks that answer a shortcoming of the year before."""
    served: tuple[str, ...] = ()
    """Of a plan's goals: the metrics that a task of it speaks of."""
    is_parent: bool = False
    """A heading only: its sections follow."""


class Order(NamedTuple):
    """Which section comes first."""

    instructions: tuple[str, ...]
    seed: int
    department: str
    told_before: bool = False
    """Whether a half before has told the figures of this one."""
    answers: tuple[str, ...] = ()
    """The tasks that answer a shortcoming, in the order of these."""

    def place(self, bucket: Bucket) -> tuple[int, int, int]:
        """What puts a section before the usual order is a milestone, a leader's word, a shortcoming that it answers.

        Honours stand last.
        """
        best = max((weight_of(m, self.instructions) for m in bucket.matters), default=0)
        usual = bucket.lead.order
        if self.seed and bucket.lead.id != "honours":
            digest = hashlib.sha256(f"{self.seed}|{self.department}|{bucket.lead.id}".encode()).digest()
            usual = int.from_bytes(digest[:2], "big") % _LAST
        first = min(
            (self.answers.index(m.id) for m in bucket.matters if m.id in self.answers), default=len(self.answers)
        )
        return (-best if best >= URGENT else 0, first, usual)


def lead_topics(matters: Iterable[Matter]) -> str:
    """“医疗质量、急救与重症和诊疗服务”: the fields with most of the year's matters, three at most."""
    counts: dict[str, int] = defaultdict(int)
    order: dict[str, int] = {}
    for matter in matters:
        topic = topic_of_matter(matter.category, matter.text)
        if topic.id in ("other", "honours") or is_problem(matter):
            continue
        counts[topic.name] += 1
        order[topic.name] = topic.order
    names = sorted(counts, key=lambda n: (-counts[n], order[n]))[:3]
    return "、".join(names[:-1]) + ("和" if len(names) > 1 else "") + names[-1] if names else ""


def single(part: Part, matters: Sequence[Matter], metrics: Sequence[str]) -> SectionPlan:
    return SectionPlan(
        id=part.id,
        part=part,
        level=part.level,
        heading=part.heading,
        topic=lead_topics(matters),
        matters=tuple(matters),
        metrics=tuple(metrics),
    )


def with_topics(
    part: Part,
    matters: Sequence[Matter],
    metrics: Sequence[str],
    facts: Facts,
    order: Order,
    most: Mapping[str, int],
) -> list[SectionPlan]:
    """A part and its sections; one section alone gives its content to the part itself."""
    if (undivided := _undivided(part, matters, metrics, order)) is not None:
        return undivided
    own = _apart(matters, order.instructions)
    if own and not part.topics:
        return _with_own(part, own, matters, metrics, order)
    rest = [m for m in matters if not any(m in b.matters for b in own)]
    few = len(rest) <= UNSECTIONED
    if rest and few and not own and (part.role == "items" or len(metrics) < _FIGURES_FOR_HEADINGS):
        return [single(part, matters, metrics)]
    most_here = most[part.role] + (_MORE_SECTIONS if len(rest) > _MANY_MATTERS and most is MOST_SECTIONS else 0)
    room = most[part.role] if few else max(1, min(most_here, len(rest) // 2))
    buckets = [*own, *_formed(part, rest, metrics, facts, order, room, among=bool(own))]
    if len(buckets) == 1 and part.topics and len(rest) >= OF_ONE_FIELD:
        buckets = by_category(buckets[0])
    for bucket in buckets:
        bucket.matters.sort(key=matters.index)
    buckets = _with_lone_honour(sorted(buckets, key=order.place))
    # Two or three tasks under each of three headings read like a form: they run on, numbered through.
    form = part.role == "plan" and not own and len(rest) <= _RUN_ON
    form = form and (of_one_length(buckets) or (len(rest) < _RUN_ON and in_pairs(buckets)))
    if not part.topics or len(buckets) == 1 or form:
        every = [m for b in buckets for m in b.metrics]
        run = [m for b in buckets for m in b.matters]
        # Without headings nothing says why one field stands before another: what answers last year first, then by time.
        return [single(part, sorted(run, key=matters.index) if form else run, every)]
    return _children(part, buckets)


def _with_lone_honour(buckets: list[Bucket]) -> list[Bucket]:
    """One honour has no heading of its own: it closes the last section."""
    others = [b for b in buckets if b.lead.id != "honours"]
    lone = [b for b in buckets if b.lead.id == "honours" and len(b.matters) == 1 and not b.heading]
    if not lone or len(others) < _A_PAIR or not others[-1].matters or others[-1].heading:
        return buckets
    others[-1].matters += lone[0].matters
    return others


def _undivided(part: Part, matters: Sequence[Matter], metrics: Sequence[str], order: Order) -> list[SectionPlan] | None:
    """A part that no sections come of, None where its matters decide."""
    if not matters and not metrics:
        return [single(part, [], [])] if part.required else []
    ahead = part.role in ("plan", "items")
    if not ahead and not matters and len(metrics) < _FIGURES_FOR_HEADINGS:
        return [single(part, [], metrics)]  # a heading over two figures says what they say
    if ahead and not matters and (order.told_before or len(metrics) <= _FEW_AIMS):
        return [single(part, [], metrics)]  # headings over single aims would name each figure a third time
    return None


def _formed(
    part: Part,
    matters: Sequence[Matter],
    metrics: Sequence[str],
    facts: Facts,
    order: Order,
    room: int,
    *,
    among: bool,
) -> list[Bucket]:
    """The fields of work of a part, joined until there are no more than `room`; `among` others that stand apart."""
    ahead = part.role in ("plan", "items")
    kept = frozenset(m for m in metrics if must_be_told(facts.definitions[m], order.department))
    told = metrics if ahead or not matters else of_some_field(metrics, matters, kept, facts)
    formed = gathered(matters, told, facts)
    for bucket in formed:
        weights = [weight_of(m, order.instructions) for m in bucket.matters]
        bucket.alone = len(weights) == 1 and weights[0] >= URGENT and not ahead and fills(bucket.matters[0], weights[0])
    uneven = part.role != "items" and (among or len(matters) > _A_PAIR * room)
    return merged(formed, room, kept, ahead=ahead, uneven=uneven)


def _children(part: Part, buckets: Sequence[Bucket]) -> list[SectionPlan]:
    """The part's own heading and a section for each bucket."""
    level = part.level + 1 if part.level else 1
    children = [
        SectionPlan(
            id=f"{part.id}_{b.lead.id}" + ("_apart" if b.heading else "") + b.suffix,
            part=part,
            level=level,
            heading=b.heading,
            topic=b.name,
            matters=tuple(b.matters),
            metrics=tuple(b.metrics),
        )
        for b in buckets
    ]
    if not part.level:
        return children
    return [SectionPlan(id=part.id, part=part, level=part.level, heading=part.heading, is_parent=True), *children]


def _apart(matters: Sequence[Matter], instructions: Sequence[str]) -> list[Bucket]:
    """One bucket for each thing that a leader wants under a heading of its own."""
    found: list[Bucket] = []
    for asked in map(read_order, instructions):
        taken = [m for b in found for m in b.matters]
        own = [m for m in matters if m not in taken and speaks_of(m, asked.about)] if asked.wish == "apart" else []
        # “院前急救单列” means what else was sent in as 急救, too.
        own += [m for m in matters if own and m not in [*own, *taken] and _is_named_in(asked.about, m, own[0])]
        topic = topic_of_matter(own[0].category, own[0].text) if own else None
        if topic is not None and not any(b.heading == asked.about for b in found):
            again = sum(b.lead.id == topic.id for b in found)
            found.append(Bucket(topic, asked.about))
            found[-1].matters = own
            found[-1].suffix = f"_{chr(ord('a') + again)}" if again else ""
    return found


def _is_named_in(about: str, matter: Matter, other: Matter) -> bool:
    """Whether a wish ends on the 类别 of a matter that is of one field with `other`, of which it speaks."""
    fields = [topic_of_matter(m.category, m.text).id for m in (matter, other)]
    return len(matter.category) >= _A_WORD and about.endswith(matter.category) and fields[0] == fields[1]


def _with_own(
    part: Part, own: Sequence[Bucket], matters: Sequence[Matter], metrics: Sequence[str], order: Order
) -> list[SectionPlan]:
    """A part without sections, and beside it what a leader wants to stand alone.

    Under 一、 both become sections of it; beside （一） it is the next one.  What is all a part holds stands alone as it is.
    """
    rest = [m for m in matters if not any(m in b.matters for b in own)]
    if not part.level or (not rest and len(own) == 1):
        return [single(part, matters, metrics)]
    level = max(part.level, _SECTION_LEVEL)
    apart = [
        SectionPlan(
            id=f"{part.id}_{b.lead.id}_apart{b.suffix}",
            part=part,
            level=level,
            heading=b.heading,
            topic=b.name,
            matters=tuple(sorted(b.matters, key=matters.index)),
        )
        for b in own
    ]
    if part.level == level:
        return [single(part, rest, metrics), *apart] if rest or metrics else apart
    parent = SectionPlan(id=part.id, part=part, level=part.level, heading=part.heading, is_parent=True)
    if not rest:
        return [parent, *apart]
    first = single(part, rest, metrics).model_copy(update={"id": f"{part.id}_rest", "level": level, "heading": ""})
    ahead = any(weight_of(m, order.instructions) >= FIRST for b in own for m in b.matters)
    return [parent, *apart, first] if ahead else [parent, first, *apart]

"""Fields of work: the year's matters and figures gathered by field, and thin fields joined to a neighbour.

In: matters, figures.  Out: `Bucket`s, each of which will be a section.

A matter of an unimportant field joins a neighbour of its family rather than stand alone under a heading; a section of many
fields has no heading that names it.
"""

import re
from collections import defaultdict
from collections.abc import Sequence

from chugao.catalogue import MetricDefinition
from chugao.drafting.weighing import ASKED
from chugao.material import Matter
from chugao.metrics.facts import Facts
from chugao.outline import Topic, affinity, topic_of_matter, topic_of_metric, topics

ATTACHED = 0.34
"""From this affinity on a figure belongs to a matter."""
_A_STORY = 50  # characters
_SEVERAL = 2  # parts
_A_PAIR = 2  # tasks under a heading
_BROAD, _BROAD_SUPPORT = 3, 5  # fields of work in one section; more, and no heading names it
OF_ONE_FIELD = 8  # matters of one field, from which on its own 类别 divide it
_AREA, _A_NAME = re.compile("[与和、]"), 3
_OF_CARE = ("care", "service")


class Bucket:
    """A topic's matters and metrics while sections are being formed."""

    def __init__(self, topic: Topic, heading: str = "") -> None:
        self.topics = [topic]
        self.heading = heading
        """What a leader wants to stand alone under this heading; it joins nothing."""
        self.alone = False
        """It holds one matter that stands alone."""
        self.suffix = ""
        """What tells apart sections of one field of work."""
        self.matters: list[Matter] = []
        self.metrics: list[str] = []

    @property
    def size(self) -> float:
        return len(self.matters) + 0.15 * len(self.metrics)

    @property
    def lead(self) -> Topic:
        return self.topics[0]

    @property
    def name(self) -> str:
        """The fields it joins, those with matters first, three at most."""
        held = _held(self)
        names = [t.name for t in self.topics if t.id in held][:3] or [self.lead.name]
        return "、".join(names[:-1]) + ("和" if len(names) > 1 else "") + names[-1]

    def absorb(self, other: "Bucket") -> None:
        if other.size > self.size:
            self.topics = [*other.topics, *self.topics]
        else:
            self.topics += other.topics
        self.matters += other.matters
        self.metrics += other.metrics


def gathered(matters: Sequence[Matter], metrics: Sequence[str], facts: Facts) -> list[Bucket]:
    by_topic = {t.id: Bucket(t) for t in topics()}
    for matter in matters:
        by_topic[topic_of_matter(matter.category, matter.text).id].matters.append(matter)
    for metric in metrics:
        by_topic[_topic_for(metric, matters, facts).id].metrics.append(metric)
    return [b for b in by_topic.values() if b.matters or b.metrics]


def _topic_for(metric: str, matters: Sequence[Matter], facts: Facts) -> Topic:
    """A figure goes where the matter stands that speaks of it, else to its own field."""
    definition = facts.definitions[metric]
    # No figure stands among the honours because an honour bears its name.
    told = [(m, topic_of_matter(m.category, m.text)) for m in matters]
    spoken = [(m, t) for m, t in told if t.id != "honours"]
    for words in (lambda m: m.text + m.result, lambda m: f"{m.category}，{m.text}{m.result}"):
        scored = [(affinity(definition.name, words(m)), i) for i, (m, _) in enumerate(spoken)]
        best = max(scored, default=(0.0, 0))
        if best[0] >= ATTACHED:
            return spoken[best[1]][1]
    # 县域内就诊率 beside what the 医共体 did, of which its area bears the name.
    area = next((w for w in _AREA.split(definition.area) if len(w) >= _A_NAME), "")
    beside = next((t for m, t in told if area and area in m.text and t.id != "honours"), None)
    return beside or topic_of_metric(definition)


def of_some_field(
    metrics: Sequence[str], matters: Sequence[Matter], kept: frozenset[str], facts: Facts
) -> Sequence[str]:
    """Without the few figures of no field of work: beside whatever matters came to stand they would say nothing."""
    loose = {m for m in metrics if m not in kept and _topic_for(m, matters, facts).id == "other"}
    loose -= {m for m in loose if speaks_of_figure(facts.definitions[m].name, matters)}
    return [m for m in metrics if m not in loose] if len(loose) * 2 < len(metrics) else metrics


def speaks_of_figure(name: str, matters: Sequence[Matter]) -> bool:
    return any(affinity(name, m.text + m.result) >= ATTACHED for m in matters)


def must_be_told(definition: MetricDefinition, department: str) -> bool:
    return definition.headline or department in definition.required_by


def merged(buckets: list[Bucket], most: int, kept: frozenset[str], *, ahead: bool, uneven: bool) -> list[Bucket]:
    """Thin buckets joined to a neighbour of their family until the document has sections of some weight.

    Figures of a field nobody sent a matter of are told among matters of another only where they must be (`kept`).
    """
    with_matters = any(b.matters for b in buckets)
    while len(buckets) > 1:
        thin = [b for b in buckets if b.lead.id != "honours" and _is_thin(b, with_matters, buckets, ahead)]
        many = len(buckets) > most or (uneven and of_one_length(buckets))
        excess = [b for b in buckets if b.lead.id != "honours"] if many else []
        candidates = thin or excess
        if not candidates:
            break
        smallest = min(candidates, key=lambda b: (b.size, -b.lead.order))
        host = _host(smallest, buckets)
        if host is None or (not thin and len(buckets) <= most and not _akin(smallest, host)):
            break  # sections of one length are better than one of everything
        buckets.remove(smallest)
        if not ahead and host.matters and not smallest.matters and not _beside(smallest, host):
            smallest.metrics = [m for m in smallest.metrics if m in kept]
        host.absorb(smallest)
    return buckets


def of_one_length(buckets: Sequence[Bucket]) -> bool:
    """Whether three sections and more are about as long as one another: where everything weighs as much nothing does."""
    lengths = [sum(len(m.text + m.result) + len("，8月底前完成") for m in b.matters) for b in buckets]
    return len(lengths) > 2 and max(lengths) < 2 * min(lengths)


def in_pairs(buckets: Sequence[Bucket]) -> bool:
    """Whether some heading would stand over two tasks only, of which it could name both."""
    return any(len(b.matters) <= _A_PAIR for b in buckets)


def fills(matter: Matter, weight: int) -> bool:
    """Whether a section may hold this one matter: what a leader wants alone, a milestone with a story."""
    return weight >= ASKED or len(matter.text + matter.result) >= _A_STORY


def _is_thin(bucket: Bucket, with_matters: bool, buckets: Sequence[Bucket], ahead: bool) -> bool:
    if not with_matters:
        return len(bucket.metrics) < 2
    if len(bucket.matters) == 1 and (ahead or not bucket.alone):
        # One matter has no heading of its own, unless it is a milestone of which there is something to say.
        return not bucket.alone and any(o is not bucket and o.matters and o.lead.id != "honours" for o in buckets)
    return not bucket.matters


def _host(bucket: Bucket, buckets: Sequence[Bucket]) -> Bucket | None:
    """Where a thin bucket goes: beside what readers expect, else within its family, else to its neighbour.

    A section of many fields has no heading that names it, so the narrow ones are asked first.
    """
    others = [b for b in buckets if b is not bucket and b.lead.id != "honours"]
    if bucket.matters:
        others = [b for b in others if not b.alone] or others
    narrow = [b for b in others if _fields(b) + _fields(bucket) <= _broadest(b, bucket)] if bucket.matters else others
    # Beside matters of a field rather than beside its figures, which came to stand among matters of another.
    for fields in (_held, lambda b: {t.id for t in b.topics}):
        for wanted in bucket.lead.joins:
            if found := next((b for b in narrow if wanted in fields(b)), None):
                return found
    family = [b for b in narrow if any(t.family == bucket.lead.family for t in b.topics)]
    if family and not bucket.matters:
        return min(family, key=lambda b: b.lead.order)  # figures alone go to the family's head
    # What was done for patients stands with what was done for patients.
    kin = [b for b in narrow if any(t.family in _OF_CARE and bucket.lead.family in _OF_CARE for t in b.topics)]
    nearest = family or kin or narrow or others
    return min(nearest, key=lambda b: (_fields(b), abs(b.lead.order - bucket.lead.order)), default=None)


def _broadest(one: Bucket, other: Bucket) -> int:
    """How many fields two may join: people, systems, houses and the party's work stand together in most reports."""
    support = all(t.family == "support" for b in (one, other) for t in b.topics)
    return _BROAD_SUPPORT if support else _BROAD


def _beside(bucket: Bucket, host: Bucket) -> bool:
    """Whether readers expect a field where its host stands."""
    return any(t.id in bucket.lead.joins or bucket.lead.id in t.joins for t in host.topics)


def _akin(bucket: Bucket, host: Bucket) -> bool:
    """Whether two stand together for more than their length: readers expect them so, or they are of one family."""
    return _beside(bucket, host) or any(t.family == o.family for t in bucket.topics for o in host.topics)


def _held(bucket: Bucket) -> set[str]:
    """The fields of work its matters come from."""
    return {topic_of_matter(m.category, m.text).id for m in bucket.matters}


def _fields(bucket: Bucket) -> int:
    return len(_held(bucket))


def by_category(bucket: Bucket) -> list[Bucket]:
    """A field that is the whole paper (党建 of a party office), divided as its own 类别 divide it."""
    grouped: dict[str, list[Matter]] = defaultdict(list)
    for matter in bucket.matters:
        grouped[matter.category].append(matter)
    several = [held for held in grouped.values() if len(held) > 1]
    single = [m for held in grouped.values() if len(held) == 1 for m in held]
    parts = [*several, *([single] if len(single) > 1 else [])]
    if len(parts) < _SEVERAL:
        return [bucket]
    if len(single) == 1:
        parts[-1] = [*parts[-1], *single]
    told = []
    for number, held in enumerate(parts):
        divided = Bucket(bucket.lead)
        divided.matters, divided.suffix = held, f"_{number + 1}" if number else ""
        divided.metrics = bucket.metrics if number == 0 else []
        told.append(divided)
    return told

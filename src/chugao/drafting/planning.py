"""What goes where: sections from this year's matters and figures, and the brief for each.

In: outline, facts, matters, past wording.  Out: `SectionPlan`s in document order.

Each figure is placed once in the body (headline figures may recur in the lead); a matter of an unimportant topic joins
a neighbour of its family rather than stand alone under a heading.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from chugao.catalogue import MetricDefinition
from chugao.drafting.heeding import only_by_field, read_order, speaks_of, wants_words_in
from chugao.drafting.opening import is_slip, volumes
from chugao.drafting.pairing import answered, answering, from_problems
from chugao.drafting.sharing import shares_of
from chugao.kind import Kind
from chugao.material import Matter, MatterStatus
from chugao.metrics.facts import Facts
from chugao.outline import Outline, Part, Topic, affinity, topic_of_matter, topic_of_metric, topics
from chugao.source import Frozen, Release

ATTACHED = 0.34
"""From this affinity on a figure belongs to a matter."""
_URGENT = 89
_A_STORY = 50  # characters
_OF_THE_FIELD = 89
"""Of what is of the field that a leader named but not the thing: it moves up with it and stands in no paragraph alone."""
_FIRST, _ASKED, _WANTED, _CONDENSED = 100, 99, 85, 30
_LAST = 700  # before honours, whatever the order
_MOST_SECTIONS = {"results": 6, "plan": 4, "items": 8, "next": 1}
_MORE_SECTIONS, _MANY_MATTERS = 2, 24
_FEW_SECTIONS = {"results": 4, "plan": 3, "items": 4, "next": 1}
_SEVERAL, _A_PAIR, _RUN_ON = 2, 2, 8  # parts; tasks under a heading, tasks without any
_UNSECTIONED = 5  # matters: so few need no headings of their own, unless there are figures for them
_FIGURES_FOR_HEADINGS, _FEW_AIMS = 16, 10
_BROAD, _BROAD_SUPPORT = 3, 5  # fields of work in one section; more, and no heading names it
_BRIEF, _SHORT = 1200, 2500  # characters: below, no sections within a part; below, few of them
_MILESTONE = re.compile(
    r"通过[^，]{0,14}(?:评审|评价|评估|认证|验收|复审|复评|复核)|创成|晋升|获批[^，]{0,10}(?:医院|中心)$|(?:评审|复审|复评|验收|认证|评估)通过$"
)
_WEIGHTY = re.compile(
    r"启用|投入使用|获批|建成|投用|挂牌|上线|首例|首家|成立|开诊|落成|竣工|开通|恢复|托管|牵头|扩建|迁入"
)


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
    is_parent: bool = False
    """A heading only: its sections follow."""


class _Bucket:
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

    def absorb(self, other: "_Bucket") -> None:
        if other.size > self.size:
            self.topics = [*other.topics, *self.topics]
        else:
            self.topics += other.topics
        self.matters += other.matters
        self.metrics += other.metrics


def printable(release: Release) -> bool:
    """What a document that leaves the office may print: 内部 and 不写 stay in, and count as covered."""
    return release in (Release.PUBLIC, Release.UPWARD)


def weight_of(matter: Matter, instructions: Sequence[str] = ()) -> int:
    """How much a matter matters: what a leader asked for, milestones, honours, then the rest."""
    weight = 50
    if matter.status is MatterStatus.DONE and _MILESTONE.search(matter.text):
        weight = 95
    elif _WEIGHTY.search(matter.text):
        weight = 70
    elif topic_of_matter(matter.category, matter.text).id == "honours":
        weight = 60
    if matter.status is MatterStatus.ONGOING:
        weight -= 15
    asked = [o for o in map(read_order, instructions) if o.wish in ("feature", "first", "apart")]
    meant = [o.about for o in asked if speaks_of(matter, o.about)]
    if any(matter.text in i for i in instructions) or not all(only_by_field(matter, about) for about in meant):
        weight = _ASKED
        firsts = [o.about for o in asked if o.wish == "first" and o.about in meant]
        if any(not only_by_field(matter, about) for about in firsts):
            weight = _FIRST
    elif meant:
        weight = max(weight, _OF_THE_FIELD)
    if weight < _WANTED and any(
        o.wish == "include" and speaks_of(matter, o.about) for o in map(read_order, instructions)
    ):
        weight = _WANTED
    if any(o.wish == "condense" and speaks_of(matter, o.about) for o in map(read_order, instructions)):
        weight = min(weight, _CONDENSED)
    return weight


def is_problem(matter: Matter) -> bool:
    return re.search(r"不足|问题|短板|困难", matter.category) is not None


def plan_sections(
    outline: Outline, facts: Facts, matters: Sequence[Matter], instructions: Sequence[str] = (), seed: int = 0
) -> list[SectionPlan]:
    """Sections of a document, in order; what a leader asked for by name comes first.

    Seed 0 keeps the usual order of the fields of work; another one orders those of equal weight anew.
    """
    order = _Order(tuple(instructions), seed, outline.department, outline.kind is Kind.SUMMARY_PLAN)
    done = [m for m in matters if m.status is not MatterStatus.PLANNED and not is_problem(m)]
    planned = [m for m in matters if m.status is MatterStatus.PLANNED and not is_problem(m)]
    problems = [m for m in matters if is_problem(m)]
    planned = answering(planned, problems)
    has = {f: [m for m in facts.metrics() if _printable_fact(facts, m, f)] for f in ("now", "goal")}
    if outline.kind.looks_back and not outline.reported.is_year:
        has["goal"] = []  # the rest of the year is not held to next year's targets
    most = _MOST_SECTIONS if outline.length >= _SHORT else _FEW_SECTIONS
    parts = tuple(
        p.model_copy(update={"topics": p.topics and outline.length >= _BRIEF, "heading": _headed(p, seed)})
        for p in outline.parts
    )
    sections: list[SectionPlan] = []
    lead_tells = volumes(outline, facts, has["now"]) if len(done) > _UNSECTIONED else ()
    if is_slip(outline, done, [*planned, *problems], has):
        parts = tuple(p.model_copy(update={"level": 0, "heading": ""}) if p.role == "results" else p for p in parts)
    shares = shares_of(parts, {"results": done, "plan": planned, "problems": problems}, has, facts, instructions)
    for part in parts:
        if part.opens:
            sections.append(SectionPlan(id=part.id, part=part, level=part.level, heading=part.heading, is_parent=True))
            continue
        if part.id in shares:
            told, figures = shares[part.id]
            one = part.role == "problems"
            sections += [_single(part, told, figures)] if one else _with_topics(part, told, figures, facts, order, most)
            continue
        match part.role:
            case "results":
                rest = [m for m in has["now"] if m not in lead_tells]
                sections += _with_topics(part, done, rest, facts, order, most)
            case "plan" | "items":
                # With tasks to tell, the aims have a part of their own; without, they are the plan.
                apart = planned and any(p.role == "goals" for p in parts)
                goals = [] if apart else has["goal"]
                sections += _with_goals_first(_with_topics(part, planned, goals, facts, order, most), facts, outline)
            case "problems":
                # What a person picked is printed and nothing beside it; where nobody has, the part waits for it.
                beside = [] if not problems or any(m.picked_by for m in problems) else has["now"]
                if problems or part.asked or wants_words_in(instructions, "problems"):
                    sections.append(_single(part, problems, beside))
            case "next":
                if planned or has["goal"]:
                    sections.append(_single(part, planned, has["goal"]))
            case "goals":
                if has["goal"] and (planned or part.asked):
                    sections.append(_single(part, [], has["goal"]))
            case "lead":
                back = outline.kind.looks_back
                ahead = [*problems, *planned] if outline.kind is Kind.IDEAS else planned
                lead = _single(part, done if back else ahead, has["now"])
                topic = lead.topic or _metric_topics(has["now"] if back else has["goal"], facts)
                sections.append(lead.model_copy(update={"topic": topic, "told": lead_tells}))
            case _:
                sections.append(SectionPlan(id=part.id, part=part, level=part.level))
    return _as_ideas(sections, planned, problems) if outline.kind is Kind.IDEAS else sections


def _headed(part: Part, seed: int) -> str:
    """The heading of a part: what came from above as it is, else the kind's own in the words of this candidate."""
    if part.asked or not part.heading:
        return part.heading
    return (part.heading, *part.otherwise)[seed % (1 + len(part.otherwise))]


def _as_ideas(sections: list[SectionPlan], planned: Sequence[Matter], problems: Sequence[Matter]) -> list[SectionPlan]:
    """思路 tell a shortcoming where they say the way out of it: only what nothing answers has a part of its own.

    With that part gone the ways out need no heading over them.  A part that was asked for from above stays as it is.
    """
    if any(s.part.asked for s in sections) or not any(s.part.role == "plan" for s in sections):
        return sections
    found = answered(planned, problems)
    left = tuple(p for p in problems if p.id not in found.values())
    home: dict[str, str] = {}
    for task, problem in found.items():
        home.setdefault(problem, task)  # its plainest answer
    told: list[SectionPlan] = []
    for section in sections:
        match section.part.role:
            case "problems":
                if left:
                    told.append(section.model_copy(update={"matters": left}))
            case "plan":
                level = section.level if left else max(section.level - 1, 0)
                if section.is_parent and not left:
                    continue
                # A shortcoming is told once, where its plainest way out stands.
                here = {m.id for m in section.matters}
                own = [p for p in problems if home.get(p.id) in here]
                matters = tuple(from_problems(section.matters, own, found))
                heading = section.heading if left or level else ""
                told.append(section.model_copy(update={"matters": matters, "level": level, "heading": heading}))
            case _:
                told.append(section)
    return told


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


def _metric_topics(metrics: Iterable[str], facts: Facts) -> str:
    """The same from figures alone, where no matters were given."""
    counts: dict[str, int] = defaultdict(int)
    for metric in metrics:
        topic = topic_of_metric(facts.definitions[metric])
        if topic.id != "other":
            counts[topic.name] += 1
    names = sorted(counts, key=lambda n: -counts[n])[:3]
    return "、".join(names[:-1]) + ("和" if len(names) > 1 else "") + names[-1] if names else ""


def _printable_fact(facts: Facts, metric: str, field: str) -> bool:
    fact = facts.get(metric, field)
    return fact is not None and printable(fact.release)


def _single(part: Part, matters: Sequence[Matter], metrics: Sequence[str]) -> SectionPlan:
    return SectionPlan(
        id=part.id,
        part=part,
        level=part.level,
        heading=part.heading,
        topic=lead_topics(matters),
        matters=tuple(matters),
        metrics=tuple(metrics),
    )


def _with_topics(
    part: Part,
    matters: Sequence[Matter],
    metrics: Sequence[str],
    facts: Facts,
    order: "_Order",
    most: Mapping[str, int],
) -> list[SectionPlan]:
    """A part and its sections; one section alone gives its content to the part itself."""
    if not matters and not metrics:
        return [_single(part, [], [])] if part.required else []
    ahead = part.role in ("plan", "items")
    if ahead and not matters and (order.told_before or len(metrics) <= _FEW_AIMS):
        return [_single(part, [], metrics)]  # headings over single aims would name each figure a third time
    own = _apart(matters, order.instructions)
    if own and not part.topics:
        return _with_own(part, own, matters, metrics, order)
    rest = [m for m in matters if not any(m in b.matters for b in own)]
    most_here = most[part.role] + (_MORE_SECTIONS if len(rest) > _MANY_MATTERS and most is _MOST_SECTIONS else 0)
    room = max(1, min(most_here, len(rest) // 2)) if rest else most[part.role]
    few = len(rest) <= _UNSECTIONED
    if rest and few and not own and (part.role == "items" or len(metrics) < _FIGURES_FOR_HEADINGS):
        return [_single(part, matters, metrics)]
    if few and rest:
        room = most[part.role]
    kept = frozenset(m for m in metrics if _must_be_told(facts.definitions[m], order.department))
    told = metrics if ahead or not rest else _of_some_field(metrics, rest, kept, facts)
    formed = _buckets(rest, told, facts)
    for bucket in formed:
        weights = [weight_of(m, order.instructions) for m in bucket.matters]
        bucket.alone = (
            len(weights) == 1 and weights[0] >= _URGENT and not ahead and _fills(bucket.matters[0], weights[0])
        )
    uneven = part.role != "items" and (bool(own) or len(rest) > _A_PAIR * room)
    buckets = [*own, *_merged(formed, room, kept, ahead=ahead, uneven=uneven)]
    if len(buckets) == 1 and part.topics and len(rest) >= _OF_ONE_FIELD:
        buckets = _by_category(buckets[0])
    for bucket in buckets:
        bucket.matters.sort(key=matters.index)
    buckets.sort(key=order.place)
    # Two or three tasks under each of three headings read like a form: they run on, numbered through.
    form = part.role == "plan" and not own and len(rest) <= _RUN_ON and _of_one_length(buckets)
    if not part.topics or len(buckets) == 1 or form:
        every = [m for b in buckets for m in b.metrics]
        return [_single(part, [m for b in buckets for m in b.matters], every)]
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


def _with_goals_first(sections: list[SectionPlan], facts: Facts, outline: Outline) -> list[SectionPlan]:
    """What a plan in sections aims at stands once, over all of them; beside a task stays the aim that is its own."""
    children = [s for s in sections if not s.is_parent]
    divided = len(children) > 1 and sections[0].is_parent and all(s.matters for s in children)
    if outline.kind is not Kind.SUMMARY_PLAN or not divided:
        return sections
    own = {s.id: tuple(m for m in s.metrics if _speaks(facts.definitions[m].name, s.matters)) for s in children}
    goals = tuple(m for s in children for m in s.metrics if m not in own[s.id])
    if not goals:
        return sections
    parent = sections[0].part
    part = parent.model_copy(update={"id": "goals", "role": "goals", "level": 0, "heading": "", "required": False})
    told = [s.model_copy(update={"metrics": own.get(s.id, ())}) for s in sections[1:]]
    return [sections[0], _single(part, [], goals), *told]


_OF_ONE_FIELD = 8  # matters of one field, from which on its own 类别 divide it


def _by_category(bucket: _Bucket) -> list[_Bucket]:
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
        divided = _Bucket(bucket.lead)
        divided.matters, divided.suffix = held, f"_{number + 1}" if number else ""
        divided.metrics = bucket.metrics if number == 0 else []
        told.append(divided)
    return told


def _apart(matters: Sequence[Matter], instructions: Sequence[str]) -> list[_Bucket]:
    """One bucket for each thing that a leader wants under a heading of its own."""
    found: list[_Bucket] = []
    for asked in map(read_order, instructions):
        taken = [m for b in found for m in b.matters]
        own = [m for m in matters if m not in taken and speaks_of(m, asked.about)] if asked.wish == "apart" else []
        topic = topic_of_matter(own[0].category, own[0].text) if own else None
        if topic is not None and not any(b.heading == asked.about for b in found):
            again = sum(b.lead.id == topic.id for b in found)
            found.append(_Bucket(topic, asked.about))
            found[-1].matters = own
            found[-1].suffix = f"_{chr(ord('a') + again)}" if again else ""
    return found


def _with_own(
    part: Part, own: Sequence[_Bucket], matters: Sequence[Matter], metrics: Sequence[str], order: "_Order"
) -> list[SectionPlan]:
    """A part without sections, and beside it what a leader wants to stand alone.

    Under 一、 both become sections of it; beside （一） it is the next one.  What is all a part holds stands alone as it is.
    """
    rest = [m for m in matters if not any(m in b.matters for b in own)]
    if not part.level or (not rest and len(own) == 1):
        return [_single(part, matters, metrics)]
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
        return [_single(part, rest, metrics), *apart] if rest or metrics else apart
    parent = SectionPlan(id=part.id, part=part, level=part.level, heading=part.heading, is_parent=True)
    if not rest:
        return [parent, *apart]
    first = _single(part, rest, metrics).model_copy(update={"id": f"{part.id}_rest", "level": level, "heading": ""})
    ahead = any(weight_of(m, order.instructions) >= _FIRST for b in own for m in b.matters)
    return [parent, *apart, first] if ahead else [parent, first, *apart]


_SECTION_LEVEL = 2  # （一）


def _buckets(matters: Sequence[Matter], metrics: Sequence[str], facts: Facts) -> list[_Bucket]:
    by_topic = {t.id: _Bucket(t) for t in topics()}
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


_AREA, _A_NAME = re.compile("[与和、]"), 3


def _of_some_field(
    metrics: Sequence[str], matters: Sequence[Matter], kept: frozenset[str], facts: Facts
) -> Sequence[str]:
    """Without the few figures of no field of work: beside whatever matters came to stand they would say nothing."""
    loose = {m for m in metrics if m not in kept and _topic_for(m, matters, facts).id == "other"}
    loose -= {m for m in loose if _speaks(facts.definitions[m].name, matters)}
    return [m for m in metrics if m not in loose] if len(loose) * 2 < len(metrics) else metrics


def _speaks(name: str, matters: Sequence[Matter]) -> bool:
    return any(affinity(name, m.text + m.result) >= ATTACHED for m in matters)


def _must_be_told(definition: MetricDefinition, department: str) -> bool:
    return definition.headline or department in definition.required_by


def _merged(buckets: list[_Bucket], most: int, kept: frozenset[str], *, ahead: bool, uneven: bool) -> list[_Bucket]:
    """Thin buckets joined to a neighbour of their family until the document has sections of some weight.

    Figures of a field nobody sent a matter of are told among matters of another only where they must be (`kept`).
    """
    with_matters = any(b.matters for b in buckets)
    while len(buckets) > 1:
        thin = [b for b in buckets if b.lead.id != "honours" and _is_thin(b, with_matters, buckets, ahead)]
        many = len(buckets) > most or (uneven and _of_one_length(buckets))
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


class _Order(NamedTuple):
    """Which section comes first."""

    instructions: tuple[str, ...]
    seed: int
    department: str
    told_before: bool = False
    """Whether a half before has told the figures of this one."""

    def place(self, bucket: _Bucket) -> tuple[int, int]:
        """What puts a section before the usual order is a milestone, or a leader's word; honours stand last."""
        best = max((weight_of(m, self.instructions) for m in bucket.matters), default=0)
        usual = bucket.lead.order
        if self.seed and bucket.lead.id != "honours":
            digest = hashlib.sha256(f"{self.seed}|{self.department}|{bucket.lead.id}".encode()).digest()
            usual = int.from_bytes(digest[:2], "big") % _LAST
        return (-best if best >= _URGENT else 0, usual)


def _of_one_length(buckets: Sequence[_Bucket]) -> bool:
    """Whether three sections and more are about as long as one another: where everything weighs as much nothing does."""
    lengths = [sum(len(m.text + m.result) + len("，8月底前完成") for m in b.matters) for b in buckets]
    return len(lengths) > 2 and max(lengths) < 2 * min(lengths)


def _fills(matter: Matter, weight: int) -> bool:
    """Whether a section may hold this one matter: what a leader wants alone, a milestone with a story."""
    return weight >= _ASKED or len(matter.text + matter.result) >= _A_STORY


def _is_thin(bucket: _Bucket, with_matters: bool, buckets: Sequence[_Bucket], ahead: bool) -> bool:
    if not with_matters:
        return len(bucket.metrics) < 2
    if len(bucket.matters) == 1 and (ahead or not bucket.alone):
        # One matter has no heading of its own, unless it is a milestone of which there is something to say.
        return not bucket.alone and any(o is not bucket and o.matters and o.lead.id != "honours" for o in buckets)
    return not bucket.matters


def _host(bucket: _Bucket, buckets: Sequence[_Bucket]) -> _Bucket | None:
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


_OF_CARE = ("care", "service")


def _broadest(one: _Bucket, other: _Bucket) -> int:
    """How many fields two may join: people, systems, houses and the party's work stand together in most reports."""
    support = all(t.family == "support" for b in (one, other) for t in b.topics)
    return _BROAD_SUPPORT if support else _BROAD


def _beside(bucket: _Bucket, host: _Bucket) -> bool:
    """Whether readers expect a field where its host stands."""
    return any(t.id in bucket.lead.joins or bucket.lead.id in t.joins for t in host.topics)


def _akin(bucket: _Bucket, host: _Bucket) -> bool:
    """Whether two stand together for more than their length: readers expect them so, or they are of one family."""
    return _beside(bucket, host) or any(t.family == o.family for t in bucket.topics for o in host.topics)


def _held(bucket: _Bucket) -> set[str]:
    """The fields of work its matters come from."""
    return {topic_of_matter(m.category, m.text).id for m in bucket.matters}


def _fields(bucket: _Bucket) -> int:
    return len(_held(bucket))

"""What goes where: sections from this year's matters and figures, and the brief for each.

In: outline, facts, matters, past wording.  Out: `SectionPlan`s in document order.

Each figure is placed once in the body (headline figures may recur in the lead).  How a part is divided is in `sectioning`,
which fields of work stand together in `fields`, what weighs more in `weighing`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from chugao.drafting.fields import speaks_of_figure
from chugao.drafting.heeding import wants_words_in
from chugao.drafting.opening import is_alone, is_slip, volumes
from chugao.drafting.pairing import answered, answering, from_problems
from chugao.drafting.sectioning import (
    FEW_SECTIONS,
    MOST_SECTIONS,
    UNSECTIONED,
    Order,
    SectionPlan,
    single,
    with_topics,
)
from chugao.drafting.sharing import shares_of
from chugao.drafting.weighing import is_problem, printable
from chugao.kind import Kind
from chugao.material import Matter, MatterStatus
from chugao.metrics.facts import Facts
from chugao.outline import Outline, Part, topic_of_metric

_BRIEF, _SHORT = 1200, 2500  # characters: below, no sections within a part; below, few of them


class _Year(NamedTuple):
    """What the parts of a document are made of."""

    outline: Outline
    facts: Facts
    done: list[Matter]
    planned: list[Matter]
    """Those that answer a shortcoming first."""
    problems: list[Matter]
    has: dict[str, list[str]]
    """Field (now, goal) → the metrics that have it and may be printed."""
    order: Order
    most: Mapping[str, int]
    lead_tells: tuple[str, ...]


def plan_sections(
    outline: Outline, facts: Facts, matters: Sequence[Matter], instructions: Sequence[str] = (), seed: int = 0
) -> list[SectionPlan]:
    """Sections of a document, in order; what a leader asked for by name comes first.

    Seed 0 keeps the usual order of the fields of work; another one orders those of equal weight anew.
    """
    year = _sorted_out(outline, facts, matters, instructions, seed)
    parts = _parts(year, seed)
    told = {"results": year.done, "plan": year.planned, "problems": year.problems}
    shares = shares_of(parts, told, year.has, facts, instructions)
    sections: list[SectionPlan] = []
    for part in parts:
        if part.opens:
            sections.append(SectionPlan(id=part.id, part=part, level=part.level, heading=part.heading, is_parent=True))
        elif part.id in shares:
            own, figures = shares[part.id]
            one = part.role == "problems"
            sections += [single(part, own, figures)] if one else _divided(part, own, figures, year)
        else:
            sections += _of_role(part, year, aims_apart=any(p.role == "goals" for p in parts))
    return _as_ideas(sections, year.planned, year.problems) if outline.kind is Kind.IDEAS else sections


def _sorted_out(
    outline: Outline, facts: Facts, matters: Sequence[Matter], instructions: Sequence[str], seed: int
) -> _Year:
    """What was done, what is planned, what was wrong, and which figures say so."""
    done = [m for m in matters if m.status is not MatterStatus.PLANNED and not is_problem(m)]
    problems = [m for m in matters if is_problem(m)]
    planned = answering([m for m in matters if m.status is MatterStatus.PLANNED and not is_problem(m)], problems)
    found = answered(planned, problems)
    answers = tuple(m.id for m in planned if m.id in found)
    has = {f: [m for m in facts.metrics() if _printable_fact(facts, m, f)] for f in ("now", "goal")}
    if outline.kind.looks_back and not outline.reported.is_year:
        has["goal"] = []  # the rest of the year is not held to next year's targets
    return _Year(
        outline=outline,
        facts=facts,
        done=done,
        planned=planned,
        problems=problems,
        has=has,
        order=Order(tuple(instructions), seed, outline.department, outline.kind is Kind.SUMMARY_PLAN, answers),
        most=MOST_SECTIONS if outline.length >= _SHORT else FEW_SECTIONS,
        lead_tells=volumes(outline, facts, has["now"]) if len(done) > UNSECTIONED else (),
    )


def _parts(year: _Year, seed: int) -> tuple[Part, ...]:
    """The outline's parts with their headings, without sections or heading where the paper is too short for them."""
    outline, ahead = year.outline, [*year.planned, *year.problems]
    parts = tuple(
        p.model_copy(update={"topics": p.topics and outline.length >= _BRIEF, "heading": _headed(p, seed)})
        for p in outline.parts
    )
    if is_slip(outline, year.done, ahead, year.has) or is_alone(outline, year.done, ahead, year.has):
        return tuple(p.model_copy(update={"level": 0, "heading": ""}) if p.role == "results" else p for p in parts)
    return parts


def _of_role(part: Part, year: _Year, *, aims_apart: bool) -> list[SectionPlan]:
    """The sections of a part by what it is for; `aims_apart` where the aims have a part of their own."""
    planned, problems, has = year.planned, year.problems, year.has
    match part.role:
        case "results":
            return _divided(part, year.done, [m for m in has["now"] if m not in year.lead_tells], year)
        case "plan" | "items":
            # With tasks to tell, the aims have a part of their own; without, they are the plan.
            goals = [] if planned and aims_apart else has["goal"]
            return _with_goals_first(_divided(part, planned, goals, year), year.facts, year.outline)
        case "problems":
            # What a person picked is printed and nothing beside it; where nobody has, the part waits for it.
            beside = [] if not problems or any(m.picked_by for m in problems) else has["now"]
            wanted = problems or part.asked or wants_words_in(year.order.instructions, "problems")
            return [single(part, problems, beside)] if wanted else []
        case "next":
            return [single(part, planned, has["goal"])] if planned or has["goal"] else []
        case "goals":
            if not has["goal"] or not (planned or part.asked):
                return []
            served = [m for m in has["goal"] if speaks_of_figure(year.facts.definitions[m].name, planned)]
            return [single(part, [], has["goal"]).model_copy(update={"served": tuple(served)})]
        case "lead":
            return [_lead(part, year)]
        case _:
            return [SectionPlan(id=part.id, part=part, level=part.level)]


def _divided(part: Part, matters: Sequence[Matter], metrics: Sequence[str], year: _Year) -> list[SectionPlan]:
    return with_topics(part, matters, metrics, year.facts, year.order, year.most)


def _lead(part: Part, year: _Year) -> SectionPlan:
    """The lead may name any of the matters; of the figures it tells the year's volumes."""
    back = year.outline.kind.looks_back
    ahead = [*year.problems, *year.planned] if year.outline.kind is Kind.IDEAS else year.planned
    lead = single(part, year.done if back else ahead, year.has["now"])
    topic = lead.topic or _metric_topics(year.has["now" if back else "goal"], year.facts)
    return lead.model_copy(update={"topic": topic, "told": year.lead_tells, "answers": year.order.answers})


def _with_goals_first(sections: list[SectionPlan], facts: Facts, outline: Outline) -> list[SectionPlan]:
    """What a plan in sections aims at stands once, over all of them; beside a task stays the aim that is its own."""
    children = [s for s in sections if not s.is_parent]
    divided = len(children) > 1 and sections[0].is_parent and all(s.matters for s in children)
    if outline.kind is not Kind.SUMMARY_PLAN or not divided:
        return sections
    own = {
        s.id: tuple(m for m in s.metrics if speaks_of_figure(facts.definitions[m].name, s.matters)) for s in children
    }
    goals = tuple(m for s in children for m in s.metrics if m not in own[s.id])
    if not goals:
        return sections
    parent = sections[0].part
    part = parent.model_copy(update={"id": "goals", "role": "goals", "level": 0, "heading": "", "required": False})
    told = [s.model_copy(update={"metrics": own.get(s.id, ())}) for s in sections[1:]]
    return [sections[0], single(part, [], goals), *told]


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

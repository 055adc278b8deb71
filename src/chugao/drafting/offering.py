"""What an engine is offered for a section: slots, matters and wording, with no digit in sight.

In: a `SectionPlan`, facts, matters, passages.  Out: `Offer`, the brief and the values behind its slots.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from functools import cached_property

from chugao.catalogue import MetricDefinition, short_name
from chugao.drafting.binding import SlotValue
from chugao.drafting.sectioning import SectionPlan
from chugao.drafting.showing import matters_offered
from chugao.drafting.weighing import printable
from chugao.kind import Kind
from chugao.manuscript import Brief, BriefPassage, Slot
from chugao.metrics.facts import Fact, Facts
from chugao.metrics.observation import Observation
from chugao.outline import Outline, affinity, rest_of_year
from chugao.source import Frozen

_FIELDS = (
    "now",
    "prev",
    "change",
    "growth",
    "multiple",
    "target",
    "gap",
    "attainment",
    "goal",
    "streak",
    "rank",
    "range",
    "share",
)
_MEANINGS = {
    "now": "本期值",
    "prev": "上年同期值",
    "change": "比上年增减，自带动词",
    "growth": "比上年增幅，自带动词",
    "multiple": "是上年的几倍",
    "target": "本年目标",
    "gap": "与本年目标之差",
    "attainment": "目标完成率",
    "goal": "下一年目标",
    "streak": "连续几年同向变化，自带动词",
    "rank": "名次",
    "range": "各期最低到最高",
    "share": "占总数的比例",
}
_WORTH_A_RANK = 5
_NAMED = 0.25  # where the very value stands, fewer words of the name will do
_TELLING = 3  # digits from which on the same number is the same thing
_SMALL_BASE = 50
_LARGE_GROWTH = 100


class Offer(Frozen):
    """A brief and what stands behind its slots."""

    brief: Brief
    values: dict[str, SlotValue]
    facts: dict[str, Fact]
    constants: tuple[str, ...]
    missing: tuple[str, ...] = ()
    """Metrics the document cannot do without and nobody sent."""


class Paper(Frozen):
    """What holds for every section of one paper alike."""

    outline: Outline
    facts: Facts
    instructions: tuple[str, ...] = ()
    seed: int = 0
    guidance: str = ""
    theme: str = ""
    bases: tuple[str, ...] = ()
    own: frozenset[str] = frozenset()
    """The names under which the department itself goes: what it did needs nobody named who did it."""
    shortfalls_apart: bool = False
    divided: bool = False

    @cached_property
    def spoken(self) -> dict[str, str]:
        return spoken_names(self.facts)

    @cached_property
    def stops(self) -> Observation | None:
        return stops_early(self.outline, self.facts)


def make_offer(
    plan: SectionPlan, paper: Paper, passages: Sequence[BriefPassage], missing: Sequence[MetricDefinition] = ()
) -> Offer:
    """Everything for one section, complete in itself."""
    outline, definitions = paper.outline, paper.facts.definitions
    lead = plan.part.role == "lead"
    told = _told(plan, paper)
    offered = (*_figures(told.values(), plan, paper), *_besides(plan, paper, missing))
    matters, behind = matters_offered(plan, outline, paper.instructions, paper.own)
    brief = Brief(
        task="lead" if lead else "part",
        section=plan.id,
        role=plan.part.role,
        kind=outline.kind,
        style=outline.style,
        level=outline.level,
        department=outline.department,
        organisation=outline.organisation,
        heading=plan.heading,
        topic=plan.topic,
        slots=tuple(slot for slot, _ in offered),
        matters=tuple(matters),
        passages=tuple(passages),
        instructions=paper.instructions,
        max_chars=outline.length,
        seed=paper.seed,
        told=plan.told,
        shortfalls_apart=paper.shortfalls_apart,
        divided=paper.divided,
        asked=plan.part.asked,
        theme=paper.theme if lead else "",
        guidance=paper.guidance if lead else "",
    )
    names = [n for m in plan.metrics for n in (definitions[m].name, short_name(definitions[m]))]
    names += [d.name for d in missing]
    return Offer(
        brief=brief,
        values={slot.name: value for slot, value in offered} | behind,
        facts=told,
        constants=(*names, outline.department, outline.organisation, paper.guidance, paper.theme),
        missing=tuple(d.id for d in missing),
    )


def _told(plan: SectionPlan, paper: Paper) -> dict[str, Fact]:
    """The facts that a section may state, by slot."""
    return {
        fact.slot: fact
        for metric in plan.metrics
        if not _said_by_a_matter(metric, paper.spoken[metric], paper.facts, plan)
        for fact in _offered(paper.facts, metric, plan.part.role)
    }


def _figures(told: Collection[Fact], plan: SectionPlan, paper: Paper) -> Iterator[tuple[Slot, SlotValue]]:
    """Each fact with its slot; then the day that one counts up to, where it is another than its paper says."""
    for fact in told:
        yield _slot(fact, paper, served=fact.metric in plan.served), slot_value(fact)
    yield from _until(told, paper.stops)


def _besides(plan: SectionPlan, paper: Paper, missing: Sequence[MetricDefinition]) -> Iterator[tuple[Slot, SlotValue]]:
    """What is no figure: who owes what, the years, and what a lead rests on."""
    outline = paper.outline
    yield from (_missing(d, owner_of(paper.facts, d.id) or outline.department) for d in missing)
    general = general_values(outline) | _counted(paper.stops)
    general |= _owed_whole(plan, outline, figures_owed=bool(missing), answering=paper.shortfalls_apart)
    yield from ((Slot(name=n, meaning=v.printed), v) for n, v in general.items())
    if plan.part.role == "lead":
        yield from (_basis(number, title) for number, title in enumerate(paper.bases))


def _owed_whole(plan: SectionPlan, outline: Outline, *, figures_owed: bool, answering: bool) -> dict[str, SlotValue]:
    """【待补】 for a section that has nothing at all, or aims and no task."""
    if plan.part.required and plan.part.role != "lead" and not (plan.matters or plan.metrics or figures_owed):
        return {"brief.pending": _pending(plan, outline)}
    if plan.part.role in ("plan", "next") and not plan.matters:
        return {"brief.tasks": _tasks_owed(outline, answering=answering)}
    return {}


def owner_of(facts: Facts, metric: str) -> str:
    """Whom the row of a figure without a value names; "" for nobody."""
    known = facts.get(metric, "target") or facts.get(metric, "prev") or facts.get(metric, "goal")
    return known.inputs[0].owner if known and known.inputs else ""


def stops_early(outline: Outline, facts: Facts) -> Observation | None:
    """One of the year's figures where most of them stop before the period ends, so that the paper says so once.

    Ten months are never to be read as the year.
    """
    if not outline.kind.looks_back:
        return None
    told = [f for m in facts.metrics() if (f := facts.get(m, "now")) is not None and printable(f.release) and f.inputs]
    days = Counter(o.source.cutoff for f in told if (o := f.inputs[0]).counted != o.period)
    day, count = max(days.items(), key=lambda d: d[1], default=(None, 0))
    if day is None or count * 2 <= len(told):
        return None
    return next(f.inputs[0] for f in told if f.inputs[0].source.cutoff == day)


def _counted(stops: Observation | None) -> dict[str, SlotValue]:
    """What most figures of a paper count, where that is less than what it reports on: “1—10月”, “10月31日”."""
    if stops is None or stops.source.cutoff is None:
        return {}
    said = {"brief.counted": stops.counted.span_label, "brief.until": _day(stops.source.cutoff)}
    return {name: SlotValue(printed=printed, state="constant", id=name) for name, printed in said.items()}


def _until(told: Iterable[Fact], stops: Observation | None) -> Iterator[tuple[Slot, SlotValue]]:
    """The day up to which a figure counts, of each that stops at another day than its paper says."""
    usual = stops.source.cutoff if stops else None
    for fact in told:
        if fact.field != "now" or not fact.inputs:
            continue
        observation = fact.inputs[0]
        day = observation.source.cutoff
        if day is None or day == usual or observation.counted == observation.period:
            continue
        name = f"{fact.metric}.until"
        slot = Slot(name=name, meaning="这个数计到哪一天", metric=fact.metric, metric_name=fact.name, field="until")
        yield slot, SlotValue(printed=_day(day), state="constant", id=name)


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _basis(number: int, title: str) -> tuple[Slot, SlotValue]:
    """The slot of a document that the draft rests on."""
    name = f"basis_{chr(ord('a') + number)}.title"
    slot = Slot(name=name, meaning="起草所依据的文件，全称和文号", field="basis")
    return slot, SlotValue(printed=title, state="constant", id=name)


def _missing(definition: MetricDefinition, owner: str) -> tuple[Slot, SlotValue]:
    """The slot of a metric nobody sent; it prints 【待补】 with who owes it."""
    name = f"{definition.id}.missing"
    slot = Slot(
        name=name, meaning="尚缺", metric=definition.id, metric_name=definition.name, field="missing", required=True
    )
    printed = f"【待补：{definition.name}（{owner}）】"
    return slot, SlotValue(printed=printed, state="constant", id=name)


def _said_by_a_matter(metric: str, spoken: str, facts: Facts, plan: SectionPlan) -> bool:
    """Whether a matter of the section says this very value of this metric: twice in a paragraph is once too often."""
    ahead = plan.part.role in ("plan", "items", "next")
    now = facts.get(metric, "goal" if ahead else "now")
    if now is None or not (ahead or plan.part.role == "results"):
        return False
    definition = facts.definitions[metric]
    telling = sum(c.isdigit() for c in now.printed) >= _TELLING
    names = (definition.name, spoken)
    return any(
        any(re.search(rf"(?<![\d.]){re.escape(p)}", m.text + m.result) for p in {now.printed, as_told(now)})
        and (telling or any(affinity(n, m.text + m.result) >= _NAMED for n in names))
        for m in plan.matters
        if printable(m.release)
    )


def _pending(plan: SectionPlan, outline: Outline) -> SlotValue:
    """【待补】 for a part that must be there and for which nobody sent anything."""
    if plan.part.asked:
        what = plan.heading
    elif plan.part.role == "results":
        what = f"{outline.reported.label}的事项和指标"
    else:
        what = f"{outline.plan_year}年的重点任务和目标"
    return SlotValue(printed=f"【待补：{what}（{outline.department}）】", state="constant", id="brief.pending")


def _tasks_owed(outline: Outline, *, answering: bool) -> SlotValue:
    """【待补】 behind aims for which nobody sent a task: figures alone are no plan."""
    rest = outline.kind.looks_back and outline.reported.last_month < 12
    when = rest_of_year(outline.reported) if rest else f"{outline.plan_year}年"
    what = f"{when}的重点任务" + ("，含针对上述不足的措施" if answering else "")
    return SlotValue(printed=f"【待补：{what}（{outline.department}）】", state="constant", id="brief.tasks")


def general_values(outline: Outline) -> dict[str, SlotValue]:
    """Years and the span, which every section may use."""
    values = {
        "brief.year": SlotValue(printed=str(outline.reported.year), state="constant", id="brief.year"),
        "brief.plan_year": SlotValue(printed=str(outline.plan_year), state="constant", id="brief.plan_year"),
    }
    if outline.reported.span_label:
        values["brief.span"] = SlotValue(printed=outline.reported.span_label, state="constant", id="brief.span")
        rest = rest_of_year(outline.reported)
        if outline.kind is Kind.SUMMARY_PLAN and outline.reported.last_month < 12:
            values["brief.plan_span"] = SlotValue(printed=rest, state="constant", id="brief.plan_span")
    return values


_EMPTY_PLACES = re.compile(r"(?<=\d)(?:(\.\d*?[1-9])0+|\.0+)(?!\d)")


def as_told(fact: Fact) -> str:
    """A fact as a document prints it: 275万人次 and not 275.0万人次, a goal of 65% beside 61.3%, nil without decimals."""
    round_ = fact.field in ("target", "goal") or fact.value in (0, 100) or "万" in fact.printed or "亿" in fact.printed
    return _EMPTY_PLACES.sub(lambda m: m[1] or "", fact.printed) if round_ else fact.printed


def slot_value(fact: Fact) -> SlotValue:
    """A fact as binding wants it."""
    derived = fact.field not in ("now", "prev", "target", "goal")
    return SlotValue(
        printed=as_told(fact),
        state="derived" if derived else "metric",
        id=fact.slot,
        metric=fact.metric,
        period=fact.period.code,
        formula=fact.formula,
        source=fact.source_label or None,
        sign=fact.sign,
    )


def _offered(facts: Facts, metric: str, role: str) -> Iterable[Fact]:
    """The facts of a metric that this part may state: no goals in results, no targets of the past in a plan."""
    ahead = role in ("plan", "items", "goals", "next")
    fields = ("now", "prev", "goal") if ahead else tuple(f for f in _FIELDS if f != "goal")
    if ahead and _part_of_what_a_year_makes(facts, metric):
        fields = ("goal",)
    for field in fields:
        fact = facts.get(metric, field)
        if fact is None or not printable(fact.release) or not worth_a_percentage(facts, fact):
            continue
        if field == "attainment" and not counts_from_january(fact):
            continue
        if (field == "rank" and fact.value > _WORTH_A_RANK) or (field == "streak" and not fact.good):
            continue
        if ahead and field == "goal":
            now = facts.get(metric, "now") if "now" in fields else None
            sign = (fact.value > now.value) - (fact.value < now.value) if now else 0
            yield fact.model_copy(update={"sign": sign})
        elif field == "now" and not ahead:
            trend = facts.get(metric, "change")
            yield fact.model_copy(update={"sign": trend.sign if trend else 0})
        else:
            yield fact


def _part_of_what_a_year_makes(facts: Facts, metric: str) -> bool:
    """Whether this year's value adds up months and the year is not over: no whole year 增加到 anything from there."""
    now = facts.get(metric, "now")
    counted = [o.counted for o in now.inputs] if now else []
    return facts.definitions[metric].rollup == "sum" and any(c.last_month < 12 for c in counted)


def counts_from_january(fact: Fact) -> bool:
    """What one later quarter alone is of a year's target says nothing."""
    return fact.period.first_month == 1


def worth_a_percentage(facts: Facts, fact: Fact) -> bool:
    """A growth on a small base (“由2个到9个，增长350%”) says less than the change itself."""
    if fact.field != "growth":
        return True
    prev = facts.get(fact.metric, "prev")
    return (prev is not None and prev.value >= _SMALL_BASE and abs(fact.value) <= _LARGE_GROWTH) or prev is None


def spoken_names(facts: Facts) -> dict[str, str]:
    """Each metric's short name, unless another metric would be called the same (护理专科门诊数, …人次)."""
    short = {d.id: short_name(d) for d in facts.definitions.values()}
    taken = Counter(n for d in facts.definitions.values() for n in {short[d.id], d.name})
    return {d.id: d.name if taken[short[d.id]] > 1 else short[d.id] for d in facts.definitions.values()}


def _slot(fact: Fact, paper: Paper, *, served: bool) -> Slot:
    definition = paper.facts.definitions[fact.metric]
    return Slot(
        name=fact.slot,
        meaning=f"{fact.period.label}{definition.name}（{_MEANINGS.get(fact.field, fact.field)}）"
        + ("，单位是千分点" if "千分点" in fact.printed else "")
        + (f"，{fact.caveat}" if fact.caveat else ""),
        metric=fact.metric,
        metric_name=paper.spoken[fact.metric],
        field=fact.field,
        kind=fact.kind,
        better=fact.better,
        sign=fact.sign,
        good=fact.good,
        required=paper.outline.department in definition.required_by and fact.field == "now",
        zero=fact.printed == "未发生",
        headline=definition.headline,
        served=served,
        verb=fact.verb,
    )

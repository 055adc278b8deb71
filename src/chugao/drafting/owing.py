"""What a document still lacks, who owes it, and which of the leaders' words nobody has carried out yet.

In: outline, facts, plans, offers, instructions.  Out: `Request`s for the clerk and findings for the reviewer.

A missing figure never stops a draft: it stands as 【待补】 in the text and as a request beside it.
"""

from collections.abc import Iterable, Sequence

from chugao.catalogue import MetricDefinition
from chugao.drafting.offering import Offer
from chugao.drafting.planning import SectionPlan
from chugao.manuscript import Request
from chugao.material import Matter
from chugao.metrics.facts import Facts
from chugao.metrics.observation import Figures
from chugao.outline import Outline, topic_of_metric
from chugao.source import Finding, Place, Severity


def missing(outline: Outline, facts: Facts, figures: Figures) -> tuple[MetricDefinition, ...]:
    """Metrics the department's document cannot do without and that have no value; figures given at all is the sign
    that the office works with figures."""
    if not outline.kind.looks_back or not figures.observations:
        return ()
    needed = (d for d in figures.catalogue() if outline.department in d.required_by)
    return tuple(d for d in needed if facts.get(d.id, "now") is None)


def owed_by_section(
    plans: Sequence[SectionPlan], owing: Sequence[MetricDefinition]
) -> dict[str, list[MetricDefinition]]:
    """Missing metrics by the section of results whose topic they belong to."""
    results = [p for p in plans if p.part.role == "results" and not p.is_parent]
    owed: dict[str, list[MetricDefinition]] = {}
    for definition in owing:
        topic = topic_of_metric(definition).id
        home = next((p for p in results if p.id.endswith(f"_{topic}")), results[-1] if results else None)
        if home is not None:
            owed.setdefault(home.id, []).append(definition)
    return owed


def requests(outline: Outline, facts: Facts, owed: Iterable[MetricDefinition]) -> list[Request]:
    """What to ask for: figures nobody sent, targets without a result, comparisons that were refused."""
    asked = [
        Request(
            metric=d.id,
            name=d.name,
            department=outline.department,
            owner=outline.department,
            reason=f"{outline.department}的{outline.kind.label}不可缺少，指标文件里没有{outline.reported.label}的数",
        )
        for d in owed
    ]
    for metric in facts.metrics():
        if facts.get(metric, "now") is None and outline.kind.looks_back:
            known = facts.get(metric, "target") or facts.get(metric, "goal") or facts.get(metric, "prev")
            owner = known.inputs[0].owner if known and known.inputs else ""
            definition = facts.definitions[metric]
            asked.append(
                Request(
                    metric=metric,
                    name=definition.name,
                    department=outline.department,
                    owner=owner or outline.department,
                    reason=f"有目标或上年数，没有{outline.reported.label}的完成数",
                )
            )
    asked += [
        Request(
            metric=slot.partition(".")[0], name="", department=outline.department, owner=outline.department, reason=why
        )
        for slot, why in facts.refused.items()
        if slot.endswith(".change")
    ]
    return asked


def pending_parts(outline: Outline, offers: dict[str, Offer]) -> list[Request]:
    """One request for each part that stands as 【待补】."""
    return [
        Request(
            metric=section,
            name=offer.values["brief.pending"].printed.strip("【】").removeprefix("待补："),
            department=outline.department,
            owner=outline.department,
            reason="这一部分必须有，没有收到材料",
        )
        for section, offer in offers.items()
        if "brief.pending" in offer.values
    ]


def unheeded(instructions: Sequence[str], matters: Sequence[Matter]) -> list[Finding]:
    """What a leader asked for that no rule here carries out: said, so that a person does it."""
    place = Place(start=0, end=0)
    return [
        Finding(
            rule="instruction",
            severity=Severity.WARNING,
            place=place,
            quote=text,
            hint=f"领导意见“{text}”没有自动落实（只有点到事项名称的意见会调整先后），请人工处理。",
        )
        for text in instructions
        if not any(m.text in text or text in m.text for m in matters)
    ]

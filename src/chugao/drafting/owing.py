"""What a document still lacks, and who owes it.

In: outline, facts, plans, offers.  Out: `Request`s for the clerk.

A missing figure never stops a draft: it stands as 【待补】 in the text and as a request beside it.
"""

from collections.abc import Iterable, Sequence

from chugao.catalogue import MetricDefinition
from chugao.drafting.offering import Offer, owner_of
from chugao.drafting.sectioning import SectionPlan
from chugao.kind import Kind
from chugao.manuscript import Request
from chugao.metrics.facts import Facts
from chugao.metrics.observation import Figures
from chugao.outline import Outline, topic_of_metric


def missing(outline: Outline, facts: Facts, figures: Figures) -> tuple[MetricDefinition, ...]:
    """Metrics the department's document cannot do without and that have no value: those its catalogue names, and those
    the office itself set a target for; figures given at all is the sign that the office works with figures."""
    if not outline.kind.looks_back or not figures.observations:
        return ()
    needed = (d for d in figures.catalogue() if outline.department in d.required_by)
    promised = (facts.definitions[m] for m in facts.metrics() if facts.get(m, "target") and outline.reported.is_year)
    wanted = {d.id: d for d in (*needed, *promised)}
    return tuple(d for d in wanted.values() if facts.get(d.id, "now") is None)


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
        if d.id not in facts.metrics()
    ]
    for metric in facts.metrics():
        # A plan starts from what was reached; with nothing but an aim for next year it may do without.
        begun = facts.get(metric, "target") or facts.get(metric, "prev")
        if facts.get(metric, "now") is None and (outline.kind.looks_back or (outline.kind is Kind.PLAN and begun)):
            definition = facts.definitions[metric]
            asked.append(
                Request(
                    metric=metric,
                    name=definition.name,
                    department=outline.department,
                    owner=owner_of(facts, metric) or outline.department,
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
    return [*asked, *_contested(outline, facts)]


def _contested(outline: Outline, facts: Facts) -> list[Request]:
    """Figures that several sources give differently: nothing is printed until somebody rules which one counts."""
    catalogue = facts.figures.catalogue()
    asked = []
    for contest in facts.figures.contested:
        first = contest[0]
        definition = catalogue.get(first.metric)
        name = definition.name if definition else first.metric
        values = "、".join(dict.fromkeys(f"{o.quantity.printed}（{o.source}）" for o in contest))
        asked.append(
            Request(
                metric=first.metric,
                name=name,
                department=outline.department,
                owner=first.owner or outline.department,
                reason=f"口径未裁：{name}有不同的数：{values}，裁定以前不采用",
            )
        )
    return asked


def pending_parts(outline: Outline, offers: dict[str, Offer]) -> list[Request]:
    """One request for each part that stands as 【待补】, wholly or but for its aims."""
    return [
        Request(
            metric=section,
            name=offer.values[owed]
            .printed.strip("【】")
            .removeprefix("待补：")
            .removesuffix(f"（{outline.department}）"),
            department=outline.department,
            owner=outline.department,
            reason=_UNPICKED if offer.brief.role == "problems" else reason,
        )
        for section, offer in offers.items()
        for owed, reason in _PENDING.items()
        if owed in offer.values
    ]


_UNPICKED = "这一部分必须有，不足还没有挑：用 chugao material problems 看问题清单，用 chugao material pick 挑选"
_PENDING = {"brief.pending": "这一部分必须有，没有收到材料", "brief.tasks": "这一部分只有目标，没有收到任务"}

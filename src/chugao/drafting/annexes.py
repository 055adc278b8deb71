"""The tables behind the text: 指标完成情况, 目标, 重点任务分解.

Every figure that carries no argument stands here; owners and deadlines stand here and not in each sentence.
Headers hold no digits, since a header has no claims.
"""

import re
from collections.abc import Mapping, Sequence

from chugao.drafting.binding import SlotValue, bind, mask_numbers
from chugao.drafting.offering import counts_from_january, slot_value, worth_a_percentage
from chugao.drafting.showing import when_in_text, year_of
from chugao.drafting.weighing import is_problem, printable
from chugao.manuscript import ClaimedText, Table
from chugao.material import Matter, MatterStatus
from chugao.material.matter import in_words
from chugao.metrics.facts import Fact, Facts
from chugao.outline import Outline, topic_of_metric
from chugao.source import Claim

_NOTHING = "—"
_CLAUSE = re.compile(r"[，；]")


def results_table(outline: Outline, facts: Facts) -> tuple[Table | None, list[Fact]]:
    """指标完成情况表: every printable figure with last year, target and next year's target."""
    rows, used = [], []
    with_goal = outline.kind.value != "summary" and outline.reported.is_year
    for metric in _ordered(facts, "now"):
        cells = [_fact(facts, metric, f) for f in ("now", "prev", "change", "target")]
        growth = facts.get(metric, "growth")
        trend = growth if growth and worth_a_percentage(facts, growth) else cells[2]
        gap = facts.get(metric, "gap")
        reached = ClaimedText(text=_reached(outline, gap))
        attained = None if outline.reported.is_year else _fact(facts, metric, "attainment")
        if reached.text == _NOTHING and attained is not None and counts_from_january(attained):
            reached = _cell(attained)
        row = [
            _name(facts, metric),
            *(_cell(f) for f in (cells[0], cells[1], trend if trend and printable(trend.release) else None, cells[3])),
            reached,
        ]
        goal = _fact(facts, metric, "goal")
        if with_goal:
            row.append(_cell(goal))
        rows.append(tuple(row))
        used += [f for f in (*cells, trend, goal, attained) if f is not None]
    now = ("本年", "上年", "比上年") if outline.reported.is_year else ("本期", "上年同期", "同比")
    met = "完成率" if not outline.reported.is_year and outline.reported.first_month == 1 else "完成情况"
    header = ("指标", *now, "年度目标", met, *(("下年目标",) if with_goal else ()))
    if not rows:
        return None, []
    return Table(header=header, rows=tuple(rows)), used


def deeds_table(matters: Sequence[Matter], counted: Mapping[str, ClaimedText]) -> Table | None:
    """重点工作数据表: what was done, and what is `counted` of it where the text leaves that out."""
    done = [m for m in matters if m.id in counted and m.status is not MatterStatus.PLANNED]
    rows = [(_text(_CLAUSE.split(m.text)[0], str(m.source), f"{m.id}_deed"), counted[m.id]) for m in done]
    return Table(header=("工作", "数据"), rows=tuple(rows)) if rows else None


def _reached(outline: Outline, gap: Fact | None) -> str:
    """Whether a target was met; a part of a year has not failed what a year is for."""
    if gap is None:
        return _NOTHING
    counted = gap.kind in ("count", "amount")
    if not outline.reported.is_year:
        return "完成" if gap.good and counted else _NOTHING
    if gap.good is None:
        return "未完成" if counted and gap.sign < 0 else _NOTHING
    return "完成" if gap.good else "未完成"


def goals_table(outline: Outline, facts: Facts) -> tuple[Table | None, list[Fact]]:
    """主要目标表 of a plan: baseline, target, who, by when."""
    rows, used = [], []
    for metric in _ordered(facts, "goal"):
        now, goal = _fact(facts, metric, "now"), _fact(facts, metric, "goal")
        observation = goal.inputs[0] if goal and goal.inputs else None
        source = str(observation.source) if observation else ""
        rows.append(
            (
                _name(facts, metric),
                _cell(now),
                _cell(goal),
                _text(observation.owner if observation else "", source, f"{metric}_owner"),
                _text(observation.leader if observation else "", source, f"{metric}_leader"),
                _text(
                    when_in_text(observation.deadline, outline.plan_year)[0] if observation else "",
                    source,
                    f"{metric}_deadline",
                ),
            )
        )
        used += [f for f in (now, goal) if f is not None]
    header = ("指标", "上年", "目标", "责任科室", "牵头领导", "完成时限")
    return (Table(header=header, rows=tuple(rows)), used) if rows else (None, [])


def tasks_table(
    outline: Outline,
    matters: Sequence[Matter],
    counted: Mapping[str, ClaimedText] | None = None,
    numbered: Sequence[str] = (),
) -> Table | None:
    """重点任务分解表: task, owner, leader, deadline; a task with what is `counted` of it where the text leaves that out.

    By deadline; in 要点 in the order of its items (`numbered`), so that a row has the number of its item.
    """
    planned = [m for m in matters if m.status is MatterStatus.PLANNED and not is_problem(m)]
    if not planned:
        return None
    rows = []
    place = {matter: i for i, matter in reversed(list(enumerate(numbered)))}
    planned.sort(key=lambda m: (place.get(m.id, len(place)), m.month or 13, m.id))
    for number, matter in enumerate(planned, 1):
        source = str(matter.source)
        rows.append(
            (
                ClaimedText(text=str(number), claims=(_constant(str(number), "row"),)),
                _text(_with_count(matter, counted or {}), source, f"{matter.id}_task"),
                _text(matter.owner or outline.department, source, f"{matter.id}_owner"),
                _text(matter.leader, source, f"{matter.id}_leader"),
                _text(_when(matter, outline), source, f"{matter.id}_when"),
            )
        )
    header = ("序号", "重点任务", "责任科室", "牵头领导", "完成时限")
    return Table(header=header, rows=tuple(rows))


def _with_count(matter: Matter, counted: Mapping[str, ClaimedText]) -> str:
    return f"{matter.text}，{counted[matter.id].text}" if matter.id in counted else matter.text


def _when(matter: Matter, outline: Outline) -> str:
    """Its time as a sentence would say it, else in the words it came in: 春秋两季."""
    year = year_of(matter, outline)
    told = when_in_text(matter.when, year)[0]
    given = in_words(matter.when).strip()
    return told or ("" if given.rstrip("年度") == str(year) else given)


def _ordered(facts: Facts, field: str) -> list[str]:
    """Printable metrics with that field, by field of work and then as the office listed them."""
    metrics = [m for m in facts.metrics() if _fact(facts, m, field)]
    place = {m: i for i, m in enumerate(metrics)}
    return sorted(metrics, key=lambda m: (topic_of_metric(facts.definitions[m]).order, place[m]))


def _fact(facts: Facts, metric: str, field: str) -> Fact | None:
    fact = facts.get(metric, field)
    return fact if fact is not None and printable(fact.release) else None


def _cell(fact: Fact | None) -> ClaimedText:
    if fact is None:
        return ClaimedText(text=_NOTHING)
    bound = bind(f"{{{fact.slot}}}", {fact.slot: slot_value(fact)})
    return ClaimedText(text=bound.text, claims=bound.claims)


def _name(facts: Facts, metric: str) -> ClaimedText:
    name = facts.definitions[metric].name
    return ClaimedText(text=name, claims=(_constant(name, metric),) if any(c.isdigit() for c in name) else ())


def _text(text: str, source: str, prefix: str) -> ClaimedText:
    """A cell in somebody's words; its numbers are claimed under `prefix`, a slot name without its field."""
    if not text:
        return ClaimedText(text=_NOTHING)
    template, slots = mask_numbers(text, prefix)
    values = {n: SlotValue(printed=p, state="matter", id=n, source=source) for n, p in slots.items()}
    bound = bind(template, values)
    return ClaimedText(text=bound.text, claims=bound.claims)


def _constant(text: str, name: str) -> Claim:
    return Claim(start=0, end=len(text), state="constant", id=name)

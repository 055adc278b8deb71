"""问题清单: what could be said under 不足, for the office's eyes; only what a person picks is printed.

In: figures of a year and what departments sent.  Out: `Problem`s: missed targets, figures that went the wrong way, and
the departments' own words, each with its basis, cause and proposed measure as far as anybody gave them.

Surprise: a missed target is no shortcoming yet.  “手卫生依从率未达目标” is a row of a table; what is printed needs a
place or a cause, so a figure cannot be picked without one.
"""

import hashlib
from collections.abc import Iterable, Iterator

from chugao.errors import InputError
from chugao.material.items import Item
from chugao.material.matter import Matter, MatterStatus
from chugao.material.store import cause_told
from chugao.metrics.facts import Fact, Facts, derive
from chugao.metrics.observation import Figures
from chugao.period import Period
from chugao.source import Frozen, Release


class Problem(Frozen):
    """One candidate of the 问题清单."""

    id: str
    kind: str
    """未达目标, 指标变差, 科室自述."""
    text: str
    """As it would be printed: a phenomenon without figures."""
    department: str = ""
    basis: str = ""
    """The figures, for the list only."""
    cause: str = ""
    measure: str = ""
    source: str = ""
    status: str = "候选"
    """候选, 已挑选, 不采用."""
    picked_by: str = ""
    metric: str = ""


def problem_list(
    figures: Figures, items: Iterable[Item], year: int, department: str | None = None
) -> tuple[Problem, ...]:
    """Every candidate of a year: what people said first, then missed targets, then what got worse."""
    told = [
        i for i in items if i.is_problem and i.year == year and (not department or i.department in ("", department))
    ]
    listed = [_told(i) for i in told]
    known = {p.id for p in listed}
    facts = derive(figures.of_department(department), Period(year=year))
    found = {p.metric: p for p in (*_worse(facts, department or ""), *_missed(facts, department or ""))}
    return (*listed, *(p for p in sorted(found.values(), key=lambda p: p.kind, reverse=True) if p.id not in known))


def problem_item(
    problem: Problem, *, text: str, cause: str, measure: str, year: int, by: str, figures: Figures
) -> Item:
    """A candidate out of figures as an item that can be printed.  Raises `InputError` without a cause."""
    if not cause.strip():
        raise InputError(f"“{problem.text}”是从指标看出来的，写进不足要说明原因，不能只写一个数。请写 --cause 原因。")
    source = next((o.source for o in figures.observations if o.metric == problem.metric), None)
    if source is None:
        raise InputError(f"没有“{problem.id}”这一条。请用 chugao material problems 看编号。")
    matter = Matter(
        id=problem.id,
        text=(text or problem.text).strip().rstrip("。"),
        category="不足",
        year=year,
        result=cause_told(cause),
        status=MatterStatus.ONGOING,
        department=problem.department,
        source=source,
    )
    return Item(
        id=problem.id,
        kind="matter",
        text=f"{matter.text}，{matter.result}",
        department=problem.department,
        year=year,
        source=source,
        matter=matter,
        submitter=by,
        measure=measure,
        note=problem.basis,
    )


def _told(item: Item) -> Problem:
    matter = item.matter
    assert matter is not None
    state = "不采用" if item.status == "rejected" else "已挑选" if item.picked_by else "候选"
    return Problem(
        id=item.id,
        kind="科室自述" if item.id.startswith("matter_") else "未达目标",
        text=matter.text,
        department=item.department,
        basis="" if item.id.startswith("matter_") else item.note,
        cause=matter.result,
        measure=item.measure,
        source=str(item.source),
        status=state,
        picked_by=item.picked_by,
    )


def _missed(facts: Facts, department: str) -> Iterator[Problem]:
    """Targets of the year that were not reached."""
    for metric in facts.metrics():
        gap, now, target = (facts.get(metric, f) for f in ("gap", "now", "target"))
        if gap is None or now is None or target is None or gap.good is not False or _hidden(now):
            continue
        name = facts.definitions[metric].name
        basis = f"{now.printed}，目标{target.printed}，差{gap.printed.lstrip('差')}"
        yield _candidate(metric, "未达目标", f"{name}没有达到目标", basis, now, department)


def _worse(facts: Facts, department: str) -> Iterator[Problem]:
    """Figures that went the wrong way."""
    for metric in facts.metrics():
        change, now, prev = (facts.get(metric, f) for f in ("change", "now", "prev"))
        # Of a metric only this office has nobody has said which way is the better one.
        if metric.startswith("local_") or change is None or now is None or change.good is not False or _hidden(now):
            continue
        name = facts.definitions[metric].name
        basis = f"{now.printed}，比上年{change.printed}" + (f"（上年{prev.printed}）" if prev else "")
        yield _candidate(metric, "指标变差", f"{name}不如上年", basis, now, department)


def _hidden(fact: Fact) -> bool:
    return fact.release is Release.WITHHELD


def _candidate(metric: str, kind: str, text: str, basis: str, now: Fact, department: str) -> Problem:
    digest = hashlib.sha256(f"{department}|{metric}|{kind}|{now.period.code}".encode()).digest()
    owner = now.inputs[0].owner if now.inputs else ""
    return Problem(
        id="problem_" + "".join(chr(ord("a") + b % 26) for b in digest[:8]),
        kind=kind,
        text=text,
        department=department or owner,
        basis=basis,
        source=now.source_label,
        metric=metric,
    )

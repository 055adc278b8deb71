"""What a person should know of a draft before reading it: what was left out, stops early, has no time, has no answer.

In: a job, its plans and sections.  Out: findings; nothing here changes the text.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from chugao.drafting.job import Job
from chugao.drafting.pairing import unanswered
from chugao.drafting.sectioning import SectionPlan
from chugao.drafting.weighing import is_problem, printable
from chugao.manuscript import ClaimedText, Section, count_characters
from chugao.material import MatterStatus
from chugao.metrics.facts import Fact
from chugao.metrics.observation import Observation, Role
from chugao.outline import Outline
from chugao.source import Finding, Place, Severity

_FILLED = 0.7


def noticed(
    job: Job, plans: Sequence[SectionPlan], title: ClaimedText, sections: Sequence[Section], used: Iterable[Fact]
) -> Iterator[Finding]:
    """All of it, as the findings of a draft have it in order."""
    yield from _length(job.outline, title, sections)
    yield from _undated(job, plans)
    yield from _untimely(job)
    yield from _stops_early(job, used)
    yield from _of_the_year_only(job)
    yield from _homeless(job, plans)
    yield from _unanswered(job, plans)


def early(used: Iterable[Fact]) -> tuple[Observation, ...]:
    """Of what is printed: this year's values that stop before the end of what is reported, each once."""
    inputs = (o for f in used if f.field == "now" for o in f.inputs)
    return tuple({o.metric: o for o in inputs if o.role is Role.ACTUAL and o.counted != o.period}.values())


def _stops_early(job: Job, used: Iterable[Fact]) -> Iterator[Finding]:
    """Ten months are not to be read as the year: what stops early is named, with the day."""
    by_day: dict[date, list[str]] = defaultdict(list)
    for observation in early(used):
        if observation.source.cutoff is not None:
            by_day[observation.source.cutoff].append(job.facts.definitions[observation.metric].name)
    for day, names in sorted(by_day.items()):
        told = f"{'、'.join(names[:3])}{f'等{len(names)}个数' if len(names) > 3 else ''}"
        hint = (
            f"{told}只计到{day.month}月{day.day}日，不是{job.outline.reported.label}全部的数。"
            f"定稿前请换成全部的数，或在正文写明“数据截至{day.month}月{day.day}日”。"
        )
        yield Finding(rule="early", severity=Severity.WARNING, place=Place(start=0, end=0), quote="", hint=hint)


def _of_the_year_only(job: Job) -> Iterator[Finding]:
    """A part of a year whose figures were sent for the whole year alone: they are not told, and nobody would know why."""
    reported = job.outline.reported
    if reported.is_year or not job.outline.kind.looks_back:
        return
    actual = [o for o in job.facts.figures.observations if o.role is Role.ACTUAL]
    sent = dict.fromkeys(o.metric for o in actual if o.period.is_year and o.period.year == reported.year)
    left = [job.facts.definitions[m].name for m in sent if job.facts.get(m, "now") is None]
    if left:
        named = "、".join(left[:3]) + (f"等{len(left)}项" if len(left) > 3 else "")
        hint = (
            f"{named}只有{reported.year}年全年的数，没有{reported.label}的，正文没有写。"
            f"请按{reported.label}补报；期间填错了的，请在指标文件“期间”一列写明{reported.label}。"
        )
        yield Finding(rule="year-only", severity=Severity.WARNING, place=Place(start=0, end=0), quote="", hint=hint)


def _untimely(job: Job) -> Iterator[Finding]:
    """What was left out for its time, so that nobody looks for it."""
    left = [m for m in job.untimely if m.status is not MatterStatus.PLANNED]
    if left and job.outline.kind.looks_back:
        named = "；".join(f"{m.text[:20]}（{m.said_when}）" for m in left[:3])
        more = "……" if len(left) > 3 else ""
        hint = f"有{len(left)}条事项的时间不在{job.outline.reported.label}，没有写：{named}{more}。时间写错了的请改正。"
        yield Finding(rule="untimely", severity=Severity.INFO, place=Place(start=0, end=0), quote="", hint=hint)


def _homeless(job: Job, plans: Sequence[SectionPlan]) -> Iterator[Finding]:
    """What no heading from above speaks of, so that nothing is left out unseen."""
    told = {m.id for p in plans for m in p.matters}
    ahead = not job.outline.kind.looks_back
    left = [m for m in job.matters if m.id not in told and not (ahead and m.status is not MatterStatus.PLANNED)]
    if job.outline.source and left:
        named = "；".join(f"{m.text[:20]}" for m in left[:3]) + ("……" if len(left) > 3 else "")
        hint = f"有{len(left)}条事项不合提纲的哪一个标题，正文没有写：{named}。要写的请写一条领导意见“……放在……部分”，或在提纲里加一个标题。"
        yield Finding(rule="left-out", severity=Severity.WARNING, place=Place(start=0, end=0), quote="", hint=hint)


def _unanswered(job: Job, plans: Sequence[SectionPlan]) -> Iterator[Finding]:
    """A shortcoming of the year before that no task answers: a plan that is silent about it is asked why."""
    planned = [m for p in plans if p.part.role in ("plan", "items") for m in p.matters if not is_problem(m)]
    left = unanswered(planned, [m for m in job.matters if is_problem(m) and printable(m.release)])
    if planned and left:
        named = "；".join(m.text[:20] for m in left[:3]) + ("……" if len(left) > 3 else "")
        hint = f"看不出哪条任务答这{len(left)}条不足：{named}。请补一条事项，写明谁来办、几时、办什么；已有任务管这件事的，不必理会。"
        yield Finding(rule="unanswered", severity=Severity.INFO, place=Place(start=0, end=0), quote="", hint=hint)


def _undated(job: Job, plans: Sequence[SectionPlan]) -> Iterator[Finding]:
    """Of a part of a year: what gives no time may be the year's, and a person has to say so."""
    reported = job.outline.reported
    if reported.is_year or not job.outline.kind.looks_back:
        return
    told = {m.id: m for p in plans for m in p.matters}.values()
    loose = [m for m in told if not m.when and m.status is MatterStatus.DONE and re.search(r"\d", m.text + m.result)]
    if loose:
        named = "；".join(m.text[:20] for m in loose[:3])
        hint = (
            f"有{len(loose)}条带数的事项没有写时间，不知道是不是{reported.label}的：{named}"
            + ("……" if len(loose) > 3 else "")
            + "。请核对，在材料里补上时间（chugao material correct 编号 --when 5月 --by 姓名），不是的不采用。"
        )
        yield Finding(rule="undated", severity=Severity.WARNING, place=Place(start=0, end=0), quote="", hint=hint)


def characters(title: ClaimedText, sections: Sequence[Section]) -> int:
    """As WPS counts the body: title, headings and sentences, no tables."""
    return count_characters(title.text) + sum(
        (count_characters(s.number + s.heading.text) if s.level else 0)
        + sum(count_characters(s.block_text(b)) for b in s.blocks)
        for s in sections
        if not any(b.table for b in s.blocks)
    )


def _length(outline: Outline, title: ClaimedText, sections: Sequence[Section]) -> list[Finding]:
    """What a person should know of the length: still over the ceiling, or far from filling what was asked for."""
    count = characters(title, sections)
    if count > outline.length:
        hint = f"正文{count}字，上限{outline.length}字：每一部分只留了一件事仍然超出，请人工再压。"
        severity = Severity.WARNING
    elif outline.asked_length and count < outline.length * _FILLED:
        hint = f"正文{count}字，没有写满{outline.length}字：收到的指标和事项都已写进，不凑字数。要更详细请补充事项。"
        severity = Severity.INFO
    else:
        return []
    return [Finding(rule="length", severity=severity, place=Place(start=0, end=0), quote="", hint=hint)]

"""Draft a document: briefs out, replies in, slots filled, claims kept, tables and requests added.

In: outline, figures, matters, an index of past reports, an engine.  Out: `Draft`.

A reply that uses what it was not offered, writes a digit, or turns a fact round is asked for again, as a new sample,
twice; then the offline composer writes that section and the draft says so.
"""

import asyncio
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from chugao.config import Office
from chugao.drafting.assembling import assemble
from chugao.drafting.basing import fitting_bases
from chugao.drafting.filling import filled
from chugao.drafting.heeding import heed, read_order, wishes_of
from chugao.drafting.job import Job
from chugao.drafting.matching import match_headings
from chugao.drafting.offering import Offer, Paper, make_offer
from chugao.drafting.once import said_once
from chugao.drafting.owing import missing, owed_by_section
from chugao.drafting.planning import plan_sections
from chugao.drafting.quoting import with_words
from chugao.drafting.sectioning import SectionPlan
from chugao.drafting.shortening import with_parts_cut
from chugao.drafting.showing import own_names
from chugao.drafting.standing import standing_formula
from chugao.drafting.tabling import Tabled, eased
from chugao.drafting.weighing import printable
from chugao.drafting.wording import Wording, own_wording
from chugao.drafting.writing import OnText, Progress, fitted, write
from chugao.errors import InputError, NothingToWrite
from chugao.manuscript import BriefPassage, ClaimedText, Draft, Engine, count_characters
from chugao.material import Matter, Matters, MatterStatus
from chugao.material.honours import in_order
from chugao.material.matter import months_in, within
from chugao.metrics.facts import Facts, derive
from chugao.metrics.observation import Figures
from chugao.outline import Outline

if TYPE_CHECKING:
    from chugao.drafting.judging import Judge
    from chugao.index import Index


def draft(
    outline: Outline,
    facts: Figures,
    matters: Matters | None = None,
    index: "Index | None" = None,
    engine: Engine | None = None,
    *,
    fallback: Engine | None = None,
    office: Office | None = None,
    instructions: Sequence[str] = (),
    bases: Sequence[str] = (),
    seed: int = 0,
    progress: Progress | None = None,
    on_text: OnText | None = None,
) -> Draft:
    """Draft one document; the synchronous face of `adraft`.

    `facts` are the figures as read; what follows from them is worked out here, for the outline's period.  `bases` are
    the policy documents in force, as they are to be cited: “《……》（文号）”.  Raises
    `InputError` when the figures hold nothing for that department or period.
    """
    return asyncio.run(
        adraft(
            outline,
            facts,
            matters,
            index,
            engine,
            fallback=fallback,
            office=office,
            instructions=instructions,
            bases=bases,
            seed=seed,
            progress=progress,
            on_text=on_text,
        )
    )


async def adraft(
    outline: Outline,
    facts: Figures,
    matters: Matters | None = None,
    index: "Index | None" = None,
    engine: Engine | None = None,
    *,
    fallback: Engine | None = None,
    office: Office | None = None,
    instructions: Sequence[str] = (),
    bases: Sequence[str] = (),
    seed: int = 0,
    progress: Progress | None = None,
    on_text: OnText | None = None,
) -> Draft:
    """Draft one document; sections are written concurrently."""
    from chugao.engines import held_open, open_engine

    fallback = fallback or open_engine("offline")
    engine = engine or fallback
    asked = (*instructions, *outline.asks)
    job = _job(outline, facts, matters or Matters(), office or Office(), asked, bases, engine.name, seed)
    outline = job.outline
    plans = plan_sections(outline, job.facts, job.matters, job.wishes, seed)
    offers = _offers(job, plans, own_wording(index, outline, job.facts) if index is not None else ())
    say = progress or (lambda _: None)
    judge = None if engine is fallback or engine.name == fallback.name else _judge(job)
    async with held_open(engine):
        writings = await asyncio.gather(
            *(write(offer, engine, fallback, say, judge, on_text) for offer in offers.values())
        )
    around = _around(outline, plans)
    told = dict(zip(offers, writings, strict=True))
    if outline.asked_length and judge is None:
        told = await filled(offers, told, fallback, outline.length - around, say)
    tabled: tuple[Tabled, ...] = ()
    if judge is None:
        annexes = [p.part.role for p in plans]
        kept = await eased(outline, annexes, offers, told, fallback, job.facts, index)
        offers, told, tabled = await said_once(offers, kept, fallback)
        match_headings(plans, told)
    told = with_words(job, plans, offers, told)
    told = with_parts_cut(job.wishes, outline.parts, plans, told)
    written = dict(zip(offers, fitted(list(told.values()), outline.length, around), strict=True))
    return assemble(job, plans, offers, written, tabled)


def _job(
    outline: Outline,
    facts: Figures,
    matters: Matters,
    office: Office,
    instructions: tuple[str, ...],
    bases: Sequence[str],
    engine: str,
    seed: int,
) -> Job:
    """What is to be made, from what counts for it: the department's figures of the period, the matters of the time."""
    figures = _figures_for(outline, facts)
    wishes = tuple(w for i in instructions for w in wishes_of(i))
    given = _matters_for(outline, matters)
    timely = tuple(m for m in given if _in_time(m, outline))
    heeded = heed(outline, figures, timely, wishes)
    outline, figures, usable = heeded.outline, heeded.figures, heeded.matters
    derived = derive(figures, outline.reported)
    _check_enough(outline, derived, usable)
    return Job(
        outline=outline,
        facts=derived,
        matters=usable,
        missing=missing(outline, derived, figures),
        office=office,
        engine=engine,
        seed=seed,
        instructions=instructions,
        wishes=wishes,
        bases=fitting_bases(outline, usable, bases),
        omitted=heeded.omitted,
        untimely=tuple(m for m in given if m not in timely),
        fingerprints=facts.fingerprints | matters.fingerprints,
    )


def _judge(job: Job) -> "Judge":
    """What holds a model's words against everything that was given."""
    from chugao.checks.given import Context
    from chugao.drafting.judging import Judge, Known

    outline = job.outline
    empty = Draft(
        id="",
        title=ClaimedText(text=outline.title),
        kind=outline.kind,
        department=outline.department,
        organisation=outline.organisation,
        level=outline.level,
        year=outline.year,
        period=outline.reported.code,
        engine=job.engine,
        sections=(),
        recipe={"headings_from_above": [p.heading for p in outline.parts if p.asked]},
    )
    formulas = (
        job.office.guidance or standing_formula(outline),
        job.office.theme,
        job.office.name,
        job.office.short_name,
    )
    context = Context(
        facts=job.facts,
        matters=job.matters,
        kind=outline.kind,
        year=outline.year,
        ours=True,
        others=(outline.organisation, *formulas),
    )
    given = "\n".join((outline.title, outline.organisation, outline.department, *formulas, *_told(job)))
    return Judge(Known(empty=empty, context=context, given=given))


def _told(job: Job) -> Iterator[str]:
    """Every text about the year that somebody gave."""
    for matter in job.matters:
        yield f"{matter.text}，{matter.result}，{matter.owner}，{matter.leader}，{matter.evidence}"
    for definition in job.facts.definitions.values():
        yield from (definition.name, *definition.aliases)
    yield from (p.heading for p in job.outline.parts)


def _around(outline: Outline, plans: Sequence[SectionPlan]) -> int:
    """Characters of title and of headings that have no text of their own."""
    return count_characters(outline.title) + sum(count_characters(p.heading) + 2 for p in plans if p.is_parent)


def _offers(job: Job, plans: Sequence[SectionPlan], wording: Sequence[Wording]) -> dict[str, Offer]:
    """What each section that wants words may use, by section id in the order of the document."""
    owed = owed_by_section(plans, job.missing)
    results = [p for p in plans if p.part.role == "results" and not p.is_parent]
    paper = Paper(
        outline=job.outline,
        facts=job.facts,
        # Words to be said are put into the text as they are (`quoting`); no engine has to repeat them.
        instructions=tuple(w for w in job.wishes if read_order(w).wish != "words"),
        seed=job.seed,
        guidance=job.office.guidance or standing_formula(job.outline, len(job.matters)),
        theme=job.office.theme,
        bases=job.bases,
        own=own_names(job.outline, job.matters),
        shortfalls_apart=any(p.part.role == "problems" and p.matters for p in plans),
        divided=len(results) > 1 and any(p.part.role == "table_results" for p in plans),
    )
    return {
        p.id: make_offer(p, paper, _wording_for(p, wording), owed.get(p.id, ()))
        for p in plans
        if not p.is_parent and not p.part.role.startswith("table")
    }


# --- inputs ---------------------------------------------------------------------------------------


def _figures_for(outline: Outline, figures: Figures) -> Figures:
    """Rows of the department where rows name one.  An institution's document takes all its own rows."""
    if not figures.department_column or not figures.observations:
        return figures
    for name in (outline.department, outline.organisation):
        if name and figures.knows(name):
            return figures.of_department(name)
    known = "、".join(figures.departments) or "（空）"
    raise InputError(
        f"指标文件里没有“{outline.department}”的数据（文件里的部门：{known}）。请核对 --department，或在“部门”一列补上该科室。"
    )


def _matters_for(outline: Outline, matters: Matters) -> tuple[Matter, ...]:
    """The department's matters that may leave the office.  An institution's document takes those under its full name."""
    names = (outline.department, outline.organisation if outline.level != "科室" else "")
    own = next((own for n in names if n and (own := matters.of_department(n).items)), ())
    return in_order(m for m in own if printable(m.release))


_HALF = 6


def _in_time(matter: Matter, outline: Outline) -> bool:
    """Whether a matter belongs to what the document reports on, or plans for.

    A half-year report tells nothing of December, and a plan for one year holds no task of another.
    """
    if matter.year is None:
        return True
    reported = outline.reported
    if matter.status is MatterStatus.PLANNED:
        years = {outline.plan_year}
        if outline.kind.looks_back and reported.last_month < 12:
            # A half-year report plans the other half; one of 1—10月 is the year's, written early.
            years = {reported.year} | ({outline.plan_year} if reported.last_month > _HALF else set())
        return matter.year in years
    if matter.year != reported.year:
        # What was done and over in an earlier year is that year's; what began then and goes on is still told.
        if matter.year > reported.year or matter.status is not MatterStatus.DONE or not outline.kind.looks_back:
            return matter.year < reported.year
        _, reaches, tail = matter.when.partition(f"{reported.year}")
        ends = months_in(tail)
        return bool(reaches) and (ends is None or reported.first_month <= ends[1] <= reported.last_month)
    part = reported.last_month <= _HALF or reported.first_month > 1
    if part and not within(matter, reported.first_month, reported.last_month):
        return False  # what is cut off in October is the year's report, written early
    return matter.month is None or matter.month <= reported.last_month


def _check_enough(outline: Outline, facts: Facts, matters: Sequence[Matter]) -> None:
    if matters or any(f.field in ("now", "goal") for f in facts.by_slot.values()):
        return
    periods = sorted({o.period.label for o in facts.figures.observations})
    have = f"（文件里有：{'、'.join(periods)}）" if periods else ""
    raise NothingToWrite(
        f"没有可写的材料：指标文件里没有{outline.reported.label}的数据{have}，也没有事项。"
        "请核对 --year 和 --period，或补充 --metrics、--matters；科室报来的材料要先确认（chugao material confirm）。"
    )


def _wording_for(plan: SectionPlan, wording: Sequence[Wording]) -> tuple[BriefPassage, ...]:
    """Own past sentences: about the metrics of this section, of its tense; to the lead how the office leads on."""
    role = plan.part.role
    if role == "lead":
        # How it leads on, and how it says the volumes that the lead tells.
        return tuple(w.passage for w in wording if w.use == "close" or (w.use == "results" and w.metric in plan.told))
    use = "results" if role == "results" else "goals"
    return tuple(w.passage for w in wording if w.use == use and w.metric in plan.metrics)

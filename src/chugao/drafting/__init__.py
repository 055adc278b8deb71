"""Draft a document: briefs out, replies in, slots filled, claims kept, tables and requests added.

In: outline, figures, matters, an index of past reports, an engine.  Out: `Draft`.

A reply that uses what it was not offered, writes a digit, or turns a fact round is asked for again, as a new sample,
twice; then the offline composer writes that section and the draft says so.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from chugao.catalogue import MetricDefinition
from chugao.config import Office
from chugao.drafting.annexes import goals_table, results_table, tasks_table
from chugao.drafting.binding import Bound, bind, claimed
from chugao.drafting.offering import Offer, general_values, make_offer
from chugao.drafting.planning import SectionPlan, plan_sections, printable
from chugao.drafting.wording import own_wording
from chugao.errors import EngineError, InputError
from chugao.manuscript import (
    Block,
    BriefPassage,
    ClaimedText,
    Draft,
    Engine,
    Evidence,
    Reply,
    ReplySentence,
    Request,
    Section,
    Sentence,
    Shell,
    Table,
    content_hash,
    count_characters,
)
from chugao.material import Matter, Matters, MatterStatus
from chugao.metrics.facts import Fact, Facts, derive
from chugao.metrics.observation import Figures
from chugao.outline import Outline, topic_of_metric
from chugao.source import Finding, Place, Severity

if TYPE_CHECKING:
    from chugao.index import Index

_SAMPLES = 3
_HAN = ("", *"一二三四五六七八九十", "十一", "十二", "十三", "十四", "十五", "十六", "十七", "十八", "十九", "二十")
Progress = Callable[[str], None]
"""Told the heading of each section as it is written."""


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
    seed: int = 0,
    progress: Progress | None = None,
) -> Draft:
    """Draft one document; the synchronous face of `adraft`.

    `facts` are the figures as read; what follows from them is worked out here, for the outline's period.  Raises
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
            seed=seed,
            progress=progress,
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
    seed: int = 0,
    progress: Progress | None = None,
) -> Draft:
    """Draft one document; sections are written concurrently."""
    from chugao.engines import open_engine

    office = office or Office()
    fallback = fallback or open_engine("offline")
    engine = engine or fallback
    figures = _figures_for(outline, facts)
    usable = _matters_for(outline, matters or Matters())
    derived = derive(figures, outline.reported)
    _check_enough(outline, derived, usable)
    missing = _missing(outline, derived, figures)
    plans = plan_sections(outline, derived, usable, instructions)
    owed = _owed_by_section(plans, missing)
    wording = own_wording(index, outline, derived) if index is not None else ()
    offers = {
        p.id: make_offer(
            p,
            outline,
            derived,
            _wording_for(p, wording),
            instructions=instructions,
            missing=owed.get(p.id, ()),
            seed=seed,
            guidance=office.guidance,
            theme=office.theme,
        )
        for p in plans
        if not p.is_parent and not p.part.role.startswith("table")
    }
    say = progress or (lambda _: None)
    writings = await asyncio.gather(*(_write(offer, engine, fallback, say) for offer in offers.values()))
    written = dict(zip(offers, _fitted(list(writings), outline.length), strict=True))
    return _assemble(
        outline, derived, usable, plans, offers, written, missing, office, engine, seed, facts, matters, instructions
    )


# --- inputs ---------------------------------------------------------------------------------------


def _figures_for(outline: Outline, figures: Figures) -> Figures:
    """Rows of the department where rows name one.  An institution's document takes all its own rows."""
    if not figures.department_column or not figures.observations:
        return figures
    for name in (outline.department, outline.organisation):
        selected = figures.of_department(name)
        if name and selected.observations:
            return selected
    known = "、".join(figures.departments) or "（空）"
    raise InputError(
        f"指标文件里没有“{outline.department}”的数据（文件里的部门：{known}）。请核对 --department，或在“部门”一列补上该科室。"
    )


def _matters_for(outline: Outline, matters: Matters) -> tuple[Matter, ...]:
    """The department's matters that may leave the office."""
    own = matters.of_department(outline.department).items
    return tuple(m for m in own if printable(m.release) and _in_time(m, outline))


def _in_time(matter: Matter, outline: Outline) -> bool:
    """Whether a matter belongs to what the document reports on, or plans for.

    A half-year report tells nothing of December, and a plan for one year holds no task of another.
    """
    if matter.year is None:
        return True
    reported = outline.reported
    if matter.status is MatterStatus.PLANNED:
        rest_of_year = outline.kind.looks_back and reported.last_month < 12
        return matter.year == (reported.year if rest_of_year else outline.plan_year)
    if matter.year != reported.year:
        return matter.year < reported.year
    return matter.month is None or matter.month <= reported.last_month


def _check_enough(outline: Outline, facts: Facts, matters: Sequence[Matter]) -> None:
    if matters or any(f.field in ("now", "goal") for f in facts.by_slot.values()):
        return
    periods = sorted({o.period.label for o in facts.figures.observations})
    have = f"（文件里有：{'、'.join(periods)}）" if periods else ""
    raise InputError(
        f"没有可写的材料：指标文件里没有{outline.reported.label}的数据{have}，也没有事项。"
        "请核对 --year 和 --period，或补充 --metrics、--matters。"
    )


def _missing(outline: Outline, facts: Facts, figures: Figures) -> list[MetricDefinition]:
    """Metrics the department's document cannot do without and that have no value; figures given at all is the sign
    that the office works with figures."""
    if not outline.kind.looks_back or not figures.observations:
        return []
    return [d for d in figures.catalogue() if outline.department in d.required_by and facts.get(d.id, "now") is None]


def _owed_by_section(
    plans: Sequence[SectionPlan], missing: Sequence[MetricDefinition]
) -> dict[str, list[MetricDefinition]]:
    results = [p for p in plans if p.part.role == "results" and not p.is_parent]
    owed: dict[str, list[MetricDefinition]] = {}
    for definition in missing:
        topic = topic_of_metric(definition).id
        home = next((p for p in results if p.id.endswith(f"_{topic}")), results[-1] if results else None)
        if home is not None:
            owed.setdefault(home.id, []).append(definition)
    return owed


def _wording_for(plan: SectionPlan, wording: Sequence[tuple[str, BriefPassage]]) -> tuple[BriefPassage, ...]:
    """Own past sentences about the metrics of this section; figures of results only."""
    if plan.part.role not in ("results", "lead"):
        return ()
    return tuple(passage for metric, passage in wording if metric in plan.metrics)


# --- one section ----------------------------------------------------------------------------------


class _Written:
    """A section's sentences with slots filled, before they get their places."""

    def __init__(
        self, reply: Reply, offer: Offer, engine: str, complaints: list[str], *, fell_back: bool = False
    ) -> None:
        self.heading = reply.heading
        self.blocks = [
            (block.type, [(s, bind(s.text, offer.values, offer.constants)) for s in block.sentences])
            for block in reply.blocks
        ]
        self.engine, self.complaints, self.fell_back = engine, complaints, fell_back
        self.dropped = 0

    @property
    def characters(self) -> int:
        return sum(count_characters(b.text) for _, sentences in self.blocks for _, b in sentences)


async def _write(offer: Offer, engine: Engine, fallback: Engine, say: Progress) -> _Written:
    """A section from the engine, asked again with what was wrong, or from the fallback."""
    complaints: list[str] = []
    brief = offer.brief
    for sample in range(_SAMPLES):
        try:
            reply = await engine.write(brief)
        except EngineError as error:
            complaints.append(str(error))
            break
        problems = _problems(reply, offer)
        if not problems:
            say(_spoken_name(offer, reply))
            return _Written(reply, offer, engine.name, complaints)
        complaints += problems
        brief = offer.brief.model_copy(
            update={"instructions": (*offer.brief.instructions, *problems), "seed": offer.brief.seed + sample + 1}
        )
    reply = await fallback.write(offer.brief)
    say(_spoken_name(offer, reply))
    return _Written(reply, offer, fallback.name, complaints, fell_back=engine is not fallback)


def _spoken_name(offer: Offer, reply: Reply) -> str:
    """What a person calls a section while it is being written: its heading as printed."""
    heading = offer.brief.heading or reply.heading or (offer.brief.topic if offer.brief.task != "lead" else "")
    return bind(heading, offer.values, offer.constants).text if heading else "开头"


def _problems(reply: Reply, offer: Offer) -> list[str]:
    texts = [s.text for b in reply.blocks for s in b.sentences]
    return [
        p
        for t in ([reply.heading] if reply.heading else []) + texts
        for p in bind(t, offer.values, offer.constants).problems
    ]


def _fitted(writings: list[_Written], ceiling: int) -> list[_Written]:
    """Cut to the ceiling: figures that carry no argument first, then the lightest matters, evenly over the sections."""
    total = sum(w.characters for w in writings)
    allowance = ceiling * 0.97  # headings and numbers take the rest
    if total <= allowance:
        return writings
    for written in writings:
        limit = written.characters * allowance / total
        while written.characters > limit and _drop_one(written):
            written.dropped += 1
    return writings


def _drop_one(written: _Written) -> bool:
    """Remove the last sentence that is not a matter's, else the last of all; never a section's only one."""
    places = [(b, s) for b, (_, sentences) in enumerate(written.blocks) for s in range(len(sentences))]
    if len(places) <= 1:
        return False
    loose = [(b, s) for b, s in places if "matter" not in written.blocks[b][1][s][0].recipe]
    block, sentence = (loose or places)[-1]
    del written.blocks[block][1][sentence]
    if not written.blocks[block][1]:
        del written.blocks[block]
    return True


# --- the whole ------------------------------------------------------------------------------------


def _assemble(
    outline: Outline,
    facts: Facts,
    matters: Sequence[Matter],
    plans: Sequence[SectionPlan],
    offers: dict[str, Offer],
    written: dict[str, _Written],
    missing: Sequence[MetricDefinition],
    office: Office,
    engine: Engine,
    seed: int,
    figures: Figures,
    all_matters: Matters | None,
    instructions: Sequence[str],
) -> Draft:
    builder = _Builder(outline, facts, matters, offers, written)
    sections = tuple(s for p in plans if (s := builder.section(p)) is not None)
    title = claimed(_with_year_slots(outline.title, outline), general_values(outline), (outline.department,))
    shell = _shell(outline, office, title.text)
    cutoff = facts.figures.cutoff()
    fingerprints = figures.fingerprints | (all_matters.fingerprints if all_matters else {})
    return Draft(
        id=content_hash(title, sections, shell),
        title=title,
        kind=outline.kind,
        department=outline.department,
        organisation=outline.organisation,
        level=outline.level,
        year=outline.year,
        period=outline.reported.code,
        cutoff=cutoff.isoformat() if cutoff else None,
        engine=engine.name,
        shell=shell,
        sections=sections,
        findings=(*builder.findings, *_unheeded(instructions, matters)),
        requests=(*_requests(outline, facts, missing), *_pending_parts(outline, offers)),
        evidence=(*(_evidence(f) for f in {f.slot: f for f in builder.used}.values()), *_matter_evidence(sections)),
        recipe={
            "engine": engine.name,
            "seed": seed,
            "inputs": fingerprints,
            "length": outline.length,
            "headings_from_above": [p.heading for p in outline.parts if p.asked],
        },
    )


class _Builder:
    """Numbers headings, items and sentences as the document grows."""

    def __init__(
        self,
        outline: Outline,
        facts: Facts,
        matters: Sequence[Matter],
        offers: dict[str, Offer],
        written: dict[str, _Written],
    ) -> None:
        self.outline, self.facts, self.matters = outline, facts, matters
        self.offers, self.written = offers, written
        self.used: list[Fact] = []
        self.findings: list[Finding] = []
        self._counters = [0, 0, 0, 0]
        self._items = 0
        self._sources = {m.id: m.source for m in matters}
        rest = "brief.plan_span" in general_values(outline)
        ahead = "{brief.plan_span}" if rest else "{brief.plan_year}年"
        self._annexes: dict[str, tuple[Callable[[], tuple[Table | None, list[Fact]]], str]] = {
            "table_results": (
                lambda: results_table(outline, facts),
                f"{{brief.year}}年{_span(outline)}主要指标完成情况表",
            ),
            "table_goals": (lambda: goals_table(outline, facts), f"{ahead}主要目标表"),
            "table_tasks": (lambda: (tasks_table(outline, matters), []), f"{ahead}重点任务分解表"),
        }

    def section(self, plan: SectionPlan) -> Section | None:
        if plan.part.role.startswith("table"):
            return self._annex(plan)
        if plan.is_parent:
            return self._empty(plan)
        written = self.written[plan.id]
        if not written.blocks and not plan.part.required and not plan.part.asked:
            return None
        heading = self._heading(plan, written)
        blocks, sentences = self._blocks(plan, written)
        self._note(plan, written)
        return Section(
            id=plan.id,
            number=self._number(plan.level),
            heading=heading,
            level=plan.level,
            blocks=tuple(blocks),
            sentences=tuple(sentences),
        )

    def _empty(self, plan: SectionPlan) -> Section:
        heading = claimed(_with_year_slots(plan.heading, self.outline), general_values(self.outline))
        return Section(id=plan.id, number=self._number(plan.level), heading=heading, level=plan.level)

    def _heading(self, plan: SectionPlan, written: _Written) -> ClaimedText:
        text = plan.heading or written.heading or plan.topic
        offer = self.offers[plan.id]
        return claimed(_with_year_slots(text, self.outline), offer.values, offer.constants)

    def _number(self, level: int) -> str:
        if level == 0:
            return ""
        self._counters[level] += 1
        for deeper in range(level + 1, 4):
            self._counters[deeper] = 0
        if not self.outline.continuous_items:
            self._items = 0
        count = self._counters[level]
        return {1: f"{_HAN[count]}、", 2: f"（{_HAN[count]}）", 3: f"{count}."}[level]

    def _blocks(self, plan: SectionPlan, written: _Written) -> tuple[list[Block], list[Sentence]]:
        blocks, sentences = [], []
        for number, (kind, parts) in enumerate(written.blocks, 1):
            ids = []
            for order, (reply, bound) in enumerate(parts, 1):
                sentence_id = f"{plan.id}.{number}.{order}"
                sentences.append(self._sentence(sentence_id, reply, bound, plan, written.engine))
                ids.append(sentence_id)
            counted = kind == "item" and plan.part.role in ("plan", "items")
            if counted:
                self._items += 1
            blocks.append(
                Block(
                    id=f"{plan.id}.{number}",
                    type=kind,
                    number=f"{self._items}." if counted else "",
                    sentence_ids=tuple(ids),
                )
            )
        return blocks, sentences

    def _sentence(
        self, sentence_id: str, reply: ReplySentence, bound: Bound, plan: SectionPlan, engine: str
    ) -> Sentence:
        offer = self.offers[plan.id]
        self.used += [offer.facts[name] for name in bound.used if name in offer.facts]
        recipe: dict[str, object] = {"engine": engine, **reply.recipe}
        if matter := reply.recipe.get("matter"):
            recipe["source"] = str(self._sources[matter])
        if bound.used:
            recipe["slots"] = list(bound.used)
        return Sentence(id=sentence_id, text=bound.text, claims=bound.claims, passages=reply.passages, recipe=recipe)

    def _annex(self, plan: SectionPlan) -> Section | None:
        make, heading = self._annexes[plan.part.role]
        table, used = make()
        if table is None:
            return None
        self.used += used
        return Section(
            id=plan.id,
            number="",
            heading=claimed(heading, general_values(self.outline)),
            level=0,
            blocks=(Block(id=f"{plan.id}.1", type="table", table=table),),
        )

    def _note(self, plan: SectionPlan, written: _Written) -> None:
        place = Place(start=0, end=0, section=plan.id)
        if written.complaints:
            self.findings.append(
                Finding(
                    rule="engine-fallback" if written.fell_back else "engine-retry",
                    severity=Severity.INFO,
                    place=place,
                    quote="",
                    hint=(
                        "模型的回答不能用，这一部分改由离线引擎写成：" if written.fell_back else "模型重写过这一部分："
                    )
                    + "；".join(dict.fromkeys(written.complaints))[:300],
                )
            )
        if written.dropped:
            self.findings.append(
                Finding(
                    rule="length",
                    severity=Severity.INFO,
                    place=place,
                    quote="",
                    hint=f"为不超过{self.outline.length}字，这一部分略去{written.dropped}句；数据仍在附表中。",
                )
            )


def _span(outline: Outline) -> str:
    return "{brief.span}" if outline.reported.span_label else ""


def _with_year_slots(text: str, outline: Outline) -> str:
    """The document's own years as slots, so that titles and headings carry claims like everything else."""
    values = general_values(outline)
    for name in ("brief.year", "brief.plan_year"):
        text = text.replace(f"{values[name].printed}年", f"{{{name}}}年")
    if "brief.span" in values and any(c.isdigit() for c in values["brief.span"].printed):
        text = text.replace(values["brief.span"].printed, "{brief.span}")
    return text


def _unheeded(instructions: Sequence[str], matters: Sequence[Matter]) -> list[Finding]:
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


def _shell(outline: Outline, office: Office, title: str) -> Shell:
    """The 通知 that issues 要点; nothing is invented for it, what is unknown stays 待补."""
    if outline.shell != "notice" or outline.level == "科室":
        return Shell(issuer=office.signature)
    issuer = office.signature or outline.organisation or outline.department
    return Shell(
        type="notice",
        title=f"{issuer}关于印发《{title}》的通知",
        addressee="【待补：主送单位】：",
        opening=f"现将《{title}》印发给你们，请结合实际认真落实。",
        closing="特此通知。",
        issuer=issuer,
        date="",
    )


def _requests(outline: Outline, facts: Facts, missing: Iterable[MetricDefinition]) -> list[Request]:
    requests = [
        Request(
            metric=d.id,
            name=d.name,
            department=outline.department,
            owner=outline.department,
            reason=f"{outline.department}的{outline.kind.label}不可缺少，指标文件里没有{outline.reported.label}的数",
        )
        for d in missing
    ]
    for metric in facts.metrics():
        if facts.get(metric, "now") is None and outline.kind.looks_back:
            known = facts.get(metric, "target") or facts.get(metric, "goal") or facts.get(metric, "prev")
            owner = known.inputs[0].owner if known and known.inputs else ""
            definition = facts.definitions[metric]
            requests.append(
                Request(
                    metric=metric,
                    name=definition.name,
                    department=outline.department,
                    owner=owner or outline.department,
                    reason=f"有目标或上年数，没有{outline.reported.label}的完成数",
                )
            )
    requests += [
        Request(
            metric=slot.partition(".")[0], name="", department=outline.department, owner=outline.department, reason=why
        )
        for slot, why in facts.refused.items()
        if slot.endswith(".change")
    ]
    return requests


def _pending_parts(outline: Outline, offers: dict[str, Offer]) -> list[Request]:
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


def _matter_evidence(sections: Iterable[Section]) -> list[Evidence]:
    """What each number of a matter printed, so that a later change of it is seen without the matters at hand."""
    found: dict[str, Evidence] = {}
    for section in sections:
        texts = [(s.text, s.claims) for s in section.sentences]
        texts += [(c.text, c.claims) for b in section.blocks if b.table for row in b.table.rows for c in row]
        for text, claims in texts:
            for claim in claims:
                if claim.state == "matter":
                    printed = text[claim.start : claim.end]
                    found[claim.id] = Evidence(
                        id=claim.id,
                        metric=claim.id.partition(".")[0],
                        name="",
                        field=claim.id.partition(".")[2],
                        value=printed,
                        unit="",
                        printed=printed,
                        source=claim.source or "",
                    )
    return list(found.values())


def _evidence(fact: Fact) -> Evidence:
    return Evidence(
        id=fact.slot,
        metric=fact.metric,
        name=fact.name,
        field=fact.field,
        value=f"{fact.value:f}",
        unit=fact.unit,
        printed=fact.printed,
        period=fact.period.code,
        formula=fact.formula,
        source=fact.source_label,
        release=fact.release.value,
    )

"""Put written sections together: headings numbered, sentences with ids, annex tables, shell, evidence, requests.

In: plans and `Written` sections.  Out: `Draft`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from chugao.checks.unproved import KEY, proved
from chugao.config import Office
from chugao.drafting.annexes import deeds_table, goals_table, results_table, tasks_table
from chugao.drafting.binding import Bound, SlotValue, claimed
from chugao.drafting.heeded import Carried, carried, findings_of
from chugao.drafting.job import Job
from chugao.drafting.noticing import characters, early, noticed
from chugao.drafting.offering import Offer, as_told, general_values
from chugao.drafting.owing import pending_parts, requests
from chugao.drafting.sectioning import SectionPlan
from chugao.drafting.tabling import Tabled, cells_of
from chugao.drafting.weighing import printable
from chugao.drafting.writing import Written
from chugao.manuscript import (
    Block,
    ClaimedText,
    Draft,
    Evidence,
    ReplySentence,
    Section,
    Sentence,
    Shell,
    Table,
    content_hash,
)
from chugao.material import Matter
from chugao.metrics.facts import Fact, Facts
from chugao.outline import Outline
from chugao.source import Finding, Place, Release, Severity

# Whom a notice within an institution goes to; a commission's readers are its own to name.
_ADDRESSEES = {"科室": "各科室：", "医院": "各科室：", "乡镇": "各科室、各村卫生室："}
_HAN = ("", *"一二三四五六七八九十", "十一", "十二", "十三", "十四", "十五", "十六", "十七", "十八", "十九", "二十")


def assemble(
    job: Job,
    plans: Sequence[SectionPlan],
    offers: dict[str, Offer],
    written: dict[str, Written],
    tabled: Sequence[Tabled] = (),
) -> Draft:
    """The whole draft; a section without a word that nobody requires is left out.

    `tabled` is what matters counted and the prose leaves to the tables.
    """
    outline, facts = job.outline, job.facts
    builder = _Builder(outline, facts, job.matters, offers, written, tabled)
    sections = tuple(s for p in plans if (s := builder.section(p)) is not None)
    title = claimed(with_year_slots(outline.title, outline), general_values(outline), (outline.department,))
    shell = _shell(outline, job.office, title.text)
    cutoff = facts.figures.cutoff()
    counted = characters(title, sections)
    told = carried(job.instructions, job.matters, sections, counted, job.omitted, facts.definitions)
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
        engine=job.engine,
        shell=shell,
        sections=sections,
        findings=(*builder.findings, *findings_of(told), *noticed(job, plans, title, sections, builder.used)),
        requests=(*requests(outline, facts, job.missing), *pending_parts(outline, offers)),
        evidence=(*(evidence_of(f) for f in {f.slot: f for f in builder.used}.values()), *_matter_evidence(sections)),
        recipe=_recipe(job, plans, told),
    )


def _recipe(job: Job, plans: Sequence[SectionPlan], told: Sequence[Carried]) -> dict[str, object]:
    """How the draft came about, so that it can be made again and each order be found."""
    return {
        "engine": job.engine,
        "seed": job.seed,
        "inputs": job.fingerprints,
        "length": job.outline.length,
        "headings_from_above": [p.heading for p in job.outline.parts if p.asked],
        **({"bases": list(job.bases)} if job.bases else {}),
        **({KEY: known} if (known := proved(job.matters)) else {}),
        **_from_above(job, plans),
        **({"instructions": [c.model_dump() for c in told]} if told else {}),
    }


def _from_above(job: Job, plans: Sequence[SectionPlan]) -> dict[str, object]:
    """What the outline from above asked for, and which matters fit none of its headings; for the 提纲对照表."""
    outline = job.outline
    if not outline.source:
        return {}
    told = {m.id for p in plans for m in p.matters if p.part.role != "lead"}  # the lead may name any of them
    placed: dict[str, list[str]] = defaultdict(list)
    for plan in plans:
        placed[plan.part.id] += plan.metrics if plan.part.role == "results" else ()
    loose = [m for m in job.facts.metrics() if not any(m in held for held in placed.values())]
    return {
        "above": {
            "file": outline.source,
            "ceiling": outline.length if outline.asked_length else 0,
            "deadline": outline.deadline,
            "tables": list(outline.tables),
            "parts": [
                {"id": p.id, "heading": p.heading, "level": p.level}
                | ({"note": p.note} if p.note else {})
                | ({"figures": figures} if (figures := _figures_of(placed[p.id], job.facts)) else {})
                for p in outline.parts
                if p.asked
            ],
            "figures": _figures_of(loose, job.facts),
            "left_out": [{"text": m.text, "owner": m.owner or m.department} for m in job.matters if m.id not in told],
        }
    }


def _figures_of(metrics: Iterable[str], facts: Facts) -> list[list[str]]:
    """(metric, name and value) of what a document may print."""
    told = [(m, fact) for m in metrics if (fact := facts.get(m, "now")) is not None and printable(fact.release)]
    return [[m, f"{facts.definitions[m].name}{as_told(fact)}"] for m, fact in told]


class _Builder:
    """Numbers headings, items and sentences as the document grows."""

    def __init__(
        self,
        outline: Outline,
        facts: Facts,
        matters: Sequence[Matter],
        offers: dict[str, Offer],
        written: dict[str, Written],
        tabled: Sequence[Tabled] = (),
    ) -> None:
        self.outline, self.facts, self.matters = outline, facts, matters
        self.offers, self.written = offers, written
        self.used: list[Fact] = []
        self.findings: list[Finding] = []
        self._counters = [0, 0, 0, 0]
        self._items = 0
        self._sources = {m.id: m for m in matters}
        rest = "brief.plan_span" in general_values(outline)
        ahead = "{brief.plan_span}" if rest else "{brief.plan_year}年"
        counted = cells_of(tabled)
        self._annexes: dict[str, tuple[Callable[[], tuple[Table | None, list[Fact]]], str]] = {
            "table_results": (
                lambda: results_table(outline, facts),
                f"{{brief.year}}年{_span(outline)}主要指标完成情况表",
            ),
            "table_deeds": (
                lambda: (deeds_table(matters, counted), []),
                f"{{brief.year}}年{_span(outline)}重点工作数据表",
            ),
            "table_goals": (lambda: goals_table(outline, facts), f"{ahead}主要目标表"),
            "table_tasks": (
                lambda: (tasks_table(outline, matters, counted, self._numbered()), []),
                f"{ahead}重点任务分解表",
            ),
        }

    def section(self, plan: SectionPlan) -> Section | None:
        if plan.part.role.startswith("table"):
            return self._annex(plan)
        if plan.is_parent:
            return self._empty(plan)
        written = self.written[plan.id]
        if not written.blocks and not plan.part.required and not plan.part.asked:
            self._note(plan, written)  # what was cut whole is said too
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
        heading = claimed(with_year_slots(plan.heading, self.outline), general_values(self.outline))
        return Section(id=plan.id, number=self._number(plan.level), heading=heading, level=plan.level)

    def _heading(self, plan: SectionPlan, written: Written) -> ClaimedText:
        text = plan.heading or written.heading or plan.topic
        offer = self.offers[plan.id]
        return claimed(with_year_slots(text, self.outline), offer.values, offer.constants)

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

    def _blocks(self, plan: SectionPlan, written: Written) -> tuple[list[Block], list[Sentence]]:
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
            recipe["source"] = str(self._sources[matter].source)
            if (travels := self._sources[matter].release) is not Release.PUBLIC:
                recipe["release"] = travels.value
        if bound.used:
            recipe["slots"] = list(bound.used)
        return Sentence(id=sentence_id, text=bound.text, claims=bound.claims, passages=reply.passages, recipe=recipe)

    def _numbered(self) -> list[str]:
        """Matters in the order of their items, where items are numbered through the document."""
        if not self.outline.continuous_items:
            return []
        told = (s.recipe.get("matter") for w in self.written.values() for _, parts in w.blocks for s, _ in parts)
        return [matter for matter in told if matter]

    def _annex(self, plan: SectionPlan) -> Section | None:
        make, heading = self._annexes[plan.part.role]
        table, used = make()
        if table is None:
            return None
        self.used += used
        return Section(
            id=plan.id,
            number="",
            heading=self._caption(heading, used),
            level=0,
            blocks=(Block(id=f"{plan.id}.1", type="table", table=table),),
        )

    def _caption(self, heading: str, used: Sequence[Fact]) -> ClaimedText:
        """The name of a table, with the day its figures count to where that is not the end of what is reported."""
        values = general_values(self.outline)
        days = {o.source.cutoff for o in early(used)}
        if len(days) == 1 and (day := days.pop()) is not None:
            printed = f"{day.month}月{day.day}日"
            values |= {"brief.cutoff": SlotValue(printed=printed, state="constant", id="brief.cutoff")}
            heading += "（数据截至{brief.cutoff}）"
        return claimed(heading, values)

    def _note(self, plan: SectionPlan, written: Written) -> None:
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
        if written.left_out:
            told = "".join(written.left_out)[:200]
            hint = f"模型多写的话资料里没有依据，已经删去，其余照用：“{told}”"
            self.findings.append(
                Finding(rule="engine-surplus", severity=Severity.INFO, place=place, quote="", hint=hint)
            )
        if written.dropped:
            self.findings.append(
                Finding(
                    rule="length",
                    severity=Severity.INFO,
                    place=place,
                    quote="",
                    hint=_cut(plan, written),
                )
            )


def _cut(plan: SectionPlan, written: Written) -> str:
    heading = plan.heading or written.heading or "开头"
    if not written.blocks:
        return f"为不超过字数上限，“{heading}”整个没有写（{written.dropped}句）。一定要写的，请把上限放宽，或写一条领导意见。"
    kept = "" if plan.part.role == "problems" else "；数据和任务仍在附表中"
    return f"为不超过字数上限，“{heading}”略去{written.dropped}句{kept}。"


def _span(outline: Outline) -> str:
    return "{brief.span}" if outline.reported.span_label else ""


def with_year_slots(text: str, outline: Outline) -> str:
    """The document's own years as slots, so that titles and headings carry claims like everything else."""
    values = general_values(outline)
    for name in ("brief.year", "brief.plan_year"):
        text = text.replace(f"{values[name].printed}年", f"{{{name}}}年")
    if "brief.span" in values and any(c.isdigit() for c in values["brief.span"].printed):
        text = text.replace(values["brief.span"].printed, "{brief.span}")
    return text


def _shell(outline: Outline, office: Office, title: str) -> Shell:
    """The 通知 that issues 要点; nothing is invented for it, what is unknown stays 待补."""
    own_letters = outline.level != "科室" or bool(outline.organisation)
    if outline.shell != "notice" or not own_letters:
        return Shell(issuer=office.signature)
    # A department of a hospital sends nothing out: the hospital issues its 要点.
    own = outline.organisation if outline.level == "科室" else ""
    issuer = own or office.signature or outline.organisation or outline.department
    return Shell(
        type="notice",
        title=f"{issuer}关于印发《{title}》的通知",
        addressee=office.addressee or _ADDRESSEES.get(outline.level, "【待补：主送单位】："),
        opening=f"现将《{title}》印发给你们，请结合实际认真落实。",
        closing="特此通知。",
        issuer=issuer,
        date="",
    )


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


def evidence_of(fact: Fact) -> Evidence:
    return Evidence(
        id=fact.slot,
        metric=fact.metric,
        name=fact.name,
        field=fact.field,
        value=f"{fact.value:f}",
        unit=fact.unit,
        printed=as_told(fact),
        period=fact.period.code,
        formula=fact.formula,
        source=fact.source_label,
        release=fact.release.value,
    )

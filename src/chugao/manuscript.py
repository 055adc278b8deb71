"""The nouns of drafting: what an engine is asked, what it answers, and the draft that comes of it.

In: nothing.  Out: `Brief`, `Reply`, `Draft`, and the `Engine` protocol.

An engine never sees or writes a digit: a `Brief` offers slots by name and meaning, a `Reply` uses them, and
`drafting` fills them in.  Sentences carry their claims, so an edit disturbs only its own sentence.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal, Protocol

from pydantic import Field, StringConstraints

from chugao.kind import Kind, Style
from chugao.source import Claim, Finding, Frozen

SCHEMA_VERSION = 1
SLOT = re.compile(r"\{([a-z_]+)\.([a-z_]+)\}")
SlotName = Annotated[str, StringConstraints(pattern=r"^[a-z_]+\.[a-z_]+$")]

# --- what an engine is asked ----------------------------------------------------------------------


class Slot(Frozen):
    """One value an engine may use, by name; the digits stay with us."""

    name: SlotName
    meaning: str
    """“2025年门诊人次（本期值，含单位）”."""
    metric: str | None = None
    metric_name: str = ""
    """The name as it stands before its value: “手术” before “23186台次”."""
    field: str = ""
    """now prev change growth target goal gap attainment share rank range streak multiple text number when."""
    kind: str = ""
    """count rate duration amount index, or matter."""
    better: str = ""
    sign: int = 0
    """Of a change: −1, 0, 1."""
    good: bool | None = None
    """Whether the change is welcome, or the target reached; None where it makes no sense."""
    required: bool = False
    zero: bool = False
    """The value is nil and is written 未发生."""
    headline: bool = False
    served: bool = False
    """Of a plan's goals: a task of the plan is for this one."""
    verb: str = ""
    """The verb the slot prints in front of its value (“缩短”), so that no sentence adds another."""


class BriefMatter(Frozen):
    """One 事项 as an engine sees it: its numbers are slots."""

    id: str
    text: str
    """The act, a verb phrase, digits replaced by slots."""
    result: str = ""
    when: str = ""
    """Slot of the time as it may stand in a sentence, "" when none was given."""
    when_kind: Literal["", "day", "month", "span", "from", "deadline", "every", "each", "own"] = ""
    """`every`: all year, in two seasons; `each`: each month, each quarter; `own`: a time that says what is reached by then (“10月底前主体封顶”)."""
    actor: str = ""
    category: str = ""
    status: Literal["", "done", "ongoing", "planned"] = ""
    weight: int = 0
    """Higher comes first: milestones, honours, what a leader asked for."""
    owner: str = ""
    month: int = 0
    """For order only; 0 when unknown."""
    timed: bool = False
    """Whether what came of it says a time of its own (“7月自评”), which its slots hide."""


class BriefPassage(Frozen):
    """Masked wording from a past report; wording only, never facts."""

    id: str
    text: str
    own: bool = False
    """Of the office itself: may lend sentences; others lend structure only."""
    heading: str = ""


class Brief(Frozen):
    """One task for an engine, complete in itself: rendering it twice gives the same bytes."""

    task: Literal["part", "headings", "lead", "rewrite"]
    section: str
    """Outline part id."""
    role: str
    """lead, results, problems, plan, measures, items, closing: what the part does in the document."""
    kind: Kind
    style: Style
    level: str
    department: str
    organisation: str
    heading: str = ""
    topic: str = ""
    slots: tuple[Slot, ...] = ()
    matters: tuple[BriefMatter, ...] = ()
    passages: tuple[BriefPassage, ...] = ()
    original: tuple[str, ...] = ()
    """Of a rewrite: the sentences to rewrite, their numbers as slots."""
    instructions: tuple[str, ...] = ()
    max_chars: int = 1200
    told: tuple[str, ...] = ()
    """Of a lead: the metrics whose values it tells, and no other part tells again."""
    shortfalls_apart: bool = False
    """The document has a part for what fell short: no other part speaks of it."""
    asked: bool = False
    """The heading came from above: what was submitted for it is told."""
    divided: bool = False
    """What was done stands in sections: what holds for all of them (that targets were met) the lead says once."""
    fuller: bool = False
    """Somebody asked for more characters than the usual text fills: what else the figures say may be told."""
    sparer: int = 0
    """How much of its figures a text too full of numbers leaves to the table: 1 comparisons, 2 all that nobody requires, 3 also
    where the office has a sentence of its own for two numbers."""
    seed: int = 0
    cutoff: str = ""
    theme: str = ""
    guidance: str = ""

    @property
    def bare_of_own(self) -> bool:
        """Whether a sentence of the office's own with two numbers is one number too many."""
        return self.sparer > 2

    def slot(self, name: str) -> Slot | None:
        return next((s for s in self.slots if s.name == name), None)


class ReplySentence(Frozen):
    """A sentence with slots, and the passages its wording rests on."""

    text: str
    passages: tuple[str, ...] = ()
    recipe: dict[str, str] = Field(default_factory=dict)
    """What made it: frame id, engine layer."""


class ReplyBlock(Frozen):
    """A paragraph, or an item of a run (一是…)."""

    type: Literal["paragraph", "item"] = "paragraph"
    sentences: tuple[ReplySentence, ...]


class Reply(Frozen):
    """What an engine wrote for one brief."""

    heading: str | None = None
    blocks: tuple[ReplyBlock, ...] = ()
    headings: tuple[tuple[str, str], ...] = ()
    """(make, text) of other headings that would do, best first; none where the text rests on the one it has."""
    problems: tuple[str, ...] = ()
    """Why the answer cannot be read at all (truncated, no JSON), in Chinese; it is asked for again."""


class Engine(Protocol):
    """Writes one brief at a time.  Three implementations pass the same contract tests."""

    name: str

    async def write(self, brief: Brief, on_text: Callable[[str], None] | None = None) -> Reply:
        """Answer a brief.  Raises `EngineError` when the engine cannot."""
        ...


# --- what comes of it -----------------------------------------------------------------------------


class ClaimedText(Frozen):
    """Text with what supports it: a title, a heading, a table cell."""

    text: str
    claims: tuple[Claim, ...] = ()


class Sentence(Frozen):
    """One sentence of a draft; offsets of its claims are code points in `text`."""

    id: str
    text: str
    claims: tuple[Claim, ...] = ()
    passages: tuple[str, ...] = ()
    recipe: dict[str, Any] = Field(default_factory=dict)
    """Engine, frame or prompt, slots, matters: why the sentence is there."""


class Table(Frozen):
    """A table whose every cell says where it comes from."""

    title: str = ""
    header: tuple[str, ...]
    rows: tuple[tuple[ClaimedText, ...], ...]


class Block(Frozen):
    """A paragraph, an item with its printed number, or a table."""

    id: str
    type: Literal["paragraph", "item", "table"]
    number: str = ""
    """As printed: “1.”, “一是”, "" for none."""
    sentence_ids: tuple[str, ...] = ()
    table: Table | None = None


class Section(Frozen):
    """A part of the outline, written; a parent section has a heading and perhaps no blocks."""

    id: str
    """The outline part's id: equal across versions, candidates and departments."""
    number: str
    """As printed: “一、”, “（一）”, “1.”."""
    heading: ClaimedText
    level: int
    """1 for 一、, 2 for （一）, 3 for 1.; 0 for text under the title without a heading."""
    blocks: tuple[Block, ...] = ()
    sentences: tuple[Sentence, ...] = ()

    def sentence(self, sentence_id: str) -> Sentence:
        return next(s for s in self.sentences if s.id == sentence_id)

    def block_text(self, block: Block) -> str:
        return block.number + "".join(self.sentence(i).text for i in block.sentence_ids)


class Shell(Frozen):
    """What stands around the body: plain, a 通知 that issues it, or an upward 报告."""

    type: Literal["plain", "notice", "report"] = "plain"
    title: str = ""
    """Title of the 通知; "" for plain."""
    addressee: str = ""
    opening: str = ""
    closing: str = ""
    issuer: str = ""
    date: str = ""
    """成文日期, “2026年1月8日”; "" leaves room for it, never today."""


class Request(Frozen):
    """A figure or matter somebody still owes."""

    metric: str
    name: str = ""
    department: str
    owner: str = ""
    reason: str


class Evidence(Frozen):
    """A fact as used in the draft, so that the finished text can be checked against it later."""

    id: str
    metric: str
    name: str
    field: str
    value: str
    unit: str
    printed: str
    period: str = ""
    formula: str = ""
    source: str = ""
    release: str = "公开"


class Draft(Frozen):
    """A whole document with every number traced.  Immutable; an edit makes another one."""

    schema_version: int = SCHEMA_VERSION
    id: str
    """Content hash: the same text with the same claims has the same id."""
    parent: str | None = None
    title: ClaimedText
    kind: Kind
    department: str
    organisation: str
    level: str = "科室"
    year: int
    """The year in the title."""
    period: str
    cutoff: str | None = None
    engine: str
    shell: Shell = Shell()
    sections: tuple[Section, ...]
    findings: tuple[Finding, ...] = ()
    requests: tuple[Request, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    recipe: dict[str, Any] = Field(default_factory=dict)
    """Inputs by fingerprint, engine, seed: what to run to get the same bytes."""

    def sentences(self) -> Iterator[tuple[Section, Sentence]]:
        for section in self.sections:
            for sentence in section.sentences:
                yield section, sentence

    def tables(self) -> Iterator[tuple[Section, Block, Table]]:
        for section in self.sections:
            for block in section.blocks:
                if block.table is not None:
                    yield section, block, block.table


class Span(Frozen):
    """Where a sentence, heading or title stands in the flattened text."""

    start: int
    end: int
    section: str = ""
    sentence: str = ""
    """Sentence id, "heading" or "title"."""


def flatten(draft: Draft) -> tuple[str, tuple[Span, ...]]:
    """The draft as one text, a paragraph a line, and where each sentence stands in it; tables are left out, with the
    heading of a section that is nothing else.
    """
    pieces: list[str] = []
    spans: list[Span] = []
    length = 0

    def add(text: str, section: str = "", sentence: str = "") -> None:
        nonlocal length
        if sentence:
            spans.append(Span(start=length, end=length + len(text), section=section, sentence=sentence))
        pieces.append(text)
        length += len(text)

    add(draft.title.text, "", "title")
    add("\n")
    for section in draft.sections:
        if not section.sentences and any(b.table for b in section.blocks):
            continue
        if section.heading.text and section.level:
            add(section.number)
            add(section.heading.text, section.id, "heading")
            add("\n")
        for block in section.blocks:
            if block.table is not None:
                continue
            add(block.number)
            # “4.” before “120急救分站” is no 4.120.
            if block.number.endswith(".") and section.block_text(block)[len(block.number) :][:1].isdecimal():
                add(" ")
            for sentence_id in block.sentence_ids:
                add(section.sentence(sentence_id).text, section.id, sentence_id)
            add("\n")
    return "".join(pieces), tuple(spans)


def content_hash(title: ClaimedText, sections: tuple[Section, ...], shell: Shell) -> str:
    """Identity of a text: 16 hex digits over title, sections and shell."""
    body = [title.model_dump(), [s.model_dump() for s in sections], shell.model_dump()]
    return hashlib.sha256(json.dumps(body, ensure_ascii=False, sort_keys=True, default=str).encode()).hexdigest()[:16]


def count_characters(text: str) -> int:
    """字数 as WPS and Word count it: each Han character and mark one, each run of Latin letters or digits one."""
    return len(re.findall(r"[A-Za-z0-9.%‰/]+|[^\sA-Za-z0-9]", text))

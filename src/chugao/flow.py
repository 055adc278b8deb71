"""What stands on the pages of a draft, line by line and in order; Word and markdown print it, `comparing` compares it.

In: a `Draft`.  Out: `Piece`s.

An annex (a section of nothing but tables and without a number of the body) moves behind the body; 一是…二是… run on in
one paragraph although each is a block of its own.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from chugao.manuscript import Block, Draft, Section, Sentence, Shell, Table
    from chugao.source import Claim

Role = Literal[
    "signer",
    "title",
    "addressee",
    "byline",
    "body",
    "heading",
    "label",
    "annex_title",
    "caption",
    "table",
    "issuer",
    "date",
]
_RUN_ON = re.compile(r"^[一二三四五六七八九十]+是")
_ANNEX = re.compile(r"^(附[表件])\s*[0-9一二三四五六七八九十]*\s*[：:、.．]?\s*(.*)$", re.DOTALL)


class Run(NamedTuple):
    """A stretch of a paragraph; `anchor` names what it belongs to: ("block", section id, block id)."""

    text: str
    anchor: tuple[str, ...] = ()
    bold: bool = False
    claims: tuple[Claim, ...] = ()
    """What supports the text; offsets are those of `text`."""
    sentences: tuple[tuple[int, str], ...] = ()
    """(offset, id) of the sentences it is made of; a printed number stands before the first."""


class Piece(NamedTuple):
    """One paragraph or table."""

    role: Role
    runs: tuple[Run, ...] = ()
    level: int = 0
    """Of a heading: 1 to 4."""
    table: Table | None = None
    new_page: bool = False
    landscape: bool = False

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


class Signed(NamedTuple):
    """署名 and 成文日期 under a document, as far as it has them."""

    issuer: str = ""
    date: str = ""


class Choices(NamedTuple):
    """What a caller or a layout decides about the flow."""

    run_on: bool = True
    bold_lead: bool = False
    portrait_columns: int = 7
    landscape: Collection[str] = ()
    """Ids of table blocks that were asked to stand on a 横排 page."""
    signer: str = ""
    issued_label: str = ""
    claims: bool = True
    """Whether each run says what supports it; who only wants the lines saves a third of the time."""


def flow_of(draft: Draft, choices: Choices | None = None) -> list[Piece]:
    """The pieces of a draft from the first line to the last."""
    choices = choices or Choices()
    shell = draft.shell
    annexes = [section for section in draft.sections if is_annex(section)]
    title = Run(draft.title.text, ("title",), claims=draft.title.claims)
    body = [p for s in draft.sections if not is_annex(s) for p in _section(s, choices)]
    if shell.type == "notice":
        pieces = [*_opening(shell, Run(shell.title)), *_closing(shell)]
        label = [Piece("label", (Run(choices.issued_label),), new_page=True)] if choices.issued_label else []
        pieces += [*label, Piece("title", (title,), new_page=not label), *body]
    elif shell.type == "report":
        signer = [Piece("signer", (Run(choices.signer),))] if choices.signer else []
        heading = Run(shell.title, ("title",)) if shell.title else title
        pieces = [*signer, *_opening(shell, heading), *body, *_closing(shell)]
    else:
        pieces = [Piece("title", (title,)), *body, *_signature(shell)]
    for number, section in enumerate(annexes, 1):
        pieces += _annex(section, number if len(annexes) > 1 else 0, choices)
    return pieces


def is_annex(section: Section) -> bool:
    """Whether a section is an 附表: tables only, and no number that the body would miss."""
    tables_only = bool(section.blocks) and all(block.table is not None for block in section.blocks)
    return tables_only and (not section.number or _ANNEX.match(section.number) is not None)


def _opening(shell: Shell, title: Run) -> Iterator[Piece]:
    """Title, 主送机关 and the paragraphs that open a 通知 or a 报告."""
    yield Piece("title", (title,))
    if addressee := shell.addressee.strip():
        yield Piece("addressee", (Run(addressee if addressee.endswith("：") else addressee.rstrip(":") + "："),))
    yield from _paragraphs(shell.opening)


def _closing(shell: Shell) -> Iterator[Piece]:
    yield from _paragraphs(shell.closing)
    yield from _signature(shell)


def _paragraphs(text: str) -> Iterator[Piece]:
    for line in text.splitlines():
        if line.strip():
            yield Piece("body", (Run(line.strip()),))


def _signature(shell: Shell) -> Iterator[Piece]:
    """署名 and 成文日期; a date nobody gave is left to fill in, never today."""
    if shell.issuer:
        yield Piece("issuer", (Run(shell.issuer),))
    if shell.issuer or shell.date:
        yield Piece("date", (Run(shell.date),))


def _section(section: Section, choices: Choices) -> Iterator[Piece]:
    if section.level > 0 and (section.number or section.heading.text):
        claims = _moved(section.heading.claims, len(section.number))
        run = Run(section.number + section.heading.text, ("section", section.id), claims=claims)
        yield Piece("heading", (run,), level=min(section.level, 4))
    texts = {s.id: s for s in section.sentences}
    pending: list[Run] = []
    for block in section.blocks:
        alone = block.table is not None or _stands(block, texts) is not None
        if pending and (alone or not _runs_on(block, choices)):
            yield Piece("body", tuple(pending))
            pending = []
        if block.table is not None:
            yield from _table(section, block, block.table, choices)
        elif (stands := _stands(block, texts)) is not None:
            yield Piece(stands, tuple(_block(section, block, texts, choices)))
        else:
            pending += _block(section, block, texts, choices)
    if pending:
        yield Piece("body", tuple(pending))


STANDS: dict[str, Role] = {"salutation": "addressee", "byline": "byline"}
"""What a sentence's recipe calls a line of a paper that is read out → how it stands: “各位代表：” flush left (顶格)."""


def _stands(block: Block, texts: dict[str, Sentence]) -> Role | None:
    """How a line stands that is no paragraph of the body; None for those that are."""
    first = texts.get(block.sentence_ids[0]) if block.sentence_ids else None
    return STANDS.get(str(first.recipe.get("stands", ""))) if first is not None else None


def _runs_on(block: Block, choices: Choices) -> bool:
    """Whether an item continues the paragraph before it."""
    return choices.run_on and block.type == "item" and _RUN_ON.match(block.number) is not None


def _block(section: Section, block: Block, sentences: dict[str, Sentence], choices: Choices) -> list[Run]:
    anchor = ("block", section.id, block.id)
    parts = [sentences[i] for i in block.sentence_ids]
    if choices.bold_lead and block.type == "item" and parts:
        lead = _run(block.number, parts[:1], anchor, choices)._replace(bold=True)
        return [lead, _run("", parts[1:], anchor, choices)]
    return [_run(block.number, parts, anchor, choices)]


def _run(number: str, sentences: Sequence[Sentence], anchor: tuple[str, ...], choices: Choices) -> Run:
    """Sentences as one run, each claim moved to where its sentence stands."""
    text = number
    claims: tuple[Claim, ...] = ()
    starts: list[tuple[int, str]] = []
    for sentence in sentences:
        if choices.claims:
            claims += _moved(sentence.claims, len(text))
        starts.append((len(text), sentence.id))
        text += sentence.text
    return Run(text, anchor, claims=claims, sentences=tuple(starts))


def _moved(claims: tuple[Claim, ...], by: int) -> tuple[Claim, ...]:
    return tuple(c.model_copy(update={"start": c.start + by, "end": c.end + by}) for c in claims) if by else claims


def _table(section: Section, block: Block, table: Table, choices: Choices) -> Iterator[Piece]:
    wide = is_wide(table, block.id, choices)
    if table.title:
        yield Piece("caption", (Run(table.title, ("caption", section.id, block.id)),), landscape=wide)
    yield Piece("table", (Run("", ("block", section.id, block.id)),), table=table, landscape=wide)


def is_wide(table: Table, block_id: str, choices: Choices) -> bool:
    """Whether a table goes onto a 横排 page of its own."""
    return len(table.header) > choices.portrait_columns or block_id in choices.landscape


def _annex(section: Section, number: int, choices: Choices) -> Iterator[Piece]:
    """附表 label, its title, its tables; a table that repeats the title of its annex has no caption."""
    match = _ANNEX.match(section.heading.text)
    word, title = (match[1], match[2]) if match else ("附表", section.heading.text)
    label = section.number or f"{word}{number or ''}"
    wide = any(is_wide(t, b.id, choices) for b in section.blocks if (t := b.table) is not None)
    yield Piece("label", (Run(label, ("section", section.id)),), new_page=True, landscape=wide)
    if title:
        yield Piece("annex_title", (Run(title),), landscape=wide)
    for block in section.blocks:
        if block.table is not None:
            for piece in _table(section, block, block.table, choices):
                if not (piece.role == "caption" and piece.text == title):
                    yield piece._replace(landscape=wide)

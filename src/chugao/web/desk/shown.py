"""The text as the printed page, with red marks only: numbers without a source, what is owed, what stops the paper.

In: a `Draft` and its findings.  Out: `Page`, made for a template that escapes everything.

Passed checks, engine and prompt are not here; a reader asks for them sentence by sentence.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from chugao.flow import is_annex
from chugao.manuscript import Block, Draft, Section
from chugao.review.once import once_for_each
from chugao.review.written import spots_of
from chugao.source import Claim, Finding

_OWED = re.compile(r"【待补[^【】]{0,200}】")
_RUN_ON = re.compile(r"^[一二三四五六七八九十]+是")
_LONG = 12


class Run(NamedTuple):
    """A stretch of text, plain or marked."""

    text: str
    mark: str = ""
    """red, owed, doubt or ""."""
    told: str = ""
    """Why it is red, for whoever points at it."""


class Shown(NamedTuple):
    """A sentence on the page."""

    id: str
    runs: tuple[Run, ...]
    at: int
    """Code points before it in the section's flat text, which comments count in."""


class Paragraph(NamedTuple):
    """One paragraph, or a table."""

    block: str
    sentences: tuple[Shown, ...] = ()
    title: str = ""
    header: tuple[str, ...] = ()
    rows: tuple[tuple[tuple[Run, ...], ...], ...] = ()

    @property
    def is_table(self) -> bool:
        return bool(self.header)


class Part(NamedTuple):
    """A section on the page."""

    id: str
    level: int
    number: str
    heading: tuple[Run, ...]
    paragraphs: tuple[Paragraph, ...]
    marks: int
    """How many red places it has."""
    is_annex: bool = False

    @property
    def name(self) -> str:
        if not self.level and not self.is_annex:
            return "导语"
        return self.number + "".join(r.text for r in self.heading)


class Page(NamedTuple):
    """The whole paper."""

    title: tuple[Run, ...]
    before: tuple[str, ...]
    parts: tuple[Part, ...]
    after: tuple[str, ...]


def page_of(draft: Draft, findings: Iterable[Finding] = ()) -> Page:
    """The page of a draft: annexes behind the body, shell around it."""
    return _page(draft, tuple(findings))


@once_for_each(32)
def _page(draft: Draft, findings: tuple[Finding, ...]) -> Page:
    blocking: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.severity.blocks:
            blocking[finding.place.section].append(finding)
    body = [s for s in draft.sections if not is_annex(s)]
    parts = [_part(s, tuple(blocking.get(s.id, ()))) for s in (*body, *(s for s in draft.sections if is_annex(s)))]
    title = [f for f in blocking.get("", ()) if f.place.sentence == "title"]
    shell = draft.shell
    addressee = [shell.addressee.rstrip("：:") + "："] if shell.addressee.strip() else []
    return Page(
        title=tuple(_runs(draft.title.text, draft.title.claims, title)),
        before=tuple(filter(None, (shell.title, *addressee, *shell.opening.splitlines()))),
        parts=tuple(p for p in parts if p.heading or p.paragraphs),
        after=tuple(filter(None, (*shell.closing.splitlines(), shell.issuer, shell.date))),
    )


@once_for_each(2048)
def _part(section: Section, found: tuple[Finding, ...]) -> Part:
    """One section; most of them bear nothing red, and stay as they are while others change."""
    blocking: dict[str, list[Finding]] = defaultdict(list)
    for finding in found:
        blocking[finding.place.sentence].append(finding)
    heading = tuple(_runs(section.heading.text, section.heading.claims, blocking.get("heading", ())))
    paragraphs = tuple(_paragraphs(section, blocking))
    marked = [r for p in paragraphs for s in p.sentences for r in s.runs if r.mark]
    marked += [r for p in paragraphs for row in p.rows for cell in row for r in cell if r.mark]
    return Part(
        section.id,
        section.level,
        section.number,
        heading,
        paragraphs,
        len(marked) + sum(bool(r.mark) for r in heading),
        is_annex(section),
    )


def _paragraphs(section: Section, blocking: Mapping[str, Sequence[Finding]]) -> Iterator[Paragraph]:
    """Blocks as printed: 一是…二是… run on in one paragraph."""
    places = {(s.block, s.sentence): s.start for s in spots_of(section)}
    open_: list[Shown] = []
    block_id = ""
    for block in section.blocks:
        if block.table is not None:
            if open_:
                yield Paragraph(block_id, tuple(open_))
                open_ = []
            yield _table(block)
            continue
        runs_on = block.type == "item" and _RUN_ON.match(block.number) is not None
        if open_ and not runs_on:
            yield Paragraph(block_id, tuple(open_))
            open_ = []
        block_id = block_id if open_ else block.id
        open_ += _sentences(section, block, blocking, places)
    if open_:
        yield Paragraph(block_id, tuple(open_))


def _sentences(
    section: Section,
    block: Block,
    blocking: Mapping[str, Sequence[Finding]],
    places: Mapping[tuple[str, str], int],
) -> Iterator[Shown]:
    for place, sentence_id in enumerate(block.sentence_ids):
        sentence = section.sentence(sentence_id)
        runs = tuple(_runs(sentence.text, sentence.claims, blocking.get(sentence.id, ())))
        number = (Run(block.number),) if block.number and place == 0 else ()
        at = places.get((block.id, sentence_id), 0) - (len(block.number) if number else 0)
        yield Shown(sentence.id, number + runs, at)


def _table(block: Block) -> Paragraph:
    table = block.table
    assert table is not None
    rows = tuple(tuple(tuple(_runs(c.text, c.claims, ())) for c in row) for row in table.rows)
    return Paragraph(block.id, title=table.title, header=table.header, rows=rows)


def _runs(text: str, claims: Sequence[Claim], findings: Sequence[Finding]) -> Iterator[Run]:
    """The text cut where a mark begins or ends."""
    marks = [(c.start, c.end, "red", c.source or "没有出处") for c in claims if c.state == "unsupported"]
    marks += [(m.start(), m.end(), "owed", "还没有人报来") for m in _OWED.finditer(text)]
    marks += [
        (f.place.start, f.place.end, "doubt", f.hint) for f in findings if 0 <= f.place.start < f.place.end <= len(text)
    ]
    done = 0
    for start, end, mark, told in sorted(marks, key=lambda m: (m[0], -m[1])):
        if start < done:
            continue
        if start > done:
            yield Run(text[done:start])
        yield Run(text[start:end], mark, told)
        done = end
    if done < len(text):
        yield Run(text[done:])

"""A section as people see and type it: a heading and paragraphs; and the same as one text that offsets count in.

In: a `Section`, or what somebody typed.  Out: `Written`; the flat text, a line a paragraph; the section bound again.

A table stands in the flat text as one line, U+FFFC with its block and a digest of its cells: so a comment can stand on
it, and two people who change it meet in a conflict like any two who change a sentence.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from chugao.comparing import Comparison, Version, compare
from chugao.comparing.versions import Line, version_of_lines
from chugao.errors import InputError
from chugao.flow import is_annex
from chugao.manuscript import Block, ClaimedText, Draft, Evidence, Section, Sentence
from chugao.review.once import once_for_each
from chugao.source import Claim, Frozen
from chugao.word.authors import kept_characters
from chugao.word.reclaiming import claim_of
from chugao.word.retyping import Typed, retype

TITLE = "title"
"""Id of the pseudo-section whose heading is the document's title."""
_TABLE = "\ufffc"
_LONGEST = 200_000
"""Characters of one section; a longer one is no section."""
_NOISE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_BLANK = re.compile(r"[\t\u00a0]+")


class Mark(Frozen):
    """A bound number in a paragraph; it holds only where it prints exactly what its evidence prints."""

    start: int
    end: int
    id: str
    """Of the evidence: “outpatient_visits.now”."""


class CellMark(Mark):
    """The same in a cell of a table; offsets count in the cell."""

    row: int
    """0 is the header."""
    column: int


class Paragraph(Frozen):
    """One paragraph, item or table."""

    text: str = ""
    """As printed, the number of an item included (“一是…”); "" for a table."""
    block: str = ""
    """Id of the block; needed for a table only."""
    rows: tuple[tuple[str, ...], ...] = ()
    """Of a table: its cells, the header first; none for “as it is”."""
    marks: tuple[Mark, ...] = ()
    cells: tuple[CellMark, ...] = ()
    """Of a table: the bound numbers of its cells."""


class Written(Frozen):
    """A section as it is typed."""

    heading: str = ""
    """Without its printed number."""
    paragraphs: tuple[Paragraph, ...] = ()


class Rows(NamedTuple):
    """A table behind its line of the flat text."""

    title: str
    rows: tuple[tuple[str, ...], ...]
    marks: tuple[CellMark, ...] = ()
    """Bound numbers that somebody typed into it; no part of what it says."""


class Flat(NamedTuple):
    """A section as one text."""

    text: str
    """The heading's line first where the section has one, then a line a paragraph."""
    tables: Mapping[str, Rows]
    """By line."""
    marks: tuple[Mark, ...] = ()
    """Offsets in `text`."""


class Spot(NamedTuple):
    """A stretch of the flat text and where it stands in the section."""

    start: int
    end: int
    sentence: str
    """Sentence id, “heading”, or “” for a printed number and for a table."""
    block: str


# --- out of a section -----------------------------------------------------------------------------


@once_for_each(2048)
def written_of(section: Section) -> Written:
    """A section for the screen; its supported numbers as marks."""
    return Written(heading=section.heading.text, paragraphs=tuple(_paragraph(section, b) for b in section.blocks))


def _paragraph(section: Section, block: Block) -> Paragraph:
    if block.table is not None:
        return Paragraph(block=block.id, rows=_rows_of(block).rows)
    at, marks = len(block.number), []
    for sentence in (section.sentence(i) for i in block.sentence_ids):
        marks += [Mark(start=c.start + at, end=c.end + at, id=c.id) for c in sentence.claims if c.id]
        at += len(sentence.text)
    return Paragraph(text=section.block_text(block), block=block.id, marks=tuple(marks))


@once_for_each(2048)
def text_of(section: Section) -> str:
    """The flat text; offsets of comments and suggestions count in it."""
    return "\n".join(line for line, _ in _lines(section))


def flat_of(section: Section) -> Flat:
    """The flat text with its tables."""
    return Flat(text_of(section), {line_of(b.id, _rows_of(b)): _rows_of(b) for b in section.blocks if b.table})


@once_for_each(2048)
def spots_of(section: Section) -> tuple[Spot, ...]:
    """Where each sentence stands in the flat text."""
    found, at = [], 0
    for line, block in _lines(section):
        if block is None:
            found.append(Spot(at, at + len(line), "heading", ""))
        elif block.table is not None:
            found.append(Spot(at, at + len(line), "", block.id))
        else:
            inner = at + len(block.number)
            if block.number:
                found.append(Spot(at, inner, "", block.id))
            for sentence_id in block.sentence_ids:
                end = inner + len(section.sentence(sentence_id).text)
                found.append(Spot(inner, end, sentence_id, block.id))
                inner = end
        at += len(line) + 1
    return tuple(found)


def _lines(section: Section) -> Iterator[tuple[str, Block | None]]:
    if _headed(section):
        yield section.heading.text, None
    for block in section.blocks:
        line = line_of(block.id, _rows_of(block)) if block.table else section.block_text(block)
        if line:
            yield line, block


def _headed(section: Section) -> bool:
    return section.level > 0 or section.id == TITLE


def _rows_of(block: Block) -> Rows:
    assert block.table is not None
    table = block.table
    return Rows(table.title, (table.header, *(tuple(cell.text for cell in row) for row in table.rows)))


def line_of(block_id: str, rows: Rows) -> str:
    """A table as the one line of the flat text."""
    digest = hashlib.sha256(json.dumps(rows[:2], ensure_ascii=False).encode("utf-8", "replace")).hexdigest()[:8]
    return f"{_TABLE}{block_id}:{digest}"


# --- in from the screen ---------------------------------------------------------------------------


def flattened(written: Written, section: Section) -> Flat:
    """What was typed, cleaned, as one text; tables that were not touched are those of `section`.

    Raises `InputError` for a heading that is gone, a table that is not there, a section beyond all bounds.
    """
    known = {b.id: _rows_of(b) for b in section.blocks if b.table}
    tables: dict[str, Rows] = {}
    lines, marks, at = [], [], 0
    if _headed(section):
        heading = _clean(written.heading).replace("\n", "")
        if not heading:
            raise InputError("标题不能空着。请写上标题；整节不要的，请清空正文并说明。")
        lines.append(heading)
        at = len(heading) + 1
    for number, paragraph in enumerate(written.paragraphs):
        if paragraph.block in known or paragraph.rows:
            rows = _typed_rows(paragraph, known.get(paragraph.block), number)
            line = line_of(paragraph.block or f"table_{number}", rows)
            tables[line] = rows
            lines.append(line)
            at += len(line) + 1
            continue
        for line, shift in _typed_lines(paragraph.text):
            own = (m for m in paragraph.marks if shift <= m.start < m.end <= shift + len(line))
            marks += [Mark(start=m.start - shift + at, end=m.end - shift + at, id=m.id) for m in own]
            lines.append(line)
            at += len(line) + 1
    text = "\n".join(lines)
    if len(text) > _LONGEST:
        raise InputError(f"这一节有{len(text)}字，太长了。请分成几节，每节不超过{_LONGEST}字。")
    return Flat(text, tables, tuple(marks))


def _typed_rows(paragraph: Paragraph, known: Rows | None, number: int) -> Rows:
    if not paragraph.rows:
        assert known is not None
        return known
    rows = tuple(tuple(_clean(cell).replace("\n", " ") for cell in row) for row in paragraph.rows)
    if len({len(row) for row in rows}) != 1 or not rows[0]:
        raise InputError(f"第{number + 1}段的表格各行列数不同。请补齐单元格后再保存。")
    # A mark holds only in a cell from which nothing was cleaned away.
    held = tuple(m for m in paragraph.cells if _cell(rows, m) == _cell(paragraph.rows, m) != "")
    return Rows(known.title if known else "", rows, held)


def _cell(rows: Sequence[Sequence[str]], mark: CellMark) -> str:
    """The cell a mark speaks of, "" where there is none."""
    if not (0 <= mark.row < len(rows) and 0 <= mark.column < len(rows[mark.row])):
        return ""
    return rows[mark.row][mark.column]


def _typed_lines(text: str) -> Iterator[tuple[str, int]]:
    """(line, where it began in what was typed); a paragraph with line ends in it is several."""
    at = 0
    for raw in text.split("\n"):
        line = _clean(raw)
        if line:
            # Marks hold only where nothing before them was cleaned away but leading blanks.
            yield line, at + (raw.find(line) if line in raw else len(text) + 1)
        at += len(raw) + 1


def _clean(text: str) -> str:
    """Without what nobody sees or types: control, zero-width and direction characters, half characters, our own sign."""
    return _BLANK.sub(" ", _NOISE.sub("", text.replace(_TABLE, ""))).strip()


def from_lines(text: str, tables: Mapping[str, Rows], section: Section) -> tuple[str, list[Typed], str]:
    """(heading, paragraphs, the text as it will stand): the flat text for `retype`."""
    lines = [line for line in text.split("\n") if line.strip()]
    heading = lines.pop(0) if _headed(section) and lines else ""
    typed = []
    for line in lines:
        if line in tables:
            typed.append(Typed(rows=tables[line].rows, title=tables[line].title))
        else:
            typed.append(Typed(text=line))
    return heading, typed, "\n".join([*([heading] if _headed(section) else []), *lines])


# --- the text bound again -------------------------------------------------------------------------


def rebound(
    draft: Draft,
    section: Section,
    flat: Flat,
    *,
    author: str,
    at: str,
    evidence: Iterable[Evidence] = (),
    earlier: Callable[[], Sequence[Section]] = tuple,
) -> Section:
    """The section with the text of `flat`: unchanged sentences keep their claims, changed ones are read again.

    A number regains its support where a mark names evidence that prints exactly it, or where an `earlier` revision
    had the same number of the same source, or the very same sentence.
    """
    heading, typed, text = from_lines(flat.text, flat.tables, section)
    prose = any(t.text for t in typed)
    if prose and section.blocks and is_annex(section):
        raise InputError("附表里只放表格。请把文字写到正文的一节里。")
    blank = ClaimedText(text="")
    update = {"title": blank if section.id == TITLE else draft.title, "sections": (section,)}
    new = retype(draft.model_copy(update=update), section.id, heading, typed, author=author, at=at)
    if _is_red(section) or _is_red(new):
        new = _as_before(new, section, earlier())
    known = {e.id: e for e in (*draft.evidence, *evidence)}
    marks = flat.marks if text == flat.text else ()
    new = _marked(new, marks, known) if text_of(new) == text else new
    return _marked_cells(new, flat.tables.values(), known)


def _is_red(section: Section) -> bool:
    return any(c.state == "unsupported" for s in section.sentences for c in s.claims) or any(
        _is_red_cell(cell) for b in section.blocks if b.table for row in b.table.rows for cell in row
    )


def _is_red_cell(cell: ClaimedText) -> bool:
    return any(c.state == "unsupported" for c in cell.claims)


def _as_before(section: Section, last: Section, earlier: Sequence[Section]) -> Section:
    """Sentences and numbers that stand again as they stood in an earlier revision, with what supported them then."""
    unchanged = {s.id: s for s in last.sentences}
    sentences: dict[str, Sentence] = {}
    numbers: dict[tuple[str, str], Claim] = {}
    for told in earlier:
        for sentence in told.sentences:
            if not any(c.state == "unsupported" for c in sentence.claims):
                sentences[sentence.text] = sentence
            for claim in sentence.claims:
                if claim.id and claim.state != "unsupported":
                    numbers[claim.id, sentence.text[claim.start : claim.end]] = claim
    sentences_now = (s if unchanged.get(s.id) == s else _restored(s, sentences, numbers) for s in section.sentences)
    section = section.model_copy(update={"sentences": tuple(sentences_now)})
    return _cells_as_before(section, earlier)


def _cells_as_before(section: Section, earlier: Sequence[Section]) -> Section:
    """Red cells that say again what the same row and column once said, with what supported them then."""
    held = {
        (*name, cell.text): cell
        for told in earlier
        for name, cell in _named_cells(told)
        if cell.claims and not _is_red_cell(cell)
    }

    def again(name: _CellName, cell: ClaimedText) -> ClaimedText:
        return held.get((*name, cell.text), cell) if _is_red_cell(cell) else cell

    return with_cells(section, again) if held else section


_CellName = tuple[str, str, str]
"""Block, what the row is called (its first cell), what the column is called."""


def _named_cells(section: Section) -> Iterator[tuple[_CellName, ClaimedText]]:
    for block in section.blocks:
        for row in block.table.rows if block.table else ():
            for column, cell in zip(block.table.header if block.table else (), row, strict=False):
                yield (block.id, row[0].text, column), cell


def with_cells(section: Section, changed: Callable[[_CellName, ClaimedText], ClaimedText]) -> Section:
    """The section with every cell of its tables as `changed` has it."""
    blocks = []
    for block in section.blocks:
        if block.table is not None:
            header = block.table.header
            rows = tuple(
                tuple(
                    changed((block.id, row[0].text, header[c] if c < len(header) else ""), x) for c, x in enumerate(row)
                )
                for row in block.table.rows
            )
            block = block.model_copy(update={"table": block.table.model_copy(update={"rows": rows})})
        blocks.append(block)
    return section.model_copy(update={"blocks": tuple(blocks)})


def _marked_cells(section: Section, typed: Iterable[Rows], known: Mapping[str, Evidence]) -> Section:
    """Marks in cells that print exactly what their evidence prints, as claims."""
    by_text = {rows.rows: rows.marks for rows in typed if rows.marks}
    if not by_text:
        return section
    blocks = []
    for block in section.blocks:
        marks = by_text.get(_rows_of(block).rows, ()) if block.table else ()
        if block.table is not None and marks:
            rows = [list(row) for row in block.table.rows]
            for mark in (m for m in marks if m.row and m.id in known):
                rows[mark.row - 1][mark.column] = _claimed_cell(rows[mark.row - 1][mark.column], mark, known[mark.id])
            table = block.table.model_copy(update={"rows": tuple(map(tuple, rows))})
            block = block.model_copy(update={"table": table})
        blocks.append(block)
    return section.model_copy(update={"blocks": tuple(blocks)})


def _claimed_cell(cell: ClaimedText, mark: Mark, evidence: Evidence) -> ClaimedText:
    met = [c for c in cell.claims if c.start < mark.end and mark.start < c.end]
    if cell.text[mark.start : mark.end] != evidence.printed or any(c.state != "unsupported" for c in met):
        return cell
    claims = [*(c for c in cell.claims if c not in met), claim_of(evidence, mark.start, mark.end)]
    return cell.model_copy(update={"claims": tuple(sorted(claims, key=lambda c: c.start))})


def _restored(
    sentence: Sentence, sentences: Mapping[str, Sentence], numbers: Mapping[tuple[str, str], Claim]
) -> Sentence:
    if (was := sentences.get(sentence.text)) is not None:
        return sentence.model_copy(update={"claims": was.claims, "passages": was.passages, "recipe": was.recipe})
    claims = []
    for claim in sentence.claims:
        held = numbers.get((claim.id, sentence.text[claim.start : claim.end]))
        if held is not None and claim.state != "person":
            claim = held.model_copy(update={"start": claim.start, "end": claim.end})
        claims.append(claim)
    return sentence.model_copy(update={"claims": tuple(claims)})


def _marked(section: Section, marks: Sequence[Mark], known: Mapping[str, Evidence]) -> Section:
    """Marks that print exactly what their evidence prints, as claims."""
    sentences = {s.id: s for s in section.sentences}
    spots = [s for s in spots_of(section) if s.sentence in sentences]
    for mark in marks:
        spot = next((s for s in spots if s.start <= mark.start and mark.end <= s.end), None)
        if spot is None or mark.id not in known:
            continue
        sentence, evidence = sentences[spot.sentence], known[mark.id]
        start, end = mark.start - spot.start, mark.end - spot.start
        if sentence.text[start:end] != evidence.printed:
            continue
        met = [c for c in sentence.claims if c.start < end and start < c.end]
        if any(c.state != "unsupported" for c in met):
            continue
        claims = [*(c for c in sentence.claims if c not in met), claim_of(evidence, start, end)]
        sentences[spot.sentence] = sentence.model_copy(update={"claims": tuple(sorted(claims, key=lambda c: c.start))})
    return section.model_copy(update={"sentences": tuple(sentences[s.id] for s in section.sentences)})


# --- one text and the next ------------------------------------------------------------------------


def version_of_flat(text: str) -> Version:
    """The flat text for comparing; offsets are the same."""
    lines = (Line("sentence", ((line, "", 0),)) for line in text.split("\n"))
    return version_of_lines("", lines)


def compared(old: str, new: str) -> Comparison:
    return compare(version_of_flat(old), version_of_flat(new))


def moved_span(old: str, new: str, span: tuple[int, int]) -> tuple[int, int] | None:
    """Where a stretch of the old text stands, whole and unchanged, in the new one; None when it does not."""
    if old == new:
        return span
    start, end = span
    kept, _ = kept_characters(compared(old, new), len(new))
    where = {was: now for now, was in enumerate(kept) if was >= 0}
    first = where.get(start)
    if first is None or any(where.get(start + i) != first + i for i in range(end - start)):
        return None
    return first, first + end - start


def surviving_span(old: str, new: str, span: tuple[int, int]) -> tuple[int, int] | None:
    """The stretch of the new text in which at least half of the old stretch still stands; None when less does."""
    start, end = span
    kept, _ = kept_characters(compared(old, new), len(new))
    left = [now for now, was in enumerate(kept) if start <= was < end]
    if not left or 2 * len(left) < end - start or "\n" in new[left[0] : left[-1] + 1].strip("\n"):
        return None
    return left[0], left[-1] + 1

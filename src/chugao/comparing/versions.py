"""The nouns of comparing: a version of a text, what became of each of its sentences, and the changes a person reads.

In: a draft, a text, or a file.  Out: `Version`; `compare` makes a `Comparison` of two of them.

A version is cut into stretches (title, heading, sentence, caption, table row), every character of it lies in one, and
the paragraphs of `Version.text` are lines.  So both texts can be rebuilt exactly from a comparison, whatever it found.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from chugao.comparing.sentences import split_sentences
from chugao.documents.cleaning import clean
from chugao.documents.headings import read_heading
from chugao.documents.reading import Reading, read_text
from chugao.documents.separating import split_notice, with_whole_title
from chugao.documents.structure import Document, TextParagraph, understand
from chugao.draftfile import read_draft
from chugao.kind import Kind, kind_of_title, reported_and_planned, years_of_title
from chugao.manuscript import Block, Draft, Section
from chugao.source import Frozen

StretchKind = Literal["title", "heading", "sentence", "caption", "row"]
Span = tuple[int, int]
"""[start, end) in code points of `Version.text`."""
NOWHERE: Span = (-1, -1)


class Stretch(Frozen):
    """The smallest stretch of text that is aligned as a whole: a sentence, a heading, a table row."""

    kind: StretchKind
    text: str
    """As it stands on the page: a heading with its number, a row with its cells joined by tabs."""
    paragraph: int
    """Which paragraph it stands in, counted from 0; paragraphs are joined by one line end."""
    start: int
    """Code points, in `Version.text`."""
    part: int
    """Which of `Version.parts`; the title belongs to the first."""
    id: str = ""
    """Sentence or block id of a draft; "" in a foreign text."""
    at: int = 0
    """Where it starts in the text of the sentence `id`; negative by the length of a printed number before it."""

    @property
    def end(self) -> int:
        return self.start + len(self.text)


class Part(Frozen):
    """A section as it stands in one version."""

    id: str
    """Outline part id of a draft, "" in a foreign text."""
    number: str
    """As printed: “一、”, “（一）”."""
    heading: str
    level: int
    """0 for text under the title without a heading."""
    sentences: tuple[str, ...]
    """Its text units in order, its own heading left out; a table row is one, cells joined by tabs."""
    paragraphs: tuple[int, ...]
    """Of each of `sentences`, the paragraph it stands in."""
    span: Span
    """Of the whole part, heading included, parts below it not."""

    @property
    def name(self) -> str:
        """What a person calls it: “（一）手术难度和数量同步上升”, or “开头” for text before any heading."""
        return self.number + self.heading or "开头"

    @property
    def key(self) -> str:
        """The id, or in a foreign text the heading."""
        return self.id or self.number + self.heading


class Version(Frozen):
    """One state of a document."""

    title: str
    parts: tuple[Part, ...]
    """In document order, never nested; at least one."""
    stretches: tuple[Stretch, ...]
    """Everything, in document order."""
    text: str
    """The whole document, a paragraph or table row a line; every offset here refers to it."""
    fingerprint: str
    """Of text and structure: 16 hex digits.  The same fingerprint, the same comparison."""
    year: int | None = None
    """The year in the title."""
    kind: Kind | None = None
    department: str = ""
    draft: Draft | None = None
    """Where the claims are, when it is a draft of ours."""
    file: str = ""
    """Name of the file it was read from, without folders."""

    def part_at(self, offset: int) -> Part:
        """The part in which a code point of the text stands."""
        return next((p for p in reversed(self.parts) if p.span[0] <= offset), self.parts[0])


class Piece(Frozen):
    """A run of characters that stayed, went or came."""

    op: Literal["equal", "delete", "insert"]
    text: str


UnitOp = Literal["equal", "changed", "insert", "delete", "moved_from", "moved_to"]


class Unit(Frozen):
    """What became of one stretch (or of two that were joined or parted), in document order.

    The old text is rebuilt from all units but `insert` and `moved_to`, the new one from all but `delete` and
    `moved_from`.  A move stands twice, at both its places, each with the other's text beside it.
    """

    op: UnitOp
    kind: StretchKind
    """In the new version; in the old one of what is gone."""
    old: str = ""
    new: str = ""
    pieces: tuple[Piece, ...] = ()
    """Old to new.  Of `moved_to` too, where a moved sentence was edited on the way; empty for `moved_from`."""
    old_part: int | None = None
    """Index in `Comparison.old.parts`."""
    new_part: int | None = None
    old_paragraph: int | None = None
    """None where the unit has no place in the old version; paragraphs parted or joined show as different steps."""
    new_paragraph: int | None = None
    old_span: Span = NOWHERE
    new_span: Span = NOWHERE
    old_ids: tuple[str, ...] = ()
    """Sentence or block ids of a draft."""
    new_ids: tuple[str, ...] = ()
    move: int | None = None
    """The two ends of a move share this number."""

    @property
    def in_old(self) -> bool:
        """Whether it stands on the page of the old version, here."""
        return self.op not in ("insert", "moved_to")

    @property
    def in_new(self) -> bool:
        return self.op not in ("delete", "moved_from")


HunkKind = Literal["数字", "措辞", "增", "删", "移", "标点"]


class Hunk(Frozen):
    """One change, as a person would accept or refuse it."""

    id: str
    """“h1”, in document order; equal for equal inputs."""
    section: str
    """Key of the part (of the new version, of the old one for what is gone): id, else number and heading."""
    heading: str
    """Its number and heading, for people."""
    kind: HunkKind
    old: str
    new: str
    pieces: tuple[Piece, ...] = ()
    """The deletion and the insertion; of a move, what was edited on the way."""
    moved_to: str | None = None
    """Key of the part it moved to; only for 移."""
    old_span: Span = NOWHERE
    """Empty (start = end) where nothing was taken away."""
    new_span: Span = NOWHERE
    unit: int = 0
    """Index in `Comparison.units`; of a move the place it left."""
    numbering: bool = False
    """Only a printed number (（三）→（四）) changed, because something before it came or went."""


class Comparison(Frozen):
    """Two versions and all that differs between them."""

    old: Version
    new: Version
    hunks: tuple[Hunk, ...]
    """In document order."""
    units: tuple[Unit, ...]
    """Everything, equal stretches as well: enough to print either text, or both at once."""

    def rejected(self) -> str:
        """The text when every change is refused: the old one."""
        return _rebuilt((u.old_paragraph, u.old) for u in self.units if u.in_old)

    def accepted(self) -> str:
        """The text when every change is accepted: the new one."""
        return _rebuilt((u.new_paragraph, u.new) for u in self.units if u.in_new)


def _rebuilt(units: Iterable[tuple[int | None, str]]) -> str:
    out: list[str] = []
    paragraph: int | None = None
    for number, text in units:
        if paragraph is not None and number != paragraph:
            out.append("\n")
        out.append(text)
        paragraph = number
    return "".join(out)


# --- making one -----------------------------------------------------------------------------------


_MOST_LINES = 20_000
_MOST_SENTENCES = 10_000
"""Of one paragraph; in a longer one short sentences are taken together."""


class Line(NamedTuple):
    """A paragraph of a version to be, and what it opens."""

    kind: StretchKind
    pieces: tuple[tuple[str, str, int], ...]
    """(text, id, where the text starts in what the id names): joined they are the paragraph."""
    opens: tuple[str, str, str, int] | None = None
    """(id, number, heading, level) of the part that begins here."""


def version_of_draft(draft: Draft) -> Version:
    """A draft as it is printed: the notice it travels in, the body, annexes last; 一是…二是… run on in one paragraph."""
    return version_of_lines(
        draft.title.text,
        _lines_of_draft(draft),
        year=draft.year,
        kind=draft.kind,
        department=draft.department,
        draft=draft,
        salt=draft.id,
    )


def version_of_text(text: str) -> Version:
    """Words that never were a file, exactly as given but for blank lines and the blanks around a line."""
    lines = [line for raw in text.split("\n") if (line := raw.strip())]
    if len(lines) > _MOST_LINES:
        # No document: what stands in so many lines is compared by bundles of them.
        step = len(lines) // _MOST_LINES + 1
        lines = ["\n".join(lines[at : at + step]) for at in range(0, len(lines), step)]
    title = lines[0] if lines and _is_title(lines[0]) else ""
    kind = kind_of_title(title)
    reported, planned = reported_and_planned(kind, years_of_title(title))
    return version_of_lines(title, _lines_of_text(lines, bool(title)), year=reported or planned, kind=kind)


def read_version(path: Path | str) -> Version:
    """The version in a file: a draft's .json, or a report as .docx, .md, .txt, .html, .pdf.

    Raises `InputError` and `UploadRejected` that name the file and say what to do.
    """
    file = Path(path)
    if file.suffix.lower() == ".json":
        return version_of_draft(read_draft(file)).model_copy(update={"file": file.name})
    reading = read_text(file)
    document = understand(reading)
    notice = _notice_of(reading) if document.wrapper else ()
    return version_of_lines(
        document.title,
        _lines_of_document(document, notice),
        year=document.year,
        kind=document.kind,
        department=document.department,
        file=file.name,
    )


def version_of_lines(
    title: str,
    lines: Iterable[Line],
    *,
    year: int | None = None,
    kind: Kind | None = None,
    department: str = "",
    draft: Draft | None = None,
    file: str = "",
    salt: str = "",
) -> Version:
    builder = _Builder()
    for line in lines:
        builder.add(line)
    text = "\n".join(builder.paragraphs)
    return Version(
        title=title,
        parts=builder.parts(len(text)),
        stretches=tuple(builder.stretches),
        text=text,
        fingerprint=builder.fingerprint(title, salt),
        year=year,
        kind=kind,
        department=department,
        draft=draft,
        file=file,
    )


class _Builder:
    """Puts a version together, line by line."""

    def __init__(self) -> None:
        self.paragraphs: list[str] = []
        self.stretches: list[Stretch] = []
        self.opened: list[tuple[tuple[str, str, str, int], int, int]] = [(("", "", "", 0), 0, 0)]
        """(what opens, first stretch, offset)"""
        self.length = 0

    def add(self, line: Line) -> None:
        text = "".join(text for text, _, _ in line.pieces)
        if not text:
            return
        if line.opens is not None:
            self._open(line.opens)
        start = self.length
        shortest = len(text) // _MOST_SENTENCES
        for piece, identity, at in line.pieces:
            for offset, sentence in _stretches_of(line.kind, piece, shortest):
                self.stretches.append(
                    Stretch(
                        kind=line.kind,
                        text=sentence,
                        paragraph=len(self.paragraphs),
                        start=start + offset,
                        part=len(self.opened) - 1,
                        id=identity,
                        at=at + offset,
                    )
                )
            start += len(piece)
        self.paragraphs.append(text)
        self.length += len(text) + 1

    def _open(self, opens: tuple[str, str, str, int]) -> None:
        only_title = len(self.opened) == 1 and all(s.kind == "title" for s in self.stretches)
        if only_title and (not self.stretches or opens[3] == 0):
            # The text under the title is one part with it, as in a foreign text.
            self.opened = [(opens, 0, 0)]
        else:
            self.opened.append((opens, len(self.stretches), self.length))

    def parts(self, length: int) -> tuple[Part, ...]:
        ends = [(s, o) for _, s, o in self.opened[1:]] + [(len(self.stretches), length)]
        return tuple(
            self._part(opens, self.stretches[first:last], (offset, min(end, length)))
            for (opens, first, offset), (last, end) in zip(self.opened, ends, strict=True)
        )

    def _part(self, opens: tuple[str, str, str, int], stretches: list[Stretch], span: Span) -> Part:
        own = [s for s in stretches if s.kind not in ("title", "heading")]
        identity, number, heading, level = opens
        return Part(
            id=identity,
            number=number,
            heading=heading,
            level=level,
            sentences=tuple(s.text for s in own),
            paragraphs=tuple(s.paragraph for s in own),
            span=span,
        )

    def fingerprint(self, title: str, salt: str) -> str:
        structure = [opens for opens, _, _ in self.opened]
        body = [(s.kind, s.text, s.paragraph, s.part) for s in self.stretches]
        said = repr((title, salt, structure, body)).encode("utf-8", "surrogatepass")
        return hashlib.sha256(said).hexdigest()[:16]


def _stretches_of(kind: StretchKind, text: str, shortest: int = 0) -> Iterator[tuple[int, str]]:
    """(offset, text): running text by sentences, everything else as it is."""
    if kind != "sentence" or "\n" in text:
        if text:
            yield 0, text
        return
    at, waiting = 0, ""
    for sentence in split_sentences(text):
        waiting += sentence
        if len(waiting) > shortest:
            yield at, waiting
            at, waiting = at + len(waiting), ""
    if waiting:
        yield at, waiting


# --- of a draft -----------------------------------------------------------------------------------

_RUN_ON = re.compile(r"^[一二三四五六七八九十]+是")
_ANNEX = re.compile(r"^(附[表件])\s*[0-9一二三四五六七八九十]*\s*[：:、.．]?\s*(.*)$", re.DOTALL)


def _lines_of_draft(draft: Draft) -> Iterator[Line]:
    shell = draft.shell
    title = Line("title", ((draft.title.text, "title", 0),))
    opening = [shell.title, _addressee(shell.addressee), *shell.opening.splitlines()]
    signed = [shell.issuer, shell.date]
    closing = [*shell.closing.splitlines(), *signed]
    if shell.type == "notice":
        yield from _shell_lines([*opening, *closing], opens=("shell", "", "", 0))
    elif shell.type == "report":
        yield from _shell_lines(opening, opens=("shell", "", "", 0))
    if shell.type != "report" or not shell.title:
        yield title
    for section in draft.sections:
        if not _is_annex(section):
            yield from _lines_of_section(section)
    if shell.type != "notice":
        yield from _shell_lines(closing if shell.type == "report" else signed, opens=None)
    annexes = [section for section in draft.sections if _is_annex(section)]
    for number, section in enumerate(annexes, 1):
        yield from _lines_of_annex(section, number if len(annexes) > 1 else 0)


def _addressee(words: str) -> str:
    return words.strip().rstrip("：:") + "：" if words.strip() else ""


def _shell_lines(lines: Iterable[str], opens: tuple[str, str, str, int] | None) -> Iterator[Line]:
    for text in lines:
        if text.strip():
            yield Line("sentence", ((text.strip(), "", 0),), opens)
            opens = None


def _is_annex(section: Section) -> bool:
    """Tables only, and no number that the body would miss: printed behind the body."""
    tables_only = bool(section.blocks) and all(block.table is not None for block in section.blocks)
    return tables_only and (not section.number or _ANNEX.match(section.number) is not None)


def _lines_of_annex(section: Section, number: int) -> Iterator[Line]:
    """附表2, its title, its tables: as `word.flow` prints them."""
    match = _ANNEX.match(section.heading.text)
    word, title = (match[1], match[2]) if match else ("附表", section.heading.text)
    label = section.number or f"{word}{number or ''}"
    yield Line("heading", ((label, "heading", 0),), (section.id, label, title, section.level))
    if title:
        yield Line("caption", ((title, "heading", 0),))
    for block in section.blocks:
        yield from (line for line in _lines_of_table(block) if line.pieces[0][0] != title or line.kind != "caption")


def _lines_of_section(section: Section) -> Iterator[Line]:
    opens: tuple[str, str, str, int] | None = (section.id, section.number, section.heading.text, section.level)
    pending: tuple[tuple[str, str, int], ...] = ()
    lines: list[Line] = []
    heading = section.number + section.heading.text
    if section.level > 0 and heading:
        lines.append(Line("heading", ((heading, "heading", -len(section.number)),)))
    for block in section.blocks:
        runs_on = block.type == "item" and _RUN_ON.match(block.number) is not None
        if pending and (block.table is not None or not runs_on):
            lines.append(Line("sentence", pending))
            pending = ()
        if block.table is not None:
            lines += _lines_of_table(block)
        else:
            pending += _pieces_of_block(section, block)
    lines.append(Line("sentence", pending))
    for line in lines:
        if line.pieces and any(text for text, _, _ in line.pieces):
            yield line._replace(opens=opens)
            opens = None


def _pieces_of_block(section: Section, block: Block) -> tuple[tuple[str, str, int], ...]:
    texts = {s.id: s.text for s in section.sentences}
    sentences = [(texts.get(i, ""), i) for i in block.sentence_ids]
    if not sentences:
        return ((block.number, block.id, 0),)
    (first, identity), *rest = sentences
    number = block.number
    return ((number + first, identity, -len(number)), *((text, i, 0) for text, i in rest))


def _lines_of_table(block: Block) -> Iterator[Line]:
    table = block.table
    assert table is not None
    if table.title:
        yield Line("caption", ((table.title, block.id, 0),))
    for row in (table.header, *(tuple(cell.text for cell in row) for row in table.rows)):
        yield Line("row", (("\t".join(row), block.id, 0),))


# --- of foreign words -----------------------------------------------------------------------------


def _is_title(line: str) -> bool:
    return len(line) <= 60 and kind_of_title(line) is not None and not re.search(r"[。；：，！]", line)


def _lines_of_text(lines: list[str], titled: bool) -> Iterator[Line]:
    for i, line in enumerate(lines):
        if i == 0 and titled:
            yield Line("title", ((line, "", 0),))
        elif "\t" in line:
            yield Line("row", ((line, "", 0),))
        elif found := read_heading(line[:400], lines[i + 1][:400] if i + 1 < len(lines) else None):
            opens = ("", found.number, found.heading, found.level)
            own_line = found.end >= len(line)
            yield Line("heading" if own_line else "sentence", ((line, "", 0),), opens)
        else:
            yield Line("sentence", ((line, "", 0),))


def _lines_of_document(document: Document, notice: Iterable[str]) -> Iterator[Line]:
    """The notice first, then the report, then the other documents of the same file."""
    yield from _shell_lines(notice, opens=("", "", "", 0))
    for part in (document, *document.parts):
        yield from _lines_of_report(part, first=part is document)


def _notice_of(reading: Reading) -> list[str]:
    """The lines of the 通知 before an attached report, as they stand on the page."""
    paragraphs = with_whole_title(list(clean(reading).paragraphs))
    _, report = split_notice(paragraphs)
    return [p.text for p in paragraphs[: len(paragraphs) - len(report)]]


def _lines_of_report(document: Document, first: bool) -> Iterator[Line]:
    headings = {h.start: h for h in reversed(document.outline) if h.level < 5}
    for paragraph in document.paragraphs:
        heading = headings.get(paragraph.start)
        opens = ("", heading.number, heading.heading, heading.level) if heading else None
        if paragraph.kind == "title" and not first:
            opens = ("", "", paragraph.text, 0)
        yield Line(_kind_of(paragraph), ((paragraph.text, "", 0),), opens)


def _kind_of(paragraph: TextParagraph) -> StretchKind:
    if paragraph.kind in ("title", "heading"):
        return "title" if paragraph.kind == "title" else "heading"
    return "row" if paragraph.kind == "table" else "sentence"

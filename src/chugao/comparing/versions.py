"""The nouns of comparing: a version of a text, what became of each of its sentences, and the changes a person reads.

In: a draft, a text, or a file.  Out: `Version`; `compare` makes a `Comparison` of two of them.

A version is cut into stretches (title, heading, sentence, caption, table row), every character of it lies in one, and
the paragraphs of `Version.text` are lines.  So both texts can be rebuilt exactly from a comparison, whatever it found.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

from chugao.comparing.sentences import split_sentences
from chugao.kind import Kind

if TYPE_CHECKING:
    from chugao.manuscript import Draft

StretchKind = Literal["title", "heading", "sentence", "caption", "row"]
Span = tuple[int, int]
"""[start, end) in code points of `Version.text`."""
NOWHERE: Span = (-1, -1)


class Stretch(NamedTuple):
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


class Part(NamedTuple):
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
        # “附表1 2025年主要指标完成情况表”: without the gap the two numbers read as one.
        gap = " " if self.number.startswith("附") and self.heading else ""
        return f"{self.number}{gap}{self.heading}" or "开头"

    @property
    def key(self) -> str:
        """The id, or in a foreign text the heading."""
        return self.id or self.number + self.heading


class Version(NamedTuple):
    """One state of a document."""

    title: str
    parts: tuple[Part, ...]
    """In document order, never nested; at least one."""
    stretches: tuple[Stretch, ...]
    """Everything, in document order."""
    text: str
    """The whole document, a paragraph or table row a line; every offset here refers to it."""
    year: int | None = None
    """The year in the title."""
    kind: Kind | None = None
    department: str = ""
    draft: "Draft | None" = None
    """Where the claims are, when it is a draft of ours."""
    file: str = ""
    """Name of the file it was read from, without folders."""

    @property
    def fingerprint(self) -> str:
        """Of text and structure: 16 hex digits, reckoned when asked for; only a redline writes it down."""
        structure = [(p.id, p.number, p.heading, p.level) for p in self.parts]
        body = [(s.kind, s.text, s.paragraph, s.part) for s in self.stretches]
        said = repr((self.title, self.draft.id if self.draft else "", structure, body))
        return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def part_at(self, offset: int) -> Part:
        """The part in which a code point of the text stands."""
        return self.parts[max(0, bisect_right(self.parts, offset, key=lambda part: part.span[0]) - 1)]


class Piece(NamedTuple):
    """A run of characters that stayed, went or came."""

    op: Literal["equal", "delete", "insert"]
    text: str


UnitOp = Literal["equal", "changed", "insert", "delete", "moved_from", "moved_to"]


class Unit(NamedTuple):
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


class Hunk(NamedTuple):
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


class Comparison(NamedTuple):
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


_MOST_SENTENCES = 10_000
"""Of one paragraph; in a longer one short sentences are taken together."""


class Line(NamedTuple):
    """A paragraph of a version to be, and what it opens."""

    kind: StretchKind
    pieces: tuple[tuple[str, str, int], ...]
    """(text, id, where the text starts in what the id names): joined they are the paragraph."""
    opens: tuple[str, str, str, int] | None = None
    """(id, number, heading, level) of the part that begins here."""


def version_of_lines(
    title: str,
    lines: Iterable[Line],
    *,
    year: int | None = None,
    kind: Kind | None = None,
    department: str = "",
    draft: "Draft | None" = None,
    file: str = "",
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
        kind, pieces, opens = line
        text = pieces[0][0] if len(pieces) == 1 else "".join([piece[0] for piece in pieces])
        if not text:
            return
        if opens is not None:
            self._open(opens)
        paragraph, part, start = len(self.paragraphs), len(self.opened) - 1, self.length
        shortest = len(text) // _MOST_SENTENCES
        for piece, identity, at in pieces:
            for sentence in _stretches_of(kind, piece, shortest):
                self.stretches.append(Stretch(kind, sentence, paragraph, start, part, identity, at))
                start += len(sentence)
                at += len(sentence)
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
        return Part(*opens, tuple([s.text for s in own]), tuple([s.paragraph for s in own]), span)


def _stretches_of(kind: StretchKind, text: str, shortest: int = 0) -> Iterable[str]:
    """Running text by sentences, everything else as it is; joined they are the text."""
    if kind != "sentence" or "\n" in text:
        return (text,) if text else ()
    return _bundles(text, shortest) if shortest else split_sentences(text)


def _bundles(text: str, shortest: int) -> Iterator[str]:
    """Sentences taken together until they are long enough."""
    waiting = ""
    for sentence in split_sentences(text):
        waiting += sentence
        if len(waiting) > shortest:
            yield waiting
            waiting = ""
    if waiting:
        yield waiting

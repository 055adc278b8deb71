"""A text as every rule of the checks reads it: understood once, with places that count in the text itself.

In: a text as it stands in its file (or a draft, flattened).  Out: `Reading`: paragraphs, sentences, title, kind, years,
mentions, each with offsets in that very text.

Surprise: what a rule reads has its punctuation restored (one character for one) and its web noise left out, so that a
scraped text is not blamed for what the scraping did; the offsets still count in what the person sees.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, islice
from typing import NamedTuple

from chugao.catalogue import Catalogue, load_catalogue
from chugao.checks.prose import Page, page_of
from chugao.checks.told import Change, changes_in
from chugao.config import Office
from chugao.documents.headings import Role
from chugao.documents.paragraph import Paragraph as RawParagraph
from chugao.documents.punctuation import restore_punctuation
from chugao.documents.reading import Reading as RawReading
from chugao.documents.structure import Document, Heading, ParagraphKind, TextParagraph, understand
from chugao.kind import Kind
from chugao.mentions import Mention, find_mentions
from chugao.source import Severity

MOST_READ = 100_000
"""Characters of a text that the rules read: four times the longest report known, and a bound on hostile ones."""
MOST_NUMBERS = 15_000
"""Numbers of a text that are looked at; the longest report known has three thousand."""
_DIGITS = re.compile(r"[0-9０-９]+")
_MARKDOWN = re.compile(r"^[ \t]*(#{1,6})[ \t]+")
_SENTENCE = re.compile(r"[^。！？]+[。！？]?[”』）]?")


class Hit(NamedTuple):
    """Something a rule found: where, and what to write instead."""

    start: int
    end: int
    """Code points of `Reading.text`; the quote is what stands there."""
    hint: str
    severity: Severity | None = None
    """None: the rule's own."""


class Line(NamedTuple):
    """A paragraph of the document: noise is left out, hard line breaks are healed."""

    start: int
    end: int
    text: str
    """`plain[start:end]`; a healed line break stands in it as a line end."""
    kind: ParagraphKind
    role: Role
    """成绩, 问题, 计划, 要求 or ""."""
    path: tuple[str, ...]
    """Headings over it, outermost first."""
    heading: Heading | None
    """The heading it is or begins with; its `start` counts in another text, use this line's."""
    part: int
    """Which document of the file, from 0."""


class Sentence(NamedTuple):
    """One sentence of body text, without the heading it runs on from."""

    start: int
    end: int
    text: str
    line: Line


@dataclass(frozen=True)
class Reading:
    """A text understood once; frozen, what costs time is computed when first asked for."""

    text: str
    """As the person sees it: every offset counts in it."""
    plain: str
    """The same length, with the full-width punctuation that a conversion had folded."""
    title: str
    kind: Kind | None
    year: int | None
    """The year in the title: reported by a summary, planned by a plan."""
    plan_year: int | None
    department: str
    issuer: str
    level: str
    """科室, 医院, 乡镇, 区县, 市; "" when unknown."""
    lines: tuple[Line, ...]
    document: Document
    """As `documents` understood it: wrapper, flags; its offsets count in its own text."""
    ours: bool = False
    """A draft of ours, flattened; its structure is checked on the draft itself."""
    office: Office = field(default_factory=Office)
    catalogue: Catalogue = field(default_factory=load_catalogue)
    cut: bool = False
    """The text was longer than `MOST_READ`; what follows was not read."""
    given: str = ""
    """Everything the figures and matters say, as one text; "" when none were given."""
    found: tuple[Mention, ...] | None = None
    """Every number of the text, where somebody has read it before; ask `mentions`."""

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """Sentences of body text in order."""
        return tuple(_sentences(self.lines))

    @cached_property
    def prose(self) -> str:
        """The sentences, a line each: what is not in here no sentence says."""
        return "\n".join(s.text for s in self.sentences)

    @cached_property
    def mentions(self) -> tuple[Mention, ...]:
        """Every number of the text."""
        if self.found is not None:
            return self.found
        return tuple(find_mentions(self.text, self.catalogue, kind=self.kind, year=self.year))

    @cached_property
    def page(self) -> Page:
        """The numbers sentence by sentence, with the words between them."""
        return page_of(self.plain, self.mentions)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """Every change a sentence tells with both its levels; several rules ask for them."""
        return tuple(changes_in(self.page, self.reported))

    @cached_property
    def body(self) -> tuple[Line, ...]:
        """Lines that are prose: no title, heading on its own line, table or signature."""
        return tuple(x for x in self.lines if x.kind == "body")

    @cached_property
    def characters(self) -> int:
        """Length of the prose."""
        return sum(len(x.text) for x in self.body)

    @property
    def reported(self) -> int | None:
        """The year whose results are told."""
        if self.year is None:
            return None
        return self.year if self.kind is None or self.kind.looks_back else self.year - 1

    def line_at(self, place: int) -> Line | None:
        """The line a place of the text stands in."""
        at = bisect_right(self._starts, place) - 1
        return self.lines[at] if at >= 0 and place < self.lines[at].end + 1 else None

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        return tuple(x.start for x in self.lines)


Finder = Callable[[Reading], Iterable[Hit]]
"""A rule: what it finds in a text."""


def year_of_work(line: Line, reading: Reading) -> int | None:
    """The year whose work a line tells or plans."""
    if reading.kind is not None and not reading.kind.looks_back:
        return reading.year
    if line.role == "计划" and reading.reported is not None:
        return reading.plan_year or reading.reported + 1
    return reading.reported


def looks_ahead(line: Line, reading: Reading) -> bool:
    """Whether a line belongs to a plan."""
    return line.role == "计划" or (reading.kind is not None and not reading.kind.looks_back)


def readable(text: str) -> str:
    """As much of a text as is looked at: all of any report, the beginning of a hostile one; `read` says so."""
    text = text[:MOST_READ]
    last = next(islice(_DIGITS.finditer(text), MOST_NUMBERS, None), None)
    return text if last is None else text[: last.start()]


def read(
    text: str,
    *,
    kind: Kind | None = None,
    year: int | None = None,
    ours: bool = False,
    office: Office | None = None,
    catalogue: Catalogue | None = None,
    given: str = "",
    level: str = "",
    mentions: Sequence[Mention] | None = None,
) -> Reading:
    """Understand a text for the rules; linear in its length.  `kind` and `year` stand over what the title says.

    `mentions` are the numbers of `readable(text)`, where they are known.
    """
    whole, text = text, readable(text)
    raw = text.split("\n")
    starts = list(accumulate((len(x) + 1 for x in raw), initial=0))
    document = understand(RawReading(file="", fingerprint="", format="text", paragraphs=tuple(_raw_lines(raw))))
    plain = restore_punctuation(text) if ours else "\n".join(map(restore_punctuation, raw))
    lines: list[Line] = []
    for part, piece in enumerate((document, *document.parts)):
        headings = {h.start: h for h in piece.outline if h.level < 5}
        lines += [_line(p, headings.get(p.start), part, plain, starts) for p in piece.paragraphs if p.lines]
    own_kind = kind or document.kind
    return Reading(
        text=text,
        plain=plain,
        title=document.title,
        kind=own_kind,
        year=year or document.year,
        plan_year=document.plan_year if not year or year == document.year else year + (own_kind is Kind.SUMMARY_PLAN),
        department=document.department,
        issuer=document.issuer,
        level=level or document.level,
        lines=tuple(sorted(lines, key=lambda x: x.start)),
        document=document,
        ours=ours,
        office=office or Office(),
        catalogue=catalogue or load_catalogue(),
        given=given,
        found=None if mentions is None else tuple(mentions),
        cut=len(text) < len(whole),
    )


def _raw_lines(raw: Sequence[str]) -> Iterator[RawParagraph]:
    front = _front_matter(raw)
    for number, line in enumerate(raw, 1):
        if not line.strip() or number <= front:
            continue
        marked = _MARKDOWN.match(line)
        if marked:
            yield RawParagraph(text=line[marked.end() :], style_level=len(marked[1]) - 1, line=number)
        else:
            yield RawParagraph(text=line, table="\t" in line.strip() or line.count("|") >= 2, line=number)


def _front_matter(raw: Sequence[str]) -> int:
    """How many lines at the top say what the file is, between two lines of ---; they are no text."""
    first = next((n for n, x in enumerate(raw[:5]) if x.strip()), 0)
    if not raw or raw[first].strip(" \r\ufeff") != "---":
        return 0
    return next((n + 1 for n, x in enumerate(raw[:30]) if n > first and x.strip() == "---"), 0)


def _line(p: TextParagraph, heading: Heading | None, part: int, plain: str, starts: list[int]) -> Line:
    start, end = starts[min(p.lines) - 1], starts[max(p.lines)] - 1
    while start < end and plain[start] in " \t\r　#\xa0\ufeff":
        start += 1
    while end > start and plain[end - 1] in " \t\r　\xa0":
        end -= 1
    return Line(start, end, plain[start:end], p.kind, p.role, p.heading_path, heading, part)


def _sentences(lines: Iterable[Line]) -> Iterator[Sentence]:
    for line in lines:
        if line.kind != "body":
            continue
        for match in _SENTENCE.finditer(line.text):
            text = match.group().strip()
            if text:
                start = line.start + match.start() + (len(match.group()) - len(match.group().lstrip()))
                yield Sentence(start, start + len(text), text, line)

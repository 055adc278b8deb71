"""Which line of a returned file is which block of the draft: by bookmark, else by its text, else by likeness.

In: a `Draft` and the lines of a file.  Out: a `Version` of the file whose parts bear the draft's ids, and how each block
was found.

Measured: bookmarks survive LibreOffice, but not a deleted paragraph, and merging or pasting may join or double them.  So
a bookmark counts only where it holds text, and of two places far apart the likelier one has it.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from chugao.comparing.aligning import alike, likeness
from chugao.comparing.versions import Line as VersionLine
from chugao.comparing.versions import Stretch, Version, version_of_lines
from chugao.flow import Choices, Piece, flow_of
from chugao.manuscript import Draft
from chugao.word.anchors import Anchor, bookmark_names
from chugao.word.layout import gbt9704
from chugao.word.returned import Line

How = Literal["bookmark", "text", "alignment"]
STEPS: tuple[How, ...] = ("bookmark", "text", "alignment")
PRINTED_NUMBER = re.compile(
    r"第[一二三四五六七八九十\d]{1,3}(?:章|部分|节)[　 ]?|[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十\d]{1,3}[)）]"
    r"|\d{1,2}[.．、](?!\d)"
)
_HEADING_LEVELS = (
    (re.compile(r"[一二三四五六七八九十]{1,3}、"), 1),
    (re.compile(r"[（(][一二三四五六七八九十]{1,3}[)）]"), 2),
    (re.compile(r"\d{1,2}[.．、](?!\d)"), 3),
)
_LONGEST_HEADING = 40


class Printed(NamedTuple):
    """A line of the draft as it was printed; a table row, or a whole paragraph."""

    anchors: tuple[Anchor, ...]
    text: str
    role: str
    level: int = 0
    blank: bool = False
    """Room for a date that nobody has given: no text of the draft."""


class Found(NamedTuple):
    """What a line of a returned file is."""

    printed: tuple[int, ...] = ()
    """Indexes of `Printed`; several when paragraphs were joined."""
    how: How | None = None


class Matching(NamedTuple):
    """A draft's lines and a file's, found in each other."""

    printed: tuple[Printed, ...]
    lines: tuple[Line, ...]
    found: tuple[Found, ...]

    def steps(self) -> Iterator[tuple[Anchor, How | None]]:
        """For each title, heading, block and caption of the draft: by which step it was found, None when it is gone."""
        how: dict[int, How] = {}
        for found in self.found:
            for index in found.printed:
                if found.how:
                    how.setdefault(index, found.how)
        seen: dict[Anchor, How | None] = {}
        for i, printed in enumerate(self.printed):
            for anchor in printed.anchors:
                if seen.get(anchor) is None:
                    seen[anchor] = how.get(i)
        yield from seen.items()


def match(draft: Draft, lines: Sequence[Line]) -> Matching:
    """Find the lines of a file among those of a draft."""
    label = next((line.text.strip() for line in lines if line.text.strip() in ("附件", "附件：")), "")
    printed = tuple(_printed(draft, label))
    search = _Search(printed, lines, bookmark_names(draft))
    search.by_bookmark()
    search.by_text()
    search.by_likeness()
    return Matching(printed, tuple(lines), tuple(search.found))


def _printed(draft: Draft, label: str) -> Iterator[Printed]:
    """`label`: what a house put over the document that a 通知 issues."""
    layout = gbt9704()
    for piece in flow_of(draft, Choices(run_on=layout.items.run_on, issued_label=label)):
        anchors = tuple(dict.fromkeys(run.anchor for run in piece.runs if run.anchor))
        if piece.table is not None:
            for row in (piece.table.header, *(tuple(c.text for c in row) for row in piece.table.rows)):
                yield Printed(anchors, "\t".join(row), "row")
        elif piece.role == "date" and not piece.text:
            yield Printed((), layout.signature.date_blank.strip("　 "), "date", blank=True)
        else:
            yield Printed(anchors, _one_line(piece), piece.role, piece.level)


def _one_line(piece: Piece) -> str:
    return piece.text.strip()


class _Search:
    """Lines being found."""

    def __init__(self, printed: Sequence[Printed], lines: Sequence[Line], names: dict[Anchor, str]) -> None:
        self.printed, self.lines = printed, lines
        self.anchor_of = {name: anchor for anchor, name in names.items()}
        self.found: list[Found] = [Found() for _ in lines]
        self.free = set(range(len(printed)))

    def by_bookmark(self) -> None:
        where: dict[Anchor, list[int]] = defaultdict(list)
        for j, line in enumerate(self.lines):
            for name in line.bookmarks:
                if name in self.anchor_of:
                    where[self.anchor_of[name]].append(j)
        holders: dict[Anchor, list[int]] = defaultdict(list)
        for i, printed in enumerate(self.printed):
            for anchor in printed.anchors:
                holders[anchor].append(i)
        for anchor, places in where.items():
            if not (own := holders.get(anchor)):
                continue
            for j in self._likeliest(places, self.printed[own[0]].text):
                self._take(j, own[0], "bookmark")
                if self.printed[own[0]].role == "row":
                    self._rows(j, own)

    def _likeliest(self, places: list[int], text: str) -> list[int]:
        """One place; or several side by side, where one paragraph was parted."""
        runs: list[list[int]] = []
        for j in places:
            # One that a program forgot to close seems to hold all that follows: it ends where another begins.
            if runs and j == runs[-1][-1] + 1 and len(self.lines[j].bookmarks) == 1:
                runs[-1].append(j)
            else:
                runs.append([j])
        return max(runs, key=lambda run: likeness("".join(self.lines[j].text for j in run), text, 0.0))

    def _rows(self, first: int, own: list[int]) -> None:
        """The other rows of a table whose first row is found: as many as it has, the same ones where they are the same."""
        table = self.lines[first].table
        rows = [j for j, line in enumerate(self.lines) if line.table == table and j != first] if table >= 0 else []
        by_text: dict[str, list[int]] = defaultdict(list)
        for i in own[1:]:
            by_text[self.printed[i].text].append(i)
        left = []
        for j in rows:
            if same := by_text.get(self.lines[j].text):
                self._take(j, same.pop(0), "bookmark")
            else:
                left.append(j)
        for j, i in zip(left, [i for i in own[1:] if i in self.free], strict=False):
            self._take(j, i, "bookmark")

    def by_text(self) -> None:
        """The same words, from the first to the last; a line between its neighbours before one elsewhere."""
        where: dict[tuple[bool, str], list[int]] = defaultdict(list)
        for i in sorted(self.free):
            where[self.printed[i].role == "row", self.printed[i].text].append(i)
        last = -1
        for j, line in enumerate(self.lines):
            if self.found[j].printed:
                last = max(last, *self.found[j].printed)
            elif same := where.get((line.table >= 0, line.text)):
                i = next((k for k in same if k > last), same[0])
                same.remove(i)
                self._take(j, i, "text")
                last = max(last, i)

    def by_likeness(self) -> None:
        old = sorted(self.free)
        new = [j for j, f in enumerate(self.found) if not f.printed]
        groups = alike(
            [_stretch(p.text, p.role == "row") for p in self.printed],
            [_stretch(line.text, line.table >= 0) for line in self.lines],
            (old, new),
        )
        for group in list(groups):
            for j in group.new:
                for i in group.old:
                    self._take(j, i, "alignment")

    def _take(self, j: int, i: int, how: How) -> None:
        known = self.found[j]
        self.found[j] = Found((*known.printed, i), known.how or how)
        self.free.discard(i)


def _stretch(text: str, row: bool) -> Stretch:
    return Stretch(kind="row" if row else "sentence", text=text, paragraph=0, start=0, part=0)


# --- the file as a version ------------------------------------------------------------------------


def version_of(draft: Draft, matching: Matching, file: str) -> tuple[Version, tuple[int, ...]]:
    """The file as a `Version` with the draft's part ids; and for each of its paragraphs the index of the line."""
    lines: list[VersionLine] = []
    places: list[int] = []
    state = _Opening(draft, matching.printed)
    title = ""
    for j, (line, found) in enumerate(zip(matching.lines, matching.found, strict=True)):
        printed = [matching.printed[i] for i in found.printed]
        if any(p.blank for p in printed) and line.text.strip("　 ") == printed[0].text:
            continue
        made = state.line(line, printed)
        title = title or (line.text if made.kind == "title" else "")
        lines.append(made)
        places.append(j)
    version = version_of_lines(
        title or draft.title.text, lines, year=draft.year, kind=draft.kind, department=draft.department, file=file
    )
    return version, tuple(places)


class _Opening:
    """Which part each line opens."""

    def __init__(self, draft: Draft, printed: Sequence[Printed]) -> None:
        self.draft = draft
        self.sections = {s.id: s for s in draft.sections}
        self.opened: set[str] = set()
        self.first = True
        self.headed = {p.anchors[0][1] for p in printed if p.anchors and p.anchors[0][0] == "section"}

    def line(self, line: Line, printed: Sequence[Printed]) -> VersionLine:
        text = line.text
        anchors = [a for p in printed for a in p.anchors]
        role = printed[0].role if printed else ""
        pieces = ((text, "", 0),)
        first, self.first = self.first, False
        if ("title",) in anchors and not self._is_shell_title(text, role):
            return VersionLine("title", pieces)
        if line.table >= 0:
            return VersionLine("row", pieces, self._unheaded(anchors))
        if section := next((a[1] for a in anchors if a[0] == "section" and a[1] not in self.opened), ""):
            self.opened.add(section)
            opens = self._label(section, text) if role == "label" else self._opens(section, text)
            return VersionLine("heading", pieces, opens)
        if not anchors and not printed and (level := _heading_level(line)):
            number = PRINTED_NUMBER.match(text)
            at = number.end() if number else 0
            return VersionLine("heading", pieces, ("", text[:at], text[at:], level))
        if role in ("caption", "annex_title"):
            return VersionLine("caption", pieces, self._unheaded(anchors))
        in_shell = self.draft.shell.type in ("notice", "report") and first
        return VersionLine("sentence", pieces, ("shell", "", "", 0) if in_shell else self._unheaded(anchors))

    def _is_shell_title(self, text: str, role: str) -> bool:
        shell = self.draft.shell
        return shell.type == "report" and bool(shell.title)

    def _label(self, section_id: str, text: str) -> tuple[str, str, str, int]:
        section = self.sections[section_id]
        return (section_id, text, section.heading.text, section.level)

    def _opens(self, section_id: str, text: str) -> tuple[str, str, str, int]:
        section = self.sections[section_id]
        number = PRINTED_NUMBER.match(text)
        at = (
            len(section.number) if section.number and text.startswith(section.number) else number.end() if number else 0
        )
        return (section_id, text[:at], text[at:], section.level)

    def _unheaded(self, anchors: Sequence[Anchor]) -> tuple[str, str, str, int] | None:
        """What opens where the first block of a section without a printed heading stands."""
        for anchor in anchors:
            section = self.sections.get(anchor[1]) if anchor[0] in ("block", "caption") else None
            if section is not None and section.id not in self.opened and section.id not in self.headed:
                self.opened.add(section.id)
                return (section.id, section.number, section.heading.text, section.level)
        return None


def _heading_level(line: Line) -> int:
    """The level of a new heading, by its style or by its printed number; 0 for running text."""
    if line.level is not None and line.level > 0:
        return min(line.level, 4)
    if len(line.text) > _LONGEST_HEADING or re.search(r"[。；！？，]", line.text):
        return 0
    return next((level for pattern, level in _HEADING_LEVELS if pattern.match(line.text)), 0)

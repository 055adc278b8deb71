"""Versions out of what people have: a draft of ours, words, a file.

In: a `Draft`, a text, a path.  Out: `Version`s, for `compare` to lay beside each other.

A draft is read as `flow` prints it, so that a version and its page have the same lines.  What reads
strangers' files is loaded by whoever reads one: two drafts are compared without it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from chugao.comparing.versions import Line, StretchKind, Version, version_of_lines
from chugao.flow import Choices, Piece, Run, flow_of
from chugao.kind import kind_of_title, reported_and_planned, years_of_title

if TYPE_CHECKING:
    from chugao.documents.reading import Reading
    from chugao.documents.structure import Document, TextParagraph
    from chugao.manuscript import Draft, Section

_MOST_LINES = 20_000


def version_of_draft(draft: Draft) -> Version:
    """A draft as it is printed: the notice it travels in, the body, annexes last; 一是…二是… run on in one paragraph."""
    return version_of_lines(
        draft.title.text,
        _lines_of_draft(draft),
        year=draft.year,
        kind=draft.kind,
        department=draft.department,
        draft=draft,
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
        from chugao.draftfile import read_draft

        return version_of_draft(read_draft(file))._replace(file=file.name)
    from chugao.documents.reading import read_text
    from chugao.documents.structure import understand

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


# --- of a draft -----------------------------------------------------------------------------------

_SHELL = ("shell", "", "", 0)


def _lines_of_draft(draft: Draft) -> Iterator[Line]:
    """A line for each piece of the flow; the first of a section opens it, and the first of a notice opens that."""
    sections = {section.id: section for section in draft.sections}
    opened: str | None = None
    above = "", ""
    shell = _SHELL if draft.shell.type != "plain" else None
    pieces = list(flow_of(draft, Choices(claims=False)))
    for piece, following in zip(pieces, [*pieces[1:], None], strict=True):
        if piece.table is None and not piece.text:
            continue
        section = opened if piece.role == "annex_title" else _section_of(piece)
        if section is not None:
            opens = _opened(sections[section], piece, following) if section != opened else None
            if opens and not opens[1] + opens[2]:
                # What has no heading of its own stands under the one above, as whoever reads the page sees it.
                opens = opens[0], *above, opens[3]
            above = opens[1:3] if opens else above
            opened = section
            number = len(sections[section].number)
            for i, words in enumerate(_rows(piece) if piece.table is not None else [_words(piece, number)]):
                yield Line(_KINDS.get(piece.role, "sentence"), words, opens if i == 0 else None)
        elif piece.runs[0].anchor and not (shell and draft.shell.title):
            yield Line("title", _words(piece, 0))
        else:
            yield Line("sentence", ((piece.text, "", 0),), shell)
            shell = None


_KINDS: dict[str, StretchKind] = {
    "heading": "heading",
    "label": "heading",
    "caption": "caption",
    "annex_title": "caption",
    "table": "row",
}
Words = tuple[tuple[str, str, int], ...]
"""(text, id, where the text starts in what the id names)"""


def _section_of(piece: Piece) -> str | None:
    """Id of the section a piece belongs to; None of title, notice and signature."""
    anchor = piece.runs[0].anchor
    return anchor[1] if len(anchor) > 1 else None


def _opened(section: Section, piece: Piece, following: Piece | None) -> tuple[str, str, str, int]:
    """(id, number, heading, level) of a section; an annex is called by its label."""
    if piece.role != "label":
        return section.id, section.number, section.heading.text, section.level
    title = following.text if following is not None and following.role == "annex_title" else ""
    return section.id, piece.text, title, section.level


def _words(piece: Piece, number: int) -> Words:
    """The words of a paragraph; `number` is how long the printed number of its section is."""
    if piece.role in ("heading", "label", "annex_title"):
        return ((piece.text, "heading", -number if piece.role == "heading" else 0),)
    return tuple(words for run in piece.runs for words in _words_of(run))


def _words_of(run: Run) -> Iterator[tuple[str, str, int]]:
    ends = [*(start for start, _ in run.sentences[1:]), len(run.text)]
    for i, ((start, identity), end) in enumerate(zip(run.sentences, ends, strict=True) if run.sentences else ()):
        yield (run.text[start:end], identity, 0) if i else (run.text[:end], identity, -start)
    if not run.sentences:
        yield run.text, run.anchor[-1] if run.anchor else "", 0


def _rows(piece: Piece) -> Iterator[Words]:
    assert piece.table is not None
    for row in (piece.table.header, *(tuple(cell.text for cell in row) for row in piece.table.rows)):
        yield (("\t".join(row), piece.runs[0].anchor[-1], 0),)


# --- of foreign words -----------------------------------------------------------------------------


def _is_title(line: str) -> bool:
    return len(line) <= 60 and kind_of_title(line) is not None and not re.search(r"[。；：，！]", line)


def _lines_of_text(lines: list[str], titled: bool) -> Iterator[Line]:
    from chugao.documents.headings import read_heading

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
    for i, text in enumerate(line.strip() for line in notice if line.strip()):
        yield Line("sentence", ((text, "", 0),), ("", "", "", 0) if i == 0 else None)
    for part in (document, *document.parts):
        yield from _lines_of_report(part, first=part is document)


def _notice_of(reading: Reading) -> list[str]:
    """The lines of the 通知 before an attached report, as they stand on the page."""
    from chugao.documents.cleaning import clean
    from chugao.documents.separating import split_notice, with_whole_title

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
    # What was copied out of a table into a .txt has tabs between its cells.
    return "row" if paragraph.kind == "table" or "\t" in paragraph.text else "sentence"

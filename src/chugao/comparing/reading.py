"""Versions out of what people have: a draft of ours, words, a file.

In: a `Draft`, a text, a path.  Out: `Version`s, for `compare` to lay beside each other.

A draft is read in the order `word.flow` prints it, so that a version and its page have the same lines.  What reads
strangers' files is loaded by whoever reads one: two drafts are compared without it.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from chugao.comparing.versions import Line, StretchKind, Version, version_of_lines
from chugao.draftfile import read_draft
from chugao.kind import kind_of_title, reported_and_planned, years_of_title
from chugao.manuscript import Block, Draft, Section

if TYPE_CHECKING:
    from chugao.documents.reading import Reading
    from chugao.documents.structure import Document, TextParagraph

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


def _lines_of_document(document: "Document", notice: Iterable[str]) -> Iterator[Line]:
    """The notice first, then the report, then the other documents of the same file."""
    yield from _shell_lines(notice, opens=("", "", "", 0))
    for part in (document, *document.parts):
        yield from _lines_of_report(part, first=part is document)


def _notice_of(reading: "Reading") -> list[str]:
    """The lines of the 通知 before an attached report, as they stand on the page."""
    from chugao.documents.cleaning import clean
    from chugao.documents.separating import split_notice, with_whole_title

    paragraphs = with_whole_title(list(clean(reading).paragraphs))
    _, report = split_notice(paragraphs)
    return [p.text for p in paragraphs[: len(paragraphs) - len(report)]]


def _lines_of_report(document: "Document", first: bool) -> Iterator[Line]:
    headings = {h.start: h for h in reversed(document.outline) if h.level < 5}
    for paragraph in document.paragraphs:
        heading = headings.get(paragraph.start)
        opens = ("", heading.number, heading.heading, heading.level) if heading else None
        if paragraph.kind == "title" and not first:
            opens = ("", "", paragraph.text, 0)
        yield Line(_kind_of(paragraph), ((paragraph.text, "", 0),), opens)


def _kind_of(paragraph: "TextParagraph") -> StretchKind:
    if paragraph.kind in ("title", "heading"):
        return "title" if paragraph.kind == "title" else "heading"
    return "row" if paragraph.kind == "table" else "sentence"

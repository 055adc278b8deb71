"""Read a Word file that came back: its lines before and after the tracked changes, its comments, what else is in it.

In: the bytes of a .docx.  Out: `Returned`.

`word.revisions` settles the changes both ways; here its paragraphs become lines (a table row is one, cells joined by
tabs) in which every character still says who put it there or took it away.  Surprise: a number that Word counts by
itself is no text of the file, so it is set before the text of its paragraph, else “（三）” would count as deleted as soon
as somebody let Word do the numbering.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from chugao.documents.guard import guard_bytes
from chugao.documents.wordfile import Numbering, Styles
from chugao.documents.xml import tree_of
from chugao.errors import InputError, UploadRejected
from chugao.word.anchors import TITLE_BOOKMARK
from chugao.word.comments import AUTHOR
from chugao.word.revisions import Change, Paragraph, TextRun, child, paragraphs_of, settled, tag_of, value_of

REDLINE, REDLINE_AUTHORS = "chugao_redline", "chugao_redline_authors"
"""Custom properties of a redline of ours; see `word.redline`."""
_OURS = re.compile(rf"(?:[bhc]_[A-Za-z0-9_]+|{TITLE_BOOKMARK})\Z")
_BLANK = " \t\n\r\u3000\u00a0\u200b\ufeff"
_NOT_TEXT = {
    "drawing": "图片",
    "pict": "图片",
    "object": "对象",
    "footnoteReference": "脚注",
    "endnoteReference": "尾注",
    "oMath": "公式",
    "sym": "特殊符号",
    "altChunk": "嵌入的文档",
}
_FORMATTING = {"rPrChange", "pPrChange", "tblPrChange", "trPrChange", "tcPrChange", "sectPrChange", "numberingChange"}


class Marked(NamedTuple):
    """Characters [start, end) of a line, and the change that put them there (or takes them away)."""

    start: int
    end: int
    change: Change


class Line(NamedTuple):
    """A paragraph, or a table row, as it stands with all changes settled one way."""

    text: str
    marked: tuple[Marked, ...] = ()
    bookmarks: tuple[str, ...] = ()
    """Our bookmarks that hold some of its text."""
    comments: tuple[tuple[str, int, int], ...] = ()
    """(comment id, start, end)."""
    level: int | None = None
    """By its style: 0 the title, 1 to 9 a heading, None running text."""
    table: int = -1
    """Which table it is a row of; −1 for none."""
    mark: Change | None = None
    """What was done to the paragraph's mark."""
    numbers: tuple[int, ...] = ()
    """Which paragraphs of the file it is made of."""


class Remark(NamedTuple):
    """A comment as the file has it."""

    id: str
    author: str
    when: str
    text: str
    parent: str = ""
    """Id of the comment it answers."""
    done: bool = False
    paragraph: int = -1
    """Which paragraph of the file it is fixed to."""
    quote: str = ""
    """The words it is about, those since deleted as well."""


class Elsewhere(NamedTuple):
    """Something in the file that is no text of the body, so that somebody must look at it."""

    what: str
    text: str
    author: str = ""


class Returned(NamedTuple):
    """A file that came back."""

    before: tuple[Line, ...]
    """All tracked changes refused."""
    after: tuple[Line, ...]
    """All tracked changes accepted."""
    remarks: tuple[Remark, ...]
    own_remarks: int
    """Comments that we wrote ourselves."""
    properties: dict[str, str]
    """chugao_document and its like."""
    saved_by: str
    saved_at: str
    changes: tuple[tuple[str, Change], ...]
    """(text, change) of every tracked insertion and deletion, in order."""
    undone: tuple[tuple[str, Change, Change], ...]
    """Text that one change put in and another took out again."""
    formatting: int
    """Tracked changes of nothing but looks."""
    elsewhere: tuple[Elsewhere, ...]


def read_returned(data: bytes, name: str) -> Returned:
    """What a returned .docx says.  Raises `UploadRejected` for what the guard refuses, or for no Word file at all."""
    import lxml.etree

    if guard_bytes(data, name) != "docx":
        raise UploadRejected(f"{name}：不是 .docx 文件，没有读入。请用 WPS 或 Word 打开，另存为 .docx 再导入。")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = _Parts(archive)
        try:
            return _read(parts, parts.needed("word/document.xml", name))
        except lxml.etree.XMLSyntaxError:
            raise InputError(f"{name}：里面的内容已损坏，读不了。请用 WPS 或 Word 打开，另存一份再导入。") from None


class _Parts:
    """Parts of a package by their names, whatever the case."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = {n.lower().lstrip("/"): n for n in archive.namelist()}

    def needed(self, path: str, file: str) -> bytes:
        if path not in self._names:
            raise UploadRejected(f"{file}：不是完整的 Word 文档。请用 WPS 或 Word 打开后另存一份再导入。")
        return self._archive.read(self._names[path])

    def xml(self, path: str) -> Any | None:
        return tree_of(self._archive.read(self._names[path])) if path in self._names else None

    def called(self, beginning: str) -> list[Any]:
        return [
            tree_of(self._archive.read(real))
            for name, real in sorted(self._names.items())
            if name.startswith(beginning)
        ]


def _read(parts: _Parts, document: bytes) -> Returned:
    root = tree_of(document)
    body = child(root, "body")
    looks = _Looks(root if body is None else body, parts)
    paragraphs = looks.fitted(paragraphs_of(document))
    properties = _properties(parts)
    if REDLINE in properties:
        paragraphs = list(_ours_accepted(paragraphs, _sent(properties.get(REDLINE_AUTHORS, ""))))
    remarks, own = _remarks(parts, looks, paragraphs)
    core = {tag_of(e): (e.text or "").strip() for e in _children(parts.xml("docprops/core.xml"))}
    changes, undone = _changes(paragraphs)
    return Returned(
        before=tuple(_lines(settled(paragraphs, accept=False), looks.levels, accept=False)),
        after=tuple(_lines(settled(paragraphs, accept=True), looks.levels, accept=True)),
        remarks=remarks,
        own_remarks=own,
        properties=properties,
        saved_by=core.get("lastModifiedBy", ""),
        saved_at=core.get("modified", ""),
        changes=changes,
        undone=undone,
        formatting=looks.formatting,
        elsewhere=(*looks.elsewhere, *_margins(parts)),
    )


def _sent(told: str) -> frozenset[tuple[str, str]]:
    """(author, minute) of the changes that were in a redline of ours when it went out."""
    try:
        pairs = json.loads(told) if told else []
        return frozenset((str(author), _minute(str(when))) for author, when in pairs)
    except (ValueError, TypeError):
        return frozenset()


def _minute(when: str) -> str:
    """A date without its seconds; "" for none, which some programs save as the day their clock began."""
    return "" if when[:4] in ("1970", "1601", "1899", "0000", "0001") else when[:16]


def _ours_accepted(paragraphs: Sequence[Paragraph], sent: frozenset[tuple[str, str]]) -> Iterator[Paragraph]:
    """A redline of ours that came back: its changes are part of the draft, only what was done since is an edit."""

    def own(change: Change | None) -> bool:
        return change is not None and (change.author == AUTHOR or (change.author, _minute(change.when)) in sent)

    def others(change: Change | None) -> Change | None:
        return None if own(change) else change

    waiting: list[Paragraph] = []
    for paragraph in paragraphs:
        if own(paragraph.row_removed):
            continue
        runs = tuple(r._replace(added=others(r.added)) for r in paragraph.runs if not own(r.removed))
        kept = paragraph._replace(runs=runs, added=others(paragraph.added), row_added=others(paragraph.row_added))
        if waiting and waiting[0].cell != kept.cell:
            yield from (p for p in waiting if p.runs)
            waiting = []
        waiting.append(kept)
        if not own(paragraph.removed):
            points = tuple(name for p in waiting for name in p.points)
            yield kept._replace(runs=tuple(r for p in waiting for r in p.runs), points=points)
            waiting = []
    yield from (p for p in waiting if p.runs)


def _children(element: Any | None) -> Iterable[Any]:
    return element if element is not None else ()


def _properties(parts: _Parts) -> dict[str, str]:
    root = parts.xml("docprops/custom.xml")
    return {value_of(e, "name"): "".join(e.itertext()).strip() for e in _children(root) if tag_of(e) == "property"}


def _margins(parts: _Parts) -> Iterator[Elsewhere]:
    """What stands in headers and footers beside our own mark and page number."""
    for what, beginning in (("页眉", "word/header"), ("页脚", "word/footer")):
        seen = set()
        for root in parts.called(beginning):
            text = "".join(e.text or "" for e in root.iter() if tag_of(e) == "t").strip()
            if text and text not in seen and text != "草稿" and not re.fullmatch(r"[—\-–\s\d第页共]*", text):
                seen.add(text)
                yield Elsewhere(what, text[:200])


# --- what paragraphs look like --------------------------------------------------------------------


class _Looks:
    """Levels, printed numbers, comment marks and pictures of the paragraphs of a body, by their place."""

    def __init__(self, body: Any, parts: _Parts) -> None:
        self.styles = Styles(parts.xml("word/styles.xml"))
        self.numbering = Numbering(parts.xml("word/numbering.xml"))
        self.levels: list[int | None] = []
        self.labels: list[str] = []
        self.remarks: dict[str, int] = {}
        self.formatting = 0
        self.elsewhere: list[Elsewhere] = []
        self.notes = {
            (what, value_of(note, "id")): _words(note)
            for what in ("footnote", "endnote")
            for note in _children(parts.xml(f"word/{what}s.xml"))
        }
        self._walk(body, -1)

    def _walk(self, parent: Any, number: int) -> None:
        for element in parent:
            name = tag_of(element)
            if name == "p":
                self._paragraph(element)
                self._walk(element, len(self.levels) - 1)
            elif name in ("txbxContent", "Fallback"):
                text = "".join(e.text or "" for e in element.iter() if tag_of(e) == "t").strip()
                if name == "txbxContent" and text:
                    self.elsewhere.append(Elsewhere("文本框", text[:500]))
            else:
                if name in ("commentRangeStart", "commentReference"):
                    self.remarks.setdefault(value_of(element, "id"), max(number, len(self.levels) - 1, 0))
                elif name in _FORMATTING:
                    self.formatting += 1
                elif name in _NOT_TEXT and not any(tag_of(e) == "txbxContent" for e in element.iter()):
                    self.elsewhere.append(Elsewhere(_NOT_TEXT[name], self._said(element)))
                self._walk(element, number)

    def _said(self, element: Any) -> str:
        """What a thing that is no text says all the same: a note its words, a formula its signs."""
        name = tag_of(element)
        if name == "oMath":
            return _words(element)
        return self.notes.get((name.removesuffix("Reference"), value_of(element, "id")), "")

    def _paragraph(self, element: Any) -> None:
        properties = child(element, "pPr")
        has_text = any(tag_of(e) in ("t", "delText") and (e.text or "").strip() for e in element.iter())
        self.labels.append(self.numbering.label(self.styles.numbering(properties)) if has_text else "")
        self.levels.append(self.styles.level(properties))

    def fitted(self, paragraphs: list[Paragraph]) -> list[Paragraph]:
        """The paragraphs with the numbers Word counts before their text, and their place among their points."""
        if len(paragraphs) != len(self.levels):  # some structure only one of the two readers knows
            self.levels = [None] * len(paragraphs)
            self.labels = [""] * len(paragraphs)
        return [p._replace(runs=_labelled(p.runs, self.labels[i]), points=(f"#{i}",)) for i, p in enumerate(paragraphs)]


def _words(element: Any) -> str:
    """The text in an element, a bounded piece of it."""
    return "".join(e.text or "" for e in element.iter() if tag_of(e) == "t").strip()[:500]


def _labelled(runs: tuple[TextRun, ...], label: str) -> tuple[TextRun, ...]:
    if not label or not runs:
        return runs
    return (runs[0]._replace(text=label), runs[0]._replace(text=runs[0].text.lstrip()), *runs[1:])


# --- lines ----------------------------------------------------------------------------------------


class _Char(NamedTuple):
    """One character and what it stands in."""

    text: str
    change: Change | None
    bookmarks: tuple[str, ...]
    comments: tuple[str, ...]


def _lines(paragraphs: Sequence[Paragraph], levels: Sequence[int | None], accept: bool) -> Iterator[Line]:
    rows: list[Paragraph] = []
    for paragraph in paragraphs:
        cell = paragraph.cell
        if rows and (cell is None or rows[0].cell is None or (cell.table, cell.row) != rows[0].cell[:2]):
            yield from _row(rows, accept)
            rows = []
        if cell is not None:
            rows.append(paragraph)
            continue
        numbers = _numbers(paragraph)
        level = levels[numbers[-1]] if numbers else None
        mark = paragraph.added if accept else paragraph.removed
        pieces = _split(_chars(paragraph, accept), level)
        for i, piece in enumerate(pieces):
            if line := _line(piece):
                last = i == len(pieces) - 1
                yield line._replace(level=level, mark=mark if last else None, numbers=numbers)
    if rows:
        yield from _row(rows, accept)


def _numbers(paragraph: Paragraph) -> tuple[int, ...]:
    return tuple(int(point[1:]) for point in paragraph.points if point.startswith("#"))


def _chars(paragraph: Paragraph, accept: bool) -> list[_Char]:
    out = []
    for run in paragraph.runs:
        own = (run.added or paragraph.row_added) if accept else (run.removed or paragraph.row_removed)
        names = tuple(n for n in run.bookmarks if _OURS.match(n))
        out += [_Char(c, own, names, run.comments) for c in run.text]
    return out


def _split(chars: list[_Char], level: int | None) -> list[list[_Char]]:
    """A paragraph at its line breaks; a title is broken for its looks only."""
    if level == 0 or any(TITLE_BOOKMARK in c.bookmarks for c in chars):
        return [[c for c in chars if c.text != "\n"]]
    pieces: list[list[_Char]] = [[]]
    for char in chars:
        if char.text == "\n":
            pieces.append([])
        else:
            pieces[-1].append(char._replace(text=" ") if char.text == "\t" else char)
    return pieces


def _row(paragraphs: list[Paragraph], accept: bool) -> Iterator[Line]:
    """One table row as a line."""
    cells: dict[int, list[_Char]] = {}
    for paragraph in paragraphs:
        assert paragraph.cell is not None
        chars = [c._replace(text=" ") if c.text == "\t" else c for c in _chars(paragraph, accept)]
        chars = _stripped(chars)
        before = cells.setdefault(paragraph.cell.column, [])
        if before and chars:
            before.append(chars[0]._replace(text="\n"))
        before += chars
    joined: list[_Char] = []
    for i, column in enumerate(sorted(cells)):
        if i:
            joined.append(_Char("\t", None, (), ()))
        joined += cells[column]
    numbers = tuple(n for p in paragraphs for n in _numbers(p))
    cell = paragraphs[0].cell
    mark = paragraphs[0].row_added if accept else paragraphs[0].row_removed
    if any(c.text.strip(_BLANK) for c in joined):
        yield _made(joined)._replace(table=cell.table if cell else -1, numbers=numbers, mark=mark)


def _line(chars: list[_Char]) -> Line | None:
    chars = _stripped(chars)
    return _made(chars) if chars else None


def _stripped(chars: list[_Char]) -> list[_Char]:
    start, end = 0, len(chars)
    while start < end and chars[start].text in _BLANK:
        start += 1
    while end > start and chars[end - 1].text in _BLANK:
        end -= 1
    return chars[start:end]


def _made(chars: list[_Char]) -> Line:
    marked: list[Marked] = []
    ranges: dict[str, tuple[int, int]] = {}
    for i, char in enumerate(chars):
        if char.change is not None:
            if marked and marked[-1].end == i and marked[-1].change == char.change:
                marked[-1] = marked[-1]._replace(end=i + 1)
            else:
                marked.append(Marked(i, i + 1, char.change))
        for comment in char.comments:
            ranges[comment] = (ranges.get(comment, (i, i))[0], i + 1)
    return Line(
        text="".join(c.text for c in chars),
        marked=tuple(marked),
        bookmarks=tuple(dict.fromkeys(n for c in chars for n in c.bookmarks)),
        comments=tuple((k, *v) for k, v in ranges.items()),
    )


# --- changes and comments -------------------------------------------------------------------------


def _changes(paragraphs: Sequence[Paragraph]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Every tracked insertion and deletion with its text; and what was put in and taken out again."""
    changes: list[tuple[str, Change]] = []
    undone: list[tuple[str, Change, Change]] = []
    for paragraph in paragraphs:
        for run in paragraph.runs:
            added, removed = run.added or paragraph.row_added, run.removed or paragraph.row_removed
            if added and removed:
                undone.append((run.text, added, removed))
            elif change := added or removed:
                if changes and changes[-1][1] == change:
                    changes[-1] = (changes[-1][0] + run.text, change)
                else:
                    changes.append((run.text, change))
        for change in filter(None, (paragraph.added, paragraph.removed)):
            changes.append(("\n", change))
    return tuple(changes), tuple(undone)


def _remarks(parts: _Parts, looks: _Looks, paragraphs: Sequence[Paragraph]) -> tuple[tuple[Remark, ...], int]:
    """Comments in the order of the file, ours left out (an answer to one of ours is not ours)."""
    root = parts.xml("word/comments.xml")
    if root is None:
        return (), 0
    threads = _threads(parts)
    quotes = _quotes(paragraphs)
    by_paragraph: dict[str, str] = {}
    found: list[Remark] = []
    own = 0
    for element in (e for e in root if tag_of(e) == "comment"):
        identity, author = value_of(element, "id"), value_of(element, "author")
        lines = [p for p in element.iter() if tag_of(p) == "p"]
        text = "\n".join(_text_of(p) for p in lines).strip()
        keys = [key for p in lines if (key := value_of(p, "paraId"))]  # not every program writes them
        for key in keys:
            by_paragraph[key] = identity
        if author == AUTHOR:
            own += 1
            continue
        parent, done = threads.get(keys[-1] if keys else "", ("", False))
        place = looks.remarks.get(identity, -1)
        found.append(
            Remark(identity, author, value_of(element, "date"), text, parent, done, place, quotes.get(identity, ""))
        )
    placed = [r._replace(parent=by_paragraph.get(r.parent, "")) for r in found]
    return tuple(sorted(placed, key=lambda r: (r.paragraph < 0, r.paragraph))), own


def _text_of(paragraph: Any) -> str:
    return "".join(e.text or "" for e in paragraph.iter() if tag_of(e) == "t")


def _threads(parts: _Parts) -> dict[str, tuple[str, bool]]:
    """Last paragraph id of a comment → (paragraph id of what it answers, whether it is settled)."""
    root = parts.xml("word/commentsextended.xml")
    return {
        value_of(e, "paraId"): (value_of(e, "paraIdParent"), value_of(e, "done") in ("1", "true"))
        for e in _children(root)
        if tag_of(e) == "commentEx"
    }


def _quotes(paragraphs: Sequence[Paragraph]) -> dict[str, str]:
    """Comment id → the words in its range."""
    out: dict[str, list[str]] = {}
    last: dict[str, int] = {}
    for i, paragraph in enumerate(paragraphs):
        for run in paragraph.runs:
            for identity in run.comments:
                if last.setdefault(identity, i) != i:
                    out.setdefault(identity, []).append("\n")
                last[identity] = i
                out.setdefault(identity, []).append(run.text)
    return {k: "".join(v).strip(_BLANK) for k, v in out.items()}

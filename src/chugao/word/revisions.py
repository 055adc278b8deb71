"""A Word file with tracked changes: what it says if all of them are accepted, and if all are refused.

In: word/document.xml.  Out: `Paragraph`s in body order, each run with who put it there and who took it away.

A paragraph's mark is a character of its own: an inserted mark that is refused, or a deleted one that is accepted,
joins the paragraph to the next.  Local names are compared, never prefixed ones, as in `documents.wordfile`.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Literal, NamedTuple

from chugao.documents.xml import tree_of

ChangeKind = Literal["insert", "delete", "moved_from", "moved_to"]
_KINDS: dict[str, ChangeKind] = {
    "ins": "insert",
    "del": "delete",
    "moveFrom": "moved_from",
    "moveTo": "moved_to",
    "cellIns": "insert",
    "cellDel": "delete",
}
_ADDING = ("insert", "moved_to")
_THROUGH = {"sdt", "sdtContent", "hyperlink", "smartTag", "fldSimple", "customXml", "dir", "bdo", "ruby", "rubyBase"}
_MOST_OPEN = 64
"""Ranges that are kept open at once; a file with more was made to do harm."""
_SIGNS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


class Change(NamedTuple):
    """One tracked change, as its element says."""

    kind: ChangeKind
    id: str
    author: str
    when: str
    """As written, “2026-01-08T09:30:00Z”; "" when the file says nothing."""
    move: str = ""
    """Name that both ends of a move share."""


class TextRun(NamedTuple):
    """Characters that share everything that was done to them."""

    text: str
    added: Change | None = None
    """Inserted, or moved here."""
    removed: Change | None = None
    """Deleted, or moved away; both at once is an insertion that somebody else deleted."""
    comments: tuple[str, ...] = ()
    """Ids of the comments whose range it stands in."""
    bookmarks: tuple[str, ...] = ()
    """Names of the bookmarks it stands in."""


class Cell(NamedTuple):
    """Where in a table a paragraph stands; counted from 0 as the file has them, tables in body order."""

    table: int
    row: int
    column: int
    nested: bool = False


class Paragraph(NamedTuple):
    """One paragraph, with the changes that are still open in it."""

    runs: tuple[TextRun, ...]
    added: Change | None = None
    """Of the paragraph's mark."""
    removed: Change | None = None
    style: str = ""
    """Id of its style."""
    cell: Cell | None = None
    row_added: Change | None = None
    """Of the table row (or cell) it stands in."""
    row_removed: Change | None = None
    points: tuple[str, ...] = ()
    """Names of all bookmarks that begin in it, those without text as well."""

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


def paragraphs_of(xml: bytes | str) -> list[Paragraph]:
    """Every paragraph as it stands in the file, both what came and what went.

    Raises `lxml.etree.XMLSyntaxError` for what is not XML.
    """
    walk = _Walk()
    walk.block(_body(xml), _Context())
    return walk.paragraphs


def accepted(xml: bytes | str) -> list[Paragraph]:
    """The paragraphs when every change is accepted."""
    return settled(paragraphs_of(xml), accept=True)


def rejected(xml: bytes | str) -> list[Paragraph]:
    """The paragraphs when every change is refused."""
    return settled(paragraphs_of(xml), accept=False)


def settled(paragraphs: Iterable[Paragraph], accept: bool) -> list[Paragraph]:
    """All paragraphs with every change settled one way; what is left keeps its runs' authors and dates."""
    out: list[Paragraph] = []
    waiting: list[Paragraph] = []
    for paragraph in paragraphs:
        if _gone(paragraph.row_added, paragraph.row_removed, accept):
            out += _ended(waiting)
            waiting = []
            continue
        if waiting and waiting[0].cell != paragraph.cell:
            # A mark at the end of a cell, or before a table, has nothing to join its paragraph to.
            out += _ended(waiting)
            waiting = []
        kept = tuple(run for run in paragraph.runs if not _gone(run.added, run.removed, accept))
        waiting.append(paragraph._replace(runs=kept))
        if not _gone(paragraph.added, paragraph.removed, accept):
            out.append(_joined(waiting))
            waiting = []
    return out + _ended(waiting)


def _gone(added: Change | None, removed: Change | None, accept: bool) -> bool:
    return (removed if accept else added) is not None


def _ended(waiting: list[Paragraph]) -> list[Paragraph]:
    """What stands where a paragraph lost its mark and none follows: the text there is, or in a cell an empty line."""
    if not waiting:
        return []
    whole = _joined(waiting)
    return [whole] if whole.runs or whole.cell is not None else []


def _joined(paragraphs: list[Paragraph]) -> Paragraph:
    """Paragraphs whose marks went, as one: the last one's mark is the one that stays."""
    last = paragraphs[-1]
    if len(paragraphs) == 1:
        return last
    return last._replace(
        runs=tuple(run for p in paragraphs for run in p.runs),
        points=tuple(name for p in paragraphs for name in p.points),
    )


def lines_of(paragraphs: Iterable[Paragraph]) -> list[str]:
    """What is printed, a paragraph or a table row a line, cells joined by tabs; empty paragraphs left out."""
    out: list[str] = []
    row: tuple[int, int] | None = None
    cells: dict[int, str] = {}

    def close() -> None:
        if row is not None:
            out.append("\t".join(cells[column] for column in sorted(cells)))
        cells.clear()

    for paragraph in paragraphs:
        here = (paragraph.cell.table, paragraph.cell.row) if paragraph.cell else None
        if here != row:
            close()
            row = here
        if paragraph.cell is None:
            if paragraph.text.strip():
                out.append(paragraph.text)
        else:
            before = cells.get(paragraph.cell.column)
            cells[paragraph.cell.column] = paragraph.text if before is None else f"{before}\n{paragraph.text}"
    close()
    return out


# --- walking the file -----------------------------------------------------------------------------


class _Context(NamedTuple):
    """What stands around an element."""

    added: Change | None = None
    removed: Change | None = None
    cell: Cell | None = None
    row_added: Change | None = None
    row_removed: Change | None = None


class _Walk:
    """Reads a body; lxml bounds the depth of the tree."""

    def __init__(self) -> None:
        self.paragraphs: list[Paragraph] = []
        self.tables = 0
        self.bookmarks: dict[str, str] = {}
        """Id → name of those that are open."""
        self.comments: dict[str, str] = {}
        self.moves: dict[str, str] = {}
        """Id → name of the move ranges that are open."""
        self.runs: list[TextRun] = []
        self.points: list[str] = []

    def block(self, parent: Any, context: _Context) -> None:
        for element in parent:
            name = tag_of(element)
            if name == "p":
                self._paragraph(element, context)
            elif name == "tbl":
                self._table(element, context)
            elif name in _KINDS:  # some programs put whole paragraphs inside one
                self.block(element, self._changed(element, name, context))
            elif name in _THROUGH:
                self.block(element, context)
            else:
                self._marker(element, name)

    def _table(self, table: Any, context: _Context) -> None:
        number, nested = self.tables, context.cell is not None
        self.tables += 0 if nested else 1
        for i, row in enumerate(_within(table, "tr")):
            added, removed = self._mark(child(row, "trPr"))
            for j, cell in enumerate(_within(row, "tc")):
                own_added, own_removed = self._mark(child(cell, "tcPr"))
                here = context._replace(
                    cell=context.cell._replace(nested=True) if context.cell else Cell(number, i, j),
                    row_added=context.row_added or added or own_added,
                    row_removed=context.row_removed or removed or own_removed,
                )
                self.block(cell, here)

    def _paragraph(self, paragraph: Any, context: _Context) -> None:
        properties = child(paragraph, "pPr")
        added, removed = self._mark(child(properties, "rPr"))
        self.runs, self.points = [], list(self.bookmarks.values())
        self._inline(paragraph, context)
        self.paragraphs.append(
            Paragraph(
                runs=tuple(self.runs),
                added=added or context.added,
                removed=removed or context.removed,
                style=value_of(child(properties, "pStyle"), "val"),
                cell=context.cell,
                row_added=context.row_added,
                row_removed=context.row_removed,
                points=tuple(self.points),
            )
        )

    def _inline(self, parent: Any, context: _Context) -> None:
        for element in parent:
            name = tag_of(element)
            if name == "r":
                self._run(element, context)
            elif name in ("ins", "del", "moveFrom", "moveTo"):
                self._inline(element, self._changed(element, name, context))
            elif name in _THROUGH:
                self._inline(element, context)
            else:
                self._marker(element, name)

    def _run(self, run: Any, context: _Context) -> None:
        text = "".join(_texts(run))
        if text:
            where = tuple(self.comments), tuple(self.bookmarks.values())
            self.runs.append(TextRun(text, context.added, context.removed, *where))

    def _marker(self, element: Any, name: str) -> None:
        """Beginnings and ends of ranges."""
        identity = value_of(element, "id")
        if name == "bookmarkStart":
            self.points.append(value_of(element, "name"))
            _open(self.bookmarks, identity, self.points[-1])
        elif name == "bookmarkEnd":
            self.bookmarks.pop(identity, None)
        elif name == "commentRangeStart":
            _open(self.comments, identity, identity)
        elif name == "commentRangeEnd":
            self.comments.pop(identity, None)
        elif name in ("moveFromRangeStart", "moveToRangeStart"):
            _open(self.moves, name[:6] + identity, value_of(element, "name"))
        elif name in ("moveFromRangeEnd", "moveToRangeEnd"):
            self.moves.pop(name[:6] + identity, None)

    def _changed(self, element: Any, name: str, context: _Context) -> _Context:
        change = self._change(element, name)
        if change.kind in _ADDING:
            return context._replace(added=change)
        return context._replace(removed=change)

    def _mark(self, properties: Any | None) -> tuple[Change | None, Change | None]:
        """(what added, what removed) a paragraph mark, a row or a cell."""
        added = removed = None
        for element in properties if properties is not None else ():
            if (name := tag_of(element)) in _KINDS:
                change = self._change(element, name)
                added, removed = (change, removed) if change.kind in _ADDING else (added, change)
        return added, removed

    def _change(self, element: Any, name: str) -> Change:
        move = next((n for key, n in reversed(self.moves.items()) if key.startswith(name[:6])), "")
        return Change(
            kind=_KINDS[name],
            id=value_of(element, "id"),
            author=value_of(element, "author"),
            when=value_of(element, "date"),
            move=move if name.startswith("move") else "",
        )


def _open(ranges: dict[str, str], identity: str, name: str) -> None:
    if len(ranges) < _MOST_OPEN:
        ranges[identity] = name


def _texts(run: Any) -> Iterator[str]:
    for element in run:
        name = tag_of(element)
        if name in ("t", "delText"):
            yield element.text or ""
        elif name in _SIGNS:
            yield _SIGNS[name]
        elif name == "sym":
            yield _symbol(value_of(element, "char"))


def _symbol(code: str) -> str:
    """The character of a w:sym; one of a font's own (U+F0xx) says nothing outside that font."""
    if not re.fullmatch(r"[0-9A-Fa-f]{4}", code):
        return ""
    character = chr(int(code, 16))
    return "" if "\ud800" <= character <= "\uf8ff" else character


def _within(parent: Any, name: str) -> Iterator[Any]:
    """Rows of a table or cells of a row, those inside content controls too."""
    for element in parent:
        tag = tag_of(element)
        if tag == name:
            yield element
        elif tag in _THROUGH:
            yield from _within(element, name)


def _body(xml: bytes | str) -> Any:
    root = tree_of(xml.encode() if isinstance(xml, str) else xml)
    body = child(root, "body")
    return root if body is None else body


def tag_of(element: Any) -> str:
    """Local name of an element; "" of a comment or an instruction."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def child(element: Any | None, *path: str) -> Any | None:
    """The first child of that local name, and so on down the path; None where one is missing."""
    for name in path:
        if element is None:
            return None
        element = next((c for c in element if tag_of(c) == name), None)
    return element


def value_of(element: Any | None, name: str) -> str:
    """An attribute by its local name, "" when it is not there."""
    if element is None:
        return ""
    return next((str(v) for k, v in element.attrib.items() if k.rpartition("}")[2] == name), "")

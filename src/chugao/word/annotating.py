"""Comments in a copy of somebody's Word file: everything else of the file stays as it is, byte for byte.

In: the bytes of a .docx that passed the guard, and what is to be said of which words.  Out: the bytes of the copy, and the
remarks whose words were not found in it.

Surprise: what a reader makes of a file is not its paragraphs (numbers that Word adds by itself, healed line breaks), so
the words are looked for again, from the place of the remark before on.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Any, NamedTuple

from chugao.documents.xml import tree_of
from chugao.word.anchors import plain_text
from chugao.word.comments import AUTHOR
from chugao.word.styles import W

_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"
_BLANK = re.compile(r"\s+")
_CONTEXT = 8
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


class Remark(NamedTuple):
    """What is to be said of some words."""

    quote: str
    before: str
    """The characters right before the quote, so that the right one of several is found."""
    after: str
    text: str


def annotate(content: bytes, remarks: Sequence[Remark]) -> tuple[bytes, tuple[Remark, ...]]:
    """(the copy with a comment on each remark's words, the remarks whose words are not there)."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = {n.lower().lstrip("/"): n for n in archive.namelist()}
        parts = {n: archive.read(names[n]) for n in ("word/document.xml", "[content_types].xml") if n in names}
        relations = names.get("word/_rels/document.xml.rels")
        document = tree_of(parts["word/document.xml"])
        comments_name = names.get("word/comments.xml")
        comments = tree_of(archive.read(comments_name)) if comments_name else _new_comments()
        missed = _mark(document, comments, remarks)
        changed = {
            names["word/document.xml"]: _written(document),
            comments_name or "word/comments.xml": _written(comments),
        }
        if comments_name is None:
            types = tree_of(parts["[content_types].xml"])
            _add(types, f"{{{_PACKAGE}/content-types}}Override", PartName="/word/comments.xml", ContentType=_KIND)
            changed[names["[content_types].xml"]] = _written(types)
            links = tree_of(archive.read(relations)) if relations else _new_links()
            taken = {e.get("Id") for e in links}
            free = next(f"rIdNotes{i}" for i in range(1, len(taken) + 2) if f"rIdNotes{i}" not in taken)
            _add(
                links,
                f"{{{_PACKAGE}/relationships}}Relationship",
                Id=free,
                Type=f"{_OFFICE}/comments",
                Target="comments.xml",
            )
            changed[relations or "word/_rels/document.xml.rels"] = _written(links)
        return _copied(archive, changed), missed


def _copied(archive: zipfile.ZipFile, changed: dict[str, bytes]) -> bytes:
    """Every entry as it was, those that changed in their place, new ones last."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as copy:
        for entry in archive.infolist():
            new = changed.pop(entry.filename, None)
            copy.writestr(entry, archive.read(entry) if new is None else new)
        for name, data in changed.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            copy.writestr(entry, data)
    return buffer.getvalue()


def _mark(document: Any, comments: Any, remarks: Sequence[Remark]) -> tuple[Remark, ...]:
    """Range marks in the document and a comment for each remark; back come those not found."""
    w = _namespace(document)
    number = max([int(c.get(f"{{{w}}}id", "0")) for c in comments] + [-1]) + 1
    paragraphs = [p for p in map(_Paragraph, _paragraphs(document, w)) if p.solid]
    missed, at = [], 0
    for remark in remarks:
        order = [*range(at, len(paragraphs)), *range(at)]
        found = next(((i, place) for i in order if (place := paragraphs[i].find(remark)) is not None), None)
        if found is None:
            missed.append(remark)
            continue
        at, (start, end) = found
        paragraphs[at].surround(start, end, number)
        comments.append(_comment(_namespace(comments), number, remark.text))
        number += 1
    return tuple(missed)


class _Paragraph:
    """One w:p: its characters and the w:t each stands in."""

    def __init__(self, element: Any) -> None:
        self.element, self.w = element, _namespace(element)
        self.text = "".join(t.text or "" for t in self._texts())
        self.places = [i for i, c in enumerate(self.text) if not c.isspace()]
        self.solid = "".join(self.text[i] for i in self.places)

    def _texts(self) -> list[Any]:
        """The w:t of its own runs; those of deleted text and of boxes are not the paragraph's."""
        runs = [r for r in self.element.iter(f"{{{self.w}}}r") if self._own(r)]
        return [t for r in runs for t in r if t.tag == f"{{{self.w}}}t"]

    def _own(self, run: Any) -> bool:
        for above in run.iterancestors():
            if above is self.element:
                return True
            if _local(above) in ("del", "moveFrom", "txbxContent", "Fallback"):
                return False
        return False

    def find(self, remark: Remark) -> tuple[int, int] | None:
        """Where the quote stands, beside its own words if it can be."""
        quote, before, after = (_BLANK.sub("", s) for s in (remark.quote, remark.before, remark.after))
        before, after = before[-_CONTEXT:], after[:_CONTEXT]
        if quote and not before + after and self.solid == quote:  # a cell of a table, a line of its own
            return self.places[0], self.places[-1] + 1
        for left, right in ((before, after), (before, ""), ("", after)):
            at = self.solid.find(left + quote + right) if left + right else -1
            if at >= 0 and quote:
                start = at + len(left)
                return self.places[start], self.places[start + len(quote) - 1] + 1
        return None

    def surround(self, start: int, end: int, number: int) -> None:
        first, last = self._cut(start, end)
        w = self.w
        first.addprevious(first.makeelement(f"{{{w}}}commentRangeStart", {f"{{{w}}}id": str(number)}))
        mark = last.makeelement(f"{{{w}}}commentRangeEnd", {f"{{{w}}}id": str(number)})
        last.addnext(mark)
        run = last.makeelement(f"{{{w}}}r")
        run.append(last.makeelement(f"{{{w}}}commentReference", {f"{{{w}}}id": str(number)}))
        mark.addnext(run)

    def _cut(self, start: int, end: int) -> tuple[Any, Any]:
        """The first and last run of a stretch, cut so that they hold no more than it."""
        covered, at = [], 0
        for text in self._texts():
            length = len(text.text or "")
            if at < end and start < at + length:
                run = text.getparent()
                alone = sum(1 for c in run if _local(c) != "rPr") == 1
                if alone:
                    run = self._split(run, text, max(0, start - at), min(length, end - at))
                covered.append(run)
            at += length
        return covered[0], covered[-1]

    def _split(self, run: Any, text: Any, left: int, right: int) -> Any:
        """A run of one w:t cut in up to three; the middle one."""
        whole = text.text or ""
        for words, put in ((whole[:left], run.addprevious), (whole[right:], run.addnext)):
            if words:
                other = deepcopy(run)
                inside = next(t for t in other if _local(t) == "t")
                inside.text = words
                inside.set(_SPACE, "preserve")
                other.tail = None
                put(other)
        text.text = whole[left:right]
        text.set(_SPACE, "preserve")
        return run


def _paragraphs(document: Any, w: str) -> Iterator[Any]:
    yield from document.iter(f"{{{w}}}p")


def _comment(w: str, number: int, text: str) -> Any:
    import lxml.etree

    name = f"{{{w}}}"
    comment = lxml.etree.Element(
        f"{name}comment", {f"{name}id": str(number), f"{name}author": AUTHOR, f"{name}initials": AUTHOR}
    )
    for line in text.split("\n"):
        run = lxml.etree.SubElement(lxml.etree.SubElement(comment, f"{name}p"), f"{name}r")
        words = lxml.etree.SubElement(run, f"{name}t")
        words.text = plain_text(line)
        words.set(_SPACE, "preserve")
    return comment


def _new_comments() -> Any:
    import lxml.etree

    return lxml.etree.Element(f"{{{W}}}comments", nsmap={"w": W})


def _new_links() -> Any:
    import lxml.etree

    return lxml.etree.fromstring(f'<Relationships xmlns="{_PACKAGE}/relationships"/>')


def _add(parent: Any, tag: str, **attributes: str) -> None:
    parent.append(parent.makeelement(tag, attributes))


def _written(root: Any) -> bytes:
    import lxml.etree

    return bytes(lxml.etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def _namespace(element: Any) -> str:
    """The namespace of an element: “strict” files use another for the same tags."""
    return str(element.tag).partition("}")[0].lstrip("{")


def _local(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""

"""Word files as they come back: what reviewers do to an export of ours, done by script.

Everything is done to the XML, as Word and WPS leave it; nothing here knows how `word.returning` reads.
"""

import copy
import io
import zipfile
from typing import Any

from lxml import etree

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
W15 = "http://schemas.microsoft.com/office/word/2012/wordml"
WHEN = "2026-01-06T09:30:00Z"


def w(tag: str, **attributes: str) -> Any:
    return etree.Element(f"{{{W}}}{tag}", {f"{{{W}}}{k}": v for k, v in attributes.items()})


def q(tag: str) -> str:
    return f"{{{W}}}{tag}"


class Desk:
    """A .docx on somebody's desk."""

    def __init__(self, data: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            self.parts = {n: archive.read(n) for n in archive.namelist()}
        self.root = etree.fromstring(self.parts["word/document.xml"])
        self.body = self.root.find(q("body"))
        self.next = 9000
        self.comments: list[Any] = []
        self.threads: list[tuple[str, str]] = []

    def bytes(self) -> bytes:
        self.parts["word/document.xml"] = etree.tostring(
            self.root, xml_declaration=True, encoding="UTF-8", standalone=True
        )
        if self.comments:
            self._write_comments()
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self.parts.items():
                archive.writestr(name, content)
        return buffer.getvalue()

    def without(self, *beginnings: str) -> "Desk":
        """Parts that some program threw away."""
        self.parts = {n: c for n, c in self.parts.items() if not n.startswith(beginnings)}
        types = etree.fromstring(self.parts["[Content_Types].xml"])
        for override in list(types):
            if (name := override.get("PartName", "").lstrip("/")) and name not in self.parts:
                types.remove(override)
        self.parts["[Content_Types].xml"] = etree.tostring(types)
        for name in [n for n in self.parts if n.endswith(".rels")]:
            tree = etree.fromstring(self.parts[name])
            for relation in list(tree):
                if any(relation.get("Target", "").removeprefix("../").startswith(b) for b in beginnings):
                    tree.remove(relation)
            self.parts[name] = etree.tostring(tree)
        return self

    # --- finding ---------------------------------------------------------------------------------

    def paragraph(self, words: str) -> Any:
        return next(p for p in self.root.iter(q("p")) if words in self.text(p))

    @staticmethod
    def text(paragraph: Any) -> str:
        return "".join(t.text or "" for t in paragraph.iter(q("t")))

    def runs(self, words: str, within: str = "") -> tuple[Any, list[Any]]:
        """(parent, runs) that hold exactly `words`, cut out of the paragraph that has them."""
        paragraph = self.paragraph(within or words)
        start = self.text(paragraph).index(words)
        self._cut(paragraph, start)
        self._cut(paragraph, start + len(words))
        found, at = [], 0
        for run in paragraph.iter(q("r")):
            text = "".join(t.text or "" for t in run.iter(q("t")))
            if start <= at < start + len(words) and text:
                found.append(run)
            at += len(text)
        assert "".join(self.text(r) for r in found) == words, words
        return found[0].getparent(), found

    def _cut(self, paragraph: Any, at: int) -> None:
        position = 0
        for run in list(paragraph.iter(q("r"))):
            texts = list(run.iter(q("t")))
            text = "".join(t.text or "" for t in texts)
            if position < at < position + len(text):
                other = copy.deepcopy(run)
                texts[0].text = text[: at - position]
                for t in texts[1:]:
                    run.remove(t)
                rest = list(other.iter(q("t")))
                rest[0].text = text[at - position :]
                for t in rest[1:]:
                    other.remove(t)
                for t in (texts[0], rest[0]):
                    t.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
                run.addnext(other)
                return
            position += len(text)

    def _change(self, tag: str, author: str, when: str) -> Any:
        self.next += 1
        return w(tag, id=str(self.next), author=author, date=when)

    @staticmethod
    def _run(text: str, like: Any = None) -> Any:
        run = w("r")
        properties = like.find(q("rPr")) if like is not None else None
        if properties is not None:
            run.append(copy.deepcopy(properties))
        t = w("t")
        t.text = text
        t.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        run.append(t)
        return run

    # --- tracked ---------------------------------------------------------------------------------

    def delete(self, words: str, author: str = "王科长", when: str = WHEN, within: str = "") -> Any:
        parent, runs = self.runs(words, within)
        change = self._change("del", author, when)
        parent.insert(parent.index(runs[0]), change)
        for run in runs:
            for t in run.iter(q("t")):
                t.tag = q("delText")
            change.append(run)
        return change

    def insert(self, after: str, words: str, author: str = "王科长", when: str = WHEN, within: str = "") -> Any:
        _, runs = self.runs(after, within)
        change = self._change("ins", author, when)
        change.append(self._run(words, runs[-1]))
        runs[-1].addnext(change)
        return change

    def replace(self, old: str, new: str, author: str = "王科长", when: str = WHEN, within: str = "") -> None:
        gone = self.delete(old, author, when, within)
        come = self._change("ins", author, when)
        come.append(self._run(new, gone[0]))
        gone.addnext(come)

    def _mark(self, paragraph: Any, tag: str, author: str, when: str = WHEN) -> None:
        properties = paragraph.find(q("pPr"))
        if properties is None:
            properties = w("pPr")
            paragraph.insert(0, properties)
        look = properties.find(q("rPr"))
        if look is None:
            look = w("rPr")
            properties.append(look)
        look.insert(0, self._change(tag, author, when))

    def delete_paragraph(self, words: str, author: str = "王科长") -> None:
        paragraph = self.paragraph(words)
        self.delete(self.text(paragraph), author, within=words)
        self._mark(paragraph, "del", author)

    def insert_paragraph(self, after: str, words: str, author: str = "王科长", style: str = "BodyText") -> Any:
        new = self._paragraph(words, style)
        run = new.find(q("r"))
        change = self._change("ins", author, WHEN)
        new.replace(run, change)
        change.append(run)
        self._mark(new, "ins", author)
        self.paragraph(after).addnext(new)
        return new

    def split_tracked(self, words: str, author: str = "王科长") -> None:
        first = self._split(words)
        self._mark(first, "ins", author)

    def merge_tracked(self, words: str, author: str = "王科长") -> None:
        """Join the paragraph with the one behind it."""
        self._mark(self.paragraph(words), "del", author)

    def move_tracked(self, words: str, behind: str, author: str = "王科长") -> None:
        parent, runs = self.runs(words)
        away = self._change("moveFrom", author, WHEN)
        parent.insert(parent.index(runs[0]), away)
        here = self._change("moveTo", author, WHEN)
        for run in runs:
            here.append(copy.deepcopy(run))
            away.append(run)
        _, there = self.runs(behind)
        there[-1].addnext(here)
        for change, side in ((away, "moveFrom"), (here, "moveTo")):
            self.next += 1
            change.addprevious(w(f"{side}RangeStart", id=str(self.next), name="move1", author=author, date=WHEN))
            change.addnext(w(f"{side}RangeEnd", id=str(self.next)))

    def delete_row(self, words: str, author: str = "王科长") -> None:
        row = next(r for r in self.root.iter(q("tr")) if words in self.text(r))
        for paragraph in row.iter(q("p")):
            if text := self.text(paragraph):
                runs = [r for r in paragraph.iter(q("r")) if self.text(r)]
                change = self._change("del", author, WHEN)
                parent = runs[0].getparent()
                parent.insert(parent.index(runs[0]), change)
                for run in runs:
                    for t in run.iter(q("t")):
                        t.tag = q("delText")
                    change.append(run)
                assert text
        row.find(q("trPr")).append(self._change("del", author, WHEN))

    def insert_row(self, after: str, *cells: str, author: str = "王科长") -> None:
        row = next(r for r in self.root.iter(q("tr")) if after in self.text(r))
        new = copy.deepcopy(row)
        for tag in ("bookmarkStart", "bookmarkEnd"):
            for mark in list(new.iter(q(tag))):
                mark.getparent().remove(mark)
        for cell, text in zip(new.iter(q("tc")), cells, strict=True):
            paragraph = cell.find(q("p"))
            for run in list(paragraph.iter(q("r"))):
                run.getparent().remove(run)
            change = self._change("ins", author, WHEN)
            change.append(self._run(text))
            paragraph.append(change)
        new.find(q("trPr")).append(self._change("ins", author, WHEN))
        row.addnext(new)

    # --- with tracking off -----------------------------------------------------------------------

    def type_over(self, old: str, new: str, within: str = "") -> None:
        _, runs = self.runs(old, within)
        first = runs[0].find(q("t"))
        first.text = new
        first.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        for run in runs[1:]:
            run.getparent().remove(run)

    def drop_paragraph(self, words: str) -> None:
        paragraph = self.paragraph(words)
        paragraph.getparent().remove(paragraph)

    def type_paragraph(self, after: str, words: str, style: str = "BodyText") -> Any:
        new = self._paragraph(words, style)
        self.paragraph(after).addnext(new)
        return new

    def _paragraph(self, words: str, style: str) -> Any:
        new, properties = w("p"), w("pPr")
        properties.append(w("pStyle", val=style))
        new.append(properties)
        new.append(self._run(words))
        return new

    def _split(self, words: str) -> Any:
        """Press Enter behind `words`: the first half keeps its place, and the bookmark goes over both."""
        paragraph = self.paragraph(words)
        _, runs = self.runs(words)
        second = w("p")
        if paragraph.find(q("pPr")) is not None:
            second.append(copy.deepcopy(paragraph.find(q("pPr"))))
        following = runs[-1].getnext()
        while following is not None:
            after = following.getnext()
            second.append(following)
            following = after
        paragraph.addnext(second)
        return paragraph

    def split(self, words: str) -> None:
        self._split(words)

    def merge(self, words: str) -> None:
        paragraph = self.paragraph(words)
        following = paragraph.getnext()
        for child in list(following):
            if child.tag != q("pPr"):
                paragraph.append(child)
        following.getparent().remove(following)

    def move_paragraph(self, words: str, behind: str) -> None:
        paragraph = self.paragraph(words)
        paragraph.getparent().remove(paragraph)
        self.paragraph(behind).addnext(paragraph)

    def paste_table(self, after: str, *rows: str) -> None:
        table = w("tbl")
        table.append(w("tblPr"))
        table.append(w("tblGrid"))
        for line in rows:
            row = w("tr")
            for text in line.split("|"):
                cell = w("tc")
                cell.append(self._paragraph(text, "BodyText"))
                row.append(cell)
            table.append(row)
        self.paragraph(after).addnext(table)

    def forget_bookmarks(self) -> None:
        for tag in ("bookmarkStart", "bookmarkEnd"):
            for mark in list(self.root.iter(q(tag))):
                mark.getparent().remove(mark)

    # --- comments --------------------------------------------------------------------------------

    def comment(self, words: str, text: str, author: str = "王科长", within: str = "", reply_to: str = "") -> str:
        """A comment on `words`; a reply stands at the same words."""
        parent, runs = self.runs(words, within)
        self.next += 1
        identity = str(self.next)
        parent.insert(parent.index(runs[0]), w("commentRangeStart", id=identity))
        reference = w("r")
        reference.append(w("commentReference", id=identity))
        runs[-1].addnext(w("commentRangeEnd", id=identity))
        runs[-1].getnext().addnext(reference)
        element = w("comment", id=identity, author=author, date=WHEN, initials=author[:1])
        paragraph = w("p")
        paragraph.set(f"{{{W14}}}paraId", f"{int(identity):08X}")
        paragraph.append(self._run(text))
        element.append(paragraph)
        self.comments.append(element)
        self.threads.append((identity, reply_to))
        return identity

    def _write_comments(self) -> None:
        root = etree.Element(q("comments"), nsmap={"w": W, "w14": W14})
        if "word/comments.xml" in self.parts:
            for element in etree.fromstring(self.parts["word/comments.xml"]):
                root.append(element)
        for element in self.comments:
            root.append(element)
        extended = etree.Element(f"{{{W15}}}commentsEx", nsmap={"w15": W15})
        for identity, parent in self.threads:
            attributes = {f"{{{W15}}}paraId": f"{int(identity):08X}", f"{{{W15}}}done": "0"}
            if parent:
                attributes[f"{{{W15}}}paraIdParent"] = f"{int(parent):08X}"
            etree.SubElement(extended, f"{{{W15}}}commentEx", attributes)
        main = "application/vnd.openxmlformats-officedocument.wordprocessingml"
        self._part("word/comments.xml", root, f"{main}.comments+xml", "comments")
        self._part("word/commentsExtended.xml", extended, f"{main}.commentsExtended+xml", "commentsExtended")

    def _part(self, name: str, root: Any, content_type: str, relation: str) -> None:
        new = name not in self.parts
        self.parts[name] = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
        if not new:
            return
        types = etree.fromstring(self.parts["[Content_Types].xml"])
        etree.SubElement(types, f"{{{types.nsmap[None]}}}Override", PartName=f"/{name}", ContentType=content_type)
        self.parts["[Content_Types].xml"] = etree.tostring(types)
        relations = etree.fromstring(self.parts["word/_rels/document.xml.rels"])
        office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        kind = (
            f"{office}/{relation}"
            if relation == "comments"
            else ("http://schemas.microsoft.com/office/2011/relationships/commentsExtended")
        )
        target = name.removeprefix("word/")
        etree.SubElement(
            relations, f"{{{relations.nsmap[None]}}}Relationship", Id=f"rId{target}", Type=kind, Target=target
        )
        self.parts["word/_rels/document.xml.rels"] = etree.tostring(relations)

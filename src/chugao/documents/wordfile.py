"""Walk a .docx: paragraphs, table rows, headings by style, numbers that Word adds by itself.

In: the bytes of a .docx that passed the guard.  Out: paragraphs and front matter from the core properties.

Surprise: white words on white paper are read by every program and by no person, so they are left out and flagged; and
local names are compared, never prefixed ones: WPS and “strict” files use other namespaces for the same tags.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from chugao.documents.paragraph import Paragraph
from chugao.documents.xml import tree_of
from chugao.errors import UploadRejected
from chugao.kind import kind_of_title

_SKIPPED = {"del", "moveFrom", "instrText", "delText", "rt", "Fallback", "pPr", "rPr", "txbxContent", "sectPr"}
_MAY_HIDE = frozenset({"rStyle", "vanish", "webHidden", "color", "sz"})
_SMALLEST_HALF_POINTS = 4
_HEADING_NAME = re.compile(r"^(?:heading|标题)\s?([1-9])$", re.I)
_ORGANISATION = re.compile(r"(医院|院|委员会|委|局|中心|站|所)$")


def read_word(data: bytes, name: str) -> tuple[list[Paragraph], dict[str, str], tuple[str, ...]]:
    """Paragraphs and table rows in body order, footnotes after them; what the core properties say; flags.

    Flags: hidden_text (left out), external_link (never followed).

    Raises `UploadRejected` when the package has no main document; other errors of broken XML pass through.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = {n.lower().lstrip("/"): n for n in archive.namelist()}

        def part(path: str, cut: Callable[[bytes], bytes] = bytes) -> Any | None:
            return tree_of(cut(archive.read(names[path]))) if path in names else None

        document = part("word/document.xml")
        if document is None:
            raise UploadRejected(f"{name}：不是完整的 Word 文档。请用 WPS 或 Word 打开后另存一份再导入。")
        styles = Styles(part("word/styles.xml", without_table_styles))
        numbering = Numbering(part("word/numbering.xml"))
        front = _front_matter(part("docprops/core.xml"))
        notes = [part(f"word/{kind}notes.xml") for kind in ("foot", "end")]
        external = _points_outside(archive, names)
    body = next((c for c in document if _tag(c) == "body"), document)
    page = _Words(styles)
    paragraphs = list(_paragraphs(body, styles, numbering, page))
    if page.noted:
        paragraphs += _notes(notes, page, len(paragraphs))
    flags = [flag for flag, on in (("external_link", external), ("hidden_text", page.hidden)) if on]
    return paragraphs, front, tuple(flags)


_EXTERNAL = re.compile(rb"<[^<>]{0,4000}?TargetMode\s*=\s*[\"']External[^<>]{0,4000}>", re.I)
_HYPERLINK = re.compile(rb"/hyperlink[\"']")


def _points_outside(archive: zipfile.ZipFile, names: dict[str, str]) -> bool:
    """Whether a template, picture or anything but a link to click on lies outside the file."""
    relations = (archive.read(names[n]) for n in names if n.startswith("word/") and n.endswith(".rels"))
    return any(not _HYPERLINK.search(found[0]) for data in relations for found in _EXTERNAL.finditer(data))


def _notes(parts: list[Any | None], page: "_Words", line: int) -> Iterator[Paragraph]:
    """Footnotes, then endnotes, numbered in the order the text refers to them."""
    for kind, root in zip(("footnote", "endnote"), parts, strict=True):
        texts = {_attribute(n, "id"): n for n in (root if root is not None else []) if _tag(n) == kind}
        for number, identity in enumerate(page.noted.get(kind, []), 1):
            note = texts.get(identity)
            words = " ".join(page.text(p).strip() for p in note.iter() if _tag(p) == "p") if note is not None else ""
            if words.strip():
                line += 1
                yield Paragraph(text=f"［{number}］{words.strip()}", line=line)


def without_table_styles(styles: bytes) -> bytes:
    """The styles part without those of tables: nine tenths of what Word writes there, and nothing that is read here."""
    kept, at = [], 0
    while (start := styles.find(b'<w:style w:type="table"', at)) >= 0:
        end = styles.find(b"</w:style>", start)
        if end < 0:
            break
        kept.append(styles[at:start])
        at = end + len(b"</w:style>")
    return b"".join((*kept, styles[at:]))


def _tag(element: Any) -> str:
    tag = element.tag
    return _local_name(tag) if isinstance(tag, str) else ""


@lru_cache(maxsize=512)
def _local_name(tag: str) -> str:
    return tag.rpartition("}")[2]


def _child(element: Any | None, *path: str) -> Any | None:
    for name in path:
        if element is None:
            return None
        element = next(element.iterchildren(f"{{*}}{name}"), None)
    return element


def _attribute(element: Any | None, name: str = "val") -> str | None:
    if element is None:
        return None
    return next((v for k, v in element.attrib.items() if k.rpartition("}")[2] == name), None)


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and re.fullmatch(r"-?\d{1,6}", text) else None


def _on(element: Any | None) -> bool:
    """Whether a switch such as w:vanish is set."""
    return element is not None and _attribute(element) not in ("0", "false", "off")


class Styles:
    """Outline level and numbering of each paragraph style, with inheritance."""

    def __init__(self, root: Any | None) -> None:
        self._styles = {_attribute(s, "styleId"): s for s in (root if root is not None else []) if _tag(s) == "style"}
        self._hiding: dict[str | None, bool] = {None: False}
        self._levels: dict[str | None, int | None] = {None: None}
        self._numbered: dict[str | None, tuple[int, int] | None] = {None: None}

    def _chain(self, style: str | None) -> Iterator[Any]:
        for _ in range(10):
            element = self._styles.get(style)
            if element is None:
                return
            yield element
            style = _attribute(_child(element, "basedOn"))

    def hides(self, style: str | None) -> bool:
        """Whether runs of a character style are not shown."""
        if style not in self._hiding:
            self._hiding[style] = any(_unseen(_child(s, "rPr")) for s in self._chain(style))
        return self._hiding[style]

    def level(self, properties: Any | None) -> int | None:
        """0 for the title, 1–9 for headings, None for body text."""
        own = _number(_attribute(_child(properties, "outlineLvl")))
        if own is not None:
            return own + 1 if 0 <= own < 9 else None
        style = _attribute(_child(properties, "pStyle"))
        if style not in self._levels:
            self._levels[style] = self._level_of(style)
        return self._levels[style]

    def _level_of(self, name: str | None) -> int | None:
        for style in self._chain(name):
            title = (_attribute(_child(style, "name")) or "").strip()
            if title.lower() in ("title", "标题"):
                return 0
            if match := _HEADING_NAME.match(title):
                return int(match[1])
            outline = _number(_attribute(_child(style, "pPr", "outlineLvl")))
            if outline is not None:
                return outline + 1 if 0 <= outline < 9 else None
        return None

    def numbering(self, properties: Any | None) -> tuple[int, int] | None:
        """(numId, level) of a paragraph, by itself or by its style; None when it has none."""
        if (own := _number(_attribute(_child(properties, "numPr", "numId")))) is not None:
            return _numbered(properties, own)
        style = _attribute(_child(properties, "pStyle"))
        if style not in self._numbered:
            self._numbered[style] = self._numbering_of(style)
        return self._numbered[style]

    def _numbering_of(self, name: str | None) -> tuple[int, int] | None:
        for style in self._chain(name):
            holder = _child(style, "pPr")
            if (identity := _number(_attribute(_child(holder, "numPr", "numId")))) is not None:
                return _numbered(holder, identity)
        return None


def _numbered(holder: Any, identity: int) -> tuple[int, int] | None:
    return (identity, _number(_attribute(_child(holder, "numPr", "ilvl"))) or 0) if identity > 0 else None


class Numbering:
    """The counters of Word's lists; `label` prints the next number of one."""

    def __init__(self, root: Any | None) -> None:
        children = list(root) if root is not None else []
        abstract = {_attribute(c, "abstractNumId"): c for c in children if _tag(c) == "abstractNum"}
        self._levels: dict[int, dict[int, Any]] = {}
        self._owner: dict[int, str] = {}
        self._starts: dict[tuple[int, int], int] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self._restarted: set[tuple[int, int]] = set()
        for num in (c for c in children if _tag(c) == "num"):
            identity = _number(_attribute(num, "numId"))
            key = _attribute(_child(num, "abstractNumId"))
            if identity is None or key not in abstract:
                continue
            levels = (c for c in abstract[key] if _tag(c) == "lvl")
            self._levels[identity] = {_number(_attribute(v, "ilvl")) or 0: v for v in levels}
            self._owner[identity] = key or ""
            for override in (c for c in num if _tag(c) == "lvlOverride"):
                start = _number(_attribute(_child(override, "startOverride")))
                if start is not None:
                    self._starts[identity, _number(_attribute(override, "ilvl")) or 0] = start

    def label(self, numbering: tuple[int, int] | None) -> str:
        """“一、”, “（一）”, “1.”; "" for a bullet or no list.  Counts one on."""
        if numbering is None or numbering[1] not in self._levels.get(numbering[0], {}):
            return ""
        identity, level = numbering
        counts = self._counts.setdefault(self._owner[identity], {})
        override = self._starts.get(numbering)
        if override is not None and numbering not in self._restarted:
            self._restarted.add(numbering)
            counts[level] = override
        else:
            counts[level] = counts.get(level, self._start(identity, level) - 1) + 1
        for deeper in [d for d in counts if d > level]:
            del counts[deeper]
        pattern = _attribute(_child(self._levels[identity][level], "lvlText")) or ""
        if self._format(identity, level) in ("bullet", "none"):
            return ""
        return re.sub(r"%([1-9])", lambda m: self._printed(identity, int(m[1]) - 1, counts), pattern)

    def _start(self, identity: int, level: int) -> int:
        start = _number(_attribute(_child(self._levels[identity].get(level), "start")))
        return 1 if start is None else start

    def _format(self, identity: int, level: int) -> str:
        return _attribute(_child(self._levels[identity].get(level), "numFmt")) or "decimal"

    def _printed(self, identity: int, level: int, counts: dict[int, int]) -> str:
        value = counts.get(level, self._start(identity, level))
        form = self._format(identity, level)
        if form.startswith(("chinese", "ideograph", "japanese", "taiwanese")):
            return _han(value)
        if form == "decimalEnclosedCircle" and 1 <= value <= 20:
            return chr(0x2460 + value - 1)
        if form in ("lowerLetter", "upperLetter") and 1 <= value <= 26:
            return chr(ord("a" if form == "lowerLetter" else "A") + value - 1)
        return str(value)


def _han(value: int) -> str:
    digits = "零一二三四五六七八九"
    if not 0 < value < 100:
        return str(value)
    tens, ones = divmod(value, 10)
    return ("" if tens == 0 else "十" if tens == 1 else digits[tens] + "十") + (digits[ones] if ones else "")


def _paragraphs(body: Any, styles: Styles, numbering: Numbering, page: "_Words") -> Iterator[Paragraph]:
    carried = ""
    line = 0
    for block in _blocks(body):
        line += 1
        if _tag(block) == "tr":
            cells = [" ".join(page.all_text(c).split()) for c in block.iterchildren() if _tag(c) in ("tc", "sdt")]
            yield Paragraph(text="\t".join(cells), table=True, line=line)
            continue
        properties = _child(block, "pPr")
        text = carried + page.text(block)
        carried = ""
        if _child(properties, "rPr", "del") is not None:  # a deleted paragraph mark joins it to the next one
            carried = text
            continue
        label = numbering.label(styles.numbering(properties)) if text.strip() else ""
        level = styles.level(properties)
        for index, piece in enumerate(text.split("\n")):
            yield Paragraph(
                text=(label + piece.lstrip() if label and index == 0 else piece), style_level=level, line=line
            )
        for box in page.boxes(block):
            yield Paragraph(text=box, line=line)
    if carried:
        yield Paragraph(text=carried, line=line)


def _blocks(parent: Any) -> Iterator[Any]:
    """Paragraphs and table rows in order, through content controls and tracked insertions."""
    for child in parent:
        tag = _tag(child)
        if tag == "p":
            yield child
        elif tag in ("tbl", "sdt", "sdtContent", "customXml", "ins", "moveTo"):
            yield from _blocks(child)
        elif tag == "tr" and _child(child, "trPr", "del") is None:
            yield child


class _Words:
    """Takes the visible words out of elements, and notes what was hidden and which footnotes were referred to."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self.hidden = False
        self.noted: dict[str, list[str | None]] = {}

    def text(self, element: Any) -> str:
        """Of a paragraph: insertions kept; deletions, field codes, hidden runs and text boxes left out."""
        pieces: list[str] = []
        stack = [element]
        while stack:
            current = stack.pop()
            tag = _tag(current)
            if tag == "t":
                pieces.append(current.text or "")
            elif tag in ("tab", "ptab"):
                pieces.append(" ")
            elif tag in ("br", "cr"):
                pieces.append("\n" if _attribute(current, "type") in (None, "textWrapping") else "")
            elif tag == "noBreakHyphen":
                pieces.append("-")
            elif tag in ("footnoteReference", "endnoteReference"):
                self.noted.setdefault(tag.removesuffix("Reference"), []).append(_attribute(current, "id"))
            elif tag == "r" and self._is_hidden(current):
                self.hidden = self.hidden or any((t.text or "").strip() for t in current if _tag(t) == "t")
            elif tag not in _SKIPPED:
                stack.extend(reversed(current))
        return "".join(pieces)

    def all_text(self, cell: Any) -> str:
        return " ".join(self.text(p) for p in cell.iter("{*}p"))

    def boxes(self, paragraph: Any) -> Iterator[str]:
        """Text boxes anchored in a paragraph, each once (the fallback copy is left out)."""
        for box in paragraph.iter("{*}txbxContent"):
            if not any(_tag(a) == "Fallback" for a in box.iterancestors()):
                yield from (self.text(p) for p in box if _tag(p) == "p")

    def _is_hidden(self, run: Any) -> bool:
        properties = _child(run, "rPr")
        if properties is None or _MAY_HIDE.isdisjoint(map(_tag, properties)):
            return False
        if self._styles.hides(_attribute(_child(properties, "rStyle"))):
            return True
        return _unseen(properties) and (_vanishes(properties) or not _on_colour(run))


def _vanishes(properties: Any) -> bool:
    return _on(_child(properties, "vanish")) or _on(_child(properties, "webHidden"))


def _unseen(properties: Any | None) -> bool:
    """Hidden, white, or smaller than two points."""
    if properties is None:
        return False
    if _vanishes(properties) or (_attribute(_child(properties, "color")) or "").upper() in ("FFFFFF", "FEFEFE"):
        return True
    size = _number(_attribute(_child(properties, "sz")))
    return size is not None and 0 <= size < _SMALLEST_HALF_POINTS


def _on_colour(run: Any) -> bool:
    """White words on a shaded cell, paragraph or run are there to be seen."""
    for holder in (run, *run.iterancestors()):
        properties = _child(holder, f"{_tag(holder)}Pr")
        fill = (_attribute(_child(properties, "shd"), "fill") or "").upper()
        if fill not in ("", "AUTO", "FFFFFF") or _child(properties, "highlight") is not None:
            return True
    return False


def _front_matter(core: Any | None) -> dict[str, str]:
    """What core properties say of a report; a person's name or a template's leftovers are not an issuer."""
    values = {_tag(c): (c.text or "").strip() for c in (core if core is not None else [])}
    front: dict[str, str] = {}
    for pair in re.split(r"[;；]", values.get("keywords", "")):
        key, mark, value = pair.replace("：", "=").partition("=")
        if mark and key.strip() in ("年度", "公开范围", "层级") and value.strip():
            front[key.strip()] = value.strip()
    if _ORGANISATION.search(values.get("creator", "")):
        front["发文单位"] = values["creator"]
    if front and values.get("subject"):
        front["部门"] = values["subject"]
    if kind_of_title(values.get("category", "")):
        front["文种"] = values["category"]
    if kind_of_title(values.get("title", "")):
        front["标题"] = values["title"]
    return front

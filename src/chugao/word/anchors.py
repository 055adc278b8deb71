"""By what a returned file finds its draft again: bookmarks, custom properties and a manifest.

In: a `Draft`.  Out: a bookmark name for its title and every section and block, the two property parts, the manifest.

Measured on LibreOffice round trips: bookmarks and custom properties survive docx → odt → docx, the custom XML part is
lost there, content controls and paragraph ids are lost everywhere.  So the first two carry, the third is a bonus.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chugao.manuscript import Block, Draft, Section

MANIFEST = "urn:chugao:manifest:1"
TITLE_BOOKMARK = "chugao_title"
BODY_PROPERTY = "chugao_body"
Anchor = tuple[str, ...]
"""("title",), ("section", id), ("block", section id, block id) or ("caption", section id, block id)."""
_LONGEST = 40  # Word refuses longer bookmark names


def plain_text(text: str) -> str:
    """Text without the characters XML 1.0 forbids or discourages; line ends are “\\n”."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text if text.isprintable() else "".join(filter(_may_stand, text))


def _may_stand(char: str) -> bool:
    return (
        "\xa0" <= char <= "\ud7ff"
        or "\x20" <= char <= "\x7e"
        or char in "\t\n\x85"
        or "\ue000" <= char <= "\ufffd"
        or char > "\uffff"
    )


def escape(text: str) -> str:
    """Text as it may stand between tags; that of xml.sax brings urllib and http along."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def attribute(value: object) -> str:
    """A value as it may stand between double quotes."""
    safe = escape(plain_text(str(value)))
    return safe.replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")


def bookmark_name(block_id: str, prefix: str = "b_") -> str:
    """`b_<id>`, legal in Word: Latin letters, digits, underscores, 40 at most, unlike any other id's name.

    Word compares names without regard to case, so an id with capitals carries a hash too.
    """
    name = prefix + re.sub(r"[^A-Za-z0-9_]", "_", block_id)
    if name == prefix + block_id and len(name) <= _LONGEST and name == name.lower():
        return name
    digest = hashlib.sha256(block_id.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{name[: _LONGEST - 9]}_{digest}"


def bookmark_names(draft: Draft) -> dict[Anchor, str]:
    """A bookmark for the title, each heading, block and table caption; all unlike.

    A block id that a second section uses again takes the section's id in front.
    """
    names: dict[Anchor, str] = {("title",): TITLE_BOOKMARK}
    taken = {TITLE_BOOKMARK}
    for section in draft.sections:
        _name(names, taken, ("section", section.id), "h_")
        for block in section.blocks:
            _name(names, taken, ("block", section.id, block.id), "b_")
            if block.table is not None:
                _name(names, taken, ("caption", section.id, block.id), "c_")
    return names


def _name(names: dict[Anchor, str], taken: set[str], anchor: Anchor, prefix: str) -> None:
    name, again = bookmark_name(anchor[-1], prefix), 1
    while name.lower() in taken:
        name = bookmark_name(".".join((*anchor[1:], *([str(again)] if again > 1 else []))), prefix)
        again += 1
    taken.add(name.lower())
    names[anchor] = name


def custom_properties(draft: Draft, body: str) -> str:
    """docProps/custom.xml: which draft this file is, of which it is a child, and the hash of its body as written."""
    values = {"chugao_document": draft.id, "chugao_schema": str(draft.schema_version), BODY_PROPERTY: body_hash(body)}
    if draft.parent:
        values["chugao_parent"] = draft.parent
    properties = "".join(
        f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="{pid}" name="{name}">'
        f"<vt:lpwstr>{escape(plain_text(value))}</vt:lpwstr></property>"
        for pid, (name, value) in enumerate(values.items(), 2)
    )
    return (
        '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
        'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">'
        f"{properties}</Properties>"
    )


def body_hash(body: str) -> str:
    """16 hex digits over word/document.xml, by which a file that somebody saved again is known."""
    return hashlib.sha256(body.encode()).hexdigest()[:16]


def manifest(draft: Draft, names: dict[Anchor, str]) -> str:
    """customXml/item1.xml: every id and where it stands; sentence offsets are code points of the block's text."""
    sections = "".join(_manifest_section(section, names) for section in draft.sections)
    return (
        f'<manifest xmlns="{MANIFEST}" draft="{attribute(draft.id)}" parent="{attribute(draft.parent or "")}" '
        f'schema="{draft.schema_version}"><title bookmark="{TITLE_BOOKMARK}"/>{sections}</manifest>'
    )


def _manifest_section(section: Section, names: dict[Anchor, str]) -> str:
    texts = {s.id: s.text for s in section.sentences}
    blocks = "".join(
        f'<block id="{attribute(block.id)}" type="{block.type}" '
        f'bookmark="{names["block", section.id, block.id]}">{_manifest_sentences(block, texts)}</block>'
        for block in section.blocks
    )
    bookmark = names["section", section.id]
    return f'<section id="{attribute(section.id)}" level="{section.level}" bookmark="{bookmark}">{blocks}</section>'


def _manifest_sentences(block: Block, texts: dict[str, str]) -> str:
    start, out = len(plain_text(block.number)), []
    for sentence_id in block.sentence_ids:
        end = start + len(plain_text(texts[sentence_id]))
        out.append(f'<sentence id="{attribute(sentence_id)}" start="{start}" end="{end}"/>')
        start = end
    return "".join(out)

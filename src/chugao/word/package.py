"""The zip around the parts: the same parts give the same bytes, today and next year.

In: part name → text.  Out: the bytes of a .docx.
"""

import io
import zipfile
import zlib

from chugao.word.anchors import body_hash

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_LARGEST = 50 * 2**20
_EPOCH = (1980, 1, 1, 0, 0, 0)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_TYPES = {
    "word/document.xml": f"{_WORD}.document.main+xml",
    "word/styles.xml": f"{_WORD}.styles+xml",
    "word/settings.xml": f"{_WORD}.settings+xml",
    "word/theme/theme1.xml": "application/vnd.openxmlformats-officedocument.theme+xml",
    "word/fontTable.xml": f"{_WORD}.fontTable+xml",
    "word/comments.xml": f"{_WORD}.comments+xml",
    "word/footer1.xml": f"{_WORD}.footer+xml",
    "word/footer2.xml": f"{_WORD}.footer+xml",
    "word/header1.xml": f"{_WORD}.header+xml",
    "word/header2.xml": f"{_WORD}.header+xml",
    "docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
    "docProps/custom.xml": "application/vnd.openxmlformats-officedocument.custom-properties+xml",
    "customXml/itemProps1.xml": "application/vnd.openxmlformats-officedocument.customXmlProperties+xml",
}
_ROOT = {
    "word/document.xml": f"{_OFFICE}/officeDocument",
    "docProps/core.xml": f"{_PACKAGE}/relationships/metadata/core-properties",
    "docProps/custom.xml": f"{_OFFICE}/custom-properties",
}
RELATIONS = {
    "word/styles.xml": ("rIdStyles", "styles"),
    "word/settings.xml": ("rIdSettings", "settings"),
    "word/fontTable.xml": ("rIdFonts", "fontTable"),
    "word/theme/theme1.xml": ("rIdTheme", "theme"),
    "word/comments.xml": ("rIdComments", "comments"),
    "word/footer1.xml": ("rIdFooterOdd", "footer"),
    "word/footer2.xml": ("rIdFooterEven", "footer"),
    "word/header1.xml": ("rIdHeaderOdd", "header"),
    "word/header2.xml": ("rIdHeaderEven", "header"),
    "customXml/item1.xml": ("rIdManifest", "customXml"),
}
"""Part → (relationship id in the document, kind)."""


def pack(parts: dict[str, str]) -> bytes:
    """A .docx of these parts; content types and relationships follow from their names."""
    whole = parts | {
        "[Content_Types].xml": _content_types(parts),
        "_rels/.rels": _relationships([(f"rId{i}", _ROOT[p], p) for i, p in enumerate(_ROOT, 1) if p in parts]),
        "word/_rels/document.xml.rels": _relationships(
            [(rid, f"{_OFFICE}/{kind}", _from_word(p)) for p, (rid, kind) in RELATIONS.items() if p in parts]
        ),
    }
    if "customXml/itemProps1.xml" in parts:
        properties = [("rId1", f"{_OFFICE}/customXmlProps", "itemProps1.xml")]
        whole["customXml/_rels/item1.xml.rels"] = _relationships(properties)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in sorted(whole):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0  # else the operating system shows in the bytes
            archive.writestr(entry, (_HEAD + whole[name]).encode())
    return buffer.getvalue()


def as_written(content: bytes) -> bool:
    """Whether a .docx still is what `typeset` wrote: nobody has saved another body into it."""
    return bool(body_as_written(content))


def body_as_written(content: bytes) -> str:
    """word/document.xml of a .docx that still is what `typeset` wrote, without its first line; "" of any other."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            # Bounded: the file may be anybody's.
            sizes = [archive.getinfo(n).file_size for n in ("docProps/custom.xml", "word/document.xml")]
            if max(sizes) > _LARGEST:
                return ""
            told = archive.read("docProps/custom.xml").decode()
            body = archive.read("word/document.xml").decode().removeprefix(_HEAD)
            return body if f">{body_hash(body)}<" in told else ""
    except (KeyError, ValueError, NotImplementedError, RuntimeError, zipfile.BadZipFile, zlib.error):
        return ""


def _content_types(parts: dict[str, str]) -> str:
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in _TYPES.items() if name in parts
    )
    return (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )


def _relationships(entries: list[tuple[str, str, str]]) -> str:
    body = "".join(f'<Relationship Id="{i}" Type="{kind}" Target="{target}"/>' for i, kind, target in entries)
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{body}</Relationships>'


def _from_word(part: str) -> str:
    """Target of a part as seen from word/document.xml."""
    return part.removeprefix("word/") if part.startswith("word/") else f"../{part}"

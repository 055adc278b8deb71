"""The office's own .dotx or .docx as master: its styles and its page, our text.

In: a master that passed the guard.  Out: `Master`; and our .docx dressed in it.

Styles find each other by name (标题 1, heading 1, 一级标题), as every program names them otherwise.  What the master does
not have stays ours.  Its own text is not taken over: {{marks}} in it that nobody knows are told, since whoever wrote
them expects something to stand there.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from chugao.documents.guard import guard
from chugao.documents.xml import tree_of
from chugao.errors import InputError, UploadRejected
from chugao.word.anchors import body_hash
from chugao.word.revisions import child, tag_of, value_of

KNOWN_TAGS = frozenset({"标题", "正文", "主送", "主送机关", "署名", "日期", "成文日期", "签发人", "附件"})
_NAMES: Mapping[str, tuple[str, ...]] = {
    "Title": ("公文标题", "文件标题", "大标题", "title", "标题"),
    "BodyText": ("公文正文", "正文文本", "bodytext", "正文缩进", "normalindent", "正文", "normal"),
    "Heading1": ("一级标题", "heading1", "标题1"),
    "Heading2": ("二级标题", "heading2", "标题2"),
    "Heading3": ("三级标题", "heading3", "标题3"),
    "Heading4": ("四级标题", "heading4", "标题4"),
    "Salutation": ("主送机关", "主送", "salutation", "称呼"),
    "Signature": ("署名", "落款", "成文日期", "signature", "签名"),
    "Caption": ("表题", "caption", "题注"),
}
"""Style of ours → names of the master's, the likeliest first; spaces and case say nothing."""
_THEME = "word/theme/theme1.xml"
_TAG = re.compile(
    r"\{\{\s*([^{}\n]{1,40}?)\s*\}\}|(\{%[^{}%\n]{1,60}%\})|(\$\{[^{}\n]{1,40}\})|(«[^«»\n]{1,40}»)|(<<[^<>\n]{1,40}>>)"
)
_MERGED_FIELD = re.compile(r"\bMERGEFIELD\s{1,9}\"?([^\s\"\\]{1,40})")
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_PAGE = ("pgSz", "pgMar", "docGrid")
_MEASURES = re.compile(r"\d{1,6}")


class Master(NamedTuple):
    """What a master gives."""

    name: str
    styles: bytes
    """word/styles.xml, whole."""
    theme: bytes
    """word/theme/theme1.xml, from which styles take faces; b"" where it has none."""
    mapped: dict[str, str]
    """Style id of ours → the master's."""
    page: dict[str, dict[str, str]]
    """pgSz, pgMar and docGrid of its last section: attribute → value."""
    unknown_tags: tuple[str, ...]

    @property
    def notices(self) -> tuple[str, ...]:
        """What the office should know, in Chinese."""
        told = []
        if self.unknown_tags:
            tags = "、".join(t if t[0] in "{$«<" else "{{" + t + "}}" for t in self.unknown_tags[:8])
            more = f"等{len(self.unknown_tags)}处" if len(self.unknown_tags) > 8 else ""
            told.append(f"母版 {self.name} 里有不认识的标记：{tags}{more}。这些地方不会填写，请在导出后人工补上。")
        missing = [ours for ours in ("Title", "BodyText", "Heading1", "Heading2") if ours not in self.mapped]
        if missing:
            names = {"Title": "标题", "BodyText": "正文", "Heading1": "标题 1", "Heading2": "标题 2"}
            told.append(f"母版 {self.name} 里没有样式：{'、'.join(names[m] for m in missing)}，这些用国标的样式。")
        return tuple(told)


def read_master(path: Path) -> Master:
    """A master from its file.

    Raises `UploadRejected` for what the guard refuses, `InputError` when it is no Word file.
    """
    data = guard(path)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {n.lower(): n for n in archive.namelist()}
            if "word/document.xml" not in names or "word/styles.xml" not in names:
                raise UploadRejected(f"母版 {path.name} 不是 Word 文件。请另存为 .docx 或 .dotx 再用。")
            styles = archive.read(names["word/styles.xml"])
            theme = archive.read(names[_THEME]) if _THEME in names else b""
            document = tree_of(archive.read(names["word/document.xml"]))
            texts = [document] + [
                tree_of(archive.read(real))
                for name, real in sorted(names.items())
                if re.fullmatch(r"word/(?:header|footer)\d{0,3}\.xml", name)
            ]
            root = tree_of(styles)
    except zipfile.BadZipFile:
        raise InputError(f"母版 {path.name} 打不开。请另存为 .docx 或 .dotx 再用。") from None
    except _syntax_error():
        raise InputError(f"母版 {path.name} 的内容已损坏。请用 Word 或 WPS 打开，另存一份再用。") from None
    tags = dict.fromkeys(tag for root_ in texts for tag in _tags(root_))
    return Master(
        name=path.name,
        styles=styles,
        theme=theme,
        mapped=_mapped(root),
        page=_page(document),
        unknown_tags=tuple(t for t in tags if t not in KNOWN_TAGS),
    )


def _syntax_error() -> type[Exception]:
    import lxml.etree

    return lxml.etree.XMLSyntaxError


def _tags(root: Any) -> Iterator[str]:
    for paragraph in (e for e in root.iter() if tag_of(e) == "p"):
        text = "".join(e.text or "" for e in paragraph.iter() if tag_of(e) == "t")
        yield from (found[found.lastindex or 0] for found in _TAG.finditer(text))
        codes = "".join(e.text or "" for e in paragraph.iter() if tag_of(e) == "instrText")
        yield from (f"«{name}»" for name in _MERGED_FIELD.findall(codes))


def _mapped(root: Any) -> dict[str, str]:
    """Which style of the master stands for which of ours."""
    by_name: dict[str, str] = {}
    for style in root:
        if tag_of(style) == "style" and value_of(style, "type") == "paragraph":
            name = re.sub(r"\s", "", value_of(child(style, "name"), "val")).lower()
            by_name.setdefault(name, value_of(style, "styleId"))
    found = {}
    for ours, names in _NAMES.items():
        own = next((by_name[n] for n in names if by_name.get(n)), "")
        if own and re.fullmatch(r"[\w.\-]{1,100}", own):
            found[ours] = own
    return found


def _page(document: Any) -> dict[str, dict[str, str]]:
    sections = [e for e in document.iter() if tag_of(e) == "sectPr"]
    found: dict[str, dict[str, str]] = {}
    for element in sections[-1] if sections else ():
        if tag_of(element) in _PAGE:
            found[tag_of(element)] = {
                k.rpartition("}")[2]: str(v) for k, v in element.attrib.items() if re.fullmatch(r"[\w\-]{1,20}", str(v))
            }
    size = found.get("pgSz", {})
    if not all(_MEASURES.fullmatch(size.get(k, "")) and 2000 < int(size[k]) < 40_000 for k in ("w", "h")):
        return {}
    return found if size.get("orient") != "landscape" else {}


# --- dressing -------------------------------------------------------------------------------------


def dressed(content: bytes, master: Master) -> bytes:
    """Our .docx in the master's styles and on its page; the same two give the same bytes."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {n: archive.read(n) for n in archive.namelist()}
    body = parts["word/document.xml"].decode()
    head, mark, rest = body.partition("?>\n")
    old = body_hash(rest)
    rest = _on_page(_restyled(rest, master.mapped), master.page)
    parts["word/document.xml"] = (head + mark + rest).encode()
    parts["word/styles.xml"] = _merged(parts["word/styles.xml"], master)
    if master.theme:
        parts[_THEME] = master.theme  # its styles may take their faces from there
    if "docProps/custom.xml" in parts:
        parts["docProps/custom.xml"] = parts["docProps/custom.xml"].replace(old.encode(), body_hash(rest).encode())
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in sorted(parts):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            archive.writestr(entry, parts[name])
    return buffer.getvalue()


def _restyled(body: str, mapped: Mapping[str, str]) -> str:
    return re.sub(r'<w:pStyle w:val="(\w+)"/>', lambda m: f'<w:pStyle w:val="{mapped.get(m[1], _kept(m[1]))}"/>', body)


def _kept(style_id: str) -> str:
    """The name under which a style of ours joins the master's; a clean copy must not say which program made it."""
    return f"Gongwen{style_id}"


def _on_page(body: str, page: Mapping[str, Mapping[str, str]]) -> str:
    """The master's paper and margins for the upright pages; a 横排 page stays ours."""
    if not page:
        return body

    def section(match: re.Match[str]) -> str:
        text = match.group()
        if 'w:orient="landscape"' in text:
            return text
        for name, values in page.items():
            here = re.search(rf"<w:{name} [^>]*/>", text)
            known = dict(re.findall(r'w:(\w+)="([\w-]+)"', here.group())) if here else {}
            attributes = "".join(f' w:{k}="{v}"' for k, v in (known | dict(values)).items())
            if here:
                text = text.replace(here.group(), f"<w:{name}{attributes}/>")
        return text

    return re.sub(r"<w:sectPr>.*?</w:sectPr>", section, body)


def _merged(ours: bytes, master: Master) -> bytes:
    """The master's styles, and those of ours that it lacks under names of their own."""
    import lxml.etree

    root, own = tree_of(master.styles), tree_of(ours)
    # Our headings bring their numbers: “一、一、” would be printed.  A revision id tells who sat at which machine.
    for element in [e for e in root.iter() if tag_of(e) in ("numPr", "rsid")]:
        element.getparent().remove(element)
    for style in own:
        identity = value_of(style, "styleId")
        if tag_of(style) != "style" or value_of(style, "type") != "paragraph" or identity in master.mapped:
            continue
        style.set(f"{{{_W}}}styleId", _kept(identity))
        style.attrib.pop(f"{{{_W}}}default", None)
        name = child(style, "name")
        if name is not None:
            name.set(f"{{{_W}}}val", f"公文 {value_of(name, 'val')}")
        for link in ("basedOn", "next"):
            element = child(style, link)
            if element is not None:
                target = value_of(element, "val")
                element.set(f"{{{_W}}}val", master.mapped.get(target, _kept(target)))
        root.append(style)
    return bytes(lxml.etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))

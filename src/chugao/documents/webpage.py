"""Read the words of a web page: blocks in order, table rows, without scripts, menus and hidden text.

In: the bytes of an HTML file.  Out: paragraphs, front matter, flags.

Surprise: the charset in a page's head is often not the page's; when it does not fit, UTF-8 and GB18030 are tried.
"""

import re
from typing import Any

from chugao.documents.paragraph import FRONT_KEYS, Paragraph, decode

_HTML_SKIP = {"script", "style", "noscript", "template", "iframe", "svg", "nav", "footer", "form", "button", "select"}
_HTML_BLOCKS = set(
    "p div li br section article main header aside ul ol dl dt dd blockquote pre center h1 h2 h3 h4 h5 h6 "
    "table tr thead tbody td th hr figure figcaption".split()
)
_CHARSET = re.compile(rb"charset\s{0,5}=\s{0,5}[\"']?\s{0,5}([A-Za-z0-9_-]{2,20})", re.I)
_HIDDEN = re.compile(
    r"display\s{0,5}:\s{0,5}none|visibility\s{0,5}:\s{0,5}hidden|font-size\s{0,5}:\s{0,5}[01](?:px|pt)?\s{0,5}(?:;|$)|(?<![-\w])color\s{0,5}:\s{0,5}(?:#fff(?:fff)?\b|white)",
    re.I,
)


def read_page(data: bytes, name: str) -> tuple[list[Paragraph], dict[str, str], tuple[str, ...]]:
    """Paragraphs and table rows, front matter from meta and title, and hidden_text when something was hidden."""
    import lxml.html

    text = _decode_html(data, name)
    parser = lxml.html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    root = lxml.html.document_fromstring(text.encode("utf-8", "ignore"), parser=parser)
    body = root.find("body")
    pieces: list[tuple[str, int | None, bool]] = []
    hidden = _walk_html(body if body is not None else root, pieces)
    paragraphs = [Paragraph(text=t, style_level=v, table=b, line=n) for n, (t, v, b) in enumerate(pieces, 1)]
    title = (root.findtext(".//title") or "").strip()
    told = {str(m.get("name")): " ".join(str(m.get("content")).split()) for m in root.iterfind(".//meta[@name]")}
    front = {k: v for k, v in told.items() if k in FRONT_KEYS and v not in ("", "None")}
    return paragraphs, ({"标题": title} if title else {}) | front, ("hidden_text",) if hidden else ()


def _decode_html(data: bytes, name: str) -> str:
    if match := _CHARSET.search(data[:4096]):
        encoding = match[1].decode().lower()
        encoding = "gb18030" if encoding.startswith("gb") else encoding
        try:
            return data.decode(encoding)
        except (LookupError, UnicodeDecodeError):
            pass
    return decode(data, name)


def _walk_html(root: Any, pieces: list[tuple[str, int | None, bool]]) -> bool:
    """Append (text, heading level, table row) for every block, in order; iterative, so depth does not matter.

    Returns whether some text was hidden, and so left out.
    """
    hidden = False
    line: list[str] = []
    level: list[int | None] = [None]

    def flush() -> None:
        text = re.sub(r"[ \t\r\n]+", " ", "".join(line)).strip()
        line.clear()
        if text:
            pieces.append((text, level[0], False))

    stack: list[tuple[Any, bool]] = [(root, False)]
    while stack:
        element, leaving = stack.pop()
        tag = element.tag if isinstance(element.tag, str) else ""
        if leaving:
            if tag in _HTML_BLOCKS:
                flush()
                level[0] = None
            line.append(element.tail or "")
            continue
        if not tag or tag in _HTML_SKIP or _hidden(element):
            hidden = hidden or (tag not in _HTML_SKIP and bool(tag) and bool("".join(element.itertext()).strip()))
            line.append(element.tail or "")
            continue
        if tag in _HTML_BLOCKS:
            flush()
        if tag == "tr":
            cells = [c for c in element if isinstance(c.tag, str) and c.tag in ("td", "th")]
            if len(cells) > 1:
                pieces.append(("\t".join(" ".join(c.text_content().split()) for c in cells), None, True))
                line.append(element.tail or "")
                continue
        if re.fullmatch("h[1-6]", tag):
            level[0] = int(tag[1]) - 1
        line.append(element.text or "")
        stack.append((element, True))
        stack.extend((child, False) for child in reversed(element))
    flush()
    return hidden


def _hidden(element: Any) -> bool:
    return element.get("hidden") is not None or _HIDDEN.search(element.get("style") or "") is not None

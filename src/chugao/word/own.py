"""Read a Word file of ours that nobody has touched since: its lines, with what each is on the page.

In: the bytes of a .docx.  Out: `Own`, or None for every other file, which `comparing.read_version` reads.

A stranger's file has to be cleaned and understood; in ours the styles say what a paragraph is.  Whether nobody touched
it is known by the hash of its body (`package.body_as_written`); the hash is no secret, so the body is parsed as a stranger's.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple

from chugao.comparing.versions import Line as VersionLine
from chugao.comparing.versions import Version, version_of_lines
from chugao.flow import Piece, Role, Run
from chugao.kind import kind_of_title, reported_and_planned, years_of_title
from chugao.manuscript import Shell
from chugao.word.merging import Line
from chugao.word.package import body_as_written
from chugao.word.styles import W

_W = f"{{{W}}}"
_P, _ROW, _TABLE, _SECTION, _STYLE, _NEW_PAGE, _BREAK = (
    f"{_W}{name}" for name in ("p", "tr", "tbl", "sectPr", "pStyle", "pageBreakBefore", "br")
)
_VALUE = f"{_W}val"
_NUMBER = re.compile(r"^(?:[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}[.．、])")
_DATE = re.compile(r"^(?:[12]\d{3})?\s{0,9}年\s{0,9}\d{0,2}\s{0,9}月\s{0,9}\d{0,2}\s{0,9}日$")
_HEADING = re.compile(r"^Heading[1-4]$")
_ROLES: dict[str, Role] = {
    "Title": "title",
    "Salutation": "addressee",
    "BodyText": "body",
    "AnnexLabel": "label",
    "Caption": "caption",
    "Signature": "issuer",
}
_STRANGE = frozenset(
    f"{_W}{name}"
    for name in (
        *("tab", "br", "ins", "del", "sdt", "drawing", "pict", "object"),
        *("fldChar", "fldSimple", "instrText", "delText"),
    )
)
_Kind = Literal["title", "heading", "sentence", "caption", "row"]


class Own(NamedTuple):
    """A file of ours as a version, and how its paragraphs are printed."""

    version: Version
    lines: tuple[Line, ...]
    """One for each paragraph of the version."""
    shell: Shell
    """署名 and date, by which the signature is placed."""


def read_own(content: bytes, name: str = "") -> Own | None:
    """The version in a file of ours as it was written; None for any other, and for one with anything unusual in it."""
    body = body_as_written(content)
    paragraphs = _paragraphs(body) if body else None
    if paragraphs is None:
        return None
    lines = list(_lines(paragraphs))
    titles = [line.piece.text for line in lines if line.piece.role == "title"]
    if not titles:
        return None
    title = titles[-1] if len(titles) == 2 else titles[0]
    kind = kind_of_title(title)
    reported, planned = reported_and_planned(kind, years_of_title(title))
    version = version_of_lines(title, _version_lines(lines), year=reported or planned, kind=kind, file=name)
    signed = {line.piece.role: line.piece.text for line in lines if line.piece.role in ("issuer", "date")}
    return Own(version, tuple(lines), Shell(issuer=signed.get("issuer", ""), date=signed.get("date", "")))


class _Paragraph(NamedTuple):
    style: str
    text: str
    table: int = -1
    row: int = 0
    new_page: bool = False
    wide: bool = False


def _paragraphs(content: bytes) -> list[_Paragraph] | None:
    """Paragraphs and rows with text, in body order; None where there is more than `typeset` prints on plain lines."""
    import lxml.etree

    parser = lxml.etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        body = lxml.etree.fromstring(content, parser)[0]
    except (lxml.etree.XMLSyntaxError, IndexError):
        return None
    # The whole tree is asked once: element by element the asking costs more than the answer.
    if any(inner.tag != _BREAK or not _turns_a_title(inner) for inner in body.iter(*_STRANGE)):
        return None
    said: Callable[[Any], Any] = lxml.etree.XPath("string()")
    out: list[_Paragraph] = []
    since, tables = 0, 0
    for element in body:
        if element.tag == _P:
            style, new_page, section = _properties(element)
            if text := said(element):
                if style not in _ROLES and not _HEADING.match(style):
                    return None
                out.append(_Paragraph(style, text, new_page=new_page))
            if section is not None:
                size = section.find(f"{_W}pgSz")
                wide = size is not None and size.get(f"{_W}orient") == "landscape"
                out[since:] = [p._replace(wide=wide) for p in out[since:]]
                since = len(out)
        elif element.tag == _TABLE:
            for number, row in enumerate(element.iterchildren(_ROW)):
                cells = [said(p) for p in row.iter(_P)]
                if text := "\t".join(cells):
                    if text.count("\t") >= len(cells):
                        return None
                    out.append(_Paragraph("", text, tables, number))
            tables += 1
        elif element.tag != _SECTION:
            return None
    return out


def _turns_a_title(line_end: Any) -> bool:
    """Whether a w:br is one of those by which a long title turns."""
    paragraph = next(line_end.iterancestors(_P), line_end)
    style = paragraph.find(f"{_W}pPr/{_STYLE}")
    return style is not None and style.get(_VALUE) == "Title"


def _properties(paragraph: Any) -> tuple[str, bool, Any]:
    """Style of a w:p, whether it begins a page, and the section it ends."""
    style, new_page, section = "", False, None
    for inner in paragraph[0] if len(paragraph) and paragraph[0].tag == f"{_W}pPr" else ():
        if inner.tag == _STYLE:
            style = inner.get(_VALUE, "")
        elif inner.tag == _NEW_PAGE:
            new_page = True
        elif inner.tag == _SECTION:
            section = inner
    return style, new_page, section


def _lines(paragraphs: list[_Paragraph]) -> Iterator[Line]:
    """The same as pieces; what is only there to be filled in (年　月　日) is no text."""
    previous = ""
    for style, text, table, row, new_page, wide in paragraphs:
        if table >= 0:
            yield Line(Piece("table", (Run(text),), landscape=wide), table, row)
            previous = "table"
            continue
        role = _ROLES.get(style, "heading")
        if role == "issuer" and (previous == "issuer" or _DATE.match(text.strip())):
            role = "date"
        elif role == "caption" and previous == "label":
            role = "annex_title"
        if role != "date" or any(sign.isdigit() for sign in text):
            level = int(style[-1]) if role == "heading" else 0
            yield Line(Piece(role, (Run(text),), level=level, new_page=new_page, landscape=wide))
        previous = role


def _version_lines(lines: list[Line]) -> Iterator[VersionLine]:
    """As `comparing` reads a draft: what stands before the title of an issued text is its notice."""
    issued = [i for i, line in enumerate(lines) if line.piece.role == "title"][1:2]
    for i, line in enumerate(lines):
        role, text = line.piece.role, line.piece.text
        opens = None
        kind: _Kind = "sentence"
        if issued and i < issued[0]:
            opens = ("", "", "", 0) if i == 0 else None
        elif role in ("title", "caption"):
            kind = "title" if role == "title" else "caption"
        elif role == "annex_title":
            kind = "caption"
        elif role == "label":
            kind, opens = "heading", ("", text, "", 1)
        elif role == "heading":
            number = found[0] if (found := _NUMBER.match(text)) else ""
            kind, opens = "heading", ("", number, text[len(number) :], line.piece.level)
        elif role == "table":
            kind = "row"
        yield VersionLine(kind, ((text, "", 0),), opens)

"""Read a Word file of ours that nobody has touched since: its lines, with what each is on the page.

In: the bytes of a .docx.  Out: `Own`, or None for every other file, which `comparing.read_version` reads.

A stranger's file has to be cleaned and understood; in ours the styles say what a paragraph is.  Whether nobody touched
it is known by the hash of its body (`package.body_as_written`).  So it is no XML that could be written in many ways but
the very characters `typeset` wrote, and they are read as such, in half the time of a parser; the hash is no secret, so
a body with any other mark in it is left to the reader of strangers' files.
"""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from chugao.comparing.versions import Line as VersionLine
from chugao.comparing.versions import Version, version_of_lines
from chugao.flow import Piece, Role, Run, Signed
from chugao.kind import kind_of_title, reported_and_planned, years_of_title
from chugao.word.merging import Line
from chugao.word.package import body_as_written

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
_NAMES = (
    *("r", "rPr", "rFonts", "t", "p", "pPr", "pStyle", "bookmarkStart", "bookmarkEnd", "tc", "tcPr", "tcW", "vAlign"),
    *("jc", "keepNext", "tr", "trPr", "cantSplit", "tblHeader", "gridCol", "spacing", "ind", "snapToGrid", "sz", "b"),
    *("br", "highlight", "pageBreakBefore", "commentRangeStart", "commentRangeEnd", "commentReference"),
    *("tbl", "tblPr", "tblW", "tblBorders", "top", "left", "bottom", "right", "insideH", "insideV", "tblLayout"),
    *("tblCellMar", "tblLook", "tblGrid", "document", "body", "sectPr", "headerReference", "footerReference"),
    *("type", "pgSz", "pgMar", "docGrid"),
)
"""Every element that `typeset` writes, the frequent ones first."""
_STRANGE = re.compile(rf"<(?!/|w:(?:{'|'.join(_NAMES)})[ />])")
"""Any other mark, and every comment, entity or character section."""
_TEXT = re.compile(r'<w:t xml:space="preserve">([^<]*)')
_STYLE = '<w:pStyle w:val="'
_Kind = Literal["title", "heading", "sentence", "caption", "row"]


class Own(NamedTuple):
    """A file of ours as a version, and how its paragraphs are printed."""

    version: Version
    lines: tuple[Line, ...]
    """One for each paragraph of the version."""
    signed: Signed


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
    return Own(version, tuple(lines), Signed(issuer=signed.get("issuer", ""), date=signed.get("date", "")))


class _Paragraph(NamedTuple):
    style: str
    text: str
    table: int = -1
    row: int = 0
    new_page: bool = False
    wide: bool = False


def _paragraphs(body: str) -> list[_Paragraph] | None:
    """Paragraphs and rows with text, in body order; None where there is more than `typeset` prints on plain lines."""
    if _STRANGE.search(body) is not None:
        return None
    out: list[_Paragraph] = []
    since, table = 0, -1
    for stretch in body.split("<w:tbl>"):
        if table >= 0:
            rows, _, stretch = stretch.partition("</w:tbl>")
            for number, row in enumerate(rows.split("</w:tr>")):
                cells = [_text(cell) for cell in row.split("</w:p>")[:-1]]
                if text := "\t".join(cells):
                    if text.count("\t") >= len(cells):
                        return None
                    out.append(_Paragraph("", text, table, number))
        table += 1
        for paragraph in stretch.split("</w:p>"):
            at = paragraph.find(_STYLE) + len(_STYLE)
            style = paragraph[at : paragraph.find('"', at)] if at >= len(_STYLE) else ""
            if text := _text(paragraph):
                # Only a long title turns.
                strange = style not in _ROLES and not _HEADING.match(style)
                if strange or ("<w:br" in paragraph and style != "Title"):
                    return None
                out.append(_Paragraph(style, text, new_page="<w:pageBreakBefore/>" in paragraph))
            if "<w:sectPr>" in paragraph:
                if 'w:orient="landscape"' in paragraph:
                    out[since:] = [p._replace(wide=True) for p in out[since:]]
                since = len(out)
    return out


def _text(paragraph: str) -> str:
    """What stands in the runs of a paragraph."""
    text = "".join(_TEXT.findall(paragraph))
    if "&" not in text:
        return text
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


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
        role, text = line.piece.role, line.piece.runs[0].text
        opens = None
        kind: _Kind = "sentence"
        if issued and i < issued[0]:
            opens = ("", "", "", 0) if i == 0 else None
        elif role == "table":
            kind = "row"
        elif role == "title":
            kind = "title"
        elif role in ("caption", "annex_title"):
            kind = "caption"
        elif role == "label":
            kind, opens = "heading", ("", text, "", 1)
        elif role == "heading":
            number = found[0] if (found := _NUMBER.match(text)) else ""
            kind, opens = "heading", ("", number, text[len(number) :], line.piece.level)
        yield VersionLine(kind, ((text, "", 0),), opens)

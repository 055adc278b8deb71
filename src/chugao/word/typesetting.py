"""Set a draft as a Word file in the official layout.

In: a `Draft`.  Out: the bytes of a .docx, the same each time; or the file itself, written whole or not at all.

Text between the tags passes through `text_xml`, values between quotes through `anchors.attribute`; nothing else reaches
the XML.  Building the body as text costs a few milliseconds where an object tree of python-docx costs sixty.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Collection, Iterable
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from chugao.errors import InputError, reason_of
from chugao.flow import Choices, Piece, Run, Signed, flow_of
from chugao.word.anchors import (
    MANIFEST,
    Anchor,
    attribute,
    bookmark_names,
    custom_properties,
    escape,
    manifest,
    plain_text,
)
from chugao.word.comments import (
    AUTHOR,
    Comment,
    comments_xml,
    evidence_of,
    notes_of,
    range_end,
    range_start,
)
from chugao.word.layout import Layout, SignatureRule, gbt9704, twips_of_mm, twips_of_pt
from chugao.word.package import RELATIONS, pack
from chugao.word.styles import W, fonts_xml, settings_xml, styles_xml, theme_xml
from chugao.word.tables import table_xml
from chugao.word.titles import title_lines, width_of

if TYPE_CHECKING:
    from chugao.manuscript import Draft, Evidence

R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_OWED = re.compile(r"(【待补[^【】]{0,200}】)")
HINT = '<w:rFonts w:hint="eastAsia"/>'  # else “ ” — … are taken for Latin and set half as wide
HAIRLINE = 14  # twips; a paragraph so low fits below the 22nd line
_STYLE_OF = {
    "signer": "Signer",
    "addressee": "Salutation",
    "byline": "BodyText",
    "body": "BodyText",
    "label": "AnnexLabel",
    "annex_title": "Caption",
    "caption": "Caption",
    "issuer": "Signature",
    "date": "Signature",
}


class Setting(NamedTuple):
    """What every paragraph of one document needs to know."""

    layout: Layout
    names: dict[Anchor, str]
    """Bookmark of each anchor; empty when the file is to be clean."""
    numbers: dict[str, int]
    """Bookmark name → w:id."""
    signed: Signed
    marked: bool
    """Whether each page says 草稿."""
    evidence: dict[str, Evidence] | None
    """By slot, when each number is to bear a comment; else None."""
    comments: list[Comment]
    """Grows as the text is set."""


def typeset(
    draft: Draft,
    *,
    final: bool = False,
    clean: bool = False,
    layout: Layout | None = None,
    landscape: Collection[str] = (),
    signer: str = "",
    comments: bool = False,
) -> bytes:
    """The bytes of a .docx.

    Until `final` each page is marked 草稿.  `clean` leaves out bookmarks, custom properties and manifest, for a file
    that goes to others.  With `comments` every number bears a comment that says where it comes from.  `landscape` names table blocks that are to stand on a 横排 page; `signer` is the 签发人 of an
    upward 报告.
    """
    layout = layout or gbt9704()
    names = bookmark_names(draft)
    setting = Setting(
        layout=layout,
        names={} if clean else names,
        numbers={n: i for i, n in enumerate(names.values())},
        signed=Signed(draft.shell.issuer, draft.shell.date),
        marked=not final,
        evidence=evidence_of(draft) if comments and not clean else None,
        comments=[],
    )
    choices = Choices(
        layout.items.run_on,
        layout.items.bold_lead,
        layout.table.portrait_columns,
        frozenset(landscape),
        signer,
        layout.notice.issued_label,
    )
    parts = {
        "word/document.xml": _document(flow_of(draft, choices), setting),
        "word/styles.xml": styles_xml(layout),
        "word/fontTable.xml": fonts_xml(layout),
        "word/theme/theme1.xml": theme_xml(layout),
        "word/settings.xml": settings_xml(),
        "word/footer1.xml": footer_xml(layout, odd=True),
        "word/footer2.xml": footer_xml(layout, odd=False),
        "docProps/core.xml": core_properties(draft),
    }
    if setting.comments:
        parts["word/comments.xml"] = comments_xml(setting.comments)
    if not final:
        parts["word/header1.xml"] = parts["word/header2.xml"] = draft_mark_xml()
    return pack(parts if clean else parts | provenance(draft, names, parts["word/document.xml"]))


def export_docx(draft: Draft, path: Path | str, final: bool = False, comments: bool = False) -> None:
    """Write a draft as .docx, whole or not at all; with `comments` each number says where it comes from.

    Raises `InputError` when the file cannot be written; whatever stood there before is then untouched.
    """
    target = Path(path)
    staged = stage(typeset(draft, final=final, comments=comments), target)
    try:
        os.replace(staged, target)
    except OSError as error:
        staged.unlink(missing_ok=True)
        raise cannot_write(target, error) from None


def stage(content: bytes, target: Path) -> Path:
    """Write `content` safely to disk under a temporary name beside `target`, ready to be renamed.

    Raises `InputError` when the folder cannot be written, or the target is a folder itself.
    """
    import secrets

    staged = target.parent / f".chugao-{secrets.token_hex(6)}.tmp"
    if target.is_dir():
        raise InputError(f"{target} 是一个文件夹，不能写成文件。请换一个文件名。")
    try:
        with staged.open("xb") as file:  # not mkstemp: colleagues on a shared folder must be able to read the file
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        with contextlib.suppress(OSError):
            staged.unlink()
        raise cannot_write(target, error) from None
    return staged


def cannot_write(target: Path, error: OSError) -> InputError:
    """The error a person sees when a file cannot be written, with the likeliest remedy."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return InputError(
            f"文件夹 {target.parent} 不存在或不是文件夹，{target.name} 没有写入。请先建好文件夹，或换一个位置。"
        )
    return InputError(
        f"{target} 写不进去（{reason_of(error)}）。请检查文件夹是否可写、磁盘是否已满；"
        "文件正在 Word 或 WPS 中打开的，请关闭后重试。"
    )


def _document(pieces: list[Piece], setting: Setting) -> str:
    """word/document.xml: upright and 横排 stretches in turn, each a Word section."""
    stretches = [(wide, list(group)) for wide, group in groupby(pieces, key=lambda piece: piece.landscape)]
    body = []
    for number, (wide, group) in enumerate(stretches, 1):
        page = section_xml(setting, wide, first=number == 1)
        body.append(_stretch(group, setting, wide))
        last = number == len(stretches)
        body.append(page if last else f"<w:p><w:pPr>{low(HAIRLINE)}{page}</w:pPr></w:p>")
    return f'<w:document xmlns:w="{W}" xmlns:r="{R}"><w:body>{"".join(body)}</w:body></w:document>'


def _stretch(pieces: list[Piece], setting: Setting, wide: bool) -> str:
    page = setting.layout.page
    width = page.text_height if wide else page.text_width
    out = []
    for i, piece in enumerate(pieces):
        previous = pieces[i - 1].role if i else ""
        following = pieces[i + 1].role if i + 1 < len(pieces) else ""
        if piece.table is not None:
            bookmark = _bookmark(piece.runs[0].anchor, setting)
            out.append(table_xml(piece.table, width, setting.layout, partial(_cell, setting), bookmark))
            # Two tables that touch become one, and a body must not end in a table.
            out.append(f"<w:p><w:pPr>{low(240 if following else HAIRLINE)}</w:pPr></w:p>")
        else:
            # A stretch begins on a new page anyway; a second break would leave an empty one.
            out.append(_paragraph(piece, setting, (previous, following), new_page=piece.new_page and i > 0))
    return "".join(out)


def low(height: int) -> str:
    """Properties of an empty paragraph of `height` twips."""
    return (
        f'<w:snapToGrid w:val="0"/><w:spacing w:before="0" w:after="0" w:line="{height}" w:lineRule="exact"/>'
        '<w:rPr><w:sz w:val="2"/></w:rPr>'
    )


def _paragraph(piece: Piece, setting: Setting, beside: tuple[str, str], new_page: bool) -> str:
    """One paragraph; `beside` are the roles of the pieces before and after it."""
    if piece.role == "signer":
        return _signer(piece, setting.layout)
    runs, properties = paragraph_properties(piece, setting, beside, new_page)
    content = "".join(_bookmarked(run, setting) for run in runs)
    return f"<w:p><w:pPr>{properties}</w:pPr>{content}</w:p>"


def paragraph_properties(
    piece: Piece, setting: Setting, beside: tuple[str, str], new_page: bool
) -> tuple[Iterable[Run], str]:
    """The runs of a paragraph as they are to be set, and what stands in its w:pPr."""
    # The page with 署名 must carry text too; GB/T 9704 7.3.5.4 forbids “此页无正文”.
    keep = "<w:keepNext/>" if beside[1] in ("issuer", "date") else ""
    break_before = "<w:pageBreakBefore/>" if new_page else ""
    runs: Iterable[Run] = piece.runs
    extra = ""
    above = setting.layout.grid.line if beside[0] in ("label", "signer") else 0  # 附件标题 stands on the third line
    if piece.role == "title":
        runs, extra = _title(piece, setting.layout, above)
    elif piece.role in ("issuer", "date"):
        runs, extra = _signature(piece, setting)
    elif piece.role == "byline":
        extra = '<w:ind w:firstLineChars="0" w:firstLine="0"/><w:jc w:val="center"/>'
    elif piece.role == "annex_title":
        extra = f'<w:spacing w:before="{above}" w:after="{setting.layout.grid.line // 2}"/>'
    return runs, f'<w:pStyle w:val="{style_of(piece)}"/>{keep}{break_before}{extra}'


def style_of(piece: Piece) -> str:
    """Id of the paragraph style of a piece."""
    return "Title" if piece.role == "title" else _STYLE_OF.get(piece.role) or f"Heading{piece.level}"


def _title(piece: Piece, layout: Layout, above: int) -> tuple[list[Run], str]:
    """The title turned where it should be, with such room below that the body stands on the grid again."""
    run = piece.runs[0]
    lines = title_lines(" ".join(plain_text(run.text).split()), layout.title)
    grid = layout.grid.line
    height = len(lines) * twips_of_pt(layout.styles.title.line_pt or layout.grid.line_pt)
    after = min((k * grid - height for k in range(1, 12) if k * grid > height + grid // 3), key=lambda a: abs(a - grid))
    return [run._replace(text="\n".join(lines), claims=())], f'<w:spacing w:before="{above}" w:after="{after}"/>'


def _signature(piece: Piece, setting: Setting) -> tuple[list[Run], str]:
    """署名 or date at the distances of GB/T 9704 7.3.5, 署名 a line below the body."""
    rule, signed, layout = setting.layout.signature, setting.signed, setting.layout
    first = piece.role == "issuer" or not signed.issuer
    before = round(rule.lines_before * layout.grid.line) if first else 0
    runs = [Run(signed.issuer if piece.role == "issuer" else signed.date or rule.date_blank)]
    issuer, date = width_of(signed.issuer), width_of(signed.date or rule.date_blank)
    side, chars = _indent(piece.role, issuer, date, rule)
    char = layout.styles.signature.size_pt
    indent = twips_of_pt(chars * char)
    if side == "left":  # one first character from the other, whatever a program makes of the digits' width
        indent += layout.page.text_width - round(max(issuer, date) * twips_of_pt(char + layout.grid.spacing_pt))
        if indent < twips_of_pt(2 * char):  # 署名 takes two lines
            side, indent = "right", twips_of_pt(rule.right_chars * char)
    indent = max(indent, 0)
    return runs, f'<w:spacing w:before="{before}"/><w:ind w:{side}="{indent}"/><w:jc w:val="{side}"/>'


def _indent(role: str, issuer: float, date: float, rule: SignatureRule) -> tuple[str, float]:
    """(side, characters): from the right edge, or for "left" from where the longer one would start were it flush right.

    Sealed: date 右空四字, 署名 centred over it.  Unsealed: 署名 右空二字, the date begins two characters to the right
    of it; a date too long for that stands 右空二字 and moves 署名 to the left.
    """
    if rule.sealed:
        right = rule.sealed_right_chars
        return "right", right if role == "date" else right + (date - issuer) / 2
    if not issuer:
        return "right", rule.right_chars
    if date <= issuer - 2:
        return ("right", rule.right_chars) if role == "issuer" else ("left", 2 - rule.right_chars)
    if date <= issuer:  # 署名 is the longer one, but not by two characters
        return "left", issuer - date - rule.right_chars - (2 if role == "issuer" else 0)
    return "left", -rule.right_chars - (2 if role == "issuer" else 0)


def _signer(piece: Piece, layout: Layout) -> str:
    """“签发人：” in 仿宋 and the name in 楷体, 居右空一字 (GB/T 9704 7.2.6)."""
    kai = attribute(layout.styles.heading_2.east_asia)
    indent = f'<w:ind w:right="{twips_of_pt(layout.styles.signer.size_pt)}"/>'
    return (
        f'<w:p><w:pPr><w:pStyle w:val="Signer"/>{indent}</w:pPr>{runs_xml("签发人：")}'
        f'<w:r><w:rPr><w:rFonts w:hint="eastAsia" w:eastAsia="{kai}"/></w:rPr>{text_xml(piece.text)}</w:r></w:p>'
    )


def _bookmarked(run: Run, setting: Setting) -> str:
    start, end = _bookmark(run.anchor, setting)
    return f"{start}{_noted(run, setting)}{end}"


def _noted(run: Run, setting: Setting) -> str:
    """A run, each number of it between the marks of its comment when comments are wanted."""
    text, bold = run.text, run.bold
    if setting.evidence is None:
        return runs_xml(text, bold)
    out, done = [], 0
    for note in notes_of(text, run.claims, setting.evidence):
        if note.start < done:
            continue
        number = len(setting.comments)
        setting.comments.append(Comment(number, AUTHOR, "", note.text))
        out += [runs_xml(text[done : note.start], bold), range_start(number)]
        out += [runs_xml(text[note.start : note.end], bold), range_end(number)]
        done = note.end
    return "".join((*out, runs_xml(text[done:], bold)))


def _bookmark(anchor: Anchor, setting: Setting) -> tuple[str, str]:
    """Start and end of an anchor's bookmark; empty for a clean file."""
    name = setting.names.get(anchor, "")
    if not name:
        return "", ""
    number = setting.numbers[name]
    return f'<w:bookmarkStart w:id="{number}" w:name="{name}"/>', f'<w:bookmarkEnd w:id="{number}"/>'


def runs_xml(text: str, bold: bool = False) -> str:
    """Text as runs; what is still owed (【待补：…】) is marked yellow."""
    weight = "<w:b/>" if bold else ""
    text = plain_text(text)
    if "【" not in text:
        return f"<w:r><w:rPr>{HINT}{weight}</w:rPr>{_text_xml(text)}</w:r>" if text else ""
    out = []
    for i, piece in enumerate(_OWED.split(text)):
        if piece:
            mark = '<w:highlight w:val="yellow"/>' if i % 2 else ""
            out.append(f"<w:r><w:rPr>{HINT}{weight}{mark}</w:rPr>{_text_xml(piece)}</w:r>")
    return "".join(out)


def text_xml(text: str) -> str:
    """Text as it stands inside a run: escaped, line ends and tabs as elements."""
    return _text_xml(plain_text(text))


def _text_xml(text: str) -> str:
    """The same of text that holds nothing XML forbids."""
    safe = escape(text)
    if "\n" in safe or "\t" in safe:
        safe = safe.replace("\n", '</w:t><w:br/><w:t xml:space="preserve">')
        safe = safe.replace("\t", '</w:t><w:tab/><w:t xml:space="preserve">')
    return f'<w:t xml:space="preserve">{safe}</w:t>'


def _cell(setting: Setting, cell: Run, style: str, align: str, more: str) -> str:
    justified = f'<w:jc w:val="{align}"/>'
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{more}{justified}</w:pPr>{_noted(cell, setting)}</w:p>'


def section_xml(setting: Setting, wide: bool, first: bool) -> str:
    """`w:sectPr` of an upright or a 横排 page.

    A 横排 page is the upright one turned left, its head at the binding edge (GB/T 9704 7.3.6 A4纸型的表格横排).
    Headers and footers are named once; later stretches inherit them.
    """
    page, line = setting.layout.page, setting.layout.grid.line
    width, height = twips_of_mm(page.width_mm), twips_of_mm(page.height_mm)
    top, right, bottom, left = (twips_of_mm(mm) for mm in (page.top_mm, page.right_mm, page.bottom_mm, page.left_mm))
    if wide:
        width, height, (top, right, bottom, left) = height, width, (left, top, right, bottom)
    number = twips_of_pt(setting.layout.styles.page_number.size_pt)
    # The dash stands in the middle of its line.
    footer = bottom - twips_of_mm(page.page_number_below_mm) - number // 2
    turned = ' w:orient="landscape"' if wide else ""
    return (
        f'<w:sectPr>{_references(setting.marked) if first else ""}<w:type w:val="nextPage"/>'
        f'<w:pgSz w:w="{width}" w:h="{height}"{turned}/>'
        f'<w:pgMar w:top="{top}" w:right="{right}" w:bottom="{bottom}" w:left="{left}" '
        f'w:header="{min(twips_of_mm(page.header_mm), top // 2)}" w:footer="{footer}" w:gutter="0"/>'
        f'<w:docGrid w:type="lines" w:linePitch="{line}"/></w:sectPr>'
    )


def _references(marked: bool) -> str:
    """Odd and even pages have footers of their own; the 草稿 mark is the same on both."""
    references = [("footer", "default", "footer1"), ("footer", "even", "footer2")]
    if marked:
        references = [("header", "default", "header1"), ("header", "even", "header2"), *references]
    return "".join(
        f'<w:{kind}Reference w:type="{pages}" r:id="{RELATIONS[f"word/{part}.xml"][0]}"/>'
        for kind, pages, part in references
    )


def footer_xml(layout: Layout, odd: bool) -> str:
    """“— 1 —”: odd pages right 空一字, even pages left 空一字 (GB/T 9704 7.5)."""
    char = twips_of_pt(layout.styles.page_number.size_pt)
    side = "right" if odd else "left"
    field = "".join(
        f"<w:r>{content}</w:r>"
        for content in (
            '<w:t xml:space="preserve">— </w:t>',
            '<w:fldChar w:fldCharType="begin"/>',
            '<w:instrText xml:space="preserve"> PAGE </w:instrText>',
            '<w:fldChar w:fldCharType="separate"/>',
            "<w:t>1</w:t>",
            '<w:fldChar w:fldCharType="end"/>',
            '<w:t xml:space="preserve"> —</w:t>',
        )
    ).replace("<w:r>", f"<w:r><w:rPr>{HINT}</w:rPr>")
    return (
        f'<w:ftr xmlns:w="{W}"><w:p><w:pPr><w:pStyle w:val="Footer"/>'
        f'<w:ind w:{side}Chars="100" w:{side}="{char}"/><w:jc w:val="{side}"/></w:pPr>{field}</w:p></w:ftr>'
    )


def draft_mark_xml() -> str:
    return f'<w:hdr xmlns:w="{W}"><w:p><w:pPr><w:pStyle w:val="Header"/></w:pPr>{runs_xml("草稿")}</w:p></w:hdr>'


def core_properties(draft: Draft) -> str:
    """docProps/core.xml; the dates follow from the draft's year, so that the same draft gives the same bytes."""
    moment = f"{draft.year:04d}-01-01T00:00:00Z"
    return (
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{_value(draft.title.text)}</dc:title><dc:subject>{_value(draft.department)}</dc:subject>"
        f"<dc:creator>{_value(draft.organisation)}</dc:creator>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{moment}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{moment}</dcterms:modified>'
        f"<cp:category>{_value(draft.kind.label)}</cp:category><dc:language>zh-CN</dc:language></cp:coreProperties>"
    )


def _value(text: str) -> str:
    return escape(" ".join(plain_text(text).split()))


def provenance(draft: Draft, names: dict[Anchor, str], body: str) -> dict[str, str]:
    """The parts by which a returned file finds its draft again."""
    import uuid

    item = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{MANIFEST}/{draft.id}")).upper()
    return {
        "docProps/custom.xml": custom_properties(draft, body),
        "customXml/item1.xml": manifest(draft, names),
        "customXml/itemProps1.xml": (
            '<ds:datastoreItem xmlns:ds="http://schemas.openxmlformats.org/officeDocument/2006/customXml" '
            f'ds:itemID="{{{item}}}"><ds:schemaRefs><ds:schemaRef ds:uri="{MANIFEST}"/></ds:schemaRefs>'
            "</ds:datastoreItem>"
        ),
    }

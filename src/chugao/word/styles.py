"""The style sheet of a layout: real heading styles, so that navigation, tables of contents and readers work.

In: a `Layout`.  Out: word/styles.xml, word/fontTable.xml and word/settings.xml.

Normal has no first-line indent (Body Text has): a table cell that inherits one is the classic defect of home-made
templates.
"""

from functools import cache

from chugao.word.anchors import attribute
from chugao.word.layout import Layout, TextStyle, twips_of_pt

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


_COLOURS = (
    *("dk1", "000000", "lt1", "FFFFFF", "dk2", "1F497D", "lt2", "EEECE1", "accent1", "4F81BD", "accent2", "C0504D"),
    *("accent3", "9BBB59", "accent4", "8064A2", "accent5", "4BACC6", "accent6", "F79646"),
    *("hlink", "0000FF", "folHlink", "800080"),
)


def table_style(size_pt: float, head: bool) -> str:
    """Id of the paragraph style of a table cell: "TableText12"."""
    return f"Table{'Head' if head else 'Text'}{size_pt:g}".replace(".", "_")


@cache
def styles_xml(layout: Layout) -> str:
    """word/styles.xml."""
    styles = layout.styles
    sheet = [
        _defaults(layout),
        _style("Normal", "Normal", styles.body, layout, based="", indent=False),
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
        '<w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/></w:style>',
        _table_normal(),
        '<w:style w:type="numbering" w:default="1" w:styleId="NoList"><w:name w:val="No List"/></w:style>',
        _style("BodyText", "Body Text", styles.body, layout),
        _style("Title", "Title", styles.title, layout, next_style="BodyText", off_grid=True),
        *(
            _style(f"Heading{level}", f"heading {level}", style, layout, next_style="BodyText", outline=level - 1)
            for level, style in enumerate((styles.heading_1, styles.heading_2, styles.heading_3, styles.heading_4), 1)
        ),
        _style("Salutation", "Salutation", styles.addressee, layout, next_style="BodyText"),
        _style("Signer", "签发人", styles.signer, layout),
        _style("Signature", "Signature", styles.signature, layout),
        _style("AnnexLabel", "附件标识", styles.label, layout, outline=0),
        _style("Caption", "caption", styles.caption, layout, keep=True),
        _style("Header", "header", styles.draft_mark, layout, single=True),
        _style("Footer", "footer", styles.page_number, layout, single=True),
        *(_cell_style(layout, size, head) for size in layout.table.sizes_pt for head in (False, True)),
    ]
    return f'<w:styles xmlns:w="{W}">{"".join(sheet)}</w:styles>'


def _defaults(layout: Layout) -> str:
    body = layout.styles.body
    return (
        f"<w:docDefaults><w:rPrDefault><w:rPr>{_fonts(body)}"
        '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>'
    )


def _table_normal() -> str:
    return (
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>'
        '<w:uiPriority w:val="99"/><w:semiHidden/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/>'
        '<w:tblCellMar><w:top w:w="0" w:type="dxa"/><w:left w:w="108" w:type="dxa"/>'
        '<w:bottom w:w="0" w:type="dxa"/><w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
    )


def _style(
    style_id: str,
    name: str,
    style: TextStyle,
    layout: Layout,
    *,
    based: str = "Normal",
    next_style: str = "",
    indent: bool = True,
    outline: int | None = None,
    keep: bool = False,
    off_grid: bool = False,
    single: bool = False,
) -> str:
    """One paragraph style; `outline` makes it a heading, `single` frees it from the line pitch of the page."""
    keeps = "<w:keepNext/><w:keepLines/>" if outline is not None or keep else ""
    line = twips_of_pt(style.size_pt if single else style.line_pt or layout.grid.line_pt)
    grid = '<w:snapToGrid w:val="0"/>' if off_grid or single else ""
    chars = style.first_line_chars if indent else 0
    # Word takes firstLineChars, everything else takes firstLine: two characters are 32 pt.
    first = f'<w:ind w:firstLineChars="{chars * 100:.0f}" w:firstLine="{twips_of_pt(chars * style.size_pt)}"/>'
    outlined = f'<w:outlineLvl w:val="{outline}"/>' if outline is not None else ""
    paragraph = (
        f"{keeps}{'' if based else _typography(layout)}{grid}"
        f'<w:spacing w:before="0" w:after="0" w:line="{line}" w:lineRule="exact"/>'
        f'{first if chars else ""}<w:jc w:val="{style.align}"/>{outlined}'
    )
    links = (f'<w:basedOn w:val="{based}"/>' if based else "") + (
        f'<w:next w:val="{next_style}"/>' if next_style else ""
    )
    default = "" if based else ' w:default="1"'
    return (
        f'<w:style w:type="paragraph"{default} w:styleId="{style_id}"><w:name w:val="{attribute(name)}"/>{links}'
        f"<w:qFormat/><w:pPr>{paragraph}</w:pPr><w:rPr>{_run(style, layout)}</w:rPr></w:style>"
    )


def _typography(layout: Layout) -> str:
    """What every paragraph inherits: no widow, 避头尾, and whether 汉字 and digits stand apart."""
    gap = "" if layout.grid.gap_beside_latin else '<w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/>'
    return f'<w:widowControl/><w:kinsoku/><w:overflowPunct/>{gap}<w:adjustRightInd w:val="0"/>'


def _run(style: TextStyle, layout: Layout) -> str:
    size = round(style.size_pt * 2)
    # The tightened spacing fits 28 characters of the body's size to a line; other sizes stand at ease.
    tight = layout.grid.spacing_pt if style.size_pt == layout.styles.body.size_pt else 0
    bold = '<w:b w:val="1"/>' if style.bold else '<w:b w:val="0"/><w:bCs w:val="0"/>'
    colour = f'<w:color w:val="{style.colour}"/>' if style.colour else ""
    return (
        f'{_fonts(style)}{bold}{colour}<w:spacing w:val="{twips_of_pt(tight)}"/><w:kern w:val="0"/>'
        f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'
    )


def _fonts(style: TextStyle) -> str:
    latin, east_asia = attribute(style.latin), attribute(style.east_asia)
    return f'<w:rFonts w:ascii="{latin}" w:eastAsia="{east_asia}" w:hAnsi="{latin}" w:cs="{latin}"/>'


def _cell_style(layout: Layout, size_pt: float, head: bool) -> str:
    rule = layout.table
    style = TextStyle(
        east_asia=rule.head_east_asia if head else rule.text_east_asia,
        latin=layout.styles.body.latin,
        size_pt=size_pt,
        line_pt=size_pt + rule.leading_pt,
        align="center" if head else "left",
    )
    name = f"{'表头' if head else '表内文字'} {size_pt:g}"
    return _style(table_style(size_pt, head), name, style, layout, off_grid=True)


@cache
def fonts_xml(layout: Layout) -> str:
    """word/fontTable.xml: which face may stand in for one that is not installed."""
    fonts = "".join(
        f'<w:font w:name="{attribute(font.face)}"><w:altName w:val="{attribute(font.instead)}"/><w:charset w:val="86"/>'
        '<w:family w:val="auto"/><w:pitch w:val="default"/></w:font>'
        for font in layout.fonts
    )
    return f'<w:fonts xmlns:w="{W}">{fonts}</w:fonts>'


@cache
def settings_xml() -> str:
    """word/settings.xml: odd and even pages differ; punctuation keeps its cell, else 28 characters become 29."""
    compatibility = "".join(
        f'<w:compatSetting w:name="{name}" w:uri="http://schemas.microsoft.com/office/word" w:val="{value}"/>'
        for name, value in (
            ("compatibilityMode", 15),
            ("overrideTableStyleFontSizeAndJustification", 1),
            ("enableOpenTypeFeatures", 1),
            ("doNotFlipMirrorIndents", 1),
            ("differentiateMultirowTableHeaders", 1),
        )
    )
    return (
        f'<w:settings xmlns:w="{W}"><w:zoom w:percent="100"/><w:defaultTabStop w:val="420"/><w:evenAndOddHeaders/>'
        '<w:characterSpacingControl w:val="doNotCompress"/><w:compat><w:spaceForUL/><w:ulTrailSpace/>'
        f"<w:doNotExpandShiftReturn/><w:useFELayout/>{compatibility}</w:compat>"
        '<w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/><w:decimalSymbol w:val="."/><w:listSeparator w:val=","/>'
        "</w:settings>"
    )


@cache
def theme_xml(layout: Layout) -> str:
    """word/theme/theme1.xml: nothing of ours refers to it, but Word writes one and validators ask for it."""
    body = layout.styles.body
    faces = f'<a:latin typeface="{attribute(body.latin)}"/><a:ea typeface="{attribute(body.east_asia)}"/>'
    colours = "".join(
        f'<a:{name}><a:srgbClr val="{value}"/></a:{name}>'
        for name, value in zip(_COLOURS[::2], _COLOURS[1::2], strict=True)
    )
    fill = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
    return (
        '<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" name="Office"><a:themeElements>'
        f'<a:clrScheme name="Office">{colours}</a:clrScheme><a:fontScheme name="Office">'
        f'<a:majorFont>{faces}<a:cs typeface=""/></a:majorFont><a:minorFont>{faces}<a:cs typeface=""/></a:minorFont>'
        f'</a:fontScheme><a:fmtScheme name="Office"><a:fillStyleLst>{fill * 3}</a:fillStyleLst>'
        f"<a:lnStyleLst>{f'<a:ln>{fill}</a:ln>' * 3}</a:lnStyleLst><a:effectStyleLst>"
        f"{'<a:effectStyle><a:effectLst/></a:effectStyle>' * 3}</a:effectStyleLst>"
        f"<a:bgFillStyleLst>{fill * 3}</a:bgFillStyleLst></a:fmtScheme></a:themeElements></a:theme>"
    )

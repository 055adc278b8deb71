"""`word`'s judge: our own files have nothing to be found in, and whatever is spoiled in one is found."""

import io
import re
import zipfile
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest

from chugao.errors import UploadRejected
from chugao.kind import Kind
from chugao.manuscript import Shell
from chugao.source import Severity
from chugao.word.judging import headings_of, judge
from chugao.word.judging_pages import PrintedLine, PrintedPage, _alone, _grid, _signature
from chugao.word.layout import gbt9704
from chugao.word.redline import redline
from chugao.word.typesetting import typeset
from tests import drafts
from tests.cli import chugao

_DOCUMENT, _STYLES, _FOOTER = "word/document.xml", "word/styles.xml", "word/footer1.xml"


def spoiled(part: str, old: str, new: str) -> bytes:
    """A notice of ours in which something was changed by hand."""
    return spoiled_again(typeset(drafts.notice()), part, old, new)


def spoiled_again(content: bytes, part: str, old: str, new: str, times: int = -1) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            text = source.read(name).decode()
            if name == part:
                assert old in text
                text = text.replace(old, new, times)
            target.writestr(name, text)
    return out.getvalue()


def rules(content: bytes) -> set[str]:
    found = judge(content, gbt9704())
    assert all(f.severity is Severity.WARNING for f in found)
    return {f.rule.removeprefix("layout.") for f in found}


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("shell", [Shell(), drafts.NOTICE, drafts.REPORT], ids=["plain", "notice", "report"])
def test_our_own_files_of_every_kind_and_shell_have_nothing_to_be_found_in(kind: Kind, shell: Shell):
    draft = drafts.draft(shell=shell, kind=kind)

    for content in (typeset(draft), typeset(draft, final=True, clean=True), typeset(draft, comments=True)):
        assert judge(content, gbt9704()) == []


def test_a_redline_keeps_to_the_page_too():
    assert judge(redline(drafts.draft(), drafts.draft(drafts.sections()[:-2])), gbt9704()) == []


@pytest.mark.parametrize(
    ("part", "old", "new", "rule"),
    [
        (_DOCUMENT, 'w:top="2098"', 'w:top="1440"', "margin_top"),
        (_DOCUMENT, 'w:bottom="1984"', 'w:bottom="1440"', "margin_bottom"),
        (_DOCUMENT, 'w:left="1587"', 'w:left="1800"', "margin_left"),
        (_DOCUMENT, 'w:right="1474"', 'w:right="1800"', "margin_right"),
        (_DOCUMENT, 'w:w="11906" w:h="16838"', 'w:w="12240" w:h="15840"', "paper"),
        (_DOCUMENT, 'w:linePitch="579"', 'w:linePitch="312"', "grid"),
        (_STYLES, 'w:line="579"', 'w:line="640"', "line"),
        (_STYLES, 'w:line="579" w:lineRule="exact"', 'w:line="360" w:lineRule="auto"', "line"),
        (_STYLES, 'w:eastAsia="仿宋_GB2312"', 'w:eastAsia="宋体"', "font"),
        (_STYLES, 'w:eastAsia="方正小标宋简体"', 'w:eastAsia="黑体"', "font"),
        (_STYLES, 'w:ascii="Times New Roman"', 'w:ascii="Calibri"', "latin_font"),
        (_STYLES, '<w:sz w:val="32"/>', '<w:sz w:val="28"/>', "size"),
        (_STYLES, '<w:sz w:val="44"/>', '<w:sz w:val="36"/>', "size"),
        (_STYLES, '<w:b w:val="0"/>', '<w:b w:val="1"/>', "bold"),
        (_STYLES, 'w:firstLineChars="200" w:firstLine="640"', 'w:firstLine="0"', "indent"),
        (_STYLES, '<w:jc w:val="both"/>', '<w:jc w:val="left"/>', "align"),
        (_STYLES, '<w:spacing w:val="-5"/>', '<w:spacing w:val="0"/>', "spacing"),
        (_STYLES, '<w:outlineLvl w:val="0"/>', "", "outline"),
        (_DOCUMENT, "<w:pageBreakBefore/>", "", "annex_page"),
        (_FOOTER, '<w:jc w:val="right"/>', '<w:jc w:val="center"/>', "page_number_side"),
        (_FOOTER, "— ", "", "page_number_dash"),
        (_FOOTER, " PAGE ", " DATE ", "page_number_sides"),
        ("word/settings.xml", "<w:evenAndOddHeaders/>", "", "page_number_sides"),
        (_DOCUMENT, "<w:tblHeader/>", "", "table_header"),
        (_DOCUMENT, '<w:ind w:right="640"/><w:jc w:val="right"/>', '<w:jc w:val="right"/>', "issuer_place"),
        (_DOCUMENT, '<w:ind w:left="6010"/><w:jc w:val="left"/>', '<w:jc w:val="right"/>', "date_place"),
        (_DOCUMENT, '"Salutation"/>', '"BodyText"/><w:ind w:firstLineChars="200" w:firstLine="640"/>', "indent"),
    ],
)  # fmt: skip
def test_what_was_spoiled_is_found(part: str, old: str, new: str, rule: str):
    found = rules(spoiled(part, old, new))

    assert rule in found


def test_a_page_number_whose_figure_no_program_has_counted_yet_has_its_dashes():
    content = spoiled(_FOOTER, "<w:t>1</w:t>", "")

    assert rules(content) == set()


def test_a_title_set_left_is_a_title_out_of_place_and_nothing_else():
    content = spoiled(_STYLES, '<w:name w:val="Title"/>', '<w:name w:val="题目"/>')
    left = spoiled_again(content, _STYLES, '<w:jc w:val="center"/>', '<w:jc w:val="left"/>', 1)

    assert {f.hint for f in judge(left, gbt9704()) if f.rule == "layout.align"} == {"标题为左对齐，应居中（共2处）。"}
    assert "layout.title" not in {f.rule for f in judge(left, gbt9704())}


def test_a_date_with_zeros_and_a_number_in_square_brackets_are_found():
    shell = Shell(
        type="notice", title="关于印发工作要点的通知", addressee="各科室：", issuer="医务科", date="2026年01月08日"
    )
    opening = shell.model_copy(update={"opening": "院医发[2026]第3号"})

    assert {"date", "paper_number"} <= rules(typeset(drafts.draft(shell=opening)))


_HEI, _SONG = "黑体", "方正小标宋简体"


def line(text: str, style: str = "BodyText", paragraph: str = "", run: str = "") -> str:
    """A paragraph as a person set it by hand."""
    return (
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{paragraph}</w:pPr><w:r><w:rPr>{run}'
        f"</w:rPr><w:t>{text}</w:t></w:r></w:p>"
    )


def face(name: str, size: int, more: str = "") -> str:
    return f'<w:rFonts w:eastAsia="{name}"/>{more}<w:sz w:val="{size}"/>'


_LEFT = '<w:ind w:firstLineChars="0" w:firstLine="0"/><w:jc w:val="left"/>'
_CENTRE = '<w:ind w:firstLineChars="0" w:firstLine="0"/><w:jc w:val="center"/>'
_BLANK = "<w:p/>"


def ruled(above: int, below: int, colour: str = "000000") -> str:
    """A line of the imprint with borders, in eighths of a point; 0 for none."""
    sides = (("top", above), ("bottom", below))
    borders = "".join(f'<w:{n} w:val="single" w:sz="{z}" w:space="1" w:color="{colour}"/>' for n, z in sides if z)
    return f"<w:pBdr>{borders}</w:pBdr>{_LEFT}"


_RED_SONG = face(_SONG, 96, '<w:color w:val="FF0000"/>')
_RED_LINE = '<w:pBdr><w:bottom w:val="single" w:sz="12" w:space="11" w:color="FF0000"/></w:pBdr>'
_NUMBERED = _RED_LINE + _CENTRE
_HEAD = (
    line("特急", paragraph=_LEFT, run=face(_HEI, 32)),
    line("望澜市第一人民医院文件", paragraph=_CENTRE, run=_RED_SONG),
    _BLANK,
    line("望一医〔2026〕8号", paragraph=_NUMBERED),
    _BLANK,
    _BLANK,
)
_FOOT = (
    _BLANK,
    line("附件：1.2026年重点任务分解表"),
    line("（联系人：孟秋白，电话：略）"),
    line("抄送：望澜市卫生健康委员会，市医疗保障局。", paragraph=ruled(8, 6), run=face("仿宋_GB2312", 28)),
    line("望澜市第一人民医院办公室　2026年1月8日印发", paragraph=ruled(0, 8), run=face("仿宋_GB2312", 28)),
)


def paper(head: tuple[str, ...] = _HEAD, foot: tuple[str, ...] = _FOOT) -> bytes:
    """A report of ours with a red head and an imprint that somebody put round it in Word."""
    content = typeset(drafts.draft(shell=Shell(issuer="望澜市第一人民医院", date="2026年1月8日")), final=True)
    text = zipfile.ZipFile(io.BytesIO(content)).read(_DOCUMENT).decode()
    end = text.index('<w:p><w:pPr><w:pStyle w:val="Signature"/>')
    after_date = text.index("</w:p>", text.rindex('<w:pStyle w:val="Signature"/>')) + len("</w:p>")
    body = text[:end] + "".join(foot[:2]) + text[end:after_date] + "".join(foot[2:]) + text[after_date:]
    body = body.replace("<w:body>", "<w:body>" + "".join(head), 1)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            target.writestr(name, body if name == _DOCUMENT else source.read(name))
    return out.getvalue()


def test_a_red_head_and_an_imprint_as_the_standard_has_them_are_in_order():
    assert rules(paper()) == set()


@pytest.mark.parametrize(
    ("at", "instead", "rule"),
    [
        (0, line("特急", paragraph=_LEFT), "secrecy"),
        (1, line("望澜市第一人民医院文件", paragraph=_CENTRE, run=face(_HEI, 96, '<w:color w:val="FF0000"/>')), "mast"),
        (1, line("望澜市第一人民医院文件", paragraph=_CENTRE, run=face(_SONG, 96, '<w:color w:val="C00000"/>')), "mast_colour"),
        (3, line("望一医[2026]8号", paragraph=_NUMBERED), "paper_number"),
        (3, line("望一医〔2026〕第8号", paragraph=_NUMBERED), "paper_number"),
        (3, line("望一医〔2026〕08号", paragraph=_NUMBERED), "paper_number"),
        (3, line("望一医〔26〕8号", paragraph=_NUMBERED), "paper_number"),
        (3, line("望一医〔2026〕8号", paragraph=_NUMBERED, run=face(_HEI, 32)), "paper_number_type"),
        (3, line("望一医〔2026〕8号", paragraph=_CENTRE), "red_line"),
        (3, line("望一医〔2026〕8号", paragraph=_NUMBERED.replace("FF0000", "000000")), "red_line_colour"),
        (3, line("望一医〔2026〕8号", paragraph=_NUMBERED.replace('w:space="11"', 'w:space="1"')), "red_line_gap"),
        (3, line("望一医〔2026〕8号", paragraph=_RED_LINE + '<w:ind w:left="640"/>' + _CENTRE[-24:]), "red_line_width"),
        (5, "", "title_gap"),
    ],
)  # fmt: skip
def test_a_head_that_departs_from_the_standard_is_found(at: int, instead: str, rule: str):
    head = list(_HEAD)
    head[at] = instead
    if rule == "title_gap":
        head = head[:4]

    assert rules(paper(head=tuple(head))) == {rule}


@pytest.mark.parametrize(
    ("at", "instead", "rule"),
    [
        (0, "", "annex_note_gap"),
        (1, line("附件:1.2026年重点任务分解表"), "annex_note"),
        (1, line("附件：1.2026年重点任务分解表。"), "annex_note_end"),
        (1, line("附件：1、2026年重点任务分解表"), "annex_note_number"),
        (1, line("附件：《重点任务分解表》"), "annex_note_number"),
        (1, line("附件：1.2026年重点任务分解表", paragraph=_LEFT), "annex_note_indent"),
        (2, line("（联系人：孟秋白，电话：略）", paragraph=_LEFT), "note"),
        (3, line("抄送：望澜市卫生健康委员会，市医疗保障局。", paragraph=ruled(8, 6)), "imprint"),
        (3, line("抄送：市医疗保障局", paragraph=ruled(8, 6), run=face("仿宋_GB2312", 28)), "imprint_end"),
        (3, line("抄送：市医疗保障局。", paragraph=ruled(0, 6), run=face("仿宋_GB2312", 28)), "imprint_line"),
        (3, line("抄送：市医疗保障局。", paragraph=ruled(24, 6), run=face("仿宋_GB2312", 28)), "imprint_line_width"),
        (3, line("抄送：市医疗保障局。", paragraph=ruled(8, 0), run=face("仿宋_GB2312", 28)), "imprint_inner"),
        (3, line("抄送：市医疗保障局。", paragraph=ruled(8, 12), run=face("仿宋_GB2312", 28)), "imprint_inner_width"),
        (4, line("2026年1月8日印发", paragraph=ruled(0, 0), run=face("仿宋_GB2312", 28)), "imprint_line"),
    ],
)
def test_a_foot_that_departs_from_the_standard_is_found(at: int, instead: str, rule: str):
    foot = list(_FOOT)
    foot[at] = instead

    assert rule in rules(paper(foot=tuple(foot)))


def test_a_red_line_drawn_as_a_shape_or_over_the_empty_line_below_is_one():
    shape = '<w:p><w:r><w:pict><v:line xmlns:v="urn:schemas-microsoft-com:vml"/></w:pict></w:r></w:p>'
    bare = line("望一医〔2026〕8号", paragraph=_CENTRE)
    bordered = f"<w:p><w:pPr>{_RED_LINE.replace('bottom', 'top')}</w:pPr></w:p>"

    assert "red_line" not in rules(paper(head=(*_HEAD[:3], bare, shape, _BLANK, _BLANK)))
    assert rules(paper(head=(*_HEAD[:3], bare, bordered, _BLANK))) == set()


def test_the_name_of_who_signs_stands_in_kai_and_its_label_in_fang_song():
    content = typeset(drafts.draft(shell=drafts.REPORT), final=True, signer="孟秋白")

    assert rules(content) == set()
    assert rules(_with(content, 'w:eastAsia="楷体_GB2312"', 'w:eastAsia="黑体"')) == {"signer"}


def _with(content: bytes, old: str, new: str) -> bytes:
    """A file with a few characters of its document.xml replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            text = source.read(name).decode()
            assert name != _DOCUMENT or old in text
            target.writestr(name, text.replace(old, new) if name == _DOCUMENT else text)
    return out.getvalue()


def test_a_title_turned_inside_a_word_and_one_with_a_full_stop_are_found():
    title = '望澜市第一人民医院关于印发</w:t><w:br/><w:t xml:space="preserve">《2026年医务工作要点》的通知'
    turned = title.replace("关于印发</w:t>", "关于印</w:t>").replace('">《', '">发《')
    plain = zipfile.ZipFile(io.BytesIO(typeset(drafts.notice()))).read(_DOCUMENT).decode()
    assert title in plain

    assert rules(spoiled(_DOCUMENT, title, turned)) == {"title_turn"}
    assert rules(spoiled(_DOCUMENT, "》的通知<", "》的通知。<")) == {"title_end"}


def test_what_a_notice_issues_must_begin_a_page():
    assert "annex_page" in rules(spoiled(_DOCUMENT, "<w:pageBreakBefore/>", ""))


def test_the_printed_number_says_of_which_level_a_heading_is_whatever_style_it_bears():
    content = spoiled(_DOCUMENT, 'w:val="Heading1"', 'w:val="Heading2"')

    hints = [f.hint for f in judge(content, gbt9704())]

    assert any("一级标题字体为楷体_GB2312，应为黑体" in hint for hint in hints)
    assert not any("二级标题" in hint for hint in hints)


def test_a_file_that_names_no_page_is_told_so_once():
    told = typeset(drafts.notice())
    with zipfile.ZipFile(io.BytesIO(told)) as archive:
        document = archive.read(_DOCUMENT).decode()
    for element in re.findall(r"<w:pg(?:Sz|Mar) [^>]*/>", document):
        told = spoiled_again(told, _DOCUMENT, element, "", 1)

    pages = [f.hint for f in judge(told, gbt9704()) if "毫米" in f.hint or "页面" in f.hint]

    assert pages == ["没有页面设置。请把纸张设为 A4，页边距按国标设置。"]


def test_mirrored_margins_are_found():
    assert rules(
        spoiled("word/settings.xml", "<w:evenAndOddHeaders/>", "<w:mirrorMargins/><w:evenAndOddHeaders/>")
    ) == {"mirrored"}


def test_a_heading_alone_at_the_foot_of_a_page_is_found():
    def page(*texts: str) -> PrintedPage:
        return PrintedPage(tuple(PrintedLine(t, 80, 500, 120.0 + 29 * i) for i, t in enumerate(texts)), 595, 842)

    found = list(_alone([page("正文一行。", "（一）急救"), page("正文。")], gbt9704(), {"（一）急救"}))

    assert [f.quote for f in found] == ["（一）急救"]


def test_a_short_paper_whose_lines_hold_figures_and_headings_keeps_to_the_grid():
    # As printed on the grid of 28.95 points: a line with figures sits higher in its own, a heading lower.
    steps = (30.2, 27.7, 28.9, 30.2, 27.7, 29.3, 28.6, 29.3, 28.6, 29.3, 28.6, 29.3)
    tops = list(accumulate(steps, initial=160.0))
    page = PrintedPage(tuple(PrintedLine("提高3.5个百分点。", 80, 500, top, 16.0) for top in tops), 595, 842)

    assert [f for f in _grid([page], gbt9704()) if f.rule == "layout.lines"] == []
    assert [f.rule for f in _grid([wider(page)], gbt9704())] == ["layout.lines"]


def wider(page: PrintedPage) -> PrintedPage:
    """The same page one point a line wider."""
    return page._replace(lines=tuple(line._replace(baseline=line.baseline + i) for i, line in enumerate(page.lines)))


def test_a_last_page_of_nothing_but_who_signs_and_when_is_found():
    signed = [PrintedLine("望澜市第一人民医院", 300, 470, 120.0), PrintedLine("2026年1月8日", 340, 440, 149.0)]
    body = PrintedLine("特此报告。", 112, 200, 120.0)

    alone = _signature([PrintedPage((body,), 595, 842), PrintedPage(tuple(signed), 595, 842)], gbt9704())
    beside = _signature([PrintedPage((body,), 595, 842), PrintedPage((body, *signed), 595, 842)], gbt9704())

    assert [f.rule for f in alone].count("layout.signature_alone") == 1
    assert "layout.signature_alone" not in [f.rule for f in beside]


def test_headings_are_read_from_the_file():
    assert "一、2025年主要工作" in headings_of(typeset(drafts.draft()))


def test_what_is_no_word_file_is_refused():
    with pytest.raises(UploadRejected, match="不是完整的 Word 文档"):
        judge(b"PK nothing", gbt9704(), "甲.docx")


def test_what_the_guard_refuses_never_reaches_the_printing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    with zipfile.ZipFile(io.BytesIO(typeset(drafts.draft()))) as source, zipfile.ZipFile("外来.docx", "w") as target:
        for name in source.namelist():
            said = source.read(name)
            if name == "word/document.xml":
                said = said.replace(b"<w:document", b'<!DOCTYPE a [<!ENTITY b "c">]><w:document', 1)
            target.writestr(name, said)

    done = chugao("check", "--layout", "外来.docx")

    assert done.code == 2
    assert "DOCTYPE" in done.err


def test_the_command_says_what_it_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("chugao.word.preview.office", lambda: None)
    file = tmp_path / "甲.docx"
    file.write_bytes(spoiled(_DOCUMENT, 'w:top="2098"', 'w:top="1440"'))

    ran: Any = chugao("check", "--layout", file, "--json")

    assert ran.code == 0
    assert [f["rule"] for f in ran.json["findings"]] == ["layout.margin_top"] * len(ran.json["findings"])
    assert not ran.json["printed"]

"""`word`: the page of GB/T 9704, the anchors, and what no text may do to the file."""

import hashlib
import io
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from chugao.errors import InputError
from chugao.flow import flow_of
from chugao.manuscript import Draft, Shell
from chugao.shipped import shipped
from chugao.word.anchors import bookmark_name, bookmark_names
from chugao.word.layout import Layout, gbt9704, named_layout, read_layout
from chugao.word.tables import cells_of, plan_of
from chugao.word.titles import title_lines, width_of
from chugao.word.typesetting import export_docx, typeset
from tests import drafts

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
NS = {"w": W[1:-1]}


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def tree(content: bytes, part: str = "word/document.xml") -> Any:
    return etree.fromstring(parts(content)[part])


def find(element: Any, path: str) -> list[Any]:
    return list(element.iterfind(path, NS))


def value(element: Any, path: str, attribute: str = "val") -> str | None:
    found = element.find(path, NS)
    return None if found is None else found.get(W + attribute)


def style(content: bytes, style_id: str) -> Any:
    return next(s for s in find(tree(content, "word/styles.xml"), "w:style") if s.get(W + "styleId") == style_id)


def paragraphs(content: bytes, style_id: str) -> list[Any]:
    return [p for p in find(tree(content), "w:body/w:p") if value(p, "w:pPr/w:pStyle") == style_id]


def said(element: Any) -> str:
    return "".join("\n" if e.tag == W + "br" else e.text or "" for e in element.iter(W + "t", W + "br"))


def house(**changed: Any) -> Layout:
    """GB/T 9704 with some rules of the house."""
    layout = gbt9704()
    return layout._replace(**{name: getattr(layout, name)._replace(**rules) for name, rules in changed.items()})


# --- the page, row by row of GB/T 9704 (reference/genre-and-format.md section 2.1) ------------------


def test_the_paper_is_a4_and_the_text_area_156_by_225_millimetres():
    section = tree(typeset(drafts.draft(drafts.sections()[:4]))).find("w:body/w:sectPr", NS)
    size, margins = section.find("w:pgSz", NS), section.find("w:pgMar", NS)

    assert (size.get(W + "w"), size.get(W + "h")) == ("11906", "16838")
    wanted = {"top": 2098, "bottom": 1984, "left": 1587, "right": 1474}
    assert all(abs(int(margins.get(W + side)) - twips) <= 2 for side, twips in wanted.items())
    assert section.find("w:docGrid", NS).get(W + "type") == "lines"
    assert section.find("w:docGrid", NS).get(W + "linePitch") == "579"


def test_the_body_is_size_3_fangsong_on_579_twips_with_tightened_spacing():
    normal, body = (style(typeset(drafts.draft()), s) for s in ("Normal", "BodyText"))

    assert value(normal, "w:rPr/w:rFonts", "eastAsia") == "仿宋_GB2312"
    assert value(normal, "w:rPr/w:rFonts", "ascii") == value(normal, "w:rPr/w:rFonts", "hAnsi") == "Times New Roman"
    assert value(normal, "w:rPr/w:sz") == "32"
    assert value(normal, "w:rPr/w:spacing") == "-5"
    assert (value(normal, "w:pPr/w:spacing", "line"), value(normal, "w:pPr/w:spacing", "lineRule")) == ("579", "exact")
    assert value(normal, "w:pPr/w:jc") == "both"
    assert normal.find("w:pPr/w:widowControl", NS) is not None
    assert normal.find("w:pPr/w:ind", NS) is None, "a table cell would inherit it"
    assert value(body, "w:pPr/w:ind", "firstLineChars") == "200"
    assert value(body, "w:pPr/w:ind", "firstLine") == "640"


@pytest.mark.parametrize(
    ("style_id", "name", "face", "outline"),
    [
        ("Heading1", "heading 1", "黑体", "0"),
        ("Heading2", "heading 2", "楷体_GB2312", "1"),
        ("Heading3", "heading 3", "仿宋_GB2312", "2"),
        ("Heading4", "heading 4", "仿宋_GB2312", "3"),
    ],
)
def test_headings_are_real_headings_in_the_face_of_their_level(style_id: str, name: str, face: str, outline: str):
    heading = style(typeset(drafts.draft()), style_id)

    assert value(heading, "w:name") == name
    assert value(heading, "w:rPr/w:rFonts", "eastAsia") == face
    assert value(heading, "w:rPr/w:sz") == "32"
    assert value(heading, "w:rPr/w:b") == "0"
    assert value(heading, "w:pPr/w:outlineLvl") == outline
    assert heading.find("w:pPr/w:keepNext", NS) is not None
    assert value(heading, "w:pPr/w:ind", "firstLineChars") == "200"


def test_the_title_is_size_2_xiaobiaosong_centred_and_not_bold():
    content = typeset(drafts.draft())
    title = style(content, "Title")

    assert value(title, "w:rPr/w:rFonts", "eastAsia") == "方正小标宋简体"
    assert (value(title, "w:rPr/w:sz"), value(title, "w:rPr/w:b")) == ("44", "0")
    assert value(title, "w:pPr/w:jc") == "center"
    assert 33 * 20 <= int(value(title, "w:pPr/w:spacing", "line") or 0) <= 35 * 20
    assert [said(p) for p in paragraphs(content, "Title")] == ["医务科2025年工作总结暨2026年工作计划"]


def test_the_body_below_a_title_stands_on_the_grid_again():
    for shell, lines in ((None, 1), (drafts.NOTICE, 2)):
        content = typeset(drafts.draft(shell=shell))
        after = int(value(paragraphs(content, "Title")[0], "w:pPr/w:spacing", "after") or 0)

        assert (lines * 680 + after) % 579 == 0
        assert 200 <= after <= 900


def test_page_numbers_stand_right_on_odd_pages_and_left_on_even_ones():
    content = typeset(drafts.draft(), final=True)
    odd, even = tree(content, "word/footer1.xml"), tree(content, "word/footer2.xml")
    kinds = [r.get(W + "type") for r in tree(content).iter(W + "footerReference")]

    assert tree(content, "word/settings.xml").find("w:evenAndOddHeaders", NS) is not None
    assert kinds == ["default", "even"]
    assert said(odd) == said(even) == "— 1 —"
    assert [e.text.strip() for e in odd.iter(W + "instrText")] == ["PAGE"]
    assert (value(odd, "w:p/w:pPr/w:jc"), value(odd, "w:p/w:pPr/w:ind", "rightChars")) == ("right", "100")
    assert (value(even, "w:p/w:pPr/w:jc"), value(even, "w:p/w:pPr/w:ind", "leftChars")) == ("left", "100")
    footer = style(content, "Footer")
    assert (value(footer, "w:rPr/w:sz"), value(footer, "w:rPr/w:rFonts", "eastAsia")) == ("28", "宋体")
    assert value(footer, "w:rPr/w:rFonts", "ascii") == "宋体"


@pytest.mark.parametrize("name", ["gbt9704", "house-28mm"])
def test_a_layout_that_comes_with_us_reads_as_an_offices_own_is_read(name: str):
    looked_at = read_layout(shipped("templates") / "word" / f"{name}.toml")

    assert repr(looked_at) == repr(named_layout(name))


def test_a_house_profile_is_another_file(tmp_path: Path):
    ours = Path("templates/word/gbt9704.toml").read_text(encoding="utf-8")
    (tmp_path / "house.toml").write_text(ours.replace("top_mm = 37 ", "top_mm = 33 "), encoding="utf-8")
    (tmp_path / "broken.toml").write_text(ours.replace("top_mm = 37 ", "topp_mm = 33 "), encoding="utf-8")

    content = typeset(drafts.draft(), layout=read_layout(tmp_path / "house.toml"))

    assert value(tree(content), "w:body/w:sectPr/w:pgMar", "top") == "1871"
    with pytest.raises(InputError, match=r"broken\.toml.*page\.top_mm"):
        read_layout(tmp_path / "broken.toml")
    (tmp_path / "broken.toml").write_text(ours.replace("line_pt = 28.95", "line_pt = 0"), encoding="utf-8")
    with pytest.raises(InputError, match=r"broken\.toml.*grid\.line_pt"):
        read_layout(tmp_path / "broken.toml")
    with pytest.raises(InputError, match="读不了"):
        read_layout(tmp_path / "none.toml")


# --- titles ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("医务科2025年工作总结暨2026年工作计划", ("医务科2025年工作总结暨2026年工作计划",)),
        ("望澜市第一人民医院2025年工作总结暨2026年工作计划", ("望澜市第一人民医院2025年工作总结暨", "2026年工作计划")),
        (
            "望澜市第一人民医院关于印发《2026年医务工作要点》的通知",
            ("望澜市第一人民医院关于印发", "《2026年医务工作要点》的通知"),
        ),
    ],
)
def test_a_long_title_turns_at_its_natural_joints(title: str, lines: tuple[str, ...]):
    assert title_lines(title, gbt9704().title) == lines


@pytest.mark.parametrize(
    "title",
    [
        "望澜市卫生健康委员会关于印发《望澜市2026年基层卫生健康高质量发展重点工作任务清单》的通知",
        "石阜县紧密型县域医疗卫生共同体总医院柳津镇中心卫生院2025年工作总结暨2026年工作打算",
        "关于进一步改善围手术期患者护理服务体验持续提升医疗质量安全水平的工作思路",
        "望澜市第一人民医院重症医学科急诊医学科麻醉手术科联合质量改进项目2025年工作总结",
    ],
)
def test_no_title_turns_inside_a_word_or_leaves_a_stump(title: str):
    import rjieba

    lines = title_lines(title, gbt9704().title)
    words = set()
    at = 0
    for word in rjieba.cut(title):
        at += len(word)
        words.add(at)
    turns = [sum(map(len, lines[: i + 1])) for i in range(len(lines) - 1)]

    assert "".join(lines) == title
    assert len(lines) > 1
    assert all(4 <= width_of(line) <= 20 for line in lines)
    assert set(turns) <= words
    assert not any(line.startswith(("的", "》", "”")) for line in lines)
    assert not any(line.endswith(("《", "“")) for line in lines)


def test_a_title_leaves_room_for_the_space_some_programs_set_beside_digits():
    title = "关于2025年工作总结和2026年工作安排的报告"

    assert width_of(title) == 20, "fits to the last character where no such space is set"
    assert title_lines(title, gbt9704().title) == ("关于2025年工作总结和", "2026年工作安排的报告")


def test_a_term_of_several_words_stays_on_one_line():
    reform = "全市卫生健康系统深化以公益性为导向的公立医院改革实施方案"
    title = f"望澜市第一人民医院关于贯彻落实{reform}情况的2025年工作总结暨2026年工作计划"
    rule = gbt9704().title

    assert any(line.endswith("卫生") for line in title_lines(title, rule._replace(kept=())))
    assert any("卫生健康" in line for line in title_lines(title, rule))


def test_a_title_without_end_is_left_to_the_word_processor():
    assert title_lines("工作" * 5000, gbt9704().title) == ("工作" * 5000,)


# --- what stands on the pages ----------------------------------------------------------------------


def test_parts_headings_and_items_stand_in_order():
    content = typeset(drafts.draft())

    assert [said(p) for p in paragraphs(content, "Heading1")] == [
        "一、2025年主要工作",
        "二、存在的主要问题",
        "三、2026年工作计划",
    ]
    assert said(paragraphs(content, "Heading2")[0]) == "（一）手术难度和数量同步上升"
    assert said(paragraphs(content, "Heading3")[0]) == "1.卒中救治一刻不等"
    body = [said(p) for p in paragraphs(content, "BodyText")]
    assert body[0] == drafts.LEAD, "level 0 has no heading"
    assert "1.手术环节由系统把关。3月底前上线围手术期质控系统，四级手术讨论完成率达到98.0%。" in body


def test_yishi_ershi_run_on_in_one_paragraph_and_keep_a_bookmark_each():
    content = typeset(drafts.draft())
    run_on = next(p for p in paragraphs(content, "BodyText") if "一是" in said(p))

    assert said(run_on).startswith("对照等级评审标准")
    assert "三是急诊会诊" in said(run_on)
    names = [b.get(W + "name") for b in find(run_on, "w:bookmarkStart")]
    assert names == ["b_problems_1", "b_problems_2", "b_problems_3", "b_problems_4"]

    apart = typeset(drafts.draft(), layout=house(items={"run_on": False}))
    assert any(said(p).startswith("二是") for p in paragraphs(apart, "BodyText"))


def test_a_lead_sentence_is_bold_where_the_house_wants_it():
    content = typeset(drafts.draft(), layout=house(items={"bold_lead": True}))
    item = next(p for p in paragraphs(content, "BodyText") if said(p).startswith("1."))

    bold = [said(r) for r in find(item, "w:r") if r.find("w:rPr/w:b", NS) is not None]
    assert bold == ["1.手术环节由系统把关。"]


def test_what_a_notice_issues_begins_the_next_page_and_is_called_no_annex():
    body = tree(typeset(drafts.notice(), final=True)).find("w:body", NS)
    lines = [said(p) for p in find(body, "w:p")]
    title = find(body, "w:p")[6]

    assert lines[:7] == [
        "望澜市第一人民医院关于印发\n《2026年医务工作要点》的通知",
        "各科室、各部门：",
        drafts.NOTICE.opening,
        "特此通知。",
        "望澜市第一人民医院",
        "2026年1月8日",
        "2026年医务工作要点",
    ]
    assert title.find("w:pPr/w:pageBreakBefore", NS) is not None
    assert value(title, "w:pPr/w:pStyle") == "Title"


def test_a_house_may_print_a_label_over_what_a_notice_issues():
    body = tree(typeset(drafts.notice(), layout=house(notice={"issued_label": "附件"}))).find("w:body", NS)
    label = next(p for p in find(body, "w:p") if said(p) == "附件")

    assert label.find("w:pPr/w:pageBreakBefore", NS) is not None
    assert value(label, "w:pPr/w:pStyle") == "AnnexLabel"


def test_a_report_names_who_signs_only_when_told_and_dates_nothing_itself():
    report = drafts.draft(shell=drafts.REPORT)

    signed = [said(p) for p in find(tree(typeset(report, signer="林望舒")), "w:body/w:p")]
    unsigned = [said(p) for p in find(tree(typeset(report)), "w:body/w:p")]

    assert signed[0] == "签发人：林望舒"
    assert unsigned[0] == "望澜市第一人民医院关于\n2025年医务工作情况的报告"
    assert unsigned[1] == "望澜市卫生健康委员会："
    end = unsigned.index("特此报告。")
    assert unsigned[end : end + 3] == ["特此报告。", "望澜市第一人民医院", "　　年　月　日"]


def test_signature_and_date_keep_the_distances_of_the_standard():
    issuer, date = paragraphs(typeset(drafts.notice()), "Signature")

    assert value(issuer, "w:pPr/w:ind", "right") == "640", "右空二字"
    assert value(issuer, "w:pPr/w:spacing", "before") == "579", "下空一行"
    start_of_issuer = 8845 - 640 - 9 * 315
    assert value(date, "w:pPr/w:jc") == "left"
    assert int(value(date, "w:pPr/w:ind", "left") or 0) - start_of_issuer == 640, "首字右移二字"

    sealed = paragraphs(typeset(drafts.notice(), layout=house(signature={"sealed": True})), "Signature")
    assert value(sealed[1], "w:pPr/w:ind", "right") == "1280", "右空四字"

    short = drafts.draft(shell=Shell(issuer="医务科", date="2026年1月8日"))
    issuer, date = paragraphs(typeset(short), "Signature")
    lefts = [int(value(line, "w:pPr/w:ind", "left") or 0) for line in (issuer, date)]
    assert [value(line, "w:pPr/w:jc") for line in (issuer, date)] == ["left", "left"]
    assert lefts[1] == 8845 - 640 - 6 * 315, "日期右空二字"
    assert lefts[1] - lefts[0] == 640, "首字右移二字"


def test_the_date_under_a_name_of_two_lines_keeps_to_the_right():
    name = "望澜市第一人民医院（望澜医学院附属第一医院、望澜市心血管病医疗中心）"
    issuer, date = paragraphs(typeset(drafts.draft(shell=Shell(issuer=name, date="2026年1月8日"))), "Signature")

    assert (value(date, "w:pPr/w:ind", "right"), value(date, "w:pPr/w:jc")) == ("640", "right")
    assert value(issuer, "w:pPr/w:ind", "right") == "640"


def test_without_issuer_and_date_there_is_no_signature_block():
    assert paragraphs(typeset(drafts.draft()), "Signature") == []


def test_the_signature_never_stands_alone_on_a_page():
    content = typeset(drafts.notice())
    closing = next(p for p in paragraphs(content, "BodyText") if said(p) == "特此通知。")
    issuer = paragraphs(content, "Signature")[0]

    assert closing.find("w:pPr/w:keepNext", NS) is not None
    assert issuer.find("w:pPr/w:keepNext", NS) is not None


def test_a_draft_says_so_on_every_page_and_a_final_text_nowhere():
    marked, final = typeset(drafts.draft()), typeset(drafts.draft(), final=True)

    first, *later = tree(marked).iter(W + "sectPr")
    assert {r.get(W + "type") for r in find(first, "w:headerReference")} == {"default", "even"}
    assert not any(find(section, "w:headerReference") for section in later), "they inherit"
    assert said(tree(marked, "word/header1.xml")) == said(tree(marked, "word/header2.xml")) == "草稿"
    assert value(style(marked, "Header"), "w:rPr/w:color") == "A6A6A6"
    assert "草稿" not in said(tree(marked)), "the title stays as it is"
    assert not any("草稿" in content.decode() for content in parts(final).values())
    assert "word/header1.xml" not in parts(final)


def test_what_is_owed_is_marked_yellow_everywhere():
    content = typeset(drafts.draft(title="医务科【待补：年份】工作总结"))
    marked = [said(r) for r in tree(content).iter(W + "r") if value(r, "w:rPr/w:highlight") == "yellow"]

    assert marked == ["【待补：年份】", "【待补：胸痛中心接诊人次】"]


# --- tables ----------------------------------------------------------------------------------------


def test_a_table_has_a_caption_a_repeated_head_and_whole_rows():
    body = tree(typeset(drafts.draft())).find("w:body", NS)
    table = body.find("w:tbl", NS)
    caption = table.getprevious()
    rows = find(table, "w:tr")

    assert said(caption) == "2025年主要指标完成情况表"
    assert value(caption, "w:pPr/w:pStyle") == "Caption"
    assert [r.find("w:trPr/w:tblHeader", NS) is not None for r in rows] == [True, False, False, False, False, False]
    assert all(r.find("w:trPr/w:cantSplit", NS) is not None for r in rows)
    assert {b.tag.split("}")[1] for b in table.find("w:tblPr/w:tblBorders", NS)} == {
        "top", "left", "bottom", "right", "insideH", "insideV",
    }  # fmt: skip
    assert sum(int(c.get(W + "w")) for c in find(table, "w:tblGrid/w:gridCol")) == 8845
    numbers = [value(c, "w:p/w:pPr/w:jc") for c in find(rows[1], "w:tc")[2:5]]
    assert numbers == ["center", "center", "center"]
    assert value(find(rows[4], "w:tc")[0], "w:p/w:pPr/w:jc") == "left"
    assert find(rows[1], "w:tc/w:p/w:pPr/w:pStyle")[0].get(W + "val") in ("TableText14", "TableText12")
    assert table.getnext().tag == W + "p"


def test_every_number_of_a_table_stays_on_one_line():
    for width in (8845, 12756):
        cells = cells_of(drafts.TASKS)
        plan = plan_of(cells, width, gbt9704())

        assert sum(plan.widths) == width
        for column, twips in zip(zip(*cells, strict=True), plan.widths, strict=True):
            room = (twips - 170) / 20 / plan.size_pt
            assert all(width_of(n) <= room for text in column for n in re.findall(r"[\d.%≥]+", text))


def test_a_column_of_short_words_gives_way_where_that_makes_the_table_lower():
    names = (
        "65岁及以上老年人健康管理人数",
        "高血压患者规范管理率",
        "国家基本公共卫生服务项目考核得分",
        "居民健康档案电子建档率",
    )
    cells = (
        ("指标", "本年", "上年", "比上年", "年度目标", "完成情况"),
        *((name, "39842份", "39871份", "提高0.57个百分点", "70.0%", "完成") for name in names),
    )

    plan = plan_of(cells, 8845, gbt9704())
    room = [(twips - 170) / 20 / plan.size_pt for twips in plan.widths]

    assert all(width_of(name) <= 2 * int(room[0]) + 1 for name in names), "two lines, not four"
    assert room[4] >= 4 <= room[5], "“年度目标” and “完成情况” are not stacked"
    assert all(width <= room[1] for width in map(width_of, ("39842份", "39871份")))


def test_the_last_rows_of_a_long_table_go_to_the_next_page_together():
    rows = tuple(f"{i}|任务{i}" for i in range(1, 41))
    content = typeset(drafts.draft((drafts.section("t", "一、", "任务", 1, drafts.table("", "序号|任务", *rows)),)))

    kept = [r.find("w:tc/w:p/w:pPr/w:keepNext", NS) is not None for r in tree(content).iter(W + "tr")]

    assert kept == [True, *[False] * 37, True, True, False]


def test_a_wide_table_stands_on_a_landscape_page_of_its_own():
    content = typeset(drafts.draft())
    sections = list(tree(content).iter(W + "sectPr"))

    assert [s.find("w:pgSz", NS).get(W + "orient") for s in sections] == [None, "landscape", None]
    wide = sections[1]
    assert (wide.find("w:pgSz", NS).get(W + "w"), wide.find("w:pgSz", NS).get(W + "h")) == ("16838", "11906")
    assert len(find(sections[0], "w:footerReference")) == 2
    assert not find(wide, "w:footerReference"), "the page number is inherited"
    tables = find(tree(content), "w:body/w:tbl")
    assert sum(int(c.get(W + "w")) for c in find(tables[1], "w:tblGrid/w:gridCol")) == 12756


def test_a_narrow_table_is_turned_when_asked():
    content = typeset(drafts.draft(drafts.sections()[:7]), landscape=["shown_2"])

    assert [s.find("w:pgSz", NS).get(W + "orient") for s in tree(content).iter(W + "sectPr")] == [
        None, "landscape", None,
    ]  # fmt: skip


def test_sections_of_tables_only_come_last_as_annexes():
    lines = [said(p) for p in find(tree(typeset(drafts.draft())), "w:body/w:p")]
    labels = [said(p) for p in paragraphs(typeset(drafts.draft()), "AnnexLabel")]

    assert labels == ["附表1", "附表2"]
    assert lines[lines.index("附表1") + 1] == "2026年重点任务分解表"
    assert lines.count("2026年重点任务分解表") == 1, "the caption repeats the annex title"
    assert lines.index("附表1") > lines.index("三、2026年工作计划")
    assert "2025年获得的荣誉" in lines


def test_a_numbered_section_of_tables_stays_where_its_number_counts():
    numbered = drafts.section("tasks", "四、", "重点任务", 1, drafts.ATTAINMENT)
    pieces = flow_of(drafts.draft((*drafts.sections()[:2], numbered, drafts.sections()[8])))

    assert [p.text for p in pieces if p.role == "heading"] == [
        "一、2025年主要工作",
        "四、重点任务",
        "三、2026年工作计划",
    ]
    assert not [p for p in pieces if p.role == "label"]


# --- where everything came from --------------------------------------------------------------------


def test_every_block_heading_and_caption_carries_a_bookmark():
    draft = drafts.draft()
    content = typeset(draft)
    document = tree(content)
    names = [b.get(W + "name") for b in document.iter(W + "bookmarkStart")]
    starts = [b.get(W + "id") for b in document.iter(W + "bookmarkStart")]

    assert len(names) == len({n.lower() for n in names})
    assert sorted(starts) == sorted(b.get(W + "id") for b in document.iter(W + "bookmarkEnd"))
    blocks = {v for k, v in bookmark_names(draft).items() if k[0] == "block"}
    assert blocks <= set(names)
    assert "b_surgery_2" in names
    assert {"chugao_title", "h_surgery", "c_shown_2"} <= set(names)
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,39}", n) for n in names)


def test_a_bookmark_encloses_the_text_of_its_block():
    draft = drafts.draft()
    document = tree(typeset(draft))
    names = bookmark_names(draft)

    for section in draft.sections:
        for block in section.blocks:
            if block.table is None:
                start = next(
                    b
                    for b in document.iter(W + "bookmarkStart")
                    if b.get(W + "name") == names["block", section.id, block.id]
                )
                inside = []
                for element in start.itersiblings():
                    if element.tag == W + "bookmarkEnd" and element.get(W + "id") == start.get(W + "id"):
                        break
                    inside.append(said(element))
                assert "".join(inside) == section.block_text(block)


@pytest.mark.parametrize("odd", ["段落/1", "a" * 60, "a b", "A-b", "", "😀"])
def test_any_id_gives_a_legal_bookmark_and_unlike_ids_unlike_ones(odd: str):
    name = bookmark_name(odd)

    assert re.fullmatch(r"b_[A-Za-z0-9_]{0,38}", name)
    assert name.lower() != bookmark_name(odd + "x").lower()
    assert bookmark_name("a_b") != bookmark_name("a b") != bookmark_name("a-b")
    assert bookmark_name("Ab").lower() != bookmark_name("ab").lower()


def test_block_ids_that_repeat_in_another_section_keep_apart():
    twins = tuple(drafts.section(f"s{i}", "", "", 0, ("", drafts.LEAD), blocks_id="b") for i in range(3))

    names = [b.get(W + "name") for b in tree(typeset(drafts.draft(twins))).iter(W + "bookmarkStart")]

    assert len(names) == len(set(names)) == 4


def test_the_file_says_which_draft_it_is_and_lists_what_it_carries():
    draft = drafts.draft(parent="0123456789abcdef")
    content = typeset(draft)
    custom = tree(content, "docProps/custom.xml")
    properties = {p.get("name"): "".join(p.itertext()) for p in custom}
    manifest = tree(content, "customXml/item1.xml")
    space = {"m": "urn:chugao:manifest:1"}

    assert len(properties.pop("chugao_body")) == 16
    assert properties == {"chugao_document": draft.id, "chugao_schema": "1", "chugao_parent": "0123456789abcdef"}
    assert manifest.get("draft") == draft.id
    sentence = manifest.find(".//m:sentence[@id='surgery_2_2']", space)
    block = draft.sections[2].blocks[1]
    printed = draft.sections[2].block_text(block)
    assert (
        printed[int(sentence.get("start")) : int(sentence.get("end"))] == draft.sections[2].sentence("surgery_2_2").text
    )
    assert sentence.getparent().get("bookmark") == "b_surgery_2"


def test_core_properties_tell_title_office_and_kind_and_no_clock():
    core = tree(typeset(drafts.draft()), "docProps/core.xml")
    told = {e.tag.split("}")[1]: e.text for e in core}

    assert told["title"] == "医务科2025年工作总结暨2026年工作计划"
    assert (told["creator"], told["subject"], told["category"]) == (
        "望澜市第一人民医院",
        "医务科",
        "工作总结暨工作计划",
    )
    assert told["created"] == told["modified"] == "2025-01-01T00:00:00Z"


def test_a_clean_file_carries_nothing_of_ours():
    content = typeset(drafts.draft(), final=True, clean=True)
    files = parts(content)

    assert not [name for name in files if name.startswith("customXml") or name == "docProps/custom.xml"]
    assert not list(tree(content).iter(W + "bookmarkStart", W + "bookmarkEnd"))
    assert not any(b"chugao" in body or drafts.draft().id.encode() in body for body in files.values())
    assert said(tree(content)) == said(tree(typeset(drafts.draft(), final=True)))


# --- the package -----------------------------------------------------------------------------------


def test_the_same_draft_gives_the_same_bytes():
    def digest(draft: Draft) -> str:
        return hashlib.sha256(typeset(draft)).hexdigest()

    assert digest(drafts.draft()) == digest(drafts.draft().model_copy(deep=True))
    with zipfile.ZipFile(io.BytesIO(typeset(drafts.draft()))) as archive:
        assert archive.namelist() == sorted(archive.namelist())
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_every_part_is_declared_and_nothing_points_outside():
    files = parts(typeset(drafts.notice()))
    types = etree.fromstring(files["[Content_Types].xml"])
    overrides = {e.get("PartName").lstrip("/") for e in types if e.tag.endswith("Override")}

    assert overrides <= set(files)
    for name in [n for n in files if n.endswith(".rels")]:
        folder = Path(name).parent.parent
        for relation in etree.fromstring(files[name]):
            assert relation.get("TargetMode") is None
            assert os.path.normpath(folder / relation.get("Target")) in files
    used = re.findall(rb'r:id="(\w+)"', files["word/document.xml"])
    declared = re.findall(rb'Id="(\w+)"', files["word/_rels/document.xml.rels"])
    assert set(used) <= set(declared)


def test_python_docx_opens_it_and_sees_headings_and_tables():
    import docx

    document = docx.Document(io.BytesIO(typeset(drafts.draft())))

    headings = [(p.style.name, p.text) for p in document.paragraphs if p.style.name.startswith("Heading")]
    assert headings[:2] == [("Heading 1", "一、2025年主要工作"), ("Heading 2", "（一）手术难度和数量同步上升")]
    assert document.tables[0].cell(1, 3).text == "128.6"
    assert document.core_properties.author == "望澜市第一人民医院"
    assert document.settings.odd_and_even_pages_header_footer
    document.save(io.BytesIO())


@pytest.mark.parametrize(
    "hostile",
    [
        "a\x00b\x07c\x0bd\x0ce\x1f\x7f\x85\ufffe\uffff",
        "]]><![CDATA[<w:p/>]]>",
        "&amp;&#0;<!-- --><?xml?><w:t>",
        "\"'><script>alert(1)</script>",
        "😀👩‍⚕️𠮷\u202e\u200b",
        "一行\r\n二行\t三列\r四行",
        "【待补" * 1000,
        "字" * 1_000_000,
    ],
    ids=["control", "cdata", "entities", "markup", "emoji", "lines", "brackets", "megabyte"],
)
def test_no_text_breaks_the_file(hostile: str):
    part = drafts.section(
        "x", "一、", hostile[:500], 1, ("", hostile), drafts.table(hostile[:50], "甲|乙", hostile[:99])
    )
    shell = Shell(type="notice", title=hostile[:500], addressee=hostile[:99], opening=hostile, issuer=hostile[:50])
    draft = drafts.draft(
        (part, drafts.section(f"附{hostile[:9]}", "", hostile[:90], 1, drafts.TASKS)), shell, title=hostile[:500]
    )

    content = typeset(draft, signer=hostile[:50])

    for name, body in parts(content).items():
        etree.fromstring(body, etree.XMLParser(huge_tree=True)), name
    document = etree.fromstring(parts(content)["word/document.xml"], etree.XMLParser(huge_tree=True))
    kept = re.sub("[^\t\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", hostile)
    assert re.sub(r"\s", "", kept) in re.sub(r"\s", "", said(document))
    assert len(list(document.iter(W + "script"))) == 0


def test_an_empty_draft_is_a_page_with_a_title():
    document = tree(typeset(drafts.draft(())))

    assert [said(p) for p in find(document, "w:body/w:p")] == ["医务科2025年工作总结暨2026年工作计划"]


# --- on disk ---------------------------------------------------------------------------------------


def test_the_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    target = tmp_path / "总结.docx"
    target.write_bytes(b"before")

    def refuse(*_: Any) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", refuse)
        with pytest.raises(InputError, match="关闭后重试"):
            export_docx(drafts.draft(), target)
    assert [f.name for f in tmp_path.iterdir()] == ["总结.docx"]
    assert target.read_bytes() == b"before"

    export_docx(drafts.draft(), target)
    assert target.read_bytes() == typeset(drafts.draft())
    assert [f.name for f in tmp_path.iterdir()] == ["总结.docx"]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(InputError, match="不存在"):
        export_docx(drafts.draft(), tmp_path / "无此文件夹" / "总结.docx")
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="不是文件夹"):
        export_docx(drafts.draft(), tmp_path / "file" / "总结.docx")
    with pytest.raises(InputError, match="是一个文件夹"):
        export_docx(drafts.draft(), tmp_path)


# --- on paper --------------------------------------------------------------------------------------

ALIASES = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><include ignore_missing="yes">/etc/fonts/fonts.conf</include><cachedir>{cache}</cachedir>{aliases}</fontconfig>
"""
FACES = {
    "仿宋_GB2312": ("FandolFang", "AR PL SungtiL GB", "Noto Serif CJK SC"),
    "楷体_GB2312": ("FandolKai", "AR PL KaitiM GB", "Noto Serif CJK SC"),
    "黑体": ("FandolHei", "Noto Sans CJK SC"),
    "宋体": ("FandolSong", "AR PL SungtiL GB", "Noto Serif CJK SC"),
    "方正小标宋简体": ("Noto Serif CJK SC", "FandolSong"),
}


class Line:
    """One printed line: where it stands and what it says; points from the lower left corner."""

    def __init__(self, characters: list[tuple[str, float, float, float]]) -> None:
        characters = sorted(characters, key=lambda c: c[1])
        self.text = "".join(c[0] for c in characters)
        self.left, self.right = characters[0][1], characters[-1][2]
        self.y = characters[0][3]


def lines_of(page: Any) -> list[Line]:
    """Lines of a page from the top, by the baseline's height."""
    text_page = page.get_textpage()
    characters = []
    for i in range(text_page.count_chars()):
        character = text_page.get_text_range(i, 1)
        if character.strip():
            left, bottom, right, top = text_page.get_charbox(i, loose=True)
            characters.append((character, left, right, (bottom + top) / 2))
    text_page.close()
    characters.sort(key=lambda c: -c[3])
    grouped: list[list[tuple[str, float, float, float]]] = []
    for character in characters:
        if grouped and abs(grouped[-1][0][3] - character[3]) < 6:
            grouped[-1].append(character)
        else:
            grouped.append([character])
    return [Line(group) for group in grouped]


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[list[Line]]]:
    """Drafts as LibreOffice prints them: pages of lines; one start of LibreOffice for all."""
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("LibreOffice (soffice) is not installed: the printed page was NOT checked")
    folder = tmp_path_factory.mktemp("printed")
    aliases = "".join(
        f'<alias binding="same"><family>{face}</family><prefer>'
        f"{''.join(f'<family>{other}</family>' for other in others)}</prefer></alias>"
        for face, others in FACES.items()
    )
    (folder / "fonts.conf").write_text(ALIASES.format(cache=folder / "cache", aliases=aliases), encoding="utf-8")
    prose = drafts.section("grid", "", "", 0, ("", "望澜医务科质量安全" * 28 * 10))
    for name, draft in {
        "grid": drafts.draft((prose,)),
        "plain": drafts.draft(),
        "notice": drafts.notice(),
        "long": drafts.long_draft(7),
    }.items():
        (folder / f"{name}.docx").write_bytes(typeset(draft))
    command = [soffice, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "pdf"]
    subprocess.run(
        [*command, "--outdir", str(folder), *map(str, folder.glob("*.docx"))],
        check=True,
        capture_output=True,
        timeout=180,
        env={**os.environ, "FONTCONFIG_FILE": str(folder / "fonts.conf"), "HOME": str(folder)},
    )
    return dict(_printed(folder))


def _printed(folder: Path) -> Iterator[tuple[str, list[list[Line]]]]:
    import pypdfium2

    for file in folder.glob("*.pdf"):
        document = pypdfium2.PdfDocument(file)
        pages = []
        for page in document:
            pages.append(lines_of(page))
            page.close()
        document.close()
        yield file.stem, pages


def test_a_full_page_has_22_lines_of_28_characters(printed: dict[str, list[list[Line]]]):
    _, full, *_ = printed["grid"]
    body = [line for line in full if "望" in line.text or "质" in line.text]

    assert len(body) == 22
    assert {len(line.text) for line in body} == {28}
    for line in body:
        assert 78 < line.left < 81, "订口 28 mm"
        assert 519 < line.right < 523, "28 + 156 mm"
    first_page = [line for line in printed["grid"][0] if "望" in line.text or "质" in line.text]
    assert len(first_page) == 20
    # The lines of the first page stand on the same grid as those of the second.
    assert abs(first_page[-1].y - body[-1].y) < 1


def test_the_dash_of_the_page_number_stands_7_mm_below_the_text_area(printed: dict[str, list[list[Line]]]):
    pages = printed["grid"]
    number = [page[-1] for page in pages]

    assert [line.text for line in number[:3]] == ["—1—", "—2—", "—3—"]
    for line in number:
        assert 266.5 <= 297 - line.y / 72 * 25.4 <= 271.5
    assert number[0].right == pytest.approx(595.3 - 26 / 25.4 * 72 - 14, abs=3), "右空一字"
    assert number[1].left == pytest.approx(28 / 25.4 * 72 + 14, abs=3), "左空一字"


def test_each_page_says_draft_and_the_notice_stands_alone_on_the_first(printed: dict[str, list[list[Line]]]):
    for name in ("notice", "plain", "long"):
        assert all(page[0].text == "草稿" for page in printed[name])
    first, second = printed["notice"][:2]
    assert [line.text for line in first][1:3] == ["望澜市第一人民医院关于印发", "《2026年医务工作要点》的通知"]
    assert first[-2].text == "2026年1月8日"
    assert first[-2].left - first[-3].left == pytest.approx(32, abs=3), "首字右移二字"
    assert [line.text for line in second][1] == "2026年医务工作要点"


def test_a_heading_never_ends_a_page(printed: dict[str, list[list[Line]]]):
    headings = re.compile(r"^[一二三四]、|^（[一二三四]）|^\d\.\D{4,12}$")

    for pages in printed["long"], printed["plain"]:
        for page in pages:
            assert not headings.match(page[-2].text)


def test_ten_pages_of_prose_take_ten_pages(printed: dict[str, list[list[Line]]]):
    assert len(printed["long"]) in (10, 11)
    assert all(len(page) <= 24 for page in printed["long"]), "mark, 22 lines, page number"


def test_the_head_of_a_long_table_stands_on_each_of_its_pages(printed: dict[str, list[list[Line]]]):
    pages = [page for page in printed["plain"] if any("围手术期" in line.text for line in page) and len(page) > 8]
    wide = [page for page in pages if any("牵头领导" in line.text for line in page)]

    assert len(wide) >= 2
    for number, page in enumerate(printed["plain"], 1):
        middle = (595.3 if page not in wide else 841.9) / 2
        assert (page[-1].left > middle) == (number % 2 == 1)
    numbers = [re.sub(r"\D", "", page[-1].text) for page in printed["plain"]]
    assert [n for n, _ in groupby(numbers)] == [str(i) for i in range(1, len(numbers) + 1)]


# --- comments -------------------------------------------------------------------------------------


def comments_of(content: bytes) -> dict[str, str]:
    """Commented characters by comment text, as they stand in the document."""
    said_by = {c.get(W + "id"): said(c) for c in find(tree(content, "word/comments.xml"), "w:comment")}
    found: dict[str, str] = {}
    open_now: dict[str, list[str]] = {}
    for element in tree(content).iter(W + "commentRangeStart", W + "commentRangeEnd", W + "t"):
        if element.tag == W + "commentRangeStart":
            open_now[element.get(W + "id")] = []
        elif element.tag == W + "commentRangeEnd":
            number = element.get(W + "id")
            found[number] = "".join(open_now.pop(number))
        else:
            for pieces in open_now.values():
                pieces.append(element.text or "")
    assert not open_now
    assert found.keys() == said_by.keys()
    return {number: f"{found[number]}|{said_by[number]}" for number in found}


def test_on_request_each_number_bears_a_comment_with_its_source() -> None:
    draft = drafts.draft()

    told = comments_of(typeset(draft, comments=True))

    claimed = [s.text[c.start : c.end] for _, s in draft.sentences() for c in s.claims]
    claimed += [
        cell.text[c.start : c.end] for _, _, t in draft.tables() for row in t.rows for cell in row for c in cell.claims
    ]
    commented = [t.partition("|")[0] for t in told.values()]
    assert len(claimed) > 20
    assert not [number for number in claimed if commented.count(number) < claimed.count(number)]
    assert all("医务科-2025.xlsx “指标”表 E7单元格" in t for t in told.values())


def test_comments_change_no_character_of_the_text() -> None:
    draft = drafts.draft()

    plain, told = typeset(draft), typeset(draft, comments=True)

    assert said(tree(plain)) == said(tree(told))
    assert "word/comments.xml" not in parts(plain)


def test_a_clean_copy_has_no_comments() -> None:
    content = typeset(drafts.draft(), clean=True, comments=True)

    assert "word/comments.xml" not in parts(content)
    assert not find(tree(content), ".//w:commentRangeStart")

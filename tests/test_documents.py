"""Documents: read, cleaned and understood, from whatever file they come in."""

import contextlib
import io
import re
import shutil
import time
import zipfile
from pathlib import Path

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import given, settings
from hypothesis import strategies as st

from chugao.documents.cleaning import clean, restored
from chugao.documents.punctuation import close_gaps, restore_punctuation
from chugao.documents.reading import read_bytes, read_text, text_reading
from chugao.documents.structure import Document, show, understand
from chugao.errors import InputError, UploadRejected
from chugao.kind import Kind

SUMMARY = """医务科2025年工作总结暨2026年工作计划
2025年，医务科围绕质量主线开展工作，现将情况总结如下。
一、2025年工作总结
（一）手术量稳步增长
全年手术21864台次。一是抓授权。修订目录，重新考核。二是抓排台。没有讨论不予排台。
（二）救治更快。溶栓时间缩短到38分钟，较上年缩短4分钟。
二、存在的问题
1.人手不足。麻醉医师只补进1人。
2.系统不通。
三、2026年工作计划
1.补充人手
上半年招聘4人。
"""


def outline_of(document: Document) -> list[tuple[int, str, str]]:
    return [(h.level, h.number, h.heading) for h in document.outline]


def assert_offsets(document: Document) -> None:
    assert document.text == "\n".join(p.text for p in document.paragraphs)
    for paragraph in document.paragraphs:
        assert document.text[paragraph.start : paragraph.end] == paragraph.text
    for heading in document.outline:
        assert document.text[heading.start :].startswith(heading.number or heading.heading)


# --- reading --------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_text_file_is_read_in_the_encodings_offices_use(encoding: str):
    reading = read_bytes(SUMMARY.encode(encoding), "总结.txt")

    assert reading.paragraphs[0].text == "医务科2025年工作总结暨2026年工作计划"
    assert len(reading.fingerprint) == 16


def test_bytes_in_no_known_encoding_and_an_empty_report_are_input_errors():
    with pytest.raises(InputError, match="编码"):
        read_bytes(b"\xff\x81\x30\xff report", "怪.txt")
    with pytest.raises(InputError, match="没有文字"):
        read_bytes(" \n　\n".encode(), "空.txt")


def test_front_matter_overrides_what_the_title_says():
    text = "---\n发文单位: 望澜市第一人民医院\n部门：护理部\n文种: 工作总结\n年度: 2023\n公开范围: 公开\n乱写\n---\n\n关于去年工作的报告\n去年做了几件事，情况还可以。"

    document = understand(text_reading(text))

    assert (document.kind, document.year, document.plan_year) == (Kind.SUMMARY, 2023, None)
    assert (document.department, document.issuer, document.release.value) == ("护理部", "望澜市第一人民医院", "公开")
    assert document.text.startswith("关于去年工作的报告\n")


def test_a_docx_keeps_headings_tables_insertions_and_word_numbers_but_not_deletions(tmp_path: Path):
    file = docx.Document()
    file.add_paragraph("护理部2025年工作总结", style="Title")
    file.add_heading("总体情况", 1)
    body = file.add_paragraph("全年护士")
    body._p.append(parse_xml(f"<w:ins {nsdecls('w')}><w:r><w:t>956人。</w:t></w:r></w:ins>"))
    body._p.append(parse_xml(f"<w:del {nsdecls('w')}><w:r><w:delText>934人。</w:delText></w:r></w:del>"))
    body._p.append(parse_xml(f"<w:r {nsdecls('w')}><w:rPr><w:vanish/></w:rPr><w:t>隐藏</w:t></w:r>"))
    for words in ("补充人手", "调整夜班"):
        file.add_paragraph(words, style="List Number")
    table = file.add_table(rows=2, cols=3)
    for cell, words in zip(
        (c for r in table.rows for c in r.cells), "指标 上年 本年 满意度 95.6 96.2".split(), strict=True
    ):
        cell.text = words
    file.add_paragraph("以上为全年情况。")
    path = tmp_path / "护理部.docx"
    file.save(str(path))

    reading = read_text(path)
    document = understand(path)

    assert [p.text for p in reading.paragraphs] == [
        "护理部2025年工作总结", "总体情况", "全年护士956人。", "1.补充人手", "2.调整夜班",
        "指标\t上年\t本年", "满意度\t95.6\t96.2", "以上为全年情况。",
    ]  # fmt: skip
    assert [p.table for p in reading.paragraphs[5:7]] == [True, True]
    assert reading.paragraphs[0].style_level == 0
    assert (1, "", "总体情况") in outline_of(document)
    assert document.title == "护理部2025年工作总结"
    assert_offsets(document)


def test_core_properties_of_a_docx_are_front_matter_but_a_persons_name_is_not(tmp_path: Path):
    file = docx.Document()
    file.add_paragraph("工作情况汇报")
    file.add_paragraph("一年来做了不少事，情况如下所述。")
    properties = file.core_properties
    properties.author, properties.subject = "望澜市第一人民医院", "医务科"
    properties.category, properties.keywords = "工作总结", "年度=2024;公开范围=上报"
    file.save(str(tmp_path / "a.docx"))
    properties.author, properties.keywords = "张三", ""
    file.save(str(tmp_path / "b.docx"))

    named, nameless = understand(tmp_path / "a.docx"), understand(tmp_path / "b.docx")

    assert (named.issuer, named.department, named.year, named.release.value) == (
        "望澜市第一人民医院",
        "医务科",
        2024,
        "上报",
    )
    assert (nameless.issuer, nameless.department) == ("", "")


def test_html_is_read_as_blocks_without_scripts_menus_and_hidden_text():
    page = (
        "<!DOCTYPE html><html><head><meta charset='gbk'><title>医务科2025年工作总结</title><script>var a='坏'</script></head>"
        "<body><nav>首页</nav><h1>医务科2025年工作总结</h1><div>全年工作<b>平稳</b>有序。<p style='display:none'>隐藏</p></div>"
        "<table><tr><td>指标</td><td>本年</td></tr></table><p>一、成绩<br>做得不错。</p></body></html>"
    )

    reading = read_bytes(page.encode("gbk"), "页面.htm")

    assert [p.text for p in reading.paragraphs] == [
        "医务科2025年工作总结", "全年工作平稳有序。", "指标\t本年", "一、成绩", "做得不错。",
    ]  # fmt: skip
    assert reading.paragraphs[2].table


def test_markdown_headings_and_tables_are_read_and_a_mask_of_stars_is_not_bold():
    text = "# 护理部2025年工作总结\n\n## 成绩\n\n全年**平稳**，第**次会议。\n\n| 指标 | 本年 |\n|---|---|\n| 满意度 | 96% |\n"

    reading = read_bytes(text.encode(), "稿.md")

    assert [(p.text, p.style_level) for p in reading.paragraphs[:2]] == [("护理部2025年工作总结", 0), ("成绩", 1)]
    assert [p.text for p in reading.paragraphs[3:]] == ["指标\t本年", "满意度\t96%"]
    assert "平稳" in reading.paragraphs[2].text


def test_a_scan_a_table_and_a_broken_docx_are_refused_with_what_to_do(tmp_path: Path):
    import pypdfium2

    scan = pypdfium2.PdfDocument.new()
    scan.new_page(595, 842)
    scan.save(str(tmp_path / "扫描.pdf"))
    with pytest.raises(InputError, match="没有文字层"):
        read_text(tmp_path / "扫描.pdf")

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", "<w:document xmlns:w='w'><w:body><w:p>")
    with pytest.raises(UploadRejected, match="损坏"):
        read_bytes(buffer.getvalue(), "断.docx")

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("xl/workbook.xml", "<a/>")
    with pytest.raises(InputError, match="表格"):
        read_bytes(buffer.getvalue(), "表.docx")


@pytest.mark.skipif(shutil.which("soffice") is None, reason="本机没有 LibreOffice，旧格式的转换没有测试")
def test_an_rtf_is_converted_by_libreoffice():
    rtf = r"{\rtf1\ansi\ansicpg936 {\fonttbl{\f0\fcharset134 SimSun;}}\f0 \u25252?\u29702?\u37096?2025\u24180?\u24037?\u20316?\u24635?\u32467?\par}"

    reading = read_bytes(rtf.encode("ascii"), "旧.rtf")

    assert reading.paragraphs[0].text == "护理部2025年工作总结"


def test_without_libreoffice_an_old_file_asks_for_a_docx(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(InputError, match=r"另存为 \.docx"):
        read_bytes(b"{\\rtf1 a}", "旧.rtf")


# --- cleaning -------------------------------------------------------------------------------------

PAGE = """- 0
- 约4.62千字
- 2026-01-19 发布于四川
- 举报
2025年质控科工作总结.docx VIP
2025年质控科工作总结
2025年,质控科按照院党委部署,完成检查23次(其中夜间2次),整改率98.6%;病历8,600份。
一、主要成绩
力争实现"1个2,4个60%"的目标,每日10:30交班,对接HIS,LIS系统,行动。 二级医院针对 性改进。
1、原创力文档(book118)网站文档一经付费,不意味着购买了该文档的版权。
2、本站所有内容均由合作方或网友上传,本站不退款。举报电话:400-050-0827。
您可能关注的文档
- 2025年医院总务科工作总结及2026年工作思路.docx
- 2026年工业机器人协作行业创新报告.docx
原创力文档

文档评论(0)
"""


def test_the_noise_of_a_scraped_page_goes_and_the_report_stays():
    document = understand(text_reading(PAGE))

    assert document.text == (
        "2025年质控科工作总结\n"
        "2025年，质控科按照院党委部署，完成检查23次（其中夜间2次），整改率98.6%；病历8,600份。\n"
        "一、主要成绩\n"
        '力争实现"1个2，4个60%"的目标，每日10:30交班，对接HIS,LIS系统，行动。二级医院针对性改进。'
    )
    assert document.title == "2025年质控科工作总结"
    assert set(document.flags) == {"noisy", "truncated"}
    assert not document.parts


def test_a_reports_own_lists_and_short_lines_are_not_taken_for_noise():
    text = "护理部2025年工作总结\n一、下载与打印\n病历打印窗口增加3个。\n收藏\n来源：各科室上报的数据，由质控科汇总，3月核对过一次。\n1.版权登记完成2项。\n二、评论\n群众评价好。"

    document = understand(text_reading(text))

    assert "一、下载与打印" in document.text
    assert "来源：各科室上报的数据" in document.text
    assert "1.版权登记完成2项。" in document.text
    assert "收藏" not in document.text.split("\n")


@pytest.mark.parametrize(
    ("given_text", "wanted"),
    [
        ("门诊12,345人次,增长3.5%", "门诊12,345人次，增长3.5%"),
        ("力争实现1个2,4个60%", "力争实现1个2，4个60%"),
        ("多学科诊疗(MDT)等(含8:00)", "多学科诊疗（MDT）等（含8:00）"),
        ("见http://a.cn/b,c 和a(b)c;d", "见http://a.cn/b,c 和a(b)c;d"),
        ("PCI(n=5)例", "PCI(n=5)例"),
        ("达到ISO15189:2022要求:三项", "达到ISO15189:2022要求：三项"),
        ("only latin, here (x)", "only latin, here (x)"),
        ("(一)加强管理", "（一）加强管理"),
        ("好!是吗?", "好！是吗？"),
    ],
)
def test_full_width_punctuation_comes_back_and_numbers_stay(given_text: str, wanted: str):
    assert restore_punctuation(given_text) == wanted
    assert len(wanted) == len(given_text)


def test_gaps_close_in_running_text_only():
    assert close_gaps("完成手术 3287 例，同比增长 12.6 %，针对 性地改进 CT 检查和 MR 检查。") == (
        "完成手术3287例，同比增长12.6%，针对性地改进 CT 检查和 MR 检查。"
    )
    assert close_gaps("自治区主席 韦 韬") == "自治区主席 韦 韬"


def test_hard_line_breaks_are_healed_but_headings_and_items_keep_their_lines():
    text = (
        "县卫健委2023年工作总结\n今年以来，县卫健委深入学习贯彻重要讲话和系列指示\n精神，履职尽责、实干争先，推动各项工作取得了新的\n"
        "明显进步，群众满意。\n一、总体情况\n（一）抓改革促发展\n一是抓深化改革。推进县域紧密型医共体建设取得新\n成效，成立总院。\n二是抓重点专科。\n各位代表，\n现在报告。"
    )

    lines = understand(text_reading(text)).text.split("\n")

    assert lines == [
        "县卫健委2023年工作总结",
        "今年以来，县卫健委深入学习贯彻重要讲话和系列指示精神，履职尽责、实干争先，推动各项工作取得了新的明显进步，群众满意。",
        "一、总体情况",
        "（一）抓改革促发展",
        "一是抓深化改革。推进县域紧密型医共体建设取得新成效，成立总院。",
        "二是抓重点专科。",
        "各位代表，",
        "现在报告。",
    ]


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("县卫健委2024年工作总结\n排查境外返X人员XX人，全部分类管控。", {"anonymised"}),
        ("县卫健委2024年工作总结\n党的***精神得到落实，20xx年继续。", {"anonymised"}),
        ("县卫健委2024年工作总结\n使用X线机和X射线防护，DRG-XX1组。", set()),
        ("县卫健委2024年工作总结\n建成老年友善医疗机构120家；推", {"truncated"}),
        ("县卫健委2024年工作总结\n建成老年友善医疗机构120家。\n县卫生健康委员会\n2025年1月6日", set()),
    ],
)
def test_flags_say_what_a_text_lacks(text: str, flags: set[str]):
    assert set(understand(text_reading(text)).flags) == flags


@settings(deadline=None)
@given(
    st.lists(
        st.text(alphabet="一二（）()，,。. 收藏举报12年总结\u200b\u3000-约千字xX\t", max_size=30),
        min_size=1,
        max_size=12,
    )
)
def test_every_raw_line_can_be_got_back_from_the_log(lines: list[str]):
    text = "标题2025年工作总结\n" + "\n".join(lines)
    reading = text_reading(text)

    assert restored(clean(reading)) == [p.text for p in reading.paragraphs]


# --- structure ------------------------------------------------------------------------------------


def test_a_summary_with_a_plan_is_understood():
    document = understand(text_reading(SUMMARY, "总结.txt"))

    assert (document.title, document.kind) == ("医务科2025年工作总结暨2026年工作计划", Kind.SUMMARY_PLAN)
    assert (document.year, document.plan_year, document.department, document.level) == (2025, 2026, "医务科", "科室")
    assert outline_of(document) == [
        (1, "一、", "2025年工作总结"),
        (2, "（一）", "手术量稳步增长"),
        (5, "一是", "抓授权"),
        (5, "二是", "抓排台"),
        (2, "（二）", "救治更快"),
        (1, "二、", "存在的问题"),
        (3, "1.", "人手不足"),
        (3, "2.", "系统不通"),
        (1, "三、", "2026年工作计划"),
        (3, "1.", "补充人手"),
    ]
    roles = {p.text: p.role for p in document.paragraphs}
    assert roles["（二）救治更快。溶栓时间缩短到38分钟，较上年缩短4分钟。"] == "成绩"
    assert roles["2.系统不通。"] == "问题"
    assert roles["上半年招聘4人。"] == "计划"
    paths = {p.text: p.heading_path for p in document.paragraphs}
    assert paths["上半年招聘4人。"] == ("2026年工作计划", "补充人手")
    assert_offsets(document)


def test_show_has_exactly_the_keys_of_the_contract():
    shown = show(understand(text_reading(SUMMARY)))

    assert list(shown) == [
        "title", "kind", "year", "plan_year", "department", "flags", "outline", "text", "wrapper", "parts",
        "issuer", "level", "confidence", "masks", "changes",
    ]  # fmt: skip
    assert shown["kind"] == "summary-plan"
    assert shown["outline"][0] == {"level": 1, "number": "一、", "heading": "2025年工作总结"}
    assert (shown["wrapper"], shown["parts"]) == (None, [])


def test_a_notice_is_told_from_what_it_issues():
    text = (
        "湖山市卫生健康委关于印发2025年全市卫生健康工作要点的通知\n湖卫健发〔2025〕1号\n各区县卫生健康局，委属各单位：\n"
        "现将《2025年全市卫生健康工作要点》印发给你们，请认真抓好落实。\n特此通知。\n湖山市卫生健康委员会\n2025年4月18日\n附件\n"
        "2025年全市卫生健康工作要点\n全市工作的总体要求是稳中求进，主要工作要点如下：\n一、优布局\n1.推动下沉。开展帮扶工作。"
    )

    shown = show(understand(text_reading(text)))

    assert (shown["title"], shown["kind"], shown["year"], shown["plan_year"]) == (
        "2025年全市卫生健康工作要点", "key-points", 2025, 2025,
    )  # fmt: skip
    assert shown["text"].startswith("2025年全市卫生健康工作要点\n")
    assert shown["wrapper"] == {
        "title": "湖山市卫生健康委关于印发2025年全市卫生健康工作要点的通知",
        "addressee": "各区县卫生健康局，委属各单位",
        "text": "湖卫健发〔2025〕1号\n现将《2025年全市卫生健康工作要点》印发给你们，请认真抓好落实。\n特此通知。",
        "issuer": "湖山市卫生健康委员会",
        "date": "2025年4月18日",
    }


def test_a_notice_without_attachment_is_itself_the_document():
    document = understand(
        text_reading(
            "县卫健委关于做好2025年工作计划编制的通知\n各单位：\n请认真编制，按时上报。\n县卫健委\n2025年1月2日"
        )
    )

    assert document.wrapper is None
    assert document.title == "县卫健委关于做好2025年工作计划编制的通知"


def test_several_documents_in_one_file_become_parts():
    text = (
        "（3篇）2025年卫健工作思路\n【篇一】\n（一）抓体系。健全基层考核机制，提升能力。\n【篇二】\n（一）抓改革。推进医共体建设，三医协同。\n"
        "【篇三】\n2025年护理工作思路\n（一）抓护理。推进优质护理服务，改善体验。"
    )

    document = understand(text_reading(text))

    assert document.text == "2025年卫健工作思路\n（一）抓体系。健全基层考核机制，提升能力。"
    assert [p.title for p in document.parts] == ["2025年卫健工作思路", "2025年护理工作思路"]
    assert [p.text.split("\n")[0] for p in document.parts] == [
        "（一）抓改革。推进医共体建设，三医协同。",
        "2025年护理工作思路",
    ]
    assert "several_documents" in document.flags
    assert len({document.fingerprint, *(p.fingerprint for p in document.parts)}) == 3
    for one in (document, *document.parts):
        assert (one.kind, one.year) == (Kind.IDEAS, 2025)
        assert_offsets(one)


def test_a_collection_is_split_at_its_titles_without_its_contents_page():
    text = (
        "卫生健康局2023年工作总结汇编（2篇）\n目录\n1.区卫生健康局2023年工作总结 2\n2.县卫生健康局2023年工作总结 10\n"
        "区卫生健康局2023年工作总结\n全年工作平稳有序，成效较好。\n一、成绩\n完成任务。\n县卫生健康局2023年工作总结\n一、成绩\n也完成了任务。"
    )

    document = understand(text_reading(text))

    assert [d.title for d in (document, *document.parts)] == [
        "区卫生健康局2023年工作总结",
        "县卫生健康局2023年工作总结",
    ]
    assert "目录" not in document.text


def test_the_two_halves_of_one_report_are_not_two_documents():
    text = "医务科2024年工作总结暨2025年工作计划\n2024年工作总结\n一、成绩\n完成任务，平稳有序。\n2025年工作计划\n一、任务\n继续完成任务。"

    document = understand(text_reading(text))

    assert document.parts == ()
    assert outline_of(document) == [
        (0, "", "2024年工作总结"),
        (1, "一、", "成绩"),
        (0, "", "2025年工作计划"),
        (1, "一、", "任务"),
    ]
    assert document.paragraphs[-1].heading_path == ("2025年工作计划", "任务")
    assert document.paragraphs[-1].role == "计划"


def test_a_title_set_in_two_lines_is_one():
    document = understand(text_reading("望澜市第一人民医院\n2025年工作要点\n2025年是收官之年，全院要抓好落实。"))

    assert document.title == "望澜市第一人民医院2025年工作要点"
    assert document.issuer == "望澜市第一人民医院"
    assert document.text.startswith("望澜市第一人民医院2025年工作要点\n")


@pytest.mark.parametrize(
    ("title", "kind", "year", "plan_year", "department", "level"),
    [
        ("2025年医院感染管理科工作总结及下一步工作打算", "summary-plan", 2025, 2026, "感染管理科", "科室"),
        ("2026年医院医务科工作计划例文", "plan", 2026, 2026, "医务科", "科室"),
        ("X区卫生健康委员会2024年上半年工作总结及下半年工作计划", "summary-plan", 2024, 2024, None, "区县"),
        ("2025医院工作总结和计划", "summary-plan", 2025, 2026, None, "医院"),
        ("2026年乡镇卫生院医生工作计划", "plan", 2026, 2026, None, "乡镇"),
        ("望澜市卫生健康委2025年工作思路", "ideas", 2025, 2025, None, "市"),
        ("护理部二〇二四年工作总结", "summary", 2024, None, "护理部", "科室"),
        ("情况", None, None, None, None, ""),
    ],
)
def test_a_title_says_kind_years_department_and_level(
    title: str, kind: str | None, year: int | None, plan_year: int | None, department: str | None, level: str
):
    document = understand(text_reading(f"{title}\n做了一些工作，取得了一些进展。", "无名.txt"))
    shown = show(document)

    assert (shown["kind"], shown["year"], shown["plan_year"], shown["department"]) == (
        kind,
        year,
        plan_year,
        department,
    )
    assert document.level == level


@pytest.mark.parametrize("line", ["一、二级手术占比提高。", "3.5%的患者好转。", "一是骨科；二是外科。", "（一）"])
def test_what_only_looks_like_a_heading_is_none(line: str):
    document = understand(text_reading(f"医务科2025年工作总结\n{line}\n以下还有一段正文，写得很长。"))

    assert document.outline == ()


# --- hostile and real -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "unit",
    [
        "（一）",
        "，",
        "一、",
        "(",
        "“",
        "1,111,",
        "一是抓。",
        "xx",
        "年月日",
        " ",
        "《",
        "- 0\n",
        "a\n",
        "第一次届",
        "12:00",
        "约千字\n",
        "市人民眼科中医",
        "\t|",
        "日报记者 ",
        "来源：",
        "来源：\n",
        "第一，",
        "张某，",
        "附件\n",
        "1、本站版权\n",
        "根本安康效劳",
        "15.\n08",
        "首页 > ",
        "1.1.1",
        "总结\n",
    ],
)
def test_a_megabyte_of_hostile_text_ends_soon(unit: str):
    text = "医务科2025年工作总结\n" + unit * (2**20 // len(unit.encode()))
    began = time.process_time()

    with contextlib.suppress(InputError):
        understand(text_reading(text))

    assert time.process_time() - began < 5


@pytest.mark.shared
def test_complete_real_reports_are_cleaned_and_outlined(shared: Path):
    slowest = 0.0
    files = sorted((shared / "fulldocs").glob("2*.txt"))
    assert len(files) == 25
    for path in files:
        began = time.process_time()
        document = understand(path)
        slowest = max(slowest, time.process_time() - began)

        assert "政府工作报告" in document.title, path.name
        lines = set(document.text.split("\n"))
        assert not lines & {"下载", "打印", "收藏", "全屏", "首页", "小", "】"}, path.name
        found = [(h.number, h.heading) for h in document.outline]
        for line in path.read_text(encoding="utf-8").split("\n"):
            if match := re.match(r"([一二三四五六七八九十]+、|（[一二三四五六七八九十]+）)(.+)", line.strip()):
                assert any(n == match[1] and h and match[2].startswith(h) for n, h in found), (path.name, line[:40])
        assert document.kind is Kind.SUMMARY_PLAN
        assert document.plan_year == int(path.name[:4])
        assert document.parts == ()
        assert_offsets(document)
    print(f"\nslowest of 25 full reports: {slowest:.3f} s CPU")


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "title", "kind", "year", "plan_year", "parts"),
    [
        ("000", "2025年医政科工作总结暨下一步工作计划", Kind.SUMMARY_PLAN, 2025, 2026, 0),
        ("001", "2026年医院医务科工作计划例文", Kind.PLAN, 2026, 2026, 0),
        ("002", "2025年卫健工作思路", Kind.IDEAS, 2025, 2025, 2),
    ],
)
def test_the_seeds_are_cleaned_and_understood(
    shared: Path, name: str, title: str, kind: Kind, year: int, plan_year: int, parts: int
):
    (path,) = (shared / "seeds").glob(f"{name}_*.txt")

    document = understand(path)

    assert (document.title, document.kind, document.year, document.plan_year) == (title, kind, year, plan_year)
    assert len(document.parts) == parts
    assert {"noisy", "truncated"} <= set(document.flags)
    for one in (document, *document.parts):
        assert not re.search(r"\.docx|原创力|举报|千字|发布于|赏赞|扫一扫|阅读全文|文档评论|http|,(?!\d{3})", one.text)
        assert one.outline


@pytest.mark.shared
def test_every_real_excerpt_is_understood(shared: Path):
    for path in sorted((shared / "realdocs").glob("*.txt")):
        document = understand(path)

        assert document.kind is not None, path.name
        assert document.year is not None, path.name
        assert document.title != path.stem, path.name
        assert restored(clean(read_text(path))) == [p.text for p in read_text(path).paragraphs]


def test_a_page_says_in_its_head_who_issued_it(tmp_path: Path) -> None:
    page = tmp_path / "总结.html"
    meta = '<meta name="发文单位" content="望澜市第一人民医院"><meta name="部门" content="医务科"><meta name="keywords" content="x">'
    page.write_text(
        f"<html><head><meta charset=utf-8>{meta}</head><body><h1>2023年工作总结</h1><p>好。</p></body></html>", "utf-8"
    )

    document = understand(page)

    assert (document.issuer, document.department) == ("望澜市第一人民医院", "医务科")


def test_what_a_notice_issues_by_name_is_its_attachment_whatever_its_kind():
    text = (
        "关于印发《病历质量提升三年行动》的通知\n平卫发〔2023〕17号\n各医疗机构：\n现将行动方案印发给你们，请认真执行。\n平安县卫生健康局\n"
        "2023年4月6日\n病历质量提升三年行动（2023—2025年）\n一、总体目标\n甲级病案率达到95%以上。\n"
    )

    document = understand(text_reading(text))

    assert document.title == "病历质量提升三年行动（2023—2025年）"
    assert document.wrapper is not None
    assert (document.wrapper.issuer, document.wrapper.addressee) == ("平安县卫生健康局", "各医疗机构")

"""Cleaning: the noise of pages goes, the report stays, and everything done can be undone."""

from collections import Counter
from pathlib import Path

import pytest

from chugao.documents.cleaning import RULES, clean, restored
from chugao.documents.masks import masks_of
from chugao.documents.paragraph import Paragraph
from chugao.documents.reading import Reading, text_reading
from chugao.documents.structure import Document, understand

BODY = (
    "围绕全年目标逐项推进，各科室分工负责，按月核对进度，按季通报结果，年底前全部完成并移交归档，没有一项拖到下一年。"
)
REPORT = (
    f"护理部2025年工作总结\n2025年，护理部做了以下工作。\n一、质量\n{BODY}\n二、计划\n明年继续推进，力争满意度达到96%。"
)


def lines_of(text: str) -> list[str]:
    return understand(text_reading(text)).text.split("\n")


def removed(text: str) -> Counter[str]:
    return Counter(c.rule for c in understand(text_reading(text)).changes if c.after is None)


# --- pages of sites -------------------------------------------------------------------------------

LIBRARY_HEAD = (
    "文档简介\n护理部2025年工作总结.docx\n约2.1千字\n约 5页\n下载积分：3\n已阅读2页，还剩3页未读，继续免费阅读\n"
)
LIBRARY_TAIL = """
版权说明：本文档由用户提供并上传，收益归属内容提供方，若内容存在侵权，请进行举报或认领
1. 本站所有资源如无特殊说明，都需要本地电脑安装OFFICE和PDF阅读器。
2. 本站的文档不包含任何第三方提供的附件。文件的所有权益归上传用户所有。
3. 如有问题，请与我们联系，我们立即纠正。
4. 未经权益所有人同意不得将文件中的内容挪作商业或盈利用途。
评论 0/150
提交评论
阅读了该文档的用户还阅读了这些文档
护理部2025年工作总结范文
医院护理部2024年工作总结（精选5篇）
手术室2025年工作计划
"""
PORTAL_HEAD = """首页 > 政务公开 > 规划计划
索引号：001008/2025-00012
发布机构：湖山市卫生健康委员会
成文日期：2025-04-18
【字体：大 中 小】 【打印】
"""
PORTAL_TAIL = """
来源：湖山市卫生健康委　作者：办公室　浏览次数：128
【打印本页】【关闭窗口】
上一篇：2024年工作总结
下一篇：没有了
版权所有：湖山市卫生健康委员会
某ICP备05012345号-1
"""
SCHOOL_TAIL = """
以上就是小编为大家整理的护理部2025年工作总结，希望对大家有所帮助。
【护理部2025年工作总结】相关文章：
1.护理部工作总结02-17
2.手术室护理工作总结03-02
3.护理部年度工作计划12-30
"""


@pytest.mark.parametrize(
    ("page", "rules"),
    [
        (LIBRARY_HEAD + REPORT + LIBRARY_TAIL, {"web_line", "web_copyright", "web_file_name", "web_tail"}),
        (PORTAL_HEAD + REPORT + PORTAL_TAIL, {"web_label", "web_breadcrumb", "web_line"}),
        ("护理部2025年工作总结\n" + REPORT + SCHOOL_TAIL, {"web_title", "web_editor", "web_tail"}),
    ],
)
def test_a_report_comes_out_of_three_kinds_of_sites_as_it_was(page: str, rules: set[str]):
    assert lines_of(page) == REPORT.split("\n")
    assert rules <= set(removed(page)) <= set(RULES)


def test_a_list_of_other_reports_at_the_end_goes_without_any_marker():
    others = "\n医院总务科2025年工作总结\n医院信息科2025年工作计划\n医院设备科2025年工作要点（精选）\n医院院办2025年工作思路 03-02"

    assert lines_of(REPORT + others) == REPORT.split("\n")


def test_titles_that_the_report_itself_announces_stay():
    own = "\n附件：\n1.护理部2026年工作计划\n2.护理部2026年质量改进方案\n3.护理部2026年培训计划"

    assert lines_of(REPORT + own)[-3:] == own.split("\n")[-3:]


def test_a_copyright_notice_is_told_from_the_work_of_an_information_department():
    work = f"信息科2025年工作计划\n1.升级医院网站，提供报告单下载和打印服务，覆盖全部门诊。\n2.完成软件版权登记2项，清理侵权字体。\n3.文档归档率达到98%。\n{BODY}"

    assert lines_of(work) == work.split("\n")


def test_a_caption_goes_and_the_sentence_about_reporters_stays():
    text = f"护理部2025年工作总结\n护士长在病区查房。湖山日报记者 李四 摄\n{BODY}\n配合记者采访3次，做好信息公开工作。"

    kept = lines_of(text)

    assert kept == ["护理部2025年工作总结", BODY, "配合记者采访3次，做好信息公开工作。"]


def test_every_change_has_a_rule_a_place_and_the_raw_line():
    reading = text_reading(LIBRARY_HEAD + REPORT.replace("，", ",") + LIBRARY_TAIL)
    document = understand(reading)

    for change in document.changes:
        assert change.rule in RULES
        assert 1 <= change.line <= len(reading.paragraphs)
    first = {}
    for change in document.changes:
        first.setdefault(change.line, change.before)
    assert all(reading.paragraphs[line - 1].text == before for line, before in first.items())
    assert restored(clean(reading)) == [p.text for p in reading.paragraphs]


def test_what_splitting_a_collection_leaves_out_is_in_the_log_too():
    text = f"（2篇）2025年护理工作思路\n【篇一】\n（一）抓质量。{BODY}\n【篇二】\n（一）抓服务。{BODY}"

    marks = [c.before for c in understand(text_reading(text)).changes if c.rule == "separator"]

    assert marks == ["【篇一】", "【篇二】"]


# --- numbers cut by lines and pages ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        ("五岁以下儿童死亡率为15.\n08‰，低于上年水平，各项指标保持平稳。", "五岁以下儿童死亡率为15.08‰，"),
        ("全年完成四级手术1\n2330例，占比继续提高，结构更加合理。", "全年完成四级手术12330例，"),
        ("五岁以下儿童死亡率为15.0\n3、8‰，低于上年水平。", "五岁以下儿童死亡率为15.08‰，"),
        ("五岁以下儿童死亡率为15.0\n3\n8‰，低于上年水平。", "五岁以下儿童死亡率为15.08‰，"),
    ],
)
def test_a_number_cut_by_a_line_or_a_page_is_whole_again(broken: str, whole: str):
    document = understand(text_reading(f"妇幼科2025年工作总结\n{BODY}\n{broken}\n{BODY}"))

    assert whole in document.text
    assert "line_break" in {c.rule for c in document.changes}


def test_page_numbers_that_count_on_go_and_a_lone_figure_stays():
    pages = f"护理部2025年工作总结\n{BODY}\n1\n{BODY}\n2\n{BODY}\n3"
    figure = f"护理部2025年工作总结\n满意度得分\n96\n{BODY}"

    assert lines_of(pages) == ["护理部2025年工作总结", BODY, BODY, BODY]
    assert "96" in lines_of(figure)


def test_heads_and_numbers_at_the_edges_of_pdf_pages_go_and_a_table_of_figures_stays():
    rows = [("护理部2025年工作总结", 1)]
    for page in (1, 2, 3, 4):
        rows += [
            ("望澜市第一人民医院护理部", page),
            (f"第{page}季度" + BODY, page),
            ("满意度", page),
            ("96", page),
            (f"其中第{page}批" + BODY, page),
            (f"- {page} -", page),
        ]
    paragraphs = tuple(Paragraph(text=t, page=p, line=n) for n, (t, p) in enumerate(rows, 1))

    cleaned = clean(Reading(file="a.pdf", fingerprint="0" * 16, format="pdf", paragraphs=paragraphs))

    kept = [p.text for p in cleaned.paragraphs]
    assert kept.count("96") == 4
    assert "望澜市第一人民医院护理部" not in kept
    assert not any(t.startswith("- ") for t in kept)
    assert Counter(c.rule for c in cleaned.changes if c.after is None)["page_head"] == 4


# --- masks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("20xx年继续推进", "year"),
        ("截至7月XX日", "date"),
        ("排查XX人", "number"),
        ("修复道路XX平方米", "number"),
        ("在XX镇开展", "place"),
        ("X县卫健委", "place"),
        ("XX人民医院", "organisation"),
        ("某医院", "organisation"),
        ("张某，男", "person"),
        ("以xx思想为指引", "phrase"),
        ("党的***精神", "phrase"),
    ],
)
def test_a_mask_says_what_was_taken_out(text: str, kind: str):
    found = list(masks_of(text))

    assert [m.kind for m in found] == [kind]
    assert text[found[0].start : found[0].end] == found[0].text


@pytest.mark.parametrize("text", ["X线机和X射线防护", "DRG-XX1组", "床位2×3排"])
def test_names_with_an_x_are_no_masks(text: str):
    assert list(masks_of(text)) == []


def test_masks_of_a_document_stand_in_its_text():
    document = understand(text_reading(f"县卫健委2024年工作总结\n排查返乡人员XX人，20xx年全部管控。\n{BODY}"))

    assert [(m.kind, document.text[m.start : m.end]) for m in document.masks] == [("number", "XX"), ("year", "20xx")]
    assert "anonymised" in document.flags


# --- what a text is worth -------------------------------------------------------------------------


def flags_of(text: str) -> set[str]:
    return set(understand(text_reading(text)).flags)


@pytest.mark.parametrize(
    "end",
    [
        "明年继续推进。",
        "护理部\n2025年12月30日",
        "望澜市第一人民医院护理部\n2025年12月",
        "附：护理质量指标完成情况表",
        "汇报人：护理部",
        "联系人：李护士长，电话8123",
        "（责任科室：护理部）",
        "让每一名患者满意！",
        "| 指标 | 本年 |\n| 满意度 | 96 |",
    ],
)
def test_a_whole_report_is_never_called_truncated(end: str):
    assert "truncated" not in flags_of(f"{REPORT}\n{BODY}\n{end}")


@pytest.mark.parametrize(
    "text",
    [
        f"{REPORT}\n三、保障\n为确保各项任务落到实处，护理部将继续推",
        f"约9.5千字\n{REPORT}",
        f"{REPORT}\n还剩3页未读，继续阅读",
        "护理部2025年工作总结及2026年工作计划\n一、成绩\n"
        + "\n".join(["全年质量平稳，差错下降，群众满意，各病区都完成了任务。"] * 20),
    ],
)
def test_a_report_that_lost_its_end_is_called_truncated(text: str):
    assert "truncated" in flags_of(text)


def test_spun_words_are_flagged_and_the_right_words_are_not():
    spun = f"卫生院2022年工作总结\n结合根本公共卫生要求，做好安康教育和防止接种，提升效劳才能。\n{BODY}"
    right = f"卫生院2022年工作总结\n结合基本公共卫生要求，做好健康教育和预防接种，提升服务能力，根本好转，比较平稳。\n{BODY}"

    assert "spun" in flags_of(spun)
    assert "spun" not in flags_of(right)


def test_garbled_and_traditional_texts_are_flagged():
    mojibake = BODY.encode().decode("gb18030", "replace")
    lost = f"县卫健委2023年工作总结\n{BODY}\n16 CT\n{BODY}\n2023 186\n{BODY}"
    traditional = "衛生健康委2024年工作思路\n深化醫療衛生體制改革，推進縣域醫共體建設，完善疾病預防控制體系，加強護理與藥學服務，推動資訊互聯互通，強化黨風廉政建設，實現發展質量與服務效率同步提升。"

    assert "garbled" in flags_of(f"2025年工作总结\n{mojibake}\n{mojibake}")
    assert "garbled" in flags_of(lost)
    assert "traditional" in flags_of(traditional)
    assert not {"garbled", "traditional", "spun"} & flags_of(REPORT)


# --- the material beside the checkout -------------------------------------------------------------


def noise_left(document: Document) -> list[str]:
    """Short lines with a word that only pages have; written without looking at the rules."""
    words = (
        "下载",
        "打印本",
        "【字",
        "收藏",
        "字号",
        "来源：",
        "相关报道",
        "编辑：",
        "扫一扫",
        "当前位置",
        "阅读量",
        "VIP",
        "http",
        "记者",
        ".doc",
        "举报",
        "赏",
    )
    return [t for t in document.text.split("\n") if len(t) < 80 and any(w in t for w in words)]


@pytest.mark.parametrize("folder", ["fulldocs", "seeds"])
def test_no_noise_is_left_on_any_real_page_and_every_line_can_be_got_back(shared: Path, folder: str):
    from chugao.documents.reading import read_text

    for path in sorted(p for p in (shared / folder).glob("*.txt")):
        reading = read_text(path)
        document = understand(reading)

        assert [t for d in (document, *document.parts) for t in noise_left(d)] == [], path.name
        assert restored(clean(reading)) == [p.text for p in reading.paragraphs], path.name


def test_the_openings_of_real_reports_are_flagged_as_their_names_say(shared: Path):
    flags = {p.name[:2]: set(understand(p).flags) for p in sorted((shared / "realdocs").glob("*.txt"))}

    assert "garbled" in flags["11"]
    assert "spun" in flags["29"]
    assert "traditional" in flags["32"]
    assert all("anonymised" in flags[n] for n in ("06", "09", "30"))
    assert [n for n, f in flags.items() if f & {"spun", "traditional"}] == ["29", "32"]
    assert [n for n, f in flags.items() if "garbled" in f] == ["11"]


# --- what a page number, a full stop and a signature may look like ---------------------------------


def test_counters_that_share_one_line_go_together():
    lines = lines_of(f"- 0 -约2.10千字 约 5页 2025-01-12 发布于江苏 举报\n{REPORT}")

    assert lines[0] == "护理部2025年工作总结"


def test_a_page_number_between_dashes_leaves_the_figure_it_fell_into():
    text = understand(text_reading(f"{REPORT}\n全年随访患者达到12\n- 3 -\n.6万人次，比上年多8\n.4%。")).text

    assert text.endswith("全年随访患者达到12.6万人次，比上年多8.4%。")


def test_a_full_stop_folded_to_a_point_is_one_again_and_decimals_stay():
    text = understand(text_reading(f"{REPORT}\n(一)夜间交接.全年抽查3.5万人次,合格率98.6%.新增1.2.3版清单")).text

    assert text.endswith("（一）夜间交接。全年抽查3.5万人次，合格率98.6%。新增1.2.3版清单")


def test_a_signed_and_dated_text_is_whole_though_its_last_sentence_has_no_mark():
    signed = understand(text_reading(f"{REPORT}\n三、其他\n做好夜班食堂改造\n护理部\n2025年12月30日"))
    cut = understand(text_reading(f"{REPORT}\n三、其他\n{BODY}{BODY[:-1]}下一步将继续推"))

    assert "truncated" not in signed.flags
    assert "truncated" in cut.flags


def test_a_short_line_cut_within_a_number_or_a_word_is_whole_again():
    text = (
        "院办2024年工作总结\n一、文秘工作\n1.起草文件215份，其中上报材料8\n6份。\n2.办理来文1,3\n42件，时限内办结率9\n8.7%。\n"
        "3.会务保障136场次，同比增\n加12场次。\n4.救护车出车2，106次，行驶12.6万公\n里。\n5.规范流程，提升效率\n三校制度落实。\n"
    )

    document = understand(text_reading(text))

    assert document.text.splitlines()[2:] == [
        "1.起草文件215份，其中上报材料86份。",
        "2.办理来文1,342件，时限内办结率98.7%。",
        "3.会务保障136场次，同比增加12场次。",
        "4.救护车出车2,106次，行驶12.6万公里。",
        "5.规范流程，提升效率",
        "三校制度落实。",
    ]

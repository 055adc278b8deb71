"""The tree of parts: every numbering scheme, and the headings of complete real reports."""

import hashlib
import json
import re
import time
from pathlib import Path

import pytest

from chugao.documents.reading import text_reading
from chugao.documents.structure import Document, understand
from chugao.kind import Kind

TITLE = "医务科2025年工作总结\n"
LONG = (
    "围绕全年目标逐项推进，各科室分工负责，按月核对进度，按季通报结果，年底前全部完成并移交归档，没有一项拖到下一年。"
)
TRUTH = json.loads((Path(__file__).parent / "data" / "fulldocs-headings.json").read_text(encoding="utf-8"))
"""For each complete report: line, number and a hash of the words of every heading, found by other means and checked by
eye.  No word of the reports stands in it."""


def outline_of(text: str) -> list[tuple[int, str, str]]:
    return [(h.level, h.number, h.heading) for h in understand(text_reading(TITLE + text)).outline]


def hashed(words: str) -> str:
    return hashlib.sha256(re.sub(r"[\s，,、。；：“”\"()（）]", "", words).encode()).hexdigest()[:10]


# --- numbering ------------------------------------------------------------------------------------


def test_four_levels_of_numbers_make_a_tree():
    text = f"一、医疗\n（一）手术\n1.授权\n（1）目录\n{LONG}\n（2）考核\n{LONG}\n2.排台\n{LONG}\n（二）门诊\n{LONG}\n二、护理\n{LONG}"

    document = understand(text_reading(TITLE + text))

    assert [(h.level, h.number) for h in document.outline] == [
        (1, "一、"), (2, "（一）"), (3, "1."), (4, "（1）"), (4, "（2）"), (3, "2."), (2, "（二）"), (1, "二、"),
    ]  # fmt: skip
    paths = [p.heading_path for p in document.paragraphs if p.kind == "body"]
    assert paths == [
        ("医疗", "手术", "授权", "目录"), ("医疗", "手术", "授权", "考核"), ("医疗", "手术", "排台"),
        ("医疗", "门诊"), ("护理",),
    ]  # fmt: skip


def test_a_level_may_be_skipped():
    text = f"一、医疗\n1.授权\n{LONG}\n2.排台\n{LONG}\n二、护理\n1.排班\n{LONG}"

    document = understand(text_reading(TITLE + text))

    assert [(h.level, h.number) for h in document.outline] == [
        (1, "一、"),
        (3, "1."),
        (3, "2."),
        (1, "二、"),
        (3, "1."),
    ]
    assert document.paragraphs[-1].heading_path == ("护理", "排班")


def test_numbers_may_run_on_through_all_parts_of_a_list_of_key_points():
    parts = ["一、优布局", "二、重质量", "三、优服务", "四、严监管"]
    lines, number = [], 0
    for part in parts:
        lines.append(part)
        for _ in range(4):
            number += 1
            lines.append(f"{number}.抓好第{number}项。{LONG}")

    found = outline_of("\n".join(lines))

    assert [n for level, n, _ in found if level == 3] == [f"{i}." for i in range(1, 17)]
    assert [h for level, _, h in found if level == 1] == ["优布局", "重质量", "优服务", "严监管"]


@pytest.mark.parametrize(
    ("line", "number", "heading"),
    [
        ("一、工作总结", "一、", "工作总结"),
        ("一．工作总结", "一．", "工作总结"),
        ("(一)手术量稳步增长", "（一）", "手术量稳步增长"),
        ("（十二）守住安全底线。全年没有发生责任事故，" + LONG, "（十二）", "守住安全底线"),
        ("第一部分 2025年工作回顾", "第一部分", "2025年工作回顾"),
        ("第二节　质量管理", "第二节", "质量管理"),
        ("1、补充人手。上半年招聘4人，下半年招聘2人。", "1、", "补充人手"),
        ("2.中医服务扩面：推广6类以上适宜技术，每周固定坐诊。", "2.", "中医服务扩面"),
        ("1.2 质控检查", "1.2", "质控检查"),
        ("①完善授权。修订目录，重新考核。", "①", "完善授权"),
    ],
)
def test_a_number_makes_a_heading_on_its_own_line_and_run_in(line: str, number: str, heading: str):
    found = outline_of(f"{line}\n{LONG}")

    assert (found[0][1], found[0][2]) == (number, heading)


@pytest.mark.parametrize(
    "line", ["2.5公里以内的居民都签了约，" + LONG, "3.5%的患者好转。", "一、二级医院共有6家。", "10:30交班。"]
)
def test_a_figure_at_the_start_of_a_line_is_no_number(line: str):
    assert outline_of(f"{line}\n{LONG}") == []


def test_an_item_without_text_below_it_is_a_heading_when_its_neighbours_are():
    found = outline_of(f"1.筑牢基点。{LONG}\n2.提升支点。{LONG}\n3.严守底线。\n二、计划\n{LONG}")

    assert [h for _, _, h in found] == ["筑牢基点", "提升支点", "严守底线", "计划"]


# --- 一是, 二是 -------------------------------------------------------------------------------------


def test_lead_sentences_of_a_series_are_headings_and_an_enumeration_is_not():
    led = outline_of("一是抓授权。修订目录，重新考核。二是抓排台。没有讨论不予排台。三是抓复盘。")
    listed = outline_of("重点做好三件事：一是骨科扩容；二是外科搬迁；三是门诊改造。今年都已开工。")

    assert [(n, h) for _, n, h in led] == [("一是", "抓授权"), ("二是", "抓排台"), ("三是", "抓复盘")]
    assert listed == []


def test_a_lead_sentence_may_have_the_line_to_itself():
    found = outline_of(f"一是抓授权。\n{LONG}\n二是抓排台。\n{LONG}")

    assert [(n, h) for _, n, h in found] == [("一是", "抓授权"), ("二是", "抓排台")]


def test_the_last_of_many_items_is_not_a_heading_because_it_ends_in_a_full_stop():
    found = outline_of("办好实事，一是建房；二是修路；三是改厕；四是绿化。以上各项年内完成。")

    assert found == []


def test_first_second_third_are_a_series_too():
    found = outline_of("第一，向改革要动力。改革是最大的红利。第二，保持平稳。区间调控。")

    assert [(n, h) for _, n, h in found] == [("第一，", "向改革要动力"), ("第二，", "保持平稳")]


# --- headings without a number --------------------------------------------------------------------


def test_headings_without_numbers_are_found_by_how_they_stand():
    text = f"2025年工作回顾\n{LONG}{LONG}\n存在的主要问题\n{LONG}{LONG}\n2026年重点工作\n（一）质量\n{LONG}\n（二）服务\n{LONG}"

    found = outline_of(text)

    assert found == [
        (1, "", "2025年工作回顾"), (1, "", "存在的主要问题"), (1, "", "2026年重点工作"),
        (2, "（一）", "质量"), (2, "（二）", "服务"),
    ]  # fmt: skip


def test_short_sentences_between_long_paragraphs_are_no_headings_unless_there_are_several():
    text = f"一、工作\n{LONG}{LONG}\n各项任务如期完成。\n{LONG}{LONG}"

    assert [h for _, _, h in outline_of(text)] == ["工作"]


def test_an_attachment_after_a_report_does_not_belong_to_its_last_part():
    document = understand(
        text_reading(
            TITLE
            + f"一、成绩\n{LONG}\n二、计划\n{LONG}\n附件\n2026年重点任务\n1.引进设备2台（责任科室：设备科）；\n2.招聘医师4名。"
        )
    )

    assert (document.outline[-1].number, document.outline[-1].heading) == ("附件", "2026年重点任务")
    assert document.paragraphs[-1].heading_path == ("2026年重点任务",)


def test_a_paragraph_says_the_short_sentence_it_opens_with():
    document = understand(text_reading(TITLE + f"疫苗接种安全高效。{LONG}\n全年接种8600剂次。{LONG}"))

    assert [p.lead for p in document.paragraphs[1:]] == ["疫苗接种安全高效", ""]


# --- who, what, when ------------------------------------------------------------------------------


def test_what_is_said_in_the_title_is_surer_than_what_the_text_lets_guess():
    titled = understand(text_reading(f"望澜市第一人民医院医务科2025年工作总结\n{LONG}"))
    guessed = understand(text_reading(f"工作总结\n2025年，医务科按照院党委部署开展工作，{LONG}"))
    unknown = understand(text_reading(f"情况\n{LONG}", "无名.txt"))

    assert (titled.department, titled.issuer, titled.level) == ("医务科", "望澜市第一人民医院", "科室")
    assert min(titled.confidence[k] for k in ("title", "kind", "year", "department", "issuer", "level")) >= 0.95
    assert (guessed.department, guessed.year) == ("医务科", 2025)
    assert 0 < guessed.confidence["department"] < titled.confidence["department"]
    assert 0 < guessed.confidence["year"] < titled.confidence["year"]
    assert (unknown.kind, unknown.confidence["kind"], unknown.confidence["department"]) == (None, 0.0, 0.0)


def test_a_signature_says_who_wrote_a_report_whose_title_does_not():
    document = understand(
        text_reading(f"2025年工作总结\n{LONG}\n一、成绩\n{LONG}\n望澜市第一人民医院护理部\n2025年12月30日")
    )

    assert (document.issuer, document.department) == ("望澜市第一人民医院", "护理部")
    assert document.confidence["issuer"] == document.confidence["department"] == 0.85
    assert "truncated" not in document.flags


def test_front_matter_is_surest():
    document = understand(text_reading(f"---\n部门: 药剂科\n年度: 2024\n文种: 工作计划\n---\n关于工作\n{LONG}"))

    assert (document.kind, document.year, document.department) == (Kind.PLAN, 2024, "药剂科")
    assert {document.confidence[k] for k in ("kind", "year", "department")} == {1.0}


def test_a_title_broken_over_two_lines_is_one_title():
    document = understand(text_reading(f"望澜市第一人民医院医务科2025年工作总结暨\n2026年工作计划\n{LONG}"))

    assert document.title == "望澜市第一人民医院医务科2025年工作总结暨2026年工作计划"
    assert (document.kind, document.plan_year) == (Kind.SUMMARY_PLAN, 2026)


def test_a_notice_may_bring_several_attachments():
    text = (
        "湖山市卫生健康委关于印发2025年工作要点的通知\n各科室：\n现将要点和分工印发给你们。\n湖山市卫生健康委员会\n2025年3月1日\n"
        f"附件1\n2025年卫生健康工作要点\n{LONG}\n一、优布局\n{LONG}\n附件2\n重点任务分工方案\n一、分工\n{LONG}"
    )

    document = understand(text_reading(text))

    assert document.wrapper is not None
    assert (document.title, document.kind) == ("2025年卫生健康工作要点", Kind.KEY_POINTS)
    assert [p.title for p in document.parts] == ["重点任务分工方案"]
    assert "附件" not in document.text


def test_an_issuing_letter_on_two_lines_is_still_a_notice():
    text = f"湖山市卫生健康委员会关于印发2025年全市卫生健康\n工作要点的通知\n各单位：\n请贯彻落实。\n湖山市卫生健康委员会\n2025年3月1日\n附件\n2025年全市卫生健康工作要点\n{LONG}"

    document = understand(text_reading(text))

    assert document.wrapper is not None
    assert document.wrapper.addressee == "各单位"
    assert document.title == "2025年全市卫生健康工作要点"


# --- complete real reports ------------------------------------------------------------------------


def missed(document: Document, truth: list[list[object]]) -> list[tuple[object, object]]:
    """Labelled headings, in order, that the outline does not have."""
    found = iter([(h.number, hashed(h.heading)) for h in document.outline])
    pending: list[tuple[object, object]] = []
    for _, number, words in truth:
        if not any(item == (number, words) for item in found):
            pending.append((number, words))
            found = iter([(h.number, hashed(h.heading)) for h in document.outline])
    return pending


@pytest.mark.parametrize("name", sorted(TRUTH))
def test_every_numbered_heading_of_a_complete_report_is_found_and_none_made_up(shared: Path, name: str):
    path = shared / "fulldocs" / name
    truth = TRUTH[name]
    assert hashlib.sha256(path.read_bytes()).hexdigest()[:16] == truth["sha256"]

    began = time.process_time()
    document = understand(path)
    spent = time.process_time() - began

    numbered = [h for h in document.outline if h.level <= 2 and h.number not in ("", "附件")]
    assert missed(document, truth["numbered"]) == []
    assert len(numbered) == len(truth["numbered"])
    assert missed(document, truth["items"]) == []
    assert "truncated" not in document.flags
    assert "spun" not in document.flags
    assert "garbled" not in document.flags
    assert document.kind is Kind.SUMMARY_PLAN
    assert document.plan_year == int(name[:4])
    assert spent < 3  # measured 0.03–0.1 s; a limit against a hang, not a measure

"""Submissions as units send them in: addressed to an office, lists that run on, merged heads, what is not done yet."""

from pathlib import Path

import pytest
from docx import Document
from openpyxl import Workbook

from chugao.material.matter import MatterStatus
from chugao.material.submission import Item, Submission, understand_submission
from chugao.material.telling import opening_of, read_as


def report(folder: Path, *paragraphs: str, department: str = "县卫生监督所") -> Submission:
    document = Document()
    document.add_paragraph(f"{department}2026年工作总结")
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.save(str(folder / "报送.docx"))
    return understand_submission(folder / "报送.docx", department=department, year=2026)


def pasted(folder: Path, text: str) -> Submission:
    (folder / "群.txt").write_text(text, encoding="utf-8")
    return understand_submission(folder / "群.txt", department="药剂科", year=2026)


def facts(sent: Submission) -> list[str]:
    return [read_as(i) for i in sent.items if i.kind == "fact"]


def matters(sent: Submission) -> list[Item]:
    return [i for i in sent.items if i.matter is not None]


def test_whom_a_paper_is_addressed_to_is_not_who_sent_it(tmp_path: Path) -> None:
    sent = report(tmp_path, "局办公室：", "一、监督执法", "检查学校食堂46家。")

    assert sent.submitter == ""
    assert [(i.department, i.text) for i in sent.items] == [("县卫生监督所", "检查学校食堂46家。")]


def test_how_a_paper_announces_itself_and_until_when_it_counts_are_no_deeds(tmp_path: Path) -> None:
    sent = report(
        tmp_path,
        "根据《关于报送总结的通知》要求，现将我所2026年工作情况报送如下。数据截至2026年10月31日。",
        "一、业务",
        "门诊人次8210人次。",
    )

    assert facts(sent) == ["2026年门诊人次8210人次，数据截至10月31日"]
    assert matters(sent) == []


def test_a_field_of_work_with_plan_in_its_name_is_no_plan(tmp_path: Path) -> None:
    sent = report(tmp_path, "一、免疫规划", "传染病报告及时率99.1%。", "二、计划生育", "发放药具46箱。")

    assert [i.observation.role.value for i in sent.items if i.observation] == ["actual"]
    assert [i.matter.status.value for i in matters(sent) if i.matter] == ["已完成"]


def test_a_list_that_runs_on_in_a_paragraph_is_taken_apart_and_its_label_is_its_field(tmp_path: Path) -> None:
    sent = report(
        tmp_path,
        "一、主要工作",
        "（一）适宜技术下乡：1.到卫生院带教14次；2、3岁以下儿童推拿教学8场；3.拟于2027年再建2个工作站。",
    )

    assert [(i.matter.category, i.matter.text, i.matter.status.value) for i in matters(sent) if i.matter] == [
        ("适宜技术下乡", "到卫生院带教14次", "已完成"),
        ("适宜技术下乡", "3岁以下儿童推拿教学8场", "已完成"),
        ("适宜技术下乡", "再建2个工作站", "拟开展"),
    ]
    assert sent.unused == ()


def test_a_run_in_heading_that_the_sentence_repeats_is_not_told_twice(tmp_path: Path) -> None:
    sent = report(tmp_path, "一、做法", "（一）特色病房。3月申报市级特色病房，9月通过评审。")

    assert [i.matter.text for i in matters(sent) if i.matter] == ["申报市级特色病房"]


@pytest.mark.parametrize(
    "text",
    [
        "申报市级重点专科，9月通过现场评审，目前待公示。",
        "创建母婴友好医院，目前正准备材料。",
        "造口门诊因场地问题，推迟到明年3月开诊。",
        "智能药柜采购走流程，还在等批复。",
        "承办全市检验技能大赛（拟）。",
        "明年准备上DSA一台。",
    ],
)
def test_what_somebody_has_yet_to_decide_is_not_done(tmp_path: Path, text: str) -> None:
    (item,) = matters(report(tmp_path, "一、重点工作", text))

    assert item.matter is not None
    assert item.matter.status is not MatterStatus.DONE


def test_who_answers_and_by_when_stand_together_in_one_bracket(tmp_path: Path) -> None:
    (item,) = matters(report(tmp_path, "一、明年打算", "培养监督员3名（责任人：韦世安，11月底前）。"))

    assert item.matter is not None
    assert (item.matter.text, item.matter.result, item.matter.leader, item.matter.when) == (
        "培养监督员3名",
        "",
        "韦世安",
        "2027年11月底前",
    )


def test_several_honours_in_one_line_are_several_and_a_nomination_is_none(tmp_path: Path) -> None:
    sent = report(tmp_path, "一、荣誉", '县"三八红旗集体"；周敏获全市"最美护士"；所里获"省级青年文明号"（提名）。')

    assert [(i.kind, i.matter.honour.name if i.matter and i.matter.honour else "") for i in sent.items] == [
        ("honour", "三八红旗集体"),
        ("honour", "最美护士"),
        ("matter", ""),
    ]
    assert [i.matter.honour.level for i in sent.items if i.matter and i.matter.honour] == ["县级", "市级"]
    assert "还不是荣誉" in (sent.items[2].asks or "")


def test_the_name_of_an_honour_ends_where_its_quotation_mark_does(tmp_path: Path) -> None:
    (item,) = report(tmp_path, "一、成绩", "荣获“全省监督机构考核优秀单位”称号（省疾控局，2026年9月）。").items

    assert item.matter is not None
    assert item.matter.honour is not None
    assert item.matter.honour.name == "全省监督机构考核优秀单位"


def test_last_years_number_alone_is_no_figure_of_this_report(tmp_path: Path) -> None:
    sent = report(tmp_path, "一、业务", "1—11月，全科门诊31486人次（去年同期28902人次）。")

    assert [i for i in sent.items if i.observation and i.observation.period.year == 2025] == []
    assert "28902" in "".join(i.text for i in sent.items)


CHAT = """「周海燕：各位把今年的数发一下」
- - - - - - - - - - - - - - -
药剂科-孙立平
收到

药剂科-孙立平 12-10 09:32
中药饮片处方占比43.7%
还有就是智能药柜8月份上线了

「药剂科-孙立平：中药饮片处方占比43.7%」
- - - - - - - - - - - - - - -
周海燕 12-10 09:40
@药剂科-孙立平 这个是全院的还是你们科的？
"""


def test_what_a_chat_repeats_to_answer_it_is_not_told_twice(tmp_path: Path) -> None:
    sent = pasted(tmp_path, CHAT)

    assert [i.text for i in sent.items] == ["中药饮片处方占比43.7%。", "智能药柜8月份上线了。"]


def test_a_run_of_words_without_a_stop_is_asked_to_be_written_properly(tmp_path: Path) -> None:
    spoken = "今年我们护士一共是两百一十八个人床护比比去年提高了一点然后优质护理病房覆盖率百分之百这个去年也是百分之百"
    (item,) = report(tmp_path, "一、情况", spoken).items

    assert "没有标点" in (item.asks or "")


def test_a_head_of_two_rows_merged_downwards_is_one_head(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for at, text in {
        "A1": "指标",
        "B1": "单位",
        "C1": "完成数",
        "C2": "2026年",
        "D2": "2025年",
        "E1": "2026年目标",
    }.items():
        sheet[at] = text
    for merged in ("A1:A2", "B1:B2", "C1:D1", "E1:E2"):
        sheet.merge_cells(merged)
    sheet.append(["门诊人次", "人次", 9342, 9006, 9500])
    book.save(tmp_path / "报送.xlsx")

    sent = understand_submission(tmp_path / "报送.xlsx", department="肛肠科", year=2026)

    assert facts(sent) == ["2026年门诊人次9342人次（上年9006人次）", "2026年门诊人次目标9500人次"]


def test_the_same_time_of_last_year_stands_beside_the_months_of_this_one(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["项目", "2026年1—11月", "2025年同期"], ["针刺治疗人次", 46210, 41873]):
        sheet.append(row)
    book.save(tmp_path / "报送.xlsx")

    sent = understand_submission(tmp_path / "报送.xlsx", department="针灸科", year=2026)

    assert facts(sent) == ["2026年1—11月针刺治疗人次46210人次（上年41873人次）"]


def test_what_is_quoted_shortly_never_ends_within_a_number() -> None:
    text = "超声引导下针刀治疗在全县率先开展以来至今共完成1257例"

    for room in range(8, len(text)):
        shown = opening_of(text, room)
        assert "1257" in shown or not any(c.isdigit() for c in shown)
    assert opening_of(text, 60) == text


def test_who_granted_an_honour_may_stand_behind_its_date(tmp_path: Path) -> None:
    sent = report(
        tmp_path, "一、荣誉", "刘倩获区“最美家庭医生”，2026年5月区卫健局；所里获评全国优质服务基层行推荐机构。"
    )

    told = [i.matter.honour for i in sent.items if i.matter and i.matter.honour]
    assert [(h.name, h.granted_by, h.level) for h in told] == [
        ("最美家庭医生", "区卫健局", "县级"),
        ("全国优质服务基层行推荐机构", "", "国家级"),
    ]


def test_a_sum_that_only_a_remark_tells_keeps_nothing_else_back(tmp_path: Path) -> None:
    (item,) = report(tmp_path, "一、设备", "更换球管1支。（花了6.8万，钱数不要写）").items

    assert (item.text, item.release.value) == ("更换球管1支。", "公开")

"""How departments really write: run-in headings, missed targets among deeds, chats with the clock on its own line."""

from datetime import date
from pathlib import Path

import pytest
from docx import Document

from chugao.material.submission import Item, Submission, understand_submission
from chugao.material.telling import read_as
from chugao.source import Release


def sent(folder: Path, text: str, name: str = "骨科.txt") -> Submission:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return understand_submission(file, department="骨科", year=2026)


def report(folder: Path, *paragraphs: str) -> Submission:
    document = Document()
    document.add_paragraph("骨科2026年工作总结")
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.save(str(folder / "骨科.docx"))
    return understand_submission(folder / "骨科.docx", department="骨科", year=2026)


def facts(told: Submission) -> list[str]:
    return [read_as(i) for i in told.items if i.kind == "fact"]


def deeds(told: Submission) -> list[Item]:
    return [i for i in told.items if i.matter is not None]


def test_a_run_in_heading_names_the_field_and_the_figures_behind_it_are_read(tmp_path: Path) -> None:
    told = report(
        tmp_path,
        "一、医疗工作",
        "（一）业务量。截至11月30日，门诊接诊19,874人次（去年同期18,236人次），收治住院2,416人次，同比增加6.8%。",
        "（二）质量安全。平均住院日由9.2天降到8.4天。",
    )

    assert facts(told) == [
        "2026年门诊人次19,874人次（上年18,236人次），数据截至11月30日",
        "2026年住院人次2,416人次，比上年增长6.8%，数据截至11月30日",
        "2026年平均住院日8.4天（上年9.2天）",
    ]
    assert told.items[0].observation is not None
    assert told.items[0].observation.source.cutoff == date(2026, 11, 30)
    assert [i.text for i in deeds(told)] == []


def test_where_a_change_began_at_another_time_is_not_last_years_value(tmp_path: Path) -> None:
    told = report(tmp_path, "一、质量", "平均住院日由年初的9.2天降到8.4天。")

    assert [i.previous for i in told.items if i.kind == "fact"] == [None]


def test_a_missed_target_among_deeds_is_a_shortcoming_of_its_own_that_nobody_has_picked(tmp_path: Path) -> None:
    told = report(tmp_path, "一、质量", "全年开展病历质控检查12次，甲级病历率96.3%，未达到98%的目标。")

    deed, problem = deeds(told)
    assert (deed.text, deed.is_problem) == ("全年开展病历质控检查12次。", False)
    assert (problem.is_problem, problem.picked_by) == (True, "")
    assert problem.text.startswith("甲级病历率96.3%")


def test_a_cause_stays_with_what_it_is_the_cause_of(tmp_path: Path) -> None:
    told = report(tmp_path, "一、院感", "手卫生依从率88.7%，目标是90%，没完成。主要是护工流动大。")

    (problem,) = deeds(told)
    assert problem.is_problem
    assert "护工流动大" in problem.text


def test_two_deeds_with_a_semicolon_between_are_two(tmp_path: Path) -> None:
    told = report(
        tmp_path,
        "一、新技术",
        "4月8日完成全髋关节置换术3例，病人恢复良好；下半年独立开展半月板修补术37例，无一例并发症。",
    )

    assert [(i.matter.when, i.matter.text[:8]) for i in deeds(told) if i.matter] == [
        ("4月8日", "完成全髋关节置换"),
        ("下半年", "独立开展半月板修"),
    ]


def test_what_leans_on_the_number_before_a_semicolon_is_no_deed_of_its_own(tmp_path: Path) -> None:
    told = report(
        tmp_path, "一、服务", "上门护理服务老人426人次，比上年多走了两个乡镇；其中失能老人219人次，都建了档案。"
    )

    assert len(deeds(told)) == 1


def test_a_sentence_that_fits_any_year_is_shown_and_not_taken_for_a_deed(tmp_path: Path) -> None:
    phrase = "2026年，在院党委的坚强领导下，全科人员团结一心，较好地完成了各项任务。"

    told = report(tmp_path, phrase, "一、工作", "5月开设骨质疏松门诊，每周三天。")

    assert [i.text for i in deeds(told)] == ["5月开设骨质疏松门诊，每周三天。"]
    assert told.phrases == (phrase,)


def test_who_answers_for_a_task_goes_into_his_column(tmp_path: Path) -> None:
    told = report(tmp_path, "二、2027年计划", "1.3月底前开设骨质疏松专病门诊，责任人：王志强；")

    (task,) = [i.matter for i in told.items if i.matter]
    assert (task.text, task.leader, task.when) == ("开设骨质疏松专病门诊", "王志强", "2027年3月底前")


CHAT = """郑海燕
12月6日 19:45
今年发热门诊接诊8,412人，多数是老人
郑海燕
12月6日 19:50
病房负压改造6月完工投用，花了238万，这个钱数别写
小吴
12月6日 19:52
收到，谢谢
郑海燕
12月6日 19:55
明年开设肝病随访门诊
"""


def test_a_chat_whose_clock_stands_on_a_line_of_its_own_is_read_and_no_clock_is_a_deed(tmp_path: Path) -> None:
    told = sent(tmp_path, CHAT, "感染科.txt")

    assert told.submitter == "郑海燕"
    assert [i.text[:8] for i in told.items] == ["今年发热门诊接诊", "病房负压改造6月", "明年开设肝病随访"]
    assert not any("19:" in i.text for i in told.items)


def test_a_sum_that_is_not_to_be_written_leaves_its_deed_and_is_told_as_unused(tmp_path: Path) -> None:
    told = sent(tmp_path, CHAT, "感染科.txt")

    deed = next(i for i in told.items if "负压" in i.text)
    assert "238" not in deed.text
    assert deed.release is Release.PUBLIC
    assert [(u.text, u.why) for u in told.unused] == [("238万", "报送人说这个数不写")]


def test_thousands_are_not_parted_in_what_is_printed(tmp_path: Path) -> None:
    told = sent(tmp_path, CHAT, "感染科.txt")

    assert told.items[0].matter is not None
    assert told.items[0].matter.text == "今年发热门诊接诊8412人"
    assert "8,412" in told.items[0].text


@pytest.mark.parametrize("line", ["在" * 4000, "团结一心" * 900, "由9.2天" * 700, "（" * 3000, "，没完成目标" * 700])
def test_hostile_lines_end_in_time(tmp_path: Path, line: str) -> None:
    assert sent(tmp_path, f"骨科2026年工作总结\n{line}。\n今年做了3件事，都办成了。\n").items


def test_what_is_not_to_be_written_is_kept_in_wherever_the_sender_says_so(tmp_path: Path) -> None:
    told = sent(
        tmp_path,
        "疾控科2026年工作总结\n这个不要写：7月某小学诺如聚集性疫情47例。\n4月完成实验室改造，新增4间。\n",
        "疾控.txt",
    )

    assert [(i.release, i.text[:6]) for i in told.items] == [
        (Release.WITHHELD, "7月某小学诺"),
        (Release.PUBLIC, "4月完成实验"),
    ]


def test_a_run_in_heading_of_a_field_of_work_is_not_told_as_a_deed(tmp_path: Path) -> None:
    told = report(tmp_path, "一、主要工作", "一是紧密型县域医共体建设。全市组建医共体9个，覆盖乡镇卫生院118家。")

    (deed,) = [i.matter for i in told.items if i.matter]
    assert (deed.category, deed.text) == ("紧密型县域医共体建设", "全市组建医共体9个")


def test_a_form_of_public_health_counts_is_read_with_its_targets(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["白鹭镇卫生院2026年基本公共卫生服务统计"],
        ["服务项目", "目标数", "完成数", "完成率"],
        ["居民健康档案建档（份）", 31200, 30856, "98.9%"],
        ["老年人健康体检（人）", 4120, 3987, "96.8%"],
    ):
        sheet.append(row)
    book.save(str(tmp_path / "公卫.xlsx"))

    told = understand_submission(tmp_path / "公卫.xlsx", department="白鹭镇卫生院", year=2026)

    assert {t for t in facts(told) if "体检" in t} == {"2026年老年人健康体检目标4120人", "2026年老年人健康体检3987人"}
    assert {u.text for u in told.unused} >= {"98.9%", "96.8%"}


def test_problems_and_plans_told_in_one_breath_are_several(tmp_path: Path) -> None:
    told = sent(
        tmp_path,
        "罗小梅：门诊41,230人次，去年是38,650\n罗小梅：问题嘛，就是B超医生只有一个，一请假就停诊；还有村医没人接班\n"
        "罗小梅：明年打算：买一台彩超；培养2名全科医生\n",
        "卫生院.txt",
    )

    problems = [i.matter.text for i in told.items if i.matter and i.is_problem]
    plans = [i.matter.text for i in told.items if i.matter and i.matter.status.value == "拟开展"]
    assert problems == ["B超医生只有一个", "村医没人接班"]
    assert plans == ["买一台彩超", "培养2名全科医生"]

"""Reading matters (material)."""

import re
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from chugao.errors import InputError
from chugao.material import Matters, MatterStatus, matter_id, read_matters
from chugao.material.reading import with_submitted
from chugao.source import Release, Severity

EXAMPLES = Path(__file__).parents[1] / "examples" / "matters"
HEADER: list[object] = ["部门", "事项", "类别", "时间", "成效", "责任科室", "牵头领导", "状态", "公开范围", "佐证"]


def workbook(path: Path, *rows: list[object], sheet: str = "事项") -> Path:
    book = openpyxl.Workbook()
    book.worksheets[0].title = sheet
    for row in rows:
        book.worksheets[0].append(row)
    book.save(path)
    return path


def complaint(*paths: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_matters(*paths)
    return str(caught.value)


def warnings(matters: Matters) -> list[str]:
    return [f.hint for f in matters.findings if f.severity is Severity.WARNING]


def test_a_line_merged_over_the_row_groups_matters_and_is_none(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "事项.xlsx", ["事项", "时间", "成效"], ["一、医疗质量"], ["通过等级评审", "7月", "改完59条"]
    )
    book = openpyxl.load_workbook(path)
    book.worksheets[0].merge_cells("A2:C2")
    book.save(path)

    assert [m.text for m in read_matters(path).items] == ["通过等级评审"]


def test_a_row_is_a_matter_with_its_place(tmp_path: Path) -> None:
    row = [
        "医务科",
        "通过等级评审。",
        "医疗质量",
        "2025年7月18日",
        "改完59条；",
        "医务科",
        "副院长",
        "已完成",
        "上报",
        "通知书",
    ]
    path = workbook(tmp_path / "医务科-2025.xlsx", HEADER, row)

    [matter] = read_matters(path).items

    assert (matter.text, matter.result) == ("通过等级评审", "改完59条")
    assert (matter.when, matter.year, matter.month) == ("2025年7月18日", 2025, 7)
    assert (matter.category, matter.owner, matter.leader, matter.evidence) == ("医疗质量", "医务科", "副院长", "通知书")
    assert (matter.status, matter.release, matter.department) == (MatterStatus.DONE, Release.UPWARD, "医务科")
    assert str(matter.source) == "医务科-2025.xlsx “事项”表 B2单元格"
    assert matter.confirmed_by == ""


def test_other_headers_titles_and_footers_are_understood(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        ["医务科2025年重点工作台账"],
        ["序号", "工作内容", "分类", "完成时间", "完成情况", "负责科室", "分管领导", "进展", "是否公开", "证明材料"],
        ["一、医疗质量"],
        [1, "上线质控系统", "信息化", date(2025, 3, 15), "退回148台", "质控科", "副院长", "已办结", "不公开", "月报"],
        ["填报人：张三"],
    )

    matters = read_matters(path)

    [matter] = matters.items
    assert (matter.when, matter.year, matter.month) == ("2025年3月15日", 2025, 3)
    assert (matter.status, matter.release, matter.owner) == (MatterStatus.DONE, Release.INTERNAL, "质控科")
    assert (matters.findings, matters.department_column) == ((), False)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("完成", MatterStatus.DONE),
        ("已办结", MatterStatus.DONE),
        ("已落实", MatterStatus.DONE),
        ("进行中", MatterStatus.ONGOING),
        ("正在推进", MatterStatus.ONGOING),
        ("在推进", MatterStatus.ONGOING),
        ("计划", MatterStatus.PLANNED),
        ("拟", MatterStatus.PLANNED),
        ("未开展", MatterStatus.PLANNED),
        ("明年开展", MatterStatus.PLANNED),
    ],
)
def test_status_words_of_offices_are_understood(tmp_path: Path, word: str, status: MatterStatus) -> None:
    path = workbook(tmp_path / "2025.xlsx", ["事项", "状态"], ["换冰箱", word])

    assert read_matters(path).items[0].status is status


def test_an_empty_status_is_inferred_from_the_time_with_a_warning(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "2025.xlsx",
        ["事项", "时间", "状态"],
        ["换冰箱", "2025年8月", None],
        ["修路", None, None],
        ["建楼", "2026年3月底前", None],
    )

    matters = read_matters(path)

    assert [m.status.value for m in matters.items] == ["已完成", "已完成", "拟开展"]
    assert [f.place.section for f in matters.findings] == [
        "2025.xlsx 事项 C2",
        "2025.xlsx 事项 C3",
        "2025.xlsx 事项 C4",
    ]
    assert "按“已完成”处理" in warnings(matters)[0]


@pytest.mark.parametrize(
    ("when", "year", "month"),
    [
        ("2025年4—12月", 2025, 4),
        ("3月、6月", 2025, 3),
        ("12月底前", 2025, 12),
        ("2025.3", 2025, 3),
        ("2025-03-15", 2025, 3),
        ("2025年上半年", 2025, None),
        ("全年", 2025, None),
        ("2024年12月至2025年3月", 2024, 12),
    ],
)
def test_year_and_first_month_are_read_for_order_and_the_time_is_kept_as_written(
    tmp_path: Path, when: str, year: int, month: int | None
) -> None:
    path = workbook(tmp_path / "医务科2025.xlsx", ["事项", "时间", "状态"], ["换冰箱", when, "完成"])

    [matter] = read_matters(path).items

    assert (matter.when, matter.year, matter.month) == (when, year, month)


def test_a_date_that_lost_its_format_is_that_day_and_no_number_in_the_text(tmp_path: Path) -> None:
    path = workbook(tmp_path / "医务科2025.xlsx", ["事项", "时间", "状态"], ["换冰箱", 45901, "完成"])

    [matter] = read_matters(path).items

    assert (matter.said_when, matter.year, matter.month) == ("2025年9月1日", 2025, 9)


def test_a_planned_matter_without_a_year_is_not_given_the_tables(tmp_path: Path) -> None:
    path = workbook(tmp_path / "医务科2025.xlsx", ["事项", "时间", "状态"], ["换冰箱", "3月底前", "拟开展"])

    assert read_matters(path).items[0].year is None


def test_ids_are_stable_letters_and_two_matters_never_share_one(tmp_path: Path) -> None:
    rows: list[list[object]] = [["医务科", "召开例会", "3月", "完成"], ["医务科", "召开例会", "6月", "完成"]]
    path = workbook(
        tmp_path / "2025.xlsx", ["部门", "事项", "时间", "状态"], *rows, ["护理部", "召开例会", "3月", "完成"]
    )

    matters = read_matters(path)

    ids = [m.id for m in matters.items]
    assert ids == [m.id for m in read_matters(path).items]
    assert ids[0] == matter_id("医务科", "召开例会")
    assert ids[1] == ids[0] + "b"
    assert len(set(ids)) == 3
    assert all(re.fullmatch(r"matter_[a-z]{8,9}", i) for i in ids)
    assert "同名" in warnings(matters)[0]


def test_a_matter_told_twice_word_for_word_is_kept_once(tmp_path: Path) -> None:
    path = workbook(tmp_path / "2025.xlsx", ["事项", "状态"], ["换冰箱", "完成"], ["换冰箱。", "已完成"])

    matters = read_matters(path)

    assert len(matters.items) == 1
    assert "只取第一次" in matters.findings[0].hint


def test_of_two_tellings_of_one_deed_the_fuller_is_kept_with_what_the_other_adds(tmp_path: Path) -> None:
    rows = [
        ["建成智能药房", "2台发药机上线，取药等候降到6分钟", "", "完成"],
        ["建成智能药房", "2台发药机上线", "3月", "完成"],
    ]
    path = workbook(tmp_path / "2025.xlsx", ["事项", "成效", "时间", "状态"], *rows)

    matters = read_matters(path)

    [matter] = matters.items
    assert (matter.result, matter.when, matter.month) == ("2台发药机上线，取药等候降到6分钟", "3月", 3)
    assert "只取写得全的一处" in matters.findings[0].hint


def test_what_a_department_sent_under_a_name_that_a_file_knows_has_numbers_of_its_own(tmp_path: Path) -> None:
    path = workbook(tmp_path / "2025.xlsx", ["事项", "成效", "状态"], ["开展义诊", "看了120人", "完成"])
    told = read_matters(path)
    other = told.items[0].model_copy(update={"result": "看了87人，发药3箱"})

    both = with_submitted(told, Matters(items=(other, told.items[0])))

    assert [m.result for m in both.items] == ["看了120人", "看了87人，发药3箱"]
    assert len({m.id for m in both.items}) == 2
    assert "同名" in both.findings[0].hint


def test_a_department_selects_its_own_rows(tmp_path: Path) -> None:
    rows: list[list[object]] = [["医务科", "甲", "完成"], ["护理部", "乙", "完成"]]
    path = workbook(tmp_path / "2025.xlsx", ["部门", "事项", "状态"], *rows)
    sheet = workbook(tmp_path / "2025b.xlsx", ["事项", "状态"], ["丙", "完成"], sheet="护理部")

    matters = read_matters(path, sheet)

    assert [m.text for m in matters.of_department("护理部").items] == ["乙", "丙"]
    assert [m.text for m in matters.of_department(None).items] == ["甲", "乙", "丙"]


def test_an_unknown_header_is_a_warning(tmp_path: Path) -> None:
    path = workbook(tmp_path / "2025.xlsx", ["事项", "状态", "心情"], ["甲", "完成", "好"])

    [finding] = read_matters(path).findings

    assert (finding.severity, finding.quote, finding.place.section) == (Severity.WARNING, "心情", "2025.xlsx 事项 C1")


def test_without_a_column_of_matters_the_message_lists_the_headers(tmp_path: Path) -> None:
    path = workbook(tmp_path / "2025.xlsx", ["名目", "时间", "成效"], ["甲", "3月", "好"])

    message = complaint(path)

    assert "2025.xlsx “事项”表 A1单元格：没有找到“事项”一列，看到的表头是“名目”、“时间”、“成效”" in message
    assert "请对照模板" in message


def test_unknown_status_and_release_name_their_cells_all_at_once(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "2025.xlsx",
        ["事项", "状态", "公开范围"],
        ["甲", "差不多", None],
        ["乙", "完成", "机密"],
        [None, "完成", None],
    )

    lines = complaint(path).split("\n")

    assert "2025.xlsx “事项”表 B2单元格：状态“差不多”不认识。请填写“已完成”" in lines[0]
    assert "C3单元格：公开范围“机密”不认识" in lines[1]
    assert "A4单元格：这一行没有写事项" in lines[2]


def test_a_table_without_rows_and_an_empty_workbook_are_errors(tmp_path: Path) -> None:
    assert "A1单元格：表头下面没有事项" in complaint(workbook(tmp_path / "a.xlsx", ["事项", "状态"]))
    assert "b.xlsx：没有可以读取的内容" in complaint(workbook(tmp_path / "b.xlsx"))


def test_a_csv_of_matters_is_read(tmp_path: Path) -> None:
    path = tmp_path / "2025.csv"
    path.write_bytes("事项,状态\n换冰箱,完成\n".encode("gb18030"))

    assert read_matters(path).items[0].source.cell == "A2"


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.xlsx")), ids=lambda p: p.stem)
def test_the_examples_read_without_findings(path: Path) -> None:
    matters = read_matters(path)

    assert matters.findings == ()
    assert len(matters.items) >= 8
    assert len({m.id for m in matters.items}) == len(matters.items)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("2025-03", "2025年3月"),
        ("2026.6底前", "2026年6月底前"),
        ("2025/3/15", "2025年3月15日"),
        ("2025-03-15 00:00:00", "2025年3月15日"),
        ("20250315", "2025年3月15日"),
        ("2025Q3", "2025年三季度"),
        ("2025年4—12月", "2025年4—12月"),
        ("2025-13", "2025-13"),
        ("每月第二周", "每月第二周"),
    ],
)
def test_a_time_that_no_text_prints_is_put_into_words(cell: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "事项.csv").write_text(f"事项,时间\n换装住院楼电梯,{cell}\n", encoding="utf-8")

    assert read_matters(tmp_path / "事项.csv").items[0].said_when == said

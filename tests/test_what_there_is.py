"""A command that cannot go on says what there is instead: departments, unconfirmed material, a file of another kind."""

from pathlib import Path

import pytest
from docx import Document
from openpyxl import Workbook

from tests.cli import chugao, write

SENT = "骨科2025年工作总结\n一、主要工作\n3月开展膝关节单髁置换，全年完成28例。\n"
FIGURES = "部门,年度,指标名称,本期值,单位,上年同期值\n重症医学科,2025,床位使用率,88.5,%,86.9\n"
MATTERS = "部门,事项,类别,时间,成效,状态\n骨科,推行日间关节镜手术,技术,2025年7月,完成96例,已完成\n"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def drafted(department: str, *more: str) -> str:
    ran = chugao("draft", "--kind", "summary", "--department", department, "--year", "2025", *more)
    assert ran.code == 2, ran.out
    return ran.err


def test_a_department_that_nobody_knows_is_told_the_names_there_are() -> None:
    chugao("init", ".")
    write("重症.csv", FIGURES)
    write("事项.csv", MATTERS)
    chugao("metrics", "import", "重症.csv")
    chugao("material", "add", "事项.csv")

    told = drafted("ICU")

    assert "工作区里有材料的科室：重症医学科、骨科。请核对 --department 的写法。" in told


def test_material_that_nobody_vouched_for_is_told_with_how_to_vouch() -> None:
    write("骨科.txt", SENT)

    told = drafted("骨科", "--material", "骨科.txt")

    assert "收到的材料里有1条还没有人核实" in told
    assert "--confirmed-by 姓名" in told


def test_a_word_file_given_for_figures_is_told_where_it_belongs() -> None:
    made = Document()
    made.add_paragraph("骨科2025年工作总结")
    made.save("骨科.docx")

    told = chugao("metrics", "check", "骨科.docx").err

    assert "--material" in told
    assert "chugao material add" in told
    assert "另存为 .xlsx 或 .csv" not in told


def test_a_table_of_matters_given_for_figures_is_told_where_it_belongs() -> None:
    write("事项.csv", MATTERS)
    book = Workbook()
    sheet = book.worksheets[0]
    for row in FIGURES.splitlines():
        sheet.append(row.split(","))
    other = book.create_sheet("重点工作")
    for row in MATTERS.splitlines():
        other.append(row.split(","))
    book.save("两张表.xlsx")

    alone, beside = chugao("metrics", "check", "事项.csv"), chugao("metrics", "check", "两张表.xlsx")

    assert "这像是事项表：起草时写在 --matters 后面，或用 chugao material add 收进来。" in alone.err
    assert "请对照模板改表头" not in alone.err
    assert "“重点工作”表没有“指标名称”加数值列的表头，没有读取。这像是事项表" in beside.out + beside.err


def test_files_of_other_departments_named_for_a_draft_are_left_to_them() -> None:
    write(
        "各科.csv", FIGURES.replace("重症医学科", "骨科").replace("床位使用率,88.5,%,86.9", "手术台次,1684,台次,1490")
    )
    write("重症医学科2025年.csv", "指标名称,单位,2025年,2024年\n床位使用率,%,88.5,86.9\n")

    ran = chugao(
        "draft", "--kind", "summary", "--department", "骨科", "--year", "2025",
        "--metrics", "各科.csv", "--metrics", "重症医学科2025年.csv", "-o", "out",
    )  # fmt: skip
    text = Path("out/骨科2025年工作总结.md").read_text("utf-8")

    assert "1684台次" in text
    assert "88.5" not in text
    assert "重症医学科2025年.csv没有“部门”一列，照文件名算作重症医学科的数，别的科室的稿子不用" in ran.out + ran.err


def test_a_shortfall_is_not_asked_how_far_it_has_come() -> None:
    write("指标.csv", FIGURES)
    write("事项.csv", "部门,事项,类别,时间,成效,状态\n重症医学科,夜间转运人手不足,不足,,原因是夜班只排一名医师,\n")

    ran = chugao(
        "draft", "--kind", "summary", "--department", "重症医学科", "--year", "2025",
        "--metrics", "指标.csv", "--matters", "事项.csv", "-o", "out",
    )  # fmt: skip

    assert "没有写状态" not in ran.out + ran.err
    assert "夜间转运人手不足" in Path("out/重症医学科2025年工作总结.md").read_text("utf-8")


def test_rows_of_a_shared_table_count_as_sent_on_the_board() -> None:
    chugao("init", ".")
    write("事项.csv", MATTERS + "药学部,前移药师审方,用药,2025年1月,拦截处方1284张,已完成\n")
    chugao("material", "collect", "--departments", "骨科,药学部,护理部", "--year", "2025")

    added = chugao("material", "add", "事项.csv", "--year", "2025").out
    told = chugao("material", "board").out
    board = chugao("material", "board", "--json").json

    assert "3个科室，已报2个，未报1个" in told
    assert "骨科：待确认；待确认1条" in told
    assert "未写明科室" not in told
    assert (board["sent"], board["missing"]) == (2, ["护理部"])
    assert "按“部门”一列记到：骨科1条、药学部1条" in added

"""The 核实表: what departments sent goes out as a sheet and comes back answered."""

from pathlib import Path

import pytest
from openpyxl import load_workbook

from chugao.database import Database, open_database, sqlite_url
from chugao.errors import InputError
from chugao.material.answering import read_answer_sheet, write_answer_sheet
from chugao.material.items import Item
from chugao.material.store import add_items, confirm_items, list_items, settle_items
from chugao.material.submission import read_submission

NOW = "2025-12-03T08:15:00Z"
SENT = (
    "护理部2025年工作总结\n一、主要工作\n6月开办伤口造口门诊，接诊1236人次。\n全年门诊12360人次。\n"
    "在全市首例开展经外周置管远程会诊。\n全院护士在岗培训24场。\n=1+2是表里的公式，按原文留着不算。\n"
)


@pytest.fixture
def kept(tmp_path: Path) -> Database:
    file = tmp_path / "护理部.txt"
    file.write_text(SENT, encoding="utf-8")
    db = open_database(sqlite_url(tmp_path / "chugao.db"))
    add_items(db, read_submission(file, department="护理部", year=2025), actor="张三", at=NOW)
    return db


def answered(path: Path, answers: dict[str, dict[str, str]]) -> Path:
    """Fill the sheet in as a person does: by the words of its header, on the row of an item."""
    book = load_workbook(path)
    sheet = book["核实表"]
    columns = {cell.value: cell.column for cell in sheet[1]}
    for row in range(2, sheet.max_row + 1):
        for name, value in answers.get(str(sheet.cell(row, columns["编号"]).value), {}).items():
            sheet.cell(row, columns[name], value)
    book.save(path)
    return path


def of(items: tuple[Item, ...], words: str) -> Item:
    return next(i for i in items if words in i.text)


def test_every_answer_of_a_sheet_lands_on_its_item_in_one_go(kept: Database, tmp_path: Path) -> None:
    items = list_items(kept)
    clinic = next(i for i in items if i.kind == "fact" and "12360" in i.text)
    training, first = of(items, "培训24场"), of(items, "首例")
    path = tmp_path / "核实表.xlsx"
    assert write_answer_sheet(items, path) == len(items)
    answered(
        path,
        {
            clinic.id: {"办法": "改为", "改为": "12630人次", "公开范围": "上报"},
            training.id: {"办法": "不用", "佐证或理由": "去年的事"},
            first.id: {"办法": "确认", "佐证或理由": "市卫生健康委员会证明"},
        },
    )

    told = read_answer_sheet(path, list_items(kept))
    settle_items(kept, {a.id: lambda i, a=a: a.settle(i, "李四") for a in told.answers}, by="李四", at=NOW)

    after = {i.id: i for i in list_items(kept)}
    assert (after[clinic.id].value, after[clinic.id].release.value, after[clinic.id].confirmed_by) == (
        "12630", "上报", "李四",
    )  # fmt: skip
    assert (after[training.id].status, after[training.id].note) == ("rejected", "李四不采用：去年的事")
    assert (after[first.id].status, after[first.id].asks) == ("confirmed", "")
    assert told.blank == len(items) - 3
    assert {i.status for i in after.values() if i.id not in (clinic.id, training.id, first.id)} == {"provisional"}


def test_no_text_of_a_submission_becomes_a_formula_and_the_columns_offer_their_words(
    kept: Database, tmp_path: Path
) -> None:
    path = tmp_path / "核实表.xlsx"

    write_answer_sheet(list_items(kept), path)

    sheet = load_workbook(path)["核实表"]
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    offered = sorted(v.formula1 for v in sheet.data_validations.dataValidation)
    assert offered == ['"公开,上报,内部,不写"', '"确认,不用,改为"']


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ({"办法": "同意"}, "办法“同意”不认识"),
        ({"办法": "改为"}, "没有写改成什么"),
        ({"办法": "确认", "改为": "另一句话"}, "只留一样"),
        ({"公开范围": "内部"}, "没有选办法"),
        ({"办法": "确认", "公开范围": "保密"}, "公开范围“保密”不认识"),
        ({"办法": "确认", "原文": "我改过的原文"}, "“原文”一栏被改动了"),
        ({"办法": "确认", "编号": "item-x"}, "没有编号“item-x”"),
    ],
)
def test_one_row_that_cannot_be_understood_and_none_is_taken(
    kept: Database, tmp_path: Path, answer: dict[str, str], sentence: str
) -> None:
    items = list_items(kept)
    path = tmp_path / "核实表.xlsx"
    write_answer_sheet(items, path)
    answered(path, {items[0].id: answer, items[1].id: {"办法": "确认"}})

    with pytest.raises(InputError) as caught:
        read_answer_sheet(path, items)

    assert sentence in str(caught.value)
    assert "一行也没有收" in str(caught.value)
    assert "核实表 I" in str(caught.value)


def test_what_somebody_else_decided_meanwhile_stays_as_it_is(kept: Database, tmp_path: Path) -> None:
    items = list_items(kept)
    path = tmp_path / "核实表.xlsx"
    write_answer_sheet(items, path)
    answered(path, {items[0].id: {"办法": "不用"}, items[1].id: {"办法": "确认"}})
    confirm_items(kept, [items[0].id], by="王五", at=NOW)

    told = read_answer_sheet(path, list_items(kept))

    assert told.overtaken == (items[0].id,)
    assert [a.id for a in told.answers] == [items[1].id]


def test_a_number_that_is_none_is_told_with_its_row(kept: Database, tmp_path: Path) -> None:
    items = list_items(kept)
    fact = next(i for i in items if i.kind == "fact")
    path = tmp_path / "核实表.xlsx"
    write_answer_sheet(items, path)

    with pytest.raises(InputError, match=r"核实表 I\d.*不能换算"):
        read_answer_sheet(answered(path, {fact.id: {"改为": "3.2万元"}}), items)


def test_a_sheet_of_something_else_is_refused_with_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "别的.csv"
    file.write_text("指标名称,本期值\n门诊人次,3\n", encoding="utf-8")

    with pytest.raises(InputError, match="material sheet"):
        read_answer_sheet(file, ())

"""Workbooks to fill in (metrics.template)."""

from pathlib import Path

import openpyxl
import pytest

from chugao.catalogue import Catalogue, load_catalogue
from chugao.errors import InputError
from chugao.material import read_matters
from chugao.metrics.observation import Role
from chugao.metrics.reading import read_metrics
from chugao.metrics.template import write_template
from chugao.period import Period
from chugao.source import Severity

EXAMPLES = Path(__file__).parents[1] / "examples" / "figures"


def column(path: Path, name: str, sheet: str = "指标") -> list[object]:
    cells = openpyxl.load_workbook(path)[sheet]
    index = [c.value for c in cells[1]].index(name) + 1
    return [cells.cell(r, index).value for r in range(2, cells.max_row + 1)]


def fill(path: Path, sheet: str, at: str, value: object) -> None:
    book = openpyxl.load_workbook(path)
    book[sheet][at] = value
    book.save(path)


def test_a_template_lists_what_the_department_reports_with_units(tmp_path: Path) -> None:
    path = write_template(tmp_path / "护理部.xlsx", "护理部", 2026, load_catalogue())

    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["指标", "事项", "填表说明"]
    assert {d.name for d in load_catalogue() if "护理部" in d.used_by} <= set(column(path, "指标名称"))
    assert book["指标"].freeze_panes == "E2"
    assert all(c.comment for c in book["指标"][1])
    rules = [r.formula1 for s in ("指标", "事项") for r in book[s].data_validations.dataValidation]
    assert '"公开,上报,内部,不写"' in rules
    assert '"已完成,推进中,拟开展"' in rules


def test_a_filled_template_reads_back(tmp_path: Path) -> None:
    path = write_template(tmp_path / "护理部.xlsx", "护理部", 2026, load_catalogue())
    name = column(path, "指标名称")[0]
    fill(path, "指标", "E2", 12.5)
    fill(path, "事项", "B2", "扩大免陪照护病区")
    fill(path, "事项", "H2", "已完成")

    figures, matters = read_metrics(path), read_matters(path)

    [observation] = figures.observations
    assert (observation.department, observation.period) == ("护理部", Period(year=2026))
    assert figures.definitions[observation.metric].name == name
    assert [m.department for m in matters.items] == ["护理部"]
    assert [f for f in (*figures.findings, *matters.findings) if f.severity is Severity.WARNING] == []


def test_an_unfilled_template_says_that_nothing_is_in_it(tmp_path: Path) -> None:
    path = write_template(tmp_path / "护理部.xlsx", "护理部", 2026, load_catalogue())

    with pytest.raises(InputError, match="表头下面没有数据"):
        read_metrics(path)
    with pytest.raises(InputError, match="表头下面没有事项"):
        read_matters(path)


@pytest.mark.parametrize("department", ["医务科", "护理部"])
def test_last_years_figures_come_back_as_last_years_values_and_this_years_targets(
    tmp_path: Path, department: str
) -> None:
    previous = read_metrics(EXAMPLES / f"{department}-2025.xlsx")

    path = write_template(tmp_path / "a.xlsx", department, 2026, load_catalogue(), previous)

    read = {(o.metric, o.period.code, o.role): o.quantity.value for o in read_metrics(path).observations}
    expected = {
        (o.metric, o.period.code, o.role): o.quantity.value
        for o in previous.observations
        if (o.role, o.period.year) in ((Role.ACTUAL, 2025), (Role.TARGET, 2026))
    }
    assert read == expected


def test_no_text_becomes_a_formula(tmp_path: Path) -> None:
    source = tmp_path / "2025.xlsx"
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["部门", "指标名称", "本期值", "单位", "责任科室", "口径"])
    sheet.append(["甲科", "+1床护理数", 3, "床", "@办公室", "x"])
    sheet["F2"] = "=HYPERLINK(1)"
    sheet["F2"].data_type = "s"
    book.save(source)

    path = write_template(tmp_path / "a.xlsx", "甲科", 2026, load_catalogue(), read_metrics(source))

    cells = [c for row in openpyxl.load_workbook(path)["指标"].iter_rows(min_row=2) for c in row]
    assert [c.value for c in cells if c.data_type == "f"] == []
    assert {"+1床护理数", "@办公室", "=HYPERLINK(1)"} <= {c.value for c in cells}


def test_a_folder_that_is_not_there_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="换一个文件夹"):
        write_template(tmp_path / "无" / "a.xlsx", "护理部", 2026, load_catalogue())


@pytest.mark.parametrize(
    ("written", "unit", "expected"),
    [(51230.5, "万元", ("万元", 51230.5)), ("5.1亿", "元", ("亿元", 5.1)), (320, "台次", ("台次", 320))],
)
def test_last_years_unit_comes_back_as_the_office_wrote_it(
    tmp_path: Path, written: object, unit: str, expected: tuple[str, object]
) -> None:
    book = openpyxl.Workbook()
    book.active.append(["年度", "指标名称", "本期值", "单位"])
    book.active.append([2025, "检查检验收入", written, unit])
    book.save(tmp_path / "去年.xlsx")

    write_template(tmp_path / "今年.xlsx", "财务科", 2026, Catalogue(()), read_metrics(tmp_path / "去年.xlsx"))

    path = tmp_path / "今年.xlsx"
    assert (column(path, "单位")[0], column(path, "上年同期值")[0]) == expected

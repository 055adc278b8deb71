"""数据催报: `metrics.owing`."""

from pathlib import Path

import pytest
from openpyxl import load_workbook

from chugao.errors import InputError
from chugao.metrics.observation import Figures
from chugao.metrics.owing import Owed, by_owner, owing, write_requests
from chugao.metrics.reading import read_metrics

HEADER = "部门,指标名称,年度,本期值,单位,上年同期值,目标值,口径,责任科室\n"


def figures(tmp_path: Path, *lines: str) -> Figures:
    path = tmp_path / "各科.csv"
    path.write_text(HEADER + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return read_metrics(path)


def test_what_last_year_or_a_target_knows_and_this_year_lacks_is_owed(tmp_path: Path):
    given = figures(
        tmp_path,
        "医保办,出院人次,2025,,人次,3000,,,病案科",
        "医保办,住院次均费用,2025,,元,,12000,不含自费,",
        "医保办,病例组合指数,2025,1.13,,1.11,,,",
    )

    items = owing(given, year=2025)

    assert [(i.name, i.owner, i.reason, i.last) for i in items] == [
        ("出院人次", "病案科", "有上年数，没有2025年的数", "3000人次"),
        ("住院次均费用", "医保办", "有年度目标，没有2025年的数", ""),
    ]
    assert items[1].caliber == "不含自费"


def test_what_the_catalogue_requires_is_owed_though_nobody_knows_of_it(tmp_path: Path):
    items = owing(figures(tmp_path, "急诊科,急诊人次,2025,42000,人次,39000,,,"))

    assert "急诊抢救成功率" in [i.name for i in items]
    assert "急诊人次" not in [i.name for i in items]


def test_a_department_nobody_knows_is_refused(tmp_path: Path):
    with pytest.raises(InputError, match="没有“药学部”"):
        owing(figures(tmp_path, "医保办,出院人次,2025,3000,人次,,,,"), department="药学部")


def test_one_thing_is_asked_of_an_owner_once():
    item = Owed(metric="discharges", name="出院人次", department="医务科", owner="病案科", period="2025", reason="缺")

    assert by_owner([item, item.model_copy(update={"reason": "还缺"})]) == {"病案科": [item]}


def test_each_owner_gets_a_workbook_and_what_is_filled_in_reads_back(tmp_path: Path):
    given = figures(tmp_path, "医保办,出院人次,2025,,人次,3000,3100,,病案科", "医保办,药占比,2025,,%,28.5,,,药学部")
    items = owing(given, year=2025)

    files = write_requests(tmp_path / "催报", items, deadline="2026年1月10日")
    book = load_workbook(files[0])
    book["催报"]["E2"] = 3150
    book.save(files[0])
    back = read_metrics(files[0])

    assert [f.name for f in files] == ["病案科-2025-催报表.xlsx", "药学部-2025-催报表.xlsx"]
    assert "2026年1月10日" in str(book["说明"]["A2"].value)
    values = {(o.period.year, o.role.value): o.quantity.value for o in back.observations}
    assert values == {(2025, "actual"): 3150, (2024, "actual"): 3000, (2025, "target"): 3100}
    assert {o.department for o in back.observations} == {"医保办"}


def test_a_workbook_somebody_may_have_filled_in_is_not_overwritten(tmp_path: Path):
    items = owing(figures(tmp_path, "医保办,出院人次,2025,,人次,3000,,,病案科"), year=2025)
    write_requests(tmp_path, items)

    with pytest.raises(InputError, match="没有覆盖"):
        write_requests(tmp_path, items)

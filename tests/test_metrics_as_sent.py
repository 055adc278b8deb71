"""Workbooks in the shapes offices send: lines over the table, headers in two lines, units of the trade, marks and brackets.

Every expected number is worked out by hand from the cells.
"""

from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook

from chugao.errors import InputError
from chugao.metrics.observation import Figures
from chugao.metrics.reading import read_metrics

Rows = list[list[object]]


def workbook(
    folder: Path, rows: Rows, *, name: str = "指标.xlsx", sheet: str = "指标", merged: str = "", formats: str = ""
) -> Path:
    """`merged` lists areas; `formats` is one number format for the whole of column B."""
    book = Workbook()
    book.remove(book.worksheets[0])
    page = book.create_sheet(sheet)
    for row in rows:
        page.append(row)
    for area in merged.split():
        page.merge_cells(area)
    for cell in page["B"] if formats else ():
        cell.number_format = formats
    book.save(folder / name)
    return folder / name


def said(figures: Figures) -> dict[tuple[str, str], Decimal]:
    """(name and department, period and role) → value in the base unit."""
    return {
        (
            figures.definitions[o.metric].name + o.department,
            o.period.code + {"target": "目标"}.get(o.role, ""),
        ): o.quantity.value
        for o in figures.observations
    }


def hints(figures: Figures, severity: str = "warning") -> str:
    return "\n".join(f.hint for f in figures.findings if f.severity == severity)


# --- what stands over the table -------------------------------------------------------------------


@pytest.mark.parametrize(
    "over",
    [
        [["2025年收支情况表"], ["编制单位：财务科", None, "单位：万元"]],
        [["2025年收支情况表"], ["填报单位：某市人民医院财务科　　单位：万元"]],
        [["2025年收支情况表（万元）"]],
        [["2025年收支情况表"], ["金额单位：万元"]],
    ],
)
def test_the_unit_of_the_table_is_not_the_unit_that_fills_it_in(tmp_path: Path, over: Rows) -> None:
    path = workbook(tmp_path, [*over, ["项目", "2025年", "2024年"], ["医疗收入", 51234.5, 48000], ["自筹", 12.5, 10]])

    assert said(read_metrics(path)) == {
        ("医疗收入", "2025"): Decimal(512345000),
        ("医疗收入", "2024"): Decimal(480000000),
        ("自筹", "2025"): Decimal(125000),
        ("自筹", "2024"): Decimal(100000),
    }


def test_a_unit_may_stand_beside_the_word_over_the_names(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["项目（万元）", "2025年"], ["医疗收入", 51234.5]])

    assert said(read_metrics(path)) == {("医疗收入", "2025"): Decimal(512345000)}


# --- headers --------------------------------------------------------------------------------------


def test_a_year_over_words_for_plan_and_result_is_of_both(tmp_path: Path) -> None:
    rows: Rows = [
        ["指标", "单位", "2025年", None, "2024年", "2026年"],
        [None, None, "预算数", "执行数", "执行数", "预算数"],
        ["医疗收入", "万元", 500, 512, 480, 530],
    ]
    path = workbook(tmp_path, rows, merged="A1:A2 B1:B2 C1:D1")

    assert said(read_metrics(path)) == {
        ("医疗收入", "2025目标"): Decimal(5000000),
        ("医疗收入", "2025"): Decimal(5120000),
        ("医疗收入", "2024"): Decimal(4800000),
        ("医疗收入", "2026目标"): Decimal(5300000),
    }


def test_a_department_over_years_is_of_each_year(tmp_path: Path) -> None:
    rows: Rows = [
        ["指标", "单位", "儿科", None, "外科", None],
        [None, None, "2025年", "2024年", "2025年", "2024年"],
        ["出院人次", "人次", 500, 450, 600, 650],
    ]
    path = workbook(tmp_path, rows, merged="A1:A2 B1:B2 C1:D1 E1:F1")

    assert said(read_metrics(path)) == {
        ("出院人次儿科", "2025"): 500,
        ("出院人次儿科", "2024"): 450,
        ("出院人次外科", "2025"): 600,
        ("出院人次外科", "2024"): 650,
    }


def test_this_year_and_last_below_a_month_and_below_ten(tmp_path: Path) -> None:
    rows: Rows = [
        ["2025年10月运行情况"],
        ["指标", "单位", "10月", None, "1-10月", None],
        [None, None, "今年", "去年", "今年", "去年"],
        ["门诊人次", "人次", 1000, 900, 10500, 9900],
    ]
    path = workbook(tmp_path, rows, merged="A1:F1 A2:A3 B2:B3 C2:D2 E2:F2")

    assert said(read_metrics(path)) == {
        ("门诊人次", "2025M10"): 1000,
        ("门诊人次", "2024M10"): 900,
        ("门诊人次", "2025M1-10"): 10500,
        ("门诊人次", "2024M1-10"): 9900,
    }


@pytest.mark.parametrize(
    ("now", "before"),
    [
        ("2025年1～10月", "上年同期"),
        ("2025年1—10月累计", "去年同期"),
        ("1-10月", "上年同期"),
        ("1-10月", "去年1-10月"),
        ("本年1-10月", "上年1-10月"),
        ("今年1-10月", "去年1-10月"),
        ("2025.1-10", "2024.1-10"),
        ("截至2025年10月底", "2024年同期"),
    ],
)
def test_the_same_span_of_last_year_is_of_ten_months_too(tmp_path: Path, now: str, before: str) -> None:
    path = workbook(tmp_path, [["指标", "单位", now, before], ["门诊人次", "人次", 10500, 9900]], name="2025年.xlsx")

    assert said(read_metrics(path)) == {("门诊人次", "2025M1-10"): 10500, ("门诊人次", "2024M1-10"): 9900}


@pytest.mark.parametrize(
    ("columns", "last_year"),
    [
        (["2025年1-10月", "上年同期", "上年全年"], {"2024M1-10": 2, "2024": 3}),
        (["上半年", "上年同期", "下半年", "上年同期"], {"2024H1": 2, "2024H2": 4}),
        (["9月", "累计", "上年同期"], {"2024M1-9": 3}),
        (["三季度", "1-3季度累计", "上年同期"], {"2024M1-9": 3}),
        ([*(f"{month}月" for month in range(1, 13)), "上年同期"], {"2024": 13}),
        ([*(f"{month}月" for month in range(1, 11)), "上年同期"], {"2024M1-10": 11}),
        (["本月", "上年同月", "累计", "上年同期累计"], {"2024M9": 2, "2024M1-9": 4}),
    ],
)
def test_what_last_years_figure_beside_several_columns_counts(
    tmp_path: Path, columns: list[str], last_year: dict[str, int]
) -> None:
    title = "2025年9月指标" if any("累计" in c for c in columns) else "2025年指标"
    rows: Rows = [[title], ["指标", "单位", *columns], ["门诊人次", "人次", *range(1, len(columns) + 1)]]

    values = said(read_metrics(workbook(tmp_path, rows)))

    assert {period: v for (_, period), v in values.items() if period.startswith("2024")} == last_year


@pytest.mark.parametrize(
    ("now", "before"), [("25年", "24年"), ("二〇二五年", "二〇二四年"), ("2025年决算数", "2024年决算数")]
)
def test_a_year_in_brief_in_numerals_or_with_another_word(tmp_path: Path, now: str, before: str) -> None:
    path = workbook(tmp_path, [["指标", "单位", now, before], ["门诊人次", "人次", 105, 99]])

    assert said(read_metrics(path)) == {("门诊人次", "2025"): 105, ("门诊人次", "2024"): 99}


# --- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "★平均住院日",
        "▲平均住院日",
        "平均住院日（天）↓",
        "平均住院日*",
        "①平均住院日",
        "1）平均住院日",
        "（一）平均住院日",
        "1.1 平均住院日",
        "3 平均住院日",
        "平均住院日\n（天）",
    ],
)
def test_marks_and_numbers_round_a_name_are_no_part_of_it(tmp_path: Path, written: str) -> None:
    figures = read_metrics(workbook(tmp_path, [["指标", "单位", "2025年"], [written, "天", 7.3]]))

    assert said(figures) == {("平均住院日", "2025"): Decimal("7.3")}
    assert [o.metric for o in figures.observations] == ["avg_length_of_stay"]


def test_a_number_that_belongs_to_a_name_stays(tmp_path: Path) -> None:
    rows: Rows = [["指标", "单位", "2025年"], ["2 型糖尿病患者管理数", "人", 31], ["12345热线工单", "件", 8]]

    assert [name for name, _ in said(read_metrics(workbook(tmp_path, rows)))] == [
        "2 型糖尿病患者管理数",
        "12345热线工单",
    ]


# --- units ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("抗菌药物使用强度", "DDDs/100人天"),
        ("抗菌药物使用强度", "DDDs/100人·天"),
        ("抗菌药物使用强度", "DDD/百人天"),
        ("抗菌药物使用强度", "DDDs/(100人·天)"),
        ("血管导管相关血流感染发病率", "例/千导管日"),
        ("血管导管相关血流感染发病率", "‰（例/千导管日）"),
        ("呼吸机相关肺炎发病率", "例次/1000机械通气日"),
        ("孕产妇死亡率", "/100000"),
        ("孕产妇死亡率", "十万分率"),
        ("医疗质量安全不良事件报告率", "件/百张开放床位"),
        ("标本周转时间中位数", "分"),
        ("病床周转次数", "次/床"),
        ("平均住院日", "天/人"),
    ],
)
def test_another_spelling_of_a_metrics_own_unit_is_that_unit(tmp_path: Path, name: str, unit: str) -> None:
    figures = read_metrics(workbook(tmp_path, [["指标", "单位", "2025年"], [name, unit, 3.5]]))

    (one,) = figures.observations
    assert (one.quantity.value, one.quantity.unit) == (Decimal("3.5"), figures.definitions[one.metric].unit)


@pytest.mark.parametrize(("unit", "why"), [("人次/日", "人次/日"), ("元/床日", "元/床日")])
def test_a_unit_by_the_day_is_not_the_unit_of_the_whole(tmp_path: Path, unit: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        read_metrics(workbook(tmp_path, [["指标", "单位", "2025年"], ["门诊人次", unit, 350]]))


def test_yuan_in_front_of_a_number_does_not_take_the_ten_thousands_away(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["指标", "单位", "2025年"], ["节约成本", "万元", "￥12.5"]])

    assert said(read_metrics(path)) == {("节约成本", "2025"): Decimal(125000)}


@pytest.mark.parametrize(("header", "unit", "cell"), [("2025年（万元）", "元", 1234.5), ("2025年", "万元", "1234.5元")])
def test_two_units_for_one_number_are_told(tmp_path: Path, header: str, unit: str, cell: object) -> None:
    figures = read_metrics(workbook(tmp_path, [["指标", "单位", header], ["医疗收入", unit, cell]]))

    assert "C2单元格" in hints(figures)


@pytest.mark.parametrize(
    ("shown", "stored", "people"),
    [('0!.0,"万"', 12345678, 12345678), ("0!.0000", 12345678, 12345678), ("0.00,,", 12345678, 12345678)],
)
def test_a_format_that_shows_ten_thousands_is_not_multiplied_by_the_unit(
    tmp_path: Path, shown: str, stored: int, people: int
) -> None:
    path = workbook(tmp_path, [["指标", "2025年", "单位"], ["门诊人次", stored, "万人次"]], formats=shown)

    assert said(read_metrics(path)) == {("门诊人次", "2025"): people}


# --- cells ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "value", "told"),
    [
        ("12345*", 12345, "“*”没有采用"),
        ("1234①", 1234, "“①”没有采用"),
        ("1234（含体检）", 1234, "“（含体检）”没有采用"),
        ("1234（人次）", 1234, ""),
        ("1234。", 1234, ""),
    ],
)
def test_a_remark_behind_a_number_is_told_and_the_number_read(
    tmp_path: Path, written: str, value: int, told: str
) -> None:
    figures = read_metrics(workbook(tmp_path, [["指标", "单位", "2025年"], ["出院人次", "人次", written]]))

    assert said(figures) == {("出院人次", "2025"): value}
    assert told in hints(figures)
    assert bool(told) == ("C2单元格" in hints(figures))


@pytest.mark.parametrize("written", ["1234（预计）", "1234（约）", "1234（目标）"])
def test_what_is_only_expected_is_no_figure(tmp_path: Path, written: str) -> None:
    with pytest.raises(InputError, match="C2单元格"):
        read_metrics(workbook(tmp_path, [["指标", "单位", "2025年"], ["出院人次", "人次", written]]))


@pytest.mark.parametrize("written", ["(56.8)", "（56.8）"])
def test_money_in_brackets_is_below_nought_and_told(tmp_path: Path, written: str) -> None:
    figures = read_metrics(workbook(tmp_path, [["指标", "单位", "2025年"], ["收支结余", "万元", written]]))

    assert said(figures) == {("收支结余", "2025"): Decimal(-568000)}
    assert "按负数-56.8读取" in hints(figures)


def test_anything_else_in_brackets_says_how_to_write_it(tmp_path: Path) -> None:
    rows: Rows = [
        ["指标", "单位", "2025年", "同比变化"],
        ["出院人次", "人次", "(56)", None],
        ["门诊人次", "人次", 5, "(3.2%)"],
    ]

    with pytest.raises(InputError) as error:
        read_metrics(workbook(tmp_path, rows))

    assert "是负数请写成“-56”" in str(error.value)
    assert "“+3.2%”或“-3.2%”" in str(error.value)


@pytest.mark.parametrize("written", ["1小时20分钟", "1小时20分", "1h20min", "80分", "80min"])
def test_hours_and_minutes_are_minutes(tmp_path: Path, written: str) -> None:
    path = workbook(tmp_path, [["指标", "单位", "2025年"], ["平均转诊时间", "分钟", written]])

    assert said(read_metrics(path)) == {("平均转诊时间", "2025"): 80}


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [(0.953, 0.948, ("95.3", "94.8")), (96.2, 0.95, ("96.2", "95")), (0.5, 0.3, ("0.5", "0.3"))],
)
def test_a_fraction_of_an_offices_own_rate_is_read_as_its_percentage_and_told(
    tmp_path: Path, now: float, before: float, expected: tuple[str, str]
) -> None:
    rows: Rows = [["指标", "单位", "2025年", "2024年"], ["会诊及时率", "%", now, before]]

    figures = read_metrics(workbook(tmp_path, rows))

    assert tuple(str(o.quantity.value) for o in figures.observations) == expected
    assert ("C2单元格" in hints(figures) or "D2单元格" in hints(figures)) == (expected != ("0.5", "0.3"))


def test_a_fraction_with_a_remark_is_read_like_one_without(tmp_path: Path) -> None:
    figures = read_metrics(workbook(tmp_path, [["指标", "单位", "2025年"], ["会诊及时率", "%", "0.953（含夜间）"]]))

    assert said(figures) == {("会诊及时率", "2025"): Decimal("95.3")}


def test_none_in_the_column_of_an_earlier_year_is_no_figure(tmp_path: Path) -> None:
    rows: Rows = [["指标", "单位", "2025年", "2024年"], ["义诊场次", "场次", 12, "无"], ["投诉起数", "起", "无", 3]]

    figures = read_metrics(workbook(tmp_path, rows))

    assert said(figures) == {("义诊场次", "2025"): 12, ("投诉起数", "2025"): 0, ("投诉起数", "2024"): 3}


def test_what_harms_may_well_be_less_than_one_in_a_hundred(tmp_path: Path) -> None:
    rows: Rows = [["指标", "单位", "2025年", "2024年"], ["标本漏报率", "%", 0.6, 0.8]]

    assert said(read_metrics(workbook(tmp_path, rows)))["标本漏报率", "2025"] == Decimal("0.6")


def test_a_bare_fraction_for_the_change_of_money_is_not_its_difference(tmp_path: Path) -> None:
    rows: Rows = [["指标", "单位", "2025年", "同比变化"], ["医疗收入", "万元", 1059, 0.059]]

    figures = read_metrics(workbook(tmp_path, rows))

    assert figures.changes == ()
    assert "若是5.9%" in hints(figures)


@pytest.mark.parametrize("words", ["逐步降低", "↓", "有所下降"])
def test_a_target_without_a_number_is_told_and_the_rest_is_read(tmp_path: Path, words: str) -> None:
    rows: Rows = [["指标", "单位", "2025年", "目标值"], ["药占比", "%", 25.3, words], ["出院人次", "人次", 5, 4]]

    figures = read_metrics(workbook(tmp_path, rows))

    assert said(figures) == {("药占比", "2025"): Decimal("25.3"), ("出院人次", "2025"): 5, ("出院人次", "2025目标"): 4}
    assert "D2单元格" in hints(figures)


@pytest.mark.parametrize(("words", "sign"), [("高于上年", "超"), ("≤上年", "≤"), ("低于上年", "不足")])
def test_a_target_may_be_above_or_below_last_year(tmp_path: Path, words: str, sign: str) -> None:
    rows: Rows = [["指标", "单位", "2025年", "2024年", "目标值"], ["药占比", "%", 25.3, 26.1, words]]

    (aim,) = read_metrics(workbook(tmp_path, rows)).aims

    assert aim.step.value == 0
    assert aim.step.qualifier.value == sign


@pytest.mark.parametrize(
    "text", ["1（甲）" * 6_000, "★" * 30_000 + "甲", "1、" * 15_000, "1*" * 15_000, "1小时" * 8_000]
)
def test_no_cell_of_marks_and_remarks_breaks_the_reader(tmp_path: Path, text: str) -> None:
    rows: Rows = [["指标", "单位", "2025年"], ["出院人次", "人次", text], [text, "项", 3]]

    with pytest.raises(InputError, match="C2单元格"):
        read_metrics(workbook(tmp_path, rows))


# --- csv ------------------------------------------------------------------------------------------


def test_semicolons_part_the_cells_however_many_commas_stand_in_them(tmp_path: Path) -> None:
    path = tmp_path / "指标.csv"
    lines = [
        "指标名称;单位;2025年;2024年;备注",
        "门诊人次;人次;1,234,567;1,034,567;含急诊,体检,义诊,巡诊,家访",
        "出院人次;人次;2,345;1,345;a,b,c,d,e,f",
    ]
    path.write_bytes("\r\n".join(lines).encode("gbk"))

    assert said(read_metrics(path)) == {
        ("门诊人次", "2025"): 1234567,
        ("门诊人次", "2024"): 1034567,
        ("出院人次", "2025"): 2345,
        ("出院人次", "2024"): 1345,
    }

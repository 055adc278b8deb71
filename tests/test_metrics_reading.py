"""Reading figures files (metrics.reading)."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chugao.errors import InputError
from chugao.metrics.observation import Figures, Observation, Role
from chugao.metrics.reading import read_metrics
from chugao.quantity import Qualifier
from chugao.source import Release, Severity

EXAMPLES = Path(__file__).parents[1] / "examples" / "figures"


def workbook(path: Path, *rows: list[object], sheet: str = "指标", formats: dict[str, str] | None = None) -> Path:
    return workbooks(path, {sheet: list(rows)}, formats)


def workbooks(path: Path, sheets: dict[str, list[list[object]]], formats: dict[str, str] | None = None) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for at, number_format in (formats or {}).items():
            sheet[at].number_format = number_format
    book.save(path)
    return path


def only(figures: Figures, name: str, period: str = "2025", role: Role = Role.ACTUAL, of: str = "") -> Observation:
    """The one observation of a metric, by its name."""
    metrics = {d.id for d in figures.definitions.values() if d.name == name}
    found = [
        o
        for o in figures.observations
        if o.metric in metrics and (o.period.code, o.role) == (period, role) and of in ("", o.department)
    ]
    assert len(found) == 1, [o.quantity.printed for o in found]
    return found[0]


def value(figures: Figures, name: str, period: str = "2025", role: Role = Role.ACTUAL, of: str = "") -> Decimal:
    return only(figures, name, period, role, of).quantity.value


def warnings(figures: Figures) -> list[str]:
    return [f.hint for f in figures.findings if f.severity is Severity.WARNING]


def complaint(*paths: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_metrics(*paths)
    return str(caught.value)


# --- the long form ---------------------------------------------------------------------------------


def test_a_row_states_this_year_last_year_this_target_and_the_next(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        ["部门", "年度", "指标名称", "本期值", "单位", "上年同期值", "目标值", "明年目标", "责任科室", "牵头领导", "完成时限"],
        ["医务科", 2025, "门急诊人次", 128.46, "万人次", 121.73, "≥126.5", 130, "门诊部", "副院长", "2026年底前"],
    )  # fmt: skip

    figures = read_metrics(path)

    now = only(figures, "门急诊人次")
    assert (now.quantity.value, now.quantity.unit, now.quantity.resolution) == (Decimal(1284600), "人次", Decimal(50))
    assert (now.quantity.printed, now.source.cell, now.source.sheet) == ("128.46", "D2", "指标")
    assert value(figures, "门急诊人次", "2024") == 1217300
    target = only(figures, "门急诊人次", "2025", Role.TARGET).quantity
    assert (target.value, target.qualifier) == (Decimal(1265000), Qualifier.AT_LEAST)
    goal = only(figures, "门急诊人次", "2026", Role.TARGET)
    assert (goal.quantity.value, goal.owner, goal.leader, goal.deadline) == (1300000, "门诊部", "副院长", "2026年底前")
    assert figures.department_column
    assert figures.departments == ("医务科",)


def test_what_is_said_about_a_figure_comes_with_it(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "医务科-2025.xlsx",
        ["指标", "完成值", "计量单位", "统计口径", "数据截至", "数据来源", "是否公开", "说明", "分子", "分母", "去年"],
        ["甲级病案率", 96.6, "%", "抽查份数", date(2025, 12, 31), "病案系统", "不公开", "差一点", 5008, 5184, 95],
    )

    figures = read_metrics(path)

    now, before = only(figures, "甲级病案率"), only(figures, "甲级病案率", "2024")
    assert (now.caliber, now.origin, now.release, now.note) == ("抽查份数", "病案系统", Release.INTERNAL, "差一点")
    assert now.source.cutoff == date(2025, 12, 31)
    assert (now.numerator and now.numerator.value, now.denominator and now.denominator.value) == (5008, 5184)
    assert (before.source.cutoff, before.numerator) == (None, None)


@pytest.mark.parametrize(
    "text", ["2025-12-31", "2025年12月31日", "2025.12.31", "20251231", "2025/12/31", 20251231, 46022]
)
def test_a_cut_off_is_read_in_the_forms_offices_use(tmp_path: Path, text: object) -> None:
    path = workbook(tmp_path / "2025.xlsx", ["指标", "本期值", "单位", "数据截止"], ["急诊人次", 1, "人次", text])

    assert only(read_metrics(path), "急诊人次").source.cutoff == date(2025, 12, 31)


def test_the_header_is_found_below_title_and_blanks_and_footers_and_totals_are_no_rows(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        ["医务科2025年主要指标完成情况"],
        [],
        ["填报日期：2026年1月5日"],
        ["序号", "考核指标", "实际完成值", "单位"],
        ["一、医疗服务"],
        [1, "急诊人次", 132416, "人次"],
        [],
        [2, "出院人次", "5.6万", "人次"],
        ["合计", None, 99, None],
        ["注：不含体检。"],
        ["填报人：张三", None, "审核人：李四"],
    )

    figures = read_metrics(path)

    assert [(o.period.code, o.quantity.value) for o in figures.observations] == [("2025", 132416), ("2025", 56000)]
    assert figures.findings == ()


def test_a_header_in_two_lines_is_read_as_one(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        ["指标名称", "单位", "2024年", "2025年", None],
        [None, None, "完成值", "目标值", "完成值"],
        ["急诊人次", "人次", 100, 120, 130],
    )
    book = openpyxl.load_workbook(path)
    for area in ("A1:A2", "B1:B2", "D1:E1"):
        book.active.merge_cells(area)
    book.save(path)

    figures = read_metrics(path)

    assert [value(figures, "急诊人次", y) for y in ("2024", "2025")] == [100, 130]
    assert value(figures, "急诊人次", "2025", Role.TARGET) == 120


def test_a_header_merged_over_an_empty_column_and_longer_above_than_below_is_read(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "2025.xlsx",
        ["指标名称", "单位", "本期", None, "上年同期", None, "目标值", "备注"],
        [None, None, "1—12月", "同比"],
        ["急诊人次", "人次", 130, "+30%", 100, None, 120, "8月系统切换"],
    )
    book = openpyxl.load_workbook(path)
    for area in ("C1:D1", "E1:F1"):
        book.active.merge_cells(area)
    book.save(path)

    figures = read_metrics(path)

    assert [value(figures, "急诊人次", y) for y in ("2024", "2025")] == [100, 130]
    assert value(figures, "急诊人次", "2025", Role.TARGET) == 120


def test_a_unit_or_a_span_may_stand_in_the_header(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "2025.xlsx",
        ["指标名称", "本期值（万元）", "上年同期值（万元）", "同比±%"],
        ["医疗纠纷赔付金额", 142.7, 186.4, -23.4],
    )
    months = workbook(tmp_path / "月.xlsx", ["指标", "单位", "2025年（1-10月）"], ["急诊人次", "人次", 5])

    figures = read_metrics(path)

    assert value(figures, "医疗纠纷赔付金额") == 1427000
    assert (figures.changes[0].quantity.value, figures.changes[0].quantity.unit) == (Decimal("-23.4"), "%")
    assert read_metrics(months).observations[0].period.code == "2025M1-10"


HEADER = ["部门", "年度", "指标名称", "本期值", "单位", "上年同期值", "目标值", "公开范围", "备注"]
ROWS = [
    ["医务科", 2025, "门急诊人次", 128.46, "万人次", 121.73, 126.5, "公开", "x"],
    ["护理部", 2025, "甲级病案率", "96.6%", "%", "95.8%（2023年95%）", "≥96%", "内部", None],
]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(len(HEADER))))
def test_the_order_of_columns_never_matters(tmp_path: Path, order: list[int]) -> None:
    def told(figures: Figures) -> list[tuple[object, ...]]:
        rows = figures.observations
        return sorted(
            (o.metric, o.department, o.period.code, o.role, o.quantity.value, o.release, o.note) for o in rows
        )

    straight = workbook(tmp_path / "a.xlsx", HEADER, *ROWS)
    shuffled = workbook(tmp_path / "b.xlsx", *([row[i] for i in order] for row in [HEADER, *ROWS]))

    assert told(read_metrics(shuffled)) == told(read_metrics(straight))


# --- values ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "cell", "unit", "expected", "base"),
    [
        ("急诊人次", "12.8万", "人次", 128000, "人次"),
        ("急诊人次", "12.8万人次", "万人次", 128000, "人次"),
        ("急诊人次", 12.8, "万人次", 128000, "人次"),
        ("急诊人次", "１２８００", "人次", 12800, "人次"),
        ("急诊人次", "1,234", "人次", 1234, "人次"),
        ("业务收入", "3.2亿元", "亿元", 320000000, "元"),
        ("业务收入", 3.2, "亿元", 320000000, "元"),
        ("甲级病案率", "98.6%", "%", Decimal("98.6"), "%"),
        ("甲级病案率", 98.6, "百分比", Decimal("98.6"), "%"),
        ("平均住院日", "7.3天", None, Decimal("7.3"), "天"),
        ("床护比", "1:0.55", "1:x", Decimal("0.55"), "1:x"),
        ("选派进修人数", 24, "人", 24, "人"),
        ("急性缺血性卒中溶栓DNT中位数", 0.5, "小时", 30, "分钟"),
        ("开展义诊数", "45场", None, 45, "场"),
        ("床位数（张）", 1200, None, 1200, "张"),
    ],
)
def test_value_and_unit_come_to_the_metrics_own_unit(
    tmp_path: Path, name: str, cell: object, unit: str | None, expected: Decimal, base: str
) -> None:
    path = workbook(tmp_path / "2025.xlsx", ["指标名称", "本期值", "单位"], [name, cell, unit])

    [observation] = read_metrics(path).observations

    assert (observation.quantity.value, observation.quantity.unit) == (expected, base)
    assert observation.quantity.printed == str(cell)


def test_a_percent_format_is_a_percentage_and_a_bare_fraction_that_cannot_be_one_is_too_with_a_warning(
    tmp_path: Path,
) -> None:
    rows = (["指标名称", "本期值", "单位"], ["甲级病案率", 0.966, "%"])
    formatted = workbook(tmp_path / "2025a.xlsx", *rows, formats={"B2": "0.0%"})
    bare = workbook(tmp_path / "2025b.xlsx", *rows)

    assert value(read_metrics(formatted), "甲级病案率") == Decimal("96.6")
    assert warnings(read_metrics(formatted)) == []
    assert value(read_metrics(bare), "甲级病案率") == Decimal("96.6")
    assert "2025b.xlsx “指标”表 B2单元格：“甲级病案率”写的是0.966，按96.6%读取" in warnings(read_metrics(bare))[0]


def test_a_bare_fraction_beside_percentages_of_its_own_row_is_read_like_them(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "2025.xlsx",
        ["指标", "本期值", "单位", "上年同期值"],
        ["住院患者好评率", "94.3%", "%", 0.936],
        ["器械不良事件率", "0.9%", "%", 0.8],
    )

    figures = read_metrics(path)

    assert [value(figures, n, "2024") for n in ("住院患者好评率", "器械不良事件率")] == [
        Decimal("93.6"),
        Decimal("0.8"),
    ]
    assert any("住院患者好评率”写的是0.936，按93.6%读取" in w for w in warnings(figures))
    assert only(figures, "住院患者好评率", "2024").quantity.printed == "93.6%"


def test_last_years_value_in_brackets_is_last_years_value(tmp_path: Path) -> None:
    path = workbook(tmp_path / "2025.xlsx", ["指标名称", "本期值", "单位"], ["甲级病案率", "98.6%（去年97.2%）", "%"])

    figures = read_metrics(path)

    assert value(figures, "甲级病案率") == Decimal("98.6")
    assert value(figures, "甲级病案率", "2024") == Decimal("97.2")


@pytest.mark.parametrize("mask", ["xx", "**", "待补", "—", "/", "暂无", "空", "XX%", "无"])
def test_a_placeholder_is_no_figure(tmp_path: Path, mask: str) -> None:
    path = workbook(
        tmp_path / "2025.xlsx",
        ["指标名称", "本期值", "单位", "上年同期值"],
        ["甲级病案率", mask, "%", 95],
        ["急诊人次", 3, "人次", mask],
    )

    figures = read_metrics(path)

    assert [(o.period.code, o.quantity.value) for o in figures.observations] == [("2024", 95), ("2025", 3)]


@pytest.mark.parametrize("text", ["无", "未发生", "0", 0])
def test_none_of_something_counted_is_zero(tmp_path: Path, text: object) -> None:
    path = workbook(tmp_path / "2025.xlsx", ["指标名称", "本期值", "单位"], ["投诉起数", text, "起"])

    assert value(read_metrics(path), "投诉起数") == 0


@pytest.mark.parametrize(
    ("text", "expected", "unit"),
    [
        ("↑12%", "12", "%"),
        ("+12%", "12", "%"),
        ("-3.2%", "-3.2", "%"),
        ("↓12%", "-12", "%"),
        ("12%↓", "-12", "%"),
        ("下降0.8天", "-0.8", "天"),
        ("缩短0.8", "-0.8", "天"),
        (0.8, "0.8", "天"),
        ("持平", "0", "天"),
    ],
)
def test_a_reported_change_has_a_sign_and_a_unit(tmp_path: Path, text: object, expected: str, unit: str) -> None:
    path = workbook(tmp_path / "2025.xlsx", ["指标名称", "本期值", "单位", "同比变化"], ["平均住院日", 7.3, "天", text])

    [change] = read_metrics(path).changes

    assert (change.quantity.value, change.quantity.unit) == (Decimal(expected), unit)
    assert change.source.cell == "D2"


def test_a_difference_of_a_rate_is_in_percentage_points_and_a_percent_format_is_growth(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "2025.xlsx",
        ["指标名称", "本期值", "单位", "同比"],
        ["甲级病案率", 96.6, "%", 1.4],
        ["病床使用率", 92.7, "%", "提高2.1个百分点"],
        ["急诊人次", 100, "人次", 0.12],
        formats={"D4": "0%"},
    )

    told = [(c.quantity.value, c.quantity.unit) for c in read_metrics(path).changes]

    assert told == [(Decimal("1.4"), "个百分点"), (Decimal("2.1"), "个百分点"), (Decimal(12), "%")]


# --- the wide forms --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        ["2023年", "2024年", "2025年", "2025年目标", "2026年目标"],
        ["2023实际", "2024实际", "2025实际", "2025目标", "2026目标"],
        ["2023完成值", "2024完成值", "2025完成值", "2025计划", "2026计划"],
    ],
)
def test_a_column_a_year(tmp_path: Path, header: list[str]) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        ["指标", "单位", *header],
        ["急诊人次", "人次", 100, 110, 121, 120, 130],
    )

    figures = read_metrics(path)

    assert [value(figures, "急诊人次", y) for y in ("2023", "2024", "2025")] == [100, 110, 121]
    assert [value(figures, "急诊人次", y, Role.TARGET) for y in ("2025", "2026")] == [120, 130]


@pytest.mark.parametrize("where", ["column", "title", "sheet", "file"])
def test_a_column_a_month_takes_its_year_from_where_it_stands(tmp_path: Path, where: str) -> None:
    header: list[object] = ["指标", "单位", *(f"{m}月" for m in range(1, 13))]
    row: list[object] = ["急诊人次", "人次", *range(101, 113)]
    if where == "column":
        header, row = [*header, "年度"], [*row, "2025年"]
    title: list[list[object]] = [["2025年急诊月报"]] if where == "title" else []
    path = tmp_path / ("急诊2025.xlsx" if where == "file" else "急诊.xlsx")
    workbook(path, *title, header, row, sheet="2025" if where == "sheet" else "月报")

    figures = read_metrics(path)

    assert [o.period.code for o in figures.observations] == [*(f"2025M{m}" for m in range(1, 13)), "2025"]
    assert value(figures, "急诊人次", "2025M12") == 112
    assert value(figures, "急诊人次", "2025") == sum(range(101, 113))


def test_a_column_a_department(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        ["2025年各科出院"],
        ["指标", "单位", "心内科", "普外科", "合计"],
        ["出院人次", "人次", 10, 20, 30],
    )

    figures = read_metrics(path)

    assert figures.department_column
    assert [(o.department, o.quantity.value) for o in figures.observations] == [("心内科", 10), ("普外科", 20)]


def test_a_sheet_a_department(tmp_path: Path) -> None:
    header: list[object] = ["指标", "单位", "本期值"]
    path = workbooks(
        tmp_path / "全院2025.xlsx",
        {
            "医务科": [header, ["出院人次", "人次", 10]],
            "护理部": [header, ["出院人次", "人次", 20]],
            "填表说明": [["指标", "请填"]],
        },
    )

    figures = read_metrics(path)

    assert figures.department_column
    assert value(figures, "出院人次", of="护理部") == 20
    assert [o.department for o in read_metrics(path, department="医务科").observations] == ["医务科"]


@pytest.mark.parametrize("names", [("Sheet1", "Sheet2"), ("定稿", "备份"), ("数据", "数据(2)")])
def test_sheets_whose_names_say_nothing_contradict_each_other_and_a_way_out_is_told(
    tmp_path: Path, names: tuple[str, str]
) -> None:
    header: list[object] = ["指标", "单位", "本期值"]
    sheets = {n: [header, ["出院人次", "人次", 10 * i]] for i, n in enumerate(names, 1)}

    with pytest.raises(InputError, match="若两张表各是一个科室的，请把表名改成科室名"):
        read_metrics(workbooks(tmp_path / "2025年.xlsx", sheets))


def test_a_sheet_a_month(tmp_path: Path) -> None:
    header: list[object] = ["指标", "单位", "本月值"]
    sheets = {f"{m}月": [header, ["出院人次", "人次", 100 + m]] for m in (1, 2, 12)}
    path = workbooks(tmp_path / "2025年.xlsx", sheets)

    assert [o.period.code for o in read_metrics(path).observations] == ["2025M1", "2025M2", "2025M12"]


def test_a_period_column_or_title_makes_half_years_and_their_year_before(tmp_path: Path) -> None:
    column = workbook(
        tmp_path / "a.xlsx",
        ["年度", "期间", "指标", "单位", "本期值", "上年同期值"],
        [2025, "上半年", "出院人次", "人次", 10, 9],
    )
    title = workbook(
        tmp_path / "b.xlsx", ["2025年1—10月指标"], ["指标", "单位", "本期值", "同期"], ["出院人次", "人次", 10, 9]
    )

    assert [o.period.code for o in read_metrics(column).observations] == ["2025H1", "2024H1"]
    assert [o.period.code for o in read_metrics(title).observations] == ["2025M1-10", "2024M1-10"]


def test_other_formats_read_alike(tmp_path: Path) -> None:
    text = "指标名称,单位,本期值\n出院人次,人次,56374\n"
    csv, page = tmp_path / "2025.csv", tmp_path / "2025.xls"
    csv.write_bytes(text.encode("gb18030"))
    page.write_text(
        "<table><tr><td>指标名称<td>单位<td>本期值</tr><tr><td>出院人次<td>人次<td>56374</tr></table>", encoding="utf-8"
    )

    for path in (csv, page):
        assert value(read_metrics(path), "出院人次") == 56374
    assert str(read_metrics(csv).observations[0].source) == "2025.csv C2单元格"


def test_a_line_over_the_header_may_give_the_unit(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "2025.xlsx",
        ["财务指标"],
        ["单位：万元"],
        ["指标", "本期值"],
        ["医疗纠纷赔付金额", 142.7],
        ["急诊人次", 5],
    )

    figures = read_metrics(path)

    assert (value(figures, "医疗纠纷赔付金额"), value(figures, "急诊人次")) == (1427000, 5)
    assert "急诊人次（人次）" in warnings(figures)[0]


def test_two_tables_on_a_sheet_have_titles_of_their_own(tmp_path: Path) -> None:
    header: list[object] = ["指标", "单位", "本期值", "完成时限"]
    path = workbook(
        tmp_path / "a.xlsx",
        ["2025年指标"],
        header,
        ["急诊人次", "人次", 5, "2027年12月底前"],
        [],
        header,
        ["出院人次", "人次", 6, None],
        ["2024年指标"],
        header,
        ["急诊人次", "人次", 4, None],
    )

    assert [o.period.code for o in read_metrics(path).observations] == ["2025", "2025", "2024"]


def test_numbering_before_a_name_is_no_part_of_it(tmp_path: Path) -> None:
    names = ["1.急诊人次", "（2）出院人次", "三、投诉起数", "其中：手术台次"]
    path = workbook(tmp_path / "2025.xlsx", ["指标", "本期值"], *([n, 1] for n in names))

    assert {d.name for d in read_metrics(path).definitions.values()} == {"急诊人次", "出院人次", "投诉起数", "手术台次"}


@pytest.mark.parametrize(
    ("text", "expected", "qualifier"),
    [
        ("达到98%以上", 98, Qualifier.AT_LEAST),
        ("控制在98%以内", 98, Qualifier.AT_MOST),
        ("不低于98%", 98, Qualifier.AT_LEAST),
        ("≤98", 98, Qualifier.AT_MOST),
    ],
)
def test_a_target_may_be_a_bound_in_words(tmp_path: Path, text: str, expected: int, qualifier: Qualifier) -> None:
    path = workbook(tmp_path / "2025.xlsx", ["指标", "目标值", "单位"], ["甲级病案率", text, "%"])

    quantity = read_metrics(path).observations[0].quantity

    assert (quantity.value, quantity.qualifier, quantity.printed) == (expected, qualifier, text)


def test_a_bare_month_below_its_column_is_a_month(tmp_path: Path) -> None:
    path = workbook(tmp_path / "2025.xlsx", ["月份", "指标", "本期值", "单位"], [3, "急诊人次", 1, "人次"])

    assert read_metrics(path).observations[0].period.code == "2025M3"


# --- what is odd -----------------------------------------------------------------------------------


def test_an_unknown_header_is_a_warning_that_names_the_cell(tmp_path: Path) -> None:
    path = workbook(tmp_path / "医务科2025.xlsx", ["指标", "本期值", "单位", "心情"], ["急诊人次", 1, "人次", "好"])

    [finding] = read_metrics(path).findings

    assert (finding.severity, finding.quote) == (Severity.WARNING, "心情")
    assert (finding.place.section, finding.place.start, finding.place.end) == ("医务科2025.xlsx 指标 D1", 0, 0)
    assert "“心情”不认识" in finding.hint


def test_a_missing_unit_comes_from_the_catalogue_with_a_warning(tmp_path: Path) -> None:
    blank = workbook(tmp_path / "2025a.xlsx", ["指标", "本期值", "单位"], ["急诊人次", 1, None])
    no_column = workbook(tmp_path / "2025b.xlsx", ["指标", "本期值"], ["急诊人次", 1], ["病例组合指数", 1.1])

    assert only(read_metrics(blank), "急诊人次").quantity.unit == "人次"
    assert "按指标目录取“人次”" in warnings(read_metrics(blank))[0]
    [warning] = warnings(read_metrics(no_column))
    assert "急诊人次（人次）" in warning
    assert "病例组合指数" not in warning


def test_a_metric_without_catalogue_is_kept_with_its_definition_and_noted_once(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "2025.xlsx",
        ["指标", "本期值", "单位", "上年"],
        ["免陪照护病区数", 9, "个", 2],
        ["急诊人次", 1, "人次", 1],
    )

    figures = read_metrics(path)

    [finding] = figures.findings
    assert (finding.severity, finding.quote) == (Severity.INFO, "免陪照护病区数")
    [local] = [d for d in figures.definitions.values() if d.local]
    assert (local.name, local.unit, local.kind) == ("免陪照护病区数", "个", "count")
    assert {o.metric for o in figures.observations} <= set(figures.definitions)


def test_a_name_that_is_easily_confused_stays_apart_with_a_warning(tmp_path: Path) -> None:
    path = workbook(tmp_path / "2025.xlsx", ["指标", "本期值", "单位"], ["手术例数", 9, "例"])

    figures = read_metrics(path)

    assert figures.observations[0].metric.startswith("local_")
    assert "“手术台次”" in warnings(figures)[0]
    assert "混淆" in warnings(figures)[0]


def test_last_year_told_differently_next_year_is_a_warning_and_the_later_table_holds(tmp_path: Path) -> None:
    header: list[object] = ["年度", "指标", "单位", "本期值", "上年同期值", "目标值", "明年目标"]
    old = workbook(tmp_path / "2024.xlsx", header, [2024, "急诊人次", "人次", 100, 90, 95, 110])
    new = workbook(tmp_path / "2025.xlsx", header, [2025, "急诊人次", "人次", 120, 101, 115, 130])

    for files in ((old, new), (new, old)):
        figures = read_metrics(*files)
        assert value(figures, "急诊人次", "2024") == 101
        assert value(figures, "急诊人次", "2025", Role.TARGET) == 115
        assert len(warnings(figures)) == 2
        assert "2024.xlsx “指标”表 D2单元格写100" in warnings(figures)[0]
        assert "2025.xlsx “指标”表 E2单元格写101" in warnings(figures)[0]


def test_the_same_value_twice_is_kept_once(tmp_path: Path) -> None:
    header: list[object] = ["年度", "指标", "单位", "本期值", "上年同期值"]
    old = workbook(tmp_path / "2024.xlsx", header, [2024, "急诊人次", "万人次", 12.59, 11])
    new = workbook(tmp_path / "2025.xlsx", header, [2025, "急诊人次", "人次", 132416, 125880])

    figures = read_metrics(new, old, old)

    assert warnings(figures) == []
    assert only(figures, "急诊人次", "2024").source.file == "2024.xlsx"


def test_hidden_sheets_and_rows_are_said(tmp_path: Path) -> None:
    header: list[object] = ["指标", "本期值", "单位"]
    path = workbooks(
        tmp_path / "2025.xlsx", {"甲": [header, ["急诊人次", 1, "人次"]], "旧": [header, ["急诊人次", 2, "人次"]]}
    )
    book = openpyxl.load_workbook(path)
    book["旧"].sheet_state = "hidden"
    book["甲"].row_dimensions[2].hidden = True
    book.save(path)

    figures = read_metrics(path)

    assert value(figures, "急诊人次") == 1
    assert ["隐藏的工作表" in w or "第2行是隐藏" in w for w in warnings(figures)] == [True, True]


def test_a_cut_off_before_the_end_of_the_period_is_pointed_out(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "2025.xlsx", ["指标", "本期值", "单位", "数据截止"], ["急诊人次", 1, "人次", "2025-10-31"]
    )

    assert "2025年1—10月" in warnings(read_metrics(path))[0]


def test_a_department_without_rows_is_a_warning_that_lists_those_with_rows(tmp_path: Path) -> None:
    path = workbook(tmp_path / "2025.xlsx", ["科室", "指标", "本期值", "单位"], ["医务科", "急诊人次", 1, "人次"])

    figures = read_metrics(path, department="护理部")

    assert figures.observations == ()
    assert "只有：医务科" in warnings(figures)[0]


# --- what is wrong ---------------------------------------------------------------------------------


def test_text_in_a_number_cell_is_named_with_what_to_write(tmp_path: Path) -> None:
    path = workbook(tmp_path / "医务科2025.xlsx", ["指标", "本期值", "单位"], ["急诊人次", "约好了", "人次"])

    assert complaint(path).startswith(
        "医务科2025.xlsx “指标”表 B2单元格：“约好了”不是数字。请填写数值和单位，如“12.8万份”“98.6%”；暂时没有数据请留空"
    )


def test_a_broken_formula_is_called_one(tmp_path: Path) -> None:
    path = workbook(tmp_path / "2025.xlsx", ["指标", "本期值", "单位"], ["急诊人次", "#DIV/0!", "人次"])

    assert "B2单元格：“#DIV/0!”是公式出错" in complaint(path)


def test_without_any_header_the_message_lists_what_was_found_and_what_is_expected(tmp_path: Path) -> None:
    path = workbook(tmp_path / "2025.xlsx", ["名目", "数目", "单位"], ["急诊人次", 1, "人次"])

    message = complaint(path)

    assert "2025.xlsx “指标”表 A1单元格：没有找到表头，看到的是“名目”、“数目”、“单位”" in message
    assert "需要“指标名称”一列" in message


def test_a_metric_without_a_unit_anywhere_is_an_error(tmp_path: Path) -> None:
    path = workbook(tmp_path / "2025.xlsx", ["指标", "本期值", "单位"], ["免陪照护病区数", 9, None])

    message = complaint(path)

    assert "2025.xlsx “指标”表 C2单元格：指标“免陪照护病区数”没有写单位" in message
    assert "请在“单位”一列填写" in message


def test_the_same_metric_twice_in_one_file_is_an_error_with_both_cells(tmp_path: Path) -> None:
    header: list[object] = ["指标", "本期值", "单位"]
    path = workbook(tmp_path / "甲2025.xlsx", header, ["急诊人次", 12.8, "万人次"], ["急诊量", 129000, "人次"])

    message = complaint(path)

    assert "甲2025.xlsx “指标”表 B2单元格、甲2025.xlsx “指标”表 B3单元格" in message
    assert "请核实后只留一个" in message


def test_a_unit_of_another_kind_names_both_units(tmp_path: Path) -> None:
    header: list[object] = ["指标", "本期值", "单位"]
    column = workbook(tmp_path / "2025a.xlsx", header, ["急诊人次", 12, "天"])
    cell = workbook(tmp_path / "2025b.xlsx", header, ["急诊人次", "12天", "人次"])
    local = workbook(tmp_path / "2025c.xlsx", header, ["某自有指标", 12, "人"], ["某自有指标", 12, "人次"])

    assert "2025a.xlsx “指标”表 B2单元格：指标“急诊人次”的单位应为“人次”，这里写的是“天”" in complaint(column)
    assert "的单位应为“人次”，这里写的是“天”" in complaint(cell)
    assert "B3单元格：指标“某自有指标”的单位应为“人”，这里写的是“人次”" in complaint(local)


def test_a_file_that_names_no_year_is_an_error(tmp_path: Path) -> None:
    path = workbook(tmp_path / "医务科.xlsx", ["指标", "本期值", "单位"], ["急诊人次", 12, "人次"])

    message = complaint(path)

    assert "医务科.xlsx “指标”表 A2单元格：不知道是哪一年的数" in message
    assert "请加“年度”一列" in message


def test_wrong_dates_releases_years_and_periods_name_their_cells(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        ["年度", "期间", "指标", "本期值", "单位", "数据截止", "公开范围"],
        [2025, None, "急诊人次", 1, "人次", "年底", None],
        [2025, None, "出院人次", 1, "人次", None, "机密"],
        ["去年", None, "手术台次", 1, "台次", None, None],
        [2025, "某季度", "门诊人次", 1, "人次", None, None],
        [2025, "2024H1", "投诉起数", 1, "起", None, None],
        [2025, None, "平均住院日", 1, "天", "2025年12月", None],
    )

    lines = complaint(path).split("\n")

    starts = [
        "F2单元格：“年底”不是日期",
        "G3单元格：公开范围“机密”不认识",
        "A4单元格：年度“去年”看不懂",
        "B5单元格：期间“某季度”",
    ]
    starts += ["B6单元格：期间“2024H1”与“年度”列的2025不一致", "F7单元格：“2025年12月”不是日期"]
    assert [s in line for s, line in zip(starts, lines, strict=True)] == [True] * 6


def test_all_problems_are_told_at_once_but_at_most_ten(tmp_path: Path) -> None:
    rows: list[list[object]] = [[f"自有指标{n}", "多", "项"] for n in range(14)]
    path = workbook(tmp_path / "2025.xlsx", ["指标", "本期值", "单位"], *rows)

    lines = complaint(path).split("\n")

    assert len(lines) == 11
    assert "另有4处" in lines[-1]


def test_a_table_without_rows_and_a_workbook_without_content_are_errors(tmp_path: Path) -> None:
    bare = workbook(tmp_path / "2025a.xlsx", ["指标", "本期值", "单位"])
    nothing = workbook(tmp_path / "2025b.xlsx")

    assert "2025a.xlsx “指标”表 A1单元格：表头下面没有数据" in complaint(bare)
    assert "2025b.xlsx：没有可以读取的内容" in complaint(nothing)


def test_a_value_without_a_name_is_an_error(tmp_path: Path) -> None:
    path = workbook(tmp_path / "2025.xlsx", ["指标", "本期值", "单位"], ["急诊人次", 1, "人次"], [None, 12, "人次"])

    assert "B3单元格：这一行有数值，没有写指标名称" in complaint(path)


def test_two_columns_of_one_header_are_an_error(tmp_path: Path) -> None:
    path = workbook(tmp_path / "2025.xlsx", ["指标", "本期值", "本期值", "单位"], ["急诊人次", 1, 2, "人次"])

    assert "C1单元格：与B1单元格的表头都是“本期值”" in complaint(path)


# --- the examples ----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.xlsx")), ids=lambda p: p.stem)
def test_the_examples_read_without_warnings(path: Path) -> None:
    figures = read_metrics(path)

    assert {f.rule for f in figures.findings} <= {"figures.local"}
    rows = {o.source.cell[1:] for o in figures.observations if o.source.cell}
    sheet = openpyxl.load_workbook(path).worksheets[0]
    named = [r for r in sheet.iter_rows(min_row=2, values_only=True) if r[2]]
    assert len(rows) >= len(named) > 0


def test_two_years_of_examples_agree() -> None:
    for department in ("医务科", "护理部"):
        figures = read_metrics(*(EXAMPLES / f"{department}-{y}.xlsx" for y in (2024, 2025)))

        assert {f.rule for f in figures.findings} <= {"figures.local"}


def test_a_head_count_of_visits_may_be_told_in_people(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "年度,指标名称,本期值,单位\n2025,出院人数,56374,人\n2024,出院人次,53218,人次\n", "utf-8"
    )

    figures = read_metrics(tmp_path / "a.csv")

    assert {(o.metric, str(o.quantity.value), o.quantity.unit) for o in figures.observations} == {
        ("discharges", "56374", "人次"),
        ("discharges", "53218", "人次"),
    }

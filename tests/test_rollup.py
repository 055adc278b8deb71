"""Departments' figures put together: `metrics.rollup`."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chugao.catalogue import load_catalogue
from chugao.errors import InputError
from chugao.metrics.observation import Figures
from chugao.metrics.reading import read_metrics
from chugao.metrics.rollup import Part, Rollup, RollupRow, _weighted_parts, latest_period, rollup
from chugao.metrics.rollup_book import write_rollup
from chugao.source import Source

HEADER = "部门,指标名称,年度,期间,本期值,单位,上年同期值,分子,分母,口径\n"


def figures(tmp_path: Path, *lines: str, name: str = "各科.csv") -> Figures:
    path = tmp_path / name
    path.write_text(HEADER + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return read_metrics(path)


def made(given_figures: Figures, own: Figures | None = None) -> Rollup:
    return rollup(given_figures, latest_period(given_figures), own)


def row(result: Rollup, name: str) -> RollupRow:
    return next(r for r in result.rows if r.name == name)


def test_counts_are_added_and_each_cell_named(tmp_path: Path):
    result = made(figures(tmp_path, "内科,出院人次,2025,,12000,人次,,,,", "外科,出院人次,2025,,0.8万,人次,,,,"))

    discharges = row(result, "出院人次")
    assert discharges.value == 20000
    assert [(p.department, p.value, str(p.source)) for p in discharges.parts] == [
        ("内科", 12000, "各科.csv E2单元格"),
        ("外科", 8000, "各科.csv E3单元格"),
    ]


def test_a_rate_is_weighted_by_its_denominators_never_averaged(tmp_path: Path):
    result = made(figures(tmp_path, "内科,甲级病案率,2025,,96,%,,480,500,", "外科,甲级病案率,2025,,98,%,,196,200,"))

    assert row(result, "甲级病案率").value == Decimal("96.6")


def test_a_rate_without_a_denominator_is_refused_and_the_department_named(tmp_path: Path):
    result = made(figures(tmp_path, "内科,甲级病案率,2025,,96,%,,480,500,", "外科,甲级病案率,2025,,98,%,,,,"))

    assert row(result, "甲级病案率").value is None
    assert row(result, "甲级病案率").reason.startswith("外科没有填分母")


def test_a_metric_weighs_another_where_the_catalogue_says_so(tmp_path: Path):
    result = made(
        figures(
            tmp_path,
            "内科,平均住院日,2025,,8,天,,,,",
            "外科,平均住院日,2025,,7,天,,,,",
            "内科,出院人次,2025,,3000,人次,,,,",
            "外科,出院人次,2025,,1000,人次,,,,",
        )
    )

    assert row(result, "平均住院日").value == Decimal("7.8")
    assert "出院人次作分母" in row(result, "平均住院日").formula


def test_a_median_needs_raw_data(tmp_path: Path):
    name = "急性STEMI再灌注治疗时间中位数"

    result = made(figures(tmp_path, f"急诊科,{name},2025,,61,分钟,,,,", f"胸痛中心,{name},2025,,58,分钟,,,,"))

    assert row(result, name).value is None
    assert "原始数据" in row(result, name).reason


def test_year_end_values_of_several_departments_are_a_question_not_a_sum(tmp_path: Path):
    result = made(figures(tmp_path, "内科,DRG组数,2025,,400,组,,,,", "外科,DRG组数,2025,,300,组,,,,"))

    assert row(result, "DRG组数").value is None
    assert "内科400组、外科300组" in row(result, "DRG组数").reason


def test_a_sum_that_is_not_the_hospitals_own_figure_is_named_with_who_is_missing(tmp_path: Path):
    departments = figures(
        tmp_path,
        "内科,出院人次,2025,,12000,人次,,,,",
        "外科,出院人次,2025,,8000,人次,,,,",
        "儿科,出院人次,2025,,,人次,3000,,,",
    )
    own = figures(tmp_path, ",出院人次,2025,,23200,人次,,,,", name="全院.csv")

    result = made(departments, own)

    assert row(result, "出院人次").difference == 3200
    (finding,) = [f for f in result.findings if f.rule == "rollup.mismatch"]
    assert finding.severity == "error"
    assert "全院数23200人次（全院.csv E2单元格），全院多3200人次。缺儿科。" in finding.hint


def test_an_own_figure_that_agrees_as_printed_is_no_mismatch(tmp_path: Path):
    departments = figures(tmp_path, "内科,出院人次,2025,,12004,人次,,,,", "外科,出院人次,2025,,8003,人次,,,,")
    own = figures(tmp_path, ",出院人次,2025,,2.0万,人次,,,,", name="全院.csv")

    assert row(made(departments, own), "出院人次").difference is None


def test_differing_definitions_are_told(tmp_path: Path):
    result = made(
        figures(tmp_path, "内科,门诊人次,2025,,12000,人次,,,,含急诊", "外科,门诊人次,2025,,8000,人次,,,,不含急诊")
    )

    assert [f.rule for f in result.findings] == ["rollup.caliber"]


def test_nothing_of_the_year_is_an_error_that_says_what_is_there(tmp_path: Path):
    given_figures = figures(tmp_path, "内科,出院人次,2025,,12000,人次,,,,")

    with pytest.raises(InputError, match="没有2024年的科室数（文件里有2025年的数）"):
        rollup(given_figures, latest_period(given_figures, 2024))


def test_the_workbook_reads_back_as_the_hospitals_figures_once(tmp_path: Path):
    result = made(figures(tmp_path, "内科,出院人次,2025,,12000,人次,,,,", "外科,出院人次,2025,,8000,人次,,,,"))

    back = read_metrics(write_rollup(tmp_path / "全院.xlsx", result))

    assert [(o.metric, o.quantity.value, o.department) for o in back.observations] == [("discharges", 20000, "")]


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(1, 1000)), min_size=1, max_size=8))
def test_a_weighted_mean_lies_between_its_parts(pairs: list[tuple[int, int]]):
    definition = load_catalogue().get("bed_turnover")
    assert definition is not None
    parts = [
        Part(department=str(i), value=Decimal(v), printed="", denominator=Decimal(w), source=Source(file="a.csv"))
        for i, (v, w) in enumerate(pairs)
    ]

    value, _, _ = _weighted_parts(definition, parts, "次")

    assert value is not None
    assert min(v for v, _ in pairs) <= value <= max(v for v, _ in pairs)

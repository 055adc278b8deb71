"""What stands in value cells beside numbers, and numbers told twice or too small to tell."""

from pathlib import Path

import pytest

from chugao.errors import InputError
from chugao.metrics.facts import derive
from chugao.metrics.observation import Figures, Role
from chugao.metrics.reading import read_metrics
from chugao.metrics.rollup import latest_period, rollup
from chugao.period import Period
from chugao.source import Release

HEADER = "部门,指标名称,年度,本期值,单位,上年同期值,目标值\n"


def figures(folder: Path, *lines: str) -> Figures:
    path = folder / "指标.csv"
    path.write_text(HEADER + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return read_metrics(path)


# --- cells ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["四级甲等", "合格", "已完成", "三级乙等", "A+级", "达标"])
def test_a_grade_in_words_is_left_out_with_its_cell_named_and_the_other_rows_are_read(tmp_path, words):
    given = figures(tmp_path, f"医务科,电子病历应用水平等级,2025,{words},级,,", "医务科,出院人次,2025,1200,人次,,")

    (told,) = (f for f in given.findings if f.rule == "figures.level")
    assert [o.metric for o in given.observations] == ["discharges"]
    assert words in told.hint
    assert "D2单元格" in told.hint
    assert "事项" in told.hint


def test_a_grade_in_words_beside_a_target_leaves_the_target(tmp_path):
    given = figures(tmp_path, "医务科,电子病历应用水平等级,2025,四级甲等,级,,五级")

    assert [(o.role, o.quantity.value, o.quantity.unit) for o in given.observations] == [(Role.TARGET, 5, "级")]


def test_words_that_are_no_grade_are_still_refused(tmp_path):
    with pytest.raises(InputError, match="“十几万吧”不是数字"):
        figures(tmp_path, "医务科,出院人次,2025,十几万吧,人次,,")


def test_an_arrow_where_a_value_should_stand_is_read_as_the_change_and_said(tmp_path):
    given = figures(tmp_path, "医务科,手术台次,2025,↑12%,台次,800,", "医务科,平均住院日,2025,0.3天↓,天,7.6,")

    moved = [(c.metric, str(c.quantity.value), c.quantity.unit) for c in given.changes]
    assert moved == [("surgeries", "12", "%"), ("avg_length_of_stay", "-0.3", "天")]
    assert all(o.period.year == 2024 for o in given.observations)
    assert sum("是增减，不是数" in f.hint for f in given.findings) == 2


@pytest.mark.parametrize(("cell", "value"), [(".271", "27.1"), ("≥.95", "95"), (".6%", "0.6")])
def test_a_fraction_without_its_nought_is_read_with_it(tmp_path, cell, value):
    given = figures(tmp_path, f"医务科,病床使用率,2025,{cell},%,,")

    assert str(given.observations[0].quantity.value) == value


@pytest.mark.parametrize("cell", [">=95%", "=>95%", "≥95%", "95%以上", "不低于95%"])
def test_a_bound_is_read_however_a_keyboard_writes_it(tmp_path, cell):
    given = figures(tmp_path, f"医务科,病床使用率,2025,,%,,{cell}")

    assert [(o.quantity.value, o.quantity.qualifier.value) for o in given.observations] == [(95, "≥")]


# --- one number told twice ------------------------------------------------------------------------


def test_the_same_large_count_from_every_department_is_the_hospitals_and_not_added(tmp_path):
    given = figures(tmp_path, "医务科,手术台次,2025,23186,台次,,", "护理部,手术台次,2025,23186,台次,,")

    made = rollup(given, latest_period(given))

    (row,) = made.rows
    assert row.value is None
    assert "同一个数" in row.reason
    assert [f.rule for f in made.findings] == ["rollup.twice"]


def test_the_hospitals_own_number_from_two_departments_counts_once(tmp_path):
    lines = [
        "医务科,手术台次,2025,23186,台次,,",
        "护理部,手术台次,2025,23186,台次,,",
        "全院,手术台次,2025,23186,台次,,",
    ]

    made = rollup(given := figures(tmp_path, *lines), latest_period(given))

    (row,) = made.rows
    assert (row.value, row.difference) == (23186, None)
    assert made.findings == ()


def test_two_departments_with_the_same_small_count_are_added(tmp_path):
    given = figures(tmp_path, "内科,新技术新项目数,2025,12,项,,", "外科,新技术新项目数,2025,12,项,,")

    made = rollup(given, latest_period(given))

    assert [row.value for row in made.rows] == [24]


def test_two_of_three_departments_with_the_same_large_count_are_added_and_asked_about(tmp_path):
    lines = ["内科,出院人次,2025,4200,人次,,", "外科,出院人次,2025,4200,人次,,", "儿科,出院人次,2025,1300,人次,,"]

    made = rollup(given := figures(tmp_path, *lines), latest_period(given))

    assert [row.value for row in made.rows] == [9700]
    assert [(f.rule, "内科" in f.hint, "儿科" in f.hint) for f in made.findings] == [("rollup.twice", True, False)]


# --- too small to tell ----------------------------------------------------------------------------

DEATHS = ("内科,住院死亡人数,2025,2,人,,", "外科,住院死亡人数,2025,3,人,,")


def test_a_small_count_of_patients_by_ward_stays_inside_after_one_ward_was_picked(tmp_path):
    given = figures(tmp_path, *DEATHS).of_department("内科")

    facts = derive(given, Period(year=2025))

    assert {f.release for f in facts.by_slot.values()} == {Release.INTERNAL}


def test_what_one_department_alone_reports_is_no_list_by_ward(tmp_path):
    given = figures(tmp_path, DEATHS[0], "外科,出院人次,2025,3000,人次,,").of_department("内科")

    facts = derive(given, Period(year=2025))

    assert {f.release for f in facts.by_slot.values()} == {Release.PUBLIC}


def test_a_number_two_departments_report_alike_is_no_list_by_ward(tmp_path):
    given = figures(tmp_path, "内科,住院死亡人数,2025,2,人,,", "医务科,住院死亡人数,2025,2,人,,").of_department(
        "医务科"
    )

    facts = derive(given, Period(year=2025))

    assert {f.release for f in facts.by_slot.values()} == {Release.PUBLIC}


def test_new_techniques_and_firsts_by_ward_are_told_however_few(tmp_path):
    given = figures(tmp_path, "内科,新技术新项目数,2025,2,项,,", "外科,新技术新项目数,2025,3,项,,").of_department(
        "内科"
    )

    facts = derive(given, Period(year=2025))

    assert {f.release for f in facts.by_slot.values()} == {Release.PUBLIC}

"""The board of one department: what is there, what looks wrong, what holds for now only."""

import pytest

from chugao.errors import InputError
from chugao.metrics.readiness import readiness
from tests.plausible_cases import table


def hints(*rows: str, **more: str) -> dict[str, str]:
    board = readiness(table(*rows), **more)  # type: ignore[arg-type]
    return {f.rule: f.hint for f in board.findings}


def test_a_department_that_the_figures_do_not_name_is_refused_with_those_they_do():
    figures = table("手术台次 800台次 | 部门 骨科", "手术台次 90台次 | 部门 眼科")

    with pytest.raises(InputError, match="骨科、眼科"):
        readiness(figures, department="儿科")


def test_each_row_says_value_comparison_target_and_whether_it_was_reached():
    board = readiness(table("门诊人次 312600人次 | 上年 294900人次 | 目标 320000 | 责任 门诊部"))

    (row,) = board.rows
    assert (row.now, row.comparison, row.target, row.state, row.owner) == (
        "312600人次", "增长6.0%", "320000人次", "未完成", "门诊部",
    )  # fmt: skip


def test_a_growth_out_of_all_measure_gives_way_to_the_multiple():
    board = readiness(table("互联网护理人次 2600人次 | 上年 200人次"))

    assert board.rows[0].comparison == "是上年的13.0倍"


def test_what_looks_wrong_stands_on_the_board():
    found = hints("平均住院日 73天 | 上年 7.5天", "药占比 246%")

    assert {"plausibility.jump", "plausibility.percent"} <= set(found)


def test_a_level_narrows_what_is_usual():
    rows = ("门诊人次 3200000人次",)

    assert "plausibility" not in hints(*rows)
    assert "plausibility" in hints(*rows, level="乡镇")


def test_no_growth_from_zero_is_nobodys_mistake():
    assert hints("远程会诊例次 86例次 | 上年 0例次") == {}


def test_a_comparison_up_to_a_day_is_said_to_hold_for_now_only():
    found = hints("手术台次 9100台次 | 上年 8750台次 | 截止 2025-10-31")

    assert "截至10月31日" in found["provisional"]


def test_small_counts_of_patients_by_village_are_noted():
    found = hints("艾滋病死亡人数 2例 | 部门 东村", "艾滋病死亡人数 9例 | 部门 西村")

    assert "东村" in found["patients"]
    assert "西村" not in found["patients"]


def test_a_reported_change_that_the_values_contradict_is_told():
    found = hints("手术台次 1100台次 | 上年 1000台次 | 变化 +12%")

    assert "增长10.0%" in found["reported-change"]

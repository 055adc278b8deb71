"""Figures that cannot be are found, and figures that only look odd are left in peace."""

import re
import time
from pathlib import Path

import pytest

from chugao.errors import InputError
from chugao.metrics.identities import identities, read_identity
from chugao.metrics.plausibility import implausible
from chugao.metrics.readiness import readiness
from chugao.metrics.reading import read_metrics
from chugao.period import read_period
from chugao.source import Finding
from tests.plausible_cases import IMPLAUSIBLE, PLAUSIBLE, table

YEAR = read_period("2025")
EXAMPLES = sorted((Path(__file__).parents[1] / "examples" / "figures").glob("*.xlsx"))


def found_in(*rows: str, level: str | None = None, period: str = "2025") -> list[Finding]:
    return list(implausible(table(*rows), read_period(period), level))


@pytest.mark.parametrize("name", PLAUSIBLE)
def test_figures_as_hospitals_have_them_raise_no_alarm(name):
    rows = PLAUSIBLE[name]

    findings = found_in(*rows, period="2025H1" if "上半年" in "".join(rows) else "2025")

    assert [f.hint for f in findings] == []


@pytest.mark.parametrize("name", IMPLAUSIBLE)
def test_a_slip_is_found_by_the_rule_that_it_breaks(name):
    rule, rows = IMPLAUSIBLE[name]

    findings = found_in(*rows)

    assert rule in {f.rule.removeprefix("plausibility.") for f in findings}


@pytest.mark.parametrize("name", IMPLAUSIBLE)
def test_every_finding_names_the_cells_it_rests_on_and_says_what_to_do(name):
    findings = found_in(*IMPLAUSIBLE[name][1])

    for finding in findings:
        assert re.search(r"指标\.csv [A-Z]+\d+单元格", finding.hint)
        assert re.search(r"请|可以不改|允许", finding.hint)
        assert finding.place.section.startswith("指标.csv")


def test_the_examples_raise_no_alarm_alone_or_together():
    boards = [readiness(read_metrics(path)) for path in EXAMPLES]
    together = readiness(read_metrics(*(p for p in EXAMPLES if p.stem.startswith("医务科"))))

    assert len(boards) >= 4
    assert [f.hint for b in (*boards, together) for f in b.findings if f.severity.value != "info"] == []


def test_an_identity_names_both_sides_and_the_value_that_would_fit():
    (finding,) = found_in("实际开放床位 800张", "出院人次 35800人次", "病床周转次数 34.6次")

    assert "病床周转次数＝出院人次÷实际开放床位" in finding.hint
    assert "34.6次" in finding.hint
    assert "35800人次" in finding.hint
    assert "约为44.75次" in finding.hint


def test_last_years_column_is_held_against_the_identities_too():
    findings = found_in("手术台次 5210台次 | 上年 1890台次", "四级手术台次 620台次 | 上年 2905台次")

    assert any("2024年2905" in f.hint and f.severity.value == "error" for f in findings)


def test_departments_are_held_each_against_its_own_figures():
    rows = (
        "手术台次 800台次 | 部门 骨科", "四级手术台次 120台次 | 部门 骨科",
        "手术台次 90台次 | 部门 眼科", "四级手术台次 130台次 | 部门 眼科",
    )  # fmt: skip

    findings = found_in(*rows)

    assert [f.rule for f in findings] == ["plausibility.identity"]
    assert "90台次" in findings[0].hint


def test_what_is_common_depends_on_the_level_when_it_is_known():
    rows = ("门诊人次 3200000人次",)

    assert found_in(*rows) == []
    assert [f.rule for f in found_in(*rows, level="乡镇")] == ["plausibility"]
    assert found_in(*rows, level="三级") == []


def test_a_step_three_times_the_usual_is_told_where_history_is_long_enough():
    history = [
        f"随访慢病患者人次 {value}人次 | 年度 {year}"
        for year, value in (("2021", 10100), ("2022", 10320), ("2023", 10480), ("2024", 10650))
    ]

    ordinary = found_in(*history, "随访慢病患者人次 10890人次 | 年度 2025")
    leap = found_in(*history, "随访慢病患者人次 15890人次 | 年度 2025")

    assert ordinary == []
    assert [f.rule for f in leap] == ["plausibility.jump"]
    assert "15890人次" in leap[0].hint
    assert "10650人次" in leap[0].hint


def test_a_leap_that_the_target_foresaw_is_no_slip():
    rows = "日间手术病种数 320个 | 上年 30个 | 目标 300"

    assert found_in(rows) == []


def test_values_within_their_last_printed_place_agree():
    """15.0 % is whatever rounds to it: 1926 of 12840 and 1930 of 12840 alike."""
    for fourth in (1926, 1930):
        rows = ("手术台次 12840台次", f"四级手术台次 {fourth}台次", "出院患者四级手术比例 15.0%")

        assert found_in(*rows) == []


def test_every_shipped_identity_can_be_read_and_has_an_id_of_its_own():
    ids = [identity.id for identity in identities()]

    assert len(ids) == len(set(ids))
    assert len(ids) > 100
    assert all(re.fullmatch(r"[a-z_]+", identity) for identity in ids)


def test_an_identity_that_cannot_be_read_is_refused_by_name():
    with pytest.raises(InputError, match="beds"):
        read_identity({"id": "beds", "holds": "床位 大约 床位"})


def test_a_department_of_sixty_metrics_is_checked_in_a_blink():
    figures = read_metrics(*EXAMPLES)
    implausible(figures, YEAR)
    started = time.process_time()

    implausible(figures, YEAR)

    spent = time.process_time() - started
    print(f"implausible: {len(figures.observations)} figures in {spent * 1000:.1f} ms CPU")
    assert spent < 1


def test_a_bed_occupancy_no_house_reports_is_asked_about_and_one_with_added_beds_is_not():
    asked = found_in("病床使用率 128.6%|上年 92.1")
    left = found_in("病床使用率 108.2%|上年 103.1")

    assert ["病床使用率" in f.hint for f in asked] == [True]
    assert left == []


def test_a_target_over_a_hundred_is_told_once():
    figures = table("三四级手术占比 61.3%|上年 58.7|目标 101")

    board = readiness(figures)

    assert sum("超过了100%" in f.hint for f in board.findings) == 1

"""What follows from the figures, with its formula, its sign and its one printed form."""

import re
import time
from decimal import Decimal

import pytest

from chugao.catalogue import load_catalogue
from chugao.errors import InputError
from chugao.metrics.facts import Facts, derive
from chugao.metrics.observation import Figures, Observation, ReportedChange, Role
from chugao.period import read_period
from chugao.quantity import Quantity, parse
from chugao.source import Release, Source

SOURCE = Source(file="医务科-2025.xlsx", sheet="指标", cell="C5")
CATALOGUE = load_catalogue()


def figure(metric: str, period: str, value: str, role: Role = Role.ACTUAL, **more: object) -> Observation:
    return Observation.model_validate(
        {"metric": metric, "department": "", "period": read_period(period), "role": role, "quantity": parse(value), "source": SOURCE}
        | more
    )  # fmt: skip


def facts_of(*observations: Observation, period: str = "2025", changes: tuple[ReportedChange, ...] = ()) -> Facts:
    return derive(Figures(observations=observations, changes=changes), read_period(period))


def printed(facts: Facts, metric: str) -> dict[str, str]:
    return {f.field: f.printed for f in facts.by_slot.values() if f.metric == metric}


# --- comparisons ----------------------------------------------------------------------------------


def test_a_count_that_grew_has_a_change_and_a_growth_from_the_values_as_reported():
    facts = facts_of(figure("surgeries", "2025", "23186台次"), figure("surgeries", "2024", "21934台次"))

    assert printed(facts, "surgeries") == {
        "now": "23186台次", "prev": "21934台次", "change": "增加1252台次", "growth": "增长5.7%",
    }  # fmt: skip
    growth = facts.get("surgeries", "growth")
    assert growth is not None
    assert growth.formula == "（23186台次−21934台次）÷21934台次×100%"
    assert (growth.sign, growth.good, growth.verb) == (1, True, "增长")
    assert "医务科-2025.xlsx" in growth.source_label


def test_a_rate_changes_by_percentage_points_and_has_no_growth():
    facts = facts_of(
        figure("level_four_surgery_rate", "2025", "31.4%"), figure("level_four_surgery_rate", "2024", "28%")
    )

    found = printed(facts, "level_four_surgery_rate")
    assert found["change"] == "提高3.4个百分点"
    assert "growth" not in found


def test_a_duration_that_got_shorter_is_welcome():
    facts = facts_of(figure("avg_length_of_stay", "2025", "7.1天"), figure("avg_length_of_stay", "2024", "7.9天"))

    change = facts.get("avg_length_of_stay", "change")
    assert change is not None
    assert (change.printed, change.value, change.sign, change.good) == ("缩短0.8天", Decimal("-0.8"), -1, True)


def test_a_count_that_doubled_also_has_a_multiple():
    facts = facts_of(figure("surgeries", "2025", "2300台次"), figure("surgeries", "2024", "1000台次"))

    assert printed(facts, "surgeries")["multiple"] == "是上年的2.3倍"


@pytest.mark.parametrize("now, growth", [("21934台次", "与上年持平"), ("21935台次", "与上年基本持平")])
def test_no_growth_is_told_from_a_growth_too_small_to_print(now, growth):
    facts = facts_of(figure("surgeries", "2025", now), figure("surgeries", "2024", "21934台次"))

    fact = facts.get("surgeries", "growth")
    assert fact is not None
    assert (fact.printed, fact.sign, fact.verb, fact.good) == (growth, 0, "", None)


def test_rounding_is_half_up_and_happens_once_at_the_end():
    facts = facts_of(figure("surgeries", "2025", "10125台次"), figure("surgeries", "2024", "10000台次"))

    assert printed(facts, "surgeries")["growth"] == "增长1.3%"


def test_nothing_grows_from_zero_and_a_missing_year_is_never_made_up():
    from_zero = facts_of(figure("surgeries", "2025", "5台次"), figure("surgeries", "2024", "0台次"))
    alone = facts_of(figure("surgeries", "2025", "5台次"))

    assert "growth" not in printed(from_zero, "surgeries")
    assert printed(alone, "surgeries") == {"now": "5台次"}


@pytest.mark.parametrize("period, before", [("2025H1", "2024H1"), ("2025Q3", "2024Q3"), ("2025M1-10", "2024M1-10")])
def test_part_of_a_year_is_compared_with_the_same_part_of_the_year_before(period, before):
    facts = facts_of(
        figure("surgeries", period, "1100台次"),
        figure("surgeries", before, "1000台次"),
        figure("surgeries", "2024", "2300台次"),
        period=period,
    )

    assert printed(facts, "surgeries")["growth"] == "增长10.0%"


# --- refused --------------------------------------------------------------------------------------


def test_years_of_different_scope_are_not_compared_and_the_reason_is_kept():
    facts = facts_of(
        figure("surgeries", "2025", "1100台次", caliber="含日间手术"),
        figure("surgeries", "2024", "1000台次", caliber="不含日间手术"),
    )

    assert set(printed(facts, "surgeries")) == {"now", "prev"}
    assert "口径不同（含日间手术／不含日间手术）" in facts.refused["surgeries.change"]
    assert "surgeries.growth" in facts.refused


def test_a_vague_figure_is_not_compared_and_the_reason_is_kept():
    facts = facts_of(figure("surgeries", "2025", "1100台次"), figure("surgeries", "2024", "约1000台次"))

    assert "change" not in printed(facts, "surgeries")
    assert "不是确数" in facts.refused["surgeries.change"]


def test_a_unit_that_measures_something_else_is_left_out_with_the_reason():
    facts = facts_of(figure("surgeries", "2025", "1100台次"), figure("surgeries", "2024", "98%"))

    assert set(printed(facts, "surgeries")) == {"now"}
    assert "不能换算" in facts.refused["surgeries.prev"]


def test_an_old_change_of_scope_does_not_refuse_this_years_comparison():
    facts = facts_of(
        figure("surgeries", "2025", "1100台次", caliber="甲"),
        figure("surgeries", "2024", "1000台次", caliber="甲"),
        figure("surgeries", "2023", "900台次", caliber="乙"),
    )

    assert facts.refused == {}
    assert printed(facts, "surgeries")["growth"] == "增长10.0%"


def test_units_that_convert_are_compared():
    facts = facts_of(figure("avg_length_of_stay", "2025", "7天"), figure("avg_length_of_stay", "2024", "2周"))

    assert printed(facts, "avg_length_of_stay")["change"] == "缩短7天"


def test_a_metric_that_nobody_defined_is_refused_by_name():
    with pytest.raises(InputError, match="no_such_metric"):
        facts_of(figure("no_such_metric", "2025", "5项"))


# --- targets --------------------------------------------------------------------------------------


def test_a_count_against_its_target_has_a_gap_and_an_attainment():
    facts = facts_of(figure("surgeries", "2025", "23186台次"), figure("surgeries", "2025", "23000台次", Role.TARGET))

    attainment, gap = facts.get("surgeries", "attainment"), facts.get("surgeries", "gap")
    assert attainment is not None
    assert gap is not None
    assert (attainment.printed, attainment.good) == ("100.8%", True)
    assert (gap.printed, gap.value) == ("186台次", 186)


@pytest.mark.parametrize("now, good", [("7.1天", True), ("7.3天", False)])
def test_a_metric_that_should_fall_is_reached_from_below(now, good):
    facts = facts_of(
        figure("avg_length_of_stay", "2025", now), figure("avg_length_of_stay", "2025", "7.2天", Role.TARGET)
    )

    gap = facts.get("avg_length_of_stay", "gap")
    assert gap is not None
    assert gap.good is good
    assert facts.get("avg_length_of_stay", "attainment") is None


def test_next_years_target_is_a_goal():
    facts = facts_of(figure("surgeries", "2025", "23186台次"), figure("surgeries", "2026", "24000台次", Role.TARGET))

    assert printed(facts, "surgeries")["goal"] == "24000台次"


# --- history and parts ----------------------------------------------------------------------------


def test_three_years_of_the_same_direction_are_a_streak_and_two_are_not():
    values = {"2025": "1300台次", "2024": "1200台次", "2023": "1100台次", "2022": "1000台次"}
    four = [figure("surgeries", year, value) for year, value in values.items()]

    assert printed(facts_of(*four), "surgeries")["streak"] == "连续3年增加"
    assert "streak" not in printed(facts_of(*four[:3]), "surgeries")


def test_a_count_with_the_whole_in_its_row_has_a_share():
    facts = facts_of(figure("surgeries", "2025", "1200台次", denominator=parse("8000台次")))

    share = facts.get("surgeries", "share")
    assert share is not None
    assert (share.printed, share.formula) == ("15.0%", "1200台次÷8000台次×100%")


@pytest.mark.parametrize("whole", ["1000台次", "0台次", "约8000台次", "98%"])
def test_a_whole_that_cannot_be_one_gives_no_share(whole):
    facts = facts_of(figure("surgeries", "2025", "1200台次", denominator=parse(whole)))

    assert facts.get("surgeries", "share") is None


# --- reported changes -----------------------------------------------------------------------------


def reported(metric: str, value: str, unit: str) -> ReportedChange:
    quantity = Quantity(value=Decimal(value), unit=unit, printed=f"{value}{unit}")
    return ReportedChange(metric=metric, department="", period=read_period("2025"), quantity=quantity, source=SOURCE)


@pytest.mark.parametrize(
    "metric, now, change, unit, slot, text",
    [
        ("surgeries", "1100台次", "-3.2", "%", "growth", "下降3.2%"),
        ("level_four_surgery_rate", "31.4%", "2.1", "%", "change", "提高2.1个百分点"),
        ("avg_length_of_stay", "7.1天", "-0.8", "天", "change", "缩短0.8天"),
    ],
)
def test_a_reported_change_stands_in_for_a_missing_year(metric, now, change, unit, slot, text):
    facts = facts_of(figure(metric, "2025", now), changes=(reported(metric, change, unit),))

    fact = facts.get(metric, slot)
    assert fact is not None
    assert (fact.printed, fact.formula) == (text, "填报的同比变化")
    assert facts.get(metric, "prev") is None


def test_a_percentage_of_a_duration_is_no_way_to_compare():
    facts = facts_of(
        figure("avg_length_of_stay", "2025", "7.1天"), changes=(reported("avg_length_of_stay", "-5", "%"),)
    )

    assert set(printed(facts, "avg_length_of_stay")) == {"now"}


# --- print forms ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "metric, value, text",
    [
        ("outpatient_visits", "128.46万人次", "128.46万人次"),
        ("outpatient_visits", "1284600人次", "128.46万人次"),
        ("outpatient_visits", "32000人次", "32000人次"),
        ("avg_length_of_stay", "7.10天", "7.1天"),
        ("level_four_surgery_rate", "31.4%", "31.4%"),
        ("surgeries", "200余台次", "200余台次"),
        ("surgeries", "约200台次", "约200台次"),
        ("surgeries", "200台次以上", "200台次以上"),
        ("safety_accidents", "0起", "未发生"),
    ],
)
def test_a_value_prints_with_the_decimals_it_was_reported_in(metric, value, text):
    assert printed(facts_of(figure(metric, "2025", value)), metric)["now"] == text


def test_a_range_prints_both_ends_and_a_ratio_one_to_what():
    nurses = next(d for d in CATALOGUE if d.unit == "1:x")

    facts = facts_of(figure("surgeries", "2025", "10—12台次"), figure(nurses.id, "2025", "1:0.55"))

    assert printed(facts, "surgeries")["now"] == "10台次—12台次"
    assert printed(facts, nurses.id)["now"] == "1:0.55"


def test_all_values_of_a_metric_print_alike():
    facts = facts_of(
        figure("outpatient_visits", "2025", "128.46万人次"), figure("outpatient_visits", "2024", "120万人次")
    )

    assert printed(facts, "outpatient_visits") == {
        "now": "128.46万人次", "prev": "120.00万人次", "change": "增加8.46万人次", "growth": "增长7.1%",
    }  # fmt: skip


def test_every_slot_is_of_letters_and_a_fact_is_as_secret_as_its_inputs():
    facts = facts_of(
        figure("surgeries", "2025", "1100台次"), figure("surgeries", "2024", "1000台次", release=Release.INTERNAL)
    )

    assert all(re.fullmatch(r"[a-z_]+\.[a-z_]+", slot) for slot in facts.by_slot)
    assert facts.get("surgeries", "now").release is Release.PUBLIC  # type: ignore[union-attr]
    assert facts.get("surgeries", "growth").release is Release.INTERNAL  # type: ignore[union-attr]


def test_sixty_metrics_are_derived_well_within_a_second():
    chosen = [d for d in CATALOGUE if d.unit in ("%", "人次", "台次", "天", "项", "例")][:60]
    observations = [
        figure(d.id, year, f"{value}{d.unit}", role)
        for d in chosen
        for year, value, role in (("2025", 90, Role.ACTUAL), ("2024", 80, Role.ACTUAL), ("2026", 95, Role.TARGET))
    ]
    figures = Figures(observations=tuple(observations))
    derive(figures, read_period("2025"))
    started = time.process_time()

    facts = derive(figures, read_period("2025"))

    spent = time.process_time() - started
    print(f"derive: {len(chosen)} metrics in {spent * 1000:.1f} ms CPU")
    assert len(facts.metrics()) == len(chosen) == 60
    assert spent < 1

"""Which figures compare, how a difference is said, and what more a row of years has to tell."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chugao.catalogue import load_catalogue
from chugao.metrics.facts import Facts, derive
from chugao.metrics.observation import Figures, Observation, RelativeTarget, Role, Status
from chugao.metrics.relative import read_step
from chugao.period import read_period
from chugao.quantity import Quantity, parse, supports
from chugao.source import Release, Source

SOURCE = Source(file="医务科.xlsx", sheet="指标", cell="C5")
CATALOGUE = load_catalogue()


def figure(metric: str, period: str, value: str, role: Role = Role.ACTUAL, **more: object) -> Observation:
    return Observation.model_validate(
        {"metric": metric, "department": "", "period": read_period(period), "role": role, "quantity": parse(value), "source": SOURCE}
        | more
    )  # fmt: skip


def until(day: str) -> Source:
    return SOURCE.model_copy(update={"cutoff": date.fromisoformat(day)})


def facts_of(*observations: Observation, period: str = "2025", aims: tuple[RelativeTarget, ...] = ()) -> Facts:
    definitions = {
        d.id: d
        for d in (
            CATALOGUE.local(name, "例") for name in ("艾滋病死亡人数", "首例手术例数", "四级手术台次", "职工人数")
        )
    }
    return derive(Figures(observations=observations, aims=aims, definitions=definitions), read_period(period))


def printed(facts: Facts, metric: str) -> dict[str, str]:
    return {f.field: f.printed for f in facts.by_slot.values() if f.metric == metric}


# --- one form a metric ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "metric, now, prev, expected",
    [
        ("bed_occupancy_rate", "88%", "91.3%", ("88.0%", "91.3%", "下降3.3个百分点")),
        ("avg_length_of_stay", "7天", "7.4天", ("7.0天", "7.4天", "缩短0.4天")),
        ("vap_rate", "2.9‰", "3.14‰", ("2.90‰", "3.14‰", "下降0.24个千分点")),
        ("maternal_mortality", "14.3/10万", "15.5/10万", ("14.3/10万", "15.5/10万", "下降1.2/10万")),
        ("grade_a_record_rate", "97%", "96%", ("97%", "96%", "提高1个百分点")),
        ("grade_a_record_rate", "97.0%", "96%", ("97.0%", "96.0%", "提高1.0个百分点")),
        ("bed_nurse_ratio", "1:0.55", "1:0.5", ("1:0.55", "1:0.50", "提高0.05")),
        ("patient_satisfaction", "95.2%", "95.2%", ("95.2%", "95.2%", "与上年持平")),
    ],
)
def test_a_metric_keeps_its_decimals_and_its_difference_has_the_unit_of_a_difference(metric, now, prev, expected):
    found = printed(facts_of(figure(metric, "2025", now), figure(metric, "2024", prev)), metric)

    assert (found["now"], found["prev"], found["change"]) == expected


def test_a_growth_prints_with_one_decimal_always():
    facts = facts_of(figure("surgeries", "2025", "10600台次"), figure("surgeries", "2024", "10000台次"))

    assert printed(facts, "surgeries")["growth"] == "增长6.0%"


def test_what_was_reported_in_ten_thousands_is_not_said_more_finely_than_it_was_known():
    facts = facts_of(
        figure("outpatient_visits", "2025", "12.8万人次"), figure("outpatient_visits", "2024", "121934人次")
    )

    found = printed(facts, "outpatient_visits")
    assert (found["now"], found["prev"], found["change"]) == ("12.8万人次", "12.2万人次", "增加6000人次")


def test_a_value_that_ten_thousands_would_blur_keeps_its_digits():
    facts = facts_of(figure("outpatient_visits", "2025", "12.8万人次"), figure("outpatient_visits", "2024", "9512人次"))

    assert printed(facts, "outpatient_visits")["prev"] == "9512人次"


@given(st.decimals(0, 100, places=2), st.decimals(0, 100, places=1))
def test_every_printed_value_and_difference_is_true(now, prev):
    observations = (figure("bed_occupancy_rate", "2025", f"{now}%"), figure("bed_occupancy_rate", "2024", f"{prev}%"))

    facts = facts_of(*observations)

    for fact in facts.by_slot.values():
        if fact.sign or fact.field in ("now", "prev"):
            claim = parse(fact.printed.removeprefix(fact.verb))
            assert claim.unit == fact.unit
            assert supports(abs(fact.value), claim)


# --- bases that carry no growth -------------------------------------------------------------------


@pytest.mark.parametrize(
    "now, prev, change, why",
    [("5台次", "0台次", "增加5台次", "上年为0"), ("0台次", "5台次", "减少5台次", "")],
)
def test_nothing_grows_from_zero_and_the_change_is_said_instead(now, prev, change, why):
    facts = facts_of(figure("surgeries", "2025", now), figure("surgeries", "2024", prev))

    assert printed(facts, "surgeries")["change"] == change
    assert why in facts.refused.get("surgeries.growth", "")


def test_a_loss_that_shrank_has_a_change_and_no_growth():
    facts = facts_of(figure("budget_surplus", "2025", "-320万元"), figure("budget_surplus", "2024", "-865万元"))

    found = printed(facts, "budget_surplus")
    assert (found["now"], found["change"]) == ("-320万元", "增加545万元")
    assert "growth" not in found
    assert "不能计算增长率" in facts.refused["budget_surplus.growth"]


def test_a_growth_beyond_all_measure_yields_to_the_multiple():
    facts = facts_of(figure("surgeries", "2025", "2600台次"), figure("surgeries", "2024", "200台次"))

    comparison = facts.comparison("surgeries")

    assert comparison is not None
    assert comparison.printed == "是上年的13.0倍"


# --- months ---------------------------------------------------------------------------------------


def test_a_year_that_is_not_over_compares_with_the_same_months_only():
    now = figure("surgeries", "2026", "9100台次", source=until("2026-10-31"))

    whole = facts_of(now, figure("surgeries", "2025", "10900台次"), period="2026")
    part = facts_of(
        now, figure("surgeries", "2025M1-10", "8750台次"), figure("surgeries", "2025", "10900台次"), period="2026"
    )

    assert set(printed(whole, "surgeries")) == {"now"}
    assert "2026年1—10月" in whole.refused["surgeries.change"]
    assert printed(part, "surgeries")["growth"] == "增长4.0%"
    assert printed(part, "surgeries")["prev"] == "8750台次"


def test_last_years_cut_off_makes_last_years_figure_the_same_months():
    now = figure("surgeries", "2026", "9100台次", source=until("2026-10-31"))
    prev = figure("surgeries", "2025", "8750台次", source=until("2025-10-31"))

    facts = facts_of(now, prev, period="2026")

    growth = facts.get("surgeries", "growth")
    assert growth is not None
    assert growth.printed == "增长4.0%"
    assert "截至10月31日" in growth.caveat


def test_a_month_that_is_not_over_has_nothing_to_compare_with():
    now = figure("surgeries", "2026", "9100台次", source=until("2026-10-12"))

    facts = facts_of(now, figure("surgeries", "2025M1-10", "8750台次"), period="2026")

    assert "10月12日" in facts.refused["surgeries.change"]


def test_a_year_drafted_in_december_compares_and_says_up_to_when():
    now = figure("surgeries", "2025", "10900台次", source=until("2025-12-15"))

    growth = facts_of(now, figure("surgeries", "2024", "10000台次")).get("surgeries", "growth")

    assert growth is not None
    assert (growth.printed, growth.caveat) == ("增长9.0%", "截至12月15日")


def test_a_target_of_the_year_is_not_missed_in_october_and_may_be_reached():
    target = figure("surgeries", "2026", "10000台次", Role.TARGET)

    short = facts_of(figure("surgeries", "2026", "9100台次", source=until("2026-10-31")), target, period="2026")
    done = facts_of(figure("surgeries", "2026", "10100台次", source=until("2026-10-31")), target, period="2026")

    assert short.get("surgeries", "gap") is None
    assert short.get("surgeries", "attainment").good is None  # type: ignore[union-attr]
    assert done.get("surgeries", "gap").good is True  # type: ignore[union-attr]


def test_provisional_against_confirmed_is_compared_and_said():
    now = figure("surgeries", "2025", "10900台次", status=Status.PROVISIONAL)

    growth = facts_of(now, figure("surgeries", "2024", "10000台次")).get("surgeries", "growth")

    assert growth is not None
    assert growth.caveat == "2025年为快报数"


def test_figures_of_two_departments_are_never_compared_with_each_other():
    facts = facts_of(
        figure("surgeries", "2025", "1090台次", department="骨科"),
        figure("surgeries", "2024", "600台次", department="眼科"),
    )

    assert "change" not in printed(facts, "surgeries")
    assert "“骨科”和“眼科”" in facts.refused["surgeries.change"]


def test_a_departments_own_last_year_is_found_among_those_of_others():
    facts = facts_of(
        figure("surgeries", "2024", "600台次", department="眼科"),
        figure("surgeries", "2025", "1090台次", department="骨科"),
        figure("surgeries", "2024", "1000台次", department="骨科"),
    )

    assert printed(facts, "surgeries")["growth"] == "增长9.0%"


def test_where_the_scope_changed_the_value_on_a_comparable_basis_stands_in_and_is_said():
    now = figure("surgeries", "2025", "1100台次", caliber="含日间手术")
    prev = figure("surgeries", "2024", "900台次", caliber="不含日间手术")
    restated = figure("surgeries", "2024", "1000台次", caliber="可比口径")

    facts = derive(Figures(observations=(now, prev), comparable=(restated,)), read_period("2025"))

    growth = facts.get("surgeries", "growth")
    assert growth is not None
    assert (growth.printed, growth.caveat) == ("增长10.0%", "2024年按可比口径")
    assert printed(facts, "surgeries")["prev"] == "1000台次"


# --- history --------------------------------------------------------------------------------------


def run(metric: str, values: dict[str, str]) -> tuple[Observation, ...]:
    return tuple(figure(metric, period, value) for period, value in values.items())


@pytest.mark.parametrize(
    "period, values, streak",
    [
        ("2025H1", {"2025H1": "7.1天", "2024H1": "7.3天", "2023H1": "7.6天", "2022H1": "7.9天"}, "连续3年缩短"),
        ("2025M1-10", {"2025M1-10": "4", "2024M1-10": "3", "2023M1-10": "2", "2022M1-10": "1"}, "连续3年延长"),
        ("2025Q3", {"2025Q3": "7.1天", "2025Q2": "7.3天", "2025Q1": "7.6天", "2024Q4": "7.9天"}, "连续3个季度缩短"),
        ("2025M2", {"2025M2": "7.1天", "2025M1": "7.3天", "2024M12": "7.6天", "2024M11": "7.9天"}, "连续3个月缩短"),
    ],
)
def test_a_streak_runs_over_like_spans(period, values, streak):
    observations = run("avg_length_of_stay", {p: v if v.endswith("天") else f"{v}天" for p, v in values.items()})

    facts = facts_of(*observations, period=period)

    assert printed(facts, "avg_length_of_stay")["streak"] == streak


def test_a_year_between_that_is_cut_short_ends_the_streak():
    years = {"2025": "7.1天", "2024": "7.3天", "2023": "7.6天", "2022": "7.9天"}
    observations = [
        o.model_copy(update={"source": until("2023-06-30")}) if o.period.year == 2023 else o
        for o in run("avg_length_of_stay", years)
    ]

    assert "streak" not in printed(facts_of(*observations), "avg_length_of_stay")


def test_a_year_whose_quarters_are_all_reported_has_a_range():
    quarters = {"2025": "92.7%", "2025Q1": "90.1%", "2025Q2": "93.0%", "2025Q3": "94.6%", "2025Q4": "91.2%"}

    whole = facts_of(*run("bed_occupancy_rate", quarters)).get("bed_occupancy_rate", "range")
    partly = facts_of(*run("bed_occupancy_rate", dict(list(quarters.items())[:4]))).get("bed_occupancy_rate", "range")

    assert whole is not None
    assert whole.printed == "90.1%—94.6%"
    assert "2025年一季度" in whole.formula
    assert partly is None


@pytest.mark.parametrize(
    "told, place",
    [
        ({"rank": "全市第3"}, "全市第3位"),
        ({"rank": "3"}, "第3位"),
        ({"rank": "第三名"}, "第3位"),
        ({"note": "位列全省同级医院第5位"}, "全省同级医院第5位"),
        ({"note": "在全市排名第2"}, "全市第2位"),
        ({"note": "第3季度停机检修"}, None),
        ({"note": "第2批试点，第3次复审"}, None),
    ],
)
def test_a_rank_is_what_the_figures_themselves_give(told, place):
    fact = facts_of(figure("cmi", "2025", "1.13", **told)).get("cmi", "rank")

    assert (fact.printed if fact else None) == place
    if fact is not None:
        assert (fact.unit, fact.better) == ("位", "down")


def test_a_count_is_a_share_of_another_where_the_catalogue_says_so():
    fourth = CATALOGUE.local("出院患者四级手术台次数", "台次")
    figures = Figures(
        observations=(figure(fourth.id, "2025", "1926台次"), figure("surgeries", "2025", "12840台次")),
        definitions={fourth.id: fourth, "surgeries": replace(CATALOGUE.get("surgeries"), aliases=("出院患者手术台次数",))},  # type: ignore[type-var]
    )  # fmt: skip

    share = derive(figures, read_period("2025")).get(fourth.id, "share")

    assert share is not None
    assert (share.printed, share.formula) == ("15.0%", "1926台次÷12840台次×100%")
    assert len(share.inputs) == 2


# --- targets stated against last year -------------------------------------------------------------


@pytest.mark.parametrize(
    "text, value, unit, qualifier",
    [
        ("较上年下降5%", "-5", "%", "="),
        ("增长8%以上", "8", "%", "≥"),
        ("下降5%以上", "-5", "%", "≤"),
        ("提高2个百分点", "2", "个百分点", "="),
        ("比上年缩短0.3天", "-0.3", "天", "="),
        ("控制在增长5%以内", "5", "%", "≤"),
        ("不高于上年", "0", "", "≤"),
        ("不低于去年水平", "0", "", "≥"),
        ("与上年持平", "0", "", "="),
    ],
)
def test_a_target_may_be_a_step_from_last_year(text, value, unit, qualifier):
    step = read_step(text)

    assert step is not None
    assert (step.value, step.unit, step.qualifier.value) == (Decimal(value), unit, qualifier)


@pytest.mark.parametrize(
    "text",
    ["95%以上", "提高至95%", "提升到3级", "增加2名", "增长", "上年", "力争达标", "", "降" * 9000, "较上年" * 3000],
)
def test_what_states_a_level_or_nothing_is_no_step(text):
    assert read_step(text) is None


def aim(metric: str, text: str, period: str = "2025") -> RelativeTarget:
    step = read_step(text)
    assert step is not None
    return RelativeTarget(metric=metric, department="", period=read_period(period), step=step, source=SOURCE)


@pytest.mark.parametrize(
    "metric, base, text, target, formula",
    [
        ("complaints", "120起", "较上年下降5%", "114起", "2024年120起×（1－5%）"),
        ("surgeries", "21934台次", "增长8%以上", "23689台次以上", "2024年21934台次×（1＋8%）"),
        ("grade_a_record_rate", "94.5%", "提高2个百分点", "96.5%", "2024年94.5%＋2个百分点"),
        ("avg_length_of_stay", "7.6天", "比上年缩短0.3天", "7.3天", "2024年7.6天－0.3天"),
        ("avg_length_of_stay", "7.6天", "不高于上年", "7.6天以内", "2024年7.6天"),
    ],
)
def test_a_step_becomes_a_target_with_its_formula(metric, base, text, target, formula):
    fact = facts_of(figure(metric, "2024", base), aims=(aim(metric, text),)).get(metric, "target")

    assert fact is not None
    assert (fact.printed, fact.formula) == (target, formula)
    assert len(fact.inputs) == 2


def test_a_step_for_next_year_starts_from_this_year_and_is_its_goal():
    facts = facts_of(figure("complaints", "2025", "127起"), aims=(aim("complaints", "较上年下降10%以上", "2026"),))

    assert printed(facts, "complaints")["goal"] == "114起以内"


@pytest.mark.parametrize(
    "observation, text, why",
    [
        (figure("complaints", "2023", "120起"), "较上年下降5%", "没有2024年的实绩"),
        (figure("drug_income_ratio", "2024", "24.6%"), "较上年下降5%", "个百分点"),
        (figure("complaints", "2024", "约120起"), "较上年下降5%", "不是确数"),
        (figure("complaints", "2024", "0起"), "较上年下降5%", "为0起"),
    ],
)
def test_a_step_that_cannot_be_computed_says_why(observation, text, why):
    facts = facts_of(observation, aims=(aim(observation.metric, text),))

    assert facts.get(observation.metric, "target") is None
    assert why in facts.refused[f"{observation.metric}.target"]


# --- patients -------------------------------------------------------------------------------------


def by_village(name: str, *values: str) -> Release | None:
    metric = CATALOGUE.local(name, "例").id
    rows = [figure(metric, "2025", v, department=d) for v, d in zip(values, ("东村", "西村", "南村"), strict=False)]
    fact = facts_of(*rows).get(metric, "now")
    return fact.release if fact else None


def test_a_few_patients_in_a_list_by_place_stay_inside_the_house():
    assert by_village("艾滋病死亡人数", "2例", "7例") is Release.INTERNAL


@pytest.mark.parametrize("name, value", [("艾滋病死亡人数", "12例"), ("首例手术例数", "1例"), ("职工人数", "2例")])
def test_large_counts_first_cases_and_staff_are_told(name, value):
    assert by_village(name, value, "9例") is Release.PUBLIC


def test_a_few_patients_of_a_whole_institution_are_told():
    metric = CATALOGUE.local("艾滋病死亡人数", "例").id

    fact = facts_of(figure(metric, "2025", "2例")).get(metric, "now")

    assert fact is not None
    assert fact.release is Release.PUBLIC


# --- departments ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "departments, asked, known",
    [
        (("骨科",), "骨科", True),
        (("骨科",), "眼科", False),
        (("骨科", ""), "眼科", True),
        ((), "眼科", True),
        (("骨科",), None, True),
    ],
)
def test_whether_a_department_is_known_is_said_in_one_place(departments, asked, known):
    rows = tuple(figure("surgeries", "2025", "5台次", department=d) for d in departments)

    assert Figures(observations=rows, department_column=True).knows(asked) is known
    assert Figures(observations=rows).knows(asked)


def test_a_bare_quantity_without_resolution_keeps_its_decimals():
    quantity = Quantity(value=Decimal("98.6"), unit="%")

    facts = facts_of(figure("grade_a_record_rate", "2025", "98.6%", quantity=quantity))

    assert printed(facts, "grade_a_record_rate")["now"] == "98.6%"

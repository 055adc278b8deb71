"""What a table of figures may become in a draft, found by an oracle over hundreds of random workspaces.

A missed target never prints as a met one, a mean is never a sum, half a year is not held to a year, a part keeps its
whole, and a word of praise or blame stands only where the figure deserves it.
"""

from pathlib import Path

import pytest

from chugao.metrics.facts import Facts, derive
from chugao.metrics.observation import Figures
from chugao.metrics.reading import read_metrics
from chugao.period import read_period
from tests.cli import chugao

HEADER = "指标名称,年度,期间,本期值,单位,上年同期值,目标值,明年目标,数据截止"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def sheet(*lines: str, header: str = HEADER, name: str = "指标.csv") -> Figures:
    Path(name).write_text("\n".join([header, *lines]), encoding="utf-8")
    return read_metrics(name)


def facts(figures: Figures, period: str = "2025") -> dict[str, dict[str, str]]:
    """Metric name → field → what it prints."""
    derived: Facts = derive(figures, read_period(period))
    told: dict[str, dict[str, str]] = {}
    for fact in derived.by_slot.values():
        told.setdefault(fact.name, {})[fact.field] = fact.printed
    return told


def drafted(*more: str, kind: str = "summary", year: int = 2025) -> str:
    ran = chugao("draft", "--kind", kind, "--department", "医务科", "--year", str(year), "--metrics", "指标.csv", *more)
    assert ran.code == 0, ran.err
    assert "[错误]" not in ran.out
    return next(Path("out").glob("*.md")).read_text(encoding="utf-8")


# --- rounding -------------------------------------------------------------------------------------


def test_a_target_missed_by_a_few_does_not_print_as_the_value_that_missed_it():
    told = facts(sheet("门诊人次,2025,,1164585,人次,1053000,1164600,"))["门诊人次"]

    assert (told["now"], told["target"]) == ("1164585人次", "1164600人次")


def test_figures_far_enough_apart_are_still_told_in_ten_thousands():
    told = facts(sheet("门诊人次,2025,,1164585,人次,1053000,1200000,"))["门诊人次"]

    assert (told["now"], told["target"]) == ("116.46万人次", "120.00万人次")


def test_a_value_reported_in_ten_thousands_has_not_grown_by_less_than_it_was_rounded():
    told = facts(sheet("出院人次,2025,,3.2万,人次,31951,32049,"))["出院人次"]

    assert told["growth"] == told["change"] == "与上年基本持平"
    assert "gap" not in told
    assert len({told["now"], told["prev"], told["target"]}) == 3


@pytest.mark.parametrize("seed", ["0", "1", "2", "3"])
def test_what_moved_by_less_than_is_printed_is_nearly_the_same_and_not_the_same(seed: str):
    sheet("手术台次,2025,,100002,台次,100000,,", "出院人次,2025,,200001,人次,200001,,")

    told = drafted("--seed", seed).split("## 附表")[0]

    surgeries = next(s for s in told.replace("；", "。").split("。") if "手术" in s and "100002" in s)
    assert "与上年基本持平" in surgeries
    assert "基本" not in told.split("出院")[1].split("手术")[0]


# --- parts of a year ------------------------------------------------------------------------------


def test_half_a_year_knows_the_years_target_from_the_years_row():
    half = facts(sheet("手术台次,2025,上半年,1600,台次,1500,,", "手术台次,2025,,,台次,2900,3200,"), "2025H1")

    assert half["手术台次"]["target"] == "3200台次"
    assert half["手术台次"]["attainment"] == "50.0%"


def test_half_a_year_does_not_ask_for_what_only_the_year_was_given_a_target_for():
    figures = sheet("手术台次,2025,上半年,1600,台次,1500,,", "出院人次,2025,,,人次,4800,5000,")

    assert "target" not in facts(figures, "2025H1").get("出院人次", {})


def test_half_a_year_has_neither_missed_nor_met_what_the_year_is_for():
    figures = sheet("出院人次,2025,上半年,9700,人次,9000,19000,", "平均住院日,2025,上半年,7.2,天,7.5,7.3,")

    half = facts(figures, "2025H1")

    assert "gap" not in half["出院人次"]
    assert "gap" not in half["平均住院日"]
    assert "未完成" not in chugao("metrics", "check", "指标.csv").out


def test_a_surplus_reached_in_june_may_be_gone_in_december():
    half = facts(sheet("收支结余,2025,上半年,80,万元,60,50,", "手术台次,2025,上半年,80,台次,60,50,"), "2025H1")

    assert "gap" not in half["收支结余"]
    assert "gap" in half["手术台次"]


def test_half_a_year_is_compared_with_the_same_half():
    half = facts(sheet("手术台次,2025,上半年,3200,台次,1500,,", "门诊人次,2025,上半年,800,人次,800,,"), "2025H1")

    assert half["手术台次"]["multiple"] == "是上年同期的2.1倍"
    assert half["门诊人次"]["growth"] == "与上年同期持平"


def test_a_plan_does_not_raise_ten_months_to_a_year():
    sheet("手术台次,2025,,2400,台次,2300,3000,3200,2025-10-31", "平均住院日,2025,,7.2,天,7.4,7.3,7.1,2025-10-31")

    told = drafted(kind="plan", year=2026).split("## 附表")[0]

    assert "手术达到3200台次" in told
    assert "2400" not in told
    assert "平均住院日由7.2天（截至10月31日）" in told


def test_quarters_are_of_the_year_in_the_title_and_not_of_last_years_column():
    lines = ("指标名称,单位,一季度,二季度,三季度,四季度,2024年", "手术台次,台次,700,720,750,830,2800")

    figures = sheet(*lines, header="骨科2025年分季度指标,,,,,,")

    assert {o.period.code: int(o.quantity.value) for o in figures.observations} == {
        "2025Q1": 700, "2025Q2": 720, "2025Q3": 750, "2025Q4": 830, "2024": 2800,
    }  # fmt: skip


# --- months ---------------------------------------------------------------------------------------

MONTHS = "指标名称,单位," + ",".join(f"{m}月" for m in range(1, 13))


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("日均接诊量", "人次"),
        ("人均门诊费用", "元"),
        ("月均手术例数", "例"),
        ("每百床护士数", "名"),
        ("在册护士数", "名"),
    ],
)
def test_twelve_means_or_stocks_are_not_added_up(name: str, unit: str):
    figures = sheet(f"{name},{unit}," + ",".join(["100"] * 12), header=MONTHS, name="骨科2025年.csv")

    year = [o.quantity.value for o in figures.observations if o.period.is_year]
    assert year in ([], [100])


@pytest.mark.parametrize(("name", "unit"), [("日均接诊量", "人次"), ("病区护士", "名")])
def test_months_of_an_offices_own_count_that_make_no_year_are_told(name: str, unit: str):
    figures = sheet(f"{name},{unit}," + ",".join(["100"] * 12), header=MONTHS, name="骨科2025年.csv")

    assert not [o for o in figures.observations if o.period.is_year]
    assert [f.rule for f in figures.findings if f.severity.value == "warning"] == ["figures.months"]


def test_months_of_what_was_done_are_added_up():
    figures = sheet("胃肠镜检查,例," + ",".join(["100"] * 12), header=MONTHS, name="骨科2025年.csv")

    assert [int(o.quantity.value) for o in figures.observations if o.period.is_year] == [1200]


# --- parts of a whole -----------------------------------------------------------------------------


def test_a_part_that_does_not_say_what_it_counts_takes_its_wholes_name():
    figures = sheet(
        "出院人次,2025,,5000,人次,4800,,", "其中：儿科,2025,,700,人次,650,,",
        "手术台次,2025,,3000,台次,2900,,", "其中：儿科,2025,,200,台次,180,,", "其中四级手术,2025,,250,台次,240,,",
    )  # fmt: skip

    told = {name: fields["now"] for name, fields in facts(figures).items()}

    assert told == {
        "出院人次": "5000人次", "出院人次（儿科）": "700人次",
        "手术台次": "3000台次", "手术台次（儿科）": "200台次", "四级手术": "250台次",
    }  # fmt: skip


def test_a_part_under_two_wholes_is_told_apart_though_it_has_a_word_of_each():
    figures = sheet(
        "门诊收入,2025,,5000,万元,,,", "其中：药品收入,2025,,1500,万元,,,",
        "住院收入,2025,,9000,万元,,,", "其中：药品收入,2025,,2500,万元,,,",
    )  # fmt: skip

    told = {name: fields["now"] for name, fields in facts(figures).items()}

    assert (told["门诊收入（药品收入）"], told["住院收入（药品收入）"]) == ("1500万元", "2500万元")


def test_a_part_in_a_unit_of_its_own_keeps_its_own_name():
    figures = sheet("出院人次,2025,,5000,人次,4800,,", "其中：回访率,2025,,91.5,%,90,,")

    assert facts(figures)["回访率"]["now"] == "91.5%"


# --- words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [str(s) for s in range(6)])
def test_fewer_complaints_do_not_fall_short_and_more_infections_are_no_improvement(seed: str):
    header = "指标名称,年度,本期值,单位,上年同期值"
    sheet(
        "投诉起数,2025,12,起,15", "医院感染发病（例次）率,2025,1.9,%,1.1", "标本不合格率,2025,2.9,%,1.4", header=header
    )

    told = drafted("--seed", seed).split("## 附表")[0]

    assert "投诉起数不及" not in told
    assert not [w for w in ("率比上年提高", "率较上年提高", "率较上年提升", "率都较上年提升") if w in told]


def test_other_targets_are_not_all_met_while_one_that_nobody_can_judge_stands_open():
    sheet(
        "急诊人次,2025,,61617,人次,73330,61618,",
        "培训人次,2025,,900,人次,800,850,",
        "健康教育活动场次,2025,,90,场,80,85,",
    )
    Path("事项.csv").write_text("事项,状态,成效\n开设周末门诊手术,已完成,做了1126台\n", encoding="utf-8")

    told = "".join(drafted("--matters", "事项.csv", "--seed", str(s)) for s in range(4))

    assert "其他指标也都" not in told
    assert "各项" not in told


# --- changes that clerks filled in ----------------------------------------------------------------


def test_a_count_does_not_change_by_a_fraction_of_one():
    header = "指标名称,年度,本期值,单位,同比变化"
    figures = sheet("门诊人次,2025,90000,人次,0.12", "手术台次,2025,3000,台次,12%", header=header)

    told = facts(figures)

    assert "change" not in told["门诊人次"]
    assert told["手术台次"]["growth"] == "增长12%"
    assert [f.quote for f in figures.findings if f.rule == "figures.change"] == ["0.12"]


def test_a_percentage_given_for_the_change_of_a_rate_is_said_to_be_read_as_points():
    figures = sheet("药占比,2025,27.3,%,下降3%", header="指标名称,年度,本期值,单位,同比变化")

    assert [f.rule for f in figures.findings if "百分点" in f.hint] == ["figures.points"]

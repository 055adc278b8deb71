"""Last plan against this year: `metrics.attainment`."""

from decimal import Decimal
from pathlib import Path

import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st

from chugao.errors import InputError
from chugao.metrics.attainment import Attainment, State, attainment, judge
from chugao.metrics.subjects import similarity, subject_of
from chugao.quantity import Quantity, parse

Told = dict[str, tuple[str, str, str]]


def told(made: Attainment) -> Told:
    """Name → (target, actual, state), as printed."""
    return {r.name: (r.target_text, r.actual.printed if r.actual else "", r.state.value) for r in made.rows}


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


# --- judging --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "actual", "better", "state"),
    [
        ("900万人以上", "1102万人", "up", "超额"),
        ("900万人以上", "900万人", "up", "完成"),
        ("≥95%", "94.9%", "up", "未完成"),
        ("5%以内", "4.9%", "down", "完成"),
        ("5%以内", "5.1%", "down", "未完成"),
        ("不超过6起", "6起", "down", "完成"),
        ("7.4天", "7.3天", "down", "超额"),
        ("7.4天", "7.5天", "down", "未完成"),
        ("32000人次", "3.2万人次", "up", "完成"),
        ("6%—6.5%", "6.2%", "up", "完成"),
        ("6%—6.5%", "7.0%", "up", "超额"),
        ("6%—6.5%", "5.9%", "up", "未完成"),
        ("超过800人次", "800人次", "up", "未完成"),
        ("600万套", "600多万套", "up", "完成"),
    ],
)
def test_the_words_of_a_target_decide_when_it_is_met(target: str, actual: str, better: str, state: str):
    assert judge(parse(target), parse(actual), better).value == state


@pytest.mark.parametrize(
    ("target", "actual", "state"),
    [
        ("7.5%左右", "7.4%", "完成"),
        ("3%左右", "3.5%", "完成"),
        ("8%左右", "9.2%", "超额"),
        ("13%左右", "11.3%", "未完成"),
        ("98%左右", "89%", "未完成"),
        ("200场左右", "181场", "完成"),
        ("200场左右", "179场", "未完成"),
    ],
)
def test_about_is_a_tenth_and_of_a_percentage_half_a_point_to_one(target: str, actual: str, state: str):
    assert judge(parse(target), parse(actual), "up").value == state


@given(target=st.integers(1, 10**6), actual=st.integers(0, 2 * 10**6))
def test_more_of_what_had_better_rise_is_never_judged_worse(target: int, actual: int):
    order = [State.MISSED, State.DONE, State.EXCEEDED]
    for words in ("{}例", "{}例以上", "{}例左右"):
        aim = parse(words.format(target))

        less, more = (judge(aim, Quantity(value=Decimal(v), unit="例"), "up") for v in (actual, actual + 1))

        assert order.index(less) <= order.index(more)


# --- what a number is about -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "right", "unit", "name", "form", "sign"),
    [
        ("城镇新增就业", "", "人", "城镇新增就业", "level", 0),
        ("今年再减少农村贫困人口", "", "人", "农村贫困人口", "change", -1),
        ("农村贫困人口减少", "", "人", "农村贫困人口", "change", -1),
        ("居民消费价格涨幅控制在", "", "%", "居民消费价格", "growth", 1),
        ("三四级手术占比提高到", "", "%", "三四级手术占比", "level", 0),
        ("比上年增长", "", "%", "", "growth", 1),
        ("平均住院日由7.6天缩短至", "", "天", "平均住院日", "level", 0),
        ("引进", "博士", "名", "引进博士", "level", 0),
    ],
)
def test_the_thing_is_found_before_behind_or_around_a_number(
    left: str, right: str, unit: str, name: str, form: str, sign: int
):
    assert subject_of(left, right, unit) == (name, form, sign)


def test_two_ways_of_naming_one_act_are_alike_and_two_acts_are_not():
    assert similarity("开展急救演练", "组织急救演练") > 0.9
    assert similarity("急救演练", "消防演练") < 0.62


# --- documents ------------------------------------------------------------------------------------


def test_targets_of_a_department_plan_meet_the_results_of_its_summary(tmp_path: Path):
    plan = write(
        tmp_path / "急诊科2025年工作计划.txt",
        "急诊科2025年工作计划\n\n一、工作目标\n力争急诊抢救成功率保持在98%以上，平均候诊时间控制在20分钟以内，"
        "DNT中位数由38分钟缩短至35分钟，投诉不超过6起。\n二、主要任务\n全年开展急救演练12次，选派进修3名，床旁检验覆盖率提升到90%。\n",
    )
    result = write(
        tmp_path / "急诊科2025年工作总结.txt",
        "急诊科2025年工作总结\n\n一、主要工作\n急诊抢救成功率98.6%，提高0.4个百分点。患者平均候诊时间22分钟，DNT中位数缩短至33分钟。"
        "组织急救演练12次，选派进修2名。床旁检验覆盖率由82%提升到91.5%；全年投诉5起。\n"
        "二、下一步打算\n2026年力争急诊抢救成功率达到99%。\n",
    )

    made = attainment(plan, result)

    assert made.year == 2025
    assert told(made) == {
        "急诊抢救成功率": ("98%以上", "98.6%", "超额"),
        "平均候诊时间": ("20分钟以内", "22分钟", "未完成"),
        "DNT中位数": ("35分钟", "33分钟", "超额"),
        "投诉": ("不超过6起", "5起", "完成"),
        "开展急救演练": ("12次", "12次", "完成"),
        "选派进修": ("3名", "2名", "未完成"),
        "床旁检验覆盖率": ("90%", "91.5%", "超额"),
    }


def test_word_files_meet_too_and_each_row_names_both_paragraphs(tmp_path: Path):
    for name, lines in {
        "护理部2025年工作要点": [
            "一、质量目标",
            "护理不良事件发生率控制在0.5‰以下，压力性损伤风险评估率≥98%。",
            "二、队伍建设",
            "招聘护士40名，选送专科护士培训15人，组织全院业务培训不少于24场。",
        ],
        "护理部2025年工作总结": [
            "一、质量安全",
            "护理不良事件发生率0.42‰，压力性损伤风险评估率达98.9%，较上年提高0.7个百分点。",
            "二、队伍建设",
            "全年招聘护士36名，选送专科护士培训15人，组织业务培训26场，4200人次参加。",
        ],
    }.items():
        document = Document()
        for line in (name, *lines):
            document.add_paragraph(line)
        document.save(str(tmp_path / f"{name}.docx"))

    made = attainment(tmp_path / "护理部2025年工作要点.docx", tmp_path / "护理部2025年工作总结.docx")

    assert [(r.actual.printed if r.actual else "", r.state.value) for r in made.rows] == [
        ("0.42‰", "完成"), ("98.9%", "超额"), ("36名", "未完成"), ("15人", "完成"), ("26场", "超额"),
    ]  # fmt: skip
    first = made.rows[0]
    assert str(first.plan_source) == "护理部2025年工作要点.docx 第3段"
    assert str(first.result_source) == "护理部2025年工作总结.docx 第3段"


def test_a_level_is_never_taken_for_a_growth_nor_five_years_for_one(tmp_path: Path):
    plan = write(
        tmp_path / "计划.txt",
        "望澜市卫生健康委员会2025年工作计划\n\n2025年主要目标是：医疗收入增长5%左右，居民健康素养水平达到32%以上，培训全科医生200名。\n",
    )
    result = write(
        tmp_path / "总结.txt",
        "望澜市卫生健康委员会2025年工作总结\n\n一、工作成效\n医疗收入12.6亿元。五年累计培训全科医生960名。居民健康素养水平达到33.1%。\n",
    )

    rows = told(attainment(plan, result))

    assert rows["医疗收入增长"] == ("5%左右", "", "无数据")
    assert rows["培训全科医生"] == ("200名", "", "无数据")
    assert rows["居民健康素养水平"] == ("32%以上", "33.1%", "超额")


REPORT = "望澜市2024年政府工作报告\n\n一、2023年工作回顾\n{past}\n二、2024年工作安排\n{future}\n"
NEXT = "望澜市2025年政府工作报告\n\n一、2024年工作回顾\n{past}\n二、2025年工作安排\n{future}\n"


def test_an_indicator_is_known_by_any_of_its_names_and_year_ahead_of_both_halves(tmp_path: Path):
    plan = write(
        tmp_path / "a.txt",
        REPORT.format(
            past="地区生产总值增长6.1%。",
            future="主要预期目标是：地区生产总值增长5.5%左右，城镇新增就业70万人以上，居民消费价格涨幅3%左右，单位GDP能耗下降3.4%以上，"
            "居民收入增长与经济增长同步。",
        ),
    )
    result = write(
        tmp_path / "b.txt",
        NEXT.format(
            past="全市生产总值达到6800亿元，增长5.8%。城镇新增就业75.2万人。居民消费价格上涨0.2%。能耗强度下降3.1%。"
            "居民人均可支配收入增长5.6%。",
            future="地区生产总值增长5%左右，城镇新增就业72万人以上。",
        ),
    )

    rows = told(attainment(plan, result))

    assert rows["地区生产总值增长"] == ("5.5%左右", "5.8%", "完成")
    assert rows["城镇新增就业"] == ("70万人以上", "75.2万人", "超额")
    assert rows["居民消费价格涨幅"] == ("3%左右", "0.2%", "完成")
    assert rows["单位GDP能耗下降"] == ("3.4%以上", "3.1%", "未完成")
    assert rows["居民收入增长"][1:] == ("5.6%", "完成")


def test_what_last_year_came_to_may_stand_in_the_plan_half(tmp_path: Path):
    plan = write(tmp_path / "a.txt", REPORT.format(past="…", future="城乡居民医保财政补助标准提高到每人每年640元。"))
    result = write(
        tmp_path / "b.txt", NEXT.format(past="…", future="城乡居民医保财政补助标准由每人每年640元提高到670元。")
    )

    assert [r.state.value for r in attainment(plan, result).rows] == ["完成"]


def test_files_of_different_years_are_said_to_be(tmp_path: Path):
    plan = write(tmp_path / "a.txt", "急诊科2024年工作计划\n\n力争急诊抢救成功率达到98%。\n")
    result = write(tmp_path / "b.txt", "急诊科2025年工作总结\n\n急诊抢救成功率98.6%。\n")

    made = attainment(plan, result)

    assert "不是同一年" in made.warnings[0]


def test_a_plan_without_a_number_is_refused_with_an_example(tmp_path: Path):
    plan = write(tmp_path / "a.txt", "急诊科2025年工作计划\n\n加强管理，提升服务。\n")
    result = write(tmp_path / "b.txt", "急诊科2025年工作总结\n\n急诊抢救成功率98.6%。\n")

    with pytest.raises(InputError, match="没有找到写明数字的目标"):
        attainment(plan, result)


def test_hostile_text_is_read_in_seconds(tmp_path: Path):
    plan = write(
        tmp_path / "a.txt", "2025年工作计划\n\n" + "力争" * 60000 + "门诊人次达到3万人次。" + "到至为在" * 60000
    )
    result = write(tmp_path / "b.txt", "2025年工作总结\n\n门诊人次3.1万人次。" + "增长增长、1和2、" * 20000)

    assert attainment(plan, result).year == 2025


# --- figures --------------------------------------------------------------------------------------

HEADER = "部门,指标名称,年度,本期值,单位,上年同期值,目标值,明年目标\n"


def test_figures_of_a_plan_meet_the_figures_of_its_year(tmp_path: Path):
    plan = write(
        tmp_path / "2024.csv",
        HEADER + "医务科,平均住院日,2024,7.6,天,7.8,7.7,≤7.4\n医务科,手术台次,2024,21864,台次,,,23100\n",
    )
    result = write(
        tmp_path / "2025.csv", HEADER + "医务科,平均住院日,2025,7.3,天,7.6,,\n医务科,手术台次,2025,23086,台次,21864,,\n"
    )

    made = attainment(plan, result)

    assert made.year == 2025
    assert [(r.metric, r.department, r.state.value) for r in made.rows] == [
        ("avg_length_of_stay", "医务科", "完成"),
        ("surgeries", "医务科", "未完成"),
    ]
    assert str(made.rows[1].plan_source) == "2024.csv H3单元格"


def test_a_plan_in_words_meets_figures_and_its_growth_the_growth_that_follows_from_them(tmp_path: Path):
    plan = write(tmp_path / "计划.txt", "医务科2025年工作计划\n\n力争手术台次增长6%以上，平均住院日控制在7.4天以内。\n")
    result = write(
        tmp_path / "2025.csv", HEADER + "医务科,手术台次,2025,23300,台次,21864,,\n医务科,平均住院日,2025,7.3,天,7.6,,\n"
    )

    rows = told(attainment(plan, result))

    assert rows["手术台次增长"][2] == "超额"
    assert rows["平均住院日"][2] == "完成"


@pytest.mark.shared
@pytest.mark.parametrize(
    ("year", "expected"),
    [
        (2014, {"gdp": (7.5, 7.4, "完成"), "cpi": (3.5, 2, "完成"), "urban_new_jobs": (10**7, 13220000, "超额"),
                "energy_intensity": (3.9, 4.8, "超额"), "registered_unemployment": (4.6, None, "无数据")}),
        (2015, {"gdp": (7, 6.9, "完成"), "cpi": (3, None, "无数据"), "urban_new_jobs": (10**7, 13120000, "超额"),
                "energy_intensity": (3.1, 5.6, "超额"), "safe_water": (6 * 10**7, 64340000, "超额")}),
        (2016, {"gdp": (6.5, 6.7, "完成"), "cpi": (3, 2, "完成"), "registered_unemployment": (4.5, 4.02, "完成"),
                "broad_money": (13, 11.3, "未完成"), "rural_roads": (200000, 290000, "超额")}),
    ],
)  # fmt: skip
def test_consecutive_reports_read_by_hand_agree(
    shared: Path, year: int, expected: dict[str, tuple[float, float | None, str]]
):
    folder = shared / "fulldocs"

    made = attainment(folder / f"{year}-国务院.txt", folder / f"{year + 1}-国务院.txt")

    found = {r.metric: r for r in made.rows if r.target is not None and r.metric in expected}
    assert {
        metric: (float(r.target.value), float(r.actual.value) if r.actual else None, r.state.value)
        for metric, r in found.items()
        if r.target
    } == expected


def test_a_target_stated_against_the_year_before_is_judged_by_the_value_it_comes_to(tmp_path: Path):
    plan = write(tmp_path / "2025.csv", HEADER + "医务科,手术台次,2025,,台次,20000,较上年增长5%,\n")
    result = write(tmp_path / "年报.csv", HEADER + "医务科,手术台次,2025,20900,台次,20000,,\n")

    (row,) = attainment(plan, result).rows

    assert row.target is not None
    assert (row.target.value, row.state.value) == (21000, "未完成")

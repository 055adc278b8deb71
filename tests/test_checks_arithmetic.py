"""What the arithmetic of a text says of it without any figures."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chugao.checks import changes, growth_tables, parts, populations, repeats
from chugao.checks.reading import read
from chugao.checks.rules import findings_of, rules
from chugao.source import Finding, Severity

FAMILIES = (changes.FINDERS, growth_tables.FINDERS, parts.FINDERS, populations.FINDERS, repeats.FINDERS)
PAIRS = [
    tuple(field.replace("\\n", "\n").replace("\\t", "\t") for field in line.split("\t"))
    for line in (Path(__file__).parent / "data" / "arithmetic.tsv").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def found(text: str) -> list[Finding]:
    reading = read(text)
    return [
        f for family in FAMILIES for rule, finder in family.items() for f in findings_of(rule, finder(reading), text)
    ]


def of(rule: str, text: str) -> list[Finding]:
    return [f for f in found(text) if f.rule == rule]


# --- own sentences --------------------------------------------------------------------------------


@pytest.mark.parametrize(("rule", "wrong", "right"), PAIRS)
def test_a_wrong_sum_is_found_once_and_passes_when_put_right(rule: str, wrong: str, right: str) -> None:
    findings = found(wrong)

    # A change of a rate told in % may be wrong in size and in unit; either rule may say so.
    assert len(findings) == 1
    assert {findings[0].rule, rule} in ({rule}, {"pp-unit", "delta-math"})
    assert found(right) == []


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("应访视新生儿386人，实际访视371人，访视率97.36%。", "371÷386=96.11%"),
        ("全年出院25320人次，较上年的23010人次增长12.4%。", "（25320－23010）÷23010=10.0%"),
        ("床位使用率由81.9%提高到84.3%，提高3.4个百分点。", "84.3%－81.9%=2.4个百分点"),
        ("门诊量由41.2万人次增加到46.8万人次，增长15.6%。", "（46.8万－41.2万）÷41.2万=13.6%"),
        ("组织急救培训21场、院感培训14场、消防演练6场，共43场。", "21＋14＋6=41场"),
        ("D-to-B时间缩短至78分钟，较国家标准提前22分钟。", "78＋22=100分钟"),
        ("为60岁以上老年人签约1840人，签约率92%；管理65岁以上老年人2650人。", "1840÷92%≈2000人"),
    ],
)
def test_the_hint_spells_the_sum_out(text: str, spelled: str) -> None:
    findings = found(text)

    assert [spelled in f.hint for f in findings] == [True]


# --- rounding -------------------------------------------------------------------------------------


def test_rounded_levels_and_an_unrounded_change_are_only_a_question() -> None:
    # 6.2 may be 6.16 and 5.8 may be 5.77: −6.4 % is possible, but nobody who reads the two numbers gets it.
    findings = found("平均住院日由6.2天缩短至5.8天，下降6.4%。")

    assert [(f.severity, f.quote) for f in findings] == [(Severity.WARNING, "6.4%")]
    assert "6.5%" in findings[0].hint


def test_what_no_rounding_explains_is_an_error() -> None:
    findings = found("平均住院日由6.2天缩短至5.8天，下降16.4%。")

    assert [f.severity for f in findings] == [Severity.ERROR]


def test_counts_printed_in_full_are_exact_and_scaled_ones_are_not() -> None:
    assert found("应随访1000人，实际随访953人，随访率95.3%。") == []
    assert of("sum-math", "门诊3.2万人次、急诊0.5万人次、体检1.1万人次，共4.9万人次。") == []
    assert of("sum-math", "门诊32000人次、急诊5000人次、体检11000人次，共49000人次。") != []


def test_approximate_numbers_and_bounds_are_left_alone() -> None:
    text = "门诊量由约40万人次增加到近47万人次，增长12%。抽查病历200余份，其中甲级病历190份，甲级率97%。"

    assert found(text) == []


# --- what must pass -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "甲级病案率97.3%，比上年96.6%提升0.7%。",  # 0.7 points, and 0.7 % more as well
        "死亡率由0.9‰降至0.7‰，下降20.3%。",  # 0.91 → 0.725
    ],
)
def test_a_change_of_a_rate_in_percent_that_may_be_meant_so_is_only_a_question(text: str) -> None:
    assert [(f.rule, f.severity) for f in found(text)] == [("delta-math", Severity.WARNING)]


def test_a_count_inside_the_name_of_a_part_is_only_a_question() -> None:
    named = found("新开展项目9项，其中呼吸道病原体13项联检全年检测8600余例。")
    counted = found("新开展项目9项，其中微创手术13项。")

    assert [f.severity for f in (*named, *counted)] == [Severity.WARNING, Severity.ERROR]


def test_more_new_ones_than_the_rise_is_only_a_question_and_fewer_are_an_error() -> None:
    more, fewer = (found(f"护士由210人增至226人，新增{n}人。") for n in (23, 13))

    assert [f.severity for f in (*more, *fewer)] == [Severity.WARNING, Severity.ERROR]


@pytest.mark.parametrize(
    "text",
    [
        "平均候诊时间由35分钟缩短至22分钟，患者满意度提升5个百分点。",
        "门诊人次和出院人次分别由3.1万、1.2万增加到3.4万、1.3万，增长9.7%和8.3%。",
        "全年门诊68.2万人次，较上年增长8.5%；出院4.2万人次，同比增长7.3%。",
        "全市生产总值增长5.2%，其中第一产业增长4.1%、第二产业增长4.8%。",
        "本科及以上学历占71%，中级以上职称占45%。",
        "完成轮训560人，其中女性320人、党员280人、青年210人。",
        "排名由全市第5位提升至第3位。",
        "医护比由1:1.35提高到1:1.52。",
        "孕产妇死亡率为0，住院分娩率100%。",
        "高于全国平均92.3%的水平。",
        "开展培训、演练等三项工作。",
        "门诊患者满意度96.1%，住院患者满意度97.4%。",
        "1月至6月药占比26.4%。全年药占比25.8%。",
        "每月抽查50份病历，甲级率≥95%。",
    ],
)
def test_ordinary_sentences_pass(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "平均候诊时间由35分钟缩短至22分钟，较国家标准提前8分钟。",
        "平均住院日由8.1天降至7.4天，低于8天的控制线。",
        "院感发生率由2.3%降至1.8%，低于2%。",
        "患者满意度95.2%（目标93%），提高1.5个百分点。",
        "药占比由2020年的31%降至26%，同比下降1个百分点。",
        "空编由120名减至85名，较年初减少20名。",
        "门诊量由10万人次增至12万人次，年均增长9.5%。",
        "门诊量12万人次，上年为11万人次，其中互联网门诊增长30%。",
        "工作效率提升30%，由原来的5天缩短至3天。",
        "2023年手术0.8万台，2024年0.9万台，2025年1.1万台，增长37.5%。",
        "手术1.1万台，上年0.9万台，前年0.8万台，三年增长37.5%。",
        "医疗服务收入4.2亿元，上年药品收入4.9亿元，增长16.7%。",
        "本年结余0.76亿元，上年为亏损0.23亿元，增加0.99亿元。",
        "病理报告较上年1.30%下降0.18个百分点，低于1.5%的控制目标。",
        "粉丝由5.2万人增至近8万人，增长超40%。",
        "两项占比由12.1%升至13.4%，抢救成功率下降0.3个百分点。",
        "候诊时间由30分钟缩短至20分钟，提升33.3%。",
        "床位使用率86%，上年84%，预计下一年提高3个百分点。",
        "门诊量增长5%，由3个诊区增至5个。",
        "年末存款8.6亿元，较年初7.9亿元增加0.7亿元，同比增长12.4%。",
        "人均费用由2024年的312元降至298元，比2022年下降11.2%。",
        "在岗医师由上年的320名减为315名，新增12名、退休17名。",
    ],
)
def test_a_change_that_belongs_to_something_else_is_left_alone(text: str) -> None:
    assert [f for f in found(text) if f.rule in ("delta-math", "direction-verb", "pp-unit")] == []


# --- documents ------------------------------------------------------------------------------------


def quotes(findings: list[Finding]) -> dict[str, list[str]]:
    told: dict[str, list[str]] = {}
    for finding in findings:
        told.setdefault(finding.rule, []).append(finding.quote)
    return told


def test_a_difference_of_rates_in_percent_is_found_in_a_scraped_summary(shared: Path) -> None:
    text = next((shared / "seeds").glob("000_*")).read_text(encoding="utf-8")

    assert quotes(found(text)) == {"pp-unit": ["15%", "10%"]}


def test_a_target_finer_than_its_sample_and_one_without_a_base_are_found_in_a_scraped_plan(shared: Path) -> None:
    text = next((shared / "seeds").glob("001_*")).read_text(encoding="utf-8")

    assert quotes(found(text)) == {"resolution": ["≤1%"], "vague-target": ["20%"]}


def test_seven_paragraphs_that_stand_twice_are_one_finding(shared: Path) -> None:
    text = next((shared / "seeds").glob("002_*")).read_text(encoding="utf-8")

    findings = of("dup-paragraph", text)

    assert [f.hint.startswith("从这里起7段") for f in findings] == [True]


@pytest.mark.parametrize(
    ("file", "rule", "quoted"),
    [
        ("12-", "standard-math", ["22分钟"]),
        ("29-", "ratio-math", ["99.38%", "12.62%"]),
        ("28-", "growth-table", ["-6.4%"]),
    ],
)
def test_wrong_sums_of_real_texts_are_found_and_nothing_else(
    shared: Path, file: str, rule: str, quoted: list[str]
) -> None:
    text = next((shared / "realdocs").glob(f"{file}*")).read_text(encoding="utf-8")

    assert quotes(found(text)) == {rule: quoted}


def test_proofread_reports_raise_at_most_one_alarm_in_twenty_thousand_characters(shared: Path) -> None:
    texts = [p.read_text(encoding="utf-8") for p in sorted((shared / "fulldocs").glob("*.txt"))]

    findings = [f for text in texts for f in found(text)]

    assert not [f for f in findings if f.severity.blocks]
    assert len(findings) * 20_000 <= sum(map(len, texts))


# --- safety ---------------------------------------------------------------------------------------


@settings(max_examples=80, deadline=None)
@given(
    st.text(
        alphabet=st.one_of(st.sampled_from("由到提高其中占共1290.%（），。、/|\n\t人率倍一是年较上"), st.characters()),
        max_size=300,
    )
)
def test_any_text_is_read_without_an_exception(text: str) -> None:
    for finding in found(text):
        assert finding.quote == text[finding.place.start : finding.place.end]


@pytest.mark.parametrize(
    "unit",
    ["其中1人、", "由1%提高到2%，提高1%，", "三项：一是", "甲、", "占1%、", "1人。", "| 1 ", "60岁以上1人，", "“"],
)
def test_a_text_that_repeats_itself_costs_no_more_than_its_length(unit: str) -> None:
    reading = read(unit * (40_000 // len(unit)))
    assert reading.page is not None  # finding the numbers is not measured here

    started = time.process_time()
    for family in FAMILIES:
        for finder in family.values():
            list(finder(reading))

    assert time.process_time() - started < 5


def test_every_rule_has_its_words() -> None:
    assert not {rule for family in FAMILIES for rule in family} - set(rules())

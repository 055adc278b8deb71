"""Which deeds a paper on part of a year may tell."""

from pathlib import Path

import pytest

import chugao
from chugao.manuscript import flatten
from chugao.material.matter import Matter, MatterStatus, months_in, within
from chugao.outline import read_outline
from chugao.source import Source


def deed(when: str, text: str = "完成改造", status: MatterStatus = MatterStatus.DONE) -> Matter:
    return Matter(id="matter_a", text=text, when=when, status=status, source=Source(file="x"))


@pytest.mark.parametrize(
    ("when", "first_half", "third_quarter"),
    [
        ("5月12日", True, False),
        ("8月起", False, True),
        ("上半年", True, False),
        ("三季度", False, True),
        ("2026-03", True, False),
        ("4—12月", False, False),
        ("全年", False, False),
        ("", True, True),
    ],
)
def test_part_of_a_year_tells_what_lies_in_it_and_no_count_of_the_year(
    when: str, first_half: bool, third_quarter: bool
) -> None:
    assert within(deed(when), 1, 6) is first_half
    assert within(deed(when), 7, 9) is third_quarter


def test_what_goes_on_since_spring_is_told_in_autumn_and_a_years_count_nowhere_before_its_end() -> None:
    assert within(deed("3月", status=MatterStatus.ONGOING), 7, 9)
    assert not within(deed("", text="全年出具报告18640份"), 1, 6)
    assert months_in("2026年7—8月") == (7, 8)


EARLIER = """事项,类别,时间,成效,责任科室,状态
启用心电中心,医疗,2025年11月,接通八家卫生院,医务科,已完成
开通夜间门诊,门诊,2026年5月,看诊到九点,门诊部,已完成
改造供氧,后勤,2025年10月—2026年3月,换下旧管,总务科,已完成
新建病房楼,基建,2025年6月,地下部分完工,总务科,推进中
开展义诊,公卫,2026年8月,走了六个村,公卫科,已完成
换发胸牌,后勤,2026年1月,统一样式,院办,已完成
"""


@pytest.mark.parametrize(
    ("period", "told", "left"),
    [
        (None, ("夜间门诊", "供氧", "病房楼", "义诊", "胸牌"), ("心电中心",)),
        ("2026H1", ("夜间门诊", "供氧", "病房楼", "胸牌"), ("心电中心", "义诊")),
        ("2026Q2", ("夜间门诊", "病房楼"), ("心电中心", "义诊", "胸牌", "供氧")),
        ("2026Q3", ("义诊", "病房楼"), ("心电中心", "夜间门诊", "胸牌", "供氧")),
    ],
)
def test_a_paper_tells_what_its_time_holds_or_what_goes_on_and_says_what_it_left_out(
    tmp_path: Path, period: str | None, told: tuple[str, ...], left: tuple[str, ...]
) -> None:
    file = tmp_path / "事项.csv"
    file.write_text(EARLIER, encoding="utf-8")
    outline = read_outline("summary", department="院办", year=2026, period=period)

    made = chugao.draft(outline, chugao.read_metrics(), chugao.read_matters(file))

    text = flatten(made)[0]
    assert [t for t in told if t not in text] == []
    assert [t for t in left if t in text] == []
    (finding,) = [f for f in made.findings if f.rule == "untimely"]
    assert left[0] in finding.hint


def test_a_half_year_paper_says_which_figures_came_for_the_whole_year_alone(tmp_path: Path) -> None:
    matters, figures = tmp_path / "事项.csv", tmp_path / "指标.csv"
    matters.write_text(EARLIER, encoding="utf-8")
    rows = ["出院人次,2026,,9000,人次", "门诊人次,2026,上半年,40000,人次", "门诊人次,2026,,83000,人次"]
    figures.write_text("\n".join(["指标名称,年度,期间,本期值,单位", *rows]) + "\n", encoding="utf-8")

    def told(period: str | None) -> list[str]:
        outline = read_outline("summary", department="院办", year=2026, period=period)
        made = chugao.draft(outline, chugao.read_metrics(figures), chugao.read_matters(matters))
        return [f.hint for f in made.findings if f.rule == "year-only"]

    (hint,) = told("2026H1")
    assert hint.startswith("出院人次只有2026年全年的数，没有2026年上半年的")
    assert told(None) == []

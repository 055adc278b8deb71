"""What a text says of targets and changes in words, and in the tables of a paper that left (checks.judged, growth_tables)."""

import json
from pathlib import Path

import pytest

from chugao.checks.growth_tables import growth_in
from tests.cli import chugao

FIGURES = (
    "指标名称,年度,期间,本期值,单位,上年同期值,目标值\n手术台次,2025,,3000,台次,2900,3100\n平均住院日,2025,,7.2,天,7.4,7.3\n"
    "投诉起数,2025,,12,起,10,9\n急诊人次,2025,,500,人次,480,510\n手术台次,2025,上半年,1600,台次,1500,\n"
)
HEAD = "| 指标 | 本年 | 上年 | 比上年 | 年度目标 | 完成情况 |\n| --- | --- | --- | --- | --- | --- |\n"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def about_numbers(body: str, title: str = "医务科2025年工作总结") -> list[tuple[str, str]]:
    """(rule, quote) of what is found of figures in a text."""
    Path("指标.csv").write_text(FIGURES, encoding="utf-8")
    Path("稿.md").write_text(f"# {title}\n\n{body}\n", encoding="utf-8")
    found = json.loads(chugao("check", "稿.md", "--metrics", "指标.csv", "--json").out)["findings"]
    return [(f["rule"], f["quote"]) for f in found if f["rule"].startswith(("number-", "growth-"))]


@pytest.mark.parametrize(
    ("body", "quotes"),
    [
        ("手术台次完成年度目标。", ["完成年度目标"]),
        ("手术台次没有完成年度目标。", []),
        ("平均住院日离年度目标还有差距。", ["离年度目标还有差距"]),
        ("平均住院日控制在年度目标以内，投诉起数超出了年度目标。", []),
        ("手术台次和平均住院日都完成了年度目标。", ["都完成了年度目标"]),
        ("多数指标完成年度目标。", []),
        ("力争手术台次完成年度目标。", []),
        ("急诊人次完成年度目标。", []),
    ],
)
def test_a_target_called_met_or_missed_is_held_against_the_figures(body: str, quotes: list[str]):
    assert about_numbers(body) == [("number-direction", quote) for quote in quotes]


def test_the_last_column_of_a_table_is_held_against_the_figures_too():
    rows = "| 手术台次 | 3000台次 | 2900台次 | 增长3.4% | 3100台次 | {} |\n| 平均住院日 | 7.2天 | 7.4天 | 缩短0.2天 | 7.3天 | {} |"

    assert about_numbers(HEAD + rows.format("未完成", "完成")) == []
    assert about_numbers(HEAD + rows.format("完成", "未完成")) == [
        ("number-direction", "完成"),
        ("number-direction", "未完成"),
    ]


def test_a_paper_on_half_a_year_is_held_against_that_half():
    half = "医务科2025年上半年工作总结"

    assert about_numbers("上半年手术1600台次，比上年同期增长6.7%。", half) == []
    assert about_numbers("上半年手术3000台次。", half) == [("number-wrong", "3000台次")]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("手术台次 | 3000台次 | 2900台次 | 增长3.4%", ""),
        ("手术台次 | 3000台次 | 2900台次 | 下降3.4%", "方向写反"),
        ("平均住院日 | 7.2天 | 7.3天 | 缩短0.1天", ""),
        ("平均住院日 | 7.2天 | 7.3天 | 延长0.1天", "方向写反"),
        ("投诉起数 | 15起 | 12起 | 增加4起", "应为3起"),
        ("投诉起数 | 15起 | 12起 | 与上年持平", "不是持平"),
        ("投诉起数 | 15起 | 15起 | 与上年持平", ""),
        ("门诊人次 | 116.46万人次 | 105.30万人次 | 增长10.6%", ""),
        ("门诊人次 | 116.46万人次 | 116.45万人次 | 与上年基本持平", ""),
        ("满意度 | 95.2% | 94.1% | 提高1.1个百分点", ""),
        ("满意度 | 95.2% | 94.1% | 提高1.1%", "应写1.1个百分点"),
        ("手术台次 | 3000张 | 2900台次 | 增长3.4%", "单位不同"),
        ("医疗收入 | 1.2亿元 | 11000万元 | 增长9.1%", ""),
    ],
)
def test_a_row_of_a_markdown_table_is_worked_out_in_words_as_well_as_in_numbers(row: str, said: str):
    hints = [hit.hint for hit in growth_in(f"{HEAD}| {row} | — | — |\n")]

    assert [said in hint for hint in hints] == ([True] if said else [])


def test_values_may_stand_under_the_head_that_asks_how_it_went():
    table = "| 指标 | 年初目标 | 完成情况 | 上年 | 比上年 |\n| 投诉起数 | 10起 | 15起 | 12起 | 增加4起 |\n"

    assert len(list(growth_in(table))) == 1

"""Figures that cannot be right are asked about where a draft prints them, and stop a final."""

from pathlib import Path

import pytest

from chugao.manuscript import flatten
from tests.cli import chugao, write
from tests.drafts import draft, section

HEADER = "指标名称,年度,本期值,单位,上年同期值,目标值,明年目标\n"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def drafted(*rows: str, kind: str = "summary-plan", year: int = 2025) -> list[dict[str, object]]:
    figures = write("指标.csv", HEADER + "".join(row + "\n" for row in rows))
    ran = chugao("draft", "--kind", kind, "--department", "医保办", "--year", str(year), "--metrics", figures, "--json")
    assert ran.code == 0
    return [f for f in ran.json["findings"] if str(f["rule"]).startswith(("plausibility", "target"))]


def test_a_share_over_a_hundred_is_an_error_at_the_words_that_print_it_and_stops_a_final() -> None:
    [found] = drafted("DRG入组率,2025,102.3,%,97.1,,", "门诊人次,2025,32000,人次,30000,31000,33000")

    assert (found["rule"], found["severity"]) == ("plausibility.percent", "error")
    assert found["place"]["sentence"]
    [made] = Path("out").glob("*.json")
    assert "DRG入组率2025年102.3%（指标.csv C2单元格）超过了100%" in chugao("export", made, "--final").err


def test_an_aim_below_what_is_reached_is_asked_about_once() -> None:
    [found] = drafted("患者满意度,2025,93.5,%,92.8,93,91", "门诊人次,2025,32000,人次,30000,31000,33000")

    assert (found["rule"], found["severity"]) == ("target.worse", "warning")
    assert "目标比现状还差" in str(found["hint"])


@pytest.mark.parametrize("kind", ["key-points", "ideas"])
def test_a_paper_without_a_table_of_goals_leaves_out_one_that_is_worse_and_says_so(kind: str) -> None:
    rows = ("平均住院日,2025,8.7,天,9.1,8.8,9.2", "患者满意度,2025,93.5,%,92.8,93,94", "入径率,2025,71,%,70,71,72")

    [found] = drafted(*rows, kind=kind, year=2026)

    assert (found["rule"], found["severity"]) == ("target.worse", "warning")
    assert "平均住院日2026年目标9.2天" in str(found["hint"])
    assert "没有写这个目标" in str(found["hint"])
    [made] = Path("out").glob("*.md")
    text = made.read_text(encoding="utf-8")
    assert "94" in text
    assert "9.2" not in text


def test_figures_in_order_are_asked_about_in_no_draft() -> None:
    assert drafted("患者满意度,2025,93.5,%,92.8,93,94", "门诊人次,2025,32000,人次,30000,31000,33000") == []


def test_an_items_number_and_the_digits_it_opens_with_are_two_numbers() -> None:
    given = draft((section("plan", "一、", "下一步", 1, ("4.", "120分中心移到高速出口旁。")),))

    text, spans = flatten(given)

    assert "4. 120分中心" in text
    [at] = [s for s in spans if s.section == "plan" and s.sentence not in ("heading", "title")]
    assert text[at.start : at.end] == "120分中心移到高速出口旁。"

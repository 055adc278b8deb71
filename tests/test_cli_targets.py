"""chugao metrics targets: complaints about targets that were set, suggestions where none was."""

from pathlib import Path

import pytest

from tests.cli import chugao

HEADER = "指标名称,年度,本期值,单位,上年同期值,明年目标,责任科室,完成时限"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def figures(*rows: str) -> str:
    Path("指标.csv").write_text("\n".join((HEADER, *rows)), encoding="utf-8")
    return "指标.csv"


def test_suggestions_are_marked_as_such_and_carry_their_formula():
    ran = chugao("metrics", "targets", figures("平均住院日,2025,7.3,天,7.6,,,"), "--year", "2025", "--json")

    (proposal,) = ran.json["proposals"]
    assert ran.code == 0
    assert ran.json["findings"] == []
    assert (proposal["status"], proposal["period"], proposal["value"], proposal["qualifier"]) == (
        "建议",
        "2026",
        7.0,
        "≤",
    )
    assert proposal["formula"] == "7.3天－上年的进度0.3天"
    assert proposal["sources"] == ["指标.csv C2单元格", "指标.csv E2单元格"]


def test_a_target_behind_where_one_stands_is_told_and_ends_with_one():
    ran = chugao("metrics", "targets", figures("平均住院日,2025,7.3,天,7.6,7.8,医务科,2026年底"), "--year", "2025")

    assert ran.code == 1
    assert "目标比现状还差" in ran.out
    assert "F2单元格" in ran.out

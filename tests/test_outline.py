"""Kinds of document, and what goes where."""

from pathlib import Path

import pytest

from chugao import InputError, read_outline
from chugao.catalogue import load_catalogue
from chugao.outline import affinity, topic_of_matter, topic_of_metric, topics


@pytest.mark.parametrize(
    ("kind", "year", "title", "reported", "planned"),
    [
        ("summary", 2025, "医务科2025年工作总结", 2025, 2026),
        ("summary-plan", 2025, "医务科2025年工作总结暨2026年工作计划", 2025, 2026),
        ("plan", 2026, "医务科2026年工作计划", 2025, 2026),
        ("key-points", 2026, "医务科2026年工作要点", 2025, 2026),
        ("ideas", 2026, "医务科2026年工作思路", 2025, 2026),
    ],
)
def test_the_year_is_the_one_in_the_title(kind: str, year: int, title: str, reported: int, planned: int) -> None:
    outline = read_outline(kind, department="医务科", year=year)

    assert (outline.title, outline.reported.year, outline.plan_year) == (title, reported, planned)


def test_a_half_year_report_compares_with_the_same_half_and_plans_for_the_other() -> None:
    outline = read_outline("summary-plan", department="医务科", year=2025, period="2025H1")

    assert outline.title == "医务科2025年上半年工作总结暨下半年工作计划"
    assert outline.reported.shifted(-1).code == "2024H1"
    assert [p.heading for p in outline.parts if p.level == 1] == [
        "2025年上半年工作总结",
        "存在的不足",
        "下半年工作计划",
    ]


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"kind": "novel"}, "文种"),
        ({"level": "国家"}, "级别"),
        ({"department": " "}, "科室"),
        ({"year": 25}, "年度"),
        ({"length": 12}, "字数上限"),
        ({"period": "去年"}, "期间"),
        ({"period": "2024H1"}, "不是同一年"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(options: dict[str, object], word: str) -> None:
    given = {"kind": "summary", "department": "医务科", "year": 2025, **options}

    with pytest.raises(InputError, match=word):
        read_outline(**given)  # type: ignore[arg-type]


def test_the_outline_from_above_becomes_the_parts_in_its_own_words(tmp_path: Path) -> None:
    file = tmp_path / "通知.txt"
    file.write_text("2025年工作总结提纲\n一、今年完成的主要任务\n二、存在的困难\n三、明年工作打算\n", encoding="utf-8")

    outline = read_outline("summary-plan", department="医务科", year=2025, file=file)

    asked = [(p.heading, p.role, p.required) for p in outline.parts if p.asked]
    assert asked == [
        ("今年完成的主要任务", "results", True),
        ("存在的困难", "problems", True),
        ("明年工作打算", "plan", True),
    ]
    assert outline.parts[0].role == "lead"


def test_an_outline_without_headings_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "通知.txt"
    file.write_text("请各科室于十二月底前报送总结，字数不限，内容真实。\n", encoding="utf-8")

    with pytest.raises(InputError, match="没有找到标题"):
        read_outline("summary", department="医务科", year=2025, file=file)


def test_every_metric_and_every_matter_has_a_field_of_work() -> None:
    ids = {t.id for t in topics()}

    assert {topic_of_metric(d).id for d in load_catalogue()} <= ids
    assert topic_of_matter("护理质量", "").id == "quality"
    assert topic_of_matter("", "举办急救培训").id == "emergency"
    assert topic_of_matter("从没听说过的类别", "某事").id == "other"


def test_a_figure_stands_with_the_matter_that_speaks_of_it() -> None:
    near = affinity("日间手术占择期手术比例", "集中收治日间手术患者，散在各科的日间床位统一安排")
    far = affinity("日间手术占择期手术比例", "安排科主任轮值接待投诉")

    assert near > far
    assert affinity("患者满意度", "患者") == 0.0

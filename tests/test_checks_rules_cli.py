"""`chugao check --dismiss` and `--confirm-by`: one word from a person, remembered by the workspace."""

from pathlib import Path

import pytest

from tests.cli import GOOD, chugao, figures, refused, write

DRUGS = "医务科2025年工作总结\n一、主要工作\n全年接种一类疫苗，冷链巡查每月一次。\n"
COUNTS = "医务科2025年工作总结\n一、主要工作\n全年讲座36场，义诊12次。\n"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    figures("好.csv", *GOOD)


def rules_of(*words: str | Path) -> list[str]:
    return [f["rule"] for f in chugao("check", *words, "--json").json["findings"]]


def test_a_dismissal_in_a_workspace_holds_for_the_next_document_too() -> None:
    assert chugao("init", ".").code == 0
    assert rules_of(write("稿.txt", DRUGS)) == ["term-obsolete"]

    passed = chugao("check", "稿.txt", "--dismiss", "一类疫苗", "--by", "周敏", "--reason", "引用原文件名")

    assert passed.code == 0
    assert "记下1处" in passed.err
    assert rules_of("稿.txt") == []
    assert rules_of(write("二.txt", DRUGS.replace("冷链", "库房"))) == []


def test_outside_a_workspace_it_holds_for_this_time() -> None:
    file = write("稿.txt", DRUGS)

    passed = chugao("check", file, "--dismiss", "一类疫苗", "--by", "周敏", "--reason", "引用")

    assert "没有记下来" in passed.err
    assert rules_of(file) == ["term-obsolete"]


def test_numbers_without_a_source_are_confirmed_at_once_by_name_and_basis() -> None:
    file = write("稿.txt", COUNTS)
    assert rules_of(file, "--metrics", "好.csv") == ["number-untraced"] * 2

    confirmed = rules_of(file, "--metrics", "好.csv", "--confirm-by", "周敏", "--basis", "李主任电话")

    assert confirmed == []


@pytest.mark.parametrize(
    "words",
    [
        ("--dismiss", "一类疫苗"),
        ("--dismiss", "一类疫苗", "--by", "周敏"),
        ("--dismiss", "二类疫苗", "--by", "周敏", "--reason", "引用"),
        ("--by", "周敏"),
        ("--basis", "电话"),
    ],
)
def test_half_a_dismissal_is_refused(words: tuple[str, ...]) -> None:
    assert "请" in refused("check", write("稿.txt", DRUGS), *words)


def test_a_mask_is_not_passed_over() -> None:
    said = chugao(
        "check", write("稿.txt", "2025年工作总结\n开展xx行动。\n"), "--dismiss", "xx", "--by", "周", "--reason", "急"
    )

    assert said.code != 0
    assert "不能忽略" in said.err

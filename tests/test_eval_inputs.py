"""What somebody else gives the evaluation: cases and kept results, right ones and all the ways they go wrong."""

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from eval.__main__ import main
from eval.caseform import Faulty
from eval.cases import KEYS, check_cases, read_case
from eval.gate import compare
from eval.kept import read_result, read_times
from eval.running import measure_case, run_cases

from tests.test_eval_gate import result

_CASE = """about = "供应室总结"
variant = "clean"
kind = "summary"
level = "科室"
department = "消毒供应室"
organisation = "霁川市人民医院"
year = 2025
figures = ["figures.csv"]
matters = ["matters.csv"]
required = ["平均住院日"]
"""
_FIGURES = """部门,年度,指标名称,本期值,单位,上年同期值,目标值
消毒供应室,2025,平均住院日,7.4,天,7.9,7.5
消毒供应室,2025,器械包合格率,99.1,%,98.6,99
"""
_MATTERS = """部门,事项,类别,时间,成效,责任科室,状态,公开范围
消毒供应室,清洗机换成双门,设备,2025年5月,每日多洗两锅,消毒供应室,已完成,公开
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of cases with one that holds."""
    case = tmp_path / "supply-room"
    case.mkdir()
    for name, text in (("case.toml", _CASE), ("figures.csv", _FIGURES), ("matters.csv", _MATTERS)):
        (case / name).write_text(text, encoding="utf-8")
    return tmp_path


def changed(pattern: str, by: str) -> Callable[[Path], object]:
    def change(case: Path) -> None:
        text = (case / "case.toml").read_text(encoding="utf-8")
        new = re.sub(pattern, by, text, count=1, flags=re.MULTILINE)
        assert new != text
        (case / "case.toml").write_text(new, encoding="utf-8")

    return change


def written(name: str, content: bytes) -> Callable[[Path], object]:
    return lambda case: (case / name).write_bytes(content)


def test_a_case_written_by_the_table_of_the_readme_holds(folder: Path):
    (case,) = check_cases(folder=folder)

    assert (case.name, case.required, case.split) == ("supply-room", ("平均住院日",), case.split)
    assert main(["cases", "--folder", str(folder)]) == 0


def test_the_readme_names_every_key_of_a_case_and_no_other():
    page = (Path(__file__).parents[1] / "eval" / "README.md").read_text(encoding="utf-8")
    table = page.partition("| key |")[2].partition("\n\n")[0]

    assert re.findall(r"^\| `(\w+)`", table, re.MULTILINE) == [*KEYS]


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "misspelt key": (changed("^organisation", "organization"), r"case\.toml第6行 organization：.*是不是 organisation"),
    "missing key": (changed("^department.*\n", ""), r"case\.toml department：没有写"),
    "empty value": (changed('^department = ".*"', 'department = " "'), r"第5行 department：是空的"),
    "wrong kind": (changed('"summary"', '"工作总结"'), r"第3行 kind：“工作总结”不在其中；可以写：summary、plan"),
    "year as text": (changed("2025$", '"2025"'), r"第7行 year：'2025'不对.*year = 2025"),
    "two-digit year": (changed("2025$", "25"), r"第7行 year：25不对"),
    "key twice": (changed("^(year.*)$", r"\1\n\1"), r"第8行：这个键前面已经写过"),
    "Chinese quotes": (changed('"供应室总结"', "“供应室总结”"), r"第1行：不合 TOML 的写法"),
    "no list": (changed(r'\["matters.csv"\]', '"matters.csv"'), r"第9行 matters：.*方括号"),
    "its own name": (changed(r"\A", 'name = "x"\n'), r"name 不用写"),
    "file not there": (changed("matters.csv", "matter.csv"), r"第9行 matters：找不到文件“matter.csv”，是不是“matters.csv”"),
    "folder for a file": (changed('"matters.csv"', '".."'), r"第9行 matters："),
    "path of a machine": (changed('"matters.csv"', '"/tmp/m.csv"'), r"第9行 matters：.*这台机器"),
    "file twice": (changed('"matters.csv"', '"matters.csv", "matters.csv"'), r"第9行 matters：“matters.csv”写了两次"),
    "other kind of file": (changed("matters.csv", "matters.json"), r"第9行 matters：“matters.json”这种文件读不了；可以用"),
    "no corpus": (changed(r"\Z", 'corpus = "past"\n'), r"第11行 corpus：没有文件夹“past”"),
    "no reference": (changed(r"\Z", 'reference = "r.md"\n'), r"第11行 reference：找不到文件“r.md”"),
    "unknown metric": (changed("平均住院日", "平均住院天"), r"第10行 required：.*没有指标“平均住院天”，是不是“平均住院日”"),
    "late without figures": (changed('"clean"', '"late"'), r"第2行 variant：.*没有迟到的数"),
    "stated and owed": (changed(r"\Z", 'owed = ["平均住院日"]\n'), r"第11行 owed：“平均住院日”既必写又没有人报"),
    "period": (changed(r"\Z", 'period = "第九季"\n'), r"case\.toml：期间“第九季”看不懂"),
    "length": (changed(r"\Z", "length = -1\n"), r"第11行 length：-1不对"),
    "not UTF-8": (lambda c: (c / "case.toml").write_bytes(_CASE.encode("gb18030")), r"case\.toml第1行：不是 UTF-8"),
    "no case.toml": (lambda c: (c / "case.toml").unlink(), r"case\.toml：没有这个文件"),
    "empty table": (written("figures.csv", b""), r"figures\.csv：是空文件"),
    "broken workbook": (changed("figures.csv", "figures.xlsx"), r"figures\.xlsx：文件已损坏"),
    "no instruction": (changed(r"\Z", 'instructions = ["case.txt"]\n'), r"case\.txt：是空的"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_case_is_told_by_file_line_and_what_to_do_and_exits_two(
    name: str, folder: Path, capsys: pytest.CaptureFixture[str]
):
    (folder / "supply-room" / "figures.xlsx").write_bytes(b"PK\3\4nothing")
    (folder / "supply-room" / "case.txt").write_text("\n", encoding="utf-8")
    change, told = BROKEN[name]
    change(folder / "supply-room")

    assert main(["cases", "--folder", str(folder)]) == 2
    assert re.search(f"supply-room/.*{told}", capsys.readouterr().err)


def test_all_faults_of_all_cases_are_told_at_once(folder: Path):
    for name in ("one", "two"):
        (folder / name).mkdir()

    with pytest.raises(Faulty) as told:
        check_cases(folder=folder)

    assert len(told.value.args) == 2


def test_two_cases_of_the_same_bytes_are_one(folder: Path):
    (folder / "supply-room-again").mkdir()
    for file in list((folder / "supply-room").iterdir()):
        (folder / "supply-room-again" / file.name).write_bytes(file.read_bytes())

    with pytest.raises(Faulty, match="一字不差"):
        check_cases(folder=folder)


def test_tables_in_the_characters_of_a_chinese_machine_are_read_by_the_evaluator_too(folder: Path):
    for name, text in (("figures.csv", _FIGURES), ("matters.csv", _MATTERS)):
        (folder / "supply-room" / name).write_bytes(text.encode("gb18030"))

    row, _ = measure_case(read_case(folder / "supply-room"))

    assert "器械包合格率" in read_case(folder / "supply-room").given_text
    assert not row["failed"]


def test_what_the_product_refuses_names_the_case(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("eval.running.check_cases", lambda names: [read_case(folder / "supply-room")])
    changed("消毒供应室", "没有这个科")(folder / "supply-room")
    (folder / "supply-room" / "figures.csv").write_text(_FIGURES.splitlines()[0], encoding="utf-8")

    with pytest.raises(Faulty, match=r"^supply-room："):
        run_cases()


@pytest.mark.parametrize("command", [["run", "没有"], ["drafts", "/dev/null/x"], ["ablate", "没有"], ["bench", "没有"]])
def test_what_cannot_be_used_exits_two_with_a_sentence(command: list[str], capsys: pytest.CaptureFixture[str]):
    assert main(command) == 2
    assert "。" in (told := capsys.readouterr().err) or "没有" in told


@pytest.mark.parametrize(
    "command", [["mutate", "--every", "0"], ["contain", "--every", "-1"], ["fuzz", "--count", "-1"], ["run", "--generated", "-5"]]
)  # fmt: skip
def test_a_number_that_makes_no_sense_is_refused_before_anything_runs(
    command: list[str], capsys: pytest.CaptureFixture[str]
):
    with pytest.raises(SystemExit) as stopped:
        main(command)

    assert stopped.value.code == 2
    assert "以上的整数" in capsys.readouterr().err


# --- kept results ---------------------------------------------------------------------------------


def kept(path: Path, value: Any) -> Path:
    path.write_text(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path


def without(*keys: str) -> dict[str, Any]:
    held = copy.deepcopy(result())
    at = held
    for key in keys[:-1]:
        at = at[key]
    del at[keys[-1]]
    return held


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (result() | {"schema_version": 1}, "第1版.*第2版.*重新运行"),
        (result() | {"schema_version": 9}, "第9版.*第2版"),
        (without("schema_version"), "不是 python -m eval run 写的结果"),
        ({}, "不是 python -m eval run 写的结果"), ([], "不是 python -m eval run 写的结果"),
        ("", "第1行第1个字：不合 JSON"), (json.dumps(result())[:90], "不合 JSON 的写法，多半没有写完"),
        (without("cases", "案例03", "hash"), "案例03.hash不全"), (without("generated"), "generated不全"),
        (without("cases", "案例03", "measures", "order", "score"), "order.score不全"),
    ],
)  # fmt: skip
def test_what_is_no_result_is_refused_by_name(
    value: Any, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    good, bad = kept(tmp_path / "a.json", result()), kept(tmp_path / "b.json", value)

    assert main(["compare", str(good), str(bad)]) == 2
    assert main(["compare", str(bad), str(good)]) == 2
    assert re.search(f"b.json.*{told}", capsys.readouterr().err)


def test_a_result_is_read_as_it_was_written(tmp_path: Path):
    assert read_result(kept(tmp_path / "a.json", result())) == result()


def test_times_that_cannot_be_read_are_none(tmp_path: Path):
    assert read_times(kept(tmp_path / "t.json", {"a": 1.5, "b": "x"})) == {"a": 1.5}
    assert [read_times(kept(tmp_path / "t.json", t)) for t in ("[", "[]")] == [{}, {}]
    assert read_times(tmp_path / "none.json") == {}


def test_of_two_results_without_one_case_in_common_neither_passes():
    other = copy.deepcopy(result())
    for row in other["cases"].values():
        row["hash"] += "x"

    verdict = compare(result(), other)

    assert not verdict.passed
    assert "什么也没有比" in verdict.worse[0].sentence
    assert not compare(result(0), result()).passed


def test_what_is_no_longer_measured_stops():
    verdict = compare(result(), without("cases", "案例03", "measures", "untraced"))

    assert "没有出处的数字" in verdict.worse[0].sentence

"""`chugao corpus`: what a clerk types, what a program gets, which exit code says what."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from chugao.cli import app
from chugao.desk import workspace_index
from chugao.documents.structure import show, understand
from chugao.errors import ChugaoError
from chugao.shipped import shipped

HOSPITAL = "望澜市第一人民医院"
REPORT = "医务科2023年工作总结\n一、手术\n术前讨论由催办改为把关，没有记录的退回病区，全年1846例。\n"

FILES = sum(1 for p in shipped("corpus").iterdir() if p.suffix in (".txt", ".docx", ".html", ".pdf"))


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "工作区"
    assert run("init", str(folder)).exit_code == 0
    settings = folder / "chugao.toml"
    settings.write_text(settings.read_text("utf-8").replace('name = ""', f'name = "{HOSPITAL}"'), encoding="utf-8")
    monkeypatch.chdir(folder)
    return folder


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def corpus(*words: str) -> Result:
    result = run("corpus", *words)
    if isinstance(result.exception, Exception):
        # What `main` makes of it.
        assert isinstance(result.exception, ChugaoError), result.exception
        result.exit_code = result.exception.exit_code
    return result


def answer(*words: str) -> Any:
    """What --json prints on stdout: one document and nothing else."""
    result = corpus(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_what_is_added_is_listed_found_and_removed(workspace: Path):
    assert answer("add", str(shipped("corpus"))) == {
        "added": FILES, "unchanged": 0, "updated": 0, "skipped": [], "duplicates": [], "near": [],
    }  # fmt: skip

    reports = answer("list")["reports"]
    assert len(reports) == FILES
    assert any(r["own"] for r in reports)
    found = answer("search", "术前讨论由催办改为把关", "-k", "1")
    assert found["relaxed"] == []
    (hit,) = found["hits"]
    assert list(hit) == ["file", "title", "year", "kind", "heading", "text", "score", "start", "end"]
    assert (hit["year"], hit["kind"]) == (2024, "summary-plan")
    assert hit["heading"].endswith("手术难度和数量同步上升")

    (removed,) = answer("remove", hit["file"])["removed"]
    assert removed["title"] == hit["title"]
    assert len(answer("list")["reports"]) == FILES - 1
    assert hit["file"] not in {h["file"] for h in answer("search", "术前讨论由催办改为把关")["hits"]}


def test_people_get_short_lines_and_the_talk_goes_to_stderr(workspace: Path):
    (workspace / "甲.txt").write_text(REPORT, encoding="utf-8")
    (workspace / "乙.txt").write_text(REPORT, encoding="utf-8")
    (workspace / "空.docx").write_bytes(b"")

    added = corpus("add", "甲.txt", "乙.txt", "空.docx")

    assert added.exit_code == 0
    assert "3/3　空.docx：没有收" in added.stderr
    assert added.stdout.startswith("新收1篇，更新0篇，未变0篇。\n")
    assert "乙.txt　＝　甲.txt" in added.stdout
    assert "空.docx：" in added.stdout
    listed = corpus("list")
    assert "《医务科2023年工作总结》　2023，工作总结，医务科，外单位，1段　甲.txt" in listed.stdout
    assert "共1篇，本单位0篇。" in listed.stdout
    assert "--own" in listed.stderr
    searched = corpus("search", "术前讨论", "--masked")
    assert "全年〔数〕" in searched.stdout
    assert "1846" not in searched.stdout
    assert corpus("search", "造影剂").stderr.startswith("没有找到")
    assert corpus("reindex").stdout == "文稿1篇，段落1段。\n"
    assert "已删除1篇。" in corpus("remove", "甲.txt").stdout


def test_what_is_said_of_reports_is_kept(workspace: Path):
    (workspace / "甲.txt").write_text("2023年工作总结\n全年工作平稳有序，成效明显。", encoding="utf-8")

    answer("add", "甲.txt")
    assert answer("add", "甲.txt", "--own", "--department", "药学部")["updated"] == 1

    (report,) = answer("list")["reports"]
    assert (report["own"], report["department"]) == (True, "药学部")


def test_filters_give_way_and_say_so(workspace: Path):
    answer("add", str(shipped("corpus")))

    assert {h["department"] for h in answer("list")["reports"]} >= {"医务科", "护理部"}
    assert answer("search", "术前讨论", "--kind", "plan", "--year", "2025")["relaxed"] == []
    far = answer("search", "术前讨论", "--kind", "工作思路", "--year", "2019", "--department", "医务科")
    assert far["relaxed"] == ["year", "kind"]
    assert far["hits"]
    assert "按所给的年度没有找到" in corpus("search", "术前讨论", "--year", "2019").stderr
    assert answer("search", "术前讨论", "--department", "放射科") == {"hits": [], "relaxed": []}


def test_masked_hits_hold_no_digit(workspace: Path):
    answer("add", str(shipped("corpus")))

    hits = answer("search", "门诊手术讨论", "--masked", "-k", "50")["hits"]

    assert len(hits) > 10
    assert not any(c.isdigit() for h in hits for c in h["text"] + h["heading"])


def test_the_index_of_a_workspace_is_none_until_there_are_reports(workspace: Path):
    assert workspace_index(workspace) is None
    empty = corpus("search", "术前讨论")
    assert "工作区还没有收录文稿" in empty.stderr
    assert "术前讨论" in empty.stdout

    answer("add", str(shipped("corpus")))

    index = workspace_index(workspace)
    assert index is not None
    assert any(p.own for p in index.passages)
    assert all(p.own for p in index.passages if p.issuer == "望澜市第一人民医院")


def test_outside_a_workspace_the_sample_is_searched_and_this_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)

    result = corpus("search", "术前讨论由催办改为把关", "-k", "1", "--json")

    assert "示例文稿" in result.stderr
    assert len(json.loads(result.stdout)["hits"]) == 1


@pytest.mark.parametrize("words", [("add", "."), ("list",), ("remove", "x"), ("reindex",)], ids=lambda w: w[0])
def test_everything_that_keeps_something_needs_a_workspace(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)

    result = corpus(*words)

    assert result.exit_code == 2
    assert "chugao init" in str(result.exception)
    assert list(tmp_path.iterdir()) == []


def test_show_needs_no_workspace_and_prints_what_the_structure_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    for file in sorted(shipped("corpus").iterdir()):
        document = understand(file)
        assert answer("show", str(file)) == show(document)
        assert corpus("show", str(file)).stdout == document.text + "\n"


def test_of_several_documents_in_one_file_the_others_are_mentioned(tmp_path: Path):
    file = tmp_path / "汇编.txt"
    file.write_text(
        "（2篇）2025年卫健工作思路\n【篇一】\n（一）抓体系。健全考核。\n【篇二】\n（一）抓改革。三医协同。\n", "utf-8"
    )

    assert len(answer("show", str(file))["parts"]) == 1
    assert "另有1篇" in corpus("show", str(file)).stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("show", "没有.docx"), "没有.docx：打不开"),
        (("add", "没有.docx"), "一份也没有收进来"),
        (("remove", "没有.docx"), "“没有.docx”没有收录过"),
        (("search", "  "), "没有写要找什么"),
        (("search", "手术", "--kind", "通报"), "没有“通报”这个文种"),
    ],
)
def test_a_mistake_is_a_sentence_and_exit_code_2(workspace: Path, words: tuple[str, ...], sentence: str):
    result = corpus(*words)

    assert result.exit_code == 2
    assert sentence in str(result.exception)


def test_as_a_program_it_exits_2_with_the_sentence_on_stderr(workspace: Path):
    command = [sys.executable, "-c", "from chugao.cli import main; main()", "corpus"]

    done = subprocess.run([*command, "remove", "没有.docx"], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("错误：“没有.docx”没有收录过")


@pytest.mark.parametrize("command", ["add", "list", "search", "show", "remove", "reindex"])
def test_help_is_chinese_and_every_command_takes_json(command: str):
    shown = run("corpus", command, "--help").output

    assert "--json" in shown
    assert any("\u4e00" <= c <= "\u9fff" for c in shown.splitlines()[2])

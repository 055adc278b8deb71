"""`chugao prompts`: what a clerk or a developer types, what is printed, which exit code says what."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from chugao.cli.prompts import app
from chugao.errors import ChugaoError
from chugao.manuscript import Brief, Slot

OWN = '+++\nname = "lead"\npurpose = "本院的开头"\nneeds = ["topic"]\nreturns = "Reply"\n+++\n本院系统\n+++\n写{{ topic }}。\n'


def run(*words: str) -> Result:
    result = CliRunner().invoke(app, list(words), prog_name="chugao prompts")
    if isinstance(result.exception, Exception):
        # What `main` makes of it.
        assert isinstance(result.exception, ChugaoError), result.exception
        result.exit_code = result.exception.exit_code
    return result


def answer(*words: str) -> Any:
    """What --json prints on stdout: one document and nothing else."""
    result = run(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture
def brief(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "任务书.json"
    task = Brief(
        task="lead", section="lead", role="lead", kind="summary", style="data", level="科室", department="医务科",
        organisation="望澜市第一人民医院", topic="诊疗服务",
        slots=(
            Slot(
                name="surgeries.now", meaning="2025年手术台次（本期值）", metric="surgeries", metric_name="手术",
                field="now", headline=True,
            ),
        ),
    )  # fmt: skip
    path.write_text(task.model_dump_json(), encoding="utf-8")
    return path


@pytest.fixture
def own(brief: Path) -> Path:
    """A workspace with a template of its own."""
    (brief.parent / ".chugao").mkdir()
    (brief.parent / "chugao.toml").write_text("", encoding="utf-8")
    (brief.parent / "prompts").mkdir()
    path = brief.parent / "prompts" / "lead.md.j2"
    path.write_text(OWN, encoding="utf-8")
    return path


def test_list_names_every_template_with_its_purpose(brief: Path) -> None:
    rows = answer("list")["prompts"]

    assert list(rows[0]) == ["name", "purpose", "returns", "file", "own", "fingerprint"]
    assert {"summary/part", "plan/part", "policy/part", "lead", "headings", "rewrite"} <= {r["name"] for r in rows}
    assert not any(r["own"] for r in rows)
    assert "summary/part" in run("list").stdout
    assert "起草文稿开头的一段" in run("list").stdout


def test_show_prints_the_file_and_where_it_stands(brief: Path) -> None:
    shown = run("show", "lead")

    assert shown.stdout.startswith('+++\nname = "lead"')
    assert "prompts/lead.md.j2　指纹 " in shown.stderr
    told = answer("show", "lead")
    assert told["text"] == shown.stdout
    assert "blocks/rules" in told["includes"]
    assert "topic" in told["needs"]


def test_render_prints_what_a_model_would_be_told_and_the_shape_of_its_answer(brief: Path) -> None:
    told = answer("render", "lead", "--brief", str(brief))

    assert list(told) == ["name", "fingerprint", "system", "user", "schema"]
    assert "{surgeries.now}" in told["user"]
    assert told["schema"]["required"] == ["heading", "blocks"]
    shown = run("render", "lead", "--brief", str(brief))
    assert shown.stdout.startswith(f"【system】\n{told['system']}\n\n【user】\n")
    assert shown.stderr.startswith("共")


def test_a_workspaces_own_template_stands_over_ours(brief: Path, own: Path) -> None:
    told = answer("render", "lead", "--brief", str(brief))

    assert (told["system"], told["user"]) == ("本院系统", "写诊疗服务。")
    (row,) = [r for r in answer("list")["prompts"] if r["name"] == "lead"]
    assert (row["own"], row["purpose"]) == (True, "本院的开头")
    assert "本院的开头　本单位" in run("list").stdout


def test_a_folder_may_be_named(brief: Path, own: Path, tmp_path: Path) -> None:
    own.parent.rename(tmp_path / "别处")

    assert answer("show", "lead", "--folder", str(tmp_path / "别处"))["own"]
    assert not answer("show", "lead")["own"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("show", "none"), "没有“none”这个模板。现有："),
        (("show", "../lead"), "不是模板名"),
        (("list", "--folder", "没有"), "模板文件夹“没有”不存在"),
        (("render", "lead", "--brief", "没有.json"), "没有.json：打不开"),
        (("render", "lead", "--brief", "坏.json"), "坏.json：“task”缺少或写法不对"),
        (("render", "blocks/rules", "--brief", "任务书.json"), "不能单独使用"),
    ],
)
def test_a_mistake_is_a_sentence_and_exit_code_2(brief: Path, words: tuple[str, ...], sentence: str) -> None:
    (brief.parent / "坏.json").write_text("{}", encoding="utf-8")

    result = run(*words)

    assert result.exit_code == 2
    assert sentence in str(result.exception)


@pytest.mark.parametrize("command", ["list", "show", "render"])
def test_help_is_chinese_and_every_command_takes_json(command: str) -> None:
    shown = run(command, "--help").output

    assert "--json" in shown
    assert shown.startswith("用法：")

"""The command line as a whole: Chinese to the last word, quick to start, and never a traceback."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from chugao.cli import app
from tests.cli import GOOD, chugao, figures, refused, summary, write

HEAVY = "chromadb openai langchain dbos fastapi sqlalchemy openpyxl docx lxml numpy pydantic".split()
_ENGLISH = re.compile(
    r"usage|options|commands|arguments|required|default|show this|message|try |error|missing|invalid|\[|<(?:str|int|path)",
    re.IGNORECASE,
)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def commands() -> list[tuple[str, ...]]:
    """Every command and group: (), ("draft",), ("metrics",), ("metrics", "check") …"""
    found: list[tuple[str, ...]] = [()]

    def walk(group: object, path: tuple[str, ...]) -> None:
        for name, command in getattr(group, "commands", {}).items():
            found.append((*path, name))
            walk(command, (*path, name))

    walk(typer.main.get_command(app), ())
    return found


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The same as a program of its own."""
    command = [sys.executable, "-m", "chugao", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | environment)


# --- help -----------------------------------------------------------------------------------------


def test_the_commands_are_those_of_the_design():
    known = {" ".join(c) for c in commands()}

    assert known >= {"init", "doctor", "draft", "check", "export", "material add", "material list", "material confirm"}
    assert known >= {f"metrics {verb}" for verb in ("import", "check", "template", "extract")}
    assert known >= {f"corpus {verb}" for verb in ("add", "list", "search", "show", "remove", "reindex")}


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_help_is_chinese_all_the_way(words: tuple[str, ...]):
    for option in ("--help", "-h"):
        ran = chugao(*words, option)

        assert (ran.code, ran.err) == (0, "")
        page = ran.out.replace("[选项]", "").replace("[model]", "")
        assert page.startswith(" ".join(["用法：chugao", *words]))
        prose = re.sub(r"--?[a-z-]+|\[[一-鿿]+\]", "", page)
        assert not _ENGLISH.search(prose), page
        assert "显示这段说明" in page
        assert all(_columns(line) <= 80 for line in page.splitlines())


@pytest.mark.parametrize(
    "words",
    [
        c
        for c in commands()
        if c
        not in (
            (),
            ("metrics",),
            ("material",),
            ("corpus",),
            ("prompts",),
            ("ledger",),
            ("outline",),
            ("paper",),
            ("batch",),
            ("users",),
        )
    ],
)
def test_every_command_takes_json(words: tuple[str, ...]):
    assert "--json" in chugao(*words, "--help").out


def test_a_page_says_what_must_be_given_and_what_stands_otherwise():
    page = chugao("draft", "--help").out

    assert "--kind <文种>" in page
    assert "（必填）" in page
    assert "（默认：out）" in page
    assert "[文件夹]" in chugao("init", "--help").out
    assert "<指标文件>…" in chugao("metrics", "import", "--help").out
    assert "[指标文件]…" in chugao("metrics", "check", "--help").out


def _columns(line: str) -> int:
    return sum(1 if c.isascii() else 2 for c in line)


# --- mistakes in the words ------------------------------------------------------------------------


@pytest.mark.parametrize("words", [(), ("metrics",), ("material",), ("corpus",)], ids=" ".join)
def test_a_group_alone_shows_its_page_and_nothing_else(words: tuple[str, ...]):
    ran = chugao(*words)

    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("用法：chugao")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("drft",), ["没有“drft”这个命令", "是不是“draft”？", "chugao --help"]),
        (("通报",), ["没有“通报”这个命令", "draft"]),
        (("metrics", "imprt"), ["没有“imprt”这个命令", "是不是“import”？", "chugao metrics --help"]),
        (("--版本",), ["没有“--版本”这个选项"]),
        (("draft", "--metric", "x"), ["没有“--metric”这个选项", "--metrics", "chugao draft --help"]),
        (("draft",), ["缺少 --kind", "summary-plan", "chugao draft --help"]),
        (("check",), ["缺少 <文稿>", "chugao check --help"]),
        (("draft", "--year", "今年"), ["--year 的写法不对", "整数"]),
        (("check", "稿.txt", "--year", "25"), ["--year 的写法不对", "2000到2099"]),
        (("corpus", "search", "手术", "-k", "0"), ["-k 的写法不对", "1到1000"]),
        (("draft", "--year"), ["“--year”后面没有写内容"]),
        (("doctor", "--json=1"), ["“--json”后面不能带内容"]),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, tuple) else "",
)
def test_a_slip_is_explained_in_chinese(words: tuple[str, ...], says: list[str]):
    sentence = refused(*words)

    for part in says:
        assert part in sentence
    assert not re.search(r"usage|option|argument|invalid|missing|input should|such", sentence, re.IGNORECASE)


# --- what nobody foresaw --------------------------------------------------------------------------


def test_an_unexpected_failure_is_a_sentence_for_the_administrator(monkeypatch: pytest.MonkeyPatch):
    def broken(*_: object, **__: object) -> None:
        raise ValueError("没有料到")

    monkeypatch.setattr("chugao.metrics.reading.read_metrics", broken)

    ran = chugao(*summary("--metrics", figures("好.csv", *GOOD)))

    assert (ran.code, ran.out) == (3, "")
    assert "ValueError: 没有料到" in ran.err
    assert "请把这段话和文件发给管理员" in ran.err
    assert "Traceback" not in ran.err
    assert not Path("out").exists()


def test_the_traceback_is_for_those_who_ask(monkeypatch: pytest.MonkeyPatch):
    def broken(*_: object, **__: object) -> None:
        raise ValueError("没有料到")

    monkeypatch.setattr("chugao.metrics.reading.read_metrics", broken)
    monkeypatch.setenv("CHUGAO_DEBUG", "1")

    ran = chugao("metrics", "check", figures("好.csv", *GOOD))

    assert ran.code == 3
    assert "Traceback" in ran.err
    assert "请把这段话和文件发给管理员" in ran.err


def test_a_full_disk_is_the_outside_world(monkeypatch: pytest.MonkeyPatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "指标.xlsx")

    monkeypatch.setattr("chugao.metrics.template.write_template", full)

    ran = chugao("metrics", "template", "--department", "医务科", "--year", "2025")

    assert ran.code == 3
    assert "“指标.xlsx”磁盘已满" in ran.err


def test_an_interrupt_stops_quietly(monkeypatch: pytest.MonkeyPatch):
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("chugao.metrics.reading.read_metrics", interrupted)

    ran = chugao("metrics", "check", figures("好.csv", *GOOD))

    assert (ran.code, ran.out, ran.err) == (3, "", "已停止。\n")


# --- as a program ---------------------------------------------------------------------------------


def test_exit_codes_of_the_program():
    figures("好.csv", *GOOD)
    write("对.txt", "医务科2025年工作总结\n全年门急诊1000000人次。\n")
    write("错.txt", "医务科2025年工作总结\n全年门急诊1300000人次。\n")

    assert run("check", "对.txt", "--metrics", "好.csv").returncode == 0
    wrong = run("check", "错.txt", "--metrics", "好.csv", "--json")
    missing = run("check", "没有.txt")

    assert (wrong.returncode, wrong.stderr) == (1, "")
    assert (missing.returncode, missing.stdout) == (2, "")
    assert missing.stderr.startswith("错误：没有.txt：")


def test_a_terminal_that_knows_no_chinese_ends_nothing():
    ran = run("doctor", PYTHONIOENCODING="ascii", PYTHONUTF8="0")

    assert ran.returncode == 0
    assert "Traceback" not in ran.stderr


@pytest.mark.skipif(os.name == "nt", reason="sh")
def test_a_reader_that_leaves_early_is_no_failure():
    write("长.txt", "2025年工作总结\n" + "全年工作平稳有序，成效明显。\n" * 8_000)
    command = f"{sys.executable} -m chugao corpus show 长.txt | head -n 1"

    ran = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)

    assert ran.stdout == "2025年工作总结\n"
    assert ran.stderr == ""


@pytest.mark.parametrize(
    "code",
    [
        "import chugao",
        "import chugao.cli",
        "import sys; sys.argv = ['chugao', '--help']; import chugao.cli\ntry: chugao.cli.main()\nexcept SystemExit: pass",
    ],
    ids=["import chugao", "import chugao.cli", "chugao --help"],
)
def test_starting_loads_nothing_heavy(code: str):
    code += f"\nimport sys; print([m for m in {HEAVY} if m in sys.modules], file=sys.stderr)"

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ran.stderr == "[]\n"


def test_of_seventy_commands_only_the_named_one_is_read_and_all_are_told():
    code = "\n".join([
        "import sys, typer.main, chugao.cli",
        "read, seen = typer.main.get_params_from_function, set()",
        "typer.main.get_params_from_function = lambda f: (seen.add(f.__module__), read(f))[1]",
        "try: chugao.cli.main()",
        "except SystemExit: print(sorted(seen), file=sys.stderr)",
    ])  # fmt: skip

    whole = subprocess.run([sys.executable, "-c", code, "--help"], capture_output=True, text=True, check=True)
    one = subprocess.run([sys.executable, "-c", code, "draft", "--help"], capture_output=True, text=True, check=True)

    assert whole.stderr == "['chugao.cli.help']\n"
    assert one.stderr == "['chugao.cli.drafting', 'chugao.cli.help']\n"
    told = "".join(whole.stdout.split())
    for name, command in typer.main.get_group(app).commands.items():
        assert command.help, name
        assert "".join(f"{name}{command.help}".split()) in told


def test_rooms_stay_out_until_a_command_needs_them():
    code = "import sys, chugao.cli; print(sorted(m for m in sys.modules if m.startswith('chugao.')))"

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    loaded = set(eval(ran.stdout))
    assert {m for m in loaded if not m.startswith("chugao.cli")} == {"chugao.errors"}

"""What the READMEs promise runs: the Python example as printed, and every command they name."""

import re
import shlex
from pathlib import Path

import pytest

from tests.cli import chugao

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "README.zh-CN.md")


def test_the_python_example_runs_as_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    example = re.search(r"```python\n(.+?)```", (ROOT / "README.md").read_text("utf-8"), re.S)
    assert example is not None
    for name in ("examples", "corpus"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)

    exec(compile(example[1], "README.md", "exec"), {})

    assert (tmp_path / "医务科2025年工作总结.docx").stat().st_size > 10_000


def commands(name: str) -> list[tuple[str, ...]]:
    """The words of each command line, up to its first argument or option."""
    found = re.findall(r"^\s{4}(?:\.venv/bin/)?chugao ([^\n#]+)", (ROOT / name).read_text("utf-8"), re.M)
    words = [tuple(w for w in shlex.split(line.rstrip(" \\"))) for line in found]
    return [tuple(w for w in line[:2] if re.fullmatch(r"[a-z-]+", w) and not w.startswith("-")) for line in words]


@pytest.mark.parametrize("words", sorted({c for name in READMES for c in commands(name)}), ids=" ".join)
def test_every_command_that_a_readme_names_is_there(words: tuple[str, ...]) -> None:
    assert chugao(*words, "--help").code == 0


def test_both_readmes_name_the_same_commands() -> None:
    assert len({tuple(sorted(set(commands(name)))) for name in READMES}) == 1

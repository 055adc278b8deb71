"""What the READMEs and the manual promise is there: the Python example as printed, every command with its options."""

import re
import shlex
import subprocess
from functools import cache
from pathlib import Path

import pytest

from tests.cli import chugao

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "README.zh-CN.md")
MANUAL = sorted((ROOT / "docs" / "manual").glob("*.md"))
PAGES = [*(ROOT / name for name in READMES), *MANUAL]


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


# --- the manual -----------------------------------------------------------------------------------


@cache
def page_of_help(*words: str) -> str:
    ran = chugao(*words, "--help")
    return ran.out if ran.code == 0 else ""


def told_in(page: Path) -> list[str]:
    """What stands behind each “chugao” of a page, in blocks of commands and within sentences."""
    text = page.read_text("utf-8").replace("\\\n", " ")
    code = "\n".join([*re.findall(r"^ {4}(.*)", text, re.M), *re.findall(r"^```\w*\n(.*?)^```", text, re.M | re.S)])
    blocks = re.findall(r"^(?:\.venv/bin/)?chugao ([^\n#]+)", code, re.M)
    return [*blocks, *re.findall(r"`chugao ([^`\n]+)`", text)]


def command_of(told: str) -> tuple[str, ...]:
    first, _, rest = told.strip().partition(" ")
    following = re.match(r"[a-z]+", rest.strip())
    grouped = following is not None and page_of_help(first, following[0])
    return (first, following[0]) if following and grouped else (first,)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_command_and_option_that_a_page_shows_is_there(page: Path) -> None:
    wrong = []
    for told in told_in(page):
        if not re.match(r"[a-z]", told):
            continue  # “chugao …” stands for any command
        given = page_of_help(*command_of(told))
        options = re.findall(r"(?<![\w-])--[a-z][a-z-]*", re.sub(r"\"[^\"]*\"", "", told))
        wrong += [told] if not given or any(not re.search(rf"{o}(?![a-z-])", given) for o in options) else []

    assert wrong == []


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_link_and_picture_of_a_page_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8"))

    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


def test_the_manual_lists_every_chapter() -> None:
    contents = (ROOT / "docs" / "manual" / "README.md").read_text("utf-8")

    assert [p.name for p in MANUAL if p.name != "README.md" and f"]({p.name})" not in contents] == []


def test_the_files_that_a_page_takes_from_the_examples_are_there() -> None:
    named = {
        n for page in PAGES for n in re.findall(r"(?:examples|templates)/[^\s`），。、\"{}…]+", page.read_text("utf-8"))
    }

    assert len(named) > 5
    assert sorted(n for n in named if not (ROOT / n).exists()) == []


@pytest.mark.parametrize("target", ["demo", "test"])
def test_make_knows_the_targets_of_the_readmes(target: str) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")

    assert re.search(rf"^{target}: ", makefile, re.M)
    assert all(f"make {target}" in (ROOT / name).read_text("utf-8") for name in READMES)


def test_the_example_of_the_readmes_is_what_make_demo_runs() -> None:
    """One command in three places: whoever changes it changes all."""
    recipe = re.search(
        r"^demo:.*?\n\t@\$\(BIN\)/(chugao draft .+?-o out)", (ROOT / "Makefile").read_text("utf-8"), re.M | re.S
    )
    assert recipe is not None

    told = [re.search(r"chugao draft .+?-o out", (ROOT / n).read_text("utf-8"), re.S) for n in READMES]

    words = shlex.split(recipe[1])
    assert [shlex.split(t[0]) if t else None for t in told] == [words, words]


def test_the_number_of_sample_documents_in_the_manual_is_the_number_shipped() -> None:
    told = re.search(r"示例文稿：可用　(\d+)篇", (ROOT / "docs/manual/07-给信息科.md").read_text("utf-8"))

    assert told is not None
    assert int(told[1]) == sum(1 for p in (ROOT / "corpus").iterdir() if p.is_file())


def test_the_screen_of_the_demo_in_the_manual_is_what_the_demo_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (ROOT / "docs/manual/01-五分钟上手.md").read_text("utf-8")
    for name in ("examples", "corpus"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    command = re.search(r"^demo:.*?(chugao draft .+?-o out)", (ROOT / "Makefile").read_text("utf-8"), re.M | re.S)
    assert command is not None

    said = chugao(*shlex.split(command[1].replace("\\\n", ""))[1:]).out

    for told in (r"正文\d+字", r"标题\d+个", r"数字\d+个，都有出处"):
        assert re.findall(told, page)[0] == re.findall(told, said)[0]


def test_nothing_lies_at_the_top_that_is_of_no_use_there() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("no git checkout here: what is committed can't be listed")

    top = {name.split("/")[0] for name in listed.stdout.decode().split("\0") if name}

    assert top == {
        *(".ci", ".gitignore", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile"),
        *(*READMES, "pyproject.toml", "requirements.txt"),
        *("corpus", "docs", "eval", "examples", "prompts", "src", "templates", "tests", "tools"),
    }

"""The command line as its users meet it: words in; exit code, stdout, stderr and files out."""

import contextlib
import io
import json
import sys
from pathlib import Path
from typing import Any, NamedTuple

from chugao.cli import main
from chugao.shipped import shipped

EXAMPLES = shipped("corpus").parent / "examples"
FIGURES = EXAMPLES / "figures" / "医务科-2025.xlsx"
MATTERS = EXAMPLES / "matters" / "医务科-2025.xlsx"
HEADER = "指标名称,年度,本期值,单位,上年同期值,目标值"
HOSPITAL = "望澜市第一人民医院"
TITLE = "医务科2025年工作总结"


class Ran(NamedTuple):
    """What one command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)


def chugao(*words: str | Path) -> Ran:
    """Run a command in this process, exactly as the installed script does."""
    out, err, argv = io.StringIO(), io.StringIO(), sys.argv
    sys.argv = ["chugao", *map(str, words)]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main()
    except SystemExit as stop:
        code = stop.code
    finally:
        sys.argv = argv
    assert isinstance(code, int)
    return Ran(code, out.getvalue(), err.getvalue())


def refused(*words: str | Path) -> str:
    """The sentence for something the user must mend: exit code 2, on stderr, nothing on stdout, no file made."""
    before = sorted(Path().rglob("*"))
    ran = chugao(*words)
    assert (ran.code, ran.out) == (2, ""), ran
    assert "Traceback" not in ran.err
    assert sorted(Path().rglob("*")) == before, "something was left behind"
    sentence = ran.err[ran.err.index("错误：") :]
    assert not any(
        english in sentence for english in ("No such", "Is a directory", "Not a directory", "Error", "Errno")
    )
    return sentence


def write(name: str, text: str, encoding: str = "utf-8") -> Path:
    """A text file in the current folder."""
    path = Path(name)
    path.write_bytes(text.encode(encoding))
    return path


def figures(name: str, *lines: str) -> Path:
    """A figures file in the current folder: “指标名称,年度,本期值,单位,上年同期值,目标值” a line."""
    return write(name, "\n".join([HEADER, *lines]) + "\n")


GOOD = ("门急诊人次,2025,1000000,人次,900000,950000", "手术台次,2025,3000,台次,2900,")


def summary(*more: str | Path) -> tuple[str | Path, ...]:
    """The words of a small draft of the medical affairs department."""
    return ("draft", "--kind", "summary", "--department", "医务科", "--year", "2025", *more)

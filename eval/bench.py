"""Time what a user waits for: medians of CPU seconds on this machine.

In: nothing but the samples.  Out: `eval/results/bench.json` and the generated page docs/benchmarks.md.

CPU time, not wall time: the machine is shared, and a wait for somebody else is no property of ours.
"""

import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from eval import comparison
from eval.sentences import EXAMPLES, HERE, ORGANISATION

if TYPE_CHECKING:
    from eval.rows import Row
    from eval.scaling import Curve

PAGE = HERE.parent / "docs" / "benchmarks.md"
_PACKAGES = ("chugao", "pydantic", "openpyxl", "python-docx", "lxml", "numpy", "typer")


class Timing(NamedTuple):
    """One row of the page."""

    name: str
    label: str
    unit: str
    median: float
    low: float
    high: float
    target: str = ""
    note: str = ""


def measure(repeats: int = 5) -> list[Timing]:
    """Every row, each the median of `repeats` runs after one that warms up."""
    with tempfile.TemporaryDirectory() as folder:
        return list(_rows(repeats, Path(folder)))


def _rows(repeats: int, folder: Path) -> "list[Timing]":
    import chugao

    figures_file = EXAMPLES / "figures" / "医务科-2025.xlsx"
    figures = chugao.read_metrics(figures_file)
    matters = chugao.read_matters(EXAMPLES / "matters" / "医务科-2025.xlsx")
    index = chugao.open_index(HERE.parent / "corpus")
    outline = chugao.read_outline("summary-plan", department="医务科", year=2025, organisation=ORGANISATION)
    engine = chugao.open_engine("offline")

    def drafted() -> Any:
        return chugao.draft(outline, figures, matters, index, engine)

    draft = drafted()
    markdown = chugao.to_markdown(draft)
    text = markdown * max(1, 1_000_000 // len(markdown.encode()))
    size = len(text.encode()) / 1e6
    workbook = _workbook(folder / "指标.xlsx", 60)
    check = lambda: chugao.examine(draft, figures, matters)  # noqa: E731
    audit = lambda: chugao.examine(markdown, figures, matters)  # noqa: E731
    characters = len(markdown)
    return [
        _timing("help", "`chugao --help`", repeats, _help, target="≤ 0.2"),
        _timing("import_60", "导入60个指标的工作簿", repeats, lambda: chugao.read_metrics(workbook)),
        _timing("open_index", "打开样例历年文稿", repeats, lambda: chugao.open_index(HERE.parent / "corpus")),
        _timing("draft", "离线起草医务科总结暨计划（索引已开）", repeats, drafted, target="≤ 0.5（5000字）"),
        _timing("typeset", "排版成 Word", repeats, lambda: chugao.export_docx(draft, folder / "稿.docx")),
        _timing("check_draft", f"核对这份稿（{characters}字，含表）", repeats, check),
        _timing("check_text", "按外来文本核对同一份稿", repeats, audit, target="≤ 0.2（10000字）"),
        _rate("find_mentions", "识别数字", repeats, lambda: chugao.find_mentions(text), size),
    ]


def _timing(name: str, label: str, repeats: int, work: Callable[[], Any], target: str = "") -> Timing:
    seconds = _seconds(work, repeats)
    low, high = round(min(seconds), 4), round(max(seconds), 4)
    return Timing(name, label, "CPU 秒", round(statistics.median(seconds), 4), low, high, target)


def _rate(name: str, label: str, repeats: int, work: Callable[[], Any], size: float) -> Timing:
    speeds = [size / s for s in _seconds(work, repeats)]
    low, high = round(min(speeds), 3), round(max(speeds), 3)
    return Timing(name, label, "MB/CPU 秒", round(statistics.median(speeds), 3), low, high, note=f"{size:.2f} MB")


def _seconds(work: Callable[[], Any], repeats: int) -> list[float]:
    work()
    return [cpu_of(work) for _ in range(max(5, repeats))]


def cpu_of(work: Callable[[], Any]) -> float:
    """CPU seconds of this process and of children that ended, the children's only when there were any."""
    before, children = time.process_time(), _children()
    work()
    return time.process_time() - before + _children() - children


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _help() -> None:
    command = [sys.executable, "-m", "chugao", "--help"]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PYTHONHASHSEED": "0"})


def _workbook(path: Path, metrics: int) -> Path:
    """A figures file of so many invented metrics."""
    import openpyxl

    sheet = (book := openpyxl.Workbook()).active
    assert sheet is not None
    sheet.append(["年度", "指标名称", "本期值", "单位", "上年同期值", "目标值", "明年目标", "责任科室"])
    for i in range(metrics):
        sheet.append([2025, f"第{_letters(i)}项检查合格率", 90 + i % 9, "%", 88 + i % 9, 91, 95, "质控科"])
    book.save(path)
    return path


def _letters(number: int) -> str:
    stems, branches = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
    return stems[number % 10] + branches[number % 12] + (_letters(number // 60 - 1) if number >= 60 else "")


# --- writing --------------------------------------------------------------------------------------


def write(
    rows: list[Timing],
    date: str,
    folder: Path,
    page: Path = PAGE,
    compared: Sequence[comparison.Row] = (),
    held: "Sequence[Row]" = (),
    grown: "Sequence[Curve]" = (),
) -> str:
    """bench.json and the page; returns the page.

    `compared`: compare beside its peers; `held`: the rows of the design; `grown`: each cost at 1×, 10× and 100×.
    """
    about = {"date": date, "machine": _machine(), "python": platform.python_version(), "versions": _versions()}
    result = about | {"rows": [r._asdict() for r in rows], "compare": [r._asdict() for r in compared]}
    result |= {"design": [r._asdict() for r in held], "scaling": [c._asdict() for c in grown]}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bench.json").write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    text = _page(rows, about) + _held(held) + _grown(grown, page) + _compared(compared)
    page.write_text(text, encoding="utf-8")
    return text


def _page(rows: list[Timing], about: dict[str, Any]) -> str:
    lines = [
        "# Benchmarks",
        "",
        "*Generated by `make bench` (`python -m eval bench --date …`); do not edit.*",
        "",
        f"Date: {about['date'] or 'not given'}. Machine: {about['machine']}. Python {about['python']}; "
        + ", ".join(f"{k} {v}" for k, v in about["versions"].items())
        + ".",
        "",
        "Medians; lowest and highest beside them. CPU time of the process and its children.",
        "",
        "| what | median | lowest | highest | unit | target | note |",
        "|---|---:|---:|---:|---|---|---|",
    ]
    lines += [f"| {r.label} | {r.median} | {r.low} | {r.high} | {r.unit} | {r.target} | {r.note} |" for r in rows]
    return "\n".join(lines) + "\n"


def _held(rows: "Sequence[Row]") -> str:
    """The design's own table; a peer that is better stands there as it came out."""
    from eval.rows import lines_of

    about = [
        "", "## What the design holds itself to", "",
        "✓ met, ✗ missed, · not measured in this run. Each row was measured in a process of its own (CPU and peak memory of "
        "that process and its children, load average when it began). Peers run in environments of their own.", "",
    ]  # fmt: skip
    return "\n".join([*about, *lines_of(rows)]) + "\n" if rows else ""


def _grown(held: "Sequence[Curve]", page: Path) -> str:
    """The curves as a table, and a picture of them beside the page."""
    from eval.report import lines_plot
    from eval.scaling import lines_of

    if not held:
        return ""
    picture = page.parent / "images" / "scaling.svg"
    picture.parent.mkdir(exist_ok=True)
    # Every line begins at 1, so that slopes can be compared.
    series = {c.label: [(w / c.points[0][0], t / max(c.points[0][1], 1e-6)) for w, t in c.points] for c in held}
    picture.write_text(lines_plot(series), encoding="utf-8")
    about = [
        "", "## How costs grow", "", "CPU seconds; the exponent is the slope through the logarithms (1 is linear).", "",
    ]  # fmt: skip
    return "\n".join([*about, *lines_of(held), "", "![cost over work](images/scaling.svg)"]) + "\n"


def show_rows(held: "Sequence[Row]", grown: "Sequence[Curve]" = ()) -> str:
    """Rows and curves on the screen, nothing written."""
    from eval import rows, scaling

    return "\n".join([*rows.lines_of(held), *(["", *scaling.lines_of(grown)] if grown else [])])


def _compared(rows: Sequence[comparison.Row]) -> str:
    if not rows:
        return ""
    about = [
        "",
        "## Compare",
        "",
        "CPU milliseconds for one pair, everything from text to hunks, nothing cached. *real*: the version pairs of "
        "`eval/versions/` (drafts by older and newer code, other seeds, lengths, figures; drafts edited by hand); *10k*, "
        "*50k*: seeded edits of a fifth and a half of the sentences (50k: a fifth) of texts of so many characters that "
        "repeat passages. *Numbers cut*: numbers with the border of a change inside. *Fewest*: characters an edit by "
        "single characters must mark (15→12 is two); *numbers whole*: the same with each number counted as one. "
        "Targets: 10k ≤ 30 ms p95, 50k ≤ 150 ms, 0 numbers cut, ≤ 3 islands, ≤ 1.2 × fewest.",
        "",
    ]
    return "\n".join([*about, *comparison.table(rows)]) + "\n"


def _machine() -> str:
    names = [line.partition(":")[2].strip() for line in _cpuinfo() if line.startswith("model name")]
    return f"{names[0] if names else platform.machine()}, {os.cpu_count()} cores, {platform.system()}"


def _cpuinfo() -> list[str]:
    try:
        return Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def _versions() -> dict[str, str]:
    return {name: version(name) for name in _PACKAGES}

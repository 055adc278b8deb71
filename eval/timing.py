"""Time what a user waits for: medians of CPU seconds on this machine.

In: nothing but the samples.  Out: `Timing`s; `python -m eval.timing` prints them as JSON.

CPU time, not wall time: the machine is shared, and a wait for somebody else is no property of ours.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from eval.sentences import EXAMPLES, HERE, ORGANISATION


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
    """What is installed has its bytecode; a checkout may have none, where writing it is switched off."""
    command = [sys.executable, "-m", "chugao", "--help"]
    compiled = {"PYTHONPYCACHEPREFIX": _bytecode().name, "PYTHONDONTWRITEBYTECODE": ""}
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PYTHONHASHSEED": "0", **compiled})


@cache
def _bytecode() -> "tempfile.TemporaryDirectory[str]":
    """Gone when this process ends."""
    return tempfile.TemporaryDirectory()


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


def table(rows: list[Timing]) -> list[str]:
    """Lines of markdown."""
    lines = ["| what | median | lowest | highest | unit | target | note |", "|---|---:|---:|---:|---|---|---|"]
    lines += [f"| {r.label} | {r.median} | {r.low} | {r.high} | {r.unit} | {r.target} | {r.note} |" for r in rows]
    return lines


if __name__ == "__main__":
    print(json.dumps([r._asdict() for r in measure()], ensure_ascii=False))

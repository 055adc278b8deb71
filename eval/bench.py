"""`make bench`: every measurement in a process of its own, kept as it ends, and the page written anew after each.

In: names of measurements, or none for all.  Out: `results/rows/NAME.json`, `results/bench.json`, docs/benchmarks.md.

A measurement that breaks or hangs costs its own row and nothing else.  What is on the page from an earlier run says so:
a page that mixes two days without a word is worse than an empty row.
"""

import json
import os
import platform
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from eval import comparison, scaling, timing
from eval.apart import ROOT, run_apart
from eval.peers import installed, missing_peers
from eval.rows import ROWS, Row
from eval.scaling import COSTS, Curve

RESULTS = ROOT / "eval" / "results"
PAGE = ROOT / "docs" / "benchmarks.md"
LIMIT_S = 600
"""No measurement takes a third of this on two free cores."""
_PACKAGES = (
    "chugao", "pydantic", "sqlalchemy", "dbos", "fastapi", "openai", "chromadb", "openpyxl", "python-docx", "lxml",
    "numpy", "rapidfuzz", "typer",
)  # fmt: skip
_TOOLS = ("soffice", "chromium")
_GROWTH = "growth-"
_LONG = ("batch_memory", "batch_engine", "batch_engine_postgres", "batch_pipeline")
"""Rows that wait for minutes."""


class Kept(NamedTuple):
    """One measurement as it stands."""

    name: str
    told: Any = None
    """What the measurement said; None when there is nothing yet."""
    run: str = ""
    """When the run began that it belongs to."""
    at: str = ""
    """When it was measured."""
    wall_s: float = 0.0
    load: float = 0.0
    """Load average when it began."""
    trouble: str = ""
    """Why the last try, in `tried`, gave nothing; what stands beside it is of the try before."""
    tried: str = ""


def measurements() -> dict[str, list[str]]:
    """Name → arguments after `python`; the rows of the design first, short ones before long: a run may be cut short."""
    held = {name: ["-m", "eval.rows", name] for name in sorted(ROWS, key=lambda n: n in _LONG)}
    held |= {_GROWTH + name: ["-m", "eval.scaling", name] for name in COSTS}
    return held | {"timings": ["-m", "eval.timing"], "compare": ["-m", "eval.comparison"]}


def run(names: Sequence[str] = (), *, small: bool = False, folder: Path = RESULTS, page: Path = PAGE) -> int:
    """Measure, keep, write; 1 when something could not be measured.  A missed target is a figure like any other."""
    known = measurements()
    unknown = [n for n in names if n not in known]
    if unknown:
        raise SystemExit(f"没有这些：{'、'.join(unknown)}；有：{'、'.join(known)}")
    _say(*missing_peers())
    began, done = _now(), []
    for number, name in enumerate(names or known, 1):
        _say(f"{number}/{len(names or known)} {name} ……")
        one = measured(name, began, small=small, before=read(name, folder))
        done.append(one)
        _say(f"  {one.wall_s:.0f}秒 {one.trouble or _short(one)}")
        if not small:
            keep(one, folder)
            write("" if names else began, folder, page)
    _say(f"共{sum(k.wall_s for k in done) / 60:.1f}分钟。")
    if names or small:
        print("\n".join(_tables({k.name: k for k in done}, began, page if not small else None)))
    return int(any(k.trouble for k in done))


def measured(name: str, run: str, *, small: bool = False, before: Kept | None = None) -> Kept:
    """One measurement; when it gives nothing, what stood before with the reason."""
    load, at = round(os.getloadavg()[0], 1), _now()
    ended = run_apart([*measurements()[name], *(["--small"] if small else [])], LIMIT_S)
    if ended.trouble:
        old = before or Kept(name)
        return old._replace(trouble=ended.trouble, tried=run, wall_s=ended.wall_s)
    return Kept(name, ended.told, run, at, round(ended.wall_s, 1), load)


def _say(*lines: str) -> None:
    for line in lines:
        print(line, file=sys.stderr, flush=True)


def _now() -> str:
    return time.strftime("%Y-%m-%d %H:%M")


def _short(kept: Kept) -> str:
    return f"{Row(**kept.told).value}" if kept.name in ROWS else "量好"


# --- keeping --------------------------------------------------------------------------------------


def keep(kept: Kept, folder: Path = RESULTS) -> None:
    """Each stands as soon as it is measured."""
    (folder / "rows").mkdir(parents=True, exist_ok=True)
    told = json.dumps(kept._asdict(), ensure_ascii=False, indent=1)
    (folder / "rows" / f"{kept.name}.json").write_text(told + "\n", encoding="utf-8")


def read(name: str, folder: Path = RESULTS) -> Kept:
    """A measurement as it was kept last; an empty one when it never was."""
    path = folder / "rows" / f"{name}.json"
    return Kept(**json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else Kept(name)


# --- writing --------------------------------------------------------------------------------------


def write(run: str = "", folder: Path = RESULTS, page: Path = PAGE) -> str:
    """bench.json and the page from what is kept; returns the page.  Without a run the one with most of it is meant."""
    kept = {name: read(name, folder) for name in measurements()}
    run = run or Counter(k.run for k in kept.values() if k.told).most_common(1)[0][0]
    about: dict[str, Any] = {"run": run, "machine": _machine(), "python": platform.python_version()}
    about |= {"versions": _versions(), "peers": installed(), "tools": _tools()}
    result = about | {"measured": {name: k._asdict() for name, k in kept.items()}}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bench.json").write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    text = "\n".join([*_head(kept, about), *_tables(kept, run, page)]) + "\n"
    page.write_text(text, encoding="utf-8")
    return text


def _head(kept: Mapping[str, Kept], about: Mapping[str, Any]) -> Iterator[str]:
    yield from ("# Benchmarks", "", "*Written by `make bench`; do not edit.*", "")
    yield f"Run of {about['run']} on {about['machine']}, Python {about['python']}. {_counted(kept, about['run'])}"
    for said, name in (("Ours", "versions"), ("Peers, each in an environment of its own", "peers"), ("Tools", "tools")):
        yield from ("", f"{said}: {', '.join(f'{k} {v}' for k, v in about[name].items()) or 'none'}.")


def _counted(kept: Mapping[str, Kept], run: str) -> str:
    held = [kept[name] for name in ROWS if name in kept]
    here = [Row(**k.told).met for k in held if k.run == run and k.told]
    others = len([k for k in held if k.told]) - len(here)
    told = f"Of {len(held)} rows of figures {len(here)} were measured in it: {sum(m is True for m in here)} met, "
    told += f"{sum(m is False for m in here)} missed"
    told += f", {unmeasured} without a figure" if (unmeasured := sum(m is None for m in here)) else ""
    told += f"; {others} stand from another run and say so" if others else ""
    failed = [k.name for k in kept.values() if k.tried == run]
    return told + (f"; could not be measured: {', '.join(failed)}." if failed else ".")


_ABOUT_ROWS = (
    "✓ met, ✗ missed, · no figure. Each was measured in a process of its own: CPU and peak memory of that process and the "
    "children it waited for, load average when it began, seconds it took. Values are medians of five or more where a time is meant and "
    "nothing else is said; a peer that is better stands there as it came out."
)
_ABOUT_COMPARE = (
    "CPU milliseconds for one pair, everything from text to hunks, nothing cached. *real*: the version pairs of "
    "`eval/versions/` (drafts by older and newer code, other seeds, lengths, figures; drafts edited by hand); *10k*, "
    "*50k*: seeded edits of a fifth and a half of the sentences (50k: a fifth) of texts of so many characters that "
    "repeat passages. *Numbers cut*: numbers with the border of a change inside. *Fewest*: characters an edit by "
    "single characters must mark (15→12 is two); *numbers whole*: the same with each number counted as one. "
    "Targets: 10k ≤ 30 ms p95, 50k ≤ 150 ms, 0 numbers cut, ≤ 3 islands, ≤ 1.2 × fewest."
)


def _tables(kept: Mapping[str, Kept], run: str, page: Path | None) -> Iterator[str]:
    """Whatever of it there is."""
    if held := [kept[n] for n in ROWS if n in kept]:
        yield from ("", "## What the design holds itself to", "", _ABOUT_ROWS, "", *rows_of(held, run))
    if grown := [kept[_GROWTH + n] for n in COSTS if _GROWTH + n in kept]:
        yield from (
            "",
            "## How costs grow",
            "",
            "CPU seconds; the exponent is the slope through the logarithms (1 is linear), the last step that from 10× to 100× alone: a fixed cost flattens the one and not the other.",
        )
        yield from ("", *_grown(grown, run, page))
    for name, title, about in (
        ("timings", "What a user waits for", "Medians of five or more, lowest and highest beside them; CPU time."),
        ("compare", "Compare", _ABOUT_COMPARE),
    ):
        if name not in kept:
            continue
        yield from ("", f"## {title}", "", about, "", *_standing(kept[name], run))
        if name == "timings":
            yield from timing.table([timing.Timing(**r) for r in kept[name].told or ()])
        else:
            yield from comparison.table([comparison.Row(**r) for r in kept[name].told or ()])


def rows_of(held: Iterable[Kept], run: str) -> Iterator[str]:
    """The design's own table as lines of markdown."""
    marks = {True: "✓", False: "✗", None: "·"}
    yield "| | what | target | chugao | peers | note | CPU s | peak MB | load | s | measured |"
    yield "|---|---|---|---|---|---|---:|---:|---:|---:|---|"
    for one in held:
        label, target, _ = ROWS.get(one.name, (one.name, "", None))
        row = Row(**one.told) if one.told else Row("没有量", None)
        if one.tried:
            row = row._replace(value=f"跑不了（以前{row.value}）", met=False, note=f"{one.trouble}；{row.note}")
        peers = "；".join(f"{name} {value}" for name, value in row.peers.items())
        when = one.at if one.run == run or not one.at else f"another run: {one.at}"
        measured = (row.cpu_s, row.peak_mb, one.load, round(one.wall_s), when)
        cells = (marks[row.met], label, target, row.value, peers, row.note, *measured)
        yield "| " + " | ".join(str(c).replace("|", "｜").replace("\n", " ") for c in cells) + " |"


def _standing(one: Kept, run: str) -> Iterator[str]:
    """A line on a table that is not of this run."""
    if one.tried:
        yield from (f"**Could not be measured in this run: {one.trouble}**", "")
    if one.told and one.run != run:
        yield from (f"From another run: {one.at}.", "")


def _grown(held: Sequence[Kept], run: str, page: Path | None) -> Iterator[str]:
    """The curves as a table, and a picture of them beside the page."""
    from eval.report import lines_plot

    for one in held:
        yield from (f"{one.name}: {line}" if line else "" for line in _standing(one, run))
    curves = [Curve(**one.told) for one in held if one.told]
    yield from scaling.lines_of(curves)
    if page is None or not curves:
        return
    picture = page.parent / "images" / "scaling.svg"
    picture.parent.mkdir(exist_ok=True)
    # Every line begins at 1, so that slopes can be compared.
    series = {c.label: [(w / c.points[0][0], t / max(c.points[0][1], 1e-6)) for w, t in c.points] for c in curves}
    picture.write_text(lines_plot(series), encoding="utf-8")
    yield from ("", "![cost over work](images/scaling.svg)")


# --- about the machine ----------------------------------------------------------------------------


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


@cache
def _tools() -> dict[str, str]:
    """First words of what the tools say of themselves; one that is not there is left out."""
    told = {}
    for name in _TOOLS:
        try:
            said = subprocess.run([name, "--version"], capture_output=True, text=True, timeout=30, check=True).stdout
            told[name] = next((w for w in said.split() if w[0].isdigit()), "?")
        except (OSError, subprocess.SubprocessError):
            continue
    return told


__all__ = ["Kept", "keep", "measured", "measurements", "read", "rows_of", "run", "write"]

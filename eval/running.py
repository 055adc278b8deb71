"""Draft every case, measure every draft, print one table.

In: cases.  Out: a result that is the same for the same cases and code, byte for byte, and the CPU times beside it.
"""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.cases import Case, all_cases
from eval.measures import MEASURES, Measure, Seen
from eval.tells import TELLS

SCHEMA_VERSION = 1
_COLUMNS = (
    ("字数", "length"), ("无主数", "unclaimed_digits"), ("无出处", "untraced"), ("结构", "structure"), ("凭空", "inventions"),
    ("残留", "stale"), ("必写", "coverage"), ("正文", "coverage_in_prose"), ("待补", "pending"), ("千字数", "numbers_per_1000"),
    ("rep8", "rep_8"), ("dis4", "distinct_4"), ("同长", "copied_run"), ("同率", "copied_share"),
)  # fmt: skip


def measure_case(case: Case) -> tuple[dict[str, Any], float]:
    """(what was measured of the draft of one case, CPU seconds of drafting it)."""
    _warm(case)
    started = time.process_time()
    draft = case.draft()
    seconds = time.process_time() - started
    seen = Seen(draft, case)
    measures = [measure(seen) for measure in (*MEASURES, *TELLS)]
    row = {
        "hash": case.hash,
        "draft": draft.id,
        "failed": [m.name for m in measures if m.failed],
        "tells": sum(
            1 for m in measures if m.name.startswith("tell_") and (m.score > 0.1 if m.name == "tell_03" else m.score)
        ),
        "measures": {m.name: _row(m) for m in measures},
    }
    return row, seconds


def _warm(case: Case) -> tuple[object, ...]:
    """Read figures, matters and past reports, so that only the drafting is timed."""
    return case.read_figures, case.read_matters, case.index


def _row(measure: Measure) -> dict[str, Any]:
    return {"score": measure.score, "spans": [list(s) for s in measure.spans]}


def run_cases(names: Sequence[str] = ()) -> tuple[dict[str, Any], dict[str, float]]:
    """Every case (or those named): the result, and the CPU seconds of each draft."""
    rows, times = {}, {}
    for case in all_cases(tuple(names)):
        rows[case.name], times[case.name] = measure_case(case)
    failed = {name: row["failed"] for name, row in rows.items() if row["failed"]}
    return {"schema_version": SCHEMA_VERSION, "failed": failed, "cases": rows}, times


def show(result: dict[str, Any], times: dict[str, float]) -> str:
    """A table, then what failed and where, then the tells."""
    head = f"{'案例':<18}" + "".join(f"{title:>6}" for title, _ in _COLUMNS) + f"{'迹象':>5}{'CPU秒':>6}"
    lines = [head]
    for name, row in result["cases"].items():
        scores = "".join(f"{_short(row['measures'][key]['score']):>8}" for _, key in _COLUMNS)
        lines.append(f"{name:<20}{scores}{row['tells']:>6}{times[name]:>8.2f}")
    for name, measures in result["failed"].items():
        for measure in measures:
            for where, quote, why in result["cases"][name]["measures"][measure]["spans"]:
                lines.append(f"✗ {name} {measure} {where} “{quote}” {why[:90]}")
    for name, row in result["cases"].items():
        told = {k: m for k, m in row["measures"].items() if k.startswith("tell_") and m["score"]}
        for measure, found in told.items():
            first = found["spans"][0] if found["spans"] else ["", "", ""]
            lines.append(f"· {name} {measure} {_short(found['score'])} {first[0]} “{first[1][:50]}”")
    failed = len(result["failed"])
    lines.append(
        f"{len(result['cases'])}个案例，{failed}个没有通过硬指标。"
        if failed
        else f"{len(result['cases'])}个案例全部通过硬指标。"
    )
    return "\n".join(lines)


def _short(score: float) -> str:
    return f"{score:.0f}" if score == int(score) else f"{score:.3f}".rstrip("0")


def write(result: dict[str, Any], times: dict[str, float], folder: Path) -> None:
    """latest.json holds nothing that differs between two runs; times.json holds the rest."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "latest.json").write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    rounded = {name: round(seconds, 3) for name, seconds in times.items()}
    (folder / "times.json").write_text(json.dumps(rounded, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

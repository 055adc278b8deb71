"""Draft every case, measure every draft, print one table.

In: cases, by hand and generated.  Out: a result that is the same for the same cases and code, byte for byte, and the
CPU times beside it.
"""

import hashlib
import json
import multiprocessing
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from chugao.errors import InputError
from eval.agreement import AGREEMENT
from eval.caseform import Faulty
from eval.cases import CASES, Case, check_cases, not_run, read_case
from eval.content import CONTENT
from eval.fidelity import FIDELITY
from eval.generating import COUNT, SEED, write_cases
from eval.given import GIVEN
from eval.grounds import GROUNDS
from eval.lost import LOST
from eval.measures import MEASURES, Measure, Seen
from eval.spending import SPENDING
from eval.tabled import TABLED
from eval.tells import TELLS
from eval.worded import WORDED

SCHEMA_VERSION = 2
ALL: tuple[Callable[[Seen], Measure], ...] = (
    *MEASURES, *FIDELITY, *CONTENT, *AGREEMENT, *TABLED, *GIVEN, *WORDED, *LOST, *GROUNDS, *SPENDING,
    *TELLS,
)  # fmt: skip
_COLUMNS = (
    ("字数", "length"), ("无主数", "unclaimed_digits"), ("无出处", "untraced"), ("数不符", "fidelity_value"),
    ("结构", "structure"), ("凭空", "inventions"), ("残留", "stale"), ("必写", "coverage"), ("正文", "coverage_in_prose"),
    ("次序", "order"), ("待补", "pending"), ("千字数", "numbers_per_1000"), ("rep8", "rep_8"), ("dis4", "distinct_4"),
    ("同长", "copied_run"), ("同率", "copied_share"),
)  # fmt: skip
_ALONE = 8
"""Fewer cases than this are not worth starting other processes for."""


def measure_case(case: Case) -> tuple[dict[str, Any], float]:
    """(what was measured of the draft of one case, CPU seconds of drafting it)."""
    _warm(case)
    started = time.process_time()
    draft = case.draft()
    seconds = time.process_time() - started
    return row_of(Seen(draft, case)), seconds


def row_of(seen: Seen) -> dict[str, Any]:
    """Everything measured of one draft."""
    measures = [measure(seen) for measure in ALL]
    return {
        "hash": seen.case.hash,
        "split": seen.case.split,
        "variant": seen.case.variant,
        "draft": seen.draft.id,
        "failed": [m.name for m in measures if m.failed],
        "tells": sum(
            1 for m in measures if m.name.startswith("tell_") and (m.score > 0.1 if m.name == "tell_03" else m.score)
        ),
        "measures": {m.name: _row(m) for m in measures},
    }


def _warm(case: Case) -> tuple[object, ...]:
    """Read figures, matters and past reports, so that only the drafting is timed."""
    return case.read_figures, case.read_matters, case.index, case.outline


def _row(measure: Measure) -> dict[str, Any]:
    return {"score": measure.score, "spans": [list(s) for s in measure.spans]}


def _measured(folder: Path) -> tuple[str, dict[str, Any], float]:
    """(name, row, CPU seconds).  Raises `Faulty` with the case's name when the product refuses what the case gives it."""
    try:
        return folder.name, *measure_case(read_case(folder))
    except InputError as error:
        raise Faulty(f"{folder.name}：{error}") from None


def run_cases(names: Sequence[str] = (), *, generated: int = 0) -> tuple[dict[str, Any], dict[str, float]]:
    """Every case (or those named) and so many generated ones: the result, and the CPU seconds of each draft."""
    by_hand = [c.folder for c in check_cases(tuple(names))]
    with tempfile.TemporaryDirectory() as folder:
        made = write_cases(Path(folder), generated)
        rows, times = {}, {}
        for name, row, seconds in _each([*by_hand, *made]):
            rows[name], times[name] = row, seconds
    shown = {f.name: rows[f.name] for f in by_hand}
    others = {f.name: _compact(rows[f.name]) for f in made}
    # Not worse and not better: nothing can be said of them on a machine without the papers they rest on.
    absent = [] if names else not_run(read_case(p.parent) for p in sorted(CASES.glob("*/case.toml")))
    return _result(shown, others) | ({"not_run": absent} if absent else {}), times


def _each(folders: Sequence[Path]) -> Iterable[tuple[str, dict[str, Any], float]]:
    """In order, on two processes when there are many; spawned, so that what they cost counts as ours (see `rows`)."""
    if len(folders) < _ALONE:
        yield from map(_measured, folders)
        return
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(_measured, folders, chunksize=4)


def _compact(row: dict[str, Any]) -> dict[str, Any]:
    """A generated case keeps its scores, and places only where a hard measure failed."""
    places = {name: row["measures"][name]["spans"] for name in row["failed"]}
    # What is nil goes without saying, except where nil would be a fault.
    scores = {name: m["score"] for name, m in row["measures"].items() if m["score"] or name == "coverage"}
    kept = {key: row[key] for key in ("hash", "split", "variant", "draft", "failed", "tells")}
    return kept | {"scores": scores, "places": places}


def _result(cases: dict[str, Any], generated: dict[str, Any]) -> dict[str, Any]:
    everything = cases | generated
    return {
        "schema_version": SCHEMA_VERSION,
        "suite": _hash(f"{name} {row['hash']}" for name, row in everything.items()),
        "code": code_hash(),
        "split": dict(sorted(Counter(row["split"] for row in everything.values()).items())),
        "failed": {name: row["failed"] for name, row in everything.items() if row["failed"]},
        "cases": cases,
        "generated": {"seed": SEED, "cases": generated},
    }


def code_hash() -> str:
    """What drafted: the bytes of the product's own files."""
    root = CASES.parents[1]
    files = [p for f in ("src", "templates", "prompts") for p in (root / f).rglob("*") if p.is_file()]
    files = [p for p in files if "__pycache__" not in p.parts]
    return _hash(f"{p.relative_to(root)} {hashlib.sha256(p.read_bytes()).hexdigest()}" for p in sorted(files))


def _hash(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def scores_of(row: dict[str, Any]) -> dict[str, float]:
    """The scores of a row, by hand or generated."""
    if "scores" in row:
        return dict(row["scores"])
    return {name: measure["score"] for name, measure in row["measures"].items()}


def places_of(row: dict[str, Any], measure: str) -> list[list[str]]:
    """The places behind a score, as far as they are kept."""
    if "scores" in row:
        return list(row["places"].get(measure, []))
    return list(row["measures"].get(measure, {}).get("spans", []))


def every_row(result: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """All rows by name."""
    return {**result["cases"], **result.get("generated", {}).get("cases", {})}


def show(result: dict[str, Any], times: dict[str, float]) -> str:
    """A table, then what failed and where, then the tells."""
    head = f"{'案例':<24}" + "".join(f"{title:>6}" for title, _ in _COLUMNS) + f"{'迹象':>5}{'CPU秒':>6}"
    lines = [head]
    for name, row in result["cases"].items():
        scores = "".join(f"{_short(row['measures'][key]['score']):>8}" for _, key in _COLUMNS)
        lines.append(f"{name:<26}{scores}{row['tells']:>6}{times[name]:>8.2f}")
    lines += _generated_lines(result, times)
    rows = every_row(result)
    for name, measures in result["failed"].items():
        for measure in measures:
            for where, quote, why in places_of(rows[name], measure):
                lines.append(f"✗ {name} {measure} {where} “{quote}” {why[:90]}")
    for name, row in result["cases"].items():
        told = {k: m for k, m in row["measures"].items() if k.startswith("tell_") and m["score"]}
        for measure, found in told.items():
            first = found["spans"][0] if found["spans"] else ["", "", ""]
            lines.append(f"· {name} {measure} {_short(found['score'])} {first[0]} “{first[1][:50]}”")
    failed = len(result["failed"])
    lines.append(
        f"案例集{result['suite']}，代码{result['code']}；开发{result['split'].get('dev', 0)}个、留出{result['split'].get('held-out', 0)}个。"
    )
    lines.append(f"{len(rows)}个案例，{failed}个没有通过硬指标。" if failed else f"{len(rows)}个案例全部通过硬指标。")
    return "\n".join(lines)


def _generated_lines(result: dict[str, Any], times: dict[str, float]) -> list[str]:
    rows = result["generated"]["cases"]
    if not rows:
        return []
    failed = [name for name, row in rows.items() if row["failed"]]
    seconds = sum(times[name] for name in rows)
    return [
        f"由种子{result['generated']['seed']}生成{len(rows)}个案例，{len(failed)}个没有通过硬指标，起草共{seconds:.1f} CPU秒。"
    ]


def _short(score: float) -> str:
    return f"{score:.0f}" if score == int(score) else f"{score:.3f}".rstrip("0")


def write(result: dict[str, Any], times: dict[str, float], folder: Path, name: str = "latest.json") -> None:
    """The result holds nothing that differs between two runs; times.json holds the rest."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    rounded = {case: round(seconds, 3) for case, seconds in times.items()}
    (folder / "times.json").write_text(json.dumps(rounded, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


__all__ = ["ALL", "COUNT", "code_hash", "every_row", "measure_case", "places_of", "row_of", "run_cases", "scores_of", "show", "write"]  # fmt: skip

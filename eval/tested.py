"""docs/how-it-is-tested.md: what tests there are, counted from the files and the kept results.

In: the repository.  Out: the page as text.

A page that says how well something is tested is the first to lie when it is typed by hand.
"""

import ast
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from eval.cases import CASES, VARIANTS, read_case
from eval.generating import COUNT
from eval.mutation import LABELS

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "how-it-is-tested.md"
TEMPLATE = Path(__file__).parent / "how-it-is-tested.md.j2"
LEVELS = ("科室", "医院", "乡镇", "区县", "市")
KINDS = {
    "summary": "工作总结", "plan": "工作计划", "summary-plan": "总结暨计划", "key-points": "工作要点", "ideas": "工作思路",
}  # fmt: skip
_DATABASES = frozenset({"database", "database_url", "empty_database_url"})
_PROMISES = (
    ("1 the model never writes a digit", ("test_drafting", "test_engines", "test_engine_cassettes", "test_checks")),
    ("2 nothing is invented beside numbers", ("test_grounding", "test_checks_rules", "test_eval_measures")),
    ("3 fail closed", ("test_gate", "test_cli_export", "test_checked")),
    ("4 every sentence says why", ("test_composing", "test_pack", "test_export")),
    ("5 past reports give wording, never facts", ("test_corpus", "test_corpus_frames", "test_checks_copying")),
    ("6 nothing lost, nothing paid twice", ("test_ledger", "test_batch_kills", "test_database")),
    ("7 works with no network and no model", ("test_composer", "test_readme", "test_wheel")),
    ("8 a department sees what it may see", ("test_index", "test_corpus_store", "test_guard")),
)


def page(results: Path = ROOT / "eval" / "results") -> str:
    """The page."""
    import jinja2

    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True, autoescape=False)
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(**counted(results))


def counted(results: Path) -> dict[str, Any]:
    """Everything the page says."""
    from eval.containment import papers
    from eval.gate import HARD
    from eval.payloads import PAYLOADS
    from eval.running import ALL

    source, tests, evaluation = (lines_of(ROOT / f) for f in ("src", "tests", "eval"))
    cases = [read_case(p.parent) for p in sorted(CASES.glob("*/case.toml"))]
    return {
        "source": {"lines": _thousands(source)}, "tests": {"lines": _thousands(tests), **_tests()}, "ratio": f"{(tests + evaluation) / source:.1f}",
        "evaluation": {"lines": _thousands(evaluation), "tests": sum(_functions(p) for p in (ROOT / "tests").glob("test_eval*.py"))},
        "cases": {"by_hand": len(cases), "generated": COUNT}, "levels": LEVELS, "kinds": list(_kinds(cases)),
        "variants": _variants(cases), "promises": [(said, _held(files)) for said, files in _PROMISES],
        "measures": {"all": len(ALL), "hard": len({m for held in HARD.values() for m in held})},
        "mutation": _mutation(_kept(results / "mutation.json")), "latest": _latest(_kept(results / "latest.json")),
        "containment": _kept(results / "containment.json"), "fuzzing": _kept(results / "fuzzing.json"),
        "ablations": list(_ablations(_kept(results / "ablations.json") or {})),
        "pattern": _pattern((_kept(results / "ablations.json") or {}).get("pattern", {})),
        "probes": _probes(_kept(results / "baseline.json") or {}),
        "payloads": len(PAYLOADS), "papers": len(papers()),
        "baddrafts": len(list((ROOT / "eval" / "baddrafts").glob("*.txt"))),
        "rules": len(list((ROOT / "docs" / "checks").glob("C*.md"))),
    }  # fmt: skip


def _thousands(lines: int) -> str:
    """Rounded down: a page that is stale with every line somebody adds would soon be ignored."""
    return f"some {lines // 1000},000"


def lines_of(folder: Path) -> int:
    """Lines with code on them in every .py of a folder."""
    return sum(_lines(p) for p in folder.rglob("*.py") if "__pycache__" not in p.parts)


def _lines(path: Path) -> int:
    text = path.read_text(encoding="utf-8")
    told = {number for first, last in _docstrings(ast.parse(text)) for number in range(first, last + 1)}
    lines = enumerate((line.lstrip() for line in text.splitlines()), 1)
    return sum(bool(line) and not line.startswith("#") and number not in told for number, line in lines)


def _docstrings(tree: ast.Module) -> Iterator[tuple[int, int]]:
    """First and last lines of what stands as a text of its own: docstrings, and the words below a field."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.lineno, node.end_lineno or node.lineno


def _tests() -> dict[str, Any]:
    files = sorted((ROOT / "tests").glob("test_*.py"))
    functions = [f for path in files for f in _test_functions(path)]
    return {
        "functions": f"over {(len(functions) - 1) // 50 * 50}", "properties": sum(_decorated(f, "given") for f in functions),
        "soak": sum(_decorated(f, "soak") for f in functions),
        "both_databases": sum(bool(_DATABASES & _arguments(f)) for f in functions) // 10 * 10,
        "cassettes": len(list((ROOT / "tests" / "cassettes").glob("*.yaml"))),
    }  # fmt: skip


def _functions(path: Path) -> int:
    return sum(1 for _ in _test_functions(path))


def _test_functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield node


def _decorated(function: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> bool:
    return any(name in ast.unparse(d).replace("(", ".").split(".") for d in function.decorator_list)


def _arguments(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    return {a.arg for a in function.args.args}


def _held(files: Iterable[str]) -> str:
    """Test files that are there."""
    paths = ((name, ROOT / "tests" / f"{name}.py") for name in files)
    return ", ".join(f"`{name}`" for name, path in paths if path.is_file())


def _kinds(cases: "list[Any]") -> Iterator[tuple[str, list[int]]]:
    counts = Counter((c.kind, c.level) for c in cases)
    for kind, label in KINDS.items():
        row = [counts[kind, level] for level in LEVELS]
        yield label, [*row, sum(row)]
    yield "all", [sum(c.level == level for c in cases) for level in LEVELS] + [len(cases)]


def _variants(cases: "list[Any]") -> list[tuple[str, int]]:
    counts = Counter(c.variant for c in cases)
    return [(name, counts[name]) for name in VARIANTS if counts[name]]


def _kept(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def _ablations(rows: dict[str, dict[str, Any]]) -> Iterator[tuple[str, int, str, str, str]]:
    """(part, cases, what is held against what, what was found, when): means with interval, or the value on both sides."""
    from eval.ablations import ABLATIONS

    for name, row in rows.items():
        gains = [
            f"{measure} {held[0]:+.3f} ({held[1]:+.3f} to {held[2]:+.3f})"
            for measure, held in row.items()
            if isinstance(held, list) and len(held) == 3 and any(held)
        ]
        sides = [f"{side}: {_side(row[side])}" for side in ("with", "without") if side in row]
        sides += [f"{k}: {_side(v)}" for k, v in row.items() if isinstance(v, dict) and k not in ("with", "without")]
        counts = [f"{k.replace('_', ' ')} {row[k]}" for k in _COUNTED if k in row]
        about = ((ABLATIONS[name].__doc__ or "").partition("\n")[0]) if name in ABLATIONS else ""
        told = "; ".join([*sides, *counts, *gains])
        yield (
            name,
            row["cases"],
            about,
            told or ("no difference" if row["cases"] else "not measured"),
            row.get("at", ""),
        )


def _pattern(row: dict[str, Any]) -> dict[str, Any] | None:
    """How many pairs the row of the pattern rests on, and whether they may be chance."""
    if "p" not in row:
        return None
    held = {k: row[k] for k in ("only_with", "only_without", "p")}
    apart = row["only_with"] + row["only_without"]
    return held | {"pairs": row["cases"], "both_or_neither": row["cases"] - apart, "chance": row["p"] > 0.05}


_COUNTED = ("own_sentences", "drafts_with_some", "same_draft")


def _side(value: Any) -> str:
    return ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else str(value)


def _mutation(result: Any) -> dict[str, Any] | None:
    if not result:
        return None
    row, clean = result["classes"]["all"], result["clean_texts"]
    classes = [
        {"name": LABELS[name], **{k: held[k] for k in ("mutants", "caught")}, **_shares(held)}
        for name, held in result["classes"].items()
        if name != "all"
    ]
    return {
        "mutants": row["mutants"], "recall": f"{row['recall']:.1%}", "classes": classes,
        "left_out": result["left_out"].get("still_true", 0), "clean": clean["texts"], "alarms": clean["flagged"],
    }  # fmt: skip


def _shares(row: dict[str, Any]) -> dict[str, str]:
    return {k: "—" if row[k] is None else f"{row[k]:.1%}" for k in ("recall", "precision")}


def _probes(baseline: dict[str, Any]) -> dict[str, Any] | None:
    held = baseline.get("probes", {}).values()
    if not held:
        return None
    return {
        "parts": len(held), "questions": sum(p["questions"] for p in held), "wrong": sum(len(p["wrong"]) for p in held),
    }  # fmt: skip


def _latest(result: Any) -> dict[str, Any] | None:
    if not result:
        return None
    failed = list(result["failed"])
    said = f" ({', '.join(failed[:8])}{' and others' if len(failed) > 8 else ''})" if failed else ""
    split = result["split"]
    return {
        "suite": result["suite"], "dev": split.get("dev", 0), "held_out": split.get("held-out", 0),
        "failed": len(failed), "failing": said,
    }  # fmt: skip

"""One table of everything: cases, mutation, mentions, retrieval, compare, redline, injection.

In: the kept results, and what is quick enough to measure anew.  Out: rows with target and whether it is met.

A row that was never measured says so; it is not left out, for a gap nobody sees is a gap nobody closes.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from eval.running import code_hash

SHARED = Path(__file__).resolve().parents[2] / "shared"


class Line(NamedTuple):
    """One row."""

    part: str
    what: str
    value: str
    target: str
    met: bool | None
    """None where it was not measured, or has no target."""


def overview(folder: Path, *, measure: bool = False) -> list[Line]:
    """Every row; mentions and retrieval are measured now when asked for."""
    return [
        *_cases(_kept(folder, "latest.json")), *_mutation(_kept(folder, "mutation.json")),
        *(_mentions() if measure else [_unmeasured("识数", "标注语料上的查全与角色")]),
        *(_retrieval() if measure else [_unmeasured("检索", "R@1：平常、往年克隆不限范围、限范围")]),
        *_fuzz(_kept(folder, "fuzzing.json")), *_injection(_kept(folder, "containment.json")),
    ]  # fmt: skip


def _kept(folder: Path, name: str) -> Any:
    path = folder / name
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def _unmeasured(part: str, what: str) -> Line:
    return Line(part, what, "没有量", "", None)


def _cases(result: Any) -> Iterator[Line]:
    if not result:
        yield _unmeasured("案例", "硬指标")
        return
    stale = "" if result["code"] == code_hash() else "（代码改过，要重跑）"
    for name, rows in (("手写", result["cases"]), ("生成", result["generated"]["cases"])):
        failed = sum(bool(row["failed"]) for row in rows.values())
        yield Line("案例", f"{name}{len(rows)}个，没有通过硬指标的{stale}", f"{failed}", "0", failed == 0)


def _mutation(result: Any) -> Iterator[Line]:
    if not result:
        yield _unmeasured("核数", "变异测试")
        return
    row, clean = result["classes"]["all"], result["clean_texts"]
    yield Line("核数", f"{row['mutants']}个变异的召回", f"{row['recall']:.1%}", "≥ 99.5%", row["recall"] >= 0.995)
    yield Line("核数", "标在变异处的占全部标记", f"{row['precision']:.1%}", "≥ 97%", row["precision"] >= 0.97)
    share = clean["flagged"] / clean["texts"]
    yield Line("核数", f"{clean['texts']}句正确的话被误报的", f"{share:.1%}", "≤ 2%", share <= 0.02)


def _mentions() -> Iterator[Line]:
    """Hand labels of three documents (in ../shared) and of two tables of our own sentences."""
    if not SHARED.is_dir():
        yield _unmeasured("识数", f"没有参考资料文件夹 {SHARED}")
        return
    from tests.test_mentions import _covering, _labels

    from chugao.kind import Kind
    from chugao.mentions import find_mentions

    found = right = total = 0
    for gold in sorted((SHARED / "gold").glob("gold_*.tsv")):
        (seed,) = (SHARED / "seeds").glob(f"{gold.stem.removeprefix('gold_')}_*")
        text = seed.read_text(encoding="utf-8")
        kind = Kind.PLAN if gold.stem.endswith("001") else Kind.SUMMARY_PLAN
        mentions = find_mentions(text, kind=kind, year=2026 if kind is Kind.PLAN else 2025)
        for start, end, role in _labels(text, gold):
            mention = _covering(mentions, start, end)
            total += 1
            found += mention is not None
            right += mention is not None and mention.role.value == role
    yield Line("识数", f"{total}个标注的数里认出的", f"{found / total:.1%}", "≥ 98.5%", found / total >= 0.985)
    yield Line("识数", "角色也对的", f"{right / total:.1%}", "≥ 93%", right / total >= 0.93)


def _retrieval() -> Iterator[Line]:
    from eval.retrieval import figures

    targets = {
        "plain": ("平常", 0.95),
        "year clones, unscoped": ("往年克隆，不限范围", 0.74),
        "year clones, scoped": ("往年克隆，限范围", 0.97),
    }
    for name, row in figures().items():
        said, target = targets[name]
        yield Line(
            "检索", f"R@1，{said}（{row.pairs}问，只用字）", f"{row.first:.3f}", f"≥ {target}", row.first >= target
        )


def _fuzz(rows: Any) -> Iterator[Line]:
    for part, name in (("对比", "compare"), ("修订稿", "redline")):
        if not rows:
            yield _unmeasured(part, "随机改动")
            continue
        row = rows[name]
        yield Line(part, f"{row['pairs']}对随机改动里拼不回来或切断数的", f"{row['failed']}", "0", row["failed"] == 0)


def _injection(row: Any) -> Iterator[Line]:
    if not row:
        yield _unmeasured("注入", "夹了指令的文稿")
        return
    yield Line("注入", f"{row['documents']}份文稿里指令到得了模型的", f"{row['reached_engine']}", "", None)
    yield Line("注入", f"句句照办的模型写了{row['obeyed']}节，进了稿的", f"{row['escaped']}", "0", row["escaped"] == 0)


def table(lines: list[Line]) -> str:
    """The rows as text."""
    marks = {True: "✓", False: "✗", None: "·"}
    return "\n".join(
        f"{marks[x.met]} {x.part:<5}{x.what}：{x.value}" + (f"（目标{x.target}）" if x.target else "") for x in lines
    )

"""How each cost grows with its work: CPU seconds at 1×, 10× and 100×, and the exponent fitted through them.

In: nothing but the samples.  Out: a `Curve`; an exponent well above 1 is a cost that will be a fault in some December.
"""

import json
import math
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from eval.sentences import EXAMPLES, ORGANISATION

TIMES = (1, 10, 100)
_RUNS = 5


class Curve(NamedTuple):
    """One cost at several amounts of work."""

    name: str
    label: str
    unit: str
    """What one of the work is."""
    points: tuple[tuple[int, float], ...]
    """(amount, median CPU seconds)."""
    exponent: float
    peers: dict[str, float] = {}
    """Peer → its exponent on the same work."""


def exponent(points: Sequence[tuple[int, float]]) -> float:
    """Slope of the straight line through the logarithms: 1 is linear, 2 is square."""
    held = [(math.log(work), math.log(max(cost, 1e-7))) for work, cost in points]
    middle_x, middle_y = statistics.mean(x for x, _ in held), statistics.mean(y for _, y in held)
    below = sum((x - middle_x) ** 2 for x, _ in held)
    return round(sum((x - middle_x) * (y - middle_y) for x, y in held) / below, 2) if below else 0.0


def curve(name: str, times: Sequence[int] = TIMES, runs: int = _RUNS) -> Curve:
    """One cost; the largest amount is run once, the others so often."""
    with tempfile.TemporaryDirectory() as folder:
        return _curve(name, Path(folder), times, runs)


def _curve(name: str, folder: Path, times: Sequence[int], runs: int) -> Curve:
    label, unit, base, make = COSTS[name]
    points = []
    for factor in times:
        work = make(base * factor, folder)
        if factor == min(times):
            work()  # what is read once is no part of a cost that grows
        often = runs if factor < max(times) else 1
        points.append((base * factor, round(statistics.median(_cpu_of(work) for _ in range(often)), 5)))
    return Curve(name, label, unit, tuple(points), exponent(points))


def _cpu_of(work: Callable[[], Any]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


# --- the costs ------------------------------------------------------------------------------------

Work = Callable[[], Any]


def _text(characters: int) -> str:
    import chugao
    from eval.sentences import drafted

    markdown = chugao.to_markdown(drafted("医务科"))
    return (markdown * (characters // len(markdown) + 1))[:characters]


def _mentions(amount: int, _: Path) -> Work:
    import chugao

    text = _text(amount)
    return lambda: chugao.find_mentions(text)


def _check(amount: int, _: Path) -> Work:
    import chugao

    figures = chugao.read_metrics(EXAMPLES / "figures" / "医务科-2025.xlsx")
    text = _text(amount)
    return lambda: chugao.examine(text, figures)


def _compare(amount: int, _: Path) -> Work:
    from chugao import comparing
    from chugao.comparing.tokens import tokens_of
    from eval.comparison import edited_pair

    pair = edited_pair(amount, 1, 0.2)

    def work() -> None:
        comparing._cache.clear()
        tokens_of.cache_clear()
        comparing.compare(pair.old, pair.new)

    return work


def _import(amount: int, folder: Path) -> Work:
    import chugao
    from eval.timing import _workbook

    path = _workbook(folder / f"{amount}.xlsx", amount)
    return lambda: chugao.read_metrics(path)


def _index(amount: int, _: Path) -> Work:
    from chugao.index import Index
    from eval.retrieval import many

    passages = many(amount)
    return lambda: Index(passages)


def _query(amount: int, _: Path) -> Work:
    from chugao.index import Index
    from chugao.source import Scope
    from eval.retrieval import many

    passages = many(amount)
    index, scope = Index(passages), Scope(owners=("*",), year=2020, department="科7")
    queries = [p.text[10:22] for p in passages[:: max(1, amount // 20)]]
    return lambda: [index.search(q, scope) for q in queries]


def _draft(amount: int, _: Path) -> Work:
    import chugao

    figures = chugao.read_metrics(EXAMPLES / "figures" / "医务科-2025.xlsx")
    matters = chugao.read_matters(EXAMPLES / "matters" / "医务科-2025.xlsx")
    held = [
        m.model_copy(update={"id": f"{m.id}{_letters(n)}", "text": f"{m.text}（{_letters(n)}）"})
        for n in range(amount)
        for m in matters.items
    ]
    many = matters.model_copy(update={"items": tuple(held)})
    outline = chugao.read_outline(
        "summary-plan", department="医务科", year=2025, organisation=ORGANISATION, length=min(5000 * amount, 20_000)
    )
    return lambda: chugao.draft(outline, figures, many, None, chugao.open_engine("offline"))


def _letters(number: int) -> str:
    return "".join("abcdefghij"[int(d)] for d in str(number))


def _typeset(amount: int, _: Path) -> Work:
    from tests.redline_cases import pair

    from chugao.word.typesetting import typeset

    draft = pair(3, 1, amount)[0]
    return lambda: typeset(draft)


def _redline(amount: int, _: Path) -> Work:
    from tests.redline_cases import pair

    from chugao.word.redline import redline

    old, new = pair(3, max(2, amount), amount)
    return lambda: redline(old, new)


COSTS: dict[str, tuple[str, str, int, Callable[[int, Path], Work]]] = {
    "mentions": ("识别数字", "字", 10_000, _mentions),
    "check": ("核对外来文本", "字", 2_000, _check),
    "compare": ("对比", "字", 1_000, _compare),
    "import": ("导入指标", "行", 20, _import),
    "index": ("建索引", "段", 200, _index),
    "query": ("带范围检索二十问", "段", 200, _query),
    "draft": ("离线起草", "份事项", 1, _draft),
    "typeset": ("排版", "节", 4, _typeset),
    "redline": ("修订稿", "节", 4, _redline),
}
"""name → (label, one of the work, work at 1×, how to make it)."""


def lines_of(held: Sequence[Curve]) -> list[str]:
    """The curves as a table of markdown."""
    lines = ["| cost | 1× | 10× | 100× | exponent | last step |", "|---|---:|---:|---:|---:|---:|"]
    for c in held:
        cells = [f"{work} {c.unit}: {cost:.3f}" for work, cost in c.points]
        lines.append(f"| {c.label} | " + " | ".join(cells) + f" | {c.exponent} | {exponent(c.points[-2:])} |")
    return lines


if __name__ == "__main__":
    told = curve(sys.argv[1], (1, 2, 4), 1) if "--small" in sys.argv else curve(sys.argv[1])
    print(json.dumps(told._asdict(), ensure_ascii=False))

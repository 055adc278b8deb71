"""Compare and redline on seeded edits: both texts must come back, and no number may be cut in two.

In: how many seeds.  Out: a row a part, with the seeds that failed.
"""

import io
import zipfile
from collections.abc import Callable
from typing import Any

_LENGTHS, _SHARES, _EDITS = (600, 2000, 6000), (0.1, 0.3, 0.6), (3, 10, 25)


def compare_faults(seed: int) -> str:
    """What is wrong with the comparison of one edited pair, "" when nothing is."""
    from chugao import comparing
    from eval.comparison import edited_pair, seen_in

    pair = edited_pair(_LENGTHS[seed % 3], seed, _SHARES[seed // 3 % 3])
    seen = seen_in(comparing.compare(pair.old, pair.new))
    if not seen.exact:
        return "改前改后拼不回来"
    return f"切断{seen.cuts}个数" if seen.cuts else ""


def redline_faults(seed: int) -> str:
    """What is wrong with the redline of one edited draft."""
    from tests import redline_cases

    from chugao.word.redline import redline
    from chugao.word.revisions import accepted, rejected
    from chugao.word.typesetting import typeset

    old, new = redline_cases.pair(seed, _EDITS[seed % 3])
    xml = _body(redline(old, new))
    if _lines(accepted(xml)) != _printed(typeset(new)):
        return "全部接受后不是新稿"
    if _lines(rejected(xml)) != _printed(typeset(old)):
        return "全部拒绝后不是旧稿"
    cut = _cut(xml)
    return f"切断{cut}个数" if cut else ""


def _body(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read("word/document.xml")


def _lines(paragraphs: Any) -> list[str]:
    from chugao.word.revisions import lines_of

    return [line.replace("\n", "") for line in lines_of(paragraphs)]


def _printed(content: bytes) -> list[str]:
    from chugao.word.revisions import paragraphs_of

    return _lines(paragraphs_of(_body(content)))


def _cut(xml: bytes) -> int:
    """Numbers of which some characters are marked and some are not, by our own reading of digits."""
    from chugao.word.revisions import accepted, rejected
    from eval.reading import digit_runs

    cut = 0
    for paragraph in (*rejected(xml), *accepted(xml)):
        marked = [bool(r.added or r.removed) for r in paragraph.runs for _ in r.text]
        cut += sum(len(set(marked[s:e])) > 1 for s, e in digit_runs(paragraph.text))
    return cut


_PARTS: dict[str, Callable[[int], str]] = {"compare": compare_faults, "redline": redline_faults}


def measure(count: int) -> dict[str, dict[str, Any]]:
    """Both parts on so many seeds; a crash is a fault like others."""
    return {name: _row(work, count) for name, work in _PARTS.items()}


def _row(work: Callable[[int], str], count: int) -> dict[str, Any]:
    faults = {seed: said for seed in range(count) if (said := _safely(work, seed))}
    return {"pairs": count, "failed": len(faults), "faults": dict(list(faults.items())[:10])}


def _safely(work: Callable[[int], str], seed: int) -> str:
    try:
        return work(seed)
    except Exception as error:  # a fuzz run ends with a table, not with the first crash
        return f"{type(error).__name__}：{error}"


def table(rows: dict[str, dict[str, Any]]) -> str:
    """The rows as text."""
    names = {"compare": "对比", "redline": "修订稿"}
    lines = []
    for name, row in rows.items():
        lines.append(f"{names[name]}：{row['pairs']}对，{row['failed']}对不对。")
        lines += [f"  种子{seed}：{said}" for seed, said in row["faults"].items()]
    return "\n".join(lines)

"""How many numbers a text of some length holds in proofread reports, and what a draft of that length may hold.

In: `../shared/fulldocs/` (reports of provinces).  Out: numbers per 1,000 characters of passages of equal length, of what
was done and of what is to be done.

    python -m eval.density

Surprise: the 8 to 18 in a thousand of a whole report are a mean of two papers.  What it says of the year past holds
19 to 33, what it plans 2 to 10; and the shorter a passage, the wider it scatters.  So a short paper that tells of a year
is no bulletin at 30.
"""

import re
from collections.abc import Iterator
from itertools import chain
from math import ceil
from pathlib import Path
from typing import NamedTuple

from eval.reading import digit_runs

REPORTS = Path(__file__).parents[2] / "shared" / "fulldocs"
BEARABLE = 25
"""Numbers per 1,000 characters that a paper bears."""
SHORTER = {250: 36, 800: 32}
"""Characters → what a paper shorter than that bears: no more than the upper quartile of passages as short have in what
reports say of the year past."""
_LEAST = 3
"""Numbers that any paper may hold: of how many, from how many, to how many."""
_SIZES = (100, 200, 300, 500, 800)
_DATE = re.compile(r"\d{4}年(?:\d{1,2}月)?(?:\d{1,2}日)?|\d{1,2}(?:[—-]\d{1,2})?月(?:\d{1,2}日)?")
_AHEAD = re.compile(
    r"(?m)^.*(?:^|、)[^。\n]{0,30}(?:2026年(?:工作|经济社会发展|重点|政府工作|目标任务|主要|总体|发展)|“十五五”(?:时期|主要))[^。\n]{0,30}$"
)
_OPENING = 2000  # characters that no report has left behind when it turns to what is to be done


class Halves(NamedTuple):
    """A report: what was done, what is to be done."""

    done: str
    ahead: str


def numbers_in(text: str) -> int:
    """Numbers of a text, dates and years aside."""
    return len(digit_runs(_DATE.sub("", text)))


def per_thousand(text: str) -> float:
    """Numbers per 1,000 characters."""
    return 1000 * numbers_in(text) / max(1, len(re.sub(r"\s", "", text)))


def may_hold(characters: int) -> int:
    """How many numbers the prose of a year's report or a plan may hold at most."""
    most = next((bears for below, bears in SHORTER.items() if characters < below), BEARABLE)
    return max(_LEAST, ceil(most * characters / 1000))


def reports() -> dict[str, Halves]:
    """The provincial reports whose two halves a heading parts, by file."""
    found = {}
    for path in sorted(REPORTS.glob("2026-*.txt")):
        text = path.read_text(encoding="utf-8")
        if turn := _AHEAD.search(text, _OPENING):
            found[path.stem] = Halves(text[: turn.start()], text[turn.start() :])
    return found


def passages(text: str, size: int) -> Iterator[str]:
    """A text in pieces of whole sentences, each at least so long."""
    held = ""
    for sentence in chain.from_iterable(re.findall(r"[^。]+。", line) for line in text.splitlines()):
        held += sentence.strip()
        if len(held) >= size:
            yield held
            held = ""


def quartiles(texts: list[str], size: int) -> tuple[float, float, float]:
    """Lower quartile, median and upper quartile of numbers per 1,000 characters of passages so long."""
    found = sorted(per_thousand(p) for text in texts for p in passages(text, size))
    one, two, three = (found[int(len(found) * share)] for share in (0.25, 0.5, 0.75))
    return one, two, three


def main() -> None:
    held = reports()
    if not held:
        raise SystemExit(f"没有参考资料文件夹{REPORTS}，量不了。")
    for name, halves in held.items():
        print(f"{name}：已做{per_thousand(halves.done):.1f}，要做{per_thousand(halves.ahead):.1f}")
    for half in Halves._fields:
        for size in _SIZES:
            low, middle, high = quartiles([getattr(h, half) for h in held.values()], size)
            print(f"{half} {size}字：{low:.1f} / {middle:.1f} / {high:.1f}")


if __name__ == "__main__":
    main()

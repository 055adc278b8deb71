"""“完成”, “没有完成年度目标”: a judgement told without a number, held against the figures all the same.

In: a text, the facts.  Out: findings.  Surprise: most of them stand in no sentence but in the last column of a table,
where one word decides whether somebody is asked why.
"""

import re
from collections.abc import Iterator, Sequence

from chugao.checks.growth_tables import RULE, cells_of
from chugao.mentions import metric_names
from chugao.metrics.facts import Fact, Facts
from chugao.source import Finding, Place, Severity

_AIM = r"(?:年度|年初|全年|本年)(?:定的|的)?(?:目标|计划)"
_SAID = re.compile(
    rf"(?P<missed>(?:没有|未能?|尚未)(?:完成|达到|实现){_AIM}|[离与]{_AIM}(?:还|仍|尚)?有(?:一定)?差距|超出了?{_AIM})"
    rf"|(?P<met>(?:全部|[均都])?(?:已经?)?(?:完成|达到|实现)了?{_AIM}(?!的)|控制在{_AIM}以内)"
)
_CELLS = {"完成": True, "已完成": True, "达标": True, "未完成": False, "没有完成": False, "未达标": False}
_STATE = re.compile(r"完成情况|是否完成|达标情况")
_OPEN = re.compile(r"多数|大多|大部分|部分|力争|确保|争取|预计|如果|尚未定|[率额]$")


def misjudged(text: str, facts: Facts) -> Iterator[Finding]:
    """Where a text calls a target met that was missed, or missed that was met."""
    if not any(f.field == "gap" for f in facts.by_slot.values()):
        return
    names = metric_names(facts.figures.catalogue_used())

    def told(words: str) -> list[str]:
        return [d.id for _, _, d in names.find(words + "0") if d is not None and d.id in facts.definitions]

    for match in _SAID.finditer(text):
        start = max(text.rfind(c, 0, match.start()) for c in "。；\n|") + 1
        words = text[start : match.start()]
        clause = words[words.rfind("，") + 1 :]
        metrics = told(clause) or told(words)[-1:]
        if _OPEN.search(clause):
            continue
        for metric in dict.fromkeys(metrics):
            yield from _held(facts, metric, match["met"] is not None, match.start(), match[0])
    for at, name, said in _cells(text):
        for metric in told(name)[:1]:
            yield from _held(facts, metric, _CELLS[said], at, said)


def _cells(text: str) -> Iterator[tuple[int, str, str]]:
    """(offset, name of the row, word) of every cell that says only 完成 or 未完成 under a head that asks for it."""
    column: int | None = None
    start, header = 0, False
    for line in text.split("\n"):
        cells: Sequence[tuple[int, str]] = [] if RULE.fullmatch(line) else cells_of(line)
        if cells and not header:
            column = next((i for i, (_, words) in enumerate(cells) if _STATE.search(words)), None)
            header = True
        elif cells and column is not None and column < len(cells) and cells[column][1] in _CELLS:
            yield start + cells[column][0], cells[0][1], cells[column][1]
        elif not cells and not RULE.fullmatch(line):
            header, column = False, None
        start += len(line) + 1


def _held(facts: Facts, metric: str, said: bool, at: int, quote: str) -> Iterator[Finding]:
    gap: Fact | None = facts.get(metric, "gap")
    now, target = facts.get(metric, "now"), facts.get(metric, "target")
    if gap is None or gap.good is None or gap.good is said or now is None or target is None:
        return
    state = "已经完成" if gap.good else "没有完成"
    yield Finding(
        rule="number-direction",
        severity=Severity.ERROR,
        place=Place(start=at, end=at + len(quote)),
        quote=quote,
        hint=f"“{gap.name}”{state}年度目标：本期{now.printed}，目标{target.printed}。请改正，或核对目标的方向。",
    )

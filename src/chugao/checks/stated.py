"""“没有完成年度目标” behind a value that reached it: a judgement held against the two numbers that stand beside it.

In: a `Reading`.  Out: hits; no figures are needed.  Surprise: “7.2天，未完成7.5天的目标” is wrong and “7.2分，未完成” may be
right, so nothing is said unless the target or the catalogue tells which way is good.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise

from chugao.checks.growth_tables import RULE, cells_of, only_number
from chugao.checks.reading import Finder, Hit, Reading, looks_ahead
from chugao.mentions import Mention
from chugao.quantity import Qualifier, Quantity

_AIM = r"(?:年度|年初|全年|本年|预定|既定|考核)?(?:定的|的)?(?:目标|任务)"
_IS_AIM = re.compile(rf"^的?{_AIM}")
_AIM_IS = re.compile(r"目标值?(?:为|是|：|:|定为)?[（(]?$")
_VERDICT = re.compile(
    rf"(?P<not>没有|没能|未能?|尚未)?(?:已经?|全面|均|都)?(?:完成|达到|实现)了?(?:\d[\d.]*[^，。；\d]{{0,5}}?)?的?{_AIM}(?P<open>的)?|(?P<bare>未|没有|不)?达标(?!率)"
)
_RELATION = re.compile(r"(?:(?P<over>超过|高于|突破)|(?P<under>低于|未到|不到))了?$")
_WITHIN = re.compile(r"(?:控制在|不超过|不高于|压[到降至减])$")
_OPEN = re.compile(r"力争|确保|争取|预计|如果|多数|大部分|部分|序时|比例|[率额]达标")
_MET, _MISSED = frozenset({"完成", "已完成", "超额完成", "达标"}), frozenset({"未完成", "没有完成", "未达标"})
_NOW = re.compile(r"^(?:本年|今年|本期|实际|20\d\d年)(?:值|数|完成(?:数|值)?)?$")
_TARGET = re.compile(r"^(?:本年|今年|年度|全年)?目标(?:值)?$")
_STATE = re.compile(r"完成情况|是否完成|达标情况")


def contradicted(reading: Reading) -> Iterator[Hit]:
    """C04: what a sentence or a row says of a target, against its own value and target."""
    yield from _in_sentences(reading)
    yield from _in_tables(reading)


def _in_sentences(reading: Reading) -> Iterator[Hit]:
    starts = [m.start for m in reading.mentions]
    for sentence in reading.sentences:
        if ("目标" not in sentence.text and "任务" not in sentence.text) or looks_ahead(sentence.line, reading):
            continue
        first, last = (bisect_left(starts, at) for at in (sentence.start, sentence.end))
        own = [m for m in reading.mentions[first:last] if m.quantity is not None]
        pairs = [(v, t) for v, t in pairwise(own) if _of_one(reading, v, t)]
        if len(pairs) == 1 and not _OPEN.search(sentence.text):
            yield from _judged(reading, sentence.start, sentence.end, *pairs[0])


def _of_one(reading: Reading, value: Mention, target: Mention) -> bool:
    """Whether the second number is the target of the first."""
    behind, before = reading.plain[target.end : target.end + 10], reading.plain[max(0, target.start - 8) : target.start]
    if value.quantity is None or target.quantity is None or value.quantity.unit != target.quantity.unit:
        return False
    return bool(_IS_AIM.match(behind) or _AIM_IS.search(before)) and value.quantity.qualifier is Qualifier.EXACT


def _judged(reading: Reading, start: int, end: int, value: Mention, target: Mention) -> Iterator[Hit]:
    assert value.quantity is not None
    assert target.quantity is not None
    above = value.quantity.value - target.quantity.value
    printed = target.text.removeprefix("超过")
    between = reading.plain[value.end : target.end - len(printed)]
    relation = _RELATION.search(between)
    if relation and ((relation["over"] and above <= 0) or (relation["under"] and above >= 0)):
        at = value.end + relation.start()
        yield Hit(at, target.end, f"{value.text}并不{relation[0]}{printed}。请核对这两个数和这句话。")
    side = -1 if _WITHIN.search(between) else _side(reading, target.quantity, value.metric or target.metric)
    told = [m for m in _VERDICT.finditer(reading.plain, start, end) if not m["open"]]
    if not side or len({bool(m["not"] or m["bare"]) for m in told}) != 1:
        return
    missed, reached = bool(told[0]["not"] or told[0]["bare"]), side * above >= 0
    if missed is reached:
        hint = f"本句写{value.text}、目标{printed}，是{'已经达到' if reached else '没有达到'}目标，这里写反了。请核对这两个数和这句话。"
        yield Hit(told[0].start(), told[0].end(), hint)


def _side(reading: Reading, target: Quantity, metric: str | None) -> int:
    """1 where more is better, −1 where less is; 0 where nobody says."""
    if target.qualifier in (Qualifier.AT_LEAST, Qualifier.AT_MOST):
        return 1 if target.qualifier is Qualifier.AT_LEAST else -1
    definition = reading.catalogue.get(metric) if metric else None
    return {"up": 1, "down": -1}.get(definition.better if definition else "", 0)


def _in_tables(reading: Reading) -> Iterator[Hit]:
    columns: tuple[int, int, int] | None = None
    start, header = 0, False
    for line in reading.text.split("\n"):
        cells = [] if RULE.fullmatch(line) else cells_of(line)
        if cells and not header:
            columns, header = _columns([words for _, words in cells]), True
        elif cells and columns is not None and len(cells) > max(columns):
            yield from _row(reading, start, cells, columns)
        elif not cells and not RULE.fullmatch(line):
            columns, header = None, False
        start += len(line) + 1


def _columns(header: Sequence[str]) -> tuple[int, int, int] | None:
    """(本年, 年度目标, 完成情况) where each is there once."""
    found = [[i for i, words in enumerate(header) if pattern.search(words)] for pattern in (_NOW, _TARGET, _STATE)]
    return (found[0][0], found[1][0], found[2][0]) if all(len(f) == 1 for f in found) else None


def _row(
    reading: Reading, start: int, cells: Sequence[tuple[int, str]], columns: tuple[int, int, int]
) -> Iterator[Hit]:
    value, target = only_number(cells[columns[0]][1]), only_number(cells[columns[1]][1])
    at, said = cells[columns[2]]
    if value is None or target is None or said not in _MET | _MISSED:
        return
    if value.quantity.unit != target.quantity.unit or value.quantity.qualifier is not Qualifier.EXACT:
        return
    known = reading.catalogue.by_name(cells[0][1])
    side = _side(reading, target.quantity, known.id if known else None)
    reached = side * (value.quantity.value - target.quantity.value) >= 0
    if side and reached is not (said in _MET):
        told = f"{cells[0][1]}本年{cells[columns[0]][1]}、目标{cells[columns[1]][1]}"
        state = "已经达到" if reached else "没有达到"
        yield Hit(start + at, start + at + len(said), f"{told}，是{state}目标，这里写“{said}”。请核对这一行。")


FINDERS: dict[str, Finder] = {"state-contradicted": contradicted}

"""Headings and enumerators count on: no gap, no repeat, one set of words.

In: a `Reading`.  Out: hits.  A draft of ours is checked on its own parts (`structure`), a text by its printed numbers.

Surprise: a list of 1. 2. 3. may begin again under each heading or run on through the whole document, both are right;
and a number that a broken line tore in two (“（” / “三）”) is there all the same, so a gap is looked for before it is told.
"""

import re
from collections.abc import Iterator

from chugao.checks.reading import Finder, Hit, Line, Reading
from chugao.quantity import han_value

_HAN = "一二三四五六七八九十"


def numbers_in_order(reading: Reading) -> Iterator[Hit]:
    """C22: 1. 2. 4., （一） twice."""
    last: dict[int, int] = {}
    running: dict[int, int] = {}
    at: dict[int, int] = {}
    part = 0
    for line in reading.lines if not reading.ours else ():
        if line.part != part:
            last, running, at, part = {}, {}, {}, line.part
        if line.heading is None:
            continue
        level, number = line.heading.level, _value(line.heading.number)
        last = {k: v for k, v in last.items() if k <= level}
        if number is None:
            continue
        before = last.get(level)
        expected = {(before or 0) + 1, running.get(level, 0) + 1} | ({1} if level >= 3 else set())
        if before is not None and number not in expected and not _torn(reading, at[level], line, before, number):
            right = line.heading.number.replace(
                _printed(line.heading.number, number), _printed(line.heading.number, before + 1)
            )
            what = "重复" if number <= before else "跳号"
            start = reading.plain.find(line.heading.number.strip(), line.start, line.end)
            start = start if start >= 0 else line.start
            yield Hit(
                start, start + len(line.heading.number.strip()), f"序号{what}：前面是第{before}条，这里应为“{right}”。"
            )
        last[level] = running[level] = number
        at[level] = line.end


def _value(number: str) -> int | None:
    if match := re.search(r"\d{1,2}", number):
        return int(match.group())
    han = re.search(rf"[{_HAN}]{{1,3}}", number)
    return int(han_value(han.group())) if han else None


def _printed(number: str, value: int) -> str:
    """A value in the digits of a printed number."""
    if re.search(r"\d", number):
        return str(value)
    ten, one = divmod(value, 10)
    return ("" if ten < 2 else _HAN[ten - 1]) + ("十" if ten else "") + (_HAN[one - 1] if one else "")


def _torn(reading: Reading, start: int, line: Line, before: int, number: int) -> bool:
    """Whether every number between stands somewhere between, on a line of its own or torn by a line break."""
    if number <= before or number - before > 4:
        return False
    between = reading.plain[start : line.start]
    style = line.heading.number if line.heading else ""
    return all(
        re.search(rf"(?<![\d{_HAN}]){_printed(style, n)}\s?[）).．、，]", between) is not None
        for n in range(before + 1, number)
    )


# --- 一是 … 二是 ------------------------------------------------------------------------------------

_ENUMERATOR = re.compile(rf"(?:^|(?<=[。；：！，、”）\n ]))(?P<n>[{_HAN}]{{1,2}})(?P<word>是|要)(?!否)")


def enumerators_in_order(reading: Reading) -> Iterator[Hit]:
    """C23: 一是 … 二要; 一是 … 三是.  一要 二要 inside one 是 is a set of its own."""
    runs: dict[str, int] = {}
    over: tuple[str, ...] = ()
    for line in reading.body:
        if line.path != over:
            runs, over = {}, line.path
        for match in _ENUMERATOR.finditer(line.text):
            number, word = int(han_value(match["n"])), match["word"]
            if number == 1 or runs.get(word) == number - 1:
                runs[word] = number
                continue
            start, end = line.start + match.start(), line.start + match.end()
            other = "是" if word == "要" else "要"
            if runs.get(other) == number - 1:
                runs[other] = number
                yield Hit(start, end, f"“{match.group()}”应为“{match['n']}{other}”：前面用的是“{other}”。")
            elif word == "是" and word in runs:
                right = _printed("", runs[word] + 1) + word
                runs[word] = number
                yield Hit(start, end, f"“{match.group()}”应为“{right}”，请核对分条。")


FINDERS: dict[str, Finder] = {"numbering": numbers_in_order, "enumerator": enumerators_in_order}

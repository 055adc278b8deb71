"""Where a long title turns: between words, at its natural joints, in a shape that pleases.

In: a title and the `TitleRule` of a layout.  Out: its lines.

GB/T 9704 7.3.1 asks for 词意完整、排列对称、长短适宜 and 梯形或菱形.  Joints (关于印发, 总结暨) are data; where none of
them will do, word boundaries of the segmenter are the second choice, and a turn inside a word is none at all.
"""

import re
from itertools import combinations, pairwise

from chugao.lexicon import words_of
from chugao.quantity.grammar import is_han
from chugao.word.layout import TitleRule

_MOST_LINES = 4
_NARROW = re.compile(r"[\x20-\x7e]")


def width_of(text: str) -> float:
    """Width of a text in characters (em): digits and Latin letters count about half."""
    narrow = _NARROW.findall(text)
    if not narrow:
        return float(len(text))
    wide_latin = sum(1 for c in narrow if "A" <= c <= "Z") * 0.2
    return len(text) - len(narrow) * 0.5 + wide_latin


def printed_width(text: str) -> float:
    """The same with the quarter space that some programs set between 汉字 and digits whatever the file says."""
    width = width_of(text)
    return width if width == len(text) else width + 0.25 * sum(map(_meet, text, text[1:]))


def _meet(left: str, right: str) -> bool:
    """Whether a 汉字 stands beside a Latin letter or a digit."""
    if is_han(left):
        return right.isascii() and right.isalnum()
    return is_han(right) and left.isascii() and (left.isalnum() or left == "%")


def title_lines(title: str, rule: TitleRule) -> tuple[str, ...]:
    """The lines of a title, one when it fits; a title too long for four lines is left to the word processor."""
    width = printed_width(title)
    if width <= rule.max_chars or width > rule.max_chars * _MOST_LINES:
        return (title,)
    turns = _joints(title, rule)
    lines = _best(title, turns, rule)
    if lines is None or _cost(lines, turns, rule) >= 10:
        lines = _best(title, _words(title, rule) | turns, rule) or lines
    return lines or (title,)


def _joints(title: str, rule: TitleRule) -> dict[int, float]:
    """Offset → cost of turning there, for the joints the rule names."""
    turns: dict[int, float] = {}
    for joint in rule.joints:
        for match in re.finditer(joint.after or joint.before, title):
            at = match.end() if joint.after else match.start()
            if _allowed(title, at, rule):
                turns[at] = min(joint.cost, turns.get(at, joint.cost))
    return turns


def _words(title: str, rule: TitleRule) -> dict[int, float]:
    """Offset → cost of every word boundary, dearer than any joint."""
    turns: dict[int, float] = {}
    at = 0
    for word in words_of(title):
        at += len(word)
        if _allowed(title, at, rule):
            turns[at] = 5.0
    return turns


def _allowed(title: str, at: int, rule: TitleRule) -> bool:
    rest, before = title[at:], title[:at]
    if not (rest and before) or rest.startswith(rule.never_before) or before.endswith(rule.never_after):
        return False
    return not any(title.startswith(term, i) for term in rule.kept for i in range(max(0, at - len(term) + 1), at))


def _best(title: str, turns: dict[int, float], rule: TitleRule) -> tuple[str, ...] | None:
    """The cheapest way to turn with the fewest lines, None when no way fits."""
    for count in range(2, _MOST_LINES + 1):
        ways = (_cut(title, at) for at in combinations(sorted(turns), count - 1))
        fitting = [way for way in ways if all(1 < printed_width(line) <= rule.max_chars for line in way)]
        if fitting:
            return min(fitting, key=lambda way: _cost(way, turns, rule))
    return None


def _cut(title: str, turns: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(title[a:b] for a, b in pairwise((0, *turns, len(title))))


def _cost(lines: tuple[str, ...], turns: dict[int, float], rule: TitleRule) -> float:
    """How far from pleasing: poor joints, unlike lengths, stumps, and shapes other than 倒梯形 and 菱形."""
    widths = [width_of(line) for line in lines]
    at, joints = 0, 0.0
    for line in lines[:-1]:
        at += len(line)
        joints += turns[at]
    stumps = 10.0 * sum(1 for w in widths if w < rule.too_short_chars)
    uneven = 5.0 * (max(widths) - min(widths)) / rule.max_chars
    return joints + stumps + uneven + _shape_cost(widths)


def _shape_cost(widths: list[float]) -> float:
    steps = [b - a for a, b in pairwise(widths)]
    if all(step <= 0 for step in steps):
        return 0.0
    if all(step >= 0 for step in steps):
        return 2.0  # 正梯形: the standard allows it, offices like it less
    rises_then_falls = all(not (a < 0 < b) for a, b in pairwise(steps))
    return 0.0 if rises_then_falls else 6.0  # the last is the hourglass, 沙漏形


def title_faults(lines: list[str], rule: TitleRule) -> list[tuple[str, str]]:
    """(what stands there, what is wrong) of a title that was turned by hand."""
    if len(lines) < 2:
        return []
    whole, at, out = "".join(lines), 0, []
    words = _words(whole, rule) | _joints(whole, rule)
    for line in lines[:-1]:
        at += len(line)
        if at not in words:
            out.append((whole[max(0, at - 4) : at + 4], "标题回行把一个词拆开了，请在词与词之间回行。"))
    widths = [width_of(line) for line in lines]
    if len(lines) > 2 and _shape_cost(widths) >= 6:
        out.append((lines[0][:12], "标题各行排成了沙漏形，应排成梯形或菱形。"))
    return out

"""Tie the numbers of one sentence to each other.

In: the mentions of a sentence, in order.  Out: the same mentions, each tied one with `link` and `linked`, the start of
the number it belongs to.

Surprise: a baseline stands before its number (“由89%提升至95%”) or behind it (“95%（2024年89%）”), and only the verb or
the bracket says which.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from chugao.mentions.mention import Mention, MentionRole
from chugao.period import Period

_LEVELS = (MentionRole.CURRENT, MentionRole.TARGET, MentionRole.COUNT)
_LEADS_ON = re.compile(r"[^。；至到为成居达]{0,24}(?:至|到|为|成|居|达)[^。；\d]{0,8}$")
_IN_BRACKETS = re.compile(r"[（(][^（）()。；]{0,24}$|[，,](?:上年|去年|前年|(?:19|20)\d\d年)(?:同期|底|末)?[为是]?$")
_PART_OF = re.compile(r"其中|[（(，,](?:含|包括|包含)|[（(]$")
_ENDS_PARTS = re.compile(r"[。；）)\n]")
_LISTED = re.compile(r"[、和及与]|以及")
_RESPECTIVELY = re.compile(r"分别[^，。；,;\d]{0,10}$")
_LONGEST = 60
Tie = tuple[Literal["baseline", "subset", "list"], int]
"""How a number is tied, and where the other one starts."""


def tied(mentions: Sequence[Mention], folded: str) -> Iterator[Mention]:
    """The mentions of one sentence with what ties them: a baseline or a part to its number, a list to its first."""
    listed = _lists(mentions, folded)
    for index, mention in enumerate(mentions):
        tie = _baseline(index, mentions, folded) or _part(index, mentions, folded)
        if tie is None and index in listed:
            tie = "list", listed[index]
        yield mention._replace(link=tie[0], linked=tie[1]) if tie else mention


def _unit(mention: Mention) -> str:
    return mention.quantity.unit if mention.quantity else ""


def _baseline(index: int, mentions: Sequence[Mention], folded: str) -> Tie | None:
    """P1 and P8: what the number before or behind it was measured from."""
    mention = mentions[index]
    if mention.role is not MentionRole.BASELINE:
        return None
    before, after = mentions[index - 1] if index else None, mentions[index + 1] if index + 1 < len(mentions) else None
    if after and _alike(after, mention) and _LEADS_ON.match(folded[mention.end : min(after.start, mention.end + 40)]):
        return "baseline", after.start
    if before and _alike(before, mention):
        between = folded[before.end : mention.start]
        if len(between) <= _LONGEST and _IN_BRACKETS.search(between):
            return "baseline", before.start
    return None


def _alike(level: Mention, mention: Mention) -> bool:
    return level.role in _LEVELS and _unit(level) == _unit(mention)


def _part(index: int, mentions: Sequence[Mention], folded: str) -> Tie | None:
    """P17: “3120台（其中微创1240台，四级手术286台）”; every part belongs to the number before 其中."""
    mention = mentions[index]
    if mention.role not in _LEVELS or not index:
        return None
    for whole in reversed(mentions[max(0, index - 8) : index]):
        between = folded[whole.end : min(mention.start, whole.end + 81)]
        if len(between) > 80 or "。" in between or "；" in between:
            return None
        if whole.role not in _LEVELS or _unit(whole) != _unit(mention) or whole.link == "subset":
            continue
        opened = _PART_OF.search(between)
        if opened and opened.start() <= 6 and not _ENDS_PARTS.search(between, opened.end()):
            return "subset", whole.start
    return None


def _lists(mentions: Sequence[Mention], folded: str) -> dict[int, int]:
    """P18: index of every number that 分别 lists → start of the first of its list."""
    firsts: dict[int, int] = {}
    first = 0
    for index in range(1, len(mentions) + 1):
        if index < len(mentions) and _LISTED.fullmatch(folded[mentions[index - 1].end : mentions[index].start][:3]):
            continue
        start = mentions[first].start
        if index - first > 1 and _RESPECTIVELY.search(folded, max(0, start - 16), start):
            firsts |= dict.fromkeys(range(first, index), start)
        first = index
    return firsts


# --- times that are listed ------------------------------------------------------------------------

_JOINED = r"(?:\s?[、和及与]\s?)"
_TIMES = re.compile(
    rf"(?:(?P<year>20\d\d)年)?(?P<quarters>(?:第?[一二三四1-4](?:季度)?{_JOINED}){{1,3}}第?[一二三四1-4])季度|"
    rf"(?P<months>(?:\d{{1,2}}月?{_JOINED}){{1,11}}\d{{1,2}})月|"
    rf"(?P<years>(?:20\d\d年?{_JOINED}){{1,5}}20\d\d)年"
)
_SPLIT = re.compile(r"[、和及与]")


def listed_periods(folded: str, sentence: int, first: int, count: int, year: int | None) -> list[Period]:
    """“一、二、三季度合格率分别为91%、93%、95%”: the period of each of `count` numbers from `first` on; [] for no such list."""
    words = folded[max(sentence, first - _LONGEST) : first]
    if "分别" not in words:
        return []
    *_, named = (None, *_TIMES.finditer(words))
    if named is None or "。" in words[named.end() :] or "；" in words[named.end() :]:
        return []
    told = next(kind for kind in ("quarters", "months", "years") if named[kind])
    pieces = [piece.strip().strip("第年月季度") for piece in _SPLIT.split(named[told])]
    year = int(named["year"]) if named["year"] else year
    if len(pieces) != count:
        return []
    if named["years"]:
        return [Period(year=int(piece)) for piece in pieces]
    if year is None:
        return []
    numbers = ["一二三四".find(piece) + 1 or int(piece) for piece in pieces]
    if named["quarters"]:
        return [Period(year=year, first_month=n * 3 - 2, last_month=n * 3) for n in numbers]
    return [Period(year=year, first_month=n, last_month=n) for n in numbers if 1 <= n <= 12]

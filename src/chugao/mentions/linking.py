"""Which metric a number is about.

In: the numbers and the metric names of one sentence, in order.  Out: for each number its metric and the words that
name it.

The nearest name before a number that takes its unit wins; a list of numbers under a list of names is matched place by
place (“A和B分别提高到C和D”); a label over or beside a bare number lends it its unit.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from chugao.catalogue import MetricDefinition
from chugao.mentions.mention import Mention, MentionRole
from chugao.mentions.names import Label
from chugao.quantity import Found, Quantity

Link = tuple[MetricDefinition | None, str]
NO_LINK: Link = (None, "")

# Words between a name and a further number of the same metric: “…占比比上年提高2.7个百分点，达到67.2%”.
_GLUE = re.compile(
    r"(?:达到?|为|是|升|降|提高|提升|下降|降低|缩短|增加|减少|增长|延长|增|减|控制|保持|稳定|完成|超过|超出|超|好于|低于|高于|优于|比|较|"
    r"上年|去年|同期|年初|全年|年度|定|的|目标|在|到|至|了|由|从|力争|并|且|则|已|均|同比|环比|约|近|仅|20\d\d年)*"
)
_LABELLED = re.compile(r"[\s：:|｜\t]*(?:[（(](?P<unit>[^（）()\d]{1,8})[)）])?[\s：:|｜\t]*")
_JOIN = re.compile(r"[、和及与]|以及")
_APART = re.compile(r"[，,、]")
_CUT = re.compile(r"[，,、；（(]")
_STOP = re.compile(r"均?分别|由|从")
_ONLY_LISTS = re.compile(r"均?分别(?:为|是|达到?)?(?:约|近|超)?")
_LONGEST_GAP = 40


class SentenceView(NamedTuple):
    """A sentence as linking sees it; label offsets count from `start`."""

    start: int
    words: str
    labels: Sequence[Label]
    ends: Sequence[int]
    """End of each label, ascending."""
    above: Link
    """The metric named by the line right over the sentence."""


def view_of(start: int, words: str, labels: Sequence[Label], above: Link) -> SentenceView:
    return SentenceView(start, words, labels, [end for _, end, _ in labels], above)


def metric_of(
    found: Found, role: MentionRole, view: SentenceView, previous: Mention | None, row: Link = NO_LINK
) -> Link:
    """The metric a number is about: the one its row of a table names, or the nearest name before it that takes its unit."""
    if not role.is_fact:
        return NO_LINK
    if row[0] is not None:
        takes = found.quantity.unit == "" or _fits(row[0], found.quantity.unit, role)
        return row if takes else NO_LINK
    at, unit, words = found.start - view.start, found.quantity.unit, view.words
    for place in range(bisect_right(view.ends, at) - 1, -1, -1):
        start, end, definition = view.labels[place]
        if at - end > _LONGEST_GAP:
            break
        gap = words[end:at]
        if "；" in gap or "。" in gap:
            break
        if definition is None:
            if not _APART.search(gap):
                return NO_LINK
            continue
        fits = _fits(definition, unit, role) or (unit == "" and _LABELLED.fullmatch(gap) is not None)
        if fits and not _other_number_took_it(definition, gap, previous, view.start + end, role):
            return definition, words[start:end]
        if "，" not in gap and "," not in gap and role not in (MentionRole.CHANGE, MentionRole.COMPARATOR):
            return NO_LINK
    return _named_after(found, role, view) or _named_above(found, role, view)


def _named_after(found: Found, role: MentionRole, view: SentenceView) -> Link | None:
    """“4.6%的药占比”."""
    end = found.end - view.start
    place = bisect_right(view.ends, end)
    if place == len(view.labels):
        return None
    start, stop, definition = view.labels[place]
    if definition is None or view.words[end:start] not in ("", "的") or start < end:
        return None
    return (definition, view.words[start:stop]) if _fits(definition, found.quantity.unit, role) else None


def _named_above(found: Found, role: MentionRole, view: SentenceView) -> Link:
    """A line that is nothing but a name stands over a line that opens with the number."""
    definition, _ = view.above
    opens = view.words[: found.start - view.start].strip() == ""
    if definition is None or not opens:
        return NO_LINK
    return view.above if _fits(definition, found.quantity.unit, role) or found.quantity.unit == "" else NO_LINK


def _fits(definition: MetricDefinition, unit: str, role: MentionRole) -> bool:
    if definition.accepts(unit) or unit == "倍":
        return True
    if role in (MentionRole.CHANGE, MentionRole.COMPARATOR):
        if unit == "个百分点":
            return definition.unit in ("%", "")
        if unit == "个千分点":
            return definition.unit == "‰"
        if unit in ("%", "倍"):
            return definition.kind in ("count", "amount", "rate", "duration", "index")
    return unit == "" and definition.kind == "index"


def _other_number_took_it(
    definition: MetricDefinition, gap: str, previous: Mention | None, name_end: int, role: MentionRole
) -> bool:
    """A count right after another count of the same name belongs to something else (“检查23次，覆盖67家次”)."""
    if previous is None or previous.start < name_end or previous.metric != definition.id:
        return False
    if role in (MentionRole.CHANGE, MentionRole.BASELINE, MentionRole.COMPARATOR):
        return False
    if previous.role is MentionRole.BASELINE:
        return False
    if role is MentionRole.TARGET and previous.role is not MentionRole.TARGET:
        return False
    pieces = _CUT.split(gap)
    return len(pieces) > 1 and _GLUE.fullmatch(pieces[-1]) is None


# --- lists ----------------------------------------------------------------------------------------


def lists_of(numbers: Sequence[Found], folded: str) -> list[tuple[int, int]]:
    """(first, after last) index of every run of two and more numbers joined by 、 or 和."""
    runs, first = [], 0
    for index in range(1, len(numbers) + 1):
        joined = index < len(numbers) and _joined(numbers[index - 1], numbers[index], folded)
        if not joined:
            if index - first > 1:
                runs.append((first, index))
            first = index
    return runs


def _joined(left: Found, right: Found, folded: str) -> bool:
    return right.start - left.end <= 2 and _JOIN.fullmatch(folded[left.end : right.start]) is not None


def with_hidden_units(numbers: list[Found], folded: str) -> list[Found]:
    """“3个、2.5个百分点”, “20.9、36.2、54个百分点”: the last of a list tells the unit of those before it."""
    mended = list(numbers)
    for first, after in lists_of(numbers, folded):
        for index in range(after - 2, first - 1, -1):
            unit, last = mended[index].quantity.unit, mended[index + 1].quantity
            if last.unit and (unit == "" or (unit == "个" and last.unit in ("个百分点", "个千分点"))):
                quantity = replace(mended[index].quantity, unit=last.unit)
                mended[index] = mended[index]._replace(quantity=quantity)
    return mended


def listed_links(numbers: Sequence[Found], runs: Sequence[tuple[int, int]], view: SentenceView) -> dict[int, Link]:
    """Index of a number → its metric, for every list of numbers (`runs` of `lists_of`) under a list of as many names.

    A list that 分别 introduces and that no list of names matches gets no metric at all: the nearest name would be
    wrong for all but one of its numbers.
    """
    links: dict[int, Link] = {}
    for first, after in runs:
        at, count = numbers[first].start - view.start, after - first
        clause_start = _names_start(view, at)
        if clause_start is None:
            continue
        named = _of_each_time(_names_in(view, clause_start, at), view.words[clause_start:at])
        respectively = "分别" in view.words[clause_start:at]
        if len(named) == count and count > 1 and any(d for d, _ in named):
            links |= {first + i: link for i, link in enumerate(named)}
        elif respectively and len(recent := _last_names(view, at)) >= count and len(named) <= 1:
            links |= {first + i: link for i, link in enumerate(recent[-count:])}
        elif respectively:
            links |= dict.fromkeys(range(first, after), NO_LINK)
    return links


_TIME = re.compile(r"(?:20\d\d年)?(?:20\d\d年|第?[一二三四1-4](?:季度)?|\d{1,2}月份?|[上下]半年)?")


def _of_each_time(named: list[Link], words: str) -> list[Link]:
    """“2023年、2024年、2025年手术台次”: what stands behind listed times is said of each of them."""
    times = _JOIN.split(words)[: len(named) - 1]
    if len(named) > 1 and named[-1][0] is not None and all(_TIME.fullmatch(t.strip()) for t in times):
        return [named[-1]] * len(named)
    return named


def _names_start(view: SentenceView, at: int) -> int | None:
    """Where the clause that names things before a list begins."""
    window = view.words[max(0, at - 80) : at]
    cut = max(window.rfind(mark) for mark in "，。；：,;\n")
    if cut > 0 and _ONLY_LISTS.fullmatch(window[cut + 1 :]):
        # “A、B和C保持稳定，分别为…”: the names stand a clause before.
        cut = max(window.rfind(mark, 0, cut) for mark in "，。；：,;\n")
    return max(0, at - 80) + cut + 1 if len(window) < 80 or cut >= 0 else None


def _names_in(view: SentenceView, start: int, at: int) -> list[Link]:
    """The things a clause lists before its verb, with the metric of each that is one."""
    words = view.words[start:at]
    stop = _STOP.search(words)
    listed = words[: stop.start()] if stop else words
    named, piece_start = [], start
    for piece in _JOIN.split(listed):
        piece_end = piece_start + len(piece)
        inside = [x for x in _labels_between(view, piece_start, piece_end + 2) if x[0] >= piece_start]
        last = inside[-1] if inside else None
        named.append((last[2], view.words[last[0] : last[1]]) if last else NO_LINK)
        joint = _JOIN.match(view.words, piece_end)
        piece_start = joint.end() if joint else piece_end
    return named


def _labels_between(view: SentenceView, start: int, end: int) -> Sequence[Label]:
    return view.labels[bisect_right(view.ends, start) : bisect_right(view.ends, end)]


def _last_names(view: SentenceView, at: int) -> list[Link]:
    """The last few different metrics named before a place."""
    links: list[Link] = []
    for start, end, definition in _labels_between(view, max(0, at - 100), at):
        if definition is not None and all(d is not definition for d, _ in links):
            links.append((definition, view.words[start:end]))
    return links


# --- a bare number beside a label -----------------------------------------------------------------


def with_unit_of_label(quantity: Quantity, definition: MetricDefinition, gap: str) -> Quantity:
    """“门诊人次（万人次）：128.46” is 1284600人次; “满意度：98.6” is 98.6 %."""
    if quantity.unit or definition.unit in ("", "1:x"):
        return quantity
    match = _LABELLED.fullmatch(gap)
    scale = Decimal(1)
    if match and match["unit"]:
        scale = {"万": Decimal(10**4), "亿": Decimal(10**8)}.get(match["unit"][0], Decimal(1))
    return replace(quantity, unit=definition.unit, value=quantity.value * scale, resolution=quantity.resolution * scale)

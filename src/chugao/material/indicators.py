"""A sentence that is nothing but indicators: name and value, what it was last year, what was aimed at.

In: the text of a sentence.  Out: `Told`s with the places of their values; None where any clause says something else.

Surprise: a number may be part of the name (“急诊报告30分钟内发出率96.8%”, “评分≥15的比例71.3%”).  The value is the last number
of its clause, and a name without anything beside it to compare with counts only where it is plainly a rate.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from chugao.mentions import find_mentions
from chugao.quantity import Quantity

_VALUE = r"\d[\d.]*(?:,\d{3})*\s?(?:[万亿])?(?:个百分点|个千分点|[%‰]|/10万|[A-Za-z]{1,3}|(?!以[内下上]|左右)[\u4e00-\u9fff]{1,3}?)?"
_BOUND = r"(?:以内|之内|以下|及以下|以上|及以上)?"
_UP = r"增加|增长|提高|提升|上升|升高|延长|扩大|上涨|多|升|高|长|涨"
_DOWN = r"减少|下降|降低|缩短|压缩|缩小|短|少|降|低|减"
_MOVED = rf"(?:略有?|再|又)?(?:(?P<up>{_UP})|(?P<down>{_DOWN}))了?(?:约|近)?"
_LAST_YEAR = r"(?:去年|上年)(?:同期|全年)?(?:数|值)?"
_LAST = re.compile(
    rf"[比较]?{_LAST_YEAR}(?:的|是|为|只有|有|才)?\s?(?P<last>{_VALUE})(?:{_MOVED}\s?(?P<change>{_VALUE}))?"
)
_CHANGE = re.compile(rf"(?:同比|[比较](?:去年|上年)(?:同期)?)\s?{_MOVED}\s?(?P<change>{_VALUE})")
_AIM = re.compile(
    r"(?:今年|年初|年度|全年|院里|局里|上级|科室|考核|责任书|本年|年初院里)?(?:定的?|下达的?|要求的?)?(?:目标|任务|考核要求)(?:值|数)?(?:定的)?(?:是|为|:|：)?"
    rf"\s?(?P<aim>[≥≤＞＜<>]?(?:不低于|不高于|不超过|低于|高于)?{_VALUE}{_BOUND})"
)
_LEAD = re.compile(
    r"^(?:20\d\d年|今年|全年|本年度?|年内|截至目前|目前|我[科院部们]|全[科院]|科室|其中[，：:]?|累计|一?共计?|总共|完成了?|完成|收治|接诊|处理|处置|检测|办理|实现|现有)+"
)
_FIGURE = re.compile(rf"(?P<name>\S(?:[^，。；]{{0,26}}?\S)?)(?:为|是|达到?|有|共|到|完成)?\s?(?P<value>{_VALUE})")
_PLANNED = re.compile(
    r"(?P<name>[^，。；]{2,26}?)(?:要|力争|争取|计划|确保)?(?:控制在|控制到|达到?|提高到|提升到|上升到|降至|降到|下降到|缩短到|压缩到|保持在|稳定在|(?=不低于|不高于|不超过))"
    rf"\s?(?P<aim>(?:不低于|不高于|不超过)?{_VALUE}{_BOUND})"
)
_RATE = re.compile(r"(?:率|比例|占比|比重|满意度|符合度|依从性)$")
_BARE_RATE = re.compile(
    r"^(?:增长|合格|完成|占|所占|达标|优良|使用|通过|成功|发生|同比|参与|覆盖)?(?:率|比例|占比|比重|比)$"
)
_MEASURE = re.compile(
    r"(?:率|比例|占比|比重|满意度|依从性|时间|时长|天数|住院日|[量数]|人次|台次|例次|收入|支出|费用|费|成本|能耗|面积)$"
)
_NAMELESS = re.compile(
    r"^(?:上|下)半年|^\d[\d.%]*(?!\d|岁|周岁|月龄|级|小时|分钟|天|日|周)|^(?:比|较|同比|去年|上年|前年|目标|由|从)|(?:增加|减少|提高|降低|下降|上升|增长|缩短|降|升)(?:了|到|至)?$|[由从]|\d月"
)
_DOES = re.compile(
    r"(?:开展|上线|建成|引进|新增|举办|组织|牵头|成立|派出|获|启动|启用|改造|签约|推进|实施|参加|优化|新建|扩建|承担|承办|选派|发放|购置|投入)"
)
_SEPARATES = re.compile(r"[，；。,;（）()]+|\s+(?=(?:去年|上年|目标|同比|比去年|比上年))")
_BESIDE = re.compile(r"(?:\d{1,2}月(?:份|底|初)?)?[^\d]{0,8}")


class Told(NamedTuple):
    """One indicator; places are code points in the sentence."""

    name: str
    value: tuple[int, int]
    last: tuple[int, int] | None = None
    change: tuple[int, int] | None = None
    direction: int = 0
    aim: tuple[int, int] | None = None
    beside: str = ""
    """A clause without a number that explains it: “5月扩的”."""

    @property
    def compared(self) -> bool:
        return self.last is not None or self.change is not None or self.aim is not None


def indicators_of(text: str) -> tuple[Told, ...] | None:
    """The indicators of a sentence that says nothing else; None for any other sentence."""
    told: list[Told] = []
    for start, clause, part in _clauses(text):
        if (
            (match := _LAST.fullmatch(clause))
            or (match := _CHANGE.fullmatch(clause))
            or (match := _AIM.fullmatch(clause))
        ):
            if not told or (filled := _beside(told[-1], match, start)) is None:
                return None
            told[-1] = filled
        elif (figure := _figure(clause, start)) is not None:
            told.append(figure)
        elif told and told[-1].compared and not told[-1].beside and part and _BESIDE.fullmatch(clause):
            told[-1] = told[-1]._replace(beside=clause)
        else:
            return None
    if not told or not all(_counts(t, told[:n], text) for n, t in enumerate(told)):
        return None
    return tuple(told)


def aims_of(text: str) -> tuple[Told, ...] | None:
    """The targets of a sentence about next year that says nothing else; of each the value is what is aimed at."""
    told = []
    for start, clause, _ in _clauses(text):
        words = re.sub(r"^(?:明年|来年|下一?年度?|20\d\d年)(?:要|力争|争取|将)?", "", clause)
        match = _PLANNED.fullmatch(words)
        if match is None or not _MEASURE.search(match["name"]) or _DOES.search(match["name"]):
            return None
        if _NAMELESS.search(match["name"]) or _BARE_RATE.search(match["name"]):
            return None
        at = start + len(clause) - len(words)
        told.append(Told(match["name"], (at + match.start("aim"), at + match.end("aim"))))
    return tuple(told) or None


def _clauses(text: str) -> Iterator[tuple[int, str, bool]]:
    """Start, words, and whether a clause stands within brackets."""
    marks = [0, *(n for m in _SEPARATES.finditer(text) for n in m.span()), len(text)]
    for start, end in zip(marks[::2], marks[1::2], strict=True):
        words = text[start:end]
        if words.strip():
            inside = text.count("（", 0, start) + text.count("(", 0, start)
            outside = text.count("）", 0, start) + text.count(")", 0, start)
            yield start + len(words) - len(words.lstrip()), words.strip(), inside > outside


def _beside(told: Told, match: "re.Match[str]", start: int) -> Told | None:
    """An indicator with what a clause sets beside it; None where it has that already."""
    groups = match.groupdict()
    more: dict[str, object] = {}
    for name in ("last", "change", "aim"):
        if groups.get(name) is None:
            continue
        if getattr(told, name) is not None:
            return None
        more[name] = (start + match.start(name), start + match.end(name))
    if groups.get("change"):
        more["direction"] = -1 if groups.get("down") else 1
    return told._replace(**more)  # type: ignore[arg-type]


def _figure(clause: str, start: int) -> Told | None:
    lead = _LEAD.match(clause)
    match = _FIGURE.fullmatch(clause, lead.end() if lead else 0) or _FIGURE.fullmatch(clause)
    if match is None:
        return None
    name = match["name"].strip()
    if not 2 <= len(name) <= 26 or _NAMELESS.search(name) or _DOES.search(name) or _BARE_RATE.search(name):
        return None
    return Told(name, (start + match.start("value"), start + match.end("value")))


def _counts(told: Told, before: Sequence[Told], text: str) -> bool:
    """Whether a name and a value make an indicator: compared, plainly a rate, or a part of one that is compared."""
    value = text[slice(*told.value)]
    if told.compared or (_RATE.search(told.name) and value.endswith(("%", "‰")) and len(told.name) >= _LEAST):
        return True
    return (
        bool(before) and before[-1].compared and re.search(r"其中[，：:]?\S{0,26}$", text[: told.value[0]]) is not None
    )


_LEAST = 4


def quantity_of(text: str, span: tuple[int, int] | None, unit: str) -> Quantity | None:
    """The quantity in a span, in the unit it is told in; a bare number is in `unit`."""
    if span is None:
        return None
    found = next((m.quantity for m in find_mentions(f"数为{text[slice(*span)]}") if m.quantity is not None), None)
    return replace(found, unit=found.unit or unit) if found is not None else None

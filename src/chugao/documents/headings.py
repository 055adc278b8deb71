"""Headings as offices number them, on their own line or run into the paragraph, and what a part does.

In: a cleaned paragraph and the one after it.  Out: `Found`, or the role (成绩, 问题, 计划, 要求) of a part.

Surprise: “一、二级医院” is a list of grades, not heading one; and 一是 opens a heading only when a short lead sentence
follows and more text after that.
"""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from chugao.kind import Kind

Role = Literal["成绩", "问题", "计划", "要求", ""]

_HAN = "一二三四五六七八九十"
_HAN_FIRST = (
    (1, re.compile(rf"([{_HAN}]{{1,3}}[、．.])(?![{_HAN}]{{1,2}}(?:级|类|线|期|季|次|是|等|甲|月|人|、|型|区))\s?")),
)
_DIGIT_FIRST = (
    (3, re.compile(r"(\d{1,2}[.．、])(?:(?!\d)|(?=20\d\d年))\s?")),
    (
        4,
        re.compile(
            r"(\d{1,2}(?:\.\d{1,2}){1,3})(?:\s{1,3}(?=[\u4e00-\u9fff“])|(?=[\u4e00-\u9fff“])(?![万亿个倍天例人元家张台名岁次月分小年公米平吨升毫级类期周折成余多]))"
        ),
    ),
    (4, re.compile(r"(\d{1,2}[）)])\s?")),
)
_BY_FIRST = {
    **dict.fromkeys(_HAN, _HAN_FIRST),
    "第": (
        (1, re.compile(rf"(第[{_HAN}]{{1,3}}(?:部分|章|编)[:：、]?)\s?")),
        (2, re.compile(rf"(第[{_HAN}]{{1,3}}节[:：、]?)\s?")),
    ),
    "（": ((2, re.compile(rf"(（[{_HAN}]{{1,3}}）[、.]?)\s?")), (4, re.compile(r"(（\d{1,2}）)\s?"))),
    **dict.fromkeys("①②③④⑤⑥⑦⑧⑨⑩", ((4, re.compile(r"([①②③④⑤⑥⑦⑧⑨⑩])\s?")),)),
}
"""(level, pattern) of the numbers that begin so; most paragraphs begin otherwise."""
_ITEM = re.compile(
    rf"(?:^|(?<=[。；：！？]))([{_HAN}]{{1,2}}[是要](?=[^{_HAN}是，])|第[{_HAN}]{{1,2}}[，、](?=[^{_HAN}]))"
)
_SENTENCE_END = re.compile(r"[。！？]")
_ITEM_END = re.compile(r"[。；：！？]")
MAX_HEADING = 40
_MAX_LEAD = 24
_MAX_OWN_LINE = 60


class Found(NamedTuple):
    """A heading at the start of a paragraph."""

    level: int
    """1 for 一、, 2 for （一）, 3 for 1., 4 for （1）."""
    number: str
    heading: str
    start: int
    """Where the heading's words begin in the paragraph."""
    end: int
    """Where the paragraph's own text begins; its length when the heading has the line to itself."""


class Item(NamedTuple):
    """一是, 二是: a lead sentence inside a paragraph."""

    number: str
    """As printed: “一是”, “一要”, “第一，”."""
    heading: str
    start: int
    end: int
    short: bool
    """The sentence ends within `MAX_HEADING`."""
    leads: bool
    """It is short, ends in 。 or ：, and text of its own follows it in the paragraph."""
    whole: bool
    """It is short and a sentence of its own: ended by 。"""


def number_of(text: str) -> tuple[int, str, int] | None:
    """(level, number as printed, length with the space after it) at the start of a paragraph."""
    first = text[:1]
    for level, pattern in _DIGIT_FIRST if first.isdecimal() else _BY_FIRST.get(first, ()):
        if match := pattern.match(text):
            return level, match[1], match.end()
    return None


def read_heading(text: str, following: str | None) -> Found | None:
    """The heading a paragraph is or begins with; None for body text and for plain list items."""
    numbered = number_of(text)
    if numbered is None:
        return None
    level, number, start = numbered
    rest = text[start:]
    stop = _SENTENCE_END.search(rest)
    if stop is None or stop.end() == len(rest):
        return _own_line(level, number, text, start, following)
    if stop.start() <= MAX_HEADING:
        colon = _colon(rest[: stop.start()])
        cut = colon if level >= 3 and colon else stop.start()
        return Found(level, number, rest[:cut], start, start + cut + 1)
    if colon := _colon(rest):
        return Found(level, number, rest[:colon], start, start + colon + 1)
    if level <= 2:
        cut = stop.start() if stop.start() <= _MAX_OWN_LINE else clause_end(rest)
        return Found(level, number, rest[:cut], start, start + cut + 1)
    return None


def _own_line(level: int, number: str, text: str, start: int, following: str | None) -> Found | None:
    heading = text[start:].rstrip("。！？：")
    if not heading:
        return None
    colon = _colon(heading)
    if level >= 3 and colon and colon + 1 < len(heading):
        return Found(level, number, heading[:colon], start, start + colon + 1)
    if len(heading) <= (_MAX_OWN_LINE if level <= 2 else MAX_HEADING):
        sentence = text[-1] in "。；！？"
        if level <= 2 or not sentence or (following is not None and number_of(following) is None and level == 3):
            return Found(level, number, heading.rstrip("；"), start, len(text))
    if colon:
        return Found(level, number, heading[:colon], start, start + colon + 1)
    if level <= 2:
        cut = clause_end(heading)
        return Found(level, number, heading[:cut], start, start + cut + 1)
    return None


def _colon(text: str) -> int:
    """Where a colon ends the heading of a line, not one inside brackets (责任科室：…); 0 for nowhere."""
    at = text.find("：", 0, 21)
    return at if at > 0 and text.count("（", 0, at) == text.count("）", 0, at) else 0


def clause_end(text: str) -> int:
    """Where a heading too long for its line is cut: the last comma within `MAX_HEADING`, else there."""
    marks = [text.rfind(m, 0, MAX_HEADING) for m in "，；、"]
    return next((m for m in marks if m > 3), min(MAX_HEADING, len(text)))


def items_of(text: str) -> Iterator[Item]:
    """一是, 二是, 第一， in a paragraph, each with its first sentence."""
    matches = list(_ITEM.finditer(text))
    for index, match in enumerate(matches):
        limit = matches[index + 1].start() if index + 1 < len(matches) else len(text)
        stop = _ITEM_END.search(text, match.end(), min(match.end() + MAX_HEADING + 1, limit))
        end = stop.end() if stop else limit
        leads = stop is not None and stop[0] in "。：" and end < limit
        yield Item(
            match[1],
            text[match.end() : stop.start() if stop else end],
            match.start(),
            end,
            stop is not None,
            leads,
            stop is not None and stop[0] == "。",
        )


def lead_of(text: str) -> str:
    """The short sentence a paragraph opens with, when more follows; "" otherwise."""
    stop = _SENTENCE_END.search(text, 0, _MAX_LEAD + 1)
    short = stop is not None and stop.start() >= 4 and stop.end() < len(text)
    return text[: stop.start()] if stop and short and not re.search(r"[\d：]", text[: stop.start()]) else ""


def value_of(number: str) -> int:
    """3 for “三、”, “（三）”, “3.”, “三是”, “第三，”; 0 when it says none."""
    if digits := re.search(r"\d{1,3}", number):
        return int(digits[0])
    if number[:1] in "①②③④⑤⑥⑦⑧⑨⑩":
        return "①②③④⑤⑥⑦⑧⑨⑩".index(number[0]) + 1
    tens, mark, ones = "".join(c for c in number if c in _HAN).partition("十")
    if not mark:
        return _HAN.index(tens) + 1 if len(tens) == 1 else 0
    return (_HAN.index(tens) + 1 if tens else 1) * 10 + (_HAN.index(ones) + 1 if ones else 0)


def announces_part(text: str) -> bool:
    """“存在问题”, “下一步打算”, “工作亮点”: the words alone make a heading of a line."""
    found = any(p.search(text) for p in (_PROBLEM, _PLAN, _RESULT, _REQUIRE))
    return found and len(text) <= 20 and not re.search(r"[，。；：、]", text.rstrip("。："))


# --- what a part does -----------------------------------------------------------------------------

_PROBLEM = re.compile(
    r"存在的?(?:主要)?(?:问题|不足|困难|短板)|问题(?:和|与|及|、)不足|主要问题|不足(?!以)|困难(?:$|和|与|及)|短板(?:$|和|与)|没有?做好|薄弱环节|^问题"
)
_PLAN = re.compile(
    r"下一?步|打算|工作计划|工作安排|工作思路|(?:重点|主要|目标)任务|年度目标|预期目标|工作部署|总体部署|总体要求|20\d\d年(?:的)?(?:重点|主要|总体|工作)?(?:工作)?(?:任务|安排|计划|打算|思路|目标|重点|建议)"
)
_RESULT = re.compile(
    r"总结|回顾|完成情况|成效|成绩|成就|主要工作|工作(?:开展|总体|基本)?情况|主要做法|重点工作|亮点|总体情况|体会|主要指标"
)
_REQUIRE = re.compile(r"工作要求|有关要求|几点要求|保障措施|组织(?:领导|保障)|检查办法|^要求")
_AHEAD = re.compile(r"力争|争取|下一步|将(?!近|军|士)|计划|明年|拟")


def role_of(path: tuple[str, ...], text: str, kind: Kind | None, plan_year: int | None) -> Role:
    """What a paragraph does, from the headings over it, outermost first; its own words decide when they are mixed."""
    for heading in reversed(path):
        problem, plan = _PROBLEM.search(heading), _PLAN.search(heading)
        if problem and plan:
            return "计划" if _looks_ahead(text, plan_year) else "问题"
        if problem:
            return "问题" if not _RESULT.search(heading) or "不足" in text or "问题" in text else "成绩"
        if plan and not re.search("完成|回顾|总结", heading):
            return "计划"
        if _REQUIRE.search(heading):
            return "要求"
    for heading in path:
        if (
            kind is Kind.SUMMARY_PLAN
            and plan_year is not None
            and f"{plan_year}年" in heading
            and "总结" not in heading
        ):
            return "计划"
        if _RESULT.search(heading) and (kind is None or kind.looks_back):
            return "成绩"
    if kind is None:
        return ""
    return "成绩" if kind.looks_back else "计划"


def _looks_ahead(text: str, plan_year: int | None) -> bool:
    return _AHEAD.search(text) is not None or (plan_year is not None and f"{plan_year}年" in text)

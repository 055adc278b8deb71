"""Sentences, and whether each looks back or ahead.

In: folded text and the document's kind.  Out: `Sentence`s with their tense.

“由89%提升至95%” is a result in a 总结 and a target in a 计划.  The part decides, by its heading; a heading that names
a later year than the one reported looks ahead, whatever its words; a sentence may speak against its part when it says
so in its first words.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from chugao.kind import Kind
from chugao.mentions.mention import Tense


class Sentence(NamedTuple):
    """One sentence, offsets in the text; it never crosses a line."""

    start: int
    end: int
    tense: Tense
    announced: bool
    """It stands under “预期目标是：”: whatever level it names is a target."""
    label: tuple[int, int] | None
    """The short line right above, when it could be a label: “手术台次” over “23186台次”."""


_HEADING = re.compile(
    r"^\s*(?:#{1,6}\s+.{1,60}|[一二三四五六七八九十]{1,3}、.{1,45}|[（(][一二三四五六七八九十]{1,3}[)）].{1,45}|\d{1,2}[.．、].{1,45})$"
)
_TOP = re.compile(r"^\s*(?:#{1,2}\s|[一二三四五六七八九十]{1,3}、)")
_SECOND = re.compile(r"^\s*(?:###\s|[（(][一二三四五六七八九十])")
# 免疫规划 and 计划生育 are fields of work.
_FUTURE_HEADING = re.compile(
    r"计划(?!生育|免疫)|打算|安排|思路|要点|下一步|下半年|目标|展望|部署|任务(?!落实|执行)|设想|(?<!免疫)规划|工作举措|今后|来年|明年|保障措施|总体要求|工作建议|主要考虑"
)
_REVIEW = re.compile(r"回顾|总结|成效|完成情况|成就|成绩")
_PAST_HEADING = re.compile(r"总结|回顾|成效|成就|完成情况|情况|进展|成绩|做法|亮点|主要工作|问题|不足|工作开展|取得")
# Under “发展成就和主要目标” the paragraph that opens so turns from the one to the other.
_TURNS = re.compile(
    r"^\s*(?:今后|未来|展望|面向未来|下一步|明年|来年|新的一年|(?:根据|按照)[^。；\n]{0,60}(?:规划|计划|建议|纲要|部署)|“十[五六]五”时期，?(?:是|要|我们|经济))"
)
_FUTURE_LOWER = re.compile(r"下一步|工作打算|工作计划|明年|目标任务$")
_END = re.compile(r"[。！？]")
_FINISHED = re.compile(r"[。！？]\s*$")
_AHEAD = re.compile(
    r"^\s*(?:明年|来年|次年|下一?年(?!度?[报会计])|下一步|今后|20\d\d年[，,]?(?:将|计划|拟)|到20\d\d年)|^[^。；]{0,16}(?:今年|明年|来年)[^，。；]{0,14}(?:拟|预期)|"
    r"(?:预期|主要|发展)目标(?:是|为|如下|包括|建议)?[：:]|(?:预期|主要)目标[^，。；]{0,6}是"
)
_ANNOUNCES = re.compile(r"目标(?:是|为|如下|包括|建议)?[：:]|(?:预期|主要)目标[^，。；]{0,6}是")
_BACK = re.compile(r"^\s*(?:去年|上年|过去|近年来|截至|截止|(?:一|两|三|四|五)年来|20\d\d年以来)")
_WILL = re.compile(r"力争|争取|确保|预期|拟|计划|将|要")
_YEAR_OF = re.compile(r"(20\d\d)年")


def sentences_of(folded: str, kind: Kind | None, year: int | None, forced: Tense | None) -> Iterator[Sentence]:
    """Every sentence in order; `year` is the one in the title."""
    parts = _Parts(kind, year)
    carried: tuple[Tense | None, bool] = (None, False)
    start, above = 0, None
    for raw in folded.split("\n"):
        tense = parts.of(raw)
        ends = [start + m.end() for m in _END.finditer(raw)]
        if not ends or ends[-1] < start + len(raw):
            ends.append(start + len(raw))
        at = start
        for end in ends:
            words = folded[at : min(end, at + 200)]
            own = _own_tense(words, tense) or carried[0]
            announced = carried[1] or _ANNOUNCES.search(words) is not None
            yield Sentence(at, end, forced or own or tense, announced, above if at == start else None)
            # One clause a line is common: an unfinished line hands on what it announced.
            finished = _FINISHED.search(folded[max(at, end - 3) : end]) is not None or not words.strip()
            carried = (None, False) if finished or parts.is_heading(raw) else (own, announced)
            at = end
        stripped = raw.strip()
        above = (start, start + len(raw)) if 2 <= len(stripped) <= 24 and stripped[-1] not in "。；，！？" else None
        start += len(raw) + 1


def _own_tense(sentence: str, tense: Tense) -> Tense | None:
    """What the sentence says itself, against its part."""
    if tense == "past":
        return "future" if _AHEAD.search(sentence) else None
    return "past" if _BACK.search(sentence) and not _WILL.search(sentence) else None


class _Parts:
    """The tense of the part a line stands in; headings are handed over in order."""

    def __init__(self, kind: Kind | None, year: int | None) -> None:
        self.default: Tense = "past" if kind is None or kind.looks_back else "future"
        self.top = self.tense = self.default
        self.reported = year if kind is None or kind.looks_back else None if year is None else year - 1
        self.kind = kind
        self.turned_at = 0
        """Level of the lower heading that turned the tense, 0 when none did."""
        self.mixed = False
        """The part tells of both, the past first."""

    @staticmethod
    def is_heading(raw: str) -> bool:
        return len(raw) <= 70 and _HEADING.match(raw) is not None and not raw.rstrip().endswith(("。", "；", "，"))

    def of(self, raw: str) -> Tense:
        if self.is_heading(raw):
            self._enter(raw.strip())
        elif self.mixed and _TURNS.match(raw):
            self.top = self.tense = "future"
            self.mixed = False
        return self.tense

    def _enter(self, heading: str) -> None:
        level = 1 if _TOP.match(heading) else 2 if _SECOND.match(heading) else 3
        if level == 1:
            self.top = self.tense = self._of_top(heading)
            self.turned_at = 0
        elif _FUTURE_LOWER.search(heading):
            self.tense, self.turned_at = "future", level
        elif self.turned_at and level <= self.turned_at:
            self.tense, self.turned_at = self.top, 0

    def _of_top(self, heading: str) -> Tense:
        future, past = _FUTURE_HEADING.search(heading), _PAST_HEADING.search(heading)
        self.mixed = bool(future and past)
        years = [int(y) for y in _YEAR_OF.findall(heading)]
        if years and not (future and past):
            if self.kind is None and (self.reported is None or _REVIEW.search(heading)):
                # A report without a kind in its title says in its first part which year it reports.
                self.reported = max(years) if past else self.reported
            if self.reported is not None and max(years) != self.reported:
                return "future" if max(years) > self.reported else "past"
        if future and past:
            ahead = future.start() < past.start() and not heading.endswith(("情况", "回顾"))
            return "future" if ahead else "past"
        if future or past:
            return "future" if future else "past"
        return self.top

"""A matter (事项): one thing that was or will be done, as a department reported it.

Surprise: 时间 is kept as the office wrote it (“2025年4—12月”, “2026年3月底前”) because it is printed again; year and
month are read from it only to put matters in order.  What no text prints (“2025-03-15”, a date cell of Excel) has
words of its own: `said_when`.
"""

import re
from enum import StrEnum
from typing import Literal

from pydantic import Field

from chugao.source import Finding, Frozen, Release, Source


class MatterStatus(StrEnum):
    """How far a matter has come; its tense in a text follows from it."""

    DONE = "已完成"
    ONGOING = "推进中"
    PLANNED = "拟开展"


_PENDING = re.compile(
    r"(?:目前|现|现在)?(?:正在?)(?:准备|筹备|申报|整理|报批|公示|招标|评审|走流程)|(?:目前|现|尚|还在|等)待?(?:公示|批复|审批|验收|评审|授牌|挂牌|结果)|(?:，|^)待(?:公示|批复|审批|验收|评审|授牌|挂牌)|(?:申报|公示|评审|报批|筹建|准备)中(?:$|[，。；])"
    r"|(?:推迟|延期|顺延|推后|延后)(?:到|至)|延至|(?:未|没有?)(?:落实|启动|开工|开诊|批下来)[，。；]?|暂缓|搁置"
)
"""“通过现场评审，目前待公示”, “场地未落实，推迟到明年3月”: not done."""


def is_pending(told: str) -> bool:
    """Whether what is told of a matter leaves it open: somebody has yet to decide, or it was put off."""
    return _PENDING.search(told) is not None


_DAY = re.compile(r"(20\d\d)([-./])(\d{1,2})\2(\d{1,2})(?!\d)(?:[ T]\d\d:\d\d(?::\d\d)?)?|(20\d\d)(\d\d)(\d\d)(?!\d)")
_MONTH = re.compile(r"(20\d\d)[-./](\d{1,2})(?![\d月])")
_QUARTER = re.compile(r"(20\d\d)年?[Qq]([1-4])")


def in_words(when: str) -> str:
    """“2025-03” → 2025年3月, “2025/3/15” → 2025年3月15日; anything else as it is."""

    def day(match: re.Match[str]) -> str:
        year, month, date = (match[1], match[3], match[4]) if match[1] else (match[5], match[6], match[7])
        real = 1 <= int(month) <= 12 and 1 <= int(date) <= 31
        return f"{year}年{int(month)}月{int(date)}日" if real else match[0]

    def month(match: re.Match[str]) -> str:
        return f"{match[1]}年{int(match[2])}月" if 1 <= int(match[2]) <= 12 else match[0]

    when = _MONTH.sub(month, _DAY.sub(day, when.strip()))
    return _QUARTER.sub(lambda m: f"{m[1]}年{'一二三四'[int(m[2]) - 1]}季度", when)


_SPANS = (
    (re.compile(r"上半年"), 1, 6),
    (re.compile(r"下半年"), 7, 12),
    (re.compile(r"前三季度|1[-—–~～至]9月"), 1, 9),
    (re.compile(r"第?[一1]季度"), 1, 3),
    (re.compile(r"第?[二2]季度"), 4, 6),
    (re.compile(r"第?[三3]季度"), 7, 9),
    (re.compile(r"第?[四4]季度"), 10, 12),
    (re.compile(r"全年|年内|年度"), 1, 12),
)
_MONTHS = re.compile(r"(?<!\d)(1[0-2]|[1-9])月?\s?[-—–~～至到]\s?(1[0-2]|[1-9])月")
_ONE_MONTH = re.compile(r"(?<!\d)(1[0-2]|[1-9])月")


def months_in(when: str) -> tuple[int, int] | None:
    """First and last month of a time as offices write it: “4—12月”, “三季度”, “5月12日”; None where it names none."""
    if match := _MONTHS.search(when):
        return int(match[1]), int(match[2])
    for words, first, last in _SPANS:
        if words.search(when):
            return first, last
    return (int(match[1]), int(match[1])) if (match := _ONE_MONTH.search(when)) else None


def within(matter: "Matter", first: int, last: int) -> bool:
    """Whether a part of a year may tell a matter of that year: neither what was done outside it nor a whole year's count.

    What gives no time is told; what began before and still goes on is told too.
    """
    months = months_in(in_words(matter.when)) or ((matter.month, matter.month) if matter.month else None)
    if re.search(r"全年|年内|本年度", f"{matter.when}，{matter.text}，{matter.result}"):
        return False
    if months is None:
        return True
    started_before = months[0] < first and matter.status is not MatterStatus.ONGOING and months[1] < first
    return months[0] <= last and not started_before and months[1] <= max(last, months[0])


class Honour(Frozen):
    """An award, as the paper that granted it names it."""

    name: str
    """Full name: “全国青年文明号”."""
    granted_by: str = ""
    level: Literal["国家级", "省级", "市级", "县级", "院级", ""] = ""
    number: str = ""
    """Number of the document: “国卫医发〔2026〕12号”."""
    date: str = ""
    """As given: “2026年10月”."""
    recipient: str = ""
    """Who got it, where that is not the department itself."""

    @property
    def lacks(self) -> tuple[str, ...]:
        """What an office needs to know of an honour and nobody gave."""
        known = (("授予单位", self.granted_by), ("级别", self.level), ("文号", self.number), ("时间", self.date))
        return tuple(name for name, value in known if not value)


class Case(Frozen):
    """A 典型案例: 背景—做法—成效."""

    background: str = ""
    practice: str = ""
    effect: str = ""
    rest: str = ""
    """What it says beside: 不足之处, 启示."""


class Matter(Frozen):
    """One thing that was or will be done, as a department reported it."""

    id: str
    """ "matter_" and letters a–z, from department and text: the same in every reading of the same matter."""
    text: str
    """事项, without closing punctuation."""
    category: str = ""
    when: str = ""
    """时间 as the office wrote it."""
    year: int | None = None
    """Of 时间; where 时间 names none and the matter is not merely planned, of the table."""
    month: int | None = None
    """First month named in 时间; for order."""
    result: str = ""
    """成效, without closing punctuation; its numbers are facts."""
    owner: str = ""
    leader: str = ""
    status: MatterStatus
    release: Release = Release.PUBLIC
    evidence: str = ""
    department: str = ""
    """As in the 部门 column; "" when the file has none."""
    source: Source
    """The cell of 事项."""
    confirmed_by: str = ""
    picked_by: str = ""
    """Of a shortcoming that a person chose for print: then nothing else is told under 不足."""
    honour: Honour | None = None
    case: Case | None = None

    @property
    def said_when(self) -> str:
        """时间 as a text prints it: “2025-03-15” is 2025年3月15日."""
        return in_words(self.when)


class Matters(Frozen):
    """What was read, in the files' order, and what looked odd."""

    items: tuple[Matter, ...] = ()
    findings: tuple[Finding, ...] = ()
    department_column: bool = False
    """Whether rows carry a 部门; only then does a department select rows."""
    fingerprints: dict[str, str] = Field(default_factory=dict)
    """File name → first 16 hex digits of its SHA-256."""

    def of_department(self, department: str | None) -> "Matters":
        """Only the matters of one department; all where the files name none."""
        if not department or not self.department_column:
            return self
        return self.model_copy(update={"items": tuple(m for m in self.items if m.department in ("", department))})

"""What an engine sees of a matter: its words with slots for their numbers, and when, in the words of the paper.

In: the matters of a `SectionPlan`.  Out: `BriefMatter`s and the values behind their slots.
"""

import re
from collections import Counter
from collections.abc import Collection, Sequence

from chugao.drafting.binding import SlotValue, mask_numbers
from chugao.drafting.sectioning import SectionPlan
from chugao.drafting.weighing import weight_of
from chugao.engines.acts import says_what_to_do
from chugao.manuscript import BriefMatter
from chugao.material import Matter, MatterStatus
from chugao.material.matter import in_words
from chugao.outline import Outline

_ANSWERS = 66
"""Weight of a task that answers a shortcoming of last year: a plan opens with it."""


def matters_offered(
    plan: SectionPlan, outline: Outline, instructions: Sequence[str], own: Collection[str]
) -> tuple[list[BriefMatter], dict[str, SlotValue]]:
    """A section's matters as an engine sees them, and what stands behind their slots."""
    matters: list[BriefMatter] = []
    values: dict[str, SlotValue] = {}
    for matter in plan.matters:
        brief_matter, behind = _matter(matter, outline, instructions, own, told=plan.part.role == "results")
        if matter.id in plan.answers and says_what_to_do(brief_matter):
            brief_matter = brief_matter.model_copy(update={"weight": max(brief_matter.weight, _ANSWERS)})
        matters.append(brief_matter)
        values |= behind
    return matters, values


_DAY = re.compile(r"^\d{1,2}月\d{1,2}日$")
_MONTH = re.compile(r"^\d{1,2}月$|^(?:上|下)半年$|^第?[一二三四]季度$|^年[底初中]$")
_SPAN = re.compile(r"^\d{1,2}月?[-—–~～至]\d{1,2}月$")
_DEADLINE = re.compile(r"前$|底前$|以前$")
_FROM = re.compile(r"起$|开始$")
_SEASONS = re.compile(r"[春夏秋冬]|学期|汛期|节")
_AND_WHAT = re.compile(r"^\d{1,2}月(?:\d{1,2}日|[底初中])?(?:以?前)?[一-鿿]{3,12}$")
"""A time with what is to be reached by then."""


def when_in_text(when: str, year: int) -> tuple[str, str]:
    """(time as a sentence of a document of that year says it, its kind); ("", "") when it adds nothing.

    “2025年3月” → 3月, “2025年1—12月” → 全年, “2024年10月” in a text about 2025 stays whole.
    """
    text = re.sub(r"\s+", "", in_words(when)).replace("年度", "年")
    rest = text.replace(f"{year}年", "")
    if not rest or text == f"{year}":
        return "", ""
    if re.fullmatch(r"0?1月?[-—–~～至]12月|全年", rest):
        return "全年", "every"
    rest = re.sub(r"(?<=\d)(?:[-–~～至]|月[-–—~～])(?=\d)", "—", rest)
    for pattern, kind in ((_DAY, "day"), (_MONTH, "month"), (_SPAN, "span"), (_FROM, "from"), (_DEADLINE, "deadline")):
        if pattern.search(rest):
            return rest, kind
    if rest.startswith("每"):
        return rest, "each"
    if not re.search(r"\d", rest):
        return (rest, "every") if _SEASONS.search(rest) else ("", "")
    return rest, "own" if _AND_WHAT.match(rest) else "deadline"


def year_of(matter: Matter, outline: Outline) -> int:
    """The year that goes without saying for a matter: a plan for the rest of a year is of that year."""
    rest = outline.kind.looks_back and outline.reported.last_month < 12
    return outline.plan_year if matter.status is MatterStatus.PLANNED and not rest else outline.reported.year


def own_names(outline: Outline, matters: Sequence[Matter]) -> frozenset[str]:
    """The department, and the office that most of its matters name: a 院感科 that signs as 感染管理科 is one office."""
    named = Counter(m.owner for m in matters if m.owner)
    most, count = max(named.items(), key=lambda n: n[1], default=("", 0))
    usual = {most} if most and count * 2 >= sum(named.values()) else set()
    return frozenset({outline.department, outline.organisation} | usual)


def _matter(
    matter: Matter, outline: Outline, instructions: Sequence[str], own: Collection[str], *, told: bool = False
) -> tuple[BriefMatter, dict[str, SlotValue]]:
    """The matter as an engine sees it; of what is `told` a time that what came of it says again is left to that."""
    year = year_of(matter, outline)
    text, in_text = mask_numbers(matter.text, matter.id)
    result, in_result = mask_numbers(matter.result, f"{matter.id}")
    # The two fields share one prefix, so the second continues the alphabet of the first.
    if in_text and in_result:
        result, in_result = _renamed(result, in_result, f"{matter.id}.r_")
    when, kind = when_in_text(matter.when, year)
    if told and kind in ("day", "month") and re.search(rf"(?<!\d){when}", matter.text + matter.result):
        when, kind = "", ""
    behind = {
        name: SlotValue(printed=printed, state="matter", id=name, source=str(matter.source))
        for name, printed in {**in_text, **in_result}.items()
    }
    if when:
        behind[f"{matter.id}.when"] = SlotValue(
            printed=when, state="matter", id=f"{matter.id}.when", source=str(matter.source)
        )
    status = {MatterStatus.DONE: "done", MatterStatus.ONGOING: "ongoing", MatterStatus.PLANNED: "planned"}
    brief_matter = BriefMatter(
        id=matter.id,
        text=text,
        result=result,
        when=f"{matter.id}.when" if when else "",
        when_kind=kind,
        actor="" if matter.owner in own else matter.owner,
        category=matter.category,
        status=status[matter.status],
        weight=weight_of(matter, instructions),
        owner=matter.owner,
        month=matter.month or 0,
        timed=any(map(_A_TIME.search, in_result.values())),
    )
    return brief_matter, behind


_A_TIME = re.compile(r"[年月日周季]")


def _renamed(text: str, slots: dict[str, str], prefix: str) -> tuple[str, dict[str, str]]:
    renamed = {}
    for name, printed in slots.items():
        new = prefix + name.rpartition("_")[2]
        text = text.replace(f"{{{name}}}", f"{{{new}}}")
        renamed[new] = printed
    return text, renamed

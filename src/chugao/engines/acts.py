"""How a thing that was done, or will be, is told: where its time stands, what comes first, what an honour says.

In: a `BriefMatter`.  Out: sentences with slots.

Surprise: nothing makes a page look more like a machine's than a month at the head of every paragraph.  So a plain act
may be turned (“急诊综合楼1月启用”), and a form just used steps back.
"""

import re
from collections.abc import Sequence

from chugao.manuscript import SLOT, BriefMatter, ReplySentence

_LONG = 58
_CLAUSE = re.compile(r"[，；]")
# Acts whose object can stand before them: “上线围手术期质控系统” → “围手术期质控系统3月上线”.
_TURNED = re.compile(
    r"^(上线|启用|投用|开诊|落成|竣工|开通|建成|挂牌|获批|通过|完成|开设|接通|成立|组建|启动|修订|出台|印发|推出|设立)([^，；。]{4,22})$"
)
_SECOND_ACT = re.compile(r"(?:并|后|再|同时|以及)|(?:启用|投用|上线|验收|使用|运行)$")
_RANK_WORDS = ("国家", "全国", "省", "市", "区", "县")
_BARE_RANK = re.compile(r"^(?:国家级|省级|省部级|市级|市厅级|区级|县级|区县级|院级)$")
_ISSUED = re.compile(r"^(?:\{[a-z_]+\.[a-z_]+\})+(?:发文|印发|公布|授牌|通报)$")
# What every office does every year, and what stands in a list of its own.
_ROUTINE = re.compile(r"荣誉|表彰|获奖|党建|党的建设|党务|群团|纪检|意识形态")
_HONOUR = re.compile(r"荣誉|表彰|获奖")


def is_honour(matter: BriefMatter) -> bool:
    """Whether a matter is something that somebody awarded."""
    return _HONOUR.search(matter.category) is not None


def rank(matter: BriefMatter) -> int:
    """National before provincial before city, for honours; 0 for everything else."""
    if not is_honour(matter):
        return 0
    text = matter.text + matter.result
    return next((i for i, word in enumerate(_RANK_WORDS, 1) if word in text), 9)


def length(text: str) -> int:
    """Characters as printed, a slot counted as the three or so it will become."""
    return len(SLOT.sub("000", text))


def when_of(matter: BriefMatter) -> str:
    """Its time as a slot; a deadline takes a comma."""
    if not matter.when:
        return ""
    return f"{{{matter.when}}}" + ("，" if matter.when_kind == "deadline" else "")


def comma(when: str) -> str:
    return when if not when or when.endswith("，") else f"{when}，"


def sentence(text: str, made_by: str, matter: str = "") -> ReplySentence:
    recipe = {"made_by": made_by} | ({"matter": matter} if matter else {})
    return ReplySentence(text=text, recipe=recipe)


def turned(matter: BriefMatter) -> str:
    """The act with its object first and its time in the middle; "" where that would not be Chinese."""
    plain = _TURNED.match(matter.text)
    if plain is None or matter.when_kind not in ("day", "month") or _SECOND_ACT.search(plain[2]):
        return ""
    return f"{plain[2]}{{{matter.when}}}{plain[1]}"


class Teller:
    """Tells the matters of one section one after another; remembers how the last ones began."""

    def __init__(self, own_department: str) -> None:
        self._own = own_department
        self._last = ""

    def told(self, matter: BriefMatter, *, said_in_heading: bool = False, opens: bool = False) -> list[ReplySentence]:
        """One done or ongoing matter in one sentence or two.  `opens` says that a paragraph begins with it."""
        result = _result(matter)
        when = when_of(matter)
        if said_in_heading and result:
            self._last = "when"
            # “全年，全年12次”: the result tells its time itself.
            timed = "" if re.match(r"全年|年内|当年|每", result) else comma(when)
            return [sentence(f"{timed}{result}。", "matter", matter.id)]
        act = self._act(matter, when, opens=opens)
        if not result:
            return [sentence(f"{act}。", "matter", matter.id)]
        # A long result with a subject of its own stands better alone.
        if length(act + result) > _LONG and not re.match(r"[由经于共被]", result):
            return [sentence(f"{act}。", "matter", matter.id), sentence(f"{result}。", "matter", matter.id)]
        return [sentence(f"{act}，{result}。", "matter", matter.id)]

    def _act(self, matter: BriefMatter, when: str, *, opens: bool) -> str:
        forms = {"when": f"{when}{matter.text}"}
        if other := turned(matter):
            forms["turned"] = other
        if (
            matter.actor
            and matter.actor != self._own
            and matter.when_kind in ("month", "span")
            and len(matter.actor) <= 8
        ):
            forms["actor"] = f"{matter.actor}{when}{matter.text}"
        # Where a paragraph begins, anything is better than a month again.
        order = ("turned", "actor", "when") if opens or self._last == "when" else ("when", "actor", "turned")
        form = next(f for f in order if f in forms and (f != self._last or len(forms) == 1))
        self._last = form
        return forms[form]


def task(matter: BriefMatter, *, dated: bool = True, said_in_heading: bool = False) -> list[ReplySentence]:
    """One planned matter: the act, then by when, by whom and how it will be checked."""
    when = comma(when_of(matter)) if dated else ""
    if not matter.result:
        return [sentence(f"{when}{matter.text}。", "matter", matter.id)]
    if said_in_heading:
        return [sentence(f"{when}{matter.result}。", "matter", matter.id)]
    lead = sentence(f"{matter.text}。", "matter", matter.id)
    return [lead, sentence(f"{when}{matter.result}。", "matter", matter.id)]


def _result(matter: BriefMatter) -> str:
    """What came of it; of an honour not the cells of its row (“省级，…发文”), which the prose has said already."""
    if not is_honour(matter):
        return matter.result
    clauses = [c.strip() for c in _CLAUSE.split(matter.result)]
    return "，".join(c for c in clauses if c and not _BARE_RANK.match(c) and not _ISSUED.match(c))


def weightiest(matters: Sequence[BriefMatter], least: int, most: int) -> list[BriefMatter]:
    """The few matters of the year that a lead may name, heaviest first."""
    heavy = [m for m in matters if m.weight >= least and "，" not in m.text and not _ROUTINE.search(m.category)]
    return sorted(heavy, key=lambda m: (-m.weight, m.month or 13, m.id))[:most]

"""Which heading from above each matter and each figure goes under.

In: the headings of one role, matters, figures, wishes.  Out: for each heading what is told under it.

Surprise: a heading is a few words of an office far away (“医疗服务能力提升情况”); what fits by no word fits by its field of
work, and what fits by neither is not told and listed in the 提纲对照表.
"""

import re
from collections.abc import Sequence

from chugao.drafting.heeding import read_order, speaks_of
from chugao.material import Matter
from chugao.metrics.facts import Facts
from chugao.outline import Part, topic_of_matter, topic_of_metric


def shares_of(
    parts: Sequence[Part],
    matters: dict[str, list[Matter]],
    has: dict[str, list[str]],
    facts: Facts,
    wishes: Sequence[str] = (),
) -> dict[str, tuple[list[Matter], list[str]]]:
    """Where an outline from above asks several headings of one role: each matter and figure under the one it fits.

    What fits none goes under a general one (主要工作, 亮点), and where all are particular it is not told; a heading
    nothing fits stays empty and becomes 待补.
    """
    shares: dict[str, tuple[list[Matter], list[str]]] = {}
    for role, field in (("results", "now"), ("plan", "goal"), ("problems", "")):
        asked = [p for p in parts if p.asked and p.role == role and not p.opens]
        if len(asked) < 2:
            continue
        for part in asked:
            shares[part.id] = ([], [])
        for matter in matters[role]:
            topic = topic_of_matter(matter.category, matter.text).name
            words = f"{matter.category}{topic}{matter.text}{matter.result}"
            if (
                home := _best_heading(asked, words)
                or _heading_of_field(asked, matter)
                or _wanted(asked, matter, wishes)
            ):
                shares[home.id][0].append(matter)
        _gather(shares, asked, wishes)
        for metric in has.get(field, ()):
            definition = facts.definitions[metric]
            words = f"{definition.area}{topic_of_metric(definition).name}{definition.name}"
            if home := _best_heading(asked, words, figures=True):
                shares[home.id][1].append(metric)
    return shares


def _gather(shares: dict[str, tuple[list[Matter], list[str]]], asked: Sequence[Part], wishes: Sequence[str]) -> None:
    """What a leader wants to stand alone stands under one heading: the one most of it fits."""
    for order in map(read_order, wishes):
        if order.wish != "apart":
            continue
        own = {p.id: [m for m in shares[p.id][0] if speaks_of(m, order.about)] for p in asked}
        home = max(own, key=lambda i: len(own[i]))
        for other, strays in own.items():
            for matter in strays if other != home else ():
                shares[other][0].remove(matter)
                shares[home][0].append(matter)


_ANY_WORK = re.compile(
    r"20\d\d年|工作|管理|建设|情况|方面|主要|推进|加强|持续|全面|今年|全年|年度|重点|任务|完成|开展|成效|成绩|做法|特色|亮点|总体|基本|概况|以来"
    r"|[和与及、的]|存在|问题|不足|困难|原因|分析|下一?步|明年|计划|打算|安排|思路|举措|措施|总结|回顾|目标"
)
_OF_FIGURES = re.compile(r"指标|数据|基本情况|概况|业务量|运行")


def _best_heading(parts: Sequence[Part], words: str, *, figures: bool = False) -> Part | None:
    """The heading that shares most character pairs with some words; else a general one, None where there is none."""

    def shared(part: Part) -> int:
        heading = _ANY_WORK.sub(" ", f"{part.heading} {part.note}")
        return sum(1 for i in range(len(heading) - 1) if heading[i : i + 2] in words)

    best = max(parts, key=shared)
    if shared(best):
        return best
    general = [p for p in parts if not _ANY_WORK.sub("", p.heading)]
    of_figures = [p for p in parts if _OF_FIGURES.search(p.heading)]
    if figures and of_figures:
        return of_figures[0]
    told = [p for p in general if p not in of_figures]
    return next((p for p in told if re.search(r"做法|成效|亮点|重点|主要", p.heading)), told[0] if told else None)


_OF_CARE = re.compile(r"医疗(?:技术|服务|质量|业务)|服务能力|诊疗|临床|业务(?:工作|发展|能力|开展)")
_CLINICAL = re.compile(r"术|诊|病房|病区|病人|患者|患儿|救治|抢救|康复|治疗|检查|护理|胸痛|卒中|创伤")


def _heading_of_field(parts: Sequence[Part], matter: Matter) -> Part | None:
    """The heading that names a matter's field of work in other words; for what was done for patients, the one of care."""
    topic = topic_of_matter(matter.category, matter.text)
    if topic.id == "honours":
        topic = topic_of_matter("", matter.text)  # 最美药师 belongs to what pharmacists do
    for part in parts:
        named = _ANY_WORK.sub(" ", part.heading)
        if any(word in named for word in topic.categories if len(word) > 1):
            return part
    of_care = topic.family in ("care", "service") or (
        topic.id == "other" and _CLINICAL.search(matter.text + matter.result)
    )
    return next((p for p in parts if _OF_CARE.search(p.heading)), None) if of_care else None


def _wanted(parts: Sequence[Part], matter: Matter, wishes: Sequence[str]) -> Part | None:
    """What a leader wants in the text stands under the first heading rather than nowhere."""
    asked = [o for o in map(read_order, wishes) if o.wish in ("feature", "first", "apart", "include")]
    return parts[0] if any(speaks_of(matter, o.about) for o in asked) else None

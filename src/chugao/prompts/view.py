"""A brief as plain data for templates: dicts, lists, texts, whole numbers, and no digit of a fact anywhere.

In: a `Brief`.  Out: what templates may use, and apart from it what has to stand in a fence.

A meaning such as “2025年门急诊人次（本期值）” is told without its year, so that the only digits around are none.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from chugao.manuscript import Brief, BriefMatter, BriefPassage, Slot
from chugao.prompts.cleaning import NO_SUCH_SLOT, Cleaner
from chugao.prompts.offered import ORIGINAL, names, offered, passage_names, wants_heading

T = TypeVar("T")
WORDS = {
    "task": "任务：part headings lead rewrite",
    "section": "提纲中的编号",
    "role": "这一部分的作用：lead results problems plan items goals next",
    "kind": "文种：工作总结、工作计划……",
    "looks_back": "文种是否回顾",
    "style": "data 或 policy",
    "level": "级别：科室、医院……",
    "department": "科室",
    "organisation": "单位",
    "heading": "已定的标题，没有则为空",
    "wants_heading": "是否要拟标题",
    "topic": "这一部分的内容",
    "slots": "指标槽位，逐个：name meaning metric metric_name field required good verb",
    "metrics": "同样的槽位按指标归并：name full trend required unwelcome zero headline missing slots",
    "terms": "年份等通用槽位：slot meaning",
    "matters": "事项（已加围栏）",
    "passages": "参考文句（已加围栏）",
    "instructions": "领导意见（已加围栏）",
    "original": "要改写的原文（已加围栏）",
    "max_chars": "字数上限",
    "cutoff": "数据截止日",
    "theme": "主线的槽位，没有则为空",
    "guidance": "指导思想的槽位，没有则为空",
}
"""What `needs` may list, and what it is."""

FENCED = ("matters", "passages", "instructions", "original")
"""What others wrote: laid out by the block of that name and always in the fence."""

_PERIOD = re.compile(r"^20\d\d年(?:度)?(?:[上下]半年|第?[一二三四]季度|\d{1,2}(?:[—–-]\d{1,2})?月)?(?:\d{1,2}日)?(?=.)")
_BRACKET = re.compile(r"（([^（）]*)）$")
_TERMS = {
    "brief.year": "总结年度的年份，后面接“年”",
    "brief.plan_year": "计划年度的年份，后面接“年”",
    "brief.span": "所总结的时段，接在年份之后",
    "brief.counted": "本年各项数统计的月份，说数之前写一次，代替“全年”",
    "brief.until": "本年各项数统计到的日子",
    "brief.pending": "待补提示，单独成句",
    "brief.guidance": "指导思想，一字不改，用在开头",
    "brief.theme": "本年主线，一字不改",
    "brief.organisation": "本单位名称",
    "brief.department": "本科室名称",
}
_SAID = {
    "prev": "上年",
    "change": "比上年",
    "growth": "比上年",
    "target": "年度目标",
    "rank": "居",
    "range": "在",
    "share": "占",
}
"""What stands before a slot in a sentence; now, multiple and streak follow the name at once."""
_TOWARDS = {1: "达到", 0: "保持在", -1: "降到"}
_SELDOM = ("gap", "attainment")
"""Left to the table: a model that sees them puts them into every sentence."""
_CAVEAT = re.compile(r"），([^（）]+)$")
_STATUS = {"done": "已完成", "ongoing": "推进中", "planned": "拟开展", "": ""}
_WEIGHTY, _ASKED = 70, 99
_OPENING = 6


def view(
    brief: Brief, needs: Iterable[str] = tuple(WORDS)
) -> tuple[dict[str, Any], dict[str, list[dict[str, Any]]], str]:
    """(what a template may show as it is, what only shows in a fence, the name of the fence): of all that, its `needs`."""
    clean = Cleaner(brief, frozenset(offered(brief)))
    told = names(brief)

    def named(field: str) -> str:
        return f"{{brief.{field}}}" if f"brief.{field}" in told else clean(str(getattr(brief, field)), 60)

    # Worked out only where a template asks: slots by themselves and by metric are the larger part of the work.
    shown: dict[str, Callable[[], Any]] = {
        "task": lambda: brief.task,
        "section": lambda: clean(brief.section, 80),
        "role": lambda: clean(brief.role, 40),
        "kind": lambda: brief.kind.label,
        "looks_back": lambda: brief.kind.looks_back,
        "style": lambda: brief.style,
        "level": lambda: clean(brief.level, 20),
        "department": lambda: named("department"),
        "organisation": lambda: named("organisation"),
        "heading": lambda: clean(brief.heading, 120),
        "wants_heading": lambda: wants_heading(brief),
        "topic": lambda: clean(brief.topic, 120),
        "slots": lambda: [_slot(s, clean) for s in brief.slots if s.metric],
        "metrics": lambda: _metrics(brief, clean),
        "terms": lambda: _terms(brief, told),
        "max_chars": lambda: brief.max_chars,
        "cutoff": lambda: clean(brief.cutoff, 40),
        "theme": lambda: "{brief.theme}" if brief.theme else "",
        "guidance": lambda: "{brief.guidance}" if brief.guidance else "",
    }
    fenced: dict[str, Callable[[], list[dict[str, Any]]]] = {
        "matters": lambda: [_matter(m, brief, clean) for m in _weightiest(brief)],
        "passages": lambda: _passages(brief, clean),
        "instructions": lambda: [{"text": clean(i, 600)} for i in brief.instructions],
        "original": lambda: [
            {"text": clean(t)}
            for t in (*brief.original, *(p.text for p in brief.passages if p.id.startswith(ORIGINAL)))
        ],
    }
    return _of(shown, needs), _of(fenced, needs), clean.fence


def _of(made: Mapping[str, Callable[[], T]], needs: Iterable[str]) -> dict[str, T]:
    return {name: made[name]() for name in needs if name in made}


def _terms(brief: Brief, told: Mapping[str, str]) -> list[dict[str, str]]:
    slots = {s.name for s in brief.slots}
    return [{"slot": f"{{{n}}}", "meaning": m} for n, m in _TERMS.items() if n in told or n in slots]


def _slot(slot: Slot, clean: Cleaner) -> dict[str, Any]:
    return {
        "name": slot.name,
        "meaning": clean(_PERIOD.sub("", slot.meaning), 80),
        "metric": slot.metric,
        "metric_name": _metric_name(slot, clean),
        "field": slot.field,
        "required": slot.required,
        "good": slot.good,
        "verb": clean(slot.verb, 10),
    }


def _metric_name(slot: Slot, clean: Cleaner) -> str:
    name = re.search(r"\d", slot.metric_name) and f"{{{slot.metric}.name}}"
    return name or clean(slot.metric_name, 40)


def _metrics(brief: Brief, clean: Cleaner) -> list[dict[str, Any]]:
    """Slots by metric, with what happened to each in words."""
    by_metric: dict[str, list[Slot]] = {}
    for slot in brief.slots:
        if slot.metric:
            by_metric.setdefault(slot.metric, []).append(slot)
    shown = []
    for slots in by_metric.values():
        name = _metric_name(slots[0], clean)
        shown.append(
            {
                "name": name,
                "full": clean(_BRACKET.sub("", _PERIOD.sub("", slots[0].meaning)), 40),
                "trend": _trend(slots),
                "required": brief.role == "results" and any(s.required for s in slots),
                "unwelcome": any(s.good is False for s in slots),
                "zero": any(s.zero for s in slots),
                "headline": any(s.headline for s in slots),
                "missing": any(s.field == "missing" for s in slots),
                "slots": [
                    {
                        "slot": f"{{{s.name}}}",
                        "meaning": _meaning(s, clean),
                        "said": _said(s, "" if i else name, clean),
                        "note": _note(s, clean),
                    }
                    for i, s in enumerate(_telling(slots, brief))
                ],
            }
        )
    return shown


def _telling(slots: list[Slot], brief: Brief) -> list[Slot]:
    """Those that a sentence of this section may want; an opening gives totals, a plan its goal and where it starts from."""
    wanted = ("now",) if brief.task == "lead" else ("goal", "now") if any(s.field == "goal" for s in slots) else ()
    kept = [s for s in slots if s.field in wanted] if wanted else [s for s in slots if s.field not in _SELDOM]
    return sorted(kept or slots, key=lambda s: s.field != "goal")


def _said(slot: Slot, name: str, clean: Cleaner) -> str:
    """A slot as it stands in a sentence: 手术{surgeries.now}, 比上年{surgeries.change}, 降到{…}."""
    if slot.field == "goal":
        before = "缩短到" if slot.sign < 0 and slot.kind == "duration" else _TOWARDS[slot.sign]
    elif slot.field == "now" and not name:
        before = "{brief.year}年为" if "brief.year" in clean.offered else "现为"
    else:
        before = _SAID.get(slot.field, "")
    return f"{name}{before}{{{slot.name}}}"


def _note(slot: Slot, clean: Cleaner) -> str:
    """What has to be known of a value beside what it is: 单位是千分点."""
    caveat = _CAVEAT.search(slot.meaning)
    return clean(caveat[1], 40) if caveat else ""


def _meaning(slot: Slot, clean: Cleaner) -> str:
    bracket = _BRACKET.search(slot.meaning)
    text = clean(bracket[1] if bracket else slot.meaning, 40)
    if slot.verb:
        text = f"{text.removesuffix('，自带动词')}，自带动词“{clean(slot.verb, 10)}”"
    if slot.field == "goal" and slot.sign:
        text += "，高于现值" if slot.sign > 0 else "，低于现值"
    return text


def _trend(slots: list[Slot]) -> str:
    """“上升，向好”: what binding will hold the verbs against."""
    now = next((s for s in slots if s.field == "now"), None)
    change = next((s for s in slots if s.field == "change"), None)
    sign = now.sign if now else change.sign if change else 0
    words = ["上升"] if sign > 0 else ["下降"] if sign < 0 else ["持平"] if change else []
    if change is not None and change.good is not None:
        words.append("向好" if change.good else "变差")
    return "，".join(words)


def _weightiest(brief: Brief) -> list[BriefMatter]:
    """The weightiest first; an opening tells of no more than the few that stand out."""
    matters = sorted(brief.matters, key=lambda m: -m.weight)
    return matters[:_OPENING] if brief.task == "lead" else matters


def _matter(matter: BriefMatter, brief: Brief, clean: Cleaner) -> dict[str, Any]:
    return {
        "text": clean(matter.text),
        "result": clean(matter.result),
        "when": f"{{{matter.when}}}" if matter.when else "",
        "deadline": matter.when_kind == "deadline",
        "actor": clean(matter.actor, 60),
        "category": clean(matter.category, 40),
        "status": _STATUS[matter.status],
        "problem": brief.role == "problems",
        "weighty": matter.weight >= _WEIGHTY,
        "asked": matter.weight >= _ASKED,
    }


def _passages(brief: Brief, clean: Cleaner) -> list[dict[str, Any]]:
    by_id = {passage: name for name, passage in passage_names(brief).items()}
    shown = [_passage(p, by_id[p.id], clean) for p in brief.passages if p.id in by_id]
    # An own sentence about a metric that is not told here lends nothing.
    return [p for p in shown if not (p["own"] and NO_SUCH_SLOT in p["text"])]


def _passage(passage: BriefPassage, name: str, clean: Cleaner) -> dict[str, Any]:
    return {"name": name, "text": clean(passage.text, 600), "own": passage.own, "heading": clean(passage.heading, 60)}

"""The office's own past sentences as wording for this year's figures: 套改 done right.

In: an index of past reports, this year's facts.  Out: sentences whose every number became a slot of the same metric,
and the sentence that led on from last year's first paragraph.

A sentence is taken only when nothing of its year stays behind: no date, no name, no number that is not one of the
metric's own, and no verb that contradicts what happened this year.

Surprise: most past sentences say the figure first and that year's reason behind a comma.  The reason goes, the way of
saying the figure stays.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal

from chugao.corpus.frames import Frame, frames_of, lend
from chugao.drafting.offering import spoken_names
from chugao.manuscript import SLOT, BriefPassage
from chugao.metrics.facts import Facts
from chugao.outline import Outline
from chugao.source import Frozen, Scope

if TYPE_CHECKING:
    from chugao.corpus import Passage
    from chugao.index import Index

_READ = 3
"""Passages looked at for one metric."""
# What may stay of a sentence beside its metric and its numbers: words that say nothing of the year they were written in.
_NEUTRAL_WORDS = (
    "全年 全院 年末 年底 到年底 一年下来 年内 共 共计 累计 合计 总共 完成 实现 登记 开展 组织 接收 收治 达 达到 为 是 由 从 到 至 升 升至 "
    "升到 降 降至 降到 增 增至 减 减至 提高 提升 上升 下降 降低 缩短 压缩 增长 增加 减少 延长 比 较 与 同比 上年 去年 同期 相比 的 了 "
    "，、（） 保持 稳定 在 控制 以内 目标 力争 做到 仍 已 也 ， 、 （ ）"
)


def _any_of(words: str) -> str:
    """Any row of these words, longest first and never given back: linear whatever the text."""
    return "(?:" + "|".join(re.escape(w) for w in sorted(words.split(), key=len, reverse=True)) + ")*+"


_NEUTRAL = re.compile(_any_of(_NEUTRAL_WORDS))
_COMPARED = re.compile(r"上年|去年|同期|同比")
_ONLY_A_PAIR = re.compile(r"\{[^}]*\}")
_CLOSE = re.compile(r"^现[^，。]{0,30}(?:如下|汇报如下|报告如下|总结如下)$")
_CLOSE_WORDS = re.compile(
    _any_of(
        "现 将 把 主要 全年 年度 本年度 一年 一年来 有关 情况 工作 总结 计划 打算 安排 报告 汇报 如下 具体 和 及 与 的 年 "
        "{brief.year} {brief.plan_year}"
    )
)


class Wording(Frozen):
    """One own sentence, and what it may be used for."""

    metric: str
    """"" of a sentence that leads on."""
    use: Literal["results", "goals", "close"]
    passage: BriefPassage


def own_wording(index: "Index", outline: Outline, facts: Facts) -> tuple[Wording, ...]:
    """Sentences with slots from the office's own past reports, best hits first."""
    scope = Scope(owners=("*",), department=outline.department if outline.level == "科室" else None)
    passages: dict[str, Passage] = {}
    for metric in facts.metrics():
        for hit in index.search(facts.definitions[metric].name, scope, k=_READ):
            passages.setdefault(hit.passage.id, hit.passage)
    own = [p for p in passages.values() if is_own(p, outline)]
    found: dict[tuple[str, str], Wording] = {}
    for frame in frames_of((p.model_copy(update={"own": True}) for p in own), facts.figures.catalogue()):
        use: Literal["results", "goals"] = "goals" if frame.role == "计划" else "results"
        for text in _usable(frame, use, facts):
            told = BriefPassage(id=frame.passage, text=text, own=True, heading=_title(own, frame.passage))
            found.setdefault((frame.metric, text), Wording(metric=frame.metric, use=use, passage=told))
    own_ones = tuple(found.values())
    return (*own_ones, *_lent(own_ones, facts), *_closing(index, outline, scope))


_LENT = 2  # metrics that one sentence serves beside its own


def _lent(own: Sequence[Wording], facts: Facts) -> Iterable[Wording]:
    """Own sentences said of metrics that have none, of one kind and moved alike; what a reader looks for first."""
    has = {w.metric for w in own if w.use == "results"}
    without = [m for m in facts.metrics() if m not in has and facts.get(m, "now") is not None]
    without.sort(key=lambda m: not (facts.definitions[m].headline or facts.definitions[m].required_by))
    spoken = spoken_names(facts)
    served: Counter[str] = Counter()
    for metric in without:
        for wording in own:
            text = wording.passage.text
            if wording.use != "results" or served[text] == _LENT or not _alike(wording.metric, metric, facts):
                continue
            names = (facts.definitions[wording.metric].name, spoken[wording.metric])
            told = next((t for n in names if (t := lend(text, n, spoken[metric]))), "")
            told = told.replace(f"{{{wording.metric}.", f"{{{metric}.")
            if told and all(facts.get(metric, f) is not None for _, f in SLOT.findall(told)):
                served[text] += 1
                yield Wording(metric=metric, use="results", passage=wording.passage.model_copy(update={"text": told}))
                break


def _alike(metric: str, other: str, facts: Facts) -> bool:
    """Whether two metrics are of one kind, better the same way, and went the same way this year."""
    one, two = facts.definitions[metric], facts.definitions[other]
    changes = [facts.get(m, "change") for m in (metric, other)]
    signs = {c.sign if c is not None else None for c in changes}
    return one.kind == two.kind and one.better == two.better and len(signs) == 1


def is_own(passage: "Passage", outline: Outline) -> bool:
    """Whether the document's own office wrote it: a house's reports lend nothing to its departments', nor theirs to it."""
    ours = passage.own or bool(outline.organisation and passage.issuer == outline.organisation)
    if outline.level == "科室" and not passage.issuer:
        ours = ours or passage.department == outline.department  # a department signs with its own name alone
    return ours and outline.level in ("科室", passage.level)


def _title(passages: Sequence["Passage"], passage_id: str) -> str:
    return next((p.title for p in passages if p.id == passage_id), "")


def _usable(frame: Frame, use: str, facts: Facts) -> Iterable[str]:
    """The frame as a sentence of this year's, where its words are of no year and fit what happened."""
    text = frame.text
    if use == "goals":
        # What was last year's target has a successor, and what was the year before is this year's value.
        text = re.sub(r"\.now\}", ".target}", text)
        text = text.replace(".prev}", ".now}").replace(".target}", ".goal}")
    text = _with_comparator(_without_reason(text, frame.metric, facts))
    fields = [field for _, field in SLOT.findall(text)]
    needed = "goal" if use == "goals" else "now"
    if needed not in fields or any(facts.get(frame.metric, f) is None for f in fields):
        return
    if use == "goals" and (set(fields) & {"change", "growth"} or "上年" in text):
        return
    if _turns(frame, use, facts):
        return
    yield text


_CHANGE = re.compile(r"(?=\{[a-z_]+\.(?:change|growth)\})")


def _with_comparator(text: str) -> str:
    """A change whose comparator stood in the sentence before would hang in the air: “出院…，比上年增长……”."""
    return text if _COMPARED.search(text) else _CHANGE.sub("比上年", text, count=1)


def _without_reason(text: str, metric: str, facts: Facts) -> str:
    """The clauses that say the figure and nothing of their year: behind an introduction, before the reason."""
    definition = facts.definitions.get(metric)
    if definition is None:
        return ""
    names = sorted({definition.name, *definition.aliases}, key=len, reverse=True)
    kept: list[str] = []
    for clause in text.split("，"):
        rest = _ONLY_A_PAIR.sub("", clause)
        for name in names:
            rest = rest.replace(name, "")
        if not _NEUTRAL.fullmatch(_without_name(rest, names)):
            if kept or any(_named(clause, n) for n in names):
                break
            continue  # “收治病种的难度在上升，”
        if not kept and not any(_named(clause, n) for n in names):
            break
        kept.append(clause)
    told = "，".join(kept)
    return told if any(_named(told, n) for n in names) else ""


def _without_name(rest: str, names: Sequence[str]) -> str:
    """What is left when the name stands there shortened: 手术 of 手术台次, 门急诊 of 门急诊人次."""
    for length in range(len(rest), 1, -1):
        for start in range(len(rest) - length + 1):
            piece = rest[start : start + length]
            if not _NEUTRAL.fullmatch(piece) and any(n.startswith(piece) for n in names):
                return rest[:start] + rest[start + length :]
    return rest


def _named(text: str, name: str) -> bool:
    """Whether a sentence says which metric it is about: the name, or what it begins with."""
    return name in text or name[:2] in _ONLY_A_PAIR.sub("", text)


def _turns(frame: Frame, use: str, facts: Facts) -> bool:
    """Whether the verbs that stay in the sentence (“缩短到”) say the opposite of what happened, or will."""
    if not frame.direction:
        return False
    if use == "goals":
        now, goal = facts.get(frame.metric, "now"), facts.get(frame.metric, "goal")
        return now is None or goal is None or (goal.value > now.value) - (goal.value < now.value) != frame.direction
    change = facts.get(frame.metric, "change")
    return change is None or change.sign != frame.direction


def _closing(index: "Index", outline: Outline, scope: Scope) -> Iterable[Wording]:
    """How the office itself led on from its first paragraph, in the latest report of this kind."""
    own = [
        p
        for p in index.passages
        if p.kind == outline.kind
        and (not scope.department or p.department == scope.department)
        and is_own(p, outline)
        and ("*" in scope.owners or p.owner in scope.owners)
    ]
    for passage in sorted(own, key=lambda p: (-(p.year or 0), p.start, p.id)):
        for sentence in re.split(r"(?<=。)", passage.text[:600]):
            text = _years_as_slots(sentence.strip().rstrip("。：:"), passage)
            if _CLOSE.fullmatch(text) and _CLOSE_WORDS.fullmatch(text):
                told = BriefPassage(id=passage.id, text=text, own=True, heading="close")
                yield Wording(metric="", use="close", passage=told)
                return


def _years_as_slots(text: str, passage: "Passage") -> str:
    """The report's own years as this document's; any other year stays and makes the sentence unusable."""
    if passage.plan_year:
        text = text.replace(f"{passage.plan_year}年", "{brief.plan_year}年")
    return text.replace(f"{passage.year}年", "{brief.year}年") if passage.year else text

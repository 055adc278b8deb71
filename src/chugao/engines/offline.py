"""The offline composer: text from typed facts, matters and frames, with no model.

In: a `Brief`.  Out: a `Reply` in which every sentence rests on a slot, a matter or an aim.

Weight follows importance: matters lead, a figure stands beside the matter it belongs to, and what carries no argument
is left to the table.  Same brief, same bytes.
"""

import re
from collections.abc import Callable, Iterable
from typing import cast

from chugao.engines.phrasing import Metric, Phraser, document_frames, metrics_of, whole
from chugao.manuscript import SLOT, Brief, BriefMatter, Reply, ReplyBlock, ReplySentence
from chugao.outline import affinity

_MILESTONE = 90
_ATTACHED = 0.34
_HEADING_LENGTH = 26
_HAN = "一二三四五六七八九十"
_FEW, _MANY = 3, 9
_PARAGRAPH = 150
_LONG_SENTENCE = 58
_AIMS = ("年内力争", "到年底，", "全年力争")


class OfflineEngine:
    """Composes; holds nothing."""

    name = "offline"

    async def write(self, brief: Brief, on_text: Callable[[str], None] | None = None) -> Reply:
        """Compose one brief."""
        reply = _Composer(brief).reply()
        if on_text is not None:
            for block in reply.blocks:
                on_text("".join(s.text for s in block.sentences))
        return reply


class _Composer:
    """Writes one brief."""

    def __init__(self, brief: Brief) -> None:
        self.brief = brief
        self.phraser = Phraser(brief)
        self.metrics = metrics_of(brief.slots)
        self.matters = _in_order(brief.matters)
        self._aimed = int(self.phraser.pick(("0", "1", "2"), "aim"))

    def reply(self) -> Reply:
        roles: dict[str, Callable[[], Reply]] = {
            "lead": self._lead,
            "results": self._results,
            "problems": self._problems,
            "plan": self._plan,
            "items": self._items,
            "next": self._next,
            "goals": self._goals,
        }
        if self.brief.slot("brief.pending"):
            return _reply([[_sentence("{brief.pending}", "owed")]])
        return roles[self.brief.role]()

    # --- lead ---

    def _lead(self) -> Reply:
        brief = self.brief
        values = {
            "department": brief.organisation if brief.level != "科室" and brief.organisation else brief.department,
            "topics": brief.topic,
            "year": "{brief.year}",
            "plan_year": "{brief.plan_year}",
            "plan_when": "{brief.plan_span}" if brief.slot("brief.plan_span") else "{brief.plan_year}年",
            "span": "{brief.span}" if brief.slot("brief.span") else "",
            "milestone": self._milestone(),
        }
        frame, frame_id = self._document_frame("lead", values)
        opening = [_sentence(frame, f"bank:{frame_id}")] if frame else []
        if brief.guidance or brief.theme:
            opening.insert(0, _sentence("".join(_clause(x) for x in (brief.guidance, brief.theme) if x), "office"))
        headline = self._headline() if brief.kind.looks_back else []
        close, close_id = self._document_frame("close", values)
        return _reply([[*opening, *headline, _sentence(close, f"bank:{close_id}")]])

    def _milestone(self) -> str:
        best = next((m for m in self.matters if m.weight >= _MILESTONE), None)
        return f"{self._when(best)}{best.text}" if best else ""

    def _headline(self) -> list[ReplySentence]:
        """The year's volumes in one sentence, without comparison: that stands in the body."""
        counts = [m for m in self.metrics if m.kind == "count" and _is_headline(m) and "now" in m.slots]
        counts = [m for m in counts if not any(m.name != o.name and m.name in o.name for o in counts)]
        counts = sorted(counts, key=lambda m: m.direction != "welcome")[:3]
        if len(counts) > 1:
            volumes = "，".join(f"{m.name}{{{m.id}.now}}" for m in counts)
            return [_sentence(f"{whole(self.brief)}{volumes}。", "bank:headline")]
        best = sorted((m for m in self.metrics if m.direction == "welcome"), key=lambda m: -m.importance)[:2]
        return [_from_clause(c) for m in best if (c := self.phraser.clause(m, "results", plain=True))]

    def _document_frame(self, group: str, values: dict[str, str]) -> tuple[str, str]:
        usable = []
        for row in document_frames()[group]:
            text, kinds = cast(str, row["text"]), cast(list[str], row["kinds"])
            needed = re.findall(r"\{(topics|milestone)\}", text)
            if self.brief.kind.value in kinds and all(values[n] for n in needed):
                usable.append((cast(int, row.get("weight", 1)), text, cast(str, row["id"])))
        best = max(weight for weight, _, _ in usable)
        _, text, frame_id = self.phraser.pick([u for u in usable if u[0] == best], group)
        return re.sub(r"\{(\w+)\}", lambda m: values[m[1]], text), frame_id

    # --- results ---

    def _results(self) -> Reply:
        attached, free = self._attach(self.metrics, self.matters)
        heading, spoken = self._heading(self.matters, free)
        paragraphs: list[list[ReplySentence]] = []
        volume = self._volume(free)
        if volume:
            paragraphs.append(volume)
        current: list[ReplySentence] = []
        category = ""
        for matter in self.matters:
            if current and matter.category != category:
                paragraphs.append(current)
                current = []
            category = matter.category
            sentences = self._matter(matter, said_in_heading=matter.id == spoken)
            sentences += self._evidence(attached.get(matter.id, []))
            if matter.weight >= _MILESTONE:
                paragraphs.append(sentences)
                continue
            current += sentences
            if sum(_length(s.text) for s in current) > _PARAGRAPH:
                paragraphs.append(current)
                current = []
        if current:
            paragraphs.append(current)
        rest = self._evidence(self._worth_saying(free), limit=_FEW)
        if rest:
            if paragraphs and len(rest) < 2:
                paragraphs[-1] = [*paragraphs[-1], *rest]
            else:
                paragraphs.append(rest)
        return _reply([*paragraphs, *self._owed()], heading)

    def _volume(self, free: list[Metric]) -> list[ReplySentence]:
        """The volumes of a service section in one opening sentence; removes them from `free`."""
        counts = [
            m
            for m in free
            if m.kind == "count" and m.direction == "welcome" and any(s.headline for s in m.slots.values())
        ]
        if len(counts) < 2:
            return []
        first, second = counts[:2]
        free.remove(first)
        free.remove(second)
        clauses = [c for m in (first, second) if (c := self.phraser.clause(m, "results", plain=True))]
        text = "；".join(text for text, _, _ in clauses)
        opening = "" if text.startswith("全年") else whole(self.brief)
        passages = tuple(passage for _, _, passage in clauses if passage)
        made_by = "own" if passages else "bank:volume"
        return [ReplySentence(text=f"{opening}{text}。", passages=passages, recipe={"made_by": made_by})]

    def _worth_saying(self, metrics: Iterable[Metric]) -> list[Metric]:
        """Figures that carry an argument by themselves; the others stand in the table.

        Where nobody sent matters the figures are all there is, and more of them are told.
        """
        told = [m for m in metrics if "now" in m.slots or m.trend]
        worthy = [m for m in told if m.required or m.direction in ("welcome", "zero") or not self.matters]
        return sorted(worthy, key=lambda m: -m.importance)[: _FEW if self.matters else _MANY]

    def _evidence(self, metrics: Iterable[Metric], limit: int = 2) -> list[ReplySentence]:
        """Clauses about metrics as sentences; those that state one bare value share a sentence, three at most."""
        worthy = [m for m in metrics if m.required or m.direction != "unwelcome" or not self.matters]
        ranked = sorted(worthy, key=lambda m: -m.importance)[: limit if self.matters else _MANY]
        clauses = [c for m in ranked if (c := self.phraser.clause(m, "results"))]
        sentences = [_from_clause(c) for c in clauses if not _is_bare(c)]
        bare = [c for c in clauses if _is_bare(c)]
        for start in range(0, len(bare), 3):
            group = bare[start : start + 3]
            sentences.append(_sentence("，".join(text for text, _, _ in group) + "。", "bank:alone"))
        return sentences

    def _owed(self) -> list[list[ReplySentence]]:
        """【待补】 for what the document cannot do without and nobody sent."""
        missing = [s for s in self.brief.slots if s.field == "missing"]
        return [[_sentence("".join(f"{{{s.name}}}。" for s in missing), "owed")]] if missing else []

    # --- problems ---

    def _problems(self) -> Reply:
        attached, free = self._attach(self.metrics, self.matters)
        blocks = []
        several = len(self.matters) > 1
        for number, matter in enumerate(self.matters):
            lead = f"{_HAN[number]}是" if several and number < len(_HAN) else ""
            sentence = _sentence(f"{lead}{matter.text}{_joined(matter.result)}。", "matter", matter.id)
            evidence = []
            for metric in attached.get(matter.id, []):
                if clause := self.phraser.clause(metric, "problems"):
                    evidence.append(_from_clause(clause))
            blocks.append(ReplyBlock(type="item" if lead else "paragraph", sentences=(sentence, *evidence[:1])))
        if not blocks:
            sentences = [_from_clause(c) for m in free if (c := self.phraser.clause(m, "problems"))]
            blocks = [ReplyBlock(sentences=tuple(sentences[:3]))] if sentences else []
        return Reply(blocks=tuple(blocks))

    # --- plan ---

    def _plan(self) -> Reply:
        attached, free = self._attach(self.metrics, self.matters)
        heading, spoken = self._heading(self.matters, free, future=True)
        blocks = []
        for matter in self.matters:
            sentences = self._task(matter, said_in_heading=matter.id == spoken)
            sentences += self._aims(attached.get(matter.id, []), 0 if self.brief.style == "policy" else 1)
            several = len(self.matters) > 1
            blocks.append(ReplyBlock(type="item" if several else "paragraph", sentences=tuple(sentences)))
        wanted = _MANY if not self.matters else 0 if self.brief.style == "policy" else 3
        aims = self._aims(free, wanted)
        if aims:
            blocks.append(ReplyBlock(sentences=tuple(aims)))
        return Reply(heading=heading, blocks=tuple(blocks))

    def _task(self, matter: BriefMatter, *, said_in_heading: bool = False) -> list[ReplySentence]:
        when = self._when(matter)
        if said_in_heading and matter.result:
            return [_sentence(f"{_comma(when)}{matter.result}。", "matter", matter.id)]
        if not matter.result:
            return [_sentence(f"{_comma(when)}{matter.text}。", "matter", matter.id)]
        lead = _sentence(f"{matter.text}。", "matter", matter.id)
        return [lead, _sentence(f"{_comma(when)}{matter.result}。", "matter", matter.id)]

    def _aims(self, metrics: Iterable[Metric], limit: int) -> list[ReplySentence]:
        sentences: list[ReplySentence] = []
        for metric in sorted(metrics, key=lambda m: -m.importance)[:limit]:
            if "goal" in metric.slots and (clause := self.phraser.clause(metric, "goals")):
                text, made_by, passage = clause
                # The first of a block says that it is an aim; the rest follow from it.
                opening = "" if sentences else _AIMS[self._aimed % len(_AIMS)]
                self._aimed += not sentences
                sentences.append(_from_clause((opening + text, made_by, passage)))
        return sentences

    def _goals(self) -> Reply:
        """Main goals as one paragraph; all others stand in the table."""
        ranked = sorted((m for m in self.metrics if "goal" in m.slots), key=lambda m: -m.importance)[:6]
        sentences = [_from_clause(c) for m in ranked if (c := self.phraser.clause(m, "goals"))]
        if not sentences:
            return Reply()
        return _reply([sentences])

    def _next(self) -> Reply:
        """The short outlook at the end of a 总结."""
        blocks = []
        for number, matter in enumerate(sorted(self.matters, key=lambda m: (m.month or 13, -m.weight))):
            lead = f"{_HAN[number]}是" if len(self.matters) > 1 and number < len(_HAN) else ""
            when = self._when(matter)
            tail = f"{_comma(when)}{matter.result}" if matter.result else when.rstrip("，")
            text = f"{lead}{matter.text}{_joined(tail)}。"
            blocks.append(
                ReplyBlock(type="item" if lead else "paragraph", sentences=(_sentence(text, "matter", matter.id),))
            )
        aims = self._aims(self.metrics, 3)
        if aims:
            blocks.append(ReplyBlock(sentences=tuple(aims)))
        return Reply(blocks=tuple(blocks))

    def _items(self) -> Reply:
        """Policy style: one numbered item a matter, its act first."""
        blocks = [ReplyBlock(type="item", sentences=tuple(self._task(m))) for m in self.matters]
        if not blocks:
            blocks = [ReplyBlock(type="item", sentences=(s,)) for s in self._aims(self.metrics, 5)]
        verb = self.phraser.pick(("抓好", "做实", "推进"), "heading")
        return Reply(heading=f"{verb}{self.brief.topic}" if self.brief.topic else None, blocks=tuple(blocks))

    # --- what the parts share ---

    @staticmethod
    def _attach(metrics: list[Metric], matters: list[BriefMatter]) -> tuple[dict[str, list[Metric]], list[Metric]]:
        """Each metric beside the one matter that speaks of it most plainly, or free."""
        attached: dict[str, list[Metric]] = {}
        free = []
        for metric in metrics:
            scored = [(affinity(metric.name, m.text + m.result), m.id) for m in matters]
            best = max(scored, default=(0.0, ""))
            if best[0] >= _ATTACHED:
                attached.setdefault(best[1], []).append(metric)
            else:
                free.append(metric)
        return attached, free

    def _matter(self, matter: BriefMatter, *, said_in_heading: bool = False) -> list[ReplySentence]:
        when = self._when(matter)
        if said_in_heading and matter.result:
            return [_sentence(f"{_comma(when)}{matter.result}。", "matter", matter.id)]
        act = f"{when}{matter.text}"
        if not matter.result:
            return [_sentence(f"{act}。", "matter", matter.id)]
        # A long result with a subject of its own stands better alone.
        if _length(act + matter.result) > _LONG_SENTENCE and not re.match(r"[由经于共被]", matter.result):
            return [_sentence(f"{act}。", "matter", matter.id), _sentence(f"{matter.result}。", "matter", matter.id)]
        return [_sentence(f"{act}，{matter.result}。", "matter", matter.id)]

    @staticmethod
    def _when(matter: BriefMatter) -> str:
        if not matter.when:
            return ""
        return f"{{{matter.when}}}" + ("，" if matter.when_kind == "deadline" else "")

    def _heading(
        self, matters: list[BriefMatter], metrics: list[Metric], *, future: bool = False
    ) -> tuple[str | None, str]:
        """(heading, id of the matter it speaks out in full): what is in the section, in its own words."""
        if self.brief.heading:
            return None, ""
        usable = [m for m in matters if "{" not in m.text and "，" not in m.text and len(m.text) <= 18]
        if usable:
            first = usable[0]
            fitting = [m for m in usable[1:] if len(first.text) + len(m.text) < _HEADING_LENGTH]
            second = next((m for m in fitting if m.category == first.category), fitting[0] if fitting else None)
            if second is not None:
                return f"{first.text}，{second.text}", ""
            return first.text, first.id if len(matters) == 1 else ""
        verbs = [v for m in metrics if (v := _verb_phrase(m, future=future))]
        if verbs:
            pair = [verbs[0], *[v for v in verbs[1:] if len(verbs[0]) + len(v) < _HEADING_LENGTH][:1]]
            return "，".join(pair), ""
        return self.brief.topic or None, ""


def _in_order(matters: Iterable[BriefMatter]) -> list[BriefMatter]:
    """Weightiest field first, within it the weightiest matter, then by month; honours by rank of who gave them."""
    matters = list(matters)
    best: dict[str, int] = {}
    for matter in matters:
        best[matter.category] = max(best.get(matter.category, 0), matter.weight)
    return sorted(matters, key=lambda m: (-best[m.category], m.category, _rank(m), -m.weight, m.month, m.id))


def _rank(matter: BriefMatter) -> int:
    """National before provincial before city, for honours; 0 for everything else."""
    if not re.search(r"荣誉|表彰|获奖", matter.category):
        return 0
    text = matter.text + matter.result
    return next((i for i, word in enumerate(("国家", "全国", "省", "市", "区", "县"), 1) if word in text), 9)


def _is_headline(metric: Metric) -> bool:
    return any(s.headline for s in metric.slots.values())


def _verb_phrase(metric: Metric, *, future: bool) -> str:
    """“提高患者满意度”, “缩短平均住院日”: a heading's half, only where it is what happened or is aimed at."""
    if not future and metric.direction != "welcome":
        return ""
    if future and "goal" not in metric.slots:
        return ""
    if metric.better == "neutral" or metric.kind in ("count", "amount") or len(metric.name) > 14:
        return ""  # “增加门急诊” is no heading
    verb = {
        ("rate", "up"): "提高",
        ("rate", "down"): "降低",
        ("duration", "down"): "缩短",
        ("index", "up"): "提高",
        ("index", "down"): "降低",
    }.get((metric.kind, metric.better), "")
    return f"{verb}{metric.name}" if verb else ""


def _length(text: str) -> int:
    """Characters as printed, a slot counted as the three or so it will become."""
    return len(SLOT.sub("000", text))


def _sentence(text: str, made_by: str, matter: str = "") -> ReplySentence:
    recipe = {"made_by": made_by} | ({"matter": matter} if matter else {})
    return ReplySentence(text=text, recipe=recipe)


def _is_bare(clause: tuple[str, str, str]) -> bool:
    return clause[1] == "bank:alone"


def _from_clause(clause: tuple[str, str, str]) -> ReplySentence:
    text, made_by, passage = clause
    return ReplySentence(text=f"{text}。", passages=(passage,) if passage else (), recipe={"made_by": made_by})


def _reply(paragraphs: Iterable[Iterable[ReplySentence]], heading: str | None = None) -> Reply:
    blocks = tuple(ReplyBlock(sentences=tuple(p)) for p in paragraphs)
    return Reply(heading=heading, blocks=tuple(b for b in blocks if b.sentences))


def _joined(result: str) -> str:
    return f"，{result}" if result else ""


def _comma(when: str) -> str:
    return when if not when or when.endswith("，") else f"{when}，"


def _clause(text: str) -> str:
    """An office's own formula as it may open a sentence."""
    return text.rstrip("。，；") + "，"

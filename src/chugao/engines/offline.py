"""The offline composer: text from typed facts, matters and frames, with no model.

In: a `Brief`.  Out: a `Reply` in which every sentence rests on a slot, a matter or an aim.

Weight follows importance: matters lead, a figure stands beside the matter it belongs to, and what carries no argument
is left to the table.  How matters are told is in `acts`, how figures are in `phrasing`, headings in `titling`.
Same brief, same bytes.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import cast

from chugao.engines.acts import Teller, comma, is_honour, rank, sentence, task, weightiest, when_of
from chugao.engines.phrasing import Metric, Phraser, document_frames, metrics_of, whole
from chugao.engines.titling import heading_of
from chugao.kind import Kind
from chugao.manuscript import SLOT, Brief, BriefMatter, Reply, ReplyBlock, ReplySentence
from chugao.outline import affinity

_MILESTONE, _WEIGHTY = 90, 65
_ATTACHED = 0.34
_HAN = "一二三四五六七八九十"
_LOOSE, _MANY = 2, 9
_PARAGRAPH = 150
_SHORT_CLAUSE = 24
_DEEDS = 44
_DENSE = 0.018  # numbers a character: provincial reports hold 8 to 18 in a thousand
Clause = tuple[str, str, str]
"""(text with slots, what made it, passage id)."""


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
        self.teller = Teller(brief.department)
        self.metrics = metrics_of(brief.slots)
        self.matters = _in_order(brief.matters)
        self.sparse = _density(brief.matters) > _DENSE

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
            return _reply([[sentence("{brief.pending}", "owed")]])
        return roles[self.brief.role]()

    # --- lead ---

    def _lead(self) -> Reply:
        brief = self.brief
        values = {
            "department": brief.organisation if brief.level != "科室" and brief.organisation else brief.department,
            "topics": brief.topic if "和" in brief.topic or not brief.kind.looks_back else "",
            "year": "{brief.year}",
            "plan_year": "{brief.plan_year}",
            "plan_when": "{brief.plan_span}" if brief.slot("brief.plan_span") else "{brief.plan_year}年",
            "span": "{brief.span}" if brief.slot("brief.span") else "",
            "milestones": self._milestone(),
            "deeds": self._deeds(),
        }
        frame, frame_id = self._document_frame("lead", values)
        opening = [sentence(frame, f"bank:{frame_id}")] if frame else []
        if brief.guidance or brief.theme:
            opening.insert(0, sentence("".join(_clause(x) for x in (brief.guidance, brief.theme) if x), "office"))
        headline = self._headline() if brief.kind.looks_back else []
        close, close_id = self._document_frame("close", values)
        return _reply([[*opening, *headline, sentence(close, f"bank:{close_id}")]])

    def _milestone(self) -> str:
        best = next(iter(weightiest(self.matters, _MILESTONE, 1)), None)
        return f"{when_of(best)}{best.text}" if best else ""

    def _deeds(self) -> str:
        """Two to four of the year's weightiest acts, as one list; "" when there are not two."""
        heavy = weightiest(self.matters, _WEIGHTY, 4)
        chosen = heavy if len(heavy) > 1 else weightiest(self.matters, 0, 3)
        acts = [m.text for m in chosen if not SLOT.search(m.text)]
        told: list[str] = []
        for act in acts:
            if sum(map(len, told)) + len(act) <= _DEEDS:
                told.append(act)
        return "、".join(told) if len(told) > 1 else ""

    def _headline(self) -> list[ReplySentence]:
        """The year's volumes in one sentence, without comparison: that stands in the body."""
        counts = [m for m in self.metrics if m.kind == "count" and _is_headline(m) and "now" in m.slots]
        counts = [m for m in counts if not any(m.name != o.name and m.name in o.name for o in counts)]
        counts = sorted(counts, key=lambda m: m.direction != "welcome")[:3]
        if len(counts) > 1:
            volumes = "，".join(f"{m.name}{{{m.id}.now}}" for m in counts)
            return [sentence(f"{whole(self.brief)}{volumes}。", "bank:headline")]
        best = sorted((m for m in self.metrics if m.direction == "welcome"), key=lambda m: -m.importance)[:2]
        return [_from_clause(c) for m in best if (c := self.phraser.clause(m, "results", plain=True))]

    def _document_frame(self, group: str, values: dict[str, str]) -> tuple[str, str]:
        usable = []
        for row in document_frames()[group]:
            text, kinds = cast(str, row["text"]), cast(list[str], row["kinds"])
            needed = re.findall(r"\{(topics|milestones|deeds)\}", text)
            if self.brief.kind.value in kinds and all(values[n] for n in needed):
                usable.append((cast(int, row.get("weight", 1)), text, cast(str, row["id"])))
        best = max(weight for weight, _, _ in usable)
        _, text, frame_id = self.phraser.pick([u for u in usable if u[0] == best], group)
        return re.sub(r"\{(\w+)\}", lambda m: values[m[1]], text), frame_id

    # --- results ---

    def _results(self) -> Reply:
        attached, free = self._attach(self.metrics, self.matters)
        heading = heading_of(self.brief, self.phraser, self.matters, free or self.metrics)
        volume = self._volume(free)
        paragraphs = [*([volume] if volume else []), *self._told(attached, heading.spoken)]
        loose = self._evidence(self._worth_saying(free), limit=self._room_for_figures())
        if loose and paragraphs:
            # A figure that carries no matter's argument never closes a section alone.
            paragraphs[0 if volume else -1] += loose
        elif loose:
            paragraphs = _parted(loose)
        return _reply([*paragraphs, *self._owed()], heading.text)

    def _told(self, attached: dict[str, list[Metric]], spoken: tuple[str, ...]) -> list[list[ReplySentence]]:
        """Matters as paragraphs: a milestone alone, the others with those of their field."""
        paragraphs: list[list[ReplySentence]] = []
        current: list[ReplySentence] = []
        category = ""
        alone = len(self.matters) == 1
        for matter in self.matters:
            if current and (matter.category != category or _size(current) > _PARAGRAPH):
                paragraphs.append(current)
                current = []
            category = matter.category
            opens = not current
            evidence = self._evidence(attached.get(matter.id, []), limit=1)
            told = self.teller.told(matter, said_in_heading=alone and matter.id in spoken, opens=opens)
            if matter.weight >= _MILESTONE:
                paragraphs.append([*told, *evidence])
            elif opens and evidence and not evidence[0].text.startswith("{") and self.phraser.pick((0, 1), matter.id):
                current += [*evidence, *told]
            else:
                current += [*told, *evidence]
        return [*paragraphs, *([current] if current else [])]

    def _room_for_figures(self) -> int:
        """How many figures a section tells beside its matters; without matters they are all there is."""
        return _LOOSE if self.matters else _MANY

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
        opening = "" if whole(self.brief) in text else whole(self.brief)
        passages = tuple(passage for _, _, passage in clauses if passage)
        made_by = "own" if passages else "bank:volume"
        return [ReplySentence(text=f"{opening}{text}。", passages=passages, recipe={"made_by": made_by})]

    def _worth_saying(self, metrics: Iterable[Metric]) -> list[Metric]:
        """Figures that carry an argument by themselves; the others stand in the table."""
        told = [m for m in metrics if "now" in m.slots or m.trend]
        worthy = [m for m in told if m.required or m.direction in ("welcome", "zero") or not self.matters]
        return sorted(worthy, key=lambda m: -m.importance)

    def _evidence(self, metrics: Iterable[Metric], limit: int) -> list[ReplySentence]:
        """Figures as sentences: the required ones whatever the limit, then the weightiest.

        Two short clauses share a sentence, so that lengths vary and no chain of numbers comes about.
        """
        dull = ("unwelcome", "flat")
        worthy = [m for m in metrics if m.required or m.direction not in dull or not self.matters]
        ranked = sorted(worthy, key=lambda m: -m.importance)
        ranked = [m for i, m in enumerate(ranked) if m.required or i < limit]
        clauses = [c for m in ranked if (c := self.phraser.clause(m, "results", sparse=self.sparse))]
        return _paired(clauses)

    def _owed(self) -> list[list[ReplySentence]]:
        """【待补】 for what the document cannot do without and nobody sent."""
        missing = [s for s in self.brief.slots if s.field == "missing"]
        return [[sentence("".join(f"{{{s.name}}}。" for s in missing), "owed")]] if missing else []

    # --- problems ---

    def _problems(self) -> Reply:
        """Shortcomings as their departments told them: place and cause, no row of a table beside them.

        Figures serve only where an outline asks for shortcomings and nobody sent any: which one is printed is a
        leader's choice.
        """
        several = len(self.matters) > 1
        blocks = []
        for number, matter in enumerate(self.matters):
            lead = f"{_HAN[number]}是" if several and number < len(_HAN) else ""
            told = sentence(f"{lead}{matter.text}{_joined(matter.result)}。", "matter", matter.id)
            blocks.append(ReplyBlock(type="item" if lead else "paragraph", sentences=(told,)))
        if not blocks:
            clauses = [c for m in self.metrics if (c := self.phraser.clause(m, "problems"))]
            blocks = [ReplyBlock(sentences=tuple(_from_clause(c) for c in clauses[:3]))] if clauses else []
        return Reply(blocks=tuple(blocks))

    # --- plan ---

    def _plan(self) -> Reply:
        attached, free = self._attach(self.metrics, self.matters)
        policy = self.brief.style == "policy"
        heading = heading_of(self.brief, self.phraser, self.matters, self.metrics, ahead=True)
        blocks = []
        several = len(self.matters) > 1
        for matter in self.matters:
            alone = not several and matter.id in heading.spoken
            told = task(matter, dated=self.brief.kind is not Kind.IDEAS, said_in_heading=alone)
            told += self._aims(attached.get(matter.id, []), 0 if policy else 1)
            blocks.append(ReplyBlock(type="item" if several else "paragraph", sentences=tuple(told)))
        aims = self._aims(free, _MANY if not self.matters else 0 if policy else 2)
        if aims:
            blocks.append(ReplyBlock(sentences=tuple(aims)))
        return Reply(heading=heading.text, blocks=tuple(blocks))

    def _aims(self, metrics: Iterable[Metric], limit: int) -> list[ReplySentence]:
        """Goals in sentences of two; the first of a block says that it is an aim, the rest follow from it."""
        with_goal = sorted((m for m in metrics if "goal" in m.slots), key=lambda m: -m.importance)[:limit]
        clauses = [c for m in with_goal if (c := self.phraser.clause(m, "goals", sparse=self.sparse))]
        if not clauses:
            return []
        openings = [cast(str, row["text"]) for row in document_frames()["aim"]]
        opening = self.phraser.pick(openings, "aim", with_goal[0].id)
        text, made_by, passage = clauses[0]
        return _paired([(opening + text, made_by, passage), *clauses[1:]], longest=2 * _SHORT_CLAUSE)

    def _goals(self) -> Reply:
        """Main goals as one paragraph; all others stand in the table."""
        ranked = sorted((m for m in self.metrics if "goal" in m.slots), key=lambda m: -m.importance)[:6]
        clauses = [c for m in ranked if (c := self.phraser.clause(m, "goals"))]
        return _reply([_paired(clauses, longest=2 * _SHORT_CLAUSE)]) if clauses else Reply()

    def _next(self) -> Reply:
        """The short outlook at the end of a 总结."""
        blocks = []
        for number, matter in enumerate(sorted(self.matters, key=lambda m: (m.month or 13, -m.weight))):
            lead = f"{_HAN[number]}是" if len(self.matters) > 1 and number < len(_HAN) else ""
            when = when_of(matter)
            tail = f"{comma(when)}{matter.result}" if matter.result else when.rstrip("，")
            text = f"{lead}{matter.text}{_joined(tail)}。"
            blocks.append(
                ReplyBlock(type="item" if lead else "paragraph", sentences=(sentence(text, "matter", matter.id),))
            )
        aims = self._aims(self.metrics, 2)
        if aims:
            blocks.append(ReplyBlock(sentences=tuple(aims)))
        return Reply(blocks=tuple(blocks))

    def _items(self) -> Reply:
        """Policy style: one numbered item a matter, its act first."""
        heading = heading_of(self.brief, self.phraser, self.matters, self.metrics, ahead=True)
        alone = len(self.matters) == 1
        blocks = [
            ReplyBlock(type="item", sentences=tuple(task(m, said_in_heading=alone and m.id in heading.spoken)))
            for m in self.matters
        ]
        if not blocks:
            blocks = [ReplyBlock(type="item", sentences=(s,)) for s in self._aims(self.metrics, 5)]
        return Reply(heading=heading.text, blocks=tuple(blocks))

    # --- what the parts share ---

    @staticmethod
    def _attach(metrics: list[Metric], matters: list[BriefMatter]) -> tuple[dict[str, list[Metric]], list[Metric]]:
        """Each metric beside the one matter that speaks of it most plainly, or free."""
        attached: dict[str, list[Metric]] = {}
        free = []
        for metric in metrics:
            scored = [(affinity(metric.name, m.text + m.result), m.id) for m in matters if not is_honour(m)]
            best = max(scored, default=(0.0, ""))
            if best[0] >= _ATTACHED:
                attached.setdefault(best[1], []).append(metric)
            else:
                free.append(metric)
        return attached, free


def _in_order(matters: Iterable[BriefMatter]) -> list[BriefMatter]:
    """Weightiest field first, within it the weightiest matter, then by month; honours by rank of who gave them."""
    matters = list(matters)
    best: dict[str, int] = {}
    for matter in matters:
        best[matter.category] = max(best.get(matter.category, 0), matter.weight)
    return sorted(matters, key=lambda m: (-best[m.category], m.category, rank(m), -m.weight, m.month, m.id))


def _density(matters: Sequence[BriefMatter]) -> float:
    """Numbers a character in what the matters themselves say."""
    text = "".join(m.text + m.result for m in matters)
    return _numbers(text) / len(SLOT.sub("000", text)) if text else 0.0


def _is_headline(metric: Metric) -> bool:
    return any(s.headline for s in metric.slots.values())


def _size(sentences: Sequence[ReplySentence]) -> int:
    return sum(len(SLOT.sub("000", s.text)) for s in sentences)


def _numbers(text: str) -> int:
    return len(SLOT.findall(text))


def _paired(clauses: Sequence[Clause], longest: int = _SHORT_CLAUSE) -> list[ReplySentence]:
    """Clauses as sentences; two neighbours that are short and hold three numbers together at most share one."""
    sentences: list[ReplySentence] = []
    waiting = list(clauses)
    while waiting:
        text, made_by, passage = waiting.pop(0)
        together = [made_by]
        passages = [passage] if passage else []
        if waiting and len(SLOT.sub("000", text)) <= longest and not _of_one_make(text, waiting[0][0]):
            other, its_maker, its_passage = waiting[0]
            if len(SLOT.sub("000", other)) <= longest and _numbers(text) + _numbers(other) <= 3:
                waiting.pop(0)
                joint = "；" if "，" in text + other else "，"
                text = f"{text}{joint}{other}"
                together.append(its_maker)
                passages += [its_passage] if its_passage else []
        recipe = {"made_by": "+".join(dict.fromkeys(together))}
        sentences.append(ReplySentence(text=f"{text}。", passages=tuple(passages), recipe=recipe))
    return sentences


def _of_one_make(a: str, b: str) -> bool:
    """Whether two clauses are of one make: side by side they would read like a table."""
    return re.sub(r"\{[^}]*\}|[^，（）比由到至]", "", a) == re.sub(r"\{[^}]*\}|[^，（）比由到至]", "", b) != ""


def _parted(sentences: list[ReplySentence], size: int = 4) -> list[list[ReplySentence]]:
    """A long run of figures in paragraphs."""
    return [sentences[i : i + size] for i in range(0, len(sentences), size)]


def _from_clause(clause: Clause) -> ReplySentence:
    text, made_by, passage = clause
    return ReplySentence(text=f"{text}。", passages=(passage,) if passage else (), recipe={"made_by": made_by})


def _reply(paragraphs: Iterable[Iterable[ReplySentence]], heading: str | None = None) -> Reply:
    blocks = tuple(ReplyBlock(sentences=tuple(p)) for p in paragraphs)
    return Reply(heading=heading, blocks=tuple(b for b in blocks if b.sentences))


def _joined(result: str) -> str:
    return f"，{result}" if result else ""


def _clause(text: str) -> str:
    """An office's own formula as it may open a sentence."""
    return text.rstrip("。，；") + "，"

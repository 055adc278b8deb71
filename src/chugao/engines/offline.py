"""The offline composer: text from typed facts, matters and frames, with no model.

In: a `Brief`.  Out: a `Reply` in which every sentence rests on a slot, a matter or an aim.

Weight follows importance: matters lead, a figure stands beside the matter it belongs to, and what carries no argument
is left to the table.  How matters are told is in `acts`, how figures are in `phrasing`, headings in `titling`.
Same brief, same bytes.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import cast

from chugao.engines.acts import (
    Teller,
    is_honour,
    is_problem,
    outlook,
    rank,
    sentence,
    shortcoming,
    task,
    weightiest,
    when_of,
)
from chugao.engines.phrasing import Metric, Phraser, document_frames, metrics_of, whole
from chugao.engines.titling import heading_of
from chugao.kind import Kind
from chugao.manuscript import SLOT, Brief, BriefMatter, Reply, ReplyBlock, ReplySentence
from chugao.outline import affinity

_MILESTONE, _WEIGHTY = 90, 65
_ATTACHED = 0.34
_HAN = "一二三四五六七八九十"
_LOOSE, _MANY = 2, 3
_NAMED = 4
_IN_FULL = 2  # figures of a section told with last year or target; the others with one number
_OUTLOOK = 6
_GOALS = 6
_OF_GOALS = 3
_PARAGRAPH, _THIN_PARAGRAPH = 150, 60
_SHORT_CLAUSE = 24
_DEEDS = 44
_QUESTION = 20
_WORTH_A_LEAD = 5
_DENSE = 0.018  # numbers a character: provincial reports hold 8 to 18 in a thousand
_ASKED = 99
_TELLING = frozenset({"streak", "range", "rank"})
_VERBATIM = re.compile(r"(?:写上|写进|写入|加上|加一句|加入|原话|照写)[^“”]{0,8}“([^“”]{4,80})”")
_YEAR_AND_NAME = re.compile(r"\{(?:plan_)?year\}年(?:\{span\})?，\{department\}")
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
        # What was done is told by weight; shortcomings and tasks in the order the plan put them.
        self.matters = _in_order(brief.matters) if brief.role in ("lead", "results") else _as_given(brief.matters)
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
        if self.brief.task == "rewrite":
            # Without a model nothing can be put in other words: the text stays as it is.
            return _reply([[sentence(text, "original") for text in self.brief.original]])
        if self.brief.slot("brief.pending"):
            return _reply([[sentence("{brief.pending}", "owed")]])
        return roles[self.brief.role]()

    # --- lead ---

    def _lead(self) -> Reply:
        brief = self.brief
        values = {
            "department": brief.organisation if brief.level != "科室" and brief.organisation else brief.department,
            "topics": self._topics(),
            "year": "{brief.year}",
            "plan_year": "{brief.plan_year}",
            "plan_when": "{brief.plan_span}" if brief.slot("brief.plan_span") else "{brief.plan_year}年",
            "span": "{brief.span}" if brief.slot("brief.span") else "",
            "milestones": self._milestone(),
            "deeds": self._deeds(),
            "questions": self._questions(),
        }
        formula = office_formula(brief.guidance, brief.theme)
        frame, frame_id = self._document_frame("lead", values, formula=formula)
        opening = [sentence(frame, f"bank:{frame_id}" + ("+office" if formula else ""))] if frame else []
        opening += [sentence(f"{quote}。", "instruction") for quote in asked_words(brief.instructions)]
        headline = self._headline() if brief.kind.looks_back else []
        close, close_id = self._document_frame("close", values)
        return _reply([[*opening, *headline, sentence(close, f"bank:{close_id}")]])

    def _topics(self) -> str:
        """The fields most was done in; of two or three matters the text itself says it better."""
        few = 0 < len(self.matters) < _WORTH_A_LEAD
        if self.brief.kind in (Kind.KEY_POINTS, Kind.IDEAS):
            return self.brief.topic
        return self.brief.topic if "和" in self.brief.topic and not few else ""

    def _questions(self) -> str:
        """What 思路 set out from: the shortcomings in a few words, "" where they do not fit a sentence."""
        if self.brief.kind is not Kind.IDEAS:
            return ""
        told = [m.text.split("，")[0] for m in self.brief.matters if is_problem(m) and not SLOT.search(m.text)]
        short = [t for t in told if len(t) <= _QUESTION][:3]
        return "、".join(short) if len(short) > 1 else ""

    def _milestone(self) -> str:
        best = next(iter(weightiest(self.matters, _MILESTONE, 1)), None)
        return f"{when_of(best)}{best.text}" if best else ""

    def _deeds(self) -> str:
        """Two to four of the year's weightiest acts, as one list; "" when there are not two."""
        if len([m for m in self.matters if not is_problem(m)]) < _WORTH_A_LEAD:
            return ""  # what stands three lines further down need not be said twice
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
        if len(counts) < 2 and self.brief.level != "科室":
            # An institution opens with its volumes, as it listed them, whether the catalogue knows them or not.
            counts = [m for m in self.metrics if m.kind == "count" and m.direction == "welcome"]
        counts = [m for m in counts if not any(m.name != o.name and _part_of(m.name, o.name) for o in counts)]
        counts = sorted(counts, key=lambda m: m.direction != "welcome")[:3]
        if len(counts) > 1:
            volumes = "，".join(f"{m.name}{{{m.id}.now}}" for m in counts)
            opening = "" if volumes.startswith("全") else whole(self.brief)
            return [sentence(f"{opening}{volumes}。", "bank:headline")]
        return []

    def _document_frame(self, group: str, values: dict[str, str], *, formula: str = "") -> tuple[str, str]:
        """A frame whose needs are met; with the office's own formula one that opens with year and name, so that the
        formula stands right behind them."""
        usable = []
        for row in document_frames()[group]:
            text, kinds = cast(str, row["text"]), cast(list[str], row["kinds"])
            needed = re.findall(r"\{(topics|milestones|deeds|questions)\}", text)
            if self.brief.kind.value in kinds and all(values[n] for n in needed):
                usable.append((cast(int, row.get("weight", 1)), text, cast(str, row["id"])))
        opened = [(w, t[len(m[0]) :], i) for w, t, i in usable if (m := _YEAR_AND_NAME.match(t))] if formula else []
        usable = opened or usable
        best = max(weight for weight, _, _ in usable)
        _, text, frame_id = self.phraser.pick([u for u in usable if u[0] == best], group)
        if formula:
            head = "{year}年{span}，{department}" if self.brief.kind.looks_back else "{plan_year}年，{department}"
            text = f"{head}{formula}，{text}" if opened else f"{head}{formula}。"
        return re.sub(r"\{(\w+)\}", lambda m: values[m[1]], text), frame_id

    # --- results ---

    def _results(self) -> Reply:
        self.metrics = _sparing(self.metrics)
        attached, free = self._attach(self.metrics, self.matters)
        volume = self._volume(free)
        paragraphs = [*([volume] if volume else []), *self._told(attached)]
        shown = self._shown(free)
        loose = self._evidence(shown, limit=len(shown))
        loose = self._together(loose, [m for m in free if m not in shown])
        heading = heading_of(self.brief, self.phraser, self.matters, shown or self.metrics)
        if len(loose) > _LOOSE and not volume:
            paragraphs.append(loose)
        elif loose and paragraphs:
            # A figure or two that carry no matter's argument do not close a section alone.
            paragraphs[0 if volume else -1] += loose
        elif loose:
            paragraphs = [loose]
        return _reply([*paragraphs, *self._owed()], heading.text)

    def _told(self, attached: dict[str, list[Metric]]) -> list[list[ReplySentence]]:
        """Matters as paragraphs: a milestone alone, the others with those of their field."""
        paragraphs: list[list[ReplySentence]] = []
        current: list[ReplySentence] = []
        category = ""
        alone = len(self.matters) == 1
        for matter in self.matters:
            other = matter.category != category and _size(current) > _THIN_PARAGRAPH
            if current and (other or _size(current) > _PARAGRAPH):
                paragraphs.append(current)
                current = []
            category = matter.category
            opens = not current
            evidence = self._evidence(attached.get(matter.id, []), limit=1)
            told = self.teller.told(matter, said_in_heading=alone, opens=opens)
            if matter.weight >= _MILESTONE:
                paragraphs.append([*told, *evidence])
            elif opens and evidence and not evidence[0].text.startswith("{") and self.phraser.pick((0, 1), matter.id):
                current += [*evidence, *told]
            else:
                current += [*told, *evidence]
        return [*paragraphs, *([current] if current else [])]

    def _shown(self, free: list[Metric]) -> list[Metric]:
        """Figures told with their numbers: the required ones, and the few that say most; the rest is in the table."""
        worthy = [m for m in self._worth_saying(free) if m.required or m.direction not in ("unwelcome", "flat")]
        if not self.matters:
            room = _MANY + len(free) // 10
        else:
            # A part that is not divided into sections has room for what several sections would tell.
            room = (1 if self.sparse else _LOOSE) + len(free) // (3 if self.brief.heading else 8)
        return [m for i, m in enumerate(worthy) if m.required or i < room]

    def _together(self, told: list[ReplySentence], others: Sequence[Metric]) -> list[ReplySentence]:
        """Targets that were met too, in one clause without a number, behind the last figure."""
        met = [m for m in sorted(others, key=lambda m: -m.importance) if m.reached and m.direction == "welcome"]
        names = [m.name for m in met if len(m.name) <= _SHORT_CLAUSE // 2][:_NAMED]
        if len(names) < 2 or not told:
            return told
        last = told[-1]
        close = self.phraser.pick(("也完成了年度目标", "同样完成年度目标", "均达到年度目标", "都达到了年初目标"), "met")
        text = f"{last.text.rstrip('。')}；{'、'.join(names[:-1])}和{names[-1]}{close}。"
        recipe = {**last.recipe, "targets": ",".join(m.id for m in met if m.name in names)}
        if "；" in last.text or _size([last]) > _PARAGRAPH // 3:
            return told
        return [*told[:-1], last.model_copy(update={"text": text, "recipe": recipe})]

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
        opening = "" if self.brief.slot("brief.span") or whole(self.brief) in text else whole(self.brief)
        passages = tuple(passage for _, _, passage in clauses if passage)
        made_by = "own" if passages else "bank:volume"
        return [ReplySentence(text=f"{opening}{text}。", passages=passages, recipe={"made_by": made_by})]

    def _worth_saying(self, metrics: Iterable[Metric]) -> list[Metric]:
        """Figures that carry an argument by themselves; the others stand in the table."""
        told = [m for m in metrics if "now" in m.slots or m.trend]
        good = ("welcome", "zero") if self.matters else ("welcome", "zero", "neutral", "unknown")
        worthy = [m for m in told if m.required or m.direction in good]
        return sorted(worthy, key=lambda m: -m.importance)

    def _evidence(self, metrics: Iterable[Metric], limit: int) -> list[ReplySentence]:
        """Figures as sentences: the required ones whatever the limit, then the weightiest.

        Two short clauses share a sentence, so that lengths vary and no chain of numbers comes about.
        """
        dull = ("unwelcome", "flat")
        worthy = [m for m in metrics if m.required or m.direction not in dull]
        ranked = sorted(worthy, key=lambda m: -m.importance)
        ranked = [m for i, m in enumerate(ranked) if m.required or i < limit]
        clauses = [
            c
            for i, m in enumerate(ranked)
            if (c := self.phraser.clause(m, "results", sparse=self.sparse or i >= _IN_FULL))
        ]
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
            told = sentence(f"{lead}{shortcoming(matter, number)}。", "matter", matter.id)
            blocks.append(ReplyBlock(type="item" if lead else "paragraph", sentences=(told,)))
        if not blocks:
            clauses = [c for m in self.metrics if (c := self.phraser.clause(m, "problems"))]
            blocks = [ReplyBlock(sentences=tuple(_from_clause(c) for c in clauses[:3]))] if clauses else []
        return Reply(blocks=tuple(blocks))

    # --- plan ---

    def _plan(self) -> Reply:
        attached, free = self._attach(self.metrics, self.matters)
        policy = self.brief.style == "policy"
        aimed = [] if policy else [_with_goal(attached.get(m.id, []), 1) for m in self.matters]
        told_aims = _with_goal(free, _MANY)
        beside = [m for group in aimed for m in group] if self.matters else told_aims
        heading = heading_of(self.brief, self.phraser, self.matters, beside, ahead=True)
        blocks = []
        several = len(self.matters) > 1
        for number, matter in enumerate(self.matters):
            told = task(matter, dated=self.brief.kind is not Kind.IDEAS, form=self._turn + number)
            told += self._aims(attached.get(matter.id, []), 0 if policy else 1)
            blocks.append(ReplyBlock(type="item" if several else "paragraph", sentences=tuple(told)))
        aims = self._aims(free, _MANY if not self.matters else 0 if policy else 2)
        if aims:
            blocks.append(ReplyBlock(sentences=tuple(aims)))
        return Reply(heading=heading.text, blocks=tuple(blocks))

    @property
    def _turn(self) -> int:
        """Where a list of tasks begins in the round of their forms."""
        return self.phraser.pick((0, 1, 2), "task")

    def _aims(self, metrics: Iterable[Metric], limit: int) -> list[ReplySentence]:
        """Goals in sentences of two; the first of a block says that it is an aim, the rest follow from it."""
        with_goal = _with_goal(metrics, limit)
        # Where figures are all there is, the half before has said what they were.
        sparse = self.sparse or (self.brief.kind is Kind.SUMMARY_PLAN and not self.matters)
        clauses = [c for m in with_goal if (c := self.phraser.clause(m, "goals", sparse=sparse))]
        if not clauses:
            return []
        openings = [cast(str, row["text"]) for row in document_frames()["aim"]]
        opening = self.phraser.pick(openings, "aim", with_goal[0].id)
        if with_goal[0].name.startswith("医院"):
            opening = openings[0]  # “目标是医院感染……” reads as the name of a hospital
        text, made_by, passage = clauses[0]
        return _paired([(opening + text, made_by, passage), *clauses[1:]], longest=2 * _SHORT_CLAUSE)

    def _goals(self) -> Reply:
        """Main goals as one paragraph, three a sentence; what they were before stands in the table with all others."""
        ranked = sorted((m for m in self.metrics if "goal" in m.slots), key=lambda m: -m.importance)[:_GOALS]
        clauses = [c for m in ranked if (c := self.phraser.clause(m, "goals", sparse=True))]
        told = []
        for start in range(0, len(clauses), _OF_GOALS):
            group = clauses[start : start + _OF_GOALS]
            opening = (
                self.phraser.pick(("到{brief.plan_year}年底，", "{brief.plan_year}年，"), "goals") if start == 0 else ""
            )
            made_by = "+".join(dict.fromkeys(c[1] for c in group))
            told.append(sentence(opening + "，".join(c[0].removeprefix("把") for c in group) + "。", made_by))
        if told and sum("goal" in m.slots for m in self.metrics) > len(ranked):
            told[-1] = told[-1].model_copy(update={"text": f"{told[-1].text.rstrip('。')}；其余目标见附表。"})
        return _reply([told]) if told else Reply()

    def _next(self) -> Reply:
        """The short outlook at the end of a 总结: the first tasks in full, the others by name."""
        head = self.matters if len(self.matters) <= _OUTLOOK + 1 else self.matters[:_OUTLOOK]
        blocks = []
        for number, matter in enumerate(head):
            lead = f"{_HAN[number]}是" if len(head) > 1 and number < len(_HAN) else ""
            told = sentence(f"{lead}{outlook(matter)}。", "matter", matter.id)
            blocks.append(ReplyBlock(type="item" if lead else "paragraph", sentences=(told,)))
        rest = [m.text for m in self.matters[len(head) :]]
        if rest:
            text = f"同时，{'；'.join(rest) if any('，' in r or '、' in r for r in rest) else '、'.join(rest)}。"
            blocks.append(ReplyBlock(sentences=(sentence(text, "matter", self.matters[len(head)].id),)))
        aims = self._aims(self.metrics, 2)
        if aims:
            blocks.append(ReplyBlock(sentences=tuple(aims)))
        return Reply(blocks=tuple(blocks))

    def _items(self) -> Reply:
        """Policy style: one numbered item a matter, its act first; owners and deadlines are in the annex."""
        heading = heading_of(self.brief, self.phraser, self.matters, self.metrics, ahead=True)
        blocks = [ReplyBlock(type="item", sentences=tuple(task(m, dated=False))) for m in self.matters]
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
    first = {c: i for i, c in reversed(list(enumerate(m.category for m in matters)))}
    return sorted(
        matters,
        key=lambda m: (is_honour(m), -best[m.category], first[m.category], rank(m), -m.weight, m.month, m.id),
    )


def _as_given(matters: Iterable[BriefMatter]) -> list[BriefMatter]:
    """In the order of the brief, what a leader asked for first."""
    return sorted(matters, key=lambda m: m.weight < _ASKED)


def _sparing(metrics: Sequence[Metric]) -> list[Metric]:
    """A row of years, a rank, a spread is said of the one figure of a section that it says most of."""
    best = max(metrics, key=lambda m: (len(_TELLING & m.slots.keys()), m.importance), default=None)
    return [
        m
        if m is best
        else m.model_copy(update={"slots": {f: s for f, s in m.slots.items() if f not in _TELLING or f == "rank"}})
        for m in metrics
    ]


def office_formula(guidance: str, theme: str) -> str:
    """The office's own formula and main line as they stand between its name and what it did; "" for none."""
    line = theme.strip().strip("。，；")
    if line and not re.match(r"以|围绕|紧扣|聚焦|坚持|突出|锚定|按照", line):
        line = f"以{line if line.startswith('“') else f'“{line}”'}为主线"
    return "，".join(x for x in (guidance.strip().strip("。，；"), line) if x)


def asked_words(instructions: Iterable[str]) -> list[str]:
    """What a leader wants said in these very words."""
    found = (_VERBATIM.search(text) for text in instructions)
    return [m[1].strip("。") for m in found if m]


def _density(matters: Sequence[BriefMatter]) -> float:
    """Numbers a character in what the matters themselves say."""
    text = "".join(m.text + m.result for m in matters)
    return _numbers(text) / len(SLOT.sub("000", text)) if text else 0.0


def _with_goal(metrics: Iterable[Metric], limit: int) -> list[Metric]:
    return sorted((m for m in metrics if "goal" in m.slots), key=lambda m: -m.importance)[:limit]


def _part_of(name: str, other: str) -> bool:
    """Whether one name is another's with characters left out: 门诊 beside 门急诊 counts the same visits again."""
    rest = iter(other)
    return all(c in rest for c in name)


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
        text = text.removeprefix("把")  # with nobody before it who does it
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


def _from_clause(clause: Clause) -> ReplySentence:
    text, made_by, passage = clause
    return ReplySentence(text=f"{text}。", passages=(passage,) if passage else (), recipe={"made_by": made_by})


def _reply(paragraphs: Iterable[Iterable[ReplySentence]], heading: str | None = None) -> Reply:
    blocks = tuple(ReplyBlock(sentences=tuple(p)) for p in paragraphs)
    return Reply(heading=heading, blocks=tuple(b for b in blocks if b.sentences))

"""What the offline composer holds while it writes one section, and what all its parts do with figures.

In: a `Brief`.  Out: `Pen`: the phraser, the teller, the section's figures and matters in order; figures as sentences.

Surprise: a figure is told far less often than it is offered.  What carries no argument stands in the table behind the
text, and a place that holds numbers enough gets none added.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence

from chugao.engines.acts import is_honour, is_problem, rank
from chugao.engines.phrasing import Metric, Phraser, Purpose, bare, metrics_of
from chugao.manuscript import SLOT, Brief, BriefMatter, Reply, ReplyBlock, ReplySentence
from chugao.outline import affinity

LEANS = re.compile(
    r"^(?:[由经于共被为并后再从其与和是在按可能均都也各还仍尚余剩只仅]|[^，]{1,4}后(?:还|仍|尚)|其中|包括|主要|全部|因此|目前|已|占|同比|环比|比|较|用于|用来|无一|没有一|没一)"
)
"""How a clause begins that says something of the one before it: “支气管镜灌洗38例，只转出2例”, “补助150万元，用于……”."""
HAN = "一二三四五六七八九十"
SHORT_CLAUSE = 24
_ATTACHED = 0.34
_A_VOLUME = 3  # characters: the name of a volume
ASKED = 99
_DENSE = 0.018  # numbers a character: provincial reports hold 8 to 18 in a thousand
_DENSEST, _A_FIGURE = 0.026, 40
_IN_FULL = 2  # figures of a section told with last year or target; the others with one number
_A_FEW = 2  # matters: so few leave room for what became of the figures
_TELLING = frozenset({"streak", "range", "rank"})
Clause = tuple[str, str, str]
"""(text with slots, what made it, passage id)."""


class Pen:
    """Writes one brief."""

    def __init__(self, brief: Brief) -> None:
        self.brief = brief
        self.phraser = Phraser(brief)
        self.metrics = (
            [_of_a_part(m) for m in metrics_of(brief.slots)] if brief.slot("brief.span") else metrics_of(brief.slots)
        )
        # What was done is told by weight; shortcomings and tasks in the order the plan put them.
        told = brief.role in ("lead", "results")
        self.matters = in_order(brief.matters, brief.seed) if told else as_given(brief.matters, brief.seed)
        # A slip of two matters has room for what became of its figures.
        self.slip = not brief.heading and brief.section == brief.role and len(brief.matters) <= _A_FEW
        self.sparse = brief.sparer > 0 or (not self.slip and density(brief.matters) > _DENSE)
        if brief.sparer:
            self.slip = False
        self.figured = False
        """Whether a section of several tells figures that are of no one deed: they close a paragraph, and no run."""
        self.ways: set[str] = set()
        """How things will be done, as far as the section has told it."""

    def room(self) -> int:
        """How many more numbers a section bears before it reads like a bulletin; its own matters come first."""
        text = "".join(m.text + m.result for m in self.matters)
        return max(0, int(_DENSEST * (len(SLOT.sub("000", text)) + _A_FIGURE) - numbers_in(text)))

    def attach(self, matters: Sequence[BriefMatter]) -> tuple[dict[str, list[Metric]], list[Metric]]:
        """Each metric beside the one matter that speaks of it most plainly, or free."""
        attached: dict[str, list[Metric]] = {}
        free = []
        for metric in self.metrics:
            # 门诊, 出院, 手术: what a whole house did is no proof of the one thing that was done there.
            narrow = [] if metric.kind == "count" and len(metric.name) <= _A_VOLUME else matters
            scored = [(affinity(metric.name, m.text + m.result), m.id) for m in narrow if not is_honour(m)]
            best = max(scored, default=(0.0, ""))
            if best[0] >= _ATTACHED:
                attached.setdefault(best[1], []).append(metric)
            else:
                free.append(metric)
        return attached, free

    def evidence(self, metrics: Iterable[Metric], limit: int, *, chosen: bool = False) -> list[ReplySentence]:
        """Figures as sentences: the required ones whatever the limit, then the weightiest; all that are `chosen`.

        Two short clauses share a sentence, so that lengths vary and no chain of numbers comes about.
        """
        worthy = [m for m in metrics if m.required or m.direction not in ("unwelcome", "flat")]
        if self.brief.sparer > 1 and not chosen:
            worthy = [m for m in worthy if m.required]
        ranked = sorted(worthy, key=lambda m: (m.direction in ("unwelcome", "flat"), -m.importance))
        ranked = [m for i, m in enumerate(ranked) if m.required or i < limit]
        # Among deeds a figure says what became of it; its target and how far it was met stand in the table.
        plain = bool(self.matters) and (self.brief.divided or self.sparse)
        clauses = [
            c
            for i, m in enumerate(ranked)
            if (c := self.phraser.clause(m, self._purpose(m), plain=plain, sparse=self.sparse or i >= _IN_FULL))
        ]
        return paired(clauses)

    def _purpose(self, metric: Metric) -> Purpose:
        """What got better and yet missed its target is told with both."""
        missed = metric.reached is False and not self.brief.slot("brief.span") and not self.brief.shortfalls_apart
        return "short" if missed else "results"

    def owed(self) -> list[list[ReplySentence]]:
        """【待补】 for what the document cannot do without and nobody sent."""
        missing = [s for s in self.brief.slots if s.field == "missing"]
        if not missing:
            return []
        text = "".join(f"{{{s.name}}}。" for s in missing)
        return [[ReplySentence(text=text, recipe={"made_by": "owed"})]]


def _of_a_part(metric: Metric) -> Metric:
    """What a part of a year says of the year's target: how much of it a count has reached, and whether all."""
    counted = metric.kind in ("count", "amount")
    if counted and metric.reached:
        return metric
    unsaid = {"target", "gap"} | (set() if counted else {"attainment"})
    return metric.model_copy(update={"slots": {f: s for f, s in metric.slots.items() if f not in unsaid}})


def in_order(matters: Iterable[BriefMatter], seed: int = 0) -> list[BriefMatter]:
    """Weightiest field first, within it the weightiest matter, then by month; honours by rank of who gave them.

    Another seed takes those of one weight in another order.
    """
    matters = list(matters)
    best: dict[str, int] = {}
    for matter in matters:
        best[matter.category] = max(best.get(matter.category, 0), matter.weight)
    first = {c: i for i, c in reversed(list(enumerate(m.category for m in matters)))}
    place = _places(sorted(matters, key=lambda m: m.month), seed)
    return sorted(
        matters,
        key=lambda m: (is_honour(m), -best[m.category], first[m.category], rank(m), -m.weight, place[m.id]),
    )


def as_given(matters: Iterable[BriefMatter], seed: int = 0) -> list[BriefMatter]:
    """In the order of the brief, what a leader asked for first; another candidate by time, the next in an order of its own."""
    held = list(matters)
    if any(map(is_problem, held)):
        return sorted(held, key=lambda m: m.weight < ASKED)  # what answers a shortcoming stands behind it
    place = _places(held, seed)
    return sorted(held, key=lambda m: (m.weight < ASKED, place[m.id]))


def _places(matters: Sequence[BriefMatter], seed: int) -> dict[str, int]:
    """Id → place: as they stand, in other candidates by time, from the middle on, in an order of no meaning."""
    told, half = list(matters), len(matters) // 2
    by_time = sorted(told, key=lambda m: m.month or 13)
    # Never from the last to the first: deadlines that run backwards are read as a slip.
    orders = [told, by_time, [*told[half:], *told[:half]], sorted(told, key=lambda m: turn_of(m, seed))]
    known = {tuple(m.id for m in order): order for order in orders}
    chosen = [*known.values()][seed % len(known)]
    return {m.id: i for i, m in enumerate(chosen)}


def turn_of(matter: BriefMatter, seed: int) -> str:
    """Its place among others that weigh as much."""
    return hashlib.sha256(f"{seed}|{matter.id}".encode()).hexdigest()


def density(matters: Sequence[BriefMatter]) -> float:
    """Numbers a character in what the matters themselves say."""
    text = "".join(m.text + m.result for m in matters)
    return numbers_in(text) / len(SLOT.sub("000", text)) if text else 0.0


def numbers_in(text: str) -> int:
    return len(SLOT.findall(text))


def size(sentences: Sequence[ReplySentence]) -> int:
    """Characters of some sentences as they will be printed, more or less."""
    return sum(len(SLOT.sub("000", s.text)) for s in sentences)


def sparing(metrics: Sequence[Metric]) -> list[Metric]:
    """A row of years, a rank, a spread is said of the one figure of a section that it says most of."""
    best = max(metrics, key=lambda m: (len(_TELLING & m.slots.keys()), m.importance), default=None)
    return [
        m
        if m is best
        else m.model_copy(update={"slots": {f: s for f, s in m.slots.items() if f not in _TELLING or f == "rank"}})
        for m in metrics
    ]


def paired(clauses: Sequence[Clause], longest: int = SHORT_CLAUSE, *, alike: bool = False) -> list[ReplySentence]:
    """Clauses as sentences; two neighbours that are short and hold three numbers together at most share one.

    Two of one make do only where `alike` says so: goals stand in a row.
    """
    sentences: list[ReplySentence] = []
    waiting = list(clauses)
    while waiting:
        text, made_by, passage = waiting.pop(0)
        text = bare(text)  # with nobody before it who does it
        together = [made_by]
        passages = [passage] if passage else []
        if waiting and len(SLOT.sub("000", text)) <= longest and (alike or not _of_one_make(text, waiting[0][0])):
            other, its_maker, its_passage = waiting[0]
            if len(SLOT.sub("000", other)) <= longest and numbers_in(text) + numbers_in(other) <= 3:
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


def from_clause(clause: Clause) -> ReplySentence:
    text, made_by, passage = clause
    return ReplySentence(text=f"{text}。", passages=(passage,) if passage else (), recipe={"made_by": made_by})


def paragraphs_of(paragraphs: Iterable[Iterable[ReplySentence]], heading: str | None = None) -> Reply:
    """A reply of plain paragraphs, without the empty ones."""
    blocks = tuple(ReplyBlock(sentences=tuple(p)) for p in paragraphs)
    return Reply(heading=heading, blocks=tuple(b for b in blocks if b.sentences))

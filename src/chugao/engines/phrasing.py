"""Sentence frames: the shipped bank, and which frame fits a metric at a place.

In: the slots of one metric, what the sentence is for.  Out: a clause with slots, without final mark.

Surprise: the choice must look free and be none.  It is a hash of seed, department, section and metric, and a frame
just used in the section steps back, so two departments differ and two runs do not.
"""

import hashlib
import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Literal, TypeVar

from chugao.corpus.frames import lend
from chugao.manuscript import SLOT, Brief, BriefPassage, Slot
from chugao.shipped import shipped
from chugao.source import Frozen

Purpose = Literal["results", "problems", "goals", "short"]
T = TypeVar("T")

_TO = {
    ("rate", 1): ("提高到", "升至"),
    ("rate", -1): ("降到", "降至"),
    ("index", 1): ("提高到", "升到"),
    ("index", -1): ("降到", "降至"),
    ("count", 1): ("增加到", "增至"),
    ("count", -1): ("减少到", "减至"),
    ("amount", 1): ("增加到", "增至"),
    ("amount", -1): ("减少到", "降到"),
    ("duration", 1): ("延长到",),
    ("duration", -1): ("缩短到", "缩短至"),
}


_FIELD = re.compile(r"\{(now|prev|change|growth|multiple|target|goal|attainment|gap|streak|rank|range|share)\}")
_BARE = re.compile(r"[^，。{}达为升降增减提缩高低]+\{[a-z_]+\.now\}")
"""A name and its value with no verb between."""
_CAVEATS = {"可比口径": "（可比口径）", "快报": "（快报数）"}
"""What a figure must not be told without: in the meaning of its slot → as it is printed behind it."""


_GOAL_FORMS = (
    ("goal_range", "sparse_goal_to"),
    ("goal_paren", "sparse_goal"),
    ("goal_base", "sparse_goal_move"),
    ("goal_value", "sparse_goal_take"),
)
"""(with what it starts from, alone): the form in which a document states its goals."""
_SERVED = 25
"""A goal that a task of the plan is for comes before the figures that every house reports."""
_IN_WORDS = ("duration", "count", "amount")
"""Kinds with units that are words: 分钟, 人次, 万元."""


def bare(clause: str) -> str:
    """A clause without the 把 or 将 that somebody must stand before."""
    return clause[1:] if clause.startswith(("把", "将")) else clause


class Frame(Frozen):
    """One way to say one metric."""

    id: str
    role: Purpose
    kinds: tuple[str, ...] = ()
    direction: Literal["welcome", "unwelcome", "neutral", "flat", "any", "zero"] = "any"
    reached: bool | None = None
    strict: bool = False
    """Only where the target is beaten, not merely met."""
    sparse: bool = False
    """One number only: for a place that has enough of them already."""
    part: bool = False
    """Only in a report on part of a year."""
    near: bool = False
    """For what rounds to no change and is none all the same: “与上年基本持平”, never “与上年一样”."""
    weight: int = 1
    text: str

    @property
    def fields(self) -> frozenset[str]:
        return frozenset(_FIELD.findall(self.text))


class Metric(Frozen):
    """The slots of one metric, by field."""

    id: str
    name: str
    kind: str
    better: str
    slots: dict[str, Slot]
    full: str = ""
    """The name as the office lists it: 分娩数, where no value follows."""

    @property
    def trend(self) -> Slot | None:
        """The comparison with last year, growth for counts, change for the rest."""
        return self.slots.get("growth") or self.slots.get("change") or self.slots.get("multiple")

    @property
    def direction(self) -> str:
        now, trend = self.slots.get("now"), self.trend
        if now is not None and now.zero:
            return "zero"
        if trend is None:
            return "unknown"
        if trend.sign == 0:
            return "flat"
        return {True: "welcome", False: "unwelcome", None: "neutral"}[trend.good]

    @property
    def nearly(self) -> bool:
        """Whether the year moved by so little that its growth prints as nothing."""
        growth, change = self.slots.get("growth"), self.slots.get("change")
        return growth is not None and growth.sign == 0 and change is not None and change.sign != 0

    @property
    def reached(self) -> bool | None:
        gap = self.slots.get("gap")
        if gap is not None and gap.good is None and gap.sign < 0 and self.kind in ("count", "amount"):
            return False  # an income is neither good nor bad, but a target that somebody set was not met
        return gap.good if gap else None

    @property
    def headline(self) -> bool:
        return any(s.headline for s in self.slots.values())

    @property
    def required(self) -> bool:
        return any(s.required for s in self.slots.values())

    @property
    def backwards(self) -> bool:
        """Whether the goal lies behind what is reached: a slip, or a matter for the table, but no aim to announce."""
        goal = self.slots.get("goal")
        return goal is not None and goal.sign == {"up": -1, "down": 1}.get(self.better)

    @property
    def importance(self) -> int:
        """What a reader wants first: owed figures, headline figures, what was promised, what got better."""
        score = 0
        score += 40 if self.required else 0
        score += 20 if self.headline else 0
        score += _SERVED if any(s.served for s in self.slots.values()) else 0
        score += 10 if "target" in self.slots else 0
        score += {"welcome": 10, "zero": 12, "neutral": 2, "flat": 3}.get(self.direction, 0)
        return score + (4 if "goal" in self.slots else 0)


def metrics_of(slots: Sequence[Slot]) -> list[Metric]:
    """Slots grouped by metric, in the order offered."""
    grouped: dict[str, list[Slot]] = {}
    for slot in slots:
        if slot.metric:
            grouped.setdefault(slot.metric, []).append(slot)
    return [
        Metric(
            id=metric,
            name=group[0].metric_name,
            kind=group[0].kind,
            better=group[0].better,
            slots={s.field: s for s in group},
            full=_full_name(group[0]),
        )
        for metric, group in grouped.items()
    ]


_MEANING = re.compile(
    r"^(?:20\d\d年(?:度)?)?(?:[上下]半年|第?[一二三四]季度|\d{1,2}(?:[—–-]\d{1,2})?月)?(?P<name>.+?)（[^（）]*）[^（）]*$"
)


def _full_name(slot: Slot) -> str:
    told = _MEANING.match(slot.meaning)
    return told["name"] if told else slot.metric_name


def _with_caveat(metric: Metric, field: str) -> str:
    """The slot, and behind a comparison that holds on 可比口径 only, or a value not yet final, the words that say so."""
    meaning = metric.slots[field].meaning if field in metric.slots else ""
    said = next((printed for word, printed in _CAVEATS.items() if word in meaning), "")
    if field not in ("now", "change", "growth") or (field == "now" and said == "（可比口径）"):
        said = ""
    if field == "now" and "until" in metric.slots:
        said += f"（截至{{{metric.id}.until}}）"
    return f"{{{metric.id}.{field}}}{said}"


@cache
def bank() -> tuple[Frame, ...]:
    """The shipped frames about metrics."""
    rows = tomllib.loads((shipped("templates") / "frames" / "metrics.toml").read_text(encoding="utf-8"))["frame"]
    return tuple(Frame(**row) for row in rows)


@cache
def document_frames() -> dict[str, list[dict[str, object]]]:
    """Openings and closings by kind."""
    return tomllib.loads((shipped("templates") / "frames" / "documents.toml").read_text(encoding="utf-8"))


def whole(brief: Brief) -> str:
    """“全年”, or the months that a shorter report covers, or that the figures of a year do so far."""
    return next((f"{{{s}}}" for s in ("brief.span", "brief.counted") if brief.slot(s)), "全年")


def of_months(brief: Brief) -> bool:
    """Whether figures are those of some months, which are compared with the same months."""
    return brief.slot("brief.span") is not None or brief.slot("brief.counted") is not None


def _same_period(text: str) -> str:
    """A report on part of a year compares with the same months, and says so."""
    text = re.sub(r"今年(?=\{to\}|[升降提增减缩延])", "", text)
    text = re.sub(r"[比较]上年(?=\{)", "同比", text)
    text = re.sub(r"于上年$", "于上年同期", text)
    text = re.sub(r"与上年相比", "与上年同期相比", text)
    return re.sub(r"上年(?=的|持平|\{|为\{)", "上年同期", text).replace("今年", "本期")


def _sign(metric: Metric) -> int:
    """Which way a metric went, 0 where nobody knows."""
    return metric.trend.sign if metric.trend else 0


class Phraser:
    """Chooses frames for one brief; remembers what it used, nothing else."""

    def __init__(self, brief: Brief) -> None:
        self._brief = brief
        self._used: Counter[str] = Counter()
        self._metrics = {m.id: m for m in metrics_of(brief.slots)}

    def pick(self, options: Sequence[T], *keys: str) -> T:
        """One of `options`, the same for the same brief and keys; neighbouring candidates take neighbouring ones."""
        return self._turned(options, self._brief.department, self._brief.section, *keys)

    def of_department(self, options: Sequence[T], key: str) -> T:
        """One of `options`, the same in every section and every candidate of a department."""
        return self._turned(options, self._brief.department, self._brief.organisation, key, seed=0)

    def lot(self, key: str) -> str:
        """A place of no meaning among others, another in each department and candidate."""
        return hashlib.sha256(f"{self._brief.seed}|{self._brief.department}|{key}".encode()).hexdigest()

    def choose_for_document(self, options: Sequence[T], key: str) -> T:
        """One of `options`, the same in every section of a document, so that its headings are of one make."""
        brief = self._brief
        return self._turned(options, brief.department, brief.organisation, brief.kind.value, key)

    def _turned(self, options: Sequence[T], *keys: str, seed: int | None = None) -> T:
        # Two candidates never fall on the same of several by chance.
        first = int.from_bytes(hashlib.sha256("|".join(("0", *keys)).encode()).digest()[:6], "big")
        return options[(first + (self._brief.seed if seed is None else seed)) % len(options)]

    def fresh(self, options: Sequence[str], *keys: str) -> str:
        """One of some wordings, one that was used least in this section."""
        fewest = min(self._used[o] for o in options)
        chosen = self.pick([o for o in options if self._used[o] == fewest], *keys)
        self._used[chosen] += 1
        return chosen

    def clause(
        self, metric: Metric, purpose: Purpose, *, plain: bool = False, sparse: bool = False
    ) -> tuple[str, str, str] | None:
        """(clause with slots, frame id, passage id) for one metric, None when nothing can be said of it.

        `plain` asks for the shortest honest form, one comparison and no target; `sparse` for one number, if one will do.
        """
        short = sparse and (purpose == "goals" or self._brief.bare_of_own)
        if purpose in ("results", "goals") and (own := self._own(metric, purpose, short=short)):
            return own
        fitting = self.choices(metric, purpose, plain=plain, sparse=sparse)
        if not fitting:
            return None
        if purpose == "goals":
            form = self._goal_form(metric)
            fitting = [f for f in fitting if f.id == form[sparse]] or fitting
        fewest = min(self._used[f.id] for f in fitting)
        frame = self.pick([f for f in fitting if self._used[f.id] == fewest], metric.id, purpose)
        self._used[frame.id] += 1
        return self._fill(frame, metric), f"bank:{frame.id}", ""

    def _goal_form(self, metric: Metric) -> tuple[str, str]:
        """The document's one form; a second goal in minutes or in persons takes another, or it would be the first again.

        Two goals of one page in two forms read as if two hands had written them.
        """
        form = _GOAL_FORMS.index(self.choose_for_document(_GOAL_FORMS, "goals"))
        if metric.kind not in _IN_WORDS:
            return _GOAL_FORMS[form]
        alike = f"goal {metric.kind} {self._goal_sign(metric)}"
        self._used[alike] += 1
        return _GOAL_FORMS[(form + self._used[alike] - 1) % len(_GOAL_FORMS)]

    def choices(self, metric: Metric, purpose: Purpose, *, plain: bool, sparse: bool) -> list[Frame]:
        """The frames of the bank that say this of a metric equally well; [] for none."""
        fitting = [f for f in bank() if f.role == purpose and self._fits(f, metric) and not (plain and f.reached)]
        fitting = [f for f in fitting if f.sparse is sparse] or [f for f in fitting if not f.sparse]
        if plain and sparse:
            # In one number it is how many, not how many more; of a rate besides which way it went.
            fitting = [f for f in fitting if "now" in f.fields] or fitting
            fitting = [f for f in fitting if f.direction != "any"] or fitting
        best = max((f.weight for f in fitting), default=0)
        return [f for f in fitting if f.weight == best]

    # --- own wording ---

    def has_own(self, metric: Metric, purpose: Purpose) -> bool:
        """Whether the office has a sentence of its own about this very metric that fits this year."""
        return any(p.own and self._passage_fits(p, metric, purpose) for p in self._brief.passages)

    def _own(self, metric: Metric, purpose: Purpose, *, short: bool) -> tuple[str, str, str] | None:
        """The office's own sentence: about this metric, else about one of its kind that moved alike; none of them twice."""
        if metric.direction == "zero":
            return None
        own = [p for p in self._brief.passages if p.own and not self._used[p.id + p.text]]
        own = [p for p in own if not (short and len(SLOT.findall(p.text)) > 1)]
        told = {p.text: p for p in own if self._passage_fits(p, metric, purpose)}
        told = told or {t: p for p in own if (t := self._lent(p, metric)) and self._text_fits(t, metric, purpose)}
        if not told:
            return None
        text = self.pick(sorted(told), metric.id, "passage")
        self._used[told[text].id + told[text].text] += 1
        return (_same_period(text) if of_months(self._brief) else text), "own", told[text].id

    def _lent(self, passage: BriefPassage, metric: Metric) -> str:
        """An own sentence about another metric said of this one; "" where it would not be this metric's Chinese."""
        other = self._metrics.get(next((m for m, _ in SLOT.findall(passage.text)), ""))
        if other is None or other.id == metric.id:
            return ""
        like = (other.kind, other.better, _sign(other)) == (metric.kind, metric.better, _sign(metric))
        told = lend(passage.text, other.name, metric.name) if like else ""
        return told.replace(f"{{{other.id}.", f"{{{metric.id}.")

    def _passage_fits(self, passage: BriefPassage, metric: Metric, purpose: Purpose) -> bool:
        return self._text_fits(passage.text, metric, purpose)

    def _text_fits(self, text: str, metric: Metric, purpose: Purpose) -> bool:
        if of_months(self._brief) and "全年" in text:
            return False  # a report on some months does not speak of the whole year
        if metric.kind not in ("count", "amount") and metric.trend is not None and _BARE.fullmatch(text):
            return False  # “四级手术占比31.6%” by itself says nothing of how it went
        names = SLOT.findall(text)
        change = metric.slots.get("change")
        if change is not None and "千分点" in change.meaning and any(f == "change" for _, f in names):
            return False  # offices say from what to what
        if any(f == "goal" for _, f in names) is not (purpose == "goals"):
            return False
        return bool(names) and all(m == metric.id and f in metric.slots for m, f in names)

    # --- the bank ---

    def _fits(self, frame: Frame, metric: Metric) -> bool:
        if frame.kinds and metric.kind not in frame.kinds:
            return False
        if frame.part and not self._brief.slot("brief.span"):
            return False
        if (frame.near or (frame.role == "results" and frame.direction == "flat")) and frame.near is not metric.nearly:
            return False
        if not frame.fields <= metric.slots.keys():
            return False
        if frame.direction not in ("any", self._towards(metric) if frame.role == "goals" else metric.direction):
            return False
        if frame.role == "goals" and frame.direction == "any" and self._towards(metric) == "flat":
            return False  # nothing rises to where it stands
        if "{whole}" in frame.text and of_months(self._brief) and metric.direction != "zero":
            return False  # “增加306例次，1—10月2718例次”: the months would stand between a name and its value
        if "change" in frame.fields and "千分点" in metric.slots["change"].meaning:
            return False  # offices say from what to what
        if "共{now}" in frame.text and "均" in metric.name:
            return False  # a mean is no sum
        if frame.role == "results" and metric.required and "now" in metric.slots and "now" not in frame.fields:
            return False  # what must be told is told with its value
        if metric.direction == "zero" and frame.direction != "zero" and frame.role == "results":
            return False
        if frame.reached is not None and metric.reached is not frame.reached:
            return False
        gap = metric.slots.get("gap")
        return not (frame.strict and (gap is None or gap.sign == 0))

    def _fill(self, frame: Frame, metric: Metric) -> str:
        trend = metric.trend
        sign = trend.sign if trend else 0
        if frame.role == "goals":
            sign = self._goal_sign(metric)
        # 三四级手术占比比上年: one 比 too many.
        pattern = frame.text.replace("{name}比上年", "{name}较上年") if metric.name.endswith("比") else frame.text
        text = pattern.replace("{name}", metric.name)
        if frame.role == "goals" and "now" not in metric.slots:
            # Nobody knows from where: a goal is reached, or kept to.
            text = re.sub(r"\{(?:to|aim)\}", "{reach_goal}", bare(text))
        if "{to}" in text:
            text = text.replace("{to}", self.pick(_TO[metric.kind, sign or 1], metric.id, "to"))
        if "{aim}" in text:
            text = text.replace("{aim}", self.fresh(_TO[metric.kind, sign or 1], metric.id, "aim"))
        text = text.replace(
            "{reach}", "为" if metric.better != "up" or sign < 0 else self.pick(("达到", "为"), metric.id)
        )
        better = ("多于" if sign > 0 else "少于") if metric.kind in ("count", "amount") else "好于"
        text = text.replace("{better_than}", better)
        text = text.replace("{whole}", whole(self._brief)).replace("{than}", "高于" if sign > 0 else "低于")
        if of_months(self._brief) and frame.role != "goals":
            text = _same_period(text)
            if not self._brief.slot("brief.span"):
                text = text.removeprefix("本期")  # a year's paper of ten months has said once which
        if frame.role == "goals" and self._brief.kind.looks_back:
            # Where a year is reported 上年 is the year before it, and this is the year reported.
            text = text.replace("上年", "{brief.year}年")
        text = text.replace("{beats}", "好于" if metric.better == "down" else "超过")
        held = metric.better == "down" or (metric.better == "neutral" and sign < 0)
        text = text.replace("{reach_goal}", "控制在" if held else "达到")
        if frame.role == "goals" and metric.better == "neutral" and sign < 0:
            text = re.sub(r"(?:降到|降至|减少到|减至|缩短到|缩短至)(?=\{goal\})", "控制在", text)
        return re.sub(_FIELD, lambda m: _with_caveat(metric, m[1]), text)

    @staticmethod
    def _towards(metric: Metric) -> str:
        """“flat” where the goal is to stay where one is, which no verb of motion says."""
        goal = metric.slots.get("goal")
        return "flat" if goal is not None and "now" in metric.slots and goal.sign == 0 else metric.direction

    @staticmethod
    def _goal_sign(metric: Metric) -> int:
        """Which way the goal asks to go from this year's value; the good way where that is not known."""
        goal = metric.slots.get("goal")
        if goal is not None and goal.sign:
            return goal.sign
        return -1 if metric.better == "down" else 1

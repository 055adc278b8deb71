"""Numeric fidelity by class: every claimed number of a finished draft against the cells it claims, read anew.

In: a draft and its case.  Out: `Measure`s named fidelity_<class>.

The claim says which metric and field a number is; whether the number is that, our own reading of the figures file says.
The product's formatter, its quantities and its verifier are not asked.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import NamedTuple

from eval.measures import Measure, Seen, Span
from eval.reading import Printed, digit_runs, read_printed
from eval.sentences import DOWN, OPPOSITE, UP
from eval.truth import Truth, holds, is_read, truths_of

CLASSES = ("value", "unit", "percent_point", "direction", "period", "hedge", "matter", "constant")
LABELS = {
    "value": "数值不符", "unit": "单位不符", "percent_point": "%与百分点混用", "direction": "增减方向不符",
    "period": "用了别的期间的数", "hedge": "近/超/约不符", "matter": "事项里没有的数", "constant": "年度或固定数不符",
}  # fmt: skip
_VERB = re.compile(
    rf"(?P<verb>{'|'.join(sorted(OPPOSITE, key=len, reverse=True))})(?P<far>了|到|至|为|为到)?(?:全年|今年)?$"
)
_RISING, _FALLING = frozenset(UP) - {"慢"}, frozenset(DOWN) - {"快"}
_LEVEL = ("now", "prev", "target", "goal")


class Number(NamedTuple):
    """One claimed stretch of a draft."""

    where: str
    text: str
    """The sentence, heading or cell it stands in."""
    start: int
    end: int
    state: str
    id: str
    metric: str

    @property
    def quote(self) -> str:
        return self.text[self.start : self.end]

    @property
    def field(self) -> str:
        return self.id.rpartition(".")[2]


class Wrong(NamedTuple):
    """A number that is not what it claims."""

    kind: str
    span: Span


def numbers(seen: Seen) -> Iterator[Number]:
    """Every claimed stretch, in reading order, tables too."""
    for where, text, claims in seen.claimed:
        for claim in claims:
            yield Number(where, text, claim.start, claim.end, claim.state, claim.id, claim.metric or "")


def judged(seen: Seen) -> tuple[list[Wrong], int]:
    """(what is wrong with the claimed numbers, how many we could not read ourselves)."""
    ground = _Ground(seen)
    wrong: list[Wrong] = []
    unread = 0
    for number in numbers(seen):
        if number.state in ("metric", "derived"):
            found = ground.metric(number)
            unread += found is None
            wrong += found or []
        elif number.state == "matter":
            wrong += ground.matter(number)
        elif number.state == "constant":
            wrong += ground.constant(number)
    return wrong, unread


class _Ground:
    """The given cells, by the product's id of each metric."""

    def __init__(self, seen: Seen) -> None:
        case, catalogue = seen.case, seen.case.read_figures.catalogue()
        files = [case.folder / f for f in (case.late or case.figures)]
        self.truths: dict[str, list[tuple[str, Truth]]] = defaultdict(list)
        self.unsure: set[str] = set()
        for truth in truths_of(files, seen.draft.period or str(seen.draft.year), case.department):
            ids = {n: found.id if (found := catalogue.by_name(n)) else n for n in (*truth.rows, *truth.unsure)}
            self.unsure |= {ids[n] for n in truth.unsure}
            for name in truth.rows:
                self.truths[ids[name]].append((name, truth))
        year = int((seen.draft.period or str(seen.draft.year))[:4])
        self.whole = all(is_read(f, year) for f in files)
        self.given, self.year = case.given_text, seen.draft.year
        self.looks_back = seen.draft.kind.looks_back

    def metric(self, number: Number) -> list[Wrong] | None:
        rows = self.truths.get(number.metric, [])
        verb, printed = _split(number)
        if number.metric in self.unsure or not (rows or self.whole):
            return None  # it stands where we cannot look
        if not rows:
            return [_wrong("value", number, "指标表里没有这个指标")] if digit_runs(number.quote) else []
        wrong = [w for w in (self._direction(number, verb, rows),) if w]
        if not digit_runs(number.quote):
            return wrong
        if printed is None:
            return None
        kinds = [_kind(truth, name, number.field, printed) for name, truth in rows]
        if any(k is None for k in kinds):
            return None
        if kinds and "" not in kinds:
            wrong.append(_wrong(str(kinds[0]), number, LABELS[str(kinds[0])]))
        return wrong

    def _direction(self, number: Number, verb: str, rows: list[tuple[str, Truth]]) -> Wrong | None:
        sign = (verb in _RISING) - (verb in _FALLING)
        if not sign:
            return None
        field = "aim" if number.field == "goal" else "dir"
        true = {truth.sign(name, field) for name, truth in rows}
        if 0 in true or sign in true:
            return None
        return _wrong("direction", number, f"“{verb}”与指标表的增减相反")

    def matter(self, number: Number) -> list[Wrong]:
        runs = [number.quote[s:e] for s, e in digit_runs(number.quote)]
        return [_wrong("matter", number, f"事项里没有“{run}”") for run in runs if not stands_alone(run, self.given)]

    def constant(self, number: Number) -> list[Wrong]:
        said = re.search(r"20\d\d", number.quote)
        reported = self.year if self.looks_back else self.year - 1
        expected = {"brief.year": reported, "brief.plan_year": reported + 1}.get(number.id)
        if said is None or expected is None or int(said[0]) == expected:
            return []
        return [_wrong("constant", number, f"应为{expected}年")]


def _split(number: Number) -> tuple[str, Printed | None]:
    """The direction word of a claim, inside it or right before it, and its number."""
    quote = number.quote
    inside = re.match(r"[一-鿿]*", quote)
    word = inside[0] if inside else ""
    verb = next((v for v in sorted(OPPOSITE, key=len, reverse=True) if word.startswith(v)), "")
    if not verb and number.field in ("now", "goal", "change", "growth"):
        before = _VERB.search(number.text, max(0, number.start - 6), number.start)
        # A bare “增加” stands before an amount; a level needs its 到, 至 or 为.
        takes_level = before is not None and (bool(before["far"]) or before["verb"][-1] in "至到")
        if before is not None and (takes_level == (number.field in ("now", "goal"))):
            verb = before["verb"]
    return verb, read_printed(re.sub(r"^[至到为了]", "", quote.removeprefix(verb)))


def _kind(truth: Truth, name: str, field: str, printed: Printed) -> str | None:
    """ "" when the number holds, the class of what is wrong, None when we do not know this field."""
    value = truth.value(name, field)
    if value is None:
        known = field in (*_LEVEL, "change", "growth", "gap", "attainment", "multiple")
        return "value" if known and field in _LEVEL else None
    unit = _unit(truth.rows[name].unit, field)
    if ":" in unit or "：" in unit:
        return None
    aim = field in ("target", "goal")
    if holds(abs(value), printed, unit, aim=aim):
        return ""
    if {printed.unit, unit} == {"%", "个百分点"}:
        return "percent_point"
    if holds(abs(value), printed._replace(unit=unit), unit, aim=aim):
        return "unit"
    if printed.qualifier and holds(abs(value), printed._replace(qualifier=""), unit, aim=aim):
        return "hedge"
    others = [truth.value(name, other) for other in _LEVEL if other != field]
    if field in _LEVEL and any(o is not None and holds(abs(o), printed, unit, aim=aim) for o in others):
        return "period"
    return "value"


def _unit(base: str, field: str) -> str:
    """The unit in which a field is printed."""
    if field in ("growth", "attainment"):
        return "%"
    if field == "multiple":
        return "倍"
    return {"%": "个百分点", "‰": "个千分点"}.get(base, base) if field in ("change", "gap", "step") else base


def _wrong(kind: str, number: Number, why: str) -> Wrong:
    return Wrong(kind, Span(number.where, number.quote, f"{why}：{number.text[:60]}"))


def stands_alone(number: str, text: str) -> bool:
    """Whether a number stands in a text and not inside a longer one."""
    return re.search(rf"(?<![\d.]){re.escape(number)}(?![\d.]*\d)", text) is not None


def value_of(text: str) -> Decimal | None:
    """The value of a printed number, verb and all; None when it is none."""
    printed = read_printed(re.sub(r"^[一-鿿]+(?=\d)", "", text))
    return printed.value if printed else None


# --- measures -------------------------------------------------------------------------------------


def _measure_of(kind: str) -> Callable[[Seen], Measure]:
    def measure(seen: Seen) -> Measure:
        spans = tuple(w.span for w in seen.fidelity[0] if w.kind == kind)
        return Measure(f"fidelity_{kind}", len(spans), spans, failed=bool(spans))

    measure.__name__, measure.__doc__ = f"fidelity_{kind}", LABELS[kind]
    return measure


def unread_numbers(seen: Seen) -> Measure:
    """Claimed numbers that our own reading could not judge (ranks, streaks, ratios as 1:x)."""
    return Measure("unread_numbers", seen.fidelity[1])


FIDELITY: tuple[Callable[[Seen], Measure], ...] = (*(_measure_of(kind) for kind in CLASSES), unread_numbers)

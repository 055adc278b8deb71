"""Which numbers differ between two versions: added, lost, changed, moved, taken from another source.

In: two `Version`s and how their sentences align.  Out: `FactChange`s in the order of the new version, what is gone
where it stood.

`pairing` decides which number is which.  Two numbers that nothing but a shared unit connects are one lost and one added: a false “36场 → 12场” would teach
people to look away.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice, takewhile
from typing import Any, Literal

from chugao.catalogue import Catalogue
from chugao.comparing.numbers import (
    Aspect,
    Number,
    NumberKind,
    PlacedClaim,
    catalogue_of,
    claims_of,
    label_of,
    names_in,
)
from chugao.comparing.pairing import Pair, Reading, equals, heading_of, pair_numbers, reverses, same_unit
from chugao.comparing.versions import Comparison, Part, Span, Unit, Version
from chugao.kind import Kind
from chugao.quantity import comparable, convert, supports

ChangeKind = Literal["added", "lost", "changed", "moved", "resourced"]
LABELS: dict[ChangeKind, str] = {
    "changed": "改动",
    "added": "新增",
    "lost": "删去",
    "moved": "移位",
    "resourced": "换源",
}
ROLES: dict[Aspect, str] = {"value": "", "baseline": "上年", "target": "目标", "change": "增减", "parameter": ""}

_MEANS: dict[Aspect, str] = {
    "value": "完成数", "baseline": "上年数", "target": "目标", "change": "增减的幅度", "parameter": "完成数",
}  # fmt: skip
_AIM = re.compile(r"力争|争取|目标|计划|预期|确保|拟|任务|控制线")
_BESIDE = 8
_BASES = (
    ("上年", re.compile(r"同比|[比较][上去]年|上年|去年")),
    ("上一期", re.compile(r"环比|[比较]上(?:月|季|半年|期|周)")),
    ("年初", re.compile(r"[比较]年初")),
    ("更早的年份", re.compile(r"[比较](?:前年|20\d\d年|“?十[三四五])")),
)

_PLACES = 20
"""Places of one number that are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactPlace:
    """Where a number stands in one version."""

    section: str
    """Key of the part: the id in a draft, number and heading in a foreign text."""
    heading: str
    start: int
    """Code points of `Version.text`."""
    end: int
    sentence: str
    source: str = ""
    """What supports it, as a person reads it; "" where no draft says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactChange:
    """What became of one number."""

    change: ChangeKind
    kind: NumberKind
    metric: str
    """Its name: of the catalogue or the figures, else the words at the number."""
    metric_id: str | None
    role: Aspect
    column: str = ""
    """Head of its column in a table."""
    old: str
    """As printed, "" for one that was added."""
    new: str
    old_place: FactPlace | None = None
    new_place: FactPlace | None = None
    note: str = ""
    """What is peculiar: the unit, the direction, only the rounding changed."""
    also: tuple[str, ...] = ()
    """Headings under which the old number still stands in the new version; of an added one, where the old had it."""

    @property
    def label(self) -> str:
        return LABELS[self.change]

    @property
    def place(self) -> FactPlace:
        """Where to look: in the new version, in the old one for what is gone."""
        place = self.new_place or self.old_place
        assert place is not None
        return place

    @property
    def section(self) -> str:
        return self.place.section

    @property
    def heading(self) -> str:
        return self.place.heading

    def as_json(self) -> dict[str, Any]:
        """As `chugao compare --json` prints it: the keys of the contract first."""
        short = {"change": self.change, "metric": self.metric, "old": self.old, "new": self.new}
        return short | {"section": self.section, "heading": self.heading} | asdict(self) | {"also": list(self.also)}


def compare_facts(old: Version, new: Version, comparison: Comparison | None = None) -> tuple[FactChange, ...]:
    """What became of every number between two versions; `comparison` saves aligning their sentences again."""
    if comparison is None:
        from chugao.comparing import compare

        comparison = compare(old, new)
    catalogue = catalogue_of(old, new)
    reading = Reading(old, new, comparison, catalogue)
    pairs, gone, come = _with_unread(comparison, reading, *pair_numbers(reading))
    scribe = _Scribe(old, new, catalogue, names_in(old, new))
    told = [c for p in pairs if (c := scribe.of_pair(p)) is not None]
    told += [scribe.one("lost", n) for n in gone if _worth_telling(n, new)]
    told += [scribe.one("added", n) for n in come if _worth_telling(n, old)]
    told += scribe.resourced(comparison.units)
    return tuple(sorted(told, key=_in_order(comparison)))


def facts_in_place(comparison: Comparison) -> tuple[FactChange, ...]:
    """Of `compare_facts` what stands in a sentence or cell that stayed or moved; the rest is not told, nor read in vain.

    A sentence that came or went is read only where a number of another one has no partner yet, which it may hold.
    """
    old, new = comparison.old, comparison.new
    catalogue = catalogue_of(old, new)
    claimed = bool(claims_of(old) or claims_of(new))
    reading = Reading(old, new, comparison, catalogue, lambda unit: _may_differ_in_place(unit, claimed))
    pairs, gone, come = pair_numbers(reading)
    if gone or come:
        reading.read_the_rest()
        pairs, gone, come = _with_unread(comparison, reading, *pair_numbers(reading))
    stayed_old = [u.old_span for u in comparison.units if u.op == "changed"]
    stayed_new = [u.new_span for u in comparison.units if u.op in ("changed", "moved_to")]
    scribe = _Scribe(old, new, catalogue, names_in(old, new))
    told = [c for p in pairs if _inside(p.new, stayed_new) and (c := scribe.of_pair(p)) is not None]
    told += [scribe.one("lost", n) for n in gone if _inside(n, stayed_old) and _worth_telling(n, new)]
    told += [scribe.one("added", n) for n in come if _inside(n, stayed_new) and _worth_telling(n, old)]
    return tuple(sorted(told, key=_in_order(comparison)))


def _may_differ_in_place(unit: Unit, claimed: bool) -> bool:
    """Whether a number of it can differ from its partner in the same sentence; `claimed`: two may read alike and not be."""
    if unit.op in ("moved_from", "moved_to"):
        return claimed or unit.old != unit.new
    return unit.op == "changed"


def _inside(number: Number, spans: Sequence[Span]) -> bool:
    """Whether a number stands in one of these stretches, which are in order."""
    at = bisect_right(spans, number.start, key=_start) - 1
    return at >= 0 and number.end <= spans[at][1]


def _start(span: Span) -> int:
    return span[0]


def _with_unread(
    comparison: Comparison, reading: Reading, pairs: list[Pair], gone: list[Number], come: list[Number]
) -> tuple[list[Pair], list[Number], list[Number]]:
    """A number that stands in the place of one that is read as none: of 两个 → 一个 the latter, of 2日归档率 → 6日 the former."""
    hunks = [h for h in comparison.hunks if h.kind == "数字" and _COUNT.fullmatch(h.old) and _COUNT.fullmatch(h.new)]
    left, came = {(n.start, n.end): n for n in gone}, {(n.start, n.end): n for n in come}
    for hunk in hunks:
        a, b = left.get(hunk.old_span), came.get(hunk.new_span)
        unit = comparison.units[hunk.unit]
        if b is not None and not _any_in(reading.old, hunk.old_span):
            a = _unread(b, hunk.old, hunk.old_span, unit.old_part, unit.old_span)
        elif a is not None and not _any_in(reading.new, hunk.new_span):
            b = _unread(a, hunk.new, hunk.new_span, unit.new_part, unit.new_span)
        else:
            continue
        pairs.append(Pair(a, b, moved=False))
        left.pop(hunk.old_span, None)
        came.pop(hunk.new_span, None)
    return pairs, list(left.values()), list(came.values())


def _unread(beside: Number, printed: str, span: Span, part: int | None, sentence: Span) -> Number:
    """What stands in the other version in the place of a number, told like it: no quantity, no source."""
    start, end = span
    return beside._replace(
        start=start, end=end, printed=printed, quantity=None, part=part or 0, sentence=sentence, claim=None
    )


_COUNT = re.compile(r"[第约近超]?[0-9０-９一二两三四五六七八九十百千万亿半][^，。；：、【】《》\s]{0,12}")


def _any_in(numbers: Sequence[Number], span: Span) -> bool:
    """Whether a number that says something, no mere digits of a name, stands in a span."""
    at = bisect_right(numbers, span[0], key=lambda n: n.end)
    return any(n.kind != "name" for n in takewhile(lambda n: n.start < span[1], numbers[at : at + _PLACES]))


def _worth_telling(number: Number, other: Version) -> bool:
    """Digits of names come and go with their sentences; a date only matters where the other version lacks it."""
    if number.kind == "name":
        return False
    return number.kind != "date" or number.printed not in other.text


def _in_order(comparison: Comparison) -> Any:
    """Key that sorts by place in the new version; what is gone stands where it would stand."""
    anchors = sorted((u.old_span[0], u.new_span[0]) for u in comparison.units if u.in_old and u.in_new)
    starts = [old for old, _ in anchors]

    def key(change: FactChange) -> tuple[int, int]:
        if change.new_place is not None:
            return change.new_place.start, 1
        assert change.old_place is not None
        at = bisect_right(starts, change.old_place.start)
        return (anchors[at - 1][1] if at else -1), 0

    return key


def with_role(metric: str, role: Aspect, column: str = "") -> str:
    """“平均住院日（目标）”; in a table the head of the column says it: “平均住院日（年度目标）”."""
    word = column or ROLES[role]
    return f"{metric}（{word}）" if word and word not in metric else metric


# --- telling --------------------------------------------------------------------------------------


class _Scribe:
    """Writes down what became of numbers, with name and place."""

    def __init__(self, old: Version, new: Version, catalogue: Catalogue, names: Mapping[str, str]) -> None:
        self.old, self.new, self.catalogue, self.names = old, new, catalogue, names
        self.parts: tuple[tuple[Part, ...], tuple[Part, ...]] = (old.parts, new.parts)

    def of_pair(self, pair: Pair) -> FactChange | None:
        """The change of a number found in both versions, None when it stayed what and where it was."""
        a, b = pair.old, pair.new
        if equals(a, b):
            if pair.moved and a.kind == "number" and self._home(self.old, a) != self._home(self.new, b):
                return self._told("moved", a, b)
            if _other_source(a, b):
                return self._told("resourced", a, b)
            meaning = self._other_meaning(a, b)
            return self._told("changed", a, b, note=meaning) if meaning else None
        return self._told("changed", a, b, note=_note(a, b))

    def _other_meaning(self, a: Number, b: Number) -> str:
        """“提高到12%” is not “提高12%”, 同比 not 环比; what was reached may have become a mere target."""
        if a.kind != "number" or a.column is not None or b.column is not None:
            return ""
        if {a.aspect, b.aspect} & {"change"} and a.aspect != b.aspect:
            return f"数没变，意思变了：原是{_MEANS[a.aspect]}，现是{_MEANS[b.aspect]}"
        before, after = _basis(a), _basis(b)
        if a.aspect == "change" and before and after and before != after:
            return f"数没变，比较的对象变了：原是{before}，现是{after}"
        if {a.aspect, b.aspect} == {"value", "target"} and self._aims(self.old, a) != self._aims(self.new, b):
            return f"数没变，意思变了：原是{_MEANS[a.aspect]}，现是{_MEANS[b.aspect]}"
        return ""

    @staticmethod
    def _aims(version: Version, number: Number) -> bool:
        """Whether its clause speaks of an aim; in a plan everything does."""
        if version.kind not in (None, Kind.SUMMARY, Kind.SUMMARY_PLAN) or number.ahead:
            return True
        around = version.text[number.sentence[0] : min(number.sentence[1], number.end + _BESIDE)]
        return _AIM.search(around) is not None

    def one(self, change: ChangeKind, number: Number) -> FactChange:
        return self._told(change, number, None) if change == "lost" else self._told(change, None, number)

    def resourced(self, units: Iterable[Unit]) -> list[FactChange]:
        """Numbers in unchanged sentences that rest on another cell, file or cut-off than before."""
        if self.old.draft is None or self.new.draft is None:
            return []
        before, after = _placed(claims_of(self.old)), _placed(claims_of(self.new))
        starts, told = sorted(before), []
        for unit in units:
            if unit.op != "equal":
                continue
            shift = unit.new_span[0] - unit.old_span[0]
            for start in starts[bisect_left(starts, unit.old_span[0]) : bisect_left(starts, unit.old_span[1])]:
                here, there = before[start], after.get(start + shift)
                if there is not None and _differ(here, there):
                    told += self._resourced_claim(unit, here, there)
        return told

    def _resourced_claim(self, unit: Unit, old: PlacedClaim, new: PlacedClaim) -> list[FactChange]:
        printed = self.new.text[new[0] : new[1]]
        if old[1] - old[0] != new[1] - new[0] or not re.search(r"\d", printed):
            return []
        metric = new[2].metric
        definition = self.catalogue.get(metric) if metric else None
        name = self.names.get(metric or "") or (definition.name if definition else _before(self.new.text, new[0]))
        places = (
            self._place(self.old, unit.old_part, unit.old_span, old[0], old[1], old[2].source),
            self._place(self.new, unit.new_part, unit.new_span, new[0], new[1], new[2].source),
        )
        return [
            FactChange(
                change="resourced",
                kind="number",
                metric=name,
                metric_id=metric,
                role="value",
                old=printed,
                new=printed,
                old_place=places[0],
                new_place=places[1],
                note=_sources(old[2].source, new[2].source),
            )
        ]

    def _told(self, change: ChangeKind, a: Number | None, b: Number | None, note: str = "") -> FactChange:
        number = b or a
        assert number is not None
        metric = (number.claim.metric if number.claim else None) or number.metric or (a.metric if a else None)
        named = a if a is not None and b is not None and not b.metric and a.metric else number
        flipped = a is not None and b is not None and reverses(a, b)
        equal = change == "changed" and a is not None and b is not None and equals(a, b)
        if change == "resourced" and a is not None and b is not None:
            note = _sources(_source(a), _source(b))
        return FactChange(
            change=change,
            kind=number.kind,
            metric=label_of(named, self.catalogue, self.names),
            metric_id=metric,
            role=number.aspect,
            column=number.column or "",
            old=_led_in(a) if note and equal else _printed(a, flipped),
            new=_led_in(b) if note and equal else _printed(b, flipped),
            old_place=self._of(self.old, a),
            new_place=self._of(self.new, b),
            note=note,
            also=self._also(change, a, b),
        )

    def _of(self, version: Version, number: Number | None) -> FactPlace | None:
        if number is None:
            return None
        return self._place(version, number.part, number.sentence, number.start, number.end, _source(number))

    def _place(
        self, version: Version, part: int | None, sentence: Span, start: int, end: int, source: str | None
    ) -> FactPlace:
        own = version.parts[part or 0]
        return FactPlace(
            section=own.key,
            heading=heading_of(own),
            start=start,
            end=end,
            sentence=version.text[sentence[0] : sentence[1]].replace("\t", "｜"),
            source=source or "",
        )

    @staticmethod
    def _home(version: Version, number: Number) -> str:
        """The part a number stands in, whatever number is printed before its heading now."""
        part = version.parts[number.part]
        return part.id or part.heading or part.key

    def _also(self, change: ChangeKind, a: Number | None, b: Number | None) -> tuple[str, ...]:
        """Where the old number still stands (changed, lost), or stood before it was added here."""
        number, version = (b, self.old) if change == "added" else (a, self.new)
        if change not in ("changed", "lost", "added") or number is None or number.kind != "number":
            return ()
        names = {n for n in (number.metric_name, number.name) if len(n) >= 2}
        if not names or not re.search(r"\d{2}|\d\.\d", number.printed):
            return ()
        found = []
        for at in islice(_standing(number.printed, version.text), _PLACES):
            if b is not None and version is self.new and b.start <= at < b.end:
                continue
            line = version.text[max(0, at - 40) : at]
            if any(_names(name, line) for name in names):
                found.append(heading_of(version.part_at(at)))
        return tuple(dict.fromkeys(found))


def _standing(printed: str, text: str) -> Iterator[int]:
    """Where a number stands in a text as a whole, not as a part of a longer one."""
    at = text.find(printed)
    while at >= 0:
        end = at + len(printed)
        if text[at - 1 : at] not in _BEFORE_DIGITS and text[end : end + 1] not in _AFTER_DIGITS:
            yield at
        at = text.find(printed, end)


def _basis(number: Number) -> str:
    """What a change is measured against, "" where the words at it do not say."""
    return next((name for name, pattern in _BASES if pattern.search(number.left)), "")


def _printed(number: Number | None, with_verb: bool) -> str:
    if number is None:
        return ""
    return f"{number.verb}{number.printed}" if with_verb else number.printed


def _names(name: str, line: str) -> bool:
    """Whether a name at the end of a line is that of the number after it, not of another number between them."""
    at = line.rfind(name)
    return at >= 0 and _NOT_ITS.search(line, at + len(name)) is None


_NOT_ITS = re.compile(r"[。；\n]|\d[^，、]*[，、]")
_AFTER_DIGITS = frozenset("0123456789０１２３４５６７８９.")
_BEFORE_DIGITS = _AFTER_DIGITS | {","}


def _led_in(number: Number | None) -> str:
    """With the words that say what it means: “同比增长6.1%”, “提高到12%”."""
    lead = _LEADS_IN.search(number.left) if number is not None else None
    return (lead[0] if lead else "") + _printed(number, with_verb=False)


_LEADS_IN = re.compile(
    r"(?:[同环]比|[比较](?:上年|去年|年初|上月|上季度))?(?:提高|提升|增长|增加|上升|下降|降低|减少|缩短|压缩|延长|达到?|升|降|增|减)?[到至为了]?$"
)


def _note(a: Number, b: Number) -> str:
    if a.quantity is None or b.quantity is None:
        return ""
    if reverses(a, b):
        return "增减方向相反"
    if not same_unit(a.quantity.unit, b.quantity.unit):
        return "单位变了" if a.quantity.value == b.quantity.value else "数值和单位都变了"
    if a.quantity.value == b.quantity.value and a.quantity.qualifier != b.quantity.qualifier:
        return "数没变，确切程度变了"
    unit = b.quantity.unit
    value = convert(a.quantity.value, a.quantity.unit, unit) if comparable(a.quantity.unit, unit) else a.quantity.value
    exact, rounded = (
        (a.quantity, b.quantity) if a.quantity.resolution < b.quantity.resolution else (b.quantity, a.quantity)
    )
    if exact.resolution < rounded.resolution and comparable(exact.unit, rounded.unit):
        value = convert(exact.value, exact.unit, rounded.unit)
        return "四舍五入后相同" if supports(value, rounded) else ""
    return ""


def _source(number: Number) -> str:
    return (number.claim.source or "") if number.claim else ""


def _other_source(a: Number, b: Number) -> bool:
    """The same number, by another claim; digits of dates and names are nobody's figure."""
    return a.claim is not None and b.claim is not None and a.kind == "number" and _claims_differ(a.claim, b.claim)


def _differ(old: PlacedClaim, new: PlacedClaim) -> bool:
    return _claims_differ(old[2], new[2])


def _claims_differ(old: Any, new: Any) -> bool:
    return (old.source or "") != (new.source or "") or (old.metric, old.period) != (new.metric, new.period)


def _placed(claims: list[PlacedClaim]) -> dict[int, PlacedClaim]:
    return {c[0]: c for c in claims if c[2].state != "constant"}


def _before(text: str, at: int) -> str:
    return re.split(r"[，。；：、\n]", text[max(0, at - 12) : at])[-1] or "数字"


def _sources(old: str | None, new: str | None) -> str:
    return f"原出处：{old or '无'}；现出处：{new or '无'}"

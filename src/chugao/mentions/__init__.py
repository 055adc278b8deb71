"""Find every number in a Chinese text and say what it does there.

In: text.  Out: `Mention`s in order, each with its span, its `Quantity`, its role and, where the text names one, its
metric.

“由89%提升至95%” is a result in a 总结 and a target in a 计划: the role comes from the tense of the part, which
follows the headings, or is passed as `tense`; not from the pattern.  No rule here knows the words of any one document.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from chugao.catalogue import Catalogue, load_catalogue
from chugao.kind import Kind, kind_of_title, reported_and_planned, years_of_title
from chugao.mentions.besides import baseline_of, direction_of, period_of, verb_of
from chugao.mentions.columns import Cell, Columns
from chugao.mentions.fixed import Span, fixed_spans, is_fixed_term, is_ranked, unclaimed_digits
from chugao.mentions.linking import (
    NO_LINK,
    Link,
    SentenceView,
    listed_links,
    lists_of,
    metric_of,
    view_of,
    with_hidden_units,
    with_unit_of_label,
)
from chugao.mentions.mention import Mention, MentionRole, Tense
from chugao.mentions.names import Label, MetricNames, metric_names
from chugao.mentions.roles import Reader
from chugao.mentions.tenses import Sentence, sentences_of
from chugao.mentions.tying import listed_periods, tied
from chugao.mentions.wording import COUNTED, POINTS
from chugao.period import Period
from chugao.quantity import Found, Quantity, find_han_numbers, find_numbers, fold

__all__ = ["COUNTED", "Mention", "MentionRole", "MetricNames", "Tense", "find_mentions", "metric_names"]

_NIL = re.compile(r"发生|未出现|未发现|无|零")
_NUMBER = re.compile(r"\d++(?:\.\d++)?")
_LEVELS = (MentionRole.CURRENT, MentionRole.COUNT)
_LEFT, _RIGHT, _SPAN = 40, 30, 80
"""How far the words around a number are looked at; the months it counts for stand farther off."""


def find_mentions(
    text: str,
    catalogue: Catalogue | None = None,
    *,
    kind: Kind | None = None,
    year: int | None = None,
    tense: Tense | None = None,
    within: Sequence[tuple[int, int]] | None = None,
) -> list[Mention]:
    """Every number of a text, in order of position.

    `kind` and `year` are those of the document (read from the first line when not given); `tense` overrides what the
    headings say.  Every digit outside Latin words falls into some mention.  Linear in the length of the text.
    Where only some stretches matter, `within` says which, in order: what is found elsewhere is then not understood.
    """
    catalogue = catalogue or load_catalogue()
    title = text.lstrip().partition("\n")[0][:80]
    kind = kind or kind_of_title(title)
    if year is None:
        reported, planned = reported_and_planned(kind, years_of_title(title))
        year = reported or planned
    folded = fold(text)
    fixed = fixed_spans(folded)
    reading = _Reading(text, folded, metric_names(catalogue), _years(kind, year), Columns(folded, year))
    numbers = with_hidden_units(_numbers_outside(text, folded, fixed), folded)
    starts = [f.start for f in numbers]
    for sentence in sentences_of(folded, kind, year, tense):
        if within is not None and not _touched(sentence, within):
            continue
        inside = numbers[bisect_left(starts, sentence.start) : bisect_left(starts, sentence.end)]
        reading.sentence(sentence, inside, fixed)
    return reading.all_mentions(fixed)


def _touched(sentence: Sentence, within: Sequence[tuple[int, int]]) -> bool:
    """Whether one of these stretches, which are in order, holds a part of a sentence."""
    at = bisect_right(within, sentence.start, key=_end_of)
    return at < len(within) and within[at][0] < sentence.end


def _end_of(stretch: tuple[int, int]) -> int:
    return stretch[1]


def _years(kind: Kind | None, year: int | None) -> dict[Tense, int | None]:
    """What “this year” is in the past and in the future half of a document."""
    if year is None:
        return {"past": None, "future": None}
    looks_back = kind is None or kind.looks_back
    return {"past": year, "future": year + 1} if looks_back else {"past": year - 1, "future": year}


def _numbers_outside(text: str, folded: str, fixed: Iterable[Span]) -> list[Found]:
    """Numbers that touch no fixed span, digits first, Chinese numerals where no digits are."""
    taken = bytearray(len(text) + 1)
    for start, end, _ in fixed:
        taken[start:end] = b"\x01" * (end - start)
    found = [f for f in find_numbers(text, taken) if taken.find(1, _digits_start(f, folded), f.end) < 0]
    for f in found:
        taken[f.start : f.end] = b"\x01" * (f.end - f.start)
    count = len(found)
    for f in find_han_numbers(text):
        if taken.find(1, f.start, f.end) >= 0:
            continue
        if not is_fixed_term(text, f.start, f.end, f.quantity.printed, f.quantity.unit):
            found.append(f)
    return sorted(found, key=_start) if len(found) > count else found


def _start(found: Found) -> int:
    return found.start


def _digits_start(found: Found, folded: str) -> int:
    digits = _NUMBER.search(folded, found.start, found.end)
    return digits.start() if digits else found.start


class _Reading:
    """One text being read; holds what its sentences share."""

    def __init__(
        self, text: str, folded: str, names: MetricNames, years: dict[Tense, int | None], columns: Columns
    ) -> None:
        self.text, self.folded, self.names, self.years, self.columns = text, folded, names, years, columns
        self.mentions: list[Mention] = []
        self.named: list[tuple[int, int]] = []
        """Digits inside metric names."""
        self._rows: dict[tuple[int, int], Link] = {}

    def sentence(self, sentence: Sentence, numbers: list[Found], fixed: Sequence[Span]) -> None:
        words = self.folded[sentence.start : sentence.end]
        if _NIL.search(words):
            self.mentions += self._zeros(sentence, words)
        if not numbers and not _NUMBER.search(words):
            return
        labels = self.names.find(words)
        named = [
            (sentence.start + start + m.start(), sentence.start + start + m.end())
            for start, end, _ in labels
            for m in _NUMBER.finditer(words[start:end])
        ]
        self.named += named
        if labels:
            numbers = [f for f in numbers if not _inside(_digits_start(f, self.folded), labels, sentence.start)]
        if numbers:
            view = view_of(sentence.start, words, labels, self._above(sentence))
            self.mentions += tied([*self._numbers(sentence, numbers, view)], self.folded)

    def _above(self, sentence: Sentence) -> Link:
        return NO_LINK if sentence.label is None else self._named_by(*sentence.label)

    def _named_by(self, start: int, end: int) -> Link:
        """The metric that a line or a cell names and nothing else."""
        if (known := self._rows.get((start, end))) is not None:
            return known
        line = self.folded[start:end].strip(" \t　：:#*")
        found = self.names.find(line)
        whole = len(found) == 1 and found[0][:2] == (0, len(line))
        link = self._rows[start, end] = (found[0][2], line) if whole else NO_LINK
        return link

    def _numbers(self, sentence: Sentence, numbers: Sequence[Found], view: SentenceView) -> Iterator[Mention]:
        runs = lists_of(numbers, self.folded)
        listed = listed_links(numbers, runs, view)
        times = self._listed_times(numbers, runs, sentence)
        previous: Mention | None = None
        for index, found in enumerate(numbers):
            cell = self.columns.at(found.start)
            reader = self._reader(sentence, found, previous, cell)
            role = reader.role()
            row = self._named_by(*cell.row) if cell else NO_LINK
            if index in listed and role.is_fact:
                metric, name = listed[index]
            else:
                metric, name = metric_of(found, role, view, previous, row)
            quantity = found.quantity
            if reader.rank and not quantity.unit:
                quantity = replace(quantity, unit="位")
            elif metric is not None and not quantity.unit and role is not MentionRole.CHANGE:
                gap = "" if cell else self._gap(name, found, sentence)
                quantity = with_unit_of_label(quantity, metric, gap)
            verb = verb_of(reader)
            time = times.get(index)
            if time is not None and reader.year and time.year < reader.year and role in _LEVELS:
                role = MentionRole.BASELINE
            previous = Mention(
                start=reader.start,
                end=found.end,
                text=self.text[reader.start : found.end],
                role=role,
                quantity=quantity,
                metric=metric.id if metric else None,
                metric_name=name,
                period=time.code
                if time
                else period_of(reader, role, self.folded[max(sentence.start, found.start - _SPAN) : found.start]),
                baseline=baseline_of(reader, role),
                direction=direction_of(verb),
                verb=verb,
                approximate=found.ambiguous,
                tense=sentence.tense,
                sentence=(sentence.start, sentence.end),
            )
            yield previous

    def _listed_times(
        self, numbers: Sequence[Found], runs: Sequence[tuple[int, int]], sentence: Sentence
    ) -> dict[int, Period]:
        """Index of a number → the quarter, month or year that a list of them gives it."""
        times: dict[int, Period] = {}
        for first, after in runs:
            year = self.years[sentence.tense]
            listed = listed_periods(self.folded, sentence.start, numbers[first].start, after - first, year)
            times |= {first + i: period for i, period in enumerate(listed)}
        return times

    def _reader(self, sentence: Sentence, found: Found, previous: Mention | None, cell: Cell | None) -> Reader:
        start = found.start - 1 if self._is_rank(found) else found.start
        # What the other cells of a row say is not said of this one.
        floor = cell.start if cell else sentence.start
        return Reader(
            found,
            self.folded[max(floor, start - _LEFT) : start],
            self.folded[found.end : min(sentence.end, found.end + _RIGHT)],
            sentence,
            previous,
            self.years[sentence.tense],
            start=start,
            column=self._column(found, cell),
        )

    def _column(self, found: Found, cell: Cell | None) -> MentionRole | None:
        """What the head of the table says, or the sign: “+11.1%” alone in a cell is a change."""
        if cell is None:
            return None
        signed = found.quantity.printed[:1] in ("+", "-", "−", "↑", "↓") or found.quantity.unit in POINTS
        alone = self.folded[cell.start : cell.end].strip() == self.text[found.start : found.end]
        return MentionRole.CHANGE if signed and alone else cell.role

    def _is_rank(self, found: Found) -> bool:
        if self.folded[found.start - 1 : found.start] != "第":
            return False
        unit = found.quantity.unit
        return unit in ("位", "名") or (unit == "" and is_ranked(self.folded, found.start - 1))

    def _gap(self, name: str, found: Found, sentence: Sentence) -> str:
        """What stands between a label and its number, "" for a label on the line above."""
        before = self.folded[max(sentence.start, found.start - _LEFT) : found.start]
        return before.rpartition(name)[2] if name in before else ""

    def _zeros(self, sentence: Sentence, words: str) -> Iterator[Mention]:
        """“未发生X” is a zero of the metric X; of anything that no metric is, it is only a phrase."""
        year = self.years[sentence.tense]
        for start, end, name_start, name_end, definition in self.names.find_zeros(words):
            printed = self.text[sentence.start + start : sentence.start + end]
            yield Mention(
                start=sentence.start + start,
                end=sentence.start + end,
                text=printed,
                role=MentionRole.TARGET if sentence.tense == "future" else MentionRole.COUNT,
                quantity=Quantity(value=Decimal(0), unit=definition.unit, printed=printed),
                metric=definition.id,
                metric_name=words[name_start:name_end],
                period=str(year) if year else None,
                tense=sentence.tense,
                sentence=(sentence.start, sentence.end),
            )

    def all_mentions(self, fixed: Sequence[Span]) -> list[Mention]:
        """Quantities, then the fixed spans that no metric's name holds, then digits nothing explains."""
        named = bytearray(len(self.text) + 1)
        for start, end in self.named:
            named[start:end] = b"\x01" * (end - start)
        spans = [(s, e, MentionRole.NAME) for s, e in self.named]
        spans += [(s, e, r) for s, e, r in fixed if named.find(1, s, e) < 0]
        spans += unclaimed_digits(
            self.folded, [*((s, e) for s, e, _ in spans), *((m.start, m.end) for m in self.mentions)]
        )
        self.mentions += [Mention(start=s, end=e, text=self.text[s:e], role=r) for s, e, r in spans]
        return sorted(self.mentions, key=lambda m: (m.start, m.end))


def _inside(digits: int, labels: Sequence[Label], offset: int) -> bool:
    """Whether a number is part of a metric's own name (65岁及以上老年人健康管理率)."""
    start = digits - offset
    at = bisect_right(labels, start, key=lambda label: label[0]) - 1
    return at >= 0 and start < labels[at][1]

"""The mutation benchmark of the number verifier: change one thing in a correct sentence and see whether it is seen.

In: `eval.sentences`.  Out: recall and precision by class of mutation, the misses, and the false alarms on the
sentences as they were.

A mutant that is still true under the figures is no mutant: `eval.truth` says so and it is counted, not judged.  A
flag counts for a mutant when it touches the mutated characters or the number they govern; any other flag is noise.
"""

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from eval.reading import Printed, read_printed
from eval.sentences import (
    DEPARTMENTS,
    OPPOSITE,
    WRITTEN,
    Sentence,
    Token,
    alone,
    draft_sentences,
    grounds,
    written_sentences,
)
from eval.truth import Truth, holds

CLASSES = (
    "digit", "last_year", "other_metric", "percent_point", "unit", "direction", "ten_thousand", "decimal", "year",
    "qualifier", "swap",
)  # fmt: skip
LABELS = {
    "digit": "改一位数字", "last_year": "换成上年的数", "other_metric": "换成别的指标的数", "percent_point": "%↔百分点",
    "unit": "改单位", "direction": "改增减方向", "ten_thousand": "加减“万”", "decimal": "移小数点", "year": "改年份",
    "qualifier": "改近/超/约", "swap": "前后值对调",
}  # fmt: skip
_UNITS = {
    "天": "小时", "分钟": "小时", "小时": "天", "人次": "元", "台次": "人次", "例次": "台次", "元": "人次", "起": "万元",
    "人": "人次", "名": "人次", "项": "%", "个": "%", "次": "人", "例": "元", "台": "小时", "‰": "%", "张": "人",
    "家": "人次", "条": "%", "份": "元", "DDDs/百人天": "%", "例/百床": "%", "倍": "个百分点",
}  # fmt: skip
_QUALIFIERS = ("近", "超", "约", "不足")
_YEARS = {"上年": ("前年",), "去年": ("前年",)}


class Mutant(NamedTuple):
    """One changed sentence."""

    sentence: Sentence
    kind: str
    """Class of the mutation."""
    text: str
    """The whole document that is checked."""
    spans: tuple[tuple[int, int], ...]
    """Where in `text` a flag counts: the changed characters and the number they govern."""
    before: str
    after: str
    origin: tuple[tuple[int, int], ...]
    """The same stretches in the sentence's own document."""

    @property
    def line(self) -> str:
        return self.text[len(self.sentence.head) :]


# --- making ---------------------------------------------------------------------------------------


def mutants_of(sentence: Sentence, truth: Truth) -> Iterator[tuple[Mutant, bool]]:
    """Every mutant of a sentence, with whether it is still true."""
    for token in sentence.tokens:
        if token.kind == "number":
            yield from _number_mutants(sentence, token, truth)
        elif token.kind == "direction" and truth.sign(token.metric, token.field):
            opposite = OPPOSITE[token.text]
            yield _changed(sentence, "direction", token, opposite, *_governed(sentence, token)), False
        elif token.kind == "year":
            for other in _other_years(token.text):
                yield _changed(sentence, "year", token, other, *_dated(sentence, token)), False
    yield from _swaps(sentence, truth)


def _number_mutants(sentence: Sentence, token: Token, truth: Truth) -> Iterator[tuple[Mutant, bool]]:
    printed = read_printed(token.text)
    assert printed is not None, token
    seen = {token.text}
    for kind, other in _variants(sentence, token, printed, truth):
        after = str(other)
        if after in seen:
            continue
        seen.add(after)
        yield _changed(sentence, kind, token, after), _still_true(token, printed, other, truth)


def _still_true(token: Token, printed: Printed, other: Printed, truth: Truth) -> bool:
    if token.metric:
        return truth.holds(token.metric, token.field, other, printed.unit)
    # Of a matter we know the printed number and nothing finer: rounding it again would be another statement.
    return holds(printed.value, other, printed.unit) and other.qualifier not in ("", printed.qualifier)


def _variants(sentence: Sentence, token: Token, printed: Printed, truth: Truth) -> Iterator[tuple[str, Printed]]:
    key = f"{sentence.id}|{token.start}|{token.text}"
    for turn in range(2):
        yield "digit", printed._replace(digits=_other_digit(printed.digits, f"{key}|{turn}"))
    if token.metric and token.field in ("now", "target", "goal"):
        last = truth.value(token.metric, "prev")
        if last is not None:
            yield "last_year", _printing(printed, last)
    for turn in range(2):
        if (other := _value_elsewhere(token, printed, truth, f"{key}|other{turn}")) is not None:
            yield "other_metric", other
    swapped = {"%": "个百分点", "个百分点": "%"}.get(printed.unit)
    if swapped:
        yield "percent_point", printed._replace(unit=swapped)
    if printed.unit in _UNITS:
        yield "unit", printed._replace(unit=_UNITS[printed.unit])
    if printed.scale == "万" or printed.unit not in ("%", "‰", "个百分点", "倍", "天", "分钟", ""):
        yield "ten_thousand", printed._replace(scale="" if printed.scale else "万")
    for shifted in _shifted(printed.digits):
        yield "decimal", printed._replace(digits=shifted)
    yield from (("qualifier", q) for q in _requalified(printed))


def _other_digit(digits: str, key: str) -> str:
    """One digit changed; the first never to 0, a trailing zero after the point never appears."""
    places = [i for i, c in enumerate(digits) if c.isdigit() and not (digits.startswith("0.") and i == 0)]
    at = places[_dice(key, len(places))]
    choices = [c for c in "123456789" if c != digits[at]]
    return digits[:at] + choices[_dice(key + "#", len(choices))] + digits[at + 1 :]


def _printing(printed: Printed, value: Decimal) -> Printed:
    """Another value in the same printed form, with as many places as it needs."""
    factor = {"": 1, "万": 10**4, "亿": 10**8}[printed.scale]
    return printed._replace(digits=_plain(abs(value) / factor), prefix="", suffix="", qualifier="")


def _value_elsewhere(token: Token, printed: Printed, truth: Truth, key: str) -> Printed | None:
    """The value of another metric of the figures, at best of the same unit."""
    if not token.metric:
        return None
    own = truth.rows[token.metric].unit
    field = token.field if token.field in ("now", "prev", "target", "goal") else "change"
    others = [n for n in truth.rows if n != token.metric and truth.value(n, field)]
    same_unit = [n for n in others if truth.rows[n].unit == own]
    pool = same_unit or others
    value = truth.value(pool[_dice(key, len(pool))], field)
    assert value is not None
    return _printing(printed, value)


def _shifted(digits: str) -> Iterator[str]:
    whole, _, part = digits.partition(".")
    if part:
        yield (whole + part[0]).lstrip("0") + (f".{part[1:]}" if part[1:] else "") or "0"
    if len(whole) > 1:
        yield f"{whole[:-1]}.{whole[-1]}{part}".rstrip("0").rstrip(".")
    elif not part:
        yield f"0.{whole}"


def _requalified(printed: Printed) -> Iterator[Printed]:
    """The qualifier turned round where there is one, else each of four put on."""
    bare = printed._replace(prefix="", suffix="", qualifier="")
    turned = {
        "over": "不足",
        "near": "超",
        "under": "超",
        "odd": "近",
        "about": "超",
        "at_least": "不足",
        "at_most": "超",
    }
    words = (turned[printed.qualifier],) if printed.qualifier else _QUALIFIERS
    for word in words:
        qualifier = {"近": "near", "超": "over", "约": "about", "不足": "under"}[word]
        yield bare._replace(prefix=word, qualifier=qualifier)


def _other_years(text: str) -> Iterator[str]:
    if text in _YEARS:
        yield from _YEARS[text]
    elif text[:4].isdigit():
        year = int(text[:4])
        yield from (f"{other}{text[4:]}" for other in (year - 1, year + 1))


def _swaps(sentence: Sentence, truth: Truth) -> Iterator[tuple[Mutant, bool]]:
    """“由7.6天缩短至7.3天” → “由7.3天缩短至7.6天”: two values of one metric change places."""
    numbers = [t for t in sentence.tokens if t.kind == "number" and t.metric]
    values = ("now", "prev", "target", "goal")
    for a, b in pairwise(numbers):
        if a.metric != b.metric or a.field not in values or b.field not in values or a.text == b.text:
            continue
        first, second = read_printed(a.text), read_printed(b.text)
        assert first is not None, a
        assert second is not None, b
        true = truth.holds(a.metric, a.field, second, first.unit) and truth.holds(b.metric, b.field, first, second.unit)
        yield _exchanged(sentence, a, b), true


def _exchanged(sentence: Sentence, a: Token, b: Token) -> Mutant:
    text, base = sentence.text, len(sentence.head)
    changed = text[: a.start] + b.text + text[a.end : b.start] + a.text + text[b.end :]
    grown = len(b.text) - len(a.text)
    spans = ((base + a.start, base + a.end + grown), (base + b.start + grown, base + b.end))
    origin = ((base + a.start, base + a.end), (base + b.start, base + b.end))
    return Mutant(sentence, "swap", sentence.head + changed, spans, f"{a.text}…{b.text}", f"{b.text}…{a.text}", origin)


def _changed(sentence: Sentence, kind: str, token: Token, after: str, *governed: Token) -> Mutant:
    """A sentence with one token replaced, and the spans a flag may touch."""
    text, base = sentence.text, len(sentence.head)
    grown = len(after) - len(token.text)
    spans, origin = [(token.start, token.end + grown)], [(token.start, token.end)]
    for number in governed:
        moved = grown if number.start >= token.end else 0
        spans.append((number.start + moved, number.end + moved))
        origin.append((number.start, number.end))
    return Mutant(
        sentence,
        kind,
        sentence.head + text[: token.start] + after + text[token.end :],
        tuple((base + s, base + e) for s, e in spans),
        token.text,
        after,
        tuple((base + s, base + e) for s, e in origin),
    )


def _governed(sentence: Sentence, verb: Token) -> list[Token]:
    """The number a direction word is about: the next of its metric, else the last before."""
    numbers = [t for t in sentence.tokens if t.kind == "number" and t.metric == verb.metric]
    return [t for t in numbers if t.start >= verb.end][:1] or numbers[-1:]


def _dated(sentence: Sentence, year: Token) -> list[Token]:
    """The numbers a year is about: those after it in its clause, else the next one."""
    after = [t for t in sentence.tokens if t.kind == "number" and t.start >= year.end]
    return [t for t in after if not re.search("[，；。]", sentence.text[year.end : t.start])] or after[:1]


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _dice(key: str, sides: int) -> int:
    """A number below `sides` that looks thrown and is always the same for the same key."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:6], "big") % sides


# --- judging --------------------------------------------------------------------------------------


class Flag(NamedTuple):
    """What a check said of a stretch of the text."""

    start: int
    end: int
    rule: str
    severity: str
    hint: str = ""


Checker = Callable[[Sentence, str], Sequence[Flag]]
"""(sentence, its document as changed) → errors and warnings."""


def check_with_product(sentence: Sentence, text: str) -> list[Flag]:
    """What the product flags: a sentence by hand as a text that somebody wrote, one of a draft as a draft of ours.

    Of a draft only what the verifier reads in the finished text counts, not what the kept claims would give away.
    """
    import chugao

    figures, matters = _inputs(sentence.figures)
    if sentence.source == "hand":
        findings = [(f, 0) for f in chugao.check(text, figures, matters)]
    else:
        draft = alone(sentence.figures, sentence.path, text[len(sentence.head) :])
        report = chugao.examine(draft, figures, matters)
        findings = [(v.finding, 0) for v in report.verdicts if v.finding]
        findings += [(f, len(sentence.head)) for f in report.findings if f.rule == "year" and f.place.sentence == "s"]
    return [
        Flag(f.place.start + by, f.place.end + by, f.rule, f.severity.value, f.hint)
        for f, by in findings
        if f.severity.value in ("fatal", "error", "warning")
    ]


@cache
def _inputs(ground: str) -> tuple[Any, Any]:
    import chugao

    given = grounds()[ground]
    matters = chugao.read_matters(given.matters) if given.matters else None
    return chugao.read_metrics(given.metrics), matters


class Tally:
    """Counts of one class."""

    def __init__(self) -> None:
        self.mutants = self.caught = self.errors = self.hits = self.noise = self.fresh = 0

    def row(self) -> dict[str, Any]:
        flags = self.hits + self.noise
        return {
            "mutants": self.mutants,
            "caught": self.caught,
            "caught_as_error": self.errors,
            "recall": _ratio(self.caught, self.mutants),
            "flags": flags,
            "flags_on_span": self.hits,
            "precision": _ratio(self.hits, flags),
            "precision_of_new_flags": _ratio(self.hits, self.hits + self.fresh),
        }


def benchmark(
    sentences: Sequence[Sentence] | None = None, check: Checker = check_with_product, every: int = 1
) -> dict[str, Any]:
    """Recall and precision by class, misses and false alarms; `every` takes one mutant in so many."""
    sentences = sentences if sentences is not None else all_sentences()
    tallies: dict[str, Tally] = defaultdict(Tally)
    by_source: dict[str, Tally] = defaultdict(Tally)
    left_out: Counter[str] = Counter()
    misses, noise, alarms = [], [], []
    number = 0
    for sentence in sentences:
        clean = check(sentence, sentence.document)
        alarms += [_alarm(sentence, f) for f in clean]
        for mutant, still_true in mutants_of(sentence, grounds()[sentence.figures].truth):
            number += 1
            if number % every:
                continue
            if still_true:
                left_out["still_true"] += 1
                continue
            if any(_touches(f, mutant.origin) for f in clean):
                left_out["flagged_before"] += 1
                continue
            findings = check(sentence, mutant.text)
            on_span = [f for f in findings if _touches(f, mutant.spans)]
            rest = [f for f in findings if not _touches(f, mutant.spans)]
            known = {(f.rule, sentence.document[f.start : f.end]) for f in clean}
            fresh = [f for f in rest if (f.rule, mutant.text[f.start : f.end]) not in known]
            source = "hand" if sentence.source == "hand" else "draft"
            numbers_of = "metric" if any(t.metric for t in sentence.tokens) else "matter"
            for tally in (tallies[mutant.kind], by_source[f"{source}/{numbers_of}"], tallies["all"]):
                tally.mutants += 1
                tally.caught += bool(on_span)
                tally.errors += any(f.severity != "warning" for f in on_span)
                tally.hits += len(on_span)
                tally.noise += len(rest)
                tally.fresh += len(fresh)
            if not on_span:
                misses.append(_miss(mutant))
            noise += [{**_miss(mutant), "flag": mutant.text[f.start : f.end], "rule": f.rule} for f in fresh]
    return {
        "classes": {k: tallies[k].row() for k in (*CLASSES, "all") if k in tallies},
        "sources": {k: by_source[k].row() for k in sorted(by_source)},
        "left_out": dict(sorted(left_out.items())),
        "clean_texts": _clean_row(sentences, alarms),
        "misses": misses,
        "noise": noise,
        "false_alarms": alarms,
    }


def sample(every: int = 3) -> dict[str, Any]:
    """What the gate holds against each other: of the sentences by hand, which mutants are missed, which are flagged."""
    sentences = [s for key in WRITTEN for s in written_sentences(key)]
    result = benchmark(sentences, every=every)
    told = hashlib.sha256("\n".join(s.text for s in sentences).encode()).hexdigest()[:16]
    return {
        "every": every, "sentences": told, "mutants": result["classes"]["all"]["mutants"],
        "missed": sorted(f"{m['text']}（{m['before']} → {m['after']}）" for m in result["misses"]),
        "alarms": sorted(f"{a['text']}（{a['quote']}）" for a in result["false_alarms"]),
    }  # fmt: skip


def _touches(flag: Flag, spans: Sequence[tuple[int, int]]) -> bool:
    return any(flag.start < end and start < flag.end for start, end in spans)


def _miss(mutant: Mutant) -> dict[str, str]:
    return {
        "class": mutant.kind,
        "id": mutant.sentence.id,
        "before": mutant.before,
        "after": mutant.after,
        "text": mutant.line,
    }


def _alarm(sentence: Sentence, flag: Flag) -> dict[str, str]:
    return {
        "id": sentence.id,
        "text": sentence.text,
        "rule": flag.rule,
        "severity": flag.severity,
        "quote": sentence.document[flag.start : flag.end],
        "hint": flag.hint,
    }


def _clean_row(sentences: Sequence[Sentence], alarms: Sequence[dict[str, str]]) -> dict[str, Any]:
    hand = {s.id for s in sentences if s.source == "hand"}
    flagged = {a["id"] for a in alarms}
    return {
        "texts": len(sentences),
        "flagged": len(flagged),
        "by_hand": len(hand),
        "by_hand_flagged": len(flagged & hand),
        "flags": len(alarms),
    }


def _ratio(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def all_sentences() -> list[Sentence]:
    """By hand first, then the drafts."""
    return [
        *(s for key in WRITTEN for s in written_sentences(key)),
        *(s for name in DEPARTMENTS for s in draft_sentences(name)),
    ]


# --- printing -------------------------------------------------------------------------------------


def table(result: dict[str, Any], misses: int = 10) -> str:
    """The result as a table, with the commonest misses of each class."""
    lines = [f"{'类别':<12}{'变异':>6}{'查出':>6}{'召回':>8}{'报错':>6}{'标记':>6}{'精确':>8}{'新标记精确':>8}"]
    for name, row in [*result["classes"].items(), *result["sources"].items()]:
        label = LABELS.get(name, {"all": "合计"}.get(name, name))
        lines.append(
            f"{label:<12}{row['mutants']:>6}{row['caught']:>6}{_percent(row['recall']):>9}{row['caught_as_error']:>6}"
            f"{row['flags']:>7}{_percent(row['precision']):>9}{_percent(row['precision_of_new_flags']):>9}"
        )
    clean = result["clean_texts"]
    lines.append(f"未计入：{result['left_out']}")
    lines.append(
        f"正确的句子{clean['texts']}句，误报{clean['flagged']}句；其中手写{clean['by_hand']}句，误报{clean['by_hand_flagged']}句。"
    )
    for name in CLASSES:
        missed = [m for m in result["misses"] if m["class"] == name]
        if missed:
            lines.append(f"\n漏报·{LABELS[name]}（{len(missed)}）")
            lines += [f"  {m['before']} → {m['after']}　{m['text']}" for m in _commonest(missed)[:misses]]
    if result["false_alarms"]:
        lines.append("\n误报（正确的句子）")
        lines += [f"  {a['severity']} {a['quote']}　{a['text']}　{a['hint']}" for a in result["false_alarms"]]
    if result["noise"]:
        lines.append(f"\n标在别处（{len(result['noise'])}）")
        lines += [f"  {n['before']} → {n['after']}　标了“{n['flag']}”　{n['text']}" for n in result["noise"][:misses]]
    return "\n".join(lines)


def _commonest(missed: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """One for each unit or word that changed, those that stand for most first."""
    groups: dict[str, list[dict[str, str]]] = defaultdict(list)
    for miss in missed:
        groups["".join(c for c in f"{miss['before']}→{miss['after']}" if not c.isdigit() and c != ".")].append(miss)
    ordered = sorted(groups.values(), key=lambda g: (-len(g), g[0]["text"]))
    firsts = [group[0] | {"text": f"[{len(group)}] {group[0]['text']}"} for group in ordered]
    return firsts


def _percent(value: float | None) -> str:
    return "—" if value is None else f"{value:.1%}"


def write(result: dict[str, Any], path: Path) -> None:
    """The result as JSON: keys in a fixed order, no time in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

"""What was chosen and in what order, what is owed, what is in dispute, what late figures change.

In: a draft and its case.  Out: `Measure`s.

Selection and order follow the data-to-text tradition (what share of the right facts, in which order), by metrics: what
a person wrote from the same facts says which are right where there is such a text, else the case's own list does.

Surprise: a case's list says what must be there and nothing of the order; only a person's text does.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from chugao.metrics.observation import Role
from eval.measures import Measure, Seen, Span

if TYPE_CHECKING:
    from chugao.catalogue import Catalogue
    from chugao.drafting.touched import Touched
    from chugao.quantity import Quantity

_CLAUSE = re.compile("[，；。]")
_LACKING = frozenset({"不足", "问题", "存在问题", "存在的不足"})


def selection_recall(seen: Seen) -> Measure:
    """Share of the metrics that ought to stand in the prose that do."""
    wanted, told = _wanted(seen), _told(seen)
    missing = tuple(Span("", _name(seen, m), "该写进正文") for m in wanted if m not in told)
    return Measure("selection_recall", round(1 - len(missing) / len(wanted), 3) if wanted else 1.0, missing)


def selection_precision(seen: Seen) -> Measure:
    """Share of the metrics in the prose that a person chose as well; 1 where no person's text says."""
    told = _told(seen)
    if not seen.case.reference_text or not told:
        return Measure("selection_precision", 1.0)
    wanted = _wanted(seen)
    more = tuple(Span("", _name(seen, m), "人写的稿子没有写") for m in told if m not in wanted)
    return Measure("selection_precision", round(1 - len(more) / len(told), 3), more)


def order(seen: Seen) -> Measure:
    """1 − normalised Damerau–Levenshtein distance between a person's order of the metrics and the draft's; 1 without one."""
    if not seen.case.reference_text:
        return Measure("order", 1.0)
    told = _told(seen)
    wanted = [m for m in _wanted(seen) if m in told]
    common = [m for m in told if m in wanted]
    if len(wanted) < 2:
        return Measure("order", 1.0)
    moved = tuple(
        Span("", _name(seen, a), f"这里本该是{_name(seen, b)}") for a, b in zip(common, wanted, strict=True) if a != b
    )
    return Measure("order", round(1 - distance(common, wanted) / len(wanted), 3), moved)


def distance(one: Sequence[str], other: Sequence[str]) -> int:
    """Insertions, deletions, replacements and swaps of neighbours from one to the other."""

    @cache
    def between(i: int, j: int) -> int:
        if not i or not j:
            return i + j
        least = min(
            between(i - 1, j) + 1, between(i, j - 1) + 1, between(i - 1, j - 1) + (one[i - 1] != other[j - 1])
        )  # fmt: skip
        if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
            least = min(least, between(i - 2, j - 2) + 1)
        return least

    return between(len(one), len(other))


def _told(seen: Seen) -> list[str]:
    """Metrics of the prose in the order in which they first stand there."""
    found = (c.metric for _, s in seen.draft.sentences() for c in sorted(s.claims, key=lambda c: c.start) if c.metric)
    return list(dict.fromkeys(found))


def _wanted(seen: Seen) -> list[str]:
    """Metrics in the order in which a person put them, else the case's list."""
    catalogue = seen.case.read_figures.catalogue()
    if text := seen.case.reference_text:
        held = seen.case.read_figures.observations
        now = [o for o in held if o.role is Role.ACTUAL and o.period.year == seen.case.year]
        values = {o.metric: o.quantity for o in now}
        places = {m: _place(m, catalogue, text, values.get(m)) for m in dict.fromkeys(o.metric for o in held)}
        return sorted((m for m, at in places.items() if at >= 0), key=lambda m: places[m])
    return [found.id if (found := catalogue.by_name(r)) else r for r in seen.case.required]


def _place(metric: str, catalogue: "Catalogue", text: str, value: "Quantity | None") -> int:
    """Where a text tells a metric, −1 when nowhere: by name with a number, else by its value, else by the bare name.

    “优化服务、节约成本” in a first sentence tells no figure; “累计节约312万元” does.
    """
    found = catalogue.get(metric)
    names = [n for n in ((found.name, *found.aliases) if found else ()) if n in text]
    told = [m.start() for n in names if (m := re.search(rf"{re.escape(n)}[^，。；\n]*\d", text))]
    printed = re.match(r"[\d.]+", value.printed) if value is not None else None
    if not told and printed and len(printed.group()) > 1:
        told = [m.start() for m in re.finditer(rf"(?<![\d.]){re.escape(printed.group())}(?![\d.]*\d)", text)][:1]
    return min(told or map(text.find, names), default=-1)


def _name(seen: Seen, metric: str) -> str:
    found = seen.case.read_figures.catalogue().get(metric)
    return found.name if found else metric


def boasted(seen: Seen) -> Measure:
    """Shortcomings among the matters that stand with the results: an office reports those apart."""
    lacking = {_CLAUSE.split(m.text)[0] for m in seen.case.read_matters.items if m.category in _LACKING}
    spans = tuple(
        Span(s.id, text, s.text)
        for section, s in seen.draft.sentences()
        for text in lacking
        if section.id.partition("_")[0] == "results" and _is_told(text, s.text)
    )
    return Measure("boasted", len(spans), spans, failed=bool(spans))


def _is_told(text: str, sentence: str) -> bool:
    """Whether a sentence holds a clause, or four in five of its pairs of characters.

    Its first words alone are no more than the name of a figure (“艾滋病抗病毒治疗覆盖率94.1%，没有完成年度目标。”).
    """
    pairs, there = ({t[i : i + 2] for i in range(len(t) - 1)} for t in (text, sentence))
    return text in sentence or (bool(pairs) and len(pairs & there) * 5 >= len(pairs) * 4)


# --- what is not there ----------------------------------------------------------------------------


def unrequested(seen: Seen) -> Measure:
    """Owed metrics that nobody is asked for: neither among the requests nor 待补 in the text."""
    asked = "\n".join((*(f"{r.name}{r.metric}" for r in seen.draft.requests), *_pending(seen)))
    spans = tuple(Span("", name, "没有人被要求补这个数") for name in seen.case.owed if not _named(seen, name, asked))
    return Measure("unrequested", len(spans), spans, failed=bool(spans))


def made_up(seen: Seen) -> Measure:
    """Owed metrics for which the draft prints a value of the year all the same."""
    catalogue = seen.case.read_figures.catalogue()
    owed = {found.id if (found := catalogue.by_name(n)) else n: n for n in seen.case.owed}
    spans = tuple(
        Span(where, text[c.start : c.end], f"{owed[c.metric]}没有报数")
        for where, text, claims in seen.claimed
        for c in claims
        if c.metric in owed and c.id.endswith((".now", ".change", ".growth", ".gap", ".attainment"))
        and re.search(r"\d", text[c.start : c.end])
    )  # fmt: skip
    return Measure("made_up", len(spans), spans, failed=bool(spans))


def untold_disputes(seen: Seen) -> Measure:
    """Metrics whose figures contradict each other, or cannot be, of which nobody is told."""
    said = "\n".join(_said(seen))
    spans = tuple(Span("", name, "没有提醒") for name in seen.case.disputed if not _named(seen, name, said))
    return Measure("untold_disputes", len(spans), spans, failed=bool(spans))


def _said(seen: Seen) -> Iterator[str]:
    findings = (*seen.case.read_figures.findings, *seen.draft.findings, *seen.report.findings)
    yield from (f"{f.quote} {f.hint}" for f in findings if f.severity.value != "info")
    yield from (f"{r.name} {r.reason}" for r in seen.draft.requests)
    yield from _pending(seen)


def _pending(seen: Seen) -> Iterator[str]:
    for _, text, _ in seen.pieces:
        yield from re.findall(r"【待补[^】]*】", text)


def _named(seen: Seen, name: str, text: str) -> bool:
    """Whether a metric is spoken of by any of its names."""
    found = seen.case.read_figures.catalogue().by_name(name)
    return any(n in text for n in ((name, found.name, *found.aliases) if found else (name,)))


def unseen_late(seen: Seen) -> Measure:
    """Places of the first draft whose number late figures change and that nobody is told of."""
    if not seen.case.late:
        return Measure("unseen_late", 0)
    from chugao.drafting.touched import touched

    early = Seen(seen.case.draft(early=True), seen.case)
    spans = untouched(early, touched(early.draft, seen.case.read_figures), changed_metrics(seen))
    return Measure("unseen_late", len(spans), spans, failed=bool(spans))


def untouched(early: Seen, places: "Sequence[Touched]", changed: set[str]) -> tuple[Span, ...]:
    """Numbers of changed metrics that none of the told places holds."""
    told = {t.text for t in places} | {c.before for t in places if t.kind == "table" for c in t.changes}
    return tuple(
        Span(where, text[c.start : c.end], text[:60])
        for where, text, claims in early.claimed
        for c in claims
        if c.metric in changed and c.id.rpartition(".")[2] in ("now", "change", "growth") and text not in told
        and re.search(r"\d", text[c.start : c.end])
    )  # fmt: skip


def changed_metrics(seen: Seen) -> set[str]:
    """Metrics whose value of the period the late files give otherwise, by our own reading."""
    from eval.truth import truths_of

    case, catalogue = seen.case, seen.case.read_figures.catalogue()

    def values(names: tuple[str, ...]) -> dict[str, object]:
        truths = truths_of([case.folder / f for f in names], seen.draft.period, case.department)
        return {name: truth.value(name, "now") for truth in truths for name in truth.rows}

    before, after = values(case.figures), values(case.late)
    names = [n for n in after if n in before and after[n] != before[n]]
    return {found.id if (found := catalogue.by_name(n)) else n for n in names}


def regressed(seen: Seen) -> Measure:
    """Wordings that a person has changed and confirmed, standing in a draft again."""
    from eval.reviewers import frame_of

    kept = {json.loads(p.read_text(encoding="utf-8"))["old"]: p.name for p in sorted(seen.regressions.glob("*.json"))}
    spans = tuple(
        Span(s.id, s.text, f"改过的写法又出现了：{kept[frame_of(s.text)]}")
        for _, s in seen.draft.sentences()
        if frame_of(s.text) in kept
    )
    return Measure("regressed", len(spans), spans)


CONTENT: tuple[Callable[[Seen], Measure], ...] = (
    selection_recall, selection_precision, order, boasted, unrequested, made_up, untold_disputes, unseen_late, regressed,
)  # fmt: skip

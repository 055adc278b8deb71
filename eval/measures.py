"""What a draft is measured by: one small function each, Draft → `Measure` with its score and the places behind it.

In: a `Draft`, its `Case`, and what the product's own check says (`Seen`).  Out: `Measure`s.

Hard measures stop a change (`python -m eval run` exits 1); the others are shown and kept.
"""

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from eval.cases import Case
from eval.density import may_hold, numbers_in, per_thousand
from eval.reading import digit_runs, uncovered

if TYPE_CHECKING:
    from chugao.checks import Report
    from chugao.manuscript import Draft, Section
    from chugao.source import Claim
    from eval.fidelity import Wrong
    from eval.given import Given
    from eval.spending import Spent


class Span(NamedTuple):
    """A place in a draft and what is the matter with it."""

    where: str
    """Sentence id, “heading of …”, “table …”, or "" for the whole."""
    quote: str
    why: str = ""


class Measure(NamedTuple):
    """One figure about one draft."""

    name: str
    score: float
    spans: tuple[Span, ...] = ()
    failed: bool = False
    """A hard measure that does not hold."""


class Seen:
    """A draft and its case, with what several measures need worked out once."""

    regressions = Path(__file__).parent / "regressions"

    def __init__(self, draft: "Draft", case: Case, spent: "tuple[Spent, ...]" = ()) -> None:
        self.draft, self.case, self.spent = draft, case, spent

    @cached_property
    def report(self) -> "Report":
        import chugao

        return chugao.examine(self.draft, self.case.read_figures, self.case.read_matters)

    @cached_property
    def pieces(self) -> list[tuple[str, str, tuple[tuple[int, int], ...]]]:
        """(where, text, spans of its claims) of everything printed but numbers of headings and items."""
        draft = self.draft
        found = [("title", draft.title.text, _spans(draft.title.claims))]
        for section in draft.sections:
            found.append((f"heading of {section.id}", section.heading.text, _spans(section.heading.claims)))
            found += [(s.id, s.text, _spans(s.claims)) for s in section.sentences]
            for block in section.blocks:
                if block.table is not None:
                    for number, row in enumerate(block.table.rows, 1):
                        cells = [(f"table {block.id} row {number}", c.text, _spans(c.claims)) for c in row]
                        first_is_number = cells[0][1].isdigit() and not cells[0][2]
                        found += cells[1:] if first_is_number else cells
        return found

    @cached_property
    def claimed(self) -> "list[tuple[str, str, tuple[Claim, ...]]]":
        """(where, text, claims) of everything that can carry a claim, the supported ones only."""
        draft = self.draft
        found = [("title", draft.title.text, draft.title.claims)]
        for section in draft.sections:
            found.append((f"heading of {section.id}", section.heading.text, section.heading.claims))
            found += [(s.id, s.text, s.claims) for s in section.sentences]
        for _, block, table in draft.tables():
            for number, row in enumerate(table.rows, 1):
                found += [(f"table {block.id} row {number}", c.text, c.claims) for c in row]
        return [(w, t, tuple(c for c in claims if c.state != "unsupported")) for w, t, claims in found]

    @cached_property
    def fidelity(self) -> "tuple[list[Wrong], int]":
        from eval.fidelity import judged

        return judged(self)

    @cached_property
    def own_eyes(self) -> "tuple[Span, ...]":
        """Numbers and words about them that are wrong by our own reading, whatever they claim."""
        from eval.given import unfounded_numbers
        from eval.tabled import mistabled
        from eval.worded import turned_words

        return tuple(span for measure in (unfounded_numbers, turned_words, mistabled) for span in measure(self).spans)

    @cached_property
    def shell(self) -> tuple[str, ...]:
        """What stands around the body, as far as it is printed; 【待补：主送单位】 is no fault."""
        shell = self.draft.shell
        return (shell.title, shell.addressee, shell.opening, shell.closing, shell.issuer, shell.date)

    @cached_property
    def given(self) -> "Given":
        from eval.given import Given

        return Given(self)

    @cached_property
    def prose(self) -> str:
        """The sentences alone, a section a line."""
        return "\n".join("".join(s.text for s in section.sentences) for section in self.draft.sections)

    @cached_property
    def printed(self) -> str:
        """Everything a reader sees, tables included."""
        numbers = (s.number + s.heading.text for s in self.draft.sections)
        return "\n".join([*(text for _, text, _ in self.pieces), *numbers, *self.shell])


def _spans(claims: "Sequence[Claim]") -> tuple[tuple[int, int], ...]:
    return tuple((c.start, c.end) for c in claims if c.state != "unsupported")


# --- numbers --------------------------------------------------------------------------------------

_HAN_QUANTITY = re.compile(
    r"(?<![第十百千一-九])[二两三四五六七八九十百千万]{1,6}(?:余|多)?(?:个|项|名|人|例|台|次|场|家|份|张|起|件|天|个月|年|小时|成|倍)"
    r"(?![级类甲乙])"
)


def unclaimed_digits(seen: Seen) -> Measure:
    """Digits of the finished text that lie in no claim, found by our own reading."""
    spans = [
        Span(where, text[start:end], text)
        for where, text, claims in seen.pieces
        for start, end in uncovered(text, claims)
    ]
    return Measure("unclaimed_digits", len(spans), tuple(spans), failed=bool(spans))


def untraced(seen: Seen) -> Measure:
    """Numbers that the product's verifier cannot trace, and numbers it calls wrong, but for those we read ourselves."""
    doubts, sure = _doubts(seen)
    spans = [span for span in doubts if span not in sure]
    count = max(len(spans), seen.report.numbers["untraced"] - len(sure))
    return Measure("untraced", count, tuple(spans), failed=count > 0)


def doubted(seen: Seen) -> Measure:
    """Numbers that the product's verifier calls wrong and that are what they claim, by our own reading: it cries wolf."""
    sure = _doubts(seen)[1]
    return Measure("doubted", len(sure), tuple(sure))


def _doubts(seen: Seen) -> tuple[list[Span], list[Span]]:
    """(what the verifier says of numbers, what of it our own reading of the very claim and sentence refutes)."""
    from eval.fidelity import numbers

    doubts = [
        Span(re.sub(r"^(\S+)第(\d+)行$", r"table \1 row \2", f.place.sentence or f.place.section), f.quote, f.hint)
        for f in seen.report.findings
        if f.rule.startswith("number") and f.severity.blocks
    ]
    if not doubts:
        return [], []
    bad = {s.where for m in (seen.own_eyes, tuple(w.span for w in seen.fidelity[0])) for s in m}
    right = {
        (n.where, n.quote) for n in numbers(seen) if n.state in ("metric", "derived", "matter") and n.where not in bad
    }
    return doubts, [d for d in doubts if (d.where, d.quote) in right and re.search("与依据不符|没有出处", d.why)]


def unclaimed_han(seen: Seen) -> Measure:
    """Quantities in Chinese numerals that lie in no claim."""
    spans = []
    for where, text, claims in seen.pieces:
        for match in _HAN_QUANTITY.finditer(text):
            if not any(start <= match.start() and match.end() <= end for start, end in claims):
                spans.append(Span(where, match.group(), text))
    return Measure("unclaimed_han", len(spans), tuple(spans))


def density(seen: Seen) -> Measure:
    """Numbers per 1,000 characters of prose, dates and years aside; a place where a paper so long bears fewer."""
    told, most = numbers_in(seen.prose), may_hold(len(re.sub(r"\s", "", seen.prose)))
    over = (Span("", str(told), f"这样长的稿最多{most}个"),) if told > most else ()
    return Measure("numbers_per_1000", round(per_thousand(seen.prose), 1), over)


# --- what must and must not be there --------------------------------------------------------------


def coverage(seen: Seen) -> Measure:
    """Share of the required metrics that a sentence or a table states."""
    # A summary that only plans for a metric has not told it.
    aims = ("goal", "target", "prev") if seen.draft.kind.looks_back else ()
    stated = {c.metric for _, _, claims in seen.claimed for c in claims if c.id.rpartition(".")[2] not in aims}
    # Of what two files say differently somebody is told, by a measure of its own.
    return _covered("coverage", seen, stated, [r for r in seen.case.required if r not in seen.case.disputed])


def coverage_in_prose(seen: Seen) -> Measure:
    """Share of the required metrics that stand in the text itself."""
    stated = {c.metric for _, s in seen.draft.sentences() for c in s.claims}
    return _covered("coverage_in_prose", seen, stated, seen.case.required)


def _covered(name: str, seen: Seen, stated: set[str | None], required: Sequence[str]) -> Measure:
    catalogue = seen.case.read_figures.catalogue()
    wanted = {r: found.id if (found := catalogue.by_name(r)) else r for r in required}
    missing = tuple(Span("", r) for r, metric in wanted.items() if metric not in stated)
    return Measure(name, round(1 - len(missing) / len(wanted), 3) if wanted else 1.0, missing)


def stale(seen: Seen) -> Measure:
    """What only the past knows: forbidden strings, years out of reach, numbers and sums of past reports."""
    given, past = seen.case.given_text, "\n".join(seen.case.past_texts.values())
    spans = [Span("", word, "不该出现") for word in seen.case.forbidden if word in seen.printed]
    reach = {str(seen.draft.year + by) for by in (-1, 0, 1)}
    for where, text, claims in seen.pieces:
        for match in re.finditer(r"(?:19|20)\d\d(?=年)", text):
            if match.group() not in reach and match.group() not in given:
                spans.append(Span(where, match.group(), "年份不在上报年前后"))
        for start, end in digit_runs(text):
            number = text[start:end]
            # Shorter ones are everywhere; a derived figure may equal one by chance.
            claimed = any(s <= start and end <= e for s, e in claims)
            long = len(number.replace(".", "")) >= 3
            if long and not claimed and _stands_alone(number, past) and not _stands_alone(number, given):
                spans.append(Span(where, number, "只在历年文稿里有"))
    return Measure("stale", len(spans), tuple(spans), failed=bool(spans))


def _stands_alone(number: str, text: str) -> bool:
    return re.search(rf"(?<![\d.]){re.escape(number)}(?![\d.]*\d)", text) is not None


def inventions(seen: Seen) -> Measure:
    """Named things that nothing given contains, by the product's check."""
    found = [f for f in seen.report.findings if f.rule == "invention"]
    spans = tuple(Span(f.place.sentence, f.quote, f.hint) for f in found)
    return Measure("inventions", len(spans), spans, failed=bool(spans))


def blocked(seen: Seen) -> Measure:
    """What else keeps the draft from leaving as final, by the product's own check: none of it may come with a change.

    Numbers and inventions are counted apart; what nobody sent, and figures that cannot be, are no faults of a draft.
    """
    spans = tuple(
        Span(f.place.sentence or f.place.section, f.quote, f"{f.rule}：{f.hint}")
        for f in seen.report.findings
        if f.severity.blocks and not f.rule.startswith(("number", "invention", "pending", "plausibility"))
    )
    return Measure("blocked", len(spans), spans, failed=bool(spans))


_LEFT = re.compile(
    r"〔[^〕]{1,4}〕|\{\{?[a-z_]+[.}][a-z_}]*|[xX×*]{2,}|某某|20[xX]{2}|\b(?:None|null|nan|NaN|undefined|TODO|TBD)\b|�|```|(?m:^#+ )|,,|、、"
    r"|(?:AI|人工智能|大?语言模型)[^。]{0,8}(?:我|无法|不能|助手)|作为(?:一[个名]|您的)[^，。]{0,8}(?:模型|助手)"
    r"|^(?:以下是|好的，|当然)|希望(?:以上|这[份些])|(?:如需|若需)(?:进一步)?(?:修改|调整|补充)"
)


def leftovers(seen: Seen) -> Measure:
    """Masks, unfilled slots, what a machine says of itself; a 【待补】 is none, except in a heading or title."""
    places = [(where, text) for where, text, _ in seen.pieces] + [("shell", text) for text in seen.shell]
    spans = [Span(where, m.group(), text) for where, text in places for m in _LEFT.finditer(text)]
    spans += [Span(w, t, "标题里") for w, t in places if w.startswith(("title", "heading")) and "待补" in t]
    return Measure("leftovers", len(spans), tuple(spans), failed=bool(spans))


def pending(seen: Seen) -> Measure:
    """【待补…】: not a fault, somebody owes it."""
    spans = [Span(w, m.group()) for w, t, _ in seen.pieces for m in re.finditer(r"【待补[^】]*】", t)]
    return Measure("pending", len(spans), tuple(spans))


# --- structure ------------------------------------------------------------------------------------

_HAN = "一二三四五六七八九十"
_NEEDED = {
    "summary": ("results",), "plan": ("plan",), "summary-plan": ("results", "plan"),
    "key-points": ("plan",), "ideas": ("plan",),
}  # fmt: skip


def structure(seen: Seen) -> Measure:
    """Parts that the kind needs, numbering without gap, no empty section, full sentences, a title that says the year."""
    draft = seen.draft
    spans = [*_parts(draft), *_headings(draft), *_items(draft), *_sentences(draft), *_rows(draft), *_titled(draft)]
    if str(seen.draft.year) not in seen.draft.title.text:
        spans.append(Span("title", seen.draft.title.text, "题目没有年度"))
    rules = ("part-missing", "numbering", "enumerator")
    spans += [Span(f.place.section, f.quote, f.hint) for f in seen.report.findings if f.rule in rules]
    return Measure("structure", len(spans), tuple(spans), failed=bool(spans))


def _parts(draft: "Draft") -> Iterator[Span]:
    full = [s for s in draft.sections if s.blocks]
    written = {s.id.partition("_")[0] for s in full}
    for part in _NEEDED[draft.kind.value]:
        if part not in written:
            yield Span(part, "", "缺这一部分")
    for section in draft.sections:
        below = any(s.id.startswith(f"{section.id}_") for s in full)
        if section.level and not section.blocks and not below:
            yield Span(section.id, section.heading.text, "有标题没有内容")


_ORDER = ("lead", "results", "problems", "plan")
_CALLED = {
    "summary": ("总结",), "plan": ("计划",), "summary-plan": ("总结", "计划"), "key-points": ("要点",), "ideas": ("思路",),
}  # fmt: skip


def _titled(draft: "Draft") -> Iterator[Span]:
    """A title that says the kind, a notice that is whole and about this paper, and parts in their order."""
    for word in _CALLED[draft.kind.value]:
        if word not in draft.title.text:
            yield Span("title", draft.title.text, f"题目里没有“{word}”")
    shell = draft.shell
    if shell.type == "notice":
        for name in ("title", "opening", "issuer"):
            if not getattr(shell, name):
                yield Span("shell", "", f"通知缺{name}")
        for text in (shell.title, shell.opening):
            if text and f"《{draft.title.text}》" not in text:
                yield Span("shell", text, f"印发的不是《{draft.title.text}》")
    parts = [s.id.partition("_")[0] for s in draft.sections if s.id.partition("_")[0] in _ORDER]
    for before, after in itertools.pairwise(parts):
        if _ORDER.index(before) > _ORDER.index(after):
            yield Span(after, "", f"排在{before}后面")


def _rows(draft: "Draft") -> Iterator[Span]:
    """Rows that have more or fewer cells than their table has columns."""
    for _, block, table in draft.tables():
        for number, row in enumerate(table.rows, 1):
            if len(row) != len(table.header):
                yield Span(
                    f"table {block.id} row {number}", "｜".join(c.text for c in row), f"表头有{len(table.header)}列"
                )


def _headings(draft: "Draft") -> Iterator[Span]:
    count = [0, 0, 0, 0]
    for section in draft.sections:
        if not section.number:
            continue
        level = section.level
        count[level] += 1
        count[level + 1 :] = [0] * (3 - level)
        ordinal = _ordinal(count[level])
        expected = {1: f"{ordinal}、", 2: f"（{ordinal}）", 3: f"{count[level]}."}[level]
        if section.number != expected:
            yield Span(section.id, section.number, f"应为{expected}")
        if re.search(r"[。；，：]$", section.heading.text) or not section.heading.text:
            yield Span(section.id, section.heading.text, "标题为空，或以标点结束")


def _ordinal(number: int) -> str:
    if number <= 10:
        return _HAN[number - 1]
    return (
        "十" * (number < 20)
        + _HAN[number // 10 - 1] * (number >= 20)
        + ("十" if number >= 20 else "")
        + _HAN[number % 10 - 1]
    )


def _items(draft: "Draft") -> Iterator[Span]:
    last = 0
    for section in draft.sections:
        first_here = True
        for block in section.blocks:
            if match := re.fullmatch(r"(\d+)\.", block.number):
                number = int(match[1])
                if number not in ((1, last + 1) if first_here else (last + 1,)):
                    yield Span(section.id, block.number, f"应为{last + 1}.")
                last, first_here = number, False


def _sentences(draft: "Draft") -> Iterator[Span]:
    for _, sentence in draft.sentences():
        if not re.search(r"[。！？；：”】]$", sentence.text):
            yield Span(sentence.id, sentence.text[-12:], "句末没有标点")
        if re.search(r"[，。；、：]{2,}|，。|\s{2,}", sentence.text):
            yield Span(sentence.id, sentence.text, "标点连用")


def length(seen: Seen) -> Measure:
    """Characters as WPS counts them, of everything but tables; over the ceiling is a place."""
    from chugao.manuscript import count_characters, flatten

    count = count_characters(flatten(seen.draft)[0])
    ceiling = int(seen.draft.recipe.get("length") or 0)
    over = (Span("", f"{count}", f"上限{ceiling}"),) if ceiling and count > ceiling else ()
    return Measure("length", count, over, failed=bool(over))


# --- repetition and copy --------------------------------------------------------------------------


def _han(text: str) -> str:
    return re.sub(r"[^一-鿿]", "", text)


def _repeated(text: str, size: int, given: str = "") -> tuple[float, list[tuple[str, int]]]:
    """Share of the runs of `size` characters that were there before, and the worst of them.

    What was told several times by those who sent it may stand in the draft as often: it is no phrase of the writer's.
    """
    grams = Counter(text[i : i + size] for i in range(len(text) - size + 1))
    sent = Counter(given[i : i + size] for i in range(len(given) - size + 1))
    again = {g: times - max(1, min(times, sent[g])) for g, times in grams.items()}
    total = sum(grams.values())
    worst = sorted((g for g, n in again.items() if n), key=lambda g: -again[g])[:5]
    return (sum(again.values()) / total if total else 0.0), [(g, grams[g]) for g in worst]


def _sent(seen: Seen) -> str:
    """What the departments wrote of their matters, as Han characters."""
    return _han("".join(f"{m.text}{m.result}" for m in seen.case.read_matters.items))


def _written(seen: Seen) -> str:
    """The prose as Han characters, without 【待补：……】, which goes when somebody sends the figure."""
    return _han(re.sub(r"【待补[^】]*】", "", seen.prose))


def rep_8(seen: Seen) -> Measure:
    """Share of 8-grams of Han characters that were there before; proofread texts 0.8–2.4 %."""
    share, most = _repeated(_written(seen), 8, _sent(seen))
    return Measure("rep_8", round(share, 4), tuple(Span("", gram, f"{times}次") for gram, times in most))


def distinct_4(seen: Seen) -> Measure:
    """Share of different 4-grams; proofread texts 0.895–0.961."""
    share, most = _repeated(_written(seen), 4, _sent(seen))
    return Measure("distinct_4", round(1 - share, 4), tuple(Span("", gram, f"{times}次") for gram, times in most))


def copied_share(seen: Seen) -> Measure:
    """Share of the draft's 13-grams of Han characters that stand in one past report, the worst of them."""
    text = _han(seen.prose)
    shares = {name: _shared(text, past)[0] for name, past in seen.case.past_texts.items()}
    worst = max(shares, key=lambda n: (shares[n], n), default="")
    return Measure("copied_share", round(shares.get(worst, 0.0), 4), (Span("", worst),) if shares.get(worst) else ())


def copied_run(seen: Seen) -> Measure:
    """Longest run of Han characters, 13 at least, that stands in a past report."""
    text = _han(seen.prose)
    runs = {name: _shared(text, past)[1] for name, past in seen.case.past_texts.items()}
    worst = max(runs, key=lambda n: (len(runs[n]), n), default="")
    run = runs.get(worst, "")
    return Measure("copied_run", len(run), (Span("", run, worst),) if run else ())


def _shared(text: str, past: str, size: int = 13) -> tuple[float, str]:
    old = _han(past)
    there = {old[i : i + size] for i in range(len(old) - size + 1)}
    hits = [text[i : i + size] in there for i in range(len(text) - size + 1)]
    best, start = (0, 0), None
    for i, hit in enumerate([*hits, False]):
        if hit and start is None:
            start = i
        elif not hit and start is not None:
            best = max(best, (i - start + size - 1, -start))
            start = None
    run = text[-best[1] : -best[1] + best[0]] if best[0] else ""
    return (sum(hits) / len(hits) if hits else 0.0), run


MEASURES: tuple[Callable[[Seen], Measure], ...] = (
    unclaimed_digits, untraced, structure, inventions, stale, leftovers, blocked, coverage, coverage_in_prose,
    unclaimed_han, pending, length, density, rep_8, distinct_4, copied_share, copied_run,
)  # fmt: skip


def level_two(draft: "Draft", part: str) -> list["Section"]:
    """The sections right below a part."""
    return [s for s in draft.sections if s.id.startswith(f"{part}_") and s.blocks]

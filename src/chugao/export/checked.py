"""What a check found, to be read beside the text: the page, the paper to sign, the comments.

In: a draft or text, its `Report`, what people have confirmed.  Out: `Checked`; an HTML page that needs nothing beside it;
remarks for a Word copy.

Surprise: a finding of a draft counts within its sentence, one of a text within the whole; here both count in the text as
it is shown, so that page, paper and comments say the same.
"""

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from markupsafe import Markup, escape

from chugao.checks import Report
from chugao.checks.dismissals import Dismissal
from chugao.checks.ours import is_number, loose_numbers
from chugao.export.gate import confirmed_told, override_told
from chugao.export.page import layout_of
from chugao.kind import Kind
from chugao.manuscript import Draft, Span, flatten
from chugao.metrics.facts import Facts
from chugao.shipped import shipped
from chugao.source import Finding
from chugao.word.annotating import Remark
from chugao.word.comments import STATES

_AROUND = 24
_STOPS = "。！？；\n"
_IN_A_NUMBER = "0123456789０１２３４５６７８９.．,"


class Number(NamedTuple):
    """One number of the text and what it rests on."""

    start: int
    end: int
    """In `Checked.text`; −1 for a number of a table that is not part of it."""
    printed: str
    around: str
    name: str
    source: str
    """Where it comes from and how it is reckoned; "" when nothing supports it."""
    last_year: str
    confirmed: str
    """Who confirmed it and on what basis, "" when nobody had to."""


class Note(NamedTuple):
    """A finding with its place in the text as shown; start is −1 for one about the whole."""

    start: int
    end: int
    finding: Finding


class Checked(NamedTuple):
    """A checked text as a person reads it."""

    name: str
    title: str
    text: str
    numbers: tuple[Number, ...]
    notes: tuple[Note, ...]
    untraced: int = 0
    """How many of the numbers the check could not trace, those that people vouch for among them."""
    blind: bool = False
    """Nothing was given to hold the numbers against."""
    override: str = ""
    """Who let it pass, and why."""
    confirmed: tuple[str, ...] = ()
    """“12人（张三，微信）”: what people vouched for when it was let out."""
    kind: Kind = Kind.SUMMARY
    year: int = 2000

    @property
    def line(self) -> str:
        """“数字31个，没有出处2个，人工确认1个；错误2、提醒5”."""
        confirmed = sum(1 for n in self.numbers if n.confirmed)
        missing = self.untraced - confirmed
        told = [f"数字{len(self.numbers)}个"]
        if self.blind:
            told.append("没有给指标，未核对出处")
        elif missing or confirmed:
            told += [f"没有出处{missing}个"] * bool(missing) + [f"人工确认{confirmed}个"] * bool(confirmed)
        else:
            told.append("都有出处")
        return "，".join(told)


# --- putting together -----------------------------------------------------------------------------


def checked(name: str, thing: Draft | str, report: Report, dismissals: Sequence[Dismissal] = ()) -> Checked:
    """A report beside its text; `dismissals` are what people have passed, those of numbers are shown with them."""
    return _of_draft(name, thing, report) if isinstance(thing, Draft) else _of_text(name, thing, report, dismissals)


def _of_text(name: str, text: str, report: Report, dismissals: Sequence[Dismissal]) -> Checked:
    title = next((line.strip(" #\t　") for line in text.split("\n") if line.strip()), name)[:60]
    confirmed = [d for d in dismissals if d.rule == "number-untraced"]
    facts = report.facts
    matters = {m.id: f"事项：{m.text}"[:60] for m in report.matters}
    numbers = []
    for verdict in report.verdicts:
        mention, by = verdict.mention, verdict.by
        fact = facts.by_slot.get(by) if facts else None
        prev = facts.get(fact.metric, "prev") if facts and fact and fact.field != "prev" else None
        source = matters.get(by, {"constant": "固定写法", "given": "本单位的固定用语"}.get(by, ""))
        if verdict.traced and fact is None and not source:
            source = _reckoned(facts, by)
        who = next((d for d in confirmed if verdict.finding and d.covers(verdict.finding, text)), None)
        numbers.append(
            Number(
                mention.start,
                mention.end,
                mention.text,
                _around(text, mention.start, mention.end),
                fact.name if fact else mention.metric_name,
                _sourced(fact.formula, fact.source_label) if fact else source,
                prev.printed if prev else "",
                f"{who.by}，{who.reason}" if who else "",
            )
        )
    notes = tuple(Note(f.place.start, f.place.end, f) for f in report.findings)
    blind = not (facts and facts.by_slot) and not report.matters
    return Checked(name, title, text, tuple(sorted(numbers)), notes, report.numbers["untraced"], blind)


def _reckoned(facts: Facts | None, by: str) -> str:
    """Whence a number is that no table of facts holds as such: “任务的1.14倍”, a share of two numbers in the text."""
    now = facts.get(by.partition(".")[0], "now") if facts else None
    return _sourced("按填报值算得", now.source_label) if now else "按文中前面的数算得"


def _of_draft(name: str, draft: Draft, report: Report) -> Checked:
    text, spans = flatten(draft)
    at = {(s.section, s.sentence): s for s in spans}
    numbers = [n for text_, span, cell in _claimed(draft, at) for n in _of_claims(draft, text_, span, cell or text)]
    for finding in loose_numbers(draft, report.findings):
        note = _placed(finding, at)
        numbers.append(Number(note.start, note.end, finding.quote, _around(text, note.start, note.end), "", "", "", ""))
    return Checked(
        name=name,
        title=draft.title.text,
        text=text,
        numbers=tuple(numbers),
        notes=tuple(_placed(f, at) for f in report.findings),
        # Who only sets what was found before has counted nothing.
        untraced=report.numbers.get("untraced", sum(1 for n in numbers if not n.source)),
        override=override_told(draft.recipe),
        confirmed=confirmed_told(draft.recipe),
        kind=draft.kind,
        year=draft.year,
    )


def _claimed(draft: Draft, at: dict[tuple[str, str], Span]) -> Iterator[tuple[Any, Span | None, str]]:
    """Every text that bears claims, in the order of the pages, with where it stands; of a cell of a table, its row and column."""
    yield draft.title, at.get(("", "title")), ""
    for section in draft.sections:
        if (section.id, "heading") in at:
            yield section.heading, at[section.id, "heading"], ""
        sentences = {s.id: s for s in section.sentences}
        for block in section.blocks:
            for name in block.sentence_ids:
                if name in sentences and (section.id, name) in at:
                    yield sentences[name], at[section.id, name], ""
            for row in block.table.rows if block.table else ():
                of = next((c.text for c in row if c.text.strip() and not c.text.strip()[0].isdigit()), "")
                heads = (*(block.table.header if block.table else ()), *[""] * len(row))
                yield from (
                    (c, None, f"表：{of}｜{h}" if c.text != of else f"表：{of}")
                    for c, h in zip(row, heads, strict=False)
                )


def _of_claims(draft: Draft, text: Any, span: Span | None, whole: str) -> Iterator[Number]:
    evidence = {e.id: e for e in draft.evidence}
    before = {e.metric: e.printed for e in draft.evidence if e.field == "prev"}
    for claim in text.claims:
        printed = text.text[claim.start : claim.end]
        if not is_number(claim, text.text):
            continue
        known = evidence.get(claim.id)
        start, end = (span.start + claim.start, span.start + claim.end) if span else (-1, -1)
        supported = claim.state != "unsupported"
        yield Number(
            start,
            end,
            printed,
            _around(whole, start, end) if span else whole,
            known.name if known else "",
            (_sourced(claim.formula or "", claim.source or "") or STATES[claim.state]) if supported else "",
            before.get(claim.metric or "", "") if known is None or known.field != "prev" else "",
            "人工确认" if claim.state == "person" else "",
        )


def _placed(finding: Finding, at: dict[tuple[str, str], Span]) -> Note:
    place = finding.place
    span = at.get((place.section, place.sentence)) or at.get((place.section, "heading"))
    if span is None:
        return Note(-1, -1, finding)
    if not place.sentence:
        return Note(span.start, span.end, finding)
    return Note(span.start + place.start, min(span.start + place.end, span.end), finding)


def _sourced(formula: str, source: str) -> str:
    return "；".join(filter(None, ("" if formula == "填报值" else formula, source)))


def _around(text: str, start: int, end: int) -> str:
    """The sentence around a number, or so much of it as there is room for: whole clauses, never half a number."""
    left = max(text.rfind(c, max(0, start - _AROUND), start) for c in _STOPS) + 1
    before, after = text[left or max(0, start - _AROUND) : start], text[end : end + _AROUND]
    if not left and start > _AROUND:
        before = f"……{before.partition('，')[2] if '，' in before else before.lstrip(_IN_A_NUMBER)}"
    stops = [i for c in _STOPS if (i := after.find(c)) >= 0]
    if not stops and end + _AROUND < len(text):
        after = f"{after.rpartition('，')[0] if '，' in after else after.rstrip(_IN_A_NUMBER)}……"
    return (before + text[start:end] + after[: min(stops, default=len(after))]).strip()


# --- the page -------------------------------------------------------------------------------------


def checked_page(given: Checked) -> str:
    """The text with its findings in the margin; every number leads to its source.  No script, no reference outside."""
    style = (shipped("templates") / "pages" / "check.css").read_text(encoding="utf-8").replace("\n", "")
    whole = [n.finding for n in given.notes if n.start < 0]
    counts: dict[str, int] = {}
    for note in given.notes:
        counts[note.finding.severity.label] = counts.get(note.finding.severity.label, 0) + 1
    return str(
        layout_of("check.html.j2").render(
            title=given.title,
            name=given.name,
            line=given.line,
            counts="、".join(f"{k}{v}" for k, v in counts.items()) or "没有发现问题",
            blocked=any(n.finding.severity.blocks for n in given.notes),
            override=given.override,
            whole=whole,
            rows=list(_rows(given)),
            noted=any(n.start >= 0 for n in given.notes),
            numbers=given.numbers,
            blind=given.blind,
            style=Markup(style),
            style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        )
    )


class _Row(NamedTuple):
    """A paragraph and what is said of it."""

    kind: str
    text: Markup
    notes: tuple[tuple[int, Finding], ...]


def _rows(given: Checked) -> Iterator[_Row]:
    notes = sorted(((n, i) for i, n in enumerate(given.notes, 1) if n.start >= 0), key=lambda x: x[0][:2])
    numbers = [(n, i) for i, n in enumerate(given.numbers, 1) if n.start >= 0]
    start = 0
    for place, line in enumerate(given.text.split("\n")):
        end = start + len(line)
        if line.strip():
            mine = [(n, i) for n, i in notes if start <= n.start <= end]
            inside = [(n, i) for n, i in numbers if start <= n.start < end]
            marked = _marked(line, start, mine, inside)
            yield _Row("title" if place == 0 else "body", marked, tuple((i, n.finding) for n, i in mine))
        start = end + 1


def _marked(line: str, at: int, notes: list[tuple[Note, int]], numbers: list[tuple[Number, int]]) -> Markup:
    """One paragraph: cut at every mark's edges, so that marks may overlap."""
    edges = {0, len(line)}
    spans = [(n.start, n.end) for n, _ in notes] + [(n.start, n.end) for n, _ in numbers]
    for start, end in spans:
        edges |= {min(max(start - at, 0), len(line)), min(max(end - at, 0), len(line))}
    cuts, out, anchored = sorted(edges), [], set[int]()
    for left, right in pairwise(cuts):
        piece = escape(line[left:right])
        number = next(((n, i) for n, i in numbers if n.start - at <= left and right <= n.end - at), None)
        if number is not None:
            n, i = number
            classes = "n" if n.source or n.confirmed else "n bare"
            told = " ".join(filter(None, (n.name, n.source or n.confirmed or "没有出处")))
            mark = f'id="n{i}" ' if i not in anchored else ""
            anchored.add(i)
            piece = Markup('<a class="{}" {}href="#s{}" title="{}">{}</a>').format(
                classes, Markup(mark), i, told, piece
            )
        over = [(n, i) for n, i in notes if n.start - at <= left and right <= n.end - at]
        if over:
            worst = min(over, key=lambda x: list(_WEIGHTS).index(x[0].finding.severity.value))
            piece = Markup('<mark class="{}" data-n="{}">{}</mark>').format(
                worst[0].finding.severity.value, worst[1], piece
            )
        out.append(piece)
    return Markup("").join(out)


_WEIGHTS = ("fatal", "error", "warning", "info")


# --- comments -------------------------------------------------------------------------------------


def remarks_of(given: Checked) -> list[Remark]:
    """A remark for each finding that has a place; alike ones each at their own."""
    told = []
    for note in sorted((n for n in given.notes if n.start >= 0), key=lambda n: n[:2]):
        start, end, finding = note
        quote = given.text[start:end].split("\n")[0] or given.text[start : start + 1]
        # A cell of a table is a paragraph of its own in Word: its neighbours are no words beside it.
        before = re.split(r"[\n\t]", given.text[max(0, start - _AROUND) : start])[-1]
        after = re.split(r"[\n\t]", given.text[start + len(quote) : end + _AROUND])[0]
        told.append(Remark(quote, before, after, f"[{finding.severity.label}] {finding.hint}"))
    return told

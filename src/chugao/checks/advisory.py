"""Questions that only a reader can answer, put to a model: advice with verbatim evidence, or no advice.

In: a `Reading` and an `Adviser` (an engine behind an endpoint).  Out: findings for information.

Surprise: a model asked for evidence invents some.  So every piece of advice must quote the text, and a quote that does not
stand in it, character for character, is dropped with its advice; digits in its own words are dropped unless the quote
has them.  Without an endpoint there is no adviser and no advice, and advice never stops a text.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple, Protocol

from chugao.checks.dismissals import Dismissal, silenced
from chugao.checks.ours import in_sentence, standing_of
from chugao.checks.reading import Hit, Reading, read
from chugao.checks.report import Report, distinct
from chugao.checks.rules import findings_of, rules
from chugao.config import Office
from chugao.kind import Kind
from chugao.manuscript import Draft, flatten
from chugao.shipped import shipped
from chugao.source import Finding, Severity

_SHORTEST_QUOTE, _LONGEST_QUOTE, _LONGEST_NOTE, _MOST = 6, 120, 80, 3
_LINK = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]{0,20}://\S{0,200}|www\.\S{0,200}")
_DIGITS = re.compile(r"\d+(?:\.\d+)?")


class Advice(NamedTuple):
    """One remark of a model and the words it is about."""

    quote: str
    note: str


class Adviser(Protocol):
    """Whoever answers questions about a text; its answers are untrusted."""

    def advise(self, questions: Mapping[str, str], text: str) -> Mapping[str, Sequence[Advice]]:
        """Rule id → what is said to its question.  Raises `EngineError` when nothing can be had."""
        ...


@cache
def questions() -> Mapping[str, str]:
    """Rule id → what is asked.  The office's words; no digit of the text is asked for."""
    return {r.id: r.question for r in rules().values() if r.question}


@cache
def wording() -> Mapping[str, str]:
    """ "system" and "user": how a question is put; {question}, {text} and {fence} stand in them."""
    path = shipped("templates") / "checks" / "advisory.toml"
    told: Mapping[str, str] = tomllib.loads(path.read_text(encoding="utf-8"))["asking"]
    return {k: v.strip("\n") for k, v in told.items()}


def advise(reading: Reading, adviser: Adviser | None) -> Iterator[Finding]:
    """Advice on each question whose quote stands in the text; nothing when there is no adviser."""
    if adviser is None or not reading.plain.strip():
        return
    given = adviser.advise(questions(), reading.plain)
    for rule_id in questions():
        hits = list(_evidenced(reading, given.get(rule_id, ())))[:_MOST]
        yield from findings_of(rule_id, hits, reading.text)


def with_advice(
    report: Report,
    thing: Draft | str,
    adviser: Adviser,
    *,
    kind: Kind | None = None,
    year: int | None = None,
    office: Office | None = None,
    dismissals: Sequence[Dismissal] = (),
) -> Report:
    """A report with what a model remarked, as information beneath what the rules found."""
    if isinstance(thing, str):
        told = list(silenced(advise(read(thing, kind=kind, year=year, office=office), adviser), dismissals, thing))
    else:
        text, spans = flatten(thing)
        reading = read(text, kind=thing.kind, year=thing.year, ours=True, office=office, level=thing.level)
        told = standing_of([in_sentence(f, spans) for f in advise(reading, adviser)], thing, dismissals)
    return report._replace(findings=tuple(distinct([*report.findings, *told])))


def _evidenced(reading: Reading, given: Sequence[Advice]) -> Iterator[Hit]:
    seen: set[int] = set()
    for quote, note in given:
        quote = quote.strip()
        if not _SHORTEST_QUOTE <= len(quote) <= _LONGEST_QUOTE:
            continue
        start = reading.plain.find(quote)
        if start < 0 or start in seen:
            continue
        seen.add(start)
        hint = f"模型的意见，请人判断：{_in_its_own_words(note, quote) or '请核对这一句。'}"
        yield Hit(start, start + len(quote), hint, Severity.INFO)


def _in_its_own_words(note: str, quote: str) -> str:
    """A note without addresses, markup and figures of its own: a model writes no digit here either."""
    words = re.sub(r"[\s<>{}]+", " ", _LINK.sub("", note[: 4 * _LONGEST_NOTE])).strip()
    known = set(_DIGITS.findall(quote))
    return _DIGITS.sub(lambda m: m.group() if m.group() in known else "〔数〕", words)[:_LONGEST_NOTE]

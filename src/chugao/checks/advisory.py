"""Questions that only a reader can answer, put to a model: advice with verbatim evidence, or no advice.

In: a `Reading` and an `Adviser` (an engine behind an endpoint).  Out: findings for information.

Surprise: a model asked for evidence invents some.  So every piece of advice must quote the text, and a quote that does not
stand in it, character for character, is dropped with its advice.  Without an endpoint there is no adviser and no advice.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from chugao.checks.reading import Hit, Reading
from chugao.checks.rules import findings_of
from chugao.source import Finding

_SHORTEST_QUOTE, _LONGEST_QUOTE, _LONGEST_NOTE, _MOST = 6, 120, 80, 3


class Advice(NamedTuple):
    """One remark of a model and the words it is about."""

    quote: str
    note: str


class Adviser(Protocol):
    """Whoever answers a question about a text; its answer is untrusted."""

    def advise(self, question: str, text: str) -> Sequence[Advice]: ...


QUESTIONS = {
    "scope-asked": "题目、开头、正文、落款说的是不是同一级单位的事？指出说到别的级别的句子。",
    "problem-unanswered": "每一条不足，有没有写原因，计划里有没有对应的任务？指出没有原因或没有对应任务的不足。",
    "tense-asked": "成效部分里哪些句子说的是打算，计划部分里哪些句子说的是已完成的事？",
    "event-date": "哪些事件、台风、文件、会议的名称与它的日期对不上？",
}
"""Rule id → what is asked.  The office's words; no digit of the text is asked for."""


def advise(reading: Reading, adviser: Adviser | None) -> Iterator[Finding]:
    """Advice on each question whose quote stands in the text; nothing when there is no adviser."""
    if adviser is None:
        return
    for rule_id, question in QUESTIONS.items():
        given = adviser.advise(question, reading.plain)
        yield from findings_of(rule_id, list(_evidenced(reading, given))[:_MOST], reading.text)


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
        words = re.sub(r"[\s<>{}]+", " ", note).strip()[:_LONGEST_NOTE]
        yield Hit(start, start + len(quote), f"模型的意见，请人判断：{words or '请核对这一句。'}")

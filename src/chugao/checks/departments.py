"""Whose paper it says it is, and which departments it names that nobody gave.

In: a draft of ours, what it may rest on.  Out: findings.

Surprise: a department named in the middle of a text is everyday (“联合护理部”), and an editor may well add one; at the
head of the title or of the opening it says whose work is told, and there another one is last year's file or a neighbour's.
"""

import re
from collections.abc import Iterator, Sequence

from chugao.checks.inventions import given_to
from chugao.corpus.units import find_departments
from chugao.manuscript import Draft
from chugao.material import Matter
from chugao.metrics.facts import Facts
from chugao.source import Finding, Place, Severity

_AT_HEAD = re.compile(r"(?:^|[，。：；]|现(?:把|将|对|就|总结))$")
"""Before the department whose work is told: the head of a clause."""


def another_department(draft: Draft) -> Iterator[Finding]:
    """The title or the opening sentence that names another department first and its own nowhere; of a department's paper only."""
    if not _is_department(draft.department):
        return
    places = [(draft.title.text, Place(section="title", sentence="title", start=0, end=0))]
    opening = next(((section, s) for section, s in draft.sentences() if section.id == "lead"), None)
    if opening is not None:
        section, sentence = opening
        places.append((sentence.text, Place(section=section.id, sentence=sentence.id, start=0, end=0)))
    for text, place in places:
        named = sorted(find_departments(text))
        if any(_same(text[start:end], draft) for start, end in named):
            continue
        for start, end in named[:1]:
            name = text[start:end]
            if not _AT_HEAD.search(text[:start].removesuffix(draft.organisation)):
                continue
            yield Finding(
                rule="name-title",
                severity=Severity.ERROR,
                place=place.model_copy(update={"start": start, "end": end}),
                quote=name,
                hint=f"这是{draft.department}的稿子，这里写成了“{name}”。请改成{draft.department}，或核对是不是拿错了稿子。",
            )


def strange_departments(draft: Draft, facts: Facts, matters: Sequence[Matter]) -> Iterator[Finding]:
    """Departments in the sentences of a draft that no figure and no matter names: looked at, not forbidden."""
    given = given_to(draft, facts, matters)
    for section, sentence in draft.sentences():
        if sentence.passages:
            continue
        for start, end in find_departments(sentence.text):
            name = sentence.text[start:end]
            if name in given or _same(name, draft):
                continue
            yield Finding(
                rule="invention",
                severity=Severity.WARNING,
                place=Place(section=section.id, sentence=sentence.id, start=start, end=end),
                quote=name,
                hint=f"科室“{name}”在指标、事项里都没有。请核对是不是写错了科室。",
            )


def _is_department(name: str) -> bool:
    return any(span == (0, len(name)) for span in find_departments(name))


def _same(name: str, draft: Draft) -> bool:
    return name in draft.department or draft.department in name or name in draft.organisation

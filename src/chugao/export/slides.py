"""汇报提纲 for slides: a page a field of work, three to five short lines each, with the numbers of the draft.

In: a finished draft.  Out: a paper whose sections are the pages; somebody makes the slides from it.
"""

import re
from collections.abc import Collection, Sequence

from chugao.errors import InputError
from chugao.export.cutting import (
    PaperWriter,
    Told,
    first_clause,
    joined,
    numbered_clauses,
    part_of,
    plan_year,
    replaced,
    told_in,
    whole,
)
from chugao.manuscript import ClaimedText, Draft, count_characters
from chugao.source import Release

_LINES, _WIDE = 5, 30


def slides(draft: Draft, release: Release = Release.PUBLIC) -> Draft:
    """The outline of the slides.  Raises `InputError` for a draft without sentences."""
    told = told_in(draft, release)
    if not any(t.role in ("results", "plan") for t in told):
        raise InputError(f"《{draft.title.text}》里没有可以节选的句子。请先补齐【待补】再节选。")
    paper = PaperWriter(draft, f"{draft.title.text}汇报提纲")
    shown = _key_figures(paper, draft, told)
    results = [t for t in told if t.role == "results" and not _only_tells(t, shown)]
    for section_id in dict.fromkeys(t.section.id for t in results):
        own = [t for t in results if t.section.id == section_id]
        paper.section(section_id, own[0].section.heading if own[0].section.level else "主要工作", 1)
        _lines(paper, own)
    for role, heading in (("problems", "不足"), ("plan", f"{plan_year(draft)}年安排")):
        own = [t for t in told if t.role == role and (t.opens or t.is_aim)]
        if own:
            paper.section(role, heading, 1)
            _lines(paper, own)
    return paper.finish()


def _only_tells(told: Told, metrics: Collection[str]) -> bool:
    """Whether a sentence says nothing but figures that the first page has."""
    own = {c.metric for c in told.sentence.claims if c.metric}
    return bool(own) and own <= set(metrics) and all(c.metric or c.state == "constant" for c in told.sentence.claims)


def _key_figures(paper: PaperWriter, draft: Draft, told: Sequence[Told]) -> set[str]:
    """The first page: the figures a listener should keep; the metrics it shows."""
    figures = [
        t for t in told if t.role in ("lead", "results") and any(c.id.endswith(".now") for c in t.sentence.claims)
    ]
    lines: list[ClaimedText] = []
    metrics: set[str | None] = set()
    for t in sorted(figures, key=lambda t: (-t.weight, t.order)):
        for clause in numbered_clauses(t.sentence):
            now = next((c for c in clause.claims if c.id.endswith(".now")), None)
            if now is None or now.metric in metrics:
                continue
            # “为12517人次” says nothing by itself.
            line = _line(clause) if _stands(clause) else _line(joined([first_clause(t.sentence), "，", clause]))
            if _stands(line) and count_characters(line.text) <= _WIDE:
                metrics.add(now.metric)
                lines.append(line)
    if not lines or not draft.kind.looks_back:
        return set()
    paper.section("figures", f"{draft.year}年几个数", 1)
    for line in lines[:_LINES]:
        paper.paragraph(line, number="•")
    return {c.metric for line in lines[:_LINES] for c in line.claims if c.metric}


def _lines(paper: PaperWriter, told: Sequence[Told]) -> None:
    """One line a thing: what was done, and its number where that fits beside it."""
    best = sorted(told, key=lambda t: -t.weight)[:_LINES]
    for t in sorted(best, key=lambda t: t.order):
        entire = _line(whole(t.sentence))
        if count_characters(entire.text) <= _WIDE + 6:
            paper.paragraph(entire, number="•", sources=[t])
            continue
        act = _line(first_clause(t.sentence))
        numbers = [n for c in numbered_clauses(t.sentence) if _stands(n := _line(c))]
        more = next((n for n in reversed(numbers) if act.text not in n.text and n.text not in act.text), None)
        if more is not None and count_characters(act.text + more.text) <= _WIDE + 6:
            paper.paragraph(joined([act, "，", more]), number="•", sources=[t])
        else:
            paper.paragraph(act if not numbers or act.claims else numbers[0], number="•", sources=[t])


def _stands(text: ClaimedText) -> bool:
    """Whether a clause says by itself what it speaks of."""
    return re.match(r"\d|[为是达占比较其并且也即至到]", text.text) is None


def _line(text: ClaimedText) -> ClaimedText:
    """A line of a slide: no stop at its end, no 年内力争 at its head."""
    for lead in ("年内力争", "全年", "目标是"):
        if text.text.startswith(lead):
            text = part_of(text, len(lead), len(text.text))
    return replaced(part_of(text, 0, len(text.text), stripped=True), "同样完成", "完成")

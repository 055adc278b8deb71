"""简版 and 上报材料: the same year in 300, 500 or 1,500 characters, and as the level above wants to read it.

In: a finished draft and a ceiling.  Out: a paper no longer than the ceiling, as WPS counts.

Surprise: a short piece is no long one with fewer sentences.  Under 600 characters it has no headings and its
shortcomings and aims are one sentence each; only from 900 on do the parts come back.
"""

from collections.abc import Sequence

from chugao.errors import InputError
from chugao.export.cutting import (
    HAN,
    PaperWriter,
    Told,
    as_run,
    as_shortcoming,
    blocks_of,
    chosen,
    first_clause,
    joined,
    length_of,
    opening,
    plan_year,
    runs_of,
    said,
    shortened,
    told_again,
    told_in,
    with_acts,
)
from chugao.manuscript import ClaimedText, Draft, count_characters
from chugao.source import Release

_ONE_PARAGRAPH, _WITH_HEADINGS = 400, 900
_SHORT, _LONG = 46, 90
_ROOM_FOR_MORE = 30
_TELLING = 55
"""Below this weight a sentence has no place in a piece of one paragraph."""


def brief(draft: Draft, ceiling: int, release: Release = Release.UPWARD) -> Draft:
    """The draft in at most `ceiling` characters.  Raises `InputError` when there is nothing to cut or no room."""
    if not 150 <= ceiling <= 5000:
        raise InputError(f"字数上限“{ceiling}”不在150到5000之间。请改正 --length。")
    told = with_acts(told_in(draft, release))
    if not told:
        raise InputError(f"《{draft.title.text}》里没有可以节选的句子。请先补齐【待补】再节选。")
    write = _long if ceiling >= _WITH_HEADINGS else _short
    room = ceiling
    for _ in range(12):
        paper = write(draft, told, room)
        if (over := length_of(paper) - ceiling) <= 0:
            return paper
        room -= max(over, 5)
    raise InputError(f"{ceiling}字写不下一件完整的事。请把 --length 放宽到{ceiling + 100}。")


def _title(draft: Draft) -> str:
    if draft.kind.looks_back:
        return f"{draft.department}{draft.year}年工作情况"
    return f"{draft.title.text}（简版）"


def _short(draft: Draft, told: Sequence[Told], room: int) -> Draft:
    """One paragraph, or one for each part; no headings."""
    paper = PaperWriter(draft, _title(draft))
    paper.section("lead")
    tail = _tail(draft, told, 2 if room < _ONE_PARAGRAPH else 3)
    spent = len(paper.title.text) + sum(len(t.text) for t in tail)
    results = [t for t in told if t.role == "results"]
    first, used = opening(draft, told, _SHORT)
    if first is not None:
        results = [t for t in results if not told_again(t, used)]
        spent += len(first.text)
    elif results:
        first = said(f"{draft.year}年，{draft.department}重点做了以下工作。", str(draft.year), draft.department)
        spent += len(first.text)
    telling = [t for t in results if t.weight >= _TELLING] or results
    picked = chosen(telling if room < _ONE_PARAGRAPH else results, room - spent, _SHORT)
    left = room - spent - sum(count_characters(shortened(t.sentence, _SHORT).text) for t in picked)
    if left >= _ROOM_FOR_MORE:
        # A piece that was asked for in 300 characters is not sent with 200 while there is more to tell.
        more = chosen([t for t in results if t not in picked], left, _SHORT)
        picked = sorted([*picked, *more], key=lambda t: t.order)
    body = [shortened(t.sentence, _SHORT) for t in picked]
    if room < _ONE_PARAGRAPH:
        paper.paragraph(*filter(None, (first, *body, *tail)), sources=picked)
        return paper.finish()
    paper.paragraph(*filter(None, (first, *body)), sources=picked)
    for sentence in tail:
        paper.paragraph(sentence)
    return paper.finish()


def _tail(draft: Draft, told: Sequence[Told], most: int) -> list[ClaimedText]:
    """Shortcomings and next year's tasks, a sentence each."""
    problems = [as_shortcoming(t.sentence) for t in told if t.role == "problems" and t.opens]
    tasks = [first_clause(t.sentence) for t in told if t.role == "plan" and t.opens and not t.is_aim]
    tail = []
    if problems:
        tail.append(joined(["主要不足是", *_listed(problems[:most], "；"), "。"]))
    if tasks:
        year = plan_year(draft)
        lead = said(f"{year}年重点抓好：", str(year)) if draft.kind.looks_back else "重点抓好："
        tail.append(joined([lead, *_listed(tasks[: most + 1], "；"), "。"]))
    return tail


def _listed(pieces: Sequence[ClaimedText], mark: str) -> list[str | ClaimedText]:
    listed: list[str | ClaimedText] = []
    for i, piece in enumerate(pieces):
        listed += [mark, piece] if i else [piece]
    return listed


def _long(draft: Draft, told: Sequence[Told], room: int) -> Draft:
    """Headings of the first level, a paragraph for each section that is heard."""
    paper = PaperWriter(draft, _title(draft))
    first, used = opening(draft, told, _LONG)
    if first is not None:
        paper.section("lead")
        paper.paragraph(first)
    shares = {"results": 0.66, "problems": 0.14, "plan": 0.20}
    headings = {"results": "主要工作", "problems": "存在的不足", "plan": f"{plan_year(draft)}年打算"}
    present = {r: [t for t in told if t.role == r and not told_again(t, used)] for r in shares}
    left = room - length_of(paper.finish()) - 30
    whole = sum(s for r, s in shares.items() if present[r])
    for name, share in shares.items():
        kept = _kept(present[name], name, int(left * share / whole) if whole else 0)
        if kept:
            paper.section(name, headings[name], 1)
            paragraphs(paper, kept, name)
    return paper.finish()


def _kept(told: Sequence[Told], role: str, room: int) -> list[Told]:
    """The sentences of a part that fit; tasks and shortcomings are kept whole, the first ones first."""
    if role == "results":
        return chosen(told, room, _LONG)
    kept: list[Told] = []
    for block in blocks_of(told):
        length = sum(count_characters(shortened(t.sentence, _LONG).text) for t in block)
        if length <= room:
            kept += block
            room -= length
    return kept


def paragraphs(paper: PaperWriter, picked: Sequence[Told], role: str) -> None:
    """A paragraph for each of the draft; shortcomings as 一是…二是 in one, tasks numbered."""
    number = 0
    for block in blocks_of(picked) if role != "results" else runs_of(picked):
        texts = as_run(block, [shortened(t.sentence, _LONG) for t in block])
        mark = ""
        if role == "problems" or (role == "plan" and block[0].opens and not block[0].is_aim):
            number += 1
            mark = f"{HAN[number - 1]}是" if role == "problems" else f"{number}."
        paper.paragraph(*texts, number=mark, sources=block)


def upward(draft: Draft, ceiling: int = 1500, release: Release = Release.UPWARD) -> Draft:
    """Material for the level above: who speaks is named, each field under its heading, what is asked for last.

    Raises as `brief` does.
    """
    told = told_in(draft, release)
    results = [t for t in told if t.role == "results"]
    if not results and not any(t.role == "plan" for t in told):
        raise InputError(f"《{draft.title.text}》里没有可以节选的句子。请先补齐【待补】再节选。")
    room = ceiling
    for _ in range(12):
        paper = _upward(draft, told, room)
        if (over := length_of(paper) - ceiling) <= 0:
            return paper
        room -= max(over, 10)
    raise InputError(f"{ceiling}字写不下。请把 --length 放宽到{ceiling + 200}，或改用 chugao paper brief。")


def _upward(draft: Draft, told: Sequence[Told], room: int) -> Draft:
    kind = "情况" if draft.kind.looks_back else "安排"
    paper = PaperWriter(draft, f"关于{draft.department}{draft.year}年工作{kind}的汇报材料")
    first, used = opening(draft, told, _LONG)
    paper.section("lead")
    paper.paragraph(*([first] if first is not None else []), f"现将有关{kind}汇报如下。")
    left = room - length_of(paper.finish()) - 40
    results = [t for t in told if t.role == "results" and not told_again(t, used)]
    sections = {t.section.id: t.section for t in results}
    below = {i: s for i, s in sections.items() if s.level > 1}
    headed = sum(len(s.heading.text) + 3 for s in below.values())
    picked = chosen(results, int((left - headed) * 0.66), _LONG)
    if picked:
        paper.section("results", "主要做法和成效", 1)
        for section_id in dict.fromkeys(t.section.id for t in picked):
            own = [t for t in picked if t.section.id == section_id]
            if section_id in below:
                paper.section(section_id, below[section_id].heading, 2)
            paragraphs(paper, own, "results")
    for name, heading, share in (("problems", "存在的困难和问题", 0.14), ("plan", "下一步打算", 0.20)):
        kept = _kept([t for t in told if t.role == name], name, int(left * share))
        if kept:
            paper.section(name, heading, 1)
            paragraphs(paper, kept, name)
    return paper.finish()

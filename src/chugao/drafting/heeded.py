"""What became of each instruction, read from the finished text: done, partly, not yet, and where.

In: instructions, matters, finished sections.  Out: `Carried`, one an instruction; as findings for the reviewer.

What was meant to be done is no evidence that it was, so nothing here looks at how the text was made.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from chugao.drafting.heeding import Order, names_a_part, read_order, sections_with_text, share_of, speaks_of, wishes_of
from chugao.manuscript import Section
from chugao.material import Matter
from chugao.material.instructions import read_said
from chugao.source import Finding, Frozen, Place, Severity

_DONE, _PARTLY, _NOT = "已落实", "部分落实", "未落实"
_THERE, _ALMOST = 0.7, 0.45


class Outcome(NamedTuple):
    """What became of one wish."""

    wish: str
    state: str
    how: str
    section: Section | None = None

    @property
    def place(self) -> str:
        if self.section is None:
            return ""
        return f"{self.section.number}{self.section.heading.text}" if self.section.level else "导语"


class Carried(Frozen):
    """One instruction of the 意见台账 and what became of it."""

    number: int
    text: str
    who: str = ""
    when: str = ""
    state: str
    place: str = ""
    section: str = ""
    how: str


def carried(
    instructions: Sequence[str],
    matters: Sequence[Matter],
    sections: Sequence[Section],
    characters: int,
    omitted: Sequence[str] = (),
) -> list[Carried]:
    """Each instruction, numbered in the order given, with its state and place."""
    told = []
    for number, instruction in enumerate(instructions, 1):
        said = read_said(instruction)
        outcomes = [
            _outcome(order, matters, sections_with_text(sections), characters, omitted)
            for order in map(read_order, wishes_of(instruction))
        ]
        states = {o.state for o in outcomes}
        state = states.pop() if len(states) == 1 else _PARTLY
        first = next((o for o in outcomes if o.section is not None), None)
        told.append(
            Carried(
                number=number,
                text=instruction,
                who=said.who,
                when=said.when,
                state=state,
                place=first.place if first else "",
                section=first.section.id if first and first.section else "",
                how=_told(outcomes),
            )
        )
    return told


def _told(outcomes: Sequence[Outcome]) -> str:
    if len(outcomes) == 1:
        return outcomes[0].how + (f"（见{outcomes[0].place}）" if outcomes[0].place else "")
    return "；".join(f"“{o.wish}”{o.state}，{o.how}" + (f"（见{o.place}）" if o.place else "") for o in outcomes)


def findings_of(told: Sequence[Carried]) -> list[Finding]:
    """One finding an instruction."""
    return [
        Finding(
            rule="instruction",
            severity=Severity.INFO if c.state == _DONE else Severity.WARNING,
            place=Place(start=0, end=0, section=c.section),
            quote=c.text,
            hint=f"领导意见{c.number}“{c.text}”{c.state}：{c.how}。",
        )
        for c in told
    ]


def _outcome(
    order: Order, matters: Sequence[Matter], body: Sequence[Section], characters: int, omitted: Sequence[str]
) -> Outcome:
    if order.wish == "omit" and order.text not in omitted and not _mention(order.about, body):
        # Nothing of it was given, and nothing of it stands there: as wished, though for want of material.
        return Outcome(order.text, _DONE, f"文稿没有写到“{order.about}”；可以用的材料里也没有，换了说法的请再看一眼")
    about = [m for m in matters if order.about and speaks_of(m, order.about)]
    place = next((s for s in body if any(m.text in _text(s) for m in about)), None)
    match order.wish:
        case "ceiling" | "few":
            return _counted(order, body, characters)
        case "omit":
            return _omitted(order, body)
        case "words" | "exact" | "ban":
            return _worded(order, body)
        case "apart":
            own = next((s for s in body if s.level and order.about in s.heading.text and s.sentences), None)
            if own is not None:
                return Outcome(order.text, _DONE, "单独成节", own)
            return _missing(order, place, "有这项内容，没有单独成节", body)
        case "first" | "place":
            return _placed(order, place, body)
        case "move":
            problems = next((s for s in body if s.id.startswith("problem")), None)
            there = problems is not None and (place is problems or share_of(order.about, _text(problems)) >= _THERE)
            return (
                Outcome(order.text, _DONE, "放在不足里", problems)
                if there
                else _missing(order, place, "没有放到不足里", body)
            )
        case "condense" | "feature" if place is not None:
            how = "只留事项，不展开" if order.wish == "condense" else "已提到前面并优先保留"
            return Outcome(order.text, _DONE, how, place)
        case "include":
            return _included(order, place, body)
        case "":
            return _unread(order, matters, body)
        case _:
            return _missing(order, place, "", body)


def _counted(order: Order, body: Sequence[Section], characters: int) -> Outcome:
    if order.wish == "ceiling":
        if characters <= order.number:
            return Outcome(order.text, _DONE, f"正文{characters}字")
        return Outcome(order.text, _PARTLY, f"正文{characters}字，仍超出，请人工再压")
    told = next((s for s in body if s.id.startswith("problem")), None)
    count = len([b for b in told.blocks if b.sentence_ids]) if told else 0
    if count == order.number:
        return Outcome(order.text, _DONE, f"写了{count}条", told)
    return Outcome(order.text, _PARTLY if count else _NOT, f"收到的材料只够写{count}条，请补充", told)


def _omitted(order: Order, body: Sequence[Section]) -> Outcome:
    left = _mention(order.about, body)
    if left is not None:
        return Outcome(order.text, _PARTLY, f"事项已略去，文中别处仍提到“{order.about}”，请核对", left)
    return Outcome(order.text, _DONE, "文中没有再出现")


def _mention(about: str, body: Sequence[Section]) -> Section | None:
    return next((s for s in body if about and about in s.heading.text + _text(s)), None)


def _worded(order: Order, body: Sequence[Section]) -> Outcome:
    """Words that are to stand in the text, or are not to."""
    found = next((s for s in body if order.words in s.heading.text + _text(s)), None)
    if order.wish == "ban":
        if found is None:
            return Outcome(order.text, _DONE, f"文中没有“{order.words}”")
        return Outcome(order.text, _NOT, f"文中仍有“{order.words}”，请人工改", found)
    if found is not None:
        return Outcome(order.text, _DONE, "照原话写入", found)
    return Outcome(order.text, _NOT, "原话没有写入，请人工补上")


def _placed(order: Order, place: Section | None, body: Sequence[Section]) -> Outcome:
    told = [s for s in body if s.sentences and s.level]
    if place is not None and order.wish == "first" and (place is body[0] or (told and place is told[0])):
        return Outcome(order.text, _DONE, "放在前面", place)
    if place is not None and order.wish == "place" and place in told:
        at = told.index(place) + 1
        if at == order.number:
            return Outcome(order.text, _DONE, f"写在第{at}节", place)
        return Outcome(order.text, _PARTLY, f"写在第{at}节，请人工调整", place)
    return _missing(order, place, "已在本部分提前，没有排到全文最前", body)


def _included(order: Order, place: Section | None, body: Sequence[Section]) -> Outcome:
    scored = [(share_of(order.about, _text(s)), -i, s) for i, s in enumerate(body)]
    share, _, best = max(scored, key=lambda s: s[:2], default=(0.0, 0, None))
    named = place or _mention(order.about, body)
    if named is not None or share >= _THERE:
        return Outcome(order.text, _DONE, "已写", named or best)
    if share >= _ALMOST:
        return Outcome(order.text, _PARTLY, "写到了相近的内容，请核对是不是这个意思", best)
    return _missing(order, None, "", body)


def _unread(order: Order, matters: Sequence[Matter], body: Sequence[Section]) -> Outcome:
    named = next((s for s in body for m in matters if m.text in order.text and m.text in _text(s)), None)
    if named is not None:
        return Outcome(order.text, _PARTLY, "点到的事项已提前，其余请人工处理", named)
    return Outcome(order.text, _NOT, "没有自动落实，请人工处理")


def _missing(order: Order, place: Section | None, partly: str, body: Sequence[Section]) -> Outcome:
    if place is not None:
        return Outcome(order.text, _PARTLY, partly, place)
    if names_a_part(order.about):
        parts = "、".join(f"{s.number}{s.heading.text}" for s in body if s.level == 1)
        return Outcome(order.text, _NOT, f"文稿没有“{order.about}”（有：{parts}），请核对")
    return Outcome(order.text, _NOT, f"文稿没有“{order.about}”这一部分，材料里也没有找到，请补充事项或人工处理")


def _text(section: Section) -> str:
    return re.sub(r"\s", "", "".join(s.text for s in section.sentences))

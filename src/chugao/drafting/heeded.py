"""What became of each instruction, read from the finished text: done, partly, not yet, and where.

In: instructions, matters, finished sections.  Out: `Carried`, one an instruction; as findings for the reviewer.

What was meant to be done is no evidence that it was, so nothing here looks at how the text was made.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from chugao.catalogue import MetricDefinition
from chugao.drafting.heeding import (
    Order,
    names_a_part,
    numbers_wished,
    only_by_field,
    opposed,
    part_ceiling,
    read_order,
    sections_with_text,
    share_of,
    speaks_of,
    wishes_of,
)
from chugao.drafting.sayings import sentences_of, spot_of
from chugao.manuscript import Section, Sentence, count_characters
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
    against: tuple[int, ...] = ()
    """Instructions that want the opposite."""


def carried(
    instructions: Sequence[str],
    matters: Sequence[Matter],
    sections: Sequence[Section],
    characters: int,
    omitted: Sequence[str] = (),
    metrics: Mapping[str, MetricDefinition] | None = None,
) -> list[Carried]:
    """Each instruction, numbered in the order given, with its state and place; `metrics` are those of the figures."""
    told = []
    for number, instruction in enumerate(instructions, 1):
        said = read_said(instruction)
        outcomes = [
            _outcome(order, matters, sections_with_text(sections), characters, omitted, metrics or {})
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
    return _with_opposites(told, matters)


def _with_opposites(told: Sequence[Carried], matters: Sequence[Matter]) -> list[Carried]:
    """Where two want the opposite of one thing both are told so, each with who says what: a person has to decide."""
    orders = [[read_order(w) for w in wishes_of(c.text)] for c in told]
    found = list(told)
    for n, one in enumerate(told):
        against = [
            other
            for m, other in enumerate(told)
            if m != n and any(opposed(a, b, matters) for a in orders[n] for b in orders[m])
        ]
        if against:
            said = "；".join(f"{o.who or '另一人'}的意见{o.number}“{read_said(o.text).words}”" for o in against)
            how = f"{one.how}；与{said}相反，请请示后只留一条（本条是{one.who or '未写明何人'}说的）"
            found[n] = one.model_copy(update={"how": how, "against": tuple(o.number for o in against)})
    return found


def _told(outcomes: Sequence[Outcome]) -> str:
    if len(outcomes) == 1:
        return outcomes[0].how + (f"（见{outcomes[0].place}）" if outcomes[0].place else "")
    return "；".join(f"“{o.wish}”{o.state}，{o.how}" + (f"（见{o.place}）" if o.place else "") for o in outcomes)


def findings_of(told: Sequence[Carried]) -> list[Finding]:
    """One finding an instruction."""
    return [
        Finding(
            rule="instruction",
            severity=Severity.INFO if c.state == _DONE and not c.against else Severity.WARNING,
            place=Place(start=0, end=0, section=c.section),
            quote=c.text,
            hint=f"领导意见{c.number}“{c.text}”{c.state}：{c.how}。",
        )
        for c in told
    ]


class _Cited(NamedTuple):
    """What a text cites where it tells of the thing an instruction is about."""

    matters: tuple[Matter, ...]
    ids: frozenset[str]
    metrics: frozenset[str]

    def by(self, sentence: Sentence) -> bool:
        """Whether a sentence rests on it, whatever words it has for it."""
        told = {str(sentence.recipe.get(k, "")) for k in ("matter", "about")}
        told |= {c.id.partition(".")[0] for c in sentence.claims if c.id}
        metrics = {c.metric for c in sentence.claims if c.metric}
        return bool(told & self.ids or metrics & self.metrics) or any(m.text in sentence.text for m in self.matters)

    def sections(self, body: Sequence[Section]) -> list[Section]:
        return [s for s in body if any(map(self.by, s.sentences))]


def _cited(order: Order, matters: Sequence[Matter], metrics: Mapping[str, MetricDefinition]) -> _Cited:
    about = order.about
    meant = [m for m in matters if about and speaks_of(m, about)]
    meant = [m for m in meant if not only_by_field(m, about)] or meant
    named = [
        i
        for i, d in metrics.items()
        if len(about) > 1 and (about in d.all_names() or d.name in about or (len(about) > 2 and about in d.name))
    ]
    return _Cited(tuple(meant), frozenset(m.id for m in meant), frozenset(named))


def _outcome(
    order: Order,
    matters: Sequence[Matter],
    body: Sequence[Section],
    characters: int,
    omitted: Sequence[str],
    metrics: Mapping[str, MetricDefinition],
) -> Outcome:
    if order.wish == "omit" and order.text not in omitted and not _mention(order.about, body):
        # Nothing of it was given, and nothing of it stands there: as wished, though for want of material.
        if (like := next((s for s in body if share_of(order.about, _text(s)) >= _THERE), None)) is not None:
            return Outcome(order.text, _NOT, f"没有找到“{order.about}”这个说法，写到了相近的内容，请核对", like)
        return Outcome(order.text, _DONE, f"文稿没有写到“{order.about}”；可以用的材料里也没有，换了说法的请再看一眼")
    cited = _cited(order, matters, metrics)
    places = cited.sections(body)
    place = next((s for s in places if s.level), next(iter(places), None))
    match order.wish:
        case "ceiling" if topic := part_ceiling(order):
            return _part_counted(order, topic, body, matters)
        case "ceiling" | "few":
            return _counted(order, body, characters)
        case "omit":
            return _omitted(order, body)
        case "words" | "exact" | "ban":
            return _worded(order, place, body, matters)
        case "apart":
            return _apart(order, cited, place, body)
        case "first" | "place":
            return _placed(order, cited, places, body)
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
        case "numbers":
            return _numbered(order, body)
        case "":
            return _unread(order, matters, body)
        case _:
            return _missing(order, place, "", body)


def _numbered(order: Order, body: Sequence[Section]) -> Outcome:
    """How many numbers the text holds, times aside, where a leader wants none or few."""
    texts = [_text(s) for s in body]
    count = sum(len(_A_NUMBER.findall(t)) for t in texts)
    thousand = 1000 * count / max(1, sum(map(len, texts)))
    if numbers_wished([order.text]) == "few":
        return Outcome(order.text, _DONE if thousand <= _FEW_NUMBERS else _PARTLY, f"正文每千字{thousand:.0f}个数字")
    if not count:
        return Outcome(order.text, _DONE, "正文没有数字")
    return Outcome(order.text, _PARTLY, f"正文还有{count}个数字，去掉就说不清这件事，请人工定")


_FEW_NUMBERS = 12
_A_NUMBER = re.compile(r"(?<![\d.])\d+(?:\.\d+)?(?![\d.年月日])")
"""A number that is no year, month or day."""


def _apart(order: Order, cited: _Cited, place: Section | None, body: Sequence[Section]) -> Outcome:
    """A heading of its own, or a section that tells of nothing else."""
    own = next((s for s in body if s.level and order.about in s.heading.text and s.sentences), None)
    alone = next((s for s in body if s.level and s.sentences and all(map(cited.by, s.sentences))), None)
    if own is not None or alone is not None:
        return Outcome(order.text, _DONE, "单独成节" if own else "这一节只写这一件", own or alone)
    return _missing(order, place, "有这项内容，没有单独成节", body)


def _counted(order: Order, body: Sequence[Section], characters: int) -> Outcome:
    if order.wish == "ceiling":
        if characters <= order.number:
            return Outcome(order.text, _DONE, f"正文{characters}字")
        return Outcome(order.text, _PARTLY, f"正文{characters}字，仍超出，请人工再压")
    told = next((s for s in body if s.id.startswith("problem")), None)
    count = len([b for b in told.blocks if b.sentence_ids]) if told else 0
    if count == order.number or (count < order.number and _AT_MOST.search(order.text)):
        return Outcome(order.text, _DONE, f"写了{count}条", told)
    return Outcome(order.text, _PARTLY if count else _NOT, f"收到的材料只够写{count}条，请补充", told)


_AT_MOST = re.compile(r"不(?:要|得|能)?(?:多于|超过)|至多|最多|以内|控制在")


def _part_counted(order: Order, topic: str, body: Sequence[Section], matters: Sequence[Matter]) -> Outcome:
    """A ceiling for one part: how long the sections are that are meant."""
    named = [s for s in body if s.level and topic in s.heading.text]
    cited = _cited(Order(order.text, about=topic), matters, {}).sections([s for s in body if s.level])
    own = cited[:1]
    if named:
        below = list(body[body.index(named[0]) + 1 :])
        end = next((n for n, s in enumerate(below) if s.level <= named[0].level), len(below))
        own = [named[0], *below[:end]]
    if not own:
        return Outcome(order.text, _NOT, f"文稿没有“{topic}”这一部分，请核对")
    count = sum(count_characters(s.number + s.heading.text + _text(s)) for s in own)
    if count <= order.number:
        return Outcome(order.text, _DONE, f"这一部分{count}字", own[0])
    return Outcome(order.text, _PARTLY, f"这一部分{count}字，仍超出，请人工再压", own[0])


def _omitted(order: Order, body: Sequence[Section]) -> Outcome:
    left = _mention(order.about, body)
    if left is not None:
        return Outcome(order.text, _PARTLY, f"事项已略去，文中别处仍提到“{order.about}”，请核对", left)
    return Outcome(order.text, _DONE, "文中没有再出现")


def _mention(about: str, body: Sequence[Section]) -> Section | None:
    return next((s for s in body if about and about in s.heading.text + _text(s)), None)


def _worded(order: Order, place: Section | None, body: Sequence[Section], matters: Sequence[Matter]) -> Outcome:
    """Words that are to stand in the text, or are not to."""
    words = order.words.rstrip("。！？")
    found = next((s for s in body if words in s.heading.text + _text(s)), None)
    if order.wish == "ban":
        if found is None:
            return Outcome(order.text, _DONE, f"文中没有“{order.words}”")
        return Outcome(order.text, _NOT, f"文中仍有“{order.words}”，请人工改", found)
    if found is None:
        pieces = [p.rstrip("。！？") for p in sentences_of(order.words)]
        found = next((s for s in body if pieces and all(p in _text(s) for p in pieces)), None)
    if found is not None:
        state, how = _where_wanted(order, found, body, matters)
        return Outcome(order.text, state, how + _to_confirm(words, found), found)
    spot = spot_of(order.where)
    if spot.part == "title":
        return Outcome(order.text, _NOT, "题目和标题请人工改")
    if order.wish == "exact" and place is not None:
        return Outcome(order.text, _NOT, "写到了这件事，原话没有写入，请人工改", place)
    if spot.part or spot.number:
        asked = re.sub(r"[里中内]$", "", order.where)
        return Outcome(order.text, _NOT, f"文稿没有“{asked}”（有：{_parts(body)}），原话没有写入，请人工补上")
    return Outcome(order.text, _NOT, "原话没有写入，请人工补上")


def _where_wanted(order: Order, found: Section, body: Sequence[Section], matters: Sequence[Matter]) -> tuple[str, str]:
    """Whether words stand where they were wanted, and how that is told."""
    spot, texts = spot_of(order.where), [s for s in body if s.sentences]
    at = [n for n, s in enumerate(found.sentences) if order.words[:_HEAD].rstrip("。！？") in s.text]
    if spot.edge and not (spot.part or spot.number):
        first, last = found is texts[0] and 0 in at, found is texts[-1]
        stands = first if spot.edge == "first" else last
        where = "开头" if spot.edge == "first" else "结尾"
        return (_DONE, f"照原话写在{where}") if stands else (_PARTLY, f"照原话写入，不在{where}，请人工调整")
    told = _cited(Order(order.text, about=spot.topic), matters, {})
    speaks = found in told.sections(body) or spot.topic in found.heading.text + _text(found)
    if order.wish == "words" and spot.topic and not speaks:
        return _PARTLY, f"照原话写入，没有找到“{spot.topic}”这一段，请看放在这里是否合适"
    return _DONE, "照原话写入"


_HEAD = 12  # characters that show where words begin


def _to_confirm(words: str, section: Section) -> str:
    """Numbers of a leader's words that nothing gives: said once more where it is told what became of the words."""
    loose = [
        s.text[c.start : c.end]
        for s in section.sentences
        if s.recipe.get("made_by") == "instruction" and (s.text.rstrip("。！？") in words or words in s.text)
        for c in s.claims
        if c.state == "unsupported"
    ]
    return f"；{'、'.join(f'“{n}”' for n in loose)}没有出处，请核实" if loose else ""


def _placed(order: Order, cited: _Cited, places: Sequence[Section], body: Sequence[Section]) -> Outcome:
    told = [s for s in body if s.sentences and s.level]
    found = [s for s in places if s in told]
    if order.wish == "place":
        if (right := next((s for s in found if told.index(s) + 1 == order.number), None)) is not None:
            return Outcome(order.text, _DONE, f"写在第{order.number}节", right)
        if found:
            return Outcome(order.text, _PARTLY, f"写在第{told.index(found[0]) + 1}节，请人工调整", found[0])
        return _missing(order, next(iter(places), None), "只在导语里写到", body)
    for section in found:
        group = [s for s in told if _root(s) == _root(section)]
        if section is group[0] and _opens(section, cited):
            if section.id.startswith("problem") and not re.search("不足|问题|短板", order.text):
                # Who wants a thing put first does not mean the first of what went wrong.
                return Outcome(order.text, _PARTLY, "只在不足里写到，成绩里没有收到这方面的事项，请补充", section)
            how = "放在前面" if section is told[0] else f"排在“{_named(section, body)}”最前面"
            return Outcome(order.text, _DONE, how, section)
    if (first := next((s for s in found if s is told[0]), None)) is not None:
        return Outcome(order.text, _PARTLY, "在第一节，前面还有别的事，请人工调整", first)
    asked = re.search(r"第一[条项点]", order.text)
    if asked and (own := next((s for s in found if _opens(s, cited)), None)) is not None:
        return Outcome(order.text, _DONE, "是本部分的第一条", own)
    only_lead = [s for s in places if s not in told]
    if not found and only_lead:
        return Outcome(order.text, _DONE, "写在开头", only_lead[0])
    return _missing(order, next(iter(found), None), "已在本部分提前，没有排到全文最前", body)


def _root(section: Section) -> str:
    return section.id.partition("_")[0]


def _opens(section: Section, cited: _Cited) -> bool:
    """Whether the first thing a section tells is this one."""
    telling = [s for s in section.sentences if _tells(s)] or list(section.sentences)
    return bool(telling) and cited.by(telling[0])


def _tells(sentence: Sentence) -> bool:
    return bool(sentence.recipe.get("matter") or sentence.recipe.get("about") or any(c.metric for c in sentence.claims))


def _named(section: Section, body: Sequence[Section]) -> str:
    above = [s for s in body if s.level == 1 and _root(s) == _root(section)]
    return (above[0] if above else section).heading.text


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
        return Outcome(order.text, _NOT, f"文稿没有“{order.about}”（有：{_parts(body)}），请核对")
    return Outcome(order.text, _NOT, f"文稿没有“{order.about}”这一部分，材料里也没有找到，请补充事项或人工处理")


def _parts(body: Sequence[Section]) -> str:
    return "、".join(f"{s.number}{s.heading.text}" for s in body if s.level == 1)


def _text(section: Section) -> str:
    return re.sub(r"\s", "", "".join(s.text for s in section.sentences))

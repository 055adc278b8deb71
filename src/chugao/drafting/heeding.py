"""What a leader asked for, read and carried out by rule: 突出, 单列, 压缩, 不写, 放在前面, 写几条, 不超过几字, in these words.

In: instructions as a clerk wrote them down, outline, figures, matters.  Out: the same, with what can be done to them
done, and `Order`s that planning follows; after drafting, one finding for each instruction: done, partly, not yet.

Surprise: what was meant to be done is no evidence that it was.  So the state is read from the finished sections.
"""

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from chugao.manuscript import Section
from chugao.material import Matter
from chugao.metrics.observation import Figures
from chugao.outline import Outline, topic_of_matter
from chugao.source import Finding, Place, Severity

Wish = Literal["feature", "apart", "condense", "omit", "first", "few", "ceiling", "words", ""]
_HAN = {h: n for n, h in enumerate("一二三四五六七八九十", 1)} | {"两": 2}
_X = r"[“《]?(?P<x>[^“”《》，。；、\d]{2,30}?)[”》]?"
_Y = _X.replace("<x>", "<y>")
_READ: tuple[tuple[Wish, str], ...] = (
    ("words", r"(?:写上|写进|写入|加上|加一句|加入|原话|照写)[^“”]{0,8}“(?P<x>[^“”]{4,80})”"),
    ("ceiling", r"(?:控制在|不超过|不要超过|压到|限)(?P<n>\d{3,5})个?字(?:以内|之内|左右)?|^(?P<m>\d{3,5})个?字以内"),
    ("few", r"(?:不足|问题|短板)(?:部分)?(?:只|就|最多)?写(?P<n>[一二两三四五六七八九十]|\d{1,2})[条个点项]"),
    ("omit", rf"^(?:不写|不要写|别写|不提|删去|删掉|去掉){_X}$|^{_Y}(?:的?事)?(?:就)?(?:不写|不要写|别写|不提|不要了|删去|删掉|去掉)了?$"),
    ("apart", rf"^(?:单列|单独写){_X}$|^{_Y}(?:要|请|应)?(?:单列|单独(?:成|列|写)(?:一?[段节章部分]*))(?:出来)?$"),
    ("condense", rf"^(?:压缩|精简|少写|简写|略写){_X}$|^{_Y}(?:要|请|可以?)?(?:压缩|精简|少写|简写|略写|写短)(?:一些|一点|点)?$"),
    ("first", rf"^(?:先写){_X}$|^(?:把|将)?{_Y}(?:要|请)?(?:放在?|摆在?|排在?|提到?)(?:最)?前面?$"),
    ("feature", rf"^(?:突出|重点写|多写|强调|着重写){_X}$|^(?:把|将)?{_Y}(?:要|请|应)?(?:突出写?|重点写|多写|强调|着重写)(?:一些|一点|点)?$"),
)  # fmt: skip
_STRIP = re.compile(r"(?:工作|方面|部分|内容|这块|这一块|情况|有关|相关|的)+$")


class Order(NamedTuple):
    """One instruction as far as a rule understands it."""

    text: str
    wish: Wish = ""
    about: str = ""
    """What it speaks of, without 工作, 方面 and their like."""
    number: int = 0


class Heeded(NamedTuple):
    """What is drafted from, once instructions are carried out."""

    outline: Outline
    figures: Figures
    matters: tuple[Matter, ...]
    omitted: tuple[str, ...] = ()
    """Instructions that left something out, as given."""


def read_order(text: str) -> Order:
    """An instruction as a rule understands it; an empty wish where none does."""
    plain = text.strip().strip("。；！!").strip()
    for wish, pattern in _READ:
        if match := re.search(pattern, plain):
            groups = match.groupdict()
            number = groups.get("n") or groups.get("m") or ""
            about = groups.get("x") or groups.get("y") or ""
            return Order(text, wish, about if wish == "words" else _STRIP.sub("", about), _number(number))
    return Order(text)


def heed(outline: Outline, figures: Figures, matters: Sequence[Matter], instructions: Sequence[str]) -> Heeded:
    """Outline, figures and matters with ceilings, omissions, numbers of shortcomings and shortened fields carried out."""
    kept = list(matters)
    omitted: list[str] = []
    for order in map(read_order, instructions):
        match order.wish:
            case "ceiling" if order.number >= 100:
                least = min(outline.length, order.number)
                outline = outline.model_copy(update={"length": least, "asked_length": True})
            case "omit":
                told = [m for m in kept if not speaks_of(m, order.about)]
                gone = set(_metrics_of(figures, order.about))
                left = tuple(o for o in figures.observations if o.metric not in gone)
                figures = figures.model_copy(update={"observations": left}) if gone else figures
                omitted += [order.text] if gone or len(told) < len(kept) else []
                kept = told
            case "few":
                problems = [m for m in kept if _is_problem(m)]
                kept = [m for m in kept if m not in problems[order.number :]]
            case "condense":
                kept = [m.model_copy(update={"result": ""}) if speaks_of(m, order.about) else m for m in kept]
            case _:
                pass
    return Heeded(outline, figures, tuple(kept), tuple(omitted))


def speaks_of(matter: Matter, about: str) -> bool:
    """Whether a matter is what an instruction speaks of: by its words, its 类别, or its field of work."""
    if len(about) < 2:
        return False
    topic = topic_of_matter(matter.category, matter.text).name
    return (
        about in matter.text
        or matter.text in about
        or about == matter.category
        or about in topic
        or topic in about
        or _share(about, matter.text + matter.result) >= _MEANT
    )


_MEANT = 0.75


def _share(about: str, text: str) -> float:
    """How many of the character pairs of `about` stand in a text; nothing for words too short to judge."""
    pairs = {about[i : i + 2] for i in range(len(about) - 1)}
    return sum(p in text for p in pairs) / len(pairs) if len(pairs) >= 3 else 0.0


def _metrics_of(figures: Figures, about: str) -> list[str]:
    catalogue = figures.catalogue()
    used = {o.metric for o in figures.observations}
    return [d.id for d in catalogue if d.id in used and (about in (d.name, *d.aliases) or d.name in about)]


def _is_problem(matter: Matter) -> bool:
    return re.search(r"不足|问题|短板|困难", matter.category) is not None


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else _HAN.get(text, 0)


# --- what became of it ----------------------------------------------------------------------------


def carried_out(
    instructions: Sequence[str],
    matters: Sequence[Matter],
    sections: Sequence[Section],
    characters: int,
    omitted: Sequence[str] = (),
) -> list[Finding]:
    """One finding an instruction, with its state (已落实, 部分落实, 未落实) and place."""
    found = []
    for order in map(read_order, instructions):
        if order.wish == "omit" and order.text not in omitted:
            found.append(_said(order, "未落实", f"材料里没有找到“{order.about}”，请人工核对"))
        else:
            found.append(_state(order, matters, sections, characters))
    return found


def _state(order: Order, matters: Sequence[Matter], sections: Sequence[Section], characters: int) -> Finding:
    body = [s for s in sections if not any(b.table for b in s.blocks)]
    about = [m for m in matters if order.about and speaks_of(m, order.about)]
    place = next((s for s in body if any(m.text in _text(s) for m in about)), None)
    match order.wish:
        case "ceiling":
            if characters <= order.number:
                return _said(order, "已落实", f"正文{characters}字")
            return _said(order, "部分落实", f"正文{characters}字，仍超出，请人工再压")
        case "few":
            told = next((s for s in body if s.id.startswith("problem")), None)
            count = len([b for b in told.blocks if b.sentence_ids]) if told else 0
            if count == order.number:
                return _said(order, "已落实", f"写了{count}条", told)
            return _said(order, "部分落实" if count else "未落实", f"收到的材料只够写{count}条，请补充", told)
        case "omit":
            left = next((s for s in body if order.about in s.heading.text + _text(s)), None)
            if left is not None:
                return _said(order, "部分落实", f"事项已略去，文中别处仍提到“{order.about}”，请核对", left)
            return _said(order, "已落实", "文中没有再出现")
        case "words":
            found = next((s for s in body if order.about in _text(s)), None)
            return _said(
                order, "已落实" if found else "未落实", "照原话写入" if found else "原话没有写入，请人工补上", found
            )
        case "apart":
            own = next((s for s in body if s.level and order.about in s.heading.text and s.sentences), None)
            if own is not None:
                return _said(order, "已落实", "单独成节", own)
            return _missing(order, place, "有这项内容，没有单独成节")
        case "first":
            first = next((s for s in body if s.sentences and s.level), None)
            if place is not None and (place is first or place is body[0]):
                return _said(order, "已落实", "放在前面", place)
            return _missing(order, place, "已在本部分提前，没有排到全文最前")
        case "condense":
            return _said(order, "已落实", "只留事项，不展开", place) if place else _missing(order, None, "")
        case "feature":
            return _said(order, "已落实", "已提到前面并优先保留", place) if place else _missing(order, None, "")
        case _:
            named = next((s for s in body for m in matters if m.text in order.text and m.text in _text(s)), None)
            if named is not None:
                return _said(order, "部分落实", "点到的事项已提前，其余请人工处理", named)
            return _said(order, "未落实", "没有自动落实，请人工处理")


def _missing(order: Order, place: Section | None, partly: str) -> Finding:
    if place is not None:
        return _said(order, "部分落实", partly, place)
    return _said(order, "未落实", f"材料里没有找到“{order.about}”，请补充事项或人工处理")


def _said(order: Order, state: str, how: str, section: Section | None = None) -> Finding:
    heading = f"{section.number}{section.heading.text}" if section is not None and section.level else "导语"
    where = f"（见{heading}）" if section is not None else ""
    return Finding(
        rule="instruction",
        severity=Severity.INFO if state == "已落实" else Severity.WARNING,
        place=Place(start=0, end=0, section=section.id if section is not None else ""),
        quote=order.text,
        hint=f"领导意见“{order.text}”{state}：{how}{where}。",
    )


def _text(section: Section) -> str:
    return "".join(s.text for s in section.sentences)

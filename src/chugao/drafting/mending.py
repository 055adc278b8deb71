"""The first layer: what a model meant beyond doubt is put right, and the sentence says so.

In: a `Reply`, an `Offer`.  Out: the reply with slots where a fact was written out at its metric's name, and without
units and verbs that a slot brings itself, without a spoken “我们”, and without what it copied of the way its prompt
shows things.

Only one reading is ever mended: a printed form that two facts share, or that stands beside another metric's name, is
left as it is, and is asked for again.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from chugao.drafting.binding import SlotValue
from chugao.drafting.offering import Offer
from chugao.manuscript import SLOT, Reply, ReplyBlock, ReplySentence

_BEFORE = re.compile(r"[\d.,，]*[\d.]$|[约近超逾过余达第±≥≤<>–—~～-]$|(?:超过|不足|接近|将近|大约)$")
_AFTER = re.compile(r"[\d.%‰]|余|多|左右|以上|以下|以内|上下|个百分点|倍|[—–~～-]\d")
_UNIT = re.compile(r"[^\d.\s]+$")
_ENDS = "，。；：、！？）”,;"
_AS_SPOKEN = re.compile("(?:^|(?<=[，；：。]))我们(?![的科院部室所局委站])")
"""A paper has no “we”: who writes is who did it, and the sentence stands without."""

_AS_CHANGE = re.compile(r"[比较](?=(?:上年|去年)(?:同期)?\{[a-z_]+\.prev\}(?:[，。；]|$))")
"""“72分钟，比上年70分钟”: behind 比上年 stands by how much, and no value."""
_WHO = re.compile("（(?P<who>[^（）]{2,16})）(?=。?$)")


def mend(reply: Reply, offer: Offer) -> Reply:
    """The reply with everything unambiguous put right; each sentence's recipe says what was done to it."""
    names = names_of(offer)
    return reply.model_copy(update={"blocks": tuple(_block(b, offer, names) for b in reply.blocks)})


def names_of(offer: Offer) -> dict[str, tuple[str, ...]]:
    """Metric → what it may be called, longest first."""
    found: dict[str, dict[str, None]] = {}
    for slot in offer.brief.slots:
        if slot.metric and slot.metric_name:
            found.setdefault(slot.metric, {})[slot.metric_name] = None
    for name, fact in offer.facts.items():
        found.setdefault(name.partition(".")[0], {})[fact.name] = None
    return {metric: tuple(sorted(called, key=len, reverse=True)) for metric, called in found.items()}


def metric_before(text: str, names: Mapping[str, Sequence[str]]) -> str | None:
    """The metric whose name stands last in a text; of two that end together, the longer name."""
    best: tuple[int, int, str] | None = None
    for metric, called in names.items():
        for name in called:
            at = text.rfind(name)
            if at >= 0 and (best is None or (at + len(name), len(name)) > best[:2]):
                best = at + len(name), len(name), metric
    return best[2] if best else None


def _block(block: ReplyBlock, offer: Offer, names: dict[str, tuple[str, ...]]) -> ReplyBlock:
    return block.model_copy(update={"sentences": tuple(_sentence(s, offer, names) for s in block.sentences)})


def _sentence(sentence: ReplySentence, offer: Offer, names: dict[str, tuple[str, ...]]) -> ReplySentence:
    text, rebound = _rebound(sentence.text, offer, names)
    text, dropped = _without_repeats(text, offer.values)
    text, spoken = _AS_SPOKEN.subn("", text)
    text, copied = _without_copied(text, offer)
    if text == sentence.text:
        return sentence
    steps = [f"“{literal}”改为{slot}" for literal, slot in rebound] + [f"删去重复的“{d}”" for d in dropped]
    steps += ["删去“我们”"] if spoken else []
    steps += [f"删去“{c}”" for c in copied]
    return sentence.model_copy(update={"text": text, "recipe": sentence.recipe | {"mended": "；".join(steps)}})


def _without_copied(text: str, offer: Offer) -> tuple[str, list[str]]:
    """A text without the bracket that names who did a thing, a quotation mark that opens nowhere, a 比 before a value."""
    copied = []
    if text.count("”") > text.count("“") and (stray := re.search("”(?=。?$)", text)):
        text = text[: stray.start()] + text[stray.end() :]
        copied.append("”")
    bracket = _WHO.search(text)
    if bracket and offer.brief.role == "results" and bracket["who"] in {m.owner for m in offer.brief.matters}:
        text = text[: bracket.start()] + text[bracket.end() :]
        copied.append(bracket.group())
    text, values = _AS_CHANGE.subn("", text)
    return text, [*copied, *(["比"] if values else [])]


# --- a fact written out ---------------------------------------------------------------------------


def _rebound(text: str, offer: Offer, names: dict[str, tuple[str, ...]]) -> tuple[str, list[tuple[str, str]]]:
    """The text with facts that were written out as slots again, and (literal, slot) of each."""
    done: list[tuple[str, str]] = []
    used = {m.group()[1:-1] for m in SLOT.finditer(text)}
    for printed, slot in _single(offer):
        for at in reversed(list(_places(text, printed))):
            if slot in used or not _stands_free(text, at, at + len(printed)):
                continue
            if metric_before(_sentence_before(text, at), names) != slot.partition(".")[0]:
                continue
            text = f"{text[:at]}{{{slot}}}{text[at + len(printed) :]}"
            used.add(slot)
            done.append((printed, f"{{{slot}}}"))
    return text, done


def _single(offer: Offer) -> list[tuple[str, str]]:
    """(printed form, slot) of every fact whose printed form no other offered value has, longest first."""
    by_print: dict[str, list[str]] = {}
    for name, value in offer.values.items():
        by_print.setdefault(value.printed, []).append(name)
    facts = [(p, slots[0]) for p, slots in by_print.items() if len(slots) == 1 and slots[0] in offer.facts]
    return sorted(((p, s) for p, s in facts if re.search(r"\d", p)), key=lambda x: -len(x[0]))


def _places(text: str, printed: str) -> Iterator[int]:
    at = text.find(printed)
    while at >= 0:
        yield at
        at = text.find(printed, at + len(printed))


def _stands_free(text: str, start: int, end: int) -> bool:
    """Whether a printed form is the whole number and nothing qualifies it (“近”, “余”, “以上”)."""
    return not _BEFORE.search(text[:start]) and not _AFTER.match(text, end)


def _sentence_before(text: str, at: int) -> str:
    return text[max(text.rfind(c, 0, at) for c in "。；！？") + 1 : at]


# --- what a slot brings itself --------------------------------------------------------------------


def _without_repeats(text: str, values: Mapping[str, SlotValue]) -> tuple[str, list[str]]:
    """The text without a unit after, or a verb before, a slot that prints it."""
    dropped: list[str] = []
    pieces, at = [], 0
    for match in SLOT.finditer(text):
        before, value = text[at : match.start()], values.get(match.group()[1:-1])
        at = match.end()
        if value is None:
            pieces += [before, match.group()]
            continue
        verb = re.match(r"[\u4e00-\u9fff]{2}(?=\d)", value.printed)
        if verb and before.endswith(verb.group()):
            before = before.removesuffix(verb.group())
            dropped.append(verb.group())
        unit = _repeated(value.printed, text[at:])
        if unit:
            dropped.append(unit)
            at += len(unit)
        pieces += [before, match.group()]
    return "".join([*pieces, text[at:]]), dropped


def _repeated(printed: str, after: str) -> str:
    """The unit that follows a slot once more: whole, or its end (万人次 → 人次); “6项” before “项目” is none."""
    unit = _UNIT.search(printed)
    for start in range(len(unit.group())) if unit else ():
        tail = unit.group()[start:] if unit else ""
        follows = after[len(tail) : len(tail) + 1]
        if after.startswith(tail) and (len(tail) > 1 or not follows or follows in _ENDS or not tail.isalpha()):
            return tail
    return ""

"""Fill slots, and say of every character that states something what it rests on.

In: a text with slots, and the values of the slots.  Out: the printed text with its claims, and what is wrong with it.

A literal digit in an engine's text is wrong unless it belongs to a name the brief itself used (2日归档率); a verb that
contradicts the sign of the fact beside it is wrong whoever wrote it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from chugao.manuscript import SLOT, ClaimedText
from chugao.mentions import MentionRole, find_mentions
from chugao.source import Claim, Frozen, State

_SLOT_TOLD = re.compile(r"(?:槽位)?\{([a-z_.]+)\}")
_PLAINLY = (
    ("不是槽位：数字一律由槽位填入", "是模型自己写的数，资料里没有给"),
    ("是数量：数量一律由槽位填入，或改成不带数的说法", "是模型自己写的数量，资料里没有给"),
)
_RISES = re.compile(r"(?:提高|上升|升|增长|增加|增|延长|扩大|提升|上调|新增)(?:到|至|了)?$")
_FALLS = re.compile(r"(?:下降|降低|降|缩短|减少|减|压缩|压降|压|下调)(?:到|至|了)?$")


class SlotValue(Frozen):
    """What a slot prints and what that rests on."""

    printed: str
    state: State
    id: str
    metric: str | None = None
    period: str | None = None
    formula: str | None = None
    source: str | None = None
    sign: int = 0
    """Of the comparison it takes part in; 0 when none."""


class Bound(Frozen):
    """A text with its slots filled."""

    text: str
    claims: tuple[Claim, ...]
    problems: tuple[str, ...] = ()
    """What an engine must mend, in Chinese."""
    used: tuple[str, ...] = ()

    def starting(self, char: str) -> "Bound":
        """The same with another first character."""
        return self.model_copy(update={"text": char + self.text[1:]})

    def without_start(self, count: int) -> "Bound":
        """The same without its first characters, which no claim covers."""
        moved = tuple(c.model_copy(update={"start": c.start - count, "end": c.end - count}) for c in self.claims)
        return self.model_copy(update={"text": self.text[count:], "claims": moved})


def for_people(problem: str, values: Mapping[str, SlotValue]) -> str:
    """What an engine was told, for somebody who knows no slots: each by what it prints."""

    def printed(match: "re.Match[str]") -> str:
        value = values.get(match.group(1))
        return f"“{value.printed}”" if value is not None else match.group()

    for told, plainly in _PLAINLY:
        problem = problem.replace(told, plainly)
    return _SLOT_TOLD.sub(printed, problem)


def bind(template: str, values: Mapping[str, SlotValue], constants: Iterable[str] = ()) -> Bound:
    """Fill every slot of `template`; `constants` are names that may hold digits."""
    pieces: list[str] = []
    claims: list[Claim] = []
    problems: list[str] = []
    used: list[str] = []
    at = length = 0
    for match in SLOT.finditer(template):
        pieces.append(template[at : match.start()])
        length += match.start() - at
        at = match.end()
        value = values.get(match.group()[1:-1])
        if value is None:
            problems.append(f"槽位{match.group()}不在可用范围内")
            continue
        if problem := _direction_problem(template[: match.start()], value):
            problems.append(problem)
        pieces.append(value.printed)
        used.append(match.group()[1:-1])
        claims.append(_claim(length, length + len(value.printed), value))
        length += len(value.printed)
    pieces.append(template[at:])
    text = "".join(pieces)
    claims, loose = claim_rest(text, claims, constants)
    problems += [f"“{quote}”不是槽位：数字一律由槽位填入" for quote in loose]
    return Bound(text=text, claims=tuple(claims), problems=tuple(problems), used=tuple(used))


def claim_rest(text: str, claims: Iterable[Claim], constants: Iterable[str]) -> tuple[list[Claim], list[str]]:
    """Claims plus constants for the digits no slot printed, and the numbers that nothing supports."""
    result, constants = list(claims), tuple(constants)
    for name in sorted({c for c in constants if c and re.search(r"\d", c)}, key=len, reverse=True):
        for match in re.finditer(re.escape(name), text):
            if not any(c.start < match.end() and match.start() < c.end for c in result):
                result.append(Claim(start=match.start(), end=match.end(), state="constant", id=name))
    loose = []
    named = [c for c in constants if c and _HAN_NUMERAL.search(c) and c in text]
    spans = [(m.start, m.end) for m in find_mentions(text) if m.role is not MentionRole.NUMBERING]
    spans += [m.span() for m in re.finditer(r"\d+", text)]
    for start, end in spans:
        if any(c.start < end and start < c.end for c in result):
            continue
        if whole := next((w for w in _names_at(named, text) if w.start <= start and end <= w.end), None):
            result.append(whole)  # 三天 of “三天确诊率”
        else:
            loose.append(text[start:end])
            result.append(Claim(start=start, end=end, state="unsupported"))
    return sorted(result, key=lambda c: c.start), loose


_HAN_NUMERAL = re.compile(r"[一二两三四五六七八九十百千]")


def _names_at(names: Iterable[str], text: str) -> Iterator[Claim]:
    """Every place where one of the names stands, as a claim of its own."""
    for name in sorted(set(names), key=len, reverse=True):
        for match in re.finditer(re.escape(name), text):
            yield Claim(start=match.start(), end=match.end(), state="constant", id=name)


def claimed(text: str, values: Mapping[str, SlotValue], constants: Iterable[str] = ()) -> ClaimedText:
    """A heading, title or cell bound; what is wrong with it is the caller's text, not an engine's."""
    bound = bind(text, values, constants)
    return ClaimedText(text=bound.text, claims=bound.claims)


def mask_numbers(text: str, prefix: str) -> tuple[str, dict[str, str]]:
    """`text` with every number, date and Chinese-numeral quantity replaced by a slot, and slot → what it stood for."""
    spans = [(m.start, m.end) for m in find_mentions(text)]
    spans += [m.span() for m in re.finditer(r"[0-9０-９]+(?:[.．][0-9０-９]+)?", text)]
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    slots: dict[str, str] = {}
    pieces, at = [], 0
    for number, (start, end) in enumerate(merged):
        name = f"{prefix}.n_{_letters(number)}"
        slots[name] = text[start:end]
        pieces += [text[at:start], f"{{{name}}}"]
        at = end
    return "".join([*pieces, text[at:]]), slots


def _letters(number: int) -> str:
    return (chr(ord("a") + number // 26 - 1) if number >= 26 else "") + chr(ord("a") + number % 26)


def _claim(start: int, end: int, value: SlotValue) -> Claim:
    return Claim(
        start=start,
        end=end,
        state=value.state,
        id=value.id,
        metric=value.metric,
        period=value.period,
        formula=value.formula,
        source=value.source,
    )


def way_before(before: str) -> int:
    """1 where what stands before a value says that it rose to it, -1 that it fell, 0 where it says neither."""
    return 1 if _RISES.search(before) else -1 if _FALLS.search(before) else 0


def _direction_problem(before: str, value: SlotValue) -> str:
    """“提高到{x.now}” where the value fell."""
    if value.sign == 0 or value.state not in ("metric", "derived"):
        return ""
    says = way_before(before)
    if says and says != value.sign:
        return f"“{before[-4:]}”与{value.id}的实际增减不符"
    return ""

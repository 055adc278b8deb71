"""The shape of a reply as a JSON schema whose texts cannot hold a digit.

In: a `Brief`.  Out: the schema; a server with constrained decoding that obeys it cannot produce a number of its own.

The pattern is a plain regular expression, without look-around, (?:…) or a backslash before a full stop (a grammar of
llama.cpp ends there, and its server with it), because llama.cpp, xgrammar and OpenAI take no other; so that 三成 fails and 三级 passes, a numeral is read together with the character after it.  Each text has one
reading only, so that a failing one is refused in linear time.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from chugao.manuscript import SLOT, Brief
from chugao.mentions import MentionRole, find_mentions
from chugao.prompts.offered import names, offered, passage_names, wants_heading
from chugao.shipped import shipped

_HAN = range(0x4E00, 0xA000)
_ENDS = "。；！？"
_CLOSES = "”’）》"
_INSIDE = "，、：“‘（《—…·"
_HEADING_MARKS = "，、“”《》（）—·"
_LATIN = "A-Za-z&+"
_FOREIGN = re.compile("(?:[A-Za-z&+-]{1,20}[/ ]){1,3}[A-Za-z&+-]{1,20}|[Ⅰ-Ⅻ]{1,4}")
_SPECIAL = "第半倍翻"
_ABOUT = "近约逾超过数几成上大好"
_MOST_BLOCKS, _MOST_SENTENCES = 16, 12
_NAMED_AFTER = 3


def reply_schema(brief: Brief) -> dict[str, Any]:
    """JSON schema of the `Reply` to a brief; passages go by the names the prompt gives them."""
    text = {"type": "string", "pattern": _sentence_pattern(brief)}
    sentence: dict[str, Any] = {"text": text}
    if lending := list(passage_names(brief)):
        sentence["passages"] = {"type": "array", "items": {"type": "string", "enum": lending}, "maxItems": 3}
    block = {
        "type": {"type": "string", "enum": _types(brief)},
        "sentences": {"type": "array", "items": _object(sentence), "minItems": 1, "maxItems": _MOST_SENTENCES},
    }
    heading = {"type": "string", "pattern": _heading_pattern(brief)} if wants_heading(brief) else {"type": "null"}
    if brief.task == "headings":
        return _object({"heading": heading})
    blocks = {"type": "array", "items": _object(block), "minItems": 1, "maxItems": _MOST_BLOCKS}
    return _object({"heading": heading, "blocks": blocks})


def misread(text: str, brief: Brief) -> list[str]:
    """Stretches of a text without slots that state a quantity in Chinese numerals: 近半, 三成, 翻番, 第二名.

    What the pattern forbids by construction is found here in what a server without it sends.
    """
    grammar = _grammar()
    fixed = re.compile("|".join(map(re.escape, sorted(_fixed_names(brief), key=len, reverse=True))) or r"(?!)")
    found, at = [], 0
    while at < len(text):
        read = fixed.match(text, at) or grammar.piece.match(text, at)
        if read is None and text[at] in grammar.special:
            end = at + 1
            while end < len(text) and text[end] in grammar.special:
                end += 1
            start = at - 1 if at and text[at - 1] in _ABOUT else at
            found.append(text[start : end + 1].rstrip(_ENDS + _CLOSES + _INSIDE))
            at = end
        else:
            at = read.end() if read and read.end() > at else at + 1
    return found


def _fixed_names(brief: Brief) -> set[str]:
    """Fixed terms and names of a brief that hold numerals, as they are written."""
    grammar = _grammar()
    return set(grammar.phrases) | {r for text in dict.fromkeys(_given(brief)) for r in _refused(text)}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _types(brief: Brief) -> list[str]:
    if brief.role == "items":
        return ["item"]
    return ["paragraph"] if brief.task == "lead" or brief.role in ("lead", "next") else ["paragraph", "item"]


# --- the pattern ----------------------------------------------------------------------------------


def _sentence_pattern(brief: Brief) -> str:
    """One sentence or several, ended by a mark: ordinary text, slots that were offered, fixed terms."""
    grammar = _grammar()
    terms = _fixed(brief)
    readings = [*grammar.readings(_ENDS + _CLOSES + _INSIDE), *(t + grammar.after(t) for t in terms)]
    if slots := offered(brief):
        slot = r"\{(" + "|".join(s.replace(".", "[.]") for s in slots) + r")\}"
        readings += [slot, "第" + slot]
    last = "|".join(["一", *(t for t in terms if t[-1] in grammar.numerals)])
    return f"^({'|'.join(readings)})*({last})?[{_ENDS}][{_CLOSES}]?$"


def _heading_pattern(brief: Brief) -> str:
    """A line without slot or full stop."""
    grammar = _grammar()
    terms = [t + grammar.after(t, _HEADING_MARKS) for t in _fixed(brief)]
    return f"^({'|'.join([*grammar.readings(_HEADING_MARKS), *terms])})+$"


def _fixed(brief: Brief) -> list[str]:
    """Fixed terms, and names of this brief that only their letters let pass (三年行动, PET/CT), none a prefix of another."""
    terms = set(_grammar().phrases)
    for text in dict.fromkeys(_given(brief)):
        terms |= {*_refused(text), *(t.replace("+", "[+]") for t in _FOREIGN.findall(text))}
    kept: list[str] = []
    for term in sorted(terms):  # whatever begins with a term follows it at once
        if not kept or not term.startswith(kept[-1]):
            kept.append(term)
    return kept


def _given(brief: Brief) -> Iterator[str]:
    """Texts of a brief whose names a reply may repeat: not what lends wording, not what instructs."""
    for matter in brief.matters:
        yield from (matter.text, matter.result, matter.actor, matter.owner, matter.category)
    yield from (s.metric_name for s in brief.slots)
    yield from (brief.department, brief.organisation, brief.heading, brief.topic, *names(brief).values())


class _Grammar:
    """Which character may stand where, from `prompts/numerals.toml`."""

    def __init__(self, words: dict[str, Any]) -> None:
        self.numerals = words["numerals"]
        units = set(re.sub(r"\s", "", words["units"]))
        self.special = special = set(self.numerals + words["never"] + _SPECIAL) - {"第"}
        special = special | {"第"}
        self.plain = _ranges(set(map(chr, _HAN)) - special)
        self.naming = _ranges(set(map(chr, _HAN)) - special - units)
        self.after_one = "".join(sorted(units - set(words["never_after_one"]) - special))
        self.turning = _ranges(set(map(chr, _HAN)) - special - {"番"})
        self.piece = re.compile("|".join(self.readings(_ENDS + _CLOSES + _INSIDE)))
        self._slot_or_piece = re.compile(f"{SLOT.pattern}|{self.piece.pattern}")
        han = _ranges(map(chr, _HAN))
        self._named = re.compile(f"[{_SPECIAL}{self.numerals}]+[{han}]{{1,{_NAMED_AFTER}}}")
        self._closed = re.compile(f"[{self.plain}][{self.numerals}]+")
        self.phrases = tuple(p for p in words["phrases"] if not re.fullmatch(f"({self.piece.pattern})*", p))

    def readings(self, marks: str) -> list[str]:
        """The ways to read the next few characters; no text can be read in two of them."""
        number = f"[{self.numerals}]+"
        return [
            f"[{self.plain}{marks}{_LATIN}-]",
            f"{number}[{self.naming}]",
            f"一[{self.after_one}]",
            f"一[{marks}]",
            f"第{number}[{self.naming}]",
            f"翻[{self.turning}{marks}]",
        ]

    def after(self, term: str, marks: str = _ENDS + _CLOSES + _INSIDE) -> str:
        """A term that ends in a numeral (十四五) needs a mark behind it; with a character there, it is ordinary text."""
        return f"[{marks}]" if term[-1] in self.numerals else ""

    def refused(self, text: str) -> Iterator[str]:
        """Stretches of a given text that the pattern would refuse although they are names, not quantities."""
        at = 0
        while at < len(text):
            if read := self._slot_or_piece.match(text, at):
                at = read.end()
                continue
            name = self._named.match(text, at) or self._closed.match(text, max(0, at - 1))
            if name and not _counts(text, name.start(), name.end()):
                yield name[0]
            at = name.end() if name else at + 1


@lru_cache(maxsize=4096)
def _refused(text: str) -> tuple[str, ...]:
    """The sections of a document, and the documents of a batch, give the same names again and again."""
    return tuple(_grammar().refused(text))


def _counts(text: str, start: int, end: int) -> bool:
    """Whether a stretch of a text states a quantity or a date."""
    found = (m for m in find_mentions(text) if m.role is not MentionRole.NUMBERING)
    return any(m.start < end and start < m.end for m in found)


@lru_cache(maxsize=1)
def _grammar() -> _Grammar:
    return _Grammar(tomllib.loads((shipped("prompts") / "numerals.toml").read_text(encoding="utf-8")))


def _ranges(characters: Iterable[str]) -> str:
    """A set of characters as the inside of a class: 一-丁七…"""
    points = sorted(map(ord, characters))
    pieces, start = [], 0
    for i, point in enumerate(points):
        if i + 1 == len(points) or points[i + 1] != point + 1:
            first, last = chr(points[start]), chr(point)
            pieces.append(first if first == last else f"{first}-{last}")
            start = i + 1
    return "".join(pieces)

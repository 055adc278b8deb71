"""Text that others wrote, made harmless before a model sees it: nothing hidden, no fence, no slot it was not offered, no digit.

In: a text, and what the brief offers.  Out: one line of plain text.

Instructions of leaders come through here too; a number that bounds the writing (“不超过500字”) becomes 五百字, any
other 〔数〕.  NFKC as a whole would turn ，（） into half-width marks, so only letters, digits and brackets are folded.
"""

import hashlib
import hmac
import re
import unicodedata
from functools import cached_property
from typing import Any

from chugao.manuscript import SLOT, Brief
from chugao.prompts.sandbox import han

_FENCE_LETTERS = "abcdefghjkmnpqrs"
NO_SUCH_SLOT = "〔无此槽位〕"
_HIDDEN = frozenset(("Cf", "Cc", "Cs", "Co", "Cn", "Me"))
# Letters that show nothing: fillers, joiners and variation selectors, which are not of a hidden category.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_UNSEEN = re.compile(
    "[\u00ad\u0600-\u0605\u061c\u06dd\u070f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0001-\U000e007f"
    "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_FULL_WIDTH = {c: c - 0xFEE0 for c in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_FOLD = _FULL_WIDTH | str.maketrans("｛｝﹛﹜＜＞﹤﹥‹›≪≫", "{}{}<><><><>") | {0xFF3F: "_", 0xFF0E: "."}
_BRACED = re.compile(r"\{[^{}]*\}")
_CHAT = re.compile(r"\[/?(?:INST|SYS)\]|<[|/]?[A-Za-z_|]{1,24}[|/]?>", re.IGNORECASE)
_HARMLESS = re.compile("[\u4e00-\u9fffA-Za-z，。、；：？！“”‘’（）—…·]*")
_SEEN = re.compile("[ -~\u4e00-\u9fff，。、；：？！“”‘’（）《》〈〉—…·％‰℃]*")
"""Characters that all show and are digits only where they are 0–9."""
_LIMIT = re.compile(r"(?<![\d.])(\d{1,7})(?=字|条|段|句|行|点|个方面|个部分)")
_NUMBER = re.compile(r"\d+(?:[.,:/]\d+)*[%‰]?")

_COMPOSER_ONLY: dict[str, Any] = dict.fromkeys(("fuller", "sparer", "asked", "divided"), True) | {
    "slots": {"__all__": {"served"}},
    "matters": {"__all__": {"timed"}},
}
"""What only the offline composer reads: no prompt shows it, so no recorded answer is paid again for it."""


def fence_of(brief: Brief) -> str:
    """The name of the fence: an HMAC of the brief in letters, which no text inside the brief can know."""
    # No prompt prints these: asked again for more or for less, a model is asked the same, and the ledger answers.
    told = brief.model_dump_json(exclude=_COMPOSER_ONLY)
    digest = hmac.new(b"chugao fence", told.encode(), hashlib.sha256).hexdigest()[:16]
    return "".join(_FENCE_LETTERS[int(c, 16)] for c in digest)


class Cleaner:
    """Holds what a brief offers while its texts are cleaned."""

    def __init__(self, brief: Brief, offered: frozenset[str]) -> None:
        self.offered, self.fence = offered, fence_of(brief)
        self._brief = brief
        # The slots of one metric repeat its name and its meaning.
        self._cleaned: dict[tuple[str, int], str] = {}

    def __call__(self, text: str, limit: int = 2000) -> str:
        """One line without anything hidden, foreign slots, fences or digits."""
        known = self._cleaned.get((text, limit))
        if known is None:
            known = self._cleaned[text, limit] = self._clean(text, limit)
        return known

    def _clean(self, text: str, limit: int) -> str:
        if _HARMLESS.fullmatch(text) and self.fence not in text:
            return _shortened(text, limit)
        text = _visible(text[: 8 * limit])
        while self.fence in text:
            text = text.replace(self.fence, "")
        while _CHAT.search(text):
            text = _CHAT.sub("", text)
        text = "".join(self._pieces(text))
        return _shortened(" ".join(text.split()), limit)

    def _pieces(self, text: str) -> list[str]:
        """The text with offered slots kept, others named as such, and the rest without digits and brackets."""
        pieces, at = [], 0
        for match in _BRACED.finditer(text):
            pieces.append(self._plain(text[at : match.start()]))
            slot = SLOT.fullmatch(match.group())
            pieces.append(match.group() if slot and match.group()[1:-1] in self.offered else NO_SUCH_SLOT)
            at = match.end()
        return [*pieces, self._plain(text[at:])]

    def _plain(self, text: str) -> str:
        text = text.replace("{", "").replace("}", "").replace("<", "〈").replace(">", "〉").replace("│", "")
        for year, slot in self._years.items():
            text = re.sub(rf"(?<!\d){year}(?!\d)", slot, text)
        text = _LIMIT.sub(lambda m: "两" if m[1] == "2" else han(int(m[1])), text)
        return _NUMBER.sub("〔数〕", text)

    @cached_property
    def _years(self) -> dict[str, str]:
        """2025 → {brief.year}, for the years that have a slot."""
        slots = (self._brief.slot(n) for n in ("brief.year", "brief.plan_year"))
        return {s.meaning: f"{{{s.name}}}" for s in slots if s is not None and re.fullmatch(r"20\d\d", s.meaning)}


def shown(text: str) -> str:
    """The text without the characters that show nothing, which could part a name or a number; all else as it is."""
    return _UNSEEN.sub("", text)


def _shortened(text: str, limit: int) -> str:
    """At most `limit` characters, no slot cut in two."""
    if len(text) <= limit:
        return text
    cut = text[:limit]
    return (cut[: cut.rfind("{")] if cut.rfind("{") > cut.rfind("}") else cut) + "……"


def _visible(text: str) -> str:
    """The text with every digit as 0–9 and every character that cannot be seen taken out."""
    text = _INVISIBLE.sub("", re.sub(r"[\s\u2028\u2029\u0085]+", " ", text)).translate(_FOLD)
    if _SEEN.fullmatch(text):
        return text
    return "".join(_digit(c) for c in text if unicodedata.category(c) not in _HIDDEN)


def _digit(char: str) -> str:
    """①, ², ½ and the digits of other scripts as 0–9; 〇 and Ⅲ stay, they are writing."""
    if char.isascii() or unicodedata.category(char) not in ("Nd", "No"):
        return char
    folded = re.sub(r"\D", "", "".join(str(unicodedata.digit(c, "")) for c in unicodedata.normalize("NFKC", char)))
    return folded or "〔数〕"

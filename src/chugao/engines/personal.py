"""Personal data out of a brief before a model sees it, and back into the reply.

In: a `Brief`.  Out: the brief with 某甲, 某乙 in the place of people, and who they are; that list stays in this process.

Numbers are slots already, so that no identity card, telephone or record number can be in what a model is told; they are
looked for all the same, because an office's own template may hold anything, and because a text to be checked or found
again leaves with its digits.  What is masked in a brief are names in the company of a patient, and e-mail addresses.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

from chugao.checks.privacy import valid_id_card
from chugao.config import Privacy
from chugao.engines.patients import Named, is_plain_word, patients, seen
from chugao.errors import EngineError
from chugao.manuscript import Brief, Reply, ReplyBlock
from chugao.prompts import Messages, shown


def _digits(number: str) -> str:
    return re.sub(r"[^\dXx]", "", number)


def _luhn(number: str) -> bool:
    digits, total = _digits(number), 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0 and len(number) - len(digits) <= _MOST_GAPS


def _id_card(number: str) -> bool:
    digits = _digits(number)
    born = re.fullmatch(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])", digits[6:14])
    return born is not None and valid_id_card(digits)


_EMAIL = re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]{1,60}(?:\.[A-Za-z0-9-]{1,30}){1,4}")
_MOST_GAPS = 5
_GAP = r"[-\s.·_–—]"
_BEGINS, _ENDS = r"(?<!\d)(?<!\d\.)", r"(?!\.?\d)"
_MARK = r"\s{0,2}[：:∶﹕︰=为是（(【〔#№]{0,2}\s{0,2}"
_CAR = "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"
_SAID = "[〇○零一二三四五六七八九幺]"
_SPOKEN = re.compile(rf"{_SAID}{{11}}|[一幺]{_GAP}?[三四五六七八九](?:{_GAP}?{_SAID}){{9}}")
_NUMBERS = (
    ("身份证号", re.compile(rf"(?<![\dA-Za-z])[1-9](?:{_GAP}?\d){{16}}{_GAP}?[\dXx](?![\dA-Za-z])"), _id_card),
    ("银行卡号", re.compile(rf"{_BEGINS}[3-6](?:{_GAP}?\d){{14,18}}{_ENDS}"), _luhn),
    (
        "病案号",
        re.compile(
            r"(?:(?:住院|病案|门诊|急诊|病历|检查|检验|影像|病理|超声|标本|条码|登记|就诊|医保|社保|健康|档案|护照|通行证|身份证|证件|微信|QQ|患者|病人)卡?"
            rf"(?:ID|号码?|编号)|(?<![A-Za-z])ID号?){_MARK}(?:[A-Za-z]{{1,4}} (?=\d))?(?=[A-Za-z_-]{{0,8}}\d{{3}})[A-Za-z0-9_-]{{4,24}}+(?:[ \u3000]\d{{2,6}}(?!\d)){{0,4}}+"
            r"(?!\s?[年个张份人例条项元])"
        ),
        None,
    ),
    (
        "电话号码",
        re.compile(
            rf"{_BEGINS}(?:\+?86{_GAP}?)?1[3-9]\d(?:{_GAP}?\d{{4}}{_GAP}?\d{{4}}|{_GAP}?\d{{3}}{_GAP}?\d{{5}}|\d{_GAP}\d{{3}}{_GAP}\d{{4}}){_ENDS}"
            rf"|{_BEGINS}1(?P<gap>{_GAP})[3-9](?:(?P=gap)\d){{9}}{_ENDS}"
            rf"|{_BEGINS}0\d{{2,3}}{_GAP}\d{{3,4}}{_GAP}?\d{{3,4}}{_ENDS}|[（(]0\d{{2,3}}[)）]{_GAP}?\d{{3,4}}{_GAP}?\d{{3,4}}{_ENDS}"
            rf"|(?:电话|手机|座机|联系方式|传真)(?:号码?)?{_MARK}(?:\d{_GAP}?){{6,11}}\d{_ENDS}"
        ),
        None,
    ),
    ("车牌号", re.compile(rf"{_CAR}[A-Z][·•\s-]?(?=[A-Z]{{0,2}}\d)[A-Z0-9]{{5,6}}(?![A-Za-z0-9])"), None),
    ("邮箱", _EMAIL, None),
    ("用汉字写的号码", _SPOKEN, None),
)
_ANY = re.compile(r"[\d@]")
_HALF_WIDTH = {c: c - 0xFEE0 for c in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B), 0xFF20)}
_FOLDED = _HALF_WIDTH | {c: c - 0xFEE0 for c in map(ord, "＋－．＿（）：")}
_TO_FOLD = re.compile("[０-９Ａ-Ｚａ-ｚ＠＋－．＿]")
"""To look at, not to send: an index keeps its vectors by the very words."""
_FOREIGN_DIGIT = re.compile(r"[^\x00-\x7f\D]")
_STEMS = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"


def masked(brief: Brief, privacy: Privacy) -> tuple[Brief, dict[str, str]]:
    """The brief as a model may see it, and 某甲 → name.

    Raises `EngineError` when the setting refuses a brief that holds personal data.
    """
    if privacy.remote == "allow":
        return brief, {}
    texts = tuple(_texts(brief))
    # Most briefs name nobody, and one look at all of it says so; a full stop keeps one text out of the next.
    together = "。\n".join(texts)
    if shown(together) == together and not _somebody(together):
        return brief, {}
    mask = _Mask(brief.model_dump_json)
    # Twice: whoever is named in one place as a patient is the same person where nothing says so.
    for text in texts:
        mask.meet(text)
    hidden = _with_texts(brief, mask)
    if mask.people and privacy.remote == "refuse":
        raise EngineError(
            f"材料里有{len(mask.people)}处个人信息（患者姓名或邮箱），按设置（[privacy] remote）不发给模型。请改成“一名患者”再起草。"
        )
    return hidden, mask.people


def without_people(text: str, privacy: Privacy) -> str:
    """A text as an embedding model may see it: nobody's name, number or address; nothing has to come back.

    Raises `EngineError` when the setting refuses a text that holds personal data.
    """
    if privacy.remote == "allow":
        return text
    text = shown(text).translate(_HALF_WIDTH)
    mask = _Mask(lambda: text)
    mask.meet(text)
    hidden = mask(text)
    for start, end, what in reversed(_numbers(hidden)):
        hidden = f"{hidden[:start]}〔{what}〕{hidden[end:]}"
    if hidden != text and privacy.remote == "refuse":
        raise EngineError("要检索的文字里有个人信息，按设置（[privacy] remote）不发给模型。")
    return hidden


def gate(messages: Messages, privacy: Privacy) -> None:
    """Raises `EngineError` for a number of a person in what is about to leave: the last look."""
    if privacy.remote == "allow":
        return
    for text in (messages.system, messages.user):
        for _, _, what in _numbers(text):
            raise EngineError(f"要发给模型的内容里有{what}，没有发出。请从材料或本单位的模板里删去。")


def restored(reply: Reply, people: dict[str, str]) -> Reply:
    """The reply with people's names back in their places."""
    if not people:
        return reply
    # The longest first: 某甲乙 is not 某甲 with a 乙 behind it.
    aliases = re.compile("|".join(sorted(map(re.escape, people), key=len, reverse=True)))

    def back(text: str) -> str:
        return aliases.sub(lambda m: people[m.group()], text)

    blocks = tuple(
        ReplyBlock(type=b.type, sentences=tuple(s.model_copy(update={"text": back(s.text)}) for s in b.sentences))
        for b in reply.blocks
    )
    return reply.model_copy(update={"blocks": blocks, "heading": back(reply.heading) if reply.heading else None})


# --- what of a brief a model reads ----------------------------------------------------------------

_OF_A_MATTER = ("text", "result", "actor", "owner")
_OF_A_PASSAGE = ("text", "heading")
_ITS_OWN = ("heading", "topic", "theme", "guidance")


def _texts(brief: Brief) -> Iterator[str]:
    """Every text of it that somebody wrote."""
    yield from (getattr(m, name) for m in brief.matters for name in _OF_A_MATTER)
    yield from (getattr(p, name) for p in brief.passages for name in _OF_A_PASSAGE)
    # What a figure means follows from its indicator; the rest comes out of what somebody handed in.
    yield from (s.meaning for s in brief.slots if s.metric is None)
    yield from (getattr(brief, name) for name in _ITS_OWN)
    yield from (*brief.instructions, *brief.original)


def _with_texts(brief: Brief, change: Callable[[str], str]) -> Brief:
    """The brief with each of those texts changed."""

    def changed(part: Any, names: tuple[str, ...]) -> Any:
        return part.model_copy(update={name: change(getattr(part, name)) for name in names})

    told: dict[str, Any] = {name: change(getattr(brief, name)) for name in _ITS_OWN}
    told["matters"] = tuple(changed(m, _OF_A_MATTER) for m in brief.matters)
    told["passages"] = tuple(changed(p, _OF_A_PASSAGE) for p in brief.passages)
    told["slots"] = tuple(changed(s, ("meaning",)) if s.metric is None else s for s in brief.slots)
    told["instructions"] = tuple(map(change, brief.instructions))
    told["original"] = tuple(map(change, brief.original))
    return brief.model_copy(update=told)


def _numbers(text: str) -> list[tuple[int, int, str]]:
    """Where numbers of a person stand, and what they are, in order, none across another."""
    read = seen(text)
    folded = read.text.translate(_FOLDED) if _TO_FOLD.search(read.text) else read.text
    if not _ANY.search(folded) and not _SPOKEN.search(folded):
        return []
    if _FOREIGN_DIGIT.search(folded):
        folded = "".join(map(_with_our_digits, folded))
    found: list[tuple[int, int, str]] = []
    for what, pattern, valid in _NUMBERS:
        for match in pattern.finditer(folded):
            start, end = read.places[match.start()], read.places[match.end() - 1] + 1
            if (valid is None or valid(match.group())) and all(end <= f[0] or f[1] <= start for f in found):
                found.append((start, end, what))
    return sorted(found)


def _with_our_digits(char: str) -> str:
    return char if char.isascii() or not char.isdecimal() else str(unicodedata.digit(char))


class _Mask:
    """Hands out an alias a person; `taken` gives a text whose words are no aliases, asked for when there is a person."""

    def __init__(self, taken: Callable[[], str]) -> None:
        self._taken = taken
        self._free: Iterator[str] | None = None
        self._met: dict[str, list[Named]] = {}
        self._aliases: dict[str, str] = {}
        self._known: re.Pattern[str] | None = None
        self.people: dict[str, str] = {}
        """Who hides behind an alias, spelt as first met."""

    def meet(self, text: str) -> None:
        """Get to know everybody named in a text."""
        text = shown(text)
        if met := _somebody(text):
            self._met[text] = met
        for who in met:
            self._alias(who.name, text[who.start : who.end])

    def __call__(self, text: str) -> str:
        """A text without those known, named as a patient there or not."""
        text = shown(text)
        for who in reversed(self._met.get(text, ())):
            text = text[: who.start] + self._aliases[who.name] + text[who.end :]
        if self._known is None and self._aliases:
            # The longest first; a blank may stand in any of them.
            names = sorted((n for n in self._aliases if not is_plain_word(n)), key=len, reverse=True)
            self._known = re.compile("|".join("[ \u3000]?".join(map(re.escape, n)) for n in names) or r"(?!)")
        if self._known is None:
            return text
        by_letters = {_letters(name): alias for name, alias in self._aliases.items()}
        return self._known.sub(lambda m: by_letters[_letters(m.group())], text)

    def _alias(self, name: str, spelt: str) -> str:
        if name not in self._aliases:
            self._known = None
            if self._free is None:
                taken = self._taken()
                self._free = (a for s in ("", *_STEMS) for a in (f"某{s}{t}" for t in _STEMS) if a not in taken)
            self._aliases[name] = alias = next(self._free, "某某")
            if alias != "某某":
                self.people[alias] = spelt
        return self._aliases[name]


def _letters(name: str) -> str:
    return re.sub(r"\s", "", name)


def _somebody(text: str) -> list[Named]:
    """Names beside a patient, and addresses of mail."""
    found = patients(text)
    mail = _EMAIL.finditer(text.translate(_FOLDED)) if "@" in text or "＠" in text else ()
    found += [
        Named(m.start(), m.end(), m.group())
        for m in mail
        if all(m.end() <= w.start or w.end <= m.start() for w in found)
    ]
    return sorted(found)

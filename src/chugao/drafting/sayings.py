"""Words a leader wants in the text exactly as said: which words, and where they are to stand.

In: one wish (“开头写上“今年是评审年””, “务必写“……””, “把“……”写进计划里”).  Out: `Saying`, and of its place a `Spot`.

Surprise: a clerk writes quotation marks as the keyboard gives them, or a colon and none at all; the words may have
quotation marks of their own.
"""

import re
from typing import Literal, NamedTuple

from chugao.quantity import find_han_numbers, find_numbers

_LONGEST = 200  # characters of words to be said; nobody dictates a page
_NEAR = 40  # characters beside them that say where
_MUST = r"(?:务必|一定|必须|统一|还是|要|请|应|得|都|还|也|再|就|先|给我|至少){0,4}"
_VERB = r"(?:写上|写进|写入|写明|写|加上|加入|加进|加|补上|照写|体现|出现|保留|点明|用上|用|有|说|提到|讲|点到|放上|突出|强调|原话)"
_COUNTED = (
    r"(?:去|上|了|一句话|一句|这样一句话|这样一句|这么一句|这句话|这一句|这句|下面这句话|下面这句|原话|几个字){0,3}"
)
_BEFORE = re.compile(rf"^(?P<where>.{{0,24}}?){_MUST}{_VERB}{_COUNTED}[：:，,是]?$")
_BEFORE_NAMED = re.compile(
    r"^(?P<where>.{2,24}?)(?P<verb>只写|就写|写到|写成|写作|改为|改成|统一写|统一为)$|^(?:只写|就写|写到|写成|写作|统一写)$"
)
_AFTER = re.compile(
    rf"^(?:这句话|这句|这个提法|这一提法|的提法|这几个字|这个说法|这段话|一句)?{_MUST}"
    r"(?:原话|照原话|原样|照)?(?:写上去?|写进去?|写入|写到|写在|写|放在|放到|放进|加上|加到|加进去?|加入|照写|照登|用上|保留|出现|不能少|不能丢|别丢了?|一字不改|别改|不要改)"
    r"(?P<where>.{0,16}?)(?:里面?|中|去|上)?$"
)
_COLON = re.compile(
    rf"^(?P<before>[^“”：:]{{0,24}}?(?:写上|写进|写入|写|加上|加入|加|补上|照写|原话)(?:一句话?|这句话|这样一句话?|原话)?)[：:]\s{{0,4}}(?P<words>[^“”]{{4,{_LONGEST}}})$"
)
_KEYBOARD = re.compile(r"\"([^\"“”\n]{2,200})\"|「([^「」\n]{2,200})」|『([^『』\n]{2,200})』|〝([^〝〞\n]{2,200})〞")
_FIRST = re.compile(r"(?:最前面?|前面|前头|开头|开篇|开场|第一句|第一段|篇首|首段|首句)$")
_LAST = re.compile(r"(?:最后一?[句段]?|结尾|末尾|收尾|文末|结束语|结语|末段|末句|后面)$")
_PARTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("title", re.compile(r"^(?:大|小|总)?(?:标题|题目)$")),
    ("lead", re.compile(r"^(?:导语|帽段|帽子|引言|前言|总述|序言|文前)$")),
    ("problems", re.compile(r"^(?:存在的?)?(?:主要)?(?:问题|不足|短板|困难)(?:和(?:问题|不足|短板|困难))?$")),
    ("plan", re.compile(r"^(?:明年|下一?年|20\d\d年)?的?(?:工作)?(?:计划|打算|安排|下一步|思路|措施|整改措施|举措)$")),
    ("results", re.compile(r"^(?:今年|20\d\d年)?的?(?:成绩|成效|主要工作|工作总结|工作回顾|总结|回顾)$")),
)
_NUMBERED = re.compile(r"^第([一二三四五六七八九十])(?:大)?部分$")
_BARE = re.compile(r"^(?:把|将|在|请|文中|稿子里?|文稿里?|全文|正文|材料里?|这里|原文)+|[的在]$")
_OF_A_PART = re.compile(r"(?:那一?|这一?)?(?:部分|段|块|节|条|一段|一块|处)?(?:的)?(?:里面?|中间?|内|上)?的?$")
_LET = "让"
_NOT = re.compile(r"不要|不得|不能(?!少|丢)|不写|不用|不说|不提|不出现|^不$|别写|别用|别提|别出现|(?<!一字)别(?!改|丢)")
_SAID = re.compile(r"写上|写入|加|补上|原话|照写|照登|句|提法|写$|说法|段话")
_CLAUSE, _NAME = 4, 9
"""Characters from which words say something by themselves: “落实一岗双责”; “要有“一把手工程”” only names a thing."""

Edge = Literal["", "first", "last"]


class Saying(NamedTuple):
    """Words to be said as they are."""

    words: str
    where: str = ""
    """As it was said: “开头”, “不足部分”, “医共体那段”; "" for nothing."""
    named: bool = False
    """Instead of what is told of the thing `where` names (“急救站写到“已出车””)."""


class Spot(NamedTuple):
    """Where words are to stand, as far as their place was said."""

    part: str = ""
    """title, lead, problems, plan, results; "" for none of them."""
    number: int = 0
    """Of 第三部分."""
    edge: Edge = ""
    topic: str = ""
    """What else the place was called by: a field of work, a heading, a matter."""


def with_marks(words: str) -> str:
    """What was said with “ ” around the words to be said, however the clerk wrote them."""
    text = _KEYBOARD.sub(lambda m: f"“{next(filter(None, m.groups()))}”", words)
    if "“" not in text and (match := _COLON.match(text.strip())):
        return f"{match['before']}“{match['words'].strip()}”"
    return text


def read_saying(wish: str) -> Saying | None:
    """The words a wish wants in the text; None where it wants none."""
    found = _quoted(wish.strip().strip("。；！!").strip())
    if found is None:
        return None
    before, words, after = found
    if len(before) > _NEAR or len(after) > _NEAR or not 2 <= len(words) <= _LONGEST or _NOT.search(before + after):
        return None
    saying = _read(before, words, after)
    if saying is None or saying.named:
        return saying
    least = _CLAUSE if saying.where or _SAID.search(before + after) else _NAME
    return saying if len(words) >= least else None


def _read(before: str, words: str, after: str) -> Saying | None:
    if not after and (match := _BEFORE_NAMED.match(before)):
        where = _place(match["where"] or "")
        return Saying(words, where, named=bool(where) and not _is_a_part(where))
    if not after or re.fullmatch(r"这句话|这几个字|的提法|这个提法|这样的话|的话|等字样|字样", after):
        match = _BEFORE.match(before)
        if match is not None:
            where = _place(match["where"])
            # “满意度写“稳中有升””: told of a thing; “务必写上“……””, “导语加一句“……””: said for itself.
            plain = re.search(r"写$", before) is not None and not _is_a_part(where)
            return Saying(words, where, named=plain and bool(where))
        return None
    if match := _AFTER.match(after):
        if before and _place(before) and not match["where"]:
            return Saying(words, _place(before))
        return Saying(words, _place(match["where"])) if not _place(before) else None
    return None


def spot_of(where: str) -> Spot:
    """Where words are to stand, read from how their place was called."""
    edge: Edge = ""
    if match := _FIRST.search(where):
        edge, where = "first", where[: match.start()]
    elif match := _LAST.search(where):
        edge, where = "last", where[: match.start()]
    where = _OF_A_PART.sub("", where) if not _NUMBERED.match(where) else where
    if match := _NUMBERED.match(where.removesuffix("的")):
        return Spot(number="一二三四五六七八九十".index(match[1]) + 1, edge=edge)
    for part, pattern in _PARTS:
        if pattern.match(where):
            return Spot(part=part, edge=edge)
    return Spot(edge=edge, topic=where)


def sentences_of(words: str, *, opening: bool = False) -> list[str]:
    """The words as sentences, each with its stop; among the first words of a paper a wish for others (“让……”) becomes
    what the year was about.
    """
    plain = words.strip()
    if opening and plain.startswith(_LET) and "，" not in plain:
        plain = f"全年工作围绕{plain.rstrip('。')}展开"
    pieces = [m[0] for m in re.finditer(r"[^。！？]{1,200}[。！？]?", plain)]
    return [p if p.endswith(("。", "！", "？")) else f"{p.rstrip('，；、')}。" for p in pieces if p.strip("。！？ ")]


def new_numbers(words: str, known: str) -> bool:
    """Whether words say a number that what is known of a thing does not: the 5 of 5月 is not that of 5万趟."""
    return not _numbers(words) <= _numbers(known)


def _numbers(text: str) -> set[str]:
    """Every number as written, with its unit."""
    return {text[n.start : n.end] for n in (*find_numbers(text), *find_han_numbers(text))}


def _quoted(text: str) -> tuple[str, str, str] | None:
    """(before, words, after) of the first quotation, which may hold others."""
    start = text.find("“")
    depth = 0
    for at in range(start, len(text)) if start >= 0 else ():
        depth += (text[at] == "“") - (text[at] == "”")
        if depth == 0:
            return text[:start].strip(), text[start + 1 : at].strip(), text[at + 1 :].strip(" 。；，,")
    return None


def _place(said: str) -> str:
    return _BARE.sub("", said.strip("，,：: ")).strip()


def _is_a_part(where: str) -> bool:
    """Whether a place is one of the paper, or none, and no thing that is told of."""
    if not where:
        return True
    spot = spot_of(where)
    named = _OF_A_PART.sub("", where) != where
    return bool(spot.part or spot.number or spot.edge or named)

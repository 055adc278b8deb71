"""How much like the name of a person a stretch of text looks: its surname, its given name, its edges, the dictionary's cut.

In: a text, its words and a stretch.  Out: weights, and the likeliest name that begins somewhere.

Surprise: the characters given names are written with tell more than the surnames, which are ordinary words half the time.
"""

import re
from functools import cache
from typing import NamedTuple

from chugao.corpus.people import TITLES, is_surname, never_a_name
from chugao.corpus.titled import WORDLIKE
from chugao.corpus.words import Words, is_word
from chugao.shipped import shipped

Span = tuple[int, int]

HAN = "\u4e00-\u9fff"
CALLED = (
    rf"{TITLES}|总工程师|总[会经]|师傅|总监|股长|船长|助产士|副?州长|副?[旗盟]长|教官|护理员|营养师|检验师|治疗师|康复师|指导员|辅导员|政委|督导员|司机"
    "|调研员|巡视员|主管|专员|专干|秘书|硕士|警官(?!兵)|法官|检察官|领队|领班|股长|站长|专家(?=团队|组[、，])|先生|女士|主刀|主讲|行长|社工|理事长|会计(?![师科核制基凭档报室])"
)
TITLE = re.compile(rf"(?:{CALLED})")
ENDS_IN_TITLE = re.compile(rf"(?:{CALLED})$")
EDGES = frozenset("，。、；：（）“”《》！？ \n—-·,;:()")
BEFORE = frozenset("由请向与和及让对为随经给被以聘免任命派推获据报")
FOLLOWS = re.compile(
    "主动|积极|深入|始终|坚持|开设|走访|主管|挂帅|联络|对接|蹲点|包保|包联|主持|带领|率领|率队|带队|带教|分管|分别|牵头|负责|陪同|到会|到院|出席|参加|参会|汇报|讲话|主讲|讲授|授课|介绍|完成|组织|联系|协助|代表|主刀|坐诊|点评|进修|述职|值班|值守|接班|退休|具体|亲自|兼任|担任|荣立|荣获|获评|获得|当选|入选|被评|被聘"
    "|发言|总结|强调|指出|督导|督办|检查|调研|走访|慰问|同志|医师|医生|护士|主任|院长|教授|轮流|轮值|抽调|支援|驻点|返岗|返院|会诊|查房|示教|指导|签字|签约|揭牌|致辞|讲课|作|任|为|在|到|赴|对|与|和|及|等|同|率|来|就|从|获|被|当|说|讲|做|向|将|把|去|于|也|都|则|还|的"
    "|[两二三四五六七八九十]+[名位人]|随|主|包|联|共|负|分"
)
COUNTED = re.compile("(?:等)?[两二三四五六七八九十]+[名位人]|等\\d+[名位人]|同志|等人|三人")
_NOT_GIVEN = re.compile(
    "[副的了着过是在到把们说等每都要就不与和及从对由向为也将被并或已所其此该院科部室办处局委、任组队团职岗班各医护药术诊疗病症比率量额值数度]"
)
_WORDLIKE_TOO = frozenset("方时平和明经干家山能通别农向古易步都国文广相后公全计成水花支左养利贝元卜双终空从有勾")
_CLASSIC = 4
"""Lines of the shipped list that hold the Hundred Surnames."""
ENOUGH = 5


class Persons(NamedTuple):
    """What names are made of."""

    surnames: frozenset[str]
    classic: frozenset[str]
    """Those of the Hundred Surnames."""
    double: frozenset[str]
    given: frozenset[str]


@cache
def persons() -> Persons:
    """The shipped surnames and the characters given names are written with; read once."""
    text = (shipped("templates") / "catalogue" / "persons.txt").read_text(encoding="utf-8")
    single, double, given = (part.split("\n", 1)[1] for part in text.split("# ")[1:])
    return Persons(
        frozenset("".join(single.split())),
        frozenset("".join(single.split()[:_CLASSIC])),
        frozenset(double.split()),
        frozenset("".join(given.split())),
    )


def looks_like(text: str, start: int, end: int, words: Words) -> int | None:
    """How much like a full name a stretch looks, by itself; None when it cannot be one."""
    name = text[start:end]
    known = persons()
    size = 2 if name[:2] in known.double and len(name) > 2 else 1
    if size == 1 and not (name[0] in known.surnames or is_surname(name[0]) or rare(name[0])):
        return None
    given = name[size:]
    if not 1 <= len(given) <= 2 or not re.fullmatch(f"[{HAN}]+", name) or _NOT_GIVEN.search(given):
        return None
    if name[0] == name[1] or (never_a_name(name) and not (len(name) == 3 and never_a_name(name[0]))):
        return None
    weight = 4 if size == 2 else 2 if plain(name[0]) else 1
    weight += sum(c in known.given for c in given)
    first, last = words.starting_at(start), words.ending_at(end)
    if first is not None and first.end == end and first.tag.startswith("nr") and (plain(name[0]) or not is_word(name)):
        weight += 2
    elif is_word(name):
        weight -= 5
    elif first is not None and last is not None:
        weight += 1
    elif last is None and words.around(end) is not None and not ends_there(text, end):
        weight -= 2
    if size == 1 and len(name) == 3 and is_word(name[:2]) and not (first and first.end == end):
        weight -= 1 if all(c in known.given for c in given) else 2
    if size == 1 and not plain(name[0]):
        weight -= 2 if len(given) == 1 and given not in known.given else 0
        weight -= 1 if len(given) == 2 and is_word(given) and not ends_there(text, end) else 0
    if len(given) == 2 and is_word(given) and not all(c in known.given for c in given):
        weight -= 2
    return weight


def plain(character: str) -> bool:
    """Whether a surname is little else: 庹, not 种."""
    if character in "代" or character in WORDLIKE | _WORDLIKE_TOO:
        return False
    return rare(character) or is_surname(character) or character in persons().classic


@cache
def rare(character: str) -> bool:
    """Whether a character is of the second level of GB 2312 or of none."""
    return character.encode("gb2312", "replace")[:1] > b"\xd7" or not character.encode("gb2312", "ignore")


def _sizes(text: str, at: int) -> tuple[int, ...]:
    return (4, 3) if text[at : at + 2] in persons().double else (3, 2)


def ends_there(text: str, end: int) -> bool:
    """Whether a mark or a verb of two characters stands behind: not 管新来|的."""
    if end == len(text) or text[end] in EDGES:
        return True
    follows = FOLLOWS.match(text, end)
    return follows is not None and len(follows[0]) > 1


def _right(text: str, end: int, words: Words) -> int:
    """What the edge behind a name is worth."""
    if end == len(text) or text[end] in EDGES or COUNTED.match(text, end):
        return 2
    if FOLLOWS.match(text, end):
        return 1
    return 0 if words.ending_at(end) is not None else -3


def best_name(text: str, at: int, words: Words, bonus: int = 0) -> Span | None:
    """The likeliest name that begins here."""
    best: tuple[int, int] | None = None
    for size in _sizes(text, at):
        end = at + size
        if end > len(text) or (looks := looks_like(text, at, end, words)) is None:
            continue
        weight = looks + _right(text, end, words) + (bonus if bonus < 1 or like_given(text, at, end) else 0)
        if weight >= ENOUGH and (best is None or weight > best[0]):
            best = weight, end
    return None if best is None else (at, best[1])


def like_given(text: str, at: int, end: int) -> bool:
    """Whether what follows the surname is written like a given name, so that a title before it may count."""
    if text[at] in "与及须应未开" or not all(c in persons().given for c in text[at + 1 : end]):
        return False
    return end - at > 2 or (ends_there(text, end) and not is_word(text[at:end]))

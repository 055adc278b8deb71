"""What stands in a row with a name is a name: 岭门镇、树仔镇, 景县人民医院、哈励逊国际和平医院.

In: a text, its words and the names found so far.  Out: spans of further places and units.

Surprise: the first of a row is the hardest, for what is done stands before it without a space; it is taken only from a
certain edge on, the others reach from mark to mark.
"""

import re
from collections.abc import Callable, Iterable

from chugao.corpus.chains import LEADS, ORDINARY, TAIL, acts
from chugao.corpus.people import SOUNDS
from chugao.corpus.places import HAN, Span
from chugao.corpus.words import Word, Words, is_word

_JOINTS = "、和与及"
_EDGES = frozenset("，。、；：（）“”《》！？ \n的")
_BELOW = "街道(?!社区)|镇(?![痛静定压村区圈])|乡(?![村镇亲土音情])|社区(?!卫生|医院|居民|矫正|志愿|工作|治理|医生|护士)|村(?![民级里支镇医卫委])|苏木"
_PLACE = re.compile(rf"([{HAN}]{{2,6}}?)(?:{_BELOW})")
_ENDING = re.compile(_BELOW)
_PLACE_BACK = re.compile(rf"(?:{_BELOW})$")
_NO_PLACE = re.compile(
    "农|各|全|本|该|每|所有|其他|周边|附近|乡镇|村镇|城镇|[两几多][个家]|行政|自然|帮扶|示范|中心|基层|居民|群众|重点|试点|结对|联系|脱贫|贫困|偏远|我|国家|辖区|特色|以上|以下|城乡|美丽|智慧|健康|文明|\\d|老旧|搬迁|安置"
)
_JOINING = re.compile(f"[{_JOINTS}县市区镇乡]")
_UNIT = re.compile(rf"[{HAN}]{{2,14}}?(?:{TAIL.pattern}|检验所|检验中心|医学中心)")


def places_beside(text: str, words: Words, places: Iterable[Span]) -> list[Span]:
    """Towns, villages and neighbourhoods in a row with a place, or right behind a town."""
    found = list(places)
    ends = {e for _, e in found}
    fresh: list[Span] = []

    def forward(span: Span) -> Span | None:
        at = span[1]
        onwards = _ENDING.match(text, at)
        if onwards is not None and text[at - 1] not in "县市区镇乡村道":
            # 京口|村: what the list has is only how the name begins.
            return span[0], onwards.end()
        behind = text[at : at + 1] in _JOINTS and at < len(text)
        direct = text[at - 1] in "镇乡区县市" or text[at - 2 : at] == "街道"
        if not behind and not direct:
            return None
        match = _PLACE.match(text, at + 1 if behind else at)
        if match is None or not _names_place(match[1], match.start(), words):
            return None
        return match.start(), match.end()

    def backward(span: Span) -> Span | None:
        at = span[0] - 1
        if at < 3 or text[at] != "、" or at in ends:
            return None
        ending = _PLACE_BACK.search(text[max(0, at - 3) : at])
        stop = at - len(ending[0]) if ending else at
        if ending is None:
            return None
        for size in (2, 3, 4, 5):
            start = stop - size
            if start < 0 or not _names_place(text[start:stop], start, words):
                return None
            word = words.ending_at(start)
            if (
                start == 0
                or text[start - 1] in _EDGES
                or start in ends
                or (word is not None and (word.text in LEADS or _does(word)))
            ):
                return start, at
        # 包保|片马镇: what stands before it is no word the dictionary cuts off.
        return None if is_word(text[stop - 2 : stop]) else (stop - 2, at)

    _grow(found, fresh, (forward, backward))
    return fresh


def _holds_and(own: str) -> bool:
    """Whether 和 belongs to the name: 和平, 伊和淖日."""
    return (len(own) == 2 and is_word(own)) or sum(c in SOUNDS for c in own) * 4 >= len(own) * 3


def _joins(own: str) -> bool:
    """Whether a joint or a larger division stands in it: 县和乡."""
    return _JOINING.search(own[:1] + own[1:].replace("市", "")) is not None


def _does(word: Word) -> bool:
    return len(word.text) > 1 and word.tag in ("v", "vn") and is_word(word.text)


def _names_place(own: str, start: int, words: Words) -> bool:
    told = own.replace("和", "") if _holds_and(own) else own
    if not re.fullmatch(f"[{HAN}]{{2,6}}", own) or _NO_PLACE.search(told) or ORDINARY.search(own) or _joins(told):
        return False
    doing = [w for w in words.between(start, start + len(own)) if len(w.text) > 1 and acts(w)]
    return not doing and not re.search("[在由被等到的]|^[把向将对为是以从给让使]", own)


def units_beside(text: str, words: Words, units: Iterable[Span]) -> list[Span]:
    """Units in a row with one, from mark to ending."""
    found = list(units)
    fresh: list[Span] = []

    def forward(span: Span) -> Span | None:
        at = span[1]
        if text[at : at + 1] != "、":
            return None
        match = _UNIT.match(text, at + 1)
        if match is None or ORDINARY.search(match[0]) or _GENERAL.search(match[0]):
            return None
        inner = words.between(match.start(), match.end() - 2)
        return None if any(acts(w) for w in inner) or (is_word(match[0]) and len(match[0]) < 5) else match.span()

    _grow(found, fresh, (forward,))
    return fresh


_GENERAL = re.compile(
    "^(?:[两三四几]|资产|社区|乡镇|县级?|市级?|区级|省级?|各|村|专科|综合|民营|中医|妇幼|儿童|康复|养老|[中小大]学|学校|教育|科研|企事?业|相关|基层|保险|医药|互联网|检验|影像|病理|诊断|心电|[一二三四五六七八九十]级)*(?:医院|卫生院|卫生室|卫生所|保健院|保健所|学校|大学|学院|[小中]学|公司|集团|[总分]?局|委员会|中心|银行|办公室|协会|学会|政府|幼儿园|养老院|敬老院|福利院|机构)"
    "|委员会$|办公室$|[总分]?局$|政府$|中心$(?<!检验中心)(?<!医学中心)(?<!服务中心)|党委|集团$|厅$"
)


def _grow(found: list[Span], fresh: list[Span], ways: tuple[Callable[[Span], Span | None], ...]) -> None:
    """Go on from every name, and from what was found so."""
    taken = {i for a, b in found for i in range(a, b)}
    waiting = list(found)
    while waiting:
        span = waiting.pop()
        for way in ways:
            new = way(span)
            if new is not None and not taken.issuperset(range(*new)):
                taken.update(range(*new))
                waiting.append(new)
                fresh.append(new)

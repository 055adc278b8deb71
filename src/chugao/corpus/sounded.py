"""Persons whose names no list of surnames holds: written by their sounds, told as 某, or by age as 老.

In: a text, and where names of units and departments end.  Out: spans of persons' names.

Surprise: a dot between two Chinese characters is a name nine times in ten, and a slogan the tenth.
"""

import re
from collections.abc import Collection, Iterator

from chugao.corpus.likely import BEFORE, CALLED, EDGES, ENDS_IN_TITLE, FOLLOWS, HAN, TITLE, Span, persons
from chugao.corpus.people import SOUNDS
from chugao.corpus.words import Words, is_word


def sounds_behind(text: str, at: int) -> Span | None:
    """院长阿卜杜拉、: characters that write sounds, up to an edge."""
    end = at
    while end < len(text) and end - at < 8 and text[end] in SOUNDS:
        end += 1
    stands = end == len(text) or text[end] in EDGES or FOLLOWS.match(text, end) is not None
    name = text[at:end]
    word = Words(name).all[:1]
    named = bool(word) and word[0].text == name and word[0].tag.startswith("nr")
    if end - at < 3 or not stands or (is_word(name) and not named) or (is_word(name[:2]) and is_word(name[2:])):
        return None
    return at, end


_DOT = re.compile(rf"(?<=[{HAN}])[·•‧](?=[{HAN}])")


def dotted(text: str) -> Iterator[Span]:
    """古丽巴哈尔·买买提: what stands on both sides of a dot, to the nearest edges."""
    for match in _DOT.finditer(text):
        start = match.start()
        while start and match.start() - start < 8 and text[start - 1] not in EDGES | BEFORE | {"的", "了"}:
            start -= 1
            if (title := re.search(rf"(?:{CALLED}|带教|专家)$", text[max(0, start - 4) : start])) and title:
                break
        end = match.end()
        titled = next((at for at in range(end + 2, min(end + 7, len(text))) if TITLE.match(text, at)), 0)
        if titled and re.fullmatch(f"[{HAN}]+", text[end:titled]):
            end = titled
        while not titled and end < len(text) and end - match.end() < 8 and text[end] in SOUNDS:
            end += 1
        sides = text[start : match.start()], text[match.end() : end]
        if min(map(len, sides)) >= 2 and all(_sounded(side, titled > 0) for side in sides):
            yield start, end


def _sounded(side: str, titled: bool) -> bool:
    """Whether most characters write sounds and few of them make words."""
    pairs = sum(is_word(side[i : i + 2]) for i in range(len(side) - 1))
    return sum(c in SOUNDS for c in side) * 2 >= len(side) and pairs * (1 if titled else 3) < len(side)


_SOMEBODY = re.compile(rf"(?:^|(?<=[，。、；：对给由将与和]))([{HAN}]{{1,2}})某(?:某|(?=[、，。（等为因在任的]))")


def somebody(text: str) -> Iterator[Span]:
    """侴某、吴某某."""
    known = persons()
    yield from (m.span() for m in _SOMEBODY.finditer(text) if m[1] in known.surnames or m[1] in known.double)


_OF_OTHERS = (
    "泽仁|降初|降措|邓珠|曲批|白珍|四郎|阿旺|洛绒|格绒|泽旺|泽郎|尼玛|才让|扎西|卓玛|旦增|丹增|次仁|央金|多吉|尼玛|拉姆|巴桑|格桑|白玛|索南|索朗|仁青|仁增|达瓦|加措|桑吉|东珠|尕藏|措姆|卓嘎|罗布|普布|平措|顿珠|洛桑|强巴|益西|贡布|边巴|旺姆|旺堆|德吉|曲珍|才旦|娜姆|多杰"
    "|拉毛|卓么|完么|岩[温罕香龙叫坎甩]|玉[罕香腊光波康]|依[波罕香]|阿[依木支果呷牛史衣]|吉克|沙马|尔古|莫色|吉木|曲木|巴图|乌兰|其其格|苏和|宝音|吉日|图雅|娜仁|高娃|斯琴|塔娜|哈斯|那仁|敖日|额尔|朝鲁|牧仁|布和|陶格"
)
_TIBETAN = re.compile(
    rf"(?:{_OF_OTHERS}){{1,2}}[{HAN}]?(?=(?:{CALLED}))|(?<=[院书主科护医局站]长|书记|主任|医生|医师|护士)(?:{_OF_OTHERS}){{1,2}}"
)


def of_others(text: str, ends: Collection[int]) -> Iterator[Span]:
    """才让主任, 岩温院长: names everybody bears among Tibetans, Mongols, Dai and Yi, beside a title."""
    for match in _TIBETAN.finditer(text):
        start = match.start()
        if start == 0 or start in ends or text[start - 1] in EDGES | BEFORE or ENDS_IN_TITLE.search(text[:start][-6:]):
            yield match.span()


_ELDER = re.compile(rf"(?:^|(?<=[、，。；]))([{HAN}])老、([{HAN}])老(?=[两二、，等说])")


def elders(text: str) -> Iterator[Span]:
    """饶老、涂老."""
    for match in _ELDER.finditer(text):
        if {match[1], match[2]} <= persons().surnames:
            yield from (match.span(1), match.span(2))

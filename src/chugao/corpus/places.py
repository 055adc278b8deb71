"""Names of places: the divisions of China, and what a document calls the places around it.

In: a text.  Out: spans of places, and `Names` learned from a document.

Surprise: Chinese puts no space before a place name, so “派驻石阜县” may hold 石阜县 or 派驻石阜县.  Names are first
learned where their left edge is certain (after a mark or a preposition) and then found everywhere, with their ending and
without it; where nothing was learned, the list of counties and then the words around it decide.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

from chugao.corpus.people import find_people
from chugao.corpus.words import Words, is_word
from chugao.documents.structure import Document
from chugao.shipped import shipped

Span = tuple[int, int]

HAN = "\u4e00-\u9fff"
_BEFORE = "在到与和及赴向由对从于为至将把给往帮同原驻请邀去"
EDGE = rf"(?:^|(?<=[，。、；：（“”《》\s{_BEFORE}]))"
"""A place where a name may certainly begin."""
_ENDINGS = "自治县|自治州|自治旗|特别行政区|自治区|省|县|区|镇|乡|市|州|盟|旗"
_PLACE = re.compile(
    EDGE + rf"[先再后]?((?![{_BEFORE}先再后])[{HAN}]{{2,4}}?)(自治县|县|区|镇|乡|市|州)(?![长委政级内域{{直])"
)
_ISSUER_PLACE = re.compile(rf"^([{HAN}]{{2,4}}?)(自治县|自治州|省|市|县|区|镇|乡)(?=.{{2}})")
_ENDING = re.compile(f"(?:{_ENDINGS})")
_NOT_AFTER = frozenset("长委政级内域直")
_COUNTED = re.compile(r"[两三四五六七八九十几各\d]+个?(?:县|市|区|州|镇|乡|地)(?![级长委])")
_ITEM = re.compile(rf"[{HAN}]{{2,3}}(?=、|和|与|及|[两三四五六七八九十几各\d]个?[县市区州镇乡地])")
_JOINTS = "、和与及"
_LAND = frozenset("埠渚阜津浦澜港屿岛湾塘埭坝坪坡岭岗沟冲洼庄寨屯堡铺店桥溪泉湖河江洲滩沙洋陂圩塬峪崮坞墩埂垭岙")
_ROW = re.compile(rf"{EDGE}[{HAN}]{{2}}(?:、[{HAN}]{{2}})+(?=[的，。、；]|[两三四])")
_ETHNIC = re.compile(
    "(?:蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|拉祜|水|东乡|纳西|景颇|柯尔克孜|土|达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|阿昌|普米|塔吉克|怒|鄂温克|德昂|保安|裕固|独龙|鄂伦春|门巴|各)族?"
)
_NOT_PLACE_LAST = frozenset(
    "断救病社院片辖地城园专山灾小校分景特治验范能发新库牧街工市郊禁误各全我县两三四五六七八九十区该本外邻困点贫乡集村户省个批学军战防管护诊住功自示试开协此某每多几以产理陷老灌易"
)
_NOT_PLACE = re.compile(
    r"[的了在与和及到赴向由对从于为将把给是有等中上下内外前后不也都新增全各级类名家所个项第去来说走进过驻入请送包换收回被想认训拿靠提要能会可就还又再才使叫让拨派调选先着们这那它他其一二三四五六七八九十两几]"
)
_COMMON_IN_PLACE = re.compile(
    "公立|民营|试点|牵头|成员|上级|下级|协作|定点|智慧|综合|专科|社区|乡镇|县域|联网|帮扶|支援|合作|医疗|现代|研究|友善|平安|绿色|数字|文明|示范|教学|互联"
    "|边境|沿边|附近|周边|其他|有关|相关|部分|兄弟|同级|人民|中心|中医|保健|儿童|围绕|新建|患者|推动|促进|建设|保障|深化|加强|引导|规范|优化|打造|创建|开展"
    "|实施|组织|鼓励|要求|督促|指导|落实|达到|评为|荣获|成为|助力|服务|改善|提升|完善|整合|推进|发展|作为|坚持|结合|聚焦|持续|进行|参与|参加|协调"
    "|统筹|选派|依托|通过|按照|代表|创新|远程|接诊|对口|托管|目标|优秀|支持|会同|重点|若干|我们|他们|基层|城市|住院|现有|偏远|覆盖|辐射|面向|经济|功能"
)


# --- the list of divisions ------------------------------------------------------------------------


class Gazetteer(NamedTuple):
    """Places by their official names, and by what is left of them without 省, 市, 县."""

    names: frozenset[str]
    stems: frozenset[str]
    cities: frozenset[str]
    """Stems of cities and prefectures, which are told without their ending more often than with it."""
    longest: int


@cache
def gazetteer() -> Gazetteer:
    """The shipped divisions; read once."""
    lines = (shipped("templates") / "catalogue" / "places.txt").read_text(encoding="utf-8").splitlines()
    names = {n for line in lines if not line.startswith("#") for n in line.split()}
    stems = {s for n in names if len(s := _stem(n)) >= 2}
    # 玉树州, 长阳县: without the peoples.
    names |= {_stem(n) + n[-3:] for n in names if n.endswith(("自治州", "自治县", "自治旗"))}
    names |= {_stem(n).removesuffix("族") + n[-1] for n in names if n.endswith(("自治州", "自治县", "自治旗"))}
    cities = {_stem(n).removesuffix("地区") for n in names if n.endswith(("市", "自治州", "盟", "地区"))}
    return Gazetteer(frozenset(names), frozenset(stems | cities), frozenset(cities), max(map(len, names)))


@cache
def provinces() -> frozenset[str]:
    """Every province, with its ending and without."""
    lines = (shipped("templates") / "catalogue" / "places.txt").read_text(encoding="utf-8").splitlines()
    first = [line.split()[0] for line in lines if line and not line.startswith("#")]
    return frozenset(first) | frozenset(map(_stem, first))


def is_province(name: str) -> bool:
    """Whether a name is a province's and nothing else, as everybody may write it."""
    return name in provinces()


def _stem(name: str) -> str:
    stem = re.sub(f"(?:{_ENDINGS})$", "", name)
    if stem != name and name.endswith(("自治县", "自治州", "自治旗", "自治区")):
        bare = _ETHNIC.sub("", stem)
        stem = bare if len(bare) >= 2 else stem
    return stem


# --- names of one document ------------------------------------------------------------------------


class Names:
    """Names of places, organisations and people learned from one document."""

    def __init__(
        self, places: Iterable[str] = (), organisations: Iterable[str] = (), people: Iterable[str] = ()
    ) -> None:
        self.people = frozenset(people)
        """Named with a title somewhere: found without it elsewhere."""
        self.places = frozenset(places)
        self.stems = frozenset(s for p in self.places if len(s := _stem(p)) >= 2 and not is_word(s))
        """What a place is called in passing, 石阜 for 石阜县; never an ordinary word."""
        self.organisations = frozenset(organisations) - {""}
        known = sorted(
            {*self.places, *self.stems, *self.organisations, *self.people} - {""}, key=lambda n: (-len(n), n)
        )
        self.pattern = re.compile("|".join(map(re.escape, known))) if known else None

    @classmethod
    def learned_from(cls, document: Document) -> "Names":
        """Names whose left edge is certain somewhere in the text, and the issuer's own."""
        text = document.text
        places = {_without_verb(m[1]) + m[2] for m in _PLACE.finditer(text) if is_place(_without_verb(m[1]))}
        issuers = {document.issuer, document.title} | (
            {document.wrapper.issuer, document.wrapper.title} if document.wrapper else set()
        )
        places |= {m[1] + m[2] for i in issuers if (m := _ISSUER_PLACE.match(i)) and is_place(m[1])}
        shortest = {p for p in places if not any(q != p and p.endswith(q) for q in places)}
        named = {document.issuer} | ({document.wrapper.issuer} if document.wrapper else set())
        people = {line[a:b] for line in text.splitlines() for a, b in find_people(line, Words(line)) if b - a == 3}
        return cls(shortest | _listed(text, shortest), named, {p for p in people if not is_word(p)})


def _without_verb(name: str) -> str:
    """黄口 of 加快黄口."""
    return name[2:] if len(name) == 4 and is_word(name[:2]) and not is_word(name) else name


def _listed(text: str, known: frozenset[str] | set[str]) -> set[str]:
    """Places that are only ever told in a row, 石阜、云埠、梅渚三县: as if 县 stood behind each."""
    stems = {_stem(p) for p in known}
    found: set[str] = set()
    for match in _COUNTED.finditer(text):
        ending = match[0][-1]
        if ending == "地":
            continue
        start = max(0, match.start() - 40)
        row = re.search(rf"((?:[{HAN}]{{2,3}}[{_JOINTS}]){{1,8}})([{HAN}]{{2,3}})$", text[start : match.start()])
        if row is None:
            continue
        items = [i for i in re.split(f"[{_JOINTS}]", row[0]) if i]
        # The first item may carry words before it (先给石阜): the rest must be no ordinary words.
        tail = [i for i in items[1:] if len(i) in (2, 3) and not is_word(i) and not _NOT_PLACE.search(i)]
        first = items[0][-2:]
        if not is_word(first) and not _NOT_PLACE.search(first):
            tail.append(first)
        found |= {i + ending for i in tail if i not in stems}
    return found


def is_place(name: str) -> bool:
    """Whether what stands before 县 or 镇 may be a name."""
    return (
        len(name) >= 2
        and name[-1] not in _NOT_PLACE_LAST
        and not _NOT_PLACE.search(name)
        and not _COMMON_IN_PLACE.search(name)
    )


# --- places of a text -----------------------------------------------------------------------------


def find_places(text: str, names: Names, words: Words) -> list[Span]:
    """Every place in a text, longest first where they overlap."""
    found: dict[int, Span] = {}
    for span in (*_learned(text, names), *_with_ending(text, names, words), *_bare(text, words)):
        if span[0] not in found or span[1] > found[span[0]][1]:
            found[span[0]] = span
    spans = sorted(found.values())
    return sorted({*spans, *_neighbours(text, spans), *_rows(text)})


def _learned(text: str, names: Names) -> Iterator[Span]:
    if names.pattern:
        others = names.organisations | names.people
        yield from (m.span() for m in names.pattern.finditer(text) if m[0] not in others)


def _with_ending(text: str, names: Names, words: Words) -> Iterator[Span]:
    """Names that end in 县, 市, 区, 镇 …: of the list, else two or three characters that are no words."""
    for match in _ENDING.finditer(text):
        end = match.end()
        if text[match.start() : end + 1] in ("市场", "乡村", "乡镇", "区间", "区块", "镇村") or (
            text[end : end + 1] in _NOT_AFTER and text[end : end + 2] not in ("委员", "政府", "政协")
        ):
            continue
        start = place_before(text, end, names, words)
        if start is not None:
            yield start, end


def place_before(text: str, end: int, names: Names, words: Words) -> int | None:
    """Where the place that ends here begins, whether with 县 or without; None when there is none."""
    listed = gazetteer()
    for length in range(min(listed.longest, end), 1, -1):
        name = text[end - length : end]
        if name in names.places or name in names.stems:
            return end - length
        if name in listed.names and (length > 2 or _certain(text, end - length)):
            return end - length
    ending = re.search(r"(?:自治县|县|区|镇|乡|市|旗)$", text[max(0, end - 3) : end])
    if ending is None:
        return None
    return _unlisted(text, end - len(ending[0]), words)


def place_at_edge(text: str, end: int, words: Words) -> int | None:
    """平安县 before 人民医院, whatever else 平安 means: two characters between a certain edge and 县."""
    start = end - 3
    if start < 0 or text[end - 1] not in "县市区镇乡" or not _certain(text, start):
        return None
    name = text[start : end - 1]
    word = words.starting_at(start)
    if word is not None and word.text == name and word.tag in ("v", "vn"):
        # 配合市第一人民医院.
        return None
    return start if _han(name) and name[-1] not in _NOT_PLACE_LAST and not _NOT_PLACE.search(name) else None


def _certain(text: str, start: int) -> bool:
    """Whether a name of two characters may begin here: 萧县 after a mark, not in 我院和县医院."""
    return text[start] not in "和应代成单与及通" and (
        start == 0 or text[start - 1] in _BEFORE + "，。、；：（“”《》 \n"
    )


def _unlisted(text: str, stop: int, words: Words) -> int | None:
    """A place that no list has, by the words it consists of; `stop` is where 县 or 镇 stands."""
    word = words.ending_at(stop)
    if word is not None and 2 <= word.end - word.start <= 4 and is_place(word.text):
        if not is_word(word.text) or word.tag in ("ns", "nr", "nz"):
            return _without_preposition(text, word.start, stop)
        return None
    whole = words.around(stop)
    if whole is not None and 3 <= whole.end - whole.start <= 5 and whole.tag in ("ns", "nr"):
        name = text[whole.start : stop]
        fits = len(name) >= 2 and name[-1] not in _NOT_PLACE_LAST and not _COMMON_IN_PLACE.search(name)
        return _without_preposition(text, whole.start, stop) if fits else None
    if (
        stop >= 2
        and text[stop : stop + 1] not in "区市"
        and words.starting_at(stop - 2) is not None
        and _han(text[stop - 2 : stop])
    ):
        name = text[stop - 2 : stop]
        return stop - 2 if is_place(name) and not is_word(name) else None
    return None


def _without_preposition(text: str, start: int, stop: int) -> int:
    return start + 1 if text[start] in _BEFORE and stop - start > 2 else start


def _han(text: str) -> bool:
    return all("\u4e00" <= c <= "\u9fff" for c in text)


def _bare(text: str, words: Words) -> Iterator[Span]:
    """Places told without their ending, 昆明 and 云南: only where they are words of their own."""
    stems, cities = gazetteer().stems, gazetteer().cities
    if not heads_in(text):
        return
    for word in words.all:
        # The dictionary takes 合肥 and 康定 for nouns and persons.
        known = word.tag == "ns" or len(word.text) > 2 or word.text in provinces() or word.text in cities
        if word.text in stems and word.text not in ORDINARY_PLACES and known:
            yield word.start, word.end


ORDINARY_PLACES = frozenset(
    "安宁 平原 盐湖 三江 沿河 三河 龙山 浮山 新建 城关 东方 朝阳 和平 新华 文化 建设 桥东 桥西 河东 河西 中原 城中 城东 城西 城北 江南 江北 东区 西区 南区 "
    "五常 合作 同仁 大同 安康 开封 日照 来宾 新民 新星 明光 无为 白银 灯塔 大安 天长 子长 孝义 孝感 文昌 神木 仙桃 弥勒 阳春 高密 高平 尚志 安顺 安达 平果 平凉 开远 兴化 海安 白杨 集安 铁力 福泉 赤水 "
    "华亭 临清 武威 乐平 金华 大方".split()
)
"""Names of districts that mean something else as often."""


@cache
def _heads() -> frozenset[str]:
    listed = gazetteer()
    return frozenset(n[:2] for n in listed.names | listed.stems)


@lru_cache(maxsize=4)
def heads_in(text: str) -> tuple[int, ...]:
    """Where a listed place may begin; asked for the same text several times."""
    heads = _heads()
    return tuple(i for i, pair in enumerate(map("".join, pairwise(text))) if pair in heads)


def _neighbours(text: str, spans: list[Span]) -> Iterator[Span]:
    """What stands in a row with a place is one too: 云埠、禾渚."""
    starts, ends = {s for s, _ in spans}, {e for _, e in spans}
    for match in re.finditer(rf"(?<=[{_JOINTS}])([{HAN}]{{2}})(?=[{_JOINTS}，。；的]|两|三|四)", text):
        start, end = match.span(1)
        beside = start - 1 in ends or (text[end : end + 1] in _JOINTS and end + 1 in starts)
        if beside and start not in starts and not is_word(match[1]) and is_place(match[1]):
            yield start, end
    # 洋河镇、双沟镇: 双沟 is a word as well.
    for match in re.finditer(rf"(?<=[{_JOINTS}])([{HAN}]{{2}})[县镇乡](?=[{_JOINTS}，。；的]|两|三|四)", text):
        if match.start() - 1 in ends and match.start() not in starts and is_place(match[1]):
            yield match.start(), match.end()


def _rows(text: str) -> Iterator[Span]:
    """Places that only ever stand in a row, 云埠、禾渚的影像: no words, and named after a water, a hill or a hamlet."""
    for match in _ROW.finditer(text):
        items = [(match.start() + m.start(), match.start() + m.end()) for m in re.finditer(f"[{HAN}]+", match[0])]
        unknown = [not is_word(text[a:b]) and not _NOT_PLACE.search(text[a:b]) for a, b in items]
        if all(unknown) and any(text[b - 1] in _LAND for _, b in items):
            yield from items

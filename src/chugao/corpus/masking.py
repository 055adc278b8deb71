"""Take every fact out of a text that is to lend its wording: numbers, dates, congresses, files, names.

In: a text, and the names learned from its document.  Out: the text with 〔数〕, 〔单位〕 and so on in their places.

Surprise: Chinese puts no space before a place name, so “派驻石阜县” may hold 石阜县 or 派驻石阜县.  Names are first
learned where their left edge is certain (after a mark or a preposition) and then masked everywhere; where nothing was
learned, two characters before 县, 区 or 镇 are taken for the name.
"""

import re
from collections.abc import Iterable

from chugao.documents.structure import Document
from chugao.quantity import find_han_numbers, find_numbers

_HAN = "\u4e00-\u9fff"
_YEAR = re.compile(
    r"(?<!\d)(?:20\d\d|19\d\d|二〇[〇零一二三四五六七八九]{2})\s?(?:[—–-]\s?(?:20)?\d\d\s?)?(?:年[度代]?|(?![\d.%年万人例次]))"
)
_DATE = re.compile(
    r"(?:(?:20\d\d|二〇[〇零一二三四五六七八九]{2})年)?(?:\d{1,2}(?:[—–-]\d{1,2})?|[一二三四五六七八九十]{1,2})月(?:份|底|初|末|[上中下]旬)?"
    r"(?:(?:\d{1,2}|[一二三四五六七八九十]{1,3})[日号])?(?:[底以]?前|以后|起)?|(?<!\d)\d{1,2}[:：]\d\d(?:[—–-]\d{1,2}[:：]\d\d)?(?!\d)"
    r"|[上下]半年|第?[一二三四]季度|(?<=[午上晨到至])[一二三四五六七八九十]{1,3}点(?:半|钟)?|重阳节|春节|国庆节?|元旦|护士节|医师节"
)
_CONGRESS = re.compile(
    r"(?:党的[一二三]?十[一二三四五六七八九]?大|[一二]?十[一二三四五六七八九]大|二十大)(?:和[一二三]?十[一二三四五六七八九]?届[一二三四五六七八九十、中历次和]{1,12}全会)?(?:精神)?(?![夫学型])"
    r"|[一二三]?十[一二三四五六七八九]?届[一二三四五六七八九十、中历次和]{1,12}全会(?:精神)?|第[一二三四五六七八九十百]{1,4}(?:届|次(?=全国|党|会议|代表大会))"
)
_PERIOD = re.compile(
    r"“?十[一二三四五六七八]五”?(?=规划|期间|时期|收官|开局|末|[^" + _HAN + r"]|”)|“十[一二三四五六七八]五”"
)
_FILE = re.compile(r"《[^《》\n]{1,80}》")
_FILE_NUMBER = re.compile(r"[^\W\d和与按照据见及的]{1,8}〔20\d\d〕\d{1,4}号")
_QUOTED = re.compile(r"“[^“”\n]{1,40}”")
_DIGITS = re.compile(r"[\d０-９]+(?:[.．:：/+×][\d０-９]+)*[%％‰]?")

_HOSPITAL_TAIL = (
    r"(?:第[一二三四五六七八九十]{1,3})?(?:人民|中心|中医|中西医结合|妇幼|妇女儿童|儿童|口腔|眼科|精神卫生|肿瘤|传染病|康复|骨科|职工|附属|大学|医学院|乡|镇){0,4}"
    r"(?:医院|中医院|卫生院|保健院|卫生服务中心|卫生健康委员会|卫生健康委|卫生健康局|卫健委|卫健局|疾控中心|疾病预防控制中心|急救中心|医疗保障局|医学院)"
)
_BEFORE = "在到与和及赴向由对从于为至将把给往帮同原驻请邀"
_EDGE = rf"(?:^|(?<=[，。、；：（“”）\s{_BEFORE}]))"
_PLACE = re.compile(_EDGE + rf"((?![{_BEFORE}])[{_HAN}]{{2,4}}?)(自治县|县|区|镇|乡|市|州)(?![长委政级内域{{直])")
_SUFFIXED = re.compile(
    rf"(?<=[{_HAN}]{{2}})(?:(?:自治县|县|镇)(?![长委政级内域])|(?:区|市|乡(?!镇))(?={_HOSPITAL_TAIL}))"
)
_NOT_PLACE_LAST = frozenset(
    "断救病社院片辖地城园专山灾小校分景特治验范能发新库牧街工市郊禁误各全我县两三四五六七八九十区该本外邻困点贫乡集村户省个批学军战防管护诊住功自示试开协此某每多几以"
)
_NOT_PLACE = re.compile(r"[的了在与和及到赴向由对从于为将把给是有等中上下内外前后不也都新增全各级类名家所个项]")
_PROVINCES = "北京 上海 天津 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州 云南 陕西 甘肃 青海 台湾 内蒙古 广西 西藏 宁夏 新疆 香港 澳门".split()
_PROVINCE = re.compile(rf"(?:{'|'.join(_PROVINCES)})(?:省|市|自治区|回族自治区|壮族自治区|维吾尔自治区)?")
_AFTER_PLACE = re.compile(_HOSPITAL_TAIL)
_SHORT_HOSPITAL = re.compile(
    r"(?<!["
    + _HAN
    + r"])[省市县区](?:"
    + _HOSPITAL_TAIL
    + r")|[省市县](?:"
    + _HOSPITAL_TAIL.replace("{0,4}", "{1,4}", 1)
    + r")"
)
_NAMED_HOSPITAL = re.compile(
    rf"([{_HAN}]{{2}})((?:眼科|口腔|骨科|中西医结合|中医|肿瘤|儿童|康复|职工|医科大学|大学|附属){{0,4}}(?:医院|卫生院))"
)
_COMMON = re.compile(
    "公立|民营|试点|牵头|成员|上级|下级|协作|定点|智慧|综合|专科|社区|乡镇|县域|联网|帮扶|支援|合作|医疗|现代|研究|友善|平安|绿色|数字|文明|示范|教学|互联"
    "|附近|周边|其他|有关|相关|部分|兄弟|同级|人民|中心|中医|保健|儿童|口腔|眼科|强化|提高|以上|以下|围绕|新建|患者|推动|促进|建设|保障|深化|加强|引导"
    "|规范|优化|打造|创建|开展|实施|组织|鼓励|要求|督促|指导|落实|达到|符合|评为|荣获|入选|成为|助力|服务|改善|提升|完善|整合|推进|发展|作为|坚持|结合"
    "|聚焦|全面|努力|持续|进行|参与|参加|协调|统筹|选派|选择|联合|依托|通过|按照|对照|代表|评审|等级|创新|水平|龙头|优质|先进|一流|知名|大型|小型|远程"
    "|接诊|首诊|对口|托管|合格|目标|优秀|分子|诊断|抢救|帮助|协助|支持|会同|先行|重点|若干|我们|他们|基层|贫困|城市|建制|其余|进一|逐步|住院|现有"
)
_NOT_ORGANISATION = re.compile(
    r"[一二三四五六七八九十两]|[县市省区乡镇]级|[我本该各全到离入出住转外等家所省市县区院级类型个多名]$|[据是把由向让对给为在与和的使被将从及]"
)
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱林郭罗梁宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田姜范石姚谭廖邹熊陆郝孔崔邱秦顾侯邵孟龙段雷汤尹黎贺赖龚"
_TITLES = "副院长|院长|副主任医师|主任医师|主任护师|副主任|主任|副科长|科长|副局长|局长|副书记|书记|护士长|教授|院士|医师|医生|护士|同志|主席|省长|总理|市长|县长|区长"
_PERSON = re.compile(_EDGE + rf"([{_SURNAMES}][{_HAN}]{{0,2}}?)(?={_TITLES})")
_PERSON_AFTER = re.compile(
    rf"(?<=院长|书记|主任|科长|局长|市长|省长|总理|主席)([{_SURNAMES}][{_HAN}]{{1,2}})(?=[，。、；：）\s带到主参作出率]|$)"
)


class Names:
    """Place and organisation names learned from one document."""

    def __init__(self, places: Iterable[str] = (), organisations: Iterable[str] = ()) -> None:
        self.places = frozenset(places)
        known = sorted({*self.places, *organisations} - {""}, key=lambda n: (-len(n), n))
        self.organisations = frozenset(organisations) - {""}
        self.pattern = re.compile("|".join(map(re.escape, known))) if known else None

    @classmethod
    def learned_from(cls, document: Document) -> "Names":
        """Names whose left edge is certain somewhere in the text, and the issuer's own."""
        places = {m[1] + m[2] for m in _PLACE.finditer(document.text) if _is_place(m[1])}
        shortest = {p for p in places if not any(q != p and p.endswith(q) for q in places)}
        issuers = {document.issuer} | ({document.wrapper.issuer} if document.wrapper else set())
        return cls(shortest, issuers)


def masked(text: str, names: Names | None = None) -> str:
    """The text without facts: 〔数〕〔年〕〔日期〕〔会议〕〔时期〕〔文件〕〔单位〕〔地名〕〔人名〕 in their places.

    Quoted slogans stay, but for digits in them.  No digit is left, whatever the text.
    """
    return _spans_of(text, names).masked()


def named_spans(text: str, names: Names | None = None) -> list[tuple[int, int, str]]:
    """(start, end, kind) of every name in a text, in order: 文件, 会议, 时期, 单位, 地名, 人名."""
    return sorted(span for span in _spans_of(text, names).spans if span[2] not in ("数", "年", "日期"))


def is_province(name: str) -> bool:
    """Whether a name is a province's and nothing else, as everybody may write it."""
    return _PROVINCE.fullmatch(name) is not None


def _spans_of(text: str, names: Names | None) -> "_Spans":
    spans = _Spans(text)
    for pattern, mask in (
        (_FILE, "文件"),
        (_FILE_NUMBER, "文件"),
        (_PERIOD, "时期"),
        (_CONGRESS, "会议"),
        (_DATE, "日期"),
        (_YEAR, "年"),
    ):
        spans.add(((m.start(), m.end()) for m in pattern.finditer(text)), mask)
    _mask_names(text, names or Names(), spans)
    quoted = [m.span() for m in _QUOTED.finditer(text)]
    spans.add(((f.start, f.end) for f in find_numbers(text)), "数")
    han = ((f.start, f.end) for f in find_han_numbers(text))
    spans.add(((a, b) for a, b in han if not any(x <= a < y for x, y in quoted)), "数")
    return spans


def _mask_names(text: str, names: Names, spans: "_Spans") -> None:
    places: list[tuple[int, int]] = []
    if names.pattern:
        for match in names.pattern.finditer(text):
            if match[0] in names.organisations:
                spans.add([match.span()], "单位")
            else:
                places.append(match.span())
    places.extend(m.span() for m in _PROVINCE.finditer(text))
    places.extend(
        (m.start() - 2, m.end())
        for m in _SUFFIXED.finditer(text)
        if m.start() >= 2 and _is_place(text[m.start() - 2 : m.start()])
    )
    for start, end in places:
        tail = _AFTER_PLACE.match(text, end)
        spans.add([(start, tail.end() if tail else end)], "单位" if tail else "地名")
    spans.add((m.span() for m in _SHORT_HOSPITAL.finditer(text)), "单位")
    spans.add(
        (
            m.span()
            for m in _NAMED_HOSPITAL.finditer(text)
            if not _NOT_ORGANISATION.search(m[1]) and not _COMMON.search(m[1])
        ),
        "单位",
    )
    for pattern in (_PERSON, _PERSON_AFTER):
        spans.add((m.span(1) for m in pattern.finditer(text)), "人名")


def _is_place(name: str) -> bool:
    return (
        len(name) >= 2 and name[-1] not in _NOT_PLACE_LAST and not _NOT_PLACE.search(name) and not _COMMON.search(name)
    )


class _Spans:
    """Stretches to mask; what was claimed first stands."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.taken = bytearray(len(text))
        self.spans: list[tuple[int, int, str]] = []

    def add(self, spans: Iterable[tuple[int, int]], mask: str) -> None:
        for start, end in spans:
            if end > start and not any(self.taken[start:end]):
                self.taken[start:end] = b"\1" * (end - start)
                self.spans.append((start, end, mask))

    def masked(self) -> str:
        out, position = [], 0
        for start, end, mask in sorted(self.spans):
            out += [_DIGITS.sub("〔数〕", self.text[position:start]), f"〔{mask}〕"]
            position = end
        return "".join([*out, _DIGITS.sub("〔数〕", self.text[position:])])

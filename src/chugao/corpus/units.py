"""Names of organisations and departments.

In: a text and the places in it.  Out: spans of units (医院, 委, 局, 大学, 公司) and of departments (科, 部, 办).

A unit is read from its ending leftwards: 医院, before it what a hospital may be (第一, 人民, 附属), before that a place,
a level (市, 县) or a name of its own.  Where nothing of the kind stands (公立医院, 基层医疗机构), it is nobody's name.
"""

import re
from collections.abc import Iterator
from functools import cache

from chugao.config import shipped
from chugao.corpus.places import HAN, Names, Span, gazetteer, place_at_edge, place_before
from chugao.corpus.words import Word, Words, is_word

_OFFICES = (
    "卫生健康|卫健|卫生和计划生育|卫生计生|卫计|卫生|医疗保障|医保|财政|民政|教育|公安|人力资源和社会保障|人社|市场监督管理|市场监管|药品监督管理|药监"
    "|发展和改革|发展改革|发改|审计|统计|生态环境|环保|应急管理|退役军人事务|住房和城乡建设|住建|交通运输|农业农村|科技|科学技术|文旅|司法|信访|中医药管理|疾病预防控制|机关事务管理|乡村振兴|城市管理|气象|税务"
)
_TAIL = re.compile(
    r"中医院|医院集团|医院|卫生院|保健院|妇保院|防治院|疗养院|卫生服务中心|卫生服务站|计划生育服务中心|卫生室"
    rf"|(?:{_OFFICES})(?:委员会|委|局|厅|办公室)(?![员托])"
    r"|疾病预防控制中心|疾控中心|急救中心|中心血站|血站|卫生监督所|防治所|质控中心|人民政府|红十字会|(?<!全国)人民代表大会|纪律检查委员会"
    r"|医学会|护理学会|医院协会|学会|协会|基金会|大学|学院|学校|研究院|研究所|医学科学院|科学院"
    r"|有限责任公司|有限公司|公司|药业|医疗(?=的|公司|[，。、])|医共体(?!建|内|成|牵|改|试|各|单|总|服|医|人|绩|信)"
)
_KIND = re.compile(
    r"(?:第?[一二三四五六七八九十]{1,3}|人民|中心|中医药?|中西医结合|妇幼|妇女儿童|妇产|儿童|口腔|眼科|胸科|精神卫生|精神病|肿瘤|传染病|结核病|康复|骨科|老年病?|职工"
    r"|附属|大学|医科大学|中医药大学|医学院|学院|医学|医药|卫生|职业|技术|科技|师范|理工|工业|农业|交通|保健|计划生育|社区|乡|镇|街道|荣军|红十字会?|空军|海军|武警|总|科学院?|研究|分|新|生物|股份)$"
)
_FAMOUS = re.compile(
    r"(?:同济|协和|华西|湘雅|瑞金|仁济|华山|中山|齐鲁|西京|盛京|安贞|阜外|天坛|宣武|积水潭|友谊|同仁|鼓楼|新华|瑞慈|长海|长征|珠江|南方)$"
)
_LEVEL = re.compile(r"(?:国家|全国|中国|中华|解放军|省立|省属|市立|县立|[省市县区镇乡])$")
_NOT_BEFORE_LEVEL = frozenset(
    "全各两三四五六七八九十几每本该我多城山病区域省市县乡社郊景片园辖街偏村集小上0123456789数"
)
_COMMON = re.compile(
    "公立|民营|试点|牵头|成员|上级|下级|协作|定点|智慧|综合|专科|社区|乡镇|县域|联网|帮扶|支援|合作|医疗|现代|研究|友善|平安|绿色|数字|文明|示范|教学|互联"
    "|附近|周边|其他|有关|相关|部分|兄弟|同级|强化|提高|以上|以下|围绕|新建|患者|推动|促进|建设|保障|深化|加强|引导|规范|优化|打造|创建|开展|实施|组织"
    "|鼓励|要求|督促|指导|落实|达到|符合|评为|荣获|入选|成为|助力|服务|改善|提升|完善|整合|推进|发展|作为|坚持|结合|聚焦|全面|努力|持续|进行|参与|参加"
    "|协调|统筹|选派|选择|联合|依托|通过|按照|对照|代表|评审|等级|创新|水平|龙头|优质|先进|一流|知名|大型|小型|远程|接诊|首诊|对口|托管|合格|目标|优秀"
    "|分子|诊断|抢救|帮助|协助|支持|会同|先行|重点|若干|我们|他们|基层|贫困|城市|建制|其余|进一|逐步|住院|现有|健康|美丽|廉洁|清廉|书香|企业|集团|两家|医联|山区|农村|地区|城区|郊区|辖区|片区|院区|园区|厂区|两县|两区|三县|几县"
)
_STOP_TAGS = frozenset("p c u uj ul uz ud v vn r m q d f x t a ad k y e h s".split())
_NAMED = frozenset({"nr", "ns", "nz", "nt", "nrt", "nrfg"})

_LONGEST = 30
"""Characters before its ending that the longest name of a unit has."""

SUBJECTS = (
    "内|外|妇产?|儿|骨|眼|耳鼻咽喉(?:头颈)?|耳鼻喉|口腔|皮肤|感染性?疾?病?|传染病?|肿瘤|放疗|康复(?:医学)?|中医|针灸|推拿|理疗|急诊(?:医学)?|重症(?:医学|监护)?|麻醉(?:手术)?"
    "|心血管|心脏|心胸|胸|神经|呼吸(?:与危重症(?:医学)?)?|消化|泌尿|肾(?:脏病?)?|内分泌|血液(?:透析|净化)?|风湿(?:免疫)?|老年(?:医学|病)?|全科(?=医学)|普通(?=外)|普|肝胆|胃肠|甲状腺|乳腺|血管|整形|烧伤|创伤|脊柱|关节"
    "|手足|新生儿|产|妇|生殖|男|疼痛|介入|核医学|超声(?:医学)?|放射|影像(?:医学)?|检验(?:医学)?|病理|输血|营养|药剂|药学|心电图?|内镜|功能|体检|高压氧|精神|心理|睡眠|变态反应|烫伤|微创|卒中|胸痛|医学|诊断|危重症"
)
_CLINIC = re.compile(
    rf"(?:{SUBJECTS}){{1,4}}(?:[内外])?[一二三四五六七八九十\d]{{0,2}}(?:科|病区|病房)(?![学研技普室教系])|(?:导管|介入|内镜|超声|放射|影像|检验|病理|输血|[Bb]超|心电图|透析|血液净化|手术)室|(?<![域市县省大级])(?:胸痛|卒中|创伤|体检|内镜|透析|影像|病理|日间手术|健康管理)中心"
)
_DEPARTMENT_EDGE = re.compile(rf"[{HAN}]")
_NO_DEPARTMENT = re.compile(r"专科$|(?<!医)学科$|内科系统|外科系统|住院部|全科$|本科$|科室$|分科$")


@cache
def _departments() -> "re.Pattern[str]":
    lines = (shipped("templates") / "catalogue" / "departments.txt").read_text(encoding="utf-8").splitlines()
    names = {n for line in lines if not line.startswith("#") for n in line.split()}
    listed = "|".join(map(re.escape, sorted(names, key=lambda n: (-len(n), n))))
    return re.compile(rf"(?:{listed})(?![学室员长门署教普法得])|(?:{listed})(?=长)")


# --- organisations --------------------------------------------------------------------------------


def find_units(text: str, names: Names, words: Words) -> list[Span]:
    """Every organisation in a text that is somebody's name."""
    found: list[Span] = []
    for match in _TAIL.finditer(text):
        start = _unit_start(text, match.start(), match.end(), names, words)
        if start is not None:
            # 同济医学院附属协和医院: the longer one holds the shorter.
            while found and found[-1][1] > start:
                start = min(start, found.pop()[0])
            found.append((start, match.end()))
        elif found and found[-1][1] == match.start():
            found[-1] = found[-1][0], match.end()
    return found


def _unit_start(text: str, start: int, end: int, names: Names, words: Words) -> int | None:
    """Where the unit whose ending stands at [start, end) begins; None when it has no name."""
    known = _known(end, words)
    proper = known is not None and known < start
    at = known if known is not None and proper else start
    while at > max(0, start - _LONGEST):
        known = _known(at, words)
        if known is not None:
            at, proper = known, True
            continue
        place = place_before(text, at, names, words)
        if place is None:
            place = _bare_place(text, at, words)
        if place is None:
            place = place_at_edge(text, at)
        if place is not None:
            at, proper = place, True
            continue
        famous = _FAMOUS.search(text[max(0, at - 3) : at])
        if famous is not None:
            at, proper = at - len(famous[0]), True
            continue
        kind = _KIND.search(text[max(0, at - 6) : at])
        if kind is not None and not _ordinary_kind(text, at - len(kind[0]), at):
            at -= len(kind[0])
            continue
        level = _LEVEL.search(text[max(0, at - 3) : at])
        if level is not None and _is_level(text, at - len(level[0]), at, start, end):
            at, proper = at - len(level[0]), True
            continue
        word = None if proper else _own_name(text, at, words)
        if word is not None:
            at, proper = word, True
            continue
        break
    if at == start and not proper:
        return None
    return at if proper or _numbered(text[at:end]) else None


def _known(end: int, words: Words) -> int | None:
    """Where an institution that everybody knows begins: 北京协和医院."""
    word = words.ending_at(end)
    named = word is not None and word.tag == "nt" and word.end - word.start > 3 and not _COMMON.search(word.text)
    return word.start if word is not None and named else None


def _bare_place(text: str, at: int, words: Words) -> int | None:
    """云南 in 云南大学: a place told without its ending."""
    word = words.ending_at(at)
    if word is not None and word.text in gazetteer().stems and not _COMMON.search(word.text):
        return word.start
    return None


def _ordinary_kind(text: str, start: int, end: int) -> bool:
    """乡镇卫生院, 社区医院: kinds of unit, not of one."""
    return text[start:end] in ("乡", "镇") and text[max(0, start - 1) : start] in ("乡", "镇", "")


def _is_level(text: str, start: int, at: int, tail_start: int, end: int) -> bool:
    if at - start > 1:
        return text[tail_start:end] not in ("大学", "公司")
    before = text[start - 1 : start]
    if before in _NOT_BEFORE_LEVEL and before:
        return False
    # 省医院 is a unit, “三个县医院” are not; a bare 区医院 or 镇医院 only after a mark.
    return at != tail_start or text[start] in "省市县" or not before or not _DEPARTMENT_EDGE.match(before)


def _own_name(text: str, at: int, words: Words) -> int | None:
    """Where a proper name of two to four characters begins that ends here; None when ordinary words stand there."""
    word = words.ending_at(at)
    if word is None or not _DEPARTMENT_EDGE.match(word.text):
        return _unknown_characters(text, at, words)
    size = word.end - word.start
    if size == 1:
        return _unknown_characters(text, at, words)
    start = word.start + (word.text[0] in "在到与和及赴向由对从为将把给往请被是")
    if at - start < 2 or size > 4 or _COMMON.search(word.text) or word.text[-1] in "级类型个家所名县市区镇乡":
        return None
    known = is_word(word.text)
    if (not known and word.tag not in _STOP_TAGS) or word.tag in _NAMED:
        return start
    return None


def _unknown_characters(text: str, at: int, words: Words) -> int | None:
    """Two single characters in a row that make no word: 郭利 in 郭利眼科医院."""
    second = words.ending_at(at)
    first = words.ending_at(at - 1) if second is not None and second.end - second.start == 1 else None
    if first is None or second is None or first.end - first.start != 1:
        return None
    if first.tag in _STOP_TAGS - {"x", "v", "a"} or second.tag in _STOP_TAGS - {"x", "v", "a"}:
        return None
    pair = text[at - 2 : at]
    return (
        at - 2
        if re.fullmatch(f"[{HAN}]{{2}}", pair)
        and not is_word(pair)
        and not re.search(r"[的了在到是有与和及我本该各全]", pair)
        else None
    )


def _numbered(name: str) -> bool:
    """第二人民医院 without a place is still one certain unit."""
    return name.startswith("第") and "人民" in name


# --- departments ----------------------------------------------------------------------------------


def find_departments(text: str) -> Iterator[Span]:
    """Every department in a text, clinical or of the administration; 科室 and 专科 are nobody's."""
    for match in _departments().finditer(text):
        yield match.span()
    for match in _CLINIC.finditer(text):
        if not _NO_DEPARTMENT.search(match[0]):
            yield match.span()


def names_department(word: Word) -> bool:
    """Whether a word is a department, whatever the dictionary takes it for."""
    return word.text.endswith(("科", "部", "室", "办", "处"))

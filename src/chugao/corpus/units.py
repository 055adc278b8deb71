"""Names of organisations and departments.

In: a text and the places in it.  Out: spans of units (医院, 委, 局, 大学, 公司) and of departments (科, 部, 办).

A unit is read from its ending leftwards: 医院, before it what a hospital may be (第一, 人民, 附属), before that a place,
a level (市, 县) or a name of its own.  Where nothing of the kind stands (公立医院, 基层医疗机构), it is nobody's name.
"""

import re
from collections.abc import Iterator
from functools import cache

from chugao.corpus.places import HAN, Names, Span, gazetteer, place_at_edge, place_before
from chugao.corpus.words import Words, is_word
from chugao.shipped import shipped

_ORGAN = re.compile(
    rf"(?:^|(?<=[，。、；：（“\s在到与和及由请对为向被把给]))[省市县区州盟旗镇乡](?:委(?![员托派书属])|政府)?"
    rf"[{HAN}]{{2,9}}?(?:局|委|厅|(?<!部)署|办|检察院|法院|总会|支队|大队|党校|组织部|宣传部|统战部|人武部)(?![{HAN}]?[长员]|[法事理公好成到起到个了])"
    r"|[省市县区州盟旗]委第?[一二三四五六七八九十]{0,3}巡[察视]组|[省市县区州盟旗]人武部|[省市县区州盟旗]委(?:组织部|宣传部|统战部|政法委|办公室|编办|党校|社会工作部|网信办|政研室|巡察办)"
)
"""省爱卫办, 县委编办, 市大数据局: an organ of a level, whatever it is for."""
_OFFICES = (
    "卫生健康|卫健体|卫体|卫健|卫生和计划生育|卫生计生|卫计|卫生|医疗保障|医保|财政|民政|教育|公安|人力资源和社会保障|人社|市场监督管理|市场监管|药品监督管理|药监"
    "|发展和改革|发展改革|发改|审计|统计|生态环境|环保|应急管理|退役军人事务|住房和城乡建设|住建|交通运输|农业农村|科技|科学技术|文旅|司法|信访|中医药管理|疾病预防控制|疾控|机关事务管理|乡村振兴|城市管理|气象|税务|体育|水利|商务|林业|工业和信息化|工信|民族宗教|档案|国资|金融|广电|文化和旅游|园林|城管|自然资源|国土|规划|邮政|消防|网信|外事|粮食|海洋|供销|知识产权|大数据|数据|政务服务|行政审批|营商环境"
)
_TAIL = re.compile(
    r"[中蒙藏维壮苗傣彝]医院|检察院|法院|慈善总会|分院|医院集团|医院|卫生院|保健院|保健所|妇保院|防治院|疗养院|卫生服务中心|卫生服务站|计划生育服务中心|卫生室"
    rf"|(?:{_OFFICES})(?:和(?:{_OFFICES}))?(?:委员会|委|局|厅|办公室)(?![员托])"
    r"|医疗中心|医学中心(?!医院)|疾病预防控制中心|疾控中心|急救中心|中心血站|血站|卫生监督所|防治所|质控中心|人民政府|红十字会|(?<!全国)人民代表大会|纪律检查委员会|总工会|妇女联合会|残疾人联合会|妇联|残联|工商联|科协|团[省市县区镇乡州]?委(?![员书托派])|红会|文明办|编办|(?<!全国|人民)政协|(?<!全国)人大(?!代表)|纪委(?:监委)?(?!书记|委员|办)|监委|公安局|派出所"
    r"|医学会|护理学会|医院协会|学会|协会|基金会|大学|学院|学校|研究院|研究所|医学科学院|科学院"
    r"|有限责任公司|有限公司|公司|集团(?!军|化|公司)|控股|药业|制药|生物(?=[的，。、和与送来])|基因(?=[的，。、和与送来])|(?<!中央|商业)银行|(?<!合作)医疗(?=的|公司|[，。、])|医共体(?!建|内|成|牵|改|试|各|单|总|服|医|人|绩|信)"
)
_KIND = re.compile(
    r"(?:第?[一二三四五六七八九十〇百]{1,3}|人民|中心|中医药?|中西医结合|妇幼|妇女儿童|妇女|妇产|儿童|口腔|眼科|胸科|精神卫生|精神病|肿瘤|传染病|结核病|康复|骨科|老年病?|职工"
    r"|附属|大学|医科大学|中医药大学|医学院|学院|医学|医药|卫生|职业|技术|科技|师范|理工|工业|农业|交通|保健|计划生育|社区|乡|镇|街道|医师|药师|护理|预防医学|残疾人|荣军|红十字会?|空军|海军|陆军|火箭军|武警|军医|军医大学|生产建设兵团|兵团|[师团]|农场|林场|纪念|友好|正骨|骨伤|蒙医|藏医|维吾尔医|维医|壮医|苗医|傣医|民族|眼视光|整形|美容|康宁|职业病|皮肤病|地方病|血吸虫病|心血管病?|心脑血管病?|心脏病?|脑科|脑病|肝胆|肛肠|生殖|护理|妇婴|母婴"
    r"|优抚|公安|铁路|矿务局|矿务|供电|供水|自来水|燃气|热力|公交|矿业|矿山|煤矿|油田|石油|钢铁|电力|邮电|纺织|农垦|航天|航空|核工业|机场|港口|总|科学院?|研究|分|新|生物|股份)$"
)
_FAMOUS = re.compile(
    r"(?:同济|协和|华西|湘雅|瑞金|仁济|华山|中山|齐鲁|西京|盛京|安贞|阜外|天坛|宣武|积水潭|友谊|同仁|鼓楼|新华|瑞慈|长海|长征|珠江|南方"
    "|[鞍武宝首包马攀太本酒]钢|开滦|国药|华润|上药|九州通|联影|东软|卫宁|慧康|迈瑞|万孚|华大|金域|迪安|爱尔|美年|恒瑞|扬子江|石药)$"
)
_COMPANY = re.compile(
    "中国(?:移动|联通|电信|铁塔|人寿|人保|平安|太平|邮政(?!储)|银联)|国家电网|南方电网|(?:平安|人保|太平洋|泰康|新华|阳光|国寿)(?:保险|人寿|财险|养老)"
)
_PARTY = re.compile(
    rf"(?:共青团|中共|中国共产党)[{HAN}]{{1,12}}?[省市县区镇乡州旗院校]委(?:员会)?(?:(?:组织|宣传|统战)部)?(?![书员托派])"
)
_LEVEL = re.compile(r"(?:国家|全国|中国|中华|解放军|自治区|自治州|省立|省属|市立|县立|[省市县区镇乡州盟旗])$")
_NOT_BEFORE_LEVEL = frozenset(
    "全各两三四五六七八九十几每本该我多城山病区域省市县乡社郊景片园辖街偏村集小上0123456789数"
)
_COMMON = re.compile(
    "公立|民营|试点|牵头|成员|上级|下级|协作|定点|智慧|综合|专科|社区|乡镇|县域|联网|帮扶|支援|合作|医疗|现代|研究|友善|平安|绿色|数字|文明|示范|教学|互联"
    "|附近|周边|其他|有关|相关|部分|兄弟|同级|强化|提高|以上|以下|围绕|新建|患者|推动|促进|建设|保障|深化|加强|引导|规范|优化|打造|创建|开展|实施|组织"
    "|鼓励|要求|督促|指导|落实|达到|符合|评为|荣获|入选|成为|助力|服务|改善|提升|完善|整合|推进|发展|作为|坚持|结合|聚焦|全面|努力|持续|进行|参与|参加"
    "|协调|统筹|选派|选择|联合|依托|通过|按照|对照|代表|评审|等级|创新|水平|龙头|优质|先进|一流|知名|大型|小型|远程|接诊|首诊|对口|托管|合格|目标|优秀"
    "|职工|分院|重组|紧密|松散|药品|生物样本|商业|养老|工伤|生育|失业|大病|长期|社会|分子|诊断|抢救|帮助|协助|支持|会同|先行|重点|若干|我们|他们|基层|贫困|城市|建制|其余|进一|逐步|住院|现有|健康|美丽|廉洁|清廉|书香|企业|集团|两家|医联|山区|农村|地区|城区|郊区|辖区|片区|院区|园区|厂区|两县|两区|三县|几县"
)
_STOP_TAGS = frozenset("p c u uj ul uz ud v vn r m q d f x t a ad k y e h s".split())
_NAMED = frozenset({"nr", "ns", "nz", "nt", "nrt", "nrfg"})

_LONGEST = 30
"""Characters before its ending that the longest name of a unit has."""

SUBJECTS = (
    "内|外|心|神|儿童保健|妇女保健|围产|妇产?|儿|骨|眼|耳鼻咽喉(?:头颈)?|耳鼻喉|口腔|皮肤|感染性?疾?病?|传染病?|肿瘤|放疗|康复(?:医学)?|中医|针灸|推拿|理疗|急诊(?:医学)?|重症(?:医学|监护)?|麻醉(?:手术)?"
    "|心血管|心脏|心胸|胸|神经|呼吸(?:与危重症(?:医学)?)?|消化|泌尿|肾(?:脏病?)?|内分泌|血液(?:透析|净化)?|风湿(?:免疫)?|老年(?:医学|病)?|全科(?=医学)|普通(?=外)|普|肝胆|胃肠|甲状腺|乳腺|血管|整形|烧伤|创伤|脊柱|关节"
    "|手足|新生儿|产|妇|生殖|男|疼痛|介入|核医学|超声(?:医学)?|放射|影像(?:医学)?|检验(?:医学)?|病理|输血|营养|药剂|药学|心电图?|内镜|功能|体检|高压氧|精神|心理|睡眠|变态反应|烫伤|微创|卒中|胸痛|医学|诊断|危重症"
)
_CLINIC = re.compile(
    rf"(?:{SUBJECTS}){{1,4}}(?:[内外])?[一二三四五六七八九十\d]{{0,2}}(?:科(?:[一二三四五六七八九十\d]{{1,2}}(?:病区|病房))?|病区|病房)(?![学研技普室教系])|(?:导管|介入|内镜|超声|放射|影像|检验|病理|输血|[Bb]超|心电图|透析|血液净化|手术|遗传实验)室|(?<![域市县省大级])(?:胸痛|卒中|创伤|体检|内镜|透析|病理|日间手术|健康管理|睡眠医学|产前诊断|消毒供应|生殖医学|静配|静脉用药调配|(?<!域)影像)中心"
)
_DEPARTMENT_EDGE = re.compile(rf"[{HAN}]")
_OFFICE = re.compile(
    rf"(?:^|(?<=[，。、；：（“\s在到与和及由请对为])|(?<=会同))(?:(?!办公室|会同|[，在到与和及由请])[{HAN}]){{2,9}}办公室"
)
_NO_OFFICE = re.compile(
    r"设立|成立|组建|领导小组|专班|各|其|该|院长|书记|主任|科长|医生|护士|搬|装修|两|三|四|间|医师|[的了有进出去回]"
)
_NO_DEPARTMENT = re.compile(r"专科$|(?<!医)学科$|内科系统|外科系统|住院部|全科$|本科$|科室$|分科$")


@cache
def _departments() -> tuple[dict[str, frozenset[str]], int]:
    """(listed names by their last character, characters of the longest)."""
    lines = (shipped("templates") / "catalogue" / "departments.txt").read_text(encoding="utf-8").splitlines()
    names = {n for line in lines if not line.startswith("#") for n in line.split()}
    by_last = {last: frozenset(n for n in names if n[-1] == last) for last in {n[-1] for n in names}}
    return by_last, max(map(len, names))


_NOT_AFTER_DEPARTMENT = frozenset("学室员长门署教普法得")


def _listed_departments(text: str) -> Iterator[Span]:
    """Names of the list, the longest that ends at each place; 医务科长 holds 医务科, 医务科室 does not."""
    by_last, longest = _departments()
    for end, last in enumerate(text, 1):
        if last not in by_last or (text[end : end + 1] in _NOT_AFTER_DEPARTMENT and text[end : end + 1] != "长"):
            continue
        for start in range(max(0, end - longest), end - 1):
            if text[start:end] in by_last[last]:
                yield start, end
                break


# --- organisations --------------------------------------------------------------------------------


def find_units(text: str, names: Names, words: Words) -> list[Span]:
    """Every organisation in a text that is somebody's name."""
    found: list[Span] = []
    for match in _TAIL.finditer(text):
        joined = {end: begin for begin, end in found[-1:]}
        start = _unit_start(text, match.start(), match.end(), names, words, joined)
        if start is not None:
            # 同济医学院附属协和医院: the longer one holds the shorter.
            while found and found[-1][1] > start:
                start = min(start, found.pop()[0])
            found.append((start, match.end()))
        elif found and found[-1][1] == match.start():
            found[-1] = found[-1][0], match.end()
    taken = {i for start, end in found for i in range(start, end)}
    others = [m.span() for m in _COMPANY.finditer(text)]
    others += [m.span() for m in _PARTY.finditer(text) if not _COMMON.search(m[0])]
    others += [m.span() for m in _ORGAN.finditer(text) if _is_organ(text, m.start(), m.end(), words)]
    return sorted([*found, *(o for o in others if taken.isdisjoint(range(*o)))])


def _is_organ(text: str, start: int, end: int, words: Words) -> bool:
    """Whether 市 stands by itself and nothing is done before 局: not 市场格局, not 县里组织的专班办."""
    inner = words.between(start, end)
    if not inner or inner[0].end - start > 3 or (inner[0].end > start + 1 and text[start + 1] not in "委政"):
        return False
    return words.ending_at(end) is not None and not any(w.tag in _NOT_IN_ORGAN for w in inner[:-1])


def _unit_start(text: str, start: int, end: int, names: Names, words: Words, joined: dict[int, int]) -> int | None:
    """Where the unit whose ending stands at [start, end) begins; None when it has no name.

    `joined` holds the unit before, which may be its first half: 解放军总医院|第一医学中心.
    """
    if text.startswith("团", start):
        return start
    known = _known(end, words)
    proper = known is not None and known < start
    at = known if known is not None and proper else start
    while at > max(0, start - _LONGEST):
        if at in joined and at < start:
            return joined[at]
        known = _known(at, words)
        if known is not None:
            at, proper = known, True
            continue
        place = place_before(text, at, names, words)
        if place is None:
            place = _bare_place(text, at, words)
        if place is None:
            place = place_at_edge(text, at, words)
        if place is None:
            place = _street(text, at)
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
    if not proper:
        named = _after_place(text, at, names, words)
        at, proper = (at, False) if named is None else (named, True)
    if at == start and not proper:
        return None
    return at if proper or _numbered(text[at:end]) else None


def _known(end: int, words: Words) -> int | None:
    """Where an institution that everybody knows begins: 北京协和医院."""
    word = words.ending_at(end)
    named = word is not None and word.tag == "nt" and word.end - word.start > 3
    if named and word is not None and not word.text.endswith("兵团"):
        named = not _COMMON.search(word.text)
    return word.start if word is not None and named else None


_NOT_IN_ORGAN = frozenset("p u uj ul uz ud d r m q x y f a".split())
_THING = frozenset("n nz nr nrt nrfg ns nt j b ng zg g".split())


def _after_place(text: str, at: int, names: Names, words: Words) -> int | None:
    """安溪县|湖头|中心卫生院: where a place begins that stands before the two to six characters of its own."""
    for gap in range(2, 7):
        stop = at - gap
        if stop < 2 or not _DEPARTMENT_EDGE.match(text[stop]) or _COMMON.search(text[stop:at]):
            return None
        place = place_before(text, stop, names, words)
        if place is None:
            place = _bare_place(text, stop, words)
        between = words.between(stop, at)
        if place is not None and between and between[0].start == stop and all(w.tag in _THING for w in between):
            return place
    return None


_STREET = re.compile(rf"(?:^|(?<=[，。、；：（“”\s在到与和及由请对为]))[{HAN}]{{2,5}}街道$")


def _street(text: str, at: int) -> int | None:
    """乌镇街道: what stands between a certain edge and 街道 is its name."""
    begin = max(0, at - 8)
    match = _STREET.search(text[begin:at])
    return None if match is None or match[0] in ("各街道", "所在街道") else begin + match.start()


def _bare_place(text: str, at: int, words: Words) -> int | None:
    """云南 in 云南大学: a place told without its ending."""
    word = words.ending_at(at)
    if word is not None and word.text in gazetteer().stems and not _COMMON.search(word.text):
        return word.start
    # 大庆|油田, one word of the dictionary.
    if words.around(at) is not None:
        for start in (at - 2, at - 3):
            if start >= 0 and text[start:at] in gazetteer().stems and words.starting_at(start) is not None:
                return start
    return None


def _ordinary_kind(text: str, start: int, end: int) -> bool:
    """乡镇卫生院, 社区医院: kinds of unit, not of one."""
    return text[start:end] in ("乡", "镇") and text[max(0, start - 1) : start] in ("乡", "镇", "")


def _is_level(text: str, start: int, at: int, tail_start: int, end: int) -> bool:
    if at - start > 1:
        return text[tail_start:end] not in ("大学", "公司", "医学中心", "医疗中心", "集团", "银行", "保险")
    before = text[start - 1 : start]
    if before in _NOT_BEFORE_LEVEL and before:
        return False
    # 省医院 is a unit, “三个县医院” are not; a bare 区医院 or 镇医院 only after a mark.
    organ = text[tail_start:end].endswith(("局", "委", "委员会", "厅"))
    return at != tail_start or text[start] in "省市县" or organ or not before or not _DEPARTMENT_EDGE.match(before)


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
    yield from _listed_departments(text)
    for match in _OFFICE.finditer(text):
        if not _NO_OFFICE.search(match[0]):
            yield match.span()
    for match in _CLINIC.finditer(text):
        if not _NO_DEPARTMENT.search(match[0]):
            yield match.span()

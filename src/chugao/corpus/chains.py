"""Names that go on from a larger one: 泗县|墩集镇|卫生院, 金寨县|斑竹园镇|漆店村, 池州市|公安局|贵池分局.

In: a text.  Out: spans of units and of places.

A division that the list has is a certain beginning, a bank or a limited company a certain ending; what stands between
the two, or between one of them and a mark, belongs to the name as long as no word does anything there.  Surprise: the
dictionary takes half of what is in such names for verbs (移动, 保健, 执法), so that those are listed.
"""

import re
from collections.abc import Iterator

from chugao.corpus.places import HAN, ORDINARY_PLACES, Span, gazetteer, heads_in
from chugao.corpus.words import Word, Words, is_word

_DONE_IN_NAMES = frozenset(
    "控股 综合 保健 防治 预防 控制 康复 护理 监督 检验 检测 检查 执法 救援 急救 服务 管理 保障 监管 发展 改革 投资 建设 建筑 设计 移动 联合 运输 贸易 咨询 评估 采购 交易 招标 评审 认证 鉴定 考核 考试 "
    "培训 教育 实验 附属 直属 合作 互助 养老 生育 计划 改造 供电 供水 物流 配送 包装 印刷 装饰 维修 开发 治疗 救助 福利 创业 就业 登记 审计 审批 统计 调查 组织 宣传 武装 经营 通信 通讯 出版 广播 "
    "消防 交通 保险 信托 租赁 担保 置业 制造 制药 加工 研究 检疫 捐献 移植 托育 托老 日照 协和 同济 求是 创新 体检 安装 安保 保安 保洁 保全 净化 消毒 灭菌 透析 诊断 指导 技术 职业 应急 融媒体 合成 "
    "动力 电子 启明 先锋 开元 启航 新生 复兴 光明 中兴 长征 解放 胜利 跃进 团结 和平 建国 迎宾 迎春 向阳 朝阳 望江 望湖 临江 滨湖 环城 沿江 靠山 过江 穿心 过路".split()
)
_DONE = frozenset("v d c p r ad vd t y e uj ul uz ud uv ug x m".split())
_PARTS = frozenset(
    "的了在到与和及对由向从为将把被给让使是等各该本我共已也都就还并其去赴派请至按之或但而用不无非每某以、，"
)
ORDINARY = re.compile(
    "国家|首家|首个|首批|首所|公立|民营|级|以上|以下|县域|基层|医联体|医共体|成员|试点|定点|协作|下级|兄弟|辖区|所有|部分|其他|相关|有关|全体|全市|全县|全区|全省|牵头|紧密|龙头|两家|多家|受援|结对|群众|患者|居民|学生|职工|干部|领导|专家|医师|护士|主任|[院所局站科校]长|书记"
)
TAIL = re.compile(
    "医院|卫生院|卫生所|保健所|防保所|防疫站|卫生室|卫生服务中心|卫生服务站|保健院|妇保院|防治院|疗养院|护理院|(?<![为副家以])中心(?!小学|校|学校|血站|卫生院|医院|幼儿园|城|作业|地带)|血站|急救站|[总分]?局(?![部面长限势])|委员会|卫健委|医保局|发改委"
    "|(?:党|县|市|区|省|州|乡|镇)?委(?:组织部|宣传部|统战部|政法委|办公室|编办|党校|网信办)|[县市区省州旗]委(?![员托书])|团[县市区省州]?委|厅(?![级长堂房])|办公室|办事处|人民政府|(?<!人民)政府|党校|大学|学院|[医师高护]专(?![家业科门项])|学校|(?<![高中])[中小]学(?![生习位杂校年段])|幼儿园|高中(?!学)|职高"
    "|(?:股份|集团|控股)?(?:有限)?(?:责任)?公司|银行|分行|支行|信用社|合作社|集团|法院|检察院|派出所|[支总大]队(?![长员])|[消救]\\w{0,4}站|总站|监督所|研究所|防治所|检验所|检测所|司法所|卫生计生所|律师事务所|会计师事务所|事务所|协会|学会|基金会|红十字会|总工会|妇联|工商联|残联|科协"
    "|报社|日报社?|电视台|[居村]委会|居民委员会|敬老院|福利院|养老院|博物馆|图书馆|文化馆|体育馆|[药电水]厂|机场|火车站|高铁站|交警队|部队|监狱|看守所|戒毒所|疾控|卫健局"
)
_MORE = re.compile(
    rf"(?:附属|第[一二三四五六七八九十]|[{HAN}]{{2,4}}(?=分[局公院行]|支[行队]|大队)|[{HAN}]{{0,3}}(?=委宣传部|委组织部))?"
)
_WALK = re.compile(
    rf"[{HAN}]{{1,5}}?(?:自治县|县|街道办事处|街道|镇镇|镇(?![痛静定压])|乡(?!村|镇)|苏木|社区(?!卫生|医院|居民|矫正|志愿|工作|治理)|开发区|新区|工业园区?|园区|村(?![民级里支镇乡])|林场|农场"
    "|区(?![域级间别内外])|市(?![场民级里内外域直]))"
)
_FIRM = re.compile(
    "股份有限公司|有限责任公司|(?:集团|控股)有限公司|有限公司|律师事务所|会计师事务所|(?:实验)?小学(?!生)|(?:附属|实验|高级|初级)?中学(?!生)|幼儿园|敬老院|福利院|商业银行|农商银?行|信用联社"
)
_AGAIN = re.compile(rf"[{HAN}]{{0,5}}(?:分公司|支公司|分行|支行|营业部|分院|分校|分所)")
_BELOW = re.compile(
    "街道(?!社区)|镇(?![痛静定压])|乡(?!村|镇|亲|土|音|情)|社区(?!卫生|医院|居民|矫正|志愿|工作|治理|医生|护士|团队|老|义|慢|康|家|获|首|门)|村(?=[，。、；：（）“”《》\\s的和与及等村在到]|卫生|义诊|开展|巡诊|群众|党支|驻|$)|苏木"
)
NO_PLACE = re.compile(
    "农|乡村|各|全|本|该|每|一|两|三个|四个|五个|六个|七个|八个|九个|十|数|几|多|近|所|帮扶|结对|联系|示范|脱贫|贫困|行政|自然|城中|驻|进|入|包|老年|辖区|城市|城乡|智慧|美丽|绿色|文明|健康|平安|周边|附近|偏远|我|基层|重点|试点|成员|中心|居民"
    "|医养|无|搬迁|安置|经济|工业|高新|产业|[0-9]|\\d|余个|个|国家|大家|家家|走|下|到|名|在|的|了|和|与|及|或|对|由|向|从|为|将|把|被|给|让|使|是|等|山区|牧区|边远|沿线|沿海|开展|推|建|乡镇|村镇|城镇|重|首|集|古镇|小镇|特色|以上|以下|商务|零碳|互嵌|完整|空心|故乡|发展|宜居|垃圾|赋能|兴万|第|四季|未来|和谐|主任|区$|小$|嵌入|老旧|无障|儿童友|五星|达标"
)
_EDGES = frozenset("，。、；：（）“”《》！？ \n—-·,;:()")
LEADS = frozenset(
    "在 到 与 和 及 对 由 向 从 为 将 把 给 赴 派驻 下沉 下派 派往 走进 前往 深入 慰问 走访 来自 覆盖 支援 进驻 驻守 坚守 驻点 驻 联系 帮扶 对口 援助 随 让 使 被 经 请 邀请 委托 聘请 引进 引入 采购 选派 派 同 会同 联合 协同 配合 组织 "
    "采用 使用 依托 借助 约谈 调研 考察 参观 服务 支持 购买 接受 隶属 拨付 支付 中标 至 于 的 了 往 惠及 辐射 托管 签约 对接 协助 涉及 抵达 途经 选择 指导 督导 以及 或 向着 自 是 有 等 称 即 如 途 惠 去 来 我院".split()
)


def chained(text: str, words: Words) -> tuple[list[Span], list[Span]]:
    """(units, places) of a text that go on from a larger name or end in a certain way."""
    units: list[Span] = []
    places: list[Span] = []
    last = 0
    for start, end, listed in _anchors(text, words):
        if start < last:
            continue
        below = _below(text, end, words)
        unit = _unit_end(text, below, words)
        if unit is None and below > end:
            unit = _unit_end(text, end, words)
        if unit is not None:
            start = _widened(text, start)
            units.append((start, unit))
            last = unit
        elif listed and (below > end or words.ending_at(end) is not None):
            places.append((start, below))
            last = below
    units += _regional(text, words)
    units += [*_firms(text, words), *_national(text, words)]
    taken = [*units, *places]
    places += _beside(text, taken)
    covered = {i for start, end in taken for i in range(start, end)}
    places += [s for s in _villages(text, words, taken) if covered.isdisjoint(range(*s))]
    return sorted(units), sorted(places)


def _beside(text: str, taken: list[Span]) -> Iterator[Span]:
    """旌德 in 泾县、旌德、绩溪: a division without its ending in a row with a place."""
    ends, starts = {e for _, e in taken}, {s for s, _ in taken}
    for match in re.finditer(rf"(?<=[、和与及])[{HAN}]{{2,3}}(?=[、和与及，。的两三四五])", text):
        if match[0] in gazetteer().stems and (match.start() - 1 in ends or match.end() + 1 in starts):
            ends.add(match.end())
            yield match.span()


# --- from a division on ---------------------------------------------------------------------------


def _anchors(text: str, words: Words) -> Iterator[tuple[int, int, bool]]:
    """(start, end, whether its ending is there) of every division of the list, and of what ends like one at an edge."""
    listed = gazetteer()
    after = 0
    for at in heads_in(text):
        if at < after:
            continue
        for length in range(min(listed.longest, len(text) - at), 1, -1):
            name = text[at : at + length]
            if name in listed.names and (length > 2 or _short_stands(text, at, words)):
                after = at + length
                yield at, after, True
                break
            if name in listed.stems and _stem_stands(name, at, words):
                after = at + length
                yield at, after, False
                break


def _short_stands(text: str, at: int, words: Words) -> bool:
    """寿县 is a division, 和县 in 城市和县城 is none."""
    word = words.starting_at(at)
    if text[at : at + 2] in ORDINARY_PLACES:
        return False
    if at == 0 or text[at - 1] in "，。；：（“\n":
        return True
    return text[at] not in "和应代成单与及通" and (word is not None and word.end >= at + 2)


def _stem_stands(name: str, at: int, words: Words) -> bool:
    """Whether a division told without its ending is a word of its own here: 安徽, not 会同."""
    word = words.starting_at(at)
    if word is None or word.end != at + len(name) or name in ORDINARY_PLACES:
        return False
    return word.tag.startswith("n") and (word.tag == "ns" or name in gazetteer().cities or not is_word(name))


def _widened(text: str, start: int) -> int:
    """中共|凤阳县委: what stands before the division and belongs to it."""
    if text[max(0, start - 3) : start] == "共青团":
        return start - 3
    return start - 2 if text[max(0, start - 2) : start] in ("中共", "国网", "国药") else start


_TOWN = re.compile(rf"[{HAN}]{{1,5}}?(?:镇|乡|街道|苏木)(?=(?:中心)?卫生院|社区卫生服务|人民政府|派出所|卫生所)")
_NO_TOWN = re.compile("乡镇|镇街|[各全的等与及个所县市区、辖]|[两几多]家")


_DEEPEST = 6


def _below(text: str, at: int, words: Words) -> int:
    """How far divisions go on below one: 镇, 村, 社区."""
    if (certain := _TOWN.match(text, at)) is not None and not _NO_TOWN.search(certain[0]):
        at = certain.end()
    for _ in range(_DEEPEST):
        match = _WALK.match(text, at)
        if match is None:
            break
        own = text[at : match.end() - 1]
        named = len(own) == 2 and (word := words.starting_at(at)) is not None and word.tag in ("vn", "m")
        named = named and not re.search("[个所家名余多几两]", own)
        if not (named or _quiet(own, at, match.end(), words)) or ORDINARY.search(own) or _NO_DIVISION.search(own):
            return at
        at = match.end()
    return at


_NO_DIVISION = re.compile("乡|全|各|^[城都集山牧林郊片辖景园院病灾地]$|城$")


def _unit_end(text: str, at: int, words: Words) -> int | None:
    """Where the unit ends that begins with the division that ends here."""
    end: int | None = None
    numbered = re.compile(r"\d{2,4}(?=医院)").match(text, at)
    if numbered is not None:
        return numbered.end() + 2
    township = _TOWNSHIP.match(text, at)
    if township is not None and not ORDINARY.search(township[1]) and text[at - 1] in "县区市旗":
        return township.end()
    for match in TAIL.finditer(text, at, at + 26):
        if not _between(text, at, match.start(), words):
            break
        if (
            match.start() == at
            and match[0] in ("中心", "学院", "公司", "集团", "政府", "小学", "中学", "大学")
            and end is None
        ):
            end = match.end() if match[0] in ("政府", "大学", "学院") else None
        else:
            end = match.end()
        if end is not None:
            break
    while end is not None and (further := _further(text, end, words)) is not None:
        end = further
    return end


def _further(text: str, at: int, words: Words) -> int | None:
    """Where a unit goes on after its first ending: 大学|附属中山医院, 公安局|贵池分局."""
    if (match := _AGAIN.match(text, at)) is not None and _between(text, at, match.end(), words):
        return match.end()
    for match in TAIL.finditer(text, at, at + 14):
        inner = text[at : match.start()]
        if not _between(text, at, match.start(), words):
            return None
        if not inner and match[0] in ("中心", "办公室"):
            return None
        joined = (
            inner.startswith(("附属", "第", "直属", "实验", "附设"))
            or not inner
            or match[0] in ("分局", "支队", "大队", "派出所", "分行", "支行", "司法所")
        )
        return match.end() if joined and len(inner) <= 8 else None
    return None


_TOWNSHIP = re.compile(rf"((?![各全乡和与及等的所镇辖])[{HAN}]{{2,3}})(?:中心卫生院|卫生院|社区卫生服务中心)")
_BUILDS = re.compile(
    "建设(?!工程|局|银行|兵团|集团|投资|委)|发展(?!和|改革|集团|投资|研究|银行)|服务(?!中心|局|集团|保障)|创新(?!中心|研究|创业)"
)


def _between(text: str, start: int, stop: int, words: Words) -> bool:
    inner = text[start:stop]
    return (
        len(inner) <= 18
        and not _BUILDS.match(inner)
        and not ORDINARY.search(inner)
        and _quiet(inner, start, stop, words)
    )


def _quiet(inner: str, start: int, stop: int, words: Words) -> bool:
    """Whether nothing is done in a stretch: only characters and words a name may hold."""
    if not re.fullmatch(rf"[{HAN}]*", inner):
        return False
    return not any(acts(w) for w in words.between(start, stop) if w.end <= stop)


def acts(word: Word) -> bool:
    """Whether something is done by this word, so that no name goes on across it."""
    if word.text in _PARTS:
        return True
    if len(word.text) < 2 or word.tag not in _DONE or word.text in _DONE_IN_NAMES or not is_word(word.text):
        return False
    if word.tag == "m":
        return re.search("[个所家名余多几两批次项条例]", word.text) is not None
    return True


# --- to a certain ending --------------------------------------------------------------------------


def _firms(text: str, words: Words) -> Iterator[Span]:
    """Companies, law firms and schools from the last edge before them."""
    anchors = {a for a, _, _ in _anchors(text, words)} if _FIRM.search(text) else set()
    for match in _FIRM.finditer(text):
        bracketed = re.search(rf"（[{HAN}]{{2,4}}）$", text[max(0, match.start() - 6) : match.start()])
        start = _back(match.start() - (len(bracketed[0]) if bracketed else 0), words, 22)
        start = next((a for a in range(start - 6, start) if a in anchors and _han(text[a:start])), start)
        own = text[start : match.start()]
        firm = "公司" in match[0] or match[0].endswith("事务所") or (match[0] == "商业银行" and own.endswith("农村"))
        if len(own) < 2 or _NOBODYS.fullmatch(own) or (not firm and (len(own) > 8 or _ANY_SCHOOL.search(own))):
            continue
        end = match.end()
        again = _AGAIN.match(text, end)
        if again is not None and _between(text, end, again.end(), words):
            end = again.end()
        yield start, end


_NOBODYS = re.compile(
    "(?:各|辖区|全市|全县|全区|城区|周边|附近|多家|中标|物业|第三方|保险|医药|药品|器械|供应商|配送|乡镇|农村|城市|中心|实验|中|高级|重点|两家|[一二三四五六七八九十几]所|国有|民营|股份|商业|服务|相关|外包|社会)*"
)


def _han(text: str) -> bool:
    return re.fullmatch(f"[{HAN}]*", text) is not None and text[-1] not in "与和向对由在及的到请把为从"


_ANY_SCHOOL = re.compile(
    "中小|中$|普惠|[民公]办|农村|乡村|普通|全国|[所个家万]|永久|新改|扩建|区域|大型|中型|国有|股份|城区|城乡|省级|县级|市级|优质|各类|首"
)


def _back(at: int, words: Words, most: int) -> int:
    """The last place before `at` where a name may begin: behind a mark, a preposition or a verb."""
    start = at
    while start > max(0, at - most):
        word = words.ending_at(start)
        if word is None:
            around = words.around(start)
            if around is None:
                break
            start = around.start
            continue
        if not re.fullmatch(f"[{HAN}]+", word.text) or word.text in LEADS:
            break
        if word.tag in ("p", "c", "uj", "ul", "d", "r") and word.text not in _DONE_IN_NAMES and len(word.text) <= 2:
            break
        if word.tag == "v" and word.text not in _DONE_IN_NAMES and is_word(word.text) and len(word.text) > 1:
            break
        start = word.start
    return start


_NATIONAL = re.compile(
    rf"国家[{HAN}]{{0,8}}?(?:病|癌症|血管|质控|卫生|疾病|健康)[{HAN}]{{0,6}}?(?<!区域医疗)(?<!医学)中心(?!城)"
)


def _national(text: str, words: Words) -> Iterator[Span]:
    """国家心血管病中心: what the state runs, and nothing is done in between."""
    for match in _NATIONAL.finditer(text):
        if _between(text, match.start() + 2, match.end(), words):
            yield match.span()


_REGIONAL = re.compile(
    rf"(?:东北|华北|华东|华中|华南|西南|西北|中南|首都|中国|中央)[{HAN}]{{0,5}}?(?:大学|学院|医院|研究所|研究院)"
)


def _regional(text: str, words: Words) -> Iterator[Span]:
    """西南医科大学|附属中医医院."""
    for match in _REGIONAL.finditer(text):
        if not _between(text, match.start() + 2, match.end(), words):
            continue
        end = match.end()
        while (further := _further(text, end, words)) is not None:
            end = further
        yield match.start(), end


# --- villages -------------------------------------------------------------------------------------


def _villages(text: str, words: Words, taken: list[Span]) -> Iterator[Span]:
    """Towns, villages and neighbourhoods that begin at an edge: 走进祥源社区, 李家坡村、石门村."""
    ends = {e for _, e in taken}
    for match in _BELOW.finditer(text):
        stop = match.start()
        for size in (2, 3, 4):
            start = stop - size
            if start < 0 or not re.fullmatch(f"[{HAN}]+", own := text[start:stop]):
                break
            if (
                NO_PLACE.search(own)
                or is_word(text[stop - 1 : match.end()])
                or any(acts(w) or _is_deed(w) for w in words.between(start, stop))
            ):
                break
            if _stands(text, start, words) or start in ends:
                if not (size == 2 and is_word(own) and words.ending_at(stop) is None and match[0] == "村"):
                    yield start, match.end()
                break


def _is_deed(word: Word) -> bool:
    """改造村卫生室: what is done, though names of companies may hold it."""
    return len(word.text) > 1 and word.tag in ("v", "vn") and is_word(word.text)


def _stands(text: str, start: int, words: Words) -> bool:
    if start == 0 or text[start - 1] in _EDGES:
        return True
    before = words.ending_at(start)
    if before is not None and before.text in LEADS:
        return True
    # 为祥源: the preposition taken for a part of the name.
    return text[start - 1] in "在到与和及对由向从为给赴驻至" and (
        before is not None or words.starting_at(start - 1) is not None
    )

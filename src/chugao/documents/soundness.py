"""Say whether a text can be trusted as wording: cut off, spun, garbled, or in traditional characters.

In: cleaned paragraphs.  Out: flags.  A flag warns; it takes nothing out.

Surprise: spinners swap single words (基本→根本, 健康→安康, 服务→效劳, 不足→缺乏), and each of them is a good word; only
the pair it lands in (根本公共卫生, 安康档案) exists nowhere else.
"""

import re

_SPUN = re.compile(
    r"根本(?:公共卫生|医疗|药物|医保|信息|情况|建设|养老)|安康(?:教育|档案|管理|素养|体检|扶贫|促进|中国|知识|状况|生活|检查|指导|宣传)|(?:妇幼|身体|心理|居民|群众|卫生)安康"
    r"|(?:卫生|医疗|公共|优质|护理|保健|便民|咨询)效劳|效劳(?:中心|态度|质量|意识|才能|水平|对象|理念|工程|群众|患者|病人)|为.{1,6}效劳"
    r"|(?:医疗|质量|用药|患者|病人|消防|护理|输血)平安|平安(?:生产|隐患|消费|管理|意识|责任|用药|输血)|防止(?:接种|保健|为主)|(?:院|分管|各级|主管|县|局|上级)指导(?=[^意下方员])|指导(?:班子|小组|干部)|在.{1,12}的正确指导下"
    r"|比拟(?:好|大|多|高|低|完善|突出|严重|薄弱|全面|顺利|健全)|(?:科学|事业|经济|持续|学科|医院|全面|协调)开展(?:观|规划|战略|趋势|需要|的需要|奠定)|进步(?:质量|效劳|效率|医疗|护理|业务|认识|思想|自身|诊疗|救治|群众)|(?:不断|进一步|全面|努力|明显|着力)进步(?!的|，|。)"
    r"|(?:存在|一些|许多|诸多|很多)的?缺乏(?:之处|[，。；]|$)|缺乏之处|根底(?:设施|工作|护理|建设|医疗|上|知识|病)|(?:打下|奠定).{0,6}根底|(?:组织|贯彻|认真|全面)施行|施行(?:方案|意见|细则)|催促(?:检查|整改|指导|落实)|亲密(?:结合|配合|联络|关注)"
    r"|严密(?:围绕|结合)|充足(?:发挥|利用|认识|调动)|(?:业务|效劳|救治|应急|综合|诊疗)才能|才能(?:建设|提升|进步)|标准(?:化培训管理|医疗行为|执业行为|诊疗)|(?:公共卫生|妇幼|效劳|卫生)工程(?:工作|内容|经费|管理|指导|的要求)|消费(?:责任|事故)"
)
_NEVER = re.compile(
    r"根本(?:公共卫生|医疗保险|药物制度)|安康(?:教育|档案|素养)|(?:卫生|医疗|护理|便民)效劳|效劳(?:才能|态度|质量)|防止接种|(?:业务|效劳)才能|根底(?:设施|护理)|缺乏之处"
)
"""One of these is enough in a short text."""
_MOJIBAKE = re.compile(r"[\ufffd\ue000-\uf8ff]|锟斤|斤拷|烫烫|屯屯|Ã[\x80-\xbf©¤¥]|â€|ï¿½|Â[\x80-\xbf]")
_TONES = re.compile(r"[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_ORPHAN = re.compile(r"^(?=.{0,40}\d|[A-Z]{1,3}$)[\dA-Za-z.%％,，、:：/ \-—]{1,24}$")
_COMMON = frozenset(
    "的一是和年工作人中大全医院科务等为在有到了及以不新上对加行进建设制度管理质量化开展服卫生疗病实等及"
)
_MIN_HAN = 60


def soundness_flags(lines: list[str], page_text: bool) -> set[str]:
    """spun, garbled, traditional, as far as they hold.  `page_text`: the lines come from a PDF or a plain text file."""
    text = "\n".join(lines)
    flags = set()
    if _is_spun(text[:300_000]):
        flags.add("spun")
    if _is_garbled(text, lines, page_text):
        flags.add("garbled")
    if _is_traditional(text):
        flags.add("traditional")
    return flags


def _is_spun(text: str) -> bool:
    city = "安康市" in text  # whose 安康教育局 is nobody's slip
    pairs = {m[0] for m in _SPUN.finditer(text) if not (city and "安康" in m[0])}
    never = {m[0] for m in _NEVER.finditer(text) if not (city and "安康" in m[0])}
    short = len(text) < 3000
    return len(pairs) >= 3 or len(never) >= 2 or (short and (len(pairs) >= 2 or bool(never)))


def _is_garbled(text: str, lines: list[str], page_text: bool) -> bool:
    han = _HAN.findall(text[:50_000])
    if len(_MOJIBAKE.findall(text)) >= 2 or len(_TONES.findall(text)) >= 20:
        return True
    if page_text and sum(1 for t in lines if _ORPHAN.match(t)) >= 2:
        return True  # glyph runs lost, their digits left standing on lines of their own
    return len(han) >= _MIN_HAN and sum(c in _COMMON for c in han) < 0.04 * len(han)


def _is_traditional(text: str) -> bool:
    han = _HAN.findall(text[:20_000])
    if len(han) < _MIN_HAN:
        return False
    sample = han[:2000]
    if len("".join(sample).encode("gb2312", "ignore")) == 2 * len(sample):
        return False  # nearly every text; one call instead of two thousand
    outside = sum(1 for c in sample if not _in(c, "gb2312") and _in(c, "big5"))
    return outside > 0.08 * len(sample)


def _in(char: str, encoding: str) -> bool:
    try:
        char.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True

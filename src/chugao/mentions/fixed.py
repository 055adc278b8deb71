"""The digits that are no quantity: dates, numbering, and numbers inside names.

In: folded text.  Out: spans with their role, which no quantity may overlap.

Surprise: “第5位” is a result and “第5届” a name; “1:35” is a time of day unless it stands after 比.
"""

import re
from collections.abc import Iterable, Iterator

from chugao.mentions.mention import MentionRole
from chugao.quantity.grammar import LATIN_UNITS, any_of, is_han, unit_at

Span = tuple[int, int, MentionRole]

_YEAR = r"(?:19|20)\d\d"
_MONTH_PART = r"(?:份|底|初|末|中旬|上旬|下旬)"
_DATE = re.compile(
    # The first look keeps the many ways to begin away from characters that begin none: four times as fast.
    rf"""
    (?=[\d一二])(?: (?<![\d.]){_YEAR}年?[-—–~～至到]{_YEAR}(?:年度?|版)?
  | (?<![\d.]){_YEAR}年[底末初]?(?:度)?(?:第?[一二三四1-4]季度|上半年|下半年|\d{{1,2}}(?:[-—–~～至]\d{{1,2}})?月{_MONTH_PART}?(?:\d{{1,2}}日?)?)?(?:[-—–~～至]\d{{1,2}}[日月](?:\d{{1,2}}日)?)?
  | (?<![\d.]){_YEAR}版
  | (?<![\d.]){_YEAR}[-./]\d{{1,2}}(?:[-./]\d{{1,2}})?(?![\d.])(?!%)
  | (?<![\d.])\d{{1,2}}(?:[-—–~～至、]\d{{1,2}})?月{_MONTH_PART}?(?:\d{{1,2}}(?:[-—–~～至、]\d{{1,2}})?日)?(?:[-—–~～至]\d{{1,2}}月(?:\d{{1,2}}日)?)?(?![度龄])
  | (?<![\d.])\d{{1,2}}日(?![均常间内龄]|[以之]内)
  | (?<=[〔\[（(《【]){_YEAR}(?=[〕\]）)》】])(?:[〕\]]第?\d+号)?
  | (?<![\d.:])(?<![比例为达])(?:[01]?\d|2[0-3])[:：][0-5]\d(?:[:：][0-5]\d)?(?![\d:])
  | (?:二[〇零]|一九)[〇零一二三四五六七八九]{{2}}年(?:度|[一二三四五六七八九十]{{1,2}}月(?:[一二三四五六七八九十]{{1,3}}日)?)?
  | (?<![\d.,:＋+－—–~～-])(?P<bare>{_YEAR})(?![年余多万亿千百以左之])
  | (?<![\d.])\d{{1,2}}(?:时|点)(?:\d{{1,2}}分)?(?=[至到前后—-]|许|起) )
    """,
    re.VERBOSE,
)
_NUMBERING = re.compile(
    r"^[ \t　]*(?:[#>*-]+[ \t]*)?(?:[（(]\d{1,2}[)）]|\d{1,2}(?:[.．、](?!\d)|(?:\.\d{1,2}){1,3}(?=[\s　\u4e00-\u9fff]))|\d{1,2}[)）]|第\d{1,3}[章节条部]|附[件表图][ ]?\d{1,2}|[表图]\d{1,2})",
    re.MULTILINE,
)
_INLINE_NUMBERING = re.compile(
    r"(?=[\s（(\d第附])(?:(?<=[。；;：:])\s?(?:[（(]\d{1,2}[)）]|\d{1,2}[.．、](?=[\u4e00-\u9fff“]))"
    r"|第\d{1,4}(?:次会议|届|条|款|期(?!间)|批|号|章|节|部分|页|周(?!期)|天|季度)"
    r"|附[件表图]\d{1,2}|[（(]\d{1,2}[)）](?=[\u4e00-\u9fff]{2}))"
)
_ORDINAL = re.compile(r"第\d{1,4}(?![\d.]|[位名](?!专))")
_MEASURED = any_of(u for u in LATIN_UNITS if u not in ("G", "M", "T")) + "(?![A-Za-z])"
# Numbers that belong to a name: beside Latin letters, in a service number, in “1+X”, in 2型糖尿病.
_NAME = re.compile(
    rf"""
    (?=[A-Za-z\d“（(*＊])(?: (?<![A-Za-z])[A-Za-z]++[-‑_ ]?\d++(?:[.:]\d++|[-A-Za-z]++\d*+)*+(?![%％‰])
  | (?<![\d.])\d++(?:\.\d++)?(?!{_MEASURED})[A-Za-z]{{1,4}}(?=[技网+\s，。、；的络医救信室区级”）)]|[一-鿿])
  | (?<!\d)(?<!\d\.)\d++[A-Za-z]{{5,}}+
  | (?<![\d.])\d*[xX*＊]{{2,}}\d*
  | (?<!\d)1[3-9]\d[-\s]?\d{{4}}[-\s]?\d{{4}}(?!\d) | (?<!\d)(?:0\d{{2,3}}|400|800)[-—－]\d{{3,8}}(?:[-—－]\d{{1,4}})?(?!\d) | [（(]0\d{{2,3}}[)）]\d{{7,8}}
  | (?<![\d.])(?:12345|12320|12388|12315|12350|12356|123456)(?=热线|急救|指挥|平台|电话|政务|、|服务|调度|件|工单|中心)
  | (?<![\d.])(?:120|110|119|122|114)(?=热线|急救|指挥|平台|电话|、(?:120|110|119|122)(?!\d)|[-—－]急诊|调度|中心|院前|救护)
  | “[^”“\n]{{0,12}}\d[^”“\n]{{0,14}}”
  | (?<![\d.])[12](?=型糖尿病|型呼吸|型)
  | (?<![\d+＋])\d{{1,2}}[+＋](?:\d{{1,2}}|[XNn])(?:[+＋](?:\d{{1,2}}|[XNn]))*
  | (?<!\d)\d++[×xX*]\d++
  | (?<![\d.])\d{{1,4}}(?:\.\d{{1,4}}){{2,}}
  | (?<![\d.])\d++/\d++(?=血压|mmHg|[（(]收缩)
  | (?<=[［\[])\d{{1,3}}(?=[］\]])
  | (?<![\d.])\d{{1,2}}·\d{{1,2}}(?!\d)
  | [（(]\d[）)](?=型)
  | (?<![\d.])\d{{2,4}}(?=排(?:螺旋)?(?:CT|ct|探测器|双源))
  | (?<=等保|平台|系统|工业|版本|医改|行动|计划|工程|模式|医院)(?P<version>\d\.\d)(?![\d%‰])
  | (?<![\d.])\d{{1,3}}(?=号?床(?:患者|病人|位患者))
  | (?<![\d.])\d{{1,3}}(?=号(?:楼|线|院|厅|公路|机组|文|令|通知|台风)|期工程|楼(?![宇层])|路(?:公交)?(?:汽?车)|中学|院区)
  | (?<![\d.])\d(?:\.\d)?(?=版)
  | (?<=“)\d++(?=”) )
    """,
    re.VERBOSE,
)
_TITLED = re.compile(r"《[^》《\n]{1,60}》")
_LONG = re.compile(r"\d{31,}+")
_DIGITS = re.compile(r"\d++(?:\.\d++)*")
_DOTTED = re.compile(r"\d++(?:\.\d++){2,}")
# CT2台, SCI论文12篇 and ICU3个 count; CYP2, G334 and N95 do not.
_COUNTS_DEVICES = re.compile(r"[A-Za-z]{2,}\d{1,5}(?:\.\d{1,4})?")
_COUNTED = re.compile(r"[万亿]|台(?!风)|套|例|人次|人(?!工)|项|个|家|名|份|张|场|篇|次|支(?!架|气管)")
_RANKED = re.compile(r"(?:居|列|位于|排名?|名次|升至|跃至|进至|升到)[^，。；,;第\d]{0,8}$")
# A page number at the end of a line of contents.
_PAGE = re.compile(r"(?<=[　…·.]{2}|[\u4e00-\u9fff]　)\d{1,4}[ \t]*$", re.MULTILINE)
# A quoted number is a name (“16819”, “1个2，4个60%”) unless the quotation is long enough to be a sentence.
_LONGEST_SLOGAN = 24


def fixed_spans(folded: str) -> list[Span]:
    """Dates, numbering and names in order of their claim; the first to claim a place keeps it.  Linear."""
    taken = bytearray(len(folded) + 1)
    spans: list[Span] = []
    for start, end, role in _claims(folded):
        if start < end and taken.find(1, start, end) < 0:
            taken[start:end] = b"\x01" * (end - start)
            spans.append((start, end, role))
    return spans


def whole_spans(folded: str) -> Iterator[tuple[int, int]]:
    """(start, end) that hold every date and every run of dotted digits (3.1.2) of `fixed_spans`; they may overlap.

    Nothing is told apart, so a telephone number may be among them: for whoever must not cut a date in two.
    """
    for match in _dates(folded):
        yield match.span()
    if folded.count(".") > 1:
        for match in _DOTTED.finditer(folded):
            yield match.span()


def _claims(folded: str) -> Iterator[Span]:
    for match in _LONG.finditer(folded):
        yield *match.span(), MentionRole.NAME
    for pattern in (_NUMBERING, _PAGE):
        for match in pattern.finditer(folded):
            if digits := _DIGITS.search(folded, match.start(), match.end()):
                yield *digits.span(), MentionRole.NUMBERING
    names = [m for m in _NAME.finditer(folded) if not _is_count(m, folded) and not _is_measured(m, folded)]
    for match in names:
        if _is_service_number(match.group()):
            yield from _digits_of(folded, match, MentionRole.NAME)
    for match in _dates(folded):
        yield *match.span(), MentionRole.DATE
    for match in _INLINE_NUMBERING.finditer(folded):
        yield from _digits_of(folded, match, MentionRole.NUMBERING)
    for match in _ORDINAL.finditer(folded):
        if not is_ranked(folded, match.start()):
            yield from _digits_of(folded, match, MentionRole.NUMBERING)
    for match in _TITLED.finditer(folded):
        yield from _digits_of(folded, match, MentionRole.NAME)
    for match in names:
        if not match.group().startswith("“") or len(match.group()) <= _LONGEST_SLOGAN:
            yield from _digits_of(folded, match, MentionRole.NAME)


def _dates(folded: str) -> Iterator[re.Match[str]]:
    """Dates; four digits alone are a year only before words that are no unit: 2025成立, not 2025名."""
    for match in _DATE.finditer(folded):
        if match["bare"] is None or (
            is_han(folded[match.end() : match.end() + 1]) and not unit_at(folded, match.end())
        ):
            yield match


def _is_measured(match: re.Match[str], folded: str) -> bool:
    """“平台3.0” is a name, “医院3.5分” is not."""
    return match["version"] is not None and unit_at(folded, match.end()) != ""


def _is_count(match: re.Match[str], folded: str) -> bool:
    """“CT2台” is two CTs."""
    return _COUNTS_DEVICES.fullmatch(match.group()) is not None and _COUNTED.match(folded, match.end()) is not None


def is_ranked(folded: str, at: int) -> bool:
    """Whether the 第 at a place tells a place in an order: 位居全省第5, not 第5次."""
    return _RANKED.search(folded, max(0, at - 12), at) is not None


def _is_service_number(words: str) -> bool:
    """Telephone and version numbers look like dates and times, so they claim their place first."""
    return _SERVICE.fullmatch(words) is not None


_SERVICE = re.compile(r"[（(]?\d[\d\-—－)） ]{9,}|\d{1,4}(?:\.\d{1,4}){3,}")


def _digits_of(folded: str, match: re.Match[str], role: MentionRole) -> Iterator[Span]:
    for digits in _DIGITS.finditer(folded, match.start(), match.end()):
        yield *digits.span(), role


def unclaimed_digits(folded: str, taken: Iterable[tuple[int, int]]) -> Iterator[Span]:
    """Runs of digits that nothing else explains, so that no digit of a text goes unseen; Latin tokens excepted."""
    covered = bytearray(len(folded) + 1)
    for start, end in taken:
        covered[start:end] = b"\x01" * (end - start)
    for match in _DIGITS.finditer(folded):
        start, end = match.span()
        if not covered[start] and not (folded[start - 1].isascii() and folded[start - 1].isalpha()):
            while end > start and (covered[end - 1] or folded[end - 1] == "."):
                end -= 1
            yield start, end, MentionRole.NAME


# --- fixed expressions in Chinese numerals --------------------------------------------------------

_FIXED_TERMS = re.compile(
    r"一老一小|两个(?:确立|维护|毫不动摇|结合|先行|半天)|三个(?:代表|务必|区分)|四个(?:意识|自信|全面)|五个|三重|三会一课|三公|三严|三项(?:机制)|"
    r"两癌|两票制|三甲|三乙|二甲|三级|二级|一级|四级|五大|三大|四大|十大|八项规定|六位一体|一体|一站式|十四五|十五五|十三五|两会|"
    r"三医|三孩|双一流|两学一做|四风|两慢病|三早|五育|六稳|六保|三农|一张床位|一件事|百日|百名|千名|万步|百姓|千家万户|二人转|二人台|三人行|七人制|五人制|百家"
)
_SESSION = re.compile(
    r"(?:[、和][一二三四五六七八九十]{1,3}次)*(?:全会|全体|党代会|会议|中央|人大|全国|[一二三四五六七八九十]{1,3}[次中])"
)
_SESSION_BEFORE = re.compile(r"届(?:[一二三四五六七八九十]{1,3}次[、和])*$")
_PHASE = re.compile(r"[办展印发刊编了出训班共计第约近]$")


def is_fixed_term(text: str, start: int, end: int, printed: str, unit: str) -> bool:
    """Chinese numerals in ordinals, phases, quotations and fixed expressions say no quantity."""
    before = text[max(0, start - 1) : start]
    if before == "第" or printed.startswith("零"):
        return True
    if unit in ("次", "届") and (_SESSION_BEFORE.search(text[max(0, start - 8) : start]) or _SESSION.match(text, end)):
        return True  # 十二届八次、九次全会
    if unit == "期" and not _PHASE.search(before):
        return True  # 二期工程, not 二期培训班
    opened = text.rfind("“", max(0, start - 12), start)
    if opened >= 0 and "”" not in text[opened:start] and 0 <= text.find("”", end, end + 14) - opened <= 16:
        return True
    window = text[max(0, start - 2) : end + 4]
    offset = min(2, start)
    return any(m.start() <= offset < m.end() for m in _FIXED_TERMS.finditer(window))

"""Find every number in a Chinese text and say what it does there.

In: text.  Out: `Mention`s in order, each with its span, its `Quantity`, its role and, where the text names one, its
metric.

“由89%提升至95%” is a result in a 总结 and a target in a 计划: the role comes from the tense of the part, which
follows the headings, or is passed as `tense`; not from the pattern.  No rule here knows the words of any one document.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Literal

from chugao.catalogue import Catalogue, MetricDefinition, load_catalogue, name_key, short_name
from chugao.documents.kind import Kind, kind_of_title, reported_and_planned, years_of_title
from chugao.quantity import Found, Quantity, find_han_numbers, find_numbers, fold
from chugao.source import Frozen

Tense = Literal["past", "future"]


class MentionRole(StrEnum):
    """What a number does in its sentence."""

    CURRENT = "current"
    BASELINE = "baseline"
    TARGET = "target"
    CHANGE = "change"
    COMPARATOR = "comparator"
    COUNT = "count"
    PARAMETER = "parameter"
    DATE = "date"
    NUMBERING = "numbering"
    NAME = "name"

    @property
    def is_fact(self) -> bool:
        """Whether a reader takes it as a statement about the world that figures could contradict."""
        return self not in (MentionRole.DATE, MentionRole.NUMBERING, MentionRole.NAME, MentionRole.PARAMETER)


class Mention(Frozen):
    """One number in a text."""

    start: int
    end: int
    text: str
    role: MentionRole
    quantity: Quantity | None = None
    """None for dates, numbering and names."""
    metric: str | None = None
    """Catalogue id of the metric it is about, None when the text names none."""
    metric_name: str = ""
    """The words by which the text names the metric."""
    period: str | None = None
    """Year the value counts for, when the text says so."""
    baseline: str | None = None
    """What it is compared with, in the text's words: “上年”, “2024年”, “全省平均”."""
    direction: int = 0
    """−1, 0, 1: what the verb beside it says happened."""
    verb: str = ""
    approximate: bool = False
    tense: Tense = "past"
    sentence: tuple[int, int] = (0, 0)


# --- what is no quantity: dates, numbering, names -------------------------------------------------

_D = r"(?<![\d.])"
_YEAR = r"(?:19|20)\d\d"
_DATE = re.compile(
    rf"""
    {_D}{_YEAR}[-—–~～至]{_YEAR}(?:年度?|版)?
  | {_D}{_YEAR}年[底末初]?(?:度)?(?:第?[一二三四1-4]季度|上半年|下半年|\d{{1,2}}(?:[-—–~～至]\d{{1,2}})?月(?:份|底|初|末|中旬|上旬|下旬)?(?:\d{{1,2}}日?)?(?:[-—–~～至]\d{{1,2}}[日月](?:\d{{1,2}}日)?)?)?
  | {_D}{_YEAR}版
  | {_D}{_YEAR}[-./]\d{{1,2}}[-./]\d{{1,2}}(?!\d)
  | (?<![\d.])\d{{1,2}}(?:[-—–~～至、]\d{{1,2}})?月(?:份|底|初|末|中旬|上旬|下旬)?(?:\d{{1,2}}(?:[-—–~～至、]\d{{1,2}})?日)?(?:[-—–~～至]\d{{1,2}}月(?:\d{{1,2}}日)?)?(?!度)
  | (?<![\d.])\d{{1,2}}日(?![均常间])
  | (?<=[〔\[（(《]){_YEAR}(?=[〕\]）)》])(?:[〕\]]\d+号)?
  | (?<![\d.:])\d{{1,2}}[:：]\d\d(?![\d:])
  | (?:二〇|二零)[〇零一二三四五六七八九]{{2}}年度?
  | (?<![\d.])\d{{1,2}}(?:时|点)(?:\d{{1,2}}分)?(?=[至到前后—-]|许|起)
    """,
    re.VERBOSE,
)
_NUMBERING = re.compile(
    r"^[ \t　]*(?:[#>*-]+[ \t]*)?(?:[（(]\d{1,2}[)）]|\d{1,2}(?:[.．、](?!\d)|(?:\.\d{1,2}){1,3}(?=[\s　\u4e00-\u9fff]))|第\d{1,3}[章节条部]|附[件表][ ]?\d{1,2}|表\d{1,2}|图\d{1,2})",
    re.MULTILINE,
)
_INLINE_NUMBERING = re.compile(
    r"(?<=[。；;：:])\s?(?:[（(]\d{1,2}[)）]|\d{1,2}[.．、](?=[\u4e00-\u9fff“]))|第\d{1,3}(?:次会议|届|条|款|期(?!间)|批|号|名|位|章|节|部分)|附件\d{1,2}|[（(]\d{1,2}[)）](?=[\u4e00-\u9fff]{2})"
)
_ORDINAL = re.compile(r"第\d{1,3}(?=[一-鿿])|第\d{1,3}\b|[（(]\d{3,4}[-—]\d{3,8}[)）]|(?<!\d)\d{3,4}[-—]\d{7,8}(?!\d)")
# Numbers that belong to a name: beside Latin letters, in a service number, in “1+X”, in 2型糖尿病.
_NAME = re.compile(
    r"""
    [A-Za-z][A-Za-z]*[-‑]?\d+(?:\.\d+)?(?:[-A-Za-z]+)?(?![%％‰])
  | (?<![\d.])\d+(?:\.\d+)?[A-Za-z]{1,4}(?=[技网+\s，。、；的络医救信室区级”）)]|[一-鿿])(?<!kg)(?<!mg)(?<!ml)(?<!mL)(?<!mm)(?<!cm)(?<!GB)(?<!TB)
  | (?<![\d.])(?:12345|12320|12388|12315|12350|120|110|119|122|114|123456)(?=热线|急救|指挥|平台|电话|政务|、|服务|[-—－]急诊|调度|件|工单|中心|院前|救护)
  | “[^”\n]{0,12}\d[^”\n]{0,14}”(?=[一-鿿]{0,10})
  | (?<![\d.])[12](?=型糖尿病|型呼吸|型)
  | (?<!\d)\d{1,2}[+＋](?:\d{1,2}|[XNn])(?:[+＋](?:\d{1,2}|[XNn]))*
  | (?<!\d)\d+[×xX*]\d+(?!\d)
  | (?<![\d.])\d+/\d+(?=血压|mmHg|[（(]收缩)
  | [（(]\d[）)](?=型)
    """,
    re.VERBOSE,
)
_QUOTED = re.compile(r"“([^”\n]{1,26})”")
_TITLED = re.compile(r"《[^》\n]{1,60}》")

# --- the words around a number --------------------------------------------------------------------

_RISE = "增长|增加|提高|提升|上升|增|升|上涨|上调|扩大|延长|多|高出|净增|增幅|涨|回升|攀升|新增"
_FALL = "下降|降低|减少|缩短|压缩|压减|压降|下调|降|减|少|缩减|下滑|回落|降幅|下浮|精简|低了"
_CHANGE_VERB = re.compile(
    rf"(?P<comparison>较|比|同比|环比)?[^，。；：,;]{{0,16}}?(?P<verb>{_RISE}|{_FALL})(?:幅度?)?(?:了|约|近|超过?|仅|达|为|率为|率达)?$"
)
_TO = re.compile(
    rf"(?P<verb>{_RISE}|{_FALL}|扩|拓展|扩展|压|控制|稳定|保持|维持|达|调整|改)(?:展|制)?(?:至|到|在|为|成)(?:了)?(?:约|近|超过?)?$"
)
_TARGET = re.compile(
    r"(?:目标(?:值|为|是|任务)?|力争|争取|确保|预计|计划|拟|预期|底线|不低于|不少于|不高于|不超过|控制在|要求|指标|达标线|标准|下达(?:任务)?)[^，。；,;]{0,14}$"
)
_HARD_TARGET = re.compile(r"(?:目标(?:值|为|是|任务)?|力争|争取|预期)[^，。；,;]{0,16}$")
_BASELINE_PAREN = re.compile(
    rf"[（(](?:{_YEAR}年?度?|上年|去年|上年同期|去年同期|原|此前|基线|原来|年初|前值)(?:同期)?(?:基线|为|的|是|：|:)*[^（）()。；，]{{0,10}}$"
)
_BASELINE_WORDS = re.compile(
    rf"(?:上年|去年|上年同期|去年同期|年初|此前|原来|原有|{_YEAR}年)(?:的|为|是|同期)*(?:约|近|超)?$"
)
_FROM = re.compile(r"(?:由|从)[^，。；：,;（(]{0,14}$")
_ARROW_RIGHT = re.compile(
    rf"^[^，。；：,;）)]{{0,10}}?(?:{_RISE}|{_FALL}|扩|拓|压|调整|改|缩|变)[^，。；,;]{{0,4}}?(?:至|到|为|成)"
)
_COMPARATOR = re.compile(
    r"(?:全国|全省|全市|全区|全县|省级?|国家|市级?|同级|同类|行业|平均|均值|平均水平|标准|未[^，。；,;]{1,8}人群|对照组|中位数|标准值|基准值|考核标准|规定)[^，。；,;]{0,8}$"
)
_COMPARES = re.compile(r"高于|低于|优于|好于|超过|超出|高出|较|比")
_COMPARE_HEAD = re.compile(
    r"(?:较|比|高于|低于|优于|好于|高出|超出|低)(?P<base>[^，。；：,;（()）]{1,14}?)(?:低|高|提前|缩短|快|慢|多|少|超出|高出)?$"
)
_PARAMETER_LEFT = re.compile(
    r"(?:每|每年|每月|每周|每日|每天|每季度?|每个|连续|至少|最多|不少于|不超过|达到|满|超过|间隔|提前|术后|发病|入院|出生|出院后|患者到达前|到达前|近|前|后|约谈|抽取|随机|逢)$"
)
_EVERY = re.compile(r"每(?:年|月|周|日|天|季度?|个|次|例|人|床|百|千|万|名|家|班|科|半年|位|晚|组)[^，。；,;：]{0,12}$")
_PARAMETER_RIGHT = re.compile(
    r"^(?:内|以内|之内|以上|以下|前|后|左右|及以上)?(?:的)?(?:完成|响应|到达|到位|到场|处置|办结|回复|反馈|上报|报告|归档|转诊|转诊率|启动|由|实施|查房|床边|介入|再住院|非计划|归档率|老年人|老人|儿童|人群|妇女|以上老年|以上人口|岁|随访|内由|内无|以内由|主刀|内开展|内送达|内给予|内溶栓|随访率)"
)
_DURATION_UNITS = frozenset("小时 分钟 天 日 周 个月 个工作日 工作日 秒 年 个季度".split())
_RATE_UNITS = frozenset("% ‰ /10万 /十万 例/百床".split())
# In a plan a count is a promise, unless it describes what is already there.
_STANDING = re.compile(
    r"(?:将|对|把|依托|现有|已有|原有|全部|按照|围绕|落实|坚持|利用|基于|针对|全院|全市|全县|全区|辖区)[^，。；,;]{0,14}$|分解为$"
)
_FUTURE_HEADING = re.compile(
    r"计划|打算|安排|思路|要点|下一步|下半年|目标|展望|部署|重点任务|设想|规划|工作举措|今后|来年|明年|保障措施"
)
_PAST_HEADING = re.compile(r"总结|回顾|成效|完成情况|情况|进展|成绩|做法|亮点|主要工作|问题|不足|工作开展|取得")
_FUTURE_WORDS = re.compile(
    r"(?:^|[，；。])\s?(?:将|力争|拟|计划|争取|确保|到20\d\d年[底末]|明年)|力争|争取[^了]|目标值|预期目标|下一步"
)


def find_mentions(
    text: str,
    catalogue: Catalogue | None = None,
    *,
    kind: Kind | None = None,
    year: int | None = None,
    tense: Tense | None = None,
) -> list[Mention]:
    """Every number of a text, in order of position.

    `kind` and `year` are those of the document (read from the first line when not given); `tense` overrides what the
    headings say.  Linear in the length of the text.
    """
    catalogue = catalogue or load_catalogue()
    title = text.lstrip().partition("\n")[0][:80]
    kind = kind or kind_of_title(title)
    if year is None:
        reported, planned = reported_and_planned(kind, years_of_title(title))
        year = reported or planned
    years = _years(kind, year)
    folded = fold(text)
    fixed = _fixed_spans(folded)
    found = _numbers_outside(text, fixed)
    names = metric_names(catalogue)
    mentions = [Mention(start=s, end=e, text=text[s:e], role=r) for s, e, r in fixed]
    for line in _lines(folded, kind, tense):
        for sentence in line.sentences:
            numbers = _between(found, sentence.start, sentence.end)
            if numbers:
                mentions += _read_sentence(text, folded, sentence, numbers, names, years[sentence.tense])
    return sorted(mentions, key=lambda m: (m.start, m.end))


def _years(kind: Kind | None, year: int | None) -> dict[Tense, int | None]:
    """What “this year” is in the past and in the future half of a document."""
    if year is None:
        return {"past": None, "future": None}
    looks_back = kind is None or kind.looks_back
    return {"past": year, "future": year + 1} if looks_back else {"past": year - 1, "future": year}


# --- fixed spans ----------------------------------------------------------------------------------


def _fixed_spans(folded: str) -> list[tuple[int, int, MentionRole]]:
    """Dates, numbering and names, which no number may overlap; the first to claim a place keeps it."""
    spans: list[tuple[int, int, MentionRole]] = []
    taken = bytearray(len(folded) + 1)

    def claim(start: int, end: int, role: MentionRole) -> None:
        if start < end and not any(taken[start:end]):
            taken[start:end] = b"\x01" * (end - start)
            spans.append((start, end, role))

    for match in _NUMBERING.finditer(folded):
        digits = re.search(r"\d[\d.]*", match.group())
        if digits:
            claim(
                match.start() + digits.start(),
                match.start() + digits.start() + len(digits.group().rstrip(".")),
                MentionRole.NUMBERING,
            )
    for pattern, role in (
        (_DATE, MentionRole.DATE),
        (_INLINE_NUMBERING, MentionRole.NUMBERING),
        (_ORDINAL, MentionRole.NUMBERING),
    ):
        for match in pattern.finditer(folded):
            digits = re.search(r"\d+", match.group())
            if role is MentionRole.NUMBERING and digits:
                claim(match.start() + digits.start(), match.start() + digits.end(), role)
            else:
                claim(*match.span(), role)
    for match in _TITLED.finditer(folded):
        for digits in re.finditer(r"\d+(?:\.\d+)?", match.group()):
            claim(match.start() + digits.start(), match.start() + digits.end(), MentionRole.NAME)
    for match in _NAME.finditer(folded):
        if match.group().startswith("“") and not _is_slogan(match.group()):
            continue
        for digits in re.finditer(r"\d+(?:\.\d+)?", match.group()):
            claim(match.start() + digits.start(), match.start() + digits.end(), MentionRole.NAME)
    return spans


def _is_slogan(quoted: str) -> bool:
    """“1+3+N”, “1个2,4个60%”, “16819”: a quoted number is a name unless it is plainly a sentence."""
    return len(quoted) <= 22


def _numbers_outside(text: str, fixed: Iterable[tuple[int, int, MentionRole]]) -> list[Found]:
    """Numbers that touch no fixed span, digits first, Chinese numerals where no digits are."""
    spans = sorted((s, e) for s, e, _ in fixed)
    starts = [s for s, _ in spans]

    def free(start: int, end: int) -> bool:
        at = bisect_right(starts, end - 1) - 1
        return at < 0 or spans[at][1] <= start

    found = [f for f in find_numbers(text) if free(_digits_start(f), f.end)]
    taken = bytearray(len(text) + 1)
    for f in found:
        taken[f.start : f.end] = b"\x01" * (f.end - f.start)
    for f in find_han_numbers(text):
        if not any(taken[f.start : f.end]) and free(f.start, f.end) and not _fixed_term(text, f):
            found.append(f)
    return sorted(found, key=lambda f: f.start)


def _digits_start(found: Found) -> int:
    match = re.search(r"[\d０-９]", found.quantity.printed)
    return found.start + (match.start() if match else 0)


_FIXED_TERMS = re.compile(
    r"一老一小|两个(?:确立|维护|毫不动摇|结合|先行)|三个(?:代表|务必|区分)|四个(?:意识|自信|全面)|五个|三重|三会一课|三公|三严|三项(?:机制)|"
    r"两癌|两票制|三甲|三乙|二甲|三级|二级|一级|四级|五大|三大|四大|十大|八项规定|六位一体|一体|一站式|十四五|十五五|十三五|两会|"
    r"三医|三孩|双一流|两学一做|四风|两慢病|三早|五育|六稳|六保|三农|一张床位|一件事|百日|百名|千名|万步|百姓|千家万户|两个(?:半天)"
)


def _fixed_term(text: str, found: Found) -> bool:
    """Chinese numerals in ordinals and inside fixed expressions say no quantity."""
    if text[max(0, found.start - 1) : found.start] == "第" or found.quantity.printed.startswith("零"):
        return True
    window = text[max(0, found.start - 2) : found.end + 4]
    offset = min(2, found.start)
    return any(m.start() <= offset < m.end() for m in _FIXED_TERMS.finditer(window))


# --- lines, sentences, tense ----------------------------------------------------------------------


class _Sentence(Frozen):
    start: int
    end: int
    tense: Tense


class _Line(Frozen):
    heading: str
    sentences: tuple[_Sentence, ...]


_HEADING = re.compile(
    r"^\s*(?:#{1,6}\s+.{1,60}|[一二三四五六七八九十]{1,3}、.{1,45}|[（(][一二三四五六七八九十]{1,3}[)）].{1,45}|\d{1,2}[.．、].{1,45})$"
)
_SENTENCE_END = re.compile(r"[。！？\n]")
_INLINE_HEADING = re.compile(
    r"^\s*(?:[（(][一二三四五六七八九十]{1,3}[)）]|[一二三四五六七八九十]{1,3}、|\d{1,2}[.．、])([^。]{2,40})。"
)


def _lines(folded: str, kind: Kind | None, forced: Tense | None) -> Iterable[_Line]:
    default: Tense = "past" if kind is None or kind.looks_back else "future"
    tense, heading, start = default, "", 0
    for raw in folded.split("\n"):
        end = start + len(raw)
        is_heading = bool(_HEADING.match(raw)) and not raw.rstrip().endswith(("。", "；", "，"))
        if is_heading:
            heading = raw.strip()
            tense = _tense_of_heading(heading, tense, default)
        elif match := _INLINE_HEADING.match(raw):
            heading = match[1]
        spans = []
        at = start
        for stop in _SENTENCE_END.finditer(raw):
            spans.append((at, start + stop.end()))
            at = start + stop.end()
        if at < end:
            spans.append((at, end))
        sentences = tuple(
            _Sentence(start=s, end=e, tense=forced or _tense_of_sentence(folded[s:e], tense)) for s, e in spans
        )
        yield _Line(heading=heading, sentences=sentences)
        start = end + 1


def _tense_of_heading(heading: str, current: Tense, default: Tense) -> Tense:
    """A top-level heading sets the tense; a lower one only when it says so plainly."""
    top = re.match(r"^\s*(?:#{1,2}\s|[一二三四五六七八九十]{1,3}、)", heading) is not None
    future, past = _FUTURE_HEADING.search(heading), _PAST_HEADING.search(heading)
    if top:
        if future and not past:
            return "future"
        if past and not future:
            return "past"
        if future and past:
            return (
                "future"
                if future.start() < past.start() and not heading.rstrip().endswith(("情况", "回顾"))
                else "past"
            )
        return current
    if re.search(r"下一步|工作打算|工作计划|明年|目标任务$", heading):
        return "future"
    return current


def _tense_of_sentence(sentence: str, tense: Tense) -> Tense:
    return (
        "future"
        if tense == "past" and re.match(r"\s*(?:明年|下一步|20\d\d年(?:，|,)?(?:将|计划|拟))", sentence)
        else tense
    )


def _between(found: Sequence[Found], start: int, end: int) -> list[Found]:
    left = bisect_right([f.start for f in found], start - 1) if len(found) < 64 else _lower(found, start)
    numbers = []
    while left < len(found) and found[left].start < end:
        numbers.append(found[left])
        left += 1
    return numbers


def _lower(found: Sequence[Found], start: int) -> int:
    low, high = 0, len(found)
    while low < high:
        middle = (low + high) // 2
        if found[middle].start < start:
            low = middle + 1
        else:
            high = middle
    return low


# --- metric names in running text -----------------------------------------------------------------


class MetricNames:
    """Finds names of metrics in text: one alternation, longest first, so that the narrower name wins."""

    def __init__(self, definitions: Iterable[MetricDefinition]) -> None:
        self._by_key: dict[str, MetricDefinition | None] = {}
        for definition in definitions:
            for name in definition.all_names():
                if len(name_key(name)) >= 2:
                    self._by_key.setdefault(name.casefold(), definition)
                    stripped = re.sub(r"[（(][^（）()]*[)）]", "", name).casefold()
                    if len(stripped) >= 3:
                        self._by_key.setdefault(stripped, definition)
                    if stripped.endswith(("数", "率")) is False and stripped.endswith(("人次", "例次", "台次")):
                        self._by_key.setdefault(stripped + "数", definition)
        for definition in definitions:
            for name in definition.confusable:
                self._by_key.setdefault(name.casefold(), None)
        # “门急诊128.46万人次” names 门急诊人次 by its stem, but only right before the number or its comparison.
        stems: dict[str, MetricDefinition | None] = {
            n[:-2]: d for n, d in self._by_key.items() if len(n) > 3 and n.endswith(("人次", "台次", "例次", "总量"))
        }
        stems |= {short_name(d).casefold(): d for d in definitions if short_name(d) != d.name}
        stems = {n: d for n, d in stems.items() if n not in self._by_key}
        ordered = sorted([*self._by_key, *stems], key=len, reverse=True)
        before_number = (
            r"(?=(?:量|总量)?(?:达到?|约|近|超过?|为|共|由|从|比|较|减至|增至)?(?:上年|去年)?(?:同期)?的?"
            r"(?:增[长加]|减少|下降|提高|缩短)?(?:到|至)?\d)"
        )
        self._by_key |= stems
        self._pattern = re.compile(
            "|".join(re.escape(n) + (before_number if n in stems else "") for n in ordered) or r"(?!)"
        )

    def find(self, text: str) -> list[tuple[int, int, MetricDefinition | None]]:
        """(start, end, definition) of every name; None for a name that is too general to tell."""
        return (
            [(m.start(), m.end(), self._by_key[m.group()]) for m in self._pattern.finditer(text.casefold())]
            if len(text.casefold()) == len(text)
            else []
        )


@lru_cache(maxsize=8)
def metric_names(catalogue: Catalogue) -> MetricNames:
    """The finder for a catalogue; compiled once for each."""
    return MetricNames(list(catalogue))


# --- one sentence ---------------------------------------------------------------------------------


def _read_sentence(
    text: str,
    folded: str,
    sentence: _Sentence,
    numbers: list[Found],
    names: MetricNames,
    year: int | None,
) -> list[Mention]:
    words = folded[sentence.start : sentence.end]
    labels = names.find(words)
    mentions: list[Mention] = []
    previous: Mention | None = None
    for found in numbers:
        left = words[: found.start - sentence.start]
        right = words[found.end - sentence.start :]
        reader = _Reader(found, left, right, sentence.tense, previous, sentence.start, year)
        role = reader.role()
        metric, name = _metric_of(found, role, labels, sentence.start, words, previous)
        mention = Mention(
            start=found.start,
            end=found.end,
            text=text[found.start : found.end],
            role=role,
            quantity=found.quantity,
            metric=metric.id if metric else None,
            metric_name=name,
            period=reader.period(role),
            baseline=reader.baseline(role),
            direction=reader.direction(),
            verb=reader.verb(),
            approximate=found.ambiguous,
            tense=sentence.tense,
            sentence=(sentence.start, sentence.end),
        )
        mentions.append(mention)
        previous = mention
    return mentions


class _Reader:
    """The words around one number, and what they make of it."""

    def __init__(
        self,
        found: Found,
        left: str,
        right: str,
        tense: Tense,
        previous: Mention | None,
        start: int,
        year: int | None,
    ) -> None:
        self.found, self.tense, self.previous, self.year = found, tense, previous, year
        self.left, self.right = left[-40:], right[:30]
        self.clause = re.split(r"[，。；：,;]", self.left)[-1]
        self.between = left[previous.end - start :] if previous else ""
        self.unit = found.quantity.unit

    def role(self) -> MentionRole:
        for rule in (
            self._listed,
            self._parameter,
            self._share_of_name,
            self._baseline,
            self._comparator,
            self._change,
            self._target,
            self._subset_or_current,
        ):
            if (role := rule()) is not None:
                return role
        return MentionRole.COUNT

    # --- the rules, first that speaks wins ---

    def _listed(self) -> MentionRole | None:
        """“分别下降3.1%和4.7%”: the second of a list does what the first did."""
        before = self.previous
        if before is None or before.quantity is None or before.quantity.unit != self.unit:
            return None
        return before.role if re.fullmatch(r"[、和及与]", self.between) else None

    def _parameter(self) -> MentionRole | None:
        clause, right, unit = self.clause, self.right, self.unit
        if (unit == "岁" and not re.search(r"(?:寿命|提高|达|至|到|为)[^，]{0,4}$", clause)) or re.match(
            r"^(?:岁|[-—~]\d)", right
        ):
            return MentionRole.PARAMETER
        if unit == "级" and re.match(r"^(?:及?以上|及?以下)?(?:占比|医院|手术|的|病历|电子病历|机构)", right):
            return MentionRole.PARAMETER
        if self._promised():
            return MentionRole.TARGET
        if re.search(r"每$", clause) or _EVERY.search(clause):
            return MentionRole.PARAMETER
        if unit in _DURATION_UNITS:
            if unit in ("年", "周") and not re.search(r"(?:缩短|延长|提前)[^，]{0,6}$", clause):
                return MentionRole.PARAMETER
            if _PARAMETER_RIGHT.match(right) and not re.search(
                r"(?:至|到|降|缩短|控制|时间|中位数|平均|住院日|由|从|在)[^，]{0,4}$", clause
            ):
                return MentionRole.PARAMETER
            if re.search(
                r"(?:连续|术后|发病|入院|出生|提前|满|最近|近|过去|出院|抵达|到达)$", clause
            ) and not re.search(r"(?:较|比)", clause):
                return MentionRole.PARAMETER
            if re.search(r"(?:到达前|患者到达前|提前)$", clause):
                return MentionRole.PARAMETER
        if unit in ("", "个") and re.match(r"^月", right):
            return MentionRole.PARAMETER
        if unit == "" and re.match(r"^(?:号楼|号线|号院|期工程|楼|号)", right):
            return MentionRole.NAME
        if (
            re.search(r"(?:掌握|要求|含|包括|不少于|至少)[^，]{0,18}$", clause)
            and self.tense == "future"
            and unit == "项"
            and re.search(r"要求", clause)
        ):
            return MentionRole.PARAMETER
        return None

    def _promised(self) -> bool:
        """“至少完成2项” in a plan is what will be held against it, however often it recurs."""
        return (
            self.tense == "future"
            and self.unit in COUNTED
            and re.search(
                r"(?:至少|不少于|不低于)[一-鿿]{0,4}$",
                self.clause + self.found.quantity.printed[:2].rstrip("0123456789"),
            )
            is not None
        )

    def _share_of_name(self) -> MentionRole | None:
        if self.unit == "" and re.match(r"^(?:型|号|届|版|级(?:医院|手术|以上电子病历))", self.right):
            return MentionRole.NAME
        return None

    def _baseline(self) -> MentionRole | None:
        before = self.left[-24:]
        if _BASELINE_PAREN.search(before):
            return MentionRole.BASELINE
        if _BASELINE_WORDS.search(self.clause) and not re.search(r"(?:较|比|到|至)[^，]{0,10}$", self.clause):
            return MentionRole.BASELINE if self._year_before() else None
        if _FROM.search(self.clause) and (_ARROW_RIGHT.match(self.right) or self.right[:1] in "升降增减提扩缩压至到"):
            return MentionRole.BASELINE
        return None

    def _year_before(self) -> bool:
        named = re.search(rf"({_YEAR})年(?:的|为|是|同期)*(?:约|近|超)?$", self.clause)
        if named is None:
            return True
        return self.year is not None and int(named[1]) < self.year

    def _comparator(self) -> MentionRole | None:
        head = _COMPARE_HEAD.search(self.clause)
        if (
            head
            and not re.search(rf"上年|去年|同期|年初|上月|上季|{_YEAR}年|此前|以前|前年", head["base"])
            and _COMPARATOR.search(head["base"])
        ):
            return MentionRole.COMPARATOR
        if _COMPARES.search(self.clause) and re.search(
            r"(?:全国|全省|全市|国家|省级?|同类)[^，。；,;]{0,6}(?:平均|标准|均值|水平|要求)[^，。；,;]{0,4}$",
            self.clause,
        ):
            return MentionRole.COMPARATOR
        return None

    def _change(self) -> MentionRole | None:
        clause = self.clause
        if _TO.search(clause):
            return None
        if self.unit == "个百分点":
            return MentionRole.CHANGE
        match = _CHANGE_VERB.search(clause)
        if match is None:
            return self._growth_as_rate()
        verb = match["verb"]
        compared = bool(match["comparison"]) or re.search(r"(?:较|比|同比|环比)[^，。；,;]{0,14}$", clause) is not None
        if self.tense == "future" and not compared:
            return MentionRole.TARGET
        if compared or self.unit in ("%", "倍", "‰"):
            return MentionRole.CHANGE
        if verb in ("新增", "净增", "少", "多", "减", "增") or self.unit in COUNTED:
            return None
        return MentionRole.CHANGE

    def _growth_as_rate(self) -> MentionRole | None:
        if self.unit == "%" and re.search(r"(?:增长率|增速|增幅|降幅)(?:为|达|达到|是)?(?:约|近)?$", self.clause):
            return MentionRole.CURRENT if "控制" in self.clause else MentionRole.CHANGE
        return None

    def _target(self) -> MentionRole | None:
        if _HARD_TARGET.search(self.clause):
            return MentionRole.TARGET
        if self.tense == "future":
            if (
                _TARGET.search(self.clause)
                or _TO.search(self.clause)
                or re.search(r"(?:达(?:到)?|以上|至|到)$", self.clause)
            ):
                return MentionRole.TARGET
            if self.unit in _RATE_UNITS or self.unit in _DURATION_UNITS:
                return MentionRole.TARGET
            if self.unit in COUNTED and not _STANDING.search(self.clause):
                return MentionRole.TARGET
        return None

    def _subset_or_current(self) -> MentionRole | None:
        if self.unit in _RATE_UNITS or self.unit in ("倍",):
            return MentionRole.CURRENT
        if self.unit in _DURATION_UNITS and re.search(
            r"(?:时间|时长|中位数|住院日|平均|缩短|降|控制|达|至|到|为|在)[^，]{0,6}$", self.clause
        ):
            return MentionRole.CURRENT
        if _TO.search(self.clause):
            return MentionRole.CURRENT
        if (
            self.previous is not None
            and self.previous.role is MentionRole.BASELINE
            and re.search(r"(?:至|到|为|成)$", self.clause)
        ):
            return MentionRole.CURRENT
        return None

    # --- what the words say besides ---

    def direction(self) -> int:
        verb = self.verb()
        if not verb:
            return 0
        if re.fullmatch(_RISE, verb):
            return 1
        return -1 if re.fullmatch(_FALL, verb) else 0

    def verb(self) -> str:
        near = self.clause[-14:]
        match = _TO.search(near) or _CHANGE_VERB.search(near)
        return match["verb"] if match else ""

    def period(self, role: MentionRole) -> str | None:
        named = re.search(rf"({_YEAR})年[^，。；,;]{{0,12}}$", self.left)
        if role is MentionRole.BASELINE:
            return named[1] if named else (str(self.year - 1) if self.year else None)
        return str(self.year) if self.year else None

    def baseline(self, role: MentionRole) -> str | None:
        if role not in (MentionRole.CHANGE, MentionRole.COMPARATOR):
            return None
        match = re.search(
            rf"(?:较|比|高于|低于|优于)((?:上年|去年)(?:同期)?|{_YEAR}年(?:同期)?|年初|[^，。；,;]{{1,12}}?(?:平均(?:水平)?|标准|人群))",
            self.clause,
        )
        if match:
            return match[1]
        return "上年同期" if "同比" in self.clause else None


# Words between a name and a further number of the same metric: “…占比比上年提高2.7个百分点，达到67.2%”.
_GLUE = re.compile(
    r"(?:达到?|为|是|升|降|提高|提升|下降|降低|缩短|增加|减少|增长|延长|增|减|控制|保持|稳定|完成|超过|超出|超|好于|低于|高于|优于|比|较|"
    r"上年|去年|同期|年初|全年|年度|定|的|目标|在|到|至|了|由|从|力争|并|且|则|已|均|同比|环比|约|近|仅|20\d\d年)*"
)
COUNTED = frozenset(
    "人 人次 名 位 例 例次 台 台次 项 个 次 家 家次 份 张 支 所 处 场 期 篇 部 辆 件 起 条 种 类 组 批 户 间 元 剂次 床 门".split()
)


def _metric_of(
    found: Found,
    role: MentionRole,
    labels: list[tuple[int, int, MetricDefinition | None]],
    offset: int,
    words: str,
    previous: Mention | None,
) -> tuple[MetricDefinition | None, str]:
    """The metric a number is about: the nearest name before it in the sentence that takes its unit."""
    if not role.is_fact:
        return None, ""
    at = found.start - offset
    unit = found.quantity.unit
    for start, end, definition in reversed([label for label in labels if label[1] <= at]):
        gap = words[end:at]
        if len(gap) > 40 or gap.count("；") or gap.count("。"):
            break
        if definition is None:
            if not re.search(r"[，,、]", gap):
                return None, ""
            continue
        if _fits(definition, unit, role) and not _other_number_took_it(
            definition, gap, previous, offset + end, role, unit
        ):
            return definition, words[start:end]
        if re.search(r"[，,]", gap) is None and role not in (MentionRole.CHANGE, MentionRole.COMPARATOR):
            return None, ""
    after = [label for label in labels if label[0] >= at + (found.end - found.start)]
    if (
        after
        and after[0][2] is not None
        and re.fullmatch(r"(?:的)?", words[found.end - offset : after[0][0]])
        and _fits(after[0][2], unit, role)
    ):
        return after[0][2], words[after[0][0] : after[0][1]]
    return None, ""


def _fits(definition: MetricDefinition, unit: str, role: MentionRole) -> bool:
    if definition.accepts(unit) or unit == "倍":
        return True
    if role in (MentionRole.CHANGE, MentionRole.COMPARATOR):
        if unit == "个百分点":
            return definition.unit in ("%", "")
        if unit in ("%", "倍"):
            return definition.kind in ("count", "amount", "rate", "duration", "index")
    return unit == "" and definition.kind == "index"


def _other_number_took_it(
    definition: MetricDefinition, gap: str, previous: Mention | None, name_end: int, role: MentionRole, unit: str
) -> bool:
    """A count right after another count of the same name belongs to something else (“检查23次，覆盖67家次”)."""
    if previous is None or previous.start < name_end or previous.metric != definition.id:
        return False
    if role in (MentionRole.CHANGE, MentionRole.BASELINE, MentionRole.COMPARATOR):
        return False
    if previous.role is MentionRole.BASELINE:
        return False
    if role is MentionRole.TARGET and previous.role is not MentionRole.TARGET:
        return False
    piece = re.split(r"[，,、；（(]", gap)[-1]
    return bool(re.search(r"[，,、；（(]", gap)) and _GLUE.fullmatch(piece) is None

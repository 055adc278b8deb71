"""The same thing said twice: one metric with two values, one number for many things, a list that is not as long as said.

In: a `Reading`.  Out: hits.

Surprise: “满意度” of the outpatients and of the inpatients are two metrics with one name; only words that are equal back
to the last mark make two numbers the same fact.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice

from chugao.checks.intervals import interval_of
from chugao.checks.prose import Number, Row
from chugao.checks.reading import Finder, Hit, Reading
from chugao.mentions import MentionRole
from chugao.quantity import COUNT_UNITS, Qualifier, han_value, plain
from chugao.source import Severity

# --- one metric, one value ------------------------------------------------------------------------

_SUBJECT = re.compile(
    r"(?:^|[，。、；：,;:（(\s])(?:\d{4}年)?(?:全年|年内|今年|本年度?)?(?P<who>全院|全市|全县|全区|全科|我院|我市|我县|我科)?(?:的|共|累计|实现|完成)?"
    r"(?P<what>[一-鿿A-Za-z0-9－—-]{2,16}?(?:率|满意度|住院日|占比|比例|人次|次均费用|指数|CMI值?|时间))(?:达到?|为|是|稳定在|保持在|提[高升]至|降至|缩短至|[:：])?$"
)
_TOO_GENERAL = frozenset(
    "占比 比例 完成率 合格率 达标率 知晓率 满意度 覆盖率 增长率 时间 人次 参与率 优秀率 通过率 使用率 有效率 及时率 整改率 治愈率 好转率 考核合格率 整改完成率 回访率 培训覆盖率 指数 参训率".split()
)


def same_fact(reading: Reading) -> Iterator[Hit]:
    """C08: one metric, one period, one value in the whole document."""
    told: dict[tuple[str, ...], Number] = {}
    placed = [(row, place, number) for row in reading.page.rows for place, number in enumerate(row.numbers)]
    for row, place, number in placed:
        match = _SUBJECT.search(row.upto(number)[-40:]) if _tells_a_level(number) else None
        if match is None or match["what"] in _TOO_GENERAL or re.search(r"增长|目标|计划|力争", match["what"]):
            continue
        period = number.mention.period or ""
        if _of_another_time(row, number):
            continue
        key = (match["who"] or "", match["what"], number.unit, period, _counted_of(row, place))
        first = told.setdefault(key, number)
        if first is number:
            continue
        one, other = interval_of(first.quantity), interval_of(number.quantity)
        if one is None or other is None or one.meets(other):
            continue
        # Two values far apart are two facts with one name (of two campaigns, two wards); a slip lies near.
        if abs(number.quantity.value - first.quantity.value) * 5 > max(number.quantity.value, first.quantity.value):
            continue
        hint = f"“{match['what']}”前面写{first.text}，这里写{number.text}。同一指标全文应当一个数；口径不同的请写明。"
        yield Hit(number.mention.start, number.mention.end, hint)


def _counted_of(row: Row, place: int) -> str:
    """“高危住院分娩50人，住院分娩率100%” is the rate of those fifty, whatever it is called."""
    follows = place > 0 and re.fullmatch(r"[，,][^，。；,;]+", row.numbers[place].before)
    return row.numbers[place - 1].clause if follows else ""


def _tells_a_level(number: Number) -> bool:
    if number.quantity.qualifier is not Qualifier.EXACT or number.quantity.high is not None:
        return False
    if number.mention.role not in (MentionRole.CURRENT, MentionRole.COUNT) or number.mention.tense != "past":
        return False
    return number.unit not in ("", "倍", "个百分点", "项", "个")


def _of_another_time(row: Row, number: Number) -> bool:
    """A month, a quarter or another year is named in the sentence before the number."""
    return (
        re.search(r"\d{1,2}月|季度|半年|上年|去年|20\d\d年[^，。]{0,12}$|截至|其中|科室?[，：]", row.upto(number))
        is not None
    )


# --- one number for many things -------------------------------------------------------------------


def round_repeat(reading: Reading) -> Iterator[Hit]:
    """C30: the same round number for four and more different things was guessed, not counted."""
    places: defaultdict[Decimal, list[Number]] = defaultdict(list)
    for _, number in reading.page.numbers():
        value = number.quantity.value
        counted = number.unit in COUNT_UNITS and number.quantity.qualifier is Qualifier.EXACT
        if (
            counted
            and number.quantity.high is None
            and value >= 200
            and value % 100 == 0
            and not re.search(r"[万亿千百]", number.text)
        ):
            places[value].append(number)
    for value, numbers in places.items():
        things = {(n.unit, n.clause[-4:]) for n in numbers}
        if len(numbers) < 4 or len(things) < 4:
            continue
        listed = "、".join(f"{n.clause[-6:]}{n.text}" for n in numbers[:5])
        hint = f"“{plain(value)}”用在{len(things)}件不同的事上：{listed}。整数重复太多像估数，请逐个核对来源。"
        yield Hit(numbers[0].mention.start, numbers[0].mention.end, hint, Severity.INFO)


# --- a target that nothing can be held against ----------------------------------------------------

_VAGUE = re.compile(
    r"(?:效率|能力|水平|质量|效能|实力|素质|成效|体验|竞争力|影响力|服务|管理)(?:整体|全面|平均|同比|较上年|比上年|较去年)*(?:再|至少|力争)?(?:提升|提高|增强|改善|增长)了?$"
)


def vague_target(reading: Reading) -> Iterator[Hit]:
    """“救治效率提升20%” names neither what is measured nor where it starts."""
    for _, number in reading.page.numbers():
        if number.unit != "%" or not _VAGUE.search(number.before) or re.search(r"由|从", number.clause):
            continue
        if re.search(r"率(?:提升|提高)了?$|指数|满意", number.clause) and "效率" not in number.clause:
            continue
        if re.search(r"(?:待遇|养老金|工资|收入|薪酬|补助|价格|金|生活)水平", number.clause):
            continue
        hint = (
            f"“{number.clause.strip()}{number.text}”没有指标、没有基数，年底无从考核。"
            "请改为某项指标“由多少提高到多少”，并写明责任科室和时限。"
        )
        yield Hit(number.mention.start, number.mention.end, hint)


# --- a list as long as it says --------------------------------------------------------------------

_HAN = "两二三四五六七八九十"
_STATED = re.compile(
    rf"(?P<number>[{_HAN}]|\d{{1,2}})(?:个|项|大|条|点|方面|件|类)(?:方面|重点|工作|任务|措施|举措|行动|工程|环节|要求|事|问题|关键|主要)*(?:的?(?:工作|任务|措施|举措|内容|事|实事|问题))?(?:为|是|，即|，主要是|，分别是)?[：:。]\s*(?=一[是要]|第一[，,]|（一）)"
)
_MOST_LISTS = 500
_ORDER = "一二三四五六七八九十"
_LISTED = re.compile(
    rf"(?P<list>(?:[^，。；、：:,;（）()《》“”\d\n]{{1,8}}、){{2,9}}[^，。；、：:,;（）()《》“”\d\n]{{1,8}}?)(?P<other>等)?(?P<number>[{_HAN}])(?P<class>项|类|个|大|种)(?=[一-鿿])"
)


def enumerated(reading: Reading) -> Iterator[Hit]:
    """C23: “抓好三项工作：一是……” is followed by three, “A、B、C三项制度” by as many as are listed."""
    words = reading.page.words
    for match in islice(_STATED.finditer(words), _MOST_LISTS):
        stated, follow = _number(match["number"]), _followed(words, match.end())
        if follow >= 2 and follow != stated:
            hint = f"前面说{match['number']}项，后面分了{follow}条（到“{_ORDER[follow - 1]}是”）。请核对条数。"
            yield Hit(match.start(), match.end(), hint)
    for match in islice(_LISTED.finditer(words), _MOST_LISTS):
        stated, listed = _number(match["number"]), match["list"].count("、") + 1
        joined = len(re.findall(r"[和及与]|以及", match["list"].rpartition("、")[2]))
        if match["other"] or listed <= stated <= listed + joined or abs(stated - listed) > 2 or stated < 3:
            continue
        hint = f"前面列了{listed}项，后面说{match['number']}{match['class']}。请核对。"
        yield Hit(match.start("list"), match.end("class"), hint)


def _number(printed: str) -> int:
    return int(printed) if printed.isdigit() else int(han_value(printed))


def _followed(words: str, start: int) -> int:
    """How many 一是, 二是 … follow in order, up to the next line but one that does not go on."""
    line_end = words.find("\n", start)
    block = words[start : line_end if line_end >= 0 else len(words)][:3000]
    style = next((s for s in ("{}是", "{}要", "第{}[，,]") if re.match(s.format("一"), block)), None)
    if style is None:
        return 0
    count = 0
    for han in _ORDER:
        if not re.search(rf"(?:^|[。；：，、\s]){style.format(han)}", block):
            break
        count += 1
    return count


# --- a paragraph that stands twice ----------------------------------------------------------------


def repeated_paragraph(reading: Reading) -> Iterator[Hit]:
    """C44: a paragraph that stands in the document twice; several in a row are one finding."""
    seen: dict[str, int] = {}
    repeated: list[tuple[int, int]] = []
    for number, line in enumerate(reading.body):
        key = re.sub(r"[\W_]+", "", line.text)
        if len(key) >= 40 and (first := seen.setdefault(key, number)) != number:
            repeated.append((number, first))
    body = reading.body
    while repeated:
        run = 1
        while run < len(repeated) and repeated[run] == (repeated[run - 1][0] + 1, repeated[run - 1][1] + 1):
            run += 1
        start, end = repeated[0][0], repeated[run - 1][0]
        many = f"从这里起{run}段与前面" if run > 1 else "这一段与前面"
        hint = f"{many}“{body[repeated[0][1]].text[:12]}……”一字不差。请删去一处。"
        yield Hit(body[start].start, body[end].end, hint)
        repeated = repeated[run:]


FINDERS: dict[str, Finder] = {
    "same-fact": same_fact,
    "round-repeat": round_repeat,
    "vague-target": vague_target,
    "count-enumerated": enumerated,
    "dup-paragraph": repeated_paragraph,
}

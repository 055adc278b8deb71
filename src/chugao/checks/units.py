"""Words around a number that do not go with it: a verb of another noun, two hedges, two units, more than the whole.

In: a `Reading`.  Out: hits; no figures are needed.

Surprise: “床位使用率102%” and “预算执行率105%” are real; only a share of a whole stops at 100.
"""

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from chugao.checks.reading import Finder, Hit, Reading
from chugao.mentions import Mention

# --- verbs ----------------------------------------------------------------------------------------

_TIME_RAISED = re.compile(
    r"(?P<noun>(?:平均住院日|住院日|时间|时长|天数|候诊|等候))(?:[^，。；\d]{0,3}(?:由|从)[^，。；]{1,14}?)?(?P<verb>提升|提高|增强)(?=(?:至|到|了)?\d)"
)
_OTHER_PARTNERS = re.compile(
    r"(?P<noun>满意度|[一-鿿]{1,6}率|占比|台次|人次|例数)(?:[^，。；\d]{0,3}(?:由|从)[^，。；]{1,14}?)?(?P<verb>缩短|延长)(?=(?:至|到|了)?\d)"
)


def verb_and_noun(reading: Reading) -> Iterator[Hit]:
    """C04: “平均住院日提升至5天”, “满意度缩短2个百分点”."""
    for sentence in reading.sentences:
        for match in _TIME_RAISED.finditer(sentence.text):
            hint = f"“{match['noun']}”不说“{match['verb']}”：短了写“缩短”，长了写“延长”。请对照数据改。"
            yield Hit(sentence.start + match.start("verb"), sentence.start + match.end("verb"), hint)
        for match in _OTHER_PARTNERS.finditer(sentence.text):
            hint = f"“{match['noun']}”不说“{match['verb']}”：写“提高”“下降”或“增加”“减少”。"
            yield Hit(sentence.start + match.start("verb"), sentence.start + match.end("verb"), hint)
    for mention in reading.mentions:
        definition = reading.catalogue.get(mention.metric) if mention.metric else None
        if definition and definition.better == "down" and mention.verb == "提升" and definition.kind != "duration":
            start = reading.text.rfind("提升", mention.sentence[0], mention.start)
            if start >= 0 and mention.start - start <= 4:
                hint = f"{definition.name}越低越好，升了不说“提升”：降了写“下降”，升了写“上升”。"
                yield Hit(start, start + 2, hint)


# --- hedges ---------------------------------------------------------------------------------------

_HEDGED_TWICE = re.compile(
    r"(?<![一-鿿]靠)(?:大约|约|将近|接近|近|超过|逾)(?P<n>\d[\d.]{0,12}|[一二三四五六七八九十百千]{1,6})(?:[万亿]|百|千)?(?:余|多(?=[个人名台例次项家万份场种]))"
    r"|(?:大约|约|将近|接近|近|超过|逾|不足)(?P<m>\d[\d.]{0,12})[万亿]?[一-鿿%％]{0,3}?(?:左右|上下)"
    r"|(?:超过|超|逾|高于)(?P<k>\d[\d.]{0,12})[万亿]?[一-鿿%％]{0,3}?以上"
)


def hedged_twice(reading: Reading) -> Iterator[Hit]:
    """C34: 约200余项, 近30%左右, 超过500例以上."""
    for sentence in reading.sentences:
        for match in _HEDGED_TWICE.finditer(sentence.text):
            number = match["n"] or match["m"] or match["k"]
            hint = f"约数只说一次：写“约{number}……”或“{number}余……”，不要叠用。最好写准数。"
            yield Hit(sentence.start + match.start(), sentence.start + match.end(), hint)


# --- units and bounds -----------------------------------------------------------------------------

_PAIRS = ({"台", "台次"}, {"人", "人次"}, {"例", "例次"}, {"张", "个"}, {"万元", "元"})


def one_unit_a_metric(reading: Reading) -> Iterator[Hit]:
    """C27: one metric counted in 台 here and in 台次 there; % beside ％."""
    seen: dict[str, list[Mention]] = {}
    for mention in reading.mentions:
        definition = reading.catalogue.get(mention.metric) if mention.metric else None
        if definition is None or mention.quantity is None or mention.role in ("change", "comparator"):
            continue
        # “手术417台” may be somebody else's operations; the full name is this metric.
        if mention.role.is_fact and mention.metric_name in definition.all_names():
            seen.setdefault(definition.id, []).append(mention)
    for mentions in seen.values():
        units = Counter(m.quantity.unit for m in mentions if m.quantity)
        for pair in _PAIRS:
            used = [u for u, _ in units.most_common() if u in pair]
            if len(used) == 2:
                odd = next(m for m in mentions if m.quantity and m.quantity.unit == used[1])
                hint = f"{odd.metric_name}前后单位不一：多处写“{used[0]}”，这里写“{used[1]}”。请统一为“{used[0]}”。"
                yield Hit(odd.start, odd.end, hint)
    narrow, wide = reading.text.count("%"), reading.text.count("％")
    if narrow and wide:
        at = reading.text.index("％")
        yield Hit(at, at + 1, f"百分号全角、半角混用（“%”{narrow}处，“％”{wide}处）。请统一为“%”。")


_BOUNDED = re.compile(
    r"(?:满意度|合格率|依从率|及时率|治愈率|占比|达标率|整改率|知晓率|接种率|入径率|归档率|抢救成功率|成功率|好转率|报告率|签约率|感染率|"
    r"死亡率|参保率|优良率|符合率|有效率|普及率|甲级率|预约率|就诊率|入住率|发生率)"
)


_MOVED = re.compile(r"(?:缩短|延长|压缩|减少|提前|加快|增加|降低|推迟|少|多|快|慢)了?(?:约|近)?$")
"""“再缩短3分钟” is no time of three minutes."""


def beyond_all(reading: Reading) -> Iterator[Hit]:
    """C29: more than the whole, or far outside what the metric ever is."""
    for mention in reading.mentions:
        quantity = mention.quantity
        if quantity is None or not mention.role.is_fact or mention.role in ("change", "comparator"):
            continue
        if quantity.unit == "%" and quantity.value > 100:
            left = reading.plain[max(mention.sentence[0], mention.start - 12) : mention.start]
            name = re.search(rf"{_BOUNDED.pattern}(?:达到?|为|是|约|近|超|已|由|从|提高|上升|提升|至|到)*$", left)
            if name:
                hint = f"“{mention.text}”超过100%，不可能。请核对是不是多敲了一位或漏了小数点。"
                yield Hit(mention.start, mention.end, hint)
        elif mention.metric and (definition := reading.catalogue.get(mention.metric)):
            band = definition.band if isinstance(definition.band, tuple) else None
            if definition.kind == "duration" and band and quantity.unit == definition.unit:
                low, high = Decimal(str(band[0])) / 5, Decimal(str(band[1])) * 5
                moved = _MOVED.search(reading.plain, max(mention.sentence[0], mention.start - 8), mention.start)
                if not low <= quantity.value <= high and moved is None:
                    hint = f"{definition.name}{mention.text}远在常见范围（{band[0]:g}—{band[1]:g}{definition.unit}）之外。请核对。"
                    yield Hit(mention.start, mention.end, hint)


FINDERS: dict[str, Finder] = {
    "verb-noun": verb_and_noun,
    "hedged-twice": hedged_twice,
    "unit-mixed": one_unit_a_metric,
    "beyond-band": beyond_all,
}

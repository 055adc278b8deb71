"""Find what somebody blanked out of a report before publishing it, and say what stood there.

In: text.  Out: `Mask`s with their kind.  A mask is never a fact and never goes into a draft.

Surprise: “xx思想” and “党的***” are masks too, made by a filter of the site; and X线机, DRG-XX1 and 2×3 are none.
"""

import re
from collections.abc import Iterator
from typing import Literal

from chugao.source import Frozen

MaskKind = Literal["year", "date", "number", "place", "organisation", "person", "phrase"]

_MASK = re.compile(
    r"(?<![\dA-Za-z])20[xX×Ｘｘ*_＊]{1,2}(?=年)|(?<![A-Za-z\d-])20[xX×Ｘｘ*_＊]{2}|(?<![A-Za-z-])[xX×ＸｘＸ]{2,}(?![A-Za-z\d])|[*＊]{2,}|[○〇□]{2,}(?![\d年一二三四五六七八九])|_{2,}"
    r"|(?<![A-Za-z])[xXＸ×](?=[省市县区镇乡村院月日])|(?<=[\u4e00-\u9fff])[*＊](?=[\u4e00-\u9fff])"
    r"|某某|某(?=[省市县区镇乡院科局委医])|(?<=[赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜戚谢邹苏潘葛范彭郎鲁韦马方俞任袁柳唐薛雷贺汤罗毕郝安常于傅齐康顾孟黄穆萧尹姚邵汪毛戴宋庞熊纪舒屈项祝董梁杜阮蓝闵季贾江童郭梅林徐高夏蔡田胡凌霍万卢莫房干解丁宣邓洪石崔龚程邢裴陆荣翁段侯谷刘叶白赖乔阎曾沙关查游权])某(?=[某、，。；：（主同医护院科因参，等]|$)"
)
_NUMBER_AFTER = re.compile(
    r"^(?:余|多|万|亿|千|百|％|%|‰)*(?:人|例|次|个|台|张|家|项|元|名|份|篇|床|天|分|小时|条|场|间|辆|户|平方|公里|米|吨|克|kg|处|批|期|起|期|支|只|件|所|户|岁|[%％‰万亿])"
)
_NUMBER_BEFORE = re.compile(r"(?:达到?|完成|约|近|超过?|共|计|增长|下降|提高|投入|开展|新增|为|至|[第\d.])$")
_ORGANISATION = re.compile(
    r"^[\u4e00-\u9fff]{0,4}?(?:医院|卫生院|保健院|卫生室|中心|委员会|卫健|卫生健康|局|科|处|公司|学校|大学|学院|部门|单位)"
)


class Mask(Frozen):
    """A blank where a fact stood."""

    start: int
    """Code points."""
    end: int
    text: str
    kind: MaskKind
    """What was taken out; phrase when nothing tells."""


def masks_of(text: str) -> Iterator[Mask]:
    """Every mask in a text, in order.  Linear."""
    if not re.search(r"[xX×ＸｘＸ*＊○〇□_某]", text):
        return
    for match in _MASK.finditer(text):
        before, after = text[max(match.start() - 6, 0) : match.start()], text[match.end() : match.end() + 10]
        yield Mask(start=match.start(), end=match.end(), text=match[0], kind=_kind(match[0], before, after))


def is_masked(text: str) -> bool:
    return next(masks_of(text), None) is not None


def _kind(mask: str, before: str, after: str) -> MaskKind:
    if mask.startswith("20"):
        return "year"
    if after.startswith(("月", "日", "年")):
        return "date"
    if mask == "某" and before and not after.startswith(tuple("省市县区镇乡院科局委医")):
        return "person"
    if after[:1] in tuple("省市县区镇乡村州") or after.startswith("街道"):
        return "place"
    if _ORGANISATION.match(after):
        return "organisation"
    if _NUMBER_AFTER.match(after) or _NUMBER_BEFORE.search(before):
        return "number"
    if after.startswith(("同志", "主任", "院长", "书记", "局长", "医生", "医师", "教授", "某")):
        return "person"
    return "phrase"

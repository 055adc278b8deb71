"""What a matter only counted, as rows of a table: name, value and unit in an office's words.

In: a clause with slots (“带教手术{…}台”), the matter it stands in.  Out: `Row`s; none where the clause makes no name.

Surprise: a submission is written as one talks (“一年下来看了1326个病人”).  What has no name that stands alone stays in the
prose, whatever that does to the count of numbers there.
"""

import re
from typing import NamedTuple

from chugao.manuscript import SLOT

_SLOT = r"\{[a-z_]+\.[a-z_]+\}"
_NAMED = re.compile(
    rf"^(?:全年|年内|本年|上半年|半年|共|累计|已|其中)*(?P<name>[一-鿿“”（）+·]{{2,16}}?)(?:达到?|为|是|共|约|近)?(?P<value>{_SLOT}[一-鿿/]{{0,3}})$"
)
_SPOKEN = re.compile(
    r"[了着过搞弄啦嘛呢吧咱俺]|[的来]$|^(?:一年|今年)?下来|我们|他们|大家|差不多|每个|[院科站所馆]长|^(?:缺点|问题|还有|另外|明年|去年|今年|跟|给|把|让|被)|个病人|张?片子"
)
_NO_NAME = re.compile(
    r"^(?:同比|环比|比|较|占比?|增|减|升|降|提高|达|涉及|每|平均|各|其余|另|有|为|由|从|用|花|收|看|传|拍|做|来)|[由从至到增长比占减升降每各][^一-鿿]?$|其中"
)
_ACT = re.compile(
    r"^(?:成功|全面|积极|持续|稳步|有序|率先)?(?:开展|推进|推行|完成|实施|组织|建立|建成|成立|举办|开设|启用|落实|加强|强化|处置|应对|开通|设立|上线|做好|抓好)"
)
_SAYS_NOT_OF_WHAT = re.compile(
    r"(?:完成|投资|投入|耗资|开展|新增|新建|覆盖|接诊|收治|服务|惠及|参加|参与|到位|确诊|检出|已.|[一-鿿]{2}率)"
)
"""A row “完成　12386人” with nothing in brackets behind it tells nobody what was completed."""
_STANDS = re.compile(r"[，；]")
_ABOUT = 16
_BARE = 2  # characters of a name that is a verb: 接诊, 封签


class Row(NamedTuple):
    """One row: what was counted, and how many of it, its number still a slot."""

    name: str
    value: str


def rows_of(clause: str, text: str) -> tuple[Row, ...]:
    """The rows that a clause of a matter makes; `text` is what was done.  () where a part of it has no name."""
    about = about_of(text)
    rows = []
    for piece in re.split(rf"、(?=[^、]*{_SLOT})", clause):
        match = _NAMED.match(piece)
        if match is None or _SPOKEN.search(piece) or _NO_NAME.search(match["name"]):
            return ()
        if piece == clause and len(match["name"]) <= _BARE and not about and text and is_office_like(text):
            return (Row("", clause),)  # “封签312次”: the deed's own name says of what
        if not about and _SAYS_NOT_OF_WHAT.fullmatch(match["name"]):
            return ()
        rows.append(Row(f"{match['name']}（{about}）" if about else match["name"], match["value"]))
    return tuple(rows)


def is_office_like(text: str) -> bool:
    """Whether a deed may stand as a row's name: in written words, with no number of its own."""
    first = _STANDS.split(text)[0]
    return SLOT.search(first) is None and not re.search(r"\d", first) and _SPOKEN.search(first) is None


def about_of(text: str) -> str:
    """What a deed was about, as it stands in brackets behind what was counted; "" where it is no short name."""
    first = _STANDS.split(text)[0]
    about = _ACT.sub("", first)
    short = len(about) <= _ABOUT and about != first and not re.search(r"[（()）]", about)
    return about if short and len(about) > 1 and is_office_like(first) else ""

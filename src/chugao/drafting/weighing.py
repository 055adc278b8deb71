"""How much a matter matters, and whether it may be printed at all.

In: a matter and what leaders asked for.  Out: a weight; a reader's word comes before a milestone, a milestone before all else.
"""

import re
from collections.abc import Sequence

from chugao.drafting.heeding import only_by_field, read_order, speaks_of
from chugao.material import Matter, MatterStatus
from chugao.outline import topic_of_matter
from chugao.source import Release

URGENT = 89
_OF_THE_FIELD = 89
"""Of what is of the field that a leader named but not the thing: it moves up with it and stands in no paragraph alone."""
FIRST, ASKED, _WANTED, _CONDENSED = 100, 99, 85, 30
_MILESTONE = re.compile(
    r"通过[^，]{0,14}(?:评审|评价|评估|认证|验收|复审|复评|复核)|创成|晋升|获批[^，]{0,10}(?:医院|中心)$|(?:评审|复审|复评|验收|认证|评估)通过$"
)
_WEIGHTY = re.compile(
    r"启用|投入使用|获批|建成|投用|挂牌|上线|首例|首家|成立|开诊|落成|竣工|开通|恢复|托管|牵头|扩建|迁入"
)
_OF_A_DESK = re.compile(
    r"获批[^，]{0,12}(?:课题|基金|项目)|(?:课题|项目|基金)[^，]{0,12}获批|(?:单|表|册|卡|模板|问卷)上线"
)
"""What bears the words of a great thing and is a desk's own: a project of a county, a form in the system."""
_NEW_HERE = re.compile(r"第一[台例]|首[台例次]|(?:全[国省市县区]|本[省市县区]|区域内|域内)(?:首|第一|唯一)")
"""Done for the first time in the house, or in its region: what a year is remembered for."""
# What the coming year will be remembered for, once it is done.
_AIMED_AT = re.compile(
    r"创建|通过[^，]{0,14}(?:评审|评价|评估|认证|验收|复审|复评)|新[^，；。]{0,8}(?:楼|院区|病区)|迁建|整体搬迁"
)


def printable(release: Release) -> bool:
    """What a document that leaves the office may print: 内部 and 不写 stay in, and count as covered."""
    return release in (Release.PUBLIC, Release.UPWARD)


def weight_of(matter: Matter, instructions: Sequence[str] = ()) -> int:
    """How much a matter matters: what a leader asked for, milestones, honours, then the rest."""
    weight = 50
    if matter.status is MatterStatus.DONE and _MILESTONE.search(matter.text):
        weight = 95
    elif _is_weighty(matter) or (matter.status is MatterStatus.PLANNED and _AIMED_AT.search(matter.text)):
        weight = 70
    elif topic_of_matter(matter.category, matter.text).id == "honours":
        weight = 60
    if matter.status is MatterStatus.ONGOING:
        weight -= 15
    asked = [o for o in map(read_order, instructions) if o.wish in ("feature", "first", "apart")]
    meant = [o.about for o in asked if speaks_of(matter, o.about)]
    if any(matter.text in i for i in instructions) or not all(only_by_field(matter, about) for about in meant):
        weight = ASKED
        firsts = [o.about for o in asked if o.wish == "first" and o.about in meant]
        if any(not only_by_field(matter, about) for about in firsts):
            weight = FIRST
    elif meant:
        weight = max(weight, _OF_THE_FIELD)
    if weight < _WANTED and any(
        o.wish == "include" and speaks_of(matter, o.about) for o in map(read_order, instructions)
    ):
        weight = _WANTED
    if any(o.wish == "condense" and speaks_of(matter, o.about) for o in map(read_order, instructions)):
        weight = min(weight, _CONDENSED)
    return weight


def _is_weighty(matter: Matter) -> bool:
    """Whether an office would name a matter when it is asked what it did in the year."""
    own = _OF_A_DESK.search(matter.text) and not re.search("国家|省", matter.text)
    great = _WEIGHTY.search(matter.text) and not own
    return bool(great or _NEW_HERE.search(matter.text + matter.result))


def is_problem(matter: Matter) -> bool:
    return re.search(r"不足|问题|短板|困难", matter.category) is not None

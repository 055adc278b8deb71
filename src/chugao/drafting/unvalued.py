"""What a model says of a metric without its value: which way it is to go, and up to what.

In: a sentence with slots, its `Offer`, every text somebody gave.  Out: sentences in Chinese for the model.

A metric that is named beside a verb of change and no slot escapes the readers of numbers, yet it claims: “日间手术占比
压缩到平均住院日目标” joins two metrics in the wrong direction and has not one digit.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from chugao.corpus.words import Words
from chugao.drafting.mending import names_of
from chugao.drafting.offering import Offer
from chugao.drafting.tiling import is_doing
from chugao.kind import Kind
from chugao.manuscript import SLOT, Brief

_RISES = "提高|提升|上升|增长|增加|扩大|攀升|做大|延长|升"
_FALLS = "下降|降低|减少|缩短|压缩|压降|压减|下调|缩小|回落|降"
_VERB = rf"(?:(?P<rises>{_RISES})|(?P<falls>{_FALLS}))"
_WAY = "(?:要|将|再|进一步|继续|持续|力争|稳步|有效|逐步|明显|大幅|应|能|会|的)*"
_BEHIND = re.compile(_WAY + _VERB)
_AHEAD_OF = re.compile(_VERB + "(?:了|全院|我院|全科|我科|本院)?$")
_ENDS_HERE = re.compile("$|[，和与及、的]")
_UP_TO = re.compile(rf"(?:(?:{_RISES}|{_FALLS}|达)[到至]|(?:控制|稳定|保持)在)(?P<what>[一-鿿]{{2,12}})")
_THIS_YEAR = re.compile("(?:本年度?+|今年)(?:内|期间|以来|全年)?+(?!目标|计划|任务|值|末|底|初)")
_TO_COME = re.compile("(?:本年度?|今年|全年|年内)(?:还|也|又)?(?:将要?|拟|计划|打算|准备)(?P<act>[一-鿿]{2,6})")
# What is done to things and offices, and to no figure.
_ACTS = (
    "落实|建设|修订|开设|建立|推行|覆盖|启用|上线|组织|举办|购置|安装|成立|印发|制定|签订|培训|改造|建成|组建|开展|实施"
)
_ACTED_ON = re.compile(rf"(?:{_ACTS})了?$")
_ACTING = re.compile(rf"(?:要|将|得到|全面|全部|已|已经|也|基本)*(?:{_ACTS})(?!前|后|以来)")
_JOINING = re.compile("纳入|带动|覆盖|转化?为|代替|取代|等于|促进|推动|带来|作为|影响|决定|牵引")
_AHEAD = ("plan", "items", "goals", "next")


def unvalued(text: str, offer: Offer, given: str) -> Iterator[str]:
    """What is wrong with what a sentence says of metrics without a value."""
    named = {name: metric for metric, called in names_of(offer).items() for name in called}
    better = {s.metric: s.better for s in offer.brief.slots if s.metric and s.better}
    for clause in re.split("[，。；：！？]", text):
        yield from _up_to(clause, given)
        if SLOT.search(clause):
            continue  # `binding` and `checks` read the verbs beside values
        yield from _joined(clause, named, given)
        bare = clause
        for name in sorted(named, key=len, reverse=True):
            if name in bare:
                yield from _misfit(bare, name, given)
                yield from _astray(bare, name, better.get(named[name], ""), given)
                # A short name inside a longer one is not said twice.
                bare = bare.replace(name, "，" * len(name))
    yield from _other_year(text, offer.brief, given)


def _other_year(text: str, brief: Brief, given: str) -> Iterator[str]:
    """This year behind a year's report, where the next one is meant; what is to come, of a year that is over."""
    ahead = brief.role in _AHEAD
    behind = brief.kind is Kind.SUMMARY_PLAN or (brief.kind is Kind.SUMMARY and brief.role == "next")
    for match in _THIS_YEAR.finditer(text) if ahead and behind else ():
        if match.group() not in given:
            yield f"“{match.group()}”：这一部分写的是下一年，请删去"
    for match in _TO_COME.finditer(text) if brief.role == "results" else ():
        # 全年将门诊搬到新楼: no act behind 将, and done.
        if match.group() not in given and is_doing(Words(match["act"]).all[0].text):
            yield f"“{match.group()}”：这一部分写的是做过的事，不写打算"


def _misfit(clause: str, name: str, given: str) -> Iterator[str]:
    """“修订平均住院日”: what is done to a rule, a house or a course, done to a figure."""
    at = clause.find(name)
    before, behind = clause[:at], clause[at + len(name) :]
    act = _ACTING.match(behind) or (_ENDS_HERE.match(behind) and _ACTED_ON.search(before))
    if act and f"{name}{act.group()}" not in given and f"{act.group()}{name}" not in given:
        yield f"“{name}”是指标，不能“{act.group()}”，请改写"


def _joined(clause: str, named: Iterable[str], given: str) -> Iterator[str]:
    """“将日间手术占比纳入平均住院日”: one figure made something of another."""
    found = sorted((clause.find(n), n) for n in named if n in clause)
    for (start, one), (end, other) in pairwise(found):
        between = clause[start + len(one) : end]
        if _JOINING.search(between) and f"{one}{between}{other}" not in given:
            yield f"“{one}{between}{other}”：两个指标不是一回事，请分开写"


def _up_to(clause: str, given: str) -> Iterator[str]:
    """“压缩到平均住院日目标”: behind 到 stands a value, or words somebody gave."""
    for match in _UP_TO.finditer(clause):
        up_to = clause[match.start("what") - 1 : match.start("what") + 3]
        # 缩为三日, told as 缩短到三日.
        if not any(f"{joined}{up_to[1:]}" in given for joined in "到至为达在"):
            yield f"“{match.group()}”：“{up_to[0]}”后面请接这个指标的槽位，或删去"


def _astray(clause: str, name: str, better: str, given: str) -> Iterator[str]:
    """A verb right behind a metric's name, or right before it, that goes against what is wanted of the metric."""
    at = clause.find(name)
    behind = clause[at + len(name) :]
    verb = _BEHIND.match(behind) or (_ENDS_HERE.match(behind) and _AHEAD_OF.search(clause[:at]))
    if not verb or better not in ("up", "down"):
        return
    wrong = verb["falls" if better == "up" else "rises"]
    if wrong and f"{name}{wrong}" not in given and f"{wrong}{name}" not in given:
        wanted = "越高越好" if better == "up" else "越低越好"
        yield f"“{name}”{wanted}，与“{wrong}”不合，请改写，变化请用槽位"

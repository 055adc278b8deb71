"""Whether a text may say that an aim was reached, passed or kept: “达到88%的年度目标”, “低于7%的控制线”.

In: a number that prints a target rightly, its fact, the text, the facts.  Out: what to say of it, "" when it holds.

Surprise: the number is right, so nothing but the verb before it lies.  And which way an office's own metric is better is
a guess: of 优于 and 好于 such a metric is never accused, unless the words themselves speak of a line of control.
"""

import re

from chugao.checks.candidates import words_around
from chugao.mentions import Mention
from chugao.metrics.facts import Fact, Facts
from chugao.quantity import Qualifier

_REACHES = re.compile(
    r"(?:达到|完成|实现|超过|超额完成|优于|好于|突破)了?(?P<aim>[^，。；\d]{0,4}(?:目标|任务)(?:值|数)?(?:的|为)?)?$"
)
_OF_THE_AIM = re.compile(r"^的?(?:年度|年初|全年|既定|预期)*的?(?:目标|任务)")
_NOT_YET = re.compile(
    r"[没未不无非力拟将若如]|争取|确保|计划|打算|希望|明年|下年|距|离|差|才能|要求|是否|能否|去年|上年|20\d\d年"
)


def not_reached(mention: Mention, fact: Fact, text: str, facts: Facts) -> str:
    """What to say of “达到88%的年度目标” where the target is 88% and the year's value is not; "" where it is."""
    gap, now = facts.get(fact.metric, "gap"), facts.get(fact.metric, "now")
    if fact.field != "target" or mention.tense != "past" or gap is None or now is None or gap.good is not False:
        return ""
    words = words_around(text, mention)
    reaches = _REACHES.search(words.clause)
    told = reaches is not None and (reaches["aim"] is not None or _OF_THE_AIM.match(words.right) is not None)
    if not told or _NOT_YET.search(words.clause[-24:]):
        return ""
    return f"{fact.name}没有达到目标：本期{now.printed}，目标{fact.printed}。应写“没有达到”，或写实际数。"


_MISSES = re.compile(
    r"(?:未能?|没有?|没能|尚未|仍未|还未|未曾)(?:完成|达到?|实现|达成|突破)(?P<aim>[^，。；\d]{0,6}(?:目标|任务|计划|要求)(?:值|数)?(?:的|为)?)?[^，。；\d]{0,4}$"
)
_OF_ANY_AIM = re.compile(r"^(?:以[上下内])?的?[^，。；\d]{0,6}(?:目标|任务|计划|要求|标准)")
_CONDITION = re.compile(r"如果|若|凡|对|去年|上年|20\d\d年|明年|下年|能否|是否")


def not_missed(mention: Mention, fact: Fact, text: str, facts: Facts) -> str:
    """What to say of “未达到98%的目标” where the year's value is beyond it; "" where the target was missed."""
    gap, now = facts.get(fact.metric, "gap"), facts.get(fact.metric, "now")
    if fact.field != "target" or mention.tense != "past" or gap is None or now is None:
        return ""
    if not _kept(mention, fact, now, gap):
        return ""
    words = words_around(text, mention)
    misses = _MISSES.search(words.clause)
    told = misses is not None and (misses["aim"] is not None or _OF_ANY_AIM.match(words.right) is not None)
    if not told or _CONDITION.search(words.clause):
        return ""
    return f"{fact.name}达到了目标：本期{now.printed}，目标{fact.printed}。不应写“没有达到”。"


def _kept(mention: Mention, fact: Fact, now: Fact, gap: Fact) -> bool:
    """Whether a target was met: “3%以内” says itself on which side, else the metric does."""
    qualifier = mention.quantity.qualifier if mention.quantity else None
    if qualifier is Qualifier.AT_MOST:
        return now.value <= fact.value
    if qualifier is Qualifier.AT_LEAST:
        return now.value >= fact.value
    return gap.good is True


_OF_AN_OFFICE = "local_"
_BEYOND = re.compile(
    r"(?<![未不没])(?:(?P<above>高于|超过|超出|突破)|(?P<below>低于|少于)|(?P<better>优于|好于))(?:了)?(?:约|近)?$"
)


def not_beyond(mention: Mention, fact: Fact, text: str, facts: Facts) -> str:
    """What to say of “高于7%的控制线” where the year's value is lower; "" where it is on the side said."""
    now = facts.get(fact.metric, "now")
    if fact.field != "target" or mention.tense != "past" or now is None or now.unit != fact.unit:
        return ""
    words = words_around(text, mention)
    beyond = _BEYOND.search(words.clause + re.sub(r"[\d.].*", "", mention.text, flags=re.DOTALL))
    line = _OF_THE_LINE.match(words.right)
    if beyond is None or line is None or _NOT_YET.search(words.clause[-24:]):
        return ""
    side = (now.value > fact.value) - (now.value < fact.value)
    gap = facts.get(fact.metric, "gap")
    if re.search("控制|红线", line[0]):
        good = side < 0  # a line of control is not to be crossed, whatever the catalogue knows of the metric
    elif gap is None or fact.metric.startswith(_OF_AN_OFFICE):
        good = True  # which way such a metric is better is a guess
    else:
        good = side != 0 and gap.good is not False
    if side > 0 if beyond["above"] else side < 0 if beyond["below"] else good:
        return ""
    told = "高于" if side > 0 else "低于" if side < 0 else "等于"
    return f"{fact.name}本期{now.printed}，{told}目标{fact.printed}，不是“{beyond[0]}”。请核对。"


_OF_THE_LINE = re.compile(
    r"^(?:以[上下内])?的?(?:年度|年初|全年|既定|预期|控制|考核)*的?(?:目标|任务|控制线|红线|控制值|标准|要求)"
)

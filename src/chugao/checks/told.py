"""Changes as a sentence tells them: a level, the level before, by how much, and whether the verb rises or falls.

In: a `Page` and the year reported.  Out: `Change`s whose words leave no doubt that the three numbers belong together.

Surprise: what stands between two numbers must be read to the last character.  One noun more, another year, a target
or an average, and the change belongs to something else; such a sentence is left alone.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from chugao.checks.prose import Number, Page, Row
from chugao.quantity import comparable

_RISE = "提高|提升|增加|增长|上升|上涨|上调|扩大|延长|净增|回升|攀升|新增|增至?|升|涨|多|高出?|超出?|超过"
_FALL = "下降|降低|减少|缩短|压缩|压减|压降|下调|缩减|缩小|下滑|回落|降至?|净?减|少|低于?|提前|加快|快|早|短|推迟|落后|差|下浮"
_VERB = rf"(?P<verb>{_RISE}|{_FALL})"
RISEN = re.compile(rf"(?:{_RISE})$")
GROWING = re.compile(rf"(?:{_RISE}|{_FALL}|增幅|降幅|增速|增长率)(?:了|约|近|超过?|达到?|为)*$")
# What may stand between a level and the change that belongs to it: a comma, what it is compared with, a verb.
_THAN = r"(?:与|同)?(?:较|比|同比|环比|相比|高于|低于|优于|好于|超过?)"
_BACK = r"(?:上年|去年|上一?年度|同期|年初|期初|年末|基线|20\d\d年|此前|改造前|整改前|原来?|目标值?|要求|标准|计划|任务|国家|省级?|规定|平均|水平|度|底|末|的|相)"
_GLUE = rf"[，,（(、；;\s]*(?:并|共|净|累计|实现|全年|一年来?|合计|平均|又|也|则|已|其中|即|实际)*(?:{_THAN})?{_BACK}*[）)]?(?:{_THAN})?"
_CHANGED = re.compile(rf"{_GLUE}{_VERB}(?:了|幅度?|率|用)?(?:达到?|为|约)?[：:]?")
_GROWTH_NOUN = re.compile(
    r"[，,（(、\s]*(?:同比|增|总)?(?P<verb>增幅|增长率|增速|降幅|下降率|减幅|涨幅)(?:达到?|为|约|是)?[：:]?"
)
_FROM = re.compile(r"(?:由|从)[^，。；：、,;]{0,12}$")
_TO = re.compile(
    rf"(?:的|左右)?[^，。；：、,;\d（(]{{0,8}}?(?P<verb>{_RISE}|{_FALL}|扩展|拓展|扩|压|跃升|变)(?:展|制)?(?:至|到|为|成)(?:了)?(?:现在的|目前的|的)?"
)
_PLAIN_TO = re.compile(r"(?:至|到|变为)(?:了)?")
_BASE_IN_BRACKETS = re.compile(rf"[（(](?:{_BACK}|基线|前值|目标)+(?:同期)?(?:为|是|的|：|:)*[^（）()\d，。；]{{0,6}}")
_BASE_THAN = re.compile(rf"[，,（(]?(?:与|同)?(?:较|比|超过?|高于|低于)(?:{_BACK})+(?:同期)?(?:的|为)?")
_BEYOND_BRACKET = re.compile(rf"[，,]?(?P<verb>超出?|超过|高出?于?|低于|优于|好于){_BACK}*(?:值)?[（(]")
_CLOSED = re.compile(rf"[）)]\s*{_GLUE}{_VERB}(?:了|幅度?)?(?:达到?|为|约)?")
_PAST = r"上年|去年|上一年度?|年初|期初|20\d\d年"
_BASE_BESIDE = re.compile(
    rf"[，,；;](?:而|与之相比)?(?:{_PAST})(?:同期|年?[末底]|全年)?(?P<noun>[^，。；：、,;（()）\d]{{0,6}}?)(?:为|是|仅为?|只有)?"
)
_FROM_AFTER = re.compile(rf"[，,（(](?:即|其中)?(?:由|从)(?:{_BACK})*")
_VERB_AT_END = re.compile(rf"{_VERB}(?:了|幅度?)?(?:达到?|为|约)?$")
_TIMES_OF = re.compile(rf"[，,]?(?:约|已|正好)?(?:是|为|达到?|相当于)(?:{_PAST})(?:同期|全年)?的?")
_AND_ALSO = re.compile(
    rf"[，,、（(]?(?:同比)?(?:{_VERB}了?|(?P<noun>增幅|增长率|降幅|下降率|减幅|涨幅))(?:达到?|为|约)?"
)
_YEAR = re.compile(r"20\d\d(?=年)")
_NO_PAST = re.compile(r"目标|计划|标准|要求|任务|国家|省|规定|平均")
_ELSEWHEN = re.compile(r"年初|期初|年末|基线|环比")
_LAST_YEAR = re.compile(r"同比|上年|去年|同期")
_UP = re.compile(
    r"提高|提升|增加|增长|上升|上涨|上调|扩大|延长|净增|回升|攀升|增|升|涨|多|高出?|超出?|超过|高于|增幅|增长率|增速|涨幅"
)
_DOWN = re.compile(
    r"下降|降低|减少|缩短|压缩|压减|压降|下调|缩减|缩小|下滑|回落|降|净?减|少|低|低于|短|下浮|降幅|下降率|减幅"
)
_BEYOND = ("低于", "超过", "超出", "超")
"""“由2.3%降至1.8%，低于2%” names a level, not a change."""
_BETTER = ("提高", "提升")
_RANKS = frozenset("位 级 1:x x:1 岁 周岁 届 版".split())


class Change(NamedTuple):
    """A change printed beside both its levels."""

    row: Row
    base: Number
    now: Number
    change: Number
    verb: str
    """“增长”, “降幅”; “翻” and “是” where the change is told in times of the base."""

    @property
    def sign(self) -> int:
        """1 for a change told as a rise, −1 for a fall, 0 where the verb may mean either (提前, 优于)."""
        if _DOWN.fullmatch(self.verb):
            return -1 if self.change.quantity.value > 0 else 0
        if not _UP.fullmatch(self.verb) or (self.verb in _BETTER and self.change.unit != "个百分点"):
            return 0  # “由30分钟缩短至20分钟，提升33.3%” is said
        return 1 if self.change.quantity.value > 0 else -1


def changes_in(page: Page, reported: int | None) -> Iterator[Change]:
    """Every change that a sentence tells with both its levels."""
    for row in page.rows:
        for place in range(2, len(row.numbers)):
            first, second, third = row.numbers[place - 2 : place + 1]
            if any("分别" in number.before[-20:] for number in (first, second, third)):
                continue
            found = _change(row, first, second, third, reported) or _beside(row, place, reported)
            if found is not None:
                yield found
                yield from _told_again(found, row.numbers[place + 1 : place + 2])


def mixed(found: Change) -> bool:
    """Whether one level is printed in % and the other in points."""
    return found.base.unit != found.now.unit and "个百分点" in (found.base.unit, found.now.unit)


def from_to(row: Row) -> Iterator[tuple[Number, Number, str]]:
    """“由A降至B”: both levels and the verb."""
    for base, now in row.pairs():
        to = _TO.fullmatch(now.before)
        if (
            to
            and _FROM.search(base.before)
            and base.unit not in _RANKS
            and comparable(base.unit, now.unit)
            and "分别" not in base.before[-20:]
        ):
            yield base, now, to["verb"]


def growing(number: Number) -> "re.Match[str] | None":
    """“，较上年增长” before a number: nothing but what a level's own change is told with."""
    told = _CHANGED.fullmatch(number.before) or _GROWTH_NOUN.fullmatch(number.before)
    return None if told and told["verb"] in _BEYOND else told


def moved(number: Number) -> "re.Match[str] | None":
    """As `growing`, with a verb."""
    return _CHANGED.fullmatch(number.before)


def _change(row: Row, first: Number, second: Number, third: Number, reported: int | None) -> Change | None:
    """“由A到B，提高C”; “B（上年A），提高C”; “B，较上年的A提高C”; “提高C（由A到B）”."""
    if (_same_kind(second, third) and not _same_kind(first, second)) or _FROM_AFTER.fullmatch(second.before):
        return _told_first(row, first, second, third)
    if not _same_kind(first, second):
        return None
    verb, closed = growing(third), _CLOSED.fullmatch(third.before)
    if _FROM.search(first.before) and (_TO.fullmatch(second.before) or _PLAIN_TO.fullmatch(second.before)):
        named = _YEAR.search(first.before)
        if named and _LAST_YEAR.search(third.before) and int(named[0]) + 1 != reported:
            return None
        return _of_levels(row, first, second, third)
    if _BASE_IN_BRACKETS.fullmatch(second.before) and (verb := closed or verb):
        return _compared(Change(row, second, first, third, verb["verb"]))
    if re.fullmatch(r"[）)]", third.before) and (beyond := _BEYOND_BRACKET.fullmatch(second.before)):
        return Change(row, second, first, third, beyond["verb"])
    if _BASE_THAN.fullmatch(second.before) and verb:
        return Change(row, second, first, third, verb["verb"])
    return None


def _of_levels(row: Row, base: Number, now: Number, change: Number) -> Change | None:
    if "翻" in change.text and re.fullmatch(_GLUE, change.before):
        return Change(row, base, now, change, "翻")
    verb = growing(change)
    return _compared(Change(row, base, now, change, verb["verb"])) if verb else None


def _told_first(row: Row, change: Number, base: Number, now: Number) -> Change | None:
    """“提高2.1个百分点（由89.2%到91.3%）”: only what is measured alike, and no speed told by its times."""
    to = _TO.fullmatch(now.before) or _PLAIN_TO.fullmatch(now.before)
    verb = _VERB_AT_END.search(change.before)
    if not to or not verb or not _FROM_AFTER.fullmatch(base.before) or not _same_kind(base, now):
        return None
    if "verb" in to.groupdict() and to.start("verb"):
        return None  # “门诊量增长5%，由3个诊区增至5个”: what goes from 3 to 5 has a name of its own
    if row.after(now).startswith("不等") or (
        verb["verb"] in _BETTER and change.unit != "个百分点" and base.unit != "%"
    ):
        return None
    found = Change(row, base, now, change, verb["verb"])
    reference = change.clause
    return None if _NO_PAST.search(reference) or not _same_time(reference, _reference(base)) else found


def _beside(row: Row, place: int, reported: int | None) -> Change | None:
    """“B，上年为A，增长C”, “412例，是上年206例的2倍”."""
    now, base, change = row.numbers[place - 2 : place + 1]
    if not _same_kind(now, base):
        return None
    if change.unit == "倍" and change.before == "的" and _TIMES_OF.fullmatch(base.before):
        return Change(row, base, now, change, "是")
    beside, verb = _BASE_BESIDE.fullmatch(base.before), growing(change)
    if not beside or not verb or beside["noun"] not in now.before or re.search(r"前年|上年|去年|年初|同期", now.before):
        return None
    named, later = _YEAR.search(base.before), _YEAR.search(now.before)
    if later and place > 2 and _same_kind(row.numbers[place - 3], now):
        return None  # the third year of a row of years
    if named and int(named[0]) >= (int(later[0]) if later else reported or 9999):
        return None
    if named and later and int(named[0]) + 1 != int(later[0]) and _LAST_YEAR.search(change.before):
        return None
    return _compared(Change(row, base, now, change, verb["verb"]))


def _told_again(found: Change, after: tuple[Number, ...]) -> Iterator[Change]:
    """“由A增至B，增加C，增长D”: D is the same change once more."""
    if (
        not after
        or found.verb in ("翻", "是")
        or _NO_PAST.search(_reference(found.base))
        or after[0].unit == found.change.unit
    ):
        return
    if found.change.mention.start < found.now.mention.start:
        return
    also = _AND_ALSO.fullmatch(after[0].before)
    if also and also["verb"] not in _BEYOND and _same_time(after[0].before, _reference(found.base)):
        yield found._replace(change=after[0], verb=also["verb"] or also["noun"])


def _compared(found: Change) -> Change | None:
    """None when the change is measured from something else than the level printed: a target, a mean, another year."""
    words, base = found.change.before, _reference(found.base)
    if bool(_NO_PAST.search(words)) != bool(_NO_PAST.search(base)):
        return None
    return found if _same_time(words, base) else None


def _reference(base: Number) -> str:
    """What the words say a level before is: “上年”, “2024年的”, “目标”; not the name of what is counted."""
    return re.split("由|从", base.clause)[-1]


def _same_time(words: str, base: str) -> bool:
    """Whether “较年初”, “比2020年”, “同比” speak of the time of the level before."""
    for pattern in (_YEAR, _ELSEWHEN):
        if (named := pattern.search(words)) and named[0] not in base:
            return False
    return not (_LAST_YEAR.search(words) and _ELSEWHEN.search(base))


def _same_kind(first: Number, second: Number) -> bool:
    if first.unit in _RANKS or second.unit in _RANKS:
        return False
    return comparable(first.unit, second.unit) or {first.unit, second.unit} == {"%", "个百分点"}

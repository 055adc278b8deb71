"""Which metric a number of a submission is of, where the words right beside it do not say.

In: the numbers of a statement.  Out: the same, with metric and unit: last year's beside this year's, this year's behind
last year's, a value whose name stands before a change.

Surprise: people tell last year first (“去年同期3.2万，今年3.9万”) and leave out units and names; where last year's value stands
beside it, a name that no catalogue has is an indicator all the same.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from chugao.catalogue import Catalogue, MetricDefinition
from chugao.mentions import Mention, MentionRole, find_mentions

_NAME = 12
_RECEIVED = re.compile(
    r"(?:(?P<noun>门诊|急诊|住院|出院)(?:共|累计|全年|部)?(?:接诊|诊疗|就诊|收治)|(?:接诊|收治|诊治)(?P<other>门诊|急诊|住院|出院))(?:患者|病人)?(?:共|达|约)?$"
)
_LAST_YEAR_BESIDE = re.compile(r"\s?[（(，,、]?\s?(?:去年|上年)(?:同期)?(?:只有|[为是有才只])?")
_LAST_YEAR_FIRST = re.compile(
    r"(?P<name>[\u4e00-\u9fff]{2,14}?)[由从]?(?:去年|上年)(?:同期)?(?:的|只有|[为是有才只])?$"
)
_THIS_YEAR_BESIDE = re.compile(
    r"(?:[^，,。；\d]{0,3}[，,]\s?今年(?:已经|已)?)?(?:(?:增加|增长|减少|提高|上升|下降|降低|缩短|延长|升|降|涨|增|减)[到至为])"
    r"|[^，,。；\d]{0,3}[，,]\s?今年(?:已经|已)?(?:为|是|达到?|有|到|至)?"
)
SET_OUT_BY_CHANGE = re.compile(
    r"(?:^|[，。；、])(?P<noun>门诊|急诊|住院|出院)(?:病人|患者|量|人次|人数)?[比较](?:去年|上年)[^，。；]{1,14}，(?:今年|全年)?(?:一共|总共|共计|累计|共)?(?:收治?|接诊|看|诊治|是|有)了?$"
)
"""“住院比去年多了两百来人，一共收了917人”."""
_INDICATOR = re.compile(r"(?:收入|支出|费用?|成本|结余|占比|比例|[率量]|人数|人次|台次|例数|次数|天数|床日|时长|面积)$")
_A_NAME_BEFORE = re.compile(r"(?:^|[，。；（])(?P<name>[\u4e00-\u9fff]{3,12}?)(?:为|是|达到?|有)?$")
_COUNTED = (
    "人次",
    "例",
    "例次",
    "台",
    "台次",
    "人",
    "名",
    "份",
    "张",
    "次",
    "件",
    "篇",
    "项",
    "场",
    "期",
    "袋",
    "支",
    "盒",
)
"""“血液透析21430人次，去年19876”: what is counted and compared is an indicator, whatever its name."""
_MONEY = re.compile(r"(?:收入|支出|费用?|成本|结余|金额|资金)$")
_BEFORE_A_NAME = re.compile(
    r"^(?:20\d\d年|今年|全年|累计|共|完成|开展|实施|本年度?|我[科院部]|全[科院]|其中|截至目前|目前)+"
)


class Names:
    """Names for the numbers of one document; holds the indicators it met that no catalogue has."""

    def __init__(self, text: str, year: int, catalogue: Catalogue, *, part_of_a_year: bool) -> None:
        self.text, self.year, self.catalogue = text, year, catalogue
        self.span = part_of_a_year
        """What a report on half a year counts is no figure of the year."""
        self.local: dict[str, MetricDefinition] = {}
        """Indicators that no catalogue has, by id."""

    def named(self, mentions: Iterable[Mention], start: int) -> Iterator[Mention]:
        """The numbers of a statement; of “门诊接诊19874人次（去年同期18236人次）” both are of 门诊人次."""
        last: Mention | None = None
        waiting: Mention | None = None
        for mention in mentions:
            if waiting is not None:
                # “业务收入去年同期812万，今年875.4万”: this year's is read first, then what it is compared with.
                now, before = self._turned_round(waiting, mention, start)
                waiting = None
                yield now
                yield before
                last = before if before.metric else now
                continue
            if self._told_first(mention, start):
                waiting = mention
                continue
            mention = self._with_its_metric(mention, last, start)
            yield mention
            last = mention if mention.role.is_fact else last
        if waiting is not None:
            yield waiting

    def _with_its_metric(self, mention: Mention, last: Mention | None, start: int) -> Mention:
        """A number with the metric that the words before it, or the number it stands beside, give it."""
        quantity, text = mention.quantity, self.text
        # What a report on half a year counts is no figure of the year.
        if mention.metric is not None or quantity is None or self.span:
            return mention
        ahead = text[start : mention.start]
        if match := _RECEIVED.search(ahead[-12:]) or SET_OUT_BY_CHANGE.search(ahead[-48:]):
            noun = match["noun"] or match.groupdict().get("other") or ""
            return self._as(mention, noun, f"{noun}{mention.text}")
        beside = re.match(_LAST_YEAR_BESIDE.pattern + r"\d", text[mention.end : mention.end + 12])
        if beside and (match := _A_NAME_BEFORE.search(ahead[-16:])):
            return self._as(mention, match["name"], f"{match['name']}{mention.text}")
        if last is None or last.metric is None or last.quantity is None:
            return mention
        # Right behind it stands last year's, often without the unit: “门诊41230人次，去年是38650”.
        if _LAST_YEAR_BESIDE.fullmatch(text[last.end : mention.start]) and quantity.unit in ("", last.quantity.unit):
            return _as_last_year(mention, last)
        return mention

    def called(self, name: str, said: str, mention: Mention | None) -> Mention | None:
        """A value under the whole name that stands before it; under one of its own where no catalogue has that name."""
        if mention is not None and mention.metric is not None and mention.metric_name:
            return mention
        read = [m for m in find_mentions(f"{name}{said}", self.catalogue, year=self.year) if m.quantity is not None]
        if not read or (own := read[-1].quantity) is None:
            return None
        if read[-1].metric is not None and read[-1].metric_name == name:
            return read[-1]
        definition = self.catalogue.local(name, own.unit)
        self.local[definition.id] = definition
        return read[-1]._replace(metric=definition.id, metric_name=name)

    def _told_first(self, mention: Mention, start: int) -> "re.Match[str] | None":
        """The name in front, where a number is last year's and this year's follows it."""
        if mention.quantity is None or self.span:
            return None
        text = self.text
        told = _LAST_YEAR_FIRST.search(text[max(start, mention.start - 24) : mention.start])
        behind = text[mention.end : mention.end + 14]
        return told if told and re.match(_THIS_YEAR_BESIDE.pattern + r"\d", behind) else None

    def _turned_round(self, before: Mention, now: Mention, start: int) -> tuple[Mention, Mention]:
        """This year's value under the name that stands before last year's, and last year's; as they were else."""
        told = self._told_first(before, start)
        between = self.text[before.end : now.start]
        if told is None or _THIS_YEAR_BESIDE.fullmatch(between) is None or now.quantity is None:
            return before, now
        named = now if now.metric else self._as(now, told["name"], f"{told['name']}{now.text}")
        own = named.quantity
        if named.metric is None or own is None or before.quantity is None:
            return before, now
        if before.quantity.unit not in ("", own.unit):
            return before, now
        named = named._replace(role=MentionRole.CURRENT, period=str(self.year))
        return named, _as_last_year(before, named)

    def _as(self, mention: Mention, noun: str, said: str) -> Mention:
        """A number as it is read right behind the plain name of what it counts."""
        noun = _BEFORE_A_NAME.sub("", noun)
        plain = re.sub(r"(?:患者|病人)(?=[\d.])", "", said)
        tries = (said, plain, f"{plain}次", f"{said}元" if _MONEY.search(noun) else said)
        read = [m for t in tries for m in find_mentions(t, self.catalogue, year=self.year) if m.quantity is not None]
        found = next((m for m in read if m.metric), None)
        if found is not None:
            name = mention.metric_name or noun
            return mention._replace(metric=found.metric, metric_name=name, quantity=found.quantity)
        counted = mention.quantity is not None and mention.quantity.unit in _COUNTED
        if not ((counted or _INDICATOR.search(noun)) and 2 < len(noun) <= _NAME) or mention.quantity is None:
            return mention
        own = next((m.quantity for m in reversed(read) if m.quantity is not None), mention.quantity)
        unit = own.unit or ("%" if noun.endswith(("率", "占比")) else "")
        definition = self.catalogue.local(noun, unit)
        self.local[definition.id] = definition
        quantity = replace(own, unit=unit)
        return mention._replace(metric=definition.id, metric_name=noun, quantity=quantity)


def _as_last_year(mention: Mention, of: Mention) -> Mention:
    """A number as last year's value of the metric of another, in its unit."""
    assert mention.quantity is not None
    assert of.quantity is not None
    quantity = replace(mention.quantity, unit=of.quantity.unit)
    role = MentionRole.BASELINE
    return mention._replace(metric=of.metric, quantity=quantity, role=role, period=None)

"""The number verifier: read a finished text from scratch and hold every number against the figures.

In: text (or a table), facts, matters.  Out: one `Verdict` a number, with a `Finding` where it does not hold.

It stands on `mentions` and knows nothing of slots or of how the text was made.  A number is right only at the right
metric: 60 is not right because some other metric has 60.
"""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from typing import NamedTuple

from chugao.checks.aims import not_beyond, not_missed, not_reached
from chugao.checks.attaching import Attacher, alike
from chugao.checks.candidates import (
    BOUNDS,
    MORE_OR_LESS,
    candidates,
    fields_of_subject,
    rate_of,
    step_of,
    tells,
    words_around,
)
from chugao.checks.derivations import Derivations
from chugao.checks.given import Context, Given
from chugao.checks.holding import CHANGES, holds
from chugao.checks.namesakes import namesakes_of
from chugao.mentions import Mention, MentionRole, find_mentions, metric_names
from chugao.metrics.facts import Fact, Facts
from chugao.quantity import Qualifier, Quantity, supports
from chugao.shipped import shipped
from chugao.source import Finding, Place, Release, Severity

_WHY = {
    "value": "与指标文件不符",
    "direction": "增减方向与数据相反",
    "unit": "单位不对",
    "pp": "两个百分率相减，应当用“个百分点”",
    "year": "这是上年的数",
    "untraced": "指标、事项和固定用语里都没有这个数",
}


class Verdict(NamedTuple):
    """What became of one number."""

    mention: Mention
    traced: bool
    by: str
    """Slot, matter id or “constant”; "" when untraced."""
    finding: Finding | None


def verify(
    text: str, context: Context, given: Given | None = None, mentions: Sequence[Mention] | None = None
) -> list[Verdict]:
    """Every number of a text with what supports it; linear in text and facts.

    `given` saves reading the matters again when many texts are held against one context; `mentions` the reading of a
    text that has been read before.
    """
    if mentions is None:
        mentions = find_mentions(text, context.facts.figures.catalogue(), kind=context.kind, year=context.year)
    judge = _Judge(text, context, given or Given(context), mentions)
    constants = constant_spans(text)
    starts = [s for s, _ in constants]
    verdicts = []
    for mention in mentions:
        if not _concerns(mention, context):
            continue
        at = bisect_right(starts, mention.start) - 1
        if at >= 0 and mention.end <= constants[at][1]:
            verdicts.append(Verdict(mention, True, "constant", None))
            continue
        verdicts.append(judge.verdict(mention))
    return verdicts


_YEAR_BEFORE_LAST = re.compile(r"(?:[于比较与跟同由从]|超过)(前年|大前年)")
_YEAR_SAID = re.compile(r"(?<!\d)((?:19|20)\d\d)年(?=(?P<after>[^。；\n]{0,40}))")
_MEASURED = re.compile(r"(?:[比较与由从于（(跟同到至以—－\-]|上年|截至|[，；。、])$")


def years_unknown(text: str, context: Context, given: str = "") -> Iterator[Finding]:
    """Years that neither the figures nor the matters know: “好于前年”, and in a draft of ours any such year."""
    yield from _years_too_early(text, context, given) if context.ours else ()
    facts = context.facts
    before_last = facts.period.year - 2
    if not facts.by_slot or any(o.period.year <= before_last for o in facts.figures.observations):
        return
    names = metric_names(facts.figures.catalogue_used())
    for match in _YEAR_BEFORE_LAST.finditer(text):
        start = max(text.rfind(c, max(0, match.start() - 160), match.start()) for c in "。；\n") + 1
        before = text[max(start, match.start() - 160) : match.start()]
        if match[1] not in given and (context.ours or any(d for _, _, d in names.find(before))):
            hint = f"和{match[1]}比，而指标文件里没有{before_last}年的数。请补上那一年的数，或改与上年比。"
            yield _of_year(match, hint, context)
    for match in _YEAR_SAID.finditer(text) if context.ours else ():
        distance = int(match[1]) - facts.period.year
        compared = distance == -1 and (
            _MEASURED.search(text[max(0, match.start() - 2) : match.start()]) or _digit(match)
        )
        if distance not in (0, 1) and match[1] not in given and not compared:
            hint = f"{match[1]}年：指标、事项里都没有这一年的事。请核对年份，或补充来源。"
            yield _of_year(match, hint, context)


_PLANNED = re.compile(r"计划|打算|安排|将|拟|力争|目标|启动|起|明年|下年|到期|之?前|任务|思路|要点|部署|预计")
_PLAN_PART = re.compile(r"^[一二三四五六七八九十]{1,3}、[^\n]{0,20}(?:计划|打算|安排|思路|下一步|部署)", re.MULTILINE)


def _years_too_early(text: str, context: Context, given: str) -> Iterator[Finding]:
    """Next year in what tells of this one: “是护理部2026年的几件要事” in a report on 2025."""
    if context.kind is None or not context.kind.looks_back:
        return
    plan = _PLAN_PART.search(text)
    body = text.find("\n") + 1  # the title says both years
    for match in _YEAR_SAID.finditer(text, body, plan.start() if plan else len(text)):
        if int(match[1]) != context.facts.period.year + 1 or match[1] in given:
            continue
        start = max(text.rfind(c, max(0, match.start() - 160), match.start()) for c in "。；\n") + 1
        if not _PLANNED.search(text[start : match.end()] + match["after"]):
            reported = context.facts.period.year
            yield _of_year(match, f"总结里说的是{reported}年的事，这里写成{match[1]}年。请核对年份。", context)


def _digit(match: re.Match[str]) -> bool:
    return any(c.isdecimal() for c in match["after"])


def _of_year(match: re.Match[str], hint: str, context: Context) -> Finding:
    place = Place(start=match.start(1), end=match.end(1))
    severity = Severity.ERROR if context.ours else Severity.WARNING
    return Finding(rule="year", severity=severity, place=place, quote=match[1], hint=hint)


def numbers_of(verdicts: Iterable[Verdict]) -> dict[str, int]:
    """{"found", "traced", "untraced"} over the verdicts."""
    listed = list(verdicts)
    traced = sum(1 for v in listed if v.traced)
    return {"found": len(listed), "traced": traced, "untraced": len(listed) - traced}


def _concerns(mention: Mention, context: Context) -> bool:
    """Foreign texts answer for statements; ours for parameters as well, since nobody else wrote them."""
    if mention.quantity is None:
        return False
    return mention.role.is_fact or (context.ours and mention.role is MentionRole.PARAMETER)


@cache
def _constants() -> tuple[re.Pattern[str], ...]:
    rows = tomllib.loads((shipped("templates") / "phrases" / "constants.toml").read_text(encoding="utf-8"))["constant"]
    return tuple(re.compile(row["pattern"]) for row in rows)


@lru_cache(maxsize=2)
def constant_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Where fixed expressions stand whose numbers are nobody's data, in order; asked for one text by several rules."""
    return tuple(sorted(m.span() for pattern in _constants() for m in pattern.finditer(text)))


# --- judging --------------------------------------------------------------------------------------


class _Judge:
    """One text before its figures: what each of its numbers rests on."""

    def __init__(self, text: str, context: Context, given: Given, mentions: Sequence[Mention]) -> None:
        self._text, self._context, self._given = text, context, given
        self._attacher = Attacher(text, context.facts, mentions)
        self._namesakes = namesakes_of(context.facts)
        self._plan = context.kind is not None and not context.kind.looks_back
        self._derivations = Derivations(text, context.facts, mentions, plan=self._plan, ours=context.ours)

    def verdict(self, mention: Mention) -> Verdict:
        context, text = self._context, self._text
        mention = self._attacher.attach(mention)
        if mention.metric not in context.facts.definitions and (called := self._called(mention)) is not None:
            mention = mention._replace(metric=called)
            self._attacher.told(called)
        metric = mention.metric if mention.metric in context.facts.definitions else None
        if metric is not None:
            for fact in candidates(mention, metric, context.facts, text, plan=self._plan):
                if holds(mention, fact):
                    return _with_direction(mention, fact, text, context)
        told, other = self._of_subject(mention)
        if told is None and (told := self._in_other_words(mention) or self._in_short(mention)) is not None:
            self._attacher.told(told.metric)
        if told is None and self._is_share_said(mention):
            return Verdict(mention, True, "said.share", None)
        if told is not None:
            return Verdict(mention, True, told.slot, _not_for_print(mention, told))
        if source := self._given.support(mention, text):
            return Verdict(mention, True, source, None)
        named = [*self._attacher.told_before(mention), *self._attacher.named_before(mention)]
        if (stated := self._derivations.stated_by(mention, named)) is not None:
            self._attacher.told(stated.metric)
            return Verdict(mention, True, stated.slot, _not_for_print(mention, stated))
        if metric is not None and other is None and mention.role.is_fact and (context.ours or not _in_passing(mention)):
            return Verdict(mention, False, "", _wrong(mention, metric, context))
        if other is not None:
            hint = f"{other.name}的“{mention.text}”{_WHY['value']}，应为{other.printed}（{other.formula}）。"
            return Verdict(mention, False, "", _finding("number-wrong", Severity.ERROR, mention, hint))
        if _counts_its_list(mention, text):
            return Verdict(mention, True, "said.list", None)
        severity = Severity.ERROR if context.ours else Severity.WARNING
        hint = f"“{mention.text}”没有出处：{_WHY['untraced']}。请补充来源，或改用有来源的数。"
        if (meant := self._derivations.meant(mention)) is not None:
            hint = f"“{mention.text}”没有出处：{_WHY['untraced']}；{meant.name}是{meant.printed}，请核对。"
        return Verdict(mention, False, "", _finding("number-untraced", severity, mention, hint))

    def _of_subject(self, mention: Mention) -> tuple[Fact | None, Fact | None]:
        """(the fact told, or else the one it should have been) of what the sentence is about.

        “手术台次23186台次，占出院人次的41.1%”, “…，居全市第3位”, “连续3年下降”.
        """
        facts, text, nearest = self._context.facts, self._text, None
        for field in fields_of_subject(mention, text):
            named = self._attacher.named_before(mention)
            for metric in named:
                fact = facts.get(metric, field) or (rate_of(metric, named, facts) if field == "share" else None)
                if fact is not None and tells(fact, mention, text):
                    return fact, None
                nearest = nearest or fact
        return None, nearest

    def _in_other_words(self, mention: Mention) -> Fact | None:
        """The fact of a metric that the clause tells with its words turned round, where the number is that fact's."""
        words = words_around(self._text, mention)
        if (
            mention.quantity is None
            or mention.role is MentionRole.CHANGE
            or (mention.link == "list" and mention.metric in self._context.facts.definitions)
            or mention.quantity.qualifier in BOUNDS - _AIMS
            or self._named_in_full(mention, words.clause)
        ):
            return None
        clause = re.split(r"[、和及]", words.clause)[-1]
        told = self._namesakes.told(clause)
        if not told and mention.metric is None and not self._attacher.named_before(mention):
            # “老旧小区改造这件实事，年初定的是9.5万户”: the sentence said before what this clause carries on about.
            told = self._namesakes.told(words.left)[:1]
        for metric in told:
            for fact in candidates(mention, metric, self._context.facts, self._text, plan=self._plan):
                if holds(mention, fact):
                    return fact
        return None

    def _in_short(self, mention: Mention) -> Fact | None:
        """The one fact that a clause can mean which gives its metric by a word: “宣教24场” of 营养宣教场次.

        Only where the text names no metric, and only ever for a number: what does not fit stays without a source.
        """
        known = mention.metric in self._context.facts.definitions
        if known or mention.role is MentionRole.CHANGE or mention.quantity is None:
            return None
        if mention.quantity.unit == "" or mention.quantity.qualifier in BOUNDS - _AIMS:
            return None
        clause = words_around(self._text, mention).clause
        found = {}
        for metric in sorted(self._namesakes.hinted(clause)):
            facts = candidates(mention, metric, self._context.facts, self._text, plan=self._plan)
            if (fact := next((f for f in facts if holds(mention, f)), None)) is not None:
                found[metric] = fact
        return next(iter(found.values())) if len(found) == 1 else None

    def _called(self, mention: Mention) -> str | None:
        """The metric that a clause names by all but its counting word, where the number could be its value."""
        if not mention.role.is_fact or mention.quantity is None or _in_passing(mention):
            return None
        metric, unit = self._namesakes.called(words_around(self._text, mention).clause), mention.quantity.unit
        if metric is None or unit in ("", "人", "名"):  # “专科护士3人外出进修” tells of three
            return None
        definition = self._context.facts.definitions[metric]
        return metric if definition.accepts(unit) or alike(definition.unit, unit, definition.name) else None

    def _is_share_said(self, mention: Mention) -> bool:
        """“462人，占用血患者2156人的21.4%”: the text itself says of what and how much."""
        pair = self._attacher.parts_before(mention)
        if pair is None or mention.quantity is None or mention.quantity.unit != "%":
            return False
        part, whole = (m.quantity for m in pair)
        clause = words_around(self._text, mention).clause
        if "占" not in clause or not part or not whole or part.unit != whole.unit or not whole.value:
            return False
        known = all(m.metric in self._context.facts.definitions for m in pair)
        return known and supports(part.value / whole.value * 100, mention.quantity)

    def _named_in_full(self, mention: Mention, clause: str) -> bool:
        """Whether the clause says the very name of the number's metric: then it is told of no other."""
        definition = self._context.facts.definitions.get(mention.metric or "")
        return definition is not None and any(len(n) >= _WHOLE_NAME and n in clause for n in definition.all_names())


_WHOLE_NAME = 5
_AIMS = frozenset({Qualifier.AT_LEAST, Qualifier.AT_MOST})


def _in_passing(mention: Mention) -> bool:
    """“两个项目均由外请专家带做”: small counts in Chinese numerals tell a story, they report no figure."""
    quantity = mention.quantity
    return (
        quantity is not None
        and not re.search(r"[0-9０-９]", mention.text)
        and quantity.unit not in ("%", "倍", "个百分点")
    )


_LISTED = re.compile(r"[^，。；：\n]*$")
_JOINT = re.compile(r"[、和及与]|以及")


def _counts_its_list(mention: Mention, text: str) -> bool:
    """“完好率、使用率两项指标”: a Chinese numeral that counts what stands listed right before it."""
    if mention.quantity is None or not _in_passing(mention):
        return False
    clause = _LISTED.search(text, max(mention.sentence[0], mention.start - 60), mention.start)
    return clause is not None and len(_JOINT.split(clause[0])) == mention.quantity.value


def _with_direction(mention: Mention, fact: Fact, text: str, context: Context) -> Verdict:
    """The value holds; does the verb beside it?"""
    says = _direction_said(mention, fact, text)
    if fact.unit == "位":
        says = -says  # who moves up in a ranking has the smaller number
    trend = fact if fact.field in (*CHANGES, "gap") else _trend(fact, context.facts)
    if says and trend is not None and trend.sign and trend.sign != says:
        right = trend.printed if trend.field in CHANGES else _UP_DOWN[trend.sign]
        if fact.unit == "位":
            right = f"{'后移' if trend.sign > 0 else '前移'}{abs(trend.value)}位"
        hint = f"增减方向与数据相反：{fact.name}{_explain(fact, context.facts)}。应写“{right}”。"
        return Verdict(mention, False, "", _finding("number-direction", Severity.ERROR, mention, hint))
    aims = (check(mention, fact, text, context.facts) for check in (not_reached, not_missed, not_beyond))
    if hint := next(filter(None, aims), ""):
        return Verdict(mention, False, "", _finding("number-direction", Severity.ERROR, mention, hint))
    return Verdict(mention, True, fact.slot, _not_for_print(mention, fact))


def _not_for_print(mention: Mention, fact: Fact) -> Finding | None:
    """A true figure that the office does not let out."""
    if fact.release is Release.WITHHELD:
        return _finding("withheld", Severity.ERROR, mention, f"{fact.name}标为“不写”，不得出现在文稿里。请删去整句。")
    if fact.release is Release.INTERNAL:
        return _finding("internal", Severity.WARNING, mention, f"{fact.name}标为“内部”，对外、上报的文稿里不要写。")
    return None


_UP_DOWN = {1: "提高", -1: "下降"}
_HIGHER = re.compile(r"(?:(?:高|慢|晚)[出了]?|高于|超出|多于)$")
_LOWER = re.compile(r"(?:(?:低|快|早)[出了]?|低于|少于)$")
_FASTER = re.compile(r"(?:增速|增幅|增长率)[^，。；]{0,12}(?:快|高)[出了于]?$")
_AFTERWARDS = re.compile(
    r"^(?:相比|，?(?:与|较|比|同)(?:上一?年度?|去年)(?:同期)?(?:相比)?，?)(?:略有|有所|明显|稳步|持续|[^，。；]{0,2}?)"
    r"(?:(提高|上升|增长|增加|延长|提升)|(下降|降低|减少|缩短|回落))(?!\d)"
)


def _direction_said(mention: Mention, fact: Fact, text: str) -> int:
    """What the words say happened: by the verb before the number, by 高 or 低 beside it, or by a verb after it."""
    if mention.direction:
        return mention.direction
    words = words_around(text, mention)
    if fact.field in (*CHANGES, "gap"):
        counted = MORE_OR_LESS.search(words.clause)
        if _FASTER.search(words.clause):
            return 1  # “增速比上年快0.6个百分点”
        if _HIGHER.search(words.clause) or (counted and counted["more"] == "多"):
            return 1
        return -1 if counted or _LOWER.search(words.clause) else 0
    if after := _AFTERWARDS.match(words.right):
        return 1 if after[1] else -1
    return 0


def _trend(fact: Fact, facts: Facts) -> Fact | None:
    """The comparison that a verb beside this value speaks of."""
    now, prev = facts.get(fact.metric, "now"), facts.get(fact.metric, "prev")
    if fact.field in ("now", "prev"):
        change = facts.get(fact.metric, "change")
        if change is None and now is not None and prev is not None and now.unit == prev.unit:
            # 床护比 has no difference that anybody prints, and it goes up or down all the same.
            return fact.model_copy(update={"sign": (now.value > prev.value) - (now.value < prev.value)})
        return change
    if fact.field == "goal" and now is not None:
        return fact.model_copy(update={"sign": (fact.value > now.value) - (fact.value < now.value)})
    return None


def _wrong(mention: Mention, metric: str, context: Context) -> Finding:
    """A number at a metric's name that the metric does not have: say which it has."""
    facts, claim = context.facts, mention.quantity
    assert claim is not None
    name = facts.definitions[metric].name
    change, now, prev = (facts.get(metric, f) for f in ("change", "now", "prev"))
    percent = claim.unit == "%" and mention.role is MentionRole.CHANGE
    if percent and change and change.unit == "个百分点" and supports(abs(change.value), _as_points(claim)):
        right = change.printed.removeprefix(change.verb)
        hint = f"{_WHY['pp']}：“{mention.text}”应写“{right}”。"
        return _finding("number-percentage-point", Severity.ERROR, mention, hint)
    if mention.role in (MentionRole.CURRENT, MentionRole.COUNT) and prev and holds(mention, prev):
        right = f"{facts.period.label}应为{now.printed}" if now else f"{facts.period.label}的数还没有"
        return _finding(
            "number-last-year", Severity.ERROR, mention, f"{name}：{_WHY['year']}（{prev.printed}），{right}。"
        )
    if mention.role is MentionRole.CHANGE and change and mention.baseline and _of_another_year(mention, facts):
        hint = f"和{mention.baseline}比：指标文件里没有那一年的数。比上年是{change.printed}（{change.formula}）。"
        return _finding("number-wrong", Severity.ERROR, mention, f"{name}的“{mention.text}”{hint}")
    offered = _offer(mention, metric, facts)
    tail = f"应为{offered}。" if offered else f"可用的有：{_known(metric, facts)}。"
    return _finding("number-wrong", Severity.ERROR, mention, f"{name}的“{mention.text}”{_WHY['value']}，{tail}")


def _of_another_year(mention: Mention, facts: Facts) -> bool:
    year = re.search(r"(?:19|20)\d\d", mention.baseline or "")
    return year is not None and int(year[0]) != facts.period.year - (mention.tense == "past")


def _as_points(claim: Quantity) -> Quantity:
    return replace(claim, unit="个百分点")


def _offer(mention: Mention, metric: str, facts: Facts) -> str:
    """The one fact that this number should have been, when the role leaves no doubt."""
    claim = mention.quantity
    assert claim is not None
    order: tuple[str, ...]
    match mention.role:
        case MentionRole.CHANGE:
            order = ("growth", "change") if claim.unit == "%" else ("change", "growth")
        case MentionRole.BASELINE:
            order = ("prev",) if mention.tense == "past" else ("now",)
        case MentionRole.TARGET:
            order = ("goal", "target") if mention.tense == "future" else ("target",)
        case MentionRole.CURRENT | MentionRole.COUNT:
            order = ("now",) if mention.tense == "past" else ("goal", "now")
        case _:
            order = ()
    fact = next((f for field in order if (f := facts.get(metric, field))), None)
    if mention.role is MentionRole.CHANGE and mention.tense == "future" and claim.unit != "%":
        fact = step_of(metric, facts) or fact
    if fact is None or fact.field not in CHANGES:
        return fact.printed if fact else ""
    # Whoever wrote 15% is offered 12%, not 12.0%.
    plainly = "." not in claim.printed and fact.field == "growth"
    printed = re.sub(r"(\d)\.0+%", r"\1%", fact.printed) if plainly else fact.printed
    return f"{printed}（{fact.formula}）"


def _known(metric: str, facts: Facts) -> str:
    labels = {"now": "本期", "prev": "上年", "change": "比上年", "growth": "增幅", "target": "目标", "goal": "下年目标"}
    known = [f"{label}{fact.printed}" for field, label in labels.items() if (fact := facts.get(metric, field))]
    return "、".join(known) or "无"


def _explain(fact: Fact, facts: Facts) -> str:
    now, prev = facts.get(fact.metric, "now"), facts.get(fact.metric, "prev")
    if now and prev:
        return f"由{prev.printed}到{now.printed}"
    return f"为{fact.printed}"


def _finding(rule: str, severity: Severity, mention: Mention, hint: str) -> Finding:
    return Finding(
        rule=rule,
        severity=severity,
        place=Place(start=mention.start, end=mention.end),
        quote=mention.text,
        hint=hint,
    )

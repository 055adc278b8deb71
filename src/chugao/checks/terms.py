"""Wording that has a date: plans, campaigns, obsolete terms, formulas, national counts, abbreviations, names.

In: a `Reading`.  Out: hits.  What is right and until when stands in `templates/phrases/`.

Surprise: “十四五” in a text of 2026 is nearly always history (收官, 时期, 回顾) and right; only a plan that takes it for
its guide is out of date.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import TypeVar

from chugao.checks.phrases import Abbreviation, Count, InFull, Leader, Plan, Term, phrases
from chugao.checks.reading import Finder, Hit, Reading, Sentence, year_of_work
from chugao.quantity import han_value

_GUIDE = re.compile(r"(?:以|按照?|对照|围绕|落实|根据|依据|聚焦|遵循|对标|实施|推进|完成|衔接)[^，。；]{0,12}$")
_GUIDED = re.compile(r"^[^，。；]{0,12}(?:规划|计划|目标|任务|方案|纲要|为指[引导]|部署)")
_HISTORY = re.compile(
    r"收官|回顾|总结|以来|期间|成就|成果|实现了|完成了|结束|评估|末|时期|圆满|胜利|顺利|经验|原|改[为名]|更名|曾|历史|前身|取消|上一?轮"
)
_LONG_REVIEW = re.compile(r"时期|[三五]年|十[二三四五]五")
"""A part that looks back over more than its year may tell of every campaign since."""
_ACTIVE = re.compile(r"(?:开展|推进|启动|实施|落实|组织|做好|抓好|深化|参加|按照|根据)[^，。；]{0,14}$")


def expired_plans(reading: Reading) -> Iterator[Hit]:
    """C12: a plan taken for guide, or a campaign carried out, outside its years."""
    plans, campaigns = _said(phrases().plan, reading), _said(phrases().campaign, reading)
    for sentence in reading.sentences if plans or campaigns else ():
        year = year_of_work(sentence.line, reading)
        if year is None or ("动" not in sentence.text and "教育" not in sentence.text and "五" not in sentence.text):
            continue
        for plan in plans:
            for match in plan.regex.finditer(sentence.text):
                left, right = sentence.text[: match.start()], sentence.text[match.end() :]
                guiding = (_GUIDE.search(left) or "为指" in right[:16]) and _GUIDED.match(right)
                if year > plan.to and guiding and not _HISTORY.search(left[-8:] + right[:16]):
                    yield _expired(sentence, match, plan, year)
        yield from _expired_campaigns(sentence, year, campaigns)


_Row = TypeVar("_Row", Plan, Term, Count, InFull)


def _said(rows: Sequence[_Row], reading: Reading) -> list[_Row]:
    """The rows whose pattern matches anywhere: most phrases stand in no sentence, and need not be looked for in each."""
    return [r for r in rows if r.sure in reading.prose and r.regex.search(reading.prose)]


def _expired_campaigns(sentence: Sentence, year: int, campaigns: Sequence[Plan]) -> Iterator[Hit]:
    """A campaign carried out in another year; a sentence that lists several years' campaigns is a review."""
    found = [(p, m) for p in campaigns for m in p.regex.finditer(sentence.text)]
    review = len({p.name for p, _ in found}) > 1 or _LONG_REVIEW.search("".join(sentence.line.path))
    for plan, match in found if not review else ():
        left, right = sentence.text[: match.start()], sentence.text[match.end() :]
        if not plan.from_ <= year <= plan.to and _ACTIVE.search(left) and not _HISTORY.search(right[:10]):
            yield _expired(sentence, match, plan, year)


def _expired(sentence: Sentence, match: re.Match[str], plan: Plan, year: int) -> Hit:
    instead = (
        f"应改为{plan.successor}的规划，或写明是收官、评估。"
        if plan.successor
        else "请改为今年仍在开展的工作，或写明是巩固成果。"
    )
    hint = f"{plan.name}是{_span(plan)}的，这里说的是{year}年的工作。{instead}"
    return Hit(sentence.start + match.start(), sentence.start + match.end(), hint)


def _span(plan: Plan) -> str:
    return f"{plan.from_}年" if plan.from_ == plan.to else f"{plan.from_}—{plan.to}年"


def stale_terms(reading: Reading) -> Iterator[Hit]:
    """C14: words that went out of use before the year of the text."""
    terms = _said(phrases().term, reading)
    for sentence in reading.sentences if terms else ():
        year = year_of_work(sentence.line, reading)
        for term in terms if year is not None else ():
            for match in term.regex.finditer(sentence.text):
                around = sentence.text[max(0, match.start() - 12) : match.end() + 12]
                history = _HISTORY.search(around) or (term.unless and re.search(term.unless, around))
                if year is not None and year >= term.since and not history:
                    note = f"（{term.note}）" if term.note else ""
                    hint = f"“{match.group()}”已不再使用{note}，应写：{term.replacement}。"
                    yield Hit(sentence.start + match.start(), sentence.start + match.end(), hint)


# --- political formulas ---------------------------------------------------------------------------

_PLENUMS = re.compile(
    r"(?:党的)?(?P<congress>十[八九]|二十)届(?P<list>(?:[一二三四五六七八九]中(?:、|和|及)?)+)全会(?=精神|以及|及|和|，|、)"
)
_WITH_CONGRESS = re.compile(r"(?:十[八九]|二十)大(?:精神)?(?:和|、|及|以及|，)[^，。；]{0,4}$")
_OLD_CONGRESS = re.compile(
    r"(?:贯彻|落实|学习|宣传|以|按照)[^，。；]{0,10}党的(?P<congress>十[八九]|二十)大(?=精神|和|、|及)"
)


def date_of(reading: Reading) -> date | None:
    """Up to when a text can know of events: its signature's date, else the end of the year it reports or precedes."""
    for text in (*(x.text for x in reading.lines if x.kind == "signature"), _wrapper_date(reading)):
        if match := re.search(r"(20\d\d)年(\d{1,2})月(\d{1,2})日", text.replace(" ", "")):
            try:
                return date(int(match[1]), int(match[2]), int(match[3]))
            except ValueError:
                continue
    if reading.reported is None:
        return None
    half = re.search(r"上半年|半年|[一二]季度|1[—-]\d月", reading.title) is not None
    return date(reading.reported, 7 if half else 12, 1 if half else 31)


def _wrapper_date(reading: Reading) -> str:
    return reading.document.wrapper.date if reading.document.wrapper else ""


def stale_formulas(reading: Reading) -> Iterator[Hit]:
    """C15: a list of plenums that stops short of the last one held, or a congress that another has followed."""
    today = date_of(reading)
    if today is None:
        return
    held = {p.congress: [o for o, d in zip(p.ordinals, p.dates, strict=True) if d <= today] for p in phrases().plenum}
    latest = next((c.ordinal for c in reversed(phrases().congress) if c.date <= today), "")
    for sentence in reading.sentences:
        if "届" not in sentence.text and "大" not in sentence.text:
            continue
        for match in _PLENUMS.finditer(sentence.text):
            named = re.findall(r"([一二三四五六七八九])中", match["list"])
            known = held.get(match["congress"], [])
            listed = len(named) > 1 or _WITH_CONGRESS.search(sentence.text[: match.start()])
            if listed and known and known[-1] not in named:
                hint = (
                    f"{match['congress']}届{known[-1]}中全会已经召开，列举不全。应写“{match['congress']}届历次全会”。"
                )
                yield Hit(sentence.start + match.start(), sentence.start + match.end(), hint)
        for match in _OLD_CONGRESS.finditer(sentence.text):
            if latest and _ordinal(match["congress"]) < _ordinal(latest) and f"{latest}大" not in sentence.text:
                hint = f"党的{latest}大已经召开，这里仍以{match['congress']}大为遵循。应写“党的{latest}大精神”。"
                yield Hit(sentence.start + match.start("congress"), sentence.start + match.end("congress") + 1, hint)


def _ordinal(words: str) -> int:
    return int(han_value(words))


def formulas_in_full(reading: Reading) -> Iterator[Hit]:
    """C15: a formula with a word missing, or two of them the wrong way round."""
    formulas = _said(phrases().full, reading)
    for sentence in reading.sentences:
        for full in formulas:
            for match in full.regex.finditer(sentence.text):
                hint = f"“{match.group()}”写得不全或不对，应写“{full.right}”。"
                yield Hit(sentence.start + match.start(), sentence.start + match.end(), hint)
        for order in phrases().order:
            second, first = sentence.text.find(order.second), sentence.text.find(order.first)
            if 0 <= second < first:
                hint = f"次序不对：{order.name}。"
                yield Hit(sentence.start + second, sentence.start + first + len(order.first), hint)


# --- counts and abbreviations ---------------------------------------------------------------------


def known_counts(reading: Reading) -> Iterator[Hit]:
    """C32: a national count with another number."""
    counts = _said(phrases().count, reading)
    for sentence in reading.sentences if counts else ():
        for count in (c for c in counts if c.sure in sentence.text):
            for match in count.regex.finditer(sentence.text):
                printed = next(filter(None, match.groups()))
                number = int(printed) if printed.isdigit() else int(han_value(printed))
                other = count.unless and re.search(count.unless, sentence.text[max(0, match.start() - 6) : match.end()])
                year = reading.reported or 0
                if number != count.right and not other and count.from_ <= year <= count.to:
                    where = f"（{count.authority}）" if count.authority else ""
                    hint = f"{count.name}全国统一是{count.right}项，这里写成“{printed}”{where}。"
                    yield Hit(sentence.start + match.start(), sentence.start + match.end(), hint)


_BRACKETED = re.compile(r"(?P<before>[一-鿿、—\-A-Za-z]{2,24})[（(](?P<short>[A-Za-z][A-Za-z0-9\-]{1,9})[)）]")


def abbreviations_expanded(reading: Reading) -> Iterator[Hit]:
    """C31: an abbreviation that stands for something else."""
    glossary = {a.short.upper(): a for a in phrases().abbreviation}
    for sentence in reading.sentences:
        for match in _BRACKETED.finditer(sentence.text):
            known = glossary.get(match["short"].upper())
            if known and not _explains(known, match["before"]):
                hint = f"“{match['short']}”是{known.full}的缩写，与前面的“{match['before'][-12:]}”对不上。请核对。"
                yield Hit(sentence.start + match.start("short"), sentence.start + match.end("short"), hint)


_EXPANSION = re.compile(
    r"(?:时间|率|指数|满意度|感染|肺炎|血栓|症|术|治疗|诊疗|支付|付费|分组|频度|权重|强度|氧合|疗法)$"
)


def _explains(known: Abbreviation, before: str) -> bool:
    """A capital list (“ICU、CRRT”) or a device (“设备（ECMO）”) claims to explain nothing and is left alone."""
    return _EXPANSION.search(before) is None or any(w in before for w in known.words)


# --- names ----------------------------------------------------------------------------------------

_TITLES = r"(?:党委书记|党组书记|总支书记|支部书记|书记|副院长|院长|副主任委员|主任委员|副主任|主任|副局长|局长|副科长|科长|护士长|总会计师|总护士长|党委副书记)"
_TITLED = re.compile(
    rf"(?P<title>{_TITLES})(?P<name>[一-鿿]{{2,3}})(?=[，。、；（(\s带主参出率同作讲强要]|分管|到|在|深入|赴)"
)


def names_and_titles(reading: Reading) -> Iterator[Hit]:
    """C16: a leader's name with a title that is not theirs, and the office's own name with a slip in it."""
    known = leaders_of(reading)
    for sentence in reading.sentences if known else ():
        for match in _TITLED.finditer(sentence.text):
            yield from _title_of(match, sentence, known)
        yield from _in_order(sentence, known)
    if len(reading.office.name) >= 6:
        yield from _slips(reading, reading.office.name)


def leaders_of(reading: Reading) -> tuple[Leader, ...]:
    """Leaders by the office's settings, then by the phrase file; “院长 乙某某”, in the order of rank."""
    written = []
    for row in reading.office.leaders:
        title, _, name = row.strip().rpartition(" ")
        if title and name:
            written.append(Leader(name=name, title=title.strip()))
    return (*written, *phrases().leader)


def _title_of(match: re.Match[str], sentence: Sentence, known: tuple[Leader, ...]) -> Iterator[Hit]:
    person = next((x for x in known if match["name"].startswith(x.name)), None)
    start, end = sentence.start + match.start(), sentence.start + match.end()
    if person is None:
        now = next((x for x in known if x.title == match["title"] and x.until is None), None)
        if now is not None and match["title"] in ("院长", "党委书记", "局长"):
            yield Hit(
                start, end, f"本单位登记的{now.title}是{now.name}，这里写的是“{match['name']}”。请核对人名和职务。"
            )
    elif person.until is not None:
        yield Hit(start, end, f"{person.name}已于{person.until.year}年{person.until.month}月离任。请核对。")
    elif not _bears(person, match["title"]):
        yield Hit(start, end, f"{person.name}登记的职务是{person.title}，这里写成“{match['title']}”。请核对。")


def _bears(person: Leader, title: str) -> bool:
    """Whether a title is one of a person's; 院长 is not 副院长."""
    own = re.split(r"[、，/]", person.title)
    return any(o == title or (o.endswith(title) and not o.removesuffix(title).endswith("副")) for o in own)


def _in_order(sentence: Sentence, known: tuple[Leader, ...]) -> Iterator[Hit]:
    """Names joined by 、 stand in the order of the registry."""
    if sentence.text.count("、") == 0:
        return
    names = {x.name: i for i, x in reversed(list(enumerate(known)))}
    found = sorted((sentence.text.find(n), i, n) for n, i in names.items() if n in sentence.text)
    for (at, rank, name), (then, next_rank, following) in pairwise(found):
        between = sentence.text[at + len(name) : then]
        if rank > next_rank and len(between) <= 8 and "、" in between:
            hint = f"领导排名先后：{following}应在{name}之前（按本单位登记）。"
            yield Hit(sentence.start + at, sentence.start + then + len(following), hint)


def _slips(reading: Reading, name: str) -> Iterator[Hit]:
    """The office's name with exactly one character wrong; another place or another number is another office."""
    places = (i for i in range(3, len(name)) if name[i] not in "一二三四五六七八九十东西南北中")
    pattern = "|".join(
        f"{re.escape(name[:i])}(?!{re.escape(name[i])})[一-鿿]{re.escape(name[i + 1 :])}" for i in places
    )
    for match in re.finditer(pattern, reading.plain):
        yield Hit(match.start(), match.end(), f"单位名称应是“{name}”，这里写成“{match.group()}”。")


FINDERS: dict[str, Finder] = {
    "plan-expired": expired_plans,
    "term-obsolete": stale_terms,
    "formula-stale": stale_formulas,
    "formula-wrong": formulas_in_full,
    "count-wrong": known_counts,
    "abbreviation": abbreviations_expanded,
    "name-title": names_and_titles,
}

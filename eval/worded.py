"""What a draft says in words without a number: more or less than last year, targets met or missed, whose period it is.

In: a draft and its case.  Out: `Measure`s.

No claim lies on such words and no verifier of numbers reads them, so they are held against the cells by our own reading.
"""

import re
from collections.abc import Callable, Iterator

from eval.given import Given, Piece, printed_pieces, quantities
from eval.measures import Measure, Seen, Span
from eval.sentences import DOWN, UP
from eval.tabled import reached
from eval.truth import Truth

_RISE, _FALL = {*UP, "攀升", "加快", "多", "高", "长", "好转"}, {*DOWN, "回落", "降低", "压减", "少", "低", "短"}
_MOVED = "|".join(sorted({w for w in (*_RISE, *_FALL) if len(w) > 1 and w[-1] not in "至到"}, key=len, reverse=True))
_THAN = re.compile(
    rf"(?P<than>[多高长少低短好优差]|不(?=[如及]))[于如及](?:上年|去年)|(?:较|比|同比|与)(?:上年|去年)?(?:同期|相比)?，?"
    rf"(?P<all>都|均)?(?:有所|略有|明显|进一步|稳步|大幅)?(?P<moved>{_MOVED})"
)
_FROM_TO = re.compile(
    rf"[由从]([^，。；]{{1,16}}?)(?P<moved>{_MOVED}|升|降|增|减|缩|压)(?:到|至|为)([^，。；]{{1,14}})"
)
_LEVEL = re.compile(rf"(?P<moved>{_MOVED}|升|降|增|减)(?:到|至)(?=\d)")
_ONE = {"升": 1, "增": 1, "降": -1, "减": -1, "缩": -1, "压": -1}


def turned_words(seen: Seen) -> Measure:
    """Words of more or less that the figures, or the two numbers beside them, contradict."""
    given = seen.given
    spans = [Span(p.where, quote, why) for p in printed_pieces(seen) for quote, why in _turned(p, given, seen)]
    return Measure("turned_words", len(spans), tuple(spans), failed=bool(spans))


def _turned(piece: Piece, given: Given, seen: Seen) -> Iterator[tuple[str, str]]:
    for match in _FROM_TO.finditer(piece.text):
        one, two = quantities(match[1], given.units), quantities(match[3], given.units)
        sign = _sign(match["moved"])
        if one and two and one[-1].unit == two[0].unit and (two[0].value - one[-1].value) * sign < 0:
            yield match.group(), "前后两个数的大小与这个词相反"
    if piece.label:
        move = re.match(_MOVED, piece.text)
        if move and re.search("比上年|同比|增减", piece.around):
            yield from _against(piece.text, _sign(move.group()), given.named(piece.label), seen, "dir")
        return
    ahead = piece.section.partition("_")[0] in ("plan", "goals", "measures", "items")
    for clause, subject in _clauses(piece.text):
        if any(n in clause for n in given.unsure):
            continue
        rows = given.named(clause) or given.named(subject)
        for match in () if ahead else _THAN.finditer(clause):
            sign = _sign(match["than"] or match["moved"])
            yield from _against(match.group(), sign, rows, seen, match["than"] or "dir")
        for match in _LEVEL.finditer(clause):
            yield from _against(match.group(), _sign(match["moved"]), rows[:1], seen, "aim" if ahead else "dir")


def _clauses(text: str) -> Iterator[tuple[str, str]]:
    """(clause, what was said before it in the same part of the sentence)."""
    for part in re.split("[；。]", text):
        before = ""
        for clause in part.split("，"):
            yield clause, before
            before = clause if len(clause) > 3 else before


def _sign(word: str) -> int:
    return _ONE.get(word, (word in _RISE) - (word in _FALL))


def _against(quote: str, sign: int, rows: list[tuple[str, Truth]], seen: Seen, way: str) -> Iterator[tuple[str, str]]:
    """Whether what is said of these rows holds of none of them."""
    catalogue = seen.case.read_figures.catalogue()
    wrong = []
    for name, truth in rows:
        moved = truth.sign(name, "aim" if way == "aim" else "dir")
        if way in ("好", "优", "差", "不"):
            found = catalogue.by_name(name)
            better = {"up": 1, "down": -1}.get(found.better if found else "", 0)
            sign = -better if way in ("差", "不") else better
        wrong.append(bool(sign and moved and sign != moved))
    if wrong and all(wrong):
        yield quote, f"指标表里相反：{'、'.join(n for n, _ in rows)}"


# --- targets --------------------------------------------------------------------------------------

_MET = re.compile(r"(?:完成|达到|实现|达成|达标|兑现)")
_MISSED = re.compile(
    r"(?:未|没有?|没能|尚未)(?:能)?(?:全部)?(?:完成|达到|实现|达标)|(?:差距|有差|不及|落后)|超出了?(?:年度)?目标|(?:高|低)于(?:年度)?目标"
)
_OF_TARGETS = re.compile(r"目标|指标任务|任务指标")
_REST = re.compile(r"其[他余它]|另外|大部分|多数|大多|基本|部分|个别|有的")
_ALL = re.compile(r"都|均|全部|各项|逐项|全面|一一|所有|已")


def untrue_targets(seen: Seen) -> Measure:
    """Sentences that call targets met or missed against the figures."""
    spans = tuple(_untrue(seen)) if seen.draft.kind.looks_back else ()
    return Measure("untrue_targets", len(spans), spans, failed=bool(spans))


def _untrue(seen: Seen) -> Iterator[Span]:
    met, given = reached(seen), seen.given
    missed = {name for name, told in met.items() if told == {False}}
    sure = given.whole and not given.unsure
    if seen.draft.period[4:]:
        return  # a target of the year says nothing of a part of it
    for piece in printed_pieces(seen):
        if piece.label or piece.section.partition("_")[0] not in ("lead", "results", "problems"):
            continue
        for part in re.split("[；。]", piece.text):
            if not _OF_TARGETS.search(part):
                continue
            names = [n for n, _ in given.named(part, exact=True) if n in met]
            if _MISSED.search(part):
                wrong = [n for n in names if met[n] == {True}] or ([] if names or missed or not sure else ["全部完成"])
            elif _MET.search(part) and (names or _ALL.search(part)):
                said = {*names} if names else {*met}
                wrong = [] if _REST.search(part) else sorted(missed & said)
            else:
                continue
            if wrong:
                yield Span(piece.where, part, f"指标表里相反：{'、'.join(wrong)}")


# --- periods --------------------------------------------------------------------------------------

_PERIODS = re.compile(r"全年|[上下]半年|(?:前)?[一二三四两]个?季度|1[—-]\d{1,2}月|前[一二三四五六七八九十]+个月")
_OWN = {
    "H1": "上半年|1[—-]6月|前六个月|前两个?季度",
    "H2": "下半年",
    "Q1": "一季度|1[—-]3月",
    "Q2": "二季度",
    "Q3": "三季度",
    "Q4": "四季度",
}
_YEAR = re.compile(r"(20\d\d)年?")


def other_periods(seen: Seen) -> Measure:
    """Years and periods in title, headings, first words, notice and results that are not those of the paper."""
    spans = (*_years(seen), *_parts_of_year(seen))
    return Measure("other_periods", len(spans), spans, failed=bool(spans))


def _years(seen: Seen) -> Iterator[Span]:
    draft, year = seen.draft, seen.case.year
    own = {year, year + 1} if draft.kind.value == "summary-plan" and not draft.period[4:] else {year}
    fixed = [
        ("title", draft.title.text, own, True),
        ("shell", draft.shell.title, own, True),
        ("shell", draft.shell.opening, own, False),
    ]
    for section in draft.sections:
        part = section.id.partition("_")[2] if section.id.startswith("table_") else section.id.partition("_")[0]
        told = {year} if part in ("results", "deeds") else {max(own)} if part in ("plan", "tasks", "goals") else own
        fixed.append((f"heading of {section.id}", section.heading.text, told, False))
    for where, text, years, needed in fixed:
        said = {int(y) for y in _YEAR.findall(text)}
        if said - years or (needed and text and not said):
            yield Span(where, text, f"应为{'、'.join(map(str, sorted(years)))}年")
    for section in draft.sections[:1]:
        for sentence in section.sentences:
            for match in re.finditer(r"(?:^|现将|现把|总结|回看|回顾|报告)(20\d\d)年", sentence.text):
                if int(match[1]) not in own:
                    yield Span(sentence.id, match.group(), f"应为{'、'.join(map(str, sorted(own)))}年")
    signed = _YEAR.search(draft.shell.date)
    if signed and int(signed[1]) not in ({year, year + 1} if draft.kind.looks_back else {year - 1, year}):
        yield Span("shell", draft.shell.date, "成文日期不在这一年前后")


def _parts_of_year(seen: Seen) -> Iterator[Span]:
    draft, given = seen.draft, "\n".join((*seen.given.matters, *seen.case.asked))
    own = _OWN.get(draft.period[4:], "") if draft.period[4:] else "全年"
    if months := re.fullmatch(r"M(\d+)-(\d+)", draft.period[4:]):
        own = rf"{months[1]}[—-]{months[2]}月"
    ahead = not draft.kind.looks_back
    for piece in printed_pieces(seen):
        if ahead and (match := re.search("明年|下年|次年", piece.text)) and match.group() not in given:
            yield Span(piece.where, match.group(), f"{seen.case.year}年的文稿")
        if (match := re.search("前年|大前年", piece.text)) and match.group() not in given:
            yield Span(piece.where, match.group(), "没有给前年的数")
        if ahead or piece.section.partition("_")[0] not in ("results", "problems"):
            continue
        for match in _PERIODS.finditer(piece.text):
            if not re.fullmatch(own or "$", match.group()) and match.group() not in given:
                yield Span(piece.where, match.group(), f"本稿报告的是{draft.period}")


WORDED: tuple[Callable[[Seen], Measure], ...] = (turned_words, untrue_targets, other_periods)

"""Parts a kind must have, numbering without gap, and years that agree with the title."""

import re
from collections.abc import Iterator

from chugao.checks.reading import Finder, Hit, Reading
from chugao.kind import Kind
from chugao.manuscript import Draft, Section
from chugao.source import Finding, Place, Severity

_ONES = ("", *"一二三四五六七八九")
_HAN = tuple(f"{_ONES[n // 10] if n > 19 else ''}{'十' if n > 9 else ''}{_ONES[n % 10]}" for n in range(100))
_ENUMERATOR = re.compile(r"(?:^|[。；：\s])([一二三四五六七八九十])是")
_YEAR_AS_SUBJECT = re.compile(
    r"(?:^|(?<=[。；\n]))[ \t　]*(?:[一二三四五六七八九十]{1,3}、|（[一二三四五六七八九十]{1,3}）)?((?:19|20)\d\d)年(?:度)?(?=，|,|全年|工作|我|全[院市县区科]|[一-鿿]{0,6}(?:总结|工作情况|主要工作))"
)


_HISTORY = re.compile(r"(?:比|较|与)(?:19|20)\d\d年")


_AHEAD = re.compile(r"计划|打算|安排|将|拟|力争|目标|启动|起")
_PLAN_HEADING = r"^[#\s]*[一二三四五六七八九十]{{1,3}}、[^\n]{{0,20}}(?:计划|打算|安排|思路|下一步|部署|{next}年)"
_YEAR_REPORTED = re.compile(r"现将((?:19|20)\d\d)年(?:度)?[^，。；\n]{0,8}(?:工作情况|工作总结|完成情况)")
_YEAR_PLANNED = re.compile(
    r"现将[^。；\n]{0,30}?((?:19|20)\d\d)年(?:度)?(?:重点)?工作(?:计划|打算|安排|思路)[^。；\n]{0,8}(?:报告|汇报)如下"
)


_BOTH_YEARS = re.compile(
    r"(?:总结|回顾)(?P<past>(?:19|20)\d\d)年(?:度)?[^，。；\n]{0,12}，(?:并)?(?:提出|部署|安排|谋划)(?P<next>(?:19|20)\d\d)年"
)


def check_parts(draft: Draft) -> Iterator[Finding]:
    """C18: what the title promises is there; a paper cut from a draft promises what its kind does, not its base's."""
    if draft.recipe.get("engine") == "cut":
        return
    present = {s.id for s in draft.sections if s.blocks or any(o.id.startswith(f"{s.id}_") for o in draft.sections)}
    written = {i.partition("_")[0] for i in present}
    needed = {
        Kind.SUMMARY: ("results",),
        Kind.PLAN: ("plan",),
        Kind.SUMMARY_PLAN: ("results", "plan"),
        Kind.KEY_POINTS: ("plan",),
        Kind.IDEAS: ("plan",),
    }[draft.kind]
    names = {"results": "总结（成效）", "plan": "计划"}
    for part in needed:
        if part not in written:
            yield _finding(
                "part-missing",
                Severity.ERROR,
                "",
                f"缺少{names[part]}部分：没有可写的材料。请补充指标或事项后重新起草。",
            )


def check_numbering(draft: Draft) -> Iterator[Finding]:
    """C22, C23: headings and items count on without gap or repeat; 一是 … 二是 … make one set."""
    counters: dict[int, int] = {}
    items = 0
    for section in draft.sections:
        if section.number:
            counters = {level: n for level, n in counters.items() if level <= section.level}
            counters[section.level] = counters.get(section.level, 0) + 1
            expected = _printed(section.level, counters[section.level])
            if expected and section.number != expected:
                hint = f"标题序号“{section.number}”应为“{expected}”。"
                yield _finding("numbering", Severity.ERROR, section.id, hint, section.number)
        for block in section.blocks:
            if re.fullmatch(r"\d+\.", block.number):
                number = int(block.number[:-1])
                if number not in (1, items + 1):
                    hint = f"条目序号“{block.number}”应为“{items + 1}.”。"
                    yield _finding("numbering", Severity.ERROR, section.id, hint, block.number)
                items = number
        yield from _enumerators(section)


def _enumerators(section: Section) -> Iterator[Finding]:
    expected = 1
    for block in section.blocks:
        text = section.block_text(block)
        for match in _ENUMERATOR.finditer(text):
            number = _HAN.index(match[1])
            if number == 1:
                expected = 1
            if number != expected:
                hint = f"“{match[1]}是”应为“{_HAN[expected]}是”，请核对分条。"
                yield _finding("enumerator", Severity.ERROR, section.id, hint, f"{match[1]}是")
            expected = number + 1


def years(reading: Reading) -> Iterator[Hit]:
    """C11: the same, as a rule."""
    for f in check_years(reading.text, reading.kind, reading.year):
        yield Hit(f.place.start, f.place.end, f.hint)


def check_years(text: str, kind: Kind | None, year: int | None) -> Iterator[Finding]:
    """C11: a year that a sentence or heading reports on must be the title's, or the one it plans."""
    if year is None:
        return
    looks_back = kind is None or kind.looks_back
    allowed = {year, year + 1} if looks_back else {year, year - 1}
    heading = re.search(_PLAN_HEADING.format(next=year + 1), text, re.MULTILINE)
    ahead = heading.start() if heading else len(text)
    reported = year if looks_back else year - 1
    for match in _YEAR_REPORTED.finditer(text):
        if int(match[1]) != reported:
            hint = f"这里说的是{match[1]}年的工作，题目报的是{reported}年。请核对年份。"
            place = Place(start=match.start(1), end=match.end(1))
            yield Finding(rule="year", severity=Severity.ERROR, place=place, quote=match[1], hint=hint)
    for match in _YEAR_PLANNED.finditer(text):
        if int(match[1]) != reported + 1:
            hint = f"这里说的是{match[1]}年的计划，题目计划的是{reported + 1}年。请核对年份。"
            place = Place(start=match.start(1), end=match.end(1))
            yield Finding(rule="year", severity=Severity.ERROR, place=place, quote=match[1], hint=hint)
    for match in _BOTH_YEARS.finditer(text):
        for which, right in (("past", reported), ("next", reported + 1)):
            if int(match[which]) != right:
                hint = f"总结的是{reported}年，安排的是{reported + 1}年，这里写成{match[which]}年。请核对年份。"
                place = Place(start=match.start(which), end=match.end(which))
                yield Finding(rule="year", severity=Severity.ERROR, place=place, quote=match[which], hint=hint)
    for match in _YEAR_AS_SUBJECT.finditer(text):
        found = int(match[1])
        sentence = text[match.start() : match.start() + 80].partition("。")[0]
        # A year measured against another year is history told on purpose: “2023年，…比2020年增长…”.
        early = looks_back and found == year + 1 and match.start() < ahead and not _AHEAD.search(sentence)
        if (found not in allowed or early) and not _HISTORY.search(sentence):
            place = Place(start=match.start(1), end=match.end(1))
            yield Finding(
                rule="year",
                severity=Severity.ERROR,
                place=place,
                quote=match[1],
                hint=f"题目是{year}年，这里写成{found}年。请核对年份；若确指{found}年，请写明“与{found}年相比”。",
            )


def _printed(level: int, count: int) -> str:
    # No document has a hundred parts; one that has is not counted.
    han = _HAN[count] if count < len(_HAN) else ""
    return {1: f"{han}、" if han else "", 2: f"（{han}）" if han else "", 3: f"{count}."}.get(level, "")


def _finding(rule: str, severity: Severity, section: str, hint: str, quote: str = "") -> Finding:
    place = Place(start=0, end=len(quote), section=section, sentence="heading" if quote else "")
    return Finding(rule=rule, severity=severity, place=place, quote=quote, hint=hint)


FINDERS: dict[str, Finder] = {"year": years}

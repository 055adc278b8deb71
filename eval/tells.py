"""The twelve tells of a machine (office-practice, section 3), as far as they can be counted.

In: a `Draft` and its case.  Out: `Measure`s named tell_01 … tell_12; a score above 0 is a place for a person to read,
never a reason to stop.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations

from eval.measures import Measure, Seen, Span, level_two
from eval.reading import digit_runs

_DATE = re.compile(r"\d{4}年|\d{1,2}(?:[—-]\d{1,2})?月(?:底|\d{1,2}日)?")
_ACTOR = re.compile(r"[一-鿿]{1,6}(?:科|部|办|处|室|中心|院|委|局|病区|小组|科室|院长|主任|护士长|医师|护士)|\d月|《")
_GLUE = re.compile(
    r"(?:通过|以)[^，。；]{2,24}，?[^，。；]{0,6}(?:有效|显著|切实|进一步)?(?:提升|提高|增强|促进)[^。；]{0,16}"
)
_BLESSING = re.compile(
    r"(?:奠定(?:了)?[^，。；]{0,10}基础|提供(?:了)?[^，。；]{0,12}(?:保障|支撑)|注入[^，。；]{0,8}动力)[。；]?$"
)
_MECHANISM = re.compile(r"[^，。；]{0,12}(?:机制|合力|闭环|体系)")
_FLAT = re.compile(r"^(?:全年|持续|不断|进一步|深入|扎实)")
_MEETING = re.compile(r"例会|会议|演练|培训|讲座|检查\d|督查\d")
_MILESTONE = re.compile(r"通过[^，。；]{0,10}(?:评审|验收|认证|复核)|获批|获评|首例|启用")
_HIGHER = {
    "科室": re.compile(r"区域卫生健康|全市卫生健康|健康中国|全省|深化医改|高质量发展新格局"),
    "乡镇": re.compile(r"全市卫生健康|全省医疗|国家医学中心|区域医疗中心"),
}
_PARTNERS = (
    (re.compile(r"(?:台次|人次|例次|例数|数量)[^，。；]{0,6}(?:提升|增强|改善)"), "数量应说增加、增长"),
    (re.compile(r"(?:满意度|率|占比|指数)[^，。；]{0,6}(?:增强|增多|增加到)"), "率和指数应说提高、上升"),
    (re.compile(r"(?:时间|住院日)[^，。；]{0,6}(?:减少到|降低到|下降到|提升)"), "时间应说缩短、延长"),
    (re.compile(r"(?:费用|金额)[^，。；]{0,6}(?:缩短|提升|提高到)"), "费用应说下降、增加"),
)
_CAUSE = re.compile(r"原因|由于|因为|因|夜班|夜间|周末|病区|没有|只有|人手|不足以|之后|老旧")


def headings_that_fit_any_year(seen: Seen) -> Measure:
    """1: a heading that shares no pair of characters with its section and says no matter that was given."""
    spans = []
    for section in seen.draft.sections:
        if section.level == 2 and section.sentences:
            words = re.sub(r"[^一-鿿]", "", section.heading.text)
            body = "".join(s.text for s in section.sentences)
            said = any(clause in seen.case.given_text for clause in section.heading.text.split("，"))
            if words and not said and not any(words[i : i + 2] in body for i in range(len(words) - 1)):
                spans.append(Span(section.id, section.heading.text))
    return _told(1, spans)


def equal_sections(seen: Seen) -> Measure:
    """2: three and more sections of a part with longest/shortest below 2."""
    spans = []
    for part in ("results", "plan"):
        sizes = [sum(len(s.text) for s in x.sentences) for x in level_two(seen.draft, part)]
        if len(sizes) >= 3 and min(sizes) and max(sizes) / min(sizes) < 2:
            spans.append(Span(part, "、".join(map(str, sizes)), "各节长短相近"))
    return _told(2, spans)


def number_chains(seen: Seen) -> Measure:
    """3: sentences with four numbers and more; the score is their share (provincial reports 6 %)."""
    sentences = [s for _, s in seen.draft.sentences()]
    chains = [s for s in sentences if len(digit_runs(_DATE.sub("", s.text))) >= 4]
    share = round(len(chains) / len(sentences), 3) if sentences else 0.0
    return Measure("tell_03", share, tuple(Span(s.id, s.text) for s in chains))


def glue(seen: Seen) -> Measure:
    """4: 通过……有效提升……without a number."""
    return _told(4, _sentences(seen, _GLUE, unless=re.compile(r"\d")))


def blessings(seen: Seen) -> Measure:
    """5: ends in 奠定基础, 提供保障."""
    return _told(5, _sentences(seen, _BLESSING))


def mechanisms_without_actor(seen: Seen) -> Measure:
    """6: 机制, 体系, 合力, 闭环 in a sentence without department, month or document."""
    return _told(6, _sentences(seen, _MECHANISM, unless=_ACTOR))


def shortcomings_as_table_rows(seen: Seen) -> Measure:
    """7: a shortcoming that is metric, target and gap, with no place or cause."""
    spans = []
    for section in seen.draft.sections:
        if section.id.startswith("problem"):
            for s in section.sentences:
                if len(digit_runs(s.text)) >= 2 and "目标" in s.text and not _CAUSE.search(s.text):
                    spans.append(Span(s.id, s.text))
    return _told(7, spans)


def mirrored_plans(seen: Seen) -> Measure:
    """8: an item of a plan that repeats a shortcoming and adds no actor, date or number."""
    problems = [s.text for x in seen.draft.sections if x.id.startswith("problem") for s in x.sentences]
    spans = []
    for section in seen.draft.sections:
        if section.id.startswith("plan"):
            for block in section.blocks:
                text = "".join(section.sentence(i).text for i in block.sentence_ids)
                if not re.search(r"\d", text) and not _ACTOR.search(text) and any(_alike(text, p) for p in problems):
                    spans.append(Span(block.sentence_ids[0], text))
    return _told(8, spans)


def mixed_weights(seen: Seen) -> Measure:
    """9: a milestone in one sentence with meetings and drills."""
    spans = [
        Span(s.id, s.text) for _, s in seen.draft.sentences() if _MILESTONE.search(s.text) and _MEETING.search(s.text)
    ]
    return _told(9, spans)


def wrong_partners(seen: Seen) -> Measure:
    """10: a noun with another noun's verb."""
    spans = []
    for _, s in seen.draft.sentences():
        spans += [Span(s.id, m.group(), why) for pattern, why in _PARTNERS for m in pattern.finditer(s.text)]
    return _told(10, spans)


def wrong_level(seen: Seen) -> Measure:
    """11: phrases of a level above the document's that nothing given holds."""
    pattern = _HIGHER.get(seen.draft.level)
    given = seen.case.given_text
    spans = []
    for _, s in seen.draft.sentences():
        found = pattern.finditer(s.text) if pattern else ()
        spans += [Span(s.id, m.group()) for m in found if m.group() not in given]
    return _told(11, spans)


def flat_time(seen: Seen) -> Measure:
    """12: 全年, 持续 and their like open three and more sentences of a section."""
    spans = []
    for section in seen.draft.sections:
        flat = [s for s in section.sentences if _FLAT.match(s.text)]
        if len(flat) >= 3:
            spans += [Span(s.id, s.text[:16]) for s in flat]
    return _told(12, spans)


def same_openings(seen: Seen) -> Measure:
    """Beside the twelve: two sections whose 8-grams overlap by more than 0.15."""
    grams = {}
    for section in seen.draft.sections:
        text = re.sub(r"[^一-鿿]", "", "".join(s.text for s in section.sentences))
        grams[section.id] = {text[i : i + 8] for i in range(len(text) - 7)}
    spans = []
    for (a, left), (b, right) in combinations(grams.items(), 2):
        together = len(left | right)
        if together and len(left & right) / together > 0.15:
            spans.append(Span(f"{a}/{b}", next(iter(sorted(left & right)))))
    return Measure("alike_sections", len(spans), tuple(spans))


def _sentences(seen: Seen, pattern: re.Pattern[str], unless: re.Pattern[str] | None = None) -> Iterator[Span]:
    for _, s in seen.draft.sentences():
        match = pattern.search(s.text)
        if match and not (unless and unless.search(s.text)):
            yield Span(s.id, match.group(), s.text)


def _alike(a: str, b: str) -> bool:
    pairs = [{t[i : i + 2] for i in range(len(t) - 1)} for t in (a, b)]
    smaller = min(map(len, pairs))
    return smaller > 0 and len(pairs[0] & pairs[1]) / smaller > 0.4


def _told(number: int, spans: Iterable[Span]) -> Measure:
    found = tuple(spans)
    return Measure(f"tell_{number:02d}", len(found), found)


TELLS: tuple[Callable[[Seen], Measure], ...] = (
    headings_that_fit_any_year, equal_sections, number_chains, glue, blessings, mechanisms_without_actor,
    shortcomings_as_table_rows, mirrored_plans, mixed_weights, wrong_partners, wrong_level, flat_time, same_openings,
)  # fmt: skip

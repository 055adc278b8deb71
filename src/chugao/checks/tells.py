"""The twelve tells of a machine, as far as they can be counted, and what else a reader notices: for information only.

In: `Part`s (a section of a draft or of any text).  Out: `Told`: place, quote, which tell.

Surprise: every tell stands now and then in a proofread report; what gives a machine away is how often.  So a document is
told of a tell once, and only above what proofread reports have.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from chugao.checks.reading import Reading
from chugao.manuscript import Draft
from chugao.source import Finding, Place, Severity


class Part(NamedTuple):
    """A section as the tells see it."""

    id: str
    """Outline part id of a draft, the heading of a text: results_…, plan_…, problem_… say what it does."""
    heading: str
    level: int
    sentences: tuple[tuple[str, str], ...]
    """(id, text)."""
    items: tuple[tuple[str, ...], ...] = ()
    """Sentence ids of each paragraph or item."""


class Told(NamedTuple):
    """A place a reader would notice."""

    where: str
    """Sentence or part id."""
    quote: str
    why: str = ""


_DATE = re.compile(r"\d{4}年|\d{1,2}(?:[—-]\d{1,2})?月(?:底|\d{1,2}日)?")
_DIGITS = re.compile(r"[0-9０-９]+(?:[.．][0-9０-９]+)?")
_ACTOR = re.compile(
    r"[一-鿿]{1,6}(?:科(?!学|技)|部(?!门|分|署)|办(?!法|理)|处(?!理|置)|室|中心|院(?!感)|委|局|病区|小组|院长|主任|护士长|医师|护士)|\d月|《"
)
_GLUE = re.compile(
    r"(?:通过|以)[^，。；]{2,24}，?[^，。；]{0,6}(?:有效|显著|切实|进一步)?(?:提升|提高|增强|促进)[^。；]{0,16}"
)
_BLESSING = re.compile(
    r"(?:奠定(?:了)?[^，。；]{0,10}基础|提供(?:了)?[^，。；]{0,12}(?:保障|支撑)|注入[^，。；]{0,8}动力)[。；]?$"
)
_MECHANISM = re.compile(r"[^，。；]{0,30}(?:机制|合力|闭环|体系)")
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


def parts_of(draft: Draft) -> tuple[Part, ...]:
    """The sections of a draft."""
    return tuple(
        Part(
            s.id,
            s.heading.text,
            s.level,
            tuple((x.id, x.text) for x in s.sentences),
            tuple(b.sentence_ids for b in s.blocks),
        )
        for s in draft.sections
    )


_ROLES = {"成绩": "results", "问题": "problem", "计划": "plan", "要求": "plan", "": "part"}


def parts_of_reading(reading: Reading) -> tuple[Part, ...]:
    """The sections of a text: what stands under each heading of the second level, or of the first where there is none."""
    parts: list[Part] = []
    below: list[tuple[str, str]] = []
    title, level, role = "", 0, "part"
    sentences = iter(reading.sentences)
    pending = next(sentences, None)
    for line in reading.lines:
        if line.heading is not None and line.heading.level <= 2:
            if below:
                parts.append(_part(role, title, level, below))
            title, level, role, below = line.heading.heading, line.heading.level, _ROLES[line.role], []
        while pending is not None and pending.start < line.end:
            if pending.line is line:
                below.append((str(pending.start), pending.text))
            pending = next(sentences, None)
    if below:
        parts.append(_part(role, title, level, below))
    return tuple(parts)


def _part(role: str, title: str, level: int, below: Sequence[tuple[str, str]]) -> Part:
    return Part(f"{role}_{title}", title, level, tuple(below), tuple((i,) for i, _ in below))


# --- the twelve -----------------------------------------------------------------------------------


def headings_that_fit_any_year(parts: Sequence[Part], given: str = "", level: str = "") -> list[Told]:
    """1: a heading that shares no pair of characters with its section and says no matter that was given."""
    found = []
    for part in parts:
        if part.level == 2 and part.sentences:
            words = re.sub(r"[^一-鿿]", "", part.heading)
            body = "".join(t for _, t in part.sentences)
            said = any(clause in given for clause in part.heading.split("，"))
            if words and not said and not any(words[i : i + 2] in body for i in range(len(words) - 1)):
                found.append(Told(part.id, part.heading))
    return found


def equal_sections(parts: Sequence[Part], given: str = "", level: str = "") -> list[Told]:
    """2: three and more sections of a part with longest/shortest below 2."""
    found = []
    for role in ("results", "plan"):
        sizes = [sum(len(t) for _, t in p.sentences) for p in parts if p.level == 2 and p.id.startswith(f"{role}_")]
        if len(sizes) >= 3 and min(sizes) and max(sizes) / min(sizes) < 2:
            found.append(Told(role, "、".join(map(str, sizes)), "各节长短相近"))
    return found


def number_chains(parts: Sequence[Part], given: str = "", level: str = "") -> list[Told]:
    """3: sentences with four numbers and more (provincial reports 6 %)."""
    return [Told(i, t) for p in parts for i, t in p.sentences if len(_DIGITS.findall(_DATE.sub("", t))) >= 4]


def glue(parts: Sequence[Part], given: str = "", level: str = "") -> list[Told]:
    """4: 通过……有效提升…… without a number."""
    return list(_sentences(parts, _GLUE, unless=re.compile(r"\d")))


def blessings(parts: Sequence[Part], given: str = "", level: str = "") -> list[Told]:
    """5: ends in 奠定基础, 提供保障."""
    return list(_sentences(parts, _BLESSING))


def mechanisms_without_actor(parts: Sequence[Part], given: str = "", level: str = "") -> list[Told]:
    """6: 机制, 体系, 合力, 闭环 in a sentence without department, month or document."""
    return list(_sentences(parts, _MECHANISM, unless=_ACTOR))


def shortcomings_as_table_rows(parts: Sequence[Part], given: str = "", level: str = "") -> list[Told]:
    """7: a shortcoming that is metric, target and gap, with no place or cause."""
    return [
        Told(i, t)
        for p in parts
        if p.id.startswith("problem")
        for i, t in p.sentences
        if len(_DIGITS.findall(t)) >= 2 and "目标" in t and not _CAUSE.search(t)
    ]


def mirrored_plans(parts: Sequence[Part], given: str = "", level: str = "") -> list[Told]:
    """8: an item of a plan that repeats a shortcoming and adds no actor, date or number."""
    problems = [t for p in parts if p.id.startswith("problem") for _, t in p.sentences]
    found = []
    for part in parts:
        texts = dict(part.sentences)
        for ids in part.items if part.id.startswith("plan") else ():
            text = "".join(texts[i] for i in ids)
            if (
                ids
                and not re.search(r"\d", text)
                and not _ACTOR.search(text)
                and any(_alike(text, p) for p in problems)
            ):
                found.append(Told(ids[0], text))
    return found


def mixed_weights(parts: Sequence[Part], given: str = "", level: str = "") -> list[Told]:
    """9: a milestone in one sentence with meetings and drills."""
    return [Told(i, t) for p in parts for i, t in p.sentences if _MILESTONE.search(t) and _MEETING.search(t)]


def wrong_partners(parts: Sequence[Part], given: str = "", level: str = "") -> list[Told]:
    """10: a noun with another noun's verb."""
    return [
        Told(i, m.group(), why)
        for p in parts
        for i, t in p.sentences
        for pattern, why in _PARTNERS
        for m in pattern.finditer(t)
    ]


def wrong_level(parts: Sequence[Part], given: str = "", level: str = "") -> list[Told]:
    """11: phrases of a level above the document's that nothing given holds."""
    pattern = _HIGHER.get(level)
    found = (
        Told(i, m.group()) for p in parts for i, t in p.sentences for m in (pattern.finditer(t) if pattern else ())
    )
    return [t for t in found if t.quote not in given]


def flat_time(parts: Sequence[Part], given: str = "", level: str = "") -> list[Told]:
    """12: 全年, 持续 and their like open three and more sentences of a section, and one in five of a long one."""
    found = []
    for part in parts:
        flat = [(i, t) for i, t in part.sentences if _FLAT.match(t)]
        if len(flat) >= max(3, len(part.sentences) / 5):
            found += [Told(i, t[:16]) for i, t in flat]
    return found


def same_openings(parts: Sequence[Part], given: str = "", level: str = "") -> list[Told]:
    """Beside the twelve: two sections whose 8-grams overlap by more than 0.15."""
    grams = {}
    for part in parts:
        text = re.sub(r"[^一-鿿]", "", "".join(t for _, t in part.sentences))[:_LONGEST_PART]
        grams[part.id] = {text[i : i + 8] for i in range(len(text) - 7)}
    found = []
    for (a, left), (b, right) in combinations(list(grams.items())[:_MOST_PARTS], 2):
        # No two sets share more than the smaller has: many pairs are told apart by their sizes alone.
        if min(len(left), len(right)) <= 0.15 * max(len(left), len(right)) or left.isdisjoint(right):
            continue
        shared = len(left & right)
        if shared / (len(left) + len(right) - shared) > 0.15:
            found.append(Told(f"{a}/{b}", next(iter(sorted(left & right)))))
    return found


_LONGEST_PART, _MOST_PARTS = 6000, 30  # pairs of sections grow with the square


def _sentences(
    parts: Sequence[Part], pattern: re.Pattern[str], unless: re.Pattern[str] | None = None
) -> Iterator[Told]:
    for part in parts:
        for i, text in part.sentences:
            match = pattern.search(text)
            if match and not (unless and unless.search(text)):
                yield Told(i, match.group(), text)


def _alike(a: str, b: str) -> bool:
    pairs = [{t[i : i + 2] for i in range(len(t) - 1)} for t in (a, b)]
    smaller = min(map(len, pairs))
    return smaller > 0 and len(pairs[0] & pairs[1]) / smaller > 0.4


TELLS: tuple[Callable[..., list[Told]], ...] = (
    headings_that_fit_any_year, equal_sections, number_chains, glue, blessings, mechanisms_without_actor,
    shortcomings_as_table_rows, mirrored_plans, mixed_weights, wrong_partners, wrong_level, flat_time, same_openings,
)  # fmt: skip

# --- what is told to a person ---------------------------------------------------------------------

_HINTS = (
    (1, 2, 0.0, "标题放到哪一年都行（{n}处）：请换成这一节真正做的事。"),
    (2, 1, 0.0, "各节长短差不多（{quote}字）：重要的多写，例行的少写。"),
    (3, 3, 0.10, "一句话里连排四个以上的数（{n}句）：留一两个说明问题的，其余放进附表。"),
    (4, 3, 0.03, "“通过……提升……”没有数据（{n}句）：写做了几次、结果由多少到多少。"),
    (5, 3, 0.02, "句尾“奠定基础、提供保障”（{n}句）：删去，或写出实际变化。"),
    (6, 4, 0.12, "有“机制”“体系”，没写谁、何时、怎么做（{n}句）：补上科室、时间或文件。"),
    (7, 1, 0.0, "不足写成了表格里的一行（{n}处）：写出是哪里、什么原因。"),
    (8, 1, 0.0, "计划只是把不足反过来说（{n}处）：写谁来办、什么时候办成。"),
    (9, 1, 0.0, "大事和例会、演练排在一句里（{n}处）：大事单独说。"),
    (11, 2, 0.0, "话说大了一级（“{quote}”等{n}处）：写本科室、本院的事。"),
    (12, 3, 0.05, "一节里多句以“全年、持续、不断”开头（{n}句）：写出哪个月做成了什么。"),
    (13, 1, 0.0, "两节内容重复（“{quote}”）：合并，或各写各的事。"),
)
"""(tell, fewest places, smallest share of the sentences, hint); tell 10 has a rule of its own."""

_SHORTEST = 800
"""Characters of prose below which nothing is told."""
_MOST = 5


def tell(parts: Sequence[Part], given: str, level: str, place_of: Callable[[Told], Place]) -> list[Finding]:
    """At most a handful of findings for information, one a tell, placed by `place_of`."""
    sentences = sum(len(p.sentences) for p in parts)
    if sum(len(t) for p in parts for _, t in p.sentences) < _SHORTEST:
        return []
    found: list[tuple[float, Finding]] = []
    for number, fewest, share, hint in _HINTS:
        told = TELLS[number - 1](parts, given=given, level=level)
        if len(told) < fewest or len(told) < share * sentences:
            continue
        first = told[0]
        words = hint.format(n=len(told), quote=_shortened(first.quote))
        quote = "" if number == 2 else first.quote
        finding = Finding(
            rule=f"tell-{_NAMES[number]}", severity=Severity.INFO, place=place_of(first), quote=quote, hint=words
        )
        found.append((len(told) / max(fewest, share * sentences), finding))
    found.sort(key=lambda pair: -pair[0])
    return [f for _, f in found[:_MOST]]


def _shortened(quote: str) -> str:
    """The beginning of a quote; of a list as many whole members as there is room for."""
    if len(quote) <= 24:
        return quote
    return quote[:24].rpartition("、")[0] or f"{quote[:20]}……"


_NAMES = (
    "",
    "heading",
    "equal",
    "chain",
    "glue",
    "blessing",
    "mechanism",
    "table-row",
    "mirror",
    "weights",
    "partner",
    "level",
    "flat",
    "repeated",
)


def tell_reading(reading: Reading) -> list[Finding]:
    """The same over a text; offsets are the text's."""

    def place(told: Told) -> Place:
        at = int(told.where) if told.where.isdigit() else -1
        start = reading.plain.find(told.quote, max(at, 0)) if told.quote else -1
        if start < 0:
            return Place(start=0, end=0)
        return Place(start=start, end=start + len(told.quote))

    found = tell(parts_of_reading(reading), reading.given, reading.level, place)
    return [f.model_copy(update={"quote": reading.text[f.place.start : f.place.end]}) for f in found]


def tell_draft(draft: Draft, given: str) -> list[Finding]:
    """The same over a draft; offsets are within the named sentence."""
    parts = parts_of(draft)
    home = {i: (p.id, t) for p in parts for i, t in p.sentences}

    def place(told: Told) -> Place:
        if told.where not in home:
            return Place(start=0, end=0, section=told.where.partition("/")[0])
        section, text = home[told.where]
        start = max(text.find(told.quote), 0)
        return Place(start=start, end=min(len(text), start + len(told.quote)), section=section, sentence=told.where)

    return tell(parts, given, draft.level, place)


# --- headings and density -------------------------------------------------------------------------


def headings_alike(headings: Iterable[str]) -> bool:
    """Whether sibling headings are of near length (±40 %) and of two clauses at most."""
    lengths = [len(h) for h in headings if h]
    if len(lengths) < 3:
        return True
    middle = sorted(lengths)[len(lengths) // 2]
    return all(0.6 * middle <= n <= 1.4 * middle + 2 for n in lengths)


def facts_per_thousand(text: str) -> float:
    """Numbers, dates left out, per 1,000 visible characters: 10–25 is usual for a hospital, 5–17 for a government."""
    visible = len(re.sub(r"\s", "", text))
    return round(1000 * len(_DIGITS.findall(_DATE.sub("", text))) / visible, 1) if visible else 0.0


def density(reading: Reading, past: Sequence[str]) -> Finding | None:
    """The density of figures against the office's own past reports, when it is half or double what they have."""
    usual = sorted(facts_per_thousand(t) for t in past if len(t) > _SHORTEST)
    own = facts_per_thousand("".join(x.text for x in reading.body))
    if len(usual) < 2 or reading.characters < _SHORTEST:
        return None
    middle = usual[len(usual) // 2]
    if middle and not 0.5 <= own / middle <= 2:
        what = "数字太密，像统计公报：次要的放进附表" if own > middle else "数字太少：把能量化的补上"
        hint = f"每千字{own:g}个数，本单位往年是{middle:g}个。{what}。"
        return Finding(rule="density", severity=Severity.INFO, place=Place(start=0, end=0), quote="", hint=hint)
    return None

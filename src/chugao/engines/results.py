"""What was done in one section: a milestone alone, the others in paragraphs or in a run of 一是、二是.

In: a `Pen` at a part of results.  Out: a `Reply`.

Surprise: a section that opens with figures says nothing yet.  What was done stands first, and the few figures that no
matter speaks of close the paragraph of the deeds they are of.
"""

import re
from collections.abc import Iterable, Sequence

from chugao.engines.acts import MILESTONE, TELLERS, Teller, counted, is_honour, is_routine, length, self_name, sentence
from chugao.engines.naming import compared_by_name, listed
from chugao.engines.pen import HAN, Pen, from_clause, paragraphs_of, size, sparing
from chugao.engines.phrasing import Metric
from chugao.engines.submitted import submitted
from chugao.engines.tabulated import figures_alone, of_volumes
from chugao.engines.titling import Heading, heading_of
from chugao.manuscript import SLOT, BriefMatter, Reply, ReplySentence
from chugao.outline import telling_pairs, topic_of_matter

_LOOSE, _MANY = 2, 3
_SEVERAL = 2
_NAMED = 4
_MISSED_NAMED, _HARMS_NAMED = 5, 3
_PARAGRAPH, _THIN_PARAGRAPH = 150, 60
_SHORT_NAME = 10
_RUN_FROM = 3  # matters; a run of two is none
_RUN_AS_ONE = 260  # characters: a longer run gets a line for each item
_PLAINLY = 2  # figures that fell short told with their value
_OWN = 24
_FEW = 6  # figures: where there are no more, the weightiest that fell short is told whatever it is
_LONG_NAME = 18
_HARM = re.compile(r"死亡|感染|不良|并发症|跌倒|损伤|缺陷|差错|投诉|报废")
_FULL = 2  # numbers of a matter's own, from which on it gets none beside it
_MET_FROM = 2
_COUNTED = 3
_HOW_WELL = ("rate", "index", "duration")
_BY_NAME = 3  # results of a section told without a number
_MORE = 4  # figures of a section that is to be told fuller


def results(pen: Pen) -> Reply:
    """A section of what was done."""
    pen.metrics = sparing(pen.metrics)
    if not pen.matters and not pen.brief.asked and (not pen.slip or len(pen.metrics) > _FEW):
        return _of_figures_alone(pen)
    attached, free = pen.attach(pen.matters)
    volume = _volume(pen, free)
    shown = _shown(pen, free, opened=bool(volume))
    loose = submitted(pen, free) if pen.brief.asked else pen.evidence(shown, limit=len(shown), chosen=True)
    deeds = [m for m in pen.matters if not is_routine(m)]
    if len(pen.matters) > _SEVERAL * len(deeds):
        deeds = pen.matters  # one deed beside two rows of meetings is not what the section is about
    deeds = [m for m in deeds if not is_honour(m)] or deeds
    heading = heading_of(pen.brief, pen.phraser, deeds, shown if pen.matters else pen.metrics)
    fell = not pen.brief.shortfalls_apart and any(m.direction == "unwelcome" or m.reached is False for m in free)
    pen.figured = pen.brief.divided and bool(volume or loose or fell)
    paragraphs = _told(pen, attached, heading)
    said = {m for p in (volume, loose, *paragraphs) for s in p for m, _ in SLOT.findall(s.text)}
    short = _short_of(pen, [m for m in pen.metrics if m.id not in said])
    loose = _together(pen, loose, [m for m in free if m.id not in said])
    if pen.brief.sparer > 1 and not any(SLOT.search(s.text) for s in (*volume, *loose, *short)):
        # Where numbers are too many several results share a sentence without one; one alone would only be withheld.
        named = {t for sentence in loose for t in sentence.recipe.get("targets", "").split(",")}
        best = [m for m in _worth_saying(pen, free) if m.direction == "welcome" and m.kind in _HOW_WELL]
        best = [m for m in best if m.id not in said | named and _explained(m, pen.matters)]
        loose += [s for s in compared_by_name(pen, best, most=1, named=_BY_NAME) if "," in s.recipe["compared"]]
    # A paper in one piece opens with how much was done in all, a section of several with what was done.
    opening, volume = ([], volume) if pen.brief.divided else ([volume] if volume else [], [])
    figures = [*volume, *loose, *short]
    told = paragraphs_of([*_with_figures(pen, figures, paragraphs, opening), *pen.owed()], heading.text)
    # A milestone keeps its heading, and so does a text that reads on from the act in it.
    fixed = any(m.weight >= MILESTONE or m.text == heading.text for m in pen.matters)
    return told if fixed else told.model_copy(update={"headings": heading.others})


def _of_figures_alone(pen: Pen) -> Reply:
    """A section of which nobody sent a deed."""
    told, fallen = figures_alone(pen)
    named = {i for s in told for i in s.recipe.get("compared", "").split(",")}
    said = {m for s in (*told, *fallen) for m, _ in SLOT.findall(s.text)} | named
    told = _together(pen, told, [m for m in pen.metrics if m.id not in said])
    heading = heading_of(pen.brief, pen.phraser, (), pen.metrics)
    reply = paragraphs_of([told, fallen, *pen.owed()], heading.text)
    return reply.model_copy(update={"headings": heading.others})


def _with_figures(
    pen: Pen,
    figures: list[ReplySentence],
    paragraphs: list[list[ReplySentence]],
    opening: Sequence[Sequence[ReplySentence]],
) -> list[list[ReplySentence]]:
    """What was done stands first; a figure closes the paragraph of the deeds it is of, else the `opening` or the last.

    Behind a run of 一是、二是 it has a paragraph of its own: it is no part of its last item.
    """
    if not paragraphs:
        return [*map(list, opening), *([figures] if figures else [])]
    first = [s for p in opening for s in p]
    told = [list(p) for p in paragraphs]
    behind: list[ReplySentence] = []
    for figure in figures:
        place = _place_of(pen, figure, told)
        if place is not None:
            told[place].append(figure)
        elif first:
            first.append(figure)
        elif _is_item(told[-1]):
            behind.append(figure)
        else:
            told[-1].append(figure)
    return [p for p in (first, *told, behind) if p]


def _place_of(pen: Pen, figure: ReplySentence, paragraphs: Sequence[Sequence[ReplySentence]]) -> int | None:
    """The last paragraph in running text that tells deeds of a figure's field of work, None for none."""
    fields = _fields_of(pen, figure)
    open_ = [i for i, p in enumerate(paragraphs) if not _is_item(p)]
    return next((i for i in reversed(open_) if fields & {_field_of(pen, s) for s in paragraphs[i]}), None)


def _fields_of(pen: Pen, figure: ReplySentence) -> set[str]:
    """The fields of work that a sentence of figures is of."""
    by_name = {i for key in ("targets", "compared") for i in figure.recipe.get(key, "").split(",")}
    named = {m for m, _ in SLOT.findall(figure.text)} | by_name
    return {topic_of_matter("", m.full).id for m in pen.metrics if m.id in named} - {"other"}


def _field_of(pen: Pen, told: ReplySentence) -> str:
    """The field of work of the matter that a sentence tells, "" for a figure."""
    matter = next((m for m in pen.matters if m.id == told.recipe.get("matter")), None)
    return topic_of_matter(matter.category, matter.text).id if matter else ""


def _is_item(paragraph: Sequence[ReplySentence]) -> bool:
    """Whether a paragraph is a run of 一是、二是, or one line of it."""
    return re.match(rf"[{HAN}]是", paragraph[0].text) is not None


def _is_milestone(paragraph: Sequence[ReplySentence]) -> bool:
    return any("milestone" in s.recipe for s in paragraph)


# --- matters --------------------------------------------------------------------------------------


def _told(pen: Pen, attached: dict[str, list[Metric]], heading: Heading) -> list[list[ReplySentence]]:
    """A milestone alone, then the rest: some in paragraphs, some in a run."""
    # Sibling departments differ as candidates do: in each section one of the ways, of three candidates each another.
    turn = pen.phraser.pick(range(TELLERS), "teller")
    teller = Teller(self_name(pen.brief.organisation, pen.brief.level), turn)
    routine = [m for m in pen.matters if is_routine(m)]
    if len(routine) < len(pen.matters):
        told = _told_but(routine, pen, attached, heading, teller)
        return _with_routine(pen, told, routine)
    return _with_routine(pen, [], routine)


def _with_routine(
    pen: Pen, paragraphs: list[list[ReplySentence]], routine: Sequence[BriefMatter]
) -> list[list[ReplySentence]]:
    """What is only counted stands together behind what was done, three numbers a sentence."""
    told: list[ReplySentence] = []
    for matter in routine:
        text = counted(matter)
        if told and len(SLOT.findall(told[-1].text + text)) <= _COUNTED:
            told[-1] = told[-1].model_copy(update={"text": f"{told[-1].text.rstrip('。')}，{text}。"})
        else:
            told.append(sentence(f"{text}。", "matter", matter.id))
    if not told:
        return paragraphs
    last = paragraphs[-1] if paragraphs and not _is_milestone(paragraphs[-1]) else None
    if last is None:
        return [*paragraphs, told]
    won = {m.id for m in pen.matters if is_honour(m)}
    place = next((i for i, s in enumerate(last) if s.recipe.get("matter") in won), len(last))
    return [*paragraphs[:-1], [*last[:place], *told, *last[place:]]]


def _told_but(
    routine: Sequence[BriefMatter], pen: Pen, attached: dict[str, list[Metric]], heading: Heading, teller: Teller
) -> list[list[ReplySentence]]:
    """All but what is merely counted."""
    paragraphs: list[list[ReplySentence]] = []
    rest: list[BriefMatter] = []
    for matter in pen.matters:
        if matter in routine:
            continue
        if matter.weight < MILESTONE:
            rest.append(matter)
            continue
        told = [
            s.model_copy(update={"recipe": {**s.recipe, "milestone": "1"}})
            for s in teller.told(matter, opens=not paragraphs)
        ]
        paragraphs.append([*told, *_beside(pen, matter, attached)])
    if rest and rest[0].id in heading.spoken and not is_honour(rest[0]) and len(rest) > 1:
        # What came of the act that the heading names is read right under it.
        first = teller.told(rest[0], opens=True, in_heading=heading.text == rest[0].text)
        paragraphs.append([*first, *_beside(pen, rest[0], attached)])
        rest = rest[1:]
        if not _runs(pen, rest):
            joined = _in_paragraphs(pen, teller, rest, attached, into=paragraphs.pop())
            return [*paragraphs, *joined]
    if _runs(pen, rest):
        return [*paragraphs, *_in_a_run(pen, teller, rest, attached)]
    return [*paragraphs, *_in_paragraphs(pen, teller, rest, attached)]


def _runs(pen: Pen, matters: Sequence[BriefMatter]) -> bool:
    """Whether a section's matters stand in a run; a document has some sections of each make."""
    ordinary = [m for m in matters if not is_honour(m) and m.status != "ongoing"]
    if pen.figured or len(ordinary) < _RUN_FROM or len(ordinary) < len(matters) or len(matters) > len(HAN):
        return False
    liked = pen.phraser.choose_for_document((True, True, False), "run")
    return liked if len(matters) > _RUN_FROM else pen.phraser.pick((liked, not liked), "run")


def _in_a_run(
    pen: Pen, teller: Teller, matters: Sequence[BriefMatter], attached: dict[str, list[Metric]]
) -> list[list[ReplySentence]]:
    """“一是接管口腔科小器械。…… 二是……”: in one paragraph, or a line each where that would be long."""
    items = [[*teller.told(m, mark=f"{HAN[i]}是"), *_beside(pen, m, attached)] for i, m in enumerate(matters)]
    if sum(map(size, items)) > _RUN_AS_ONE:
        return items
    return [[s for item in items for s in item]]


def _in_paragraphs(
    pen: Pen,
    teller: Teller,
    matters: Sequence[BriefMatter],
    attached: dict[str, list[Metric]],
    into: Sequence[ReplySentence] = (),
) -> list[list[ReplySentence]]:
    """Those of a field together; `into` is a paragraph already begun."""
    paragraphs: list[list[ReplySentence]] = []
    current: list[ReplySentence] = list(into)
    category = matters[0].category if matters and into else ""
    for matter in matters:
        other = matter.category != category and size(current) > _THIN_PARAGRAPH
        if current and (other or size(current) > _PARAGRAPH):
            paragraphs.append(current)
            current = []
        category = matter.category
        current += [*teller.told(matter, opens=not current), *_beside(pen, matter, attached)]
    return [*paragraphs, *([current] if current else [])]


def _beside(pen: Pen, matter: BriefMatter, attached: dict[str, list[Metric]]) -> list[ReplySentence]:
    """The figure that a matter is proof of; none beside one that has numbers enough of its own."""
    metrics = attached.get(matter.id, [])
    full = len(SLOT.findall(matter.text + matter.result)) >= _FULL
    return pen.evidence([m for m in metrics if m.required] if full else metrics, limit=1 + pen.brief.fuller)


# --- figures --------------------------------------------------------------------------------------


def _shown(pen: Pen, free: list[Metric], *, opened: bool = False) -> list[Metric]:
    """Figures told with their numbers: the required ones, and the few that say most; the rest is in the table.

    `opened` where the volumes of the house have been told.
    """
    worthy = [m for m in _worth_saying(pen, free) if m.required or m.direction not in ("unwelcome", "flat")]
    if pen.brief.sparer:
        # A part that is all the paper tells keeps its main figure, however many numbers its matters hold.
        alone = pen.brief.section == pen.brief.role and not pen.brief.told and not opened
        some = 1 if pen.brief.sparer == 1 or alone else 0
        # One sentence of the office's own stays: a section of nothing but names would be nobody's.
        own = [m for m in worthy if not pen.brief.bare_of_own and pen.phraser.has_own(m, "results")]
        kept_own = next((m for m in own if _explained(m, pen.matters)), None)
        return [m for i, m in enumerate(worthy) if m.required or i < some or m is kept_own]
    if pen.slip and len(free) <= _FEW:
        return worthy
    if not pen.matters:
        room = _MANY + len(free) // 10
    else:
        # A part that is not divided into sections has room for what several sections would tell.
        room = (1 if pen.sparse else _LOOSE) + len(free) // (3 if pen.brief.heading else 8)
        room += _MORE if pen.brief.fuller else 0
    if pen.matters and not pen.brief.fuller:
        # A part has its main figure whatever its matters hold.
        room = max(min(room, pen.room()), 1)
    kept = 1 if pen.sparse else _LOOSE
    if pen.matters and pen.brief.divided and not pen.brief.fuller and not pen.brief.heading:
        # The result that the deeds below explain, and no table before them.
        room = kept = 1
    return [m for i, m in enumerate(worthy) if m.required or i < room or (m.headline and i < kept)]


def _short_of(pen: Pen, others: Sequence[Metric]) -> list[ReplySentence]:
    """What fell short, said as plainly as what was reached: the weighty with their value, the others by name.

    A report on part of a year is not held to the year's targets.
    """
    if pen.brief.shortfalls_apart:
        return []  # under 不足, where a reader looks for it
    whole_year = not pen.brief.slot("brief.span")
    failed = [m for m in others if (m.reached is False and whole_year) or m.direction == "unwelcome"]
    # What an office lists first it looks at first.
    ranked = sorted(failed, key=lambda m: not (m.headline or m.required))
    most = 1 if pen.sparse else _PLAINLY
    # Bad news keeps its number, however many numbers a paper holds: a name alone would hide how bad it is.
    weighty = [m for m in ranked if weighs_ill(m)][:most]
    if not weighty and ranked and len(pen.metrics) <= _FEW and pen.room() > 0 and not pen.brief.sparer:
        weighty = ranked[:1]
    clauses = [c for m in weighty if (c := pen.phraser.clause(m, "short", sparse=pen.sparse))]
    told = [from_clause(c) for c in clauses]
    missed = [m for m in ranked if m not in weighty and m.reached is False and whole_year]
    said = any("没有" in c[0] for c in clauses)
    return [*told, *missed_by_name(pen, missed, also="也" if said else "")]


def weighs_ill(metric: Metric) -> bool:
    """Whether a reader asks about it when it got worse: what the house looks at first, and how well rather than how much."""
    return metric.headline or metric.required or (metric.kind in _HOW_WELL and metric.direction == "unwelcome")


def missed_by_name(pen: Pen, missed: Sequence[Metric], *, opening: str = "", also: str = "") -> list[ReplySentence]:
    """Targets that were not met, by name: their numbers stand in the table, and so do the names of a long row."""
    ranked = sorted(missed, key=lambda m: length(m.full) > _LONG_NAME)
    # 耗占比 was to stay below a limit: it is over it, and nobody fulfils it.
    over = [m for m in ranked if is_harm(m) or (m.better == "down" and m.kind != "duration")]
    harms = over[:_HARMS_NAMED]
    others = [m for m in ranked if m not in over][:_MISSED_NAMED]
    more = len(missed) > len(harms) + len(others)
    told = []
    if others:
        close = pen.phraser.pick(
            ("没有完成年度目标", "没有达到年度目标", "离年度目标还有差距", "与年度目标还有差距"), "short"
        )
        told.append(_fell_short(others, f"{also}{close}", opening=opening, more=more))
    if harms:
        told.append(_fell_short(harms, "超出了年度目标", opening="" if told else opening, more=more and not others))
    return told


def _fell_short(metrics: Sequence[Metric], close: str, *, opening: str, more: bool) -> ReplySentence:
    """“甲、乙和丙没有完成年度目标。”, where there are `more` of them than can be named “甲、乙、丙等指标……”."""
    names = [m.full for m in metrics]
    row = "、".join(names) + "等指标" if more else listed(names)
    recipe = {"made_by": "bank:short", "targets": ",".join(m.id for m in metrics)}
    return ReplySentence(text=f"{opening}{row}{close}。", recipe=recipe)


def is_harm(metric: Metric) -> bool:
    """Complaints, deaths, infections: nobody fulfils a number of them."""
    return metric.better == "down" and (metric.kind == "count" or _HARM.search(metric.full) is not None)


def _worth_saying(pen: Pen, metrics: Iterable[Metric]) -> list[Metric]:
    """Figures that carry an argument by themselves; the others stand in the table."""
    told = [m for m in metrics if "now" in m.slots or m.trend]
    good = ("welcome", "zero") if pen.matters else ("welcome", "zero", "neutral", "unknown")
    neutral = () if pen.matters and pen.brief.divided else ("neutral",)
    worthy = [m for m in told if m.required or m.direction in good or (m.headline and m.direction in neutral)]
    if pen.brief.shortfalls_apart:
        # What got better and yet missed its target is told once, where it is said what fell short.
        worthy = [m for m in worthy if m.required or m.reached is not False]
    if pen.brief.divided and pen.matters and not pen.brief.heading:
        # How many drills there were explains nothing that stands below; nor what nothing below is of.
        worthy = [m for m in worthy if m.required or m.headline or m.kind not in ("count", "amount")]
        worthy = [m for m in worthy if m.required or m.headline or _explained(m, pen.matters)]
    if not worthy and pen.brief.heading:
        # A part that somebody asked for says at least how much was done, reached or not.
        worthy = [m for m in told if m.kind == "count" and "now" in m.slots]
    # Of two figures that say as much the one the office has its own words for.
    weight = {m.id: m.importance + _OWN * pen.phraser.has_own(m, "results") for m in worthy}
    return sorted(
        worthy,
        key=lambda m: (m.reached is False and not m.required, not (pen.matters and _is_volume(m)), -weight[m.id]),
    )


def _explained(metric: Metric, matters: Sequence[BriefMatter]) -> bool:
    """Whether a matter below is of what a figure named without its value measures; else nobody asks for it here."""
    told = "，".join(m.category + m.text + m.result for m in matters)
    fields = {topic_of_matter(m.category, m.text).id for m in matters}
    own = topic_of_matter("", metric.full).id
    return not matters or own in fields - {"other"} or any(pair in told for pair in telling_pairs(metric.full))


def _is_volume(metric: Metric) -> bool:
    """How many patients came: what a reader expects first."""
    return metric.kind == "count" and metric.headline


def _together(pen: Pen, told: list[ReplySentence], others: Sequence[Metric]) -> list[ReplySentence]:
    """Targets that were met too, in one clause without a number, behind the last figure.

    Of a paper in sections the lead says it once for all of them.
    """
    if pen.brief.divided and (pen.matters or told) and not pen.brief.heading:
        return told
    met = [
        m for m in sorted(others, key=lambda m: -m.importance) if m.reached and m.direction not in ("unwelcome", "zero")
    ]
    met = [m for m in met if length(m.full) <= _SHORT_NAME][:_NAMED]
    if not met or (told and len(met) < _MET_FROM):
        return told
    # “其他指标也都完成” holds of no figure whose target nobody can judge: neither good nor bad, or told as an estimate.
    failed = any(m.reached is False or ("target" in m.slots and m.reached is None) for m in pen.metrics)
    if pen.matters and len(met) >= _MET_FROM and not failed:
        # A row of names that all came to the same says less than the sentence that has none.
        rest = pen.phraser.pick(_REST_MET if told else _ALL_MET, "met")
        if not told or "；" in told[-1].text:
            return [*told, ReplySentence(text=rest, recipe=_met_by(met))]
        text = f"{told[-1].text.rstrip('。')}；{rest}"
        return [*told[:-1], told[-1].model_copy(update={"text": text, "recipe": {**_met_by(met), **told[-1].recipe}})]
    close = pen.phraser.pick(("完成了年度目标", "完成年度目标", "达到年度目标", "达到了年初目标"), "met")
    held = [m.full for m in met if is_harm(m)]
    reached = [m.full for m in met if not is_harm(m)]
    halves = [f"{listed(reached)}{'都' if len(reached) > 1 else ''}{close}"] if reached else []
    halves += [f"{listed(held)}{'都' if len(held) > 1 else ''}控制在年度目标以内"] if held else []
    text = "，".join(halves)
    recipe = {"targets": ",".join(m.id for m in met)}
    last = told[-1] if told else None
    if last is None or "；" in last.text or size([last]) > _PARAGRAPH // 3:
        return [*told, ReplySentence(text=f"{text}。", recipe={"made_by": "bank:met", **recipe})]
    joined = last.model_copy(
        update={"text": f"{last.text.rstrip('。')}；{text}。", "recipe": {**last.recipe, **recipe}}
    )
    return [*told[:-1], joined]


_REST_MET = (
    "其他年度目标也都完成。",
    "年初定的其他目标也都达到。",
    "其余指标都达到了年度目标。",
    "其他指标也都完成年度目标。",
)


_ALL_MET = ("各项年度目标都已完成。", "年初定的目标都达到了。", "各项指标都完成年度目标。", "年度目标均已完成。")


def _met_by(met: Sequence[Metric]) -> dict[str, str]:
    return {"made_by": "bank:rest_met", "targets": ",".join(m.id for m in met)}


def _volume(pen: Pen, free: list[Metric]) -> list[ReplySentence]:
    """The volumes of a service section in one opening sentence; removes them from `free`."""
    counts = [m for m in free if m.kind == "count" and m.direction == "welcome" and m.headline]
    if len(counts) < 2:
        return []
    first, second = counts[:2]
    free.remove(first)
    free.remove(second)
    # The page of a quarter or half-year has no room for both.
    alone = pen.brief.bare_of_own and pen.brief.slot("brief.span") and not second.required
    return of_volumes(pen, [first] if alone else [first, second])

"""What is to be done: tasks of a plan, items of 要点, the paragraphs of 思路, goals, the short outlook of a 总结.

In: a `Pen` at a part that looks ahead.  Out: a `Reply`.

Surprise: the same tasks make three different papers.  A plan says by when and how it will be checked, 要点 say what
is to be done and leave the rest to the table, and 思路 go from what was wrong to the way out of it.
"""

import re
from collections.abc import Iterable, Sequence
from typing import cast

from chugao.engines.acts import (
    IN_ONE_BREATH,
    STYLES,
    is_act,
    is_problem,
    length,
    outlook,
    sentence,
    shortcoming,
    spoken,
    task,
)
from chugao.engines.pen import (
    ASKED,
    HAN,
    LEANS,
    SHORT_CLAUSE,
    Clause,
    Pen,
    as_given,
    numbers_in,
    paired,
    paragraphs_of,
    turn_of,
)
from chugao.engines.phrasing import Metric, bare, document_frames
from chugao.engines.titling import heading_of
from chugao.kind import Kind
from chugao.manuscript import SLOT, BriefMatter, Reply, ReplyBlock, ReplySentence

_MANY = 3
_AN_AIM = re.compile(r"目标|年底|力争|年内|全年")
_GOALS, _OF_GOALS = 5, 3
_IN_A_SENTENCE = 3  # numbers
_WHOLE = re.compile(r"^全年(?!目标|的)")
_OUTLOOK = 6
_IDEAS_IN_A_LINE = 3
_FORMS, _RUN = 3, 8  # of a task; characters that a reader has read before
_NO_HAN = re.compile(r"[^一-鿿]")
_LONG_NAME = 15
_LIGHT = 4  # ideas of a section told with their way; the others by name


def plan(pen: Pen) -> Reply:
    """A section of tasks: what they aim at first, then one item a task."""
    attached, free = pen.attach(pen.matters)
    aimed = [with_goal(pen, attached.get(m.id, []), 1) for m in pen.matters]
    # Where the half before has told what was reached, one aim says where a section's tasks lead.
    few = 1 if pen.brief.kind is Kind.SUMMARY_PLAN and pen.brief.topic and not pen.brief.heading else 2
    # A plan that runs on without sections says where all of it leads, as one in sections does before them.
    whole = bool(pen.matters and pen.brief.divided and pen.brief.heading) and not pen.brief.asked
    most = _MANY if whole or not pen.matters or pen.brief.fuller else few
    told_aims = with_goal(pen, free, most)
    beside = [m for group in aimed for m in group] if pen.matters else told_aims
    heading = heading_of(pen.brief, pen.phraser, pen.matters, beside or told_aims, ahead=True)
    blocks = []
    if (
        aims := _main_goals(pen, free)
        if whole and len(with_goal(pen, free, _MANY)) == _MANY
        else _aims(pen, free, most)
    ):
        blocks.append(ReplyBlock(sentences=tuple(aims)))
    several = len(pen.matters) > 1
    turn = pen.phraser.pick((0, 1, 2), "task")
    said = ""
    for number, matter in enumerate(pen.matters):
        told = _afresh(pen, matter, turn + number, said)
        said += _han(told)
        told = [*told, *_aims(pen, attached.get(matter.id, []), 1)]
        blocks.append(ReplyBlock(type="item" if several else "paragraph", sentences=tuple(told)))
    blocks += _owed(pen)
    return Reply(heading=heading.text, headings=heading.others, blocks=tuple(blocks))


def _owed(pen: Pen) -> list[ReplyBlock]:
    """【待补】 where there are aims and no task: figures alone are no plan."""
    told = [sentence("{brief.tasks}。", "owed")] if pen.brief.slot("brief.tasks") else []
    return [ReplyBlock(sentences=tuple(told))] if told else []


def _afresh(pen: Pen, matter: BriefMatter, turn: int, said: str) -> list[ReplySentence]:
    """A task in the form that repeats least of what is `said`.

    Of five tasks of one make (公开……服务时限) every form soon is an old one: there the table alone says by when.
    """
    ways = [task(matter, form=turn + n, style=_style(pen)) for n in range(_FORMS)]
    if not pen.brief.asked:
        ways.append(task(matter, dated=False, style=_style(pen)))
    return _freshest(matter, ways, said)


def _freshest(matter: BriefMatter, ways: Sequence[list[ReplySentence]], said: str) -> list[ReplySentence]:
    """The way of telling a matter that repeats least of what is `said`; its own words are no repetition."""
    own = _runs(_NO_HAN.sub("", SLOT.sub("", matter.text + matter.result)))
    before = _runs(said) - own
    return min(ways, key=lambda told: len(before & _runs(said[1 - _RUN :] + _han(told))))


def _han(told: Sequence[ReplySentence]) -> str:
    return _NO_HAN.sub("", "".join(SLOT.sub("", s.text) for s in told))


def _runs(text: str) -> set[str]:
    return {text[i : i + _RUN] for i in range(len(text) - _RUN + 1)}


def _style(pen: Pen) -> int:
    """A document's way of telling its tasks: a first candidate names nobody in brackets, the next two have the others."""
    return (pen.phraser.of_department((0, IN_ONE_BREATH), "task style") + pen.brief.seed) % STYLES


def _aims(pen: Pen, metrics: Sequence[Metric], limit: int) -> list[ReplySentence]:
    """Goals in sentences of two; the first of a block says that it is an aim, the rest follow from it."""
    own = [m for m in metrics if pen.phraser.has_own(m, "goals")]
    chosen = with_goal(pen, own, limit)
    chosen += with_goal(pen, [m for m in metrics if m not in chosen], limit - len(chosen))
    # Where figures are all there is, the half before has said what they were.
    # A report on one year that speaks of the next says so, and what this year's value was its table says.
    back = pen.brief.kind is Kind.SUMMARY
    sparse = back or pen.sparse or (pen.brief.kind is Kind.SUMMARY_PLAN and not pen.matters)
    clauses = [c for m in chosen if (c := pen.phraser.clause(m, "goals", sparse=sparse))]
    if not clauses:
        return []
    openings = [cast(str, r["text"]) for r in document_frames()["aim"] if cast(bool, r.get("back", False)) is back]
    opening = pen.phraser.pick(openings, "aim", chosen[0].id)
    if opening.endswith("，"):
        clauses = [(bare(text), made_by, passage) for text, made_by, passage in clauses]
    ahead = "{brief.plan_span}" if pen.brief.slot("brief.plan_span") else "{brief.plan_year}年"
    opening = opening.replace("{plan_when}", ahead)
    text, made_by, passage = clauses[0]
    if passage and _AN_AIM.search(text):
        opening = f"{ahead}，"  # the office's own sentence says that it is an aim
    return paired([(opening + text, made_by, passage), *clauses[1:]], longest=2 * SHORT_CLAUSE, alike=True)


def with_goal(pen: Pen, metrics: Iterable[Metric], limit: int) -> list[Metric]:
    """The weightiest that have one; how well before how many, for more patients are no aim.

    A long name that the half before has said is not said again while there are shorter ones.
    """
    back = pen.brief.kind.looks_back
    aims = [m for m in metrics if "goal" in m.slots and not m.backwards]

    def place(metric: Metric) -> tuple[bool, bool, int]:
        plain = metric.kind in ("count", "amount") and not metric.required
        return back and len(metric.name) >= _LONG_NAME, plain, -metric.importance

    return sorted(aims, key=place)[:limit]


def goals(pen: Pen) -> Reply:
    """Main goals as one paragraph."""
    told = _main_goals(pen, pen.metrics)
    return paragraphs_of([told]) if told else Reply()


def _main_goals(pen: Pen, metrics: Sequence[Metric]) -> list[ReplySentence]:
    """The weightiest goals, each with what it starts from, three numbers a sentence; the table has all."""
    # Behind a half that has told what was reached three show where it goes.
    many = pen.brief.level in ("医院", "区县", "市") and pen.brief.kind is not Kind.SUMMARY_PLAN
    ranked = with_goal(pen, metrics, _GOALS if many else _OF_GOALS)
    clauses = [c for m in ranked if (c := pen.phraser.clause(m, "goals", sparse=pen.brief.sparer > 0))]
    # The first of them says of which year all are: “全年目标是……，全年手卫生依从率达到90%” says it twice.
    clauses = [(_WHOLE.sub("", text), made_by, passage) for text, made_by, passage in clauses]
    groups: list[list[Clause]] = []
    for clause in clauses:
        if groups and numbers_in("".join(c[0] for c in [*groups[-1], clause])) <= _IN_A_SENTENCE:
            groups[-1].append(clause)
        else:
            groups.append([clause])
    told = []
    for place, group in enumerate(groups):
        # The paper has said which year; “2026年，床护比由1:0.55升到1:0.57” would give both to one.
        opening = pen.phraser.pick(("到年底，", "全年力争", "年内力争", "全年目标是"), "goals") if place == 0 else ""
        made_by = "+".join(dict.fromkeys(c[1] for c in group))
        joint = "；" if "，" in "".join(c[0] for c in group) else "，"
        made = sentence(opening + joint.join(bare(c[0]) for c in group) + "。", made_by)
        told.append(made.model_copy(update={"passages": tuple(dict.fromkeys(c[2] for c in group if c[2]))}))
    if told and sum("goal" in m.slots for m in metrics) > len(ranked):
        told[-1] = told[-1].model_copy(update={"text": f"{told[-1].text.rstrip('。')}；其余目标见附表。"})
    return told


def outlook_of(pen: Pen) -> Reply:
    """The short outlook at the end of a 总结: the first tasks in full, the others by name."""
    head = pen.matters if len(pen.matters) <= _OUTLOOK + 1 else pen.matters[:_OUTLOOK]
    blocks = []
    said = ""
    for number, matter in enumerate(head):
        lead = f"{HAN[number]}是" if len(head) > 1 and number < len(HAN) else ""
        ways = [[sentence(f"{lead}{outlook(matter, n)}。", "matter", matter.id)] for n in (number, number + 1)]
        told = _freshest(matter, ways, said)
        said += _han(told)
        blocks.append(ReplyBlock(type="item" if lead else "paragraph", sentences=tuple(told)))
    rest = pen.matters[len(head) :]
    if rest:
        blocks.append(ReplyBlock(sentences=(_by_name(rest, "同时，"),)))
    if aims := _aims(pen, pen.metrics, 2):
        blocks.insert(0, ReplyBlock(sentences=tuple(aims)))
    return Reply(blocks=(*blocks, *_owed(pen)))


def _by_name(matters: Sequence[BriefMatter], opening: str) -> ReplySentence:
    """Several tasks in one sentence, without how they will be done."""
    texts = [spoken(m) for m in matters]
    joint = "；" if any("，" in t or "、" in t for t in texts) or len({is_act(t) for t in texts}) > 1 else "、"
    return sentence(f"{opening}{joint.join(texts)}。", "matter", matters[0].id)


def items(pen: Pen) -> Reply:
    """Policy style: one numbered item a matter, its act first; owners and deadlines are in the annex."""
    heading = heading_of(pen.brief, pen.phraser, pen.matters, pen.metrics, ahead=True)
    # What has nothing to say of how is told with its time; of the others the table has it.
    blocks = [
        ReplyBlock(type="item", sentences=tuple(task(m, dated=not m.result, style=_style(pen)))) for m in pen.matters
    ]
    if not blocks:
        blocks = [ReplyBlock(type="item", sentences=(s,)) for s in _aims(pen, pen.metrics, 5)]
    return Reply(heading=heading.text, headings=heading.others, blocks=tuple(blocks))


# --- 思路 ------------------------------------------------------------------------------------------


def ideas(pen: Pen) -> Reply:
    """From what was wrong to the way out: a paragraph for each shortcoming and its tasks, the rest beside them."""
    tasks = [m for m in pen.matters if not is_problem(m)]
    heading = heading_of(pen.brief, pen.phraser, tasks, [], ahead=True)
    blocks = []
    asides: list[BriefMatter] = []
    for number, (problem, answer) in enumerate(_pairs(pen.brief.matters, pen.brief.seed)):
        if problem is None:
            asides += answer
            continue
        blocks.append(ReplyBlock(sentences=tuple(_answered(pen, problem, answer, number))))
    blocks += _beside(pen, asides, further=bool(blocks))
    if not blocks and (aims := _aims(pen, pen.metrics, _MANY)):
        blocks.append(ReplyBlock(sentences=tuple(aims)))
    return Reply(heading=heading.text, headings=heading.others, blocks=tuple(blocks))


def _pairs(matters: Sequence[BriefMatter], seed: int) -> list[tuple[BriefMatter | None, list[BriefMatter]]]:
    """Each shortcoming with the tasks that stand behind it, as the plan put them; last those before any shortcoming."""
    pairs: list[tuple[BriefMatter | None, list[BriefMatter]]] = []
    free: list[BriefMatter] = []
    for matter in matters:
        if is_problem(matter):
            pairs.append((matter, []))
        else:
            (pairs[-1][1] if pairs else free).append(matter)
    if seed:
        pairs.sort(key=lambda p: turn_of(p[0], seed) if p[0] else "")
    # What a leader wants first comes first, with the shortcoming it answers.
    pairs.sort(key=lambda p: not any(m.weight >= ASKED for m in p[1]))
    return [*pairs, (None, as_given(free, seed))]


def _answered(pen: Pen, problem: BriefMatter, answer: Sequence[BriefMatter], number: int) -> list[ReplySentence]:
    """“夜间两台创伤同时到院要等手术间，主要是……。考虑排出夜间手术第二组，骨科与手术室合排。”"""
    told = [sentence(f"{shortcoming(problem, number)}。", "matter", problem.id)]
    for place, matter in enumerate(answer):
        group = "answer" if is_act(spoken(matter)) else "answer_name"
        told.append(_idea(pen, matter, group if place == 0 else f"{group}_more"))
    return told


def _idea(pen: Pen, matter: BriefMatter, group: str) -> ReplySentence:
    frame = pen.phraser.fresh([cast(str, r["text"]) for r in document_frames()[group]], group, matter.id)
    how = _way_once(pen, matter)
    text = frame.replace("{act}", spoken(matter)) + (f"，{how}" if how else "")
    return sentence(f"{text}。", "matter", matter.id)


def _way_once(pen: Pen, matter: BriefMatter) -> str:
    """How a thing will be done; "" where another thing of the section will be done just so."""
    how = _way(matter)
    if how in pen.ways:
        return ""
    pen.ways.add(how)
    return how


def _way(matter: BriefMatter) -> str:
    """How it will be done, without how many and how it is checked: those are the plan's.

    Half a way says something else: of “好的少查，差的多查” neither stands alone.  What a leader wants told is told in full.
    """
    if matter.weight >= ASKED:
        return matter.result
    clauses = [c.strip() for c in re.split(r"[，；]", matter.result) if c.strip()]
    told: list[str] = []
    dropped = False
    for clause in clauses:
        if SLOT.search(clause) or (told and _CHECKED.search(clause)) or (dropped and _LEANS_BACK.match(clause)):
            dropped = True
        elif length("，".join([*told, clause])) < 2 * SHORT_CLAUSE:
            told.append(clause)
            dropped = False
    return "，".join(told)


_CHECKED = re.compile(
    r"每[天日周月季年班半]|[按逐][日周月季年]|考核|通报|核对|核查|抽查|检查|督查|验收|台账|登记|签字|公示|[底月日]前|年[底内]"
)
_LEANS_BACK = re.compile(rf"{LEANS.pattern}|其余|每|到")


def _beside(pen: Pen, matters: Sequence[BriefMatter], *, further: bool) -> list[ReplyBlock]:
    """Tasks that answer no shortcoming: the first few with their way, the others by name.

    They stand in a run of 一是、二是, in another candidate in items.
    """
    told, rest = list(matters[:_LIGHT]), list(matters[_LIGHT:])
    if len(rest) == 1:
        told, rest = list(matters), []
    apart = pen.brief.seed % STYLES == 1 and len(told) > 1
    sentences = []
    for number, matter in enumerate(told):
        how = _way_once(pen, matter)
        act = spoken(matter)
        text = act + (f"，{how}" if how and length(act + how) < 2 * SHORT_CLAUSE else "")
        several = "" if apart else f"{HAN[number]}是"
        mark = several if len(told) > 1 else "此外，还要" if further and is_act(act) else ""
        sentences.append(sentence(f"{mark}{text}。", "matter", matter.id))
    named = []
    for start in range(0, len(rest), _IDEAS_IN_A_LINE):
        group = rest[start : start + _IDEAS_IN_A_LINE]
        # “此外，还要家庭医生签约改为……”: what begins with its subject is only named.
        opening = ("此外，还要" if start == 0 else "并") if is_act(spoken(group[0])) else "此外，" if start == 0 else ""
        named.append(_by_name(group, opening))
    if not apart:
        sentences += named
        return [ReplyBlock(sentences=tuple(sentences))] if sentences else []
    items = [ReplyBlock(type="item", sentences=(s,)) for s in sentences]
    return [*items, *([ReplyBlock(sentences=tuple(named))] if named else [])]

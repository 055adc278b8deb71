"""What is to be done: tasks of a plan, items of 要点, the paragraphs of 思路, goals, the short outlook of a 总结.

In: a `Pen` at a part that looks ahead.  Out: a `Reply`.

Surprise: the same tasks make three different papers.  A plan says by when and how it will be checked, 要点 say what
is to be done and leave the rest to the table, and 思路 go from what was wrong to the way out of it.
"""

import re
from collections.abc import Iterable, Sequence
from typing import cast

from chugao.engines.acts import first_clause, is_act, is_problem, length, outlook, sentence, shortcoming, spoken, task
from chugao.engines.pen import ASKED, HAN, SHORT_CLAUSE, Pen, paired, paragraphs_of
from chugao.engines.phrasing import Metric, document_frames
from chugao.engines.titling import heading_of
from chugao.kind import Kind
from chugao.manuscript import BriefMatter, Reply, ReplyBlock, ReplySentence

_MANY = 3
_AN_AIM = re.compile(r"目标|年底|力争|年内|全年")
_GOALS, _OF_GOALS = 5, 3
_OUTLOOK = 6
_IDEAS_IN_A_LINE = 3
_LIGHT = 4  # ideas of a section told with their way; the others by name


def plan(pen: Pen) -> Reply:
    """A section of tasks: what they aim at first, then one item a task."""
    attached, free = pen.attach(pen.matters)
    aimed = [with_goal(attached.get(m.id, []), 1) for m in pen.matters]
    # Where the half before has told what was reached, one aim says where a section's tasks lead.
    few = 1 if pen.brief.kind is Kind.SUMMARY_PLAN and pen.brief.topic and not pen.brief.heading else 2
    most = _MANY if pen.matters and pen.brief.fuller else few if pen.matters else _MANY + bool(pen.brief.heading)
    told_aims = with_goal(free, most)
    beside = [m for group in aimed for m in group] if pen.matters else told_aims
    heading = heading_of(pen.brief, pen.phraser, pen.matters, beside or told_aims, ahead=True)
    blocks = []
    if aims := _aims(pen, free, most):
        blocks.append(ReplyBlock(sentences=tuple(aims)))
    several = len(pen.matters) > 1
    turn = pen.phraser.pick((0, 1, 2), "task")
    for number, matter in enumerate(pen.matters):
        told = task(matter, form=turn + number, style=_style(pen))
        told += _aims(pen, attached.get(matter.id, []), 1)
        blocks.append(ReplyBlock(type="item" if several else "paragraph", sentences=tuple(told)))
    return Reply(heading=heading.text, headings=heading.others, blocks=tuple(blocks))


def _style(pen: Pen) -> int:
    """The usual way of telling a task at seed 0; another candidate has one of the other two throughout."""
    return pen.phraser.choose_for_document((1, 2), "tasks") if pen.brief.seed else 0


def _aims(pen: Pen, metrics: Sequence[Metric], limit: int) -> list[ReplySentence]:
    """Goals in sentences of two; the first of a block says that it is an aim, the rest follow from it."""
    own = [m for m in metrics if pen.phraser.has_own(m, "goals")]
    chosen = with_goal(own, limit)
    chosen += with_goal([m for m in metrics if m not in chosen], limit - len(chosen))
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
        clauses = [(text.removeprefix("把"), made_by, passage) for text, made_by, passage in clauses]
    ahead = "{brief.plan_span}" if pen.brief.slot("brief.plan_span") else "{brief.plan_year}年"
    opening = opening.replace("{plan_when}", ahead)
    text, made_by, passage = clauses[0]
    if passage and _AN_AIM.search(text):
        opening = f"{ahead}，"  # the office's own sentence says that it is an aim
    return paired([(opening + text, made_by, passage), *clauses[1:]], longest=2 * SHORT_CLAUSE)


def with_goal(metrics: Iterable[Metric], limit: int) -> list[Metric]:
    return sorted((m for m in metrics if "goal" in m.slots and not m.backwards), key=lambda m: -m.importance)[:limit]


def goals(pen: Pen) -> Reply:
    """Main goals as one paragraph, three a sentence; what they were before stands in the table with all others."""
    ranked = with_goal(pen.metrics, _GOALS if pen.brief.level in ("医院", "区县", "市") else _OF_GOALS)
    clauses = [c for m in ranked if (c := pen.phraser.clause(m, "goals", sparse=True))]
    told = []
    # The first sentence names the year too, so that it holds one goal less.
    cuts = [0, *range(_OF_GOALS - 1, len(clauses), _OF_GOALS)]
    for start, end in zip(cuts, [*cuts[1:], len(clauses)], strict=True):
        group = clauses[start:end]
        opening = (
            pen.phraser.pick(("到{brief.plan_year}年底，", "{brief.plan_year}年，"), "goals") if start == 0 else ""
        )
        made_by = "+".join(dict.fromkeys(c[1] for c in group))
        told.append(sentence(opening + "，".join(c[0].removeprefix("把") for c in group) + "。", made_by))
    if told and sum("goal" in m.slots for m in pen.metrics) > len(ranked):
        told[-1] = told[-1].model_copy(update={"text": f"{told[-1].text.rstrip('。')}；其余目标见附表。"})
    return paragraphs_of([told]) if told else Reply()


def outlook_of(pen: Pen) -> Reply:
    """The short outlook at the end of a 总结: the first tasks in full, the others by name."""
    head = pen.matters if len(pen.matters) <= _OUTLOOK + 1 else pen.matters[:_OUTLOOK]
    blocks = []
    for number, matter in enumerate(head):
        lead = f"{HAN[number]}是" if len(head) > 1 and number < len(HAN) else ""
        told = sentence(f"{lead}{outlook(matter, number)}。", "matter", matter.id)
        blocks.append(ReplyBlock(type="item" if lead else "paragraph", sentences=(told,)))
    rest = pen.matters[len(head) :]
    if rest:
        blocks.append(ReplyBlock(sentences=(_by_name(rest, "同时，"),)))
    if aims := _aims(pen, pen.metrics, 2):
        blocks.insert(0, ReplyBlock(sentences=tuple(aims)))
    return Reply(blocks=tuple(blocks))


def _by_name(matters: Sequence[BriefMatter], opening: str) -> ReplySentence:
    """Several tasks in one sentence, without how they will be done."""
    texts = [spoken(m) for m in matters]
    joint = "；" if any("，" in t or "、" in t for t in texts) else "、"
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
    for number, (problem, answer) in enumerate(_pairs(pen.brief.matters)):
        if problem is None:
            asides += answer
            continue
        blocks.append(ReplyBlock(sentences=tuple(_answered(pen, problem, answer, number))))
    blocks += _beside(asides, further=bool(blocks))
    if not blocks and (aims := _aims(pen, pen.metrics, _MANY)):
        blocks.append(ReplyBlock(sentences=tuple(aims)))
    return Reply(heading=heading.text, headings=heading.others, blocks=tuple(blocks))


def _pairs(matters: Sequence[BriefMatter]) -> list[tuple[BriefMatter | None, list[BriefMatter]]]:
    """Each shortcoming with the tasks that stand behind it, as the plan put them; last those before any shortcoming."""
    pairs: list[tuple[BriefMatter | None, list[BriefMatter]]] = []
    free: list[BriefMatter] = []
    for matter in matters:
        if is_problem(matter):
            pairs.append((matter, []))
        else:
            (pairs[-1][1] if pairs else free).append(matter)
    # What a leader wants first comes first, with the shortcoming it answers.
    pairs.sort(key=lambda p: not any(m.weight >= ASKED for m in p[1]))
    return [*pairs, (None, sorted(free, key=lambda m: m.weight < ASKED))]


def _answered(pen: Pen, problem: BriefMatter, answer: Sequence[BriefMatter], number: int) -> list[ReplySentence]:
    """“夜间两台创伤同时到院要等手术间，主要是……。考虑排出夜间手术第二组，骨科与手术室合排。”"""
    told = [sentence(f"{shortcoming(problem, number)}。", "matter", problem.id)]
    for place, matter in enumerate(answer):
        group = "answer" if is_act(spoken(matter)) else "answer_name"
        told.append(_idea(pen, matter, group if place == 0 else f"{group}_more"))
    return told


def _idea(pen: Pen, matter: BriefMatter, group: str) -> ReplySentence:
    frame = pen.phraser.fresh([cast(str, r["text"]) for r in document_frames()[group]], group, matter.id)
    how = _way(matter)
    text = frame.replace("{act}", spoken(matter)) + (f"，{how}" if how else "")
    return sentence(f"{text}。", "matter", matter.id)


def _way(matter: BriefMatter) -> str:
    """How a thing will be done: the first of it, or all where its clauses are of one make (市一院做……，市二院做……)."""
    clauses = matter.result.split("，")
    alike = len(clauses) > 1 and len({c[:1] for c in clauses}) == 1
    return matter.result if alike and length(matter.result) < 2 * SHORT_CLAUSE else first_clause(matter.result)


def _beside(matters: Sequence[BriefMatter], *, further: bool) -> list[ReplyBlock]:
    """Tasks that answer no shortcoming: the first few with their way, the others by name."""
    told, rest = list(matters[:_LIGHT]), list(matters[_LIGHT:])
    if len(rest) == 1:
        told, rest = list(matters), []
    sentences = []
    for number, matter in enumerate(told):
        how = _way(matter)
        act = spoken(matter)
        text = act + (f"，{how}" if how and length(act + how) < 2 * SHORT_CLAUSE else "")
        mark = f"{HAN[number]}是" if len(told) > 1 else "此外，还要" if further and is_act(act) else ""
        sentences.append(sentence(f"{mark}{text}。", "matter", matter.id))
    for start in range(0, len(rest), _IDEAS_IN_A_LINE):
        opening = "此外，还要" if start == 0 else "并"
        sentences.append(_by_name(rest[start : start + _IDEAS_IN_A_LINE], opening))
    return [ReplyBlock(sentences=tuple(sentences))] if sentences else []

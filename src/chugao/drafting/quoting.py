"""Put words that a leader wants said into the written sections, as they are, each with the instruction it comes from.

In: instructions, plans, offers, what was written.  Out: the same with the words in it, in the part that was named or the
one that fits best.

Surprise: a leader's number is no figure.  What the figures or the matters give at that very place rests on them; any
other stays without a source, with the instruction named beside it, until a person confirms it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from chugao.checks.given import Context
from chugao.checks.numbers import Verdict, verify
from chugao.drafting.assembling import with_year_slots
from chugao.drafting.binding import Bound, bind
from chugao.drafting.heeding import Order, part_meant, read_order, share_of, speaks_of, wishes_of
from chugao.drafting.job import Job
from chugao.drafting.offering import Offer, general_values
from chugao.drafting.sayings import Spot, sentences_of, spot_of
from chugao.drafting.sectioning import SectionPlan
from chugao.drafting.writing import Written
from chugao.manuscript import ReplySentence
from chugao.material import Matter
from chugao.material.instructions import read_said
from chugao.outline import topic_of_matter
from chugao.source import Claim

MADE_BY = "instruction"
_HAN = "一二三四五六七八九十"
_COUNTED = re.compile(rf"^[{_HAN}]是")
_AHEAD = re.compile(
    r"^(?:将|要|力争|确保|争取(?=在|于|到|明年|年底|实现|达到|创|建成)|计划|拟|到20\d\d年|20\d\d年底|明年)|(?:月底|年底|年内)前|明年|下一年"
)
_SHORT_OF = re.compile(r"不足|短板|有待|差距|还不|不够|薄弱|滞后|困难")
_NEAR = 0.25
"""From this share of its character pairs on, a text speaks of what the words speak of."""


class _Said(NamedTuple):
    """One order for words, with the instruction it came by."""

    order: Order
    spot: Spot
    number: int
    label: str


def with_words(
    job: Job, plans: Sequence[SectionPlan], offers: Mapping[str, Offer], written: Mapping[str, Written]
) -> dict[str, Written]:
    """The sections with every leader's words in their place; words that stand there already are left alone."""
    told = dict(written)
    for said in _wanted(job):
        if any(said.order.words.rstrip("。") in b.text for w in told.values() for _, held in w.blocks for _, b in held):
            continue
        if said.spot.part == "title":
            continue  # what a paper is called is not a sentence of it
        home = _home(said, job, plans, told)
        if home is not None:
            _put(said, job, offers[home.id], told[home.id])
    return told


def _wanted(job: Job) -> Iterator[_Said]:
    for number, instruction in enumerate(job.instructions, 1):
        said = read_said(instruction)
        who = f"{said.who}{said.when}{said.how}"
        label = f"领导意见{number}" + (f"（{who}）" if who else "") + "原话"
        for order in map(read_order, wishes_of(instruction)):
            taken = any(order.words in m.text + m.result for m in job.matters)
            if order.wish == "words" or (order.wish == "exact" and not taken and _stands_alone(order)):
                yield _Said(order, spot_of(order.where), number, label)


_SENTENCE = 8
"""Characters from which words of a thing nobody sent can stand for themselves: “已出车” cannot."""


def _stands_alone(order: Order) -> bool:
    return len(order.words) >= _SENTENCE


# --- where ----------------------------------------------------------------------------------------


def _home(said: _Said, job: Job, plans: Sequence[SectionPlan], written: Mapping[str, Written]) -> SectionPlan | None:
    """The section the words go to: the part that was named, the section of what they speak of, else the lead."""
    body = [p for p in plans if p.id in written and not p.part.role.startswith("table")]
    spot = said.spot
    told = [p for p in body if p.part.role != "lead"]
    if spot.part or spot.number or not spot.topic:
        own = _of_part(spot, job, body)
        if own:
            if spot.edge == "last":
                return own[-1]
            return own[0] if spot.edge == "first" else _nearest(said, own, written) or own[0]
        if spot.part or spot.number:
            return None  # said in the 意见台账, with the parts there are
        if spot.edge == "first" and body:
            return body[0]
        if spot.edge == "last" and told:
            return told[-1]
    named = section_about(spot.topic, told, written) if spot.topic else None
    if named is not None:
        return named
    role = "problems" if _SHORT_OF.search(said.order.words) else "plan" if _AHEAD.search(said.order.words) else ""
    ahead = [p for p in told if p.part.role == role or (role == "plan" and p.part.role in ("items", "next"))]
    if role and ahead:
        return _nearest(said, ahead, written) or ahead[0]
    fits = _nearest(said, told, written) or _of_field(said, told)
    if fits is None and any(c.isdigit() for c in said.order.words):
        fits = next((p for p in told if p.part.role == "results"), None)  # a deed, and no word about the year
    return fits or next(iter(body), None)


def _of_field(said: _Said, told: Sequence[SectionPlan]) -> SectionPlan | None:
    """The section of the field of work the words are of."""
    field = topic_of_matter("", said.order.words)
    return None if field.id in ("other", "honours") else next((p for p in told if field.name in p.topic), None)


def _of_part(spot: Spot, job: Job, body: Sequence[SectionPlan]) -> list[SectionPlan]:
    """The sections of the part that was named, in order."""
    if spot.number:
        # Parts are counted as they are printed: one with nothing in it is none.
        held = [o for o in job.outline.parts if any(_within(p, o.id, job) for p in body)]
        part = part_meant(f"第{_HAN[spot.number - 1]}部分", [o for o in held if o.role != "lead"])
        return [p for p in body if part is not None and _within(p, part.id, job)]
    roles = {"plan": ("plan", "items", "next", "goals")}.get(spot.part, (spot.part,))
    return [p for p in body if p.part.role in roles] if spot.part else []


def _within(plan: SectionPlan, part: str, job: Job) -> bool:
    """Whether a section stands in a part: is it, is one of its own, or follows it one level below."""
    if plan.part.id == part:
        return True
    ids = [p.id for p in job.outline.parts]
    if part not in ids or plan.part.id not in ids or plan.part.level < 2:
        return False
    above = [p.id for p in job.outline.parts[: ids.index(plan.part.id)] if p.level == 1]
    return bool(above) and above[-1] == part


def section_about(topic: str, plans: Sequence[SectionPlan], written: Mapping[str, Written]) -> SectionPlan | None:
    """The section under whose heading, or in whose text, a thing stands that was named."""

    def share(plan: SectionPlan) -> float:
        heading = f"{plan.heading}{written[plan.id].heading or ''}"
        if topic in heading or (heading and plan.heading and plan.heading in topic):
            return 2.0
        if any(speaks_of(m, topic) for m in plan.matters):
            return 1.5
        text = _text(written[plan.id])
        return 1.0 if topic in text or topic in plan.topic else share_of(topic, text)

    best = max(plans, key=share, default=None)
    return best if best is not None and share(best) >= _NEAR * 2 else None


def _nearest(said: _Said, plans: Sequence[SectionPlan], written: Mapping[str, Written]) -> SectionPlan | None:
    """The section that speaks most of what the words speak of."""

    def share(plan: SectionPlan) -> float:
        return share_of(said.order.words, f"{plan.heading}{plan.topic}{_text(written[plan.id])}")

    best = max(plans, key=share, default=None)
    return best if best is not None and share(best) >= _NEAR else None


def _text(written: Written) -> str:
    return (written.heading or "") + "".join(b.text for _, held in written.blocks for _, b in held)


# --- putting them there ---------------------------------------------------------------------------


def _put(said: _Said, job: Job, offer: Offer, written: Written) -> None:
    role, blocks = offer.brief.role, written.blocks
    texts = sentences_of(said.order.words, opening=role == "lead")
    pieces = [_sentence(text, said, job, offer, n) for n, text in enumerate(texts)]
    if not pieces or (said.order.wish == "exact" and _instead(said, written, pieces, job)):
        return
    short = said.spot.part == "problems" or _SHORT_OF.search(said.order.words)
    if role == "problems" and not said.spot.edge and short:
        _as_item(written, pieces)
    elif said.spot.edge == "first" and blocks and blocks[0][0] == "item":
        blocks.insert(0, ("paragraph", pieces))  # before the first task, and no part of it
    elif said.spot.edge == "first" and blocks:
        blocks[0] = (blocks[0][0], [*pieces, *blocks[0][1]])
    elif role == "lead" and blocks and said.spot.edge != "last":
        kind, held = blocks[0]
        behind = next((n + 1 for n, (r, _) in enumerate(held) if r.recipe.get("made_by") != MADE_BY), len(held))
        blocks[0] = (kind, [*held[:behind], *pieces, *held[behind:]])
    elif (at := _beside(said, written)) is not None:
        blocks[at] = (blocks[at][0], [*blocks[at][1], *pieces])
    else:
        blocks.append(("paragraph", pieces))


def _instead(said: _Said, written: Written, pieces: list[tuple[ReplySentence, Bound]], job: Job) -> bool:
    """Put the words in the place of what is told of the thing they tell; False where they only add to it."""
    about, words = said.order.about, said.order.words
    told = {m.id for m in job.matters if speaks_of(m, about) and share_of(m.text, words) >= _SAME}
    for n, (kind, held) in enumerate(written.blocks):
        at = next((i for i, (r, _) in enumerate(held) if r.recipe.get("matter") in told), None)
        if at is None:
            continue
        own = held[at][0].recipe["matter"]
        named = [(r.model_copy(update={"recipe": r.recipe | {"about": own}}), b) for r, b in pieces]
        rest = [(r, b) for r, b in held[at + 1 :] if r.recipe.get("matter") != own]
        written.blocks[n] = (kind, [*held[:at], *named, *rest])
        return True
    return False


_SAME = 0.7


def _beside(said: _Said, written: Written) -> int | None:
    """The paragraph that speaks of the same, behind whose last sentence the words stand."""
    if said.spot.edge:
        return None
    about = f"{said.spot.topic}{said.order.words}"
    shares = [
        (1.0 if said.spot.topic and said.spot.topic in text else share_of(about, text), -n)
        for n, text in enumerate("".join(b.text for _, b in held) for _, held in written.blocks)
    ]
    best = max(shares, default=(0.0, 0))
    return -best[1] if best[0] >= _NEAR else None


def _as_item(written: Written, pieces: list[tuple[ReplySentence, Bound]]) -> None:
    """One more shortcoming, counted with the others: 二是, or 一是 and 二是 where one stood alone."""
    items = [
        n
        for n, (_, held) in enumerate(written.blocks)
        if held and held[0][1].text[:1] in _HAN and _COUNTED.match(held[0][1].text)
    ]
    alone = [n for n, (_, held) in enumerate(written.blocks) if held] if not items else []
    if len(alone) == 1:
        held = written.blocks[alone[0]][1]
        written.blocks[alone[0]] = ("item", [(held[0][0], _opened(held[0][1], "一是")), *held[1:]])
        items = alone
    if items and len(items) < len(_HAN):
        mark = f"{_HAN[len(items)]}是"
        first = (pieces[0][0], _opened(pieces[0][1], mark))
        written.blocks.insert(items[-1] + 1, ("item", [first, *pieces[1:]]))
    else:
        written.blocks.append(("paragraph", pieces))


def _opened(bound: Bound, mark: str) -> Bound:
    moved = tuple(c.model_copy(update={"start": c.start + len(mark), "end": c.end + len(mark)}) for c in bound.claims)
    return bound.model_copy(update={"text": mark + bound.text, "claims": moved})


# --- what they rest on ----------------------------------------------------------------------------


def _sentence(text: str, said: _Said, job: Job, offer: Offer, order: int) -> tuple[ReplySentence, Bound]:
    bound = bind(with_year_slots(text, job.outline), general_values(job.outline), offer.constants)
    recipe = {"made_by": MADE_BY, "instruction": str(said.number), "said": said.label}
    recipe |= {"edge": said.spot.edge} if said.spot.edge and not (said.spot.part or said.spot.number) else {}
    claims = tuple(_resting(bound, said, job, order))
    return ReplySentence(text=text, recipe=recipe), bound.model_copy(update={"claims": claims, "problems": ()})


def _resting(bound: Bound, said: _Said, job: Job, order: int) -> Iterator[Claim]:
    """Each number with what it rests on: a figure, a matter, the leader's word for a turn of phrase, or nothing yet."""
    loose = [c for c in bound.claims if c.state == "unsupported"]
    outline = job.outline
    context = Context(job.facts, job.matters, outline.kind, outline.year, ours=True, others=(outline.organisation,))
    verdicts = verify(bound.text, context) if loose else []
    for number, claim in enumerate(bound.claims):
        if claim.state != "unsupported":
            yield claim
            continue
        quote = bound.text[claim.start : claim.end]
        own_id = f"instruction_{_letters(said.number)}.n_{_letters(order * 26 + number)}"
        verdict = next(
            (v for v in verdicts if v.traced and v.mention.start < claim.end and claim.start < v.mention.end), None
        )
        if verdict is not None and (source := _source_of(verdict, job)):
            yield claim.model_copy(update={"state": "matter", "id": own_id, "source": f"{said.label}；{source}"})
        elif (dated := _time_of(quote, bound.text, job)) is not None:
            yield claim.model_copy(update={"state": "matter", "id": own_id, "source": f"{said.label}；{dated.source}"})
        elif _is_a_turn(quote):
            yield claim.model_copy(update={"state": "person", "source": said.label})
        else:
            yield claim.model_copy(update={"source": f"{said.label}，待核实"})


def _source_of(verdict: Verdict, job: Job) -> str:
    if (fact := job.facts.by_slot.get(verdict.by)) is not None:
        return fact.source_label or fact.formula
    matter = next((m for m in job.matters if m.id == verdict.by.partition(".")[0]), None)
    return str(matter.source) if matter is not None else ""


def _time_of(quote: str, text: str, job: Job) -> Matter | None:
    """The matter whose time a date of the words is."""
    return next((m for m in job.matters if quote in m.said_when and share_of(m.text, text) >= _SAME), None)


def _is_a_turn(quote: str) -> bool:
    """“两个确保”, “三件事”: a turn of phrase and no figure, unless it measures something."""
    return not any(c.isdigit() for c in quote) and re.search(r"[%％倍成]|百分|万|亿|千|百", quote) is None


def _letters(number: int) -> str:
    return (chr(ord("a") + number // 26 % 26) if number >= 26 else "") + chr(ord("a") + number % 26)

"""Write one section: ask the engine, bind what it says, ask again, fall back; then cut all sections to the ceiling.

In: `Offer`, engines.  Out: `Written`, a section's sentences with their slots filled, without numbers or places yet.
"""

import re
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple

from chugao.drafting.binding import Bound, bind, for_people
from chugao.drafting.mending import mend
from chugao.drafting.offering import Offer
from chugao.engines.acts import is_problem
from chugao.errors import EngineError
from chugao.manuscript import Engine, Reply, ReplySentence, count_characters

if TYPE_CHECKING:
    from chugao.drafting.judging import Judge

_SAMPLES = 3
_TOLD = 8
_LOOSE = 20  # weight of a figure that stands alone: below every matter
_DICTATED = 1000  # of words that a leader wants said: they stay
Progress = Callable[[str], None]
"""Told the heading of each section as it is written."""
OnText = Callable[[str, str], None]
"""Told the section and each sentence while a model writes it."""


class Written:
    """A section's sentences with slots filled, before they get their places."""

    def __init__(
        self,
        reply: Reply,
        offer: Offer,
        engine: str,
        complaints: list[str],
        *,
        fell_back: bool = False,
        left_out: tuple[str, ...] = (),
        read: Mapping[str, Bound] | None = None,
    ) -> None:
        """`read` are texts that were bound already, to see what is wrong with them; `left_out` what a model said too much."""
        self.heading, self.headings = reply.heading, reply.headings
        known = read or {}
        self.blocks: _Blocks = [
            (
                block.type,
                [(s, known.get(s.text) or bind(s.text, offer.values, offer.constants)) for s in block.sentences],
            )
            for block in reply.blocks
        ]
        self.engine, self.complaints, self.fell_back, self.left_out = engine, complaints, fell_back, left_out
        self.role, self.matters = offer.brief.role, offer.brief.matters
        self.dropped = 0
        self._offer = offer
        self.headed(reply.heading)

    def headed(self, heading: str | None) -> None:
        """Give it this heading, where the outline gives none."""
        self.heading = heading
        text = self._offer.brief.heading or heading or ""
        printed = bind(text, self._offer.values, self._offer.constants).text
        self.heading_characters = count_characters(printed) + 3 if text else 0

    @property
    def characters(self) -> int:
        """As they will be counted: heading, its number, sentences."""
        numbers = sum(1 for kind, _ in self.blocks if kind == "item")
        return (
            self.heading_characters
            + numbers
            + sum(count_characters(b.text) for _, held in self.blocks for _, b in held)
            if self.blocks
            else 0
        )

    def drop(self, sentences: Collection[int]) -> None:
        """Leave out sentences, by `id` of their objects, and blocks that become empty."""
        blocks = [(kind, [(s, b) for s, b in held if id(s) not in sentences]) for kind, held in self.blocks]
        self.dropped += sum(len(held) for _, held in self.blocks) - sum(len(held) for _, held in blocks)
        held_still = [(kind, held) for kind, held in blocks if held]
        if self.role == "plan" and len(held_still) == 1 and len(self.blocks) > 1:
            held_still = [("paragraph", held_still[0][1])]  # “1.” with nothing behind it
        self.blocks = _counted_anew(held_still)


_ANSWERED = 5  # more than a task that answers nothing
_HAN = "一二三四五六七八九十"
_COUNTED = re.compile(rf"^[{_HAN}]是")
_Blocks = list[tuple[Literal["paragraph", "item"], list[tuple[ReplySentence, Bound]]]]


def _counted_anew(blocks: _Blocks) -> _Blocks:
    """一是、二是 without a gap where something between them was left out; one left alone is not counted at all."""
    told = [held for _, held in blocks]
    places = [(i, j) for i, held in enumerate(told) for j, (_, b) in enumerate(held) if _COUNTED.match(b.text)]
    runs: list[list[tuple[int, int]]] = []
    last = len(_HAN)
    for i, j in places:
        number = _HAN.index(told[i][j][1].text[0])
        if number <= last:
            runs.append([])
        runs[-1].append((i, j))
        last = number
    for run in runs:
        for number, (i, j) in enumerate(run):
            reply, bound = told[i][j]
            told[i][j] = reply, (bound.without_start(2) if len(run) == 1 else bound.starting(_HAN[number]))
    return blocks


async def write(
    offer: Offer,
    engine: Engine,
    fallback: Engine,
    say: Progress,
    judge: "Judge | None" = None,
    on_text: OnText | None = None,
) -> Written:
    """A section from the engine, asked again with what was wrong, or from the fallback.

    Three layers, each in the sentence's recipe: what is meant beyond doubt is mended, and a sentence too many left out;
    anything else is asked again as a new sample; then the fallback writes the part.  A composer is held to its slots alone, the rest it cannot do.
    """
    complaints: list[str] = []
    brief = offer.brief
    for sample in range(_SAMPLES):
        try:
            reply = await engine.write(brief, _heard(offer, on_text))
        except EngineError as error:
            complaints.append(str(error))
            break
        if judge is not None:
            reply = _sampled(mend(reply, offer), sample)
        read = {} if judge is not None else _bound(reply, offer)
        said = judge(reply, offer) if judge is not None else [p for b in read.values() for p in b.problems]
        problems = [*reply.problems] or said
        left_out: tuple[str, ...] = ()
        if judge is not None and said and not reply.problems:
            from chugao.drafting.surplus import without_surplus

            reply, left_out = without_surplus(reply, offer, judge)
        if not problems or left_out:
            say(_spoken_name(offer, reply))
            return Written(reply, offer, engine.name, complaints, left_out=left_out, read=read)
        complaints += (for_people(p, offer.values) for p in problems)
        brief = offer.brief.model_copy(
            update={
                "instructions": (*offer.brief.instructions, *(f"上一稿不能用：{p}" for p in problems[:_TOLD])),
                "seed": offer.brief.seed + sample + 1,
            }
        )
    reply = await fallback.write(offer.brief)
    if judge is not None:
        reply = _layered(reply, {"layer": "composed"})
    say(_spoken_name(offer, reply))
    return Written(reply, offer, fallback.name, complaints, fell_back=engine is not fallback)


def _sampled(reply: Reply, sample: int) -> Reply:
    """The reply with the layer that each sentence needed: slots as written, mended, or asked again."""
    if sample:
        return _layered(reply, {"layer": "asked again", "sample": str(sample)})
    return _layered(reply, {"layer": "slots"})


def _layered(reply: Reply, layer: dict[str, str]) -> Reply:
    blocks = []
    for block in reply.blocks:
        sentences = []
        for sentence in block.sentences:
            own = layer | ({"layer": "mended"} if "mended" in sentence.recipe and layer["layer"] == "slots" else {})
            sentences.append(sentence.model_copy(update={"recipe": sentence.recipe | own}))
        blocks.append(block.model_copy(update={"sentences": tuple(sentences)}))
    return reply.model_copy(update={"blocks": tuple(blocks)})


def _heard(offer: Offer, on_text: OnText | None) -> Callable[[str], None] | None:
    """Passes sentences on as they come, with their values in: what a person watches is not yet judged."""
    if on_text is None:
        return None
    return lambda text: on_text(offer.brief.section, bind(text, offer.values, offer.constants).text)


def _spoken_name(offer: Offer, reply: Reply) -> str:
    """What a person calls a section while it is being written: its heading, or its field where the heading may change.

    Which of several headings it gets is settled when its sisters have theirs.
    """
    settled = offer.brief.heading or ("" if reply.headings else reply.heading)
    heading = settled or (offer.brief.topic if offer.brief.task != "lead" else "") or reply.heading
    without = "主要目标" if offer.brief.role == "goals" else "开头"
    return bind(heading, offer.values, offer.constants).text if heading else without


def _bound(reply: Reply, offer: Offer) -> dict[str, Bound]:
    """Every text of a reply with its slots filled."""
    texts = [s.text for b in reply.blocks for s in b.sentences]
    every = ([reply.heading] if reply.heading else []) + texts
    return {t: bind(t, offer.values, offer.constants) for t in every}


# --- the ceiling ----------------------------------------------------------------------------------


def fitted(writings: list[Written], ceiling: int, around: int = 0) -> list[Written]:
    """Cut to the ceiling, lightest things first whatever their section: loose figures, then matters by weight.

    `around` counts the characters that stand in no section's sentences: title, headings given by the outline.  The
    lead and the last thing of each section stay, shortcomings (a leader's choice anyway) only while there is room.
    """
    over = around + sum(w.characters for w in writings) - ceiling
    if over <= 0:
        return writings
    units = [u for i, w in enumerate(writings) for u in _units(w, i)]
    units = [u._replace(order=order) for order, u in enumerate(units)]
    gone = _lightest(units, writings, over)
    spare = sum(u.characters for u in gone) - over
    for unit in sorted(gone, key=lambda u: (-u.weight, u.order)):
        if unit.characters <= spare:
            gone.remove(unit)
            spare -= unit.characters
    for unit in gone:
        writings[unit.writing].drop(unit.sentences)
    return writings


def _lightest(units: "list[_Unit]", writings: list[Written], over: int) -> "list[_Unit]":
    """What to leave out so that `over` characters go, lightest first; of two that weigh the same the later one."""
    left = {i: sum(1 for u in units if u.writing == i) for i in range(len(writings))}
    # Two shortcomings stay where there were two: “一是” alone would be wrong.
    least = {i: 2 if w.role == "problems" else 1 for i, w in enumerate(writings)}
    gone: list[_Unit] = []
    for unit in sorted(units, key=lambda u: (u.weight, -u.order)):
        if over > 0 and left[unit.writing] > least[unit.writing]:
            left[unit.writing] -= 1
            over -= unit.characters
            gone.append(unit)
    for number, written in enumerate(writings):
        rest = [u for u in units if u.writing == number and u not in gone]
        if over > 0 and written.role == "problems" and rest:
            over -= written.heading_characters + sum(u.characters for u in rest)
            gone += rest
    return gone


class _Unit(NamedTuple):
    """What is cut together: all sentences of one matter, or one loose sentence."""

    writing: int
    weight: int
    characters: int
    sentences: tuple[int, ...]
    """By `id` of the sentence objects."""
    order: int = 0
    """In the document: of two that weigh the same the later one goes."""


def _units(written: Written, number: int) -> list[_Unit]:
    if written.role == "lead":
        return []
    weights = {m.id: m.weight for m in written.matters}
    said = {
        f"{id(reply)}": _DICTATED
        for _, held in written.blocks
        for reply, _ in held
        if reply.recipe.get("made_by") == "instruction"
    }
    weights |= said
    grouped: dict[str, list[tuple[int, int]]] = {}
    problems = {m.id for m in written.matters if is_problem(m)}
    for _, sentences in written.blocks:
        opens = sentences[0][0].recipe.get("matter", "")
        answered = opens if opens in problems and written.role == "plan" else ""
        if answered:
            weights[answered] = _ANSWERED + max(weights.get(r.recipe.get("matter", ""), 0) for r, _ in sentences)
        for reply, bound in sentences:
            # A shortcoming and its way out go together: the one alone would hang in the air.
            key = answered or reply.recipe.get("matter") or f"{id(reply)}"
            grouped.setdefault(key, []).append((id(reply), count_characters(bound.text)))
    return [
        _Unit(number, weights.get(key, _LOOSE), sum(c for _, c in held), tuple(i for i, _ in held))
        for key, held in grouped.items()
    ]

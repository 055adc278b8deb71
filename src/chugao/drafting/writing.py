"""Write one section: ask the engine, bind what it says, ask again, fall back; then cut all sections to the ceiling.

In: `Offer`, engines.  Out: `Written`, a section's sentences with their slots filled, without numbers or places yet.
"""

from collections.abc import Callable

from chugao.drafting.binding import bind
from chugao.drafting.offering import Offer
from chugao.errors import EngineError
from chugao.manuscript import Engine, Reply, count_characters

_SAMPLES = 3
Progress = Callable[[str], None]
"""Told the heading of each section as it is written."""


class Written:
    """A section's sentences with slots filled, before they get their places."""

    def __init__(
        self, reply: Reply, offer: Offer, engine: str, complaints: list[str], *, fell_back: bool = False
    ) -> None:
        self.heading = reply.heading
        self.blocks = [
            (block.type, [(s, bind(s.text, offer.values, offer.constants)) for s in block.sentences])
            for block in reply.blocks
        ]
        self.engine, self.complaints, self.fell_back = engine, complaints, fell_back
        self.dropped = 0

    @property
    def characters(self) -> int:
        return sum(count_characters(b.text) for _, sentences in self.blocks for _, b in sentences)


async def write(offer: Offer, engine: Engine, fallback: Engine, say: Progress) -> Written:
    """A section from the engine, asked again with what was wrong, or from the fallback."""
    complaints: list[str] = []
    brief = offer.brief
    for sample in range(_SAMPLES):
        try:
            reply = await engine.write(brief)
        except EngineError as error:
            complaints.append(str(error))
            break
        problems = _problems(reply, offer)
        if not problems:
            say(_spoken_name(offer, reply))
            return Written(reply, offer, engine.name, complaints)
        complaints += problems
        brief = offer.brief.model_copy(
            update={"instructions": (*offer.brief.instructions, *problems), "seed": offer.brief.seed + sample + 1}
        )
    reply = await fallback.write(offer.brief)
    say(_spoken_name(offer, reply))
    return Written(reply, offer, fallback.name, complaints, fell_back=engine is not fallback)


def _spoken_name(offer: Offer, reply: Reply) -> str:
    """What a person calls a section while it is being written: its heading as printed."""
    heading = offer.brief.heading or reply.heading or (offer.brief.topic if offer.brief.task != "lead" else "")
    return bind(heading, offer.values, offer.constants).text if heading else "开头"


def _problems(reply: Reply, offer: Offer) -> list[str]:
    texts = [s.text for b in reply.blocks for s in b.sentences]
    return [
        p
        for t in ([reply.heading] if reply.heading else []) + texts
        for p in bind(t, offer.values, offer.constants).problems
    ]


def fitted(writings: list[Written], ceiling: int) -> list[Written]:
    """Cut to the ceiling: figures that carry no argument first, then the lightest matters, evenly over the sections."""
    total = sum(w.characters for w in writings)
    allowance = ceiling * 0.97  # headings and numbers take the rest
    if total <= allowance:
        return writings
    for written in writings:
        limit = written.characters * allowance / total
        while written.characters > limit and _drop_one(written):
            written.dropped += 1
    return writings


def _drop_one(written: Written) -> bool:
    """Remove the last sentence that is not a matter's, else the last of all; never a section's only one."""
    places = [(b, s) for b, (_, sentences) in enumerate(written.blocks) for s in range(len(sentences))]
    if len(places) <= 1:
        return False
    loose = [(b, s) for b, s in places if "matter" not in written.blocks[b][1][s][0].recipe]
    block, sentence = (loose or places)[-1]
    del written.blocks[block][1][sentence]
    if not written.blocks[block][1]:
        del written.blocks[block]
    return True

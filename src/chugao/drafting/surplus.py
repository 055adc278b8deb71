"""A sentence too many: what a model added that nothing supports, where the rest says all there was to say.

In: a reply that may not stand, its `Offer`, the judge.  Out: the reply without those sentences, and what they said.

Small models close a good section with a flourish (“通过……提升了……”).  Asking for the whole again costs a call, and the
next answer may be worse.  So a sentence goes that holds no value and tells nothing of a matter that the rest does not
tell; what is left is judged as if the model had written no more.
"""

import re
from collections.abc import Callable, Sequence
from itertools import combinations

from chugao.drafting.binding import bind
from chugao.drafting.grounding import Covered
from chugao.drafting.offering import Offer
from chugao.manuscript import SLOT, Reply, ReplySentence

_MOST = 2
_MOST_SEEN = 5
_LOST = 0.05
_LEANS = re.compile(
    "其中|同时|此外|另外|因此|为此|对此|据此|由此|这|该|其|上述|以上|前者|后者|并|也|还|而|但|不过|然而|再"
)
"""How a sentence begins that leans on the one before it."""


def without_surplus(
    reply: Reply, offer: Offer, judge: Callable[[Reply, Offer], list[str]]
) -> tuple[Reply, tuple[str, ...]]:
    """The reply without the fewest sentences that make it stand, and those, as printed; as it is where none do."""
    spare = _spare(reply, offer)
    if len(spare) > _MOST_SEEN:
        return reply, ()
    for count in range(1, _MOST + 1):
        for gone in combinations(spare, count):
            rest = _without(reply, gone)
            if _tells_as_much(rest, reply, offer) and not judge(rest, offer):
                return rest, tuple(bind(s.text, offer.values, offer.constants).text for s in gone)
    return reply, ()


def _spare(reply: Reply, offer: Offer) -> list[ReplySentence]:
    """Sentences that might go: without a value, not the only one, and none that leans on it behind it."""
    found = []
    for block in reply.blocks:
        for sentence, behind in zip(block.sentences, (*block.sentences[1:], None), strict=True):
            values = [m.group(1) for m in SLOT.finditer(sentence.text) if m.group(1) != "brief"]
            leaned_on = behind is not None and _LEANS.match(behind.text)
            if not values and not leaned_on and _tells_as_much(_without(reply, (sentence,)), reply, offer):
                found.append(sentence)
    return found


def _tells_as_much(rest: Reply, whole: Reply, offer: Offer) -> bool:
    """Whether of every matter, and of what came of it, the rest has the words that the whole has."""
    said, before = _words(rest), _words(whole)
    texts = [re.sub("[^一-鿿]", "", SLOT.sub("", m.text + m.result)) for m in offer.brief.matters]
    return bool(rest.blocks) and all(said.share(t) >= before.share(t) - _LOST for t in texts)


def _without(reply: Reply, gone: Sequence[ReplySentence]) -> Reply:
    blocks = []
    for block in reply.blocks:
        if kept := tuple(s for s in block.sentences if not any(s is g for g in gone)):
            blocks.append(block.model_copy(update={"sentences": kept}))
    return reply.model_copy(update={"blocks": tuple(blocks)})


def _words(reply: Reply) -> Covered:
    return Covered("，".join(SLOT.sub("，", s.text) for b in reply.blocks for s in b.sentences), glue=False)

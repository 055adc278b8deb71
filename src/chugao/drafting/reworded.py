"""What a rewrite makes of the text it rewrites: the same judge as for matters, the old sentences being the matter.

In: the old sentences and a new one, with slots; what the person asked for.  Out: what is refused and what is shown.

Surprise: a person may well ask for another meaning (“把医生改成护士”).  Where a word that comes or goes stands in the
instruction, the change is theirs: it is shown before it is accepted, and not refused.  A new fact stays refused.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from chugao.drafting.binding import way_before
from chugao.drafting.grounding import Covered
from chugao.drafting.tiling import strip_of, whole_words
from chugao.drafting.twisting import claimed, out_of_order, turned
from chugao.manuscript import SLOT

_ENDS = "[，。；：！？]"
_ORDER = re.compile("顺序|次序|语序|先|调换|提前")
_OF_IT = 0.34
_NEARLY = 0.8
_NEW = 8
_MOST_OLD = 3


class Change(NamedTuple):
    """A clause that means something else than the old text."""

    told: str
    asked: bool
    """Whether a word that comes or goes is one that the person named."""


def reworded(
    new: str, old: Sequence[str], frame: str, instruction: str, metrics: Mapping[str, str] | None = None
) -> Iterator[Change]:
    """What a new sentence says otherwise than the old ones; `metrics` are the slots of figures, with their names."""
    metrics = metrics or {}
    plain = [SLOT.sub("，", o) for o in old]
    given = "\n".join((*plain, frame))
    yield from (Change(p, asked=False) for p in claimed(new, given))
    yield from (Change(p, asked=False) for p in _other_way(new, old, metrics))
    everything = Covered(given)
    for clause in (c for c in re.split(_ENDS, new) if c):
        words = re.sub("[^一-鿿]", "", SLOT.sub("", clause))
        if len(words) >= _NEW and everything.share(words) < _OF_IT:
            yield Change(f"“{words[:24]}”原文没有，请删去", asked=False)
            continue
        if any(f"{{{slot}}}" in clause or name in clause for slot, name in metrics.items()):
            continue  # a figure: its numbers are locked, and which way it went has been asked
        meant = _old_of(clause, words, old, plain)
        told = [[*turned(clause, m, frame, new), *_order(new, m, frame, instruction)] for m in meant]
        if told and all(told):
            asked = _asked(clause, new, meant, instruction)
            yield from (Change(p.replace("资料", "原文"), asked) for p in told[0])


def _other_way(new: str, old: Sequence[str], metrics: Iterable[str]) -> Iterator[str]:
    """“提高到” before a value that the old text says it fell to."""
    before = "".join(old)
    for slot in (f"{{{m}}}" for m in metrics):
        ways = [way_before(text.partition(slot)[0]) for text in (before, new) if slot in text]
        if len(ways) > 1 and ways[0] * ways[1] < 0:
            yield f"{slot}前面的升降与原文相反"


def _order(new: str, old: str, frame: str, instruction: str) -> Iterable[str]:
    return () if _ORDER.search(instruction) else out_of_order(new, old, frame)


def _old_of(clause: str, words: str, old: Sequence[str], plain: Sequence[str]) -> list[str]:
    """The old sentences that a clause may stand for: those with its slots, else those with most of its words."""
    slots = {m.group() for m in SLOT.finditer(clause)}
    if holding := [o for o in old if slots & {m.group() for m in SLOT.finditer(o)}]:
        return ["，".join(holding)]
    shares = sorted(((Covered(p, glue=False).share(words), -i) for i, p in enumerate(plain)), reverse=True)
    best = shares[0][0] if words and shares else 0.0
    return [old[-i] for share, i in shares[:_MOST_OLD] if share >= max(_OF_IT, _NEARLY * best)]


def _asked(clause: str, new: str, meant: Sequence[str], instruction: str) -> bool:
    before = "".join(meant)
    come = {w for w in _words(clause) if w not in before}
    gone = {w for m in meant for w in _words(m) if w not in new}
    return any(w in instruction for w in come | gone if len(w) > 1)


def _words(text: str) -> list[str]:
    strip = strip_of(SLOT.sub("，", text), {})
    return [*whole_words(strip, 0, len(strip.text)), *strip.written]

"""The headings of one part in one make and of about one length: “抓细……”“做实……”, or nouns alone.

In: plans, what was written.  Out: the same with headings changed where the engine offered others.

Surprise: an engine writes one section at a time and cannot know what its sisters are called, so it offers several
headings and the choice is made here.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import median

from chugao.drafting.sectioning import SectionPlan
from chugao.drafting.writing import Written

_SEVERAL = 2
_LONG = 4  # characters of a noun at the end of a heading's half
_APART = 0.4
"""A heading may be so much longer or shorter than the middle one."""


def match_headings(plans: Sequence[SectionPlan], told: Mapping[str, Written]) -> None:
    """Let the sections of each part match, those that are free to."""
    for part in dict.fromkeys(p.part.id for p in plans):
        sisters = [told[p.id] for p in plans if p.part.id == part and p.id in told and not p.heading]
        sisters = [w for w in sisters if w.heading and w.blocks]
        if len(sisters) >= _SEVERAL:
            _match(sisters)


def _match(sisters: Sequence[Written]) -> None:
    free = [w for w in sisters if w.headings]
    make = _make_of(free)
    for written in free:
        fitting = [text for m, text in written.headings if m == make]
        if fitting and written.heading not in fitting:
            written.headed(fitting[0])
    _even_out(sisters, make)
    _vary_verbs(free, make)
    _tell_apart(sisters, make)


def _make_of(free: Sequence[Written]) -> str:
    """The make that most sections can take; of several the one that most have already.

    The name of one deed says less of a section than what its deeds are about: it is no make for those that have another.
    """
    possible = Counter(m for w in free for m in {m for m, _ in w.headings})
    has = Counter(m for w in free for m, text in w.headings if text == w.heading)
    return max(possible, key=lambda m: (m != "act" or 2 * has[m] > len(free), possible[m], has[m], m), default="")


def _even_out(sisters: Sequence[Written], make: str) -> None:
    """No heading much longer or shorter than its sisters, as far as headings of its make are at hand."""
    choices = [[w.heading or "", *(text for m, text in w.headings if m == make)] for w in sisters]
    kept = [held[0] for held in choices]
    best = (_even(kept), kept)
    for length in sorted({len(text) for held in choices for text in held}, reverse=True):
        near = [min(held, key=lambda t: abs(len(t) - length)) for held in choices]
        if _even(near) > best[0]:
            best = (_even(near), near)
    middle = median(map(len, best[1]))
    for written, heading, other in zip(sisters, kept, best[1], strict=True):
        # What fits as it is stays: it says more of its section than another.  None loses a thing it names for its length.
        names_less = len(_nouns(other)) < len(_nouns(heading))
        if abs(len(heading) - middle) > _APART * middle and other != heading and not names_less:
            written.headed(other)


def _even(headings: Sequence[str]) -> int:
    """How many of them are of about one length."""
    middle = median(map(len, headings))
    return sum(abs(len(h) - middle) <= _APART * middle for h in headings)


def _vary_verbs(free: Sequence[Written], make: str) -> None:
    """Not one verb over two neighbours, unless it opens every heading of the document."""
    if make != "aim":
        return
    used: set[str] = set()
    for written in free:
        opening = (written.heading or "")[:2]
        if opening in used:
            fresh = [
                t
                for m, t in written.headings
                if m == make and t[:2] not in used and t[2:] == (written.heading or "")[2:]
            ]
            if fresh:
                written.headed(fresh[0])
        used.add((written.heading or "")[:2])


def _tell_apart(sisters: Sequence[Written], make: str) -> None:
    """No two sections named after the same thing, where another name is at hand."""
    said: list[str] = []
    for written in sisters:
        if any(_shared(n, said) for n in _nouns(written.heading or "")):
            others = sorted(written.headings, key=lambda h: h[0] != make)
            apart = [t for _, t in others if not any(_shared(n, said) for n in _nouns(t))]
            if apart:
                written.headed(apart[0])
        said += _nouns(written.heading or "")


_BETWEEN = re.compile(r"[，、]|和(?=[一-鿿]{3})")


def _nouns(heading: str) -> list[str]:
    """What a heading names, without the verb it may open with."""
    return [n for n in _BETWEEN.split(heading) if n]


def _shared(noun: str, others: Sequence[str]) -> bool:
    """Whether a thing has been named: 急救队伍 again, with a verb or without."""
    return any(noun[-_LONG:] == o[-_LONG:] or noun in o or o in noun for o in others)

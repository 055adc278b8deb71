"""What the first paragraph tells for the whole paper, and whether there is a paper at all.

In: outline, facts, matters.  Out: the metrics whose values the lead tells; whether so little came that no heading stands.

Surprise: a volume told in the lead and again three lines below is what readers of drafts cross out first, so what the
lead tells no section gets.
"""

import re
from collections.abc import Mapping, Sequence

from chugao.kind import Kind
from chugao.material import Matter
from chugao.metrics.facts import Facts
from chugao.outline import Outline

_VOLUMES = 2
_A_SLIP = 2  # matters
_OF_A_SLIP = 6  # figures
_A_PAGE, _A_TABLE = 5, 16  # matters; figures, where there is no matter


def is_slip(
    outline: Outline, done: Sequence[Matter], others: Sequence[Matter], has: Mapping[str, Sequence[str]]
) -> bool:
    """Whether there is so little to report that no office would put a heading over it."""
    few = len(done) <= _A_SLIP and len(has["now"]) <= _OF_A_SLIP and not others
    return outline.kind is Kind.SUMMARY and few and not has["goal"] and not any(p.asked for p in outline.parts)


def is_alone(
    outline: Outline, done: Sequence[Matter], others: Sequence[Matter], has: Mapping[str, Sequence[str]]
) -> bool:
    """Whether what was done is one part without sections, and nothing stands beside it: a 一、 that no 二、 follows."""
    few = len(done) <= _A_PAGE if done else len(has["now"]) < _A_TABLE
    return (
        outline.kind is Kind.SUMMARY
        and few
        and not others
        and not has["goal"]
        and not any(p.asked for p in outline.parts)
    )


def volumes(outline: Outline, facts: Facts, metrics: Sequence[str]) -> tuple[str, ...]:
    """The year's volumes, which the lead tells: those every report of the kind names, else the first that grew.

    What fell stays in the text, where it can be said why.
    """
    if not outline.kind.looks_back or any(p.asked for p in outline.parts):
        return ()
    kinds = ("count", "amount")
    # How many there are to a thousand heads is no volume of the year's work, whatever its unit.
    counted = [m for m in metrics if (d := facts.definitions[m]).kind in kinds and not _PER_HEAD.search(d.name)]
    trends = {m: facts.get(m, "change") for m in counted}
    fallen = {m for m, t in trends.items() if t is not None and t.good is False}
    headlines = [m for m in counted if facts.definitions[m].headline and facts.definitions[m].kind == "count"]
    chosen = [m for m in headlines if m not in fallen]
    if len(chosen) < _VOLUMES:
        some = _VOLUMES if outline.level == "科室" else _VOLUMES + 1
        grown = [m for m in counted if (t := trends[m]) is not None and t.good][:some]
        chosen = grown if len(grown) >= _VOLUMES else chosen
    names = {m: facts.definitions[m].name for m in chosen}
    chosen = [m for m in chosen if not any(m != o and _part_of(names[m], names[o]) for o in chosen)][: _VOLUMES + 1]
    return tuple(chosen)


_PER_HEAD = re.compile(r"每[百千万]|人均|^[百千万]人口")


def _part_of(name: str, other: str) -> bool:
    """Whether one name is another's with characters left out: 门诊 beside 门急诊 counts the same visits again."""
    rest = iter(other)
    return all(c in rest for c in name)

"""Where paragraphs were parted or joined, and no word changed.

In: a `Comparison`.  Out: `Turn`s, in the order of the new version.

No hunk tells of it, for a hunk is words that came or went; and two texts that differ by a line end are not the same.
"""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from chugao.comparing.versions import Comparison, Unit

_AROUND = 8
"""Characters on both sides by which a reader finds the place."""
_RUN_ON = re.compile(r"[一二三四五六七八九十]{1,3}是")
Border = Literal["parted", "joined", ""]


class Turn(NamedTuple):
    """A line end that came or went."""

    kind: Literal["parted", "joined"]
    heading: str
    before: str
    """The last words before it, and the first after it."""
    after: str

    def __str__(self) -> str:
        before, after = self.before.strip(), self.after.strip()
        return f"“{before}”后另起一段（“{after}”）" if self.kind == "parted" else f"“{after}”并入上一段（接“{before}”）"


def borders_of(comparison: Comparison) -> Iterator[tuple[Unit, Unit, Border]]:
    """Every two neighbours that stayed, headings and sentences, and what became of the border between them."""
    before: Unit | None = None
    for unit in comparison.units:
        if unit.op not in ("equal", "changed"):
            continue
        if before is not None and {before.kind, unit.kind} <= {"heading", "sentence"}:
            old = before.old_paragraph == unit.old_paragraph
            new = before.new_paragraph == unit.new_paragraph
            yield before, unit, "" if old == new else "parted" if old else "joined"
        before = unit


def runs_on(unit: Unit) -> bool:
    """Whether it is an item 一是…二是…: if those stand in paragraphs of their own is the layout's business."""
    return _RUN_ON.match(unit.old) is not None


def turns_of(comparison: Comparison) -> tuple[Turn, ...]:
    """Every place where two neighbours stand in one paragraph of one version and in two of the other."""
    return tuple(_turns(comparison))


def _turns(comparison: Comparison) -> Iterator[Turn]:
    for before, unit, kind in borders_of(comparison):
        if kind and not runs_on(unit):
            # Where they are two paragraphs the heading is one, and not run together with what follows.
            parted = kind == "parted"
            own = comparison.new.parts[unit.new_part or 0] if parted else comparison.old.parts[before.old_part or 0]
            yield Turn(kind, own.name, before.new[-_AROUND:], unit.new[:_AROUND])

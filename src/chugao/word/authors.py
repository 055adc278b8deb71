"""Who changed what, when a text went through several hands: each character by the step it came or went in.

In: the versions of a text in order, each with its author.  Out: for every character of the last version the step that
wrote it, for every character of the first the step that took it away.

The redline itself compares the first version with the last; what a step put in and a later one took out shows nowhere.
"""

from collections.abc import Sequence
from typing import NamedTuple

from chugao.comparing import Comparison, Version, compare

_EDGE = 12
"""Characters on both sides by which a paragraph's end is known again."""


class Step(NamedTuple):
    """A version of a text, and by whom and when it was made."""

    version: Version
    author: str
    when: str = ""
    """“2026-01-08T09:30:00Z”; "" where nobody knows."""


class Attribution(NamedTuple):
    """Steps by offset: of the last version and of the first."""

    wrote: tuple[int, ...]
    """For each character of the new text the step that wrote or moved it; −1 for what was there from the beginning."""
    struck: tuple[int, ...]
    """For each character of the old text the step that took or moved it away; −1 for what is still there."""
    texts: tuple[str, ...]
    """Of the steps."""

    @property
    def last(self) -> int:
        return len(self.texts) - 1

    def of_new(self, start: int, end: int) -> int:
        """The step that wrote a stretch of the new text."""
        return self._of(self.wrote, start, end)

    def of_old(self, start: int, end: int) -> int:
        """The step that struck a stretch of the old text."""
        return self._of(self.struck, start, end)

    def _of(self, steps: tuple[int, ...], start: int, end: int) -> int:
        # A number is one stretch and has one author: whoever touched it last.
        found = max(steps[max(start, 0) : end], default=-1)
        return found if found >= 0 else self.last

    def of_mark(self, text: str, at: int, came: bool) -> int:
        """The step that parted (or joined) two paragraphs at the end of line `at` of a text."""
        edge = text[max(at - _EDGE, 0) : at + 1 + _EDGE]
        there = [k for k, said in enumerate(self.texts) if (edge in said) == came]
        return min(there, default=self.last)


def attribute_changes(old: Version, steps: Sequence[Step]) -> Attribution:
    """Follow every character from version to version."""
    texts = tuple(step.version.text for step in steps)
    if len(steps) == 1:
        return Attribution((0,) * len(texts[0]), (0,) * len(old.text), texts)
    wrote = [-1] * len(old.text)
    origin = list(range(len(old.text)))
    struck = [-1] * len(old.text)
    before = old
    for number, step in enumerate(steps):
        kept, moved = kept_characters(compare(before, step.version), len(step.version.text))
        stayed = {origin[i] for i in kept if i >= 0} - {origin[kept[i]] for i in moved}
        for was in set(origin) - stayed - {-1}:
            struck[was] = number
        wrote = [wrote[i] if i >= 0 and at not in moved else number for at, i in enumerate(kept)]
        origin = [origin[i] if i >= 0 else -1 for i in kept]
        before = step.version
    return Attribution(tuple(wrote), tuple(struck), texts)


def kept_characters(comparison: Comparison, length: int) -> tuple[list[int], set[int]]:
    """For each character of the newer text where it stood in the older one, −1 for what came; and which moved."""
    kept = [-1] * length
    moved: set[int] = set()
    for unit in comparison.units:
        if unit.op in ("insert", "delete", "moved_from"):
            continue
        old, new = unit.old_span[0], unit.new_span[0]
        for piece in unit.pieces:
            size = len(piece.text)
            if piece.op == "equal":
                kept[new : new + size] = range(old, old + size)
                if unit.op == "moved_to":
                    moved.update(range(new, new + size))
            old += 0 if piece.op == "insert" else size
            new += 0 if piece.op == "delete" else size
    return kept, moved

"""Who changed what, when a text went through several hands: each character by the step it came or went in.

In: the versions of a text in order, each with its author.  Out: for every character of the last version the step that
wrote it, for every character of the first the step that took it away.

The redline itself compares the first version with the last; what a step put in and a later one took out shows nowhere.
A draft also says of a sentence that a person edited who that was: what it says goes before the name of its step.
"""

from collections.abc import Sequence
from typing import NamedTuple

from chugao.comparing import Comparison, Version, compare

_EDGE = 12
"""Characters on both sides by which a paragraph's end is known again."""


UNSIGNED = "没有留痕"
"""Author of what somebody changed without leaving a name."""


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


def with_editors(
    comparison: Comparison, attribution: Attribution, steps: Sequence[Step]
) -> tuple[Attribution, list[Step]]:
    """The same, the edits that the newer draft knows the editor of by that editor, and the steps with them behind."""
    editors = _editors(comparison.new)
    if not editors:
        return attribution, list(steps)
    wrote, struck, known = list(attribution.wrote), list(attribution.struck), list(steps)
    for unit in comparison.units:
        found = next((editors[i] for i in unit.new_ids if i in editors), None)
        if found is None or unit.op in ("equal", "delete", "moved_from"):
            continue
        step = Step(comparison.new, *found)
        if step not in known:
            known.append(step)
        at = known.index(step)
        for steps_of, (start, end) in ((wrote, unit.new_span), (struck, unit.old_span)):
            steps_of[max(start, 0) : max(end, 0)] = [at] * (max(end, 0) - max(start, 0))
    return attribution._replace(wrote=tuple(wrote), struck=tuple(struck)), known


def _editors(version: Version) -> dict[str, tuple[str, str]]:
    """Sentence id → (author, when) of those that a person edited; of an edit nobody signed that it was not signed."""
    found: dict[str, tuple[str, str]] = {}
    for section in version.draft.sections if version.draft is not None else ():
        for sentence in section.sentences:
            told = sentence.recipe.get("edited")
            if isinstance(told, dict):
                found[sentence.id] = (str(told.get("author") or UNSIGNED), str(told.get("date") or ""))
    return found


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

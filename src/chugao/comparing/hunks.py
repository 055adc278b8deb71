"""From units to hunks: the changes a person reads, each with its place and its kind.

In: two versions and their units.  Out: `Hunk`s in document order.

A paragraph that came is one hunk, not one for each of its sentences; sentences that moved together are one as well, and
what was edited in them on the way stands beside it.
"""

from collections.abc import Iterator, Sequence
from itertools import count, pairwise

from chugao.comparing.versions import Hunk, Part, Piece, Span, Unit, Version
from chugao.comparing.words import kind_of, printed_numbers


def hunks_of(old: Version, new: Version, units: Sequence[Unit]) -> tuple[Hunk, ...]:
    """Every change, numbered from h1."""
    return tuple(_Reading(old, new, units).hunks())


class _Reading:
    """Units being read in order."""

    def __init__(self, old: Version, new: Version, units: Sequence[Unit]) -> None:
        self.old, self.new, self.units = old, new, units
        self.old_at = self.new_at = 0
        """Where a change of one side only stands in the other."""
        self.numbers = count(1)

    def hunks(self) -> Iterator[Hunk]:
        for first, last in self._runs():
            op, end = self.units[first].op, self.units[last]
            if op in ("insert", "delete"):
                yield self._whole(first, last)
            elif op == "moved_from":
                yield self._moved(first, last)
            elif op != "equal":
                for i in range(first, last + 1):
                    yield from self._inside(i)
            if end.in_old:
                self.old_at = end.old_span[1]
            if end.in_new:
                self.new_at = end.new_span[1]

    def _runs(self) -> Iterator[tuple[int, int]]:
        """(first, last) of units that make one hunk together."""
        first = 0
        for i, (before, after) in enumerate(pairwise(self.units), 1):
            if before.op != after.op or before.op in ("equal", "changed") or not _belong(before, after):
                yield first, i - 1
                first = i
        if self.units:
            yield first, len(self.units) - 1

    def _whole(self, first: int, last: int) -> Hunk:
        unit = self.units[first]
        place = self._part(unit)
        came = unit.op == "insert"
        span = _from_to(unit, self.units[last], "new_span" if came else "old_span")
        text = (self.new if came else self.old).text[slice(*span)]
        return Hunk(
            id=self._id(),
            section=place.key,
            heading=place.name,
            kind="增" if came else "删",
            old="" if came else text,
            new=text if came else "",
            pieces=(Piece(op="insert" if came else "delete", text=text),),
            old_span=(self.old_at, self.old_at) if came else span,
            new_span=span if came else (self.new_at, self.new_at),
            unit=first,
        )

    def _moved(self, first: int, last: int) -> Hunk:
        unit = self.units[first]
        place = self._part(unit)
        old_span = _from_to(unit, self.units[last], "old_span")
        new_span = _from_to(unit, self.units[last], "new_span")
        target = self.new.parts[unit.new_part or 0]
        place = target if target.key == place.key else place
        return Hunk(
            id=self._id(),
            section=place.key,
            heading=place.name,
            kind="移",
            old=self.old.text[slice(*old_span)],
            new=self.new.text[slice(*new_span)],
            moved_to=target.key or target.name,
            old_span=old_span,
            new_span=new_span,
            unit=first,
        )

    def _inside(self, index: int) -> Iterator[Hunk]:
        """The changes of one unit: a deletion, an insertion, or one of each side by side."""
        unit = self.units[index]
        place = self._part(unit)
        numbers = printed_numbers(unit.old, unit.new)
        old_at, new_at = unit.old_span[0], unit.new_span[0]
        for went, came, same in _changes(unit.pieces):
            if went or came:
                ends = old_at + len(went) - unit.old_span[0], new_at + len(came) - unit.new_span[0]
                numbering = ends[0] <= numbers[0] and ends[1] <= numbers[1]
                yield Hunk(
                    id=self._id(),
                    section=place.key,
                    heading=place.name,
                    kind="措辞" if numbering else kind_of(went, came),
                    old=went,
                    new=came,
                    pieces=_pair(went, came),
                    old_span=(old_at, old_at + len(went)),
                    new_span=(new_at, new_at + len(came)),
                    unit=index,
                    numbering=numbering,
                )
            old_at += len(went) + len(same)
            new_at += len(came) + len(same)

    def _id(self) -> str:
        return f"h{next(self.numbers)}"

    def _part(self, unit: Unit) -> Part:
        if unit.in_new and unit.new_part is not None:
            return self.new.parts[unit.new_part]
        return self.old.parts[unit.old_part or 0]


def _belong(before: Unit, after: Unit) -> bool:
    """Whether two neighbours that went, came or moved did so together."""
    if before.op == "insert":
        return before.new_paragraph == after.new_paragraph and before.new_part == after.new_part
    if before.op == "delete":
        return before.old_paragraph == after.old_paragraph and before.old_part == after.old_part
    # One line end may lie between them, on both sides.
    old_gap, new_gap = after.old_span[0] - before.old_span[1], after.new_span[0] - before.new_span[1]
    return 0 <= old_gap <= 1 and 0 <= new_gap <= 1


def _from_to(first: Unit, last: Unit, side: str) -> Span:
    return getattr(first, side)[0], getattr(last, side)[1]


def _changes(pieces: Sequence[Piece]) -> Iterator[tuple[str, str, str]]:
    """(what went, what came, what stayed after it), in order."""
    went = came = ""
    for piece in pieces:
        if piece.op == "delete":
            went += piece.text
        elif piece.op == "insert":
            came += piece.text
        else:
            yield went, came, piece.text
            went = came = ""
    if went or came:
        yield went, came, ""


def _pair(went: str, came: str) -> tuple[Piece, ...]:
    pieces = [Piece(op="delete", text=went)] if went else []
    return (*pieces, Piece(op="insert", text=came)) if came else tuple(pieces)

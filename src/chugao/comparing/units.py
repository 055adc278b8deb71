"""From two versions to units: every stretch with what became of it, in an order both texts can be read in.

In: two `Version`s.  Out: `Unit`s.

Moves are looked for twice: word for word before anything is paired by likeness, lest half a likeness hide them, and
once more, edited, among what is left.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate

from chugao.comparing.aligning import Block, Group, alike, common, common_run, same_as
from chugao.comparing.joining import cut_alike
from chugao.comparing.moving import moved_and_edited, moved_whole
from chugao.comparing.sections import lay_out
from chugao.comparing.versions import Piece, Span, Stretch, StretchKind, Unit, Version
from chugao.comparing.words import Pair, pieces_of_all, without_number

_WEAK = 0.65
"""A pair less alike than this gives way to a move."""


def units_of(old: Version, new: Version) -> tuple[Unit, ...]:
    """All units, so that `Comparison.rejected` is the old text and `Comparison.accepted` the new one."""
    matching = _Matching(old, new)
    matching.run()
    return tuple(_Printing(matching).units())


class _Matching:
    """Which stretch of the old version is which of the new one, in place or elsewhere."""

    def __init__(self, old: Version, new: Version) -> None:
        self.old, self.new = cut_alike(old.stretches, new.stretches)
        self.ids = same_as(self.old, self.new)
        self.parts_old, self.parts_new = _by_part(self.old, len(old.parts)), _by_part(self.new, len(new.parts))
        self.headings = _headings(self.old), _headings(self.new)
        self.titles = _of_kind(self.old, "title"), _of_kind(self.new, "title")
        layout = lay_out(old, new)
        self.layout = layout._replace(kept=tuple(self._uncontradicted(old, new, layout.kept)))
        self.in_place: list[Group] = []
        self.paired: list[Group] = []
        """What was only found alike; it too is in place."""
        self.moves: list[tuple[int, int]] = []

    def run(self) -> None:
        blocks: list[Block] = []
        for parts_old, parts_new in self.layout.segments(len(self.parts_old), len(self.parts_new)):
            segment = [self._of(self.parts_old, parts_old), self._of(self.parts_new, parts_new)]
            for block in self._forced((segment[0], segment[1])):
                groups, rest = common(*self.ids, block)
                self.in_place += groups
                blocks += rest
        elsewhere = self._moved_parts()
        self.moves += moved_whole(self.old, self.new, self.ids, [*blocks, *elsewhere])
        gone, come = {i for i, _ in self.moves}, {j for _, j in self.moves}
        for at, (a, b) in enumerate([*blocks, *elsewhere]):
            free = [i for i in a if i not in gone], [j for j in b if j not in come]
            groups = list(alike(self.old, self.new, free))
            if at < len(blocks):
                self.paired += groups
            else:
                self._add_moves(groups)
        self._move_edited([*blocks, *elsewhere])
        self.in_place += self.paired

    def _uncontradicted(self, old: Version, new: Version, kept: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """The borders that the sentences of the whole text agree with; ids need no such agreement.

        Nothing both have may lie across a border, but for sentences that changed parts: under one heading, more than
        that heading's own words, and less than stands within the parts.
        """
        pairs = common_run(*self.ids)
        olds, news = [i for i, _ in pairs], [j for _, j in pairs]
        weights = [0, *accumulate(len(self.old[i].text) for i in olds)]
        for i, j in kept:
            a, b = self.parts_old[i], self.parts_new[j]
            if not a or not b or (old.parts[i].id and old.parts[i].id == new.parts[j].id):
                yield i, j
                continue
            begins = bisect_left(olds, a[0]), bisect_left(news, b[0])
            across = abs(weights[begins[0]] - weights[begins[1]])
            first = max(begins)
            last = min(bisect_left(olds, a[-1] + 1), bisect_left(news, b[-1] + 1))
            within = weights[max(first, last)] - weights[first]
            same = old.parts[i].heading == new.parts[j].heading != ""
            if across == 0 or (same and len(self.old[a[0]].text) < across <= within):
                yield i, j

    @staticmethod
    def _of(stretches: list[list[int]], parts: list[int]) -> list[int]:
        return [i for part in parts for i in stretches[part]]

    def _forced(self, block: Block) -> Iterator[Block]:
        """Blocks around what is the same by its place: the heading of a part that both have, the title."""
        a, b = block
        if a and b and self._same_heading(a[0], b[0]):
            self.in_place.append(Group((a[0],), (b[0],)))
            a, b = a[1:], b[1:]
        i, j = _first_of(self.titles[0], a), _first_of(self.titles[1], b)
        if i is not None and j is not None and self._same_title(a[i], b[j]):
            self.in_place.append(Group((a[i],), (b[j],)))
            yield a[:i], b[:j]
            a, b = a[i + 1 :], b[j + 1 :]
        yield a, b

    def _same_title(self, i: int, j: int) -> bool:
        """Whether two titles are one, reworded or not; of a notice and its report one stands elsewhere as it was."""
        old, new = self.old[i].text, self.new[j].text
        return old == new or not (any(s.text == old for s in self.new) or any(s.text == new for s in self.old))

    def _same_heading(self, i: int, j: int) -> bool:
        """Whether two first stretches of a part are its heading, unless one of them stands elsewhere as it was."""
        old, new = self.old[i], self.new[j]
        if not old.kind == new.kind == "heading":
            return False
        words_old, words_new = without_number(old.text), without_number(new.text)
        return words_old == words_new or not (words_old in self.headings[1] or words_new in self.headings[0])

    def _moved_parts(self) -> list[Block]:
        """Parts that stand elsewhere: what is equal in them moved; the blocks that remain."""
        left: list[Block] = []
        for i, j in self.layout.moved:
            a, b = self.parts_old[i], self.parts_new[j]
            if a and b and self._same_heading(a[0], b[0]):
                self.moves.append((a[0], b[0]))
                a, b = a[1:], b[1:]
            groups, blocks = common(*self.ids, (a, b))
            self._add_moves(groups)
            left += blocks
        return left

    def _add_moves(self, groups: list[Group]) -> None:
        # Of two sentences joined on the way the longer one moved, the other went.
        for group in groups:
            i = max(group.old, key=lambda k: len(self.old[k].text))
            j = max(group.new, key=lambda k: len(self.new[k].text))
            self.moves.append((i, j))

    def _move_edited(self, blocks: list[Block]) -> None:
        """Among what is left over or only faintly paired."""
        firm_old = {i for g in self.paired if g.similarity >= _WEAK for i in g.old} | {i for i, _ in self.moves}
        firm_new = {j for g in self.paired if g.similarity >= _WEAK for j in g.new} | {j for _, j in self.moves}
        gone = [i for block in blocks for i in block[0] if i not in firm_old]
        come = [j for block in blocks for j in block[1] if j not in firm_new]
        kept = dict(self.layout.kept)
        found = moved_and_edited(
            self.old, self.new, gone, come, lambda i, j: j in (kept.get(i - 1, -1), kept.get(i + 1, -1))
        )
        left, taken = {i for i, _ in found}, {j for _, j in found}
        self.paired = [g for g in self.paired if left.isdisjoint(g.old) and taken.isdisjoint(g.new)]
        self.moves += found


def _headings(stretches: Sequence[Stretch]) -> set[str]:
    return {without_number(s.text) for s in stretches if s.kind == "heading"}


def _of_kind(stretches: Sequence[Stretch], kind: StretchKind) -> set[int]:
    return {i for i, s in enumerate(stretches) if s.kind == kind}


def _first_of(wanted: set[int], stretches: list[int]) -> int | None:
    """Place of the first of them that is wanted; most blocks have none."""
    return None if wanted.isdisjoint(stretches) else next(k for k, i in enumerate(stretches) if i in wanted)


def _by_part(stretches: Sequence[Stretch], parts: int) -> list[list[int]]:
    out: list[list[int]] = [[] for _ in range(parts)]
    for i, stretch in enumerate(stretches):
        out[stretch.part].append(i)
    return out


# --- printing -------------------------------------------------------------------------------------


class _Printing:
    """Units from a matching: at every place what went first, then what came."""

    def __init__(self, matching: _Matching) -> None:
        self.old, self.new = matching.old, matching.new
        self.in_place = sorted(matching.in_place, key=lambda group: group.old[0])
        moves = sorted(matching.moves)
        self.left = {i: (number, j) for number, (i, j) in enumerate(moves, 1)}
        self.reached = {j: (number, i) for number, (i, j) in enumerate(moves, 1)}
        pairs = self._pairs()
        self.pieces = dict(zip(pairs, pieces_of_all(pairs), strict=True))

    def _pairs(self) -> list[Pair]:
        """Every two texts that differ, so that their words are read at once."""
        pairs = [self._texts(group.old, group.new) for group in self.in_place if not self._stayed(group)]
        pairs += [self._texts((i,), (j,)) for j, (_, i) in self.reached.items()]
        return list(dict.fromkeys(pairs))

    def _stayed(self, group: Group) -> bool:
        return len(group.old) == len(group.new) == 1 and self.old[group.old[0]].text == self.new[group.new[0]].text

    def _texts(self, old: Sequence[int], new: Sequence[int]) -> Pair:
        texts = "".join(self.old[i].text for i in old), "".join(self.new[j].text for j in new)
        return *texts, self.new[new[0]].kind == "row"

    def units(self) -> Iterator[Unit]:
        i = j = 0
        for group in self.in_place:
            if i < group.old[0] or j < group.new[0]:
                yield from self._between(i, group.old[0], j, group.new[0])
            yield self._unchanged(group) if self._stayed(group) else self._changed(group)
            i, j = group.old[-1] + 1, group.new[-1] + 1
        yield from self._between(i, len(self.old), j, len(self.new))

    def _between(self, i: int, i_end: int, j: int, j_end: int) -> Iterator[Unit]:
        yield from (self._gone(k) for k in range(i, i_end))
        yield from (self._come(k) for k in range(j, j_end))

    def _unchanged(self, group: Group) -> Unit:
        """A stretch that stayed, as most do: each field is asked for once."""
        _, text, old_paragraph, old_start, old_part, old_id, _ = self.old[group.old[0]]
        kind, _, new_paragraph, new_start, new_part, new_id, _ = self.new[group.new[0]]
        return Unit(
            "equal",
            kind,
            text,
            text,
            (Piece("equal", text),),
            old_part,
            new_part,
            old_paragraph,
            new_paragraph,
            (old_start, old_start + len(text)),
            (new_start, new_start + len(text)),
            (old_id,) if old_id else (),
            (new_id,) if new_id else (),
        )

    def _changed(self, group: Group) -> Unit:
        old, new = [self.old[i] for i in group.old], [self.new[j] for j in group.new]
        pair = self._texts(group.old, group.new)
        return Unit(
            op="equal" if pair[0] == pair[1] else "changed",
            kind=new[0].kind,
            old=pair[0],
            new=pair[1],
            pieces=self.pieces[pair],
            old_part=old[0].part,
            new_part=new[0].part,
            old_paragraph=old[0].paragraph,
            new_paragraph=new[0].paragraph,
            old_span=(old[0].start, old[-1].end),
            new_span=(new[0].start, new[-1].end),
            old_ids=_ids(old),
            new_ids=_ids(new),
        )

    def _gone(self, i: int) -> Unit:
        stretch = self.old[i]
        number, j = self.left.get(i, (None, -1))
        there = self.new[j] if number else None
        return Unit(
            op="moved_from" if there else "delete",
            kind=stretch.kind,
            old=stretch.text,
            new=there.text if there else "",
            pieces=() if there else (Piece(op="delete", text=stretch.text),),
            old_part=stretch.part,
            new_part=there.part if there else None,
            old_paragraph=stretch.paragraph,
            old_span=_span(stretch),
            new_span=_span(there) if there else (-1, -1),
            old_ids=_ids([stretch]),
            move=number,
        )

    def _come(self, j: int) -> Unit:
        stretch = self.new[j]
        number, i = self.reached.get(j, (None, -1))
        there = self.old[i] if number else None
        pieces = self.pieces[self._texts((i,), (j,))] if there else ()
        return Unit(
            op="moved_to" if there else "insert",
            kind=stretch.kind,
            old=there.text if there else "",
            new=stretch.text,
            pieces=pieces or (Piece(op="insert", text=stretch.text),),
            old_part=there.part if there else None,
            new_part=stretch.part,
            new_paragraph=stretch.paragraph,
            old_span=_span(there) if there else (-1, -1),
            new_span=_span(stretch),
            new_ids=_ids([stretch]),
            move=number,
        )


def _span(stretch: Stretch) -> Span:
    return stretch.start, stretch.end


def _ids(stretches: Sequence[Stretch]) -> tuple[str, ...]:
    return tuple(s.id for s in stretches if s.id)

"""Two people changed one section: put both texts together where they do not meet, show where they do.

In: the common ground and what each made of it, as flat texts.  Out: a `Merge`, row by row: three panes for a person, and
the whole text where nothing is in dispute.

Sentences are aligned as `comparing` aligns them.  A paragraph's beginning belongs to the sentence that opens it, so that
parting a paragraph and rewording its first sentence do not meet.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from chugao.comparing import Comparison
from chugao.errors import InputError
from chugao.review.written import Flat, Rows, compared, line_of
from chugao.source import Frozen

Choice = Literal["theirs", "mine", "both"]
Chosen = Literal["same", "theirs", "mine", "both", "conflict"]
_Cells = tuple[tuple[str, ...], ...]


class MergeRow(Frozen):
    """A sentence, or several that cannot be told apart; a leading line end opens a paragraph."""

    base: str
    theirs: str
    mine: str
    chosen: Chosen
    """`both`: they made the same change.  `conflict`: a person chooses."""
    text: str = ""
    """What was chosen; "" for a conflict."""


class Merge(Frozen):
    """Two changed texts, put together as far as they go."""

    rows: tuple[MergeRow, ...]

    @property
    def clean(self) -> bool:
        return all(row.chosen != "conflict" for row in self.rows)

    @property
    def text(self) -> str:
        """The whole; raises `ValueError` while something is in dispute."""
        if not self.clean:
            raise ValueError("the merge is not settled")
        return "".join(row.text for row in self.rows).removeprefix("\n")


class _Token(NamedTuple):
    """A sentence, and whether it opens a paragraph."""

    text: str
    opens: bool

    @property
    def whole(self) -> str:
        return ("\n" if self.opens else "") + self.text


class _Change(NamedTuple):
    """What one side made of the tokens [start, end) of the common ground."""

    start: int
    end: int
    new: tuple[_Token, ...]


class _Side(NamedTuple):
    changes: tuple[_Change, ...]
    opens: Mapping[int, bool]
    """Of each token that stands in both: whether it opens a paragraph here."""


def merged(base: str, theirs: str, mine: str) -> Merge:
    """Merge two flat texts over their common ground."""
    left, right = compared(base, theirs), compared(base, mine)
    tokens = _tokens(left)
    a, b = _side(left), _side(right)
    rows: list[MergeRow] = []
    at = 0
    for start, end, of_a, of_b in _groups(a.changes, b.changes):
        rows += [_kept(tokens, i, a, b) for i in range(at, start)]
        rows.append(_row(tokens, (start, end), (of_a, of_b), (a, b)))
        at = end
    rows += [_kept(tokens, i, a, b) for i in range(at, len(tokens))]
    return Merge(rows=tuple(rows))


def settled(merge: Merge, choices: Mapping[int, Choice]) -> Merge:
    """The merge with a person's choice for each row in dispute (by its index).

    Raises `InputError` for a row without a choice.
    """
    rows = []
    for number, row in enumerate(merge.rows):
        if row.chosen == "conflict":
            if number not in choices:
                raise InputError(f"第{number + 1}句两人都改了，还没有选。请逐句选“对方”“我的”或“都留”。")
            choice = choices[number]
            both = row.theirs + row.mine
            text = {"theirs": row.theirs, "mine": row.mine, "both": both}[choice]
            row = row.model_copy(update={"chosen": choice, "text": text})
        rows.append(row)
    return Merge(rows=tuple(rows))


def tables_met(ground: Flat, theirs: Flat, mine: Flat) -> tuple[Flat, Flat]:
    """Both texts with the tables that both changed put together cell by cell, where no cell was changed by both.

    A table of another shape, or a cell that both changed, stays as each has it and meets as a line.
    """
    for block, base in _by_block(ground).items():
        left, right = _by_block(theirs).get(block), _by_block(mine).get(block)
        if left is None or right is None or len({base[1].rows, left[1].rows, right[1].rows}) < 3:
            continue
        rows = _cells(base[1].rows, left[1].rows, right[1].rows)
        if rows is None:
            continue
        title = right[1].title if right[1].title != base[1].title else left[1].title
        both = Rows(title, rows, right[1].marks)
        line = line_of(block, both)
        theirs, mine = _with_table(theirs, left[0], line, both), _with_table(mine, right[0], line, both)
    return theirs, mine


def _by_block(flat: Flat) -> dict[str, tuple[str, Rows]]:
    """Block → its line in the flat text, and its cells."""
    return {line[1:].rpartition(":")[0]: (line, rows) for line, rows in flat.tables.items()}


def _cells(base: _Cells, theirs: _Cells, mine: _Cells) -> _Cells | None:
    if not [len(r) for r in base] == [len(r) for r in theirs] == [len(r) for r in mine]:
        return None
    rows = []
    for three in zip(base, theirs, mine, strict=True):
        row = []
        for was, left, right in zip(*three, strict=True):
            if was not in (left, right) and left != right:
                return None
            row.append(right if left == was else left)
        rows.append(tuple(row))
    return tuple(rows)


def _with_table(flat: Flat, old: str, new: str, rows: Rows) -> Flat:
    """Another table at its line; a line of a table is as long as any other of that block, so that marks hold."""
    return Flat(flat.text.replace(old, new), {**flat.tables, new: rows}, flat.marks)


def _tokens(comparison: Comparison) -> list[_Token]:
    """The common ground by sentences."""
    found, paragraph = [], -1
    for stretch in comparison.old.stretches:
        found.append(_Token(stretch.text, stretch.paragraph != paragraph))
        paragraph = stretch.paragraph
    return found


def _side(comparison: Comparison) -> _Side:
    """What one side changed, in the order of the common ground."""
    starts = {s.start: i for i, s in enumerate(comparison.old.stretches)}
    order = [s.start for s in comparison.old.stretches]
    changes: list[_Change] = []
    opens: dict[int, bool] = {}
    at, paragraph = 0, -1
    for unit in comparison.units:
        new: tuple[_Token, ...] = ()
        if unit.in_new:
            new = (_Token(unit.new, unit.new_paragraph != paragraph),)
            paragraph = unit.new_paragraph if unit.new_paragraph is not None else paragraph
        if not unit.in_old:
            _add(changes, _Change(at, at, new))
            continue
        first = starts[unit.old_span[0]]
        last = first + sum(1 for s in order[first:] if s < unit.old_span[1])
        if unit.op == "equal" and last == first + 1:
            opens[first] = new[0].opens
        else:
            _add(changes, _Change(first, last, new))
        at = last
    return _Side(tuple(changes), opens)


def _add(changes: list[_Change], change: _Change) -> None:
    """Insertions at one place are one change, and one with a change that ends there."""
    last = changes[-1] if changes else None
    if last is not None and change.start == change.end == last.end == last.start:
        changes[-1] = _Change(last.start, last.end, last.new + change.new)
    else:
        changes.append(change)


def _groups(a: Sequence[_Change], b: Sequence[_Change]) -> Iterator[tuple[int, int, list[_Change], list[_Change]]]:
    """Changes of both sides that meet, together; insertions meet those at the same place."""
    waiting = sorted([(c, 0) for c in a] + [(c, 1) for c in b], key=lambda w: (w[0].start, w[0].end))
    group: tuple[list[_Change], list[_Change]] = ([], [])
    start = end = -1
    for change, side in waiting:
        empty = change.start == change.end
        meets = (group[0] or group[1]) and (
            change.start < end or (empty and change.start == start == end and group[1 - side] and not group[side])
        )
        if not meets:
            if group[0] or group[1]:
                yield start, end, *group
            group = ([], [])
            start, end = change.start, change.end
        group[side].append(change)
        end = max(end, change.end)
    if group[0] or group[1]:
        yield start, end, *group


def _kept(tokens: Sequence[_Token], i: int, a: _Side, b: _Side) -> MergeRow:
    """A sentence nobody changed; it may open a paragraph for one of them."""
    base = tokens[i]
    theirs, mine = (base._replace(opens=side.opens.get(i, base.opens)) for side in (a, b))
    kept = theirs if theirs.opens != base.opens else mine
    return MergeRow(base=base.whole, theirs=theirs.whole, mine=mine.whole, chosen="same", text=kept.whole)


def _row(
    tokens: Sequence[_Token],
    span: tuple[int, int],
    changes: tuple[list[_Change], list[_Change]],
    sides: tuple[_Side, _Side],
) -> MergeRow:
    """Sentences that one of them changed, or both."""
    base = "".join(t.whole for t in tokens[span[0] : span[1]])
    theirs, mine = (_made(tokens, span, own, side) for own, side in zip(changes, sides, strict=True))
    chosen: Chosen
    if not changes[1]:
        chosen, text = "theirs", _with_opening(theirs, tokens, span, sides[1])
    elif not changes[0]:
        chosen, text = "mine", _with_opening(mine, tokens, span, sides[0])
    elif theirs == mine:
        chosen, text = "both", theirs
    else:
        chosen, text = "conflict", ""
    return MergeRow(base=base, theirs=theirs, mine=mine, chosen=chosen, text=text)


def _made(tokens: Sequence[_Token], span: tuple[int, int], changes: Sequence[_Change], side: _Side) -> str:
    """What one side has where the common ground has `span`."""
    out, at = "", span[0]
    for change in changes:
        out += "".join(
            tokens[i]._replace(opens=side.opens.get(i, tokens[i].opens)).whole for i in range(at, change.start)
        )
        out += "".join(t.whole for t in change.new)
        at = change.end
    return out + "".join(tokens[i]._replace(opens=side.opens.get(i, tokens[i].opens)).whole for i in range(at, span[1]))


def _with_opening(text: str, tokens: Sequence[_Token], span: tuple[int, int], other: _Side) -> str:
    """A changed sentence opens a paragraph, or no longer does, as the other side has it."""
    if span[0] == span[1] or not text:
        return text
    was = tokens[span[0]].opens
    now = other.opens.get(span[0], was)
    if was == now:
        return text
    return "\n" + text.removeprefix("\n") if now else text.removeprefix("\n")

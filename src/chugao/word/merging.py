"""Both versions of a text in one flow: the paragraphs and tables a redline prints, with what came and what went.

In: a `Comparison`.  Out: `Merged` blocks in the order both texts can be read in.

A paragraph's mark is tracked like a character, so a paragraph that was split or joined is one mark, not two
paragraphs.  Where a table lies between what would be joined, no mark can do it: there the sentence goes and comes.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from chugao.comparing import Comparison, Unit, Version
from chugao.flow import Choices, Piece, Run, flow_of

AtomOp = Literal["equal", "insert", "delete", "moved_from", "moved_to"]
MarkOp = Literal["equal", "insert", "delete", "moved_from", "moved_to"]


class Line(NamedTuple):
    """What a paragraph of a version is on the page."""

    piece: Piece
    table: int = -1
    """Which table of its version, −1 for running text."""
    row: int = 0


class Atom(NamedTuple):
    """A stretch of characters that share what became of them."""

    op: AtomOp
    text: str
    old: int = -1
    """Offset in the old version's text, −1 where it has no place there."""
    new: int = -1
    move: int = 0


class MergedParagraph(NamedTuple):
    """A paragraph up to its mark; the mark is in both texts, in one, or moved."""

    atoms: tuple[Atom, ...]
    mark: MarkOp
    old: int = -1
    """Paragraph of the old version that the mark ends."""
    new: int = -1
    move: int = 0
    """Of a paragraph that moved as a whole."""


class MergedRow(NamedTuple):
    """A row of a table: in both, or in one."""

    cells: tuple[tuple[Atom, ...], ...]
    mark: MarkOp
    old: int = -1
    new: int = -1


class MergedTable(NamedTuple):
    """A table, with rows of both versions."""

    rows: tuple[MergedRow, ...]
    mark: MarkOp
    """`equal` unless the whole table came or went."""


Merged = MergedParagraph | MergedTable


def lines_of_version(version: Version) -> list[Line]:
    """For each paragraph of a version how it is printed: as the draft's flow has it, else by what it is."""
    if version.draft is not None:
        lines = list(_lines_of_flow(flow_of(version.draft, Choices(run_on=True, claims=False))))
        texts = ["".join(texts) for texts in _texts(version)]
        printed = [_printed(line) for line in lines]
        if texts == printed:
            return lines
    return list(_lines_by_kind(version))


def _texts(version: Version) -> list[list[str]]:
    out: list[list[str]] = []
    for stretch in version.stretches:
        if stretch.paragraph == len(out):
            out.append([])
        out[-1].append(stretch.text)
    return out


def _lines_of_flow(pieces: Sequence[Piece]) -> Iterator[Line]:
    tables = 0
    for piece in pieces:
        if piece.table is not None:
            rows = (piece.table.header, *(tuple(c.text for c in row) for row in piece.table.rows))
            for number, row in enumerate(rows):
                if "\t".join(row):
                    yield Line(piece, tables, number)
            tables += 1
        elif piece.text:
            yield Line(piece)


def _printed(line: Line) -> str:
    table = line.piece.table
    if table is None:
        return line.piece.text
    return "\t".join(table.header if line.row == 0 else (c.text for c in table.rows[line.row - 1]))


def _lines_by_kind(version: Version) -> Iterator[Line]:
    tables, row = -1, 0
    previous = ""
    for paragraph, stretches in enumerate(_stretches(version)):
        first = stretches[0]
        text = "".join(s.text for s in stretches)
        if first.kind == "row":
            tables, row = (tables, row + 1) if previous == "row" else (tables + 1, 0)
            yield Line(Piece("table"), tables, row)
        elif first.kind == "heading":
            level = version.parts[first.part].level
            yield Line(Piece("heading", (Run(text),), level=min(max(level, 1), 4)))
        else:
            role: Literal["title", "caption", "body"] = "title" if first.kind == "title" and paragraph == 0 else "body"
            yield Line(Piece("caption" if first.kind == "caption" else role, (Run(text),)))
        previous = first.kind


def _stretches(version: Version) -> Iterator[list]:  # type: ignore[type-arg]
    out: list = []  # type: ignore[type-arg]
    for stretch in version.stretches:
        if out and out[-1].paragraph != stretch.paragraph:
            yield out
            out = []
        out.append(stretch)
    if out:
        yield out


# --- what stays in place --------------------------------------------------------------------------


class _Item(NamedTuple):
    """A unit on one side or on both, with the boxes (paragraph or table) it stands in."""

    atoms: tuple[Atom, ...]
    old_box: tuple[str, int] | None
    new_box: tuple[str, int] | None
    old: int = -1
    """Paragraph."""
    new: int = -1

    @property
    def in_place(self) -> bool:
        return self.old_box is not None and self.new_box is not None


def merge(comparison: Comparison, lines: tuple[list[Line], list[Line]]) -> list[Merged]:
    """The blocks of both texts; `lines` say how each paragraph of the old and of the new version is printed."""
    items = list(_items(comparison, lines))
    return _Writer(_kept_apart(items), lines).blocks()


_Box = tuple[str, int]


def _boxes(lines: Sequence[Line]) -> list[_Box]:
    """Of each paragraph the paragraph or the table it stands in."""
    return [("table", line.table) if line.table >= 0 else ("text", i) for i, line in enumerate(lines)]


def _items(comparison: Comparison, lines: tuple[list[Line], list[Line]]) -> Iterator[_Item]:
    """An item for each unit; sentences of one paragraph that stayed, one after the other, are one."""
    old_boxes, new_boxes = _boxes(lines[0]), _boxes(lines[1])
    partners = _partners(comparison, old_boxes, new_boxes)
    stayed: list[Unit] = []
    for unit in comparison.units:
        if stayed and not _goes_on(stayed[-1], unit):
            yield _whole(stayed, old_boxes, new_boxes)
            stayed = []
        old_box = old_boxes[unit.old_paragraph or 0] if unit.in_old else None
        new_box = new_boxes[unit.new_paragraph or 0] if unit.in_new else None
        both = old_box is not None and new_box is not None
        rows = (old_box or _NO_BOX)[0] == "table" or (new_box or _NO_BOX)[0] == "table"
        if (both and rows and partners.get(old_box) != new_box) or (unit.move and unit.kind == "row"):
            yield from _apart(unit, old_box, new_box)
        elif unit.op == "equal" and unit.old == unit.new:
            stayed.append(unit)
        else:
            yield _Item(tuple(_atoms(unit)), old_box, new_box, _or(unit.old_paragraph), _or(unit.new_paragraph))
    if stayed:
        yield _whole(stayed, old_boxes, new_boxes)


def _goes_on(before: Unit, unit: Unit) -> bool:
    """Whether a unit stayed in the paragraph in which the one before it stayed."""
    return (
        unit.op == "equal"
        and unit.old_paragraph == before.old_paragraph
        and unit.new_paragraph == before.new_paragraph
        and unit.old == unit.new
    )


def _whole(stayed: Sequence[Unit], old_boxes: Sequence[_Box], new_boxes: Sequence[_Box]) -> _Item:
    first = stayed[0]
    text = first.new if len(stayed) == 1 else "".join([unit.new for unit in stayed])
    old, new = first.old_paragraph or 0, first.new_paragraph or 0
    atom = Atom("equal", text, first.old_span[0], first.new_span[0])
    return _Item((atom,), old_boxes[old], new_boxes[new], old, new)


_NO_BOX: _Box = ("", 0)


def _or(paragraph: int | None) -> int:
    return -1 if paragraph is None else paragraph


def _apart(unit: Unit, old_box: tuple[str, int] | None, new_box: tuple[str, int] | None) -> Iterator[_Item]:
    """A unit as something that went and something that came."""
    if old_box is not None:
        yield _Item((Atom("delete", unit.old, old=unit.old_span[0]),), old_box, None, old=_or(unit.old_paragraph))
    if new_box is not None:
        yield _Item((Atom("insert", unit.new, new=unit.new_span[0]),), None, new_box, new=_or(unit.new_paragraph))


def _partners(comparison: Comparison, old_boxes: list[_Box], new_boxes: list[_Box]) -> dict[_Box | None, _Box]:
    """Old table → new table: those that share the most text, of as many columns; each once."""
    old_columns, new_columns = _columns(comparison.old, old_boxes), _columns(comparison.new, new_boxes)
    weights: dict[tuple[_Box, _Box], int] = defaultdict(int)
    if old_columns and new_columns:
        for unit in comparison.units:
            if unit.in_old and unit.in_new:
                old, new = old_boxes[unit.old_paragraph or 0], new_boxes[unit.new_paragraph or 0]
                if old in old_columns and new in new_columns and old_columns[old] == new_columns[new]:
                    weights[old, new] += len(unit.new) + 1
    partners: dict[_Box | None, _Box] = {}
    taken: set[_Box] = set()
    for old, new in sorted(weights, key=lambda pair: (-weights[pair], pair)):
        if old not in partners and new not in taken:
            partners[old] = new
            taken.add(new)
    return partners


def _columns(version: Version, boxes: list[_Box]) -> dict[_Box, int]:
    """Columns of each table."""
    columns: dict[_Box, int] = {}
    for stretch in version.stretches:
        box = boxes[stretch.paragraph]
        if box[0] == "table":
            columns[box] = max(columns.get(box, 0), stretch.text.count("\t") + 1)
    return columns


def _atoms(unit: Unit) -> Iterator[Atom]:
    if unit.op == "moved_from":
        yield Atom("moved_from", unit.old, old=unit.old_span[0], move=unit.move or 0)
        return
    old, new = unit.old_span[0], unit.new_span[0]
    moved = unit.op == "moved_to"
    for piece in unit.pieces:
        length = len(piece.text)
        if piece.op == "equal":
            op: AtomOp = "moved_to" if moved else "equal"
            yield Atom(op, piece.text, -1 if moved else old, new, unit.move or 0)
            old, new = old + length, new + length
        elif piece.op == "delete":
            # What a moved sentence lost on its way is struck where it stood: within what moved, LibreOffice keeps it.
            if not moved:
                yield Atom("delete", piece.text, old=old)
            old += length
        else:
            yield Atom("insert", piece.text, new=new, move=unit.move or 0)
            new += length


def _kept_apart(items: Sequence[_Item]) -> list[_Item]:
    """Items of which none asks for a mark that would have to reach across a table."""
    out: list[_Item] = []
    previous: _Item | None = None
    between: list[_Item] = []
    for item in items:
        if item.in_place and previous is not None and _across(previous, item, between):
            halves = list(_halved(item))
            out += halves
            between += halves
            continue
        out.append(item)
        if item.in_place:
            previous, between = item, []
        else:
            between.append(item)
    return out


def _across(x: _Item, y: _Item, between: Sequence[_Item]) -> bool:
    """Whether x and y stand in one paragraph of one version and in the other a table lies between."""
    same_old, same_new = x.old_box == y.old_box, x.new_box == y.new_box
    if same_old == same_new:
        return False
    others = [item.new_box if same_old else item.old_box for item in between]
    return any(box is not None and box[0] == "table" for box in others)


def _halved(item: _Item) -> Iterator[_Item]:
    old = "".join(a.text for a in item.atoms if a.op in ("equal", "delete"))
    new = "".join(a.text for a in item.atoms if a.op in ("equal", "insert"))
    old_at = next((a.old for a in item.atoms if a.old >= 0), -1)
    new_at = next((a.new for a in item.atoms if a.new >= 0), -1)
    yield _Item((Atom("delete", old, old=old_at),), item.old_box, None, old=item.old)
    yield _Item((Atom("insert", new, new=new_at),), None, item.new_box, new=item.new)


# --- writing the flow -----------------------------------------------------------------------------


class _Writer:
    """Puts the blocks together, gap by gap between what stayed in place."""

    def __init__(self, items: Sequence[_Item], lines: tuple[list[Line], list[Line]]) -> None:
        self.items = items
        self.lines = lines
        self.out: list[Merged] = []
        self.atoms: list[Atom] = []
        self.rows: list[MergedRow] = []
        self.moved = self._moved_boxes()

    def blocks(self) -> list[Merged]:
        previous: _Item | None = None
        went: list[_Item] = []
        came: list[_Item] = []
        for item in self.items:
            if not item.in_place:
                (went if item.old_box is not None else came).append(item)
                continue
            self._gap(previous, item, went, came)
            self._put(item)
            previous, went, came = item, [], []
        self._gap(previous, None, went, came)
        return self.out

    def _gap(self, x: _Item | None, y: _Item | None, went: list[_Item], came: list[_Item]) -> None:
        same_old = x is not None and y is not None and x.old_box == y.old_box
        same_new = x is not None and y is not None and x.new_box == y.new_box
        if same_old and same_new and not went and not came:
            return
        tail_old, middle_old, head_old = _thirds(went, x and x.old_box, y and y.old_box, "old_box")
        tail_new, middle_new, head_new = _thirds(came, x and x.new_box, y and y.new_box, "new_box")
        if same_old and same_new:
            self._put(*went, *came)
        elif same_old and x is not None:
            self._put(*tail_old, *tail_new)
            self._mark("insert", new=x.new)
            self._whole(middle_new, "insert")
            self._put(*head_new)
        elif same_new and x is not None:
            self._put(*tail_old)
            self._mark("delete", old=x.old)
            self._whole(middle_old, "delete")
            self._put(*head_old, *came)
        else:
            self._put(*tail_old, *tail_new)
            if x is not None:
                self._close(x)
            self._whole(middle_old, "delete")
            self._whole(middle_new, "insert")
            self._put(*head_old, *head_new)

    def _close(self, x: _Item) -> None:
        if x.old_box is not None and x.old_box[0] == "table":
            self._table("equal")
        else:
            self._mark("equal", old=x.old, new=x.new)

    def _whole(self, items: list[_Item], mark: Literal["insert", "delete"]) -> None:
        """Paragraphs and tables that are in one version only."""
        if not items:
            return
        side = "new_box" if mark == "insert" else "old_box"
        for box, group in _by_box(items, side):
            self._put(*group)
            if box[0] == "table":
                self._table(mark)
                continue
            last = group[-1]
            move = self.moved.get((side, box), 0)
            moved: MarkOp = "moved_to" if mark == "insert" else "moved_from"
            self._mark(moved if move else mark, last.old, last.new, move)

    def _put(self, *items: _Item) -> None:
        for item in items:
            box = item.new_box or item.old_box
            if box is not None and box[0] == "table":
                self.rows.append(_row(item))
            else:
                self.atoms += item.atoms

    def _mark(self, op: MarkOp, old: int = -1, new: int = -1, move: int = 0) -> None:
        self.out.append(MergedParagraph(tuple(a for a in self.atoms if a.text), op, old, new, move))
        self.atoms = []

    def _table(self, mark: MarkOp) -> None:
        self.out.append(MergedTable(tuple(self.rows), mark))
        self.rows = []

    def _moved_boxes(self) -> dict[tuple[str, tuple[str, int]], int]:
        """Paragraphs that moved as a whole, sentence by sentence in order, on both sides: side and box → number."""
        old: dict[tuple[str, int], list[int]] = defaultdict(list)
        new: dict[tuple[str, int], list[int]] = defaultdict(list)
        for item in self.items:
            number = item.atoms[0].move if item.atoms and not item.in_place else 0
            if item.old_box is not None and item.old_box[0] == "text":
                old[item.old_box].append(number)
            if item.new_box is not None and item.new_box[0] == "text":
                new[item.new_box].append(number)
        reached = {tuple(numbers): box for box, numbers in new.items() if all(numbers)}
        out: dict[tuple[str, tuple[str, int]], int] = {}
        for box, numbers in old.items():
            target = reached.get(tuple(numbers)) if all(numbers) else None
            if target is not None:
                out["old_box", box] = out["new_box", target] = numbers[0]
        return out


def _thirds(
    items: list[_Item], before: tuple[str, int] | None, after: tuple[str, int] | None, side: str
) -> tuple[list[_Item], list[_Item], list[_Item]]:
    """Items in the box of what stands before, in boxes of their own, in the box of what stands after."""
    if not items:
        return [], [], []
    tail = [item for item in items if getattr(item, side) == before]
    head = [item for item in items if getattr(item, side) == after and getattr(item, side) != before]
    middle = [item for item in items if getattr(item, side) not in (before, after)]
    return tail, middle, head


def _by_box(items: list[_Item], side: str) -> Iterator[tuple[tuple[str, int], list[_Item]]]:
    from itertools import groupby

    for box, group in groupby(items, key=lambda item: getattr(item, side)):
        yield box, list(group)


def _row(item: _Item) -> MergedRow:
    if item.old_box is None:
        return MergedRow(tuple(_cells(item.atoms)), "insert", new=item.new)
    if item.new_box is None:
        return MergedRow(tuple(_cells(item.atoms)), "delete", old=item.old)
    if any("\t" in atom.text for atom in item.atoms if atom.op != "equal"):
        return MergedRow(tuple(_replaced_cells(item)), "equal", item.old, item.new)
    return MergedRow(tuple(_cells(item.atoms)), "equal", item.old, item.new)


def _cells(atoms: Sequence[Atom]) -> Iterator[tuple[Atom, ...]]:
    """Atoms cut where a cell ends."""
    cell: list[Atom] = []
    for atom in atoms:
        at = 0
        for i, text in enumerate(atom.text.split("\t")):
            if i:
                yield tuple(cell)
                cell = []
            if text:
                cell.append(_part(atom, at, text))
            at += len(text) + 1
    yield tuple(cell)


def _part(atom: Atom, at: int, text: str) -> Atom:
    """The part of an atom that starts `at` characters into it."""
    op, _, old, new, move = atom
    return Atom(op, text, old + at if old >= 0 else -1, new + at if new >= 0 else -1, move)


def _replaced_cells(item: _Item) -> Iterator[tuple[Atom, ...]]:
    """A row whose cells could not be compared one by one: each went, and each came."""
    went, came = _halved(item)
    old, new = list(_cells(went.atoms)), list(_cells(came.atoms))
    for i in range(max(len(old), len(new))):
        before = old[i] if i < len(old) else ()
        after = new[i] if i < len(new) else ()
        same = [a.text for a in before] == [a.text for a in after]
        yield tuple(a._replace(op="equal", old=before[0].old) for a in after) if same else (*before, *after)

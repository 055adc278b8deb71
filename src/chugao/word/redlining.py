"""The body of a redline: merged blocks as WordprocessingML with tracked changes, moves and comments.

In: what `merging` put together, the page, who changed what.  Out: word/document.xml and the comments it refers to.

Order inside the elements is the schema's, or Word refuses the file: in w:pPr the mark's w:rPr follows the layout and
w:pPrChange ends it; in w:trPr the row's mark comes last.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import chain, groupby, pairwise
from typing import NamedTuple

from chugao.comparing import Version
from chugao.flow import Piece
from chugao.word.anchors import attribute, bookmark_names
from chugao.word.authors import Attribution, Step
from chugao.word.comments import AUTHOR, Comment, range_end, range_start
from chugao.word.merging import Atom, Line, Merged, MergedParagraph, MergedRow, MergedTable
from chugao.word.reasons import Reason
from chugao.word.styles import W, table_style
from chugao.word.tables import NOTHING, Plan, is_number, plan_of, rows_that_stay, table_properties
from chugao.word.titles import title_lines
from chugao.word.typesetting import HAIRLINE, R, Setting, low, paragraph_properties, runs_xml, section_xml, style_of

_ELEMENT = {"insert": "ins", "delete": "del", "moved_from": "moveFrom", "moved_to": "moveTo"}
_GAP = 240
"""Twips of the empty paragraph behind a table."""


class Sides(NamedTuple):
    """Both versions and how their paragraphs are printed."""

    old: Version
    new: Version
    old_lines: Sequence[Line]
    new_lines: Sequence[Line]


def body_xml(
    blocks: Sequence[Merged],
    sides: Sides,
    setting: Setting,
    steps: Sequence[Step],
    attribution: Attribution,
    reasons: Sequence[Reason],
) -> str:
    """word/document.xml; the comments are appended to those of `setting`."""
    struck = _struck(blocks) if any(reason.new_start < 0 for reason in reasons) else []
    seen = [reason for reason in reasons if reason.new_start >= 0 or _touches(struck, reason)]
    return _Body(sides, setting, steps, attribution, seen).document(blocks)


def _struck(blocks: Sequence[Merged]) -> list[tuple[int, int]]:
    """Stretches of the old text that the redline shows as gone, in order."""
    cells = (
        atoms
        for block in blocks
        for atoms in (
            chain.from_iterable(r.cells for r in block.rows) if isinstance(block, MergedTable) else [block.atoms]
        )
    )
    return sorted((a.old, a.old + len(a.text)) for atoms in cells for a in atoms if a.new < 0)


def _touches(struck: Sequence[tuple[int, int]], reason: Reason) -> bool:
    """Whether any of a number that went is struck: words that only mean something else now have no comment."""
    at = bisect_left(struck, (reason.old_end, -1)) - 1
    return at >= 0 and struck[at][1] > reason.old_start


class _Body:
    """One document being written, from its first character to its last."""

    def __init__(
        self,
        sides: Sides,
        setting: Setting,
        steps: Sequence[Step],
        attribution: Attribution,
        reasons: Sequence[Reason],
    ) -> None:
        self.sides, self.setting = sides, setting
        self.steps, self.attribution = steps, attribution
        self.number = len(setting.numbers)
        self.moves: dict[tuple[str, int], str] = {}
        self.new_ranges = _Ranges([*_bookmarks(sides, setting), *self._comments(reasons, new=True)])
        self.old_ranges = _Ranges(list(self._comments(reasons, new=False)))
        self.starts = _starts(sides.old), _starts(sides.new)

    def _comments(self, reasons: Sequence[Reason], new: bool) -> Iterator["_Range"]:
        comments = self.setting.comments
        for reason in reasons:
            if (reason.new_start >= 0) == new:
                number = len(comments)
                # Said by us, whoever made the change.
                comments.append(Comment(number, AUTHOR, self.steps[self.attribution.last].when, reason.text))
                start, end = (reason.new_start, reason.new_end) if new else (reason.old_start, reason.old_end)
                yield _Range(start, end, range_start(number), range_end(number), early=True)

    # --- the document -----------------------------------------------------------------------------

    def document(self, blocks: Sequence[Merged]) -> str:
        pieces = [self._piece(block) for block in blocks]
        body: list[str] = []
        for number, (landscape, group) in enumerate(groupby(range(len(blocks)), key=lambda i: pieces[i].landscape)):
            at = list(group)
            body += self._stretch(blocks, pieces, at, landscape)
            page = section_xml(self.setting, landscape, first=number == 0)
            last = at[-1] == len(blocks) - 1
            body.append(page if last else f"<w:p><w:pPr>{low(HAIRLINE)}{page}</w:pPr></w:p>")
        if not blocks:
            body.append(section_xml(self.setting, False, first=True))
        return f'<w:document xmlns:w="{W}" xmlns:r="{R}"><w:body>{"".join(body)}</w:body></w:document>'

    def _stretch(
        self, blocks: Sequence[Merged], pieces: Sequence[Piece], at: Sequence[int], wide: bool
    ) -> Iterator[str]:
        page = self.setting.layout.page
        for i in at:
            block = blocks[i]
            last = i == len(blocks) - 1
            if isinstance(block, MergedTable):
                yield self._table(block, page.text_height if wide else page.text_width)
                # Two tables that touch become one, and a body must not end in a table.
                yield self._gap(HAIRLINE if last else _GAP, block.mark if not last else "equal")
                continue
            beside = pieces[i - 1].role if i > at[0] else "", "" if last else pieces[i + 1].role
            yield self._paragraph(block, pieces[i], beside, first=i == at[0])
            if last and block.mark != "equal":
                # The last mark of a body can be neither refused nor struck.
                yield self._gap(HAIRLINE, "equal")
        yield self._blank_date([pieces[i] for i in at])

    def _gap(self, height: int, mark: str) -> str:
        properties = low(height)
        if mark != "equal":
            tracked = self._tracked(_ELEMENT[mark], self.attribution.last)
            properties = properties.replace("<w:rPr>", f"<w:rPr>{tracked}")
        return f"<w:p><w:pPr>{properties}</w:pPr></w:p>"

    def _blank_date(self, pieces: Sequence[Piece]) -> str:
        """The empty date of a paper that is signed and not dated: left to fill in, as when it is typeset."""
        draft = self.sides.new.draft
        signed = any(piece.role == "issuer" for piece in pieces)
        if draft is None or draft.shell.date or not draft.shell.issuer or not signed:
            return ""
        runs, properties = paragraph_properties(Piece("date"), self.setting, ("issuer", ""), False)
        return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(runs_xml(run.text) for run in runs)}</w:p>"

    def _piece(self, block: Merged) -> Piece:
        """How a block is printed: as in the new version, where it is in that."""
        if isinstance(block, MergedTable):
            row = next((r for r in block.rows if r.new >= 0), block.rows[0])
            return self._line(row.old, row.new).piece
        return self._line(block.old, block.new).piece

    def _line(self, old: int, new: int) -> Line:
        return self.sides.new_lines[new] if new >= 0 else self.sides.old_lines[old]

    # --- paragraphs -------------------------------------------------------------------------------

    def _paragraph(self, block: MergedParagraph, piece: Piece, beside: tuple[str, str], first: bool) -> str:
        _, properties = paragraph_properties(piece, self.setting, beside, piece.new_page and not first)
        content = self._content(block.atoms, self._turns(block, piece), whole=block.move)
        mark, after = self._mark(block)
        change = self._changed_style(block, piece)
        return f"<w:p><w:pPr>{properties}{mark}{change}</w:pPr>{content}</w:p>{after}"

    def _mark(self, block: MergedParagraph) -> tuple[str, str]:
        """The mark's w:rPr, and what ends a moved paragraph behind it."""
        if block.mark == "equal":
            return "", ""
        tracked = self._tracked(_ELEMENT[block.mark], self._step_of_mark(block))
        return f"<w:rPr>{tracked}</w:rPr>", self._move_end(block.mark, block.move) if block.move else ""

    def _step_of_mark(self, block: MergedParagraph) -> int:
        whole = all(atom.op != "equal" for atom in block.atoms)
        if block.atoms and whole:
            return self._step(block.atoms[-1])
        came = block.new >= 0
        version, at = (self.sides.new, block.new) if came else (self.sides.old, block.old)
        starts = self.starts[1 if came else 0]
        end = starts[at + 1] - 1 if at + 1 < len(starts) else len(version.text)
        return self.attribution.of_mark(version.text, end, came)

    def _changed_style(self, block: MergedParagraph, piece: Piece) -> str:
        """w:pPrChange where a paragraph became a heading, or another one."""
        if block.mark != "equal" or block.old < 0:
            return ""
        before = style_of(self.sides.old_lines[block.old].piece)
        if before == style_of(piece):
            return ""
        tracked = self._tracked("pPrChange", self.attribution.last).removesuffix("/>")
        return f'{tracked}><w:pPr><w:pStyle w:val="{before}"/></w:pPr></w:pPrChange>'

    def _turns(self, block: MergedParagraph, piece: Piece) -> tuple[int, ...]:
        """Where the lines of a title that stayed turn; a changed one is left to the word processor."""
        if piece.role != "title" or any(atom.op != "equal" for atom in block.atoms):
            return ()
        lines = title_lines("".join(atom.text for atom in block.atoms), self.setting.layout.title)
        turns, at = [], 0
        for line in lines[:-1]:
            at += len(line)
            turns.append(at)
        return tuple(turns)

    # --- characters -------------------------------------------------------------------------------

    def _content(self, atoms: Sequence[Atom], turns: tuple[int, ...] = (), whole: int = 0) -> str:
        if len(atoms) == 1 and atoms[0].op == "equal" and not whole and not turns:
            return self._unchanged(atoms[0])
        out: list[str] = []
        move = ("", 0)
        if whole and atoms:  # the range of a moved paragraph begins before its text and ends behind its mark
            out.append(self._move_start(_end_of_move(atoms[0]), whole))
        for i, atom in enumerate(atoms):
            here = (_end_of_move(atom), atom.move) if atom.move and not whole else ("", 0)
            if here != move:
                out += [self._move_end(*move)] if move[1] else []
                out += [self._move_start(*here)] if here[1] else []
                move = here
            following = atoms[i + 1] if i + 1 < len(atoms) else None
            out.append(self._atom(atom, following, turns))
        if move[1]:
            out.append(self._move_end(*move))
        out.append(self._flushed(atoms))
        return "".join(out)

    def _unchanged(self, atom: Atom) -> str:
        """All the text of a paragraph or cell, when nothing in it changed."""
        start, text, ranges = atom.new, atom.text, self.new_ranges
        if ranges.none_until(start + len(text)):
            return runs_xml(text)
        edges = [start, *ranges.cuts(start, start + len(text)), start + len(text)]
        out = [ranges.at(at) + runs_xml(text[at - start : end - start]) for at, end in pairwise(edges)]
        return "".join(out) + ranges.at(edges[-1], ended=True)

    def _flushed(self, atoms: Sequence[Atom]) -> str:
        """Ends of ranges that end with the paragraph or cell."""
        new = next((atom for atom in reversed(atoms) if atom.new >= 0), None)
        old = next((atom for atom in reversed(atoms) if atom.old >= 0 and atom.op != "equal"), None)
        return (self.new_ranges.at(new.new + len(new.text), ended=True) if new else "") + (
            self.old_ranges.at(old.old + len(old.text), ended=True) if old else ""
        )

    def _atom(self, atom: Atom, following: Atom | None, turns: tuple[int, ...]) -> str:
        out: list[str] = []
        if atom.op == "delete" and following is not None and following.op == "insert":
            # The comment on a changed number stands over the old one too.
            out.append(self.new_ranges.early(following.new, following.new + len(following.text)))
        ranges, at = (self.new_ranges, atom.new) if atom.new >= 0 else (self.old_ranges, atom.old)
        done = 0
        for cut in [*ranges.cuts(at, at + len(atom.text)), at + len(atom.text)]:
            out.append(ranges.at(at + done))
            text = atom.text[done : cut - at]
            if turns:
                text = _turned(text, done + at - self._paragraph_start(atom), turns)
            out.append(self._wrapped(atom, text, at + done))
            done = cut - at
        return "".join(out)

    def _paragraph_start(self, atom: Atom) -> int:
        starts = self.starts[1]
        at = bisect_right(starts, atom.new)
        return starts[at - 1] if at else 0

    def _wrapped(self, atom: Atom, text: str, at: int) -> str:
        if atom.op == "equal":
            return runs_xml(text)
        step = self._step(atom, at, len(text))
        if atom.op == "delete":
            return self._element("del", step, _as_deleted(runs_xml(text)))
        return self._element(_ELEMENT[atom.op], step, runs_xml(text))

    def _step(self, atom: Atom, at: int = -1, length: int = 0) -> int:
        at, length = (at, length) if at >= 0 else (atom.new if atom.new >= 0 else atom.old, len(atom.text))
        if atom.new >= 0:
            return self.attribution.of_new(at, at + length)
        return self.attribution.of_old(at, at + length)

    # --- elements ---------------------------------------------------------------------------------

    def _element(self, name: str, step: int, content: str) -> str:
        opening = self._tracked(name, step).removesuffix("/>")
        return f"{opening}>{content}</w:{name}>" if content else ""

    def _tracked(self, name: str, step: int) -> str:
        """An empty element that bears number, author and date."""
        return f'<w:{name} w:id="{self._next()}"{self._signed(step)}/>'

    def _signed(self, step: int) -> str:
        author, when = self.steps[step].author, self.steps[step].when
        return f' w:author="{attribute(author)}"' + (f' w:date="{attribute(when)}"' if when else "")

    def _next(self) -> int:
        self.number += 1
        return self.number

    def _move_start(self, end: str, move: int) -> str:
        number = self.moves[end, move] = str(self._next())
        return (
            f'<w:move{end}RangeStart w:id="{number}"{self._signed(self.attribution.last)} w:name="chugao_move{move}"/>'
        )

    def _move_end(self, end: str, move: int) -> str:
        end = end if end in ("From", "To") else ("From" if end == "moved_from" else "To")
        return f'<w:move{end}RangeEnd w:id="{self.moves[end, move]}"/>'

    # --- tables -----------------------------------------------------------------------------------

    def _table(self, table: MergedTable, width: int) -> str:
        columns = max(len(row.cells) for row in table.rows)
        texts = tuple(
            tuple("".join(a.text for a in cell) for cell in row.cells) + ("",) * (columns - len(row.cells))
            for row in table.rows
        )
        plan = plan_of(texts, width, self.setting.layout)
        grid = "".join(f'<w:gridCol w:w="{w}"/>' for w in plan.widths)
        stays = rows_that_stay(len(table.rows), self.setting.layout)
        rows = []
        for i, row in enumerate(table.rows):
            head = self._is_head(row)
            rows.append(self._row(row, plan, head, stay=head or stays[i]))
        return (
            f"<w:tbl>{table_properties(width, self.setting.layout)}<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
        )

    def _is_head(self, row: MergedRow) -> bool:
        return self._line(row.old, row.new).row == 0

    def _row(self, row: MergedRow, plan: Plan, head: bool, stay: bool) -> str:
        style = table_style(plan.size_pt, head)
        cells = []
        tracked, step = "", self.attribution.last
        if row.mark != "equal":
            atoms = [atom for cell in row.cells for atom in cell]
            step = self._step(atoms[0]) if atoms else step
            tracked = self._tracked(_ELEMENT[row.mark], step)
        for i, width in enumerate(plan.widths):
            cell = row.cells[i] if i < len(row.cells) else ()
            text = "".join(atom.text for atom in cell if atom.op != "delete")
            centred = head or plan.centred[i] or is_number(text) or text.strip() in NOTHING
            mark = f"<w:rPr>{self._tracked(_ELEMENT[row.mark], step)}</w:rPr>" if tracked else ""
            opened = self._opened(row) if i == 0 else ""
            cells.append(
                f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
                f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{"<w:keepNext/>" if stay else ""}'
                f'<w:jc w:val="{"center" if centred else "left"}"/>{mark}</w:pPr>'
                f"{opened}{self._content(cell)}</w:p></w:tc>"
            )
        flags = "<w:cantSplit/><w:tblHeader/>" if head else "<w:cantSplit/>"
        return f"<w:tr><w:trPr>{flags}{tracked}</w:trPr>{''.join(cells)}</w:tr>"

    def _opened(self, row: MergedRow) -> str:
        """The bookmark of a table whose first cell is empty."""
        if row.new < 0 or (row.cells and row.cells[0]):
            return ""
        return self.new_ranges.at(self.starts[1][row.new], ended=True)


# --- ranges ---------------------------------------------------------------------------------------


class _Range(NamedTuple):
    """A bookmark or the range of a comment, by offsets of one version's text."""

    start: int
    end: int
    opening: str
    closing: str
    early: bool = False
    """Whether it may begin before its first character, over what was struck there."""


class _Ranges:
    """Ranges being opened and closed as the text goes by, forwards only."""

    def __init__(self, ranges: list[_Range]) -> None:
        self.waiting = sorted(ranges, key=lambda r: (-r.start, r.end))
        self.open: list[_Range] = []
        self.borders = sorted({edge for r in ranges for edge in (r.start, r.end)})

    def none_until(self, offset: int) -> bool:
        """Whether nothing is open, and nothing begins up to the character at `offset`."""
        return not self.open and not (self.waiting and self.waiting[-1].start <= offset)

    def at(self, offset: int, ended: bool = False) -> str:
        """What closes and opens before the character at `offset`; `ended`: nothing begins here any more."""
        if self.none_until(offset):
            return ""
        out = self._close(offset)
        while self.waiting and (
            self.waiting[-1].start < offset or (self.waiting[-1].start == offset and self._begins(ended))
        ):
            here = self.waiting.pop()
            self.open.append(here)
            out += here.opening
        return out + self._close(offset)

    def _begins(self, ended: bool) -> bool:
        return not ended or self.waiting[-1].end == self.waiting[-1].start

    def early(self, start: int, end: int) -> str:
        """Opens the comment that begins in the insertion [start, end)."""
        for i in range(len(self.waiting) - 1, -1, -1):
            found = self.waiting[i]
            if found.start >= end:
                return ""
            if found.early and found.start >= start:
                self.open.append(self.waiting.pop(i))
                return found.opening
        return ""

    def _close(self, offset: int) -> str:
        done = [r for r in self.open if r.end <= offset]
        if not done:
            return ""
        self.open = [r for r in self.open if r.end > offset]
        return "".join(r.closing for r in done)

    def cuts(self, start: int, end: int) -> list[int]:
        """Borders inside (start, end)."""
        return self.borders[bisect_right(self.borders, start) : bisect_left(self.borders, end)]


def _bookmarks(sides: Sides, setting: Setting) -> Iterator[_Range]:
    """A bookmark for each block of the new draft that the text shows."""
    if not setting.names:
        return
    starts = _starts(sides.new)
    for line, start in zip(sides.new_lines, starts, strict=True):
        if line.piece.table is not None and line.row == 0:
            yield from _bookmark(line.piece.runs[0].anchor, start, start + len(line.piece.table.header[0]), setting)
        elif line.piece.table is None:
            at = start
            for run in line.piece.runs:
                yield from _bookmark(run.anchor, at, at + len(run.text), setting)
                at += len(run.text)


def _bookmark(anchor: tuple[str, ...], start: int, end: int, setting: Setting) -> Iterator[_Range]:
    name = setting.names.get(anchor, "")
    if name:
        number = setting.numbers[name]
        yield _Range(
            start, end, f'<w:bookmarkStart w:id="{number}" w:name="{name}"/>', f'<w:bookmarkEnd w:id="{number}"/>'
        )


def names_of(version: Version) -> dict[tuple[str, ...], str]:
    """Bookmark of each anchor of a version's draft; none for a foreign text."""
    return bookmark_names(version.draft) if version.draft is not None else {}


def _starts(version: Version) -> list[int]:
    """Offset of each paragraph."""
    out: list[int] = []
    for stretch in version.stretches:
        if stretch.paragraph == len(out):
            out.append(stretch.start)
    return out


def _end_of_move(atom: Atom) -> str:
    return "From" if atom.op == "moved_from" else "To"


def _as_deleted(runs: str) -> str:
    """Runs whose text is text that went."""
    return runs.replace("<w:t ", "<w:delText ").replace("</w:t>", "</w:delText>")


def _turned(text: str, at: int, turns: tuple[int, ...]) -> str:
    """Text with a line end at each turn that lies in it; `at` is where it stands in its paragraph."""
    for turn in sorted(turns, reverse=True):
        if at < turn < at + len(text) or (turn == at and at):
            text = text[: turn - at] + "\n" + text[turn - at :]
    return text

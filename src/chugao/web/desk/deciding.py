"""Take a change back, or take one over: the section of today with other words at the chosen changes.

In: a comparison of which one side is the text of today, the changes somebody chose.  Out: `Written` for one section.

It works on sentences, so that items keep their numbers and tables stay; a sentence with several changes is put
together piece by piece.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from chugao.comparing import Comparison, Hunk, Unit
from chugao.manuscript import Block, Section
from chugao.review import Paragraph, Written

Side = Literal["old", "new"]


class Chosen(NamedTuple):
    """What is to change in one section."""

    section: str
    written: Written
    changes: int
    left: tuple[str, ...] = ()
    """Changes that cannot be taken one by one here, each said in Chinese."""


def sections_of(comparison: Comparison, chosen: Collection[str]) -> list[str]:
    """Ids of the sections in which the chosen changes stand, in order."""
    return list(dict.fromkeys(h.section for h in comparison.hunks if h.id in chosen and h.section))


def written_with(section: Section, comparison: Comparison, chosen: Collection[str], now: Side) -> Chosen:
    """The section of today (`now` is its side) with the other side's words at the chosen changes of this section."""
    return _Section(section, comparison, chosen, now).made()


class _Section:
    def __init__(self, section: Section, comparison: Comparison, chosen: Collection[str], now: Side) -> None:
        self.section, self.comparison, self.now = section, comparison, now
        self.hunks = hunks_by_unit(comparison)
        self.chosen = {h.id for h in comparison.hunks if h.id in chosen and h.section == section.id}
        self.left: list[str] = []
        self.changes = 0
        self.before: dict[str, list[str]] = {}
        """Sentence of today → what comes in front of it."""
        self.behind: dict[str, list[tuple[str, bool]]] = {}
        """Sentence of today → what comes behind it, and whether that opens a paragraph."""
        self.put: set[int] = set()
        """Units that came in behind another."""
        known = {s.id for s in section.sentences}
        self.own = [[i for i in self._ids(u) if i in known] if self._here(u) else [] for u in comparison.units]
        """Each unit's sentences of today.  One sentence may stand in several units: of its clauses one is compared with a sentence."""
        self.heads: dict[str, str] = {}
        """Sentence of today → the first of those that share units with it."""
        for ids in self.own:
            head = next((self.heads[i] for i in ids if i in self.heads), ids[0] if ids else "")
            self.heads |= dict.fromkeys(ids, head)
        self.said: dict[str, list[str]] = {}
        """First sentence → what each of its units will say."""
        self.touched: set[str] = set()

    def made(self) -> Chosen:
        heading, last = self.section.heading.text, ""
        for index, unit in enumerate(self.comparison.units):
            own = self.own[index]
            picked = [h for h in self.hunks.get(index, ()) if h.id in self.chosen]
            if picked and unit.op in ("moved_from", "moved_to"):
                self.left.append(f"移动的一句“{_short(unit.old or unit.new)}”请到编辑里处理")
                picked = []
            if unit.kind == "heading" and picked:
                heading = self._heading(unit)
            elif unit.kind in ("row", "caption") and picked:
                self.left.append(f"表格里的改动“{_short(unit.old or unit.new)}”请到编辑里处理")
                picked = []
            elif own:
                said = self._mixed(unit, {h.id for h in picked}, self.hunks[index]) if picked else self._today(unit)
                self._say(self.heads[own[0]], said, bool(picked))
            elif picked and self._goes_on(index, last):
                self._say(self.heads[last], self._other(unit), True)
            elif picked:
                self._put(index, last)
            self.changes += len(picked)
            last = own[-1] if own else last
        written = Written(heading=heading, paragraphs=tuple(self._paragraphs(self._texts())))
        return Chosen(self.section.id, written, self.changes, tuple(self.left))

    def _say(self, head: str, said: str, changed: bool) -> None:
        self.said.setdefault(head, []).append(said)
        if changed:
            self.touched.add(head)

    def _texts(self) -> dict[str, str]:
        """Changed sentences with their new words; "" for those that stand in another's words now."""
        rest = {i: "" for i, head in self.heads.items() if head in self.touched}
        return rest | {head: "".join(self.said[head]) for head in self.touched}

    def _goes_on(self, index: int, last: str) -> bool:
        """Whether the sentence before this place goes on behind it."""
        ahead = next((ids for ids in self.own[index + 1 :] if ids), [])
        return bool(last and ahead) and self.heads[last] == self.heads[ahead[0]]

    def _here(self, unit: Unit) -> bool:
        return unit.in_new if self.now == "new" else unit.in_old

    def _today(self, unit: Unit) -> str:
        return unit.new if self.now == "new" else unit.old

    def _put(self, index: int, last: str) -> None:
        """A sentence of the other side at its place: in the paragraph it stood in there, where that is still one."""
        text, paragraph = self._other(self.comparison.units[index]), self._paragraph(index)
        back = next(self._same_paragraph(range(index - 1, -1, -1), paragraph), None)
        ahead = next(self._same_paragraph(range(index + 1, len(self.comparison.units)), paragraph), None)
        if back is None and ahead is not None and (ids := self._ids(self.comparison.units[ahead])):
            self.before.setdefault(ids[0], []).append(text)
        else:
            self.behind.setdefault(last, []).append((text, back is None))
            self.put.add(index)

    def _same_paragraph(self, indexes: Iterable[int], paragraph: int | None) -> Iterator[int]:
        """Of these units those that stand in a paragraph of the other side and, as it will be, in today's text."""
        for index in indexes:
            here = self._paragraph(index)
            if here is not None and here != paragraph:
                return
            if here is not None and (self._ids(self.comparison.units[index]) or index in self.put):
                yield index

    def _paragraph(self, index: int) -> int | None:
        unit = self.comparison.units[index]
        return unit.old_paragraph if self.now == "new" else unit.new_paragraph

    def _paragraphs(self, texts: Mapping[str, str]) -> Iterator[Paragraph]:
        said = ""
        for text, opens in self.behind.get("", ()):
            if opens and said:
                yield Paragraph(text=said)
                said = ""
            said += text
        if said:
            yield Paragraph(text=said)
        for block in self.section.blocks:
            if block.table is not None:
                yield Paragraph(block=block.id)
                continue
            yield from self._block(block, texts)

    def _block(self, block: Block, texts: Mapping[str, str]) -> Iterator[Paragraph]:
        """A paragraph of today, parted where one of the other side comes between."""
        said, name, number, came = "", block.id, block.number, False
        for sentence_id in block.sentence_ids:
            if came:
                yield Paragraph(text=said, block=name)
                said, name, number, came = "", "", "", False
            said += "".join(self.before.get(sentence_id, ()))
            said += texts.get(sentence_id, self.section.sentence(sentence_id).text)
            for text, opens in self.behind.get(sentence_id, ()):
                if opens:
                    if said:
                        yield Paragraph(text=_numbered(number, said), block=name)
                    said, name, number, came = "", "", "", True
                said += text
        if said:
            yield Paragraph(text=_numbered(number, said), block=name)

    def _ids(self, unit: Unit) -> tuple[str, ...]:
        return unit.new_ids if self.now == "new" else unit.old_ids

    def _other(self, unit: Unit) -> str:
        return unit.old if self.now == "new" else unit.new

    def _heading(self, unit: Unit) -> str:
        other = self.comparison.old if self.now == "new" else self.comparison.new
        part = unit.old_part if self.now == "new" else unit.new_part
        return other.parts[part].heading if part is not None else self.section.heading.text

    def _mixed(self, unit: Unit, picked: Collection[str], hunks: Sequence[Hunk]) -> str:
        """The sentence with the chosen changes taken from the other side and the others as they are today."""
        if len(hunks) == len(picked):
            return self._other(unit)
        groups, open_ = 0, False
        out: list[str] = []
        for piece in unit.pieces:
            if piece.op == "equal":
                out.append(piece.text)
                open_ = False
                continue
            groups += 0 if open_ else 1
            open_ = True
            if groups > len(hunks):
                return self._other(unit)
            other = hunks[groups - 1].id in picked
            wanted = "delete" if (self.now == "new") == other else "insert"
            if piece.op == wanted:
                out.append(piece.text)
        return "".join(out)


def hunks_by_unit(comparison: Comparison) -> dict[int, list[Hunk]]:
    """The changes of each unit; one of several sentences in a row belongs to each of them."""
    found: dict[int, list[Hunk]] = {}
    units = comparison.units
    for hunk in comparison.hunks:
        found.setdefault(hunk.unit, []).append(hunk)
        op = units[hunk.unit].op
        for index in range(hunk.unit + 1, len(units)):
            unit = units[index]
            if op not in ("insert", "delete") or unit.op != op:
                break
            (start, end), (left, right) = (
                (unit.new_span, hunk.new_span) if op == "insert" else (unit.old_span, hunk.old_span)
            )
            if not (left <= start and end <= right):
                break
            found.setdefault(index, []).append(hunk)
    return found


def _numbered(number: str, text: str) -> str:
    return text if text.startswith(number) else number + text


def _short(text: str) -> str:
    return text if len(text) <= 20 else f"{text[:18]}…"

"""Take a returned file over into a new draft: what did not change keeps its claims, a changed number asks.

In: a `Draft` and an `Import`.  Out: another `Draft`, its parent the old one.

Every character of the new text knows the character of the old one it is; so a claim lives exactly as long as all its
characters stand together.  A number without a claim becomes `unsupported`, which is an error until somebody decides:
采用指标, 更新指标 or 人工确认.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby, islice, takewhile
from typing import Any

from chugao.comparing import Comparison, compare, version_of_draft
from chugao.comparing.versions import Stretch, Unit, Version
from chugao.flow import is_annex
from chugao.manuscript import Block, ClaimedText, Draft, Section, Sentence, Shell, Table, content_hash
from chugao.source import Finding, Place, Severity
from chugao.word.matching import PRINTED_NUMBER
from chugao.word.reclaiming import Confirmation, Origin, Reclaiming, Text, rows_of
from chugao.word.returning import Import

_ITEM = re.compile(
    r"\d{1,2}[.．、](?!\d)|[（(][一二三四五六七八九十\d]{1,3}[)）]|[一二三四五六七八九十]{1,3}是(?=[^，。])|[①-⑳]"
)
_RUN_ON = re.compile(r"[一二三四五六七八九十]{1,3}是")
_DATE = re.compile(r"(?:19|20)\d\d年\s*\d{1,2}月\s*\d{1,2}日")
_FIELDS = ("title", "addressee", "opening", "closing", "issuer", "date")


def apply(draft: Draft, imported: Import, *, confirmed: Confirmation | None = None) -> Draft:
    """The draft as the file has it.

    Raises `InputError` where the file would leave no text at all.
    """
    comparison = compare(version_of_draft(draft), imported.after)
    return Applying(draft, imported, comparison, confirmed).draft()


class Applying:
    """One draft on its way to the next."""

    def __init__(self, draft: Draft, imported: Import, comparison: Comparison, confirmed: Confirmation | None) -> None:
        self.old, self.imported, self.comparison, self.confirmed = draft, imported, comparison, confirmed
        self.sections = {s.id: s for s in draft.sections}
        self.sentences = {(s.id, x.id): x for s in draft.sections for x in s.sentences}
        self.blocks = {(s.id, b.id): b for s in draft.sections for b in s.blocks}
        self.block_of = {(s.id, i): b for s in draft.sections for b in s.blocks for i in b.sentence_ids}
        self.rows = rows_of(comparison)
        self.reclaiming = Reclaiming(draft, imported.edits, self.rows, confirmed)
        self.annex_titles: dict[str, str] = {}
        """Section → the new title of its 附表."""
        self.taken: set[tuple[str, str]] = set()
        self.shell_fields = _shell_fields(comparison.old, draft.shell)
        self.old_lines = comparison.old.text.split("\n")
        self.shell_lines = self._shell_lines()

    def draft(self) -> Draft:
        texts = list(self._texts())
        title = self._title(texts)
        shell = self._shell()
        sections = self._edited(texts)
        new = self.old.model_copy(
            update={
                "id": content_hash(title, sections, shell),
                "parent": self.old.id,
                "title": title,
                "shell": shell,
                "sections": sections,
                "findings": (),
                "recipe": dict(self.old.recipe) | {"imported": self._recipe()},
            }
        )
        from chugao.checks import examine_alone

        asked = {(f.place.section, f.place.sentence, f.quote) for f in self.reclaiming.asked}
        found = [
            f
            for f in examine_alone(new).findings
            if not (f.rule == "number-untraced" and (f.place.section, f.place.sentence, f.quote) in asked)
        ]
        return new.model_copy(update={"findings": (*self.reclaiming.asked, *found)})

    def edited(self) -> tuple[Section, ...]:
        """The sections as they are now; nothing is checked yet."""
        return self._edited(list(self._texts()))

    def _edited(self, texts: Sequence[Text]) -> tuple[Section, ...]:
        return self._ordered([s for s in self._sections(texts) if s is not None])

    def _recipe(self) -> dict[str, Any]:
        i = self.imported
        told: dict[str, Any] = {"file": i.file, "fingerprint": i.fingerprint, "saved_by": i.saved_by}
        told |= {"edits": len(i.edits), "authors": list(i.authors), "matched_by": i.matched_by}
        if self.confirmed:
            told["confirmed"] = self.confirmed.model_dump()
        return told

    # --- characters ------------------------------------------------------------------------------

    def _texts(self) -> Iterator[Text]:
        """The new text unit by unit, in order."""
        for unit in self.comparison.units:
            if unit.in_new:
                yield self._text(unit)

    def _text(self, unit: Unit) -> Text:
        before = self._before(*unit.old_span) if unit.op != "insert" else []
        origins: list[Origin | None] = []
        at = 0
        for piece in unit.pieces if before else ():
            if piece.op != "insert":
                if piece.op == "equal":
                    origins += before[at : at + len(piece.text)]
                at += len(piece.text)
            else:
                origins += [None] * len(piece.text)
        if len(origins) != len(unit.new):
            origins = [*before] if unit.old == unit.new and before else [None] * len(unit.new)
        owner = next(((o[0], o[1]) for o in before if o is not None), None)
        return Text(
            unit.new,
            tuple(origins),
            owner,
            changed=unit.old != unit.new,
            kind=unit.kind,
            paragraph=unit.new_paragraph or 0,
            part=unit.new_part or 0,
        )

    def _before(self, start: int, end: int) -> list[Origin | None]:
        """Where each character of the old text from `start` to `end` stands in the draft; a unit may be half a stretch."""
        out: list[Origin | None] = []
        behind = islice(self.comparison.old.stretches, self._stretch_at(start), None)
        for s in takewhile(lambda s: s.start < end, behind):
            section = self.comparison.old.parts[s.part].id
            name = self.rows.name.get(s.start, s.id)
            own = range(max(start - s.start, 0), min(end, s.end) - s.start)
            out += [(section, name, s.at + i) if s.id else None for i in own]
        return out

    def _stretch_at(self, offset: int) -> int:
        """Index of the old stretch in which an offset lies."""
        return max(bisect_right(self.comparison.old.stretches, offset, key=_start) - 1, 0)

    # --- what stands around ----------------------------------------------------------------------

    def _title(self, texts: Sequence[Text]) -> ClaimedText:
        lines = [t for t in texts if t.kind == "title"]
        if not lines or not any(t.changed for t in lines):
            return self.old.title
        own = next((t for t in lines if t.owner and t.owner[1] == "title"), lines[0])
        origins = tuple(o for t in lines for o in t.origins)
        own = own._replace(text="".join(t.text for t in lines), origins=origins)
        return self.reclaiming.claimed(own, "", "title")

    def _shell(self) -> Shell:
        """署名, date and the paragraphs round an attached report, as edited."""
        lines: dict[str, list[str]] = defaultdict(list)
        for field, text in self.shell_lines.values():
            lines[field].append(text)
        before: dict[str, list[str]] = defaultdict(list)
        for paragraph, field in self.shell_fields.items():
            before[field].append(self.old_lines[paragraph])
        update = {
            f: "\n".join(lines[f]) for f in {*lines, *before} if lines[f] != before[f] and f in Shell.model_fields
        }
        return self.old.shell.model_copy(update=update)

    def _shell_lines(self) -> dict[int, tuple[str, str]]:
        """New paragraph → (field of the shell, text), in order."""
        found: dict[int, tuple[str, str]] = {}
        last = ""
        for group in groupby((u for u in self.comparison.units if u.in_new), key=lambda u: u.new_paragraph):
            units = list(group[1])
            fields = [self._field_of(u) for u in units if u.op != "insert"]
            text = "".join(u.new for u in units)
            if not fields:
                field = self._new_field(text, last, units[0])
            else:
                field = fields[0]
            last = field
            if field and group[0] is not None:
                found[group[0]] = (field, text)
        return found

    def _field_of(self, unit: Unit) -> str:
        stretch = self.comparison.old.stretches[self._stretch_at(unit.old_span[0])]
        return self.shell_fields.get(stretch.paragraph, "")

    def _new_field(self, text: str, last: str, unit: Unit) -> str:
        """Where a new line goes that stands among those of the shell, "" for one of the body."""
        shell, part = self.old.shell, self.comparison.new.parts[unit.new_part or 0]
        if not (part.id == "shell" or last in ("closing", "issuer", "date")):
            return ""
        if not shell.date and _DATE.fullmatch(text.strip()):
            return "date"
        if last in ("title", "addressee", "opening", ""):
            return "opening"
        return "closing" if last == "closing" or part.id == "shell" else ""

    # --- sections --------------------------------------------------------------------------------

    def _sections(self, texts: Sequence[Text]) -> Iterator[Section | None]:
        by_part: dict[int, list[Text]] = defaultdict(list)
        for text in texts:
            by_part[text.part].append(text)
        added = 0
        for index, part in enumerate(self.comparison.new.parts):
            own = [t for t in by_part.get(index, []) if t.kind != "title" and t.paragraph not in self.shell_lines]
            if part.id == "shell":
                continue
            known = self.sections.get(part.id)
            if known is None and not own:
                continue
            if known is None:
                added += 1
            annex = known is not None and is_annex(known)
            # An 附表 holds tables; words that somebody wrote behind one stand in the body, and that is told.
            stray = [t for t in own if t.kind == "sentence"] if annex else []
            yield self._section(
                known, part.number, part.heading, part.level, [t for t in own if t not in stray], self._free_id(added)
            )
            if stray:
                added += 1
                yield self._astray(stray, self._free_id(added))

    def _astray(self, texts: Sequence[Text], section_id: str) -> Section:
        blocks, sentences = self._blocks(section_id, texts, None)
        words = texts[0].text
        self.reclaiming.asked.append(
            Finding(
                rule="returned-moved",
                severity=Severity.WARNING,
                place=Place(start=0, end=len(words), section=section_id, sentence=sentences[0].id if sentences else ""),
                quote=words,
                hint=f"“{words[:30]}”写在附表后面，附表里只放表格，已移到正文末尾。请核对位置。",
            )
        )
        return Section(
            id=section_id, number="", heading=ClaimedText(text=""), level=0, blocks=blocks, sentences=sentences
        )

    def _free_id(self, number: int) -> str:
        while f"added_{number}" in self.sections:
            number += 100
        return f"added_{number}"

    def _section(
        self, known: Section | None, number: str, heading: str, level: int, texts: Sequence[Text], free: str
    ) -> Section | None:
        section_id = known.id if known else free
        head = [t for t in texts if t.kind == "heading"]
        body = [t for t in texts if t.kind != "heading"]
        claimed = known.heading if known else ClaimedText(text=heading)
        if head and (known is None or any(t.changed for t in head)):
            if known is not None and is_annex(known):
                pass
            else:
                claimed = self._heading(head[0], number, section_id)
        elif known is not None and not head and level and not body:
            return None
        annex = known is not None and head and not any(t.owner and t.owner[1] != "heading" for t in head)
        if known is not None and annex:
            claimed, body = self._annex_title(claimed, known, body)
        blocks, sentences = self._blocks(section_id, body, known)
        if known is not None and not head and known.level and known.heading.text and known.number:
            # Its heading went, its text stays: it stands under the heading before it, without one of its own.
            return Section(
                id=section_id, number="", heading=ClaimedText(text=""), level=0, blocks=blocks, sentences=sentences
            )
        printed = (known.number if known and not head else number) if not (known and is_annex(known)) else ""
        return Section(
            id=section_id,
            number=printed,
            heading=claimed,
            level=known.level if known else max(level, 0),
            blocks=blocks,
            sentences=sentences,
        )

    def _heading(self, text: Text, number: str, section_id: str) -> ClaimedText:
        found = PRINTED_NUMBER.match(text.text)
        cut = len(number) if number and text.text.startswith(number) else found.end() if found else 0
        return self.reclaiming.claimed(
            text._replace(text=text.text[cut:], origins=text.origins[cut:]), section_id, "heading"
        )

    def _annex_title(
        self, claimed: ClaimedText, known: Section, body: Sequence[Text]
    ) -> tuple[ClaimedText, list[Text]]:
        """The title of an 附表 stands on a line of its own; as edited it goes back into the heading."""
        rest = []
        for text in body:
            if text.kind == "caption" and text.owner == (known.id, "heading"):
                if text.changed:
                    old = self._old_caption(known)
                    claimed = ClaimedText(text=known.heading.text.replace(old, text.text) if old else text.text)
                    self.annex_titles[known.id] = text.text
            else:
                rest.append(text)
        return claimed, rest

    def _old_caption(self, known: Section) -> str:
        for s in self.comparison.old.stretches:
            if s.kind == "caption" and s.id == "heading" and self.comparison.old.parts[s.part].id == known.id:
                return s.text
        return ""

    def _ordered(self, sections: Sequence[Section]) -> tuple[Section, ...]:
        """In the draft's own order where nobody moved a section; what is new stands behind the one before it."""
        own = [s.id for s in self.old.sections]
        printed_old = [p.id for p in self.comparison.old.parts if p.id in self.sections]
        printed_new = [s.id for s in sections if s.id in self.sections]
        if [i for i in printed_old if i in set(printed_new)] != printed_new:
            return tuple(sections)
        place: dict[str, tuple[int, int]] = {}
        last, behind = -1, 0
        for section in sections:
            if section.id in self.sections:
                last, behind = own.index(section.id), 0
            else:
                behind += 1
            place[section.id] = (last, behind)
        return tuple(sorted(sections, key=lambda s: place[s.id]))

    # --- blocks ----------------------------------------------------------------------------------

    def _blocks(
        self, section_id: str, texts: Sequence[Text], known: Section | None
    ) -> tuple[tuple[Block, ...], tuple[Sentence, ...]]:
        blocks: list[Block] = []
        sentences: list[Sentence] = []
        caption: Text | None = None
        for group in _paragraphs(texts):
            if group[0].kind == "row":
                blocks.append(self._table(section_id, group, caption))
                caption = None
                continue
            if caption is not None:
                # A caption whose table went is a paragraph now.
                self._paragraph(section_id, [caption], blocks, sentences)
            caption = group[0] if group[0].kind == "caption" else None
            if caption is None:
                self._paragraph(section_id, group, blocks, sentences)
        if caption is not None:
            self._paragraph(section_id, [caption], blocks, sentences)
        return tuple(blocks), tuple(sentences)

    def _paragraph(
        self, section_id: str, group: Sequence[Text], blocks: list[Block], sentences: list[Sentence]
    ) -> None:
        """One paragraph as one block, or as several items that run on in it."""
        for texts in _items(_sentences(group), self.block_of):
            number, first = self._number(texts[0], section_id)
            texts = [first, *texts[1:]]
            own = [self._sentence(section_id, t) for t in texts if t.text]
            if not own and not number:
                continue
            known = next((self.block_of[t.owner] for t in texts if t.owner in self.block_of), None)
            block_id = self._block_id(section_id, known.id if known else "")
            blocks.append(
                Block(
                    id=block_id,
                    # An item may bear its “一是” in its first sentence.
                    type="item"
                    if number or (known is not None and known.type == "item" and not known.number)
                    else "paragraph",
                    number=number,
                    sentence_ids=tuple(s.id for s in own),
                )
            )
            sentences += own

    def _number(self, text: Text, section_id: str) -> tuple[str, Text]:
        """The printed number of an item, cut off."""
        old = self.block_of.get(text.owner) if text.owner else None
        if old is not None and not old.number:
            return "", text
        if old is not None and text.text.startswith(old.number):
            cut = len(old.number)
            return old.number, text._replace(text=text.text[cut:], origins=text.origins[cut:])
        found = _ITEM.match(text.text)
        if found is None or (old is None and not self._has_items(section_id)):
            return "", text
        cut = found.end()
        return found.group(), text._replace(text=text.text[cut:], origins=text.origins[cut:])

    def _has_items(self, section_id: str) -> bool:
        known = self.sections.get(section_id)
        return known is None or any(b.type == "item" for b in known.blocks)

    def _block_id(self, section_id: str, wanted: str) -> str:
        return self._free((section_id, "block"), wanted or f"{section_id}_added")

    def _free(self, room: tuple[str, str], wanted: str) -> str:
        name, again = wanted, 1
        while (f"{room[0]}/{room[1]}", name) in self.taken:
            again += 1
            name = f"{wanted}_{again}"
        self.taken.add((f"{room[0]}/{room[1]}", name))
        return name

    def _sentence(self, section_id: str, text: Text) -> Sentence:
        old = self.sentences.get(text.owner) if text.owner else None
        name = self._free((section_id, "sentence"), old.id if old else f"{section_id}_added")
        if old is not None and old.text == text.text:
            return old.model_copy(update={"id": name})
        claims = self.reclaiming.claims_of(text, section_id, name)
        edit = self.reclaiming.edit_of(text)
        told = {
            "state": "person",
            "author": edit.author if edit and edit.author else "",
            "date": edit.date if edit else "",
            "file": self.imported.file,
        }
        recipe = (dict(old.recipe) if old else {"engine": "person"}) | {"edited": told}
        return Sentence(id=name, text=text.text, claims=claims, passages=old.passages if old else (), recipe=recipe)

    def _table(self, section_id: str, rows: Sequence[Text], caption: Text | None) -> Block:
        owner = next((self.rows.block[t.owner[1]] for t in rows if t.owner and t.owner[1] in self.rows.block), "")
        old = self.blocks.get((section_id, owner)) or next((b for (_, i), b in self.blocks.items() if i == owner), None)
        block_id = self._block_id(section_id, owner)
        header, *body = rows
        columns = tuple(header.text.split("\t"))
        cells = tuple(tuple(self._cells(row, section_id, f"{block_id}第{n}行")) for n, row in enumerate(body, 1))
        title = caption.text if caption else ""
        if caption is None and old is not None and old.table is not None and not self._printed_caption(old.id):
            title = self.annex_titles.get(section_id, old.table.title) if old.table.title else ""
        return Block(id=block_id, type="table", table=Table(title=title, header=columns, rows=cells))

    def _printed_caption(self, block_id: str) -> bool:
        """Whether a table's title stood on the page; that of an 附表 is its annex's and is printed once."""
        return any(s.kind == "caption" and s.id == block_id for s in self.comparison.old.stretches)

    def _cells(self, row: Text, section_id: str, place: str) -> Iterator[ClaimedText]:
        at = 0
        for cell in row.text.split("\t"):
            end = at + len(cell)
            before = [o[2] for o in row.origins[:at] if o is not None]
            after = [o[2] for o in row.origins[end:] if o is not None]
            # A number that is typed anew stands for one of its own cell, not for the first that is gone from the row.
            within = (max(before, default=-1), min(after, default=10**9))
            text = row._replace(text=cell, origins=row.origins[at:end])
            yield self.reclaiming.claimed(text, section_id, place, within)
            at = end + 1


# --- small readings -------------------------------------------------------------------------------


def _shell_fields(old: Version, shell: Shell) -> dict[int, str]:
    """Old paragraph → field of the shell, for the lines that stand round the body."""
    left = [(name, line.strip()) for name in _FIELDS for line in getattr(shell, name).splitlines() if line.strip()]
    found: dict[int, str] = {}
    lines = old.text.split("\n")
    for paragraph in dict.fromkeys(s.paragraph for s in old.stretches if not s.id):
        text = lines[paragraph]
        for i, (name, line) in enumerate(left):
            if text.rstrip("：:") == line.rstrip("：:"):
                found[paragraph] = name
                left.pop(i)
                break
        else:
            found[paragraph] = "label"
    return found


def _start(stretch: Stretch) -> int:
    return stretch.start


def _paragraphs(texts: Sequence[Text]) -> Iterator[list[Text]]:
    """Texts by paragraph; the rows of one table together."""
    group: list[Text] = []
    for text in texts:
        together = group and (
            text.kind == group[0].kind == "row" or (text.paragraph == group[0].paragraph and text.kind != "row")
        )
        if group and not together:
            yield group
            group = []
        group.append(text)
    if group:
        yield group


def _sentences(group: Sequence[Text]) -> list[Text]:
    """Stretches that belong to one sentence of the draft, put together again."""
    out: list[Text] = []
    for text in group:
        if out and text.owner is not None and out[-1].owner == text.owner:
            last = out[-1]
            out[-1] = last._replace(
                text=last.text + text.text,
                origins=last.origins + text.origins,
                changed=last.changed or text.changed,
            )
        else:
            out.append(text)
    return out


def _items(texts: Sequence[Text], block_of: dict[tuple[str, str], Block]) -> Iterator[list[Text]]:
    """The sentences of one paragraph, cut where the next item (二是) begins."""
    group: list[Text] = []
    for text in texts:
        old = block_of.get(text.owner) if text.owner else None
        begins = group and _RUN_ON.match(text.text) and (old is None or old.type == "item")
        if begins and (old is not None or _RUN_ON.match(group[0].text)):
            yield group
            group = []
        group.append(text)
    if group:
        yield group

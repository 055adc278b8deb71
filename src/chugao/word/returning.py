"""What people did to a Word file of ours: every edit with its section, sentence and author, every comment.

In: a returned .docx and the draft it came from.  Out: `Import`.

Two comparisons instead of one: from the draft to the file with its changes refused (what was typed with tracking off),
and from there to the file with its changes accepted (what was tracked).  So a tracked change is never taken for a plain
one, and the author of each is read off the very characters.  What fits nowhere is listed, never dropped.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from chugao.comparing import Comparison, Version, compare, version_of_draft
from chugao.comparing.versions import Hunk, Unit
from chugao.documents.guard import guard
from chugao.errors import InputError
from chugao.manuscript import Draft
from chugao.mentions import find_mentions
from chugao.quantity import find_han_numbers, find_numbers
from chugao.source import Frozen
from chugao.word.borders import headings_joined, items_parted_or_joined, parted_or_joined
from chugao.word.matching import STEPS, Matching, match, version_of
from chugao.word.returned import Elsewhere, Line, Marked, Remark, Returned, read_returned
from chugao.word.revisions import Change

DOCUMENT = "chugao_document"
_DIGITS = re.compile(r"\d[\d.,]*%?")

EditKind = Literal["数字", "措辞", "增", "删", "移", "标点", "分段", "并段"]


class Revision(Frozen):
    """One tracked change behind an edit, as the file has it."""

    op: Literal["insert", "delete", "moved_from", "moved_to"]
    text: str
    author: str
    date: str


class NumberEdit(Frozen):
    """A number that an edit changed, brought or took away; "" on the side where there is none."""

    old: str
    new: str
    metric: str | None = None
    name: str = ""
    expected: str = ""
    """As the figures print it."""
    source: str = ""
    question: str = ""
    """“采用指标 / 更新指标 / 人工确认”, "" for a number that only went."""
    rewritten: bool = False
    """The same value in other signs (5734份, 五千七百三十四份): asked all the same, for the text no longer prints the figure."""


class Edit(Frozen):
    """One change that a person made to the file."""

    section: str
    """The draft's section id; “title”, “shell”, or for a new section its number and heading."""
    kind: EditKind
    author: str
    """Who made it: several joined by “、”; "" when tracking was off, because nobody knows."""
    old: str
    new: str
    numbers: tuple[NumberEdit, ...] = ()
    date: str = ""
    """Of the latest tracked change; "" when tracking was off."""
    heading: str = ""
    block: str = ""
    """Id of the block of the draft; "" for what is new."""
    sentence: str = ""
    """Id of the sentence of the draft."""
    sentence_old: str = ""
    sentence_new: str = ""
    tracked: bool = False
    moved_to: str | None = None
    revisions: tuple[Revision, ...] = ()


class Comment(Frozen):
    """One comment, with where it stands in the draft."""

    id: str
    author: str
    date: str
    text: str
    quote: str
    """The words it is about."""
    section: str = ""
    heading: str = ""
    block: str = ""
    sentence: str = ""
    """The sentence (as returned) its words stand in."""
    reply_to: str = ""
    resolved: bool = False


class BlockMatch(Frozen):
    """By which step a block of the draft was found in the file."""

    section: str
    block: str
    """"" for the heading; “title” for the title."""
    by: Literal["bookmark", "text", "alignment", "gone"]


class Unplaced(Frozen):
    """Something in the file that could not become an edit of the draft."""

    what: str
    text: str
    author: str = ""
    why: str = ""


class Import(Frozen):
    """A returned file, read against its draft."""

    file: str
    fingerprint: str
    """First 16 hex digits of the file's SHA-256."""
    saved_by: str
    saved_at: str
    of_this_draft: bool | None
    """Whether the file says it was made from this very draft; None when it says nothing."""
    edits: tuple[Edit, ...]
    comments: tuple[Comment, ...]
    blocks: tuple[BlockMatch, ...]
    unplaced: tuple[Unplaced, ...]
    formatting: int
    """Tracked changes of nothing but looks; not taken over."""
    own_comments: int
    """Comments of ours (--comments) that came back."""
    after: Version
    """The file with all its changes accepted."""

    @property
    def matched_by(self) -> dict[str, int]:
        """How many blocks each step found; “gone” are those nowhere in the file."""
        counts = dict.fromkeys((*STEPS, "gone"), 0)
        for block in self.blocks:
            counts[block.by] += 1
        return counts

    @property
    def authors(self) -> tuple[str, ...]:
        """Everybody who tracked a change or wrote a comment, in order."""
        names = [r.author for e in self.edits for r in e.revisions] + [c.author for c in self.comments]
        return tuple(dict.fromkeys(filter(None, names)))

    def as_json(self) -> dict[str, Any]:
        """What `chugao import --json` prints; the keys of the contract first."""
        return {
            "edits": [e.model_dump(mode="json") for e in self.edits],
            "comments": [c.model_dump(mode="json") for c in self.comments],
            "matched_by": self.matched_by,
            "blocks": [b.model_dump(mode="json") for b in self.blocks],
            "unplaced": [u.model_dump(mode="json") for u in self.unplaced],
            "authors": list(self.authors),
            "formatting": self.formatting,
            "own_comments": self.own_comments,
            "saved_by": self.saved_by,
            "saved_at": self.saved_at,
            "of_this_draft": self.of_this_draft,
        }


# `Version` names the draft for the type checker only, so that a comparison of texts loads no models.
Import.model_rebuild(_types_namespace={"Draft": Draft})


def read_import(path: Path | str, draft: Draft, *, force: bool = False) -> Import:
    """Read a returned .docx against the draft it came from.

    Raises `UploadRejected` for what the guard refuses, `InputError` for a file that says it is of another draft unless
    `force`.
    """
    data = guard(path)
    return import_bytes(data, Path(path).name, draft, force=force)


def import_bytes(data: bytes, name: str, draft: Draft, *, force: bool = False) -> Import:
    """The same for a file that came over the web."""
    returned = read_returned(data, name)
    same = _same_draft(returned, draft, name, force)
    after = match(draft, returned.after)
    new, new_lines = version_of(draft, after, name)
    old = version_of_draft(draft)
    tracked = any(m.marked or m.mark for m in (*returned.before, *returned.after))
    if tracked:
        before, before_lines = version_of(draft, match(draft, returned.before), name)
    else:
        before, before_lines = new, new_lines
    reading = _Reading(draft, returned)
    edits = reading.plain(old, before)
    if tracked:
        edits += reading.tracked(before, new, before_lines, new_lines)
    return Import(
        file=name,
        fingerprint=hashlib.sha256(data).hexdigest()[:16],
        saved_by=returned.saved_by,
        saved_at=returned.saved_at,
        of_this_draft=same,
        edits=tuple(_in_order(edits, new)),
        comments=tuple(_comments(returned, after, new, new_lines)),
        blocks=tuple(_blocks(after)),
        unplaced=(*reading.unplaced, *_elsewhere(returned)),
        formatting=returned.formatting,
        own_comments=returned.own_remarks,
        after=new,
    )


def _in_order(edits: Sequence[Edit], new: Version) -> list[Edit]:
    """Plain and tracked edits together, by the section they stand in."""
    place = {"title": -1} | {part.key: i for i, part in reversed(list(enumerate(new.parts)))}
    return sorted(edits, key=lambda e: place.get(e.section, len(new.parts)))


def _same_draft(returned: Returned, draft: Draft, name: str, force: bool) -> bool | None:
    told = returned.properties.get(DOCUMENT, "")
    if not told:
        return None
    if told == draft.id or force:
        return told == draft.id
    if told == draft.parent:
        raise InputError(
            f"{name} 是从上一稿（{told}）导出的，不是这一稿（{draft.id}）。请用 --into 写上一稿的 .json；"
            "确实要并到这一稿的，加 --force。"
        )
    raise InputError(
        f"{name} 是从另一份草稿（{told}）导出的，不是《{draft.title.text}》这一稿（{draft.id}）。"
        "请核对 --into 的 .json；确实要并到这一稿的，加 --force。"
    )


def _blocks(matching: Matching) -> Iterator[BlockMatch]:
    for anchor, how in matching.steps():
        by = how or "gone"
        if anchor[0] == "title":
            yield BlockMatch(section="", block="title", by=by)
        elif anchor[0] != "caption":
            yield BlockMatch(section=anchor[1], block=anchor[2] if len(anchor) > 2 else "", by=by)


def _elsewhere(returned: Returned) -> Iterator[Unplaced]:
    for found in returned.elsewhere:
        yield _looked_at(found)
    for text, added, removed in returned.undone:
        if text.strip():
            who = "、".join(dict.fromkeys((added.author, removed.author)))
            yield Unplaced(what="修订", text=text, author=who, why="加上后又删去，两边都没有这句话")


def _looked_at(found: Elsewhere) -> Unplaced:
    return Unplaced(what=found.what, text=found.text, why="不是正文的文字，草稿里放不下，请人工处理")


# --- edits ----------------------------------------------------------------------------------------


class _Reading:
    """Comparisons being turned into edits."""

    def __init__(self, draft: Draft, returned: Returned) -> None:
        self.draft, self.returned = draft, returned
        self.evidence = {e.id: e for e in draft.evidence}
        self.sentences = {(s.id, x.id): x for s in draft.sections for x in s.sentences}
        self.block_of = {(s.id, i): b.id for s in draft.sections for b in s.blocks for i in (*b.sentence_ids, b.id)}
        self.of_draft = version_of_draft(draft)
        self.unplaced: list[Unplaced] = []

    def plain(self, old: Version, new: Version) -> list[Edit]:
        """What differs although no change is tracked."""
        if old.text == new.text:
            return []
        comparison = compare(old, new)
        edits = [(h, self._edit(comparison, h, ())) for h in comparison.hunks]
        self._borders(comparison)
        return [*self._replaced(comparison, edits)] + [
            self._paragraph(comparison, u, kind, None) for u, kind in parted_or_joined(comparison)
        ]

    def tracked(self, old: Version, new: Version, old_lines: Sequence[int], new_lines: Sequence[int]) -> list[Edit]:
        """What the tracked changes do; each finds the characters it put there or took away."""
        comparison = compare(old, new)
        gone = _spread(old, old_lines, self.returned.before)
        come = _spread(new, new_lines, self.returned.after)
        found: list[tuple[Hunk, Edit]] = []
        used: set[tuple[int, int]] = set()
        for hunk in comparison.hunks:
            left = [m for m in gone if _touch(m, hunk.old_span)]
            right = [m for m in come if _touch(m, hunk.new_span)]
            used |= {(0, m.start) for m in left} | {(1, m.start) for m in right}
            revisions = _revisions(old.text, left) + _revisions(new.text, right)
            found.append((hunk, self._edit(comparison, hunk, revisions)))
        edits = list(self._replaced(comparison, found))
        marks = {(1, m.start): m for m in _marks(new, new_lines, self.returned.after)}
        marks |= {(0, m.start): m for m in _marks(old, old_lines, self.returned.before)}
        for unit, kind in parted_or_joined(comparison):
            at = (
                (1, _end_before(new, unit.new_paragraph))
                if kind == "分段"
                else (0, _end_before(old, unit.old_paragraph))
            )
            edits.append(self._paragraph(comparison, unit, kind, marks.get(at)))
        self._borders(comparison)
        self._unused(old.text, gone, 0, used)
        self._unused(new.text, come, 1, used)
        return edits

    def _replaced(self, comparison: Comparison, edits: Sequence[tuple[Hunk, Edit]]) -> Iterator[Edit]:
        """A line that went and one that came in its very place, by the same hand, are one edit."""
        waiting: tuple[Hunk, Edit] | None = None
        for hunk, edit in edits:
            if waiting is not None:
                before, gone = waiting
                waiting = None
                if _in_its_place(before, hunk) and gone.author == edit.author:
                    whole = hunk._replace(kind="措辞", old=before.old, old_span=before.old_span)
                    numbers = self._numbers(comparison, whole, gone.section, gone.sentence)
                    yield edit.model_copy(
                        update={
                            "kind": "数字" if numbers else "措辞",
                            "old": gone.old,
                            "numbers": numbers,
                            "block": gone.block,
                            "sentence": gone.sentence,
                            "sentence_old": gone.sentence_old,
                            "revisions": gone.revisions + edit.revisions,
                        }
                    )
                    continue
                yield gone
            if hunk.kind == "删":
                waiting = (hunk, edit)
            else:
                yield edit
        if waiting is not None:
            yield waiting[1]

    def _borders(self, comparison: Comparison) -> None:
        """Borders that no draft holds are told: a heading run together with its text; of 一是…二是… a few, for all are the layout."""
        for unit in headings_joined(comparison):
            why = "标题和正文并成了一段；草稿里标题单独成行，仍按原样"
            self.unplaced.append(Unplaced(what="并段", text=unit.new, why=why))
        borders = list(items_parted_or_joined(comparison))
        if any(kind is None for _, kind in borders):
            for unit, kind in borders:
                if kind:
                    why = "一是、二是各成一段还是连排，由版式统一定，草稿里不单独记"
                    self.unplaced.append(Unplaced(what=kind, text=unit.new, why=why))

    def _unused(self, text: str, marked: Iterable[Marked], side: int, used: set[tuple[int, int]]) -> None:
        """A tracked change that changes nothing (taken out and put in again) is told, lest somebody look for it."""
        for m in marked:
            words = text[m.start : m.end]
            if (side, m.start) not in used and words.strip():
                what = "删去" if side == 0 else "加上"
                self.unplaced.append(
                    Unplaced(what="修订", text=words, author=m.change.author, why=f"{what}后文字仍与原来一样，没有改动")
                )

    def _edit(self, comparison: Comparison, hunk: Hunk, revisions: tuple[Revision, ...]) -> Edit:
        unit = comparison.units[hunk.unit]
        section, block, sentence = self._place(comparison, unit, hunk)
        whole = hunk.kind in ("增", "删", "移") and unit.op in ("insert", "delete", "moved_from")
        return Edit(
            section=section,
            kind=hunk.kind,
            author="、".join(dict.fromkeys(r.author for r in revisions if r.author)),
            date=max((r.date for r in revisions), default=""),
            old=hunk.old,
            new=hunk.new,
            numbers=self._numbers(comparison, hunk, section, sentence),
            heading=hunk.heading,
            block=block,
            sentence=sentence,
            sentence_old=hunk.old if whole else unit.old,
            sentence_new=hunk.new if whole else unit.new,
            tracked=bool(revisions),
            moved_to=hunk.moved_to,
            revisions=revisions,
        )

    def _paragraph(self, comparison: Comparison, unit: Unit, kind: EditKind, mark: Marked | None) -> Edit:
        """A paragraph parted before this unit, or joined to the one before."""
        section, block, sentence = self._place(comparison, unit, None)
        change = mark.change if mark else None
        parts = comparison.new.parts
        return Edit(
            section=section,
            kind=kind,
            author=change.author if change else "",
            date=change.when if change else "",
            old="" if kind == "分段" else "\n",
            new="\n" if kind == "分段" else "",
            heading=parts[unit.new_part].name if unit.new_part is not None else "",
            block=block,
            sentence=sentence,
            sentence_old=unit.old,
            sentence_new=unit.new,
            tracked=change is not None,
            revisions=(_revision("\n", change),) if change else (),
        )

    def _place(self, comparison: Comparison, unit: Unit, hunk: Hunk | None) -> tuple[str, str, str]:
        """(section, block, sentence) of a unit, by the draft's ids."""
        if unit.kind == "title":
            return "title", "title", "title"
        part = None
        if unit.in_new and unit.new_part is not None:
            part = comparison.new.parts[unit.new_part]
        elif unit.old_part is not None:
            part = comparison.old.parts[unit.old_part]
        section = hunk.section if hunk else (part.key if part else "")
        ids = unit.old_ids
        if not ids and unit.old:
            # The file before its changes bears no sentence ids: what was there is found in the draft by its words.
            ids = tuple(s.id for s in self.of_draft.stretches if s.id and s.text == unit.old)[:1]
        sentence = ids[0] if ids else ""
        origin = comparison.old.parts[unit.old_part].id if unit.old_part is not None else section
        return section, self.block_of.get((origin, sentence), ""), sentence if sentence != "heading" else ""

    # --- numbers ---------------------------------------------------------------------------------

    def _numbers(self, comparison: Comparison, hunk: Hunk, section: str, sentence: str) -> tuple[NumberEdit, ...]:
        if hunk.kind == "移" or hunk.numbering:
            return ()
        went = _numbers_in(comparison.old.text, hunk.old_span, hunk.old)
        came = _numbers_in(comparison.new.text, hunk.new_span, hunk.new)
        same = [n for n in came if n in went]
        went, came = [n for n in went if n not in same], [n for n in came if n not in same]
        pairs = [(a, b) for a, b in zip(went, came, strict=False)]
        pairs += [(a, "") for a in went[len(came) :]] + [("", b) for b in came[len(went) :]]
        return tuple(self._number(section, sentence, a, b) for a, b in pairs)

    def _number(self, section: str, sentence: str, old: str, new: str) -> NumberEdit:
        known = self.sentences.get((section, sentence))
        claim = next((c for c in known.claims if old and old in known.text[c.start : c.end]), None) if known else None
        evidence = self.evidence.get(claim.id) if claim else None
        if claim is None and old:
            evidence = next((e for e in self.draft.evidence if e.printed == old), None)
        return NumberEdit(
            old=old,
            new=new,
            metric=(claim.metric if claim else None) or (evidence.metric if evidence else None) or None,
            name=evidence.name if evidence else "",
            expected=evidence.printed if evidence else "",
            source=(evidence.source if evidence else "") or (claim.source or "" if claim else ""),
            question="采用指标 / 更新指标 / 人工确认" if new else "",
            rewritten=bool(old and new) and _value(old) is not None and _value(old) == _value(new),
        )


def _value(printed: str) -> tuple[Decimal, str] | None:
    """What a number says, in digits or in 汉字."""
    found = next((f.quantity for f in (*find_numbers(printed), *find_han_numbers(printed))), None)
    return (found.value, found.unit) if found is not None else None


def _numbers_in(text: str, span: tuple[int, int], words: str) -> list[str]:
    """Numbers of a text that lie in a span, as printed."""
    if not words:
        return []
    start = text.rfind("\n", 0, span[0]) + 1
    end = text.find("\n", span[1])
    around = text[start : end if end >= 0 else len(text)]
    found = [(m.start + start, m.end + start) for m in find_mentions(around)]
    out = [text[a:b] for a, b in found if a < span[1] and b > span[0]]
    covered = "".join(out)
    return out + [n for n in _DIGITS.findall(words) if n not in covered]


# --- characters and changes -----------------------------------------------------------------------


def _spread(version: Version, lines: Sequence[int], all_lines: Sequence[Line]) -> list[Marked]:
    """The changes of all lines, at their offsets in the version's text."""
    return [
        Marked(start + m.start, start + m.end, m.change)
        for start, line in _starts(version, lines, all_lines)
        for m in line.marked
    ]


def _marks(version: Version, lines: Sequence[int], all_lines: Sequence[Line]) -> Iterator[Marked]:
    """Changed paragraph marks, at the end of their line."""
    for start, line in _starts(version, lines, all_lines):
        if line.mark is not None:
            yield Marked(start + len(line.text), start + len(line.text), line.mark)


def _starts(version: Version, lines: Sequence[int], all_lines: Sequence[Line]) -> Iterator[tuple[int, Line]]:
    at = 0
    for j in lines:
        yield at, all_lines[j]
        at += len(all_lines[j].text) + 1


def _end_before(version: Version, paragraph: int | None) -> int:
    """Where the line before a paragraph ends."""
    first = next((s.start for s in version.stretches if s.paragraph == paragraph), 0)
    return first - 1


def _in_its_place(gone: Hunk, come: Hunk) -> bool:
    """Whether one line came where one line went, and nothing lies between."""
    if come.kind != "增" or "\n" in gone.old + come.new or gone.section != come.section:
        return False
    return come.old_span[0] == gone.old_span[1] and 0 <= come.new_span[0] - gone.new_span[0] <= 1


def _touch(marked: Marked, span: tuple[int, int]) -> bool:
    return marked.start < span[1] and span[0] < marked.end


def _revisions(text: str, marked: Iterable[Marked]) -> tuple[Revision, ...]:
    return tuple(_revision(text[m.start : m.end], m.change) for m in marked)


def _revision(text: str, change: Change) -> Revision:
    return Revision(op=change.kind, text=text, author=change.author, date=change.when)


# --- comments -------------------------------------------------------------------------------------


def _comments(returned: Returned, matching: Matching, new: Version, lines: Sequence[int]) -> Iterator[Comment]:
    where = {
        identity: (j, start, end) for j, line in enumerate(returned.after) for identity, start, end in line.comments
    }
    first: dict[str, int] = {}
    for j, line in enumerate(returned.after):
        for identity, _, _ in line.comments:
            first.setdefault(identity, j)
    by_number = {n: j for j, line in reversed(list(enumerate(returned.after))) for n in line.numbers}
    starts = {j: at for (at, _), j in zip(_starts(new, lines, returned.after), lines, strict=True)}
    by_id = {r.id: r for r in returned.remarks}
    for remark in returned.remarks:
        root = by_id.get(remark.parent, remark)
        yield _comment(remark, _line_of(remark, root, first, by_number), matching, new, starts, where)


def _line_of(remark: Remark, root: Remark, first: dict[str, int], by_number: dict[int, int]) -> int | None:
    """The line a comment stands in; for one on words since deleted, the line that took their place."""
    for r in (remark, root):
        if r.id in first:
            return first[r.id]
    for r in (remark, root):
        if r.paragraph >= 0:
            near = [n for n in by_number if n >= r.paragraph] or list(by_number)
            return by_number[min(near)] if near else None
    return None


def _comment(
    remark: Remark,
    j: int | None,
    matching: Matching,
    new: Version,
    starts: dict[int, int],
    where: dict[str, tuple[int, int, int]],
) -> Comment:
    section = heading = block = sentence = ""
    if j is not None and j in starts:
        line, start, _ = where.get(remark.id, (j, 0, 0))
        at = starts[j] + (start if line == j else 0)
        part = new.part_at(at)
        section, heading = part.key, part.name
        stretch = next((s for s in reversed(new.stretches) if s.start <= at), None)
        sentence = stretch.text if stretch else ""
        if stretch is not None and stretch.kind == "title":
            section = "title"
        anchors = [a for i in matching.found[j].printed for a in matching.printed[i].anchors]
        block = next((a[2] for a in anchors if len(a) > 2), "")
    return Comment(
        id=remark.id,
        author=remark.author,
        date=remark.when,
        text=remark.text,
        quote=remark.quote,
        section=section,
        heading=heading,
        block=block,
        sentence=sentence,
        reply_to=remark.parent,
        resolved=remark.done,
    )

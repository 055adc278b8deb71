"""What still supports an edited text: a claim lives as long as all its characters stand together.

In: a stretch of the new text in which each character knows where it stood.  Out: its claims, and a question for each
number that changed or is new, until somebody decides: 采用指标, 更新指标 or 人工确认.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from chugao.comparing import Comparison
from chugao.manuscript import ClaimedText, Draft, Evidence
from chugao.mentions import find_mentions
from chugao.source import Claim, Finding, Frozen, Place, Severity, State
from chugao.word.returning import Edit

RULE = "number-returned"
_DIGITS = re.compile(r"\d[\d.,]*")
_REPORTED = "填报值"
"""Formula of a figure that was reported as it is."""
_YEAR = re.compile(r"((?:19|20)\d\d)(?:年度?)?\Z")
_ANYWHERE = (-1, 10**9)
Origin = tuple[str, str, int]
"""(section id, sentence or cell, code point): where in the old draft a character stood."""


class Confirmation(Frozen):
    """A person answers for the numbers they changed."""

    by: str
    basis: str
    """微信、电话、纸质材料, and whose."""


class Text(NamedTuple):
    """A stretch of the new text, each character with its origin."""

    text: str
    origins: tuple[Origin | None, ...]
    owner: tuple[str, str] | None
    """(section id, sentence id) of the old sentence it continues; None for what is new."""
    changed: bool
    kind: str
    paragraph: int
    part: int


class Rows(NamedTuple):
    """Where the stretches of the old version stand."""

    name: dict[int, str]
    """Offset of a table row → a name for it, unlike that of any other row."""
    block: dict[str, str]
    """That name → id of the table's block."""
    text: dict[str, str]


def rows_of(comparison: Comparison) -> Rows:
    name, block, text = {}, {}, {}
    counts: dict[str, int] = defaultdict(int)
    for s in comparison.old.stretches:
        if s.kind == "row" and s.id:
            key = f"{s.id}\0{counts[s.id]}"
            counts[s.id] += 1
            name[s.start], block[key], text[key] = key, s.id, s.text
    return Rows(name, block, text)


class Reclaiming:
    """The claims of one draft, given to another text."""

    def __init__(self, draft: Draft, edits: Sequence[Edit], rows: Rows, confirmed: Confirmation | None) -> None:
        self.old, self.rows, self.confirmed = draft, rows, confirmed
        self.all_edits = edits
        self.edits = _by_sentence(edits)
        self.evidence = {e.id: e for e in draft.evidence}
        self.sections = {s.id: s for s in draft.sections}
        self.sentences = {(s.id, x.id): x for s in draft.sections for x in s.sentences}
        self.claims = _claims_of(draft)
        self.asked: list[Finding] = []
        """The questions so far."""

    def claimed(self, text: Text, section_id: str, place: str, within: tuple[int, int] = _ANYWHERE) -> ClaimedText:
        return ClaimedText(text=text.text, claims=self.claims_of(text, section_id, place, within))

    def claims_of(
        self, text: Text, section_id: str, place: str, within: tuple[int, int] = _ANYWHERE
    ) -> tuple[Claim, ...]:
        """What still supports the text, and an open question for each number that nothing supports.

        `within`: between which code points of what it continues it stood; a cell of a row.
        """
        kept = list(self._kept(text))
        lost = self._lost(text, kept)
        out = list(kept)
        for start, end in _numbers(text.text):
            if any(c.start < end and start < c.end for c in kept):
                continue
            stayed = all(o is not None for o in text.origins[start:end])
            if stayed and not self._was_claimed(text.origins[start:end]):
                continue  # it stood there without a claim before (a numeral in a name)
            out.append(self._asked(text, (start, end), lost, section_id, place, within))
        return tuple(sorted(out, key=lambda c: (c.start, c.end)))

    def _kept(self, text: Text) -> Iterator[Claim]:
        where = {o: i for i, o in enumerate(text.origins) if o is not None}
        for key in dict.fromkeys((o[0], o[1]) for o in text.origins if o is not None):
            for claim in self.claims.get(key, ()):
                first = where.get((*key, claim.start))
                if first is None:
                    continue
                length = claim.end - claim.start
                run = text.origins[first : first + length]
                if run == tuple((*key, i) for i in range(claim.start, claim.end)):
                    yield claim.model_copy(update={"start": first, "end": first + length})

    def _lost(self, text: Text, kept: Sequence[Claim]) -> list[tuple[Claim, str]]:
        """Claims of the sentences it was that no longer hold, with what they printed."""
        held = {(c.id, c.state, c.start) for c in kept}
        out = []
        keys = dict.fromkeys((o[0], o[1]) for o in text.origins if o is not None)
        for key in ([text.owner] if text.owner else []) + [k for k in keys if k != text.owner]:
            was = self._was(key)
            where = {o: i for i, o in enumerate(text.origins) if o is not None}
            for claim in self.claims.get(key, ()):
                at = where.get((*key, claim.start))
                if at is None or (claim.id, claim.state, at) not in held:
                    out.append((claim, was[claim.start : claim.end]))
        return out

    def _was(self, key: tuple[str, str]) -> str:
        if known := self.sentences.get(key):
            return known.text
        if key[1] == "heading" and key[0] in self.sections:
            return self.sections[key[0]].heading.text
        return self.old.title.text if key[1] == "title" else self.rows.text.get(key[1], "")

    def _was_claimed(self, origins: Sequence[Origin | None]) -> bool:
        first = origins[0]
        assert first is not None
        return any(c.start <= first[2] < c.end for c in self.claims.get((first[0], first[1]), ()))

    def _asked(
        self,
        text: Text,
        span: tuple[int, int],
        lost: list[tuple[Claim, str]],
        section_id: str,
        place: str,
        within: tuple[int, int],
    ) -> Claim:
        """The claim of a number that changed or is new; and a question about it unless it is answered already."""
        start, end = span
        printed = text.text[start:end]
        old, was = self._replaced(text, span, lost, within)
        if old is not None:
            known = self.evidence.get(old.id)
            if known is not None and known.printed == printed and old.state == "unsupported":
                return claim_of(known, start, end)
        year = _YEAR.match(printed)
        # “2025年” and “2025年度” are one year.
        same = old is not None and old.state == "constant" and year is not None and was.startswith(year[1])
        if year and (same or (old is None and int(year[1]) == self.old.year)):
            return Claim(start=start, end=end, state="constant", id=old.id if old else "year")
        edit = self.edit_of(text)
        author = (edit.author if edit else "") or "有人"
        if self.confirmed:
            told = f"人工确认：{self.confirmed.by}（{self.confirmed.basis}）"
            return Claim(start=start, end=end, state="person", metric=old.metric if old else None, source=told)
        self.asked.append(
            self._question(printed, was, old, author, Place(start=start, end=end, section=section_id, sentence=place))
        )
        told = f"{author}改为{printed}，原为{was}" if was else f"{author}加上"
        return Claim(
            start=start,
            end=end,
            state="unsupported",
            id=old.id if old else "",
            metric=old.metric if old else None,
            period=old.period if old else None,
            source=told + (f"（{old.source}）" if old and old.source and old.state != "unsupported" else ""),
        )

    @staticmethod
    def _replaced(
        text: Text, span: tuple[int, int], lost: list[tuple[Claim, str]], within: tuple[int, int]
    ) -> tuple[Claim | None, str]:
        """The claim whose place a number took: the first lost one behind what stands before it."""
        before = [o[2] for o in text.origins[: span[0]] if o is not None]
        after = [o[2] for o in text.origins[span[1] :] if o is not None]
        low, high = max(before, default=within[0]), min(after, default=within[1])
        alone = not before and not after and within == _ANYWHERE
        for i, (claim, was) in enumerate(lost):
            # A claim may print its verb too (“提高1.2个百分点”): it is the one the gap lies in.
            if (claim.start < high and claim.end > low + 1) or alone:
                if claim.state == "constant" and not _YEAR.match(text.text[slice(*span)]):
                    continue
                lost.pop(i)
                return claim, was
        return None, ""

    def _question(self, printed: str, was: str, old: Claim | None, author: str, place: Place) -> Finding:
        known = self.evidence.get(old.id) if old else None
        if was:
            basis = f"，指标里是{known.printed}（{known.source}）" if known and known.source else ""
            told = f"{author}把“{was}”改成“{printed}”{basis}。"
        else:
            told = f"{author}新写的“{printed}”没有出处。"
        ways = "采用指标（改回原数）、更新指标（先改指标文件再起草）、人工确认（写明姓名和依据）"
        hint = f"{told}请定一种办法：{ways}。"
        return Finding(rule=RULE, severity=Severity.ERROR, place=place, quote=printed, hint=hint)

    def edit_of(self, text: Text) -> Edit | None:
        """The edit that made a sentence what it is."""
        if text.owner and (found := self.edits.get(text.owner[1])):
            return max(found, key=lambda e: e.date)
        return next((e for e in self.all_edits if e.new and (text.text in e.new or e.new in text.text)), None)


def claim_of(evidence: Evidence, start: int, end: int) -> Claim:
    """A claim that rests on evidence again, or for the first time."""
    matter = evidence.id.startswith("matter")
    state: State = "matter" if matter else "metric" if evidence.formula in ("", _REPORTED) else "derived"
    return Claim(
        start=start,
        end=end,
        state=state,
        id=evidence.id,
        metric=None if matter else evidence.metric or None,
        period=evidence.period or None,
        formula=evidence.formula or None,
        source=evidence.source or None,
    )


def _claims_of(draft: Draft) -> dict[tuple[str, str], tuple[Claim, ...]]:
    """All claims of a draft by (section, sentence); those of a table row count from the row's beginning."""
    found: dict[tuple[str, str], tuple[Claim, ...]] = {}
    for section in draft.sections:
        found[section.id, "heading"] = section.heading.claims
        for sentence in section.sentences:
            found[section.id, sentence.id] = sentence.claims
        for block in section.blocks:
            for number, row in enumerate(block.table.rows if block.table else (), 1):
                at, claims = 0, []
                for cell in row:
                    claims += [c.model_copy(update={"start": c.start + at, "end": c.end + at}) for c in cell.claims]
                    at += len(cell.text) + 1
                found[section.id, f"{block.id}\0{number}"] = tuple(claims)
    first = draft.sections[0].id if draft.sections else ""
    for section_id in {"", "shell", first}:
        found[section_id, "title"] = draft.title.claims
    return found


def _by_sentence(edits: Sequence[Edit]) -> dict[str, list[Edit]]:
    found: dict[str, list[Edit]] = defaultdict(list)
    for edit in edits:
        if edit.sentence:
            found[edit.sentence].append(edit)
    return found


def _numbers(text: str) -> Iterator[tuple[int, int]]:
    """Every number of a text, by what it says or at least by its digits; apart and in order."""
    spans = sorted({(m.start, m.end) for m in find_mentions(text)})
    spans += [m.span() for m in _DIGITS.finditer(text) if not any(a < m.end() and m.start() < b for a, b in spans)]
    last = 0
    for start, end in sorted(spans):
        if start >= last:
            yield start, end
            last = end

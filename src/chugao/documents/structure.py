"""Understand a report: its title, kind and years, its parts, and the notice it travels in.

In: a path or a `Reading`.  Out: `Document`, whose `text` every later offset refers to; `show` is its JSON.

Surprise: one file is often several documents (【篇一】 …), and a 工作要点 comes inside a 通知 whose title, date and
signature are not the report's.
"""

import re
from pathlib import Path
from typing import Any, Literal

from chugao.documents.cleaning import MASKED, Change, CleanParagraph, clean
from chugao.documents.headings import Role, items_of, number_of, read_heading, role_of
from chugao.documents.naming import department_of, issuer_of, level_of, years_in
from chugao.documents.reading import Reading, read_text
from chugao.documents.separating import (
    DATE,
    MAX_TITLE,
    Piece,
    Wrapper,
    looks_like_title,
    split_documents,
    split_notice,
)
from chugao.kind import Kind, kind_of_title, reported_and_planned
from chugao.source import Frozen, Release

ParagraphKind = Literal["front", "title", "heading", "body", "table", "signature"]


class Heading(Frozen):
    """A node of the outline, in document order."""

    level: int
    """1 for 一、, 2 for （一）, 3 for 1., 4 for （1）, 5 for 一是; an unnumbered half (“2025年工作计划”) is 0."""
    number: str
    """As printed: “一、”, “（一）”, “1.”, “一是”; "" for none."""
    heading: str
    start: int
    """Of the number, in the document's text, code points."""


class TextParagraph(Frozen):
    """One line of the document's text and where it stands."""

    text: str
    start: int
    """Code points, in the document's text."""
    end: int
    kind: ParagraphKind
    heading_path: tuple[str, ...] = ()
    """Headings over it, outermost first, an inline heading of its own included; numbers left off."""
    role: Role = ""
    body: int = 0
    """Where its own words begin after a number and an inline heading, from the start of the paragraph."""
    lines: tuple[int, ...] = ()
    """Line or paragraph numbers in the file."""


class Document(Frozen):
    """A report, understood."""

    file: str
    fingerprint: str
    """Of the file; of a later part in it “p2”, “p3” is added."""
    title: str
    kind: Kind | None
    year: int | None
    """The year in the title: reported for a summary, planned for a plan."""
    plan_year: int | None
    department: str
    issuer: str
    level: str
    """科室, 医院, 乡镇, 区县, 市; "" when unknown."""
    release: Release = Release.INTERNAL
    flags: tuple[str, ...]
    """truncated, anonymised, noisy, several_documents."""
    outline: tuple[Heading, ...]
    text: str
    """The whole cleaned text, title line included, a paragraph a line."""
    paragraphs: tuple[TextParagraph, ...]
    wrapper: Wrapper | None = None
    parts: "tuple[Document, ...]" = ()
    """The other documents of the same file; this one is the first."""
    changes: tuple[Change, ...] = ()
    """What cleaning did; with the first document only."""


def understand(given: Reading | Path | str) -> Document:
    """The first document of a file, the others in its `parts`.

    Raises `InputError` and `UploadRejected` as `read_text` does.
    """
    reading = given if isinstance(given, Reading) else read_text(given)
    cleaned = clean(reading)
    notice, lines = split_notice(list(cleaned.paragraphs))
    pieces = split_documents(lines)
    documents = []
    for index, piece in enumerate(pieces):
        builder = _Builder(reading, piece, index, fallback=_hint(reading, cleaned.title_hints))
        flags = set(cleaned.flags) - {"anonymised", "truncated"}
        if "truncated" in cleaned.flags and index in (0, len(pieces) - 1):
            flags.add("truncated")
        documents.append(builder.build(flags, notice if index == 0 else None, last=index == len(pieces) - 1))
    first = documents[0]
    if len(documents) > 1:
        marked = tuple(sorted({*first.flags, "several_documents"}))
        first = first.model_copy(update={"parts": tuple(documents[1:]), "flags": marked})
    return first.model_copy(update={"changes": cleaned.changes})


def show(document: Document) -> dict[str, Any]:
    """What `chugao corpus show FILE --json` prints."""
    return {
        "title": document.title,
        "kind": document.kind.value if document.kind else None,
        "year": document.year,
        "plan_year": document.plan_year,
        "department": document.department or None,
        "flags": list(document.flags),
        "outline": [{"level": h.level, "number": h.number, "heading": h.heading} for h in document.outline],
        "text": document.text,
        "wrapper": document.wrapper.model_dump() if document.wrapper else None,
        "parts": [show(part) for part in document.parts],
    }


def _hint(reading: Reading, hints: tuple[str, ...]) -> str:
    announced = next((h for h in hints if kind_of_title(h)), "")
    return announced or re.sub(r"\.[A-Za-z]{2,5}$", "", reading.file)


# --- one document ---------------------------------------------------------------------------------

_ORGANISATION = re.compile(
    r"^[\u4e00-\u9fff×XxＸ（）]{2,24}(?:医院|卫生院|中心|委员会|卫健委|卫生健康委|卫生健康局|卫健局|保健院|科|部|处|办公室)$"
)
_ENDS_WELL = tuple("。！？）”；…」』》)!?")


class _Builder:
    """Puts one document together, line by line."""

    def __init__(self, reading: Reading, piece: Piece, index: int, fallback: str) -> None:
        self.reading = reading
        self.front = reading.front_matter
        self.index = index
        self.lines, self.title_at = _with_office_line(piece)
        own = self.lines[self.title_at].text if self.title_at is not None else ""
        self.title = own or piece.inherited or fallback
        self.outline: list[Heading] = []
        self.path: list[tuple[int, str]] = []

    def build(self, flags: set[str], wrapper: Wrapper | None, last: bool) -> Document:
        text = "\n".join(p.text for p in self.lines)
        self._read_outline()
        kind = kind_of_title(self.front.get("文种", "")) if self.index == 0 else None
        kind = (
            kind
            or kind_of_title(self.title)
            or (kind_of_title(wrapper.title) if wrapper else None)
            or self._kind_of_outline()
        )
        year, plan_year = self._years(kind, text)
        paragraphs = self._paragraphs(kind, plan_year)
        department = self.front.get("部门") or department_of(self.title)
        issuer = (
            self.front.get("发文单位") or (wrapper.issuer if wrapper else "") or issuer_of(self.title) or self._signed()
        )
        level = self.front.get("层级") or level_of(self.title, department_of(self.title), issuer, text)
        if last and self._cut_off():
            flags.add("truncated")
        if any(MASKED.search(p.text) for p in self.lines):
            flags.add("anonymised")
        release = next((r for r in Release if r.value == self.front.get("公开范围")), Release.INTERNAL)
        return Document(
            file=self.reading.file,
            fingerprint=self.reading.fingerprint + (f"p{self.index + 1}" if self.index else ""),
            title=self.title,
            kind=kind,
            year=year,
            plan_year=plan_year,
            department=department,
            issuer=issuer,
            level=level,
            release=release,
            flags=tuple(sorted(flags)),
            outline=tuple(self.outline),
            text=text,
            paragraphs=paragraphs,
            wrapper=wrapper,
        )

    def _read_outline(self) -> None:
        """First pass: every heading with its place, and for each line its path."""
        self.found: list[tuple[ParagraphKind, tuple[str, ...], int]] = []
        offset = 0
        for i, line in enumerate(self.lines):
            following = self.lines[i + 1].text if i + 1 < len(self.lines) and not self.lines[i + 1].table else None
            self.found.append(self._read_line(i, line, following, offset))
            offset += len(line.text) + 1

    def _read_line(
        self, i: int, line: CleanParagraph, following: str | None, offset: int
    ) -> tuple[ParagraphKind, tuple[str, ...], int]:
        if self.title_at is not None and i <= self.title_at:
            return ("title" if i == self.title_at else "front"), (), 0
        if line.table:
            return "table", self._headings(), 0
        found = read_heading(line.text, following)
        if found is not None:
            level = line.style_level if line.style_level and found.level > 4 else found.level
            self._enter(level, found.number, found.heading, offset)
            self._enter_items(line.text, found.end, offset)
            own_line = found.end >= len(line.text)
            return ("heading" if own_line else "body"), self._headings(), found.end
        if line.style_level and len(line.text) <= MAX_TITLE:
            self._enter(line.style_level, "", line.text.rstrip("。："), offset)
            return "heading", self._headings(), len(line.text)
        if looks_like_title(line) and line.text != self.title and len(line.text) <= 30:
            self._enter(0, "", line.text, offset)
            return "heading", self._headings(), len(line.text)
        if i >= len(self.lines) - 4 and (DATE.match(line.text.replace(" ", "")) or _ORGANISATION.match(line.text)):
            return "signature", (), 0
        self._enter_items(line.text, 0, offset)
        numbered = number_of(line.text)
        return "body", self._headings(), numbered[2] if numbered else 0

    def _enter(self, level: int, number: str, heading: str, offset: int) -> None:
        while self.path and self.path[-1][0] >= level:
            self.path.pop()
        self.path.append((level, heading))
        self.outline.append(Heading(level=level, number=number, heading=heading, start=offset))

    def _enter_items(self, text: str, start: int, offset: int) -> None:
        for item in items_of(text[start:]):
            place = offset + start + item.start
            self.outline.append(Heading(level=5, number=item.number, heading=item.heading, start=place))

    def _headings(self) -> tuple[str, ...]:
        return tuple(heading for _, heading in self.path)

    def _paragraphs(self, kind: Kind | None, plan_year: int | None) -> tuple[TextParagraph, ...]:
        out = []
        offset = 0
        for line, (form, path, body) in zip(self.lines, self.found, strict=True):
            text = line.text
            role: Role = "" if form in ("title", "front", "signature") else role_of(path, text, kind, plan_year)
            out.append(
                TextParagraph(
                    text=text,
                    start=offset,
                    end=offset + len(text),
                    kind=form,
                    heading_path=path,
                    role=role,
                    body=body,
                    lines=tuple(self.reading.paragraphs[n - 1].line for n in line.lines),
                )
            )
            offset += len(text) + 1
        return tuple(out)

    def _kind_of_outline(self) -> Kind | None:
        """For a “工作报告”: looks back and ahead → summary-plan; only one of them → that."""
        if "政府工作报告" in self.title:
            return Kind.SUMMARY_PLAN
        tops = [h.heading for h in self.outline if h.level <= 1] or [h.heading for h in self.outline if h.level == 2]
        back = any(re.search(r"回顾|总结|成就|成效|完成情况|工作情况", h) for h in tops)
        ahead = any(re.search(r"任务|安排|部署|下一步|打算|重点工作|计划|\d年的?工作$|建议", h) for h in tops)
        if "报告" not in self.title and "汇报" not in self.title:
            return None
        return Kind.SUMMARY_PLAN if back and ahead else Kind.SUMMARY if back else Kind.PLAN if ahead else None

    def _years(self, kind: Kind | None, text: str) -> tuple[int | None, int | None]:
        named = years_in(self.title)
        if self.index == 0 and re.fullmatch(r"20\d\d年?", self.front.get("年度", "")):
            named = (int(self.front["年度"][:4]), *(y for y in named if y > int(self.front["年度"][:4])))
        if kind_of_title(self.title) is None and kind is Kind.SUMMARY_PLAN:
            named = self._years_of_outline(named, text)
        if not named:
            named = years_in(next((p.text[:60] for p in self.lines if len(p.text) > 20), ""))[:1]
        reported, planned = reported_and_planned(kind, named)
        if planned is not None and len(named) == 1 and "下半年" in self.title:
            planned = reported  # “上半年工作总结及下半年工作计划” stays within its year
        if kind is not None and not kind.looks_back:
            return planned, planned
        return reported if kind else (named[0] if named else None), planned

    def _years_of_outline(self, named: tuple[int, ...], text: str) -> tuple[int, ...]:
        """A 工作报告 bears the year it is given in; what it reports is in its headings, else the year before."""
        for h in self.outline:
            years = years_in(h.heading)
            if years and re.search(r"回顾|总结|成就|工作发展", h.heading):
                return (max(years), max(years) + 1)
        given = named[-1:] or years_in(text[:300])[:1]
        return (given[0] - 1, given[0]) if given else ()

    def _signed(self) -> str:
        """Organisation over the date at the very end."""
        texts = [p.text.strip() for p in self.lines[-3:]]
        if len(texts) > 1 and DATE.match(texts[-1].replace(" ", "")) and _ORGANISATION.match(texts[-2]):
            return texts[-2]
        return ""

    def _cut_off(self) -> bool:
        """Whether the text stops in mid-sentence."""
        for line, (form, _, _) in zip(reversed(self.lines), reversed(self.found), strict=True):
            if form == "table" or (form == "body" and _is_footnote(line.text)):
                return False
            if form != "signature":
                return form in ("body", "heading") and not line.text.endswith(_ENDS_WELL)
        return False


def _is_footnote(text: str) -> bool:
    return re.match(r"^(?:［\d{1,3}］|注\d?：|[（(]?(?:责任科室|联系人|附))", text) is not None


def _with_office_line(piece: Piece) -> tuple[list[CleanParagraph], int | None]:
    """A title set in two lines, the office's name over the document's, made one."""
    lines, at = piece.lines, piece.title
    if at is None or at == 0:
        return lines, at
    above = lines[at - 1]
    if not _ORGANISATION.match(above.text) or above.text in lines[at].text or above.table:
        return lines, at
    joined = lines[at].model_copy(update={"text": above.text + lines[at].text, "lines": above.lines + lines[at].lines})
    return [*lines[: at - 1], joined, *lines[at + 1 :]], at - 1

"""Understand a report: its title, kind and years, its parts, and the notice it travels in.

In: a path or a `Reading`.  Out: `Document`, whose `text` every later offset refers to; `show` is its JSON.

Surprise: one file is often several documents (【篇一】 …), and a 工作要点 comes inside a 通知 whose title, date and
signature are not the report's.
"""

import re
from pathlib import Path
from typing import Any, NamedTuple

from chugao.documents.cleaning import Change, Cleaned, CleanParagraph, clean
from chugao.documents.headings import Role, lead_of, role_of
from chugao.documents.identity import Evidence, Identity, identify
from chugao.documents.masks import Mask, masks_of
from chugao.documents.outlining import ORGANISATION, Heading, Outlined, ParagraphKind, is_signature, outline
from chugao.documents.reading import Reading, read_text
from chugao.documents.separating import Piece, Wrapper, split_documents, split_notice
from chugao.kind import Kind, kind_of_title
from chugao.source import Frozen, Release

__all__ = ["Document", "Heading", "ParagraphKind", "TextParagraph", "Wrapper", "show", "understand"]


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
    lead: str = ""
    """The short sentence it opens with, when more follows: “疫苗接种安全高效。”"""
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
    confidence: dict[str, float] = {}
    """How sure each of title, kind, year, plan_year, department, issuer and level is: see `identity.SURE`."""
    release: Release = Release.INTERNAL
    flags: tuple[str, ...]
    """truncated, anonymised, noisy, several_documents, spun, garbled, traditional, hidden_text, ocr, ocr_gaps."""
    outline: tuple[Heading, ...]
    text: str
    """The whole cleaned text, title line included, a paragraph a line."""
    paragraphs: tuple[TextParagraph, ...]
    wrapper: Wrapper | None = None
    parts: "tuple[Document, ...]" = ()
    """The other documents of the same file; this one is the first."""
    changes: tuple[Change, ...] = ()
    """What cleaning did; with the first document only."""
    masks: tuple[Mask, ...] = ()
    """Blanks where facts stood, in `text`."""


def understand(given: Reading | Path | str) -> Document:
    """The first document of a file, the others in its `parts`.

    Raises `InputError` and `UploadRejected` as `read_text` does.
    """
    reading = given if isinstance(given, Reading) else read_text(given)
    cleaned = clean(reading)
    notice, lines = split_notice(list(cleaned.paragraphs))
    pieces = split_documents(lines, attached=notice is not None)
    documents = []
    for index, piece in enumerate(pieces):
        edge = index in (0, len(pieces) - 1)
        about = _About(
            fallback=_hint(reading, cleaned.title_hints),
            flags=frozenset(set(cleaned.flags) - {"anonymised"} - (set() if edge else {"truncated"})),
            wrapper=notice if index == 0 else None,
            told=cleaned.told,
            last=index == len(pieces) - 1,
        )
        documents.append(_build(reading, piece, index, about))
    first = documents[0]
    if len(documents) > 1:
        marked = tuple(sorted({*first.flags, "several_documents"}))
        first = first.model_copy(update={"parts": tuple(documents[1:]), "flags": marked})
    return first.model_copy(update={"changes": cleaned.changes + _separators(cleaned, notice, pieces)})


class _About(NamedTuple):
    """What the whole file says of one of its documents."""

    fallback: str
    """A title, when the document has none."""
    flags: frozenset[str]
    wrapper: Wrapper | None
    told: dict[str, str]
    last: bool


def _separators(cleaned: Cleaned, notice: Wrapper | None, pieces: list[Piece]) -> tuple[Change, ...]:
    """Lines that belong to no document: 【篇一】, a contents page, the 附件 over an attachment."""
    kept = {n for piece in pieces for line in piece.lines for n in line.lines}
    if notice is not None:  # its own lines stand in the wrapper
        first = min(kept, default=0)
        kept |= {n for p in cleaned.paragraphs for n in p.lines if n < first}
    lost = (p for p in cleaned.paragraphs if p.lines and not kept & set(p.lines))
    return tuple(Change(rule="separator", line=p.lines[0], before=p.text, after=None) for p in lost)


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
        "issuer": document.issuer or None,
        "level": document.level or None,
        "confidence": document.confidence,
        "masks": [m.model_dump() for m in document.masks],
        "changes": [c.model_dump() for c in document.changes],
    }


def _hint(reading: Reading, hints: tuple[str, ...]) -> str:
    announced = next((h for h in hints if kind_of_title(h)), "")
    return announced or re.sub(r"\.[A-Za-z]{2,5}$", "", reading.file)


# --- one document ---------------------------------------------------------------------------------

_ENDS_WELL = tuple("。！？）”；…」』》)!?")
_LONG_LINE = 15


def _build(reading: Reading, piece: Piece, index: int, about: _About) -> Document:
    lines, title_at = _with_office_line(piece)
    text = "\n".join(p.text for p in lines)
    own = lines[title_at].text if title_at is not None else ""
    title = own or piece.inherited or about.fallback
    outlined = outline(lines, title_at, title)
    identity = identify(
        Evidence(
            title=title,
            title_from="text" if own else "collection" if piece.inherited else "file",
            front=reading.front_matter if index == 0 else {},
            wrapper_title=about.wrapper.title if about.wrapper else "",
            wrapper_issuer=about.wrapper.issuer if about.wrapper else "",
            told=about.told,
            headings=tuple((h.level, h.heading) for h in outlined.headings),
            lines=tuple(p.text for p in lines if not p.table),
            text=text,
        )
    )
    flags = set(about.flags)
    if about.last and (_cut_off(lines, outlined) or _half_missing(identity.kind, title, text)):
        flags.add("truncated")
    masks = tuple(masks_of(text))
    if masks:
        flags.add("anonymised")
    return Document(
        file=reading.file,
        fingerprint=reading.fingerprint + (f"p{index + 1}" if index else ""),
        title=title,
        kind=identity.kind,
        year=identity.year,
        plan_year=identity.plan_year,
        department=identity.department,
        issuer=identity.issuer,
        level=identity.level,
        confidence=identity.confidence,
        release=next((r for r in Release if r.value == reading.front_matter.get("公开范围")), Release.INTERNAL),
        flags=tuple(sorted(flags)),
        outline=outlined.headings,
        text=text,
        paragraphs=_paragraphs(reading, lines, outlined, identity),
        wrapper=about.wrapper,
        masks=masks,
    )


def _paragraphs(
    reading: Reading, lines: list[CleanParagraph], outlined: Outlined, identity: Identity
) -> tuple[TextParagraph, ...]:
    out = []
    offset = 0
    for line, known in zip(lines, outlined.lines, strict=True):
        text = line.text
        outside = known.kind in ("title", "front", "signature")
        out.append(
            TextParagraph(
                text=text,
                start=offset,
                end=offset + len(text),
                kind=known.kind,
                heading_path=known.path,
                role="" if outside else role_of(known.path, text, identity.kind, identity.plan_year),
                body=known.body,
                lead=lead_of(text[known.body :]) if known.kind == "body" else "",
                lines=tuple(reading.paragraphs[n - 1].line for n in line.lines),
            )
        )
        offset += len(text) + 1
    return tuple(out)


_SIGNED_ON = re.compile(r"(?:20\d\d|二[〇○零0][一二三四五六七八九〇○零]{2})年.{1,3}月.{1,3}日")
"""Whoever dates a text has come to its end."""


def _cut_off(lines: list[CleanParagraph], outlined: Outlined) -> bool:
    """Whether the text stops in mid-sentence.  Lists and headings whose like all end without a mark are whole."""
    bodies = [p.text for p, known in zip(lines, outlined.lines, strict=True) if known.kind == "body"]
    unmarked = sum(1 for t in bodies if len(t) >= _LONG_LINE and not t.endswith((*_ENDS_WELL, "：")))
    for line, known in zip(reversed(lines), reversed(outlined.lines), strict=True):
        if known.kind == "signature" or is_signature(line.text):
            if _SIGNED_ON.fullmatch(line.text.strip()):
                return False
            continue
        if known.kind not in ("body", "heading") or _is_footnote(line.text) or line.text.endswith(_ENDS_WELL):
            return False
        if known.kind == "heading":
            return known.body > 0 and any(k.kind == "body" for k in outlined.lines)
        return unmarked * 3 <= max(len(bodies), 3) or len(bodies) < 3
    return False


def _half_missing(kind: Kind | None, title: str, text: str) -> bool:
    """A 总结暨计划 in which nothing at all looks ahead has lost its plan half."""
    promised = kind is Kind.SUMMARY_PLAN and re.search("计划|打算|安排|思路|要点", title) is not None
    ahead = re.search(r"下一步|下一年|明年|新的一年|计划|打算|将(?!近|军|士)|下半年|力争|目标|今后", text[len(title) :])
    return promised and len(text) > 400 and ahead is None


def _is_footnote(text: str) -> bool:
    return re.match(r"^(?:［\d{1,3}］|注\d?：|[（(]?(?:责任科室|联系人|附))", text) is not None


def _with_office_line(piece: Piece) -> tuple[list[CleanParagraph], int | None]:
    """A title set in two lines, the office's name over the document's, made one."""
    lines, at = piece.lines, piece.title
    if at is None or at == 0:
        return lines, at
    above = lines[at - 1]
    if not ORGANISATION.match(above.text) or above.text in lines[at].text or above.table:
        return lines, at
    joined = lines[at].model_copy(update={"text": above.text + lines[at].text, "lines": above.lines + lines[at].lines})
    return [*lines[: at - 1], joined, *lines[at + 1 :]], at - 1

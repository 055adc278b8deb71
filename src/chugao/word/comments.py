"""Native comments: the part that holds them, and what a comment says of a number.

In: claims of a sentence or a cell, the draft's evidence.  Out: `Comment`s and word/comments.xml.

Word shows a comment beside the characters between its two range marks; the run that refers to it must follow them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from chugao.word.anchors import attribute, escape, plain_text
from chugao.word.styles import W

if TYPE_CHECKING:
    from chugao.manuscript import Draft, Evidence
    from chugao.source import Claim

AUTHOR = "初稿"
STATES = {
    "metric": "指标",
    "derived": "由指标算出",
    "matter": "事项",
    "passage": "历年文稿",
    "constant": "固定写法",
    "person": "人工确认",
    "unsupported": "没有出处",
}


class Comment(NamedTuple):
    """One comment, with its number in the file."""

    number: int
    author: str
    when: str
    """“2026-01-08T09:30:00Z”; "" leaves the date out."""
    text: str
    """Lines become paragraphs."""


class Note(NamedTuple):
    """What is to be said about the characters [start, end) of a text."""

    start: int
    end: int
    text: str


def notes_of(text: str, claims: Iterable[Claim], evidence: dict[str, Evidence]) -> tuple[Note, ...]:
    """A note for each claimed number: what it is, its formula, file, sheet, cell and cut-off.

    Years of the document say nothing new.
    """
    told = []
    for claim in sorted(claims, key=lambda c: c.start):
        if claim.state == "constant" or not any(c.isdigit() for c in text[claim.start : claim.end]):
            continue
        told.append(Note(claim.start, claim.end, _told(text[claim.start : claim.end], claim, evidence)))
    return tuple(told)


def evidence_of(draft: Draft) -> dict[str, Evidence]:
    """The draft's evidence by slot."""
    return {e.id: e for e in draft.evidence}


def _told(printed: str, claim: Claim, evidence: dict[str, Evidence]) -> str:
    known = evidence.get(claim.id)
    name = known.name if known and known.name else ""
    lines = [f"{STATES[claim.state]}：{name or printed}"]
    if name:
        lines.append(f"文中：{printed}")
    if claim.formula and claim.formula != "填报值":
        lines.append(f"算法：{claim.formula}")
    if claim.source:
        lines.append(f"出处：{claim.source}")
    return "\n".join(lines)


def comments_xml(comments: Iterable[Comment]) -> str:
    """word/comments.xml."""
    return f'<w:comments xmlns:w="{W}">{"".join(map(_comment, comments))}</w:comments>'


def _comment(comment: Comment) -> str:
    when = f' w:date="{attribute(comment.when)}"' if comment.when else ""
    paragraphs = "".join(
        f'<w:p><w:r><w:t xml:space="preserve">{escape(plain_text(line))}</w:t></w:r></w:p>'
        for line in comment.text.split("\n")
    )
    initials = attribute(comment.author[:2])
    return (
        f'<w:comment w:id="{comment.number}" w:author="{attribute(comment.author)}"{when} '
        f'w:initials="{initials}">{paragraphs}</w:comment>'
    )


def range_start(number: int) -> str:
    """Mark before the first character a comment is about."""
    return f'<w:commentRangeStart w:id="{number}"/>'


def range_end(number: int) -> str:
    """Mark after the last, and the run that refers to the comment."""
    return f'<w:commentRangeEnd w:id="{number}"/><w:r><w:commentReference w:id="{number}"/></w:r>'

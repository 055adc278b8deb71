"""The lines a paper is ruled with: the red one under its number, those of the imprint.

In: the paragraphs of a file, each with the borders it is printed with.  Out: `Finding`s, never above a warning.

A line may be the border of a paragraph, of the empty one beside it, or a drawn shape: a shape is taken for the line
and its measures are left to the eye.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from chugao.word.revisions import child, tag_of, value_of

if TYPE_CHECKING:
    from chugao.source import Finding
    from chugao.word.judging_parts import Told

_GAP_MM = 4.0
_OUTER_EIGHTHS, _INNER_EIGHTHS = 8, 6
"""0.35 and 0.25 mm, in eighths of a point."""


class Rule(NamedTuple):
    """A line above or below a paragraph."""

    eighths: int = 0
    """Thickness, eighths of a point."""
    colour: str = ""
    gap_pt: int = 0
    """Between text and line."""
    whole: bool = True
    """Whether it is as wide as the text of the page."""
    drawn: bool = False
    """A shape, not a border."""


def rule_of(blocks: Iterable[Any], side: str, whole: bool) -> Rule | None:
    """The border on one side of a paragraph, from the nearest setting that names it; None where there is none."""
    for block in blocks:
        if (border := child(block, "pBdr", side)) is not None:
            if value_of(border, "val") in ("", "nil", "none"):
                return None
            size, gap = (_whole_number(value_of(border, name)) for name in ("sz", "space"))
            return Rule(size, value_of(border, "color").upper(), gap, whole)
    return None


def drawn_in(paragraph: Any) -> Rule | None:
    """A line drawn as a shape; pictures are none."""
    shapes = {"wsp", "line", "cxnSp", "shape", "rect"}
    if any(tag_of(e) in shapes for e in paragraph.iter()) and not any(tag_of(e) == "pic" for e in paragraph.iter()):
        return Rule(drawn=True)
    return None


def _whole_number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else 0


def judge_lines(told: "Sequence[Told]") -> "Iterator[Finding]":
    """The red line of a paper with a mast; the lines of an imprint."""
    yield from _red_line(told)
    yield from _imprint_lines([p for p in told if p.role == "imprint"])


def _red_line(told: "Sequence[Told]") -> "Iterator[Finding]":
    from chugao.word.judging_parts import found, is_red

    head = [i for i, p in enumerate(told) if p.role in ("mast", "number")]
    if not any(told[i].role == "mast" for i in head):
        return
    last = told[head[-1]]
    after = told[head[-1] + 1] if head[-1] + 1 < len(told) else None
    quote = last.text.strip()[:20]
    rule = last.below or (after.above if after else None)
    if rule is None:
        yield found("layout.red_line", quote, "发文字号之下应有一条与版心等宽的红色分隔线。", last.at)
        return
    if rule.drawn:
        return
    if not is_red(rule.colour):
        yield found("layout.red_line_colour", quote, "发文字号之下的分隔线应为红色。", last.at)
    if not rule.whole:
        yield found("layout.red_line_width", quote, "发文字号之下的红色分隔线应与版心等宽，不缩进。", last.at)
    gap_mm = rule.gap_pt * 25.4 / 72
    if rule is last.below and abs(gap_mm - _GAP_MM) > 1:
        yield found("layout.red_line_gap", quote, f"红色分隔线应在发文字号之下4毫米，现为{gap_mm:.0f}毫米。", last.at)


def _imprint_lines(imprint: "Sequence[Told]") -> "Iterator[Finding]":
    from chugao.word.judging_parts import found

    if not imprint:
        return
    first, last = imprint[0], imprint[-1]
    for paragraph, rule, word in ((first, first.above, "首条"), (last, last.below, "末条")):
        quote = paragraph.text.strip()[:12]
        if rule is None:
            yield found(
                "layout.imprint_line", quote, f"版记{word}分隔线没有画，应与版心等宽、粗0.35毫米。", paragraph.at
            )
        elif not rule.drawn and abs(rule.eighths - _OUTER_EIGHTHS) > 2:
            given = f"{rule.eighths / 8 * 25.4 / 72:.2f}"
            hint = f"版记{word}分隔线粗{given}毫米，应为0.35毫米（1磅）。"
            yield found("layout.imprint_line_width", quote, hint, paragraph.at)
    for above, below in pairwise(imprint):
        rule = above.below or below.above
        quote = below.text.strip()[:12]
        if rule is None:
            yield found("layout.imprint_inner", quote, "版记中间的分隔线没有画，应粗0.25毫米。", below.at)
        elif not rule.drawn and abs(rule.eighths - _INNER_EIGHTHS) > 1:
            given = f"{rule.eighths / 8 * 25.4 / 72:.2f}"
            hint = f"版记中间的分隔线粗{given}毫米，应为0.25毫米（0.75磅）。"
            yield found("layout.imprint_inner_width", quote, hint, below.at)

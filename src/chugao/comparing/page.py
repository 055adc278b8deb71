"""A comparison as one HTML file that needs nothing beside it: no network, no script to be read.

In: a `Comparison` and its facts, or candidates side by side.  Out: HTML; layouts are files in `templates/pages/`.

Each paragraph stands twice, once a column, and the views (并排, 合并, 清稿) only show or hide marks by style, so that the
file stays small and can be printed as it is looked at.  Texts are hostile: everything is escaped, and the page forbids
itself any script and style but its own, by hash.
"""

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from markupsafe import Markup, escape

from chugao.comparing.candidates import SideBySide
from chugao.comparing.facts import FactChange, with_role
from chugao.comparing.summary import Summary, summary_of_changes
from chugao.comparing.terminal import Only, pieces_to_show, told_beside, where_of
from chugao.comparing.tokens import tokens_of
from chugao.comparing.versions import Comparison, Part, Piece, Unit
from chugao.comparing.words import without_number
from chugao.shipped import shipped


def comparison_page(comparison: Comparison, facts: Sequence[FactChange], shown: Only = "all") -> str:
    """Two versions: facts on top, then the text side by side; `shown` is the filter it opens with."""
    rows = tuple(rows_of(comparison))
    where = _Places(comparison, rows)
    summary = summary_of_changes(comparison, facts)
    old, new = comparison.old, comparison.new
    return _page(
        "compare",
        title=new.title or old.title or new.file or "文稿",
        old_name=old.file or "旧稿",
        new_name=new.file or "新稿",
        line=summary.line,
        touched=_touched(summary),
        shown=shown,
        # A newer file gives most numbers another source; those that became others come first.
        facts=[_fact(f, where) for f in sorted(facts, key=lambda f: f.change == "resourced")],
        sections=[
            {"heading": s.heading, "row": where.of_section(s.section), "told": _told(s.hunks, s.facts)}
            for s in summary.sections
        ],
        rows=[] if summary.same else rows,
    )


def candidates_page(given: SideBySide) -> str:
    """Two candidates and more: which facts each leaves out, then its sections beside those of the others."""
    partial = [u for u in given.uses if not u.everywhere]
    return _page(
        "candidates",
        title=given.columns[0].title or given.columns[0].name,
        columns=given.columns,
        partial=partial,
        shared=len(given.uses) - len(partial),
        lines=[
            {"key": line.key, "heading": line.heading, "row": f"s{i}", "cells": line.cells}
            for i, line in enumerate(given.lines)
        ],
    )


def _page(layout: str, **values: Any) -> str:
    style, script = _asset("compare.css"), _asset("compare.js")
    return str(
        _layout(f"{layout}.html.j2").render(
            style=Markup(style),
            script=Markup(script),
            style_hash=_hash(style),
            script_hash=_hash(script),
            **values,
        )
    )


@cache
def _layout(name: str) -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    places = FileSystemLoader(_folder())
    return Environment(loader=places, autoescape=True, undefined=StrictUndefined, trim_blocks=True).get_template(name)


def _folder() -> Path:
    return shipped("templates") / "pages"


@cache
def _asset(name: str) -> str:
    """A style sheet or script of ours without comments and line ends, which are a sixth of the page."""
    text = (_folder() / name).read_text(encoding="utf-8")
    return re.sub(r"/\*.*?\*/", "", text).replace("\n", "")


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


# --- rows -----------------------------------------------------------------------------------------


class Row(NamedTuple):
    """A paragraph in both versions."""

    id: str
    classes: str
    old: Markup
    new: Markup
    units: tuple[int, ...]
    parts: tuple[int | None, int | None]


def rows_of(comparison: Comparison) -> Iterator[Row]:
    """The paragraphs of both texts in one order; headings of sections with changes are marked to stay in sight."""
    numeric = {h.unit for h in comparison.hunks if h.kind == "数字"}
    rows: list[Row] = []
    for number, group in enumerate(_paragraphs(comparison.units)):
        units = [comparison.units[i] for i in group]
        changed = any(u.op != "equal" for u in units)
        figures = changed and (not numeric.isdisjoint(group) or any(_has_number(u) for u in units))
        gone = all(u.op in ("delete", "moved_from") for u in units)
        classes = (_KINDS.get(units[0].kind, ""), "c" * changed, "n" * figures, "gone" * gone)
        rows.append(
            Row(
                id=f"r{number}",
                classes=" ".join(filter(None, classes)),
                old=_column(units, left=True),
                new=_column(units, left=False),
                units=tuple(group),
                parts=(units[0].old_part, units[0].new_part),
            )
        )
    seen = _sections_in_sight(comparison, rows)
    for row in rows:
        if "h" in row.classes.split():
            more = {seen[side].get(part, "") for side, part in enumerate(row.parts) if part is not None}
            row = row._replace(classes=f"{row.classes} {max(more, key=len, default='')}".strip())
        yield row


def _sections_in_sight(comparison: Comparison, rows: Sequence[Row]) -> tuple[dict[int, str], dict[int, str]]:
    """For old and new parts: "s" when something in or below them changed, "s sn" when a number did."""
    seen: tuple[dict[int, str], dict[int, str]] = ({}, {})
    for row in rows:
        classes = row.classes.split()
        if "c" not in classes:
            continue
        for side, version in enumerate((comparison.old, comparison.new)):
            part = row.parts[side]
            for above in _with_parents(version.parts, part) if part is not None else ():
                seen[side][above] = "s sn" if "n" in classes or seen[side].get(above) == "s sn" else "s"
    return seen


def _with_parents(parts: Sequence[Part], index: int) -> Iterator[int]:
    """A part and those it stands under."""
    level = parts[index].level + 1
    for place in range(index, -1, -1):
        if parts[place].level < level:
            yield place
            level = parts[place].level
        if level <= 1:
            return


_KINDS = {"title": "t", "heading": "h", "row": "w", "caption": "h"}


def _has_number(unit: Unit) -> bool:
    """Whether what came or went of a unit holds a number."""
    return any(
        piece.op != "equal" and any(number for _, number in _told_in(piece.text, first=at == 0))
        for at, piece in enumerate(pieces_to_show(unit))
    )


def _paragraphs(units: Sequence[Unit]) -> Iterator[list[int]]:
    """Indexes of the units that stand in one row: the same paragraph in whichever version they are in."""
    group: list[int] = []
    old: int | None = None
    new: int | None = None
    for index, unit in enumerate(units):
        before, after = (unit.old_paragraph if unit.in_old else None), (unit.new_paragraph if unit.in_new else None)
        other = (before is not None and old is not None and before != old) or (
            after is not None and new is not None and after != new
        )
        if group and (
            other
            or (before is None and old is not None and new is None)
            or (after is None and new is not None and old is None)
        ):
            yield group
            group, old, new = [], None, None
        group.append(index)
        old, new = (before if before is not None else old), (after if after is not None else new)
    if group:
        yield group


def _column(units: Sequence[Unit], *, left: bool) -> Markup:
    """What a column shows: the left its own version alone, the right both, with marks to hide by."""
    out: list[Markup] = []
    for unit in units:
        if left and not unit.in_old:
            continue
        if unit.op in ("moved_from", "moved_to"):
            out.append(_moved(unit, left=left))
            continue
        for at, piece in enumerate(pieces_to_show(unit)):
            if not left or piece.op != "insert":
                out.append(_piece(piece, first=at == 0 or (piece.op == "insert" and at == 1)))
    return Markup("").join(out)


def _piece(piece: Piece, *, first: bool = False) -> Markup:
    """A run as it is shown; in what came or went every number stands out."""
    if piece.op == "equal":
        return escape(piece.text.replace("\t", "｜"))
    tag = Markup("ins" if piece.op == "insert" else "del")
    return Markup("").join(
        Markup("<{0}{1}>{2}</{0}>").format(tag, Markup(' class="n"') if number else "", text.replace("\t", "｜"))
        for text, number in _told_in(piece.text, first=first)
    )


def _told_in(text: str, *, first: bool) -> Iterator[tuple[str, bool]]:
    """(words, whether they are a number), in order; the printed number (6.) a sentence begins with is none."""
    start = len(text) - len(without_number(text)) if first else 0
    if start:
        yield text[:start], False
    tokens = tokens_of(text[start:])
    for number, run in groupby(zip(tokens.texts, tokens.numbers, strict=True), key=lambda token: token[1]):
        yield "".join(word for word, _ in run), number


def _moved(unit: Unit, *, left: bool) -> Markup:
    """A sentence at one of the two ends of its move; what was edited on the way is marked where it arrived."""
    if unit.op == "moved_from":
        return Markup('<span class="m from"><small>[移走]</small>{}</span>').format(unit.old.replace("\t", "｜"))
    words = Markup("").join(_piece(p) for p in unit.pieces if p.op != "delete") if unit.pieces else escape(unit.new)
    return Markup('<span class="m"><small>[移来]</small>{}</span>').format(words)


# --- where things stand ---------------------------------------------------------------------------


class _Places:
    """Row ids by place in the texts."""

    def __init__(self, comparison: Comparison, rows: Sequence[Row]) -> None:
        self.old: list[tuple[int, int, str]] = []
        self.new: list[tuple[int, int, str]] = []
        self.sections: dict[str, str] = {}
        for row in rows:
            for index in row.units:
                unit = comparison.units[index]
                if unit.in_old:
                    self.old.append((*unit.old_span, row.id))
                if unit.in_new:
                    self.new.append((*unit.new_span, row.id))
            if "c" in row.classes.split():
                old, new = row.parts
                for part in ([comparison.new.parts[new]] if new is not None else []) + (
                    [comparison.old.parts[old]] if old is not None else []
                ):
                    self.sections.setdefault(part.key, row.id)

    def of_fact(self, fact: FactChange) -> str:
        place, spans = (fact.new_place, self.new) if fact.new_place else (fact.old_place, self.old)
        if place is None:
            return ""
        return next((row for start, end, row in spans if start <= place.start < end), "")

    def of_section(self, key: str) -> str:
        return self.sections.get(key, "")


def _fact(fact: FactChange, where: _Places) -> dict[str, Any]:
    return {
        "change": fact.change,
        "label": fact.label,
        "name": with_role(fact.metric, fact.role, fact.column),
        "old": fact.old,
        "new": fact.new,
        "row": where.of_fact(fact),
        "where": where_of(fact),
        "note": told_beside(fact),
        "warn": bool(fact.also) and fact.change == "changed",
    }


def _touched(summary: Summary) -> str:
    words = [w for w, moved in (("导语", summary.lead_changed), ("不足", summary.problems_changed)) if moved]
    return f"动了{'、'.join(words)}" if words else ""


def _told(hunks: dict[Any, int], facts: int) -> str:
    """“数字2 措辞3”."""
    told = [f"数字{facts}"] if facts else []
    told += [f"{kind}{count}" for kind, count in hunks.items() if kind != "数字"]
    return " ".join(told)

"""A draft as one HTML file that looks like the printed page; every number leads to where it comes from.

In: a `Draft`.  Out: HTML that needs nothing beside it: no network, no script, one style sheet allowed by its hash.

A number is a link to its row in the table below the text and the row a link back, so that it works on any machine and
on paper the marks disappear.
"""

import base64
import hashlib
import re
from collections import defaultdict
from functools import cache
from typing import Any

from markupsafe import Markup, escape

from chugao.export.evidence import Spot, Traced, traced_in
from chugao.flow import Piece, flow_of
from chugao.manuscript import Draft
from chugao.shipped import shipped

_OWED = re.compile(r"(【待补[^【】]{0,200}】)")
_LONG = 12


def to_html(draft: Draft, *, final: bool = False) -> str:
    """The page; until `final` it is marked 草稿."""
    pieces = flow_of(draft)
    sources: list[Traced] = []
    marks: dict[tuple[int, int, int], list[tuple[Spot, Traced]]] = defaultdict(list)
    for traced, spot in traced_in(draft, pieces):
        sources.append(traced)
        marks[spot.piece, spot.row, spot.column].append((spot, traced))
    style = _style()
    headings = {s.id: s.number + s.heading.text for s in draft.sections}
    return str(
        layout_of("draft.html.j2").render(
            title=draft.title.text,
            id=draft.id,
            mark="" if final else "草稿",
            line=_line(draft, sources),
            pieces=[_piece(piece, i, marks) for i, piece in enumerate(pieces)],
            sources=sources,
            findings=[
                {
                    "severity": f.severity.value,
                    "label": f.severity.label,
                    "heading": headings.get(f.place.section, ""),
                    "hint": f.hint,
                }
                for f in draft.findings
            ],
            override=draft.recipe.get("override"),
            style=Markup(style),
            style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        )
    )


def _line(draft: Draft, sources: list[Traced]) -> str:
    bad = sum(1 for s in sources if not s.supported)
    cutoff = f"数据截止{draft.cutoff}，" if draft.cutoff else ""
    # “与上年持平” has a source and is no number: counted as the 核稿单 counts.
    count = sum(any(c.isnumeric() for c in s.printed) for s in sources)
    return f"{draft.department}，{cutoff}数字{count}个，" + (f"{bad}个没有出处" if bad else "都有出处")


@cache
def layout_of(name: str) -> Any:
    """A page of `templates/pages/`; what is put into it is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    places = FileSystemLoader(shipped("templates") / "pages")
    environment = Environment(loader=places, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.get_template(name)


@cache
def _style() -> str:
    return (shipped("templates") / "pages" / "draft.css").read_text(encoding="utf-8").replace("\n", "")


def _piece(piece: Piece, at: int, marks: dict[tuple[int, int, int], list[tuple[Spot, Traced]]]) -> Markup:
    if piece.table is not None:
        head = Markup("").join(Markup('<th scope="col">{}</th>').format(t) for t in piece.table.header)
        rows = Markup("").join(
            Markup("<tr>{}</tr>").format(
                Markup("").join(
                    Markup('<td class="long">{}</td>' if len(cell.text) > _LONG else "<td>{}</td>").format(
                        _text(cell.text, marks.get((at, r, c), ()))
                    )
                    for c, cell in enumerate(row)
                )
            )
            for r, row in enumerate(piece.table.rows)
        )
        return Markup("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(head, rows)
    inside = Markup("").join(_text(run.text, marks.get((at, -1, i), ())) for i, run in enumerate(piece.runs))
    if piece.role == "title":
        return Markup("<h1>{}</h1>").format(inside)
    if piece.role == "heading":
        return Markup("<h{0}>{1}</h{0}>").format(min(piece.level, 4) + 1, inside)
    return Markup('<p class="{}">{}</p>').format(piece.role, inside)


def _text(text: str, marks: Any) -> Markup:
    """A text with its numbers as links and what is owed marked."""
    out: list[Markup] = []
    done = 0
    for spot, traced in marks:
        if spot.start < done:
            continue
        out.append(_plain(text[done : spot.start]))
        about = "　".join(filter(None, (traced.name or traced.state, traced.formula, traced.source)))
        out.append(
            Markup('<a class="{}" id="n{}" href="#s{}" title="{}">{}</a>').format(
                "n" if traced.supported else "n bad", traced.number, traced.number, about, text[spot.start : spot.end]
            )
        )
        done = spot.end
    return Markup("").join((*out, _plain(text[done:])))


def _plain(text: str) -> Markup:
    return Markup("").join(
        Markup('<span class="owed">{}</span>').format(piece) if i % 2 else escape(piece)
        for i, piece in enumerate(_OWED.split(text))
    )

"""Every number of a draft with what supports it: the rows of the evidence table, the 核稿单 and the HTML page.

In: a `Draft`.  Out: `Traced`, one a number, in the order of the pages.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from chugao.flow import Piece, flow_of
from chugao.manuscript import Draft, Evidence
from chugao.source import Claim
from chugao.word.comments import STATES

_PLACE = re.compile(r"([^；“”]{1,120}?) “([^”]{1,60})”表 ([A-Z]{1,3}\d{1,7})单元格")
_CUTOFF = re.compile(r"数据截止(\d{4}-\d\d-\d\d)")
_STOP = re.compile(r"[。！？；]")


class Place(NamedTuple):
    """A cell somebody can open."""

    file: str
    sheet: str
    cell: str


class Traced(NamedTuple):
    """One number of the draft."""

    number: int
    """Counted from 1 over the whole draft."""
    printed: str
    heading: str
    sentence: str
    state: str
    """指标, 由指标算出, 事项, 人工确认, 没有出处 …"""
    name: str
    """Of the metric."""
    value: str
    formula: str
    source: str
    places: tuple[Place, ...]
    cutoff: str
    last_year: str
    """The figure of the year before, where the draft knows it."""

    @property
    def supported(self) -> bool:
        return self.state != STATES["unsupported"]


class Spot(NamedTuple):
    """Where a number stands on a piece of the flow: which run (or which cell), and its characters."""

    piece: int
    row: int
    column: int
    """Of a run: row −1, column the run."""
    start: int
    end: int


def trace(draft: Draft) -> tuple[Traced, ...]:
    """Every number of a draft, in the order of the pages; years of the document and its printed numbers left out."""
    return tuple(traced for traced, _ in traced_in(draft, flow_of(draft)))


def traced_in(draft: Draft, pieces: list[Piece]) -> Iterator[tuple[Traced, Spot]]:
    """The same with where each stands on these pieces."""
    evidence = {e.id: e for e in draft.evidence}
    before = {e.metric: e.printed for e in draft.evidence if e.field == "prev"}
    number, heading = 0, ""
    for at, piece in enumerate(pieces):
        if piece.role in ("heading", "label"):
            heading = piece.text
        for row, column, text, claims, around in _texts(piece):
            for claim in sorted(claims, key=lambda c: c.start):
                printed = text[claim.start : claim.end]
                if claim.state == "constant" or not printed.strip():
                    continue
                number += 1
                sentence = around or _sentence(text, claim.start, claim.end)
                known = evidence.get(claim.id)
                yield (
                    _traced(number, printed, heading, sentence, claim, known, before),
                    Spot(at, row, column, claim.start, claim.end),
                )


def _texts(piece: Piece) -> Iterator[tuple[int, int, str, tuple[Claim, ...], str]]:
    if piece.table is not None:
        for r, row in enumerate(piece.table.rows):
            around = "｜".join(cell.text for cell in row if cell.text)
            for c, cell in enumerate(row):
                yield r, c, cell.text, cell.claims, around
        return
    for i, run in enumerate(piece.runs):
        yield -1, i, run.text, run.claims, ""


def _traced(
    number: int,
    printed: str,
    heading: str,
    sentence: str,
    claim: Claim,
    known: Evidence | None,
    before: dict[str, str],
) -> Traced:
    source = claim.source or (known.source if known else "")
    cutoffs = _CUTOFF.findall(source)
    metric = claim.metric or (known.metric if known else "")
    return Traced(
        number=number,
        printed=printed,
        heading=heading,
        sentence=sentence,
        state=STATES[claim.state],
        name=known.name if known else "",
        value=f"{known.value}{known.unit}" if known else "",
        formula=claim.formula or (known.formula if known else ""),
        source=source,
        places=places_in(source),
        cutoff=max(cutoffs, default=""),
        last_year=before.get(metric, "") if known is None or known.field != "prev" else "",
    )


def places_in(source: str) -> tuple[Place, ...]:
    """The cells that a source names."""
    return tuple(Place(f.strip(" ；（）"), sheet, cell) for f, sheet, cell in _PLACE.findall(source))


def by_sheet(places: Iterable[Place]) -> tuple[Place, ...]:
    """The same with all cells of a sheet together: “D9、F9”."""
    cells: dict[tuple[str, str], list[str]] = {}
    for place in places:
        cells.setdefault((place.file, place.sheet), []).append(place.cell)
    return tuple(Place(*of, "、".join(dict.fromkeys(named))) for of, named in cells.items())


def _sentence(text: str, start: int, end: int) -> str:
    """The sentence around a number."""
    left = max((m.end() for m in _STOP.finditer(text, 0, start)), default=0)
    right = _STOP.search(text, end)
    return text[left : right.end() if right else len(text)].strip()

"""Paragraphs that were parted or joined in a returned file, though every word of them stayed.

In: a comparison of the draft with the file.  Out: the sentences before which a paragraph now ends, or no longer does.
"""

from collections.abc import Iterator
from typing import Literal

from chugao.comparing import Comparison, Unit
from chugao.comparing.paragraphs import borders_of, runs_on

Kind = Literal["分段", "并段"]
_KINDS: dict[str, Kind] = {"parted": "分段", "joined": "并段"}


def parted_or_joined(comparison: Comparison) -> Iterator[tuple[Unit, Kind]]:
    """Units before which a paragraph was parted or joined; items that came and went whole are edits already."""
    for _, unit, kind in borders_of(comparison):
        if kind and not runs_on(unit):
            yield unit, _KINDS[kind]


def headings_joined(comparison: Comparison) -> Iterator[Unit]:
    """The text that was run together with the heading over it."""
    for before, unit, kind in borders_of(comparison):
        if kind == "joined" and "heading" in (before.kind, unit.kind):
            yield unit


def items_parted_or_joined(comparison: Comparison) -> Iterator[tuple[Unit, Kind | None]]:
    """Items 二是, 三是 that stayed, and whether each was parted from the one before it or joined to it."""
    return (
        (unit, _KINDS.get(kind))
        for before, unit, kind in borders_of(comparison)
        if runs_on(unit) and before.kind == "sentence"
    )

"""Paragraphs that were parted or joined in a returned file, though every word of them stayed.

In: a comparison of the draft with the file.  Out: the sentences before which a paragraph now ends, or no longer does.

Whether 一是…二是… run on or stand in paragraphs of their own is the layout's business, so they are told apart.
"""

import re
from collections.abc import Iterator
from typing import Literal

from chugao.comparing import Comparison, Unit

_RUN_ON = re.compile(r"[一二三四五六七八九十]{1,3}是")
Border = Literal["分段", "并段", ""]


def parted_or_joined(comparison: Comparison) -> Iterator[tuple[Unit, Literal["分段", "并段"]]]:
    """Units before which a paragraph was parted or joined; items that came and went whole are edits already."""
    for unit, kind in _borders(comparison):
        # Whether 一是…二是… run on or stand in paragraphs of their own is the layout's business, not an edit.
        if kind and not _RUN_ON.match(unit.old):
            yield unit, kind


def items_parted_or_joined(comparison: Comparison) -> Iterator[tuple[Unit, Border]]:
    """Items 二是, 三是 that stayed, and whether each was parted from the one before it or joined to it."""
    return ((unit, kind) for unit, kind in _borders(comparison) if _RUN_ON.match(unit.old))


def _borders(comparison: Comparison) -> Iterator[tuple[Unit, Border]]:
    """Sentences that stayed behind another one, and what became of the paragraph's border between them."""
    previous: Unit | None = None
    for unit in comparison.units:
        if unit.op not in ("equal", "changed"):
            if unit.in_old and unit.in_new:
                previous = unit
            continue
        if previous is not None and unit.kind == "sentence" == previous.kind:
            old = unit.old_paragraph == previous.old_paragraph
            new = unit.new_paragraph == previous.new_paragraph
            yield unit, "" if old == new else "分段" if old else "并段"
        previous = unit

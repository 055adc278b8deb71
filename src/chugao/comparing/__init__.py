"""Compare two versions of a text: sections, sentences, words; a number is never cut in two.

In: two of draft, `Version` or text.  Out: a `Comparison`: hunks for people, units for whoever prints both texts.

Surprise: character diffs, difflib's above all, fall apart on repeated passages, which official papers are full of; so
nothing is compared by characters before sections and sentences have found each other.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

from chugao.comparing.reading import read_version, version_of_draft, version_of_text
from chugao.comparing.versions import (
    Comparison,
    Hunk,
    Part,
    Piece,
    Stretch,
    Unit,
    Version,
)

if TYPE_CHECKING:
    from chugao.manuscript import Draft

__all__ = [
    "Comparison",
    "Hunk",
    "Part",
    "Piece",
    "Stretch",
    "Unit",
    "Version",
    "compare",
    "read_version",
    "version_of_draft",
    "version_of_text",
]

_KEPT = 32
_Read = tuple[tuple[Part, ...], tuple[Stretch, ...]]
"""All of a version that a comparison looks at."""
_cache: OrderedDict[tuple[_Read, _Read], tuple[tuple[Hunk, ...], tuple[Unit, ...]]] = OrderedDict()
_lock = Lock()


def compare(old: Version | Draft | str, new: Version | Draft | str) -> Comparison:
    """What differs between two versions; the same two are compared once."""
    before, after = _version(old), _version(new)
    key = (before.parts, before.stretches), (after.parts, after.stretches)
    with _lock:
        if (found := _cache.get(key)) is not None:
            _cache.move_to_end(key)
    if found is None:
        found = _compared(before, after)
        with _lock:
            _cache[key] = found
            while len(_cache) > _KEPT:
                _cache.popitem(last=False)
    hunks, units = found
    return Comparison(old=before, new=after, hunks=hunks, units=units)


def _version(given: Version | Draft | str) -> Version:
    if isinstance(given, Version):
        return given
    return version_of_text(given) if isinstance(given, str) else version_of_draft(given)


def _compared(old: Version, new: Version) -> tuple[tuple[Hunk, ...], tuple[Unit, ...]]:
    from chugao.comparing.hunks import hunks_of
    from chugao.comparing.units import units_of

    units = units_of(old, new)
    return hunks_of(old, new, units), units

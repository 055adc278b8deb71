"""How much of one text stands in another: 雷同 between sibling departments.

In: texts.  Out: `Alike`: the share of the shorter text that stands in the longer one, word for word but for digits
and marks, and the runs.

What three texts of a set and more have in common is the office's own formula and counts for nothing.
"""

from collections.abc import Mapping
from typing import NamedTuple

from chugao.corpus.winnowing import SHORTEST, Run, RunIndex, common_to, fold_text, outside

ALIKE = 0.3
"""From this share on a person should look."""


class Alike(NamedTuple):
    """Two texts of a set that resemble each other."""

    first: str
    second: str
    share: float
    """Of the characters of the shorter one, 0 to 1."""
    runs: tuple[Run, ...]
    """Places in the first text (start, end) and in the second (source_start, source_end)."""


def most_alike(texts: Mapping[str, str], least: float = ALIKE) -> list[Alike]:
    """Every pair of a set that shares at least so much, most alike first; what three share is left out."""
    index = RunIndex(texts.items())
    pairs: dict[tuple[str, str], Alike] = {}
    for name, text in texts.items():
        runs = [r for r in index.runs(text) if r.document != name]
        common = common_to(runs, {}, len(text), several=2)
        own = [piece for run in runs for piece in _pieces(run, common)]
        for other in {r.document for r in own}:
            shared = tuple(r for r in own if r.document == other)
            share = _share(shared, text, texts[other])
            first, second = sorted((name, other))
            if share >= least and ((first, second) not in pairs or name == first):
                pairs[first, second] = Alike(name, other, share, shared)
    return sorted(pairs.values(), key=lambda p: (-p.share, p.first, p.second))


def _pieces(run: Run, common: "object") -> list[Run]:
    """What is left of a run outside the characters that are everybody's."""
    import numpy as np

    mask = np.asarray(common)[run.start : run.end]
    if not mask.any():
        return [run]
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    spans = [(run.start + int(a), run.start + int(b)) for a, b in edges.reshape(-1, 2)]
    left = [(a, b) for a, b in outside(run, spans) if b - a >= SHORTEST]
    shift = run.source_start - run.start
    return [Run(a, b, run.document, a + shift, b + shift) for a, b in left]


def _share(runs: tuple[Run, ...], a: str, b: str) -> float:
    """Covered characters of the first over the length of the shorter, spaces not counted."""
    import numpy as np

    shorter = min(len(fold_text(a).points), len(fold_text(b).points))
    if not shorter or not runs:
        return 0.0
    covered = np.zeros(len(a), bool)
    for run in runs:
        covered[run.start : run.end] = True
    solid = np.array([not c.isspace() for c in a], bool)
    return min(1.0, float((covered & solid).sum()) / shorter)


def resemblance_of(texts: Mapping[str, str], least: float) -> list[tuple[str, str, float]]:
    """Every pair of a set that shares at least so much, whatever a third one shares too: near copies, not formulas."""
    index = RunIndex(texts.items())
    pairs: dict[tuple[str, str], float] = {}
    for name, text in texts.items():
        runs = [r for r in index.runs(text) if r.document != name]
        for other in {r.document for r in runs}:
            share = _share(tuple(r for r in runs if r.document == other), text, texts[other])
            pair = (name, other) if name < other else (other, name)
            if share >= least:
                pairs[pair] = max(share, pairs.get(pair, 0.0))
    return [(a, b, share) for (a, b), share in sorted(pairs.items())]

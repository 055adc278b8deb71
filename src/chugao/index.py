"""Find passages of past reports by their words.

In: passages, a query, a `Scope`.  Out: `Hit`s, best first, each saying which filters had to give way.

BM25 over single characters and pairs of “title > headings > text” beats every dense model we measured on these texts
(`R@1` .96), and year, kind and department work as filters, not as words: put into the query they cost up to 46 points.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chugao.config import shipped
from chugao.corpus import Passage, is_own, load_folder, passages_of, same_text_key
from chugao.source import Finding, Frozen, Scope

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from chugao.database import Database

K1 = 1.5
B = 0.75
PRIOR_DEPARTMENT = 0.05
PRIOR_RECENCY = 0.05
RELAXED_IN_ORDER = ("year", "level", "kind")
EVERYONE = "*"
"""As an owner: the local index, which belongs to whoever opened the folder."""

_RANKED = 1000
_POINT_BITS = 21
_MAX_PASSAGES = 2**21


class Hit(Frozen):
    """A passage that answers a query."""

    passage: Passage
    score: float
    """0 to 1 by its words among the passages in scope, plus up to 0.1 for department and recency."""
    relaxed: tuple[str, ...] = ()
    """Filters that were dropped because nothing was found within them: year, level, kind."""


class Bm25:
    """Lucene's BM25 over character uni- and bigrams; postings are flat arrays with their weights worked out."""

    def __init__(self, texts: Sequence[str]) -> None:
        import numpy as np

        self.size = len(texts)
        terms, documents = _terms(texts)
        keys = (terms << np.uint64(_POINT_BITS)) | documents.astype(np.uint64)
        keys.sort()
        first = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1]))) if len(keys) else np.empty(0, np.int64)
        counts = np.diff(np.append(first, len(keys))).astype(np.float32)
        pairs = keys[first]
        self._documents: NDArray[np.int32] = (pairs & np.uint64(_MAX_PASSAGES - 1)).astype(np.int32)
        owners = pairs >> np.uint64(_POINT_BITS)
        starts = np.flatnonzero(np.concatenate(([True], owners[1:] != owners[:-1]))) if len(pairs) else first
        self._terms: NDArray[np.uint64] = owners[starts]
        self._bounds: NDArray[np.int64] = np.append(starts, len(pairs)).astype(np.int64)
        lengths = np.bincount(documents, minlength=self.size).astype(np.float32)
        average = float(lengths.mean()) if self.size and lengths.any() else 1.0
        frequency = np.diff(self._bounds)
        idf = np.log1p((self.size - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)
        norm = (K1 * (1 - B + B * lengths / average)).astype(np.float32)
        weight = counts / (counts + norm[self._documents])
        self._weights: NDArray[np.float32] = weight * np.repeat(idf, frequency)
        self._rows: dict[int, NDArray[np.float32]] = {}

    def scores(self, query: str) -> "NDArray[np.float32]":
        """Score of every text, in the order given; 0 for one that shares no character."""
        import numpy as np

        scores = np.zeros(self.size, np.float32)
        terms, times = np.unique(_terms([query])[0], return_counts=True)
        places = np.searchsorted(self._terms, terms)
        for term, place, count in zip(terms.tolist(), places.tolist(), times.tolist(), strict=True):
            if place < len(self._terms) and int(self._terms[place]) == term:
                self._add(scores, place, count)
        return scores

    def _add(self, scores: "NDArray[np.float32]", place: int, count: int) -> None:
        """Add one term's weights; of a term in a quarter of the texts a whole row is kept, ten times as fast to add."""
        import numpy as np

        low, high = int(self._bounds[place]), int(self._bounds[place + 1])
        if (high - low) * 4 < self.size:
            scores[self._documents[low:high]] += self._weights[low:high] * np.float32(count)
            return
        if place not in self._rows:
            row = np.zeros(self.size, np.float32)
            row[self._documents[low:high]] = self._weights[low:high]
            self._rows[place] = row
        scores += self._rows[place] * np.float32(count)


def _terms(texts: Sequence[str]) -> "tuple[NDArray[np.uint64], NDArray[np.int64]]":
    """(term, text it stands in) for every letter, digit and Han character and every two neighbours.

    A term is one code point, or two packed into 42 bits; marks and spaces part neighbours.
    """
    import numpy as np

    joined = "\0".join(texts).lower()
    points = np.frombuffer(joined.encode("utf-32-le", "replace"), np.uint32).astype(np.uint64)
    present = np.unique(points)
    words = np.array([chr(int(p)).isalnum() for p in present], bool)
    valid = words[np.searchsorted(present, points)] if len(points) else np.empty(0, bool)
    owner = np.cumsum(points == 0).astype(np.int64)
    pair = valid[:-1] & valid[1:]
    bigrams = (points[:-1] << np.uint64(_POINT_BITS)) | points[1:]
    terms = np.concatenate((points[valid], bigrams[pair]))
    return terms, np.concatenate((owner[valid], owner[:-1][pair]))


class Index:
    """Passages and their postings.  Holds them in memory; a rebuilt folder needs a new one."""

    def __init__(self, passages: Iterable[Passage], findings: Sequence[Finding] = ()) -> None:
        self.passages: tuple[Passage, ...] = tuple(passages)[:_MAX_PASSAGES]
        self.findings = tuple(findings)
        """Files that could not be read."""
        self._by_id = {p.id: p for p in self.passages}
        self._bm25 = Bm25([indexed_text(p) for p in self.passages])
        self._same = _numbered(same_text_key(p.text) for p in self.passages)
        self._columns = {
            "kind": _Column(p.kind.value if p.kind else None for p in self.passages),
            "year": _Column(p.year for p in self.passages),
            "department": _Column(p.department for p in self.passages),
            "level": _Column(p.level for p in self.passages),
            "document": _Column(p.document for p in self.passages),
            "owner": _Column(p.owner for p in self.passages),
        }
        self._recency = _recency([p.year or p.plan_year for p in self.passages])

    def __len__(self) -> int:
        return len(self.passages)

    def get(self, passage_id: str) -> Passage | None:
        """The passage with this id, None when there is none."""
        return self._by_id.get(passage_id)

    def search(
        self, query: str, scope: Scope | None, k: int = 8, *, exclude: Iterable[str] = (), prefer: str = ""
    ) -> list[Hit]:
        """The best `k` passages within `scope`, each text once.

        A scope without owners, or None, finds nothing: pass `Scope(owners=("*",))` for a local index.  Kind, year,
        department and level are filters; when they leave nothing, year, then level, then kind give way, and the hits
        say so; department never does.  `exclude` takes passage ids: whole documents of theirs are left out.
        `prefer` names a department whose passages rank a little higher.
        """
        import numpy as np

        if scope is None or not scope.owners or not self.passages or k <= 0:
            return []
        scores = self._bm25.scores(query)
        allowed = self._allowed(scope, exclude) & (scores > 0)
        relaxed: tuple[str, ...] = ()
        within = allowed & self._within(scope, relaxed)
        for name in RELAXED_IN_ORDER:
            if within.any():
                break
            if getattr(scope, name) is not None:
                relaxed = (*relaxed, name)
                within = allowed & self._within(scope, relaxed)
        places = np.flatnonzero(within)
        if not len(places):
            return []
        ranked = self._ranked(places, scores, prefer or scope.department or "")
        best = self._each_once(ranked, k)
        return [Hit(passage=self.passages[i], score=round(s, 6), relaxed=relaxed) for i, s in best]

    def _allowed(self, scope: Scope, exclude: Iterable[str]) -> "NDArray[np.bool_]":
        """What this owner may see, without the excluded documents."""
        import numpy as np

        documents = {i.rpartition("-")[0] for i in exclude}
        allowed = np.ones(len(self.passages), bool)
        if EVERYONE not in scope.owners:
            allowed = self._columns["owner"].among(scope.owners)
        if documents:
            allowed = allowed & ~self._columns["document"].among(documents)
        return allowed

    def _within(self, scope: Scope, relaxed: tuple[str, ...]) -> "NDArray[np.bool_]":
        import numpy as np

        within = np.ones(len(self.passages), bool)
        for name in ("kind", "year", "department", "level"):
            value = getattr(scope, name)
            if value is not None and name not in relaxed:
                within &= self._columns[name].among((value,))
        return within

    def _ranked(
        self, places: "NDArray[np.int64]", scores: "NDArray[np.float32]", department: str
    ) -> list[tuple[int, float]]:
        """Scores brought to 0–1, priors added; ties by place, so that the order is always the same."""
        import numpy as np

        found = scores[places].astype(np.float64)
        low, high = found.min(), found.max()
        total = (found - low) / (high - low) if high > low else np.ones_like(found)
        total = total + PRIOR_RECENCY * self._recency[places]
        if department:
            total = total + PRIOR_DEPARTMENT * self._columns["department"].among((department,))[places]
        near = np.flatnonzero(total >= _floor(total))
        order = near[np.argsort(-total[near], kind="stable")]
        return [(int(places[i]), float(total[i])) for i in order]

    def _each_once(self, ranked: list[tuple[int, float]], k: int) -> list[tuple[int, float]]:
        seen: set[int] = set()
        best = []
        for place, score in ranked:
            if self._same[place] not in seen:
                seen.add(self._same[place])
                best.append((place, score))
                if len(best) == k:
                    break
        return best


def open_index(
    path: Path | str | None = None, *, organisation: str = "", department: str = "", own: bool | None = None
) -> Index:
    """Read a folder of reports and index it; without a path, the sample corpus that comes with chugao.

    `own` says whether they are the office's own; left open, those are whose issuer or department is the one named.
    Files that cannot be read are in the index's `findings`.
    """
    loaded = load_folder(Path(path) if path is not None else shipped("corpus"))
    passages: list[Passage] = []
    seen: set[str] = set()
    for document in loaded.documents:
        if document.fingerprint in seen:  # the same file twice in the folder
            continue
        seen.add(document.fingerprint)
        mine = is_own(document, organisation, department) if own is None else own
        passages.extend(passages_of(document, own=mine))
    return Index(passages, loaded.findings)


def load_index(db: "Database", organisation: str = "") -> Index:
    """An index of the reports kept in a database, each passage with its owner; `Scope` says who sees what.

    Reports whose issuer is `organisation` are the office's own, beside those that were said to be.
    """
    from chugao.corpus.store import load_passages

    return Index(load_passages(db, organisation))


def indexed_text(passage: Passage) -> str:
    """What is searched: “title > headings > text”."""
    return " > ".join((passage.title, *passage.heading_path, passage.text))


class _Column:
    """One field of all passages as small integers, compared at once."""

    def __init__(self, values: Iterable[Any]) -> None:
        import numpy as np

        self._codes: dict[Any, int] = {}
        self._column: NDArray[np.int32] = np.fromiter(
            (self._codes.setdefault(v, len(self._codes)) for v in values), np.int32
        )

    def among(self, wanted: Iterable[Any]) -> "NDArray[np.bool_]":
        """Which passages have one of these values."""
        import numpy as np

        codes = [self._codes[v] for v in wanted if v in self._codes]
        found: NDArray[np.bool_] = self._column == codes[0] if len(codes) == 1 else np.isin(self._column, codes)
        return found


def _floor(total: "NDArray[np.float64]") -> float:
    """The score of the thousandth best: nobody asks for more, and sorting all of a large corpus costs."""
    import numpy as np

    if len(total) <= _RANKED:
        return float(total.min())
    return float(np.partition(total, len(total) - _RANKED)[len(total) - _RANKED])


def _numbered(values: Iterable[str]) -> list[int]:
    numbers: dict[str, int] = {}
    return [numbers.setdefault(v, len(numbers)) for v in values]


def _recency(years: Sequence[int | None]) -> "NDArray[np.float64]":
    """1 for the newest year, 0 for the oldest and for unknown ones."""
    import numpy as np

    known = [y for y in years if y is not None]
    if not known or min(known) == max(known):
        return np.zeros(len(years))
    low, high = min(known), max(known)
    return np.array([0.0 if y is None else (y - low) / (high - low) for y in years])


def query_words(text: str) -> str:
    """A need as a query: scope words (years, kinds of document) taken out, for they match every title."""
    return re.sub(r"20\d\d年?度?|工作(?:总结|计划|要点|思路)|年度", " ", text).strip() or text

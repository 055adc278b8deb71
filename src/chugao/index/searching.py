"""Find passages of past reports by their words, and by nearness of meaning where vectors are.

In: passages, a query, a `Scope`.  Out: `Hit`s, best first, each saying where it stands and which filters gave way.

Year, kind and department work as filters, not as words: put into the query they cost up to 46 points of `R@1`.  The
filters are laid first; then words count half and vectors half, each brought to 0–1 among the passages that are left.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import compress, pairwise
from typing import TYPE_CHECKING, Any

from chugao.corpus import Passage, masked, same_text_key
from chugao.errors import EngineError
from chugao.index.bm25 import MOST_TEXTS, Bm25
from chugao.index.dense import Encoder, Nearest
from chugao.source import Finding, Frozen, Scope

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PRIOR_DEPARTMENT = 0.05
PRIOR_RECENCY = 0.03
RELAXED_IN_ORDER = ("year", "level", "kind")
EVERYONE = "*"
"""As an owner: the local index, which belongs to whoever opened the folder."""
WORDS = MEANING = 0.5
_MOST_OF_ONE = 0.5
"""The share of the hits that one document may take while others have something to say."""
_ALIKE = 0.8
"""Passages that share so much of their words are one for whoever reads the hits."""
_RANKED = 1000
_COMPARED = 8000
"""So many places, those the words favour most, are compared by meaning: of 21,819 passages the right one of every labelled
pair, the hard ones too, stood among the first 31 by words, and all 50,000 vectors cost twice the rest of a query."""


class Hit(Frozen):
    """A passage that answers a query."""

    passage: Passage
    score: float
    """0 to 1 among the passages in scope, plus up to 0.1 for department and recency."""
    relaxed: tuple[str, ...] = ()
    """Filters that were dropped because nothing was found within them: year, level, kind."""

    @property
    def citation(self) -> str:
        """Where it stands, for a person: file, year, headings, characters."""
        year = f"（{self.passage.year}年）" if self.passage.year else ""
        where = " > ".join(self.passage.heading_path) or "正文"
        return f"{self.passage.file}{year}　{where}　第{self.passage.start + 1}—{self.passage.end}字"


class Index:
    """Passages, their postings and, where there are any, their vectors.  Held in memory."""

    def __init__(
        self,
        passages: Iterable[Passage],
        findings: Sequence[Finding] = (),
        *,
        nearest: Nearest | None = None,
        encoder: Encoder | None = None,
    ) -> None:
        self.findings = tuple(findings)
        """Files that could not be read."""
        self.notices: list[str] = []
        """What went wrong with the vectors, in Chinese; the words were searched all the same."""
        self._nearest, self._encoder = nearest, encoder
        self._asked: dict[str, list[float]] = {}
        import numpy as np

        self.passages: tuple[Passage, ...] = ()
        self._bm25 = Bm25()
        self._places: NDArray[np.int64] = np.empty(0, np.int64)
        """Where each passage stands in the postings, in which a removed one leaves a gap."""
        self._by_id: dict[str, Passage] = {}
        self._same = _Column()
        self._columns = {name: _Column() for name in ("kind", "year", "department", "level", "document", "owner")}
        self._years: NDArray[np.float64] = np.empty(0)
        self._recency: NDArray[np.float64] = np.empty(0)
        self.add(passages)

    def __len__(self) -> int:
        return len(self.passages)

    def add(self, passages: Iterable[Passage]) -> None:
        """Take more passages in, nothing else is touched; one whose id is there already is left out."""
        import numpy as np

        room = MOST_TEXTS - self._bm25.size
        new = list({p.id: p for p in passages if p.id not in self._by_id}.values())[:room]
        places = self._bm25.add([indexed_text(p) for p in new])
        self.passages = (*self.passages, *new)
        self._places = np.concatenate((self._places, np.fromiter(places, np.int64, len(new))))
        self._by_id |= {p.id: p for p in new}
        self._same.add(same_text_key(p.text) for p in new)
        for name, column in self._columns.items():
            column.add(getattr(p, name) for p in new)
        years = np.array([p.year or p.plan_year or np.nan for p in new], np.float64)
        self._years = np.concatenate((self._years, years))
        self._recency = _recency(self._years)

    def remove(self, documents: Iterable[str]) -> None:
        """Forget every passage of these documents; the postings of the others stay as they are."""
        gone = self._columns["document"].among(documents)
        if not gone.any():
            return
        self._bm25.remove(self._places[gone])
        for passage in compress(self.passages, gone):
            del self._by_id[passage.id]
        kept = ~gone
        self.passages = tuple(compress(self.passages, kept))
        self._places, self._years = self._places[kept], self._years[kept]
        for column in (self._same, *self._columns.values()):
            column.keep(kept)
        self._recency = _recency(self._years)

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
        if scope is None or not scope.owners or not self.passages or k <= 0:
            return []
        allowed = self._allowed(scope, exclude)
        relaxed: tuple[str, ...] = ()
        places, words = self._worded(query, allowed & self._within(scope, relaxed))
        for name in RELAXED_IN_ORDER:
            if len(places):
                break
            if getattr(scope, name) is not None:
                relaxed = (*relaxed, name)
                places, words = self._worded(query, allowed & self._within(scope, relaxed))
        if not len(places):
            return []
        ranked = self._ranked(query, places, words, prefer or scope.department or "")
        return [
            Hit(passage=self.passages[i], score=round(s, 6), relaxed=relaxed) for i, s in self._each_once(ranked, k)
        ]

    def _worded(self, query: str, within: "NDArray[np.bool_]") -> "tuple[NDArray[np.int64], NDArray[np.float32]]":
        """Of the places within, those that share a word with the query, and their scores."""
        import numpy as np

        places = np.flatnonzero(within)
        scores = self._bm25.answers_at(query, self._places[places])
        shared = scores > 0
        return places[shared], scores[shared]

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
        self, query: str, places: "NDArray[np.int64]", words: "NDArray[np.float32]", department: str
    ) -> list[tuple[int, float]]:
        """Words and meaning brought to 0–1 and joined, priors added; ties by place, so that the order is always the same."""
        import numpy as np

        total = _from_0_to_1(words.astype(np.float64))
        meaning = self._meaning(query, places, words)
        if meaning is not None:
            total = WORDS * total + MEANING * _from_0_to_1(meaning.astype(np.float64))
        total = total + PRIOR_RECENCY * self._recency[places]
        if department:
            total = total + PRIOR_DEPARTMENT * self._columns["department"].among((department,))[places]
        near = np.flatnonzero(total >= _floor(total))
        order = near[np.argsort(-total[near], kind="stable")]
        return list(zip(places[order].tolist(), total[order].tolist(), strict=True))

    def _meaning(
        self, query: str, places: "NDArray[np.int64]", words: "NDArray[np.float32]"
    ) -> "NDArray[np.float32] | None":
        """How near each place is to the query; NaN for those not compared, None without vectors or endpoint."""
        import numpy as np

        if self._nearest is None or self._encoder is None:
            return None
        try:
            if query not in self._asked:
                # As the passages were: an endpoint sees no figure and no name.
                self._asked[query] = self._encoder.query(masked(query))
            compared: slice | NDArray[np.intp] = slice(None)
            if len(places) > _COMPARED:
                compared = np.sort(np.argpartition(-words, _COMPARED)[:_COMPARED])
            near = np.full(len(places), np.nan, np.float32)
            near[compared] = self._nearest.near(self._asked[query], self.passages, places[compared])
        except EngineError as error:
            self._encoder = None
            self.notices.append(f"这次只按字词检索：{error}")
            return None
        return None if np.isnan(near).all() else near

    def _each_once(self, ranked: list[tuple[int, float]], k: int) -> list[tuple[int, float]]:
        """The best that are no copies of a better one; no document takes more than half while others follow."""
        seen: set[int] = set()
        taken: list[tuple[int, float]] = []
        spared: list[tuple[int, float]] = []
        of_document: dict[str, int] = {}
        most = max(2, round(k * _MOST_OF_ONE))
        pairs: list[tuple[int | None, frozenset[str]]] = []
        for place, score in ranked:
            if self._same[place] in seen:
                continue
            seen.add(self._same[place])
            passage = self.passages[place]
            mine = (passage.year, frozenset(map("".join, pairwise(passage.masked))))
            if any(year == mine[0] and _alike(other, mine[1]) for year, other in pairs):
                continue
            if of_document.get(passage.document, 0) >= most:
                spared.append((place, score))
            else:
                of_document[passage.document] = of_document.get(passage.document, 0) + 1
                pairs.append(mine)
                taken.append((place, score))
            if len(taken) == k:
                break
        missing = k - len(taken)
        return sorted([*taken, *spared[:missing]], key=lambda hit: -hit[1])


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether most of the shorter text stands in the longer one."""
    shorter = min(len(one), len(other))
    return shorter > 0 and len(one & other) > _ALIKE * max(len(one), len(other))


def _from_0_to_1(values: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Least 0, greatest 1; what is unknown counts as least."""
    import numpy as np

    low, high = float(values.min()), float(values.max())
    unknown = np.isnan(values) if np.isnan(low) else None
    if unknown is not None:
        low, high = float(np.nanmin(values)), float(np.nanmax(values))
    spread = (values - low) / (high - low) if high > low else np.ones(len(values))
    if unknown is not None:
        spread[unknown] = 0.0
    return spread


def indexed_text(passage: Passage) -> str:
    """What is searched: “title > headings > text”."""
    return " > ".join((passage.title, *passage.heading_path, passage.text))


class _Column:
    """One field of all passages as small integers, compared at once."""

    def __init__(self) -> None:
        import numpy as np

        self._codes: dict[Any, int] = {}
        self._column: NDArray[np.int32] = np.empty(0, np.int32)

    def __getitem__(self, place: int) -> int:
        """The number of a value; equal values have equal numbers."""
        return int(self._column[place])

    def add(self, values: Iterable[Any]) -> None:
        """Values of more passages."""
        import numpy as np

        new = np.fromiter((self._codes.setdefault(v, len(self._codes)) for v in values), np.int32)
        self._column = np.concatenate((self._column, new))

    def keep(self, kept: "NDArray[np.bool_]") -> None:
        """Leave out the others."""
        self._column = self._column[kept]

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


def _recency(years: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """1 for the newest year, 0 for the oldest and for unknown ones."""
    import numpy as np

    known = years[~np.isnan(years)]
    if not len(known) or known.min() == known.max():
        return np.zeros(len(years))
    recency: NDArray[np.float64] = np.nan_to_num((years - known.min()) / (known.max() - known.min()), nan=0.0)
    return recency


def query_words(text: str) -> str:
    """A need as a query: scope words (years, kinds of document) taken out, for they match every title."""
    return re.sub(r"20\d\d年?度?|工作(?:总结|计划|要点|思路)|年度", " ", text).strip() or text

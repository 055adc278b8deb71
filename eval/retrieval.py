"""How often the right passage comes first: pairs of a query in our words and the passage it asks for.

In: `eval/data/retrieval.tsv` (collection, file, hash of the first characters, kind, query).  Out: `Figures`.

Pairs about documents that do not come with chugao hold no word of theirs: a passage is recognised by a hash of its first
characters.  Without ../shared those pairs are left out, loudly.

The clones are what past years really look like: the same report, its year and half its numbers changed, twice.
"""

import hashlib
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from chugao.corpus import Passage, masked
from chugao.index import Encoder, Index, Vectors, embedded_text, embedding_key, open_index
from chugao.shipped import shipped
from chugao.source import Scope

PAIRS = Path(__file__).parent / "data" / "retrieval.tsv"
SHARED = Path(__file__).resolve().parents[2] / "shared"
_MARK = 16
_EVERYBODY = Scope(owners=("*",))


class Pair(NamedTuple):
    """A query and the passage that answers it."""

    collection: str
    file: str
    mark: str
    kind: str
    """title, para (paraphrase), hard (other words)."""
    query: str


class Figures(NamedTuple):
    """Of so many pairs, how many had their passage first, among five, and the mean reciprocal rank."""

    pairs: int
    first: float
    five: float
    mrr: float
    by_kind: dict[str, float]


def mark_of(text: str) -> str:
    """A passage by the hash of its first characters, marks and spaces left out."""
    return hashlib.sha256(re.sub(r"[\W_]+", "", text)[:_MARK].encode()).hexdigest()[:16]


def read_pairs() -> list[Pair]:
    """Every labelled pair whose documents are there."""
    lines = PAIRS.read_text(encoding="utf-8").splitlines()
    pairs = [Pair(*line.split("\t")) for line in lines if line and not line.startswith("#")]
    if SHARED.is_dir():
        return pairs
    print(f"没有参考资料文件夹 {SHARED}，只量随软件附带文稿的那一部分。", file=sys.stderr)
    return [p for p in pairs if p.collection == "corpus"]


def collections() -> dict[str, Index]:
    """Each collection's own index."""
    folders = {"corpus": shipped("corpus"), "seeds": SHARED / "seeds", "fulldocs": SHARED / "fulldocs"}
    return {name: open_index(folder) for name, folder in folders.items() if folder.is_dir()}


def together(indexes: Iterable[Index]) -> list[Passage]:
    """The passages of all collections."""
    return [p for index in indexes for p in index.passages]


def clones(passages: Sequence[Passage], seed: int = 7) -> list[Passage]:
    """Every passage once more for each of the two years before, half its numbers changed."""
    chance = random.Random(seed)
    made = []
    for back in (1, 2):
        for one in passages:
            text = _jittered(one.text, chance)
            year = None if one.year is None else one.year - back
            made.append(
                one.model_copy(
                    update={
                        "id": f"{one.document}y{back}-{one.id.rpartition('-')[2]}",
                        "file": f"{one.file}（前{back}年）",
                        "title": _moved(one.title, back),
                        "year": year,
                        "plan_year": None if one.plan_year is None else one.plan_year - back,
                        "text": text,
                        "masked": masked(text),
                    }
                )
            )
    return made


def _jittered(text: str, chance: random.Random) -> str:
    def other(match: re.Match[str]) -> str:
        if chance.random() < 0.5:
            return match[0]
        value = float(match[0])
        moved = value * (1 + chance.choice((-1, 1)) * chance.uniform(0.03, 0.2))
        return f"{moved:.{len(match[0].partition('.')[2])}f}"

    return re.sub(r"(?<![\d.])\d+(?:\.\d+)?(?![\d.年月日])", other, text)


def _moved(title: str, back: int) -> str:
    return re.sub(r"20\d\d", lambda m: str(int(m[0]) - back), title)


def measure(pairs: Sequence[Pair], search: "Callable[[Pair], list[Passage]]") -> Figures:
    """Ask every query; the right passage is the one of the pair's file with the pair's mark."""
    ranks: list[int] = []
    right: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for pair in pairs:
        found = [i for i, p in enumerate(search(pair), 1) if p.file == pair.file and mark_of(p.text) == pair.mark]
        ranks.append(found[0] if found else 0)
        asked[pair.kind] += 1
        right[pair.kind] += bool(found) and found[0] == 1
    total = max(1, len(pairs))
    return Figures(
        len(pairs),
        sum(r == 1 for r in ranks) / total,
        sum(0 < r <= 5 for r in ranks) / total,
        sum(1 / r for r in ranks if r) / total,
        {kind: right[kind] / asked[kind] for kind in asked},
    )


def figures(encoder: Encoder | None = None) -> dict[str, Figures]:
    """The rows of the design: plain, year clones without scope, with scope."""
    indexes = collections()
    pairs = read_pairs()
    passages = together(indexes.values())
    everything = [*passages, *clones(passages)]
    plain = {name: _with_vectors(index.passages, encoder) for name, index in indexes.items()}
    cloned = _with_vectors(everything, encoder)
    about = {(p.file, mark_of(p.text)): p for p in passages}

    def in_scope(pair: Pair) -> list[Passage]:
        target = about.get((pair.file, pair.mark))
        kind = target.kind.value if target and target.kind else None
        scope = Scope(owners=("*",), year=target.year if target else None, kind=kind)
        return _found(cloned, pair.query, scope)

    def named(pair: Pair) -> list[Passage]:
        target = about.get((pair.file, pair.mark))
        scope_words = f"{target.title} " if target else ""
        return _found(cloned, scope_words + pair.query, _EVERYBODY)

    return {
        "plain": measure(pairs, lambda p: _found(plain[p.collection], p.query, _EVERYBODY)),
        "year clones, unscoped": measure(pairs, named),
        "year clones, scoped": measure(pairs, in_scope),
    }


def _found(index: Index, query: str, scope: Scope) -> list[Passage]:
    return [h.passage for h in index.search(query, scope, 10)]


def _with_vectors(passages: Sequence[Passage], encoder: Encoder | None) -> Index:
    if encoder is None:
        return Index(passages)
    import numpy as np

    texts = {embedding_key(p): embedded_text(p) for p in passages}
    made = encoder.passages(list(texts.values()))
    vectors = {key: np.asarray(v, np.float32) for key, v in zip(texts, made, strict=True)}
    return Index(passages, nearest=Vectors(vectors), encoder=encoder)


# --- speed ----------------------------------------------------------------------------------------


def speed(size: int = 50_000) -> dict[str, float]:
    """Milliseconds of CPU for a query filtered by year and department among so many passages, by words and by both."""
    import numpy as np

    passages = many(size)
    began = time.process_time()
    words = Index(passages)
    built = time.process_time() - began
    chance = np.random.default_rng(3)
    vectors = {embedding_key(p): chance.normal(size=384).astype(np.float32) for p in passages}
    both = Index(passages, nearest=Vectors(vectors), encoder=_Random())
    scope = Scope(owners=("*",), year=2020, department="科7")
    queries = [p.text[10:22] for p in passages[:: size // 40]]

    def asked(index: Index) -> float:
        for query in queries[:3]:
            index.search(query, scope)
        began = time.process_time()
        for query in queries:
            index.search(query, scope)
        return (time.process_time() - began) / len(queries) * 1000

    return {"build_s": built, "lexical_ms": asked(words), "hybrid_ms": asked(both)}


class _Random:
    """An encoder that costs nothing: the price of embedding a query is somebody else's."""

    name = "random"

    def passages(self, texts: Sequence[str]) -> list[list[float]]:
        return [self.query(text) for text in texts]

    def query(self, text: str) -> list[float]:
        return random.Random(text).choices(_NUMBERS, k=384)


_NUMBERS = [n / 97 for n in range(97)]


def many(size: int) -> list[Passage]:
    """Passages of 238 characters made of the sample reports' own characters: ten years, forty departments."""
    source = "".join(p.text for p in open_index().passages)
    one = open_index().passages[0]
    chance = random.Random(1)
    return [
        Passage.model_construct(
            **{
                **one.__dict__,
                "id": f"d{n // 40}-{n}",
                "text": (
                    text := "".join(source[(at := chance.randrange(len(source) - 20)) : at + 17] for _ in range(14))
                ),
                "masked": text,
                "key": str(n),
                "year": 2015 + n % 10,
                "department": f"科{n // 10 % 40}",
                "title": f"科{n // 10 % 40}{2015 + n % 10}年工作总结",
            }
        )
        for n in range(size)
    ]


def against_bm25s(size: int = 20_000) -> dict[str, float]:
    """CPU seconds to index the same texts, ours and bm25s's (to be installed beside: it is no dependency)."""
    import bm25s  # type: ignore[import-not-found, unused-ignore]

    from chugao.index import Bm25

    texts = [p.text for p in many(size)]
    began = time.process_time()
    ours = Bm25(texts)
    mine = time.process_time() - began
    began = time.process_time()
    tokens = [[c for c in t if c.isalnum()] + [a + b for a, b in pairwise(t) if (a + b).isalnum()] for t in texts]
    theirs = bm25s.BM25(k1=1.5, b=0.75, method="lucene")
    theirs.index(tokens, show_progress=False)
    other = time.process_time() - began
    worst = 0.0
    for text in texts[:20]:
        query = text[5:17]
        asked = [c for c in query if c.isalnum()] + [a + b for a, b in pairwise(query) if (a + b).isalnum()]
        scores = theirs.get_scores(asked)
        worst = max(worst, float(abs(ours.scores(query) - scores).max()))
    return {"ours_s": mine, "bm25s_s": other, "largest_difference": worst}


def main() -> None:
    """Print the table; `--dense` with the local model, `--speed`, `--bm25s`."""
    encoder = None
    if "--dense" in sys.argv:
        from chugao.index import Local

        encoder = Local()
    if "--speed" in sys.argv:
        print(speed())
    elif "--bm25s" in sys.argv:
        print(against_bm25s())
    else:
        for name, row in figures(encoder).items():
            kinds = "　".join(f"{k} {v:.2f}" for k, v in sorted(row.by_kind.items()))
            print(f"{name:24}R@1 {row.first:.3f}　R@5 {row.five:.3f}　MRR {row.mrr:.3f}　（{row.pairs}）　{kinds}")


if __name__ == "__main__":
    main()

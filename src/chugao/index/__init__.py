"""Find passages of past reports: by words, by nearness of meaning, within what may be seen.

bm25        words: character uni- and bigrams, texts added and removed one by one
dense       vectors, and who makes them
chroma      vectors on the disk, in collections of one owner and year each
searching   filters, both rankings joined, each text once

In: a folder of reports, or a database that keeps them.  Out: `Index`.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from chugao.corpus import Passage, embedded_text, embedding_key, is_own
from chugao.corpus.sample import is_sample, read_sample, understood
from chugao.index.bm25 import K1, B, Bm25
from chugao.index.dense import Encoder, Endpoint, Local, Vectors
from chugao.index.searching import EVERYONE, RELAXED_IN_ORDER, Hit, Index, indexed_text, query_words
from chugao.shipped import shipped

if TYPE_CHECKING:
    from chugao.database import Database

__all__ = [
    "EVERYONE",
    "K1",
    "RELAXED_IN_ORDER",
    "B",
    "Bm25",
    "Encoder",
    "Endpoint",
    "Hit",
    "Index",
    "Local",
    "Vectors",
    "embedded_text",
    "embedding_key",
    "indexed_text",
    "load_index",
    "open_index",
    "query_words",
]


def open_index(
    path: Path | str | None = None, *, organisation: str = "", department: str = "", own: bool | None = None
) -> Index:
    """Read a folder of reports and index it; without a path, the sample corpus that comes with chugao.

    `own` says whether they are the office's own; left open, those are whose issuer or department is the one named.
    Files that cannot be read are in the index's `findings`.
    """
    folder = Path(path) if path is not None else shipped("corpus")
    sample = read_sample(folder) if is_sample(folder) else understood(folder)
    passages: list[Passage] = []
    seen: set[str] = set()
    for report in sample.reports:
        if report.fingerprint in seen:  # the same file twice in the folder
            continue
        seen.add(report.fingerprint)
        mine = is_own(report, organisation, department) if own is None else own
        passages.extend(p.model_copy(update={"own": True}) if mine else p for p in report.passages)
    return Index(passages, sample.findings)


def load_index(
    db: "Database",
    organisation: str = "",
    *,
    encoder: Encoder | None = None,
    folder: Path | None = None,
    most_in_memory: int = 0,
) -> Index:
    """An index of the reports kept in a database, each passage with its owner; `Scope` says who sees what.

    Reports whose issuer is `organisation` are the office's own, beside those that were said to be.  With an `encoder`
    the vectors kept under its name are used; with a `folder` they are looked up in the Chroma there, if no other
    process holds it; up to `most_in_memory` they are read into memory instead, which is quicker than opening Chroma.
    A passage that has no vector yet is found by its words.
    """
    from chugao.corpus.store import load_passages

    passages = load_passages(db, organisation)
    if encoder is None:
        return Index(passages)
    from chugao.corpus.vectors import known_keys, load_vectors

    opened = None
    if folder is not None and folder.is_dir() and len(known_keys(db, encoder.name)) > most_in_memory:
        from chugao.index.chroma import open_collections

        opened = open_collections(folder, encoder.name)
    if opened is not None:
        return Index(passages, nearest=opened, encoder=encoder)
    vectors = Vectors(load_vectors(db, encoder.name))
    # Before a vector is there, no query is worth asking a model for.
    return Index(passages, nearest=vectors, encoder=encoder) if len(vectors) else Index(passages)

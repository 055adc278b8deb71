"""Vectors on the disk: a Chroma folder that can be thrown away and built again.

In: passages and their vectors.  Out: `Collections`, one for each owner and year, so that a search never opens what its
scope does not hold.

SQL is the truth.  Chroma holds ids and vectors, never words; its where-filters fail open (`where=None` returns
everything), so none is used, and an id it returns counts only when the passage is among those that SQL gave.

Surprise: two processes that write one folder both get “done” for every batch and leave a store that crashes whoever
opens it.  So a folder belongs to one process at a time; whoever comes second works with vectors in memory.
"""

import hashlib
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple

from chugao.corpus import Passage, embedding_key

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from chugao.database import Database
    from chugao.index.dense import Encoder

_NEAREST = 200
"""Passages of a large collection that are looked at."""
_BATCH = 500
_CHECK_S = 120
_DIRTY = "being-written"
_Group = tuple[str, int | None]


class Collections:
    """An open Chroma folder, locked; close it."""

    def __init__(self, folder: Path, space: str, lock: "_Lock") -> None:
        self._folder, self._space, self._lock = folder, space, lock
        self._client = open_raw(folder)
        self._open: dict[_Group, Any] = {}
        self._ids: dict[int, dict[str, int]] = {}

    def __enter__(self) -> "Collections":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let another process have the folder."""
        self._open.clear()
        # Chroma keeps one system a path and process; without this a second opening would get the stale one.
        self._client.close() if hasattr(self._client, "close") else None
        self._lock.release()

    def near(
        self, vector: Sequence[float], passages: Sequence[Passage], places: "NDArray[np.int64]"
    ) -> "NDArray[np.float32]":
        """Likeness of each of these passages to the vector; NaN where nothing is known."""
        import numpy as np

        found = np.full(len(places), np.nan, np.float32)
        at = {passages[int(p)].id: i for i, p in enumerate(places)}
        groups: dict[_Group, list[str]] = defaultdict(list)
        for id_ in at:
            passage = passages[int(places[at[id_]])]
            groups[passage.owner, passage.year].append(id_)
        for group, ids in groups.items():
            for id_, likeness in self._near_in(group, vector, ids):
                # An id that SQL did not give is nobody's.
                if (place := at.get(id_)) is not None:
                    found[place] = likeness
        return found

    def _near_in(self, group: _Group, vector: Sequence[float], ids: list[str]) -> Iterable[tuple[str, float]]:
        import numpy as np

        collection = self._collection(group)
        if collection is None:
            return []
        if len(ids) <= _NEAREST:
            got = collection.get(ids=ids, include=["embeddings"])
            if not got["ids"]:
                return []
            asked = np.asarray(vector, np.float32)
            rows = np.asarray(got["embeddings"], np.float32)
            likeness = rows @ asked / np.maximum(np.linalg.norm(rows, axis=1) * np.linalg.norm(asked), 1e-9)
            return zip(got["ids"], likeness.tolist(), strict=True)
        got = collection.query(query_embeddings=[list(vector)], n_results=_NEAREST, include=["distances"])
        return [(i, 1.0 - d) for i, d in zip(got["ids"][0], got["distances"][0], strict=True)]

    def _collection(self, group: _Group, *, make: bool = False) -> Any:
        if group not in self._open:
            name = collection_name(self._space, *group)
            about = {"space": self._space, "owner": group[0], "year": group[1] or 0}
            if make:
                self._open[group] = self._client.get_or_create_collection(
                    name, metadata=about, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
                )
            elif name in {c.name for c in self._client.list_collections()}:
                self._open[group] = self._client.get_collection(name, embedding_function=None)
            else:
                return None
        return self._open[group]

    def sync(self, passages: Iterable[Passage], vectors: "dict[str, NDArray[np.float32]]") -> "Synced":
        """Make the folder hold exactly these passages, those that have vectors; what is there already is not touched."""
        wanted: dict[_Group, dict[str, str]] = defaultdict(dict)
        for passage in passages:
            if (key := embedding_key(passage)) in vectors:
                wanted[passage.owner, passage.year][passage.id] = key
        (self._folder / _DIRTY).touch()
        added = removed = 0
        names = {collection_name(self._space, *g) for g in wanted}
        for old in self._client.list_collections():
            if old.name not in names:
                removed += old.count()
                self._client.delete_collection(old.name)
        self._open.clear()
        for group, keys in wanted.items():
            a, r = self._sync_one(self._collection(group, make=True), keys, vectors)
            added, removed = added + a, removed + r
        (self._folder / _DIRTY).unlink(missing_ok=True)
        return Synced(added, removed)

    def _sync_one(
        self, collection: Any, keys: dict[str, str], vectors: "dict[str, NDArray[np.float32]]"
    ) -> tuple[int, int]:
        got = collection.get(include=["metadatas"])
        there = {i: (m or {}).get("key") for i, m in zip(got["ids"], got["metadatas"], strict=True)}
        gone = [i for i, key in there.items() if keys.get(i) != key]
        new = [i for i, key in keys.items() if there.get(i) != key]
        for batch in _batches(gone):
            collection.delete(ids=batch)
        for batch in _batches(new):
            collection.add(
                ids=batch,
                embeddings=[vectors[keys[i]].tolist() for i in batch],
                metadatas=[{"key": keys[i]} for i in batch],
            )
        return len(new), len(gone)


class Synced(NamedTuple):
    """What had to be done so that Chroma says what SQL says."""

    added: int
    removed: int
    rebuilt: bool = False
    """The folder was broken, or somebody was killed while writing it: it was made anew."""


class Filled(NamedTuple):
    """What filling the vectors took."""

    embedded: int
    """Texts that a model was asked for; 0 when nothing is new."""
    kept: int
    """Vectors there are for the passages now."""
    synced: Synced | None
    """None when another process holds the Chroma folder, or none was given."""


def collection_name(space: str, owner: str, year: int | None) -> str:
    """The collection of an owner and a year; what stands in it is nobody else's."""
    digest = hashlib.sha256(f"{space}\0{owner}\0{year}".encode()).hexdigest()
    return f"p-{digest[:40]}"


def open_collections(folder: Path, space: str) -> Collections | None:
    """The vectors in a folder; None when there are none, another process holds them, or they need to be rebuilt."""
    if not folder.is_dir() or (folder / _DIRTY).exists():
        return None
    lock = _Lock(folder)
    if not lock.take():
        return None
    try:
        return Collections(folder, space, lock)
    except Exception:  # chromadb raises whatever its Rust core says; a broken cache must not cost the search
        lock.release()
        return None


def fill_vectors(
    db: "Database",
    encoder: "Encoder",
    folder: Path | None = None,
    *,
    batch: int = 32,
    progress: Callable[[int, int], None] | None = None,
) -> Filled:
    """Embed every passage that has no vector yet and bring Chroma up to date; killed anywhere, it goes on from there."""
    from chugao.corpus.store import load_passages
    from chugao.corpus.vectors import keep_vectors, known_keys, load_vectors

    passages = load_passages(db)
    texts = {embedding_key(p): p for p in passages}
    missing = sorted(set(texts) - known_keys(db, encoder.name))
    from chugao.corpus import embedded_text

    for start in range(0, len(missing), batch):
        part = missing[start : start + batch]
        made = encoder.passages([embedded_text(texts[key]) for key in part])
        keep_vectors(db, encoder.name, dict(zip(part, made, strict=True)))
        if progress is not None:
            progress(min(start + batch, len(missing)), len(missing))
    vectors = load_vectors(db, encoder.name)
    synced = None if folder is None else _synced(folder, encoder.name, passages, vectors)
    return Filled(len(missing), len(set(texts) & set(vectors)), synced)


def verify_vectors(db: "Database", space: str, folder: Path) -> Synced | None:
    """Look whether Chroma is whole and says what SQL says; what is broken is thrown away and built again.

    The look happens in a process of its own, because a broken store ends the process that opens it.  None when another
    process holds the folder.
    """
    from chugao.corpus.store import load_passages
    from chugao.corpus.vectors import load_vectors

    return _synced(folder, space, load_passages(db), load_vectors(db, space), check=True)


def _synced(
    folder: Path,
    space: str,
    passages: Iterable[Passage],
    vectors: "dict[str, NDArray[np.float32]]",
    *,
    check: bool = False,
) -> Synced | None:
    folder.mkdir(parents=True, exist_ok=True)
    lock = _Lock(folder)
    if not lock.take():
        return None
    broken = (folder / _DIRTY).exists() or (check and not _is_whole(folder))
    if broken:
        _empty(folder)
    passages = tuple(passages)
    try:
        with Collections(folder, space, lock) as collections:
            return collections.sync(passages, vectors)._replace(rebuilt=broken)
    except Exception:
        if broken:
            raise
    finally:
        lock.release()
    # It broke under our hands: once more, from nothing.
    if not lock.take():
        return None
    _empty(folder)
    with Collections(folder, space, lock) as collections:
        return collections.sync(passages, vectors)._replace(rebuilt=True)


def _is_whole(folder: Path) -> bool:
    """Whether another process can open every collection, count it and ask it something."""
    if not any(folder.glob("chroma.sqlite3")):
        return True
    try:
        done = subprocess.run(
            [sys.executable, "-m", "chugao.index.looking", str(folder)],
            capture_output=True,
            timeout=_CHECK_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        if path.name == _Lock.NAME:
            continue
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def open_raw(folder: Path) -> Any:
    """Chroma over a folder, without its embedding function and its telemetry; the lock is the caller's."""
    import chromadb
    from chromadb.api.shared_system_client import SharedSystemClient
    from chromadb.config import Settings

    # A folder that was emptied and made anew must not meet the system that knew the old one.
    SharedSystemClient.clear_system_cache()
    return chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))


def _batches(ids: list[str]) -> Iterable[list[str]]:
    return (ids[start : start + _BATCH] for start in range(0, len(ids), _BATCH))


class _Lock:
    """One process at a time; the lock of a process that was killed is free."""

    NAME = "lock"

    def __init__(self, folder: Path) -> None:
        self._path = folder / self.NAME
        self._file: Any = None

    def take(self) -> bool:
        """Whether the folder is ours now."""
        self._file = self._path.open("a+b")
        try:
            _lock(self._file)
        except OSError:
            self._file.close()
            self._file = None
            return False
        return True

    def release(self) -> None:
        """Closing the file lets go of it."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _lock(file: Any) -> None:
    if sys.platform == "win32":
        import msvcrt

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

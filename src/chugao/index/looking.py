"""Open every collection of a Chroma folder and ask it something: `python -m chugao.index.looking FOLDER`.

In: a folder.  Out: the exit code, 0 when all is well.  Run in a process of its own, because a broken store does not raise:
it ends the process.
"""

import sys
from pathlib import Path


def look(folder: Path) -> bool:
    """Whether every collection counts, gives its vectors and answers."""
    from chugao.index.chroma import open_raw

    for collection in open_raw(folder).list_collections():
        count = collection.count()
        if count == 0:
            continue
        first = collection.get(limit=1, include=["embeddings", "metadatas"])
        vector = list(map(float, first["embeddings"][0]))
        got = collection.query(query_embeddings=[vector], n_results=min(10, count), include=["distances"])
        if len(collection.get(include=["embeddings"])["ids"]) != count or not got["ids"][0]:
            return False
    return True


if __name__ == "__main__":
    sys.exit(0 if look(Path(sys.argv[1])) else 1)

"""Vectors kept in the database, by the space they are in and the key of the text they stand for.

In: vectors.  Out: rows of `vector`, float32.  A cache: a text that is embedded once is never embedded again, and what no
passage stands for any more is purged.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, insert, select

from chugao.database import Database, hold
from chugao.database.tables import passage, vector

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def load_vectors(db: Database, space: str) -> "dict[str, NDArray[np.float32]]":
    """Every vector of a space, by key."""
    import numpy as np

    query = select(vector.c.key, vector.c.data).where(vector.c.space == space).order_by(vector.c.key)
    with db.read() as connection:
        return {row.key: np.frombuffer(row.data, "<f4") for row in connection.execute(query)}


def known_keys(db: Database, space: str) -> set[str]:
    """What a space has vectors for."""
    with db.read() as connection:
        return set(connection.execute(select(vector.c.key).where(vector.c.space == space)).scalars())


def keep_vectors(db: Database, space: str, vectors: Mapping[str, Sequence[float]]) -> None:
    """Add vectors; one that is there already stays."""
    import numpy as np

    with db.write() as connection:
        hold(connection, "vectors")
        there = set(connection.execute(_among(space, vectors)).scalars())
        rows = [
            {"space": space, "key": key, "data": np.asarray(values, "<f4").tobytes()}
            for key, values in vectors.items()
            if key not in there
        ]
        if rows:
            connection.execute(insert(vector), rows)


def _among(space: str, keys: Mapping[str, Sequence[float]]):  # type: ignore[no-untyped-def]
    return select(vector.c.key).where(vector.c.space == space, vector.c.key.in_(list(keys)))


def purge_vectors(connection: Connection) -> int:
    """Delete vectors that no passage stands for; says how many."""
    used = select(passage.c.key).where(passage.c.key == vector.c.key).exists()
    return connection.execute(delete(vector).where(~used)).rowcount

"""Past reports kept: read, cut into passages, every fact in them masked; `store` keeps them in the database.

In: documents.  Out: `Passage`s: the original for people, `masked` for engines.
"""

from chugao.corpus.masking import Names, masked
from chugao.corpus.passages import (
    MAX_PASSAGE,
    MIN_PASSAGE,
    Loaded,
    Passage,
    embedded_text,
    embedding_key,
    is_own,
    load_folder,
    passages_of,
    same_text_key,
    sentences_of,
)

__all__ = [
    "MAX_PASSAGE",
    "MIN_PASSAGE",
    "Loaded",
    "Names",
    "Passage",
    "embedded_text",
    "embedding_key",
    "is_own",
    "load_folder",
    "masked",
    "passages_of",
    "same_text_key",
    "sentences_of",
]

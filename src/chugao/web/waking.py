"""What the first people of a morning would otherwise wait for: rules and dictionaries loaded, the newest papers read.

In: a house that serves already.  Out: nothing; what was worked out is where a request would have put it.

It begins a moment after the address is told, in one thread, and a paper of book length is left to whoever opens it.
"""

import logging
import sys
import threading
from typing import TYPE_CHECKING

from chugao.review.accounts import alone
from chugao.review.people import State

if TYPE_CHECKING:
    from chugao.web.house import House

logger = logging.getLogger("chugao.web")
_AFTER_S = 1.5
_PAPERS = 12
_LONGEST = 30_000
"""Characters; reading takes a fifth of a second for five thousand."""
_SWITCH_S = 0.001
"""How long one thread computes before another's turn; Python's own 5 ms add up for who waits on the database often."""


def wake_soon(house: "House") -> None:
    """Begin in a moment, beside whoever comes first."""
    sys.setswitchinterval(_SWITCH_S)
    timer = threading.Timer(_AFTER_S, _wake, (house,))
    timer.daemon = True
    timer.start()


def _wake(house: "House") -> None:
    try:
        wake(house)
    except Exception:
        # Nobody waits for it, and the server may be closing.
        logger.debug("waking", exc_info=True)


def wake(house: "House") -> int:
    """Read the newest papers that are still worked on; how many."""
    from chugao.comparing.words import pieces_of
    from chugao.review import current, documents, strip
    from chugao.review.looking import characters_of
    from chugao.web.desk.around import Here, basis_of, findings_of
    from chugao.web.desk.shown import page_of
    from chugao.web.pages import compiled

    compiled()
    list(pieces_of("门诊人次增长", "门急诊人次增长"))
    person, read = alone("初稿"), 0
    for document in documents(house.database, person)[:_PAPERS]:
        draft = current(house.database, person, document.id)
        if document.state is State.LOCKED or characters_of(draft) > _LONGEST:
            continue
        at = Here(house, person, document)
        basis = basis_of(at, draft)
        page_of(draft, findings_of(at, basis))
        strip(house.database, person, document.id, basis)
        read += 1
    return read

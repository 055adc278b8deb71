"""Work on orders in the background: one at a time, so that a draft never slows the people who read.

In: orders that wait in the database.  Out: documents, and the progress that the page shows.

Surprise: nothing is held in memory that matters.  A server that is killed finds its orders again at the next start.
"""

import logging
import queue
import threading
from typing import TYPE_CHECKING, Any

from chugao.errors import ChugaoError
from chugao.review.accounts import person_called
from chugao.review.carrying import Stopped, carry_out
from chugao.review.orders import Order, end_order, note_progress, take_order, take_up_again
from chugao.web.wording import on_screen

if TYPE_CHECKING:
    from chugao.web.house import House

logger = logging.getLogger("chugao.web")


class Runner:
    """The one worker of a server."""

    def __init__(self, house: "House") -> None:
        self.house = house
        self._waiting: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="chugao-orders", daemon=True)

    def begin(self) -> None:
        """Take up what waits since before, and start to work."""
        for identifier in take_up_again(self.house.database, at=self.house.now()):
            self.add(identifier)
        self._thread.start()

    def add(self, identifier: str) -> None:
        """Work on an order when its turn comes."""
        self._waiting.put(identifier)

    def end(self) -> None:
        """Take no more; what is under way is finished, or found again at the next start."""
        self._waiting.put(None)
        self._thread.join(timeout=5)

    def _work(self) -> None:
        while (identifier := self._waiting.get()) is not None:
            try:
                order = take_order(self.house.database, identifier, at=self.house.now())
                if order is not None:
                    self._carry(order)
            except Exception:
                # The worker must outlive every order, also one whose end could not be written down.
                logger.exception("order %s", identifier)

    def _carry(self, order: Order) -> None:
        house = self.house
        last: dict[str, Any] = {}

        def say(progress: dict[str, Any]) -> bool:
            last.update(progress)
            return note_progress(house.database, order.id, progress, at=house.now())

        try:
            person = house.the_one_person() if house.solo else person_called(house.database, order.login)
            document = carry_out(
                house.database,
                house.settings,
                order,
                person,
                house.uploads / order.id,
                say,
                at=house.now(),
            )
        except Stopped:
            end_order(house.database, order, "stopped", at=house.now(), progress=last)
        except ChugaoError as error:
            end_order(house.database, order, "failed", at=house.now(), reason=on_screen(str(error)), progress=last)
        except Exception:
            logger.exception("order %s", order.id)
            reason = "程序出了差错，没有写成。收进来的材料都在，请再来一次；还不行请告诉信息科。"
            end_order(house.database, order, "failed", at=house.now(), reason=reason, progress=last)
        else:
            end_order(house.database, order, "done", at=house.now(), document_id=document.id)

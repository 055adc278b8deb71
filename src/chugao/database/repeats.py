"""Answer a request once: asked again under the same key, it gets the same answer and nothing is done twice.

In: who asks, the key, what is asked, and how to answer.  Out: (status, body).

Surprise: the first request may still be under way when it is asked again.  Its row is written before the work, so
the second one is told to wait instead of doing the work beside it.
"""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import delete, insert, select, update

from chugao.database.audit import utc_text
from chugao.database.tables import answered
from chugao.errors import InputError, NotAllowed

if TYPE_CHECKING:
    from chugao.database import Database

_KEPT_H = 24
_GIVEN_UP_S = 600
LONGEST_KEY = 200


class Answer(NamedTuple):
    """What was answered."""

    status: int
    body: str


def once(db: "Database", who: str, key: str, asked: bytes, answer: Callable[[], Answer], *, at: str) -> Answer:
    """The answer to a request: worked out now, or as it was given before under this key.

    Raises `InputError` when the key was used for something else, `NotAllowed` while the first one is under way.
    """
    if not 0 < len(key) <= LONGEST_KEY or not key.isprintable():
        raise InputError(f"Idempotency-Key 要写1—{LONGEST_KEY}个可见的字符，如一个 UUID。")
    digest = hashlib.sha256(asked).hexdigest()
    mine = (answered.c.who == who) & (answered.c.key == key)
    with db.write() as connection:
        connection.execute(delete(answered).where(answered.c.at < _before(at, _KEPT_H * 3600)))
        abandoned = mine & answered.c.status.is_(None) & (answered.c.at < _before(at, _GIVEN_UP_S))
        connection.execute(delete(answered).where(abandoned))
        known = connection.execute(select(answered).where(mine)).mappings().one_or_none()
        if known is None:
            connection.execute(insert(answered).values(who=who, key=key, asked=digest, at=at))
    if known is not None:
        if known["asked"] != digest:
            raise InputError("这个 Idempotency-Key 已经用于另一个请求。请给每个请求换一个新的键。")
        if known["status"] is None:
            raise NotAllowed("同一个请求正在办理，请稍等片刻再问。")
        return Answer(known["status"], known["body"])
    try:
        given = answer()
    except BaseException:
        # What failed may be tried again.
        with db.write() as connection:
            connection.execute(delete(answered).where(mine))
        raise
    with db.write() as connection:
        connection.execute(update(answered).where(mine).values(status=given.status, body=given.body))
    return given


def _before(at: str, seconds: int) -> str:
    return utc_text(datetime.strptime(at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC) - timedelta(seconds=seconds))

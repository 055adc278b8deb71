"""How fast a provider's key may be asked, shared by every process that asks with it.

In: a database and the limits of the settings.  Out: `engines.limits.Limits`.

A row holds the moment at which the next request, and the next token, may leave; whoever wants to ask books that moment
and waits for it.  So nothing has to be given back when a process is killed, and every window of a minute holds, on any
number of machines, at most what the provider allows.  Surprise: between booking and arrival lie up to two seconds of a
busy machine, so a minute's allowance is spread over sixty-two.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from sqlalchemy import Connection, select, update

from chugao.batch.records import now_us, upsert
from chugao.database import Database
from chugao.database.tables import pace
from chugao.engines.limits import Buckets

_WINDOW_US = 62_000_000
_LONGEST_DEBT_US = 60_000_000


class _Owed(NamedTuple):
    """What is to be written with the next booking."""

    tokens: int = 0
    quiet_s: float = 0.0


class SharedLimits:
    """`Limits` of one process that books its turns in the database; how many at once is its own affair."""

    def __init__(
        self,
        database: Database,
        key: str,
        *,
        concurrency: int = 8,
        requests_per_minute: int = 0,
        tokens_per_minute: int = 0,
    ) -> None:
        self._database, self._key = database, key
        self._requests, self._tokens = requests_per_minute, tokens_per_minute
        self._own = Buckets(concurrency=concurrency)
        self._owed = _Owed()

    @asynccontextmanager
    async def turn(self, tokens: int) -> AsyncIterator[None]:
        """Wait until a call of about that many tokens may start."""
        async with self._own.turn(tokens):
            if self._requests or self._tokens:
                wait_us = await asyncio.to_thread(self._book, tokens)
                if wait_us > 0:
                    await asyncio.sleep(wait_us / 1_000_000)
            yield

    def settle(self, estimated: int, used: int) -> None:
        """A call used other than estimated: the next one pays the difference."""
        self._owed = self._owed._replace(tokens=self._owed.tokens + used - estimated)

    def throttled(self, retry_after_s: float) -> None:
        """The provider said 429: fewer at once here, and quiet for everybody."""
        self._own.throttled(retry_after_s)
        self._owed = self._owed._replace(quiet_s=max(self._owed.quiet_s, retry_after_s))

    def _book(self, tokens: int) -> int:
        """Microseconds until the turn."""
        owed, self._owed = self._owed, _Owed()
        try:
            return self._booked(tokens, owed)
        except BaseException:
            # Nothing was booked: what is owed still is.
            self._owed = _Owed(self._owed.tokens + owed.tokens, max(self._owed.quiet_s, owed.quiet_s))
            raise

    def _booked(self, tokens: int, owed: _Owed) -> int:
        with self._database.write() as connection:
            now = now_us(connection)
            row = _row(connection, self._key)
            quiet = max(row[2], now + int(owed.quiet_s * 1_000_000))
            requests_us, tokens_us = max(row[0], now), max(row[1], now - _LONGEST_DEBT_US)
            start = max(now, row[0], row[1], quiet if quiet > now else now)
            if self._requests:
                requests_us = max(requests_us, start) + _WINDOW_US // self._requests
            if self._tokens:
                # A debt or a credit of earlier estimates counts; an allowance nobody used does not pile up.
                tokens_us = max(tokens_us, start) + max(self._spaced(tokens, tokens + owed.tokens), 0)
            connection.execute(
                update(pace)
                .where(pace.c.key == self._key)
                .values(requests_us=requests_us, tokens_us=tokens_us, quiet_us=quiet)
            )
        return start - now

    def _spaced(self, tokens: int, spent: int) -> int:
        """Microseconds until the next call may go: of calls of one size a minute holds only whole ones."""
        whole = self._tokens // tokens * tokens if 0 < tokens <= self._tokens else self._tokens
        return spent * _WINDOW_US // whole


def pace_key(endpoint: str, api_key: str) -> str:
    """What a provider counts by: the endpoint and the key, as a fingerprint."""
    return hashlib.sha256(f"{endpoint}\0{api_key}".encode()).hexdigest()[:32]


def _row(connection: Connection, key: str) -> tuple[int, int, int]:
    """The row of a key, locked; made where it is missing."""
    query = select(pace.c.requests_us, pace.c.tokens_us, pace.c.quiet_us).where(pace.c.key == key).with_for_update()
    found = connection.execute(query).one_or_none()
    if found is None:
        fresh = upsert(connection)(pace).values(key=key, requests_us=0, tokens_us=0, quiet_us=0)
        connection.execute(fresh.on_conflict_do_nothing(index_elements=["key"]))
        found = connection.execute(query).one()
    return int(found[0]), int(found[1]), int(found[2])

"""The ledger: ask it instead of the provider.

In: an `Ask`, and a function that really calls.  Out: `Recorded`, on disk before it is returned.

Surprise: two processes may ask the same question at the same moment, and one of them may be killed while it waits.  So
a call is claimed by a row with a lease; whoever finds the lease of a dead process takes over, and counts the old call
as possibly billed.  What a ledger that is closed has still under way is let go of, for its process may live on.
"""

import asyncio
import concurrent.futures
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import TracebackType
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from chugao.database import Database, DatabaseUnavailable, hold, utc_text
from chugao.database.tables import call
from chugao.errors import EngineError
from chugao.ledger.asking import Answer, Ask, Recorded
from chugao.ledger.costs import Prices, Purse, spent_micro, tokens_per_character
from chugao.ledger.owners import nobody_works_on, this_process
from chugao.ledger.writing import GroupWriter

log = logging.getLogger(__name__)

ON_BEHALF: ContextVar[str] = ContextVar("chugao_ledger_on_behalf", default="")
"""Which part of a job asks, “job/part”: the books are kept by part, the budget by job.  It follows a task wherever it runs."""
_POLL_S = 0.1
_LEASE_S = 600
_PAID_S = 60.0
"""How long an answer that is paid for waits for a database that is away."""
_LAST_WORD_S = 3.0
_INSERT = {
    "sqlite": sqlite_insert(call).on_conflict_do_nothing(index_elements=["key"]).returning(call.c.key),
    "postgresql": postgres_insert(call).on_conflict_do_nothing(index_elements=["key"]).returning(call.c.key),
}
"""Built once: building a statement costs more than running it."""
_FIND = (
    select(
        *(call.c[n] for n in ("key", "state", "response", "problem", "attempts", "doubtful", "owner", "lease_until"))
    )
    .where(call.c.key == bindparam("of"))
    .with_for_update()
)
_RECORD = (
    update(call)
    .where(call.c.key == bindparam("of"))
    .values(
        doubtful=call.c.doubtful + bindparam("lost"),
        **{
            name: bindparam(name)
            for name in (
                *("state", "response", "problem", "input_tokens", "output_tokens", "estimated"),
                *("cost_micro", "finished_at"),
            )
        },
    )
)
Call = Callable[[], Awaitable[Answer]]
Judge = Callable[[Answer], str]
"""Why an answer cannot be used, "" when it can."""


class BudgetSpent(EngineError):
    """The job has spent what it may; what is done is kept, and a larger budget goes on from there."""


class _Claim(NamedTuple):
    """What a look at the ledger said."""

    state: Literal["ours", "done", "wait", "spent"]
    found: Recorded | None = None
    purse: Purse | None = None
    """The one that is empty."""
    spent: int = 0


class Ledger:
    """Holds a database and a writing thread; close it, or use it as a context manager."""

    def __init__(
        self,
        database: Database,
        *,
        job: str = "",
        prices: Prices | None = None,
        budget: Decimal | None = None,
        purse: Purse | None = None,
        lease_s: float = _LEASE_S,
        owner: str | None = None,
    ) -> None:
        """`budget` is what the job may spend; `purse` what it may spend together with others."""
        self._database = database
        self._writer = GroupWriter(database)
        self.job = job
        self._prices = prices or Prices()
        own = () if budget is None else (Purse.of_job(job, budget),)
        # In one order everywhere: two that wait for each other's turn would wait for good.
        self._purses = tuple(sorted((*own, *((purse,) if purse else ())), key=lambda p: p.name))
        self._lease_s = lease_s
        self._owner = owner or this_process()
        self._under_way: dict[str, concurrent.futures.Future[None]] = {}

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the writing thread and let go of what is still under way; the database stays the caller's."""
        if self._under_way and not _in_a_loop():
            until = time.monotonic() + _LAST_WORD_S
            while self._under_way and time.monotonic() < until:
                time.sleep(0.01)
            self._let_go_of_all()
        self._writer.close()

    def _let_go_of_all(self) -> None:
        """Calls that nobody hears out any more: our process lives on, so that nobody else could tell."""
        mine = (call.c.owner == self._owner) & (call.c.state == "started")
        freed = update(call).where(mine).values(state="failed", cost_micro=None, doubtful=call.c.doubtful + 1)
        with contextlib.suppress(DatabaseUnavailable), self._database.write() as connection:
            connection.execute(freed)

    def tokens_per_character(self, model: str) -> float | None:
        """How many tokens a character of ours is to a model, from its latest bills; None before the first one."""
        with self._database.read() as connection:
            return tokens_per_character(connection, model)

    async def answer(self, ask: Ask, call_provider: Call, judge: Judge | None = None) -> Recorded:
        """The recorded answer to a question, asked of the provider only when there is none.

        What `judge` finds wrong is recorded beside the answer: it comes back as `problem`, never as an answer, and is
        not paid for again.  Raises what `call_provider` raises (nothing is recorded but the attempt), and `BudgetSpent`
        before a call that the budget no longer allows.
        """
        key = ask.key
        # The same question twice in one process, in whatever thread, waits for the first.
        mine: concurrent.futures.Future[None] = concurrent.futures.Future()
        while (running := self._under_way.setdefault(key, mine)) is not mine:
            await asyncio.wait([asyncio.wrap_future(running)])
        try:
            return await self._answer(ask, key, call_provider, judge)
        finally:
            del self._under_way[key]
            mine.set_result(None)

    async def _answer(self, ask: Ask, key: str, call_provider: Call, judge: Judge | None) -> Recorded:
        part = ON_BEHALF.get()
        job = part if part.startswith(f"{self.job}/") else self.job
        while True:
            try:
                claim = await self._writer.write(lambda connection: self._claim(connection, ask, key, job))
            except asyncio.CancelledError:
                # The claim is on its way to the disk: let stand, it would have everybody else wait for its lease.
                await self._give_back(key, lost=0)
                raise
            if claim.found is not None:
                return claim.found
            if claim.purse is not None:
                raise BudgetSpent(
                    f"{claim.purse.told}{_money(claim.purse.micro)}{self._prices.currency}已用到{_money(claim.spent)}"
                    f"{self._prices.currency}，没有再调用模型。已写好的都保留；提高上限后再运行，从这里接着做。"
                )
            if claim.state == "ours":
                break
            await asyncio.sleep(_POLL_S)
        try:
            answer = await self._kept(key, call_provider)
        except BaseException as error:
            cut_off = isinstance(error, asyncio.CancelledError | TimeoutError)
            await self._give_back(key, lost=getattr(error, "lost", int(cut_off)))
            raise
        recorded = Recorded(answer=answer, problem=judge(answer) if judge else "", fresh=True, key=key)
        await self._writer.write(lambda connection: self._record(connection, ask, key, recorded), patience_s=_PAID_S)
        return recorded

    async def _kept(self, key: str, call_provider: Call) -> Answer:
        """The provider's answer; the lease is renewed meanwhile, for a call may stand in line longer than it lasts."""
        loop = asyncio.get_running_loop()
        beats: list[asyncio.Task[None]] = []
        # A timer, not a task: most calls end long before their lease has to be looked at.
        first = loop.call_later(self._lease_s / 3, lambda: beats.append(loop.create_task(self._beat(key))))
        try:
            return await call_provider()
        finally:
            first.cancel()
            for beat in beats:
                beat.cancel()

    async def _beat(self, key: str) -> None:
        mine = (call.c.key == key) & (call.c.owner == self._owner) & (call.c.state == "started")

        def renew(connection: Connection) -> None:
            self._take_turn(connection)
            until = utc_text(_now() + timedelta(seconds=self._lease_s))
            connection.execute(update(call).where(mine).values(lease_until=until))

        while True:
            try:
                await self._writer.write(renew)
            except DatabaseUnavailable as error:
                log.warning("a lease was not renewed, tried again later: %s", type(error).__name__)
            await asyncio.sleep(self._lease_s / 3)

    # --- one step each, in a transaction ---

    def _take_turn(self, connection: Connection) -> None:
        """Under a budget one process at a time: two that look at it together would both find the last of it unspent.

        Every step takes it before it locks a row, or two processes could wait for each other.
        """
        for purse in self._purses:
            hold(connection, purse.name)

    def _claim(self, connection: Connection, ask: Ask, key: str, job: str) -> _Claim:
        self._take_turn(connection)
        moment = _now()
        started: dict[str, Any] = {
            "state": "started",
            "owner": self._owner,
            "job": job,
            "started_at": utc_text(moment),
            "lease_until": utc_text(moment + timedelta(seconds=self._lease_s)),
            "cost_micro": self._prices.cost_micro(ask.model, _at_most(ask)),
        }
        # Most questions are new, and one statement settles it; a budget has to be looked at before.
        if not self._purses and _insert(connection, ask, key, started):
            return _Claim("ours")
        row = connection.execute(_FIND, {"of": key}).one_or_none()
        if row is not None and row.state == "done":
            return _Claim("done", Recorded(answer=Answer.model_validate(row.response), problem=row.problem, key=key))
        if row is not None and row.state == "started" and not self._is_dead(row):
            return _Claim("wait")
        for purse in self._purses:
            if refused := self._over_budget(connection, purse, key, started["cost_micro"] or 0):
                return refused
        if row is None:
            return _Claim("ours" if _insert(connection, ask, key, started) else "wait")
        # Under way when its process ended: the provider may have answered, and billed.
        lost = 1 if row.state == "started" else 0
        again = {"attempts": row.attempts + 1, "doubtful": row.doubtful + lost}
        connection.execute(update(call).where(call.c.key == key).values(**started, **again))
        return _Claim("ours")

    def _over_budget(self, connection: Connection, purse: Purse, key: str, reserve: int) -> _Claim | None:
        """Whether a call may not be made (now): what runs has its most set aside, and gives back what it does not use."""
        spent = spent_micro(connection, purse.calls)
        if spent >= purse.micro or spent + reserve > purse.micro:
            return _Claim("spent", purse=purse, spent=spent)
        return _Claim("wait") if spent + self._set_aside(connection, purse, key) + reserve > purse.micro else None

    def _set_aside(self, connection: Connection, purse: Purse, key: str) -> int:
        """What other calls under way may still cost, in millionths; those of the dead give nothing back, and hold nothing."""
        columns = (call.c.key, call.c.owner, call.c.lease_until, call.c.cost_micro)
        rows = connection.execute(select(*columns).where(purse.calls & (call.c.state == "started")))
        return sum(row.cost_micro or 0 for row in rows if row.key != key and self._is_under_way(row))

    def _is_under_way(self, row: Any) -> bool:
        ours: bool = row.owner == self._owner
        return row.key in self._under_way if ours else not self._is_dead(row)

    def _record(self, connection: Connection, ask: Ask, key: str, recorded: Recorded) -> None:
        self._take_turn(connection)
        answer = recorded.answer
        done = {
            "of": key,
            "state": "done",
            "response": answer.model_dump(mode="json"),
            "problem": recorded.problem,
            "input_tokens": answer.input_tokens,
            "output_tokens": answer.output_tokens,
            "estimated": answer.estimated,
            "cost_micro": self._prices.cost_micro(ask.model, answer),
            "lost": answer.lost,
            "finished_at": utc_text(_now()),
        }
        connection.execute(_RECORD, done)

    async def _give_back(self, key: str, *, lost: int) -> None:
        """Let go of a call that failed; `lost` counts the attempts that were cut off and may have been billed."""

        def release(connection: Connection) -> None:
            self._take_turn(connection)
            mine = (call.c.key == key) & (call.c.owner == self._owner) & (call.c.state == "started")
            change = {"state": "failed", "cost_micro": None} | ({"doubtful": call.c.doubtful + lost} if lost else {})
            connection.execute(update(call).where(mine).values(change))

        await self._writer.write(release)

    def _is_dead(self, row: Any) -> bool:
        """Whether nobody works on a started call any more: its process has ended, or its lease has."""
        if row.owner == self._owner:
            return True  # we keep our own in `_under_way`: this row is of a loop that was stopped
        return nobody_works_on(row.owner, row.lease_until)


def _insert(connection: Connection, ask: Ask, key: str, started: dict[str, Any]) -> bool:
    """The row of a question that nobody has asked; False when it is there."""
    values = started | {
        "key": key,
        "tenant": ask.tenant,
        "purpose": ask.purpose,
        "model": ask.model,
        "prompt": ask.prompt,
        "sample": ask.sample,
        "request": ask.model_dump(mode="json"),
        "problem": "",
        "attempts": 1,
        "doubtful": 0,
        "input_tokens": 0,
        "output_tokens": 0,
        "estimated": False,
    }
    # What comes back is the row, not a count of rows: of an insert that met a conflict PostgreSQL's driver counts -1.
    return connection.execute(_INSERT[connection.dialect.name], values).first() is not None


def _in_a_loop() -> bool:
    """Whether this thread runs an event loop: what is under way there cannot end while we wait."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _at_most(ask: Ask) -> Answer:
    return Answer(input_tokens=ask.most_tokens[0], output_tokens=ask.most_tokens[1])


def free_calls_of(connection: Connection, process: str) -> None:
    """What a process of another host has under way is free at once, and not only when its leases end: it is known to be dead."""
    all_of_it = call.c.owner.startswith(f"{process.rpartition(':')[0]}:", autoescape=True)
    connection.execute(update(call).where(all_of_it & (call.c.state == "started")).values(lease_until=""))


def _now() -> datetime:
    return datetime.now(UTC)


def _money(micro: int) -> str:
    return f"{Decimal(micro) / 1_000_000:.4f}".rstrip("0").rstrip(".")

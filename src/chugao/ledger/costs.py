"""Prices by model, and what has been spent.

In: a price list, the rows of the ledger.  Out: `CostRow`s; calls that may have been billed without our having the answer.

Money is counted in millionths of the price list's currency, as whole numbers: floats would not sum to the cent.
"""

import tomllib
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import Field, ValidationError
from sqlalchemy import ColumnElement, Connection, case, func, select

from chugao.config import Settings
from chugao.database.tables import call
from chugao.errors import InputError, reason_of
from chugao.ledger.asking import Answer
from chugao.ledger.owners import nobody_works_on
from chugao.source import Frozen

_MILLION = Decimal(1_000_000)


class Price(Frozen):
    """What a million tokens cost."""

    input: Decimal = Decimal(0)
    output: Decimal = Decimal(0)


class Prices(Frozen):
    """A price list; a model is found by the longest name it begins with."""

    currency: str = "元"
    models: dict[str, Price] = Field(default_factory=dict)

    def of(self, model: str) -> Price | None:
        names = [name for name in self.models if model.startswith(name)]
        return self.models[max(names, key=len)] if names else None

    def cost_micro(self, model: str, answer: Answer) -> int | None:
        """Millionths of the currency; None for a model without a price."""
        price = self.of(model)
        if price is None:
            return None
        # Tokens times price per million is the price in millionths already.
        cost = price.input * answer.input_tokens + price.output * answer.output_tokens
        return int(cost.quantize(Decimal(1), ROUND_HALF_UP))


class Purse(NamedTuple):
    """Money that calls are paid from, of one job or of many."""

    name: str
    """Whose turn is waited for: two jobs that look into it together would both find the last of it unspent."""
    micro: int
    """What it held to begin with, in millionths."""
    calls: ColumnElement[bool]
    """Which calls are paid from it, whoever makes them."""
    told: str
    """What people call it: 费用上限."""

    @classmethod
    def of_job(cls, job: str, budget: Decimal) -> "Purse":
        return cls(f"budget:{job}", int(budget * _MILLION), of_job(job), "费用上限")


class CostRow(Frozen):
    """What one model cost one job."""

    job: str
    model: str
    calls: int
    input_tokens: int
    output_tokens: int
    estimated: int
    """Calls whose tokens are estimates."""
    cost: Decimal | None
    """In the price list's currency; None when no price is known for the model."""


class Doubtful(Frozen):
    """A call that was under way when its process ended."""

    key: str
    job: str
    model: str
    prompt: str
    started_at: str
    times: int
    """How often it may have been billed without our having the answer."""


class Entry(Frozen):
    """One call as it stands in the ledger, without what was asked and answered."""

    key: str
    job: str
    model: str
    prompt: str
    sample: int
    state: str
    """started, done, failed, lost: its process ended, and nobody has asked again yet."""
    problem: str
    """Why the answer cannot be used; "" when it can."""
    input_tokens: int
    output_tokens: int
    estimated: bool
    attempts: int
    possibly_billed: int
    """How often its process ended while it waited for the answer."""
    started_at: str
    finished_at: str | None


def read_prices(file: Path) -> Prices:
    """A price list in TOML.  Raises `InputError` that names the file when it is wrong."""
    try:
        return Prices.model_validate(tomllib.loads(file.read_text(encoding="utf-8-sig")))
    except OSError as error:
        raise InputError(f"价格表 {file.name} 读不了（{reason_of(error)}）。请检查文件。") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError):
        raise InputError(
            f'价格表 {file.name} 写法不对。请写成：currency = "元"，再按模型写 [models."模型名"]，input、output 为每百万词元的价格。'
        ) from None


def prices_of(settings: Settings) -> Prices:
    """The price list of an office's settings; empty when it gave none, for prices are never invented."""
    try:
        return Prices.model_validate(settings.prices)
    except ValidationError:
        raise InputError(
            'chugao.toml：[prices] 写法不对。请写成：currency = "元"，再按模型写 [prices.models."模型名"]，'
            "input、output 为每百万词元的价格。"
        ) from None


def cost_rows(connection: Connection, job: str | None = None) -> tuple[CostRow, ...]:
    """The cost book, by job and model."""
    query = (
        select(
            call.c.job,
            call.c.model,
            func.count().label("calls"),
            func.sum(call.c.input_tokens).label("input_tokens"),
            func.sum(call.c.output_tokens).label("output_tokens"),
            func.sum(case((call.c.estimated, 1), else_=0)).label("estimated"),
            func.sum(call.c.cost_micro).label("cost"),
            func.sum(case((call.c.cost_micro.is_(None), 1), else_=0)).label("unpriced"),
        )
        .where(call.c.state == "done")
        .group_by(call.c.job, call.c.model)
        .order_by(call.c.job, call.c.model)
    )
    if job is not None:
        query = query.where(of_job(job))
    return tuple(
        CostRow(
            job=row.job,
            model=row.model,
            calls=row.calls,
            input_tokens=int(row.input_tokens),
            output_tokens=int(row.output_tokens),
            estimated=int(row.estimated),
            cost=None if row.unpriced else Decimal(int(row.cost)) / _MILLION,
        )
        for row in connection.execute(query)
    )


def entries(connection: Connection, job: str | None = None) -> tuple[Entry, ...]:
    """Every call, oldest first."""
    query = select(call).order_by(call.c.started_at, call.c.key)
    rows = connection.execute(query if job is None else query.where(of_job(job)))
    return tuple(
        Entry(
            possibly_billed=row.doubtful + _left(row),
            state="lost" if _left(row) else row.state,
            **{name: getattr(row, name) for name in Entry.model_fields if name not in ("possibly_billed", "state")},
        )
        for row in rows
    )


def spent_micro(connection: Connection, calls: ColumnElement[bool]) -> int:
    """What calls have cost so far, in millionths."""
    done = select(func.coalesce(func.sum(call.c.cost_micro), 0)).where(calls & (call.c.state == "done"))
    return int(connection.execute(done).scalar_one())


def of_job(job: str) -> ColumnElement[bool]:
    """A call of a job or of one of its parts (“job/part”)."""
    return (call.c.job == job) | call.c.job.startswith(f"{job}/", autoescape=True)


def tokens_per_character(connection: Connection, model: str) -> float | None:
    """How many tokens a character of ours is to a model, from its latest bills; None before the first one."""
    billed = (call.c.model == model) & (call.c.state == "done") & ~call.c.estimated & (call.c.input_tokens > 0)
    query = select(call.c.request, call.c.input_tokens).where(billed).order_by(call.c.finished_at.desc()).limit(20)
    characters = tokens = 0
    for row in connection.execute(query):
        characters += sum(len(m["content"]) for m in row.request["messages"])
        tokens += row.input_tokens
    return tokens / characters if characters else None


def doubtful_calls(connection: Connection, job: str | None = None) -> tuple[Doubtful, ...]:
    """Calls that may have been billed without our having the answer, oldest first."""
    query = (
        select(call).where((call.c.doubtful > 0) | (call.c.state == "started")).order_by(call.c.started_at, call.c.key)
    )
    if job is not None:
        query = query.where(of_job(job))
    return tuple(
        Doubtful(
            key=row.key,
            job=row.job,
            model=row.model,
            prompt=row.prompt,
            started_at=row.started_at,
            times=row.doubtful + _left(row),
        )
        for row in connection.execute(query)
        if row.doubtful or _left(row)
    )


def _left(row: Any) -> bool:
    """Whether a process ended while it waited for this answer, and nobody has taken it over."""
    return bool(row.state == "started" and nobody_works_on(row.owner, row.lease_until))

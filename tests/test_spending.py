"""What a person may spend holds over all their orders and rewrites, whichever processes carry them out, on either database."""

import asyncio
import json
import subprocess
import sys
from decimal import Decimal
from typing import Any

import pytest

from chugao.config import Settings
from chugao.database import Database
from chugao.errors import InputError
from chugao.review.budgets import left, purse, rewrite_job, spent
from chugao.review.orders import open_order
from chugao.review.people import Person, Role
from tests.test_ledger import PRICES, Provider, ask

AT = "2026-11-22T04:00:00Z"
LIMITED = Settings.model_validate({"budget": {"per_person": "0.005"}})
CARRIED_OUT = """
import asyncio, json, sys
from decimal import Decimal
from chugao.config import Settings
from chugao.database import open_database
from chugao.errors import InputError
from chugao.ledger import BudgetSpent, Ledger
from chugao.review.budgets import purse
from tests.test_ledger import PRICES, Provider, ask
from tests.test_spending import AT, LIMITED

url, job, login, limit = sys.argv[1:]
provider, told = Provider(delay_s=0.2), []

async def all_at_once(ledger):
    asks = [ask(f"{job}第{n}问", most_tokens=(1200, 900)) for n in range(6)]
    return await asyncio.gather(*(ledger.answer(a, provider) for a in asks), return_exceptions=True)

with open_database(url) as database:
    own = purse(database, LIMITED, login, engine="openai:m", at=AT)
    budget = Decimal(limit) if limit else None
    print("ready", flush=True)
    sys.stdin.readline()
    with Ledger(database, job=job, prices=PRICES, budget=budget, purse=own) as ledger:
        ended = asyncio.run(all_at_once(ledger))
spent = [str(e) for e in ended if isinstance(e, BudgetSpent)]
assert all(isinstance(e, BudgetSpent) for e in ended if isinstance(e, BaseException)), ended
print(json.dumps({"calls": provider.calls, "refused": len(spent), "why": sorted(set(spent))}))
"""


def order_of(database: Database, login: str) -> str:
    """The job of an order somebody has opened."""
    person = Person(login=login, name=login, roles=frozenset({Role.AUTHOR}), departments=("医务科",))
    return f"order-{open_order(database, person, department='医务科', payload={}, at=AT).id}"


def carried_out(url: str, *jobs: tuple[str, str, str]) -> list[dict[str, Any]]:
    """Each job (its name, whose it is, its own limit) by a process of its own, all of them begun at one moment."""
    started = [
        subprocess.Popen(
            [sys.executable, "-c", CARRIED_OUT, url, *job], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for job in jobs
    ]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    return [json.loads(process.communicate(timeout=60)[0]) for process in started]


def test_orders_and_a_rewrite_begun_at_one_moment_spend_a_persons_rest_once(
    database: Database, database_url: str
) -> None:
    """Each call may cost 0.0024 and costs 0.0009: within 0.005 three fit, whoever makes them; somebody else has their own."""
    one, two, others = (order_of(database, who) for who in ("wangfang", "wangfang", "like"))
    rewrite = rewrite_job("d1", "wangfang")

    told = carried_out(
        database_url, (one, "wangfang", ""), (two, "wangfang", ""), (rewrite, "wangfang", ""), (others, "like", "")
    )

    assert sum(t["calls"] for t in told[:3]) == 3
    assert told[3]["calls"] == 3
    assert spent(database, ["wangfang", "like"], at=AT) == {"wangfang": Decimal("0.0027"), "like": Decimal("0.0027")}
    assert all("本月的额度0.005元已用到" in why for t in told for why in t["why"])


def test_an_order_with_a_limit_of_its_own_keeps_both(database: Database, database_url: str) -> None:
    """0.0025 for the one order, 0.005 for the person: one call each way round, and the rest is the other order's."""
    small, large = (order_of(database, "wangfang") for _ in range(2))

    (told,) = carried_out(database_url, (small, "wangfang", "0.0025"))
    (then,) = carried_out(database_url, (large, "wangfang", ""))

    assert (told["calls"], told["refused"]) == (1, 5)
    assert (then["calls"], then["refused"]) == (2, 4)
    assert "费用上限0.0025元已用到0.0009元" in told["why"][0]


def test_what_a_person_has_left_counts_what_was_paid_and_is_refused_at_nought(database: Database) -> None:
    from chugao.ledger import Ledger

    job = order_of(database, "wangfang")
    with Ledger(
        database, job=job, prices=PRICES, purse=purse(database, LIMITED, "wangfang", engine="m", at=AT)
    ) as held:
        asyncio.run(held.answer(ask(most_tokens=(1200, 900)), Provider()))

    assert left(database, LIMITED, "wangfang", engine="m", at=AT) == Decimal("0.0041")
    nothing = Settings.model_validate({"budget": {"per_person": "0.0009"}})
    with pytest.raises(InputError, match="已经用完"):
        purse(database, nothing, "wangfang", engine="m", at=AT)
    assert purse(database, nothing, "wangfang", engine="offline", at=AT) is None

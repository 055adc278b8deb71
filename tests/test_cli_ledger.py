"""`chugao ledger`: what was asked of a model and what it cost, also what may have been billed for nothing."""

import asyncio
import json
from decimal import Decimal
from pathlib import Path

import pytest

from chugao.database import open_database, sqlite_url
from chugao.ledger import Answer, Ask, Ledger, Message, Prices
from chugao.ledger.costs import Price
from tests.cli import chugao


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of drafts with three calls in its ledger: two answered, one cut off."""
    (tmp_path / ".chugao").mkdir()
    prices = Prices(models={"小模型": Price(input=Decimal(1), output=Decimal(2))})

    async def calls() -> None:
        url = sqlite_url(tmp_path / ".chugao" / "ledger.db")
        with open_database(url) as database, Ledger(database, job="年终", prices=prices) as ledger:
            for n in range(2):
                question = Ask(model="小模型", prompt="summary/part", messages=(Message(role="user", content=str(n)),))
                await ledger.answer(question, answered)
            last = Ask(model="小模型", prompt="lead", messages=(Message(role="user", content="末"),))
            with pytest.raises(TimeoutError):
                await ledger.answer(last, cut)

    async def answered() -> Answer:
        return Answer(text="好", input_tokens=100, output_tokens=50)

    async def cut() -> Answer:
        raise TimeoutError

    asyncio.run(calls())
    return tmp_path


def test_each_call_is_listed_with_what_became_of_it(folder: Path):
    ran = chugao("ledger", "show", "--dir", folder)

    assert ran.code == 0
    assert "共3次" in ran.out
    assert "另有1次可能已计费而没有收到答复" in ran.out
    calls = json.loads(chugao("ledger", "show", "--dir", folder, "--json").out)["calls"]
    assert sorted(c["state"] for c in calls) == ["done", "done", "failed"]


def test_the_cost_is_the_sum_of_what_the_provider_counted(folder: Path):
    told = json.loads(chugao("ledger", "cost", "--dir", folder, "--json").out)

    (row,) = told["rows"]
    assert (row["calls"], row["input_tokens"], row["output_tokens"], Decimal(row["cost"])) == (
        2,
        200,
        100,
        Decimal("0.0004"),
    )
    assert told["possibly_billed"] == 1


def test_a_folder_without_a_ledger_is_told_what_to_give(tmp_path: Path):
    ran = chugao("ledger", "show", "--dir", tmp_path)

    assert ran.code == 2
    assert "-o 用的文件夹" in ran.err

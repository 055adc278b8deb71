"""The ledger: an answer is on disk before it is used, and nothing recorded is paid for twice."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, select, update

from chugao.database import Database, open_database, sqlite_url
from chugao.database.tables import call
from chugao.errors import EngineError, InputError
from chugao.ledger import (
    Answer,
    Ask,
    BudgetSpent,
    Ledger,
    Message,
    Prices,
    Recorded,
    cost_rows,
    doubtful_calls,
    entries,
    read_prices,
)
from chugao.ledger.costs import Price
from chugao.ledger.keeping import free_calls_of
from chugao.ledger.writing import GroupWriter

PRICES = Prices(models={"small": Price(input=Decimal("0.5"), output=Decimal(2)), "small-v": Price(output=Decimal(100))})


def ask(text: str = "写一段。", **changed: object) -> Ask:
    return Ask(model="small", messages=(Message(role="user", content=text),)).model_copy(update=changed)


class Provider:
    """Counts what it is asked; answers after `delay_s`."""

    def __init__(self, delay_s: float = 0.0, text: str = "门诊{outpatient_visits.now}。") -> None:
        self.calls = 0
        self._delay_s, self._text = delay_s, text

    async def __call__(self) -> Answer:
        self.calls += 1
        await asyncio.sleep(self._delay_s)
        return Answer(text=f"{self._text}{self.calls}", input_tokens=1000, output_tokens=200)


# --- once -----------------------------------------------------------------------------------------


def test_a_question_is_paid_for_once_and_answered_alike_ever_after(database: Database) -> None:
    provider = Provider()

    answers = []
    for _ in range(3):
        with Ledger(database) as ledger:
            answers.append(asyncio.run(ledger.answer(ask(), provider)))

    assert provider.calls == 1
    assert [a.fresh for a in answers] == [True, False, False]
    assert len({a.answer for a in answers}) == 1


def test_the_same_question_at_the_same_moment_is_asked_once(database: Database) -> None:
    provider = Provider(delay_s=0.05)

    async def ten() -> list[str]:
        with Ledger(database) as ledger:
            found = await asyncio.gather(*(ledger.answer(ask(), provider) for _ in range(10)))
        return [f.answer.text for f in found]

    assert len(set(asyncio.run(ten()))) == 1
    assert provider.calls == 1


def test_two_ledgers_on_one_database_ask_once(database: Database) -> None:
    """Twenty questions: one alone rarely meets the other in the middle of its claim."""
    provider = Provider(delay_s=0.05)

    async def both() -> None:
        with Ledger(database) as one, Ledger(database) as other:
            for n in range(20):
                await asyncio.gather(*(ledger.answer(ask(f"第{n}问"), provider) for ledger in (one, other)))

    asyncio.run(both())

    assert provider.calls == 20


def test_a_call_that_takes_longer_than_its_lease_is_not_taken_over_while_it_runs(database: Database) -> None:
    provider = Provider(delay_s=5)

    async def both() -> None:
        with Ledger(database, lease_s=2) as one, Ledger(database, lease_s=2) as other:
            await asyncio.gather(one.answer(ask(), provider), other.answer(ask(), provider))

    asyncio.run(both())

    assert provider.calls == 1


def test_what_runs_has_its_most_set_aside_so_that_a_budget_holds_whatever_runs_at_once(tmp_path: Path) -> None:
    """A call may cost 0.0024 and costs 0.0009: two at most are under way within 0.005, and three fit one after another."""
    provider = Provider(delay_s=0.1)
    asks = [ask(f"第{n}问", most_tokens=(1200, 900)) for n in range(8)]

    async def all_at_once(ledger: Ledger) -> list[object]:
        return await asyncio.gather(*(ledger.answer(a, provider) for a in asks), return_exceptions=True)

    with open_database(sqlite_url(tmp_path / "l.db")) as database:
        with Ledger(database, prices=PRICES, budget=Decimal("0.005")) as ledger:
            results = asyncio.run(all_at_once(ledger))
        with database.read() as connection:
            cost = cost_rows(connection)[0].cost

    assert provider.calls == 3
    assert cost == Decimal("0.0027")
    assert sum(isinstance(r, BudgetSpent) for r in results) == 5


def test_a_budget_holds_though_several_processes_look_at_it_at_the_same_moment(
    database: Database, database_url: str
) -> None:
    """Each call may cost 0.0024 and costs 0.0009; within 0.005 three fit, whoever makes them."""
    providers, ready = [Provider(delay_s=0.2) for _ in range(3)], threading.Barrier(3)

    def work(number: int) -> None:
        async def all_at_once(ledger: Ledger) -> None:
            asks = [ask(f"第{number}家第{n}问", most_tokens=(1200, 900)) for n in range(6)]
            await asyncio.gather(*(ledger.answer(a, providers[number]) for a in asks), return_exceptions=True)

        # A database of its own, as a process has; the ledgers' own threads write.
        with (
            open_database(database_url) as own,
            Ledger(own, job="年终", prices=PRICES, budget=Decimal("0.005")) as held,
        ):
            ready.wait()
            asyncio.run(all_at_once(held))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as connection:
        cost = sum((row.cost or Decimal(0) for row in cost_rows(connection)), Decimal(0))

    assert sum(p.calls for p in providers) == 3
    assert cost == Decimal("0.0027")


@pytest.mark.parametrize(
    "changed",
    [
        {"sample": 1},
        {"model": "large"},
        {"tenant": "乙院"},
        {"parameters": {"temperature": 0}},
        {"endpoint": "http://b/v1"},
    ],
    ids=lambda c: next(iter(c)),
)
def test_another_sample_model_tenant_parameter_or_server_is_another_question(changed: dict[str, object]) -> None:
    assert ask(**changed).key != ask().key


def test_the_key_follows_from_what_is_sent_and_from_nothing_else() -> None:
    one = ask(parameters={"a": 1, "b": 2}, prompt="summary/part 3f2a")
    other = ask(parameters={"b": 2, "a": 1}, prompt="summary/part 0000")

    assert one.key == other.key
    assert ask("写一段").key != ask("写一段。").key


def test_an_answer_that_cannot_be_used_is_kept_and_never_comes_back_as_one(database: Database) -> None:
    provider = Provider(text="不是 JSON")

    with Ledger(database) as ledger:
        first = asyncio.run(ledger.answer(ask(), provider, judge=lambda a: "不是 JSON"))
    with Ledger(database) as ledger:
        again = asyncio.run(ledger.answer(ask(), provider))

    assert (first.problem, again.problem) == ("不是 JSON", "不是 JSON")
    assert provider.calls == 1


def test_a_call_that_failed_leaves_no_answer_and_is_asked_again(database: Database) -> None:
    async def broken() -> Answer:
        raise EngineError("模型没有应答")

    provider = Provider()
    with Ledger(database) as ledger, pytest.raises(EngineError, match="没有应答"):
        asyncio.run(ledger.answer(ask(), broken))

    with Ledger(database) as ledger:
        found = asyncio.run(ledger.answer(ask(), provider))

    assert found.fresh
    with database.read() as connection:
        row = connection.execute(select(call)).one()
        assert (row.state, row.attempts, row.doubtful) == ("done", 2, 0)


def test_many_questions_at_once_are_all_kept(database: Database) -> None:
    provider = Provider(delay_s=0.01)

    async def many() -> None:
        with Ledger(database) as ledger:
            await asyncio.gather(*(ledger.answer(ask(f"第{n}节"), provider) for n in range(100)))

    asyncio.run(many())

    with database.read() as connection:
        states = list(connection.execute(select(call.c.state)).scalars())
    assert states == ["done"] * 100
    assert provider.calls == 100


# --- killed ---------------------------------------------------------------------------------------

KILLED = """
import asyncio, sys
from chugao.database import open_database
from chugao.ledger import Answer, Ask, Ledger, Message

def ask(n):
    return Ask(model="small", messages=(Message(role="user", content=f"第{n}节"),))

async def provider(n):
    print(f"asked {n}", flush=True)
    await asyncio.sleep(0.02 + (n % 5) * 0.02)
    return Answer(text=f"答{n}", input_tokens=10, output_tokens=1)

async def one(ledger, n):
    await ledger.answer(ask(n), lambda: provider(n))
    print(f"recorded {n}", flush=True)

async def main():
    with Ledger(open_database(sys.argv[1]), job="年终") as ledger:
        gate = asyncio.Semaphore(8)
        async def gated(n):
            async with gate:
                await one(ledger, n)
        await asyncio.gather(*(gated(n) for n in range(60)))
    print("all", flush=True)

asyncio.run(main())
"""


def test_whatever_is_killed_no_recorded_call_is_asked_again_and_those_under_way_are_listed(database_url: str) -> None:
    url = database_url
    asked: list[str] = []
    recorded: set[str] = set()
    again: list[str] = []
    cut_at = iter((9, 17, 26))

    while "all" not in recorded:
        process = subprocess.Popen([sys.executable, "-c", KILLED, url], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        limit = next(cut_at, 10**6)
        for seen, line in enumerate(process.stdout):
            word, _, number = line.strip().partition(" ")
            if word == "asked":
                again += [number] if number in recorded else []
                asked.append(number)
            else:
                recorded.add(number or word)
            if seen == limit:
                os.kill(process.pid, signal.SIGKILL)
        process.wait()
        with open_database(url) as database, database.read() as connection:
            listed = {d.key for d in doubtful_calls(connection, "年终")}
            lost = {e.key for e in entries(connection, "年终") if e.state == "lost"}
            answered = select(call.c.request).where(call.c.state == "done")
            # What is on disk is recorded, whether or not its process lived to say so.
            recorded |= {r["messages"][0]["content"][1:-1] for r in connection.execute(answered).scalars()}
        # Listed at once, before anybody asks again.
        cut_off = set(asked) - recorded
        assert len(lost) >= len(cut_off)
        assert lost <= listed

    assert again == []
    assert {str(n) for n in range(60)} <= recorded
    with open_database(url) as database, database.read() as connection:
        doubtful = doubtful_calls(connection, "年终")
        answers = {
            r["messages"][0]["content"]: a["text"]
            for r, a in connection.execute(select(call.c.request, call.c.response))
        }
    # Asked more often than once means that a process ended while it waited; each such is listed.
    repeated = {n for n in asked if asked.count(n) > 1}
    assert repeated
    assert len(doubtful) >= len(repeated)
    assert answers == {f"第{n}节": f"答{n}" for n in range(60)}


def test_a_cancelled_call_may_have_been_billed_and_says_so(database: Database) -> None:
    async def cut() -> None:
        with Ledger(database) as ledger:
            waiting = asyncio.create_task(ledger.answer(ask(), Provider(delay_s=30)))
            await asyncio.sleep(0.3)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting

    asyncio.run(cut())

    with database.read() as connection:
        assert [d.times for d in doubtful_calls(connection)] == [1]


def test_a_question_cut_off_while_it_is_being_claimed_makes_nobody_wait(database: Database) -> None:
    """A busy database, a job that is cancelled, and the same job resumed in the same process."""

    async def cut_and_resume() -> Recorded:
        with Ledger(database) as first, Ledger(database) as second:
            with database.write():  # on SQLite the claim stands in line behind this
                waiting = asyncio.create_task(first.answer(ask(), Provider(delay_s=30)))
                await asyncio.sleep(0.3)
                waiting.cancel()
                await asyncio.sleep(0.1)
            with pytest.raises(asyncio.CancelledError):
                await waiting
            await asyncio.sleep(0.5)  # SQLite looks again after a while
            return await asyncio.wait_for(second.answer(ask(), Provider()), 20)

    assert asyncio.run(cut_and_resume()).fresh


def test_a_call_of_another_machine_is_taken_over_when_its_lease_ends(database: Database) -> None:
    provider = Provider()
    with Ledger(database, owner="elsewhere:7:1:ab") as gone, pytest.raises(EngineError):
        asyncio.run(gone.answer(ask(), _fails))
    stale = {"state": "started", "owner": "elsewhere:7:1:ab", "lease_until": "2020-01-01T00:00:00Z"}
    with database.write() as connection:
        connection.execute(update(call).values(**stale))

    with Ledger(database) as ledger:
        found = asyncio.run(ledger.answer(ask(), provider))

    assert found.fresh
    with database.read() as connection:
        assert connection.execute(select(call.c.doubtful)).scalar_one() == 1


async def _fails() -> Answer:
    raise EngineError("断了")


def test_what_a_closed_ledger_has_still_under_way_is_asked_again_at_once_though_its_process_lives(
    database: Database,
) -> None:
    """A batch's loop that would not end: its thread is gone, and its lease would last ten minutes."""
    asked = threading.Event()

    async def never() -> Answer:
        asked.set()
        await asyncio.Event().wait()
        raise AssertionError

    loop = asyncio.new_event_loop()
    left = Ledger(database)
    kept = loop.create_task(left.answer(ask(), never))
    while not asked.is_set():
        loop.run_until_complete(asyncio.sleep(0.01))

    left.close()
    with Ledger(database) as ledger:
        found = asyncio.run(asyncio.wait_for(ledger.answer(ask(), Provider()), 20))

    assert found.fresh
    with database.read() as connection:
        assert [d.times for d in doubtful_calls(connection)] == [1]
    kept.cancel()
    with pytest.raises(asyncio.CancelledError):
        loop.run_until_complete(kept)
    left.close()
    loop.close()


def test_the_calls_of_a_machine_known_to_be_dead_wait_for_no_lease(database: Database) -> None:
    with Ledger(database, owner="elsewhere:7:1:ab") as gone, pytest.raises(EngineError):
        asyncio.run(gone.answer(ask(), _fails))
    with database.write() as connection:
        connection.execute(update(call).values(state="started", lease_until="2099-01-01T00:00:00Z"))
        free_calls_of(connection, "elsewhere:7:1:cd")

    with Ledger(database) as ledger:
        found = asyncio.run(asyncio.wait_for(ledger.answer(ask(), Provider()), 20))

    assert found.fresh


def test_whoever_writes_while_the_writer_is_being_closed_is_written(database: Database) -> None:
    writer = GroupWriter(database)

    async def many() -> list[int]:
        return [await writer.write(lambda _, n=n: n) for n in range(300)]

    def close_again_and_again() -> None:
        while not ended.wait(0.001):
            writer.close()

    ended = threading.Event()
    closing = threading.Thread(target=close_again_and_again)
    closing.start()
    try:
        written = asyncio.run(asyncio.wait_for(many(), 60))
    finally:
        ended.set()
        closing.join()
        writer.close()

    assert written == list(range(300))


def test_an_answer_that_is_paid_for_waits_for_a_database_that_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chugao.database._BUSY_TIMEOUT_S", 0.2)
    file = tmp_path / "l.db"
    with open_database(sqlite_url(file)) as database, Ledger(database) as ledger:
        other = sqlite3.connect(file, check_same_thread=False)

        async def answer_meanwhile() -> Answer:
            other.execute("BEGIN IMMEDIATE")
            threading.Timer(1.5, other.rollback).start()
            return Answer(text="好", input_tokens=1, output_tokens=1)

        asyncio.run(ledger.answer(ask(), answer_meanwhile))
        again = Provider()
        found = asyncio.run(ledger.answer(ask(), again))
        other.close()

    assert (found.answer.text, again.calls) == ("好", 0)


# --- money ----------------------------------------------------------------------------------------


def test_what_the_dead_had_set_aside_does_not_hold_up_a_job_near_its_limit(database: Database) -> None:
    """0.005 may be spent; two calls of up to 0.0024 were under way at the kill, and each must be had again."""
    asks = [ask(f"第{n}问", most_tokens=(1200, 900)) for n in range(2)]
    with Ledger(database, job="年终", prices=PRICES, owner="elsewhere:7:1:ab") as gone:
        for question in asks:
            with pytest.raises(EngineError):
                asyncio.run(gone.answer(question, _fails))
    dead = {"state": "started", "cost_micro": 2400, "lease_until": "2020-01-01T00:00:00Z"}
    with database.write() as connection:
        connection.execute(update(call).values(**dead))

    async def both(ledger: Ledger) -> list[Recorded]:
        return await asyncio.gather(*(ledger.answer(a, Provider()) for a in asks))

    with Ledger(database, job="年终", prices=PRICES, budget=Decimal("0.0045")) as ledger:
        found = asyncio.run(asyncio.wait_for(both(ledger), 20))

    assert [f.fresh for f in found] == [True, True]


def test_the_cost_book_sums_what_the_provider_counted(database: Database) -> None:
    async def some() -> None:
        with Ledger(database, job="年终", prices=PRICES) as ledger:
            for n in range(3):
                await ledger.answer(ask(f"第{n}节"), Provider())
            await ledger.answer(ask("第0节"), Provider())

    asyncio.run(some())

    with database.read() as connection:
        (row,) = cost_rows(connection, "年终")
    assert (row.calls, row.input_tokens, row.output_tokens) == (3, 3000, 600)
    # 3 × (1000 × 0.5 + 200 × 2) millionths
    assert row.cost == Decimal("0.0027")


def test_a_model_without_a_price_has_no_cost_rather_than_none_at_all(database: Database) -> None:
    with Ledger(database, prices=Prices()) as ledger:
        asyncio.run(ledger.answer(ask(), Provider()))

    with database.read() as connection:
        assert cost_rows(connection)[0].cost is None


def test_the_longest_name_a_model_begins_with_sets_its_price() -> None:
    answer = Answer(output_tokens=10)

    assert PRICES.cost_micro("small-v2", answer) == 1000
    assert PRICES.cost_micro("small-2025", answer) == 20
    assert PRICES.cost_micro("other", answer) is None


def test_a_spent_budget_stops_before_the_next_call_and_keeps_what_is_done(database: Database) -> None:
    provider = Provider()

    async def ten() -> None:
        with Ledger(database, job="年终", prices=PRICES, budget=Decimal("0.002")) as ledger:
            for n in range(10):
                await ledger.answer(ask(f"第{n}节"), provider)

    with pytest.raises(BudgetSpent, match=r"0\.002元"):
        asyncio.run(ten())

    assert provider.calls == 3
    with Ledger(database, job="年终", prices=PRICES, budget=Decimal("0.002")) as ledger:
        assert not asyncio.run(ledger.answer(ask("第0节"), provider)).fresh


def test_a_price_list_that_is_wrong_is_named(tmp_path: Path) -> None:
    wrong = tmp_path / "价格.toml"
    wrong.write_text('[models."a"]\ninput = "很贵"\n', encoding="utf-8")

    with pytest.raises(InputError, match=r"价格\.toml"):
        read_prices(wrong)


def test_calls_that_wait_together_share_one_commit(tmp_path: Path) -> None:
    with open_database(sqlite_url(tmp_path / "ledger.db")) as database, Ledger(database) as ledger:
        commits = 0

        def counted(_: object) -> None:
            nonlocal commits
            commits += 1

        async def together() -> list[Recorded]:
            # Nobody can write until all of them stand in line.
            with database.write():
                waiting = [asyncio.create_task(ledger.answer(ask(f"第{n}段"), Provider())) for n in range(48)]
                await asyncio.sleep(0.05)
                event.listen(Engine, "commit", counted)
            return await asyncio.gather(*waiting)

        try:
            answered = asyncio.run(together())
        finally:
            event.remove(Engine, "commit", counted)

    assert all(a.fresh for a in answered)
    # Ours, one or two for the claims, and of the answers fewer than one in three: they come as the calls end.
    assert commits < 1 + 2 + 48 / 3


def test_the_key_of_a_recorded_answer_is_that_of_its_question(database: Database) -> None:
    with Ledger(database) as ledger:
        fresh = asyncio.run(ledger.answer(ask(), Provider()))
        found = asyncio.run(ledger.answer(ask(), Provider()))

    assert fresh.key == found.key == ask().key

"""How fast a provider is asked: what a minute may hold, and being quiet when told to."""

import asyncio
import time
from random import Random

import pytest

from chugao.engines.limits import Buckets, _Rate


def most_in_a_minute(starts: list[tuple[float, float]]) -> float:
    """The fullest sixty seconds, whichever call they begin with."""
    return max(sum(amount for at, amount in starts if begin <= at < begin + 60) for begin, _ in starts)


@pytest.mark.parametrize("allowed", [1, 7, 60, 600])
def test_no_minute_holds_more_requests_than_the_provider_allows(allowed: int) -> None:
    rate = _Rate(allowed)

    starts = [(rate.book(1, 1000.0), 1.0) for _ in range(3 * allowed + 5)]

    assert most_in_a_minute(starts) <= allowed
    assert starts[-1][0] - 1000 <= 62 * (3 + 5 / allowed) + 60 / allowed


@pytest.mark.parametrize("amount", [900, 4000, 9999])
def test_no_minute_holds_more_tokens_than_allowed_however_large_a_call_is(amount: int) -> None:
    rate = _Rate(10_000)

    starts = [(rate.book(amount, 1000.0), float(amount)) for _ in range(40)]

    assert most_in_a_minute(starts) <= 10_000


def test_a_call_larger_than_the_allowance_of_a_minute_goes_alone() -> None:
    rate = _Rate(10_000)

    starts = [rate.book(25_000, 1000.0) for _ in range(3)]

    assert starts[0] == 1000
    assert starts[1] - starts[0] >= 60
    assert starts[2] - starts[1] >= 60


@pytest.mark.parametrize("seed", range(20))
def test_estimates_that_were_too_high_are_given_back_and_no_minute_is_overdrawn(seed: int) -> None:
    random, rate, now = Random(seed), _Rate(6000), 0.0
    starts: list[tuple[float, float]] = []
    for _ in range(120):
        now += random.expovariate(0.5)
        estimated = random.randint(10, 2000)
        used = random.randint(5, estimated)
        now = max(now, rate.book(estimated, now))
        starts.append((now, float(used)))
        rate.correct(estimated, used)

    assert most_in_a_minute(starts) <= 6000
    # Booked for good, the estimates alone would have taken twice as long as what was used.
    assert now < 120 * 2000 / 2 / 6000 * 60


def test_who_waits_for_a_turn_is_quiet_when_another_call_is_told_to_be() -> None:
    buckets, went = Buckets(requests_per_minute=300), []  # one each 0.2 s, 31 at once

    async def call() -> None:
        async with buckets.turn(1):
            went.append(time.monotonic())

    async def run() -> float:
        await asyncio.gather(*(call() for _ in range(31)))
        waiting = asyncio.create_task(call())
        await asyncio.sleep(0.05)
        told = time.monotonic()
        buckets.throttled(0.8)
        await waiting
        return told

    told = asyncio.run(run())

    assert went[-1] - told >= 0.8

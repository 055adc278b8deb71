"""No paper stands still: whatever lost it, whoever is at work finds it and makes it."""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import update

from chugao.batch import working
from chugao.batch.calling import Line, Loop, Stopped, Turns
from chugao.batch.making import draft_paper
from chugao.batch.manifest import Manifest, read_manifest
from chugao.batch.records import JobRow, happenings, papers
from chugao.batch.running import keep, next_round, run, work
from chugao.batch.shop import Shop
from chugao.batch.telling import Standing, standing
from chugao.batch.working import Worker
from chugao.config import ModelSettings, Settings
from chugao.database import Database, open_database, sqlite_url
from chugao.database.tables import paper
from chugao.database.tables import worker as worker_table
from chugao.engines import open_assisted
from chugao.errors import ChugaoError
from chugao.manuscript import Reply
from tests.batch_cases import Model, wait_for, write_departments, write_manifest
from tests.recordings import brief

TWO = ("医务科", "护理部")


@pytest.fixture
def url(tmp_path: Path) -> str:
    return sqlite_url(tmp_path / "out" / "ledger.db")


@pytest.fixture
def manifest(tmp_path: Path) -> Manifest:
    write_departments(tmp_path, TWO)
    (tmp_path / "out").mkdir()
    return read_manifest(write_manifest(tmp_path, TWO, kinds=["summary"]))


def kept(database: Database, manifest: Manifest) -> JobRow:
    return keep(database, manifest, Path(manifest.file).parent / "out")


def in_time(verb: Callable[..., Any], *told: Any, most_s: float = 180, **named: Any) -> None:
    """A daemon, so that one that stands still fails its test and holds up no other."""
    thread = threading.Thread(target=verb, args=told, kwargs=named, daemon=True)
    thread.start()
    thread.join(most_s)
    assert not thread.is_alive(), "it stands still"


def assert_all_made_once(told: Standing) -> None:
    assert told.counts["done"] == told.total
    assert {p.revision for p in told.papers} == {1}


def test_papers_that_came_to_a_worker_while_it_left_are_handed_on(url: str, manifest: Manifest) -> None:
    with open_database(url) as database:
        job = kept(database, manifest)
        with Worker(database, url) as leaving:
            leaving._stopping.set()
            leaving.submit(job.tenant, next_round(database, job))
            wait_for(lambda: standing(database, job.id).counts["waiting"] == len(TWO))
        left = standing(database, job.id)
        in_time(run, database, url, manifest, Path(job.out))
        done = standing(database, job.id)

    assert left.counts["queued"] == len(TWO)
    assert_all_made_once(done)


def test_papers_recorded_as_queued_that_never_reached_the_queue_are_made_by_any_worker(
    url: str, manifest: Manifest
) -> None:
    with open_database(url) as database:
        job = kept(database, manifest)
        next_round(database, job)  # killed before they were handed in

        in_time(work_until_done, database, url, job)

        assert_all_made_once(standing(database, job.id))


def test_papers_put_back_while_their_job_went_on_already_are_made(url: str, manifest: Manifest) -> None:
    with open_database(url) as database:
        job = kept(database, manifest)
        in_time(work_until_done, database, url, job)  # nobody ever queued them

        assert_all_made_once(standing(database, job.id))


def test_what_a_worker_left_in_the_middle_when_it_took_its_leave_is_done_by_another(
    url: str, manifest: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = manifest.model_copy(
        update={"tasks": tuple(t.model_copy(update={"engine": "openai:m"}) for t in manifest.tasks)}
    )
    monkeypatch.setenv("CHUGAO_API_KEY", "k")
    with Model(slowest_s=30.0, quickest_s=30.0) as model, open_database(url) as database:
        monkeypatch.setenv("CHUGAO_BASE_URL", model.url)
        job = kept(database, slow)
        gone = Worker(database, url, name="left")
        gone.submit(job.tenant, next_round(database, job))
        wait_for(lambda: model.count >= 1)
        # It ends as one whose steps would not: DBOS is closed over them, its record says that all is well.
        gone._stopping.set()
        gone._durable.close()
        gone.shop.close()
        with database.write() as connection:
            connection.execute(update(worker_table).where(worker_table.c.id == "left").values(state="ended"))
            connection.execute(update(paper).values(state="drafting", owner=gone.shop.owner))
        model.quicken()

        monkeypatch.setattr("chugao.batch.running._SEEK_S", 0.5)
        in_time(run, database, url, slow, Path(job.out))

        done = standing(database, job.id)
    assert_all_made_once(done)
    assert model.count - len(set(model.asked)) <= done.possibly_billed


def test_a_paper_whose_step_broke_off_without_a_word_is_made_again_and_not_for_ever(
    url: str, manifest: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database is away when one department's step begins, once; another's step always breaks off."""
    broken: list[str] = []

    def broken_off(shop: Shop, name: str, round_: int) -> str:
        broken.append(name)
        if "医务科" in name or broken.count(name) == 1:
            raise ChugaoError("away")
        return draft_paper(shop, name, round_)

    monkeypatch.setattr(working, "draft_paper", broken_off)
    monkeypatch.setattr("chugao.batch.running._SEEK_S", 0.5)
    with open_database(url) as database:
        job = kept(database, manifest)

        in_time(run, database, url, manifest, Path(job.out))

        with database.read() as connection:
            found = {r.department: r for r in papers(connection, job.id)}
            events = [e["event"] for e in happenings(connection, job.id)]
    assert (found["医务科"].state, found["护理部"].state) == ("failed", "done")
    assert "一再中断" in found["医务科"].reason
    assert events.count("again") == 4


def test_calls_that_stand_in_line_when_a_job_is_paused_are_not_begun() -> None:
    """One at a time: of five the first is heard out, and of the others the provider never hears."""
    with Model(slowest_s=1.0, quickest_s=1.0) as model, closing(Loop()) as loop:
        asked = ModelSettings(output="plain", concurrency=1)
        engine = open_assisted("openai:m", settings=Settings(base_url=model.url, api_key=SecretStr("k"), model=asked))
        line = Line(engine, loop, on_end=lambda _: None)

        async def five() -> list[Reply | BaseException]:
            calls = [asyncio.create_task(line.write(brief().model_copy(update={"seed": n}))) for n in range(5)]
            await asyncio.to_thread(wait_for, lambda: model.count == 1)
            line.stop("已暂停。", at_once=False)
            return await asyncio.gather(*calls, return_exceptions=True)

        found = asyncio.run(five())
        line.close()

    assert model.count == 1
    assert [type(f) for f in found] == [Reply, Stopped, Stopped, Stopped, Stopped]


def test_papers_are_planned_one_after_another_and_the_next_begins_with_the_first_call_of_the_one_before() -> None:
    turns, planning, most = Turns(), 0, []
    lock = threading.Lock()

    def paper_(number: int) -> int:
        nonlocal planning
        with turns.next() as turn:
            with lock:
                planning += 1
                most.append(planning)
            time.sleep(0.01)
            with lock:
                planning -= 1
            if number % 2:
                turn.end()  # its first call; it goes on beside the others
                time.sleep(0.02)
            return turn.rank

    with ThreadPoolExecutor(6) as threads:
        ranks = list(threads.map(paper_, range(12)))

    assert set(most) == {1}
    assert sorted(ranks) == list(range(1, 13))


def work_until_done(database: Database, url: str, job: JobRow) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("chugao.batch.running._SEEK_S", 0.5)
        work(database, url, until_idle=True)

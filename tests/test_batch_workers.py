"""Several worker processes on one database: one is killed, another takes over, each paper is exported once."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from chugao.batch.making import draft_paper, export_paper
from chugao.batch.manifest import read_manifest
from chugao.batch.records import happenings, now_us, papers, stored_draft
from chugao.batch.running import keep, next_round, run
from chugao.batch.shop import Shop
from chugao.batch.telling import standing
from chugao.batch.working import Worker, _take_name
from chugao.database import Database, open_database
from chugao.database.tables import worker
from chugao.errors import InputError
from tests.batch_cases import DEPARTMENTS, Forked, Model, wait_for, write_departments, write_manifest

MORE = ("医务科", "护理部", "信息科", "门诊部")


@pytest.mark.parametrize("database_kind", ["postgres"], indirect=True)
@pytest.mark.parametrize("hosts", [("", ""), ("one", "other")], ids=["one machine", "two machines"])
def test_a_killed_workers_papers_are_taken_over_and_each_is_exported_once(
    empty_database_url: str, tmp_path: Path, hosts: tuple[str, str]
) -> None:
    """On one machine its number is gone; of another only its silent heart tells, and no lease is waited for."""
    url = empty_database_url
    write_departments(tmp_path, MORE)
    manifest = read_manifest(write_manifest(tmp_path, MORE, engine="openai:m", concurrency=4))
    with Model(slowest_s=0.4, quickest_s=0.1) as model, open_database(url) as database:
        # Both are at work before there is anything to do: names do not depend on who comes first.
        with workers(url, tmp_path, model, dict(zip(("w1", "w2"), hosts, strict=True))) as (first, second):
            words = ("batch", "run", "清单.toml", "--queue-only", "--database", url)
            assert Forked(*words, folder=tmp_path, url=model.url).wait(120) == 0
            wait_for(lambda: held_by(database, manifest.job, "w1") and model.count > 2)
            first.kill()
            first.wait(10)
            wait_for(lambda: standing(database, manifest.job).counts["done"] == len(MORE), 240)
            second.terminate()
            assert second.wait(60) == 0
        told = standing(database, manifest.job)
        with database.read() as connection:
            events = happenings(connection, manifest.job)
            names = {r.id: r.state for r in connection.execute(select(worker))}

    assert told.counts["done"] == len(MORE)
    assert Counter(e["event"] for e in events)["exported"] == len(MORE)
    assert max(Counter(e["paper"] for e in events if e["event"] == "exported").values()) == 1
    assert "taken-over" in {e["event"] for e in events}
    assert names == {"w1": "gone", "w2": "ended"}
    assert len(list(tmp_path.glob("out/*/*.docx"))) == len(MORE)
    # Nothing was asked twice but what was on the wire when the first worker died.
    assert model.count - len(set(model.asked)) <= told.possibly_billed


def test_one_who_was_taken_for_dead_records_nothing_any_more(database: Database, tmp_path: Path) -> None:
    write_departments(tmp_path)
    manifest = read_manifest(write_manifest(tmp_path, ("医务科",)))
    job = keep(database, manifest, tmp_path / "out")
    (row,) = next_round(database, job)
    asleep, awake = Shop(database), Shop(database)

    assert draft_paper(asleep, row.id, row.round) == "drafted"
    # The other takes the export in hand; the first wakes up in the middle of it.
    assert export_paper(awake, row.id, row.round) == "done"
    assert export_paper(asleep, row.id, row.round) == "done"
    assert draft_paper(asleep, row.id, row.round - 1) == "abandoned"

    with database.read() as connection:
        events = [e["event"] for e in happenings(connection, job.id)]
        assert papers(connection, job.id)[0].revision == 1
    assert events.count("exported") == 1


def test_the_same_step_twice_gives_the_same_draft(database: Database, tmp_path: Path) -> None:
    write_departments(tmp_path)
    manifest = read_manifest(write_manifest(tmp_path, ("医务科",)))
    job = keep(database, manifest, tmp_path / "out")
    (row,) = next_round(database, job)
    shop = Shop(database)

    draft_paper(shop, row.id, row.round)
    with database.read() as connection:
        first = stored_draft(connection, row.id)
    again = draft_paper(shop, row.id, row.round)
    with database.read() as connection:
        second = stored_draft(connection, row.id)

    assert again == "drafted"
    assert first == second
    assert first is not None


def test_a_name_is_borne_by_one_living_process_and_taken_up_again_when_it_is_dead(database: Database) -> None:
    shop = Shop(database)
    with database.write() as connection:
        mine = _take_name(connection, "", shop.owner)
        other = _take_name(connection, "", Shop(database).owner)
        elsewhere = f"{mine}x"
        row = {"process": "elsewhere:1:1:ab", "version": "v", "started_at": "", "state": "running"}
        connection.execute(worker.insert().values(id=elsewhere, beat_us=now_us(connection), **row))

    assert mine != other
    with database.write() as connection:
        assert refused(lambda: _take_name(connection, elsewhere, "p"))
        # Its heart has not beaten for a minute.
        silent = update(worker).where(worker.c.id == elsewhere).values(beat_us=now_us(connection) - 60_000_000)
        connection.execute(silent)
        assert _take_name(connection, elsewhere, "p") == elsewhere


def refused(take: Callable[[], Any]) -> bool:
    try:
        take()
    except InputError as error:
        return "已有一个叫" in str(error)
    return False


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_worker_that_leaves_hands_its_papers_back(
    tmp_path: Path, empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_departments(tmp_path)
    manifest = read_manifest(write_manifest(tmp_path, engine="openai:m", concurrency=2))
    monkeypatch.setenv("CHUGAO_API_KEY", "k")
    with Model(slowest_s=2.5, quickest_s=2.0) as model, open_database(empty_database_url) as database:
        monkeypatch.setenv("CHUGAO_BASE_URL", model.url)
        job = keep(database, manifest, tmp_path / "out")
        with Worker(database, empty_database_url) as leaving:
            leaving.submit(job.tenant, next_round(database, job))
            wait_for(lambda: model.count >= 2)
        left = standing(database, job.id)
        model.quicken()
        run(database, empty_database_url, manifest, tmp_path / "out")
        done = standing(database, job.id)

    assert left.state == "running"
    assert left.counts["drafting"] == 0
    assert done.counts["done"] == len(DEPARTMENTS)
    assert {p.revision for p in done.papers} == {1}


@contextmanager
def workers(url: str, folder: Path, model: Model, hosts: dict[str, str]) -> Iterator[list[Forked]]:
    """A worker of each name, on the machine of that name."""
    processes = []
    try:
        for name, host in hosts.items():
            own = folder / name
            own.mkdir()
            words = ("worker", "--database", url, "--name", name, "--at-once", "2", "--share", "2")
            # Its heart beats every three seconds.
            processes.append(Forked(*words, folder=own, url=model.url, host=host, dead_after_s=8 if host else 0))
            wait_for(lambda own=own: "已就绪" in _said(own))
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.wait(10)


def _said(folder: Path) -> str:
    told = folder / "stdout.txt"
    return told.read_text("utf-8") if told.exists() else ""


def held_by(database: Database, job: str, name: str) -> bool:
    """Whether a worker has a paper in hand."""
    with database.read() as connection:
        process = connection.execute(select(worker.c.process).where(worker.c.id == name)).scalar_one()
        return any(r.owner == process and r.state == "drafting" for r in papers(connection, job))

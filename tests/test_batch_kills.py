"""kill -9 at any time: nothing recorded is paid for twice, no section is lost, doubled or misplaced."""

import asyncio
import random
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from chugao.batch.making import inputs_of, settings_of
from chugao.batch.records import happenings, papers, require_job, stored_draft
from chugao.config import Settings
from chugao.database import Database, open_database, sqlite_url
from chugao.database.tables import call
from chugao.desk import make, open_past, open_writer
from chugao.draftfile import to_json
from chugao.ledger import doubtful_calls
from chugao.manuscript import Draft
from tests.batch_cases import DEPARTMENTS, Forked, Model, question, write_departments, write_manifest


def test_after_five_kills_nothing_is_paid_twice_and_every_section_stands_in_its_place(
    empty_database_url: str, database_kind: str, tmp_path: Path
) -> None:
    killed_and_resumed(empty_database_url, database_kind, tmp_path, kills=5, seed=20261122)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(20))
def test_after_a_hundred_kills_too(empty_database_url: str, database_kind: str, tmp_path: Path, seed: int) -> None:
    killed_and_resumed(empty_database_url, database_kind, tmp_path, kills=5, seed=seed)


def killed_and_resumed(url: str, kind: str, folder: Path, *, kills: int, seed: int) -> None:
    write_departments(folder)
    write_manifest(folder, engine="openai:m", concurrency=6)
    where = ("--database", url) if kind == "postgres" else ()
    place = url if kind == "postgres" else sqlite_url(folder / "out" / ".chugao" / "ledger.db")
    dice = random.Random(seed)
    recorded: list[tuple[set[str], int]] = []
    started: set[str] = set()
    with Model(slowest_s=0.3, seed=seed) as model:
        for _ in range(kills):
            process = Forked("batch", "run", "清单.toml", *where, folder=folder, url=model.url)
            kill_somewhere(process, model, dice)
            done, under_way = what_stands(place)
            recorded.append((done, model.count))
            started |= under_way
        last = Forked("batch", "run", "清单.toml", *where, folder=folder, url=model.url)
        assert last.wait(300) == 0, (folder / "stderr.txt").read_text("utf-8")
        asked, endpoint = model.asked, model.url

    assert repeated(asked, recorded) == []
    with open_database(place) as database:
        assert started <= {d.key for d in doubtful_calls_of(database)}
        assert_in_place(database, folder, endpoint)


def kill_somewhere(process: Any, model: Model, dice: random.Random) -> None:
    """After some calls more, or some time when none come (it may be exporting); whatever it is doing."""
    target, patience = model.count + dice.randint(0, 4), time.monotonic() + 20
    while process.poll() is None and model.count < target and time.monotonic() < patience:
        time.sleep(0.01)
    time.sleep(dice.uniform(0, 0.4))
    process.kill()
    process.wait(10)
    time.sleep(0.35)  # answers on the wire fall into the void


def what_stands(place: str) -> tuple[set[str], set[str]]:
    """(questions answered and recorded, keys of calls under way) at the moment of a kill."""
    if place.startswith("sqlite") and not Path(place.removeprefix("sqlite:///")).exists():
        return set(), set()
    with open_database(place) as database, database.read() as connection:
        rows = connection.execute(select(call.c.key, call.c.state, call.c.request)).all()
    done = {question(r.request["messages"]) for r in rows if r.state == "done"}
    return done, {r.key for r in rows if r.state == "started"}


def repeated(asked: list[str], recorded: list[tuple[set[str], int]]) -> list[str]:
    """Questions that were on disk at a kill and were asked again after it."""
    return [q for done, before in recorded for q in asked[before:] if q in done]


def doubtful_calls_of(database: Database) -> tuple[Any, ...]:
    with database.read() as connection:
        return doubtful_calls(connection)


def assert_in_place(database: Database, folder: Path, endpoint: str) -> None:
    with database.read() as connection:
        (job,) = {r[0] for r in connection.execute(select(call.c.job)).all() if "/" not in r[0]} or {None}
        name = next(iter({r[0].split("/")[0] for r in connection.execute(select(call.c.job)).all()}))
        row = require_job(connection, name)
        rows = papers(connection, name)
        drafts = {r.id: stored_draft(connection, r.id) for r in rows}
        exported = Counter(e["paper"] for e in happenings(connection, name) if e["event"] == "exported")
    assert job is None
    assert [r.state for r in rows] == ["done"] * len(DEPARTMENTS)
    assert set(exported.values()) == {1}
    assert len(list(folder.glob("out/*/*.docx"))) == len(DEPARTMENTS)
    settings = settings_of(row).model_copy(update={"base_url": endpoint})
    for paper in rows:
        text = drafts[paper.id]
        assert text is not None
        draft = Draft.model_validate_json(text)
        again, keys = drafted_again(database, paper.task, settings, row.id, folder)
        # Lost, doubled, misplaced: 0, 0, 0.  The same document comes out of the ledger with the server gone.
        assert [s.id for s in draft.sections] == [s.id for s in again.sections]
        assert to_json(again) == text
        for section in draft.sections:
            stored = {s.recipe["call"] for s in section.sentences if "call" in s.recipe}
            assert stored <= {keys[section.id]} if stored else True, f"{paper.id} {section.id}"
        assert any("call" in s.recipe for section in draft.sections for s in section.sentences)
        assert Path(paper.file).with_suffix(".json").read_text("utf-8") == text


def drafted_again(
    database: Database, task: Any, settings: Settings, job: str, folder: Path
) -> tuple[Draft, dict[str, str]]:
    """The draft that the ledger alone gives, and by section the call that its prompt, made anew, leads to."""
    inputs = inputs_of(task, settings, open_past(folder / "往年", None))
    with open_writer(task.engine, settings, folder / "out", job=job, database=database) as engine:
        heard = Listening(engine)
        draft, _ = make(inputs.desk, inputs.outline, heard, office=settings.office, seed=task.seed)
    return draft, heard.keys


class Listening:
    """An engine that notes which call each section's prompt leads to."""

    def __init__(self, inner: Any) -> None:
        self._inner, self.name = inner, inner.name
        self.keys: dict[str, str] = {}

    async def write(self, brief: Any, on_text: Any = None) -> Any:
        await asyncio.sleep(0)
        answer = await self._inner.write(brief, on_text)
        for block in answer.blocks:
            for sentence in block.sentences:
                self.keys[brief.section] = sentence.recipe["call"]
        return answer

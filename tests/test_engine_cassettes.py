"""What really went over the wire between our engines and a model server, played back without one."""

import asyncio
import re
from pathlib import Path

import pytest
import yaml
from vcr.errors import CannotOverwriteExistingCassetteException

from chugao.engines import open_assisted
from chugao.engines.calling import Failure
from chugao.errors import EngineError
from chugao.ledger import Answer
from chugao.manuscript import SLOT, Reply
from chugao.prompts import offered
from tests.recordings import (
    CASES,
    DEAD,
    EMBEDDING,
    FOLDER,
    TEXTS,
    Case,
    ask_of,
    asked,
    brief,
    cassette,
    embedder,
    file_of,
    settings_of,
)


def played(case: Case) -> object:
    """What the case gave when it was recorded; raises what it raised."""
    engine = open_assisted(case.engine, settings=settings_of(case, DEAD))
    with cassette(file_of(case)) as tape:
        try:
            return asyncio.run(asked(case, engine))
        finally:
            assert tape.all_played


@pytest.mark.parametrize(
    "case", [c for c in CASES if c.output in ("plain", "json_object", "guided_object")], ids=lambda c: c.name
)
def test_an_answer_of_a_real_server_is_read_in_every_shape_of_asking(case: Case) -> None:
    answer = played(case)

    assert isinstance(answer, Answer)
    assert "周末门诊" in answer.text
    assert answer.finish == "stop"
    assert answer.text.startswith("{") == (case.output != "plain")
    # This server bills whole answers and says nothing of streamed ones.
    assert answer.estimated is case.stream
    assert (answer.input_tokens > 0) is not case.stream


@pytest.mark.parametrize("case", [c for c in CASES if c.output == "json_schema"], ids=lambda c: c.name)
def test_a_server_that_does_not_know_json_schema_fails_in_our_words(case: Case) -> None:
    with pytest.raises(Failure, match="HTTP 500"):
        played(case)


@pytest.mark.parametrize("case", [c for c in CASES if c.output == "brief"], ids=lambda c: c.name)
def test_a_brief_is_written_with_slots_that_were_offered(case: Case) -> None:
    answered = played(case)

    assert isinstance(answered, Reply)
    texts = "".join(s.text for b in answered.blocks for s in b.sentences)
    assert texts
    assert {m.group()[1:-1] for m in SLOT.finditer(texts)} <= set(offered(brief()))
    assert not re.search(r"\d", texts)


def test_vectors_are_read_from_the_wire_and_alike_texts_lie_close() -> None:
    with cassette(EMBEDDING) as tape:
        vectors = embedder(DEAD)(TEXTS)

    assert tape.all_played
    near, far = (sum(a * b for a, b in zip(vectors[0], v, strict=True)) for v in vectors[1:])
    assert near > far
    assert len({len(v) for v in vectors}) == 1


def test_a_text_that_was_not_embedded_then_is_refused() -> None:
    with cassette(EMBEDDING) as tape, pytest.raises((EngineError, CannotOverwriteExistingCassetteException)):
        embedder(DEAD)(["没有录过的话"])

    assert tape.play_count == 0


def test_what_was_not_recorded_is_refused() -> None:
    case = CASES[0]
    engine = open_assisted(case.engine, settings=settings_of(case, DEAD))

    async def another() -> object:
        async with engine.session():
            return await engine._connection().ask(ask_of(case).model_copy(update={"sample": 8}))

    with (
        cassette(file_of(case)) as tape,
        pytest.raises((Failure, CannotOverwriteExistingCassetteException, EngineError)),
    ):
        asyncio.run(another())

    assert tape.play_count == 0


def test_every_cassette_belongs_to_a_case_and_says_where_it_is_from() -> None:
    assert {p.name for p in FOLDER.iterdir()} == {file_of(c).name for c in CASES} | {EMBEDDING.name}
    for path in FOLDER.iterdir():
        source = "the stub" if path == EMBEDDING else "qwen2.5-coder"
        assert path.read_text("utf-8").startswith(f"# Recorded from {source}")


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda p: p.stem)
def test_a_cassette_is_readable_chinese_and_holds_no_secret_person_or_host(path: Path) -> None:
    text = path.read_text("utf-8")

    assert "骨科" in text
    assert "\\u" not in text
    for secret in (
        r"sk-[A-Za-z0-9-]{6,}",
        r"(?i)authorization|bearer|cookie|api-key|x-stainless|user-agent",
        r"[\w.]+@[\w.]+",
        r"(?<!\d)1[3-9]\d{9}(?!\d)",
        r"\d{17}[\dXx]",
        r"127\.0\.0\.1|localhost|/work/|/root/|/home/",
    ):
        assert not re.search(secret, text), secret
    assert {i["request"]["uri"].split("/")[2] for i in yaml.safe_load(text)["interactions"]} == {"model.example"}

"""A model rewrites what is selected, leaves what is not to be touched, and cannot bring in anything nobody gave."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.desk_office import Client, Office, open_office, sample_draft
from tests.fault_server import WRITERS, Faults, reply

SECTION = "results_emergency"
KEY = "sk-canary-2b8f00c1d7"
FENCED = re.compile(r"^│ (.+)$", re.MULTILINE)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Office]:
    made = open_office(tmp_path_factory.mktemp("rewriting") / "工作区", sqlite_template)
    with made.house.database:
        yield made


@pytest.fixture
def office(house: Office) -> Office:
    """The office with a paper that a model wrote."""
    return house.with_another(sample_draft().model_copy(update={"engine": "openai:m"}))


def point(office: Office, url: str) -> None:
    told = f'[model]\nbase_url = "{url}"\napi_key = "{KEY}"\noutput = "plain"\nattempts = 1\nbackoff_s = 0.01\n'
    (office.house.workspace / "chugao.toml").write_text(told, "utf-8")


def sentences() -> list[str]:
    return [s.text for s in next(s for s in sample_draft().sections if s.id == SECTION).sentences]


def asked_about(server: Faults) -> list[str]:
    """The original of every request: the lines of its first fence."""
    return [FENCED.findall(r["messages"][1]["content"].split("意见：")[0]) for r in server.requests]


def politely(body: dict[str, Any]) -> str:
    """The original with a word more at the end of each sentence."""
    lines = FENCED.findall(body["messages"][1]["content"].split("意见：")[0])
    return reply(*(line.removesuffix("。") + "，运行平稳。" for line in lines))


def rewrite(client: Client, office: Office, **asked: Any) -> Any:
    return client.send(
        "POST", f"/documents/{office.doc}/sections/{SECTION}/rewrite", {"instruction": "写完整些"} | asked
    )


def without_numbers(text: str) -> str:
    return re.sub(r"\d+月|\d+[张辆]|\d+分钟|\{[^}]*\}", "", text)


def test_only_what_is_selected_is_sent_and_only_that_is_changed(office: Office) -> None:
    texts = sentences()
    with Faults(politely) as server:
        point(office, server.url)
        shown = rewrite(office.seat("wangfang"), office, scope="selected", selected=[texts[1][4:12]])

    assert shown.status_code == 200, shown.text
    assert shown.json()["changed"]
    sent = [without_numbers(line) for lines in asked_about(server) for line in lines]
    assert set(sent) == {without_numbers(texts[1])}
    assert shown.json()["panel"].count("<ins>") == 1


def test_a_selection_that_ends_in_the_next_sentence_holds_both(office: Office) -> None:
    texts = sentences()
    with Faults(politely) as server:
        point(office, server.url)
        rewrite(office.seat("wangfang"), office, scope="selected", selected=[texts[1][-6:] + texts[2][:3]])

    sent = {without_numbers(line) for lines in asked_about(server) for line in lines}
    assert sent == {without_numbers(t) for t in texts[1:3]}


def test_what_is_to_stay_is_neither_sent_nor_changed(office: Office) -> None:
    texts = sentences()
    with Faults(politely) as server:
        point(office, server.url)
        shown = rewrite(office.seat("wangfang"), office, scope="rest", selected=[texts[1]])

    sent = {without_numbers(line) for lines in asked_about(server) for line in lines}
    assert sent == {without_numbers(t) for n, t in enumerate(texts) if n != 1}
    kept = re.sub(r"<ins>.*?</ins>", "", shown.json()["panel"])
    assert texts[1] in re.sub(r"</?del>", "", kept)


@pytest.mark.parametrize("selected", [[], ["　"], ["不在这一节里的话"]])
def test_a_selection_of_nothing_is_said_and_asks_nobody(office: Office, selected: list[str]) -> None:
    with Faults(politely) as server:
        point(office, server.url)
        told = rewrite(office.seat("wangfang"), office, scope="selected", selected=selected)

    assert told.status_code == 422, told.text
    assert "没有选中句子" in told.text
    assert server.count == 0


@pytest.mark.parametrize("writer", ["digits", "seven-tenths", "invented-ct", "obeys", "wrong-slot", "not-json"])
def test_a_bad_writer_changes_nothing_and_learns_nobodys_name_or_number(office: Office, writer: str) -> None:
    wang = office.seat("wangfang")
    before = wang.json(f"/documents/{office.doc}/sections/{SECTION}")
    with Faults(WRITERS[writer]) as server:
        point(office, server.url)
        told = rewrite(wang, office, instruction=f"{writer}：写上患者邹志宏（138 7163 5521）送锦旗")
    sent = json.dumps(server.requests, ensure_ascii=False)

    assert told.status_code == 200, told.text
    assert not told.json()["changed"]
    assert "没有改成，原文不动" in told.json()["panel"]
    assert wang.json(f"/documents/{office.doc}/sections/{SECTION}") == before
    assert server.count == 3
    assert [x for x in ("邹志宏", "7163", "5521", KEY) if x in sent] == []


def test_a_model_that_is_away_is_said_and_the_text_stands(office: Office) -> None:
    wang = office.seat("wangfang")
    before = wang.json(f"/documents/{office.doc}/sections/{SECTION}")
    point(office, "http://127.0.0.1:9/v1")

    told = rewrite(wang, office)

    assert told.status_code == 502
    assert "连不上模型接口" in told.json()["error"]
    assert wang.json(f"/documents/{office.doc}/sections/{SECTION}") == before

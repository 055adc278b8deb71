"""Texts to vectors: each text paid for once, in whatever company; one vector a text; nothing of a person leaves."""

import asyncio
import json
from pathlib import Path

import pytest
from sqlalchemy import select

from chugao.config import EmbeddingSettings, ModelSettings, Settings
from chugao.database import Database, open_database, sqlite_url
from chugao.database.tables import call
from chugao.engines.embedding import Embedder, open_embedder
from chugao.errors import EngineError, InputError
from chugao.ledger import Ledger, cost_rows
from tests.fault_server import Faults, vector_of

KEY, OTHER = "sk-canary-writing", "sk-canary-vectors"


def embedder(url: str, model: str = "v", ledger: Ledger | None = None, **own: object) -> Embedder:
    settings = Settings(
        base_url=url,
        api_key=KEY,
        model=ModelSettings(attempts=3, backoff_s=0.01),
        embedding=EmbeddingSettings(model=model, **own),
    )
    return open_embedder(settings=settings, ledger=ledger)


def test_a_text_gets_its_vector_in_its_place_whatever_the_order_of_the_answer() -> None:
    texts = ["门诊人次稳步增长", "平均住院日缩短", "门诊人次稳步增长", "手术质量"]

    with Faults() as server:
        vectors = embedder(server.url, batch=2)(texts)

    assert [[round(n, 5) for n in v] for v in vectors] == [[round(n, 5) for n in vector_of(t)] for t in texts]
    assert sorted(t for r in server.requests for t in r["input"]) == sorted(set(texts))
    assert max(len(r["input"]) for r in server.requests) <= 2


def test_what_was_embedded_once_is_not_paid_for_again_in_other_company(database: Database) -> None:
    with Faults() as server, Ledger(database) as ledger:
        first = embedder(server.url, ledger=ledger)(["门诊", "住院"])
        second = embedder(server.url, ledger=ledger)(["手术", "住院", "门诊"])

    assert [second[2], second[1]] == first
    assert [sorted(r["input"]) for r in server.requests] == [["住院", "门诊"], ["手术"]]


def test_the_shares_of_a_bill_add_up_to_the_bill(database: Database) -> None:
    with Faults() as server, Ledger(database, job="索引") as ledger:
        embedder(server.url, ledger=ledger)(["门诊", "住院时间缩短", "手术", "一"])

    with database.read() as connection:
        (row,) = cost_rows(connection, "索引")
    assert (row.calls, row.input_tokens, row.estimated) == (4, 10 * 4 + 3, 0)
    assert len(server.requests) == 1


def test_it_may_be_called_where_a_loop_is_running_and_from_many_at_once(tmp_path: Path) -> None:
    texts = [f"第{n}段" for n in range(5)]

    async def inside(one: Embedder) -> list[list[list[float]]]:
        here = one(texts)
        return [here, *await asyncio.gather(*(asyncio.to_thread(one, texts) for _ in range(4)), one.embed(texts))]

    with (
        Faults() as server,
        open_database(sqlite_url(tmp_path / "l.db")) as database,
        Ledger(database) as ledger,
    ):
        found = asyncio.run(inside(embedder(server.url, ledger=ledger)))

    assert len({json.dumps(f) for f in found}) == 1
    assert sorted(t for r in server.requests for t in r["input"]) == texts


def test_a_server_that_is_busy_is_asked_again_and_one_that_is_not_to_be_had_is_an_error() -> None:
    with Faults() as server:
        assert embedder(server.url, "429,500,ok")(["门诊"])
        for model, told in (
            ("500", "接口出错"),
            ("401", "不认这个密钥"),
            ("few", "要2个向量，返回1个"),
            ("nan", "不是向量|像是网页"),
        ):
            with pytest.raises(EngineError, match=told):
                embedder(server.url, model)(["门诊", "住院"])
    with pytest.raises(EngineError, match="连不上"):
        embedder(server.url)(["门诊"])


def test_nothing_of_a_person_is_sent_or_kept(tmp_path: Path) -> None:
    texts = ["患者王小明，男，住院号20231234567", "身份证11010519491231002X，电话13800138000", "门诊"]

    with (
        Faults() as server,
        open_database(sqlite_url(tmp_path / "l.db")) as database,
        Ledger(database) as ledger,
    ):
        embedder(server.url, ledger=ledger)(texts)
        with database.read() as connection:
            kept = json.dumps([list(r) for r in connection.execute(select(call.c.request))], ensure_ascii=False)

    sent = json.dumps(server.requests, ensure_ascii=False)
    for secret in ("王小明", "20231234567", "11010519491231002X", "13800138000"):
        assert secret not in sent + kept
    assert "门诊" in sent


def test_an_endpoint_of_its_own_never_sees_the_key_of_another() -> None:
    with Faults() as writing, Faults() as vectors:
        embedder(writing.url)(["甲"])
        embedder(writing.url, base_url=vectors.url)(["甲"])
        embedder(writing.url, base_url=vectors.url, api_key=OTHER)(["甲"])

    assert [h.get("authorization") for h in writing.headers] == [f"Bearer {KEY}"]
    assert [h.get("authorization") for h in vectors.headers] == [None, f"Bearer {OTHER}"]


def test_without_a_model_it_says_what_to_write() -> None:
    with pytest.raises(InputError, match=r"\[embedding\]"):
        open_embedder(settings=Settings(base_url="http://127.0.0.1:1/v1"))

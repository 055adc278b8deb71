"""Turn texts into vectors by any OpenAI-compatible endpoint, through the ledger.

In: texts.  Out: one vector a text, in their order.

A text is recorded by itself and asked for with others: whatever is added to a corpus, what was embedded once is never
paid for again.  Surprise: whoever searches may stand inside a running event loop, in a function that is not async, so
the synchronous face works in a thread of its own.
"""

import asyncio
import math
import threading
from array import array
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

import httpx2

from chugao.config import EmbeddingSettings, Settings
from chugao.engines.calling import Caller, Failure
from chugao.engines.endpoint import Endpoint, client_for, endpoint_of
from chugao.engines.limits import Limits
from chugao.engines.personal import without_people
from chugao.engines.wire import (
    CUT,
    NOT_AN_ANSWER,
    answer_of,
    failure_of_status,
    hushed,
    never_sent,
    parsed,
    raise_error_inside,
    refusal_inside,
    without_key,
)
from chugao.errors import EngineError, InputError
from chugao.ledger import Answer, Ask, Ledger

_BLANK = "（空）"
_TOGETHER = 256  # questions put to the ledger at once: what it commits in one go
_GATHER_S = 0.05
_LARGEST = 1e30
_FACTOR = 0.8  # tokens a character, where the server sends no bill


class Embedder:
    """Asks one embedding model; holds its limits and its circuit."""

    def __init__(
        self, endpoint: Endpoint, settings: Settings, limits: Limits, ledger: Ledger | None = None, tenant: str = ""
    ) -> None:
        self._own: EmbeddingSettings = settings.embedding
        self._endpoint, self._settings, self._ledger, self._tenant = endpoint, settings, ledger, tenant
        self._caller = Caller(settings.model, limits)
        self.name = f"{self._own.model}@{endpoint.url}"
        """Which space the vectors are in: vectors of two names are not to be compared."""

    def __call__(self, texts: Sequence[str]) -> list[list[float]]:
        """The synchronous face of `embed`, also inside a running event loop."""
        done: list[list[list[float]]] = []
        failed: list[BaseException] = []

        def run() -> None:
            try:
                done.append(asyncio.run(self.embed(texts)))
            except BaseException as error:
                failed.append(error)

        thread = threading.Thread(target=run, name="embedding")
        thread.start()
        thread.join()
        if failed:
            raise failed[0]
        return done[0]

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector a text.  Raises `EngineError` when the endpoint is not to be had."""
        clean = [without_people(t, self._settings.privacy) if t.strip() else _BLANK for t in texts]
        wanted = list(dict.fromkeys(clean))
        found: dict[str, list[float]] = {}
        async with client_for(self._endpoint, self._settings.api_key, self._settings.model.proxy) as client:
            for start in range(0, len(wanted), _TOGETHER):
                part = wanted[start : start + _TOGETHER]
                answers = await _Together(self, client, self._own.batch, len(part)).answers(part, self._ledger)
                found |= {t: list(a.vectors[0]) for t, a in zip(part, answers, strict=True)}
        if len({len(v) for v in found.values()}) > 1:
            raise EngineError("向量模型前后返回的向量长短不一，不能一起用。请核对 [embedding] 的 model，或重建索引。")
        return [found[t] for t in clean]

    def ask_of(self, text: str) -> Ask:
        """The question of one text."""
        return Ask(
            tenant=self._tenant,
            purpose="embedding",
            endpoint=self._endpoint.url,
            model=self._own.model,
            texts=(text,),
            parameters={"dimensions": self._own.dimensions} if self._own.dimensions else {},
            most_tokens=(2 * len(text) + 8, 0),
        )

    async def fetch(self, client: httpx2.AsyncClient, texts: list[str]) -> list[Answer]:
        """The vectors of a request's texts, each with its share of the bill."""
        body: dict[str, Any] = {"model": self._own.model, "input": texts, "encoding_format": "float"}
        if self._own.dimensions:
            body["dimensions"] = self._own.dimensions

        async def attempt() -> Answer:
            try:
                sent = await client.post(f"{self._endpoint.url}/embeddings", json=body)
                return vectors_of(sent.status_code, sent.headers, sent.content, len(texts))
            except Failure as failure:
                raise hushed(failure, self._settings.api_key) from None
            except TimeoutError:
                raise
            except Exception as error:
                raise _failure_of(error) from None

        answer = await self._caller.call(attempt, round(sum(map(len, texts)) * _FACTOR))
        quiet = answer.model_copy(update={"model": without_key(answer.model, self._settings.api_key)})
        return _shared(quiet, texts)


class _Together:
    """Collects the texts that the ledger does not have, and asks for them in as few requests as may be."""

    def __init__(self, embedder: Embedder, client: httpx2.AsyncClient, most: int, undecided: int) -> None:
        self._embedder, self._client, self._most = embedder, client, most
        self._undecided = undecided
        """Texts of which nothing is known yet: in the ledger, or to be asked for."""
        self._waiting: dict[str, asyncio.Future[Answer]] = {}
        self._requests: set[asyncio.Task[None]] = set()

    async def answers(self, texts: list[str], ledger: Ledger | None) -> list[Answer]:
        """An answer a text; the first failure is raised when all have ended."""
        try:
            ended = await asyncio.gather(*(self._answer(t, ledger) for t in texts), return_exceptions=True)
        finally:
            for request in self._requests:
                request.cancel()
        for end in ended:
            if isinstance(end, BaseException):
                raise end
        return [end for end in ended if isinstance(end, Answer)]

    async def _answer(self, text: str, ledger: Ledger | None) -> Answer:
        joined = False

        async def join() -> Answer:
            nonlocal joined
            joined = True
            future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
            self._waiting[text] = future
            self._decided()
            return await future

        if ledger is None:
            return await join()
        try:
            return (await ledger.answer(self._embedder.ask_of(text), join)).answer
        finally:
            if not joined:
                self._decided()

    def _decided(self) -> None:
        """One text fewer to wait for: the others may be ready to leave."""
        self._undecided -= 1
        if self._undecided <= 0 or len(self._waiting) >= self._most:
            self._leave()
        elif len(self._waiting) == 1:
            # Another process may be asking for the rest: nobody waits for it for long.
            asyncio.get_running_loop().call_later(_GATHER_S, self._leave)

    def _leave(self) -> None:
        while self._waiting:
            texts = list(self._waiting)[: self._most]
            futures = [self._waiting.pop(t) for t in texts]
            request = asyncio.ensure_future(self._request(texts, futures))
            self._requests.add(request)
            request.add_done_callback(self._requests.discard)

    async def _request(self, texts: list[str], futures: "list[asyncio.Future[Answer]]") -> None:
        try:
            answers = await self._embedder.fetch(self._client, texts)
        except BaseException as error:
            for future in futures:
                if not future.done():
                    future.set_exception(error)
            if not isinstance(error, Exception):
                raise
            return
        for future, answer in zip(futures, answers, strict=True):
            if not future.done():
                future.set_result(answer)


def open_embedder(
    *, settings: Settings, ledger: Ledger | None = None, limits: Limits | None = None, tenant: str = ""
) -> Embedder:
    """The embedding model of the settings.  Raises `InputError` when there is none, or its address is not to be trusted.

    A key goes only where it belongs: an endpoint of its own has a key of its own.
    """
    from chugao.engines.limits import Buckets

    own, model = settings.embedding, settings.model
    if not own.model:
        raise InputError(
            '没有写向量模型。请在 chugao.toml 的 [embedding] 下写 model = "模型名"，或设 CHUGAO_EMBEDDING_MODEL。'
        )
    elsewhere = bool(own.base_url) and own.base_url.rstrip("/") != settings.base_url.rstrip("/")
    key = own.api_key if elsewhere or own.api_key.get_secret_value() else settings.api_key
    asked = model.model_copy(update={"private": own.private}) if elsewhere else model
    settings = settings.model_copy(
        update={"base_url": own.base_url or settings.base_url, "api_key": key, "model": asked}
    )
    buckets = Buckets(
        concurrency=asked.concurrency,
        requests_per_minute=asked.requests_per_minute,
        tokens_per_minute=asked.tokens_per_minute,
    )
    return Embedder(endpoint_of(settings), settings, limits or buckets, ledger, tenant)


# --- what came back -------------------------------------------------------------------------------


def vectors_of(status: int, headers: Mapping[str, str], body: bytes, expected: int) -> Answer:
    """The vectors of an answer, in the order of the texts.  Raises `Failure`."""
    data = parsed(body)
    if status != 200:
        told = data.get("error") if data else None
        raise failure_of_status(status, headers, told if isinstance(told, dict) else {})
    if data is None:
        raise Failure("server", NOT_AN_ANSWER, billed=True)
    raise_error_inside(data)
    rows = data.get("data")
    rows = [r for r in rows if isinstance(r, dict)] if isinstance(rows, list) else []
    placed = {i if not isinstance(n := r.get("index"), int) else n: r.get("embedding") for i, r in enumerate(rows)}
    if sorted(placed) != list(range(expected)):
        raise Failure("server", f"要{expected}个向量，返回{len(rows)}个", billed=True)
    usage = data.get("usage")
    spent = usage if isinstance(usage, dict) else {}
    answer = answer_of("", str(data.get("model") or ""), "stop", spent | {"completion_tokens": 0})
    return answer.model_copy(update={"vectors": tuple(_vector(placed[i]) for i in range(expected))})


def _vector(told: Any) -> tuple[float, ...]:
    """One vector of numbers that are numbers."""
    whole = isinstance(told, list) and told and all(isinstance(n, int | float) for n in told)
    if not whole or not all(math.isfinite(n) and abs(n) < _LARGEST for n in told):
        raise Failure("server", "返回的不是向量", billed=True)
    # As the ledger will give it back: the first run and the second must not differ in the eighth decimal.
    return tuple(array("f", told))


def _shared(answer: Answer, texts: list[str]) -> list[Answer]:
    """One answer a text; of the bill each bears a share by its length, and together they bear all of it."""
    lengths = [max(1, len(t)) for t in texts]
    tokens = answer.input_tokens or round(sum(lengths) * _FACTOR)
    shares, before = [], 0
    for done in accumulate(lengths):
        upto = tokens * done // sum(lengths)
        shares.append(upto - before)
        before = upto
    return [
        answer.model_copy(
            update={"vectors": (vector,), "input_tokens": share, "lost": answer.lost if place == 0 else 0}
        )
        for place, (vector, share) in enumerate(zip(answer.vectors, shares, strict=True))
    ]


def _failure_of(error: Exception) -> Failure:
    if refused := refusal_inside(error):
        return refused
    sent = not never_sent(error)
    return Failure("network", CUT if sent else "连接不上", billed=sent)

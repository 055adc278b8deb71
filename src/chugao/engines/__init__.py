"""Writing engines: each writes one brief at a time and never sees a digit.

offline    composes from facts, matters and frames (acts, phrasing, titling)
assisted   has a model write, through the ledger
openai     any OpenAI-compatible endpoint; langchain: any chat model LangChain knows
endpoint   the one address that is asked; calling: attempts; limits: how fast
embedding  texts to vectors; wire: what a server sent, read
probing    what a server can do; answers: what it sent; personal: what it does not get to see
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from chugao.errors import InputError
from chugao.manuscript import Engine

if TYPE_CHECKING:
    from chugao.config import Settings
    from chugao.engines.assisted import AssistedEngine, Connection
    from chugao.engines.limits import Limits
    from chugao.ledger import Ledger

__all__ = ["held_open", "open_assisted", "open_engine"]

_KNOWN = "offline（不用模型）、openai:模型（任何兼容 OpenAI 的接口）、langchain:提供者:模型"
_VARIED = "后面可加 ?temperature=0.9&prompts=模板文件夹，用 & 隔开"


def open_engine(
    name: str = "offline",
    *,
    settings: "Settings | None" = None,
    ledger: "Ledger | None" = None,
    folder: Path | None = None,
    limits: "Limits | None" = None,
    tenant: str = "",
) -> Engine:
    """The engine of a name: "offline", "openai:MODEL" or "langchain:PROVIDER:MODEL".

    `settings` hold the endpoint and its key; with a `ledger` nothing is paid for twice; in `folder` is remembered what
    the server can do; `limits` may be shared with other engines of the same key.  Raises `InputError` for a name that
    is not one, and for an endpoint that is missing or not to be trusted with a key.
    """
    if name == "offline":
        from chugao.engines.offline import OfflineEngine

        return OfflineEngine()
    return open_assisted(name, settings=settings, ledger=ledger, folder=folder, limits=limits, tenant=tenant)


def open_assisted(
    name: str,
    *,
    settings: "Settings | None" = None,
    ledger: "Ledger | None" = None,
    folder: Path | None = None,
    limits: "Limits | None" = None,
    tenant: str = "",
) -> "AssistedEngine":
    """As `open_engine`, for engines that ask a model.

    One model may write candidates in several ways: “openai:MODEL?temperature=0.9&prompts=FOLDER”.
    """
    base, _, varied = name.partition("?")
    kind, _, model = base.partition(":")
    provider, _, rest = model.partition(":") if kind == "langchain" else ("", "", model)
    if kind not in ("openai", "langchain") or not rest.strip() or (kind == "langchain" and not provider):
        raise InputError(f"引擎“{name}”不认识。可用：{_KNOWN}。")
    from chugao.config import load_settings
    from chugao.engines.assisted import AssistedEngine
    from chugao.engines.endpoint import endpoint_of
    from chugao.engines.limits import Buckets
    from chugao.engines.probing import Memory

    settings, prompts = _varied(settings or load_settings(), name, varied)
    endpoint, asked = endpoint_of(settings), settings.model

    def connect() -> "Connection":
        if kind == "openai":
            from chugao.engines.openai import OpenAIConnection

            return OpenAIConnection(endpoint, settings.api_key, asked)
        from chugao.engines.langchain import LangChainConnection

        return LangChainConnection(provider, rest, endpoint, settings.api_key, asked)

    own = settings.workspace / "prompts" if settings.workspace else None
    return AssistedEngine(
        name,
        rest,
        connect,
        endpoint=endpoint.url,
        settings=settings,
        limits=limits
        or Buckets(
            concurrency=asked.concurrency,
            requests_per_minute=asked.requests_per_minute,
            tokens_per_minute=asked.tokens_per_minute,
        ),
        ledger=ledger,
        memory=Memory(folder / "models.json" if folder else None),
        tenant=tenant,
        prompts=prompts or (own if own is not None and own.is_dir() else None),
        factor=ledger.tokens_per_character(rest) if ledger is not None else None,
    )


def _varied(settings: "Settings", name: str, varied: str) -> "tuple[Settings, Path | None]":
    """Settings and prompt folder of one way to ask a model; what it says of itself stands over the prompts' own."""
    from pydantic import ValidationError

    from chugao.config import ModelSettings

    asked = dict(part.partition("=")[::2] for part in varied.split("&") if part)
    prompts = asked.pop("prompts", "")
    if not set(asked) <= {"temperature", "max_tokens"}:
        raise InputError(f"引擎“{name}”问号后面的写法不认识。{_VARIED}。")
    if prompts and not Path(prompts).is_dir():
        raise InputError(f"引擎“{name}”写的模板文件夹“{prompts}”找不到。请核对路径。")
    if asked:
        try:
            model = ModelSettings(**(settings.model.model_dump() | asked))
        except ValidationError:
            raise InputError(f"引擎“{name}”问号后面的数不对：temperature 是0到2，max_tokens 不小于64。") from None
        own = {k: p.model_copy(update=dict.fromkeys(asked)) for k, p in settings.prompts.items()}
        settings = settings.model_copy(update={"model": model, "prompts": own})
    return settings, Path(prompts) if prompts else None


@asynccontextmanager
async def held_open(engine: Engine) -> AsyncIterator[None]:
    """Keep an engine's connection open: around a document, or around a batch; engines without one need nothing."""
    session = getattr(engine, "session", None)
    if session is None:
        yield
        return
    async with session():
        yield

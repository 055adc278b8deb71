"""Any chat model that LangChain knows, by `init_chat_model`; none of its types leave this file.

In: an `Ask`.  Out: an `Answer`, or a `Failure` in our words.

Surprise: LangChain sends every prompt to a tracing service when an environment variable says so.  What departments
hand in is nobody else's: tracing is off here, whatever the environment.
"""

from typing import Any

from langchain.chat_models import init_chat_model
from langsmith import tracing_context
from pydantic import SecretStr

from chugao.config import ModelSettings
from chugao.engines.calling import Failure, Patience
from chugao.engines.endpoint import Endpoint, client_for
from chugao.engines.openai import OnText, body_of, failure_of
from chugao.engines.wire import CUT, NOT_AN_ANSWER, answer_of
from chugao.errors import InputError
from chugao.ledger import Answer, Ask

LIKE_OPENAI = "openai"
"""The provider whose client takes our transport; with others the address is theirs to keep."""


class LangChainConnection:
    """Holds a chat model of one event loop; closed at the end."""

    def __init__(self, provider: str, model: str, endpoint: Endpoint, key: SecretStr, settings: ModelSettings) -> None:
        self._settings, self._ours = settings, provider == LIKE_OPENAI
        self._http = (
            client_for(endpoint, key, settings.proxy, gather_s=settings.next_token_s / 4) if self._ours else None
        )
        own: dict[str, Any] = {"api_key": key.get_secret_value() or "-", "base_url": endpoint.url, "max_retries": 0}
        if self._ours:
            own |= {
                "api_key": "-", "http_async_client": self._http, "timeout": None, "stream_usage": True,
                "stream_chunk_timeout": None, "use_responses_api": False, "organization": "", "openai_proxy": "",
            }  # fmt: skip
        self._provider, self._own = provider, own
        self._models: dict[str, Any] = {}
        self._called(model)

    def _called(self, name: str) -> Any:
        """The chat model of a name: a prompt may have one of its own."""
        if name not in self._models:
            try:
                self._models[name] = init_chat_model(name, model_provider=self._provider, **self._own)
            except ImportError:
                raise InputError(
                    f"没有安装 LangChain 的“{self._provider}”。请安装 langchain-{self._provider}，或换一个引擎。"
                ) from None
            except ValueError:
                raise InputError(
                    f"LangChain 不认识“{self._provider}”。请写 langchain:提供者:模型，如 langchain:openai:qwen-plus。"
                ) from None
        return self._models[name]

    async def close(self) -> None:
        if self._http is not None:
            await self._http.aclose()

    async def ask(self, ask: Ask, on_text: OnText | None = None) -> Answer:
        """One attempt.  Raises `Failure`."""
        model = self._called(ask.model)
        messages: Any = [(m.role, m.content) for m in ask.messages]
        left_out = ask.parameters.get("without", ())
        options: dict[str, Any] = {"extra_body": {k: v for k, v in body_of(ask).items() if k not in left_out}}
        if not self._ours:
            known = ("temperature", "max_tokens")
            options = {k: v for k, v in ask.parameters.items() if k in known}
        try:
            with tracing_context(enabled=False):
                if self._settings.stream:
                    return await self._streamed(model, messages, options, on_text)
                return _answer(await model.ainvoke(messages, **options))
        except (Failure, TimeoutError):
            raise
        except Exception as error:
            raise failure_of(error) from None

    async def _streamed(self, model: Any, messages: Any, options: dict[str, Any], on_text: OnText | None) -> Answer:
        chunks: list[Any] = []
        patience = Patience(self._settings)
        async with patience:
            async for chunk in model.astream(messages, **options):
                patience.heard()
                chunks.append(chunk)
                if on_text is not None and (text := _text(chunk)):
                    on_text(text)
        if not chunks:
            raise Failure("server", NOT_AN_ANSWER, billed=True)
        answer = _answer(*chunks)
        if not answer.finish:
            raise Failure("network", CUT, billed=True)
        return answer


def _answer(*messages: Any) -> Answer:
    """One message, or the chunks of one; adding chunks up as LangChain does takes a millisecond each."""
    told: dict[str, Any] = {}
    spent: dict[str, int] = {}
    refused = ""
    for message in messages:
        told |= {k: v for k, v in message.response_metadata.items() if v}
        refused += str(message.additional_kwargs.get("refusal") or "")
        for name, ours in (("input_tokens", "prompt_tokens"), ("output_tokens", "completion_tokens")):
            if count := (message.usage_metadata or {}).get(name):
                # Some servers send the bill so far with every piece, some the question's and the answer's apart.
                spent[ours] = max(spent.get(ours, 0), count)
    finish = "refusal" if refused else str(told.get("finish_reason") or told.get("stop_reason") or "")
    return answer_of("".join(map(_text, messages)), str(told.get("model_name") or ""), finish, spent)


def _text(message: Any) -> str:
    content = message.content
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "".join(str(p.get("text") or "") for p in parts if isinstance(p, dict) and p.get("type") == "text")

"""Any OpenAI-compatible endpoint: DeepSeek, Qwen, vLLM, Ollama, llama.cpp, OpenAI.

In: an `Ask`.  Out: an `Answer`, or a `Failure` in our words.

The client library brings authorisation, URLs and its tree of errors; the body is read here, because an answer of 200
may be a web page, and because its model objects cost more than all the rest of a call.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import openai
from pydantic import SecretStr

from chugao.config import ModelSettings
from chugao.engines.calling import Failure, Patience
from chugao.engines.endpoint import Endpoint, client_for
from chugao.engines.wire import (
    CUT,
    NOT_AN_ANSWER,
    answer_of,
    failure_of_status,
    first_choice,
    never_sent,
    parsed,
    raise_error_inside,
    refusal_inside,
    whole_answer,
)
from chugao.ledger import Answer, Ask

OnText = Callable[[str], None]


class OpenAIConnection:
    """Holds a client of one event loop; closed at the end."""

    def __init__(self, endpoint: Endpoint, key: SecretStr, settings: ModelSettings) -> None:
        self._settings = settings
        self._client = openai.AsyncOpenAI(
            base_url=endpoint.url,
            # The transport puts the real one in, and takes out what the environment may have added.
            api_key="-",
            organization="",
            project="",
            max_retries=0,
            timeout=None,
            http_client=client_for(endpoint, key, settings.proxy),
        )

    async def close(self) -> None:
        await self._client.close()

    async def ask(self, ask: Ask, on_text: OnText | None = None) -> Answer:
        """One attempt.  Raises `Failure`."""
        stream = self._settings.stream
        body = body_of(ask) | {"stream": stream} | ({"stream_options": {"include_usage": True}} if stream else {})
        body = {k: v for k, v in body.items() if k not in ask.parameters.get("without", ())}
        # Given as `messages`, the library would walk through every key of them for longer than all else takes.
        body["messages"] = [{"role": m.role, "content": m.content} for m in ask.messages]
        completions = self._client.chat.completions.with_streaming_response
        request = completions.create(model=ask.model, messages=[], extra_body=body)
        try:
            if stream:
                return await self._streamed(request, on_text)
            async with request as response:
                return whole_answer(await response.read())
        except (Failure, TimeoutError):
            raise
        except Exception as error:
            raise failure_of(error) from None

    async def _streamed(self, request: AbstractAsyncContextManager[Any], on_text: OnText | None) -> Answer:
        """An answer that comes in pieces, each of them in time; a server may be silent before its first header."""
        pieces, patience = _Pieces(on_text), Patience(self._settings)
        async with patience, request as response:
            async for line in response.iter_lines():
                if pieces.take(line):
                    patience.heard()
        return pieces.answer()


class _Pieces:
    """Puts a streamed answer together."""

    def __init__(self, on_text: OnText | None) -> None:
        self._on_text = on_text
        self._text: list[str] = []
        self._refusal = self._model = self._finish = ""
        self._usage: dict[str, Any] = {}
        self._any = self._done = False

    def take(self, line: str) -> bool:
        """Read one line; whether it brought something."""
        if not line.startswith("data:"):
            return False
        data = line[5:].strip()
        if data == "[DONE]":
            self._done = True
            return True
        chunk = parsed(data)
        if chunk is None:
            return False
        raise_error_inside(chunk)
        self._any = True
        self._model = str(chunk.get("model") or self._model)
        if isinstance(usage := chunk.get("usage"), dict):
            self._usage = usage
        choice = first_choice(chunk)
        delta = choice.get("delta")
        delta = delta if isinstance(delta, dict) else {}
        self._finish = str(choice.get("finish_reason") or self._finish)
        self._refusal += str(delta.get("refusal") or "")
        if isinstance(content := delta.get("content"), str) and content:
            self._text.append(content)
            if self._on_text is not None:
                self._on_text(content)
        return True

    def answer(self) -> Answer:
        if not self._any:
            raise Failure("server", NOT_AN_ANSWER, billed=True)
        if not self._done and not self._finish:
            raise Failure("network", CUT, billed=True)
        finish = "refusal" if self._refusal else self._finish
        return answer_of("".join(self._text), self._model, finish, self._usage)


def body_of(ask: Ask) -> dict[str, Any]:
    """What is sent beside model and messages: the sample number is the seed."""
    return {k: v for k, v in ask.parameters.items() if k != "without"} | {"seed": ask.sample}


def failure_of(error: Exception) -> Failure:
    """What went wrong, in our words; nothing of the vendor's text but what a model server says of a bad request."""
    if refused := refusal_inside(error):
        return refused
    if isinstance(error, openai.APIStatusError):
        return failure_of_status(
            error.status_code, error.response.headers, error.body if isinstance(error.body, dict) else {}
        )
    if isinstance(error, openai.APITimeoutError):
        return Failure("timeout", "连接超时", billed=True)
    if isinstance(error, openai.APIConnectionError):
        sent = not never_sent(error)
        return Failure("network", CUT if sent else "连接不上", billed=sent)
    if isinstance(error, openai.OpenAIError):
        return Failure("server", NOT_AN_ANSWER, billed=True)
    # A connection that breaks while the body is read comes through unwrapped, under the transport's own names.
    network = type(error).__module__.partition(".")[0] in ("httpx2", "httpcore2", "httpx", "httpcore", "anyio")
    if network:
        return Failure("network", CUT, billed=True)
    return Failure("server", NOT_AN_ANSWER, billed=True)

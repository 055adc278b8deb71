"""Any OpenAI-compatible endpoint: DeepSeek, Qwen, vLLM, Ollama, llama.cpp, OpenAI.

In: an `Ask`.  Out: an `Answer`, or a `Failure` in our words.

The client library brings authorisation, URLs and its tree of errors; the body is read here, because an answer of 200
may be a web page, and because its model objects cost more than all the rest of a call.
"""

import asyncio
import email.utils
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import openai
from pydantic import SecretStr

from chugao.config import ModelSettings
from chugao.engines.calling import Failure
from chugao.engines.endpoint import Endpoint, Refused, client_for
from chugao.ledger import Answer, Ask

_DETAIL = 160
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
        try:
            async with completions.create(model=ask.model, messages=[], extra_body=body) as response:
                if not stream:
                    return whole_answer(await response.read())
                return await self._streamed(response.iter_lines(), on_text)
        except (Failure, TimeoutError):
            raise
        except Exception as error:
            raise failure_of(error) from None

    async def _streamed(self, lines: AsyncIterator[str], on_text: OnText | None) -> Answer:
        """An answer that comes in pieces, each of them in time."""
        pieces, told = _Pieces(on_text), time.monotonic()
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._settings.first_token_s) as deadline:
                async for line in lines:
                    if pieces.take(line):
                        deadline.reschedule(loop.time() + self._settings.next_token_s)
        except TimeoutError:
            if asyncio.current_task() is not None and not deadline.expired():
                raise
            waited = time.monotonic() - told
            raise Failure("timeout", f"等了{waited:.0f}秒没有下文", billed=True) from None
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
            raise Failure("server", "返回的不是模型的回答，像是网页")
        if not self._done and not self._finish:
            raise Failure("network", "答到一半断了", billed=True)
        finish = "refusal" if self._refusal else self._finish
        return answer_of("".join(self._text), self._model, finish, self._usage)


def body_of(ask: Ask) -> dict[str, Any]:
    """What is sent beside model and messages: the sample number is the seed."""
    return {k: v for k, v in ask.parameters.items() if k != "without"} | {"seed": ask.sample}


def whole_answer(body: bytes) -> Answer:
    """An answer that came in one piece."""
    data = parsed(body)
    if data is None:
        raise Failure("server", "返回的不是模型的回答，像是网页")
    raise_error_inside(data)
    choice = first_choice(data)
    message = choice.get("message")
    message = message if isinstance(message, dict) else {}
    content = message.get("content")
    finish = "refusal" if message.get("refusal") else str(choice.get("finish_reason") or "")
    usage = data.get("usage")
    text = content if isinstance(content, str) else ""
    return answer_of(text, str(data.get("model") or ""), finish, usage if isinstance(usage, dict) else {})


def answer_of(text: str, model: str, finish: str, usage: dict[str, Any]) -> Answer:
    """An `Answer`; without a bill its tokens are left to be estimated."""
    spent = [usage.get(k) for k in ("prompt_tokens", "completion_tokens")]
    counts = [n if isinstance(n, int) and 0 <= n < 10**9 else None for n in spent]
    missing = counts[0] is None or counts[1] is None
    return Answer(
        text=text,
        model=model[:100],
        finish=finish[:40],
        input_tokens=counts[0] or 0,
        output_tokens=counts[1] or 0,
        estimated=missing,
    )


def parsed(data: str | bytes) -> dict[str, Any] | None:
    """A JSON object, None for anything else."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def first_choice(data: dict[str, Any]) -> dict[str, Any]:
    choices = data.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else {}
    return first if isinstance(first, dict) else {}


def raise_error_inside(data: dict[str, Any]) -> None:
    """Some gateways answer 200 and put the error into the body."""
    if data.get("error"):
        raise Failure("server", "回答里报错")


# --- errors ---------------------------------------------------------------------------------------


def failure_of(error: Exception) -> Failure:
    """What went wrong, in our words; nothing of the vendor's text but what a model server says of a bad request."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, Refused):
            return Failure("refused", str(cause))
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, openai.APIStatusError):
        return _of_status(error)
    if isinstance(error, openai.APITimeoutError):
        return Failure("timeout", "连接超时", billed=True)
    if isinstance(error, openai.APIConnectionError):
        sent = not _never_sent(error)
        return Failure("network", "答到一半断了" if sent else "连接不上", billed=sent)
    if isinstance(error, openai.OpenAIError):
        return Failure("server", "返回的不是模型的回答，像是网页", billed=True)
    # A connection that breaks while the body is read comes through unwrapped, under the transport's own names.
    network = type(error).__module__.partition(".")[0] in ("httpx2", "httpcore2", "httpx", "httpcore", "anyio")
    if network:
        return Failure("network", "答到一半断了", billed=True)
    return Failure("server", "返回的不是模型的回答，像是网页", billed=True)


def _never_sent(error: BaseException | None) -> bool:
    """Whether the connection itself failed, so that nobody can have billed anything."""
    while error is not None:
        if type(error).__name__ in ("ConnectError", "ConnectTimeout"):
            return True
        error = error.__cause__ or error.__context__
    return False


def _of_status(error: openai.APIStatusError) -> Failure:
    status, body = error.status_code, error.body if isinstance(error.body, dict) else {}
    if status in (401, 403):
        return Failure("key", f"HTTP {status}")
    if status == 429:
        if body.get("code") == "insufficient_quota":
            return Failure("refused", "模型账户的额度用完了。请充值或换一个密钥，再运行。")
        return Failure("busy", "HTTP 429", retry_after_s=_retry_after(error.response.headers))
    if status >= 500 or status in (408, 409, 425):
        return Failure("server", f"HTTP {status}", retry_after_s=_retry_after(error.response.headers))
    if 300 <= status < 400:
        return Failure("request", f"HTTP {status}，要求跳转到别处，不跟随")
    told = body.get("message")
    detail = " ".join(told.split())[:_DETAIL] if isinstance(told, str) else ""
    return Failure("request", f"HTTP {status}" + (f"：{detail}" if detail else ""))


def _retry_after(headers: Any) -> float | None:
    """Seconds, from seconds, milliseconds or a date."""
    try:
        if told := headers.get("retry-after-ms"):
            return max(0.0, float(told) / 1000)
        told = headers.get("retry-after")
        if not told:
            return None
        if told.replace(".", "", 1).isdigit():
            return float(told)
        at = email.utils.parsedate_to_datetime(told)
        return max(0.0, at.timestamp() - time.time())
    except (ValueError, TypeError):
        return None

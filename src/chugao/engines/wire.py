"""Read what a server sent over the wire, whichever client fetched it.

In: bodies, statuses, headers.  Out: an `Answer`, or a `Failure` in our words.

Surprise: an answer of 200 may be a web page, or an error of a gateway in the place of an answer.  Whatever it is, somebody
answered: unless we can read that nothing was written, it counts as possibly billed.
"""

import email.utils
import json
import re
import time
from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr

from chugao.engines.calling import Failure
from chugao.engines.endpoint import Refused
from chugao.ledger import Answer

_DETAIL = 160
_TOO_LONG = "context_length_exceeded"
_KEY = re.compile(r"\bsk-[\w-]+|[A-Za-z0-9_]{24,}")
"""What may be a key in a provider's own words: it may be another customer's, or the gateway's."""
_SHORTEST_KEY = 8
_GATEWAY_GAVE_UP = (408, 504, 524)
"""A gateway that waited no longer: the model behind it may have answered, and sends its bill all the same."""
NOT_AN_ANSWER = "返回的不是模型的回答，像是网页或别的接口"
CUT = "答到一半断了"


def whole_answer(body: bytes) -> Answer:
    """An answer that came in one piece."""
    data = parsed(body)
    if data is None:
        raise Failure("server", NOT_AN_ANSWER, billed=True)
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
        text=_writable(text),
        model=_writable(model)[:100],
        finish=_writable(finish)[:40],
        input_tokens=counts[0] or 0,
        output_tokens=counts[1] or 0,
        estimated=missing,
    )


def _writable(text: str) -> str:
    """What a database and a file can hold: half of a character is none, and a null ends some."""
    return text.encode("utf-8", "ignore").decode().replace("\0", "")


def without_key(text: str, key: SecretStr) -> str:
    """A server's words without our key, should it repeat it; a few characters (EMPTY) are none."""
    secret = key.get_secret_value()
    return text.replace(secret, "…") if len(secret) >= _SHORTEST_KEY else text


def hushed(failure: Failure, key: SecretStr) -> Failure:
    """A failure that does not repeat our key."""
    failure.detail = without_key(failure.detail, key)
    failure.args = (failure.detail,)
    return failure


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
        raise Failure("server", "回答里报错", billed=True)


# --- what went wrong ------------------------------------------------------------------------------


def refusal_inside(error: BaseException) -> Failure | None:
    """Our own transport's refusal, however deep a client has wrapped it."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, Refused):
            return Failure("refused", str(cause), billed=cause.answered)
        cause = cause.__cause__ or cause.__context__
    return None


def never_sent(error: BaseException | None) -> bool:
    """Whether the connection itself failed, so that nobody can have billed anything."""
    while error is not None:
        if type(error).__name__ in ("ConnectError", "ConnectTimeout"):
            return True
        error = error.__cause__ or error.__context__
    return False


def failure_of_status(status: int, headers: Mapping[str, str], body: dict[str, Any]) -> Failure:
    """What a status other than 200 means; `body` is what stood under “error”."""
    if status in (401, 403):
        return Failure("key", f"HTTP {status}")
    if status == 402 or (status == 429 and body.get("code") == "insufficient_quota"):
        return Failure("refused", "模型账户的额度用完了。请充值或换一个密钥，再运行。")
    if status == 429:
        return Failure("busy", "HTTP 429", retry_after_s=_retry_after(headers))
    if status >= 500 or status in (408, 409, 425):
        after = _retry_after(headers)
        return Failure("server", f"HTTP {status}", retry_after_s=after, billed=status in _GATEWAY_GAVE_UP)
    if 300 <= status < 400:
        return Failure("request", f"HTTP {status}，要求跳转到别处，不跟随")
    told = body.get("message")
    detail = _KEY.sub("…", _writable(" ".join(told.split()))[:_DETAIL]) if isinstance(told, str) else ""
    if _TOO_LONG in f"{body.get('code')} {detail}":
        return Failure("refused", f"提示词超过了模型一次能读的长度（HTTP {status}）。请换一个能读更长的模型，再运行。")
    return Failure("request", f"HTTP {status}" + (f"：{detail}" if detail else ""))


def _retry_after(headers: Mapping[str, str]) -> float | None:
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

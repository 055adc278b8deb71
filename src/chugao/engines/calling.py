"""Ask a provider with patience and no more: the only layer that tries again.

In: one attempt as a function.  Out: an `Answer`, or `EngineError` with what to do next.

Surprise: an attempt that timed out may have been answered, and billed, after we had gone.  So time-outs lie far above
what an answer takes, and `Answer.lost` counts the attempts that ended so.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Literal

from chugao.config import ModelSettings
from chugao.engines.limits import Limits
from chugao.errors import EngineError
from chugao.ledger import Answer

Kind = Literal["key", "busy", "server", "timeout", "network", "request", "refused"]
_AGAIN = ("busy", "server", "timeout", "network")
_PATIENCE_S = 900.0  # for all attempts and pauses together, not for waiting in line
_LONGEST_PAUSE_S = 60.0
_COOL_S = 60.0
_TOLD = {
    "key": "模型接口不认这个密钥（{detail}）。请核对 CHUGAO_API_KEY 或 chugao.toml 里的 api_key，再运行。",
    "busy": "模型接口一直忙（{detail}），试了{attempts}次。请稍后再运行，或调低 [model] 的 concurrency。",
    "server": "模型接口出错（{detail}），试了{attempts}次。请稍后再运行。",
    "timeout": "模型接口迟迟没有答完（{detail}），试了{attempts}次。请检查接口，或调大 [model] 的 timeout_s。",
    "network": "连不上模型接口（{detail}），试了{attempts}次。请检查 base_url 和网络。",
    "request": "模型接口不接受请求（{detail}）。请核对模型名称和 base_url。",
    "refused": "{detail}",
}


class Failure(Exception):
    """One attempt that failed, in words of ours: no text of a vendor, no key."""

    def __init__(
        self, kind: Kind, detail: str, *, retry_after_s: float | None = None, billed: bool = False, took_s: float = 0.0
    ) -> None:
        super().__init__(detail)
        self.kind, self.detail, self.retry_after_s = kind, detail, retry_after_s
        self.billed = billed
        """The request had left: the provider may bill it."""
        self.took_s = took_s


class Patience:
    """Waits for the first word of a streamed answer, then for each next one; a context manager around the reading."""

    def __init__(self, settings: ModelSettings) -> None:
        self._first_s, self._next_s = settings.first_token_s, settings.next_token_s

    async def __aenter__(self) -> "Patience":
        self._loop = asyncio.get_running_loop()
        self._began = self._moved = self._loop.time()
        self._heard = False
        self._deadline = asyncio.timeout(self._first_s)
        await self._deadline.__aenter__()
        return self

    def heard(self) -> None:
        """A word came."""
        now = self._loop.time()
        # Moving a deadline costs more than reading a word: a tenth of what it allows is near enough.
        if not self._heard or now - self._moved > self._next_s / 10:
            self._heard, self._moved = True, now
            self._deadline.reschedule(now + self._next_s)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        try:
            await self._deadline.__aexit__(kind, error, tb)
        except TimeoutError:
            waited = self._loop.time() - self._began
            raise Failure("timeout", f"等了{waited:.0f}秒没有下文", billed=True) from None


class CallFailed(EngineError):
    """All attempts failed."""

    def __init__(self, failure: Failure, attempts: int, lost: int) -> None:
        super().__init__(_TOLD[failure.kind].format(detail=failure.detail, attempts=attempts))
        self.kind = failure.kind
        self.lost = lost
        """Attempts that may have been billed."""


class CircuitOpen(EngineError):
    """No call is made any more, whoever asks: the provider fails, the key is wrong, or somebody stopped it."""


class CutOff(asyncio.CancelledError):
    """A call that was cancelled, with what it may have cost: one still standing in line cost nothing."""

    def __init__(self, lost: int) -> None:
        super().__init__()
        self.lost = lost
        """Attempts that may have been billed."""


class Circuit:
    """Stops asking after failures in a row, for good when the key is wrong."""

    def __init__(self, after: int, cool_s: float = _COOL_S, clock: Callable[[], float] = time.monotonic) -> None:
        self._after, self._cool_s, self._clock = after, cool_s, clock
        self._failures = 0
        self._last = ""
        self._opened_at = 0.0
        self._stopped: str | None = None

    def check(self) -> None:
        """Raises `CircuitOpen` while it is open."""
        if self._stopped is not None:
            raise CircuitOpen(self._stopped)
        if self._failures >= self._after and self._clock() - self._opened_at < self._cool_s:
            raise CircuitOpen(
                f"模型接口连续{self._failures}次失败，已停止调用，不再等待（{self._last}）。"
                "已写好的都保留；请检查接口，过一会儿再运行。"
            )

    def stop(self, reason: str) -> None:
        """No more calls: somebody has had enough.  What the ledger holds is still to be had."""
        self._stopped = reason

    def failed(self, failure: Failure) -> None:
        if failure.kind == "key":
            self._stopped = _TOLD["key"].format(detail=failure.detail)
        elif failure.kind in _AGAIN:
            self._failures += 1
            self._last = failure.detail
            self._opened_at = self._clock()

    def succeeded(self) -> None:
        self._failures = 0


class Caller:
    """Holds the limits and the circuit that all calls of an engine share."""

    def __init__(self, settings: ModelSettings, limits: Limits) -> None:
        self._settings, self._limits = settings, limits
        self.circuit = Circuit(settings.stop_after)

    async def call(self, attempt: Callable[[], Awaitable[Answer]], tokens: int) -> Answer:
        """The answer of the first attempt that has one.  `tokens` is about what it will use."""
        patience = _PATIENCE_S
        lost = tried = 0
        while True:
            self.circuit.check()
            try:
                tried += 1
                answer = await self._once(attempt, tokens)
            except CutOff as cut:
                raise CutOff(cut.lost + lost) from None
            except Failure as failure:
                lost += failure.billed
                patience -= failure.took_s
                self.circuit.failed(failure)
                last = failure
            else:
                self.circuit.succeeded()
                self._limits.settle(tokens, answer.input_tokens + answer.output_tokens)
                return answer.model_copy(update={"lost": answer.lost + lost}) if lost else answer
            pause = self._pause(last, tried)
            if last.kind not in _AGAIN or tried >= self._settings.attempts or pause > patience:
                raise CallFailed(last, tried, lost)
            patience -= pause
            await asyncio.sleep(pause)

    async def _once(self, attempt: Callable[[], Awaitable[Answer]], tokens: int) -> Answer:
        sent = False
        try:
            async with self._limits.turn(tokens):
                self.circuit.check()  # it may have opened while this call waited
                sent = True
                return await self._in_time(attempt)
        except asyncio.CancelledError:
            raise CutOff(int(sent)) from None

    async def _in_time(self, attempt: Callable[[], Awaitable[Answer]]) -> Answer:
        allowed, began = self._settings.timeout_s, time.monotonic()
        try:
            async with asyncio.timeout(allowed):
                return await attempt()
        except TimeoutError:
            raise Failure("timeout", f"{allowed:g}秒内没有答完", billed=True, took_s=allowed) from None
        except Failure as failure:
            failure.took_s = time.monotonic() - began
            if failure.kind == "busy":
                self._limits.throttled(min(failure.retry_after_s or 0.0, _LONGEST_PAUSE_S))
            raise

    def _pause(self, failure: Failure, tried: int) -> float:
        """How long to wait: what the provider said, else longer each time; jitter, so that callers do not come back as one."""
        longest = min(_LONGEST_PAUSE_S, self._settings.backoff_s * 2 ** (tried - 1))
        jittered = random.uniform(longest / 2, longest)
        if failure.retry_after_s is None:
            return jittered
        # A provider that wants an hour gets its way: the call ends, patience is up.
        return failure.retry_after_s + jittered / 4

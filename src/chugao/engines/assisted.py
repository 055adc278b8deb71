"""An engine that has a model write: brief in, prompt rendered, ledger asked, answer read.

In: a `Brief`, a `Connection` to a vendor.  Out: a `Reply`; what cannot be read comes back as its `problems`.

What is asked is a pure function of the brief and the settings, so that the ledger answers the second run.  Surprise: a
client belongs to one event loop, and a batch may run several: each loop has a connection of its own, closed when the
last piece of work in that loop is done.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

from chugao.config import PromptSettings, Settings
from chugao.engines.answers import Listener, Reader, problem_of
from chugao.engines.calling import Caller, Failure
from chugao.engines.limits import Limits
from chugao.engines.personal import gate, masked, restored
from chugao.engines.probing import Capability, Memory, probe, response_format
from chugao.engines.wire import hushed, without_key
from chugao.ledger import Answer, Ask, Ledger, Message, Recorded
from chugao.manuscript import Brief, Reply
from chugao.prompts import Messages, fingerprint, load, prompt_for, render, reply_schema, settled

_FACTOR = 0.8  # tokens a character, before the first bill: Chinese and braces, on the safe side
OnText = Callable[[str], None]


class Connection(Protocol):
    """A vendor's client in one event loop."""

    async def ask(self, ask: Ask, on_text: OnText | None = None) -> Answer:
        """One attempt.  Raises `Failure`."""
        ...

    async def close(self) -> None: ...


class AssistedEngine:
    """Writes with a model; holds its limits, its circuit and, per event loop, a connection."""

    def __init__(
        self,
        name: str,
        model: str,
        connect: Callable[[], Connection],
        *,
        endpoint: str,
        settings: Settings,
        limits: Limits,
        ledger: Ledger | None = None,
        memory: Memory | None = None,
        tenant: str = "",
        prompts: Path | None = None,
        factor: float | None = None,
    ) -> None:
        self.name = name
        self._model, self._connect, self._endpoint = model, connect, endpoint
        self._settings, self._limits, self._ledger = settings, limits, ledger
        self._caller = Caller(settings.model, limits)
        self._memory = memory or Memory()
        self._tenant, self._prompts = tenant, prompts
        self._factor = factor or _FACTOR
        self._open: dict[asyncio.AbstractEventLoop, list[Any]] = {}
        self._probing: dict[asyncio.AbstractEventLoop, asyncio.Future[Capability]] = {}

    # --- what drafting calls ---

    async def write(self, brief: Brief, on_text: OnText | None = None) -> Reply:
        """Have one brief written.  Raises `EngineError` when no answer is to be had."""
        prompt = load(prompt_for(brief), self._prompts)
        hidden, people = masked(brief, self._settings.privacy)
        told = render(prompt, hidden)
        gate(told, self._settings.privacy)
        messages = (Message(role="system", content=told.system), Message(role="user", content=told.user))
        async with self.session():
            capability = await self.capability()
            own = self._settings.prompts.get(prompt.name, PromptSettings())
            ask = self._ask(
                messages,
                self._parameters(own, capability, reply_schema(hidden)),
                sample=(self._settings.model.seed if own.seed is None else own.seed) + brief.seed,
                prompt=f"{prompt.name}@{fingerprint(prompt)}",
                model=own.model or self._model,
            )
            listener, reader = Listener(self._quiet(on_text)), Reader()
            recorded = await self._recorded(ask, capability, listener, reader)
        if recorded.problem:
            return Reply(problems=(recorded.problem,))
        listener.attempt()
        listener(recorded.answer.text)
        reply = settled(reader.reply(recorded.answer), hidden)
        return _signed(restored(reply, people), ask, recorded.key or ask.key)

    async def told(
        self, system: str, user: str, schema: dict[str, Any], *, prompt: str, judge: Callable[[Answer], str]
    ) -> str:
        """The text of one answer to a question that is no brief, "" when `judge` cannot use it.

        What is asked leaves as it is: whoever calls has taken people out of it.  Raises `EngineError`.
        """
        gate(Messages(system=system, user=user), self._settings.privacy)
        messages = (Message(role="system", content=system), Message(role="user", content=user))
        async with self.session():
            capability = await self.capability()
            parameters = self._parameters(PromptSettings(temperature=0.0), capability, schema)
            ask = self._ask(messages, parameters, sample=self._settings.model.seed, prompt=prompt, model=self._model)
            recorded = await self._recorded(ask, capability, None, judge)
        return "" if recorded.problem else recorded.answer.text

    def stop(self, reason: str) -> None:
        """Make no more calls; what the ledger holds is still answered."""
        self._caller.circuit.stop(reason)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[None]:
        """Keeps the connection open: around a document, or around a whole batch."""
        loop = asyncio.get_running_loop()
        held = self._open.setdefault(loop, [None, 0])
        held[1] += 1
        try:
            yield
        finally:
            held[1] -= 1
            if held[1] == 0:
                self._open.pop(loop, None)
                if held[0] is not None:
                    await held[0].close()

    async def capability(self) -> Capability:
        """In what shape this model is asked: as set, as remembered, else found out, once."""
        output = self._settings.model.output
        if output != "auto":
            return Capability(output=output)
        if known := self._memory.get(self._memory_key):
            return known
        loop = asyncio.get_running_loop()
        if (running := self._probing.get(loop)) is None:
            running = self._probing[loop] = asyncio.ensure_future(self.find_out())
            running.add_done_callback(lambda _: self._probing.pop(loop, None))
        return await asyncio.shield(running)

    async def find_out(self, sample: int = 0) -> Capability:
        """Ask the server what it can do, and remember it."""

        async def ask(messages: tuple[Message, ...], parameters: dict[str, Any], without: tuple[str, ...]) -> Answer:
            kept = _without(parameters, without)
            question = self._ask(messages, kept, sample=sample, prompt="probe", model=self._model)
            return (await self._recorded(question, None, None)).answer

        async with self.session():
            found = await probe(ask)
        self._memory.keep(self._memory_key, found)
        return found

    # --- one question ---

    @property
    def _memory_key(self) -> str:
        return f"{self.name.partition('?')[0]}|{self._endpoint}"

    def _ask(
        self, messages: tuple[Message, ...], parameters: dict[str, Any], *, sample: int, prompt: str, model: str
    ) -> Ask:
        length = sum(len(m.content) for m in messages) + len(str(parameters.get("response_format", "")))
        return Ask(
            tenant=self._tenant,
            endpoint=self._endpoint,
            model=model,
            prompt=prompt,
            messages=messages,
            parameters=parameters,
            sample=sample,
            most_tokens=(round(length * max(self._factor, 1.0)), int(parameters.get("max_tokens", 0))),
        )

    def _parameters(self, own: PromptSettings, capability: Capability, schema: dict[str, Any]) -> dict[str, Any]:
        usual = self._settings.model
        parameters: dict[str, Any] = {
            "temperature": usual.temperature if own.temperature is None else own.temperature,
            "max_tokens": own.max_tokens or usual.max_tokens,
        }
        if shape := response_format(capability.output, schema):
            parameters["response_format"] = shape
        return _without(parameters, capability.without)

    async def _recorded(
        self,
        ask: Ask,
        capability: Capability | None,
        listener: Listener | None,
        judge: Callable[[Answer], str] | None = problem_of,
    ) -> Recorded:
        judge = judge if capability is not None else None

        async def call() -> Answer:
            connection = self._connection()

            async def attempt() -> Answer:
                if listener is not None:
                    listener.attempt()
                heard = None if listener is None or listener.deaf else listener
                try:
                    return self._hushed(await connection.ask(ask, heard))
                except Failure as failure:
                    raise hushed(failure, self._settings.api_key) from None

            return self._counted(ask, await self._caller.call(attempt, self._about(ask)))

        if self._ledger is not None:
            return await self._ledger.answer(ask, call, judge)
        answer = await call()
        return Recorded(answer=answer, problem=judge(answer) if judge else "", fresh=True)

    def _quiet(self, on_text: OnText | None) -> OnText | None:
        """What listens, and never hears our key."""
        key = self._settings.api_key
        return None if on_text is None else lambda text: on_text(without_key(text, key))

    def _connection(self) -> Connection:
        held = self._open[asyncio.get_running_loop()]
        if held[0] is None:
            held[0] = self._connect()
        connection: Connection = held[0]
        return connection

    def _hushed(self, answer: Answer) -> Answer:
        """An answer that does not repeat our key: it is kept, drafted from and sent on."""
        told = {n: without_key(getattr(answer, n), self._settings.api_key) for n in ("text", "model", "finish")}
        return answer if all(getattr(answer, n) == t for n, t in told.items()) else answer.model_copy(update=told)

    def _about(self, ask: Ask) -> int:
        """Tokens a call will probably use: what it says, and a third of what it may answer."""
        return round(self._said(ask) * self._factor) + ask.most_tokens[1] // 3

    def _counted(self, ask: Ask, answer: Answer) -> Answer:
        """The answer with its tokens: the bill's, which also teaches the estimate, or the estimate."""
        said = self._said(ask)
        if not answer.estimated:
            if said and answer.input_tokens:
                self._factor += 0.2 * (answer.input_tokens / said - self._factor)
            return answer
        counts = {
            "input_tokens": max(1, round(said * self._factor)),
            "output_tokens": max(1, round(len(answer.text) * self._factor)),
        }
        return answer.model_copy(update=counts)

    @staticmethod
    def _said(ask: Ask) -> int:
        return sum(len(m.content) for m in ask.messages)


def _signed(reply: Reply, ask: Ask, key: str) -> Reply:
    """Every sentence with what made it: prompt, model, and the call in the ledger."""
    recipe = {"made_by": "model", "model": ask.model, "prompt": ask.prompt, "call": key[:16]}
    blocks = tuple(
        b.model_copy(update={"sentences": tuple(s.model_copy(update={"recipe": recipe}) for s in b.sentences)})
        for b in reply.blocks
    )
    return reply.model_copy(update={"blocks": blocks})


def _without(parameters: dict[str, Any], without: tuple[str, ...]) -> dict[str, Any]:
    """Parameters that the server takes; what the connection adds (seed, …) it is told to leave out."""
    kept = {k: v for k, v in parameters.items() if k not in without}
    return kept | ({"without": list(without)} if without else {})

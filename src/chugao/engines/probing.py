"""What a model server can do, found by asking it little things, and remembered.

In: a way to ask.  Out: `Capability`: in what shape to ask it, and which parameters it does not know.

Surprise: a server that accepts a schema need not obey it.  So the question asks for a number that the schema's pattern
forbids; who sends it all the same constrains nothing, and the slots have to be checked afterwards (as they always are).
"""

import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from chugao.engines.answers import json_inside
from chugao.engines.calling import CallFailed
from chugao.ledger import Answer, Message
from chugao.source import Frozen

Output = Literal["json_schema", "guided_object", "json_object", "plain"]
_ORDER: tuple[Output, ...] = ("json_schema", "guided_object", "json_object", "plain")
_PATTERN = "^[一-鿿，]{1,30}。$"
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"text": {"type": "string", "pattern": _PATTERN}},
    "required": ["text"],
    "additionalProperties": False,
}
_QUESTION = '把“全年收治病人1234人。”这句话照抄一遍，只回一个 JSON 对象：{"text": "……"}'
_DROPPABLE = ("seed", "temperature", "max_tokens", "stream_options")


class Capability(Frozen):
    """How one model at one endpoint is asked."""

    output: Output
    constrained: bool = False
    """It obeyed a pattern: a wrong number cannot come from it."""
    without: tuple[str, ...] = ()
    """Parameters it does not take."""

    @property
    def told(self) -> str:
        """For people."""
        return {
            "json_schema": "按结构回答",
            "guided_object": "按结构回答",
            "json_object": "回答 JSON，不按结构",
            "plain": "只回普通文字",
        }[self.output] + ("，槽位以外写不出数字" if self.constrained else "，数字靠事后核对")


def response_format(output: Output, schema: dict[str, Any]) -> dict[str, Any] | None:
    """`response_format` for one shape of asking."""
    if output == "json_schema":
        return {"type": "json_schema", "json_schema": {"name": "reply", "strict": True, "schema": schema}}
    if output == "guided_object":
        return {"type": "json_object", "schema": schema}
    return {"type": "json_object"} if output == "json_object" else None


async def probe(
    ask: Callable[[tuple[Message, ...], dict[str, Any], tuple[str, ...]], Awaitable[Answer]],
) -> Capability:
    """Find out, with one to five small calls.  Raises `EngineError` when the server answers none of them."""
    without: tuple[str, ...] = ()
    found: Capability | None = None
    failed: CallFailed | None = None
    for output in _ORDER:
        if found is not None and output in ("json_object", "plain"):
            break
        while True:
            try:
                answer = await ask(_messages(), _parameters(output), without)
            except CallFailed as error:
                if error.kind not in ("request", "server"):
                    raise
                failed = error
                if (extra := _named(str(error))) and extra not in without:
                    without = (*without, extra)
                    continue
                break
            obeyed = _obeyed(answer.text)
            if obeyed is not None or output == "plain":
                found = found or Capability(output=output, without=without)
                if obeyed and output in ("json_schema", "guided_object"):
                    return Capability(output=output, constrained=True, without=without)
            break
    if found is None:
        assert failed is not None
        raise failed
    return found.model_copy(update={"without": without})


def _messages() -> tuple[Message, ...]:
    return (Message(role="system", content="你只回 JSON。"), Message(role="user", content=_QUESTION))


def _parameters(output: Output) -> dict[str, Any]:
    told = response_format(output, _SCHEMA)
    return {"temperature": 0.0, "max_tokens": 100} | ({"response_format": told} if told else {})


def _obeyed(text: str) -> bool | None:
    """Whether the pattern was kept; None when the answer is not the JSON asked for."""
    data = json_inside(text)
    if data is None or not isinstance(data.get("text"), str):
        return None
    return re.fullmatch(_PATTERN, data["text"]) is not None


def _named(message: str) -> str:
    """The parameter that a server complains about."""
    return next((p for p in _DROPPABLE if p in message), "")


class Memory:
    """What was found, in a file beside the ledger; in this process only without one."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._known: dict[str, Capability] = {}

    def get(self, key: str) -> Capability | None:
        return self._known.get(key) or self._read().get(key)

    def keep(self, key: str, capability: Capability) -> None:
        self._known[key] = capability
        if self._file is None:
            return
        known = self._read() | {key: capability}
        body = {k: c.model_dump(mode="json") for k, c in sorted(known.items())}
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            waiting = self._file.with_suffix(".new")
            waiting.write_text(json.dumps(body, ensure_ascii=False, indent=1), encoding="utf-8")
            waiting.replace(self._file)
        except OSError:
            return  # asked again next time: slower, not wrong

    def _read(self) -> dict[str, Capability]:
        try:
            told = json.loads(self._file.read_text(encoding="utf-8")) if self._file else {}
            return {k: Capability.model_validate(v) for k, v in told.items()}
        except (OSError, ValueError, ValidationError, AttributeError):
            return {}

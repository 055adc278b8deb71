"""What is asked of a provider, what came back, and the key under which both are kept.

In: a rendered question.  Out: `Ask.key`.

The key is a pure function of what is sent: the same brief asks the same question, tomorrow and on another machine.
Who asks (the job) and how much it may cost are not part of it.
"""

import base64
import hashlib
import json
from array import array
from typing import Any, Literal

from pydantic import Field, field_serializer, field_validator

from chugao.source import Frozen


class Message(Frozen):
    """One message of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


class Ask(Frozen):
    """One question to a provider."""

    tenant: str = ""
    """Whose money it is; answers are never shared between tenants."""
    purpose: Literal["completion", "embedding"] = "completion"
    endpoint: str = ""
    """Base URL without secrets: two servers may call different models by one name."""
    model: str
    prompt: str = ""
    """Name and fingerprint of the prompt template, for people."""
    messages: tuple[Message, ...] = ()
    texts: tuple[str, ...] = ()
    """What is to be embedded."""
    parameters: dict[str, Any] = Field(default_factory=dict)
    """Everything else that is sent: temperature, response format, …"""
    sample: int = 0
    """A new sample is a new question; sent as `seed`."""
    most_tokens: tuple[int, int] = (0, 0)
    """The most it may use, (input, output): what a budget sets aside before the call.  No part of the question."""

    @property
    def key(self) -> str:
        """64 hex digits over everything that is sent."""
        body = self.model_dump(mode="json", exclude={"prompt", "most_tokens"})
        return hashlib.sha256(json.dumps(body, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


class Answer(Frozen):
    """What a provider sent back."""

    text: str = ""
    vectors: tuple[tuple[float, ...], ...] = ()
    model: str = ""
    """As the provider calls it."""
    finish: str = ""
    """stop, length, content_filter, …"""
    input_tokens: int = 0
    output_tokens: int = 0
    estimated: bool = False
    """The provider sent no usage: the tokens are our estimate."""
    lost: int = 0
    """Attempts before this one that ended without an answer and may have been billed."""

    @field_serializer("vectors", when_used="json")
    def _packed(self, vectors: tuple[tuple[float, ...], ...]) -> list[str]:
        """Four bytes a number, as models compute them: a third of what the digits would take."""
        return [base64.b64encode(array("f", v).tobytes()).decode() for v in vectors]

    @field_validator("vectors", mode="before")
    @classmethod
    def _unpacked(cls, vectors: Any) -> Any:
        return [array("f", base64.b64decode(v)).tolist() if isinstance(v, str) else v for v in vectors]


class Recorded(Frozen):
    """An answer as it stands in the ledger."""

    answer: Answer
    problem: str = ""
    """Why it cannot be used; it was paid for all the same, and is never asked for again."""
    fresh: bool = False
    """Asked just now, not found."""
    key: str = ""
    """Under which it stands there."""

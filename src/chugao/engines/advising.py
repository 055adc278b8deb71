"""A model that reads somebody's text and remarks on it, for the checks that only a reader can do.

In: questions and a text.  Out: remarks, each with the words it is about; `checks.advisory` believes none that the text does
not hold.

Surprise: this is the one place where a model sees figures, since it must quote them.  People's names and numbers are
masked all the same, and a quote that touches a mask is no quote of the text, so it is dropped.
"""

import asyncio
import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chugao.checks.advisory import Advice, wording
from chugao.config import Privacy
from chugao.engines.answers import json_inside
from chugao.engines.assisted import AssistedEngine
from chugao.engines.personal import without_people
from chugao.ledger import Answer

_LONGEST_PIECE = 8_000
_MOST_PIECES = 6
_MOST_REMARKS = 12
_CHAT = re.compile(r"\[/?(?:INST|SYS)\]|<[|/]?[A-Za-z_|]{1,24}[|/]?>", re.IGNORECASE)
_HIDDEN = frozenset(("Cf", "Cc", "Cs", "Co", "Cn"))
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "remarks": {
            "type": "array",
            "maxItems": 3,
            "items": {
                "type": "object",
                "properties": {"quote": {"type": "string"}, "note": {"type": "string"}},
                "required": ["quote", "note"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["remarks"],
    "additionalProperties": False,
}


class ModelAdviser:
    """Asks an engine; every question of every piece of the text is a call of its own, and so is in the ledger."""

    def __init__(self, engine: AssistedEngine, privacy: Privacy) -> None:
        self._engine, self._privacy = engine, privacy

    def advise(self, questions: Mapping[str, str], text: str) -> Mapping[str, Sequence[Advice]]:
        """Remarks by question.  Raises `EngineError`."""
        return asyncio.run(self._advise(questions, text))

    async def _advise(self, questions: Mapping[str, str], text: str) -> Mapping[str, Sequence[Advice]]:
        pieces = [without_people(p, self._privacy) for p in pieces_of(text)]
        async with self._engine.session():
            await self._engine.capability()
            answers = await asyncio.gather(*(self._ask(q, p) for q in questions.values() for p in pieces))
        told = iter(answers)
        return {rule: [a for _ in pieces for a in next(told)] for rule in questions}

    async def _ask(self, question: str, piece: str) -> list[Advice]:
        words = wording()
        user = _filled(words["user"], question, piece)
        prompt = f"advice@{hashlib.sha256(repr(sorted(words.items())).encode()).hexdigest()[:16]}"
        text = await self._engine.told(words["system"], user, _SCHEMA, prompt=prompt, judge=_problem)
        return remarks_of(text)


def pieces_of(text: str) -> list[str]:
    """The text in pieces that a model can take, cut between paragraphs; what lies beyond the last is not asked about."""
    pieces, piece = [], ""
    for line in text.split("\n"):
        if piece and len(piece) + len(line) >= _LONGEST_PIECE:
            pieces.append(piece)
            piece = ""
        piece += line[:_LONGEST_PIECE] + "\n"
    return [p for p in (*pieces, piece) if p.strip()][:_MOST_PIECES]


def _filled(template: str, question: str, piece: str) -> str:
    """The question with the piece fenced in, each line marked; nothing in it can look like the fence or a chat token."""
    while _CHAT.search(piece):
        piece = _CHAT.sub("", piece)
    shown = "".join(c for c in piece if c == "\n" or unicodedata.category(c) not in _HIDDEN)
    fence = hashlib.sha256((question + shown).encode("utf-8", "replace")).hexdigest()[:12]
    lines = "\n".join(f"│{line}" for line in shown.replace("│", "").split("\n") if line.strip())
    parts = {"question": question, "fence": fence, "text": lines}
    return re.sub(r"\{(question|fence|text)\}", lambda m: parts[m[1]], template)


def _problem(answer: Answer) -> str:
    return "回答不是要求的 JSON" if _read(answer.text) is None else ""


def _read(text: str) -> list[Any] | None:
    data = json_inside(text)
    remarks = data.get("remarks") if data is not None else None
    return remarks if isinstance(remarks, list) else None


def remarks_of(text: str) -> list[Advice]:
    """The remarks in an answer; none where it has another shape."""
    return list(_remarks(_read(text) or []))


def _remarks(listed: Sequence[Any]) -> Iterator[Advice]:
    for remark in listed[:_MOST_REMARKS]:
        if isinstance(remark, dict) and all(isinstance(remark.get(k), str) for k in ("quote", "note")):
            yield Advice(remark["quote"].replace("│", ""), remark["note"])

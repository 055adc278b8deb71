"""`check --advise --engine openai:MODEL`: a model's remarks beside a check, through the ledger, never instead of it.

In: what the command line says.  Out: an adviser, or None where nobody asked for one.

Surprise: a model that cannot be reached must not cost the person the check itself.  So failing is said and remembered,
and the findings of the rules are shown all the same.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from chugao.cli.output import say
from chugao.errors import EngineError, InputError

if TYPE_CHECKING:
    from chugao.checks.advisory import Advice, Adviser


class PatientAdviser:
    """Asks an adviser, and says what went wrong instead of stopping."""

    def __init__(self, adviser: "Adviser") -> None:
        self._adviser = adviser
        self.failed = False

    def advise(self, questions: Mapping[str, str], text: str) -> "Mapping[str, Sequence[Advice]]":
        try:
            return self._adviser.advise(questions, text)
        except EngineError as error:
            self.failed = True
            say(f"模型没有提成意见：{error} 其余核对照常，不受影响。")
            return {}


@contextmanager
def open_adviser(wanted: bool, engine: str | None) -> "Iterator[PatientAdviser | None]":
    """The adviser of an engine's name; None where none was asked for.

    Raises `InputError` when only half of it was said, and for an engine that has no model.
    """
    if not wanted and engine is None:
        yield None
        return
    if engine is None or not wanted:
        raise InputError("请模型提意见要同时写 --advise 和 --engine openai:模型。")
    if engine == "offline":
        raise InputError("offline 没有模型，提不了意见。请写 --engine openai:模型，或不写 --advise。")
    from chugao.config import find_workspace, load_settings
    from chugao.desk import open_writer
    from chugao.engines.advising import ModelAdviser
    from chugao.engines.assisted import AssistedEngine

    settings = load_settings(find_workspace())
    with open_writer(engine, settings, Path("out"), job="核对") as writer:
        assert isinstance(writer, AssistedEngine)
        yield PatientAdviser(ModelAdviser(writer, settings.privacy))

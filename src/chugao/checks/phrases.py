"""The dated phrase files: plans, obsolete terms, political formulas, national counts, abbreviations, leaders.

In: `templates/phrases/*.toml`, and an office's own folder of the same names.  Out: frozen rows, patterns compiled.

The files belong to the office and go out of date on a known day; nothing in them is repeated in code.
"""

import re
import tomllib
from collections.abc import Iterator
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from chugao.errors import InputError, reason_of
from chugao.shipped import shipped
from chugao.source import Frozen

NUMBER = r"(\d{1,3}|[两一二三四五六七八九十]{1,3})"
"""What {n} stands for in a pattern; patterns have no other group."""


class _Pattern(Frozen):
    pattern: str

    @cached_property
    def regex(self) -> re.Pattern[str]:
        return re.compile(self.pattern.replace("{n}", NUMBER))

    @cached_property
    def sure(self) -> str:
        """Characters that stand in whatever matches, so that most sentences need no search; "" when none do."""
        return (
            ""
            if "|" in self.pattern
            else max(re.findall(r"[一-鿿]+(?![一-鿿]?[?*)])", self.pattern), key=len, default="")
        )


class Plan(_Pattern):
    """A plan or campaign and the years it is valid for."""

    name: str
    from_: int = Field(alias="from")
    to: int
    successor: str = ""
    authority: str = ""


class Term(_Pattern):
    """Wording that is wrong from a year on."""

    since: int
    replacement: str
    unless: str = ""
    """Words in the same sentence that make it history told rightly."""
    note: str = ""


class Count(_Pattern):
    """A number that is the same everywhere."""

    name: str
    right: int
    unless: str = ""
    from_: int = Field(default=0, alias="from")
    to: int = 9999
    authority: str = ""


class Abbreviation(Frozen):
    """What an abbreviation stands for."""

    short: str
    full: str
    words: tuple[str, ...]
    """One of them is said right before the bracket that introduces it."""
    common: bool = False


class Congress(Frozen):
    ordinal: str
    date: date


class Plenums(Frozen):
    congress: str
    ordinals: tuple[str, ...]
    dates: tuple[date, ...]


class Order(Frozen):
    first: str
    second: str
    name: str


class InFull(Frozen):
    wrong: str
    right: str
    sure: str = ""

    @cached_property
    def regex(self) -> re.Pattern[str]:
        return re.compile(self.wrong)


class Opening(Frozen):
    """A fixed formula of a first sentence: on which days and at which levels it may be written."""

    rank: int
    """Place in the sentence; 1 and 2 stand in every opening."""
    text: str
    from_: date = Field(alias="from")
    to: date = date.max
    levels: tuple[str, ...]
    source: str = ""


class Leader(Frozen):
    name: str
    title: str
    since: date | None = None
    until: date | None = None


class Phrases(Frozen):
    """Everything the phrase files say."""

    plan: tuple[Plan, ...] = ()
    campaign: tuple[Plan, ...] = ()
    term: tuple[Term, ...] = ()
    count: tuple[Count, ...] = ()
    abbreviation: tuple[Abbreviation, ...] = ()
    congress: tuple[Congress, ...] = ()
    plenum: tuple[Plenums, ...] = ()
    order: tuple[Order, ...] = ()
    full: tuple[InFull, ...] = ()
    leader: tuple[Leader, ...] = ()
    opening: tuple[Opening, ...] = ()


@cache
def phrases(own: Path | None = None) -> Phrases:
    """The shipped phrases, and on top of them those of an office's own folder.

    Raises `InputError` that names the file when one cannot be read.
    """
    rows: dict[str, list[Any]] = {}
    for folder in filter(None, (own, shipped("templates") / "phrases")):
        for file in sorted(folder.glob("*.toml")):
            for key, values in _read(file):
                if key in Phrases.model_fields:
                    rows.setdefault(key, []).extend(values)
    try:
        return Phrases.model_validate(rows)
    except ValidationError as error:
        where = ".".join(str(p) for p in error.errors()[0]["loc"])
        raise InputError(
            f"提法文件里的“{where}”这一项不认识或写法不对。请对照 templates/phrases 里的样子改正。"
        ) from None


def _read(file: Path) -> Iterator[tuple[str, list[Any]]]:
    try:
        yield from tomllib.loads(file.read_text(encoding="utf-8-sig")).items()
    except OSError as error:
        raise InputError(f"{file.name} 读不了（{reason_of(error)}）。请检查文件。") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise InputError(f"{file.name} 写法不对。请对照 templates/phrases 里的样子改正，编码用 UTF-8。") from None

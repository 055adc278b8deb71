"""What is said of one number: its role and what it is tied to."""

from enum import StrEnum
from typing import Literal, NamedTuple

from chugao.quantity import Quantity

Tense = Literal["past", "future"]


class MentionRole(StrEnum):
    """What a number does in its sentence."""

    CURRENT = "current"
    BASELINE = "baseline"
    TARGET = "target"
    CHANGE = "change"
    COMPARATOR = "comparator"
    COUNT = "count"
    PARAMETER = "parameter"
    DATE = "date"
    NUMBERING = "numbering"
    NAME = "name"

    @property
    def is_fact(self) -> bool:
        """Whether a reader takes it as a statement about the world that figures could contradict."""
        return self not in (MentionRole.DATE, MentionRole.NUMBERING, MentionRole.NAME, MentionRole.PARAMETER)


class Mention(NamedTuple):
    """One number in a text."""

    start: int
    end: int
    text: str
    role: MentionRole
    quantity: Quantity | None = None
    """None for dates, numbering and names."""
    metric: str | None = None
    """Catalogue id of the metric it is about, None when the text names none."""
    metric_name: str = ""
    """The words by which the text names the metric."""
    period: str | None = None
    """Year the value counts for, when the text says so."""
    baseline: str | None = None
    """What it is compared with, in the text's words: “上年”, “2024年”, “全省平均”."""
    direction: int = 0
    """−1, 0, 1: what the verb beside it says happened."""
    verb: str = ""
    approximate: bool = False
    tense: Tense = "past"
    sentence: tuple[int, int] = (0, 0)
    link: Literal["", "baseline", "subset", "list"] = ""
    """How it is tied to another number of its sentence: what that one came from, a part of it, a place in its list."""
    linked: int | None = None
    """Start of that number."""

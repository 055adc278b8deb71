"""Where something was read, what supports a stretch of text, and what a check has to say about it.

`Source` is a place in a file; `Claim` ties a character span of a draft to what supports it; `Finding`
is what a check reports.  Offsets are Unicode code points everywhere, never bytes or UTF-16 units.
"""

from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """Base of all nouns: immutable, and an unknown field is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(Frozen):
    """A place in a file that a person can open and point at."""

    file: str
    """Name as the user gave it, without the folders above (they may be private)."""
    sheet: str | None = None
    cell: str | None = None
    """Spreadsheet cell, "C7"; for a .csv the column letter and line number, the same way."""
    paragraph: int | None = None
    """1-based paragraph of a text document."""
    fingerprint: str = ""
    """First 16 hex digits of the file's SHA-256."""
    cutoff: date | None = None
    """Day up to which the figure counts; None when the office gave none (never today)."""

    def __str__(self) -> str:
        parts = [self.file]
        if self.sheet:
            parts.append(f"“{self.sheet}”表")
        if self.cell:
            parts.append(f"{self.cell}单元格")
        if self.paragraph:
            parts.append(f"第{self.paragraph}段")
        return " ".join(parts)


class Severity(StrEnum):
    """How much a finding weighs; fatal and error stop a final export."""

    FATAL = "fatal"
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def blocks(self) -> bool:
        return self in (Severity.FATAL, Severity.ERROR)

    @property
    def label(self) -> str:
        return {"fatal": "禁止", "error": "错误", "warning": "提醒", "info": "提示"}[self.value]


class Place(Frozen):
    """Where in the checked text a finding stands."""

    start: int
    """Code points: of the whole text for a foreign file, of the named sentence for a draft of ours."""
    end: int
    section: str = ""
    """Heading (foreign text) or outline part id (draft of ours)."""
    sentence: str = ""
    """The sentence's id in a draft of ours; the sentence itself in a foreign text."""

    def __str__(self) -> str:
        where = self.section or "全文"
        return f"{where}（第{self.start + 1}—{self.end}字）"


class Finding(Frozen):
    """One thing for a person to look at."""

    rule: str
    severity: Severity
    place: Place
    quote: str
    """The very characters the finding is about."""
    hint: str
    """What is wrong and what to write instead, in Chinese."""


State = Literal["metric", "derived", "matter", "passage", "constant", "person", "unsupported"]


class Claim(Frozen):
    """What supports the characters [start, end) of a sentence, heading or table cell."""

    start: int
    end: int
    state: State
    id: str = ""
    """Slot or identifier of what supports it: "outpatient_visits.now", "matter_kxq.text", "year"."""
    metric: str | None = None
    period: str | None = None
    formula: str | None = None
    source: str | None = None
    """Readable: file, sheet, cell, cut-off."""


class Release(StrEnum):
    """How far a figure or a matter may travel (公开范围)."""

    PUBLIC = "公开"
    UPWARD = "上报"
    INTERNAL = "内部"
    WITHHELD = "不写"


class Scope(Frozen):
    """What may be seen: made elsewhere, taken here.  Empty `owners` means nothing at all."""

    owners: tuple[str, ...] = ()
    kind: str | None = None
    year: int | None = None
    department: str | None = None
    level: str | None = None

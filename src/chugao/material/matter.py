"""A matter (事项): one thing that was or will be done, as a department reported it.

Surprise: 时间 is kept as the office wrote it (“2025年4—12月”, “2026年3月底前”) because it is printed again; year and
month are read from it only to put matters in order.
"""

from enum import StrEnum

from pydantic import Field

from chugao.source import Finding, Frozen, Release, Source


class MatterStatus(StrEnum):
    """How far a matter has come; its tense in a text follows from it."""

    DONE = "已完成"
    ONGOING = "推进中"
    PLANNED = "拟开展"


class Matter(Frozen):
    """One thing that was or will be done, as a department reported it."""

    id: str
    """ "matter_" and letters a–z, from department and text: the same in every reading of the same matter."""
    text: str
    """事项, without closing punctuation."""
    category: str = ""
    when: str = ""
    """时间 as printed."""
    year: int | None = None
    """Of 时间; where 时间 names none and the matter is not merely planned, of the table."""
    month: int | None = None
    """First month named in 时间; for order."""
    result: str = ""
    """成效, without closing punctuation; its numbers are facts."""
    owner: str = ""
    leader: str = ""
    status: MatterStatus
    release: Release = Release.PUBLIC
    evidence: str = ""
    department: str = ""
    """As in the 部门 column; "" when the file has none."""
    source: Source
    """The cell of 事项."""
    confirmed_by: str = ""


class Matters(Frozen):
    """What was read, in the files' order, and what looked odd."""

    items: tuple[Matter, ...] = ()
    findings: tuple[Finding, ...] = ()
    department_column: bool = False
    """Whether rows carry a 部门; only then does a department select rows."""
    fingerprints: dict[str, str] = Field(default_factory=dict)
    """File name → first 16 hex digits of its SHA-256."""

    def of_department(self, department: str | None) -> "Matters":
        """Only the matters of one department; all where the files name none."""
        if not department or not self.department_column:
            return self
        return self.model_copy(update={"items": tuple(m for m in self.items if m.department in ("", department))})

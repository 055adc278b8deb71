"""What has been read from figures files so far, good and bad.

In: the reader, row by row.  Out: `Gathered`, from which `metrics.reading` makes `Figures`, or one list of what is to be
mended.  Surprise: a problem never stops the reading, so that a person sees all of them at once.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from chugao.catalogue import Catalogue, MetricDefinition, name_key
from chugao.documents.sheets import Cell, Sheet, Workbook, cell_finding
from chugao.metrics.headers import Vocabulary
from chugao.metrics.observation import Observation, RelativeTarget, ReportedChange
from chugao.metrics.settling import Statement
from chugao.source import Finding, Severity, Source


class Here(NamedTuple):
    """Where we are reading."""

    book: Workbook
    sheet: Sheet
    department: str = ""
    """Whose sheet it is, where no column says so."""

    def source(self, cell: Cell | None = None, cutoff: date | None = None) -> Source:
        return self.book.source(self.sheet, cell, cutoff)


class Entered(NamedTuple):
    """A value as it stands in the table being read: what a total beside or below it should add up."""

    row: int
    column: int
    observation: Observation


@dataclass
class Gathered:
    """Statements, findings and problems of all files."""

    catalogue: Catalogue
    vocabulary: Vocabulary
    problems: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    comparable: list[Observation] = field(default_factory=list)
    """Values on a comparable basis (可比口径), never mixed with those reported."""
    changes: list[ReportedChange] = field(default_factory=list)
    aims: list[RelativeTarget] = field(default_factory=list)
    definitions: dict[str, MetricDefinition] = field(default_factory=dict)
    confusable: dict[str, list[str]] = field(default_factory=dict)
    assumed_units: list[tuple[str, str]] = field(default_factory=list)
    """(metric, unit) taken from the catalogue in the table being read, when it has no 单位 column."""
    entered: list[Entered] = field(default_factory=list)
    """Of the table being read."""

    def note(self, rule: str, severity: Severity, source: Source, quote: str, hint: str) -> None:
        if source.cell and str(source) not in hint:
            hint = f"{source}：{hint}"
        self.findings.append(cell_finding(f"figures.{rule}", severity, source, quote, hint))

    @property
    def told(self) -> int:
        """How much has been said so far, right or wrong."""
        return len(self.statements) + len(self.changes) + len(self.aims) + len(self.comparable) + len(self.problems)


def gathered_for(catalogue: Catalogue, vocabulary: Vocabulary) -> Gathered:
    """An empty one, knowing which names are easily confused."""
    gathered = Gathered(catalogue, vocabulary)
    for definition in catalogue:
        for name in definition.confusable:
            gathered.confusable.setdefault(name_key(name), []).append(definition.name)
    return gathered

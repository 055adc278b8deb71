"""Every rule in one place: what it is called, how much it weighs, an example each way, and the function that finds it.

In: a `Reading`.  Out: findings.  The words stand in `templates/checks/*.toml`, a file a family; the functions here.

A rule function takes a `Reading` and yields `Hit`s: place and hint.  Rule id, severity and quote are added here, so an
office that weighs a rule otherwise changes one word of data.  A rule that needs more than a text (figures, a corpus, a
page) has its entry here as well, and its function where those things are at hand.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Annotated, Literal

from pydantic import StringConstraints

from chugao.checks import (
    asking,
    changes,
    growth_tables,
    headings,
    numbering,
    parts,
    populations,
    privacy,
    repeats,
    shell,
    stated,
    structure,
    targets,
    terms,
    totals,
    typography,
    units,
    wording,
)
from chugao.checks.reading import Finder, Hit, Reading
from chugao.kind import Kind
from chugao.shipped import shipped
from chugao.source import Finding, Frozen, Place, Severity

Needs = Literal["text", "figures", "corpus", "draft", "layout", "engine", "person", "office"]


class Rule(Frozen):
    """One rule of the checks, as its page in docs/checks/ tells it."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]+$")]
    """What findings bear: “pp-unit”."""
    code: Annotated[str, StringConstraints(pattern=r"^C\d\d$")]
    """Number in the office's own list of checks; several rules may share one."""
    title: str
    """In a few Chinese words: “百分率相减用百分点”."""
    severity: Severity
    """What its findings weigh unless they say otherwise."""
    needs: Needs = "text"
    """What must be at hand besides the text."""
    why: str
    violating: str
    """A text that breaks it, the shortest that shows it."""
    passing: str
    """The same, put right."""
    advice: str
    """What to write instead."""
    question: str = ""
    """What a model is asked of the text, for a rule that only advises."""
    dismiss: str = ""
    """When a person may rightly pass over it, and how."""
    kind: Kind | None = None
    """Kind and year of the examples, where they have no title that says so."""
    year: int | None = None
    figures: tuple[str, ...] = ()
    """Figures the examples are held against: “指标名称,年度,本期值,单位,上年同期值,目标值,明年目标”."""
    matters: tuple[str, ...] = ()
    whole: bool = False
    """It speaks of a whole document; the examples show one place of it."""
    office: Mapping[str, str | tuple[str, ...]] = {}
    """[office] of the examples."""


FAMILIES: tuple[Mapping[str, Finder], ...] = (
    wording.FINDERS,
    units.FINDERS,
    targets.FINDERS,
    numbering.FINDERS,
    typography.FINDERS,
    shell.FINDERS,
    terms.FINDERS,
    privacy.FINDERS,
    structure.FINDERS,
    asking.FINDERS,
    headings.FINDERS,
    changes.FINDERS,
    growth_tables.FINDERS,
    parts.FINDERS,
    populations.FINDERS,
    repeats.FINDERS,
    stated.FINDERS,
    totals.FINDERS,
)
"""The `FINDERS` of each family: rule id → the function that finds it.  A new family adds itself here, its words in
`templates/checks/`."""


@cache
def rules() -> Mapping[str, Rule]:
    """Every rule by id, in the order of their codes."""
    found: list[Rule] = []
    for file in sorted((shipped("templates") / "checks").glob("*.toml")):
        found += [Rule.model_validate(row) for row in tomllib.loads(file.read_text(encoding="utf-8"))["rule"]]
    return {r.id: r for r in sorted(found, key=lambda r: (r.code, r.id))}


def find_by_rules(reading: Reading) -> Iterator[Finding]:
    """Findings of every rule that needs no more than the text."""
    for family in FAMILIES:
        for rule_id, finder in family.items():
            yield from findings_of(rule_id, finder(reading), reading.text)


def findings_of(rule_id: str, hits: Iterable[Hit], text: str) -> Iterator[Finding]:
    """Hits made findings of a rule; offsets count in `text`."""
    rule = rules()[rule_id]
    for hit in hits:
        yield Finding(
            rule=rule_id,
            severity=hit.severity or rule.severity,
            place=Place(start=hit.start, end=hit.end),
            quote=text[hit.start : hit.end],
            hint=hit.hint,
        )

"""How commands print: JSON for programs, short Chinese lines for people."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from chugao.manuscript import Draft
    from chugao.source import Finding


def say(text: str) -> None:
    """Talk, to stderr."""
    typer.echo(text, err=True)


def show(text: str) -> None:
    """A result, to stdout."""
    typer.echo(text)


def show_json(value: Any) -> None:
    """A result for a program: one JSON document on stdout."""
    import json

    typer.echo(json.dumps(value, ensure_ascii=False, indent=1))


def finding_json(finding: "Finding") -> dict[str, Any]:
    """A finding as design section 7 prints it."""
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "place": finding.place.model_dump(),
        "quote": finding.quote,
        "hint": finding.hint,
    }


def show_findings(
    findings: "Sequence[Finding]", limit: int = 12, headings: Mapping[str, str] | None = None, indent: str = ""
) -> None:
    """Findings for a person on one screen, alike ones folded into one line, the heaviest first.

    `headings` names the sections of a draft of ours, whose places hold ids; a foreign text's hold its own words.
    """
    from chugao.checks.folding import fold

    folded = fold(findings)
    for number, line in enumerate(folded):
        if number == limit:
            show(f"{indent}…… 另有{len(folded) - limit}类，加 --json 查看全部。")
            break
        first = line.first
        show(f"{indent}[{first.severity.label}] {_where(first, headings)}{first.hint}{line.more}")


def _where(finding: "Finding", headings: Mapping[str, str] | None) -> str:
    place = finding.place
    if headings is not None:
        return f"{headings[place.section]}｜" if headings.get(place.section) else ""
    return f"{place.section}｜" if place.section else ""


def count_by_severity(findings: "Iterable[Finding]") -> str:
    """“错误2、提醒5”, “” when there are none."""
    from collections import Counter

    from chugao.source import Severity

    counts = Counter(f.severity for f in findings)
    return "、".join(f"{s.label}{counts[s]}" for s in Severity if counts[s])


def traced(numbers: dict[str, int]) -> str:
    """“数字318个，都有出处”, or how many have none."""
    if not numbers["untraced"]:
        return f"数字{numbers['found']}个，都有出处"
    return f"数字{numbers['found']}个，有出处{numbers['traced']}个，没有出处{numbers['untraced']}个"


def headings_of(thing: "Draft | str") -> dict[str, str] | None:
    """What a person calls each section of a draft of ours; None for a foreign text, whose places hold headings."""
    if isinstance(thing, str):
        return None
    from chugao.flow import is_annex

    # What a lead bears as its heading was never printed.
    return {s.id: (f"{s.number}{s.heading.text}" if s.level or is_annex(s) else "") or "开头" for s in thing.sections}


def say_warnings(findings: "Sequence[Finding]", limit: int = 5) -> None:
    """The first warnings about what was read, to stderr."""
    warnings = [f for f in findings if f.severity.value != "info"]
    for finding in warnings[:limit]:
        say(f"[{finding.severity.label}] {finding.hint}")
    if len(warnings) > limit:
        say(f"…… 另有{len(warnings) - limit}条，用 chugao metrics check 查看指标的全部提醒。")

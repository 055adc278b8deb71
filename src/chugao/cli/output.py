"""How commands print: JSON for programs, short Chinese lines for people."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import typer

from chugao.source import Finding, Severity


def say(text: str) -> None:
    """Talk, to stderr."""
    typer.echo(text, err=True)


def show(text: str) -> None:
    """A result, to stdout."""
    typer.echo(text)


def show_json(value: Any) -> None:
    """A result for a program: one JSON document on stdout."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=1))


def finding_json(finding: Finding) -> dict[str, Any]:
    """A finding as design section 7 prints it."""
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "place": finding.place.model_dump(),
        "quote": finding.quote,
        "hint": finding.hint,
    }


def show_findings(findings: Sequence[Finding], limit: int = 12) -> None:
    """Findings for a person, the blocking ones whole, alike ones folded into one line."""
    folded: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        key = (finding.rule, finding.hint if finding.severity.blocks else finding.rule)
        folded.setdefault(key, []).append(finding)
    for number, group in enumerate(folded.values()):
        if number == limit:
            show(f"…… 另有{len(folded) - limit}类，用 --json 查看全部。")
            break
        first = group[0]
        where = f"{first.place.section}｜" if first.place.section else ""
        more = f"（同类共{len(group)}处）" if len(group) > 1 else ""
        show(f"[{first.severity.label}] {where}{first.hint}{more}")


def count_by_severity(findings: Iterable[Finding]) -> str:
    """“错误2、提醒5”, “” when there are none."""
    counts = Counter(f.severity for f in findings)
    return "、".join(f"{s.label}{counts[s]}" for s in Severity if counts[s])

"""What an office has passed: one dismissal teaches a constant, and the same place is not asked after again.

In: findings, and what a person said of them.  Out: `Dismissal`s, kept in a small file of the workspace, and findings
without those they cover.

Surprise: “12个” alone is no constant, “12个乡镇” is; so a dismissed number bears the words beside it.  What forbids
(masks, personal data), what is still owed and what contradicts the figures cannot be dismissed: it is put right, or
overridden at export by name.
"""

import json
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from chugao.errors import InputError, NotAllowed, reason_of
from chugao.source import Finding, Frozen, Severity

_PUT_RIGHT = frozenset(
    {
        "number-wrong",
        "number-last-year",
        "number-direction",
        "number-percentage-point",
        "number-changed",
        "withheld",
        "pending",
    }
)
"""What contradicts the figures, and a 【待补】: no reason makes it true."""
_BESIDE = 2
"""Characters to each side of a number that make it this number."""


class Dismissal(Frozen):
    """A person passed over a finding, once for all documents of the office."""

    rule: str
    quote: str
    """The characters the finding was about."""
    beside: str = ""
    """The quote with the words around it, where the quote alone would say too little; "" for words."""
    by: str
    reason: str
    """Why, or on what a number rests: 微信、电话、纸质材料 and from whom."""
    at: str
    """UTC, “2026-01-08T09:30:00Z”."""

    def covers(self, finding: Finding, text: str) -> bool:
        if finding.rule != self.rule or finding.quote != self.quote:
            return False
        return not self.beside or self.beside == beside(finding, text)


def beside(finding: Finding, text: str) -> str:
    """A quote with the two characters on each side, as far as they are words: “下辖12个乡镇”."""
    start, end = finding.place.start, finding.place.end
    left = re.search(r"[\w]*$", text[max(0, start - _BESIDE) : start])
    right = re.match(r"[\w]*", text[end : end + _BESIDE])
    return f"{left.group() if left else ''}{finding.quote}{right.group() if right else ''}"


def passable(finding: Finding) -> bool:
    """Whether a person may pass over it at all."""
    return finding.severity is not Severity.FATAL and finding.rule not in _PUT_RIGHT


def dismiss(finding: Finding, text: str, *, by: str, reason: str, at: str | None = None) -> Dismissal:
    """Pass over a finding by name and reason; offsets of the finding count in `text`.

    Raises `InputError` without a name or reason, `NotAllowed` for what may not be passed over.
    """
    if not by.strip() or not reason.strip():
        raise InputError("略过一处要写明是谁、为什么或凭什么。请写上姓名和理由（依据）。")
    if not passable(finding):
        raise NotAllowed(
            f"“{finding.quote}”这一条不能忽略：{finding.hint}确需放行的，在出定稿时由负责人写明姓名和理由。"
        )
    number = finding.rule.startswith("number-")
    return Dismissal(
        rule=finding.rule,
        quote=finding.quote,
        beside=beside(finding, text) if number else "",
        by=by.strip(),
        reason=reason.strip(),
        at=at or datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    )


def confirm_numbers(findings: Iterable[Finding], text: str, *, by: str, basis: str) -> tuple[Dismissal, ...]:
    """人工确认 in bulk: every number nobody could trace, by name and on what basis (chat, phone, paper)."""
    untraced = [f for f in findings if f.rule == "number-untraced"]
    return tuple(
        dismiss(f, text, by=by, reason=f"人工确认：{basis.strip()}" if basis.strip() else "") for f in untraced
    )


def silenced(findings: Iterable[Finding], dismissals: Sequence[Dismissal], text: str) -> Iterator[Finding]:
    """Findings that no dismissal covers, in their order."""
    by_key: dict[tuple[str, str], list[Dismissal]] = {}
    for d in dismissals:
        by_key.setdefault((d.rule, d.quote), []).append(d)
    for finding in findings:
        known = by_key.get((finding.rule, finding.quote), ())
        if finding.severity is Severity.FATAL or not any(d.covers(finding, text) for d in known):
            yield finding


# --- kept in the workspace ------------------------------------------------------------------------

FILE = Path(".chugao") / "dismissals.toml"
_HEAD = "# 本单位确认过、不再提醒的地方。一条一节；要重新提醒，删去那一节。\n"


def read_dismissals(workspace: Path) -> tuple[Dismissal, ...]:
    """What the workspace has passed; none when the file is not there.

    Raises `InputError` that says what is wrong with the file.
    """
    path = workspace / FILE
    if not path.is_file():
        return ()
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8-sig")).get("dismissal", [])
        return tuple(Dismissal.model_validate(row) for row in rows)
    except OSError as error:
        raise InputError(f"{path.name} 读不了（{reason_of(error)}）。请检查文件。") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError):
        raise InputError(f"{path.name} 写法不对。请照其中已有的样子改正，或删去出错的那一节。") from None


def keep_dismissals(workspace: Path, new: Iterable[Dismissal]) -> tuple[Dismissal, ...]:
    """Add to what the workspace has passed, in one write at the end of the file.

    Two people may do so at once: neither loses what the other wrote, and what both wrote counts once.
    """
    known = read_dismissals(workspace)
    seen = {(d.rule, d.quote, d.beside) for d in known}
    added = tuple(d for d in new if (d.rule, d.quote, d.beside) not in seen)
    if added:
        path = workspace / FILE
        path.parent.mkdir(exist_ok=True)
        sections = "".join(map(_section, added))
        try:
            with path.open("ab", buffering=0) as file:
                file.write(((_HEAD if file.tell() == 0 else "") + sections).encode())
                os.fsync(file.fileno())
        except OSError as error:
            raise InputError(f"{path.name} 写不进去（{reason_of(error)}）。请检查工作区是否可写。") from None
    return added


def _section(dismissal: Dismissal) -> str:
    """JSON strings are TOML strings, but for the one control character JSON leaves as it is."""
    rows = (f"{k} = {json.dumps(v, ensure_ascii=False)}" for k, v in dismissal.model_dump().items())
    return "\n[[dismissal]]\n" + "\n".join(rows).replace("\x7f", "\\u007F") + "\n"

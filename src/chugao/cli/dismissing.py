"""`check --dismiss … --by … --reason …` and `check --confirm-by … --basis …`: what a person passes over, and keeps.

In: a report and what the person says.  Out: `Dismissal`s, kept in the workspace where there is one.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from chugao.errors import InputError

if TYPE_CHECKING:
    from chugao.checks import Report
    from chugao.checks.dismissals import Dismissal
    from chugao.manuscript import Draft
    from chugao.source import Finding


def passed_over(
    report: "Report",
    thing: "Draft | str",
    quotes: Sequence[str],
    by: str | None,
    reason: str | None,
    confirm_by: str | None,
    basis: str | None,
) -> "tuple[Dismissal, ...]":
    """What this command passes over.

    Raises `InputError` when a quote is in no finding, or a name or reason is missing.
    """
    from chugao.checks.dismissals import confirm_numbers, dismiss

    if (by or reason) and not quotes:
        raise InputError("--by、--reason 只与 --dismiss 同用。请写 --dismiss 原文。")
    if basis and confirm_by is None:
        raise InputError("--basis 只与 --confirm-by 同用。请写 --confirm-by 姓名。")
    new: list[Dismissal] = []
    for quote in quotes:
        found = [f for f in report.findings if f.quote == quote]
        if not found:
            raise InputError(f"没有一条提醒的原文是“{quote}”。请照屏幕上引号里的字写 --dismiss。")
        new += [dismiss(f, text, by=by or "", reason=reason or "") for f, text in _placed(found, thing)]
    if confirm_by is not None:
        for finding, text in _placed(report.findings, thing):
            new += confirm_numbers([finding], text, by=confirm_by, basis=basis or "")
    return tuple(new)


def _placed(findings: "Sequence[Finding]", thing: "Draft | str") -> "Iterator[tuple[Finding, str]]":
    """Each finding with the text its offsets count in: the whole of a text, the sentence of a draft."""
    sentences = {} if isinstance(thing, str) else {s.id: s.text for _, s in thing.sentences()}
    for finding in findings:
        yield finding, thing if isinstance(thing, str) else sentences.get(finding.place.sentence, "")


def keep(workspace: Path | None, new: "Sequence[Dismissal]") -> str:
    """Keep them where there is a workspace; what to say of it."""
    from chugao.checks.dismissals import keep_dismissals

    if workspace is None:
        return f"这一次略过{len(new)}处；不在工作区里，没有记下来。要长期记住，请先 chugao init。"
    added = keep_dismissals(workspace, new)
    return f"记下{len(added)}处，本单位以后的文稿不再提醒（{workspace.name}/.chugao/dismissals.toml）。"

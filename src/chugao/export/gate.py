"""The gate: a draft leaves as final when nothing blocks it, or when a person lets it pass by name and reason.

In: a `Draft`, the figures and matters it is read against, what the office has confirmed, who lets what pass.
Out: the draft as it may leave, with what was found, confirmed and overridden in it.

Surprise: fatal and error both stop; a fatal one (mask, personal data, secret mark, text broken off) can be let pass like
any other, but nobody can confirm it once and for all: it takes a name and a reason each time.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from chugao.errors import InputError, NotAllowed
from chugao.manuscript import Draft
from chugao.material import Matters
from chugao.metrics.observation import Figures
from chugao.source import Finding, Severity

if TYPE_CHECKING:
    from chugao.checks.dismissals import Dismissal
    from chugao.config import Office
    from chugao.index import Index

_SHOWN = 8


def release(
    draft: Draft,
    figures: Figures | None = None,
    matters: Matters | None = None,
    index: "Index | None" = None,
    *,
    office: "Office | None" = None,
    dismissals: "Sequence[Dismissal]" = (),
    override_by: str | None = None,
    reason: str | None = None,
    only: Sequence[str] = (),
    at: str | None = None,
) -> Draft:
    """The draft as it may leave: read again, with its findings, what was confirmed and any override recorded.

    With figures the whole text is verified against them; without, against the evidence it carries.  `dismissals` are what
    people of the office have confirmed; those this draft needed are recorded.  An override lets all pass that blocks, or
    with `only` just the findings on these words.

    Raises `NotAllowed` when something blocks and nobody lets it pass, `InputError` for half an override.
    """
    override_by, reason = _named(override_by, reason, only)
    found, confirmed = read_again(draft, figures, matters, index, office, dismissals)
    blocking = [f for f in found if f.severity.blocks]
    passed = [f for f in blocking if override_by and (not only or f.quote in only)]
    if missing := [q for q in only if not any(f.quote == q for f in blocking)]:
        raise InputError(f"没有一处错误的原文是“{missing[0]}”。请照提示中引号里的字写 --only，或不写 --only 一并放行。")
    if len(passed) < len(blocking):
        raise NotAllowed(_refusal([f for f in blocking if f not in passed]))
    recipe = {k: v for k, v in draft.recipe.items() if k not in ("override", "confirmed")}
    if passed:
        recipe["override"] = _record(override_by, reason, passed, at)
    if confirmed:
        recipe["confirmed"] = confirmed
    return draft.model_copy(update={"findings": found, "recipe": recipe})


def _named(override_by: str | None, reason: str | None, only: Sequence[str]) -> tuple[str, str]:
    override_by, reason = (override_by or "").strip(), (reason or "").strip()
    if bool(override_by) != bool(reason):
        raise InputError("放行须同时写明 --override-by（姓名）和 --reason（理由）。")
    if only and not override_by:
        raise InputError("--only 只与放行同用。请写 --override-by 姓名 --reason 理由。")
    return override_by, reason


def read_again(
    draft: Draft,
    figures: Figures | None,
    matters: Matters | None,
    index: "Index | None",
    office: "Office | None",
    dismissals: "Sequence[Dismissal]",
) -> tuple[tuple[Finding, ...], list[dict[str, str]]]:
    """(what still stands, what a person had confirmed before), blocking or not."""
    from chugao.checks import examine
    from chugao.checks.dismissals import silenced
    from chugao.checks.ours import text_at

    found = examine(draft, figures, matters, index, office=office).findings
    if figures is None and matters is None:
        # Nothing to hold the text against again: what was found when it was drafted still stands.
        earlier = [f for f in draft.findings if f.severity.blocks and f not in found]
        returned = {(f.place, f.quote) for f in earlier if f.rule == "number-returned"}
        # Somebody's new number is told once: by the finding that knows who wrote it and what is to be decided.
        found = (*(f for f in found if f.rule != "number-untraced" or (f.place, f.quote) not in returned), *earlier)
    standing, confirmed = [], []
    for finding in found:
        text = text_at(draft, finding.place)
        if any(silenced([finding], dismissals, text)):
            standing.append(finding)
        elif finding.severity.blocks:
            by = next(d for d in dismissals if d.covers(finding, text))
            confirmed.append({"quote": finding.quote, "by": by.by, "reason": by.reason, "at": by.at})
    return tuple(standing), confirmed


def _refusal(blocking: Sequence[Finding]) -> str:
    """What stops it, the fatal first, and the two ways on."""
    worst = sorted(blocking, key=lambda f: f.severity is not Severity.FATAL)
    lines = "\n".join(f"  [{f.severity.label}] {f.hint}" for f in worst[:_SHOWN])
    more = f"\n  …… 另有{len(worst) - _SHOWN}处" if len(worst) > _SHOWN else ""
    return (
        f"不能出定稿，还有{len(blocking)}处错误：\n{lines}{more}\n"
        "请改正后重新起草，或由负责人用 --override-by 姓名 --reason 理由 放行。"
    )


def _record(by: str, reason: str, passed: Sequence[Finding], at: str | None) -> dict[str, Any]:
    return {
        "by": by,
        "reason": reason,
        "at": at or datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "findings": [f.model_dump(mode="json") for f in passed],
    }


def override_told(recipe: Mapping[str, Any]) -> str:
    """“周启明：另报（2026-01-08）” of a released draft, "" when nothing was overridden."""
    override = recipe.get("override")
    if not isinstance(override, dict):
        return ""
    day = str(override.get("at", ""))[:10]
    return f"{override.get('by', '')}：{override.get('reason', '')}" + (f"（{day}）" if day else "")


def confirmed_told(recipe: Mapping[str, Any]) -> tuple[str, ...]:
    """“12人（张三，微信）” for each number that people vouched for when the draft was let out."""
    rows = recipe.get("confirmed")
    told = (r for r in rows if isinstance(r, dict)) if isinstance(rows, list) else ()
    return tuple(f"“{r.get('quote', '')}”（{r.get('by', '')}，{r.get('reason', '')}）" for r in told)

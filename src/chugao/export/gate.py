"""The gate: a draft leaves as final when nothing blocks it, or when a person lets it pass by name and reason."""

from chugao.errors import InputError, NotAllowed
from chugao.manuscript import Draft
from chugao.material import Matters
from chugao.metrics.observation import Figures


def release(
    draft: Draft,
    figures: Figures | None = None,
    matters: Matters | None = None,
    *,
    override_by: str | None = None,
    reason: str | None = None,
) -> Draft:
    """The draft as it may leave: read again, with its findings and any override recorded.

    With figures the whole text is verified against them; without, against the evidence it carries.  Raises
    `NotAllowed` when an error stands and nobody lets it pass by name and reason.
    """
    from chugao.checks import examine

    override_by, reason = (override_by or "").strip(), (reason or "").strip()
    if bool(override_by) != bool(reason):
        raise InputError("放行须同时写明 --override-by（姓名）和 --reason（理由）。")
    report = examine(draft, figures, matters)
    found = report.findings
    if figures is None and matters is None:
        # Nothing to hold the text against again: what was found when it was drafted still stands.
        found = (*found, *(f for f in draft.findings if f.severity.blocks and f not in found))
    blocking = [f for f in found if f.severity.blocks]
    if blocking and not override_by:
        lines = "\n".join(f"  [{f.severity.label}] {f.hint}" for f in blocking[:8])
        raise NotAllowed(
            f"不能出定稿，还有{len(blocking)}处错误：\n{lines}\n"
            "请改正后重新起草，或由负责人用 --override-by 姓名 --reason 理由 放行。"
        )
    recipe = dict(draft.recipe)
    if blocking:
        findings = [f.model_dump(mode="json") for f in blocking]
        recipe["override"] = {"by": override_by, "reason": reason, "findings": findings}
    return draft.model_copy(update={"findings": found, "recipe": recipe})

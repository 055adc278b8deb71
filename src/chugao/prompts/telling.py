"""Say a brief to a model: choose the template, render it.

In: `Prompt` and `Brief`.  Out: `Messages`, a pure function of the two: the key of the ledger rests on that.
"""

import re
from collections.abc import Iterable

from chugao.errors import InputError
from chugao.manuscript import Brief
from chugao.prompts import sandbox
from chugao.prompts.loading import SUFFIX, Prompt, complaint, contained
from chugao.prompts.view import FENCED, view
from chugao.source import Frozen


class Messages(Frozen):
    """What a model is told, by role."""

    system: str
    user: str


def prompt_for(brief: Brief) -> str:
    """The name of the template that asks for this brief."""
    if brief.task != "part":
        return brief.task
    if brief.style == "policy":
        return "policy/part"
    return "plan/part" if brief.role in ("plan", "items", "goals", "next") else "summary/part"


def render(prompt: Prompt, brief: Brief) -> Messages:
    """The texts for a brief; only plain data gets into the template.

    Raises `InputError` when the template fails, or takes more time, memory or room than it may.
    """
    if prompt.returns != "Reply":
        raise InputError(f"{prompt.file} 是供别的模板引用的段落，不能单独使用。")
    data, fenced, fence = view(brief, prompt.needs)
    job = {
        "data": data,
        "fenced": {n: (f"blocks/{n}{SUFFIX}", fenced[n]) for n in FENCED if n in fenced},
        "fence": fence,
    }
    try:
        system, user = contained(
            sandbox.render, own=prompt.own, texts=prompt.bodies, wanted=["system", "user"], job=job
        )
    except sandbox.Fault as fault:
        raise InputError(complaint(fault, prompt.places, prompt.file)) from None
    return Messages(system=_tidy(system), user=_tidy(user))


def _tidy(text: str) -> str:
    lines: Iterable[str] = (line.rstrip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()

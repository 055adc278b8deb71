"""chugao 初稿: work summaries and plans in which every number can be traced.

    import chugao

    facts = chugao.read_metrics("examples/figures/医务科-2025.xlsx")
    matters = chugao.read_matters("examples/matters/医务科-2025.xlsx")
    outline = chugao.read_outline("summary-plan", department="医务科", year=2025)
    draft = chugao.draft(outline, facts, matters, chugao.open_index("corpus/"), chugao.open_engine("offline"))
    chugao.export_docx(draft, "医务科2025年工作总结.docx")

Names are loaded when first used, so that `import chugao` costs nothing.
"""

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

# Looking for plugins of pydantic reads the metadata of every installed package, and none has business in our nouns.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

if TYPE_CHECKING:
    from chugao.checks import Report, check, examine
    from chugao.comparing import Comparison, Version, compare, read_version
    from chugao.drafting import adraft, draft
    from chugao.engines import open_engine
    from chugao.errors import ChugaoError, EngineError, InputError, NotAllowed, StaleVersion, UploadRejected
    from chugao.export import read_draft, release, to_json, to_markdown, write_files
    from chugao.index import open_index
    from chugao.manuscript import Brief, Draft, Engine, Reply
    from chugao.material import Matter, Matters, read_matters
    from chugao.mentions import Mention, find_mentions
    from chugao.metrics.facts import Fact, Facts, derive
    from chugao.metrics.observation import Figures, Observation
    from chugao.metrics.reading import read_metrics
    from chugao.outline import Outline, read_outline
    from chugao.quantity import Quantity
    from chugao.source import Claim, Finding, Scope, Severity
    from chugao.word.typesetting import export_docx

_HOME = {
    "chugao.checks": ("Report", "check", "examine"),
    "chugao.comparing": ("Comparison", "Version", "compare", "read_version"),
    "chugao.drafting": ("adraft", "draft"),
    "chugao.engines": ("open_engine",),
    "chugao.errors": ("ChugaoError", "EngineError", "InputError", "NotAllowed", "StaleVersion", "UploadRejected"),
    "chugao.export": ("read_draft", "release", "to_json", "to_markdown", "write_files"),
    "chugao.index": ("open_index",),
    "chugao.manuscript": ("Brief", "Draft", "Engine", "Reply"),
    "chugao.material": ("Matter", "Matters", "read_matters"),
    "chugao.mentions": ("Mention", "find_mentions"),
    "chugao.metrics.facts": ("Fact", "Facts", "derive"),
    "chugao.metrics.observation": ("Figures", "Observation"),
    "chugao.metrics.reading": ("read_metrics",),
    "chugao.outline": ("Outline", "read_outline"),
    "chugao.quantity": ("Quantity",),
    "chugao.source": ("Claim", "Finding", "Scope", "Severity"),
    "chugao.word.typesetting": ("export_docx",),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

__all__ = [
    "Brief", "ChugaoError", "Claim", "Comparison", "Draft", "Engine", "EngineError", "Fact", "Facts", "Figures",
    "Finding", "InputError", "Matter", "Matters", "Mention", "NotAllowed", "Observation", "Outline", "Quantity",
    "Reply", "Report", "Scope", "Severity", "StaleVersion", "UploadRejected", "Version", "adraft", "check", "compare",
    "derive", "draft", "examine", "export_docx", "find_mentions", "open_engine", "open_index", "read_draft",
    "read_matters", "read_metrics", "read_outline", "read_version", "release", "to_json", "to_markdown", "write_files",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _MODULE_OF:
        return getattr(import_module(_MODULE_OF[name]), name)
    raise AttributeError(f"module 'chugao' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)

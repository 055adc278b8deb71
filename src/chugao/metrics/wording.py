"""The words offices use in tables of figures and matters, as shipped (templates/figures/headers.toml).

In: nothing.  Out: `wording`, the file's tables by name; `is_footer`, which rows sign or remark and state nothing.

Surprise: “注：” opens a remark and “注射剂使用率” a metric, so a footer's word counts only before a blank or a mark.
"""

import tomllib
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Any

from chugao.config import shipped
from chugao.documents.sheets import Cell


@cache
def wording() -> dict[str, Any]:
    """Header synonyms, footers, placeholder words and unit spellings, as shipped."""
    path = shipped("templates") / "figures" / "headers.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def is_footer(cells: Sequence[Cell], name: str) -> bool:
    """Whether a row is a signature or a remark: some cell says so and the name's own cell does not object."""
    return any(_is_footer_text(c.text) for c in cells) and (not name or _is_footer_text(name))


def _is_footer_text(text: str) -> bool:
    folded = unicodedata.normalize("NFKC", text).lstrip("(*※★ ")
    return any(
        folded.startswith(word) and folded[len(word) : len(word) + 1] in ("", ":", "(", " ", "_", ")", "、", ".")
        for word in wording()["words"]["footers"]
    )

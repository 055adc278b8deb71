"""The words offices use in tables of figures and matters, as shipped (templates/figures/headers.toml).

In: nothing.  Out: `wording`, the file's tables by name; `is_footer`, which rows sign or remark and state nothing.

Surprise: “注：” opens a remark and “注射剂使用率” a metric, so a footer's word counts only before a blank or a mark.
"""

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

from chugao.documents.sheets import Cell
from chugao.shipped import shipped


@cache
def wording() -> dict[str, Any]:
    """Header synonyms, footers, placeholder words and unit spellings, as shipped."""
    path = shipped("templates") / "figures" / "headers.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def is_footer(cells: Sequence[Cell], name: str) -> bool:
    """Whether a row is a signature or a remark.

    Some cell says so and the name's own cell does not object; or the row opens with such a word (填表人：| 李某), or
    holds several.
    """
    said = [_is_footer_text(c.text) for c in cells]
    if not any(said):
        return False
    return not name or _is_footer_text(name) or sum(said) > 1 or (said[0] and cells[0].text != name)


@cache
def _footers() -> re.Pattern[str]:
    words = sorted(wording()["words"]["footers"], key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(map(re.escape, words))})(?=[:( _)、.]|$)")


@lru_cache(maxsize=4096)
def _is_footer_text(text: str) -> bool:
    folded = unicodedata.normalize("NFKC", text[:40]).lstrip("(*※★ ")
    return _footers().match(folded) is not None

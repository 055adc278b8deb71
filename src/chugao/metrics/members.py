"""Rows that say 其中: what they are a part of, and so what they are called.

In: the rows of a table with a row a metric.  Out: for each 其中 row that cannot stand by its own name, a name that can.

Surprise: “其中：三级手术” under 手术台次 says itself what it counts, “其中：儿科” under 出院人次 does not, and the same 儿科
stands under 手术台次 too: printed bare, 700 patients become 700 of nothing, and two wholes one metric.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from chugao.metrics.cells import split_name
from chugao.metrics.gathering import Here
from chugao.metrics.headers import Vocabulary
from chugao.metrics.layouts import Layout, Row

_MEMBER = re.compile(r"^\s*(?:[（(]\d{1,2}[)）]\s*)?其中\s*[:：,，、]?\s*(?P<part>.+)$")


def names_of_members(place: Here, layout: Layout, vocabulary: Vocabulary, rows: Sequence[int]) -> dict[int, str]:
    """Row → “出院人次（儿科）”, for the 其中 rows whose own words do not say what they count."""
    if layout.metric is not None or "name" not in layout.single:
        return {}
    found: list[tuple[int, str, str, bool]] = []
    wholes: dict[str, set[str]] = {}
    whole = None
    for index in rows:
        row = Row(place, layout, index)
        match = _MEMBER.match(row.text("name"))
        if match is None:
            whole = row if row.text("name") else whole
        elif whole is not None:
            of, part = split_name(whole.text("name"))[0], split_name(match["part"])[0]
            wholes.setdefault(part, set()).add(of)
            found.append((index, of, match["part"], whole.text("unit") == row.text("unit")))
    return {
        index: f"{of}（{split_name(part)[0]}）{_unit_behind(part)}"
        for index, of, part, alike in found
        if len(wholes[split_name(part)[0]]) > 1 or (alike and not _says_what(split_name(part)[0], of, vocabulary))
    }


def _says_what(part: str, whole: str, vocabulary: Vocabulary) -> bool:
    """Whether a part names what it counts: a metric we know, or a word of its whole in it (三级手术 of 手术台次)."""
    return vocabulary.definition(part) is not None or any(a + b in part for a, b in pairwise(whole))


def _unit_behind(name: str) -> str:
    """“（人次）” of “儿科（人次）”."""
    return name.removeprefix(split_name(name)[0])

"""首例, 首家, 首创, 填补空白: what nobody has proved does not leave without somebody's name.

In: a `Draft`; its recipe says which such claims rest on a matter with evidence.  Out: an error at every other one.

Surprise: it is the draft that knows what was proved, not the words: “全县首例房颤消融” with a certificate behind it and
without one read the same.
"""

import re
from collections.abc import Iterable, Iterator

from chugao.checks.evidence import claimed
from chugao.manuscript import Draft
from chugao.material import Matter, MatterStatus
from chugao.source import Finding, Severity

KEY = "proved"
"""Of a draft's recipe: the claims whose evidence was given."""
_CLAIM = re.compile(r"(?:首例|首家|首创(?!精神)|第一[例家](?!次)|填补)[^，。；：、“”（）()\s]{0,24}")
_AHEAD = re.compile(r"争取|力争|计划|拟|将|打算|准备|申报|目标")


def claims_in(text: str) -> list[str]:
    """“首例冠状动脉旋磨术”: each claim with what it is claimed of."""
    return [m[0] for m in _CLAIM.finditer(text)]


def proved(matters: Iterable[Matter]) -> list[str]:
    """The claims of matters that have evidence; what is only planned claims nothing."""
    told = (m for m in matters if m.evidence.strip() or m.status is MatterStatus.PLANNED)
    return list(dict.fromkeys(claim for m in told for text in (m.text, m.result) for claim in claims_in(text)))


def _same(said: str, given: str) -> bool:
    """Whether one is the other, perhaps cut at an end; a bare 首例 proves nothing but itself."""
    return said == given or (min(len(said), len(given)) >= _TELLING and (said in given or given in said))


_TELLING = 6


def unproved(draft: Draft) -> Iterator[Finding]:
    """Every claim of the draft that rests on nothing anybody has shown."""
    known = draft.recipe.get(KEY)
    given = tuple(k for k in known if isinstance(k, str)) if isinstance(known, list | tuple) else ()
    for text, _, place in claimed(draft):
        for match in _CLAIM.finditer(text):
            said = match[0]
            if any(_same(said, g) for g in given) or _AHEAD.search(text[: match.start()]):
                continue
            yield Finding(
                rule="claim-unproved",
                severity=Severity.ERROR,
                place=place.model_copy(update={"start": match.start(), "end": match.end()}),
                quote=said,
                hint=f"“{said}”还没有佐证。请在事项的“佐证”里写明凭什么（证书、查新、上级文件），或改去这个说法；"
                "确实要这样写的，由负责人写明姓名和理由放行。",
            )

"""Masks and placeholders left in a text: xx, **, 20xx, 某某, 【待补】."""

import re
from collections.abc import Iterator

from chugao.checks.reading import Hit, Reading
from chugao.source import Finding, Place, Severity

_MASK = re.compile(
    r"(?<![A-Za-z])[xX×]{2,}(?![A-Za-z])|\*{2,}(?!\*)|(?<!\d)20[xX×_]{1,2}年?|某某|〔(?:数|年|日期|单位|地名|人名|文件)〕|_{3,}|□{2,}"
)
# Bold of Markdown is no mask; blanked, so that offsets stay.
_BOLD = re.compile(r"\*\*([^\s*][^*\n]{0,200}?)\*\*")
_PENDING = re.compile(r"【待补[：:][^】]{0,60}】|【待[^】]{1,20}】")
_SLOT = re.compile(r"\{[a-z_]+\.[a-z_]+\}")


def masks(reading: Reading) -> Iterator[Hit]:
    """C02: masks and unfilled slots."""
    for f in find_masks(reading.text):
        yield Hit(f.place.start, f.place.end, f.hint)


def find_masks(text: str) -> Iterator[Finding]:
    """C02: a mask in a text is fatal; somebody else's anonymised figure would otherwise leave the house."""
    for match in _MASK.finditer(_BOLD.sub(lambda m: f"  {m[1]}  ", text)):
        yield _finding("mask-left", Severity.FATAL, match, f"“{match.group()}”是遮盖符号，请补上真实内容或删去整句。")
    for match in _SLOT.finditer(text):
        yield _finding("mask-left", Severity.FATAL, match, f"“{match.group()}”是没有填上的槽位，请重新起草这一节。")


def find_pending(text: str) -> Iterator[Finding]:
    """What is still to come: a draft may show it, a final may not."""
    for match in _PENDING.finditer(text):
        yield _finding("pending", Severity.ERROR, match, f"{match.group()}还没有补上。请向责任科室催报，补后重新起草。")


def _finding(rule: str, severity: Severity, match: re.Match[str], hint: str) -> Finding:
    place = Place(start=match.start(), end=match.end())
    return Finding(rule=rule, severity=severity, place=place, quote=match.group(), hint=hint)


FINDERS = {"mask-left": masks}

"""Targets that do not fit what they start from: behind where one stands, or measured from a year too early.

In: a `Reading`.  Out: hits; no figures are needed.

Surprise: whether 92 after 95 is worse depends on the metric, so the catalogue says which way is good.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from chugao.checks.reading import Finder, Hit, Reading, looks_ahead
from chugao.mentions import Mention, MentionRole


def targets_worse(reading: Reading) -> Iterator[Hit]:
    """C20: a target behind where one stands."""
    for before, mention in pairwise([m for m in reading.mentions if m.quantity is not None]):
        if mention.sentence != before.sentence or mention.tense != "future":
            continue
        roles = (before.role, mention.role)
        if roles == (MentionRole.BASELINE, MentionRole.TARGET):
            base, target = before, mention
        elif roles == (MentionRole.TARGET, MentionRole.BASELINE) and re.match(
            r"[（(]", reading.plain[before.end : before.end + 1]
        ):
            base, target = mention, before
        else:
            continue
        if base.quantity is None or target.quantity is None or base.quantity.unit != target.quantity.unit:
            continue
        metric = target.metric or base.metric
        definition = reading.catalogue.get(metric) if metric else None
        sign = {"up": 1, "down": -1}.get(definition.better if definition else _better(reading, base), 0)
        moved = target.quantity.value - base.quantity.value
        if sign * moved < 0:
            hint = f"目标{target.text}不如现状{base.text}，方向反了。请核对两个数。"
            yield Hit(target.start, target.end, hint)


_GOOD = re.compile(
    r"(?:满意度|合格率|依从率|完成率|及时率|达标率|知晓率|规范率|成功率|入径率|覆盖率|签约率|治愈率|普及率|参保率)[^，。；]{0,6}$"
)


def _better(reading: Reading, base: Mention) -> str:
    left = reading.plain[max(base.sentence[0], base.start - 14) : base.start]
    return "up" if _GOOD.search(left) else ""


_BASELINE_YEAR = re.compile(
    r"\d(?:%|％|‰|[一-鿿]{1,3})?[（(](?:其中)?(?P<year>20\d\d)年(?:基线|基数)?(?:为|是|仅|达)?(?=\d)"
)


def baseline_of_last_year(reading: Reading) -> Iterator[Hit]:
    """C11: a plan that measures its targets from a year before the last."""
    for sentence in reading.sentences:
        if not looks_ahead(sentence.line, reading):
            continue
        planned = reading.plan_year or ((reading.reported or 0) + 1 if reading.reported else None)
        for match in _BASELINE_YEAR.finditer(sentence.text):
            if planned is not None and int(match["year"]) < planned - 1:
                hint = f"{planned}年的目标应与{planned - 1}年的完成数相比，这里用的是{match['year']}年。请换成{planned - 1}年的数。"
                yield Hit(sentence.start + match.start("year"), sentence.start + match.end("year"), hint)


FINDERS: dict[str, Finder] = {
    "target-worse": targets_worse,
    "baseline-year": baseline_of_last_year,
}

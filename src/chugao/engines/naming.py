"""Figures told by name, without their numbers, which stand in the table: “用药咨询和审方干预多于上年”.

In: a `Pen`, metrics.  Out: sentences.

Surprise: a sentence like this says more to a reader than a fifth number in a row, and it hides no bad news.
"""

from collections.abc import Sequence

from chugao.engines.pen import Pen
from chugao.engines.phrasing import Metric
from chugao.manuscript import ReplySentence

_NAMED = 4
_SHORT = 14
_WAYS = {
    ("count", 1): ("多于上年", "比上年增加", "较上年增多", "超过上年"),
    ("count", -1): ("少于上年", "比上年减少", "较上年减少", "不及上年"),
    ("rate", 1): ("高于上年", "比上年提高", "较上年提高", "较上年提升"),
    ("rate", -1): ("低于上年", "比上年下降", "较上年降低", "比上年回落"),
    ("duration", 1): ("长于上年", "比上年延长", "较上年延长", "比上年拉长"),
    ("duration", -1): ("短于上年", "比上年缩短", "较上年缩短", "比上年压缩"),
}
"""(kind, which way it went) → ways of saying so."""
_FALLS_SHORT = "不及上年"
"""Said of what was to grow; of fewer complaints it would be blame."""
_HARM_ROSE = ("高于上年", "比上年上升", "较上年升高")
"""Nobody 提高 or 提升 an infection rate."""


def compared_by_name(pen: Pen, metrics: Sequence[Metric], *, most: int = 2, named: int = _NAMED) -> list[ReplySentence]:
    """What became of some figures since last year, those that went one way in one sentence, at most `most` of them."""
    groups: dict[tuple[str, int, str], list[Metric]] = {}
    for metric in metrics:
        trend = metric.trend
        if trend is None or not trend.sign or len(metric.full) > _SHORT:
            continue
        kind = {"amount": "count", "index": "rate"}.get(metric.kind, metric.kind)
        groups.setdefault((kind, trend.sign, metric.direction), []).append(metric)
    ranked = sorted(groups.items(), key=lambda g: (-len(g[1]), g[0]))[:most]
    return [_told(pen, key[:2], held[:named]) for key, held in ranked]


def _told(pen: Pen, way: tuple[str, int], metrics: Sequence[Metric]) -> ReplySentence:
    # In the table they stand as the file has them; two departments with one file do not list them alike.
    names = sorted((m.full for m in metrics), key=pen.phraser.lot)
    # 耗占比比上年, 耗占比较上年: behind a name in 比 either is read twice.
    ways = [w for w in _ways(way, metrics) if not (names[-1].endswith("比") and len(names) == 1 and w[0] in "比较")]
    went = pen.phraser.fresh(ways, "by name", names[0])
    text = listed(names) + ("都" if len(names) > 1 else "") + went
    if pen.brief.slot("brief.span"):
        text = text.replace("上年", "上年同期")
    recipe = {"made_by": "bank:by_name", "compared": ",".join(m.id for m in metrics)}
    return ReplySentence(text=f"{text}。", recipe=recipe)


def _ways(way: tuple[str, int], metrics: Sequence[Metric]) -> Sequence[str]:
    """The words for a movement that neither praise nor blame what does not deserve it."""
    if way == ("rate", 1) and any(m.better == "down" for m in metrics):
        return _HARM_ROSE
    return [w for w in _WAYS[way] if w != _FALLS_SHORT or all(m.better == "up" for m in metrics)]


def listed(names: Sequence[str]) -> str:
    """“甲、乙和丙”."""
    return "、".join(names[:-1]) + ("和" if len(names) > 1 else "") + names[-1]

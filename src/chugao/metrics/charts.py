"""Draw the last years of one metric as a small chart: the values, and where the target lies.

In: (label, value, printed) by year and the target.  Out: SVG that needs no script and no style sheet of its own.

Surprise: the height says little (98.1 beside 98.6), so every point bears its value, and the scale may begin anywhere.
"""

from collections.abc import Sequence
from decimal import Decimal
from html import escape
from typing import NamedTuple

_WIDTH, _HEIGHT = 224, 58
_LEFT, _RIGHT, _TOP, _BOTTOM = 26, 26, 17, 20

_AXIS = _HEIGHT - 13


class Point(NamedTuple):
    """One year."""

    label: str
    value: Decimal
    printed: str
    """As it stands over the point."""
    current: bool = False
    """The reported year: filled; the years before it are hollow."""


def chart(points: Sequence[Point], target: Decimal | None, name: str) -> str:
    """A line of up to four years with its values, this year's filled, and the target dashed; "" without a value."""
    if not points:
        return ""
    drawn = points[-4:]
    values = [p.value for p in drawn] + ([target] if target is not None else [])
    low, high = min(values), max(values)
    across = [_across(i, len(drawn)) for i in range(len(drawn))]
    down = [_down(p.value, low, high) for p in drawn]
    parts = [f'<line x1="4" y1="{_AXIS}" x2="{_WIDTH - 4}" y2="{_AXIS}" stroke="#cfd6df"/>']
    if target is not None:
        at = _down(target, low, high)
        parts.append(
            f'<line x1="4" y1="{at:.1f}" x2="{_WIDTH - 4}" y2="{at:.1f}" stroke="#c77700" stroke-dasharray="4 3"/>'
        )
    if len(drawn) > 1:
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(across, down, strict=True))
        parts.append(f'<polyline points="{line}" fill="none" stroke="#7f97b5" stroke-width="1.5"/>')
    for point, x, y in zip(drawn, across, down, strict=True):
        fill, ink, weight = ("#1f4e8c", "#1f4e8c", "700") if point.current else ("#ffffff", "#3d4a5c", "400")
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.2" fill="{fill}" stroke="#1f4e8c" stroke-width="1.4"/>')
        parts.append(_text(x, y - 6, point.printed, ink, weight))
        parts.append(_text(x, _HEIGHT - 2, point.label, "#55606f", "400"))
    told = "，".join(f"{p.label}年{p.printed}" for p in drawn)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" '
        f'viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(f"{name}：{told}", quote=True)}">'
        f"{''.join(parts)}</svg>"
    )


def _across(index: int, count: int) -> float:
    if count == 1:
        return _WIDTH / 2
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * index / (count - 1)


def _down(value: Decimal, low: Decimal, high: Decimal) -> float:
    room = _HEIGHT - _TOP - _BOTTOM
    return _TOP + (room / 2 if high == low else room * float((high - value) / (high - low)))


def _text(x: float, y: float, text: str, ink: str, weight: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="10.5" font-weight="{weight}" text-anchor="middle" fill="{ink}" '
        # White round the digits, where the target's line runs through them.
        f'paint-order="stroke" stroke="#ffffff" stroke-width="3" stroke-linejoin="round">'
        f"{escape(text)}</text>"
    )

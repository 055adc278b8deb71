"""Compare and print quantities.

In: `Quantity`s and true values.  Out: whether a print holds, values in another unit, and texts.
"""

from decimal import ROUND_HALF_UP, Decimal

from chugao.errors import InputError
from chugao.quantity.quantity import Qualifier, Quantity

# --- comparing ------------------------------------------------------------------------------------

_CONVERT = {
    "秒": ("time", Decimal(1)), "分钟": ("time", Decimal(60)), "小时": ("time", Decimal(3600)),
    "天": ("day", Decimal(1)), "日": ("day", Decimal(1)), "周": ("day", Decimal(7)),
    "个月": ("month", Decimal(1)), "个季度": ("month", Decimal(3)),
    "%": ("rate", Decimal(1)), "‰": ("rate", Decimal("0.1")), "‱": ("rate", Decimal("0.01")),
    "/10万": ("rate", Decimal("0.001")), "/十万": ("rate", Decimal("0.001")),
    "/10万人": ("rate", Decimal("0.001")), "/十万人": ("rate", Decimal("0.001")),
    "个百分点": ("points", Decimal(1)), "个千分点": ("points", Decimal("0.1")),
    "毫米": ("length", Decimal("0.001")), "厘米": ("length", Decimal("0.01")), "米": ("length", Decimal(1)),
    "千米": ("length", Decimal(1000)), "公里": ("length", Decimal(1000)),
    "平方米": ("area", Decimal(1)), "公顷": ("area", Decimal(10**4)), "平方公里": ("area", Decimal(10**6)),
    "张": ("bed", Decimal(1)), "床": ("bed", Decimal(1)),
    "毫克": ("mass", Decimal("0.000001")), "克": ("mass", Decimal("0.001")), "千克": ("mass", Decimal(1)),
    "kg": ("mass", Decimal(1)), "吨": ("mass", Decimal(1000)),
    "毫升": ("volume", Decimal("0.001")), "升": ("volume", Decimal(1)),
    "千瓦时": ("energy", Decimal(1)), "kWh": ("energy", Decimal(1)), "kW·h": ("energy", Decimal(1)), "度": ("energy", Decimal(1)),
    "兆瓦时": ("energy", Decimal(1000)),
    "千瓦": ("power", Decimal(1)), "兆瓦": ("power", Decimal(1000)),
}  # fmt: skip


def comparable(unit: str, other: str) -> bool:
    """Whether two units measure the same thing (分钟 and 小时 do; 人 and 人次 never)."""
    if unit == other:
        return True
    return unit in _CONVERT and other in _CONVERT and _CONVERT[unit][0] == _CONVERT[other][0]


def convert(value: Decimal, unit: str, to: str) -> Decimal:
    """`value` in `unit` expressed in `to`.  Raises `InputError` when the two do not compare."""
    if unit == to:
        return value
    if not comparable(unit, to):
        raise InputError(f"单位“{unit}”和“{to}”不能换算。请统一单位后再导入。")
    return value * _CONVERT[unit][1] / _CONVERT[to][1]


def supports(fact: Decimal, claim: Quantity) -> bool:
    """Whether a true value makes the printed claim true.  Both in the claim's unit.

    Rounding is accepted up to the printed place, but never coarser than 2 % of the value or, for rates,
    than one decimal: 99% for 98.6% is another number, 3.2万 for 31986 is not.
    """
    value = claim.value
    tolerance = min(claim.resolution, abs(value) * Decimal("0.02"))
    if claim.unit in ("%", "‰", "个百分点", "个千分点"):
        tolerance = min(tolerance, Decimal("0.05"))
    elif claim.resolution == Decimal("0.5"):
        tolerance = min(tolerance, Decimal("0.49"))
    match claim.qualifier:
        case Qualifier.EXACT:
            return abs(fact - value) <= tolerance
        case Qualifier.RANGE:
            return claim.high is not None and value <= fact <= claim.high
        case Qualifier.AT_LEAST:
            return fact >= value
        case Qualifier.AT_MOST:
            return fact <= value
        case Qualifier.OVER:
            return fact > value
        case Qualifier.UNDER:
            return fact < value
        case Qualifier.NEAR:
            return value * Decimal("0.9") <= fact < value
        case Qualifier.ABOUT:
            return abs(fact - value) <= max(abs(value) * Decimal("0.05"), tolerance)
        case Qualifier.ODD:
            return value <= fact < value + _odd_step(value)


def _odd_step(value: Decimal) -> Decimal:
    """What “余” may hide: one step of the last non-zero place, so 200余 < 300 and 120余 < 130."""
    if value == 0:
        return Decimal(1)
    exponent = value.normalize().as_tuple().exponent
    return Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)


# --- printing -------------------------------------------------------------------------------------


def round_half_up(value: Decimal, decimals: int) -> Decimal:
    """Rounded as offices round: 2.345 → 2.35 with two decimals."""
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def plain(value: Decimal) -> str:
    """Digits without exponent and without trailing zeros: 12.50 → "12.5"."""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def show(value: Decimal, unit: str, decimals: int, *, scale: int = 1) -> str:
    """The one formatter: “3.2万人次”, “98.6%”, “88.0%”, “14.3/10万”, “5级”.

    `scale` is 1, 10**4 or 10**8; `decimals` counts the places after scaling, and all of them are printed: 88.0 beside
    91.3.
    """
    digits = f"{round_half_up(value / scale, decimals):f}"
    if unit == "1:x":
        return f"1:{digits}"
    if unit == "x:1":
        return f"{digits}:1"
    return f"{digits}{_SCALE_WORDS[scale]}{unit}"


_SCALE_WORDS = {1: "", 10**4: "万", 10**8: "亿"}
_WRITTEN = {
    Qualifier.AT_LEAST: "≥", Qualifier.AT_MOST: "≤", Qualifier.OVER: "超", Qualifier.UNDER: "不足", Qualifier.ABOUT: "约",
    Qualifier.NEAR: "近",
}  # fmt: skip


def write(quantity: Quantity) -> str:
    """A quantity in words of its own, to the last place it was read to: “≥95%”, “1—2名”, “200余项”, “12.8万份”.

    What it prints is read back as the same quantity.
    """
    unit, step = quantity.unit, quantity.resolution * 2
    if quantity.parts:
        return _written_parts(quantity)
    if unit == "%" and step == 10 and quantity.qualifier in (*_WRITTEN, Qualifier.EXACT):
        return _WRITTEN.get(quantity.qualifier, "") + f"{plain(quantity.value / 10)}成"
    scale = next((s for s in (10**8, 10**4) if step > 1 and step * 1000 >= s), 1)
    digits = _digits(quantity.value / scale, step / scale)
    word = _SCALE_WORDS[scale]
    if unit in ("1:x", "x:1"):
        return _WRITTEN.get(quantity.qualifier, "") + (f"1:{digits}" if unit == "1:x" else f"{digits}:1")
    if quantity.qualifier is Qualifier.RANGE and quantity.high is not None:
        return f"{digits}{word}{unit}—{plain(quantity.high / scale)}{word}{unit}"
    odd = "余" if quantity.qualifier is Qualifier.ODD else ""
    return f"{_WRITTEN.get(quantity.qualifier, '')}{digits}{odd}{word}{unit}"


def _written_parts(quantity: Quantity) -> str:
    mark = "/" if quantity.unit == "%" else ":"
    return _WRITTEN.get(quantity.qualifier, "") + mark.join(f"{part:f}" for part in quantity.parts)


def _digits(value: Decimal, step: Decimal) -> str:
    """To the place of `step`, trailing zeros kept; all digits when the step is unknown."""
    if step <= 0:
        return plain(value)
    exponent = step.normalize().as_tuple().exponent
    return f"{round_half_up(value, max(0, -exponent if isinstance(exponent, int) else 0)):f}"

"""The text a person sees in a cell, from its value and its number format.

In: a value as stored, “0.0%”.  Out: “98.6%”.

Surprise: the format is obeyed only as far as it hides nothing: 98.6 in a format without decimals stays 98.6.
"""

import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from chugao.documents.grid import clean


def shown_text(value: object, number_format: str) -> str:
    """The text a person sees in the cell, as far as it matters for reading it."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return _shown_number(value, number_format)
    if isinstance(value, (datetime, date)):
        if value.year < 1901:
            return value.isoformat()
        # Excel turns a typed “2025年3月” into a date; only its format remembers that there was no day.
        has_day = number_format == "General" or "d" in re.sub(r'"[^"]*"|\[[^\]]*\]', "", number_format.lower())
        return f"{value.year}年{value.month}月" + (f"{value.day}日" if has_day else "")
    return clean(str(value))


def _shown_number(value: int | float, number_format: str) -> str:
    """Digits in the cell's format: decimals, percent and literal units such as 0"张"."""
    exact = Decimal(f"{value:.15g}") if isinstance(value, float) else Decimal(value)
    if not exact.is_finite():
        return str(value)
    if power := _scaled_down(number_format):
        # With its scale in the text nobody takes 1234.5万 for 12345678万 below “万人次”.
        return f"{(exact.scaleb(-power).normalize()):f}{_SCALES[power]}"
    bare, suffix = _format_parts(number_format)
    percent = "%" in bare
    scaled = exact * 100 if percent else exact
    places = re.search(r"[0#?](?:\.([0#?]*))?(?!.*[0#?])", bare)
    if places and abs(scaled) < 10**15:
        rounded = scaled.quantize(Decimal(1).scaleb(-len(places[1] or "")), rounding=ROUND_HALF_UP)
        if rounded == scaled or (places[1] and rounded):
            return f"{rounded:f}" + ("%" if percent else "") + suffix
    text = f"{scaled:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text + ("%" if percent else "") + suffix


_SCALES = {2: "百", 3: "千", 4: "万", 6: "百万", 7: "千万", 8: "亿"}


def _scaled_down(number_format: str) -> int:
    """The power of ten by which a format shows less than is stored: 4 for 0!.0,"万" and 0!.0000, 6 for 0.00,, ."""
    section = re.sub(r'"[^"]*"|\[[^\]]*\]|_.|\*.', "", number_format.partition(";")[0])
    match = re.search(r"[0#?](?:[!\\]\.([0#?]+))?(,*)[^0#?,.%]*$", section)
    power = len(match[1] or "") + 3 * len(match[2]) if match else 0
    return power if power in _SCALES else 0


def _format_parts(number_format: str) -> tuple[str, str]:
    """The first section of a number format without literals, and the literal that follows its digits."""
    if number_format in ("General", "@", ""):
        return "", ""
    section = re.split(r";(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", number_format)[0]
    section = re.sub(r"\[[^\]]*\]|_.|\*.", "", section)
    if re.search(r",(?![0#?])|[!Ee/]", re.sub(r'"[^"]*"', "", section).replace("General", "")):
        return "", ""  # scaled by thousands (0!.0,"万"), scientific, fraction: the stored number is plainer
    digits = [m.end() for m in re.finditer(r"[0#?]", re.sub(r'"[^"]*"', lambda m: "x" * len(m[0]), section))]
    literal = re.findall(r'"([^"]*)"|\\(.)', section[digits[-1] :]) if digits else []
    suffix = "".join(a or b for a, b in literal).strip()
    return re.sub(r'"[^"]*"|\\.', "", section).replace("General", ""), suffix

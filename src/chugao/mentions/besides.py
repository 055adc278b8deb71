"""What the words around a number say besides its role: verb and direction, period, and what it is compared with.

In: a `Reader` and the role it found.  Out: the fields of a `Mention`.

Surprise: “较2024年提高” names a year that the number does not count for, “2024年为3.1万” one that it does.
"""

import re

from chugao.mentions import wording as w
from chugao.mentions.mention import MentionRole
from chugao.mentions.roles import Reader
from chugao.period import Period

_NAMED_YEAR = re.compile(rf"(?P<against>较|{w.THAN}|由|从|与|自|于|[（(])?(?P<year>{w.YEAR})年[^，。；,;]{{0,12}}$")
_NO_PERIOD = re.compile(r"^年(?:版|启动|以来|起|开始|印发|出台|立项|批准|获批)")
_MONTHS = re.compile(
    r"(?P<half>[上下])半年|第?(?P<quarter>[一二三四1-4])季度(?P<quarter_end>末)?|前(?P<quarters>[一二三1-3])个?季度|"
    r"(?<!\d)(?P<first>\d{1,2})[-—–~～至到](?P<last>\d{1,2})月份?"
)
_BASELINE = re.compile(
    rf"(?:较|{w.THAN}|高于|低于|优于|好于|快于|慢于|高出|是|为|相当于|由|从)"
    rf"((?:上年|去年|前年)(?:同期|全年)?|{w.YEAR}年(?:同期)?|年初|[^，。；,;]{{1,12}}?(?:平均(?:水平)?|均值|中位数|标准|人群|目标值?|预算)|全国|全省|全市|全区|全县|国家要求)"
)
_QUARTERS = {**dict(zip("一二三四", range(1, 5), strict=True)), **{str(n): n for n in range(1, 5)}}


def verb_of(reader: Reader) -> str:
    """The verb beside the number, "" when there is none."""
    match = reader.to or reader.change
    return match["verb"] if match else ""


def direction_of(verb: str) -> int:
    """1 for a verb that rises, −1 for one that falls."""
    if not verb:
        return 0
    return 1 if w.IS_RISE.fullmatch(verb) else -1 if w.IS_FALL.fullmatch(verb) else 0


def period_of(reader: Reader, role: MentionRole, words: str) -> str | None:
    """The period a value counts for: “2025”, “2025H1”, “2025M1-10”; `words` is what stands before it."""
    year = reader.year
    named = _NAMED_YEAR.search(reader.left) if "年" in reader.left else None
    if named is not None and _NO_PERIOD.match(reader.left, named.end("year")):
        named = None
    if role is MentionRole.BASELINE:
        return named["year"] if named else (str(year - 1) if year else None)
    if named is not None and not named["against"]:
        year = int(named["year"])
    if year is None:
        return None
    if role in (MentionRole.CURRENT, MentionRole.COUNT, MentionRole.CHANGE) and reader.tense == "past":
        return _months(words, year)
    return str(year)


def _months(words: str, year: int) -> str:
    """The half, quarter or months the sentence last named, else the whole year."""
    if "月" not in words and "季度" not in words and "半年" not in words:
        return str(year)
    named = list(_MONTHS.finditer(words))
    if not named or "全年" in words[named[-1].end() :]:
        return str(year)
    match = named[-1]
    if match["half"]:
        first, last = (1, 6) if match["half"] == "上" else (7, 12)
    elif match["quarter"]:
        last = _QUARTERS[match["quarter"]] * 3
        first = 1 if match["quarter_end"] else last - 2
    elif match["quarters"]:
        first, last = 1, _QUARTERS[match["quarters"]] * 3
    else:
        first, last = int(match["first"]), int(match["last"])
    if not 1 <= first <= last <= 12:
        return str(year)
    return Period(year=year, first_month=first, last_month=last).code


def baseline_of(reader: Reader, role: MentionRole) -> str | None:
    """What a change or a distance is measured from, in the text's words."""
    if role not in (MentionRole.CHANGE, MentionRole.COMPARATOR):
        return None
    if match := _BASELINE.search(reader.clause):
        return match[1]
    return "上年同期" if "同比" in reader.clause else None

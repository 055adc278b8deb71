"""The span a figure counts for, and what it is compared with.

In: “2025”, “2025年上半年”, “2025H1”, “2025M1-10”, “1—10月”.  Out: `Period`.

A half-year is compared with the same half of the year before, never with the other half.
"""

import re
from dataclasses import dataclass, replace

from chugao.errors import InputError

_CODE = re.compile(r"^(20\d\d)(?:(H[12])|(Q[1-4])|M(\d{1,2})(?:-(\d{1,2}))?)?$")
_CHINESE = re.compile(
    r"^(?:(20\d\d)年?度?)?(?:(上半年|下半年|全年|年度)|第?([一二三四1-4])季度|前([一二三1-3])季度|"
    r"(\d{1,2})(?:月?[-—–~至到](\d{1,2}))?月份?)?$"
)
_HALVES = {"H1": (1, 6), "H2": (7, 12)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Whole months of one year, both ends included."""

    year: int
    first_month: int = 1
    last_month: int = 12

    @property
    def is_year(self) -> bool:
        return (self.first_month, self.last_month) == (1, 12)

    @property
    def code(self) -> str:
        """ "2025", "2025H1", "2025Q3", "2025M1-10": what `--period` takes and JSON shows."""
        months = (self.first_month, self.last_month)
        if self.is_year:
            return str(self.year)
        for name, half in _HALVES.items():
            if months == half:
                return f"{self.year}{name}"
        if self.first_month % 3 == 1 and self.last_month == self.first_month + 2:
            return f"{self.year}Q{self.last_month // 3}"
        span = str(months[0]) if months[0] == months[1] else f"{months[0]}-{months[1]}"
        return f"{self.year}M{span}"

    @property
    def label(self) -> str:
        """As a text says it: “2025年”, “2025年上半年”, “2025年1—10月”."""
        return f"{self.year}年{self.span_label}"

    @property
    def span_label(self) -> str:
        """The part after the year, “” for a whole year."""
        if self.is_year:
            return ""
        code = self.code[4:]
        if code in _HALVES:
            return "上半年" if code == "H1" else "下半年"
        if code.startswith("Q"):
            return f"{'一二三四'[int(code[1]) - 1]}季度"
        if self.first_month == self.last_month:
            return f"{self.first_month}月"
        return f"{self.first_month}—{self.last_month}月"

    def shifted(self, years: int) -> "Period":
        """The same months of another year: what this period is compared with is `shifted(-1)`."""
        return replace(self, year=self.year + years)


def read_period(text: str, year: int | None = None) -> Period:
    """Read a period code or its Chinese form; `year` fills in for one that names only months.

    Raises `InputError` when it is neither, or when no year is known.
    """
    compact = re.sub(r"\s+", "", str(text))
    if match := _CODE.match(compact.upper()):
        found, half, quarter, first, last = match.groups()
        months = _HALVES[half] if half else (1, 12)
        if quarter:
            months = (int(quarter[1]) * 3 - 2, int(quarter[1]) * 3)
        if first:
            months = (int(first), int(last or first))
        return _checked(int(found), months, text)
    if compact and (match := _CHINESE.match(compact)):
        own_year, half, quarter, first_quarters, first, last = match.groups()
        if own_year is None and year is None:
            raise InputError(f"期间“{text}”没有写年份。请写成“2025年上半年”，或另填“年度”一列。")
        months = {"上半年": (1, 6), "下半年": (7, 12)}.get(half, (1, 12))
        if quarter:
            number = "一二三四".find(quarter) + 1 or int(quarter)
            months = (number * 3 - 2, number * 3)
        if first_quarters:
            months = (1, ("一二三".find(first_quarters) + 1 or int(first_quarters)) * 3)
        if first:
            months = (int(first), int(last or first))
        return _checked(int(own_year or year or 0), months, text)
    raise InputError(f"期间“{text}”看不懂。请写成“2025”“2025H1”“2025Q3”“2025M1-10”或“2025年1—10月”。")


def _checked(year: int, months: tuple[int, int], text: str) -> Period:
    first, last = months
    if not 1 <= first <= last <= 12:
        raise InputError(f"期间“{text}”的月份不对。请写成“2025M1-10”这样的形式，月份在1到12之间。")
    return Period(year=year, first_month=first, last_month=last)

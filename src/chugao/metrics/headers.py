"""Understand the head of a table of figures: its columns, and what its title, sheet and file names say.

In: the texts over a column, a title, a sheet's name.  Out: `Column`, a department, a `Period`; `Vocabulary` holds the
words of one office.

Surprise: a column may be a field (本期值), a period (2025年1-10月目标) or a department (急诊科), and the same word is
one or another by its neighbours: 医务科 holds values only in a table that has no 本期值.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from chugao.catalogue import Catalogue, MetricDefinition, name_key
from chugao.documents.header_rows import header_key
from chugao.documents.sheets import Sheet
from chugao.errors import InputError
from chugao.metrics.cells import split_name, unit_of
from chugao.metrics.wording import wording
from chugao.period import Period, read_period
from chugao.quantity import han_value

# --- columns --------------------------------------------------------------------------------------


@cache
def header_fields(kind: str) -> dict[str, tuple[str, int]]:
    """Header spelling → (field, rank) for "figures" or "matters"; the lowest rank wins within a table."""
    fields: dict[str, tuple[str, int]] = {}
    for name, spellings in wording()[kind].items():
        if name in ("percent_changes", "year_actual", "year_target", "year_same_span", "year_before", "whole_year"):
            continue
        for rank, spelling in enumerate(spellings):
            fields.setdefault(header_key(spelling), (name, rank))
    return fields


class Column(NamedTuple):
    """What one column holds."""

    field: str
    """A field of headers.toml, or `actual` / `same` / `before` / `aim` (a column a period), or `of_department`, or
    `of_metric`."""
    rank: int = 0
    year: int | None = None
    months: tuple[int, int] | None = None
    """None: those of the row."""
    unit: str | None = None
    """From the header: “本期值（万元）”."""
    percent: bool = False
    """A bare number below is a percentage: 增幅, 增长率."""
    department: str = ""
    metric: str = ""
    """As the header names it, its unit in brackets with it: “门诊人次（万）”."""
    comparable: bool = False
    """“上年同期值（可比口径）”."""


VALUES = {"now", "prev", "target", "goal", "actual", "same", "before", "aim", "cumulative", "cumulative_prev"}
"""Fields whose cells are figures."""
_ROW_KEYS = {"department", "period", "year"}


@lru_cache(maxsize=4096)
def read_header(text: str) -> Column | None:
    """What one text over a column means by itself, the shipped spellings alone."""
    if len(text) > 30:
        return None
    key = header_key(text)
    if column := _column_of(key) or _annotated(key):
        return column
    department = department_of(text)
    return Column("of_department", department=department) if department else None


def _annotated(key: str) -> Column | None:
    """A header with a unit, a span or a basis behind it: 本期值（万元）, 同比±%, 2025年（1-10月）, 同期（可比口径）."""
    match = re.match(r"^(.+?)[(\[/,]([^()\[\]]+)[)\]]?$", key) or re.match(r"^(.+?)[±+-]*(%)$", key)
    column = _column_of(match[1]) if match else None
    if match is None or column is None:
        return None
    inside = match[2].removeprefix("单位").strip("±+-")
    if "可比" in inside or "同口径" in inside:
        return column._replace(comparable=True)
    if unit_of(inside):
        return column._replace(unit=inside)
    if dated := _dated(inside):
        return column._replace(months=dated.months or column.months, year=dated.year or column.year)
    return column


def _column_of(key: str) -> Column | None:
    if found := header_fields("figures").get(key):
        percent = key in {header_key(w) for w in wording()["figures"]["percent_changes"]}
        return Column(found[0], rank=found[1], percent=percent)
    return _dated(key)


@cache
def _dated_suffixes() -> tuple[tuple[str, str], ...]:
    """(suffix, field) of a column a period, the longest first."""
    words = wording()["figures"]
    kinds = (("aim", "year_target"), ("before", "year_before"), ("same", "year_same_span"), ("actual", "year_actual"))
    pairs = [(suffix, name) for name, key in kinds for suffix in words[key]]
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


def _dated(key: str) -> Column | None:
    """A column a period: 2025年, 2025年目标, 3月, 2025年1-10月实际, 全年, 去年1-10月, 2025年执行数."""
    if not re.search(r"年|月|季度|20\d\d", key):
        return None
    key = _in_full(key)
    words = wording()["figures"]
    if (match := _OF_YEAR.match(key)) and (found := span_of(match[2])) and found[1]:
        return Column("actual" if match[1] in ("本", "今") else "prev", months=found[1])
    if key in words["whole_year"]:
        return Column("actual", months=(1, 12))
    for suffix, name in _dated_suffixes():
        core = key.removesuffix(suffix)
        if suffix and re.fullmatch(r"20\d\d", core):
            core += "年"  # 2025实际, 2026目标
        if key.endswith(suffix) and core and (found := span_of(core)):
            return Column(name, year=found[0], months=found[1])
    if match := _DATED_WORD.match(key):
        found, word = span_of(match[1]), header_fields("figures").get(match[2])
        return _over(Column("actual", year=found[0], months=found[1]), Column(*word)) if found and word else None
    return None


_OF_YEAR = re.compile(r"^([本今上去])年度?(全年|.*(?:月份?|季度|半年))(?:累计|实际|完成)?数?值?$")
_DATED_WORD = re.compile(
    r"^(20\d\d年度?(?:[\d—–~至到-]{1,6}月|[上下]半年|第?[一二三四1-4]季度|前[一二三1-3]季度)?)(\D{2,8})$"
)
_BRIEF = (
    (re.compile(r"^(2\d|3[0-5])年(?![以前后内级])"), r"20\1年"),
    (re.compile(r"^(20\d\d)[./](\d{1,2}[-—–~]\d{1,2})月?$"), r"\1年\2月"),
    (re.compile(r"(?<!\d)1[-—–~至到]([23])季度"), r"前\1季度"),
    (re.compile(r"^截[至止]到?(20\d\d)年(\d{1,2})月(?:底|末|\d{1,2}日)?"), r"\1年1-\2月"),
)


def _in_full(key: str) -> str:
    """A period as it is written out: 25年, 2025.1-10, 截至2025年10月底, 二〇二五年."""
    if match := re.match(r"^二[〇零○][一二三四五六七八九〇零○]{2}(?=年)", key):
        key = f"{han_value(match[0].replace('○', '〇'))}{key[match.end() :]}"
    for pattern, full in _BRIEF:
        key = pattern.sub(full, key)
    return key


def span_of(text: str) -> tuple[int | None, tuple[int, int] | None] | None:
    """(year, months) that a header names: months None when it names only a year."""
    if match := re.match(r"^([一二三四五六七八九十]{1,2})(月份?)$", text):
        text = f"{han_value(match[1])}月"
    try:
        period = read_period(text, 2000)
    except InputError:
        return None
    year = period.year if text.startswith("20") else None
    whole = re.fullmatch(r"20\d\d年?度?", text) is not None
    return year, None if whole else (period.first_month, period.last_month)


class Vocabulary:
    """What headers and names mean in one office: the shipped words, its catalogue, and what it was told once.

    `learned` maps an office's own word to a header of the template (“数值” → “本期值”) or to a metric's name.
    """

    def __init__(self, catalogue: Catalogue, learned: Mapping[str, str] | None = None) -> None:
        self._catalogue = catalogue
        self._fields: dict[str, Column] = {}
        self._names: dict[str, str] = {}
        for word, meaning in (learned or {}).items():
            column = read_header(meaning)
            if column is not None and column.field != "of_department":
                self._fields[header_key(word)] = column
            else:
                self._names[name_key(word)] = meaning
        self._read: dict[tuple[str, ...], Column | None] = {}

    def definition(self, name: str) -> MetricDefinition | None:
        """The metric that a name means, with or without its unit in brackets; None when nobody said."""
        bare = split_name(name)[0]
        for spelling in (name, bare) if bare != name else (name,):
            told = self._names.get(name_key(spelling), spelling)
            if found := self._catalogue.by_name(told):
                return found
        return None

    def was_told(self, name: str) -> bool:
        """Whether the office has said which metric this word of its own means, to be read as that one."""
        return name_key(name) in self._names or name_key(split_name(name)[0]) in self._names

    def read(self, texts: tuple[str, ...]) -> Column | None:
        """What the texts over one column mean, from the top line to the lowest."""
        if texts not in self._read:
            self._read[texts] = self._stacked(texts)
        return self._read[texts]

    def _stacked(self, texts: tuple[str, ...]) -> Column | None:
        if len(texts) == 1:
            return self._single(texts[0])
        whole = self._single("".join(texts))
        # 儿科2025年 in one line is 儿科; in two it is 2025 of 儿科.
        if whole is not None and whole.field != "of_department":
            return whole
        for cut in range(1, len(texts)):
            over, below = self._single("".join(texts[:cut])), self.read(texts[cut:])
            if over and below and (both := _over(over, below)):
                return both
        return whole or self.read(texts[1:])

    def _single(self, text: str) -> Column | None:
        if told := self._fields.get(header_key(text)):
            return told
        found = read_header(text)
        if found is not None and found.field != "of_department":
            return found
        # A unit in brackets makes a metric of a word nobody knows.
        if len(text) <= 40 and (self.definition(text) is not None or split_name(text)[1] is not None):
            return Column("of_metric", metric=text)
        return found


_IN_A_SPAN = {"now": "actual", "prev": "before", "target": "aim", "cumulative": "cumulative", "goal": "goal"}


def _over(over: Column, below: Column) -> Column | None:
    """What an upper line and a lower one mean together: 出院人次 or 儿科 over 2025年, 2025年 over 执行数."""
    if over.field in ("of_department", "of_metric") and below.field in VALUES | {"change"}:
        return below._replace(department=over.department, metric=over.metric, unit=below.unit or over.unit)
    if {over.field, below.field} == {"of_department", "of_metric"}:
        named = over.department or below.department, over.metric or below.metric
        return Column("of_metric", department=named[0], metric=named[1])
    if over.field == "actual" and below.field in ("of_metric", "of_department"):
        return below._replace(field="actual", year=over.year, months=over.months)
    if over.field == "actual" and below.field in _IN_A_SPAN and not (below.year or below.months):
        return below._replace(field=_IN_A_SPAN[below.field], year=over.year, months=over.months)
    return None


def nearest_names(catalogue: Catalogue, name: str, limit: int = 3) -> list[str]:
    """Names of metrics that a name may mean, the likeliest first; a person decides, never we."""
    from rapidfuzz import fuzz, process

    spellings = {spelling: d.name for d in catalogue for spelling in d.all_names()}
    near = process.extract(name[:40], list(spellings), scorer=fuzz.ratio, limit=2 * limit, score_cutoff=70)
    return list(dict.fromkeys(spellings[spelling] for spelling, *_ in near))[:limit]


def names_rows(column: Column) -> bool:
    """Whether a column holds words about its rows: names, units, departments; not values."""
    return column.field not in VALUES | {"change", "of_metric", "of_department", "total"}


def corner_names(columns: Sequence[Column]) -> bool:
    """Whether 月份 or 年度 in the corner heads the columns beside it, and the names stand below it."""
    fields = [c.field for c in columns]
    dated = [c for c in columns if c.field == "actual" and (c.months or c.year)]
    return (
        len(dated) >= 3
        and not {"name", "department", "of_metric"} & set(fields)
        and bool({"period", "year"} & set(fields))
    )


def is_enough(columns: Sequence[Column]) -> bool:
    """Whether columns make a table: names beside values, or rows known by department or time over columns of metrics."""
    fields = [c.field for c in columns]
    metrics = {c.metric for c in columns if c.metric}
    if corner_names(columns):
        return True
    if "name" in fields:
        return bool(VALUES & set(fields)) or fields.count("of_department") >= 2 or len(metrics) >= 2
    return bool(metrics) and (bool(_ROW_KEYS & set(fields)) or len(metrics) >= 3)


# --- titles and names -----------------------------------------------------------------------------


_DEPARTMENT = re.compile(
    r"^(?:[A-Z]{0,2}ICU|CCU|[\d\u4e00-\u9fffA-Za-z()（）·]{1,14}"
    r"(?:科|部|室|处|办|中心|病区|医院|卫生院|工会|团委|院区|卫生室))$"
)
_NOT_DEPARTMENT = ("全部", "内部", "外部", "局部", "本部", "事项", "何处", "到处")


def department_of(name: str) -> str:
    """The department a sheet or column is named after: “护理部2025年” → 护理部; "" when it is none."""
    core = re.sub(r"[-_ —]*(?:20\d\d年?度?|20\d\d)[-_ —]*", "", name.strip())
    core = re.sub(r"(?:指标|数据|事项|统计)?表?$", "", core)
    return core if _DEPARTMENT.match(core) and core not in _NOT_DEPARTMENT else ""


_TITLE_PERIOD = re.compile(
    r"(20\d\d)年?度?((?<=[年度])(?:上半年|下半年|第?[一二三四1-4]季度|前[一二三1-3]季度|"
    r"(?:\d{1,2}月?[-—–~至到])?\d{1,2}月份?(?!\d))|H[12]|Q[1-4]|M\d{1,2}(?:-\d{1,2})?)?"
)


def period_in(title: str, *, bare_year: bool) -> Period | None:
    """The first period a title, sheet or file name speaks of; `bare_year` accepts 2025 without 年."""
    text = re.sub(r"20\d\d年\d{1,2}月\d{1,2}日|\d{8,}", "", unicodedata.normalize("NFKC", title))
    for match in _TITLE_PERIOD.finditer(text):
        around = text[max(match.start() - 1, 0) : match.start()] + text[match.end() : match.end() + 1]
        if "年" not in match[0] and (not bare_year or re.search(r"\d", around)):
            continue
        try:
            return read_period(match[1] + "年" + match[2] if match[2] and match[2][0] not in "HQM" else match[0])
        except InputError:
            return Period(year=int(match[1]))
    return None


def title_lines(sheet: Sheet, header: int, previous: int | None = None) -> str:
    """What stands over a header row, without lines that speak of dates of filling in or printing.

    Over a second table on the sheet (`previous` is the header before) only lines of one text are its title, and
    where it has none, the sheet's own title holds.
    """
    rows = sheet.rows[:header]
    if previous is not None:
        above = [{c.text for c in row if c.text} for row in sheet.rows[previous + 1 : header]]
        own = next((i for i, texts in enumerate(reversed(above)) if len(texts) > 1), len(above))
        titled = any(above[len(above) - own :])
        rows = sheet.rows[header - own : header] if titled else sheet.rows[:previous]
    texts = dict.fromkeys(c.text for row in rows for c in row if c.text)
    return "　".join(t for t in texts if not re.search(r"日期|时间|截止|截至|打印|导出", t))

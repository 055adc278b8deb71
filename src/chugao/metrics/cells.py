"""Read what single cells of a table of figures say: values, units, changes, dates, 公开范围.

In: a cell, or its text and the unit beside it.  Out: `Value`, `Unit`, `Quantity`, a date or a `Release`; `InputError`
for what cannot be read, with the cell's place where the caller gave one.

Surprise: 万 belongs to the unit in “万人次” and to the number in “12.8万”; a scale that the cell writes itself is not
applied again from the 单位 column.
"""

import re
import unicodedata
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from chugao.catalogue import MetricDefinition
from chugao.documents.header_rows import header_key
from chugao.documents.sheets import Cell
from chugao.errors import InputError
from chugao.metrics.wording import wording
from chugao.quantity import UNITS, Quantity, comparable, convert, fold, parse, plain
from chugao.source import Release, Source

# --- units ----------------------------------------------------------------------------------------


class Unit(NamedTuple):
    """A unit as a column writes it: 万人次 is 10,000 × 人次."""

    scale: Decimal
    base: str


@lru_cache(maxsize=1024)
def unit_of(text: str) -> Unit | None:
    """The unit a text writes, None when it writes none we know of ("" is the unit of an index)."""
    raw = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    raw = _one_spelling(raw[1:-1] if raw.startswith("(") and raw.endswith(")") else raw)
    if not raw:
        return None
    raw = wording()["units"].get(raw, raw)
    for word, power in (("万亿", 12), ("亿", 8), ("千万", 7), ("百万", 6), ("万", 4), ("千", 3)):
        rest = raw.removeprefix(word)
        if (
            rest != raw
            and (rest in UNITS or (rest == "" and word in ("万", "亿")))
            and (word[-1] in "万亿" or raw not in UNITS)
        ):
            return Unit(Decimal(10) ** power, rest)
    base = raw.split("/")[0]
    known = raw in ("", "1:x") or raw in UNITS or raw.startswith("/") or base in UNITS
    return Unit(Decimal(1), raw) if known else None


_HUNDREDS = {"100": "百", "1000": "千", "10000": "万", "100000": "10万"}


def _one_spelling(raw: str) -> str:
    """DDDs/100人·天, DDD/(100人天) and DDDs/百人天 are one unit; ‰（例/千导管日） is ‰."""
    if match := re.fullmatch(r"([%‰])\(.+\)", raw):
        return match[1]
    raw = re.sub(r"[·•・∙](?=[天日年时])", "", raw.removeprefix("人民币"))
    raw = re.sub(r"(?i)^ddds?(?=$|/)", "DDDs", raw)
    raw = re.sub(r"/\(([^()]+)\)$", r"/\1", raw)
    raw = re.sub(r"/(10{2,5})(?!\d|万)", lambda m: "/" + _HUNDREDS[m[1]], raw)
    return re.sub(r"/百(?:张|个)(?:实际)?(?:开放)?床位?$|/百床位$", "/百床", raw)


def written_unit(text: str) -> Unit:
    """The unit of a 单位 cell, also one we never heard of: 万疗程 is 10,000 × 疗程."""
    raw = re.sub(r"\s+", "", text)
    if unit := unit_of(raw):
        return unit
    scale = {"万": 4, "亿": 8}.get(raw[:1], 0) if len(raw) > 1 else 0
    return Unit(Decimal(10) ** scale, raw[1:] if scale else raw)


_NUMBERING = re.compile(
    r"^(?:[★☆▲△●○■□◆◇*＊#※①-⑳]+|\d{1,2}(?:\.\d{1,2}){1,2}(?:[.、．]|\s+)|\d{1,2}[.、．](?!\d)|\d{1,2}[)）]|"
    r"\d{1,2}\s+(?=[一-鿿])(?![型类级岁日天周月年个项种次期小分])|[一二三四五六七八九十]{1,3}、|"
    r"[（(](?:\d{1,2}|[一二三四五六七八九十]{1,3})[)）]|其中\s*[:：,，、]?)\s*"
)
_MARKS = "★☆▲△*＊#※↑↓⬆⬇ \t\u3000"
"""Of a national indicator, or of the direction in which it should go: 平均住院日（天）↓."""


def split_name(name: str) -> tuple[str, Unit | None]:
    """“1.床位数（张）” → 床位数 and its unit; brackets that hold no unit stay in the name."""
    name = "".join(line.strip() for line in name.splitlines())
    while (bare := _NUMBERING.sub("", name).rstrip(_MARKS)) != name and bare:
        name = bare
    match = re.match(r"^(.+?)[（(\[]\s*(?:单位[:：]?)?([^（）()\[\]]+)[）)\]]$", name)
    if match and (unit := unit_of(match[2])):
        return match[1].strip(), unit
    return name, None


def in_base_unit(quantity: Quantity, unit: Unit, definition: MetricDefinition, source: Source) -> Quantity:
    """The quantity in the metric's own unit.  Raises `InputError` that names both units when they do not compare."""
    if quantity.unit == "元" and "元" not in quantity.printed:
        quantity = replace(quantity, unit="" if unit.base == "元" else "元")  # ￥12.5 below 万元
    base, factor = _as_defined(_one_spelling(quantity.unit) or unit.base, definition), Decimal(1)
    if quantity.unit == "" and not _is_scaled(quantity.printed):
        factor = unit.scale
    if comparable(base, definition.unit):
        factor = convert(factor, base, definition.unit)
    elif not _same_thing(base, definition):
        raise InputError(
            f"{source}：指标“{definition.name}”的单位应为“{definition.unit or '无'}”，这里写的是“{base or '无'}”，两者不能换算。"
            "请改正单位；若是另一个指标，请改用另一个名称。"
        )
    return replace(
        quantity,
        value=_tidy(quantity.value * factor),
        high=_tidy(quantity.high * factor) if quantity.high is not None else None,
        resolution=_tidy(quantity.resolution * factor),
        unit=_kept_unit(base, definition),
    )


def _kept_unit(base: str, definition: MetricDefinition) -> str:
    """Another counting word stays as the office wrote it (万次 is not turned into 万人次), but for a head count of visits:
    出院人数 in 人 one year and in 人次 the next must still compare."""
    if definition.unit == "人次" and base in ("人", "名", "位"):
        return definition.unit
    other = definition.kind == "count" and base and not comparable(base, definition.unit)
    return base if other else definition.unit


def _same_thing(base: str, definition: MetricDefinition) -> bool:
    """Whether another word for the same thing: 名 and 人, 台 and 台次; 元/人次 for an average cost."""
    if definition.kind == "amount" and base.split("/", maxsplit=1)[0] == definition.unit:
        return True
    if definition.unit == "1:x":
        return base in ("", "倍")
    return definition.accepts(base)


def _as_defined(base: str, definition: MetricDefinition) -> str:
    """Another spelling of the metric's own unit: 例/千导管日 for ‰, 件/百床 for 例/百床, 天/人 for 天, 分 for 分钟."""
    counted, stroke, per = base.partition("/")
    named, _, of = definition.unit.partition("/")
    same = (
        (base == "分" and definition.unit == "分钟")
        or (definition.unit == "‰" and counted in _CASES and re.fullmatch(r"千.*[日天]", per))
        or (stroke and counted in _CASES and named in _CASES and per == of)
        or (stroke and counted == definition.unit and per in _MEANT_BY.get(definition.kind, ()))
    )
    return definition.unit if same else base


_CASES = frozenset("例 例次 次 人次 人 件 起".split())
_MEANT_BY = {"count": ("年",), "index": ("年", "床"), "duration": ("人", "人次", "例", "例次")}
"""What a unit may be counted by and say no more than without: 出院人次 in 人次/年, 平均住院日 in 天/人."""


def _tidy(value: Decimal) -> Decimal:
    return Decimal(plain(value))


# --- values ---------------------------------------------------------------------------------------


class Value(NamedTuple):
    """What a number cell says; both None for a placeholder."""

    quantity: Quantity | None
    """In the unit the cell itself writes, "" when it writes none."""
    previous: Quantity | None = None
    """“98.6%（去年97.2%）”: the second number."""
    change: Quantity | None = None
    """“32万（↑6.7%）”, signed."""
    target: Quantity | None = None
    """“28.5%（目标≤28%）”."""
    remark: str = ""
    """What stands beside the number in words and was not read: “（快报）”, “*”."""


_ASIDE = re.compile(r"^([^（(]+)[（(]([^（()）]+)[)）]$|^([^，,；;]+)[，,；;]((?:同比|较|比|目标|上年|去年).+)$")
_PREVIOUS = re.compile(r"^(?:上年度|上年|去年|20\d\d年)(?:同期)?(?:值|数)?[:：为是]?(.+)$")
_TARGET = re.compile(r"^(?:年度|年初|本年)?目标值?[:：为是]?(.+)$")
_CHANGED = re.compile(
    r"^(?:同比|较上年|比上年|较去年|比去年)|^[↓↑▼▲+＋-]|[↓↑▼▲]$|^(?:增长|下降|增加|减少|提高|降低|上升|缩短)"
)
_MASK = re.compile(r"^[xX×＊*□_?？]+(?:%|％|万|人次|例|人|项|次|个|元|万元)?$")
_AIMED = re.compile(r"^(?:力争|确保)?(?:达到?|控制在|保持在?|稳定在|降[至到]|提[高升][至到])?(?=[≥≤不\d])")
_HAN_GRADE = re.compile(r"^([一二三四五六七八九])级$")
_RATIO = re.compile(r"^1[:：](\d+(?:\.\d+)?)$")


def read_value(text: str, unit: str) -> Value:
    """A number cell.  `unit` is the row's unit, which may be repeated after the number.

    Raises `InputError` (without a place) when it is neither a number nor a placeholder.
    """
    compact = re.sub(r"\s+", "", fold(text))
    if compact.lower() in wording()["words"]["masks"] or _MASK.match(compact) or not compact:
        return Value(None)
    if (match := _ASIDE.match(compact)) and (value := _with_aside(match[1] or match[3], match[2] or match[4], unit)):
        return value
    if match := _REMARKED.match(compact):
        return _without_remark(match, text, unit)
    if match := _HOURS.match(compact):
        minutes = Decimal(match[1]) * 60 + Decimal(match[2])
        return Value(Quantity(value=minutes, unit="分钟", resolution=Decimal("0.5"), printed=text))
    compact = _AIMED.sub("", re.sub(r"(?<=\d)，(?=\d{3}(?!\d))", ",", compact))
    if match := _RATIO.match(compact):
        return Value(replace(parse(match[1]), unit="1:x", printed=text))
    if re.match(r"^[+＋]\d", compact):
        compact = compact[1:]
    if match := _HAN_GRADE.match(compact):
        compact = f"{'一二三四五六七八九'.index(match[1]) + 1}级"
    if (number := re.match(r"^[≥≤<>=]*[\d.,]+", compact)) and "/" in compact:
        compact = number[0] + _one_spelling(compact[number.end() :])
    compact = re.sub(r"^([^\d.]{0,4})\.(?=\d)", r"\g<1>0.", compact)  # .271 as spreadsheets write it
    try:
        return Value(replace(parse(compact), printed=text))
    except InputError:
        stripped = compact.removesuffix(fold(unit)) if unit else compact
        if stripped == compact:
            raise
        return Value(replace(parse(stripped), printed=text))


_REMARKED = re.compile(r"^(.*\d[^\d（()）*＊※①-⑳\[。]*)(?:[（(]([^\d（()）]{1,20})[)）]|([*＊※①-⑳。]+|\[\d\]))$")
_NO_FIGURE = re.compile(r"预|估|约|左右|暂|计划|目标|任务|上年|去年|同期|[↑↓▲▼]|增|减|升|降|持平|高|低")
_HOURS = re.compile(r"^(\d{1,4})(?:个?小时|h)(\d{1,2})(?:分钟?|min)$")


def _without_remark(match: re.Match[str], text: str, unit: str) -> Value:
    """The number before a remark, which is kept to be told; a unit in brackets is no remark."""
    inside = match[2] or ""
    if inside and unit_of(inside):
        return Value(replace(parse(match[1] + inside), printed=text))
    if _NO_FIGURE.search(inside) or _REMARKED.match(match[1]):
        raise InputError(text)
    value = read_value(match[1], unit)
    said = "" if match[3] == "。" else match[3] or f"（{inside}）"
    return value._replace(remark=said) if value.quantity is not None else Value(None)


def _with_aside(before: str, aside: str, unit: str) -> Value | None:
    """A value with last year's, its change or its target beside it; None when the aside is something else."""
    if match := _PREVIOUS.match(aside):
        return Value(read_value(before, unit).quantity, previous=read_value(match[1], unit).quantity)
    if match := _TARGET.match(aside):
        return Value(read_value(before, unit).quantity, target=read_value(match[1], unit).quantity)
    if _CHANGED.search(aside):
        value = read_value(before, unit).quantity
        return Value(value, change=None if read_trend(aside) is not None else read_change(aside))
    return None


def _is_scaled(printed: str) -> bool:
    return re.search(r"\d\s*[余多]?\s*(?:万|亿|千|百)(?!分)", fold(printed)) is not None


_LEVEL = re.compile(
    r"^(?:国家|全国|省|市|县|区)?(?:[一二三四五六七八九1-9]级)?(?:[甲乙丙丁特][等级]|[A-E][+]*级?|[ⅠⅡⅢⅣⅤ]级?|优秀?|良好?|中等?|差|合格|不合格|"
    r"达标|不达标|未达标|通过|未通过|已?通过(?:验收|评审|认证)|完成|已完成|未完成|进行中|符合|符合要求|是|否|有|正常|已?启动|已?建成)$"
)


def is_change(text: str) -> bool:
    """Whether a value cell holds nothing but a change: ↑12%, ↓0.8天."""
    return _ARROW.match(fold(text).strip()) is not None


_ARROW = re.compile(r"^[↑↓▲▼]\s*\d[\d.,]*[^\d（(]{0,6}$|^\d[\d.,]*[^\d（(]{0,6}[↑↓▲▼]$")


def is_level(text: str) -> bool:
    """Whether a value cell holds a grade or a state in words: 四级甲等, 合格, 已完成."""
    return _LEVEL.match(re.sub(r"\s+", "", fold(text))[:20]) is not None


_BRACKETED = re.compile(r"^[（(]\s*[¥￥]?(\d[\d.,]*[万亿]?元?)[)）]$")


def in_brackets(text: str) -> str:
    """What an accountant's brackets hold: (123.4) is −123.4; "" where there are none."""
    match = _BRACKETED.match(re.sub(r"\s+", "", fold(text)))
    return match[1] if match else ""


def is_number(text: str) -> bool:
    try:
        return read_value(text, "").quantity is not None
    except InputError:
        return False


def not_a_number(source: Source, text: str) -> str:
    if text.startswith("#"):
        return f"{source}：“{text}”是公式出错。请在 Excel 或 WPS 里改正公式，保存后再导入。"
    if inside := in_brackets(text):
        return f"{source}：“{text}”在括号里，看不出是不是负数。是负数请写成“-{inside}”，不是请去掉括号。"
    return f"{source}：“{text}”不是数字。请填写数值和单位，如“12.8万份”“98.6%”；暂时没有数据请留空，说明写在备注里。"


# --- changes --------------------------------------------------------------------------------------


_WORSE = "下降|减少|降低|缩短|回落|下滑|减|降|少|低|[↓▼]"
_BETTER = "增长|增加|提高|上升|提升|延长|上涨|增|升|多|高|[↑▲]"
_CHANGE = re.compile(
    rf"^(?:同比|较上年|比上年|较去年|比去年)?(?:(?P<down>{_WORSE})|(?P<up>{_BETTER}))?了?(?P<rest>.+?)(?P<arrow>[↓↑▼▲])?$"
)


def read_change(text: str) -> Quantity | None:
    """A signed 同比变化, None for a placeholder.  Raises `InputError` (without a place) when it is no number."""
    compact = re.sub(r"\s+", "", fold(text))
    if compact.lower() in wording()["words"]["masks"] or _MASK.match(compact) or not compact:
        return None
    if compact in ("持平", "不变", "无变化", "与上年持平", "与去年持平", "同比持平", "较上年持平"):
        return Quantity(value=Decimal(0), unit="", printed=text)
    match = _CHANGE.match(compact)
    if match is None:
        return parse(compact)
    quantity = parse(re.sub(r"^[+＋]", "", match["rest"]))
    down = match["down"] or match["arrow"] in ("↓", "▼")
    value = -abs(quantity.value) if down else quantity.value
    return replace(quantity, value=value, printed=text)


_TREND = re.compile(
    r"^(?:同比|与上年|与去年|较上年|比上年|较去年|比去年|与上年同期|较上年同期)*(?:相比|比)?"
    r"(?:(?P<level>基本持平|大致持平|总体持平|基本稳定|保持稳定|变化不大)|"
    r"(?:略|稍|有所|略有|稍有|小幅|大幅|大幅度|明显|显著|稳步|持续|逐步)*(?:有)?"
    rf"(?:(?P<down>{_WORSE})|(?P<up>{_BETTER})))了?$"
)


def read_trend(text: str) -> int | None:
    """The direction of a change in words without a number: 1, -1, 0 for 基本持平; None when it is no such words."""
    match = _TREND.match(re.sub(r"\s+", "", fold(text))[:30])
    if match is None:
        return None
    return 0 if match["level"] else -1 if match["down"] else 1


def not_a_change(source: Source, text: str) -> str:
    if re.fullmatch(r"[（(].+[)）]", text.strip()):
        return f"{source}：同比变化“{text}”在括号里，看不出是增是减。请写成“+{text.strip()[1:-1]}”或“-{text.strip()[1:-1]}”，或留空。"
    return f"{source}：同比变化“{text}”看不懂。请写成“+12%”“下降0.8天”“提高2.1个百分点”，或留空。"


# --- dates and releases ---------------------------------------------------------------------------


def read_release(cell: Cell, source: Source) -> Release:
    """公开范围 of a cell; empty means 公开.  Raises `InputError` that lists what may stand there."""
    if not cell.text:
        return Release.PUBLIC
    key = header_key(cell.text)
    for release, spellings in wording()["release"].items():
        if key in spellings:
            return Release(release)
    raise InputError(f"{source}：公开范围“{cell.text}”不认识。请填写“公开”“上报”“内部”或“不写”；留空按公开处理。")


_DATE = re.compile(r"^(?:截至|截止到?)?(20\d\d)(?:年|[-./])?(\d{1,2})(?:月|[-./])?(\d{1,2})日?(?:底|止)?$")


def day_counted(text: str) -> date | None:
    """The day of a date cell that lost its format, counted as spreadsheets do: 46022 is 2025-12-31."""
    return date(1899, 12, 30) + timedelta(days=int(text)) if re.fullmatch(r"4\d{4}", text) else None


def read_date(cell: Cell, source: Source) -> date | None:
    """数据截止 of a cell, None when empty.  Raises `InputError` when it is no whole day."""
    text = re.sub(r"\s+", "", fold(cell.text))
    if text in ("", *wording()["words"]["masks"]):
        return None
    if isinstance(cell.value, datetime | date) and text.endswith("日"):
        return cell.value.date() if isinstance(cell.value, datetime) else cell.value
    match = _DATE.match(text)
    # “2025111” may be two days; only eight digits, or separators, say which.
    if match and (not text.isdecimal() or len(text) == 8):
        try:
            return date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            pass
    if day := day_counted(text):
        return day
    raise InputError(f"{source}：“{cell.text}”不是日期。请写到日，如“2025-12-31”或“2025年12月31日”；不清楚请留空。")

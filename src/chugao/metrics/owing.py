"""数据催报: who still owes which figure, as a list and as a workbook for each owner to fill in.

In: figures.  Out: `Owed` items; `write_requests` writes one workbook an owner, whose first sheet reads back as any
figures file does.

A figure is owed when last year or this year's target knows it and this year's value is not there or is a placeholder,
or when the catalogue requires it of the department.  A 快报 value is to be confirmed, and says so.  Surprise: what a
department dropped on purpose looks exactly like what it forgot; the reason given says how we know of the figure, so
that the owner can answer “不再统计”.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from chugao.catalogue import MetricDefinition
from chugao.errors import InputError
from chugao.metrics.books import fill_sheet, save_book
from chugao.metrics.observation import Figures, Observation, Role, Status
from chugao.metrics.values import value_text
from chugao.period import Period
from chugao.quantity import Qualifier, Quantity, convert
from chugao.source import Frozen

_UNSAFE = re.compile(r'[\\/:*?"<>|\s]+')


class Owed(Frozen):
    """One figure, or one thing to confirm, that somebody owes."""

    metric: str
    """Catalogue id, or the id of a matter that waits for confirmation."""
    name: str
    department: str
    """Whose report needs it."""
    owner: str
    """Who is to be asked: 责任科室, else the department itself."""
    period: str
    """`Period.code`."""
    reason: str
    unit: str = ""
    last: str = ""
    """Last year's value as it prints, "" when unknown."""
    last_value: Quantity | None = None
    target: str = ""
    caliber: str = ""
    deadline: str = ""
    """By when it is to be sent; as given, never guessed."""
    source: str = ""
    """Where the figure is known from."""
    is_figure: bool = True
    """False for a matter or an instruction: nothing to fill into a table of figures."""


def owing(figures: Figures, *, department: str | None = None, year: int | None = None) -> tuple[Owed, ...]:
    """What departments still owe for a year, the latest of the figures when none is given.

    Raises `InputError` when `department` is not among those the figures name.
    """
    selected = figures.of_department(department)
    if not figures.knows(department):
        known = "、".join(figures.departments)
        raise InputError(f"指标文件里没有“{department}”的数据（文件里的部门：{known}）。请核对 --department。")
    period = Period(year=year or _latest(selected))
    catalogue = selected.catalogue()
    found: dict[tuple[str, str], Owed] = {}
    for observation in selected.observations:
        key = (observation.department or department or "", observation.metric)
        definition = catalogue.get(observation.metric)
        if key not in found and definition is not None:
            owed = _owed(selected, definition, observation.department, key[0], period)
            if owed is not None:
                found[key] = owed
    for owed in _required(selected, department, period):
        found.setdefault((owed.department, owed.metric), owed)
    return tuple(found.values())


def by_owner(items: Iterable[Owed]) -> dict[str, list[Owed]]:
    """The items each owner is to be asked for, one a metric and department."""
    owners: dict[str, dict[tuple[str, str], Owed]] = {}
    for item in items:
        owners.setdefault(item.owner or item.department or "未注明", {}).setdefault(
            (item.department, item.metric), item
        )
    return {owner: list(owed.values()) for owner, owed in owners.items()}


def _latest(figures: Figures) -> int:
    """The latest year with an actual or a target; a 明年目标 alone does not make next year due."""
    actual = [o.period.year for o in figures.observations if o.role is Role.ACTUAL]
    return max(actual, default=max((o.period.year for o in figures.observations), default=2000))


def _owed(
    figures: Figures, definition: MetricDefinition, row_department: str, department: str, period: Period
) -> Owed | None:
    """What is missing of one metric of one department, None when its value is there and firm."""
    own = [o for o in figures.observations if (o.metric, o.department) == (definition.id, row_department)]
    now = _find(own, Role.ACTUAL, period)
    last, target = _find(own, Role.ACTUAL, period.shifted(-1)), _find(own, Role.TARGET, period)
    known_by = now or last or target
    if known_by is None:
        return None
    if now is None:
        known = "有上年数" if last else "有年度目标"
        months = [o for o in own if o.role is Role.ACTUAL and o.period.year == period.year]
        part = f"，只有{'、'.join(o.period.span_label for o in months)}的" if months else ""
        reason = f"{known}，没有{period.label}的数{part}"
    elif now.status in (Status.MASKED, Status.MISSING):
        reason = f"填的是占位符“{now.quantity.printed}”，请填实数"
    elif now.status is Status.PROVISIONAL:
        reason = f"{now.quantity.printed}是快报数，请以年报数确认或更正"
    else:
        return None
    owner = next((o.owner for o in (now, last, target) if o is not None and o.owner), "")
    return Owed(
        metric=definition.id,
        name=definition.name,
        department=department,
        owner=owner or department,
        period=period.code,
        reason=reason,
        unit=known_by.quantity.unit,
        last=value_text(definition, last.quantity) if last else "",
        last_value=last.quantity if last else None,
        target=value_text(definition, target.quantity) if target else "",
        caliber=next((o.caliber for o in (now, last, target) if o is not None and o.caliber), definition.formula),
        source=str(known_by.source),
    )


def _find(observations: Iterable[Observation], role: Role, period: Period) -> Observation | None:
    return next((o for o in observations if o.role is role and o.period == period), None)


def _required(figures: Figures, department: str | None, period: Period) -> Iterator[Owed]:
    """What the catalogue requires of the departments and that nobody has ever given."""
    departments = (department,) if department else figures.departments
    for name in departments:
        known = {o.metric for o in figures.observations if o.department in ("", name)}
        for definition in figures.catalogue():
            if name in definition.required_by and definition.id not in known:
                yield Owed(
                    metric=definition.id,
                    name=definition.name,
                    department=name,
                    owner=name,
                    period=period.code,
                    reason=f"{name}的年度总结不可缺少，文件里没有这个指标",
                    unit=definition.unit,
                    caliber=definition.formula,
                )


# --- workbooks ------------------------------------------------------------------------------------

_HEADER = (
    "部门", "年度", "期间", "指标名称", "本期值", "单位", "上年同期值", "目标值", "口径", "数据截止", "责任科室", "备注",
)  # fmt: skip


def write_requests(folder: Path | str, items: Sequence[Owed], *, deadline: str = "") -> tuple[Path, ...]:
    """One workbook for each owner in `folder`: what is owed, ready to fill in, and what else waits for a word.

    Raises `InputError` when a file is there already: somebody may have filled it in.
    """
    folder = Path(folder)
    planned = {folder / _file_name(owner, owed): (owner, owed) for owner, owed in by_owner(items).items()}
    there = next((p for p in planned if p.exists() and p.stat().st_size), None)
    if there is not None:
        raise InputError(f"“{there}”已经有了，里面可能填了数，没有覆盖。请先改名，或用 -o 写到别的文件夹。")
    return tuple(_write(path, owner, owed, deadline) for path, (owner, owed) in planned.items())


def _file_name(owner: str, owed: Sequence[Owed]) -> str:
    return f"{_UNSAFE.sub('_', owner)[:60]}-{owed[0].period}-催报表.xlsx"


def _write(path: Path, owner: str, owed: Sequence[Owed], deadline: str) -> Path:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "催报"
    fill_sheet(sheet, _HEADER, (_line(item) for item in owed if item.is_figure))
    others = [i for i in owed if not i.is_figure]
    if others:
        fill_sheet(book.create_sheet("待确认"), ("内容", "缘由"), ((i.name, i.reason) for i in others))
    fill_sheet(book.create_sheet("说明"), (f"请{owner}填报",), ((line,) for line in _guide(owed, deadline)))
    return save_book(book, path)


def _line(item: Owed) -> tuple[object, ...]:
    period = Period(year=int(item.period[:4])) if item.period[:4].isdigit() else None
    span = "" if item.period == (str(period.year) if period else "") else item.period
    return (
        item.department,
        period.year if period else "",
        span,
        item.name,
        None,
        item.unit or "无",
        _number(item.last_value, item.unit),
        item.target,
        item.caliber,
        None,
        item.owner if item.owner != item.department else "",
        item.reason + (f"；上年{item.last}" if item.last else ""),
    )


def _number(quantity: Quantity | None, unit: str) -> object:
    """Last year's value as a plain number in the row's unit, or its own text where it is no exact number."""
    if quantity is None:
        return None
    if quantity.qualifier is not Qualifier.EXACT:
        return quantity.printed
    value = convert(quantity.value, quantity.unit, unit) if quantity.unit != unit else quantity.value
    return int(value) if value == value.to_integral_value() else float(value)


def _guide(owed: Sequence[Owed], deadline: str) -> Iterator[str]:
    if deadline:
        yield f"请于{deadline}前报回。"
    yield f"共{len(owed)}项，在“催报”表的“本期值”填数字，单位按“单位”一列；有“12.8万”“98.6%”这样的写法也可以。"
    yield "暂时没有的请留空并在“备注”写明何时能有；不再统计的，在“备注”写“不再统计”；确实为零的填 0。"
    yield "“数据截止”写到日，如 2025-12-31。与上年口径不同的，改写“口径”一列。"
    yield "填好后原样报回，不要改表头和指标名称。"

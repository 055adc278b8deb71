"""Write a workbook for one department to fill in: 指标, 事项 and how to.

In: the catalogue, and last year's figures if there are any.  Out: an .xlsx that `read_metrics` and `read_matters`
read back as it stands.

Surprise: what looks like a formula (=, +, -, @ at the start) is written as text, or a metric called “+1床护理”
would run in somebody's Excel.
"""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from chugao.catalogue import Catalogue, MetricDefinition
from chugao.errors import InputError, reason_of
from chugao.metrics.observation import Figures, Observation, Role
from chugao.period import Period
from chugao.quantity import Qualifier, Quantity, fold, parse, plain
from chugao.source import Release

_SPARE_ROWS = 40
"""Empty rows below, with drop-downs, for what the office adds."""


class _Heading(NamedTuple):
    """A column of a sheet to fill in."""

    name: str
    width: int
    note: str


_FIGURES = (
    _Heading("部门", 12, "填报部门全称。已填好，请勿改动。"),
    _Heading("年度", 8, "数据所属年份，如 2025。"),
    _Heading("期间", 12, "全年留空；半年、季度、月份写“上半年”“三季度”“1-10月”。"),
    _Heading("指标名称", 30, "一行一个指标。可在下面空行增加本部门自有指标。"),
    _Heading("本期值", 12, "填数字。可写“12.8万”“98.6%”；暂时没有数据请留空。"),
    _Heading("单位", 10, "与数值一致，如“人次”“万人次”“%”“天”；没有单位的指数留空或填“无”。"),
    _Heading("上年同期值", 12, "与本期同口径、同单位。"),
    _Heading("同比变化", 12, "可不填，由系统计算。要填请写“+12%”“下降0.8天”“提高2.1个百分点”。"),
    _Heading("目标值", 12, "年初定的本年度目标，可写“≥95%”。"),
    _Heading("明年目标", 12, "下一年度拟定目标。"),
    _Heading("责任科室", 14, "对这一指标负责的科室。"),
    _Heading("牵头领导", 14, "分管或牵头的领导。"),
    _Heading("完成时限", 16, "明年目标的完成时限，如“2026年12月底前”。"),
    _Heading("口径", 26, "计算方法、是否含急诊等；与上年不同时务必写明。"),
    _Heading("数据截止", 14, "写到日，如 2025-12-31。"),
    _Heading("来源", 14, "如 HIS、病案首页。"),
    _Heading("公开范围", 10, "公开：可对外；上报：只报上级；内部：院内使用；不写：不得写入任何稿件。"),
    _Heading("备注", 26, "未完成的原因、特殊情况。"),
)
_MATTERS = (
    _Heading("部门", 12, "填报部门全称。"),
    _Heading("事项", 34, "一行一件事，写做了什么，不写套话。"),
    _Heading("类别", 14, "如医疗质量、人才与培训、荣誉、典型案例、不足。"),
    _Heading("时间", 18, "如“2025年7月18日”“2025年4—12月”；打算写“2026年3月底前”。"),
    _Heading("成效", 46, "结果和数字，如“报警由9次减为1次”。"),
    _Heading("责任科室", 14, "主办科室。"),
    _Heading("牵头领导", 14, "分管或牵头的领导。"),
    _Heading("状态", 10, "已完成、推进中、拟开展。"),
    _Heading("公开范围", 10, "公开：可对外；上报：只报上级；内部：院内使用；不写：不得写入任何稿件。"),
    _Heading("佐证", 24, "文件、证书、台账名称。"),
)
_GUIDE = (
    "1. “指标”表：一行一个指标，在“本期值”填数字，“单位”与数值一致。已有的指标名称请勿改动。",
    "2. 暂时没有数据的请留空，不要填 0。确实为零的填 0 或“未发生”。",
    "3. 半年、季度、月份数据请在“期间”写明，并与上年同一期间比较。",
    "4. 单元格里只写数和单位，说明写在“备注”；口径与上年不同的，在“口径”写明。",
    "5. “事项”表：一行一件事，写清时间、做法和结果；打算做的事状态选“拟开展”。",
    "6. “公开范围”为“不写”的，不会出现在任何稿件中；“内部”“上报”的按范围使用。",
    "7. 表头可以调换顺序、增删列，请勿合并数据单元格。用公式的，保存前请让 Excel 或 WPS 计算一遍。",
)


def write_template(
    path: Path | str,
    department: str,
    year: int,
    catalogue: Catalogue,
    previous: Figures | None = None,
    *,
    sheets: Sequence[str] = ("指标", "事项"),
) -> Path:
    """Write the workbook of one department for one year; `previous` fills last year's values and this year's targets.

    `sheets` are those to fill in: who has sent the figures is not asked for them again.
    Raises `InputError` when the file cannot be written.
    """
    from openpyxl import Workbook

    book = Workbook()
    del book[book.sheetnames[0]]
    if "指标" in sheets:
        rows = list(_figure_rows(department, year, catalogue, previous))
        _fill(book.create_sheet("指标"), _FIGURES, rows, department, year)
    if "事项" in sheets:
        matters = book.create_sheet("事项")
        _fill(matters, _MATTERS, [], department, year)
        _drop_down(matters, _MATTERS, "状态", ("已完成", "推进中", "拟开展"), _SPARE_ROWS)
    _write_guide(book.create_sheet("填表说明"), department, year)
    path = Path(path)
    try:
        book.save(path)
    except OSError as error:
        raise InputError(
            f"{path.name}：写不了（{reason_of(error)}）。请关闭正在打开它的程序，或换一个文件夹。"
        ) from None
    return path


# --- rows ------------------------------------------------------------------------------------------


def _figure_rows(
    department: str, year: int, catalogue: Catalogue, previous: Figures | None
) -> Iterable[dict[str, object]]:
    """One row a metric: those the catalogue gives the department, then those it used last year."""
    before = previous.of_department(department) if previous else Figures()
    known = {d.id: d for d in _definitions_used(catalogue, department, year)}
    known |= {o.metric: before.definitions[o.metric] for o in before.observations if o.metric in before.definitions}
    for definition in known.values():
        last = _find(before, definition, Role.ACTUAL, year - 1)
        aim = _find(before, definition, Role.TARGET, year)
        unit, scale = _unit(definition, [o for o in (last, aim) if o])
        told = last or aim
        yield {
            "部门": department,
            "年度": year,
            "指标名称": _name_in(definition, year),
            "单位": unit,
            "上年同期值": _number(last, scale),
            "目标值": _number(aim, scale),
            "责任科室": told.owner if told else "",
            "口径": told.caliber if told else definition.formula,
            "来源": told.origin if told else "",
            "公开范围": str(told.release if told else Release.PUBLIC),
        }


def _definitions_used(catalogue: Catalogue, department: str, year: int) -> Iterable[MetricDefinition]:
    """The catalogue's metrics that a department reports and that are in force in a year."""
    for definition in catalogue:
        in_force = (definition.valid_from or year) <= year <= (definition.valid_to or year)
        if department in definition.used_by and in_force:
            yield definition


def _find(figures: Figures, definition: MetricDefinition, role: Role, year: int) -> Observation | None:
    period = Period(year=year)
    matching = (o for o in figures.observations if o.metric == definition.id and (o.role, o.period) == (role, period))
    return next(matching, None)


def _unit(definition: MetricDefinition, told: Sequence[Observation]) -> tuple[str, Decimal]:
    """The unit to prefill and its scale: what the office wrote last year, else what the catalogue prints."""
    base = told[0].quantity.unit if told else definition.unit
    scales = {_written_scale(o.quantity) for o in told}
    if len(scales) == 1:
        scale = scales.pop()
        word = {4: "万", 8: "亿"}.get(scale, "")
        return word + base, Decimal(10) ** (scale if word else 0)
    printed = definition.printed_unit
    for word, scale in (("亿", 8), ("万", 4)):
        if printed == word + base and all(o.quantity.value % Decimal(10) ** (scale - 4) == 0 for o in told):
            return printed, Decimal(10) ** scale
    return base, Decimal(1)


def _written_scale(quantity: Quantity) -> int:
    """4 for a value written in 万, in its own cell (12.8万) or in the column's unit (12.8 below 万人次); 0 for a plain one."""
    try:
        written = parse(re.sub(r"\s+", "", fold(quantity.printed)))
    except InputError:
        return 0
    if match := re.search(r"\d\s*(万|亿)", quantity.printed):
        return {"万": 4, "亿": 8}[match[1]]
    return next((s for s in (4, 8) if written.value and quantity.value == written.value.scaleb(s)), 0)


def _number(observation: Observation | None, scale: Decimal) -> object:
    """A plain number, or its text where it is a bound or a range."""
    if observation is None:
        return None
    quantity = observation.quantity
    if quantity.qualifier is Qualifier.EXACT:
        value = quantity.value / scale
        return int(value) if value == value.to_integral_value() else float(value)
    if quantity.qualifier is Qualifier.RANGE and quantity.high is not None:
        return f"{plain(quantity.value)}—{plain(quantity.high)}{quantity.unit}"
    if quantity.qualifier is Qualifier.ODD:
        return f"{plain(quantity.value)}余{quantity.unit}"
    return f"{quantity.qualifier}{plain(quantity.value)}{quantity.unit}"


def _name_in(definition: MetricDefinition, year: int) -> str:
    """The metric's name in force in a year."""
    later = [n for n in definition.names if n.from_ <= year]
    return max(later, key=lambda n: n.from_).name if later else definition.name


# --- sheets ----------------------------------------------------------------------------------------


def _fill(
    sheet: Any, headings: Sequence[_Heading], rows: Sequence[dict[str, object]], department: str, year: int
) -> None:
    """Header with notes, rows, spare rows that bear the department, frozen header, widths and drop-downs."""
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    for column, heading in enumerate(headings, 1):
        cell = sheet.cell(1, column, heading.name)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="DDEBF7")
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        cell.comment = Comment(heading.note, "初稿", width=260, height=90)
        sheet.column_dimensions[get_column_letter(column)].width = heading.width
    spare = {"部门": department, "年度": year}
    for index, row in enumerate([*rows, *[spare] * _SPARE_ROWS], 2):
        for column, heading in enumerate(headings, 1):
            write_safely(sheet.cell(index, column), row.get(heading.name))
    sheet.freeze_panes = "E2" if headings is _FIGURES else "C2"
    _drop_down(sheet, headings, "公开范围", [str(r) for r in Release], len(rows) + _SPARE_ROWS)


def write_safely(cell: Any, value: object) -> None:
    """Write a value so that no text ever becomes a formula."""
    if value in (None, ""):
        return
    cell.value = value
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        cell.data_type = "s"
        cell.quotePrefix = True


def _drop_down(sheet: Any, headings: Sequence[_Heading], name: str, choices: Sequence[str], rows: int) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    column = get_column_letter([h.name for h in headings].index(name) + 1)
    rule = DataValidation(type="list", formula1='"' + ",".join(choices) + '"', allow_blank=True)
    rule.error = f"请从“{'”“'.join(choices)}”中选择。"
    rule.errorTitle = name
    sheet.add_data_validation(rule)
    rule.add(f"{column}2:{column}{rows + 1}")


def _write_guide(sheet: Any, department: str, year: int) -> None:
    from openpyxl.styles import Alignment, Font

    write_safely(sheet["A1"], f"{department}{year}年工作总结填报表")
    sheet["A1"].font = Font(bold=True, size=14)
    for row, line in enumerate(_GUIDE, 3):
        sheet.cell(row, 1, line).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.column_dimensions["A"].width = 100

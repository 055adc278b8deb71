"""The roll-up as a workbook: figures to go on with, and what they were put together from.

In: a `Rollup`.  Out: one .xlsx; its first sheet reads back as a figures file, the others are for people.

Surprise: a sheet with 科室 and 数值 in its header would read back as figures too, and count everything twice; the
headings of the trace are chosen so that it does not.
"""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from chugao.metrics.books import save_sheets
from chugao.metrics.rollup import Rollup, RollupRow

_TRACE = ("汇总项", "规则", "算法", "来自", "所报", "折算", "分子数", "分母数", "性质", "出处", "结论")


def write_rollup(path: Path | str, made: Rollup) -> Path:
    """The hospital's figures as a workbook `read_metrics` reads, the trace on a sheet of its own."""
    figures = (_figure_line(made, row) for row in made.rows if row.value is not None)
    trace = (line for row in made.rows for line in _trace_lines(row))
    doubts = ((f.severity.label, f.hint) for f in made.findings)
    return save_sheets(
        path,
        ("全院汇总", ("年度", "期间", "指标名称", "本期值", "单位", "来源", "备注"), figures),
        ("汇总依据", _TRACE, trace),
        ("待核对", ("程度", "说明"), doubts),
    )


def _figure_line(made: Rollup, row: RollupRow) -> tuple[object, ...]:
    assert row.value is not None
    period = "" if made.period.is_year else made.period.span_label
    note = row.formula if not row.missing else f"{row.formula}；缺{'、'.join(row.missing)}"
    return made.period.year, period, row.name, _cell(row.value), row.unit or "无", "各科室汇总", note


def _trace_lines(row: RollupRow) -> Iterator[tuple[object, ...]]:
    verdict = row.printed or f"未汇总：{row.reason}"
    for part in row.parts:
        state = "快报" if part.provisional else ""
        numbers = tuple(_cell(n) if n is not None else "" for n in (part.numerator, part.denominator))
        yield (
            row.name, row.rule_label, row.formula, part.department, part.printed, _cell(part.value), *numbers,
            state, str(part.source), verdict,
        )  # fmt: skip
    if row.own is not None:
        verdict = "与汇总一致" if row.difference is None else f"相差{row.difference.normalize():f}"
        yield (
            row.name,
            row.rule_label,
            "",
            "全院",
            row.own.printed,
            _cell(row.own.value),
            "",
            "",
            "",
            str(row.own.source),
            verdict,
        )


def _cell(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)

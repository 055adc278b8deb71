"""Totals and shares of tables: a row of sums adds up, a column of shares is what the counts beside it make.

In: a `Reading`, or the rows of a table of ours.  Out: hits in lines whose cells are parted by tabs or pipes.

Surprise: not every column adds up.  Rates, averages, growth and ranks do not, nor do rows that say 其中 or 小计; and of
people counted in two departments nobody can say.  So only plain counts under a row named 合计 are added.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from chugao.checks.growth_tables import cells_of, growth_in, only_number
from chugao.checks.intervals import bare, decimals_of, digits, is_exact, printed_like
from chugao.checks.reading import Finder, Hit, Reading
from chugao.quantity import Found, fold

_TOTAL = re.compile(r"^(?:合计|总计|共计|总和|全院合计|全院总计|全科合计|全市合计|全县合计|全区合计|合\s+计|总\s+计)$")
_PART_OF_A_PART = re.compile(r"其中|小计|[（(]含")
_NOT_ADDED = re.compile(
    r"率|占比|比例|比重|构成|百分|均|同比|增|降|变化|比上年|较上年|序号|排名|位次|满意|指数|目标|时间|天数|时长|%|‰|年龄|得分|评分|单价|标准"
)
_SHARE = re.compile(r"占比|构成比|比重|所占比例|百分比")
_MOST_ROWS = 400


class _Row(NamedTuple):
    start: int
    cells: list[tuple[int, str]]

    @property
    def name(self) -> str:
        return self.cells[0][1]

    def number(self, column: int) -> Found | None:
        return only_number(self.cells[column][1]) if column < len(self.cells) else None

    def hit(self, column: int, found: Found, hint: str) -> Hit:
        at = self.start + self.cells[column][0]
        return Hit(at + found.start, at + found.end, hint)


def totals(reading: Reading) -> Iterator[Hit]:
    """C07 in tables: totals and shares."""
    yield from totals_in(reading.text)


def totals_in(text: str) -> Iterator[Hit]:
    """Totals that do not add up and shares that the counts do not make, in every table of a text."""
    header: list[str] = []
    rows: list[_Row] = []
    start = 0
    for line in (*fold(text).split("\n"), ""):
        cells = cells_of(line)
        if cells and not header:
            header = [words for _, words in cells]
        elif cells:
            rows.append(_Row(start, cells))
        elif not re.search(r"[|\-]", line):
            yield from _of_table(header, rows)
            header, rows = [], []
        start += len(line) + 1


def hits_in_table(header: Sequence[str], rows: Sequence[str]) -> Iterator[tuple[int, Hit]]:
    """(row, from 1; hit within its cells joined by tabs) of a table of ours: totals, shares, growth columns."""
    lines = ["\t".join(header), *rows]
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    text = "\n".join(lines)
    for hit in (*totals_in(text), *(h for h in growth_in(text) if h.severity is not None and h.severity.blocks)):
        row = next(n for n in range(len(lines)) if hit.start < starts[n + 1])
        yield row, hit._replace(start=hit.start - starts[row], end=hit.end - starts[row])


def _of_table(header: Sequence[str], rows: Sequence[_Row]) -> Iterator[Hit]:
    sums = [r for r in rows if _TOTAL.match(r.name)]
    parts = [r for r in rows if not _TOTAL.match(r.name)]
    if not 2 <= len(parts) <= _MOST_ROWS or len(sums) > 1 or any(_PART_OF_A_PART.search(r.name) for r in parts):
        return
    counted = [c for c in range(1, len(header)) if not _NOT_ADDED.search(header[c])]
    for column in counted:
        if sums:
            yield from _sum_of(column, header[column], parts, sums[0])
    shares = [c for c in range(1, len(header)) if _SHARE.search(header[c])]
    if len(shares) == 1 and len(counted) == 1 and sums:
        yield from _shares_of(shares[0], counted[0], parts, sums[0])
    elif len(shares) == 1 and not sums:
        yield from _whole(shares[0], parts)


def _sum_of(column: int, label: str, parts: Sequence[_Row], total: _Row) -> Iterator[Hit]:
    said, numbers = total.number(column), [r.number(column) for r in parts]
    found = [n for n in numbers if n is not None]
    if said is None or len(found) < len(numbers) or {n.quantity.unit for n in found} - {said.quantity.unit}:
        return
    right = sum((n.quantity.value for n in found), Decimal(0))
    slack = sum((_half(n) for n in (*found, said)), Decimal(0))
    if abs(right - said.quantity.value) > slack:
        printed = printed_like(right, said.quantity)
        hint = f"“{label}”一栏各行相加是{printed}，“{total.name}”写{said.quantity.printed}。请核对；有交叉、没列全的在表下注明。"
        yield total.hit(column, said, hint)


def _shares_of(column: int, counted: int, parts: Sequence[_Row], total: _Row) -> Iterator[Hit]:
    whole = total.number(counted)
    if whole is None or whole.quantity.value <= 0:
        return
    for row in parts:
        part, said = row.number(counted), row.number(column)
        if part is None or said is None or said.quantity.unit not in ("%", ""):
            continue
        right = part.quantity.value * 100 / whole.quantity.value
        if right > 1 > said.quantity.value > 0:
            continue  # printed as a fraction of one
        slack = _half(said) + 100 * (_half(part) + _half(whole)) / whole.quantity.value
        if abs(right - said.quantity.value) > slack:
            printed = f"{digits(right, decimals_of(said.quantity))}%"
            hint = f"“{row.name}”一行：{bare(part.quantity)}÷{bare(whole.quantity)}={printed}，表中写{said.quantity.printed}。请核对。"
            yield row.hit(column, said, hint)


def _whole(column: int, parts: Sequence[_Row]) -> Iterator[Hit]:
    """Shares without a row of sums: near a hundred and not a hundred is a slip, far from it is a choice of rows."""
    found = [n for r in parts if (n := r.number(column)) is not None and n.quantity.unit == "%"]
    if len(found) < len(parts):
        return
    right = sum((n.quantity.value for n in found), Decimal(0))
    slack = sum((_half(n) for n in found), Decimal(0))
    if slack < abs(right - 100) <= 5:
        hint = (
            f"各行占比相加是{bare(replace(found[0].quantity, value=right))}%，不是100%。请核对；没列全的加“其他”一行。"
        )
        yield parts[-1].hit(column, found[-1], hint)


def _half(found: Found) -> Decimal:
    """How far the printed number may lie from what it stands for; whole numbers are counted, not rounded."""
    quantity = found.quantity
    bare_count = quantity.unit == "" and quantity.resolution <= Decimal("0.5") and decimals_of(quantity) == 0
    return Decimal(0) if is_exact(quantity) or bare_count else quantity.resolution


FINDERS: dict[str, Finder] = {"table-total": totals}

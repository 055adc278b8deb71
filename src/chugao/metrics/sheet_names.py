"""Which sheets of a workbook are a department's each, when their names do not say so by themselves.

In: the sheets that hold tables, with their headers.  Out: sheet → department.

Surprise: an office writes 内一, 普外 or 手麻 on a sheet, which no list of departments and no suffix will recognise.
What gives such a workbook away is that its sheets tell the same metrics over again; sheets by topic or by month do not,
or are named after a time.
"""

import re
from collections.abc import Sequence

from chugao.documents.header_rows import Header
from chugao.documents.sheets import Sheet
from chugao.metrics.headers import Column, department_of, period_in, span_of

Table = tuple[Sheet, Header[Column]]

_SAYS_NOTHING = re.compile(
    r"(?i)sheet|表|[稿版]$|备份|副本|^[旧新原总]$|汇总|合计|总计|全院|数据|指标|目标|计划|实际|同比|环比|上年|去年|今年|本年|"
    r"填报|模板|目录|说明|封面|上报|核对|修改|更正|最终|[（(]\d+[)）]|^[\d\s._-]{1,2}$"
)
_LONGEST_NAME = 12


def departments_by_sheet(tables: Sequence[Table]) -> dict[str, str]:
    """The department of each sheet that is one's own by what stands on the others; known ones are not repeated."""
    told: dict[str, set[str]] = {}
    for sheet, header in tables:
        if not any(c.field in ("department", "of_department") or c.department for c in header.columns.values()):
            told.setdefault(sheet.name, set()).update(_metrics(sheet, header))
    guessed = {}
    for name, metrics in told.items():
        others = set().union(*(m for other, m in told.items() if other != name and _may_be_one(other)))
        if _may_be_one(name) and not department_of(name) and len(metrics & others) * 2 > len(metrics):
            guessed[name] = name.strip()
    return guessed


def _may_be_one(name: str) -> bool:
    core = name.strip()
    timed = span_of(core) is not None or period_in(core, bare_year=True) is not None
    return 0 < len(core) <= _LONGEST_NAME and not timed and _SAYS_NOTHING.search(core) is None


def _metrics(sheet: Sheet, header: Header[Column]) -> set[str]:
    """The metrics that a table tells: down its column of names, or across its header."""
    across = {c.metric for c in header.columns.values() if c.metric}
    down = [i for i, c in header.columns.items() if c.field == "name"]
    below = range(header.row + 1, len(sheet.rows))
    return across | {text for i in down for row in below if (text := sheet.cell(row, i).text)}

"""Numbers in tables: the row names the metric, the column says what the number is.

In: a header and a row of cells.  Out: verdicts, as for prose.  Surprise: the unit seldom stands beside the number; it is
behind the name, in a column of its own, or in the head of the column.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from chugao.checks.given import Context, Given, same
from chugao.checks.holding import holds
from chugao.checks.numbers import Verdict, verify
from chugao.mentions import Mention, MentionRole
from chugao.metrics.cells import split_name, unit_of
from chugao.metrics.facts import Fact
from chugao.quantity import Found, find_numbers
from chugao.source import Finding, Place, Severity

_COLUMNS = (
    (re.compile(r"下年|明年|次年"), ("goal",)),
    (re.compile(r"目标|计划"), ("target", "goal")),
    (re.compile(r"比上年|同比|增减|增幅|变化|较上年"), ("change", "growth", "multiple")),
    (re.compile(r"上年|去年|基线|基期"), ("prev", "now")),
    (re.compile(r"本年|本期|今年|完成值|实际|现值|数值|完成数|结果"), ("now",)),
    (re.compile(r"完成率"), ("attainment",)),
)


_CHANGES = ("change", "growth", "multiple")
_UNITS = re.compile(r"单位$")
_RESULTS = re.compile(r"完成|实际|本年|今年|本期")
_BARE_AIM = re.compile(r"(?:年度|年初|全年)?目标(?:值|数|任务)?")
_NO_VALUE = re.compile(r"序号|时限|期限|责任|牵头|领导|部门|科室|单位|备注|来源|任务|措施|完成情况|截止")


def verify_table(header: Sequence[str], cells: Sequence[str], context: Context, given: Given) -> list[Verdict]:
    """Verdicts for one row of a table of ours; offsets count over its cells joined by one character."""
    definition = context.facts.figures.catalogue().by_name(cells[0]) if cells else None
    verdicts: list[Verdict] = []
    offset = 0
    for column, cell in enumerate(cells):
        if _NO_VALUE.search(header[column] if column < len(header) else ""):
            offset += len(cell) + 1
            continue
        if column and definition is not None and definition.id in context.facts.definitions:
            verdicts += _cell(definition.id, header[column] if column < len(header) else "", cell, offset, context)
        elif column and context.ours:
            # What a matter counted has its words in the cell before the value: “带教手术”, “57台”.
            named = f"{cells[0]}\t" if column == 1 and cell[:1].isdigit() else ""
            moved = offset - len(named)
            verdicts += [
                v._replace(
                    mention=_shifted(v.mention, moved),
                    finding=None if v.finding is None else _shift(v.finding, moved),
                )
                for v in verify(named + cell, context, given)
                if v.mention.start >= len(named)
            ]
        offset += len(cell) + 1
    return verdicts


def verify_rows(text: str, context: Context) -> list[tuple[int, int, list[Verdict]]]:
    """(start, end, verdicts) of every table line of a text: cells parted by tabs or pipes under a header line."""
    found: list[tuple[int, int, list[Verdict]]] = []
    header: list[str] = []
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        separator = "\t" if "\t" in line else "|" if line.count("|") >= 2 else ""
        if not separator:
            header = []
        elif re.fullmatch(r"[\s|:\-\t]*", line):
            pass
        else:
            cells = line.split(separator)
            lead = 1 if separator == "|" and not cells[0].strip() else 0
            if not header:
                header = [c.strip() for c in cells[lead:]]
            else:
                skipped = sum(len(c) + 1 for c in cells[:lead])
                verdicts = _stripped_row(header, cells[lead:], context, start + skipped)
                if verdicts is not None:
                    found.append((start, end, verdicts))
                elif cells[lead].strip().isdigit():
                    found.append((start, start + skipped + len(cells[lead]), []))  # a running number
        start = end + 1
    return found


def _stripped_row(header: list[str], cells: list[str], context: Context, at: int) -> list[Verdict] | None:
    """Verdicts of a row whose cells may have blanks around them; None when its first cell is no metric."""
    catalogue = context.facts.figures.catalogue()
    called, unit = _parted(cells[0].strip()) if cells else ("", "")
    name = catalogue.by_name(cells[0].strip()) or catalogue.by_name(called) if cells else None
    if name is None or name.id not in context.facts.definitions:
        return None
    units = [c.strip() for label, c in zip(header, cells, strict=False) if _UNITS.search(label)]
    unit = unit or next((u for u in units if unit_of(u)), "")
    verdicts: list[Verdict] = []
    # Beside a column of results 目标 is what this year was to reach, not what the next is.
    reports = any(_RESULTS.search(label) for label in header)
    offset = at
    for column, cell in enumerate(cells):
        if column:
            indent = len(cell) - len(cell.lstrip())
            label = header[column] if column < len(header) else ""
            aims = reports and _BARE_AIM.fullmatch(label.strip()) is not None
            told = f"{context.facts.period.year}年目标" if aims else label
            verdicts += _cell(name.id, told, cell.strip(), offset + indent, context, _parted(label)[1] or unit)
        offset += len(cell) + 1
    return verdicts


def _parted(label: str) -> tuple[str, str]:
    """“门急诊（万人次）” → the name and the unit behind it, "" where there is none."""
    name, unit = split_name(label)
    return name, re.split(r"[（(]", label.rstrip("）)"))[-1].strip() if unit else ""


def _cell(metric: str, label: str, cell: str, at: int, context: Context, unit: str = "") -> list[Verdict]:
    if _NO_VALUE.search(label):
        return []
    fields = _fields(label, context.facts.period.year)
    verdicts = []
    for found in _numbers_in(cell):
        mention = Mention(
            start=at + found.start,
            end=at + found.end,
            text=cell[found.start : found.end],
            role=MentionRole.CURRENT,
            quantity=found.quantity,
            metric=metric,
        )
        facts = [f for field in fields if (f := context.facts.get(metric, field))]
        right = next((f for f in facts if _says(cell, mention, f, unit)), None)
        if right is not None:
            verdicts.append(Verdict(mention, True, right.slot, None))
            continue
        offered = "、".join(f.printed for f in facts) or "无此数"
        finding = Finding(
            rule="number-wrong",
            severity=Severity.ERROR,
            place=Place(start=mention.start, end=mention.end),
            quote=mention.text,
            hint=f"表中“{label}”一栏的“{mention.text}”与指标文件不符，应为{offered}。",
        )
        verdicts.append(Verdict(mention, False, "", finding))
    return verdicts


def _says(cell: str, mention: Mention, fact: Fact, unit: str) -> bool:
    """Whether a number of a cell says the fact, in the unit that stands with it or in that of the row."""
    if fact.field in _CHANGES and (said := _direction(cell)) and fact.sign and said != fact.sign:
        return False
    assert mention.quantity is not None
    if unit and mention.quantity.unit == "" and fact.field not in _CHANGES:
        beside = _numbers_in(mention.text + unit)
        return len(beside) == 1 and holds(mention._replace(quantity=beside[0].quantity), fact)
    absolute = replace(mention.quantity, value=abs(mention.quantity.value))
    of_a_change = mention._replace(quantity=absolute) if fact.field in _CHANGES else mention
    return _prints(cell, fact.printed) or (absolute.unit != "" and holds(of_a_change, fact))


def _direction(cell: str) -> int:
    """The way a change goes by its sign, arrow or verb; 0 where the cell does not say."""
    if re.search(r"^[-−–—]\s*\d|[↓▼]|下降|减少|降低|缩短|下调|回落|减", cell):
        return -1
    return 1 if re.search(r"^\+|[↑▲]|增长|增加|上升|提高|延长|提升|升", cell) else 0


def _prints(cell: str, printed: str) -> bool:
    """Whether a cell says the fact: the same text, or the same numbers without their verb or unit."""
    if cell == printed:
        return True
    mine, theirs = _numbers_in(cell), _numbers_in(printed)
    if len(mine) != len(theirs) or not mine:
        return False
    return all(
        same(a.quantity, b.quantity) or (a.quantity.unit == "" and abs(a.quantity.value) == abs(b.quantity.value))
        for a, b in zip(mine, theirs, strict=True)
    )


@lru_cache(maxsize=1024)
def _numbers_in(words: str) -> tuple[Found, ...]:
    """The numbers of a cell; every column is held against the same few printed forms."""
    return tuple(find_numbers(words))


@lru_cache(maxsize=256)
def _fields(label: str, reported: int) -> tuple[str, ...]:
    """What a column holds, by its header; a year in the header is read against the reported one."""
    for year in re.findall(r"20\d\d", label):
        distance = int(year) - reported
        aims = re.search(r"目标|计划", label) is not None
        return {0: ("target",) if aims else ("now",), -1: ("prev",), 1: ("goal",)}.get(distance, ())
    for pattern, fields in _COLUMNS:
        if pattern.search(label):
            return fields
    return ("now", "prev", "target", "goal", "change", "growth")


def _shifted(mention: Mention, by: int) -> Mention:
    return mention._replace(start=mention.start + by, end=mention.end + by)


def _shift(finding: Finding, by: int) -> Finding:
    place = finding.place.model_copy(update={"start": finding.place.start + by, "end": finding.place.end + by})
    return finding.model_copy(update={"place": place})

"""What a draft no longer has, nothing wrong being left: a column of a table, the order of tasks, the day figures count to.

In: a draft and its case.  Out: `Measure`s.

Figures and matters are read from their files, not from what the product made of them.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise

from eval.measures import Measure, Seen, Span
from eval.truth import table_of

_COLUMNS: dict[str, dict[str, tuple[str, ...]]] = {
    "完成情况": {"上年同期值": ("上年", "上年同期"), "目标值": ("年度目标",)},
    "完成率": {"上年同期值": ("上年", "上年同期"), "目标值": ("年度目标",)},
    "目标": {"责任科室": ("责任科室",), "牵头领导": ("牵头领导",), "完成时限": ("完成时限",)},
}
"""A column that says which table it is → column of a figures file → what it is called there."""
_DAY = re.compile(r"20\d\d年(\d{1,2})月(?:底前|底|前|起|内)?")
_WORDS = re.compile(r"(?:写上|加上|写明|加一句)[：:]?“([^”]{4,})”")
_ENDS = {"H1": 6, "Q1": 3, "Q2": 6, "Q3": 9}


def columns_lost(seen: Seen) -> Measure:
    """Tables of figures without the column for what the figures of the department say: last year, target, who, by when."""
    rows = list(_figures(seen))
    spans = []
    for _, block, table in seen.draft.tables():
        for mark, columns in _COLUMNS.items():
            for column, heads in columns.items():
                said = any((row.get(column) or "").strip() for row in rows)
                if mark in table.header and said and not any(h in table.header for h in heads):
                    spans.append(Span(f"table {block.id}", heads[0], f"指标表里有“{column}”"))
    planned = seen.draft.kind.value == "plan" and any((row.get("明年目标") or "").strip() for row in rows)
    if planned and not any("目标" in t.header for _, _, t in seen.draft.tables()):
        spans.append(Span("", "主要目标表", "指标表里有“明年目标”，没有这张表"))
    return Measure("columns_lost", len(spans), tuple(spans), failed=bool(spans))


def unsorted(seen: Seen) -> Measure:
    """Tasks that stand behind a later one; in 要点 they follow their items."""
    if seen.draft.kind.value == "key-points":
        return Measure("unsorted", 0)
    given = [row for row in _matters(seen) if row.get("事项")]
    months: dict[str, list[tuple[int, str]]] = {}
    for _, block, table in seen.draft.tables():
        at = table.header.index("重点任务") if "重点任务" in table.header else None
        for task in (row[at].text for row in table.rows if at is not None):
            days = {_DAY.fullmatch(m.get("时间") or "") for m in given if task.startswith(m["事项"])}
            if len(days) == 1 and (day := days.pop()) is not None:
                months.setdefault(block.id, []).append((int(day[1]), task))
    spans = tuple(
        Span(f"table {block}", second, f"排在“{first}”后面，时限却在前")
        for block, tasks in months.items()
        for (before, first), (after, second) in pairwise(tasks)
        if after < before
    )
    return Measure("unsorted", len(spans), spans, failed=bool(spans))


def uncounted(seen: Seen) -> Measure:
    """The day up to which all figures count, where it is months before the end of what is reported and nobody is told."""
    days = {row.get("数据截止") or "" for row in _figures(seen) if (row.get("本期值") or "").strip()}
    match = re.fullmatch(r"(20\d\d)-(\d\d)-(\d\d)", days.pop()) if len(days) == 1 else None
    tabled = any("本年" in t.header or "本期" in t.header for _, _, t in seen.draft.tables())
    if match is None or not seen.draft.kind.looks_back or not tabled:
        return Measure("uncounted", 0)
    year, month, day = map(int, match.groups())
    told = f"{month}月{day}日" in seen.printed
    # A day in the last month is the figure before the books close.
    if told or year != seen.draft.year or month >= _last_month(seen.draft.period):
        return Measure("uncounted", 0)
    span = Span("", f"{month}月{day}日", "数只到这一天，稿子里没有说")
    return Measure("uncounted", 1, (span,), failed=True)


def said_twice(seen: Seen) -> Measure:
    """Sentences that stand in the draft once more than those who sent the matters wrote them."""
    sent = "\n".join(str(cell) for row in _matters(seen) for cell in row.values())
    spans, times = [], Counter[str]()
    for _, sentence in seen.draft.sentences():
        times[sentence.text] += 1
        again = times[sentence.text] > max(1, sent.count(sentence.text.rstrip("。")))
        if again and len(sentence.text) > 7:
            spans.append(Span(sentence.id, sentence.text, "前面已经写过"))
    return Measure("said_twice", len(spans), tuple(spans), failed=bool(spans))


def unsaid(seen: Seen) -> Measure:
    """Words in quotes that a leader wants written and that stand nowhere."""
    wanted = [m[1].rstrip("。") for line in seen.case.asked for m in _WORDS.finditer(line)]
    spans = tuple(Span("", words, "领导要求写的话没有写") for words in wanted if words not in seen.printed)
    return Measure("unsaid", len(spans), spans, failed=bool(spans))


def untold_matters(seen: Seen) -> Measure:
    """Matters of the department that stand nowhere in the draft, half of their words at least; not every one has to."""
    pieces = [_pairs(text) for _, text, _ in seen.pieces]
    spans = []
    for row in _matters(seen):
        words = _pairs(row.get("事项") or "")
        ours = row.get("部门", "") in ("", seen.case.department) and (row.get("公开范围") or "公开") == "公开"
        if ours and words and max((len(words & p) / len(words) for p in pieces), default=0) < 0.5:
            spans.append(Span("", str(row["事项"]), "哪里也没有写"))
    return Measure("untold_matters", len(spans), tuple(spans))


def _pairs(text: str) -> set[str]:
    han = re.sub(r"[^一-鿿]", "", text)
    return {han[i : i + 2] for i in range(len(han) - 1)}


def _last_month(period: str) -> int:
    """The last month of a period: of 2025, 2025H1, 2025Q3, 2025M1-10."""
    part = period[4:]
    return _ENDS.get(part) or (int(re.split(r"\D", part)[-1]) if part[:1] == "M" else 12)


def _matters(seen: Seen) -> Iterator[dict[str, str]]:
    """Rows of the tables of matters; what came as running text has none."""
    for file in seen.case.matters:
        if file.endswith((".csv", ".xlsx")):
            yield from table_of(seen.case.folder / file)


def _figures(seen: Seen) -> Iterator[dict[str, str]]:
    """Rows of the department for the year of the draft's figures."""
    year = seen.draft.period[:4]
    for file in seen.case.late or seen.case.figures:
        for row in table_of(seen.case.folder / file):
            if row.get("部门", "") in ("", seen.case.department) and row.get("年度", year) in ("", year):
                yield row


LOST: tuple[Callable[[Seen], Measure], ...] = (
    columns_lost, unsorted, uncounted, said_twice, unsaid, untold_matters,
)  # fmt: skip

"""What the tables of a draft say in words: which targets were met, who answers for a task.

In: a draft and its case.  Out: `Measure`s.

No claim lies on these cells, so no measure of numbers sees them: “未完成” that reads “完成” is the worst of all, because
nobody looks for it.  Figures and matters are read from their files, not from what the product made of them.
"""

from collections.abc import Callable, Iterator

from eval.measures import Measure, Seen, Span
from eval.truth import table_of, truths_of

_STATES = frozenset({"完成", "超额完成", "未完成"})
_WHO = {"责任科室": "责任科室", "责任单位": "责任科室", "牵头领导": "牵头领导"}
"""Head of a column of the draft → column of a matters file."""


def misstated(seen: Seen) -> Measure:
    """Rows whose 完成情况 is not what the value of the year and the target say."""
    spans = tuple(_misstated(seen))
    return Measure("misstated", len(spans), spans, failed=bool(spans))


def _misstated(seen: Seen) -> Iterator[Span]:
    case, catalogue = seen.case, seen.case.read_figures.catalogue()
    files = [case.folder / f for f in (case.late or case.figures)]
    met: dict[str, set[bool]] = {}
    for truth in truths_of(files, seen.draft.period or str(seen.draft.year), case.department):
        for name in truth.rows:
            found, short = catalogue.by_name(name), truth.value(name, "gap")
            if found is None or short is None or found.better == "neutral":
                continue
            met.setdefault(found.id, set()).add(short >= 0 if found.better == "up" else short <= 0)
    for block, header, row in _rows(seen):
        metric = next((c.metric for cell in row for c in cell.claims if c.metric), None)
        if "完成情况" not in header or metric not in met:
            continue
        said = row[header.index("完成情况")].text
        # Two files may say different things; a draft may follow either.
        if said in _STATES and (said != "未完成") not in met[metric]:
            yield Span(f"table {block} {row[0].text}", said, "与指标表里的本期值和目标相反")


def misassigned(seen: Seen) -> Measure:
    """Rows of a table of tasks that name another department or leader than the matter does."""
    spans = tuple(_misassigned(seen))
    return Measure("misassigned", len(spans), spans, failed=bool(spans))


def _misassigned(seen: Seen) -> Iterator[Span]:
    given = [row for f in seen.case.matters for row in table_of(seen.case.folder / f) if row.get("事项")]
    for block, header, row in _rows(seen):
        if "重点任务" not in header:
            continue
        task = row[header.index("重点任务")].text
        matters = [m for m in given if task and task in m["事项"]]
        for head, column in _WHO.items():
            said = row[header.index(head)].text if head in header else ""
            wanted = {m[column] for m in matters if m.get(column)}
            if wanted and not any(w in said or said in w for w in wanted):
                yield Span(f"table {block} {task}", said or head, f"事项表里是{'、'.join(sorted(wanted))}")


def _rows(seen: Seen) -> Iterator[tuple[str, tuple[str, ...], tuple]]:  # type: ignore[type-arg]
    for _, block, table in seen.draft.tables():
        for row in table.rows:
            yield block.id, table.header, row


TABLED: tuple[Callable[[Seen], Measure], ...] = (misstated, misassigned)

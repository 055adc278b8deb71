"""What the tables of a draft say in words: which targets were met, who answers for a task.

In: a draft and its case.  Out: `Measure`s.

No claim lies on these cells, so no measure of numbers sees them: “未完成” that reads “完成” is the worst of all, because
nobody looks for it.  Figures and matters are read from their files, not from what the product made of them.
"""

import re
from collections.abc import Callable, Iterator

from eval.given import Given, Piece, holds_of, printed_pieces, quantities
from eval.measures import Measure, Seen, Span
from eval.truth import Truth, table_of, truths_of

_STATES = frozenset({"完成", "超额完成", "未完成"})
_WHO = {"责任科室": "责任科室", "责任单位": "责任科室", "牵头领导": "牵头领导", "完成时限": "完成时限"}
"""Head of a column of the draft → column of a file of figures or, 时间 for a deadline, of matters."""


def misstated(seen: Seen) -> Measure:
    """Rows whose 完成情况 is not what the value of the year and the target say."""
    spans = tuple(_misstated(seen))
    return Measure("misstated", len(spans), spans, failed=bool(spans))


def reached(seen: Seen) -> dict[str, set[bool]]:
    """Whether the target of each metric was met, by its name in the figures; two files may say different things."""
    case, catalogue = seen.case, seen.case.read_figures.catalogue()
    files = [case.folder / f for f in (case.late or case.figures)]
    met: dict[str, set[bool]] = {}
    for truth in truths_of(files, seen.draft.period or str(seen.draft.year), case.department):
        for name in truth.rows:
            found, short = catalogue.by_name(name), truth.value(name, "gap")
            if found is None or short is None or found.better == "neutral":
                continue
            met.setdefault(name, set()).add(short >= 0 if found.better == "up" else short <= 0)
    return met


def _misstated(seen: Seen) -> Iterator[Span]:
    catalogue = seen.case.read_figures.catalogue()
    met: dict[str, set[bool]] = {}
    for name, told in reached(seen).items():
        found = catalogue.by_name(name)
        met.setdefault(found.id if found else name, set()).update(told)
    for block, header, row in _rows(seen):
        metric = next((c.metric for cell in row for c in cell.claims if c.metric), None)
        if "完成情况" not in header or metric not in met:
            continue
        said = _cell(header, row, "完成情况")
        # Two files may say different things; a draft may follow either.
        if said in _STATES and (said != "未完成") not in met[metric]:
            yield Span(f"table {block} {row[0].text}", said, "与指标表里的本期值和目标相反")


def misassigned(seen: Seen) -> Measure:
    """Rows of a table of tasks that name another department or leader than the matter does."""
    spans = tuple(_misassigned(seen))
    return Measure("misassigned", len(spans), spans, failed=bool(spans))


def _misassigned(seen: Seen) -> Iterator[Span]:
    files = {
        "重点任务": ("事项", [seen.case.folder / f for f in seen.case.matters]),
        "指标": ("指标名称", [seen.case.folder / f for f in (seen.case.late or seen.case.figures)]),
    }
    catalogue = seen.case.read_figures.catalogue()
    for block, header, row in _rows(seen):
        kind = next((k for k in files if k in header), "")
        task = _cell(header, row, kind)
        if not kind or not task:
            continue
        column, paths = files[kind]
        found = catalogue.by_name(task) if kind == "指标" else None
        names = {task, *(found.all_names() if found else ())}
        given = [g for path in paths for g in table_of(path) if g.get(column)]
        given = [g for g in given if (task in g[column] if kind == "重点任务" else g[column] in names)]
        for head, theirs in (_WHO | ({"完成时限": "时间"} if kind == "重点任务" else {})).items():
            said, wanted = _cell(header, row, head), {g[theirs] for g in given if g.get(theirs)}
            if head in header and wanted and not any(_same(head, said, w) for w in wanted):
                yield Span(f"table {block} {task}", said or head, f"给的是{'、'.join(sorted(wanted))}")


def _same(head: str, said: str, given: str) -> bool:
    """Whether a cell says what was given; of a deadline its month and day, when it says any."""
    if head == "完成时限":
        months = [re.findall(r"(\d{1,2})月(?:(\d{1,2})日)?", text) for text in (said, given)]
        return not all(months) or months[0][-1] == months[1][-1]
    return bool(said) and (given in said or said in given)


_FIELD = (
    (re.compile("^(本年|本期|今年|完成[数值]|实际)"), ("now",)), (re.compile("^(上年|去年|同期|上期)"), ("prev",)),
    (re.compile("^(比上年|同比|较上年|增减)"), ("change", "growth", "multiple")), (re.compile("完成率"), ("attainment",)),
    (re.compile("^(下年|明年|20..年目标)"), ("goal",)), (re.compile("目标"), ("target",)),
)  # fmt: skip


def mistabled(seen: Seen) -> Measure:
    """Cells whose number is not the one that the row and the head of the column ask for."""
    spans = tuple(_mistabled(seen))
    return Measure("mistabled", len(spans), spans, failed=bool(spans))


def _mistabled(seen: Seen) -> Iterator[Span]:
    given, ahead = seen.given, not seen.draft.kind.looks_back
    for piece in printed_pieces(seen):
        fields: tuple[str, ...] = next(
            (found for head, found in _FIELD if piece.label and head.search(piece.around)), ()
        )
        if ahead and fields in (("prev",), ("target",)):
            # A plan's table sets its goal beside what was reached, which it calls last year's.
            fields = ("now",) if fields == ("prev",) else ("goal",)
        rows = given.named(piece.label, exact=True)
        if fields and rows and not any(_fits(piece, fields, given, row) for row in rows):
            yield Span(piece.where, piece.text, f"{piece.label}的“{piece.around}”不是这个数")


def _fits(piece: Piece, fields: tuple[str, ...], given: Given, row: tuple[str, Truth]) -> bool:
    found = quantities(piece.text, given.units)
    return not found or ":" in row[1].rows[row[0]].unit or any(holds_of(found[0], row, f) for f in fields)


def _cell(header: tuple[str, ...], row: tuple, head: str) -> str:  # type: ignore[type-arg]
    """The text under a head, "" where the row has no cell there."""
    at = header.index(head) if head in header else len(row)
    return str(row[at].text) if at < len(row) else ""


def _rows(seen: Seen) -> Iterator[tuple[str, tuple[str, ...], tuple]]:  # type: ignore[type-arg]
    for _, block, table in seen.draft.tables():
        for row in table.rows:
            yield block.id, table.header, row


TABLED: tuple[Callable[[Seen], Measure], ...] = (misstated, misassigned, mistabled)

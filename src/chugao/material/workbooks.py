"""A workbook that a department sent: what its sheets say as items, and every number that none of them took.

In: a file.  Out: provisional `Item`s with sheet and cell; `Unused`.

Surprise: one workbook holds figures on a sheet, matters on the next and a remark under the table.  Each sheet goes to
the reader that knows it; one that nobody knows is read as if it had been pasted into a text, so that nothing of it is lost.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from chugao.catalogue import Catalogue
from chugao.documents.grid import Sheet, Workbook
from chugao.documents.paragraph import Paragraph
from chugao.documents.reading import Reading
from chugao.documents.sheets import read_sheets
from chugao.errors import InputError
from chugao.material.figure_sheets import OwnFigures, figures_on, has_own_head
from chugao.material.items import Item
from chugao.material.prose import Reader, Unused
from chugao.material.reading import NO_MATTERS, ONE_COLUMN, matters_of_books
from chugao.material.rows import as_wished, item_of_matter, items_of_figures
from chugao.material.statements import PLANS, PROBLEMS, take_apart, with_rows
from chugao.material.withholding import without_amount
from chugao.mentions import MentionRole, find_mentions
from chugao.metrics.reading import read_metrics
from chugao.source import Source

_NO_FIGURE = (MentionRole.NUMBERING, MentionRole.NAME, MentionRole.DATE)
_ORDINAL = re.compile(r"\d{1,3}[.、]?")
_TITLE = re.compile(
    r"^[^，。]{2,40}?(?:表|统计|汇总|情况|总结|台账|清单|材料|指标|数据|一览|标本量|工作量|业务量|服务量)(?:[（(][^（）()]{0,60}[）)])?$"
)
_HEADER = re.compile(r"[^。，]{0,6}(?:20\d\d年?(?:1?\d[-—至]1?\d月)?|(?:\d{1,2}[-—至])?\d{1,2}月)[^。，]{0,6}")


def read_workbook(
    file: Path, department: str, year: int, catalogue: Catalogue
) -> tuple[tuple[Item, ...], tuple[Unused, ...]]:
    """The items of a workbook and the numbers left over.  Raises `InputError` when it holds neither."""
    book = read_sheets(file)
    items: list[Item] = []
    refused: InputError | None = None
    own: dict[str, OwnFigures] = {}
    for sheet in book.sheets:
        if not sheet.hidden and has_own_head(sheet) and (told := figures_on(sheet, department, year)):
            items += _own_items(told, book, sheet, department, year)
            own[sheet.name] = told
    rest = book.model_copy(update={"sheets": tuple(s for s in book.sheets if s.name not in own)})
    try:
        if rest.sheets:
            items += (item_of_matter(m, year, department) for m in matters_of_books([rest]).items)
    except InputError as error:
        refused = error
        if NO_MATTERS not in str(error) and ONE_COLUMN not in str(error):
            raise
    try:
        items += (_as_wished(i, book) for i in items_of_figures(read_metrics(file), department, year))
    except InputError as error:
        # A sheet that looks like figures is told what is wrong with them; one that looks like nothing, what is wanted.
        refused = refused if refused and "没有找到表头" in str(error) else error
        for sheet in rest.sheets:
            known = {i.source.sheet for i in items}
            if not sheet.hidden and sheet.name not in known and (told := figures_on(sheet, department, year)):
                items += _own_items(told, book, sheet, department, year)
                own[sheet.name] = told
    unused: list[Unused] = []
    named = {i.source.sheet or "" for i in items}
    for sheet in book.sheets:
        if sheet.hidden or not sheet.rows:
            continue
        if sheet.name in named:
            unused += _left(sheet, _used(items, sheet, own.get(sheet.name)), _told(items, sheet), catalogue, year)
            unused += _words(sheet, own.get(sheet.name))
            continue
        more, left = _as_text(book, sheet, department, year, catalogue)
        items += more
        unused += left
    if not items:
        raise refused or InputError(f"{book.file}：没有{year}年的数。请核对 --year，或确认这是今年的材料。")
    return tuple({i.id: i for i in items}.values()), tuple(unused)


def _own_items(told: OwnFigures, book: Workbook, sheet: Sheet, department: str, year: int) -> list[Item]:
    """The figures of a sheet under a department's own head, each with its cell."""
    items = []
    for item in items_of_figures(told.figures, department, year):
        changed: dict[str, object] = {"source": _cell_of(item.source, book, sheet)}
        for name in ("observation", "previous", "change"):
            if (part := getattr(item, name)) is not None:
                changed[name] = part.model_copy(update={"source": _cell_of(part.source, book, sheet)})
        row = int(re.sub(r"\D", "", item.source.cell or "0") or 0)
        moved = item.model_copy(update=changed | (dict([told.asked[row]]) if row in told.asked else {}))
        items.append(_as_wished(moved, book))
    return items


def _cell_of(source: Source, book: Workbook, sheet: Sheet) -> Source:
    named = {"file": book.file, "sheet": sheet.name or None, "fingerprint": book.fingerprint}
    return source.model_copy(update=named)


def _as_wished(item: Item, book: Workbook) -> Item:
    """A figure with the release that its row asks for."""
    sheet = next((s for s in book.sheets if s.name == (item.source.sheet or "")), None)
    row = re.search(r"\d+", item.source.cell or "")
    if sheet is None or row is None or int(row[0]) > len(sheet.rows):
        return item
    return as_wished(item, [c.text for c in sheet.rows[int(row[0]) - 1]])


def _words(sheet: Sheet, own: OwnFigures | None) -> Iterator[Unused]:
    """Cells with a word where a figure should stand."""
    for at in own.no_figures if own else ():
        text = next((c.text for row in sheet.rows for c in row if c.at == at), "")
        row = int(re.sub(r"\D", "", at))
        yield Unused(text=text, paragraph=row, why=f"“{sheet.name}”表{at}，不是数，没有采用")


def _used(items: Iterable[Item], sheet: Sheet, own: OwnFigures | None = None) -> frozenset[str]:
    """The cells that stand behind the items of a sheet."""
    read = {c.at for r in sheet.rows for n, c in enumerate(r) if own and n in own.read}
    sources = [s for i in items for s in (i.source, *(o.source for o in (i.observation, i.previous, i.change) if o))]
    return frozenset({s.cell for s in sources if (s.sheet or "") == sheet.name and s.cell} | read)


def _told(items: Iterable[Item], sheet: Sheet) -> str:
    """All words of the matters of a sheet: a row of theirs is told in several columns."""
    matters = [i.matter for i in items if i.matter is not None and (i.source.sheet or "") == sheet.name]
    return "\n".join(_bare(v) for m in matters for v in m.model_dump(mode="json").values() if isinstance(v, str))


def _bare(text: str) -> str:
    return re.sub(r"[\s。；;，,、.]+", "", text)


def _left(sheet: Sheet, used: frozenset[str], told: str, catalogue: Catalogue, year: int) -> Iterator[Unused]:
    """Numbers of a table that no item took; heads of columns, dates and running numbers are none."""
    rows_used = {int(re.sub(r"\D", "", at)) for at in used}
    first = min(rows_used, default=1)
    for index, row in enumerate(sheet.rows, 1):
        if index < first:
            continue
        texts: set[str] = set()
        for column, cell in enumerate(row):
            bare = column == 0 and _ORDINAL.fullmatch(cell.text)
            if not cell.text or cell.at in used or bare or cell.text in texts or _bare(cell.text) in told:
                continue
            # A merged value is told once.
            texts.add(cell.text)
            rest, kept_in = _apart(cell.text)
            if kept_in and _bare(rest) in told:
                why = f"“{sheet.name}”表{cell.at}，报送人说这个数不写"
                kept = [m for m in find_mentions(kept_in, catalogue, year=year) if m.role not in _NO_FIGURE]
                yield from (Unused(text=m.text, paragraph=index, why=why) for m in kept)
                continue
            if _HEADER.fullmatch(cell.text):
                continue
            for mention in find_mentions(cell.text, catalogue, year=year):
                if mention.role not in _NO_FIGURE:
                    yield Unused(text=mention.text, paragraph=index, why=f"“{sheet.name}”表{cell.at}，没有用作今年的数")


def _apart(text: str) -> tuple[str, str]:
    """A cell as it is told, and what its writer wants kept in."""
    kept = ""
    while (cut := without_amount(text)) is not None:
        text, kept = cut[0], f"{cut[1]}{kept}"
    return text, kept


def _as_text(
    book: Workbook, sheet: Sheet, department: str, year: int, catalogue: Catalogue
) -> tuple[list[Item], list[Unused]]:
    """A sheet that no reader of workbooks knows, read like a table in a text."""
    from chugao.documents.structure import understand

    lines = [Paragraph(text=f"{department}{year}年工作材料", style_level=0)]
    row_of: dict[int, int] = {}
    if len(sheet.name) <= _SHORT and (PROBLEMS.search(sheet.name) or PLANS.search(sheet.name)):
        # Of a sheet called 问题 every line is one, with a head over it or without.
        lines.append(Paragraph(text=f"一、{sheet.name}", style_level=1, line=2))
    for index, row in enumerate(sheet.rows, 1):
        texts = [c.text.replace("\t", " ").replace("\n", " ") for c in row]
        if not any(texts):
            continue
        single = len({t for t in texts if t}) == 1
        text = next(t for t in texts if t) if single else "\t".join(texts)
        if single and not row_of and _TITLE.search(text):
            continue
        if single and not text.endswith(("。", "；", "：", ":", "！")):
            text = f"{text}。"
        lines.append(Paragraph(text=text, table=not single, line=len(lines) + 1))
        row_of[len(lines)] = index
    reading = Reading(file=book.file, fingerprint=book.fingerprint, format="text", paragraphs=tuple(lines))
    document = understand(with_rows(reading))
    whence = {line: (row, "") for line, row in row_of.items()}
    reader = Reader(document, department, year, catalogue, whence)
    sent = take_apart(document, {})
    items = [_placed(i, sheet) for i in reader.items(sent)]
    left = [u.model_copy(update={"why": f"“{sheet.name}”表，{u.why}"}) for u in reader.unused(sent)]
    return items, left


_SHORT = 8


def _placed(item: Item, sheet: Sheet) -> Item:
    """With the sheet in its source, and the row as the paragraph."""
    changed: dict[str, object] = {"source": item.source.model_copy(update={"sheet": sheet.name or None})}
    for name in ("observation", "previous", "change", "matter"):
        held = getattr(item, name)
        if held is not None:
            changed[name] = held.model_copy(
                update={"source": held.source.model_copy(update={"sheet": sheet.name or None})}
            )
    return item.model_copy(update=changed)

"""The 核实表: what departments sent as a sheet, answered row by row in Excel or WPS, and read back.

In: items.  Out: an .xlsx with a column 办法 (确认, 不用, 改为); and from the answered one, what is to be done with each.

The sheet may lie on somebody's desk for a week.  So a row says how its item stood when it was written, and is put aside
where somebody has decided otherwise meanwhile; and it is all or nothing: one row that cannot be understood, and no row
is applied.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from chugao.documents.sheets import Cell, Sheet, read_sheets
from chugao.errors import ChugaoError, InputError
from chugao.material.correcting import Correction, corrected
from chugao.material.items import Item
from chugao.material.telling import KINDS, STATUS, read_as
from chugao.metrics.books import offer, save_sheets
from chugao.source import Release

CONFIRM, REJECT, CHANGE = "确认", "不用", "改为"
_HEADER = (
    "编号", "类型", "科室", "原文", "读作", "出处", "提醒", "现状", "办法", "改为", "公开范围", "佐证或理由",
)  # fmt: skip
_SHEET = "核实表"
_HELP = (
    ("办法", "每条选一个：确认（照原文用）、不用、改为（照“改为”一栏用）；空着的不动。"),
    ("改为", "数据写数和单位，如 3.2万人次；事项写整句话。"),
    ("公开范围", "公开、上报、内部、不写；改了以后，办法要选确认或改为。"),
    ("佐证或理由", "“首例”等说法写凭什么；不用的写为什么。"),
    ("不足", "确认只说明属实；写不写进文稿，另用 chugao material pick 挑选。"),
    ("收回", "填好后：chugao material answer 核实表.xlsx --by 姓名。其他各栏请不要改。"),
)
_MOST_TOLD = 10


class Answer(NamedTuple):
    """What a person wants done with one item."""

    id: str
    action: str
    """确认, 不用 or 改为."""
    correction: Correction
    reason: str = ""

    def settle(self, item: Item, by: str) -> Item:
        """The item as answered.  Raises `InputError` for a change that does not fit it."""
        if self.action == REJECT:
            note = f"{by}不采用" + (f"：{self.reason}" if self.reason else "")
            return item.model_copy(update={"status": "rejected", "confirmed_by": None, "picked_by": "", "note": note})
        if any(v is not None for v in self.correction.model_dump().values()):
            item = corrected(item, self.correction)
        update = {"status": "confirmed", "confirmed_by": by} | ({"copied_from": None} if self.action == CHANGE else {})
        return item.model_copy(update=update)


class Answers(NamedTuple):
    """What an answered sheet says."""

    answers: tuple[Answer, ...]
    blank: int
    """Rows without an answer."""
    overtaken: tuple[str, ...]
    """Ids of items that somebody else has decided since the sheet was written."""


# --- out ------------------------------------------------------------------------------------------


def write_answer_sheet(items: Iterable[Item], path: Path | str) -> int:
    """Write the sheet; says how many items stand in it.  Leaders' instructions are no question and are left out."""
    rows = [_row(i) for i in items if i.kind != "instruction"]
    answers = offer((_HEADER.index("办法"), (CONFIRM, REJECT, CHANGE)), len(rows))
    releases = offer((_HEADER.index("公开范围"), tuple(r.value for r in Release)), len(rows))
    save_sheets(path, (_SHEET, _HEADER, rows), ("填表说明", ("栏目", "说明"), _HELP), choices={0: (answers, releases)})
    return len(rows)


def _row(item: Item) -> tuple[str, ...]:
    where = f"{item.source.file} {item.source.cell or ''}".strip()
    if item.source.paragraph and not item.source.cell:
        where = f"{where} 第{item.source.paragraph}段"
    told = (item.id, "不足" if item.is_problem else KINDS[item.kind], item.department, item.text)
    understood = read_as(item) if item.observation is not None else item.matter.text if item.matter else ""
    return (*told, understood, where, _warnings(item), STATUS[item.status], "", "", item.release.value, "")


def _warnings(item: Item) -> str:
    copied = f"与往年文稿《{item.copied_from}》相同" if item.copied_from else ""
    return "；".join(w for w in (copied, item.asks, item.note) if w)


# --- back -----------------------------------------------------------------------------------------


def read_answer_sheet(path: Path | str, items: Iterable[Item]) -> Answers:
    """What the answered sheet says of these items.

    Raises one `InputError` that lists every row that cannot be understood, with its cell and what to write.
    """
    book = read_sheets(path)
    known = {i.id: i for i in items}
    sheet, columns, first = _find(book.sheets, book.file)
    problems: list[str] = []
    answers: dict[str, Answer] = {}
    blank, overtaken = 0, []
    for number in range(first, len(sheet.rows)):
        row = {name: sheet.cell(number, column) for name, column in columns.items()}
        if not any(cell.text for cell in row.values()):
            continue
        if not any(row[name].text for name in ("办法", "改为")) and not _moved(row, known):
            blank += 1
            continue
        try:
            answer = _answer(row, known)
            if answer.id in answers:
                raise InputError(f"编号{answer.id}出现了两次。请只留一行。")
            if STATUS[known[answer.id].status] != row["现状"].text:
                overtaken.append(answer.id)
                continue
            answer.settle(known[answer.id], "核实人")
            answers[answer.id] = answer
        except ChugaoError as error:
            problems.append(f"{sheet.name} {row['办法'].at}：{error}")
    if problems:
        more = f"\n另有{len(problems) - _MOST_TOLD}处。" if len(problems) > _MOST_TOLD else ""
        raise InputError(
            f"{book.file}：有{len(problems)}行看不懂，一行也没有收。\n" + "\n".join(problems[:_MOST_TOLD]) + more
        )
    return Answers(tuple(answers.values()), blank, tuple(overtaken))


def _find(sheets: Iterable[Sheet], file: str) -> tuple[Sheet, dict[str, int], int]:
    for sheet in sheets:
        for number, row in enumerate(sheet.rows[:5]):
            named = {cell.text: column for column, cell in enumerate(row)}
            if set(_HEADER) <= named.keys():
                return sheet, {name: named[name] for name in _HEADER}, number + 1
    raise InputError(
        f"{file}：不是核实表，没有{'、'.join(_HEADER[-4:])}等各栏。请用 chugao material sheet 写出的表来填。"
    )


def _moved(row: dict[str, Cell], known: dict[str, Item]) -> bool:
    """Whether somebody changed how far a thing may go, without saying what is to be done with it."""
    item = known.get(row["编号"].text)
    return item is not None and row["公开范围"].text not in ("", item.release.value)


def _answer(row: dict[str, Cell], known: dict[str, Item]) -> Answer:
    item = known.get(row["编号"].text)
    if item is None:
        raise InputError(f"没有编号“{row['编号'].text[:20]}”的材料。编号一栏请不要改。")
    action, new = row["办法"].text, row["改为"].text.strip()
    if action not in ("", CONFIRM, REJECT, CHANGE):
        raise InputError(f"办法“{action[:20]}”不认识。请选 确认、不用 或 改为。")
    if row["原文"].text.split() != item.text.split() and item.status == "provisional":
        raise InputError("“原文”一栏被改动了。请改回去，把要用的话写在“改为”一栏。")
    if new and action in ("", CHANGE):
        action = CHANGE
    elif new:
        raise InputError(f"办法选了“{action}”，“改为”又写了话。请只留一样。")
    if not action:
        raise InputError("公开范围改了，没有选办法。请选 确认 或 改为。")
    if action == CHANGE and not new:
        raise InputError("办法选了“改为”，没有写改成什么。请写在“改为”一栏。")
    release = row["公开范围"].text
    wanted = Correction(
        text=new if new and item.observation is None else None,
        value=new if new and item.observation is not None else None,
        release=release if release not in ("", item.release.value) else None,
        evidence=row["佐证或理由"].text.strip() or None if item.matter is not None else None,
    )
    return Answer(item.id, action, wanted if action != REJECT else Correction(), row["佐证或理由"].text.strip())

"""Pairs of drafts for people who must not know which is which, and what their marks are worth.

In: two folders of draft .json files of the same documents.  Out: a folder of unmarked .docx pairs with a sheet to fill
in, a key kept apart, and afterwards the statistics, or the refusal to make any.

Which of the two lies left is thrown for each pair and each reader, and half of the readers meet every pair the other
way round; what readers prefer because it lies left comes out as such.
"""

import csv
import io
import json
import math
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from eval.gate import interval

if TYPE_CHECKING:
    from docx.document import Document

    from chugao.manuscript import Draft

PAIRS_FOR_A_CLAIM, READERS_FOR_A_CLAIM = 40, 3
QUESTIONS = {"像本单位写的": "tone", "重点突出": "weight", "举措可执行": "acts", "愿意署名上报": "sign"}
"""Column of the sheet → what it is called in the statistics; the last is the one a claim is made of."""
_BY_PLACE = 0.001
_SHEET = ("读者", "对", *QUESTIONS, "备注")
_TOLD = """每对两份稿，材料相同，写法不同。请读完两份再填评分表，一行一对：
“像本单位写的”“重点突出”“举措可执行”“愿意署名上报”四列，左边好填“左”，右边好填“右”，分不出填“平”，没有读的空着。
“读者”“对”两列不要改。请不要和别的读者商量。评分表用 Excel 或 WPS 存成 .xlsx 或 .csv 都可以，名字不要改。
"""
_ANSWERS = {"左": -1, "右": 1, "平": 0, "": None}


class Mark(NamedTuple):
    """What one reader says of one pair: −1 the first version, 1 the second, 0 neither."""

    reader: str
    pair: str
    question: str
    choice: int
    left: str
    """Version that lay left."""


class Told(NamedTuple):
    """What the marks show."""

    pairs: int
    readers: int
    wins: tuple[int, int, int]
    """First version, second version, neither, in the last question."""
    share: tuple[float, float, float]
    """Second version's share of the decided marks, with its 95 % interval over pairs."""
    sign_p: float
    """Two-sided sign test over pairs."""
    left_share: float
    """How often what lay left was chosen: ½ when the place did not matter."""
    agreement: float | None
    """Share of pairs marked by two readers or more in which all agree; None without such."""
    by_question: dict[str, float]
    refusal: str
    """Why nothing may be claimed; "" when it may."""
    one_sided: dict[str, float] = {}
    """Readers who chose by the place and not by the text → how often what lay left."""
    unread: tuple[str, ...] = ()


# --- making ---------------------------------------------------------------------------------------


def make_pairs(
    first: Path, second: Path, folder: Path, key: Path, seed: int = 1, readers: int = 3
) -> tuple[int, tuple[str, ...]]:
    """A folder for each reader with both versions of every document that both folders hold.

    Returns how many pairs, and the documents left out because both versions read the same: nobody can choose there.
    """
    if key.resolve().is_relative_to(folder.resolve()):
        raise SystemExit(f"答案{key}不能放在盲读文件夹{folder}里。")
    if key.exists() or (folder.is_dir() and any(folder.iterdir())):
        raise SystemExit(f"{folder}里已经有东西，或者已有答案{key}；填好的评分会被盖掉，请换一个文件夹。")
    both = sorted({p.name for p in first.glob("*.json")} & {p.name for p in second.glob("*.json")})
    if not both:
        raise SystemExit(f"{first}和{second}里没有同名的 .json 文稿。")
    alike = tuple(name for name in both if _printed(_read(first / name)) == _printed(_read(second / name)))
    if not (shared := [name for name in both if name not in alike]):
        raise SystemExit(f"{first}和{second}里同名的文稿读起来都一样，没有可比的。")
    chance, kept = random.Random(seed), {}
    for reader in range(1, readers + 1):
        name = f"读者{reader}"
        order = chance.sample(shared, len(shared))
        sides = _sides(shared, reader, seed)
        kept[name] = {f"{n:02d}": {"file": f, "left": sides[f]} for n, f in enumerate(order, 1)}
        for number, held in kept[name].items():
            _write_pair(folder / name, number, (first, second), held["file"], str(held["left"]))
        _write_sheet(folder / f"评分-{name}.csv", name, kept[name])
    (folder / "说明.txt").write_text(_TOLD, encoding="utf-8-sig", newline="\r\n")
    key.write_text(json.dumps({"seed": seed, "readers": kept}, ensure_ascii=False, indent=1), encoding="utf-8")
    return len(shared), alike


def _sides(files: Sequence[str], reader: int, seed: int) -> dict[str, str]:
    """Which version lies left: thrown for a pair, turned round from one reader to the next."""
    thrown = {f: random.Random(f"{seed}/{f}").random() < 0.5 for f in files}
    return {f: "first" if thrown[f] == bool(reader % 2) else "second" for f in files}


def _write_pair(folder: Path, number: str, versions: tuple[Path, Path], file: str, left: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    drafts = [_read(v / file) for v in versions]
    if left == "second":
        drafts.reverse()
    for side, draft in zip("左右", drafts, strict=True):
        (folder / f"{number}-{side}.docx").write_bytes(_plain_word(draft))


def _read(path: Path) -> "Draft":
    from chugao.export import read_draft

    return read_draft(path)


def _printed(draft: "Draft") -> list[tuple[str, str | list[list[str]]]]:
    """What a reader gets: title, headings, paragraphs, and tables as rows of cells; nothing of who wrote it is in it."""
    found: list[tuple[str, str | list[list[str]]]] = [("title", draft.title.text)]
    for section in draft.sections:
        if section.level:
            found.append(("heading", section.number + section.heading.text))
        for block in section.blocks:
            if block.table is None:
                found.append(("paragraph", section.block_text(block)))
            else:
                rows = [list(block.table.header), *([c.text for c in row] for row in block.table.rows)]
                found.append(("table", rows))
    return found


def _plain_word(draft: "Draft") -> bytes:
    """A Word file of the bare text: no 草稿 mark, no comments, no properties, the same plain layout for both."""
    import docx

    document = docx.Document()
    document.core_properties.author = document.core_properties.title = document.core_properties.comments = ""
    _set_page(document)
    for role, piece in _printed(draft):
        if isinstance(piece, str):
            _add_paragraph(document, role, piece)
            continue
        table = document.add_table(rows=0, cols=len(piece[0]), style="Table Grid")
        for row in piece:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.text = text
        document.add_paragraph()
    document.save(out := io.BytesIO())
    return out.getvalue()


def _set_page(document: "Document") -> None:
    """A4 and a Chinese font, so that nobody judges a paper by the look of a letter from overseas."""
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    page, normal = document.sections[0], document.styles["Normal"]
    page.page_width, page.page_height = Mm(210), Mm(297)
    normal.font.size = Pt(14)
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "仿宋")


def _add_paragraph(document: "Document", role: str, text: str) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    paragraph = document.add_paragraph()
    paragraph.add_run(text).bold = role != "paragraph" or None
    if role == "title":
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    else:
        paragraph.paragraph_format.first_line_indent = Pt(28)


def _write_sheet(path: Path, reader: str, pairs: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([_SHEET, *((reader, number, *[""] * (len(QUESTIONS) + 1)) for number in pairs)])


# --- reading back ---------------------------------------------------------------------------------


def read_back(folder: Path, key: Path) -> Told:
    """The sheets of a folder against the key; what is missing, empty or cannot be read is told and never guessed."""
    if not key.is_file():
        raise SystemExit(f"没有答案文件{key}，读不回评分。")
    answers = _answers(key)
    marks: dict[tuple[str, str, str], Mark] = {}
    unread: list[str] = []
    columns = {question: column for column, question in QUESTIONS.items()}
    for sheet in sorted(p for p in folder.glob("评分-*") if p.is_file()):
        for row in _rows_of(sheet, unread):
            for mark in _marks(row, answers, unread, sheet.name):
                if (kept := marks.setdefault(mark[:3], mark)) != mark:
                    unread.append(
                        f"{sheet.name}：{mark.reader}对同一对答了两次，前后不同，只算第一次（{columns[kept.question]}）"
                    )
    for reader, pairs in answers.items():
        done = {m.pair for m in marks.values() if m.reader == reader}
        if len(done) < len(pairs):
            unread.append(f"{reader}：{len(pairs)}对里答了{len(done)}对")
    return statistics_of([*marks.values()], tuple(unread))


def _answers(key: Path) -> dict[str, dict[str, dict[str, str]]]:
    try:
        held = json.loads(key.read_text(encoding="utf-8"))["readers"]
        return {reader: {n: {"file": p["file"], "left": p["left"]} for n, p in held[reader].items()} for reader in held}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise SystemExit(f"答案文件{key}不全或者被改过，读不回评分；请找原来那一份。") from None


def _rows_of(sheet: Path, unread: list[str]) -> Iterator[dict[str, str]]:
    """Rows by the names of the columns, wherever the heading stands; what cannot be read is told."""
    try:
        cells = _cells_of(sheet)
    except Exception as error:  # what a reader's machine made of a sheet must not cost the others their marks
        unread.append(f"{sheet.name}：打不开（{type(error).__name__}），请另存为 .xlsx 或 .csv")
        return
    at = next((i for i, row in enumerate(cells) if {"读者", "对"} <= {*row}), None)
    if at is None:
        unread.append(f"{sheet.name}：没有“读者”“对”两列，没有读")
        return
    if gone := [column for column in QUESTIONS if column not in cells[at]]:
        unread.append(f"{sheet.name}：没有“{'”“'.join(gone)}”这一列")
    for row in cells[at + 1 :]:
        yield {column: cell for column, cell in zip(cells[at], row, strict=False) if column}


def _cells_of(sheet: Path) -> list[list[str]]:
    """Excel and WPS save a .csv in the system's characters, with its own mark between cells, or as .xlsx."""
    if sheet.suffix == ".xlsx":
        import openpyxl

        page = openpyxl.load_workbook(sheet, read_only=True, data_only=True).worksheets[0]
        rows = [["" if c is None else str(c) for c in row] for row in page.iter_rows(values_only=True)]
        return [[c.strip().removesuffix(".0") for c in row] for row in rows]
    if sheet.suffix != ".csv":
        raise ValueError(sheet.suffix)
    content = sheet.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", "replace")
    mark = max(",;\t，；", key=text.partition("\n")[0].count)
    return [[c.strip() for c in row] for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark)]


def _marks(
    row: dict[str, str], answers: dict[str, dict[str, dict[str, str]]], unread: list[str], sheet: str
) -> Iterator[Mark]:
    reader, number = row.get("读者", "").strip(), row.get("对", "").strip()
    held = answers.get(reader, {}).get(number.zfill(2))
    if held is None:
        if any(v.strip() for v in row.values()):
            unread.append(f"{sheet}：没有“{reader}”的第{number}对；“读者”“对”两列请不要改")
        return
    for column, question in QUESTIONS.items():
        said = row.get(column, "").strip()
        if said not in _ANSWERS:
            unread.append(f"{sheet}第{number}对“{column}”：“{said}”看不懂，请填左、右或平")
        elif (place := _ANSWERS[said]) is not None:
            # What lies left is −1; the choice is told by version, whichever side it lay on.
            yield Mark(reader, held["file"], question, place if held["left"] == "first" else -place, held["left"])


def statistics_of(marks: Sequence[Mark], unread: tuple[str, ...] = ()) -> Told:
    """Counts, intervals and tests; the last question is the one that counts."""
    last = [*QUESTIONS.values()][-1]
    main = [m for m in marks if m.question == last]
    by_pair: dict[str, list[Mark]] = defaultdict(list)
    for mark in main:
        by_pair[mark.pair].append(mark)
    decided = [m for m in main if m.choice]
    per_pair = {pair: sum(m.choice for m in held) for pair, held in by_pair.items()}
    second, first = (sum(way * v > 0 for v in per_pair.values()) for way in (1, -1))
    both = [held for held in by_pair.values() if len({m.reader for m in held}) > 1]
    told = Told(
        pairs=len(by_pair),
        readers=len({m.reader for m in main}),
        wins=(sum(m.choice < 0 for m in main), sum(m.choice > 0 for m in main), sum(not m.choice for m in main)),
        share=_share(list(by_pair.values())),
        sign_p=sign_test(first, second),
        left_share=round(sum((m.choice < 0) == (m.left == "first") for m in decided) / len(decided), 3)
        if decided
        else 0.5,
        agreement=round(sum(len({m.choice for m in held}) == 1 for held in both) / len(both), 3) if both else None,
        by_question={q: _won(m for m in marks if m.question == q) for q in QUESTIONS.values()},
        refusal="",
        one_sided=_one_sided(decided),
        unread=unread,
    )
    return told._replace(refusal=_refusal(told, by_pair))


def _one_sided(decided: Sequence[Mark]) -> dict[str, float]:
    """Versions are thrown left and right: who takes one side so often that it is no chance has not read for them."""
    by_reader: dict[str, list[bool]] = defaultdict(list)
    for mark in decided:
        by_reader[mark.reader].append((mark.choice < 0) == (mark.left == "first"))
    sides = {reader: (sum(left), len(left)) for reader, left in sorted(by_reader.items())}
    return {r: round(left / all_, 3) for r, (left, all_) in sides.items() if sign_test(left, all_ - left) < _BY_PLACE}


def _share(pairs: Sequence[Sequence[Mark]]) -> tuple[float, float, float]:
    """Second version's share by pairs, neither counting half."""
    if not pairs:
        return 0.5, 0.0, 1.0
    return interval([sum((m.choice + 1) / 2 for m in held) / len(held) for held in pairs])


def _won(marks: Iterable[Mark]) -> float:
    held = [(m.choice + 1) / 2 for m in marks]
    return round(sum(held) / len(held), 3) if held else 0.5


def sign_test(first: int, second: int) -> float:
    """Two-sided probability of so uneven a split when neither is better."""
    total = first + second
    if not total:
        return 1.0
    tail = sum(math.comb(total, k) for k in range(min(first, second) + 1)) / 2**total
    return float(round(min(1.0, 2 * tail), 4))


def _refusal(told: Told, by_pair: dict[str, list[Mark]]) -> str:
    """Why nothing may be claimed."""
    short = []
    if told.pairs < PAIRS_FOR_A_CLAIM:
        short.append(f"只有{told.pairs}对，至少要{PAIRS_FOR_A_CLAIM}对")
    if told.readers < READERS_FOR_A_CLAIM:
        short.append(f"只有{told.readers}位读者，至少要{READERS_FOR_A_CLAIM}位")
    if not short and told.readers - len(told.one_sided) < READERS_FOR_A_CLAIM:
        short.append(f"{'、'.join(told.one_sided)}是按左右选的，不是按稿子选的")
    # Somebody who opened one pair and left is no third reader of the other thirty-nine.
    full = sum(len({m.reader for m in held}) >= READERS_FOR_A_CLAIM for held in by_pair.values())
    if not short and full < PAIRS_FOR_A_CLAIM:
        short.append(f"只有{full}对由{READERS_FOR_A_CLAIM}位读者都读过，至少要{PAIRS_FOR_A_CLAIM}对")
    one_way = sum(len({m.left for m in held}) < 2 for held in by_pair.values())
    if one_way:
        short.append(f"{one_way}对只按一种左右次序读过")
    return "；".join(short)


def told(result: Told) -> str:
    """What a person reads."""
    mean, low, high = result.share
    lines = [
        f"{result.pairs}对，{result.readers}位读者；愿意署名上报：甲版{result.wins[0]}次，乙版{result.wins[1]}次，不分{result.wins[2]}次。",
        f"乙版得票{mean:.1%}（按对重抽，95%区间{low:.1%}到{high:.1%}），符号检验p{f'={result.sign_p}' if result.sign_p else '<0.0001'}。",
        f"选左边的占{result.left_share:.1%}；几位读者一致的对占{'—' if result.agreement is None else f'{result.agreement:.1%}'}。",
        *(f"{r}选左边的占{share:.0%}，像是按位置选的。" for r, share in result.one_sided.items()),
        *(f"  {column}：乙版{result.by_question[q]:.1%}" for column, q in QUESTIONS.items()),
        *(f"没有读进：{line}" for line in result.unread),
    ]
    if result.refusal:
        return "\n".join([*lines, f"不能据此下结论：{result.refusal}。以上数字只供自己看。"])
    better = "乙版更好" if low > 0.5 else "甲版更好" if high < 0.5 else "分不出好坏"
    return "\n".join([*lines, f"结论：{better}。"])

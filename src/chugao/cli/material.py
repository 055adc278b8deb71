"""material add, list, confirm, reject, correct; the 核实表, collecting and instructions have files of their own."""

import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chugao.cli import answering, collecting, instructing, picking
from chugao.cli.help import App
from chugao.cli.options import Json
from chugao.cli.output import say, show, show_json
from chugao.errors import ChugaoError, InputError, reason_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chugao.index import Index
    from chugao.material.items import Item
    from chugao.material.submission import Submission

app = App()
answering.register(app)
collecting.register(app)
picking.register(app)
instructing.register(app)
Ids = Annotated[list[str] | None, typer.Argument(metavar="编号", help="material list 列出的编号")]
Department = Annotated[str | None, typer.Option(metavar="科室", help="只看、只办这个科室的")]


@app.command("add")
def add_command(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="材料",
            help="科室报送的 Word、表格、扫描件、文本；写 - 表示从键盘粘贴；加 --instruction 时是意见或意见文件",
        ),
    ] = None,
    department: Annotated[str | None, typer.Option(metavar="科室", help="哪个科室报的；不写则从文件读出")] = None,
    year: Annotated[
        int | None, typer.Option(metavar="年份", min=2000, max=2099, help="说的是哪一年的事；不写则从题目读出")
    ] = None,
    sender: Annotated[str, typer.Option("--from", metavar="姓名", help="谁报的；意见写是谁说的")] = "",
    instruction: Annotated[
        bool, typer.Option("--instruction", help="收进来的是领导意见：直接写原话，或一行一条的文件；以后每次起草都照办")
    ] = False,
    when: Annotated[str, typer.Option("--when", metavar="时间", help="意见是什么时候说的")] = "",
    about: Annotated[str, typer.Option("--about", metavar="部分", help="意见说的是哪一部分、哪件事")] = "",
    photo: Annotated[
        Path | None, typer.Option(metavar="图片", help="意见的照片，存进工作区；没有写原话时识别文字")
    ] = None,
    by: Annotated[str, typer.Option("--by", metavar="姓名", help="谁经手的")] = "经办人",
    as_json: Json = False,
) -> None:
    """收进今年的材料：逐条列为待确认，确认后才能写进文稿。加 --instruction 记领导意见。"""
    if instruction:
        instructing.keep_instructions(files or [], department, year, (sender, when, about, photo, by), as_json)
        return
    if not files:
        raise InputError("没有写材料文件。请写文件名；从聊天里粘贴的写 -。")
    if when or about or photo:
        raise InputError("--when、--about、--photo 只用于领导意见。请同时写 --instruction。")
    from chugao.cli.workspace import require_workspace
    from chugao.database import utc_text
    from chugao.desk import open_workspace, workspace_index
    from chugao.material.collecting import keep_submission
    from chugao.material.store import add_items

    workspace = require_workspace()
    index = workspace_index(workspace)
    told = _read_all(files, department, year, sender, index)
    reports = []
    with open_workspace(workspace) as database:
        for sent, own, of_year in told:
            at = utc_text(datetime.now(UTC))
            report = add_items(database, sent.items, actor=by, at=at)
            keep_submission(database, sent, department=own, year=of_year, at=at)
            reports.append((sent, report))
    if as_json:
        show_json({"files": [_file_json(sent) | report.model_dump() for sent, report in reports]})
        return
    for sent, report in reports:
        copied = f"，与往年文稿相同{report.copied}条" if report.copied else ""
        show(f"{sent.file}：新增{report.added}条，已有{report.unchanged}条{copied}")
        _show_whose(sent)
        _show_rest(sent)
    say("下一步：chugao material list 查看，chugao material confirm 编号 --by 姓名 确认。")


def _read_all(
    files: "Sequence[Path]", department: str | None, year: int | None, sender: str, index: "Index | None"
) -> "list[tuple[Submission, str, int]]":
    """All of them, before any is kept.  Raises `InputError` that tells of every file that cannot be read."""
    told, refused = [], []
    for file in files:
        try:
            told.append(_read(file, department, year, sender, index))
        except ChugaoError as error:
            refused.append(str(error))
    if refused:
        rest = f"\n其余{len(told)}个文件读得出，也还没有收；改好或去掉上面的再收。" if told else ""
        raise InputError("\n".join(refused) + rest)
    return told


@app.command("list")
def list_command(
    department: Department = None,
    unused: Annotated[bool, typer.Option("--unused", help="列出报来的材料里没有用上的数")] = False,
    year: Annotated[int | None, typer.Option(metavar="年份", min=2000, max=2099, help="只看这一年的")] = None,
    as_json: Json = False,
) -> None:
    """列出材料和它们的状态。"""
    from chugao.cli.workspace import require_workspace
    from chugao.desk import open_workspace
    from chugao.material.clashing import clashes_of
    from chugao.material.collecting import unused_of
    from chugao.material.store import list_items
    from chugao.material.telling import item_json

    with open_workspace(require_workspace()) as database:
        items = [i for i in list_items(database, department) if year is None or i.year in (None, year)]
        years = {i.year for i in items if i.year} if year is None else {year}
        numbers = [n for y in sorted(years) for n in unused_of(database, y, department)] if unused else []
    clashes = clashes_of(items)
    if as_json:
        told = [item_json(i) | ({"clash": clashes[i.id]} if i.id in clashes else {}) for i in items]
        show_json({"items": told} | ({"unused": numbers} if unused else {}))
        return
    for number in numbers:
        show(f"{number['file']} 第{number['paragraph']}段：{number['text']}　没有用上：{number['why']}")
    if unused:
        show(f"共{len(numbers)}个数没有用上。")
        return
    for item in items:
        show("　".join(filter(None, (_line(item), clashes.get(item.id)))))
    show(f"共{len(items)}条。" + (f"其中{len(clashes)}个数对不上，请核对，不对的不采用或改正。" if clashes else ""))


@app.command("confirm")
def confirm_command(
    by: Annotated[str, typer.Option(metavar="姓名", help="谁核实的")],
    ids: Ids = None,
    every: Annotated[bool, typer.Option("--all", help="所有待确认的都确认；与往年文稿相同的除外")] = False,
    department: Department = None,
    as_json: Json = False,
) -> None:
    """确认材料：只有确认过的才能写进文稿。不足另用 material pick 挑选。"""
    from chugao.material.clashing import clashes_of
    from chugao.material.store import confirm_items, list_items
    from chugao.material.telling import item_json, opening_of

    _one_of(ids, every, "确认")
    items = _done(lambda db, at: confirm_items(db, None if every else ids, by=by, at=at, department=department))
    all_told = _done(lambda db, at: list_items(db, None))
    if as_json:
        show_json({"items": [item_json(i) for i in items]})
        return
    show(f"已确认{len(items)}条，确认人{by}。")
    clashes = clashes_of(all_told)
    for item in (i for i in items if i.id in clashes):
        say(f"{item.id} {opening_of(item.text, 30)}　{clashes[item.id]}。两个都确认了，用后报的；请把不对的不采用。")
    if asked := [i for i in items if i.asks]:
        say(f"其中{len(asked)}条还要补：" + "；".join(f"{i.id} {i.asks}" for i in asked[:5]))


@app.command("reject")
def reject_command(
    by: Annotated[str, typer.Option(metavar="姓名", help="谁定的")],
    ids: Ids = None,
    copied: Annotated[bool, typer.Option("--copied", help="与往年文稿相同的都不采用")] = False,
    reason: Annotated[str, typer.Option(metavar="理由", help="为什么不采用")] = "",
    department: Department = None,
    as_json: Json = False,
) -> None:
    """不采用这些材料：留着备查，不写进文稿。"""
    from chugao.material.store import reject_items
    from chugao.material.telling import item_json

    _one_of(ids, copied, "不采用", "--copied")
    chosen = None if copied else ids
    items = _done(lambda db, at: reject_items(db, chosen, by=by, at=at, reason=reason, department=department))
    if as_json:
        show_json({"items": [item_json(i) for i in items]})
        return
    show(f"不采用{len(items)}条，{by}定的。")


@app.command("correct")
def correct_command(
    item: Annotated[str, typer.Argument(metavar="编号", help="material list 列出的编号")],
    by: Annotated[str, typer.Option(metavar="姓名", help="谁改的")],
    text: Annotated[str | None, typer.Option(metavar="文字", help="事项，一件事，动词开头")] = None,
    result: Annotated[str | None, typer.Option(metavar="文字", help="成效")] = None,
    when: Annotated[str | None, typer.Option(metavar="时间", help="时间，如 6月、2026年3月底前")] = None,
    value: Annotated[str | None, typer.Option(metavar="数值", help="改数，连单位，如 3.2万人次")] = None,
    category: Annotated[str | None, typer.Option(metavar="类别", help="类别，如 医疗质量、荣誉、不足")] = None,
    status: Annotated[str | None, typer.Option(metavar="状态", help="已完成、推进中、拟开展")] = None,
    release: Annotated[str | None, typer.Option(metavar="范围", help="公开、上报、内部、不写")] = None,
    evidence: Annotated[str | None, typer.Option(metavar="佐证", help="凭什么这么说，如 鉴定证书")] = None,
    owner: Annotated[str | None, typer.Option(metavar="科室", help="责任科室")] = None,
    leader: Annotated[str | None, typer.Option(metavar="领导", help="牵头领导")] = None,
    as_json: Json = False,
) -> None:
    """改正一条材料并确认：编号不变，原来怎么写的记在备注里。"""
    from chugao.material.correcting import Correction, corrected
    from chugao.material.store import correct_item
    from chugao.material.telling import item_json

    wanted = Correction(
        text=text, result=result, when=when, value=value, category=category, status=status, release=release,
        evidence=evidence, owner=owner, leader=leader,
    )  # fmt: skip
    if not any(v is not None for v in wanted.model_dump().values()):
        raise InputError("没有写改什么。请写 --text、--value、--release 等其中一项。")
    mended = _done(lambda db, at: (correct_item(db, item, lambda i: corrected(i, wanted), by=by, at=at),))
    if as_json:
        show_json({"items": [item_json(i) for i in mended]})
        return
    show(_line(mended[0]))


# --- what they share ------------------------------------------------------------------------------


def _one_of(ids: list[str] | None, every: bool, verb: str, option: str = "--all") -> None:
    if bool(ids) == every:
        raise InputError(f"请写明要{verb}的编号，或用 {option} 全部{verb}，二者取一。")


def _done(change: Any) -> "tuple[Item, ...]":
    """Change the workspace's material."""
    from chugao.cli.workspace import require_workspace
    from chugao.database import utc_text
    from chugao.desk import open_workspace

    with open_workspace(require_workspace()) as database:
        changed: tuple[Item, ...] = change(database, utc_text(datetime.now(UTC)))
    return changed


def _read(
    file: Path, department: str | None, year: int | None, sender: str, index: "Index | None"
) -> "tuple[Submission, str, int]":
    """What a file says, whose it is, and of which year; department and year from the file itself when not given."""
    from chugao.material.submission import understand_submission
    from chugao.material.whose import whose

    if str(file) == "-":
        return _pasted(department, year, sender, index)
    if department is None or year is None:
        found_department, found_year = whose(file)
        department = department if department is not None else found_department
        year = year if year is not None else found_year
    if year is None:
        raise InputError(f"{file.name}：看不出材料所报的年度。请用 --year 写明。")
    own = department or ""
    return understand_submission(file, department=own, year=year, index=index, submitter=sender), own, year


def _pasted(
    department: str | None, year: int | None, sender: str, index: "Index | None"
) -> "tuple[Submission, str, int]":
    """Text from the keyboard, kept in the workspace, so that its place can be opened again."""
    import hashlib

    from chugao.cli.workspace import require_workspace
    from chugao.export import write_whole

    if year is None or not department:
        raise InputError("粘贴的文字要写明是哪个科室、哪一年的。请写 --department 和 --year。")
    content = sys.stdin.buffer.read(2_000_000) if hasattr(sys.stdin, "buffer") else sys.stdin.read().encode()
    if not content.strip():
        raise InputError("没有读到粘贴的文字。请粘贴以后按 Ctrl-D（Windows 按 Ctrl-Z 再回车）。")
    folder = require_workspace() / ".chugao" / "pasted"
    name = f"{department}粘贴-{hashlib.sha256(content).hexdigest()[:8]}.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"工作区写不了（{reason_of(error)}）。请检查文件夹的权限。") from None
    write_whole(folder / name, content)
    return _read(folder / name, department, year, sender, index)


# --- what is printed ------------------------------------------------------------------------------


def _show_whose(sent: "Submission") -> None:
    """Of a chat in which several departments speak, or a table of several: how many items went to which."""
    from chugao.material.submission import SHEETS

    counts = Counter(i.department for i in sent.items)
    by = "“部门”一列" if Path(sent.file).suffix.lower() in SHEETS else "发言人"
    if len(counts) > 1:
        show(f"  按{by}记到：{'、'.join(f'{department}{n}条' for department, n in counts.items())}")


def _show_rest(sent: "Submission") -> None:
    """What went into no item: numbers, and what the sender says to the office."""
    for number in sent.unused[:8]:
        show(f"  没有用上的数：{number.text}（第{number.paragraph}段，{number.why}）")
    if len(sent.unused) > 8:
        show(f"  …… 另有{len(sent.unused) - 8}个，用 chugao material list --unused 查看")
    for remark in sent.remarks[:5]:
        show(f"  报送人说：{remark}")
    for phrase in sent.phrases[:3]:
        show(f"  哪一年都能写的话，没有收：{phrase[:60]}")
    if sent.scanned:
        show("  这是识别出来的文字，请对照原件核对每一个数。")


def _line(item: "Item") -> str:
    from chugao.material.telling import KINDS, STATUS, read_as

    told = [item.id, STATUS[item.status], KINDS[item.kind], item.text.replace("\n", " ")[:60]]
    if item.kind == "fact" and item.observation is not None:
        told.append(f"读作：{read_as(item)}")
    if item.release.value != "公开":
        told.append(item.release.value)
    if item.is_problem:
        told.append(f"不足（{'已挑选' if item.picked_by else '没有挑选，不写'}）")
    if item.copied_from:
        told.append(f"与《{item.copied_from}》相同")
    told += [t for t in (item.asks, item.note and f"备注：{item.note[:40]}") if t]
    return "　".join(told)


def _file_json(sent: "Submission") -> dict[str, Any]:
    from chugao.material.telling import item_json

    return {
        "file": sent.file,
        "submitter": sent.submitter,
        "signed_by": sent.signed_by,
        "unused": [u.model_dump() for u in sent.unused],
        "remarks": list(sent.remarks),
        "phrases": list(sent.phrases),
        "items": [item_json(i) for i in sent.items],
    }

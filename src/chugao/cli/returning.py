"""import: a Word file that came back."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chugao.cli.exporting import office_look, say_kept
from chugao.cli.options import Json
from chugao.cli.output import count_by_severity, headings_of, say, show, show_findings, show_json
from chugao.errors import InputError

if TYPE_CHECKING:
    from chugao.manuscript import Draft
    from chugao.word.reclaiming import Confirmation
    from chugao.word.returning import Edit, Import

_LITTLE = 6
_STEPS = {"bookmark": "按书签", "text": "按原文", "alignment": "按相似", "gone": "没有找到"}


def register(app: typer.Typer) -> None:
    """Hang the command on the app."""
    app.command("import")(import_command)


def import_command(
    returned: Annotated[Path, typer.Argument(metavar="改回的文件", help="别人改过、退回来的 .docx")],
    into: Annotated[Path, typer.Option("--into", metavar="草稿", help="这个 Word 是从哪一份 .json 导出的")],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="文件夹", help="把修改并进一份新草稿，写到这个文件夹")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="文件自称是另一份草稿的，也照读")] = False,
    confirmed_by: Annotated[
        str | None, typer.Option(metavar="姓名", help="改过和新写的数由谁确认；不写就列为错误，等人定")
    ] = None,
    basis: Annotated[
        str | None, typer.Option(metavar="依据", help="确认的依据：微信、电话、纸质材料，是谁给的")
    ] = None,
    as_json: Json = False,
) -> None:
    """读回在 Word 或 WPS 里改过的稿：谁改了哪一句、哪个数，有什么批注；加 -o 并成新的一稿。"""
    from chugao.draftfile import read_draft
    from chugao.word.applying import apply
    from chugao.word.reclaiming import Confirmation
    from chugao.word.returning import read_import

    confirmed = None
    if confirmed_by is not None or basis is not None:
        if not (confirmed_by or "").strip() or not (basis or "").strip():
            raise InputError("人工确认要写明是谁、凭什么。请同时写 --confirmed-by 姓名 --basis 依据。")
        confirmed = Confirmation(by=(confirmed_by or "").strip(), basis=(basis or "").strip())
    if confirmed and out is None:
        raise InputError("--confirmed-by 只在并成新稿时用。请同时写 -o 文件夹。")
    draft = read_draft(into)
    found = read_import(returned, draft, force=force)
    told = found.as_json()
    new = None
    if out is not None:
        new = apply(draft, found, confirmed=confirmed)
        told |= _written(new, draft, out)
    if as_json:
        show_json(told)
        return
    _print(found, headings_of(draft) or {}, confirmed)
    if new is not None:
        _print_new(new, told, confirmed)
    else:
        say("只读不改。要并成新的一稿，加 -o 文件夹。")


def _written(new: "Draft", old: "Draft", out: Path) -> dict[str, Any]:
    """The new draft's three files; of an unchanged text none."""
    from chugao.export import write_files

    if new.id == old.id:
        return {"draft": {"id": new.id, "parent": new.parent, "files": {}}}
    paths = write_files(new, out, look=office_look())
    say_kept(paths)
    return {"draft": {"id": new.id, "parent": new.parent, "files": {k: str(p) for k, p in paths.items()}}}


def _print(found: "Import", names: dict[str, str], confirmed: "Confirmation | None") -> None:
    """Edits by section, comments, what could not be placed."""
    who = f"，改的人：{'、'.join(found.authors)}" if found.authors else ""
    show(f"{found.file}：修改{len(found.edits)}处，批注{len(found.comments)}条{who}")
    steps = "，".join(f"{_STEPS[step]}{n}段" for step, n in found.matched_by.items() if n)
    show(f"  对上原稿：{steps}")
    heading = None
    for edit in found.edits:
        if (called := names.get(edit.section, edit.heading)) != heading:
            heading = called
            show(f"  {heading or '全文'}")
        show(f"    {_told(edit)}")
        for number in edit.numbers:
            if number.question:
                figure = f"，指标里是{number.expected}（{number.source}）" if number.expected and number.source else ""
                asked = f"由{confirmed.by}确认（{confirmed.basis}）" if confirmed else f"请定：{number.question}"
                same = "（数值没变，只是写法不同）" if number.rewritten else ""
                show(f"      数字{number.old or '（新写）'}→{number.new}{same}{figure}。{asked}")
    for comment in found.comments:
        about = f"“{_short(comment.quote)}”" if comment.quote else comment.heading or "文中"
        reply = "答复" if comment.reply_to else "批注"
        show(f"  [{reply}] {comment.author}｜{about}：{comment.text}")
    for thing in found.unplaced:
        show(f"  [没有并入] {thing.what}{'：' + _short(thing.text) if thing.text else ''}（{thing.why}）")
    if found.formatting:
        say(f"另有{found.formatting}处只改格式的修订，版式由导出时统一，没有并入。")


def _told(edit: "Edit") -> str:
    who = f"{edit.author}　" if edit.author else "（没有留痕）"
    if edit.kind in ("分段", "并段"):
        return f"[{edit.kind}] {who}{_short(edit.sentence_new or edit.sentence_old)}"
    if edit.kind == "移":
        return f"[移] {who}{_short(edit.old)}"
    if not edit.old:
        return f"[{edit.kind}] {who}加：{_short(edit.new)}{_around(edit.new, edit.sentence_new)}"
    if not edit.new:
        return f"[{edit.kind}] {who}删：{_short(edit.old)}{_around(edit.old, edit.sentence_old)}"
    return f"[{edit.kind}] {who}{_short(edit.old)} → {_short(edit.new)}"


def _around(words: str, sentence: str) -> str:
    """The sentence, where the words alone say too little."""
    return f"（{_short(sentence)}）" if len(words) <= _LITTLE and words != sentence else ""


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 60 else f"{text[:40]}……{text[-16:]}"


def _print_new(new: "Draft", told: dict[str, Any], confirmed: "Confirmation | None") -> None:
    files = told["draft"]["files"]
    if not files:
        show("文字没有改动，没有写出新稿。")
        return
    show("  写出的文件：")
    for path in files.values():
        show(f"    {path}")
    blocking = [f for f in new.findings if f.severity.blocks]
    if blocking:
        show_findings(blocking, limit=8, headings=headings_of(new), indent="  ")
        say(
            f"合计：{count_by_severity(new.findings)}。"
            + ("" if confirmed else "改过的数都要有人定；由人确认的，加 --confirmed-by 姓名 --basis 依据 再并一次。")
        )

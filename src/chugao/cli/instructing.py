"""What leaders said: kept by `material add --instruction`, accounted for by `material ledger`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from chugao.cli.collecting import Out, database_here, now, office_here
from chugao.cli.options import Json
from chugao.cli.output import say, show, show_json
from chugao.errors import InputError, reason_of


def register(app: typer.Typer) -> None:
    """Hang the command on the group `material`."""
    app.command("ledger")(ledger_command)


def ledger_command(
    file: Annotated[Path, typer.Argument(metavar="草稿", help="draft 写出的 .json")],
    out: Out = None,
    as_json: Json = False,
) -> None:
    """意见台账：每条领导意见落实了没有、写在哪里。有没落实的，退出码为 1。"""
    from chugao.drafting.heeded import Carried
    from chugao.export import read_draft

    draft = read_draft(file)
    rows = [Carried.model_validate(r) for r in draft.recipe.get("instructions", ())]
    files = {}
    if out is not None and rows:
        from chugao.cli.papers import write_paper
        from chugao.export.collecting import ledger_paper

        files = write_paper(ledger_paper(rows, draft.title.text, draft.year), out, final=True)
    counts = {s: sum(r.state == s for r in rows) for s in ("已落实", "部分落实", "未落实")}
    if as_json:
        told = {"instructions": [r.model_dump() for r in rows], "counts": counts}
        show_json(told | ({"files": files} if files else {}))
    else:
        for r in rows:
            who = f"{r.who}{r.when}　" if r.who else ""
            show(f"{r.number}　{r.state}　{who}{r.text}　{r.how}")
        show(f"领导意见{len(rows)}条：" + "，".join(f"{s}{n}" for s, n in counts.items()))
        if not rows:
            say("这份稿子起草时没有领导意见。后来记下的，再起草一次才照办。")
        for path in files.values():
            show(path)
    if counts["已落实"] < len(rows):
        raise typer.Exit(1)


def keep_instructions(
    given: Sequence[Path],
    department: str | None,
    year: int | None,
    said: tuple[str, str, str, Path | None, str],
    as_json: bool,
) -> None:
    """`material add --instruction`: words or files of words, kept with who said them; a photo beside them."""
    from chugao.material.instructions import NO_WORDS, instruction_item
    from chugao.material.store import add_instructions
    from chugao.material.telling import item_json
    from chugao.source import Source

    who, when, about, photo, by = said
    attachment, seen = _photo(photo) if photo is not None else ("", [])
    lines = [line for one in given for line in _lines(one)]
    if not given and seen:
        lines = [("".join(seen), Source(file=Path(attachment).name))]
    if not lines and attachment:
        lines = [(NO_WORDS, Source(file=Path(attachment).name))]
    if not lines:
        raise InputError("没有写领导意见的原话。请写在命令后面，如 --instruction “不足写两条”。")
    items = [
        instruction_item(
            words,
            year=year or 0,
            department=department or "",
            who=who,
            when=when,
            about=about,
            by=by,
            source=source,
            attachment=attachment,
        ).model_copy(update={"year": year})
        for words, source in lines
    ]
    with database_here() as database:
        told = add_instructions(database, items, actor=by, at=now())
    if as_json:
        show_json({"files": [{"file": "领导意见", "added": len(told), "items": [item_json(i) for i in told]}]})
        return
    for item in told:
        show(f"意见{item.number}　{item.submitter}{item.said_at}　{item.text}")
        if item.text == NO_WORDS:
            say(
                f"照片已存为 {attachment}，没有认出文字。补原话：chugao material correct {item.id} --text “原话” --by 姓名。"
            )
    say("已记下，以后每次起草都照办；办得怎么样，看 chugao material ledger 草稿.json。")


def _lines(given: Path) -> list[tuple[str, Any]]:
    """The lines of a file with their paragraph, or the words themselves."""
    from chugao.source import Source

    try:
        there = given.is_file()
    except OSError:
        there = False
    if str(given) in (".", ""):
        raise InputError("没有写领导意见的原话。请写在命令后面，如 --instruction “不足写两条”。")
    if not there:
        if given.suffix.lower() in (".txt", ".docx", ".doc", ".wps", ".md", ".xlsx"):
            raise InputError(f"{given} 找不到。请核对意见文件的路径。")
        return [(str(given), Source(file="经办人录入"))]
    from chugao.documents.reading import read_text

    reading = read_text(given)
    return [
        (p.text.strip(), Source(file=reading.file, paragraph=n, fingerprint=reading.fingerprint))
        for n, p in enumerate(reading.paragraphs, 1)
        if p.text.strip()
    ]


def _photo(photo: Path) -> tuple[str, list[str]]:
    """The photo kept in the workspace, and the words on it as far as this machine can read them."""
    from chugao.material.photos import keep_photo

    workspace, _ = office_here()
    try:
        content = photo.read_bytes()
    except OSError as error:
        raise InputError(f"{photo} 读不了（{reason_of(error)}）。请检查照片。") from None
    return keep_photo(workspace, photo.name, content)

"""rewrite: one section in other words, what is lost or added shown first."""

from pathlib import Path
from typing import Annotated

import typer

from chugao.cli.options import Json
from chugao.cli.output import say, show, show_json
from chugao.errors import InputError


def register(app: typer.Typer) -> None:
    """Hang the command on the app."""
    app.command("rewrite")(rewrite_command)


def rewrite_command(
    file: Annotated[Path, typer.Argument(metavar="草稿", help="draft 写出的 .json")],
    section: Annotated[str, typer.Option(metavar="编号", help="哪一节，如 results_quality；写错时会列出有哪些")],
    instruction: Annotated[str, typer.Option(metavar="要求", help="怎么改：润色、缩写到两百字、语气平实些……")] = "",
    engine: Annotated[
        str, typer.Option(metavar="引擎", help="由谁来改：openai:模型 或 langchain:提供者:模型")
    ] = "offline",
    only: Annotated[list[str] | None, typer.Option(metavar="句", help="只改这些句子（写句子编号），可以写多次")] = None,
    lock: Annotated[list[str] | None, typer.Option(metavar="句", help="这些句子不动（写句子编号），可以写多次")] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="文件夹", help="采用改写，写到哪个文件夹；不写则只看不改")
    ] = None,
    as_json: Json = False,
) -> None:
    """照要求改写一节：先列出会丢掉、会添上什么，加 -o 才采用。数字一个不动。"""
    from chugao.config import find_workspace, load_settings
    from chugao.desk import open_writer
    from chugao.drafting.rewriting import accept, rewrite
    from chugao.export import check_folder, read_draft, write_files

    if engine == "offline":
        raise InputError("改写要用模型：请写 --engine openai:模型，模型接口写在 chugao.toml 的 [model] 里。")
    draft = read_draft(file)
    if out is not None:
        check_folder(out)
    settings = load_settings(find_workspace())
    with open_writer(engine, settings, out or file.parent, job=draft.title.text) as writer:
        proposal = rewrite(draft, section, instruction, writer, only=only or (), locked=lock or ())
    paths = write_files(accept(draft, proposal), out) if out is not None and proposal.changed else {}
    if as_json:
        told = proposal.model_dump(include={"section", "old", "new", "lost", "added", "notes", "problems", "engine"})
        show_json(told | {"files": {k: str(p) for k, p in paths.items()}})
    else:
        show(f"原文：{proposal.old}")
        show(f"改后：{proposal.new}" if proposal.changed else "没有改动。")
        for name, things in (
            ("会丢掉", proposal.lost),
            ("会添上", proposal.added),
            ("请留意", proposal.notes),
            ("改不成，因为", proposal.problems),
        ):
            for thing in things:
                show(f"  {name}：{thing}")
        for path in paths.values():
            show(str(path))
    if proposal.changed and out is None:
        say("这只是给您看的。要采用，再运行一次并加 -o 文件夹；同样的要求不会再花钱。")
    if proposal.problems:
        raise typer.Exit(1)

"""export: the way out, gated when it is final."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chugao.cli.options import Json
from chugao.cli.output import say, show, show_json
from chugao.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chugao.cli.touching import Paper
    from chugao.index import Index
    from chugao.manuscript import Draft
    from chugao.material import Matters
    from chugao.metrics.observation import Figures
    from chugao.word.looks import Look


def register(app: typer.Typer) -> None:
    """Hang the command on the app."""
    app.command("export")(export_command)


def export_command(
    file: Annotated[Path, typer.Argument(metavar="草稿", help="draft 写出的 .json")],
    final: Annotated[bool, typer.Option("--final", help="出定稿：去掉“草稿”标记；有错误就不出")] = False,
    override_by: Annotated[str | None, typer.Option(metavar="姓名", help="有错误仍要放行时：放行的人")] = None,
    reason: Annotated[str | None, typer.Option(metavar="理由", help="有错误仍要放行时：放行的理由")] = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="原文", help="只放行这一处，可以写多次；不写则一并放行")
    ] = None,
    metrics: Annotated[
        list[Path] | None,
        typer.Option(metavar="文件", help="后来的指标文件，可以写多次：列出换数后这份和同一文件夹里各稿要改的地方"),
    ] = None,
    matters: Annotated[list[Path] | None, typer.Option(metavar="文件", help="事项文件，可以写多次")] = None,
    corpus: Annotated[
        Path | None,
        typer.Option(metavar="文件夹", help="历年文稿所在的文件夹：去年留下的数、别的单位的话不放行；不写则用工作区的"),
    ] = None,
    comments: Annotated[bool, typer.Option("--comments", help="Word 里给每个数字加批注，写明出处和算法")] = False,
    clean: Annotated[
        bool, typer.Option("--clean", help="另出一份清稿：不带书签、版本号和批注，可以发给外单位")
    ] = False,
    signer: Annotated[str, typer.Option(metavar="姓名", help="上行报告首页右上角的签发人")] = "",
    pdf: Annotated[bool, typer.Option("--pdf", help="另出 PDF（要装有 LibreOffice）")] = False,
    png: Annotated[bool, typer.Option("--png", help="另出每页的图片，供预览（要装有 LibreOffice）")] = False,
    html: Annotated[bool, typer.Option("--html", help="另出一个网页，点数字看出处，不用联网")] = False,
    pack: Annotated[
        bool, typer.Option("--pack", help="另出送审包（.zip）：正文、核稿单、依据表、核对意见、数据说明")
    ] = False,
    previous: Annotated[
        Path | None, typer.Option(metavar="草稿", help="上一稿的 .json；送审包里加一份修订对照")
    ] = None,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="文件夹", help="写到哪个文件夹")] = Path("out"),
    as_json: Json = False,
) -> None:
    """把草稿重新导出；加 --final 出定稿，须先过核对，过不了时退出码为 1。"""
    from chugao.cli.checking import past_reports
    from chugao.cli.touching import siblings_touched, touched_json
    from chugao.desk import read_figures, read_things
    from chugao.export import read_draft, write_files

    gated = override_by is not None or reason is not None or bool(only)
    if not final and (gated or matters or corpus):
        raise InputError("--override-by、--reason、--only、--matters、--corpus 只用于出定稿。请同时写 --final。")
    if final and gated and not (override_by or "").strip():
        raise InputError("放行须写明姓名。请写 --override-by 姓名 --reason 理由。")
    if previous is not None and not pack:
        raise InputError("--previous 只用于送审包。请同时写 --pack。")
    if pdf or png:
        from chugao.word.warm import required_office

        required_office()  # said before anything is written
    draft = read_draft(file)
    if signer and draft.shell.type != "report":
        raise InputError("签发人只印在上行的报告上，这份不是。请去掉 --signer。")
    before = read_draft(previous) if previous is not None else None
    figures = read_figures(metrics) if metrics else None
    later = siblings_touched(file, figures) if figures is not None else []
    if final:
        things = read_things(matters) if matters else None
        draft = _released(draft, figures, things, past_reports(corpus), override_by, reason, only or ())
    look = office_look()
    more = _more(draft, final, html, pack, figures, before, look)
    if clean:
        from chugao.word.looks import set_draft

        more["clean"] = ("（清稿）.docx", set_draft(draft, look, final=final, clean=True, signer=signer))
    paths = write_files(draft, out, final=final, comments=comments, signer=signer, look=look, beside=more)
    say_kept(paths)
    if pdf or png:
        from chugao.cli.previewing import write_preview

        paths |= write_preview(paths["docx"], pdf, png)
    if as_json:
        told = {"touched": touched_json(later)} if figures is not None else {}
        show_json({"final": final, "files": {k: str(p) for k, p in paths.items()}} | told)
        return
    _show_written(paths, later)
    if final:
        say("定稿已出，Word 上没有“草稿”标记。" + _override_told(draft, override_by))
    else:
        say("这仍是草稿。核对无误后，加 --final 出定稿。")


def _show_written(paths: dict[str, Path], later: "Sequence[Paper]") -> None:
    """The files, and what later figures change in the papers beside this one."""
    from chugao.cli.touching import show_touched

    for path in paths.values():
        show(str(path))
    if any(paper.places for paper in later):
        show_touched(later)


def _released(
    draft: "Draft",
    figures: "Figures | None",
    matters: "Matters | None",
    past: "Index | None",
    override_by: str | None,
    reason: str | None,
    only: "Sequence[str]",
) -> "Draft":
    """The draft through the gate, held against past reports, with what the workspace's office has confirmed; an override stands in its audit."""
    from chugao.checks.dismissals import read_dismissals
    from chugao.config import find_workspace, load_settings
    from chugao.export import release

    workspace = find_workspace()
    released = release(
        draft,
        figures,
        matters,
        past,
        office=load_settings(workspace).office,
        dismissals=read_dismissals(workspace) if workspace else (),
        override_by=override_by,
        reason=reason,
        only=only,
    )
    override = released.recipe.get("override")
    if workspace is not None and override:
        from chugao.database.audit import record
        from chugao.desk import open_workspace

        detail = {"title": released.title.text, "reason": override["reason"], "findings": override["findings"]}
        with open_workspace(workspace) as database, database.write() as connection:
            record(connection, override["by"], "export.override", released.id, detail, at=override["at"])
    return released


def _more(
    draft: "Draft",
    final: bool,
    html: bool,
    pack: bool,
    figures: "Figures | None",
    previous: "Draft | None",
    look: "Look",
) -> dict[str, tuple[str, bytes]]:
    """The page and the pack, to stand beside the Word file: kind → (what follows the title in the name, content)."""
    more: dict[str, tuple[str, bytes]] = {}
    if html:
        from chugao.export.page import to_html

        more["html"] = (".html", to_html(draft, final=final).encode("utf-8", "replace"))
    if pack:
        from chugao.config import find_workspace
        from chugao.desk import told_to
        from chugao.export.pack import review_pack

        rulings = told_to(find_workspace()).rulings
        content = review_pack(draft, figures=figures, rulings=rulings, previous=previous, final=final, look=look)
        more["pack"] = ("（送审包）.zip", content)
    return more


def office_look() -> "Look":
    """The layout and the master of the workspace, with what the office should know about them said."""
    from chugao.config import find_workspace, load_settings
    from chugao.word.looks import look_of

    settings = load_settings(find_workspace())
    look = look_of(settings.office, settings.workspace)
    for notice in look.notices:
        say(notice)
    return look


def say_kept(paths: dict[str, Path]) -> None:
    """The Word file that stood there had been worked on: say where it is now."""
    if kept := paths.get("kept"):
        say(f"原来的 {paths['docx'].name} 有人改过，没有覆盖，另存为：{kept}")


def _override_told(draft: "Draft", by: str | None) -> str:
    if not by:
        return ""
    override = draft.recipe.get("override")
    if override is None:
        return "核对没有错误，用不着放行，没有记放行。"
    return f"由{by}放行，姓名、理由和当时的{len(override['findings'])}处错误都记在 .json 里。"
